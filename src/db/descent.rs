//! Reads lots, lines and units with all that they come from, their tests and the notices that reach them, in a number
//! of statements that does not grow with the subjects.

use std::collections::{BTreeSet, HashMap};

use uuid::Uuid;

use super::{
    Conn, DbError,
    link::{self, Link},
    record,
};
use crate::domain::{
    descent::{Descent, UP},
    holding::HoldingFacts,
    id::RecordKind,
    notice::NoticeFacts,
    qc::record::ResultFacts,
    record::{Record, Relation, State},
};

/// Lots, their lots before them, line, donor: no descent is followed further.
const GENERATIONS: usize = 12;

/// The descent of these records.
pub async fn load(conn: &mut Conn<'_>, subjects: &[Uuid]) -> Result<Descent, DbError> {
    let mut descent = Descent::default();
    let mut next: BTreeSet<Uuid> = subjects.iter().copied().collect();
    for _ in 0..GENERATIONS {
        let ids: Vec<Uuid> = next.into_iter().collect();
        if ids.is_empty() {
            break;
        }
        for stored in record::any_many(conn, &ids).await? {
            descent.add(stored.record);
        }
        next = BTreeSet::new();
        for Link { from, relation, to, .. } in link::of(conn, &ids).await? {
            descent.add_link(from, relation, to);
            if UP.contains(&relation) {
                next.insert(to);
            }
        }
        next.retain(|id| !descent.has(*id));
    }
    add_holdings(conn, &mut descent).await?;
    add_results(conn, &mut descent).await?;
    add_notices(conn, &mut descent).await?;
    Ok(descent)
}

async fn add_holdings(conn: &mut Conn<'_>, descent: &mut Descent) -> Result<(), DbError> {
    let lines = descent.ids(Some(RecordKind::CellLine));
    let held = link::to(conn, &lines, Relation::HeldLine).await?;
    let ids: BTreeSet<Uuid> = held.iter().map(|link| link.from).collect();
    let ids: Vec<Uuid> = ids.into_iter().collect();
    let mut banks: HashMap<Uuid, Vec<Uuid>> = HashMap::new();
    for link in link::of(conn, &ids).await? {
        if link.relation == Relation::Organization {
            banks.entry(link.from).or_default().push(link.to);
        }
    }
    let mut holdings: HashMap<Uuid, Record<HoldingFacts>> = HashMap::new();
    for row in record::get_many(conn, &ids).await? {
        holdings.insert(row.id, row.read()?.record);
    }
    for link in held {
        if let Some(holding) = holdings.get(&link.from) {
            let banks = banks.get(&link.from).cloned().unwrap_or_default();
            descent.add_holding(link.to, banks, holding.clone());
        }
    }
    Ok(())
}

async fn add_results(conn: &mut Conn<'_>, descent: &mut Descent) -> Result<(), DbError> {
    let mut tests: HashMap<Uuid, Vec<(usize, Uuid)>> = HashMap::new();
    for link in link::to(conn, &descent.ids(None), Relation::Subject).await? {
        tests.entry(link.from).or_default().push((link.item, link.to));
    }
    let ids: Vec<Uuid> = tests.keys().copied().collect();
    for row in record::get_many(conn, &ids).await? {
        let record: Record<ResultFacts> = row.read()?.record;
        descent.add_result(&record, &tests[&row.id]);
    }
    Ok(())
}

async fn add_notices(conn: &mut Conn<'_>, descent: &mut Descent) -> Result<(), DbError> {
    let about = link::to(conn, &descent.ids(None), Relation::About).await?;
    let ids: BTreeSet<Uuid> = about.iter().map(|link| link.from).collect();
    let ids: Vec<Uuid> = ids.into_iter().collect();
    let mut notices: HashMap<Uuid, Record<NoticeFacts>> = HashMap::new();
    for row in record::get_many(conn, &ids).await? {
        let record: Record<NoticeFacts> = row.read()?.record;
        if record.state == State::Published {
            notices.insert(row.id, record);
        }
    }
    for link in about {
        if let Some(notice) = notices.get(&link.from) {
            descent.add_notice(link.to, notice.clone());
        }
    }
    Ok(())
}
