use std::io::{BufReader, Cursor, Read};

use proptest::prelude::*;

use super::*;
use crate::domain::cord_blood::{
    bmdw::{field::leaves, row::tests::sound},
    inventory::{UpdateMode, reconcile},
};

const ROOT: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<INVENTORIES xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="Inventories.xsd" CREATION_TIME="2026-04-02T00:00:00Z">"#;

const INVENTORY: &str = r#"<INVENTORY LISTING_ORGANIZATION="6939" POOL="3553" CONTENT_TYPE="C" UPDATE_MODE="FULL" SNAPSHOT_TIME="2026-04-01T00:00:00Z" SCHEMA_VERSION="2.0">"#;

const UNIT: &str = "<CBU><ID>U1</ID><BIRTH_DATE>2019-03-04</BIRTH_DATE>\
    <HLA><A><DNA><FIELD1>02:01</FIELD1><FIELD2/></DNA></A><B><SER><FIELD1>52</FIELD1></SER></B>\
    <DRB1><DNA><FIELD1>15:02</FIELD1></DNA></DRB1></HLA><STATUS>AV</STATUS><TNC>13.2e8</TNC></CBU>";

fn file(units: &str) -> String {
    format!("{ROOT}\n{INVENTORY}\n{units}\n</INVENTORY>\n</INVENTORIES>\n")
}

type Rows = Vec<Result<UnitRow, ReadError>>;

fn xml(text: impl AsRef<[u8]>) -> (Rows, Ledger) {
    let mut reader = XmlReader::new(Cursor::new(text), UsualCounts::default());
    let rows = reader.by_ref().collect();
    (rows, reader.into_ledger())
}

fn table(text: impl AsRef<[u8]>) -> Result<(Rows, Ledger), FileError> {
    let mut reader = TableReader::new(Cursor::new(text), UsualCounts::default())?;
    let rows = reader.by_ref().collect();
    Ok((rows, reader.into_ledger()))
}

fn told(rows: &[Result<UnitRow, ReadError>]) -> Vec<String> {
    rows.iter()
        .map(|row| row.as_ref().map_or_else(ToString::to_string, |_| "read".to_owned()))
        .collect()
}

fn last_error(text: impl AsRef<[u8]>) -> String {
    let (rows, ledger) = xml(text);
    assert_eq!(ledger.snapshots(), None, "nothing follows from such a file");
    rows.last().unwrap().as_ref().unwrap_err().to_string()
}

/// A value within the elements of its path.
fn nested(path: &str, text: &str) -> String {
    let open = format!("<{}>", path.replace('/', "><"));
    let close = path.rsplit('/').collect::<Vec<_>>().join("></");
    format!("{open}{text}</{close}>")
}

/// A table of one inventory, with the columns of the values and the values.
fn sheet(rows: &[Vec<(&str, &str)>]) -> String {
    let said = [
        ("CREATION_TIME", "2026-04-02T00:00:00Z"),
        ("LISTING_ORGANIZATION", "6939"),
        ("POOL", "3553"),
        ("CONTENT_TYPE", "C"),
        ("UPDATE_MODE", "FULL"),
        ("SCHEMA_VERSION", "2.0"),
    ];
    let column = |path: &str| path.replace('/', "_");
    let names = said.iter().map(|(name, _)| (*name).to_owned());
    let header: Vec<String> = names.chain(rows[0].iter().map(|(path, _)| column(path))).collect();
    let mut lines = vec![header.join(",")];
    for row in rows {
        let cells: Vec<&str> = said.iter().chain(row).map(|(_, text)| *text).collect();
        lines.push(cells.join(","));
    }
    lines.join("\n") + "\n"
}

#[test]
fn units_and_their_inventory_are_read() {
    let (rows, ledger) = xml(file(UNIT));
    let row = rows[0].as_ref().unwrap();
    assert_eq!((rows.len(), row.row, row.inventory), (1, 1, 0));
    assert_eq!(row.unit.identity.id.as_deref(), Some("U1"));
    assert_eq!(row.unit.collected.tnc, Some(1_320_000_000));
    let inventory = &ledger.inventories()[0];
    assert_eq!((inventory.listing_organization, inventory.pool), (6939, 3553));
    assert_eq!(inventory.update_mode, UpdateMode::Full);
    assert_eq!(inventory.taken().to_rfc3339(), "2026-04-01T00:00:00+00:00");
    let snapshot = &ledger.snapshots().unwrap()[0];
    assert!(snapshot.ids.contains("U1") && snapshot.nameless_rows == 0);
    assert!(ledger.unknown_fields().is_empty(), "{:?}", ledger.unknown_fields());
}

#[test]
fn an_empty_inventory_is_an_inventory() {
    let (rows, ledger) = xml(file(""));
    assert!(rows.is_empty());
    assert!(ledger.snapshots().unwrap()[0].ids.is_empty());
    let (_, ledger) = xml(file("").replace(INVENTORY, "").replace("</INVENTORY>", ""));
    assert_eq!(ledger.snapshots().unwrap(), [], "no inventory concludes nothing");
}

#[test]
fn a_refused_row_affects_no_other_and_is_no_absence() {
    let wrong = UNIT.replace("U1", "U2").replace("13.2e8", "13.2");
    let again = UNIT.replace("2019", "2018");
    let (rows, ledger) = xml(file(&[UNIT, &wrong, &again, &UNIT.replace("U1", "U3")].concat()));
    assert_eq!(
        told(&rows),
        [
            "read",
            "row 2 (U2): TNC `13.2`: is no whole number, and counts are absolute: did you mean `1.32E9`?",
            "row 3 (U1): ID `U1` was in the inventory before: give each unit one row",
            "read",
        ]
    );
    let snapshot = &ledger.snapshots().unwrap()[0];
    assert_eq!(snapshot.ids.iter().collect::<Vec<_>>(), ["U1", "U2", "U3"]);
    assert!(reconcile(&[], None, snapshot).is_ok());
}

#[test]
fn a_row_that_names_no_unit_keeps_every_unit_in_place() {
    for id in ["", "123456789012345678", "U1</ID><ID>U2"] {
        let (rows, ledger) = xml(file(&UNIT.replace(">U1<", &format!(">{id}<"))));
        assert!(rows[0].is_err());
        let snapshot = &ledger.snapshots().unwrap()[0];
        assert_eq!((snapshot.ids.len(), snapshot.nameless_rows), (0, 1), "{id}");
        assert!(reconcile(&[], None, snapshot).is_err());
    }
}

#[test]
fn fields_outside_the_field_set_are_named_and_not_read() {
    let later =
        "<IDM><ANTI_CMV>P</ANTI_CMV></IDM><BANK_MANUF_ID EMDIS=\"X\">B1</BANK_MANUF_ID></CBU>";
    let (rows, ledger) = xml(file(&UNIT.replace("</CBU>", later)));
    assert_eq!(rows[0].as_ref().unwrap().unit.identity.manufacturer.as_deref(), Some("B1"));
    assert_eq!(
        ledger.unknown_fields(),
        ["BANK_MANUF_ID@EMDIS", "IDM/ANTI_CMV"]
            .map(String::from)
            .iter()
            .rev()
            .cloned()
            .collect::<Vec<_>>()
    );
    let (rows, _) = xml(file(&UNIT.replace("</CBU>", "<WEIGHT>60</WEIGHT></CBU>")));
    assert!(told(&rows)[0].contains("WEIGHT `60`: is a field of donors"), "{:?}", told(&rows));
    let (rows, _) = xml(file(&UNIT.replace("<ID>U1", "<ID>U<x/>1")));
    assert!(told(&rows)[0].contains("ID `1`: is given twice"), "{:?}", told(&rows));
}

#[test]
fn only_full_inventories_of_units_are_taken() {
    for (from, to, message) in [
        (
            "FULL",
            "DIFF",
            "UPDATE_MODE is `DIFF` and only FULL inventories are taken: send everything the bank holds",
        ),
        (
            "CONTENT_TYPE=\"C\"",
            "CONTENT_TYPE=\"D\"",
            "the inventory lists donors (CONTENT_TYPE `D` or DONOR elements): send one of cord-blood units, `C`",
        ),
        (
            " POOL=\"3553\"",
            "",
            "the inventory cannot be told: POOL: is required and missing: give it",
        ),
        (
            "<CBU>",
            "<DONOR><CBU>",
            "the inventory lists donors (CONTENT_TYPE `D` or DONOR elements): send one of cord-blood units, `C`",
        ),
        ("INVENTORIES", "DONORS", "no INVENTORIES element found; this is another kind of file"),
    ] {
        let error = last_error(file(UNIT).replace(from, to));
        assert!(error.ends_with(message), "{error}");
    }
    assert_eq!(last_error(""), "no INVENTORIES element found; this is another kind of file");
    let no_pool = last_error(file(UNIT).replace(" POOL=\"3553\"", ""));
    assert!(no_pool.starts_with("line 3: the inventory"), "{no_pool}");
    let two = file(UNIT).replace("</INVENTORIES>", "");
    let other = INVENTORY.replace("2.0", "2.1");
    assert!(
        last_error(format!("{two}{other}</INVENTORY></INVENTORIES>"))
            .contains("two inventories of organization 6939 and pool 3553")
    );
    let (rows, ledger) =
        xml(format!("{two}{INVENTORY}{}</INVENTORY></INVENTORIES>", UNIT.replace("U1", "U2")));
    assert_eq!(
        (rows.len(), ledger.snapshots().unwrap().len()),
        (2, 1),
        "one inventory in two parts"
    );
}

#[test]
fn entities_and_document_types_are_refused() {
    let bomb = r#"<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>"#;
    let external = r#"<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>"#;
    for doctype in [bomb, external, "<!DOCTYPE x SYSTEM \"http://localhost/x.dtd\">"] {
        let error =
            last_error(file(UNIT).replacen("<INVENTORIES", &format!("{doctype}<INVENTORIES"), 1));
        assert!(error.contains("a document type is not taken"), "{error}");
    }
    let error = last_error(file(UNIT).replace("U1", "&a;"));
    assert!(error.contains("an entity that XML does not have"), "{error}");
    let (rows, _) = xml(file(UNIT).replace("U1", "&lt;&#x41;&amp;<![CDATA[<]]>"));
    assert_eq!(rows[0].as_ref().unwrap().unit.identity.id.as_deref(), Some("<A&<"));
}

#[test]
fn malformed_files_end_with_their_place() {
    for (text, message) in [
        (file(UNIT).replace("</STATUS>", "</STAT>"), "the XML is malformed at line 4, column"),
        (
            file(UNIT).replace("</INVENTORIES>", "</INVENTORIES><x/>"),
            "no INVENTORIES element found",
        ),
        (file(UNIT).replace("POOL=", "POOL=\"1\" POOL="), "the XML is malformed at line 3"),
        (file(UNIT).replace("<ID>", &"<x>".repeat(20)), "elements lie more than 16 deep"),
    ] {
        let error = last_error(&text);
        assert!(error.contains(message), "{error}");
    }
    let mut bytes = file(UNIT).into_bytes();
    let at = bytes.windows(2).position(|pair| pair == b"U1").unwrap();
    bytes[at] = 0xff;
    let error = last_error(bytes);
    assert!(error.contains("not UTF-8"), "{error}");
}

#[test]
fn a_file_cut_off_anywhere_makes_no_unit_absent() {
    let whole = file(UNIT);
    for end in 0..whole.trim_end().len() {
        let (rows, ledger) = xml(&whole.as_bytes()[..end]);
        assert_eq!(ledger.snapshots(), None, "cut at {end}");
        let error = rows.last().map(Result::as_ref);
        assert!(matches!(error, Some(Err(ReadError::File(_)))), "cut at {end}: {error:?}");
    }
}

/// Answers how much was read of an endless file before it was given up.
fn endless(head: &str, part: &str) -> usize {
    let part = part.repeat(64);
    let parts = std::iter::repeat_n(part.into_bytes(), 1 << 12);
    let body: Box<dyn Read> = parts.fold(Box::new(Cursor::new(head.to_owned())), |read, part| {
        Box::new(read.chain(Cursor::new(part)))
    });
    let counted = std::cell::Cell::new(0);
    let input = BufReader::new(Counting { inner: body, read: &counted });
    let mut reader = XmlReader::new(input, UsualCounts::default());
    assert!(reader.by_ref().last().unwrap().is_err());
    counted.get()
}

struct Counting<'a> {
    inner: Box<dyn Read>,
    read: &'a std::cell::Cell<usize>,
}

impl Read for Counting<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.read.set(self.read.get() + count);
        Ok(count)
    }
}

#[test]
fn endless_tags_texts_and_nests_are_given_up() {
    let head = format!("{ROOT}{INVENTORY}<CBU>");
    for (head, part) in [
        (format!("{head}<ID>"), "a"),
        (format!("{head}<ID "), "a"),
        (format!("{head}<!-- "), "a"),
        (format!("{head}<![CDATA["), "a"),
        (head.clone(), "<a>"),
        ("<!DOCTYPE ".to_owned(), "a"),
    ] {
        assert!(endless(&head, part) < 200_000, "{head}{part}");
    }
}

#[test]
fn a_row_without_end_takes_no_memory_without_end() {
    let many = (0..20_000).map(|n| format!("<ID>U{n}</ID><ANY>1</ANY>")).collect::<Vec<_>>();
    let many = format!("{}<STATUS>", many.concat());
    let (rows, ledger) = xml(file(&UNIT.replace("<STATUS>", &many)));
    let Err(ReadError::Row(refused)) = &rows[0] else { panic!("{rows:?}") };
    assert_eq!(refused.problems.len(), 1, "a field is told once");
    assert_eq!(ledger.unknown_fields(), ["ANY"]);
    let names = (0..1_000).map(|n| format!("<A{n}>1</A{n}>")).collect::<Vec<_>>().concat();
    let (_, ledger) = xml(file(&UNIT.replace("<STATUS>", &format!("{names}<STATUS>"))));
    assert_eq!(ledger.unknown_fields().len(), MAX_UNKNOWN);
    let long = format!("1{}", " ".repeat(5_000));
    let (rows, _) = xml(file(&UNIT.replace("13.2e8", &format!("{long}2E9"))));
    assert!(told(&rows)[0].contains("TNC `1  "), "a cut value is no value: {:?}", told(&rows));
}

#[test]
fn tables_say_the_same_as_xml() {
    let (rows, ledger) = table(sheet(&[sound()])).unwrap();
    let row = rows[0].as_ref().unwrap();
    assert_eq!((row.row, row.inventory), (2, 0));
    assert_eq!(row.unit.identity.id.as_deref(), Some("JPCB0000017"));
    assert_eq!(row.unit.mother.id.as_deref(), Some("M-17"));
    assert_eq!(ledger.snapshots().unwrap()[0].ids.len(), 1);
    assert_eq!(ledger.inventories()[0].snapshot, None);
}

#[test]
fn tables_without_their_columns_are_refused() {
    let refused = |text: &str| table(text).unwrap_err().to_string();
    let whole = sheet(&[sound()]);
    assert!(
        refused(&whole.replace("UPDATE_MODE", "MODE")).contains("lacks the column “UPDATE_MODE”")
    );
    assert!(refused(&whole.replacen("TNC", "ID", 1)).contains("“ID”, “ID” mean the same"));
    assert!(refused("").contains("no header line"));
    let unknown = whole.replacen("TNC", "COMMENT", 1).replacen("STATUS", "\u{feff}STATUS", 1);
    let (rows, ledger) = table(unknown).unwrap();
    assert!(rows[0].is_ok());
    assert_eq!(ledger.unknown_fields(), ["COMMENT"]);
    let donors = whole.replacen("TNC", "WEIGHT", 1);
    assert!(told(&table(donors).unwrap().0)[0].contains("is a field of donors"));
}

#[test]
fn rows_of_another_width_are_refused_and_a_short_last_one_is_a_cut() {
    let rows = [
        sound(),
        sound().into_iter().map(|(p, t)| (p, if p == "ID" { "U2" } else { t })).collect(),
    ];
    let whole = sheet(&rows);
    let lines: Vec<&str> = whole.lines().collect();
    let (read, ledger) = table([lines[0], &lines[1][..90], lines[2], ""].join("\n")).unwrap();
    assert!(told(&read)[0].starts_with("row 2: has "), "{:?}", told(&read));
    assert_eq!(told(&read)[1], "read");
    assert_eq!(ledger.snapshots().unwrap()[0].nameless_rows, 1);
    let (read, ledger) = table(&whole[..whole.len() - 20]).unwrap();
    assert!(told(&read)[1].contains("cut off at line 3"), "{:?}", told(&read));
    assert_eq!(ledger.snapshots(), None);
    let moved = whole.replace(",3553,", ",35530,");
    assert!(told(&table(moved).unwrap().0)[0].starts_with("line 2: the inventory cannot be told"));
    let (read, _) = table(format!("{}\n{},x\n", lines[0], lines[1])).unwrap();
    assert!(told(&read)[0].contains("cells where the header has"), "{:?}", told(&read));
}

#[test]
fn an_open_quote_does_not_take_the_file_into_one_row() {
    let quote = sheet(&[sound()]).replace("L-17", "\"L-17");
    let text = quote + &"x".repeat(3 << 20);
    let (read, ledger) = table(text).unwrap();
    assert!(told(&read)[0].contains("longer than 1024 KiB"), "{:?}", told(&read));
    assert_eq!(ledger.snapshots(), None);
}

#[test]
fn a_quote_too_many_in_the_last_column_makes_no_unit_absent() {
    let unit = |id| {
        let mut unit = sound();
        unit[0].1 = id;
        unit
    };
    let whole = sheet(&[unit("U1"), unit("U2"), unit("U3"), unit("U4")]);
    let lines: Vec<&str> = whole.lines().collect();
    let quoted = lines[2].replace(",2019-03-01", ",\"2019-03-01");
    let open = [lines[0], lines[1], &quoted, lines[3], lines[4], ""].join("\n");
    let (read, ledger) = table(open).unwrap();
    assert!(told(&read)[1].contains("cut off at line 3"), "{:?}", told(&read));
    assert_eq!((read.len(), ledger.snapshots()), (2, None));
    let closed = lines[4].to_owned() + "\"";
    let swallowed = [lines[0], lines[1], &quoted, lines[3], &closed, ""].join("\n");
    let (read, ledger) = table(swallowed).unwrap();
    assert!(told(&read)[1].contains("MAT_IDM_CMV_DATE holds a line break"), "{:?}", told(&read));
    let snapshot = &ledger.snapshots().unwrap()[0];
    assert_eq!((read.len(), snapshot.nameless_rows), (2, 1), "nothing is concluded from it");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn any_bytes_are_read_or_refused(tail in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = xml(&tail);
        let _ = xml([format!("{ROOT}{INVENTORY}<CBU>").into_bytes(), tail.clone()].concat());
        let _ = table(&tail);
        let _ = table([sheet(&[sound()]).into_bytes(), tail].concat());
    }

    #[test]
    fn any_damage_is_read_or_refused(
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        for text in [file(UNIT), sheet(&[sound()])] {
            let mut bytes = text.into_bytes();
            for (at, byte) in &damage {
                let at = at.index(bytes.len());
                bytes[at] = *byte;
            }
            let _ = xml(&bytes);
            let _ = table(&bytes);
        }
    }

    #[test]
    fn any_pieces_of_xml_are_read_or_refused(pieces in prop::collection::vec(prop::sample::select(vec![
        "<INVENTORIES>", "</INVENTORIES>", INVENTORY, "</INVENTORY>", "<CBU>", "</CBU>", "<ID>", "</ID>", "<HLA>",
        "</HLA>", "<a", ">", "/>", "&", ";", "&#0;", "&lt;", "<![CDATA[", "]]>", "<!--", "-->", "<?", "?>", "x", "\"",
    ]), 0..40)) {
        let _ = xml(pieces.concat());
        let _ = xml(format!("{ROOT}{INVENTORY}{}", pieces.concat()));
    }

    #[test]
    fn a_value_is_refused_alike_in_both_forms(
        path in prop::sample::select(leaves().iter().map(|leaf| leaf.path.as_str()).collect::<Vec<_>>()),
        text in "[0-9A-Za-z.+-]{1,24}",
    ) {
        let mut values: Vec<(&str, &str)> = sound().into_iter().filter(|(p, _)| *p != path).collect();
        values.push((path, &text));
        let nested = values.iter().map(|(path, text)| nested(path, text)).collect::<Vec<_>>();
        let (from_xml, _) = xml(file(&format!("<CBU>{}</CBU>", nested.concat())));
        let (from_table, _) = table(sheet(&[values.clone()])).unwrap();
        match (&from_xml[0], &from_table[0]) {
            (Ok(a), Ok(b)) => prop_assert_eq!(&a.unit, &b.unit),
            (Err(ReadError::Row(a)), Err(ReadError::Row(b))) => prop_assert_eq!(&a.problems, &b.problems),
            (a, b) => prop_assert!(false, "{a:?} and {b:?}"),
        }
    }
}
