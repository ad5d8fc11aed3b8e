//! The donor as the public may see it: no exact age, no date, no code of a provider.

use async_graphql::{Context, ID, Object, Result};
use chrono::{DateTime, Utc};

use super::{
    Disease, Donor,
    finding::Finding,
    parts::{Coded, Identifier, RecordState, Reference, Term, shown},
};
use crate::{
    domain::{
        age::AgeBand, cell_line::LineFacts, donor::Sex, qc::record::ResultFacts, record::Relation,
        sample::SampleFacts, term,
    },
    graphql::connection::{self, Connection, Paging},
};

/// Schemes whose identifiers of a donor are public.
const PUBLIC_SCHEMES: [&str; 2] = ["biosamples", "clo_donor"];

impl From<Sex> for Coded {
    fn from(sex: Sex) -> Self {
        Self::new(sex.code(), |lang| sex.label(lang))
    }
}

/// A person or animal whose cells a line comes from, pseudonymous. What is not stated is absent, never a default.
#[Object(name = "Donor")]
impl Donor {
    /// Id for machines, never reused.
    pub(super) async fn id(&self) -> ID {
        self.record().id.to_string().into()
    }

    /// Accession for people: `STM-D0000042-Q`.
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

    /// The sex.
    async fn sex(&self) -> Option<Coded> {
        self.record().sex().map(Coded::from)
    }

    /// The band that the age at sampling lies in: `fetal`, `newborn`, `35-39`, `90+`. The age itself is not shown.
    async fn age_band(&self) -> Option<&'static str> {
        self.record().age_band().map(AgeBand::code)
    }

    /// The ancestry.
    async fn ancestry(&self) -> Vec<Term> {
        shown(self.record().all(|facts| &facts.ancestry))
    }

    /// The country.
    async fn country(&self) -> Option<&str> {
        self.record().first(|facts| facts.country.as_deref())
    }

    /// The species, by NCBI Taxon id.
    async fn species(&self) -> Vec<Term> {
        shown(self.record().all(|facts| &facts.species))
    }

    /// The diseases of the donor. None is *none stated*, never *healthy*.
    async fn diseases(&self) -> Vec<DonorDisease> {
        let diseases = self.record().all(|facts| &facts.diseases).into_iter();
        diseases.map(|stated| DonorDisease { of: self.clone(), stated: stated.clone() }).collect()
    }

    /// Identifiers in public registries of samples and donors.
    async fn external_ids(&self) -> Vec<Identifier> {
        let ids = self.record().external_ids().into_iter();
        ids.filter(|id| PUBLIC_SCHEMES.contains(&id.scheme.as_str()))
            .map(Identifier::from)
            .collect()
    }

    /// The samples taken from the donor, page by page.
    async fn samples(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many records, 1 to 100; 25 when neither end is asked for.")]
        first: Option<i32>,
        #[graphql(desc = "Only records after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many records, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only records before this cursor.")] before: Option<String>,
    ) -> Result<Connection<SampleFacts>> {
        let paging = Paging { first, after, last, before };
        connection::list(ctx, self.askers(Relation::Donor), None, paging).await
    }

    /// What does not fit together among the record, what it comes from and the tests of both, at most 100, the gravest
    /// first. No sealed value is told. Not for clinical selection.
    async fn findings(&self, ctx: &Context<'_>) -> Result<Vec<Finding>> {
        self.found(ctx).await
    }

    /// The lines that come from the donor.
    async fn cell_lines(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many records, 1 to 100; 25 when neither end is asked for.")]
        first: Option<i32>,
        #[graphql(desc = "Only records after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many records, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only records before this cursor.")] before: Option<String>,
    ) -> Result<Connection<LineFacts>> {
        let paging = Paging { first, after, last, before };
        connection::list(ctx, self.askers(Relation::Donor), None, paging).await
    }

    /// The tests of the donor itself, page by page.
    async fn qc_results(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many records, 1 to 100; 25 when neither end is asked for.")]
        first: Option<i32>,
        #[graphql(desc = "Only records after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many records, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only records before this cursor.")] before: Option<String>,
    ) -> Result<Connection<ResultFacts>> {
        let paging = Paging { first, after, last, before };
        connection::list(ctx, self.askers(Relation::Subject), None, paging).await
    }
}

/// A disease of a donor.
#[derive(Debug)]
pub struct DonorDisease {
    of: Donor,
    stated: term::Reference,
}

/// A disease that a donor has.
#[Object]
impl DonorDisease {
    /// The disease as the source refers to it.
    async fn reference(&self) -> Reference {
        (&self.stated).into()
    }

    /// The disease, where it is a published record.
    async fn disease(&self, ctx: &Context<'_>) -> Result<Option<Disease>> {
        self.of.reached(ctx, Relation::Disease, &self.stated).await
    }
}
