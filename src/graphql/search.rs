//! Search and suggestions: the arguments a client gives, and the answer of whichever engine there is.

use std::collections::{BTreeMap, BTreeSet};

use async_graphql::{Context, Enum, InputObject, Object, Result, SimpleObject};

use super::{
    connection::{SortDirection, page_size},
    error::ErrorCode,
    fault,
    filter::{bounded_list, checked},
    loaders,
    types::{
        Node,
        parts::{Lang, RecordKind},
    },
};
use crate::{
    catalogue::{
        self, Catalogue,
        search::{self as engine, Direction, Found, FoundFacet, FoundRecord, SearchRequest, Sort},
    },
    domain::{facet::Facet, id},
};

/// Suggestions at most.
const MAX_SUGGESTIONS: i32 = 20;
/// Values of a facet at most.
const MAX_VALUES: i32 = 100;

/// A facet: a question by which lists and searches are narrowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "Facet")]
pub enum FacetName {
    /// Species, by NCBI Taxon id.
    Species,
    /// Kind of line.
    Kind,
    /// Class in the catalogue.
    CatalogueClass,
    /// Disease and those above it, by MONDO id.
    Disease,
    /// Number in a list of the Japanese state.
    Notification,
    /// Sex of the donor.
    DonorSex,
    /// Age band of the donor at sampling.
    AgeBand,
    /// Tissue of origin.
    SourceTissue,
    /// Cell type of origin.
    SourceCellType,
    /// Whether the reprogramming vector enters the genome.
    VectorType,
    /// Gene that was changed on purpose.
    EditedGene,
    /// Organization that made, deposited, holds, distributes or owns the line.
    Organization,
    /// Country as the source names it.
    Country,
    /// Registry or catalogue that speaks of the record.
    SourceRegistry,
    /// ABO blood group of a cord-blood unit.
    Abo,
    /// `RhD` blood group of a cord-blood unit.
    RhD,
    /// Total nucleated cells of a cord-blood unit, in bands.
    Tnc,
    /// CD34+ cells of a cord-blood unit, in bands.
    Cd34,
    /// Whether a cord-blood unit is offered for transplantation.
    Transplant,
    /// What a cord-blood unit is held for with consent.
    HeldFor,
    /// Whether a line, lot or unit can be ordered at some bank, as the banks state it.
    Availability,
    /// Bank that holds the line or lot.
    HoldingBank,
    /// Notices that hold: on the record, its lots or its holdings.
    Notice,
    /// Standards that an orderable lot meets.
    MeetsStandard,
    /// Tests on record, of the record itself or its lots.
    Tested,
}

/// A kind of record that can be searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum SearchIn {
    /// Cell lines.
    CellLine,
    /// Diseases.
    Disease,
    /// Lots.
    Batch,
    /// Cord-blood units.
    CordBloodUnit,
}

/// By what search results are sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum SearchSort {
    /// The best match first, whatever the direction.
    Relevance,
    /// The name that is shown.
    Name,
    /// The time of the last change.
    Updated,
}

/// The order of search results.
#[derive(Debug, Clone, Copy, InputObject)]
pub struct SearchOrder {
    /// By what.
    field: SearchSort,
    /// Which way.
    direction: SortDirection,
}

/// What the records found must bear.
#[derive(Debug, Clone, InputObject)]
pub struct SearchFilter {
    /// The facet.
    facet: FacetName,
    /// Its codes, of which one must be borne; at most 100.
    values: Vec<String>,
}

/// The arguments of a search as the client gave them.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) query: String,
    pub(super) filter: Vec<SearchFilter>,
    pub(super) facets: Vec<FacetName>,
    pub(super) order_by: Option<SearchOrder>,
    pub(super) page: i32,
    pub(super) per_page: i32,
    pub(super) kinds: Vec<SearchIn>,
    pub(super) lang: Lang,
}

impl Asked {
    pub(super) async fn answer(self, ctx: &Context<'_>) -> Result<Search> {
        let request = self.request()?;
        let (page, per_page) = (request.page, request.per_page);
        let found = ctx.data::<Catalogue>()?.search(request).await.map_err(fault)?;
        let ids = found.hits.iter().map(|hit| hit.stored.record.id().uuid).collect();
        loaders::read_ahead(ctx, &[&["hits", "node"]], ids).await?;
        Ok(Search { found, page, per_page })
    }

    /// The values of a facet whose label or code contains a text.
    pub(super) async fn values(
        self,
        ctx: &Context<'_>,
        facet: Facet,
        containing: &str,
        limit: i32,
    ) -> Result<Vec<FacetValue>> {
        let limit = within(limit, MAX_VALUES)?;
        let catalogue = ctx.data::<Catalogue>()?;
        let values = catalogue.facet_values(self.request()?, facet, containing, limit).await;
        Ok(values.map_err(fault)?.into_iter().map(FacetValue::from).collect())
    }

    fn request(self) -> Result<SearchRequest> {
        let mut filter: BTreeMap<Facet, BTreeSet<String>> = BTreeMap::new();
        for one in bounded_list("filter", Some(&self.filter))? {
            let facet = one.facet.into();
            let codes = bounded_list("values", Some(&one.values))?.iter();
            let codes: Vec<String> =
                codes.map(|code| checked(facet, code)).collect::<Result<_>>()?;
            filter.entry(facet).or_default().extend(codes);
        }
        let page = u32::try_from(self.page).ok().filter(|page| *page > 0);
        let message = || format!("`page` is {}; pages count from 1", self.page);
        let facets: BTreeSet<Facet> = self.facets.into_iter().map(Facet::from).collect();
        let kinds: BTreeSet<_> = self.kinds.into_iter().map(id::RecordKind::from).collect();
        if kinds.is_empty() {
            return Err(ErrorCode::BadUserInput.error("`in` names no kind of record"));
        }
        Ok(SearchRequest {
            text: self.query,
            kinds: kinds.into_iter().collect(),
            filter,
            facets: facets.into_iter().collect(),
            sort: self.order_by.map_or(Sort::Relevance, Sort::from),
            page: page.ok_or_else(|| ErrorCode::BadUserInput.error(message()))?,
            per_page: page_size("perPage", self.per_page)?,
            lang: self.lang.into(),
        })
    }
}

impl From<SearchOrder> for Sort {
    fn from(order: SearchOrder) -> Self {
        let direction = match order.direction {
            SortDirection::Asc => Direction::Ascending,
            SortDirection::Desc => Direction::Descending,
        };
        match order.field {
            SearchSort::Relevance => Self::Relevance,
            SearchSort::Name => Self::Name(direction),
            SearchSort::Updated => Self::Updated(direction),
        }
    }
}

impl From<SearchIn> for id::RecordKind {
    fn from(kind: SearchIn) -> Self {
        match kind {
            SearchIn::CellLine => Self::CellLine,
            SearchIn::Disease => Self::Disease,
            SearchIn::Batch => Self::Batch,
            SearchIn::CordBloodUnit => Self::CordBloodUnit,
        }
    }
}

/// The answer to a search.
#[derive(Debug)]
pub struct Search {
    found: Found,
    page: u32,
    per_page: u32,
}

/// The answer to a search.
#[Object]
impl Search {
    /// How many records were found.
    async fn total_count(&self) -> u64 {
        self.found.total
    }

    /// The records of the page.
    async fn hits(&self) -> Vec<Hit> {
        self.found.hits.iter().cloned().filter_map(Hit::of).collect()
    }

    /// The facets that were asked for.
    async fn facets(&self) -> Vec<FacetCounts> {
        self.found.facets.iter().map(FacetCounts::from).collect()
    }

    /// The engine that answered.
    async fn engine(&self) -> &'static str {
        self.found.engine
    }

    /// The number of the newest revision that the answer knows of.
    async fn as_of(&self) -> i64 {
        self.found.as_of
    }

    /// Whether a lesser engine had to stand in.
    async fn degraded(&self) -> bool {
        self.found.degraded
    }

    /// The page, from 1.
    async fn page(&self) -> u32 {
        self.page
    }

    /// Records on a page.
    async fn per_page(&self) -> u32 {
        self.per_page
    }
}

/// A record that was found.
#[derive(Debug, SimpleObject)]
pub struct Hit {
    /// The record.
    node: Node,
    /// Where it matches.
    highlights: Vec<Highlight>,
}

/// A field that matches.
#[derive(Debug, SimpleObject)]
pub struct Highlight {
    /// The field.
    field: &'static str,
    /// Its text in pieces, in order.
    fragments: Vec<Fragment>,
}

/// A piece of a text.
#[derive(Debug, SimpleObject)]
pub struct Fragment {
    /// The piece, plain text.
    text: String,
    /// Whether it is what matches.
    matched: bool,
}

impl Hit {
    fn of(found: FoundRecord) -> Option<Self> {
        let fragment = |one: engine::Fragment| Fragment { text: one.text, matched: one.matched };
        let highlight = |one: engine::Highlight| Highlight {
            field: one.field,
            fragments: one.fragments.into_iter().map(fragment).collect(),
        };
        let highlights = found.highlights.into_iter().map(highlight).collect();
        Some(Self { node: Node::of(found.stored)?, highlights })
    }
}

/// How often the codes of a facet occur.
#[derive(Debug, SimpleObject)]
pub struct FacetCounts {
    /// The facet.
    facet: FacetName,
    /// Its codes, as the engine orders them.
    values: Vec<FacetValue>,
}

/// A code of a facet.
#[derive(Debug, SimpleObject)]
pub struct FacetValue {
    /// The code, to give as a value of a filter.
    value: String,
    /// What a person reads.
    label: String,
    /// How many records bear it.
    count: u64,
    /// Whether the search is narrowed by it.
    selected: bool,
}

impl From<&FoundFacet> for FacetCounts {
    fn from(found: &FoundFacet) -> Self {
        let values = found.values.iter().cloned().map(FacetValue::from).collect();
        Self { facet: found.facet.into(), values }
    }
}

impl From<engine::FacetValue> for FacetValue {
    fn from(one: engine::FacetValue) -> Self {
        let engine::FacetValue { code, label, count, selected } = one;
        Self { value: code, label, count, selected }
    }
}

/// A name that begins with what the reader has typed so far.
#[derive(Debug)]
pub struct Suggestion {
    text: String,
    id: id::RecordId,
}

/// A name that begins with what the reader has typed so far.
#[Object]
impl Suggestion {
    /// The name.
    async fn text(&self) -> &str {
        &self.text
    }

    /// The kind of record that bears it.
    async fn kind(&self) -> RecordKind {
        self.id.kind.into()
    }

    /// The record that bears it.
    async fn node(&self, ctx: &Context<'_>) -> Result<Option<Node>> {
        Node::load(ctx, self.id).await
    }
}

pub(super) async fn suggest(
    ctx: &Context<'_>,
    prefix: &str,
    limit: i32,
) -> Result<Vec<Suggestion>> {
    within(limit, MAX_SUGGESTIONS)?;
    let found = ctx.data::<Catalogue>()?.suggest(prefix, limit.into()).await.map_err(fault)?;
    let suggestion = |one: catalogue::Suggestion| {
        let kind = id::RecordKind::parse(&one.record_kind)?;
        Some(Suggestion { text: one.text, id: id::RecordId::new(kind, one.record_id) })
    };
    Ok(found.into_iter().filter_map(suggestion).collect())
}

fn within(limit: i32, most: i32) -> Result<usize> {
    let allowed = usize::try_from(limit).ok().filter(|_| (1..=most).contains(&limit));
    let message = || format!("`limit` is {limit}; ask for 1 to {most}");
    allowed.ok_or_else(|| ErrorCode::BadUserInput.error(message()))
}
