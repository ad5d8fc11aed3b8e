//! Rows of an inventory as candidates of the catalogue: each unit is known again by a digest of its sealed number.

use std::sync::{Arc, OnceLock};

use sha2::{Digest, Sha256};

use super::{Ledger, ReadError as BmdwError, TableReader, UnitRow, XmlReader};
use crate::{
    catalogue::import::Candidate,
    domain::{
        cord_blood::{
            bmdw::value::UsualCounts,
            facts::{Listing, UnitFacts},
            inventory::{Inventory, Presence, Snapshot},
            steps::History,
        },
        identifier::ExternalId,
        record::{AnyDraft, Draft},
    },
    import::{
        RowIter, layer,
        source_file::{FileError, ReadError, RowError, SourceFile, TextReader},
    },
};

/// The inventories of a file, once all of it was read.
#[derive(Debug, Clone, Default)]
pub struct Inventories(Arc<OnceLock<Vec<(Inventory, Snapshot)>>>);

impl Inventories {
    /// None before the file was read to its end, and for a file of another format.
    pub fn all(&self) -> &[(Inventory, Snapshot)] {
        self.0.get().map_or(&[], Vec::as_slice)
    }
}

enum Reader {
    Xml(Box<XmlReader<TextReader>>),
    Table(Box<TableReader<TextReader>>),
}

impl Reader {
    fn next(&mut self) -> Option<Result<UnitRow, BmdwError>> {
        match self {
            Self::Xml(reader) => reader.next(),
            Self::Table(reader) => reader.next(),
        }
    }

    fn ledger(&self) -> &Ledger {
        match self {
            Self::Xml(reader) => reader.ledger(),
            Self::Table(reader) => reader.ledger(),
        }
    }
}

struct Candidates {
    reader: Reader,
    inventories: Inventories,
    /// Whether the reading was ended by an error.
    failed: bool,
}

impl Iterator for Candidates {
    type Item = Result<Candidate, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        let Some(row) = self.reader.next() else {
            let ledger = self.reader.ledger();
            let snapshots = ledger.snapshots().into_iter().flatten().cloned();
            let all: Vec<_> = ledger.inventories().iter().cloned().zip(snapshots).collect();
            let is_empty = all.is_empty();
            let is_first_end = self.inventories.0.set(all).is_ok();
            let nothing = FileError::WrongKind { expected: "inventory of units" };
            return (is_first_end && is_empty && !self.failed).then_some(Err(nothing.into()));
        };
        self.failed |= matches!(row, Err(BmdwError::File(_) | BmdwError::Header { .. }));
        Some(match row {
            Ok(row) => Ok(candidate(&self.reader.ledger().inventories()[row.inventory], row)),
            Err(error) => Err(refused(error)),
        })
    }
}

pub(in crate::import) fn xml(file: SourceFile) -> (RowIter, Inventories) {
    let reader = XmlReader::new(file.into_text(), UsualCounts::default());
    candidates(Reader::Xml(Box::new(reader)))
}

pub(in crate::import) fn table(
    file: SourceFile,
) -> Result<(RowIter, Vec<String>, Inventories), FileError> {
    let reader = TableReader::new(file.into_text(), UsualCounts::default())?;
    let unknown = reader.ledger().unknown_fields().to_vec();
    let (rows, inventories) = candidates(Reader::Table(Box::new(reader)));
    Ok((rows, unknown, inventories))
}

fn candidates(reader: Reader) -> (RowIter, Inventories) {
    let inventories = Inventories::default();
    let rows = Candidates { reader, inventories: inventories.clone(), failed: false };
    (Box::new(rows), inventories)
}

fn candidate(inventory: &Inventory, row: UnitRow) -> Candidate {
    let number = row.unit.identity.id.clone().unwrap_or_default();
    let whose = inventory.key();
    let digest = hex::encode(Sha256::digest(format!("{whose}/{number}")));
    let external_ids =
        vec![ExternalId::new("unit_digest", &digest), ExternalId::new("bmdw_inventory", whose)];
    let listing = Listing {
        organization: inventory.listing_organization,
        pool: inventory.pool,
        presence: Presence::Named,
    };
    let opened = inventory.taken().date_naive();
    let history = row.unit.status.standing().map(|opening| History::from(opened, opening));
    let facts = UnitFacts { external_ids, listing: Some(listing), history, ..row.unit };
    let draft = Draft::of(layer("bmdw", &digest, facts, Vec::new()));
    Candidate::new(row.row, number, AnyDraft::CordBloodUnit(draft)).observed()
}

fn refused(error: BmdwError) -> ReadError {
    match error {
        BmdwError::Row(row) => {
            let message: Vec<String> = row.problems.iter().map(ToString::to_string).collect();
            let message = message.join("; ");
            ReadError::Row(RowError { row: row.row, label: row.id, field: None, message })
        }
        BmdwError::Header { line, problem } => {
            ReadError::File(FileError::Refused { line, problem: problem.to_string() })
        }
        BmdwError::File(error) => ReadError::File(error),
    }
}
