//! What can go wrong with a request to the catalogue, told apart where the caller can act on it.

use crate::{db::DbError, domain::id::IdError};

/// A record that a question may have meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    pub accession: String,
    pub name: String,
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{0}")]
    Id(#[from] IdError),
    #[error("`{asked}` is borne by {} records; choose one by its accession", .candidates.len())]
    Ambiguous { asked: String, candidates: Vec<Candidate> },
    #[error("{0}")]
    Input(String),
    #[error("the search index cannot answer: {0}")]
    Search(String),
    #[error(transparent)]
    Db(#[from] DbError),
}
