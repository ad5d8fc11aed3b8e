//! Which documents show something of the records that a change touched.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::build::SHOWN;
use crate::{
    db::{Conn, DbError, link, record},
    domain::{
        id::{RecordId, RecordKind},
        record::Relation,
    },
};

/// Lots of lots of lots: no descent is followed further.
const GENERATIONS: usize = 12;

/// The records whose documents show something of the touched ones: themselves; the lines of a donor, a sample, a unit or
/// an organization, and those of a disease or of one below it; and of a lot, a holding, a test or a notice those that
/// say what can be ordered and what conforms.
pub async fn affected(
    conn: &mut Conn<'_>,
    touched: &[RecordId],
) -> Result<BTreeSet<RecordId>, DbError> {
    let mut touched: BTreeSet<RecordId> = touched.iter().copied().collect();
    // What a test or a notice is about stands as it does because of them.
    add_targets(conn, &mut touched, RecordKind::QcResult, Relation::Subject).await?;
    add_targets(conn, &mut touched, RecordKind::Notice, Relation::About).await?;
    // Those of an organization are named after it.
    add_askers(conn, &mut touched, RecordKind::Organization, Relation::Organization).await?;
    add_targets(conn, &mut touched, RecordKind::Holding, Relation::HeldLine).await?;
    add_askers(conn, &mut touched, RecordKind::Donor, Relation::Donor).await?;
    add_askers(conn, &mut touched, RecordKind::Sample, Relation::SourceSample).await?;
    add_askers(conn, &mut touched, RecordKind::CordBloodUnit, Relation::SourceUnit).await?;
    let diseases = link::lined_at_or_below(conn, &of_kind(&touched, RecordKind::Disease)).await?;
    let lines = link::to(conn, &diseases, Relation::Disease).await?;
    add(conn, &mut touched, lines.iter().map(|link| link.from).collect()).await?;
    add_askers(conn, &mut touched, RecordKind::CellLine, Relation::Line).await?;
    for _ in 0..GENERATIONS {
        let before = touched.len();
        add_askers(conn, &mut touched, RecordKind::Batch, Relation::ParentBatch).await?;
        if touched.len() == before {
            break;
        }
    }
    add_targets(conn, &mut touched, RecordKind::Batch, Relation::Line).await?;
    touched.retain(|id| SHOWN.contains(&id.kind));
    Ok(touched)
}

/// The records that those of a kind lead to.
async fn add_targets(
    conn: &mut Conn<'_>,
    touched: &mut BTreeSet<RecordId>,
    kind: RecordKind,
    relation: Relation,
) -> Result<(), DbError> {
    let links = link::of(conn, &of_kind(touched, kind)).await?;
    let links = links.iter().filter(|link| link.relation == relation);
    add(conn, touched, links.map(|link| link.to).collect()).await
}

/// The records that lead to those of a kind.
async fn add_askers(
    conn: &mut Conn<'_>,
    touched: &mut BTreeSet<RecordId>,
    kind: RecordKind,
    relation: Relation,
) -> Result<(), DbError> {
    let links = link::to(conn, &of_kind(touched, kind), relation).await?;
    add(conn, touched, links.iter().map(|link| link.from).collect()).await
}

async fn add(
    conn: &mut Conn<'_>,
    touched: &mut BTreeSet<RecordId>,
    mut ids: Vec<Uuid>,
) -> Result<(), DbError> {
    ids.sort_unstable();
    ids.dedup();
    touched.extend(record::identify(conn, &ids).await?);
    Ok(())
}

fn of_kind(touched: &BTreeSet<RecordId>, kind: RecordKind) -> Vec<Uuid> {
    touched.iter().filter(|id| id.kind == kind).map(|id| id.uuid).collect()
}
