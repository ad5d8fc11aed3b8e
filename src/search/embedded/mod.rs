//! The search engine inside the process: an index in a folder of its own, fed from the log. It is a projection that may
//! be deleted at any time; it never repairs itself, it starts empty and is filled again. Searching blocks: call it from
//! a blocking task.

mod collect;
mod columns;
mod matching;
mod schema;
mod store;
mod terms;
mod writer;

#[cfg(test)]
mod model_tests;
#[cfg(test)]
mod tests;

use std::{
    collections::HashMap,
    fmt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError, RwLock},
};

use tantivy::{
    DocAddress, Index, IndexReader, ReloadPolicy, Searcher, TantivyDocument, index::SegmentId,
    schema::Value as _,
};

pub use self::writer::EmbeddedWriter;
use self::{
    collect::{Candidate, Collector},
    columns::Columns,
    matching::Matcher,
    schema::Fields,
    terms::{TOKENIZER, Terms},
};
use crate::{
    domain::id::RecordId,
    search::query::{Hit, SearchAnswer, SearchError, SearchQuery},
};

/// An open index. Cheap to clone; clones see the same state.
#[derive(Clone)]
pub struct EmbeddedIndex {
    shared: Arc<Shared>,
}

struct Shared {
    dir: PathBuf,
    index: Index,
    fields: Fields,
    reader: IndexReader,
    reloading: Mutex<()>,
    snapshot: RwLock<Arc<Snapshot>>,
}

/// The state that searches see: one commit, whole.
struct Snapshot {
    searcher: Searcher,
    /// One for each segment of the searcher, in its order.
    columns: Vec<(SegmentId, Arc<Columns>)>,
    position: i64,
    /// The log's hash at the position.
    hash: Vec<u8>,
}

impl fmt::Debug for EmbeddedIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EmbeddedIndex").field("dir", &self.shared.dir).finish_non_exhaustive()
    }
}

impl EmbeddedIndex {
    /// Opens the index in a folder, or makes an empty one there. An index that is damaged or of another format is
    /// wiped first: its position is then 0.
    pub fn open(dir: &Path) -> Result<Self, SearchError> {
        let shared = store::open(dir, Shared::open)?;
        Ok(Self { shared: Arc::new(shared) })
    }

    /// The only writer of the index. One thread suits the changes of every day, more a load of everything.
    ///
    /// # Errors
    /// [`SearchError::Locked`] while another writer exists, in this process or another.
    pub fn writer(&self, threads: usize) -> Result<EmbeddedWriter, SearchError> {
        EmbeddedWriter::new(Arc::clone(&self.shared), threads)
    }

    /// Lets searches see what other processes have committed. Commits of this process are seen at once.
    pub fn reload(&self) -> Result<(), SearchError> {
        self.shared.reload().map_err(|error| store::failed(&self.shared.dir, error))
    }

    /// The position in the log up to which searches see every change; 0 for a new index.
    pub fn position(&self) -> i64 {
        self.shared.snapshot().position
    }

    /// The hash of the log at that position: a log that was brought back from a copy and went on is another one.
    /// Empty for a new index.
    pub fn log_hash(&self) -> Vec<u8> {
        self.shared.snapshot().hash.clone()
    }

    /// The number of documents.
    pub fn count(&self) -> u64 {
        self.shared.snapshot().searcher.num_docs()
    }

    /// What the documents of the index are made by: format, fields, facets, engine. Indexes with equal stamps hold
    /// equal documents in the same way.
    pub fn stamp(&self) -> String {
        schema::stamp()
    }

    pub fn search(&self, query: &SearchQuery) -> Result<SearchAnswer, SearchError> {
        let window = query.window()?;
        let snapshot = self.shared.snapshot();
        let failed = |error| store::failed(&self.shared.dir, error);
        let matcher = Matcher::new(&self.shared.fields, query).map_err(failed)?;
        let mut collector = Collector::new(query, window.end);
        for (number, segment) in (0..).zip(snapshot.searcher.segment_readers()) {
            let (_, columns) = &snapshot.columns[number as usize];
            matcher
                .scores(segment)
                .and_then(|scores| collector.segment(number, segment, columns, &scores))
                .map_err(failed)?;
        }
        let (total, best, facets) = collector.finish(window.start);
        let hits = best.iter().map(|candidate| self.shared.hit(&snapshot, candidate));
        let hits = hits.collect::<tantivy::Result<_>>().map_err(failed)?;
        let (as_of, log_hash) = (snapshot.position, hex::encode(&snapshot.hash));
        Ok(SearchAnswer { total, hits, facets, as_of, log_hash })
    }
}

impl Shared {
    fn open(dir: &Path, index: Index) -> tantivy::Result<Self> {
        let (fields, _) = Fields::new();
        index.tokenizers().register(TOKENIZER, Terms);
        let place = place(&index)?;
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        let snapshot = Snapshot::new(reader.searcher(), &HashMap::new(), place);
        Ok(Self {
            dir: dir.to_owned(),
            index,
            fields,
            reader,
            reloading: Mutex::new(()),
            snapshot: RwLock::new(Arc::new(snapshot)),
        })
    }

    fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.snapshot.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn reload(&self) -> tantivy::Result<()> {
        let _one_at_a_time = self.reloading.lock().unwrap_or_else(PoisonError::into_inner);
        // Read before the segments: a commit in between makes the answer newer than it says, never older.
        let place = place(&self.index)?;
        self.reader.reload()?;
        let known = self.snapshot().columns.iter().cloned().collect();
        let snapshot = Arc::new(Snapshot::new(self.reader.searcher(), &known, place));
        *self.snapshot.write().unwrap_or_else(PoisonError::into_inner) = snapshot;
        Ok(())
    }

    /// Whether the last commit may hold a document of this id.
    fn has(&self, id: RecordId) -> tantivy::Result<bool> {
        let term = self.fields.id_term(id);
        for segment in self.snapshot().searcher.segment_readers() {
            if segment.inverted_index(self.fields.id)?.get_term_info(&term)?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn hit(&self, snapshot: &Snapshot, candidate: &Candidate) -> tantivy::Result<Hit> {
        let address = DocAddress::new(candidate.segment, candidate.doc);
        let document: TantivyDocument = snapshot.searcher.doc(address)?;
        let bytes = document.get_first(self.fields.id).and_then(|value| value.as_bytes());
        let id = bytes.and_then(schema::id_of).ok_or_else(|| {
            tantivy::TantivyError::InternalError("a document without an id".to_owned())
        })?;
        #[expect(clippy::cast_precision_loss, reason = "scores stay far below 2^24")]
        Ok(Hit { id, score: candidate.score as f32 })
    }
}

impl Snapshot {
    fn new(
        searcher: Searcher,
        known: &HashMap<SegmentId, Arc<Columns>>,
        (position, hash): (i64, Vec<u8>),
    ) -> Self {
        let columns = searcher.segment_readers().iter().map(|segment| {
            let id = segment.segment_id();
            (id, known.get(&id).cloned().unwrap_or_default())
        });
        Self { columns: columns.collect(), searcher, position, hash }
    }
}

/// The position that the last commit carries, and the log's hash there; another text is damage.
fn place(index: &Index) -> tantivy::Result<(i64, Vec<u8>)> {
    let Some(payload) = index.load_metas()?.payload else { return Ok((0, Vec::new())) };
    let read = || {
        let (position, hash) = payload.split_once(' ')?;
        Some((position.parse().ok()?, hex::decode(hash).ok()?))
    };
    read().ok_or_else(|| {
        tantivy::TantivyError::InternalError(format!("`{payload}` is no place in the log"))
    })
}
