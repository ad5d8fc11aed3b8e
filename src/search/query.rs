//! The one query language of every search engine, and the shape of its answers. Nothing here knows an engine.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
    path::PathBuf,
};

use crate::domain::facet::Facet;

use crate::domain::id::{RecordId, RecordKind};

/// Hits on one page at most.
pub const PER_PAGE_MAX: u32 = 100;
/// The last hit that a page may reach; what lies deeper is listed from the database.
pub const DEPTH_MAX: u32 = 10_000;

/// A search. Words must all match; the last one also matches as a prefix, and words of five letters or more match
/// with a typo unless they hold a digit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchQuery {
    /// Blank text matches every record.
    pub text: String,
    /// None means every kind.
    pub kinds: Vec<RecordKind>,
    /// A record passes a facet with any of the values, and must pass every facet. An empty set filters nothing.
    pub filter: BTreeMap<Facet, BTreeSet<String>>,
    /// The facets to count, each as if its own filter were off.
    pub facets: Vec<Facet>,
    pub sort: Sort,
    /// Starts at 1.
    pub page: u32,
    /// 0 to [`PER_PAGE_MAX`]; 0 asks for the counts only.
    pub per_page: u32,
    /// Records whose identifier is the text. They match whatever the text says, must pass kinds and filter like any
    /// other, and are the first by relevance, in this order.
    pub first: Vec<RecordId>,
}

impl Default for SearchQuery {
    fn default() -> Self {
        Self {
            text: String::new(),
            kinds: Vec::new(),
            filter: BTreeMap::new(),
            facets: Vec::new(),
            sort: Sort::Relevance,
            page: 1,
            per_page: 25,
            first: Vec::new(),
        }
    }
}

impl SearchQuery {
    /// The places of the page's hits among all hits.
    pub fn window(&self) -> Result<Range<usize>, SearchError> {
        let (page, per_page) = (self.page, self.per_page);
        if page == 0 {
            return Err(SearchError::PageZero);
        }
        if per_page > PER_PAGE_MAX {
            return Err(SearchError::PageTooLarge { per_page });
        }
        match page.checked_mul(per_page) {
            Some(end) if end <= DEPTH_MAX => Ok((end - per_page) as usize..end as usize),
            _ => Err(SearchError::PageTooDeep { page, per_page }),
        }
    }

    /// The filters that filter, in the order of the facets.
    pub fn active_filters(&self) -> impl Iterator<Item = (Facet, &BTreeSet<String>)> {
        let filters = self.filter.iter().map(|(facet, values)| (*facet, values));
        filters.filter(|(_, values)| !values.is_empty())
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    Ascending,
    Descending,
}

/// The order of the hits. Ties fall to the folded name, then to the accession.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sort {
    Relevance,
    /// Descending is the exact reverse of ascending.
    Name(Direction),
    Updated(Direction),
}

#[derive(Debug, Clone, PartialEq)]
pub struct SearchAnswer {
    /// Exact, however deep the page.
    pub total: u64,
    pub hits: Vec<Hit>,
    /// One for each facet asked for, in the order asked.
    pub facets: Vec<FacetCounts>,
    /// The position in the log up to which every change is in the answer.
    pub as_of: i64,
    /// The hash of the log there, in hexadecimal.
    pub log_hash: String,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit {
    pub id: RecordId,
    /// Comparable within one answer only.
    pub score: f32,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FacetCounts {
    pub facet: Facet,
    /// Codes that occur, with their numbers of records: the most frequent first, then by code.
    pub values: Vec<(String, u64)>,
}

/// Why a search or a change of an index did not happen.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    #[error("page 0 does not exist; the first page is 1")]
    PageZero,
    #[error("{per_page} hits on a page are too many; ask for {PER_PAGE_MAX} or fewer")]
    PageTooLarge { per_page: u32 },
    #[error(
        "page {page} of {per_page} hits lies beyond hit {DEPTH_MAX}; narrow the search with a filter, or list the \
         records in pages by cursor"
    )]
    PageTooDeep { page: u32, per_page: u32 },
    #[error(
        "the search index in {dir} is being written by another process or task; stop that one first"
    )]
    Locked { dir: PathBuf },
    #[error(
        "{dir} holds files that are no search index; name an empty folder, or remove the files yourself"
    )]
    NotAnIndex { dir: PathBuf },
    #[error(
        "the folder {dir} of the search index cannot be used; check that it exists and may be written"
    )]
    Folder { dir: PathBuf, source: std::io::Error },
    #[error(
        "the search index in {dir} cannot be read or written; delete the folder to have it built anew"
    )]
    Engine { dir: PathBuf, source: Box<dyn std::error::Error + Send + Sync> },
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(page: u32, per_page: u32) -> Result<Range<usize>, SearchError> {
        SearchQuery { page, per_page, ..SearchQuery::default() }.window()
    }

    #[test]
    fn a_page_is_a_window_on_the_hits() {
        assert_eq!(window(1, 25).expect("in range"), 0..25);
        assert_eq!(window(3, 10).expect("in range"), 20..30);
        assert_eq!(window(7, 0).expect("counts only"), 0..0);
        assert_eq!(window(100, 100).expect("the last page"), 9_900..10_000);
    }

    #[test]
    fn a_page_out_of_bounds_is_refused_with_its_remedy() {
        assert!(matches!(window(0, 25), Err(SearchError::PageZero)));
        assert!(matches!(window(1, 101), Err(SearchError::PageTooLarge { per_page: 101 })));
        assert!(matches!(window(u32::MAX, 100), Err(SearchError::PageTooDeep { .. })));
        let error = window(101, 100).expect_err("too deep");
        assert!(error.to_string().contains("narrow the search"), "{error}");
    }
}
