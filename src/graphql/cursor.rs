//! Cursors: a place in one list, sealed so that it comes back only as it was given out, and only to that list.
//!
//! A cursor is opaque to clients. It carries nothing that its list does not show, and it is no permission: the
//! list is read again with the reader's own rights.

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::domain::{id::RecordKind, page::Place};

/// Rises when the content of cursors changes; those given out before are refused.
const VERSION: u8 = 1;

/// Length of the seal in bytes, in front of the content.
const SEAL: usize = 8;

/// The secret that seals cursors. All processes on one database share it.
#[derive(Clone)]
pub struct CursorKey(Hmac<Sha256>);

impl fmt::Debug for CursorKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CursorKey(sealed)")
    }
}

/// The list that a cursor belongs to: its kind of record, its order and what it is narrowed by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListMark {
    kind: RecordKind,
    key: String,
    descending: bool,
    filter: String,
}

impl ListMark {
    /// `key` names what the list is sorted by.
    pub fn new(
        kind: RecordKind,
        (key, descending): (&str, bool),
        narrowed: &impl fmt::Debug,
    ) -> Self {
        // The debug form of a filter is total and ordered; a release that changes it ends older cursors.
        let digest = Sha256::digest(format!("{narrowed:?}"));
        let filter = URL_SAFE_NO_PAD.encode(&digest[..SEAL]);
        Self { kind, key: key.to_owned(), descending, filter }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    version: u8,
    kind: RecordKind,
    key: String,
    descending: bool,
    filter: String,
    place: Place,
}

impl CursorKey {
    pub fn new(secret: &[u8]) -> Self {
        Self(Hmac::new_from_slice(secret).expect("HMAC takes a key of any length"))
    }

    pub fn seal(&self, list: &ListMark, place: &Place) -> String {
        let content = Content {
            version: VERSION,
            kind: list.kind,
            key: list.key.clone(),
            descending: list.descending,
            filter: list.filter.clone(),
            place: place.clone(),
        };
        let content = serde_json::to_vec(&content).expect("the content is plain text and numbers");
        let seal = self.0.clone().chain_update(&content).finalize().into_bytes();
        URL_SAFE_NO_PAD.encode([&seal[..SEAL], &content].concat())
    }

    /// The place, when the cursor was sealed with this key for this list and has not been altered.
    pub fn open(&self, list: &ListMark, text: &str) -> Option<Place> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (seal, content) = bytes.split_at_checked(SEAL)?;
        self.0.clone().chain_update(content).verify_truncated_left(seal).ok()?;
        let content: Content = serde_json::from_slice(content).ok()?;
        let from = ListMark {
            kind: content.kind,
            key: content.key,
            descending: content.descending,
            filter: content.filter,
        };
        (content.version == VERSION && from == *list).then_some(content.place)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;
    use crate::domain::{facet::Facet, filter::Condition};

    fn list() -> ListMark {
        ListMark::new(RecordKind::CellLine, ("name", false), &Condition::everything())
    }

    fn key() -> CursorKey {
        CursorKey::new(b"a secret")
    }

    fn place(value: &str, id: u128) -> Place {
        Place { value: value.to_owned(), id: Uuid::from_u128(id) }
    }

    #[test]
    fn cursor_from_another_list_is_refused() {
        let cursor = key().seal(&list(), &place("201b7", 7));
        let all = Condition::everything();
        let human = Condition::facet(Facet::Species, "NCBITaxon:9606");
        for other in [
            ListMark::new(RecordKind::Donor, ("name", false), &all),
            ListMark::new(RecordKind::CellLine, ("updated", false), &all),
            ListMark::new(RecordKind::CellLine, ("name", true), &all),
            ListMark::new(RecordKind::CellLine, ("name", false), &human),
        ] {
            assert_eq!(key().open(&other, &cursor), None, "{other:?}");
        }
        assert_eq!(CursorKey::new(b"another").open(&list(), &cursor), None);
    }

    #[test]
    fn the_key_does_not_show_itself() {
        assert_eq!(format!("{:?}", key()), "CursorKey(sealed)");
    }

    proptest! {
        #[test]
        fn a_sealed_place_comes_back(value in ".{0,200}", id: u128) {
            let place = place(&value, id);
            prop_assert_eq!(key().open(&list(), &key().seal(&list(), &place)), Some(place));
        }

        #[test]
        fn any_text_is_refused(text in ".*") {
            prop_assert_eq!(key().open(&list(), &text), None);
        }

        #[test]
        fn a_flipped_bit_is_refused(value in ".{0,40}", id: u128, at: prop::sample::Index, bit in 0..8_u8) {
            let cursor = key().seal(&list(), &place(&value, id));
            let mut bytes = URL_SAFE_NO_PAD.decode(&cursor).unwrap();
            let at = at.index(bytes.len());
            bytes[at] ^= 1_u8 << bit;
            prop_assert_eq!(key().open(&list(), &URL_SAFE_NO_PAD.encode(bytes)), None);
        }

        #[test]
        fn an_altered_letter_is_refused(id: u128, at: prop::sample::Index, letter in "[A-Za-z0-9_=-]") {
            let cursor = key().seal(&list(), &place("kolf2", id));
            let at = at.index(cursor.len());
            let altered = format!("{}{letter}{}", &cursor[..at], &cursor[at + 1..]);
            prop_assume!(altered != cursor);
            prop_assert_eq!(key().open(&list(), &altered), None);
        }
    }
}
