//! Papers and patents that a line rests on.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    id::RecordKind,
    identifier::ExternalId,
    names::Name,
    record::{Asked, Facts},
};

/// What one source row says of a publication.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PublicationFacts {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub external_ids: Vec<ExternalId>,
    /// The title, as a name, so that it can be found.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<Name>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authors: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub journal: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub year: Option<i64>,
}

impl Facts for PublicationFacts {
    const KIND: RecordKind = RecordKind::Publication;

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
