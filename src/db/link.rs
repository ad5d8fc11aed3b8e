//! Links between records, and the codes and labels that facets are made of.

use std::collections::{BTreeMap, BTreeSet};

use sea_query::Value;
use sqlx::FromRow;
use uuid::Uuid;

use super::{
    Conn, DbError,
    conn::{uuid_values, values},
};
use crate::domain::{facet::Facet, record::Relation, term::Key};

/// A link that reaches a record. `item` is its place among the record's links of this relation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    pub from: Uuid,
    pub relation: Relation,
    pub item: usize,
    pub to: Uuid,
}

/// One identifier of a reference, with the record it reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewLink {
    pub from: Uuid,
    pub relation: Relation,
    pub item: usize,
    pub alternative: usize,
    pub key: Key,
    pub to: Option<Uuid>,
}

#[derive(Debug, FromRow)]
struct Row {
    from_id: Uuid,
    relation: String,
    item: i64,
    to_id: Uuid,
}

impl Row {
    fn read(self) -> Result<Link, DbError> {
        let relation = Relation::parse(&self.relation).ok_or_else(|| {
            DbError::inconsistent(
                "links",
                &self.from_id,
                &format!("unknown relation `{}`", self.relation),
            )
        })?;
        let item = usize::try_from(self.item).unwrap_or_default();
        Ok(Link { from: self.from_id, relation, item, to: self.to_id })
    }
}

/// Every link out of these records, in the order of the facts.
pub async fn of(conn: &mut Conn<'_>, from: &[Uuid]) -> Result<Vec<Link>, DbError> {
    let head =
        "SELECT from_id, relation, item, to_id FROM links WHERE to_id IS NOT NULL AND from_id";
    let tail = "ORDER BY from_id, relation, item, alternative";
    let rows: Vec<Row> = conn.fetch_in(head, values![], uuid_values(from), tail).await?;
    rows.into_iter().map(Row::read).collect()
}

/// Every link of a relation into these records, at most `limit` in all.
pub async fn to(
    conn: &mut Conn<'_>,
    targets: &[Uuid],
    relation: Relation,
) -> Result<Vec<Link>, DbError> {
    let head = "SELECT from_id, relation, item, to_id FROM links WHERE relation = $1 AND to_id";
    let rows: Vec<Row> = conn
        .fetch_in(head, values![relation.as_str()], uuid_values(targets), "ORDER BY from_id")
        .await?;
    rows.into_iter().map(Row::read).collect()
}

/// Puts these links in place of those the records had.
pub async fn replace(
    conn: &mut Conn<'_>,
    known: &[Uuid],
    links: Vec<NewLink>,
) -> Result<(), DbError> {
    conn.execute_in("DELETE FROM links WHERE from_id", uuid_values(known)).await?;
    let number = |n: usize| i64::try_from(n).expect("a record has few links");
    let cells = |link: NewLink| -> [Value; 7] {
        [
            link.from.into(),
            link.relation.as_str().into(),
            number(link.item).into(),
            number(link.alternative).into(),
            link.key.scheme.into(),
            link.key.value.into(),
            link.to.into(),
        ]
    };
    let insert = "INSERT INTO links (from_id, relation, item, alternative, scheme, value, to_id)";
    conn.insert(insert, links.into_iter().map(cells).collect(), "").await
}

/// The keys among these that some link of another record asks for.
pub async fn asked_for(
    conn: &mut Conn<'_>,
    keys: impl IntoIterator<Item = &Key>,
) -> Result<BTreeMap<Key, BTreeSet<Uuid>>, DbError> {
    let mut by_scheme: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for key in keys {
        by_scheme.entry(&key.scheme).or_default().push(key.value.as_str().into());
    }
    let mut asked: BTreeMap<Key, BTreeSet<Uuid>> = BTreeMap::new();
    for (scheme, list) in by_scheme {
        let head = "SELECT value, from_id FROM links WHERE scheme = $1 AND value";
        let rows: Vec<(String, Uuid)> = conn.fetch_in(head, values![scheme], list, "").await?;
        for (value, from) in rows {
            asked.entry(Key { scheme: scheme.to_owned(), value }).or_default().insert(from);
        }
    }
    Ok(asked)
}

/// Puts these codes in place of those the records had.
pub async fn replace_codes(
    conn: &mut Conn<'_>,
    known: &[Uuid],
    codes: impl IntoIterator<Item = (Uuid, Facet, String)>,
) -> Result<(), DbError> {
    conn.execute_in("DELETE FROM codes WHERE record_id", uuid_values(known)).await?;
    let cells = |(id, facet, code): (Uuid, Facet, String)| -> [Value; 3] {
        [id.into(), facet.code().into(), code.into()]
    };
    let insert = "INSERT INTO codes (record_id, facet, code)";
    let rows = codes.into_iter().map(cells).collect();
    conn.insert(insert, rows, "ON CONFLICT (record_id, facet, code) DO NOTHING").await
}

/// Keeps the label of a code, the first one given.
pub async fn put_labels(
    conn: &mut Conn<'_>,
    labels: &BTreeMap<String, String>,
) -> Result<(), DbError> {
    let cells = |(code, label): (&String, &String)| -> [Value; 2] {
        [code.as_str().into(), label.as_str().into()]
    };
    let rows = labels.iter().map(cells).collect();
    conn.insert("INSERT INTO labels (code, label)", rows, "ON CONFLICT (code) DO NOTHING").await
}

pub async fn labels(
    conn: &mut Conn<'_>,
    codes: impl IntoIterator<Item = &str>,
) -> Result<BTreeMap<String, String>, DbError> {
    let codes = codes.into_iter().map(Value::from);
    let rows: Vec<(String, String)> =
        conn.fetch_in("SELECT code, label FROM labels WHERE code", values![], codes, "").await?;
    Ok(rows.into_iter().collect())
}

/// The records that bear the codes themselves, by code.
pub async fn bearing(
    conn: &mut Conn<'_>,
    facet: Facet,
    codes: &BTreeSet<String>,
) -> Result<BTreeMap<String, Vec<Uuid>>, DbError> {
    let head = "SELECT code, record_id FROM codes WHERE facet = $1 AND code";
    let list = codes.iter().map(|code| code.as_str().into());
    let rows: Vec<(String, Uuid)> =
        conn.fetch_in(head, values![facet.code()], list, "ORDER BY record_id").await?;
    let mut bearing: BTreeMap<String, Vec<Uuid>> = BTreeMap::new();
    for (code, id) in rows {
        bearing.entry(code).or_default().push(id);
    }
    Ok(bearing)
}

/// The diseases that some line is linked to and that are among these or below one of them. A disease bears the
/// accessions of all above it as codes, and few diseases have lines, so those are gone through.
pub async fn lined_at_or_below(
    conn: &mut Conn<'_>,
    diseases: &[Uuid],
) -> Result<Vec<Uuid>, DbError> {
    if diseases.is_empty() {
        return Ok(Vec::new());
    }
    let head = "SELECT accession FROM records WHERE id";
    let touched: Vec<(String,)> = conn.fetch_in(head, values![], uuid_values(diseases), "").await?;
    let touched: BTreeSet<String> = touched.into_iter().map(|(accession,)| accession).collect();
    let lined = "SELECT DISTINCT to_id FROM links WHERE relation = $1 AND to_id IS NOT NULL";
    let lined: Vec<(Uuid,)> = conn.fetch_all(lined, values![Relation::Disease.as_str()]).await?;
    let lined: Vec<Uuid> = lined.into_iter().map(|(id,)| id).collect();
    let head = "SELECT record_id, code FROM codes WHERE facet = $1 AND record_id";
    let fixed = values![Facet::Disease.code()];
    let codes: Vec<(Uuid, String)> = conn.fetch_in(head, fixed, uuid_values(&lined), "").await?;
    let below = codes.into_iter().filter(|(_, code)| touched.contains(code)).map(|(id, _)| id);
    Ok(below.collect::<BTreeSet<_>>().into_iter().collect())
}
