//! What time changes: a day that comes is a change of its own for every record of which something begins or ends on it,
//! so that indexes and caches follow the log and nothing else.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use uuid::Uuid;

use super::{
    Catalogue, Error,
    import::CHUNK,
    write::{self, Change, Signed},
};
use crate::{
    db::{
        DbError, due,
        log::Action,
        record::{self, RecordRow},
        setting,
    },
    domain::{self, qc::standard, record::AnyRecord},
};

/// By what the days were worked out.
const DERIVED: &str = "due_derivation";
/// Records derived from at once.
const BATCH: i64 = 500;

impl Catalogue {
    /// Reaches today; answers how many records that changed. A clock that was put back changes nothing.
    pub async fn reach_today(&self) -> Result<usize, Error> {
        let today = self.today();
        let mut changed = 0;
        loop {
            let mut lent = self.db.read().await?;
            let reached = due::day(&mut lent.conn()).await? >= today;
            if reached && due::until(&mut lent.conn(), today, 1).await?.is_empty() {
                return Ok(changed);
            }
            drop(lent);
            changed += self.reach_some(today).await?;
        }
    }

    async fn reach_some(&self, today: NaiveDate) -> Result<usize, Error> {
        let mut tx = self.db.begin().await?;
        // Of several processes one does it; the others find nothing left.
        setting::take_numbers(&mut tx.conn(), "import", 0).await?;
        if due::day(&mut tx.conn()).await? < today {
            due::reach(&mut tx.conn(), today).await?;
        }
        let limit = i64::try_from(CHUNK).expect("a chunk is small");
        let ids = due::until(&mut tx.conn(), today, limit).await?;
        let change = |stored: record::AnyStored| Change {
            before: Some(stored.record.clone()),
            after: stored.record,
            version: stored.version + 1,
        };
        let records = record::any_many(&mut tx.conn(), &ids).await?;
        let changes: Vec<Change> = records.into_iter().map(change).collect();
        let signed = Signed {
            actor: "system".to_owned(),
            reason: format!("{today} has come"),
            at: self.clock.now(),
            action: Some(Action::System),
        };
        write::write(&mut tx.conn(), &changes, &signed).await?;
        tx.commit().await?;
        self.changed.notify_waiters();
        Ok(changes.len())
    }

    /// Fills in the days of records that were written before days were kept, or were kept otherwise.
    pub(super) async fn derive_due(&self) -> Result<(), Error> {
        let derivation = derivation();
        let known = setting::get(&mut self.db.read().await?.conn(), DERIVED).await?;
        if known.as_ref() == Some(&derivation) {
            return Ok(());
        }
        for kind in domain::due::KINDS {
            let mut last = Uuid::nil();
            loop {
                let mut tx = self.db.begin().await?;
                // Writers wait, so that none of them is overtaken by what was read before it.
                setting::take_numbers(&mut tx.conn(), "import", 0).await?;
                let reached = due::day(&mut tx.conn()).await?;
                let rows = record::after(&mut tx.conn(), last, kind, BATCH).await?;
                let Some(end) = rows.last() else { break };
                last = end.id;
                let read = |row: &RecordRow| Ok(row.read_any()?.record);
                let records: Vec<AnyRecord> =
                    rows.iter().map(read).collect::<Result<_, DbError>>()?;
                let days = write::due_days(records.iter(), reached);
                let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
                due::replace(&mut tx.conn(), &ids, days).await?;
                tx.commit().await?;
            }
        }
        let mut tx = self.db.begin().await?;
        setting::put(&mut tx.conn(), DERIVED, &derivation).await?;
        Ok(tx.commit().await?)
    }
}

/// Rises when days are worked out differently; how long results are valid is part of it.
fn derivation() -> String {
    let criteria = standard::shipped().iter().flat_map(|standard| &standard.criteria);
    let valid = criteria.filter_map(|criterion| {
        let days = criterion.validity?.days?;
        Some(format!("{} {days}", criterion.test.code()))
    });
    let valid: BTreeSet<String> = valid.collect();
    format!("1 {}", Vec::from_iter(valid).join(", "))
}
