//! What one source row says of a cord-blood unit. Absent is *not stated*; nothing is filled in.
//!
//! Sealed are the numbers of donation, bag and bank, every day, the typings, the mother and the patient of a
//! reservation: they leave for the public in no form. [`super::public`] is the view that may.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    code::{
        Abo, Answer, BagKind, Ccr5, Culture, Ethnicity, FreezingMethod, HaemoglobinopathyScreening,
        InputStatus, KirPresence, LocalStatus, Locus, Marker, MarkerResult, ProcessingMethod,
        ProcessingSystem, ProductModification, Purpose, RegistryStatus, RhD, SampleKind,
        StatusReason, TypingMethod, TypingSample, ViabilityCells, ViabilityMethod, VolumeReduction,
    },
    count,
    inventory::Presence,
    problems,
    steps::History,
};
use crate::domain::{
    donor::Sex,
    id::RecordKind,
    identifier::ExternalId,
    names::Name,
    record::{Asked, Facts, Flag, Relation},
    term::Reference,
};

/// Whether a group says nothing, so that it is left out of the JSON.
fn unstated<T: Default + PartialEq>(group: &T) -> bool {
    *group == T::default()
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct UnitFacts {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<Name>,
    /// Catalogue numbers that are public; those of donation, bag and bank are in [`Identity`].
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub external_ids: Vec<ExternalId>,
    /// The infant as a donor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub donor: Option<Reference>,
    #[serde(skip_serializing_if = "unstated")]
    pub identity: Identity,
    #[serde(skip_serializing_if = "unstated")]
    pub mother: Mother,
    #[serde(skip_serializing_if = "unstated")]
    pub infant: Infant,
    #[serde(skip_serializing_if = "unstated")]
    pub collection: Collection,
    #[serde(skip_serializing_if = "unstated")]
    pub processing: Processing,
    #[serde(skip_serializing_if = "unstated")]
    pub freezing: Freezing,
    #[serde(skip_serializing_if = "unstated")]
    pub bags: Bags,
    #[serde(skip_serializing_if = "unstated")]
    pub volumes: Volumes,
    /// Before processing.
    #[serde(skip_serializing_if = "unstated")]
    pub collected: CellCounts,
    /// After processing, before freezing.
    #[serde(skip_serializing_if = "unstated")]
    pub frozen: CellCounts,
    #[serde(skip_serializing_if = "unstated")]
    pub viability: Viability,
    #[serde(skip_serializing_if = "unstated")]
    pub quality: Quality,
    /// Of the unit; sealed. As written: what they mean is read elsewhere.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hla: Vec<HlaTyping>,
    #[serde(skip_serializing_if = "unstated")]
    pub confirmatory_typing: ConfirmatoryTyping,
    /// Of the unit; sealed.
    #[serde(skip_serializing_if = "unstated")]
    pub kir: Kir,
    #[serde(skip_serializing_if = "unstated")]
    pub infection: Infection,
    /// Segments still attached to the bag.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attached_segments: Option<u32>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub samples: Vec<RetainedSample>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub products: Vec<Product>,
    #[serde(skip_serializing_if = "unstated")]
    pub status: Status,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub purposes: Vec<PurposeConsent>,
    /// The unit's way along its axes, step by step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub history: Option<History>,
    /// The inventory that lists the unit, where one does or did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listing: Option<Listing>,
}

/// A unit's place in the inventories of a bank, each of which is the whole of what the bank holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Listing {
    /// Issuing organization number of who lists the unit.
    pub organization: u32,
    /// Issuing organization number of where it is.
    pub pool: u32,
    pub presence: Presence,
}

impl Facts for UnitFacts {
    const KIND: RecordKind = RecordKind::CordBloodUnit;

    /// None that is looked up or suggested: what a bank calls a unit may be one of its sealed numbers.
    fn names(&self) -> &[Name] {
        &[]
    }

    fn external_ids(&self) -> &[ExternalId] {
        &self.external_ids
    }

    /// The mother is no ancestor of the unit's cells, and no way leads to her.
    fn links(&self) -> Vec<Asked<'_>> {
        let asked = |reference| Asked { relation: Relation::Donor, reference };
        self.donor.iter().map(asked).collect()
    }

    fn problems(&self) -> Vec<Flag> {
        problems::of(self)
    }
}

/// The numbers a unit goes by at banks and registries. Sealed, every one.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Identity {
    /// The number in the exchange: as a rule the hub's code and the number of the donation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Global registration identifier; 19 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub local_id: Option<String>,
    /// As on the bag; only where there is one bag.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bag_id: Option<String>,
    /// ISBT 128 donation identification number, as on the label.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub donation_number: Option<String>,
    /// The bank that made the unit, by its number in the exchange.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manufacturer: Option<String>,
    /// The bank that gives it out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub distributor: Option<String>,
    /// A mark of the sender's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sender_attribute: Option<String>,
}

/// The mother. Restricted as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Mother {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub donor: Option<Reference>,
    /// Her number at the registry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Her number at the bank.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bank_id: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hla: Vec<HlaTyping>,
    #[serde(skip_serializing_if = "unstated")]
    pub infection: Infection,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub samples: Vec<RetainedSample>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Infant {
    /// Sealed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub birth_date: Option<NaiveDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sex: Option<Sex>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub abo: Option<Abo>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rhd: Option<RhD>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ethnicity: Option<Ethnicity>,
    /// A genotype; sealed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ccr5: Option<Ccr5>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Collection {
    /// A birth date, therefore sealed; the public sees the year.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub date: Option<NaiveDate>,
    /// How it was collected, in the bank's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Processing {
    /// The start, within days of the birth; sealed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub date: Option<NaiveDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<ProcessingMethod>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system: Option<ProcessingSystem>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub modification: Option<ProductModification>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub red_cells_reduced: Option<Answer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plasma_reduced: Option<Answer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub volume_reduction: Option<VolumeReduction>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Freezing {
    /// Within days of the birth; sealed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub date: Option<NaiveDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<FreezingMethod>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Bags {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<BagKind>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<u32>,
}

/// UCUM `mL`, whole.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Volumes {
    /// Before processing, without additives.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub collected_ml: Option<u32>,
    /// After processing, before freezing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frozen_ml: Option<u32>,
}

/// Absolute counts in the whole unit, UCUM `{cells}`, never per millilitre: TNC 1,320,000,000 is shown as
/// 13.2 ×10⁸.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CellCounts {
    /// Total nucleated cells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tnc: Option<u64>,
    /// Nucleated red cells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nrbc: Option<u64>,
    /// Mononuclear cells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mnc: Option<u64>,
    /// CD34+ cells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cd34: Option<u64>,
    /// Colony-forming units, UCUM `[CFU]`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cfu: Option<u64>,
}

impl CellCounts {
    /// As a cord-blood list prints it: `13.2 ×10⁸`.
    pub fn tnc_shown(&self) -> Option<String> {
        self.tnc.map(|tnc| count::shown(tnc, 8))
    }

    /// `4.1 ×10⁶`
    pub fn cd34_shown(&self) -> Option<String> {
        self.cd34.map(|cd34| count::shown(cd34, 6))
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Viability {
    /// UCUM `%`, whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub percent: Option<u32>,
    /// Sealed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub date: Option<NaiveDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cells: Option<ViabilityCells>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<ViabilityMethod>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Quality {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bacterial_culture: Option<Culture>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fungal_culture: Option<Culture>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub haemoglobinopathy: Option<HaemoglobinopathyScreening>,
}

/// One typing of one locus, its two values as written. A second value that is absent is *not stated*: it makes
/// nobody homozygous.
#[derive(
    Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(deny_unknown_fields)]
pub struct HlaTyping {
    pub locus: Locus,
    pub method: TypingMethod,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ConfirmatoryTyping {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub completed: Option<NaiveDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sample: Option<TypingSample>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Kir {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub genes: Vec<KirGene>,
    /// A GL string, or where it is registered; as written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gl_string: Option<String>,
}

#[derive(
    Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(deny_unknown_fields)]
pub struct KirGene {
    /// `KIR2DL1`
    pub gene: String,
    pub presence: KirPresence,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Infection {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tests: Vec<MarkerTest>,
    /// Alanine aminotransferase, UCUM `U/L`, whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alt_u_per_l: Option<u32>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MarkerTest {
    pub marker: Marker,
    /// None where the test was done and its result is questionable: the exchange leaves it blank then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<MarkerResult>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub date: Option<NaiveDate>,
}

/// One kind of sample or aliquot kept beside the unit.
#[derive(
    Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(deny_unknown_fields)]
pub struct RetainedSample {
    pub kind: SampleKind,
    /// Whether there is any, where the source does not count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub available: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aliquots: Option<u32>,
    /// All aliquots together, UCUM `uL`: the exchange writes tenths of a millilitre.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub volume_ul: Option<u32>,
}

impl RetainedSample {
    /// A sample of which nothing is stated yet.
    pub fn of(kind: SampleKind) -> Self {
        Self { kind, available: None, aliquots: None, volume_ul: None }
    }
}

/// Something made of the unit, with a number of its own in a catalogue (`HCB…`, `CBF…`, `CFD…`, `C34…`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Product {
    pub number: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<Purpose>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aliquots: Option<u32>,
}

/// The statuses that were sent and answered, as they were.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Status {
    /// From the bank.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input: Option<InputStatus>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<StatusReason>,
    /// The last day of the status.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub end_date: Option<NaiveDate>,
    /// The patient of a reservation; sealed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reserved_for: Option<String>,
    /// From the registry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registry: Option<RegistryStatus>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub local: Option<LocalStatus>,
}

/// What the unit is held for, and whether that was consented to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PurposeConsent {
    pub purpose: Purpose,
    pub consent: Answer,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub date: Option<NaiveDate>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_that_say_nothing_are_empty_json() {
        assert_eq!(serde_json::to_string(&UnitFacts::default()).unwrap(), "{}");
        assert_eq!(serde_json::from_str::<UnitFacts>("{}").unwrap(), UnitFacts::default());
        assert!(serde_json::from_str::<UnitFacts>(r#"{"tnc":1}"#).is_err(), "unknown field");
    }

    #[test]
    fn counts_are_absolute_and_shown_in_powers() {
        let counts =
            CellCounts { tnc: Some(1_320_000_000), cd34: Some(4_100_000), ..CellCounts::default() };
        assert_eq!(counts.tnc_shown().as_deref(), Some("13.2 ×10⁸"));
        assert_eq!(counts.cd34_shown().as_deref(), Some("4.1 ×10⁶"));
    }
}
