//! A document as Meilisearch keeps it. Words are ours, so that both engines read a text alike: those of letters stand
//! as they are, those that hold a digit stand in fields where no typo is forgiven, and those of other scripts are
//! spelled in Latin letters, because how Meilisearch cuts them depends on how it was built.

use std::{
    collections::BTreeSet,
    fmt::{self, Write as _},
};

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::{
    domain::{facet::Facet, id::RecordId, names::fold},
    search::{
        document::{Document, Part},
        text::{Singles, has_digit, tokens},
    },
};

/// Raised when rows are filled differently.
pub(super) const ROW_VERSION: u32 = 1;
/// Bytes of a name that count in the order by name; Meilisearch does not sort by more than 468.
const ORDER_BYTES: usize = 180;

/// The attributes whose words tolerate typos, and beside them those whose words do not.
pub(super) const fn attributes(part: Part) -> (&'static str, &'static str) {
    match part {
        Part::Ids => ("ids", "ids_x"),
        Part::Names => ("names", "names_x"),
        Part::Diseases => ("diseases", "diseases_x"),
        Part::Genes => ("genes", "genes_x"),
        Part::Organizations => ("organizations", "organizations_x"),
    }
}

pub(super) const fn facet_attribute(facet: Facet) -> &'static str {
    match facet {
        Facet::Species => "facet_species",
        Facet::Kind => "facet_kind",
        Facet::CatalogueClass => "facet_catalogue_class",
        Facet::Disease => "facet_disease",
        Facet::Notification => "facet_notification",
        Facet::DonorSex => "facet_donor_sex",
        Facet::AgeBand => "facet_age_band",
        Facet::SourceTissue => "facet_source_tissue",
        Facet::SourceCellType => "facet_source_cell_type",
        Facet::VectorType => "facet_vector_type",
        Facet::EditedGene => "facet_edited_gene",
        Facet::Organization => "facet_organization",
        Facet::Country => "facet_country",
        Facet::SourceRegistry => "facet_source_registry",
        Facet::Abo => "facet_abo",
        Facet::RhD => "facet_rhd",
        Facet::Tnc => "facet_tnc",
        Facet::Cd34 => "facet_cd34",
        Facet::Transplant => "facet_transplant",
        Facet::HeldFor => "facet_held_for",
        Facet::Availability => "facet_availability",
        Facet::HoldingBank => "facet_holding_bank",
        Facet::Notice => "facet_notice",
        Facet::MeetsStandard => "facet_meets_standard",
        Facet::Tested => "facet_tested",
    }
}

/// What a row is known by when it is compared: a hash of all that it says.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct RowHash([u8; 12]);

impl RowHash {
    fn of(text: &str) -> Self {
        let whole = Sha256::digest(text);
        Self(whole[..12].try_into().expect("a digest is longer"))
    }

    /// A text that is no hash of ours equals none.
    pub fn read(text: &str) -> Option<Self> {
        let mut hash = [0; 12];
        hex::decode_to_slice(text, &mut hash).ok()?;
        Some(Self(hash))
    }
}

impl fmt::Display for RowHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for RowHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// A document as the server is given it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub id: RecordId,
    /// Stands in the line too, under `v`.
    pub hash: RowHash,
    /// One JSON object.
    pub line: String,
}

pub fn row(document: &Document) -> Row {
    let text = Value::Object(fields(document)).to_string();
    let hash = RowHash::of(&text);
    let open = text.strip_suffix('}').expect("an object ends so");
    Row { id: document.id, hash, line: format!(r#"{open},"v":"{hash}"}}"#) }
}

fn fields(document: &Document) -> Map<String, Value> {
    let mut row = Map::new();
    row.insert("id".to_owned(), json!(document.id.to_string()));
    row.insert("kind".to_owned(), json!(document.id.kind.as_str()));
    row.insert("order".to_owned(), json!(order_key(document)));
    row.insert("updated".to_owned(), json!(document.updated_at_us));
    let mut whole: Vec<String> = document.exact_texts().map(whole_key).collect();
    whole.sort_unstable();
    whole.dedup();
    row.insert("whole".to_owned(), json!(whole));
    for part in Part::ALL {
        let (plain, fixed) = attributes(part);
        let (mut loose, mut exact) = (Vec::new(), Vec::new());
        let texts: BTreeSet<&str> = document.texts(part).collect();
        for text in texts {
            let words = tokens(text, Singles::Last).into_iter().map(|token| token.text);
            let (letters, others): (Vec<_>, Vec<_>) = words.partition(|word| is_plain(word));
            let others = others.iter().map(|word| spelled(word)).collect();
            for (list, words) in [(&mut loose, letters), (&mut exact, others)] {
                if !words.is_empty() {
                    list.push(words.join(" "));
                }
            }
        }
        row.insert(plain.to_owned(), json!(loose));
        row.insert(fixed.to_owned(), json!(exact));
    }
    for (facet, codes) in &document.facets {
        let codes: Vec<String> = codes.iter().map(|code| code_key(code)).collect();
        row.insert(facet_attribute(*facet).to_owned(), json!(codes));
    }
    row
}

/// A whole name or identifier, so that equal ones have equal keys whatever their length.
pub(super) fn whole_key(text: &str) -> String {
    RowHash::of(&fold(text)).to_string()
}

/// Sorts as the folded name and then the accession do, byte by byte.
fn order_key(document: &Document) -> String {
    let mut name = fold(&document.name);
    name.truncate(name.floor_char_boundary(ORDER_BYTES));
    hex::encode(format!("{name}\0{}", document.accession))
}

/// Of Latin letters alone: such words stay as they are and tolerate typos.
fn is_plain(word: &str) -> bool {
    word.is_ascii() && !has_digit(word)
}

/// A word in ASCII. Every other character becomes five letters, so that a beginning stays a beginning.
pub(super) fn spelled(word: &str) -> String {
    if word.is_ascii() {
        return word.to_owned();
    }
    let mut spelled = "q".to_owned();
    for c in word.chars() {
        let code = u32::from(c);
        for shift in [16, 12, 8, 4, 0] {
            let digit = u8::try_from(code >> shift & 0xf).expect("four bits");
            spelled.push(char::from(b'a' + digit));
        }
    }
    spelled
}

/// A facet code in characters that Meilisearch leaves alone: it folds case and compatibility forms of all others.
pub(super) fn code_key(code: &str) -> String {
    let mut key = String::with_capacity(code.len() + 8);
    for byte in code.bytes() {
        match byte {
            b'a'..=b'z' | b'0'..=b'9' | b':' | b'.' | b'-' => key.push(char::from(byte)),
            b'A'..=b'Z' => {
                key.push('^');
                key.push(char::from(byte.to_ascii_lowercase()));
            }
            _ => write!(key, "%{byte:02x}").expect("a text can be written to"),
        }
    }
    key
}

/// The code of a key; `None` for a key that is none of ours.
pub(super) fn code_of(key: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(key.len());
    let mut rest = key.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'^' => rest.next()?.to_ascii_uppercase(),
            b'%' => {
                let digits = [rest.next()?, rest.next()?];
                u8::from_str_radix(str::from_utf8(&digits).ok()?, 16).ok()?
            }
            other => other,
        });
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_word_of_another_script_keeps_its_beginning() {
        assert!(spelled("京都大").starts_with(&spelled("京都")));
        assert_eq!(spelled("parkinson"), "parkinson");
        assert_eq!(spelled("京"), "qaeokm");
        assert!(is_plain("ipsc") && !is_plain("201b7") && !is_plain("パ"));
    }

    proptest! {
        #[test]
        fn a_code_comes_back_and_survives_the_folding_of_case(code in ".*") {
            let key = code_key(&code);
            prop_assert_eq!(key.to_lowercase(), key.as_str());
            prop_assert_eq!(key.trim(), key.as_str());
            prop_assert_eq!(code_of(&key), Some(code));
        }

        #[test]
        fn any_key_is_read_or_refused(key in ".*") {
            let _ = code_of(&key);
        }

        #[test]
        fn different_words_are_spelled_differently(a in "[ぁ-んα-ω0-9]{1,4}", b in "[ぁ-んα-ω0-9]{1,4}") {
            prop_assert_eq!(spelled(&a) == spelled(&b), a == b);
        }
    }
}
