//! Changes to the index: documents in and out, and commits that carry the position in the log.

use std::{collections::HashSet, fmt, sync::Arc};

use tantivy::{IndexWriter, merge_policy::LogMergePolicy};

use crate::{
    domain::id::RecordId,
    search::{
        document::Document,
        embedded::{Shared, store},
        query::SearchError,
    },
};

const MEMORY_BYTES: usize = 50_000_000;
/// The engine asks for 15 MB a thread.
const THREADS_MAX: usize = 3;
/// As many small segments become one; a search visits every segment.
const SEGMENTS_MERGED: usize = 4;

/// The one writer of an index. What is not committed is lost with it.
pub struct EmbeddedWriter {
    shared: Arc<Shared>,
    writer: IndexWriter,
    /// Put since the last commit, and so not in the snapshot.
    pending: HashSet<RecordId>,
}

impl fmt::Debug for EmbeddedWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EmbeddedWriter").field("dir", &self.shared.dir).finish_non_exhaustive()
    }
}

impl EmbeddedWriter {
    pub(super) fn new(shared: Arc<Shared>, threads: usize) -> Result<Self, SearchError> {
        let threads = threads.clamp(1, THREADS_MAX);
        let writer = shared
            .index
            .writer_with_num_threads(threads, MEMORY_BYTES)
            .map_err(|error| store::failed(&shared.dir, error))?;
        let mut policy = LogMergePolicy::default();
        policy.set_min_num_segments(SEGMENTS_MERGED);
        policy.set_del_docs_ratio_before_merge(0.3);
        writer.set_merge_policy(Box::new(policy));
        // What another process has committed last must be known, to be replaced.
        shared.reload().map_err(|error| store::failed(&shared.dir, error))?;
        Ok(Self { shared, writer, pending: HashSet::new() })
    }

    /// Adds a document, in place of the one with the same id.
    pub fn put(&mut self, document: &Document) -> Result<(), SearchError> {
        self.delete(document.id)?;
        self.pending.insert(document.id);
        let added = self.writer.add_document(self.shared.fields.document(document));
        added.map(drop).map_err(|error| self.failed(error))
    }

    /// Takes a document out, if it is there. Looking is far cheaper than deleting, and a load of everything deletes
    /// nothing.
    pub fn delete(&mut self, id: RecordId) -> Result<(), SearchError> {
        let there =
            self.pending.contains(&id) || self.shared.has(id).map_err(|e| self.failed(e))?;
        if there {
            self.writer.delete_term(self.shared.fields.id_term(id));
        }
        Ok(())
    }

    /// Takes every document out; the position stays until the next commit.
    pub fn clear(&mut self) -> Result<(), SearchError> {
        let cleared = self.writer.delete_all_documents();
        cleared.map(drop).map_err(|error| self.failed(error))
    }

    /// Makes the changes last, together with the position in the log up to which they go and the log's hash there,
    /// and lets the searches of this process see them.
    pub fn commit(&mut self, position: i64, hash: &[u8]) -> Result<(), SearchError> {
        self.try_commit(position, hash).map_err(|error| self.failed(error))
    }

    fn try_commit(&mut self, position: i64, hash: &[u8]) -> tantivy::Result<()> {
        let mut prepared = self.writer.prepare_commit()?;
        prepared.set_payload(&format!("{position} {}", hex::encode(hash)));
        prepared.commit()?;
        self.pending.clear();
        self.shared.reload()
    }

    /// Waits until the segments of what was committed are merged, so that searches visit few. For the end of a load of
    /// everything.
    pub fn finish(self) -> Result<(), SearchError> {
        let Self { shared, writer, .. } = self;
        let merged = writer.wait_merging_threads().and_then(|()| shared.reload());
        merged.map_err(|error| store::failed(&shared.dir, error))
    }

    fn failed(&self, error: tantivy::TantivyError) -> SearchError {
        store::failed(&self.shared.dir, error)
    }
}
