//! `stemma import`: reads a file in chunks, shows how far it is, and ends in a report.

use std::{
    io::IsTerminal,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context;
use indicatif::{ProgressBar, ProgressStyle};

use crate::{
    catalogue::import::{CHUNK, Candidate, Import, Outcome, Report},
    config::Config,
    import::{
        self, Format, Rows,
        bmdw::Inventories,
        source_file::{ReadError, SourceFile},
        table::ColumnMap,
    },
};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[arg(required_unless_present = "columns_of")]
    format: Option<Format>,
    #[arg(required_unless_present = "columns_of")]
    file: Option<PathBuf>,
    /// How the headings of a bank's own table stand to our columns: a table of two columns, theirs and ours
    #[arg(long, value_name = "MAP.csv")]
    columns: Option<PathBuf>,
    /// List the columns of a bank's own table and read nothing
    #[arg(long, value_name = "FORMAT", conflicts_with_all = ["format", "file", "columns"])]
    columns_of: Option<Format>,
    /// Say what would be done and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Also write the report as JSON
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

/// Rows shown on the terminal; the JSON report has them all.
const SHOWN: usize = 20;

/// A file as the arguments name it.
struct Asked<'a> {
    format: Format,
    file: &'a Path,
    columns: ColumnMap,
}

impl Asked<'_> {
    fn open(&self) -> anyhow::Result<Rows> {
        let file = SourceFile::open(self.file);
        let rows = file.and_then(|file| import::mapped(self.format, file, &self.columns));
        rows.with_context(|| self.file.display().to_string())
    }
}

pub(super) async fn run(config: &Config, args: &Args) -> anyhow::Result<ExitCode> {
    let (format, file) = match (args.columns_of, args.format, &args.file) {
        (Some(format), ..) => return list_columns(format),
        (None, Some(format), Some(file)) => (format, file),
        _ => anyhow::bail!("name a format and a file"),
    };
    let asked = Asked { format, file, columns: columns(format, args.columns.as_deref())? };
    // The file is read to its end before anything is written: one that is cut off or not text leaves nothing.
    let inventories = check(&asked)?;
    let catalogue = super::open(config).await?;
    for (inventory, snapshot) in inventories.all() {
        let may = catalogue.may_follow(inventory, snapshot).await;
        may.with_context(|| format!("{}: nothing was imported", file.display()))?;
    }
    let rows = asked.open()?;
    let name = file.file_name().unwrap_or(file.as_os_str()).to_string_lossy();
    let mut import = Import::begin(&catalogue, format.name(), &name, args.dry_run).await?;
    let taken = take(&mut import, rows).await;
    let report = std::mem::take(&mut import.report);
    drop(import);
    show(&report, args.dry_run);
    // Written after a failure too: it tells what became of the rows before it.
    if let Some(path) = &args.report {
        let json = serde_json::to_string_pretty(&report)?;
        std::fs::write(path, json).with_context(|| path.display().to_string())?;
    }
    taken.with_context(|| file.display().to_string())?;
    if !args.dry_run {
        super::serve::index_now(config, &catalogue).await?;
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn reindex(config: &Config) -> anyhow::Result<()> {
    let catalogue = super::open(config).await?;
    super::serve::rebuild(config, &catalogue).await?;
    super::mirror::rebuild(&catalogue).await
}

fn list_columns(format: Format) -> anyhow::Result<ExitCode> {
    let columns = format.columns();
    anyhow::ensure!(!columns.is_empty(), "`{}` has no columns to choose from", format.name());
    for (name, required, about) in columns {
        let need = if required { " (required)" } else { "" };
        super::say(format_args!("{name}{need}: {about}"));
    }
    Ok(ExitCode::SUCCESS)
}

fn columns(format: Format, map: Option<&Path>) -> anyhow::Result<ColumnMap> {
    let Some(map) = map else { return Ok(ColumnMap::default()) };
    anyhow::ensure!(
        !format.columns().is_empty(),
        "`{}` takes no column map: leave out --columns",
        format.name()
    );
    SourceFile::open(map).and_then(ColumnMap::read).with_context(|| map.display().to_string())
}

fn check(asked: &Asked<'_>) -> anyhow::Result<Inventories> {
    let rows = asked.open()?;
    let inventories = rows.inventories.clone();
    for row in rows {
        if let Err(ReadError::File(error)) = row {
            let file = asked.file.display();
            return Err(error).with_context(|| format!("{file}: nothing was imported"));
        }
    }
    Ok(inventories)
}

/// Takes in all rows, chunk by chunk, into the import's report.
pub(super) async fn take(import: &mut Import<'_>, mut rows: Rows) -> anyhow::Result<()> {
    let bar = progress_bar(rows.progress.total_bytes());
    import.report.unknown_columns = std::mem::take(&mut rows.unknown_columns);
    let (progress, inventories) = (rows.progress.clone(), rows.inventories.clone());
    let (send, mut chunks) = tokio::sync::mpsc::channel::<Vec<Result<Candidate, ReadError>>>(4);
    let reader = tokio::task::spawn_blocking(move || {
        let mut rows = rows.peekable();
        while rows.peek().is_some() {
            let chunk: Vec<_> = rows.by_ref().take(CHUNK).collect();
            if send.blocking_send(chunk).is_err() {
                break;
            }
        }
    });
    while let Some(chunk) = chunks.recv().await {
        take_chunk(import, chunk).await?;
        bar.set_position(progress.read_bytes());
    }
    reader.await?;
    for (inventory, snapshot) in inventories.all() {
        import.close_inventory(inventory, snapshot).await?;
    }
    bar.finish_and_clear();
    import.report.rows.sort_by_key(|row| row.row);
    Ok(())
}

async fn take_chunk(
    import: &mut Import<'_>,
    chunk: Vec<Result<Candidate, ReadError>>,
) -> anyhow::Result<()> {
    let mut candidates = Vec::with_capacity(chunk.len());
    for row in chunk {
        match row {
            Ok(candidate) => candidates.push(candidate),
            Err(ReadError::Row(row)) => {
                let label = row.label.unwrap_or_default();
                import.report.refuse(row.row, &label, row.field.as_deref(), row.message);
            }
            Err(ReadError::File(error)) => return Err(error.into()),
        }
    }
    Ok(import.chunk(&candidates).await?)
}

fn progress_bar(total: Option<u64>) -> ProgressBar {
    let Some(total) = total.filter(|_| std::io::stderr().is_terminal()) else {
        return ProgressBar::hidden();
    };
    let style = ProgressStyle::with_template("{bar:40} {bytes}/{total_bytes} {eta}");
    ProgressBar::new(total).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

fn show(report: &Report, dry_run: bool) {
    let would = if dry_run { " (dry run: nothing was written)" } else { "" };
    super::say(format_args!(
        "taken {}, unchanged {}, merged into an existing record {}, refused {}{would}",
        report.taken, report.unchanged, report.merged, report.refused
    ));
    if !report.unknown_columns.is_empty() {
        super::say(format_args!("columns not read: {}", report.unknown_columns.join(", ")));
    }
    for outcome in [Outcome::Refused, Outcome::Conflict, Outcome::Flagged] {
        let rows = || report.rows.iter().filter(move |row| row.outcome == outcome);
        for row in rows().take(SHOWN) {
            let field = row.field.as_ref().map_or_else(String::new, |field| format!(" {field}:"));
            super::say(format_args!(
                "{outcome} row {} {}:{field} {}",
                row.row, row.label, row.message
            ));
        }
        let more = rows().count().saturating_sub(SHOWN);
        if more > 0 {
            super::say(format_args!(
                "{outcome}: {more} more rows; see them all with --report FILE"
            ));
        }
    }
}
