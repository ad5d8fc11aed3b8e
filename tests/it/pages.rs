//! The pages of what banks keep, as a browser gets them: lots, units, standards, and a line with its lots.

use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode, header},
};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use stemma::{
    domain::{
        batch::BatchFacts,
        cell_line::LineFacts,
        cord_blood::facts::UnitFacts,
        donor::DonorFacts,
        qc::standard::{Obligation, shipped},
        record::Facts,
    },
    import::Format,
};
use tower::ServiceExt;

use crate::{
    api::router,
    quality::{by, key, load, lot, passed, record, test, withdraw},
    support::{TestDb, both_backends},
};

both_backends!(
    a_lot_is_told_in_both_languages,
    a_lot_that_is_stopped_says_so_before_anything_else,
    a_lot_of_no_stated_level_is_not_judged,
    a_verdict_is_told_criterion_by_criterion_with_the_results_it_rests_on,
    a_page_shows_nothing_of_those_who_tested_or_gave,
    a_unit_shows_its_public_side_and_three_words_for_nothing,
    a_unit_that_left_the_inventory_is_not_called_available,
    a_unit_that_was_released_is_not_called_available,
    a_line_says_which_lots_meet_a_standard_and_can_be_ordered,
    a_line_tells_its_karyotype_and_nothing_of_the_donors,
    every_criterion_of_every_standard_stands_with_its_source,
    what_was_withdrawn_is_gone_and_what_never_was_is_not_found,
    a_page_needs_no_more_statements_for_more_lots_and_tests,
);

pub(crate) async fn get(router: &Router, path: &str) -> (StatusCode, String) {
    let request = Request::get(path).body(Body::empty()).unwrap();
    let response = router.clone().oneshot(request).await.unwrap();
    let status = response.status();
    let policy = response.headers().get(header::CONTENT_SECURITY_POLICY);
    assert!(policy.is_some_and(|policy| policy.to_str().unwrap().contains("'none'")), "{path}");
    if status.is_redirection() {
        let to = response.headers()[header::LOCATION].to_str().unwrap().to_owned();
        return (status, to);
    }
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(bytes.to_vec()).unwrap())
}

/// A page that is there.
pub(crate) async fn page(router: &Router, path: &str) -> String {
    let (status, html) = get(router, path).await;
    assert_eq!(status, StatusCode::OK, "{path}: {html}");
    html
}

/// The text of the section with this id.
pub(crate) fn section<'a>(html: &'a str, id: &str) -> &'a str {
    let start = html.find(&format!("<section id=\"{id}\">")).unwrap_or_else(|| panic!("{id}"));
    let end = html[start..].find("</section>").unwrap();
    &html[start..start + end]
}

/// The row of a table that holds this text.
pub(crate) fn row<'a>(section: &'a str, text: &str) -> &'a str {
    let mut rows = section.split("<tr>").skip(1).filter(|row| row.contains(text));
    rows.next().unwrap_or_else(|| panic!("no row with {text}: {section}"))
}

/// The paths of all records of a kind, in the order of their making.
pub(crate) async fn paths<F: Facts>(app: &TestDb, folder: &str) -> Vec<String> {
    let all = app.all::<F>().await;
    all.iter().map(|one| format!("/{folder}/{}", one.record.accession)).collect()
}

pub(crate) async fn lot_path(app: &TestDb, number: &str) -> String {
    let lots = app.all::<BatchFacts>().await;
    let is_it = |lot: &&stemma::catalogue::Stored<BatchFacts>| {
        lot.record.number() == Some(format!("Kyoto/{number}").as_str())
    };
    format!("/batches/{}", lots.iter().find(is_it).unwrap().record.accession)
}

async fn a_lot_is_told_in_both_languages(app: TestDb) {
    let more = json!({
        "culture": { "medium": "StemFit", "o2_percent": 5 }, "frozen_on": "2008-04-01",
        "vials": { "made": 1200, "stored": 30 },
        "handling": { "split_ratio": "1:6", "thaw": "at 37 °C" },
        "availability": [
            { "from": "2008-01-01", "availability": "in_preparation" },
            { "from": "2009-01-01", "availability": "available", "comment": "after its tests" },
            { "from": "2011-01-01", "availability": "discontinued", "comment": "no more" },
        ],
    });
    let child = json!({ "parent": key("lot", "Kyoto/M1"), "level": "working" });
    load(&app, lot("M1", &more) + &passed("M1") + &lot("W1", &child)).await;
    let router = router(&app);
    let path = lot_path(&app, "M1").await;
    let (english, japanese) =
        (page(&router, &path).await, page(&router, &format!("/ja{path}")).await);
    for (html, texts) in [
        (
            &english,
            ["Master bank", "Passage number", "Grown from lot", "Matches origin", "Available"],
        ),
        (&japanese, ["マスターセルバンク", "継代数", "親ロット", "由来と一致", "提供可"]),
    ] {
        let all = ["Kyoto/M1", ">One<", "StemFit", "1:6", "1,200", "2008-04-01", "after its tests"];
        for text in texts.into_iter().chain(all) {
            assert!(html.contains(text), "{text}: {html}");
        }
    }
    assert!(row(section(&english, "availability"), "2009-01-01").contains("in force today"));
    assert!(row(section(&english, "availability"), "2011-01-01").contains("announced"));
    assert!(section(&english, "availability").contains("<bdi>Yes</bdi>"));
    assert!(section(&english, "grown").contains("Kyoto/W1"));
    let iscbi = row(section(&english, "conformity"), "ISCBI");
    assert!(iscbi.contains(">Pass<") && iscbi.contains(&format!("{path}/standards/iscbi/2009")));
    let child = page(&router, &lot_path(&app, "W1").await).await;
    assert!(section(&child, "what").contains(&format!("href=\"{path}\"")));
}

async fn a_lot_that_is_stopped_says_so_before_anything_else(app: TestDb) {
    let states = json!({ "availability": [
        { "from": "2008-01-01", "availability": "available" },
        { "from": "2009-05-01", "availability": "recalled", "comment": "a label was wrong" },
    ] });
    load(&app, lot("M1", &states) + &passed("M1")).await;
    let router = router(&app);
    let path = lot_path(&app, "M1").await;
    for (path, title) in [
        (path.clone(), "Recalled since 2009-05-01"),
        (format!("/ja{path}"), "回収（2009-05-01から）"),
    ] {
        let html = page(&router, &path).await;
        let at = |text: &str| html.find(text).unwrap_or_else(|| panic!("{text}: {html}"));
        assert!(at(title) < at("<nav") && at("a label was wrong") < at("<nav"));
    }
    let html = page(&router, &path).await;
    let availability = section(&html, "availability");
    assert!(availability.contains("<bdi>No</bdi>") && !availability.contains("class=\"good\""));
}

async fn a_lot_of_no_stated_level_is_not_judged(app: TestDb) {
    let mut silent: Value = serde_json::from_str(&lot("M1", &json!({}))).unwrap();
    silent["layers"][0]["facts"].as_object_mut().unwrap().remove("level");
    load(&app, silent.to_string() + "\n").await;
    let html = page(&router(&app), &lot_path(&app, "M1").await).await;
    assert!(section(&html, "conformity").contains("nobody states at which level"));
}

async fn a_verdict_is_told_criterion_by_criterion_with_the_results_it_rests_on(app: TestDb) {
    let failed = test("F", "M1", "sterility", "positive", &json!({}));
    let gone = test("G", "M1", "post_thaw_recovery", "not viable", &json!({}));
    let fixed = test("H", "M1", "marker", "60 %", &{
        let mut more = by("flow cytometry");
        more["qualifier"] = json!({ "marker": "SSEA-4" });
        more["superseded_by"] = json!("I");
        more
    });
    let fix = test("I", "M1", "marker", "90 %", &json!({ "qualifier": { "marker": "SSEA-4" } }));
    load(&app, lot("M1", &json!({})) + &passed("M1") + &failed + &gone + &fixed + &fix).await;
    withdraw(&app, "Kyoto/G\"").await;
    let router = router(&app);
    let lot = lot_path(&app, "M1").await;
    let path = format!("{lot}/standards/iscbi/2009");
    let html = page(&router, &path).await;
    let criteria = section(&html, "criteria");
    let sterility = row(criteria, "Sterility");
    for text in [">Fail<", "a result fails the requirement", ">Positive<", "2008-05-01"] {
        assert!(sterility.contains(text), "{text}: {sterility}");
    }
    let recovery = row(criteria, "Recovery of colonies");
    assert!(recovery.contains(">Fail<") && recovery.contains("no longer public"), "{recovery}");
    assert!(!html.contains("Not viable"), "a withdrawn value is shown");
    assert!(row(criteria, "SSEA-4").contains("For information only"));
    let japanese = page(&router, &format!("/ja{path}")).await;
    let sterility = row(section(&japanese, "criteria"), "無菌試験");
    assert!(sterility.contains("不適合") && sterility.contains("陽性"), "{sterility}");
    // The result leads to where it stands.
    let target = sterility.split("href=\"").nth(1).unwrap().split('"').next().unwrap();
    let (target, anchor) = target.split_once('#').unwrap();
    let html = page(&router, target).await;
    assert!(html.contains(&format!("id=\"{anchor}\"")));
    assert_eq!(html.matches("に差し替え").count(), 1, "what corrects is named once");
    assert!(!html.contains("生存せず"), "a withdrawn test is not listed");
}

async fn a_page_shows_nothing_of_those_who_tested_or_gave(app: TestDb) {
    let ids = json!([{ "scheme": "biosamples", "value": "SAMEA1" }]);
    let donor = record("donor", "CLINIC-7", &json!({ "external_ids": ids, "karyotype": "46,XX" }));
    let line = json!({ "external_ids": [{ "scheme": "cellosaurus", "value": "CVCL_0001" }],
        "donor": key("biosamples", "SAMEA1"), "hla_typings": ["A*24:02,26:01"],
        "str_profiles": [{ "markers": { "D5S818": ["11", "12"] } }] });
    let mut more = json!({ "material": { "subject": "D", "level": "donor" },
        "qualifier": { "virus": "HIV-1" }, "sampling_date": "2001-02-03" });
    let virus = test("V", "D", "virology", "negative", &more);
    let virus = virus.replace("Kyoto/D", "SAMEA1").replace("\"lot\"", "\"biosamples\"");
    let typed = test("T", "M1", "identity_str", "D5S818 11,12; TH01 6,9.3", &json!({}));
    let named = test("N", "M1", "karyotype", "46,XX,T Yamada 1985-03-02[20]", &json!({}));
    more = json!({ "reviewer": "B. Tanaka", "laboratory_verdict": "fail" });
    let failed = test("F", "M1", "sterility", "positive", &more);
    let mut failed: Value = serde_json::from_str(&failed).unwrap();
    failed["layers"][0]["facts"]["out_of_specification"] = json!({
        "result": "F", "cause": "dropped by Suzuki", "approver": "C. Ito", "tester": "A. Sato",
        "approved_on": "2008-06-02" });
    let lines = donor + &record("cell_line", "L", &line) + &lot("M1", &json!({})) + &virus + &typed;
    load(&app, lines + &named + &failed.to_string() + "\n").await;
    let router = router(&app);
    let mut all = paths::<LineFacts>(&app, "lines").await;
    all.extend(paths::<DonorFacts>(&app, "donors").await);
    let lot = lot_path(&app, "M1").await;
    all.extend(
        shipped()
            .iter()
            .filter(|one| one.code != "netcord-fact-release")
            .map(|one| format!("{lot}/standards/{}/{}", one.code, one.version)),
    );
    all.push(lot.clone());
    let sealed = [
        "Sato", "Tanaka", "Yamada", "Suzuki", "Ito", "11,12", "11, 12", "A*24", "2001-02", "CLINIC",
    ];
    for path in all.iter().flat_map(|path| [path.clone(), format!("/ja{path}")]) {
        let html = page(&router, &path).await;
        for text in sealed {
            assert!(!html.contains(text), "{path} shows {text}");
        }
    }
    let html = page(&router, &lot).await;
    assert!(row(section(&html, "tests"), "Kyoto/F<").contains("Out of specification"));
    assert!(row(section(&html, "tests"), "Kyoto/N<").contains("cannot be read"));
    let html = page(&router, &format!("{lot}/standards/ebisc/2021")).await;
    assert!(row(section(&html, "criteria"), "HIV-1").contains("Not public"));
}

const DIGEST: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

pub(crate) fn unit(more: &Value) -> String {
    let mut facts = json!({
        "external_ids": [{ "scheme": "unit_digest", "value": DIGEST }],
        "identity": { "id": "JPN-4711", "grid": "1234JPN0000000000A1", "local_id": "LOCAL-9",
            "bag_id": "BAG-9", "donation_number": "A1234159999", "sender_attribute": "SENDER" },
        "mother": { "id": "MUM-1", "bank_id": "MUM-2" },
        "infant": { "abo": "A", "rhd": "N", "sex": "female", "ethnicity": "AFNA",
            "birth_date": "2007-03-02" },
        "collection": { "date": "2007-03-02", "kind": "KIND" },
        "processing": { "method": "HES", "date": "2007-03-03" },
        "collected": { "tnc": 1_320_000_000_u64, "cd34": 4_100_000 },
        "quality": { "bacterial_culture": "N", "fungal_culture": "D" },
        "hla": [{ "locus": "A", "method": "DNA", "first": "24:02" }],
        "status": { "input": "RS", "reserved_for": "PATIENT-1" },
        "purposes": [{ "purpose": "research", "consent": "unknown", "date": "2007-02-01" }],
    });
    facts.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    record("cord_blood_unit", "JPN-4711", &facts)
}

async fn a_unit_shows_its_public_side_and_three_words_for_nothing(app: TestDb) {
    let line = json!({ "external_ids": [{ "scheme": "cellosaurus", "value": "CVCL_0001" }],
        "source_unit": key("unit_digest", DIGEST) });
    load(&app, record("cell_line", "L", &line)).await;
    let router = router(&app);
    let line = paths::<LineFacts>(&app, "lines").await.remove(0);
    let html = page(&router, &line).await;
    assert!(html.contains("no public record here") && !html.contains(DIGEST), "{html}");
    load(&app, unit(&json!({}))).await;
    let path = paths::<UnitFacts>(&app, "units").await.remove(0);
    assert!(page(&router, &line).await.contains(&format!("href=\"{path}\"")));
    let html = page(&router, &path).await;
    for text in
        ["13.2 ×10⁸", "4.1 ×10⁶", "RhD negative", "Hydroxyethyl starch", "Reserved", ">One<"]
    {
        assert!(html.contains(text), "{text}: {html}");
    }
    assert!(section(&html, "what").contains("<bdi>2007</bdi>"));
    let purposes = section(&html, "purposes");
    assert!(row(purposes, "Research").contains(">Unknown<"));
    assert!(row(purposes, "Transplantation").contains(">None stated<"));
    assert!(section(&html, "cultures").contains(">Not done<"));
    let japanese = page(&router, &format!("/ja{path}")).await;
    let purposes = section(&japanese, "purposes");
    assert!(row(purposes, "研究").contains("不明") && row(purposes, "移植").contains("記載なし"));
    assert!(section(&japanese, "cultures").contains("未実施"));
    let sealed = [
        "4711",
        "1234JPN",
        "LOCAL",
        "BAG-9",
        "A1234",
        "SENDER",
        "MUM",
        "2007-0",
        "KIND",
        "24:02",
        "PATIENT",
        DIGEST,
        "Female",
        "女",
        "North Africa",
        "北アフリカ",
    ];
    for text in sealed {
        assert!(!html.contains(text) && !japanese.contains(text), "{text} is shown");
    }
}

async fn a_unit_that_left_the_inventory_is_not_called_available(app: TestDb) {
    let left = json!({ "status": { "input": "AV" }, "listing": { "organization": 1234, "pool": 1234,
        "presence": { "presence": "not_in_inventory", "as_of": "2008-01-01T00:00:00Z" } } });
    load(&app, unit(&left)).await;
    let path = paths::<UnitFacts>(&app, "units").await.remove(0);
    let html = page(&router(&app), &path).await;
    let notice = html.find("No longer in the bank").unwrap();
    assert!(notice < html.find("<nav").unwrap(), "it stands at the top");
    let status = section(&html, "what");
    assert!(status.find("No longer in the bank").unwrap() < status.find("Available").unwrap());
    assert!(!html.contains("2008-01-01"));
}

async fn a_unit_that_was_released_is_not_called_available(app: TestDb) {
    let step = |date: &str, transition: Value| json!({ "date": date, "origin": "curator", "transition": transition });
    let opening = json!({ "custody": "stored", "transplant": { "state": "listed" }, "research_consent": "unknown" });
    let steps = [
        step("2008-01-01", json!({ "step": "record_research_consent", "answer": "yes" })),
        step(
            "2008-02-01",
            json!({ "step": "release", "purpose": "research", "departure": "consumed" }),
        ),
    ];
    let history = json!({ "opened": "2007-05-01", "opening": opening, "steps": steps });
    let facts = json!({ "status": { "input": "AV" }, "history": history, "purposes": [] });
    load(&app, unit(&facts)).await;
    let path = paths::<UnitFacts>(&app, "units").await.remove(0);
    let html = page(&router(&app), &path).await;
    let status = section(&html, "what");
    let at = |text: &str| status.find(text).unwrap_or_else(|| panic!("{text}: {status}"));
    assert!(at("No longer listed") < at("Released for research"), "{status}");
    assert!(at("Consumed") < at("Available") && at("Available") < at("as last sent by the bank"));
}

async fn a_line_says_which_lots_meet_a_standard_and_can_be_ordered(app: TestDb) {
    let recalled = json!({ "availability": [
        { "from": "2008-01-01", "availability": "available" },
        { "from": "2009-05-01", "availability": "recalled", "comment": "a label was wrong" },
    ] });
    let lots = lot("M1", &json!({})) + &lot("M2", &recalled) + &passed("M2");
    load(&app, lots).await;
    let router = router(&app);
    let line = paths::<LineFacts>(&app, "lines").await.remove(0);
    let html = page(&router, &line).await;
    let lots = section(&html, "lots");
    assert!(row(lots, "Kyoto/M1").contains(">Yes<"));
    assert!(row(lots, "Kyoto/M2").contains(">Recalled<") && row(lots, "Kyoto/M2").contains(">No<"));
    let iscbi = row(section(&html, "quality"), "ISCBI");
    assert!(iscbi.contains("No orderable lot meets it"), "{iscbi}");
    let report = app.import(Format::Jsonl, passed("M1")).await;
    assert_eq!(report.refused, 0, "{:?}", report.rows);
    let html = page(&router, &line).await;
    let iscbi = row(section(&html, "quality"), "ISCBI");
    assert!(iscbi.contains("Kyoto/M1") && !iscbi.contains("Kyoto/M2"), "{iscbi}");
    let japanese = page(&router, &format!("/ja{line}")).await;
    assert!(row(section(&japanese, "quality"), "hPSCreg").contains("ロットは対象外"));
    let empty = "cvcl\tname\nCVCL_0002\tTwo\n";
    app.import(Format::CellosaurusNames, empty).await;
    let other = paths::<LineFacts>(&app, "lines").await.remove(1);
    assert!(section(&page(&router, &other).await, "lots").contains("No lot is on record"));
}

async fn a_line_tells_its_karyotype_and_nothing_of_the_donors(app: TestDb) {
    let ids = json!([{ "scheme": "biosamples", "value": "SAMEA1" }]);
    let donor = json!({ "external_ids": ids, "karyotype": "47,XX,+21c", "sex": "female" });
    let line = json!({ "external_ids": [{ "scheme": "cellosaurus", "value": "CVCL_0001" }],
        "donor": key("biosamples", "SAMEA1"),
        "karyotypes": ["46,XX[17]/47,XX,+12[3]", "normal in words"] });
    load(&app, record("donor", "D", &donor) + &record("cell_line", "L", &line)).await;
    let path = paths::<LineFacts>(&app, "lines").await.remove(0);
    let router = router(&app);
    let html = page(&router, &path).await;
    let karyotypes = section(&html, "karyotypes");
    for text in ["46,XX[17]/47,XX,+12[3]", "3 of 20", "+12", "normal in words", "Not read as ISCN"]
    {
        assert!(karyotypes.contains(text), "{text}: {karyotypes}");
    }
    let findings = section(&html, "findings");
    for text in ["Acquired abnormality: ", "Constitutional abnormality missing", ">Finding<"] {
        assert!(findings.contains(text), "{text}: {findings}");
    }
    assert!(findings.contains("a question to the bank and the curator before it is an error"));
    assert!(!html.contains("+21"), "the donor's karyotype is told");
    let japanese = page(&router, &format!("/ja{path}")).await;
    assert!(section(&japanese, "karyotypes").contains("20個中3個"));
}

async fn every_criterion_of_every_standard_stands_with_its_source(app: TestDb) {
    let router = router(&app);
    let list = page(&router, "/ja/standards").await;
    for standard in shipped() {
        let path = format!("/standards/{}/{}", standard.code, standard.version);
        assert!(list.contains(&format!("\"/ja{path}\"")), "{path}");
        let (english, japanese) =
            (page(&router, &path).await, page(&router, &format!("/ja{path}")).await);
        for criterion in &standard.criteria {
            let of = |html: &str| {
                let row = row(section(html, "criteria"), &format!("id=\"{}\"", criterion.code));
                (row.contains(&criterion.citation), row.contains("class=\"open\""))
            };
            let informs = criterion.obligation == Obligation::ForInformation;
            assert_eq!(of(&english), (true, informs), "{path} {}", criterion.code);
            assert_eq!(of(&japanese), (true, informs), "{path} {}", criterion.code);
        }
    }
    let newest = get(&router, "/ja/standards/asn-0002").await;
    assert_eq!(newest, (StatusCode::SEE_OTHER, "/ja/standards/asn-0002/2022".to_owned()));
    for path in ["/standards/iso", "/standards/iscbi/1999", "/ja/standards/iscbi/1999"] {
        assert_eq!(get(&router, path).await.0, StatusCode::NOT_FOUND, "{path}");
    }
}

async fn what_was_withdrawn_is_gone_and_what_never_was_is_not_found(app: TestDb) {
    load(&app, lot("M1", &json!({})) + &passed("M1") + &unit(&json!({}))).await;
    let (lot, unit) =
        (lot_path(&app, "M1").await, paths::<UnitFacts>(&app, "units").await.remove(0));
    let line = paths::<LineFacts>(&app, "lines").await.remove(0);
    let router = router(&app);
    let accession = lot.rsplit('/').next().unwrap();
    for (path, to) in [
        (format!("/ja/lines/{accession}"), format!("/ja{lot}")),
        (format!("/units/{accession}"), lot.clone()),
        (format!("/units/{accession}/standards/iscbi/2009"), format!("{lot}/standards/iscbi/2009")),
    ] {
        assert_eq!(get(&router, &path).await, (StatusCode::SEE_OTHER, to), "{path}");
    }
    let mistyped =
        format!("{}{}", &lot[..lot.len() - 1], if lot.ends_with('A') { 'B' } else { 'A' });
    let missing = [
        mistyped,
        "/batches/STM-B9999999-X".to_owned(),
        format!("{lot}/standards/iso/1"),
        format!("{lot}/standards/iscbi/1999"),
        "/ja/units/nothing".to_owned(),
    ];
    for path in missing {
        assert_eq!(get(&router, &path).await.0, StatusCode::NOT_FOUND, "{path}");
    }
    assert!(page(&router, &line).await.contains("Kyoto/M1"));
    withdraw(&app, "\"kind\":\"batch\"").await;
    withdraw(&app, "\"kind\":\"cord_blood_unit\"").await;
    for path in [lot.clone(), format!("/ja{lot}"), format!("{lot}/standards/iscbi/2009"), unit] {
        let (status, html) = get(&router, &path).await;
        assert_eq!(status, StatusCode::GONE, "{path}");
        assert!(!html.contains("Kyoto") && !html.contains("×10"), "{html}");
    }
    assert!(!page(&router, &line).await.contains("Kyoto/M1"), "a withdrawn lot is listed");
}

async fn a_page_needs_no_more_statements_for_more_lots_and_tests(app: TestDb) {
    let markers = |from: u32, to: u32| -> String {
        let marker = |n: u32| json!({ "qualifier": { "marker": format!("CD{n}") } });
        (from..to).map(|n| test(&format!("K{n}"), "M0", "marker", "90 %", &marker(n))).collect()
    };
    load(&app, lot("M0", &json!({})) + &passed("M0") + &markers(0, 3)).await;
    let router = router(&app);
    let lot_page = lot_path(&app, "M0").await;
    let pages = [
        lot_page.clone(),
        format!("{lot_page}/standards/iscbi/2009"),
        paths::<LineFacts>(&app, "lines").await.remove(0),
    ];
    let count = async || {
        let mut counts = Vec::new();
        for path in &pages {
            let before = app.catalogue.db().statements();
            page(&router, path).await;
            counts.push(app.catalogue.db().statements() - before);
        }
        counts
    };
    let few = count().await;
    assert!(few.iter().all(|statements| *statements <= 60), "{few:?}");
    let lots: String =
        (1..130).map(|n| lot(&format!("M{n}"), &json!({})) + &passed(&format!("M{n}"))).collect();
    load(&app, lots + &markers(3, 240)).await;
    let many = count().await;
    assert!(many.iter().zip(&few).all(|(many, few)| *many <= few + 6), "{few:?} {many:?}");
    let html = page(&router, &lot_page).await;
    assert!(html.contains("The first 200 of 247 are shown."), "long lists are cut and say so");
    let html = page(&router, &pages[2]).await;
    assert!(html.contains("The first 50 of 130 are shown."));
    assert!(html.contains("Of 130 lots, the first 100 were judged"));
}
