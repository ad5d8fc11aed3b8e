//! Lots and their tests, from the lines of a file to the answer whether a lot meets a standard.

use chrono::NaiveDate;
use serde_json::{Value, json};
use stemma::{
    domain::{
        batch::BatchFacts,
        descent::Assessed,
        id::RecordId,
        qc::{reason::Reason, verdict::Verdict},
        record::Facts,
    },
    import::Format,
};

use crate::{
    api::{data, error, router},
    support::{TestDb, both_backends},
};

both_backends!(
    a_lot_whose_every_test_passes_meets_the_standard_and_can_be_ordered,
    a_failed_test_stands_whatever_came_later,
    a_withdrawn_result_certifies_nothing_and_its_fail_stands,
    only_somebody_else_than_the_tester_declares_a_result_out_of_specification,
    a_suspended_lot_passes_and_cannot_be_ordered,
    tests_of_another_lot_or_level_certify_nothing,
    a_trisomic_line_of_a_trisomic_donor_is_as_it_should_be,
    a_result_is_never_changed_hidden_or_given_to_another_lot,
    what_is_hidden_above_a_lot_is_judged_by_and_keeps_it_from_being_ordered,
    a_result_that_two_sources_place_differently_certifies_each_lot_by_its_own,
    a_result_shows_nothing_of_a_person,
    what_refers_to_nothing_known_is_told_of,
    however_many_lots_are_assessed_the_statements_stay_few,
    what_was_imported_is_exported_and_read_back_equal,
    conformity_is_answered_over_graphql,
    a_result_in_an_incomparable_unit_is_flagged_and_never_passes,
);

const ON: &str = "2009-06-01";

fn on() -> NaiveDate {
    ON.parse().unwrap()
}

pub(crate) fn key(scheme: &str, value: &str) -> Value {
    json!({ "keys": [{ "scheme": scheme, "value": value }] })
}

pub(crate) fn record(kind: &str, key: &str, facts: &Value) -> String {
    let layer = json!({ "source": "curator", "key": key, "facts": facts });
    json!({ "kind": kind, "layers": [layer] }).to_string() + "\n"
}

pub(crate) fn lot(number: &str, more: &Value) -> String {
    let mut facts = json!({
        "external_ids": [{ "scheme": "lot", "value": format!("Kyoto/{number}") }],
        "line": key("cellosaurus", "CVCL_0001"), "level": "master", "passage": 20,
        "availability": [{ "from": "2008-01-01", "availability": "available" }],
    });
    facts.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    record("batch", number, &facts)
}

/// A test of a lot, sampled on a day of 2008.
pub(crate) fn test(number: &str, lot: &str, test: &str, value: &str, more: &Value) -> String {
    let mut result = json!({
        "key": number, "test": test, "material": { "subject": lot, "level": "master" },
        "value": { "text": value }, "sampling_date": "2008-05-01", "entry_date": "2008-06-01",
        "tester": "A. Sato",
    });
    result.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let facts = json!({
        "external_ids": [{ "scheme": "qc_result", "value": format!("Kyoto/{number}") }],
        "subject": key("lot", &format!("Kyoto/{lot}")), "result": result,
    });
    record("qc_result", number, &facts)
}

pub(crate) fn by(method: &str) -> Value {
    json!({ "method": { "text": method } })
}

/// Every test that ISCBI demands of a master bank, passed.
pub(crate) fn passed(lot: &str) -> String {
    let test = |n: &str, code: &str, value: &str, more: &Value| {
        test(&format!("{lot}-{n}"), lot, code, value, more)
    };
    [
        test("1", "identity_str", "matches origin", &json!({})),
        test("2", "identity_hla", "matches origin", &json!({})),
        test("3", "sterility", "negative", &json!({})),
        test("4", "mycoplasma", "negative", &by("culture")),
        test("5", "mycoplasma", "negative", &by("indicator stain")),
        test("6", "karyotype", "46,XX[20]", &by("G-banding")),
        test("7", "post_thaw_recovery", "viable", &json!({})),
    ]
    .concat()
}

pub(crate) async fn load(app: &TestDb, lines: impl AsRef<str>) {
    app.import(Format::CellosaurusNames, "cvcl\tname\nCVCL_0001\tOne\n").await;
    let report = app.import(Format::Jsonl, lines.as_ref().to_owned()).await;
    assert_eq!(report.refused, 0, "{:?}", report.rows);
}

pub(crate) async fn id_of(app: &TestDb, number: &str) -> RecordId {
    let lots = app.all::<BatchFacts>().await;
    let is_it = |id: &stemma::domain::identifier::ExternalId| id.value == format!("Kyoto/{number}");
    let lot = lots.iter().find(|lot| lot.record.external_ids().into_iter().any(is_it));
    lot.unwrap().record.id
}

async fn assess(app: &TestDb, number: &str) -> Assessed {
    let iscbi = app.catalogue.standard("iscbi", None).unwrap();
    let subject = [id_of(app, number).await];
    app.catalogue.assess(&subject, iscbi, on()).await.unwrap().pop().unwrap()
}

fn verdict(assessed: &Assessed, criterion: &str) -> (Verdict, Reason) {
    let criteria = &assessed.conformity.criteria;
    let found = criteria.iter().find(|one| one.criterion == criterion).unwrap();
    (found.verdict, found.reason.clone())
}

async fn orderable(app: &TestDb) -> Vec<RecordId> {
    let iscbi = app.catalogue.standard("iscbi", None).unwrap();
    app.catalogue.orderable_batches_meeting(iscbi, on(), None, 100).await.unwrap().batches
}

async fn a_lot_whose_every_test_passes_meets_the_standard_and_can_be_ordered(app: TestDb) {
    load(&app, lot("M1", &json!({})) + &passed("M1") + &lot("M2", &json!({}))).await;
    let assessed = assess(&app, "M1").await;
    assert_eq!(assessed.conformity.overall, Verdict::Pass, "{:?}", assessed.conformity);
    assert_eq!(assess(&app, "M2").await.conformity.overall, Verdict::Missing);
    assert_eq!(orderable(&app).await, [id_of(&app, "M1").await]);
    let used = &assessed.conformity.criteria[0].results;
    assert!(used.iter().all(|key| assessed.results.contains_key(key)), "{used:?}");
}

async fn a_failed_test_stands_whatever_came_later(app: TestDb) {
    let failed = test("F", "M1", "sterility", "positive", &json!({}));
    let later = json!({ "sampling_date": "2009-01-01", "entry_date": "2009-01-02" });
    let again = test("G", "M1", "sterility", "negative", &later);
    load(&app, lot("M1", &json!({})) + &passed("M1") + &failed + &again).await;
    let assessed = assess(&app, "M1").await;
    assert_eq!(verdict(&assessed, "sterility").0, Verdict::Fail);
    assert_eq!(assessed.conformity.overall, Verdict::Fail);
    assert_eq!(orderable(&app).await, []);
}

async fn a_withdrawn_result_certifies_nothing_and_its_fail_stands(app: TestDb) {
    let failed = test("F", "M2", "sterility", "positive", &json!({}));
    let lines = lot("M1", &json!({})) + &passed("M1") + &lot("M2", &json!({})) + &passed("M2");
    load(&app, lines + &failed).await;
    for number in ["M1-3", "F"] {
        withdraw(&app, &format!("Kyoto/{number}\"")).await;
    }
    assert_ne!(verdict(&assess(&app, "M1").await, "sterility").0, Verdict::Pass);
    assert_eq!(verdict(&assess(&app, "M2").await, "sterility").0, Verdict::Fail);
}

async fn only_somebody_else_than_the_tester_declares_a_result_out_of_specification(app: TestDb) {
    let failed = |approver: &str| {
        let line = test("F", "M1", "sterility", "positive", &json!({}));
        let mut line: Value = serde_json::from_str(&line).unwrap();
        line["layers"][0]["facts"]["out_of_specification"] = json!({
            "result": "F", "cause": "the plate was dropped", "approver": approver,
            "tester": "A. Sato", "approved_on": "2008-06-02",
        });
        line.to_string() + "\n"
    };
    load(&app, lot("M1", &json!({})) + &passed("M1") + &failed("a sato")).await;
    assert_eq!(verdict(&assess(&app, "M1").await, "sterility").0, Verdict::Fail);
    let report = app.import(Format::Jsonl, failed("B. Tanaka")).await;
    assert_eq!(report.merged, 1, "{:?}", report.rows);
    assert_eq!(assess(&app, "M1").await.conformity.overall, Verdict::Pass);
}

async fn a_suspended_lot_passes_and_cannot_be_ordered(app: TestDb) {
    let states = json!({ "availability": [
        { "from": "2008-01-01", "availability": "available" },
        { "from": "2009-05-01", "availability": "suspended", "comment": "a label was wrong" },
        { "from": "2009-07-01", "availability": "available" },
    ] });
    load(&app, lot("M1", &states) + &passed("M1")).await;
    assert_eq!(assess(&app, "M1").await.conformity.overall, Verdict::Pass);
    assert_eq!(orderable(&app).await, []);
    let iscbi = app.catalogue.standard("iscbi", Some("2009")).unwrap();
    for (day, expected) in [("2009-04-30", 1), ("2009-05-01", 0), ("2009-07-01", 1)] {
        let day = day.parse().unwrap();
        let found = app.catalogue.orderable_batches_meeting(iscbi, day, None, 9).await;
        assert_eq!(found.unwrap().batches.len(), expected, "{day}");
    }
}

async fn tests_of_another_lot_or_level_certify_nothing(app: TestDb) {
    let parent = json!({ "parent": key("lot", "Kyoto/M1") });
    let elsewhere = json!({ "material": { "subject": "M3", "level": "working" } });
    let lines =
        lot("M1", &json!({})) + &passed("M1") + &lot("M2", &parent) + &lot("M3", &json!({}));
    load(&app, lines + &test("X", "M3", "sterility", "negative", &elsewhere)).await;
    assert_eq!(verdict(&assess(&app, "M2").await, "sterility").0, Verdict::Missing);
    assert_eq!(verdict(&assess(&app, "M2").await, "mycoplasma").0, Verdict::Missing);
    assert_ne!(verdict(&assess(&app, "M3").await, "sterility").0, Verdict::Pass);
}

async fn a_trisomic_line_of_a_trisomic_donor_is_as_it_should_be(app: TestDb) {
    let donor = |karyotype: &str| {
        let ids = json!([{ "scheme": "biosamples", "value": "SAMEA1" }]);
        record("donor", "D", &json!({ "external_ids": ids, "karyotype": karyotype }))
    };
    let line = record(
        "cell_line",
        "L",
        &json!({
            "external_ids": [{ "scheme": "cellosaurus", "value": "CVCL_0001" }],
            "donor": key("biosamples", "SAMEA1"), "karyotypes": ["47,XX,+21[20]"],
        }),
    );
    let seen = test("K", "M1", "karyotype", "47,XX,+21[20]", &by("G-banding"));
    let others: String = passed("M1").lines().filter(|line| !line.contains("46,XX")).collect();
    let others = others.replace("}{", "}\n{") + "\n";
    load(&app, donor("47,XX,+21c") + &line + &lot("M1", &json!({})) + &others + &seen).await;
    assert_eq!(assess(&app, "M1").await.conformity.overall, Verdict::Pass);
    let asked = r#"{ cellLine(by: {xref: "CVCL_0001"}) { karyotypeFindings { kind { code } severity { code } } } }"#;
    let found = data(&router(&app), asked, json!({})).await;
    let found = &found["cellLine"]["karyotypeFindings"];
    assert_eq!(found[0]["kind"]["code"], "constitutional_as_expected", "{found}");
    app.import(Format::Jsonl, donor("46,XX")).await;
    assert_eq!(verdict(&assess(&app, "M1").await, "karyotype").0, Verdict::Fail);
}

async fn a_result_is_never_changed_hidden_or_given_to_another_lot(app: TestDb) {
    let failed = test("F", "M1", "sterility", "positive", &json!({}));
    let lines = lot("M1", &json!({})) + &passed("M1") + &failed + &lot("M2", &json!({}));
    load(&app, lines).await;
    let head = app.head().await;
    let hidden = failed.replace("{\"kind\":", "{\"state\":\"draft\",\"kind\":");
    for (line, word) in [
        (failed.replace("positive", "negative"), "never changed"),
        (failed.replace("Kyoto/M1", "Kyoto/M2"), "never changed"),
        (hidden, "never hidden"),
    ] {
        let report = app.import(Format::Jsonl, line.clone()).await;
        assert_eq!((report.refused, report.merged), (1, 0), "{line}");
        assert!(report.rows[0].message.contains(word), "{}", report.rows[0].message);
    }
    assert_eq!(app.head().await, head);
    assert_eq!(verdict(&assess(&app, "M1").await, "sterility").0, Verdict::Fail);
}

/// Takes back the record that bears this text.
pub(crate) async fn withdraw(app: &TestDb, mark: &str) {
    let lines = app.export().await;
    let line = lines.lines().find(|line| line.contains(mark)).unwrap();
    let withdrawn = line.replace(r#""state":"published""#, r#""state":"withdrawn""#);
    let report = app.import(Format::Jsonl, withdrawn).await;
    assert_eq!(report.merged, 1, "{:?}", report.rows);
}

async fn what_is_hidden_above_a_lot_is_judged_by_and_keeps_it_from_being_ordered(app: TestDb) {
    let ids = json!([{ "scheme": "biosamples", "value": "SAMEA1" }]);
    let donor = record("donor", "D", &json!({ "external_ids": ids, "sex": "female" }));
    let line = json!({ "external_ids": [{ "scheme": "cellosaurus", "value": "CVCL_0001" }],
        "donor": key("biosamples", "SAMEA1") });
    let line = record("cell_line", "L", &line);
    load(&app, donor + &line + &lot("M1", &json!({})) + &passed("M1")).await;
    assert_eq!(orderable(&app).await.len(), 1);
    let other = passed("M2").replace("46,XX[20]", "46,XY[20]");
    load(&app, lot("M2", &json!({})) + &other).await;
    assert_eq!(verdict(&assess(&app, "M2").await, "karyotype").0, Verdict::Fail);
    withdraw(&app, "\"kind\":\"donor\"").await;
    assert_eq!(verdict(&assess(&app, "M2").await, "karyotype").0, Verdict::Fail);
    assert_eq!(orderable(&app).await, [], "nothing of a withdrawn donor may be ordered");
}

async fn a_result_that_two_sources_place_differently_certifies_each_lot_by_its_own(app: TestDb) {
    let of = |lot: &str, value: &str, source: &str| {
        test("S", lot, "sterility", value, &json!({})).replace("\"curator\"", source)
    };
    let lines = lot("M1", &json!({})) + &lot("M2", &json!({}));
    let results = of("M1", "positive", "\"curator\"") + &of("M2", "negative", "\"riken-brc\"");
    load(&app, lines + &results).await;
    assert_eq!(verdict(&assess(&app, "M1").await, "sterility").0, Verdict::Fail);
    assert_eq!(verdict(&assess(&app, "M2").await, "sterility").0, Verdict::Pass);
}

async fn a_result_shows_nothing_of_a_person(app: TestDb) {
    let ids = json!([{ "scheme": "biosamples", "value": "SAMEA1" }]);
    let donor = record("donor", "D", &json!({ "external_ids": ids }));
    let more = json!({ "material": { "subject": "D", "level": "donor" },
        "qualifier": { "virus": "HIV-1" }, "reviewer": "B. Tanaka" });
    let virus = test("V", "D", "virology", "negative", &more);
    let virus = virus.replace("Kyoto/D", "SAMEA1").replace("\"lot\"", "\"biosamples\"");
    let typed = test("T", "M1", "identity_str", "D5S818 11,12; TH01 6,9.3", &json!({}));
    let named = test("N", "M1", "karyotype", "46,XX,T Yamada 1985-03-02[20]", &json!({}));
    load(&app, donor + &lot("M1", &json!({})) + &virus + &typed + &named).await;
    let results = app.all::<stemma::domain::qc::record::ResultFacts>().await;
    assert_eq!(results.len(), 3);
    let router = router(&app);
    let asked = "query($id: ID!) { node(id: $id) { ... on QcResult { test { code } reading samplingDate entryDate
        qualifier method { code } laboratory instrument evidenceSha256 subject { id } } } }";
    for result in results {
        let id = result.record.id.to_string();
        let shown = data(&router, asked, json!({ "id": id })).await["node"].take();
        assert_eq!(shown["reading"], Value::Null, "{shown}");
        let of_a_donor = shown["test"]["code"] == "virology";
        assert_eq!(shown["samplingDate"].is_null() && shown["entryDate"].is_null(), of_a_donor);
        for sealed in ["Sato", "Tanaka", "Yamada", "D5S818", "11,12"] {
            assert!(!shown.to_string().contains(sealed), "{shown}");
        }
    }
}

async fn what_refers_to_nothing_known_is_told_of(app: TestDb) {
    let result = test("R", "M9", "sterility", "negative", &json!({}));
    let report = app.import(Format::Jsonl, lot("M1", &json!({})) + &result).await;
    let told: Vec<(u64, Option<&str>)> =
        report.rows.iter().map(|row| (row.row, row.field.as_deref())).collect();
    assert_eq!(told, [(1, Some("line")), (2, Some("subject"))], "{:?}", report.rows);
    assert!(report.rows[1].message.contains("Kyoto/M9"), "{}", report.rows[1].message);
    app.import(Format::CellosaurusNames, "cvcl\tname\nCVCL_0001\tOne\n").await;
    app.import(Format::Jsonl, lot("M9", &json!({}))).await;
    assert_eq!(verdict(&assess(&app, "M9").await, "sterility").0, Verdict::Pass);
}

async fn however_many_lots_are_assessed_the_statements_stay_few(app: TestDb) {
    let all: String =
        (0..130).map(|n| lot(&format!("M{n}"), &json!({})) + &passed(&format!("M{n}"))).collect();
    load(&app, all).await;
    let before = app.catalogue.db().statements();
    assert_eq!(orderable(&app).await.len(), 100);
    let statements = app.catalogue.db().statements() - before;
    assert!(statements <= 30, "{statements} statements for two pages of lots");
    let router = router(&app);
    let asked = "{ orderableBatches(meeting: {code: \"iscbi\"}, on: \"2009-06-01\", first: 100) { hasMore nodes { accession
        cellLine { name } } } }";
    let before = app.catalogue.db().statements();
    let found = data(&router, asked, json!({})).await["orderableBatches"].take();
    assert_eq!((found["nodes"].as_array().unwrap().len(), &found["hasMore"]), (100, &json!(true)));
    assert_eq!(found["nodes"][99]["cellLine"]["name"], "One");
    let statements = app.catalogue.db().statements() - before;
    assert!(statements <= 35, "{statements} statements with the lines of 100 lots");
}

async fn what_was_imported_is_exported_and_read_back_equal(app: TestDb) {
    let culture = json!({ "culture": { "medium": "StemFit", "o2_percent": 21 }, "vials": { "made": 30 },
        "handling": { "split_ratio": "1:6", "biosafety_level": 1 }, "frozen_on": "2008-01-01" });
    let unit = record("cord_blood_unit", "U", &json!({ "infant": { "abo": "A", "rhd": "P" } }));
    load(&app, lot("M1", &culture) + &passed("M1") + &unit).await;
    let exported = app.export().await;
    let report = app.import(Format::Jsonl, exported.clone()).await;
    assert_eq!((report.taken, report.merged, report.refused), (0, 0, 0), "{:?}", report.rows);
    let other = TestDb::start(app.backend()).await.unwrap();
    let report = other.import(Format::Jsonl, exported.clone()).await;
    assert_eq!(report.refused, 0, "{:?}", report.rows);
    assert_eq!(other.export().await, exported);
    other.drop_database().await;
}

async fn conformity_is_answered_over_graphql(app: TestDb) {
    load(&app, lot("M1", &json!({})) + &passed("M1")).await;
    let router = router(&app);
    let asked = "query($id: ID!, $on: NaiveDate) { conformity(subject: $id, standard: {code: \"iscbi\"}, on: $on) {
        on standard { code version title(lang: JA) } overall { code ja: label(lang: JA) }
        subject { id ... on Batch { availability(on: $on) { availability { code } } cellLine { name } qcResults { totalCount } } }
        criteria { criterion { code citation } verdict { code } reason results { reading } } } }";
    let id = id_of(&app, "M1").await.to_string();
    let found = data(&router, asked, json!({ "id": id, "on": ON })).await["conformity"].take();
    assert_eq!(found["overall"], json!({ "code": "pass", "ja": "適合" }), "{found}");
    assert_eq!(found["subject"]["cellLine"]["name"], "One");
    assert_eq!(found["subject"]["qcResults"]["totalCount"], 7);
    let karyotype = found["criteria"].as_array().unwrap().iter();
    let mut karyotype = karyotype.filter(|one| one["criterion"]["code"] == "karyotype");
    assert_eq!(karyotype.next().unwrap()["results"][0]["reading"], "46,XX[20]");
    let unknown = "{ orderableBatches(meeting: {code: \"iso\"}) { hasMore } }";
    let (code, message) = error(&router, unknown, json!({})).await;
    assert_eq!(code, "BAD_USER_INPUT");
    assert!(message.contains("iscbi 2009"), "{message}");
    let nobody = json!({ "id": RecordId::new(BatchFacts::KIND, uuid::Uuid::max()).to_string() });
    assert_eq!(data(&router, asked, nobody).await["conformity"], Value::Null);
}

async fn a_result_in_an_incomparable_unit_is_flagged_and_never_passes(app: TestDb) {
    let wrong = test("W", "M1", "endotoxin", "2 %", &json!({}));
    app.import(Format::CellosaurusNames, "cvcl\tname\nCVCL_0001\tOne\n").await;
    let report = app.import(Format::Jsonl, lot("M1", &json!({})) + &wrong).await;
    assert_eq!(report.rows.len(), 1, "{:?}", report.rows);
    assert!(report.rows[0].message.contains('%'), "{}", report.rows[0].message);
    let cira = app.catalogue.standard("cira-hla-stock", None).unwrap();
    let subject = [id_of(&app, "M1").await];
    let assessed = app.catalogue.assess(&subject, cira, on()).await.unwrap().pop().unwrap();
    assert_ne!(verdict(&assessed, "endotoxin").0, Verdict::Pass);
}
