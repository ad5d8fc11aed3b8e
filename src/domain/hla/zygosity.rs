//! Whether a line or donor is HLA-homozygous: by what was typed, never by what was left blank.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    HlaGenotype, HlaLocus, HlaTyping, HlaValue,
    relation::{Relation, Resolution, relation},
};
use crate::domain::{cell_line::coded, lang::Lang};

/// The loci that make a line HLA-homozygous.
const LOCI: [HlaLocus; 3] = [HlaLocus::A, HlaLocus::B, HlaLocus::Drb1];

#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Homozygosity {
    /// Two typed alleles with the same two fields.
    Homozygous,
    /// A blank second antigen, a null allele, or two values alike only as a family, group, code or antigen.
    ApparentlyHomozygous,
    Heterozygous,
    Unknown,
}

coded!(Homozygosity {
    Homozygous = "homozygous", "HLA-homozygous", "HLAホモ接合体";
    ApparentlyHomozygous = "apparently_homozygous", "Apparently HLA-homozygous", "見かけ上のHLAホモ接合体";
    Heterozygous = "heterozygous", "HLA-heterozygous", "HLAヘテロ接合体";
    Unknown = "unknown", "Unknown", "不明";
});

/// Homozygosity over A, B and DRB1: unknown unless each can be judged, and then that of the worst of them.
pub fn homozygosity(typings: &[HlaTyping]) -> Homozygosity {
    let of_loci = LOCI.map(|locus| locus_homozygosity(typings, &locus));
    of_loci.into_iter().max().unwrap_or(Homozygosity::Unknown)
}

/// Homozygosity at one locus, over all its reports; unknown where none speaks of it or two contradict each other.
pub fn locus_homozygosity(typings: &[HlaTyping], locus: &HlaLocus) -> Homozygosity {
    let reports = typings.iter().filter(|typing| typing.locus == *locus).map(of_typing);
    reports
        .reduce(|one, other| match (one.min(other), one.max(other)) {
            (Homozygosity::Homozygous, Homozygosity::Heterozygous) => Homozygosity::Unknown,
            (Homozygosity::Homozygous, Homozygosity::ApparentlyHomozygous) => {
                Homozygosity::Homozygous
            }
            (_, worse) => worse,
        })
        .unwrap_or(Homozygosity::Unknown)
}

/// What all alternatives of a report agree on.
fn of_typing(typing: &HlaTyping) -> Homozygosity {
    let alternatives = typing.genotypes.iter().map(|genotype| of_genotype(&typing.locus, genotype));
    alternatives
        .reduce(|one, other| match (one.min(other), one.max(other)) {
            (_, worse @ (Homozygosity::Homozygous | Homozygosity::ApparentlyHomozygous)) => worse,
            (Homozygosity::Heterozygous, Homozygosity::Heterozygous) => Homozygosity::Heterozygous,
            _ => Homozygosity::Unknown,
        })
        .unwrap_or(Homozygosity::Unknown)
}

fn of_genotype(locus: &HlaLocus, genotype: &HlaGenotype) -> Homozygosity {
    let values = genotype.values();
    if values.iter().any(|value| matches!(value, HlaValue::Word { .. })) {
        return Homozygosity::Unknown;
    }
    let [first, second] = values.as_slice() else {
        return Homozygosity::ApparentlyHomozygous;
    };
    if first.is_null() || second.is_null() {
        return Homozygosity::ApparentlyHomozygous;
    }
    if let (Some(first), Some(second)) = (two_fields(first), two_fields(second))
        && first == second
    {
        return Homozygosity::Homozygous;
    }
    match relation(locus, first, second) {
        Relation::Same(_) => Homozygosity::ApparentlyHomozygous,
        Relation::Different { shared: Some(shared), .. } if shared >= Resolution::PGroup => {
            Homozygosity::ApparentlyHomozygous
        }
        Relation::Different { .. } => Homozygosity::Heterozygous,
        // One report names two antigens because it saw two.
        Relation::Unknown(_) if first.is_serological() && second.is_serological() => {
            Homozygosity::Heterozygous
        }
        Relation::Unknown(_) => Homozygosity::Unknown,
    }
}

/// The two fields and the expression of one allele; of nothing else.
fn two_fields(value: &HlaValue) -> Option<(&[String], Option<super::Expression>)> {
    match value {
        HlaValue::Allele { fields, expression }
        | HlaValue::Undelimited { fields, expression, .. } => Some((fields.get(..2)?, *expression)),
        _ => None,
    }
}
