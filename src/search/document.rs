//! What a search engine knows of one published record. The same document goes to every engine; it holds texts as
//! they are written (engines tokenise them with [`super::text`]) and nothing that a reader may not see.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{facet::Facet, id::RecordId};

/// Raised when documents are filled differently, so that an index of the older filling is built anew.
pub const DOCUMENT_VERSION: u32 = 4;

/// One record as a search engine sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    pub id: RecordId,
    /// Searched like one of `ids`, and the last tiebreak of every order.
    pub accession: String,
    /// The name that is shown; searched like one of `names`, and the key of the order by name.
    pub name: String,
    /// Identifiers as written: accessions of other registries, bank numbers, DOIs.
    pub ids: Vec<String>,
    pub names: Vec<String>,
    /// Labels, synonyms and kana of the diseases.
    pub diseases: Vec<String>,
    pub genes: Vec<String>,
    pub organizations: Vec<String>,
    /// Texts that a whole query must equal, because their words alone mean something else: `指定難病6`.
    pub exact: Vec<String>,
    pub facets: BTreeMap<Facet, BTreeSet<String>>,
    /// Microseconds since 1970 (UTC).
    pub updated_at_us: i64,
}

/// The searchable parts of a document, the weightiest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Ids,
    Names,
    Diseases,
    Genes,
    Organizations,
}

impl Part {
    pub const ALL: [Self; 5] =
        [Self::Ids, Self::Names, Self::Diseases, Self::Genes, Self::Organizations];

    /// The name in settings and index files.
    pub fn code(self) -> &'static str {
        match self {
            Self::Ids => "ids",
            Self::Names => "names",
            Self::Diseases => "diseases",
            Self::Genes => "genes",
            Self::Organizations => "organizations",
        }
    }

    /// What a match in this part is worth. The weights span a factor of two, so that a closer match in a lighter
    /// part is never below a looser one in a heavier part.
    pub fn weight(self) -> u8 {
        match self {
            Self::Ids | Self::Names => 10,
            Self::Diseases => 9,
            Self::Genes => 8,
            Self::Organizations => 7,
        }
    }
}

impl Document {
    /// The texts of one part, as written.
    pub fn texts(&self, part: Part) -> impl Iterator<Item = &str> {
        let (own, more) = match part {
            Part::Ids => (Some(&self.accession), &self.ids),
            Part::Names => (Some(&self.name), &self.names),
            Part::Diseases => (None, &self.diseases),
            Part::Genes => (None, &self.genes),
            Part::Organizations => (None, &self.organizations),
        };
        own.into_iter().chain(more).map(String::as_str)
    }

    /// The texts that a whole query may equal when both are folded.
    pub fn exact_texts(&self) -> impl Iterator<Item = &str> {
        self.texts(Part::Ids)
            .chain(self.texts(Part::Names))
            .chain(self.exact.iter().map(String::as_str))
    }
}
