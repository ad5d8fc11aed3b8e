//! Results that are words and no numbers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::test_code::fold_name;
use crate::domain::{cell_line::coded, lang::Lang};

#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum CodedValue {
    Positive,
    Negative,
    Detected,
    NotDetected,
    Normal,
    Abnormal,
    MatchesOrigin,
    DiffersFromOrigin,
    Expressed,
    NotExpressed,
    Growth,
    NoGrowth,
    Viable,
    NotViable,
    EsLike,
    NotEsLike,
    Shown,
    NotShown,
    Confirmed,
    NotConfirmed,
}

coded!(CodedValue {
    Positive = "positive", "Positive", "陽性";
    Negative = "negative", "Negative", "陰性";
    Detected = "detected", "Detected", "検出";
    NotDetected = "not_detected", "Not detected", "検出せず";
    Normal = "normal", "Normal", "正常";
    Abnormal = "abnormal", "Abnormal", "異常";
    MatchesOrigin = "matches_origin", "Matches origin", "由来と一致";
    DiffersFromOrigin = "differs_from_origin", "Differs from origin", "由来と不一致";
    Expressed = "expressed", "Expressed", "発現あり";
    NotExpressed = "not_expressed", "Not expressed", "発現なし";
    Growth = "growth", "Growth", "発育あり";
    NoGrowth = "no_growth", "No growth", "発育なし";
    Viable = "viable", "Viable", "生存";
    NotViable = "not_viable", "Not viable", "生存せず";
    EsLike = "es_like", "ES-like", "ES細胞様";
    NotEsLike = "not_es_like", "Not ES-like", "ES細胞様でない";
    Shown = "shown", "Shown", "確認された";
    NotShown = "not_shown", "Not shown", "確認されず";
    Confirmed = "confirmed", "Confirmed", "確認済み";
    NotConfirmed = "not_confirmed", "Not confirmed", "未確認";
});

impl CodedValue {
    /// Reads a code or a label of either language, alone: a sentence that holds one is not read.
    pub fn read(text: &str) -> Option<Self> {
        let folded = fold_name(text);
        Self::ALL.iter().copied().find(|value| {
            [value.code(), value.label(Lang::En), value.label(Lang::Ja)]
                .into_iter()
                .any(|name| fold_name(name) == folded)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_read_only_when_it_stands_alone() {
        assert_eq!(CodedValue::read("陰性"), Some(CodedValue::Negative));
        assert_eq!(CodedValue::read("No growth"), Some(CodedValue::NoGrowth));
        assert_eq!(CodedValue::read("not negative"), None);
        assert_eq!(CodedValue::read("negative?"), None);
    }

    #[test]
    fn no_label_is_that_of_two_values() {
        for value in CodedValue::ALL {
            for name in [value.code(), value.label(Lang::En), value.label(Lang::Ja)] {
                assert_eq!(CodedValue::read(name), Some(*value), "{name}");
            }
        }
    }
}
