//! One contract for every search engine: the same documents go in, the same questions are asked, and the answers are
//! held against a model and against each other. An engine joins by implementing [`Engine`].

mod asked;
mod cases;
mod corpus;
pub(crate) mod meilisearch;
mod model;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::{Debug, Write as _},
};

use stemma::{
    domain::{facet::Facet, id::RecordId},
    search::{
        document::Document,
        embedded::EmbeddedIndex,
        query::{SearchAnswer, SearchQuery},
    },
};
use tempfile::TempDir;

use self::{
    asked::{Asked, ask},
    corpus::Corpus,
    meilisearch::Remote,
    model::{Model, is_settled},
};
use crate::support::block_on;

/// What the contract asks of an engine. What was filled or removed is seen by the next search.
pub(crate) trait Engine {
    /// Puts documents in, each in place of the one with its id.
    async fn fill(&mut self, documents: &[Document]);
    async fn remove(&mut self, id: RecordId);
    /// Ends the engine and starts it anew on what it has stored.
    async fn restart(&mut self);
    async fn search(&self, query: &SearchQuery) -> SearchAnswer;
    fn name(&self) -> &'static str;
}

/// The engine inside the process.
struct Embedded {
    dir: TempDir,
    index: Option<EmbeddedIndex>,
    commits: i64,
}

impl Embedded {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let index = Some(EmbeddedIndex::open(dir.path()).unwrap());
        Self { dir, index, commits: 0 }
    }

    fn index(&self) -> &EmbeddedIndex {
        self.index.as_ref().expect("closed only while it restarts")
    }
}

impl Engine for Embedded {
    async fn fill(&mut self, documents: &[Document]) {
        self.commits += 1;
        let mut writer = self.index().writer(1).unwrap();
        for document in documents {
            writer.put(document).unwrap();
        }
        writer.commit(self.commits, &[]).unwrap();
    }

    async fn remove(&mut self, id: RecordId) {
        self.commits += 1;
        let mut writer = self.index().writer(1).unwrap();
        writer.delete(id).unwrap();
        writer.commit(self.commits, &[]).unwrap();
    }

    async fn restart(&mut self) {
        self.index = None;
        self.index = Some(EmbeddedIndex::open(self.dir.path()).unwrap());
        assert_eq!(self.index().position(), self.commits, "what was committed is there");
    }

    async fn search(&self, query: &SearchQuery) -> SearchAnswer {
        let (index, query) = (self.index().clone(), query.clone());
        tokio::task::spawn_blocking(move || index.search(&query)).await.unwrap().unwrap()
    }

    fn name(&self) -> &'static str {
        "embedded"
    }
}

#[test]
fn the_embedded_engine_holds_the_contract() {
    block_on(async { hold(&mut Embedded::new(), Corpus::load(true).await).await });
}

#[test]
fn meilisearch_holds_the_contract() {
    block_on(async {
        let mut engine = Remote::start().await;
        // The double looks at every document for every question.
        let corpus = Corpus::load(engine.is_real()).await;
        hold(&mut engine, corpus).await;
    });
}

/// Cases that a whole corpus must give at least.
const CASES_MIN: usize = 150;
/// So many facets are asked for when they are asked for in another order.
const FACETS_SHUFFLED: usize = 5;

/// Runs every case, and fails with all that an engine does otherwise.
pub(crate) async fn hold<E: Engine>(engine: &mut E, corpus: Corpus) {
    let model = Model::new(&corpus.documents);
    let mut run = Run { engine, corpus: &corpus, model: &model, outcomes: Vec::new() };
    let (half, rest) = corpus.documents.split_at(corpus.documents.len() / 2);
    run.engine.fill(half).await;
    run.engine.restart().await;
    run.engine.fill(rest).await;
    run.equal().await;
    run.in_the_top().await;
    run.never().await;
    run.taken_out().await;
    run.narrowed().await;
    run.said_otherwise().await;
    run.put_again().await;
    run.restarted().await;
    run.gone().await;
    run.conclude();
}

/// The contract held against one engine.
struct Run<'a, E> {
    engine: &'a mut E,
    corpus: &'a Corpus,
    model: &'a Model<'a>,
    outcomes: Vec<Outcome>,
}

struct Outcome {
    class: &'static str,
    case: String,
    /// What was expected and what was found instead.
    failure: Option<(String, String)>,
}

const EQUAL: &str = "a equal";
const TOP: &str = "b in the top";
const NEVER: &str = "c never";
const RELATED: &str = "d related";
const FAULT: &str = "e fault";

impl<'a, E: Engine> Run<'a, E> {
    fn note(&mut self, class: &'static str, case: impl Debug, failure: Option<(String, String)>) {
        self.outcomes.push(Outcome { class, case: format!("{case:?}"), failure });
    }

    /// A case that asks two answers to be the same.
    fn compare<T: PartialEq + Debug>(
        &mut self,
        class: &'static str,
        case: impl Debug,
        expected: &T,
        found: &T,
    ) {
        let differing = (expected != found).then(|| difference(expected, found));
        self.note(class, case, differing);
    }

    async fn equal(&mut self) {
        for asked in cases::equal() {
            assert!(is_settled(asked.text), "{asked:?} may match with typos and is no such case");
            let Some(query) = self.query(EQUAL, &asked) else { continue };
            let expected = self.model.answer(&query);
            let total = expected.hits.len();
            if asked.nothing == (total > 0) {
                self.not_at_hand(EQUAL, &asked);
                continue;
            }
            let (answer, hits) = self.everything(&query).await;
            let of = |ids: &[RecordId]| -> (Vec<RecordId>, BTreeSet<RecordId>, usize) {
                let ordered = ids.iter().copied().take(expected.ordered).collect();
                (ordered, ids.iter().copied().collect(), ids.len())
            };
            let page = total.min(query.per_page as usize);
            let pages = if page == 0 { &[] } else { &expected.hits[..] };
            let model = (total as u64, page, of(pages), expected.facets);
            let found = (answer.total, answer.hits.len(), of(&hits), answer.facets);
            self.compare(EQUAL, &asked, &model, &found);
        }
    }

    async fn in_the_top(&mut self) {
        for (text, name, top) in cases::IN_THE_TOP {
            let Some(wanted) = self.document(TOP, name) else { continue };
            let hits = self.engine.search(&ask(text)).await.hits;
            let found = hits.iter().take(*top).any(|hit| hit.id == wanted.id);
            let failure = (!found).then(|| {
                let place = hits.iter().position(|hit| hit.id == wanted.id);
                let first = self.names(hits.iter().map(|hit| hit.id).take(5));
                (format!("{name} in the first {top}"), format!("at {place:?}, first {first:?}"))
            });
            self.note(TOP, text, failure);
        }
    }

    async fn never(&mut self) {
        for (text, name, never) in cases::NEVER {
            let Some(wanted) = self.document(NEVER, name) else { continue };
            let (_, hits) = self.everything(&ask(text)).await;
            let mut found = Vec::new();
            for other in *never {
                let other = self.document(NEVER, other);
                found.extend(other.filter(|other| hits.contains(&other.id)).map(|d| &d.name));
            }
            let failure = (!found.is_empty() || !hits.contains(&wanted.id)).then(|| {
                let first = self.names(hits.iter().copied().take(3));
                (format!("{name} and none of {never:?}"), format!("{found:?}, {first:?} first"))
            });
            self.note(NEVER, text, failure);
        }
    }

    /// What is taken out is found by no text of its own and counted nowhere, and is itself again when put back.
    async fn taken_out(&mut self) {
        for (name, text) in cases::TAKEN_OUT {
            let Some(document) = self.document(NEVER, name) else { continue };
            let before = self.everything(&ask(text)).await;
            self.engine.remove(document.id).await;
            let named_first = SearchQuery { first: vec![document.id], ..ask(text) };
            let (answer, hits) = self.everything(&named_first).await;
            let facets = without(&before.0, document);
            let mut left: BTreeSet<RecordId> = before.1.iter().copied().collect();
            left.remove(&document.id);
            let expected = (before.0.total, left, facets);
            let found = (answer.total + 1, hits.into_iter().collect(), counted(&answer));
            self.compare(NEVER, (name, text, "taken out"), &expected, &found);
            self.engine.fill(std::slice::from_ref(document)).await;
            let again = self.everything(&ask(text)).await;
            self.same(NEVER, (name, text, "put back"), &before, &again);
        }
    }

    async fn narrowed(&mut self) {
        for (asked, facet, value) in cases::narrowed() {
            let Some(base) = self.query(RELATED, &asked) else { continue };
            let mut query = base.clone();
            query.filter.insert(facet, BTreeSet::from([value.to_owned()]));
            let (wide, narrow) =
                (self.engine.search(&base).await, self.engine.search(&query).await);
            let known = counted(&wide);
            let mut raised = counted(&narrow);
            raised.retain(|code, count| known.get(code).is_none_or(|before| before < count));
            let failed = narrow.total > wide.total || !raised.is_empty();
            let failure = failed.then(|| {
                let totals = format!("{} of {}", narrow.total, wide.total);
                ("nothing is raised".to_owned(), format!("{totals}, raised: {raised:?}"))
            });
            self.note(RELATED, (&asked, facet, value), failure);
        }
        for (asked, facet) in cases::summed() {
            let Some(mut query) = self.query(RELATED, &asked) else { continue };
            if !self.model.is_single_valued(facet) {
                self.not_at_hand(RELATED, (&asked, facet));
                continue;
            }
            let answer = self.engine.search(&query).await;
            let counts = answer.facets.into_iter().find(|counts| counts.facet == facet);
            let values = counts.expect("every facet is asked for").values;
            let sum = values.iter().map(|(_, count)| count).sum::<u64>();
            query.filter.insert(facet, values.into_iter().map(|(code, _)| code).collect());
            let total = self.engine.search(&query).await.total;
            self.compare(RELATED, (&asked, facet, "summed"), &sum, &total);
        }
    }

    /// The same question in other words has the same answer.
    async fn said_otherwise(&mut self) {
        for asked in cases::shuffled() {
            let Some(query) = self.query(RELATED, &asked) else { continue };
            let mut shuffled = query.clone();
            shuffled.kinds.reverse();
            shuffled.kinds.extend(query.kinds.first());
            shuffled.facets.reverse();
            shuffled.facets.truncate(FACETS_SHUFFLED);
            shuffled.filter.insert(Facet::VectorType, BTreeSet::new());
            let (mut plain, other) =
                (self.everything(&query).await, self.everything(&shuffled).await);
            plain.0.facets.reverse();
            plain.0.facets.truncate(FACETS_SHUFFLED);
            self.same(RELATED, (&asked, "shuffled"), &plain, &other);
        }
        for (text, other) in cases::said_otherwise() {
            let (plain, said) =
                (self.everything(&ask(text)).await, self.everything(&ask(&other)).await);
            self.same(RELATED, (text, &other), &plain, &said);
        }
    }

    async fn put_again(&mut self) {
        for (name, text) in cases::PUT_AGAIN {
            let Some(document) = self.document(RELATED, name) else { continue };
            let before = self.everything(&ask(text)).await;
            self.engine.fill(&[document.clone(), document.clone()]).await;
            let after = self.everything(&ask(text)).await;
            self.same(RELATED, (name, text, "put again"), &before, &after);
        }
    }

    async fn restarted(&mut self) {
        let mut before = Vec::new();
        for asked in cases::restarted() {
            let Some(query) = self.query(FAULT, &asked) else { continue };
            before.push((asked, self.everything(&query).await, query));
        }
        self.engine.restart().await;
        for (asked, before, query) in before {
            let after = self.everything(&query).await;
            self.same(FAULT, asked, &before, &after);
        }
    }

    async fn gone(&mut self) {
        let gone: Vec<&Document> =
            cases::GONE.iter().filter_map(|name| self.document(FAULT, name)).collect();
        for document in &gone {
            self.engine.remove(document.id).await;
        }
        self.engine.restart().await;
        for Document { name, id, .. } in &gone {
            let (_, hits) = self.everything(&ask(name)).await;
            self.compare(FAULT, (name, "gone"), &false, &hits.contains(id));
        }
        let back: Vec<Document> = gone.iter().copied().cloned().collect();
        self.engine.fill(&back).await;
        self.engine.restart().await;
        for Document { name, id, .. } in gone {
            let first = self.engine.search(&ask(name)).await.hits.first().map(|hit| hit.id);
            self.compare(FAULT, (name, "back"), &Some(*id), &first);
        }
    }

    /// A case of which the records are not in the corpus is left out; where the corpus is whole, the table is wrong.
    fn not_at_hand(&mut self, class: &'static str, case: impl Debug) {
        if self.corpus.whole {
            let told = "the documents do not hold what the table expects".to_owned();
            self.note(class, case, Some((String::new(), told)));
        }
    }

    fn document(&mut self, class: &'static str, name: &str) -> Option<&'a Document> {
        let document = self.corpus.get(name);
        if document.is_none() {
            self.not_at_hand(class, name);
        }
        document
    }

    /// `None` when a record that is named first is not in the corpus.
    fn query(&mut self, class: &'static str, asked: &Asked) -> Option<SearchQuery> {
        let first = asked.first.iter().map(|name| Some(self.document(class, name)?.id));
        let first = first.collect::<Option<_>>()?;
        Some(asked.query(first))
    }

    /// The first page, and the hits of all pages joined.
    async fn everything(&self, query: &SearchQuery) -> (SearchAnswer, Vec<RecordId>) {
        let first = self.engine.search(query).await;
        let ids = |answer: &SearchAnswer| -> Vec<RecordId> {
            answer.hits.iter().map(|hit| hit.id).collect()
        };
        let mut joined = ids(&first);
        let mut next = SearchQuery { page: 2, facets: Vec::new(), ..query.clone() };
        while next.window().is_ok_and(|window| !window.is_empty()) {
            let page = self.engine.search(&next).await;
            if page.hits.is_empty() {
                break;
            }
            joined.extend(ids(&page));
            next.page += 1;
        }
        (first, joined)
    }

    fn same(
        &mut self,
        class: &'static str,
        case: impl Debug,
        before: &(SearchAnswer, Vec<RecordId>),
        after: &(SearchAnswer, Vec<RecordId>),
    ) {
        let summary = |(answer, hits): &(SearchAnswer, Vec<RecordId>)| {
            (answer.total, hits.clone(), answer.facets.clone())
        };
        self.compare(class, case, &summary(before), &summary(after));
    }

    fn names(&self, ids: impl Iterator<Item = RecordId>) -> Vec<&str> {
        let name = |id| self.corpus.documents.iter().find(|d| d.id == id).map_or("?", |d| &d.name);
        ids.map(name).collect()
    }

    fn conclude(self) {
        let engine = self.engine.name();
        for class in [EQUAL, TOP, NEVER, RELATED, FAULT] {
            let cases = self.outcomes.iter().filter(|outcome| outcome.class == class).count();
            println!("{engine}: {class}: {cases} cases");
        }
        let cases = self.outcomes.len();
        assert!(cases >= CASES_MIN || !self.corpus.whole, "only {cases} cases");
        let mut table = String::new();
        for Outcome { class, case, failure } in &self.outcomes {
            if let Some((expected, found)) = failure {
                writeln!(table, "{class} | {case} | {expected} | {found}").expect("a text");
            }
        }
        assert!(table.is_empty(), "{engine}: class | case | expected | found\n{table}");
    }
}

/// All counts of an answer, by facet and code.
fn counted(answer: &SearchAnswer) -> BTreeMap<(Facet, String), u64> {
    let values = answer.facets.iter().flat_map(|counts| {
        counts.values.iter().map(|(code, count)| ((counts.facet, code.clone()), *count))
    });
    values.collect()
}

/// The counts of an answer when one of the documents that it found is no more.
fn without(answer: &SearchAnswer, document: &Document) -> BTreeMap<(Facet, String), u64> {
    let mut counts = counted(answer);
    for (facet, codes) in &document.facets {
        for code in codes {
            if let Some(count) = counts.get_mut(&(*facet, code.clone())) {
                *count -= 1;
            }
        }
    }
    counts.retain(|_, count| *count > 0);
    counts
}

/// Two long texts from a little before where they part.
fn difference(expected: &impl Debug, found: &impl Debug) -> (String, String) {
    let (expected, found) = (format!("{expected:?}"), format!("{found:?}"));
    let common = expected.chars().zip(found.chars()).take_while(|(a, b)| a == b).count();
    let part = |text: &str| text.chars().skip(common.saturating_sub(60)).take(160).collect();
    (part(&expected), part(&found))
}
