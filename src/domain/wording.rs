//! A text in the languages it was written in. Nothing is translated: where one is missing the other is shown.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::lang::Lang;

#[derive(
    Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize, JsonSchema,
)]
#[serde(deny_unknown_fields, default)]
pub struct Wording {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub en: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ja: Option<String>,
}

impl Wording {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The text for a reader, and the language it is in.
    pub fn in_lang(&self, lang: Lang) -> Option<(Lang, &str)> {
        let en = self.en.as_deref().map(|text| (Lang::En, text));
        let ja = self.ja.as_deref().map(|text| (Lang::Ja, text));
        match lang {
            Lang::En => en.or(ja),
            Lang::Ja => ja.or(en),
        }
    }
}
