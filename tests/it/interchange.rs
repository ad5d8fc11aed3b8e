//! What leaves comes back as it was; what is only tried leaves nothing.

use stemma::{
    catalogue::Verdict,
    import::{DEMO, Format},
};

use crate::support::{Backend, TestDb, both_backends, counts, run, shared_data};

both_backends!(
    a_dry_run_writes_nothing_and_reports_the_same,
    a_dry_run_sees_what_is_already_there,
    the_demo_loads_whole_and_twice,
);

async fn a_dry_run_writes_nothing_and_reports_the_same(app: TestDb) {
    // The second half meets records that only the first half made.
    let twice = DEMO.repeat(3);
    let tried = app.dry_run(Format::Jsonl, twice.clone()).await;
    assert_eq!(app.number("SELECT COUNT(*) FROM records").await, 0);
    assert_eq!(app.number("SELECT COUNT(*) FROM counters").await, 0);
    assert_eq!(app.head().await.seq, 0);
    let done = app.import(Format::Jsonl, twice.clone()).await;
    assert_eq!(tried, done);
    assert_eq!(counts(&done).iter().sum::<u64>(), twice.lines().count() as u64);
}

async fn a_dry_run_sees_what_is_already_there(app: TestDb) {
    app.import(Format::CellosaurusNames, "cvcl\tname\nCVCL_0001\tHEL\n").await;
    let head = app.head().await;
    let file = app.file("names.tsv", "cvcl\tname\nCVCL_0001\tHEL\nCVCL_0002\tHL-60\n");
    let file = file.display().to_string();
    let done = app.stemma(&["import", "cellosaurus-names", &file, "--dry-run"]);
    assert!(done.status.success(), "{done:?}");
    assert_eq!(
        String::from_utf8(done.stdout).unwrap(),
        "taken 1, unchanged 1, merged into an existing record 0, refused 0 (dry run: nothing was written)\n"
    );
    assert_eq!(app.head().await, head);
}

async fn the_demo_loads_whole_and_twice(app: TestDb) {
    let report = app.import(Format::Jsonl, DEMO).await;
    assert_eq!(report.refused, 0, "{:?}", report.rows);
    let rows = DEMO.lines().count() as u64;
    assert_eq!(counts(&report).iter().sum::<u64>(), rows);
    let head = app.head().await;
    assert_eq!(counts(&app.import(Format::Jsonl, DEMO).await), [0, rows, 0, 0]);
    assert_eq!(app.head().await, head);
    assert_eq!(app.catalogue.verify_log().await.unwrap(), Verdict::Sound(head));
}

/// Loads what there is, writes it out, reads that into an empty database of either engine and writes it out again.
fn comes_back(from: Backend, to: Backend) {
    run(from, |app| async move {
        app.import(Format::Jsonl, DEMO).await;
        for (format, name) in [
            (Format::HpscregClo, "hpscreg-clo-2019.tsv"),
            (Format::Cellosaurus, "cellosaurus-29-head-1000.txt"),
        ] {
            if let Some(path) = shared_data(name) {
                app.import_file(format, &path).await;
            }
        }
        let export = app.export().await;
        assert!(export.lines().count() > 200);
        run_second(to, &export).await;
    });
}

async fn run_second(to: Backend, export: &str) {
    let Some(empty) = TestDb::start(to).await else { return };
    let report = empty.import(Format::Jsonl, export).await;
    let lines = export.lines().count() as u64;
    assert_eq!(counts(&report), [lines, 0, 0, 0], "{:?}", report.rows.first());
    let again = empty.export().await;
    let differs = export.lines().zip(again.lines()).find(|(one, two)| one != two);
    assert_eq!(differs, None);
    assert_eq!(again.len(), export.len());
    let head = empty.head().await;
    assert_eq!(counts(&empty.import(Format::Jsonl, again).await), [0, lines, 0, 0]);
    assert_eq!(empty.head().await, head);
    empty.drop_database().await;
}

#[test]
fn an_export_of_sqlite_comes_back_byte_by_byte_in_postgres() {
    comes_back(Backend::Sqlite, Backend::Postgres);
}

#[test]
fn an_export_of_postgres_comes_back_byte_by_byte_in_sqlite() {
    comes_back(Backend::Postgres, Backend::Sqlite);
}
