//! The records of a file of separated values, quoted where a cell holds what separates. What they mean, and how many
//! cells they should have, is their reader's business.

use std::io::{self, BufRead, Chain, Cursor, Read};

use csv::{ByteRecord, ReaderBuilder};

use super::{bounded::Bounded, source_file::FileError};

/// A record is not longer.
pub(crate) const MAX_RECORD_BYTES: usize = 1 << 20;

#[derive(Debug)]
pub(super) struct CsvRecord {
    pub(super) line: u64,
    pub(super) cells: Vec<String>,
}

pub(super) struct CsvRecords<R> {
    csv: csv::Reader<Watched<R>>,
    /// One that was read to see whether another was the last.
    ahead: Option<CsvRecord>,
}

impl<R> std::fmt::Debug for CsvRecords<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CsvRecords").field("ahead", &self.ahead).finish_non_exhaustive()
    }
}

impl<R: BufRead> CsvRecords<R> {
    pub(super) fn new(input: R, separator: u8) -> Self {
        let bounded = Bounded::new(input, "CSV", MAX_RECORD_BYTES);
        let mut builder = ReaderBuilder::new();
        builder.has_headers(false).flexible(true).delimiter(separator);
        let quotes = Quotes { separator, place: Place::Start, line: 1, opened: 1, ended: false };
        Self { csv: builder.from_reader(Watched { bounded, quotes }), ahead: None }
    }

    pub(super) fn next(&mut self) -> Result<Option<CsvRecord>, FileError> {
        match self.ahead.take() {
            Some(record) => Ok(Some(record)),
            None => self.read(),
        }
    }

    /// Whether the record that was read last is the last of the file.
    pub(super) fn at_end(&mut self) -> Result<bool, FileError> {
        if self.ahead.is_none() {
            self.ahead = self.read()?;
        }
        Ok(self.ahead.is_none())
    }

    fn read(&mut self) -> Result<Option<CsvRecord>, FileError> {
        self.csv.get_mut().bounded.renew();
        let mut record = ByteRecord::new();
        let more = self.csv.read_byte_record(&mut record).map_err(|error| self.failure(error))?;
        // The parser ends a cell at the end of the file, quotes or not, and with it all that stood behind an open one.
        if let Some(line) = self.csv.get_ref().quotes.left_open() {
            let within = "a cell in quotes that no `\"` closes".to_owned();
            return Err(FileError::CutOff { line, within });
        }
        if !more {
            return Ok(None);
        }
        let place = record.position();
        let line = place.map_or(0, csv::Position::line);
        let text = |cell: &[u8]| String::from_utf8(cell.to_vec());
        let cells = record.iter().map(text).collect::<Result<Vec<_>, _>>().map_err(|_| {
            FileError::NotUtf8 { offset: place.map_or(0, csv::Position::byte), guess: None }
        })?;
        Ok(Some(CsvRecord { line, cells }))
    }

    fn failure(&self, error: csv::Error) -> FileError {
        match error.into_kind() {
            csv::ErrorKind::Io(error) => FileError::from_io(error),
            other => self.csv.get_ref().bounded.syntax(&format!("{other:?}")),
        }
    }
}

/// A reader that follows the quotes in what it hands on, as the parser does.
#[derive(Debug)]
struct Watched<R> {
    bounded: Bounded<R>,
    quotes: Quotes,
}

impl<R: BufRead> Read for Watched<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.bounded.read(buffer)?;
        self.quotes.ended |= count == 0 && !buffer.is_empty();
        buffer[..count].iter().for_each(|byte| self.quotes.follow(*byte));
        Ok(count)
    }
}

#[derive(Debug)]
struct Quotes {
    separator: u8,
    place: Place,
    line: u64,
    /// The line of the last opening quote.
    opened: u64,
    ended: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Place {
    /// Of a cell, where alone a quote opens.
    Start,
    Plain,
    Quoted,
    /// Behind a quote within quotes: it closes them, or is the first of two that stand for one.
    Closed,
}

impl Quotes {
    fn follow(&mut self, byte: u8) {
        let ends = byte == self.separator || matches!(byte, b'\n' | b'\r');
        self.place = match (self.place, byte) {
            (Place::Start, b'"') => {
                self.opened = self.line;
                Place::Quoted
            }
            (Place::Quoted, b'"') => Place::Closed,
            (Place::Closed, b'"') | (Place::Quoted, _) => Place::Quoted,
            _ if ends => Place::Start,
            _ => Place::Plain,
        };
        self.line += u64::from(byte == b'\n');
    }

    /// The line of a quote that was open when the file ended.
    fn left_open(&self) -> Option<u64> {
        (self.ended && self.place == Place::Quoted).then_some(self.opened)
    }
}

/// A first line that was looked at, and the rest.
pub(super) type Reread<R> = Chain<Cursor<Vec<u8>>, R>;

/// Records separated by comma, tab or semicolon: by the one that stands most often in the first line.
pub(super) fn separated_as_headed<R: BufRead>(
    mut input: R,
) -> Result<CsvRecords<Reread<R>>, FileError> {
    let head = first_line(&mut input)?;
    let mut quoted = false;
    let mut counts = [(b',', 0_usize), (b'\t', 0), (b';', 0)];
    for byte in &head {
        quoted ^= *byte == b'"';
        if let Some((_, count)) = counts.iter_mut().find(|(one, _)| one == byte && !quoted) {
            *count += 1;
        }
    }
    // Of equals `max_by_key` takes the last.
    let separator =
        counts.iter().rev().max_by_key(|(_, count)| count).map_or(b',', |(one, _)| *one);
    Ok(CsvRecords::new(Cursor::new(head).chain(input), separator))
}

/// To the first line break outside quotes, or as far as a record may be long.
fn first_line(input: &mut impl BufRead) -> Result<Vec<u8>, FileError> {
    let mut head = Vec::new();
    let mut quoted = false;
    while head.len() <= MAX_RECORD_BYTES {
        let ready = input.fill_buf().map_err(FileError::from_io)?;
        if ready.is_empty() {
            break;
        }
        let end = ready.iter().position(|byte| {
            quoted ^= *byte == b'"';
            *byte == b'\n' && !quoted
        });
        let taken = end.map_or(ready.len(), |end| end + 1);
        head.extend_from_slice(&ready[..taken]);
        input.consume(taken);
        if end.is_some() {
            break;
        }
    }
    Ok(head)
}
