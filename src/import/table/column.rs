//! The columns of a table as data: a name, what stands in it, and the place of the row that it fills and is written
//! from. Reading and writing go through the same entry, so that the two cannot drift apart.

use super::cell::Cell;
use crate::catalogue::import::Candidate;

/// A column of the rows of a format.
pub(crate) struct Column<R> {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    /// Whether a table without it is refused.
    pub(crate) required: bool,
    pub(super) get: fn(&R) -> Option<String>,
    pub(super) set: fn(&mut R, &Cell) -> Result<(), String>,
}

impl<R> std::fmt::Debug for Column<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Column").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Columns, each with the field of the row that is its place, and the unit that a number in it may bear.
macro_rules! columns {
    ($($need:ident $name:literal => $($field:ident).+ $(in $unit:literal)?, $about:literal;)+) => {
        &[$($crate::import::table::column::Column {
            name: $name,
            about: $about,
            required: $crate::import::table::column::$need,
            get: |row| row.$($field).+.as_ref().map($crate::import::table::value::Written::write),
            set: |row, cell| {
                $(let cell = &cell.in_unit($unit)?;)?
                row.$($field).+ = Some($crate::import::table::value::Written::read(cell)?);
                Ok(())
            },
        },)+]
    };
}
pub(super) use columns;

#[expect(non_upper_case_globals, reason = "they are words of the tables of columns")]
pub(super) const required: bool = true;
#[expect(non_upper_case_globals, reason = "they are words of the tables of columns")]
pub(super) const optional: bool = false;

/// What is wrong in a row, and in which column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) column: &'static str,
    pub(crate) message: String,
}

impl Problem {
    pub(super) fn new(column: &'static str, message: impl Into<String>) -> Self {
        Self { column, message: message.into() }
    }

    pub(super) fn blank(column: &'static str) -> Self {
        Self::new(column, "is blank; give it")
    }
}

/// A row of a format, every place of it blank at first.
pub(crate) trait Row: Default + Sized + Send + 'static {
    /// The name of the format.
    const FORMAT: &'static str;
    const COLUMNS: &'static [Column<Self>];

    /// What the row calls itself.
    fn label(&self) -> String;

    /// What no two rows of a file share, unless they say the same.
    fn identity(&self) -> String;

    fn candidate(self, line: u64) -> Result<Candidate, Vec<Problem>>;
}

/// Fills a row from its cells. Everything that is wrong is told at once.
pub(crate) fn fill<'c, R: Row>(
    cells: impl IntoIterator<Item = (&'static Column<R>, &'c str)>,
) -> Result<R, Vec<Problem>> {
    let (mut row, mut problems) = (R::default(), Vec::new());
    for (column, raw) in cells {
        let Some(cell) = Cell::of(raw) else { continue };
        let read = match cell.lost() {
            Some(lost) => Err(lost),
            None => (column.set)(&mut row, &cell),
        };
        problems.extend(read.err().map(|message| Problem::new(column.name, message)));
    }
    if problems.is_empty() { Ok(row) } else { Err(problems) }
}

/// The cells of a row, one for each column.
pub(crate) fn cells<R: Row>(row: &R) -> Vec<String> {
    R::COLUMNS.iter().map(|column| (column.get)(row).unwrap_or_default()).collect()
}
