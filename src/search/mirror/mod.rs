//! The mirror: a reader of the log that keeps the index in Meilisearch. Of any number of processes one leads, by a
//! lease in the database; what a leader leaves half done, the next does again, because every document says the whole
//! and the index itself carries the position up to which it is complete. Those who write never wait for it.

mod drift;
mod rebuild;
mod send;

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use chrono::TimeDelta;
use uuid::Uuid;

pub use self::drift::Drift;
use super::meilisearch::{Fault, Meilisearch, Meta, stamp};
use crate::{
    clock::Clock,
    db::{Db, DbError, log, mirror, setting},
    domain::id::RecordId,
    search::build,
};

const LEASE: &str = "mirror";
/// Longer than the time for which a renewal counts as fresh, and one request after it.
const LASTS: TimeDelta = TimeDelta::seconds(90);
/// A lease renewed since then needs no renewal.
const FRESH: Duration = Duration::from_secs(15);
/// Revisions taken up at once.
const STRETCH: i64 = 1000;
/// Set while somebody wants the index built anew.
const WANTED: &str = "mirror_rebuild";

#[derive(Debug, thiserror::Error)]
pub enum MirrorError {
    #[error(transparent)]
    Db(#[from] DbError),
    #[error(transparent)]
    Fault(#[from] Fault),
    #[error("a change was not done by Meilisearch ({0}); it is sent again")]
    Lost(String),
    #[error("another process leads the mirror now")]
    Deposed,
    #[error("the index built anew does not agree with the database: {0}")]
    Unequal(Drift),
}

/// What a turn came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// Another process leads.
    Follower,
    /// The index knows everything up to here.
    Current(i64),
}

/// One process's part in the mirror.
#[derive(Debug)]
pub struct Mirror {
    db: Db,
    clock: Clock,
    engine: Meilisearch,
    holder: Uuid,
    /// When the lease was taken or renewed last.
    renewed: Option<Instant>,
    /// Up to where this process has brought the index.
    reached: Option<i64>,
    /// Records whose documents the server would not have.
    refused: BTreeSet<RecordId>,
}

impl Mirror {
    pub fn new(db: Db, clock: Clock, engine: Meilisearch, holder: Uuid) -> Self {
        let (renewed, reached, refused) = (None, None, BTreeSet::new());
        Self { db, clock, engine, holder, renewed, reached, refused }
    }

    /// Brings the index up to the head of the log, building it first where there is none that fits.
    pub async fn turn(&mut self) -> Result<Turn, MirrorError> {
        let head = log::head(&mut self.db.read().await?.conn()).await?.seq;
        let wanted = self.is_rebuild_wanted().await?;
        if !wanted && self.is_fresh() && self.reached == Some(head) {
            return Ok(Turn::Current(head));
        }
        let reached = self.take_turn(wanted).await;
        // After a failure nothing is taken for granted.
        self.reached = reached.as_ref().ok().copied().flatten();
        Ok(reached?.map_or(Turn::Follower, Turn::Current))
    }

    async fn take_turn(&mut self, wanted: bool) -> Result<Option<i64>, MirrorError> {
        let led = self.is_fresh();
        if !self.lead().await? {
            return Ok(None);
        }
        if !led {
            let refused = mirror::all_set_aside(&mut self.db.read().await?.conn()).await?;
            self.refused = refused.into_iter().map(|aside| aside.record).collect();
        }
        let live = self.engine.live().to_owned();
        let meta = self.engine.meta(&live).await?;
        let fits = match &meta {
            Some(meta) => self.fits(meta).await?,
            None => false,
        };
        if wanted || !fits {
            let rebuilt = self.rebuild(fits).await;
            if fits && rebuilt.is_err() {
                // What is searched must not stand still because building fails.
                self.follow(&live).await?;
            }
            rebuilt?;
            let mut tx = self.db.begin().await?;
            setting::remove(&mut tx.conn(), WANTED).await?;
            tx.commit().await?;
        }
        self.follow(&live).await.map(Some)
    }

    fn is_fresh(&self) -> bool {
        self.renewed.is_some_and(|renewed| renewed.elapsed() < FRESH)
    }

    /// Asks whoever leads to build the index anew.
    pub async fn want_rebuild(&self) -> Result<(), MirrorError> {
        let mut tx = self.db.begin().await?;
        setting::put(&mut tx.conn(), WANTED, "1").await?;
        Ok(tx.commit().await?)
    }

    pub async fn is_rebuild_wanted(&self) -> Result<bool, MirrorError> {
        Ok(setting::get(&mut self.db.read().await?.conn(), WANTED).await?.is_some())
    }

    /// Lets another process lead at once, instead of when the lease has run out.
    pub async fn step_down(&mut self) -> Result<(), MirrorError> {
        (self.renewed, self.reached) = (None, None);
        let mut tx = self.db.begin().await?;
        mirror::end_lease(&mut tx.conn(), LEASE, self.holder).await?;
        Ok(tx.commit().await?)
    }

    async fn lead(&mut self) -> Result<bool, MirrorError> {
        let asked = Instant::now();
        let mut tx = self.db.begin().await?;
        let epoch = mirror::take_lease(&mut tx.conn(), LEASE, self.holder, LASTS).await?;
        tx.commit().await?;
        self.renewed = epoch.map(|_| asked);
        Ok(epoch.is_some())
    }

    async fn still_lead(&mut self) -> Result<(), MirrorError> {
        if self.is_fresh() || self.lead().await? { Ok(()) } else { Err(MirrorError::Deposed) }
    }

    /// Whether an index is of this log and made as this program makes it.
    async fn fits(&self, meta: &Meta) -> Result<bool, MirrorError> {
        let hash = log::hash_at(&mut self.db.read().await?.conn(), meta.position).await?;
        let same = hash.is_some_and(|hash| hex::encode(hash) == meta.hash);
        Ok(same && meta.stamp == stamp() && meta.log == self.engine.log())
    }

    /// What an index that knows everything up to a position says of itself.
    async fn meta(&self, position: i64, build: &str) -> Result<Meta, MirrorError> {
        let hash = log::hash_at(&mut self.db.read().await?.conn(), position).await?;
        let (hash, log) = (hex::encode(hash.unwrap_or_default()), self.engine.log().to_owned());
        Ok(Meta { position, hash, stamp: stamp(), log, build: build.to_owned() })
    }

    /// Takes up the log where the index stands, to its head.
    async fn follow(&mut self, index: &str) -> Result<i64, MirrorError> {
        let Some(meta) = self.engine.meta(index).await? else {
            return Err(MirrorError::Lost("the index went away".to_owned()));
        };
        let mut position = meta.position;
        loop {
            let Some((last, affected)) = self.stretch(position).await? else { return Ok(position) };
            let reached = self.meta(last, &meta.build).await?;
            self.bring(index, &affected, Some(&reached)).await?;
            position = last;
        }
    }

    /// The records whose documents the next stretch of the log touches.
    async fn stretch(&self, position: i64) -> Result<Option<(i64, Vec<RecordId>)>, MirrorError> {
        let mut lent = self.db.read().await?;
        let Some((last, touched)) = log::touched(&mut lent.conn(), position, STRETCH).await? else {
            return Ok(None);
        };
        let affected = build::affected(&mut lent.conn(), &touched).await?;
        Ok(Some((last, affected.into_iter().collect())))
    }
}
