//! Whether something can be ordered: the states of a lot or a holding, each from a day on, in a list that only grows.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    cell_line::coded,
    lang::Lang,
    record::{Facts, Flag, Record},
};

#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Availability {
    Available,
    /// Being made; may be asked for.
    InPreparation,
    /// The depositor must agree first.
    OnDepositorsConsent,
    /// Received and not yet tested.
    Quarantined,
    Suspended,
    Recalled,
    Discontinued,
    OutOfStock,
}

coded!(Availability {
    Available = "available", "Available", "提供可";
    InPreparation = "in_preparation", "In preparation", "準備中";
    OnDepositorsConsent = "on_depositors_consent", "Depositor's consent needed", "寄託者承諾要";
    Quarantined = "quarantined", "In quarantine", "検疫中";
    Suspended = "suspended", "Suspended", "提供停止";
    Recalled = "recalled", "Recalled", "回収";
    Discontinued = "discontinued", "Discontinued", "提供終了";
    OutOfStock = "out_of_stock", "Out of stock", "在庫なし";
});

impl Availability {
    pub fn can_be_ordered(self) -> bool {
        matches!(self, Self::Available | Self::OnDepositorsConsent)
    }

    /// Of several words on one thing the gravest is told.
    pub fn gravity(self) -> u8 {
        match self {
            Self::Recalled => 4,
            Self::Discontinued => 3,
            Self::Suspended => 2,
            Self::Quarantined => 1,
            _ => 0,
        }
    }

    /// Whether somebody has put an end to orders, for a time or for good.
    pub fn stops(self) -> bool {
        matches!(self, Self::Quarantined | Self::Suspended | Self::Recalled | Self::Discontinued)
    }

    /// Whether a state must say why.
    pub fn needs_comment(self) -> bool {
        matches!(self, Self::Suspended | Self::Recalled | Self::Discontinued)
    }
}

/// A state of availability from a day on. The list of them only grows.
#[derive(
    Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(deny_unknown_fields)]
pub struct AvailabilityState {
    #[schemars(with = "String")]
    pub from: NaiveDate,
    pub availability: Availability,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

/// The flags that states earn by not saying why.
pub(super) fn problems(states: &[AvailabilityState]) -> Vec<Flag> {
    let silent = states.iter().filter(|state| {
        let comment = state.comment.as_deref().unwrap_or_default();
        state.availability.needs_comment() && comment.trim().is_empty()
    });
    let silent = silent.map(|state| {
        let code = state.availability.code();
        Flag::new("availability", code, "it must say why; add a comment")
    });
    silent.collect()
}

/// Goes on with the list of an older word of the same row: a file that names only the newest state takes none away.
pub(super) fn carry_on(states: &mut Vec<AvailabilityState>, older: &[AvailabilityState]) {
    if !states.starts_with(older) {
        let new: Vec<_> = states.drain(..).filter(|state| !older.contains(state)).collect();
        states.extend(older.iter().cloned().chain(new));
    }
}

/// Why a row may not be taken: what it gives as the newest state is not the newest that is known, so that it is an old
/// list, or means to go back to a state without saying from when.
pub(super) fn keeps_against(
    states: &[AvailabilityState],
    newer: &[AvailabilityState],
) -> Option<&'static str> {
    let mut all = newer.to_vec();
    carry_on(&mut all, states);
    let old_list = !newer.is_empty() && newest(&all) != newest(newer);
    old_list.then_some(
        "a later state of availability is known than the newest of the row: give the state that holds now with its day",
    )
}

/// Of two from one day the one that stands later in the list came later.
fn newest(states: &[AvailabilityState]) -> Option<&AvailabilityState> {
    states.iter().max_by_key(|state| state.from)
}

/// Facts that state an availability.
pub trait Available: Facts {
    fn availability(&self) -> &[AvailabilityState];

    /// Whether something else than a state keeps it from being ordered.
    fn is_held_back(&self, _on: NaiveDate) -> bool {
        false
    }
}

impl<F: Available> Record<F> {
    /// Every state there was by the first source that states any, the newest last. Of two from one day the one that
    /// stands later in the list came later.
    pub fn availability_states(&self) -> Vec<&AvailabilityState> {
        let first = self.layers.iter().find(|layer| !layer.facts.availability().is_empty());
        let mut states: Vec<_> = first.into_iter().flat_map(|l| l.facts.availability()).collect();
        states.sort_by_key(|state| state.from);
        states
    }

    /// The state on a day; none before the first.
    pub fn availability(&self, on: NaiveDate) -> Option<&AvailabilityState> {
        self.availability_states().into_iter().rfind(|state| state.from <= on)
    }

    /// Nothing stated is no. Notices may still stop it.
    pub fn can_be_ordered(&self, on: NaiveDate) -> bool {
        let stated = self.availability(on);
        let offered = stated.filter(|state| state.availability.can_be_ordered());
        offered.is_some_and(|state| !self.is_stopped_since(state.from, on))
            && !self.is_held_back(on)
    }

    /// Whether any source states, from that day on, that it is stopped.
    fn is_stopped_since(&self, from: NaiveDate, on: NaiveDate) -> bool {
        self.layers.iter().any(|layer| {
            let until: Vec<AvailabilityState> =
                layer.facts.availability().iter().filter(|s| s.from <= on).cloned().collect();
            newest(&until).is_some_and(|state| state.from >= from && state.availability.stops())
        })
    }

    /// Whether something else than a state keeps it from being ordered.
    pub fn is_held_back(&self, on: NaiveDate) -> bool {
        self.layers.iter().any(|layer| layer.facts.is_held_back(on))
    }
}
