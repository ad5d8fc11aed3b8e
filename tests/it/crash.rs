//! The program is killed in the middle of a long import, without a warning and without a chance to tidy up.

use std::{
    process::Stdio,
    time::{Duration, Instant},
};

use serde_json::Value;
use stemma::{catalogue::Verdict, import::Format};

use crate::support::{Backend, Killed, TestDb, run, shared_data};

const ROWS: u64 = 167_186;
/// A machine that needs longer than this for an import is not waited for.
const PATIENCE: Duration = Duration::from_secs(400);

#[test]
fn an_import_that_is_killed_leaves_a_sound_log_and_can_be_run_again() {
    run(Backend::Sqlite, |app| async move {
        let Some(path) = shared_data("cellosaurus-55-names.tsv.gz") else { return };
        let file = path.display().to_string();
        for revisions in [10_000, 45_000] {
            kill_at(&app, &file, revisions).await;
            let head = app.head().await;
            assert!(head.seq >= revisions && head.seq < 167_186, "{}", head.seq);
            assert_eq!(app.number("SELECT COUNT(*) FROM revisions").await, head.seq);
            assert_eq!(app.number("SELECT COUNT(*) FROM records").await, head.seq);
            assert_eq!(app.number("SELECT COUNT(*) FROM external_ids").await, head.seq);
            assert_eq!(app.catalogue.verify_log().await.unwrap(), Verdict::Sound(head));
        }
        let done = app.head().await.seq.unsigned_abs();
        let report = finish(&app, &file);
        assert_eq!(report["taken"], ROWS - done);
        assert_eq!(report["unchanged"], done);
        assert_eq!((&report["merged"], &report["refused"]), (&Value::from(0), &Value::from(0)));
        let head = app.head().await;
        assert_eq!(head.seq.unsigned_abs(), ROWS);
        assert_eq!(app.number("SELECT COUNT(DISTINCT accession) FROM records").await, head.seq);
        assert_eq!(app.catalogue.verify_log().await.unwrap(), Verdict::Sound(head));
    });
}

/// Starts the import and kills it once the log holds so many revisions.
async fn kill_at(app: &TestDb, file: &str, revisions: i64) {
    let mut command = app.command(&["import", Format::CellosaurusNames.name(), file]);
    let mut import = Killed(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
    let started = Instant::now();
    while app.head().await.seq < revisions {
        assert_eq!(import.0.try_wait().unwrap(), None, "the import ended by itself");
        assert!(started.elapsed() < PATIENCE, "the import is too slow");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    // SIGKILL on Unix.
    import.0.kill().unwrap();
    import.0.wait().unwrap();
}

fn finish(app: &TestDb, file: &str) -> Value {
    let report = app.dir.path().join("report.json").display().to_string();
    let format = Format::CellosaurusNames.name();
    let done = app.stemma(&["import", format, file, "--report", &report]);
    assert!(done.status.success(), "{done:?}");
    serde_json::from_slice(&std::fs::read(report).unwrap()).unwrap()
}
