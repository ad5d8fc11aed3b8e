//! The shipped standards, and which standards of a bank are refused.

use std::collections::BTreeSet;

use super::*;
use crate::domain::qc::standard::Obligation;

fn shipped_by(code: &str, version: &str) -> &'static QcStandard {
    let found = shipped().iter().find(|one| one.code == code && one.version == version);
    found.unwrap_or_else(|| panic!("{code} {version} is shipped"))
}

#[test]
fn every_shipped_standard_is_sound_and_cites_its_source_throughout() {
    let mut codes = BTreeSet::new();
    for standard in shipped() {
        assert!(
            codes.insert((&standard.code, &standard.version)),
            "{} occurs twice",
            standard.code
        );
        assert_eq!(standard.problems(), [], "{}", standard.code);
        assert!(standard.criteria.iter().all(|one| !one.citation.trim().is_empty()));
        let json = serde_json::to_string(standard).unwrap();
        assert_eq!(QcStandard::read(&json).unwrap(), *standard);
    }
    assert_eq!(codes.len(), 9);
}

#[test]
fn no_shipped_standard_is_met_by_nothing() {
    let levels = Level::ALL;
    for standard in shipped() {
        for level in levels {
            let subject = Subject { level: *level, ..lot() };
            let overall = assess(standard, &subject, &[], &[], day(TODAY)).overall;
            let applies = standard.applies_to.contains(level);
            let expected = if applies { Verdict::Missing } else { Verdict::NotApplicable };
            assert_eq!(overall, expected, "{} {level:?}", standard.code);
        }
    }
}

fn refusal(test: &str, requirement: &serde_json::Value, more: &serde_json::Value) -> String {
    let mut criterion = json!({
        "code": "one", "test": test, "requirement": requirement, "obligation": "mandatory",
        "levels": ["master"], "citation": "house rule 1"
    });
    for (name, value) in more.as_object().unwrap() {
        criterion[name] = value.clone();
    }
    let standard = json!({
        "code": "house", "version": "1", "title": { "en": "House", "ja": "自家規格" },
        "issuer": "House", "sources": ["House rules"], "applies_to": ["master"],
        "criteria": [criterion]
    });
    match QcStandard::read(&standard.to_string()) {
        Err(StandardError::Refused(problems)) => problems[0].to_string(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_standard_that_lets_one_lot_certify_another_is_refused() {
    let negative = json!({ "coded": { "accepted": ["negative"] } });
    for test in ["sterility", "mycoplasma"] {
        let refused = refusal(test, &negative, &json!({ "inherited_from": ["master"] }));
        assert!(refused.contains("never certifies another"), "{refused}");
    }
}

#[test]
fn a_standard_that_makes_no_sense_is_refused_by_what_is_wrong() {
    let none = json!({});
    let at_most = |unit: &str| json!({ "limit": { "limit": { "at_most": { "number": "5", "unit": unit } } } });
    let nested = (0..4).fold(
        json!("reported"),
        |inner, _| json!({ "all_of": { "parts": [{ "requirement": inner }] } }),
    );
    let between =
        json!({ "limit": { "limit": { "between": { "from": "9", "to": "1", "unit": "EU/mL" } } } });
    for (test, requirement, more, word) in [
        ("endotoxin", at_most("%"), &none, "unit"),
        ("endotoxin", between, &none, "lower end first"),
        ("mycoplasma", json!({ "coded": { "accepted": [] } }), &none, "accepted"),
        ("mycoplasma", json!({ "coded": { "accepted": ["viable"] } }), &none, "does not give"),
        ("mycoplasma", json!({ "coded": { "accepted": ["positive"] } }), &none, "contradicts"),
        ("karyotype", json!({ "coded": { "accepted": ["abnormal"] } }), &none, "contradicts"),
        ("mycoplasma", json!({ "all_of": { "parts": [] } }), &none, "no parts"),
        ("mycoplasma", nested, &none, "nest"),
        ("mycoplasma", json!("equals_origin"), &none, "does not fit"),
        (
            "karyotype",
            json!({ "karyotype_share": { "metaphases": 0, "below_percent": "5" } }),
            &none,
            "share",
        ),
        ("endotoxin", at_most("EU/mL"), &json!({ "citation": " " }), "citation"),
        ("endotoxin", at_most("EU/mL"), &json!({ "levels": ["line"] }), "no result can count"),
        ("endotoxin", at_most("EU/mL"), &json!({ "applies_to": ["line"] }), "does not apply"),
        ("endotoxin", at_most("EU/mL"), &json!({ "validity": {} }), "validity"),
        (
            "endotoxin",
            at_most("EU/mL"),
            &json!({ "qualifier": { "virus": "HIV-1" } }),
            "takes no virus",
        ),
    ] {
        let refused = refusal(test, &requirement, more);
        assert!(refused.contains(word), "{test} {requirement}: {refused}");
    }
    assert!(matches!(QcStandard::read("{}"), Err(StandardError::Json(_))));
}

#[test]
fn what_a_source_leaves_open_never_passes() {
    let cira = shipped_by("cira-hla-stock", "2019");
    let virus = |virus: &str| Qualifier::Virus(virus.to_owned());
    let results = [
        result("r1", TestCode::Morphology, "ES-like", 1),
        by("PCR-SBT", result("r2", TestCode::IdentityHla, "matches origin", 1)),
        result("r3", TestCode::IdentityStr, "matches origin", 1),
        by("BacT/ALERT", result("r4", TestCode::Sterility, "negative", 1)),
        by("PCR", qualified(virus("HIV-1"), result("r5", TestCode::Virology, "negative", 1))),
        by("kinetic turbidimetric", result("r6", TestCode::Endotoxin, "<0.5 EU/mL", 1)),
        by("PCR", result("r7", TestCode::Mycoplasma, "negative", 1)),
    ];
    let conformity = assess(cira, &lot(), &results, &[], day(TODAY));
    assert_eq!(conformity.overall, Verdict::Reported, "the source does not name the viruses");
    let mandatory =
        conformity.criteria.iter().filter(|one| one.obligation == Obligation::Mandatory);
    let not_passed: Vec<_> = mandatory.filter(|one| one.verdict != Verdict::Pass).collect();
    assert_eq!(not_passed.len(), 1);
    assert_eq!(
        (not_passed[0].criterion.as_str(), &not_passed[0].reason),
        ("viruses", &Reason::PanelNotStated)
    );
}

#[test]
fn a_match_between_the_limits_of_asn_0002_is_held() {
    let verdict = |version: &str, value: &str, loci: u32| {
        let mut one = result("r1", TestCode::IdentityStr, value, 1);
        one.value = one.value.map(|value| value.of(loci, Counted::Loci));
        judge(shipped_by("asn-0002", version), &[one]).0
    };
    assert_eq!(verdict("2011", "80 %", 8), Verdict::Pass);
    assert_eq!(verdict("2011", "79 %", 8), Verdict::HoldForReview);
    assert_eq!(verdict("2011", "56 %", 8), Verdict::HoldForReview);
    assert_eq!(verdict("2011", "55 %", 8), Verdict::Fail);
    assert_eq!(verdict("2011", "100 %", 7), Verdict::Indeterminate);
    assert_eq!(verdict("2022", "100 %", 13), Verdict::Reported);
    assert_eq!(verdict("2022", "100 %", 12), Verdict::Indeterminate);
}

#[test]
fn a_cord_blood_unit_is_released_by_its_thawed_sample_only() {
    let fact = shipped_by("netcord-fact-release", "2018");
    let unit = Subject { key: "unit".to_owned(), level: Level::CordBloodUnit, ..lot() };
    let of_unit = |stage, result| {
        of("unit", Level::CordBloodUnit, qualified(Qualifier::Stage(stage), result))
    };
    let assessed = |stage, cd34: &str| {
        let results = [
            of_unit(stage, result("r1", TestCode::ViableCd34, cd34, 1)),
            of_unit(Stage::PostThaw, result("r2", TestCode::ViableCd45, "> 40%", 1)),
            of_unit(Stage::PostThaw, result("r3", TestCode::Cfu, "growth", 1)),
            of("unit", Level::CordBloodUnit, result("r4", TestCode::UnitIdentity, "confirmed", 1)),
        ];
        assess(fact, &unit, &results, &[], day(TODAY)).overall
    };
    assert_eq!(assessed(Stage::PostThaw, "70.1 %"), Verdict::Pass);
    assert_eq!(assessed(Stage::PostThaw, "70 %"), Verdict::Fail);
    assert_eq!(assessed(Stage::PreFreeze, "99 %"), Verdict::Missing);
}

#[test]
fn a_donors_virology_reaches_the_lot_and_the_age_of_its_karyotype_counts() {
    let ebisc = shipped_by("ebisc", "2021");
    let verdict = |code: &str, result: QcResult| {
        let conformity = assess(ebisc, &lot(), &[result], &[], day(TODAY));
        conformity.criteria.iter().find(|one| one.criterion == code).unwrap().verdict
    };
    let hbv = qualified(
        Qualifier::Virus("HBV".to_owned()),
        result("r1", TestCode::Virology, "negative", 1),
    );
    assert_eq!(verdict("hbv", of("donor", Level::Donor, hbv.clone())), Verdict::Pass);
    assert_eq!(verdict("hcv", of("donor", Level::Donor, hbv)), Verdict::Missing);
    let karyotype =
        |passage| at(passage, by("SNP array", result("r1", TestCode::Karyotype, "46,XX[20]", 1)));
    assert_eq!(verdict("genetic-stability", karyotype(10)), Verdict::Reported);
    assert_eq!(verdict("genetic-stability", karyotype(9)), Verdict::Expired);
}

#[test]
fn pluritest_is_confident_between_its_two_scores() {
    let pluritest = shipped_by("pluritest", "nmeth.1580");
    let overall = |pluripotency: &str, novelty: &str| {
        let results = [
            result("r1", TestCode::PluritestScore, pluripotency, 1),
            result("r2", TestCode::PluritestNovelty, novelty, 1),
        ];
        assess(pluritest, &lot(), &results, &[], day(TODAY)).overall
    };
    assert_eq!(overall("42.03", "1.40"), Verdict::Pass);
    assert_eq!(overall("25", "1.40"), Verdict::HoldForReview);
    assert_eq!(overall("9", "1.40"), Verdict::Fail);
    assert_eq!(overall("42.03", "1.67"), Verdict::Fail);
}

#[test]
fn the_json_schema_of_a_standard_can_be_made() {
    let schema = serde_json::to_value(schemars::schema_for!(QcStandard)).unwrap();
    assert_eq!(schema["$defs"]["Unit"]["type"], "string");
    assert_eq!(schema["$defs"]["Number"]["type"], "string");
}
