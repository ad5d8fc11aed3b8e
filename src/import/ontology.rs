//! Ontologies as one JSON object keyed by term id (MONDO, UBERON, CL, HANCESTRO), read term by term.
//! Holds one term at a time, so the size of the file does not matter.

use std::{
    collections::BTreeMap,
    io::{self, BufRead, Read},
};

use serde::Deserialize;
use serde_json::{Deserializer, Value};

use super::source_file::{FileError, ReadError, RowError, SourceFile, TextReader};

/// A term as written. An empty text stays an empty text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OntologyTerm {
    /// Ordinal in the file, from 1.
    pub row: u64,
    pub id: String,
    pub body: TermBody,
}

/// What the file says of a term; keys that are not named here are passed over.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct TermBody {
    pub label: Option<String>,
    pub description: Option<String>,
    pub synonyms: Vec<String>,
    /// Every term above this one with its least distance.
    pub ancestors: BTreeMap<String, u32>,
    pub deprecated: bool,
    pub replaced_by: Option<String>,
    pub consider: Vec<String>,
    pub comments: Vec<String>,
    pub term_tracker: Option<String>,
}

/// Terms, one by one.
#[derive(Debug)]
pub struct OntologyReader {
    text: Placed,
    /// Terms begun so far; `None` before the opening brace.
    row: Option<u64>,
    ended: bool,
}

impl OntologyReader {
    pub fn new(file: SourceFile) -> Self {
        let text = Placed { text: file.into_text(), line: 1, column: 0 };
        Self { text, row: None, ended: false }
    }

    /// The next key, or `None` after the closing brace.
    fn key(&mut self) -> Result<Option<String>, FileError> {
        let row = match self.row {
            None => {
                self.expect(b'{', "the terms")?;
                0
            }
            Some(row) => row,
        };
        self.row = Some(row + 1);
        if self.text.peek()? == Some(b'}') {
            self.text.consume(1);
            return match self.text.peek()? {
                None => Ok(None),
                Some(_) => Err(self.text.malformed("something follows the last term")),
            };
        }
        if row > 0 {
            self.expect(b',', "the terms")?;
        }
        if self.text.peek()?.is_some_and(|byte| byte != b'"') {
            return Err(self.text.malformed("expected a term id in double quotes"));
        }
        self.value("the terms").map(Some)
    }

    fn term(&mut self) -> Result<Option<OntologyTerm>, ReadError> {
        let Some(id) = self.key()? else { return Ok(None) };
        let row = self.row.unwrap_or_default();
        let within = format!("the term {id}");
        self.expect(b':', &within)?;
        // Only a value with an end mark of its own leaves the reader right behind it.
        if self.text.peek()?.is_some_and(|byte| byte != b'{') {
            return Err(self.text.malformed(&format!("{within} is not an object")).into());
        }
        // By way of a value, so that a term of another shape does not end the file.
        let value: Value = self.value(&within)?;
        match TermBody::deserialize(value) {
            Ok(body) => Ok(Some(OntologyTerm { row, id, body })),
            Err(error) => {
                let message = error.to_string();
                Err(RowError { row, label: Some(id), field: None, message }.into())
            }
        }
    }

    fn value<'de, T: Deserialize<'de>>(&mut self, within: &str) -> Result<T, FileError> {
        let result = T::deserialize(&mut Deserializer::from_reader(&mut self.text));
        result.map_err(|error| {
            if error.is_io() {
                FileError::from_io(error.into())
            } else if error.is_eof() {
                self.text.cut_off(within)
            } else {
                let text = error.to_string();
                self.text.malformed(text.split(" at line ").next().unwrap_or_default())
            }
        })
    }

    fn expect(&mut self, mark: u8, within: &str) -> Result<(), FileError> {
        match self.text.peek()? {
            Some(byte) if byte == mark => {
                self.text.consume(1);
                Ok(())
            }
            Some(_) => Err(self.text.malformed(&format!("expected “{}”", char::from(mark)))),
            None => Err(self.text.cut_off(within)),
        }
    }
}

impl Iterator for OntologyReader {
    type Item = Result<OntologyTerm, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let term = self.term();
        self.ended = matches!(term, Ok(None) | Err(ReadError::File(_)));
        term.transpose()
    }
}

/// Text that knows its place: the parser sees one term at a time and would count from there.
#[derive(Debug)]
struct Placed {
    text: TextReader,
    line: u64,
    /// Bytes of the line consumed so far.
    column: u64,
}

impl Placed {
    /// The next byte that is not white space; not consumed.
    fn peek(&mut self) -> Result<Option<u8>, FileError> {
        loop {
            let Some(byte) = self.text.fill_buf().map_err(FileError::from_io)?.first().copied()
            else {
                return Ok(None);
            };
            if !matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
                return Ok(Some(byte));
            }
            self.step(byte);
            self.text.consume(1);
        }
    }

    /// Passes over bytes seen by `peek`, which are no line breaks.
    fn consume(&mut self, count: usize) {
        self.column += count as u64;
        self.text.consume(count);
    }

    fn step(&mut self, byte: u8) {
        if byte == b'\n' {
            self.line += 1;
            self.column = 0;
        } else {
            self.column += 1;
        }
    }

    fn malformed(&self, detail: &str) -> FileError {
        let (line, column) = (self.line, self.column.max(1));
        FileError::Syntax { format: "JSON", line, column, detail: detail.to_owned() }
    }

    fn cut_off(&self, within: &str) -> FileError {
        FileError::CutOff { line: self.line, within: within.to_owned() }
    }
}

impl Read for Placed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.text.read(buffer)?;
        for byte in &buffer[..count] {
            self.step(*byte);
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use std::{io::Cursor, path::Path};

    use proptest::prelude::*;

    use super::*;

    fn read(text: impl Into<Vec<u8>>) -> Vec<Result<OntologyTerm, ReadError>> {
        match SourceFile::from_reader("test", Cursor::new(text.into())) {
            Ok(file) => OntologyReader::new(file).collect(),
            Err(error) => vec![Err(error.into())],
        }
    }

    fn last_error(text: &str) -> String {
        read(text).pop().expect("the error is an item").unwrap_err().to_string()
    }

    #[test]
    fn terms_are_read_with_their_ordinal() {
        let terms = read(
            r#" { "MONDO:0005180": {"label": "Parkinson disease", "ancestors": {"MONDO:0000001": 3},
                "synonyms": ["PD"], "deprecated": false, "unheard_of": [1]} ,
              "MONDO:0000003" : {"label": "", "deprecated": true, "replaced_by": null} } "#,
        );
        let [Ok(first), Ok(second)] = &terms[..] else { panic!("{terms:?}") };
        assert_eq!((first.row, first.id.as_str()), (1, "MONDO:0005180"));
        assert_eq!(first.body.ancestors["MONDO:0000001"], 3);
        assert_eq!(first.body.synonyms, ["PD"]);
        assert_eq!((second.row, second.body.label.as_deref()), (2, Some("")));
        assert!(second.body.deprecated);
        assert!(read("{}").is_empty());
    }

    #[test]
    fn term_of_another_shape_is_refused_alone() {
        let terms = read(r#"{"A:1": {"label": 5}, "A:2": {"label": "b"}}"#);
        let error = terms[0].as_ref().unwrap_err().to_string();
        assert!(error.starts_with("row 1 (A:1): invalid type: integer `5`"), "{error}");
        assert_eq!(terms[1].as_ref().unwrap().id, "A:2");
    }

    #[test]
    fn cut_off_file_names_the_term() {
        assert_eq!(
            last_error("{\"A:1\": {},\n\"A:2\": {\"label\": \"b"),
            "the file seems cut off at line 2, in the middle of the term A:2; fetch it again"
        );
        for text in ["", "{", "{\"A:1\"", "{\"A:1\":", "{\"A:1\": {}", "{\"A:1\": {},"] {
            assert!(last_error(text).contains("cut off at line 1"), "{text}");
        }
    }

    #[test]
    fn malformed_text_names_line_and_column() {
        let error = last_error("{\"A:1\": {},\n\"A:2\": {\"label\" \"b\"}}");
        assert!(error.contains("line 2, column 17: expected `:`"), "{error}");
        for text in ["[]", "{\"A:1\": 5}", "{\"A:1\": {},}", "{} {}", "{5: {}}", "{\"A:1\": {} {}"]
        {
            assert!(last_error(text).starts_with("the JSON is malformed at line 1"), "{text}");
        }
    }

    #[test]
    fn real_files_read_whole() {
        for (name, count) in
            [("mondo-2026-05-05", 31_958), ("cl-2026-03-26", 3596), ("hancestro-2025-10-14", 1023)]
        {
            let path = Path::new(env!("CARGO_MANIFEST_DIR"))
                .join(format!("../shared/data/{name}.json.zst"));
            if !path.exists() {
                eprintln!("skipped: {} is absent", path.display());
                continue;
            }
            let terms: Result<Vec<_>, _> =
                OntologyReader::new(SourceFile::open(&path).unwrap()).collect();
            let terms = terms.unwrap();
            assert_eq!(terms.len(), count, "{name}");
            assert!(terms.iter().all(|term| term.body.label.is_some()));
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            read(bytes);
        }

        #[test]
        fn any_marks_are_read_or_refused(text in r#"\{?(["{}:,\[\] 01a\n\\]|"A:1": ?\{){0,40}"#) {
            read(text);
        }

        #[test]
        fn any_texts_survive(id in "\\PC{0,9}", label in ".{0,20}") {
            let text = serde_json::json!({ &id: { "label": &label } }).to_string();
            let terms = read(text);
            let term = terms[0].as_ref().unwrap();
            prop_assert_eq!((&term.id, term.body.label.as_ref()), (&id, Some(&label)));
        }
    }
}
