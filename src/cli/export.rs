//! `stemma export`: the whole catalogue in the interchange format, or the units of one bank as an inventory.

use std::{
    fs::File,
    io::{BufWriter, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context;

use crate::{
    catalogue::Catalogue,
    config::Config,
    domain::cord_blood::{
        facts::UnitFacts,
        inventory::{self, UpdateMode},
    },
    export::{
        bmdw,
        bmdw::XmlWriter,
        table::{Table, TableWriter, Unsaid},
    },
};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Format {
    /// One record a line, as JSON; `stemma import jsonl` reads it back
    Jsonl {
        /// File to write; standard output when absent
        #[arg(long, short, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// The cord-blood units of a bank as a FULL inventory, BMDW field set of 2017, as XML. It holds sealed values:
    /// for the exchange only
    BmdwXml(Inventory),
    /// The same as a table (CSV)
    BmdwCsv(Inventory),
    /// Lots, one a row (CSV), as `stemma import lots-csv` reads them
    LotsCsv(Output),
    /// Vials, one a row (CSV). They hold positions in storage, which are for the bank alone
    VialsCsv(Output),
    /// Results of tests, one a row (CSV). They hold names of testers, which are for the bank alone
    ResultsCsv(Output),
}

#[derive(Debug, clap::Args)]
pub(super) struct Output {
    /// File to write; standard output when absent
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub(super) struct Inventory {
    /// Issuing organization number of who lists the units
    #[arg(long, value_name = "ION")]
    organization: u32,
    /// Issuing organization number of where they are
    #[arg(long, value_name = "ION")]
    pool: u32,
    /// File to write; standard output when absent
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(super) async fn run(config: &Config, format: Format) -> anyhow::Result<ExitCode> {
    let catalogue = super::open(config).await?;
    let (output, written, unsaid) = match format {
        Format::Jsonl { output } => {
            let mut sink = sink(output.as_deref())?;
            let written = catalogue.export(|line| writeln!(sink, "{line}")).await?;
            sink.flush()?;
            (output, written, Vec::new())
        }
        Format::BmdwXml(asked) => {
            let mut writer =
                XmlWriter::new(sink(asked.output.as_deref())?, &asked.header(&catalogue))?;
            let write = |unit: &UnitFacts| writer.write(unit).map_err(std::io::Error::other);
            let written = catalogue.units_in_inventory(&asked.key(), write).await?;
            writer.finish()?.flush()?;
            (asked.output, written, Vec::new())
        }
        Format::BmdwCsv(asked) => {
            let mut writer =
                bmdw::TableWriter::new(sink(asked.output.as_deref())?, &asked.header(&catalogue))?;
            let write = |unit: &UnitFacts| writer.write(unit).map_err(std::io::Error::other);
            let written = catalogue.units_in_inventory(&asked.key(), write).await?;
            writer.finish()?.flush()?;
            (asked.output, written, Vec::new())
        }
        Format::LotsCsv(asked) => table(&catalogue, Table::Lots, asked.output).await?,
        Format::VialsCsv(asked) => table(&catalogue, Table::Vials, asked.output).await?,
        Format::ResultsCsv(asked) => table(&catalogue, Table::Results, asked.output).await?,
    };
    if output.is_some() {
        super::say(format_args!("{written} records written"));
    }
    for row in &unsaid {
        eprintln!("not written: {row}");
    }
    Ok(if unsaid.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn table(
    catalogue: &Catalogue,
    table: Table,
    output: Option<PathBuf>,
) -> anyhow::Result<(Option<PathBuf>, u64, Vec<Unsaid>)> {
    let mut writer = TableWriter::new(sink(output.as_deref())?, table)?;
    match table {
        Table::Lots => catalogue.every(|record| writer.lot(record)).await?,
        Table::Vials => catalogue.every(|record| writer.vials(record)).await?,
        Table::Results => catalogue.every(|record| writer.result(record)).await?,
    }
    let (rows, unsaid) = (writer.rows, std::mem::take(&mut writer.unsaid));
    writer.finish()?.flush()?;
    Ok((output, rows, unsaid))
}

impl Inventory {
    fn key(&self) -> String {
        inventory::key(self.organization, self.pool)
    }

    fn header(&self, catalogue: &Catalogue) -> inventory::Inventory {
        inventory::Inventory {
            listing_organization: self.organization,
            pool: self.pool,
            update_mode: UpdateMode::Full,
            schema_version: "2.0".to_owned(),
            created: catalogue.now(),
            snapshot: None,
        }
    }
}

fn sink(output: Option<&Path>) -> anyhow::Result<BufWriter<Box<dyn Write>>> {
    let sink: Box<dyn Write> = match output {
        Some(path) => Box::new(File::create(path).with_context(|| path.display().to_string())?),
        None => Box::new(std::io::stdout()),
    };
    Ok(BufWriter::new(sink))
}
