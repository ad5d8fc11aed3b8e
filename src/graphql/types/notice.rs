//! Notices, and whether something can be ordered in spite of them.

use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};
use chrono::{DateTime, NaiveDate, Utc};

use super::{
    Node, Notice, Organization,
    parts::{Coded, Lang, RecordState, SourceRow, Wording, rows},
};
use crate::{
    catalogue::Catalogue,
    domain::{
        id::RecordId,
        record::Relation,
        usage::{UsePurpose, UserType},
    },
    graphql::{fault, loaders},
};

/// What cells are used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "UsePurpose")]
pub enum Purpose {
    /// Finding how a disease comes about.
    DiseaseMechanism,
    /// Drug discovery.
    DrugDiscovery,
    /// Toxicity testing.
    ToxicityTesting,
    /// Diagnosis.
    Diagnosis,
    /// Research in regenerative medicine.
    RegenerativeMedicine,
    /// Research and development within a company.
    InternalResearch,
    /// Testing for others, for payment.
    ContractTesting,
    /// Development of a product.
    ProductDevelopment,
    /// Sale of the cells or of what is made of them.
    Sale,
    /// Use in patients.
    ClinicalUse,
    /// Teaching.
    Teaching,
    /// Creation of germ cells.
    GermCellCreation,
    /// Fertilisation with germ cells made of them.
    Fertilisation,
    /// Transfer of an embryo.
    EmbryoTransfer,
    /// Transfer of a chimera.
    ChimeraTransfer,
}

fn coded(purpose: UsePurpose) -> Coded {
    Coded::new(purpose.code(), |lang| purpose.label(lang))
}

/// A dated notice. It stands in the way of an order within its scope only.
#[Object(name = "Notice")]
impl Notice {
    /// Id for machines, never reused.
    pub(super) async fn id(&self) -> ID {
        self.record().id.to_string().into()
    }

    /// Accession for people: `STM-A0000042-Q`.
    async fn accession(&self) -> &str {
        &self.record().accession
    }

    /// Where the record stands in its life. Of a tombstone nothing else is told.
    async fn state(&self) -> RecordState {
        self.record().state.into()
    }

    /// The number of this version of the record, from 1.
    async fn version(&self) -> i64 {
        self.0.version
    }

    /// When the record was made.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// When it was last changed.
    async fn updated_at(&self) -> DateTime<Utc> {
        self.0.updated_at
    }

    /// What it does: caution, suspension, recall, discontinuation or correction.
    async fn kind(&self) -> Option<Coded> {
        let kind = self.record().notice_kind()?;
        Some(Coded::new(kind.code(), |lang| kind.label(lang)))
    }

    /// The title.
    async fn title(
        &self,
        #[graphql(default, desc = "The language of the reader.")] lang: Lang,
    ) -> Option<Wording> {
        self.record().first(|facts| Wording::of(&facts.title, lang))
    }

    /// The text.
    async fn text(
        &self,
        #[graphql(default, desc = "The language of the reader.")] lang: Lang,
    ) -> Option<Wording> {
        self.record().first(|facts| Wording::of(&facts.text, lang))
    }

    /// The uses that it is about; every use where none is named.
    async fn purposes(&self) -> Vec<Coded> {
        self.record().all(|facts| facts.purposes.iter().copied()).into_iter().map(coded).collect()
    }

    /// The class of a recall, as the issuer writes it.
    async fn class(&self) -> Option<&str> {
        self.record().first(|facts| facts.class.as_deref())
    }

    /// The day of issue.
    async fn issued_on(&self) -> Option<NaiveDate> {
        self.record().first(|facts| facts.issued_on)
    }

    /// The first day of its effect.
    async fn from(&self) -> Option<NaiveDate> {
        self.record().first(|facts| facts.from.or(facts.issued_on))
    }

    /// The day on which every recipient had been told.
    async fn recipients_told_on(&self) -> Option<NaiveDate> {
        self.record().first(|facts| facts.recipients_told_on)
    }

    /// The first day on which it holds no longer.
    async fn closed_on(&self) -> Option<NaiveDate> {
        self.record().first(|facts| facts.closed_on)
    }

    /// Why it was closed.
    async fn closing(
        &self,
        #[graphql(default, desc = "The language of the reader.")] lang: Lang,
    ) -> Option<Wording> {
        self.record().first(|facts| Wording::of(&facts.closing, lang))
    }

    /// Whether it holds on a day.
    #[expect(clippy::unused_async, reason = "every field of the schema is asynchronous")]
    async fn is_open(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The day; today when not given.")] on: Option<NaiveDate>,
    ) -> Result<bool> {
        let on = on.unwrap_or(ctx.data::<Catalogue>()?.today());
        Ok(self.record().is_open(on))
    }

    /// Who issued it, where it is a published record.
    async fn issuer(&self, ctx: &Context<'_>) -> Result<Option<Organization>> {
        match self.record().first(|facts| facts.issuer.as_ref()) {
            Some(issuer) => self.reached(ctx, Relation::Organization, issuer).await,
            None => Ok(None),
        }
    }

    /// The lines, lots, holdings and units it is about that are published records; at most 100.
    async fn about(&self, ctx: &Context<'_>) -> Result<Vec<Node>> {
        let links = loaders::links_of(ctx, self.record().id.uuid).await?;
        let about = links.iter().filter(|link| link.relation == Relation::About).take(MOST);
        let ids: Vec<_> = about.map(|link| link.to).collect();
        let found = ctx.data::<Catalogue>()?.nodes(&ids).await.map_err(fault)?;
        let nodes = found.into_iter().filter_map(Node::of);
        Ok(nodes.filter(Node::is_published).collect())
    }

    /// The rows of the sources that speak of the record.
    async fn sources(&self) -> Vec<SourceRow> {
        rows(self.record())
    }
}

const MOST: usize = 100;

/// How often something was distributed. Who received it is for its bank's own eyes. Years, kinds of user and countries
/// with fewer than five are together.
#[derive(Debug, SimpleObject)]
pub struct Distributions {
    /// In all.
    total: u64,
    /// By year.
    by_year: Vec<YearCount>,
    /// By kind of user.
    by_user_type: Vec<UserTypeCount>,
    /// By country.
    by_country: Vec<CountryCount>,
}

/// Distributions of one year.
#[derive(Debug, SimpleObject)]
pub struct YearCount {
    /// The year; null for the others.
    year: Option<i32>,
    /// So many.
    count: u64,
}

/// Distributions to one kind of user.
#[derive(Debug, SimpleObject)]
pub struct UserTypeCount {
    /// The kind of user; null for the others.
    user_type: Option<Coded>,
    /// So many.
    count: u64,
}

/// Distributions to one country.
#[derive(Debug, SimpleObject)]
pub struct CountryCount {
    /// The country, by its two letters in ISO 3166-1; null for the others.
    country: Option<String>,
    /// So many.
    count: u64,
}

impl Distributions {
    pub(super) async fn load(ctx: &Context<'_>, id: RecordId) -> Result<Self> {
        let counts = ctx.data::<Catalogue>()?.distributed(id).await.map_err(fault)?;
        let years = counts.by_year.into_iter();
        let users = counts.by_user_type.into_iter();
        let countries = counts.by_country.into_iter();
        let user = |user: UserType| Coded::new(user.code(), |lang| user.label(lang));
        Ok(Self {
            total: counts.total,
            by_year: years.map(|(year, count)| YearCount { year, count }).collect(),
            by_user_type: users
                .map(|(one, count)| UserTypeCount { user_type: one.map(user), count })
                .collect(),
            by_country: countries.map(|(country, count)| CountryCount { country, count }).collect(),
        })
    }
}

/// Whether something can be ordered on a day, and what stands in the way.
#[derive(Debug, SimpleObject)]
pub struct Supply {
    /// Whether its bank offers it and no notice stops it. It does not say that you may use it.
    can_be_ordered: bool,
    /// The purposes for which notices stop orders.
    stopped_for: Vec<Coded>,
    /// The notices that hold on the day and reach it.
    notices: Vec<Notice>,
}

impl Supply {
    pub(super) async fn load(
        ctx: &Context<'_>,
        id: RecordId,
        purpose: Option<UsePurpose>,
        on: Option<NaiveDate>,
    ) -> Result<Self> {
        let catalogue = ctx.data::<Catalogue>()?;
        let on = on.unwrap_or(catalogue.today());
        let descent = loaders::descent_of(ctx, id.uuid).await?;
        let supply = descent.supply(id.uuid, on);
        let notices = supply.notices.iter().map(|notice| notice.id.uuid).collect();
        Ok(Self {
            can_be_ordered: supply.can_be_ordered(purpose),
            stopped_for: supply.stopped_purposes().into_iter().map(coded).collect(),
            notices: loaders::records_of(ctx, notices).await?,
        })
    }
}
