//! A question of the contract, put together in one line.

use std::{collections::BTreeSet, fmt};

use stemma::{
    domain::{
        facet::Facet,
        id::{RecordId, RecordKind},
    },
    search::query::{PER_PAGE_MAX, SearchQuery, Sort},
};

/// A question, with the records that are named first by their names.
#[derive(Clone)]
pub(crate) struct Asked {
    pub(crate) text: &'static str,
    pub(crate) first: Vec<&'static str>,
    /// No record answers it.
    pub(crate) nothing: bool,
    query: SearchQuery,
}

impl Asked {
    /// All facets are asked for.
    pub(crate) fn of(text: &'static str) -> Self {
        let query = SearchQuery { text: text.to_owned(), ..ask("") };
        Self { text, first: Vec::new(), nothing: false, query }
    }

    pub(crate) fn kinds(mut self, kinds: &[RecordKind]) -> Self {
        self.query.kinds = kinds.to_vec();
        self
    }

    /// No values filter nothing.
    pub(crate) fn with(mut self, facet: Facet, values: &[&str]) -> Self {
        let values: BTreeSet<String> = values.iter().map(|&value| value.to_owned()).collect();
        self.query.filter.insert(facet, values);
        self
    }

    pub(crate) fn sort(mut self, sort: Sort) -> Self {
        self.query.sort = sort;
        self
    }

    pub(crate) fn per_page(mut self, per_page: u32) -> Self {
        self.query.per_page = per_page;
        self
    }

    pub(crate) fn first(mut self, names: &[&'static str]) -> Self {
        self.first = names.to_vec();
        self
    }

    pub(crate) fn nothing(mut self) -> Self {
        self.nothing = true;
        self
    }

    pub(crate) fn query(&self, first: Vec<RecordId>) -> SearchQuery {
        SearchQuery { first, ..self.query.clone() }
    }
}

/// What is asked, without what is asked always.
impl fmt::Debug for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let SearchQuery { kinds, filter, sort, per_page, .. } = &self.query;
        write!(f, "{:?} {sort:?} by {per_page}", self.text)?;
        match (kinds.is_empty(), filter.is_empty(), self.first.is_empty()) {
            (true, true, true) => Ok(()),
            _ => write!(f, " {kinds:?} {filter:?} first {:?}", self.first),
        }
    }
}

/// A text, with all facets.
pub(crate) fn ask(text: &str) -> SearchQuery {
    let (text, facets) = (text.to_owned(), Facet::ALL.to_vec());
    SearchQuery { text, facets, per_page: PER_PAGE_MAX, ..SearchQuery::default() }
}
