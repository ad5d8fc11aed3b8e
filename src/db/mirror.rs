//! What the mirror keeps here: who leads it, and the records that the server would not have.

use chrono::{DateTime, TimeDelta, Utc};
use sea_query::Value;
use uuid::Uuid;

use super::{
    Conn, DbError,
    conn::{uuid_values, values},
    log,
};
use crate::domain::id::RecordId;

/// Takes or renews a lease by the database's clock, and answers its epoch; `None` while another holds it. The epoch
/// grows whenever the lease changes hands.
pub async fn take_lease(
    conn: &mut Conn<'_>,
    name: &str,
    holder: Uuid,
    lasts: TimeDelta,
) -> Result<Option<i64>, DbError> {
    let (now,): (DateTime<Utc>,) = conn.fetch_one("SELECT CURRENT_TIMESTAMP", values![]).await?;
    let take = "INSERT INTO leases (name, holder, epoch, until) VALUES ($1, $2, 1, $4) \
                ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until, \
                epoch = CASE WHEN leases.holder = $2 THEN leases.epoch ELSE leases.epoch + 1 END \
                WHERE leases.holder = $2 OR leases.until < $3 RETURNING epoch";
    let taken = conn.fetch_optional(take, values![name, holder, now, now + lasts]).await?;
    Ok(taken.map(|(epoch,): (i64,)| epoch))
}

/// Lets a lease run out now, if it is still this holder's.
pub async fn end_lease(conn: &mut Conn<'_>, name: &str, holder: Uuid) -> Result<(), DbError> {
    let end = "UPDATE leases SET until = $3 WHERE name = $1 AND holder = $2";
    conn.execute(end, values![name, holder, DateTime::<Utc>::UNIX_EPOCH]).await?;
    Ok(())
}

/// A record whose document the server refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetAside {
    pub record: RecordId,
    /// In the server's words.
    pub reason: String,
    pub at: DateTime<Utc>,
}

pub async fn set_aside(
    conn: &mut Conn<'_>,
    record: RecordId,
    reason: &str,
    at: DateTime<Utc>,
) -> Result<(), DbError> {
    let insert = "INSERT INTO set_aside (record_id, kind, reason, at) VALUES ($1, $2, $3, $4) \
                  ON CONFLICT (record_id) DO UPDATE SET reason = excluded.reason, at = excluded.at";
    conn.execute(insert, values![record.uuid, record.kind.as_str(), reason, at]).await?;
    Ok(())
}

/// Takes records out of the list: their documents went through, or are gone.
pub async fn accepted(conn: &mut Conn<'_>, records: &[RecordId]) -> Result<(), DbError> {
    let ids: Vec<Uuid> = records.iter().map(|record| record.uuid).collect();
    conn.execute_in("DELETE FROM set_aside WHERE record_id", uuid_values(&ids)).await
}

pub async fn count_set_aside(conn: &mut Conn<'_>) -> Result<i64, DbError> {
    let (count,): (i64,) =
        conn.fetch_one("SELECT COUNT(*) FROM set_aside", Vec::<Value>::new()).await?;
    Ok(count)
}

pub async fn all_set_aside(conn: &mut Conn<'_>) -> Result<Vec<SetAside>, DbError> {
    type Row = (Uuid, String, String, DateTime<Utc>);
    let all = "SELECT record_id, kind, reason, at FROM set_aside ORDER BY at, record_id";
    let rows: Vec<Row> = conn.fetch_all(all, Vec::<Value>::new()).await?;
    let read = |(id, kind, reason, at): Row| {
        let record = RecordId::new(log::kind_of("set_aside", &id, &kind)?, id);
        Ok(SetAside { record, reason, at })
    };
    rows.into_iter().map(read).collect()
}
