//! The organization as the public sees it.

use async_graphql::{Context, ID, Object, Result};
use chrono::{DateTime, Utc};

use super::{
    Organization,
    parts::{Identifier, Lang, Name, RecordState, SourceRow, rows, shown},
};
use crate::{
    domain::{
        batch::BatchFacts, cell_line::LineFacts, holding::HoldingFacts, lang, record::Relation,
    },
    graphql::connection::{self, Connection, Paging},
};

/// A bank, maker, depositor or distributor.
#[Object(name = "Organization")]
impl Organization {
    /// Id for machines, never reused.
    pub(super) async fn id(&self) -> ID {
        self.record().id.to_string().into()
    }

    /// Accession for people: `STM-O0000042-Q`.
    async fn accession(&self) -> &str {
        &self.record().accession
    }

    /// The name to show: by kind of name, then by precedence of source.
    async fn name(
        &self,
        #[graphql(default, desc = "The language of the reader.")] lang: Lang,
    ) -> &str {
        self.record().name_in(lang::Lang::from(lang).code())
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

    /// Every name, as the sources wrote it.
    async fn names(&self) -> Vec<Name> {
        shown(self.record().names())
    }

    /// Identifiers in other registries.
    async fn external_ids(&self) -> Vec<Identifier> {
        shown(self.record().external_ids())
    }

    /// The country, by its two letters in ISO 3166-1.
    async fn country(&self) -> Option<&str> {
        self.record().country()
    }

    /// Its own page.
    async fn url(&self) -> Option<&str> {
        self.record().first(|facts| facts.url.as_deref())
    }

    /// Remarks of the sources.
    async fn remarks(&self) -> Vec<&String> {
        self.record().all(|facts| &facts.remarks)
    }

    /// The lines that it made, deposited, holds, distributes or owns.
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
        connection::list(ctx, self.askers(Relation::Organization), None, paging).await
    }

    /// The lines that it holds, page by page.
    async fn holdings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many records, 1 to 100; 25 when neither end is asked for.")]
        first: Option<i32>,
        #[graphql(desc = "Only records after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many records, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only records before this cursor.")] before: Option<String>,
    ) -> Result<Connection<HoldingFacts>> {
        let paging = Paging { first, after, last, before };
        connection::list(ctx, self.askers(Relation::Organization), None, paging).await
    }

    /// The lots that it keeps, page by page.
    async fn batches(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many records, 1 to 100; 25 when neither end is asked for.")]
        first: Option<i32>,
        #[graphql(desc = "Only records after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many records, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only records before this cursor.")] before: Option<String>,
    ) -> Result<Connection<BatchFacts>> {
        let paging = Paging { first, after, last, before };
        connection::list(ctx, self.askers(Relation::Organization), None, paging).await
    }

    /// The rows of sources that speak of the record, in the order in which their word is shown.
    async fn sources(&self) -> Vec<SourceRow> {
        rows(self.record())
    }
}
