//! What the engine promises, at small scale.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use unicode_normalization::UnicodeNormalization;
use uuid::Uuid;

use super::*;
use crate::domain::facet::Facet;
use crate::{
    domain::id::RecordKind,
    search::{
        document::Document,
        query::{Direction, Sort},
    },
};

pub(super) fn id(n: u128) -> RecordId {
    RecordId::new(RecordKind::CellLine, Uuid::from_u128(n))
}

/// A record with nothing but a name.
pub(super) fn named(n: u128, name: &str) -> Document {
    Document {
        id: id(n),
        accession: format!("STM-L{n:07}"),
        name: name.to_owned(),
        ids: Vec::new(),
        names: Vec::new(),
        diseases: Vec::new(),
        genes: Vec::new(),
        organizations: Vec::new(),
        exact: Vec::new(),
        facets: BTreeMap::new(),
        updated_at_us: i64::try_from(n).expect("a small number"),
    }
}

fn with_disease(n: u128, name: &str, diseases: &[&str]) -> Document {
    let diseases = diseases.iter().map(|&disease| disease.to_owned()).collect();
    Document { diseases, ..named(n, name) }
}

fn with_facet(document: Document, facet: Facet, codes: &[&str]) -> Document {
    let codes = codes.iter().map(|&code| code.to_owned()).collect();
    let mut facets = document.facets;
    facets.insert(facet, codes);
    Document { facets, ..document }
}

pub(super) struct Fixture {
    pub(super) dir: tempfile::TempDir,
    pub(super) index: EmbeddedIndex,
}

impl Fixture {
    pub(super) fn new(documents: &[Document]) -> Self {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let index = EmbeddedIndex::open(dir.path()).expect("a new index");
        let fixture = Self { dir, index };
        fixture.put(documents, 1);
        fixture
    }

    pub(super) fn put(&self, documents: &[Document], position: i64) {
        let mut writer = self.index.writer(1).expect("the only writer");
        for document in documents {
            writer.put(document).expect("a document");
        }
        writer.commit(position, &[]).expect("a commit");
    }

    pub(super) fn answer(&self, query: &SearchQuery) -> SearchAnswer {
        self.index.search(query).expect("an answer")
    }

    pub(super) fn ids(&self, query: &SearchQuery) -> Vec<u128> {
        self.answer(query).hits.iter().map(|hit| hit.id.uuid.as_u128()).collect()
    }

    fn find(&self, text: &str) -> Vec<u128> {
        self.ids(&SearchQuery { text: text.to_owned(), ..SearchQuery::default() })
    }
}

fn filter(facet: Facet, codes: &[&str]) -> BTreeMap<Facet, BTreeSet<String>> {
    BTreeMap::from([(facet, codes.iter().map(|&code| code.to_owned()).collect())])
}

fn catalogue() -> Fixture {
    Fixture::new(&[
        named(1, "HPS0061"),
        named(2, "HPS0063"),
        named(3, "HPS00631"),
        with_disease(4, "201B7", &["Parkinson disease", "パーキンソン病", "ぱーきんそんびょう"]),
        with_disease(5, "ALS-1", &["amyotrophic lateral sclerosis", "筋萎縮性側索硬化症"]),
        with_disease(6, "LC", &["lung adenocarcinoma", "肺腺癌"]),
        Document { ids: vec!["指定難病6".to_owned()], ..named(7, "別の株") },
        Document {
            organizations: vec!["compared with Parkinson lines".to_owned()],
            ..named(8, "ctrl")
        },
        with_disease(9, "SLS", &["Sjögren-Larsson syndrome"]),
    ])
}

#[test]
fn an_identifier_never_finds_its_neighbours() {
    let catalogue = catalogue();
    assert_eq!(catalogue.find("HPS0063"), [2, 3], "whole first, then as a prefix");
    assert_eq!(catalogue.find("HPS0063 "), [2, 3]);
    assert_eq!(catalogue.find("HPS0062"), [0; 0]);
    assert_eq!(catalogue.find("hps0061"), [1]);
    assert_eq!(catalogue.find("STM-L0000005"), [5]);
}

#[test]
fn a_whole_name_or_identifier_is_found_however_it_is_spaced() {
    let catalogue = catalogue();
    assert_eq!(catalogue.find("201-b7"), [4]);
    assert_eq!(catalogue.find("指定難病 6"), [7]);
    assert_eq!(catalogue.find("hps 0063"), [2]);
}

#[test]
fn japanese_is_found_by_any_part_of_a_word() {
    let catalogue = catalogue();
    for part in ["硬化", "側索硬", "側索硬化", "性側索硬化", "萎縮性側索硬", "筋", "症"]
    {
        assert_eq!(catalogue.find(part), [5], "{part}");
    }
    assert_eq!(catalogue.find("癌"), [6]);
    assert_eq!(catalogue.find("硬筋"), [0; 0]);
}

#[test]
fn kana_are_found_by_either_kind_and_any_width() {
    let catalogue = catalogue();
    for text in ["パーキンソン", "ぱーきんそん", "ﾊﾟｰｷﾝｿﾝ", "ＰＡＲＫＩＮＳＯＮ disease"]
    {
        assert_eq!(catalogue.find(text), [4], "{text}");
    }
    for text in ["ＨＰＳ００６３", "ﾊﾟｰｷﾝｿﾝ", "Sjo\u{308}gren", "㍿"] {
        let form: String = text.nfkc().collect();
        assert_eq!(catalogue.find(text), catalogue.find(&form), "{text}");
    }
    assert_eq!(catalogue.find("sjogren"), [9]);
}

#[test]
fn typos_are_forgiven_below_closer_matches() {
    let catalogue = catalogue();
    assert_eq!(catalogue.find("pakrinson"), [4, 8], "in a disease before in a note");
    assert_eq!(catalogue.find("adenocracinomma"), [6]);
    assert_eq!(catalogue.find("amyotrophc laterl"), [5]);
    assert_eq!(catalogue.find("lunf"), [0; 0], "four letters are too few");
    let close =
        Fixture::new(&[named(1, "parkinsin"), named(2, "parkinson"), named(3, "parkinsons")]);
    assert_eq!(close.find("parkinson"), [2, 3, 1], "whole, prefix, typo");
}

#[test]
fn every_word_must_match_somewhere() {
    let catalogue = catalogue();
    assert_eq!(catalogue.find("parkinson 201b7"), [4]);
    assert_eq!(catalogue.find("parkinson 201b8"), [0; 0]);
    assert_eq!(catalogue.find("!?"), [0; 0]);
    assert_eq!(catalogue.find(" \u{3000}").len(), 9, "blank text matches everything");
}

#[test]
fn records_named_first_are_first_if_they_pass() {
    let catalogue = catalogue();
    let query = SearchQuery {
        text: "parkinson".to_owned(),
        first: vec![id(1), id(8), id(99)],
        ..SearchQuery::default()
    };
    assert_eq!(catalogue.ids(&query), [1, 8, 4]);
    assert_eq!(catalogue.answer(&query).total, 3);
    let donors = SearchQuery { kinds: vec![RecordKind::Donor], ..query };
    assert_eq!(catalogue.ids(&donors), [0; 0]);
}

#[test]
fn facet_values_keep_their_case_and_filters_narrow() {
    let fixture = Fixture::new(&[
        with_facet(named(1, "a"), Facet::Country, &["jp"]),
        with_facet(named(2, "b"), Facet::Country, &["JP"]),
        with_facet(named(3, "c"), Facet::Country, &["JP", "GB"]),
        named(4, "d"),
    ]);
    let all = SearchQuery { facets: vec![Facet::Country], ..SearchQuery::default() };
    let counts = [("JP", 2), ("GB", 1), ("jp", 1)].map(|(code, n)| (code.to_owned(), n));
    assert_eq!(fixture.answer(&all).facets[0].values, counts);
    let japan = SearchQuery { filter: filter(Facet::Country, &["JP"]), ..all.clone() };
    assert_eq!(fixture.ids(&japan), [2, 3]);
    assert_eq!(fixture.answer(&japan).facets[0].values, counts, "its own filter is off");
    let either = SearchQuery { filter: filter(Facet::Country, &["GB", "jp"]), ..all.clone() };
    assert_eq!(fixture.ids(&either), [1, 3]);
    let unknown = SearchQuery { filter: filter(Facet::Country, &["FR"]), ..all.clone() };
    assert_eq!(fixture.answer(&unknown).total, 0);
    let empty = SearchQuery { filter: filter(Facet::Country, &[]), ..all };
    assert_eq!(fixture.answer(&empty).total, 4, "an empty set filters nothing");
}

#[test]
fn the_counts_of_a_single_valued_facet_sum_to_the_total() {
    let documents: Vec<_> = (0..50)
        .map(|n| {
            with_facet(named(n, "x"), Facet::Kind, &[["ipsc", "esc", "other"][n as usize % 3]])
        })
        .collect();
    let fixture = Fixture::new(&documents);
    let answer =
        fixture.answer(&SearchQuery { facets: vec![Facet::Kind], ..SearchQuery::default() });
    assert_eq!(answer.facets[0].values.iter().map(|(_, n)| n).sum::<u64>(), answer.total);
}

#[test]
fn pages_join_to_the_whole_without_gaps_or_doubles() {
    let names = ["b", "a", "c"];
    let documents: Vec<_> = (0..47).map(|n| named(n, names[n as usize % 3])).collect();
    let fixture = Fixture::new(&documents[..20]);
    fixture.put(&documents[20..], 2);
    for sort in
        [Sort::Relevance, Sort::Name(Direction::Descending), Sort::Updated(Direction::Ascending)]
    {
        let page = |page| SearchQuery { sort, page, per_page: 10, ..SearchQuery::default() };
        let joined: Vec<_> = (1..=6).flat_map(|n| fixture.ids(&page(n))).collect();
        assert_eq!(joined, fixture.ids(&SearchQuery { sort, per_page: 100, ..page(1) }));
        assert_eq!(joined.iter().collect::<BTreeSet<_>>().len(), 47);
    }
}

#[test]
fn names_sort_forward_and_backward() {
    let fixture = Fixture::new(&[named(1, "B"), named(2, "a"), named(3, "B"), named(4, "B-1")]);
    let sorted = |direction| SearchQuery { sort: Sort::Name(direction), ..SearchQuery::default() };
    assert_eq!(fixture.ids(&sorted(Direction::Ascending)), [2, 1, 3, 4]);
    assert_eq!(fixture.ids(&sorted(Direction::Descending)), [4, 3, 1, 2]);
}

#[test]
fn the_same_document_again_changes_nothing_and_a_deleted_one_is_gone() {
    let fixture = Fixture::new(&[named(1, "a"), named(2, "b")]);
    let before = fixture.answer(&SearchQuery::default());
    fixture.put(&[named(1, "a"), named(1, "a")], 2);
    let after = fixture.answer(&SearchQuery::default());
    assert_eq!((after.total, after.hits, after.as_of), (before.total, before.hits, 2));
    let mut writer = fixture.index.writer(1).expect("the only writer");
    writer.delete(id(1)).expect("there");
    writer.delete(id(77)).expect("not there");
    writer.put(&named(3, "c")).expect("a document");
    writer.delete(id(3)).expect("not committed");
    writer.commit(3, &[]).expect("a commit");
    assert_eq!((fixture.find(""), fixture.index.count()), (vec![2], 1));
    writer.clear().expect("cleared");
    writer.put(&named(2, "b")).expect("a document");
    writer.commit(4, &[]).expect("a commit");
    writer.finish().expect("merged");
    assert_eq!((fixture.find(""), fixture.index.position()), (vec![2], 4));
}

#[test]
fn a_record_put_again_is_found_by_its_new_name_only() {
    let fixture = Fixture::new(&[named(1, "before")]);
    fixture.put(&[named(1, "after")], 2);
    assert_eq!((fixture.find("before"), fixture.find("after")), (vec![], vec![1]));
}

#[test]
fn the_position_survives_a_reopening() {
    let Fixture { dir, index } = Fixture::new(&[named(1, "a")]);
    assert_eq!(index.position(), 1);
    drop(index);
    let again = EmbeddedIndex::open(dir.path()).expect("the index of before");
    assert_eq!((again.position(), again.count()), (1, 1));
}

#[test]
fn a_damaged_or_foreign_index_starts_empty() {
    let Fixture { dir, index } = Fixture::new(&[named(1, "a")]);
    drop(index);
    fs::write(dir.path().join("stamp.txt"), "another format").expect("written");
    let wiped = EmbeddedIndex::open(dir.path()).expect("a new index");
    assert_eq!((wiped.position(), wiped.count()), (0, 0));
    let fixture = Fixture { dir, index: wiped };
    fixture.put(&[named(1, "a")], 5);
    drop(fixture.index);
    let files =
        fs::read_dir(fixture.dir.path()).expect("a folder").map(|file| file.expect("a file"));
    let column =
        files.map(|file| file.path()).find(|path| path.extension().is_some_and(|e| e == "fast"));
    fs::write(column.expect("a file of columns"), "damage").expect("written");
    let wiped = EmbeddedIndex::open(fixture.dir.path()).expect("a new index");
    assert_eq!((wiped.position(), wiped.count()), (0, 0));
}

#[test]
fn a_folder_of_other_files_is_left_alone() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    fs::write(dir.path().join("thesis.txt"), "dear to me").expect("written");
    let refused = EmbeddedIndex::open(dir.path());
    assert!(matches!(refused, Err(SearchError::NotAnIndex { .. })));
    assert!(dir.path().join("thesis.txt").exists());
}

#[test]
fn a_second_writer_is_refused() {
    let fixture = Fixture::new(&[]);
    let _first = fixture.index.writer(1).expect("the only writer");
    assert!(matches!(fixture.index.writer(1), Err(SearchError::Locked { .. })));
}

#[test]
fn a_reader_elsewhere_sees_a_commit_after_its_reload() {
    let fixture = Fixture::new(&[named(1, "a")]);
    let elsewhere = EmbeddedIndex::open(fixture.dir.path()).expect("the same index");
    fixture.put(&[named(2, "b")], 2);
    assert_eq!((elsewhere.count(), elsewhere.position()), (1, 1));
    elsewhere.reload().expect("reloaded");
    assert_eq!((elsewhere.count(), elsewhere.position()), (2, 2));
}

#[test]
fn searches_go_on_while_a_writer_commits() {
    let fixture = Fixture::new(&[named(0, "line")]);
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut seen = 0;
            while seen < 20 {
                let answer = fixture
                    .answer(&SearchQuery { text: "line".to_owned(), ..SearchQuery::default() });
                assert!(answer.as_of >= seen, "answers never grow older");
                assert_eq!(i64::try_from(answer.total), Ok(answer.as_of), "one commit, whole");
                seen = answer.as_of;
            }
        });
        for n in 1..20 {
            fixture.put(&[named(n, "line")], i64::try_from(n).expect("small") + 1);
        }
        reader.join().expect("no failed assertion");
    });
}
