//! Reads inventories of cord-blood units by the BMDW field set of 2017, from XML or from a table (CSV) with a column
//! for each field. Each row becomes facts or is refused with everything that is wrong in it.
//!
//! What follows for the units that a file does not name is decided elsewhere, from the [`Ledger`] of a file that was
//! read to its end.

mod candidate;
mod table;
mod xml;

pub(super) use self::candidate::{table, xml};
pub use self::{candidate::Inventories, table::TableReader, xml::XmlReader};
use super::source_file::FileError;
use crate::domain::cord_blood::{
    bmdw::{
        header::{Attributes, HeaderProblem, read as read_header},
        row::{self, Fields},
        value::{FieldProblem, UsualCounts, shown},
    },
    facts::UnitFacts,
    inventory::{Inventory, Snapshot},
};

/// Names of fields that the field set does not have are kept up to so many, each cut to so many characters.
const MAX_UNKNOWN: usize = 100;
const MAX_NAME_CHARS: usize = 64;
/// A file with more inventories is another kind of file.
const MAX_INVENTORIES: usize = 1_000;

/// A row that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct UnitRow {
    /// The line of a table, else the ordinal of the unit; both start at 1.
    pub row: u64,
    /// Its place in [`Ledger::inventories`].
    pub inventory: usize,
    pub unit: UnitFacts,
}

/// A row that is refused; the rows around it are not affected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("row {row}{}: {}", id.as_ref().map(|id| format!(" ({id})")).unwrap_or_default(), told(problems))]
pub struct RowProblems {
    pub row: u64,
    pub inventory: usize,
    /// The unit it speaks of, where that much could be read.
    pub id: Option<String>,
    /// At least one.
    pub problems: Vec<RowProblem>,
}

fn told(problems: &[RowProblem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RowProblem {
    #[error(transparent)]
    Field(#[from] FieldProblem),
    #[error("ID `{id}` was in the inventory before: give each unit one row")]
    SameUnit { id: String },
    #[error(
        "a cell of {column} holds a line break, so that rows may have run into one another: look for a `\"` too many or \
         too few, and give each unit one line"
    )]
    LineBreak { column: String },
    #[error("has {found} cells where the header has {expected}: write one for each column")]
    Cells { found: usize, expected: usize },
}

/// What a reader yields in place of a row. After `Header` and `File` it yields nothing more.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error(transparent)]
    Row(#[from] RowProblems),
    #[error("line {line}: {problem}")]
    Header { line: u64, problem: Box<HeaderProblem> },
    #[error(transparent)]
    File(#[from] FileError),
}

/// What a reader has learnt of its file so far.
#[derive(Debug, Default)]
pub struct Ledger {
    inventories: Vec<Inventory>,
    snapshots: Vec<Snapshot>,
    unknown_fields: Vec<String>,
    complete: bool,
}

impl Ledger {
    pub fn inventories(&self) -> &[Inventory] {
        &self.inventories
    }

    /// Fields that the field set does not have and that were not read; the first hundred.
    pub fn unknown_fields(&self) -> &[String] {
        &self.unknown_fields
    }

    /// Which units each inventory names, those of refused rows included. `None` unless the file was read to its
    /// end: a file that was cut off must not make units absent.
    pub fn snapshots(&self) -> Option<&[Snapshot]> {
        self.complete.then_some(&self.snapshots)
    }

    /// The place of the inventory with these attributes, which is a new one or one that was opened before.
    fn open(&mut self, attributes: &Attributes) -> Result<usize, HeaderProblem> {
        let inventory = read_header(attributes)?;
        let whose = |one: &Inventory| (one.listing_organization, one.pool);
        if let Some(at) = self.inventories.iter().position(|one| whose(one) == whose(&inventory)) {
            let (listing_organization, pool) = whose(&inventory);
            let same = self.inventories[at] == inventory;
            return same.then_some(at).ok_or(HeaderProblem::Twice { listing_organization, pool });
        }
        if self.inventories.len() == MAX_INVENTORIES {
            return Err(HeaderProblem::TooMany { most: MAX_INVENTORIES });
        }
        self.snapshots.push(Snapshot::of(&inventory));
        self.inventories.push(inventory);
        Ok(self.inventories.len() - 1)
    }

    fn note_unknown(&mut self, name: &str) {
        let name = shown(name, MAX_NAME_CHARS);
        if self.unknown_fields.len() < MAX_UNKNOWN && !self.unknown_fields.contains(&name) {
            self.unknown_fields.push(name);
        }
    }

    /// Makes a row of what was read of a unit, and counts the unit in.
    fn settle(
        &mut self,
        (row, inventory): (u64, usize),
        unit: Unit,
        usual: &UsualCounts,
    ) -> Result<UnitRow, ReadError> {
        let Unit { fields, mut problems } = unit;
        let read = row::read(&fields, usual);
        let facts = read.unwrap_or_else(|found| {
            problems.extend(found.into_iter().map(RowProblem::from));
            UnitFacts::default()
        });
        // An ID that is wrong itself names no unit.
        let misnamed =
            |problem: &RowProblem| matches!(problem, RowProblem::Field(p) if p.field == "ID");
        let id = fields.get("ID").filter(|_| !problems.iter().any(misnamed));
        if !self.snapshots[inventory].name(id) {
            problems.extend(id.map(|id| RowProblem::SameUnit { id: id.to_owned() }));
        }
        if problems.is_empty() {
            return Ok(UnitRow { row, inventory, unit: facts });
        }
        Err(RowProblems { row, inventory, id: id.map(ToOwned::to_owned), problems }.into())
    }
}

/// A unit whose values are being collected.
#[derive(Debug, Default)]
struct Unit {
    fields: Fields,
    problems: Vec<RowProblem>,
}

impl Unit {
    /// Takes a value, and answers whether the field set has its place.
    fn put(&mut self, path: &str, text: &str) -> bool {
        self.fields.put(path, text).unwrap_or_else(|problem| {
            // A file can repeat one field for ever; that it does is told once.
            let told =
                |p: &RowProblem| matches!(p, RowProblem::Field(p) if p.field == problem.field);
            if !self.problems.iter().any(told) {
                self.problems.push(problem.into());
            }
            true
        })
    }
}

#[cfg(test)]
mod tests;
