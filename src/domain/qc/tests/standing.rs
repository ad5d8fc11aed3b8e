//! What stands, what is latest, what is inherited, and what it comes to.

use super::*;

#[test]
fn a_fail_stands_whatever_comes_later() {
    let failed = result("r1", TestCode::Mycoplasma, "positive", 1);
    let later = result("r2", TestCode::Mycoplasma, "negative", 20);
    let results = [failed, later];
    let conformity = assess(&mycoplasma(), &lot(), &results, &[], day(TODAY));
    assert_eq!(conformity.overall, Verdict::Fail);
    assert_eq!(conformity.criteria[0].results, ["r1"]);
}

#[test]
fn a_fail_stands_by_any_method_at_any_level_and_from_any_day() {
    let standard = standard_of(
        "mycoplasma",
        &json!({ "coded": { "accepted": ["negative"] } }),
        &json!({ "methods": ["qpcr"] }),
    );
    let passed = by("qPCR", result("r1", TestCode::Mycoplasma, "negative", 1));
    let by_culture = by("culture", result("r2", TestCode::Mycoplasma, "positive", 2));
    let elsewhere = of("lot", Level::Working, result("r2", TestCode::Mycoplasma, "positive", 2));
    let mut undated = result("r2", TestCode::Mycoplasma, "positive", 2);
    undated.sampling_date = None;
    let mut later = result("r2", TestCode::Mycoplasma, "positive", 2);
    later.sampling_date = Some(day("2027-01-01"));
    assert_eq!(judge(&standard, std::slice::from_ref(&passed)).0, Verdict::Pass);
    for failed in [by_culture, elsewhere, undated, later] {
        assert_eq!(judge(&standard, &[passed.clone(), failed]).0, Verdict::Fail);
    }
}

#[test]
fn only_a_sound_out_of_specification_record_explains_a_fail_away() {
    let results = [
        result("r1", TestCode::Mycoplasma, "positive", 1),
        result("r2", TestCode::Mycoplasma, "negative", 20),
    ];
    let verdict =
        |record: OutOfSpecification| judge_with(&mycoplasma(), &lot(), &results, &[record]).0;
    assert_eq!(verdict(record("r1", "Ito", "Sato")), Verdict::Pass);
    assert_eq!(verdict(record("r1", "Sato", "Sato")), Verdict::Fail, "the tester approves");
    assert_eq!(verdict(record("r1", " SATO.", "Ito")), Verdict::Fail, "and hides behind another");
    assert_eq!(verdict(record("r1", "Ito", "Abe")), Verdict::Fail, "who did not test");
    assert_eq!(verdict(record("r1", "", "Sato")), Verdict::Fail);
    assert_eq!(verdict(record("r1", "Ito", " - ")), Verdict::Fail);
    assert_eq!(verdict(record("r2", "Ito", "Sato")), Verdict::Fail, "it is on the other result");
    let mut of_tomorrow = record("r1", "Ito", "Sato");
    of_tomorrow.approved_on = day("2026-04-02");
    assert_eq!(verdict(of_tomorrow), Verdict::Fail);
    let mut before_sampling = record("r1", "Ito", "Sato");
    before_sampling.approved_on = day("2026-02-01");
    assert_eq!(verdict(before_sampling), Verdict::Fail);
    let only = judge_with(&mycoplasma(), &lot(), &results[..1], &[record("r1", "Ito", "Sato")]);
    assert_eq!(only, (Verdict::Missing, Reason::SetAside));
    let mut without_cause = record("r1", "Ito", "Sato");
    without_cause.cause = " ".to_owned();
    assert_eq!(verdict(without_cause), Verdict::Fail);
}

#[test]
fn a_correction_is_of_the_same_sample_and_a_retest_is_none() {
    let superseded = |by: &str, march| {
        let mut failed = result("r1", TestCode::Endotoxin, "50 EU/mL", march);
        failed.superseded_by = Some(by.to_owned());
        failed
    };
    let mut corrected = result("r2", TestCode::Endotoxin, "5.0 EU/mL", 1);
    corrected.reviewer = Some("Ito".to_owned());
    assert_eq!(judge(&endotoxin(), &[superseded("r2", 1), corrected.clone()]).0, Verdict::Pass);
    let mut by_tester = corrected.clone();
    by_tester.reviewer = Some("SATO".to_owned());
    assert_eq!(judge(&endotoxin(), &[superseded("r2", 1), by_tester.clone()]).0, Verdict::Fail);
    by_tester.tester = Some("Abe".to_owned());
    assert_eq!(judge(&endotoxin(), &[superseded("r2", 1), by_tester.clone()]).0, Verdict::Fail);
    by_tester.reviewer = None;
    assert_eq!(judge(&endotoxin(), &[superseded("r2", 1), by_tester]).0, Verdict::Fail);
    let mut retest = corrected.clone();
    retest.sampling_date = Some(day("2026-03-02"));
    assert_eq!(judge(&endotoxin(), &[superseded("r2", 1), retest]).0, Verdict::Fail);
    let by_other = by("culture", corrected.clone());
    assert_eq!(judge(&endotoxin(), &[superseded("r2", 1), by_other]).0, Verdict::Fail);
    let of_other = of("other", Level::Master, corrected.clone());
    assert_eq!(judge(&endotoxin(), &[superseded("r2", 1), of_other]).0, Verdict::Fail);
    assert_eq!(judge(&endotoxin(), &[superseded("r9", 1), corrected.clone()]).0, Verdict::Fail);
    let mut round = corrected;
    round.superseded_by = Some("r1".to_owned());
    assert_eq!(judge(&endotoxin(), &[superseded("r2", 1), round]).0, Verdict::Fail);
}

#[test]
fn a_result_that_shares_its_key_is_not_explained_away() {
    let failed = result("r1", TestCode::Mycoplasma, "positive", 1);
    let namesake = result("r1", TestCode::Mycoplasma, "negative", 1);
    let records = [record("r1", "Ito", "Sato")];
    assert_eq!(judge_with(&mycoplasma(), &lot(), &[failed, namesake], &records).0, Verdict::Fail);
}

#[test]
fn the_laboratory_cannot_pass_what_fails_and_can_fail_what_passes() {
    let number = |value| result("r1", TestCode::Endotoxin, value, 1);
    let failed = found(LaboratoryVerdict::Fail, number("1 EU/mL"));
    assert_eq!(judge(&endotoxin(), &[failed]), (Verdict::Fail, Reason::LaboratoryFailed));
    let passed = found(LaboratoryVerdict::Pass, number("6 EU/mL"));
    assert_eq!(judge(&endotoxin(), &[passed]), (Verdict::Fail, Reason::FailsRequirement));
    let open = found(LaboratoryVerdict::Inconclusive, number("1 EU/mL"));
    assert_eq!(judge(&endotoxin(), &[open]).0, Verdict::Indeterminate);
}

#[test]
fn the_latest_is_by_sampling_and_never_by_entry() {
    let mut early = result("r1", TestCode::Endotoxin, "1 EU/mL", 1);
    early.entry_date = day("2026-03-30");
    let mut late = result("r2", TestCode::Endotoxin, "<10 EU/mL", 20);
    late.entry_date = day("2026-03-21");
    assert_eq!(judge(&endotoxin(), &[early.clone(), late]).0, Verdict::Indeterminate);
    let same_day = result("r3", TestCode::Endotoxin, "<10 EU/mL", 1);
    assert_eq!(judge(&endotoxin(), &[same_day, early.clone()]).0, Verdict::Indeterminate);
    let mut undated = result("r4", TestCode::Endotoxin, "<10 EU/mL", 1);
    undated.sampling_date = None;
    assert_eq!(judge(&endotoxin(), &[undated, early]).1, Reason::SamplingDateUnknown);
}

#[test]
fn a_sample_of_tomorrow_passes_nothing_today() {
    let mut later = result("r1", TestCode::Endotoxin, "1 EU/mL", 1);
    later.sampling_date = Some(day("2026-04-02"));
    later.entry_date = day("2026-04-03");
    assert_eq!(judge(&endotoxin(), std::slice::from_ref(&later)).1, Reason::SampledLater);
    later.entry_date = day("2026-03-31");
    assert_eq!(judge(&endotoxin(), &[later]).1, Reason::SamplingDateUnknown, "after its entry");
}

#[test]
fn a_result_expires_by_passages_and_by_days() {
    let validity = json!({ "validity": { "passages": 10, "days": 60 } });
    let standard = standard_of("endotoxin", &endotoxin_limit(), &validity);
    let one = result("r1", TestCode::Endotoxin, "1 EU/mL", 1);
    let verdict = |result: QcResult| judge(&standard, &[result]).0;
    assert_eq!(verdict(at(10, one.clone())), Verdict::Pass);
    assert_eq!(verdict(at(9, one.clone())), Verdict::Expired);
    assert_eq!(
        judge(&standard, std::slice::from_ref(&one)),
        (Verdict::Indeterminate, Reason::PassageUnknown)
    );
    let mut unknown = lot();
    unknown.passage = None;
    assert_eq!(
        judge_with(&standard, &unknown, &[at(20, one.clone())], &[]).1,
        Reason::PassageUnknown
    );
    let mut old = at(20, one.clone());
    old.sampling_date = Some(day("2026-01-31"));
    assert_eq!(verdict(old.clone()), Verdict::Pass, "sixty days ago");
    old.sampling_date = Some(day("2026-01-30"));
    assert_eq!(verdict(old), Verdict::Expired);
    let mut failed = at(1, result("r1", TestCode::Endotoxin, "6 EU/mL", 1));
    failed.sampling_date = Some(day("2001-01-01"));
    assert_eq!(verdict(failed), Verdict::Fail, "a fail does not expire");
}

#[test]
fn identity_is_inherited_where_the_criterion_says_so_and_sterility_never() {
    let more = json!({ "inherited_from": ["line"] });
    let inherits = standard_of("identity_str", &json!("equals_origin"), &more);
    let alone = standard_of("identity_str", &json!("equals_origin"), &json!({}));
    let of_line = of("line", Level::Line, result("r1", TestCode::IdentityStr, "matches origin", 1));
    assert_eq!(judge(&inherits, std::slice::from_ref(&of_line)).0, Verdict::Pass);
    assert_eq!(judge(&alone, &[of_line]), (Verdict::Missing, Reason::OtherMaterial));
    let of_stranger =
        of("line2", Level::Line, result("r1", TestCode::IdentityStr, "matches origin", 1));
    assert_eq!(judge(&inherits, &[of_stranger]).0, Verdict::Missing);

    let mut sterility =
        standard_of("sterility", &json!({ "coded": { "accepted": ["negative"] } }), &json!({}));
    // As if the refusal of such a standard had been passed by.
    sterility.criteria[0].inherited_from = vec![Level::Line, Level::Master];
    let of_line = of("line", Level::Line, result("r1", TestCode::Sterility, "negative", 1));
    assert_eq!(judge(&sterility, &[of_line]), (Verdict::Missing, Reason::OtherMaterial));
}

#[test]
fn the_subjects_own_result_goes_before_an_inherited_one_but_an_inherited_fail_stands() {
    let more = json!({ "inherited_from": ["line"] });
    let standard = standard_of("identity_str", &json!("equals_origin"), &more);
    let own = |value| result("r1", TestCode::IdentityStr, value, 1);
    let of_line = |value| of("line", Level::Line, result("r2", TestCode::IdentityStr, value, 20));
    assert_eq!(
        judge(&standard, &[own("96 %"), of_line("matches origin")]).0,
        Verdict::Indeterminate
    );
    assert_eq!(
        judge(&standard, &[own("matches origin"), of_line("differs from origin")]).0,
        Verdict::Fail
    );
}

#[test]
fn each_qualifier_is_judged_by_itself() {
    let hiv = |key, virus: &str, value| {
        qualified(Qualifier::Virus(virus.to_owned()), result(key, TestCode::Virology, value, 1))
    };
    let accepted = json!({ "coded": { "accepted": ["negative"] } });
    let one = standard_of("virology", &accepted, &json!({ "qualifier": { "virus": "HIV-1" } }));
    assert_eq!(judge(&one, &[hiv("r1", "HIV 1", "negative")]).0, Verdict::Pass);
    assert_eq!(
        judge(&one, &[hiv("r1", "HIV-2", "negative")]),
        (Verdict::Missing, Reason::NoResult)
    );
    let unnamed = result("r2", TestCode::Virology, "positive", 1);
    assert_eq!(judge(&one, &[hiv("r1", "HIV-1", "negative"), unnamed]).0, Verdict::Fail);
    for name in ["HIV", "HIV-1/2", ""] {
        let unclear = hiv("r2", name, "positive");
        assert_eq!(
            judge(&one, &[hiv("r1", "HIV-1", "negative"), unclear]).0,
            Verdict::Fail,
            "{name}"
        );
        let unclear = hiv("r2", name, "negative");
        let alone = judge(&one, &[unclear]);
        assert_eq!(alone, (Verdict::Missing, Reason::QualifierNotStated), "{name}");
    }
    let any = standard_of("virology", &accepted, &json!({}));
    let tested = [hiv("r1", "HIV-1", "negative"), hiv("r2", "HBV", "negative")];
    assert_eq!(judge(&any, &tested), (Verdict::Reported, Reason::PanelNotStated));
    let later = hiv("r3", "HBV", "positive");
    assert_eq!(judge(&any, &[tested[0].clone(), later]).0, Verdict::Fail);
}

#[test]
fn a_standard_for_other_material_is_not_applicable() {
    let mut line = lot();
    line.level = Level::Line;
    let verdict =
        judge_with(&endotoxin(), &line, &[result("r1", TestCode::Endotoxin, "1 EU/mL", 1)], &[]);
    assert_eq!(verdict, (Verdict::NotApplicable, Reason::StandardDoesNotApply));
}

/// Results that meet every mandatory criterion of ISCBI 2009.
fn iscbi_results() -> Vec<QcResult> {
    let karyotype = by("G-banding", result("r5", TestCode::Karyotype, "46,XX[20]", 5));
    vec![
        result("r1", TestCode::IdentityStr, "matches origin", 1),
        result("r2", TestCode::IdentityHla, "matches origin", 2),
        by("culture", result("r3", TestCode::Mycoplasma, "negative", 3)),
        by("indicator stain", result("r4", TestCode::Mycoplasma, "negative", 4)),
        karyotype,
        result("r6", TestCode::Sterility, "no growth", 6),
        result("r7", TestCode::PostThawRecovery, "viable", 7),
    ]
}

fn iscbi(results: &[QcResult]) -> Conformity {
    let standard = shipped().iter().find(|standard| standard.code == "iscbi").unwrap();
    assess(standard, &lot(), results, &[], day(TODAY))
}

#[test]
fn overall_passes_only_when_nothing_mandatory_is_wanting() {
    let results = iscbi_results();
    assert_eq!(iscbi(&results).overall, Verdict::Pass);
    for without in 0..results.len() {
        let mut fewer = results.clone();
        fewer.remove(without);
        assert_eq!(iscbi(&fewer).overall, Verdict::Missing);
    }
}

#[test]
fn what_is_held_for_review_holds_the_whole() {
    let ssea_4 = Qualifier::Marker("SSEA-4".to_owned());
    let weak = qualified(ssea_4, result("r8", TestCode::Marker, "60 %", 8));
    let mut results = iscbi_results();
    results.push(weak);
    assert_eq!(iscbi(&results).overall, Verdict::HoldForReview);
}

#[test]
fn verdicts_are_ordered_by_severity() {
    let order = [
        Verdict::NotApplicable,
        Verdict::Pass,
        Verdict::Reported,
        Verdict::Expired,
        Verdict::Missing,
        Verdict::Indeterminate,
        Verdict::HoldForReview,
        Verdict::Fail,
    ];
    assert!(order.is_sorted());
    assert_eq!(order.len(), Verdict::ALL.len());
}

#[test]
fn reasons_fill_in_what_they_name_in_both_languages() {
    let reason = Reason::OlderThanPassages { passages: 10, tested: 9, subject: 20 };
    assert_eq!(
        reason.text(Lang::En),
        "tested at passage 9, more than 10 passages before passage 20"
    );
    assert_eq!(reason.text(Lang::Ja), "試験時の継代数9から現在の継代数20まで10継代を超えています");
    let examined = Reason::TooFewExamined { found: 7, needed: 8, of: Counted::Species };
    assert!(!examined.text(Lang::Ja).contains('{') && !examined.text(Lang::En).contains('{'));
}
