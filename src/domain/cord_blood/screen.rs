//! What units are screened by: public values only, and each as all sources together tell it. What is not stated is told
//! apart from every value.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};

use super::{
    axes::{Custody, Transplant},
    code::{Abo, Answer, Purpose, RhD},
    facts::{Listing, UnitFacts},
    inventory::Presence,
};
use crate::domain::{filter::Comparison, record::Record};

/// A unit as screens see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Screened {
    pub abo: Option<Abo>,
    pub rhd: Option<RhD>,
    pub tnc: Option<u64>,
    pub cd34: Option<u64>,
    pub custody: Option<Custody>,
    pub transplant: Option<Transplant>,
    pub purposes: BTreeSet<Purpose>,
    pub transplant_consent: Answer,
    pub research_consent: Answer,
    /// Not left out by the last inventory of its bank.
    pub is_present: bool,
}

impl Record<UnitFacts> {
    /// Total nucleated cells as frozen; where no source states that, before processing.
    pub fn tnc(&self) -> Option<u64> {
        self.first(|facts| facts.frozen.tnc).or_else(|| self.first(|facts| facts.collected.tnc))
    }

    /// CD34+ cells as frozen; where no source states that, before processing.
    pub fn cd34(&self) -> Option<u64> {
        self.first(|facts| facts.frozen.cd34).or_else(|| self.first(|facts| facts.collected.cd34))
    }

    /// By what is known on a day of what was consented to.
    pub fn screened(&self, today: NaiveDate) -> Screened {
        let standing = self.standing(None);
        let consent = |purpose| self.consent_today(purpose, today).answer;
        let purposes = self.all(|facts| facts.purposes.iter().map(|said| said.purpose));
        Screened {
            abo: self.first(|facts| facts.infant.abo),
            rhd: self.first(|facts| facts.infant.rhd),
            tnc: self.tnc(),
            cd34: self.cd34(),
            custody: standing.custody,
            transplant: standing.transplant,
            purposes: purposes.into_iter().collect(),
            transplant_consent: consent(Purpose::Transplant),
            research_consent: consent(Purpose::Research),
            is_present: self.is_present(),
        }
    }

    /// Whether no inventory left the unit out, or another one names it.
    pub fn is_present(&self) -> bool {
        let listings = || self.layers.iter().filter_map(|layer| layer.facts.listing.as_ref());
        let left_out = |at: &Listing| matches!(at.presence, Presence::NotInInventory { .. });
        let is_listed =
            !listings().any(left_out) || listings().any(|at| at.presence == Presence::Named);
        is_listed && self.standing(None).transplant != Some(Transplant::ABSENT)
    }
}

/// What a unit bears one code of, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnitCode {
    Abo,
    Rhd,
    Custody,
    Transplant,
}

impl UnitCode {
    /// Every code that a unit can bear.
    pub fn codes(self) -> Vec<&'static str> {
        match self {
            Self::Abo => Abo::ALL.iter().map(|one| one.code()).collect(),
            Self::Rhd => RhD::ALL.iter().map(|one| one.code()).collect(),
            Self::Custody => Custody::ALL.iter().map(|one| one.code()).collect(),
            Self::Transplant => Transplant::CODES.to_vec(),
        }
    }
}

/// A count of cells in the whole unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnitCount {
    Tnc,
    Cd34,
}

/// A condition on a unit.
#[derive(Debug, Clone, PartialEq)]
pub enum UnitCondition {
    /// Bears one of these codes; the codes of a set that is closed.
    Code(UnitCode, BTreeSet<&'static str>),
    /// Bears a code, or none.
    HasCode(UnitCode, bool),
    /// A count that is stated, and so great.
    Count(UnitCount, Comparison, u64),
    /// Held for one of these purposes.
    HeldFor(BTreeSet<Purpose>),
    /// Held for some purpose, or none is stated.
    HasPurpose(bool),
    Consent(Purpose, Answer),
    /// A published line was made of it, or none was.
    SourceOfLine(bool),
    Updated(Comparison, DateTime<Utc>),
    /// Not left out by the last inventory of its bank.
    Present,
}

/// The units asked for: every condition holds. Units that the last inventory of their bank did not name are left out,
/// unless a condition names that state among others.
#[derive(Debug, Clone, PartialEq)]
pub struct UnitFilter(Vec<UnitCondition>);

impl UnitFilter {
    pub fn new(mut conditions: Vec<UnitCondition>) -> Self {
        let asked = |condition: &UnitCondition| {
            matches!(condition, UnitCondition::Code(UnitCode::Transplant, codes)
                if codes.contains(Transplant::ABSENT.code()))
        };
        if !conditions.iter().any(asked) {
            conditions.push(UnitCondition::Present);
        }
        Self(conditions)
    }

    pub fn conditions(&self) -> &[UnitCondition] {
        &self.0
    }
}

/// By what units are sorted. A unit that does not state the count stands below all others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnitSort {
    Tnc,
    Cd34,
    Updated,
}

impl UnitSort {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Tnc => "tnc",
            Self::Cd34 => "cd34",
            Self::Updated => "updated",
        }
    }
}

/// An order over units; where two are alike the id decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnitOrder {
    pub key: UnitSort,
    pub descending: bool,
}

impl Default for UnitOrder {
    /// The most cells first.
    fn default() -> Self {
        Self { key: UnitSort::Tnc, descending: true }
    }
}
