//! A dated notice on lines, lots, holdings or units: caution, suspension, recall, discontinuation, correction. It
//! stands in the way of an order within its scope only: clinical supply of a stock may be suspended while research
//! supply goes on.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    cell_line::coded,
    id::RecordKind,
    identifier::ExternalId,
    lang::Lang,
    names::Name,
    record::{Asked, Facts, Flag, Record, Relation, id_problems},
    term::Reference,
    usage::UsePurpose,
    wording::Wording,
};

#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum NoticeKind {
    Caution,
    Suspension,
    Recall,
    Discontinuation,
    Correction,
}

coded!(NoticeKind {
    Caution = "caution", "Caution", "注意喚起";
    Suspension = "suspension", "Suspension of supply", "提供停止";
    Recall = "recall", "Recall", "回収";
    Discontinuation = "discontinuation", "Discontinuation", "提供終了";
    Correction = "correction", "Correction", "訂正";
});

impl NoticeKind {
    /// Whether nothing can be ordered within the scope of such a notice.
    pub fn stops_orders(self) -> bool {
        matches!(self, Self::Suspension | Self::Recall | Self::Discontinuation)
    }
}

/// What one source row says of a notice.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct NoticeFacts {
    /// `notice`: who issued it, and its number.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub external_ids: Vec<ExternalId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notice_kind: Option<NoticeKind>,
    #[serde(skip_serializing_if = "Wording::is_empty")]
    pub title: Wording,
    #[serde(skip_serializing_if = "Wording::is_empty")]
    pub text: Wording,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issuer: Option<Reference>,
    /// The lines, lots, holdings and units that it is about. One about a line reaches its lots and holdings, one about
    /// a lot those grown from it. Its sublines are lines of their own, and so are the lines made of a unit: a notice
    /// that means them names them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub about: Vec<Reference>,
    /// The uses that it is about; every use where none is named.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub purposes: BTreeSet<UsePurpose>,
    /// Of a recall, as the issuer writes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub issued_on: Option<NaiveDate>,
    /// The first day of its effect; the day of issue where it is not stated.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub from: Option<NaiveDate>,
    /// The day on which every recipient had been told.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub recipients_told_on: Option<NaiveDate>,
    /// The first day on which it holds no longer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub closed_on: Option<NaiveDate>,
    /// Why it was closed.
    #[serde(skip_serializing_if = "Wording::is_empty")]
    pub closing: Wording,
}

impl NoticeFacts {
    /// Whether it holds on a day. One without a day holds always: that it is old is not guessed. An end before its
    /// beginning is a slip and ends nothing.
    pub fn is_open(&self, on: NaiveDate) -> bool {
        let begun = self.from.or(self.issued_on);
        let closed = self.closed_on.filter(|closed| begun.is_none_or(|begun| begun <= *closed));
        begun.is_none_or(|begun| begun <= on) && closed.is_none_or(|closed| on < closed)
    }

    fn concerns(&self, purpose: UsePurpose) -> bool {
        self.purposes.is_empty() || self.purposes.contains(&purpose)
    }
}

impl Facts for NoticeFacts {
    const KIND: RecordKind = RecordKind::Notice;

    fn names(&self) -> &[Name] {
        &[]
    }

    fn external_ids(&self) -> &[ExternalId] {
        &self.external_ids
    }

    fn links(&self) -> Vec<Asked<'_>> {
        let asked = |relation| move |reference| Asked { relation, reference };
        let issuer = self.issuer.iter().map(asked(Relation::Organization));
        issuer.chain(self.about.iter().map(asked(Relation::About))).collect()
    }

    fn problems(&self) -> Vec<Flag> {
        let kind = self.notice_kind.map_or("", NoticeKind::code);
        let flag = |field: &str, problem: &str| Flag::new(field, kind, problem);
        let mut flags = id_problems(&self.external_ids);
        if self.notice_kind.is_none() {
            flags.push(flag("notice_kind", "is missing; say what the notice does"));
        }
        if self.about.is_empty() {
            flags.push(flag("about", "is empty; name the lines, lots, holdings or units"));
        }
        let mute = self.title.is_empty() && self.text.is_empty();
        if mute && self.notice_kind.is_some_and(NoticeKind::stops_orders) {
            flags.push(flag("text", "it must say why; add a title or a text"));
        }
        let begun = self.from.or(self.issued_on);
        if let (Some(from), Some(closed)) = (begun, self.closed_on)
            && closed < from
        {
            let problem = format!("it began on {from} only; correct one of the days");
            flags.push(Flag::new("closed_on", &closed.to_string(), problem));
        }
        flags
    }
}

impl Record<NoticeFacts> {
    pub fn notice_kind(&self) -> Option<NoticeKind> {
        self.first(|facts| facts.notice_kind)
    }

    /// Whether any source's word of it holds on a day.
    pub fn is_open(&self, on: NaiveDate) -> bool {
        self.layers.iter().any(|layer| layer.facts.is_open(on))
    }

    /// Whether it stands in the way of an order on a day: for one purpose, or for all where none is given. A notice
    /// that does not say what it does stops everything, because nothing says that it does not.
    pub fn stops_orders(&self, on: NaiveDate, purpose: Option<UsePurpose>) -> bool {
        self.layers.iter().map(|layer| &layer.facts).any(|facts| {
            let stops = facts.notice_kind.is_none_or(NoticeKind::stops_orders);
            let concerned = match purpose {
                Some(purpose) => facts.concerns(purpose),
                None => facts.purposes.is_empty(),
            };
            stops && concerned && facts.is_open(on)
        })
    }

    /// The uses for which it stops orders on a day, where it is not all.
    pub fn stopped_purposes(&self, on: NaiveDate) -> BTreeSet<UsePurpose> {
        let stops = |purpose: &UsePurpose| self.stops_orders(on, Some(*purpose));
        UsePurpose::ALL.iter().copied().filter(stops).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{id::RecordId, record::Layer, source::Source};

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn notice(facts: NoticeFacts) -> Record<NoticeFacts> {
        let id = RecordId::new(RecordKind::Notice, uuid::Uuid::nil());
        let mut record = Record::new(id, "STM-A0000001-X".to_owned());
        let (source, key) = (Source::new("curator"), "1".to_owned());
        record.put(Layer { source, key, facts, flags: Vec::new() });
        record
    }

    fn suspension(purposes: &[UsePurpose]) -> NoticeFacts {
        NoticeFacts {
            notice_kind: Some(NoticeKind::Suspension),
            purposes: purposes.iter().copied().collect(),
            issued_on: Some(day("2017-01-20")),
            closed_on: Some(day("2017-11-01")),
            ..NoticeFacts::default()
        }
    }

    #[test]
    fn a_suspension_of_clinical_use_lets_research_go_on() {
        let notice = notice(suspension(&[UsePurpose::ClinicalUse]));
        let on = day("2017-05-01");
        assert!(notice.stops_orders(on, Some(UsePurpose::ClinicalUse)));
        assert!(!notice.stops_orders(on, Some(UsePurpose::DrugDiscovery)));
        assert!(!notice.stops_orders(on, None));
        assert_eq!(notice.stopped_purposes(on), BTreeSet::from([UsePurpose::ClinicalUse]));
    }

    #[test]
    fn a_notice_holds_from_its_first_day_until_it_is_closed() {
        let notice = notice(suspension(&[]));
        for (on, stops) in [
            ("2017-01-19", false),
            ("2017-01-20", true),
            ("2017-10-31", true),
            ("2017-11-01", false),
        ] {
            assert_eq!(notice.stops_orders(day(on), None), stops, "{on}");
            assert_eq!(notice.stops_orders(day(on), Some(UsePurpose::Sale)), stops, "{on}");
        }
    }

    #[test]
    fn an_end_before_the_beginning_ends_nothing() {
        let closed_on = Some(day("2016-11-01"));
        let notice = notice(NoticeFacts { closed_on, ..suspension(&[]) });
        assert!(notice.stops_orders(day("2017-05-01"), None));
    }

    #[test]
    fn a_caution_stops_nothing_and_a_notice_that_does_not_say_what_it_does_stops_all() {
        let on = day("2020-01-01");
        let caution =
            NoticeFacts { notice_kind: Some(NoticeKind::Caution), ..NoticeFacts::default() };
        assert!(!notice(caution).stops_orders(on, None));
        assert!(notice(NoticeFacts::default()).stops_orders(on, None));
    }

    #[test]
    fn a_mute_suspension_about_nothing_is_flagged() {
        let fields: Vec<String> =
            suspension(&[]).problems().into_iter().map(|flag| flag.field).collect();
        assert_eq!(fields, ["about", "text"]);
    }
}
