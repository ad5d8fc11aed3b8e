//! The sample as the public sees it: of its age the band, of its day the year, and no number that its provider gave it.

use async_graphql::{Context, ID, Object, Result};
use chrono::{DateTime, Datelike, Utc};

use super::{
    Donor, Sample,
    parts::{RecordState, Term},
};
use crate::domain::{age::AgeBand, record::Relation};

/// Tissue taken from a donor, who may have given several.
#[Object(name = "Sample")]
impl Sample {
    /// Id for machines, never reused.
    pub(super) async fn id(&self) -> ID {
        self.record().id.to_string().into()
    }

    /// Accession for people: `STM-M0000042-Q`.
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

    /// The tissue.
    async fn tissue(&self) -> Option<Term> {
        self.record().first(|facts| facts.tissue.as_ref()).map(Term::from)
    }

    /// The kind of cell.
    async fn cell_type(&self) -> Option<Term> {
        self.record().first(|facts| facts.cell_type.as_ref()).map(Term::from)
    }

    /// The donor's age at this sampling, as a band of years.
    async fn age_band(&self) -> Option<&'static str> {
        self.record().age_band().map(AgeBand::code)
    }

    /// The year it was taken.
    async fn year(&self) -> Option<i32> {
        self.record().first(|facts| facts.taken_on).map(|on| on.year())
    }

    /// How it was taken.
    async fn procedure(&self) -> Option<&str> {
        self.record().first(|facts| facts.procedure.as_deref())
    }

    /// Whom it was taken from, where it is a published record.
    async fn donor(&self, ctx: &Context<'_>) -> Result<Option<Donor>> {
        match self.record().first(|facts| facts.donor.as_ref()) {
            Some(donor) => self.reached(ctx, Relation::Donor, donor).await,
            None => Ok(None),
        }
    }
}
