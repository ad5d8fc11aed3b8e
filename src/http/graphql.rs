//! GraphQL over HTTP: one request in, one answer out, to the letter of the audits in `tests/conformance`.
//!
//! Reads and refuses what HTTP can refuse, lets `graphql::limits` price the document, and only then runs it.
//! It knows no type of the schema; a batch, a form or an upload has no way in.

mod media;
mod params;
mod reply;

use std::{fmt, sync::Arc};

use async_graphql::{
    Executor, Value, Variables,
    parser::{
        self, parse_query,
        types::{ExecutableDocument, OperationDefinition, OperationType, VariableDefinition},
    },
};
use axum::{
    body::Body,
    extract::{Request, State},
    http::{
        Extensions, HeaderMap, HeaderValue, Method, StatusCode,
        header::{self, HeaderName},
        request::Parts,
    },
    response::Response,
};
use quick_cache::sync::Cache;

use self::{media::Media, reply::Reply};
use crate::graphql::{
    error::ErrorCode,
    limits::{self, Limits},
};

/// Longer documents are parsed on a blocking thread, so that they do not hold up other requests.
const PARSE_INLINE_BYTES: usize = 8 * 1024;

/// Documents kept parsed. Clients send the same few again and again, and parsing costs as much as the rest.
const DOCUMENTS: usize = 512;

/// Methods of this resource, for `Allow`.
const METHODS: HeaderValue = HeaderValue::from_static("GET, HEAD, POST, OPTIONS");

/// Adds to a priced request what resolvers find in their context: loaders, the caller. The extensions are
/// those of the HTTP request, where middleware leaves what it found out.
pub type Prepare =
    dyn Fn(async_graphql::Request, &Extensions) -> async_graphql::Request + Send + Sync;

/// What the handler needs: a schema, how much a request may ask for, and what each request is given.
#[derive(Clone)]
pub struct GraphQl<E> {
    executor: E,
    limits: Limits,
    prepare: Arc<Prepare>,
    /// By their text: what passed the scan and the parser.
    documents: Arc<Cache<String, Arc<ExecutableDocument>>>,
}

impl<E> GraphQl<E> {
    pub fn new<P>(executor: E, limits: Limits, prepare: P) -> Self
    where
        P: Fn(async_graphql::Request, &Extensions) -> async_graphql::Request
            + Send
            + Sync
            + 'static,
    {
        let documents = Arc::new(Cache::new(DOCUMENTS));
        Self { executor, limits, prepare: Arc::new(prepare), documents }
    }

    /// The document of a text that is small enough to be run.
    async fn document(&self, text: &str, media: Media) -> Result<Arc<ExecutableDocument>, Reply> {
        if let Some(document) = self.documents.get(text) {
            return Ok(document);
        }
        limits::scan(text, &self.limits).map_err(|refusal| Reply::declined(refusal, media))?;
        let document = Arc::new(parse(text.to_owned()).await.map_err(|error| {
            let (status, code) = (media.request_error_status(), ErrorCode::GraphqlParseFailed);
            Reply::refused_at(status, code, reason(&error), error.positions())
        })?);
        if text.len() <= PARSE_INLINE_BYTES {
            self.documents.insert(text.to_owned(), document.clone());
        }
        Ok(document)
    }
}

impl<E> fmt::Debug for GraphQl<E> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("GraphQl").field("limits", &self.limits).finish_non_exhaustive()
    }
}

/// Answers every method of the GraphQL resource; mount it with `axum::routing::any`.
pub async fn handle<E: Executor>(State(api): State<GraphQl<E>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    if parts.method == Method::OPTIONS {
        return preflight();
    }
    let negotiated = media::negotiate(&parts.headers);
    let reply = match negotiated {
        Some(media) => answer(&api, &parts, body, media).await.unwrap_or_else(|refusal| refusal),
        None => not_acceptable(),
    };
    let request_id = request_id(&parts.headers);
    let mut response = reply.into_response(negotiated.unwrap_or(Media::Json), request_id);
    share(&parts, &mut response);
    response
}

async fn answer<E: Executor>(
    api: &GraphQl<E>,
    parts: &Parts,
    body: Body,
    media: Media,
) -> Result<Reply, Reply> {
    let params = params::read(parts, body).await?;
    let mut request = params.into_request();
    let declined = |refusal| Reply::declined(refusal, media);
    let document = api.document(&request.query, media).await?;
    let name = request.operation_name.as_deref();
    let cost = limits::check(&document, name, &request.variables, &api.limits).map_err(declined)?;
    let operation = limits::selected_operation(&document, name);
    if let Some(operation) = operation {
        only_queries_over_get(&parts.method, operation)?;
        require_variables(operation, &request.variables, media)?;
    }
    request.set_parsed_query((*document).clone());
    let request = (api.prepare)(request, &parts.extensions);
    match tokio::time::timeout(api.limits.run_time, api.executor.execute(request)).await {
        Ok(response) => Ok(Reply::executed(response, media, cost)),
        Err(_) => Err(Reply::refused(
            StatusCode::SERVICE_UNAVAILABLE,
            ErrorCode::Timeout,
            format!("the operation was cut after {:?}", api.limits.run_time),
        )),
    }
}

async fn parse(query: String) -> Result<ExecutableDocument, parser::Error> {
    if query.len() <= PARSE_INLINE_BYTES {
        return parse_query(query);
    }
    let parsed = tokio::task::spawn_blocking(move || parse_query(query)).await;
    parsed.expect("the parser does not panic and is not aborted")
}

/// The parser draws the faulty line into its message; the place is in `locations`, so the reason is enough.
fn reason(error: &parser::Error) -> String {
    let text = error.to_string();
    text.rsplit_once("\n  = ")
        .or(text.rsplit_once("\n   = "))
        .map_or(text.as_str(), |(_, reason)| reason)
        .to_owned()
}

/// A link or an image on any page can make a browser send GET, so GET must not change anything.
fn only_queries_over_get(method: &Method, operation: &OperationDefinition) -> Result<(), Reply> {
    if method == Method::POST || operation.ty == OperationType::Query {
        return Ok(());
    }
    let message = "only queries run over GET: send this operation with POST";
    Err(Reply::refused(StatusCode::METHOD_NOT_ALLOWED, ErrorCode::BadUserInput, message)
        .with_header(header::ALLOW, HeaderValue::from_static("POST")))
}

/// The executor notices a missing variable only where it is used, when other fields may have run.
fn require_variables(
    operation: &OperationDefinition,
    variables: &Variables,
    media: Media,
) -> Result<(), Reply> {
    let missing = operation.variable_definitions.iter().find(|definition| {
        let VariableDefinition { name, var_type, default_value, .. } = &definition.node;
        let absent = match variables.get(&name.node) {
            Some(value) => *value == Value::Null,
            None => default_value.is_none(),
        };
        absent && !var_type.node.nullable
    });
    let Some(definition) = missing else { return Ok(()) };
    let VariableDefinition { name, var_type, .. } = &definition.node;
    let message = format!("variable ${} of type {} must have a value", name.node, var_type.node);
    let (status, code) = (media.request_error_status(), ErrorCode::GraphqlValidationFailed);
    Err(Reply::refused_at(status, code, message, [definition.pos]))
}

fn not_acceptable() -> Reply {
    let message =
        "no acceptable media type: accept application/graphql-response+json or application/json";
    Reply::refused(StatusCode::NOT_ACCEPTABLE, ErrorCode::BadUserInput, message)
}

/// The id that the middleware gave the request, if it is fit to be repeated.
fn request_id(headers: &HeaderMap) -> Option<&str> {
    let id = headers.get("x-request-id")?.to_str().ok()?;
    let fit = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte);
    ((1..=64).contains(&id.len()) && id.bytes().all(fit)).then_some(id)
}

/// A request that says who sends it. Its answer is for that caller alone.
fn has_credentials(headers: &HeaderMap) -> bool {
    headers.contains_key(header::AUTHORIZATION) || headers.contains_key(header::COOKIE)
}

/// Says who may keep the answer and which web pages may read it.
fn share(parts: &Parts, response: &mut Response) {
    let public = !has_credentials(&parts.headers);
    let read = parts.method == Method::GET || parts.method == Method::HEAD;
    let complete = response.extensions().get::<reply::Complete>().is_some();
    let cache = match (public, read && complete) {
        (true, true) => "public, max-age=60",
        (true, false) => "no-store",
        (false, _) => "private, no-store",
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    let vary = HeaderValue::from_static("Accept, Accept-Encoding, Authorization");
    headers.insert(header::VARY, vary);
    if public {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        let exposed = HeaderValue::from_static("X-Request-Id, Retry-After");
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
    }
}

/// Pages of any origin may ask, anonymously: neither cookies nor `Authorization` are allowed to them.
fn preflight() -> Response {
    let headers: [(HeaderName, HeaderValue); 5] = [
        (header::ALLOW, METHODS),
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*")),
        (header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST")),
        (
            header::ACCESS_CONTROL_ALLOW_HEADERS,
            HeaderValue::from_static("Accept, Content-Type, X-Request-Id"),
        ),
        (header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400")),
    ];
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response.headers_mut().extend(headers);
    response
}

#[cfg(test)]
mod tests;
