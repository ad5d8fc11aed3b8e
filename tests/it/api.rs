//! The GraphQL answers as a client gets them: through the router, over HTTP, from a real database.

use std::collections::BTreeSet;

use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode, header},
};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use stemma::{
    graphql::cursor::CursorKey,
    http,
    import::{DEMO, Format},
};
use tower::ServiceExt;

use crate::support::{TestDb, both_backends, hpscreg};

both_backends!(
    lists_walk_the_same_way_from_both_ends,
    a_cursor_from_another_order_is_refused,
    a_cursor_that_was_altered_is_refused,
    a_page_that_is_too_large_is_refused,
    a_name_that_several_lines_bear_is_refused_with_the_candidates,
    a_line_is_found_by_every_key_it_has,
    a_nested_list_of_many_lines_needs_a_few_statements,
    a_query_that_is_too_deep_is_refused_before_it_runs,
    a_mistyped_accession_is_told_from_an_unknown_one,
    an_engineered_disease_is_on_the_line_and_not_on_the_donor,
    the_health_of_the_server_names_the_newest_revision,
);

async fn demo(app: &TestDb) -> Router {
    app.import(Format::Jsonl, DEMO).await;
    router(app)
}

pub(crate) fn router(app: &TestDb) -> Router {
    http::router(&app.catalogue, CursorKey::new(b"a key that every server shares"))
}

/// The whole answer to a query.
async fn answer(router: &Router, query: &str, variables: Value) -> Value {
    let body = json!({ "query": query, "variables": variables }).to_string();
    let request = Request::post("/graphql")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ACCEPT, "application/graphql-response+json")
        .body(Body::from(body));
    let response = router.clone().oneshot(request.unwrap()).await.unwrap();
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    serde_json::from_slice(&bytes).unwrap()
}

pub(crate) async fn data(router: &Router, query: &str, variables: Value) -> Value {
    let mut answer = answer(router, query, variables).await;
    assert_eq!(answer.get("errors"), None, "{answer}");
    answer["data"].take()
}

/// The code and the message of the one error.
pub(crate) async fn error(router: &Router, query: &str, variables: Value) -> (String, String) {
    let answer = answer(router, query, variables).await;
    let errors = answer["errors"].as_array().unwrap_or_else(|| panic!("an error: {answer}"));
    assert_eq!(errors.len(), 1, "{answer}");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    (text(&errors[0]["extensions"]["code"]), text(&errors[0]["message"]))
}

const LIST: &str =
    "query($first: Int, $after: String, $last: Int, $before: String, $order: ListOrder) {
    cellLines(first: $first, after: $after, last: $last, before: $before, orderBy: $order) {
        edges { cursor node { id } }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
        totalCount
    }
}";

async fn lists_walk_the_same_way_from_both_ends(app: TestDb) {
    let router = demo(&app).await;
    for (field, direction) in
        [("NAME", "ASC"), ("NAME", "DESC"), ("UPDATED", "ASC"), ("UPDATED", "DESC")]
    {
        let order = json!({ "field": field, "direction": direction });
        let (mut forward, mut backward) = (Vec::new(), Vec::new());
        let mut asked = json!({ "first": 20, "order": order });
        loop {
            let page = data(&router, LIST, asked.clone()).await["cellLines"].take();
            forward.extend(ids(&page));
            if page["pageInfo"]["hasNextPage"] == false {
                assert_eq!(page["totalCount"], forward.len());
                break;
            }
            asked["after"] = page["pageInfo"]["endCursor"].clone();
        }
        let mut asked = json!({ "last": 20, "order": order });
        loop {
            let page = data(&router, LIST, asked.clone()).await["cellLines"].take();
            backward.splice(0..0, ids(&page));
            if page["pageInfo"]["hasPreviousPage"] == false {
                break;
            }
            asked["before"] = page["pageInfo"]["startCursor"].clone();
        }
        assert_eq!(forward, backward, "{order}");
        assert_eq!(forward.iter().collect::<BTreeSet<_>>().len(), forward.len(), "{order}");
    }
}

fn ids(page: &Value) -> Vec<String> {
    let edges = page["edges"].as_array().expect("edges");
    edges.iter().map(|edge| edge["node"]["id"].as_str().expect("an id").to_owned()).collect()
}

async fn first_cursor(router: &Router) -> String {
    let page = data(router, LIST, json!({ "first": 1 })).await;
    page["cellLines"]["pageInfo"]["endCursor"].as_str().expect("a cursor").to_owned()
}

async fn a_cursor_from_another_order_is_refused(app: TestDb) {
    let router = demo(&app).await;
    let order = json!({ "field": "UPDATED", "direction": "ASC" });
    let asked = json!({ "first": 5, "after": first_cursor(&router).await, "order": order });
    let (code, message) = error(&router, LIST, asked).await;
    assert_eq!(code, "BAD_CURSOR");
    assert!(message.contains("a page with the same filter and order"), "{message}");
}

async fn a_cursor_that_was_altered_is_refused(app: TestDb) {
    let router = demo(&app).await;
    let mut cursor = first_cursor(&router).await;
    let last = if cursor.pop() == Some('A') { 'B' } else { 'A' };
    cursor.push(last);
    for cursor in [cursor, String::new(), "201B7".to_owned()] {
        let (code, _) = error(&router, LIST, json!({ "first": 5, "after": cursor })).await;
        assert_eq!(code, "BAD_CURSOR", "{cursor}");
    }
}

async fn a_page_that_is_too_large_is_refused(app: TestDb) {
    let router = demo(&app).await;
    let (code, message) = error(&router, LIST, json!({ "first": 101 })).await;
    assert_eq!(code, "PAGE_TOO_LARGE");
    assert_eq!(message, "`first` is 101; a page holds at most 100");
    for asked in [json!({ "first": 0 }), json!({ "last": -1 }), json!({ "first": 1, "last": 1 })] {
        assert_eq!(error(&router, LIST, asked).await.0, "BAD_USER_INPUT");
    }
}

const LINE: &str = "query($by: CellLineBy!) { cellLine(by: $by) { id accession name } }";

async fn a_name_that_several_lines_bear_is_refused_with_the_candidates(app: TestDb) {
    app.import(Format::CellosaurusNames, "cvcl\tname\nCVCL_0001\tHEL\nCVCL_0002\tHEL\n").await;
    let router = router(&app);
    let answer = answer(&router, LINE, json!({ "by": { "name": "hel" } })).await;
    let extensions = &answer["errors"][0]["extensions"];
    assert_eq!(extensions["code"], "AMBIGUOUS_NAME");
    let candidates = extensions["candidates"].as_array().unwrap();
    assert_eq!(candidates.len(), 2);
    assert!(candidates.iter().all(|candidate| candidate["name"] == "HEL"), "{candidates:?}");
}

async fn a_line_is_found_by_every_key_it_has(app: TestDb) {
    let router = demo(&app).await;
    let line = app.line("CVCL_A324").await.record;
    for by in [
        json!({ "id": line.id.to_string() }),
        json!({ "accession": line.accession }),
        json!({ "name": "201-B7" }),
        json!({ "xref": "RRID:CVCL_A324" }),
        json!({ "xref": "cellosaurus:CVCL_A324" }),
        json!({ "xref": "HPS0063" }),
    ] {
        let found = data(&router, LINE, json!({ "by": by })).await;
        assert_eq!(found["cellLine"]["accession"], line.accession, "{by}");
    }
    let unknown = data(&router, LINE, json!({ "by": { "xref": "CVCL_9999" } })).await;
    assert_eq!(unknown["cellLine"], Value::Null);
}

const NESTED: &str = "{ cellLines(first: 25) { nodes {
    name
    donor { sex { code } diseases { disease { name } } }
    parents { line { name donor { accession } } }
    diseases { basis { code } disease { name } }
    organizations { organization { name } }
    publications { publication { id } }
} } }";

async fn a_nested_list_of_many_lines_needs_a_few_statements(app: TestDb) {
    let router = demo(&app).await;
    let before = app.catalogue.db().statements();
    let found = data(&router, NESTED, json!({})).await;
    assert_eq!(found["cellLines"]["nodes"].as_array().map(Vec::len), Some(25));
    let sent = app.catalogue.db().statements() - before;
    // One for the list, then for each level the links and the records at their ends, of one kind each.
    assert!(sent <= 14, "{sent} statements for 25 lines");
}

async fn a_query_that_is_too_deep_is_refused_before_it_runs(app: TestDb) {
    let router = demo(&app).await;
    let nested =
        (0..8).fold("name".to_owned(), |inner, _| format!("parents {{ line {{ {inner} }} }}"));
    let query = format!("{{ cellLines(first: 1) {{ nodes {{ {nested} }} }} }}");
    let before = app.catalogue.db().statements();
    assert_eq!(error(&router, &query, json!({})).await.0, "QUERY_TOO_DEEP");
    assert_eq!(app.catalogue.db().statements(), before);
}

async fn a_mistyped_accession_is_told_from_an_unknown_one(app: TestDb) {
    let router = demo(&app).await;
    let right = stemma::domain::id::accession("STM", 'L', 9_000_000);
    let unknown = data(&router, LINE, json!({ "by": { "accession": right } })).await;
    assert_eq!(unknown["cellLine"], Value::Null);
    let mistyped = right.replacen('9', "8", 1);
    let (code, message) = error(&router, LINE, json!({ "by": { "accession": mistyped } })).await;
    assert_eq!(code, "BAD_USER_INPUT");
    assert!(message.contains("fails its check character"), "{message}");
}

async fn an_engineered_disease_is_on_the_line_and_not_on_the_donor(app: TestDb) {
    app.import(Format::Mondo, r#"{"MONDO:0004976": {"label": "amyotrophic lateral sclerosis"}}"#)
        .await;
    let row: &[_] = &[
        ("hpscreg_name", "UKBi008-A-1"),
        ("donor_biosample", "SAMEA1"),
        ("model_disease_ids", "MONDO_0004976"),
    ];
    app.import(Format::HpscregClo, hpscreg(&[row])).await;
    let query = "{ cellLine(by: { name: \"UKBi008-A-1\" }) {
        diseaseSpecific
        diseases { basis { code } disease { name } }
        donor { diseases { disease { name } } }
    } }";
    let found = data(&router(&app), query, json!({})).await;
    let expected = json!({
        "diseaseSpecific": true,
        "diseases": [{
            "basis": { "code": "engineered_model" },
            "disease": { "name": "amyotrophic lateral sclerosis" },
        }],
        "donor": { "diseases": [] },
    });
    assert_eq!(found["cellLine"], expected);
}

async fn the_health_of_the_server_names_the_newest_revision(app: TestDb) {
    let router = demo(&app).await;
    let request = Request::get("/healthz").body(Body::empty()).unwrap();
    let response = router.oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    let expected = format!("ok, revision {}\n", app.head().await.seq);
    assert_eq!(String::from_utf8(bytes.to_vec()).unwrap(), expected);
}
