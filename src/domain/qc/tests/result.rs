//! Results as they are entered and kept.

use super::*;

#[test]
fn problems_of_a_result_name_the_field() {
    let mut wrong = result(" ", TestCode::Virology, "matches origin", 1);
    wrong.sampling_date = Some(day("2026-05-01"));
    wrong.superseded_by = Some(" ".to_owned());
    let problems: Vec<_> = wrong.problems().iter().map(ToString::to_string).collect();
    for field in ["key:", "qualifier:", "value:", "sampling_date:", "superseded_by:"] {
        assert!(problems.iter().any(|problem| problem.starts_with(field)), "{field} {problems:?}");
    }
    let mut method = result("r1", TestCode::Mycoplasma, "negative", 1);
    method.method = Some(MethodUsed { text: "culture".to_owned(), code: Some(Method::Qpcr) });
    assert!(method.problems()[0].to_string().starts_with("method:"));
    assert_eq!(method.method_code(), None);
    let stage = Qualifier::Stage(Stage::PostThaw);
    let misplaced = qualified(stage, result("r1", TestCode::Endotoxin, "1 EU/mL", 1));
    assert!(misplaced.problems()[0].to_string().starts_with("qualifier:"));
    let layer = Qualifier::GermLayer(GermLayer::Ectoderm);
    assert_eq!(qualified(layer, result("r1", TestCode::Trilineage, "shown", 1)).problems(), []);
}

#[test]
fn a_result_reads_back_and_a_wrong_hash_is_refused() {
    let one = at(3, by("qPCR", result("r1", TestCode::Endotoxin, "<0.5 EU/mL (LOD 0.1)", 1)));
    let json = serde_json::to_string(&one).unwrap();
    assert_eq!(serde_json::from_str::<QcResult>(&json).unwrap(), one);
    assert!(
        serde_json::from_value::<Evidence>(json!({ "name": "a.pdf", "sha256": "abc" })).is_err()
    );
    assert!(serde_json::from_value::<QcResult>(json!({ "key": "r1", "colour": "red" })).is_err());
}
