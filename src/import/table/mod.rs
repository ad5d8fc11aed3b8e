//! A bank's own tables: `lots-csv`, `vials-csv` and `results-csv`. Columns are known by name, in any order; a row is taken
//! or refused with everything that is wrong in it, each with its column, its value and what to do.
//!
//! One table of columns for each format is read and written by (`src/export/table.rs`).

mod cell;
pub(crate) mod column;
mod lot;
mod map;
mod plan;
mod refer;
mod reported;
mod result;
mod value;

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
};

pub use self::map::ColumnMap;
use self::{
    column::{Problem, Row, fill},
    plan::Plan,
};
pub(crate) use self::{
    lot::{LotRow, VialRow},
    result::ResultRow,
};
pub(crate) use super::csv_records::MAX_RECORD_BYTES;
use super::{
    RowIter,
    csv_records::{CsvRecord, CsvRecords, Reread, separated_as_headed},
    source_file::{FileError, ReadError, RowError, SourceFile, TextReader},
};
use crate::catalogue::import::Candidate;

/// What `stemma import --columns-of` prints: each column with what stands in it.
pub(super) fn columns_of<R: Row>() -> Vec<(&'static str, bool, &'static str)> {
    R::COLUMNS.iter().map(|column| (column.name, column.required, column.about)).collect()
}

pub(super) fn rows<R: Row>(file: SourceFile, map: &ColumnMap) -> Result<RowIter, FileError> {
    let mut records = separated_as_headed(file.into_text())?;
    let header = records.next()?.ok_or(FileError::WrongKind { expected: "header line" })?;
    let plan: Plan<R> = Plan::new(header.line, &header.cells, map)?;
    Ok(Box::new(Table { records, plan, seen: HashMap::new(), ended: false }))
}

struct Table<R: Row> {
    records: CsvRecords<Reread<TextReader>>,
    plan: Plan<R>,
    /// The line of each row by what no two share, and what it says, hashed.
    seen: HashMap<String, (u64, u64)>,
    ended: bool,
}

impl<R: Row> Table<R> {
    fn read(&mut self) -> Result<Option<Candidate>, ReadError> {
        loop {
            let Some(record) = self.records.next()? else { return Ok(None) };
            let (found, expected) = (record.cells.len(), self.plan.width);
            let blank = record.cells.iter().all(|cell| cell.trim().is_empty());
            if blank && found == expected {
                continue;
            }
            if found < expected && self.records.at_end()? {
                let within = format!("a row of {expected} cells");
                return Err(FileError::CutOff { line: record.line, within }.into());
            }
            if found != expected {
                let message = format!(
                    "has {found} cells where the header has {expected}: write one for each column"
                );
                return Err(RowError { row: record.line, label: None, field: None, message }.into());
            }
            return self.candidate(&record).map(Some);
        }
    }

    fn candidate(&mut self, record: &CsvRecord) -> Result<Candidate, ReadError> {
        let line = record.line;
        if let Some(at) = self.plan.bare.iter().find(|at| !record.cells[**at].trim().is_empty()) {
            let message = format!(
                "`{}` stands in column {}, which has no heading: give it one",
                record.cells[*at].trim(),
                at + 1
            );
            return Err(RowError { row: line, label: None, field: None, message }.into());
        }
        let filled = &self.plan.filled;
        let cells = filled.iter().map(|one| one.cell(&record.cells)).collect::<Result<Vec<_>, _>>();
        let cells = cells.map_err(|problem| self.refused(line, None, &[problem]))?;
        let places = filled.iter().zip(&cells).map(|(one, cell)| (one.column, cell.as_str()));
        let label = || {
            let named =
                filled.iter().zip(&cells).find(|(one, _)| one.column.name == R::COLUMNS[0].name);
            named.map(|(_, cell)| cell.clone()).filter(|cell| !cell.is_empty())
        };
        let row: R = fill(places).map_err(|problems| self.refused(line, label(), &problems))?;
        let (label, identity) = (Some(row.label()), row.identity());
        let candidate =
            row.candidate(line).map_err(|problems| self.refused(line, label, &problems))?;
        self.once(identity, candidate)
    }

    /// Of two rows that speak of one thing differently none is the newer: the second is refused.
    fn once(&mut self, identity: String, candidate: Candidate) -> Result<Candidate, ReadError> {
        let mut hasher = DefaultHasher::new();
        serde_json::to_string(&candidate.draft).unwrap_or_default().hash(&mut hasher);
        candidate.asks.hash(&mut hasher);
        let says = hasher.finish();
        let (line, said) = *self.seen.entry(identity).or_insert((candidate.row, says));
        if said == says {
            return Ok(candidate);
        }
        let message = format!(
            "row {line} says otherwise of the same: leave the right one, or give each its own number"
        );
        Err(RowError { row: candidate.row, label: Some(candidate.label), field: None, message }
            .into())
    }

    fn refused(&self, line: u64, label: Option<String>, problems: &[Problem]) -> ReadError {
        let heading = |column: &str| {
            let filled = self.plan.filled.iter().find(|one| one.column.name == column);
            filled.map_or_else(|| column.to_owned(), |one| one.heading.clone())
        };
        let field = problems.first().map(|problem| heading(problem.column));
        let message = |(at, problem): (usize, &Problem)| match at {
            0 => problem.message.clone(),
            _ => format!("{}: {}", heading(problem.column), problem.message),
        };
        let message: Vec<String> = problems.iter().enumerate().map(message).collect();
        let label = label.filter(|label| !label.trim().is_empty());
        RowError { row: line, label, field, message: message.join("; ") }.into()
    }
}

impl<R: Row> Iterator for Table<R> {
    type Item = Result<Candidate, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let row = self.read();
        self.ended = !matches!(row, Ok(Some(_)) | Err(ReadError::Row(_)));
        row.transpose()
    }
}
