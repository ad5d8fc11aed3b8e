//! The file formats: each reads rows and says what they mean as facts. Which records they meet, and what is
//! written, is the catalogue's business.

pub mod bmdw;
mod bounded;
mod cellosaurus;
pub mod cellosaurus_flat;
mod cellosaurus_names;
mod csv_records;
mod hpscreg_clo;
mod jsonl;
mod mondo;
mod nando;
pub mod nando_turtle;
pub mod ontology;
mod riken_brc;
pub mod source_file;
pub mod sssom;
mod sssom_mapping;
pub mod table;
pub mod tsv;

use std::{fmt, path::Path};

use self::{
    source_file::{FileError, Progress, ReadError, RowError, SourceFile},
    table::{ColumnMap, LotRow, ResultRow, VialRow},
};
use crate::{
    catalogue::import::Candidate,
    domain::{
        record::{Flag, Layer},
        source::Source,
    },
};

/// The demo catalogue: real lines, donors, diseases and banks, each fact under the source that states it.
pub const DEMO: &str = include_str!("demo.jsonl");

/// The formats that can be imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// Mondo as a JSON map of terms; plain, gzip or zstd
    Mondo,
    /// An SSSOM mapping set (TSV) whose subjects are Mondo terms
    Sssom,
    /// NANDO in Turtle: 指定難病 and 小児慢性特定疾病
    Nando,
    /// hPSCreg lines as modelled in the Cell Line Ontology (TSV)
    HpscregClo,
    /// Cellosaurus in its native flat-file format
    Cellosaurus,
    /// Cellosaurus accessions and names (TSV)
    CellosaurusNames,
    /// The cell list of RIKEN BRC (TSV)
    RikenBrc,
    /// A whole inventory of cord-blood units, BMDW field set of 2017, as XML
    BmdwXml,
    /// The same as a table (CSV)
    BmdwCsv,
    /// Lots, one a row (CSV); `--columns-of lots-csv` lists the columns
    LotsCsv,
    /// Vials, one a row, of lots that are known (CSV)
    VialsCsv,
    /// Results of tests, one a row (CSV)
    ResultsCsv,
    /// The interchange format: one record a line
    Jsonl,
}

impl Format {
    /// The name on the command line and in the log.
    pub fn name(self) -> &'static str {
        match self {
            Self::Mondo => "mondo",
            Self::Sssom => "sssom",
            Self::Nando => "nando",
            Self::HpscregClo => "hpscreg-clo",
            Self::Cellosaurus => "cellosaurus",
            Self::CellosaurusNames => "cellosaurus-names",
            Self::RikenBrc => "riken-brc",
            Self::BmdwXml => "bmdw-xml",
            Self::BmdwCsv => "bmdw-csv",
            Self::LotsCsv => "lots-csv",
            Self::VialsCsv => "vials-csv",
            Self::ResultsCsv => "results-csv",
            Self::Jsonl => "jsonl",
        }
    }

    /// The columns of a bank's own table: name, whether a table must have it, and what stands in it. None of another
    /// format.
    pub fn columns(self) -> Vec<(&'static str, bool, &'static str)> {
        match self {
            Self::LotsCsv => table::columns_of::<LotRow>(),
            Self::VialsCsv => table::columns_of::<VialRow>(),
            Self::ResultsCsv => table::columns_of::<ResultRow>(),
            _ => Vec::new(),
        }
    }
}

type RowIter = Box<dyn Iterator<Item = Result<Candidate, ReadError>> + Send>;

/// The rows of an opened file as candidates.
pub struct Rows {
    inner: RowIter,
    pub progress: Progress,
    /// Columns that the format does not know and that are not read.
    pub unknown_columns: Vec<String>,
    /// The inventories that the file turns out to hold, where the format has such.
    pub inventories: bmdw::Inventories,
}

impl fmt::Debug for Rows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rows")
            .field("unknown_columns", &self.unknown_columns)
            .finish_non_exhaustive()
    }
}

impl Iterator for Rows {
    type Item = Result<Candidate, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.inner.next()
    }
}

/// Opens a file of a format. A file that is not of this format, or not text, is refused here or at the row where
/// it shows.
pub fn open(format: Format, path: &Path) -> Result<Rows, FileError> {
    rows(format, SourceFile::open(path)?)
}

/// The rows of a source file, from wherever it comes.
pub fn rows(format: Format, file: SourceFile) -> Result<Rows, FileError> {
    mapped(format, file, &ColumnMap::default())
}

/// The same of a bank's own table under headings of its own; other formats know no column map.
pub fn mapped(format: Format, file: SourceFile, columns: &ColumnMap) -> Result<Rows, FileError> {
    let progress = file.progress();
    let mut inventories = bmdw::Inventories::default();
    let (rows, unknown_columns) = match format {
        Format::Mondo => (mondo::rows(file), Vec::new()),
        Format::Sssom => sssom_mapping::rows(file)?,
        Format::Nando => (nando::rows(file), Vec::new()),
        Format::HpscregClo => hpscreg_clo::rows(file)?,
        Format::Cellosaurus => (cellosaurus::rows(file)?, Vec::new()),
        Format::CellosaurusNames => cellosaurus_names::rows(file)?,
        Format::RikenBrc => riken_brc::rows(file)?,
        Format::BmdwXml => {
            let (rows, held) = bmdw::xml(file);
            inventories = held;
            (rows, Vec::new())
        }
        Format::BmdwCsv => {
            let (rows, unknown, held) = bmdw::table(file)?;
            inventories = held;
            (rows, unknown)
        }
        Format::LotsCsv => (table::rows::<LotRow>(file, columns)?, Vec::new()),
        Format::VialsCsv => (table::rows::<VialRow>(file, columns)?, Vec::new()),
        Format::ResultsCsv => (table::rows::<ResultRow>(file, columns)?, Vec::new()),
        Format::Jsonl => (jsonl::rows(file), Vec::new()),
    };
    Ok(Rows { inner: rows, progress, unknown_columns, inventories })
}

fn owned(columns: Vec<&str>) -> Vec<String> {
    columns.into_iter().map(ToOwned::to_owned).collect()
}

fn layer<F>(source: &str, key: &str, facts: F, flags: Vec<Flag>) -> Layer<F> {
    Layer { source: Source::new(source), key: key.to_owned(), facts, flags }
}

fn flag(field: &str, text: &str, problem: impl Into<String>) -> Flag {
    Flag::new(field, text, problem)
}

fn refused(row: u64, label: &str, field: &str, message: impl Into<String>) -> ReadError {
    let label = Some(label.to_owned()).filter(|label| !label.is_empty());
    ReadError::Row(RowError { row, label, field: Some(field.to_owned()), message: message.into() })
}
