//! The forms of requirements.

use super::*;

fn endotoxin_of(value: &str) -> (Verdict, Reason) {
    judge(&endotoxin(), &[result("r1", TestCode::Endotoxin, value, 1)])
}

#[test]
fn a_value_passes_only_if_all_that_it_leaves_open_does() {
    assert_eq!(endotoxin_of("<0.5 EU/mL"), (Verdict::Pass, Reason::Meets));
    assert_eq!(endotoxin_of("<10 EU/mL"), (Verdict::Indeterminate, Reason::LeavesOpen));
    assert_eq!(endotoxin_of("5.1 EU/mL"), (Verdict::Fail, Reason::FailsRequirement));
    assert_eq!(
        endotoxin_of("not detected"),
        (Verdict::Indeterminate, Reason::DetectionLimitNotStated)
    );
    assert_eq!(endotoxin_of("ND (LOD 0.1 EU/mL)"), (Verdict::Pass, Reason::Meets));
}

#[test]
fn a_unit_that_cannot_be_compared_never_passes() {
    let reason = Reason::UnitNotComparable {
        found: Unit::InternationalUnitsPerMl,
        expected: Unit::EndotoxinUnitsPerMl,
    };
    assert_eq!(endotoxin_of("1 IU/mL"), (Verdict::Indeterminate, reason));
    let refused = result("r1", TestCode::Endotoxin, "1 IU/mL", 1).problems();
    assert_eq!(
        refused[0].to_string(),
        "value: a result in `IU/mL` cannot be compared with `EU/mL`: give it in `EU/mL`"
    );
}

#[test]
fn what_is_unknown_never_passes() {
    assert_eq!(endotoxin_of("see report"), (Verdict::Indeterminate, Reason::ValueUnreadable));
    assert_eq!(endotoxin_of("1"), (Verdict::Indeterminate, Reason::ValueUnreadable));
    let mut nothing = result("r1", TestCode::Endotoxin, "1 EU/mL", 1);
    nothing.value = None;
    let nothing = found(LaboratoryVerdict::Pass, nothing);
    assert_eq!(judge(&endotoxin(), &[nothing]), (Verdict::Indeterminate, Reason::ValueNotStated));
    let mut undated = result("r1", TestCode::Endotoxin, "1 EU/mL", 1);
    undated.sampling_date = None;
    assert_eq!(
        judge(&endotoxin(), &[undated]),
        (Verdict::Indeterminate, Reason::SamplingDateUnknown)
    );
    assert_eq!(judge(&endotoxin(), &[]), (Verdict::Missing, Reason::NoResult));
}

#[test]
fn all_of_several_methods_are_needed() {
    let iscbi = shipped().iter().find(|standard| standard.code == "iscbi").unwrap();
    let verdict = |results: &[QcResult]| {
        let conformity = assess(iscbi, &lot(), results, &[], day(TODAY));
        conformity.criteria.iter().find(|one| one.criterion == "mycoplasma").unwrap().clone()
    };
    let culture = by("culture", result("r1", TestCode::Mycoplasma, "negative", 1));
    let stain = by("indicator stain", result("r2", TestCode::Mycoplasma, "negative", 2));
    let pcr = by("PCR", result("r3", TestCode::Mycoplasma, "negative", 3));
    let both = verdict(&[culture.clone(), stain.clone()]);
    assert_eq!(
        (both.verdict, both.results),
        (Verdict::Pass, vec!["r1".to_owned(), "r2".to_owned()])
    );
    assert_eq!(verdict(&[culture.clone(), pcr]).verdict, Verdict::Missing);
    let unread = by("culture and indicator stain", stain);
    let unread = verdict(&[culture, unread]);
    assert_eq!((unread.verdict, unread.reason), (Verdict::Indeterminate, Reason::MethodNotStated));
}

fn vector(key: &str, passage: u32, value: &str) -> QcResult {
    at(passage, result(key, TestCode::ResidualVector, value, passage))
}

#[test]
fn a_residual_vector_is_within_the_limit_or_falls() {
    let verdict = |results: &[QcResult]| judge(&falling(), results).0;
    assert_eq!(verdict(&[vector("r1", 9, "0.01 copies/cell")]), Verdict::Pass);
    assert_eq!(verdict(&[vector("r1", 9, "0.02 copies/cell")]), Verdict::Indeterminate);
    let (early, later) = (vector("r1", 2, "5 copies/cell"), vector("r2", 5, "0.2 copies/cell"));
    assert_eq!(verdict(&[later.clone(), early.clone()]), Verdict::Pass);
    assert_eq!(
        verdict(&[early.clone(), vector("r2", 5, "<6 copies/cell")]),
        Verdict::Indeterminate
    );
    assert_eq!(verdict(&[early.clone(), vector("r2", 4, "5 copies/cell")]), Verdict::Fail);
    let risen = vector("r3", 8, "0.3 copies/cell");
    assert_eq!(verdict(&[early.clone(), later.clone(), risen]), Verdict::Fail, "it rose again");
    let level = vector("r3", 8, "0.2 copies/cell");
    assert_eq!(verdict(&[early.clone(), later.clone(), level]), Verdict::Pass, "it keeps to it");
    let gone = vector("r3", 8, "ND (LOD 0.01 copies/cell)");
    assert_eq!(verdict(&[early, later, gone]), Verdict::Pass);
}

#[test]
fn repeats_within_one_result_make_a_series_and_are_judged() {
    let value = |text| Reported::read(TestCode::ResidualVector, text);
    let mut one = vector("r1", 2, "5 copies/cell");
    one.replicates = vec![Replicate { passage: Some(5), value: value("1 copies/cell") }];
    assert_eq!(judge(&falling(), std::slice::from_ref(&one)).0, Verdict::Pass);
    one.replicates = vec![Replicate { passage: None, value: value("1 copies/cell") }];
    assert_eq!(judge(&falling(), &[one]).0, Verdict::Indeterminate);
    let mut hidden = result("r1", TestCode::Endotoxin, "1 EU/mL", 1);
    hidden.replicates =
        vec![Replicate { passage: None, value: Reported::read(TestCode::Endotoxin, "6 EU/mL") }];
    assert_eq!(judge(&endotoxin(), &[hidden]).0, Verdict::Fail);
}

#[test]
fn a_large_finding_is_exempt_only_if_it_is_in_the_donor() {
    let requirement = json!({ "exempt_if_in_donor": { "limit": { "at_most": { "number": "5", "unit": "Mb" } } } });
    let standard = standard_of("copy_number", &requirement, &json!({}));
    let mut subject = lot();
    let verdict = |subject: &Subject, value: &str| {
        judge_with(&standard, subject, &[result("r1", TestCode::CopyNumber, value, 1)], &[])
    };
    assert_eq!(verdict(&subject, "none").0, Verdict::Pass);
    assert_eq!(verdict(&subject, "20q11.21 4.2 Mb").0, Verdict::Pass);
    assert_eq!(verdict(&subject, "+21 46.7 Mb").0, Verdict::Fail);
    assert_eq!(verdict(&subject, "+21").1, Reason::FindingSizeNotStated);
    for text in
        ["gain >5 Mb", "CNV larger than 5 Mb", "no CNV > 5 Mb", "20q ~5 Mb", "6,2 Mb", "see report"]
    {
        assert_eq!(
            verdict(&subject, text),
            (Verdict::Indeterminate, Reason::ValueUnreadable),
            "{text}"
        );
    }
    assert_eq!(verdict(&subject, ">5 Mb").0, Verdict::Fail);
    assert_eq!(verdict(&subject, "normal").0, Verdict::Indeterminate);
    subject.donor.findings = vec!["+21".to_owned()];
    assert_eq!(verdict(&subject, "+21 46.7 Mb"), (Verdict::Pass, Reason::InDonor));
    assert_eq!(verdict(&subject, "+21 46.7 Mb; 1q 6 Mb").0, Verdict::Fail);
}

#[test]
fn a_relative_value_counts_only_against_its_own_reference() {
    let requirement = json!({ "relative_to": {
        "reference": "201B7", "limit": { "between": { "from": "0.2", "to": "2", "unit": "1" } } } });
    let standard = standard_of("gene_expression", &requirement, &json!({}));
    let relative_to = |reference: Option<&str>| {
        let mut one = result("r1", TestCode::GeneExpression, "0.79", 1);
        one.value.as_mut().unwrap().relative_to = reference.map(ToOwned::to_owned);
        judge(&standard, &[one]).0
    };
    assert_eq!(relative_to(Some("201B7")), Verdict::Pass);
    assert_eq!(relative_to(Some("WA09")), Verdict::Indeterminate);
    assert_eq!(relative_to(None), Verdict::Indeterminate);
}

#[test]
fn not_detected_meets_a_requirement_of_just_that() {
    let standard = standard_of(
        "residual_vector",
        &json!({ "coded": { "accepted": ["not_detected"] } }),
        &json!({}),
    );
    let verdict = |value| judge(&standard, &[result("r1", TestCode::ResidualVector, value, 1)]).0;
    assert_eq!(verdict("not detected"), Verdict::Pass);
    assert_eq!(verdict("<0.01 copies/cell (LOD 0.01)"), Verdict::Pass);
    assert_eq!(verdict("<0.01 copies/cell"), Verdict::Indeterminate);
    assert_eq!(verdict("0.001 copies/cell"), Verdict::Fail);
}

#[test]
fn a_test_for_information_never_passes_and_an_abnormal_one_is_held() {
    let information = json!({ "obligation": "for_information" });
    let reported = standard_of("sequence_variants", &json!("reported"), &information);
    let verdict = |value| judge(&reported, &[result("r1", TestCode::SequenceVariants, value, 1)]).0;
    assert_eq!(verdict("normal"), Verdict::Reported);
    assert_eq!(verdict("abnormal"), Verdict::HoldForReview);
    let abnormal = result("r1", TestCode::SequenceVariants, "abnormal", 1);
    let later = result("r2", TestCode::SequenceVariants, "normal", 2);
    assert_eq!(judge(&reported, &[abnormal, later]).0, Verdict::HoldForReview);
    let limited = standard_of("endotoxin", &endotoxin_limit(), &information);
    assert_eq!(
        judge(&limited, &[result("r1", TestCode::Endotoxin, "1 EU/mL", 1)]).0,
        Verdict::Reported
    );
    let fails = judge(&limited, &[result("r1", TestCode::Endotoxin, "6 EU/mL", 1)]);
    assert_eq!(fails, (Verdict::HoldForReview, Reason::FailsForInformation));
}

#[test]
fn a_report_that_is_a_file_is_reported() {
    let information = json!({ "obligation": "for_information" });
    let standard = standard_of("sequence_variants", &json!("reported"), &information);
    let mut file = result("r1", TestCode::SequenceVariants, "normal", 1);
    file.value = None;
    assert_eq!(judge(&standard, std::slice::from_ref(&file)).0, Verdict::Indeterminate);
    let sha256 = Sha256::try_from("A".repeat(64)).unwrap();
    file.evidence = Some(Evidence { name: "variants.vcf".to_owned(), sha256 });
    assert_eq!(judge(&standard, &[file]).0, Verdict::Reported);
}

#[test]
fn fewer_examined_than_asked_for_do_not_pass() {
    let more = json!({ "examined_at_least": { "count": 8, "of": "species" } });
    let standard =
        standard_of("mycoplasma", &json!({ "coded": { "accepted": ["negative"] } }), &more);
    let examined = |count: Option<u32>, value: &str| {
        let mut one = result("r1", TestCode::Mycoplasma, value, 1);
        if let Some(count) = count {
            one.value = one.value.map(|value| value.of(count, Counted::Species));
        }
        judge(&standard, &[one]).0
    };
    assert_eq!(examined(Some(8), "negative"), Verdict::Pass);
    assert_eq!(examined(Some(7), "negative"), Verdict::Indeterminate);
    assert_eq!(examined(None, "negative"), Verdict::Indeterminate);
    assert_eq!(examined(None, "positive"), Verdict::Fail);
}

#[test]
fn another_word_for_what_is_accepted_is_no_fail_and_no_pass() {
    let standard = mycoplasma();
    let verdict = |value| judge(&standard, &[result("r1", TestCode::Mycoplasma, value, 1)]).0;
    assert_eq!(verdict("negative"), Verdict::Pass);
    assert_eq!(verdict("no growth"), Verdict::Indeterminate);
    assert_eq!(verdict("growth"), Verdict::Fail);
    let ssea_1 = json!({ "qualifier": { "marker": "SSEA-1" } });
    let accepted = json!({ "coded": { "accepted": ["negative", "not_expressed"] } });
    let standard = standard_of("marker", &accepted, &ssea_1);
    let ssea_1 = Qualifier::Marker("SSEA-1".to_owned());
    let positive = qualified(ssea_1, result("r1", TestCode::Marker, "positive", 1));
    assert_eq!(judge(&standard, &[positive]).0, Verdict::Fail);
}
