//! The publication as the public sees it.

use async_graphql::{Context, ID, Object, Result};
use chrono::{DateTime, Utc};

use super::{
    Publication,
    parts::{Identifier, RecordState, SourceRow, rows, shown},
};
use crate::{
    domain::{cell_line::LineFacts, record::Relation},
    graphql::connection::{self, Connection, Paging},
};

/// A paper or patent that lines rest on.
#[Object(name = "Publication")]
impl Publication {
    /// Id for machines, never reused.
    pub(super) async fn id(&self) -> ID {
        self.record().id.to_string().into()
    }

    /// Accession for people: its `PubMed` id or DOI, where the source gave one.
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

    /// The title.
    async fn title(&self) -> Option<&str> {
        self.record().names().first().map(|name| name.text.as_str())
    }

    /// The authors, as the source writes them.
    async fn authors(&self) -> Option<&str> {
        self.record().first(|facts| facts.authors.as_deref())
    }

    /// The journal, as the source writes it.
    async fn journal(&self) -> Option<&str> {
        self.record().first(|facts| facts.journal.as_deref())
    }

    /// The year it came out.
    async fn year(&self) -> Option<i64> {
        self.record().first(|facts| facts.year)
    }

    /// Identifiers in other registries.
    async fn external_ids(&self) -> Vec<Identifier> {
        shown(self.record().external_ids())
    }

    /// The lines that rest on it.
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
        connection::list(ctx, self.askers(Relation::Publication), None, paging).await
    }

    /// The rows of sources that speak of the record, in the order in which their word is shown.
    async fn sources(&self) -> Vec<SourceRow> {
        rows(self.record())
    }
}
