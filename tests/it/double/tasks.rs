//! What the double holds - indexes, tasks and keys - and how tasks change it: one after the other, in the order in
//! which they were enqueued, and a little later.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::{Duration, Instant},
};

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde_json::{Value, json};

use super::{
    Fault, Shared,
    call::{Document, Refusal},
    index::{Index, id_text},
    keys::Key,
};

/// How long tasks wait for others to join their batch, and how long a batch is then `processing`.
const LINGER: Duration = Duration::from_millis(3);
/// When every double starts, in seconds since 1970: 2026-07-01, so that times look alike in every run.
const START: i64 = 1_782_864_000;

#[derive(Debug)]
pub(super) struct State {
    pub(super) indexes: BTreeMap<String, Index>,
    pub(super) tasks: BTreeMap<u64, Task>,
    pub(super) keys: Vec<Key>,
    next_task: u64,
    next_batch: u64,
    began: Instant,
}

impl Default for State {
    fn default() -> Self {
        let (indexes, tasks, keys) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
        Self { indexes, tasks, keys, next_task: 0, next_batch: 0, began: Instant::now() }
    }
}

#[derive(Debug, Clone)]
pub(super) enum Work {
    Add {
        primary_key: Option<String>,
        documents: Vec<Document>,
        may_create: bool,
    },
    Delete {
        ids: Vec<String>,
    },
    Settings {
        patch: Document,
        may_create: bool,
    },
    Create {
        primary_key: Option<String>,
    },
    DeleteIndex,
    /// The two names, and whether the first takes the second instead of swapping.
    Swap(Vec<(String, String, bool)>),
    Cancel(u64),
}

impl Work {
    fn kind(&self) -> &'static str {
        match self {
            Self::Add { .. } => "documentAdditionOrUpdate",
            Self::Delete { .. } => "documentDeletion",
            Self::Settings { .. } => "settingsUpdate",
            Self::Create { .. } => "indexCreation",
            Self::DeleteIndex => "indexDeletion",
            Self::Swap(_) => "indexSwap",
            Self::Cancel(_) => "taskCancelation",
        }
    }

    /// The details of a task that has done nothing yet.
    fn details(&self) -> Value {
        match self {
            Self::Add { documents, .. } => {
                json!({"receivedDocuments": documents.len(), "indexedDocuments": null})
            }
            Self::Delete { ids } => {
                json!({"providedIds": ids.len(), "deletedDocuments": null, "originalFilter": null})
            }
            Self::Settings { patch, .. } => Value::Object(patch.clone()),
            Self::Create { primary_key } => json!({"primaryKey": primary_key}),
            Self::DeleteIndex => json!({"deletedDocuments": null}),
            Self::Swap(swaps) => {
                let swaps = swaps.iter().map(|(a, b, r)| json!({"indexes": [a, b], "rename": r}));
                json!({"swaps": swaps.collect::<Vec<_>>()})
            }
            Self::Cancel(uid) => json!({
                "matchedTasks": 1, "canceledTasks": 1, "originalFilter": format!("?uids={uid}")
            }),
        }
    }

    /// The detail that says how many documents a task changed.
    fn counter(&self) -> Option<&'static str> {
        match self {
            Self::Add { .. } => Some("indexedDocuments"),
            Self::Delete { .. } | Self::DeleteIndex => Some("deletedDocuments"),
            _ => None,
        }
    }

    /// The first document to be added whose id is among these.
    fn refused<'i>(&self, ids: &'i BTreeSet<String>) -> Option<&'i String> {
        let Self::Add { primary_key, documents, .. } = self else { return None };
        let key = primary_key.as_deref().unwrap_or("id");
        let id_of = |document: &Document| document.get(key).and_then(id_text);
        documents.iter().find_map(|document| ids.get(&id_of(document)?))
    }
}

#[derive(Debug)]
pub(super) struct Task {
    pub(super) uid: u64,
    pub(super) index: Option<String>,
    pub(super) status: &'static str,
    pub(super) work: Work,
    batch: Option<u64>,
    canceled_by: Option<u64>,
    details: Value,
    error: Option<Value>,
    enqueued: DateTime<Utc>,
    started: Option<DateTime<Utc>>,
    finished: Option<DateTime<Utc>>,
    metadata: Option<String>,
}

impl Task {
    pub(super) fn kind(&self) -> &'static str {
        self.work.kind()
    }

    /// As `GET /tasks` shows it.
    pub(super) fn view(&self) -> Value {
        let duration = self.started.zip(self.finished).map(|(start, end)| {
            let micros = (end - start).num_microseconds().unwrap_or_default();
            format!("PT{}.{:06}S", micros / 1_000_000, micros % 1_000_000)
        });
        let mut view = json!({
            "uid": self.uid, "batchUid": self.batch, "indexUid": self.index,
            "status": self.status, "type": self.kind(), "canceledBy": self.canceled_by,
            "details": self.details, "error": self.error, "duration": duration,
            "enqueuedAt": time_text(self.enqueued), "startedAt": self.started.map(time_text),
            "finishedAt": self.finished.map(time_text),
        });
        if let Some(metadata) = &self.metadata {
            view["customMetadata"] = json!(metadata);
        }
        view
    }

    /// As the answer to the request that enqueued it shows it.
    fn summary(&self) -> Value {
        let mut summary = json!({
            "taskUid": self.uid, "indexUid": self.index, "status": self.status,
            "type": self.kind(), "enqueuedAt": time_text(self.enqueued),
        });
        if let Some(metadata) = &self.metadata {
            summary["customMetadata"] = json!(metadata);
        }
        summary
    }
}

pub(super) fn time_text(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Nanos, true)
}

/// Works off the tasks until it is aborted.
pub(super) async fn work(shared: Arc<Shared>) {
    loop {
        shared.enqueued.notified().await;
        tokio::time::sleep(LINGER).await;
        let batch = shared.state().begin_batch();
        if batch.is_empty() {
            continue;
        }
        tokio::time::sleep(LINGER).await;
        for uid in batch {
            let fault = shared.fault();
            shared.state().finish(uid, fault.as_ref());
        }
    }
}

impl State {
    pub(super) fn now(&self) -> DateTime<Utc> {
        let start = DateTime::from_timestamp(START, 0).unwrap();
        start + TimeDelta::from_std(self.began.elapsed()).unwrap()
    }

    pub(super) fn wipe(&mut self) {
        let keys = std::mem::take(&mut self.keys);
        *self = Self { keys, began: self.began, ..Self::default() };
    }

    pub(super) fn index(&self, uid: &str) -> Result<&Index, Refusal> {
        self.indexes.get(uid).ok_or_else(|| no_index(uid))
    }

    pub(super) fn is_indexing(&self, uid: &str) -> bool {
        let mut tasks = self.tasks.values();
        tasks.any(|task| task.index.as_deref() == Some(uid) && task.status == "processing")
    }

    /// Takes a task in and answers its summary. A lost one uses its number up and is no more.
    pub(super) fn enqueue(
        &mut self,
        index: Option<&str>,
        work: Work,
        metadata: Option<String>,
        is_lost: bool,
    ) -> Value {
        let task = Task {
            uid: self.next_task,
            index: index.map(str::to_owned),
            status: "enqueued",
            details: work.details(),
            work,
            metadata,
            enqueued: self.now(),
            batch: None,
            canceled_by: None,
            error: None,
            started: None,
            finished: None,
        };
        self.next_task += 1;
        let summary = task.summary();
        if !is_lost {
            self.tasks.insert(task.uid, task);
        }
        summary
    }

    fn begin_batch(&mut self) -> Vec<u64> {
        let (now, batch) = (self.now(), self.next_batch);
        let waiting = self.tasks.values_mut().filter(|task| task.status == "enqueued");
        let begun = waiting.map(|task| {
            task.status = "processing";
            task.started = Some(now);
            task.batch = Some(batch);
            task.uid
        });
        let begun: Vec<_> = begun.collect();
        self.next_batch += u64::from(!begun.is_empty());
        begun
    }

    /// Does what a task asks. A task of this number that waits belongs to another life of the server.
    fn finish(&mut self, uid: u64, fault: Option<&Fault>) {
        let Some(task) = self.tasks.get(&uid).filter(|task| task.status == "processing") else {
            return;
        };
        let (index, work) = (task.index.clone().unwrap_or_default(), task.work.clone());
        let mut canceled_by = None;
        let outcome = match fault {
            Some(fault)
                if *fault == Fault::CancelTasks
                    || (*fault == Fault::CancelDeletions
                        && matches!(work, Work::Delete { .. })) =>
            {
                canceled_by = Some(self.cancel(uid));
                Ok(0)
            }
            Some(Fault::TaskFailsInside) => Err(Refusal::new(
                "internal",
                "An unexpected crash occurred when processing the task: the double was told so.",
            )),
            Some(Fault::Refuse(ids)) => match work.refused(ids) {
                Some(id) => Err(Refusal::new(
                    "invalid_document_fields",
                    format!("Index `{index}`: Document `{id}` holds a field that is refused."),
                )),
                None => self.apply(uid, &index, &work),
            },
            _ => self.apply(uid, &index, &work),
        };
        let now = self.now();
        let task = self.tasks.get_mut(&uid).expect("a task is not forgotten while it is worked on");
        task.finished = Some(now);
        task.canceled_by = canceled_by;
        if let Some(counter) = work.counter() {
            task.details[counter] = json!(outcome.as_ref().copied().unwrap_or(0));
        }
        task.status = match (&outcome, canceled_by) {
            (_, Some(_)) => "canceled",
            (Ok(_), _) => "succeeded",
            (Err(_), _) => "failed",
        };
        task.error = outcome.err().map(|error| error.body());
    }

    /// The task that cancels another, done as soon as it is there.
    fn cancel(&mut self, uid: u64) -> u64 {
        let summary = self.enqueue(None, Work::Cancel(uid), None, false);
        let canceler = summary["taskUid"].as_u64().unwrap();
        let now = self.now();
        let task = self.tasks.get_mut(&canceler).expect("the task was just enqueued");
        (task.status, task.started, task.finished) = ("succeeded", Some(now), Some(now));
        canceler
    }

    /// How many documents changed.
    fn apply(&mut self, uid: u64, index: &str, work: &Work) -> Result<usize, Refusal> {
        match work {
            Work::Add { primary_key, documents, may_create } => {
                self.writable(index, *may_create)?.add(index, primary_key.as_deref(), documents)
            }
            Work::Delete { ids } => {
                let index = self.writable(index, false)?;
                Ok(ids.iter().filter(|id| index.documents.remove(*id).is_some()).count())
            }
            Work::Settings { patch, may_create } => {
                let index = self.writable(index, *may_create)?;
                index.change_settings(patch);
                Ok(0)
            }
            Work::Create { .. } if self.indexes.contains_key(index) => {
                let message = format!("Index `{index}` already exists.");
                Err(Refusal::new("index_already_exists", message))
            }
            Work::Create { primary_key } => {
                self.writable(index, true)?.primary_key.clone_from(primary_key);
                Ok(0)
            }
            Work::DeleteIndex => {
                let gone = self.indexes.remove(index).ok_or_else(|| no_index(index))?;
                Ok(gone.documents.len())
            }
            Work::Swap(swaps) => self.swap(uid, swaps).map(|()| 0),
            Work::Cancel(_) => Ok(0),
        }
    }

    fn writable(&mut self, uid: &str, may_create: bool) -> Result<&mut Index, Refusal> {
        let now = self.now();
        if may_create && !self.indexes.contains_key(uid) {
            self.indexes.insert(uid.to_owned(), Index::new(now));
        }
        let index = self.indexes.get_mut(uid).ok_or_else(|| no_index(uid))?;
        index.updated = now;
        Ok(index)
    }

    fn swap(&mut self, uid: u64, swaps: &[(String, String, bool)]) -> Result<(), Refusal> {
        let needed = swaps.iter().flat_map(|(a, b, rename)| {
            if *rename { vec![a.as_str()] } else { vec![a.as_str(), b.as_str()] }
        });
        let missing: Vec<_> = needed.filter(|name| !self.indexes.contains_key(*name)).collect();
        match missing[..] {
            [] => {}
            [one] => return Err(no_index(one)),
            _ => {
                let message = format!("Indexes `{}` not found.", missing.join("`, `"));
                return Err(Refusal::new("index_not_found", message));
            }
        }
        let mut renames = swaps.iter().filter(|(_, _, rename)| *rename);
        if let Some((a, b, _)) = renames.find(|(_, b, _)| self.indexes.contains_key(b)) {
            let message = format!("Cannot rename `{a}` to `{b}` as the index already exists.");
            return Err(Refusal::new("index_already_exists", message));
        }
        for (a, b, _) in swaps {
            let (old_a, old_b) = (self.indexes.remove(a), self.indexes.remove(b));
            self.indexes.extend(old_a.map(|index| (b.clone(), index)));
            self.indexes.extend(old_b.map(|index| (a.clone(), index)));
            for (_, task) in self.tasks.range_mut(..uid) {
                match &task.index {
                    Some(index) if index == a => task.index = Some(b.clone()),
                    Some(index) if index == b => task.index = Some(a.clone()),
                    _ => {}
                }
            }
        }
        Ok(())
    }
}

fn no_index(uid: &str) -> Refusal {
    Refusal::new("index_not_found", format!("Index `{uid}` not found."))
}
