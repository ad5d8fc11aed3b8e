//! The three axes of a unit – custody, transplant, research consent – and the steps along them.
//!
//! A step is refused or done whole: what it changes on several axes stands in one entry. Nothing is undone; an
//! axis that moves back does so by a step of its own.

use std::fmt;

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::code::{Answer, InputStatus};
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
    /// Where a unit can go from here; nowhere, where custody has ended.
    pub fn next(self) -> &'static [Self] {
        match self {
            Self::Collected => &[Self::Received],
            Self::Received => &[Self::Rejected, Self::Processed],
            Self::Processed => &[Self::Stored],
            Self::Stored => &[Self::Shipped, Self::Consumed, Self::Disposed],
            Self::Rejected | Self::Shipped | Self::Consumed | Self::Disposed => &[],
        }
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
    /// The stable code, whatever the reason of a delisting.
    pub fn code(self) -> &'static str {
        match self {
            Self::PendingSurvey => "pending_survey",
            Self::Listed => "listed",
            Self::Reserved => "reserved",
            Self::Delisted { .. } => "delisted",
            Self::NeverEligible => "never_eligible",
        }
    }

    pub fn label(self, lang: Lang) -> &'static str {
        match (self, lang) {
            (Self::PendingSurvey, Lang::En) => "Pending health survey",
            (Self::PendingSurvey, Lang::Ja) => "健康調査中",
            (Self::Listed, Lang::En) => "Listed",
            (Self::Listed, Lang::Ja) => "公開",
            (Self::Reserved, Lang::En) => "Reserved",
            (Self::Reserved, Lang::Ja) => "予約済",
            (Self::Delisted { .. }, Lang::En) => "No longer listed",
            (Self::Delisted { .. }, Lang::Ja) => "公開終了",
            (Self::NeverEligible, Lang::En) => "Not eligible for transplantation",
            (Self::NeverEligible, Lang::Ja) => "移植不適",
        }
    }

    /// The steps by which an import brings a unit to what its file says of it, all of one day. Where that cannot
    /// be, the first of them is refused.
    pub fn steps_to(self, to: Self) -> Vec<Transition> {
        if self == to {
            return Vec::new();
        }
        let onto_the_list = match self {
            Self::Listed => None,
            Self::Reserved => Some(Transition::EndReservation),
            Self::PendingSurvey | Self::Delisted { .. } | Self::NeverEligible => {
                Some(Transition::List)
            }
        };
        match to {
            Self::Listed => onto_the_list.into_iter().collect(),
            Self::Reserved => onto_the_list.into_iter().chain([Transition::Reserve]).collect(),
            Self::PendingSurvey => onto_the_list.into_iter().chain([Transition::Suspend]).collect(),
            Self::Delisted { reason } => vec![Transition::Delist { reason }],
            Self::NeverEligible => vec![Transition::DeclareNeverEligible],
        }
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

impl InputStatus {
    /// The state on the transplant axis that a status in an inventory stands for. A unit that is unavailable for a
    /// time is not listed. A deleted unit is delisted, for a reason that the status does not hold.
    pub fn transplant(self) -> Option<Transplant> {
        match self {
            Self::Available => Some(Transplant::Listed),
            Self::Unavailable => Some(Transplant::PendingSurvey),
            Self::Reserved => Some(Transplant::Reserved),
            Self::Deleted => None,
        }
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

/// Where a unit stands on all three axes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Standing {
    pub custody: Custody,
    pub transplant: Transplant,
    pub research_consent: Answer,
}

/// A step, as it is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "step", rename_all = "snake_case", deny_unknown_fields)]
pub enum Transition {
    Receive,
    Reject,
    Process,
    Store,
    List,
    /// Listed, and held back again.
    Suspend,
    Reserve,
    /// The reservation ends and the unit is listed again.
    EndReservation,
    Delist {
        reason: DelistReason,
    },
    DeclareNeverEligible,
    /// The consent for research as it is from this day on.
    RecordResearchConsent {
        answer: Answer,
    },
    ShipForTransplant,
    /// Gives the unit to research, and takes it off the list in the same step.
    Release {
        purpose: ResearchUse,
        departure: Departure,
    },
    Dispose,
}

/// Who asks for a step.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    Import,
    Curator,
}

/// What a step changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "axis", rename_all = "snake_case", deny_unknown_fields)]
pub enum Effect {
    Custody { to: Custody },
    Transplant { to: Transplant },
    ResearchConsent { to: Answer },
}

impl Effect {
    fn change(self, standing: &mut Standing) {
        match self {
            Self::Custody { to } => standing.custody = to,
            Self::Transplant { to } => standing.transplant = to,
            Self::ResearchConsent { to } => standing.research_consent = to,
        }
    }
}

/// A step that was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    #[schemars(with = "String")]
    pub date: NaiveDate,
    pub transition: Transition,
    pub origin: Origin,
    /// In order: a unit leaves the list before it leaves storage.
    pub effects: Vec<Effect>,
}

/// A unit's way along its axes, from where it was first known to stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct History {
    #[schemars(with = "String")]
    pub opened: NaiveDate,
    pub opening: Standing,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entries: Vec<Entry>,
}

/// Why a step is refused: what was found, and what the step requires.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TransitionProblem {
    #[error(
        "the step is dated {found}, the one before it {last}: give the day of the step, {last} or later"
    )]
    DateOrder { found: NaiveDate, last: NaiveDate },
    #[error(
        "custody is {}, from where the unit cannot become {}: that requires {}",
        found.code(), to.code(), codes(required)
    )]
    Custody { found: Custody, to: Custody, required: Vec<Custody> },
    #[error("the unit is {found} and {step} requires that it is {required}")]
    Transplant { step: &'static str, found: Transplant, required: &'static str },
    #[error("custody is {} and a unit that is listed or reserved has to be stored", found.code())]
    NotStored { found: Custody },
    #[error("consent for research is {} and a release requires yes: record the consent first", found.code())]
    ResearchConsent { found: Answer },
    #[error("{step} comes by import only: it happens elsewhere and the next inventory tells it")]
    ByImportOnly { step: &'static str },
}

fn codes(all: &[Custody]) -> String {
    all.iter().map(|one| one.code()).collect::<Vec<_>>().join(" or ")
}

impl History {
    /// A unit that is followed from its collection. Nobody has answered for research yet.
    pub fn collected(date: NaiveDate) -> Self {
        let opening = Standing {
            custody: Custody::Collected,
            transplant: Transplant::PendingSurvey,
            research_consent: Answer::Unknown,
        };
        Self { opened: date, opening, entries: Vec::new() }
    }

    /// A unit that a file brings, as it stands there.
    pub fn imported(date: NaiveDate, opening: Standing) -> Result<Self, TransitionProblem> {
        if matches!(opening.transplant, Transplant::Listed | Transplant::Reserved) {
            stored(opening)?;
        }
        Ok(Self { opened: date, opening, entries: Vec::new() })
    }

    /// Where the unit stands now.
    pub fn standing(&self) -> Standing {
        let mut standing = self.opening;
        for effect in self.entries.iter().flat_map(|entry| &entry.effects) {
            effect.change(&mut standing);
        }
        standing
    }

    /// Where the unit stood at the end of a day; `None` before it was known.
    pub fn standing_on(&self, date: NaiveDate) -> Option<Standing> {
        let mut standing = (self.opened <= date).then_some(self.opening)?;
        let until = self.entries.iter().take_while(|entry| entry.date <= date);
        for effect in until.flat_map(|entry| &entry.effects) {
            effect.change(&mut standing);
        }
        Some(standing)
    }

    /// Does a step, or refuses it and changes nothing.
    pub fn apply(
        &mut self,
        transition: Transition,
        origin: Origin,
        date: NaiveDate,
    ) -> Result<&Entry, TransitionProblem> {
        let last = self.entries.last().map_or(self.opened, |entry| entry.date);
        if date < last {
            return Err(TransitionProblem::DateOrder { found: date, last });
        }
        let effects = effects(transition, origin, self.standing())?;
        self.entries.push(Entry { date, transition, origin, effects });
        Ok(self.entries.last().expect("an entry was pushed"))
    }
}

/// What a step does to a unit that stands so.
fn effects(
    transition: Transition,
    origin: Origin,
    now: Standing,
) -> Result<Vec<Effect>, TransitionProblem> {
    let on_the_list = |to| vec![Effect::Transplant { to }];
    match transition {
        Transition::Receive => Ok(vec![moved(now, Custody::Received)?]),
        Transition::Reject => Ok(vec![moved(now, Custody::Rejected)?]),
        Transition::Process => Ok(vec![moved(now, Custody::Processed)?]),
        Transition::Store => Ok(vec![moved(now, Custody::Stored)?]),
        Transition::List => list(origin, now).map(on_the_list),
        Transition::Suspend => suspend(now).map(on_the_list),
        Transition::Reserve => reserve(origin, now).map(on_the_list),
        Transition::EndReservation => end_reservation(origin, now).map(on_the_list),
        Transition::Delist { reason } => delist(reason, origin, now).map(on_the_list),
        Transition::DeclareNeverEligible => never_eligible(now).map(on_the_list),
        Transition::RecordResearchConsent { answer } => {
            Ok(vec![Effect::ResearchConsent { to: answer }])
        }
        Transition::ShipForTransplant => ship(now),
        Transition::Release { departure, .. } => release(departure, now),
        Transition::Dispose => {
            off_the_list("disposal", DelistReason::Destroyed, Custody::Disposed, now)
        }
    }
}

fn list(origin: Origin, now: Standing) -> Result<Transplant, TransitionProblem> {
    // A unit that a file left out is listed again by the file that names it, and by nobody else.
    let absent = Transplant::Delisted { reason: DelistReason::NotInInventory };
    let back = now.transplant == absent && origin == Origin::Import;
    let required = "pending survey, or by import absent from the last inventory";
    standing_as(now, "listing", required, back || now.transplant == Transplant::PendingSurvey)?;
    stored(now)?;
    Ok(Transplant::Listed)
}

fn suspend(now: Standing) -> Result<Transplant, TransitionProblem> {
    standing_as(now, "holding back", "listed", now.transplant == Transplant::Listed)?;
    Ok(Transplant::PendingSurvey)
}

fn reserve(origin: Origin, now: Standing) -> Result<Transplant, TransitionProblem> {
    let step = "a reservation";
    by_import(step, origin)?;
    standing_as(now, step, "listed", now.transplant == Transplant::Listed)?;
    Ok(Transplant::Reserved)
}

fn end_reservation(origin: Origin, now: Standing) -> Result<Transplant, TransitionProblem> {
    let step = "the end of a reservation";
    by_import(step, origin)?;
    standing_as(now, step, "reserved", now.transplant == Transplant::Reserved)?;
    Ok(Transplant::Listed)
}

fn never_eligible(now: Standing) -> Result<Transplant, TransitionProblem> {
    let pending = now.transplant == Transplant::PendingSurvey;
    standing_as(now, "a unit that was never eligible", "pending survey", pending)?;
    Ok(Transplant::NeverEligible)
}

fn delist(
    reason: DelistReason,
    origin: Origin,
    now: Standing,
) -> Result<Transplant, TransitionProblem> {
    if reason == DelistReason::NotInInventory {
        by_import("absence from an inventory", origin)?;
    }
    if reason == DelistReason::ReleasedForResearch {
        let (step, required) = ("delisting for research", "released, which delists it");
        return Err(TransitionProblem::Transplant { step, found: now.transplant, required });
    }
    let open = !matches!(now.transplant, Transplant::Delisted { .. } | Transplant::NeverEligible);
    standing_as(now, "delisting", "pending survey, listed or reserved", open)?;
    Ok(Transplant::Delisted { reason })
}

fn ship(now: Standing) -> Result<Vec<Effect>, TransitionProblem> {
    let reserved = now.transplant == Transplant::Reserved;
    standing_as(now, "shipment for transplantation", "reserved", reserved)?;
    let shipped = moved(now, Custody::Shipped)?;
    let to = Transplant::Delisted { reason: DelistReason::Distributed };
    Ok(vec![Effect::Transplant { to }, shipped])
}

fn release(departure: Departure, now: Standing) -> Result<Vec<Effect>, TransitionProblem> {
    if now.research_consent != Answer::Yes {
        return Err(TransitionProblem::ResearchConsent { found: now.research_consent });
    }
    let to = match departure {
        Departure::Shipped => Custody::Shipped,
        Departure::Consumed => Custody::Consumed,
    };
    off_the_list("a release for research", DelistReason::ReleasedForResearch, to, now)
}

/// Leaves storage other than for a patient: not while one is waiting, and not from the list without leaving it.
fn off_the_list(
    step: &'static str,
    reason: DelistReason,
    to: Custody,
    now: Standing,
) -> Result<Vec<Effect>, TransitionProblem> {
    let free = now.transplant != Transplant::Reserved;
    standing_as(now, step, "not reserved: end the reservation or delist it first", free)?;
    let left = moved(now, to)?;
    let delisted = Effect::Transplant { to: Transplant::Delisted { reason } };
    let listed = now.transplant == Transplant::Listed;
    Ok(listed.then_some(delisted).into_iter().chain([left]).collect())
}

fn moved(now: Standing, to: Custody) -> Result<Effect, TransitionProblem> {
    if now.custody.next().contains(&to) {
        return Ok(Effect::Custody { to });
    }
    let from = Custody::ALL.iter().copied().filter(|from| from.next().contains(&to));
    Err(TransitionProblem::Custody { found: now.custody, to, required: from.collect() })
}

fn by_import(step: &'static str, origin: Origin) -> Result<(), TransitionProblem> {
    match origin {
        Origin::Import => Ok(()),
        Origin::Curator => Err(TransitionProblem::ByImportOnly { step }),
    }
}

fn stored(now: Standing) -> Result<(), TransitionProblem> {
    match now.custody {
        Custody::Stored => Ok(()),
        found => Err(TransitionProblem::NotStored { found }),
    }
}

fn standing_as(
    now: Standing,
    step: &'static str,
    required: &'static str,
    holds: bool,
) -> Result<(), TransitionProblem> {
    let found = now.transplant;
    if holds { Ok(()) } else { Err(TransitionProblem::Transplant { step, found, required }) }
}

#[cfg(test)]
mod tests;
