//! The HLA of a line beside that of its donor, locus by locus.
//!
//! It says where the two agree and how far, and never how well they would match: there is no score. A difference
//! has harmless causes that come before an error.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    HlaGenotype, HlaLocus, HlaTyping, HlaValue,
    relation::{Incomparable, Relation, Resolution, relation},
};
use crate::domain::lang::Lang;

/// Stands beside every result of this module.
pub const NOT_FOR_CLINICAL_SELECTION_EN: &str = "Not for clinical selection.";
pub const NOT_FOR_CLINICAL_SELECTION_JA: &str =
    "臨床でのドナーや細胞の選択には使用しないでください。";

pub fn not_for_clinical_selection(lang: Lang) -> &'static str {
    match lang {
        Lang::En => NOT_FOR_CLINICAL_SELECTION_EN,
        Lang::Ja => NOT_FOR_CLINICAL_SELECTION_JA,
    }
}

/// One locus of a line and its donor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LocusComparison {
    pub locus: HlaLocus,
    /// The typing of the line that was compared, in canonical spelling.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub donor: Option<String>,
    pub outcome: LocusOutcome,
}

/// What comes of comparing a locus. Values are in canonical spelling.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum LocusOutcome {
    /// The same at the lower of the two resolutions.
    Agree {
        resolution: Resolution,
    },
    /// The line shows one of the donor's two values and nothing else.
    LossOfHeterozygosity {
        kept: String,
        missing: String,
        resolution: Resolution,
        /// Whether the line's second antigen is blank, so that the other may merely not have been typed.
        blank: bool,
    },
    /// Values that only one side shows.
    Disagree {
        line_only: Vec<String>,
        donor_only: Vec<String>,
    },
    NotComparable {
        reason: Incomparable,
    },
}

impl LocusOutcome {
    /// What to tell a reader. A difference is a question to the curator, never a verdict.
    pub fn wording(&self, lang: Lang) -> &'static str {
        match (self, lang) {
            (Self::Agree { .. }, Lang::En) => "Agrees with the donor, as far as both typings go.",
            (Self::Agree { .. }, Lang::Ja) => {
                "両者のタイピングの解像度の範囲でドナーと一致します。"
            }
            (Self::LossOfHeterozygosity { blank: true, .. }, Lang::En) => {
                "The line shows one of the donor's two types and its second is blank: it may not have been typed, \
                 or there is loss of heterozygosity, HLA editing or a transplanted donor, before it is an error."
            }
            (Self::LossOfHeterozygosity { blank: true, .. }, Lang::Ja) => {
                "株ではドナーの2つの型の一方のみが記載され、もう一方は空欄です。誤りとする前に、未検査、ヘテロ接合性の消失(LOH)、\
                 HLA編集、移植歴のあるドナーの可能性を確認してください。"
            }
            (Self::LossOfHeterozygosity { blank: false, .. }, Lang::En) => {
                "The line shows one of the donor's two types: there may be loss of heterozygosity, HLA editing or a \
                 transplanted donor, before it is an error."
            }
            (Self::LossOfHeterozygosity { blank: false, .. }, Lang::Ja) => {
                "株ではドナーの2つの型の一方のみが検出されています。誤りとする前に、ヘテロ接合性の消失(LOH)、HLA編集、\
                 移植歴のあるドナーの可能性を確認してください。"
            }
            (Self::Disagree { .. }, Lang::En) => {
                "Differs from the donor: there may be HLA editing, loss of heterozygosity or a transplanted donor, \
                 before it is an error."
            }
            (Self::Disagree { .. }, Lang::Ja) => {
                "ドナーと一致しません。誤りとする前に、HLA編集、ヘテロ接合性の消失(LOH)、移植歴のあるドナーの可能性を確認してください。"
            }
            (Self::NotComparable { reason }, lang) => reason.label(lang),
        }
    }

    /// A difference stands above what other reports of the locus say; of agreements the finest is told.
    fn weight(&self) -> (u8, Option<Resolution>) {
        match self {
            Self::NotComparable { .. } => (0, None),
            Self::Agree { resolution } => (1, Some(*resolution)),
            Self::LossOfHeterozygosity { resolution, .. } => (2, Some(*resolution)),
            Self::Disagree { .. } => (3, None),
        }
    }
}

/// Compares a line with its donor at every locus that either is typed at. Where a locus has several reports, the
/// result of the weightiest pair stands for it. Not for clinical selection.
pub fn compare(line: &[HlaTyping], donor: &[HlaTyping]) -> Vec<LocusComparison> {
    let loci: BTreeSet<&HlaLocus> = line.iter().chain(donor).map(|typing| &typing.locus).collect();
    loci.into_iter().map(|locus| compare_locus(locus, line, donor)).collect()
}

fn compare_locus(locus: &HlaLocus, line: &[HlaTyping], donor: &[HlaTyping]) -> LocusComparison {
    let of_locus = |typing: &&HlaTyping| typing.locus == *locus;
    let (line, donor) = (line.iter().filter(of_locus), donor.iter().filter(of_locus));
    let pairs = line.clone().flat_map(|line| donor.clone().map(move |donor| (line, donor)));
    let compared = pairs.map(|(line, donor)| LocusComparison {
        locus: locus.clone(),
        line: Some(line.to_string()),
        donor: Some(donor.to_string()),
        outcome: reports(line, donor),
    });
    compared.max_by_key(|comparison| comparison.outcome.weight()).unwrap_or_else(|| {
        let (line, donor) = (line.clone().next(), donor.clone().next());
        let reason =
            if line.is_none() { Incomparable::LineUntyped } else { Incomparable::DonorUntyped };
        LocusComparison {
            locus: locus.clone(),
            line: line.map(HlaTyping::to_string),
            donor: donor.map(HlaTyping::to_string),
            outcome: LocusOutcome::NotComparable { reason },
        }
    })
}

/// What all alternatives of two reports come to.
fn reports(line: &HlaTyping, donor: &HlaTyping) -> LocusOutcome {
    let outcomes = line.genotypes.iter().flat_map(|one| {
        donor.genotypes.iter().map(|other| Genotypes::new(&line.locus, one, other).outcome())
    });
    let agree = |outcome: &LocusOutcome| match outcome {
        LocusOutcome::Agree { resolution } => Some(*resolution),
        _ => None,
    };
    let ambiguous = LocusOutcome::NotComparable { reason: Incomparable::Ambiguous };
    outcomes
        .reduce(|one, other| match (agree(&one), agree(&other)) {
            (Some(a), Some(b)) => LocusOutcome::Agree { resolution: a.min(b) },
            _ if one == other => one,
            (None, None) if one.weight().0 == 3 && other.weight().0 == 3 => one,
            _ => ambiguous.clone(),
        })
        .unwrap_or(ambiguous)
}

/// One genotype of the line beside one of the donor, with the relation of each value to each.
struct Genotypes<'a> {
    locus: &'a HlaLocus,
    line: Vec<&'a HlaValue>,
    donor: Vec<&'a HlaValue>,
}

impl<'a> Genotypes<'a> {
    fn new(locus: &'a HlaLocus, line: &'a HlaGenotype, donor: &'a HlaGenotype) -> Self {
        Self { locus, line: line.values(), donor: donor.values() }
    }

    fn relation(&self, line: usize, donor: usize) -> Relation {
        relation(self.locus, self.line[line], self.donor[donor])
    }

    fn outcome(&self) -> LocusOutcome {
        if let Some(resolution) = self.agreement() {
            return LocusOutcome::Agree { resolution };
        }
        if let Some(loss) = self.loss() {
            return loss;
        }
        let (lines, donors) = (self.line.len(), self.donor.len());
        let line_only = (0..lines).filter(|&l| (0..donors).all(|d| self.differ(l, d)));
        let donor_only = (0..donors).filter(|&d| (0..lines).all(|l| self.differ(l, d)));
        let line_only: Vec<String> = line_only.map(|l| self.line[l].text(self.locus)).collect();
        let donor_only: Vec<String> = donor_only.map(|d| self.donor[d].text(self.locus)).collect();
        // The blank of the one side hides what the other seems to have alone, unless both are blank.
        let line_has_more = !line_only.is_empty() && donors >= lines;
        let donor_has_more = !donor_only.is_empty() && lines >= donors;
        if line_has_more || donor_has_more {
            return LocusOutcome::Disagree { line_only, donor_only };
        }
        LocusOutcome::NotComparable { reason: self.reason() }
    }

    /// The finest resolution at which every value has its like: direct or crossed, a blank beside both values.
    fn agreement(&self) -> Option<Resolution> {
        let arrangements = match (self.line.len(), self.donor.len()) {
            (2, 2) => vec![vec![(0, 0), (1, 1)], vec![(0, 1), (1, 0)]],
            _ => vec![self.pairs().collect()],
        };
        let all_same = |pairs: Vec<(usize, usize)>| {
            let same: Option<Vec<Resolution>> =
                pairs.into_iter().map(|(l, d)| self.same(l, d)).collect();
            same?.into_iter().min()
        };
        arrangements.into_iter().filter_map(all_same).max()
    }

    /// Whether all that the line shows is one of the donor's two values, and the other is surely absent.
    fn loss(&self) -> Option<LocusOutcome> {
        let [one, other] = [0, 1].map(|d| self.donor.get(d).map(|value| value.text(self.locus)));
        let (one, other) = (one?, other?);
        let lost = |kept: usize, missing: usize| {
            let lines = 0..self.line.len();
            let same: Option<Vec<Resolution>> = lines.clone().map(|l| self.same(l, kept)).collect();
            same?.into_iter().min().filter(|_| lines.clone().all(|l| self.differ(l, missing)))
        };
        let outcome = |kept, missing, resolution| LocusOutcome::LossOfHeterozygosity {
            kept,
            missing,
            resolution,
            blank: self.line.len() == 1,
        };
        match (lost(0, 1), lost(1, 0)) {
            (Some(resolution), _) => Some(outcome(one, other, resolution)),
            (None, Some(resolution)) => Some(outcome(other, one, resolution)),
            (None, None) => None,
        }
    }

    fn reason(&self) -> Incomparable {
        let unknown = self.pairs().find_map(|(l, d)| match self.relation(l, d) {
            Relation::Unknown(reason) => Some(reason),
            _ => None,
        });
        let blank =
            if self.donor.len() == 1 { Incomparable::DonorBlank } else { Incomparable::Ambiguous };
        unknown.unwrap_or(blank)
    }

    fn pairs(&self) -> impl Iterator<Item = (usize, usize)> {
        let donors = self.donor.len();
        (0..self.line.len()).flat_map(move |l| (0..donors).map(move |d| (l, d)))
    }

    fn same(&self, line: usize, donor: usize) -> Option<Resolution> {
        match self.relation(line, donor) {
            Relation::Same(resolution) => Some(resolution),
            _ => None,
        }
    }

    fn differ(&self, line: usize, donor: usize) -> bool {
        matches!(self.relation(line, donor), Relation::Different { .. })
    }
}
