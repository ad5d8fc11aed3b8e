//! Identifiers of other registries, by which records meet.

use std::collections::BTreeMap;

use sea_query::Value;
use sqlx::FromRow;
use uuid::Uuid;

use super::{
    Conn, DbError,
    conn::{uuid_values, values},
    log::kind_of,
};
use crate::domain::{id::RecordId, identifier::ExternalId, term::Key};

#[derive(Debug, FromRow)]
struct Row {
    scheme: String,
    value: String,
    record_id: Uuid,
    record_kind: String,
}

/// Which records bear each of the keys. A key that no record bears is absent.
pub async fn find(
    conn: &mut Conn<'_>,
    keys: impl IntoIterator<Item = &Key>,
) -> Result<BTreeMap<Key, Vec<RecordId>>, DbError> {
    let mut by_scheme: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for key in keys {
        by_scheme.entry(&key.scheme).or_default().push(key.value.as_str().into());
    }
    let mut found: BTreeMap<Key, Vec<RecordId>> = BTreeMap::new();
    for (scheme, values) in by_scheme {
        let head = "SELECT scheme, value, record_id, record_kind FROM external_ids WHERE scheme = $1 AND value";
        let rows: Vec<Row> = conn.fetch_in(head, values![scheme], values, "").await?;
        for row in rows {
            let id = RecordId::new(
                kind_of("external_ids", &row.value, &row.record_kind)?,
                row.record_id,
            );
            let ids = found.entry(Key { scheme: row.scheme, value: row.value }).or_default();
            ids.push(id);
        }
    }
    for ids in found.values_mut() {
        ids.sort_unstable();
        ids.dedup();
    }
    Ok(found)
}

/// Puts these identifiers in place of those the records had.
pub async fn replace(
    conn: &mut Conn<'_>,
    known: &[Uuid],
    ids: Vec<(RecordId, Vec<&ExternalId>)>,
) -> Result<(), DbError> {
    conn.execute_in("DELETE FROM external_ids WHERE record_id", uuid_values(known)).await?;
    let cells = |id: RecordId, external: &ExternalId| -> [Value; 4] {
        let Key { scheme, value } = external.key();
        [scheme.into(), value.into(), id.uuid.into(), id.kind.as_str().into()]
    };
    let rows = ids
        .into_iter()
        .flat_map(|(id, ids)| ids.into_iter().map(move |external| cells(id, external)));
    let insert = "INSERT INTO external_ids (scheme, value, record_id, record_kind)";
    conn.insert(insert, rows.collect(), "ON CONFLICT (scheme, value, record_id) DO NOTHING").await
}
