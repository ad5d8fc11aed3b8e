//! The languages the catalogue speaks.

/// A reader's language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Lang {
    #[default]
    En,
    Ja,
}

impl Lang {
    /// BCP 47.
    pub fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Ja => "ja",
        }
    }
}

/// The languages and scripts in which names are kept, by BCP 47: those of the readers, readings in kana, and Latin letters.
pub const LANGUAGES: [&str; 4] = ["en", "ja", "ja-Hira", "ja-Latn"];
