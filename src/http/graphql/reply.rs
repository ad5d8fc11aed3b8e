//! The answer to a GraphQL request: its JSON, its status, and what may be said about a fault.
//!
//! An error that carries none of our codes is a fault of the server. It is logged once, here, and its text
//! never leaves.

use std::collections::BTreeMap;

use async_graphql::{ErrorExtensionValues, Pos, ServerError, Value, value};
use axum::{
    body::Body,
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{self, HeaderName},
    },
    response::Response,
};
use serde::Serialize;

use super::media::Media;
use crate::graphql::{
    error::ErrorCode,
    limits::{Cost, Refusal},
};

/// A query that fails in many places is not explained in all of them.
const REQUEST_ERRORS: usize = 20;

/// How the messages of the executor start when an argument does not fit its type.
const COERCION_MESSAGES: [&str; 2] = ["Failed to parse \"", "Expected input type \""];

/// Marks a response that answers its query in full, in its extensions.
#[derive(Clone, Copy, Debug)]
pub(super) struct Complete;

/// An answer before it knows its media type and request id.
#[derive(Debug)]
pub(super) struct Reply {
    status: StatusCode,
    headers: HeaderMap,
    body: Box<ReplyBody>,
}

/// `data` is absent when nothing was executed, and `null` when execution failed at the root.
#[derive(Debug, Default, Serialize)]
struct ReplyBody {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<ServerError>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<Value>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    extensions: BTreeMap<String, Value>,
}

impl Reply {
    /// What is refused for its size is refused in every media type.
    pub(super) fn declined(refusal: Refusal, media: Media) -> Self {
        let status = match refusal.code {
            ErrorCode::GraphqlParseFailed | ErrorCode::GraphqlValidationFailed => {
                media.request_error_status()
            }
            _ => StatusCode::BAD_REQUEST,
        };
        Self::refused(status, refusal.code, refusal.message)
    }

    pub(super) fn refused(status: StatusCode, code: ErrorCode, message: impl Into<String>) -> Self {
        Self::refused_at(status, code, message, [])
    }

    /// `places` are positions in the query text.
    pub(super) fn refused_at(
        status: StatusCode,
        code: ErrorCode,
        message: impl Into<String>,
        places: impl IntoIterator<Item = Pos>,
    ) -> Self {
        let mut error = ServerError::new(message, None);
        error.locations.extend(places);
        set_code(&mut error, code);
        let body = ReplyBody { errors: vec![error], ..ReplyBody::default() };
        Self { status, headers: HeaderMap::new(), body: Box::new(body) }
    }

    /// The executor answered. Errors without a path and without data mean that it refused the document.
    pub(super) fn executed(response: async_graphql::Response, media: Media, cost: Cost) -> Self {
        let async_graphql::Response { data, mut errors, mut extensions, http_headers, .. } =
            response;
        let ran =
            errors.is_empty() || data != Value::Null || errors.iter().any(|it| !it.path.is_empty());
        if !ran {
            errors.truncate(REQUEST_ERRORS);
            for error in &mut errors {
                if code_of(error).is_none() {
                    set_code(error, ErrorCode::GraphqlValidationFailed);
                }
            }
        }
        let (requested, limit) = (cost.requested, cost.limit);
        extensions.insert("cost".to_owned(), value!({ "requested": requested, "limit": limit }));
        Self {
            status: if ran { StatusCode::OK } else { media.request_error_status() },
            headers: http_headers,
            body: Box::new(ReplyBody { errors, data: ran.then_some(data), extensions }),
        }
    }

    pub(super) fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    pub(super) fn into_response(mut self, media: Media, request_id: Option<&str>) -> Response {
        for error in &mut self.body.errors {
            settle(error, request_id);
        }
        let complete = self.body.errors.is_empty();
        let json = serde_json::to_vec(&self.body).expect("GraphQL values are JSON");
        let mut response = Response::new(Body::from(json));
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        response.headers_mut().insert(header::CONTENT_TYPE, media.content_type());
        if complete {
            response.extensions_mut().insert(Complete);
        }
        response
    }
}

/// Gives an error its code and request id, and takes its text away if that is not for callers.
fn settle(error: &mut ServerError, request_id: Option<&str>) {
    match code_of(error) {
        Some(ErrorCode::InternalServerError) => mask(error, request_id),
        Some(_) => {}
        None if is_coercion(error) => set_code(error, ErrorCode::BadUserInput),
        None => mask(error, request_id),
    }
    if let Some(id) = request_id {
        error.extensions.get_or_insert_default().set("requestId", id);
    }
}

fn mask(error: &mut ServerError, request_id: Option<&str>) {
    tracing::error!(
        request.id = request_id,
        graphql.path = ?error.path,
        error = error.message,
        "a resolver failed"
    );
    "internal error".clone_into(&mut error.message);
    error.source = None;
    error.extensions = None;
    set_code(error, ErrorCode::InternalServerError);
}

/// An error that a resolver passes on with `?` keeps its source; one that the executor words has none.
fn is_coercion(error: &ServerError) -> bool {
    error.source.is_none() && COERCION_MESSAGES.iter().any(|start| error.message.starts_with(start))
}

fn code_of(error: &ServerError) -> Option<ErrorCode> {
    match error.extensions.as_ref()?.get("code")? {
        Value::String(code) => ErrorCode::parse(code),
        _ => None,
    }
}

fn set_code(error: &mut ServerError, code: ErrorCode) {
    let extensions: &mut ErrorExtensionValues = error.extensions.get_or_insert_default();
    extensions.set("code", code.as_str());
}
