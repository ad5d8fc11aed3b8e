//! An identifier of any registry leads to the line that bears it.

use axum::{
    extract::{Path, State, rejection::PathRejection},
    response::{IntoResponse, Redirect, Response},
};

use super::{asked_for, published};
use crate::{
    catalogue::read::LineKey,
    web::{
        Web,
        address::{localized, record_path},
        reply::{Failure, Problem},
    },
};

pub(in crate::web) async fn go(
    State(web): State<Web>,
    path: Result<Path<String>, PathRejection>,
) -> Response {
    find(&web, path).await.unwrap_or_else(|failure| failure.response(web.lang))
}

async fn find(web: &Web, path: Result<Path<String>, PathRejection>) -> Result<Response, Failure> {
    let key = LineKey::Xref(asked_for(path)?);
    let line = web.catalogue.line(&key).await?.ok_or(Problem::NotFound)?.record;
    published(line.state, &line.accession)?;
    let path = record_path(line.id.kind, &line.accession).ok_or(Problem::NotFound)?;
    Ok(Redirect::to(&localized(web.lang, &path)).into_response())
}
