//! The schema: two folders of migrations with the same file names, forward only.

use std::sync::LazyLock;

use sqlx::migrate::Migrator;

use super::{Conn, Db, DbError, conn::values};

/// The migrations of both engines.
#[derive(Debug)]
pub struct Migrators {
    pub sqlite: Migrator,
    pub postgres: Migrator,
}

pub static MIGRATORS: LazyLock<Migrators> = LazyLock::new(|| Migrators {
    sqlite: sqlx::migrate!("migrations/sqlite"),
    postgres: sqlx::migrate!("migrations/postgres"),
});

/// Brings the schema up to date.
///
/// # Errors
/// [`DbError::Newer`] when a newer program has already migrated this database: an older one would write rows
/// that the newer schema does not expect.
pub async fn up(db: &Db) -> Result<(), DbError> {
    let known = MIGRATORS.sqlite.iter().map(|migration| migration.version).max().unwrap_or(0);
    let found = applied(&mut db.read().await?.conn()).await;
    if found > known {
        return Err(DbError::Newer { found, known });
    }
    db.migrate(&MIGRATORS).await
}

/// The newest migration the database has seen; 0 for an empty one, whose table of migrations is missing.
async fn applied(conn: &mut Conn<'_>) -> i64 {
    let newest = "SELECT COALESCE(MAX(version), 0) FROM _sqlx_migrations";
    conn.fetch_one::<(i64,)>(newest, values![]).await.map_or(0, |(version,)| version)
}
