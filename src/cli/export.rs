//! `stemma export`: the whole catalogue in the interchange format.

use std::{
    fs::File,
    io::{BufWriter, Write},
    path::PathBuf,
};

use anyhow::Context;

use crate::config::Config;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Format {
    /// One record a line, as JSON; `stemma import jsonl` reads it back
    Jsonl {
        /// File to write; standard output when absent
        #[arg(long, short, value_name = "FILE")]
        output: Option<PathBuf>,
    },
}

pub(super) async fn run(config: &Config, format: Format) -> anyhow::Result<()> {
    let Format::Jsonl { output } = format;
    let catalogue = super::open(config).await?;
    let sink: Box<dyn Write> = match &output {
        Some(path) => Box::new(File::create(path).with_context(|| path.display().to_string())?),
        None => Box::new(std::io::stdout()),
    };
    let mut sink = BufWriter::new(sink);
    let written = catalogue.export(|line| writeln!(sink, "{line}")).await?;
    sink.flush()?;
    if output.is_some() {
        super::say(format_args!("{written} records written"));
    }
    Ok(())
}
