//! The one way in: records are written with everything that is looked up of them, links are worked out, and the
//! log is appended last.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use super::{Error, unit};
use crate::{
    db::{
        Conn, DbError, due, external_id,
        link::{self, Link, NewLink},
        log::{self, Action, NewRevision},
        name,
        record::{self, NewRow},
    },
    domain::{
        self, facet,
        id::{RecordId, RecordKind},
        identifier::ExternalId,
        names::fold,
        record::{ACCESSION, AnyRecord, Asked, LABEL, Relation},
        term::Key,
    },
    each_kind,
};

/// A record in its new form.
#[derive(Debug)]
pub(super) struct Change {
    pub(super) before: Option<AnyRecord>,
    pub(super) after: AnyRecord,
    /// The version that this change makes.
    pub(super) version: i64,
}

/// Who changes, why and when.
#[derive(Debug, Clone)]
pub(super) struct Signed {
    pub(super) actor: String,
    pub(super) reason: String,
    pub(super) at: DateTime<Utc>,
    /// What is done to the records, where it is more than making or updating them.
    pub(super) action: Option<Action>,
}

/// Writes the changes in the order given. The transaction is the caller's.
pub(super) async fn write(
    conn: &mut Conn<'_>,
    changes: &[Change],
    signed: &Signed,
) -> Result<(), Error> {
    if changes.is_empty() {
        return Ok(());
    }
    let rows: Vec<NewRow> = changes.iter().map(|change| row(change, signed)).collect();
    record::put(conn, &rows).await?;
    let known: Vec<Uuid> =
        changes.iter().filter(|c| c.before.is_some()).map(|c| c.after.id().uuid).collect();
    let records: Vec<&AnyRecord> = changes.iter().map(|change| &change.after).collect();
    let names = records.iter().map(|r| (r.id(), each_kind!(r, record => record.names())));
    name::replace(conn, &known, names.collect()).await?;
    let ids = records.iter().map(|r| (r.id(), each_kind!(r, record => record.external_ids())));
    external_id::replace(conn, &known, ids.collect()).await?;
    let reached = due::day(conn).await?;
    put_codes(conn, &known, changes, signed.at.date_naive()).await?;
    due::replace(conn, &known, due_days(records.iter().copied(), reached)).await?;
    unit::write(conn, changes, signed.at).await?;
    let left = link::of(conn, &known).await?;
    relink(conn, &known, &records).await?;
    let mut relinked = let_go(conn, &known, left).await?;
    relinked.extend(relink_askers(conn, changes).await?);
    let relinked: Vec<RecordId> = relinked.into_iter().collect();
    log::append(conn, &revisions(changes, signed)?, &relinked).await?;
    Ok(())
}

/// The days on which the records change by themselves, beyond the one that the catalogue has reached: what is derived of
/// them speaks of that day, whatever the clock says.
pub(super) fn due_days<'r>(
    records: impl Iterator<Item = &'r AnyRecord>,
    reached: NaiveDate,
) -> Vec<(Uuid, NaiveDate)> {
    let days = |record: &AnyRecord| {
        let id = record.id().uuid;
        domain::due::days(record).into_iter().map(move |day| (id, day))
    };
    records.flat_map(days).filter(|(_, day)| *day > reached).collect()
}

/// The records that the changed ones led to and lead to no longer. What is told of those changes too: a notice that no
/// longer names a lot lets it go.
async fn let_go(
    conn: &mut Conn<'_>,
    known: &[Uuid],
    before: Vec<Link>,
) -> Result<BTreeSet<RecordId>, Error> {
    let after: BTreeSet<(Uuid, Relation, Uuid)> = link::of(conn, known)
        .await?
        .iter()
        .map(|link| (link.from, link.relation, link.to))
        .collect();
    let gone = before.iter().filter(|link| !after.contains(&(link.from, link.relation, link.to)));
    let gone: Vec<Uuid> = gone.map(|link| link.to).collect();
    let known: BTreeSet<&Uuid> = known.iter().collect();
    let gone = record::identify(conn, &gone).await?;
    Ok(gone.into_iter().filter(|id| !known.contains(&id.uuid)).collect())
}

fn row(change: &Change, signed: &Signed) -> NewRow {
    NewRow {
        id: change.after.id(),
        accession: change.after.accession().to_owned(),
        state: change.after.state(),
        version: change.version,
        name_folded: fold(change.after.name()),
        at: signed.at,
    }
}

fn revisions(changes: &[Change], signed: &Signed) -> Result<Vec<NewRevision>, Error> {
    let revision = |change: &Change| {
        Ok(NewRevision {
            record: change.after.id(),
            version: change.version,
            action: signed.action.unwrap_or(match change.before {
                Some(_) => Action::Update,
                None => Action::Create,
            }),
            actor: signed.actor.clone(),
            reason: signed.reason.clone(),
            at: signed.at,
            snapshot: snapshot(&change.after)?,
        })
    };
    changes.iter().map(revision).collect()
}

/// The record as canonical JSON, its kind left to the revision's own column.
pub(super) fn snapshot(record: &AnyRecord) -> Result<String, Error> {
    let canonical = each_kind!(record, record => serde_json_canonicalizer::to_string(record));
    Ok(canonical.map_err(|error| DbError::inconsistent("records", &record.accession(), &error))?)
}

async fn put_codes(
    conn: &mut Conn<'_>,
    known: &[Uuid],
    changes: &[Change],
    today: NaiveDate,
) -> Result<(), DbError> {
    let mut rows = Vec::new();
    let mut labels = BTreeMap::new();
    for change in changes {
        for code in facet::codes(&change.after, today) {
            if let Some(label) = code.label {
                labels.entry(code.code.clone()).or_insert(label);
            }
            rows.push((change.after.id().uuid, code.facet, code.code));
        }
    }
    link::replace_codes(conn, known, rows).await?;
    link::put_labels(conn, &labels).await
}

/// Works out which records the references reach. A reference reaches a record when one of its keys, tried in
/// order, is borne by exactly one record of the kind it points to: of two that claim a key neither is chosen, or both
/// where that is the safe side.
async fn relink(
    conn: &mut Conn<'_>,
    known: &[Uuid],
    records: &[&AnyRecord],
) -> Result<(), DbError> {
    let asked: Vec<(RecordId, Vec<Asked<'_>>)> =
        records.iter().map(|r| (r.id(), each_kind!(r, record => record.links()))).collect();
    let keys: BTreeSet<Key> =
        asked.iter().flat_map(|(_, asked)| asked).flat_map(Asked::keys).collect();
    let (labels, keys): (Vec<Key>, Vec<Key>) =
        keys.into_iter().partition(|key| key.scheme == LABEL);
    let (accessions, keys): (Vec<Key>, Vec<Key>) =
        keys.into_iter().partition(|key| key.scheme == ACCESSION);
    let mut borne = external_id::find(conn, &keys).await?;
    let accessions: Vec<&str> = accessions.iter().map(|key| key.value.as_str()).collect();
    for (accession, id) in record::with_accessions(conn, &accessions).await? {
        borne.insert(accession_key(&accession), vec![id]);
    }
    borne.extend(name::find_many(conn, RecordKind::Disease, &labels).await?);
    let mut links = Vec::new();
    for (from, asked) in &asked {
        let mut items: BTreeMap<&str, usize> = BTreeMap::new();
        for asked in asked {
            let item = items.entry(asked.relation.as_str()).or_default();
            links.extend(alternatives(*from, asked, *item, &borne));
            *item += 1;
        }
    }
    link::replace(conn, known, links).await
}

fn alternatives(
    from: RecordId,
    asked: &Asked<'_>,
    item: usize,
    borne: &BTreeMap<Key, Vec<RecordId>>,
) -> Vec<NewLink> {
    let mut links = Vec::new();
    for key in asked.keys() {
        let bearers = borne.get(&key).into_iter().flatten();
        let bearers =
            bearers.filter(|id| asked.relation.targets().contains(&id.kind) && **id != from);
        let mut reached: Vec<Option<Uuid>> = bearers.map(|id| Some(id.uuid)).collect();
        let is_clear = reached.len() == 1 || asked.relation.reaches_all();
        if reached.is_empty() || !is_clear {
            reached = vec![None];
        }
        let is_reached = reached[0].is_some();
        for to in reached {
            let (from, relation, key) = (from.uuid, asked.relation, key.clone());
            links.push(NewLink { from, relation, item, alternative: links.len(), key, to });
        }
        if is_reached {
            break;
        }
    }
    links
}

/// Records written earlier may refer to what has just got, or lost, an identifier. Answers which they are.
async fn relink_askers(
    conn: &mut Conn<'_>,
    changes: &[Change],
) -> Result<BTreeSet<RecordId>, Error> {
    let mut keys: BTreeSet<Key> = BTreeSet::new();
    for change in changes {
        let before = change.before.as_ref().map(keys_of).unwrap_or_default();
        keys.extend(keys_of(&change.after).symmetric_difference(&before).cloned());
    }
    let written: BTreeSet<Uuid> = changes.iter().map(|change| change.after.id().uuid).collect();
    let asked = link::asked_for(conn, &keys).await?;
    let askers: BTreeSet<Uuid> = asked.into_values().flatten().collect();
    let askers: Vec<Uuid> = askers.difference(&written).copied().collect();
    let records = record::any_many(conn, &askers).await?;
    let records: Vec<&AnyRecord> = records.iter().map(|stored| &stored.record).collect();
    let left = link::of(conn, &askers).await?;
    relink(conn, &askers, &records).await?;
    let mut told = let_go(conn, &askers, left).await?;
    told.extend(records.iter().map(|record| record.id()));
    Ok(told)
}

fn keys_of(record: &AnyRecord) -> BTreeSet<Key> {
    let ids = each_kind!(record, record => record.external_ids());
    let ids = ids.into_iter().map(ExternalId::key);
    let names = match record {
        AnyRecord::Disease(disease) => disease.names(),
        _ => Vec::new(),
    };
    let names = names.into_iter();
    let names = names.map(|name| Key { scheme: LABEL.to_owned(), value: fold(&name.text) });
    ids.chain(names).chain([accession_key(record.accession())]).collect()
}

fn accession_key(accession: &str) -> Key {
    Key { scheme: ACCESSION.to_owned(), value: accession.to_owned() }
}
