//! The search: a box, filters with counts, hits. Without words and filters it shows the whole catalogue.

use std::collections::BTreeSet;

use askama::Template;
use axum::{
    extract::{Query, State},
    http::{StatusCode, Uri},
    response::Response,
};
use uuid::Uuid;

use super::{Around, Item, donor, labels, name_in};
use crate::{
    catalogue::search::{
        FacetValue, Found, FoundFacet, FoundRecord, Fragment, SearchRequest, Sort,
    },
    domain::{
        cell_line::LineFacts,
        facet::Facet,
        id::RecordKind,
        lang::Lang,
        record::{AnyRecord, Record, Relation},
    },
    web::{
        Web,
        address::{Asked, LAST_PAGE, PER_PAGE, SORTS, localized, record_path},
        i18n::{self, Words, words},
        reply::{self, Failure, Head, Problem},
    },
};

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
struct HitView {
    name: Vec<Fragment>,
    href: String,
    accession: String,
    kind: &'static str,
    donor: String,
    diseases: Vec<Item>,
    organizations: Vec<Item>,
    /// Where the words were found, besides the name above.
    found: Vec<(&'static str, Vec<Vec<Fragment>>)>,
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
        sorts: sorts(&asked, t),
        chips,
        remove_all: localized(lang, &asked.unfiltered().path()),
        facets: facets(&asked, &found.facets, lang),
        diseases,
        total: i18n::lines(found.total, lang),
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

fn request(asked: &Asked, lang: Lang) -> SearchRequest {
    SearchRequest {
        text: asked.text.clone(),
        kinds: vec![RecordKind::CellLine],
        filter: asked.filter.clone(),
        facets: Facet::ALL.to_vec(),
        sort: asked.sort,
        page: asked.page,
        per_page: PER_PAGE,
        lang,
    }
}

/// Diseases that the words mean, on the first page only. Filters are on lines and do not narrow them.
async fn diseases(web: &Web, asked: &Asked) -> Result<Vec<Item>, Failure> {
    if asked.text.is_empty() || asked.page > 1 {
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

async fn hits(web: &Web, found: &Found) -> Result<Vec<HitView>, Failure> {
    let ids: Vec<Uuid> = found.hits.iter().map(|hit| hit.stored.record.id().uuid).collect();
    let around = Around::load(&web.catalogue, &ids).await?;
    let view = |hit: &FoundRecord| match &hit.stored.record {
        AnyRecord::CellLine(line) => Some(hit_view(line, hit, &around, web.lang)),
        _ => None,
    };
    Ok(found.hits.iter().filter_map(view).collect())
}

fn hit_view(line: &Record<LineFacts>, hit: &FoundRecord, around: &Around, lang: Lang) -> HitView {
    let shown = name_in(&hit.stored.record, lang);
    let joined =
        |fragments: &[Fragment]| fragments.iter().map(|f| f.text.as_str()).collect::<String>();
    let is_name = |fragments: &[Fragment]| joined(fragments) == shown;
    let marked = hit.highlights.iter().find(|h| h.field == "name" && is_name(&h.fragments));
    let plain = || vec![Fragment { text: shown.to_owned(), matched: false }];
    let others = hit.highlights.iter().filter(|h| h.field != "name" || !is_name(&h.fragments));
    let mut found: Vec<(&str, Vec<Vec<Fragment>>)> = Vec::new();
    for highlight in others {
        let field = i18n::highlight_field(highlight.field, lang);
        match found.last_mut().filter(|(last, _)| *last == field) {
            Some((_, texts)) => texts.push(highlight.fragments.clone()),
            None => found.push((field, vec![highlight.fragments.clone()])),
        }
    }
    let donor = around.of(line, Relation::Donor).into_iter().find_map(|(_, record)| match record {
        Some(AnyRecord::Donor(donor)) => Some(donor::in_brief(donor, lang)),
        _ => None,
    });
    let path = record_path(RecordKind::CellLine, &line.accession).unwrap_or_default();
    HitView {
        name: marked.map_or_else(plain, |highlight| highlight.fragments.clone()),
        href: localized(lang, &path),
        accession: line.accession.clone(),
        kind: line.line_kind().map_or(words(lang).not_stated, |kind| kind.label(lang)),
        donor: donor.unwrap_or_default(),
        diseases: items(line, Relation::Disease, around, lang),
        organizations: items(line, Relation::Organization, around, lang),
        found,
    }
}

/// What the line is linked to, each once.
fn items(line: &Record<LineFacts>, relation: Relation, around: &Around, lang: Lang) -> Vec<Item> {
    let mut seen = BTreeSet::new();
    let linked = around.of(line, relation).into_iter();
    let items = linked.map(|(reference, record)| Item::reference(reference, record, lang));
    items.filter(|item| seen.insert(item.text.clone())).collect()
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
