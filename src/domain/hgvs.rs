//! Reads descriptions of variants as laboratories and catalogues write them.
//!
//! It finds the parts of an HGVS description in a text around them and names what is wrong with them. It
//! never repairs: an accession with a digit too many stays as it is and becomes a problem.

use std::sync::LazyLock;

use regex::Regex;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

/// What a description names. The parts are as written, without the spaces between them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HgvsReading {
    /// `NM_000257.4`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accession: Option<String>,
    /// `MYH7`; only an upper-case symbol beside the description is taken for a gene.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gene: Option<String>,
    /// `c.767G>A`, or `n.…` of a transcript that is not coding.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coding: Option<String>,
    /// `p.Gly256Glu`; `p.Gly608=` is a change like any other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protein: Option<String>,
    /// `g.…` of a chromosome or `m.…` of the mitochondrion.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub genomic: Option<String>,
    /// What is wrong, each with its remedy.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<String>,
}

static ACCESSION: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:(?:NM|NR|NG|NC|NP|XM|XR|XP)_(?<digits>[0-9]+)(?:\.[0-9]+)?|ENS[GTP][0-9]{11}(?:\.[0-9]+)?|LRG_[0-9]+(?:[tp][0-9]+)?)",
    )
});

/// A change on DNA, with one level of round brackets for uncertain bounds: `c.(4071+1_4072-1)_(5154+1_?)del`.
static NUCLEOTIDE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?:^|[\s(:;,])(?<change>[cngm]\.(?:\([-*+?_0-9]+\)|\[[^\]]*\]|[-*+?_=>A-Za-z0-9])+)")
});

static PROTEIN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?:^|[\s(:;,])(?<change>p\.(?:\([A-Za-z0-9*_=?]+\)|\[[^\]]*\]|[A-Za-z0-9*_=?]+))")
});

/// A symbol in brackets after the accession, or before the change or the accession.
static GENE: LazyLock<Regex> = LazyLock::new(|| {
    let symbol = "[A-Z][A-Z0-9]*(?:orf[0-9]+)?[A-Z0-9-]*";
    pattern(&format!(
        r"[0-9]\s*\((?<bracketed>{symbol})\)|(?:^|[\s(:;,])(?<before>{symbol})(?:\s*:\s*|\s+)\(?(?:[cngmp]\.|(?:N[MRGCP]|X[MRP]|LRG)_[0-9]|ENS[GTP][0-9])"
    ))
});

/// Where a second variant starts: `p.Arg175His (c.524G>A) and p.Arg248Gln (c.743G>A)`.
static NEXT_VARIANT: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?:,|;|\band\b)\s*(?:[A-Z][A-Z0-9-]*\s+)?[cngmp]\.[^\s]"));

static PLACE_ONLY: LazyLock<Regex> = LazyLock::new(|| pattern(r"^[cngm]\.[-*+?_0-9()]*$"));

static RESIDUE: LazyLock<Regex> = LazyLock::new(|| pattern("[A-Z][a-z]{0,2}"));

const RESIDUES: [&str; 26] = [
    "Ala", "Arg", "Asn", "Asp", "Asx", "Cys", "Gln", "Glu", "Glx", "Gly", "His", "Ile", "Leu",
    "Lys", "Met", "Phe", "Pro", "Pyl", "Sec", "Ser", "Ter", "Thr", "Trp", "Tyr", "Val", "Xaa",
];

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the pattern is well formed")
}

/// Reads the first variant a text describes; `None` when it names neither a change nor an accession.
pub fn read(text: &str) -> Option<HgvsReading> {
    let text: String = text.nfkc().collect();
    let (first, more) = first_variant(&text);
    let mut reading = HgvsReading::default();
    if more {
        reading.problems.push(
            "describes several variants and only the first is read: give each its own entry"
                .to_owned(),
        );
    }
    if let Some(found) = ACCESSION.captures(first) {
        let accession = found[0].to_owned();
        reading
            .problems
            .extend(accession_problem(&accession, found.name("digits").map(|d| d.len())));
        reading.accession = Some(accession);
    }
    for found in NUCLEOTIDE.captures_iter(first) {
        let change = found["change"].to_owned();
        reading.problems.extend(place_problem(&change));
        let slot =
            if change.starts_with(['c', 'n']) { &mut reading.coding } else { &mut reading.genomic };
        keep_first(slot, change, &mut reading.problems);
    }
    for found in PROTEIN.captures_iter(first) {
        let change = found["change"].to_owned();
        reading.problems.extend(residue_problem(&change));
        keep_first(&mut reading.protein, change, &mut reading.problems);
    }
    reading.gene = GENE
        .captures(first)
        .and_then(|found| found.name("bracketed").or(found.name("before")))
        .map(|gene| gene.as_str().to_owned());
    finish(reading)
}

/// The part of the text up to a second variant, and whether there is one.
fn first_variant(text: &str) -> (&str, bool) {
    let described = |part: &str| NUCLEOTIDE.is_match(part) || PROTEIN.is_match(part);
    NEXT_VARIANT
        .find_iter(text)
        .map(|next| text.split_at(next.start()))
        .find(|(before, after)| described(before) && !completes(before, after))
        .map_or((text, false), |(before, _)| (before, true))
}

/// Whether `c.34G>A, p.Gly12Ser` goes on with the other level of the same variant.
fn completes(before: &str, after: &str) -> bool {
    if after.starts_with("and") {
        return false;
    }
    let next_is_protein = PROTEIN.find(after).map_or(usize::MAX, |found| found.start())
        < NUCLEOTIDE.find(after).map_or(usize::MAX, |found| found.start());
    if next_is_protein { !PROTEIN.is_match(before) } else { !NUCLEOTIDE.is_match(before) }
}

fn keep_first(slot: &mut Option<String>, change: String, problems: &mut Vec<String>) {
    match slot {
        None => *slot = Some(change),
        Some(first) if *first == change => {}
        Some(first) => problems.push(format!(
            "`{change}` follows `{first}` and is not read: give each variant its own entry"
        )),
    }
}

fn finish(mut reading: HgvsReading) -> Option<HgvsReading> {
    if reading.coding.is_none() && reading.protein.is_none() && reading.genomic.is_none() {
        let accession = reading.accession.as_ref()?;
        reading.problems.push(format!(
            "`{accession}` stands without a change: add one, such as `c.767G>A` or `p.Gly256Glu`"
        ));
    }
    Some(reading)
}

fn accession_problem(accession: &str, digits: Option<usize>) -> Option<String> {
    let digits = digits.filter(|digits| !matches!(digits, 6 | 9))?;
    Some(format!(
        "accession `{accession}` has {digits} digits where RefSeq has 6 or 9: look it up and correct it"
    ))
}

fn place_problem(change: &str) -> Option<String> {
    PLACE_ONLY.is_match(change).then(|| {
        format!("`{change}` names a place and no change: write it without spaces, as in `c.767G>A`")
    })
}

fn residue_problem(change: &str) -> Option<String> {
    let wrong =
        RESIDUE.find_iter(&change[2..]).find(|found| !RESIDUES.contains(&found.as_str()))?;
    Some(format!(
        "`{}` in `{change}` is no amino acid: write the three-letter codes, as in `p.Gly256Glu`",
        wrong.as_str()
    ))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    type Parts =
        (Option<&'static str>, Option<&'static str>, Option<&'static str>, Option<&'static str>);

    /// Accession, gene, coding, protein.
    fn assert_reads(text: &str, parts: Parts) {
        let reading = read(text).expect("a description");
        let found = (
            reading.accession.as_deref(),
            reading.gene.as_deref(),
            reading.coding.as_deref(),
            reading.protein.as_deref(),
        );
        assert_eq!(found, parts, "{text}");
    }

    #[test]
    fn real_descriptions_are_read_whole_and_without_problems() {
        let texts: [(&str, Parts); 12] = [
            (
                "SOD1 p.Gly86Ser (c.256G>A)",
                (None, Some("SOD1"), Some("c.256G>A"), Some("p.Gly86Ser")),
            ),
            (
                "Homozygous for TP53 p.Lys139fs*31 (c.413delC) (PubMed=8510267)",
                (None, Some("TP53"), Some("c.413delC"), Some("p.Lys139fs*31")),
            ),
            (
                "NM_000257.4(MYH7):c.767G>A(p.Gly256Glu)",
                (Some("NM_000257.4"), Some("MYH7"), Some("c.767G>A"), Some("p.Gly256Glu")),
            ),
            (
                "NM_000257.4 (MYH7): c.1573G>A (p.Glu525Lys)",
                (Some("NM_000257.4"), Some("MYH7"), Some("c.1573G>A"), Some("p.Glu525Lys")),
            ),
            (
                "MYH7 NM_000257.4: c.767G>A p.Gly256Glu",
                (Some("NM_000257.4"), Some("MYH7"), Some("c.767G>A"), Some("p.Gly256Glu")),
            ),
            (
                "LMNA NM_170707.4:c.1824C>T p.Gly608=",
                (Some("NM_170707.4"), Some("LMNA"), Some("c.1824C>T"), Some("p.Gly608=")),
            ),
            (
                "Homozygous for RB1 c.265_607del343 (from parent cell line).",
                (None, Some("RB1"), Some("c.265_607del343"), None),
            ),
            (
                "NRAS p.Gln61Lys (c.181C>A); acquired during resistance selection process",
                (None, Some("NRAS"), Some("c.181C>A"), Some("p.Gln61Lys")),
            ),
            ("TERT c.228C>T (-124C>T); in promoter", (None, Some("TERT"), Some("c.228C>T"), None)),
            ("c.34G>A, p.(Gly12Ser)", (None, None, Some("c.34G>A"), Some("p.(Gly12Ser)"))),
            ("Heterozygous c.88+2T>G", (None, None, Some("c.88+2T>G"), None)),
            (
                "C9orf72 c.-45+163_-45+180del",
                (None, Some("C9orf72"), Some("c.-45+163_-45+180del"), None),
            ),
        ];
        for (text, parts) in texts {
            assert_reads(text, parts);
            assert_eq!(read(text).expect("a description").problems, [""; 0], "{text}");
        }
    }

    #[test]
    fn a_change_of_the_mitochondrion_is_read() {
        let reading = read("MT-TL1 m.3243A>G").expect("a description");
        assert_eq!(reading.genomic.as_deref(), Some("m.3243A>G"));
        assert_eq!(reading.gene.as_deref(), Some("MT-TL1"));
    }

    #[test]
    fn an_accession_of_wrong_length_is_kept_and_reported() {
        let reading = read("MYH3 NM_0027470.4:c.2306G>T p.Gly769Val").expect("a description");
        assert_eq!(reading.accession.as_deref(), Some("NM_0027470.4"));
        assert_eq!(
            reading.problems,
            [
                "accession `NM_0027470.4` has 7 digits where RefSeq has 6 or 9: look it up and correct it"
            ]
        );
    }

    #[test]
    fn several_variants_are_never_paired_wrongly() {
        for (text, coding, protein) in [
            (
                "TP53 p.Arg175His (c.524G>A) and p.Arg248Gln (c.743G>A)",
                Some("c.524G>A"),
                "p.Arg175His",
            ),
            ("TP53 p.Arg175His and p.Arg248Gln (c.743G>A)", None, "p.Arg175His"),
            ("p.Pro72Arg (c.215C>G), p.Arg110Cys (c.328C>T)", Some("c.215C>G"), "p.Pro72Arg"),
        ] {
            let reading = read(text).expect("a description");
            assert_eq!(reading.coding.as_deref(), coding, "{text}");
            assert_eq!(reading.protein.as_deref(), Some(protein), "{text}");
            assert_eq!(reading.problems.len(), 1, "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (text, word) in [
            ("BRAF p.V600E", "`V`"),
            ("SOD1 p.Gyl86Ser", "`Gyl`"),
            ("c.256 G>A", "`c.256`"),
            ("NM_000257.4", "without a change"),
        ] {
            let problems = read(text).expect("a description").problems;
            assert!(problems.len() == 1 && problems[0].contains(word), "{text}: {problems:?}");
        }
    }

    #[test]
    fn a_text_without_a_description_is_not_read() {
        for text in [
            "",
            "Has a SS18-SSX2 translocation",
            "Homozygous for CDKN2A deletion",
            "DOI=10.1267/ahc.26.515",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in ".*") {
            let _ = read(&text);
        }

        #[test]
        fn any_string_of_parts_is_read_or_refused(parts in prop::collection::vec(
            prop::sample::select(vec!["NM_", "000257", ".4", "(MYH7)", ":", " ", "c.", "767G>A", "p.", "é", "(", ")", " and ", ",", "="]), 0..12)) {
            let _ = read(&parts.concat());
        }

        #[test]
        fn a_substitution_reads_back(place in 1u32..100_000, gene in "[A-Z]{2,5}[0-9]?") {
            let change = format!("c.{place}G>A");
            let reading = read(&format!("NM_000257.4({gene}):{change}")).expect("a description");
            prop_assert_eq!(reading.coding, Some(change));
            prop_assert_eq!(reading.gene, Some(gene));
            prop_assert!(reading.problems.is_empty());
        }
    }
}
