//! Search, sort and facets of the double. Words are what white space separates; there is no stemming, no proximity
//! and no synonym, and documents that are alike come in the order of their primary key.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
};

use serde_json::{Map, Value, json};

use super::{
    call::{Document, Refusal},
    filter::{self, Features, fold, text_of, values},
    index::Index,
};

/// More words of a query are not looked at.
const QUERY_WORDS: usize = 10;
/// More hits a facet search does not give.
const FACET_HITS: usize = 100;

/// Answers one query; its keys were checked before.
pub(super) fn search(index: &Index, uid: &str, query: &Document) -> Result<Document, Refusal> {
    let facets = query.get("facets").filter(|facets| !facets.is_null());
    let facets = facets.map(|facets| wanted_facets(index, uid, facets)).transpose()?;
    let found = find(index, uid, query)?;
    let documents: Vec<_> = found.iter().map(|(_, document)| *document).collect();
    let number = |name: &str| query.get(name).filter(|given| !given.is_null()).map(limit);
    let mut answer = Map::new();
    let (skip, take) = if number("page").is_some() || number("hitsPerPage").is_some() {
        let (page, size) = (number("page").unwrap_or(1), number("hitsPerPage").unwrap_or(20));
        answer.insert("page".to_owned(), json!(page));
        answer.insert("hitsPerPage".to_owned(), json!(size));
        answer.insert("totalHits".to_owned(), json!(found.len()));
        let pages = found.len().div_ceil(size.max(1)) * usize::from(size > 0);
        answer.insert("totalPages".to_owned(), json!(pages));
        page.checked_sub(1).map_or((0, 0), |before| (before.saturating_mul(size), size))
    } else {
        let (offset, limit) = (number("offset").unwrap_or(0), number("limit").unwrap_or(20));
        answer.insert("offset".to_owned(), json!(offset));
        answer.insert("limit".to_owned(), json!(limit));
        answer.insert("estimatedTotalHits".to_owned(), json!(found.len()));
        (offset, limit)
    };
    let most = limit(&index.setting("pagination")["maxTotalHits"]);
    let shown = documents.iter().take(most).skip(skip).take(take);
    let displayed = index.list("displayedAttributes");
    let hits = shown.map(|document| {
        let hit = project(document, query.get("attributesToRetrieve"));
        let is_shown = |name: &str| displayed.iter().any(|pattern| filter::matches(pattern, name));
        Value::Object(hit.into_iter().filter(|(name, _)| is_shown(name)).collect())
    });
    answer.insert("hits".to_owned(), hits.collect());
    answer.insert("query".to_owned(), json!(text(query, "q")));
    answer.insert("processingTimeMs".to_owned(), json!(0));
    if let Some(facets) = facets {
        answer.insert("facetDistribution".to_owned(), distribution(index, &documents, &facets));
        answer.insert("facetStats".to_owned(), stats(&documents, &facets));
    }
    Ok(answer)
}

/// Counts one too many of every facet value.
pub(super) fn miscount(answer: &mut Document) {
    let distribution = answer.get_mut("facetDistribution").and_then(Value::as_object_mut);
    for values in distribution.into_iter().flat_map(|facets| facets.values_mut()) {
        for count in values.as_object_mut().into_iter().flat_map(|values| values.values_mut()) {
            *count = json!(count.as_u64().unwrap_or_default() + 1);
        }
    }
}

/// A number that bounds a list; without one there is no bound.
fn limit(number: &Value) -> usize {
    number.as_u64().and_then(|number| usize::try_from(number).ok()).unwrap_or(usize::MAX)
}

fn text<'q>(query: &'q Document, name: &str) -> &'q str {
    query.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// Every document that a query means, in the order of the answer.
fn find<'i>(
    index: &'i Index,
    uid: &str,
    query: &Document,
) -> Result<Vec<(&'i String, &'i Document)>, Refusal> {
    let filter = filter::checked(index, uid, query.get("filter"), "invalid_search_filter")?;
    let sorts = Sort::read(index, uid, query.get("sort"), "invalid_search_sort")?;
    let rules = index.list("rankingRules");
    if !sorts.is_empty() && !rules.iter().any(|rule| rule == "sort") {
        let message = format!(
            "Index `{uid}`: You must specify where `sort` is listed in the rankingRules setting to \
            use the sort parameter at search time."
        );
        return Err(Refusal::new("invalid_search_sort", message));
    }
    let words = words(index, text(query, "q"));
    let all = text(query, "matchingStrategy") == "all";
    let passing = index
        .documents
        .iter()
        .filter(|(_, document)| filter.as_ref().is_none_or(|filter| filter.passes(document)));
    let mut found: Vec<_> = passing
        .filter_map(|(id, document)| Some((score(index, &words, all, document)?, id, document)))
        .collect();
    let is_sort_first = rules.first().is_some_and(|rule| rule == "sort");
    found.sort_by(|(a_score, _, a), (b_score, _, b)| {
        let (by_score, by_sort) = (a_score.cmp(b_score), Sort::compare(&sorts, a, b));
        if is_sort_first { by_sort.then(by_score) } else { by_score.then(by_sort) }
    });
    Ok(found.into_iter().map(|(_, id, document)| (id, document)).collect())
}

/// A word of a query.
#[derive(Debug)]
struct Word {
    letters: Vec<char>,
    may_go_on: bool,
    typos: usize,
}

fn words(index: &Index, query: &str) -> Vec<Word> {
    let mut words: Vec<_> = query
        .split_whitespace()
        .take(QUERY_WORDS)
        .map(|word| {
            let word = word.to_lowercase();
            let typos = typos_of(index, &word);
            Word { letters: word.chars().collect(), may_go_on: false, typos }
        })
        .collect();
    if let Some(last) = words.last_mut() {
        last.may_go_on = !query.ends_with(char::is_whitespace);
    }
    words
}

/// How many typos a word may have by the settings. One with a digit has none.
fn typos_of(index: &Index, word: &str) -> usize {
    let settings = index.setting("typoTolerance");
    let least = |name: &str| settings["minWordSizeForTypos"][name].as_u64().unwrap_or(u64::MAX);
    let length = word.chars().count() as u64;
    if settings["enabled"] == json!(false) || word.contains(|c: char| c.is_ascii_digit()) {
        0
    } else if length >= least("twoTypos") {
        2
    } else {
        usize::from(length >= least("oneTypo"))
    }
}

/// How far a document is from a query: words that are missing, typos, words met by a beginning only, and the place
/// of the best attribute. Least is best.
type Score = (usize, usize, usize, usize);

/// `None` where a word is missing that must be there. Without `all` words are given up from the last one on.
fn score(index: &Index, words: &[Word], all: bool, document: &Document) -> Option<Score> {
    if words.is_empty() {
        return Some((0, 0, 0, 0));
    }
    let mut attributes = index.list("searchableAttributes");
    if attributes.iter().any(|attribute| attribute == "*") {
        attributes = document.keys().cloned().collect();
    }
    let exact = index.list("typoTolerance/disableOnAttributes");
    let met = words.iter().map_while(|word| {
        let places = attributes.iter().enumerate().filter_map(|(rank, attribute)| {
            let typos = if exact.contains(attribute) { 0 } else { word.typos };
            let (typos, is_beginning) = closest(word, typos, document, attribute)?;
            Some((typos, usize::from(is_beginning), rank))
        });
        places.min()
    });
    let met: Vec<_> = met.collect();
    if met.is_empty() || (all && met.len() < words.len()) {
        return None;
    }
    let typos = met.iter().map(|(typos, _, _)| typos).sum();
    let beginnings = met.iter().map(|(_, beginning, _)| beginning).sum();
    let rank = met.iter().map(|(_, _, rank)| *rank).min()?;
    Some((words.len() - met.len(), typos, beginnings, rank))
}

/// Typos, and whether only a beginning was met, of the word of an attribute that is closest to a word of a query.
fn closest(
    word: &Word,
    most: usize,
    document: &Document,
    attribute: &str,
) -> Option<(usize, bool)> {
    let texts = values(document, attribute).into_iter().filter_map(Value::as_str);
    let found = texts.flat_map(str::split_whitespace).filter_map(|found| {
        let found: Vec<_> = found.to_lowercase().chars().collect();
        distance(&word.letters, &found, most, word.may_go_on)
    });
    found.min()
}

/// Optimal string alignment, where a wrong first letter counts twice; with `may_go_on` a beginning of `found` will do.
fn distance(
    wanted: &[char],
    found: &[char],
    most: usize,
    may_go_on: bool,
) -> Option<(usize, bool)> {
    if wanted == found {
        return Some((0, false));
    }
    if most == 0 {
        return (may_go_on && found.starts_with(wanted)).then_some((0, true));
    }
    let mut rows = vec![(0..=found.len()).collect::<Vec<_>>()];
    for i in 1..=wanted.len() {
        let mut row = vec![i];
        for j in 1..=found.len() {
            let wrong = usize::from(wanted[i - 1] != found[j - 1]);
            let mut least =
                (rows[i - 1][j] + 1).min(row[j - 1] + 1).min(rows[i - 1][j - 1] + wrong);
            let is_crossed = i > 1 && j > 1 && wanted[i - 1] == found[j - 2];
            if is_crossed && wanted[i - 2] == found[j - 1] {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    let last = &rows[wanted.len()];
    let first_is_wrong = usize::from(wanted.first() != found.first());
    let counted = |typos: usize| typos + if typos > 0 { first_is_wrong } else { 0 };
    let whole = Some((counted(last[found.len()]), false));
    let beginning = last.iter().min().filter(|_| may_go_on).map(|least| (counted(*least), true));
    whole.into_iter().chain(beginning).filter(|(typos, _)| *typos <= most).min()
}

/// One entry of `sort`.
#[derive(Debug)]
pub(super) struct Sort {
    attribute: String,
    is_descending: bool,
}

impl Sort {
    pub(super) fn read(
        index: &Index,
        uid: &str,
        value: Option<&Value>,
        code: &'static str,
    ) -> Result<Vec<Self>, Refusal> {
        let refuse = |message: String| Refusal::new(code, format!("Index `{uid}`: {message}"));
        let sortable = index.list("sortableAttributes");
        let entries = value.and_then(Value::as_array).into_iter().flatten();
        let sorts = entries.map(|entry| {
            let entry = entry.as_str().unwrap_or_default();
            let Some((attribute, direction @ ("asc" | "desc"))) = entry.rsplit_once(':') else {
                return Err(refuse(format!(
                    "Invalid syntax for the sort parameter: expected expression ending by `:asc` or \
                    `:desc`, found `{entry}`."
                )));
            };
            if !sortable.iter().any(|pattern| filter::matches(pattern, attribute)) {
                return Err(refuse(format!(
                    "Attribute `{attribute}` is not sortable. Available sortable attributes are: \
                    `{}`.",
                    sortable.join(", ")
                )));
            }
            Ok(Self { attribute: attribute.to_owned(), is_descending: direction == "desc" })
        });
        sorts.collect()
    }

    /// Numbers stand before texts and a document without a value stands last, whatever the direction. Of a list the
    /// value counts that comes first.
    pub(super) fn compare(sorts: &[Self], a: &Document, b: &Document) -> Ordering {
        let orders = sorts.iter().map(|sort| match (sort.first(a), sort.first(b)) {
            (Some(a), Some(b)) => sort.order(&a, &b),
            (a, b) => b.is_some().cmp(&a.is_some()),
        });
        orders.fold(Ordering::Equal, Ordering::then)
    }

    fn first(&self, document: &Document) -> Option<(Option<f64>, String)> {
        let values = values(document, &self.attribute).into_iter();
        let keys = values.filter_map(|value| match value.as_f64() {
            Some(number) => Some((Some(number), String::new())),
            None => Some((None, fold(&text_of(value)?))),
        });
        keys.min_by(|a, b| self.order(a, b))
    }

    fn order(&self, a: &(Option<f64>, String), b: &(Option<f64>, String)) -> Ordering {
        let order = match (a.0, b.0) {
            (Some(a), Some(b)) => a.total_cmp(&b),
            (None, None) => a.1.cmp(&b.1),
            (a, b) => return b.is_some().cmp(&a.is_some()),
        };
        if self.is_descending { order.reverse() } else { order }
    }
}

/// The fields of a document that are asked for; all where nothing or a star is.
pub(super) fn project(document: &Document, fields: Option<&Value>) -> Document {
    let Some(fields) = fields.and_then(Value::as_array) else { return document.clone() };
    let named = fields.iter().filter_map(Value::as_str).collect::<BTreeSet<_>>();
    let all = named.contains("*");
    let kept = document.iter().filter(|(name, _)| all || named.contains(name.as_str()));
    kept.map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// The attributes that `facets` names, a pattern by all that it matches.
fn wanted_facets(index: &Index, uid: &str, facets: &Value) -> Result<BTreeSet<String>, Refusal> {
    let mut wanted = BTreeSet::new();
    for name in facets.as_array().into_iter().flatten().filter_map(Value::as_str) {
        if name.contains('*') {
            let fields = index.documents.values().flat_map(Map::keys);
            let fields = fields.filter(|field| filter::matches(name, field));
            wanted.extend(fields.filter(|field| Features::is_facet(index, field)).cloned());
        } else if Features::is_facet(index, name) {
            wanted.insert(name.to_owned());
        } else {
            let message = format!(
                "Index `{uid}`: Invalid facet distribution: Pattern `{name}` is not filterable. \
                Available filterable attributes patterns are: `{}`.",
                filter::filterable_patterns(index).join(", ")
            );
            return Err(Refusal::new("invalid_search_facets", message));
        }
    }
    Ok(wanted)
}

/// The values of a facet as first written, with the number of documents that have them, in the order of the settings.
fn counts(index: &Index, documents: &[&Document], facet: &str) -> Vec<(String, usize)> {
    let mut counts: BTreeMap<String, (String, usize)> = BTreeMap::new();
    for document in documents {
        let texts = values(document, facet).into_iter().filter_map(text_of);
        let own: BTreeMap<_, _> = texts.map(|text| (fold(&text), text)).collect();
        for (key, text) in own {
            counts.entry(key).or_insert((text, 0)).1 += 1;
        }
    }
    let mut counts: Vec<_> = counts.into_values().collect();
    let orders = &index.setting("faceting")["sortFacetValuesBy"];
    if orders.get(facet).unwrap_or(&orders["*"]) == "count" {
        counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    }
    counts
}

fn distribution(index: &Index, documents: &[&Document], facets: &BTreeSet<String>) -> Value {
    let most = limit(&index.setting("faceting")["maxValuesPerFacet"]);
    let facets = facets.iter().map(|facet| {
        let counts = counts(index, documents, facet).into_iter().take(most);
        let counts = counts.map(|(value, count)| (value, json!(count)));
        (facet.clone(), Value::Object(counts.collect()))
    });
    Value::Object(facets.collect())
}

fn stats(documents: &[&Document], facets: &BTreeSet<String>) -> Value {
    let stats = facets.iter().filter_map(|facet| {
        let values = documents.iter().flat_map(|document| values(document, facet));
        let numbers: Vec<_> = values.filter_map(Value::as_f64).collect();
        let least = numbers.iter().copied().reduce(f64::min)?;
        let most = numbers.iter().copied().reduce(f64::max)?;
        Some((facet.clone(), json!({"min": least, "max": most})))
    });
    Value::Object(stats.collect())
}

/// Values of one facet that begin like a text, among the documents that a query means.
pub(super) fn facet_search(index: &Index, uid: &str, query: &Document) -> Result<Value, Refusal> {
    let Some(facet) = query.get("facetName").and_then(Value::as_str) else {
        let message = "Missing field `facetName`";
        return Err(Refusal::new("missing_facet_search_facet_name", message));
    };
    if index.setting("facetSearch") == false {
        let message = "The facet search is disabled for this index";
        return Err(Refusal::new("facet_search_disabled", message));
    }
    if !Features::of(index, facet).is_some_and(|features| features.facet_search) {
        let message = format!("Index `{uid}`: Attribute `{facet}` is not facet-searchable.");
        return Err(Refusal::new("invalid_facet_search_facet_name", message));
    }
    let found = find(index, uid, query)?;
    let documents: Vec<_> = found.iter().map(|(_, document)| *document).collect();
    let wanted = fold(text(query, "facetQuery"));
    let exact = index.list("typoTolerance/disableOnAttributes").iter().any(|name| name == facet);
    let typos = if exact { 0 } else { typos_of(index, &wanted) };
    let wanted: Vec<_> = wanted.chars().collect();
    let hits = counts(index, &documents, facet).into_iter().filter(|(value, _)| {
        let value: Vec<_> = fold(value).chars().collect();
        distance(&wanted, &value, typos, true).is_some()
    });
    let hits = hits.take(FACET_HITS).map(|(value, count)| json!({"value": value, "count": count}));
    Ok(json!({
        "facetHits": hits.collect::<Vec<_>>(), "processingTimeMs": 0,
        "facetQuery": query.get("facetQuery").cloned().unwrap_or_default(),
    }))
}
