//! A bank's day: holdings, notices with their scope, certificates, shipments, and what a day that comes changes.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use serde_json::{Value, json};
use stemma::{
    catalogue::{Error, Verdict, certificate::Order},
    domain::{facet::Facet, id::RecordKind, usage::UsePurpose},
    import::Format,
};

use crate::{
    api::{data, router},
    quality::{id_of, key, load, lot, passed, record, test},
    search::{Searched, request},
    support::{TestDb, both_backends},
};

both_backends!(
    a_suspension_of_clinical_use_stops_clinical_orders_only,
    a_recall_of_a_lot_reaches_those_grown_from_it_and_its_line_is_found_by_it,
    a_notice_that_no_longer_names_a_lot_lets_it_go,
    a_holding_in_quarantine_keeps_its_lots_from_being_ordered,
    a_file_that_names_only_the_newest_state_takes_none_away,
    a_day_that_comes_changes_what_is_found,
    a_line_is_found_by_the_standard_that_an_orderable_lot_of_it_meets,
    units_are_found_by_blood_group_and_counts,
    a_certificate_is_approved_by_nobody_who_tested_and_stays_as_it_was_issued,
    a_certificate_shows_no_test_that_was_withdrawn_since,
    recipients_are_told_to_the_bank_and_counted_for_the_public,
    bank_records_are_exported_and_read_back_equal,
    a_line_is_held_at_several_banks_each_with_its_page_and_fees,
    however_many_lots_are_listed_their_supply_takes_few_statements,
    a_notice_that_was_out_is_closed_or_withdrawn_and_never_hidden,
    a_recall_reaches_every_lot_that_claims_its_number,
    a_certificate_and_a_fail_are_not_put_aside_by_another_row,
    the_later_word_of_another_source_stops_a_lot,
    a_row_that_goes_back_to_an_older_state_is_refused,
    a_lot_of_a_line_that_is_not_known_cannot_be_ordered,
    a_lot_of_no_stated_bank_is_held_back_by_every_holding_of_its_line,
    a_notice_begins_with_the_day_of_the_bank,
);

pub(crate) fn bank(code: &str, more: &Value) -> String {
    let mut facts = json!({
        "names": [{ "text": code, "kind": "primary" }],
        "external_ids": [{ "scheme": "organization", "value": code }],
    });
    facts.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    record("organization", code, &facts)
}

pub(crate) fn holding(bank: &str, number: &str, more: &Value) -> String {
    let mut facts = json!({
        "external_ids": [{ "scheme": "holding", "value": format!("{bank}/{number}") }],
        "line": key("cellosaurus", "CVCL_0001"), "bank": key("organization", bank),
        "catalogue_number": number,
        "availability": [{ "from": "2008-01-01", "availability": "available" }],
    });
    facts.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    record("holding", number, &facts)
}

pub(crate) fn notice(number: &str, kind: &str, about: &[Value], more: &Value) -> String {
    let mut facts = json!({
        "external_ids": [{ "scheme": "notice", "value": format!("Kyoto/{number}") }],
        "notice_kind": kind, "about": about, "issued_on": "2009-01-20",
        "title": { "en": "Unlisted reagent", "ja": "表示のない試薬" },
    });
    facts.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    record("notice", number, &facts)
}

fn shipment(number: &str, item: &Value, more: &Value) -> String {
    let mut facts = json!({
        "external_ids": [{ "scheme": "distribution", "value": format!("Kyoto/{number}") }],
        "item": item, "recipient": key("organization", "acme"), "user_type": "for_profit",
        "country": "JP", "purpose": "drug_discovery", "sent_on": "2009-02-01", "vials": 2,
        "agreement_number": "MTA-7", "conditions_told": ["no transfer to others"],
    });
    facts.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    record("distribution", number, &facts)
}

async fn can_order(app: &TestDb, number: &str, purpose: Option<UsePurpose>) -> bool {
    let lot = id_of(app, number).await.uuid;
    let today = app.catalogue.today();
    app.catalogue.descent(&[lot]).await.unwrap().supply(lot, today).can_be_ordered(purpose)
}

async fn a_suspension_of_clinical_use_stops_clinical_orders_only(app: TestDb) {
    let line = [key("cellosaurus", "CVCL_0001")];
    let clinical = notice("1", "suspension", &line, &json!({ "purposes": ["clinical_use"] }));
    load(&app, lot("M1", &json!({})) + &passed("M1") + &clinical).await;
    assert!(can_order(&app, "M1", None).await);
    assert!(can_order(&app, "M1", Some(UsePurpose::DrugDiscovery)).await);
    assert!(!can_order(&app, "M1", Some(UsePurpose::ClinicalUse)).await);
    let router = router(&app);
    let query = "query($for: Purpose) { orderableBatches(meeting: {code: \"iscbi\"}, for: $for, on: \"2009-06-01\") { \
                   nodes { externalIds { value } supply { canBeOrdered stoppedFor { code } \
                   notices { kind { code } title(lang: JA) { text lang } purposes { code } } } } } }";
    let research = data(&router, query, json!({ "for": "DRUG_DISCOVERY" })).await;
    insta::allow_duplicates! {
        insta::assert_json_snapshot!(research, @r#"
        {
          "orderableBatches": {
            "nodes": [
              {
                "externalIds": [
                  {
                    "value": "Kyoto/M1"
                  }
                ],
                "supply": {
                  "canBeOrdered": true,
                  "notices": [
                    {
                      "kind": {
                        "code": "suspension"
                      },
                      "purposes": [
                        {
                          "code": "clinical_use"
                        }
                      ],
                      "title": {
                        "lang": "JA",
                        "text": "表示のない試薬"
                      }
                    }
                  ],
                  "stoppedFor": [
                    {
                      "code": "clinical_use"
                    }
                  ]
                }
              }
            ]
          }
        }
        "#);
    }
    let clinical = data(&router, query, json!({ "for": "CLINICAL_USE" })).await;
    assert_eq!(clinical, json!({ "orderableBatches": { "nodes": [] } }));
}

async fn a_recall_of_a_lot_reaches_those_grown_from_it_and_its_line_is_found_by_it(app: TestDb) {
    let working = lot("W1", &json!({ "level": "working", "parent": key("lot", "Kyoto/M1") }));
    let recall = notice("1", "recall", &[key("lot", "Kyoto/M1")], &json!({ "class": "II" }));
    load(&app, lot("M1", &json!({})) + &working + &lot("M2", &json!({}))).await;
    let searched = Searched::open(&app, "index");
    searched.follow().await;
    let recalled = found(&searched, RecordKind::Batch, Facet::Notice, "recall");
    assert!(recalled.await.is_empty());
    assert!(can_order(&app, "W1", None).await);
    app.import(Format::Jsonl, recall).await;
    searched.follow().await;
    assert!(!can_order(&app, "M1", None).await);
    assert!(!can_order(&app, "W1", None).await);
    assert!(can_order(&app, "M2", None).await);
    let lots = found(&searched, RecordKind::Batch, Facet::Availability, "recalled").await;
    assert_eq!(lots.len(), 2, "{lots:?}");
    let lines = found(&searched, RecordKind::CellLine, Facet::Notice, "recall").await;
    assert_eq!(lines, ["One"]);
}

async fn a_notice_that_no_longer_names_a_lot_lets_it_go(app: TestDb) {
    let about = |lots: &[&str]| -> Vec<Value> {
        lots.iter().map(|number| key("lot", &format!("Kyoto/{number}"))).collect()
    };
    let both = notice("1", "suspension", &about(&["M1", "M2"]), &json!({}));
    load(&app, lot("M1", &json!({})) + &lot("M2", &json!({})) + &both).await;
    let searched = Searched::open(&app, "index");
    searched.follow().await;
    let suspended = found(&searched, RecordKind::Batch, Facet::Availability, "suspended").await;
    assert_eq!(suspended.len(), 2);
    app.import(Format::Jsonl, notice("1", "suspension", &about(&["M1"]), &json!({}))).await;
    searched.follow().await;
    let suspended = found(&searched, RecordKind::Batch, Facet::Availability, "suspended").await;
    assert_eq!(suspended, ["Kyoto/M1"]);
    assert!(can_order(&app, "M2", None).await);
}

async fn a_holding_in_quarantine_keeps_its_lots_from_being_ordered(app: TestDb) {
    let deposit = json!({ "deposit": {
        "kind": "deposit", "received_on": "2009-05-01", "quarantined_until": "2009-07-01",
        "decision": { "on": "2009-06-01", "acceptance": "accepted" },
    } });
    let kept_at = |bank: &str| json!({ "bank": key("organization", bank) });
    let rows = bank("kyoto", &json!({}))
        + &bank("tsukuba", &json!({}))
        + &lot("M1", &kept_at("kyoto"))
        + &lot("M2", &kept_at("tsukuba"))
        + &holding("kyoto", "K1", &deposit);
    load(&app, rows).await;
    assert!(!can_order(&app, "M1", None).await, "in quarantine until July");
    assert!(can_order(&app, "M2", None).await, "another bank's");
}

async fn a_file_that_names_only_the_newest_state_takes_none_away(app: TestDb) {
    load(&app, lot("M1", &json!({}))).await;
    let state = json!({ "availability": [{
        "from": "2009-01-01", "availability": "suspended", "comment": "mix-up suspected",
    }] });
    app.import(Format::Jsonl, lot("M1", &state)).await;
    let query =
        "{ batch(by: {lot: \"Kyoto/M1\"}) { availabilityStates { from availability { code } } } }";
    let states = data(&router(&app), query, json!({})).await;
    assert_eq!(
        states["batch"]["availabilityStates"],
        json!([
            { "from": "2008-01-01", "availability": { "code": "available" } },
            { "from": "2009-01-01", "availability": { "code": "suspended" } },
        ])
    );
}

async fn a_day_that_comes_changes_what_is_found(app: TestDb) {
    let later = json!({ "availability": [{ "from": "2009-06-26", "availability": "available" }] });
    load(&app, lot("M1", &later)).await;
    let searched = Searched::open(&app, "index");
    searched.follow().await;
    let available = found(&searched, RecordKind::CellLine, Facet::Availability, "available");
    assert!(available.await.is_empty());
    let before = app.head().await.seq;
    let later = app.ahead(TimeDelta::days(1)).await;
    assert_eq!(later.reach_today().await.unwrap(), 0, "nothing falls due");
    assert_eq!(app.head().await.seq, before);
    let later = app.ahead(TimeDelta::days(2)).await;
    assert_eq!(later.reach_today().await.unwrap(), 1);
    assert_eq!(later.reach_today().await.unwrap(), 0, "once is enough");
    assert_eq!(app.catalogue.reach_today().await.unwrap(), 0, "a clock that lags changes nothing");
    searched.follow().await;
    let available = found(&searched, RecordKind::CellLine, Facet::Availability, "available");
    assert_eq!(available.await, ["One"]);
    let last: Vec<(String, String)> =
        app.query("SELECT action, actor FROM revisions ORDER BY seq DESC LIMIT 1").await;
    assert_eq!(last, [("system".to_owned(), "system".to_owned())]);
    let verdict = app.catalogue.verify_log().await.unwrap();
    assert!(matches!(verdict, Verdict::Sound(_)), "{verdict:?}");
}

async fn a_line_is_found_by_the_standard_that_an_orderable_lot_of_it_meets(app: TestDb) {
    load(&app, lot("M1", &json!({}))).await;
    let searched = Searched::open(&app, "index");
    searched.follow().await;
    let meets = || found(&searched, RecordKind::CellLine, Facet::MeetsStandard, "iscbi:2009");
    assert!(meets().await.is_empty());
    app.import(Format::Jsonl, passed("M1")).await;
    searched.follow().await;
    assert_eq!(meets().await, ["One"]);
    let tested = found(&searched, RecordKind::CellLine, Facet::Tested, "karyotype").await;
    assert_eq!(tested, ["One"]);
    let stopped = notice("1", "suspension", &[key("lot", "Kyoto/M1")], &json!({}));
    app.import(Format::Jsonl, stopped).await;
    searched.follow().await;
    assert!(meets().await.is_empty(), "it passes, and cannot be ordered");
    app.import(Format::Jsonl, test("bad", "M1", "sterility", "positive", &json!({}))).await;
    let lifted = json!({ "closed_on": "2009-02-01" });
    app.import(Format::Jsonl, notice("1", "suspension", &[key("lot", "Kyoto/M1")], &lifted)).await;
    searched.follow().await;
    assert!(meets().await.is_empty(), "it can be ordered, and failed");
}

async fn units_are_found_by_blood_group_and_counts(app: TestDb) {
    let unit = |number: &str, abo: &str, tnc: u64| {
        let facts = json!({
            "external_ids": [{ "scheme": "unit_digest", "value": format!("{number:0>64}") }],
            "identity": { "local_id": format!("SECRET{number}") },
            "infant": { "abo": abo, "rhd": "P" }, "frozen": { "tnc": tnc, "cd34": 4_100_000 },
            "purposes": [{ "purpose": "research", "consent": "yes" }],
            "products": [{ "number": format!("HCB000{number}") }],
        });
        record("cord_blood_unit", number, &facts)
    };
    load(&app, unit("1", "O", 1_320_000_000) + &unit("2", "A", 400_000_000)).await;
    let searched = Searched::open(&app, "index");
    searched.follow().await;
    let units = |facet: Facet, code: &str| {
        let code = code.to_owned();
        let searched = &searched;
        async move { found(searched, RecordKind::CordBloodUnit, facet, &code).await.len() }
    };
    assert_eq!(units(Facet::Abo, "O").await, 1);
    assert_eq!(units(Facet::RhD, "P").await, 2);
    assert_eq!(units(Facet::Tnc, "10-15").await, 1);
    assert_eq!(units(Facet::Cd34, "4-6").await, 2);
    assert_eq!(units(Facet::HeldFor, "research").await, 2);
    assert_eq!(units(Facet::HeldFor, "transplant").await, 0, "nobody consented to it");
    let by_number = |text: &'static str| {
        let request = request(text);
        let searched = &searched;
        async move { searched.ask(request).await.total }
    };
    assert_eq!(by_number("HCB0001").await, 1);
    assert_eq!(by_number("SECRET1").await, 0);
    let digest: &'static str = "0000000000000000000000000000000000000000000000000000000000000001";
    assert_eq!(by_number(digest).await, 0, "what is made of a sealed number is sealed");
}

/// The names of what bears a code.
async fn found(searched: &Searched, kind: RecordKind, facet: Facet, code: &str) -> Vec<String> {
    let filter = BTreeMap::from([(facet, BTreeSet::from([code.to_owned()]))]);
    let mut request = request("");
    (request.kinds, request.filter) = (vec![kind], filter);
    let found = searched.ask(request).await;
    let name = |hit: &stemma::catalogue::search::FoundRecord| match &hit.stored.record {
        stemma::domain::record::AnyRecord::Batch(lot) => lot.external_ids()[0].value.clone(),
        other => other.name().to_owned(),
    };
    found.hits.iter().map(name).collect()
}

pub(crate) async fn accession(app: &TestDb, kind: &str) -> String {
    let all: Vec<(String, String)> =
        app.query("SELECT kind, accession FROM records ORDER BY accession").await;
    all.into_iter().find(|(found, _)| found == kind).unwrap().1
}

async fn certify(app: &TestDb, number: &str, approver: &str) -> Result<String, Error> {
    let order = Order {
        subject: accession(app, "batch").await,
        number: number.to_owned(),
        issuer: accession(app, "organization").await,
        approver: approver.to_owned(),
        supersedes: None,
    };
    app.catalogue.certify(&order, app.catalogue.standard("iscbi", None).unwrap()).await
}

async fn a_certificate_is_approved_by_nobody_who_tested_and_stays_as_it_was_issued(app: TestDb) {
    load(&app, bank("kyoto", &json!({})) + &lot("M1", &json!({})) + &passed("M1")).await;
    let refused = certify(&app, "C-1", "a sato").await.unwrap_err().to_string();
    assert!(refused.contains("none of the tests must approve"), "{refused}");
    let issued = certify(&app, "C-1", "B. Suzuki").await.unwrap();
    let query = "query($a: String!) { certificate(by: {accession: $a}) { \
                   number issuedOn approver issuerName overall { code } isSound seq \
                   criteria { code verdict { code } results } tests { test { code } reading } \
                   subject { ... on Batch { externalIds { value } } } standing { canBeOrdered } } }";
    let router = router(&app);
    let first = data(&router, query, json!({ "a": issued })).await;
    insta::assert_json_snapshot!("certificate", first);
    app.import(Format::Jsonl, test("late", "M1", "sterility", "positive", &json!({}))).await;
    let recall = notice("1", "recall", &[key("lot", "Kyoto/M1")], &json!({}));
    app.import(Format::Jsonl, recall).await;
    let after = data(&router, query, json!({ "a": issued })).await;
    let mut expected = first;
    expected["certificate"]["standing"]["canBeOrdered"] = json!(false);
    assert_eq!(after, expected, "only its standing tells what happened since");
    let again = certify(&app, "C-1", "C. Tanaka").await.unwrap_err().to_string();
    assert!(again.contains("a certificate is frozen"), "{again}");
    let failed = certify(&app, "C-2", "C. Tanaka").await.unwrap();
    let failed = data(&router, query, json!({ "a": failed })).await;
    assert_eq!(failed["certificate"]["overall"]["code"], "fail");
}

async fn a_certificate_shows_no_test_that_was_withdrawn_since(app: TestDb) {
    load(&app, bank("kyoto", &json!({})) + &lot("M1", &json!({})) + &passed("M1")).await;
    let issued = certify(&app, "C-1", "B. Suzuki").await.unwrap();
    let query = "query($a: String!) { certificate(by: {accession: $a}) { isSound tests { test { code } } } }";
    let router = router(&app);
    let tests = async || {
        let shown = data(&router, query, json!({ "a": issued })).await;
        assert_eq!(shown["certificate"]["isSound"], true);
        shown["certificate"]["tests"].as_array().unwrap().len()
    };
    assert_eq!(tests().await, 7);
    let withdrawn: Value =
        serde_json::from_str(&test("M1-1", "M1", "identity_str", "matches origin", &json!({})))
            .unwrap();
    let mut withdrawn = withdrawn;
    withdrawn["state"] = json!("withdrawn");
    app.import(Format::Jsonl, withdrawn.to_string()).await;
    assert_eq!(tests().await, 6);
}

async fn recipients_are_told_to_the_bank_and_counted_for_the_public(app: TestDb) {
    let working = lot("W1", &json!({ "level": "working", "parent": key("lot", "Kyoto/M1") }));
    let rows = bank("kyoto", &json!({}))
        + &bank("acme", &json!({}))
        + &lot("M1", &json!({}))
        + &working
        + &shipment("1", &key("lot", "Kyoto/M1"), &json!({}))
        + &shipment("2", &key("lot", "Kyoto/W1"), &json!({ "sent_on": "2009-03-01" }))
        + &shipment("3", &key("cellosaurus", "CVCL_0001"), &json!({ "user_type": "academic" }));
    load(&app, rows).await;
    let line = accession(&app, "cell_line").await;
    assert_eq!(app.catalogue.recipients(&line).await.unwrap().len(), 3);
    let master = id_of(&app, "M1").await;
    let master =
        app.catalogue.nodes(&[master.uuid]).await.unwrap()[0].record.accession().to_owned();
    let received = app.catalogue.recipients(&master).await.unwrap();
    assert_eq!(received.len(), 2, "whoever has what was grown from it is told too");
    assert!(received.iter().all(|one| one.recipient.ends_with("acme")), "{received:?}");
    assert_eq!(received[0].conditions_told, ["no transfer to others"]);
    assert!(app.catalogue.recipients("STM-L9999999-X").await.is_err());
    let bank = accession(&app, "organization").await;
    let refused = app.catalogue.recipients(&bank).await.unwrap_err().to_string();
    assert!(refused.contains("which nobody receives"), "{refused}");
    let recall = notice("1", "recall", &[key("lot", "Kyoto/W1")], &json!({}));
    app.import(Format::Jsonl, recall).await;
    let recall = accession(&app, "notice").await;
    assert_eq!(app.catalogue.recipients(&recall).await.unwrap().len(), 1);
    let router = router(&app);
    let query = "query($a: String!) { cellLine(by: {accession: $a}) { distributions { total \
                   byYear { year count } byUserType { userType { code } count } byCountry { country count } } } }";
    let counted = data(&router, query, json!({ "a": line })).await;
    let told = &counted["cellLine"]["distributions"];
    assert_eq!(told["total"], 3);
    for (counts, of) in [("byYear", "year"), ("byUserType", "userType"), ("byCountry", "country")] {
        assert_eq!(told[counts], json!([{ "count": 3, of: null }]), "few are told together");
    }
    let hidden = accession(&app, "distribution").await;
    let id: Vec<(uuid::Uuid,)> =
        app.query("SELECT id FROM records WHERE kind = 'distribution' LIMIT 1").await;
    let id = stemma::domain::id::RecordId::new(RecordKind::Distribution, id[0].0).to_string();
    let query = "query($id: ID!) { node(id: $id) { id } nodes(ids: [$id]) { id } }";
    let nothing = data(&router, query, json!({ "id": id })).await;
    assert_eq!(nothing, json!({ "node": null, "nodes": [null] }));
    assert!(app.catalogue.by_accession(&hidden).await.unwrap().is_none());
    let printed = app.stemma(&["recipients", &line]);
    let printed = String::from_utf8(printed.stdout).unwrap();
    assert_eq!(printed.lines().count(), 4, "{printed}");
}

async fn bank_records_are_exported_and_read_back_equal(app: TestDb) {
    let sample = record(
        "sample",
        "S1",
        &json!({
            "external_ids": [{ "scheme": "sample", "value": "Kyoto/S1" }],
            "tissue": { "id": "UBERON:0000178", "label": "blood" },
            "taken_on": "2007-05-01", "procedure": "venepuncture",
        }),
    );
    let rows = bank("kyoto", &json!({ "product_url": "https://bank.example/{number}" }))
        + &bank("acme", &json!({}))
        + &sample
        + &lot("M1", &json!({}))
        + &passed("M1")
        + &holding("kyoto", "K1", &json!({}))
        + &notice("1", "caution", &[key("lot", "Kyoto/M1")], &json!({}))
        + &shipment("1", &key("lot", "Kyoto/M1"), &json!({}));
    load(&app, rows).await;
    certify(&app, "C-1", "B. Suzuki").await.unwrap();
    let exported = app.export().await;
    let other = TestDb::start(app.backend()).await.unwrap();
    let report = other.import(Format::Jsonl, exported.clone()).await;
    assert_eq!((report.refused, report.rows.len()), (0, 0), "{:?}", report.rows);
    assert_eq!(other.export().await, exported);
    other.drop_database().await;
}

async fn a_line_is_held_at_several_banks_each_with_its_page_and_fees(app: TestDb) {
    let fees = json!({ "fees": [
        { "user_type": "academic", "amount": "750", "currency": "USD", "per": "vial" },
        { "user_type": "for_profit", "amount": "1,500", "currency": "USD", "per": "vial" },
    ] });
    let elsewhere = json!({ "url": "https://other.example/x" });
    let rows = bank("kyoto", &json!({ "product_url": "https://bank.example/{number}" }))
        + &bank("tsukuba", &json!({}))
        + &holding("kyoto", "K1", &fees)
        + &holding("tsukuba", "T9", &elsewhere);
    load(&app, rows).await;
    let query = "{ cellLine(by: {name: \"One\"}) { holdings { nodes { catalogueNumber url bank { name } \
                   fees { userType { code } amount currency } supply { canBeOrdered } } } } }";
    let held = data(&router(&app), query, json!({})).await;
    insta::allow_duplicates! {
        insta::assert_json_snapshot!(held, @r#"
        {
          "cellLine": {
            "holdings": {
              "nodes": [
                {
                  "bank": {
                    "name": "kyoto"
                  },
                  "catalogueNumber": "K1",
                  "fees": [
                    {
                      "amount": "750",
                      "currency": "USD",
                      "userType": {
                        "code": "academic"
                      }
                    },
                    {
                      "amount": "1,500",
                      "currency": "USD",
                      "userType": {
                        "code": "for_profit"
                      }
                    }
                  ],
                  "supply": {
                    "canBeOrdered": true
                  },
                  "url": "https://bank.example/K1"
                },
                {
                  "bank": {
                    "name": "tsukuba"
                  },
                  "catalogueNumber": "T9",
                  "fees": [],
                  "supply": {
                    "canBeOrdered": true
                  },
                  "url": "https://other.example/x"
                }
              ]
            }
          }
        }
        "#);
    }
}

async fn however_many_lots_are_listed_their_supply_takes_few_statements(app: TestDb) {
    let lots: String = (0..25).map(|n| lot(&format!("M{n}"), &json!({}))).collect();
    load(&app, lots).await;
    let query = "query($n: Int!) { cellLine(by: {name: \"One\"}) { batches(first: $n) { nodes { supply { canBeOrdered } } } } }";
    let router = router(&app);
    let mut counts = Vec::new();
    for n in [1, 25] {
        let before = app.catalogue.db().statements();
        data(&router, query, json!({ "n": n })).await;
        counts.push(app.catalogue.db().statements() - before);
    }
    assert_eq!(counts[0], counts[1], "{counts:?}");
}

fn with(row: &str, change: impl FnOnce(&mut Value)) -> String {
    let mut row: Value = serde_json::from_str(row).unwrap();
    change(&mut row);
    row.to_string() + "\n"
}

async fn refused(app: &TestDb, rows: String) -> String {
    let report = app.import(Format::Jsonl, rows).await;
    assert_eq!(report.refused, 1, "{:?}", report.rows);
    report.rows[0].message.clone()
}

async fn a_notice_that_was_out_is_closed_or_withdrawn_and_never_hidden(app: TestDb) {
    let recall = notice("1", "recall", &[key("lot", "Kyoto/M1")], &json!({}));
    load(&app, lot("M1", &json!({})) + &recall).await;
    for state in ["draft", "in_review", "merged"] {
        let hidden = with(&recall, |row| row["state"] = json!(state));
        let message = refused(&app, hidden).await;
        assert!(message.contains("never hidden"), "{message}");
        assert!(!can_order(&app, "M1", None).await, "{state}");
    }
    let lifted =
        notice("1", "recall", &[key("lot", "Kyoto/M1")], &json!({ "closed_on": "2009-06-01" }));
    app.import(Format::Jsonl, lifted).await;
    assert!(can_order(&app, "M1", None).await);
}

async fn a_recall_reaches_every_lot_that_claims_its_number(app: TestDb) {
    let recall = notice("1", "recall", &[key("lot", "Kyoto/M1")], &json!({}));
    load(&app, lot("M1", &json!({})) + &recall).await;
    let twin = with(&lot("M1", &json!({})), |row| row["layers"][0]["key"] = json!("other row"));
    app.import(Format::Jsonl, twin).await;
    let lots = app.all::<stemma::domain::batch::BatchFacts>().await;
    assert_eq!(lots.len(), 2);
    for lot in lots {
        let id = lot.record.id.uuid;
        let descent = app.catalogue.descent(&[id]).await.unwrap();
        assert!(!descent.supply(id, app.catalogue.today()).can_be_ordered(None));
    }
}

async fn a_certificate_and_a_fail_are_not_put_aside_by_another_row(app: TestDb) {
    let fail = test("bad", "M1", "sterility", "positive", &json!({}));
    let rows = bank("kyoto", &json!({})) + &lot("M1", &json!({})) + &passed("M1") + &fail;
    load(&app, rows).await;
    let issued = certify(&app, "C-1", "B. Suzuki").await.unwrap();
    let exported = app.export().await;
    let certificate = exported.lines().find(|line| line.contains(&issued)).unwrap();
    let forged = with(certificate, |row| row["layers"][0]["key"] = json!("A"));
    let message = refused(&app, forged).await;
    assert!(message.contains("one row"), "{message}");
    let negative = test("good", "M1", "sterility", "negative", &json!({}));
    let accession = exported.lines().find(|line| line.contains("\"bad\"")).unwrap();
    let accession: Value = serde_json::from_str(accession).unwrap();
    let renamed = with(&negative, |row| {
        row["accession"] = accession["accession"].clone();
        let old = json!({ "scheme": "curator", "value": "bad", "status": "secondary" });
        row["layers"][0]["facts"]["external_ids"].as_array_mut().unwrap().push(old);
    });
    let message = refused(&app, renamed).await;
    assert!(message.contains("a result is never changed"), "{message}");
}

async fn the_later_word_of_another_source_stops_a_lot(app: TestDb) {
    load(&app, lot("M1", &json!({}))).await;
    assert!(can_order(&app, "M1", None).await);
    let recalled = json!({ "availability": [
        { "from": "2009-02-01", "availability": "recalled", "comment": "mix-up" },
    ] });
    let by_bank = with(&lot("M1", &recalled), |row| row["layers"][0]["source"] = json!("bank"));
    let report = app.import(Format::Jsonl, by_bank).await;
    assert_eq!(report.merged, 1, "{:?}", report.rows);
    assert!(!can_order(&app, "M1", None).await, "the curator's word is of the year before");
}

async fn a_row_that_goes_back_to_an_older_state_is_refused(app: TestDb) {
    let states = json!({ "availability": [
        { "from": "2008-01-01", "availability": "available" },
        { "from": "2009-01-01", "availability": "suspended", "comment": "a check" },
        { "from": "2009-03-01", "availability": "available" },
    ] });
    load(&app, lot("M1", &states)).await;
    let back = json!({ "availability": [
        { "from": "2009-01-01", "availability": "suspended", "comment": "a check" },
    ] });
    let message = refused(&app, lot("M1", &back)).await;
    assert!(message.contains("give the state that holds now"), "{message}");
}

async fn a_lot_of_a_line_that_is_not_known_cannot_be_ordered(app: TestDb) {
    load(&app, lot("M1", &json!({ "line": key("cellosaurus", "CVCL_9999") }))).await;
    assert!(!can_order(&app, "M1", None).await, "nobody knows what stands against its line");
    app.import(Format::CellosaurusNames, "cvcl\tname\nCVCL_9999\tLate\n").await;
    assert!(can_order(&app, "M1", None).await);
}

async fn a_lot_of_no_stated_bank_is_held_back_by_every_holding_of_its_line(app: TestDb) {
    let refusal = json!({ "deposit": {
        "kind": "deposit",
        "decision": { "on": "2009-05-01", "acceptance": "refused", "reason": "mycoplasma" },
    } });
    let rows =
        bank("kyoto", &json!({})) + &lot("M1", &json!({})) + &holding("kyoto", "K1", &refusal);
    load(&app, rows).await;
    assert!(!can_order(&app, "M1", None).await);
}

async fn a_notice_begins_with_the_day_of_the_bank(app: TestDb) {
    let recall = json!({ "issued_on": "2009-06-25" });
    load(&app, lot("M1", &json!({})) + &notice("1", "recall", &[key("lot", "Kyoto/M1")], &recall))
        .await;
    let lot = id_of(&app, "M1").await.uuid;
    let evening = app.ahead(TimeDelta::hours(7)).await;
    let in_japan = evening.clone().with_offset("+09:00".parse().unwrap());
    for (catalogue, can) in [(evening, true), (in_japan, false)] {
        let descent = catalogue.descent(&[lot]).await.unwrap();
        assert_eq!(descent.supply(lot, catalogue.today()).can_be_ordered(None), can);
    }
}
