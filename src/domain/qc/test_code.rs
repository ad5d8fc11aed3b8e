//! The tests a bank does: codes, labels, and what the results of each may look like.
//!
//! Whether a result may certify other material is a property of the test and cannot be configured away:
//! sterility and mycoplasma speak of one lot only.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use super::{
    coded_value::CodedValue::{
        self, Abnormal, Confirmed, Detected, DiffersFromOrigin, EsLike, Expressed, Growth,
        MatchesOrigin, Negative, NoGrowth, Normal, NotConfirmed, NotDetected, NotEsLike,
        NotExpressed, NotShown, NotViable, Positive, Shown, Viable,
    },
    unit::{Dimension, Unit},
};
use crate::domain::{cell_line::coded, lang::Lang};

#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum TestCode {
    IdentityStr,
    IdentityHla,
    IdentitySnp,
    UnitIdentity,
    Karyotype,
    CopyNumber,
    LogRDeviation,
    SequenceVariants,
    Morphology,
    Marker,
    GeneExpression,
    PluritestScore,
    PluritestNovelty,
    EpiPluriScore,
    Scorecard,
    PluripotencyClassifier,
    Trilineage,
    Teratoma,
    ResidualVector,
    PostThawViability,
    PostThawRecovery,
    PostThawEfficiency,
    PostThawCount,
    CultureCount,
    CultureViability,
    DoublingTime,
    Sterility,
    Mycoplasma,
    Endotoxin,
    Virology,
    Tnc,
    Cd34,
    Cfu,
    NucleatedViability,
    ViableCd34,
    ViableCd45,
    Declaration,
}

coded!(TestCode {
    IdentityStr = "identity_str", "Identity, STR", "同一性(STR)";
    IdentityHla = "identity_hla", "Identity, HLA", "同一性(HLA)";
    IdentitySnp = "identity_snp", "Identity, SNP", "同一性(SNP)";
    UnitIdentity = "unit_identity", "Identity of the unit", "ユニットの同一性";
    Karyotype = "karyotype", "Karyotype", "核型";
    CopyNumber = "copy_number", "Copy number variants", "コピー数変異(CNV)";
    LogRDeviation = "log_r_deviation", "Deviation of the log R ratio", "LogR比の標準偏差";
    SequenceVariants = "sequence_variants", "Sequence variants (WGS/WES)", "塩基配列変異(WGS/WES)";
    Morphology = "morphology", "Morphology", "形態";
    Marker = "marker", "Marker expression", "マーカー発現";
    GeneExpression = "gene_expression", "Gene expression", "遺伝子発現";
    PluritestScore = "pluritest_score", "PluriTest pluripotency score", "PluriTest多能性スコア";
    PluritestNovelty = "pluritest_novelty", "PluriTest novelty score", "PluriTest新規性スコア";
    EpiPluriScore = "epi_pluri_score", "EpiPluriScore", "EpiPluriScore";
    Scorecard = "scorecard", "hPSC Scorecard", "hPSCスコアカード";
    PluripotencyClassifier = "pluripotency_classifier", "Pluripotency classifier", "多能性判別(mRNA)";
    Trilineage = "trilineage", "Three germ layer differentiation", "三胚葉分化能";
    Teratoma = "teratoma", "Teratoma", "テラトーマ";
    ResidualVector = "residual_vector", "Residual vector", "残存ベクター";
    PostThawViability = "post_thaw_viability", "Viability after thaw", "解凍後生存率";
    PostThawRecovery = "post_thaw_recovery", "Recovery of colonies after thaw", "解凍後コロニー形成";
    PostThawEfficiency = "post_thaw_efficiency", "Recovery efficiency after thaw", "解凍後回収効率";
    PostThawCount = "post_thaw_count", "Cell count after thaw", "解凍後細胞数";
    CultureCount = "culture_count", "Cell count after culture", "培養後細胞数";
    CultureViability = "culture_viability", "Viability after culture", "培養後生存率";
    DoublingTime = "doubling_time", "Doubling time", "倍加時間";
    Sterility = "sterility", "Sterility (bacteria, fungi)", "無菌試験(細菌・真菌)";
    Mycoplasma = "mycoplasma", "Mycoplasma", "マイコプラズマ";
    Endotoxin = "endotoxin", "Endotoxin", "エンドトキシン";
    Virology = "virology", "Virology", "ウイルス検査";
    Tnc = "tnc", "Total nucleated cells", "総有核細胞数";
    Cd34 = "cd34", "CD34+ cells", "CD34陽性細胞数";
    Cfu = "cfu", "Colony forming units", "コロニー形成細胞(CFU)";
    NucleatedViability = "nucleated_viability", "Viability of nucleated cells", "有核細胞生存率";
    ViableCd34 = "viable_cd34", "Viable CD34+ cells", "CD34陽性細胞生存率";
    ViableCd45 = "viable_cd45", "Viable CD45+ cells", "CD45陽性細胞生存率";
    Declaration = "declaration", "Declared and checked against documents", "書類確認";
});

/// What of the material a result speaks of, where the test alone does not say.
#[derive(
    Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Qualifier {
    /// `SSEA-4`, `OCT3/4`.
    Marker(String),
    /// `HIV-1`.
    Virus(String),
    /// `DRB1`.
    Locus(String),
    GermLayer(GermLayer),
    /// What of the vector is looked for: `EBNA1`.
    Target(String),
    Stage(Stage),
    /// What is declared: `ethical provenance`.
    Statement(String),
}

#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum GermLayer {
    Ectoderm,
    Mesoderm,
    Endoderm,
    Trophectoderm,
}

coded!(GermLayer {
    Ectoderm = "ectoderm", "Ectoderm", "外胚葉";
    Mesoderm = "mesoderm", "Mesoderm", "中胚葉";
    Endoderm = "endoderm", "Endoderm", "内胚葉";
    Trophectoderm = "trophectoderm", "Trophectoderm", "栄養外胚葉";
});

/// When the cells of a cord blood unit were measured.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    PreFreeze,
    PostThaw,
}

coded!(Stage {
    PreFreeze = "pre_freeze", "Before freezing", "凍結前";
    PostThaw = "post_thaw", "After thaw", "解凍後";
});

/// Which qualifier a test takes.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum QualifierKind {
    Marker,
    Virus,
    Locus,
    GermLayer,
    Target,
    Stage,
    Statement,
}

coded!(QualifierKind {
    Marker = "marker", "marker", "マーカー";
    Virus = "virus", "virus", "ウイルス";
    Locus = "locus", "locus", "座位";
    GermLayer = "germ_layer", "germ layer", "胚葉";
    Target = "target", "target", "標的";
    Stage = "stage", "stage", "段階";
    Statement = "statement", "statement", "事項";
});

impl Qualifier {
    pub fn kind(&self) -> QualifierKind {
        match self {
            Self::Marker(_) => QualifierKind::Marker,
            Self::Virus(_) => QualifierKind::Virus,
            Self::Locus(_) => QualifierKind::Locus,
            Self::GermLayer(_) => QualifierKind::GermLayer,
            Self::Target(_) => QualifierKind::Target,
            Self::Stage(_) => QualifierKind::Stage,
            Self::Statement(_) => QualifierKind::Statement,
        }
    }

    /// As it is shown: the name as written, or the code of a layer or stage.
    pub fn text(&self) -> String {
        match self {
            Self::Marker(name)
            | Self::Virus(name)
            | Self::Locus(name)
            | Self::Target(name)
            | Self::Statement(name) => name.clone(),
            Self::GermLayer(layer) => layer.code().to_owned(),
            Self::Stage(stage) => stage.code().to_owned(),
        }
    }

    /// As it is compared: `SSEA4` is `SSEA-4`, but `CD34-` is not `CD34`.
    pub fn folded(&self) -> String {
        match self {
            Self::Marker(name)
            | Self::Virus(name)
            | Self::Locus(name)
            | Self::Target(name)
            | Self::Statement(name) => fold_name(name),
            Self::GermLayer(layer) => layer.code().to_owned(),
            Self::Stage(stage) => stage.code().to_owned(),
        }
    }
}

/// What a qualifier of a result is to the one that is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Match {
    Same,
    /// It may be, or may contain, what is asked for: `HIV` or `HIV-1/2` where `HIV-1` is asked for.
    Unclear,
    Other,
}

impl Qualifier {
    pub(super) fn matches(&self, asked: &Self) -> Match {
        let (found, name) = (self.folded(), asked.folded());
        if self.kind() == asked.kind() && found == name {
            return Match::Same;
        }
        match (self, asked) {
            (Self::Virus(_), Self::Virus(_)) => {
                let family = |name: &str| name.trim_end_matches(|c: char| c.is_ascii_digit()).len();
                let ((found, of_found), (name, of_asked)) =
                    (found.split_at(family(&found)), name.split_at(family(&name)));
                let holds =
                    of_found.is_empty() || of_asked.is_empty() || of_found.contains(of_asked);
                if found == name && holds { Match::Unclear } else { Match::Other }
            }
            _ => Match::Other,
        }
    }
}

/// A name without case, width, spaces, and the separators inside it. All other signs stay: `negative?` is not
/// `negative`.
pub(super) fn fold_name(name: &str) -> String {
    let flat: Vec<char> = name.nfkc().flat_map(char::to_lowercase).collect();
    let words: Vec<char> = flat.into_iter().filter(|c| !c.is_whitespace()).collect();
    let is_inside = |at: usize| {
        let sign = |c: &char| !matches!(c, '-' | '‐' | '–' | '_' | '/');
        let before =
            words[..at].iter().rev().find(|c| sign(c)).is_some_and(|c| c.is_alphanumeric());
        let after = words[at..].iter().find(|c| sign(c)).is_some_and(|c| c.is_alphanumeric());
        before && after
    };
    let is_separator = |c: char| matches!(c, '-' | '‐' | '–' | '_' | '/');
    let kept = words.iter().enumerate().filter(|(at, c)| !(is_separator(**c) && is_inside(*at)));
    kept.map(|(_, c)| *c).collect()
}

/// How results of a test are written, apart from numbers and coded values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notation {
    Plain,
    /// ISCN with metaphases.
    Karyotype,
    /// A list of gains and losses.
    Findings,
    /// An STR profile.
    Profile,
    /// HLA alleles.
    Typing,
}

/// The coded values a test can give.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Codes {
    pub sound: &'static [CodedValue],
    /// These contradict every requirement of the test.
    pub failing: &'static [CodedValue],
    /// These call for a look, and fail only where a requirement says so.
    pub adverse: &'static [CodedValue],
}

const fn codes(
    sound: &'static [CodedValue],
    failing: &'static [CodedValue],
    adverse: &'static [CodedValue],
) -> Codes {
    Codes { sound, failing, adverse }
}

impl TestCode {
    /// Whether a result speaks of the tested lot alone, so that no standard may let other lots inherit it.
    pub fn is_of_one_lot(self) -> bool {
        matches!(self, Self::Sterility | Self::Mycoplasma | Self::Endotoxin)
    }

    /// What its numbers may measure; empty if it gives none.
    pub fn dimensions(self) -> &'static [Dimension] {
        match self {
            Self::IdentityStr
            | Self::Karyotype
            | Self::Marker
            | Self::Trilineage
            | Self::PostThawViability
            | Self::PostThawEfficiency
            | Self::CultureViability
            | Self::NucleatedViability
            | Self::ViableCd34
            | Self::ViableCd45 => &[Dimension::Percentage],
            Self::IdentitySnp => &[Dimension::Mismatches],
            Self::CopyNumber => &[Dimension::GenomeLength],
            Self::LogRDeviation | Self::GeneExpression => &[Dimension::Ratio],
            Self::PluritestScore
            | Self::PluritestNovelty
            | Self::EpiPluriScore
            | Self::Scorecard
            | Self::PluripotencyClassifier => &[Dimension::Score],
            Self::ResidualVector => &[Dimension::VectorCopies],
            Self::PostThawRecovery | Self::Cfu => &[Dimension::Colonies],
            Self::PostThawCount | Self::CultureCount => {
                &[Dimension::Cells, Dimension::CellConcentration]
            }
            Self::DoublingTime => &[Dimension::Time],
            Self::Endotoxin => &[Dimension::Endotoxin],
            Self::Virology => &[Dimension::InternationalUnits],
            Self::Tnc | Self::Cd34 => &[Dimension::Cells],
            Self::IdentityHla
            | Self::UnitIdentity
            | Self::SequenceVariants
            | Self::Morphology
            | Self::Teratoma
            | Self::Sterility
            | Self::Mycoplasma
            | Self::Declaration => &[],
        }
    }

    /// The unit of a number written without one, where the test leaves no other.
    pub fn bare_unit(self) -> Option<Unit> {
        let unit = match self.dimensions() {
            [Dimension::Ratio] => Unit::Ratio,
            [Dimension::Score] => Unit::Score,
            [Dimension::Mismatches] => Unit::Mismatches,
            _ => return None,
        };
        unit.is_bare().then_some(unit)
    }

    pub fn codes(self) -> Codes {
        match self {
            Self::IdentityStr | Self::IdentityHla | Self::IdentitySnp => {
                codes(&[MatchesOrigin], &[DiffersFromOrigin], &[])
            }
            Self::UnitIdentity | Self::Declaration => codes(&[Confirmed], &[NotConfirmed], &[]),
            Self::Karyotype | Self::CopyNumber | Self::SequenceVariants => {
                codes(&[Normal], &[], &[Abnormal])
            }
            Self::Morphology => codes(&[EsLike], &[NotEsLike], &[Abnormal]),
            Self::Marker => codes(&[Positive, Negative, Expressed, NotExpressed], &[], &[Abnormal]),
            Self::GeneExpression => codes(&[Expressed, NotExpressed, Normal], &[], &[Abnormal]),
            Self::EpiPluriScore | Self::Scorecard | Self::PluripotencyClassifier => {
                codes(&[Positive, Normal], &[], &[Negative, Abnormal])
            }
            Self::Trilineage => codes(&[Shown], &[NotShown], &[]),
            Self::Teratoma => codes(&[Shown], &[], &[NotShown]),
            Self::ResidualVector => codes(&[NotDetected, Negative], &[], &[Detected, Positive]),
            Self::PostThawViability | Self::PostThawRecovery | Self::CultureViability => {
                codes(&[Viable], &[NotViable], &[])
            }
            Self::Sterility | Self::Mycoplasma => {
                codes(&[Negative, NotDetected, NoGrowth], &[Positive, Detected, Growth], &[])
            }
            Self::Virology => codes(&[Negative, NotDetected], &[Positive, Detected], &[]),
            Self::Endotoxin => codes(&[NotDetected], &[], &[Detected]),
            Self::Cfu => codes(&[Growth], &[NoGrowth], &[]),
            Self::LogRDeviation
            | Self::PluritestScore
            | Self::PluritestNovelty
            | Self::PostThawEfficiency
            | Self::PostThawCount
            | Self::CultureCount
            | Self::DoublingTime
            | Self::Tnc
            | Self::Cd34
            | Self::NucleatedViability
            | Self::ViableCd34
            | Self::ViableCd45 => codes(&[], &[], &[]),
        }
    }

    pub fn allows(self, value: CodedValue) -> bool {
        let codes = self.codes();
        [codes.sound, codes.failing, codes.adverse].iter().any(|values| values.contains(&value))
    }

    /// Whether a value that a requirement does not accept contradicts it. Another word for what is sound, such
    /// as *no growth* for *negative*, does not; of a marker, what is sound is the requirement's to say.
    pub fn contradicts(self, value: CodedValue) -> bool {
        let Codes { sound, failing, adverse } = self.codes();
        let is_open = matches!(self, Self::Marker | Self::GeneExpression);
        failing.contains(&value) || adverse.contains(&value) || is_open && sound.contains(&value)
    }

    pub fn notation(self) -> Notation {
        match self {
            Self::Karyotype => Notation::Karyotype,
            Self::CopyNumber => Notation::Findings,
            Self::IdentityStr => Notation::Profile,
            Self::IdentityHla => Notation::Typing,
            _ => Notation::Plain,
        }
    }

    /// The qualifier its results may bear, and whether they must.
    pub fn qualifier(self) -> Option<(QualifierKind, bool)> {
        match self {
            Self::IdentityHla => Some((QualifierKind::Locus, false)),
            Self::Marker => Some((QualifierKind::Marker, true)),
            Self::GeneExpression => Some((QualifierKind::Marker, false)),
            Self::Trilineage => Some((QualifierKind::GermLayer, true)),
            Self::Teratoma => Some((QualifierKind::GermLayer, false)),
            Self::ResidualVector => Some((QualifierKind::Target, false)),
            Self::Virology => Some((QualifierKind::Virus, true)),
            Self::Tnc
            | Self::Cd34
            | Self::Cfu
            | Self::NucleatedViability
            | Self::ViableCd34
            | Self::ViableCd45 => Some((QualifierKind::Stage, true)),
            Self::Declaration => Some((QualifierKind::Statement, true)),
            _ => None,
        }
    }

    pub fn needs_qualifier(self) -> bool {
        self.qualifier().is_some_and(|(_, needed)| needed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_without_their_separators_only() {
        for (one, other) in [
            ("SSEA-4", "ssea4"),
            ("Oct-3/4", "OCT3/4"),
            ("HIV‐1", "HIV 1"),
            ("ＴＲＡ－１－６０", "TRA-1-60"),
        ] {
            assert_eq!(fold_name(one), fold_name(other));
        }
        for (one, other) in
            [("CD34-", "CD34"), ("CD34+", "CD34"), ("SSEA-1", "SSEA-4"), ("negative?", "negative")]
        {
            assert_ne!(fold_name(one), fold_name(other));
        }
    }

    #[test]
    fn a_virus_named_for_its_family_or_with_others_is_not_clearly_another() {
        let virus = |name: &str| Qualifier::Virus(name.to_owned());
        for (found, asked, expected) in [
            ("HIV 1", "HIV-1", Match::Same),
            ("HIV", "HIV-1", Match::Unclear),
            ("HIV-1/2", "HIV-2", Match::Unclear),
            ("HIV-1", "HIV", Match::Unclear),
            ("HIV-2", "HIV-1", Match::Other),
            ("HBV", "HCV", Match::Other),
        ] {
            assert_eq!(virus(found).matches(&virus(asked)), expected, "{found} for {asked}");
        }
    }

    #[test]
    fn no_coded_value_is_both_sound_and_not() {
        for test in TestCode::ALL {
            let Codes { sound, failing, adverse } = test.codes();
            let all = [sound, failing, adverse].concat();
            let mut once = all.clone();
            once.sort();
            once.dedup();
            assert_eq!(all.len(), once.len(), "{test:?}");
        }
    }

    #[test]
    fn only_what_may_enter_a_lot_is_of_one_lot() {
        let of_one_lot: Vec<_> = TestCode::ALL.iter().filter(|test| test.is_of_one_lot()).collect();
        assert_eq!(of_one_lot.len(), 3);
        for test in [TestCode::Sterility, TestCode::Mycoplasma, TestCode::Endotoxin] {
            assert!(of_one_lot.contains(&&test), "{test:?}");
        }
    }

    #[test]
    fn codes_read_back() {
        for test in TestCode::ALL {
            assert_eq!(TestCode::from_code(test.code()), Some(*test));
            assert_eq!(serde_json::json!(test), serde_json::json!(test.code()));
        }
    }
}
