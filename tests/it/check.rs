//! Cross-checks, from the lines of a file to what the public reads and what the command prints.

use axum::{Router, body::Body, http::Request};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use stemma::{
    domain::{
        donor::DonorFacts,
        finding::{Finding, RuleCode},
    },
    import::Format,
};
use tower::ServiceExt;

use crate::{
    api::{data, router},
    support::{TestDb, both_backends},
};

both_backends!(
    findings_stand_on_lines_lots_units_and_donors,
    no_allele_of_a_donor_leaves_for_the_public,
    a_karyotype_finding_is_a_finding,
    what_is_withdrawn_is_checked_and_tells_the_public_nothing,
    the_command_names_rule_and_record_and_fails_on_an_error,
    the_command_is_content_where_everything_fits,
    one_profile_under_two_donors_is_found_on_the_walk,
    however_many_records_are_checked_the_statements_stay_few,
);

const PROFILE: &str =
    "CSF1PO 10; D13S317 10,14; D16S539 11,13; D5S818 11; D7S820 9,10; TH01 5; TPOX 8,9; vWA 15,18";
const OTHER: &str =
    "CSF1PO 12; D13S317 8,33; D16S539 9,33; D5S818 33; D7S820 8,33; TH01 6,9.3; TPOX 33; vWA 16,33";

fn key(scheme: &str, value: &str) -> Value {
    json!({ "keys": [{ "scheme": scheme, "value": value }] })
}

fn record(kind: &str, key: &str, source: &str, facts: &Value) -> String {
    let layer = json!({ "source": source, "key": key, "facts": facts });
    json!({ "kind": kind, "layers": [layer] }).to_string() + "\n"
}

fn with(mut facts: Value, more: &Value) -> Value {
    facts.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    facts
}

fn profile(text: &str) -> Value {
    json!([stemma::domain::str_profile::StrProfile::read(text).unwrap()])
}

fn donor(n: u32, more: &Value) -> String {
    let ids = json!([{ "scheme": "biosamples", "value": format!("SAMEA{n}") }]);
    record("donor", &format!("D{n}"), "curator", &with(json!({ "external_ids": ids }), more))
}

fn line(n: u32, more: &Value) -> String {
    let ids = json!([{ "scheme": "cellosaurus", "value": format!("CVCL_{n:04}") }]);
    let facts = json!({ "external_ids": ids, "donor": key("biosamples", &format!("SAMEA{n}")),
        "str_profiles": profile(PROFILE) });
    record("cell_line", &format!("L{n}"), "cellosaurus", &with(facts, more))
}

fn lot(n: u32, more: &Value) -> String {
    let ids = json!([{ "scheme": "lot", "value": format!("Kyoto/M{n}") }]);
    let facts = json!({ "external_ids": ids, "level": "master", "frozen_on": "2008-01-01",
        "line": key("cellosaurus", &format!("CVCL_{n:04}")) });
    record("batch", &format!("M{n}"), "curator", &with(facts, more))
}

fn test(n: u32, code: &str, value: &str, more: &Value) -> String {
    let result = json!({ "key": "1", "test": code, "value": { "text": value },
        "material": { "subject": "M", "level": "master" },
        "sampling_date": "2008-05-01", "entry_date": "2008-06-01" });
    let ids = json!([{ "scheme": "qc_result", "value": format!("Kyoto/{n}-{code}") }]);
    let facts = json!({ "external_ids": ids, "subject": key("lot", &format!("Kyoto/M{n}")),
        "result": with(result, more) });
    record("qc_result", &format!("{n}-{code}"), "curator", &facts)
}

async fn load(app: &TestDb, lines: String) {
    let report = app.import(Format::Jsonl, lines).await;
    assert_eq!(report.refused, 0, "{:?}", report.rows);
}

/// A donor, a line and a lot of it that do not fit together, and a unit whose dates do not.
fn misfits() -> String {
    let typed = json!({ "str": profile(OTHER), "hla": ["A*24:02,26:33; B*52:01"], "sex": "male",
        "karyotype": "46,XX" });
    let of_line = json!({ "hla_typings": ["A*24:02,02:01"], "karyotypes": ["46,XX[20]"],
        "derivation": { "year": 2009 } });
    let early = json!({ "sampling_date": "2007-05-01" });
    let unit =
        json!({ "collection": { "date": "2008-03-03" }, "processing": { "date": "2008-03-02" } });
    donor(1, &typed)
        + &line(1, &of_line)
        + &lot(1, &json!({}))
        + &test(1, "sterility", "negative", &early)
        + &test(1, "identity_str", PROFILE, &json!({}))
        + &record("cord_blood_unit", "U1", "curator", &unit)
}

const ASKED: &str = "findings { rule { code label(lang: JA) } severity { code } text ja: text(lang: JA) other source }";

fn codes(found: &Value) -> Vec<&str> {
    let all = found["findings"].as_array().unwrap_or_else(|| panic!("findings: {found}")).iter();
    all.map(|finding| finding["rule"]["code"].as_str().unwrap()).collect()
}

async fn findings_stand_on_lines_lots_units_and_donors(app: TestDb) {
    load(&app, misfits()).await;
    let router = router(&app);
    let query = format!(
        "{{ cellLine(by: {{xref: \"CVCL_0001\"}}) {{ {ASKED} donor {{ accession {ASKED} }} }}
            batch(by: {{lot: \"Kyoto/M1\"}}) {{ {ASKED} }} }}"
    );
    let found = data(&router, &query, json!({})).await;
    let line = &found["cellLine"];
    assert_eq!(codes(line), ["karyotype_donor_sex", "str_unrelated", "hla_differs"]);
    assert_eq!(line["findings"][1]["severity"]["code"], "error");
    assert_eq!(line["findings"][1]["other"], line["donor"]["accession"]);
    assert_eq!(line["findings"][1]["rule"]["label"], "別個体のSTR");
    let text = line["findings"][2]["text"].as_str().unwrap();
    assert!(text.contains("Not for clinical selection"), "{text}");
    assert!(line["findings"][1]["source"].as_str().unwrap().contains("ASN-0002"));
    assert_eq!(codes(&line["donor"]), ["karyotype_donor_sex"]);
    let expected =
        ["str_unrelated", "frozen_before_derivation", "sampled_before_freezing", "str_agrees"];
    assert_eq!(codes(&found["batch"]), expected);
    let unit = app.all::<stemma::domain::cord_blood::facts::UnitFacts>().await.remove(0);
    let query = format!("query($id: ID!) {{ cordBloodUnit(by: {{id: $id}}) {{ {ASKED} }} }}");
    let found = data(&router, &query, json!({ "id": unit.record.id.to_string() })).await;
    assert_eq!(codes(&found["cordBloodUnit"]), ["unit_dates_out_of_order"]);
}

async fn page(router: &Router, path: &str) -> String {
    let request = Request::get(path).body(Body::empty()).unwrap();
    let response = router.clone().oneshot(request).await.unwrap();
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(bytes.to_vec()).unwrap()
}

async fn no_allele_of_a_donor_leaves_for_the_public(app: TestDb) {
    load(&app, misfits()).await;
    let donor = app.all::<DonorFacts>().await.remove(0).record;
    assert_eq!((donor.layers[0].facts.hla.len(), donor.layers[0].facts.str.len()), (1, 1));
    let router = router(&app);
    let asked = "{ __type(name: \"Donor\") { fields { name } } }";
    let fields = data(&router, asked, json!({})).await["__type"]["fields"].to_string();
    assert!(!fields.contains("\"hla") && !fields.contains("\"str"), "{fields}");
    let query = format!(
        "{{ cellLine(by: {{xref: \"CVCL_0001\"}}) {{ {ASKED} flags {{ text problem }}
            karyotypeFindings {{ kind {{ code }} }} donor {{ accession {ASKED} externalIds {{ value }} }} }}
            batch(by: {{lot: \"Kyoto/M1\"}}) {{ {ASKED} qcResults {{ nodes {{ reading }} }} }} }}"
    );
    let shown = data(&router, &query, json!({})).await.to_string();
    let output = app.stemma(&["check"]);
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(printed.contains("str_unrelated"), "{printed}");
    let line = app.line("CVCL_0001").await.record.accession;
    let donors = page(&router, &format!("/donors/{}", donor.accession)).await;
    let lines = page(&router, &format!("/lines/{line}")).await;
    assert!(donors.contains(&donor.accession) && lines.contains(&line));
    for shown in [shown, printed, donors, lines] {
        for sealed in ["26:33", "52:01", "8,33", "6,9.3", "\"33\"", "2008-03", "2007-05"] {
            assert!(!shown.contains(sealed), "{sealed}: {shown}");
        }
    }
}

async fn a_karyotype_finding_is_a_finding(app: TestDb) {
    let trisomic = json!({ "karyotype": "47,XX,+21c", "sex": "female" });
    load(&app, donor(1, &trisomic) + &line(1, &json!({ "karyotypes": ["47,XX,+21[20]"] }))).await;
    let router = router(&app);
    let query = format!(
        "{{ cellLine(by: {{xref: \"CVCL_0001\"}}) {{ {ASKED} karyotypeFindings {{ kind {{ code }} severity {{ code }} }} }} }}"
    );
    let found = data(&router, &query, json!({})).await["cellLine"].take();
    assert_eq!(codes(&found), ["karyotype_as_expected"]);
    let expected = json!([{ "kind": { "code": "constitutional_as_expected" }, "severity": { "code": "as_expected" } }]);
    assert_eq!(found["karyotypeFindings"], expected);
}

/// Takes back the record that bears this text.
async fn withdraw(app: &TestDb, mark: &str) {
    let lines = app.export().await;
    let line = lines.lines().find(|line| line.contains(mark)).unwrap();
    let withdrawn = line.replace(r#""state":"published""#, r#""state":"withdrawn""#);
    let report = app.import(Format::Jsonl, withdrawn).await;
    assert_eq!(report.merged, 1, "{:?}", report.rows);
}

async fn checked(app: &TestDb) -> Vec<Finding> {
    let mut found = Vec::new();
    app.catalogue.check(|finding| found.push(finding.clone())).await.unwrap();
    found
}

async fn what_is_withdrawn_is_checked_and_tells_the_public_nothing(app: TestDb) {
    load(&app, donor(1, &json!({ "str": profile(OTHER) })) + &line(1, &json!({}))).await;
    withdraw(&app, "\"kind\":\"donor\"").await;
    let query = format!("{{ cellLine(by: {{xref: \"CVCL_0001\"}}) {{ {ASKED} }} }}");
    let router = router(&app);
    assert_eq!(codes(&data(&router, &query, json!({})).await["cellLine"]), [] as [&str; 0]);
    let rules: Vec<RuleCode> = checked(&app).await.iter().map(|finding| finding.rule).collect();
    assert_eq!(rules, [RuleCode::StrUnrelated], "a curator has to know of it");
    withdraw(&app, "\"kind\":\"cell_line\"").await;
    assert_eq!(checked(&app).await, [], "a tombstone has no findings");
    assert_eq!(codes(&data(&router, &query, json!({})).await["cellLine"]), [] as [&str; 0]);
}

async fn the_command_names_rule_and_record_and_fails_on_an_error(app: TestDb) {
    load(&app, misfits()).await;
    let path = app.dir.path().join("report.json");
    let output = app.stemma(&["check", "--report", path.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let printed = String::from_utf8(output.stdout).unwrap();
    let accession = app.line("CVCL_0001").await.record.accession;
    let told =
        printed.lines().find(|line| line.contains("str_unrelated") && line.contains(&accession));
    assert!(told.is_some_and(|line| line.starts_with("error\t")), "{printed}");
    let report: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let listed = report["findings"].as_array().unwrap();
    let errors = listed.iter().filter(|finding| finding["severity"] == "error").count();
    assert_eq!(report["checked"]["errors"], errors, "{report}");
    assert_eq!(report["checked"]["records"], 4);
    assert_eq!(report["checked"]["as_expected"], 1, "counted and not listed");
    assert_eq!(listed.len(), printed.lines().count() - 1);
    assert_eq!(report["rules"].as_array().unwrap().len(), RuleCode::ALL.len());
    let score = listed.iter().find(|finding| finding["rule"] == "str_unrelated").unwrap();
    assert_eq!(score["str_score"]["markers"], 8, "{score}");
}

async fn the_command_is_content_where_everything_fits(app: TestDb) {
    let fits = donor(1, &json!({ "str": profile(PROFILE), "sex": "female" }))
        + &line(1, &json!({}))
        + &lot(1, &json!({}));
    let unread = line(2, &json!({ "hla_typings": ["A*2:1"] }));
    load(&app, fits + &unread).await;
    let output = app.stemma(&["check"]);
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{printed}");
    assert!(
        printed.contains("hla_unread") && printed.contains("0 errors, 1 findings"),
        "{printed}"
    );
}

async fn one_profile_under_two_donors_is_found_on_the_walk(app: TestDb) {
    load(
        &app,
        donor(1, &json!({})) + &donor(2, &json!({})) + &line(1, &json!({})) + &line(2, &json!({})),
    )
    .await;
    let found = checked(&app).await;
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].rule, RuleCode::StrOfTwoDonors);
    assert_ne!(found[0].subject.accession, found[0].other.as_ref().unwrap().accession);
}

async fn however_many_records_are_checked_the_statements_stay_few(app: TestDb) {
    let all = (1..=250).map(|n| {
        donor(n, &json!({ "str": profile(OTHER) }))
            + &line(n, &json!({}))
            + &lot(n, &json!({}))
            + &test(n, "identity_str", PROFILE, &json!({}))
    });
    load(&app, all.collect()).await;
    let before = app.catalogue.db().statements();
    let found = checked(&app).await;
    let statements = app.catalogue.db().statements() - before;
    let unrelated = found.iter().filter(|finding| finding.rule == RuleCode::StrUnrelated).count();
    assert_eq!(unrelated, 500, "every line and every lot");
    assert!(statements <= 90, "{statements} statements for two stretches of three kinds");
    let router = router(&app);
    let query = "{ cellLines(first: 100) { nodes { findings { rule { code } } karyotypeFindings { kind { code } }
        donor { findings { rule { code } } } } } }";
    let before = app.catalogue.db().statements();
    let page = data(&router, query, json!({})).await["cellLines"]["nodes"].take();
    let statements = app.catalogue.db().statements() - before;
    assert_eq!(page[99]["findings"][0]["rule"]["code"], "str_unrelated", "{page}");
    assert!(statements <= 30, "{statements} statements for the findings of 100 lines");
}
