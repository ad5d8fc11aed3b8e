//! The public GraphQL schema: reading only. Resolvers ask the catalogue and shape its answers; no rule of the bank
//! is decided here, and nothing here knows HTTP or SQL.

pub mod connection;
pub mod cursor;
pub mod error;
pub mod filter;
pub mod limits;
pub mod loaders;
pub mod query;
pub mod search;
pub mod types;

use std::borrow::Borrow;

use async_graphql::{
    EmptyMutation, EmptySubscription, ErrorExtensions, SDLExportOptions, SchemaBuilder, Value,
};
pub use cursor::CursorKey;
pub use loaders::request_data;
pub use query::Query;

use crate::catalogue::{Catalogue, Error, error::Candidate};
use error::ErrorCode;

pub type Schema = async_graphql::Schema<Query, EmptyMutation, EmptySubscription>;

/// The schema over a catalogue. Every request must pass [`request_data`] first.
pub fn schema(catalogue: Catalogue, cursor_key: CursorKey) -> Schema {
    builder().data(catalogue).data(cursor_key).finish()
}

/// The schema as text, in an order that does not depend on the code's.
pub fn sdl() -> String {
    let options = SDLExportOptions::new()
        .sorted_fields()
        .sorted_arguments()
        .sorted_enum_items()
        .include_specified_by()
        .prefer_single_line_descriptions();
    builder().finish().sdl_with_options(options)
}

fn builder() -> SchemaBuilder<Query, EmptyMutation, EmptySubscription> {
    // Types that are reached through the interface alone would otherwise be missing.
    async_graphql::Schema::build(Query, EmptyMutation, EmptySubscription)
        .register_output_type::<types::Node>()
}

/// The error that a client sees. One of the database carries no code: it is masked and logged further out.
fn fault(error: impl Borrow<Error>) -> async_graphql::Error {
    let error = error.borrow();
    match error {
        Error::Id(_) | Error::Input(_) => ErrorCode::BadUserInput.error(error.to_string()),
        Error::Search(_) => {
            ErrorCode::SearchUnavailable.error("no search engine can answer now; try again later")
        }
        Error::Ambiguous { candidates, .. } => {
            let candidates: Vec<Value> = candidates.iter().map(candidate).collect();
            let error = ErrorCode::AmbiguousName.error(error.to_string());
            error.extend_with(|_, extensions| extensions.set("candidates", candidates))
        }
        Error::Db(_) => async_graphql::Error::new(error.to_string()),
    }
}

fn candidate(candidate: &Candidate) -> Value {
    async_graphql::value!({
        "accession": (candidate.accession.as_str()),
        "name": (candidate.name.as_str()),
    })
}

#[cfg(test)]
mod tests;
