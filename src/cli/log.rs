//! `stemma log`: is the log as it was written?

use std::process::ExitCode;

use crate::{catalogue::Verdict, config::Config};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Walk the hash chain and name the first revision that was tampered with
    Verify,
}

pub(super) async fn run(config: &Config, command: &Command) -> anyhow::Result<ExitCode> {
    let Command::Verify = command;
    match super::open(config).await?.verify_log().await? {
        Verdict::Sound(head) => {
            super::say(format_args!(
                "the log is sound: {} revisions, head {}",
                head.seq,
                hex::encode(head.hash)
            ));
            Ok(ExitCode::SUCCESS)
        }
        Verdict::Broken { seq, problem } => {
            super::say(format_args!("the log is broken at revision {seq}: {problem}"));
            Ok(ExitCode::FAILURE)
        }
    }
}
