//! What the contract says, by going through all documents one by one. Shares with the engines the tokenizer and the
//! folding, which are part of the contract, and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use stemma::{
    domain::{facet::Facet, id::RecordId, names::fold},
    search::{
        document::{Document, Part},
        query::{Direction, FacetCounts, SearchQuery, Sort},
        text::{QueryWords, Singles, tokens},
    },
};

pub(crate) struct Model<'c> {
    known: Vec<Known<'c>>,
}

struct Known<'c> {
    document: &'c Document,
    words: BTreeSet<String>,
    wholes: BTreeSet<String>,
    /// The order by name.
    place: (String, &'c str),
}

/// What every engine must answer.
pub(crate) struct Expected {
    pub(crate) hits: Vec<RecordId>,
    /// So many of the hits, from the first, have a fixed order. The order by relevance is each engine's own, but for
    /// the records that are named first.
    pub(crate) ordered: usize,
    pub(crate) facets: Vec<FacetCounts>,
}

impl<'c> Model<'c> {
    pub(crate) fn new(documents: &'c [Document]) -> Self {
        Self { known: documents.iter().map(Known::new).collect() }
    }

    pub(crate) fn answer(&self, query: &SearchQuery) -> Expected {
        let matching: Vec<&Known<'_>> = self.known.iter().filter(|k| k.matches(query)).collect();
        let mut hits: Vec<&Known<'_>> =
            matching.iter().copied().filter(|k| passes(k.document, query, None)).collect();
        hits.sort_by(|a, b| a.place.cmp(&b.place));
        let time = |known: &&Known<'_>| known.document.updated_at_us;
        match query.sort {
            Sort::Name(Direction::Ascending) => {}
            Sort::Name(Direction::Descending) => hits.reverse(),
            Sort::Updated(Direction::Ascending) => hits.sort_by_key(time),
            Sort::Updated(Direction::Descending) => hits.sort_by_key(|k| -time(k)),
            Sort::Relevance => hits.sort_by_key(|k| first_place(k.document, query)),
        }
        let pinned = hits.iter().filter(|k| query.first.contains(&k.document.id)).count();
        let by_relevance = query.sort == Sort::Relevance && !query.text.trim().is_empty();
        let facets = query.facets.iter().map(|facet| counts(&matching, query, *facet));
        Expected {
            ordered: if by_relevance { pinned } else { hits.len() },
            facets: facets.collect(),
            hits: hits.into_iter().map(|k| k.document.id).collect(),
        }
    }

    /// Whether no document bears two values of a facet.
    pub(crate) fn is_single_valued(&self, facet: Facet) -> bool {
        let values = |known: &Known<'_>| known.document.facets.get(&facet).map_or(0, BTreeSet::len);
        self.known.iter().all(|known| values(known) <= 1)
    }
}

/// Whether each word can only match as it is written; what typos add is not asked to be equal.
pub(crate) fn is_settled(text: &str) -> bool {
    QueryWords::parse(text).words.iter().all(|word| word.typos_allowed() == 0)
}

impl<'c> Known<'c> {
    fn new(document: &'c Document) -> Self {
        let texts = Part::ALL.into_iter().flat_map(|part| document.texts(part));
        let words = texts.flat_map(|text| tokens(text, Singles::Last)).map(|token| token.text);
        Self {
            document,
            words: words.collect(),
            wholes: document.exact_texts().map(fold).collect(),
            place: (fold(&document.name), &document.accession),
        }
    }

    fn matches(&self, query: &SearchQuery) -> bool {
        let id = self.document.id;
        let kind = query.kinds.is_empty() || query.kinds.contains(&id.kind);
        kind && (query.first.contains(&id) || self.has(&query.text))
    }

    /// Whether every word is a word of the document, the last one the start of one, or the text is a whole name.
    fn has(&self, text: &str) -> bool {
        if text.trim().is_empty() || self.wholes.contains(&fold(text)) {
            return true;
        }
        let words = tokens(text, Singles::None);
        let Some((last, words)) = words.split_last() else { return false };
        words.iter().all(|word| self.words.contains(&word.text))
            && self.words.iter().any(|word| word.starts_with(&last.text))
    }
}

fn first_place(document: &Document, query: &SearchQuery) -> usize {
    query.first.iter().position(|id| *id == document.id).unwrap_or(usize::MAX)
}

/// Whether a document passes every filter but the one that is off.
fn passes(document: &Document, query: &SearchQuery, off: Option<Facet>) -> bool {
    query.active_filters().filter(|(facet, _)| Some(*facet) != off).all(|(facet, values)| {
        document.facets.get(&facet).is_some_and(|own| !own.is_disjoint(values))
    })
}

/// Counted as if the facet's own filter were off.
fn counts(matching: &[&Known<'_>], query: &SearchQuery, facet: Facet) -> FacetCounts {
    let mut counts: BTreeMap<&String, u64> = BTreeMap::new();
    for known in matching.iter().filter(|known| passes(known.document, query, Some(facet))) {
        for value in known.document.facets.get(&facet).into_iter().flatten() {
            *counts.entry(value).or_default() += 1;
        }
    }
    let mut values: Vec<(String, u64)> =
        counts.into_iter().map(|(value, count)| (value.clone(), count)).collect();
    values.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    FacetCounts { facet, values }
}
