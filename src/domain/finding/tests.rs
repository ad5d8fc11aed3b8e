use serde_json::{Value, json};

use super::*;
use RuleCode as R;

const TODAY: &str = "2020-06-01";

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn uuid(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

const DONOR: u128 = 1;
const UNIT: u128 = 2;
const LINE: u128 = 3;
const PARENT: u128 = 4;
const LOT: u128 = 5;
const PARENT_LOT: u128 = 6;
const OTHER_DONOR: u128 = 7;
const OTHER_LINE: u128 = 8;
const SUBCLONE: u128 = 9;

fn kind(n: u128) -> RecordKind {
    match n {
        DONOR | OTHER_DONOR => RecordKind::Donor,
        UNIT => RecordKind::CordBloodUnit,
        LOT | PARENT_LOT => RecordKind::Batch,
        _ => RecordKind::CellLine,
    }
}

/// A circle of records around a line and its lot, all linked as they should be; of each only what the test states.
struct Circle(Known);

impl Circle {
    fn new(stated: &[(u128, Value)]) -> Self {
        let mut circle = Self(Known::default());
        for (n, facts) in stated {
            circle.put(*n, "curator", "published", facts);
        }
        for (from, relation, to) in [
            (LINE, Relation::Donor, DONOR),
            (LINE, Relation::SourceUnit, UNIT),
            (LINE, Relation::Parent, PARENT),
            (UNIT, Relation::Donor, DONOR),
            (LOT, Relation::Line, LINE),
            (LOT, Relation::ParentBatch, PARENT_LOT),
            (OTHER_LINE, Relation::Donor, OTHER_DONOR),
        ] {
            circle.0.link(uuid(from), relation, uuid(to));
        }
        circle
    }

    fn put(&mut self, n: u128, source: &str, state: &str, facts: &Value) {
        let record = json!({
            "kind": kind(n).as_str(), "id": RecordId::new(kind(n), uuid(n)), "accession": format!("R{n}"),
            "state": state, "layers": [{ "source": source, "key": "1", "facts": facts }],
        });
        self.0.put(serde_json::from_value(record).unwrap());
    }

    fn test(&mut self, of: u128, test: &str, value: &str, more: &Value) {
        let mut result = json!({
            "key": "K", "test": test, "material": { "subject": "S", "level": "master" },
            "value": { "text": value }, "sampling_date": "2010-05-01", "entry_date": "2010-06-01",
        });
        result.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let subject = json!({ "keys": [{ "scheme": "lot", "value": "S" }] });
        let record = json!({
            "id": RecordId::new(RecordKind::QcResult, uuid(99)), "accession": "Q", "state": "published",
            "layers": [{ "source": "curator", "key": "1", "facts": { "subject": subject, "result": result } }],
        });
        let record: Record<ResultFacts> = serde_json::from_value(record).unwrap();
        self.0.put_test(&record, |_| Some(uuid(of)));
    }

    fn findings(&self, n: u128) -> Vec<Finding> {
        self.0.findings(uuid(n), day(TODAY))
    }

    fn rules(&self, n: u128) -> Vec<RuleCode> {
        self.findings(n).into_iter().map(|finding| finding.rule).collect()
    }
}

fn rules(n: u128, stated: &[(u128, Value)]) -> Vec<RuleCode> {
    Circle::new(stated).rules(n)
}

/// The published profile of 201B7 (`PubMed` 18035408).
const PROFILE_201B7: &str = "AMEL X; CSF1PO 10; D13S317 10,14; D16S539 11,13; D18S51 14; D21S11 28; D3S1358 15,17; \
    D5S818 11; D7S820 9,10; D8S1179 8,10; FGA 20,22; Penta D 8,10; Penta E 7,19; TH01 5; TPOX 8,9; vWA 15,18";
const OTHER_PROFILE: &str = "AMEL X; CSF1PO 12; D13S317 8,9; D16S539 9,10; D5S818 12,13; D7S820 8,12; TH01 6,9.3; \
    TPOX 11; vWA 16,17";

fn profile(text: &str) -> Value {
    json!(crate::domain::str_profile::StrProfile::read(text).unwrap())
}

fn typed(text: &str) -> Value {
    json!({ "str_profiles": [profile(text)] })
}

fn donor_typed(text: &str) -> Value {
    json!({ "str": [profile(text)] })
}

#[test]
fn every_rule_is_in_the_table_once_and_says_something_in_both_languages() {
    let codes: Vec<RuleCode> = RULES.iter().map(|rule| rule.code).collect();
    assert_eq!(codes, RuleCode::ALL);
    for rule in &RULES {
        assert_eq!(json!(rule.code), rule.code.code());
        assert_eq!(RuleCode::from_code(rule.code.code()), Some(rule.code));
        assert!(!rule.source.is_empty() && rule.en.ends_with('.') && rule.ja.ends_with('。'));
        for mark in ["{other}", "{about}"] {
            let both = (rule.en.contains(mark), rule.ja.contains(mark));
            assert_eq!(both.0, both.1, "{:?}", rule.code);
        }
    }
}

#[test]
fn every_verdict_on_hla_says_that_it_is_not_for_clinical_selection() {
    for rule in RULES.iter().filter(|rule| rule.code.code().starts_with("hla_")) {
        if rule.code != R::HlaUnread {
            assert!(rule.en.contains("Not for clinical selection."), "{:?}", rule.code);
            assert!(rule.ja.contains("臨床でのドナーや細胞の選択には使用しないでください。"));
        }
    }
}

#[test]
fn a_trisomic_line_of_a_trisomic_donor_is_as_it_should_be() {
    let line = (LINE, json!({ "karyotypes": ["47,XX,+21[20]"] }));
    let donor = (DONOR, json!({ "karyotype": "47,XX,+21c", "sex": "female" }));
    assert_eq!(rules(LINE, &[line.clone(), donor]), [R::KaryotypeAsExpected]);
    assert_eq!(
        rules(LINE, &[line, (DONOR, json!({ "karyotype": "46,XX" }))]),
        [R::KaryotypeDiffers]
    );
}

#[test]
fn only_the_chromosomes_of_the_other_sex_are_an_error() {
    for (sex, karyotype, expected) in [
        ("female", "46,XY[20]", vec![R::KaryotypeSex]),
        ("male", "46,XX[20]", vec![R::KaryotypeSex]),
        ("male", "45,X,-Y[20]", vec![R::KaryotypeDiffers]),
        ("female", "45,X[20]", vec![R::KaryotypeDiffers]),
        ("male", "47,XXY[20]", vec![R::KaryotypeDiffers]),
        ("female", "46,XX[20]", vec![]),
        ("male", "46,XY[20]", vec![]),
    ] {
        let line = (LINE, json!({ "karyotypes": [karyotype] }));
        let donor = (DONOR, json!({ "sex": sex }));
        assert_eq!(rules(LINE, &[line.clone(), donor]), expected, "{sex} {karyotype}");
        // Where no donor is on record the unit knows the child's sex.
        let unit = (
            UNIT,
            json!({ "infant": { "sex": sex },
            "purposes": [{ "purpose": "research", "consent": "yes" }] }),
        );
        assert_eq!(rules(LINE, &[line, unit]), expected, "{sex} {karyotype}");
    }
    let mouse = json!({ "karyotypes": ["40,XY"], "species": [{ "id": "NCBITaxon:10090" }] });
    assert_eq!(rules(LINE, &[(LINE, mouse), (DONOR, json!({ "sex": "female" }))]), []);
}

#[test]
fn a_karyotype_in_a_test_of_a_lot_counts_and_tells_nothing_of_the_donor() {
    let mut circle = Circle::new(&[
        (LOT, json!({})),
        (LINE, json!({})),
        (DONOR, json!({ "sex": "female", "karyotype": "47,XX,+21c" })),
    ]);
    circle.test(LOT, "karyotype", "46,XX[20]", &json!({}));
    let found = circle.findings(LOT);
    assert_eq!(found[0].karyotype, Some(FindingKind::ConstitutionalMissing));
    assert!(!found[0].text.en.contains("21"), "{:?}", found[0].text);
    circle.test(LOT, "karyotype", "46,XY,T Yamada 1985-03-02[20]", &json!({}));
    let found = circle.findings(LOT);
    assert!(found.iter().any(|one| one.rule == R::KaryotypeSex), "{found:?}");
    assert!(found.iter().all(|one| !one.text.en.contains("Yamada")), "{found:?}");
}

#[test]
fn a_donor_whose_karyotype_is_of_the_other_sex_is_told_of_on_the_donor() {
    let donor = |karyotype: &str| (DONOR, json!({ "sex": "male", "karyotype": karyotype }));
    assert_eq!(rules(DONOR, &[donor("46,XX")]), [R::KaryotypeDonorSex]);
    for fine in ["46,XY", "47,XXYc", "47,XY,+21c"] {
        assert_eq!(rules(DONOR, &[donor(fine)]), [], "{fine}");
    }
}

#[test]
fn the_profile_of_201b7_is_that_of_its_donor_and_of_nobody_else() {
    let line = (LINE, typed(PROFILE_201B7));
    let own = (DONOR, donor_typed(PROFILE_201B7));
    let found = Circle::new(&[line.clone(), own]).findings(LINE);
    assert_eq!(found[0].rule, R::StrAgrees);
    let score = found[0].str_score.unwrap();
    assert_eq!((score.shared, score.query, score.reference, score.markers), (25, 25, 25, 15));
    let other = Circle::new(&[line, (DONOR, donor_typed(OTHER_PROFILE))]).findings(LINE);
    assert_eq!((other[0].rule, other[0].severity), (R::StrUnrelated, Severity::Error));
    assert_eq!(other[0].other.as_ref().unwrap().accession, "R1");
    assert!(other[0].text.en.contains("donor"), "{:?}", other[0].text);
}

#[test]
fn bands_of_likeness_follow_asn_0002() {
    let of = |alleles: [u8; 8]| {
        let names = ["CSF1PO", "D13S317", "D16S539", "D5S818", "D7S820", "TH01", "TPOX", "vWA"];
        let cells = names.iter().zip(alleles).map(|(name, allele)| format!("{name} {allele}"));
        crate::domain::str_profile::StrProfile::read(&cells.collect::<Vec<_>>().join(";")).unwrap()
    };
    let one = of([10; 8]);
    let judged =
        |other| identity::judge(std::slice::from_ref(&one), &[other]).map(|(rule, _)| rule);
    assert_eq!(judged(of([10, 10, 10, 10, 10, 10, 10, 9])), Some(R::StrAgrees));
    assert_eq!(judged(of([10, 10, 10, 10, 10, 10, 9, 9])), Some(R::StrNeedsWork));
    assert_eq!(judged(of([10, 10, 10, 10, 10, 9, 9, 9])), Some(R::StrNeedsWork));
    assert_eq!(judged(of([10, 10, 10, 10, 9, 9, 9, 9])), Some(R::StrUnrelated));
    let both = [one.clone(), of([9; 8])];
    assert_eq!(identity::judge(&both, &[one]).map(|(rule, _)| rule), Some(R::StrReportsDisagree));
}

#[test]
fn few_markers_condemn_nobody_and_none_in_common_is_no_mismatch() {
    let line = (LINE, typed("TH01 5; TPOX 8,9; vWA 15,18"));
    let few = donor_typed("TH01 6; TPOX 10,11; vWA 16");
    assert_eq!(rules(LINE, &[line.clone(), (DONOR, few)]), [R::StrFewMarkers]);
    let alike = donor_typed("TH01 5; TPOX 8,9; vWA 15");
    assert_eq!(rules(LINE, &[line.clone(), (DONOR, alike)]), []);
    let none = donor_typed("FGA 20,22; D5S818 11; TH01 ND");
    assert_eq!(rules(LINE, &[line, (DONOR, none)]), []);
}

#[test]
fn tests_count_as_the_facts_do_unless_they_were_corrected() {
    let mut circle = Circle::new(&[(LOT, json!({})), (LINE, json!({})), (DONOR, json!({}))]);
    circle.test(DONOR, "identity_str", PROFILE_201B7, &json!({}));
    circle.test(LOT, "identity_str", OTHER_PROFILE, &json!({ "superseded_by": "L" }));
    assert_eq!(circle.rules(LOT), []);
    circle.test(LOT, "identity_str", OTHER_PROFILE, &json!({}));
    assert_eq!(circle.rules(LOT), [R::StrUnrelated]);
    let mut circle = Circle::new(&[(LINE, typed(PROFILE_201B7)), (LOT, json!({}))]);
    circle.test(LOT, "identity_str", PROFILE_201B7, &json!({}));
    circle.test(LOT, "identity_str", "matches origin", &json!({}));
    assert_eq!(circle.rules(LOT), [R::StrAgrees]);
}

#[test]
fn a_line_is_compared_with_its_parent_and_a_fusion_with_none() {
    let (line, parent) = ((LINE, typed(PROFILE_201B7)), (PARENT, typed(OTHER_PROFILE)));
    assert_eq!(rules(LINE, &[line, parent.clone()]), [R::StrUnrelated]);
    let mut hybrid = typed(PROFILE_201B7);
    hybrid["line_kind"] = json!("hybrid");
    let donor = (DONOR, donor_typed(OTHER_PROFILE));
    assert_eq!(rules(LINE, &[(LINE, hybrid), parent, donor]), []);
}

#[test]
fn a_subclone_without_a_donor_has_that_of_its_parent() {
    let mut circle = Circle::new(&[
        (SUBCLONE, typed(PROFILE_201B7)),
        (PARENT, json!({})),
        (DONOR, donor_typed(OTHER_PROFILE)),
    ]);
    circle.0.link(uuid(SUBCLONE), Relation::Parent, uuid(PARENT));
    circle.0.link(uuid(PARENT), Relation::Donor, uuid(DONOR));
    assert_eq!(circle.rules(SUBCLONE), [R::StrUnrelated]);
    circle.0.link(uuid(PARENT), Relation::Parent, uuid(SUBCLONE));
    assert_eq!(circle.rules(SUBCLONE).len(), 1, "a circle of parents ends");
}

#[test]
fn mixtures_and_unreadable_cells_are_told_of_without_their_alleles() {
    let mixed = "TH01 5,6,7; TPOX 8,9,10; vWA 15,16,17; FGA 20,21,22";
    assert_eq!(rules(LINE, &[(LINE, typed(mixed))]), [R::StrMixture]);
    let found = Circle::new(&[(DONOR, donor_typed("TH01 5; FGA 20,OL"))]).findings(DONOR);
    assert_eq!(found[0].rule, R::StrUnread);
    assert!(found[0].text.en.contains("FGA") && !found[0].text.en.contains("OL"));
    let table = "Marker\tone\ttwo\nAMEL\tX\tY\nTH01\t6\tOL\nmine\t9.3\tOL";
    let found = Circle::new(&[(DONOR, donor_typed(table))]).findings(DONOR);
    let [unread] = &found[..] else { panic!("{found:?}") };
    assert!(unread.text.en.contains("TH01 and 2 of no marker"), "{:?}", unread.text);
    for sealed in ["6", "9.3", "mine", "OL"] {
        assert!(!unread.text.en.contains(sealed) && !unread.text.ja.contains(sealed), "{sealed}");
    }
}

#[test]
fn a_test_of_the_donor_that_is_filed_under_its_line_says_nothing_of_the_cells() {
    for (n, test, value) in [
        (LINE, "karyotype", "46,XY[20]"),
        (LOT, "karyotype", "46,XY[20]"),
        (LINE, "identity_str", OTHER_PROFILE),
        (LINE, "identity_hla", "A*02:01,02:06"),
    ] {
        let mut donor = donor_typed(PROFILE_201B7);
        donor["sex"] = json!("female");
        donor["hla"] = json!(["A*24:02,26:01"]);
        let mut circle = Circle::new(&[(LINE, json!({})), (LOT, json!({})), (DONOR, donor)]);
        for level in ["donor", "cord_blood_unit"] {
            circle.test(n, test, value, &json!({ "material": { "subject": "S", "level": level } }));
        }
        assert_eq!(circle.rules(n), [], "{test}");
        circle.test(n, test, value, &json!({ "material": { "subject": "S", "level": "line" } }));
        assert_eq!(circle.rules(n).len(), 1, "{test}");
    }
}

#[test]
fn cells_of_several_donors_or_parents_need_be_alike_to_one_and_are_never_an_error() {
    let mut line = typed(PROFILE_201B7);
    line["karyotypes"] = json!(["46,XY[20]"]);
    line["hla_typings"] = json!(["A*24:02,26:01"]);
    let donor = |profile: &str, sex: &str, hla: &str| {
        let mut donor = donor_typed(profile);
        donor["sex"] = json!(sex);
        donor["hla"] = json!([hla]);
        donor
    };
    let other = donor(OTHER_PROFILE, "female", "A*02:01,02:06");
    let pool = |second: Value| {
        let mut circle =
            Circle::new(&[(LINE, line.clone()), (DONOR, other.clone()), (OTHER_DONOR, second)]);
        circle.0.link(uuid(LINE), Relation::Donor, uuid(OTHER_DONOR));
        circle
    };
    let own = donor(PROFILE_201B7, "male", "A*24:02,26:01");
    assert_eq!(pool(own).rules(LINE), [R::StrAgrees, R::HlaAgrees]);
    let found = pool(other.clone()).findings(LINE);
    assert_eq!(found.iter().map(|one| one.rule).collect::<Vec<_>>(), [R::SeveralOrigins; 3]);
    assert!(found.iter().all(|one| one.severity == Severity::Finding), "{found:?}");
    let mut circle = Circle::new(&[
        (LINE, typed(PROFILE_201B7)),
        (PARENT, typed(OTHER_PROFILE)),
        (OTHER_LINE, typed(OTHER_PROFILE)),
        (LOT, json!({})),
    ]);
    circle.test(LOT, "identity_str", PROFILE_201B7, &json!({}));
    circle.0.link(uuid(LINE), Relation::Parent, uuid(OTHER_LINE));
    assert_eq!(circle.rules(LINE), [R::SeveralOrigins]);
    assert_eq!(circle.rules(LOT), [R::StrAgrees], "a lot is like its line");
}

fn hla(n: u128, text: &str) -> (u128, Value) {
    let field = if n == DONOR { "hla" } else { "hla_typings" };
    (n, json!({ field: [text] }))
}

#[test]
fn hla_is_compared_locus_by_locus_and_a_difference_is_a_question() {
    let donor = || hla(DONOR, "A*24:02,26:01; B*52:01,40:02; DRB1*15:02,09:01");
    let same = hla(LINE, "A*24:02:01,26:01; B*52:01,40:02; DRB1*15:02P,09:01");
    assert_eq!(rules(LINE, &[same, donor()]), [R::HlaAgrees]);
    let other = hla(LINE, "A*24:02,02:01; B*52:01,52:01; DRB1*15:02,09:01");
    let found = Circle::new(&[other, donor()]).findings(LINE);
    assert_eq!(found.iter().map(|one| one.rule).collect::<Vec<_>>(), [R::HlaDiffers; 2]);
    for (finding, locus) in found.iter().zip(["HLA-A", "HLA-B"]) {
        assert_eq!(finding.severity, Severity::Finding);
        let text = &finding.text.en;
        for word in [locus, "HLA editing", "loss of heterozygosity", "transplanted donor"] {
            assert!(text.contains(word), "{text}");
        }
        for sealed in ["24:02", "26:01", "40:02", "02:01"] {
            assert!(!text.contains(sealed) && !finding.text.ja.contains(sealed), "{text}");
        }
    }
}

#[test]
fn a_null_allele_behaves_as_a_second_copy_of_the_other() {
    let donor = || hla(DONOR, "A*03:01,01:11N; B*07:02,08:01");
    for line in ["A*03:01,03:01; B*07:02,08:01", "A*03:01,01:11N; B*07:02,08:01", "A*03:01"] {
        assert_eq!(rules(LINE, &[hla(LINE, line), donor()]), [R::HlaAgrees], "{line}");
    }
    assert_eq!(rules(LINE, &[hla(LINE, "A*03:01,02:15N"), donor()]), [R::HlaDiffers]);
    let donor = hla(DONOR, "A*03:01,03:01");
    assert_eq!(rules(LINE, &[hla(LINE, "A*03:01,01:11N"), donor.clone()]), [R::HlaAgrees]);
    assert_eq!(rules(LINE, &[hla(LINE, "A*03:01,01:11"), donor]), [R::HlaDiffers]);
}

#[test]
fn an_edited_locus_differs_as_it_should() {
    let edited = json!([{ "kind": "knock_out", "gene": { "label": "HLA-A" } }]);
    let line = json!({ "hla_typings": ["A*24:02,24:02; B*52:01,52:01"], "modifications": edited });
    let donor = hla(DONOR, "A*24:02,26:01; B*52:01,40:02");
    assert_eq!(rules(LINE, &[(LINE, line.clone()), donor.clone()]), [R::HlaDiffers, R::HlaEdited]);
    // The edit of the parent is in the subclone.
    let parent = (PARENT, json!({ "modifications": edited }));
    let subclone = hla(LINE, "A*24:02,24:02; B*52:01,40:02");
    assert_eq!(rules(LINE, &[subclone, donor.clone(), parent]), [R::HlaEdited, R::HlaAgrees]);
    // A knock-out takes an allele away and brings none.
    let mut other = line;
    other["hla_typings"] = json!(["A*24:02,02:01; B*52:01,40:02"]);
    assert_eq!(rules(LINE, &[(LINE, other), donor]), [R::HlaDiffers]);
}

#[test]
fn a_unit_and_a_test_are_typings_too() {
    let typings = json!([
        { "locus": "A", "method": "DNA", "first": "24:02", "second": "26:01" },
        { "locus": "B", "method": "SER", "first": "52", "second": "61" },
    ]);
    let unit = (
        UNIT,
        json!({ "hla": typings,
        "purposes": [{ "purpose": "research", "consent": "yes" }] }),
    );
    let line = hla(LINE, "A*24:02,02:01; B52,B61");
    assert_eq!(rules(LINE, &[line, unit.clone()]), [R::HlaDiffers]);
    assert_eq!(rules(UNIT, &[unit, hla(DONOR, "A*24:02,26:01")]), [R::HlaAgrees]);
    let mut circle = Circle::new(&[(LOT, json!({})), (LINE, json!({})), (DONOR, json!({}))]);
    circle.test(DONOR, "identity_hla", "24:02,26:01", &json!({ "qualifier": { "locus": "A" } }));
    circle.test(LOT, "identity_hla", "A*24:02,02:01", &json!({}));
    circle.test(LOT, "identity_hla", "matches origin", &json!({}));
    assert_eq!(circle.rules(LOT), [R::HlaDiffers]);
}

#[test]
fn what_is_not_read_of_a_typing_is_told_and_shown_only_where_it_was_published() {
    let broken = "A*2:1; B*52:01,40:02";
    let mut circle = Circle::new(&[hla(LINE, broken), hla(DONOR, broken)]);
    for n in [LINE, DONOR] {
        let found = circle.findings(n);
        let unread = found.iter().find(|one| one.rule == R::HlaUnread).unwrap();
        assert!(!unread.text.en.contains("A*2:1"), "{:?}", unread.text);
    }
    circle.put(LINE, "cellosaurus", "published", &hla(LINE, broken).1);
    let found = circle.findings(LINE);
    let unread = found.iter().find(|one| one.rule == R::HlaUnread).unwrap();
    assert!(unread.text.en.contains("A*2:1"), "{:?}", unread.text);
}

#[test]
fn the_homozygous_class_needs_a_typing_that_shows_it() {
    let line =
        |typing: &str| (LINE, json!({ "classes": ["hla_homozygous"], "hla_typings": [typing] }));
    for (typing, expected) in [
        ("A*24:02,24:02; B*52:01,52:01; DRB1*15:02,15:02", vec![]),
        ("A*24:02; B*52:01,52:01; DRB1*15:02,15:02", vec![R::HlaClassNotShown]),
        ("A*24:02,24:02; B*52:01,40:02; DRB1*15:02,15:02", vec![R::HlaClassContradicted]),
        ("A*24:02,24:02", vec![R::HlaClassNotShown]),
        ("A*24:02,26:01", vec![R::HlaClassContradicted]),
    ] {
        assert_eq!(rules(LINE, &[line(typing)]), expected, "{typing}");
    }
    let untyped = (LINE, json!({ "classes": ["hla_homozygous"] }));
    assert_eq!(rules(LINE, &[untyped]), [R::HlaClassNotShown]);
}

#[test]
fn a_lot_is_frozen_after_its_line_and_parent_and_before_it_is_offered() {
    let line = (LINE, json!({ "derivation": { "year": 2007 } }));
    let parent = (PARENT_LOT, json!({ "frozen_on": "2008-03-01" }));
    let lot = |frozen: &str, from: &str| {
        let states = json!([{ "from": from, "availability": "available" }]);
        (LOT, json!({ "frozen_on": frozen, "availability": states }))
    };
    for (frozen, from, expected) in [
        ("2008-03-01", "2008-03-01", vec![]),
        ("2008-02-29", "2009-01-01", vec![R::FrozenBeforeParent]),
        ("2006-12-31", "2009-01-01", vec![R::FrozenBeforeDerivation, R::FrozenBeforeParent]),
        ("2008-04-01", "2008-03-31", vec![R::OrderableBeforeFreezing]),
        ("2020-06-02", "2020-06-02", vec![]),
        ("2020-06-03", "2020-06-03", vec![R::DateInFuture]),
    ] {
        let stated = [lot(frozen, from), line.clone(), parent.clone()];
        assert_eq!(rules(LOT, &stated), expected, "{frozen} {from}");
    }
}

#[test]
fn states_of_availability_only_grow() {
    let states = |days: [&str; 2]| {
        let state = |day: &&str| json!({ "from": day, "availability": "in_preparation" });
        (LOT, json!({ "availability": days.iter().map(state).collect::<Vec<_>>() }))
    };
    assert_eq!(rules(LOT, &[states(["2010-01-01", "2010-01-01"])]), []);
    assert_eq!(rules(LOT, &[states(["2010-01-02", "2010-01-01"])]), [R::AvailabilityOutOfOrder]);
}

#[test]
fn a_sample_is_taken_while_the_lot_is_there() {
    let states = json!([{ "from": "2010-01-01", "availability": "available" },
        { "from": "2012-01-01", "availability": "discontinued", "comment": "used up" }]);
    let lot = (LOT, json!({ "frozen_on": "2010-01-01", "availability": states }));
    for (sampled, entered, expected) in [
        ("2010-01-01", "2010-02-01", vec![]),
        ("2009-12-31", "2010-02-01", vec![R::SampledBeforeFreezing]),
        ("2012-01-01", "2012-02-01", vec![]),
        ("2012-01-02", "2012-02-01", vec![R::SampledAfterEnd]),
        ("2011-01-02", "2011-01-01", vec![R::SampledAfterEntry]),
        ("2011-01-02", "2020-06-03", vec![R::DateInFuture]),
        ("2011-01-02", "2020-06-02", vec![]),
    ] {
        let mut circle = Circle::new(std::slice::from_ref(&lot));
        let dates = json!({ "sampling_date": sampled, "entry_date": entered });
        circle.test(LOT, "sterility", "negative", &dates);
        let found = circle.findings(LOT);
        let rules: Vec<RuleCode> = found.iter().map(|one| one.rule).collect();
        assert_eq!(rules, expected, "{sampled} {entered}");
        assert!(found.iter().all(|one| one.other.as_ref().unwrap().accession == "Q"));
    }
}

#[test]
fn a_unit_is_collected_processed_and_frozen_in_that_order() {
    let unit = |collected: &str, processed: &str, frozen: &str| {
        (
            UNIT,
            json!({ "collection": { "date": collected }, "processing": { "date": processed },
            "freezing": { "date": frozen } }),
        )
    };
    assert_eq!(rules(UNIT, &[unit("2019-05-01", "2019-05-02", "2019-05-02")]), []);
    let found = Circle::new(&[unit("2019-05-02", "2019-05-01", "2019-05-03")]).findings(UNIT);
    assert_eq!(found[0].rule, R::UnitDatesOutOfOrder);
    assert!(!found[0].text.en.contains("2019"), "a day of collection is a birth date");
    let unit = (
        UNIT,
        json!({ "collection": { "date": "2019-05-02" },
        "freezing": { "date": "2019-05-01" } }),
    );
    assert_eq!(rules(UNIT, &[unit]), [R::UnitDatesOutOfOrder], "a step may be left out");
}

#[test]
fn a_line_is_made_of_a_unit_that_was_released_for_research() {
    let unit = |consent: &[&str], transplant: Value| {
        let said = |answer: &&str| json!({ "purpose": "research", "consent": answer });
        let purposes: Vec<Value> = consent.iter().map(said).collect();
        let opening =
            json!({ "custody": "stored", "transplant": transplant, "research_consent": "unknown" });
        let history = json!({ "opened": "2018-05-01", "opening": opening });
        (UNIT, json!({ "purposes": purposes, "history": history }))
    };
    let state = |state: &str| json!({ "state": state });
    let off = |reason: &str| json!({ "state": "delisted", "reason": reason });
    let (refused, unknown) = (R::UnitConsentRefused, R::UnitConsentUnknown);
    let (unreleased, offered) = (R::UnitNotReleased, R::UnitStillOffered);
    for (consent, transplant, expected) in [
        (&["yes"][..], off("released_for_research"), vec![unreleased]),
        (&["no"], off("expired"), vec![refused, unreleased]),
        (&[], off("expired"), vec![unknown, unreleased]),
        (&["yes", "no"], off("expired"), vec![unknown, unreleased]),
        (&["yes"], state("listed"), vec![unreleased, offered]),
        (&["yes"], state("reserved"), vec![unreleased, offered]),
        (&["yes"], off("not_in_inventory"), vec![unreleased]),
        (&["yes"], state("never_eligible"), vec![unreleased]),
    ] {
        let stated = [(LINE, json!({})), unit(consent, transplant.clone())];
        assert_eq!(rules(LINE, &stated), expected, "{consent:?} {transplant}");
    }
}

#[test]
fn a_line_is_judged_by_the_consent_of_its_day() {
    let consent = |date: &str, answer: &str| json!({ "date": date, "origin": "curator", "transition": { "step": "record_research_consent", "answer": answer } });
    let release = |date: &str, purpose: &str| {
        json!({ "date": date, "origin": "curator",
            "transition": { "step": "release", "purpose": purpose, "departure": "consumed" } })
    };
    let opening = json!({ "custody": "stored", "transplant": { "state": "listed" }, "research_consent": "unknown" });
    let made = json!({ "derivation": { "year": 2018 } });
    let said = |answer: &str, date: &str| json!([{ "purpose": "research", "consent": answer, "date": date }]);
    let yes = consent("2018-02-01", "yes");
    let use_of = |purpose: &str| vec![yes.clone(), release("2018-03-01", purpose)];
    let ips = use_of("ips_derivation");
    for (steps, purposes, expected) in [
        (&ips, json!([]), vec![]),
        (&ips, said("no", "2019-01-01"), vec![R::UnitConsentRefusedLater]),
        (&ips, said("no", "2018-02-15"), vec![R::UnitConsentUnknown]),
        (&use_of("research"), json!([]), vec![R::UnitNotReleased]),
        (&vec![yes.clone()], json!([]), vec![R::UnitNotReleased, R::UnitStillOffered]),
    ] {
        let history = json!({ "opened": "2018-01-01", "opening": opening, "steps": steps });
        let unit = (UNIT, json!({ "purposes": purposes, "history": history }));
        assert_eq!(rules(LINE, &[(LINE, made.clone()), unit]), expected, "{steps:?} {purposes}");
    }
    // Without a history the year of the line is the day; what was consented to later was not when it was made.
    for (answer, date, expected) in [
        ("yes", "2018-06-01", vec![]),
        ("yes", "2019-06-01", vec![R::UnitConsentUnknown]),
        ("no", "2018-06-01", vec![R::UnitConsentRefused]),
    ] {
        let unit = (UNIT, json!({ "purposes": said(answer, date) }));
        assert_eq!(rules(LINE, &[(LINE, made.clone()), unit]), expected, "{answer} {date}");
    }
}

#[test]
fn one_profile_under_two_donors_is_a_mix_up_or_twins() {
    let circle = Circle::new(&[
        (LINE, typed(PROFILE_201B7)),
        (DONOR, donor_typed(PROFILE_201B7)),
        (OTHER_LINE, typed(&PROFILE_201B7.replace("FGA 20,22; ", ""))),
        (OTHER_DONOR, json!({})),
    ]);
    let mut twins = Twins::default();
    assert_eq!(twins.meet(&circle.0, uuid(DONOR)), []);
    assert_eq!(twins.meet(&circle.0, uuid(LINE)), [], "one donor's lines are alike");
    let found = twins.meet(&circle.0, uuid(OTHER_LINE));
    assert_eq!(found[0].rule, R::StrOfTwoDonors);
    let named = |named: &Named| named.accession.clone();
    assert_eq!(
        (named(&found[0].subject), found[0].other.as_ref().map(named)),
        ("R8".to_owned(), Some("R1".to_owned()))
    );
    let mut circle = circle;
    circle.put(
        OTHER_LINE,
        "curator",
        "published",
        &typed(&PROFILE_201B7.replace("FGA 20,22", "FGA 20,23")),
    );
    assert_eq!(twins.meet(&circle.0, uuid(OTHER_LINE)), []);
}

#[test]
fn in_public_nothing_rests_on_what_is_not_published() {
    let mut circle = Circle::new(&[(LINE, typed(PROFILE_201B7))]);
    circle.put(DONOR, "curator", "withdrawn", &donor_typed(OTHER_PROFILE));
    assert_eq!(circle.rules(LINE), [R::StrUnrelated]);
    let mut parent = typed(PROFILE_201B7);
    parent["donor"] = json!({});
    circle.put(PARENT, "curator", "published", &parent);
    circle.put(OTHER_DONOR, "curator", "published", &donor_typed(OTHER_PROFILE));
    circle.0.link(uuid(PARENT), Relation::Donor, uuid(OTHER_DONOR));
    circle.0.keep_published();
    assert_eq!(circle.rules(LINE), [R::StrAgrees], "the parent's donor is not taken for its own");
    circle.put(LINE, "curator", "draft", &typed(PROFILE_201B7));
    circle.0.keep_published();
    assert_eq!(circle.findings(LINE), []);
}

#[test]
fn lines_of_one_stated_parent_are_alike_though_each_has_a_donor_of_its_own() {
    let mut line = typed(PROFILE_201B7);
    let parent = json!({ "keys": [{ "scheme": "cellosaurus", "value": "CVCL_T817" }] });
    line["parents"] = json!([{ "line": parent, "relation": "derived_from" }]);
    let donors = [(DONOR, json!({})), (OTHER_DONOR, json!({}))];
    let circle = Circle::new(&[
        donors[0].clone(),
        donors[1].clone(),
        (LINE, line.clone()),
        (OTHER_LINE, line),
    ]);
    let mut twins = Twins::default();
    assert_eq!(twins.meet(&circle.0, uuid(LINE)), []);
    assert_eq!(twins.meet(&circle.0, uuid(OTHER_LINE)), []);
}
