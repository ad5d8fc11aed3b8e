//! The documents of the contract: the demo catalogue, and of the real files as much as makes about two thousand.
//! They come the way every document comes, by import and the one builder. Knows nothing of engines or queries.

use std::collections::BTreeSet;

use stemma::{
    catalogue::import::{CHUNK, Candidate, Import, Meets},
    db::record,
    domain::{
        cell_line::LineKind,
        disease::DiseaseFacts,
        id::{RecordId, RecordKind},
        record::AnyDraft,
    },
    import::{self, DEMO, Format},
    search::{build, document::Document},
};
use uuid::Uuid;

use crate::support::{Backend, TestDb, shared_data};

/// Documents of a whole corpus; without the real files there are only those of the demo.
const WHOLE: usize = 2_000;
/// Diseases that no line names, for the accents and Greek letters in their names.
const FOR_THEIR_LETTERS: [&str; 4] =
    ["MONDO:0009145", "MONDO:0016158", "MONDO:0024525", "MONDO:1012718"];
/// Every so many documents one gets a twin in name.
const TWINS_APART: usize = 271;
const TWINS: usize = 4;
/// Documents built from one set of statements.
const BATCH: usize = 500;
const DAY_US: i64 = 86_400_000_000;

/// What every engine is filled with.
pub(crate) struct Corpus {
    pub(crate) documents: Vec<Document>,
    /// The real files were at hand.
    pub(crate) whole: bool,
}

impl Corpus {
    /// The demo catalogue alone, or with the real files where they are at hand.
    pub(crate) async fn load(with_real_files: bool) -> Self {
        let app = TestDb::start(Backend::Sqlite).await.expect("SQLite is always at hand");
        app.import(Format::Jsonl, DEMO).await;
        let mut kept = ids(&app, RecordKind::CellLine, LINES).await;
        kept.extend(ids(&app, RecordKind::Disease, DISEASES).await);
        let whole = with_real_files && shared_data("README.md").is_some();
        if whole {
            real_files(&app).await;
        }
        let mut rest = ids(&app, RecordKind::CellLine, LINES).await;
        rest.extend(ids(&app, RecordKind::Disease, DISEASES_WITH_LINES).await);
        kept.extend(for_their_letters(&app).await);
        let known: BTreeSet<RecordId> = kept.iter().copied().collect();
        rest.retain(|id| !known.contains(id));
        let mut documents = documents_of(&app, &kept).await;
        let room = WHOLE - documents.len();
        documents.extend(spread(documents_of(&app, &rest).await, room));
        documents.extend(twins(&documents));
        set_times(&mut documents);
        Self { documents, whole }
    }

    /// The document with this name or accession. Names of the demo are borne by one document each.
    pub(crate) fn get(&self, name: &str) -> Option<&Document> {
        self.documents.iter().find(|d| d.name == name || d.accession == name)
    }
}

const LINES: &str = "SELECT id FROM records WHERE kind = 'cell_line' ORDER BY id";
const DISEASES: &str = "SELECT id FROM records WHERE kind = 'disease' ORDER BY id";
const DISEASES_WITH_LINES: &str = "SELECT DISTINCT l.to_id FROM links l JOIN records r ON r.id = l.from_id \
     WHERE l.relation = 'disease' AND l.to_id IS NOT NULL AND r.kind = 'cell_line' ORDER BY 1";
const DISEASES_NAMED: &str =
    "SELECT DISTINCT value FROM links WHERE relation = 'disease' AND scheme = 'mondo'";

async fn ids(app: &TestDb, kind: RecordKind, sql: &'static str) -> Vec<RecordId> {
    let rows: Vec<(Uuid,)> = app.query(sql).await;
    rows.into_iter().map(|(id,)| RecordId::new(kind, id)).collect()
}

async fn for_their_letters(app: &TestDb) -> Vec<RecordId> {
    let mut lent = app.catalogue.db().read().await.unwrap();
    let rows = record::find_by_accession(&mut lent.conn(), FOR_THEIR_LETTERS).await.unwrap();
    rows.iter().map(|row| row.record_id().unwrap()).collect()
}

async fn documents_of(app: &TestDb, ids: &[RecordId]) -> Vec<Document> {
    let mut lent = app.catalogue.db().read().await.unwrap();
    let mut documents = Vec::with_capacity(ids.len());
    for batch in ids.chunks(BATCH) {
        documents.extend(build::documents(&mut lent.conn(), batch).await.unwrap());
    }
    documents
}

/// As many as there is room for, from the whole length.
fn spread(documents: Vec<Document>, room: usize) -> impl Iterator<Item = Document> {
    let all = documents.len().max(1);
    let kept = move |at: usize| (at + 1) * room / all > at * room / all;
    documents
        .into_iter()
        .enumerate()
        .filter(move |(at, _)| room >= all || kept(*at))
        .map(|(_, d)| d)
}

/// Records of the same name, written differently: no name of the real files is borne twice.
fn twins(documents: &[Document]) -> Vec<Document> {
    let last = documents.iter().rev().step_by(TWINS_APART).take(TWINS);
    let twin = |(number, document): (u128, &Document)| Document {
        id: RecordId::new(RecordKind::CellLine, Uuid::from_u128(number)),
        accession: format!("STM-L09{number:05}"),
        name: document.name.replace('-', "").to_lowercase(),
        ids: Vec::new(),
        names: Vec::new(),
        ..document.clone()
    };
    (1..).zip(last).map(twin).collect()
}

/// The clock of the tests stands still, so the documents are given times: some far apart, many the same, one before
/// 1970.
fn set_times(documents: &mut [Document]) {
    for (at, document) in documents.iter_mut().enumerate() {
        let day = i64::try_from(at * at % 61).expect("less than 61");
        document.updated_at_us = if at == 7 { -DAY_US } else { (14_000 + day) * DAY_US + day };
    }
}

/// The lines first, then of the diseases what they name: the links lead there once the diseases are known.
async fn real_files(app: &TestDb) {
    let lines = candidates(Format::HpscregClo, "hpscreg-clo-2019.tsv");
    take(app, Format::HpscregClo, lines).await;
    let mut entries = candidates(Format::Cellosaurus, "cellosaurus-29-head-1000.txt");
    entries.retain(is_ipsc);
    take(app, Format::Cellosaurus, entries).await;
    let mut diseases = candidates(Format::Mondo, "mondo-2026-05-05.json.zst");
    let wanted = named_diseases(app, &diseases).await;
    diseases.retain(|disease| as_disease(disease).is_some_and(|(id, _)| wanted.contains(id)));
    take(app, Format::Mondo, diseases).await;
    let mut classes = candidates(Format::Nando, "nando-2023-11-27.ttl.gz");
    classes.retain(|class| match &class.meets {
        Meets::Every(keys) => keys.iter().any(|key| wanted.contains(&key.value)),
        Meets::One => false,
    });
    take(app, Format::Nando, classes).await;
}

/// The rows of a file that can be read.
fn candidates(format: Format, file: &str) -> Vec<Candidate> {
    let path = shared_data(file).expect("the folder is whole");
    import::open(format, &path).unwrap().filter_map(Result::ok).collect()
}

async fn take(app: &TestDb, format: Format, candidates: Vec<Candidate>) {
    let mut import = Import::begin(&app.catalogue, format.name(), "contract", false).await.unwrap();
    for chunk in candidates.chunks(CHUNK) {
        import.chunk(chunk).await.unwrap();
    }
}

fn is_ipsc(candidate: &Candidate) -> bool {
    let AnyDraft::CellLine(line) = &candidate.draft else { return false };
    line.layers.iter().any(|layer| layer.facts.line_kind == Some(LineKind::Ipsc))
}

fn as_disease(candidate: &Candidate) -> Option<(&str, &DiseaseFacts)> {
    let AnyDraft::Disease(disease) = &candidate.draft else { return None };
    Some((disease.accession.as_deref()?, &disease.layers.first()?.facts))
}

/// The Mondo ids that lines name, with those of all above them.
async fn named_diseases(app: &TestDb, mondo: &[Candidate]) -> BTreeSet<String> {
    let named: Vec<(String,)> = app.query(DISEASES_NAMED).await;
    let mut wanted: BTreeSet<String> = named.into_iter().map(|(id,)| id).collect();
    wanted.extend(FOR_THEIR_LETTERS.map(str::to_owned));
    let above: Vec<&String> = mondo
        .iter()
        .filter_map(as_disease)
        .filter(|(id, _)| wanted.contains(*id))
        .flat_map(|(_, facts)| facts.ancestors.keys())
        .collect();
    wanted.extend(above.into_iter().cloned());
    wanted
}
