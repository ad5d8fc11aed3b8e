//! References out of a record: to a term of an ontology, or to another record by one of its identifiers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::identifier;

/// An identifier in a scheme, as it is compared: `("cellosaurus", "CVCL_A324")`.
#[derive(
    Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(deny_unknown_fields)]
pub struct Key {
    pub scheme: String,
    pub value: String,
}

impl Key {
    /// Normalises the value as its scheme demands.
    pub fn new(scheme: &str, value: &str) -> Self {
        Self { scheme: scheme.to_owned(), value: identifier::normalise(scheme, value) }
    }
}

/// A term of an ontology as the source gave it. At least one of id and label is there.
#[derive(
    Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(deny_unknown_fields)]
pub struct Term {
    /// `UBERON:0000178`, `NCBITaxon:9606`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
}

impl Term {
    pub fn new(id: Option<&str>, label: Option<&str>) -> Option<Self> {
        let some = |text: Option<&str>| text.filter(|t| !t.is_empty()).map(ToOwned::to_owned);
        let term = Self { id: some(id), label: some(label) };
        (term.id.is_some() || term.label.is_some()).then_some(term)
    }

    pub fn labelled(label: impl Into<String>) -> Self {
        Self { id: None, label: Some(label.into()) }
    }

    /// The stable code of the term: its id, or its label where the source gave no id.
    pub fn code(&self) -> &str {
        self.id.as_deref().or(self.label.as_deref()).unwrap_or_default()
    }

    /// What a person reads: the label, or the id where the source gave no label.
    pub fn text(&self) -> &str {
        self.label.as_deref().or(self.id.as_deref()).unwrap_or_default()
    }
}

/// A reference to another record, by the identifiers the source gave, best first. It stays as it is whether
/// or not a record with one of these identifiers is known; which record it reaches is worked out beside it.
#[derive(
    Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize, JsonSchema,
)]
#[serde(deny_unknown_fields)]
pub struct Reference {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<Key>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
}

impl Reference {
    pub fn to(scheme: &str, value: &str) -> Self {
        Self { keys: vec![Key::new(scheme, value)], label: None }
    }

    pub fn labelled(mut self, label: &str) -> Self {
        self.label = Some(label.to_owned()).filter(|label| !label.is_empty());
        self
    }

    /// What a person reads where the reference reaches no record.
    pub fn text(&self) -> &str {
        let first = self.keys.first().map(|key| key.value.as_str());
        self.label.as_deref().or(first).unwrap_or_default()
    }

    /// The stable code where the reference reaches no record: its best identifier, or its label.
    pub fn code(&self) -> &str {
        let first = self.keys.first().map(|key| key.value.as_str());
        first.or(self.label.as_deref()).unwrap_or_default()
    }
}
