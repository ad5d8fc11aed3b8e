//! How records show themselves to the public: one type for each kind over what the catalogue stores, and the
//! small types they share.

pub mod about;
pub mod batch;
pub mod cell_line;
pub mod certificate;
pub mod cord_blood;
pub mod disease;
pub mod donor;
pub mod finding;
pub mod holding;
pub mod line_parts;
pub mod notice;
pub mod organization;
pub mod parts;
pub mod publication;
pub mod qc;
pub mod sample;
pub mod typing;

use std::sync::Arc;

use async_graphql::{Context, Interface, Result};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::loaders;
use crate::{
    catalogue::{AnyStored, Stored},
    domain::{
        batch::BatchFacts,
        cell_line::LineFacts,
        certificate::CertificateFacts,
        cord_blood::facts::UnitFacts,
        disease::DiseaseFacts,
        donor::DonorFacts,
        filter::Condition,
        holding::HoldingFacts,
        id::{RecordId, RecordKind},
        notice::NoticeFacts,
        organization::OrganizationFacts,
        publication::PublicationFacts,
        qc::record::ResultFacts,
        record::{AnyRecord, Facts, Record, Relation, State},
        sample::SampleFacts,
        term::Reference,
    },
};

/// A record as the public sees it.
#[derive(Debug)]
pub struct Shown<F>(pub(super) Arc<Stored<F>>);

pub type CellLine = Shown<LineFacts>;
pub type Donor = Shown<DonorFacts>;
pub type Disease = Shown<DiseaseFacts>;
pub type Organization = Shown<OrganizationFacts>;
pub type Publication = Shown<PublicationFacts>;
pub type Batch = Shown<BatchFacts>;
pub type CordBloodUnit = Shown<UnitFacts>;
pub type QcResult = Shown<ResultFacts>;
pub type Sample = Shown<SampleFacts>;
pub type Holding = Shown<HoldingFacts>;
pub type Notice = Shown<NoticeFacts>;
pub type Certificate = Shown<CertificateFacts>;

impl<F> Clone for Shown<F> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<F: Facts> From<Stored<F>> for Shown<F> {
    /// Of a tombstone there is shown who it was, and none of what was said of it.
    fn from(mut stored: Stored<F>) -> Self {
        if stored.record.state != State::Published {
            stored.record.layers.clear();
        }
        Self(Arc::new(stored))
    }
}

/// A record of any kind, known by its id.
#[derive(Debug, Clone, Interface)]
#[graphql(field(
    name = "id",
    ty = "async_graphql::ID",
    desc = "Id for machines, never reused: `line_01h455vb4pex5vsknk084sn02q`."
))]
pub enum Node {
    CellLine(CellLine),
    Donor(Donor),
    Disease(Disease),
    Organization(Organization),
    Publication(Publication),
    Batch(Batch),
    CordBloodUnit(CordBloodUnit),
    QcResult(QcResult),
    Sample(Sample),
    Holding(Holding),
    Notice(Notice),
    Certificate(Certificate),
}

impl Node {
    /// None for a record of a kind that the public does not see.
    pub(super) fn of(any: AnyStored) -> Option<Self> {
        let AnyStored { record, version, created_at, updated_at } = any;
        let times = (version, created_at, updated_at);
        Some(match record {
            AnyRecord::CellLine(record) => Self::CellLine(shown(record, times)),
            AnyRecord::Donor(record) => Self::Donor(shown(record, times)),
            AnyRecord::Disease(record) => Self::Disease(shown(record, times)),
            AnyRecord::Organization(record) => Self::Organization(shown(record, times)),
            AnyRecord::Publication(record) => Self::Publication(shown(record, times)),
            AnyRecord::Batch(record) => Self::Batch(shown(record, times)),
            AnyRecord::CordBloodUnit(record) => Self::CordBloodUnit(shown(record, times)),
            AnyRecord::QcResult(record) => Self::QcResult(shown(record, times)),
            AnyRecord::Sample(record) => Self::Sample(shown(record, times)),
            AnyRecord::Holding(record) => Self::Holding(shown(record, times)),
            AnyRecord::Notice(record) => Self::Notice(shown(record, times)),
            AnyRecord::Certificate(record) => Self::Certificate(shown(record, times)),
            AnyRecord::Distribution(_) => return None,
        })
    }
}

fn shown<F: Facts>(
    record: Record<F>,
    (version, created_at, updated_at): (i64, DateTime<Utc>, DateTime<Utc>),
) -> Shown<F> {
    Stored { record, version, created_at, updated_at }.into()
}

impl Node {
    /// The record with this id, unless it is unknown or hidden.
    pub(super) async fn load(ctx: &Context<'_>, id: RecordId) -> Result<Option<Self>> {
        let uuid = id.uuid;
        Ok(match id.kind {
            RecordKind::CellLine => loaders::record(ctx, uuid).await?.map(Self::CellLine),
            RecordKind::Donor => loaders::record(ctx, uuid).await?.map(Self::Donor),
            RecordKind::Disease => loaders::record(ctx, uuid).await?.map(Self::Disease),
            RecordKind::Organization => loaders::record(ctx, uuid).await?.map(Self::Organization),
            RecordKind::Publication => loaders::record(ctx, uuid).await?.map(Self::Publication),
            RecordKind::Batch => loaders::record(ctx, uuid).await?.map(Self::Batch),
            RecordKind::CordBloodUnit => loaders::record(ctx, uuid).await?.map(Self::CordBloodUnit),
            RecordKind::QcResult => loaders::record(ctx, uuid).await?.map(Self::QcResult),
            RecordKind::Sample => loaders::record(ctx, uuid).await?.map(Self::Sample),
            RecordKind::Holding => loaders::record(ctx, uuid).await?.map(Self::Holding),
            RecordKind::Notice => loaders::record(ctx, uuid).await?.map(Self::Notice),
            RecordKind::Certificate => loaders::record(ctx, uuid).await?.map(Self::Certificate),
            RecordKind::Distribution => None,
        })
    }

    /// The published record at the far end of a link that may lead to these kinds.
    pub(super) async fn published(
        ctx: &Context<'_>,
        kinds: &[RecordKind],
        uuid: Uuid,
    ) -> Result<Option<Self>> {
        for kind in kinds {
            if let Some(node) = Self::load(ctx, RecordId::new(*kind, uuid)).await? {
                return Ok(Some(node).filter(Self::is_published));
            }
        }
        Ok(None)
    }

    fn is_published(&self) -> bool {
        self.state() == State::Published
    }

    pub(super) fn state(&self) -> State {
        match self {
            Self::CellLine(shown) => shown.record().state,
            Self::Donor(shown) => shown.record().state,
            Self::Disease(shown) => shown.record().state,
            Self::Organization(shown) => shown.record().state,
            Self::Publication(shown) => shown.record().state,
            Self::Batch(shown) => shown.record().state,
            Self::CordBloodUnit(shown) => shown.record().state,
            Self::QcResult(shown) => shown.record().state,
            Self::Sample(shown) => shown.record().state,
            Self::Holding(shown) => shown.record().state,
            Self::Notice(shown) => shown.record().state,
            Self::Certificate(shown) => shown.record().state,
        }
    }

    pub(super) fn record_id(&self) -> RecordId {
        match self {
            Self::CellLine(shown) => shown.record().id,
            Self::Donor(shown) => shown.record().id,
            Self::Disease(shown) => shown.record().id,
            Self::Organization(shown) => shown.record().id,
            Self::Publication(shown) => shown.record().id,
            Self::Batch(shown) => shown.record().id,
            Self::CordBloodUnit(shown) => shown.record().id,
            Self::QcResult(shown) => shown.record().id,
            Self::Sample(shown) => shown.record().id,
            Self::Holding(shown) => shown.record().id,
            Self::Notice(shown) => shown.record().id,
            Self::Certificate(shown) => shown.record().id,
        }
    }
}

impl<F: Facts> Shown<F> {
    pub(super) fn record(&self) -> &Record<F> {
        &self.0.record
    }

    /// The records with a link of this relation to this one; none where it is a tombstone.
    fn askers(&self, relation: Relation) -> Condition {
        if self.record().state == State::Published {
            Condition::Linked(relation, self.uuid())
        } else {
            Condition::Any(Vec::new())
        }
    }

    fn uuid(&self) -> Uuid {
        self.0.record.id.uuid
    }

    /// What the rules find on the record; nothing on a tombstone.
    async fn found(&self, ctx: &Context<'_>) -> Result<Vec<finding::Finding>> {
        let found = loaders::findings_of(ctx, self.uuid()).await?;
        Ok(found.iter().cloned().map(finding::Finding).collect())
    }

    /// The published record that a reference of this record reaches. A tombstone is found by direct look-up only.
    async fn reached<T: Facts>(
        &self,
        ctx: &Context<'_>,
        relation: Relation,
        reference: &Reference,
    ) -> Result<Option<Shown<T>>> {
        let asked = self.record().links();
        let item = asked.iter().filter(|asked| asked.relation == relation);
        let item = item.enumerate().find(|(_, asked)| asked.reference == reference);
        let Some((item, _)) = item else { return Ok(None) };
        let links = loaders::links_of(ctx, self.uuid()).await?;
        let link = links.iter().find(|link| link.relation == relation && link.item == item);
        let Some(link) = link else { return Ok(None) };
        let reached: Option<Shown<T>> = loaders::record(ctx, link.to).await?;
        Ok(reached.filter(|reached| reached.record().state == State::Published))
    }
}
