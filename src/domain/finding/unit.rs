//! Whether the cord-blood unit that a line was made of could be used for it.
//!
//! What was released for a line was consented to for research and is no longer on the list for transplantation.

use super::{Check, RuleCode, Said};
use crate::domain::{
    cord_blood::{axes::Transplant, code::Answer},
    record::{AnyRecord, Relation},
};

impl Check<'_> {
    pub(super) fn unit_of_line(&mut self) {
        for id in self.known.reached(self.id, Relation::SourceUnit) {
            let Some(AnyRecord::CordBloodUnit(unit)) = self.known.records.get(&id) else {
                continue;
            };
            let standing = unit.standing(None);
            let rule = match standing.research_consent.answer {
                Answer::Yes => None,
                Answer::No => Some(RuleCode::UnitConsentRefused),
                Answer::Unknown => Some(RuleCode::UnitConsentUnknown),
            };
            let offered = standing.transplant.is_some_and(Transplant::is_on_the_list);
            let offered = offered.then_some(RuleCode::UnitStillOffered);
            for rule in rule.into_iter().chain(offered) {
                let unit = self.named(id);
                self.find(rule, unit, &Said::same(""));
            }
        }
    }
}
