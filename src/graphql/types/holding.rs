//! A line at a bank as the public sees it. Of its intake there is shown how it came and what its depositor asks.

use async_graphql::{Context, ID, Object, Result, SimpleObject};
use chrono::{DateTime, NaiveDate, Utc};

use super::{
    CellLine, Holding, Organization,
    batch::AvailabilityOn,
    notice::{Purpose, Supply},
    parts::{Coded, RecordState, Reference, SourceRow, rows},
};
use crate::{
    catalogue::Catalogue,
    domain::{
        holding::{Acceptance, Fee},
        record::Relation,
        usage::UsePurpose,
    },
};

/// A line at a bank: its number in the bank's catalogue, what it costs and whether it can be ordered there.
#[Object(name = "Holding")]
impl Holding {
    /// Id for machines, never reused.
    pub(super) async fn id(&self) -> ID {
        self.record().id.to_string().into()
    }

    /// Accession for people: `STM-H0000042-Q`.
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

    /// The line as the source refers to it.
    async fn line_reference(&self) -> Option<Reference> {
        self.record().first(|facts| facts.line.as_ref()).map(Reference::from)
    }

    /// The line, where it is a published record.
    async fn cell_line(&self, ctx: &Context<'_>) -> Result<Option<CellLine>> {
        match self.record().first(|facts| facts.line.as_ref()) {
            Some(line) => self.reached(ctx, Relation::HeldLine, line).await,
            None => Ok(None),
        }
    }

    /// The bank as the source refers to it.
    async fn bank_reference(&self) -> Option<Reference> {
        self.record().first(|facts| facts.bank.as_ref()).map(Reference::from)
    }

    /// The bank, where it is a published record.
    async fn bank(&self, ctx: &Context<'_>) -> Result<Option<Organization>> {
        match self.record().first(|facts| facts.bank.as_ref()) {
            Some(bank) => self.reached(ctx, Relation::Organization, bank).await,
            None => Ok(None),
        }
    }

    /// Its number in the bank's catalogue.
    async fn catalogue_number(&self) -> Option<&str> {
        self.record().catalogue_number()
    }

    /// Its page at the bank: as stated, or by the bank's link template.
    async fn url(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        if let Some(url) = self.record().first(|facts| facts.url.clone()) {
            return Ok(Some(url));
        }
        let (bank, number) = (self.bank(ctx).await?, self.record().catalogue_number());
        Ok(bank.zip(number).and_then(|(bank, number)| bank.record().product_page(number)))
    }

    /// How the line came to the bank, where a source tells.
    async fn deposit_kind(&self) -> Option<Coded> {
        let deposit = self.record().first(|facts| facts.deposit.as_ref())?;
        Some(Coded::new(deposit.kind.code(), |lang| deposit.kind.label(lang)))
    }

    /// What the depositor asks of every user, in his words.
    async fn depositors_conditions(&self) -> Vec<&String> {
        self.record().all(|facts| facts.deposit.iter().flat_map(|deposit| &deposit.conditions))
    }

    /// Whether the bank has accepted it; null where it was no deposit or is not decided.
    async fn is_accepted(&self) -> Option<bool> {
        let deposit = self.record().first(|facts| facts.deposit.as_ref())?;
        Some(deposit.decision.as_ref()?.acceptance == Acceptance::Accepted)
    }

    /// What each kind of user pays, as the bank prints it.
    async fn fees(&self) -> Vec<FeeOf> {
        self.record().fees().iter().map(Into::into).collect()
    }

    /// What the bank says of its availability on a day, today where none is given; null where nobody has stated anything
    /// by then.
    #[expect(clippy::unused_async, reason = "every field of the schema is asynchronous")]
    async fn availability(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The day.")] on: Option<NaiveDate>,
    ) -> Result<Option<AvailabilityOn>> {
        let on = on.unwrap_or(ctx.data::<Catalogue>()?.today());
        Ok(self.record().availability(on).map(AvailabilityOn::of))
    }

    /// Every state of availability there was, the newest last.
    async fn availability_states(&self) -> Vec<AvailabilityOn> {
        self.record().availability_states().into_iter().map(AvailabilityOn::of).collect()
    }

    /// Whether it can be ordered on a day, for a purpose, and which notices reach it.
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

    /// The rows of the sources that speak of the record.
    async fn sources(&self) -> Vec<SourceRow> {
        rows(self.record())
    }
}

/// What one kind of user pays.
#[derive(Debug, SimpleObject)]
pub struct FeeOf {
    /// The kind of user.
    user_type: Coded,
    /// The amount, as the bank prints it.
    amount: String,
    /// ISO 4217: `JPY`.
    currency: String,
    /// What is paid for.
    per: Option<String>,
    /// From this day on.
    from: Option<NaiveDate>,
    /// What else the bank says of it.
    remarks: Option<String>,
}

impl From<&Fee> for FeeOf {
    fn from(fee: &Fee) -> Self {
        let user_type = Coded::new(fee.user_type.code(), |lang| fee.user_type.label(lang));
        let Fee { amount, currency, per, from, remarks, .. } = fee.clone();
        Self { user_type, amount, currency, per, from, remarks }
    }
}
