//! The lot as the public sees it.

use async_graphql::{Context, ID, Object, Result, SimpleObject};
use chrono::{DateTime, NaiveDate, Utc};

use super::{
    Batch, CellLine, Organization,
    finding::Finding,
    notice::{Distributions, Purpose, Supply},
    parts::{Coded, Identifier, RecordState, Reference, SourceRow, count, rows, shown},
};
use crate::{
    catalogue::Catalogue,
    domain::{
        availability::AvailabilityState,
        batch::{Culture, HandlingSheet, Vials},
        certificate::CertificateFacts,
        notice::NoticeFacts,
        qc::record::ResultFacts,
        record::Relation,
        usage::UsePurpose,
        vial::Vial,
    },
    graphql::{
        connection::{self, Connection, Paging, page_size},
        error::ErrorCode,
    },
};

/// A lot of a line at a bank: growing a line without new DNA makes a lot, never a new line.
#[Object(name = "Batch")]
impl Batch {
    /// Id for machines, never reused.
    pub(super) async fn id(&self) -> ID {
        self.record().id.to_string().into()
    }

    /// Accession for people: `STM-B0000042-Q`.
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

    /// The numbers of the lot at its bank.
    async fn external_ids(&self) -> Vec<Identifier> {
        shown(self.record().external_ids())
    }

    /// Where the lot stands between seed and distribution; null where nobody states it.
    async fn level(&self) -> Option<Coded> {
        self.record().level().map(|level| Coded::new(level.code(), |lang| level.label(lang)))
    }

    /// The passage at freezing.
    async fn passage(&self) -> Option<u32> {
        self.record().passage()
    }

    /// The day of freezing.
    async fn frozen_on(&self) -> Option<NaiveDate> {
        self.record().first(|facts| facts.frozen_on)
    }

    /// Vials, made and left.
    async fn vials(&self) -> Option<BatchVials> {
        self.record().first(|facts| facts.vials.as_ref()).map(BatchVials::from)
    }

    /// The vials that a source lists one by one, in its order. Where they stand in storage is not told.
    #[expect(clippy::unused_async, reason = "every field of the schema is asynchronous")]
    async fn listed_vials(
        &self,
        #[graphql(default = 25, desc = "The first so many vials, 1 to 100.")] first: i32,
        #[graphql(desc = "Only vials after the one of this number.")] after: Option<String>,
    ) -> Result<VialPage> {
        let size = usize::try_from(page_size("first", first)?)?;
        let listed = self.record().listed_vials();
        let from = match &after {
            Some(number) => {
                let at = listed.iter().position(|vial| vial.number == *number);
                let unknown =
                    || format!("`after` is `{number}`, and no vial listed has this number");
                at.ok_or_else(|| ErrorCode::BadUserInput.error(unknown()))? + 1
            }
            None => 0,
        };
        let nodes = listed[from..].iter().take(size).map(|vial| LotVial::from(*vial)).collect();
        Ok(VialPage { total: listed.len(), has_more: listed.len() - from > size, nodes })
    }

    /// How the cells were grown.
    async fn culture(&self) -> Option<BatchCulture> {
        self.record().first(|facts| facts.culture.clone()).map(BatchCulture::from)
    }

    /// What the recipient must know to bring the cells up.
    async fn handling(&self) -> Option<Handling> {
        self.record().first(|facts| facts.handling.clone()).map(Handling::from)
    }

    /// What the bank says of its availability on a day, today where none is given; null where nobody has stated anything
    /// by then. Whether it may be ordered, `orderableBatches` answers.
    #[expect(clippy::unused_async, reason = "every field of the schema is asynchronous")]
    async fn availability(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The day.")] on: Option<NaiveDate>,
    ) -> Result<Option<AvailabilityOn>> {
        let on = on.unwrap_or(ctx.data::<Catalogue>()?.today());
        Ok(self.record().availability(on).map(AvailabilityOn::of))
    }

    /// Whether it can be ordered on a day, for a purpose, and which notices reach it: its own, and those of the lots it was
    /// grown from, of its line and of its holding.
    async fn supply(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            name = "for",
            desc = "The purpose; where none is given, any that no notice names."
        )]
        purpose: Option<Purpose>,
        #[graphql(desc = "The day; today when not given.")] on: Option<NaiveDate>,
    ) -> Result<Supply> {
        Supply::load(ctx, self.record().id, purpose.map(UsePurpose::from), on).await
    }

    /// Every state of availability there was, the newest last.
    async fn availability_states(&self) -> Vec<AvailabilityOn> {
        self.record().availability_states().into_iter().map(AvailabilityOn::of).collect()
    }

    /// The line as the source refers to it.
    async fn line_reference(&self) -> Option<Reference> {
        self.record().first(|facts| facts.line.as_ref()).map(Reference::from)
    }

    /// The line that it is a lot of, where it is a published record.
    async fn cell_line(&self, ctx: &Context<'_>) -> Result<Option<CellLine>> {
        match self.record().first(|facts| facts.line.as_ref()) {
            Some(line) => self.reached(ctx, Relation::Line, line).await,
            None => Ok(None),
        }
    }

    /// The bank that keeps it, where it is a published record.
    async fn bank(&self, ctx: &Context<'_>) -> Result<Option<Organization>> {
        match self.record().first(|facts| facts.bank.as_ref()) {
            Some(bank) => self.reached(ctx, Relation::Organization, bank).await,
            None => Ok(None),
        }
    }

    /// The lot it was grown from, where it is a published record.
    async fn parent(&self, ctx: &Context<'_>) -> Result<Option<Batch>> {
        match self.record().first(|facts| facts.parent.as_ref()) {
            Some(parent) => self.reached(ctx, Relation::ParentBatch, parent).await,
            None => Ok(None),
        }
    }

    /// The tests of this lot itself, page by page.
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

    /// How often it, or something that came of it, was distributed.
    async fn distributions(&self, ctx: &Context<'_>) -> Result<Distributions> {
        Distributions::load(ctx, self.record().id).await
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

    /// What does not fit together among the record, what it comes from and the tests of both, at most 100, the gravest
    /// first. No sealed value is told. Not for clinical selection.
    async fn findings(&self, ctx: &Context<'_>) -> Result<Vec<Finding>> {
        self.found(ctx).await
    }

    /// The rows of the sources that speak of the record.
    async fn sources(&self) -> Vec<SourceRow> {
        rows(self.record())
    }
}

/// A state of availability.
#[derive(Debug, SimpleObject)]
pub struct AvailabilityOn {
    /// From this day on.
    from: NaiveDate,
    /// The state.
    availability: Coded,
    /// Why; always there for a suspension, a recall and a discontinuation that were entered in full.
    comment: Option<String>,
}

impl AvailabilityOn {
    pub(super) fn of(state: &AvailabilityState) -> Self {
        let availability = state.availability;
        let coded = Coded::new(availability.code(), |lang| availability.label(lang));
        Self { from: state.from, availability: coded, comment: state.comment.clone() }
    }
}

/// Vials of a lot.
#[derive(Debug, SimpleObject)]
pub struct BatchVials {
    /// Made.
    made: Option<u32>,
    /// Still stored.
    stored: Option<u32>,
    /// Shipped.
    shipped: Option<u32>,
    /// Cells in one vial.
    cells_each: Option<f64>,
}

impl From<&Vials> for BatchVials {
    fn from(vials: &Vials) -> Self {
        let Vials { made, stored, shipped, cells_each } = *vials;
        let cells_each = cells_each.map(count);
        Self { made, stored, shipped, cells_each }
    }
}

/// Some of the vials that are listed of a lot.
#[derive(Debug, SimpleObject)]
pub struct VialPage {
    /// How many are listed in all; a list need not be whole.
    total: usize,
    /// Whether more follow.
    has_more: bool,
    /// The vials.
    nodes: Vec<LotVial>,
}

/// A vial of a lot.
#[derive(Debug, SimpleObject)]
pub struct LotVial {
    /// Its number; no two of a lot share one.
    number: String,
    /// The passage at freezing.
    passage: Option<u32>,
    /// What became of it; null where nobody states it, and `unknown` where the bank does not know.
    state: Option<Coded>,
}

impl From<&Vial> for LotVial {
    fn from(vial: &Vial) -> Self {
        let state = vial.state.map(|state| Coded::new(state.code(), |lang| state.label(lang)));
        Self { number: vial.number.clone(), passage: vial.passage, state }
    }
}

/// How the cells of a lot were grown.
#[derive(Debug, SimpleObject)]
pub struct BatchCulture {
    /// Medium.
    medium: Option<String>,
    /// Matrix.
    matrix: Option<String>,
    /// Feeder cells.
    feeder: Option<String>,
    /// How the cells were passaged.
    passage_method: Option<String>,
    /// Oxygen, in percent.
    o2_percent: Option<u8>,
    /// Carbon dioxide, in percent.
    co2_percent: Option<u8>,
    /// Degrees Celsius.
    temperature_cel: Option<u8>,
}

impl From<Culture> for BatchCulture {
    fn from(culture: Culture) -> Self {
        let Culture { medium, matrix, feeder, passage_method, .. } = culture;
        let Culture { o2_percent, co2_percent, temperature_cel, .. } = culture;
        Self { medium, matrix, feeder, passage_method, o2_percent, co2_percent, temperature_cel }
    }
}

/// The handling sheet of a lot.
#[derive(Debug, SimpleObject)]
pub struct Handling {
    /// How to thaw.
    thaw: Option<String>,
    /// The ratio at which to split: `1:4 to 1:8`.
    split_ratio: Option<String>,
    /// Biosafety level.
    biosafety_level: Option<u8>,
    /// Other remarks.
    remarks: Option<String>,
}

impl From<HandlingSheet> for Handling {
    fn from(sheet: HandlingSheet) -> Self {
        let HandlingSheet { thaw, split_ratio, biosafety_level, remarks } = sheet;
        Self { thaw, split_ratio, biosafety_level, remarks }
    }
}
