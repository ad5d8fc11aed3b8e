use proptest::prelude::*;

use super::{
    super::field::{self, Element},
    *,
};

fn read_as(element: Element, field: &str, text: &str) -> Result<Value, ValueProblem> {
    read(field::find(element, field).unwrap().kind, text, &UsualCounts::default())
}

fn unit(field: &str, text: &str) -> Result<Value, ValueProblem> {
    read_as(Element::Unit, field, text)
}

fn message(field: &str, text: &str) -> String {
    let problem = unit(field, text).unwrap_err();
    FieldProblem::new(field, Some(text), problem).to_string()
}

#[test]
fn counts_are_read_exactly_in_every_spelling() {
    for text in ["1.32E9", "13.2e8", "1320000000", "1.32E+9"] {
        assert_eq!(unit("TNC", text), Ok(Value::Count(1_320_000_000)), "{text}");
    }
    assert_eq!(unit("CD34PC", "4.1E6"), Ok(Value::Count(4_100_000)));
    assert_eq!(unit("RED_BC_FRZN", "0.0E0"), Ok(Value::Count(0)));
    assert_eq!(unit("TNC", "999.9E7"), Ok(Value::Count(9_999_000_000)));
}

#[test]
fn a_count_off_by_a_power_of_ten_gets_a_did_you_mean() {
    assert_eq!(
        message("TNC", "13.2"),
        "TNC `13.2`: is no whole number, and counts are absolute: did you mean `1.32E9`?"
    );
    assert_eq!(
        message("TNC", "132"),
        "TNC `132`: is not from 1E3 to 9.999E9: did you mean `1.32E9`?"
    );
    for (field, text, meant) in [
        ("TNC", "13", "1.3E9"),
        ("TNC_FRZN", "1.32E11", "1.32E9"),
        ("CD34PC", "4.1", "4.1E6"),
        ("CD34PC_FRZN", "4", "4E6"),
        ("CD34PC", "0.41", "4.1E5"),
        ("MNC_FRZN", "420.5", "4.205E8"),
        ("CFU_FRZN", "12.5", "1.25E6"),
        ("VIABILITY", "0.93", "93"),
        ("VIABILITY", "930", "93"),
        ("SER_QUANT", "125", "12.5"),
    ] {
        let problem = message(field, text);
        assert!(problem.ends_with(&format!("did you mean `{meant}`?")), "{problem}");
    }
}

#[test]
fn where_more_than_one_could_be_meant_none_is_told() {
    for (field, text) in [
        ("TNC", "4.5E10"),
        ("CD34PC", "4.1E9"),
        ("VIABILITY", "0.5"),
        ("VIABILITY", "95.5"),
        ("VOL", "100000"),
        ("VOL", "0"),
        ("VOL", "12.25"),
    ] {
        let problem = message(field, text);
        assert!(problem.ends_with(": correct it"), "{problem}");
    }
}

#[test]
fn a_small_unit_is_no_mistake_and_what_is_usual_is_never_wider_than_the_exchange() {
    assert_eq!(unit("TNC", "13.2E7"), Ok(Value::Count(132_000_000)));
    let kind = field::find(Element::Unit, "TNC").unwrap().kind;
    assert_eq!(read(kind, "132", &UsualCounts::any()), Ok(Value::Count(132)));
    let wide = UsualCounts { tnc: CountRange { least: 0, most: u64::MAX }, ..UsualCounts::any() };
    assert!(read(kind, "1E10", &wide).is_err());
}

#[test]
fn bounds_and_codes_are_enforced() {
    for (field, good, bad) in [
        ("VOL", "1", "0"),
        ("VOL", "9999", "10000"),
        ("VOL", "85.0", "85.5"),
        ("BAGS", "99", "100"),
        ("VIABILITY", "100", "101"),
        ("VIABILITY", "0", "-1"),
        ("SER_QUANT", "99.9", "99.91"),
        ("BAG_TYPE", "80/20", "20/80"),
        ("BACT_CULT", "D", "Y"),
        ("DNA_SMPL", "true", "1"),
        ("LOCAL_ID", "12345678901234567", "123456789012345678"),
        ("COLL_DATE", "2024-02-29", "2023-02-29"),
        ("COLL_DATE", "2016-08-03", "2016-8-3"),
        ("COLL_DATE", "0001-01-01", "+001-01-01"),
    ] {
        assert!(unit(field, good).is_ok(), "{field} {good}");
        assert!(unit(field, bad).is_err(), "{field} {bad}");
    }
}

#[test]
fn every_problem_names_field_value_and_remedy() {
    for (field, text, expected) in [
        ("BACT_CULT", "n", "BACT_CULT `n`: is none of `P`, `N`, `D`: did you mean `N`?"),
        ("BACT_CULT", "-", "BACT_CULT `-`: is none of `P`, `N`, `D`: did you mean `N`?"),
        ("BACT_CULT", "Y", "BACT_CULT `Y`: is none of `P`, `N`, `D`: correct it"),
        ("VOL", "85.5", "VOL `85.5`: is no whole number: correct it"),
        ("SER_QUANT", "1.25", "SER_QUANT `1.25`: has more than one decimal: write one"),
        ("VOL", "85,5", "VOL `85,5`: is no number: write it as `85`"),
        (
            "COLL_DATE",
            "20160823",
            "COLL_DATE `20160823`: is no day: write it as `2016-08-23`: did you mean `2016-08-23`?",
        ),
        (
            "BANK_MANUF_ID",
            "12345678901",
            "BANK_MANUF_ID `12345678901`: has 11 characters, at most 10 are allowed: shorten it",
        ),
        (
            "LOCAL_ID",
            "a\nb",
            "LOCAL_ID `a\u{fffd}b`: holds a control character: write it as plain text on one line",
        ),
    ] {
        assert_eq!(message(field, text), expected);
    }
    let rhesus = read_as(Element::Item, "RHESUS", "+").unwrap_err();
    assert_eq!(rhesus.to_string(), "is none of `P`, `N`: did you mean `P`?");
    let long = "é".repeat(90);
    let shown = FieldProblem::new("ID", Some(&long), ValueProblem::Repeated).value.unwrap();
    assert_eq!(shown.chars().count(), SHOWN_CHARS + 1);
}

#[test]
fn times_are_instants_in_years_that_can_be_written() {
    let time = |text| read_as(Element::Inventory, "CREATION_TIME", text);
    assert_eq!(time("2016-08-23T13:16:48Z").unwrap().text(), "2016-08-23T13:16:48Z");
    assert_eq!(time("2016-08-23T22:16:48.5+09:00").unwrap().text(), "2016-08-23T13:16:48.500Z");
    for text in ["2016-08-23", "2016-08-23T13:16:48", "9999-12-31T23:59:59-01:00"] {
        assert_eq!(time(text), Err(ValueProblem::NotATime), "{text}");
    }
}

fn any_kind() -> impl Strategy<Value = Kind> {
    prop::sample::select(field::FIELDS.iter().map(|field| field.kind).collect::<Vec<_>>())
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(kind in any_kind(), text in ".{1,40}") {
        let _ = read(kind, &text, &UsualCounts::default()).map_err(|problem| problem.to_string());
    }

    #[test]
    fn any_number_is_read_or_refused(kind in any_kind(), text in "[0-9]{1,12}(\\.[0-9]{1,3})?(E[0-9]{1,2})?") {
        let read = read(kind, &text, &UsualCounts::default());
        if let Ok(Value::Count(count)) = read {
            prop_assert_eq!(Decimal::read(&text).and_then(Decimal::whole), Some(count));
        }
    }

    /// What is suggested would be taken, and differs from what was written by a power of ten only.
    #[test]
    fn a_suggestion_is_valid_and_has_the_same_digits(
        field in prop::sample::select(vec!["TNC", "CD34PC", "CFU_FRZN", "VIABILITY", "SER_QUANT", "VOL"]),
        text in "[1-9][0-9]{0,4}(\\.[0-9]{1,2})?(E[0-9]{1,2})?",
    ) {
        let digits = |text: &str| {
            let number = text.split('E').next().unwrap_or_default().replace('.', "");
            number.trim_matches('0').to_owned()
        };
        if let Err(
            ValueProblem::NotWhole { suggestion: Some(meant) }
            | ValueProblem::NotAbsolute { suggestion: Some(meant) }
            | ValueProblem::OutOfRange { suggestion: Some(meant), .. }
        ) = unit(field, &text) {
            prop_assert!(unit(field, &meant).is_ok(), "{} for {}", meant, text);
            prop_assert_eq!(digits(&meant), digits(&text));
        }
    }

    #[test]
    fn values_survive_their_text(kind in any_kind(), text in "[A-Z]{1,4}|[0-9]{1,10}|[0-9]{1,2}\\.[0-9]|20[0-9]{2}-0[1-9]-1[0-9]|true|false") {
        if let Ok(value) = read(kind, &text, &UsualCounts::any()) {
            prop_assert_eq!(read(kind, &value.text(), &UsualCounts::any()), Ok(value));
        }
    }
}
