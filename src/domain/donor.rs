//! The donor, pseudonymous: what may be known, and the narrower view the public has of it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    age::{Age, AgeBand},
    cell_line::coded,
    id::RecordKind,
    identifier::ExternalId,
    karyotype::{self, Karyotype},
    lang::Lang,
    names::Name,
    record::{Asked, Facts, Flag, Record, Relation, id_problems},
    str_profile::StrProfile,
    term::{Reference, Term},
};

#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Sex {
    Female,
    Male,
    Mixed,
    Ambiguous,
}

coded!(Sex {
    Female = "female", "Female", "女性";
    Male = "male", "Male", "男性";
    Mixed = "mixed", "Mixed sex", "混合";
    Ambiguous = "ambiguous", "Sex ambiguous", "判別不能";
});

/// What one source row says of a donor. A sex or age that is not stated is absent, never a default.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DonorFacts {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub external_ids: Vec<ExternalId>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub species: Vec<Term>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sex: Option<Sex>,
    /// Age at sampling. Exact ages are for curators; the public sees the band.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub age: Option<Age>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ancestry: Vec<Term>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub diseases: Vec<Reference>,
    /// The constitutional karyotype in ISCN. What a line of the donor shows of it is as it should be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub karyotype: Option<String>,
    /// HLA typings as written; sealed. What can be read of them is read where it is compared.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hla: Vec<String>,
    /// STR profiles; sealed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub str: Vec<StrProfile>,
}

impl Facts for DonorFacts {
    const KIND: RecordKind = RecordKind::Donor;

    fn names(&self) -> &[Name] {
        &[]
    }

    fn external_ids(&self) -> &[ExternalId] {
        &self.external_ids
    }

    fn links(&self) -> Vec<Asked<'_>> {
        let asked = |reference| Asked { relation: Relation::Disease, reference };
        self.diseases.iter().map(asked).collect()
    }

    fn problems(&self) -> Vec<Flag> {
        let ids = id_problems(&self.external_ids).into_iter();
        let unread = |age: &&Age| age.reading.is_none() && !age.is_unspecified();
        let age = self.age.as_ref().filter(unread);
        let age = age.map(|age| Flag::new("age", &age.text, "no age that can be read"));
        let karyotype = self.karyotype.iter().filter_map(|text| {
            let problem = karyotype::check(text).err()?;
            Some(Flag::new("karyotype", text, problem.to_string()))
        });
        ids.chain(age).chain(karyotype).collect()
    }

    fn terms(&self) -> Vec<&Term> {
        self.species.iter().chain(&self.ancestry).collect()
    }
}

impl Record<DonorFacts> {
    pub fn sex(&self) -> Option<Sex> {
        self.first(|facts| facts.sex)
    }

    pub fn karyotype_text(&self) -> Option<&str> {
        self.first(|facts| facts.karyotype.as_deref())
    }

    /// The constitutional karyotype, where it is stated and can be read.
    pub fn karyotype(&self) -> Option<Karyotype> {
        Karyotype::parse(self.karyotype_text()?).ok()
    }

    /// The band that the public sees, where a source gives an age that lies within one.
    pub fn age_band(&self) -> Option<AgeBand> {
        self.first(|facts| facts.age.as_ref().and_then(Age::band))
    }
}
