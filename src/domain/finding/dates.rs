//! Whether dates stand in the order in which things happen. No day is told, only which ones do not fit.

use chrono::NaiveDate;

use super::{Check, RuleCode, Said};
use crate::domain::{
    availability::Availability,
    batch::BatchFacts,
    cord_blood::{facts::UnitFacts, standing::is_ahead},
    record::{AnyRecord, Record, Relation},
};

impl Check<'_> {
    /// Sampled before entered, entered by today.
    pub(super) fn dates_of_tests(&mut self, today: NaiveDate) {
        let tests = self.tests(self.id).to_vec();
        for tested in tests {
            let (sampled, entered) = (tested.result.sampling_date, tested.result.entry_date);
            if sampled.is_some_and(|sampled| sampled > entered) {
                let result = Some(tested.record.clone());
                self.find(RuleCode::SampledAfterEntry, result, &Said::same(""));
            }
            if is_ahead(entered, today) {
                let about = said("the entry of a result", "結果の入力日");
                self.find(RuleCode::DateInFuture, Some(tested.record), &about);
            }
        }
    }

    pub(super) fn dates_of_lot(&mut self, lot: &Record<BatchFacts>, today: NaiveDate) {
        if is_out_of_order(lot) {
            self.find(RuleCode::AvailabilityOutOfOrder, None, &Said::same(""));
        }
        let frozen = lot.first(|facts| facts.frozen_on);
        for tested in self.tests(self.id).to_vec() {
            let Some(sampled) = tested.result.sampled() else { continue };
            if frozen.is_some_and(|frozen| sampled < frozen) {
                let result = Some(tested.record.clone());
                self.find(RuleCode::SampledBeforeFreezing, result, &Said::same(""));
            }
            // On the day itself the sample may have been taken first.
            let ended = lot.availability(sampled).filter(|state| state.from < sampled);
            if ended.is_some_and(|state| state.availability == Availability::Discontinued) {
                self.find(RuleCode::SampledAfterEnd, Some(tested.record), &Said::same(""));
            }
        }
        if let Some(frozen) = frozen {
            self.freezing(lot, frozen, today);
        }
    }

    fn freezing(&mut self, lot: &Record<BatchFacts>, frozen: NaiveDate, today: NaiveDate) {
        if is_ahead(frozen, today) {
            let about = said("the freezing of the lot", "ロットの凍結日");
            self.find(RuleCode::DateInFuture, None, &about);
        }
        let states = lot.availability_states();
        if states.iter().any(|state| state.availability.can_be_ordered() && state.from < frozen) {
            self.find(RuleCode::OrderableBeforeFreezing, None, &Said::same(""));
        }
        for line in self.known.reached(self.id, Relation::Line) {
            let made = self.known.line(line).and_then(|line| line.derivation(|d| d.year.as_ref()));
            if made.is_some_and(|year| i64::from(chrono::Datelike::year(&frozen)) < *year) {
                let line = self.named(line);
                self.find(RuleCode::FrozenBeforeDerivation, line, &Said::same(""));
            }
        }
        for parent in self.known.reached(self.id, Relation::ParentBatch) {
            let Some(AnyRecord::Batch(lot)) = self.known.records.get(&parent) else { continue };
            if lot.first(|facts| facts.frozen_on).is_some_and(|before| before > frozen) {
                let parent = self.named(parent);
                self.find(RuleCode::FrozenBeforeParent, parent, &Said::same(""));
            }
        }
    }

    /// Born, collected, processed, frozen; and all by today.
    pub(super) fn dates_of_unit(&mut self, unit: &Record<UnitFacts>, today: NaiveDate) {
        let steps = [
            ("birth", "出生", unit.first(|facts| facts.infant.birth_date)),
            ("collection", "採取", unit.first(|facts| facts.collection.date)),
            ("processing", "調製", unit.first(|facts| facts.processing.date)),
            ("freezing", "凍結", unit.first(|facts| facts.freezing.date)),
        ];
        let steps: Vec<_> =
            steps.into_iter().filter_map(|(en, ja, date)| Some((en, ja, date?))).collect();
        for two in steps.windows(2) {
            let ((before, before_ja, first), (after, after_ja, second)) = (two[0], two[1]);
            if second < first {
                let about = Said {
                    en: format!("{after} before {before}"),
                    ja: format!("{after_ja}が{before_ja}より前"),
                };
                self.find(RuleCode::UnitDatesOutOfOrder, None, &about);
            }
        }
        for (en, ja, date) in steps {
            if is_ahead(date, today) {
                self.find(RuleCode::DateInFuture, None, &said(en, ja));
            }
        }
    }
}

/// Whether a source gives a state of availability a day before that of the one ahead of it.
fn is_out_of_order(lot: &Record<BatchFacts>) -> bool {
    let states = lot.layers.iter().map(|layer| &layer.facts.availability);
    states.into_iter().any(|states| states.windows(2).any(|two| two[1].from < two[0].from))
}

fn said(en: &str, ja: &str) -> Said {
    Said { en: en.to_owned(), ja: ja.to_owned() }
}
