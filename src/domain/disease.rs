//! The disease: its names in three scripts, its place among diseases, and its numbers in Japan.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    id::RecordKind,
    identifier::ExternalId,
    names::Name,
    record::{Asked, Facts, Record},
};

/// A list of diseases kept by the Japanese state. A number means nothing without its scheme, and in the
/// paediatric scheme nothing without its group.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum NotificationScheme {
    /// 指定難病
    DesignatedIntractable,
    /// 小児慢性特定疾病
    PaediatricChronic,
}

impl NotificationScheme {
    pub const ALL: &[Self] = &[Self::DesignatedIntractable, Self::PaediatricChronic];

    pub fn code(self) -> &'static str {
        match self {
            Self::DesignatedIntractable => "shitei",
            Self::PaediatricChronic => "shoman",
        }
    }

    pub fn label_ja(self) -> &'static str {
        match self {
            Self::DesignatedIntractable => "指定難病",
            Self::PaediatricChronic => "小児慢性特定疾病",
        }
    }
}

/// A number that a disease corresponds to. It is a mapping of the disease and says nothing of any patient.
#[derive(
    Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(deny_unknown_fields)]
pub struct Notification {
    pub scheme: NotificationScheme,
    /// The disease group (疾患群) of the paediatric scheme.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    pub number: String,
}

impl Notification {
    /// `shitei:6`, `shoman:神経・筋疾患群:12`.
    pub fn code(&self) -> String {
        let group = self.group.iter().map(String::as_str);
        let parts = std::iter::once(self.scheme.code()).chain(group);
        parts.chain(std::iter::once(self.number.as_str())).collect::<Vec<_>>().join(":")
    }

    /// `指定難病6`: how a person writes it.
    pub fn label_ja(&self) -> String {
        let group = self.group.as_ref().map_or_else(String::new, |group| format!(" {group} "));
        format!("{}{group}{}", self.scheme.label_ja(), self.number)
    }
}

/// What one source row says of a disease.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DiseaseFacts {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<Name>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub external_ids: Vec<ExternalId>,
    /// Every ancestor's MONDO id with its distance in steps.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub ancestors: BTreeMap<String, u32>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notifications: Vec<Notification>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub definition: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub definition_ja: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub deprecated: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replaced_by: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub consider: Vec<String>,
}

impl Facts for DiseaseFacts {
    const KIND: RecordKind = RecordKind::Disease;

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

impl Record<DiseaseFacts> {
    /// Ancestors' MONDO ids with their distance, nearest first.
    pub fn ancestors(&self) -> Vec<(&str, u32)> {
        let mut ancestors: Vec<_> =
            self.all(|facts| facts.ancestors.iter().map(|(id, steps)| (id.as_str(), *steps)));
        ancestors.sort_by_key(|(id, steps)| (*steps, *id));
        ancestors
    }

    pub fn notifications(&self) -> Vec<&Notification> {
        self.all(|facts| &facts.notifications)
    }

    fn is_at_or_below(&self, top: &Self) -> bool {
        let at = self.accession == top.accession;
        at || self.layers.iter().any(|layer| layer.facts.ancestors.contains_key(&top.accession))
    }

    pub fn is_deprecated(&self) -> bool {
        self.layers.iter().any(|layer| layer.facts.deprecated)
    }
}

/// The disease of which all the others are kinds: what a number means that stands for it and for them.
pub fn topmost<'a>(diseases: &[&'a Record<DiseaseFacts>]) -> Option<&'a Record<DiseaseFacts>> {
    let tops = |top: &&&Record<DiseaseFacts>| diseases.iter().all(|one| one.is_at_or_below(top));
    diseases.iter().find(tops).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paediatric_number_carries_its_group() {
        let number = |scheme, group: Option<&str>| Notification {
            scheme,
            group: group.map(ToOwned::to_owned),
            number: "2".to_owned(),
        };
        let shitei = number(NotificationScheme::DesignatedIntractable, None);
        let shoman = number(NotificationScheme::PaediatricChronic, Some("悪性新生物"));
        assert_eq!(shitei.code(), "shitei:2");
        assert_eq!(shitei.label_ja(), "指定難病2");
        assert_eq!(shoman.code(), "shoman:悪性新生物:2");
    }
}
