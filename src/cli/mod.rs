//! The commands: what a person or a script at the bank can do from a shell.

mod bank;
mod check;
mod export;
mod import;
mod log;
mod mirror;
mod schema;
mod serve;

use std::{fmt, io::Write, net::SocketAddr, path::PathBuf, process::ExitCode};

use clap::{Args, Parser, Subcommand};

use crate::{
    catalogue::Catalogue,
    clock::{Clock, Ids},
    config::{Config, Overrides},
    db::Db,
    search::meilisearch::{Keys, Meilisearch},
};

/// A cell-line registry and a catalogue of iPS banks.
#[derive(Debug, Parser)]
#[command(name = "stemma", version, arg_required_else_help = true)]
struct Cli {
    /// Configuration file (TOML)
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(flatten)]
    store: Store,
    #[command(subcommand)]
    command: Command,
}

/// Where the catalogue is kept.
#[derive(Debug, Args)]
struct Store {
    /// `sqlite://FILE` or `postgres://…`; a SQLite file in the data folder when absent
    #[arg(long, global = true, value_name = "URL")]
    database: Option<String>,
    /// Folder of the search index and of the SQLite file
    #[arg(long, global = true, value_name = "DIR")]
    data: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the catalogue: web pages at /, GraphQL at /graphql, an explorer at /graphiql
    Serve {
        /// Address and port to listen on; port 0 takes a free one
        #[arg(long, value_name = "ADDR:PORT")]
        listen: Option<SocketAddr>,
        /// Load the demo catalogue first
        #[arg(long)]
        demo: bool,
    },
    /// Take in a file; running it again changes nothing that is already so
    Import(import::Args),
    /// Write the whole catalogue, or a part of it as a table
    Export {
        #[command(subcommand)]
        format: export::Format,
    },
    /// Issue a certificate of analysis and print its accession
    Certify(bank::Certify),
    /// Print who received a record or something that came of it, as CSV: for the bank's own eyes
    Recipients {
        /// Accession of the line, lot, unit, sample or donor
        of: String,
    },
    /// Look at the log of all changes
    Log {
        #[command(subcommand)]
        command: log::Command,
    },
    /// Build the search index anew from the database, and the one in Meilisearch where that is configured
    Reindex,
    /// Look for what does not fit together among records, what they come from and their tests
    Check(check::Args),
    /// Look for what is not as it should be
    Doctor {
        /// Also compare the index in Meilisearch with the database, document by document, and repair it
        #[arg(long)]
        search: bool,
    },
    /// Look after the search engine
    Search {
        #[command(subcommand)]
        command: mirror::Command,
    },
    /// Bring the database schema up to date
    Migrate,
    /// Compare the committed schema files with the program, or write them
    Schema {
        /// Write the files instead of comparing them
        #[arg(long)]
        write: bool,
    },
}

/// Runs the program; the exit code says whether it did what was asked.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    crate::telemetry::start();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error.into()),
    };
    match runtime.block_on(run(cli)) {
        Ok(code) => code,
        Err(error) => failed(&error),
    }
}

/// Prints a line. Whoever reads may have gone (`stemma import … | head`), which is no reason to stop.
fn say(line: fmt::Arguments<'_>) {
    writeln!(std::io::stdout(), "{line}").ok();
}

fn failed(error: &anyhow::Error) -> ExitCode {
    eprintln!("stemma: {error:#}");
    ExitCode::FAILURE
}

async fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    let listen = match &cli.command {
        Command::Serve { listen, .. } => *listen,
        _ => None,
    };
    let overrides = Overrides { listen, data: cli.store.data, database: cli.store.database };
    let config = Config::load(cli.config.as_deref(), overrides)?;
    match cli.command {
        Command::Serve { demo, .. } => serve::run(&config, demo).await?,
        Command::Import(args) => return import::run(&config, &args).await,
        Command::Export { format } => return export::run(&config, format).await,
        Command::Certify(args) => bank::certify(&config, args).await?,
        Command::Recipients { of } => return bank::recipients(&config, &of).await,
        Command::Log { command } => return log::run(&config, &command).await,
        Command::Reindex => import::reindex(&config).await?,
        Command::Check(args) => return check::run(&config, &args).await,
        Command::Doctor { search } => return mirror::doctor(&config, search).await,
        Command::Search { command } => mirror::run(&config, command).await?,
        Command::Migrate => drop(open(&config).await?),
        Command::Schema { write } => return schema::run(write),
    }
    Ok(ExitCode::SUCCESS)
}

/// Opens the catalogue and brings its schema up to date.
async fn open(config: &Config) -> anyhow::Result<Catalogue> {
    std::fs::create_dir_all(&config.data)?;
    let db = Db::open(&config.database()).await?;
    let clock = Clock::System;
    let ids = Ids::new(clock.clone());
    let catalogue =
        Catalogue::new(db, clock, ids, &config.accession_prefix).with_offset(config.utc_offset());
    catalogue.migrate().await?;
    let settings = &config.search.meilisearch;
    Ok(match &settings.url {
        Some(url) => {
            let keys = Keys {
                key: settings.key.clone(),
                rebuild: settings.rebuild_key.clone(),
                search: settings.search_key.clone(),
            };
            let log = catalogue.log_id().await?;
            let engine = Meilisearch::new(url, &keys, &settings.index, &log)?;
            catalogue.with_meilisearch(engine)
        }
        None => catalogue,
    })
}
