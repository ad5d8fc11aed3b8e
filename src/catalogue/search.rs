//! Searching: identifiers are looked up first and shown first, then the engine is asked; hits come back as records,
//! facet codes with the labels a reader understands.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::TimeDelta;
use uuid::Uuid;

use super::{AnyStored, Catalogue, Error, label};
pub use crate::search::{
    highlight::Fragment,
    query::{Direction, Sort},
};
use crate::{
    db::{self, external_id, link::Link, log, mirror::SetAside, name, record},
    domain::{
        facet::Facet,
        id::{RecordId, RecordKind},
        identifier,
        lang::Lang,
        names::fold,
        record::{AnyRecord, Relation},
    },
    each_kind,
    metrics::Answered as AnsweredBy,
    search::{
        embedded::EmbeddedIndex,
        follow,
        highlight::highlight,
        meilisearch::Meilisearch,
        mirror::Mirror,
        query::{SearchAnswer, SearchQuery},
        text::QueryWords,
    },
};

/// What a person asks of the search.
#[derive(Debug, Clone, PartialEq)]
pub struct SearchRequest {
    pub text: String,
    /// None means every kind that can be searched: lines and diseases.
    pub kinds: Vec<RecordKind>,
    pub filter: BTreeMap<Facet, BTreeSet<String>>,
    pub facets: Vec<Facet>,
    pub sort: Sort,
    /// From 1.
    pub page: u32,
    pub per_page: u32,
    /// The language of labels and names.
    pub lang: Lang,
}

/// What was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    pub total: u64,
    pub hits: Vec<FoundRecord>,
    pub facets: Vec<FoundFacet>,
    /// Which engine answered.
    pub engine: &'static str,
    /// The number of the newest revision that the answer knows of.
    pub as_of: i64,
    /// A lesser engine stood in for the configured one.
    pub degraded: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub struct FoundRecord {
    pub stored: AnyStored,
    pub highlights: Vec<Highlight>,
}

/// A text of the record in which the words were found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Highlight {
    pub field: &'static str,
    pub fragments: Vec<Fragment>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundFacet {
    pub facet: Facet,
    /// The most frequent first.
    pub values: Vec<FacetValue>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FacetValue {
    pub code: String,
    pub label: String,
    pub count: u64,
    pub selected: bool,
}

/// A mirror may know nothing of a change for so long, and be searched all the same. What was withdrawn must not be
/// counted for longer.
const BEHIND_MAX: TimeDelta = TimeDelta::seconds(10);
/// Texts that a hit shows, of each kind at most this many.
const HIGHLIGHTS: usize = 3;

impl Catalogue {
    /// Brings the index up to the head of the log and answers the position. The writer is the caller's, because a
    /// process has one for as long as it lives.
    pub async fn follow(
        &self,
        index: &EmbeddedIndex,
        writer: &mut crate::search::embedded::EmbeddedWriter,
    ) -> Result<i64, Error> {
        self.reach_today().await?;
        follow::catch_up(&self.db, index, writer).await.map_err(|error| match error {
            follow::FollowError::Db(error) => error.into(),
            follow::FollowError::Search(error) => Error::Search(error.to_string()),
        })
    }

    /// This process's part in the mirror of the catalogue, where Meilisearch is configured.
    pub fn mirror(&self) -> Option<Mirror> {
        let meilisearch = self.meilisearch.clone()?;
        let holder = Uuid::from_bytes(rand::random());
        let (db, clock, metrics) = (self.db.clone(), self.clock.clone(), self.metrics.clone());
        Some(Mirror::new(db, clock, meilisearch, metrics, holder))
    }

    pub fn meilisearch(&self) -> Option<&Meilisearch> {
        self.meilisearch.as_ref()
    }

    /// The records whose documents Meilisearch would not have.
    pub async fn set_aside(&self) -> Result<Vec<SetAside>, Error> {
        Ok(db::mirror::all_set_aside(&mut self.db.read().await?.conn()).await?)
    }

    pub async fn search(&self, request: SearchRequest) -> Result<Found, Error> {
        let first = self.exactly(&request.text).await?;
        let query = SearchQuery {
            text: request.text.clone(),
            kinds: request.kinds.clone(),
            filter: request.filter.clone(),
            facets: request.facets.clone(),
            sort: request.sort,
            page: request.page,
            per_page: request.per_page,
            first,
        };
        query.window().map_err(|error| Error::Input(error.to_string()))?;
        let Answered { answer, engine, degraded } = self.ask(query).await?;
        let hits = self.records(&request, &answer).await?;
        let facets = self.labelled(&request, answer.facets).await?;
        let (total, as_of) = (answer.total, answer.as_of);
        Ok(Found { total, hits, facets, engine, as_of, degraded })
    }

    async fn ask(&self, query: SearchQuery) -> Result<Answered, Error> {
        let answered = match self.ask_meilisearch(&query).await? {
            Some((answer, behind)) if behind <= BEHIND_MAX => {
                Answered { answer, engine: "meilisearch", degraded: false }
            }
            // It is searched all the same where the embedded index knows no more.
            Some((answer, _)) if self.embedded_position() <= answer.as_of => {
                Answered { answer, engine: "meilisearch", degraded: true }
            }
            _ => self.ask_embedded(query).await?,
        };
        let Answered { engine, degraded, .. } = answered;
        let by = AnsweredBy { engine, degraded: degraded.into() };
        self.metrics.searches.get_or_create(&by).inc();
        Ok(answered)
    }

    fn embedded_position(&self) -> i64 {
        self.index.as_ref().map_or(0, |index| index.position())
    }

    /// The answer, and for how long its index has not known of the oldest change that it does not know. `None` where
    /// Meilisearch is not configured, while it fails, and where its index follows a log that went another way.
    async fn ask_meilisearch(
        &self,
        query: &SearchQuery,
    ) -> Result<Option<(SearchAnswer, TimeDelta)>, Error> {
        let Some(meilisearch) = &self.meilisearch else { return Ok(None) };
        let answer = match meilisearch.search(query).await {
            Ok(answer) => answer,
            Err(fault) => {
                tracing::warn!(%fault, "the embedded index answers a search instead");
                return Ok(None);
            }
        };
        let mut lent = self.db.read().await?;
        let hash = log::hash_at(&mut lent.conn(), answer.as_of).await?;
        if hash.map(hex::encode).as_deref() != Some(&answer.log_hash) {
            return Ok(None);
        }
        let unseen = log::time_of(&mut lent.conn(), answer.as_of + 1).await?;
        let behind = unseen.map_or(TimeDelta::zero(), |at| self.clock.now() - at);
        Ok(Some((answer, behind)))
    }

    async fn ask_embedded(&self, query: SearchQuery) -> Result<Answered, Error> {
        let index =
            self.index.clone().ok_or_else(|| Error::Search("there is no index".to_owned()))?;
        let asked = tokio::task::spawn_blocking(move || index.search(&query)).await;
        let answered = asked.map_err(|error| Error::Search(error.to_string()))?;
        let answer = answered.map_err(|error| Error::Search(error.to_string()))?;
        Ok(Answered { answer, engine: "embedded", degraded: self.meilisearch.is_some() })
    }

    /// The values of one facet whose label or code contains a text, the most frequent first, counted for a search as
    /// if the facet's own filter were off.
    pub async fn facet_values(
        &self,
        search: SearchRequest,
        facet: Facet,
        containing: &str,
        limit: usize,
    ) -> Result<Vec<FacetValue>, Error> {
        let found =
            self.search(SearchRequest { facets: vec![facet], per_page: 0, ..search }).await?;
        let wanted = fold(containing);
        let values = found.facets.into_iter().flat_map(|found| found.values);
        let contains = |value: &FacetValue| {
            fold(&value.label).contains(&wanted) || fold(&value.code).contains(&wanted)
        };
        Ok(values.filter(contains).take(limit).collect())
    }

    /// The records whose accession, identifier or name is the whole text.
    pub async fn exactly(&self, text: &str) -> Result<Vec<RecordId>, Error> {
        let folded = fold(text);
        if folded.is_empty() {
            return Ok(Vec::new());
        }
        let mut lent = self.db.read().await?;
        let mut found = Vec::new();
        let accession = text.trim().to_uppercase();
        for row in record::find_by_accession(&mut lent.conn(), [accession.as_str()]).await? {
            found.push(row.record_id()?);
        }
        let borne = external_id::find(&mut lent.conn(), &identifier::guesses(text)).await?;
        found.extend(borne.into_values().flatten());
        for kind in [RecordKind::CellLine, RecordKind::Disease] {
            let ids = name::find(&mut lent.conn(), kind, &folded).await?;
            found.extend(ids.into_iter().map(|uuid| RecordId::new(kind, uuid)));
        }
        let mut seen = BTreeSet::new();
        found.retain(|id| seen.insert(*id));
        Ok(found)
    }

    async fn records(
        &self,
        request: &SearchRequest,
        answer: &SearchAnswer,
    ) -> Result<Vec<FoundRecord>, Error> {
        let ids: Vec<Uuid> = answer.hits.iter().map(|hit| hit.id.uuid).collect();
        let stored = self.nodes(&ids).await?;
        let mut by_id: HashMap<RecordId, AnyStored> =
            stored.into_iter().map(|stored| (stored.record.id(), stored)).collect();
        let diseases = self.disease_names(request, &ids).await?;
        let words = QueryWords::parse(&request.text);
        let found = |hit: &crate::search::query::Hit| {
            let stored = by_id.remove(&hit.id)?;
            let diseases = diseases.get(&hit.id.uuid).map_or(&[][..], Vec::as_slice);
            let highlights = highlights(&stored.record, diseases, &words);
            Some(FoundRecord { stored, highlights })
        };
        Ok(answer.hits.iter().filter_map(found).collect())
    }

    /// The names of the diseases that the hits are linked to, because a hit may be due to them.
    async fn disease_names(
        &self,
        request: &SearchRequest,
        ids: &[Uuid],
    ) -> Result<HashMap<Uuid, Vec<String>>, Error> {
        let mut names: HashMap<Uuid, Vec<String>> = HashMap::new();
        if request.text.trim().is_empty() {
            return Ok(names);
        }
        let links: Vec<Link> = self.links(ids).await?;
        let links: Vec<&Link> = links.iter().filter(|l| l.relation == Relation::Disease).collect();
        let targets: Vec<Uuid> = links.iter().map(|link| link.to).collect();
        let diseases = self.nodes(&targets).await?;
        for link in links {
            let disease = diseases.iter().find(|stored| stored.record.id().uuid == link.to);
            let Some(AnyRecord::Disease(disease)) = disease.map(|stored| &stored.record) else {
                continue;
            };
            let own = names.entry(link.from).or_default();
            own.extend(disease.names().iter().map(|name| name.text.clone()));
        }
        Ok(names)
    }

    async fn labelled(
        &self,
        request: &SearchRequest,
        counts: Vec<crate::search::query::FacetCounts>,
    ) -> Result<Vec<FoundFacet>, Error> {
        let codes = counts.iter().flat_map(|counts| &counts.values);
        let codes = codes.map(|(code, _)| code.as_str()).collect();
        let labels = label::Labels::load(self, codes, request.lang).await?;
        let mut facets = Vec::with_capacity(counts.len());
        for counts in counts {
            let facet = counts.facet;
            let selected = request.filter.get(&facet);
            let value = |(code, count): (String, u64)| FacetValue {
                label: labels.of(facet, &code),
                count,
                selected: selected.is_some_and(|selected| selected.contains(&code)),
                code,
            };
            facets
                .push(FoundFacet { facet, values: counts.values.into_iter().map(value).collect() });
        }
        Ok(facets)
    }
}

/// What an engine answered, and which.
struct Answered {
    answer: SearchAnswer,
    engine: &'static str,
    degraded: bool,
}

fn highlights(record: &AnyRecord, diseases: &[String], words: &QueryWords) -> Vec<Highlight> {
    let names = each_kind!(record, record => record.names()).into_iter().map(|n| n.text.as_str());
    let ids =
        each_kind!(record, record => record.external_ids()).into_iter().map(|i| i.value.as_str());
    let mut highlights = marked("name", names, words);
    highlights.extend(marked("identifier", ids, words));
    highlights.extend(marked("disease", diseases.iter().map(String::as_str), words));
    highlights
}

fn marked<'a>(
    field: &'static str,
    texts: impl Iterator<Item = &'a str>,
    words: &QueryWords,
) -> Vec<Highlight> {
    let marked = texts.filter_map(|text| highlight(text, words));
    marked.take(HIGHLIGHTS).map(|fragments| Highlight { field, fragments }).collect()
}
