//! What a list is narrowed by: a domain value, which `db` turns into SQL.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{facet::Facet, record::Relation};

/// Bounds that keep a filter cheap to run.
pub const MAX_DEPTH: usize = 4;
pub const MAX_LEAVES: usize = 64;

/// A condition on records of one kind.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// Every one holds; an empty list always holds.
    All(Vec<Condition>),
    /// One of them holds; an empty list never holds.
    Any(Vec<Condition>),
    Not(Box<Condition>),
    /// The record, or what it is linked to, bears one of the codes.
    Facet(Facet, BTreeSet<String>),
    /// The record bears some code of the facet, or none.
    HasFacet(Facet, bool),
    /// One of the record's names folds to this text, or begins with it.
    Name {
        folded: String,
        prefix: bool,
    },
    /// The record has an identifier in this scheme.
    HasScheme(String),
    /// The record has a link of this relation that reaches the record with this id.
    Linked(Relation, Uuid),
    Updated(Comparison, DateTime<Utc>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Condition {
    pub fn everything() -> Self {
        Self::All(Vec::new())
    }

    pub fn facet(facet: Facet, code: impl Into<String>) -> Self {
        Self::Facet(facet, BTreeSet::from([code.into()]))
    }

    /// How deep the condition nests, and how many leaves it has.
    pub fn size(&self) -> (usize, usize) {
        match self {
            Self::All(parts) | Self::Any(parts) => {
                let (depths, leaves): (Vec<_>, Vec<_>) = parts.iter().map(Self::size).unzip();
                (1 + depths.into_iter().max().unwrap_or(0), leaves.into_iter().sum())
            }
            Self::Not(part) => {
                let (depth, leaves) = part.size();
                (1 + depth, leaves)
            }
            _ => (0, 1),
        }
    }
}
