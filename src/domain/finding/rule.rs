//! The rules as data: what each is called, how much it weighs, what it says, and where it comes from.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::{cell_line::coded, karyotype::FindingKind, lang::Lang};

/// How much a finding weighs, the gravest first.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Something is wrong: the cells, the donor or a record.
    Error,
    /// A person has to judge it.
    Finding,
    AsExpected,
}

coded!(Severity {
    Error = "error", "Error", "誤り";
    Finding = "finding", "Finding", "所見";
    AsExpected = "as_expected", "As expected", "想定どおり";
});

/// A rule, by its stable code.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum RuleCode {
    KaryotypeSex,
    KaryotypeDonorSex,
    KaryotypeDiffers,
    KaryotypeAsExpected,
    StrAgrees,
    StrUnrelated,
    StrNeedsWork,
    StrReportsDisagree,
    StrFewMarkers,
    StrMixture,
    StrUnread,
    StrOfTwoDonors,
    HlaAgrees,
    HlaDiffers,
    HlaEdited,
    HlaUnread,
    HlaClassNotShown,
    HlaClassContradicted,
    DateInFuture,
    SampledAfterEntry,
    SampledBeforeFreezing,
    SampledAfterEnd,
    FrozenBeforeDerivation,
    FrozenBeforeParent,
    OrderableBeforeFreezing,
    AvailabilityOutOfOrder,
    UnitDatesOutOfOrder,
    UnitConsentRefused,
    UnitConsentRefusedLater,
    UnitConsentUnknown,
    UnitNotReleased,
    UnitStillOffered,
    SeveralOrigins,
}

coded!(RuleCode {
    KaryotypeSex = "karyotype_sex", "Karyotype of the other sex", "核型と性別の不一致";
    KaryotypeDonorSex = "karyotype_donor_sex", "Donor's karyotype and sex disagree", "ドナーの核型と性別の不一致";
    KaryotypeDiffers = "karyotype_differs", "Karyotype beside the donor's", "ドナーと比べた核型の所見";
    KaryotypeAsExpected = "karyotype_as_expected", "Karyotype as the donor's", "ドナーと同じ核型";
    StrAgrees = "str_agrees", "STR agrees", "STR一致";
    StrUnrelated = "str_unrelated", "STR of another individual", "別個体のSTR";
    StrNeedsWork = "str_needs_work", "STR agrees in part", "STR部分一致";
    StrReportsDisagree = "str_reports_disagree", "STR reports disagree", "STR報告間の不一致";
    StrFewMarkers = "str_few_markers", "STR compared at few markers", "STR比較マーカー不足";
    StrMixture = "str_mixture", "STR of a mixture", "STR混合の疑い";
    StrUnread = "str_unread", "STR not read", "STR読取不可";
    StrOfTwoDonors = "str_of_two_donors", "One STR profile, two donors", "異なるドナーで同一のSTR";
    HlaAgrees = "hla_agrees", "HLA agrees", "HLA一致";
    HlaDiffers = "hla_differs", "HLA differs", "HLA不一致";
    HlaEdited = "hla_edited", "HLA differs where it was edited", "HLA編集部位の相違";
    HlaUnread = "hla_unread", "HLA typing not read", "HLA型読取不可";
    HlaClassNotShown = "hla_class_not_shown", "HLA-homozygous class not shown by the typing", "HLAホモ接合の根拠不足";
    HlaClassContradicted = "hla_class_contradicted", "HLA-homozygous class contradicted by the typing", "HLAホモ接合の分類と型の矛盾";
    DateInFuture = "date_in_future", "Date in the future", "未来の日付";
    SampledAfterEntry = "sampled_after_entry", "Sampled after it was entered", "採取日が入力日より後";
    SampledBeforeFreezing = "sampled_before_freezing", "Sampled before the lot was frozen", "ロット凍結前の採取";
    SampledAfterEnd = "sampled_after_end", "Sampled after the lot was discontinued", "提供終了後の採取";
    FrozenBeforeDerivation = "frozen_before_derivation", "Lot frozen before the line was made", "株の樹立前に凍結";
    FrozenBeforeParent = "frozen_before_parent", "Lot frozen before the lot it was grown from", "親ロットより前に凍結";
    OrderableBeforeFreezing = "orderable_before_freezing", "Lot offered before it was frozen", "凍結前に提供可";
    AvailabilityOutOfOrder = "availability_out_of_order", "States of availability out of order", "提供状況の日付順";
    UnitDatesOutOfOrder = "unit_dates_out_of_order", "Dates of the unit out of order", "ユニットの日付順";
    UnitConsentRefused = "unit_consent_refused", "Made of a unit without consent for research", "研究同意のないユニット";
    UnitConsentRefusedLater = "unit_consent_refused_later", "Consent for research refused after the unit was used", "使用後に研究同意が撤回されたユニット";
    UnitConsentUnknown = "unit_consent_unknown", "Made of a unit whose consent for research is unknown", "研究同意が不明のユニット";
    UnitNotReleased = "unit_not_released", "Made of a unit without a release for it", "払出しの記録がないユニット";
    UnitStillOffered = "unit_still_offered", "Made of a unit that is offered for transplantation", "移植用に提供中のユニット";
    SeveralOrigins = "several_origins", "Several donors or parents", "複数のドナーまたは親株";
});

/// One rule. In its sentences `{other}` stands for what the subject is compared with and `{about}` for what was found.
#[derive(Debug, Serialize)]
pub struct Rule {
    pub code: RuleCode,
    pub severity: Severity,
    pub en: &'static str,
    pub ja: &'static str,
    pub source: &'static str,
}

impl RuleCode {
    pub fn rule(self) -> &'static Rule {
        RULES.iter().find(|rule| rule.code == self).expect("every rule is in the table")
    }

    /// The rule that a finding on a karyotype falls under.
    pub fn of_karyotype(kind: FindingKind) -> Self {
        match kind {
            FindingKind::WrongSex => Self::KaryotypeSex,
            FindingKind::DonorSexDiffers => Self::KaryotypeDonorSex,
            FindingKind::ConstitutionalAsExpected => Self::KaryotypeAsExpected,
            _ => Self::KaryotypeDiffers,
        }
    }
}

const ISCN: &str = "ISCN; constitutional findings are marked c";
const ASN: &str = "ANSI/ATCC ASN-0002-2011: 80 % and more related, 55 % and less unrelated; Tanabe score at 8 markers or more";
const IMGT: &str = "IPD-IMGT/HLA nomenclature; compared as P groups where both sides go no further";
const OURS: &str = "rule of this catalogue";

/// Every rule, in the order of [`RuleCode`].
pub const RULES: [Rule; 33] = [
    Rule {
        code: RuleCode::KaryotypeSex,
        severity: Severity::Error,
        en: "{about}: compare the STR profiles of the cells and the donor. A lost Y or X, 45,X and 47,XXY do not count as this.",
        ja: "{about}。細胞とドナーのSTRプロファイルを照合してください。Y・Xの喪失、45,X、47,XXYはこれに当たりません。",
        source: ISCN,
    },
    Rule {
        code: RuleCode::KaryotypeDonorSex,
        severity: Severity::Error,
        en: "The donor's own karyotype does not fit the donor's sex: check the donor's record.",
        ja: "ドナー自身の核型とドナーの性別が合いません。ドナーの記録を確認してください。",
        source: ISCN,
    },
    Rule {
        code: RuleCode::KaryotypeDiffers,
        severity: Severity::Finding,
        en: "{about}: a person has to judge it.",
        ja: "{about}。担当者による判断が必要です。",
        source: ISCN,
    },
    Rule {
        code: RuleCode::KaryotypeAsExpected,
        severity: Severity::AsExpected,
        en: "{about}: as it should be.",
        ja: "{about}。想定どおりです。",
        source: ISCN,
    },
    Rule {
        code: RuleCode::StrAgrees,
        severity: Severity::AsExpected,
        en: "The STR profile agrees with that of the {other}.",
        ja: "STRプロファイルは{other}と一致します。",
        source: ASN,
    },
    Rule {
        code: RuleCode::StrUnrelated,
        severity: Severity::Error,
        en: "The STR profile is not that of the {other}: look for a mix-up of cells or records, and for a donor who was transplanted.",
        ja: "STRプロファイルが{other}のものではありません。細胞または記録の取り違え、移植歴のあるドナーの可能性を確認してください。",
        source: ASN,
    },
    Rule {
        code: RuleCode::StrNeedsWork,
        severity: Severity::Finding,
        en: "The STR profile agrees with that of the {other} in part only: type both again before either is relied on.",
        ja: "STRプロファイルは{other}と一部しか一致しません。両者を再検査してから判断してください。",
        source: ASN,
    },
    Rule {
        code: RuleCode::StrReportsDisagree,
        severity: Severity::Finding,
        en: "Of several STR reports some agree with the {other} and some do not: compare the reports at their sources.",
        ja: "複数のSTR報告のうち、{other}と一致するものとしないものがあります。出典の報告を照合してください。",
        source: ASN,
    },
    Rule {
        code: RuleCode::StrFewMarkers,
        severity: Severity::Finding,
        en: "The STR profile differs from that of the {other}, and fewer than 8 markers are in both: too few to tell.",
        ja: "STRプロファイルは{other}と異なりますが、共通のマーカーが8個未満のため判定できません。",
        source: ASN,
    },
    Rule {
        code: RuleCode::StrMixture,
        severity: Severity::Finding,
        en: "An STR profile has three alleles or more at more than three markers: the sample may be a mixture of several individuals.",
        ja: "4個以上のマーカーで3個以上のアレルがあります。複数個体の混合試料の可能性があります。",
        source: "more than three markers with more than two alleles",
    },
    Rule {
        code: RuleCode::StrUnread,
        severity: Severity::Finding,
        en: "Alleles of an STR profile cannot be read and are not compared: {about}. Correct them at their source.",
        ja: "STRプロファイルに読み取れないアレルがあり、比較されません：{about}。出典を修正してください。",
        source: OURS,
    },
    Rule {
        code: RuleCode::StrOfTwoDonors,
        severity: Severity::Finding,
        en: "The same STR profile is on record for another donor: a mix-up, twins, or one person recorded twice.",
        ja: "別のドナーに同一のSTRプロファイルが登録されています。取り違え、双生児、または同一人の二重登録の可能性があります。",
        source: "equal at the 8 core markers of ANSI/ATCC ASN-0002-2011 and wherever else both are typed",
    },
    Rule {
        code: RuleCode::HlaAgrees,
        severity: Severity::AsExpected,
        en: "HLA agrees with the {other} at {about}, as far as both typings go. Not for clinical selection.",
        ja: "両者のタイピングの解像度の範囲で、HLAは{about}で{other}と一致します。臨床でのドナーや細胞の選択には使用しないでください。",
        source: IMGT,
    },
    Rule {
        code: RuleCode::HlaDiffers,
        severity: Severity::Finding,
        en: "{about} Not for clinical selection.",
        ja: "{about}臨床でのドナーや細胞の選択には使用しないでください。",
        source: IMGT,
    },
    Rule {
        code: RuleCode::HlaEdited,
        severity: Severity::AsExpected,
        en: "HLA differs from the {other} at {about}, which was edited on purpose. Not for clinical selection.",
        ja: "{about}は{other}と異なりますが、意図的に編集された座位です。臨床でのドナーや細胞の選択には使用しないでください。",
        source: IMGT,
    },
    Rule {
        code: RuleCode::HlaUnread,
        severity: Severity::Finding,
        en: "An HLA typing cannot be read in full and what is left out is not compared: {about}.",
        ja: "HLA型に読み取れない部分があり、その座位は比較されません：{about}。",
        source: IMGT,
    },
    Rule {
        code: RuleCode::HlaClassNotShown,
        severity: Severity::Finding,
        en: "A source calls the line HLA-homozygous and no typing shows it: the class needs two typed identical two-field alleles at A, B and DRB1. Not for clinical selection.",
        ja: "HLAホモ接合と記載されていますが、それを示す型がありません。A・B・DRB1の各座位で第2区域まで同一の2アレルの型が必要です。臨床でのドナーや細胞の選択には使用しないでください。",
        source: OURS,
    },
    Rule {
        code: RuleCode::HlaClassContradicted,
        severity: Severity::Error,
        en: "A source calls the line HLA-homozygous and the typing is heterozygous: correct one of them. Not for clinical selection.",
        ja: "HLAホモ接合と記載されていますが、型はヘテロ接合です。いずれかを修正してください。臨床でのドナーや細胞の選択には使用しないでください。",
        source: OURS,
    },
    Rule {
        code: RuleCode::DateInFuture,
        severity: Severity::Error,
        en: "A date lies in the future: {about}. Correct it.",
        ja: "未来の日付があります：{about}。修正してください。",
        source: OURS,
    },
    Rule {
        code: RuleCode::SampledAfterEntry,
        severity: Severity::Error,
        en: "A result was entered before its sample was taken: correct one of the dates.",
        ja: "試料の採取日より前に結果が入力されています。いずれかの日付を修正してください。",
        source: OURS,
    },
    Rule {
        code: RuleCode::SampledBeforeFreezing,
        severity: Severity::Finding,
        en: "A result of this lot was sampled before the lot was frozen: make sure that it is of the culture that was frozen.",
        ja: "ロットの凍結日より前に採取された結果です。凍結した培養のものか確認してください。",
        source: OURS,
    },
    Rule {
        code: RuleCode::SampledAfterEnd,
        severity: Severity::Finding,
        en: "A result of this lot was sampled after the lot was discontinued: make sure that it is of this lot.",
        ja: "ロットの提供終了より後に採取された結果です。このロットのものか確認してください。",
        source: OURS,
    },
    Rule {
        code: RuleCode::FrozenBeforeDerivation,
        severity: Severity::Error,
        en: "The lot was frozen before the year in which the line was made: correct one of them.",
        ja: "株の樹立年より前に凍結されています。いずれかを修正してください。",
        source: OURS,
    },
    Rule {
        code: RuleCode::FrozenBeforeParent,
        severity: Severity::Error,
        en: "The lot was frozen before the lot it was grown from: correct the date or the parent lot.",
        ja: "親ロットより前に凍結されています。日付または親ロットを修正してください。",
        source: OURS,
    },
    Rule {
        code: RuleCode::OrderableBeforeFreezing,
        severity: Severity::Finding,
        en: "The lot was offered before it was frozen: check both dates.",
        ja: "凍結日より前に提供可となっています。両方の日付を確認してください。",
        source: OURS,
    },
    Rule {
        code: RuleCode::AvailabilityOutOfOrder,
        severity: Severity::Finding,
        en: "A state of availability is dated before the one entered ahead of it: the list only grows, check the dates.",
        ja: "提供状況が、先に入力されたものより前の日付になっています。追記のみの一覧なので日付を確認してください。",
        source: OURS,
    },
    Rule {
        code: RuleCode::UnitDatesOutOfOrder,
        severity: Severity::Error,
        en: "The unit's dates are out of order: {about}. Correct them.",
        ja: "ユニットの日付の順序が正しくありません：{about}。修正してください。",
        source: OURS,
    },
    Rule {
        code: RuleCode::UnitConsentRefused,
        severity: Severity::Error,
        en: "The line was made of a cord-blood unit for whose use in research consent was refused.",
        ja: "研究利用に同意が得られていない臍帯血ユニットから樹立された株です。",
        source: OURS,
    },
    Rule {
        code: RuleCode::UnitConsentRefusedLater,
        severity: Severity::Finding,
        en: "Consent for research in the cord-blood unit that the line was made of was refused after the unit had been used: the line is not withdrawn by that, and a person has to judge what may still be done with it.",
        ja: "株の樹立に使用された後に、臍帯血ユニットの研究利用の同意が得られなくなりました。株が自動的に公開取消となるものではありません。今後の取扱いについて担当者による判断が必要です。",
        source: OURS,
    },
    Rule {
        code: RuleCode::UnitConsentUnknown,
        severity: Severity::Finding,
        en: "The line was made of a cord-blood unit whose consent for research nobody states, or two state differently: find the consent.",
        ja: "研究利用の同意が記載されていないか、記載が食い違う臍帯血ユニットから樹立された株です。同意を確認してください。",
        source: OURS,
    },
    Rule {
        code: RuleCode::UnitNotReleased,
        severity: Severity::Finding,
        en: "The line was made of a cord-blood unit whose history has no release for the derivation of iPS cells: record the release, or check whether a retained sample was used.",
        ja: "iPS細胞樹立用の払出しが履歴に記録されていない臍帯血ユニットから樹立された株です。払出しを記録するか、保存検体の使用かを確認してください。",
        source: OURS,
    },
    Rule {
        code: RuleCode::UnitStillOffered,
        severity: Severity::Finding,
        en: "The line was made of a cord-blood unit that is still offered or reserved for transplantation, so that it was never released: check the unit, or whether a retained sample was used.",
        ja: "移植用に提供中または予約中で、研究用に払い出されていない臍帯血ユニットから樹立された株です。ユニットの状態、または保存検体の使用かを確認してください。",
        source: OURS,
    },
    Rule {
        code: RuleCode::SeveralOrigins,
        severity: Severity::Finding,
        en: "The cells have several donors, parents or units on record and agree with none of them ({about}): a pool is like none of its parts, or a reference is wrong. Check which are meant. Not for clinical selection.",
        ja: "複数のドナー・親株・ユニットが登録されており、そのいずれとも一致しません（{about}）。混合試料であるか、参照先が誤っている可能性があります。登録を確認してください。臨床でのドナーや細胞の選択には使用しないでください。",
        source: OURS,
    },
];
