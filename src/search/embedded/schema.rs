//! How a document lies in the index: which field holds what. Only the id is stored; everything else is indexed or
//! kept as a column.

use std::collections::BTreeSet;

use tantivy::{
    TantivyDocument, Term,
    schema::{
        BytesOptions, Field, INDEXED, IndexRecordOption, NumericOptions, STORED, Schema,
        TextFieldIndexing, TextOptions,
    },
};
use uuid::Uuid;

use crate::domain::facet::Facet;

use crate::{
    domain::{
        id::{RecordId, RecordKind},
        names::fold,
    },
    search::{
        document::{DOCUMENT_VERSION, Document, Part},
        embedded::terms::TOKENIZER,
    },
};

/// Raised when the fields, the tokenizer or the way of filling them change.
const FORMAT_VERSION: u32 = 2;

pub(super) const KIND: &str = "kind";
pub(super) const ORDER: &str = "order";
pub(super) const UPDATED: &str = "updated";

#[derive(Debug, Clone)]
pub(super) struct Fields {
    pub(super) id: Field,
    /// Whole names and identifiers, folded.
    pub(super) whole: Field,
    /// By [`Part::ALL`].
    pub(super) parts: [Field; Part::ALL.len()],
    kind: Field,
    order: Field,
    updated: Field,
    facets: [Field; Facet::ALL.len()],
}

impl Fields {
    pub(super) fn new() -> (Self, Schema) {
        let mut schema = Schema::builder();
        let indexing = TextFieldIndexing::default()
            .set_tokenizer("raw")
            .set_fieldnorms(false)
            .set_index_option(IndexRecordOption::Basic);
        let whole = TextOptions::default().set_indexing_options(indexing.clone());
        let words = TextOptions::default().set_indexing_options(indexing.set_tokenizer(TOKENIZER));
        let column = TextOptions::default().set_fast("raw");
        let fields = Self {
            id: schema.add_bytes_field("id", BytesOptions::default() | INDEXED | STORED),
            whole: schema.add_text_field("whole", whole),
            parts: Part::ALL.map(|part| schema.add_text_field(part.code(), words.clone())),
            kind: schema.add_u64_field(KIND, NumericOptions::default().set_fast()),
            order: schema.add_text_field(ORDER, column.clone()),
            updated: schema.add_i64_field(UPDATED, NumericOptions::default().set_fast()),
            facets: Facet::ALL
                .map(|facet| schema.add_text_field(&facet_column(facet), column.clone())),
        };
        (fields, schema.build())
    }

    pub(super) fn id_term(&self, id: RecordId) -> Term {
        Term::from_field_bytes(self.id, &id_bytes(id))
    }

    pub(super) fn document(&self, document: &Document) -> TantivyDocument {
        let mut row = TantivyDocument::default();
        row.add_bytes(self.id, &id_bytes(document.id));
        row.add_u64(self.kind, document.id.kind as u64);
        row.add_text(self.order, order_key(document));
        row.add_i64(self.updated, document.updated_at_us);
        for whole in document.exact_texts().map(fold).collect::<BTreeSet<_>>() {
            row.add_text(self.whole, whole);
        }
        for (part, field) in Part::ALL.into_iter().zip(self.parts) {
            for text in document.texts(part) {
                row.add_text(field, text);
            }
        }
        for (facet, values) in &document.facets {
            for value in values {
                row.add_text(self.facets[*facet as usize], value);
            }
        }
        row
    }
}

/// What a stored index must have been made by; an index made by anything else is built anew.
pub(super) fn stamp() -> String {
    let facets = Facet::ALL.map(Facet::code).join(" ");
    let parts = Part::ALL.map(Part::code).join(" ");
    let engine = tantivy::version();
    format!(
        "search index\nformat {FORMAT_VERSION}\ndocument {DOCUMENT_VERSION}\nparts {parts}\nfacets {facets}\n{engine:?}\n"
    )
}

/// A facet may be called like a field: `kind`.
pub(super) fn facet_column(facet: Facet) -> String {
    format!("facet_{}", facet.code())
}

/// A name ends before every longer name that starts with it.
fn order_key(document: &Document) -> String {
    format!("{}\0{}", fold(&document.name), document.accession)
}

fn id_bytes(id: RecordId) -> [u8; 17] {
    let mut bytes = [0; 17];
    bytes[0] = id.kind as u8;
    bytes[1..].copy_from_slice(id.uuid.as_bytes());
    bytes
}

/// `None` when the bytes are no id of ours.
pub(super) fn id_of(bytes: &[u8]) -> Option<RecordId> {
    let (kind, uuid) = bytes.split_first()?;
    let kind = RecordKind::ALL.into_iter().find(|known| *known as u8 == *kind)?;
    Some(RecordId::new(kind, Uuid::from_slice(uuid).ok()?))
}
