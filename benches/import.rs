//! What an import costs beside writing the same rows and nothing else: the names of a whole Cellosaurus release,
//! from `../shared/data` where it is present, else made up alike. Both write to fresh SQLite files with the same
//! schema, indexes and settings, by turns in one run.

use std::{
    fmt::Write as _,
    io::Write as _,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use sqlx::{
    AssertSqlSafe, Connection, Row, Sqlite, SqliteConnection, TypeInfo, ValueRef,
    query::Query,
    sqlite::{
        SqliteArguments, SqliteConnectOptions, SqliteJournalMode, SqliteRow, SqliteSynchronous,
    },
};
use stemma::{
    catalogue::{
        Catalogue, Verdict,
        import::{CHUNK, Candidate, Import},
    },
    clock::{Clock, Ids},
    db::{Db, migrate::MIGRATORS},
    domain::facet::Facet,
    import::{self, Format, source_file::ReadError},
    search::{embedded::EmbeddedIndex, query::SearchQuery},
};

const LINES: usize = 167_186;
const ROUNDS: usize = 2;
/// An import may take so many times as long as its rows written one by one.
const GOAL: f64 = 3.0;
/// Rows of one statement in the second baseline.
const GROUP: usize = 256;
/// Asks this program, started anew, what an open index takes of memory.
const RESIDENT: &str = "--resident";

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip_while(|argument| argument != RESIDENT).skip(1);
    if let Some(folder) = arguments.next() {
        return resident(Path::new(&folder));
    }
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(run())
}

async fn run() -> anyhow::Result<()> {
    let dir = tempfile::tempdir()?;
    let file = names(dir.path())?;
    let mut ratios = Vec::new();
    for number in 1..=ROUNDS {
        ratios.push(round(number, &file, dir.path()).await?);
    }
    ratios.sort_by(f64::total_cmp);
    let median = f64::midpoint(ratios[(ROUNDS - 1) / 2], ratios[ROUNDS / 2]);
    let word = if median <= GOAL { "kept" } else { "MISSED" };
    println!("import: {median:.2} times the raw inserts; at most {GOAL} is promised: {word}");
    Ok(())
}

/// Imports, writes the same rows raw, and answers how many times as long the import took.
async fn round(number: usize, file: &Path, dir: &Path) -> anyhow::Result<f64> {
    let folder = dir.join(number.to_string());
    std::fs::create_dir(&folder)?;
    let (log, total) = import_all(file, &folder).await?;
    let (log, total) = (log.as_secs_f64(), total.as_secs_f64());
    let index = total - log;
    println!("round {number}: import {total:.1} s, of it log {log:.1} s, index {index:.1} s");
    // Later rounds run beside what the baselines have taken and not given back.
    if number == 1 {
        println!("  at most {} MiB resident", memory("VmHWM")?);
        let program = std::env::current_exe()?;
        let status = Command::new(program).arg(RESIDENT).arg(folder.join("index")).status()?;
        ensure!(status.success(), "the index could not be measured");
    }
    let tables = Table::all(&folder.join("stemma.sqlite")).await?;
    let each: Vec<_> = tables.iter().map(|t| format!("{} {}", t.name, t.count())).collect();
    println!("  rows: {}", each.join(", "));
    let single = write_raw(&folder.join("single.sqlite"), &tables, 1).await?.as_secs_f64();
    let many = write_raw(&folder.join("many.sqlite"), &tables, GROUP).await?.as_secs_f64();
    println!("  raw, a row a statement: {single:.1} s; import ratio {:.2}", total / single);
    println!("  raw, {GROUP} rows a statement: {many:.1} s; import ratio {:.2}", total / many);
    Ok(total / single)
}

/// The file with the names.
fn names(dir: &Path) -> anyhow::Result<PathBuf> {
    const DIGITS: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let real =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/cellosaurus-55-names.tsv.gz");
    if real.exists() {
        return Ok(real);
    }
    eprintln!("the file of Cellosaurus names is absent: names are made up");
    let mut text = "cvcl\tname\n".to_owned();
    for n in 0..LINES {
        let digit = |place: u32| char::from(DIGITS[n / 36_usize.pow(place) % 36]);
        let code: String = (0..4).rev().map(digit).collect();
        writeln!(text, "CVCL_{code}\tHPSI{:06}i-{}", n * 7919 % LINES, n % 97)?;
    }
    let path = dir.join("names.tsv");
    std::fs::File::create(&path)?.write_all(text.as_bytes())?;
    Ok(path)
}

/// Imports as the command does. Answers the time until the last row was committed and the time until the index was
/// at the head of the log.
async fn import_all(file: &Path, folder: &Path) -> anyhow::Result<(Duration, Duration)> {
    let start = Instant::now();
    for row in import::open(Format::CellosaurusNames, file)? {
        ensure!(!matches!(row, Err(ReadError::File(_))), "the file cannot be read");
    }
    let db = Db::open(&format!("sqlite://{}", folder.join("stemma.sqlite").display())).await?;
    let catalogue = Catalogue::new(db, Clock::System, Ids::new(Clock::System), "STM");
    catalogue.migrate().await?;
    take(&catalogue, file).await?;
    let log = start.elapsed();
    let index = EmbeddedIndex::open(&folder.join("index"))?;
    let mut writer = index.writer(2)?;
    let position = catalogue.follow(&index, &mut writer).await?;
    let total = start.elapsed();
    let (_, head) = catalogue.counts().await?;
    ensure!(position == head.seq && position > 0, "the index is at {position} of {}", head.seq);
    catalogue.db().close().await;
    Ok((log, total))
}

async fn take(catalogue: &Catalogue, file: &Path) -> anyhow::Result<()> {
    let format = Format::CellosaurusNames;
    let mut rows = import::open(format, file)?.peekable();
    let (send, mut chunks) = tokio::sync::mpsc::channel::<Vec<Result<Candidate, ReadError>>>(4);
    let reader = tokio::task::spawn_blocking(move || {
        while rows.peek().is_some() {
            if send.blocking_send(rows.by_ref().take(CHUNK).collect()).is_err() {
                break;
            }
        }
    });
    let mut import = Import::begin(catalogue, format.name(), "names", false).await?;
    while let Some(chunk) = chunks.recv().await {
        let candidates: Vec<Candidate> = chunk.into_iter().filter_map(Result::ok).collect();
        import.chunk(&candidates).await?;
    }
    reader.await?;
    let (taken, refused) = (import.report.taken, import.report.refused);
    ensure!(taken > 0 && refused == 0, "{taken} lines were taken and {refused} refused");
    Ok(())
}

enum Cell {
    Null,
    Integer(i64),
    Text(String),
    Blob(Vec<u8>),
}

impl Cell {
    fn read(row: &SqliteRow, at: usize) -> anyhow::Result<Self> {
        let kind = row.try_get_raw(at)?;
        if kind.is_null() {
            return Ok(Self::Null);
        }
        Ok(match kind.type_info().name() {
            "INTEGER" => Self::Integer(row.try_get(at)?),
            "TEXT" => Self::Text(row.try_get(at)?),
            "BLOB" => Self::Blob(row.try_get(at)?),
            other => anyhow::bail!("a column of type {other} is not expected"),
        })
    }

    fn bind<'q>(
        &'q self,
        query: Query<'q, Sqlite, SqliteArguments>,
    ) -> Query<'q, Sqlite, SqliteArguments> {
        match self {
            Self::Null => query.bind(None::<i64>),
            Self::Integer(number) => query.bind(*number),
            Self::Text(text) => query.bind(text.as_str()),
            Self::Blob(bytes) => query.bind(bytes.as_slice()),
        }
    }
}

/// What an import left in a table.
struct Table {
    name: String,
    columns: Vec<String>,
    /// By the transaction that wrote them, in the order in which they came: sorted by key they would cost less.
    chunks: Vec<Vec<Vec<Cell>>>,
}

impl Table {
    /// Every table, the one that others refer to first.
    async fn all(file: &Path) -> anyhow::Result<Vec<Self>> {
        let mut conn = connect(file).await?;
        let names = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\' \
                     ORDER BY name <> 'records', name";
        let names: Vec<String> = sqlx::query_scalar(names).fetch_all(&mut conn).await?;
        let mut tables = Vec::new();
        for name in names {
            tables.push(Self::read(&mut conn, name).await?);
        }
        Ok(tables)
    }

    async fn read(conn: &mut SqliteConnection, name: String) -> anyhow::Result<Self> {
        let columns = "SELECT name FROM pragma_table_info($1) ORDER BY cid";
        let columns: Vec<String> =
            sqlx::query_scalar(columns).bind(&name).fetch_all(&mut *conn).await?;
        let made =
            "(SELECT record_id AS made_id, MIN(seq) AS made FROM revisions GROUP BY record_id)";
        let list = columns.join(", ");
        let owner = if name == "records" { "id" } else { "record_id" };
        let owner = columns.iter().find(|c| *c == owner || *c == "from_id");
        // What belongs to no record is written with the last of them.
        let text = match owner {
            Some(owner) => format!(
                "SELECT made, {list} FROM {name} JOIN {made} ON made_id = {owner} ORDER BY made"
            ),
            None => {
                format!("SELECT (SELECT MAX(made) FROM {made}), {list} FROM {name}")
            }
        };
        let mut chunks: Vec<Vec<Vec<Cell>>> = Vec::new();
        for row in sqlx::query(AssertSqlSafe(text)).fetch_all(&mut *conn).await? {
            let made: i64 = row.try_get(0)?;
            let chunk = usize::try_from(made - 1)? / CHUNK;
            chunks.resize_with(chunks.len().max(chunk + 1), Vec::new);
            let cells = (1..=columns.len()).map(|at| Cell::read(&row, at));
            chunks[chunk].push(cells.collect::<Result<_, _>>()?);
        }
        Ok(Self { name, columns, chunks })
    }

    fn count(&self) -> usize {
        self.chunks.iter().map(Vec::len).sum()
    }

    /// An insert of so many rows. The migrations have made some rows already: those are replaced.
    fn insert(&self, rows: usize) -> String {
        let group = format!("({})", vec!["?"; self.columns.len()].join(", "));
        let groups = vec![group; rows].join(", ");
        let verb = if self.name == "log_head" { "INSERT OR REPLACE" } else { "INSERT" };
        format!("{verb} INTO {} ({}) VALUES {groups}", self.name, self.columns.join(", "))
    }

    async fn write(
        &self,
        conn: &mut SqliteConnection,
        chunk: usize,
        group: usize,
    ) -> anyhow::Result<()> {
        let (many, one) = (self.insert(group), self.insert(1));
        let rows = self.chunks.get(chunk).map_or(&[][..], Vec::as_slice);
        let (groups, rest) = rows.split_at(rows.len() / group * group);
        for rows in groups.chunks(group) {
            execute(conn, &many, rows.iter().flatten()).await?;
        }
        for row in rest {
            execute(conn, &one, row.iter()).await?;
        }
        Ok(())
    }
}

async fn execute(
    conn: &mut SqliteConnection,
    text: &str,
    cells: impl Iterator<Item = &Cell>,
) -> anyhow::Result<()> {
    let query = sqlx::query(AssertSqlSafe(text.to_owned()));
    cells.fold(query, |query, cell| cell.bind(query)).execute(conn).await?;
    Ok(())
}

/// Writes the rows raw, in the transactions of the import, and answers how long it took.
async fn write_raw(file: &Path, tables: &[Table], group: usize) -> anyhow::Result<Duration> {
    let start = Instant::now();
    let mut conn = connect(file).await?;
    MIGRATORS.sqlite.run(&mut conn).await?;
    let chunks = tables.iter().map(|table| table.chunks.len()).max().unwrap_or(0);
    for chunk in 0..chunks {
        let mut tx = conn.begin_with("BEGIN IMMEDIATE").await?;
        for table in tables {
            table.write(&mut tx, chunk, group).await.with_context(|| table.name.clone())?;
        }
        tx.commit().await?;
    }
    let took = start.elapsed();
    conn.close().await?;
    check(file).await?;
    Ok(took)
}

/// The rows must be those of the import, to the last hash.
async fn check(file: &Path) -> anyhow::Result<()> {
    let db = Db::open(&format!("sqlite://{}", file.display())).await?;
    let catalogue = Catalogue::new(db, Clock::System, Ids::new(Clock::System), "STM");
    let verdict = catalogue.verify_log().await?;
    ensure!(matches!(verdict, Verdict::Sound(_)), "the log that was written raw is not sound");
    catalogue.db().close().await;
    Ok(())
}

/// With the settings under which the catalogue writes.
async fn connect(file: &Path) -> anyhow::Result<SqliteConnection> {
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .pragma("cache_size", "-65536")
        .statement_cache_capacity(200);
    Ok(SqliteConnection::connect_with(&options).await?)
}

/// What an open index takes, in a process that has done nothing else.
fn resident(folder: &Path) -> anyhow::Result<()> {
    let (anon, files) = (memory("RssAnon")?, memory("RssFile")?);
    let index = EmbeddedIndex::open(folder)?;
    for text in ["", "h", "hela", "hpsi", "pakrinson"] {
        let facets = vec![Facet::Species, Facet::Disease, Facet::SourceRegistry];
        index.search(&SearchQuery { text: text.to_owned(), facets, ..SearchQuery::default() })?;
    }
    println!(
        "  index of {} records, opened and searched: {} MiB of memory, {} MiB of its files mapped",
        index.count(),
        memory("RssAnon")?.saturating_sub(anon),
        memory("RssFile")?.saturating_sub(files),
    );
    Ok(())
}

/// A line of this process's status, in MiB.
fn memory(name: &str) -> anyhow::Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    let number = line.and_then(|line| line.split_whitespace().next()).context("no such line")?;
    Ok(number.parse::<u64>()? / 1024)
}
