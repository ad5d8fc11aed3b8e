//! The embedded index as a reader of the log: its position stands in its own commit, so that index and position
//! can never disagree.

use super::{
    affected, build,
    embedded::{EmbeddedIndex, EmbeddedWriter},
    query::SearchError,
};
use crate::{
    db::{Db, DbError, log},
    domain::id::RecordId,
};

/// Revisions in one commit of the index.
const STRETCH: i64 = 5000;
/// Documents built from one set of statements.
const BATCH: usize = 500;

#[derive(Debug, thiserror::Error)]
pub enum FollowError {
    #[error(transparent)]
    Db(#[from] DbError),
    #[error(transparent)]
    Search(#[from] SearchError),
}

/// Brings the index up to the head of the log; answers the position reached.
pub async fn catch_up(
    db: &Db,
    index: &EmbeddedIndex,
    writer: &mut EmbeddedWriter,
) -> Result<i64, FollowError> {
    let mut position = index.position();
    let hash = log::hash_at(&mut db.read().await?.conn(), position).await?;
    if position > 0 && hash != Some(index.log_hash()) {
        // The log was brought back from a copy: what the index knows beyond that copy never was.
        writer.clear()?;
        writer.commit(0, &[])?;
        position = 0;
    }
    loop {
        let mut lent = db.read().await?;
        let Some((last, touched)) = log::touched(&mut lent.conn(), position, STRETCH).await? else {
            return Ok(position);
        };
        let affected = affected::affected(&mut lent.conn(), &touched).await?;
        let affected: Vec<RecordId> = affected.into_iter().collect();
        for batch in affected.chunks(BATCH) {
            for id in batch {
                writer.delete(*id)?;
            }
            for document in build::documents(&mut lent.conn(), batch).await? {
                writer.put(&document)?;
            }
        }
        let hash = log::hash_at(&mut lent.conn(), last).await?.unwrap_or_default();
        writer.commit(last, &hash)?;
        position = last;
    }
}
