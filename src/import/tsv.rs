//! Tab-separated rows under a header line. Quotes are plain text: the sources write inches, primes and
//! HTML attributes with them. Cells are kept as written, spaces included.

use std::sync::Arc;

use unicode_normalization::UnicodeNormalization;

use super::source_file::{FileError, Line, Lines, ReadError, RowError, SourceFile};

/// A column the caller reads. Names match whatever the width, case and spaces of the header.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    pub name: &'static str,
    pub aliases: &'static [&'static str],
    pub required: bool,
}

impl Column {
    pub const fn required(name: &'static str) -> Self {
        Self { name, aliases: &[], required: true }
    }

    pub const fn optional(name: &'static str) -> Self {
        Self { name, aliases: &[], required: false }
    }

    pub const fn or(self, aliases: &'static [&'static str]) -> Self {
        Self { aliases, ..self }
    }

    fn is_headed(&self, folded: &str) -> bool {
        fold(self.name) == folded || self.aliases.iter().any(|alias| fold(alias) == folded)
    }
}

/// A row with as many cells as the header.
#[derive(Debug, Clone)]
pub struct TsvRow {
    pub line: u64,
    /// Every cell, in the order of the file.
    pub cells: Vec<String>,
    header: Arc<Header>,
}

impl TsvRow {
    /// The cell under [`Column::name`]; `None` where the file has no such column.
    pub fn get(&self, name: &str) -> Option<&str> {
        let (_, index) = self.header.places.iter().find(|(column, _)| *column == name)?;
        Some(&self.cells[*index])
    }
}

#[derive(Debug)]
struct Header {
    names: Vec<String>,
    /// Column name and the index of its cells.
    places: Vec<(&'static str, usize)>,
}

impl Header {
    fn read(line: &Line, columns: &[Column]) -> Result<Self, FileError> {
        let names: Vec<String> = line.text.split('\t').map(ToOwned::to_owned).collect();
        let folded: Vec<String> = names.iter().map(|name| fold(name)).collect();
        let (mut places, mut missing) = (Vec::new(), Vec::new());
        for column in columns {
            let found: Vec<usize> =
                (0..names.len()).filter(|index| column.is_headed(&folded[*index])).collect();
            match found[..] {
                [] if column.required => missing.push(column.name.to_owned()),
                [] => {}
                [index] => places.push((column.name, index)),
                _ => {
                    let columns = found.iter().map(|index| names[*index].clone()).collect();
                    return Err(FileError::SameColumns { line: line.number, columns });
                }
            }
        }
        if missing.is_empty() {
            Ok(Self { names, places })
        } else {
            Err(FileError::MissingColumns { line: line.number, missing, found: names })
        }
    }
}

/// Rows of a file, one by one. Empty lines are passed over.
#[derive(Debug)]
pub struct TsvReader {
    lines: Lines,
    header: Arc<Header>,
    ended: bool,
}

impl TsvReader {
    pub fn new(file: SourceFile, columns: &[Column]) -> Result<Self, FileError> {
        let mut lines = file.into_lines();
        let header = lines.next().transpose()?;
        Self::after_header(header.as_ref(), lines, columns)
    }

    /// For formats that write something of their own before the header line.
    pub(super) fn after_header(
        header: Option<&Line>,
        lines: Lines,
        columns: &[Column],
    ) -> Result<Self, FileError> {
        let header = header.ok_or(FileError::WrongKind { expected: "header line" })?;
        let header = Arc::new(Header::read(header, columns)?);
        Ok(Self { lines, header, ended: false })
    }

    /// Columns of the file that the caller did not ask for, as written.
    pub fn unknown_columns(&self) -> Vec<&str> {
        let known = |index| self.header.places.iter().any(|(_, place)| *place == index);
        let names = self.header.names.iter().enumerate();
        names.filter(|(index, _)| !known(*index)).map(|(_, name)| name.as_str()).collect()
    }

    fn row(&self, line: &Line) -> Result<TsvRow, ReadError> {
        let cells: Vec<String> = line.text.split('\t').map(ToOwned::to_owned).collect();
        let (found, expected) = (cells.len(), self.header.names.len());
        if found == expected {
            return Ok(TsvRow { line: line.number, cells, header: Arc::clone(&self.header) });
        }
        if found < expected && !line.ended {
            let within = format!("a row of {expected} cells");
            return Err(FileError::CutOff { line: line.number, within }.into());
        }
        let label = cells.into_iter().next().filter(|cell| !cell.trim().is_empty());
        let message = format!("has {found} cells where the header has {expected}");
        Err(RowError { row: line.number, label, field: None, message }.into())
    }
}

impl Iterator for TsvReader {
    type Item = Result<TsvRow, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let row = match self.lines.find(|line| !matches!(line, Ok(line) if line.text.is_empty()))? {
            Ok(line) => self.row(&line),
            Err(error) => Err(error.into()),
        };
        self.ended = matches!(row, Err(ReadError::File(_)));
        Some(row)
    }
}

/// Headers are compared without width, case and spaces: `組織　Tissue` is `組織 tissue`.
fn fold(name: &str) -> String {
    let lower = name.nfkc().flat_map(char::to_lowercase);
    lower.filter(|letter| !letter.is_whitespace()).collect()
}

#[cfg(test)]
mod tests {
    use std::{io::Cursor, path::Path};

    use proptest::prelude::*;

    use super::*;

    const COLUMNS: &[Column] = &[
        Column::required("number").or(&["細胞番号 cell_no"]),
        Column::required("tissue").or(&["組織 tissue"]),
        Column::optional("donor"),
    ];

    fn reader(text: impl Into<Vec<u8>>) -> Result<TsvReader, FileError> {
        TsvReader::new(SourceFile::from_reader("test", Cursor::new(text.into()))?, COLUMNS)
    }

    #[test]
    fn headers_match_whatever_their_width_case_and_spaces() {
        let text = "細胞番号　CELL_NO\tnote\tＴissue\nHPS0001\t\"a 5\" dish\t skin \n";
        let mut reader = reader(text).unwrap();
        assert_eq!(reader.unknown_columns(), ["note"]);
        let row = reader.next().unwrap().unwrap();
        assert_eq!(
            (row.line, row.get("number"), row.get("tissue")),
            (2, Some("HPS0001"), Some(" skin "))
        );
        assert_eq!(row.get("donor"), None);
        assert_eq!(row.cells[1], "\"a 5\" dish");
        assert!(reader.next().is_none());
    }

    #[test]
    fn missing_column_is_named_with_those_found() {
        let error = reader("number\tspecies\n").unwrap_err().to_string();
        assert_eq!(
            error,
            "line 1: the header lacks the column “tissue”; it has “number”, “species”"
        );
        assert!(matches!(reader("").unwrap_err(), FileError::WrongKind { .. }));
    }

    #[test]
    fn two_columns_of_one_meaning_are_refused() {
        let error = reader("number\ttissue\t組織 tissue\n").unwrap_err().to_string();
        assert!(error.contains("“tissue”, “組織 tissue” mean the same"), "{error}");
    }

    #[test]
    fn row_of_another_width_is_refused_alone() {
        let rows: Vec<_> = reader("number\ttissue\n1\n\n2\tskin\tx\n3\tskin").unwrap().collect();
        let refused = |row: &Result<TsvRow, ReadError>| row.as_ref().unwrap_err().to_string();
        assert_eq!(rows.len(), 3);
        assert_eq!(refused(&rows[0]), "row 2 (1): has 1 cells where the header has 2");
        assert_eq!(refused(&rows[1]), "row 4 (2): has 3 cells where the header has 2");
        assert_eq!(rows[2].as_ref().unwrap().get("number"), Some("3"));
    }

    #[test]
    fn short_last_line_without_line_break_is_a_cut_off_file() {
        let mut rows = reader("number\ttissue\n1\tskin\n2").unwrap();
        assert!(rows.next().unwrap().is_ok());
        let error = rows.next().unwrap().unwrap_err();
        assert!(matches!(error, ReadError::File(FileError::CutOff { line: 3, .. })));
        assert!(rows.next().is_none());
    }

    #[test]
    fn real_files_read_whole() {
        const RIKEN: &[Column] = &[
            Column::required("cell_no").or(&["細胞番号 cell_no"]),
            Column::required("name").or(&["cell_name:name2"]),
            Column::required("remarks").or(&["特性_英 charact"]),
        ];
        const NAMES: &[Column] = &[Column::required("cvcl"), Column::required("name")];
        const LINES: &[Column] = &[Column::required("hpscreg_name")];
        for (name, columns, rows) in [
            ("riken-brc-2013.tsv", RIKEN, 3645),
            ("cellosaurus-55-names.tsv.gz", NAMES, 167_186),
            ("hpscreg-clo-2019.tsv", LINES, 2374),
        ] {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data").join(name);
            if !path.exists() {
                eprintln!("skipped: {} is absent", path.display());
                continue;
            }
            let reader = TsvReader::new(SourceFile::open(&path).unwrap(), columns).unwrap();
            let read: Result<Vec<_>, _> = reader.collect();
            assert_eq!(read.unwrap().len(), rows, "{name}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(tail in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = reader(tail.clone()).map(Iterator::count);
            let _ = reader([b"number\ttissue\n".to_vec(), tail].concat()).map(Iterator::count);
        }

        #[test]
        fn any_cells_survive(cells in prop::collection::vec("[^\u{0}\r\n\t]{1,9}", 2..=2)) {
            let row = reader(format!("number\ttissue\n{}\n", cells.join("\t"))).unwrap().next();
            prop_assert_eq!(row.unwrap().unwrap().cells, cells);
        }
    }
}
