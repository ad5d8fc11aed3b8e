//! Meilisearch held to the contract: a real server where there is one, else its double.

use std::{
    net::TcpListener,
    process::{Child, Command, Stdio},
    time::Duration,
};

use stemma::{
    domain::id::RecordId,
    search::{
        document::Document,
        meilisearch::{Keys, Meilisearch, Meta, TaskState, row, stamp},
        query::{SearchAnswer, SearchQuery},
    },
};
use tempfile::TempDir;

use super::Engine;
use crate::double::Double;

const KEY: &str = "a master key for one run";
const INDEX: &str = "contract";
const LOG: &str = "contract";

/// A server of some kind.
pub(crate) enum Server {
    /// One that somebody else keeps, named by `STEMMA_TEST_MEILISEARCH_URL`.
    Named {
        url: String,
        key: String,
    },
    /// One of our own, from the program on the PATH.
    Own {
        child: Child,
        dir: TempDir,
        port: u16,
    },
    Double(Double),
}

impl Server {
    /// The best there is.
    pub(crate) async fn best() -> Self {
        if let Some(real) = Self::real().await {
            return real;
        }
        eprintln!("no real Meilisearch is at hand; its double stands in");
        Self::Double(Double::start().await)
    }

    /// `None` where there is no real server.
    #[expect(
        clippy::disallowed_methods,
        reason = "what the test suite needs is no setting of the program"
    )]
    pub(crate) async fn real() -> Option<Self> {
        if let Ok(url) = std::env::var("STEMMA_TEST_MEILISEARCH_URL") {
            let key = std::env::var("STEMMA_TEST_MEILISEARCH_KEY").unwrap_or_default();
            return Some(Self::Named { url, key });
        }
        Command::new("meilisearch").arg("--version").stdout(Stdio::null()).status().ok()?;
        let dir = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let child = start(&dir, port).await;
        Some(Self::Own { child, dir, port })
    }

    /// Where it is, and its key.
    pub(crate) fn address(&self) -> (String, String) {
        match self {
            Self::Named { url, key } => (url.clone(), key.clone()),
            Self::Own { port, .. } => (format!("http://127.0.0.1:{port}"), KEY.to_owned()),
            Self::Double(double) => (double.url(), double.key().to_owned()),
        }
    }

    pub(crate) fn engine(&self, index: &str, log: &str) -> Meilisearch {
        let (url, key) = self.address();
        let keys = Keys { key: Some(key), ..Keys::default() };
        Meilisearch::new(&url, &keys, index, log).unwrap()
    }

    /// Ends the server without a warning and starts it again, where it is ours to end.
    pub(crate) async fn kill(&mut self) {
        if let Self::Own { child, dir, port } = self {
            child.kill().unwrap();
            child.wait().unwrap();
            *child = start(dir, *port).await;
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Self::Own { child, .. } = self {
            child.kill().ok();
            child.wait().ok();
        }
    }
}

async fn start(dir: &TempDir, port: u16) -> Child {
    let mut child = Command::new("meilisearch")
        .args(["--no-analytics", "--log-level", "ERROR", "--master-key", KEY])
        .args(["--http-addr", &format!("127.0.0.1:{port}")])
        .arg("--db-path")
        .arg(dir.path().join("data"))
        .arg("--dump-dir")
        .arg(dir.path().join("dumps"))
        .arg("--snapshot-dir")
        .arg(dir.path().join("snapshots"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    for _ in 0..600 {
        if tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
            return child;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    child.kill().unwrap();
    child.wait().unwrap();
    panic!("Meilisearch does not start");
}

/// The engine over whichever server there is.
pub(super) struct Remote {
    server: Server,
    engine: Meilisearch,
    changes: i64,
}

impl Remote {
    pub(super) async fn start() -> Self {
        let server = Server::best().await;
        let engine = server.engine(INDEX, LOG);
        let made = engine.make(INDEX).await.unwrap();
        done(&engine, made).await;
        Self { server, engine, changes: 0 }
    }

    pub(super) fn is_real(&self) -> bool {
        !matches!(self.server, Server::Double(_))
    }

    fn meta(&mut self) -> Meta {
        self.changes += 1;
        let (hash, build) = (String::new(), String::new());
        Meta { position: self.changes, hash, stamp: stamp(), log: LOG.to_owned(), build }
    }
}

pub(crate) async fn done(engine: &Meilisearch, task: u64) {
    loop {
        match engine.task(task).await.unwrap() {
            TaskState::Waiting => tokio::time::sleep(Duration::from_millis(5)).await,
            TaskState::Done => return,
            ended => panic!("{ended:?}"),
        }
    }
}

impl Engine for Remote {
    async fn fill(&mut self, documents: &[Document]) {
        let rows: Vec<_> = documents.iter().map(row).collect();
        let meta = self.meta();
        let lines = rows.iter().map(|row| row.line.as_str());
        let task = self.engine.put(INDEX, lines, Some(&meta), "contract").await.unwrap();
        done(&self.engine, task).await;
    }

    async fn remove(&mut self, id: RecordId) {
        let task = self.engine.delete(INDEX, &[id.to_string()], "contract").await.unwrap();
        done(&self.engine, task).await;
    }

    async fn restart(&mut self) {
        self.server.kill().await;
    }

    async fn search(&self, query: &SearchQuery) -> SearchAnswer {
        // A machine that is busy with other tests may be too slow for the patience of a search.
        for _ in 0..5 {
            if let Ok(answer) = self.engine.search(query).await {
                return answer;
            }
            tokio::time::sleep(Duration::from_secs(3)).await;
        }
        self.engine.search(query).await.unwrap()
    }

    fn name(&self) -> &'static str {
        match self.server {
            Server::Double(_) => "the double of Meilisearch",
            _ => "Meilisearch",
        }
    }
}
