//! `stemma schema`: the generated files under `schema/`, compared or written.

use std::{path::Path, process::ExitCode};

use anyhow::Context;

use crate::{domain::record::AnyDraft, graphql::sdl, search::meilisearch::settings};

/// The generated files with their content.
fn files() -> anyhow::Result<[(&'static str, String); 3]> {
    let interchange = schemars::schema_for!(AnyDraft);
    let interchange = serde_json::to_string_pretty(&interchange)? + "\n";
    let settings = serde_json::to_string_pretty(&settings())? + "\n";
    Ok([
        ("schema/schema.graphql", sdl()),
        ("schema/interchange.schema.json", interchange),
        ("schema/meilisearch.settings.json", settings),
    ])
}

pub(super) fn run(write: bool) -> anyhow::Result<ExitCode> {
    let mut stale = false;
    for (path, content) in files()? {
        if write {
            std::fs::write(path, &content).with_context(|| path.to_owned())?;
        } else if std::fs::read_to_string(Path::new(path)).ok().as_deref() != Some(&content) {
            super::say(format_args!("{path} is not current; run `stemma schema --write`"));
            stale = true;
        }
    }
    Ok(if stale { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn committed_schema_files_are_current() {
        for (path, content) in files().unwrap() {
            let committed =
                std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path));
            assert!(
                committed.is_ok_and(|text| text == content),
                "{path}: run `stemma schema --write`"
            );
        }
    }
}
