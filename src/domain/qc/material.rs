//! What was tested: a subject and its level of material.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::{cell_line::coded, lang::Lang};

/// The level of material, from the donor down to the vial that is sent.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    Donor,
    Line,
    Seed,
    Master,
    Working,
    Distribution,
    CordBloodUnit,
}

coded!(Level {
    Donor = "donor", "Donor", "ドナー";
    Line = "line", "Line", "細胞株";
    Seed = "seed", "Seed lot", "シードロット";
    Master = "master", "Master bank", "マスターセルバンク";
    Working = "working", "Working bank", "ワーキングセルバンク";
    Distribution = "distribution", "Distribution lot", "提供ロット";
    CordBloodUnit = "cord_blood_unit", "Cord blood unit", "臍帯血ユニット";
});

/// The material of a test.
#[derive(
    Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(deny_unknown_fields)]
pub struct Material {
    /// The key of the donor, line, lot or unit; no two subjects share one.
    pub subject: String,
    pub level: Level,
}
