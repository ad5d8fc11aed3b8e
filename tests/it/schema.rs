//! The two schemas are one: what either engine says of its own tables is the same.

use std::collections::{BTreeMap, BTreeSet};

use stemma::{catalogue::Error, db::DbError};

use crate::support::{Backend, TestDb, both_backends, run};

both_backends!(a_newer_schema_is_refused, migrating_twice_changes_nothing);

async fn a_newer_schema_is_refused(app: TestDb) {
    let later = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
                 VALUES (99990101000000, 'of a later program', TRUE, $1, 0)";
    app.meddle(later, vec![vec![0u8].into()]).await;
    let error = app.catalogue.migrate().await.unwrap_err();
    assert!(
        matches!(error, Error::Db(DbError::Newer { found: 99_990_101_000_000, .. })),
        "{error}"
    );
}

async fn migrating_twice_changes_nothing(app: TestDb) {
    let before = app.number("SELECT COUNT(*) FROM _sqlx_migrations").await;
    app.catalogue.migrate().await.unwrap();
    assert_eq!(app.number("SELECT COUNT(*) FROM _sqlx_migrations").await, before);
}

#[test]
fn both_engines_have_migrations_of_the_same_names() {
    let names = |engine: &str| -> BTreeSet<String> {
        let folder = format!("{}/migrations/{engine}", env!("CARGO_MANIFEST_DIR"));
        let files = std::fs::read_dir(folder).unwrap();
        files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect()
    };
    assert!(!names("sqlite").is_empty());
    assert_eq!(names("sqlite"), names("postgres"));
}

/// Table and column, and what a value of it may be: the class of its type and whether it must be there.
type Columns = BTreeMap<(String, String), (&'static str, bool)>;
/// Table, the columns in their order, and whether they are unique.
type Indexes = BTreeSet<(String, String, bool)>;
/// Table and column, and the table and column that it refers to.
type ForeignKeys = BTreeSet<(String, String, String, String)>;

#[test]
fn both_engines_have_the_same_tables() {
    run(Backend::Postgres, |postgres| async move {
        let sqlite = TestDb::start(Backend::Sqlite).await.unwrap();
        assert_eq!(sqlite_columns(&sqlite).await, postgres_columns(&postgres).await);
        assert_eq!(sqlite_indexes(&sqlite).await, postgres_indexes(&postgres).await);
        assert_eq!(sqlite_foreign_keys(&sqlite).await, postgres_foreign_keys(&postgres).await);
    });
}

#[test]
fn indexed_texts_of_postgres_compare_by_byte_as_sqlite_does() {
    run(Backend::Postgres, |postgres| async move {
        let other = "SELECT DISTINCT c.relname::text, a.attname::text FROM pg_index i \
                     JOIN pg_class c ON c.oid = i.indrelid \
                     JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey) \
                     JOIN pg_collation l ON l.oid = a.attcollation \
                     WHERE c.relnamespace = 'public'::regnamespace AND c.relname <> '_sqlx_migrations' \
                     AND l.collname <> 'C'";
        assert_eq!(postgres.query::<(String, String)>(other).await, []);
    });
}

async fn sqlite_columns(db: &TestDb) -> Columns {
    let columns = "SELECT m.name, c.name, c.type, c.\"notnull\" <> 0 FROM sqlite_master m \
                   JOIN pragma_table_info(m.name) c \
                   WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%' AND m.name <> '_sqlx_migrations'";
    read_columns(db.query(columns).await)
}

async fn postgres_columns(db: &TestDb) -> Columns {
    let columns = "SELECT table_name::text, column_name::text, data_type::text, is_nullable = 'NO' \
                   FROM information_schema.columns \
                   WHERE table_schema = 'public' AND table_name <> '_sqlx_migrations'";
    read_columns(db.query(columns).await)
}

fn read_columns(rows: Vec<(String, String, String, bool)>) -> Columns {
    let class = |name: &str| match name {
        "INTEGER" | "bigint" => "integer",
        "REAL" | "double precision" => "real",
        "TEXT" | "text" | "timestamp with time zone" | "jsonb" => "text",
        "BLOB" | "bytea" | "uuid" => "bytes",
        other => panic!("a column of type {other} has no counterpart on the other engine"),
    };
    rows.into_iter()
        .map(|(table, name, kind, given)| ((table, name), (class(&kind), given)))
        .collect()
}

async fn sqlite_indexes(db: &TestDb) -> Indexes {
    let indexes = "SELECT m.name, i.name, c.name, i.\"unique\" <> 0 FROM sqlite_master m \
                   JOIN pragma_index_list(m.name) i JOIN pragma_index_info(i.name) c \
                   WHERE m.type = 'table' AND m.name <> '_sqlx_migrations' ORDER BY m.name, i.name, c.seqno";
    // The key of a table that is stored by its row number has no index of its own.
    let keys = "SELECT m.name, 'key', c.name, TRUE FROM sqlite_master m JOIN pragma_table_info(m.name) c \
                WHERE m.type = 'table' AND c.pk > 0 AND m.name <> '_sqlx_migrations' ORDER BY m.name, c.pk";
    let mut found = read_indexes(db.query(indexes).await);
    found.extend(read_indexes(db.query(keys).await));
    found
}

async fn postgres_indexes(db: &TestDb) -> Indexes {
    let indexes = "SELECT t.relname::text, x.relname::text, a.attname::text, i.indisunique FROM pg_index i \
                   JOIN pg_class t ON t.oid = i.indrelid JOIN pg_class x ON x.oid = i.indexrelid \
                   CROSS JOIN LATERAL unnest(i.indkey::int[]) WITH ORDINALITY AS k(number, place) \
                   JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.number \
                   WHERE t.relnamespace = 'public'::regnamespace AND t.relname <> '_sqlx_migrations' \
                   ORDER BY t.relname, x.relname, k.place";
    read_indexes(db.query(indexes).await)
}

/// Rows of table, index, column and uniqueness, sorted by index and place, as one entry an index.
fn read_indexes(rows: Vec<(String, String, String, bool)>) -> Indexes {
    let mut indexes: BTreeMap<(String, String, bool), Vec<String>> = BTreeMap::new();
    for (table, index, column, unique) in rows {
        indexes.entry((table, index, unique)).or_default().push(column);
    }
    let entry =
        |((table, _, unique), columns): ((_, _, _), Vec<_>)| (table, columns.join(", "), unique);
    indexes.into_iter().map(entry).collect()
}

async fn sqlite_foreign_keys(db: &TestDb) -> ForeignKeys {
    let keys = "SELECT m.name, f.\"from\", f.\"table\", f.\"to\" FROM sqlite_master m \
                JOIN pragma_foreign_key_list(m.name) f WHERE m.type = 'table'";
    db.query(keys).await.into_iter().collect()
}

async fn postgres_foreign_keys(db: &TestDb) -> ForeignKeys {
    let keys = "SELECT t.relname::text, a.attname::text, r.relname::text, b.attname::text FROM pg_constraint k \
                JOIN pg_class t ON t.oid = k.conrelid JOIN pg_class r ON r.oid = k.confrelid \
                JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.conkey[1] \
                JOIN pg_attribute b ON b.attrelid = r.oid AND b.attnum = k.confkey[1] WHERE k.contype = 'f'";
    db.query(keys).await.into_iter().collect()
}
