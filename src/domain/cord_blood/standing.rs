//! A unit as all its sources together tell it: where it stands, what was consented to, and why a source may not say what
//! it says.
//!
//! Of each axis the latest word stands, but nothing brings back what has ended: a unit that left storage or the list for
//! good by one source is gone, whatever a later one says. Consents that contradict each other are none.

use chrono::NaiveDate;

use super::{
    axes::{Custody, ResearchUse, Standing, Transplant},
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

    /// Whether the unit had been released for this use by the end of a day.
    pub fn was_released_for(&self, purpose: ResearchUse, on: NaiveDate) -> bool {
        self.steps().into_iter().any(|step| {
            let released =
                matches!(step.transition, Transition::Release { purpose: p, .. } if p == purpose);
            released && step.date <= on
        })
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
    // What has left storage is not offered, though a file may still say so.
    let gone = custody.is_some_and(Custody::has_ended);
    let transplant =
        last_word(listings, Transplant::is_final).filter(|state| !(gone && state.is_on_the_list()));
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
    let answers: Vec<Answer> = all.flat_map(|facts| answers(facts, purpose, on)).collect();
    let contradicted = answers.windows(2).any(|pair| pair[0] != pair[1]);
    let agreed = answers.first().filter(|_| !contradicted);
    Consent { answer: agreed.copied().unwrap_or(Answer::Unknown), contradicted }
}

/// What one row answers: by its purposes, of which the newest date stands and one without a date always does, and on the
/// axis, where somebody recorded it there.
fn answers(facts: &UnitFacts, purpose: Purpose, on: Option<NaiveDate>) -> Vec<Answer> {
    let said = || facts.purposes.iter().filter(move |said| said.purpose == purpose);
    let known = |date: NaiveDate| on.is_none_or(|on| date <= on);
    let newest = said().filter_map(|said| said.date).filter(|date| known(*date)).max();
    let dated = said().filter(|said| said.date.is_some() && said.date == newest);
    let undated = said().filter(|said| said.date.is_none() && said.consent != Answer::Unknown);
    let history = facts.history.as_ref().filter(|_| purpose == Purpose::Research);
    let on_axis = history.and_then(|history| match history.seen(on) {
        Ok(seen) => seen.filter(|s| s.consent_recorded).map(|s| s.standing.research_consent),
        Err(_) => Some(Answer::Unknown),
    });
    dated.chain(undated).map(|said| said.consent).chain(on_axis).collect()
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
        let others: Vec<&History> =
            others.filter_map(|(_, other)| other.facts.history.as_ref()).collect();
        // What was done stands; a consent that is put in doubt later must not be refused for it.
        let old = histories(before).filter(|(source, _)| *source == &layer.source);
        let known = old.filter(|(_, old)| old.is_extended_by(history));
        let known = known.map(|(_, old)| old.steps.len()).max().unwrap_or(0);
        let problem =
            broken(&layer.source, history).or_else(|| leaves(history, known, &others, after));
        if let Some(problem) = problem {
            return Some(format!(
                "`history` of {} {}: {problem}",
                layer.source.as_str(),
                layer.key
            ));
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

fn broken(source: &Source, history: &History) -> Option<String> {
    if let Err(broken) = history.seen(None) {
        return Some(broken.to_string());
    }
    // A file may say so; a person cannot have seen it.
    let entered = source.as_str() == "curator";
    let claimed = |step: &&Step| entered && step.origin == Origin::Import;
    let claimed = history.steps.iter().find(claimed)?;
    let (step, date) = (claimed.transition.code(), claimed.date);
    Some(format!("`{step}` of {date} has the origin `import`, and a curator is no file: `curator`"))
}

/// That a unit leaves for research or is discarded, by a step that was not `known` before, while another source offers it,
/// or without a consent that all agree on.
fn leaves(
    history: &History,
    known: usize,
    others: &[&History],
    all: &[Layer<UnitFacts>],
) -> Option<String> {
    for (at, step) in history.steps.iter().enumerate().skip(known) {
        let is_release = matches!(step.transition, Transition::Release { .. });
        if !is_release && step.transition != Transition::Dispose {
            continue;
        }
        let (number, code, date) = (at + 1, step.transition.code(), step.date);
        let told = |problem: &str| Some(format!("step {number}, `{code}` of {date}: {problem}"));
        let facts = all.iter().map(|layer| &layer.facts);
        let consent = consent(facts, Purpose::Research, Some(date));
        if is_release && consent.answer != Answer::Yes {
            let found = consent.answer.code();
            return told(&format!(
                "consent for research is {found} by all that is said of it, and a release requires yes: correct \
                 `purposes` or the history that says differently"
            ));
        }
        let met = History { steps: history.steps[..at].to_vec(), ..history.clone() }.standing();
        for other in others.iter().filter_map(|other| other.standing_on(date)) {
            if let Some(problem) = offered(met, other) {
                return told(problem);
            }
        }
    }
    None
}

/// Why a unit may not leave that stands so by one source and so by another.
fn offered(met: Standing, other: Standing) -> Option<&'static str> {
    match other.transplant {
        Some(Transplant::Reserved) => Some(
            "another source has it reserved for a patient: it may leave once that source ends the reservation",
        ),
        Some(Transplant::Listed) if met.transplant != Some(Transplant::Listed) => Some(
            "another source lists it: state in `opening` that it is listed, so that this step takes it off the list",
        ),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
