//! What the public may see of a unit: a list of what is shown, so that a new fact stays sealed until it is added
//! here. No number of donation, bag or bank, nothing of the mother, no typing, no patient, and of dates the year.
//!
//! Sex and ethnicity are those of one child. Where few units share them, the rule of small groups hides them;
//! that takes a count of all units and is not done here.

use chrono::{Datelike, NaiveDate};
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    code::{
        Abo, Answer, BagKind, Culture, Ethnicity, FreezingMethod, InputStatus, ProcessingMethod,
        ProcessingSystem, ProductModification, Purpose, RhD, ViabilityCells, ViabilityMethod,
    },
    facts::{CellCounts, Product, RetainedSample, UnitFacts, Volumes},
    inventory::Presence,
    standing::UnitStanding,
    steps::{Step, Transition},
};
use crate::domain::{donor::Sex, record::Record};

/// The public side of [`UnitFacts`]. It has no way back into facts.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, JsonSchema)]
pub struct PublicUnit {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sex: Option<Sex>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub abo: Option<Abo>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rhd: Option<RhD>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ethnicity: Option<Ethnicity>,
    /// Of the collection; of the birth where no collection is stated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub collection_year: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub freezing_year: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub processing_method: Option<ProcessingMethod>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub processing_system: Option<ProcessingSystem>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub modification: Option<ProductModification>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub freezing_method: Option<FreezingMethod>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bag_kind: Option<BagKind>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bags: Option<u32>,
    pub volumes: Volumes,
    /// Before processing, absolute.
    pub collected: CellCounts,
    /// After processing, before freezing, absolute.
    pub frozen: CellCounts,
    /// UCUM `%`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub viability_percent: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub viability_cells: Option<ViabilityCells>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub viability_method: Option<ViabilityMethod>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bacterial_culture: Option<Culture>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fungal_culture: Option<Culture>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attached_segments: Option<u32>,
    /// Of the unit, not of the mother.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub samples: Vec<RetainedSample>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub products: Vec<Product>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<InputStatus>,
    /// The last inventory of the bank no longer names the unit: its status is that of an earlier one.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub left_inventory: bool,
}

/// A purpose the unit is held for with its consent, without the day it was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublicPurpose {
    pub purpose: Purpose,
    pub consent: Answer,
}

/// A step without its day, and without who did it and what they wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublicStep {
    pub year: i32,
    pub transition: Transition,
}

impl Record<UnitFacts> {
    /// What the unit is held for, each with the consent that all sources agree on.
    pub fn public_purposes(&self, today: NaiveDate) -> Vec<PublicPurpose> {
        let held = self.all(|facts| facts.purposes.iter().map(|said| said.purpose));
        let shown =
            |purpose| PublicPurpose { purpose, consent: self.consent_today(purpose, today).answer };
        held.into_iter().map(shown).collect()
    }

    pub fn public_steps(&self) -> Vec<PublicStep> {
        let shown =
            |step: &Step| PublicStep { year: step.date.year(), transition: step.transition };
        self.steps().into_iter().map(shown).collect()
    }

    /// Where the unit stood at the end of a year; in this year and later, where it stands now. Asked by the day it would
    /// tell on which day each step was done.
    pub fn public_standing(&self, on: Option<NaiveDate>, today: NaiveDate) -> UnitStanding {
        let year = on.map(|on| on.year()).filter(|year| *year < today.year());
        let end = year.and_then(|year| NaiveDate::from_ymd_opt(year, 12, 31));
        let now = || self.consent_today(Purpose::Research, today);
        let standing = self.standing(end);
        let research_consent = if end.is_some() { standing.research_consent } else { now() };
        UnitStanding { research_consent, ..standing }
    }
}

impl UnitFacts {
    pub fn public(&self) -> PublicUnit {
        let year = |date: Option<NaiveDate>| date.map(|date| date.year());
        PublicUnit {
            sex: self.infant.sex,
            abo: self.infant.abo,
            rhd: self.infant.rhd,
            ethnicity: self.infant.ethnicity,
            collection_year: year(self.collection.date.or(self.infant.birth_date)),
            freezing_year: year(self.freezing.date),
            processing_method: self.processing.method,
            processing_system: self.processing.system,
            modification: self.processing.modification,
            freezing_method: self.freezing.method,
            bag_kind: self.bags.kind,
            bags: self.bags.count,
            volumes: self.volumes.clone(),
            collected: self.collected.clone(),
            frozen: self.frozen.clone(),
            viability_percent: self.viability.percent,
            viability_cells: self.viability.cells,
            viability_method: self.viability.method,
            bacterial_culture: self.quality.bacterial_culture,
            fungal_culture: self.quality.fungal_culture,
            attached_segments: self.attached_segments,
            samples: self.samples.clone(),
            products: self.products.clone(),
            status: self.status.input,
            left_inventory: matches!(
                self.listing.as_ref().map(|listing| listing.presence),
                Some(Presence::NotInInventory { .. })
            ),
        }
    }
}
