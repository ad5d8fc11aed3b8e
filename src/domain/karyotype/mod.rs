//! The karyotype of a human line or donor as written in ISCN: what it says, and how it compares with the donor's.
//!
//! The text is kept; what was read of it stands beside. An abnormality that cannot be read stays text, and a
//! count or a sex that is not stated is not made up. Nothing is judged here against the limit of a standard.

mod abnormality;
mod compare;
mod finding;
mod parse;
#[cfg(test)]
mod tests;
mod view;

use regex::Regex;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use self::view::View;
pub use self::{
    abnormality::{Abnormality, AbnormalityKind, Copies, Sign},
    compare::compare,
    finding::{Clonality, DonorSide, Finding, FindingKind},
    parse::{KaryotypeProblem, check},
};
pub use super::finding::Severity;
use super::{cell_line::coded, lang::Lang};

/// A clone begins, by the usual definition of ISCN, where two cells share a gained chromosome or a structural
/// abnormality.
pub const CELLS_OF_A_CLONE: u32 = 2;

/// A clone begins, by the usual definition of ISCN, where three cells have lost the same chromosome: a spread
/// loses chromosomes by accident.
pub const CELLS_OF_A_CLONE_BY_LOSS: u32 = 3;

/// A karyotype and what was read of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Karyotype {
    /// As the source wrote it.
    pub text: String,
    /// Stated by `mos` or `chi`; clones may differ without either.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<CloneOrigin>,
    /// At least one, in the order of the source.
    pub clones: Vec<KaryotypeClone>,
}

/// Whether the clones come from one zygote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CloneOrigin {
    Mosaic,
    Chimera,
}

coded!(CloneOrigin {
    Mosaic = "mosaic", "Mosaic", "モザイク";
    Chimera = "chimera", "Chimera", "キメラ";
});

/// One clone, such as `47,XX,+8[3]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KaryotypeClone {
    /// As written, full-width letters made plain.
    pub text: String,
    /// Chromosomes; the ends of `45~48`, otherwise equal.
    pub fewest: u16,
    pub most: u16,
    /// As written in angle brackets: `3n`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ploidy: Option<String>,
    pub sex: SexChromosomes,
    /// Without those of the clone that `idem`, `sl` or `sdl` stands for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub abnormalities: Vec<Abnormality>,
    /// Cells in which the clone was seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metaphases: Option<u32>,
    /// Whether the metaphases are those of a composite karyotype, `[cp10]`, whose abnormalities are not in every
    /// cell.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub composite: bool,
    /// Written after `//`: of another individual than the clones before.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub other_individual: bool,
}

/// What stands in the place of the sex chromosomes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum SexChromosomes {
    /// `XX`, `XYc`, `X`. Abnormal ones, gains and later losses are among the abnormalities.
    Stated {
        x: u32,
        y: u32,
        /// Marked `c`, as in `XXYc`.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        constitutional: bool,
    },
    /// Doubted, such as `X?`.
    Uncertain { text: String },
    /// `U`: the laboratory keeps the sex to itself.
    Undisclosed,
    /// `idem`, `sl`, `sdl1`: all that an earlier clone has, which is counted from zero.
    SameAs { clone: usize },
}

/// Cells of all cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Share {
    pub cells: u64,
    /// At least one.
    pub of: u64,
}

impl Share {
    /// Whether it reaches a percentage, without rounding: 1 of 20 is 5 percent.
    pub fn at_or_above(self, percent: u32) -> bool {
        u128::from(self.cells) * 100 >= u128::from(percent) * u128::from(self.of)
    }
}

/// Whether a karyotype is free of abnormalities.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Normality {
    /// Every clone is 46,XX, or every clone is 46,XY.
    Normal,
    /// Every abnormality is marked `c`.
    Constitutional,
    Abnormal,
    /// Nothing is abnormal, but the sex chromosomes are not stated.
    Unknown,
}

coded!(Normality {
    Normal = "normal", "Normal", "正常";
    Constitutional = "constitutional", "Constitutional abnormality only", "構成的異常のみ";
    Abnormal = "abnormal", "Abnormal", "異常";
    Unknown = "unknown", "Unknown: sex chromosomes not stated", "不明(性染色体の記載なし)";
});

impl Karyotype {
    /// All cells; `None` if a clone does not state its own.
    pub fn metaphases(&self) -> Option<u64> {
        self.clones.iter().map(|clone| clone.metaphases.map(u64::from)).sum()
    }

    /// The share of a clone, which is counted from zero. `None` unless every clone states its cells.
    pub fn share(&self, clone: usize) -> Option<Share> {
        self.share_of(self.clones.get(clone)?.metaphases?.into())
    }

    /// Whether a clone, counted from zero, has that many percent of the cells or more. `None` if that is not stated.
    pub fn share_at_or_above(&self, clone: usize, percent: u32) -> Option<bool> {
        Some(self.share(clone)?.at_or_above(percent))
    }

    fn share_of(&self, cells: u64) -> Option<Share> {
        let of = self.metaphases().filter(|all| *all > 0)?;
        Some(Share { cells, of })
    }

    /// Whether it is normal. Clones of both sexes are not, though each may be by itself.
    pub fn normality(&self) -> Normality {
        let views = View::all(self);
        let each: Vec<Normality> = views.iter().map(View::normality).collect();
        if each.contains(&Normality::Abnormal) || each.is_empty() {
            return Normality::Abnormal;
        }
        if let Some(worse) =
            [Normality::Unknown, Normality::Constitutional].into_iter().find(|n| each.contains(n))
        {
            return worse;
        }
        if views.windows(2).all(|two| two[0].complement == two[1].complement) {
            Normality::Normal
        } else {
            Normality::Abnormal
        }
    }
}

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the pattern is well formed")
}
