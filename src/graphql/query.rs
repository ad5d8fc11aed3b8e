//! The entry points of the schema.

use async_graphql::{Context, ID, InputObject, Object, OneofObject, Result};
use chrono::NaiveDate;
use uuid::Uuid;

use super::{
    connection::{self, Connection, CordBloodUnitOrder, ListOrder, Paging, page_size},
    error::ErrorCode,
    fault,
    filter::{
        CellLineFilter, CordBloodUnitFilter, DiseaseFilter, NoticeFilter, OrganizationFilter,
        bounded_list,
    },
    loaders,
    search::{
        self, Asked, FacetName, FacetValue, Search, SearchFilter, SearchIn, SearchOrder, Suggestion,
    },
    types::{
        Batch, CellLine, Certificate, CordBloodUnit, Disease, Donor, Holding, Node, Notice,
        Organization, Publication, Shown,
        about::About,
        notice::Purpose,
        parts::{Lang, NotificationList},
        qc::{Conformity, OrderableBatches, Standard},
    },
};
use crate::{
    catalogue::{
        Catalogue, Error,
        quality::Orderable,
        read::{DiseaseKey, LineKey},
    },
    domain::{
        cell_line::LineFacts,
        cord_blood::facts::UnitFacts,
        disease::{self, DiseaseFacts, NotificationScheme},
        id::{IdError, RecordId},
        notice::NoticeFacts,
        organization::OrganizationFacts,
        page::MAX_PAGE,
        qc::standard::QcStandard,
        record::Facts,
        term::Key,
        usage::UsePurpose,
    },
};

/// How a cell line is asked for.
#[derive(Debug, OneofObject)]
pub enum CellLineBy {
    /// By its id.
    Id(ID),
    /// By its accession.
    Accession(String),
    /// By a name; refused as ambiguous when several lines bear it.
    Name(String),
    /// By an identifier of any registry, with or without the scheme's code before a colon: `CVCL_A324`,
    /// `hpscreg:UKBi008-A`.
    Xref(String),
}

/// How a donor is asked for.
#[derive(Debug, OneofObject)]
pub enum DonorBy {
    /// By its id.
    Id(ID),
    /// By its accession.
    Accession(String),
}

/// How a disease is asked for.
#[derive(Debug, OneofObject)]
pub enum DiseaseBy {
    /// By its id.
    Id(ID),
    /// By its MONDO id.
    Mondo(String),
    /// By its NANDO id.
    Nando(String),
    /// By its number in a list of the Japanese state. Where the number stands for a disease and its kinds, the
    /// disease above them is meant.
    Notification(NotificationNumber),
}

/// A number in a list of the Japanese state.
#[derive(Debug, InputObject)]
pub struct NotificationNumber {
    /// The list.
    scheme: NotificationList,
    /// The disease group (疾患群); only the paediatric list has groups, and its numbers mean nothing without.
    group: Option<String>,
    /// The number.
    number: String,
}

/// How an organization is asked for.
#[derive(Debug, OneofObject)]
pub enum OrganizationBy {
    /// By its id.
    Id(ID),
    /// By its accession.
    Accession(String),
    /// By its ROR id, with or without the address before it.
    Ror(String),
}

/// How a publication is asked for.
#[derive(Debug, OneofObject)]
pub enum PublicationBy {
    /// By its id.
    Id(ID),
    /// By its number in `PubMed`.
    Pmid(String),
    /// By its DOI.
    Doi(String),
}

/// How a lot is asked for.
#[derive(Debug, OneofObject)]
pub enum BatchBy {
    /// By its id.
    Id(ID),
    /// By its accession.
    Accession(String),
    /// By its bank and number: `RIKEN BRC/HPS0063/0012`.
    Lot(String),
}

/// How a line at a bank is asked for.
#[derive(Debug, OneofObject)]
pub enum HoldingBy {
    /// By its id.
    Id(ID),
    /// By its accession.
    Accession(String),
    /// By its bank and catalogue number: `RIKEN BRC/HPS0063`.
    Number(String),
}

/// How a notice is asked for.
#[derive(Debug, OneofObject)]
pub enum NoticeBy {
    /// By its id.
    Id(ID),
    /// By its accession.
    Accession(String),
    /// By its issuer and number: `RIKEN BRC/N-2020-3`.
    Number(String),
}

/// How a certificate is asked for.
#[derive(Debug, OneofObject)]
pub enum CertificateBy {
    /// By its id.
    Id(ID),
    /// By its accession.
    Accession(String),
    /// By its issuer and number: `RIKEN BRC/C-2020-3`.
    Number(String),
}

/// How a cord-blood unit is asked for. Its numbers at banks and registries are sealed.
#[derive(Debug, OneofObject)]
pub enum CordBloodUnitBy {
    /// By its id.
    Id(ID),
    /// By its accession.
    Accession(String),
}

/// Which standard is meant.
#[derive(Debug, InputObject)]
pub struct StandardBy {
    /// The code: `iscbi`.
    code: String,
    /// The version; the newest when not given.
    version: Option<String>,
}

impl StandardBy {
    fn find(&self, catalogue: &Catalogue) -> Result<&'static QcStandard> {
        catalogue.standard(&self.code, self.version.as_deref()).ok_or_else(|| {
            let known: Vec<String> = catalogue
                .standards()
                .iter()
                .map(|known| format!("{} {}", known.code, known.version))
                .collect();
            let message = format!("no such standard; those known are {}", known.join(", "));
            ErrorCode::BadUserInput.error(message)
        })
    }
}

/// What can be asked of the catalogue. A record that is unknown or hidden is null.
#[derive(Debug, Clone, Copy)]
pub struct Query;

/// What can be asked of the catalogue. A record that is unknown or hidden is null.
#[Object]
impl Query {
    /// The record with this id, of any kind.
    async fn node(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The id.")] id: ID,
    ) -> Result<Option<Node>> {
        Node::load(ctx, record_id(&id)?).await
    }

    /// The records with these ids, in their order; null where one is unknown or hidden.
    async fn nodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The ids, at most 100.")] ids: Vec<ID>,
    ) -> Result<Vec<Option<Node>>> {
        let ids = bounded_list("ids", Some(&ids))?.iter();
        let ids: Vec<RecordId> = ids.map(record_id).collect::<Result<_>>()?;
        let uuids: Vec<Uuid> = ids.iter().map(|id| id.uuid).collect();
        let found = ctx.data::<Catalogue>()?.nodes(&uuids).await.map_err(fault)?;
        let found: Vec<Node> = found.into_iter().filter_map(Node::of).collect();
        let node = |id| found.iter().find(|node| node.record_id() == id).cloned();
        Ok(ids.into_iter().map(node).collect())
    }

    /// The one line that is meant.
    async fn cell_line(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How it is asked for.")] by: CellLineBy,
    ) -> Result<Option<CellLine>> {
        let key = match by {
            CellLineBy::Id(id) => return by_id(ctx, &id).await,
            CellLineBy::Accession(accession) => LineKey::Accession(accession),
            CellLineBy::Name(name) => LineKey::Name(name),
            CellLineBy::Xref(xref) => LineKey::Xref(xref),
        };
        let line = ctx.data::<Catalogue>()?.line(&key).await.map_err(fault)?;
        Ok(line.map(Shown::from))
    }

    /// Every line that bears a name, without regard to case, width, spaces and punctuation; at most 100.
    async fn cell_lines_by_name(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The name.")] name: String,
    ) -> Result<Vec<CellLine>> {
        let lines = ctx.data::<Catalogue>()?.lines_by_name(&name).await.map_err(fault)?;
        Ok(lines.into_iter().take(MAX_PAGE as usize).map(Shown::from).collect())
    }

    /// Cell lines, page by page.
    #[expect(clippy::too_many_arguments, reason = "arguments of the schema")]
    async fn cell_lines(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the list is narrowed by.")] filter: Option<CellLineFilter>,
        #[graphql(desc = "The order; by name from the first when not given.")] order_by: Option<
            ListOrder,
        >,
        #[graphql(desc = "The first so many records, 1 to 100; 25 when neither end is asked for.")]
        first: Option<i32>,
        #[graphql(desc = "Only records after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many records, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only records before this cursor.")] before: Option<String>,
    ) -> Result<Connection<LineFacts>> {
        let paging = Paging { first, after, last, before };
        let condition = filter.unwrap_or_default().condition()?;
        connection::list(ctx, condition, order_by, paging).await
    }

    /// The donor that is meant.
    async fn donor(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How it is asked for.")] by: DonorBy,
    ) -> Result<Option<Donor>> {
        match by {
            DonorBy::Id(id) => by_id(ctx, &id).await,
            DonorBy::Accession(accession) => Ok(match by_accession(ctx, &accession).await? {
                Some(Node::Donor(donor)) => Some(donor),
                _ => None,
            }),
        }
    }

    /// The disease that is meant.
    async fn disease(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How it is asked for.")] by: DiseaseBy,
    ) -> Result<Option<Disease>> {
        let key = match by {
            DiseaseBy::Id(id) => return by_id(ctx, &id).await,
            DiseaseBy::Mondo(id) => DiseaseKey::Mondo(id),
            DiseaseBy::Nando(id) => DiseaseKey::Nando(id),
            DiseaseBy::Notification(number) => DiseaseKey::Notification(number.code()?),
        };
        let disease = ctx.data::<Catalogue>()?.disease(&key).await.map_err(fault)?;
        Ok(disease.map(Shown::from))
    }

    /// Diseases, page by page.
    #[expect(clippy::too_many_arguments, reason = "arguments of the schema")]
    async fn diseases(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the list is narrowed by.")] filter: Option<DiseaseFilter>,
        #[graphql(desc = "The order; by name from the first when not given.")] order_by: Option<
            ListOrder,
        >,
        #[graphql(desc = "The first so many records, 1 to 100; 25 when neither end is asked for.")]
        first: Option<i32>,
        #[graphql(desc = "Only records after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many records, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only records before this cursor.")] before: Option<String>,
    ) -> Result<Connection<DiseaseFacts>> {
        let paging = Paging { first, after, last, before };
        let condition = filter.unwrap_or_default().condition()?;
        connection::list(ctx, condition, order_by, paging).await
    }

    /// The organization that is meant.
    async fn organization(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How it is asked for.")] by: OrganizationBy,
    ) -> Result<Option<Organization>> {
        match by {
            OrganizationBy::Id(id) => by_id(ctx, &id).await,
            OrganizationBy::Ror(ror) => by_key(ctx, "ror", &ror).await,
            OrganizationBy::Accession(accession) => {
                Ok(match by_accession(ctx, &accession).await? {
                    Some(Node::Organization(organization)) => Some(organization),
                    _ => None,
                })
            }
        }
    }

    /// Organizations, page by page.
    #[expect(clippy::too_many_arguments, reason = "arguments of the schema")]
    async fn organizations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the list is narrowed by.")] filter: Option<OrganizationFilter>,
        #[graphql(desc = "The order; by name from the first when not given.")] order_by: Option<
            ListOrder,
        >,
        #[graphql(desc = "The first so many records, 1 to 100; 25 when neither end is asked for.")]
        first: Option<i32>,
        #[graphql(desc = "Only records after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many records, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only records before this cursor.")] before: Option<String>,
    ) -> Result<Connection<OrganizationFacts>> {
        let paging = Paging { first, after, last, before };
        let condition = filter.unwrap_or_default().condition()?;
        connection::list(ctx, condition, order_by, paging).await
    }

    /// The publication that is meant.
    async fn publication(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How it is asked for.")] by: PublicationBy,
    ) -> Result<Option<Publication>> {
        match by {
            PublicationBy::Id(id) => by_id(ctx, &id).await,
            PublicationBy::Pmid(pmid) => by_key(ctx, "pmid", &pmid).await,
            PublicationBy::Doi(doi) => by_key(ctx, "doi", &doi).await,
        }
    }

    /// The lot that is meant.
    async fn batch(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How it is asked for.")] by: BatchBy,
    ) -> Result<Option<Batch>> {
        match by {
            BatchBy::Id(id) => by_id(ctx, &id).await,
            BatchBy::Lot(lot) => by_key(ctx, "lot", &lot).await,
            BatchBy::Accession(accession) => Ok(match by_accession(ctx, &accession).await? {
                Some(Node::Batch(batch)) => Some(batch),
                _ => None,
            }),
        }
    }

    /// The line at a bank that is meant.
    async fn holding(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How it is asked for.")] by: HoldingBy,
    ) -> Result<Option<Holding>> {
        match by {
            HoldingBy::Id(id) => by_id(ctx, &id).await,
            HoldingBy::Number(number) => by_key(ctx, "holding", &number).await,
            HoldingBy::Accession(accession) => Ok(match by_accession(ctx, &accession).await? {
                Some(Node::Holding(found)) => Some(found),
                _ => None,
            }),
        }
    }

    /// The notice that is meant.
    async fn notice(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How it is asked for.")] by: NoticeBy,
    ) -> Result<Option<Notice>> {
        match by {
            NoticeBy::Id(id) => by_id(ctx, &id).await,
            NoticeBy::Number(number) => by_key(ctx, "notice", &number).await,
            NoticeBy::Accession(accession) => Ok(match by_accession(ctx, &accession).await? {
                Some(Node::Notice(found)) => Some(found),
                _ => None,
            }),
        }
    }

    /// The certificate of analysis that is meant.
    async fn certificate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How it is asked for.")] by: CertificateBy,
    ) -> Result<Option<Certificate>> {
        match by {
            CertificateBy::Id(id) => by_id(ctx, &id).await,
            CertificateBy::Number(number) => by_key(ctx, "certificate", &number).await,
            CertificateBy::Accession(accession) => {
                Ok(match by_accession(ctx, &accession).await? {
                    Some(Node::Certificate(found)) => Some(found),
                    _ => None,
                })
            }
        }
    }

    /// Notices, page by page; the newest change first when no order is given.
    #[expect(clippy::too_many_arguments, reason = "arguments of the schema")]
    async fn notices(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the list is narrowed by.")] filter: Option<NoticeFilter>,
        #[graphql(desc = "The order; by the last change from the newest when not given.")] order_by: Option<
            ListOrder,
        >,
        #[graphql(desc = "The first so many records, 1 to 100; 25 when neither end is asked for.")]
        first: Option<i32>,
        #[graphql(desc = "Only records after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many records, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only records before this cursor.")] before: Option<String>,
    ) -> Result<Connection<NoticeFacts>> {
        let paging = Paging { first, after, last, before };
        let condition = filter.unwrap_or_default().condition()?;
        connection::list(ctx, condition, order_by.or(Some(ListOrder::NEWEST)), paging).await
    }

    /// The cord-blood unit that is meant.
    async fn cord_blood_unit(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How it is asked for.")] by: CordBloodUnitBy,
    ) -> Result<Option<CordBloodUnit>> {
        match by {
            CordBloodUnitBy::Id(id) => by_id(ctx, &id).await,
            CordBloodUnitBy::Accession(accession) => {
                Ok(match by_accession(ctx, &accession).await? {
                    Some(Node::CordBloodUnit(unit)) => Some(unit),
                    _ => None,
                })
            }
        }
    }

    /// Cord-blood units, page by page.
    #[expect(clippy::too_many_arguments, reason = "arguments of the schema")]
    async fn cord_blood_units(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the list is narrowed by.")] filter: Option<CordBloodUnitFilter>,
        #[graphql(desc = "The order; the most nucleated cells first when not given.")]
        order_by: Option<CordBloodUnitOrder>,
        #[graphql(desc = "The first so many records, 1 to 100; 25 when neither end is asked for.")]
        first: Option<i32>,
        #[graphql(desc = "Only records after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many records, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only records before this cursor.")] before: Option<String>,
    ) -> Result<Connection<UnitFacts>> {
        let paging = Paging { first, after, last, before };
        connection::units(ctx, filter.unwrap_or_default().filter()?, order_by, paging).await
    }

    /// The published standards of quality control that are known here; at most 100.
    #[expect(clippy::unused_async, reason = "every field of the schema is asynchronous")]
    async fn qc_standards(&self, ctx: &Context<'_>) -> Result<Vec<Standard>> {
        Ok(ctx.data::<Catalogue>()?.standards().iter().map(Standard).collect())
    }

    /// How a donor, line, lot or unit stands to a standard; null where it is unknown or hidden, or where nobody states
    /// the level of a lot.
    async fn conformity(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The id of the donor, line, lot or unit.")] subject: ID,
        #[graphql(desc = "The standard.")] standard: StandardBy,
        #[graphql(desc = "The day; today when not given.")] on: Option<NaiveDate>,
    ) -> Result<Option<Conformity>> {
        let catalogue = ctx.data::<Catalogue>()?;
        let (standard, subject) = (standard.find(catalogue)?, record_id(&subject)?);
        let on = on.unwrap_or(catalogue.today());
        let mut assessed = catalogue.assess(&[subject], standard, on).await.map_err(fault)?;
        Ok(assessed.pop().map(|assessed| Conformity { standard, assessed }))
    }

    /// The lots that may be ordered on a day and pass a standard, by name. A lot of which anything that it comes from is
    /// hidden or withdrawn may not be ordered.
    async fn orderable_batches(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The standard that they meet.")] meeting: StandardBy,
        #[graphql(
            name = "for",
            desc = "The purpose they are ordered for; where none is given, any that no notice names."
        )]
        purpose: Option<Purpose>,
        #[graphql(desc = "The day; today when not given.")] on: Option<NaiveDate>,
        #[graphql(default = 25, desc = "So many at most, 1 to 100.")] first: i32,
    ) -> Result<OrderableBatches> {
        let catalogue = ctx.data::<Catalogue>()?;
        let (standard, on) = (meeting.find(catalogue)?, on.unwrap_or(catalogue.today()));
        let limit = page_size("first", first)? as usize;
        let purpose = purpose.map(UsePurpose::from);
        let found = catalogue.orderable_batches_meeting(standard, on, purpose, limit).await;
        let Orderable { batches, has_more } = found.map_err(fault)?;
        let ids: Vec<Uuid> = batches.iter().map(|id| id.uuid).collect();
        loaders::read_ahead(ctx, &[&["nodes"]], ids.clone()).await?;
        Ok(OrderableBatches { nodes: loaders::records_of(ctx, ids).await?, has_more })
    }

    /// Searches names, identifiers and texts.
    #[expect(clippy::too_many_arguments, reason = "arguments of the schema")]
    async fn search(
        &self,
        ctx: &Context<'_>,
        #[graphql(default, desc = "What the reader typed; nothing finds everything.")]
        query: String,
        #[graphql(default, desc = "What the records found must bear; at most 100 facets.")] filter: Vec<SearchFilter>,
        #[graphql(default, desc = "The facets to count.")] facets: Vec<FacetName>,
        #[graphql(desc = "The order; by relevance when not given.")] order_by: Option<SearchOrder>,
        #[graphql(default = 1, desc = "The page, from 1.")] page: i32,
        #[graphql(default = 25, desc = "Records on a page, 1 to 100.")] per_page: i32,
        #[graphql(
            name = "in",
            default_with = "vec![SearchIn::CellLine]",
            desc = "The kinds of record to search."
        )]
        kinds: Vec<SearchIn>,
        #[graphql(default, desc = "The language of the reader.")] lang: Lang,
    ) -> Result<Search> {
        let asked = Asked { query, filter, facets, order_by, page, per_page, kinds, lang };
        asked.answer(ctx).await
    }

    /// The values of one facet, for choosing among many: those whose label or code contains a text, the most frequent
    /// first, counted for a search as if the facet's own filter were off.
    #[expect(clippy::too_many_arguments, reason = "arguments of the schema")]
    async fn facet_values(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The facet.")] facet: FacetName,
        #[graphql(default, desc = "What label or code must contain.")] containing: String,
        #[graphql(default = 20, desc = "Values at most, 1 to 100.")] limit: i32,
        #[graphql(default, desc = "What the reader searches for.")] query: String,
        #[graphql(default, desc = "What the records counted must bear; at most 100 facets.")]
        filter: Vec<SearchFilter>,
        #[graphql(
            name = "in",
            default_with = "vec![SearchIn::CellLine]",
            desc = "The kinds of record to count."
        )]
        kinds: Vec<SearchIn>,
        #[graphql(default, desc = "The language of the reader.")] lang: Lang,
    ) -> Result<Vec<FacetValue>> {
        let (facets, page, per_page) = (vec![facet], 1, 1);
        let asked = Asked { query, filter, facets, order_by: None, page, per_page, kinds, lang };
        asked.values(ctx, facet.into(), &containing, limit).await
    }

    /// Names that begin with what the reader has typed so far.
    async fn suggest(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the reader has typed so far.")] prefix: String,
        #[graphql(default = 10, desc = "Names at most, 1 to 20.")] limit: i32,
    ) -> Result<Vec<Suggestion>> {
        search::suggest(ctx, &prefix, limit).await
    }

    /// The catalogue itself: how much it holds, from which sources, and where its log stands.
    async fn catalogue(&self, ctx: &Context<'_>) -> Result<About> {
        About::load(ctx).await
    }
}

impl NotificationNumber {
    fn code(self) -> Result<String> {
        let Self { scheme, group, number } = self;
        let number = disease::Notification { scheme: scheme.into(), group, number };
        let grouped = number.scheme == NotificationScheme::PaediatricChronic;
        if grouped != number.group.is_some() {
            let message = if grouped {
                "a number of the paediatric list means nothing without its `group`"
            } else {
                "the list of designated intractable diseases has no groups; leave `group` out"
            };
            return Err(ErrorCode::BadUserInput.error(message));
        }
        Ok(number.code())
    }
}

fn record_id(id: &ID) -> Result<RecordId> {
    id.parse().map_err(|error: IdError| fault(Error::from(error)))
}

/// The record of one kind with this id. The id of another kind finds none.
async fn by_id<F: Facts>(ctx: &Context<'_>, id: &ID) -> Result<Option<Shown<F>>> {
    let id = record_id(id)?;
    if id.kind == F::KIND { loaders::record(ctx, id.uuid).await } else { Ok(None) }
}

async fn by_accession(ctx: &Context<'_>, accession: &str) -> Result<Option<Node>> {
    let found = ctx.data::<Catalogue>()?.by_accession(accession).await.map_err(fault)?;
    Ok(found.and_then(Node::of))
}

async fn by_key<F: Facts>(
    ctx: &Context<'_>,
    scheme: &str,
    value: &str,
) -> Result<Option<Shown<F>>> {
    let key = Key::new(scheme, value);
    let found = ctx.data::<Catalogue>()?.by_key(&key).await.map_err(fault)?;
    Ok(found.map(Shown::from))
}
