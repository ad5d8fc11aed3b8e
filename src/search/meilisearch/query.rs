//! Asking Meilisearch in the one query language.
//!
//! A search is one multi-search. Records named by the whole text are asked for apart from those that its words match,
//! so that they come whatever the words say and no record comes twice; each facet with a filter of its own is counted
//! by a question that leaves that filter out.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    META, META_KIND, Meilisearch,
    filter::Filter,
    http::Fault,
    row::{code_key, code_of, facet_attribute, spelled, whole_key},
    settings::stamp,
};
use crate::{
    domain::{facet::Facet, id::RecordId},
    search::{
        build::SHOWN,
        query::{Direction, FacetCounts, Hit, PER_PAGE_MAX, SearchAnswer, SearchQuery, Sort},
        text::QueryWords,
    },
};

/// Failures in a row after which the server is left alone.
const FAILURES: u32 = 5;
const REST: Duration = Duration::from_secs(10);

/// Spares a server that fails, and those who search, the waiting.
#[derive(Debug, Default)]
pub(super) struct Breaker(Mutex<Broken>);

#[derive(Debug, Default)]
struct Broken {
    failures: u32,
    until: Option<Instant>,
}

impl Breaker {
    fn is_closed(&self, now: Instant) -> bool {
        let broken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        broken.until.is_none_or(|until| until <= now)
    }

    fn note(&self, worked: bool, now: Instant) {
        let mut broken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        broken.failures = if worked { 0 } else { broken.failures + 1 };
        broken.until = (broken.failures >= FAILURES).then(|| now + REST);
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    #[serde(default)]
    hits: Vec<Found>,
    #[serde(default)]
    total_hits: u64,
    #[serde(default)]
    facet_distribution: BTreeMap<String, BTreeMap<String, u64>>,
}

#[derive(Deserialize)]
struct Found {
    id: String,
    #[serde(default)]
    order: String,
    #[serde(default)]
    updated: i64,
    #[serde(default)]
    position: i64,
    #[serde(default)]
    hash: String,
    #[serde(default)]
    stamp: String,
    #[serde(default)]
    log: String,
}

impl Meilisearch {
    /// # Errors
    /// A fault of the server; the query itself must have been checked.
    pub async fn search(&self, query: &SearchQuery) -> Result<SearchAnswer, Fault> {
        if !self.breaker.is_closed(Instant::now()) {
            return Err(Fault::Resting);
        }
        let answer = self.try_search(query).await;
        let works = answer.as_ref().err().is_none_or(|fault| !fault.is_of_the_server());
        self.breaker.note(works, Instant::now());
        answer
    }

    async fn try_search(&self, query: &SearchQuery) -> Result<SearchAnswer, Fault> {
        let mut plan = Plan::new(self.live(), query);
        let mut answers = self.answers(&plan).await?;
        // A broad disease is named by hundreds of lines; then they are all read, to be put in their places.
        let named = plan.named_in_all(&answers);
        if named > plan.named_read {
            plan.named_read = named;
            answers = self.answers(&plan).await?;
        }
        plan.answer(answers, self.log())
    }

    async fn answers(&self, plan: &Plan<'_>) -> Result<Vec<Answer>, Fault> {
        let queries = plan.queries();
        match self.multi_search(&queries).await {
            Err(Fault::Busy(_)) => self.multi_search(&queries).await,
            other => other,
        }
    }
}

/// The questions of one search.
struct Plan<'q> {
    index: &'q str,
    query: &'q SearchQuery,
    /// The words as Meilisearch reads them; `None` where no document can match by words.
    words: Option<String>,
    /// The records that the whole text names.
    named: Option<Filter>,
    /// As many named records are read; the words' hits begin so much earlier.
    named_read: usize,
    start: usize,
    end: usize,
}

impl<'q> Plan<'q> {
    fn new(index: &'q str, query: &'q SearchQuery) -> Self {
        let read = QueryWords::parse(&query.text);
        let unfinished = read.words.last().is_some_and(|word| word.last);
        let words: Vec<String> = read.words.iter().map(|word| spelled(&word.text)).collect();
        // White space after the last word says that it is finished.
        let words = words.join(" ") + if unfinished { "" } else { " " };
        let words = match (&read.folded, read.words.is_empty()) {
            (None, _) => Some(String::new()),
            (Some(_), true) => None,
            (Some(_), false) => Some(words),
        };
        let ids = || query.first.iter().map(ToString::to_string).collect();
        let named = read.folded.as_ref().map(|_| {
            let whole = Filter::In("whole", vec![whole_key(&query.text)]);
            Filter::Either(Box::new(whole), Box::new(Filter::In("id", ids())))
        });
        let named = named.or_else(|| (!query.first.is_empty()).then(|| Filter::In("id", ids())));
        let window = query.window().unwrap_or_default();
        let named_read = PER_PAGE_MAX as usize;
        Self { index, query, words, named, named_read, start: window.start, end: window.end }
    }

    /// The filters of the query, but for that of one facet.
    fn filter(&self, without: Option<Facet>) -> Filter {
        let kinds = if self.query.kinds.is_empty() { &SHOWN[..] } else { &self.query.kinds };
        let kinds = kinds.iter().map(|kind| kind.as_str().to_owned()).collect();
        let mut parts = vec![Filter::In("kind", kinds)];
        for (facet, codes) in self.query.active_filters() {
            if Some(facet) != without {
                let codes = codes.iter().map(|code| code_key(code)).collect();
                parts.push(Filter::In(facet_attribute(facet), codes));
            }
        }
        Filter::All(parts)
    }

    fn is_filtered(&self, facet: Facet) -> bool {
        self.query.filter.get(&facet).is_some_and(|codes| !codes.is_empty())
    }

    /// The facets that are counted together, each time with the filter to leave out.
    fn counted(&self) -> Vec<(Option<Facet>, Vec<Facet>)> {
        let facets: BTreeSet<Facet> = self.query.facets.iter().copied().collect();
        let (own, free): (Vec<Facet>, Vec<Facet>) =
            facets.into_iter().partition(|facet| self.is_filtered(*facet));
        let own = own.into_iter().map(|facet| (Some(facet), vec![facet]));
        std::iter::once((None, free)).chain(own).collect()
    }

    /// The parts of the answer that are asked for apart: what the text names, and what its words match.
    fn parts(&self, without: Option<Facet>) -> Vec<(String, Filter)> {
        let filter = self.filter(without);
        let mut parts = Vec::new();
        if let Some(named) = &self.named {
            parts.push((String::new(), filter.clone().and(named.clone())));
        }
        if let Some(words) = &self.words {
            let rest = match &self.named {
                Some(named) => filter.but_not(named.clone()),
                None => filter,
            };
            parts.push((words.clone(), rest));
        }
        parts
    }

    fn queries(&self) -> Vec<Value> {
        let meta = Filter::In("id", vec![META.to_owned()])
            .and(Filter::In("kind", vec![META_KIND.to_owned()]));
        let mut queries = vec![json!({
            "indexUid": self.index, "filter": meta.to_string(), "limit": 1,
            "attributesToRetrieve": ["id", "position", "hash", "stamp", "log"],
        })];
        for (without, facets) in self.counted() {
            let facets: Vec<&str> = facets.into_iter().map(facet_attribute).collect();
            for (words, filter) in self.parts(without) {
                queries.push(json!({
                    "indexUid": self.index, "q": words, "filter": filter.to_string(),
                    "facets": facets, "page": 1, "hitsPerPage": 0, "matchingStrategy": "all",
                }));
            }
        }
        for (at, (words, filter)) in self.parts(None).into_iter().enumerate() {
            let (offset, limit) = self.reach(at);
            queries.push(json!({
                "indexUid": self.index, "q": words, "filter": filter.to_string(),
                "offset": offset, "limit": limit, "sort": self.sort(), "matchingStrategy": "all",
                "attributesToRetrieve": ["id", "order", "updated"],
            }));
        }
        queries
    }

    /// Which hits of a part may stand on the page: of the named ones any, of the others those that come to stand
    /// there with some or none of the named ones before them.
    fn reach(&self, part: usize) -> (usize, usize) {
        match (&self.named, part) {
            (Some(_), 0) if self.start == self.end => (0, 0),
            (Some(_), 0) => (0, self.named_read),
            (Some(_), _) => {
                let offset = self.start.saturating_sub(self.named_read);
                (offset, self.end - offset)
            }
            (None, _) => (self.start, self.end - self.start),
        }
    }

    fn sort(&self) -> Vec<String> {
        let direction = |direction: Direction| match direction {
            Direction::Ascending => "asc",
            Direction::Descending => "desc",
        };
        match self.query.sort {
            // Without words all match alike, and ties fall to the name.
            Sort::Relevance if self.words.as_ref().is_some_and(String::is_empty) => {
                vec!["order:asc".to_owned()]
            }
            Sort::Relevance => Vec::new(),
            Sort::Name(way) => vec![format!("order:{}", direction(way))],
            Sort::Updated(way) => {
                vec![format!("updated:{}", direction(way)), "order:asc".to_owned()]
            }
        }
    }

    /// How many records the text names, by the first of the counts.
    fn named_in_all(&self, answers: &[Answer]) -> usize {
        let counted = answers.get(1).filter(|_| self.named.is_some() && self.start < self.end);
        counted.map_or(0, |answer| usize::try_from(answer.total_hits).unwrap_or_default())
    }

    fn answer(&self, answers: Vec<Answer>, log: &str) -> Result<SearchAnswer, Fault> {
        let parts = self.parts(None).len();
        let mut answers = answers.into_iter();
        let meta = answers.next().and_then(|answer| answer.hits.into_iter().next());
        let ours = meta.filter(|meta| meta.stamp == stamp() && meta.log == log);
        let missing = || Fault::Unreadable("the index is none of this catalogue's".to_owned());
        let Found { position: as_of, hash: log_hash, .. } = ours.ok_or_else(missing)?;
        let (mut total, mut counts) = (0, BTreeMap::new());
        for (without, facets) in self.counted() {
            let part: Vec<Answer> = answers.by_ref().take(parts).collect();
            if without.is_none() {
                total = part.iter().map(|answer| answer.total_hits).sum();
            }
            for facet in facets {
                counts.insert(facet, summed(&part, facet));
            }
        }
        let hits = self.window(answers.map(|answer| answer.hits).collect())?;
        let facets = self.query.facets.iter().map(|facet| FacetCounts {
            facet: *facet,
            values: counts.get(facet).cloned().unwrap_or_default(),
        });
        Ok(SearchAnswer { total, hits, facets: facets.collect(), as_of, log_hash })
    }

    /// The page, put together from what is named and what the words match.
    fn window(&self, mut parts: Vec<Vec<Found>>) -> Result<Vec<Hit>, Fault> {
        let matched =
            if self.words.is_some() { parts.pop().unwrap_or_default() } else { Vec::new() };
        let mut named = parts.pop().unwrap_or_default();
        if self.query.sort == Sort::Relevance {
            let place = |found: &Found| {
                let at = self.query.first.iter().position(|id| id.to_string() == found.id);
                (at.unwrap_or(usize::MAX), found.order.clone())
            };
            named.sort_by_cached_key(place);
        }
        let offset = if self.named.is_some() { self.reach(1).0 } else { self.start };
        // The place of each hit in the whole: its place among its own kind, and the others that stand before it.
        let mut placed: Vec<(usize, &Found)> = Vec::new();
        for (at, found) in named.iter().enumerate() {
            let before = matched.iter().filter(|other| self.is_before(other, found)).count();
            let unseen = if before > 0 { offset } else { 0 };
            placed.push((at + before + unseen, found));
        }
        for (at, found) in matched.iter().enumerate() {
            let before = named.iter().filter(|other| !self.is_before(found, other)).count();
            placed.push((offset + at + before, found));
        }
        placed.sort_by_key(|(place, _)| *place);
        let shown = placed.into_iter().filter(|(place, _)| (self.start..self.end).contains(place));
        shown.map(|(_, found)| hit(&found.id)).collect()
    }

    /// Whether a hit of the words comes before a named one.
    fn is_before(&self, matched: &Found, named: &Found) -> bool {
        let by_name = matched.order.cmp(&named.order);
        let by_time = matched.updated.cmp(&named.updated);
        let order = match self.query.sort {
            Sort::Relevance => return false,
            Sort::Name(Direction::Ascending) => by_name,
            Sort::Name(Direction::Descending) => by_name.reverse(),
            Sort::Updated(Direction::Ascending) => by_time.then(by_name),
            Sort::Updated(Direction::Descending) => by_time.reverse().then(by_name),
        };
        order.is_lt()
    }
}

fn hit(id: &str) -> Result<Hit, Fault> {
    let id: RecordId =
        id.parse().map_err(|_| Fault::Unreadable(format!("`{id}` is no id of ours")))?;
    Ok(Hit { id, score: 0.0 })
}

fn summed(parts: &[Answer], facet: Facet) -> Vec<(String, u64)> {
    let mut sums: BTreeMap<String, u64> = BTreeMap::new();
    for part in parts {
        for (key, count) in
            part.facet_distribution.get(facet_attribute(facet)).into_iter().flatten()
        {
            if let (Some(code), true) = (code_of(key), *count > 0) {
                *sums.entry(code).or_default() += count;
            }
        }
    }
    let mut values: Vec<(String, u64)> = sums.into_iter().collect();
    values.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    values
}
