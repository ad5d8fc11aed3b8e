//! Writes a bank's own tables, `lots-csv`, `vials-csv` and `results-csv`, by the columns that read them.
//!
//! A row is written only where it reads back as what the record says; what a table cannot say is told, and left to the
//! interchange format.

use std::{
    collections::HashSet,
    io::{self, Write},
};

use crate::{
    catalogue::import::Candidate,
    domain::{
        batch::BatchFacts,
        qc::record::ResultFacts,
        record::{AnyDraft, Draft, Facts, Flag, Layer, Record, State},
    },
    import::table::{
        LotRow, MAX_RECORD_BYTES, ResultRow, VialRow,
        column::{Problem, Row, cells, fill},
    },
};

/// Which of the tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Table {
    Lots,
    Vials,
    Results,
}

/// A row of a record that the table cannot hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{accession}, {source_code} {key}: {problem}; `stemma export jsonl` holds it")]
pub struct Unsaid {
    pub accession: String,
    pub source_code: String,
    pub key: String,
    pub problem: String,
}

#[derive(Debug)]
pub struct TableWriter<W: Write> {
    csv: csv::Writer<W>,
    pub rows: u64,
    pub unsaid: Vec<Unsaid>,
}

impl<W: Write> TableWriter<W> {
    pub fn new(out: W, table: Table) -> io::Result<Self> {
        let mut csv = csv::Writer::from_writer(out);
        let heading = match table {
            Table::Lots => heading::<LotRow>(),
            Table::Vials => heading::<VialRow>(),
            Table::Results => heading::<ResultRow>(),
        };
        csv.write_record(heading)?;
        Ok(Self { csv, rows: 0, unsaid: Vec::new() })
    }

    /// A row for each layer.
    pub fn lot(&mut self, record: &Record<BatchFacts>) -> io::Result<()> {
        for layer in &record.layers {
            let facts = BatchFacts { listed_vials: Vec::new(), ..layer.facts.clone() };
            let expected = AnyDraft::Batch(draft(record, layer, facts));
            let held = held(record, layer);
            self.row(record, layer, held, &LotRow::of(record, layer), &expected)?;
        }
        Ok(())
    }

    /// A row for each vial that a layer lists.
    pub fn vials(&mut self, record: &Record<BatchFacts>) -> io::Result<()> {
        for layer in &record.layers {
            let first = layer.facts.external_ids.first().filter(|id| id.scheme == "lot");
            let (held, rows) = (held(record, layer), VialRow::of(record, layer));
            for (row, vial) in rows.iter().zip(&layer.facts.listed_vials) {
                let facts = BatchFacts {
                    external_ids: first.cloned().into_iter().collect(),
                    listed_vials: vec![vial.clone()],
                    ..BatchFacts::default()
                };
                let expected = Draft { state: None, ..draft(record, layer, facts) };
                self.row(record, layer, held, row, &AnyDraft::Batch(expected))?;
            }
        }
        Ok(())
    }

    /// A row for each layer.
    pub fn result(&mut self, record: &Record<ResultFacts>) -> io::Result<()> {
        for layer in &record.layers {
            let expected = AnyDraft::QcResult(draft(record, layer, layer.facts.clone()));
            match ResultRow::of(record, layer) {
                Some(row) => self.row(record, layer, held(record, layer), &row, &expected)?,
                None => self.unsaid.push(unsaid(record, layer, "it holds no result")),
            }
        }
        Ok(())
    }

    pub fn finish(self) -> io::Result<W> {
        self.csv.into_inner().map_err(csv::IntoInnerError::into_error)
    }

    /// Writes a row that reads back as expected.
    fn row<R: Row, F: Facts>(
        &mut self,
        record: &Record<F>,
        layer: &Layer<F>,
        held: Result<(), &str>,
        row: &R,
        expected: &AnyDraft,
    ) -> io::Result<()> {
        let cells = cells(row);
        match reads_back::<R>(&cells, expected).and_then(|()| held.map_err(ToOwned::to_owned)) {
            Ok(()) => {
                self.csv.write_record(cells)?;
                self.rows += 1;
            }
            Err(problem) => self.unsaid.push(unsaid(record, layer, &problem)),
        }
        Ok(())
    }
}

/// Whether a table can hold what the layer is beside its facts. Worked out once, however many rows it has.
fn held<F: Facts>(record: &Record<F>, layer: &Layer<F>) -> Result<(), &'static str> {
    let first = record.layers.iter().find(|one| one.source == layer.source);
    if first.is_some_and(|first| first.key != layer.key) {
        return Err("its source has another row of the record, and a table has one of each number");
    }
    if layer.flags.is_empty() {
        return Ok(());
    }
    let worked_out: HashSet<Flag> = layer.facts.problems().into_iter().collect();
    let foreign = layer.flags.iter().any(|flag| !worked_out.contains(flag));
    if foreign { Err("it bears flags that no table holds") } else { Ok(()) }
}

/// What a row that reads back says.
fn draft<F: Facts>(record: &Record<F>, layer: &Layer<F>, facts: F) -> Draft<F> {
    let (source, key) = (layer.source.clone(), layer.key.clone());
    let mut draft = Draft {
        accession: Some(record.accession.clone()),
        state: Some(record.state).filter(|state| *state != State::Published),
        ..Draft::of(Layer { source, key, facts, flags: Vec::new() })
    };
    draft.examine();
    draft
}

fn reads_back<R: Row>(cells: &[String], expected: &AnyDraft) -> Result<(), String> {
    if cells.iter().map(String::len).sum::<usize>() * 2 > MAX_RECORD_BYTES {
        return Err("it is longer than a row may be".to_owned());
    }
    if cells.iter().any(|cell| cell.contains('\0')) {
        return Err("it holds a character that no text file holds".to_owned());
    }
    let row: R = fill(R::COLUMNS.iter().zip(cells.iter().map(String::as_str))).map_err(told)?;
    let Candidate { draft, asks, .. } = row.candidate(0).map_err(told)?;
    if let Some(ask) = asks.first() {
        return Err(format!("`{}` is no identifier of a registry that is known here", ask.text));
    }
    if draft == *expected { Ok(()) } else { Err("it says more than the columns hold".to_owned()) }
}

fn told(problems: Vec<Problem>) -> String {
    let told = |problem: Problem| format!("{}: {}", problem.column, problem.message);
    problems.into_iter().map(told).collect::<Vec<_>>().join("; ")
}

fn heading<R: Row>() -> Vec<&'static str> {
    R::COLUMNS.iter().map(|column| column.name).collect()
}

fn unsaid<F: Facts>(record: &Record<F>, layer: &Layer<F>, problem: &str) -> Unsaid {
    Unsaid {
        accession: record.accession.clone(),
        source_code: layer.source.as_str().to_owned(),
        key: layer.key.clone(),
        problem: problem.to_owned(),
    }
}
