//! Small values shared by all processes on one database, and the counters of accessions.

use super::{Conn, DbError, conn::values};

pub async fn get(conn: &mut Conn<'_>, name: &str) -> Result<Option<String>, DbError> {
    let row = conn.fetch_optional("SELECT value FROM settings WHERE name = $1", values![name]);
    Ok(row.await?.map(|(value,): (String,)| value))
}

pub async fn put(conn: &mut Conn<'_>, name: &str, value: &str) -> Result<(), DbError> {
    let put = "INSERT INTO settings (name, value) VALUES ($1, $2) \
               ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    conn.execute(put, values![name, value]).await.map(drop)
}

/// Removes a setting, unless it has got another value meanwhile.
pub async fn remove_if(conn: &mut Conn<'_>, name: &str, value: &str) -> Result<(), DbError> {
    let remove = "DELETE FROM settings WHERE name = $1 AND value = $2";
    conn.execute(remove, values![name, value]).await.map(drop)
}

/// The value of a setting, which is `fresh` if there was none. Of two processes that come at once both get the
/// value of the first.
pub async fn get_or_insert(
    conn: &mut Conn<'_>,
    name: &str,
    fresh: &str,
) -> Result<String, DbError> {
    let insert = "INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING";
    conn.execute(insert, values![name, fresh]).await?;
    Ok(get(conn, name).await?.unwrap_or_else(|| fresh.to_owned()))
}

/// Takes `count` numbers from a counter that starts at 1, and answers the first of them.
pub async fn take_numbers(conn: &mut Conn<'_>, name: &str, count: i64) -> Result<i64, DbError> {
    let take = "INSERT INTO counters (name, next) VALUES ($1, $2 + 1) \
                ON CONFLICT (name) DO UPDATE SET next = counters.next + $2 RETURNING next";
    let (next,): (i64,) = conn.fetch_one(take, values![name, count]).await?;
    Ok(next - count)
}

/// Moves a counter past a number that came from outside.
pub async fn pass_number(conn: &mut Conn<'_>, name: &str, number: i64) -> Result<(), DbError> {
    let pass = "INSERT INTO counters (name, next) VALUES ($1, $2 + 1) \
                ON CONFLICT (name) DO UPDATE SET next = CASE \
                WHEN counters.next > $2 THEN counters.next ELSE $2 + 1 END";
    conn.execute(pass, values![name, number]).await.map(drop)
}
