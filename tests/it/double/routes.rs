//! The requests that the double understands: who may ask them, what they answer at once and what they leave to a
//! task. The texts of its errors begin like the real ones; a client must not rest on more of them than their code.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use super::{
    Fault,
    call::{Answer, Call, Document, Refusal, Reply, bad, known, malformed, page},
    filter,
    index::is_setting,
    keys,
    search::{self, Sort},
    tasks::{State, Work, time_text},
};

const SEARCH_KEYS: [&str; 32] = [
    "q",
    "vector",
    "media",
    "hybrid",
    "offset",
    "limit",
    "page",
    "hitsPerPage",
    "attributesToRetrieve",
    "retrieveVectors",
    "attributesToCrop",
    "cropLength",
    "attributesToHighlight",
    "showMatchesPosition",
    "showRankingScore",
    "showRankingScoreDetails",
    "showPerformanceDetails",
    "filter",
    "sort",
    "distinct",
    "facets",
    "highlightPreTag",
    "highlightPostTag",
    "cropMarker",
    "matchingStrategy",
    "attributesToSearchOn",
    "rankingScoreThreshold",
    "locales",
    "personalize",
    "useNetwork",
    "indexUid",
    "federationOptions",
];
const FACET_SEARCH_KEYS: [&str; 10] = [
    "facetName",
    "facetQuery",
    "q",
    "filter",
    "matchingStrategy",
    "attributesToSearchOn",
    "rankingScoreThreshold",
    "locales",
    "hybrid",
    "exhaustiveFacetCount",
];
const FETCH_KEYS: [&str; 7] =
    ["offset", "limit", "fields", "retrieveVectors", "ids", "filter", "sort"];

/// Answers a request; what takes time it leaves to a task.
pub(super) fn answer(state: &mut State, call: &Call<'_>, fault: Option<&Fault>) -> Answer {
    let reply = route(state, call, fault);
    reply.unwrap_or_else(Answer::from)
}

fn route(state: &mut State, call: &Call<'_>, fault: Option<&Fault>) -> Reply {
    if call.path == ["health"] {
        return Ok(Answer::ok(json!({"status": "available"})));
    }
    if matches!(fault, Some(Fault::WrongKey)) {
        return Err(keys::invalid());
    }
    let mut desk = Desk { access: keys::Access::of(state, call)?, state, fault };
    match (call.method, &call.path[..]) {
        ("GET", ["version"]) => {
            desk.access.may("version", None)?;
            Ok(Answer::ok(json!({
                "commitSha": "unknown", "commitDate": "unknown", "pkgVersion": "1.50.0"
            })))
        }
        (_, ["indexes"]) => desk.indexes(call),
        (_, ["indexes", uid]) => desk.index(call, uid),
        (_, ["indexes", uid, "documents", rest @ ..]) => desk.documents(call, uid, rest),
        (_, ["indexes", uid, what]) => desk.about_index(call, uid, what),
        ("GET", ["tasks"]) => desk.tasks(call),
        ("GET", ["tasks", uid]) => desk.task(uid),
        ("POST", ["swap-indexes"]) => desk.swap(call),
        ("POST", ["multi-search"]) => match desk.multi_search(call) {
            // What is not found here is not what the address names.
            Err(refusal) if refusal.code == "index_not_found" => {
                Ok(Answer::with(StatusCode::BAD_REQUEST, refusal.body()))
            }
            reply => reply,
        },
        (_, ["keys", rest @ ..]) => keys::answer(desk.state, &desk.access, call, rest),
        _ => Ok(Answer::empty(StatusCode::NOT_FOUND)),
    }
}

/// Where one request is dealt with.
struct Desk<'a> {
    state: &'a mut State,
    access: keys::Access,
    fault: Option<&'a Fault>,
}

impl Desk<'_> {
    fn enqueue(&mut self, index: Option<&str>, work: Work, call: &Call<'_>) -> Answer {
        let metadata = call.parameter("customMetadata").map(str::to_owned);
        let is_lost = matches!(self.fault, Some(Fault::LoseTasks));
        let summary = self.state.enqueue(index, work, metadata, is_lost);
        Answer::with(StatusCode::ACCEPTED, summary)
    }

    fn indexes(&mut self, call: &Call<'_>) -> Reply {
        if call.method == "GET" {
            self.access.may("indexes.get", None)?;
            let all = self.state.indexes.keys().filter(|uid| self.access.sees(uid));
            let all = all.map(|uid| self.index_view(uid)).collect::<Result<Vec<_>, _>>()?;
            return Ok(Answer::ok(page(all, call.parameter("offset"), call.parameter("limit"))));
        }
        let body = call.object()?;
        known(&body, &["uid", "primaryKey"])?;
        let Some(uid) = body.get("uid").and_then(Value::as_str) else {
            return Err(Refusal::new("missing_index_uid", "Missing field `uid`"));
        };
        check_uid(uid)?;
        self.access.may("indexes.create", Some(uid))?;
        let primary_key = body.get("primaryKey").and_then(Value::as_str).map(str::to_owned);
        Ok(self.enqueue(Some(uid), Work::Create { primary_key }, call))
    }

    fn index_view(&self, uid: &str) -> Result<Value, Refusal> {
        let index = self.state.index(uid)?;
        Ok(json!({
            "uid": uid, "primaryKey": index.primary_key, "createdAt": time_text(index.created),
            "updatedAt": time_text(index.updated),
        }))
    }

    fn index(&mut self, call: &Call<'_>, uid: &str) -> Reply {
        check_uid(uid)?;
        match call.method {
            "GET" => {
                self.access.may("indexes.get", Some(uid))?;
                self.index_view(uid).map(Answer::ok)
            }
            "DELETE" => {
                self.access.may("indexes.delete", Some(uid))?;
                Ok(self.enqueue(Some(uid), Work::DeleteIndex, call))
            }
            _ => Ok(Answer::empty(StatusCode::METHOD_NOT_ALLOWED)),
        }
    }

    fn about_index(&mut self, call: &Call<'_>, uid: &str, what: &str) -> Reply {
        check_uid(uid)?;
        match (call.method, what) {
            ("GET", "settings") => {
                self.access.may("settings.get", Some(uid))?;
                Ok(Answer::ok(self.state.index(uid)?.settings()))
            }
            ("PATCH", "settings") => {
                self.access.may("settings.update", Some(uid))?;
                let patch = call.object()?;
                if let Some(unknown) = patch.keys().find(|name| !is_setting(name)) {
                    return Err(bad(format!("Unknown field `{unknown}`")));
                }
                let may_create = self.access.may("indexes.create", Some(uid)).is_ok();
                Ok(self.enqueue(Some(uid), Work::Settings { patch, may_create }, call))
            }
            ("GET", "stats") => {
                self.access.may("stats.get", Some(uid))?;
                self.stats(uid).map(Answer::ok)
            }
            ("POST", "search") => {
                self.access.may("search", Some(uid))?;
                let body = call.object()?;
                self.search(uid, &body).map(|found| Answer::ok(Value::Object(found)))
            }
            ("POST", "facet-search") => {
                self.access.may("search", Some(uid))?;
                self.check_busy()?;
                let body = call.object()?;
                known(&body, &FACET_SEARCH_KEYS)?;
                search::facet_search(self.state.index(uid)?, uid, &body).map(Answer::ok)
            }
            _ => Ok(Answer::empty(StatusCode::NOT_FOUND)),
        }
    }

    fn stats(&self, uid: &str) -> Result<Value, Refusal> {
        let index = self.state.index(uid)?;
        let mut fields: BTreeMap<&str, u64> = BTreeMap::new();
        for name in index.documents.values().flat_map(Map::keys) {
            *fields.entry(name).or_default() += 1;
        }
        Ok(json!({
            "numberOfDocuments": index.documents.len(), "rawDocumentDbSize": 0,
            "avgDocumentSize": 0, "isIndexing": self.state.is_indexing(uid),
            "numberOfEmbeddings": 0, "numberOfEmbeddedDocuments": 0, "fieldDistribution": fields,
        }))
    }

    fn documents(&mut self, call: &Call<'_>, uid: &str, rest: &[&str]) -> Reply {
        check_uid(uid)?;
        match (call.method, rest) {
            ("POST", []) => {
                self.access.may("documents.add", Some(uid))?;
                if matches!(self.fault, Some(Fault::DiskFull)) {
                    return Err(malformed("ndjson", "No space left on device (os error 28)"));
                }
                let primary_key = call.parameter("primaryKey").map(str::to_owned);
                let may_create = self.access.may("indexes.create", Some(uid)).is_ok();
                let documents = call.documents()?;
                Ok(self.enqueue(Some(uid), Work::Add { primary_key, documents, may_create }, call))
            }
            ("POST", ["delete-batch"]) => {
                self.access.may("documents.delete", Some(uid))?;
                let Value::Array(ids) = call.json()? else {
                    return Err(bad("Invalid value type: expected an array"));
                };
                let ids = ids.iter().map(|id| match id.as_str() {
                    Some(id) => id.to_owned(),
                    None => id.to_string(),
                });
                Ok(self.enqueue(Some(uid), Work::Delete { ids: ids.collect() }, call))
            }
            ("POST", ["fetch"]) => {
                self.access.may("documents.get", Some(uid))?;
                self.fetch(uid, &call.object()?).map(Answer::ok)
            }
            ("GET", [id]) => {
                self.access.may("documents.get", Some(uid))?;
                let fields = call.list("fields").map(|fields| json!(fields));
                let document = self.state.index(uid)?.documents.get(*id).ok_or_else(|| {
                    Refusal::new("document_not_found", format!("Document `{id}` not found."))
                })?;
                Ok(Answer::ok(Value::Object(search::project(document, fields.as_ref()))))
            }
            _ => Ok(Answer::empty(StatusCode::METHOD_NOT_ALLOWED)),
        }
    }

    fn fetch(&self, uid: &str, body: &Document) -> Result<Value, Refusal> {
        known(body, &FETCH_KEYS)?;
        let index = self.state.index(uid)?;
        let filter = filter::checked(index, uid, body.get("filter"), "invalid_document_filter")?;
        let sorts = Sort::read(index, uid, body.get("sort"), "invalid_document_sort")?;
        let ids = body.get("ids").and_then(Value::as_array);
        let found = index.documents.iter().filter(|(id, document)| {
            ids.is_none_or(|ids| ids.iter().any(|wanted| wanted == id.as_str()))
                && filter.as_ref().is_none_or(|filter| filter.passes(document))
        });
        let mut found: Vec<_> = found.map(|(_, document)| document).collect();
        found.sort_by(|a, b| Sort::compare(&sorts, a, b));
        let found = found
            .into_iter()
            .map(|document| Value::Object(search::project(document, body.get("fields"))));
        let number = |name: &str| body.get(name).filter(|n| !n.is_null()).map(Value::to_string);
        Ok(page(found.collect(), number("offset").as_deref(), number("limit").as_deref()))
    }

    fn check_busy(&self) -> Result<(), Refusal> {
        let message = "Too many search requests running at the same time: 1000. Retry after 10s.";
        match self.fault {
            Some(Fault::Busy) => Err(Refusal::new("too_many_search_requests", message)),
            _ => Ok(()),
        }
    }

    fn search(&self, uid: &str, query: &Document) -> Result<Document, Refusal> {
        self.check_busy()?;
        known(query, &SEARCH_KEYS)?;
        let mut answer = search::search(self.state.index(uid)?, uid, query)?;
        if matches!(self.fault, Some(Fault::Miscount)) {
            search::miscount(&mut answer);
        }
        Ok(answer)
    }

    fn multi_search(&self, call: &Call<'_>) -> Reply {
        self.access.may("search", None)?;
        let body = call.object()?;
        known(&body, &["queries"])?;
        let queries = body.get("queries").and_then(Value::as_array);
        let mut results = Vec::new();
        for (at, query) in queries.into_iter().flatten().enumerate() {
            let inside = |refusal: Refusal| {
                let message = format!("Inside `.queries[{at}]`: {}", refusal.message);
                Refusal { code: refusal.code, message }
            };
            let (Some(query), Some(uid)) = (query.as_object(), query["indexUid"].as_str()) else {
                let message = format!("Missing field `indexUid` inside `.queries[{at}]`");
                return Err(Refusal::new("missing_index_uid", message));
            };
            self.access.may("search", Some(uid)).map_err(inside)?;
            let mut found = self.search(uid, query).map_err(inside)?;
            found.insert("indexUid".to_owned(), json!(uid));
            results.push(Value::Object(found));
        }
        Ok(Answer::ok(json!({"results": results})))
    }

    fn tasks(&self, call: &Call<'_>) -> Reply {
        self.access.may("tasks.get", None)?;
        let number = |name: &str| call.parameter(name).and_then(|n| n.parse::<u64>().ok());
        let (from, limit) = (number("from"), number("limit").unwrap_or(20));
        let lists = ["uids", "indexUids", "statuses", "types"].map(|name| call.list(name));
        let wanted = self.state.tasks.values().rev().filter(|task| {
            let uid = task.uid.to_string();
            let index = task.index.as_deref().unwrap_or_default();
            let facts = [uid.as_str(), index, task.status, task.kind()];
            let mut pairs = lists.iter().zip(facts);
            self.access.sees(index)
                && pairs.all(|(l, fact)| l.as_ref().is_none_or(|list| list.contains(&fact)))
        });
        let wanted: Vec<_> = wanted.collect();
        let shown = wanted.iter().filter(|task| from.is_none_or(|from| task.uid <= from));
        let mut shown = shown.map(|task| (task.uid, task.view()));
        let limit_size = usize::try_from(limit).unwrap_or(usize::MAX);
        let (uids, results): (Vec<_>, Vec<_>) = shown.by_ref().take(limit_size).unzip();
        let next = shown.next().map(|(uid, _)| uid);
        Ok(Answer::ok(json!({
            "results": results, "total": wanted.len(), "limit": limit, "from": uids.first(),
            "next": next,
        })))
    }

    fn task(&self, uid: &str) -> Reply {
        self.access.may("tasks.get", None)?;
        let number = uid.parse::<u64>().map_err(|_| {
            let message =
                format!("Task uid `{uid}` is invalid. It should only contain numeric characters.");
            Refusal::new("invalid_task_uids", message)
        })?;
        let task = self.state.tasks.get(&number);
        let task = task.filter(|task| self.access.sees(task.index.as_deref().unwrap_or_default()));
        let unknown = || Refusal::new("task_not_found", format!("Task `{number}` not found."));
        task.map(|task| Answer::ok(task.view())).ok_or_else(unknown)
    }

    fn swap(&mut self, call: &Call<'_>) -> Reply {
        self.access.may("indexes.swap", None)?;
        let body = call.json()?;
        let mut swaps: Vec<(String, String, bool)> = Vec::new();
        for swap in body.as_array().ok_or_else(|| bad("Invalid value type: expected an array"))? {
            let names = swap["indexes"].as_array().map(Vec::as_slice);
            let Some([Value::String(a), Value::String(b)]) = names else {
                let message = "Two indexes must be given for each swap.";
                return Err(Refusal::new("invalid_swap_indexes", message));
            };
            let taken = swaps.iter().flat_map(|(a, b, _)| [a, b]).collect::<Vec<_>>();
            if let Some(twice) = [a, b].into_iter().find(|name| a == b || taken.contains(name)) {
                let message = format!(
                    "Indexes must be declared only once during a swap. `{twice}` was specified \
                    several times."
                );
                return Err(Refusal::new("invalid_swap_duplicate_index_found", message));
            }
            if !self.access.sees(a) || !self.access.sees(b) {
                return Err(keys::invalid());
            }
            swaps.push((a.clone(), b.clone(), swap["rename"] == true));
        }
        Ok(self.enqueue(None, Work::Swap(swaps), call))
    }
}

fn check_uid(uid: &str) -> Result<(), Refusal> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if !uid.is_empty() && uid.len() <= 400 && uid.chars().all(is_plain) {
        return Ok(());
    }
    let message = format!(
        "`{uid}` is not a valid index uid. Index uid can be an integer or a string containing only \
        alphanumeric characters, hyphens (-) and underscores (_), and can not be more than 400 bytes."
    );
    Err(Refusal::new("invalid_index_uid", message))
}
