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
use self::send::Target;
use super::meilisearch::{Fault, Meilisearch, Meta, stamp};
use crate::{
    clock::Clock,
    db::{Db, DbError, log, mirror, setting},
    domain::id::RecordId,
    metrics::Metrics,
    search::affected,
};

const LEASE: &str = "mirror";
/// Longer than the time for which a renewal counts as fresh with one request after it, and than the longest pause after
/// a fault.
const LASTS: TimeDelta = TimeDelta::seconds(75);
/// A lease renewed since then needs no renewal.
const FRESH: Duration = Duration::from_secs(10);
/// Revisions taken up at once.
const STRETCH: i64 = 1000;
/// Stretches after which the index is told how far it is, while it catches up.
const UNTOLD: u32 = 50;
/// No position: nobody has asked the index yet.
pub const UNKNOWN: i64 = -1;
/// Set while somebody wants the index built anew.
const WANTED: &str = "mirror_rebuild";
/// Set while somebody wants the index compared with the database before the hour.
const DOUBTED: &str = "mirror_check";

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

impl MirrorError {
    /// Whether trying again would end alike: the server will not, though it is well.
    fn is_final(&self) -> bool {
        match self {
            Self::Fault(fault) => !fault.is_of_the_server(),
            Self::Unequal(_) => true,
            Self::Db(_) | Self::Lost(_) | Self::Deposed => false,
        }
    }

    /// How long the server asks to be left alone for.
    pub fn wait(&self) -> Option<Duration> {
        if let Self::Fault(fault) = self { fault.wait() } else { None }
    }
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
    metrics: Metrics,
    holder: Uuid,
    epoch: Option<i64>,
    /// When the lease was taken or renewed last.
    renewed: Option<Instant>,
    /// Up to where this process has brought the index.
    reached: Option<i64>,
    /// Records whose documents the server would not have.
    refused: BTreeSet<RecordId>,
    /// Wrong counts for which the index was to be built anew. Where they come again, building does not help.
    rebuilt_for: Vec<String>,
}

impl Mirror {
    pub fn new(db: Db, clock: Clock, engine: Meilisearch, metrics: Metrics, holder: Uuid) -> Self {
        let (epoch, renewed, reached) = (None, None, None);
        let (refused, rebuilt_for) = (BTreeSet::new(), Vec::new());
        Self { db, clock, engine, metrics, holder, epoch, renewed, reached, refused, rebuilt_for }
    }

    /// Brings the index up to the head of the log, building it first where there is none that fits.
    pub async fn turn(&mut self) -> Result<Turn, MirrorError> {
        let head = log::head(&mut self.db.read().await?.conn()).await?.seq;
        let wanted = self.wished(WANTED).await?;
        if wanted.is_none() && self.is_fresh() && self.reached == Some(head) {
            return Ok(Turn::Current(head));
        }
        let reached = self.take_turn(wanted.as_deref()).await;
        // After a failure nothing is taken for granted.
        self.reached = reached.as_ref().ok().copied().flatten();
        if reached.is_err() {
            self.metrics.turns_failed.inc();
        }
        Ok(reached?.map_or(Turn::Follower, Turn::Current))
    }

    async fn take_turn(&mut self, wanted: Option<&str>) -> Result<Option<i64>, MirrorError> {
        let led = self.is_fresh();
        if !self.lead().await? {
            return Ok(None);
        }
        if !led {
            let refused = mirror::all_set_aside(&mut self.db.read().await?.conn()).await?;
            self.refused = refused.into_iter().map(|aside| aside.record).collect();
        }
        let mut live = Target::known(self.engine.live());
        let meta = self.engine.meta(&live.name).await?;
        let fits = match &meta {
            Some(meta) => self.fits(meta).await?,
            None => false,
        };
        if !fits {
            self.metrics.mirror_position.set(0);
        }
        if wanted.is_some() || !fits {
            let rebuilt = self.rebuild(fits).await;
            // What cannot be built is not built again and again while the live one does.
            let settled = rebuilt.as_ref().map_or_else(|error| fits && error.is_final(), |()| true);
            if let Some(wish) = wanted.filter(|_| settled) {
                self.fulfilled(WANTED, wish).await?;
            }
            if fits && rebuilt.is_err() {
                // What is searched must not stand still because building fails.
                self.follow(&mut live).await?;
            }
            rebuilt?;
        } else if let Some(meta) = meta {
            return self.follow_from(&mut live, meta).await.map(Some);
        }
        self.follow(&mut live).await.map(Some)
    }

    fn is_fresh(&self) -> bool {
        self.renewed.is_some_and(|renewed| renewed.elapsed() < FRESH)
    }

    /// Asks whoever leads to build the index anew.
    pub async fn want_rebuild(&self) -> Result<(), MirrorError> {
        self.wish(WANTED).await
    }

    pub async fn is_rebuild_wanted(&self) -> Result<bool, MirrorError> {
        Ok(self.wished(WANTED).await?.is_some())
    }

    /// Which building the live index comes from, by its own word.
    pub async fn live_build(&self) -> Result<Option<String>, MirrorError> {
        Ok(self.engine.meta(self.engine.live()).await?.map(|meta| meta.build))
    }

    /// Asks whoever leads to compare the index with the database soon.
    pub async fn want_check(&self) -> Result<(), MirrorError> {
        self.wish(DOUBTED).await
    }

    pub async fn is_doubted(&self) -> Result<bool, MirrorError> {
        Ok(self.wished(DOUBTED).await?.is_some())
    }

    async fn wish(&self, name: &str) -> Result<(), MirrorError> {
        let mut tx = self.db.begin().await?;
        setting::put(&mut tx.conn(), name, &send::tag()).await?;
        Ok(tx.commit().await?)
    }

    /// The wish as it stands; each has a value of its own.
    async fn wished(&self, name: &str) -> Result<Option<String>, MirrorError> {
        Ok(setting::get(&mut self.db.read().await?.conn(), name).await?)
    }

    /// Takes a wish away, unless it was made again since it was read.
    async fn fulfilled(&self, name: &str, wish: &str) -> Result<(), MirrorError> {
        let mut tx = self.db.begin().await?;
        setting::remove_if(&mut tx.conn(), name, wish).await?;
        Ok(tx.commit().await?)
    }

    /// Lets another process lead at once, instead of when the lease has run out.
    pub async fn step_down(&mut self) -> Result<(), MirrorError> {
        (self.epoch, self.renewed, self.reached) = (None, None, None);
        self.metrics.mirror_leads.set(0);
        let mut tx = self.db.begin().await?;
        mirror::end_lease(&mut tx.conn(), LEASE, self.holder).await?;
        Ok(tx.commit().await?)
    }

    async fn lead(&mut self) -> Result<bool, MirrorError> {
        let asked = Instant::now();
        let mut tx = self.db.begin().await?;
        let epoch = mirror::take_lease(&mut tx.conn(), LEASE, self.holder, LASTS).await?;
        tx.commit().await?;
        let before = std::mem::replace(&mut self.epoch, epoch);
        self.renewed = epoch.map(|_| asked);
        self.metrics.mirror_leads.set(epoch.is_some().into());
        if epoch != before {
            tracing::info!(?epoch, "who leads the mirror has changed");
            self.metrics.mirror_position.set(UNKNOWN);
            if before.is_some() {
                // What this process had sent may come in after what another has sent since.
                self.wish(DOUBTED).await?;
            }
        }
        Ok(epoch.is_some())
    }

    /// To be asked before everything that is sent: nothing is asked of the database while the lease is fresh.
    pub(super) async fn still_lead(&mut self) -> Result<(), MirrorError> {
        if self.is_fresh() {
            return Ok(());
        }
        let before = self.epoch;
        // Somebody may have led in between, though this process leads again.
        if self.lead().await? && self.epoch == before { Ok(()) } else { Err(MirrorError::Deposed) }
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
    async fn follow(&mut self, target: &mut Target) -> Result<i64, MirrorError> {
        match self.engine.meta(&target.name).await? {
            Some(meta) => self.follow_from(target, meta).await,
            None => Err(MirrorError::Lost("the index went away".to_owned())),
        }
    }

    /// What is far behind is sent without waiting for every stretch. The index is told its position only when all
    /// before it is in.
    async fn follow_from(&mut self, target: &mut Target, meta: Meta) -> Result<i64, MirrorError> {
        let mut position = meta.position;
        let mut untold = 0;
        self.reached(target, position);
        // Not to the end of the log, which may never come while somebody writes.
        let head = log::head(&mut self.db.read().await?.conn()).await?.seq;
        while position < head {
            let Some((last, affected)) = self.stretch(position).await? else { break };
            if last - position < STRETCH && untold == 0 {
                let reached = self.meta(last, &meta.build).await?;
                self.bring(target, &affected, Some(&reached)).await?;
                self.reached(target, last);
            } else {
                self.pour(target, &affected).await?;
                untold += 1;
            }
            position = last;
            if untold == UNTOLD {
                self.arrive_at(target, position, &meta.build).await?;
                untold = 0;
            }
        }
        if untold > 0 {
            self.arrive_at(target, position, &meta.build).await?;
        }
        Ok(position)
    }

    async fn arrive_at(
        &mut self,
        target: &mut Target,
        position: i64,
        build: &str,
    ) -> Result<(), MirrorError> {
        let meta = self.meta(position, build).await?;
        self.tell(target, &meta).await?;
        self.reached(target, position);
        Ok(())
    }

    fn reached(&self, target: &Target, position: i64) {
        if target.name == self.engine.live() {
            self.metrics.mirror_position.set(position);
        }
    }

    /// The records whose documents the next stretch of the log touches.
    async fn stretch(&self, position: i64) -> Result<Option<(i64, Vec<RecordId>)>, MirrorError> {
        let mut lent = self.db.read().await?;
        let Some((last, touched)) = log::touched(&mut lent.conn(), position, STRETCH).await? else {
            return Ok(None);
        };
        let affected = affected::affected(&mut lent.conn(), &touched).await?;
        Ok(Some((last, affected.into_iter().collect())))
    }
}
