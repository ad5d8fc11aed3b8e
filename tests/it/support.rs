//! A catalogue on a fresh database of either engine, and what many tests ask of it. Knows no rule of the
//! catalogue: what is right stands in the tests.

use std::{
    collections::BTreeSet,
    io::Cursor,
    path::{Path, PathBuf},
    process::{Child, Command, Output},
    sync::atomic::{AtomicU32, Ordering},
};

use chrono::{DateTime, TimeDelta, Utc};
use sea_query::Value;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection, postgres::PgConnectOptions};
use stemma::{
    catalogue::{
        Catalogue, Error, Stored,
        import::{CHUNK, Candidate, Import, Report},
        read::LineKey,
    },
    clock::{Clock, Ids},
    db::{Db, conn::Row, log::Head, record},
    domain::{
        cell_line::LineFacts,
        record::{Facts, Relation},
    },
    import::{
        self, Format, Rows,
        source_file::{ReadError, SourceFile},
    },
};
use tempfile::TempDir;
use uuid::Uuid;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Backend {
    Sqlite,
    Postgres,
}

/// Names a test on each engine. The body is an ordinary function beside it that takes a [`TestDb`].
macro_rules! both_backends {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[test] fn $name() { $crate::support::run($crate::support::Backend::Sqlite, super::$name); })+
        }
        mod postgres {
            $(#[test] fn $name() { $crate::support::run($crate::support::Backend::Postgres, super::$name); })+
        }
    };
}
pub(crate) use both_backends;

/// A catalogue on a database of its own.
#[derive(Debug)]
pub(crate) struct TestDb {
    pub(crate) catalogue: Catalogue,
    /// The address under which another process finds the database.
    pub(crate) address: String,
    /// For files of the test.
    pub(crate) dir: TempDir,
}

/// Runs a test on a fresh database. What a failed test leaves on the PostgreSQL server stays, to be looked at.
pub(crate) fn run<F: Future<Output = ()>>(backend: Backend, test: impl FnOnce(TestDb) -> F) {
    block_on(async {
        let Some(db) = TestDb::start(backend).await else { return };
        let address = db.address.clone();
        test(db).await;
        drop_database(&address).await;
    });
}

pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.unwrap().block_on(future)
}

impl TestDb {
    /// `None` where the engine is not at hand.
    pub(crate) async fn start(backend: Backend) -> Option<Self> {
        let dir = tempfile::tempdir().unwrap();
        let address = match backend {
            Backend::Sqlite => format!("sqlite://{}", dir.path().join("stemma.sqlite").display()),
            Backend::Postgres => create_database(&postgres_server()?).await,
        };
        let catalogue = open(&address, TimeDelta::zero()).await;
        catalogue.migrate().await.unwrap();
        Some(Self { catalogue, address, dir })
    }

    pub(crate) fn backend(&self) -> Backend {
        if self.address.starts_with("sqlite") { Backend::Sqlite } else { Backend::Postgres }
    }

    /// The same database as another process sees it, whose clock is some hours ahead and whose ids therefore differ.
    pub(crate) async fn as_another_process(&self) -> Catalogue {
        self.ahead(TimeDelta::hours(3)).await
    }

    /// The same database as a process sees it whose clock is ahead.
    pub(crate) async fn ahead(&self, ahead: TimeDelta) -> Catalogue {
        open(&self.address, ahead).await
    }

    /// For a test that starts a second database beside its own.
    pub(crate) async fn drop_database(self) {
        drop_database(&self.address).await;
    }

    /// Takes in a text of a format.
    pub(crate) async fn import(&self, format: Format, text: impl Into<Vec<u8>>) -> Report {
        take(&self.catalogue, format, rows(format, text), false).await.unwrap()
    }

    pub(crate) async fn import_file(&self, format: Format, path: &Path) -> Report {
        take(&self.catalogue, format, import::open(format, path).unwrap(), false).await.unwrap()
    }

    pub(crate) async fn dry_run(&self, format: Format, text: impl Into<Vec<u8>>) -> Report {
        take(&self.catalogue, format, rows(format, text), true).await.unwrap()
    }

    pub(crate) async fn head(&self) -> Head {
        self.catalogue.counts().await.unwrap().1
    }

    /// The whole catalogue in the interchange format.
    pub(crate) async fn export(&self) -> String {
        let mut text = String::new();
        let written = self.catalogue.export(|line| {
            text.push_str(line);
            text.push('\n');
            Ok(())
        });
        written.await.unwrap();
        text
    }

    /// Every record of a kind, in the order of their making.
    pub(crate) async fn all<F: Facts>(&self) -> Vec<Stored<F>> {
        let mut lent = self.catalogue.db().read().await.unwrap();
        let (mut all, mut last) = (Vec::new(), Uuid::nil());
        loop {
            let rows = record::after(&mut lent.conn(), last, F::KIND, 500).await.unwrap();
            let Some(row) = rows.last() else { return all };
            last = row.id;
            all.extend(rows.iter().map(|row| row.read::<F>().unwrap()));
        }
    }

    /// The one line with this identifier.
    pub(crate) async fn line(&self, identifier: &str) -> Stored<LineFacts> {
        let key = LineKey::Xref(identifier.to_owned());
        self.catalogue.line(&key).await.unwrap().expect("the line is there")
    }

    /// The records that a relation leads to, each once however many sources say so.
    pub(crate) async fn linked(&self, from: Uuid, relation: Relation) -> Vec<Uuid> {
        let links = self.catalogue.links(&[from]).await.unwrap();
        let to: BTreeSet<Uuid> = links
            .into_iter()
            .filter(|link| link.relation == relation)
            .map(|link| link.to)
            .collect();
        to.into_iter().collect()
    }

    /// Writes past the catalogue, as nobody should.
    pub(crate) async fn meddle(&self, sql: &'static str, values: Vec<Value>) {
        let mut tx = self.catalogue.db().begin().await.unwrap();
        tx.conn().execute(sql, values).await.unwrap();
        tx.commit().await.unwrap();
    }

    pub(crate) async fn query<T: Row>(&self, sql: &'static str) -> Vec<T> {
        self.catalogue.db().read().await.unwrap().conn().fetch_all(sql, Vec::new()).await.unwrap()
    }

    pub(crate) async fn number(&self, sql: &'static str) -> i64 {
        self.query::<(i64,)>(sql).await[0].0
    }

    /// Runs the program on this database.
    pub(crate) fn stemma(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        self.command_in("data", args)
    }

    /// The program with a data folder of its own.
    pub(crate) fn command_in(&self, data: &str, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_stemma"));
        let data = self.dir.path().join(data);
        command.args(args).args(["--database", &self.address, "--data"]).arg(data);
        command
    }

    /// A file of the test, with this content.
    pub(crate) fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.dir.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }
}

/// A process that does not outlive the test.
pub(crate) struct Killed(pub(crate) Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

async fn open(address: &str, ahead: TimeDelta) -> Catalogue {
    let clock = Clock::fixed(start() + ahead);
    let ids = Ids::seeded(clock.clone());
    Catalogue::new(Db::open(address).await.unwrap(), clock, ids, "STM")
}

/// When the clock of every test begins.
pub(crate) fn start() -> DateTime<Utc> {
    "2009-06-24T09:00:00Z".parse().expect("a time")
}

pub(crate) fn rows(format: Format, text: impl Into<Vec<u8>>) -> Rows {
    let file = SourceFile::from_reader("test", Cursor::new(text.into())).unwrap();
    import::rows(format, file).unwrap()
}

/// Takes in rows as the program does: chunk by chunk, rows that cannot be read refused in between.
pub(crate) async fn take(
    catalogue: &Catalogue,
    format: Format,
    mut rows: Rows,
    dry_run: bool,
) -> Result<Report, Error> {
    let mut import = Import::begin(catalogue, format.name(), "test", dry_run).await?;
    import.report.unknown_columns = std::mem::take(&mut rows.unknown_columns);
    let mut chunk: Vec<Candidate> = Vec::new();
    for row in rows {
        match row {
            Ok(candidate) => chunk.push(candidate),
            Err(ReadError::Row(row)) => {
                let label = row.label.unwrap_or_default();
                import.report.refuse(row.row, &label, row.field.as_deref(), row.message);
            }
            Err(ReadError::File(error)) => panic!("{error}"),
        }
        if chunk.len() == CHUNK {
            import.chunk(&chunk).await?;
            chunk.clear();
        }
    }
    import.chunk(&chunk).await?;
    Ok(std::mem::take(&mut import.report))
}

/// What became of the rows: taken, unchanged, merged, refused.
pub(crate) fn counts(report: &Report) -> [u64; 4] {
    [report.taken, report.unchanged, report.merged, report.refused]
}

/// A real file that nobody on this project wrote; tests of it are skipped where it is absent.
pub(crate) fn shared_data(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data").join(name);
    if !path.exists() {
        eprintln!("skipped: {} is absent", path.display());
        return None;
    }
    Some(path)
}

/// A file of hPSCreg lines: each row as column and cell, what is not given left empty.
pub(crate) fn hpscreg(rows: &[&[(&str, &str)]]) -> String {
    const COLUMNS: [&str; 19] = [
        "clo_id",
        "hpscreg_name",
        "line_type",
        "donor_clo_id",
        "donor_biosample",
        "donor_sex",
        "donor_disease_ids",
        "donor_disease_labels",
        "model_disease_ids",
        "tissue_ids",
        "tissue_labels",
        "cell_ids",
        "cell_labels",
        "parent_line_clo_id",
        "parent_line_name",
        "gene_rel",
        "cvcl",
        "mondo_ids",
        "mondo_labels",
    ];
    let mut text = COLUMNS.join("\t");
    for row in rows {
        assert!(row.iter().all(|(column, _)| COLUMNS.contains(column)), "{row:?}");
        let cell =
            |column: &&str| row.iter().find(|(own, _)| own == column).map_or("", |(_, cell)| cell);
        text.push('\n');
        text.push_str(&COLUMNS.iter().map(cell).collect::<Vec<_>>().join("\t"));
    }
    text + "\n"
}

/// The address of the server to test against. Without one the tests on PostgreSQL are skipped, but never in CI.
#[expect(
    clippy::disallowed_methods,
    reason = "what the test suite needs is no setting of the program"
)]
fn postgres_server() -> Option<String> {
    let variable = "STEMMA_TEST_POSTGRES_URL";
    let url = std::env::var(variable).ok();
    let in_ci = std::env::var("CI").is_ok();
    assert!(
        url.is_some() || !in_ci,
        "{variable} is not set; name a PostgreSQL server for the tests"
    );
    if url.is_none() {
        eprintln!("skipped: {variable} is not set");
    }
    url
}

async fn create_database(server: &str) -> String {
    static MADE: AtomicU32 = AtomicU32::new(0);
    let name =
        format!("stemma_test_{}_{}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed));
    let create = format!(
        "CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'"
    );
    on_server(server, create).await;
    let options: PgConnectOptions = server.parse().unwrap();
    options.database(&name).to_url_lossy().to_string()
}

/// The file of SQLite goes with its folder.
async fn drop_database(address: &str) {
    if !address.starts_with("postgres") {
        return;
    }
    let options: PgConnectOptions = address.parse().unwrap();
    let name = options.get_database().unwrap().to_owned();
    let server = postgres_server().unwrap();
    on_server(&server, format!("DROP DATABASE {name} WITH (FORCE)")).await;
}

async fn on_server(server: &str, sql: String) {
    let mut connection = PgConnection::connect(server).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}
