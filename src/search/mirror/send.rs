//! Sending documents and waiting until they are in: in payloads of bounded size, several on their way at once, and a
//! document that the server will not have found by halving.

use std::{
    collections::{BTreeSet, VecDeque},
    time::Duration,
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
/// Payloads on their way at once.
const ON_THE_WAY: usize = 6;
/// Between two looks at a task: soon at first.
const LOOKS: [u64; 6] = [5, 10, 20, 40, 80, 160];

/// Records sent together, and the tasks that take them in.
struct Sent {
    records: Vec<RecordId>,
    tasks: Vec<u64>,
}

impl Mirror {
    /// Brings the documents of these records to what they are now, and then the position of the index to `position`.
    /// Nothing is open in the database while the server is waited for.
    pub(super) async fn bring(
        &mut self,
        index: &str,
        records: &[RecordId],
        position: Option<i64>,
    ) -> Result<(), MirrorError> {
        let meta = position.map(|position| self.meta(position));
        let mut on_the_way = VecDeque::new();
        let whole = records.len() <= DOCUMENTS;
        for part in records.chunks(DOCUMENTS) {
            // Where one payload is all, the position goes with it.
            let with = meta.as_ref().filter(|_| whole);
            on_the_way.extend(self.send(index, part, with).await?);
            while on_the_way.len() >= ON_THE_WAY {
                let sent = on_the_way.pop_front().expect("it is not empty");
                self.arrived(index, sent).await?;
                self.still_lead().await?;
            }
        }
        let mut refused = false;
        for sent in on_the_way {
            refused |= self.arrived(index, sent).await?;
        }
        if let Some(meta) = meta.filter(|_| !whole || refused || records.is_empty()) {
            let task = self.engine.put(index, &[], Some(&meta), &tag()).await?;
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
    ) -> Result<Vec<Sent>, MirrorError> {
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
        let last = payloads.len() - 1;
        for (at, payload) in payloads.into_iter().enumerate() {
            let meta = meta.filter(|_| at == last);
            if !payload.is_empty() || meta.is_some() {
                tasks.push(self.engine.put(index, &payload, meta, &tag()).await?);
            }
        }
        Ok(vec![Sent { records: records.to_vec(), tasks }])
    }

    /// Waits for what was sent. Answers whether the server refused some of it, which is then set aside.
    async fn arrived(&mut self, index: &str, sent: Sent) -> Result<bool, MirrorError> {
        let mut refusal = None;
        for task in sent.tasks {
            if let TaskState::Refused(reason) = self.outcome(task).await? {
                refusal = Some(reason);
            }
        }
        let Some(reason) = refusal else {
            self.accepted(&sent.records).await?;
            return Ok(false);
        };
        self.halve(index, sent.records, reason).await?;
        Ok(true)
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
                for sent in self.send(index, half, None).await? {
                    let mut refusal = None;
                    for task in sent.tasks {
                        if let TaskState::Refused(reason) = self.outcome(task).await? {
                            refusal = Some(reason);
                        }
                    }
                    match refusal {
                        Some(reason) => open.push((half.to_vec(), reason)),
                        None => self.accepted(half).await?,
                    }
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

    pub(super) async fn done(&self, task: u64) -> Result<(), MirrorError> {
        match self.outcome(task).await? {
            TaskState::Refused(reason) => Err(MirrorError::Lost(reason)),
            _ => Ok(()),
        }
    }

    /// Waits until a task is done or refused.
    async fn outcome(&self, task: u64) -> Result<TaskState, MirrorError> {
        let mut looks = LOOKS.into_iter();
        loop {
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
