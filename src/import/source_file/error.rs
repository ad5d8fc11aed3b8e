//! What can be wrong with a source file: the whole of it, or one row.
//! Every text names the place and what the reader of it can do; none names the file, which the caller knows.

use std::{fmt, io, path::PathBuf};

/// What ends the reading of a file. Offsets count bytes of the unpacked text, lines and columns start at 1.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    #[error("cannot open {}: {error}", path.display())]
    Open { path: PathBuf, error: io::Error },

    #[error("reading failed after {offset} bytes of text: {error}")]
    Read { offset: u64, error: io::Error },

    #[error(
        "the file is {kind}; save its content as UTF-8 text (gzip or zstd is fine) and import that"
    )]
    Packed { kind: &'static str },

    #[error(
        "the text is not UTF-8 at byte {offset}{}; save it as UTF-8 and import it again",
        guess.map(|name| format!(", it looks like {name}")).unwrap_or_default()
    )]
    NotUtf8 { offset: u64, guess: Option<&'static str> },

    #[error(
        "byte {offset} is NUL: this is a binary file, not text; choose the text form of the source"
    )]
    Binary { offset: u64 },

    #[error(
        "the file ends in the middle of {within}, after {offset} bytes of text; fetch it again"
    )]
    Truncated { within: &'static str, offset: u64 },

    #[error(
        "the {format} stream is damaged after {offset} bytes of text ({detail}); fetch the file again"
    )]
    Damaged { format: &'static str, offset: u64, detail: String },

    #[error("line {line} is longer than {} MiB; this is another kind of file", super::MAX_LINE_BYTES >> 20)]
    LineTooLong { line: u64 },

    #[error("the file seems cut off at line {line}, in the middle of {within}; fetch it again")]
    CutOff { line: u64, within: String },

    #[error("no {expected} found; this is another kind of file")]
    WrongKind { expected: &'static str },

    #[error(
        "line {line}: the header lacks the column {}; it has {}",
        listed(missing),
        listed(found)
    )]
    MissingColumns { line: u64, missing: Vec<String>, found: Vec<String> },

    #[error("line {line}: the columns {} mean the same; leave one of them", listed(columns))]
    SameColumns { line: u64, columns: Vec<String> },

    #[error("line {line}: {problem}")]
    Refused { line: u64, problem: String },

    #[error(
        "the {format} is malformed at line {line}, column {column}: {detail}; fetch the file again"
    )]
    Syntax { format: &'static str, line: u64, column: u64, detail: String },
}

impl FileError {
    /// The error a reader of text hid in an `io::Error` to pass through a foreign parser.
    pub(crate) fn from_io(error: io::Error) -> Self {
        error.downcast::<Self>().unwrap_or_else(|error| Self::Read { offset: 0, error })
    }
}

impl From<FileError> for io::Error {
    fn from(error: FileError) -> Self {
        Self::other(error)
    }
}

/// Why one row is refused; the rows around it are not affected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct RowError {
    /// The line in a file of lines, else the ordinal of the record; both start at 1.
    pub row: u64,
    /// What the source calls the row, where that much could be read.
    pub label: Option<String>,
    pub field: Option<String>,
    pub message: String,
}

impl fmt::Display for RowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "row {}", self.row)?;
        if let Some(label) = &self.label {
            write!(f, " ({label})")?;
        }
        if let Some(field) = &self.field {
            write!(f, ", {field}")?;
        }
        write!(f, ": {}", self.message)
    }
}

/// What a reader yields in place of a row. After `File` it yields nothing more.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error(transparent)]
    Row(#[from] RowError),
    #[error(transparent)]
    File(#[from] FileError),
}

fn listed(names: &[String]) -> String {
    names.iter().map(|name| format!("“{name}”")).collect::<Vec<_>>().join(", ")
}
