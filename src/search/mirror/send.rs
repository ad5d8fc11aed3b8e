//! Sending documents and waiting until they are in: in payloads of bounded size, several on their way at once, and a
//! document that the server will not have found by halving.

use std::{
    collections::{BTreeSet, VecDeque},
    time::{Duration, Instant},
};

use serde_json::Value;

use super::{Mirror, MirrorError};
use crate::{
    db::mirror,
    domain::id::RecordId,
    search::{
        build,
        meilisearch::{Meta, TaskState, row},
    },
};

/// Documents in one payload.
const DOCUMENTS: usize = 1000;
/// Bytes in one payload, give or take one document.
const BYTES: usize = 8_000_000;
/// Payloads on their way at once: the server takes many small ones in as one.
const ON_THE_WAY: usize = 64;
/// A task of ours that takes longer will not end.
const TOO_LONG: Duration = Duration::from_mins(15);
/// Between two looks at a task: soon at first.
const LOOKS: [u64; 6] = [5, 10, 20, 40, 80, 160];

/// Records sent together, and the tasks that take them in.
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
        index: &str,
        records: &[RecordId],
        meta: Option<&Meta>,
    ) -> Result<(), MirrorError> {
        let mut on_the_way = VecDeque::new();
        let (mut told, mut refused) = (false, false);
        let whole = records.len() <= DOCUMENTS;
        for part in records.chunks(DOCUMENTS) {
            let sent = self.send(index, part, meta.filter(|_| whole)).await?;
            told |= sent.with_meta;
            on_the_way.push_back(sent);
            while on_the_way.len() >= ON_THE_WAY {
                let sent = on_the_way.pop_front().expect("it is not empty");
                refused |= self.arrived(index, sent).await?;
            }
        }
        for sent in on_the_way {
            refused |= self.arrived(index, sent).await?;
        }
        if let Some(meta) = meta.filter(|_| !told || refused) {
            self.still_lead().await?;
            let task = self.engine.put(index, &[], Some(meta), &tag()).await?;
            self.done(task).await?;
        }
        Ok(())
    }

    /// Sends what the records are now: the visible ones as documents, the others as deletions before them.
    async fn send(
        &mut self,
        index: &str,
        records: &[RecordId],
        meta: Option<&Meta>,
    ) -> Result<Sent, MirrorError> {
        // Before the documents are read: what another leader has sent since is not older than they are.
        self.still_lead().await?;
        let documents = {
            let mut lent = self.db.read().await?;
            build::documents(&mut lent.conn(), records).await?
        };
        let visible: BTreeSet<RecordId> = documents.iter().map(|document| document.id).collect();
        let hidden = records.iter().filter(|id| !visible.contains(id));
        let hidden: Vec<String> = hidden.map(ToString::to_string).collect();
        let mut tasks = Vec::new();
        if !hidden.is_empty() {
            tasks.push(self.engine.delete(index, &hidden, &tag()).await?);
        }
        let rows: Vec<Value> = documents.iter().map(row).collect();
        let mut payloads: Vec<Vec<Value>> = vec![Vec::new()];
        let mut bytes = 0;
        for row in rows {
            if bytes > BYTES {
                payloads.push(Vec::new());
                bytes = 0;
            }
            bytes += row.to_string().len();
            payloads.last_mut().expect("there is one").push(row);
        }
        // Tasks end one by one: the position goes along only where one task is all there is to do.
        let meta = meta.filter(|_| tasks.is_empty() && payloads.len() == 1);
        for payload in payloads {
            if !payload.is_empty() || meta.is_some() {
                tasks.push(self.engine.put(index, &payload, meta, &tag()).await?);
            }
        }
        Ok(Sent { records: records.to_vec(), tasks, with_meta: meta.is_some() })
    }

    /// Waits for what was sent. Answers whether the server refused some of it, which is then set aside.
    async fn arrived(&mut self, index: &str, sent: Sent) -> Result<bool, MirrorError> {
        let Some(reason) = self.refusal(sent.tasks).await? else {
            self.accepted(&sent.records).await?;
            return Ok(false);
        };
        self.halve(index, sent.records, reason).await?;
        Ok(true)
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
        index: &str,
        records: Vec<RecordId>,
        reason: String,
    ) -> Result<(), MirrorError> {
        let mut open = vec![(records, reason)];
        while let Some((records, reason)) = open.pop() {
            if let [one] = records[..] {
                self.set_aside(index, one, &reason).await?;
                continue;
            }
            for half in records.chunks(records.len().div_ceil(2)) {
                let sent = self.send(index, half, None).await?;
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
        index: &str,
        record: RecordId,
        reason: &str,
    ) -> Result<(), MirrorError> {
        tracing::error!(%record, reason, "Meilisearch refuses a document; it is set aside");
        let task = self.engine.delete(index, &[record.to_string()], &tag()).await?;
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

/// A mark by which a request is known again when its answer was lost.
pub(super) fn tag() -> String {
    let random: [u8; 12] = rand::random();
    format!("stemma-{}", hex::encode(random))
}
