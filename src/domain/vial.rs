//! One vial of a lot: its number, where it stands in storage, and what became of it. The position is for the bank alone.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use super::{batch::Vials, cell_line::coded, identifier::ExternalId, lang::Lang, record::Flag};

/// What became of a vial.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum VialState {
    Stored,
    Shipped,
    /// Thawed at the bank itself.
    Used,
    Discarded,
    Lost,
    /// The bank says that it does not know.
    Unknown,
}

coded!(VialState {
    Stored = "stored", "Stored", "保管中";
    Shipped = "shipped", "Shipped", "出庫済み";
    Used = "used", "Used", "使用済み";
    Discarded = "discarded", "Discarded", "廃棄";
    Lost = "lost", "Lost", "所在不明";
    Unknown = "unknown", "Unknown", "不明";
});

/// A vial of a lot.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Vial {
    /// No two vials of a lot share one: `0001`.
    pub number: String,
    /// Its own id in BioSamples.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub biosamples: Option<String>,
    /// Where it stands in storage. Never public.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<String>,
    /// At freezing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passage: Option<u32>,
    /// UCUM `{cells}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cells: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub frozen_on: Option<NaiveDate>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<VialState>,
}

impl Vial {
    /// The number as it is compared: without width and outer spaces. `1` and `0001` are two numbers.
    pub fn folded(&self) -> String {
        fold(&self.number)
    }
}

fn fold(text: &str) -> String {
    text.nfkc().collect::<String>().trim().to_owned()
}

/// What does not read as it should in the vials of a lot, beside the counts that its source gives. No text here holds
/// a position.
pub fn problems(listed: &[Vial], counted: Option<&Vials>) -> Vec<Flag> {
    let flag = |text: &str, problem: &str| Flag::new("listed_vials", text, problem);
    let blank = listed.iter().filter(|vial| vial.folded().is_empty());
    let blank = blank.map(|vial| flag(&vial.number, "a vial has no number; give it"));
    let wrong = listed.iter().filter_map(|vial| {
        let id = ExternalId::new("biosamples", vial.biosamples.as_deref()?);
        Some(flag(&id.value, &id.problem()?))
    });
    let number = |vial: &Vial| Some(vial.folded()).filter(|number| !number.is_empty());
    let sample = |vial: &Vial| vial.biosamples.as_deref().map(fold);
    let place = |vial: &Vial| {
        let stored = vial.state == Some(VialState::Stored);
        vial.position.as_deref().filter(|_| stored).map(fold)
    };
    let numbers = repeated(listed, number).into_iter();
    let numbers = numbers.map(|vial| flag(&vial.number, "two vials bear this number; correct one"));
    let samples = repeated(listed, sample).into_iter();
    let samples =
        samples.map(|vial| flag(&vial.number, "another vial bears its BioSamples id; correct one"));
    let places = repeated(listed, place).into_iter();
    let places = places
        .map(|vial| flag(&vial.number, "another stored vial is at its position; correct one"));
    let problems = blank.chain(wrong).chain(numbers).chain(samples).chain(places);
    problems.chain(counted.map_or_else(Vec::new, |counted| miscounted(listed, counted))).collect()
}

/// The later ones of vials that are alike.
fn repeated(listed: &[Vial], by: impl Fn(&Vial) -> Option<String>) -> Vec<&Vial> {
    let mut seen: BTreeMap<String, &Vial> = BTreeMap::new();
    let mut again: Vec<&Vial> = Vec::new();
    for vial in listed {
        let Some(key) = by(vial) else { continue };
        if seen.insert(key, vial).is_some() {
            again.push(vial);
        }
    }
    again
}

/// Lists that name more vials than the lot is said to have. A list may be shorter: it need not be whole.
fn miscounted(listed: &[Vial], counted: &Vials) -> Vec<Flag> {
    let in_state = |state| listed.iter().filter(|vial| vial.state == Some(state)).count();
    [
        (counted.made, listed.len(), "more vials are listed than were made"),
        (
            counted.stored,
            in_state(VialState::Stored),
            "more vials are listed as stored than are counted",
        ),
        (
            counted.shipped,
            in_state(VialState::Shipped),
            "more vials are listed as shipped than are counted",
        ),
    ]
    .into_iter()
    .filter_map(|(count, listed, problem)| {
        let count =
            count.filter(|count| usize::try_from(*count).is_ok_and(|count| listed > count))?;
        let problem = format!("{problem}; correct the count or the list");
        Some(Flag::new("listed_vials", &count.to_string(), problem))
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vial(number: &str, position: &str, state: VialState) -> Vial {
        let position = Some(position.to_owned()).filter(|text| !text.is_empty());
        Vial { number: number.to_owned(), position, state: Some(state), ..Vial::default() }
    }

    fn texts(problems: &[Flag]) -> Vec<(&str, &str)> {
        problems.iter().map(|flag| (flag.text.as_str(), flag.problem.as_str())).collect()
    }

    #[test]
    fn two_vials_of_one_number_are_flagged_whatever_their_width() {
        let listed =
            [vial("0001", "", VialState::Stored), vial("０００１ ", "", VialState::Shipped)];
        let found = problems(&listed, None);
        assert_eq!(texts(&found), [("０００１ ", "two vials bear this number; correct one")]);
    }

    #[test]
    fn two_vials_at_one_position_are_flagged_while_both_are_stored_and_the_position_is_not_told() {
        let at = |state| [vial("1", "T1/A1", VialState::Stored), vial("2", "T1/A1", state)];
        assert_eq!(problems(&at(VialState::Shipped), None), []);
        let found = problems(&at(VialState::Stored), None);
        assert_eq!(found.len(), 1);
        assert!(!serde_json::to_string(&found).unwrap().contains("A1"));
    }

    #[test]
    fn more_vials_than_are_counted_are_flagged_and_fewer_are_not() {
        let listed = [vial("1", "", VialState::Stored), vial("2", "", VialState::Shipped)];
        let counted =
            |made, stored| Vials { made: Some(made), stored: Some(stored), ..Vials::default() };
        assert_eq!(problems(&listed, Some(&counted(3, 1))), []);
        let found = problems(&listed, Some(&counted(1, 0)));
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].problem.starts_with("more vials are listed than were made"));
    }

    #[test]
    fn a_shared_or_malformed_biosamples_id_and_a_blank_number_are_flagged() {
        let sample = |number: &str, id: &str| Vial {
            number: number.to_owned(),
            biosamples: Some(id.to_owned()),
            ..Vial::default()
        };
        let listed = [sample("1", "SAMEA1"), sample("2", "SAMEA1"), sample(" ", "A-1")];
        assert_eq!(problems(&listed, None).len(), 3);
    }
}
