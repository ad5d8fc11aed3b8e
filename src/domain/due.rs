//! The days on which something of a record changes by itself, without anybody editing it.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};

use super::{
    availability::AvailabilityState,
    holding::HoldingFacts,
    id::RecordKind,
    notice::NoticeFacts,
    qc::{record::ResultFacts, standard},
    record::{AnyRecord, Record},
};

/// The kinds of record that have such days.
pub const KINDS: [RecordKind; 4] =
    [RecordKind::Batch, RecordKind::Holding, RecordKind::Notice, RecordKind::QcResult];

/// Every such day, past ones too.
pub fn days(record: &AnyRecord) -> BTreeSet<NaiveDate> {
    match record {
        AnyRecord::Batch(lot) => of(lot, |facts| from_days(&facts.availability)),
        AnyRecord::Holding(holding) => of(holding, holding_days),
        AnyRecord::Notice(notice) => of(notice, notice_days),
        AnyRecord::QcResult(result) => of(result, result_days),
        _ => BTreeSet::new(),
    }
}

fn of<F>(record: &Record<F>, days: impl Fn(&F) -> Vec<NaiveDate>) -> BTreeSet<NaiveDate> {
    record.layers.iter().flat_map(|layer| days(&layer.facts)).collect()
}

fn from_days(states: &[AvailabilityState]) -> Vec<NaiveDate> {
    states.iter().map(|state| state.from).collect()
}

fn holding_days(facts: &HoldingFacts) -> Vec<NaiveDate> {
    let deposit = facts.deposit.iter();
    let deposit = deposit.flat_map(|d| [d.quarantined_until, d.decision.as_ref().map(|d| d.on)]);
    deposit.flatten().chain(from_days(&facts.availability)).collect()
}

fn notice_days(facts: &NoticeFacts) -> Vec<NaiveDate> {
    [facts.issued_on, facts.from, facts.closed_on].into_iter().flatten().collect()
}

/// The day from which a result counts, those after which it is too old for some standard, and the one from which it is
/// out of specification.
fn result_days(facts: &ResultFacts) -> Vec<NaiveDate> {
    let declared = facts.out_of_specification.iter().map(|declared| declared.approved_on);
    let mut days: Vec<NaiveDate> = declared.collect();
    let Some(result) = &facts.result else { return days };
    let Some(sampled) = result.sampling_date else { return days };
    let criteria = standard::shipped().iter().flat_map(|standard| &standard.criteria);
    let of_test = criteria.filter(|criterion| criterion.test == result.test);
    let valid = of_test.filter_map(|criterion| criterion.validity?.days);
    let expires = valid.filter_map(|days| sampled.checked_add_days(Days::new(u64::from(days) + 1)));
    days.extend(std::iter::once(sampled).chain(expires));
    days
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{id::RecordId, record::Layer, source::Source};

    #[test]
    fn a_notice_changes_something_when_it_begins_and_when_it_is_closed() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let facts = NoticeFacts {
            from: Some(day("2027-01-01")),
            closed_on: Some(day("2027-03-01")),
            ..NoticeFacts::default()
        };
        let id = RecordId::new(RecordKind::Notice, uuid::Uuid::nil());
        let mut notice = Record::new(id, "STM-A0000001-X".to_owned());
        let (source, key) = (Source::new("curator"), "1".to_owned());
        notice.put(Layer { source, key, facts, flags: Vec::new() });
        let expected = BTreeSet::from([day("2027-01-01"), day("2027-03-01")]);
        assert_eq!(days(&AnyRecord::Notice(notice)), expected);
    }
}
