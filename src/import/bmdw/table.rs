//! Inventories as a table: comma-separated rows under a header of field names, those of the inventory first and in
//! every row, nested fields with `_` between the names (`HLA_A_DNA_FIELD1`, `MAT_IDM_CMV`).
//!
//! A table has no end mark: one that was cut exactly between two rows reads as a whole one. Where what a file does
//! not name matters, XML is the safer form.

use std::io::BufRead;

use super::{Ledger, ReadError, RowProblem, RowProblems, Unit, UnitRow};
use crate::{
    domain::cord_blood::bmdw::{
        field::{self, Element, FIELDS, Need},
        header::{self, Attributes},
        value::UsualCounts,
    },
    import::{
        csv_records::{CsvRecord, CsvRecords},
        source_file::FileError,
    },
};

/// What a column holds.
#[derive(Debug, Clone)]
enum Column {
    /// A field of the inventory, by its name.
    Inventory(&'static str),
    /// A field of the unit, by its path.
    Unit(String),
    Unknown,
}

/// The units of a table, one by one.
pub struct TableReader<R> {
    records: CsvRecords<R>,
    columns: Vec<Column>,
    names: Vec<String>,
    usual: UsualCounts,
    ledger: Ledger,
    /// The last inventory that was opened, and what opened it: rows of one inventory follow one another.
    opened: Option<(Attributes, usize)>,
    ended: bool,
}

impl<R> std::fmt::Debug for TableReader<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TableReader").field("columns", &self.columns).finish_non_exhaustive()
    }
}

impl<R: BufRead> TableReader<R> {
    /// Reads the header. A table that lacks a required column is refused, as is one that has a column twice.
    pub fn new(input: R, usual: UsualCounts) -> Result<Self, FileError> {
        let mut reader = Self {
            records: CsvRecords::new(input, b','),
            columns: Vec::new(),
            names: Vec::new(),
            usual,
            ledger: Ledger::default(),
            opened: None,
            ended: false,
        };
        let header =
            reader.records.next()?.ok_or(FileError::WrongKind { expected: "header line" })?;
        reader.read_header(&header)?;
        Ok(reader)
    }

    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    pub fn into_ledger(self) -> Ledger {
        self.ledger
    }

    fn read_header(&mut self, header: &CsvRecord) -> Result<(), FileError> {
        let names: Vec<String> = header.cells.iter().map(|name| column_name(name)).collect();
        let required = required_columns().filter(|name| names.iter().all(|found| found != name));
        let missing: Vec<String> = required.map(ToOwned::to_owned).collect();
        if !missing.is_empty() {
            return Err(FileError::MissingColumns { line: header.line, missing, found: names });
        }
        for (at, name) in names.iter().enumerate() {
            let column = column(name);
            if !matches!(column, Column::Unknown) && names[..at].contains(name) {
                let columns = vec![name.clone(), name.clone()];
                return Err(FileError::SameColumns { line: header.line, columns });
            }
            if matches!(column, Column::Unknown) {
                self.ledger.note_unknown(name);
            }
            self.columns.push(column);
        }
        self.names = names;
        Ok(())
    }

    fn read(&mut self) -> Result<Option<UnitRow>, ReadError> {
        let Some(record) = self.records.next()? else {
            self.ledger.complete = true;
            return Ok(None);
        };
        let (found, expected) = (record.cells.len(), self.columns.len());
        if found < expected && self.records.at_end()? {
            let within = format!("a row of {expected} cells");
            return Err(FileError::CutOff { line: record.line, within }.into());
        }
        if found != expected {
            return Err(self.refuse(&record, RowProblem::Cells { found, expected })?);
        }
        let mut cells = self.names.iter().zip(&record.cells);
        if let Some((column, _)) = cells.find(|(_, cell)| cell.contains(['\n', '\r'])) {
            let column = column.clone();
            return Err(self.refuse(&record, RowProblem::LineBreak { column })?);
        }
        let inventory = self.open(&record)?;
        let unit = self.unit_of(&record);
        self.ledger.settle((record.line, inventory), unit, &self.usual).map(Some)
    }

    /// The inventory that the row says it is in.
    fn open(&mut self, record: &CsvRecord) -> Result<usize, ReadError> {
        let mut attributes = Attributes::new();
        for (column, cell) in self.columns.iter().zip(&record.cells) {
            if let Column::Inventory(name) = column {
                attributes.insert(name, cell.clone());
            }
        }
        if let Some((same, inventory)) = &self.opened
            && *same == attributes
        {
            return Ok(*inventory);
        }
        let opened = self.ledger.open(&attributes).map_err(Box::new);
        let inventory =
            opened.map_err(|problem| ReadError::Header { line: record.line, problem })?;
        self.opened = Some((attributes, inventory));
        Ok(inventory)
    }

    /// A row whose cells are shifted, or that has swallowed others, says nothing of any unit, not even which it is. It is
    /// counted to the inventory of the row before.
    fn refuse(&mut self, record: &CsvRecord, problem: RowProblem) -> Result<ReadError, ReadError> {
        let inventory = match &self.opened {
            Some((_, inventory)) => *inventory,
            None => self.open(record)?,
        };
        self.ledger.snapshots[inventory].name(None);
        let problems = vec![problem];
        Ok(RowProblems { row: record.line, inventory, id: None, problems }.into())
    }

    fn unit_of(&self, record: &CsvRecord) -> Unit {
        let mut unit = Unit::default();
        for (column, cell) in self.columns.iter().zip(&record.cells) {
            if let Column::Unit(path) = column {
                unit.put(path, cell);
            }
        }
        unit
    }
}

impl<R: BufRead> Iterator for TableReader<R> {
    type Item = Result<UnitRow, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let row = self.read();
        self.ended = !matches!(row, Ok(Some(_)) | Err(ReadError::Row(_)));
        row.transpose()
    }
}

/// Spreadsheets put a byte order mark before the first name.
fn column_name(text: &str) -> String {
    text.trim_start_matches('\u{feff}').trim().to_owned()
}

fn column(name: &str) -> Column {
    if let Some(name) = header::name(name) {
        return Column::Inventory(name);
    }
    let unit = field::leaves().iter().find(|leaf| leaf.column == name);
    match unit {
        Some(leaf) => Column::Unit(leaf.path.clone()),
        // Put into a unit, it is refused there where a row has a value for it.
        None if field::find(Element::Donor, name).is_some() => Column::Unit(name.to_owned()),
        None => Column::Unknown,
    }
}

fn required_columns() -> impl Iterator<Item = &'static str> {
    let inventory = FIELDS.iter().filter(|field| field.element == Element::Inventory);
    let inventory = inventory.filter(|field| field.need == Need::Required).map(|field| field.name);
    let unit = field::leaves().iter().filter(|leaf| leaf.required);
    inventory.chain(unit.map(|leaf| leaf.column.as_str()))
}
