//! What the catalogue asks of its database, on the demo catalogue: lists, filters, look-ups, transactions.

use std::collections::BTreeSet;

use stemma::{
    db::{external_id, link, log, name, record, setting},
    domain::{
        cell_line::LineFacts,
        disease::DiseaseFacts,
        donor::DonorFacts,
        facet::Facet,
        filter::{Comparison, Condition},
        id::RecordKind,
        page::{Direction, Order, Page, PageRequest, Place, SortKey},
        publication::PublicationFacts,
        record::{Facts, Relation},
        term::Key,
    },
    import::{DEMO, Format},
};
use uuid::Uuid;

use crate::support::{Backend, TestDb, both_backends, run, start};

both_backends!(
    every_statement_runs,
    pages_forward_are_the_reverse_of_pages_backward,
    pages_say_whether_there_is_more,
    every_filter_counts_what_it_lists,
    a_negated_filter_is_the_rest,
    a_transaction_that_is_dropped_leaves_nothing,
    readers_cannot_write_and_do_not_wait_for_the_writer,
    long_lists_of_ids_are_read_whole,
    any_text_is_kept_as_it_is,
);

async fn every_statement_runs(app: TestDb) {
    app.import(Format::Jsonl, DEMO).await;
    let line = app.line("CVCL_A324").await.record;
    let mut tx = app.catalogue.db().begin().await.unwrap();
    let conn = &mut tx.conn();
    let ids = [line.id.uuid];
    assert_eq!(record::get_many(conn, &ids).await.unwrap().len(), 1);
    let accession = [line.accession.as_str()];
    assert_eq!(record::find_by_accession(conn, accession).await.unwrap().len(), 1);
    assert!(!record::counts(conn).await.unwrap().is_empty());
    let key = Key::new("cellosaurus", "CVCL_A324");
    assert_eq!(external_id::find(conn, [&key]).await.unwrap()[&key], [line.id]);
    assert_eq!(name::find(conn, RecordKind::CellLine, "201b7").await.unwrap(), ids);
    assert!(!name::suggest(conn, "201b", 5).await.unwrap().is_empty());
    let donors = link::of(conn, &ids).await.unwrap();
    let donor = donors.iter().find(|link| link.relation == Relation::Donor).unwrap().to;
    assert!(!link::to(conn, &[donor], Relation::Donor).await.unwrap().is_empty());
    link::asked_for(conn, [&key]).await.unwrap();
    link::labels(conn, ["NCBITaxon:9606"]).await.unwrap();
    let ipsc = "ipsc".to_owned();
    let bearing = link::bearing(conn, Facet::Kind, &BTreeSet::from([ipsc.clone()])).await.unwrap();
    assert!(bearing[&ipsc].contains(&line.id.uuid));
    let head = log::head(conn).await.unwrap();
    assert_eq!(log::after(conn, head.seq - 2, 10).await.unwrap().len(), 2);
    assert!(matches!(log::touched(conn, 0, 10).await.unwrap(), Some((10, _))));
    assert_eq!(log::touched(conn, head.seq, 10).await.unwrap(), None);
    assert_eq!(setting::get(conn, "colour").await.unwrap(), None);
    assert_eq!(setting::get_or_insert(conn, "colour", "red").await.unwrap(), "red");
    assert_eq!(setting::get_or_insert(conn, "colour", "blue").await.unwrap(), "red");
    assert_eq!(setting::take_numbers(conn, "n", 3).await.unwrap(), 1);
    setting::pass_number(conn, "n", 2).await.unwrap();
    assert_eq!(setting::take_numbers(conn, "n", 1).await.unwrap(), 4);
    setting::pass_number(conn, "n", 9).await.unwrap();
    assert_eq!(setting::take_numbers(conn, "n", 1).await.unwrap(), 10);
}

const ORDERS: [Order; 4] = [
    Order { key: SortKey::Name, descending: false },
    Order { key: SortKey::Name, descending: true },
    Order { key: SortKey::Updated, descending: false },
    Order { key: SortKey::Updated, descending: true },
];

/// The ids of a list, walked page by page from one end.
async fn walk<F: Facts>(app: &TestDb, order: Order, direction: Direction, size: u32) -> Vec<Uuid> {
    let mut request = PageRequest { size, direction, after: None, before: None };
    let mut ids = Vec::new();
    loop {
        let page: Page<_> =
            app.catalogue.list::<F>(&Condition::everything(), order, &request).await.unwrap();
        let mut found: Vec<(Uuid, Place)> =
            page.items.into_iter().map(|item| (item.stored.record.id.uuid, item.place)).collect();
        if direction == Direction::Backward {
            found.reverse();
        }
        let Some((_, last)) = found.last().cloned() else { return ids };
        ids.extend(found.into_iter().map(|(id, _)| id));
        let more = match direction {
            Direction::Forward => page.has_next,
            Direction::Backward => page.has_previous,
        };
        if !more {
            return ids;
        }
        match direction {
            Direction::Forward => request.after = Some(last),
            Direction::Backward => request.before = Some(last),
        }
    }
}

async fn walks_agree<F: Facts>(app: &TestDb) {
    let all: BTreeSet<Uuid> = app.all::<F>().await.into_iter().map(|s| s.record.id.uuid).collect();
    for order in ORDERS {
        let whole = walk::<F>(app, order, Direction::Forward, 100).await;
        assert_eq!(whole.iter().copied().collect::<BTreeSet<_>>(), all, "{order:?}");
        assert_eq!(whole.len(), all.len(), "{order:?}");
        for size in [1, 3, 7] {
            let forward = walk::<F>(app, order, Direction::Forward, size).await;
            let mut backward = walk::<F>(app, order, Direction::Backward, size).await;
            backward.reverse();
            assert_eq!(forward, whole, "{order:?} by {size}");
            assert_eq!(backward, whole, "{order:?} by {size}, backward");
        }
        let opposite = Order { descending: !order.descending, ..order };
        let mut turned = walk::<F>(app, opposite, Direction::Forward, 100).await;
        turned.reverse();
        assert_eq!(turned, whole, "{order:?} and its opposite");
    }
}

async fn pages_forward_are_the_reverse_of_pages_backward(app: TestDb) {
    app.import(Format::Jsonl, DEMO).await;
    walks_agree::<LineFacts>(&app).await;
    // Donors have no names, so all stand in the order of their accessions.
    walks_agree::<DonorFacts>(&app).await;
    walks_agree::<PublicationFacts>(&app).await;
}

async fn pages_say_whether_there_is_more(app: TestDb) {
    let rows = (1..=3).map(|n| format!("CVCL_000{n}\tLine {n}\n")).collect::<Vec<_>>().concat();
    app.import(Format::CellosaurusNames, format!("cvcl\tname\n{rows}")).await;
    let page = async |size, after: Option<Place>| {
        let request = PageRequest { size, direction: Direction::Forward, after, before: None };
        app.catalogue
            .list::<LineFacts>(&Condition::everything(), Order::default(), &request)
            .await
            .unwrap()
    };
    let first = page(2, None).await;
    assert_eq!((first.items.len(), first.has_previous, first.has_next), (2, false, true));
    let second = page(2, Some(first.items[1].place.clone())).await;
    assert_eq!((second.items.len(), second.has_previous, second.has_next), (1, true, false));
    let all = page(3, None).await;
    assert_eq!((all.items.len(), all.has_previous, all.has_next), (3, false, false));
    let none = page(2, Some(all.items[2].place.clone())).await;
    assert_eq!((none.items.len(), none.has_next), (0, false));
}

fn conditions() -> Vec<Condition> {
    let facets = [
        (Facet::Kind, "ipsc"),
        (Facet::Species, "NCBITaxon:9606"),
        (Facet::CatalogueClass, "disease_specific"),
        (Facet::DonorSex, "female"),
        (Facet::AgeBand, "35-39"),
        (Facet::SourceRegistry, "riken-brc"),
        (Facet::Country, "JP"),
        (Facet::Disease, "MONDO:0005180"),
        (Facet::Notification, "shitei:6"),
    ];
    let mut conditions: Vec<Condition> =
        facets.into_iter().map(|(facet, code)| Condition::facet(facet, code)).collect();
    conditions.extend(Facet::ALL.map(|facet| Condition::HasFacet(facet, true)));
    conditions.extend(Facet::ALL.map(|facet| Condition::HasFacet(facet, false)));
    conditions.extend([
        Condition::everything(),
        Condition::Any(Vec::new()),
        Condition::Name { folded: "201b7".to_owned(), prefix: false },
        Condition::Name { folded: "20".to_owned(), prefix: true },
        Condition::HasScheme("riken_brc".to_owned()),
        Condition::Updated(Comparison::Greater, start()),
        Condition::Updated(Comparison::Less, start()),
        Condition::All(vec![
            Condition::facet(Facet::Kind, "ipsc"),
            Condition::Any(vec![
                Condition::facet(Facet::DonorSex, "male"),
                Condition::HasScheme("allen".to_owned()),
            ]),
        ]),
    ]);
    conditions
}

async fn listed(app: &TestDb, condition: &Condition) -> BTreeSet<Uuid> {
    let mut request =
        PageRequest { size: 100, direction: Direction::Forward, after: None, before: None };
    let mut found = BTreeSet::new();
    loop {
        let page =
            app.catalogue.list::<LineFacts>(condition, Order::default(), &request).await.unwrap();
        request.after = page.items.last().map(|item| item.place.clone());
        let (count, more) = (found.len() + page.items.len(), page.has_next);
        found.extend(page.items.into_iter().map(|item| item.stored.record.id.uuid));
        assert_eq!(found.len(), count, "{condition:?} lists a line twice");
        if !more {
            return found;
        }
    }
}

async fn every_filter_counts_what_it_lists(app: TestDb) {
    app.import(Format::Jsonl, DEMO).await;
    for condition in conditions() {
        let count = app.catalogue.count(RecordKind::CellLine, &condition).await.unwrap();
        let listed = i64::try_from(listed(&app, &condition).await.len()).unwrap();
        assert_eq!(listed, count, "{condition:?}");
    }
}

async fn a_negated_filter_is_the_rest(app: TestDb) {
    app.import(Format::Jsonl, DEMO).await;
    let all = listed(&app, &Condition::everything()).await;
    for condition in conditions() {
        let found = listed(&app, &condition).await;
        let rest = listed(&app, &Condition::Not(Box::new(condition.clone()))).await;
        assert!(found.is_disjoint(&rest), "{condition:?}");
        assert_eq!(found.union(&rest).count(), all.len(), "{condition:?}");
    }
}

#[test]
fn both_engines_list_the_same_lines() {
    run(Backend::Postgres, |postgres| async move {
        let sqlite = TestDb::start(Backend::Sqlite).await.unwrap();
        for app in [&postgres, &sqlite] {
            app.import(Format::Jsonl, DEMO).await;
        }
        for order in ORDERS {
            let walk = async |app| walk::<LineFacts>(app, order, Direction::Forward, 10).await;
            assert_eq!(walk(&postgres).await, walk(&sqlite).await, "{order:?}");
        }
        for condition in conditions() {
            let (one, two) =
                (listed(&postgres, &condition).await, listed(&sqlite, &condition).await);
            assert_eq!(one, two, "{condition:?}");
        }
        assert_eq!(postgres.export().await, sqlite.export().await);
        assert_eq!(
            postgres.head().await,
            sqlite.head().await,
            "the same changes give the same hashes"
        );
    });
}

async fn a_transaction_that_is_dropped_leaves_nothing(app: TestDb) {
    let mut tx = app.catalogue.db().begin().await.unwrap();
    setting::take_numbers(&mut tx.conn(), "n", 5).await.unwrap();
    drop(tx);
    let mut tx = app.catalogue.db().begin().await.unwrap();
    assert_eq!(setting::take_numbers(&mut tx.conn(), "n", 1).await.unwrap(), 1);
}

async fn readers_cannot_write_and_do_not_wait_for_the_writer(app: TestDb) {
    let db = app.catalogue.db();
    let mut tx = db.begin().await.unwrap();
    setting::take_numbers(&mut tx.conn(), "n", 5).await.unwrap();
    assert_eq!(app.number("SELECT COUNT(*) FROM counters").await, 0, "not yet committed");
    tx.commit().await.unwrap();
    assert_eq!(app.number("SELECT COUNT(*) FROM counters").await, 1);
    if app.address.starts_with("sqlite") {
        let mut lent = db.read().await.unwrap();
        setting::take_numbers(&mut lent.conn(), "n", 5).await.unwrap_err();
    }
}

async fn long_lists_of_ids_are_read_whole(app: TestDb) {
    let rows = (0..1203).map(|n| format!("CVCL_{n:04}\tLine {n}\n")).collect::<Vec<_>>().concat();
    app.import(Format::CellosaurusNames, format!("cvcl\tname\n{rows}")).await;
    let ids: Vec<Uuid> =
        app.all::<LineFacts>().await.iter().map(|stored| stored.record.id.uuid).collect();
    assert_eq!(ids.len(), 1203);
    assert_eq!(app.catalogue.get_many::<LineFacts>(&ids).await.unwrap().len(), 1203);
    assert!(app.catalogue.get_many::<DiseaseFacts>(&ids).await.unwrap().is_empty(), "another kind");
    assert!(app.catalogue.get_many::<LineFacts>(&[]).await.unwrap().is_empty());
}

async fn any_text_is_kept_as_it_is(app: TestDb) {
    let names = [
        "'; DROP TABLE records; --",
        "100 %_\\",
        "ｉＰＳ細胞 201Ｂ７",
        "e\u{301}",
        "😀 \"x\"",
        "$1",
    ];
    let rows: Vec<String> =
        names.iter().enumerate().map(|(n, name)| format!("CVCL_000{n}\t{name}\n")).collect();
    let report =
        app.import(Format::CellosaurusNames, format!("cvcl\tname\n{}", rows.concat())).await;
    assert_eq!(report.taken, 6, "{report:?}");
    for (n, name) in names.iter().enumerate() {
        let line = app.line(&format!("CVCL_000{n}")).await.record;
        assert_eq!(line.names()[0].text, *name);
        assert_eq!(app.catalogue.lines_by_name(name).await.unwrap().len(), 1, "{name}");
    }
}
