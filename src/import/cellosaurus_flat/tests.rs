use std::{io::Cursor, path::Path};

use proptest::prelude::*;

use super::*;

fn reader(text: impl Into<Vec<u8>>) -> Result<CellosaurusReader, FileError> {
    CellosaurusReader::new(SourceFile::from_reader("test", Cursor::new(text.into()))?)
}

fn read(text: &str) -> Vec<Result<Entry, ReadError>> {
    reader(text).expect("the text has an ID line").collect()
}

fn refusal(entry: &Result<Entry, ReadError>) -> String {
    entry.as_ref().expect_err("the entry is refused").to_string()
}

fn two(left: &str, right: &str) -> (String, String) {
    (left.to_owned(), right.to_owned())
}

const ENTRY: &str = "\
 Version: 99.9
 Last update: 01-January-2030
 AC         Accession (CVCL_xxxx)           Once
____
ID   Line One
AC   CVCL_0001
AS   CVCL_0002; CVCL_0003
SY   L1; Line-1
DR   RCB; HPS0063
RX   PubMed=1;
RX   DOI=10.1/(a)1<1:b>2.0.CO;2
WW   https://example.org/a
CC   From: A bank; Kyoto; Japan.
ST   Source(s): ATCC; RCB
ST   TH01: 9,9.3
ST   FGA: 9,11 (ATCC); 9,12 (RCB)
DI   NCIt; C1; One; or two
DI   ORDO; Orphanet_2; Two
OX   NCBI_TaxID=9606; ! Homo sapiens (Human)
HI   CVCL_0004 ! Parent
OI   CVCL_0005 ! Sibling
SX   Female
AG   36Y
CA   Induced pluripotent stem cell
DT   Created: 04-04-12; Last updated: 05-10-23; Version: 4
//
";

#[test]
fn every_line_code_is_kept_as_written() {
    let mut reader = reader(ENTRY).unwrap();
    assert_eq!(reader.release(), Some("99.9"));
    assert_eq!(reader.release_date(), Some("01-January-2030"));
    let entry = reader.next().unwrap().unwrap();
    assert_eq!(
        (entry.line, entry.id.as_str(), entry.accession.as_str()),
        (5, "Line One", "CVCL_0001")
    );
    assert_eq!(entry.secondary, ["CVCL_0002", "CVCL_0003"]);
    assert_eq!(entry.synonyms, ["L1", "Line-1"]);
    assert_eq!(entry.xrefs, [two("RCB", "HPS0063")]);
    assert_eq!(entry.references, [two("PubMed", "1"), two("DOI", "10.1/(a)1<1:b>2.0.CO;2")]);
    assert_eq!(entry.web_pages, ["https://example.org/a"]);
    let text = "A bank; Kyoto; Japan.".to_owned();
    assert_eq!(entry.comments, [Comment { topic: "From".to_owned(), text }]);
    assert_eq!(entry.str_profiles.len(), 1);
    assert_eq!(entry.str_profiles[0].sources, ["ATCC", "RCB"]);
    let markers = [two("TH01", "9,9.3"), two("FGA", "9,11 (ATCC); 9,12 (RCB)")];
    assert_eq!(entry.str_profiles[0].markers, markers);
    assert_eq!(entry.diseases[0].2, "One; or two");
    assert_eq!(
        (entry.diseases[1].0.as_str(), entry.diseases[1].1.as_str()),
        ("ORDO", "Orphanet_2")
    );
    assert_eq!(entry.species, [two("9606", "Homo sapiens (Human)")]);
    assert_eq!(entry.parents, [two("CVCL_0004", "Parent")]);
    assert_eq!(entry.same_individual, [two("CVCL_0005", "Sibling")]);
    assert_eq!((entry.sex.as_deref(), entry.age.as_deref()), (Some("Female"), Some("36Y")));
    assert_eq!(entry.category.as_deref(), Some("Induced pluripotent stem cell"));
    assert!(entry.date.is_some_and(|date| date.ends_with("Version: 4")));
    assert!(reader.next().is_none());
}

#[test]
fn source_line_begins_another_profile() {
    let text = "ID   A\nAC   CVCL_0001\nST   Source(s): RCB\nST   TH01: 9\n\
        ST   Source(s): ATCC\nST   TH01: 9.3\n//\n";
    let entry = read(text).remove(0).unwrap();
    assert_eq!(entry.str_profiles.len(), 2);
    assert_eq!(entry.str_profiles[1].markers, [two("TH01", "9.3")]);
}

#[test]
fn readings_of_disagreeing_sources_come_apart() {
    let readings = StrReading::parse_all("9,11 (ATCC; RCB); 9,12 (ECACC)");
    assert_eq!(readings.len(), 2);
    assert_eq!((readings[0].alleles.as_str(), readings[0].sources.len()), ("9,11", 2));
    assert_eq!((readings[1].alleles.as_str(), readings[1].sources[0].as_str()), ("9,12", "ECACC"));
    let agreed = StrReading { alleles: "X,Y".to_owned(), sources: Vec::new() };
    assert_eq!(StrReading::parse_all("X,Y"), [agreed]);
}

#[test]
fn faulty_entry_is_refused_alone_with_its_line() {
    let good = "ID   B\nAC   CVCL_0002\n//\n";
    for (entry, message) in [
        ("ID   A\nSX   Male\n//\n", "row 1 (A), AC: is missing"),
        ("ID   A\nAC   CVCL_1\nAC   CVCL_1\n//\n", "row 3 (CVCL_1), AC: comes twice"),
        ("ID   A\nAC   CVCL_1\nSX   Male\nSX   Male\n//\n", "row 4 (CVCL_1), SX: comes twice"),
        ("ID   A\nAC   CVCL_1\nQQ   x\n//\n", "row 3 (CVCL_1), QQ: is an unknown line code"),
        ("ID   A\nAC   CVCL_1\nAG\n//\n", "row 3 (CVCL_1): “AG” is no line code"),
        ("ID   A\nAC   CVCL_1\nHI   CVCL_2\n//\n", "row 3 (CVCL_1), HI: expected “!” in “CVCL_2”"),
        ("ID   A\nAC   CVCL_1\nST   TH01: 9\n//\n", "row 3 (CVCL_1), ST: a marker comes before"),
        ("ID   A\nAC   CVCL_1\n", "row 3 (CVCL_1), ID: a new entry begins before"),
        ("ID   \nAC   CVCL_1\n//\n", "row 1 (CVCL_1), ID: is missing"),
    ] {
        let entries = read(&[entry, good].concat());
        assert_eq!(entries.len(), 2, "{entry}");
        assert!(refusal(&entries[0]).starts_with(message), "{}", refusal(&entries[0]));
        assert_eq!(entries[1].as_ref().unwrap().id, "B");
    }
}

#[test]
fn entry_without_id_line_is_refused_alone() {
    let entries =
        read("ID   A\nAC   CVCL_1\n//\nAC   CVCL_2\n//\nID   B\nAC   CVCL_3\n//\n\n---\n (c)\n");
    assert_eq!(entries.len(), 3);
    assert!(refusal(&entries[1]).contains("row 4, ID: the entry does not begin"));
}

#[test]
fn entry_without_end_is_a_cut_off_file() {
    for tail in ["", "SX   Ma", "SX   Male\n/"] {
        let text = format!("ID   A\nAC   CVCL_1\n//\nID   B\nAC   CVCL_2\n{tail}");
        let mut entries = reader(text).unwrap();
        assert!(entries.next().unwrap().is_ok());
        let error = entries.next().unwrap().unwrap_err();
        assert!(error.to_string().contains("in the middle of the entry CVCL_2"), "{error}");
        assert!(entries.next().is_none());
    }
}

#[test]
fn file_without_entries_is_another_kind_of_file() {
    assert!(matches!(reader("accession\tname\n"), Err(FileError::WrongKind { .. })));
    assert!(matches!(reader(""), Err(FileError::WrongKind { .. })));
}

#[test]
fn real_file_reads_whole() {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/cellosaurus-29-head-1000.txt");
    if !path.exists() {
        eprintln!("skipped: {} is absent", path.display());
        return;
    }
    let reader = CellosaurusReader::new(SourceFile::open(&path).unwrap()).unwrap();
    assert_eq!(reader.release(), Some("29.0"));
    let entries: Result<Vec<_>, _> = reader.collect();
    let entries = entries.unwrap();
    let count = |test: fn(&Entry) -> bool| entries.iter().filter(|entry| test(entry)).count();
    assert_eq!(entries.len(), 1000);
    let category = |e: &Entry| e.category.as_deref() == Some("Induced pluripotent stem cell");
    assert_eq!(count(category), 99);
    assert_eq!(count(|entry| !entry.str_profiles.is_empty()), 88);
    assert_eq!(entries.iter().map(|entry| entry.xrefs.len()).sum::<usize>(), 2692);
    assert_eq!(entries.iter().map(|entry| entry.comments.len()).sum::<usize>(), 1856);
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(tail in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = reader(tail.clone()).map(Iterator::count);
        let _ = reader([b"ID   A\n".to_vec(), tail].concat()).map(Iterator::count);
    }

    #[test]
    fn any_lines_are_read_or_refused(
        lines in prop::collection::vec("(ID|AC|ST|DI|OX|CC|RX|HI|QQ|//)( {0,3}(\\PC|[;:!=(])*)?", 0..9),
    ) {
        let text = format!("ID   A\n{}", lines.join("\n"));
        let _ = reader(text).map(Iterator::count);
    }

    #[test]
    fn any_name_survives(name in "[!-~]([ -~]{0,20}[!-~])?") {
        let entry = read(&format!("ID   {name}\nAC   CVCL_1\n//\n")).remove(0).unwrap();
        prop_assert_eq!(entry.id, name);
    }
}
