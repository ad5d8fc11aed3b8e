//! The cord-blood unit as the public sees it: no number of donation, bag or bank, nothing of the mother, no typing, and of
//! dates the year.

use async_graphql::{Context, ID, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};

use super::{
    CordBloodUnit,
    finding::Finding,
    parts::{Coded, RecordState, count},
};
use crate::{
    domain::{
        cell_line::LineFacts,
        cord_blood::{
            facts::{CellCounts, UnitFacts},
            public::{PublicPurpose, PublicUnit},
        },
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
    async fn purposes(&self) -> Vec<UnitPurpose> {
        // Two sources that say differently are asked together, so that the answer is unknown.
        let purposes = self.record().all(|facts| &facts.purposes).into_iter().cloned().collect();
        let said = UnitFacts { purposes, ..UnitFacts::default() };
        said.public().purposes.into_iter().map(UnitPurpose::from).collect()
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
            consent: Coded::new(consent.code(), |lang| consent.label(lang)),
        }
    }
}
