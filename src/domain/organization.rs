//! Banks, makers, depositors, distributors.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    id::RecordKind,
    identifier::ExternalId,
    names::Name,
    record::{Asked, Facts, Flag, Record, id_problems},
};

/// Where a catalogue number goes in an address.
const NUMBER: &str = "{number}";

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
    /// The address of a product's page, `{number}` standing for its catalogue number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product_url: Option<String>,
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

    fn problems(&self) -> Vec<Flag> {
        let bare = self.product_url.iter().filter(|url| !url.contains(NUMBER));
        let bare = bare.map(|url| {
            Flag::new("product_url", url, "holds no `{number}`; put it where the number goes")
        });
        id_problems(&self.external_ids).into_iter().chain(bare).collect()
    }
}

impl Record<OrganizationFacts> {
    /// The page of the product with this catalogue number.
    pub fn product_page(&self, number: &str) -> Option<String> {
        let template = self.first(|facts| facts.product_url.as_deref())?;
        template.contains(NUMBER).then(|| template.replace(NUMBER, number))
    }

    pub fn country(&self) -> Option<&str> {
        self.first(|facts| facts.country.as_deref())
    }
}
