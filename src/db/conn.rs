//! The two engines behind one connection. Statements are SQL text with `$1`, which both drivers accept; values
//! travel as one list; rows come back through one `FromRow`.

use std::{
    path::Path,
    str::FromStr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use sea_query::{PostgresQueryBuilder, SelectStatement, SqliteQueryBuilder, Value};
use sea_query_sqlx::{SqlxBinder, SqlxValues};
use sqlx::{
    AssertSqlSafe, FromRow, PgConnection, PgPool, Postgres, SqlSafeStr, SqlStr, Sqlite,
    SqliteConnection, SqlitePool, Transaction,
    pool::PoolConnection,
    postgres::{PgConnectOptions, PgPoolOptions, PgRow},
    sqlite::{
        SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteRow, SqliteSynchronous,
    },
};
use uuid::Uuid;

use super::DbError;

/// A row that either engine can give.
pub trait Row: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin {}
impl<T> Row for T where T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin
{}

/// The text of a statement: fixed, or put together in this folder from fixed parts and placeholders.
#[derive(Debug)]
pub struct Sql(SqlStr);

impl From<&'static str> for Sql {
    fn from(text: &'static str) -> Self {
        Self(text.into_sql_str())
    }
}

impl Sql {
    /// For text made of fixed parts and placeholders only; values never enter it.
    pub(super) fn built(text: String) -> Self {
        Self(AssertSqlSafe(text).into_sql_str())
    }
}

/// The values of a statement, in the order of its placeholders.
macro_rules! values {
    ($($value:expr),* $(,)?) => { vec![$(sea_query::Value::from($value)),*] };
}
pub(crate) use values;

#[derive(Debug)]
enum Engine<'c> {
    Sqlite(&'c mut SqliteConnection),
    Postgres(&'c mut PgConnection),
}

/// A connection of either engine, pooled or inside a transaction.
#[derive(Debug)]
pub struct Conn<'c> {
    engine: Engine<'c>,
    statements: &'c AtomicU64,
}

fn bind(values: Vec<Value>) -> SqlxValues {
    SqlxValues(sea_query::Values(values))
}

impl Conn<'_> {
    fn count(&self) {
        self.statements.fetch_add(1, Ordering::Relaxed);
    }

    pub async fn fetch_all<T: Row>(
        &mut self,
        sql: impl Into<Sql>,
        values: Vec<Value>,
    ) -> Result<Vec<T>, DbError> {
        self.count();
        let (sql, values) = (sql.into().0, bind(values));
        Ok(match &mut self.engine {
            Engine::Sqlite(c) => sqlx::query_as_with(sql, values).fetch_all(&mut **c).await?,
            Engine::Postgres(c) => sqlx::query_as_with(sql, values).fetch_all(&mut **c).await?,
        })
    }

    pub async fn fetch_optional<T: Row>(
        &mut self,
        sql: impl Into<Sql>,
        values: Vec<Value>,
    ) -> Result<Option<T>, DbError> {
        self.count();
        let (sql, values) = (sql.into().0, bind(values));
        Ok(match &mut self.engine {
            Engine::Sqlite(c) => sqlx::query_as_with(sql, values).fetch_optional(&mut **c).await?,
            Engine::Postgres(c) => {
                sqlx::query_as_with(sql, values).fetch_optional(&mut **c).await?
            }
        })
    }

    pub async fn fetch_one<T: Row>(
        &mut self,
        sql: impl Into<Sql>,
        values: Vec<Value>,
    ) -> Result<T, DbError> {
        self.fetch_optional(sql, values).await?.ok_or(DbError::Other(sqlx::Error::RowNotFound))
    }

    /// Answers how many rows were touched.
    pub async fn execute(
        &mut self,
        sql: impl Into<Sql>,
        values: Vec<Value>,
    ) -> Result<u64, DbError> {
        self.count();
        let (sql, values) = (sql.into().0, bind(values));
        Ok(match &mut self.engine {
            Engine::Sqlite(c) => {
                sqlx::query_with(sql, values).execute(&mut **c).await?.rows_affected()
            }
            Engine::Postgres(c) => {
                sqlx::query_with(sql, values).execute(&mut **c).await?.rows_affected()
            }
        })
    }

    /// Runs a statement whose shape varies with filter, sort and page.
    pub async fn select<T: Row>(&mut self, select: &SelectStatement) -> Result<Vec<T>, DbError> {
        let (text, values) = match self.engine {
            Engine::Sqlite(_) => select.build_sqlx(SqliteQueryBuilder),
            Engine::Postgres(_) => select.build_sqlx(PostgresQueryBuilder),
        };
        self.fetch_all(Sql::built(text), values.0.0).await
    }

    /// Runs `{head} IN (…) {tail}` over any number of values, in padded lists of a few fixed lengths so that
    /// the prepared statements stay few. `fixed` are the values of the placeholders in the head.
    pub async fn fetch_in<T: Row>(
        &mut self,
        head: &'static str,
        fixed: Vec<Value>,
        values: impl IntoIterator<Item = Value>,
        tail: &'static str,
    ) -> Result<Vec<T>, DbError> {
        let values: Vec<Value> = values.into_iter().collect();
        let mut rows = Vec::with_capacity(values.len());
        for chunk in values.chunks(LIST_LENGTHS[0]) {
            let list = padded(chunk);
            let places = self.places(fixed.len() + 1, list.len(), !fixed.is_empty());
            let text = format!("{head} IN ({places}) {tail}");
            let list = fixed.iter().cloned().chain(list).collect();
            rows.extend(self.fetch_all(Sql::built(text), list).await?);
        }
        Ok(rows)
    }

    /// As [`Conn::fetch_in`], for a statement that answers nothing.
    pub async fn execute_in(
        &mut self,
        head: &'static str,
        values: impl IntoIterator<Item = Value>,
    ) -> Result<(), DbError> {
        let values: Vec<Value> = values.into_iter().collect();
        for chunk in values.chunks(LIST_LENGTHS[0]) {
            let list = padded(chunk);
            let text = format!("{head} IN ({})", self.places(1, list.len(), false));
            self.execute(Sql::built(text), list).await?;
        }
        Ok(())
    }

    /// Inserts rows many at a time: `{head} VALUES (…), (…) {tail}`.
    pub async fn insert<const N: usize>(
        &mut self,
        head: &'static str,
        rows: Vec<[Value; N]>,
        tail: &'static str,
    ) -> Result<(), DbError> {
        let mut rest = rows.into_iter();
        while rest.len() > 0 {
            let left = rest.len();
            let take = INSERT_LENGTHS.into_iter().find(|length| *length <= left).unwrap_or(1);
            let groups: Vec<String> =
                (0..take).map(|row| format!("({})", self.places(row * N + 1, N, false))).collect();
            let text = format!("{head} VALUES {} {tail}", groups.join(", "));
            let values = rest.by_ref().take(take).flatten().collect();
            self.execute(Sql::built(text), values).await?;
        }
        Ok(())
    }
}

impl Conn<'_> {
    /// Placeholders for so many values, the first of which is the `first` of its statement. SQLite looks a numbered one
    /// up in a list, which for many takes longer than the statement; but one without a number must not come `after`
    /// numbered ones.
    fn places(&self, first: usize, count: usize, after_numbered: bool) -> String {
        match self.engine {
            Engine::Sqlite(_) if !after_numbered => vec!["?"; count].join(", "),
            _ => (first..first + count).map(|n| format!("${n}")).collect::<Vec<_>>().join(", "),
        }
    }
}

const LIST_LENGTHS: [usize; 4] = [500, 100, 20, 1];
const INSERT_LENGTHS: [usize; 5] = [256, 64, 16, 4, 1];

/// The values, the last repeated until the list has one of the fixed lengths.
fn padded(values: &[Value]) -> Vec<Value> {
    let fits = LIST_LENGTHS.into_iter().rev().find(|length| values.len() <= *length);
    let mut list = values.to_vec();
    if let Some(last) = values.last() {
        list.resize(fits.unwrap_or(values.len()), last.clone());
    }
    list
}

pub fn uuid_values<'a>(ids: impl IntoIterator<Item = &'a Uuid>) -> Vec<Value> {
    ids.into_iter().map(|id| Value::from(*id)).collect()
}

/// The database: for SQLite one writer and a pool of readers, for PostgreSQL one pool.
#[derive(Debug, Clone)]
pub struct Db {
    pools: Pools,
    statements: Arc<AtomicU64>,
}

#[derive(Debug, Clone)]
enum Pools {
    Sqlite { writer: SqlitePool, readers: SqlitePool },
    Postgres(PgPool),
}

/// A connection lent from a pool.
#[derive(Debug)]
pub struct Lent {
    connection: LentConnection,
    statements: Arc<AtomicU64>,
}

#[derive(Debug)]
enum LentConnection {
    Sqlite(PoolConnection<Sqlite>),
    Postgres(PoolConnection<Postgres>),
}

impl Lent {
    pub fn conn(&mut self) -> Conn<'_> {
        let engine = match &mut self.connection {
            LentConnection::Sqlite(connection) => Engine::Sqlite(connection),
            LentConnection::Postgres(connection) => Engine::Postgres(connection),
        };
        Conn { engine, statements: &self.statements }
    }
}

/// A write transaction. Dropped without commit, it leaves nothing.
#[derive(Debug)]
pub struct Tx {
    transaction: TxEngine,
    statements: Arc<AtomicU64>,
}

#[derive(Debug)]
enum TxEngine {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

impl Tx {
    pub fn conn(&mut self) -> Conn<'_> {
        let engine = match &mut self.transaction {
            TxEngine::Sqlite(transaction) => Engine::Sqlite(transaction),
            TxEngine::Postgres(transaction) => Engine::Postgres(transaction),
        };
        Conn { engine, statements: &self.statements }
    }

    pub async fn commit(self) -> Result<(), DbError> {
        match self.transaction {
            TxEngine::Sqlite(transaction) => transaction.commit().await?,
            TxEngine::Postgres(transaction) => transaction.commit().await?,
        }
        Ok(())
    }
}

impl Db {
    /// Opens the database at an address, making the SQLite file where there is none. The schema is not touched.
    pub async fn open(address: &str) -> Result<Self, DbError> {
        let pools = match address.split_once("://") {
            Some(("sqlite", file)) if !file.is_empty() => open_sqlite(Path::new(file)).await?,
            Some(("postgres" | "postgresql", _)) => open_postgres(address).await?,
            _ => return Err(DbError::Address(without_password(address))),
        };
        Ok(Self { pools, statements: Arc::default() })
    }

    pub async fn read(&self) -> Result<Lent, DbError> {
        let connection = match &self.pools {
            Pools::Sqlite { readers, .. } => LentConnection::Sqlite(readers.acquire().await?),
            Pools::Postgres(pool) => LentConnection::Postgres(pool.acquire().await?),
        };
        Ok(Lent { connection, statements: self.statements.clone() })
    }

    /// Begins a write. SQLite takes its write lock at once: a transaction that reads first and writes later
    /// would be refused without waiting.
    pub async fn begin(&self) -> Result<Tx, DbError> {
        let transaction = match &self.pools {
            Pools::Sqlite { writer, .. } => {
                TxEngine::Sqlite(writer.begin_with("BEGIN IMMEDIATE").await?)
            }
            Pools::Postgres(pool) => TxEngine::Postgres(pool.begin().await?),
        };
        Ok(Tx { transaction, statements: self.statements.clone() })
    }

    /// How many statements this process has sent.
    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    pub async fn migrate(&self, migrators: &super::migrate::Migrators) -> Result<(), DbError> {
        match &self.pools {
            Pools::Sqlite { writer, .. } => migrators.sqlite.run(writer).await?,
            Pools::Postgres(pool) => migrators.postgres.run(pool).await?,
        }
        Ok(())
    }

    pub async fn close(&self) {
        match &self.pools {
            Pools::Sqlite { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
            Pools::Postgres(pool) => pool.close().await,
        }
    }
}

async fn open_sqlite(file: &Path) -> Result<Pools, DbError> {
    // The busy timeout is set first, because switching to WAL can itself meet a lock.
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .busy_timeout(Duration::from_secs(10))
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .pragma("cache_size", "-65536")
        // Rows come from a thread of the connection's own; a longer queue wakes it less often.
        .row_buffer_size(512)
        .statement_cache_capacity(200);
    let writer = SqlitePoolOptions::new()
        .max_connections(1)
        .test_before_acquire(false)
        .connect_with(options.clone())
        .await?;
    let readers = SqlitePoolOptions::new()
        .max_connections(8)
        .test_before_acquire(false)
        .connect_with(options.pragma("query_only", "ON").pragma("cache_size", "-8192"))
        .await?;
    Ok(Pools::Sqlite { writer, readers })
}

async fn open_postgres(address: &str) -> Result<Pools, DbError> {
    let options = PgConnectOptions::from_str(address)
        .map_err(|_| DbError::Address(without_password(address)))?
        .application_name("stemma")
        .statement_cache_capacity(200);
    let pool = PgPoolOptions::new()
        .max_connections(16)
        .acquire_timeout(Duration::from_secs(10))
        // The ping before every use costs a third of the throughput; a dead connection shows at its first use.
        .test_before_acquire(false)
        .connect_with(options)
        .await?;
    Ok(Pools::Postgres(pool))
}

/// An address as it may be shown: what stands between the colon after the user and the `@` is left out.
pub fn without_password(address: &str) -> String {
    let Some((scheme, rest)) = address.split_once("://") else { return address.to_owned() };
    let Some((login, host)) = rest.rsplit_once('@') else { return address.to_owned() };
    let user = login.split(':').next().unwrap_or_default();
    format!("{scheme}://{user}:***@{host}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shown_address_has_no_password() {
        assert_eq!(
            without_password("postgres://bank:s3:cret@host/db"),
            "postgres://bank:***@host/db"
        );
        assert_eq!(without_password("sqlite://file"), "sqlite://file");
    }

    #[test]
    fn lists_are_padded_to_a_few_lengths() {
        for (given, length) in [(1, 1), (2, 20), (20, 20), (21, 100), (101, 500), (500, 500)] {
            let values = vec![Value::from(7i64); given];
            assert_eq!(padded(&values).len(), length);
        }
    }
}
