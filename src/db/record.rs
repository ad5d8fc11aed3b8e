//! Records: who they are and where their newest facts stand; lists of them by filter, order and page.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use sea_query::{Cond, Expr, ExprTrait, Order as SqlOrder, Query, SelectStatement, Value};
use sqlx::FromRow;
use uuid::Uuid;

use super::{
    Conn, DbError,
    conn::{uuid_values, values},
    log,
};
use crate::domain::{
    facet::Facet,
    filter::{Comparison, Condition},
    id::{RecordId, RecordKind},
    page::{Direction, Order, PageRequest, Place, SortKey},
    record::{AnyRecord, Facts, Record, Relation, State},
};

/// A record as it is stored, its facts not yet read.
#[derive(Debug, Clone, FromRow)]
pub struct RecordRow {
    pub id: Uuid,
    pub kind: String,
    pub accession: String,
    pub state: String,
    pub version: i64,
    pub name_folded: String,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub snapshot: String,
}

/// A record with its version and times.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored<F> {
    pub record: Record<F>,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// A record of any kind with its version and times.
#[derive(Debug, Clone, PartialEq)]
pub struct AnyStored {
    pub record: AnyRecord,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

impl RecordRow {
    pub fn record_id(&self) -> Result<RecordId, DbError> {
        Ok(RecordId::new(log::kind_of("records", &self.id, &self.kind)?, self.id))
    }

    pub fn read<F: Facts>(&self) -> Result<Stored<F>, DbError> {
        let record = serde_json::from_str(&self.snapshot)
            .map_err(|error| DbError::inconsistent("revisions", &self.id, &error))?;
        let (version, created_at, updated_at) = (self.version, self.created_at, self.updated_at);
        Ok(Stored { record, version, created_at, updated_at })
    }

    pub fn read_any(&self) -> Result<AnyStored, DbError> {
        let record = match self.record_id()?.kind {
            RecordKind::CellLine => AnyRecord::CellLine(self.read()?.record),
            RecordKind::Donor => AnyRecord::Donor(self.read()?.record),
            RecordKind::Disease => AnyRecord::Disease(self.read()?.record),
            RecordKind::Organization => AnyRecord::Organization(self.read()?.record),
            RecordKind::Publication => AnyRecord::Publication(self.read()?.record),
            RecordKind::Batch => AnyRecord::Batch(self.read()?.record),
            RecordKind::CordBloodUnit => AnyRecord::CordBloodUnit(self.read()?.record),
            RecordKind::QcResult => AnyRecord::QcResult(self.read()?.record),
            RecordKind::Sample => AnyRecord::Sample(self.read()?.record),
            RecordKind::Holding => AnyRecord::Holding(self.read()?.record),
            RecordKind::Notice => AnyRecord::Notice(self.read()?.record),
            RecordKind::Certificate => AnyRecord::Certificate(self.read()?.record),
            RecordKind::Distribution => AnyRecord::Distribution(self.read()?.record),
        };
        let (version, created_at, updated_at) = (self.version, self.created_at, self.updated_at);
        Ok(AnyStored { record, version, created_at, updated_at })
    }

    /// Where the record stands in a list of this order.
    pub fn place(&self, key: SortKey) -> Place {
        let value = match key {
            SortKey::Name => self.name_folded.clone(),
            SortKey::Updated => self.updated_at.timestamp_micros().to_string(),
        };
        Place { value, id: self.id }
    }
}

macro_rules! select_where {
    ($condition:literal) => {
        concat!(
            "SELECT r.id, r.kind, r.accession, r.state, r.version, r.name_folded, r.created_at, r.updated_at, ",
            "v.snapshot FROM records r JOIN revisions v ON v.record_id = r.id AND v.version = r.version WHERE ",
            $condition
        )
    };
}

pub async fn get_many(conn: &mut Conn<'_>, ids: &[Uuid]) -> Result<Vec<RecordRow>, DbError> {
    conn.fetch_in(select_where!("r.id"), values![], uuid_values(ids), "").await
}

/// The records of any kind with these ids.
pub async fn any_many(conn: &mut Conn<'_>, ids: &[Uuid]) -> Result<Vec<AnyStored>, DbError> {
    get_many(conn, ids).await?.iter().map(RecordRow::read_any).collect()
}

/// The records with these accessions, even where their revisions are not written yet.
pub async fn with_accessions(
    conn: &mut Conn<'_>,
    accessions: &[&str],
) -> Result<Vec<(String, RecordId)>, DbError> {
    let head = "SELECT accession, id, kind FROM records WHERE accession";
    let list = accessions.iter().map(|accession| Value::from(*accession));
    let rows: Vec<(String, Uuid, String)> = conn.fetch_in(head, values![], list, "").await?;
    let identified = |(accession, id, kind): (String, Uuid, String)| {
        Ok((accession, RecordId::new(log::kind_of("records", &id, &kind)?, id)))
    };
    rows.into_iter().map(identified).collect()
}

/// Of which kind the records with these ids are.
pub async fn identify(conn: &mut Conn<'_>, ids: &[Uuid]) -> Result<Vec<RecordId>, DbError> {
    let head = "SELECT id, kind FROM records WHERE id";
    let rows: Vec<(Uuid, String)> = conn.fetch_in(head, values![], uuid_values(ids), "").await?;
    let id =
        |(id, kind): (Uuid, String)| Ok(RecordId::new(log::kind_of("records", &id, &kind)?, id));
    rows.into_iter().map(id).collect()
}

pub async fn find_by_accession(
    conn: &mut Conn<'_>,
    accessions: impl IntoIterator<Item = &str>,
) -> Result<Vec<RecordRow>, DbError> {
    conn.fetch_in(
        select_where!("r.accession"),
        values![],
        accessions.into_iter().map(Value::from),
        "",
    )
    .await
}

/// Records of all kinds in the order of their making, a page at a time: for exports.
pub async fn after(
    conn: &mut Conn<'_>,
    id: Uuid,
    kind: RecordKind,
    limit: i64,
) -> Result<Vec<RecordRow>, DbError> {
    let page = select_where!("r.kind = $1 AND r.id > $2 ORDER BY r.id LIMIT $3");
    conn.fetch_all(page, values![kind.as_str(), id, limit]).await
}

/// Ids of one kind in their order, a page at a time.
pub async fn ids_after(
    conn: &mut Conn<'_>,
    id: Uuid,
    kind: RecordKind,
    limit: i64,
) -> Result<Vec<Uuid>, DbError> {
    let page = "SELECT id FROM records WHERE kind = $1 AND id > $2 ORDER BY id LIMIT $3";
    let rows: Vec<(Uuid,)> = conn.fetch_all(page, values![kind.as_str(), id, limit]).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// How many published records there are of each kind.
pub async fn counts(conn: &mut Conn<'_>) -> Result<Vec<(RecordKind, i64)>, DbError> {
    let group =
        "SELECT kind, COUNT(*) FROM records WHERE state = 'published' GROUP BY kind ORDER BY kind";
    let rows: Vec<(String, i64)> = conn.fetch_all(group, values![]).await?;
    rows.into_iter().map(|(kind, n)| Ok((log::kind_of("records", &kind, &kind)?, n))).collect()
}

/// A record's row, as it is written.
#[derive(Debug)]
pub struct NewRow {
    pub id: RecordId,
    pub accession: String,
    pub state: State,
    pub version: i64,
    pub name_folded: String,
    pub at: DateTime<Utc>,
}

/// Writes rows, new ones and those of a later version.
pub async fn put(conn: &mut Conn<'_>, rows: &[NewRow]) -> Result<(), DbError> {
    let insert = "INSERT INTO records (id, kind, accession, state, version, name_folded, created_at, updated_at)";
    let update = "ON CONFLICT (id) DO UPDATE SET state = excluded.state, version = excluded.version, \
                  name_folded = excluded.name_folded, updated_at = excluded.updated_at";
    let cells = |row: &NewRow| -> [Value; 8] {
        [
            row.id.uuid.into(),
            row.id.kind.as_str().into(),
            row.accession.as_str().into(),
            row.state.as_str().into(),
            row.version.into(),
            row.name_folded.as_str().into(),
            row.at.into(),
            row.at.into(),
        ]
    };
    conn.insert(insert, rows.iter().map(cells).collect(), update).await
}

/// A page of published records, one row longer than asked, in the direction asked.
pub async fn list(
    conn: &mut Conn<'_>,
    kind: RecordKind,
    condition: &Condition,
    order: Order,
    page: &PageRequest,
) -> Result<Vec<RecordRow>, DbError> {
    let key = column(match order.key {
        SortKey::Name => "name_folded",
        SortKey::Updated => "updated_at",
    });
    let descending = order.descending != (page.direction == Direction::Backward);
    let direction = if descending { SqlOrder::Desc } else { SqlOrder::Asc };
    let mut select = published(kind, condition);
    select
        .exprs(
            [
                "id",
                "kind",
                "accession",
                "state",
                "version",
                "name_folded",
                "created_at",
                "updated_at",
            ]
            .map(column),
        )
        .expr(Expr::col(("v", "snapshot")))
        .join_as(
            sea_query::JoinType::InnerJoin,
            "revisions",
            "v",
            Cond::all()
                .add(Expr::col(("v", "record_id")).equals(("r", "id")))
                .add(Expr::col(("v", "version")).equals(("r", "version"))),
        )
        .order_by_expr(key.clone(), direction.clone())
        .order_by_expr(column("id"), direction)
        .limit(u64::from(page.size) + 1);
    for (place, later) in [(&page.after, true), (&page.before, false)] {
        let Some(place) = place else { continue };
        let here = Expr::tuple([key.clone(), column("id")]);
        let there = Expr::tuple([place_value(order.key, place)?, Expr::val(place.id)]);
        select.and_where(if later == order.descending { here.lt(there) } else { here.gt(there) });
    }
    conn.select(&select).await
}

pub async fn count(
    conn: &mut Conn<'_>,
    kind: RecordKind,
    condition: &Condition,
) -> Result<i64, DbError> {
    let mut select = published(kind, condition);
    select.expr(Expr::col(("r", "id")).count());
    let rows: Vec<(i64,)> = conn.select(&select).await?;
    Ok(rows.first().map_or(0, |(count,)| *count))
}

fn column(name: &'static str) -> Expr {
    Expr::col(("r", name))
}

fn place_value(key: SortKey, place: &Place) -> Result<Expr, DbError> {
    let unreadable = || DbError::inconsistent("cursor", &place.id, &"its place is not a time");
    Ok(match key {
        SortKey::Name => Expr::val(place.value.as_str()),
        SortKey::Updated => {
            let micros = place.value.parse().map_err(|_| unreadable())?;
            Expr::val(DateTime::from_timestamp_micros(micros).ok_or_else(unreadable)?)
        }
    })
}

fn published(kind: RecordKind, condition: &Condition) -> SelectStatement {
    let mut select = Query::select();
    select
        .from_as("records", "r")
        .and_where(column("kind").eq(kind.as_str()))
        .and_where(column("state").eq(State::Published.as_str()))
        .cond_where(sql(condition));
    select
}

fn sql(condition: &Condition) -> Cond {
    let leaf = |expr: Expr| Cond::all().add(expr);
    match condition {
        Condition::All(parts) => parts.iter().map(sql).fold(Cond::all(), Cond::add),
        Condition::Any(parts) if parts.is_empty() => leaf(Expr::val(1).eq(0)),
        Condition::Any(parts) => parts.iter().map(sql).fold(Cond::any(), Cond::add),
        Condition::Not(part) => sql(part).not(),
        Condition::Facet(facet, codes) => leaf(bears(*facet, Some(codes))),
        Condition::HasFacet(facet, has) => {
            let bears = bears(*facet, None);
            leaf(if *has { bears } else { bears.not() })
        }
        Condition::Name { folded, prefix } => leaf(named(folded, *prefix)),
        Condition::HasScheme(scheme) => {
            let mut ids = Query::select();
            ids.expr(Expr::val(1)).from("external_ids");
            ids.and_where(Expr::col(("external_ids", "record_id")).equals(("r", "id")));
            ids.and_where(Expr::col(("external_ids", "scheme")).eq(scheme.as_str()));
            leaf(Expr::exists(ids))
        }
        Condition::Linked(relation, to) => {
            let mut links = Query::select();
            links.column("from_id").from("links");
            links.and_where(Expr::col("relation").eq(relation.as_str()));
            links.and_where(Expr::col("to_id").eq(*to));
            leaf(column("id").in_subquery(links))
        }
        Condition::Updated(comparison, at) => leaf(match comparison {
            Comparison::Equal => column("updated_at").eq(*at),
            Comparison::Less => column("updated_at").lt(*at),
            Comparison::LessOrEqual => column("updated_at").lte(*at),
            Comparison::Greater => column("updated_at").gt(*at),
            Comparison::GreaterOrEqual => column("updated_at").gte(*at),
        }),
    }
}

fn named(folded: &str, prefix: bool) -> Expr {
    let mut names = Query::select();
    names.column("record_id").from("names");
    let name = Expr::col(("names", "folded"));
    if prefix {
        names
            .and_where(name.clone().gte(folded))
            .and_where(name.lt(super::name::after_prefix(folded)));
    } else {
        names.and_where(name.eq(folded));
    }
    column("id").in_subquery(names)
}

/// The facets that stand on another record, and the link that leads there.
fn borne_by(facet: Facet) -> Option<Relation> {
    match facet {
        Facet::DonorSex | Facet::AgeBand => Some(Relation::Donor),
        Facet::Disease | Facet::Notification => Some(Relation::Disease),
        Facet::Country => Some(Relation::Organization),
        _ => None,
    }
}

/// That the record bears one of the codes (or any), itself or through its links.
fn bears(facet: Facet, codes: Option<&BTreeSet<String>>) -> Expr {
    let matching = |alias: &'static str| {
        let facet = Expr::col((alias, "facet")).eq(facet.code());
        let code =
            codes.map(|codes| Expr::col((alias, "code")).is_in(codes.iter().map(String::as_str)));
        Cond::all().add(facet).add_option(code)
    };
    let mut own = Query::select();
    own.column("record_id").from_as("codes", "c").cond_where(matching("c"));
    let own = column("id").in_subquery(own);
    let Some(relation) = borne_by(facet) else { return own };
    let mut linked = Query::select();
    linked
        .column(("l", "from_id"))
        .from_as("links", "l")
        .join_as(
            sea_query::JoinType::InnerJoin,
            "codes",
            "d",
            Expr::col(("d", "record_id")).equals(("l", "to_id")),
        )
        .join_as(
            sea_query::JoinType::InnerJoin,
            "records",
            "t",
            Expr::col(("t", "id")).equals(("l", "to_id")),
        )
        .and_where(Expr::col(("l", "relation")).eq(relation.as_str()))
        .and_where(Expr::col(("t", "state")).eq(State::Published.as_str()))
        .cond_where(matching("d"));
    own.or(column("id").in_subquery(linked))
}
