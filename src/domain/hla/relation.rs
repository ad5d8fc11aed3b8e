//! What two values of one locus have in common, as far as both go.
//!
//! Without the tables of IPD-IMGT/HLA no group or code is opened and no allele given its antigen; where that would
//! be needed the answer is that it cannot be told, and why.

use std::slice;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{GroupKind, HlaLocus, HlaValue};
use crate::domain::{cell_line::coded, lang::Lang};

/// How far two values were compared, coarsest first.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Resolution {
    Broad,
    Antigen,
    FirstField,
    PGroup,
    GGroup,
    TwoFields,
    ThreeFields,
    FourFields,
}

coded!(Resolution {
    Broad = "broad", "Broad antigen", "ブロード抗原";
    Antigen = "antigen", "Antigen", "抗原";
    FirstField = "first_field", "First field", "第1区域";
    PGroup = "p_group", "P group", "Pグループ";
    GGroup = "g_group", "G group", "Gグループ";
    TwoFields = "two_fields", "Two fields", "第2区域まで";
    ThreeFields = "three_fields", "Three fields", "第3区域まで";
    FourFields = "four_fields", "Four fields", "第4区域まで";
});

/// Why two typings of a locus cannot be compared.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Incomparable {
    LineUntyped,
    DonorUntyped,
    DonorBlank,
    Ambiguous,
    ExchangeWord,
    Undelimited,
    MembersUnknown,
    AntigenAgainstAllele,
    SplitsUnknown,
    NullAllele,
}

coded!(Incomparable {
    LineUntyped = "line_untyped", "The line is not typed at this locus", "株側にこの座位のタイピングがありません";
    DonorUntyped = "donor_untyped", "The donor is not typed at this locus",
        "ドナー側にこの座位のタイピングがありません";
    DonorBlank = "donor_blank", "The donor's second antigen is blank and may be the line's other one",
        "ドナーの第2抗原が空欄で、株側のもう一方に当たる可能性があります";
    Ambiguous = "ambiguous", "Some of the alternatives agree and others do not", "候補の一部のみ一致します";
    ExchangeWord = "exchange_word", "An exchange word stands in place of a type",
        "型の代わりに交換用コードが記載されています";
    Undelimited = "undelimited", "A name without colons can be read in several ways",
        "コロンのない旧表記で、複数の読み方があります";
    MembersUnknown = "members_unknown", "What the group or code stands for is not known here",
        "グループまたはコードに含まれるアレルが分かりません";
    AntigenAgainstAllele = "antigen_against_allele",
        "An antigen and an allele whose relation is not known here",
        "抗原とアレルの対応が分かりません";
    SplitsUnknown = "splits_unknown", "One antigen may be a split of the other",
        "一方が他方のスプリット抗原である可能性があります";
    NullAllele = "null_allele", "Serology does not see an allele that is not expressed",
        "発現しないアレルは血清学では検出されません";
});

/// Broad antigens and their splits (IPD-IMGT/HLA 3.58.0). An antigen that is not in the table may be either.
const SPLITS: [(HlaLocus, &str, &[&str]); 7] = [
    (HlaLocus::A, "9", &["23", "24"]),
    (HlaLocus::B, "5", &["51", "52"]),
    (HlaLocus::B, "15", &["62", "63", "75", "76", "77"]),
    (HlaLocus::B, "16", &["38", "39"]),
    (HlaLocus::Drb1, "2", &["15", "16"]),
    (HlaLocus::Dqb1, "1", &["5", "6"]),
    (HlaLocus::Dqb1, "3", &["7", "8", "9"]),
];

/// The broad antigen of a split, where the table knows it.
pub(super) fn broad_of(locus: &HlaLocus, split: &str) -> Option<&'static str> {
    let row = SPLITS.iter().find(|(of, _, splits)| of == locus && splits.contains(&split));
    row.map(|(_, broad, _)| *broad)
}

fn in_table(locus: &HlaLocus, antigen: &str) -> bool {
    broad_of(locus, antigen).is_some()
        || SPLITS.iter().any(|(of, broad, _)| of == locus && *broad == antigen)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Relation {
    Same(Resolution),
    /// They differ, though they may be the same at a coarser resolution.
    Different {
        at: Resolution,
        shared: Option<Resolution>,
    },
    Unknown(Incomparable),
}

pub(super) fn relation(locus: &HlaLocus, a: &HlaValue, b: &HlaValue) -> Relation {
    match (a, b) {
        (HlaValue::AnyOf { values }, other) | (other, HlaValue::AnyOf { values }) => {
            any_of(values.iter().map(|value| relation(locus, value, other)))
        }
        (HlaValue::Word { .. }, _) | (_, HlaValue::Word { .. }) => {
            Relation::Unknown(Incomparable::ExchangeWord)
        }
        (
            HlaValue::Antigen { number: a, broad: a_broad },
            HlaValue::Antigen { number: b, broad: b_broad },
        ) => antigens(locus, (a, a_broad.as_deref()), (b, b_broad.as_deref())),
        (HlaValue::Antigen { number, broad }, allele)
        | (allele, HlaValue::Antigen { number, broad }) => {
            antigen_and_allele(locus, (number, broad.as_deref()), allele)
        }
        (a, b) => alleles(locus, a, b),
    }
}

/// What holds of a list: all that its members agree on.
fn any_of(relations: impl Iterator<Item = Relation>) -> Relation {
    let relations: Vec<Relation> = relations.collect();
    let unknown = relations.iter().find(|relation| matches!(relation, Relation::Unknown(_)));
    if let Some(unknown) = unknown {
        return *unknown;
    }
    let shared = relations.iter().map(|relation| match relation {
        Relation::Same(resolution) => Some(*resolution),
        Relation::Different { shared, .. } => *shared,
        Relation::Unknown(_) => None,
    });
    let shared = shared.min().flatten();
    let apart = relations.iter().filter_map(|relation| match relation {
        Relation::Different { at, .. } => Some(*at),
        _ => None,
    });
    let apart: Vec<Resolution> = apart.collect();
    match (shared, apart.iter().max()) {
        (shared, Some(at)) if apart.len() == relations.len() => {
            Relation::Different { at: *at, shared }
        }
        (Some(resolution), _) => Relation::Same(resolution),
        (None, _) => Relation::Unknown(Incomparable::Ambiguous),
    }
}

type Antigen<'a> = (&'a str, Option<&'a str>);

fn antigens(locus: &HlaLocus, a: Antigen<'_>, b: Antigen<'_>) -> Relation {
    let (a_broad, b_broad) = (a.1.or(broad_of(locus, a.0)), b.1.or(broad_of(locus, b.0)));
    if a.0 == b.0 {
        let split = !SPLITS.iter().any(|(of, broad, _)| of == locus && *broad == a.0);
        return Relation::Same(if split { Resolution::Antigen } else { Resolution::Broad });
    }
    if a_broad == Some(b.0) || b_broad == Some(a.0) {
        return Relation::Same(Resolution::Broad);
    }
    if a_broad.is_some() && a_broad == b_broad {
        return Relation::Different { at: Resolution::Antigen, shared: Some(Resolution::Broad) };
    }
    // A split has one broad antigen and a broad one no other; an associated antigen such as A2403 is neither.
    let associated = a.0.len() > 2 || b.0.len() > 2;
    let known = |antigen: Antigen<'_>| antigen.1.is_some() || in_table(locus, antigen.0);
    if !associated && (known(a) || known(b)) {
        return Relation::Different { at: Resolution::Antigen, shared: None };
    }
    Relation::Unknown(Incomparable::SplitsUnknown)
}

/// The first field is the number of the antigen, or of its broad antigen, where the two are told to agree. That they
/// differ says nothing: alleles of one family may bear several antigens.
fn antigen_and_allele(locus: &HlaLocus, antigen: Antigen<'_>, allele: &HlaValue) -> Relation {
    if allele.is_null() {
        return Relation::Unknown(Incomparable::NullAllele);
    }
    let Some(first) = Named::of(allele).and_then(|named| named.fields.first()) else {
        return Relation::Unknown(Incomparable::Undelimited);
    };
    let (number, first) = (antigen.0, first.trim_start_matches('0'));
    let broad = antigen.1.or(broad_of(locus, number));
    if number == first {
        Relation::Same(Resolution::Antigen)
    } else if broad == Some(first) || broad_of(locus, first) == Some(number) {
        Relation::Same(Resolution::Broad)
    } else {
        Relation::Unknown(Incomparable::AntigenAgainstAllele)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    Plain,
    Group(GroupKind),
    Mac,
}

struct Named<'a> {
    fields: &'a [String],
    sort: Sort,
}

impl<'a> Named<'a> {
    fn of(value: &'a HlaValue) -> Option<Self> {
        let (fields, sort) = match value {
            HlaValue::Allele { fields, .. } | HlaValue::Undelimited { fields, .. } => {
                (fields.as_slice(), Sort::Plain)
            }
            HlaValue::Group { fields, group } => (fields.as_slice(), Sort::Group(*group)),
            HlaValue::Mac { first_field, .. } => (slice::from_ref(first_field), Sort::Mac),
            HlaValue::Xx { first_field } => (slice::from_ref(first_field), Sort::Plain),
            _ => return None,
        };
        Some(Self { fields, sort })
    }
}

fn alleles(locus: &HlaLocus, a: &HlaValue, b: &HlaValue) -> Relation {
    let (Some(a), Some(b)) = (Named::of(a), Named::of(b)) else {
        return Relation::Unknown(Incomparable::ExchangeWord);
    };
    if a.fields.is_empty() || b.fields.is_empty() {
        return Relation::Unknown(Incomparable::Undelimited);
    }
    let common = a.fields.iter().zip(b.fields).take_while(|(a, b)| a == b).count();
    let shorter = a.fields.len().min(b.fields.len());
    let unknown = Relation::Unknown(Incomparable::MembersUnknown);
    match (a.sort, b.sort) {
        (Sort::Group(a_kind), Sort::Group(b_kind)) if a_kind == b_kind => {
            same_kind(locus, a_kind, common, a.fields == b.fields)
        }
        // At DPB1 the first field is no family: groups and codes reach across it.
        (Sort::Mac, _) | (_, Sort::Mac) if *locus == HlaLocus::Dpb1 => unknown,
        (Sort::Plain | Sort::Mac, Sort::Plain | Sort::Mac) => match up_to(common) {
            Some(resolution) if common == shorter => Relation::Same(resolution),
            shared => Relation::Different {
                at: up_to(common + 1).unwrap_or(Resolution::FirstField),
                shared,
            },
        },
        _ if common >= 3 => Relation::Same(Resolution::GGroup),
        // An allele is in the P group of its two fields, and so is every G group of that name.
        _ if common == 2 => Relation::Same(Resolution::PGroup),
        _ if *locus == HlaLocus::Dpb1 => unknown,
        // Elsewhere the groups that reach across are three (IPD-IMGT/HLA 3.58.0: A*02:65P, B*51:42P, DRB3*02:100P).
        _ if common == 0 => Relation::Different { at: Resolution::FirstField, shared: None },
        _ if shorter == 1 => Relation::Same(Resolution::FirstField),
        _ => unknown,
    }
}

/// Groups of one kind have no allele in common.
fn same_kind(locus: &HlaLocus, kind: GroupKind, common: usize, same: bool) -> Relation {
    let at = match kind {
        GroupKind::G => Resolution::GGroup,
        GroupKind::P => Resolution::PGroup,
    };
    let shared = match common {
        0 => None,
        1 => Some(Resolution::FirstField).filter(|_| *locus != HlaLocus::Dpb1),
        _ => Some(Resolution::PGroup),
    };
    if same { Relation::Same(at) } else { Relation::Different { at, shared } }
}

fn up_to(fields: usize) -> Option<Resolution> {
    match fields {
        0 => None,
        1 => Some(Resolution::FirstField),
        2 => Some(Resolution::TwoFields),
        3 => Some(Resolution::ThreeFields),
        _ => Some(Resolution::FourFields),
    }
}
