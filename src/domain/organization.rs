//! Banks, makers, depositors, distributors.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    id::RecordKind,
    identifier::ExternalId,
    names::Name,
    record::{Asked, Facts, Record},
};

/// What one source row says of an organization.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct OrganizationFacts {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<Name>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub external_ids: Vec<ExternalId>,
    /// ISO 3166-1 alpha-2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<String>,
}

impl Facts for OrganizationFacts {
    const KIND: RecordKind = RecordKind::Organization;

    fn names(&self) -> &[Name] {
        &self.names
    }

    fn external_ids(&self) -> &[ExternalId] {
        &self.external_ids
    }

    fn links(&self) -> Vec<Asked<'_>> {
        Vec::new()
    }
}

impl Record<OrganizationFacts> {
    pub fn country(&self) -> Option<&str> {
        self.first(|facts| facts.country.as_deref())
    }
}
