use proptest::prelude::*;

use super::{
    AbnormalityKind as Kind, Clonality::*, FindingKind as Found, KaryotypeProblem as Problem, *,
};
use crate::domain::donor::Sex;

fn parse(text: &str) -> Karyotype {
    Karyotype::parse(text).unwrap_or_else(|problem| panic!("{text}: {problem}"))
}

fn stated(x: u32, y: u32, constitutional: bool) -> SexChromosomes {
    SexChromosomes::Stated { x, y, constitutional }
}

#[test]
fn clones_are_read_with_counts_sex_chromosomes_and_cells() {
    let text = "mos 47,XXYc,+8[3]/45~48,X,-Y[cp10]//46<2n>,XX";
    let karyotype = parse(text);
    assert_eq!((karyotype.text.as_str(), karyotype.origin), (text, Some(CloneOrigin::Mosaic)));
    let [first, second, third] = karyotype.clones.as_slice() else {
        panic!("three clones");
    };
    assert_eq!((first.fewest, first.most, &first.sex), (47, 47, &stated(2, 1, true)));
    assert_eq!((first.metaphases, first.composite), (Some(3), false));
    assert_eq!(first.abnormalities[0].text, "+8");
    assert_eq!((second.fewest, second.most, &second.sex), (45, 48, &stated(1, 0, false)));
    assert_eq!((second.metaphases, second.composite), (Some(10), true));
    assert_eq!((third.ploidy.as_deref(), third.metaphases), (Some("2n"), None));
    assert_eq!((second.other_individual, third.other_individual), (false, true));
}

#[test]
fn spellings_of_the_shape_are_read() {
    for (text, clones) in [
        ("46, XX", 1),
        ("４６，ＸＹ", 1),
        ("46,XX,t(2/q2/q)", 1),
        ("46,XX[3]//46,XY[17]", 2),
        ("chi 46,XX[3]/46,XY[17]", 2),
        ("46,U[20]", 1),
        ("46,X?[20]", 1),
        ("46,XX,", 1),
    ] {
        assert_eq!(parse(text).clones.len(), clones, "{text}");
    }
    assert_eq!(parse("46,U").clones[0].sex, SexChromosomes::Undisclosed);
    let doubted = SexChromosomes::Uncertain { text: "X?".to_owned() };
    assert_eq!(parse("46,X?").clones[0].sex, doubted);
}

#[test]
fn stemlines_and_sidelines_are_found_again() {
    for (text, earlier) in [
        ("46,XX/47,idem,+8", 0),
        ("46,XX/47,sl,+8", 0),
        ("46,XX,t(9;22)(q34;q11.2)[3]/47,sl,+8[17]/48,sdl,+9[3]", 1),
        ("46,XX,t(9;22)(q34;q11.2)[3]/47,sl,+8[17]/48,sdl1,+9[3]", 1),
        ("46,XX[3]/47,sl,+8[17]/48,sdl1,+9[3]/49,sdl2,+11[12]", 2),
        ("46,XX[3]//46,XY[2]/47,idem,+8[2]", 1),
    ] {
        let last = parse(text).clones.pop().unwrap();
        assert_eq!(last.sex, SexChromosomes::SameAs { clone: earlier }, "{text}");
    }
    for text in [
        "47,idem,+8",
        "46,XX/47,sdl1,+8",
        "46,XX/47,sl,+8/48,sdl0,+9",
        "46,XX/47,sl,+8/48,sl,+9/49,sdl,+11",
        "46,XX//46,idem",
        "46,XX/47,sdl99999999999999999999,+8",
    ] {
        assert!(matches!(check(text), Err(Problem::Reference { .. })), "{text}");
    }
}

#[test]
fn a_missing_comma_is_told_with_what_is_expected() {
    assert_eq!(
        check("46XY").unwrap_err().to_string(),
        "the comma after the chromosome count is missing in `46XY`: expected `46,XY`"
    );
    let (clone, expected) = ("47 XX,+8[2]".to_owned(), "47,XX,+8[2]".to_owned());
    assert_eq!(check("46,XX[3]/47 XX,+8[2]"), Err(Problem::MissingComma { clone, expected }));
}

#[test]
fn other_shapes_are_refused_by_what_is_wrong() {
    for (text, word) in [
        ("", "empty"),
        ("46,XX/", "empty"),
        ("46,XX///46,XY", "empty"),
        ("/46,XX", "empty"),
        ("normal", "count"),
        ("46", "count"),
        ("48~45,XX", "count"),
        ("46,", "sex chromosomes"),
        ("45,XO", "`XO`"),
        ("46,XX[many]", "`[many]`"),
        ("46,XX,t(2;3", "brackets"),
        ("46,XX]20[", "brackets"),
        ("47,idem,+8", "sdl1"),
    ] {
        let problem = check(text).unwrap_err().to_string();
        assert!(problem.contains(word), "{text}: {problem}");
    }
}

#[test]
fn abnormalities_are_read_into_kind_chromosomes_and_breakpoints() {
    for (text, kind, chromosomes, breakpoints, detail) in [
        ("+8", Kind::Gain, "8", "", ""),
        ("-Y", Kind::Loss, "Y", "", ""),
        ("–21", Kind::Loss, "21", "", ""),
        ("+?9", Kind::Gain, "?9", "", ""),
        ("del(5)(q13q33)", Kind::Deletion, "5", "q13q33", ""),
        ("del(2) (q11)", Kind::Deletion, "2", "q11", ""),
        ("dup(20)(q11.2q13.3)", Kind::Duplication, "20", "q11.2q13.3", ""),
        ("inv(9)(p12q13)c", Kind::Inversion, "9", "p12q13", ""),
        ("t(11;13)(p13;q32)mat", Kind::Translocation, "11;13", "p13;q32", ""),
        ("t(9;22;11)(q34;q11.2;q13)", Kind::Translocation, "9;22;11", "q34;q11.2;q13", ""),
        ("+der(9)t(9;22)(q34;q11.2)", Kind::Derivative, "9", "", "t(9;22)(q34;q11.2)"),
        ("der(13;14)(q10;q10)c", Kind::Derivative, "13;14", "q10;q10", ""),
        ("i(20)(q10)", Kind::Isochromosome, "20", "q10", ""),
        ("idic(Y)(q11.2)", Kind::Isodicentric, "Y", "q11.2", ""),
        ("ins(5;2)(p14;q22q32)", Kind::Insertion, "5;2", "p14;q22q32", ""),
        ("add(19)(p13 or q13)", Kind::Additional, "19", "p13 or q13", ""),
        ("r(?)", Kind::Ring, "?", "", ""),
        ("+r", Kind::Ring, "", "", ""),
        ("+mar1", Kind::Marker, "", "", "1"),
        ("+marc", Kind::Marker, "", "", ""),
        ("dic(5;17)(q11;p11)", Kind::Dicentric, "5;17", "q11;p11", ""),
        ("rob(14;21)(q10;q10)", Kind::Robertsonian, "14;21", "q10;q10", ""),
        ("fra(X)(q27.3)", Kind::FragileSite, "X", "q27.3", ""),
        ("hsr(1)(p22)", Kind::HomogeneouslyStaining, "1", "p22", ""),
        ("5~20dmin", Kind::DoubleMinute, "", "", ""),
        ("del(1)(q21) or del(1)(q23)", Kind::Deletion, "1", "q21", "or del(1)(q23)"),
        ("+X-type chromosome.", Kind::Other, "", "", "+X-type chromosome."),
        ("t(2/q2/q)", Kind::Other, "", "", "t(2/q2/q)"),
        ("+24", Kind::Other, "", "", "+24"),
        ("i(12p)(p11)", Kind::Other, "", "", "i(12p)(p11)"),
        ("trp(1)(q21q32)c", Kind::Other, "", "", "trp(1)(q21q32)"),
        ("gain(8)", Kind::Other, "", "", "gain(8)"),
        ("inc", Kind::Other, "", "", "inc"),
    ] {
        let read = Abnormality::parse(text);
        assert_eq!((read.text.as_str(), read.kind), (text, kind));
        assert_eq!(read.chromosomes.join(";"), chromosomes, "{text}");
        assert_eq!(read.breakpoints.join(";"), breakpoints, "{text}");
        assert_eq!(read.detail, detail, "{text}");
    }
}

#[test]
fn the_marks_of_an_abnormality_are_read() {
    let read = Abnormality::parse;
    let copies = |fewest, most| Some(Copies { fewest, most });
    for (text, constitutional) in
        [("+21c", true), ("+21", false), ("trp(1)(q21q32)c", true), ("inc", false), ("+marc", true)]
    {
        assert_eq!(read(text).constitutional, constitutional, "{text}");
    }
    for (text, expected) in [
        ("+8x2", copies(2, 2)),
        ("+8×2", copies(2, 2)),
        ("+mar1x2~4", copies(2, 4)),
        ("1~3mar", copies(1, 3)),
        ("+2r", copies(2, 2)),
        ("+8", None),
        ("+8x0", None),
        ("3~1mar", None),
    ] {
        assert_eq!(read(text).copies, expected, "{text}");
    }
    for (text, uncertain) in
        [("+?9", true), ("1~3mar", true), ("add(19)(p13 or q13)", true), ("+9", false)]
    {
        assert_eq!(read(text).uncertain, uncertain, "{text}");
    }
    let composite = parse("45~48,XX,+8[3],-7[2][cp10]");
    let cells: Vec<_> = composite.clones[0].abnormalities.iter().map(|one| one.cells).collect();
    assert_eq!(cells, [Some(3), Some(2)]);
    assert_eq!(read("t(11;13)(p13;q32)dn").inheritance.as_deref(), Some("dn"));
    assert_eq!(read("-der(9)t(9;22)(q34;q11.2)").sign, Some(Sign::Loss));
}

#[test]
fn one_of_twenty_is_five_percent() {
    let karyotype = parse("47,XX,+8[1]/46,XX[19]");
    assert_eq!(karyotype.share(0), Some(Share { cells: 1, of: 20 }));
    assert_eq!(karyotype.share_at_or_above(0, 5), Some(true));
    assert_eq!(karyotype.share_at_or_above(0, 6), Some(false));
    assert_eq!(parse("47,XX,+8[1]/46,XX[20]").share_at_or_above(0, 5), Some(false));
    for text in ["47,XX,+8/46,XX[19]", "47,XX,+8[1]/46,XX", "46,XX[0]"] {
        assert_eq!(parse(text).share_at_or_above(0, 5), None, "{text}");
    }
    assert_eq!(karyotype.share(2), None);
}

#[test]
fn only_one_sex_without_abnormalities_is_normal() {
    for (text, expected) in [
        ("46,XX", Normality::Normal),
        ("46,XY[20]", Normality::Normal),
        ("46,XX[3]/46,XX[17]", Normality::Normal),
        ("46,XX[3]/46,idem[17]", Normality::Normal),
        ("46,XX[3]//46,XY[17]", Normality::Abnormal),
        ("47,XXYc", Normality::Constitutional),
        ("47,XY,+21c[20]", Normality::Constitutional),
        ("mos 47,XY,+21c[10]/46,XY[10]", Normality::Constitutional),
        ("46,XX,inv(9)(p12q13)c", Normality::Constitutional),
        ("45,XX,der(13;14)(q10;q10)c", Normality::Constitutional),
        ("46,XX,inv(9)(p12q13)", Normality::Abnormal),
        ("47,XXY", Normality::Abnormal),
        ("46,XXYc,-X", Normality::Abnormal),
        ("45,X", Normality::Abnormal),
        ("47,XX", Normality::Abnormal),
        ("46~47,XX[cp20]", Normality::Abnormal),
        ("92,XXYY", Normality::Abnormal),
        ("47,XY,inv(9)(p12q13)c", Normality::Abnormal),
        ("47,XX,+8[1]/46,XX[19]", Normality::Abnormal),
        ("46,XX[19]/46,idem,del(5)(q13q33)[1]", Normality::Abnormal),
        ("46,U", Normality::Unknown),
        ("46,X?", Normality::Unknown),
        ("47,U", Normality::Abnormal),
    ] {
        assert_eq!(parse(text).normality(), expected, "{text}");
    }
}

fn compared(line: &str, donor: Option<&str>, sex: Option<Sex>) -> Vec<Finding> {
    compare(&parse(line), donor.map(parse).as_ref(), sex)
}

/// Kind and subject of each finding.
fn found(line: &str, donor: Option<&str>, sex: Option<Sex>) -> Vec<(FindingKind, String)> {
    compared(line, donor, sex).into_iter().map(|one| (one.kind, one.subject)).collect()
}

fn assert_found(
    (line, donor, sex): (&str, Option<&str>, Option<Sex>),
    expected: &[(FindingKind, &str)],
) {
    let expected: Vec<_> =
        expected.iter().map(|(kind, text)| (*kind, (*text).to_owned())).collect();
    assert_eq!(found(line, donor, sex), expected, "{line} of {donor:?}, {sex:?}");
}

const FEMALE: Option<Sex> = Some(Sex::Female);
const MALE: Option<Sex> = Some(Sex::Male);

#[test]
fn a_normal_line_that_fits_its_donor_has_no_findings() {
    for (line, donor, sex) in [
        ("46,XX[20]", None, None),
        ("46,XX[20]", None, FEMALE),
        ("46,XY", Some("46,XY"), MALE),
        ("46,XY[20]", Some("46,XY[30]"), None),
        ("46,XX", None, Some(Sex::Ambiguous)),
        ("46,U[20]", None, MALE),
        ("46,X?[20]", None, FEMALE),
        ("46,XX", Some("mos 45,X[5]/46,XX[25]"), FEMALE),
    ] {
        assert_found((line, donor, sex), &[]);
    }
}

#[test]
fn chromosomes_of_the_other_sex_are_an_error() {
    for (line, donor, sex, subject) in [
        ("46,XX[20]", None, MALE, "XX"),
        ("46,XY[20]", None, FEMALE, "XY"),
        ("47,XXX", None, MALE, "XXX"),
        ("46,XX[10]/45,X[10]", None, MALE, "XX"),
        ("46,XX[19]/46,XY[1]", None, FEMALE, "XY"),
        ("45,X[5]/46,XY[15]", None, FEMALE, "XY"),
        ("47,XYY", None, FEMALE, "XYY"),
        ("92,XXXX", None, MALE, "XXXX"),
        ("92,XXYY", None, FEMALE, "XXYY"),
        ("46,XYc", None, FEMALE, "XY"),
        ("46,XX", Some("46,XY"), None, "XX"),
        ("46,XY", Some("46,XX"), None, "XY"),
        ("46,XY", Some("45,X"), FEMALE, "XY"),
    ] {
        let findings = compared(line, donor, sex);
        let wrong: Vec<_> =
            findings.iter().filter(|one| one.severity() == Severity::Error).collect();
        assert_eq!(wrong.len(), 1, "{line}: {findings:?}");
        assert_eq!(
            (wrong[0].kind, wrong[0].subject.as_str()),
            (Found::WrongSex, subject),
            "{line}"
        );
    }
}

#[test]
fn abnormal_sex_chromosomes_are_a_finding_and_never_a_wrong_sex() {
    for (line, donor, sex, subject, change) in [
        ("45,X[20]", None, MALE, "X", "-Y"),
        ("45,X,-Y[20]", None, MALE, "X", "-Y"),
        ("45,X[20]", None, FEMALE, "X", "-X"),
        ("45,X[3]/46,XY[17]", None, MALE, "X", "-Y"),
        ("46,XY[17]/45,idem,-Y[3]", None, MALE, "X", "-Y"),
        ("45,X[3]/46,XX[17]", None, FEMALE, "X", "-X"),
        ("46,XX[3]/46,XY[17]", None, MALE, "XX", "+X,-Y"),
        ("47,XXY", None, MALE, "XXY", "+X"),
        ("47,XY,+X", None, MALE, "XXY", "+X"),
        ("47,XXY", None, FEMALE, "XXY", "+Y"),
        ("47,XYY", None, MALE, "XYY", "+Y"),
        ("47,XXX", None, FEMALE, "XXX", "+X"),
        ("45,X", Some("46,XY"), MALE, "X", "-Y"),
        ("46,XX[3]/46,XY[17]", None, None, "XY", "-X,+Y"),
        ("46,XXYc,-X", None, MALE, "XY", "-X"),
    ] {
        assert_found((line, donor, sex), &[(Found::SexChromosomeAbnormality, subject)]);
        assert_eq!(compared(line, donor, sex)[0].change.as_deref(), Some(change), "{line}");
    }
    assert_found(("45,X", None, None), &[(Found::SexChromosomeAbnormality, "X")]);
}

#[test]
fn a_y_that_the_text_speaks_of_is_no_wrong_sex() {
    for line in ["46,X,der(X)t(X;Y)(p22.3;p11.2)[20]", "90,XX,-Y,-Y[20]", "46,X,del(Y)(q12)"] {
        let findings = compared(line, None, MALE);
        assert!(!findings.is_empty(), "{line}");
        assert!(findings.iter().all(|one| one.kind != Found::WrongSex), "{line}: {findings:?}");
    }
    // A loss that the sex chromosomes do not bear out is told all the same.
    assert_found(("46,XY,-Y", None, MALE), &[(Found::OriginUnknown, "-Y")]);
}

#[test]
fn the_donors_karyotype_goes_before_the_donors_sex() {
    assert_found(("46,XY", Some("46,XY"), FEMALE), &[(Found::DonorSexDiffers, "XY")]);
    assert_found(("46,XX", Some("46,XX"), MALE), &[(Found::DonorSexDiffers, "XX")]);
    assert_found(("47,XXY", Some("47,XXYc"), MALE), &[(Found::ConstitutionalAsExpected, "XXY")]);
    assert_found(("47,XXY", Some("47,XY,+X"), MALE), &[(Found::ConstitutionalAsExpected, "XXY")]);
    assert_found(("46,XY", Some("47,XXYc"), MALE), &[(Found::ConstitutionalMissing, "XXY")]);
    assert_found(("46,XX", Some("47,XXYc"), MALE), &[(Found::ConstitutionalMissing, "XXY")]);
    assert_found(
        ("45,X", Some("mos 45,X[5]/46,XY[25]"), FEMALE),
        &[(Found::DonorSexDiffers, "X/XY"), (Found::ConstitutionalAsExpected, "X")],
    );
    assert_found(("47,XXYc", None, MALE), &[(Found::ConstitutionalUnconfirmed, "XXY")]);
}

#[test]
fn a_trisomy_of_the_donor_is_as_it_should_be() {
    let expected = |subject| [(Found::ConstitutionalAsExpected, subject)];
    for (line, subject) in [("47,XY,+21c[20]", "+21c"), ("47,XY,+21[20]", "+21")] {
        for donor in ["47,XY,+21c", "47,XY,+21"] {
            assert_found((line, Some(donor), MALE), &expected(subject));
        }
    }
    assert_found(
        ("46,XY,inv(9)(p12q13)", Some("46,XY,inv(9)(p12q13)c"), MALE),
        &expected("inv(9)(p12q13)"),
    );
    let as_expected = &compared("47,XY,+21", Some("47,XY,+21c"), MALE)[0];
    assert_eq!((as_expected.severity(), as_expected.clonality), (Severity::AsExpected, None));
    assert_found(
        ("46,XY[20]", Some("47,XY,+21c"), MALE),
        &[(Found::ConstitutionalMissing, "+21c")],
    );
    assert_found(
        ("47,XY,+21[10]/46,XY[10]", Some("47,XY,+21c"), MALE),
        &[(Found::ConstitutionalAsExpected, "+21"), (Found::ConstitutionalMissing, "+21c")],
    );
    let lost = &compared("45,X[20]", Some("mos 47,XY,+21c[10]/46,XY[10]"), MALE)[0];
    assert_eq!((lost.subject.as_str(), lost.change.as_deref()), ("X", Some("-Y")));
    assert_found(("46,XY[20]", Some("mos 47,XY,+21c[10]/46,XY[10]"), MALE), &[]);
    assert_found(
        ("48,XY,+21c,+21[20]", Some("47,XY,+21c"), MALE),
        &[(Found::ConstitutionalAsExpected, "+21c"), (Found::Acquired, "+21")],
    );
    assert_found(
        ("46,XY,+21c,-21[20]", Some("47,XY,+21c"), MALE),
        &[(Found::ConstitutionalAsExpected, "+21c"), (Found::Acquired, "-21")],
    );
    assert_found(("47,XY,+21c", Some("46,XY"), MALE), &[(Found::ConstitutionalNotInDonor, "+21c")]);
    assert_found(
        ("46,XY,inv(9)(p11q13)", Some("46,XY,inv(9)(p12q13)c"), MALE),
        &[(Found::DescriptionDiffers, "inv(9)(p11q13)")],
    );
}

#[test]
fn what_is_acquired_is_clonal_from_two_cells_or_three_losses() {
    for (line, subject, clonality) in [
        ("47,XX,+8[2]/46,XX[18]", "+8", Clonal),
        ("47,XX,+8[1]/46,XX[19]", "+8", NonClonal),
        ("47,XX,+8/46,XX", "+8", Unknown),
        ("47,XX,+8[2]/46,XX", "+8", Clonal),
        ("45,XX,-7[3]/46,XX[17]", "-7", Clonal),
        ("45,XX,-7[2]/46,XX[18]", "-7", NonClonal),
        ("46,XX,del(5)(q13q33)[2]/46,XX[18]", "del(5)(q13q33)", Clonal),
        ("45~47,XX,+8[2][cp10]", "+8[2]", Clonal),
        ("45~47,XX,+8[1][cp10]", "+8[1]", NonClonal),
        ("45~47,XX,+8[cp10]", "+8", Unknown),
        ("45~46,XX,-X[2][cp10]", "-X[2]", NonClonal),
    ] {
        let [finding] = &compared(line, Some("46,XX"), FEMALE)[..] else {
            panic!("{line}: one finding");
        };
        assert_eq!((finding.kind, finding.subject.as_str()), (Found::Acquired, subject), "{line}");
        assert_eq!(finding.clonality, Some(clonality), "{line}");
    }
    let lost = &compared("45,X[2]/46,XY[18]", None, MALE)[0];
    assert_eq!(lost.clonality, Some(NonClonal));
    assert_eq!(lost.share, Some(Share { cells: 2, of: 20 }));
}

#[test]
fn cells_of_all_clones_with_an_abnormality_count_together() {
    let line = "46,XX,t(9;22)(q34;q11.2)[3]/47,sl,+8[1]/48,sdl1,+9[1]/46,XX[15]";
    let findings = compared(line, Some("46,XX"), FEMALE);
    let shares: Vec<_> = findings.iter().map(|one| (one.clones.len(), one.share)).collect();
    let share = |cells| Some(Share { cells, of: 20 });
    assert_eq!(shares, [(3, share(5)), (2, share(2)), (1, share(1))]);
    assert_eq!(findings[1].clonality, Some(Clonal));
    // A sideline that has lost what its stemline gained is without it.
    assert_found(
        ("48,XX,+8,+21[5]/47,idem,-21[5]", Some("46,XX"), FEMALE),
        &[(Found::Acquired, "+8"), (Found::Acquired, "+21")],
    );
    let undone = compared("48,XX,+8,+21[5]/47,idem,-21[5]", Some("46,XX"), FEMALE);
    assert_eq!(undone[1].clones, [0]);
    let undone = compared("48,XX,+8,+21[5]/47,idem,-8[5]", Some("46,XX"), FEMALE);
    assert_eq!(undone.iter().map(|one| one.clones.len()).collect::<Vec<_>>(), [1, 2]);
    // What is constitutional stays, and its loss is acquired.
    assert_found(
        ("47,XY,+21c[5]/46,idem,-21[5]", Some("47,XY,+21c"), MALE),
        &[(Found::ConstitutionalAsExpected, "+21c"), (Found::Acquired, "-21")],
    );
}

#[test]
fn without_the_donors_karyotype_the_origin_is_not_made_up() {
    assert_found(("47,XX,+8", None, FEMALE), &[(Found::OriginUnknown, "+8")]);
    assert_found(
        ("48,XX,+21c,+8", None, FEMALE),
        &[(Found::ConstitutionalUnconfirmed, "+21c"), (Found::Acquired, "+8")],
    );
}

#[test]
fn a_count_that_nothing_explains_is_a_finding() {
    for (line, sex, subject) in [
        ("92,XXYY[2]/46,XY[18]", MALE, "92"),
        ("47,XX", FEMALE, "47"),
        ("69,XXX", FEMALE, "69"),
        ("45~46,XX[cp20]", FEMALE, "45~46"),
        ("46<4n>,XX", FEMALE, "46"),
    ] {
        assert_found((line, None, sex), &[(Found::ChromosomeCount, subject)]);
    }
    for line in [
        "45,XX,der(13;14)(q10;q10)c",
        "46,X,i(X)(q10)",
        "47,XX,+mar",
        "45,XX,-5,-17,+dic(5;17)(q11;p11)",
        "47,XX,inc",
        "47,XX,1~3mar",
        "46,XX,5~20dmin",
        "47,XX,+der(7)t(7;9)(p13;q21)",
        "45,XX,dic(5;17)(q11;p11)",
        "48,XX,+8x2",
    ] {
        let findings = found(line, None, FEMALE);
        assert!(findings.iter().all(|(kind, _)| *kind != Found::ChromosomeCount), "{findings:?}");
    }
}

#[test]
fn findings_speak_both_languages() {
    use crate::domain::lang::Lang;

    for (line, donor, sex, en, ja) in [
        (
            "47,XX,+8[3]/46,XX[17]",
            Some("46,XX"),
            FEMALE,
            "Acquired abnormality: +8, clonal, 3 of 20 cells",
            "後天的異常：+8、クローン性、20細胞中3細胞",
        ),
        (
            "45,X",
            None,
            MALE,
            "Sex chromosome abnormality: X, -Y (donor: Male), clonality unknown",
            "性染色体異常：X、-Y（ドナー：男性）、クローン性不明",
        ),
        (
            "46,XX[20]",
            None,
            MALE,
            "Sex chromosomes of another person: XX (donor: Male), 20 of 20 cells: compare the STR profiles \
             of line and donor",
            "別人の性染色体：XX（ドナー：男性）、20細胞中20細胞。細胞株とドナーのSTRプロファイルを照合すること",
        ),
    ] {
        let finding = &compared(line, donor, sex)[0];
        assert_eq!(finding.text(Lang::En), en);
        assert_eq!(finding.text(Lang::Ja), ja);
    }
    for kind in Found::ALL {
        assert_eq!(Found::from_code(kind.code()), Some(*kind));
        assert_ne!(kind.label(Lang::En), kind.label(Lang::Ja));
        assert_eq!(serde_json::to_value(kind).unwrap(), kind.code());
    }
    for kind in Kind::ALL {
        assert_eq!(serde_json::to_value(kind).unwrap(), kind.code());
    }
}

/// The notes of RIKEN's cell bank on karyotypes, some of them in words.
#[test]
fn notes_of_a_real_catalogue_are_read_or_refused() {
    let path =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/riken-brc-2013.tsv");
    let Ok(table) = std::fs::read_to_string(&path) else {
        eprintln!("skipped: {} is absent", path.display());
        return;
    };
    let begin = regex::Regex::new(r"\b4[0-9],? ?(?:X|\+)[^\t]*").unwrap();
    let notes: Vec<&str> = begin.find_iter(&table).map(|note| note.as_str()).collect();
    assert_eq!(notes.len(), 5, "{notes:?}");
    let read: Vec<_> = notes.iter().filter(|note| check(note).is_ok()).collect();
    assert_eq!(read, [&"47,XX,+X-type chromosome."]);
    let problem = check("46XX,t(2/q2/q)").unwrap_err().to_string();
    assert!(notes.contains(&"46XX,t(2/q2/q)") && problem.ends_with("`46,XX,t(2/q2/q)`"));
    for cell in table.split(['\t', '\n']) {
        let _ = (check(cell), Abnormality::parse(cell));
    }
}

fn parts() -> impl Strategy<Value = String> {
    let parts = vec![
        "46",
        "47",
        ",",
        ",",
        "XX",
        "XY",
        "X",
        "Y",
        "?",
        "c",
        "idem",
        "sl",
        "sdl1",
        "[",
        "20",
        "]",
        "[3]",
        "[cp9]",
        "/",
        "//",
        "(",
        ")",
        "~",
        "é",
        " ",
        "mos ",
        "<3n>",
        "+8",
        "-Y",
        "+21c",
        "del",
        "der",
        "(9)",
        "(q34;q11)",
        "t(9;22)",
        "mar",
        "x2",
        ";",
        "±",
        "　",
    ];
    prop::collection::vec(prop::sample::select(parts), 0..16).prop_map(|parts| parts.concat())
}

fn abnormality() -> impl Strategy<Value = String> {
    prop_oneof![
        "[+-](X|Y|[1-9]|1[0-9]|2[0-2])c?(x[1-9])?",
        "(del|dup|inv|add|i|idic|r)\\((X|Y|[1-9]|2[0-2])\\)\\([pq][1-3][1-9]\\)c?",
        "[+-]?(t|der|dic|rob|ins)\\([1-9];(X|Y|1[0-9])\\)\\([pq]1[1-9];[pq]2[1-9]\\)(c|mat)?",
        "[+]?([1-3]~)?[4-9](mar|dmin|r)",
        "[a-z ]{1,8}",
    ]
}

fn karyotype() -> impl Strategy<Value = String> {
    let clone =
        (40u16..100, "(X|XX|XY|XXY|XYY|XXYc|Xc|U|X\\?)", items(), "(\\[(cp)?[0-9]{1,2}\\])?");
    let first = clone.prop_map(|(count, sex, items, cells)| format!("{count},{sex}{items}{cells}"));
    let later = (40u16..100, "(idem|sl|XX|XY|X)", items(), "(\\[(cp)?[0-9]{1,2}\\])?")
        .prop_map(|(count, sex, items, cells)| format!("/{count},{sex}{items}{cells}"));
    (first, prop::collection::vec(later, 0..4))
        .prop_map(|(first, later)| format!("{first}{}", later.concat()))
}

fn items() -> impl Strategy<Value = String> {
    prop::collection::vec(abnormality().prop_map(|item| format!(",{item}")), 0..4)
        .prop_map(|items| items.concat())
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in ".*", item in ".*") {
        let _ = check(&text);
        prop_assert_eq!(Abnormality::parse(&item).text, item.trim());
    }

    #[test]
    fn any_string_of_parts_is_read_or_refused(text in parts(), other in parts()) {
        if let (Ok(line), Ok(donor)) = (Karyotype::parse(&text), Karyotype::parse(&other)) {
            prop_assert_eq!(&line.text, &text);
            let _ = (line.normality(), compare(&line, Some(&donor), FEMALE), compare(&line, None, MALE));
        }
    }

    #[test]
    fn any_karyotype_is_read_and_written_as_json_unchanged(text in karyotype(), other in karyotype()) {
        let (line, donor) = (parse(&text), parse(&other));
        let json = serde_json::to_string(&line).unwrap();
        prop_assert_eq!(serde_json::from_str::<Karyotype>(&json).unwrap(), line.clone());
        for finding in compare(&line, Some(&donor), MALE) {
            let json = serde_json::to_string(&finding).unwrap();
            prop_assert_eq!(serde_json::from_str::<Finding>(&json).unwrap(), finding.clone());
            prop_assert!(finding.clones.iter().all(|clone| *clone < line.clones.len()));
            prop_assert!(finding.share.is_none_or(|share| share.cells <= share.of || line.clones.iter().any(|clone| clone.composite)));
        }
    }

    #[test]
    fn what_is_not_normal_is_found(text in karyotype()) {
        let line = parse(&text);
        let findings = compare(&line, None, None);
        let normal = matches!(line.normality(), Normality::Normal | Normality::Unknown);
        prop_assert_eq!(normal, findings.is_empty(), "{}: {:?}", text, findings);
    }

    #[test]
    fn a_line_like_its_donor_has_nothing_acquired(text in karyotype()) {
        // Sex chromosomes are compared only where all of the donor's are stated.
        prop_assume!(!text.contains(",U") && !text.contains("X?"));
        let line = parse(&text);
        for finding in compare(&line, Some(&line), None) {
            let fits = matches!(finding.kind, Found::ConstitutionalAsExpected | Found::ChromosomeCount);
            prop_assert!(fits, "{}: {:?}", text, finding);
        }
    }

    #[test]
    fn a_share_is_exact(cells in 0u64..1000, of in 1u64..1000, percent in 0u32..=100) {
        let share = Share { cells, of };
        prop_assert_eq!(share.at_or_above(percent), cells * 100 >= u64::from(percent) * of);
    }

    #[test]
    fn counts_and_metaphases_read_back(count in 1u16..999, cells in 0u32..99_999) {
        let clone = &parse(&format!("{count},XY,+8[{cells}]")).clones[0];
        prop_assert_eq!((clone.fewest, clone.most, clone.metaphases), (count, count, Some(cells)));
    }
}
