//! Whether the cord-blood unit that a line was made of could be used for it.
//!
//! What was released for a line was consented to for research when it was, and is no longer on the list for
//! transplantation.

use chrono::NaiveDate;

use super::{Check, RuleCode, Said};
use crate::domain::{
    cell_line::LineFacts,
    cord_blood::{
        axes::{ResearchUse, Transplant},
        code::{Answer, Purpose},
        facts::UnitFacts,
    },
    record::{AnyRecord, Record, Relation},
};

impl Check<'_> {
    pub(super) fn unit_of_line(&mut self, line: &Record<LineFacts>, today: NaiveDate) {
        for id in self.known.reached(self.id, Relation::SourceUnit) {
            let Some(AnyRecord::CordBloodUnit(unit)) = self.known.records.get(&id) else {
                continue;
            };
            let offered = unit.standing(None).transplant.is_some_and(Transplant::is_on_the_list);
            let followed = unit.layers.iter().any(|layer| layer.facts.history.is_some());
            let unreleased = followed && unit.released_on(ResearchUse::IpsDerivation).is_none();
            let rules = [
                consent(unit, line, today),
                unreleased.then_some(RuleCode::UnitNotReleased),
                offered.then_some(RuleCode::UnitStillOffered),
            ];
            for rule in rules.into_iter().flatten() {
                let unit = self.named(id);
                self.find(rule, unit, &Said::same(""));
            }
        }
    }
}

/// The consent as it was when the unit was released, or else by the end of the year in which the line was made: what was
/// made stays, and a no that came later is told apart.
fn consent(
    unit: &Record<UnitFacts>,
    line: &Record<LineFacts>,
    today: NaiveDate,
) -> Option<RuleCode> {
    let year = || line.derivation(|derivation| derivation.year.as_ref());
    let made = || NaiveDate::from_ymd_opt(i32::try_from(*year()?).ok()?, 12, 31);
    let used = unit.released_on(ResearchUse::IpsDerivation).or_else(made);
    let then = match used {
        Some(used) => unit.consent(Purpose::Research, Some(used)),
        None => unit.consent_today(Purpose::Research, today),
    };
    match then.answer {
        Answer::Yes if unit.is_refused(Purpose::Research, today) => {
            Some(RuleCode::UnitConsentRefusedLater)
        }
        Answer::Yes => None,
        Answer::No => Some(RuleCode::UnitConsentRefused),
        Answer::Unknown => Some(RuleCode::UnitConsentUnknown),
    }
}
