//! Names by their folded form.

use std::collections::BTreeMap;

use sea_query::Value;
use sqlx::FromRow;
use uuid::Uuid;

use super::{
    Conn, DbError,
    conn::{uuid_values, values},
};
use crate::domain::{
    id::{RecordId, RecordKind},
    names::{Name, fold},
    term::Key,
};

/// The records that bear a name which folds to this text.
pub async fn find(
    conn: &mut Conn<'_>,
    kind: RecordKind,
    folded: &str,
) -> Result<Vec<Uuid>, DbError> {
    let find =
        "SELECT record_id FROM names WHERE folded = $1 AND record_kind = $2 ORDER BY record_id";
    let rows: Vec<(Uuid,)> = conn.fetch_all(find, values![folded, kind.as_str()]).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// The records of a kind of which the value of each key is a name, folded.
pub async fn find_many(
    conn: &mut Conn<'_>,
    kind: RecordKind,
    keys: &[Key],
) -> Result<BTreeMap<Key, Vec<RecordId>>, DbError> {
    let head = "SELECT folded, record_id FROM names WHERE record_kind = $1 AND folded";
    let fixed = values![kind.as_str()];
    let folded = keys.iter().map(|key| Value::from(key.value.as_str()));
    let rows: Vec<(String, Uuid)> =
        conn.fetch_in(head, fixed, folded, "ORDER BY record_id").await?;
    let mut found: BTreeMap<Key, Vec<RecordId>> = BTreeMap::new();
    for (value, uuid) in rows {
        if let Some(key) = keys.iter().find(|key| key.value == value) {
            let ids = found.entry(key.clone()).or_default();
            ids.push(RecordId::new(kind, uuid));
            ids.dedup();
        }
    }
    Ok(found)
}

/// A name that begins as the reader has typed so far.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Suggestion {
    pub text: String,
    pub record_id: Uuid,
    pub record_kind: String,
}

/// Names of published records that begin with the folded prefix, shortest reading first.
pub async fn suggest(
    conn: &mut Conn<'_>,
    prefix: &str,
    limit: i64,
) -> Result<Vec<Suggestion>, DbError> {
    let suggest = "SELECT n.text, n.record_id, n.record_kind FROM names n JOIN records r ON r.id = n.record_id \
                   WHERE n.folded >= $1 AND n.folded < $2 AND r.state = 'published' \
                   ORDER BY n.folded, n.record_id LIMIT $3";
    conn.fetch_all(suggest, values![prefix, after_prefix(prefix), limit]).await
}

/// The least text above all texts that begin with the prefix, in byte order. No folded name holds the last code
/// point, so it closes the range.
pub fn after_prefix(prefix: &str) -> String {
    format!("{prefix}\u{10ffff}")
}

/// Puts these names in place of those the records had.
pub async fn replace(
    conn: &mut Conn<'_>,
    known: &[Uuid],
    names: Vec<(RecordId, Vec<&Name>)>,
) -> Result<(), DbError> {
    conn.execute_in("DELETE FROM names WHERE record_id", uuid_values(known)).await?;
    let cells = |id: RecordId, name: &Name| -> [Value; 5] {
        let kind = name.kind.as_str();
        [
            fold(&name.text).into(),
            id.uuid.into(),
            id.kind.as_str().into(),
            kind.into(),
            name.text.as_str().into(),
        ]
    };
    let rows = names.into_iter().flat_map(|(id, mut names)| {
        names.sort_by_key(|name| name.kind);
        names.into_iter().map(move |name| cells(id, name))
    });
    let insert = "INSERT INTO names (folded, record_id, record_kind, name_kind, text)";
    conn.insert(insert, rows.collect(), "ON CONFLICT (folded, record_id) DO NOTHING").await
}
