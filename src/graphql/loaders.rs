//! What one request has read: links and records, gathered into few statements and read once.
//!
//! Loaders live as long as their request. Nothing is kept from one request to the next.

use std::{
    collections::{BTreeMap, HashMap},
    marker::PhantomData,
    sync::Arc,
    time::Duration,
};

use async_graphql::{
    Context, Request, Result,
    dataloader::{DataLoader, HashMapCache, Loader},
};
use uuid::Uuid;

use super::{fault, types::Shown};
use crate::{
    catalogue::{Catalogue, Error, Link, Stored},
    domain::{
        batch::BatchFacts,
        cell_line::LineFacts,
        certificate::CertificateFacts,
        cord_blood::facts::UnitFacts,
        descent::Descent,
        disease::DiseaseFacts,
        donor::DonorFacts,
        finding::Finding,
        holding::HoldingFacts,
        id::RecordKind,
        notice::NoticeFacts,
        organization::OrganizationFacts,
        publication::PublicationFacts,
        qc::record::ResultFacts,
        record::{Facts, Relation},
        sample::SampleFacts,
    },
};

/// Keys in one statement.
const BATCH: usize = 500;

/// Links out of a record, by the record's id.
pub(super) struct Links(Catalogue);

/// Records with all that they come from, their tests and the notices that reach them.
pub(super) struct Descents(Catalogue);

/// Findings on a record, by the record's id.
pub(super) struct Findings(Catalogue);

/// Public records of one kind, by id.
pub(super) struct Records<F>(Catalogue, PhantomData<F>);

pub(super) type Loading<L> = DataLoader<L, HashMapCache>;

impl Loader<Uuid> for Links {
    type Value = Arc<Vec<Link>>;
    type Error = Arc<Error>;

    async fn load(&self, ids: &[Uuid]) -> Result<HashMap<Uuid, Self::Value>, Self::Error> {
        let mut of: BTreeMap<Uuid, Vec<Link>> = ids.iter().map(|id| (*id, Vec::new())).collect();
        for link in self.0.links(ids).await? {
            of.entry(link.from).or_default().push(link);
        }
        Ok(of.into_iter().map(|(id, links)| (id, Arc::new(links))).collect())
    }
}

impl Loader<Uuid> for Descents {
    /// One descent holds all that were asked for in one go.
    type Value = Arc<Descent>;
    type Error = Arc<Error>;

    async fn load(&self, ids: &[Uuid]) -> Result<HashMap<Uuid, Self::Value>, Self::Error> {
        let descent = Arc::new(self.0.descent(ids).await?);
        Ok(ids.iter().map(|id| (*id, descent.clone())).collect())
    }
}

impl Loader<Uuid> for Findings {
    type Value = Arc<Vec<Finding>>;
    type Error = Arc<Error>;

    async fn load(&self, ids: &[Uuid]) -> Result<HashMap<Uuid, Self::Value>, Self::Error> {
        let found = self.0.findings(ids).await?;
        Ok(found.into_iter().map(|(id, findings)| (id, Arc::new(findings))).collect())
    }
}

impl<F: Facts> Loader<Uuid> for Records<F> {
    type Value = Arc<Stored<F>>;
    type Error = Arc<Error>;

    async fn load(&self, ids: &[Uuid]) -> Result<HashMap<Uuid, Self::Value>, Self::Error> {
        let found = self.0.get_many(ids).await?;
        Ok(found.into_iter().map(|(id, stored)| (id, Shown::from(stored).0)).collect())
    }
}

/// Where a query asks for the record at the far end of a link.
const FAR_ENDS: [(Relation, &[&str]); 15] = [
    (Relation::Donor, &["donor"]),
    (Relation::Parent, &["parents", "line"]),
    (Relation::Disease, &["diseases", "disease"]),
    (Relation::Organization, &["organizations", "organization"]),
    (Relation::Organization, &["bank"]),
    (Relation::Publication, &["publications", "publication"]),
    (Relation::Line, &["cellLine"]),
    (Relation::ParentBatch, &["parent"]),
    (Relation::SourceUnit, &["sourceUnit"]),
    (Relation::SourceSample, &["sourceSample"]),
    (Relation::HeldLine, &["cellLine"]),
    (Relation::Organization, &["issuer"]),
    (Relation::Supersedes, &["supersedes"]),
    (Relation::Certified, &["subject"]),
    (Relation::Subject, &["subject"]),
];

/// The fields that are answered from the findings on a record.
const FINDINGS: [&str; 2] = ["findings", "karyotypeFindings"];

/// Gives the request the loaders that its resolvers expect.
#[must_use]
pub fn request_data(request: Request, catalogue: &Catalogue) -> Request {
    request
        .data(loading(Links(catalogue.clone())))
        .data(loading(Descents(catalogue.clone())))
        .data(loading(Findings(catalogue.clone())))
        .data(records::<LineFacts>(catalogue))
        .data(records::<DonorFacts>(catalogue))
        .data(records::<DiseaseFacts>(catalogue))
        .data(records::<OrganizationFacts>(catalogue))
        .data(records::<PublicationFacts>(catalogue))
        .data(records::<BatchFacts>(catalogue))
        .data(records::<UnitFacts>(catalogue))
        .data(records::<ResultFacts>(catalogue))
        .data(records::<SampleFacts>(catalogue))
        .data(records::<HoldingFacts>(catalogue))
        .data(records::<NoticeFacts>(catalogue))
        .data(records::<CertificateFacts>(catalogue))
}

fn records<F: Facts>(catalogue: &Catalogue) -> Loading<Records<F>> {
    loading(Records(catalogue.clone(), PhantomData))
}

fn loading<L: Send + Sync + 'static>(loader: L) -> Loading<L> {
    let loader = DataLoader::with_cache(loader, tokio::spawn, HashMapCache::default());
    loader.delay(Duration::ZERO).max_batch_size(BATCH)
}

/// The links out of a record, each relation's in the order of the facts.
pub(super) async fn links_of(ctx: &Context<'_>, id: Uuid) -> Result<Arc<Vec<Link>>> {
    let links = ctx.data::<Loading<Links>>()?.load_one(id).await.map_err(fault)?;
    Ok(links.unwrap_or_default())
}

/// A record with all that it comes from, its tests and the notices that reach it.
pub(super) async fn descent_of(ctx: &Context<'_>, id: Uuid) -> Result<Arc<Descent>> {
    let descent = ctx.data::<Loading<Descents>>()?.load_one(id).await.map_err(fault)?;
    Ok(descent.unwrap_or_default())
}

/// The findings on a record.
pub(super) async fn findings_of(ctx: &Context<'_>, id: Uuid) -> Result<Arc<Vec<Finding>>> {
    let findings = ctx.data::<Loading<Findings>>()?.load_one(id).await.map_err(fault)?;
    Ok(findings.unwrap_or_default())
}

/// A public record, or none where the id is unknown or hidden.
pub(super) async fn record<F: Facts>(ctx: &Context<'_>, id: Uuid) -> Result<Option<Shown<F>>> {
    let loading = ctx.data::<Loading<Records<F>>>()?;
    Ok(loading.load_one(id).await.map_err(fault)?.map(Shown))
}

/// Public records in the order asked, read in one go. One that is unknown or hidden is left out.
pub(super) async fn records_of<F: Facts>(
    ctx: &Context<'_>,
    ids: Vec<Uuid>,
) -> Result<Vec<Shown<F>>> {
    let loading = ctx.data::<Loading<Records<F>>>()?;
    let found = loading.load_many(ids.clone()).await.map_err(fault)?;
    Ok(ids.into_iter().filter_map(|id| found.get(&id).cloned().map(Shown)).collect())
}

/// Keeps records that were read in another way, so that they are not read again.
pub(super) async fn keep<F: Facts>(ctx: &Context<'_>, records: &[Arc<Stored<F>>]) -> Result<()> {
    let by_id = records.iter().map(|stored| (stored.record.id.uuid, stored.clone()));
    ctx.data::<Loading<Records<F>>>()?.feed_many(by_id).await;
    Ok(())
}

/// Reads what the records of a page are linked to, as far as the query asks for it in one of these places beneath
/// the field: each kind in one go. Left to themselves the loaders would send a batch as soon as another thread
/// takes it up, filled or not.
pub(super) async fn read_ahead(
    ctx: &Context<'_>,
    places: &[&[&str]],
    ids: Vec<Uuid>,
) -> Result<()> {
    let asked = |path: &[&str]| places.iter().any(|place| selects(ctx, place, path));
    if asked(&["supply"]) {
        ctx.data::<Loading<Descents>>()?.load_many(ids.clone()).await.map_err(fault)?;
    }
    let asks_for_findings =
        |path: &[&str]| FINDINGS.iter().any(|field| asked(&[path, &[*field]].concat()));
    let mut checked: Vec<Uuid> = if asks_for_findings(&[]) { ids.clone() } else { Vec::new() };
    let asked = FAR_ENDS.into_iter().filter(|(_, path)| asked(path));
    let asked: Vec<(Relation, bool)> =
        asked.map(|(relation, path)| (relation, asks_for_findings(path))).collect();
    if asked.is_empty() || ids.is_empty() {
        return check_all(ctx, checked).await;
    }
    let links = ctx.data::<Loading<Links>>()?.load_many(ids).await.map_err(fault)?;
    for (relation, findings) in asked {
        let links = links.values().flat_map(|links| links.iter());
        let to = links.filter(|link| link.relation == relation).map(|link| link.to);
        let to: Vec<Uuid> = to.collect();
        checked.extend(to.iter().filter(|_| findings));
        for kind in relation.targets() {
            match kind {
                RecordKind::CellLine => read_all::<LineFacts>(ctx, &to).await?,
                RecordKind::Donor => read_all::<DonorFacts>(ctx, &to).await?,
                RecordKind::Disease => read_all::<DiseaseFacts>(ctx, &to).await?,
                RecordKind::Organization => read_all::<OrganizationFacts>(ctx, &to).await?,
                RecordKind::Publication => read_all::<PublicationFacts>(ctx, &to).await?,
                RecordKind::Batch => read_all::<BatchFacts>(ctx, &to).await?,
                RecordKind::CordBloodUnit => read_all::<UnitFacts>(ctx, &to).await?,
                RecordKind::QcResult => read_all::<ResultFacts>(ctx, &to).await?,
                RecordKind::Sample => read_all::<SampleFacts>(ctx, &to).await?,
                RecordKind::Holding => read_all::<HoldingFacts>(ctx, &to).await?,
                RecordKind::Notice => read_all::<NoticeFacts>(ctx, &to).await?,
                RecordKind::Certificate => read_all::<CertificateFacts>(ctx, &to).await?,
                RecordKind::Distribution => {}
            }
        }
    }
    check_all(ctx, checked).await
}

async fn check_all(ctx: &Context<'_>, ids: Vec<Uuid>) -> Result<()> {
    if !ids.is_empty() {
        ctx.data::<Loading<Findings>>()?.load_many(ids).await.map_err(fault)?;
    }
    Ok(())
}

fn selects(ctx: &Context<'_>, to_record: &[&str], path: &[&str]) -> bool {
    let names = to_record.iter().chain(path);
    names.fold(ctx.look_ahead(), |ahead, name| ahead.field(name)).exists()
}

async fn read_all<F: Facts>(ctx: &Context<'_>, ids: &[Uuid]) -> Result<()> {
    ctx.data::<Loading<Records<F>>>()?.load_many(ids.to_vec()).await.map_err(fault)?;
    Ok(())
}
