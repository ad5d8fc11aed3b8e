//! The real files, in the order in which a bank would load them, give the counts that were measured in them.
//! One test an engine, because every step stands on those before it.

use std::collections::BTreeSet;

use stemma::{
    catalogue::{
        Verdict,
        import::{Outcome, Report},
    },
    domain::{
        cell_line::{DiseaseBasis, LineFacts, LineKind},
        donor::DonorFacts,
        id::RecordKind,
        record::Relation,
    },
    import::Format,
};
use uuid::Uuid;

use crate::{
    search::{Searched, request},
    support::{TestDb, both_backends, counts, shared_data},
};

both_backends!(real_files_give_the_counts_that_were_measured_in_them);

async fn real_files_give_the_counts_that_were_measured_in_them(app: TestDb) {
    if shared_data("README.md").is_none() {
        return;
    }
    diseases(&app).await;
    hpscreg(&app).await;
    cellosaurus(&app).await;
    cellosaurus_names(&app).await;
    riken_brc(&app).await;
    searches(&app).await;
    let head = app.head().await;
    assert_eq!(app.number("SELECT COUNT(*) FROM revisions").await, head.seq);
    assert_eq!(app.catalogue.verify_log().await.unwrap(), Verdict::Sound(head));
}

async fn import(app: &TestDb, format: Format, name: &str) -> Report {
    let path = shared_data(name).expect("the folder is whole");
    app.import_file(format, &path).await
}

/// A second run finds everything as it is; only rows that are refused are refused again.
async fn again(app: &TestDb, format: Format, name: &str, rows: u64) {
    let head = app.head().await;
    let report = import(app, format, name).await;
    assert_eq!([report.taken, report.merged], [0, 0], "{name}");
    assert_eq!(report.unchanged + report.refused, rows, "{name}");
    assert_eq!(app.head().await, head, "{name} writes nothing the second time");
}

fn remarks(report: &Report, outcome: Outcome) -> Vec<&str> {
    let rows = report.rows.iter().filter(|row| row.outcome == outcome);
    rows.map(|row| row.message.as_str()).collect()
}

async fn diseases(app: &TestDb) {
    let report = import(app, Format::Mondo, "mondo-2026-05-05.json.zst").await;
    assert_eq!(report.taken + report.refused, 31_958);
    for name in ["omim", "orphanet", "nando"] {
        let name = format!("mondo-{name}.sssom.tsv.gz");
        let report = import(app, Format::Sssom, &name).await;
        assert_eq!(report.taken, 0, "{name} speaks of diseases that are known");
    }
    import(app, Format::Nando, "nando-2023-11-27.ttl.gz").await;
    again(app, Format::Nando, "nando-2023-11-27.ttl.gz", 2772).await;
}

const DONORS: &str =
    "SELECT COUNT(DISTINCT from_id) FROM links WHERE relation = 'donor' AND to_id IS NOT NULL";
const PARENTS: &str = "SELECT COUNT(DISTINCT from_id) FROM links WHERE relation = 'parent'";
const RESOLVED: &str = "SELECT COUNT(DISTINCT l.from_id) FROM links l JOIN records r ON r.id = l.from_id \
     WHERE l.relation = 'disease' AND l.to_id IS NOT NULL AND r.kind = 'cell_line'";
const BY_ORPHANET: &str = "SELECT COUNT(DISTINCT l.from_id) FROM links l JOIN records r ON r.id = l.from_id \
     WHERE l.relation = 'disease' AND l.to_id IS NOT NULL AND r.kind = 'cell_line' AND l.scheme = 'orphanet'";
const UNRESOLVED: &str = "SELECT COUNT(DISTINCT l.from_id) FROM links l JOIN records r ON r.id = l.from_id \
     WHERE l.relation = 'disease' AND r.kind = 'cell_line' AND l.scheme = 'efo' AND l.to_id IS NULL \
     AND NOT EXISTS (SELECT 1 FROM links f WHERE f.from_id = l.from_id AND f.relation = 'disease' \
     AND f.to_id IS NOT NULL)";

async fn hpscreg(app: &TestDb) {
    let report = import(app, Format::HpscregClo, "hpscreg-clo-2019.tsv").await;
    assert_eq!(counts(&report), [2372, 0, 0, 2], "{:?}", remarks(&report, Outcome::Refused));
    assert_eq!(remarks(&report, Outcome::Conflict).len(), 3, "accessions claimed twice");
    assert_eq!(app.number("SELECT COUNT(*) FROM records WHERE kind = 'donor'").await, 1036);
    assert_eq!(app.number(DONORS).await, 1621);
    assert_eq!(app.number(PARENTS).await, 125);
    assert_eq!(app.number(RESOLVED).await, 653);
    assert_eq!(app.number(BY_ORPHANET).await, 7);
    assert_eq!(app.number(UNRESOLVED).await, 14);
    engineered_diseases_stay_off_the_donors(app).await;
    again(app, Format::HpscregClo, "hpscreg-clo-2019.tsv", 2374).await;
}

async fn engineered_diseases_stay_off_the_donors(app: &TestDb) {
    let mut engineered: Vec<Uuid> = Vec::new();
    for line in app.all::<LineFacts>().await {
        let bases: BTreeSet<DiseaseBasis> =
            line.record.all(|facts| &facts.diseases).into_iter().map(|d| d.basis).collect();
        if bases.iter().eq([&DiseaseBasis::EngineeredModel]) {
            engineered.push(line.record.id.uuid);
        }
    }
    assert_eq!(engineered.len(), 21);
    let links = app.catalogue.links(&engineered).await.unwrap();
    let donors: Vec<Uuid> =
        links.iter().filter(|link| link.relation == Relation::Donor).map(|link| link.to).collect();
    for donor in app.catalogue.get_many::<DonorFacts>(&donors).await.unwrap().into_values() {
        assert!(donor.record.links().is_empty(), "{}", donor.record.accession);
    }
}

async fn cellosaurus(app: &TestDb) {
    let name = "cellosaurus-29-head-1000.txt";
    let report = import(app, Format::Cellosaurus, name).await;
    assert_eq!(counts(&report).iter().sum::<u64>(), 1000);
    assert_eq!(report.refused, 0, "{:?}", remarks(&report, Outcome::Refused));
    let lines = app.all::<LineFacts>().await;
    let entries = || {
        lines
            .iter()
            .flat_map(|line| &line.record.layers)
            .filter(|l| l.source.as_str() == "cellosaurus")
    };
    assert_eq!(entries().count(), 1000);
    assert_eq!(entries().filter(|layer| layer.facts.line_kind == Some(LineKind::Ipsc)).count(), 99);
    assert_eq!(entries().filter(|layer| !layer.facts.str_profiles.is_empty()).count(), 88);
    again(app, Format::Cellosaurus, name, 1000).await;
}

async fn cellosaurus_names(app: &TestDb) {
    let name = "cellosaurus-55-names.tsv.gz";
    let before = app.number("SELECT COUNT(*) FROM records WHERE kind = 'cell_line'").await;
    let report = import(app, Format::CellosaurusNames, name).await;
    assert_eq!(counts(&report).iter().sum::<u64>(), 167_186);
    let refused = remarks(&report, Outcome::Refused);
    assert_eq!(refused.len(), 3, "{refused:?}");
    assert!(
        refused.iter().all(|told| told.starts_with("its identifiers lead to different records"))
    );
    let after = app.number("SELECT COUNT(*) FROM records WHERE kind = 'cell_line'").await;
    assert_eq!(after, before + i64::try_from(report.taken).unwrap());
    again(app, Format::CellosaurusNames, name, 167_186).await;
}

async fn riken_brc(app: &TestDb) {
    let name = "riken-brc-2013.tsv";
    let report = import(app, Format::RikenBrc, name).await;
    assert_eq!(counts(&report).iter().sum::<u64>(), 3645);
    let damaged = report.rows.iter().find(|row| row.message.contains("`45400`")).unwrap();
    assert_eq!(damaged.outcome, Outcome::Refused);
    assert!(damaged.message.contains("did you mean `454E2`?"), "{}", damaged.message);
    again(app, Format::RikenBrc, name, 3645).await;
    let (counts, _) = app.catalogue.counts().await.unwrap();
    let lines = counts.iter().find(|(kind, _)| *kind == RecordKind::CellLine).unwrap().1;
    assert!(lines > 167_000, "{lines}");
}

/// Every way of asking for Parkinson disease leads to the same lines, and every way of writing 201B7 to 201B7.
async fn searches(app: &TestDb) {
    let searched = Searched::open(app, "index");
    searched.follow().await;
    let lines = async |text: &str| -> BTreeSet<String> {
        let mut request = request(text);
        request.kinds = vec![RecordKind::CellLine];
        request.per_page = 100;
        let found = searched.ask(request).await;
        let lines: BTreeSet<String> =
            found.hits.iter().map(|hit| hit.stored.record.accession().to_owned()).collect();
        assert_eq!(found.total, lines.len() as u64, "{text}: all on one page");
        lines
    };
    let expected = lines("MONDO:0005180").await;
    assert!(expected.len() >= 87, "{} lines", expected.len());
    for text in
        ["パーキンソン病", "ぱーきんそん", "parkinson", "parkinsn", "指定難病 6", "指定難病６"]
    {
        assert_eq!(lines(text).await, expected, "{text}");
    }
    for text in ["HPS0063", "201-b7", "KYOU-DXR0109B", "CVCL_A324", "KUIFMSi004C"] {
        assert_eq!(searched.names(text).await.first().map(String::as_str), Some("201B7"), "{text}");
    }
    assert_eq!(searched.names("HPS0063").await, ["201B7"], "and none of its neighbours");
}
