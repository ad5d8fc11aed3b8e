//! The promises of the double itself, asked over its socket by a client that hides nothing.

use std::{collections::BTreeSet, io, time::Duration};

use proptest::prelude::*;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::Instant,
};

use super::{Double, Fault, filter};

/// One request on a connection of its own. An answer that is cut off is an error.
async fn ask(
    double: &Double,
    key: &str,
    request: &str,
    kind: &str,
    body: &str,
) -> io::Result<(u16, String, Value)> {
    let mut stream = TcpStream::connect(double.url().trim_start_matches("http://")).await?;
    let length = body.len();
    let text = format!(
        "{request} HTTP/1.1\r\nHost: double\r\nConnection: close\r\nAuthorization: Bearer {key}\r\n\
        Content-Type: {kind}\r\nContent-Length: {length}\r\n\r\n{body}"
    );
    stream.write_all(text.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    let cut = || io::Error::from(io::ErrorKind::UnexpectedEof);
    let (head, body) = answer.split_once("\r\n\r\n").ok_or_else(cut)?;
    let head = head.to_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    if length.map_or(0, |length| length.parse().unwrap()) != body.len() {
        return Err(cut());
    }
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or_else(cut)?;
    let body = if body.is_empty() { Value::Null } else { serde_json::from_str(body)? };
    Ok((status, head, body))
}

async fn send(double: &Double, request: &str, body: Value) -> (u16, Value) {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let json = "application/json";
    let (status, _, body) = ask(double, double.key(), request, json, &body).await.unwrap();
    (status, body)
}

/// Waits until a task is over.
async fn settled(double: &Double, enqueued: &Value) -> Value {
    let request = format!("GET /tasks/{}", enqueued["taskUid"]);
    loop {
        let (status, task) = send(double, &request, Value::Null).await;
        assert_eq!(status, 200, "{task}");
        if task["status"] != "enqueued" && task["status"] != "processing" {
            return task;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// Sends a change and waits for its task.
async fn change(double: &Double, request: &str, body: Value) -> Value {
    let (status, enqueued) = send(double, request, body).await;
    assert_eq!(status, 202, "{enqueued}");
    settled(double, &enqueued).await
}

const ADD: &str = "POST /indexes/lines/documents?primaryKey=id";
const SEARCH: &str = "POST /indexes/lines/search";

async fn with_lines() -> Double {
    let double = Double::start().await;
    let settings = json!({
        "searchableAttributes": ["ids", "names", "text"], "sortableAttributes": ["year"],
        "filterableAttributes": ["bank", "quoted", "year",
            {"attributePatterns": ["sex"], "features": {"facetSearch": true}}],
        "typoTolerance": {"disableOnAttributes": ["ids"]},
    });
    let settled = change(&double, "PATCH /indexes/lines/settings", settings).await;
    assert_eq!(settled["status"], "succeeded", "{settled}");
    let lines = json!([
        {"id": "a", "ids": ["HPSI0114i"], "names": ["Kolf fibroblast"], "bank": ["B1", "b2"],
            "sex": "female", "year": 2014, "quoted": "say \"hi\" \\ bye"},
        {"id": "b", "ids": ["fibroblast"], "names": ["Kolfino"], "bank": "b1", "sex": "male",
            "year": 2015},
        {"id": "c", "ids": [], "names": ["Wibj"], "text": "kolf", "bank": "b3", "year": 2013},
    ]);
    assert_eq!(change(&double, ADD, lines).await["status"], "succeeded");
    double
}

/// The ids of the hits of a query, in their order.
async fn hits(double: &Double, query: Value) -> String {
    let (status, found) = send(double, SEARCH, query).await;
    assert_eq!(status, 200, "{found}");
    let hits = found["hits"].as_array().unwrap().iter();
    hits.map(|hit| hit["id"].as_str().unwrap()).collect()
}

async fn found(double: &Double, q: &str) -> String {
    hits(double, json!({"q": q, "matchingStrategy": "all"})).await
}

async fn filtered(double: &Double, filter: Value) -> String {
    hits(double, json!({"filter": filter})).await
}

#[tokio::test]
async fn tasks_are_done_in_the_order_of_their_arrival() {
    let double = Double::start().await;
    let mut last = Value::Null;
    for version in 0..20 {
        let request = format!("{ADD}&customMetadata=v{version}");
        last = send(&double, &request, json!([{"id": 1, "version": version}])).await.1;
        assert_eq!(last["status"], "enqueued");
        assert_eq!(last["customMetadata"], format!("v{version}"));
        if version == 18 {
            send(&double, "POST /indexes/lines/documents/delete-batch", json!([1])).await;
        }
    }
    assert_eq!(settled(&double, &last).await["details"]["indexedDocuments"], 1);
    assert_eq!(double.documents("lines")["1"], json!({"id": 1, "version": 19}));
    let request = "GET /tasks?indexUids=lines&statuses=succeeded&limit=2";
    let (_, tasks) = send(&double, request, Value::Null).await;
    assert_eq!(
        (&tasks["total"], &tasks["from"], &tasks["next"]),
        (&json!(21), &json!(20), &json!(18))
    );
    let (_, task) = send(&double, "GET /tasks/19", Value::Null).await;
    assert_eq!(task["type"], "documentDeletion");
    assert_eq!(task["details"]["deletedDocuments"], 1);
}

#[tokio::test]
async fn a_refused_document_fails_its_task_whole() {
    let double = with_lines().await;
    double.fault(Fault::Refuse(BTreeSet::from(["bad".to_owned()])));
    let task = change(&double, ADD, json!([{"id": "good"}, {"id": "bad"}])).await;
    assert_eq!(
        (&task["status"], &task["details"]["indexedDocuments"]),
        (&json!("failed"), &json!(0))
    );
    assert_eq!(task["error"]["code"], "invalid_document_fields");
    assert!(task["error"]["message"].as_str().unwrap().contains("`bad`"), "{task}");
    assert_eq!(change(&double, ADD, json!([{"id": "good"}])).await["status"], "succeeded");
    let task = change(&double, ADD, json!([{"id": "fine"}, {"id": "a b"}])).await;
    assert_eq!(task["error"]["code"], "invalid_document_id");
    assert_eq!(double.documents("lines").into_keys().collect::<String>(), "abcgood");
}

#[tokio::test]
async fn words_are_met_whole_by_their_beginning_or_with_typos() {
    let double = with_lines().await;
    assert_eq!(found(&double, "").await, "abc");
    assert_eq!(found(&double, "kolf").await, "acb", "whole before beginning, names before text");
    assert_eq!(found(&double, "kolf ").await, "ac", "a word that is over is no beginning");
    assert_eq!(found(&double, "kolf fibro").await, "a", "every word must be there");
    assert_eq!(found(&double, "fibroblsat").await, "a", "no typo in an exact attribute");
    assert_eq!(found(&double, "fibroblast").await, "ba", "the first attribute ranks first");
    assert_eq!(found(&double, "xibroblas").await, "a", "a wrong first letter counts twice");
    assert_eq!(found(&double, "klof").await, "", "short words have no typos");
    assert_eq!(found(&double, "HPSI0141i").await, "", "words with digits have no typos");
    assert_eq!(found(&double, "hpsi01").await, "a");
    assert_eq!(hits(&double, json!({"q": "kolf zzz"})).await, "ac", "`last` gives words up");
    let sorted = json!({"sort": ["year:desc"], "page": 2, "hitsPerPage": 2});
    assert_eq!(hits(&double, sorted.clone()).await, "c");
    let (_, page) = send(&double, SEARCH, sorted).await;
    assert_eq!((&page["totalHits"], &page["totalPages"]), (&json!(3), &json!(2)));
    let (status, error) = send(&double, SEARCH, json!({"sort": ["bank:asc"]})).await;
    assert_eq!((status, &error["code"]), (400, &json!("invalid_search_sort")));
    change(&double, "PATCH /indexes/lines/settings", json!({"pagination": {"maxTotalHits": 2}}))
        .await;
    assert_eq!(hits(&double, json!({"offset": 1})).await, "b");
}

#[tokio::test]
async fn filters_bind_and_quote_like_the_real_ones() {
    let double = with_lines().await;
    let cases = [
        (json!("bank = b1 OR bank = b3 AND sex = male"), "ab"),
        (json!("(bank = b1 OR bank = b3) AND NOT sex = male"), "ac"),
        (json!("NOT sex = male AND bank = 'b1'"), "a"),
        (json!([["bank = b3", "sex = male"], "year > 2013"]), "b"),
        (json!("bank IN [\" B2\", b3]"), "ac"),
        (json!("bank NOT IN [b2]"), "bc"),
        (json!("sex != female"), "bc"),
        (json!("sex EXISTS AND year <= 2014"), "a"),
        (json!("sex NOT EXISTS"), "c"),
        (json!(r#"quoted = "say \"hi\" \\ bye""#), "a"),
        (json!(r#"bank = "b1\" OR year = \"2013""#), ""),
        (json!(""), "abc"),
    ];
    for (filter, expected) in cases {
        assert_eq!(filtered(&double, filter.clone()).await, expected, "{filter}");
    }
    for filter in ["bank =", "bank = \"b1", "secret = 1", "sex > 1", "bank b1", "(bank = b1", "="] {
        let (status, error) = send(&double, SEARCH, json!({"filter": filter})).await;
        assert_eq!((status, &error["code"]), (400, &json!("invalid_search_filter")), "{filter}");
    }
}

#[tokio::test]
async fn facets_count_documents_and_merge_cases() {
    let double = with_lines().await;
    let query = json!({"facets": ["bank", "s*", "year"], "hitsPerPage": 0, "page": 1});
    let (_, found) = send(&double, SEARCH, query).await;
    assert_eq!(found["hits"], json!([]));
    let counts = json!({"bank": {"B1": 2, "b2": 1, "b3": 1}, "sex": {"female": 1, "male": 1},
        "year": {"2013": 1, "2014": 1, "2015": 1}});
    assert_eq!(found["facetDistribution"], counts);
    assert_eq!(found["facetStats"]["year"], json!({"min": 2013.0, "max": 2015.0}));
    let (status, error) = send(&double, SEARCH, json!({"facets": ["secret"]})).await;
    assert_eq!((status, &error["code"]), (400, &json!("invalid_search_facets")));
    let body = json!({"facetName": "sex", "facetQuery": "FEM"});
    let (_, values) = send(&double, "POST /indexes/lines/facet-search", body).await;
    assert_eq!(values["facetHits"], json!([{"value": "female", "count": 1}]));
    let few = json!({"faceting": {"maxValuesPerFacet": 1}});
    change(&double, "PATCH /indexes/lines/settings", few).await;
    let queries =
        json!({"queries": [{"indexUid": "lines", "facets": ["bank"], "filter": "sex = male"}]});
    let (_, found) = send(&double, "POST /multi-search", queries).await;
    assert_eq!(found["results"][0]["facetDistribution"], json!({"bank": {"b1": 1}}));
    let absent = json!({"queries": [{"indexUid": "absent"}]});
    let (status, error) = send(&double, "POST /multi-search", absent).await;
    assert_eq!((status, &error["code"]), (400, &json!("index_not_found")));
}

#[tokio::test]
async fn a_swap_takes_documents_and_settings_and_is_all_or_nothing() {
    let double = with_lines().await;
    change(&double, "POST /indexes", json!({"uid": "next", "primaryKey": "id"})).await;
    let task = change(&double, "POST /swap-indexes", json!([{"indexes": ["lines", "next"]}])).await;
    assert_eq!((&task["status"], &task["indexUid"]), (&json!("succeeded"), &Value::Null));
    assert_eq!((double.documents("lines").len(), double.documents("next").len()), (0, 3));
    let (_, settings) = send(&double, "GET /indexes/next/settings", Value::Null).await;
    assert_eq!(settings["sortableAttributes"], json!(["year"]));
    let absent = json!([{"indexes": ["lines", "absent"]}]);
    let task = change(&double, "POST /swap-indexes", absent).await;
    assert_eq!(task["error"]["code"], "index_not_found");
    let rename = json!([{"indexes": ["next", "renamed"], "rename": true}]);
    assert_eq!(change(&double, "POST /swap-indexes", rename).await["status"], "succeeded");
    assert_eq!(double.indexes(), ["lines", "renamed"]);
    let body = json!({"fields": ["id"], "limit": 1, "offset": 1, "sort": ["year:asc"]});
    let (_, page) = send(&double, "POST /indexes/renamed/documents/fetch", body).await;
    assert_eq!(page, json!({"results": [{"id": "a"}], "offset": 1, "limit": 1, "total": 3}));
    assert_eq!(send(&double, "GET /indexes/next", Value::Null).await.0, 404);
    let request = "GET /indexes/renamed/documents/b?fields=year";
    assert_eq!(send(&double, request, Value::Null).await, (200, json!({"year": 2015})));
}

#[tokio::test]
async fn a_key_allows_what_it_says_and_creates_no_index_by_the_way() {
    let double = Double::start().await;
    let body =
        json!({"actions": ["documents.*", "tasks.get"], "indexes": ["li*"], "expiresAt": null});
    let (status, key) = send(&double, "POST /keys", body).await;
    assert_eq!(status, 201);
    let key = key["key"].as_str().unwrap();
    let with_key = async |request: &str| {
        ask(&double, key, request, "application/x-ndjson", "{\"id\":1}\n{\"id\":2}").await.unwrap()
    };
    let (status, _, enqueued) = with_key(ADD).await;
    assert_eq!(status, 202);
    let task = settled(&double, &enqueued).await;
    assert_eq!(task["error"]["code"], "index_not_found");
    change(&double, "POST /indexes", json!({"uid": "lines"})).await;
    let task = settled(&double, &with_key(ADD).await.2).await;
    assert_eq!(task["details"], json!({"receivedDocuments": 2, "indexedDocuments": 2}));
    let (status, _, error) = with_key("POST /indexes/other/documents").await;
    assert_eq!((status, &error["code"]), (403, &json!("invalid_api_key")));
    assert_eq!(with_key("GET /indexes").await.0, 403);
    assert_eq!(send(&double, &format!("DELETE /keys/{key}"), Value::Null).await.0, 204);
    assert_eq!(with_key("GET /tasks").await.0, 403);
    assert_eq!(ask(&double, "", "GET /health", "", "").await.unwrap().0, 200);
}

#[tokio::test]
async fn a_server_that_is_down_drops_connections_and_counts_them() {
    let double = with_lines().await;
    double.fault(Fault::Down);
    let before = double.requests();
    assert!(ask(&double, double.key(), "GET /version", "", "").await.is_err());
    assert_eq!(double.requests(), before + 1);
    double.fault(Fault::FailAtRequest(2));
    assert_eq!(send(&double, "GET /version", Value::Null).await.0, 200);
    for _ in 0..2 {
        assert!(ask(&double, double.key(), "GET /health", "", "").await.is_err());
    }
    double.heal();
    assert_eq!(send(&double, "GET /version", Value::Null).await.0, 200);
}

#[tokio::test]
async fn answers_come_late_or_cut_but_the_work_is_done() {
    let double = with_lines().await;
    double.fault(Fault::CutAnswer);
    let cut = ask(&double, double.key(), ADD, "application/json", r#"[{"id":"d"}]"#).await;
    assert!(cut.is_err());
    double.fault(Fault::Slow(Duration::from_millis(60)));
    let start = Instant::now();
    send(&double, "GET /health", Value::Null).await;
    assert!(start.elapsed() >= Duration::from_millis(60));
    assert!(double.documents("lines").contains_key("d"));
}

#[tokio::test]
async fn requests_are_turned_away_as_the_fault_says() {
    let double = with_lines().await;
    double.fault(Fault::Busy);
    let (status, head, error) =
        ask(&double, double.key(), SEARCH, "application/json", "{}").await.unwrap();
    assert_eq!((status, &error["code"]), (503, &json!("too_many_search_requests")));
    assert!(head.contains("retry-after: 10"), "{head}");
    double.fault(Fault::DiskFull);
    let (status, error) = send(&double, ADD, json!([{"id": 1}])).await;
    assert_eq!((status, &error["code"]), (400, &json!("malformed_payload")));
    double.fault(Fault::WrongKey);
    assert_eq!(send(&double, "GET /tasks", Value::Null).await.0, 403);
    assert_eq!(send(&double, "GET /health", Value::Null).await.0, 200);
}

#[tokio::test]
async fn tasks_end_as_the_fault_says_and_change_nothing() {
    let double = with_lines().await;
    double.fault(Fault::TaskFailsInside);
    let task = change(&double, ADD, json!([{"id": "d"}])).await;
    assert_eq!(
        (&task["error"]["code"], &task["error"]["type"]),
        (&json!("internal"), &json!("internal"))
    );
    double.fault(Fault::CancelTasks);
    let task = change(&double, ADD, json!([{"id": "d"}])).await;
    assert_eq!((&task["status"], task["canceledBy"].is_u64()), (&json!("canceled"), true));
    double.fault(Fault::LoseTasks);
    let (status, lost) = send(&double, ADD, json!([{"id": "d"}])).await;
    assert_eq!(status, 202);
    let request = format!("GET /tasks/{}", lost["taskUid"]);
    let (status, error) = send(&double, &request, Value::Null).await;
    assert_eq!((status, &error["code"]), (404, &json!("task_not_found")));
    double.heal();
    change(&double, ADD, json!([{"id": "e"}])).await;
    assert_eq!(double.documents("lines").into_keys().collect::<String>(), "abce");
    double.wipe();
    assert_eq!(double.indexes(), Vec::<String>::new());
    assert_eq!(send(&double, "GET /tasks", Value::Null).await.1["results"], json!([]));
}

proptest! {
    #[test]
    fn any_text_is_a_filter_or_is_refused(text in r#"([ab"'\\(),\[\] =<>!]|AND|OR|NOT|IN|\PC){0,40}"#) {
        let _ = filter::parse(&text);
    }

    #[test]
    fn a_quoted_value_is_that_value(value in "\\PC{0,20}") {
        let quoted = value.replace('\\', "\\\\").replace('"', "\\\"");
        let filter = filter::parse(&format!("a = \"{quoted}\"")).unwrap();
        prop_assert_eq!(filter, filter::Filter::Is("a".to_owned(), filter::Test::In(vec![value])));
    }
}
