//! What can go wrong below: told apart where a caller can act on the difference.

use sqlx::error::ErrorKind;

#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// Another transaction was in the way; the same work may succeed when tried again.
    #[error("the database is busy with a competing change")]
    Conflict(#[source] sqlx::Error),
    #[error("a row with the same key is already there")]
    Duplicate(#[source] sqlx::Error),
    #[error("a row refers to another that is not there")]
    Dangling(#[source] sqlx::Error),
    /// A stored row that cannot be what was stored.
    #[error("{table} {id}: {problem}")]
    Inconsistent { table: &'static str, id: String, problem: String },
    #[error(
        "the database is of version {found}, newer than the {known} this program knows; use a newer stemma"
    )]
    Newer { found: i64, known: i64 },
    #[error("`{0}` is no database address; use sqlite://FILE or postgres://USER@HOST/NAME")]
    Address(String),
    #[error("migrations: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    #[error("database: {0}")]
    Other(#[source] sqlx::Error),
}

impl DbError {
    pub fn inconsistent(table: &'static str, id: &impl ToString, problem: &impl ToString) -> Self {
        Self::Inconsistent { table, id: id.to_string(), problem: problem.to_string() }
    }
}

impl From<sqlx::Error> for DbError {
    fn from(error: sqlx::Error) -> Self {
        let Some(from_engine) = error.as_database_error() else { return Self::Other(error) };
        let code = from_engine.code().unwrap_or_default().into_owned();
        // PostgreSQL: serialization failure and deadlock. SQLite: busy and locked, in the low byte.
        let sqlite_busy = code.parse::<i32>().is_ok_and(|code| matches!(code & 0xff, 5 | 6));
        let conflict =
            matches!(code.as_str(), "40001" | "40P01") || (code.len() < 5 && sqlite_busy);
        match from_engine.kind() {
            _ if conflict => Self::Conflict(error),
            ErrorKind::UniqueViolation => Self::Duplicate(error),
            ErrorKind::ForeignKeyViolation => Self::Dangling(error),
            _ => Self::Other(error),
        }
    }
}
