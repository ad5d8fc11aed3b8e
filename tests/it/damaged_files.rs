//! Files that are not what they should be, given to the program itself: nothing of them is written, and the place
//! of the damage is named.

use std::{io::Write, process::Stdio};

use flate2::{Compression, write::GzEncoder};
use stemma::{
    catalogue::Verdict,
    import::{self, Format, source_file::ReadError},
};

use crate::support::{TestDb, both_backends};

both_backends!(
    a_truncated_gzip_file_writes_nothing,
    a_binary_file_writes_nothing,
    a_file_in_utf_16_writes_nothing,
    a_file_in_shift_jis_writes_nothing,
    a_workbook_writes_nothing,
    a_row_that_is_cut_off_writes_nothing,
    an_entry_that_is_cut_off_writes_nothing,
    an_ontology_that_is_cut_off_writes_nothing,
    a_file_of_another_format_writes_nothing,
    a_missing_file_is_named,
    a_line_of_the_interchange_format_that_is_damaged_is_refused_alone,
    a_reader_of_the_output_that_goes_away_stops_nothing,
);

/// As many rows as make several chunks, so that a careless importer would have written some of them.
fn names() -> String {
    let row = |n: u32| format!("CVCL_{:04}\tLine {}\n", n % 10_000, n.wrapping_mul(2_654_435_761));
    "cvcl\tname\n".to_owned() + &(0..4000).map(row).collect::<Vec<_>>().concat()
}

async fn a_reader_of_the_output_that_goes_away_stops_nothing(app: TestDb) {
    let file = app.file("names.tsv", "cvcl\tname\nCVCL_0001\tHeLa\n").display().to_string();
    let mut command = app.command(&["import", "cellosaurus-names", &file]);
    let mut import = command.stdout(Stdio::piped()).spawn().unwrap();
    drop(import.stdout.take());
    assert!(import.wait().unwrap().success());
    assert_eq!(app.number("SELECT COUNT(*) FROM records").await, 1);
}

/// Imports the bytes by the program and answers what it says on its way out.
async fn refusal(app: &TestDb, format: Format, bytes: &[u8]) -> String {
    let file = app.file("damaged", bytes).display().to_string();
    let done = app.stemma(&["import", format.name(), &file]);
    assert!(!done.status.success(), "{done:?}");
    assert_eq!(app.number("SELECT COUNT(*) FROM records").await, 0);
    assert!(
        matches!(app.catalogue.verify_log().await.unwrap(), Verdict::Sound(head) if head.seq == 0)
    );
    let told = String::from_utf8(done.stderr).unwrap();
    assert!(told.contains(&file), "the file is named: {told}");
    told
}

async fn a_truncated_gzip_file_writes_nothing(app: TestDb) {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(names().as_bytes()).unwrap();
    let packed = encoder.finish().unwrap();
    let told = refusal(&app, Format::CellosaurusNames, &packed[..packed.len() * 3 / 4]).await;
    assert!(told.contains("the file ends in the middle of its gzip stream, after "), "{told}");
    assert!(told.contains(" bytes of text; fetch it again"), "{told}");
}

async fn a_binary_file_writes_nothing(app: TestDb) {
    let mut bytes = names().into_bytes();
    bytes[60_000] = 0;
    let told = refusal(&app, Format::CellosaurusNames, &bytes).await;
    assert!(told.contains("byte 60000 is NUL: this is a binary file"), "{told}");
}

async fn a_file_in_utf_16_writes_nothing(app: TestDb) {
    let bytes: Vec<u8> = names().encode_utf16().flat_map(u16::to_le_bytes).collect();
    let marked = [b"\xff\xfe".to_vec(), bytes.clone()].concat();
    for bytes in [bytes, marked] {
        let told = refusal(&app, Format::CellosaurusNames, &bytes).await;
        assert!(told.contains("it looks like UTF-16; save it as UTF-8"), "{told}");
    }
}

async fn a_file_in_shift_jis_writes_nothing(app: TestDb) {
    let mut bytes = names().into_bytes();
    let place = bytes.len();
    bytes.extend(b"CVCL_9999\t\x8d\xd7\x96\x45\n");
    let told = refusal(&app, Format::CellosaurusNames, &bytes).await;
    let expected = format!("not UTF-8 at byte {}, it looks like Shift_JIS", place + 10);
    assert!(told.contains(&expected), "{told}");
}

async fn a_workbook_writes_nothing(app: TestDb) {
    let told = refusal(&app, Format::RikenBrc, b"PK\x03\x04\x14\x00\x06\x00").await;
    assert!(told.contains("an Excel workbook; save its content as UTF-8 text"), "{told}");
}

async fn a_row_that_is_cut_off_writes_nothing(app: TestDb) {
    let told = refusal(&app, Format::CellosaurusNames, (names() + "CVCL_99").as_bytes()).await;
    assert!(told.contains("cut off at line 4002"), "{told}");
}

async fn an_entry_that_is_cut_off_writes_nothing(app: TestDb) {
    let entries: Vec<String> =
        (0..1200).map(|n| format!("ID   Line {n}\nAC   CVCL_{n:04}\n//\n")).collect();
    let entries = entries.concat();
    let told =
        refusal(&app, Format::Cellosaurus, (entries + "ID   HEL\nAC   CVCL_9999\n").as_bytes())
            .await;
    assert!(told.contains("cut off at line 3602, in the middle of the entry CVCL_9999"), "{told}");
}

async fn an_ontology_that_is_cut_off_writes_nothing(app: TestDb) {
    let terms: Vec<String> =
        (0..1200).map(|n| format!("\"MONDO:{n:07}\": {{\"label\": \"disease {n}\"}},\n")).collect();
    let terms = terms.concat();
    let told =
        refusal(&app, Format::Mondo, format!("{{{terms}\"MONDO:9000000\": {{\"la").as_bytes())
            .await;
    assert!(
        told.contains("cut off at line 1201, in the middle of the term MONDO:9000000"),
        "{told}"
    );
}

async fn a_file_of_another_format_writes_nothing(app: TestDb) {
    let told = refusal(&app, Format::HpscregClo, names().as_bytes()).await;
    assert!(told.contains("line 1: the header lacks the column"), "{told}");
    assert!(told.contains("it has “cvcl”, “name”"), "{told}");
    let told = refusal(&app, Format::Cellosaurus, names().as_bytes()).await;
    assert!(told.contains("this is another kind of file"), "{told}");
    let told = refusal(&app, Format::Mondo, names().as_bytes()).await;
    assert!(told.contains("the JSON is malformed at line 1"), "{told}");
}

async fn a_missing_file_is_named(app: TestDb) {
    let done = app.stemma(&["import", "cellosaurus", "/nowhere/at-all.txt"]);
    assert!(!done.status.success());
    let told = String::from_utf8(done.stderr).unwrap();
    assert!(told.contains("cannot open /nowhere/at-all.txt"), "{told}");
}

async fn a_line_of_the_interchange_format_that_is_damaged_is_refused_alone(app: TestDb) {
    let good = r#"{"kind":"organization","layers":[{"source":"curator","key":"a","facts":{}}]}"#;
    let file = app.file(
        "lines.jsonl",
        format!("{good}\n{{\"kind\":\"organization\",\"layers\":[{{\n{good}\n"),
    );
    let rows: Vec<_> = import::open(Format::Jsonl, &file).unwrap().collect();
    assert_eq!(rows.len(), 3);
    let Err(ReadError::Row(error)) = &rows[1] else { panic!("{:?}", rows[1]) };
    assert_eq!(error.row, 2);
    assert!(rows[0].is_ok() && rows[2].is_ok());
}
