//! A unit as all its sources together tell it: where it stands, what was consented to, and why a source may not say what
//! it says.
//!
//! Of each axis the latest word stands, but nothing brings back what has ended: a unit that left storage or the list for
//! good by one source is gone, whatever a later one says. Consents that contradict each other are none.

use chrono::{Days, NaiveDate};

use super::{
    axes::{Custody, DelistReason, ResearchUse, Standing, Transplant},
    code::{Answer, Purpose},
    facts::UnitFacts,
    steps::{History, Origin, Seen, Step, Transition},
};
use crate::domain::{
    record::{Draft, Layer, Record},
    source::Source,
};

/// Where a unit stands by all its sources.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnitStanding {
    pub custody: Option<Custody>,
    pub transplant: Option<Transplant>,
    pub research_consent: Consent,
}

/// The consent for a purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Consent {
    pub answer: Answer,
    /// Whether it is unknown because those who speak of it say differently.
    pub contradicted: bool,
}

impl Record<UnitFacts> {
    /// Where the unit stood at the end of a day, or stands after all that is known.
    pub fn standing(&self, on: Option<NaiveDate>) -> UnitStanding {
        standing(self.layers.iter().map(|layer| &layer.facts), on)
    }

    /// The consent for a purpose as of a day, or by all that is known.
    pub fn consent(&self, purpose: Purpose, on: Option<NaiveDate>) -> Consent {
        consent(self.layers.iter().map(|layer| &layer.facts), purpose, on)
    }

    /// The consent for a purpose as it counts today: what lies in the future only where it is a no.
    pub fn consent_today(&self, purpose: Purpose, today: NaiveDate) -> Consent {
        agreed(
            self.layers.iter().flat_map(|layer| answers(&layer.facts, purpose, AsOf::Today(today))),
        )
    }

    /// Whether somebody says no to a purpose today.
    pub fn is_refused(&self, purpose: Purpose, today: NaiveDate) -> bool {
        let mut said =
            self.layers.iter().flat_map(|layer| answers(&layer.facts, purpose, AsOf::Today(today)));
        said.any(|answer| answer == Answer::No)
    }

    /// The day on which the unit was first released for this use.
    pub fn released_on(&self, purpose: ResearchUse) -> Option<NaiveDate> {
        let is_release = |step: &&Step| matches!(step.transition, Transition::Release { purpose: p, .. } if p == purpose);
        self.steps().into_iter().find(is_release).map(|step| step.date)
    }

    /// Whether the unit had been released for this use by the end of a day.
    pub fn was_released_for(&self, purpose: ResearchUse, on: NaiveDate) -> bool {
        self.released_on(purpose).is_some_and(|released| released <= on)
    }

    /// The steps of all sources by date; of one day in the order of the sources.
    pub fn steps(&self) -> Vec<&Step> {
        let histories = self.layers.iter().filter_map(|layer| layer.facts.history.as_ref());
        let mut steps: Vec<&Step> = histories.flat_map(|history| &history.steps).collect();
        steps.sort_by_key(|step| step.date);
        steps
    }
}

impl UnitFacts {
    /// The consent for a purpose by this row alone. Where nobody says, or two say differently, it is unknown.
    pub fn consent(&self, purpose: Purpose, on: Option<NaiveDate>) -> Consent {
        consent(std::iter::once(self), purpose, on)
    }
}

fn standing<'a>(
    all: impl Iterator<Item = &'a UnitFacts> + Clone,
    on: Option<NaiveDate>,
) -> UnitStanding {
    let seen = all.clone().filter_map(|facts| facts.history.as_ref()?.seen(on).ok().flatten());
    let seen: Vec<Seen> = seen.collect();
    let custodies = seen.iter().filter_map(|s| Some((s.standing.custody?, s.custody_since)));
    let custody = last_word(custodies, Custody::has_ended);
    let listings = seen.iter().filter_map(|s| Some((s.standing.transplant?, s.transplant_since)));
    // What has left storage is not offered and waits for nothing, though a file may still say so.
    let gone = custody.is_some_and(Custody::has_ended);
    let reserved = || {
        let mut states = listings.clone().map(|(state, _)| state);
        states.find(|state| *state == Transplant::Reserved)
    };
    let last = last_word(listings.clone(), Transplant::is_final);
    // A reservation is ended by the source that has it, not by what another one says.
    let last = last.filter(|state| state.is_final()).or_else(reserved).or(last);
    let transplant = last.filter(|state| !gone || state.is_final());
    UnitStanding { custody, transplant, research_consent: consent(all, Purpose::Research, on) }
}

/// The state that no later word changes, else the latest; of one day that of the source that is shown first.
fn last_word<T: Copy>(
    said: impl Iterator<Item = (T, NaiveDate)> + Clone,
    is_final: fn(T) -> bool,
) -> Option<T> {
    let mut finals = said.clone().filter(|(state, _)| is_final(*state));
    let latest = || said.reduce(|first, next| if next.1 > first.1 { next } else { first });
    finals.next().or_else(latest).map(|(state, _)| state)
}

fn consent<'a>(
    all: impl Iterator<Item = &'a UnitFacts>,
    purpose: Purpose,
    on: Option<NaiveDate>,
) -> Consent {
    let as_of = on.map_or(AsOf::Always, AsOf::Day);
    agreed(all.flat_map(|facts| answers(facts, purpose, as_of)))
}

fn agreed(answers: impl Iterator<Item = Answer>) -> Consent {
    let answers: Vec<Answer> = answers.collect();
    let contradicted = answers.windows(2).any(|pair| pair[0] != pair[1]);
    let agreed = answers.first().filter(|_| !contradicted);
    Consent { answer: agreed.copied().unwrap_or(Answer::Unknown), contradicted }
}

/// Which answers count.
#[derive(Clone, Copy)]
enum AsOf {
    /// All, whenever they were or will be given.
    Always,
    /// Those by the end of a day.
    Day(NaiveDate),
    /// Those that have come, and a no that has not.
    Today(NaiveDate),
}

impl AsOf {
    fn counts(self, date: NaiveDate, answer: Answer) -> bool {
        match self {
            Self::Always => true,
            Self::Day(on) => date <= on,
            Self::Today(today) => answer == Answer::No || !is_ahead(date, today),
        }
    }

    /// The last day of what counts.
    fn end(self) -> Option<NaiveDate> {
        match self {
            Self::Always => None,
            Self::Day(on) => Some(on),
            Self::Today(today) => today.checked_add_days(AHEAD),
        }
    }
}

/// What one row answers: by its purposes, of which the newest date stands and one without a date always does, and on the
/// axis, where somebody recorded it there.
fn answers(facts: &UnitFacts, purpose: Purpose, as_of: AsOf) -> Vec<Answer> {
    let said = || facts.purposes.iter().filter(move |said| said.purpose == purpose);
    let counted = said().filter_map(|said| Some((said.date?, said.consent)));
    let counted = counted.filter(|(date, consent)| as_of.counts(*date, *consent));
    let newest = counted.map(|(date, _)| date).max();
    let dated = said().filter(|said| said.date.is_some() && said.date == newest);
    let undated = said().filter(|said| said.date.is_none() && said.consent != Answer::Unknown);
    let history = facts.history.as_ref().filter(|_| purpose == Purpose::Research);
    let on_axis = history.and_then(|history| on_axis(history, as_of));
    dated.chain(undated).map(|said| said.consent).chain(on_axis).collect()
}

fn on_axis(history: &History, as_of: AsOf) -> Option<Answer> {
    let refused = Transition::RecordResearchConsent { answer: Answer::No };
    if let AsOf::Today(today) = as_of {
        let opened = (history.opening.research_consent == Answer::No).then_some(history.opened);
        let steps = history.steps.iter().filter(|step| step.transition == refused);
        if steps.map(|step| step.date).chain(opened).any(|date| is_ahead(date, today)) {
            return Some(Answer::No);
        }
    }
    match history.seen(as_of.end()) {
        Ok(seen) => seen.filter(|s| s.consent_recorded).map(|s| s.standing.research_consent),
        Err(_) => Some(Answer::Unknown),
    }
}

/// That sources contradict each other on a consent, though each is of one mind.
pub fn contradiction(record: &Record<UnitFacts>) -> Option<String> {
    let alone = |purpose| record.layers.iter().any(|l| l.facts.consent(purpose, None).contradicted);
    let between =
        |purpose: &&Purpose| record.consent(**purpose, None).contradicted && !alone(**purpose);
    let purpose = Purpose::ALL.iter().find(between)?.code();
    Some(format!(
        "its sources contradict each other on the consent for {purpose}, so that there is none: correct one"
    ))
}

/// Why a unit may not go from these layers to those: a history breaks an axis, is not the older one with steps at its
/// end, or goes against what another source says.
pub fn refusal(before: &[Layer<UnitFacts>], after: &[Layer<UnitFacts>]) -> Option<String> {
    for (at, layer) in after.iter().enumerate() {
        let Some(history) = &layer.facts.history else { continue };
        let others = after.iter().enumerate().filter(|(other, _)| *other != at);
        let others: Vec<&Layer<UnitFacts>> = others.map(|(_, other)| other).collect();
        // What was done stands; a consent that is put in doubt later must not be refused for it.
        let known = known_steps(before, layer);
        let grown = Grown { history, known, others, all: after, is_new: before.is_empty() };
        let problem = broken(&layer.source, history).or_else(|| grown.leaves());
        if let Some(problem) = problem {
            return Some(told(layer, &problem));
        }
    }
    let kept = |(source, old): &(&Source, &History)| {
        histories(after).any(|(whose, new)| whose == *source && old.is_extended_by(new))
    };
    let lost = histories(before).find(|history| !kept(history));
    lost.map(|(source, history)| {
        format!(
            "`history` of {} has {} steps here, which are never changed or left out: send them as they are, with the \
             new ones at their end",
            source.as_str(),
            history.steps.len()
        )
    })
}

/// Why a unit whose record is closed may not go from these layers to those: what was withdrawn is still discarded, and
/// what is consented to still recorded, but nothing else is done with it.
pub fn resumed(before: &[Layer<UnitFacts>], after: &[Layer<UnitFacts>]) -> Option<String> {
    after.iter().find_map(|layer| {
        let steps = &layer.facts.history.as_ref()?.steps;
        let new = steps.iter().skip(known_steps(before, layer));
        let mut other = new.filter(|step| {
            !matches!(
                step.transition,
                Transition::RecordResearchConsent { .. } | Transition::Dispose
            )
        });
        let step = other.next()?;
        let (code, date) = (step.transition.code(), step.date);
        let problem = format!(
            "`{code}` of {date}: the record is withdrawn or merged, and only a consent or the disposal is recorded there; \
             a merged one has its steps at the record it went into"
        );
        Some(told(layer, &problem))
    })
}

fn told(layer: &Layer<UnitFacts>, problem: &str) -> String {
    format!("`history` of {} {}: {problem}", layer.source.as_str(), layer.key)
}

/// How many steps of a layer's history were there before.
fn known_steps(before: &[Layer<UnitFacts>], layer: &Layer<UnitFacts>) -> usize {
    let Some(history) = &layer.facts.history else { return 0 };
    let old = histories(before).filter(|(source, _)| *source == &layer.source);
    let known = old.filter(|(_, old)| old.is_extended_by(history));
    known.map(|(_, old)| old.steps.len()).max().unwrap_or(0)
}

fn histories(layers: &[Layer<UnitFacts>]) -> impl Iterator<Item = (&Source, &History)> {
    layers.iter().filter_map(|layer| Some((&layer.source, layer.facts.history.as_ref()?)))
}

/// The draft of an inventory's row with the histories that the record has, gone on to where the inventory finds the unit.
pub fn observed(
    record: &Record<UnitFacts>,
    draft: &Draft<UnitFacts>,
) -> Result<Draft<UnitFacts>, String> {
    let mut draft = draft.clone();
    for layer in &mut draft.layers {
        let known = record.layer(&layer.source, &layer.key);
        let Some(mut history) = known.and_then(|known| known.facts.history.clone()) else {
            continue;
        };
        if let Some(found) = &layer.facts.history {
            let by = layer.facts.listing.as_ref().map(|listing| listing.organization.to_string());
            let met = history.standing();
            history.observe(found.opened, found.opening, by.as_deref()).map_err(|problem| {
                format!("`history`, as of {}, meets {met}: {problem}", found.opened)
            })?;
        }
        layer.facts.history = Some(history);
    }
    Ok(draft)
}

/// The draft of an inventory's row with the histories that the record has, and nothing of how the inventory finds it.
pub fn unobserved(record: &Record<UnitFacts>, draft: &Draft<UnitFacts>) -> Draft<UnitFacts> {
    let mut draft = draft.clone();
    for layer in &mut draft.layers {
        let known = record.layer(&layer.source, &layer.key);
        layer.facts.history = known.and_then(|known| known.facts.history.clone());
    }
    draft
}

/// Days that a date may lie ahead: while it is morning in Japan it is yesterday by the clock of the catalogue.
const AHEAD: Days = Days::new(1);

/// Whether a day has not come anywhere.
pub fn is_ahead(date: NaiveDate, today: NaiveDate) -> bool {
    today.checked_add_days(AHEAD).is_some_and(|latest| date > latest)
}

/// What lies in the future: a mistyped year would be the newest word for good.
pub fn untimely(layers: &[Layer<UnitFacts>], today: NaiveDate) -> Option<String> {
    let remedy = "which has not come: correct the date";
    layers.iter().find_map(|layer| {
        let facts = &layer.facts;
        let mut consented =
            facts.purposes.iter().filter_map(|said| Some((said.purpose.code(), said.date?)));
        if let Some((purpose, date)) = consented.find(|(_, date)| is_ahead(*date, today)) {
            return Some(format!(
                "`purposes`: the consent for {purpose} is dated {date}, {remedy}"
            ));
        }
        let history = facts.history.as_ref()?;
        if is_ahead(history.opened, today) {
            return Some(told(layer, &format!("it is opened on {}, {remedy}", history.opened)));
        }
        let (at, step) =
            history.steps.iter().enumerate().find(|(_, step)| is_ahead(step.date, today))?;
        let (number, code, date) = (at + 1, step.transition.code(), step.date);
        Some(told(layer, &format!("step {number}, `{code}`, is dated {date}, {remedy}")))
    })
}

fn broken(source: &Source, history: &History) -> Option<String> {
    if let Err(broken) = history.seen(None) {
        return Some(broken.to_string());
    }
    // A file may say so; a person cannot have seen it.
    if !is_curator(source) {
        return None;
    }
    if history.opening.transplant == Some(Transplant::Reserved) {
        return Some(
            "`opening`: a reservation comes by import only: it happens elsewhere and the next inventory tells it".to_owned(),
        );
    }
    let claimed = history.steps.iter().find(|step| step.origin == Origin::Import)?;
    let (step, date) = (claimed.transition.code(), claimed.date);
    Some(format!("`{step}` of {date} has the origin `import`, and a curator is no file: `curator`"))
}

fn is_curator(source: &Source) -> bool {
    source.as_str() == "curator"
}

/// A history of a unit beside what the other sources say.
struct Grown<'a> {
    history: &'a History,
    /// Steps that were there before.
    known: usize,
    others: Vec<&'a Layer<UnitFacts>>,
    all: &'a [Layer<UnitFacts>],
    /// Whether the record comes whole, as an export brings it back: then what came later was not yet known.
    is_new: bool,
}

impl Grown<'_> {
    /// That a unit leaves by a step that was not known before, though it has left, another source offers it or holds it
    /// for a patient, or without a consent that all agree on.
    fn leaves(&self) -> Option<String> {
        for (at, step) in self.history.steps.iter().enumerate().skip(self.known) {
            let is_release = matches!(step.transition, Transition::Release { .. });
            let stays =
                !matches!(step.transition, Transition::Dispose | Transition::ShipForTransplant);
            if stays && !is_release {
                continue;
            }
            let (number, code, date) = (at + 1, step.transition.code(), step.date);
            let told =
                |problem: &str| Some(format!("step {number}, `{code}` of {date}: {problem}"));
            let facts = self.all.iter().map(|layer| &layer.facts);
            let consent = consent(facts, Purpose::Research, Some(date));
            if is_release && consent.answer != Answer::Yes {
                let found = consent.answer.code();
                return told(&format!(
                    "consent for research is {found} by all that is said of it, and a release requires yes: correct \
                     `purposes` or the history that says differently"
                ));
            }
            let steps = self.history.steps[..at].to_vec();
            let met = History { steps, ..self.history.clone() }.standing();
            let against = |other: &&Layer<UnitFacts>| self.against(step, met, other);
            if let Some(problem) = self.others.iter().find_map(against) {
                return told(problem);
            }
        }
        None
    }

    /// What another source says against a step, as of its day and as it stands now: a step that is dated back passes no
    /// reservation that came since.
    fn against(
        &self,
        step: &Step,
        met: Standing,
        layer: &Layer<UnitFacts>,
    ) -> Option<&'static str> {
        let other = layer.facts.history.as_ref()?;
        let days = [Some(step.date), None].into_iter().take(if self.is_new { 1 } else { 2 });
        days.filter_map(|day| other.seen(day).ok().flatten()).find_map(|seen| {
            let same = self.is_told_alike(step, seen.standing);
            (!same).then(|| offered(step, met, &seen, is_curator(&layer.source))).flatten()
        })
    }

    /// Whether both tell of one departure: a file tells what happened, and a record that comes whole holds both words.
    fn is_told_alike(&self, step: &Step, other: Standing) -> bool {
        let distributed = Transplant::Delisted { reason: DelistReason::Distributed };
        let same = match step.transition {
            Transition::Dispose => other.custody == Some(Custody::Disposed),
            Transition::ShipForTransplant => {
                other.custody == Some(Custody::Shipped) && other.transplant == Some(distributed)
            }
            _ => false,
        };
        same && (self.is_new || step.origin == Origin::Import)
    }
}

/// Why a unit may not leave that stands so by one source and so by another.
fn offered(step: &Step, met: Standing, other: &Seen, by_curator: bool) -> Option<&'static str> {
    // What a file tells has happened: a word that is behind does not speak against it.
    let told = step.origin == Origin::Import;
    let is_disposal = step.transition == Transition::Dispose;
    let state = other.standing.transplant;
    if other.standing.custody.is_some_and(Custody::has_ended) {
        return Some(
            "another source has it shipped, used up or discarded already: find out which of them is right",
        );
    }
    if step.transition == Transition::ShipForTransplant {
        return match state {
            Some(state) if state.is_final() => Some(
                "another source has it off the list for good, and shipment for transplantation requires that it is \
                      reserved: find out which of them is right",
            ),
            // A curator's word is never that it is reserved.
            Some(state) if state != Transplant::Reserved && !told && !by_curator => Some(
                "another source does not have it reserved: it may be shipped once that source tells the reservation",
            ),
            _ => None,
        };
    }
    match state {
        Some(Transplant::Reserved) => Some(
            "another source has it reserved for a patient: it may leave once that source ends the reservation",
        ),
        _ if other.is_held => Some(
            "another source had it reserved for a patient when an inventory left it out: it may leave once that source's \
             history ends the reservation or delists it with a reason",
        ),
        Some(Transplant::Listed)
            if !(told && is_disposal) && met.transplant != Some(Transplant::Listed) =>
        {
            Some(
                "another source lists it: state in `opening` that it is listed, so that this step takes it off the list",
            )
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
