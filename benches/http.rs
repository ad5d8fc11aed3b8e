//! What GraphQL costs beside a handler that sends the same statement and writes the same fields by hand. Both
//! servers stand in this process on loopback and are driven by `wrk`, by turns in one run.

use std::{
    fmt::Write as _,
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
};

use anyhow::{Context, ensure};
use axum::{
    Router,
    body::Body,
    extract::{Path as UrlPath, State},
    http::{Request, StatusCode, header::CONTENT_TYPE},
    response::IntoResponse,
    routing::get,
};
use http_body_util::BodyExt;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sqlx::{
    SqlitePool,
    sqlite::{SqliteConnectOptions, SqlitePoolOptions},
};
use stemma::{
    catalogue::{
        Catalogue,
        import::{CHUNK, Candidate, Import},
    },
    clock::{Clock, Ids},
    db::{Db, record::RecordRow},
    domain::{
        identifier::ExternalId,
        names::{Name, NameKind},
    },
    graphql::CursorKey,
    import::{self, Format, Rows, source_file::SourceFile},
};
use tokio::net::TcpListener;
use tower::ServiceExt;

/// As in the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const ROUNDS: usize = 2;
/// GraphQL may be so much slower than the handler written by hand.
const GOAL: f64 = 0.5;
/// Lines asked for in turn.
const SAMPLE: usize = 300;

const LINE: &str = "query Line($accession: String!) { cellLine(by: {accession: $accession}) { accession name version \
                    updatedAt names { text } externalIds { value } } }";
const LINES: &str = "{ cellLines(first: 20) { nodes { name accession names { text } donor { sex { code } ageBand } \
                     diseases { reference { label } } } } }";
/// The statement of the GraphQL query.
const STATEMENT: &str = "SELECT r.id, r.kind, r.accession, r.state, r.version, r.name_folded, r.created_at, \
                         r.updated_at, v.snapshot FROM records r JOIN revisions v ON v.record_id = r.id AND \
                         v.version = r.version WHERE r.accession IN ($1)";

fn main() -> anyhow::Result<()> {
    let wrk = Command::new("wrk").arg("--version").stdout(Stdio::null()).status();
    if wrk.is_err() {
        println!(
            "wrk is missing; `bash benches/load.sh` installs it (package `wrk`) and runs this"
        );
        return Ok(());
    }
    stemma::telemetry::start();
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(run())
}

async fn run() -> anyhow::Result<()> {
    let dir = tempfile::tempdir()?;
    let file = dir.path().join("stemma.sqlite");
    let catalogue = load(&file).await?;
    let pool = readers(&file).await?;
    let sample = "SELECT accession FROM records WHERE kind = 'cell_line' AND state = 'published' \
                  ORDER BY name_folded, id LIMIT $1";
    let sample: Vec<String> =
        sqlx::query_scalar(sample).bind(i64::try_from(SAMPLE)?).fetch_all(&pool).await?;
    let ours = stemma::http::router(&catalogue, CursorKey::new(b"a key for one run"));
    let bare = Router::new().route("/line/{accession}", get(line)).with_state(pool);
    ensure!(!sample.is_empty(), "there are no lines");
    same_answers(&ours, &bare, &sample).await?;
    statements(&catalogue, &ours, &sample[0]).await?;
    let plain: Vec<Asked> = sample.iter().map(|accession| plain(accession)).collect();
    let posted: Vec<Asked> = sample.iter().map(|accession| graphql(LINE, accession)).collect();
    let by_hand = Load::new(&dir, &bare, &plain).await?;
    let one = Load::new(&dir, &ours, &posted).await?;
    let list = Load::new(&dir, &ours, &[graphql(LINES, "")]).await?;
    drive(&by_hand, &one, &list).await
}

/// How many statements a request sends. To be counted before the load: what is cut off at its end goes on for a while.
async fn statements(catalogue: &Catalogue, ours: &Router, line: &str) -> anyhow::Result<()> {
    for (name, asked) in [("one line", graphql(LINE, line)), ("20 lines", graphql(LINES, ""))] {
        let before = catalogue.db().statements();
        answer(ours, &asked).await?;
        println!("{name}: {} statements a request", catalogue.db().statements() - before);
    }
    Ok(())
}

async fn drive(by_hand: &Load, one: &Load, list: &Load) -> anyhow::Result<()> {
    let (mut ratios, mut lists) = (Vec::new(), Vec::new());
    for round in 1..=ROUNDS {
        let (bare, ours) = (by_hand.drive().await?, one.drive().await?);
        let ratio = ours.rate / bare.rate;
        println!("round {round}: one line by hand {bare}, by GraphQL {ours}; ratio {ratio:.2}");
        ratios.push(ratio);
        let listed = list.drive().await?;
        println!("round {round}: 20 lines with donors and diseases {listed}");
        lists.push(listed.rate);
    }
    let ratio = median(ratios);
    let word = if ratio >= GOAL { "kept" } else { "MISSED" };
    println!("one line: {ratio:.2} of the handler by hand; at least {GOAL} is promised: {word}");
    println!("20 lines: {:.0} requests a second", median(lists));
    Ok(())
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    f64::midpoint(values[(values.len() - 1) / 2], values[values.len() / 2])
}

/// The demo catalogue, and the lines of hPSCreg where they are at hand.
async fn load(file: &Path) -> anyhow::Result<Catalogue> {
    let db = Db::open(&format!("sqlite://{}", file.display())).await?;
    let catalogue = Catalogue::new(db, Clock::System, Ids::new(Clock::System), "STM");
    catalogue.migrate().await?;
    let demo = SourceFile::from_reader("demo.jsonl", import::DEMO.as_bytes())?;
    take(&catalogue, Format::Jsonl, import::rows(Format::Jsonl, demo)?).await?;
    let hpscreg = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/hpscreg-clo-2019.tsv");
    if hpscreg.exists() {
        let rows = import::open(Format::HpscregClo, &hpscreg)?;
        take(&catalogue, Format::HpscregClo, rows).await?;
    }
    let (counts, _) = catalogue.counts().await?;
    let counts: Vec<String> =
        counts.iter().map(|(kind, count)| format!("{kind} {count}")).collect();
    println!("records: {}", counts.join(", "));
    Ok(catalogue)
}

async fn take(catalogue: &Catalogue, format: Format, rows: Rows) -> anyhow::Result<()> {
    let mut import = Import::begin(catalogue, format.name(), "bench", false).await?;
    let candidates: Vec<Candidate> = rows.filter_map(Result::ok).collect();
    for chunk in candidates.chunks(CHUNK) {
        import.chunk(chunk).await?;
    }
    Ok(())
}

/// With the settings under which the catalogue reads.
async fn readers(file: &Path) -> anyhow::Result<SqlitePool> {
    let options = SqliteConnectOptions::new()
        .filename(file)
        .pragma("query_only", "ON")
        .pragma("cache_size", "-8192");
    let pool = SqlitePoolOptions::new().max_connections(8).test_before_acquire(false);
    Ok(pool.connect_with(options).await?)
}

#[derive(Deserialize)]
struct Snapshot {
    layers: Vec<Layer>,
}

#[derive(Deserialize)]
struct Layer {
    facts: Facts,
}

#[derive(Deserialize)]
struct Facts {
    #[serde(default)]
    names: Vec<Name>,
    #[serde(default)]
    external_ids: Vec<ExternalId>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Line<'a> {
    accession: &'a str,
    name: &'a str,
    version: i64,
    updated_at: String,
    names: Vec<Text<'a>>,
    external_ids: Vec<Identifier<'a>>,
}

#[derive(Serialize)]
struct Text<'a> {
    text: &'a str,
}

#[derive(Serialize)]
struct Identifier<'a> {
    value: &'a str,
}

/// The handler written by hand.
async fn line(
    State(pool): State<SqlitePool>,
    UrlPath(accession): UrlPath<String>,
) -> Result<impl IntoResponse, StatusCode> {
    let row = sqlx::query_as::<_, RecordRow>(STATEMENT).bind(&accession).fetch_optional(&pool);
    let row = row.await.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    let row = row.filter(|row| row.state == "published" && row.kind == "cell_line");
    let row = row.ok_or(StatusCode::NOT_FOUND)?;
    let json = by_hand(&row).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    Ok(([(CONTENT_TYPE, "application/json")], json))
}

fn by_hand(row: &RecordRow) -> serde_json::Result<String> {
    let snapshot: Snapshot = serde_json::from_str(&row.snapshot)?;
    let facts = || snapshot.layers.iter().map(|layer| &layer.facts);
    let names = each_once(facts().flat_map(|facts| &facts.names));
    let ids = each_once(facts().flat_map(|facts| &facts.external_ids));
    let shown = names.iter().filter(|name| name.kind != NameKind::Misspelling);
    let shown = shown.min_by_key(|name| (name.kind, !name.suits("en")));
    serde_json::to_string(&Line {
        accession: &row.accession,
        name: shown.map_or(&row.accession, |name| &name.text),
        version: row.version,
        updated_at: row.updated_at.to_rfc3339(),
        names: names.iter().map(|name| Text { text: &name.text }).collect(),
        external_ids: ids.iter().map(|id| Identifier { value: &id.value }).collect(),
    })
}

fn each_once<'a, T: PartialEq>(items: impl Iterator<Item = &'a T>) -> Vec<&'a T> {
    let mut once = Vec::new();
    for item in items {
        if !once.contains(&item) {
            once.push(item);
        }
    }
    once
}

/// A path to get or, with a body, to post to.
struct Asked {
    path: String,
    body: Option<String>,
}

fn plain(accession: &str) -> Asked {
    Asked { path: format!("/line/{accession}"), body: None }
}

fn graphql(query: &str, accession: &str) -> Asked {
    let mut body = json!({ "query": query });
    if !accession.is_empty() {
        body["variables"] = json!({ "accession": accession });
    }
    Asked { path: "/graphql".to_owned(), body: Some(body.to_string()) }
}

async fn answer(router: &Router, asked: &Asked) -> anyhow::Result<Value> {
    let request = match &asked.body {
        None => Request::get(&asked.path).body(Body::empty()),
        Some(body) => Request::post(&asked.path)
            .header(CONTENT_TYPE, "application/json")
            .body(Body::from(body.clone())),
    };
    let response = router.clone().oneshot(request?).await?;
    ensure!(response.status() == StatusCode::OK, "{}: {}", asked.path, response.status());
    let answer: Value = serde_json::from_slice(&response.into_body().collect().await?.to_bytes())?;
    ensure!(answer.get("errors").is_none(), "{}: {answer}", asked.path);
    Ok(answer)
}

/// A server that leaves something out would be the faster one for it.
async fn same_answers(ours: &Router, bare: &Router, sample: &[String]) -> anyhow::Result<()> {
    for accession in sample {
        let by_hand = answer(bare, &plain(accession)).await?;
        let answered = answer(ours, &graphql(LINE, accession)).await?;
        ensure!(answered["data"]["cellLine"] == by_hand, "{accession}: {answered} and {by_hand}");
    }
    Ok(())
}

/// Requests to a server of its own, and the script that sends them in turn.
struct Load {
    address: String,
    script: Arc<Path>,
}

impl Load {
    async fn new(
        dir: &tempfile::TempDir,
        router: &Router,
        requests: &[Asked],
    ) -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let port = listener.local_addr()?.port();
        let router = router.clone();
        tokio::spawn(async move { axum::serve(listener, router).await });
        let script = dir.path().join(format!("{port}.lua"));
        std::fs::write(&script, lua(requests)?)?;
        Ok(Self { address: format!("http://127.0.0.1:{port}"), script: script.into() })
    }

    async fn drive(&self) -> anyhow::Result<Measured> {
        let (script, address) = (self.script.clone(), self.address.clone());
        let output = tokio::task::spawn_blocking(move || {
            let settings = ["--threads", "1", "--connections", "16", "--duration", "5s"];
            Command::new("wrk")
                .args(settings)
                .args(["--latency", "--script"])
                .arg(&*script)
                .arg(address)
                .output()
        });
        let output = output.await??;
        let text = String::from_utf8(output.stdout)?;
        let failed = ["Non-2xx", "Socket errors"].iter().any(|sign| text.contains(sign));
        ensure!(output.status.success() && !failed, "wrk: {text}");
        Measured::read(&text).with_context(|| text.clone())
    }
}

/// The requests are put together once, so that the script costs next to nothing.
fn lua(requests: &[Asked]) -> anyhow::Result<String> {
    let mut script = "local asked, at = {}, 0\nfunction init()\n".to_owned();
    for Asked { path, body } in requests {
        let (method, headers, body) = match body {
            None => ("GET", "nil", "nil".to_owned()),
            Some(body) => {
                let headers = r#"{["content-type"] = "application/json", Host = wrk.headers.Host}"#;
                ("POST", headers, format!("[==[{body}]==]"))
            }
        };
        writeln!(
            script,
            "asked[#asked + 1] = wrk.format(\"{method}\", \"{path}\", {headers}, {body})"
        )?;
    }
    script.push_str("end\nfunction request() at = at % #asked + 1; return asked[at] end\n");
    Ok(script)
}

/// Requests a second, and the time within which 99 of 100 were answered.
struct Measured {
    rate: f64,
    slowest: String,
}

impl Measured {
    fn read(text: &str) -> anyhow::Result<Self> {
        let after = |name: &str| {
            let line = text.lines().find_map(|line| line.trim().strip_prefix(name));
            line.map(str::trim).with_context(|| format!("no line `{name}`"))
        };
        Ok(Self { rate: after("Requests/sec:")?.parse()?, slowest: after("99%")?.to_owned() })
    }
}

impl std::fmt::Display for Measured {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:.0}/s (99 % within {})", self.rate, self.slowest)
    }
}
