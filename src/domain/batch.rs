//! A lot of a line at a bank: where it stands between seed and distribution, how it was grown and kept, and whether it
//! can be ordered. Growing a line without new DNA makes a lot, never a new line.

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    availability::{self, AvailabilityState, Available},
    cell_line::coded,
    id::RecordKind,
    identifier::ExternalId,
    lang::Lang,
    names::Name,
    qc::material::Level,
    record::{Asked, Facts, Flag, Record, Relation, id_problems},
    term::Reference,
    vial::{self, Vial},
};

/// The level of a lot.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum BatchLevel {
    Seed,
    Master,
    Working,
    Distribution,
}

coded!(BatchLevel {
    Seed = "seed", "Seed lot", "シードロット";
    Master = "master", "Master bank", "マスターセルバンク";
    Working = "working", "Working bank", "ワーキングセルバンク";
    Distribution = "distribution", "Distribution lot", "提供ロット";
});

impl BatchLevel {
    /// The level of material at which its tests count.
    pub fn material(self) -> Level {
        match self {
            Self::Seed => Level::Seed,
            Self::Master => Level::Master,
            Self::Working => Level::Working,
            Self::Distribution => Level::Distribution,
        }
    }
}

/// How the cells were grown.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Culture {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub medium: Option<String>,
    /// `vitronectin`, `laminin-511 E8`, or feeder cells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub matrix: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub feeder: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub passage_method: Option<String>,
    /// UCUM `%`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub o2_percent: Option<u8>,
    /// UCUM `%`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub co2_percent: Option<u8>,
    /// UCUM `Cel`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub temperature_cel: Option<u8>,
}

/// What the recipient must know to bring the cells up.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct HandlingSheet {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thaw: Option<String>,
    /// `1:4 to 1:8`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub split_ratio: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub biosafety_level: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remarks: Option<String>,
}

/// Vials: made, and still there by site.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Vials {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub made: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stored: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shipped: Option<u32>,
    /// UCUM `{cells}` in one vial.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cells_each: Option<u64>,
}

/// What one source row says of a lot.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct BatchFacts {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<Name>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub external_ids: Vec<ExternalId>,
    /// The line it is a lot of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<Reference>,
    /// The bank that keeps it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bank: Option<Reference>,
    /// The lot it was grown from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<Reference>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<BatchLevel>,
    /// At freezing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub passage: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub frozen_on: Option<NaiveDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vials: Option<Vials>,
    /// Vial by vial, as far as the source lists them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub listed_vials: Vec<Vial>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub culture: Option<Culture>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handling: Option<HandlingSheet>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub availability: Vec<AvailabilityState>,
}

impl Facts for BatchFacts {
    const KIND: RecordKind = RecordKind::Batch;

    fn names(&self) -> &[Name] {
        &self.names
    }

    fn external_ids(&self) -> &[ExternalId] {
        &self.external_ids
    }

    fn links(&self) -> Vec<Asked<'_>> {
        let asked = |relation| move |reference| Asked { relation, reference };
        let line = self.line.iter().map(asked(Relation::Line));
        let bank = self.bank.iter().map(asked(Relation::Organization));
        let parent = self.parent.iter().map(asked(Relation::ParentBatch));
        line.chain(bank).chain(parent).collect()
    }

    fn problems(&self) -> Vec<Flag> {
        let vials = self.vials.iter().filter_map(|vials| {
            let (stored, shipped) = (vials.stored.unwrap_or(0), vials.shipped.unwrap_or(0));
            let (made, gone) = (vials.made?, stored.saturating_add(shipped));
            let problem = format!("only {made} vials were made; correct one of the numbers");
            (gone > made).then(|| Flag::new("vials", &gone.to_string(), problem))
        });
        let listed = vial::problems(&self.listed_vials, self.vials.as_ref());
        let ids = id_problems(&self.external_ids).into_iter();
        let states = availability::problems(&self.availability);
        ids.chain(states).chain(vials).chain(listed).collect()
    }

    fn keeps_against(&self, newer: &Self) -> Option<&'static str> {
        availability::keeps_against(&self.availability, &newer.availability)
    }

    fn carry_on(&mut self, older: &Self) {
        availability::carry_on(&mut self.availability, &older.availability);
    }
}

impl Available for BatchFacts {
    fn availability(&self) -> &[AvailabilityState] {
        &self.availability
    }
}

impl BatchFacts {
    /// Puts each vial in place of the first one with its number, or adds it.
    pub fn put_vials<'v>(&mut self, vials: impl IntoIterator<Item = &'v Vial>) {
        let listed = self.listed_vials.iter().enumerate().rev();
        let mut places: HashMap<String, usize> =
            listed.map(|(at, vial)| (vial.folded(), at)).collect();
        for vial in vials {
            let at = *places.entry(vial.folded()).or_insert(self.listed_vials.len());
            match self.listed_vials.get_mut(at) {
                Some(one) => one.clone_from(vial),
                None => self.listed_vials.push(vial.clone()),
            }
        }
    }
}

impl Record<BatchFacts> {
    /// Its number at the bank, in the form that tells it from the lots of others.
    pub fn number(&self) -> Option<&str> {
        self.first(|facts| facts.external_ids.iter().find(|id| id.scheme == "lot"))
            .map(|id| id.value.as_str())
    }

    pub fn level(&self) -> Option<BatchLevel> {
        self.first(|facts| facts.level)
    }

    pub fn passage(&self) -> Option<u32> {
        self.first(|facts| facts.passage)
    }

    /// Every vial that a source lists, each number once, by the first source that lists it.
    pub fn listed_vials(&self) -> Vec<&Vial> {
        let mut seen = BTreeSet::new();
        let listed = self.layers.iter().flat_map(|layer| &layer.facts.listed_vials);
        listed.filter(|vial| seen.insert(vial.folded())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{availability::Availability, id::RecordId, record::Layer, source::Source};

    fn lot(states: &[(&str, Availability)]) -> Record<BatchFacts> {
        let id = RecordId::new(RecordKind::Batch, uuid::Uuid::nil());
        let mut lot = Record::new(id, "STM-B0000001-X".to_owned());
        let state = |(from, availability): &(&str, Availability)| AvailabilityState {
            from: from.parse().unwrap(),
            availability: *availability,
            comment: None,
        };
        let availability = states.iter().map(state).collect();
        let facts = BatchFacts { availability, ..BatchFacts::default() };
        let (source, key) = (Source::new("curator"), "1".to_owned());
        lot.put(Layer { source, key, facts, flags: Vec::new() });
        lot
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_lot_can_be_ordered_while_its_newest_state_says_so() {
        let lot = lot(&[
            ("2017-01-01", Availability::Available),
            ("2018-01-01", Availability::Suspended),
            ("2018-01-01", Availability::Available),
            ("2019-01-01", Availability::Recalled),
        ]);
        for (on, can) in [
            ("2016-12-31", false),
            ("2017-06-01", true),
            ("2018-01-01", true),
            ("2019-01-01", false),
        ] {
            assert_eq!(lot.can_be_ordered(day(on)), can, "{on}");
        }
    }

    #[test]
    fn the_word_of_the_first_source_stands() {
        let mut lot = lot(&[
            ("2017-01-01", Availability::Suspended),
            ("2017-01-01", Availability::Available),
            ("2017-01-01", Availability::Suspended),
        ]);
        assert!(!lot.can_be_ordered(day("2018-01-01")), "a suspension that is repeated counts");
        let other = AvailabilityState {
            from: day("2017-06-01"),
            availability: Availability::Available,
            comment: None,
        };
        let facts = BatchFacts { availability: vec![other], ..BatchFacts::default() };
        let (source, key) = (Source::new("riken-brc"), "1".to_owned());
        lot.put(Layer { source, key, facts, flags: Vec::new() });
        assert!(!lot.can_be_ordered(day("2018-01-01")), "the curator goes before a list");
    }

    #[test]
    fn nothing_stated_is_no_and_a_recall_must_say_why() {
        assert!(!lot(&[]).can_be_ordered(day("2020-01-01")));
        let lot = lot(&[("2019-01-01", Availability::Recalled)]);
        assert_eq!(lot.layers[0].facts.problems()[0].field, "availability");
    }

    #[test]
    fn a_vial_replaces_the_one_of_its_number_in_place() {
        let vial = |number: &str, passage| Vial {
            number: number.to_owned(),
            passage: Some(passage),
            ..Vial::default()
        };
        let mut facts =
            BatchFacts { listed_vials: vec![vial("1", 3), vial("2", 3)], ..BatchFacts::default() };
        facts.put_vials(&[vial("１", 4), vial("3", 2), vial("3", 3)]);
        let listed: Vec<_> = facts.listed_vials.iter().map(|one| one.passage).collect();
        assert_eq!(listed, [Some(4), Some(3), Some(3)]);
    }

    #[test]
    fn more_vials_than_were_made_are_flagged() {
        let vials = Vials { made: Some(3), stored: Some(2), shipped: Some(2), cells_each: None };
        let facts = BatchFacts { vials: Some(vials), ..BatchFacts::default() };
        assert_eq!(facts.problems()[0].text, "4");
    }
}
