//! The pages of notices and certificates, where a line can be had, what does not fit together, and the search in lots
//! and units, as a browser gets them.

use axum::{Router, http::StatusCode};
use serde_json::{Value, json};
use stemma::{
    catalogue::certificate::Order,
    domain::{
        batch::BatchFacts, cell_line::LineFacts, certificate::CertificateFacts,
        cord_blood::facts::UnitFacts, notice::NoticeFacts, organization::OrganizationFacts,
    },
    graphql::cursor::CursorKey,
    http,
    import::Format,
};

use crate::{
    api::router,
    bank::{accession, bank, holding, notice},
    pages::{get, lot_path, page, paths, row, section, unit},
    quality::{key, load, lot, passed, record, test, withdraw},
    search::Searched,
    support::{TestDb, both_backends},
};

both_backends!(
    a_notice_about_a_line_stands_at_the_top_of_it_and_of_its_lots,
    a_notice_about_a_lot_is_told_apart_on_the_page_of_its_line,
    a_notice_that_was_closed_is_history,
    a_notice_tells_what_it_is_about_and_no_sealed_number,
    a_certificate_is_told_as_it_was_issued,
    whatever_has_happened_since_stands_above_a_certificate,
    a_certificate_that_was_altered_says_so,
    a_certificate_tells_nothing_of_what_was_withdrawn_since,
    a_line_says_where_it_can_be_had_and_on_what_terms,
    what_is_held_back_or_stopped_cannot_be_ordered_and_says_why,
    an_organization_lists_what_it_holds_and_keeps,
    a_difference_is_a_question_and_not_for_clinical_selection,
    lots_and_units_are_searched_by_their_own_filters,
    a_page_needs_no_more_statements_for_more_holdings_notices_and_certificates,
);

/// What stands before the contents of a page.
fn top(html: &str) -> &str {
    html.split_once("<nav class=\"contents\"").expect("every record has its contents").0
}

async fn line_path(app: &TestDb) -> String {
    paths::<LineFacts>(app, "lines").await.remove(0)
}

async fn notice_path(app: &TestDb) -> String {
    paths::<NoticeFacts>(app, "notices").await.remove(0)
}

fn the_line() -> Value {
    key("cellosaurus", "CVCL_0001")
}

async fn certify(app: &TestDb, number: &str, supersedes: Option<&str>) -> String {
    let order = Order {
        subject: accession(app, "batch").await,
        number: number.to_owned(),
        issuer: accession(app, "organization").await,
        approver: "B. Suzuki".to_owned(),
        supersedes: supersedes.map(ToOwned::to_owned),
    };
    let standard = app.catalogue.standard("iscbi", None).unwrap();
    app.catalogue.certify(&order, standard).await.unwrap()
}

/// A lot that passed, with the bank that certifies it.
async fn certified(app: &TestDb) -> String {
    load(app, bank("kyoto", &json!({})) + &lot("M1", &json!({})) + &passed("M1")).await;
    certify(app, "C-1", None).await
}

async fn import(app: &TestDb, text: String) {
    let report = app.import(Format::Jsonl, text).await;
    assert_eq!(report.refused, 0, "{:?}", report.rows);
}

async fn a_notice_about_a_line_stands_at_the_top_of_it_and_of_its_lots(app: TestDb) {
    let more = json!({ "purposes": ["clinical_use"], "title": { "en": "Unlisted reagent" },
        "text": { "ja": "表示のない試薬" } });
    let clinical = notice("1", "suspension", &[the_line()], &more);
    load(&app, lot("M1", &json!({})) + &clinical).await;
    let router = router(&app);
    let (lot, own) = (lot_path(&app, "M1").await, notice_path(&app).await);
    for path in [line_path(&app).await, lot.clone()] {
        let html = page(&router, &path).await;
        let texts = ["Suspension of supply", "Unlisted reagent", "Clinical use", "2009-01-20"];
        for text in texts.into_iter().chain([&*format!("href=\"{own}\"")]) {
            assert!(top(&html).contains(text), "{path} {text}: {}", top(&html));
        }
        assert!(top(&html).contains("<bdi lang=\"ja\">表示のない試薬</bdi>"));
        let japanese = page(&router, &format!("/ja{path}")).await;
        let japanese = top(&japanese);
        for text in ["提供停止", "臨床使用", "lang=\"en\"", "<bdi>表示のない試薬</bdi>"]
        {
            assert!(japanese.contains(text), "{path} {text}: {japanese}");
        }
    }
    let html = page(&router, &lot).await;
    let availability = section(&html, "availability");
    assert!(availability.contains("<bdi>Yes</bdi>"), "research supply goes on: {availability}");
    assert!(availability.contains("but not for: Clinical use"));
}

async fn a_notice_about_a_lot_is_told_apart_on_the_page_of_its_line(app: TestDb) {
    let working = lot("W1", &json!({ "level": "working", "parent": key("lot", "Kyoto/M1") }));
    let recall = notice("1", "recall", &[key("lot", "Kyoto/M1")], &json!({ "class": "II" }));
    let caution = json!({ "title": { "en": "Grows slowly" } });
    let caution = notice("2", "caution", &[the_line()], &caution);
    let held = notice("3", "caution", &[key("holding", "kyoto/K1")], &json!({}));
    let all = bank("kyoto", &json!({})) + &holding("kyoto", "K1", &json!({})) + &working + &held;
    load(&app, lot("M1", &json!({})) + &lot("M2", &json!({})) + &all + &recall + &caution).await;
    let router = router(&app);
    let html = page(&router, &line_path(&app).await).await;
    let of: Vec<&str> = top(&html).split("<div class=\"warning\">").skip(1).collect();
    assert_eq!(of.len(), 3, "{}", top(&html));
    assert!(of[0].contains("Recall") && of[0].contains("II"), "the gravest first: {}", of[0]);
    for (lot, concerned) in [("Kyoto/M1", true), ("Kyoto/W1", true), ("Kyoto/M2", false)] {
        assert_eq!(of[0].contains(lot), concerned, "{lot}: {}", of[0]);
    }
    assert!(!of[0].contains("the line itself"));
    let slow = of.iter().find(|one| one.contains("Grows slowly")).unwrap();
    assert!(slow.contains("the line itself") && !slow.contains("Kyoto/"), "{slow}");
    assert!(of.iter().any(|one| one.contains(">K1<") && one.contains("#where")), "{of:?}");
    let lots = section(&html, "lots");
    assert!(row(lots, "Kyoto/W1").contains("No: an open notice stops it."));
    assert!(row(lots, "Kyoto/M2").contains(">Yes<"));
}

async fn a_notice_that_was_closed_is_history(app: TestDb) {
    let closed = json!({ "closed_on": "2009-03-01", "closing": { "en": "The reagent is listed" } });
    let closed = notice("1", "suspension", &[key("lot", "Kyoto/M1")], &closed);
    let later = json!({ "from": "2010-01-01", "title": { "en": "End of supply" } });
    let later = notice("2", "discontinuation", &[key("lot", "Kyoto/M1")], &later);
    load(&app, lot("M1", &json!({})) + &closed + &later).await;
    let router = router(&app);
    for path in [line_path(&app).await, lot_path(&app, "M1").await] {
        let html = page(&router, &path).await;
        assert!(!top(&html).contains("class=\"warning\""), "{path}: {}", top(&html));
        let past = section(&html, "past-notices");
        let closed = row(past, "Unlisted reagent");
        for text in ["2009-03-01", "The reagent is listed"] {
            assert!(closed.contains(text), "{closed}");
        }
        assert!(row(past, "End of supply").contains("does not hold yet"));
    }
    let html = page(&router, &notice_path(&app).await).await;
    let what = section(&html, "what");
    for text in [">Closed<", "2009-03-01", "The reagent is listed", "Every use", "Kyoto/1"] {
        assert!(what.contains(text), "{text}: {what}");
    }
}

async fn a_notice_tells_what_it_is_about_and_no_sealed_number(app: TestDb) {
    let hidden = json!({ "keys": [{ "scheme": "unit_digest", "value": "b".repeat(64) }],
        "label": "DONATION-4711" });
    let about = [key("lot", "Kyoto/M1"), key("holding", "kyoto/K1"), the_line(), hidden];
    let recall = json!({ "class": "I", "recipients_told_on": "2009-02-01",
        "issuer": key("organization", "kyoto") });
    let all = bank("kyoto", &json!({})) + &holding("kyoto", "K1", &json!({}));
    load(&app, all + &lot("M1", &json!({})) + &notice("1", "recall", &about, &recall)).await;
    let (router, path) = (router(&app), notice_path(&app).await);
    let html = page(&router, &path).await;
    let about = section(&html, "about");
    let (line, lot) = (line_path(&app).await, lot_path(&app, "M1").await);
    for text in [&*format!("\"{lot}\""), &format!("\"{line}\""), &format!("\"{line}#where\"")] {
        assert!(about.contains(text), "{text}: {about}");
    }
    assert!(about.contains("the record is not public here"));
    assert!(!html.contains("4711") && !html.contains("bbbb"), "{html}");
    let what = section(&html, "what");
    for text in ["Holds today", "2009-02-01", ">kyoto<", ">I<", "Not closed"] {
        assert!(what.contains(text), "{text}: {what}");
    }
    let japanese = page(&router, &format!("/ja{path}")).await;
    assert!(japanese.contains(">表示のない試薬</h1>") && japanese.contains("現在有効"));
    let elsewhere = get(&router, &lot.replace("batches", "notices")).await;
    assert_eq!(elsewhere, (StatusCode::SEE_OTHER, lot));
    withdraw(&app, "\"kind\":\"notice\"").await;
    assert_eq!(get(&router, &path).await.0, StatusCode::GONE);
    assert!(!page(&router, &line).await.contains("Unlisted reagent"));
}

async fn a_certificate_is_told_as_it_was_issued(app: TestDb) {
    let issued = certified(&app).await;
    let router = router(&app);
    let path = format!("/certificates/{issued}");
    let html = page(&router, &path).await;
    assert!(!html.contains("class=\"warning\""), "nothing has happened: {}", top(&html));
    let what = section(&html, "what");
    let texts = ["C-1", ">kyoto<", "2009-06-24", "B. Suzuki", "Kyoto/M1", ">One<", ">20<", "ISCBI"];
    for text in texts.into_iter().chain([">Pass<", "No earlier certificate"]) {
        assert!(what.contains(text), "{text}: {what}");
    }
    let sterility = row(section(&html, "criteria"), "Sterility");
    assert!(sterility.contains(">Pass<") && sterility.contains("href=\"#STM-Q"), "{sterility}");
    let target = sterility.split("href=\"#").nth(1).unwrap().split('"').next().unwrap();
    let told = section(&html, "tests");
    let tested = row(told, &format!("id=\"{target}\""));
    assert!(tested.contains(">Negative<") && tested.contains("2008-05-01"), "{tested}");
    let certificate = app.all::<CertificateFacts>().await.remove(0).record;
    let hash = certificate.layers[0].facts.sha256.as_ref().unwrap().to_string();
    let seal = section(&html, "seal");
    for text in [&*hash, "Yes: it is what was hashed", "Nothing on record on 2009-06-24"] {
        assert!(seal.contains(text), "{text}: {seal}");
    }
    let japanese = page(&router, &format!("/ja{path}")).await;
    for text in ["試験成績書", "承認者", "適合", "2009-06-24の時点で", "lang=\"en\""]
    {
        assert!(japanese.contains(text), "{text}");
    }
    let lot = page(&router, &lot_path(&app, "M1").await).await;
    let listed = row(section(&lot, "certificates"), "C-1");
    assert!(listed.contains(&path) && listed.contains(">Pass<") && !listed.contains("Superseded"));
}

async fn whatever_has_happened_since_stands_above_a_certificate(app: TestDb) {
    let issued = certified(&app).await;
    let router = router(&app);
    let path = format!("/certificates/{issued}");
    let recall = notice("1", "recall", &[the_line()], &json!({}));
    import(&app, recall + &test("late", "M1", "sterility", "positive", &json!({}))).await;
    let newer = certify(&app, "C-2", Some(&issued)).await;
    withdraw(&app, "Kyoto/M1-1\"").await;
    let html = page(&router, &path).await;
    let since = top(&html);
    for text in [
        "Recall",
        "Unlisted reagent",
        "Superseded by a later certificate",
        &format!("/certificates/{newer}"),
        "By all results on record on 2009-06-24: Fail",
        "Of the 7 tests on it, 1 no longer public",
    ] {
        assert!(since.contains(text), "{text}: {since}");
    }
    assert!(section(&html, "what").contains(">Pass<"), "what was certified stays");
    assert!(!section(&html, "seal").contains("Nothing on record"));
    let identity = row(section(&html, "criteria"), "STR");
    assert!(identity.contains("no longer public") && !identity.contains("href=\"#"), "{identity}");
    let lot = page(&router, &lot_path(&app, "M1").await).await;
    let listed = section(&lot, "certificates");
    assert!(row(listed, ">C-1<").contains("Superseded by a later certificate"));
    assert!(!row(listed, ">C-2<").contains("Superseded"));
    withdraw(&app, "\"number\":\"C-2\"").await;
    let html = page(&router, &path).await;
    assert!(!top(&html).contains("Superseded"), "what was withdrawn supersedes nothing");
}

async fn a_certificate_that_was_altered_says_so(app: TestDb) {
    certified(&app).await;
    let exported = app.export().await;
    let line = exported.lines().find(|line| line.contains("\"kind\":\"certificate\"")).unwrap();
    let mut altered: Value = serde_json::from_str(line).unwrap();
    for field in ["id", "accession"] {
        altered.as_object_mut().unwrap().remove(field);
    }
    let layer = &mut altered["layers"][0];
    layer["key"] = json!("kyoto/C-9");
    layer["facts"]["external_ids"][0]["value"] = json!("kyoto/C-9");
    layer["facts"]["content"]["number"] = json!("C-9");
    import(&app, altered.to_string()).await;
    let router = router(&app);
    let all = paths::<CertificateFacts>(&app, "certificates").await;
    let html = page(&router, &all[1]).await;
    assert!(top(&html).contains("not what was hashed") && html.contains(">C-9</h1>"), "{html}");
    assert!(section(&html, "seal").contains("class=\"bad\""));
    let lot = page(&router, &lot_path(&app, "M1").await).await;
    let listed = section(&lot, "certificates");
    assert!(row(listed, "C-9").contains("not what was hashed"));
    assert!(!row(listed, ">C-1<").contains("not what was hashed"));
}

async fn a_certificate_tells_nothing_of_what_was_withdrawn_since(app: TestDb) {
    let path = format!("/certificates/{}", certified(&app).await);
    let router = router(&app);
    withdraw(&app, "\"kind\":\"cell_line\"").await;
    let html = page(&router, &path).await;
    assert!(!html.contains(">One<") && html.contains("Kyoto/M1"), "{html}");
    withdraw(&app, "\"kind\":\"batch\"").await;
    let html = page(&router, &path).await;
    assert!(top(&html).contains("is not public here"), "{}", top(&html));
    assert!(!html.contains("Kyoto/M1<"), "{html}");
    withdraw(&app, "\"kind\":\"certificate\"").await;
    assert_eq!(get(&router, &path).await.0, StatusCode::GONE);
}

async fn a_line_says_where_it_can_be_had_and_on_what_terms(app: TestDb) {
    let terms = json!({
        "fees": [
            { "user_type": "academic", "amount": "750", "currency": "USD", "per": "vial" },
            { "user_type": "for_profit", "amount": "1,500", "currency": "USD", "from": "2009-04-01" },
        ],
        "deposit": { "kind": "deposit", "depositor": key("organization", "SECRET-DEPOSITOR"),
            "conditions": ["Cite the paper"],
            "decision": { "on": "2008-01-01", "acceptance": "accepted", "reason": "PRIVATE" } },
    });
    let elsewhere = json!({ "url": "javascript:alert(1)" });
    let caution = notice("1", "caution", &[key("holding", "kyoto/K1")], &json!({}));
    let all = bank("kyoto", &json!({ "product_url": "https://bank.example/{number}" }))
        + &bank("tsukuba", &json!({ "product_url": "javascript:alert({number})" }))
        + &holding("kyoto", "K1", &terms)
        + &holding("tsukuba", "T9", &elsewhere);
    load(&app, all + &caution).await;
    let (router, path) = (router(&app), line_path(&app).await);
    let html = page(&router, &path).await;
    let place = section(&html, "where");
    let (kyoto, tsukuba) = place.split_once("tsukuba").unwrap();
    for text in [
        "href=\"https://bank.example/K1\"",
        "Academic: 750 USD / vial",
        "For-profit: 1,500 USD",
        "since 2009-04-01",
        "Cite the paper",
        "Unlisted reagent",
        "<bdi>Yes</bdi>",
        "class=\"good\">Available<",
    ] {
        assert!(kyoto.contains(text), "{text}: {kyoto}");
    }
    assert!(tsukuba.contains(">T9<") && !tsukuba.contains("Unlisted reagent"), "{tsukuba}");
    assert!(!html.contains("javascript:"), "{place}");
    assert!(!html.contains("SECRET") && !html.contains("PRIVATE"), "{place}");
    let japanese = page(&router, &format!("/ja{path}")).await;
    let place = section(&japanese, "where");
    assert!(place.contains("大学等：750 USD / vial") && place.contains("寄託"), "{place}");
}

async fn what_is_held_back_or_stopped_cannot_be_ordered_and_says_why(app: TestDb) {
    let deposit = json!({ "deposit": { "kind": "deposit", "quarantined_until": "2009-07-01" } });
    let stopped = notice("1", "suspension", &[key("holding", "tsukuba/T1")], &json!({}));
    let all = bank("kyoto", &json!({})) + &bank("tsukuba", &json!({})) + &stopped;
    let held = holding("kyoto", "K1", &deposit) + &holding("tsukuba", "T1", &json!({}));
    let kept = lot("M1", &json!({ "bank": key("organization", "kyoto") }));
    load(&app, all + &held + &kept).await;
    let html = page(&router(&app), &line_path(&app).await).await;
    let place = section(&html, "where");
    let (kyoto, tsukuba) = place.split_once("tsukuba").unwrap();
    assert!(kyoto.contains("not released it from intake"), "{kyoto}");
    assert!(tsukuba.contains("No: an open notice stops it."), "{tsukuba}");
    assert!(!place.contains("class=\"good\"") && !place.contains("<bdi>Yes"), "{place}");
    assert!(row(section(&html, "lots"), "Kyoto/M1").contains("its bank holds the line back"));
}

async fn an_organization_lists_what_it_holds_and_keeps(app: TestDb) {
    let at = json!({ "bank": key("organization", "kyoto") });
    let lots: String = (0..60).map(|n| lot(&format!("M{n}"), &at)).collect();
    load(&app, bank("kyoto", &json!({})) + &holding("kyoto", "K1", &json!({})) + &lots).await;
    let path = paths::<OrganizationFacts>(&app, "organizations").await.remove(0);
    let html = page(&router(&app), &path).await;
    let held = section(&html, "holdings");
    assert!(held.contains(">One<") && held.contains(">K1<") && held.contains("#where"), "{held}");
    assert!(held.contains("1 record<"));
    let lots = section(&html, "lots");
    assert!(lots.contains("60 records") && lots.contains("The first 50 of 60 are shown."));
    assert_eq!(lots.matches("<li>").count(), 50);
}

async fn a_difference_is_a_question_and_not_for_clinical_selection(app: TestDb) {
    let ids = json!([{ "scheme": "biosamples", "value": "SAMEA1" }]);
    let donor = json!({ "external_ids": ids, "hla": ["A*24:02,26:33; B*52:01"] });
    let line = json!({ "external_ids": [{ "scheme": "cellosaurus", "value": "CVCL_0001" }],
        "donor": key("biosamples", "SAMEA1"), "hla_typings": ["A*24:02,02:01"] });
    load(&app, record("donor", "D", &donor) + &record("cell_line", "L", &line)).await;
    let (router, path) = (router(&app), line_path(&app).await);
    let html = page(&router, &path).await;
    let findings = section(&html, "findings");
    for text in ["HLA differs", "class=\"open\"", "a question to the bank", "/donors/STM-D"] {
        assert!(findings.contains(text), "{text}: {findings}");
    }
    assert!(findings.contains("class=\"warning\""), "not for clinical selection: {findings}");
    assert!(!findings.contains("26:33") && !findings.contains("class=\"bad\""), "{findings}");
    let japanese = page(&router, &format!("/ja{path}")).await;
    assert!(section(&japanese, "findings").contains("HLA不一致"));
    withdraw(&app, "\"kind\":\"donor\"").await;
    let html = page(&router, &path).await;
    assert!(section(&html, "findings").contains("found nothing to tell"));
}

fn searching(searched: &Searched) -> Router {
    http::router(&searched.catalogue, CursorKey::new(b"a key that every server shares"))
}

async fn lots_and_units_are_searched_by_their_own_filters(app: TestDb) {
    let at = json!({ "bank": key("organization", "kyoto") });
    let stopped = notice("1", "suspension", &[key("lot", "Kyoto/M1")], &json!({}));
    let consent = json!({ "products": [{ "number": "HCB0001" }], "identity": { "local_id": "HCBX" },
        "purposes": [{ "purpose": "research", "consent": "yes" }] });
    let all = bank("kyoto", &json!({})) + &lot("M1", &at) + &lot("M2", &at) + &passed("M2");
    load(&app, all + &stopped + &unit(&consent)).await;
    let searched = Searched::open(&app, "index");
    searched.follow().await;
    let router = searching(&searched);
    let home = page(&router, "/").await;
    for text in ["href=\"/search?in=lots\"", "href=\"/search?in=units\"", ">Holding bank<"] {
        assert!(home.contains(text), "{text}: {home}");
    }
    assert!(!home.contains(">ABO blood group<") && home.contains("1 line<"), "{home}");
    let lots = page(&router, "/search?in=lots").await;
    for text in [
        "2 lots",
        "Kyoto/M1",
        "href=\"/search?in=lots&#38;f.availability=suspended\"",
        "class=\"bad\">Suspended<",
        "class=\"good\">Available<",
        "Unlisted reagent",
        "name=\"in\" value=\"lots\"",
        "iscbi",
    ] {
        assert!(lots.contains(text), "{text}: {lots}");
    }
    assert!(!lots.contains(">Species<"), "a facet without a value is shown");
    let met = page(&router, "/search?in=lots&f.meets_standard=iscbi:2009").await;
    assert!(met.contains("1 lot<") && met.contains("Kyoto/M2"), "{met}");
    let units = page(&router, "/ja/search?in=units&f.abo=A").await;
    for text in ["1本", "13.2 ×10⁸", "ABO式血液型", "href=\"/ja/search?in=lots\"", "研究"]
    {
        assert!(units.contains(text), "{text}: {units}");
    }
    let by_product = page(&router, "/search?in=units&q=HCB").await;
    assert!(by_product.contains("1 unit<") && !by_product.contains("HCBX"), "{by_product}");
    assert!(page(&router, "/search?in=units&f.abo=O").await.contains("0 units"));
    assert_eq!(get(&router, "/search?in=donors").await.0, StatusCode::BAD_REQUEST);
    let to = "/ja/search?in=units".to_owned();
    assert_eq!(get(&router, "/ja/units").await, (StatusCode::SEE_OTHER, to));
}

async fn a_page_needs_no_more_statements_for_more_holdings_notices_and_certificates(app: TestDb) {
    let about = |lot: &str| [key("lot", &format!("Kyoto/{lot}"))];
    let all = bank("kyoto", &json!({})) + &holding("kyoto", "K0", &json!({}));
    let certified = lot("M0", &json!({})) + &passed("M0") + &unit(&json!({}));
    load(&app, all + &certified + &notice("0", "caution", &about("M0"), &json!({}))).await;
    let certificate = certify(&app, "C-0", None).await;
    let searched = Searched::open(&app, "index");
    searched.follow().await;
    let router = searching(&searched);
    let pages = [
        line_path(&app).await,
        lot_path(&app, "M0").await,
        paths::<UnitFacts>(&app, "units").await.remove(0),
        notice_path(&app).await,
        format!("/certificates/{certificate}"),
        paths::<OrganizationFacts>(&app, "organizations").await.remove(0),
        "/search?in=lots".to_owned(),
        "/search?in=units".to_owned(),
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
    assert!(few.iter().all(|statements| *statements <= 50), "{few:?}");
    let mut more = String::new();
    for n in 1..120 {
        more += &lot(&format!("M{n}"), &json!({}));
        more += &holding("kyoto", &format!("K{n}"), &json!({}));
        more += &notice(&n.to_string(), "caution", &about(&format!("M{n}")), &json!({}));
    }
    let recall = notice("999", "recall", &about("M99"), &json!({ "title": { "en": "Last lot" } }));
    import(&app, more + &recall).await;
    for n in 1..4 {
        certify(&app, &format!("C-{n}"), Some(&certificate)).await;
    }
    searched.follow().await;
    let many = count().await;
    assert!(many.iter().zip(&few).all(|(many, few)| *many <= few + 6), "{few:?} {many:?}");
    let html = page(&router, &pages[0]).await;
    assert!(top(&html).contains("Last lot"), "a recall is told whichever lot it is about");
    assert!(top(&html).contains("The first 50 of 121 are shown."));
    assert_eq!(app.all::<BatchFacts>().await.len(), 120);
}
