//! Whether the index holds what the database says, document by document, and bringing back what does not.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    fmt,
};

use uuid::Uuid;

use super::{
    Mirror, MirrorError, Turn,
    send::{Target, tag},
};
use crate::{
    db::{log, mirror, record},
    domain::{facet::Facet, id::RecordId},
    search::{
        build::{self, SHOWN},
        meilisearch::{RowHash, is_meta, row},
        query::{FacetCounts, SearchQuery},
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
    /// Values of facets that the index counts otherwise than its own documents say, each with both counts. Looked for
    /// only where every document agrees.
    pub miscounted: Vec<String>,
}

impl Drift {
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// How many documents differ.
    pub fn count(&self) -> usize {
        let [missing, stale, left] = [&self.missing, &self.stale, &self.left_behind].map(Vec::len);
        missing + stale + left + self.strange.len()
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
        let Self { missing, stale, left_behind, strange, miscounted } = self;
        let [missing, stale, left] = [missing, stale, left_behind].map(Vec::len);
        write!(f, "{missing} documents missing, {stale} stale, {left} left behind, ")?;
        write!(f, "{} of somebody else", strange.len())?;
        if miscounted.is_empty() {
            return Ok(());
        }
        write!(f, "; facets counted wrongly: {}", miscounted.join(", "))
    }
}

fn told(facet: Facet, code: &str, count: u64, right: u64) -> String {
    format!("{} {code} {count} instead of {right}", facet.code())
}

/// What an index should hold.
#[derive(Default)]
struct Expected {
    documents: HashMap<RecordId, RowHash>,
    facets: BTreeMap<(Facet, String), u64>,
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
        let Drift { missing, stale, left_behind, strange, miscounted } = &drift;
        let all = [missing, stale, left_behind].into_iter().flatten();
        let all: Vec<RecordId> = all.copied().collect();
        if !miscounted.is_empty() && *miscounted != self.rebuilt_for {
            // Its documents are right and what it made of them is not: nothing but another index helps.
            self.want_rebuild().await?;
            self.rebuilt_for.clone_from(miscounted);
        }
        if !drift.is_none() {
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
        let refused = mirror::all_set_aside(&mut self.db.read().await?.conn()).await?;
        let refused = refused.into_iter().map(|aside| aside.record).collect();
        let expected = self.expected(&refused).await?;
        let mut drift = Drift::between(&expected.documents, held);
        if drift.is_none() {
            drift.miscounted = self.miscounted(expected.facets, position).await?;
        }
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

    /// The values of facets that the live index counts otherwise than expected, where both speak of one position.
    async fn miscounted(
        &self,
        mut expected: BTreeMap<(Facet, String), u64>,
        position: i64,
    ) -> Result<Vec<String>, MirrorError> {
        let every = SearchQuery { facets: Facet::ALL.to_vec(), ..SearchQuery::default() };
        let answer = self.engine.search(&every).await?;
        let head = log::head(&mut self.db.read().await?.conn()).await?.seq;
        if answer.as_of != position || head != position {
            return Ok(Vec::new());
        }
        let mut miscounted = Vec::new();
        for FacetCounts { facet, values } in answer.facets {
            for (code, count) in values {
                let right = expected.remove(&(facet, code.clone())).unwrap_or_default();
                if right != count {
                    miscounted.push(told(facet, &code, count, right));
                }
            }
        }
        miscounted
            .extend(expected.iter().map(|((facet, code), right)| told(*facet, code, 0, *right)));
        Ok(miscounted)
    }

    /// What an index should hold, by the database, but for what the server refused.
    async fn expected(&self, refused: &HashSet<RecordId>) -> Result<Expected, MirrorError> {
        let mut expected = Expected::default();
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
                    for document in documents.iter().filter(|one| !refused.contains(&one.id)) {
                        expected.documents.insert(document.id, row(document).hash);
                        for (facet, codes) in &document.facets {
                            for code in codes {
                                *expected.facets.entry((*facet, code.clone())).or_default() += 1;
                            }
                        }
                    }
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
