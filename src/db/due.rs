//! The days on which records change by themselves, and the day that the catalogue has reached. What is derived of a
//! record speaks of that day and not of the clock's, so that it is the same wherever it is derived.

use chrono::NaiveDate;
use sea_query::Value;
use uuid::Uuid;

use super::{
    Conn, DbError,
    conn::{uuid_values, values},
    setting,
};

const DAY: &str = "day";

/// The day that the catalogue has reached.
pub async fn day(conn: &mut Conn<'_>) -> Result<NaiveDate, DbError> {
    let day = setting::get(conn, DAY).await?;
    let day = day.ok_or_else(|| DbError::inconsistent("settings", &DAY, &"is missing"))?;
    day.parse().map_err(|error| DbError::inconsistent("settings", &DAY, &error))
}

/// The day that the catalogue has reached, which is this one where it has reached none.
pub async fn begin(conn: &mut Conn<'_>, day: NaiveDate) -> Result<(), DbError> {
    setting::get_or_insert(conn, DAY, &day.to_string()).await.map(drop)
}

pub async fn reach(conn: &mut Conn<'_>, day: NaiveDate) -> Result<(), DbError> {
    setting::put(conn, DAY, &day.to_string()).await
}

/// Puts these days in place of those the records had.
pub async fn replace(
    conn: &mut Conn<'_>,
    known: &[Uuid],
    days: impl IntoIterator<Item = (Uuid, NaiveDate)>,
) -> Result<(), DbError> {
    conn.execute_in("DELETE FROM due WHERE record_id", uuid_values(known)).await?;
    let cells =
        |(id, day): (Uuid, NaiveDate)| -> [Value; 2] { [id.into(), day.to_string().into()] };
    let rows = days.into_iter().map(cells).collect();
    conn.insert("INSERT INTO due (record_id, day)", rows, "").await
}

/// Some of the records for which a day has come, at most `limit`.
pub async fn until(conn: &mut Conn<'_>, day: NaiveDate, limit: i64) -> Result<Vec<Uuid>, DbError> {
    let due = "SELECT DISTINCT record_id FROM due WHERE day <= $1 ORDER BY record_id LIMIT $2";
    let rows: Vec<(Uuid,)> = conn.fetch_all(due, values![day.to_string(), limit]).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}
