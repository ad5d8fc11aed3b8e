//! The cord-blood unit as the public sees it: no number of donation, bag or bank, nothing of the mother, no typing, and of
//! dates the year.

use async_graphql::{Context, ID, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};

use super::{
    CordBloodUnit,
    parts::{Coded, RecordState},
};
use crate::{
    domain::{
        cell_line::LineFacts,
        cord_blood::{
            facts::CellCounts,
            public::{PublicPurpose, PublicUnit},
        },
        record::Relation,
    },
    graphql::connection::{self, Connection, Paging},
};

impl CordBloodUnit {
    /// What its first source says that anyone may see.
    fn public(&self) -> PublicUnit {
        self.record().layers.first().map(|layer| layer.facts.public()).unwrap_or_default()
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
        self.public().abo.map(|abo| Coded::new(abo.code(), |lang| abo.label(lang)))
    }

    /// Rhesus D.
    async fn rhd(&self) -> Option<Coded> {
        self.public().rhd.map(|rhd| Coded::new(rhd.code(), |lang| rhd.label(lang)))
    }

    /// The year of collection. The day is a birth date and not shown.
    async fn collection_year(&self) -> Option<i32> {
        self.public().collection_year
    }

    /// The volume before processing, in millilitres.
    async fn volume_ml(&self) -> Option<u32> {
        self.public().volumes.collected_ml
    }

    /// The volume as frozen, in millilitres.
    async fn volume_frozen_ml(&self) -> Option<u32> {
        self.public().volumes.frozen_ml
    }

    /// Cells before processing.
    async fn collected(&self) -> UnitCells {
        self.public().collected.into()
    }

    /// Cells as frozen.
    async fn frozen(&self) -> UnitCells {
        self.public().frozen.into()
    }

    /// Viable cells, in percent.
    async fn viability_percent(&self) -> Option<u32> {
        self.public().viability_percent
    }

    /// What the unit is held for, each with its own consent.
    async fn purposes(&self) -> Vec<UnitPurpose> {
        self.public().purposes.into_iter().map(UnitPurpose::from).collect()
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
    tnc: Option<u64>,
    /// Total nucleated cells as lists print them: `13.2 ×10⁸`.
    tnc_shown: Option<String>,
    /// CD34+ cells.
    cd34: Option<u64>,
    /// CD34+ cells as lists print them: `4.1 ×10⁶`.
    cd34_shown: Option<String>,
    /// Mononuclear cells.
    mnc: Option<u64>,
    /// Colony-forming units.
    cfu: Option<u64>,
}

impl From<CellCounts> for UnitCells {
    fn from(counts: CellCounts) -> Self {
        let (tnc_shown, cd34_shown) = (counts.tnc_shown(), counts.cd34_shown());
        let CellCounts { tnc, cd34, mnc, cfu, .. } = counts;
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
