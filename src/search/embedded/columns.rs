//! The columns of one segment, decoded into plain vectors when first needed: a search reads every document's facets,
//! and reading them packed is several times slower. A segment never changes, so its columns stay valid.

use std::sync::OnceLock;

use tantivy::{SegmentReader, columnar::StrColumn};

use crate::domain::facet::Facet;

use crate::search::embedded::schema::{KIND, ORDER, UPDATED, facet_column};

#[derive(Debug, Default)]
pub(super) struct Columns {
    kinds: OnceLock<Vec<u8>>,
    orders: OnceLock<Order>,
    updated: OnceLock<Vec<i64>>,
    facets: [OnceLock<FacetColumn>; Facet::ALL.len()],
}

impl Columns {
    pub(super) fn kinds(&self, segment: &SegmentReader) -> tantivy::Result<&[u8]> {
        let kinds = lazily(&self.kinds, || {
            let column = segment.fast_fields().u64(KIND)?;
            let kind = |doc| column.first(doc).and_then(|kind| u8::try_from(kind).ok());
            Ok((0..segment.max_doc()).map(|doc| kind(doc).unwrap_or(u8::MAX)).collect())
        });
        Ok(kinds?)
    }

    pub(super) fn updated(&self, segment: &SegmentReader) -> tantivy::Result<&[i64]> {
        let updated = lazily(&self.updated, || {
            let column = segment.fast_fields().i64(UPDATED)?;
            Ok((0..segment.max_doc()).map(|doc| column.first(doc).unwrap_or_default()).collect())
        });
        Ok(updated?)
    }

    pub(super) fn order(&self, segment: &SegmentReader) -> tantivy::Result<&Order> {
        lazily(&self.orders, || {
            let keys = segment.fast_fields().str(ORDER)?;
            let ranks = keys.as_ref().map_or_else(Vec::new, |keys| {
                let ords = keys.ords();
                (0..segment.max_doc()).map(|doc| ords.first(doc).map_or(0, rank)).collect()
            });
            Ok(Order { ranks, keys })
        })
    }

    pub(super) fn facet(
        &self,
        segment: &SegmentReader,
        facet: Facet,
    ) -> tantivy::Result<&FacetColumn> {
        lazily(&self.facets[facet as usize], || FacetColumn::read(segment, facet))
    }
}

fn lazily<T>(cell: &OnceLock<T>, read: impl FnOnce() -> tantivy::Result<T>) -> tantivy::Result<&T> {
    if let Some(value) = cell.get() {
        return Ok(value);
    }
    let value = read()?;
    Ok(cell.get_or_init(|| value))
}

fn rank(ord: u64) -> u32 {
    u32::try_from(ord).expect("a segment has fewer values of a column than u32 counts")
}

/// The place of each document by name and accession.
#[derive(Debug)]
pub(super) struct Order {
    pub(super) ranks: Vec<u32>,
    keys: Option<StrColumn>,
}

impl Order {
    /// The texts that stand behind ascending ranks, comparable across segments.
    pub(super) fn keys(&self, ranks: impl Iterator<Item = u32>) -> tantivy::Result<Vec<String>> {
        let ords: Vec<u64> = ranks.map(u64::from).collect();
        let mut keys = Vec::with_capacity(ords.len());
        if let Some(column) = &self.keys {
            let keep = |key: &[u8]| keys.push(String::from_utf8_lossy(key).into_owned());
            column.dictionary().sorted_ords_to_term_cb(&ords, keep)?;
        }
        Ok(keys)
    }
}

/// The values of one facet: those of document `d` are `values[starts[d]..starts[d + 1]]`, each a place in `codes`.
#[derive(Debug)]
pub(super) struct FacetColumn {
    starts: Vec<u32>,
    values: Vec<u32>,
    /// In the order of their bytes.
    codes: Vec<String>,
}

impl FacetColumn {
    fn read(segment: &SegmentReader, facet: Facet) -> tantivy::Result<Self> {
        let (mut starts, mut values, mut codes) = (vec![0], Vec::new(), Vec::new());
        if let Some(column) = segment.fast_fields().str(&facet_column(facet))? {
            for doc in 0..segment.max_doc() {
                values.extend(column.term_ords(doc).map(rank));
                starts.push(rank(values.len() as u64));
            }
            let mut stream = column.dictionary().stream()?;
            while stream.advance() {
                codes.push(String::from_utf8_lossy(stream.key()).into_owned());
            }
        }
        Ok(Self { starts, values, codes })
    }

    /// The values of a document, as places in [`Self::codes`].
    pub(super) fn values(&self, doc: u32) -> &[u32] {
        let doc = doc as usize;
        match self.starts.get(doc..doc + 2) {
            Some(&[start, end]) => &self.values[start as usize..end as usize],
            _ => &[],
        }
    }

    pub(super) fn codes(&self) -> &[String] {
        &self.codes
    }

    pub(super) fn value_of(&self, code: &str) -> Option<usize> {
        self.codes.binary_search_by(|known| known.as_str().cmp(code)).ok()
    }
}
