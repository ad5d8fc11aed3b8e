//! Who received what. The recipients are for the bank's own eyes; the public is told how many distributions there were.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{Datelike, NaiveDate};
use uuid::Uuid;

use super::{Catalogue, Error};
use crate::{
    db::{
        Conn,
        link::{self, Link},
        record,
    },
    domain::{
        distribution::{DistributionFacts, Receipt},
        id::{RecordId, RecordKind},
        record::{Facts, Record, Relation, State},
        usage::{UsePurpose, UserType},
    },
    each_kind,
};

/// The ways down from what was sent to all that came of it.
const DOWN: [Relation; 6] = [
    Relation::Donor,
    Relation::SourceSample,
    Relation::SourceUnit,
    Relation::Parent,
    Relation::Line,
    Relation::ParentBatch,
];
/// Years, kinds of user and countries with fewer distributions are told together.
const FEW: u64 = 5;

/// One distribution of a record or of something that came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// The accession of the distribution.
    pub distribution: String,
    /// The accession and the name of what was sent, or what the source calls it.
    pub item: String,
    pub recipient: String,
    pub user_type: Option<UserType>,
    pub country: Option<String>,
    pub purpose: Option<UsePurpose>,
    pub agreement_number: Option<String>,
    pub sent_on: Option<NaiveDate>,
    pub vials: Option<u32>,
    pub conditions_told: Vec<String>,
    pub receipt: Option<Receipt>,
    pub outcome: Option<String>,
}

/// How often something was distributed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Distributed {
    pub total: u64,
    /// Here and below, those with few are together under none, as are those that nobody states.
    pub by_year: BTreeMap<Option<i32>, u64>,
    pub by_user_type: BTreeMap<Option<UserType>, u64>,
    pub by_country: BTreeMap<Option<String>, u64>,
}

impl Catalogue {
    /// Everyone who received this record or something that came of it, by day; of a notice, what it is about. Drafts of
    /// distributions are among them: nobody is to be forgotten in a recall.
    ///
    /// # Errors
    /// [`Error::Input`] where the record is not known, or is of a kind that nobody receives.
    pub async fn recipients(&self, accession: &str) -> Result<Vec<Received>, Error> {
        let mut lent = self.db.read().await?;
        let mut conn = lent.conn();
        let found = record::find_by_accession(&mut conn, [accession]).await?;
        let Some(row) = found.first() else {
            return Err(Error::Input(format!("`{accession}` is not known")));
        };
        let id = row.record_id()?;
        let starts = match id.kind {
            RecordKind::Donor
            | RecordKind::Sample
            | RecordKind::CordBloodUnit
            | RecordKind::CellLine
            | RecordKind::Batch => vec![id.uuid],
            RecordKind::Notice | RecordKind::Holding => {
                let links = link::of(&mut conn, &[id.uuid]).await?.into_iter();
                let about = [Relation::About, Relation::HeldLine];
                links.filter(|link| about.contains(&link.relation)).map(|link| link.to).collect()
            }
            kind => {
                return Err(Error::Input(format!(
                    "{accession} is a {kind}, which nobody receives; ask for a line, lot, unit, sample, donor, holding or notice"
                )));
            }
        };
        let (of, links) = distributions(&mut conn, starts).await?;
        let ends: BTreeSet<Uuid> = links.iter().map(|link| link.to).collect();
        let ends: Vec<Uuid> = ends.into_iter().collect();
        let mut names: HashMap<Uuid, String> = HashMap::new();
        for stored in record::any_many(&mut conn, &ends).await? {
            let told = each_kind!(&stored.record, record => told(record));
            names.insert(stored.record.id().uuid, told);
        }
        let name = |distribution: &Record<DistributionFacts>, relation: Relation| {
            let id = distribution.id.uuid;
            let end = links.iter().find(|link| link.from == id && link.relation == relation);
            end.and_then(|link| names.get(&link.to).cloned())
        };
        let mut received: Vec<Received> = of
            .iter()
            .map(|one| received(one, name(one, Relation::Item), name(one, Relation::Recipient)))
            .collect();
        received.sort_by(|a, b| (a.sent_on, &a.distribution).cmp(&(b.sent_on, &b.distribution)));
        Ok(received)
    }

    /// How often this record or something that came of it was distributed.
    pub async fn distributed(&self, id: RecordId) -> Result<Distributed, Error> {
        let mut lent = self.db.read().await?;
        let (of, _) = distributions(&mut lent.conn(), vec![id.uuid]).await?;
        let mut counts = Distributed::default();
        for one in of.iter().filter(|one| one.state == State::Published) {
            counts.total += 1;
            let year = one.first(|facts| facts.sent_on).map(|on| on.year());
            *counts.by_year.entry(year).or_default() += 1;
            *counts.by_user_type.entry(one.first(|facts| facts.user_type)).or_default() += 1;
            *counts.by_country.entry(one.first(|facts| facts.country.clone())).or_default() += 1;
        }
        counts.by_year = pooled(counts.by_year);
        counts.by_user_type = pooled(counts.by_user_type);
        counts.by_country = pooled(counts.by_country);
        Ok(counts)
    }
}

/// The counts, with the few put together under none: one shipment in a year tells who it was to whoever knows of it.
fn pooled<K: Ord + Clone>(counts: BTreeMap<Option<K>, u64>) -> BTreeMap<Option<K>, u64> {
    let mut pooled = BTreeMap::new();
    for (key, count) in counts {
        let key = key.filter(|_| count >= FEW);
        *pooled.entry(key).or_default() += count;
    }
    pooled
}

/// The distributions of records and of all that came of them, with the links out of them.
async fn distributions(
    conn: &mut Conn<'_>,
    of: Vec<Uuid>,
) -> Result<(Vec<Record<DistributionFacts>>, Vec<Link>), Error> {
    let mut items: BTreeSet<Uuid> = of.iter().copied().collect();
    let mut generation = of;
    // What is reached is never gone through twice, so that this ends.
    while !generation.is_empty() {
        let mut next = Vec::new();
        for relation in DOWN {
            let links = link::to(conn, &generation, relation).await?;
            next.extend(links.iter().map(|link| link.from).filter(|from| items.insert(*from)));
        }
        generation = next;
    }
    let items: Vec<Uuid> = items.into_iter().collect();
    let sent = link::to(conn, &items, Relation::Item).await?;
    let ids: BTreeSet<Uuid> = sent.iter().map(|link| link.from).collect();
    let ids: Vec<Uuid> = ids.into_iter().collect();
    let rows = record::get_many(conn, &ids).await?;
    let mut of = Vec::with_capacity(rows.len());
    for row in &rows {
        of.push(row.read()?.record);
    }
    Ok((of, link::of(conn, &ids).await?))
}

fn told<F: Facts>(record: &Record<F>) -> String {
    match record.name() {
        name if name == record.accession => name.to_owned(),
        name => format!("{} {name}", record.accession),
    }
}

fn received(
    record: &Record<DistributionFacts>,
    item: Option<String>,
    recipient: Option<String>,
) -> Received {
    let item =
        item.or(record.first(|facts| facts.item.as_ref()).map(|item| item.text().to_owned()));
    let called = record.first(|facts| facts.recipient.as_ref());
    let recipient = recipient.or(called.map(|recipient| recipient.text().to_owned()));
    Received {
        distribution: record.accession.clone(),
        item: item.unwrap_or_default(),
        recipient: recipient.unwrap_or_default(),
        user_type: record.first(|facts| facts.user_type),
        country: record.first(|facts| facts.country.clone()),
        purpose: record.first(|facts| facts.purpose),
        agreement_number: record.first(|facts| facts.agreement_number.clone()),
        sent_on: record.first(|facts| facts.sent_on),
        vials: record.first(|facts| facts.vials),
        conditions_told: record.all(|facts| facts.conditions_told.iter().cloned()),
        receipt: record.first(|facts| facts.receipt.clone()),
        outcome: record.first(|facts| facts.outcome.clone()),
    }
}
