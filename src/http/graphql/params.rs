//! Reads the four parameters of a GraphQL request from a URL or a JSON body, and refuses everything else.

use async_graphql::{Value, Variables};
use axum::{
    body::Body,
    extract::Query,
    http::{HeaderValue, Method, StatusCode, header, request::Parts},
};
use futures_util::StreamExt;
use serde::Deserialize;
use serde_json::{Map, Value as Json};

use super::{METHODS, media, reply::Reply};
use crate::graphql::error::ErrorCode;

/// Larger bodies are not read to their end.
const BODY_BYTES: usize = 256 * 1024;

/// Nested objects and lists of `variables`, the outermost included.
const VARIABLES_DEPTH: usize = 16;

/// The parameters by their names in the specification. JSON `null` means absent.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Params {
    query: Option<String>,
    operation_name: Option<String>,
    variables: Option<Map<String, Json>>,
    extensions: Option<Map<String, Json>>,
}

/// The parameters as they stand in a URL, the two maps as JSON text.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct UrlParams {
    query: Option<String>,
    operation_name: Option<String>,
    variables: Option<String>,
    extensions: Option<String>,
}

/// Reads the parameters; those returned have a query.
pub(super) async fn read(parts: &Parts, body: Body) -> Result<Params, Reply> {
    let params = match parts.method {
        Method::GET | Method::HEAD => from_url(parts)?,
        Method::POST => from_body(parts, body).await?,
        _ => {
            let message = "use GET for queries, POST for any operation";
            let status = StatusCode::METHOD_NOT_ALLOWED;
            let refusal = Reply::refused(status, ErrorCode::BadUserInput, message);
            return Err(refusal.with_header(header::ALLOW, METHODS));
        }
    };
    if params.query.is_none() {
        return Err(bad_input("`query` is missing: it must be a string"));
    }
    let variables = params.variables.iter().flat_map(Map::values);
    if variables.map(depth).max().is_some_and(|depth| depth >= VARIABLES_DEPTH) {
        let message = format!("`variables` are nested deeper than {VARIABLES_DEPTH}");
        return Err(Reply::refused(StatusCode::BAD_REQUEST, ErrorCode::QueryTooDeep, message));
    }
    Ok(params)
}

impl Params {
    pub(super) fn into_request(self) -> async_graphql::Request {
        let mut request = async_graphql::Request::new(self.query.unwrap_or_default());
        request.operation_name = self.operation_name;
        request.variables = Variables::from_json(Json::Object(self.variables.unwrap_or_default()));
        for (name, value) in self.extensions.unwrap_or_default() {
            // Numbers of any size and any nesting are values, so nothing is lost here.
            let value = Value::from_json(value).unwrap_or_default();
            request.extensions.insert(name, value);
        }
        request
    }
}

fn bad_input(message: impl Into<String>) -> Reply {
    Reply::refused(StatusCode::BAD_REQUEST, ErrorCode::BadUserInput, message)
}

/// A browser adds its cookies to a GET that any page causes, so a GET with cookies proves nothing.
fn from_url(parts: &Parts) -> Result<Params, Reply> {
    if parts.headers.contains_key(header::COOKIE) {
        let message = "a GET request must not carry cookies: use POST, or send none";
        return Err(Reply::refused(StatusCode::FORBIDDEN, ErrorCode::Forbidden, message));
    }
    let Query(url) = Query::<UrlParams>::try_from_uri(&parts.uri)
        .map_err(|error| bad_input(format!("the URL is not understood: {}", error.body_text())))?;
    Ok(Params {
        query: url.query,
        operation_name: url.operation_name,
        variables: map("variables", url.variables)?,
        extensions: map("extensions", url.extensions)?,
    })
}

fn map(name: &str, text: Option<String>) -> Result<Option<Map<String, Json>>, Reply> {
    let Some(text) = text else { return Ok(None) };
    serde_json::from_str(&text)
        .map_err(|error| bad_input(format!("`{name}` must be a JSON object: {error}")))
}

async fn from_body(parts: &Parts, body: Body) -> Result<Params, Reply> {
    if !media::is_json_body(&parts.headers) {
        let message = "send the request as application/json in UTF-8, not compressed";
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        let refusal = Reply::refused(status, ErrorCode::BadUserInput, message);
        let accepted = HeaderValue::from_static("application/json");
        return Err(refusal.with_header(header::ACCEPT, accepted));
    }
    let bytes = collect(parts, body).await?;
    match bytes.iter().find(|byte| !byte.is_ascii_whitespace()) {
        None => Err(bad_input("the body is empty: it must be a JSON object with `query`")),
        // A struct would read a list as its fields in order.
        Some(b'[') => Err(bad_input("batches are not supported: send one request at a time")),
        Some(_) => serde_json::from_slice(&bytes)
            .map_err(|error| bad_input(format!("the body is not a GraphQL request: {error}"))),
    }
}

/// Reads at most `BODY_BYTES`, and nothing of a body that announces more.
async fn collect(parts: &Parts, body: Body) -> Result<Vec<u8>, Reply> {
    let announced = parts.headers.get(header::CONTENT_LENGTH).and_then(|it| it.to_str().ok());
    if announced.and_then(|it| it.parse().ok()).is_some_and(|it: u64| it > BODY_BYTES as u64) {
        return Err(too_large());
    }
    let (mut bytes, mut chunks) = (Vec::new(), body.into_data_stream());
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| bad_input("the body ended before it was complete"))?;
        if bytes.len() + chunk.len() > BODY_BYTES {
            return Err(too_large());
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

fn too_large() -> Reply {
    let message = format!("the body is larger than {BODY_BYTES} bytes");
    Reply::refused(StatusCode::PAYLOAD_TOO_LARGE, ErrorCode::PayloadTooLarge, message)
}

/// Nesting of lists and objects. The JSON parser refuses more than 128 levels, so recursion is safe.
fn depth(value: &Json) -> usize {
    match value {
        Json::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Json::Object(fields) => 1 + fields.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}
