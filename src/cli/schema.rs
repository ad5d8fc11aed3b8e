//! `stemma schema`: the generated files under `schema/`, compared or written.

use std::{path::Path, process::ExitCode};

/// The generated files with their content.
fn files() -> Vec<(&'static str, String)> {
    Vec::new()
}

pub(super) fn run(write: bool) -> anyhow::Result<ExitCode> {
    let mut stale = false;
    for (path, content) in files() {
        if write {
            std::fs::write(path, &content)?;
        } else if std::fs::read_to_string(Path::new(path)).ok().as_deref() != Some(&content) {
            println!("{path} is not current; run `stemma schema --write`");
            stale = true;
        }
    }
    Ok(if stale { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
