//! Who a record is: its kind, its id for machines (`TypeID`) and its accession for people.

use std::{fmt, str::FromStr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use type_safe_id::{DynamicType, TypeSafeId};
use uuid::Uuid;

/// The kinds of record. The only place that knows their prefixes and letters.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum RecordKind {
    CellLine,
    Donor,
    Disease,
    Organization,
    Publication,
    Batch,
    CordBloodUnit,
    QcResult,
    Sample,
    Holding,
    Notice,
    Certificate,
    Distribution,
}

impl RecordKind {
    pub const ALL: [Self; 13] = [
        Self::CellLine,
        Self::Donor,
        Self::Disease,
        Self::Organization,
        Self::Publication,
        Self::Batch,
        Self::CordBloodUnit,
        Self::QcResult,
        Self::Sample,
        Self::Holding,
        Self::Notice,
        Self::Certificate,
        Self::Distribution,
    ];

    /// The name in tables, files and the log.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CellLine => "cell_line",
            Self::Donor => "donor",
            Self::Disease => "disease",
            Self::Organization => "organization",
            Self::Publication => "publication",
            Self::Batch => "batch",
            Self::CordBloodUnit => "cord_blood_unit",
            Self::QcResult => "qc_result",
            Self::Sample => "sample",
            Self::Holding => "holding",
            Self::Notice => "notice",
            Self::Certificate => "certificate",
            Self::Distribution => "distribution",
        }
    }

    /// The prefix of a `TypeID`: `line_01h455vb4pex5vsknk084sn02q`.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::CellLine => "line",
            Self::Donor => "donor",
            Self::Disease => "disease",
            Self::Organization => "org",
            Self::Publication => "pub",
            Self::Batch => "batch",
            Self::CordBloodUnit => "unit",
            Self::QcResult => "result",
            Self::Sample => "sample",
            Self::Holding => "holding",
            Self::Notice => "notice",
            Self::Certificate => "cert",
            Self::Distribution => "dist",
        }
    }

    /// The letter of a counted accession; `None` where the accession is a public identifier of another
    /// registry (a disease is known by its MONDO id, a publication by its `PubMed` id or DOI).
    pub fn letter(self) -> Option<char> {
        match self {
            Self::CellLine => Some('L'),
            Self::Donor => Some('D'),
            Self::Organization => Some('O'),
            Self::Batch => Some('B'),
            Self::CordBloodUnit => Some('U'),
            Self::QcResult => Some('Q'),
            Self::Sample => Some('M'),
            Self::Holding => Some('H'),
            Self::Notice => Some('A'),
            Self::Certificate => Some('C'),
            Self::Distribution => Some('E'),
            Self::Disease | Self::Publication => None,
        }
    }

    /// Whether records of this kind are for the bank's own eyes: the public is told how many there are.
    pub fn is_restricted(self) -> bool {
        self == Self::Distribution
    }

    /// The kind whose `TypeID` prefix or table name this is.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text || kind.prefix() == text)
    }
}

impl fmt::Display for RecordKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

fn prefixes(between: &str) -> String {
    RecordKind::ALL.map(RecordKind::prefix).join(between)
}

/// Why a text is no id of ours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    #[error("`{0}` is not an id; ids look like `line_01h455vb4pex5vsknk084sn02q`")]
    Malformed(String),
    #[error(
        "`{0}` names no kind of record; the kinds are {kinds}", kinds = prefixes(", ")
    )]
    UnknownKind(String),
    #[error("`{0}` fails its check character; look for a mistyped letter or digit")]
    CheckCharacter(String),
}

/// The id of a record: its kind and a `UUIDv7`. Shown as a `TypeID`, never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RecordId {
    pub kind: RecordKind,
    pub uuid: Uuid,
}

impl RecordId {
    pub fn new(kind: RecordKind, uuid: Uuid) -> Self {
        Self { kind, uuid }
    }
}

impl fmt::Display for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind =
            DynamicType::new(self.kind.prefix()).expect("the prefixes are lower-case letters");
        write!(f, "{}", TypeSafeId::from_type_and_uuid(kind, self.uuid))
    }
}

impl FromStr for RecordId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let id = TypeSafeId::<DynamicType>::from_str(text)
            .map_err(|_| IdError::Malformed(text.to_owned()))?;
        let prefix = text.rsplit_once('_').map_or("", |(prefix, _)| prefix);
        let kind = RecordKind::ALL
            .into_iter()
            .find(|kind| kind.prefix() == prefix)
            .ok_or_else(|| IdError::UnknownKind(prefix.to_owned()))?;
        Ok(Self { kind, uuid: id.uuid() })
    }
}

impl Serialize for RecordId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for RecordId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// The counted accession of a record: `STM-L0000042-W` (prefix, kind letter, seven digits or more, check
/// character by ISO 7064 mod 37,36 over all letters and digits before it). The prefix is upper-case letters
/// and digits.
pub fn accession(prefix: &str, letter: char, number: i64) -> String {
    let body = format!("{letter}{number:07}");
    let check = check_character(&[prefix, &body].concat()).expect("prefix, letter and digits");
    format!("{prefix}-{body}-{check}")
}

/// The number in a counted accession of this prefix and letter.
pub fn counted_number(prefix: &str, letter: char, text: &str) -> Option<i64> {
    let number = text.strip_prefix(prefix)?.strip_prefix('-')?.strip_prefix(letter)?;
    number.split_once('-')?.0.parse().ok()
}

/// Whether a text of the shape of an accession carries the right check character.
///
/// # Errors
/// [`IdError::CheckCharacter`] when the shape is right and the character is not; a text of another shape is
/// not an accession and passes, because a look-up will not find it either.
pub fn check_accession(text: &str) -> Result<(), IdError> {
    let mut parts = text.rsplitn(3, '-');
    let (Some(check), Some(body), Some(prefix)) = (parts.next(), parts.next(), parts.next()) else {
        return Ok(());
    };
    let counted = body.len() >= 8
        && body.starts_with(|c: char| c.is_ascii_uppercase())
        && body[1..].bytes().all(|b| b.is_ascii_digit());
    let Some(right) = check_character(&[prefix, body].concat()).filter(|_| counted) else {
        return Ok(());
    };
    if check.len() != 1 || check.starts_with(right) {
        return Ok(());
    }
    Err(IdError::CheckCharacter(text.to_owned()))
}

/// ISO 7064 mod 37,36 over `0-9A-Z`; `None` when another character occurs.
pub fn check_character(body: &str) -> Option<char> {
    let mut product = 36;
    for c in body.chars() {
        let sum = match (product + c.to_digit(36).filter(|_| !c.is_ascii_lowercase())?) % 36 {
            0 => 36,
            sum => sum,
        };
        product = sum * 2 % 37;
    }
    char::from_digit((37 - product) % 36, 36).map(|c| c.to_ascii_uppercase())
}

impl JsonSchema for RecordId {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "RecordId".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "pattern": format!("^({})_[0-7][0-9a-hjkmnp-tv-z]{{25}}$", prefixes("|")),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_accession_ends_in_its_check_character() {
        assert_eq!(accession("STM", 'L', 42), "STM-L0000042-W");
        assert!(check_accession("STM-L0000042-W").is_ok());
        assert_eq!(
            check_accession("STM-L0000043-W"),
            Err(IdError::CheckCharacter("STM-L0000043-W".to_owned()))
        );
        assert!(
            check_accession("KUIFMSi004-C").is_ok(),
            "another scheme's name is not ours to check"
        );
    }

    proptest! {
        #[test]
        fn one_wrong_digit_is_always_found(number in 0i64..9_999_999, place in 0usize..7, by in 1u32..10) {
            let right = accession("STM", 'L', number);
            let mut wrong: Vec<char> = right.chars().collect();
            let digit = wrong[5 + place].to_digit(10).expect("a digit");
            wrong[5 + place] = char::from_digit((digit + by) % 10, 10).expect("a digit");
            prop_assert!(check_accession(&wrong.into_iter().collect::<String>()).is_err());
        }

        #[test]
        fn an_id_reads_back_as_it_was_written(bits in any::<u128>()) {
            let id = RecordId::new(RecordKind::Donor, Uuid::from_u128(bits));
            prop_assert_eq!(id.to_string().parse::<RecordId>(), Ok(id));
        }

        #[test]
        fn any_text_parses_or_is_refused(text in ".*") {
            let _ = text.parse::<RecordId>();
            let _ = check_accession(&text);
        }
    }

    #[test]
    fn a_foreign_prefix_is_named() {
        let error =
            "vial_01h455vb4pex5vsknk084sn02q".parse::<RecordId>().expect_err("no such kind");
        assert_eq!(error, IdError::UnknownKind("vial".to_owned()));
    }
}
