//! Names as people write them, and the folded form in which they are compared.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

/// What a name is to its record. The order is the order of preference for the name that is shown.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum NameKind {
    /// The name under which the source lists the record.
    Primary,
    /// The official name in a naming registry (hPSCreg).
    Registry,
    /// Another name in use.
    Synonym,
    /// A reading of the name in kana.
    Kana,
    /// A short form.
    Abbreviation,
    /// A name the record bore before.
    Former,
    /// A wrong spelling found in the literature, kept so that it can be found.
    Misspelling,
}

impl NameKind {
    pub const ALL: [Self; 7] = [
        Self::Primary,
        Self::Registry,
        Self::Synonym,
        Self::Kana,
        Self::Abbreviation,
        Self::Former,
        Self::Misspelling,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Primary => "primary",
            Self::Registry => "registry",
            Self::Synonym => "synonym",
            Self::Kana => "kana",
            Self::Abbreviation => "abbreviation",
            Self::Former => "former",
            Self::Misspelling => "misspelling",
        }
    }
}

/// One name, as the source wrote it.
#[derive(
    Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(deny_unknown_fields)]
pub struct Name {
    pub kind: NameKind,
    pub text: String,
    /// BCP 47: `en`, `ja`; kana readings are `ja-Hira`. None where the name belongs to no language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lang: Option<String>,
}

impl Name {
    pub fn new(kind: NameKind, text: impl Into<String>) -> Self {
        Self { kind, text: text.into(), lang: None }
    }

    pub fn in_language(kind: NameKind, text: impl Into<String>, lang: &str) -> Self {
        Self { kind, text: text.into(), lang: Some(lang.to_owned()) }
    }

    /// A name by which the record goes, or its reading, as against one by which it is also known.
    pub fn is_chief(&self) -> bool {
        matches!(self.kind, NameKind::Primary | NameKind::Registry | NameKind::Kana)
    }

    /// Whether a reader of `lang` can be shown this name: it is in that language or in none.
    pub fn suits(&self, lang: &str) -> bool {
        self.lang.as_deref().is_none_or(|own| own == lang)
    }
}

/// The form in which names are compared: width (NFKC), case, spaces and punctuation are folded away, so that
/// `201B-7`, `２０１Ｂ７` and `201b7` are one. A text of nothing but punctuation is only trimmed and lower-cased.
pub fn fold(text: &str) -> String {
    let lower = || text.nfkc().flat_map(char::to_lowercase);
    let folded: String = lower().filter(|c| c.is_alphanumeric()).collect();
    if folded.is_empty() { lower().collect::<String>().trim().to_owned() } else { folded }
}

/// What a spreadsheet makes of a name it takes for a number or a date, with the name it may have been.
/// Called only for files that come out of spreadsheets: elsewhere `5637` is just a name.
pub fn spreadsheet_damage(text: &str) -> Option<String> {
    scientific_notation(text).or_else(|| expanded_number(text)).or_else(|| date(text))
}

/// `4.54E+04` was `454E2`, or `4540E1`, or the number itself: the first is the likeliest name.
fn scientific_notation(text: &str) -> Option<String> {
    let (mantissa, exponent) = text.split_once(['E', 'e'])?;
    let (whole, fraction) = mantissa.split_once('.')?;
    let exponent: usize = exponent.trim_start_matches('+').parse().ok()?;
    let digits = [whole, fraction].concat();
    (!digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) && exponent < 400).then(
        || {
            let rest = exponent.saturating_sub(fraction.len());
            format!("{digits}E{rest}")
        },
    )
}

/// `45400` was `454E2`: a whole number that ends in two zeros or more is what such a name turns into.
fn expanded_number(text: &str) -> Option<String> {
    let number = text.bytes().all(|b| b.is_ascii_digit()) && !text.starts_with('0');
    let mantissa = text.trim_end_matches('0');
    let zeros = text.len() - mantissa.len();
    (number && zeros >= 2 && !mantissa.is_empty()).then(|| format!("{mantissa}E{zeros}"))
}

/// `2-Sep` was `SEP2` or `Sep-2`.
fn date(text: &str) -> Option<String> {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (day, month) = text.split_once('-')?;
    let short = (1..=2).contains(&day.len()) && day.bytes().all(|b| b.is_ascii_digit());
    (short && MONTHS.contains(&month)).then(|| format!("{}{day}", month.to_uppercase()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn spellings_of_one_name_fold_together() {
        for spelling in ["201B7", "201-B7", "201B-7", "２０１Ｂ７", " 201 b7 "] {
            assert_eq!(fold(spelling), "201b7");
        }
        assert_eq!(fold("指定難病 ６"), "指定難病6");
        assert_eq!(fold(" -- "), "--");
    }

    #[test]
    fn spreadsheet_damage_is_seen_and_a_name_proposed() {
        assert_eq!(spreadsheet_damage("45400").as_deref(), Some("454E2"));
        assert_eq!(spreadsheet_damage("4.54E+04").as_deref(), Some("454E2"));
        assert_eq!(spreadsheet_damage("2-Sep").as_deref(), Some("SEP2"));
        for name in
            ["454E2", "5637", "7501", "293", "633", "201B7", "HE12", "Had-1", "3-A", "é-Sep"]
        {
            assert_eq!(spreadsheet_damage(name), None, "{name} is a name");
        }
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing(text in ".*") {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once);
        }

        #[test]
        fn any_text_can_be_examined(text in ".*") {
            let _ = spreadsheet_damage(&text);
        }
    }
}
