//! The engine against a naive model of the same promises, on small catalogues of random records.

use std::collections::{BTreeMap, BTreeSet};

use proptest::{collection::vec, prelude::*, sample::select};
use uuid::Uuid;

use super::tests::{Fixture, named};
use crate::domain::facet::Facet;
use crate::{
    domain::{
        id::{RecordId, RecordKind},
        names::fold,
    },
    search::{
        document::{Document, Part},
        query::{Direction, FacetCounts, SearchQuery, Sort},
        text::{QueryWord, QueryWords, Singles, tokens},
    },
};

const TEXTS: [&str; 16] = [
    "parkinson",
    "parkinsons",
    "pakrinson",
    "barkinson",
    "Parkinson disease",
    "park",
    "par",
    "HPS0063",
    "HPS0061",
    "hps 0063",
    "201B7",
    "201-b7",
    "肺癌",
    "肺がん研究",
    "パーキンソン病",
    "!",
];
const FACETS: [Facet; 3] = [Facet::Species, Facet::Disease, Facet::Kind];

fn document(n: usize) -> impl Strategy<Value = Document> {
    let texts =
        || vec(select(&TEXTS[..]), 0..2).prop_map(|t| t.into_iter().map(str::to_owned).collect());
    let facets = vec((select(&FACETS[..]), select(&["a", "B", "b"][..])), 0..4);
    let kind = RecordKind::ALL[n % 2];
    (select(&TEXTS[..]), texts(), texts(), texts(), texts(), facets, 0..3i64).prop_map(
        move |(name, ids, names, diseases, exact, facets, updated_at_us)| {
            let mut by_facet: BTreeMap<Facet, BTreeSet<String>> = BTreeMap::new();
            for (facet, code) in facets {
                by_facet.entry(facet).or_default().insert(code.to_owned());
            }
            let id = RecordId::new(kind, Uuid::from_u128(n as u128));
            let facets = by_facet;
            Document {
                id,
                ids,
                names,
                diseases,
                exact,
                facets,
                updated_at_us,
                ..named(n as u128, name)
            }
        },
    )
}

fn documents() -> impl Strategy<Value = Vec<Document>> {
    (1..14usize).prop_flat_map(|count| (0..count).map(document).collect::<Vec<_>>())
}

fn query() -> impl Strategy<Value = SearchQuery> {
    let words = [&TEXTS[..], &["p", "pa", "癌", "肺", "2", "diseas park"]].concat();
    let sorts = vec![
        Sort::Relevance,
        Sort::Name(Direction::Ascending),
        Sort::Name(Direction::Descending),
        Sort::Updated(Direction::Ascending),
        Sort::Updated(Direction::Descending),
    ];
    let filter = vec((select(&FACETS[..]), select(&["a", "B", "c"][..])), 0..3);
    let first = vec(0..16u128, 0..2);
    (vec(select(words), 0..3), filter, select(sorts), first, any::<bool>(), 1..3u32).prop_map(
        |(words, filters, sort, first, donors, page)| {
            let mut filter: BTreeMap<Facet, BTreeSet<String>> = BTreeMap::new();
            for (facet, code) in filters {
                filter.entry(facet).or_default().insert(code.to_owned());
            }
            let line = |n| RecordId::new(RecordKind::CellLine, Uuid::from_u128(n));
            SearchQuery {
                text: words.join(" "),
                kinds: if donors { vec![RecordKind::Donor] } else { Vec::new() },
                filter,
                facets: FACETS.to_vec(),
                sort,
                page,
                per_page: 8,
                first: first.into_iter().map(line).collect(),
            }
        },
    )
}

/// What one word earns in a document.
fn word_score(document: &Document, word: &QueryWord) -> u32 {
    let parts = Part::ALL.into_iter().flat_map(|part| {
        let tokens = document.texts(part).flat_map(|text| tokens(text, Singles::Last));
        tokens.filter_map(move |token| Some(part.weight() * word.closeness(&token.text)?.worth()))
    });
    parts.max().unwrap_or(0).into()
}

/// 0 when the document does not match.
fn score(document: &Document, query: &SearchQuery, words: &QueryWords) -> u32 {
    if let Some(place) = query.first.iter().position(|id| *id == document.id) {
        return 2_000_000 - u32::try_from(place).expect("few");
    }
    let Some(folded) = &words.folded else { return 1 };
    let each: Vec<_> = words.words.iter().map(|word| word_score(document, word)).collect();
    let sum = if each.contains(&0) { 0 } else { each.iter().sum() };
    let whole = document.exact_texts().any(|text| fold(text) == *folded);
    sum + if whole { 1_000 } else { 0 }
}

fn passes(document: &Document, query: &SearchQuery, off: Option<Facet>) -> bool {
    query.filter.iter().filter(|(facet, _)| Some(**facet) != off).all(|(facet, codes)| {
        document.facets.get(facet).is_some_and(|own| own.intersection(codes).next().is_some())
    })
}

/// The hits in order, and the counts.
fn model(documents: &[Document], query: &SearchQuery) -> (Vec<RecordId>, Vec<FacetCounts>) {
    let words = QueryWords::parse(&query.text);
    let of_kind = |d: &&Document| query.kinds.is_empty() || query.kinds.contains(&d.id.kind);
    let scored = documents.iter().filter(of_kind).map(|d| (d, score(d, query, &words)));
    let matching: Vec<_> = scored.filter(|(_, score)| *score > 0).collect();
    let mut hits: Vec<_> = matching.iter().filter(|(d, _)| passes(d, query, None)).collect();
    hits.sort_by_key(|(d, _)| (fold(&d.name), d.accession.clone()));
    match query.sort {
        Sort::Relevance => hits.sort_by_key(|(_, score)| u32::MAX - score),
        Sort::Name(Direction::Ascending) => {}
        Sort::Name(Direction::Descending) => hits.reverse(),
        Sort::Updated(Direction::Ascending) => hits.sort_by_key(|(d, _)| d.updated_at_us),
        Sort::Updated(Direction::Descending) => hits.sort_by_key(|(d, _)| -d.updated_at_us),
    }
    let facets = query.facets.iter().map(|facet| {
        let mut counts: BTreeMap<&String, u64> = BTreeMap::new();
        for (d, _) in matching.iter().filter(|(d, _)| passes(d, query, Some(*facet))) {
            d.facets
                .get(facet)
                .into_iter()
                .flatten()
                .for_each(|code| *counts.entry(code).or_default() += 1);
        }
        let mut values: Vec<_> = counts.into_iter().map(|(code, n)| (code.clone(), n)).collect();
        values.sort_by_key(|(_, n)| u64::MAX - n);
        FacetCounts { facet: *facet, values }
    });
    (hits.iter().map(|(d, _)| d.id).collect(), facets.collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_engine_answers_as_the_model(
        before in documents(),
        after in documents(),
        queries in vec(query(), 12),
    ) {
        let fixture = Fixture::new(&before);
        fixture.put(&after, 2);
        let mut left: BTreeMap<RecordId, &Document> = before.iter().map(|d| (d.id, d)).collect();
        left.extend(after.iter().map(|d| (d.id, d)));
        let documents: Vec<_> = left.into_values().cloned().collect();
        for query in queries {
            let (hits, facets) = model(&documents, &query);
            let answer = fixture.answer(&query);
            let window = query.window().expect("in range");
            let page: Vec<_> = hits.iter().copied().skip(window.start).take(window.len()).collect();
            let found: Vec<_> = answer.hits.iter().map(|hit| hit.id).collect();
            prop_assert_eq!((answer.total, found), (hits.len() as u64, page), "{:?}", query);
            prop_assert_eq!(answer.facets, facets, "{:?}", query);
        }
    }

    #[test]
    fn another_filter_never_raises_the_total(documents in documents(), query in query()) {
        let fixture = Fixture::new(&documents);
        let without = SearchQuery { filter: BTreeMap::new(), ..query.clone() };
        prop_assert!(fixture.answer(&query).total <= fixture.answer(&without).total);
    }
}
