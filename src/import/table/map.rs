//! A column map: a table of two columns, the bank's heading and ours, by which a file with headings of its own is read.
//!
//! `Passage No.,passage` reads a column as ours. `=Kyoto/{Lot No.},lot` fills ours with a text, in which a heading in
//! braces stands for the row's cell under it; without braces it is always the same. `Remarks,-` leaves a column out.

use std::io::BufRead;

use crate::{
    domain::names::fold,
    import::{
        csv_records::separated_as_headed,
        source_file::{FileError, SourceFile},
    },
};

/// In place of our column: theirs is not read.
const LEFT_OUT: &str = "-";

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ColumnMap {
    pub(super) entries: Vec<Entry>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) line: u64,
    pub(super) theirs: Theirs,
    /// `None` where theirs is left out.
    pub(super) ours: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Theirs {
    Heading(String),
    Filled(Vec<Piece>),
}

/// A stretch of a text that is put together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    Text(String),
    /// The row's cell under this heading.
    Cell(String),
}

impl ColumnMap {
    pub fn read(file: SourceFile) -> Result<Self, FileError> {
        Self::of(file.into_text())
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    fn of(input: impl BufRead) -> Result<Self, FileError> {
        let mut records = separated_as_headed(input)?;
        let mut entries: Vec<Entry> = Vec::new();
        while let Some(record) = records.next()? {
            let (line, cells) = (record.line, &record.cells);
            let cell = |at: usize| cells.get(at).map_or("", |cell| cell.trim());
            if cells.iter().all(|cell| cell.trim().is_empty()) {
                continue;
            }
            let is_heading = fold(cell(0)) == "theirs" && fold(cell(1)) == "ours";
            if entries.is_empty() && is_heading {
                continue;
            }
            if cell(0).is_empty()
                || cell(1).is_empty()
                || cells.iter().skip(2).any(|cell| !cell.trim().is_empty())
            {
                let problem = "a row has two cells, the heading in the file and the name of our column (`-` leaves theirs out)";
                return Err(refused(line, problem));
            }
            let theirs = match cell(0).strip_prefix('=') {
                Some(text) => {
                    Theirs::Filled(pieces(text).map_err(|problem| refused(line, &problem))?)
                }
                None => Theirs::Heading(cell(0).to_owned()),
            };
            let ours = (cell(1) != LEFT_OUT).then(|| cell(1).to_owned());
            entries.push(Entry { line, theirs, ours });
        }
        if entries.is_empty() {
            return Err(FileError::WrongKind { expected: "column map" });
        }
        Ok(Self { entries })
    }
}

fn refused(line: u64, problem: &str) -> FileError {
    FileError::Refused { line, problem: problem.to_owned() }
}

/// A text with headings in braces; `{{` is a brace itself.
fn pieces(text: &str) -> Result<Vec<Piece>, String> {
    let (mut pieces, mut plain, mut rest) = (Vec::new(), String::new(), text);
    while let Some((before, after)) = rest.split_once('{') {
        plain.push_str(before);
        if let Some(after) = after.strip_prefix('{') {
            plain.push('{');
            rest = after;
            continue;
        }
        let Some((heading, after)) = after.split_once('}') else {
            return Err(format!(
                "`={text}` opens a brace and does not close it: write `{{heading}}`, or `{{{{` for a brace itself"
            ));
        };
        if !plain.is_empty() {
            pieces.push(Piece::Text(std::mem::take(&mut plain)));
        }
        pieces.push(Piece::Cell(heading.trim().to_owned()));
        rest = after;
    }
    plain.push_str(rest);
    if !plain.is_empty() {
        pieces.push(Piece::Text(plain));
    }
    Ok(pieces)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Result<ColumnMap, FileError> {
        ColumnMap::of(Cursor::new(text.as_bytes().to_vec()))
    }

    #[test]
    fn a_map_renames_fills_and_leaves_out() {
        let map =
            read("theirs,ours\nPassage No.,passage\n=Kyoto/{Lot No.},lot\n=2008,key\nRemarks,-\n")
                .unwrap();
        let ours: Vec<_> = map.entries.iter().map(|entry| entry.ours.as_deref()).collect();
        assert_eq!(ours, [Some("passage"), Some("lot"), Some("key"), None]);
        let pieces = vec![Piece::Text("Kyoto/".to_owned()), Piece::Cell("Lot No.".to_owned())];
        assert_eq!(map.entries[1].theirs, Theirs::Filled(pieces));
        assert_eq!(
            pieces_of("{{a}{b}c"),
            [
                Piece::Text("{a}".to_owned()),
                Piece::Cell("b".to_owned()),
                Piece::Text("c".to_owned())
            ]
        );
    }

    fn pieces_of(text: &str) -> Vec<Piece> {
        pieces(text).unwrap()
    }

    #[test]
    fn a_map_that_is_none_is_refused() {
        for text in ["", "theirs,ours\n", "a\n", "a,b,c\n", "={a,b\n", ",b\n"] {
            assert!(read(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_a_map_or_refused(text in "[a={},;\"\n-]{0,40}|.{0,60}") {
            let _ = read(&text);
        }
    }
}
