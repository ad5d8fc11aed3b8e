//! The three axes of a unit: custody, transplant and research consent, each with the states that it knows. How a unit
//! moves along them stands in [`super::steps`].

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    code::{Answer, InputStatus, StatusReason},
    facts::Status,
};
use crate::domain::{cell_line::coded, lang::Lang};

/// Where the unit is.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Custody {
    Collected,
    Received,
    /// Received and not taken.
    Rejected,
    Processed,
    Stored,
    Shipped,
    /// Used up where it was stored.
    Consumed,
    Disposed,
}

coded!(Custody {
    Collected = "collected", "Collected", "採取";
    Received = "received", "Received", "受領";
    Rejected = "rejected", "Rejected", "受入不可";
    Processed = "processed", "Processed", "調製";
    Stored = "stored", "Stored", "保存";
    Shipped = "shipped", "Shipped", "出庫";
    Consumed = "consumed", "Consumed", "使用";
    Disposed = "disposed", "Discarded", "廃棄";
});

impl Custody {
    /// Where a unit can go from here; nowhere, where custody has ended. A unit that is not taken for transplantation
    /// may still go to research, as most that are never listed.
    pub fn next(self) -> &'static [Self] {
        match self {
            Self::Collected => &[Self::Received],
            Self::Received => &[Self::Rejected, Self::Processed],
            Self::Processed => &[Self::Stored],
            Self::Rejected | Self::Stored => &[Self::Shipped, Self::Consumed, Self::Disposed],
            Self::Shipped | Self::Consumed | Self::Disposed => &[],
        }
    }

    /// Whether the unit is no longer there to be given to anybody.
    pub fn has_ended(self) -> bool {
        self.next().is_empty()
    }
}

/// Whether the unit is offered for transplantation.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(tag = "state", rename_all = "snake_case", deny_unknown_fields)]
pub enum Transplant {
    /// Waits for the health survey of mother and child, or is held back for a time.
    PendingSurvey,
    Listed,
    /// For a patient. Hospitals reserve elsewhere, so that this comes by import only.
    Reserved,
    /// Off the list for good, unless the reason was that a file did not name it.
    Delisted {
        reason: DelistReason,
    },
    /// Final for transplantation, and no word on research.
    NeverEligible,
}

impl Transplant {
    /// Off the list because a full inventory did not name the unit; the next may list it again.
    pub const ABSENT: Self = Self::Delisted { reason: DelistReason::NotInInventory };

    /// The stable codes, in the order of a unit's life.
    pub const CODES: [&'static str; 6] =
        ["pending_survey", "listed", "reserved", "delisted", "not_in_inventory", "never_eligible"];

    /// The stable code. A unit that left an inventory has a code of its own, because it may come back; every other
    /// reason of a delisting has one.
    pub fn code(self) -> &'static str {
        match self {
            Self::PendingSurvey => "pending_survey",
            Self::Listed => "listed",
            Self::Reserved => "reserved",
            Self::Delisted { reason: DelistReason::NotInInventory } => "not_in_inventory",
            Self::Delisted { .. } => "delisted",
            Self::NeverEligible => "never_eligible",
        }
    }

    /// A state with this code, to be labelled; why a unit was delisted is not in it.
    pub fn from_code(code: &str) -> Option<Self> {
        let delisted = Self::Delisted { reason: DelistReason::Unknown };
        let all = [Self::PendingSurvey, Self::Listed, Self::Reserved, delisted, Self::ABSENT];
        all.into_iter().chain([Self::NeverEligible]).find(|state| state.code() == code)
    }

    pub fn label(self, lang: Lang) -> &'static str {
        match (self, lang) {
            (Self::PendingSurvey, Lang::En) => "Pending health survey",
            (Self::PendingSurvey, Lang::Ja) => "健康調査中",
            (Self::Listed, Lang::En) => "Listed",
            (Self::Listed, Lang::Ja) => "公開",
            (Self::Reserved, Lang::En) => "Reserved",
            (Self::Reserved, Lang::Ja) => "予約済",
            (Self::Delisted { reason: reason @ DelistReason::NotInInventory }, lang) => {
                reason.label(lang)
            }
            (Self::Delisted { .. }, Lang::En) => "No longer listed",
            (Self::Delisted { .. }, Lang::Ja) => "公開終了",
            (Self::NeverEligible, Lang::En) => "Not eligible for transplantation",
            (Self::NeverEligible, Lang::Ja) => "移植不適",
        }
    }

    /// Whether the unit is offered, or held for a patient.
    pub fn is_on_the_list(self) -> bool {
        matches!(self, Self::Listed | Self::Reserved)
    }

    /// Whether the unit can never be listed again.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Delisted { .. } | Self::NeverEligible) && self != Self::ABSENT
    }
}

impl fmt::Display for Transplant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PendingSurvey => f.write_str("pending survey"),
            Self::Listed => f.write_str("listed"),
            Self::Reserved => f.write_str("reserved"),
            Self::Delisted { reason } => write!(f, "delisted ({})", reason.code()),
            Self::NeverEligible => f.write_str("never eligible"),
        }
    }
}

impl Status {
    /// Where a unit stands by the status that its bank sends: what the bank holds is stored. A unit that is unavailable
    /// for a time is not listed. One that was distributed, destroyed or expired does not come back, whatever the status.
    pub fn standing(&self) -> Option<Standing> {
        let reason = self.delist_reason();
        let delisted = |reason| Transplant::Delisted { reason };
        let (custody, transplant) = match (self.input?, reason) {
            (InputStatus::Available, _) => (Some(Custody::Stored), Transplant::Listed),
            (InputStatus::Reserved, _) => (Some(Custody::Stored), Transplant::Reserved),
            (_, Some(reason @ DelistReason::Distributed)) => {
                (Some(Custody::Shipped), delisted(reason))
            }
            (_, Some(reason @ DelistReason::Destroyed)) => {
                (Some(Custody::Disposed), delisted(reason))
            }
            (InputStatus::Unavailable, Some(reason @ DelistReason::Expired)) => {
                (Some(Custody::Stored), delisted(reason))
            }
            (InputStatus::Unavailable, _) => (Some(Custody::Stored), Transplant::PendingSurvey),
            (InputStatus::Deleted, reason) => {
                (None, delisted(reason.unwrap_or(DelistReason::Unknown)))
            }
        };
        Some(Standing { custody, transplant: Some(transplant), ..Standing::UNKNOWN })
    }

    fn delist_reason(&self) -> Option<DelistReason> {
        Some(match self.reason? {
            StatusReason::Destroyed => DelistReason::Destroyed,
            StatusReason::Distributed => DelistReason::Distributed,
            StatusReason::Expired => DelistReason::Expired,
            StatusReason::Medical => DelistReason::Medical,
            StatusReason::Unknown => DelistReason::Unknown,
            StatusReason::Quarantined
            | StatusReason::Administrative
            | StatusReason::Moved
            | StatusReason::Other => DelistReason::Other,
        })
    }
}

#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum DelistReason {
    /// Too old for transplantation; research may still use it.
    Expired,
    Medical,
    ConsentWithdrawn,
    /// Shipped for transplantation.
    Distributed,
    ReleasedForResearch,
    Destroyed,
    /// A full inventory did not name it.
    NotInInventory,
    Other,
    Unknown,
}

coded!(DelistReason {
    Expired = "expired", "Expired for transplantation", "移植用期限切れ";
    Medical = "medical", "Medical reasons", "医学的理由";
    ConsentWithdrawn = "consent_withdrawn", "Consent withdrawn", "同意撤回";
    Distributed = "distributed", "Shipped for transplantation", "移植用に出庫";
    ReleasedForResearch = "released_for_research", "Released for research", "研究用に提供";
    Destroyed = "destroyed", "Discarded or damaged", "廃棄・破損";
    NotInInventory = "not_in_inventory", "No longer in the inventory", "在庫一覧に記載なし";
    Other = "other", "Other", "その他";
    Unknown = "unknown", "Unknown", "不明";
});

/// What a unit is released for when it is not transplanted.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum ResearchUse {
    Research,
    IpsDerivation,
}

coded!(ResearchUse {
    Research = "research", "Research", "研究";
    IpsDerivation = "ips_derivation", "Derivation of iPS cells", "iPS細胞の樹立";
});

/// How a released unit leaves storage.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Departure {
    Shipped,
    /// Used up where it was stored.
    Consumed,
}

/// Where a unit stands on all three axes. What nobody has said is unknown, and lets nothing pass that requires it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Standing {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custody: Option<Custody>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transplant: Option<Transplant>,
    pub research_consent: Answer,
}

impl Standing {
    pub const UNKNOWN: Self =
        Self { custody: None, transplant: None, research_consent: Answer::Unknown };
}

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let custody = self.custody.map_or("unknown", Custody::code);
        let consent = self.research_consent.code();
        write!(f, "custody {custody}, {}, consent for research {consent}", listing(self.transplant))
    }
}

/// The state on the transplant axis as a sentence says it.
pub(super) fn listing(transplant: Option<Transplant>) -> String {
    transplant.map_or_else(|| "of unknown listing".to_owned(), |state| state.to_string())
}
