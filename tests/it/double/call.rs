//! A request taken apart, and the forms that answers and errors of the real server have.

use std::collections::BTreeMap;

use axum::{
    extract::Query,
    http::{HeaderMap, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use serde_json::{Map, Value, json};

pub(super) type Document = Map<String, Value>;

/// An error as the real server words it: its code decides status and type.
#[derive(Debug, Clone)]
pub(super) struct Refusal {
    pub(super) code: &'static str,
    pub(super) message: String,
}

impl Refusal {
    pub(super) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    fn status_and_type(&self) -> (StatusCode, &'static str) {
        match self.code {
            "index_not_found" | "document_not_found" | "task_not_found" | "api_key_not_found" => {
                (StatusCode::NOT_FOUND, "invalid_request")
            }
            "invalid_api_key" => (StatusCode::FORBIDDEN, "auth"),
            "missing_authorization_header" => (StatusCode::UNAUTHORIZED, "auth"),
            "missing_content_type" | "invalid_content_type" => {
                (StatusCode::UNSUPPORTED_MEDIA_TYPE, "invalid_request")
            }
            "too_many_search_requests" => (StatusCode::SERVICE_UNAVAILABLE, "system"),
            "api_key_already_exists" | "index_already_exists" => {
                (StatusCode::CONFLICT, "invalid_request")
            }
            "internal" => (StatusCode::INTERNAL_SERVER_ERROR, "internal"),
            _ => (StatusCode::BAD_REQUEST, "invalid_request"),
        }
    }

    /// As answers and failed tasks show it.
    pub(super) fn body(&self) -> Value {
        json!({
            "message": self.message, "code": self.code, "type": self.status_and_type().1,
            "link": format!("https://docs.meilisearch.com/errors#{}", self.code),
        })
    }
}

#[derive(Debug)]
pub(super) struct Answer {
    status: StatusCode,
    body: Option<Value>,
}

impl Answer {
    pub(super) fn ok(body: Value) -> Self {
        Self::with(StatusCode::OK, body)
    }

    pub(super) fn with(status: StatusCode, body: Value) -> Self {
        Self { status, body: Some(body) }
    }

    pub(super) fn empty(status: StatusCode) -> Self {
        Self { status, body: None }
    }
}

impl From<Refusal> for Answer {
    fn from(refusal: Refusal) -> Self {
        Self::with(refusal.status_and_type().0, refusal.body())
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let json = [(header::CONTENT_TYPE, "application/json")];
        let mut response = match self.body {
            Some(body) => (json, body.to_string()).into_response(),
            None => Response::default(),
        };
        *response.status_mut() = self.status;
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from(10));
        }
        response
    }
}

pub(super) type Reply = Result<Answer, Refusal>;

/// A request, taken apart.
#[derive(Debug)]
pub(super) struct Call<'a> {
    pub(super) method: &'a str,
    pub(super) path: Vec<&'a str>,
    query: BTreeMap<String, String>,
    headers: &'a HeaderMap,
    body: &'a [u8],
}

impl<'a> Call<'a> {
    pub(super) fn new(parts: &'a Parts, body: &'a [u8]) -> Self {
        let query = Query::try_from_uri(&parts.uri).map(|Query(query)| query).unwrap_or_default();
        let path = parts.uri.path().trim_matches('/').split('/').collect();
        Self { method: parts.method.as_str(), path, query, headers: &parts.headers, body }
    }

    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.query.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// The values of a list in the query; `None` where all are meant.
    pub(super) fn list(&self, name: &str) -> Option<Vec<&str>> {
        let list = self.parameter(name).filter(|list| *list != "*")?;
        Some(list.split(',').collect())
    }

    pub(super) fn bearer(&self) -> Option<&str> {
        self.headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")
    }

    fn content_type(&self, accepted: &[&'static str]) -> Result<&'static str, Refusal> {
        let hint =
            format!("Accepted values for the Content-Type header are: `{}`", accepted.join("`, `"));
        let given = self.headers.get(header::CONTENT_TYPE).and_then(|given| given.to_str().ok());
        let Some(given) = given else {
            let message = format!("A Content-Type header is missing. {hint}");
            return Err(Refusal::new("missing_content_type", message));
        };
        let essence = given.split(';').next().unwrap_or_default().trim();
        accepted.iter().find(|accepted| **accepted == essence).copied().ok_or_else(|| {
            let message = format!("The Content-Type `{given}` is invalid. {hint}");
            Refusal::new("invalid_content_type", message)
        })
    }

    pub(super) fn json(&self) -> Result<Value, Refusal> {
        self.content_type(&["application/json"])?;
        let value = serde_json::from_slice(self.body);
        value.map_err(|error| malformed("json", &error.to_string()))
    }

    pub(super) fn object(&self) -> Result<Document, Refusal> {
        match self.json()? {
            Value::Object(object) => Ok(object),
            other => {
                Err(bad(format!("Invalid value type: expected an object, but found: {other}")))
            }
        }
    }

    /// The documents of a payload.
    pub(super) fn documents(&self) -> Result<Vec<Document>, Refusal> {
        let accepted = ["application/json", "application/x-ndjson"];
        let kind = self.content_type(&accepted)?.trim_start_matches("application/");
        let kind = kind.trim_start_matches("x-");
        if self.body.trim_ascii().is_empty() {
            return Err(Refusal::new("missing_payload", format!("A {kind} payload is missing.")));
        }
        let values = serde_json::Deserializer::from_slice(self.body).into_iter::<Value>();
        let values: Result<Vec<_>, _> = values.collect();
        let values = values.map_err(|error| malformed(kind, &error.to_string()))?;
        let flat = values.into_iter().flat_map(|value| match value {
            Value::Array(list) if kind == "json" => list,
            value => vec![value],
        });
        let documents = flat.map(|value| match value {
            Value::Object(document) => Ok(document),
            _ => Err(malformed(kind, "data are neither an object nor a list of objects")),
        });
        documents.collect()
    }
}

pub(super) fn malformed(kind: &str, why: &str) -> Refusal {
    let message = format!(
        "The `{kind}` payload provided is malformed. `Couldn't serialize document value: {why}`."
    );
    Refusal::new("malformed_payload", message)
}

pub(super) fn bad(message: impl Into<String>) -> Refusal {
    Refusal::new("bad_request", message)
}

pub(super) fn known(body: &Document, keys: &[&str]) -> Result<(), Refusal> {
    match body.keys().find(|key| !keys.contains(&key.as_str())) {
        None => Ok(()),
        Some(key) => {
            let keys = keys.join("`, `");
            Err(bad(format!("Unknown field `{key}`: expected one of `{keys}`")))
        }
    }
}

/// A part of a list as the real server pages it.
pub(super) fn page(all: Vec<Value>, offset: Option<&str>, limit: Option<&str>) -> Value {
    let number =
        |given: Option<&str>, default| given.and_then(|n| n.parse().ok()).unwrap_or(default);
    let (offset, limit) = (number(offset, 0), number(limit, 20));
    let total = all.len();
    let results: Vec<_> = all.into_iter().skip(offset).take(limit).collect();
    json!({"results": results, "offset": offset, "limit": limit, "total": total})
}
