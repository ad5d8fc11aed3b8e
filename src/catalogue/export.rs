//! The whole catalogue, record by record, in the order in which it can be read back.

use uuid::Uuid;

use super::{Catalogue, Error, read};
use crate::{
    db::record::{self, RecordRow},
    domain::{
        id::RecordKind,
        record::{Facts, Record},
    },
};

/// Records read at once.
const STRETCH: i64 = 500;

/// What refers comes after what it refers to, so that a reader can resolve as it goes.
const ORDER: [RecordKind; 13] = [
    RecordKind::Organization,
    RecordKind::Disease,
    RecordKind::Publication,
    RecordKind::Donor,
    RecordKind::Sample,
    RecordKind::CordBloodUnit,
    RecordKind::CellLine,
    RecordKind::Batch,
    RecordKind::QcResult,
    RecordKind::Holding,
    RecordKind::Notice,
    RecordKind::Certificate,
    RecordKind::Distribution,
];

impl Catalogue {
    /// Hands every record to `write` as one line of the interchange format; answers how many there were.
    pub async fn export(
        &self,
        mut write: impl FnMut(&str) -> std::io::Result<()>,
    ) -> Result<u64, Error> {
        let mut lent = self.db.read().await?;
        let mut written = 0;
        for kind in ORDER {
            let mut last = Uuid::nil();
            loop {
                let rows = record::after(&mut lent.conn(), last, kind, STRETCH).await?;
                let Some(row) = rows.last() else { break };
                last = row.id;
                for stored in rows.iter().map(RecordRow::read_any) {
                    write(&read::interchange(&stored?.record)?).map_err(|error| {
                        Error::Input(format!("the export cannot be written: {error}"))
                    })?;
                    written += 1;
                }
            }
        }
        Ok(written)
    }

    /// Hands every record of a kind to `write`, in the order of their making.
    pub async fn every<F: Facts>(
        &self,
        mut write: impl FnMut(&Record<F>) -> std::io::Result<()>,
    ) -> Result<(), Error> {
        let mut lent = self.db.read().await?;
        let mut last = Uuid::nil();
        loop {
            let rows = record::after(&mut lent.conn(), last, F::KIND, STRETCH).await?;
            let Some(row) = rows.last() else { return Ok(()) };
            last = row.id;
            for row in &rows {
                write(&row.read()?.record).map_err(|error| {
                    Error::Input(format!("the export cannot be written: {error}"))
                })?;
            }
        }
    }
}
