//! The steps of a unit along its axes, by date: each is refused or done whole. Nothing is undone; an axis that moves back
//! does so by a step of its own.
//!
//! What a step changes follows from where the unit stood, so that only the steps are kept and read again. The days are
//! sealed, because the first of them tell a birthday.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    axes::{Custody, DelistReason, Departure, ResearchUse, Standing, Transplant, listing},
    code::Answer,
};
use crate::domain::lang::Lang;

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

impl Transition {
    /// The stable code.
    pub fn code(self) -> &'static str {
        self.words().0
    }

    pub fn label(self, lang: Lang) -> &'static str {
        let (_, en, ja) = self.words();
        match lang {
            Lang::En => en,
            Lang::Ja => ja,
        }
    }

    fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Receive => ("receive", "Received", "受領"),
            Self::Reject => ("reject", "Rejected", "受入不可"),
            Self::Process => ("process", "Processed", "調製"),
            Self::Store => ("store", "Stored", "保存"),
            Self::List => ("list", "Listed", "公開"),
            Self::Suspend => ("suspend", "Held back", "公開保留"),
            Self::Reserve => ("reserve", "Reserved", "予約"),
            Self::EndReservation => ("end_reservation", "Reservation ended", "予約解除"),
            Self::Delist { .. } => ("delist", "Taken off the list", "公開終了"),
            Self::DeclareNeverEligible => {
                ("declare_never_eligible", "Found not eligible for transplantation", "移植不適")
            }
            Self::RecordResearchConsent { .. } => {
                ("record_research_consent", "Consent for research recorded", "研究利用同意の記録")
            }
            Self::ShipForTransplant => {
                ("ship_for_transplant", "Shipped for transplantation", "移植用に出庫")
            }
            Self::Release { .. } => ("release", "Released for research", "研究用に提供"),
            Self::Dispose => ("dispose", "Discarded", "廃棄"),
        }
    }
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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    Custody(Custody),
    Transplant(Transplant),
    ResearchConsent(Answer),
}

/// A step that was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Sealed; the public sees the year.
    #[schemars(with = "String")]
    pub date: NaiveDate,
    pub transition: Transition,
    pub origin: Origin,
    /// The person or organization; sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

/// A unit's way along its axes, from where it was first known to stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct History {
    /// Sealed.
    #[schemars(with = "String")]
    pub opened: NaiveDate,
    pub opening: Standing,
    /// In the order in which they were done; new ones come at the end.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Step>,
}

/// Where a unit stands by one history, and since when it is known of each axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    pub standing: Standing,
    pub custody_since: NaiveDate,
    pub transplant_since: NaiveDate,
    /// Whether somebody has recorded the consent, be it as unknown.
    pub consent_recorded: bool,
    /// Whether a patient may wait for it: it is reserved, or was when an inventory left it out.
    pub is_held: bool,
}

impl Seen {
    fn change(&mut self, effect: Effect, date: NaiveDate) {
        match effect {
            Effect::Custody(to) => {
                (self.standing.custody, self.custody_since) = (Some(to), date);
            }
            Effect::Transplant(to) => {
                (self.standing.transplant, self.transplant_since) = (Some(to), date);
                self.is_held =
                    to == Transplant::Reserved || (self.is_held && to == Transplant::ABSENT);
            }
            Effect::ResearchConsent(to) => {
                (self.standing.research_consent, self.consent_recorded) = (to, true);
            }
        }
    }
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
        custody(*found), to.code(), codes(required)
    )]
    Custody { found: Option<Custody>, to: Custody, required: Vec<Custody> },
    #[error("the unit is {} and {step} requires that it is {required}", listing(*found))]
    Transplant { step: &'static str, found: Option<Transplant>, required: &'static str },
    #[error("custody is {} and a unit that is listed or reserved has to be stored", custody(*found))]
    NotStored { found: Option<Custody> },
    #[error("consent for research is {} and a release requires yes: record the consent first", found.code())]
    ResearchConsent { found: Answer },
    #[error("{step} comes by import only: it happens elsewhere and the next inventory tells it")]
    ByImportOnly { step: &'static str },
}

/// A history that breaks an axis: its first step that may not be, and the state that the step met.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    #[error("`opening`: {problem}")]
    Opening { problem: TransitionProblem },
    #[error("step {number}, `{step}` of {date}, meets {met}: {problem}")]
    Step {
        /// From 1.
        number: usize,
        step: &'static str,
        date: NaiveDate,
        met: Standing,
        problem: TransitionProblem,
    },
}

fn custody(found: Option<Custody>) -> &'static str {
    found.map_or("unknown", Custody::code)
}

fn codes(all: &[Custody]) -> String {
    all.iter().map(|one| one.code()).collect::<Vec<_>>().join(" or ")
}

impl History {
    /// A unit that is followed from its collection. Nobody has answered for research yet.
    pub fn collected(date: NaiveDate) -> Self {
        let opening = Standing {
            custody: Some(Custody::Collected),
            transplant: Some(Transplant::PendingSurvey),
            research_consent: Answer::Unknown,
        };
        Self::from(date, opening)
    }

    /// A unit as it is first known to stand.
    pub fn from(date: NaiveDate, opening: Standing) -> Self {
        Self { opened: date, opening, steps: Vec::new() }
    }

    /// Goes through the steps up to the end of a day, or through all; `None` before the unit was known.
    pub fn seen(&self, until: Option<NaiveDate>) -> Result<Option<Seen>, Broken> {
        let opened = self.opened;
        let mut seen = Seen {
            standing: self.opening,
            custody_since: opened,
            transplant_since: opened,
            consent_recorded: self.opening.research_consent != Answer::Unknown,
            is_held: is(self.opening, Transplant::Reserved),
        };
        if self.opening.transplant.is_some_and(Transplant::is_on_the_list) {
            stored(self.opening).map_err(|problem| Broken::Opening { problem })?;
        }
        if until.is_some_and(|until| until < opened) {
            return Ok(None);
        }
        let mut last = opened;
        for (at, step) in self.steps.iter().enumerate() {
            if until.is_some_and(|until| until < step.date) {
                break;
            }
            let effects =
                done(step, last, seen.standing, seen.is_held).map_err(|problem| Broken::Step {
                    number: at + 1,
                    step: step.transition.code(),
                    date: step.date,
                    met: seen.standing,
                    problem,
                })?;
            for effect in effects {
                seen.change(effect, step.date);
            }
            last = step.date;
        }
        Ok(Some(seen))
    }

    /// Where the unit stands after all steps; unknown where one of them may not be.
    pub fn standing(&self) -> Standing {
        self.seen(None).ok().flatten().map_or(Standing::UNKNOWN, |seen| seen.standing)
    }

    /// Where the unit stood at the end of a day; `None` before it was known.
    pub fn standing_on(&self, date: NaiveDate) -> Option<Standing> {
        self.seen(Some(date)).ok().flatten().map(|seen| seen.standing)
    }

    /// Does a step and answers what it changed, or refuses it and changes nothing.
    pub fn apply(&mut self, step: Step) -> Result<Vec<Effect>, TransitionProblem> {
        let last = self.steps.last().map_or(self.opened, |step| step.date);
        let seen = self.seen(None).ok().flatten();
        let now = seen.map_or(Standing::UNKNOWN, |seen| seen.standing);
        let effects = done(&step, last, now, seen.is_some_and(|seen| seen.is_held))?;
        self.steps.push(step);
        Ok(effects)
    }

    /// Whether the other history is this one with no or further steps at its end.
    pub fn is_extended_by(&self, other: &Self) -> bool {
        (self.opened, self.opening) == (other.opened, other.opening)
            && other.steps.starts_with(&self.steps)
    }

    /// Goes on to what an inventory says of the unit, by steps of the day it was taken. Where that cannot be, the first
    /// step that is refused is told and nothing is changed.
    pub fn observe(
        &mut self,
        date: NaiveDate,
        to: Standing,
        by: Option<&str>,
    ) -> Result<(), TransitionProblem> {
        let mut after = self.clone();
        for transition in transitions(self.standing(), to) {
            let by = by.map(ToOwned::to_owned);
            after.apply(Step { date, transition, origin: Origin::Import, by, comment: None })?;
        }
        *self = after;
        Ok(())
    }
}

/// The steps by which an import brings a unit to what its file says of it, all of one day.
fn transitions(from: Standing, to: Standing) -> Vec<Transition> {
    let (Some(target), found) = (to.transplant, from.transplant) else { return Vec::new() };
    if to.custody == from.custody && found == Some(target) {
        return Vec::new();
    }
    let onto_the_list = match found {
        Some(Transplant::Listed) => None,
        Some(Transplant::Reserved) => Some(Transition::EndReservation),
        _ => Some(Transition::List),
    };
    let then =
        |next: &[Transition]| onto_the_list.into_iter().chain(next.iter().copied()).collect();
    match target {
        _ if found == Some(target) => leaving(from, to).into_iter().collect(),
        Transplant::Listed => then(&[]),
        Transplant::Reserved => then(&[Transition::Reserve]),
        Transplant::PendingSurvey => then(&[Transition::Suspend]),
        Transplant::Delisted { reason: DelistReason::Distributed } => match found {
            Some(found) if found.is_final() => Vec::new(),
            Some(Transplant::Reserved) => vec![Transition::ShipForTransplant],
            // It was reserved and shipped between two inventories.
            _ => then(&[Transition::Reserve, Transition::ShipForTransplant]),
        },
        Transplant::Delisted { reason } => {
            // A bank that gives another reason later delists nothing anew.
            let open = !found.is_some_and(Transplant::is_final);
            let delist = open.then_some(Transition::Delist { reason });
            delist.into_iter().chain(leaving(from, to)).collect()
        }
        Transplant::NeverEligible => vec![Transition::DeclareNeverEligible],
    }
}

fn leaving(from: Standing, to: Standing) -> Option<Transition> {
    (to.custody == Some(Custody::Disposed) && from.custody != to.custody)
        .then_some(Transition::Dispose)
}

/// What a step does to a unit that stands so, is held for a patient or not, and took its last step on a day.
fn done(
    step: &Step,
    last: NaiveDate,
    now: Standing,
    is_held: bool,
) -> Result<Vec<Effect>, TransitionProblem> {
    if step.date < last {
        return Err(TransitionProblem::DateOrder { found: step.date, last });
    }
    let origin = step.origin;
    let on_the_list = |to| vec![Effect::Transplant(to)];
    match step.transition {
        Transition::Receive => Ok(vec![moved(now, Custody::Received)?]),
        Transition::Reject => Ok(vec![moved(now, Custody::Rejected)?]),
        Transition::Process => Ok(vec![moved(now, Custody::Processed)?]),
        Transition::Store => Ok(vec![moved(now, Custody::Stored)?]),
        Transition::List => list(origin, now).map(on_the_list),
        Transition::Suspend => suspend(now).map(on_the_list),
        Transition::Reserve => reserve(origin, now).map(on_the_list),
        Transition::EndReservation => end_reservation(origin, now).map(on_the_list),
        Transition::Delist { reason } => delist(reason, origin, now, is_held).map(on_the_list),
        Transition::DeclareNeverEligible => never_eligible(now).map(on_the_list),
        Transition::RecordResearchConsent { answer } => Ok(vec![Effect::ResearchConsent(answer)]),
        Transition::ShipForTransplant => ship(now),
        Transition::Release { departure, .. } => release(departure, now, is_held),
        Transition::Dispose => {
            off_the_list("disposal", DelistReason::Destroyed, Custody::Disposed, now, is_held)
        }
    }
}

fn list(origin: Origin, now: Standing) -> Result<Transplant, TransitionProblem> {
    // A unit that a file left out is listed again by the file that names it, and by nobody else.
    let back = is_absent(now) && origin == Origin::Import;
    let required = "pending survey, or by import absent from the last inventory";
    standing_as(now, "listing", required, back || is(now, Transplant::PendingSurvey))?;
    stored(now)?;
    Ok(Transplant::Listed)
}

fn suspend(now: Standing) -> Result<Transplant, TransitionProblem> {
    standing_as(now, "holding back", "listed", is(now, Transplant::Listed))?;
    Ok(Transplant::PendingSurvey)
}

fn reserve(origin: Origin, now: Standing) -> Result<Transplant, TransitionProblem> {
    let step = "a reservation";
    by_import(step, origin)?;
    standing_as(now, step, "listed", is(now, Transplant::Listed))?;
    Ok(Transplant::Reserved)
}

fn end_reservation(origin: Origin, now: Standing) -> Result<Transplant, TransitionProblem> {
    let step = "the end of a reservation";
    by_import(step, origin)?;
    standing_as(now, step, "reserved", is(now, Transplant::Reserved))?;
    Ok(Transplant::Listed)
}

fn never_eligible(now: Standing) -> Result<Transplant, TransitionProblem> {
    let pending = is(now, Transplant::PendingSurvey);
    standing_as(now, "a unit that was never eligible", "pending survey", pending)?;
    Ok(Transplant::NeverEligible)
}

fn delist(
    reason: DelistReason,
    origin: Origin,
    now: Standing,
    is_held: bool,
) -> Result<Transplant, TransitionProblem> {
    if reason == DelistReason::NotInInventory {
        by_import("absence from an inventory", origin)?;
    }
    if reason == DelistReason::ReleasedForResearch {
        let (step, required) = ("delisting for research", "released, which delists it");
        return Err(TransitionProblem::Transplant { step, found: now.transplant, required });
    }
    let open = match now.transplant {
        Some(Transplant::Delisted { .. } | Transplant::NeverEligible) => {
            // The bank may still tell why a unit that it left out is gone, and a person that no patient waits for it.
            is_absent(now) && (is_held || origin == Origin::Import)
        }
        Some(_) => true,
        None => origin == Origin::Import,
    };
    standing_as(now, "delisting", "pending survey, listed or reserved", open)?;
    Ok(Transplant::Delisted { reason })
}

fn ship(now: Standing) -> Result<Vec<Effect>, TransitionProblem> {
    let reserved = is(now, Transplant::Reserved);
    standing_as(now, "shipment for transplantation", "reserved", reserved)?;
    let shipped = moved(now, Custody::Shipped)?;
    let delisted = Transplant::Delisted { reason: DelistReason::Distributed };
    Ok(vec![Effect::Transplant(delisted), shipped])
}

fn release(
    departure: Departure,
    now: Standing,
    is_held: bool,
) -> Result<Vec<Effect>, TransitionProblem> {
    if now.research_consent != Answer::Yes {
        return Err(TransitionProblem::ResearchConsent { found: now.research_consent });
    }
    let to = match departure {
        Departure::Shipped => Custody::Shipped,
        Departure::Consumed => Custody::Consumed,
    };
    off_the_list("a release for research", DelistReason::ReleasedForResearch, to, now, is_held)
}

/// Leaves storage other than for a patient: not while one is waiting, and not from the list without leaving it.
fn off_the_list(
    step: &'static str,
    reason: DelistReason,
    to: Custody,
    now: Standing,
    is_held: bool,
) -> Result<Vec<Effect>, TransitionProblem> {
    let known = now.transplant.is_some();
    standing_as(now, step, "known not to be reserved: state in `opening` how it is listed", known)?;
    let free = !is(now, Transplant::Reserved);
    standing_as(now, step, "not reserved: end the reservation or delist it first", free)?;
    let required = "not reserved, as it was when its bank left it out: the bank's next inventory or a delisting with its \
                    reason ends that";
    standing_as(now, step, required, !is_held)?;
    let left = moved(now, to)?;
    let delisted = Effect::Transplant(Transplant::Delisted { reason });
    let listed = is(now, Transplant::Listed);
    Ok(listed.then_some(delisted).into_iter().chain([left]).collect())
}

fn moved(now: Standing, to: Custody) -> Result<Effect, TransitionProblem> {
    if now.custody.is_some_and(|from| from.next().contains(&to)) {
        return Ok(Effect::Custody(to));
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
        Some(Custody::Stored) => Ok(()),
        found => Err(TransitionProblem::NotStored { found }),
    }
}

fn is(now: Standing, state: Transplant) -> bool {
    now.transplant == Some(state)
}

fn is_absent(now: Standing) -> bool {
    is(now, Transplant::ABSENT)
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
