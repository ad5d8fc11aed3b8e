//! What a screen of 100,000 cord-blood units takes: ABO, TNC, CD34+ and state, a page of 20 over GraphQL, on SQLite and,
//! where `STEMMA_TEST_POSTGRES_URL` names a server, on PostgreSQL. By turns in one run with the same statement through
//! sqlx alone, and with the same screen over the records without a table of its own. Units are made up.

use std::{
    fmt::Write as _,
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use axum::{
    Router,
    body::Body,
    http::{Request, header::CONTENT_TYPE},
};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection, Executor, PgConnection, SqliteConnection,
    postgres::PgConnectOptions, sqlite::SqliteConnectOptions,
};
use stemma::{
    catalogue::{
        Catalogue,
        import::{CHUNK, Candidate, Import},
    },
    clock::{Clock, Ids},
    db::Db,
    graphql::CursorKey,
    import::{self, Format, source_file::SourceFile},
};
use tower::ServiceExt;

/// As in the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const UNITS: usize = 100_000;
/// Requests of each screen; the whole scan of all records is repeated less often.
const REQUESTS: usize = 200;
const SCANS: usize = 5;
const GOAL: Duration = Duration::from_millis(20);

const QUERY: &str = "query($filter: CordBloodUnitFilter, $order: CordBloodUnitOrder, $after: String) {
    cordBloodUnits(filter: $filter, orderBy: $order, first: 20, after: $after) {
        nodes { accession abo { code } rhd { code } frozen { tnc cd34 } standing { transplant { code } } }
        pageInfo { hasNextPage endCursor }
    } }";

/// A screen: how selective it is, what it asks, and the same as a condition on columns.
struct Screen {
    name: &'static str,
    filter: Value,
    order: &'static str,
    sql: String,
}

impl Screen {
    fn new(name: &'static str, abo: Option<&str>, tnc: u32, cd34: u32) -> Self {
        let mut filter = json!({ "tnc": { "gte": tnc }, "cd34": { "gte": cd34 }, "transplant": { "eq": "listed" } });
        let mut sql = format!("transplant = 'listed' AND tnc >= {tnc} AND cd34 >= {cd34}");
        if let Some(abo) = abo {
            filter["abo"] = json!({ "eq": abo });
            write!(sql, " AND abo = '{abo}'").expect("a text takes every write");
        }
        sql.push_str(" ORDER BY tnc DESC, record_id DESC");
        Self { name, filter, order: "TNC", sql }
    }

    fn by_cd34(self) -> Self {
        Self { order: "CD34", sql: self.sql.replace("BY tnc", "BY cd34"), ..self }
    }
}

fn screens() -> [Screen; 5] {
    [
        Screen::new("unselective", Some("O"), 300_000_000, 1_000_000),
        Screen::new("selective", Some("AB"), 2_500_000_000, 12_000_000),
        Screen::new("nothing found", Some("O"), 300_000_000, 900_000_000),
        Screen::new("selective, by CD34+", Some("A"), 2_900_000_000, 1_000_000).by_cd34(),
        Screen::new("any blood group", None, 2_900_000_000, 14_000_000),
    ]
}

fn main() -> anyhow::Result<()> {
    stemma::telemetry::start();
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(run())
}

async fn run() -> anyhow::Result<()> {
    let dir = tempfile::tempdir()?;
    let file = dir.path().join("stemma.sqlite");
    let catalogue = load(&format!("sqlite://{}", file.display())).await?;
    let options = SqliteConnectOptions::new().filename(&file).pragma("cache_size", "-8192");
    measure("SQLite", &catalogue, &mut Bare::Sqlite(options.connect().await?)).await?;
    match server() {
        None => println!("STEMMA_TEST_POSTGRES_URL is not set: PostgreSQL is not measured"),
        Some(server) => on_postgres(&server).await?,
    }
    Ok(())
}

#[expect(
    clippy::disallowed_methods,
    reason = "what a benchmark needs is no setting of the program"
)]
fn server() -> Option<String> {
    std::env::var("STEMMA_TEST_POSTGRES_URL").ok()
}

async fn on_postgres(server: &str) -> anyhow::Result<()> {
    let name = format!("stemma_bench_{}", std::process::id());
    let options: PgConnectOptions = server.parse()?;
    let mut own = PgConnection::connect_with(&options).await?;
    let create = format!(
        "CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'"
    );
    own.execute(AssertSqlSafe(create)).await?;
    let options = options.database(&name);
    let catalogue = load(options.to_url_lossy().as_str()).await?;
    let mut bare = PgConnection::connect_with(&options).await?;
    // The server does so by itself, a minute after the rows came.
    bare.execute("VACUUM ANALYZE").await?;
    let measured = measure("PostgreSQL", &catalogue, &mut Bare::Postgres(bare)).await;
    catalogue.db().close().await;
    own.execute(AssertSqlSafe(format!("DROP DATABASE {name} WITH (FORCE)"))).await?;
    measured
}

/// Numbers without a pattern, the same in every run (xorshift).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }
}

fn unit(n: usize, numbers: &mut Numbers) -> String {
    let abo = ["A", "A", "A", "A", "O", "O", "O", "B", "B", "AB"]
        [usize::try_from(numbers.below(10)).unwrap_or(0)];
    let listing = ["listed", "listed", "pending_survey", "never_eligible"]
        [usize::try_from(numbers.below(4)).unwrap_or(0)];
    // Small ones far more often: the product of two.
    let tnc = 300_000_000 + numbers.below(1_800) * numbers.below(1_800) * 1_000;
    let cd34 = 500_000 + numbers.below(4_000) * numbers.below(4_000);
    let opening = json!({ "custody": "stored", "transplant": { "state": listing }, "research_consent": "unknown" });
    let facts = json!({
        "external_ids": [{ "scheme": "unit_digest", "value": format!("{n:064x}") }],
        "infant": { "abo": abo, "rhd": if numbers.below(200) == 0 { "N" } else { "P" } },
        "frozen": { "tnc": tnc, "cd34": cd34 },
        "history": { "opened": "2020-01-01", "opening": opening },
    });
    let layer = json!({ "source": "curator", "key": n.to_string(), "facts": facts });
    json!({ "kind": "cord_blood_unit", "layers": [layer] }).to_string()
}

async fn load(address: &str) -> anyhow::Result<Catalogue> {
    let catalogue =
        Catalogue::new(Db::open(address).await?, Clock::System, Ids::new(Clock::System), "STM");
    catalogue.migrate().await?;
    let mut numbers = Numbers(88_172_645_463_325_252);
    let lines: Vec<String> = (0..UNITS).map(|n| unit(n, &mut numbers)).collect();
    let file =
        SourceFile::from_reader("units", std::io::Cursor::new(lines.join("\n").into_bytes()))?;
    let start = Instant::now();
    let mut import = Import::begin(&catalogue, "jsonl", "bench", false).await?;
    let candidates: Vec<Candidate> =
        import::rows(Format::Jsonl, file)?.filter_map(Result::ok).collect();
    for chunk in candidates.chunks(CHUNK) {
        import.chunk(chunk).await?;
    }
    ensure!(import.report.taken == UNITS as u64, "{:?}", import.report.rows.first());
    println!("{UNITS} units taken in {:.1} s", start.elapsed().as_secs_f64());
    Ok(catalogue)
}

/// A connection without anything of ours.
enum Bare {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Bare {
    async fn rows(&mut self, sql: &str) -> anyhow::Result<usize> {
        let sql = AssertSqlSafe(sql.to_owned());
        Ok(match self {
            Self::Sqlite(connection) => sqlx::query(sql).fetch_all(connection).await?.len(),
            Self::Postgres(connection) => sqlx::query(sql).fetch_all(connection).await?.len(),
        })
    }

    /// The same condition on the snapshots themselves. A row of the log is a record of one source here.
    fn on_records(&self, sql: &str) -> String {
        let columns = match self {
            Self::Sqlite(_) => {
                "json_extract(v.snapshot, '$.layers[0].facts.infant.abo') AS abo,
                 json_extract(v.snapshot, '$.layers[0].facts.frozen.tnc') AS tnc,
                 json_extract(v.snapshot, '$.layers[0].facts.frozen.cd34') AS cd34,
                 json_extract(v.snapshot, '$.layers[0].facts.history.opening.transplant.state') AS transplant"
            }
            Self::Postgres(_) => {
                "v.snapshot::jsonb #>> '{layers,0,facts,infant,abo}' AS abo,
                 (v.snapshot::jsonb #>> '{layers,0,facts,frozen,tnc}')::bigint AS tnc,
                 (v.snapshot::jsonb #>> '{layers,0,facts,frozen,cd34}')::bigint AS cd34,
                 v.snapshot::jsonb #>> '{layers,0,facts,history,opening,transplant,state}' AS transplant"
            }
        };
        format!(
            "SELECT s.record_id, s.tnc FROM (SELECT r.id AS record_id, {columns} FROM records r JOIN revisions v \
             ON v.record_id = r.id AND v.version = r.version \
             WHERE r.kind = 'cord_blood_unit' AND r.state = 'published') s WHERE {sql} LIMIT 21"
        )
    }

    fn on_units(sql: &str) -> String {
        // The rows of the page with their snapshots: what the two statements of the program bring.
        format!(
            "SELECT p.record_id, v.snapshot FROM (SELECT record_id FROM units WHERE {sql} LIMIT 21) p \
             JOIN records r ON r.id = p.record_id \
             JOIN revisions v ON v.record_id = r.id AND v.version = r.version"
        )
    }
}

async fn measure(engine: &str, catalogue: &Catalogue, bare: &mut Bare) -> anyhow::Result<()> {
    let router = stemma::http::router(catalogue, CursorKey::new(b"a key for one run"));
    for screen in screens() {
        let order = json!({ "field": screen.order, "direction": "DESC" });
        let asked =
            |after: &Value| json!({ "filter": screen.filter, "order": order, "after": after });
        let first = ask(&router, &asked(&Value::Null)).await?;
        let found = first["nodes"].as_array().map_or(0, Vec::len);
        let ours = median_of(&router, &asked(&Value::Null)).await?;
        let third = match third_page(&router, &asked).await? {
            Some(cursor) => Some(median_of(&router, &asked(&cursor)).await?),
            None => None,
        };
        let table = time(bare, &Bare::on_units(&screen.sql), found, REQUESTS).await?;
        let scan = bare.on_records(&screen.sql);
        let scan = time(bare, &scan, found, SCANS).await?;
        let word = if ours.max(third.unwrap_or_default()) <= GOAL { "kept" } else { "MISSED" };
        let third = third.map_or_else(|| "none".to_owned(), shown);
        println!(
            "{engine}, {}: first page {} ({found} units), third page {third}; sqlx alone {}; without the table {}; \
             at most {} promised: {word}",
            screen.name,
            shown(ours),
            shown(table),
            shown(scan),
            shown(GOAL),
        );
    }
    Ok(())
}

fn shown(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1_000.0)
}

/// The cursor of the third page, where there is one.
async fn third_page(
    router: &Router,
    asked: &impl Fn(&Value) -> Value,
) -> anyhow::Result<Option<Value>> {
    let mut cursor = Value::Null;
    for _ in 0..2 {
        let page = ask(router, &asked(&cursor)).await?;
        if page["pageInfo"]["hasNextPage"] == false {
            return Ok(None);
        }
        cursor = page["pageInfo"]["endCursor"].clone();
    }
    Ok(Some(cursor))
}

async fn ask(router: &Router, variables: &Value) -> anyhow::Result<Value> {
    let body = json!({ "query": QUERY, "variables": variables }).to_string();
    let request = Request::post("/graphql")
        .header(CONTENT_TYPE, "application/json")
        .body(Body::from(body))?;
    let response = router.clone().oneshot(request).await?;
    let mut answer: Value =
        serde_json::from_slice(&response.into_body().collect().await?.to_bytes())?;
    ensure!(answer.get("errors").is_none(), "{answer}");
    Ok(answer["data"]["cordBloodUnits"].take())
}

async fn median_of(router: &Router, variables: &Value) -> anyhow::Result<Duration> {
    let mut times = Vec::with_capacity(REQUESTS);
    for _ in 0..REQUESTS {
        let start = Instant::now();
        ask(router, variables).await?;
        times.push(start.elapsed());
    }
    median(times)
}

/// The median of a statement that finds as much as the screen did, one row more where there is more.
async fn time(bare: &mut Bare, sql: &str, found: usize, times: usize) -> anyhow::Result<Duration> {
    let mut taken = Vec::with_capacity(times);
    for _ in 0..times {
        let start = Instant::now();
        let rows = bare.rows(sql).await?;
        taken.push(start.elapsed());
        ensure!(rows.min(20) == found, "{rows} rows where the screen found {found}: {sql}");
    }
    median(taken)
}

fn median(mut times: Vec<Duration>) -> anyhow::Result<Duration> {
    times.sort_unstable();
    times.get(times.len() / 2).copied().context("nothing was measured")
}
