//! Sending documents and waiting until they are in: in payloads of bounded size, several on their way at once, and a
//! document that the server will not have found by halving.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    time::{Duration, Instant},
};

use super::{Mirror, MirrorError};
use crate::{
    db::mirror,
    domain::id::RecordId,
    search::{
        build,
        meilisearch::{Meta, Row, RowHash, TaskState, row},
    },
};

/// Documents in one payload.
const DOCUMENTS: usize = 1000;
/// Bytes in one payload, give or take one document.
const BYTES: usize = 8_000_000;
/// Payloads on their way at once while an index follows the log.
const ON_THE_WAY: usize = 64;
/// Payloads waited for at once while an index is built beside a live one.
const SOME: usize = 16;
/// A task of ours that takes longer will not end.
const TOO_LONG: Duration = Duration::from_mins(15);
/// Between two looks at a task: soon at first.
const LOOKS: [u64; 6] = [5, 10, 20, 40, 80, 160];

/// An index that documents are sent to.
#[derive(Debug)]
pub(super) struct Target {
    pub(super) name: String,
    /// What it holds once everything sent is in. Kept for an index that is built from nothing, so that it can be
    /// compared without building every document a second time.
    pub(super) holds: Option<HashMap<RecordId, RowHash>>,
    on_the_way: VecDeque<Sent>,
    /// As many are on their way at most.
    window: usize,
}

impl Target {
    /// An index that holds we do not remember what.
    pub(super) fn known(name: &str) -> Self {
        let (holds, on_the_way) = (None, VecDeque::new());
        Self { name: name.to_owned(), holds, on_the_way, window: ON_THE_WAY }
    }

    /// An index that was just made.
    pub(super) fn empty(name: &str, window: usize) -> Self {
        Self { holds: Some(HashMap::new()), window, ..Self::known(name) }
    }

    fn put(&mut self, rows: &[Row]) {
        if let Some(holds) = &mut self.holds {
            holds.extend(rows.iter().map(|row| (row.id, row.hash)));
        }
    }

    fn delete(&mut self, records: &[RecordId]) {
        if let Some(holds) = &mut self.holds {
            for record in records {
                holds.remove(record);
            }
        }
    }
}

/// Records sent together, and the tasks that take them in.
#[derive(Debug)]
struct Sent {
    records: Vec<RecordId>,
    tasks: Vec<u64>,
    /// The one task also lets the index say what it then is.
    with_meta: bool,
}

impl Mirror {
    /// Brings the documents of these records to what they are now, and then lets the index say what `meta` says. Nothing
    /// is open in the database while the server is waited for.
    pub(super) async fn bring(
        &mut self,
        target: &mut Target,
        records: &[RecordId],
        meta: Option<&Meta>,
    ) -> Result<(), MirrorError> {
        let whole = records.len() <= DOCUMENTS && target.on_the_way.is_empty();
        let (mut told, mut refused) = (false, false);
        for part in records.chunks(DOCUMENTS) {
            let sent = self.send(target, part, meta.filter(|_| whole)).await?;
            told |= sent.with_meta;
            target.on_the_way.push_back(sent);
            refused |= self.arrivals(target, target.window).await?;
        }
        refused |= self.arrivals(target, 0).await?;
        if let Some(meta) = meta.filter(|_| !told || refused) {
            self.tell(target, meta).await?;
        }
        Ok(())
    }

    /// Sends the documents of these records without waiting until they are in: for filling an index that is built.
    pub(super) async fn pour(
        &mut self,
        target: &mut Target,
        records: &[RecordId],
    ) -> Result<(), MirrorError> {
        for part in records.chunks(DOCUMENTS) {
            let sent = self.send(target, part, None).await?;
            target.on_the_way.push_back(sent);
            self.arrivals(target, target.window).await?;
        }
        Ok(())
    }

    /// Waits for some of what is on its way. Answers whether more is.
    pub(super) async fn wait_for_some(&mut self, target: &mut Target) -> Result<bool, MirrorError> {
        self.arrivals(target, target.on_the_way.len().saturating_sub(SOME)).await?;
        Ok(!target.on_the_way.is_empty())
    }

    /// Lets an index say what it is, when everything sent before is in.
    pub(super) async fn tell(
        &mut self,
        target: &mut Target,
        meta: &Meta,
    ) -> Result<(), MirrorError> {
        self.arrivals(target, 0).await?;
        self.still_lead().await?;
        let task = self.engine.put(&target.name, [], Some(meta), &tag()).await?;
        self.done(task).await
    }

    /// Sends what the records are now: the visible ones as documents, the others as deletions before them.
    async fn send(
        &mut self,
        target: &mut Target,
        records: &[RecordId],
        meta: Option<&Meta>,
    ) -> Result<Sent, MirrorError> {
        // Before the documents are read: what another leader has sent since is not older than they are.
        self.still_lead().await?;
        let documents = {
            let mut lent = self.db.read().await?;
            build::documents(&mut lent.conn(), records).await?
        };
        let rows: Vec<Row> = documents.iter().map(row).collect();
        let visible: HashSet<RecordId> = rows.iter().map(|row| row.id).collect();
        let hidden: Vec<RecordId> =
            records.iter().filter(|id| !visible.contains(id)).copied().collect();
        target.delete(&hidden);
        target.put(&rows);
        let mut tasks = Vec::new();
        if !hidden.is_empty() {
            self.still_lead().await?;
            tasks.push(self.engine.delete(&target.name, &texts(&hidden), &tag()).await?);
        }
        let payloads = payloads(&rows);
        // Tasks end one by one: the position goes along only where one task is all there is to do.
        let meta = meta.filter(|_| tasks.is_empty() && payloads.len() <= 1);
        for payload in &payloads {
            self.still_lead().await?;
            tasks.push(self.engine.put(&target.name, payload.iter().copied(), meta, &tag()).await?);
        }
        self.metrics.documents_sent.inc_by(u64::try_from(rows.len()).unwrap_or_default());
        let with_meta = meta.is_some() && !payloads.is_empty();
        Ok(Sent { records: records.to_vec(), tasks, with_meta })
    }

    /// Waits until no more than `left` of what was sent is on its way. Answers whether the server refused some of it,
    /// which is then set aside.
    async fn arrivals(&mut self, target: &mut Target, left: usize) -> Result<bool, MirrorError> {
        let mut refused = false;
        while target.on_the_way.len() > left {
            let Some(sent) = target.on_the_way.pop_front() else { break };
            match self.refusal(sent.tasks).await? {
                None => self.accepted(&sent.records).await?,
                Some(reason) => {
                    self.halve(target, sent.records, reason).await?;
                    refused = true;
                }
            }
        }
        Ok(refused)
    }

    /// Waits for all the tasks, and answers why one of them was refused.
    async fn refusal(&mut self, tasks: Vec<u64>) -> Result<Option<String>, MirrorError> {
        let mut refusal = None;
        for task in tasks {
            if let TaskState::Refused(reason) = self.outcome(task).await? {
                refusal = Some(reason);
            }
        }
        Ok(refusal)
    }

    /// Finds the documents that the server refuses. The others go in.
    async fn halve(
        &mut self,
        target: &mut Target,
        records: Vec<RecordId>,
        reason: String,
    ) -> Result<(), MirrorError> {
        let mut open = vec![(records, reason)];
        while let Some((records, reason)) = open.pop() {
            if let [one] = records[..] {
                // As it is now: a correction may have been sent since.
                let sent = self.send(target, &[one], None).await?;
                match self.refusal(sent.tasks).await? {
                    Some(_) => self.set_aside(target, one, &reason).await?,
                    None => self.accepted(&[one]).await?,
                }
                continue;
            }
            for half in records.chunks(records.len().div_ceil(2)) {
                let sent = self.send(target, half, None).await?;
                match self.refusal(sent.tasks).await? {
                    Some(reason) => open.push((half.to_vec(), reason)),
                    None => self.accepted(half).await?,
                }
            }
        }
        Ok(())
    }

    /// What the server has of the record is older than what it refuses, and goes.
    async fn set_aside(
        &mut self,
        target: &mut Target,
        record: RecordId,
        reason: &str,
    ) -> Result<(), MirrorError> {
        tracing::error!(%record, reason, "Meilisearch refuses a document; it is set aside");
        target.delete(&[record]);
        let task = self.engine.delete(&target.name, &texts(&[record]), &tag()).await?;
        self.done(task).await?;
        let mut tx = self.db.begin().await?;
        mirror::set_aside(&mut tx.conn(), record, reason, self.clock.now()).await?;
        self.refused.insert(record);
        Ok(tx.commit().await?)
    }

    async fn accepted(&mut self, records: &[RecordId]) -> Result<(), MirrorError> {
        let again: Vec<RecordId> =
            records.iter().filter(|record| self.refused.contains(record)).copied().collect();
        if again.is_empty() {
            return Ok(());
        }
        let mut tx = self.db.begin().await?;
        mirror::accepted(&mut tx.conn(), &again).await?;
        tx.commit().await?;
        self.refused.retain(|record| !again.contains(record));
        Ok(())
    }

    pub(super) async fn done(&mut self, task: u64) -> Result<(), MirrorError> {
        match self.outcome(task).await? {
            TaskState::Refused(reason) => Err(MirrorError::Lost(reason)),
            _ => Ok(()),
        }
    }

    /// Waits until a task is done or refused. One that takes too long is given up: sending again does no harm.
    async fn outcome(&mut self, task: u64) -> Result<TaskState, MirrorError> {
        let mut looks = LOOKS.into_iter();
        let (asked, mut warned) = (Instant::now(), Duration::ZERO);
        loop {
            if asked.elapsed() > warned + Duration::from_mins(1) {
                warned = asked.elapsed();
                tracing::warn!(task, ?warned, "Meilisearch has not finished a task");
            }
            if warned > TOO_LONG {
                return Err(MirrorError::Lost(format!("task {task} does not end")));
            }
            self.still_lead().await?;
            match self.engine.task(task).await? {
                TaskState::Waiting => {}
                TaskState::Lost(why) => return Err(MirrorError::Lost(why)),
                ended => return Ok(ended),
            }
            let pause = looks.next().unwrap_or(LOOKS[LOOKS.len() - 1]);
            tokio::time::sleep(Duration::from_millis(pause)).await;
        }
    }
}

/// The rows parted into payloads; none where there are no rows.
fn payloads(rows: &[Row]) -> Vec<Vec<&str>> {
    let mut payloads: Vec<Vec<&str>> = Vec::new();
    let mut bytes = BYTES;
    for row in rows {
        if bytes >= BYTES {
            payloads.push(Vec::new());
            bytes = 0;
        }
        bytes += row.line.len();
        payloads.last_mut().expect("there is one").push(&row.line);
    }
    payloads
}

pub(super) fn texts(records: &[RecordId]) -> Vec<String> {
    records.iter().map(ToString::to_string).collect()
}

/// A mark by which a request is known again when its answer was lost.
pub(super) fn tag() -> String {
    let random: [u8; 12] = rand::random();
    format!("stemma-{}", hex::encode(random))
}
