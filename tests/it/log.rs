//! The log: without gaps, in the order of commits, and whoever tampers with it is found.

use sea_query::Value;
use stemma::{
    catalogue::{Verdict, import::Import},
    import::Format,
};

use crate::support::{TestDb, both_backends, counts, hpscreg, rows, take};

both_backends!(
    numbers_have_no_gap_and_the_chain_verifies,
    a_changed_snapshot_is_found_and_named,
    a_changed_actor_is_found_and_named,
    a_missing_revision_is_found_and_named,
    a_missing_end_is_found_and_named,
    swapped_revisions_are_found_and_named,
    a_changed_head_is_found,
    a_rewritten_chain_does_not_match_the_head,
    a_failed_chunk_leaves_nothing,
    an_abandoned_import_keeps_its_whole_chunks_only,
    two_importers_at_once_leave_no_gap_and_no_duplicate,
);

/// As many rows of an accession and a name each.
fn names(count: usize) -> String {
    let row = |n: usize| format!("CVCL_{n:04}\tLine {n}\n");
    "cvcl\tname\n".to_owned() + &(0..count).map(row).collect::<Vec<_>>().concat()
}

async fn numbers_have_no_gap_and_the_chain_verifies(app: TestDb) {
    // More than one chunk, so that the chain goes on from one transaction to the next.
    app.import(Format::CellosaurusNames, names(1201)).await;
    let head = app.head().await;
    assert_eq!(head.seq, 1201);
    assert_eq!(app.number("SELECT COUNT(*) FROM revisions").await, 1201);
    assert_eq!(app.number("SELECT MIN(seq) FROM revisions").await, 1);
    assert_eq!(app.number("SELECT MAX(seq) FROM revisions").await, 1201);
    assert_eq!(app.catalogue.verify_log().await.unwrap(), Verdict::Sound(head));
    let told = app.stemma(&["log", "verify"]);
    assert!(told.status.success());
    assert!(
        String::from_utf8(told.stdout).unwrap().starts_with("the log is sound: 1201 revisions")
    );
}

/// Meddles with a log of twenty revisions and answers what is found.
async fn tampered(app: &TestDb, statements: &[(&'static str, Vec<Value>)]) -> (i64, String) {
    app.import(Format::CellosaurusNames, names(20)).await;
    for (sql, values) in statements {
        app.meddle(sql, values.clone()).await;
    }
    match app.catalogue.verify_log().await.unwrap() {
        Verdict::Sound(head) => panic!("nothing was found up to revision {}", head.seq),
        Verdict::Broken { seq, problem } => (seq, problem),
    }
}

fn found(seq: i64, problem: &str) -> (i64, String) {
    (seq, problem.to_owned())
}

async fn a_changed_snapshot_is_found_and_named(app: TestDb) {
    let change =
        "UPDATE revisions SET snapshot = REPLACE(snapshot, 'Line 7', 'Line X') WHERE seq = 8";
    let told = tampered(&app, &[(change, vec![])]).await;
    assert_eq!(told, found(8, "its content does not match its hash"));
    let told = app.stemma(&["log", "verify"]);
    assert!(!told.status.success());
    let text = String::from_utf8(told.stdout).unwrap();
    assert_eq!(text, "the log is broken at revision 8: its content does not match its hash\n");
}

async fn a_changed_actor_is_found_and_named(app: TestDb) {
    let change = "UPDATE revisions SET actor = 'nobody' WHERE seq = 3";
    let told = tampered(&app, &[(change, vec![])]).await;
    assert_eq!(told, found(3, "its content does not match its hash"));
}

async fn a_missing_revision_is_found_and_named(app: TestDb) {
    let told = tampered(&app, &[("DELETE FROM revisions WHERE seq = 11", vec![])]).await;
    assert_eq!(told, found(12, "revision 11 is missing before it"));
}

async fn a_missing_end_is_found_and_named(app: TestDb) {
    let told = tampered(&app, &[("DELETE FROM revisions WHERE seq > 18", vec![])]).await;
    assert_eq!(told, found(19, "it is missing; the log should end at 20"));
}

async fn swapped_revisions_are_found_and_named(app: TestDb) {
    let swap = [
        ("UPDATE revisions SET seq = -4 WHERE seq = 4", vec![]),
        ("UPDATE revisions SET seq = 4 WHERE seq = 5", vec![]),
        ("UPDATE revisions SET seq = 5 WHERE seq = -4", vec![]),
    ];
    assert_eq!(tampered(&app, &swap).await, found(4, "it does not follow the revision before it"));
}

async fn a_changed_head_is_found(app: TestDb) {
    let change = ("UPDATE log_head SET hash = $1", vec![vec![7u8; 32].into()]);
    let told = tampered(&app, &[change]).await;
    assert_eq!(told, found(20, "the head of the log does not carry its hash"));
}

/// Whoever cuts the log and sets the number of the head back cannot make the hash fit.
async fn a_rewritten_chain_does_not_match_the_head(app: TestDb) {
    let cut = [
        ("DELETE FROM revisions WHERE seq = 20", vec![]),
        ("UPDATE log_head SET seq = 19", vec![]),
    ];
    let told = tampered(&app, &cut).await;
    assert_eq!(told, found(19, "the head of the log does not carry its hash"));
}

/// A revision that stands where the chunk's third should go makes the last statement of the transaction fail.
async fn a_failed_chunk_leaves_nothing(app: TestDb) {
    let block = "INSERT INTO revisions (seq, kind, record_id, version, action, actor, reason, at, snapshot, \
                 prev_hash, hash) SELECT 3, 'cell_line', $1, 1, 'create', '', '', $2, '', hash, hash FROM log_head";
    let id: Value = uuid::Uuid::from_u128(3).into();
    let at: Value = crate::support::start().into();
    app.meddle(block, vec![id, at]).await;
    let file = || rows(Format::CellosaurusNames, names(5));
    take(&app.catalogue, Format::CellosaurusNames, file(), false).await.unwrap_err();
    for table in [
        "SELECT COUNT(*) FROM records",
        "SELECT COUNT(*) FROM names",
        "SELECT COUNT(*) FROM external_ids",
        "SELECT COUNT(*) FROM codes",
        "SELECT COUNT(*) FROM links",
        "SELECT COUNT(*) FROM counters",
        "SELECT seq FROM log_head",
    ] {
        assert_eq!(app.number(table).await, 0, "{table}");
    }
    app.meddle("DELETE FROM revisions WHERE seq = 3", vec![]).await;
    let report = take(&app.catalogue, Format::CellosaurusNames, file(), false).await.unwrap();
    assert_eq!(counts(&report), [5, 0, 0, 0]);
    assert!(
        matches!(app.catalogue.verify_log().await.unwrap(), Verdict::Sound(head) if head.seq == 5)
    );
}

async fn an_abandoned_import_keeps_its_whole_chunks_only(app: TestDb) {
    let candidates: Vec<_> =
        rows(Format::CellosaurusNames, names(10)).map(|row| row.unwrap()).collect();
    let mut import =
        Import::begin(&app.catalogue, "cellosaurus-names", "test", false).await.unwrap();
    import.chunk(&candidates[..6]).await.unwrap();
    let closed = app.as_another_process().await;
    closed.db().close().await;
    let mut lost = Import::begin(&closed, "cellosaurus-names", "test", false).await.unwrap();
    lost.chunk(&candidates[6..]).await.unwrap_err();
    assert_eq!(counts(&lost.report), [0; 4], "a chunk that was not written is not counted");
    assert_eq!(app.number("SELECT COUNT(*) FROM records").await, 6);
    assert!(
        matches!(app.catalogue.verify_log().await.unwrap(), Verdict::Sound(head) if head.seq == 6)
    );
}

async fn two_importers_at_once_leave_no_gap_and_no_duplicate(app: TestDb) {
    let donors: Vec<String> = (0..1200).map(|n| format!("SAMEA{}", 1000 + n / 3)).collect();
    let letters = ["A", "B", "C", "D"];
    let lines: Vec<String> =
        (0..1200).map(|n| format!("TESTi{:03}-{}", n / 4, letters[n % 4])).collect();
    let cells: Vec<[(&str, &str); 2]> = lines
        .iter()
        .zip(&donors)
        .map(|(line, donor)| [("hpscreg_name", line.as_str()), ("donor_biosample", donor.as_str())])
        .collect();
    let text = hpscreg(&cells.iter().map(<[_; 2]>::as_slice).collect::<Vec<_>>());
    let another = app.as_another_process().await;
    let (one, two) = tokio::join!(
        take(&app.catalogue, Format::HpscregClo, rows(Format::HpscregClo, text.as_str()), false),
        take(&another, Format::HpscregClo, rows(Format::HpscregClo, text.as_str()), false),
    );
    let (one, two) = (one.unwrap(), two.unwrap());
    assert_eq!(one.taken + two.taken, 1200, "{:?} {:?}", counts(&one), counts(&two));
    assert_eq!(one.unchanged + two.unchanged, 1200);
    assert_eq!(app.number("SELECT COUNT(*) FROM records WHERE kind = 'cell_line'").await, 1200);
    assert_eq!(app.number("SELECT COUNT(*) FROM records WHERE kind = 'donor'").await, 400);
    let head = app.head().await;
    assert_eq!(head.seq, 1600);
    assert_eq!(app.catalogue.verify_log().await.unwrap(), Verdict::Sound(head));
}
