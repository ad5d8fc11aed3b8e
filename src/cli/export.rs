//! `stemma export`: the whole catalogue in the interchange format, or the units of one bank as an inventory.

use std::{
    fs::File,
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};

use anyhow::Context;

use crate::{
    catalogue::Catalogue,
    config::Config,
    domain::cord_blood::{
        facts::UnitFacts,
        inventory::{self, UpdateMode},
    },
    export::bmdw::{TableWriter, XmlWriter},
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

pub(super) async fn run(config: &Config, format: Format) -> anyhow::Result<()> {
    let catalogue = super::open(config).await?;
    let (output, written) = match format {
        Format::Jsonl { output } => {
            let mut sink = sink(output.as_deref())?;
            let written = catalogue.export(|line| writeln!(sink, "{line}")).await?;
            sink.flush()?;
            (output, written)
        }
        Format::BmdwXml(asked) => {
            let mut writer =
                XmlWriter::new(sink(asked.output.as_deref())?, &asked.header(&catalogue))?;
            let write = |unit: &UnitFacts| writer.write(unit).map_err(std::io::Error::other);
            let written = catalogue.units_in_inventory(&asked.key(), write).await?;
            writer.finish()?.flush()?;
            (asked.output, written)
        }
        Format::BmdwCsv(asked) => {
            let mut writer =
                TableWriter::new(sink(asked.output.as_deref())?, &asked.header(&catalogue))?;
            let write = |unit: &UnitFacts| writer.write(unit).map_err(std::io::Error::other);
            let written = catalogue.units_in_inventory(&asked.key(), write).await?;
            writer.finish()?.flush()?;
            (asked.output, written)
        }
    };
    if output.is_some() {
        super::say(format_args!("{written} records written"));
    }
    Ok(())
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
