//! Tissue taken from a donor: what, when, at what age, how. One donor may have many, each with an age of its own.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    age::{Age, AgeBand},
    id::RecordKind,
    identifier::ExternalId,
    names::Name,
    record::{Asked, Facts, Flag, Record, Relation, id_problems},
    term::{Reference, Term},
};

/// What one source row says of a sample.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SampleFacts {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub external_ids: Vec<ExternalId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub donor: Option<Reference>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tissue: Option<Term>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cell_type: Option<Term>,
    /// Age at this sampling. The public sees the band.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub age: Option<Age>,
    /// Sealed; the public sees the year.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub taken_on: Option<NaiveDate>,
    /// How it was taken: `punch biopsy`, `venepuncture`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub procedure: Option<String>,
    /// Who took it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization: Option<Reference>,
}

impl Facts for SampleFacts {
    const KIND: RecordKind = RecordKind::Sample;

    fn names(&self) -> &[Name] {
        &[]
    }

    fn external_ids(&self) -> &[ExternalId] {
        &self.external_ids
    }

    fn links(&self) -> Vec<Asked<'_>> {
        let asked = |relation| move |reference| Asked { relation, reference };
        let donor = self.donor.iter().map(asked(Relation::Donor));
        donor.chain(self.organization.iter().map(asked(Relation::Organization))).collect()
    }

    fn problems(&self) -> Vec<Flag> {
        let unread = |age: &&Age| age.reading.is_none() && !age.is_unspecified();
        let age = self.age.as_ref().filter(unread);
        let age = age.map(|age| Flag::new("age", &age.text, "no age that can be read"));
        id_problems(&self.external_ids).into_iter().chain(age).collect()
    }

    fn terms(&self) -> Vec<&Term> {
        self.tissue.iter().chain(&self.cell_type).collect()
    }
}

impl Record<SampleFacts> {
    /// The band that the public sees, where a source gives an age that lies within one.
    pub fn age_band(&self) -> Option<AgeBand> {
        self.first(|facts| facts.age.as_ref().and_then(Age::band))
    }
}
