//! A double of the part of the Meilisearch 1.50 protocol that the catalogue speaks, in this process and over a real
//! socket, so that a test can break it in every way in which a search server breaks. It knows nothing of the
//! catalogue, and it is no measure of relevance: its search is plain enough to be worked out by hand.

mod call;
mod filter;
mod index;
mod keys;
mod routes;
mod search;
mod tasks;
mod tests;

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    net::SocketAddr,
    pin::Pin,
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicU8, AtomicU64, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::{
    Router,
    body::to_bytes,
    extract::{ConnectInfo, Request, State as Shares, connect_info::Connected},
    http::StatusCode,
    response::{IntoResponse, Response},
    serve::{IncomingStream, Listener},
};
use serde_json::Value;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    sync::Notify,
    task::JoinHandle,
};

use self::{call::Call, tasks::State};

const MASTER_KEY: &str = "a-master-key-of-the-double";
/// What the real server takes in one request, in bytes.
const PAYLOAD_LIMIT: usize = 100 << 20;

/// How the server misbehaves. A later fault replaces an earlier one. How a task ends is up to the fault that is on
/// while the task is worked off, not when it was enqueued; [`Fault::LoseTasks`] alone acts on enqueueing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Connections are accepted and dropped at once, nothing is answered.
    Down,
    /// What is asked is done at once, but every answer is late by so much.
    Slow(Duration),
    /// What is asked is done, but the connection ends in the middle of the answer.
    CutAnswer,
    /// As `CutAnswer`, for the answers that say that a change is enqueued.
    CutEnqueued,
    /// Searches are turned away for ten seconds.
    Busy,
    /// Additions of documents are turned away as malformed, which is what the real one says of a full disk.
    DiskFull,
    /// Tasks fail for a reason that is not in them.
    TaskFailsInside,
    /// A task is taken in, then neither known nor done.
    LoseTasks,
    /// Tasks are cancelled by another, their change not done.
    CancelTasks,
    /// As `CancelTasks`, for deletions of documents alone.
    CancelDeletions,
    /// No key is good for anything but `/health`.
    WrongKey,
    /// An addition that holds a document with one of these ids fails as a whole.
    Refuse(BTreeSet<String>),
    /// Every facet value is counted once too often, though the documents are right.
    Miscount,
    /// `Down` from the n-th request after this fault on; 1 is the next one.
    FailAtRequest(u64),
}

/// A running double. It ends when it is dropped.
#[derive(Debug)]
pub(crate) struct Double {
    shared: Arc<Shared>,
    address: SocketAddr,
    server: JoinHandle<()>,
    worker: JoinHandle<()>,
}

impl Double {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared::default());
        let worker = tokio::spawn(tasks::work(Arc::clone(&shared)));
        let gate = Gate { listener, shared: Arc::clone(&shared) };
        let app = Router::new()
            .fallback(handle)
            .with_state(Arc::clone(&shared))
            .into_make_service_with_connect_info::<Line>();
        let server = tokio::spawn(async move { axum::serve(gate, app).await.unwrap() });
        Self { shared, address, server, worker }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The master key.
    #[expect(clippy::unused_self, reason = "callers ask the double, not this file")]
    pub(crate) fn key(&self) -> &str {
        MASTER_KEY
    }

    pub(crate) fn fault(&self, fault: Fault) {
        *self.shared.fault.lock().unwrap() = Some((fault, self.requests()));
    }

    pub(crate) fn heal(&self) {
        *self.shared.fault.lock().unwrap() = None;
    }

    /// Restarts empty: indexes and tasks are gone and tasks are numbered from zero. Keys stay.
    pub(crate) fn wipe(&self) {
        self.shared.state().wipe();
    }

    /// The documents of an index by primary key; none where there is no such index.
    pub(crate) fn documents(&self, index: &str) -> BTreeMap<String, Value> {
        let state = self.shared.state();
        let documents = state.indexes.get(index).map(|index| index.documents.clone());
        documents.unwrap_or_default().into_iter().map(|(id, d)| (id, Value::Object(d))).collect()
    }

    pub(crate) fn indexes(&self) -> Vec<String> {
        self.shared.state().indexes.keys().cloned().collect()
    }

    /// Requests seen so far; a connection that was dropped at once counts as one.
    pub(crate) fn requests(&self) -> u64 {
        self.shared.requests.load(Ordering::SeqCst)
    }
}

impl Drop for Double {
    fn drop(&mut self) {
        // Connections that are open live on in tasks of their own: they must not answer either.
        self.fault(Fault::Down);
        self.server.abort();
        self.worker.abort();
    }
}

/// What the connections, the worker and the test look at together.
#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    /// With the number of requests seen when the fault began.
    fault: Mutex<Option<(Fault, u64)>>,
    requests: AtomicU64,
    /// Wakes the worker.
    enqueued: Notify,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    fn fault(&self) -> Option<Fault> {
        self.fault.lock().unwrap().as_ref().map(|(fault, _)| fault.clone())
    }

    /// Whether the request of this number finds the server dead.
    fn is_down_at(&self, number: u64) -> bool {
        match &*self.fault.lock().unwrap() {
            Some((Fault::Down, _)) => true,
            Some((Fault::FailAtRequest(n), since)) => number.saturating_sub(*since) >= *n,
            _ => false,
        }
    }
}

async fn handle(
    Shares(shared): Shares<Arc<Shared>>,
    ConnectInfo(line): ConnectInfo<Line>,
    request: Request,
) -> Response {
    let number = shared.requests.fetch_add(1, Ordering::SeqCst) + 1;
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, PAYLOAD_LIMIT).await.unwrap_or_default();
    if shared.is_down_at(number) {
        line.become_state(DEAD);
        return Response::default();
    }
    let fault = shared.fault();
    let answer = routes::answer(&mut shared.state(), &Call::new(&parts, &body), fault.as_ref());
    let answer = answer.into_response();
    shared.enqueued.notify_one();
    match fault {
        Some(Fault::CutEnqueued) if answer.status() == StatusCode::ACCEPTED => {
            line.become_state(CUT);
        }
        Some(Fault::Slow(late)) => tokio::time::sleep(late).await,
        Some(Fault::CutAnswer) => line.become_state(CUT),
        _ => {}
    }
    if shared.is_down_at(number) {
        line.become_state(DEAD);
    }
    answer
}

/// Accepts connections, and drops them at once while the server is down.
#[derive(Debug)]
struct Gate {
    listener: TcpListener,
    shared: Arc<Shared>,
}

impl Listener for Gate {
    type Io = Wire;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Wire, SocketAddr) {
        loop {
            let (stream, address) = self.listener.accept().await.unwrap();
            let seen = self.shared.requests.load(Ordering::SeqCst);
            if self.shared.is_down_at(seen + 1) {
                self.shared.requests.fetch_add(1, Ordering::SeqCst);
                continue;
            }
            return (Wire { stream, line: Line::default() }, address);
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

const WHOLE: u8 = 0;
/// The next write goes through in part.
const CUT: u8 = 1;
/// Nothing more is written.
const DEAD: u8 = 2;

/// What happens to the bytes of one connection; a handler decides, its [`Wire`] obeys.
#[derive(Debug, Clone, Default)]
struct Line(Arc<AtomicU8>);

impl Line {
    fn become_state(&self, state: u8) {
        self.0.store(state, Ordering::SeqCst);
    }
}

impl Connected<IncomingStream<'_, Gate>> for Line {
    fn connect_info(stream: IncomingStream<'_, Gate>) -> Self {
        stream.io().line.clone()
    }
}

/// A connection that can be cut below HTTP, as a crash cuts it.
#[derive(Debug)]
struct Wire {
    stream: TcpStream,
    line: Line,
}

/// How much of an answer passes before the cut: its head and half of its body, or half of a head alone.
fn part_of(answer: &[u8]) -> usize {
    let head = answer.windows(4).position(|end| end == b"\r\n\r\n").map_or(0, |at| at + 4);
    if head == answer.len() { head / 2 } else { head + (answer.len() - head) / 2 }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.line.0.load(Ordering::SeqCst) {
            WHOLE => Pin::new(&mut self.stream).poll_write(cx, bytes),
            CUT => {
                let written =
                    ready!(Pin::new(&mut self.stream).poll_write(cx, &bytes[..part_of(bytes)]))?;
                self.line.become_state(DEAD);
                Poll::Ready(Ok(written))
            }
            _ => Poll::Ready(Err(io::ErrorKind::BrokenPipe.into())),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}
