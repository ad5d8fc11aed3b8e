//! The promises of the HTTP layer, on a router in process and a schema of a few fields.

use std::{future::ready, time::Duration};

use async_graphql::{EmptySubscription, Object, Schema};
use axum::{Router, body::Body, http::Request, routing::any};
use http_body_util::BodyExt;
use serde_json::{Value as Json, json};
use tower::ServiceExt;

use super::*;

struct Query;

#[Object]
impl Query {
    async fn double(&self, number: i32) -> i32 {
        number * 2
    }

    async fn broken(&self) -> async_graphql::Result<Option<i32>> {
        Ok(Some(ready("/var/lib/secret").await.parse()?))
    }

    async fn hidden(&self) -> async_graphql::Result<Option<i32>> {
        ready(Err(ErrorCode::NotFound.error("no such number"))).await
    }

    async fn page(&self, #[graphql(validator(maximum = 100))] first: i32) -> i32 {
        first
    }

    async fn slow(&self) -> i32 {
        tokio::time::sleep(Duration::from_mins(1)).await;
        1
    }

    async fn caller(&self, context: &async_graphql::Context<'_>) -> Option<u8> {
        context.data_opt::<u8>().copied()
    }
}

struct Mutation;

#[Object]
impl Mutation {
    async fn touch(&self) -> bool {
        true
    }
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Json,
}

impl Answer {
    fn code(&self) -> &str {
        self.body["errors"][0]["extensions"]["code"].as_str().expect("the error has a code")
    }
}

async fn send(request: Request<Body>) -> Answer {
    send_within(Limits::default(), request).await
}

async fn send_within(limits: Limits, request: Request<Body>) -> Answer {
    let schema = Schema::new(Query, Mutation, EmptySubscription);
    let api = GraphQl::new(schema, limits, |request, extensions: &Extensions| {
        match extensions.get::<u8>() {
            Some(caller) => request.data(*caller),
            None => request,
        }
    });
    let router = Router::new().route("/graphql", any(handle)).with_state(api);
    let response = router.oneshot(request).await.expect("the router has no errors");
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.expect("the body is in memory").to_bytes();
    let body = serde_json::from_slice(&bytes).unwrap_or(Json::Null);
    Answer { status: parts.status, headers: parts.headers, body }
}

fn post(body: impl Into<Body>) -> Request<Body> {
    let request = Request::post("/graphql").header("content-type", "application/json");
    request.header("x-request-id", "r-1").body(body.into()).expect("a request")
}

fn get(query: &str) -> Request<Body> {
    Request::get(format!("/graphql?query={query}")).body(Body::empty()).expect("a request")
}

fn asks(query: &str) -> Request<Body> {
    post(json!({ "query": query }).to_string())
}

fn with(mut request: Request<Body>, name: &'static str, value: &'static str) -> Request<Body> {
    request.headers_mut().insert(name, HeaderValue::from_static(value));
    request
}

fn strictly(request: Request<Body>) -> Request<Body> {
    with(request, "accept", "application/graphql-response+json")
}

#[tokio::test]
async fn every_answer_says_what_it_cost() {
    let answer = send(asks("{double(number:21)}")).await;
    let cost = json!({"cost": {"requested": 1, "limit": 5000}});
    assert_eq!(answer.body, json!({"data": {"double": 42}, "extensions": cost}));
    assert_eq!(answer.headers["content-type"], "application/json; charset=utf-8");
    assert_eq!(answer.headers["cache-control"], "no-store");
}

#[tokio::test]
async fn request_errors_have_no_data_and_a_status_by_media_type() {
    for (query, code) in [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{absent}", "GRAPHQL_VALIDATION_FAILED"),
        ("{double(number:\"x\")}", "GRAPHQL_VALIDATION_FAILED"),
        ("query A{double(number:1)} query B{double(number:1)}", "GRAPHQL_VALIDATION_FAILED"),
        ("{...a} fragment a on Query{...a}", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription{x}", "GRAPHQL_VALIDATION_FAILED"),
    ] {
        let strict = send(strictly(asks(query))).await;
        let legacy = send(asks(query)).await;
        assert_eq!((strict.status, legacy.status), (StatusCode::BAD_REQUEST, StatusCode::OK));
        for answer in [strict, legacy] {
            assert_eq!(answer.code(), code, "{query}");
            assert!(answer.body.get("data").is_none(), "{query}");
            assert_eq!(answer.body["errors"][0]["extensions"]["requestId"], "r-1");
        }
    }
}

#[tokio::test]
async fn syntax_errors_name_the_place_and_not_the_text() {
    let answer = send(asks("{ double(number: }")).await;
    let error = &answer.body["errors"][0];
    assert_eq!(error["locations"], json!([{"line": 1, "column": 18}]));
    let message = error["message"].as_str().expect("a message");
    assert!(message.starts_with("expected "), "{message}");
}

#[tokio::test]
async fn wrong_variables_are_the_callers_fault() {
    let query = "query($n: Int!){double(number:$n)}";
    for variables in
        [json!({}), json!({"n": null}), json!({"n": "x"}), json!({"n": 3_000_000_000_u64})]
    {
        let answer = send(post(json!({"query": query, "variables": variables}).to_string())).await;
        let code = answer.code();
        assert!(["GRAPHQL_VALIDATION_FAILED", "BAD_USER_INPUT"].contains(&code), "{}", answer.body);
    }
    let answer = send(asks("{page(first:101)}")).await;
    assert_eq!(answer.code(), "BAD_USER_INPUT");
}

#[tokio::test]
async fn faults_of_the_server_are_masked_and_known_errors_are_not() {
    let answer = send(strictly(asks("{broken}"))).await;
    let extensions = json!({"code": "INTERNAL_SERVER_ERROR", "requestId": "r-1"});
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.body["data"], Json::Null);
    assert!(answer.body.get("data").is_some(), "it was executed");
    assert_eq!(answer.body["errors"][0]["message"], "internal error");
    assert_eq!(answer.body["errors"][0]["extensions"], extensions);
    let answer = send(asks("{hidden}")).await;
    assert_eq!(answer.body["errors"][0]["message"], "no such number");
    assert_eq!(answer.code(), "NOT_FOUND");
}

#[tokio::test]
async fn a_request_id_that_is_not_sane_is_not_repeated() {
    let answer = send(with(asks("{"), "x-request-id", "<script>")).await;
    assert!(answer.body["errors"][0]["extensions"].get("requestId").is_none());
}

#[tokio::test]
async fn limits_refuse_with_400_in_every_media_type() {
    let deep = format!("{}{}", "{a".repeat(13), "}".repeat(13));
    for request in [asks(&deep), strictly(asks(&deep))] {
        let answer = send(request).await;
        assert_eq!((answer.status, answer.code()), (StatusCode::BAD_REQUEST, "QUERY_TOO_DEEP"));
    }
    let nested = |depth: usize| {
        let value = "[".repeat(depth) + &"]".repeat(depth);
        post(format!("{{\"query\":\"{{__typename}}\",\"variables\":{{\"a\":{value}}}}}"))
    };
    assert_eq!(send(nested(15)).await.status, StatusCode::OK);
    assert_eq!(send(nested(16)).await.code(), "QUERY_TOO_DEEP");
}

#[tokio::test]
async fn get_runs_queries_only() {
    let answer = send(get("query+A{double(number:2)}&operationName=A&variables=%7B%7D")).await;
    assert_eq!(answer.body["data"]["double"], 4);
    assert_eq!(answer.headers["cache-control"], "public, max-age=60");
    assert_eq!(answer.headers["vary"], "Accept, Accept-Encoding, Authorization");
    let answer = send(get("mutation{touch}")).await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(answer.headers["allow"], "POST");
    let answer = send(get("query+A{hidden}mutation+B{touch}&operationName=B")).await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(send(get("{double(number:1)}&query={hidden}")).await.code(), "BAD_USER_INPUT");
}

#[tokio::test]
async fn answers_to_a_caller_are_kept_by_nobody_else() {
    let answer = send(with(get("{caller}"), "authorization", "Bearer x")).await;
    assert_eq!(answer.headers["cache-control"], "private, no-store");
    assert!(!answer.headers.contains_key("access-control-allow-origin"));
    let answer = send(with(get("{caller}"), "cookie", "session=x")).await;
    assert_eq!((answer.status, answer.code()), (StatusCode::FORBIDDEN, "FORBIDDEN"));
    assert_eq!(send(get("{broken}")).await.headers["cache-control"], "no-store");
}

#[tokio::test]
async fn resolvers_find_what_prepare_adds() {
    let mut request = asks("{caller}");
    request.extensions_mut().insert(7_u8);
    assert_eq!(send(request).await.body["data"]["caller"], 7);
}

#[tokio::test]
async fn bodies_that_are_not_one_json_request_are_refused() {
    for body in [
        "",
        " ",
        "[",
        "[\"{__typename}\",null,null,null]",
        "1",
        "{\"query\":null}",
        "{\"query\":\"{__typename}\",\"query\":\"{broken}\"}",
        "{\"query\":\"{a}\",\"variables\":[]}",
    ] {
        let answer = send(strictly(post(body))).await;
        assert_eq!(
            (answer.status, answer.code()),
            (StatusCode::BAD_REQUEST, "BAD_USER_INPUT"),
            "{body}"
        );
    }
    let form = with(asks("mutation{touch}"), "content-type", "text/plain");
    assert_eq!(send(form).await.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let html = with(asks("{__typename}"), "accept", "text/html");
    assert_eq!(send(html).await.status, StatusCode::NOT_ACCEPTABLE);
    let put = Request::put("/graphql").body(Body::empty()).expect("a request");
    assert_eq!(send(put).await.headers["allow"], "GET, HEAD, POST, OPTIONS");
}

#[tokio::test]
async fn a_body_is_not_read_past_its_limit() {
    let announced = with(asks("{__typename}"), "content-length", "262145");
    assert_eq!(send(announced).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    let endless = futures_util::stream::repeat_with(|| Ok::<_, std::io::Error>(vec![b' '; 4096]));
    let answer = send(post(Body::from_stream(endless))).await;
    assert_eq!(answer.code(), "PAYLOAD_TOO_LARGE");
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn long_documents_are_parsed_as_well() {
    let answer = send(asks(&format!("{{double(number:1)}}#{}", "x".repeat(9_000)))).await;
    assert_eq!(answer.body["data"]["double"], 2);
}

#[tokio::test]
async fn any_origin_may_ask_anonymously() {
    let request = Request::options("/graphql").header("origin", "https://example.org");
    let answer = send(request.body(Body::empty()).expect("a request")).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
    assert_eq!(answer.headers["access-control-allow-origin"], "*");
    assert!(
        !answer.headers["access-control-allow-headers"].to_str().expect("ASCII").contains("Auth")
    );
    assert_eq!(send(asks("{caller}")).await.headers["access-control-allow-origin"], "*");
}

#[tokio::test]
async fn an_operation_that_runs_too_long_is_cut() {
    let limits = Limits { run_time: Duration::from_millis(10), ..Limits::default() };
    let answer = send_within(limits, asks("{slow}")).await;
    assert_eq!((answer.status, answer.code()), (StatusCode::SERVICE_UNAVAILABLE, "TIMEOUT"));
}
