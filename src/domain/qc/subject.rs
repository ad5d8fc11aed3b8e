//! Who is assessed: a donor, line, lot or unit, with its descent and what is known of the donor.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::material::Level;
use crate::domain::donor::Sex;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Subject {
    pub key: String,
    pub level: Level,
    /// The passage it is at, or was frozen at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passage: Option<u32>,
    /// Nearest first: a lot before its line, the line before its donor.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ancestors: Vec<Ancestor>,
    #[serde(default)]
    pub donor: DonorFindings,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Ancestor {
    pub key: String,
    pub level: Level,
}

/// What was found in the donor, so that the same in the line is as it should be.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DonorFindings {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sex: Option<Sex>,
    /// The constitutional karyotype in ISCN: `47,XX,+21c`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub karyotype: Option<String>,
    /// Gains and losses, named as in the results they are compared with.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<String>,
}
