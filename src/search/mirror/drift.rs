//! Whether the index holds what the database says, document by document, and bringing back what does not.

use std::{collections::HashMap, fmt};

use uuid::Uuid;

use super::{
    Mirror, MirrorError, Turn,
    send::{Target, tag},
};
use crate::{
    db::{mirror, record},
    domain::id::RecordId,
    search::{
        build::{self, SHOWN},
        meilisearch::{RowHash, is_meta, row},
    },
};

/// Documents asked for at once.
const PAGE: usize = 5000;
/// Documents built from one set of statements.
const BATCH: usize = 500;

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

    /// How many documents differ.
    pub fn count(&self) -> usize {
        self.missing.len() + self.stale.len() + self.left_behind.len() + self.strange.len()
    }

    /// What an index lacks or has too much of, against what it should hold.
    fn between(should: &HashMap<RecordId, RowHash>, is: Held) -> Self {
        let mut drift = Self { strange: is.strange, ..Self::default() };
        for (id, hash) in should {
            match is.documents.get(id) {
                None => drift.missing.push(*id),
                Some(found) if *found != Some(*hash) => drift.stale.push(*id),
                Some(_) => {}
            }
        }
        drift.left_behind =
            is.documents.into_keys().filter(|id| !should.contains_key(id)).collect();
        for list in [&mut drift.missing, &mut drift.stale, &mut drift.left_behind] {
            list.sort_unstable();
        }
        drift
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

/// What an index holds, by its own word.
#[derive(Default)]
struct Held {
    /// With the hash of each, `None` for one that is none of ours.
    documents: HashMap<RecordId, Option<RowHash>>,
    /// Ids that are none of ours.
    strange: Vec<String>,
}

impl Mirror {
    /// Compares the live index with the database and repairs what differs. Answers what differed; `None` where
    /// another process leads.
    pub async fn check(&mut self) -> Result<Option<Drift>, MirrorError> {
        let wish = self.wished(super::DOUBTED).await?;
        let Turn::Current(position) = self.turn().await? else { return Ok(None) };
        let mut live = Target::known(self.engine.live());
        // What anybody has sent before is done before this: the server works in order.
        let build = self.live_build().await?.unwrap_or_default();
        let meta = self.meta(position, &build).await?;
        self.tell(&mut live, &meta).await?;
        let drift = self.compare(&live.name, position).await?;
        let found = u64::try_from(drift.count()).unwrap_or_default();
        self.metrics.drift_found.inc_by(found);
        let Drift { missing, stale, left_behind, strange } = &drift;
        let all = [missing, stale, left_behind].into_iter().flatten();
        let all: Vec<RecordId> = all.copied().collect();
        if found > 0 {
            tracing::warn!(%drift, "the index differs from the database and is repaired");
        }
        self.bring(&mut live, &all, None).await?;
        if !strange.is_empty() {
            let task = self.engine.delete(&live.name, strange, &tag()).await?;
            self.done(task).await?;
        }
        self.metrics.drift_repaired.inc_by(found);
        if let Some(wish) = wish {
            self.fulfilled(super::DOUBTED, &wish).await?;
        }
        Ok(Some(drift))
    }

    /// Compares without repairing; `None` where there is no index of ours.
    pub async fn compare_live(&self) -> Result<Option<Drift>, MirrorError> {
        let live = self.engine.live().to_owned();
        match self.engine.meta(&live).await? {
            Some(meta) if self.fits(&meta).await? => {
                self.compare(&live, meta.position).await.map(Some)
            }
            _ => Ok(None),
        }
    }

    /// Compares an index that knows every change up to a position.
    async fn compare(&self, index: &str, position: i64) -> Result<Drift, MirrorError> {
        let held = self.held(index).await?;
        let mut drift = Drift::between(&self.expected().await?, held);
        let refused = mirror::all_set_aside(&mut self.db.read().await?.conn()).await?;
        drift.missing.retain(|id| !refused.iter().any(|aside| aside.record == *id));
        // What changed since, and while it was looked at, is not drift.
        let mut position = position;
        while let Some((last, changed)) = self.stretch(position).await? {
            for list in [&mut drift.missing, &mut drift.stale, &mut drift.left_behind] {
                list.retain(|id| !changed.contains(id));
            }
            position = last;
        }
        Ok(drift)
    }

    /// Compares an index that was built from nothing with what was sent to it.
    pub(super) async fn compare_built(&self, target: &Target) -> Result<Drift, MirrorError> {
        let held = self.held(&target.name).await?;
        Ok(Drift::between(target.holds.as_ref().unwrap_or(&HashMap::new()), held))
    }

    /// What an index should hold, by the database.
    async fn expected(&self) -> Result<HashMap<RecordId, RowHash>, MirrorError> {
        let mut expected = HashMap::new();
        for kind in SHOWN {
            let mut after = Uuid::nil();
            loop {
                let mut lent = self.db.read().await?;
                let limit = i64::try_from(PAGE).expect("a small number");
                let page = record::ids_after(&mut lent.conn(), after, kind, limit).await?;
                let Some(last) = page.last() else { break };
                after = *last;
                let ids: Vec<RecordId> =
                    page.into_iter().map(|uuid| RecordId::new(kind, uuid)).collect();
                for batch in ids.chunks(BATCH) {
                    let documents = build::documents(&mut lent.conn(), batch).await?;
                    let rows = documents.iter().map(row);
                    expected.extend(rows.map(|row| (row.id, row.hash)));
                }
            }
        }
        Ok(expected)
    }

    async fn held(&self, index: &str) -> Result<Held, MirrorError> {
        let (mut held, mut offset) = (Held::default(), 0);
        loop {
            let page = self.engine.hashes(index, offset, PAGE).await?;
            offset += page.len();
            let ended = page.len() < PAGE;
            for (id, hash) in page.into_iter().filter(|(id, _)| !is_meta(id)) {
                match id.parse() {
                    Ok(id) => drop(held.documents.insert(id, hash)),
                    Err(_) => held.strange.push(id),
                }
            }
            if ended {
                return Ok(held);
            }
        }
    }
}
