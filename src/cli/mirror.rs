//! The mirror in Meilisearch: kept by the server, built anew and looked after by commands.

use std::{process::ExitCode, sync::Arc, time::Duration};

use anyhow::Context;
use tokio::{sync::Notify, time::Instant};
use tokio_util::sync::CancellationToken;

use crate::{
    catalogue::Catalogue,
    config::Config,
    search::{
        meilisearch::KeyUse,
        mirror::{Mirror, MirrorError, Turn},
    },
};

/// How long a change of another process may stay unseen.
const POLL: Duration = Duration::from_millis(250);
/// Changes that follow each other so closely go together.
const LINGER: Duration = Duration::from_millis(50);
/// Between two comparisons of index and database.
const HOUR: Duration = Duration::from_hours(1);
const PAUSE_MAX: Duration = Duration::from_mins(1);

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Make the keys that the server needs, from the master key that is configured, and print them
    Keys,
}

/// Mirrors until it is told to stop. A fault is logged and tried again, later and later.
pub(super) async fn keep(mut mirror: Mirror, changed: Arc<Notify>, stop: CancellationToken) {
    let mut pause = POLL;
    let mut compared = Instant::now();
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            () = changed.notified(), if pause == POLL => tokio::time::sleep(LINGER).await,
            () = tokio::time::sleep(pause) => {}
        }
        let turn = tokio::select! {
            () = stop.cancelled() => break,
            turn = step(&mut mirror, &mut compared) => turn,
        };
        match turn {
            Ok(()) => pause = POLL,
            Err(error) => {
                tracing::error!(%error, "the mirror in Meilisearch does not follow the log");
                pause = longer(pause, &error);
            }
        }
    }
    if let Err(error) = mirror.step_down().await {
        tracing::warn!(%error, "the lead of the mirror is kept until it runs out");
    }
}

async fn step(mirror: &mut Mirror, compared: &mut Instant) -> Result<(), MirrorError> {
    let leads = mirror.turn().await? != Turn::Follower;
    if leads && (compared.elapsed() > HOUR || mirror.is_doubted().await?) {
        mirror.check().await?;
        *compared = Instant::now();
    }
    Ok(())
}

/// How long a server that met a fault is left alone: longer each time, and no shorter than it asks for.
fn longer(pause: Duration, error: &MirrorError) -> Duration {
    let jitter = Duration::from_millis(rand::random_range(0..500));
    let asked = error.wait().unwrap_or_default().min(PAUSE_MAX);
    (pause * 2).clamp(Duration::from_secs(1), PAUSE_MAX).max(asked) + jitter
}

/// Builds the index anew: here, or in the server that leads the mirror.
pub(super) async fn rebuild(catalogue: &Catalogue) -> anyhow::Result<()> {
    let Some(mut mirror) = catalogue.mirror() else { return Ok(()) };
    let built = rebuild_with(&mut mirror).await;
    mirror.step_down().await?;
    built?;
    super::say(format_args!("the index in Meilisearch is built anew"));
    Ok(())
}

async fn rebuild_with(mirror: &mut Mirror) -> anyhow::Result<()> {
    let before = mirror.live_build().await?;
    mirror.want_rebuild().await?;
    let mut told = false;
    while mirror.is_rebuild_wanted().await? {
        if mirror.turn().await? == Turn::Follower {
            if !told {
                super::say(format_args!("the server that leads the mirror builds its index anew"));
                told = true;
            }
            tokio::time::sleep(POLL).await;
        }
    }
    let built = mirror.live_build().await? != before;
    anyhow::ensure!(built, "the server that leads the mirror could not build it; its log says why");
    Ok(())
}

/// Says what is not as it should be; the exit code is a failure where something is wrong that was not repaired.
pub(super) async fn doctor(config: &Config, search: bool) -> anyhow::Result<ExitCode> {
    let catalogue = super::open(config).await?;
    let mut code = ExitCode::SUCCESS;
    for aside in catalogue.set_aside().await? {
        let (record, at) = (aside.record, aside.at.to_rfc3339());
        super::say(format_args!("{record} is not in Meilisearch since {at}: {}", aside.reason));
        code = ExitCode::FAILURE;
    }
    if !search {
        return Ok(code);
    }
    let mirror = catalogue.mirror();
    let mut mirror = mirror.context("`search.meilisearch.url` is not set: there is no mirror")?;
    match mirror.compare_live().await? {
        None => {
            super::say(format_args!(
                "there is no index of this catalogue in Meilisearch; a running server makes it, or `stemma reindex`"
            ));
            code = ExitCode::FAILURE;
        }
        Some(drift) if drift.is_none() => {
            super::say(format_args!("the index in Meilisearch agrees with the database"));
        }
        Some(drift) => {
            super::say(format_args!("the index in Meilisearch differs: {drift}"));
            let repaired = mirror.check().await;
            if let Err(error) = repaired {
                mirror.step_down().await?;
                return Err(error.into());
            }
            if repaired.is_ok_and(|drift| drift.is_some()) {
                super::say(format_args!("it is repaired"));
            } else {
                mirror.want_check().await?;
                super::say(format_args!("the server that leads the mirror repairs it soon"));
                code = ExitCode::FAILURE;
            }
        }
    }
    mirror.step_down().await?;
    Ok(code)
}

pub(super) async fn run(config: &Config, command: Command) -> anyhow::Result<()> {
    let Command::Keys = command;
    let catalogue = super::open(config).await?;
    let engine = catalogue.meilisearch().context("`search.meilisearch.url` is not set")?;
    for purpose in KeyUse::ALL {
        let key = engine.make_key(purpose).await?;
        super::say(format_args!("search.meilisearch.{} = \"{key}\"", purpose.setting()));
    }
    Ok(())
}
