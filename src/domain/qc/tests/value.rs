//! Values as laboratories type them.

use proptest::prelude::*;

use super::*;
use crate::domain::qc::value::{Value, ValueError};

fn shown(test: TestCode, written: &str) -> String {
    Value::parse(test, written).map_or_else(|error| format!("{error:?}"), |value| value.to_string())
}

#[test]
fn values_are_read_as_typed() {
    for (test, text, value) in [
        (TestCode::Endotoxin, "<0.5 EU/ml", "<0.5 EU/mL"),
        (TestCode::Endotoxin, "≤ 5 EU/mL", "≤5 EU/mL"),
        (TestCode::Endotoxin, "<= 5EU/mL", "≤5 EU/mL"),
        (TestCode::Endotoxin, "5 EU/mL以下", "≤5 EU/mL"),
        (TestCode::Endotoxin, "＜０．５ ＥＵ／ｍＬ", "<0.5 EU/mL"),
        (TestCode::Endotoxin, "not detected", "not detected"),
        (
            TestCode::Endotoxin,
            "ND (LOD 0.1 EU/mL; LOQ 0.5 EU/mL)",
            "not detected (LOD 0.1 EU/mL; LOQ 0.5 EU/mL)",
        ),
        (TestCode::PostThawViability, "> 90%", ">90 %"),
        (TestCode::PostThawViability, "９０％", "90 %"),
        (TestCode::Tnc, "13.2 ×10⁸", "13.2 ×10^8"),
        (TestCode::Tnc, "1.32E9 cells", "1320000000 cells"),
        (TestCode::PluritestScore, "42.03", "42.03 {score}"),
        (TestCode::PluritestScore, "-3", "-3 {score}"),
        (TestCode::DoublingTime, "26.90 h", "26.9 h"),
        (TestCode::ResidualVector, "1 copy/100 cells", "1 copies/100 cells"),
        (TestCode::Mycoplasma, "陰性", "Negative"),
        (TestCode::Sterility, "No growth", "No growth"),
        (TestCode::Karyotype, "４６，ＸＹ[20]", "４６，ＸＹ[20]"),
        (TestCode::Karyotype, "5 %", "5 %"),
        (TestCode::CopyNumber, "20q11.21 4.2 Mb; +21", "20q11.21 4.2 Mb; +21"),
        (TestCode::CopyNumber, "なし", "none"),
        (TestCode::IdentityStr, "TH01 6,9.3; TPOX 8; AMEL X,Y", "alleles"),
        (TestCode::IdentityHla, "A*24:02+A*01:01^B*52:01+B*52:01", "alleles"),
        (TestCode::IdentityStr, "100 %", "100 %"),
        (TestCode::CopyNumber, "gain 20q11.21 (4200 kb)", "gain 20q11.21 4200 kb"),
        (TestCode::CopyNumber, "dup(20)(q11.21) 4.2Mb", "dup(20)(q11.21) 4.2 Mb"),
        (
            TestCode::CopyNumber,
            "arr[GRCh38] 20q11.21(31100000_33200000)x3",
            "arr[GRCh38] 20q11.21(31100000_33200000)x3",
        ),
    ] {
        assert_eq!(shown(test, text), value, "{text}");
    }
}

#[test]
fn what_is_no_value_of_the_test_is_refused_by_what_is_wrong() {
    for (test, text, word) in [
        (TestCode::Endotoxin, "", "empty"),
        (TestCode::Endotoxin, "not done", "no value"),
        (TestCode::Mycoplasma, "未実施", "no value"),
        (TestCode::Endotoxin, "0,5 EU/mL", "comma"),
        (TestCode::Endotoxin, "5", "no unit"),
        (TestCode::Marker, "90", "no unit"),
        (TestCode::Endotoxin, "5 %", "cannot be compared"),
        (TestCode::Endotoxin, "検出せず (LOD 0.1)", "no unit"),
        (TestCode::Endotoxin, "5 furlongs", "no unit known"),
        (TestCode::Endotoxin, "-5 EU/mL", "below zero"),
        (TestCode::Endotoxin, "<5 EU/mL以下", "cannot be read"),
        (TestCode::Endotoxin, "1-5 EU/mL", "no unit known"),
        (TestCode::Endotoxin, "ND (LOD 2 EU/mL; LOQ 1 EU/mL)", "above its limit"),
        (TestCode::Endotoxin, "1 EU/mL (LOD 2 %)", "cannot be compared"),
        (TestCode::PostThawViability, "950 %", "more than 100"),
        (TestCode::Mycoplasma, "viable", "does not give"),
        (TestCode::Mycoplasma, "negative?", "cannot be read"),
        (TestCode::Mycoplasma, "not negative", "cannot be read"),
        (TestCode::IdentityStr, "ND (LOD 1 EU/mL)", "cannot be compared"),
        (TestCode::Endotoxin, "ND", "not done"),
        (TestCode::Sterility, "N.D.", "not done"),
        (TestCode::Morphology, "not detected", "does not give"),
        (TestCode::Karyotype, "46XX", "comma after the chromosome count"),
    ] {
        let error = Value::parse(test, text).unwrap_err().to_string();
        assert!(error.contains(word), "{text}: {error}");
    }
}

#[test]
fn a_reading_may_add_to_its_text_and_never_contradict_it() {
    let reading = |text: &str, reads: &str| Reported {
        reading: Some(Value::parse(TestCode::Endotoxin, reads).unwrap()),
        ..Reported::read(TestCode::Endotoxin, text)
    };
    let problem = |text, reads| reading(text, reads).problem(TestCode::Endotoxin);
    assert_eq!(problem("<0.5", "<0.5 EU/mL"), None);
    assert_eq!(problem("half a unit", "0.5 EU/mL"), None);
    assert_eq!(problem("not detected", "ND (LOD 0.1 EU/mL)"), None);
    for (text, reads) in [
        ("<10 EU/mL", "<1 EU/mL"),
        ("8", "5 EU/mL"),
        ("8 EU/mL", "not detected"),
        ("ND (LOD 1 EU/mL)", "ND (LOD 0.1 EU/mL)"),
    ] {
        let problem = problem(text, reads);
        assert!(matches!(problem, Some(ValueError::Disagrees { .. })), "{text}: {problem:?}");
    }
    assert!(problem("5 IU/mL", "5 EU/mL").is_some());
    assert!(problem("not done", "0.1 EU/mL").is_some());
}

fn any_unit() -> impl Strategy<Value = Unit> {
    prop::sample::select(Unit::ALL.to_vec())
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in ".*", test in prop::sample::select(TestCode::ALL)) {
        let _ = Reported::read(test, &text).problem(test);
    }

    #[test]
    fn any_string_of_parts_is_read_or_refused_and_what_is_read_reads_back(
        parts in prop::collection::vec(prop::sample::select(vec![
            "<", "≤", "5", ".", "e", "EU/mL", "%", " ", "(LOD ", ")", ";", "not detected", "以下", "46,XX", "[20]", "/", "é", "Mb", "+21", "1", "cells",
        ]), 0..10),
        test in prop::sample::select(TestCode::ALL),
    ) {
        let text = parts.concat();
        if let Ok(value) = Value::parse(test, &text) {
            prop_assert_eq!(Value::parse(test, &value.to_string()), Ok(value), "{}", text);
        }
    }

    #[test]
    fn a_measured_value_reads_back(
        sign in "|<|≤|≥|>", digits in 0_u32..100, places in 0_u32..4, unit in any_unit(), limit in prop::option::of(0_u32..100),
    ) {
        let takes = TestCode::ALL.iter().find(|test| test.dimensions().contains(&unit.dimension()));
        let Some(test) = takes else { return Err(TestCaseError::reject("no test gives it")) };
        let limit = limit.map_or_else(String::new, |lod| format!(" (LOD {lod} {unit})"));
        let number = rust_decimal::Decimal::new(i64::from(digits), places).normalize();
        let text = format!("{sign}{number} {unit}{limit}");
        prop_assert_eq!(Value::parse(*test, &text).unwrap().to_string(), text);
    }
}
