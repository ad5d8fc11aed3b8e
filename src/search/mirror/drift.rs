//! Whether the index holds what the database says, document by document, and bringing back what does not.

use std::{collections::HashMap, fmt};

use uuid::Uuid;

use super::{Mirror, MirrorError, send::tag};
use crate::{
    db::{log, mirror, record},
    domain::id::{RecordId, RecordKind},
    search::{
        build,
        meilisearch::{is_meta, row},
    },
};

/// Documents asked for at once.
const PAGE: usize = 5000;

/// How an index differs from the database. Records that the server refused are not counted as missing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Drift {
    /// Not in the index.
    pub missing: Vec<RecordId>,
    /// In the index as they were.
    pub stale: Vec<RecordId>,
    /// In the index, and not among the visible records.
    pub left_behind: Vec<RecordId>,
    /// Documents of the index that are none of ours.
    pub strange: Vec<String>,
}

impl Drift {
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

impl fmt::Display for Drift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { missing, stale, left_behind, strange } = self;
        let [missing, stale, left] = [missing, stale, left_behind].map(Vec::len);
        write!(f, "{missing} documents missing, {stale} stale, {left} left behind, ")?;
        write!(f, "{} of somebody else", strange.len())
    }
}

impl Mirror {
    /// Compares the live index with the database and repairs what differs. Answers what differed; `None` where
    /// another process leads.
    pub async fn check(&mut self) -> Result<Option<Drift>, MirrorError> {
        if self.turn().await? == super::Turn::Follower {
            return Ok(None);
        }
        let live = self.engine.live().to_owned();
        let drift = self.compare(&live).await?;
        let Drift { missing, stale, left_behind, strange } = &drift;
        let all = [missing, stale, left_behind].into_iter().flatten();
        let all: Vec<RecordId> = all.copied().collect();
        if !all.is_empty() {
            tracing::warn!(%drift, "the index differs from the database and is repaired");
            self.bring(&live, &all, None).await?;
        }
        if !strange.is_empty() {
            let task = self.engine.delete(&live, strange, &tag()).await?;
            self.done(task).await?;
        }
        Ok(Some(drift))
    }

    /// Compares without repairing; `None` where there is no index of ours.
    pub async fn compare_live(&self) -> Result<Option<Drift>, MirrorError> {
        let live = self.engine.live().to_owned();
        match self.engine.meta(&live).await? {
            None => Ok(None),
            Some(_) => self.compare(&live).await.map(Some),
        }
    }

    pub(super) async fn compare(&self, index: &str) -> Result<Drift, MirrorError> {
        let start = log::head(&mut self.db.read().await?.conn()).await?.seq;
        let mut drift = Drift::default();
        let mut there = self.hashes(index, &mut drift).await?;
        let refused = mirror::all_set_aside(&mut self.db.read().await?.conn()).await?;
        for kind in [RecordKind::CellLine, RecordKind::Disease] {
            let mut after = Uuid::nil();
            loop {
                let mut lent = self.db.read().await?;
                let limit = i64::try_from(PAGE).expect("a small number");
                let page = record::ids_after(&mut lent.conn(), after, kind, limit).await?;
                let Some(last) = page.last() else { break };
                after = *last;
                let ids: Vec<RecordId> =
                    page.into_iter().map(|uuid| RecordId::new(kind, uuid)).collect();
                for batch in ids.chunks(500) {
                    for document in build::documents(&mut lent.conn(), batch).await? {
                        let v = row(&document)["v"].as_str().unwrap_or_default().to_owned();
                        match there.remove(&document.id) {
                            Some(found) if found == v => {}
                            Some(_) => drift.stale.push(document.id),
                            None => drift.missing.push(document.id),
                        }
                    }
                }
            }
        }
        drift.missing.retain(|id| !refused.iter().any(|aside| aside.record == *id));
        drift.left_behind.extend(there.into_keys());
        drift.left_behind.sort_unstable();
        // What changed while it was looked at is not drift.
        let mut position = start;
        while let Some((last, changed)) = self.stretch(position).await? {
            for list in [&mut drift.missing, &mut drift.stale, &mut drift.left_behind] {
                list.retain(|id| !changed.contains(id));
            }
            position = last;
        }
        Ok(drift)
    }

    async fn hashes(
        &self,
        index: &str,
        drift: &mut Drift,
    ) -> Result<HashMap<RecordId, String>, MirrorError> {
        let (mut hashes, mut offset) = (HashMap::new(), 0);
        loop {
            let page = self.engine.hashes(index, offset, PAGE).await?;
            offset += page.len();
            let ended = page.len() < PAGE;
            for (id, v) in page.into_iter().filter(|(id, _)| !is_meta(id)) {
                match id.parse() {
                    Ok(id) => drop(hashes.insert(id, v)),
                    Err(_) => drift.strange.push(id),
                }
            }
            if ended {
                return Ok(hashes);
            }
        }
    }
}
