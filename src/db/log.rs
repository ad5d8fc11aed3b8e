//! The log: append-only, without gaps, in commit order, each revision chained to the one before by its hash.

use chrono::{DateTime, SecondsFormat, Utc};
use sha2::{Digest, Sha256};
use sqlx::FromRow;
use uuid::Uuid;

use super::{Conn, DbError, conn::values};
use crate::domain::id::{RecordId, RecordKind};

/// What was done to the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    Create,
    Update,
    /// Nobody changed it; a day has come.
    System,
}

impl Action {
    pub const ALL: [Self; 3] = [Self::Create, Self::Update, Self::System];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::System => "system",
        }
    }
}

/// A revision that waits for its place in the log.
#[derive(Debug)]
pub struct NewRevision {
    pub record: RecordId,
    pub version: i64,
    pub action: Action,
    pub actor: String,
    pub reason: String,
    pub at: DateTime<Utc>,
    /// Canonical JSON (RFC 8785) of the whole record.
    pub snapshot: String,
}

/// A revision in its place.
#[derive(Debug, Clone, FromRow)]
pub struct Revision {
    pub seq: i64,
    pub kind: String,
    pub record_id: Uuid,
    pub version: i64,
    pub action: String,
    pub actor: String,
    pub reason: String,
    pub at: DateTime<Utc>,
    pub snapshot: String,
    pub prev_hash: Vec<u8>,
    pub hash: Vec<u8>,
}

#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Head {
    pub seq: i64,
    pub hash: Vec<u8>,
}

pub async fn head(conn: &mut Conn<'_>) -> Result<Head, DbError> {
    conn.fetch_one("SELECT seq, hash FROM log_head WHERE id = 1", values![]).await
}

/// The hash of the log up to a revision; `None` where the log is shorter.
pub async fn hash_at(conn: &mut Conn<'_>, seq: i64) -> Result<Option<Vec<u8>>, DbError> {
    if seq == 0 {
        return Ok(Some(vec![0; 32]));
    }
    let at = "SELECT hash FROM revisions WHERE seq = $1";
    let row: Option<(Vec<u8>,)> = conn.fetch_optional(at, values![seq]).await?;
    Ok(row.map(|(hash,)| hash))
}

/// When a revision was made; `None` where the log is shorter.
pub async fn time_of(conn: &mut Conn<'_>, seq: i64) -> Result<Option<DateTime<Utc>>, DbError> {
    let at = "SELECT at FROM revisions WHERE seq = $1";
    let row: Option<(DateTime<Utc>,)> = conn.fetch_optional(at, values![seq]).await?;
    Ok(row.map(|(at,)| at))
}

/// Appends revisions and answers the new head. `relinked` are records that were not changed but whose links now
/// lead elsewhere: readers take them as touched. Call it last in the transaction: it locks the one row on which all
/// writers queue, and nothing may be locked after it.
pub async fn append(
    conn: &mut Conn<'_>,
    revisions: &[NewRevision],
    relinked: &[RecordId],
) -> Result<Head, DbError> {
    let count = i64::try_from(revisions.len()).expect("a transaction has few revisions");
    let lock = "UPDATE log_head SET seq = seq + $1 WHERE id = 1 RETURNING seq, hash";
    let mut head: Head = conn.fetch_one(lock, values![count]).await?;
    let mut rows = Vec::with_capacity(revisions.len());
    for (seq, new) in (head.seq - count + 1..).zip(revisions) {
        let hash = chain(&head.hash, &canonical(seq, new));
        rows.push([
            seq.into(),
            new.record.kind.as_str().into(),
            new.record.uuid.into(),
            new.version.into(),
            new.action.as_str().into(),
            new.actor.as_str().into(),
            new.reason.as_str().into(),
            new.at.into(),
            new.snapshot.as_str().into(),
            head.hash.into(),
            hash.clone().into(),
        ]);
        head.hash = hash;
    }
    let insert = "INSERT INTO revisions (seq, kind, record_id, version, action, actor, reason, at, snapshot, \
                  prev_hash, hash)";
    conn.insert(insert, rows, "").await?;
    conn.execute("UPDATE log_head SET hash = $1 WHERE id = 1", values![head.hash.clone()]).await?;
    let touch = |id: &RecordId| [head.seq.into(), id.kind.as_str().into(), id.uuid.into()];
    let rows = relinked.iter().map(touch).collect();
    conn.insert("INSERT INTO relinked (seq, kind, record_id)", rows, "").await?;
    Ok(head)
}

fn chain(previous: &[u8], canonical: &str) -> Vec<u8> {
    Sha256::new().chain_update(previous).chain_update(canonical).finalize().to_vec()
}

/// The revision as canonical JSON. The names come in their sorted order and the snapshot is canonical already, so
/// putting the text together is the same as RFC 8785 over the whole, without reading the snapshot again.
fn canonical(seq: i64, new: &NewRevision) -> String {
    let text = |value: &str| serde_json::to_string(value).expect("a text is JSON");
    let at = new.at.to_rfc3339_opts(SecondsFormat::Micros, true);
    format!(
        r#"{{"action":"{}","actor":{},"at":"{at}","kind":"{}","reason":{},"record":"{}","seq":{seq},"snapshot":{},"version":{}}}"#,
        new.action.as_str(),
        text(&new.actor),
        new.record.kind,
        text(&new.reason),
        new.record.uuid,
        new.snapshot,
        new.version,
    )
}

pub async fn after(conn: &mut Conn<'_>, seq: i64, limit: i64) -> Result<Vec<Revision>, DbError> {
    let page = "SELECT seq, kind, record_id, version, action, actor, reason, at, snapshot, prev_hash, hash \
                FROM revisions WHERE seq > $1 ORDER BY seq LIMIT $2";
    conn.fetch_all(page, values![seq, limit]).await
}

/// The records changed or relinked after `seq`, up to and including the last of `limit` revisions, whose number
/// comes along.
pub async fn touched(
    conn: &mut Conn<'_>,
    seq: i64,
    limit: i64,
) -> Result<Option<(i64, Vec<RecordId>)>, DbError> {
    let page = "SELECT seq, kind, record_id FROM revisions WHERE seq > $1 ORDER BY seq LIMIT $2";
    let rows: Vec<(i64, String, Uuid)> = conn.fetch_all(page, values![seq, limit]).await?;
    let Some((last, ..)) = rows.last() else { return Ok(None) };
    let last = *last;
    let relinked = "SELECT seq, kind, record_id FROM relinked WHERE seq > $1 AND seq <= $2";
    let relinked: Vec<(i64, String, Uuid)> = conn.fetch_all(relinked, values![seq, last]).await?;
    let mut ids = Vec::with_capacity(rows.len() + relinked.len());
    for (seq, kind, uuid) in rows.into_iter().chain(relinked) {
        ids.push(RecordId::new(kind_of("revisions", &seq, &kind)?, uuid));
    }
    ids.sort_unstable();
    ids.dedup();
    Ok(Some((last, ids)))
}

pub(super) fn kind_of(
    table: &'static str,
    id: &impl ToString,
    kind: &str,
) -> Result<RecordKind, DbError> {
    RecordKind::parse(kind)
        .ok_or_else(|| DbError::inconsistent(table, id, &format!("unknown kind `{kind}`")))
}

/// What a walk over the chain found.
#[derive(Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Every revision is in its place and unchanged.
    Sound(Head),
    /// The first revision that is not as it was written, and what is wrong with it.
    Broken { seq: i64, problem: String },
}

/// Walks a stretch of the chain; `from` is the verified head so far and moves on.
pub fn verify(from: &mut Head, revisions: &[Revision]) -> Option<Verdict> {
    for revision in revisions {
        let broken = |problem: &str| {
            Some(Verdict::Broken { seq: revision.seq, problem: problem.to_owned() })
        };
        if revision.seq != from.seq + 1 {
            return broken(&format!("revision {} is missing before it", from.seq + 1));
        }
        if revision.prev_hash != from.hash {
            return broken("it does not follow the revision before it");
        }
        let Some(written) = rewritten(revision) else {
            return broken("its kind or action is unknown");
        };
        let hash = chain(&from.hash, &canonical(revision.seq, &written));
        if hash != revision.hash {
            return broken("its content does not match its hash");
        }
        *from = Head { seq: revision.seq, hash };
    }
    None
}

fn rewritten(revision: &Revision) -> Option<NewRevision> {
    let kind = RecordKind::parse(&revision.kind)?;
    let action = Action::ALL.into_iter().find(|action| action.as_str() == revision.action)?;
    Some(NewRevision {
        record: RecordId::new(kind, revision.record_id),
        version: revision.version,
        action,
        actor: revision.actor.clone(),
        reason: revision.reason.clone(),
        at: revision.at,
        snapshot: revision.snapshot.clone(),
    })
}
