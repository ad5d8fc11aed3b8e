//! The search in lines, lots or units: a box, filters with counts, hits. Without words and filters it shows the whole catalogue.

use askama::Template;
use axum::{
    extract::{Query, State},
    http::{StatusCode, Uri},
    response::Response,
};

use self::hit::{HitView, hits};
use super::{Item, labels};
use crate::{
    catalogue::search::{FacetValue, FoundFacet, FoundRecord, SearchRequest, Sort},
    domain::{id::RecordKind, lang::Lang},
    web::{
        Web,
        address::{Asked, LAST_PAGE, PER_PAGE, SORTS, Scope, localized},
        i18n::{self, Words, bank_words, words},
        reply::{self, Failure, Head, Problem},
    },
};

mod hit;

/// Values of a facet that are shown; the rest is found by name.
const VALUES: usize = 10;
/// Groups of filters that are open without being in use.
const OPEN: usize = 5;
const DISEASES: u32 = 5;

pub(in crate::web) async fn show(State(web): State<Web>, uri: Uri) -> Response {
    match search(&web, &uri).await {
        Ok(page) => reply::page(StatusCode::OK, &page),
        Err(failure) => failure.response(web.lang),
    }
}

#[derive(Debug, Template)]
#[template(path = "search.html")]
struct SearchPage {
    head: Head,
    asked: Asked,
    /// No words and no filters: the front door.
    is_home: bool,
    search_in: &'static str,
    /// What can be searched in: its word, its address, and whether it is searched in now.
    scopes: Vec<(&'static str, String, bool)>,
    results: &'static str,
    sorts: Vec<(&'static str, &'static str, bool)>,
    chips: Vec<Chip>,
    remove_all: String,
    facets: Vec<FacetView>,
    diseases: Vec<Item>,
    total: String,
    as_of: String,
    degraded: bool,
    /// No line matches; a page behind the last one is empty for another reason.
    nothing: bool,
    hits: Vec<HitView>,
    pages: Option<Pages>,
}

/// A filter in use, with the address of the search without it.
#[derive(Debug)]
struct Chip {
    facet: &'static str,
    label: String,
    remove: String,
}

#[derive(Debug)]
struct FacetView {
    title: &'static str,
    open: bool,
    values: Vec<ValueView>,
    more: bool,
}

#[derive(Debug)]
struct ValueView {
    label: String,
    count: u64,
    selected: bool,
    href: String,
}

#[derive(Debug)]
struct Pages {
    text: String,
    previous: Option<String>,
    next: Option<String>,
}

async fn search(web: &Web, uri: &Uri) -> Result<SearchPage, Failure> {
    let parameters =
        Query::<Vec<(String, String)>>::try_from_uri(uri).map_err(|_| Problem::Encoding)?;
    let asked = Asked::parse(&parameters)?;
    let (lang, t) = (web.lang, words(web.lang));
    let found = web.catalogue.search(request(&asked, lang)).await?;
    let diseases = diseases(web, &asked).await?;
    let is_home = asked == Asked::default();
    let title = if asked.text.is_empty() { t.home.to_owned() } else { asked.text.clone() };
    let chips = chips(web, &asked).await?;
    let hits = hits(web, &found).await?;
    Ok(SearchPage {
        head: Head::new(lang, title, asked.path()),
        is_home,
        search_in: bank_words(lang).search_in,
        scopes: scopes(&asked, lang),
        results: scope_word(asked.scope, lang),
        sorts: sorts(&asked, t),
        chips,
        remove_all: localized(lang, &asked.unfiltered().path()),
        facets: facets(&asked, &found.facets, lang),
        diseases,
        total: i18n::found(asked.scope.kind(), found.total, lang),
        as_of: i18n::as_of(found.as_of, lang),
        degraded: found.degraded,
        nothing: found.total == 0,
        hits,
        pages: pages(&asked, found.total, lang),
        asked,
    })
}

fn sorts(asked: &Asked, t: &Words) -> Vec<(&'static str, &'static str, bool)> {
    let sort = |(sort, code): &(Sort, &'static str)| {
        let label = match sort {
            Sort::Relevance => t.sort_relevance,
            Sort::Name(_) => t.sort_name,
            Sort::Updated(_) => t.sort_updated,
        };
        (*code, label, *sort == asked.sort)
    };
    SORTS.iter().map(sort).collect()
}

fn scope_word(scope: Scope, lang: Lang) -> &'static str {
    let t = bank_words(lang);
    match scope {
        Scope::Lines => t.lines,
        Scope::Lots => t.lots,
        Scope::Units => t.units,
    }
}

fn scopes(asked: &Asked, lang: Lang) -> Vec<(&'static str, String, bool)> {
    let scope = |scope: Scope| {
        let href = localized(lang, &asked.within(scope).path());
        (scope_word(scope, lang), href, scope == asked.scope)
    };
    Scope::ALL.into_iter().map(scope).collect()
}

fn request(asked: &Asked, lang: Lang) -> SearchRequest {
    SearchRequest {
        text: asked.text.clone(),
        kinds: vec![asked.scope.kind()],
        filter: asked.filter.clone(),
        facets: asked.scope.facets().to_vec(),
        sort: asked.sort,
        page: asked.page,
        per_page: PER_PAGE,
        lang,
    }
}

/// Diseases that the words mean, on the first page only. Filters are on lines and do not narrow them.
async fn diseases(web: &Web, asked: &Asked) -> Result<Vec<Item>, Failure> {
    if asked.text.is_empty() || asked.page > 1 || asked.scope != Scope::Lines {
        return Ok(Vec::new());
    }
    let request = SearchRequest {
        kinds: vec![RecordKind::Disease],
        filter: std::collections::BTreeMap::new(),
        facets: Vec::new(),
        sort: Sort::Relevance,
        per_page: DISEASES,
        ..request(asked, web.lang)
    };
    let found = web.catalogue.search(request).await?;
    let item = |hit: &FoundRecord| {
        let record = &hit.stored.record;
        Item::record(record, web.lang).note(record.accession())
    };
    Ok(found.hits.iter().map(item).collect())
}

async fn chips(web: &Web, asked: &Asked) -> Result<Vec<Chip>, Failure> {
    if asked.filter.is_empty() {
        return Ok(Vec::new());
    }
    let codes = asked.values().map(|(_, code)| code.to_owned()).collect();
    let labels = labels(web, codes).await?;
    let chip = |(facet, code)| Chip {
        facet: i18n::facet(facet, web.lang),
        label: labels.of(facet, code),
        remove: localized(web.lang, &asked.toggled(facet, code).path()),
    };
    Ok(asked.values().map(chip).collect())
}

/// The groups that have values, each with its most frequent ones and those in use.
fn facets(asked: &Asked, found: &[FoundFacet], lang: Lang) -> Vec<FacetView> {
    let view = |(at, found): (usize, &FoundFacet)| {
        let shown = |(at, value): &(usize, &FacetValue)| *at < VALUES || value.selected;
        let named = found.values.iter().filter(|value| value.selected || is_named(value));
        let all = named.clone().count();
        let values = named.enumerate().filter(shown).map(|(_, value)| ValueView {
            label: value.label.clone(),
            count: value.count,
            selected: value.selected,
            href: localized(lang, &asked.toggled(found.facet, &value.code).path()),
        });
        let values: Vec<ValueView> = values.collect();
        FacetView {
            title: i18n::facet(found.facet, lang),
            open: at < OPEN || values.iter().any(|value| value.selected),
            more: values.len() < all,
            values,
        }
    };
    let filled = found.iter().filter(|facet| !facet.values.is_empty());
    filled.enumerate().map(view).filter(|view| !view.values.is_empty()).collect()
}

/// A disease above others may be known by its id alone; that helps nobody to choose.
fn is_named(value: &FacetValue) -> bool {
    value.label != value.code || !value.code.starts_with("MONDO:")
}

fn pages(asked: &Asked, total: u64, lang: Lang) -> Option<Pages> {
    let last = total.div_ceil(u64::from(PER_PAGE)).min(u64::from(LAST_PAGE));
    let last = u32::try_from(last).unwrap_or(LAST_PAGE);
    if last < 2 {
        return None;
    }
    let at = |page: u32| localized(lang, &asked.at_page(page).path());
    Some(Pages {
        text: i18n::page_of(asked.page, last, lang),
        previous: (asked.page > 1).then(|| at((asked.page - 1).min(last))),
        next: (asked.page < last).then(|| at(asked.page + 1)),
    })
}
