//! What can be done with the catalogue: read it, search it, change it. The only folder that opens a write
//! transaction. It knows nothing of HTTP and nothing of SQL.

pub mod certificate;
pub mod check;
pub mod distribution;
mod due;
pub mod error;
pub mod export;
pub mod import;
pub mod inventory;
pub mod label;
pub mod quality;
pub mod read;
pub mod search;
pub mod unit;
mod write;

use std::sync::Arc;

use chrono::{DateTime, FixedOffset, NaiveDate, Offset, Utc};
use tokio::sync::Notify;

pub use error::Error;
pub use read::Listed;

pub use crate::db::{
    link::Link,
    log::Verdict,
    name::Suggestion,
    record::{AnyStored, Stored},
};
use crate::{
    clock::{Clock, Ids},
    db::{self, Db},
    metrics::Metrics,
    search::{embedded::EmbeddedIndex, meilisearch::Meilisearch, mirror::UNKNOWN},
};

/// The catalogue over one database.
#[derive(Debug, Clone)]
pub struct Catalogue {
    db: Db,
    clock: Clock,
    ids: Ids,
    /// The letters before the dash of a counted accession.
    prefix: Arc<str>,
    /// How far the bank's day is ahead of UTC.
    offset: FixedOffset,
    /// Wakes the readers of the log in this process after a change.
    changed: Arc<Notify>,
    index: Option<Arc<EmbeddedIndex>>,
    /// Searched before the embedded index, which stands in while this one fails.
    meilisearch: Option<Meilisearch>,
    metrics: Metrics,
}

impl Catalogue {
    /// Takes the database as it is; [`Catalogue::migrate`] brings it up to date.
    pub fn new(db: Db, clock: Clock, ids: Ids, prefix: &str) -> Self {
        Self {
            db,
            clock,
            ids,
            prefix: prefix.into(),
            offset: Utc.fix(),
            changed: Arc::default(),
            index: None,
            meilisearch: None,
            metrics: Metrics::default(),
        }
    }

    /// The same catalogue of a bank whose day begins so far before that of UTC.
    pub fn with_offset(self, offset: FixedOffset) -> Self {
        Self { offset, ..self }
    }

    /// The same catalogue, searching with this index.
    pub fn with_index(self, index: Arc<EmbeddedIndex>) -> Self {
        Self { index: Some(index), ..self }
    }

    /// The same catalogue, searching in Meilisearch first.
    pub fn with_meilisearch(self, meilisearch: Meilisearch) -> Self {
        Self { meilisearch: Some(meilisearch), ..self }
    }

    /// Brings the schema up to date, and with it the tables that are made from the records.
    pub async fn migrate(&self) -> Result<(), Error> {
        db::migrate::up(&self.db).await?;
        let mut tx = self.db.begin().await?;
        db::due::begin(&mut tx.conn(), self.today()).await?;
        tx.commit().await?;
        self.derive_due().await?;
        self.derive_units().await
    }

    /// Today at the bank, by the clock.
    pub fn today(&self) -> NaiveDate {
        self.clock.now().with_timezone(&self.offset).date_naive()
    }

    /// Now, by the clock.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    pub fn db(&self) -> &Db {
        &self.db
    }

    /// What is counted and measured, as it is now, in the text format of Prometheus.
    pub async fn measured(&self) -> Result<String, Error> {
        let mut lent = self.db.read().await?;
        let head = db::log::head(&mut lent.conn()).await?.seq;
        let metrics = &self.metrics;
        metrics.log_head.set(head);
        metrics.documents_set_aside.set(db::mirror::count_set_aside(&mut lent.conn()).await?);
        let (mut revisions, mut seconds) = (f64::NAN, f64::NAN);
        let position = metrics.mirror_position.get();
        if metrics.mirror_leads.get() == 1 && position != UNKNOWN {
            // The mirror may have gone on since the head was read.
            revisions = f64::from(u32::try_from((head - position).max(0)).unwrap_or(u32::MAX));
            let oldest = db::log::time_of(&mut lent.conn(), position + 1).await?;
            let age = oldest.map(|at| self.clock.now() - at);
            seconds = age.map_or(0.0, |age| age.as_seconds_f64().max(0.0));
        }
        metrics.mirror_lag_revisions.set(revisions);
        metrics.mirror_lag_seconds.set(seconds);
        Ok(metrics.text())
    }

    pub fn changed(&self) -> Arc<Notify> {
        self.changed.clone()
    }

    /// Walks the whole log and says whether it is as it was written.
    pub async fn verify_log(&self) -> Result<Verdict, Error> {
        const STRETCH: i64 = 1000;
        let mut lent = self.db.read().await?;
        let end = db::log::head(&mut lent.conn()).await?;
        let mut at = db::log::Head { seq: 0, hash: vec![0; 32] };
        while at.seq < end.seq {
            let stretch = db::log::after(&mut lent.conn(), at.seq, STRETCH).await?;
            if stretch.is_empty() {
                let problem = format!("it is missing; the log should end at {}", end.seq);
                return Ok(Verdict::Broken { seq: at.seq + 1, problem });
            }
            if let Some(broken) = db::log::verify(&mut at, &stretch) {
                return Ok(broken);
            }
        }
        if at.seq == end.seq && at.hash != end.hash {
            let problem = "the head of the log does not carry its hash".to_owned();
            return Ok(Verdict::Broken { seq: at.seq, problem });
        }
        Ok(Verdict::Sound(at))
    }
}
