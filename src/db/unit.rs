//! Cord-blood units as they are screened: one row for each published one, and pages of their ids.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use sea_query::{Cond, Expr, ExprTrait, Order as SqlOrder, Query, SelectStatement, Value};
use uuid::Uuid;

use super::{
    Conn, DbError,
    conn::{Row, uuid_values},
};
use crate::domain::{
    cord_blood::{
        axes::{Custody, Transplant},
        code::{Abo, Answer, Purpose, RhD},
        screen::{Screened, UnitCode, UnitCondition, UnitCount, UnitFilter, UnitOrder, UnitSort},
    },
    filter::Comparison,
    page::{Direction, PageRequest, Place},
    record::State,
};

/// A code that is not stated.
const NO_CODE: &str = "";
/// A count that is not stated.
const NO_COUNT: i64 = -1;

/// Puts these rows in place of those that the units had.
pub async fn replace(
    conn: &mut Conn<'_>,
    known: &[Uuid],
    rows: Vec<(Uuid, Screened, DateTime<Utc>)>,
) -> Result<(), DbError> {
    conn.execute_in("DELETE FROM units WHERE record_id", uuid_values(known)).await?;
    let insert = "INSERT INTO units (record_id, abo, rhd, tnc, cd34, transplant, custody, for_transplant, \
                  for_research, transplant_consent, research_consent, is_present, updated_at)";
    conn.insert(insert, rows.into_iter().map(cells).collect(), "").await
}

fn cells((id, unit, updated): (Uuid, Screened, DateTime<Utc>)) -> [Value; 13] {
    let count = |count: Option<u64>| count.map_or(NO_COUNT, at_most);
    let held = |purpose| i64::from(unit.purposes.contains(&purpose));
    [
        id.into(),
        unit.abo.map_or(NO_CODE, Abo::code).into(),
        unit.rhd.map_or(NO_CODE, RhD::code).into(),
        count(unit.tnc).into(),
        count(unit.cd34).into(),
        unit.transplant.map_or(NO_CODE, Transplant::code).into(),
        unit.custody.map_or(NO_CODE, Custody::code).into(),
        held(Purpose::Transplant).into(),
        held(Purpose::Research).into(),
        unit.transplant_consent.code().into(),
        unit.research_consent.code().into(),
        i64::from(unit.is_present).into(),
        updated.into(),
    ]
}

/// A count as the engines can hold it. No count of cells comes near the end.
fn at_most(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// A page of units with their places, one row longer than asked, in the direction asked.
pub async fn list(
    conn: &mut Conn<'_>,
    filter: &UnitFilter,
    order: UnitOrder,
    page: &PageRequest,
) -> Result<Vec<Place>, DbError> {
    match order.key {
        UnitSort::Tnc | UnitSort::Cd34 => {
            places(conn, filter, order, page, |count: i64| count.to_string()).await
        }
        UnitSort::Updated => {
            let micros = |at: DateTime<Utc>| at.timestamp_micros().to_string();
            places(conn, filter, order, page, micros).await
        }
    }
}

async fn places<K>(
    conn: &mut Conn<'_>,
    filter: &UnitFilter,
    order: UnitOrder,
    page: &PageRequest,
    text: fn(K) -> String,
) -> Result<Vec<Place>, DbError>
where
    (Uuid, K): Row,
{
    let rows: Vec<(Uuid, K)> = conn.select(&paged(filter, order, page)?).await?;
    Ok(rows.into_iter().map(|(id, key)| Place { value: text(key), id }).collect())
}

fn paged(
    filter: &UnitFilter,
    order: UnitOrder,
    page: &PageRequest,
) -> Result<SelectStatement, DbError> {
    let key = column(match order.key {
        UnitSort::Tnc => "tnc",
        UnitSort::Cd34 => "cd34",
        UnitSort::Updated => "updated_at",
    });
    let descending = order.descending != (page.direction == Direction::Backward);
    let direction = if descending { SqlOrder::Desc } else { SqlOrder::Asc };
    let mut select = matching(filter);
    select
        .exprs([column("record_id"), key.clone()])
        .order_by_expr(key.clone(), direction.clone())
        .order_by_expr(column("record_id"), direction)
        .limit(u64::from(page.size) + 1);
    for (place, later) in [(&page.after, true), (&page.before, false)] {
        let Some(place) = place else { continue };
        let here = Expr::tuple([key.clone(), column("record_id")]);
        let there = Expr::tuple([place_value(order.key, place)?, Expr::val(place.id)]);
        select.and_where(if later == order.descending { here.lt(there) } else { here.gt(there) });
    }
    Ok(select)
}

pub async fn count(conn: &mut Conn<'_>, filter: &UnitFilter) -> Result<i64, DbError> {
    let mut select = matching(filter);
    select.expr(column("record_id").count());
    let rows: Vec<(i64,)> = conn.select(&select).await?;
    Ok(rows.first().map_or(0, |(count,)| *count))
}

fn column(name: &'static str) -> Expr {
    Expr::col(("u", name))
}

fn place_value(key: UnitSort, place: &Place) -> Result<Expr, DbError> {
    let unreadable = || DbError::inconsistent("cursor", &place.id, &"its place is not a number");
    let number: i64 = place.value.parse().map_err(|_| unreadable())?;
    Ok(match key {
        UnitSort::Tnc | UnitSort::Cd34 => Expr::val(number),
        UnitSort::Updated => {
            Expr::val(DateTime::from_timestamp_micros(number).ok_or_else(unreadable)?)
        }
    })
}

fn matching(filter: &UnitFilter) -> SelectStatement {
    let mut select = Query::select();
    select.from_as("units", "u");
    for condition in filter.conditions() {
        select.cond_where(sql(condition));
    }
    select
}

fn sql(condition: &UnitCondition) -> Cond {
    let leaf = |expr: Expr| Cond::all().add(expr);
    match condition {
        UnitCondition::Code(code, codes) => leaf(bears(coded(*code), codes)),
        UnitCondition::HasCode(code, has) => {
            let stated = column(coded(*code)).ne(NO_CODE);
            leaf(if *has { stated } else { column(coded(*code)).eq(NO_CODE) })
        }
        UnitCondition::Count(count, comparison, number) => {
            let count = column(match count {
                UnitCount::Tnc => "tnc",
                UnitCount::Cd34 => "cd34",
            });
            let compared = compared(count.clone(), *comparison, at_most(*number));
            // What is not stated is below nothing.
            let open = matches!(comparison, Comparison::Less | Comparison::LessOrEqual);
            leaf(compared).add_option(open.then(|| count.gt(NO_COUNT)))
        }
        UnitCondition::HeldFor(purposes) => {
            let held = |purpose: &Purpose| column(held(*purpose)).eq(1_i64);
            purposes.iter().map(held).fold(Cond::any(), Cond::add)
        }
        UnitCondition::HasPurpose(has) => {
            let none = Purpose::ALL.iter().map(|purpose| column(held(*purpose)).eq(0_i64));
            let none = none.fold(Cond::all(), Cond::add);
            if *has { none.not() } else { none }
        }
        UnitCondition::Consent(purpose, answer) => leaf(consents(*purpose, *answer)),
        UnitCondition::SourceOfLine(is) => {
            let became = column("record_id").in_subquery(sources());
            leaf(if *is { became } else { became.not() })
        }
        UnitCondition::Updated(comparison, at) => {
            leaf(compared(column("updated_at"), *comparison, *at))
        }
        UnitCondition::Present => leaf(column("is_present").eq(1_i64)),
    }
}

fn coded(code: UnitCode) -> &'static str {
    match code {
        UnitCode::Abo => "abo",
        UnitCode::Rhd => "rhd",
        UnitCode::Custody => "custody",
        UnitCode::Transplant => "transplant",
    }
}

fn held(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Transplant => "for_transplant",
        Purpose::Research => "for_research",
    }
}

fn consents(purpose: Purpose, answer: Answer) -> Expr {
    let asked = column(match purpose {
        Purpose::Transplant => "transplant_consent",
        Purpose::Research => "research_consent",
    });
    asked.eq(answer.code())
}

/// One code is asked for as equal, so that an index that begins with it also gives the order.
fn bears(name: &'static str, codes: &BTreeSet<&'static str>) -> Expr {
    match codes.first() {
        Some(only) if codes.len() == 1 => column(name).eq(*only),
        _ => column(name).is_in(codes.iter().copied()),
    }
}

fn compared(value: Expr, comparison: Comparison, with: impl Into<Value>) -> Expr {
    let with = Expr::val(with);
    match comparison {
        Comparison::Equal => value.eq(with),
        Comparison::Less => value.lt(with),
        Comparison::LessOrEqual => value.lte(with),
        Comparison::Greater => value.gt(with),
        Comparison::GreaterOrEqual => value.gte(with),
    }
}

/// The units that a published line was made of. The relation stands in the text, because its index holds no other.
fn sources() -> SelectStatement {
    let mut sources = Query::select();
    sources
        .column(("l", "to_id"))
        .from_as("links", "l")
        .join_as(
            sea_query::JoinType::InnerJoin,
            "records",
            "t",
            Expr::col(("t", "id")).equals(("l", "from_id")),
        )
        .and_where(Expr::cust("l.relation = 'source_unit'"))
        .and_where(Expr::col(("l", "to_id")).is_not_null())
        .and_where(Expr::col(("t", "state")).eq(State::Published.as_str()));
    sources
}
