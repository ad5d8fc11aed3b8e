//! Why a criterion has its verdict: typed, and told in both languages.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{unit::Unit, value::Counted};
use crate::domain::lang::Lang;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Reason {
    Meets,
    /// All that would fail is in the donor too.
    InDonor,
    FailsRequirement,
    LaboratoryFailed,
    /// A later passage is not below an earlier one.
    NotFalling,
    NoResult,
    /// There are results, by methods that do not count.
    OtherMethod,
    /// There are results of other material, or at levels that do not count.
    OtherMaterial,
    /// There are results, all superseded or declared out of specification.
    SetAside,
    QualifierNotStated,
    SampledLater,
    OlderThanDays {
        days: u32,
        #[schemars(with = "String")]
        sampled: NaiveDate,
    },
    OlderThanPassages {
        passages: u32,
        tested: u32,
        subject: u32,
    },
    MethodNotStated,
    ValueNotStated,
    ValueUnreadable,
    UnitNotComparable {
        found: Unit,
        expected: Unit,
    },
    /// The value is of a sort that says nothing on the requirement.
    OtherSort,
    /// The value leaves both open: `<10` against ≤ 5.
    LeavesOpen,
    DetectionLimitNotStated,
    LaboratoryInconclusive,
    SamplingDateUnknown,
    PassageUnknown,
    TooFewExamined {
        found: u32,
        needed: u32,
        of: Counted,
    },
    ExaminedNotStated {
        needed: u32,
        of: Counted,
    },
    ReferenceNotStated {
        expected: String,
    },
    OtherReference {
        found: String,
        expected: String,
    },
    MetaphasesNotStated,
    SexChromosomesNotStated,
    DonorKaryotypeUnreadable,
    FindingSizeNotStated,
    TooFewPassages {
        by: u32,
    },
    /// The value misses the limit and keeps to the one for review.
    BetweenLimits,
    Abnormal,
    /// The value is adverse and carries no number to judge.
    AdverseWithoutNumber,
    /// Each other karyotype is below the share, all together are not.
    OtherKaryotypesTogether,
    /// It would fail, were it not asked for information only.
    FailsForInformation,
    ForInformation,
    /// The standard demands the test and states no limit.
    NoLimitStated,
    /// The standard does not say which make the panel.
    PanelNotStated,
    StandardDoesNotApply,
    CriterionDoesNotApply,
}

impl Reason {
    pub fn text(&self, lang: Lang) -> String {
        let (english, japanese) = self.template();
        let template = match lang {
            Lang::En => english,
            Lang::Ja => japanese,
        };
        let fill = |text: String, (name, value): (&str, String)| text.replace(name, &value);
        self.values(lang).into_iter().fold(template.to_owned(), fill)
    }

    /// What the templates name, in the reader's language.
    fn values(&self, lang: Lang) -> Vec<(&'static str, String)> {
        match self {
            Self::OlderThanDays { days, .. } => vec![("{days}", days.to_string())],
            Self::OlderThanPassages { passages, tested, subject } => vec![
                ("{passages}", passages.to_string()),
                ("{tested}", tested.to_string()),
                ("{subject}", subject.to_string()),
            ],
            Self::UnitNotComparable { found, expected } => {
                vec![("{found}", found.to_string()), ("{expected}", expected.to_string())]
            }
            Self::TooFewExamined { found, needed, of } => vec![
                ("{found}", found.to_string()),
                ("{needed}", needed.to_string()),
                ("{of}", of.label(lang).to_owned()),
            ],
            Self::ExaminedNotStated { needed, of } => {
                vec![("{needed}", needed.to_string()), ("{of}", of.label(lang).to_owned())]
            }
            Self::ReferenceNotStated { expected } => vec![("{expected}", expected.clone())],
            Self::OtherReference { found, expected } => {
                vec![("{found}", found.clone()), ("{expected}", expected.clone())]
            }
            Self::TooFewPassages { by } => vec![("{by}", by.to_string())],
            _ => Vec::new(),
        }
    }

    /// English and Japanese.
    #[rustfmt::skip]
    fn template(&self) -> (&'static str, &'static str) {
        match self {
            Self::Meets => ("meets the requirement", "要件を満たしています"),
            Self::InDonor => ("what is beyond the limit is in the donor too", "限度を超える所見はドナーにもあります"),
            Self::FailsRequirement => ("a result fails the requirement", "要件を満たさない結果があります"),
            Self::LaboratoryFailed => ("the laboratory's verdict is fail", "試験機関の判定が不適合です"),
            Self::NotFalling => ("the values do not fall from passage to passage", "継代に伴う減少が認められません"),
            Self::NoResult => ("there is no result", "結果がありません"),
            Self::OtherMethod => ("there are only results by other methods", "他の方法による結果しかありません"),
            Self::OtherMaterial => ("there are only results of other material, which do not count", "他の試料の結果しかなく、この判定には使えません"),
            Self::SetAside => ("all results were superseded or declared out of specification", "すべての結果が差し替えられたか、規格外として無効とされています"),
            Self::QualifierNotStated => ("results do not clearly say what was tested for", "結果の検査対象が明確ではありません"),
            Self::SampledLater => ("the sample was taken after the day of the assessment", "採取日が判定日より後です"),
            Self::MethodNotStated => ("the method is not stated or not known", "方法の記載がないか、読み取れません"),
            Self::ValueNotStated => ("no value is stated", "値の記載がありません"),
            Self::ValueUnreadable => ("the value cannot be read", "値を読み取れません"),
            Self::OtherSort => ("the value says nothing on the requirement", "値がこの要件の判定に使えない種類です"),
            Self::LeavesOpen => ("the value leaves open whether the limit is met", "値からは限度内かどうか決まりません"),
            Self::DetectionLimitNotStated => ("not detected, and the limit of detection is not stated", "検出せずですが、検出限界の記載がありません"),
            Self::LaboratoryInconclusive => ("the laboratory found the result inconclusive", "試験機関の判定が判定不能です"),
            Self::SamplingDateUnknown => ("the day of sampling is not known", "採取日が不明です"),
            Self::PassageUnknown => ("the passage is not known", "継代数が不明です"),
            Self::MetaphasesNotStated => ("how many metaphases each karyotype was seen in is not stated", "各核型の細胞数の記載がありません"),
            Self::SexChromosomesNotStated => ("the sex chromosomes of a karyotype are not stated", "核型に性染色体の記載がありません"),
            Self::DonorKaryotypeUnreadable => ("the karyotype of the donor cannot be read", "ドナーの核型を読み取れません"),
            Self::FindingSizeNotStated => ("the size of a finding is not stated", "所見の大きさの記載がありません"),
            Self::BetweenLimits => ("the value misses the limit and is to be looked at", "限度を外れ、確認が必要な範囲です"),
            Self::Abnormal => ("an abnormal result is to be looked at", "異常な結果があり、確認が必要です"),
            Self::AdverseWithoutNumber => ("an adverse result without a number is to be looked at", "数値のない好ましくない結果があり、確認が必要です"),
            Self::OtherKaryotypesTogether => ("other karyotypes together reach the share, each alone does not", "他の核型は個々には限度未満ですが、合計が限度に達しています"),
            Self::FailsForInformation => ("a result asked for information is out of its limit", "参考試験の結果が限度を外れています"),
            Self::ForInformation => ("reported for information", "参考として報告されています"),
            Self::NoLimitStated => ("reported; the standard states no limit", "報告されています(規格に限度の記載がありません)"),
            Self::PanelNotStated => ("reported; the standard does not name what must be tested", "報告されています(規格に検査項目の記載がありません)"),
            Self::StandardDoesNotApply => ("the standard does not apply to this kind of subject", "この種類の対象には規格が適用されません"),
            Self::CriterionDoesNotApply => ("the criterion does not apply to this kind of subject", "この種類の対象には項目が適用されません"),
            Self::OlderThanDays { .. } => ("sampled more than {days} days before", "採取から{days}日を超えています"),
            Self::OlderThanPassages { .. } => ("tested at passage {tested}, more than {passages} passages before passage {subject}", "試験時の継代数{tested}から現在の継代数{subject}まで{passages}継代を超えています"),
            Self::UnitNotComparable { .. } => ("the result is in {found}, which cannot be compared with {expected}", "結果の単位{found}は{expected}と比較できません"),
            Self::TooFewExamined { .. } => ("{found} {of} were examined; {needed} are needed", "{of}の検査数は{found}で、必要数{needed}に足りません"),
            Self::ExaminedNotStated { .. } => ("how many {of} were examined is not stated; {needed} are needed", "{of}の検査数の記載がありません(必要数{needed})"),
            Self::ReferenceNotStated { .. } => ("the reference line is not stated; {expected} is needed", "基準株の記載がありません(必要な基準株は{expected})"),
            Self::OtherReference { .. } => ("the result is relative to {found}, not to {expected}", "基準株が{found}で、{expected}ではありません"),
            Self::TooFewPassages { .. } => ("a trend needs results of two passages up to passage {by}", "推移の判定には継代数{by}までの二つの継代の結果が必要です"),
        }
    }
}
