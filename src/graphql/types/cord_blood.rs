//! The cord-blood unit as the public sees it: no number of donation, bag or bank, nothing of the mother, no typing, and of
//! dates the year.

use async_graphql::{Context, ID, Object, Result, SimpleObject};
use chrono::{DateTime, NaiveDate, Utc};

use super::{
    CordBloodUnit,
    finding::Finding,
    parts::{Coded, RecordState, count},
};
use crate::{
    catalogue::Catalogue,
    domain::{
        cell_line::LineFacts,
        certificate::CertificateFacts,
        cord_blood::{
            axes::{DelistReason, Transplant},
            code::Answer,
            facts::CellCounts,
            public::{PublicPurpose, PublicStep, PublicUnit},
            standing,
            steps::Transition,
        },
        notice::NoticeFacts,
        qc::record::ResultFacts,
        record::Relation,
    },
    graphql::connection::{self, Connection, Paging},
};

impl CordBloodUnit {
    /// What the first source that states it says, of what anyone may see.
    fn stated<T>(&self, get: impl Fn(PublicUnit) -> Option<T>) -> Option<T> {
        self.record().layers.iter().find_map(|layer| get(layer.facts.public()))
    }
}

/// A stored unit of cord blood.
#[Object(name = "CordBloodUnit")]
impl CordBloodUnit {
    /// Id for machines, never reused.
    pub(super) async fn id(&self) -> ID {
        self.record().id.to_string().into()
    }

    /// Accession for people: `STM-U0000042-Q`.
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

    /// The ABO blood group.
    async fn abo(&self) -> Option<Coded> {
        let abo = self.stated(|unit| unit.abo)?;
        Some(Coded::new(abo.code(), |lang| abo.label(lang)))
    }

    /// Rhesus D.
    async fn rhd(&self) -> Option<Coded> {
        let rhd = self.stated(|unit| unit.rhd)?;
        Some(Coded::new(rhd.code(), |lang| rhd.label(lang)))
    }

    /// The year of collection. The day is a birth date and not shown.
    async fn collection_year(&self) -> Option<i32> {
        self.stated(|unit| unit.collection_year)
    }

    /// The volume before processing, in millilitres.
    async fn volume_ml(&self) -> Option<u32> {
        self.stated(|unit| unit.volumes.collected_ml)
    }

    /// The volume as frozen, in millilitres.
    async fn volume_frozen_ml(&self) -> Option<u32> {
        self.stated(|unit| unit.volumes.frozen_ml)
    }

    /// Cells before processing.
    async fn collected(&self) -> Option<UnitCells> {
        self.stated(|unit| cells(unit.collected))
    }

    /// Cells as frozen.
    async fn frozen(&self) -> Option<UnitCells> {
        self.stated(|unit| cells(unit.frozen))
    }

    /// Viable cells, in percent.
    async fn viability_percent(&self) -> Option<u32> {
        self.stated(|unit| unit.viability_percent)
    }

    /// What the unit is held for, each with its own consent.
    #[expect(clippy::unused_async, reason = "every field of the schema is asynchronous")]
    async fn purposes(&self, ctx: &Context<'_>) -> Result<Vec<UnitPurpose>> {
        let today = ctx.data::<Catalogue>()?.today();
        Ok(self.record().public_purposes(today).into_iter().map(UnitPurpose::from).collect())
    }

    /// Where the unit stands, by all its sources together.
    #[expect(clippy::unused_async, reason = "every field of the schema is asynchronous")]
    async fn standing(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The day; after all steps that are known when not given. Days are not shown, so that the answer is for \
                    the end of its year, and in this year and later as if no day was given."
        )]
        on: Option<NaiveDate>,
    ) -> Result<UnitStanding> {
        let today = ctx.data::<Catalogue>()?.today();
        Ok(UnitStanding(self.record().public_standing(on, today)))
    }

    /// The steps the unit went through, the oldest first. Of a day the year is shown; who did it is not.
    async fn steps(&self) -> Vec<UnitStep> {
        self.record().public_steps().into_iter().map(UnitStep).collect()
    }

    /// What does not fit together among the record, what it comes from and the tests of both, at most 100, the gravest
    /// first. No sealed value is told. Not for clinical selection.
    async fn findings(&self, ctx: &Context<'_>) -> Result<Vec<Finding>> {
        self.found(ctx).await
    }

    /// The lines that were made of it.
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
        connection::list(ctx, self.askers(Relation::SourceUnit), None, paging).await
    }

    /// The notices about it alone, old and new, page by page.
    async fn notices(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many records, 1 to 100; 25 when neither end is asked for.")]
        first: Option<i32>,
        #[graphql(desc = "Only records after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many records, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only records before this cursor.")] before: Option<String>,
    ) -> Result<Connection<NoticeFacts>> {
        let paging = Paging { first, after, last, before };
        connection::list(ctx, self.askers(Relation::About), None, paging).await
    }

    /// Its certificates of analysis, page by page.
    async fn certificates(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many records, 1 to 100; 25 when neither end is asked for.")]
        first: Option<i32>,
        #[graphql(desc = "Only records after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many records, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only records before this cursor.")] before: Option<String>,
    ) -> Result<Connection<CertificateFacts>> {
        let paging = Paging { first, after, last, before };
        connection::list(ctx, self.askers(Relation::Certified), None, paging).await
    }

    /// The tests of the unit itself, page by page.
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

/// Where a unit stands on each of three axes. Null is not known.
#[derive(Debug)]
pub struct UnitStanding(standing::UnitStanding);

/// Where a unit stands on each of three axes. Null is not known.
#[Object]
impl UnitStanding {
    /// Where the unit is: `collected`, `received`, `rejected`, `processed`, `stored`, `shipped`, `consumed`, `disposed`.
    async fn custody(&self) -> Option<Coded> {
        self.0.custody.map(|custody| Coded::new(custody.code(), |lang| custody.label(lang)))
    }

    /// Whether the unit is offered for transplantation: `pending_survey`, `listed`, `reserved`, `delisted`,
    /// `not_in_inventory`, `never_eligible`.
    async fn transplant(&self) -> Option<Coded> {
        self.0.transplant.map(|state| Coded::new(state.code(), |lang| state.label(lang)))
    }

    /// Why the unit is no longer listed. One that is too old for transplantation may still go to research.
    async fn delist_reason(&self) -> Option<Coded> {
        match self.0.transplant? {
            Transplant::Delisted { reason } => Some(delisted(reason)),
            _ => None,
        }
    }

    /// The consent for research: `yes`, `no`, or `unknown` where nobody says or the answers contradict each other.
    async fn research_consent(&self) -> Coded {
        answered(self.0.research_consent.answer)
    }

    /// Whether the consent for research is unknown because the answers contradict each other.
    async fn research_consent_contradicted(&self) -> bool {
        self.0.research_consent.contradicted
    }
}

fn delisted(reason: DelistReason) -> Coded {
    Coded::new(reason.code(), |lang| reason.label(lang))
}

fn answered(answer: Answer) -> Coded {
    Coded::new(answer.code(), |lang| answer.label(lang))
}

/// A step of a unit.
#[derive(Debug)]
pub struct UnitStep(PublicStep);

/// A step of a unit.
#[Object]
impl UnitStep {
    /// The year in which it was done.
    async fn year(&self) -> i32 {
        self.0.year
    }

    /// What was done: `list`, `reserve`, `release` …
    async fn step(&self) -> Coded {
        let step = self.0.transition;
        Coded::new(step.code(), |lang| step.label(lang))
    }

    /// Why the unit was taken off the list.
    async fn delist_reason(&self) -> Option<Coded> {
        match self.0.transition {
            Transition::Delist { reason } => Some(delisted(reason)),
            _ => None,
        }
    }

    /// What the unit was released for: `research`, `ips_derivation`.
    async fn released_for(&self) -> Option<Coded> {
        match self.0.transition {
            Transition::Release { purpose, .. } => {
                Some(Coded::new(purpose.code(), |lang| purpose.label(lang)))
            }
            _ => None,
        }
    }

    /// The consent for research that was recorded.
    async fn research_consent(&self) -> Option<Coded> {
        match self.0.transition {
            Transition::RecordResearchConsent { answer } => Some(answered(answer)),
            _ => None,
        }
    }
}

/// Absolute counts of cells in a whole unit.
#[derive(Debug, SimpleObject)]
pub struct UnitCells {
    /// Total nucleated cells.
    tnc: Option<f64>,
    /// Total nucleated cells as lists print them: `13.2 ×10⁸`.
    tnc_shown: Option<String>,
    /// CD34+ cells.
    cd34: Option<f64>,
    /// CD34+ cells as lists print them: `4.1 ×10⁶`.
    cd34_shown: Option<String>,
    /// Mononuclear cells.
    mnc: Option<f64>,
    /// Colony-forming units.
    cfu: Option<f64>,
}

/// The counts, where one is stated.
fn cells(counts: CellCounts) -> Option<UnitCells> {
    (counts != CellCounts::default()).then(|| counts.into())
}

impl From<CellCounts> for UnitCells {
    fn from(counts: CellCounts) -> Self {
        let (tnc_shown, cd34_shown) = (counts.tnc_shown(), counts.cd34_shown());
        let CellCounts { tnc, cd34, mnc, cfu, .. } = counts;
        let [tnc, cd34, mnc, cfu] = [tnc, cd34, mnc, cfu].map(|number| number.map(count));
        Self { tnc, tnc_shown, cd34, cd34_shown, mnc, cfu }
    }
}

/// A purpose that a unit is held for.
#[derive(Debug, SimpleObject)]
pub struct UnitPurpose {
    /// The purpose.
    purpose: Coded,
    /// Whether it was consented to. Where nobody says so it is unknown.
    consent: Coded,
}

impl From<PublicPurpose> for UnitPurpose {
    fn from(PublicPurpose { purpose, consent }: PublicPurpose) -> Self {
        Self {
            purpose: Coded::new(purpose.code(), |lang| purpose.label(lang)),
            consent: answered(consent),
        }
    }
}
