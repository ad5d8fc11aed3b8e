//! The disease as the public sees it.

use async_graphql::{Context, ID, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};

use super::{
    Disease,
    parts::{
        Flag, Identifier, Lang, Name, NotificationList, RecordState, SourceRow, names_of, rows,
        shown,
    },
};
use crate::{
    catalogue::Catalogue,
    domain::{
        cell_line::LineFacts, disease, facet::Facet, filter::Condition, id::RecordKind, lang,
        names::NameKind, record::State,
    },
    graphql::{
        connection::{self, Connection, Paging},
        fault,
    },
};

/// Ancestors that are listed.
const MAX_ANCESTORS: usize = 200;

/// A number in a list of the Japanese state that a disease corresponds to. It says nothing of any patient.
#[derive(Debug, SimpleObject)]
pub struct Notification {
    /// The list.
    scheme: NotificationList,
    /// The disease group (疾患群) of the paediatric list, without which its number means nothing.
    group: Option<String>,
    /// The number.
    number: String,
    /// How a person writes it: `指定難病6`.
    label: String,
    /// The code, as in filters and facets: `shitei:6`.
    code: String,
}

impl From<&disease::Notification> for Notification {
    fn from(number: &disease::Notification) -> Self {
        Self {
            scheme: number.scheme.into(),
            group: number.group.clone(),
            number: number.number.clone(),
            label: number.label_ja(),
            code: number.code(),
        }
    }
}

/// A disease above another.
#[derive(Debug, SimpleObject)]
pub struct Ancestor {
    /// Its MONDO id.
    id: String,
    /// Steps from the disease up to it, the shortest way.
    distance: u32,
}

/// A disease, known by its MONDO id.
#[Object(name = "Disease")]
impl Disease {
    /// Id for machines, never reused.
    pub(super) async fn id(&self) -> ID {
        self.record().id.to_string().into()
    }

    /// Accession for people: the MONDO id.
    async fn accession(&self) -> &str {
        &self.record().accession
    }

    /// The MONDO id: `MONDO:0005180`.
    async fn mondo(&self) -> &str {
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

    /// Other names in use, in any language.
    async fn synonyms(&self) -> Vec<Name> {
        names_of(self.record(), &[NameKind::Synonym, NameKind::Abbreviation])
    }

    /// Identifiers in other registries.
    async fn external_ids(&self) -> Vec<Identifier> {
        shown(self.record().external_ids())
    }

    /// What the disease is, where a source says so in this language.
    async fn definition(
        &self,
        #[graphql(default, desc = "The language of the reader.")] lang: Lang,
    ) -> Option<&str> {
        self.record().first(|facts| match lang {
            Lang::En => facts.definition.as_deref(),
            Lang::Ja => facts.definition_ja.as_deref(),
        })
    }

    /// Its numbers in lists of the Japanese state.
    async fn notifications(&self) -> Vec<Notification> {
        shown(self.record().notifications())
    }

    /// The diseases above it, nearest first, at most 200.
    async fn ancestors(&self) -> Vec<Ancestor> {
        let ancestors = self.record().ancestors().into_iter().take(MAX_ANCESTORS);
        ancestors.map(|(id, distance)| Ancestor { id: id.to_owned(), distance }).collect()
    }

    /// Whether a source has given the disease up as a term.
    async fn deprecated(&self) -> bool {
        self.record().is_deprecated()
    }

    /// The MONDO id that stands for it now.
    async fn replaced_by(&self) -> Option<&str> {
        self.record().first(|facts| facts.replaced_by.as_deref())
    }

    /// MONDO ids that may be meant instead.
    async fn consider(&self) -> Vec<&String> {
        self.record().all(|facts| &facts.consider)
    }

    /// The lines on which it or a kind of it stands.
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
        connection::list(ctx, self.on_lines(), None, paging).await
    }

    /// How many lines it or a kind of it stands on.
    async fn cell_line_count(&self, ctx: &Context<'_>) -> Result<i64> {
        let catalogue = ctx.data::<Catalogue>()?;
        catalogue.count(RecordKind::CellLine, &self.on_lines()).await.map_err(fault)
    }

    /// What sources wrote that does not read as it should.
    async fn flags(&self) -> Vec<Flag> {
        shown(self.record().flags())
    }

    /// The rows of sources that speak of the record, in the order in which their word is shown.
    async fn sources(&self) -> Vec<SourceRow> {
        rows(self.record())
    }
}

impl Disease {
    fn on_lines(&self) -> Condition {
        if self.record().state == State::Published {
            Condition::facet(Facet::Disease, self.record().accession.as_str())
        } else {
            Condition::Any(Vec::new())
        }
    }
}
