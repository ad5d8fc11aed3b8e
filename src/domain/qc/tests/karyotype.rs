//! Shares of metaphases, and karyotypes held against the donor's.

use super::*;

fn share() -> QcStandard {
    let requirement = json!({ "karyotype_share": { "metaphases": 20, "below_percent": "5" } });
    standard_of("karyotype", &requirement, &json!({}))
}

fn verdict(donor: &DonorFindings, karyotype: &str) -> (Verdict, Reason) {
    let subject = Subject { donor: donor.clone(), ..lot() };
    judge_with(&share(), &subject, &[result("r1", TestCode::Karyotype, karyotype, 1)], &[])
}

fn of_unknown_donor(karyotype: &str) -> Verdict {
    verdict(&DonorFindings::default(), karyotype).0
}

#[test]
fn one_of_twenty_metaphases_is_five_percent_and_fails() {
    for (karyotype, expected) in [
        ("46,XX[20]", Verdict::Pass),
        ("46,XY[20]", Verdict::Pass),
        ("47,XX,+8[1]/46,XX[19]", Verdict::Fail),
        ("47,XX,+8[1]/46,XX[20]", Verdict::Pass),
        ("47,XX,+8[1]/46,XX[9]", Verdict::Fail),
        ("46,XX[19]", Verdict::Indeterminate),
        ("46,XX", Verdict::Indeterminate),
        ("47,XX,+8/46,XX", Verdict::Indeterminate),
        ("45,X[1]/46,XX[19]", Verdict::Fail),
        ("47,XX,+8[20]", Verdict::Fail),
        ("４６，ＸＸ[20]", Verdict::Pass),
        ("46,XX[18]/47,idem,+8[2]", Verdict::Fail),
        ("46,XX,?del(5)(q13)[20]", Verdict::Fail),
        ("46,X?[20]", Verdict::Indeterminate),
        ("46,U[20]", Verdict::Indeterminate),
        ("47,U,+8[20]", Verdict::Fail),
        ("92<4n>,XXXX[20]", Verdict::Fail),
        ("46,XX[19]//46,XX[1]", Verdict::Fail),
    ] {
        assert_eq!(of_unknown_donor(karyotype), expected, "{karyotype}");
    }
}

#[test]
fn several_other_karyotypes_that_only_together_reach_the_share_are_held() {
    let (verdict, reason) =
        verdict(&DonorFindings::default(), "47,XX,+8[1]/47,XX,+12[1]/46,XX[28]");
    assert_eq!((verdict, reason), (Verdict::HoldForReview, Reason::OtherKaryotypesTogether));
}

#[test]
fn cells_of_both_sexes_are_a_mixture() {
    assert_eq!(of_unknown_donor("46,XX[10]/46,XY[10]"), Verdict::Fail);
    assert_eq!(of_unknown_donor("46,XX[19]//46,XY[1]"), Verdict::Fail);
}

#[test]
fn the_sex_of_the_donor_is_expected_where_it_is_known() {
    let female = DonorFindings { sex: Some(Sex::Female), ..DonorFindings::default() };
    assert_eq!(verdict(&female, "46,XX[20]").0, Verdict::Pass);
    assert_eq!(verdict(&female, "46,XY[20]").0, Verdict::Fail);
}

#[test]
fn a_trisomy_of_the_donor_is_as_it_should_be_in_the_line() {
    let donor =
        DonorFindings { karyotype: Some("47,XX,+21c".to_owned()), ..DonorFindings::default() };
    assert_eq!(verdict(&donor, "47,XX,+21[20]").0, Verdict::Pass);
    assert_eq!(verdict(&donor, "47,XX,+21c[20]").0, Verdict::Pass);
    assert_eq!(verdict(&donor, "48,XX,+8,+21c[1]/47,XX,+21c[19]").0, Verdict::Fail);
    assert_eq!(verdict(&donor, "46,XX[20]").0, Verdict::Fail, "the trisomy is lost");
    assert_eq!(of_unknown_donor("47,XX,+21[20]"), Verdict::Fail);
    let undisclosed = DonorFindings { karyotype: Some("46,U".to_owned()), ..donor.clone() };
    assert_eq!(verdict(&undisclosed, "46,XX[20]").1, Reason::DonorKaryotypeUnreadable);
    let unreadable = DonorFindings { karyotype: Some("trisomy".to_owned()), ..donor };
    assert_eq!(verdict(&unreadable, "46,XX[20]").1, Reason::DonorKaryotypeUnreadable);
}

#[test]
fn a_percentage_counts_with_its_metaphases() {
    let percent = |value: &str, count: Option<u32>| {
        let mut one = result("r1", TestCode::Karyotype, value, 1);
        if let Some(count) = count {
            one.value = one.value.map(|value| value.of(count, Counted::Metaphases));
        }
        judge(&share(), &[one]).0
    };
    assert_eq!(percent("0 %", Some(20)), Verdict::Pass);
    assert_eq!(percent("5 %", Some(20)), Verdict::Fail);
    assert_eq!(percent("0 %", Some(19)), Verdict::Indeterminate);
    assert_eq!(percent("0 %", None), Verdict::Indeterminate);
    assert_eq!(percent("46,XX", Some(20)), Verdict::Pass);
    assert_eq!(percent("46,XX[19]", Some(20)), Verdict::Indeterminate, "one is unaccounted for");
    assert_eq!(percent("47,XX,+8[3]", Some(20)), Verdict::Fail);
}

#[test]
fn an_abnormal_karyotype_without_a_share_is_held_and_stays_so() {
    let abnormal = result("r1", TestCode::Karyotype, "abnormal", 1);
    let later = result("r2", TestCode::Karyotype, "46,XX[20]", 2);
    assert_eq!(judge(&share(), &[abnormal, later]), (Verdict::HoldForReview, Reason::Abnormal));
}

#[test]
fn a_karyotype_for_information_is_held_if_it_is_not_the_donors() {
    let information = json!({ "obligation": "for_information" });
    let standard = standard_of("karyotype", &json!("reported"), &information);
    let verdict = |value| judge(&standard, &[result("r1", TestCode::Karyotype, value, 1)]).0;
    assert_eq!(verdict("46,XX[20]"), Verdict::Reported);
    assert_eq!(verdict("47,XX,+8[1]/46,XX[49]"), Verdict::HoldForReview);
    assert_eq!(verdict("46XX"), Verdict::Indeterminate);
}
