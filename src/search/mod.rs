//! Finding records by words and facets. One document builder and one query language for every engine; an engine is
//! a projection of the log that can be thrown away and built again.

pub mod affected;
pub mod build;
pub mod document;
pub mod embedded;
pub mod follow;
pub mod highlight;
pub mod meilisearch;
pub mod mirror;
pub mod query;
mod stock;
pub mod text;
