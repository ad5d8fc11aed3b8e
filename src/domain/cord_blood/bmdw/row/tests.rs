use proptest::prelude::*;

use super::{read::Row, *};
use crate::domain::cord_blood::{
    bmdw::{
        field::{Kind, Quantity, leaves},
        value::UsualCounts,
    },
    code::{Marker, MarkerResult, SampleKind},
    count,
    facts::{RetainedSample, UnitFacts},
};

/// A row as a bank sends it.
pub(crate) fn sound() -> Vec<(&'static str, &'static str)> {
    vec![
        ("ID", "JPCB0000017"),
        ("BIRTH_DATE", "2019-03-04"),
        ("HLA/A/DNA/FIELD1", "02:01"),
        ("HLA/A/DNA/FIELD2", "24:02"),
        ("HLA/B/SER/FIELD1", "52"),
        ("HLA/DRB1/DNA/FIELD1", "15:02"),
        ("STATUS", "AV"),
        ("LOCAL_ID", "L-17"),
        ("BAG_ID", "B-17"),
        ("COLL_DATE", "2019-03-04"),
        ("TNC", "1.32E9"),
        ("CD34PC", "4.1E6"),
        ("SER_QUANT", "1.5"),
        ("MAT/ID", "M-17"),
        ("MAT/IDM/CMV", "G"),
        ("MAT/IDM/CMV_DATE", "2019-03-01"),
    ]
}

pub(crate) fn fields<'a>(values: impl IntoIterator<Item = (&'a str, &'a str)>) -> Fields {
    let mut fields = Fields::default();
    for (path, text) in values {
        assert_eq!(fields.put(path, text), Ok(true), "{path}");
    }
    fields
}

fn with(path: &'static str, text: &'static str) -> Result<UnitFacts, Vec<String>> {
    let others = sound().into_iter().filter(|(other, _)| *other != path);
    let fields = fields(others.chain([(path, text)]));
    read(&fields, &UsualCounts::default())
        .map_err(|problems| problems.iter().map(ToString::to_string).collect())
}

#[test]
fn a_sound_row_becomes_facts() {
    let unit = read(&fields(sound()), &UsualCounts::default()).unwrap();
    assert_eq!(unit.identity.id.as_deref(), Some("JPCB0000017"));
    assert_eq!(unit.collected.tnc, Some(1_320_000_000));
    assert_eq!(unit.hla.len(), 3);
    let b = &unit.hla[1];
    assert_eq!((b.locus, b.method), (Locus::B, TypingMethod::Serology));
    assert_eq!((b.first.as_deref(), &b.second), (Some("52"), &None), "a blank second stays blank");
    let serum = RetainedSample { volume_ul: Some(1_500), ..RetainedSample::of(SampleKind::Serum) };
    assert_eq!(unit.samples, [serum]);
    let cmv = &unit.mother.infection.tests[0];
    assert_eq!((cmv.marker, cmv.result), (Marker::Cmv, Some(MarkerResult::IgGOnly)));
    assert!(cmv.date.is_some());
    assert!(unit.infection.tests.is_empty(), "what is the mother's is not the unit's");
    assert!(unit.purposes.is_empty(), "consent is not in the exchange and stays unknown");
}

#[test]
fn everything_wrong_with_a_row_is_told_at_once() {
    let mut fields = Fields::default();
    for (path, text) in [("TNC", "13.2"), ("RHESUS", "+"), ("HLA/A/DNA/FIELD1", "02:01")] {
        fields.put(path, text).unwrap();
    }
    let problems = read(&fields, &UsualCounts::default()).unwrap_err();
    let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "ID: is required and missing: give it",
            "BIRTH_DATE: is required and missing: give it",
            "STATUS: is required and missing: give it",
            "HLA/B: is required and missing: give it",
            "HLA/DRB1: is required and missing: give it",
            "RHESUS `+`: is none of `P`, `N`: did you mean `P`?",
            "TNC `13.2`: is no whole number, and counts are absolute: did you mean `1.32E9`?",
        ]
    );
}

#[test]
fn fields_that_contradict_each_other_are_refused() {
    for (path, text, told) in [
        ("RSV_PAT", "P-1", "RSV_PAT `P-1`: goes only with STATUS `RS`: correct one of them"),
        ("BAGS", "2", "BAG_ID `B-17`: goes only with BAGS `1`: correct one of them"),
        (
            "FREEZE_DATE",
            "2019-03-03",
            "FREEZE_DATE `2019-03-03`: is before COLL_DATE, 2019-03-04: correct one of them",
        ),
        ("MAT/HLA/A/DNA/FIELD1", "02:01", "MAT/HLA/B: is required and missing: give it"),
    ] {
        assert_eq!(with(path, text).unwrap_err()[0], told);
    }
    let mut reserved: Vec<_> = sound();
    reserved.retain(|(path, _)| *path != "STATUS");
    reserved.extend([("STATUS", "RS"), ("RSV_PAT", "P-1")]);
    assert!(read(&fields(reserved), &UsualCounts::default()).is_ok());
}

#[test]
fn values_have_one_place_and_donors_keep_theirs() {
    let mut fields = fields(sound());
    assert_eq!(fields.put("ABO", " "), Ok(true), "no text is no value");
    assert_eq!(fields.get("ABO"), None);
    assert_eq!(fields.put("NO_SUCH", "1"), Ok(false));
    assert_eq!(fields.put("WEIGHT", ""), Ok(true));
    let told = |problem: FieldProblem| problem.to_string();
    assert_eq!(
        fields.put("WEIGHT", "60").map_err(told).unwrap_err(),
        "WEIGHT `60`: is a field of donors, not of cord-blood units: leave it out"
    );
    assert_eq!(
        fields.put("TNC", "2E9").map_err(told).unwrap_err(),
        "TNC `2E9`: is given twice: give it once"
    );
}

#[test]
fn what_the_exchange_has_no_room_for_is_refused_and_not_rounded() {
    let mut unit = read(&fields(sound()), &UsualCounts::default()).unwrap();
    unit.samples[0].volume_ul = Some(1_234);
    let written = write(&unit).unwrap();
    assert_eq!(written.get("SER_QUANT"), Some("1.234"));
    assert!(read(&written, &UsualCounts::default()).is_err());
    unit.samples.push(RetainedSample { aliquots: Some(1), ..unit.samples[0].clone() });
    let problems = write(&unit).unwrap_err();
    assert_eq!(problems[0].to_string(), "SER_QUANT `1.234`: is given twice: give it once");
}

#[test]
fn nothing_sealed_is_public() {
    let mut values = sound();
    values.retain(|(path, _)| *path != "STATUS");
    values.extend([
        ("STATUS", "RS"),
        ("RSV_PAT", "PATIENT-1"),
        ("GRID", "GRID-1"),
        ("ATTR", "ATR"),
        ("BANK_MANUF_ID", "MAKER-1"),
        ("BANK_DISTRIB_ID", "GIVER-1"),
        ("PROC_DATE", "2019-03-05"),
        ("FREEZE_DATE", "2019-03-05"),
        ("VIABILITY_DATE", "2019-03-06"),
        ("STAT_END_DATE", "2031-03-07"),
        ("STAT_REASON", "MR"),
        ("MAT/ID_BANK", "M-18"),
        ("MAT/AL_SER", "87"),
        ("CCR5", "DD"),
        ("IDM/HBS_AG", "P"),
        ("KIR/KIR2DL1", "POS"),
    ]);
    let mut unit = read(&fields(values.clone()), &UsualCounts::default()).unwrap();
    unit.identity.donation_number = Some("DIN-1".to_owned());
    let public = serde_json::to_value(unit.public()).unwrap();
    assert_eq!(
        (&public["collection_year"], &public["freezing_year"]),
        (&2019.into(), &2019.into())
    );
    assert_eq!(public["collected"]["tnc"], 1_320_000_000_u64);
    let text = public.to_string();
    for sealed in
        ["ID", "GRID", "ATTR", "LOCAL_ID", "BAG_ID", "RSV_PAT", "BANK_", "MAT/", "HLA/", "_DATE"]
    {
        for (path, value) in values.iter().filter(|(path, _)| path.contains(sealed)) {
            assert!(!text.contains(&format!("\"{value}\"")), "{path} is public: {text}");
        }
    }
    for word in ["DIN-1", "2019-", "2031", "mother", "hla", "kir", "DD", "MR", "87", "infection"] {
        assert!(!text.contains(word), "{word} is public: {text}");
    }
}

/// A value that a place can hold, written as the exchange writes it.
fn any_value(kind: Kind) -> BoxedStrategy<String> {
    let counts = |quantity: Quantity| {
        let least = if quantity == Quantity::Tnc { 300_000_000 } else { 1_000 };
        prop_oneof![1 => Just(0), 9 => least..=quantity.most()]
    };
    match kind {
        Kind::Text(most) => {
            let text = "[!-~é細]([ -~é細]{0,19}[!-~é細])?".prop_map(move |text: String| {
                text.chars().take(most).collect::<String>().trim().to_owned()
            });
            text.boxed()
        }
        Kind::Code(codes) => prop::sample::select(codes).prop_map(ToOwned::to_owned).boxed(),
        Kind::Integer { least, most } => (least..=most).prop_map(|n| n.to_string()).boxed(),
        Kind::Tenths { most } => (0..=most).prop_map(count::tenths).boxed(),
        Kind::Count(quantity) => counts(quantity).prop_map(count::scientific).boxed(),
        Kind::Boolean => any::<bool>().prop_map(|yes| yes.to_string()).boxed(),
        Kind::Date => (2000..2030, 1..13, 1..29)
            .prop_map(|(year, month, day)| format!("{year}-{month:02}-{day:02}"))
            .boxed(),
        Kind::Version | Kind::Organization | Kind::Time | Kind::Group => {
            unreachable!("no place of a unit holds one")
        }
    }
}

/// Rows that read without a problem, sparse and dense ones.
pub(crate) fn any_fields() -> impl Strategy<Value = Fields> {
    let values: Vec<_> = leaves().iter().map(|leaf| any_value(leaf.kind)).collect();
    let given = prop::collection::vec(0_u8..100, leaves().len());
    (values, given, 0_u8..=100).prop_map(|(values, given, density)| {
        let mut fields = Fields::default();
        let firsts = ["A", "B", "DRB1"].map(|locus| format!("HLA/{locus}/DNA/FIELD1"));
        for ((leaf, value), given) in leaves().iter().zip(&values).zip(&given) {
            let typed = firsts.iter().any(|first| leaf.path.ends_with(first));
            if leaf.required || typed || *given < density {
                fields.put(&leaf.path, value).unwrap();
            }
        }
        agree(&mut fields);
        fields
    })
}

/// Takes out what contradicts the rest, and puts the days of the unit in their order.
fn agree(fields: &mut Fields) {
    let order = ["BIRTH_DATE", "COLL_DATE", "PROC_DATE", "FREEZE_DATE"];
    let mut days: Vec<String> = order.iter().filter_map(|path| fields.0.remove(path)).collect();
    days.sort();
    for (path, day) in order.into_iter().zip(days) {
        fields.put(path, &day).unwrap();
    }
    if fields.get("STATUS") != Some("RS") {
        fields.0.remove("RSV_PAT");
    }
    if fields.get("BAGS").is_some_and(|bags| bags != "1") {
        fields.0.remove("BAG_ID");
    }
}

#[test]
fn every_place_is_read_and_written() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    for leaf in leaves() {
        let value = any_value(leaf.kind).new_tree(&mut runner).unwrap().current();
        let mut fields = Fields::default();
        fields.put(&leaf.path, &value).unwrap();
        let mut row = Row { fields: &fields, usual: &UsualCounts::default(), problems: Vec::new() };
        let unit = row.unit();
        assert_eq!(row.problems, [], "{}", leaf.path);
        assert_eq!(write(&unit), Ok(fields.clone()), "{}", leaf.path);
    }
}

proptest! {
    #[test]
    fn rows_survive_as_facts(fields in any_fields()) {
        let unit = read(&fields, &UsualCounts::default()).unwrap();
        prop_assert_eq!(write(&unit), Ok(fields));
        let json = serde_json::to_string(&unit).unwrap();
        prop_assert_eq!(serde_json::from_str::<UnitFacts>(&json).unwrap(), unit);
    }

    #[test]
    fn any_values_are_read_or_refused(values in prop::collection::vec(
        (prop::sample::select(leaves().iter().map(|leaf| leaf.path.as_str()).collect::<Vec<_>>()), ".{0,30}"), 0..20)) {
        let mut fields = Fields::default();
        for (path, text) in &values {
            let _ = fields.put(path, text);
        }
        let _ = read(&fields, &UsualCounts::default());
    }
}
