//! `stemma serve`: the catalogue on a socket, its index following the log, until it is told to stop.

use std::{net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use anyhow::Context;
use tokio::{net::TcpListener, signal::unix::SignalKind, time::timeout};
use tokio_util::sync::CancellationToken;

use super::mirror;
use crate::{
    catalogue::{
        Catalogue, Error,
        import::{Import, Outcome},
    },
    config::Config,
    graphql::cursor::CursorKey,
    http,
    import::{self, Format, source_file::SourceFile},
    search::{
        embedded::{EmbeddedIndex, EmbeddedWriter},
        query::SearchError,
    },
};

/// How long a change of another process may stay unseen by this one's search.
const POLL: Duration = Duration::from_millis(250);
/// How long requests under way may take after the signal to stop.
const DRAIN: Duration = Duration::from_secs(20);

pub(super) async fn run(config: &Config, demo: bool) -> anyhow::Result<()> {
    let catalogue = super::open(config).await?;
    if demo {
        load_demo(&catalogue).await?;
    }
    let index = Arc::new(EmbeddedIndex::open(&index_folder(config, &catalogue).await?)?);
    let mut writer = index.writer(1)?;
    let catalogue = catalogue.with_index(index.clone());
    catalogue.follow(&index, &mut writer).await?;
    let listener = bind(config.listen).await?;
    let metrics = match config.metrics {
        Some(address) => Some(bind(address).await?),
        None => None,
    };
    let address = listener.local_addr()?;
    let router = http::router(&catalogue, cursor_key(&catalogue).await?);
    let stop = CancellationToken::new();
    let mirror = catalogue.mirror();
    let mirror = mirror.map(|m| tokio::spawn(mirror::keep(m, catalogue.changed(), stop.clone())));
    if let Some(listener) = metrics {
        super::say(format_args!("metrics are at http://{}/metrics", listener.local_addr()?));
        tokio::spawn(http::serve(listener, http::metrics(catalogue.clone()), stop.clone()));
    }
    let follower = tokio::spawn(follow(catalogue, index, writer, stop.clone()));
    super::say(format_args!("Stemma is ready at http://{address}"));
    let serving = tokio::spawn(http::serve(listener, router, stop.clone()));
    stop_signal().await?;
    stop.cancel();
    let served = timeout(DRAIN, serving).await;
    follower.await?;
    if let Some(mirror) = mirror {
        mirror.await?;
    }
    if let Ok(served) = served {
        served??;
    } else {
        tracing::warn!("some requests did not end in time and were cut off");
    }
    Ok(())
}

async fn bind(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| format!("cannot listen on {address}"))
}

/// Loads the demo catalogue. It is an excerpt of its sources: what the store knows of them already stays.
async fn load_demo(catalogue: &Catalogue) -> anyhow::Result<()> {
    let file = SourceFile::from_reader("demo.jsonl", import::DEMO.as_bytes())?;
    let rows = import::rows(Format::Jsonl, file)?;
    let import = Import::begin(catalogue, Format::Jsonl.name(), "demo.jsonl", false).await?;
    let mut import = import.keeping_what_is_there();
    super::import::take(&mut import, rows).await?;
    let report = &import.report;
    for row in report.rows.iter().filter(|row| row.outcome == Outcome::Refused) {
        tracing::warn!(row = row.row, label = row.label, "demo record refused: {}", row.message);
    }
    tracing::info!(taken = report.taken, unchanged = report.unchanged, "demo catalogue loaded");
    Ok(())
}

/// The key that authenticates cursors is shared by all servers on one database, so that a reader may be sent from
/// one to another.
async fn cursor_key(catalogue: &Catalogue) -> anyhow::Result<CursorKey> {
    let fresh: [u8; 32] = rand::random();
    let key = catalogue.shared_secret("cursor_key", &hex::encode(fresh)).await?;
    Ok(CursorKey::new(&hex::decode(key)?))
}

/// Keeps the index at the head of the log: at once after a change of this process, soon after one of another. A
/// failure is logged and tried again with a new writer, because one that met a full disk stays broken; searches go
/// on with what the index has.
async fn follow(
    catalogue: Catalogue,
    index: Arc<EmbeddedIndex>,
    writer: EmbeddedWriter,
    stop: CancellationToken,
) {
    let mut writer = Some(writer);
    let changed = catalogue.changed();
    let mut pause = POLL;
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = changed.notified() => {}
            () = tokio::time::sleep(pause) => {}
        }
        match step(&catalogue, &index, &mut writer).await {
            Ok(()) => pause = POLL,
            Err(error) => {
                tracing::error!(%error, "the search index does not follow the log");
                writer = None;
                pause = (pause * 2).min(Duration::from_mins(1));
            }
        }
    }
}

async fn step(
    catalogue: &Catalogue,
    index: &EmbeddedIndex,
    writer: &mut Option<EmbeddedWriter>,
) -> anyhow::Result<()> {
    let writer = match writer {
        Some(writer) => writer,
        None => writer.insert(index.writer(1)?),
    };
    catalogue.follow(index, writer).await?;
    Ok(())
}

async fn stop_signal() -> anyhow::Result<()> {
    let mut terminate = tokio::signal::unix::signal(SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted?,
        _ = terminate.recv() => {}
    }
    Ok(())
}

/// Brings the index up to date from a command. A server that runs on the same data folder does it itself.
pub(super) async fn index_now(config: &Config, catalogue: &Catalogue) -> anyhow::Result<()> {
    let index = EmbeddedIndex::open(&index_folder(config, catalogue).await?)?;
    let mut writer = match index.writer(2) {
        Ok(writer) => writer,
        Err(SearchError::Locked { .. }) => {
            super::say(format_args!(
                "the server that runs on this data folder brings the search index up to date"
            ));
            return Ok(());
        }
        Err(error) => return Err(error.into()),
    };
    let position = match catalogue.follow(&index, &mut writer).await {
        Ok(position) => position,
        Err(Error::Search(problem)) => {
            anyhow::bail!("the search index was not brought up to date: {problem}")
        }
        Err(error) => return Err(error.into()),
    };
    super::say(format_args!("the search index is at revision {position}"));
    Ok(())
}

/// Empties the index and fills it anew.
pub(super) async fn rebuild(config: &Config, catalogue: &Catalogue) -> anyhow::Result<()> {
    let index = EmbeddedIndex::open(&index_folder(config, catalogue).await?)?;
    let mut writer = index.writer(2)?;
    writer.clear()?;
    writer.commit(0, &[])?;
    drop(writer);
    index_now(config, catalogue).await
}

/// Every log has an index of its own.
async fn index_folder(config: &Config, catalogue: &Catalogue) -> anyhow::Result<PathBuf> {
    let folder = config.index().join(catalogue.log_id().await?);
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}
