//! What time changes: a day that comes is a change of its own for every record of which something begins or ends on it,
//! so that indexes and caches follow the log and nothing else.

use super::{
    Catalogue, Error,
    import::CHUNK,
    write::{self, Change, Signed},
};
use crate::db::{due, log::Action, record, setting};

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
            changed += self.reach_some().await?;
        }
    }

    async fn reach_some(&self) -> Result<usize, Error> {
        let today = self.today();
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
}
