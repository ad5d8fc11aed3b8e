//! Whether the cord-blood unit that a line was made of could be used for it.
//!
//! What was released for a line was consented to for research and is no longer on the list for transplantation.

use super::{Check, RuleCode, Said};
use crate::domain::{
    cord_blood::{
        axes::Transplant,
        code::{Answer, InputStatus, Purpose},
        facts::UnitFacts,
        inventory::Presence,
    },
    record::{AnyRecord, Record, Relation},
};

impl Check<'_> {
    pub(super) fn unit_of_line(&mut self) {
        for id in self.known.reached(self.id, Relation::SourceUnit) {
            let Some(AnyRecord::CordBloodUnit(unit)) = self.known.records.get(&id) else {
                continue;
            };
            let rule = match research_consent(unit) {
                Answer::Yes => None,
                Answer::No => Some(RuleCode::UnitConsentRefused),
                Answer::Unknown => Some(RuleCode::UnitConsentUnknown),
            };
            let offered = is_offered(unit).then_some(RuleCode::UnitStillOffered);
            for rule in rule.into_iter().chain(offered) {
                let unit = self.named(id);
                self.find(rule, unit, &Said::same(""));
            }
        }
    }
}

/// Two sources that say differently are asked together, so that the answer is unknown.
fn research_consent(unit: &Record<UnitFacts>) -> Answer {
    let purposes = unit.all(|facts| &facts.purposes).into_iter().cloned().collect();
    UnitFacts { purposes, ..UnitFacts::default() }.consent(Purpose::Research)
}

/// Whether the bank's last word has the unit on the list, for all or for one patient.
fn is_offered(unit: &Record<UnitFacts>) -> bool {
    let status = unit.first(|facts| facts.status.input).and_then(InputStatus::transplant);
    let presence = unit.first(|facts| facts.listing.as_ref()).map(|listing| listing.presence);
    let gone = matches!(presence, Some(Presence::NotInInventory { .. }));
    matches!(status, Some(Transplant::Listed | Transplant::Reserved)) && !gone
}
