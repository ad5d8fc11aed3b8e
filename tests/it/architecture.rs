//! Who may import whom, read from the source text, so that a short cut through the layers does not compile into
//! a habit.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// A crate and the only places in `src` that may name it.
const OUTSIDE: &[(&str, &[&str])] = &[
    ("sqlx", &["db/"]),
    ("sea_query", &["db/"]),
    ("sea_query_sqlx", &["db/"]),
    ("async_graphql", &["graphql/", "http/graphql"]),
    ("tantivy", &["search/"]),
    ("meilisearch_sdk", &["search/meilisearch/"]),
    ("reqwest", &["search/meilisearch/"]),
    ("axum", &["http/", "web/"]),
    ("askama", &["web/"]),
    ("oxttl", &["import/"]),
    ("clap", &["cli/", "import/mod.rs"]),
    ("indicatif", &["cli/"]),
    ("prometheus_client", &["metrics"]),
];

/// A folder or file of `src`, and what of ours it may import: a module, or one path in it.
const INSIDE: &[(&str, &[&str])] = &[
    ("main", &["cli"]),
    (
        "cli",
        &[
            "http",
            "catalogue",
            "import",
            "export",
            "config",
            "clock",
            "db::Db",
            "search",
            "domain",
            "telemetry",
            "graphql::sdl",
            "graphql::cursor::CursorKey",
        ],
    ),
    ("http", &["graphql", "web", "catalogue", "domain", "config"]),
    ("graphql", &["catalogue", "domain"]),
    ("web", &["catalogue", "domain"]),
    ("import", &["catalogue", "domain"]),
    // What is written is read back: by tests, and a row of a bank's own table before it is written.
    ("export", &["catalogue", "domain", "import::bmdw", "import::table"]),
    ("catalogue", &["db", "search", "domain", "clock", "metrics"]),
    ("search", &["db", "domain", "clock", "metrics"]),
    ("db", &["domain"]),
    ("domain", &[]),
    ("clock", &[]),
    ("config", &[]),
    ("metrics", &[]),
    ("telemetry", &[]),
];

/// Macros live at the root of a crate wherever they are written.
const MACROS: &[(&str, &str)] = &[("each_kind", "domain"), ("each_draft", "domain")];

#[test]
fn modules_import_only_what_stands_below_them() {
    let mut broken = Vec::new();
    for file in sources() {
        let Some((_, allowed)) = INSIDE.iter().find(|(module, _)| *module == file.module) else {
            // The root is the map of the crate and names every module.
            assert_eq!(file.module, "lib", "{} has no place in the table", file.path);
            continue;
        };
        for path in file.imports() {
            let within = |module: &str| path == module || path.starts_with(&format!("{module}::"));
            if !within(&file.module) && !allowed.iter().any(|module| within(module)) {
                broken.push(format!("{} imports {path}", file.path));
            }
        }
    }
    assert!(broken.is_empty(), "imports against the table:\n{}", broken.join("\n"));
}

#[test]
fn foreign_crates_stay_where_they_belong() {
    let mut broken = Vec::new();
    for file in sources() {
        for (name, places) in OUTSIDE {
            let at_home = places.iter().any(|place| file.path.starts_with(place));
            if !at_home && file.names_crate(name) {
                broken.push(format!("{} names {name}", file.path));
            }
        }
    }
    assert!(broken.is_empty(), "crates out of their place:\n{}", broken.join("\n"));
}

#[test]
fn every_module_of_the_table_is_there() {
    let found: BTreeSet<String> = sources().into_iter().map(|file| file.module).collect();
    let missing: Vec<&str> = INSIDE
        .iter()
        .map(|(module, _)| *module)
        .filter(|module| !found.contains(*module))
        .collect();
    assert_eq!(missing, [] as [&str; 0], "take what is gone out of the table");
}

#[test]
fn an_import_tree_is_read_to_its_leaves() {
    let text = "use crate::{db::{self, Conn, log::{Head, after}}, domain::id as i};\nlet x = crate::each_kind!(a);\n\
                // crate::http is only spoken of\nlet y = crate::db::link::of(); use stemma::cli;";
    let file =
        Source { path: "x.rs".to_owned(), module: "x".to_owned(), text: without_comments(text) };
    let expected = [
        "cli",
        "db",
        "db::Conn",
        "db::link::of",
        "db::log::Head",
        "db::log::after",
        "domain",
        "domain::id",
    ];
    assert_eq!(file.imports().iter().map(String::as_str).collect::<Vec<_>>(), expected);
}

struct Source {
    /// Below `src`, with forward slashes.
    path: String,
    /// The first part of the path: `db`, `main`.
    module: String,
    text: String,
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders = vec![root.clone()];
    let mut files: Vec<PathBuf> = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    let source = |file: &PathBuf| {
        let path = file.strip_prefix(&root).unwrap().to_str().unwrap().replace('\\', "/");
        let module = path.split('/').next().unwrap_or_default().trim_end_matches(".rs").to_owned();
        Source { path, module, text: without_comments(&fs::read_to_string(file).unwrap()) }
    };
    files.iter().map(source).collect()
}

fn without_comments(text: &str) -> String {
    let code = |line: &str| line.split("//").next().unwrap_or_default().to_owned() + "\n";
    text.lines().map(code).collect()
}

impl Source {
    /// Every path of ours that the file names, without `crate::`.
    fn imports(&self) -> BTreeSet<String> {
        let mut paths = BTreeSet::new();
        for root in ["crate::", "stemma::"] {
            for (at, _) in self.text.match_indices(root) {
                let before = self.text[..at].chars().next_back();
                if before.is_none_or(|c| !c.is_alphanumeric() && c != '_') {
                    leaves(&self.text[at + root.len()..], "", &mut paths);
                }
            }
        }
        let place = |path: String| {
            let of_macro = MACROS.iter().find(|(name, _)| path == *name);
            of_macro.map_or(path, |(_, module)| (*module).to_owned())
        };
        paths.into_iter().map(place).collect()
    }

    /// Whether a path of the crate stands in the code. In a text, as in a filter of log lines, it follows a comma.
    fn names_crate(&self, name: &str) -> bool {
        let begins = |at: usize| {
            let before = self.text[..at].chars().next_back();
            before.is_none_or(|c| c.is_whitespace() || "(<[{&*!|".contains(c))
        };
        self.text.match_indices(&format!("{name}::")).any(|(at, _)| begins(at))
    }
}

/// Reads one tree of paths from the start of the text and answers what follows it.
fn leaves<'t>(text: &'t str, prefix: &str, paths: &mut BTreeSet<String>) -> &'t str {
    let text = text.trim_start();
    if let Some(mut rest) = text.strip_prefix('{') {
        loop {
            rest = leaves(rest, prefix, paths).trim_start();
            rest = rest.strip_prefix(',').unwrap_or(rest).trim_start();
            if let Some(after) = rest.strip_prefix('}') {
                return after;
            }
        }
    }
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    let path = match (prefix, name) {
        ("", name) => name.to_owned(),
        (prefix, "self" | "") => prefix.to_owned(),
        (prefix, name) => format!("{prefix}::{name}"),
    };
    if let Some(rest) = rest.strip_prefix("::") {
        return leaves(rest, &path, paths);
    }
    paths.insert(path);
    match rest.trim_start().strip_prefix("as ") {
        Some(alias) => {
            alias.trim_start().trim_start_matches(|c: char| c.is_alphanumeric() || c == '_')
        }
        None => rest.strip_prefix('*').unwrap_or(rest),
    }
}
