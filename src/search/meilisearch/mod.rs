//! Meilisearch as a search engine: an index of the published records, kept by `super::mirror` and asked here with the
//! one query language. An index carries with it the position in the log up to which it knows everything, and the
//! stamp of what it was made by.

mod filter;
mod http;
mod keys;
mod query;
mod row;
mod settings;

use std::{fmt, sync::Arc, time::Duration};

use meilisearch_sdk::client::{Client, SwapIndexes};
use reqwest::header::CONTENT_TYPE;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

pub use self::{
    http::Fault,
    keys::KeyUse,
    row::{Row, RowHash, row},
    settings::{settings, stamp},
};
use self::{http::Http, query::Breaker};

/// An answer to a change may take so long.
const WRITE: Duration = Duration::from_secs(30);
/// An answer to a search may take so long.
const SEARCH: Duration = Duration::from_secs(2);

/// The document that says what the index is; no search finds it.
const META: &str = "meta";
const META_KIND: &str = "_meta";

/// A Meilisearch server and the names of our indexes there. Cheap to clone.
#[derive(Clone)]
pub struct Meilisearch {
    url: Arc<str>,
    index: Arc<str>,
    /// The log that the index must follow to be believed.
    log: Arc<str>,
    writing: Http,
    building: Http,
    searching: Http,
    /// For what the library does as it should: indexes, swaps, keys.
    client: Client<Http>,
    breaker: Arc<Breaker>,
}

impl fmt::Debug for Meilisearch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Meilisearch").field("index", &self.index).finish_non_exhaustive()
    }
}

/// The keys to a server. One that is not given is the first.
#[derive(Clone, Default)]
pub struct Keys {
    /// For the mirror's daily work.
    pub key: Option<String>,
    /// For building the index anew.
    pub rebuild: Option<String>,
    /// For searching.
    pub search: Option<String>,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys").finish_non_exhaustive()
    }
}

/// What an index says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meta {
    /// The position in the log up to which every change is in the index.
    pub position: i64,
    /// The hash of the log there: a log that was brought back from a copy and went on is another one.
    pub hash: String,
    /// What the index was made by, see [`stamp`].
    pub stamp: String,
    /// The log that it follows.
    pub log: String,
    /// Which building of the index it comes from.
    pub build: String,
}

/// How a task ended, as far as it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TaskState {
    Waiting,
    Done,
    /// Not done and no fault of ours: canceled, forgotten, or stopped by a fault of the server.
    Lost(String),
    /// The server will not have the documents.
    Refused(String),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Enqueued {
    task_uid: u64,
}

#[derive(Deserialize)]
struct Task {
    uid: u64,
    status: String,
    #[serde(default)]
    error: Option<TaskError>,
}

#[derive(Deserialize)]
struct TaskError {
    message: String,
    code: String,
    #[serde(rename = "type", default)]
    sort: String,
}

impl Task {
    /// A status or a fault that is not known here is taken for one of the server: what it was about is sent again.
    fn state(self) -> TaskState {
        let error = self.error.map(|e| (format!("{}: {}", e.code, e.message), e));
        match (self.status.as_str(), error) {
            ("enqueued" | "processing", _) => TaskState::Waiting,
            ("succeeded", _) => TaskState::Done,
            ("failed", Some((text, error))) if is_about_documents(&error) => {
                TaskState::Refused(text)
            }
            (status, error) => {
                TaskState::Lost(error.map_or_else(|| status.to_owned(), |(text, _)| text))
            }
        }
    }
}

fn is_about_documents(error: &TaskError) -> bool {
    const OF_THE_INDEX: [&str; 2] = ["index_not_found", "malformed_payload"];
    error.sort == "invalid_request" && !OF_THE_INDEX.contains(&error.code.as_str())
}

#[derive(Deserialize)]
struct Listed<T> {
    results: Vec<T>,
}

impl Meilisearch {
    /// `index` is the name of the index that is searched; another that is being built has a name made from it. An index
    /// of another log is not searched.
    pub fn new(url: &str, keys: &Keys, index: &str, log: &str) -> Result<Self, Fault> {
        let first = keys.key.as_deref();
        let writing = Http::new(first, WRITE)?;
        let building = Http::new(keys.rebuild.as_deref().or(first), WRITE)?;
        let searching = Http::new(keys.search.as_deref().or(first), SEARCH)?;
        let url = url.trim_end_matches('/');
        let client = Client::new_with_client(url, None::<String>, building.clone());
        let (url, index, log, breaker) = (url.into(), index.into(), log.into(), Arc::default());
        Ok(Self { url, index, log, writing, building, searching, client, breaker })
    }

    pub fn log(&self) -> &str {
        &self.log
    }

    /// The index that is searched.
    pub fn live(&self) -> &str {
        &self.index
    }

    /// The index that is being built.
    pub fn next(&self) -> String {
        format!("{}_next", self.index)
    }

    fn at(&self, path: &str) -> String {
        format!("{}/{path}", self.url)
    }

    /// What an index says of itself; `None` where there is no index, or one that nobody has finished making.
    pub async fn meta(&self, index: &str) -> Result<Option<Meta>, Fault> {
        let url = self.at(&format!("indexes/{index}/documents/{META}"));
        match Http::ask(self.writing.get(&url)).await {
            Ok(meta) => Ok(Some(meta)),
            Err(fault) if fault.is_index_missing() || fault.is_unknown_document() => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    /// Puts rows (see [`Row::line`]) in place of those with the same ids, and with them, in the same task, what the
    /// index then says of itself.
    pub async fn put<'r>(
        &self,
        index: &str,
        rows: impl IntoIterator<Item = &'r str> + Send,
        meta: Option<&Meta>,
        tag: &str,
    ) -> Result<u64, Fault> {
        let mut lines = String::new();
        for row in rows {
            lines.push_str(row);
            lines.push('\n');
        }
        if let Some(meta) = meta {
            let mut row = json!(meta);
            row["id"] = json!(META);
            row["kind"] = json!(META_KIND);
            lines.push_str(&row.to_string());
        }
        let query = [("primaryKey", "id"), ("customMetadata", tag)];
        let request = self.writing.post(&self.at(&format!("indexes/{index}/documents")));
        let request = request.query(&query).header(CONTENT_TYPE, "application/x-ndjson");
        self.enqueue(request.body(lines), tag).await
    }

    pub async fn delete(&self, index: &str, ids: &[String], tag: &str) -> Result<u64, Fault> {
        let url = self.at(&format!("indexes/{index}/documents/delete-batch"));
        let request = self.writing.post(&url).query(&[("customMetadata", tag)]);
        self.enqueue(with_json(request, &json!(ids)), tag).await
    }

    /// Sends a change. Where the answer was lost the change may be enqueued all the same: its tag tells.
    async fn enqueue(&self, request: reqwest::RequestBuilder, tag: &str) -> Result<u64, Fault> {
        match Http::ask::<Enqueued>(request).await {
            Ok(enqueued) => Ok(enqueued.task_uid),
            Err(fault @ (Fault::Unreachable(_) | Fault::Unreadable(_))) => {
                self.tagged(tag).await?.ok_or(fault)
            }
            Err(fault) => Err(fault),
        }
    }

    async fn tagged(&self, tag: &str) -> Result<Option<u64>, Fault> {
        let request = self.writing.get(&self.at("tasks")).query(&[("limit", "50")]);
        let tasks: Listed<Value> = Http::ask(request).await?;
        let tagged = tasks.results.iter().find(|task| task["customMetadata"] == tag);
        Ok(tagged.and_then(|task| task["uid"].as_u64()))
    }

    /// How a task stands.
    pub async fn task(&self, uid: u64) -> Result<TaskState, Fault> {
        let url = self.at(&format!("tasks/{uid}"));
        match Http::ask::<Task>(self.writing.get(&url)).await {
            Ok(task) if task.uid == uid => Ok(task.state()),
            Ok(_) => Err(Fault::Unreadable("another task than the one asked for".to_owned())),
            Err(fault) if fault.is_unknown_task() => Ok(TaskState::Lost("forgotten".to_owned())),
            Err(fault) => Err(fault),
        }
    }

    /// Makes an empty index with our settings, in place of what is there under this name. Answers the last of the
    /// tasks that do it.
    pub async fn make(&self, index: &str) -> Result<u64, Fault> {
        match self.client.delete_index(index).await.map_err(Fault::from) {
            Err(fault) if !fault.is_index_missing() => return Err(fault),
            _ => {}
        }
        self.client.create_index(index, Some("id")).await.map_err(Fault::from)?;
        let request = self.building.patch(&self.at(&format!("indexes/{index}/settings")));
        Ok(Http::ask::<Enqueued>(with_json(request, &settings())).await?.task_uid)
    }

    /// Makes an index that is missing, and answers the task that does it.
    pub async fn ensure(&self, index: &str) -> Result<Option<u64>, Fault> {
        let url = self.at(&format!("indexes/{index}"));
        match Http::ask::<Value>(self.writing.get(&url)).await {
            Ok(_) => Ok(None),
            Err(fault) if fault.is_index_missing() => {
                let made = self.client.create_index(index, Some("id")).await;
                Ok(Some(u64::from(made.map_err(Fault::from)?.get_task_uid())))
            }
            Err(fault) => Err(fault),
        }
    }

    /// Lets what was built be searched, in one step. Whether it is done, the index tells: a key that is limited to our
    /// indexes does not see the task.
    pub async fn swap(&self) -> Result<(), Fault> {
        let indexes = (self.live().to_owned(), self.next());
        let swap = SwapIndexes { indexes, rename: None };
        self.client.swap_indexes([&swap]).await.map_err(Fault::from)?;
        Ok(())
    }

    pub async fn drop_index(&self, index: &str) -> Result<u64, Fault> {
        let enqueued = self.client.delete_index(index).await.map_err(Fault::from)?;
        Ok(u64::from(enqueued.get_task_uid()))
    }

    /// A page of the documents' ids with the hashes of their rows, in an order of the server's own. A hash that is
    /// none of ours is `None`.
    pub async fn hashes(
        &self,
        index: &str,
        offset: usize,
        limit: usize,
    ) -> Result<Vec<(String, Option<RowHash>)>, Fault> {
        #[derive(Deserialize)]
        struct Hashed {
            id: String,
            #[serde(default)]
            v: String,
        }
        let url = self.at(&format!("indexes/{index}/documents/fetch"));
        let asked = json!({ "fields": ["id", "v"], "offset": offset, "limit": limit });
        let page: Listed<Hashed> = Http::ask(with_json(self.writing.post(&url), &asked)).await?;
        Ok(page.results.into_iter().map(|one| (one.id, RowHash::read(&one.v))).collect())
    }

    async fn multi_search<T: DeserializeOwned>(&self, queries: &[Value]) -> Result<Vec<T>, Fault> {
        let request = self.searching.post(&self.at("multi-search"));
        let answer: Listed<T> =
            Http::ask(with_json(request, &json!({ "queries": queries }))).await?;
        if answer.results.len() != queries.len() {
            return Err(Fault::Unreadable("fewer answers than questions".to_owned()));
        }
        Ok(answer.results)
    }
}

/// Whether an id of a document is that of the index's own document.
pub fn is_meta(id: &str) -> bool {
    id == META
}

fn with_json(request: reqwest::RequestBuilder, body: &Value) -> reqwest::RequestBuilder {
    request.header(CONTENT_TYPE, "application/json").body(body.to_string())
}
