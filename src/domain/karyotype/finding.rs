//! What a comparison of karyotypes found, with its weight and its sentence in both languages.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Share;
use crate::domain::{
    cell_line::coded,
    donor::Sex,
    finding::{RuleCode, Severity},
    lang::Lang,
};

/// What the comparison found.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// The sex chromosomes are those of another person.
    WrongSex,
    /// The donor's own karyotype does not fit the donor's sex.
    DonorSexDiffers,
    SexChromosomeAbnormality,
    Acquired,
    /// The donor's karyotype is not known, and the line's text marks nothing `c`.
    OriginUnknown,
    /// Marked `c` in the line while the donor's karyotype is not known.
    ConstitutionalUnconfirmed,
    ConstitutionalNotInDonor,
    /// The same sort of abnormality of the same chromosomes as in the donor, described differently.
    DescriptionDiffers,
    ConstitutionalMissing,
    ConstitutionalAsExpected,
    /// The count is not 46 with what the text adds and takes away, as in a tetraploid clone.
    ChromosomeCount,
}

coded!(FindingKind {
    WrongSex = "wrong_sex", "Sex chromosomes of another person", "別人の性染色体";
    DonorSexDiffers = "donor_sex_differs", "Donor's karyotype and sex disagree", "ドナーの核型と性別の不一致";
    SexChromosomeAbnormality = "sex_chromosome_abnormality", "Sex chromosome abnormality", "性染色体異常";
    Acquired = "acquired", "Acquired abnormality", "後天的異常";
    OriginUnknown = "origin_unknown", "Abnormality, acquired or constitutional", "異常（後天的か構成的か不明）";
    ConstitutionalUnconfirmed = "constitutional_unconfirmed", "Constitutional abnormality, donor's karyotype unknown", "構成的異常（ドナーの核型は不明）";
    ConstitutionalNotInDonor = "constitutional_not_in_donor", "Marked constitutional, but not in the donor", "構成的と記載、ドナーにはなし";
    DescriptionDiffers = "description_differs", "Described otherwise than in the donor", "ドナーと記載が異なる";
    ConstitutionalMissing = "constitutional_missing", "Constitutional abnormality missing", "構成的異常の欠如";
    ConstitutionalAsExpected = "constitutional_as_expected", "Constitutional abnormality, as in the donor", "構成的異常（ドナーと同じ）";
    ChromosomeCount = "chromosome_count", "Chromosome count not explained by the abnormalities", "異常の記載と合わない染色体数";
});

/// Whether enough cells have an abnormality to call them a clone: [`super::CELLS_OF_A_CLONE`].
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Clonality {
    Clonal,
    /// A single cell, or two that lost the same chromosome.
    NonClonal,
    /// The cells are not stated.
    Unknown,
}

coded!(Clonality {
    Clonal = "clonal", "clonal", "クローン性";
    NonClonal = "non_clonal", "not clonal", "非クローン性";
    Unknown = "unknown", "clonality unknown", "クローン性不明";
});

/// What the donor has where the line differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum DonorSide {
    Sex { sex: Sex },
    Karyotype { text: String },
}

/// One finding of a comparison.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    pub kind: FindingKind,
    /// The abnormality as written, `+8`; sex chromosomes, `XXY`; or a count, `92`.
    pub subject: String,
    /// What was gained or lost, `-Y`, where sex chromosomes differ from the one set expected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub donor: Option<DonorSide>,
    /// The clones of the line that it is about, counted from zero.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clones: Vec<usize>,
    /// `None` for what is constitutional and for what is an error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clonality: Option<Clonality>,
    /// The cells of all those clones together; `None` if they are not stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<Share>,
}

impl Finding {
    pub fn severity(&self) -> Severity {
        RuleCode::of_karyotype(self.kind).rule().severity
    }

    /// The finding as a sentence.
    pub fn text(&self, lang: Lang) -> String {
        let donor = self.donor.as_ref().map(|donor| match donor {
            DonorSide::Sex { sex } => sex.label(lang),
            DonorSide::Karyotype { text } => text,
        });
        let clonality = self.clonality.map(|clonality| clonality.label(lang));
        let (label, subject) = (self.kind.label(lang), &self.subject);
        let (mut text, comma) = match lang {
            Lang::En => (format!("{label}: {subject}"), ", "),
            Lang::Ja => (format!("{label}：{subject}"), "、"),
        };
        if let Some(change) = &self.change {
            text = text + comma + change;
        }
        text += &donor.map_or_else(String::new, |donor| match lang {
            Lang::En => format!(" (donor: {donor})"),
            Lang::Ja => format!("（ドナー：{donor}）"),
        });
        let share = self.share.map(|Share { cells, of }| match lang {
            Lang::En => format!("{cells} of {of} cells"),
            Lang::Ja => format!("{of}細胞中{cells}細胞"),
        });
        for part in clonality.map(ToOwned::to_owned).into_iter().chain(share) {
            text = text + comma + &part;
        }
        text + self.advice(lang)
    }

    fn advice(&self, lang: Lang) -> &'static str {
        match (self.kind, lang) {
            (FindingKind::WrongSex, Lang::En) => ": compare the STR profiles of line and donor",
            (FindingKind::WrongSex, Lang::Ja) => "。細胞株とドナーのSTRプロファイルを照合すること",
            (FindingKind::DonorSexDiffers, Lang::En) => ": check the donor's record",
            (FindingKind::DonorSexDiffers, Lang::Ja) => "。ドナーの記録を確認すること",
            (FindingKind::ChromosomeCount, Lang::En) => ": check the text, or the ploidy",
            (FindingKind::ChromosomeCount, Lang::Ja) => "。記載または倍数性を確認すること",
            _ => "",
        }
    }
}
