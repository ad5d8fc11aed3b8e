//! Which cells of a file fill which of our columns, worked out once from its header and a column map. A column that
//! nobody accounts for is refused: nothing is dropped without a word.

use super::{
    cell,
    column::{Column, Problem, Row},
    map::{ColumnMap, Entry, Piece, Theirs},
    value::{Serial, Written},
};
use crate::{domain::names::fold, import::source_file::FileError};

/// A column of ours with where its cells come from.
pub(super) struct Filled<R: 'static> {
    pub(super) column: &'static Column<R>,
    from: Vec<Part>,
    /// What a person who has the file before them calls the column.
    pub(super) heading: String,
}

/// A stretch of a cell.
enum Part {
    Text(String),
    Cell(usize),
}

pub(super) struct Plan<R: 'static> {
    pub(super) filled: Vec<Filled<R>>,
    pub(super) width: usize,
    /// Columns without a heading, in which nothing may stand.
    pub(super) bare: Vec<usize>,
}

impl<R> Filled<R> {
    /// The cell of ours; blank where a cell that it is made of is.
    pub(super) fn cell(&self, cells: &[String]) -> Result<String, Problem> {
        if let [Part::Cell(at)] = self.from[..] {
            return Ok(cells[at].clone());
        }
        let mut whole = String::new();
        for part in &self.from {
            match part {
                Part::Text(text) => whole.push_str(text),
                Part::Cell(at) => {
                    let Some(cell) = cell::Cell::of(&cells[*at]) else { return Ok(String::new()) };
                    // Within a longer text nobody would see that it is damaged.
                    let sound = cell.lost().map_or_else(|| Serial::read(&cell), Err);
                    let sound = sound.map_err(|message| Problem::new(self.column.name, message))?;
                    whole.push_str(&sound.0);
                }
            }
        }
        Ok(whole)
    }
}

impl<R: Row> Plan<R> {
    pub(super) fn new(line: u64, header: &[String], map: &ColumnMap) -> Result<Self, FileError> {
        let headings =
            Headings { line, names: header.iter().map(|name| name.trim().to_owned()).collect() };
        let mut used = vec![false; header.len()];
        let mut filled: Vec<Filled<R>> = Vec::new();
        for entry in &map.entries {
            let (from, heading) = headings.parts(entry, &mut used)?;
            let Some(ours) = &entry.ours else { continue };
            let column = known::<R>(ours).ok_or_else(|| {
                let problem =
                    format!("the column map, line {}: {}", entry.line, no_column::<R>(ours));
                FileError::Refused { line, problem }
            })?;
            filled.push(Filled {
                column,
                from,
                heading: heading.unwrap_or_else(|| column.name.to_owned()),
            });
        }
        let mut unknown = Vec::new();
        for (at, name) in headings.names.iter().enumerate() {
            if used[at] || name.is_empty() {
                continue;
            }
            match known::<R>(name) {
                Some(column) => filled.push(Filled {
                    column,
                    from: vec![Part::Cell(at)],
                    heading: name.clone(),
                }),
                None => unknown.push(no_column::<R>(name)),
            }
        }
        if let Some(first) = headings.unknown::<R>(&used) {
            let problem = format!(
                "{}; rename it, or name it in a column map (`--columns MAP.csv`): `{first},OURS` reads it, `{first},-` leaves it out",
                unknown.join("; ")
            );
            return Err(FileError::Refused { line, problem });
        }
        check(line, &filled, &headings.names)?;
        let bare = (0..header.len()).filter(|at| headings.names[*at].is_empty()).collect();
        Ok(Self { filled, width: header.len(), bare })
    }
}

/// Each column is filled once, and each that is required.
fn check<R: Row>(line: u64, filled: &[Filled<R>], found: &[String]) -> Result<(), FileError> {
    for (at, one) in filled.iter().enumerate() {
        if let Some(other) = filled[..at].iter().find(|other| other.column.name == one.column.name)
        {
            let columns = vec![other.heading.clone(), one.heading.clone()];
            return Err(FileError::SameColumns { line, columns });
        }
    }
    let is_missing = |column: &&Column<R>| {
        column.required && filled.iter().all(|one| one.column.name != column.name)
    };
    let missing = R::COLUMNS.iter().filter(is_missing).map(|column| column.name.to_owned());
    let missing: Vec<String> = missing.collect();
    if missing.is_empty() {
        Ok(())
    } else {
        Err(FileError::MissingColumns { line, missing, found: found.to_vec() })
    }
}

struct Headings {
    line: u64,
    names: Vec<String>,
}

impl Headings {
    fn unknown<R: Row>(&self, used: &[bool]) -> Option<&str> {
        let names = self.names.iter().zip(used).filter(|(name, used)| !**used && !name.is_empty());
        names.map(|(name, _)| name.as_str()).find(|name| known::<R>(name).is_none())
    }

    /// Where the cells of an entry come from, and the heading where they are one column's.
    fn parts(
        &self,
        entry: &Entry,
        used: &mut [bool],
    ) -> Result<(Vec<Part>, Option<String>), FileError> {
        match &entry.theirs {
            Theirs::Heading(name) => {
                let at = self.find(entry, name)?;
                used[at] = true;
                Ok((vec![Part::Cell(at)], Some(self.names[at].clone())))
            }
            Theirs::Filled(pieces) => {
                let mut parts = Vec::with_capacity(pieces.len());
                for piece in pieces {
                    parts.push(match piece {
                        Piece::Text(text) => Part::Text(text.clone()),
                        Piece::Cell(name) => {
                            let at = self.find(entry, name)?;
                            used[at] = true;
                            Part::Cell(at)
                        }
                    });
                }
                Ok((parts, None))
            }
        }
    }

    /// The one column under a heading, whatever its width, case and spaces.
    fn find(&self, entry: &Entry, name: &str) -> Result<usize, FileError> {
        let exact: Vec<usize> =
            (0..self.names.len()).filter(|at| self.names[*at] == name).collect();
        let folded = fold(name);
        let alike = (0..self.names.len()).filter(|at| fold(&self.names[*at]) == folded).collect();
        let found: Vec<usize> = if exact.is_empty() { alike } else { exact };
        match found[..] {
            [at] => Ok(at),
            [] => {
                let names = self.names.iter().map(String::as_str).filter(|name| !name.is_empty());
                let near = cell::nearest(name, names.clone());
                let has = if near.is_empty() { names.collect() } else { near };
                let problem = format!(
                    "the column map, line {}: the file has no column “{name}”; it has {}",
                    entry.line,
                    cell::quoted(has)
                );
                Err(FileError::Refused { line: self.line, problem })
            }
            _ => {
                let columns = found.iter().map(|at| self.names[*at].clone()).collect();
                Err(FileError::SameColumns { line: self.line, columns })
            }
        }
    }
}

fn known<R: Row>(name: &str) -> Option<&'static Column<R>> {
    let folded = fold(name);
    R::COLUMNS.iter().find(|column| fold(column.name) == folded)
}

fn no_column<R: Row>(name: &str) -> String {
    let near = cell::nearest(name, R::COLUMNS.iter().map(|column| column.name));
    let meant = match near.first() {
        Some(near) => format!("did you mean “{near}”?"),
        None => format!("`stemma import --columns-of {}` lists those that are", R::FORMAT),
    };
    format!("the column “{name}” is not known; {meant}")
}
