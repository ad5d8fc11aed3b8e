//! The mirror keeps what the database says, whatever happens to it on the way.

use std::{
    collections::{BTreeMap, BTreeSet},
    process::Stdio,
    time::{Duration, Instant},
};

use serde_json::Value;
use stemma::{
    catalogue::{
        Catalogue,
        search::{Direction, SearchRequest, Sort},
    },
    domain::{facet::Facet, id::RecordKind},
    import::{DEMO, Format},
    search::{
        meilisearch::{KeyUse, Keys, Meilisearch, Meta, stamp},
        mirror::{Mirror, Turn},
        query::SearchQuery,
    },
};

use crate::{
    contract::meilisearch::{Server, done},
    double::{Double, Fault},
    search::request,
    support::{Backend, Killed, TestDb, both_backends, run},
};

both_backends!(
    every_visible_record_is_in_the_index_and_nothing_else,
    a_change_reaches_the_index_and_what_is_hidden_leaves_it,
    of_two_processes_one_leads,
    a_refused_document_is_set_aside_and_the_others_go_in,
    after_every_fault_index_and_database_agree,
    a_slow_server_is_waited_for,
    an_answer_that_was_lost_is_found_by_its_tag,
    a_server_that_comes_back_empty_is_filled_anew,
    an_index_of_other_settings_is_built_anew,
    a_rebuild_that_is_cut_off_at_any_request_begins_again,
    what_drifted_is_found_and_repaired,
    an_index_that_counts_its_facets_wrongly_is_built_anew,
    while_the_server_is_down_the_embedded_index_answers,
    both_engines_count_alike,
    many_lines_named_by_one_number_stand_on_their_pages,
    a_deletion_that_is_canceled_alone_is_sent_again,
    the_keys_that_are_made_are_enough,
    an_index_that_has_fallen_behind_is_not_searched,
    an_index_of_a_log_that_went_another_way_is_not_searched,
    who_was_deposed_has_the_index_compared,
    a_long_backlog_is_caught_up_whatever_happens_on_the_way,
    how_far_the_mirror_is_behind_is_measured,
    servers_that_are_killed_leave_an_index_that_agrees,
);

#[test]
fn a_real_server_that_is_killed_again_and_again_agrees_in_the_end() {
    run(Backend::Sqlite, |app| async move {
        let Some(mut server) = Server::real().await else {
            eprintln!("skipped: no real Meilisearch is at hand");
            return;
        };
        let engine = server.engine("killed", &app.catalogue.log_id().await.unwrap());
        let mut mirror = app.catalogue.clone().with_meilisearch(engine).mirror().unwrap();
        let rows: Vec<&str> = DEMO.lines().collect();
        for (n, part) in rows.chunks(40).enumerate() {
            app.import(Format::Jsonl, part.join("\n")).await;
            let after = Duration::from_millis(37 * (n as u64 + 1));
            let kill = async {
                tokio::time::sleep(after).await;
                server.kill().await;
            };
            // Whether the turn came through depends on where it was met.
            let (turn, ()) = tokio::join!(mirror.turn(), kill);
            eprintln!("killed after {after:?}: {turn:?}");
        }
        for _ in 0..20 {
            if mirror.turn().await.is_ok() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        assert_eq!(mirror.turn().await.unwrap(), Turn::Current(app.head().await.seq));
        let drift = mirror.compare_live().await.unwrap().unwrap();
        assert!(drift.is_none(), "{drift}");
    });
}

const INDEX: &str = "test";
const NAMES: &str = "cvcl\tname\nCVCL_0001\tOne\nCVCL_0002\tTwo\nCVCL_0003\tThree\n";

/// A catalogue that is mirrored to a double.
struct Mirrored {
    double: Double,
    catalogue: Catalogue,
    engine: Meilisearch,
    mirror: Mirror,
}

impl Mirrored {
    async fn start(app: &TestDb) -> Self {
        let double = Double::start().await;
        let keys = Keys { key: Some(double.key().to_owned()), ..Keys::default() };
        let log = app.catalogue.log_id().await.unwrap();
        let engine = Meilisearch::new(&double.url(), &keys, INDEX, &log).unwrap();
        let catalogue = app.catalogue.clone().with_meilisearch(engine.clone());
        let mirror = catalogue.mirror().unwrap();
        Self { double, catalogue, engine, mirror }
    }

    async fn turn(&mut self) -> i64 {
        match self.mirror.turn().await.unwrap() {
            Turn::Current(position) => position,
            Turn::Follower => panic!("nobody else leads"),
        }
    }

    /// The documents but for the index's own.
    fn rows(&self) -> BTreeMap<String, Value> {
        let mut rows = self.double.documents(INDEX);
        rows.remove("meta");
        rows
    }

    async fn assert_equal(&self) {
        let drift = self.mirror.compare_live().await.unwrap().unwrap();
        assert!(drift.is_none(), "{drift}");
        assert_eq!(self.double.indexes(), [INDEX]);
    }
}

async fn withdraw(app: &TestDb, cvcl: &str) {
    let record = app.line(cvcl).await.record;
    let draft = format!(
        r#"{{"kind":"cell_line","id":"{}","accession":"{}","state":"withdrawn","layers":[{{"source":"curator","key":"x","facts":{{}}}}]}}"#,
        record.id, record.accession
    );
    let report = app.import(Format::Jsonl, draft).await;
    assert_eq!(report.merged, 1, "{:?}", report.rows);
}

async fn every_visible_record_is_in_the_index_and_nothing_else(app: TestDb) {
    app.import(Format::Jsonl, DEMO).await;
    let mut mirrored = Mirrored::start(&app).await;
    assert_eq!(mirrored.turn().await, app.head().await.seq);
    let (counts, _) = app.catalogue.counts().await.unwrap();
    let shown = [RecordKind::CellLine, RecordKind::Disease];
    let visible = counts.iter().filter(|(kind, _)| shown.contains(kind)).map(|(_, n)| n);
    assert_eq!(i64::try_from(mirrored.rows().len()).unwrap(), visible.sum::<i64>());
    mirrored.assert_equal().await;
    let before = mirrored.double.requests();
    mirrored.turn().await;
    assert_eq!(mirrored.double.requests(), before, "nothing has changed, so nothing is asked");
}

async fn a_change_reaches_the_index_and_what_is_hidden_leaves_it(app: TestDb) {
    app.import(Format::CellosaurusNames, NAMES).await;
    let mut mirrored = Mirrored::start(&app).await;
    mirrored.turn().await;
    app.import(Format::CellosaurusNames, "cvcl\tname\nCVCL_0002\tZwei\n").await;
    withdraw(&app, "CVCL_0003").await;
    mirrored.turn().await;
    let names: BTreeSet<String> =
        mirrored.rows().values().map(|row| row["names"].to_string()).collect();
    assert_eq!(names, BTreeSet::from([r#"["one"]"#.to_owned(), r#"["zwei"]"#.to_owned()]));
    mirrored.assert_equal().await;
}

async fn of_two_processes_one_leads(app: TestDb) {
    app.import(Format::CellosaurusNames, NAMES).await;
    let mut first = Mirrored::start(&app).await;
    let mut second = first.catalogue.mirror().unwrap();
    first.turn().await;
    assert_eq!(second.turn().await.unwrap(), Turn::Follower);
    first.mirror.step_down().await.unwrap();
    assert_eq!(second.turn().await.unwrap(), Turn::Current(app.head().await.seq));
    assert_eq!(first.mirror.turn().await.unwrap(), Turn::Follower);
}

async fn a_refused_document_is_set_aside_and_the_others_go_in(app: TestDb) {
    let rows = (0..40).map(|n| format!("CVCL_00{n:02}\tLine {n}\n"));
    app.import(Format::CellosaurusNames, "cvcl\tname\n".to_owned() + &rows.collect::<String>())
        .await;
    let mut mirrored = Mirrored::start(&app).await;
    let bad = app.line("CVCL_0017").await.record.id;
    mirrored.double.fault(Fault::Refuse(BTreeSet::from([bad.to_string()])));
    mirrored.turn().await;
    assert_eq!(mirrored.rows().len(), 39);
    let aside = mirrored.catalogue.set_aside().await.unwrap();
    assert_eq!(aside.iter().map(|one| one.record).collect::<Vec<_>>(), [bad]);
    assert!(aside[0].reason.contains("invalid_document_fields"), "{}", aside[0].reason);
    mirrored.double.heal();
    app.import(Format::CellosaurusNames, "cvcl\tname\nCVCL_0017\tCorrected\n").await;
    mirrored.turn().await;
    assert_eq!(mirrored.catalogue.set_aside().await.unwrap(), []);
    mirrored.assert_equal().await;
}

async fn after_every_fault_index_and_database_agree(app: TestDb) {
    app.import(Format::CellosaurusNames, NAMES).await;
    let mut mirrored = Mirrored::start(&app).await;
    mirrored.turn().await;
    let faults = [
        Fault::Down,
        Fault::CutAnswer,
        Fault::DiskFull,
        Fault::TaskFailsInside,
        Fault::LoseTasks,
        Fault::CancelTasks,
        Fault::WrongKey,
    ];
    for (n, fault) in faults.into_iter().enumerate() {
        let told = format!("{fault:?}");
        mirrored.double.fault(fault);
        let changed = format!("cvcl\tname\nCVCL_0001\tName {n}\nCVCL_1{n:03}\tNew {n}\n");
        app.import(Format::CellosaurusNames, changed).await;
        assert!(mirrored.mirror.turn().await.is_err(), "{told} goes unnoticed");
        assert_eq!(
            mirrored.catalogue.set_aside().await.unwrap(),
            [],
            "{told} is no document's fault"
        );
        mirrored.double.heal();
        mirrored.turn().await;
        mirrored.assert_equal().await;
    }
}

async fn a_deletion_that_is_canceled_alone_is_sent_again(app: TestDb) {
    app.import(Format::CellosaurusNames, NAMES).await;
    let mut mirrored = Mirrored::start(&app).await;
    mirrored.turn().await;
    mirrored.double.fault(Fault::CancelDeletions);
    withdraw(&app, "CVCL_0003").await;
    app.import(Format::CellosaurusNames, "cvcl\tname\nCVCL_0002\tZwei\n").await;
    assert!(mirrored.mirror.turn().await.is_err());
    mirrored.double.heal();
    mirrored.turn().await;
    assert_eq!(mirrored.rows().len(), 2);
    mirrored.assert_equal().await;
}

async fn the_keys_that_are_made_are_enough(app: TestDb) {
    app.import(Format::CellosaurusNames, NAMES).await;
    let mut mirrored = Mirrored::start(&app).await;
    let mut made = Vec::new();
    for purpose in KeyUse::ALL {
        let key = mirrored.engine.make_key(purpose).await.unwrap();
        assert_eq!(mirrored.engine.make_key(purpose).await.unwrap(), key, "made once");
        made.push(Some(key));
    }
    let [key, rebuild, search] = <[Option<String>; 3]>::try_from(made).unwrap();
    let log = app.catalogue.log_id().await.unwrap();
    let keys = Keys { key: key.clone(), rebuild, search };
    let limited = Meilisearch::new(&mirrored.double.url(), &keys, INDEX, &log).unwrap();
    mirrored.catalogue = app.catalogue.clone().with_meilisearch(limited.clone());
    mirrored.mirror = mirrored.catalogue.mirror().unwrap();
    for _ in 0..2 {
        mirrored.mirror.want_rebuild().await.unwrap();
        mirrored.turn().await;
        mirrored.assert_equal().await;
    }
    assert_eq!(limited.search(&SearchQuery::default()).await.unwrap().total, 3);
    let daily = Keys { key, ..Keys::default() };
    let daily = Meilisearch::new(&mirrored.double.url(), &daily, INDEX, &log).unwrap();
    let mut mirror = app.catalogue.clone().with_meilisearch(daily).mirror().unwrap();
    mirrored.mirror.step_down().await.unwrap();
    mirror.want_rebuild().await.unwrap();
    app.import(Format::CellosaurusNames, "cvcl\tname\nCVCL_0001\tEins\n").await;
    assert!(mirror.turn().await.is_err(), "the daily key builds no index");
    assert!(mirrored.rows().values().any(|row| row["names"] == serde_json::json!(["eins"])));
}

const PARKINSON: (&str, &str) = ("mondo_ids", "MONDO:0005180");

async fn many_lines_named_by_one_number_stand_on_their_pages(app: TestDb) {
    let names: Vec<String> = (0..130).map(|n| format!("ABCi{n:03}-A")).collect();
    let row = |name| [("hpscreg_name", name), ("donor_disease_ids", "MONDO_0005180"), PARKINSON];
    let rows: Vec<[(&str, &str); 3]> = names.iter().map(|name| row(name.as_str())).collect();
    let given: Vec<&[(&str, &str)]> = rows.iter().map(|row| &row[..]).collect();
    app.import(Format::Mondo, r#"{"MONDO:0005180": {"label": "Parkinson disease"}}"#).await;
    app.import(Format::HpscregClo, crate::support::hpscreg(&given)).await;
    let mut mirrored = Mirrored::start(&app).await;
    mirrored.turn().await;
    for sort in [Sort::Relevance, Sort::Name(Direction::Ascending)] {
        let mut seen = Vec::new();
        for page in 1..=6 {
            let asked = SearchRequest { page, sort, ..request("MONDO:0005180") };
            let found = mirrored.catalogue.search(asked).await.unwrap();
            assert_eq!((found.engine, found.total), ("meilisearch", 131));
            seen.extend(found.hits.iter().map(|hit| hit.stored.record.accession().to_owned()));
        }
        assert_eq!(seen.len(), 131, "{sort:?}");
        assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), 131, "{sort:?}");
        assert_eq!(seen[0] == "MONDO:0005180", sort == Sort::Relevance);
    }
}

async fn an_answer_that_was_lost_is_found_by_its_tag(app: TestDb) {
    app.import(Format::CellosaurusNames, NAMES).await;
    let mut mirrored = Mirrored::start(&app).await;
    mirrored.turn().await;
    mirrored.double.fault(Fault::CutEnqueued);
    app.import(Format::CellosaurusNames, "cvcl\tname\nCVCL_0009\tNine\n").await;
    withdraw(&app, "CVCL_0003").await;
    mirrored.turn().await;
    assert_eq!(mirrored.rows().len(), 3);
    mirrored.assert_equal().await;
}

async fn a_slow_server_is_waited_for(app: TestDb) {
    app.import(Format::CellosaurusNames, NAMES).await;
    let mut mirrored = Mirrored::start(&app).await;
    mirrored.turn().await;
    mirrored.double.fault(Fault::Slow(Duration::from_millis(30)));
    app.import(Format::CellosaurusNames, "cvcl\tname\nCVCL_0009\tNine\n").await;
    mirrored.turn().await;
    mirrored.assert_equal().await;
}

async fn a_server_that_comes_back_empty_is_filled_anew(app: TestDb) {
    app.import(Format::CellosaurusNames, NAMES).await;
    let mut mirrored = Mirrored::start(&app).await;
    mirrored.turn().await;
    mirrored.double.wipe();
    app.import(Format::CellosaurusNames, "cvcl\tname\nCVCL_0009\tNine\n").await;
    mirrored.turn().await;
    assert_eq!(mirrored.rows().len(), 4);
    mirrored.assert_equal().await;
}

async fn an_index_of_other_settings_is_built_anew(app: TestDb) {
    app.import(Format::CellosaurusNames, NAMES).await;
    let mut mirrored = Mirrored::start(&app).await;
    mirrored.turn().await;
    let now = mirrored.engine.meta(INDEX).await.unwrap().unwrap();
    assert_eq!((now.position, &now.stamp), (app.head().await.seq, &stamp()));
    for meta in [
        Meta { stamp: "of another program".to_owned(), ..now.clone() },
        Meta { log: "another".to_owned(), ..now.clone() },
        Meta { position: now.position + 100, ..now.clone() },
        Meta { hash: "of a log that went another way".to_owned(), ..now },
    ] {
        let strange = r#"{ "id": "line_strange" }"#;
        let task = mirrored.engine.put(INDEX, [strange], Some(&meta), "test").await.unwrap();
        done(&mirrored.engine, task).await;
        let mut mirror = fresh_leader(&mut mirrored).await;
        mirror.turn().await.unwrap();
        mirrored.assert_equal().await;
        mirror.step_down().await.unwrap();
    }
}

async fn fresh_leader(mirrored: &mut Mirrored) -> Mirror {
    mirrored.mirror.step_down().await.unwrap();
    mirrored.catalogue.mirror().unwrap()
}

async fn a_rebuild_that_is_cut_off_at_any_request_begins_again(app: TestDb) {
    app.import(Format::CellosaurusNames, NAMES).await;
    let mut mirrored = Mirrored::start(&app).await;
    mirrored.turn().await;
    for request in 1.. {
        mirrored.mirror.want_rebuild().await.unwrap();
        let change = format!("cvcl\tname\nCVCL_0001\tName {request}\n");
        app.import(Format::CellosaurusNames, change).await;
        mirrored.double.fault(Fault::FailAtRequest(request));
        let cut = mirrored.mirror.turn().await.is_err();
        mirrored.double.heal();
        let mut mirror = fresh_leader(&mut mirrored).await;
        mirror.turn().await.unwrap();
        mirrored.assert_equal().await;
        mirror.step_down().await.unwrap();
        if !cut {
            assert!(request > 10, "a rebuild takes more requests than {request}");
            return;
        }
    }
}

async fn what_drifted_is_found_and_repaired(app: TestDb) {
    app.import(Format::CellosaurusNames, NAMES).await;
    let mut mirrored = Mirrored::start(&app).await;
    mirrored.turn().await;
    let ids: Vec<String> = mirrored.rows().into_keys().collect();
    mirrored.engine.delete(INDEX, &ids[..1], "test").await.unwrap();
    let mut stale = mirrored.rows()[&ids[1]].clone();
    stale["v"] = Value::from("another");
    let left = stemma::domain::id::RecordId::new(RecordKind::CellLine, uuid::Uuid::max());
    let mut row = stale.clone();
    row["id"] = Value::from(left.to_string());
    let strange = serde_json::json!({ "id": "stranger" });
    let rows = [stale, row, strange].map(|row| row.to_string());
    let rows = rows.iter().map(String::as_str);
    let task = mirrored.engine.put(INDEX, rows, None, "test").await.unwrap();
    done(&mirrored.engine, task).await;
    assert_eq!(measure(&mirrored.catalogue, "mirror_drift_found_total").await, "0");
    let drift = mirrored.mirror.check().await.unwrap().unwrap();
    for name in ["mirror_drift_found_total", "mirror_drift_repaired_total"] {
        assert_eq!(measure(&mirrored.catalogue, name).await, "4", "{name}");
    }
    let text = drift.to_string();
    assert_eq!(text, "1 documents missing, 1 stale, 1 left behind, 1 of somebody else");
    mirrored.assert_equal().await;
}

async fn an_index_that_counts_its_facets_wrongly_is_built_anew(app: TestDb) {
    app.import(Format::Jsonl, DEMO).await;
    let mut mirrored = Mirrored::start(&app).await;
    mirrored.turn().await;
    assert!(mirrored.mirror.check().await.unwrap().unwrap().is_none());
    mirrored.double.fault(Fault::Miscount);
    let drift = mirrored.mirror.check().await.unwrap().unwrap();
    let wrong = |text: &String| text.starts_with("kind ipsc ");
    assert!(drift.miscounted.iter().any(wrong), "{drift}");
    assert!(mirrored.mirror.is_rebuild_wanted().await.unwrap());
    let build = mirrored.mirror.live_build().await.unwrap();
    mirrored.turn().await;
    assert_ne!(mirrored.mirror.live_build().await.unwrap(), build);
    assert_eq!(mirrored.mirror.check().await.unwrap().unwrap().miscounted, drift.miscounted);
    assert!(!mirrored.mirror.is_rebuild_wanted().await.unwrap(), "building does not help");
    mirrored.double.heal();
    assert!(mirrored.mirror.check().await.unwrap().unwrap().is_none());
}

async fn while_the_server_is_down_the_embedded_index_answers(app: TestDb) {
    app.import(Format::Jsonl, DEMO).await;
    let searched = crate::search::Searched::open(&app, "index");
    searched.follow().await;
    let mut mirrored = Mirrored::start(&app).await;
    mirrored.turn().await;
    let catalogue = searched.catalogue.clone().with_meilisearch(mirrored.engine.clone());
    let up = catalogue.search(request("parkinson")).await.unwrap();
    assert_eq!((up.engine, up.degraded), ("meilisearch", false));
    for fault in [Fault::Down, Fault::Busy, Fault::CutAnswer, Fault::WrongKey] {
        let told = format!("{fault:?}");
        mirrored.double.fault(fault);
        let down = catalogue.search(request("parkinson")).await.unwrap();
        assert_eq!((down.engine, down.degraded), ("embedded", true), "{told}");
        assert_eq!(down.total, up.total, "{told}");
        mirrored.double.heal();
    }
}

async fn a_long_backlog_is_caught_up_whatever_happens_on_the_way(app: TestDb) {
    let names = |round: usize| -> String {
        let row = |n: usize| format!("CVCL_{n:04}\tLine {n} of {round}\n");
        "cvcl\tname\n".to_owned() + &(0..2300).map(row).collect::<String>()
    };
    app.import(Format::CellosaurusNames, names(0)).await;
    let mut mirrored = Mirrored::start(&app).await;
    mirrored.turn().await;
    // More than two stretches, cut off at every request of catching up but the first ones.
    for request in 2..9 {
        app.import(Format::CellosaurusNames, names(request)).await;
        mirrored.double.fault(Fault::FailAtRequest(request as u64));
        assert!(mirrored.mirror.turn().await.is_err(), "{request}");
        mirrored.double.heal();
        let mut mirror = fresh_leader(&mut mirrored).await;
        assert_eq!(mirror.turn().await.unwrap(), Turn::Current(app.head().await.seq));
        mirrored.assert_equal().await;
        mirror.step_down().await.unwrap();
    }
    app.import(Format::CellosaurusNames, names(9)).await;
    let bad = app.line("CVCL_0017").await.record.id;
    mirrored.double.fault(Fault::Refuse(BTreeSet::from([bad.to_string()])));
    mirrored.turn().await;
    assert_eq!(mirrored.rows().len(), 2299);
    let aside = mirrored.catalogue.set_aside().await.unwrap();
    assert_eq!(aside.iter().map(|one| one.record).collect::<Vec<_>>(), [bad]);
    mirrored.assert_equal().await;
}

async fn an_index_that_has_fallen_behind_is_not_searched(app: TestDb) {
    app.import(Format::CellosaurusNames, NAMES).await;
    let searched = crate::search::Searched::open(&app, "index");
    let mut mirrored = Mirrored::start(&app).await;
    mirrored.turn().await;
    withdraw(&app, "CVCL_0003").await;
    let later = app.as_another_process().await.with_index(searched.index());
    let later = later.with_meilisearch(mirrored.engine.clone());
    let found = later.search(request("")).await.unwrap();
    let (engine, degraded) = (found.engine, found.degraded);
    assert_eq!((engine, degraded), ("meilisearch", true), "the embedded index knows less still");
    searched.follow().await;
    let soon = searched.catalogue.clone().with_meilisearch(mirrored.engine.clone());
    let found = soon.search(request("")).await.unwrap();
    assert_eq!((found.engine, found.total), ("meilisearch", 3));
    let found = later.search(request("")).await.unwrap();
    assert_eq!((found.engine, found.degraded, found.total), ("embedded", true, 2));
    mirrored.turn().await;
    let found = later.search(request("")).await.unwrap();
    assert_eq!((found.engine, found.degraded, found.total), ("meilisearch", false, 2));
}

async fn an_index_of_a_log_that_went_another_way_is_not_searched(app: TestDb) {
    app.import(Format::CellosaurusNames, NAMES).await;
    let searched = crate::search::Searched::open(&app, "index");
    searched.follow().await;
    let mut mirrored = Mirrored::start(&app).await;
    mirrored.turn().await;
    let catalogue = searched.catalogue.clone().with_meilisearch(mirrored.engine.clone());
    let now = mirrored.engine.meta(INDEX).await.unwrap().unwrap();
    for meta in [
        Meta { position: now.position + 100, ..now.clone() },
        Meta { hash: "of a log that went another way".to_owned(), ..now.clone() },
    ] {
        let task = mirrored.engine.put(INDEX, [], Some(&meta), "test").await.unwrap();
        done(&mirrored.engine, task).await;
        let found = catalogue.search(request("")).await.unwrap();
        assert_eq!((found.engine, found.degraded), ("embedded", true), "{meta:?}");
    }
}

async fn who_was_deposed_has_the_index_compared(app: TestDb) {
    app.import(Format::CellosaurusNames, NAMES).await;
    let mut mirrored = Mirrored::start(&app).await;
    mirrored.turn().await;
    app.meddle("UPDATE leases SET until = '1970-01-01T00:00:00+00:00'", Vec::new()).await;
    let mut second = mirrored.catalogue.mirror().unwrap();
    second.turn().await.unwrap();
    assert!(!second.is_doubted().await.unwrap());
    // As long as a lease counts as fresh.
    tokio::time::sleep(Duration::from_millis(10_100)).await;
    assert_eq!(mirrored.mirror.turn().await.unwrap(), Turn::Follower);
    assert!(second.is_doubted().await.unwrap());
    assert!(second.check().await.unwrap().unwrap().is_none());
    assert!(!second.is_doubted().await.unwrap());
}

async fn how_far_the_mirror_is_behind_is_measured(app: TestDb) {
    app.import(Format::CellosaurusNames, NAMES).await;
    let mut mirrored = Mirrored::start(&app).await;
    assert_eq!(measure(&mirrored.catalogue, "mirror_lag_revisions").await, "NaN", "nobody leads");
    mirrored.turn().await;
    assert_eq!(measure(&mirrored.catalogue, "mirror_lag_revisions").await, "0.0");
    assert_eq!(measure(&mirrored.catalogue, "mirror_lag_seconds").await, "0.0");
    mirrored.double.fault(Fault::Busy);
    app.import(Format::CellosaurusNames, "cvcl\tname\nCVCL_0001\tEins\nCVCL_0009\tNine\n").await;
    mirrored.catalogue.search(request("")).await.unwrap_err();
    mirrored.double.fault(Fault::Down);
    mirrored.mirror.turn().await.unwrap_err();
    assert_eq!(measure(&mirrored.catalogue, "mirror_lag_revisions").await, "2.0");
    assert_ne!(measure(&mirrored.catalogue, "mirror_lag_seconds").await, "0.0");
    assert_eq!(measure(&mirrored.catalogue, "mirror_turns_failed_total").await, "1");
    assert_eq!(measure(&mirrored.catalogue, "log_head").await, "5");
    let bad = app.line("CVCL_0009").await.record.id;
    mirrored.double.fault(Fault::Refuse(BTreeSet::from([bad.to_string()])));
    mirrored.turn().await;
    assert_eq!(measure(&mirrored.catalogue, "mirror_documents_set_aside").await, "1");
    mirrored.catalogue.search(request("")).await.unwrap();
    let by = r#"searches_total{engine="meilisearch",degraded="0"}"#;
    assert_eq!(measure(&mirrored.catalogue, by).await, "1");
}

/// One number of what is measured, as it is written.
async fn measure(catalogue: &Catalogue, name: &str) -> String {
    let text = catalogue.measured().await.unwrap();
    let value = text.lines().find_map(|line| {
        line.strip_prefix("stemma_")?.strip_prefix(name)?.strip_prefix(' ').map(ToOwned::to_owned)
    });
    value.unwrap_or_else(|| panic!("{name} is not measured:\n{text}"))
}

/// Two servers on one database, one of them killed each time, and the search engine under them too.
async fn servers_that_are_killed_leave_an_index_that_agrees(app: TestDb) {
    let mut server = Server::best().await;
    let (url, key) = server.address();
    let log = app.catalogue.log_id().await.unwrap();
    let index = format!("killed-{log}");
    let serve = |n: usize| {
        let data = ["data-0", "data-1"][n];
        let mut command = app.command_in(data, &["serve", "--listen", "127.0.0.1:0"]);
        command.env("STEMMA_SEARCH__MEILISEARCH__URL", &url);
        command.env("STEMMA_SEARCH__MEILISEARCH__KEY", &key);
        command.env("STEMMA_SEARCH__MEILISEARCH__INDEX", &index);
        Killed(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap())
    };
    let mut running = [serve(0), serve(1)];
    let rows: Vec<&str> = DEMO.lines().collect();
    for (n, part) in rows.chunks(40).enumerate() {
        app.import(Format::Jsonl, part.join("\n")).await;
        tokio::time::sleep(Duration::from_millis(150 + 170 * (n as u64 % 4))).await;
        running[n % 2] = serve(n % 2);
        // Who comes after a killed leader waits for the lease; here it is cut short.
        app.meddle("UPDATE leases SET until = '1970-01-01T00:00:00+00:00'", Vec::new()).await;
        if n % 3 == 0 {
            server.kill().await;
        }
    }
    let engine = server.engine(&index, &log);
    let mirror = app.catalogue.clone().with_meilisearch(engine.clone()).mirror().unwrap();
    let started = Instant::now();
    let head = app.head().await.seq;
    while engine.meta(engine.live()).await.ok().flatten().is_none_or(|m| m.position < head) {
        assert!(started.elapsed() < Duration::from_mins(2), "the servers do not catch up");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let drift = mirror.compare_live().await.unwrap().unwrap();
    assert!(drift.is_none(), "{drift}");
}

async fn both_engines_count_alike(app: TestDb) {
    app.import(Format::Jsonl, DEMO).await;
    let searched = crate::search::Searched::open(&app, "index");
    searched.follow().await;
    let mut mirrored = Mirrored::start(&app).await;
    mirrored.turn().await;
    let other = searched.catalogue.clone().with_meilisearch(mirrored.engine.clone());
    for text in
        ["", "201B7", "HPS0063", "パーキンソン病", "parkinson", "京都", "MONDO:0005180", "!"]
    {
        for sort in [
            Sort::Relevance,
            Sort::Name(Direction::Ascending),
            Sort::Updated(Direction::Descending),
        ] {
            for code in [None, Some("ipsc")] {
                let filter = code.map(|code| (Facet::Kind, BTreeSet::from([code.to_owned()])));
                let asked = SearchRequest {
                    facets: Facet::ALL.to_vec(),
                    filter: filter.into_iter().collect(),
                    sort,
                    per_page: 100,
                    ..request(text)
                };
                let [a, b] = [&searched.catalogue, &other].map(|c| c.search(asked.clone()));
                let (a, b) = (a.await.unwrap(), b.await.unwrap());
                let told = format!("{text} {sort:?} {code:?}");
                assert_eq!((a.engine, b.engine), ("embedded", "meilisearch"));
                assert_eq!(a.total, b.total, "{told}");
                assert_eq!(a.facets, b.facets, "{told}");
                assert_eq!(a.as_of, b.as_of, "{told}");
                let names = |found: &stemma::catalogue::search::Found| -> Vec<String> {
                    found.hits.iter().map(|h| h.stored.record.accession().to_owned()).collect()
                };
                if sort == Sort::Relevance {
                    let set = |names: Vec<String>| names.into_iter().collect::<BTreeSet<_>>();
                    if a.total <= 100 {
                        assert_eq!(set(names(&a)), set(names(&b)), "{told}");
                    }
                } else {
                    assert_eq!(names(&a), names(&b), "{told}");
                }
            }
        }
    }
}
