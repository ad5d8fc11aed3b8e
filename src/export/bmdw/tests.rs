use std::io::Cursor;

use chrono::{DateTime, Utc};
use proptest::prelude::*;

use super::*;
use crate::{
    domain::cord_blood::{
        bmdw::row::tests::{any_fields, fields, sound},
        inventory::UpdateMode,
    },
    import::bmdw::{Ledger, ReadError, TableReader, UnitRow, XmlReader},
};

fn inventory() -> Inventory {
    let time = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
    Inventory {
        listing_organization: 6939,
        pool: 3553,
        update_mode: UpdateMode::Full,
        schema_version: "2.0".to_owned(),
        created: time("2026-04-02T00:00:00Z"),
        snapshot: Some(time("2026-04-01T12:30:00.25Z")),
    }
}

fn unit() -> UnitFacts {
    row::read(&fields(sound()), &UsualCounts::default()).unwrap()
}

fn xml(inventory: &Inventory, units: &[UnitFacts]) -> String {
    let mut writer = XmlWriter::new(Vec::new(), inventory).unwrap();
    for unit in units {
        writer.write(unit).unwrap();
    }
    String::from_utf8(writer.finish().unwrap()).unwrap()
}

fn table(inventory: &Inventory, units: &[UnitFacts]) -> String {
    let mut writer = TableWriter::new(Vec::new(), inventory).unwrap();
    for unit in units {
        writer.write(unit).unwrap();
    }
    String::from_utf8(writer.finish().unwrap()).unwrap()
}

fn read_all(
    rows: impl Iterator<Item = Result<UnitRow, ReadError>>,
) -> Result<Vec<UnitFacts>, ReadError> {
    rows.map(|row| row.map(|row| row.unit)).collect()
}

fn check(ledger: &Ledger, inventory: &Inventory, units: &[UnitFacts]) {
    assert_eq!(ledger.inventories(), std::slice::from_ref(inventory));
    assert_eq!(ledger.snapshots().unwrap()[0].ids.len(), units.len());
    assert!(ledger.unknown_fields().is_empty());
}

#[test]
fn a_unit_is_written_in_the_shape_of_the_exchange() {
    let text = xml(&inventory(), &[unit()]);
    for part in [
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<INVENTORIES CREATION_TIME=\"2026-04-02T00:00:00Z\">",
        "<INVENTORY LISTING_ORGANIZATION=\"6939\" POOL=\"3553\" SNAPSHOT_TIME=\"2026-04-01T12:30:00.250Z\" CONTENT_TYPE=\"C\" UPDATE_MODE=\"FULL\" SCHEMA_VERSION=\"2.0\">",
        "<CBU>\n   <ID>JPCB0000017</ID>\n   <BIRTH_DATE>2019-03-04</BIRTH_DATE>\n   <HLA>\n    <A>\n     <DNA>\n      <FIELD1>02:01</FIELD1>\n      <FIELD2>24:02</FIELD2>\n     </DNA>\n    </A>",
        "<TNC>1.32E9</TNC>\n   <CD34PC>4.1E6</CD34PC>",
        "<MAT>\n    <ID>M-17</ID>\n    <IDM>\n     <CMV>G</CMV>\n     <CMV_DATE>2019-03-01</CMV_DATE>\n    </IDM>\n   </MAT>\n  </CBU>",
    ] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
}

#[test]
fn inventories_without_units_read_back() {
    let text = xml(&inventory(), &[]);
    let mut reader = XmlReader::new(Cursor::new(text), UsualCounts::default());
    assert!(reader.next().is_none());
    check(reader.ledger(), &inventory(), &[]);
}

#[test]
fn a_unit_that_would_not_read_back_is_told_and_leaves_no_trace() {
    let mut nameless = unit();
    nameless.identity.id = None;
    let mut controlled = unit();
    controlled.identity.local_id = Some("a\u{1}b".to_owned());
    let mut writer = XmlWriter::new(Vec::new(), &inventory()).unwrap();
    for (unit, message) in [
        (&nameless, "the unit cannot be written: ID: is required and missing: give it"),
        (&controlled, "LOCAL_ID `a\u{fffd}b`: holds a control character"),
    ] {
        let error = writer.write(unit).unwrap_err().to_string();
        assert!(error.contains(message), "{error}");
    }
    writer.write(&unit()).unwrap();
    let error = writer.write(&unit()).unwrap_err().to_string();
    assert!(error.contains("ID `JPCB0000017`: is given twice"), "{error}");
    let text = String::from_utf8(writer.finish().unwrap()).unwrap();
    assert_eq!(text, xml(&inventory(), &[unit()]));
}

#[test]
fn what_the_exchange_does_not_ask_is_not_written() {
    let mut more = unit();
    more.identity.donation_number = Some("DIN-1".to_owned());
    more.collection.kind = Some("in utero".to_owned());
    assert_eq!(xml(&inventory(), &[more]), xml(&inventory(), &[unit()]));
}

fn any_units() -> impl Strategy<Value = Vec<UnitFacts>> {
    prop::collection::vec(any_fields(), 0..4).prop_map(|rows| {
        let named = rows.iter().enumerate().map(|(at, fields)| {
            let mut unit = row::read(fields, &UsualCounts::default()).unwrap();
            unit.identity.id = Some(format!("U{at}"));
            unit
        });
        named.collect()
    })
}

fn any_inventory() -> impl Strategy<Value = Inventory> {
    (
        1000_u32..=9999,
        1000_u32..=9999,
        0_i64..2_000_000_000,
        prop::option::of(0_i64..2_000_000_000_000),
    )
        .prop_map(|(listing_organization, pool, created, snapshot)| Inventory {
            listing_organization,
            pool,
            created: DateTime::from_timestamp(created, 0).unwrap(),
            snapshot: snapshot.map(|ms| DateTime::from_timestamp_millis(ms).unwrap()),
            ..inventory()
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn inventories_survive_xml(inventory in any_inventory(), units in any_units()) {
        let text = xml(&inventory, &units);
        let mut reader = XmlReader::new(Cursor::new(&text), UsualCounts::default());
        prop_assert_eq!(read_all(reader.by_ref()).unwrap(), units.clone());
        check(reader.ledger(), &inventory, &units);
        prop_assert_eq!(xml(&inventory, &units), text, "equal units give equal files");
    }

    #[test]
    fn inventories_survive_tables(inventory in any_inventory(), units in any_units()) {
        let text = table(&inventory, &units);
        let mut reader = TableReader::new(Cursor::new(&text), UsualCounts::default()).unwrap();
        prop_assert_eq!(read_all(reader.by_ref()).unwrap(), units.clone());
        if !units.is_empty() {
            check(reader.ledger(), &inventory, &units);
        }
    }

    #[test]
    fn a_row_does_not_depend_on_its_neighbours(units in any_units()) {
        let rows = |units: &[UnitFacts]| -> Vec<String> {
            table(&inventory(), units).lines().skip(1).map(ToOwned::to_owned).collect()
        };
        let alone: Vec<String> = units.iter().flat_map(|unit| rows(std::slice::from_ref(unit))).collect();
        prop_assert_eq!(rows(&units), alone);
    }
}
