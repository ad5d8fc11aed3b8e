use std::{fs, io::Read, path::Path};

use proptest::prelude::*;

use super::*;
use crate::domain::lang::Lang;

/// Real data that is not part of the project; tests that need it are skipped where it is absent.
const DATA: &str = "../shared/data";

fn data(name: &str) -> Option<Vec<u8>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(DATA).join(name);
    let bytes = fs::read(&path).ok();
    if bytes.is_none() {
        eprintln!("skipped: {} is absent", path.display());
    }
    bytes
}

fn typings(text: &str) -> Vec<HlaTyping> {
    let reading = read(text);
    assert_eq!(reading.problems, [], "{text}");
    reading.typings
}

fn typing(text: &str) -> HlaTyping {
    let mut typings = typings(text);
    assert_eq!(typings.len(), 1, "{text}: {typings:?}");
    typings.remove(0)
}

fn value(text: &str) -> HlaValue {
    let mut typing = typing(text);
    assert_eq!(typing.genotypes.len(), 1);
    let genotype = typing.genotypes.remove(0);
    assert_eq!(genotype.second, None, "{text}");
    genotype.first
}

fn fields(fields: &[&str]) -> Vec<String> {
    fields.iter().map(|&field| field.to_owned()).collect()
}

fn allele(of: &[&str]) -> HlaValue {
    HlaValue::Allele { fields: fields(of), expression: None }
}

fn shape(typings: &[HlaTyping]) -> Vec<(&HlaLocus, &Vec<HlaGenotype>)> {
    typings.iter().map(|typing| (&typing.locus, &typing.genotypes)).collect()
}

#[test]
fn every_form_is_read_as_itself() {
    let null = Some(Expression::Null);
    let group = |of: &[&str], group| HlaValue::Group { fields: fields(of), group };
    let antigen = |number: &str, broad: Option<&str>| HlaValue::Antigen {
        number: number.to_owned(),
        broad: broad.map(ToOwned::to_owned),
    };
    let old = |digits: &str, of: &[&str]| HlaValue::Undelimited {
        digits: digits.to_owned(),
        expression: None,
        fields: fields(of),
    };
    let word = |word, first: Option<&str>| HlaValue::Word {
        word,
        first_field: first.map(ToOwned::to_owned),
    };
    for (text, expected) in [
        ("A*24", allele(&["24"])),
        ("HLA-A*24:02", allele(&["24", "02"])),
        ("A*24:02:01:01", allele(&["24", "02", "01", "01"])),
        ("A*02:1000", allele(&["02", "1000"])),
        ("DPB1*1000:01", allele(&["1000", "01"])),
        ("DPB1*105", allele(&["105"])),
        ("MICA*008:01", allele(&["008", "01"])),
        ("Cw*07:02", allele(&["07", "02"])),
        ("Ａ＊２４：０２", allele(&["24", "02"])),
        ("A*24:09N", HlaValue::Allele { fields: fields(&["24", "09"]), expression: null }),
        ("A*02:01:01G", group(&["02", "01", "01"], GroupKind::G)),
        ("A*02:01P", group(&["02", "01"], GroupKind::P)),
        ("A*02:ABCD", HlaValue::Mac { first_field: "02".to_owned(), code: "ABCD".to_owned() }),
        ("A*02AB", HlaValue::Mac { first_field: "02".to_owned(), code: "AB".to_owned() }),
        ("A*24:XX", HlaValue::Xx { first_field: "24".to_owned() }),
        ("A*0201", old("0201", &["02", "01"])),
        ("DRB1*1501", old("1501", &["15", "01"])),
        ("A*02011", old("02011", &["02", "01"])),
        ("A*02101", old("02101", &["02"])),
        ("Cw*070201", old("070201", &["07", "02", "01"])),
        ("A*9201", old("9201", &[])),
        ("A*2644", old("2644", &[])),
        ("B*9501", old("9501", &[])),
        ("DPB1*0401", old("0401", &["04", "01"])),
        ("DPB1*0403", old("0403", &[])),
        ("DPB1*1000", old("1000", &[])),
        ("A24", antigen("24", None)),
        ("HLA-A2", antigen("2", None)),
        ("DR15", antigen("15", None)),
        ("B62(15)", antigen("62", Some("15"))),
        ("B62 (15)", antigen("62", Some("15"))),
        ("Bw62", antigen("62", None)),
        ("Cw7", antigen("7", None)),
        ("DQ7", antigen("7", None)),
        ("A2403", antigen("2403", None)),
        ("DRB3*NNNN", word(ExchangeWord::Nnnn, None)),
        ("A*02:NEW", word(ExchangeWord::New, Some("02"))),
        (
            "A*02:01/02:02",
            HlaValue::AnyOf { values: vec![allele(&["02", "01"]), allele(&["02", "02"])] },
        ),
    ] {
        assert_eq!(value(text), expected, "{text}");
    }
}

#[test]
fn antigens_belong_to_the_gene_that_bears_them() {
    for (text, locus) in [
        ("Cw7", HlaLocus::C),
        ("DR4", HlaLocus::Drb1),
        ("DR51", HlaLocus::Drb5),
        ("DR52", HlaLocus::Drb3),
        ("DR53", HlaLocus::Drb4),
        ("DQ7", HlaLocus::Dqb1),
        ("MICA*008", HlaLocus::Other("MICA".to_owned())),
    ] {
        assert_eq!(typing(text).locus, locus, "{text}");
    }
    assert_eq!(read("DR15,4,51,53").to_string(), "DR15+DR4^DR51^DR53");
}

#[test]
fn a_blank_second_antigen_is_no_second_copy() {
    for text in [
        "A*24:02",
        "A*24:02,-",
        "A*24:02,Blank",
        "A*24:02,A*-",
        "A*24:02,;",
        "A*24:02,–",
        "A*24:02+-",
    ] {
        assert_eq!(typing(text).genotypes[0].second, None, "{text}");
    }
    for text in ["A*24:02,24:02", "A*24:02 A*24:02", "A*24:02+A*24:02"] {
        assert_eq!(typing(text).genotypes[0].second, Some(allele(&["24", "02"])), "{text}");
    }
}

#[test]
fn lists_are_read_with_any_separator() {
    for text in [
        "A*24:02,26:01; B*52:01,40:02; DRB1*15:02",
        "HLA-A*24:02,HLA-A*26:01,HLA-B*52:01,HLA-B*40:02,HLA-DRB1*15:02",
        "A*24:02 A*26:01 B*52:01 B*40:02 DRB1*15:02",
        "A*24:02;26:01;B*52:01;40:02;DRB1*15:02",
        "A*24:02、A*26:01\nB*52:01、B*40:02\nDRB1*15:02",
        "A*24:02 + A*26:01 ^ B*52:01 + B*40:02 ^ DRB1*15:02",
        "hla#3.58.0#HLA-A*24:02+HLA-A*26:01^HLA-B*52:01+HLA-B*40:02^HLA-DRB1*15:02",
        "A*24:02~B*52:01~DRB1*15:02+A*26:01~B*40:02",
        "CC   HLA typing: A*24:02,26:01; B*52:01,40:02; DRB1*15:02 (IMGT/HLA; 11548).",
        "A*24:02; B*52:01; A*26:01; B*40:02; DRB1*15:02",
    ] {
        assert_eq!(
            read(text).to_string(),
            "A*24:02+A*26:01^B*52:01+B*40:02^DRB1*15:02",
            "{text}: {:?}",
            read(text).problems
        );
    }
}

#[test]
fn what_stands_around_the_loci_is_kept() {
    let reading = read("HLA typing: A*02:01,24:02 (IMGT/HLA; 10074).");
    assert_eq!(reading.source.as_deref(), Some("IMGT/HLA; 10074"));
    assert_eq!(reading.typings[0].text, "A*02:01,24:02");
    assert_eq!(read("hla#3.58.0#A*02:01+A*24:02").version.as_deref(), Some("3.58.0"));
    let full_width = read("Ａ＊２４：０２、Ａ＊２６：０１；Ｂ＊５２：０１");
    assert_eq!(full_width.typings[0].text, "Ａ＊２４：０２、Ａ＊２６：０１");
    assert_eq!(full_width.to_string(), "A*24:02+A*26:01^B*52:01");
}

#[test]
fn alternatives_and_haplotypes_come_apart_by_locus() {
    let reading = read("A*02:01+A*24:02|A*02:06+A*24:03");
    assert_eq!(reading.typings[0].genotypes.len(), 2);
    assert_eq!(reading.to_string(), "A*02:01+A*24:02|A*02:06+A*24:03");
    let haplotypes = "A*24:02~B*52:01+A*26:01~B*40:02|A*24:02~B*40:02+A*26:01~B*52:01";
    let reading = read(haplotypes);
    assert_eq!(reading.problems, []);
    assert_eq!(
        reading.to_string(),
        "A*24:02+A*26:01^B*52:01+B*40:02|B*40:02+B*52:01",
        "an alternative that only differs in phase is one genotype"
    );
    assert_eq!(reading.typings[0].text, haplotypes);
}

#[test]
fn alleles_between_genes_are_typed_at_no_locus() {
    let reading = read("A*24:02^HLA-DRB3*01:01?DRB4*01:01");
    assert_eq!(reading.typings.len(), 1);
    assert_eq!(reading.unplaced[0].text, "DRB3*01:01?DRB4*01:01");
    assert_eq!(reading.unplaced[0].loci, [HlaLocus::Drb3, HlaLocus::Drb4]);
    assert_eq!(read(&reading.to_string()).unplaced, reading.unplaced);
}

#[test]
fn dna_and_serology_of_a_locus_are_two_reports() {
    assert_eq!(read("A24,A2; A*24:02,A*02:01").to_string(), "A*24:02+A*02:01^A24+A2");
    assert_eq!(read("A*24:02; A24").to_string(), "A*24:02^A24");
    assert_eq!(read("A*24:02,A2").to_string(), "A*24:02+A2", "one report with both sorts");
}

#[test]
fn what_cannot_be_read_is_named_and_its_locus_left_out() {
    for (text, word, read_too) in [
        ("", "no typing", ""),
        ("A*1:01,11:29; B*18:01,07:02", "`1` in `A*1:01`", "B*18:01+B*07:02"),
        ("A*24:02,what; B*52:01", "`what`", "B*52:01"),
        ("24:02", "`24:02` stands without a locus", ""),
        ("DR*15:01", "`DR*15:01` names no HLA gene", ""),
        ("a*24:02", "`a*24:02` names no HLA gene", ""),
        ("A2402", "`A2402` is no antigen", ""),
        ("A24:02", "`A24:02` is no antigen", ""),
        ("A*24:02:01:01:01", "more than four fields", ""),
        ("A*024:02", "`024`", ""),
        ("A*02:01G", "no group", ""),
        ("A*02:01X", "`A*02:01X` is no HLA type", ""),
        ("B62(5)", "62 is a split of 15", ""),
        ("B51,B62,Bw6", "`Bw6`", "B51+B62"),
        ("B51,DPw4,B62", "`DPw4`", "B51+B62"),
        ("A*02:01/02", "shortens", ""),
        ("A*02:01/B*07:02", "several loci", ""),
        ("A*02:01,24:02,26:01", "A has 3 values", ""),
        ("A*02:01+A*24:02+A*26:01", "A has 3 values", ""),
        ("A*02:01,24:02;A*02:01+A*24:02", "A has", ""),
        ("A*-,-; B*52:01", "A is blank", "B*52:01"),
        ("A*24:02+A*02:01|B*07:02", "missing in one alternative", ""),
        ("kir#2.7#KIR2DL1*001", "`kir`", ""),
        ("A*24:02,a*26:01; B*52:01", "`a*26:01`", "B*52:01"),
        ("A*24:02; DR*15:01; DRB1*04:05", "`DR*15:01`", "A*24:02"),
        ("DQ6,DPw4", "`DPw4`", "DQ6"),
        ("B*52:01; A*24:02,+B*40:02; C*01:02", "`+B*40:02`", "C*01:02"),
        ("A*24:02++A*02:01", "`A*24:02++A*02:01`", ""),
    ] {
        let reading = read(text);
        let problem = reading.problems[0].to_string();
        assert!(problem.contains(word), "{text}: {problem}");
        let left_out = |problem: &HlaProblem| matches!(problem, HlaProblem::LeftOut { .. });
        assert!(reading.problems[1..].iter().all(left_out), "{text}: {:?}", reading.problems);
        assert_eq!(reading.to_string(), read_too, "{text}");
    }
}

#[test]
fn only_typed_two_field_alleles_make_a_line_homozygous() {
    use Homozygosity::{ApparentlyHomozygous, Heterozygous, Homozygous, Unknown};
    let with_a = |a: &str| homozygosity(&typings(&format!("{a}; B*52:01,52:01; DRB1*15:02,15:02")));
    for (a, expected) in [
        ("A*24:02,24:02", Homozygous),
        ("A*24:02:01,A*24:02:01", Homozygous),
        ("A*24:02:01:01,A*24:02", Homozygous),
        ("A*2402,A*2402", Homozygous),
        ("A*24:02,24:02;A24", Homozygous),
        ("A*24:02", ApparentlyHomozygous),
        ("A*24:02,-", ApparentlyHomozygous),
        ("A*24,24", ApparentlyHomozygous),
        ("A*24:02,24", ApparentlyHomozygous),
        ("A24,A24", ApparentlyHomozygous),
        ("A24", ApparentlyHomozygous),
        ("A*24:XX,24:XX", ApparentlyHomozygous),
        ("A*24:ABCD,24:ABCD", ApparentlyHomozygous),
        ("A*24:02P,24:02P", ApparentlyHomozygous),
        ("A*24:02:01G,24:02:01G", ApparentlyHomozygous),
        ("A*24:02,24:02P", ApparentlyHomozygous),
        ("A*24:09N,24:09N", ApparentlyHomozygous),
        ("A*24:02,01:11N", ApparentlyHomozygous),
        ("A*24:02,24:02L", ApparentlyHomozygous),
        ("A*24:02/24:03,24:02/24:03", ApparentlyHomozygous),
        ("A*24:02,02:01", Heterozygous),
        ("A*24:02,24:03", Heterozygous),
        ("A*24:02,02", Heterozygous),
        ("A2,A3", Heterozygous),
        ("A*24:02,NEW", Unknown),
        ("A*24:02,24:02;A24,A2", Unknown),
        ("A*9201,A*9201", Unknown),
        ("A*24:02+A*24:02|A*24:02+A*24:03", Unknown),
        ("C*01:02", Unknown),
    ] {
        assert_eq!(with_a(a), expected, "{a}");
    }
    assert_eq!(homozygosity(&typings("A*24:02,02:01; B*52:01,52:01")), Unknown, "DRB1 is untyped");
}

fn outcome(line: &str, donor: &str) -> LocusOutcome {
    let mut compared = compare(&typings(line), &typings(donor));
    assert_eq!(compared.len(), 1, "{line} {donor}");
    compared.remove(0).outcome
}

#[test]
fn agreement_is_told_at_the_lower_resolution() {
    for (line, donor, resolution) in [
        ("A*24:02,02:01", "A*02:01,24:02", Resolution::TwoFields),
        ("A*24:02:01:01,02:01:01", "A*02:01,24:02:01", Resolution::TwoFields),
        ("A*24:02,02:01", "A*24,02", Resolution::FirstField),
        ("A*24:02,02:01", "A*24:ABCD,02:XX", Resolution::FirstField),
        ("A*24:02,02:01", "A*2402,02011", Resolution::TwoFields),
        ("A*24:02,02:01", "A*24:02P,02:01:01G", Resolution::PGroup),
        ("A*24:02:01G,02:01:01G", "A*24:02:01G,02:01:01G", Resolution::GGroup),
        ("A*24:02,24:02", "A*24:02", Resolution::TwoFields),
        ("A*24:02,02:01", "A24,A2", Resolution::Antigen),
        ("A*24:02,02:01", "A9,A2", Resolution::Broad),
        ("B*15:01,52:01", "B62(15),B5", Resolution::Broad),
        ("DRB1*15:02,04:05", "DR2,DR4", Resolution::Broad),
        ("A24,A2", "A9,A2", Resolution::Broad),
        ("A26(10),A2", "A10,A2", Resolution::Broad),
        ("A*24:02/24:03,02:01", "A*24:02,02:01", Resolution::FirstField),
        ("A*02:01+A*24:02|A*02:06+A*24:02", "A*02,24", Resolution::FirstField),
        ("DPB1*04:01,05:01", "DPB1*04:01:01G,05:01:01G", Resolution::PGroup),
    ] {
        assert_eq!(outcome(line, donor), LocusOutcome::Agree { resolution }, "{line} {donor}");
    }
}

#[test]
fn a_difference_names_the_values_that_one_side_shows_alone() {
    for (line, donor, line_only, donor_only) in [
        ("A*24:02,02:01", "A*24:02,26:01", vec!["A*02:01"], vec!["A*26:01"]),
        ("A*24:02,02:01", "A*24:02,24:02", vec!["A*02:01"], vec![]),
        ("A*24:02,02:01", "A*26:01", vec!["A*24:02", "A*02:01"], vec!["A*26:01"]),
        ("A*24:02", "A*26:01", vec!["A*24:02"], vec!["A*26:01"]),
        ("A*24:02,02:01", "A*24,02:06", vec!["A*02:01"], vec!["A*02:06"]),
        ("A23,A2", "A24,A2", vec!["A23"], vec!["A24"]),
        ("A*24:02P,02:01P", "A*24:02P,02:06P", vec!["A*02:01P"], vec!["A*02:06P"]),
    ] {
        let expected = LocusOutcome::Disagree {
            line_only: fields(&line_only),
            donor_only: fields(&donor_only),
        };
        assert_eq!(outcome(line, donor), expected, "{line} {donor}");
    }
}

#[test]
fn loss_of_heterozygosity_is_told_apart() {
    for (line, donor, resolution, blank) in [
        ("A*24:02,24:02", "A*02:01,24:02", Resolution::TwoFields, false),
        ("A*24:02", "A*24:02,02:01", Resolution::TwoFields, true),
        ("A*24,24:02", "A*24:02,02:01", Resolution::FirstField, false),
    ] {
        let (kept, missing) = ("A*24:02".to_owned(), "A*02:01".to_owned());
        let expected = LocusOutcome::LossOfHeterozygosity { kept, missing, resolution, blank };
        assert_eq!(outcome(line, donor), expected, "{line} {donor}");
    }
}

#[test]
fn what_cannot_be_compared_says_why() {
    for (line, donor, reason) in [
        ("A*24:02", "", Incomparable::DonorUntyped),
        ("", "A*24:02", Incomparable::LineUntyped),
        ("A*24:02,02:01", "A*24:02", Incomparable::DonorBlank),
        ("A*24:02,02:01", "A*24:02,NEW", Incomparable::ExchangeWord),
        ("A*92:01,A*24:02", "A*9201,A*24:02", Incomparable::Undelimited),
        ("A*02:09,24:02", "A*02:01:01G,24:02", Incomparable::MembersUnknown),
        ("DPB1*105:01,05:01", "DPB1*04:02P,05:01P", Incomparable::MembersUnknown),
        ("DPB1*04:01,05:01", "DPB1*04:ABCD,05:01", Incomparable::MembersUnknown),
        ("B*40:01,52:01", "B60,B52", Incomparable::AntigenAgainstAllele),
        ("A10,A2", "A26,A2", Incomparable::SplitsUnknown),
        ("A24,A2", "A2403,A2", Incomparable::SplitsUnknown),
        ("A24", "A*24:02,A*24:09N", Incomparable::NullAllele),
        ("A*24:02/26:01,02:01", "A*24:02,02:01", Incomparable::Ambiguous),
        ("A*02:01+A*24:02|A*02:06+A*24:02", "A*02:01,24:02", Incomparable::Ambiguous),
    ] {
        let of = |text: &str| if text.is_empty() { Vec::new() } else { typings(text) };
        let compared = compare(&of(line), &of(donor));
        let expected = LocusOutcome::NotComparable { reason };
        assert_eq!(compared[0].outcome, expected, "{line} {donor}");
    }
}

#[test]
fn a_difference_in_one_report_stands_above_agreement_in_another() {
    let line = typings("A*24:02,02:01; A24,A2");
    let donor = typings("A*24:02,02:06; A24,A2");
    assert!(matches!(compare(&line, &donor)[0].outcome, LocusOutcome::Disagree { .. }));
    let donor = typings("A*24:02,02:01; A24,A2");
    let agree = LocusOutcome::Agree { resolution: Resolution::TwoFields };
    assert_eq!(compare(&line, &donor)[0].outcome, agree);
}

#[test]
fn harmless_causes_are_named_before_an_error() {
    let disagree = outcome("A*24:02,02:01", "A*24:02,26:01");
    let loss = outcome("A*24:02,24:02", "A*24:02,26:01");
    let blank = outcome("A*24:02", "A*24:02,26:01");
    for outcome in [disagree, loss, blank] {
        for (lang, causes, error) in [
            (Lang::En, ["HLA editing", "loss of heterozygosity", "transplanted donor"], "error"),
            (Lang::Ja, ["HLA編集", "ヘテロ接合性の消失", "移植歴のあるドナー"], "誤り"),
        ] {
            let wording = outcome.wording(lang);
            assert!(causes.iter().all(|cause| wording.contains(cause)), "{wording}");
            assert!(wording.contains(error), "{wording}");
        }
    }
    assert!(not_for_clinical_selection(Lang::En).contains("Not for clinical selection"));
    assert!(not_for_clinical_selection(Lang::Ja).contains("臨床"));
}

#[test]
fn codes_and_json_read_back() {
    for one in Homozygosity::ALL {
        assert_eq!(Homozygosity::from_code(one.code()), Some(*one));
        assert_eq!(serde_json::json!(one), one.code());
    }
    for one in Incomparable::ALL {
        assert_eq!(serde_json::json!(one), one.code());
    }
    for one in Resolution::ALL {
        assert_eq!(serde_json::json!(one), one.code());
    }
    let reading = read("A*24:02N,A*02:ABCD; B62(15); C*07:01/07:02; A*1:01; DRB1*1501+DRB1*NEW");
    let json = serde_json::to_string(&reading).unwrap();
    assert_eq!(serde_json::from_str::<HlaReading>(&json).unwrap(), reading);
    assert!(serde_json::from_str::<HlaLocus>("\"DR\"").is_err());
    let unknown = r#"{"form":"xx","first_field":"24","second_field":"02"}"#;
    assert!(serde_json::from_str::<HlaValue>(unknown).is_err());
    let compared = compare(&typings("A*24:02"), &typings("A*24:02,26:01"));
    let json = serde_json::to_string(&compared).unwrap();
    assert_eq!(serde_json::from_str::<Vec<LocusComparison>>(&json).unwrap(), compared);
    assert!(schemars::schema_for!(HlaReading).get("properties").is_some());
}

#[test]
fn cellosaurus_lines_are_read() {
    let Some(bytes) = data("cellosaurus-29-head-1000.txt") else { return };
    let text = String::from_utf8(bytes).unwrap();
    let lines: Vec<&str> =
        text.lines().filter(|line| line.starts_with("CC   HLA typing:")).collect();
    assert_eq!(lines.len(), 14);
    for line in lines {
        let reading = read(line);
        assert!(reading.source.is_some(), "{line}");
        if line.contains("A*1:01") {
            let field = &reading.problems[0];
            assert!(matches!(field, HlaProblem::Field { field, .. } if field == "1"), "{line}");
            assert_eq!(reading.problems[1..], [HlaProblem::LeftOut { locus: HlaLocus::A }]);
            assert_eq!(reading.typings.len(), 6, "{line}");
        } else {
            assert_eq!(reading.problems, [], "{line}");
        }
        assert_eq!(shape(&read(&reading.to_string()).typings), shape(&reading.typings));
        assert_ne!(homozygosity(&reading.typings), Homozygosity::Homozygous, "{line}");
    }
}

/// First fields from a spreadsheet, as `24.0`.
#[test]
fn donors_typed_at_the_first_field_are_never_homozygous() {
    let Some(bytes) = data("hla-donors-simk.csv.gz") else { return };
    let mut text = String::new();
    flate2::read::GzDecoder::new(bytes.as_slice()).read_to_string(&mut text).unwrap();
    let mut rows = csv::Reader::from_reader(text.as_bytes());
    let (mut donors, mut apparently) = (0, 0);
    for row in rows.records() {
        let row = row.unwrap();
        let first = |column: usize| row[column].strip_suffix(".0").unwrap().to_owned();
        let loci = [("A", 1), ("B", 3), ("C", 5), ("DRB1", 7)].map(|(locus, column)| {
            format!("{locus}*{:0>2},{:0>2}", first(column), first(column + 1))
        });
        let typed = typings(&loci.join("; "));
        assert_eq!(typed.len(), 4);
        match homozygosity(&typed) {
            Homozygosity::ApparentlyHomozygous => apparently += 1,
            Homozygosity::Heterozygous => {}
            other => panic!("{other:?}: {loci:?}"),
        }
        donors += 1;
    }
    assert_eq!(donors, 37_993);
    assert!(apparently > 0 && apparently < donors / 10, "{apparently}");
    assert_eq!(read("A*1.0,3.0").problems.len(), 2);
}

#[test]
fn the_loci_of_the_donor_inventory_are_known() {
    let Some(bytes) = data("wmda-bmdw-fields.csv") else { return };
    let text = String::from_utf8_lossy(&bytes);
    let mut loci = 0;
    for row in csv::Reader::from_reader(text.as_bytes()).records() {
        let row = row.unwrap();
        if row[7].starts_with("hlaLocus") {
            let locus = HlaLocus::parse(&row[1]);
            assert!(!matches!(locus, None | Some(HlaLocus::Other(_))), "{}", &row[1]);
            loci += 1;
        }
    }
    assert_eq!(loci, 11);
}

fn any_locus() -> impl Strategy<Value = HlaLocus> {
    use HlaLocus::{A, B, C, Dpa1, Dpb1, Dqa1, Dqb1, Drb1, Drb3};
    let other = HlaLocus::Other("MICA".to_owned());
    prop::sample::select(vec![A, B, C, Drb1, Drb3, Dqa1, Dqb1, Dpa1, Dpb1, other])
}

/// Values as they are written at a locus, in canonical spelling.
fn any_name(locus: &HlaLocus) -> impl Strategy<Value = String> + use<> {
    let molecular = prop_oneof![
        "[0-9]{2}(:([0-9]{2}|[1-9][0-9]{2,3})){0,3}[NLSCAQ]?",
        "[0-9]{2}(:[0-9]{2}){2}G",
        "[0-9]{2}:[0-9]{2}P",
        "[0-9]{4,8}[NLSCAQ]?",
        "[0-9]{2}:[A-Z]{2,5}",
        "NNNN|XXXX|UUUU|NEW",
    ];
    let serology: &[&str] = match locus {
        HlaLocus::A => &["A2", "A24", "A9", "A26(10)", "A2403"],
        HlaLocus::B => &["B5", "B51", "B62(15)", "B7"],
        HlaLocus::C => &["Cw7", "Cw10(3)"],
        HlaLocus::Drb1 => &["DR15", "DR2", "DR103"],
        HlaLocus::Drb3 => &["DR52"],
        HlaLocus::Dqb1 => &["DQ7", "DQ7(3)"],
        _ => &[],
    };
    let gene = locus.clone();
    let single = molecular.prop_map(move |rest| format!("{gene}*{rest}"));
    let list = prop::collection::vec(single.clone().boxed(), 2..4).prop_map(|all| all.join("/"));
    let mut choices = vec![single.boxed(), list.boxed()];
    if !serology.is_empty() {
        choices.push(prop::sample::select(serology.to_vec()).prop_map(str::to_owned).boxed());
    }
    prop::strategy::Union::new(choices)
}

fn any_typing() -> impl Strategy<Value = String> {
    any_locus().prop_flat_map(|locus| {
        let genotype =
            (any_name(&locus), prop::option::of(any_name(&locus))).prop_map(|(first, second)| {
                second.map_or(first.clone(), |second| format!("{first}+{second}"))
            });
        prop::collection::vec(genotype, 1..4).prop_map(|all| all.join("|"))
    })
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in ".*") {
        let reading = read(&text);
        prop_assert!(!reading.typings.is_empty() || !reading.unplaced.is_empty() || !reading.problems.is_empty());
        prop_assert_eq!(reading.text, text);
    }

    #[test]
    fn any_string_of_parts_reads_back(parts in prop::collection::vec(
        prop::sample::select(vec!["A", "B", "DRB1", "Cw", "DR", "*", ":", "24", "02", "2402", "2", "N", "G", "XX",
            ",", ";", " ", "^", "|", "+", "~", "/", "?", "-", "(9)", "blank", "NEW", "HLA-", "é", "、", "hla#3#"]), 0..16)) {
        let reading = read(&parts.concat());
        let again = read(&reading.to_string());
        prop_assert_eq!(shape(&again.typings), shape(&reading.typings));
        prop_assert_eq!(&again.unplaced, &reading.unplaced);
        let _ = (homozygosity(&reading.typings), compare(&reading.typings, &again.typings));
    }

    #[test]
    fn what_is_written_reads_back(text in any_typing()) {
        let reading = read(&text);
        prop_assert_eq!(&reading.problems, &[]);
        let written = reading.to_string();
        let again = read(&written);
        prop_assert_eq!(shape(&again.typings), shape(&reading.typings));
        prop_assert_eq!(again.to_string(), written);
    }

    #[test]
    fn a_line_never_differs_from_itself(text in any_typing()) {
        let typed = read(&text).typings;
        for compared in compare(&typed, &typed) {
            prop_assert!(!matches!(compared.outcome,
                LocusOutcome::Disagree { .. } | LocusOutcome::LossOfHeterozygosity { .. }), "{:?}", compared);
        }
    }

    #[test]
    fn a_comparison_turned_round_swaps_its_sides(a in any_typing(), b in any_typing()) {
        let (a, b) = (read(&a).typings, read(&b).typings);
        for (there, back) in compare(&a, &b).into_iter().zip(compare(&b, &a)) {
            if let LocusOutcome::Agree { .. } = there.outcome {
                prop_assert_eq!(there.outcome, back.outcome);
            }
        }
    }

    #[test]
    fn nothing_but_two_typed_alleles_is_homozygous(picked in prop::collection::vec(0usize..10, 3)) {
        const TYPED: usize = 3;
        let values = ["15:02,15:02", "15:02:01,15:02:03", "1502,1502", "15:02", "15,15", "15:02,15:XX", "15:02,15:ABCD",
            "15:02P,15:02P", "15:02,15:09N", "15:02,15:03"];
        let text: Vec<String> = ["A", "B", "DRB1"].iter().zip(&picked)
            .map(|(locus, &at)| format!("{locus}*{}", values[at])).collect();
        let typed = homozygosity(&typings(&text.join("; ")));
        let homozygous = picked.iter().all(|&at| at < TYPED);
        prop_assert_eq!(typed == Homozygosity::Homozygous, homozygous, "{:?}", text);
    }
}
