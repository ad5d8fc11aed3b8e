//! Building the index anew beside the one that is searched, which goes on following the log meanwhile; then both change
//! places in one step. Killed at any point, the next leader begins again.

use std::time::Duration;

use uuid::Uuid;

use super::{
    Mirror, MirrorError,
    send::{Target, tag},
};
use crate::{
    db::{log, record},
    domain::id::RecordId,
    search::build::SHOWN,
};

/// Records read at once.
const PAGE: i64 = 10_000;
/// Payloads on their way at once. The server works in order, and takes many in as one, the more the better; but what
/// changes in a live index waits behind them.
const ALONE: usize = 256;
const BESIDE: usize = 64;
/// Between two looks whether the indexes have changed places, and how many are taken.
const LOOK: Duration = Duration::from_millis(50);
const LOOKS_MAX: u32 = 12_000;

impl Mirror {
    /// `follow` says whether the live index is one that can go on following.
    pub(super) async fn rebuild(&mut self, follow: bool) -> Result<(), MirrorError> {
        let mut live = Target::known(self.engine.live());
        let mut next = Target::empty(&self.engine.next(), if follow { BESIDE } else { ALONE });
        tracing::info!(index = next.name, "the index in Meilisearch is built anew");
        let task = self.engine.make(&next.name).await?;
        self.done(task).await?;
        let build = tag();
        let start = log::head(&mut self.db.read().await?.conn()).await?.seq;
        let mut filled = 0;
        for kind in SHOWN {
            let mut after = Uuid::nil();
            loop {
                let page = {
                    let mut lent = self.db.read().await?;
                    record::ids_after(&mut lent.conn(), after, kind, PAGE).await?
                };
                let Some(last) = page.last() else { break };
                after = *last;
                let page: Vec<RecordId> =
                    page.into_iter().map(|uuid| RecordId::new(kind, uuid)).collect();
                self.pour(&mut next, &page).await?;
                filled += page.len();
                tracing::info!(
                    index = next.name,
                    filled,
                    "records are sent to the index that is built"
                );
                if follow {
                    self.follow(&mut live).await?;
                }
            }
        }
        while follow && self.wait_for_some(&mut next).await? {
            self.follow(&mut live).await?;
        }
        let meta = self.meta(start, &build).await?;
        self.tell(&mut next, &meta).await?;
        self.follow(&mut next).await?;
        let drift = self.compare_built(&next).await?;
        if !drift.is_none() {
            return Err(MirrorError::Unequal(drift));
        }
        self.change_places(&live.name, &next.name, &build).await
    }

    async fn change_places(
        &mut self,
        live: &str,
        next: &str,
        build: &str,
    ) -> Result<(), MirrorError> {
        if let Some(task) = self.engine.ensure(live).await? {
            self.done(task).await?;
        }
        self.still_lead().await?;
        self.engine.swap().await?;
        for look in 0.. {
            if self.engine.meta(live).await?.is_some_and(|meta| meta.build == build) {
                break;
            }
            if look > LOOKS_MAX {
                return Err(MirrorError::Lost("the indexes did not change places".to_owned()));
            }
            tokio::time::sleep(LOOK).await;
            self.still_lead().await?;
        }
        let task = self.engine.drop_index(next).await?;
        self.done(task).await?;
        tracing::info!(index = live, "the index in Meilisearch is built anew and searched");
        Ok(())
    }
}
