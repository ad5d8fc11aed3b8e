//! SSSOM: a mapping set between vocabularies as tab-separated rows under a commented head.
//! Of the head only the identity of the set is read; prefixes are left as the rows write them.

use super::{
    source_file::{FileError, ReadError, RowError, SourceFile},
    tsv::{Column, TsvReader, TsvRow},
};

const COLUMNS: &[Column] = &[
    Column::required("subject_id"),
    Column::optional("subject_label"),
    Column::required("predicate_id"),
    Column::optional("predicate_modifier"),
    Column::required("object_id"),
    Column::optional("object_label"),
    Column::required("mapping_justification"),
];

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping {
    pub line: u64,
    pub subject_id: String,
    pub subject_label: Option<String>,
    pub predicate_id: String,
    /// `Not` turns the statement into its opposite.
    pub predicate_modifier: Option<String>,
    pub object_id: String,
    pub object_label: Option<String>,
    pub mapping_justification: String,
}

/// Mappings, one by one.
#[derive(Debug)]
pub struct SssomReader {
    rows: TsvReader,
    mapping_set_id: Option<String>,
    mapping_set_version: Option<String>,
}

impl SssomReader {
    pub fn new(file: SourceFile) -> Result<Self, FileError> {
        let mut lines = file.into_lines();
        let (mut mapping_set_id, mut mapping_set_version) = (None, None);
        let header = loop {
            let Some(line) = lines.next().transpose()? else { break None };
            let Some(comment) = line.text.strip_prefix('#') else { break Some(line) };
            match head_value(comment) {
                Some(("mapping_set_id", value)) => mapping_set_id = Some(value.to_owned()),
                Some(("mapping_set_version", value)) => {
                    mapping_set_version = Some(value.to_owned());
                }
                _ => {}
            }
        };
        let rows = TsvReader::after_header(header.as_ref(), lines, COLUMNS)?;
        Ok(Self { rows, mapping_set_id, mapping_set_version })
    }

    pub fn mapping_set_id(&self) -> Option<&str> {
        self.mapping_set_id.as_deref()
    }

    pub fn mapping_set_version(&self) -> Option<&str> {
        self.mapping_set_version.as_deref()
    }

    /// See [`TsvReader::unknown_columns`].
    pub fn unknown_columns(&self) -> Vec<&str> {
        self.rows.unknown_columns()
    }
}

impl Iterator for SssomReader {
    type Item = Result<Mapping, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        Some(self.rows.next()?.and_then(|row| mapping(&row).map_err(ReadError::Row)))
    }
}

fn mapping(row: &TsvRow) -> Result<Mapping, RowError> {
    let optional = |name: &str| row.get(name).filter(|cell| !cell.is_empty()).map(str::to_owned);
    let required = |name: &str| {
        optional(name).ok_or_else(|| RowError {
            row: row.line,
            label: optional("subject_id"),
            field: Some(name.to_owned()),
            message: "is empty; a mapping needs it".to_owned(),
        })
    };
    Ok(Mapping {
        line: row.line,
        subject_id: required("subject_id")?,
        subject_label: optional("subject_label"),
        predicate_id: required("predicate_id")?,
        predicate_modifier: optional("predicate_modifier"),
        object_id: required("object_id")?,
        object_label: optional("object_label"),
        mapping_justification: required("mapping_justification")?,
    })
}

/// A top-level `key: value` of the YAML head; nested keys are indented and so not found by name.
fn head_value(comment: &str) -> Option<(&str, &str)> {
    let (key, value) = comment.strip_prefix(' ').unwrap_or(comment).split_once(':')?;
    let value = value.trim();
    let bare = ['\'', '"'].iter().find_map(|q| value.strip_prefix(*q)?.strip_suffix(*q));
    Some((key, bare.unwrap_or(value)))
}

#[cfg(test)]
mod tests {
    use std::{io::Cursor, path::Path};

    use proptest::prelude::*;

    use super::*;

    const HEAD: &str = "# curie_map:\n#   mapping_set_id: nested\n# mapping_set_id: 'http://example.org/a'\n\
        subject_id\tpredicate_id\tobject_id\tmapping_justification\n";

    fn reader(text: impl Into<Vec<u8>>) -> Result<SssomReader, FileError> {
        SssomReader::new(SourceFile::from_reader("test", Cursor::new(text.into()))?)
    }

    #[test]
    fn head_and_mappings_are_read() {
        let row = "MONDO:0005180\tskos:exactMatch\tDOID:14330\tsemapv:LexicalMatching\n";
        let mut reader = reader([HEAD, row].concat()).unwrap();
        assert_eq!(reader.mapping_set_id(), Some("http://example.org/a"));
        assert_eq!(reader.mapping_set_version(), None);
        let mapping = reader.next().unwrap().unwrap();
        assert_eq!(mapping.line, 5);
        assert_eq!(mapping.subject_id, "MONDO:0005180");
        assert_eq!(mapping.object_id, "DOID:14330");
        assert_eq!(mapping.object_label, None);
    }

    #[test]
    fn mapping_without_object_is_refused_alone() {
        let rows = "MONDO:0005180\tskos:exactMatch\t\tsemapv:LexicalMatching\n\
            MONDO:0005180\tskos:exactMatch\tDOID:14330\tsemapv:LexicalMatching\n";
        let read: Vec<_> = reader([HEAD, rows].concat()).unwrap().collect();
        assert_eq!(
            read[0].as_ref().unwrap_err().to_string(),
            "row 5 (MONDO:0005180), object_id: is empty; a mapping needs it"
        );
        assert!(read[1].is_ok());
    }

    #[test]
    fn head_without_rows_is_another_kind_of_file() {
        assert!(matches!(reader("# a: b\n").unwrap_err(), FileError::WrongKind { .. }));
    }

    #[test]
    fn real_files_read_whole() {
        for (target, rows) in [("omim", 10_045), ("orphanet", 9785), ("nando", 2345)] {
            let path = Path::new(env!("CARGO_MANIFEST_DIR"))
                .join(format!("../shared/data/mondo-{target}.sssom.tsv.gz"));
            if !path.exists() {
                eprintln!("skipped: {} is absent", path.display());
                continue;
            }
            let reader = SssomReader::new(SourceFile::open(&path).unwrap()).unwrap();
            assert!(reader.mapping_set_id().is_some_and(|id| id.ends_with(".sssom.tsv")));
            assert!(reader.unknown_columns().is_empty());
            let read: Result<Vec<_>, _> = reader.collect();
            assert_eq!(read.unwrap().len(), rows, "{target}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(tail in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = reader(tail.clone()).map(Iterator::count);
            let _ = reader([HEAD.as_bytes(), &tail].concat()).map(Iterator::count);
        }
    }
}
