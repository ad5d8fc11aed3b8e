//! Karyotypes and HLA typings as read, and what a comparison with the donor finds.

use async_graphql::{Object, SimpleObject};

use super::parts::{Coded, Lang};
use crate::domain::{
    finding::{Finding, Severity},
    hla::{self, HlaTyping},
    karyotype::{FindingKind, Karyotype as Read, KaryotypeClone, check},
    lang::Lang as Language,
};

/// A karyotype as written, and as read.
#[derive(Debug)]
pub struct Karyotype(String);

impl From<&String> for Karyotype {
    fn from(text: &String) -> Self {
        Self(text.clone())
    }
}

/// A karyotype as written, and as read.
#[Object]
impl Karyotype {
    /// The karyotype, ISCN where the source follows it.
    async fn text(&self) -> &str {
        &self.0
    }

    /// Why the text is not read as ISCN.
    async fn problem(&self) -> Option<String> {
        check(&self.0).err().map(|problem| problem.to_string())
    }

    /// Whether every clone is 46,XX, or every clone 46,XY, without an abnormality; null where the text is not read.
    async fn normality(&self) -> Option<Coded> {
        let normality = Read::parse(&self.0).ok()?.normality();
        Some(Coded::new(normality.code(), |lang| normality.label(lang)))
    }

    /// The metaphases counted in all, where every clone states them.
    async fn metaphases(&self) -> Option<u64> {
        Read::parse(&self.0).ok()?.metaphases()
    }

    /// The clones, in the order of the text; none where it is not read.
    async fn clones(&self) -> Vec<Clone> {
        let read = Read::parse(&self.0);
        read.map(|read| read.clones.iter().map(Clone::from).collect()).unwrap_or_default()
    }
}

/// A clone of a karyotype.
#[derive(Debug, SimpleObject)]
#[graphql(name = "KaryotypeClone")]
pub struct Clone {
    /// The clone as written.
    text: String,
    /// Chromosomes at least.
    fewest: u16,
    /// Chromosomes at most.
    most: u16,
    /// Cells in which it was seen.
    metaphases: Option<u32>,
    /// Its abnormalities, as written.
    abnormalities: Vec<String>,
}

impl From<&KaryotypeClone> for Clone {
    fn from(clone: &KaryotypeClone) -> Self {
        Self {
            text: clone.text.clone(),
            fewest: clone.fewest,
            most: clone.most,
            metaphases: clone.metaphases,
            abnormalities: clone.abnormalities.iter().map(|one| one.text.clone()).collect(),
        }
    }
}

/// What a comparison of a line's karyotype with its donor found.
#[derive(Debug)]
pub struct KaryotypeFinding {
    kind: FindingKind,
    severity: Severity,
}

impl KaryotypeFinding {
    /// None where the finding speaks of no karyotype.
    pub(super) fn of(finding: &Finding) -> Option<Self> {
        Some(Self { kind: finding.karyotype?, severity: finding.severity })
    }
}

/// What a comparison of a line's karyotype with its donor found. The donor's own karyotype is not told.
#[Object]
impl KaryotypeFinding {
    /// What was found.
    async fn kind(&self) -> Coded {
        let kind = self.kind;
        Coded::new(kind.code(), |lang| kind.label(lang))
    }

    /// How much it weighs.
    async fn severity(&self) -> Coded {
        let severity = self.severity;
        Coded::new(severity.code(), |lang| severity.label(lang))
    }
}

/// HLA typings that a source has published, as read.
#[derive(Debug)]
pub struct Hla(pub(super) Vec<HlaTyping>);

/// HLA typings that a source has published, as read. Not for clinical selection.
#[Object]
impl Hla {
    /// The typings, locus by locus.
    async fn typings(&self) -> Vec<Typing> {
        self.0.iter().map(Typing::from).collect()
    }

    /// Whether A, B and DRB1 are homozygous. Only two typed identical two-field alleles at each say so; a blank second
    /// antigen does not.
    async fn homozygosity(&self) -> Coded {
        let homozygosity = hla::homozygosity(&self.0);
        Coded::new(homozygosity.code(), |lang| homozygosity.label(lang))
    }

    /// What must stand beside every answer.
    async fn notice(&self, #[graphql(default, desc = "The language.")] lang: Lang) -> &'static str {
        hla::not_for_clinical_selection(Language::from(lang))
    }
}

/// The typing of one locus.
#[derive(Debug, SimpleObject)]
#[graphql(name = "HlaTyping")]
pub struct Typing {
    /// The gene, without `HLA-`.
    locus: String,
    /// The part of the source's text that it was read from.
    text: String,
    /// As read, in one spelling: a GL string.
    reading: String,
}

impl From<&HlaTyping> for Typing {
    fn from(typing: &HlaTyping) -> Self {
        let (locus, text) = (typing.locus.to_string(), typing.text.clone());
        Self { locus, text, reading: typing.to_string() }
    }
}
