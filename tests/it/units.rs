//! Cord-blood units: their way along the three axes, and screens of them.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use stemma::{
    domain::{
        cord_blood::{
            axes::{Custody, DelistReason, ResearchUse, Transplant},
            code::Answer,
            facts::UnitFacts,
            steps::Transition,
        },
        record::Record,
    },
    import::Format,
};

use crate::{
    api::{data, error, router},
    inventory::{import, inventory, unit},
    support::{TestDb, both_backends, counts},
};

both_backends!(
    an_inventory_drives_a_unit_along_the_transplant_axis,
    a_history_that_breaks_an_axis_is_refused_with_step_state_and_remedy,
    a_history_is_extended_and_never_shortened,
    a_unit_that_was_never_listed_becomes_research_material,
    a_bank_that_still_offers_a_released_unit_is_told_of,
    a_reserved_unit_is_not_released,
    a_bank_that_takes_its_word_back_leaves_the_history_as_it_is,
    a_withdrawn_unit_is_recorded_and_discarded_and_nothing_else,
    a_reserved_unit_that_was_left_out_is_not_released,
    what_has_not_come_is_refused,
    sources_that_contradict_each_other_on_a_consent_are_told_of,
    the_public_sees_years_and_no_days,
    a_small_unit_is_taken_and_flagged,
    histories_are_exported_and_read_back_equal,
    a_unit_shows_its_tests_page_by_page,
    screens_find_what_they_ask_for,
    screens_walk_the_same_way_from_both_ends,
    a_screen_needs_a_few_statements,
    screens_are_made_again_from_the_records,
    a_unit_leaves_the_screens_with_its_record,
    a_delisted_unit_that_is_left_out_leaves_screens_and_search,
);

fn day(text: &str) -> chrono::NaiveDate {
    text.parse().unwrap()
}

fn key(digit: char) -> String {
    digit.to_string().repeat(64)
}

/// A unit entered by a curator, known by a digest of one digit.
fn entered(digit: char, facts: &Value) -> String {
    let mut all = json!({ "external_ids": [{ "scheme": "unit_digest", "value": key(digit) }] });
    all.as_object_mut().unwrap().extend(facts.as_object().unwrap().clone());
    let layer = json!({ "source": "curator", "key": digit.to_string(), "facts": all });
    json!({ "kind": "cord_blood_unit", "layers": [layer] }).to_string() + "\n"
}

fn step(date: &str, transition: &Value) -> Value {
    json!({ "date": date, "transition": transition, "origin": "curator", "by": "K. Mori" })
}

fn way(opened: &str, opening: &Value, steps: &[Value]) -> Value {
    json!({ "history": { "opened": opened, "opening": opening, "steps": steps } })
}

fn stored(transplant: &str) -> Value {
    json!({ "custody": "stored", "transplant": { "state": transplant }, "research_consent": "unknown" })
}

fn consent() -> Value {
    json!({ "step": "record_research_consent", "answer": "yes" })
}

fn release() -> Value {
    json!({ "step": "release", "purpose": "ips_derivation", "departure": "consumed" })
}

async fn take(app: &TestDb, lines: &str) -> [u64; 4] {
    counts(&app.import(Format::Jsonl, lines.to_owned()).await)
}

async fn refusal(app: &TestDb, line: &str) -> String {
    let report = app.import(Format::Jsonl, line.to_owned()).await;
    assert_eq!(counts(&report), [0, 0, 0, 1], "{:?}", report.rows);
    report.rows[0].message.clone()
}

async fn units(app: &TestDb) -> Vec<Record<UnitFacts>> {
    app.all::<UnitFacts>().await.into_iter().map(|stored| stored.record).collect()
}

async fn an_inventory_drives_a_unit_along_the_transplant_axis(app: TestDb) {
    let absent = DelistReason::NotInInventory;
    let files = [
        ("2006-04-01", Some("AV"), Transplant::Listed, 0),
        ("2006-05-01", Some("RS"), Transplant::Reserved, 1),
        ("2006-05-01", Some("RS"), Transplant::Reserved, 1),
        ("2006-06-01", Some("TU"), Transplant::PendingSurvey, 3),
        ("2006-07-01", None, Transplant::Delisted { reason: absent }, 4),
        ("2006-08-01", Some("RS"), Transplant::Reserved, 6),
    ];
    for (day, status, state, steps) in files {
        let units = status.map(|status| unit("U1", status));
        let units: Vec<String> = units.into_iter().chain([unit("U2", "AV")]).collect();
        let (done, said) = import(&app, "file.xml", &inventory(day, &units));
        assert!(done && said.contains("refused 0"), "{said}");
        let found = self::units(&app).await;
        let unit = found.iter().find(|u| u.layers[0].facts.identity.id.as_deref() == Some("U1"));
        let unit = unit.unwrap();
        assert_eq!(unit.standing(None).transplant, Some(state), "{day}");
        assert_eq!(unit.steps().len(), steps, "{day}: {:?}", unit.steps());
        assert_eq!(
            unit.standing(Some(self::day("2006-04-15"))).transplant,
            Some(Transplant::Listed)
        );
        assert!(unit.steps().iter().all(|step| step.by.as_deref() == Some("6939")));
    }
}

async fn a_history_that_breaks_an_axis_is_refused_with_step_state_and_remedy(app: TestDb) {
    let steps = [step("2001-01-01", &json!({ "step": "list" })), step("2001-02-01", &release())];
    let line = entered('1', &way("2000-01-01", &stored("pending_survey"), &steps));
    assert_eq!(
        refusal(&app, &line).await,
        "`history` of curator 1: step 2, `release` of 2001-02-01, meets custody stored, listed, consent for research \
         unknown: consent for research is unknown and a release requires yes: record the consent first"
    );
    let reserve = step("2001-03-01", &json!({ "step": "reserve" }));
    let line = entered('1', &way("2000-01-01", &stored("listed"), &[reserve]));
    assert!(refusal(&app, &line).await.contains("a reservation comes by import only"));
    assert!(units(&app).await.is_empty());
}

async fn a_history_is_extended_and_never_shortened(app: TestDb) {
    let steps = [step("2001-01-01", &consent()), step("2001-02-01", &release())];
    let opening = stored("pending_survey");
    let begun = entered('1', &way("2000-01-01", &opening, &steps[..1]));
    let whole = entered('1', &way("2000-01-01", &opening, &steps));
    assert_eq!(take(&app, &begun).await, [1, 0, 0, 0]);
    assert_eq!(take(&app, &whole).await, [0, 0, 1, 0]);
    let head = app.head().await;
    for other in
        [begun, entered('1', &json!({})), entered('1', &way("2000-01-02", &opening, &steps))]
    {
        assert!(refusal(&app, &other).await.contains("never changed or left out"));
    }
    assert_eq!(app.head().await, head);
    assert_eq!(take(&app, &whole).await, [0, 1, 0, 0]);
}

async fn a_unit_that_was_never_listed_becomes_research_material(app: TestDb) {
    let collected = json!({ "custody": "collected", "transplant": { "state": "pending_survey" }, "research_consent": "unknown" });
    let steps = [
        step("2000-01-02", &json!({ "step": "receive" })),
        step("2000-01-02", &json!({ "step": "reject" })),
        step("2000-01-02", &consent()),
        step("2000-02-01", &release()),
    ];
    assert_eq!(
        take(&app, &entered('1', &way("2000-01-01", &collected, &steps))).await,
        [1, 0, 0, 0]
    );
    let unit = &units(&app).await[0];
    let now = unit.standing(None);
    assert_eq!((now.custody, now.research_consent.answer), (Some(Custody::Consumed), Answer::Yes));
    assert!(unit.was_released_for(ResearchUse::IpsDerivation, day("2000-02-01")));
    assert!(!unit.was_released_for(ResearchUse::IpsDerivation, day("2000-01-31")));
}

/// The digest by which the unit of an inventory is known.
async fn digest(app: &TestDb) -> String {
    let unit = &units(app).await[0];
    let ids = unit.external_ids();
    ids.iter().find(|id| id.scheme == "unit_digest").unwrap().value.clone()
}

async fn a_bank_that_still_offers_a_released_unit_is_told_of(app: TestDb) {
    import(&app, "first.xml", &inventory("2006-04-01", &[unit("U1", "AV")]));
    let digest = digest(&app).await;
    let line = |listing: &str| {
        let steps = [step("2006-04-02", &consent()), step("2006-04-03", &release())];
        entered('1', &way("2006-04-01", &stored(listing), &steps)).replace(&key('1'), &digest)
    };
    let refused = refusal(&app, &line("pending_survey")).await;
    assert!(refused.contains("state in `opening` that it is listed"), "{refused}");
    assert_eq!(take(&app, &line("listed")).await, [0, 0, 1, 0]);
    let (done, said) = import(&app, "next.xml", &inventory("2006-05-01", &[unit("U1", "AV")]));
    assert!(done && said.contains("its bank has it listed"), "{said}");
    let now = units(&app).await[0].standing(None);
    let reason = DelistReason::ReleasedForResearch;
    assert_eq!(now.transplant, Some(Transplant::Delisted { reason }));
}

async fn a_reserved_unit_is_not_released(app: TestDb) {
    import(&app, "first.xml", &inventory("2006-04-01", &[unit("U1", "RS")]));
    let digest = digest(&app).await;
    let steps = [step("2006-04-02", &consent()), step("2006-04-03", &release())];
    let line =
        entered('1', &way("2006-04-01", &stored("listed"), &steps)).replace(&key('1'), &digest);
    assert!(refusal(&app, &line).await.contains("reserved for a patient"));
    let released = |step: &&stemma::domain::cord_blood::steps::Step| {
        matches!(step.transition, Transition::Release { .. })
    };
    assert!(!units(&app).await[0].steps().iter().any(released));
}

/// A unit that its bank no longer offers because it is too old.
fn expired(id: &str) -> String {
    unit(id, "TU").replace("</STATUS>", "</STATUS><STAT_REASON>XP</STAT_REASON>")
}

async fn a_bank_that_takes_its_word_back_leaves_the_history_as_it_is(app: TestDb) {
    import(&app, "first.xml", &inventory("2006-04-01", &[unit("U1", "AV"), unit("U2", "AV")]));
    let ended = [expired("U1"), unit("U2", "AV")];
    let taken = import(&app, "next.xml", &inventory("2006-05-01", &ended));
    assert!(taken.0 && taken.1.contains("refused 0"), "{}", taken.1);
    let before = units(&app).await[0].steps().len();
    let back = unit("U1", "AV").replace("13.2e8", "12.9e8");
    let (done, said) =
        import(&app, "back.xml", &inventory("2006-06-01", &[back, unit("U2", "AV")]));
    assert!(done && said.contains("refused 0"), "{said}");
    assert!(said.contains("the history stays as it is"), "{said}");
    let unit = &units(&app).await[0];
    assert_eq!((unit.tnc(), unit.steps().len()), (Some(1_290_000_000), before));
    let reason = DelistReason::Expired;
    assert_eq!(unit.standing(None).transplant, Some(Transplant::Delisted { reason }));
}

async fn a_withdrawn_unit_is_recorded_and_discarded_and_nothing_else(app: TestDb) {
    let line = |steps: &[Value]| entered('1', &way("2000-01-01", &stored("listed"), steps));
    let mut withdrawn: Value = serde_json::from_str(&line(&[])).unwrap();
    withdrawn["state"] = json!("withdrawn");
    assert_eq!(take(&app, &(withdrawn.to_string() + "\n")).await, [1, 0, 0, 0]);
    let consent = step("2001-01-01", &consent());
    assert_eq!(take(&app, &line(std::slice::from_ref(&consent))).await, [0, 0, 1, 0]);
    let refused = refusal(&app, &line(&[consent.clone(), step("2001-02-01", &release())])).await;
    assert!(refused.contains("the record is withdrawn or merged"), "{refused}");
    let disposal = step("2001-02-01", &json!({ "step": "dispose" }));
    assert_eq!(take(&app, &line(&[consent, disposal])).await, [0, 0, 1, 0]);
}

async fn a_reserved_unit_that_was_left_out_is_not_released(app: TestDb) {
    import(&app, "first.xml", &inventory("2006-04-01", &[unit("U1", "RS"), unit("U2", "AV")]));
    let digest = digest(&app).await;
    import(&app, "next.xml", &inventory("2006-05-01", &[unit("U2", "AV")]));
    let steps = [step("2006-05-02", &consent()), step("2006-05-03", &release())];
    let line =
        entered('1', &way("2006-04-01", &stored("listed"), &steps)).replace(&key('1'), &digest);
    assert!(refusal(&app, &line).await.contains("when an inventory left it out"));
    let back = [unit("U1", "AV"), unit("U2", "AV")];
    import(&app, "back.xml", &inventory("2006-05-02", &back));
    assert_eq!(take(&app, &line).await, [0, 0, 1, 0]);
}

async fn what_has_not_come_is_refused(app: TestDb) {
    let said = json!([{ "purpose": "research", "consent": "yes", "date": "2062-01-01" }]);
    let refused = refusal(&app, &entered('1', &json!({ "purposes": said }))).await;
    assert!(refused.contains("dated 2062-01-01, which has not come"), "{refused}");
    let steps = [step("2062-01-01", &consent())];
    let refused = refusal(&app, &entered('1', &way("2000-01-01", &stored("listed"), &steps))).await;
    assert!(
        refused.contains("step 1, `record_research_consent`, is dated 2062-01-01"),
        "{refused}"
    );
    let (done, said) = import(&app, "next.xml", &inventory("2162-05-01", &[unit("U1", "AV")]));
    assert!(!done || said.contains("refused 1"), "{said}");
    assert!(units(&app).await.is_empty());
}

async fn sources_that_contradict_each_other_on_a_consent_are_told_of(app: TestDb) {
    let purposes =
        |answer: &str| json!({ "purposes": [{ "purpose": "research", "consent": answer }] });
    take(&app, &entered('1', &purposes("yes"))).await;
    let other = entered('1', &purposes("no")).replace("\"curator\"", "\"jrc\"");
    let report = app.import(Format::Jsonl, other).await;
    assert_eq!(counts(&report), [0, 0, 1, 0]);
    assert!(report.rows[0].message.contains("contradict each other on the consent for research"));
    let found = data(&router(&app), SHOWN, json!({})).await;
    let standing = &found["cordBloodUnits"]["nodes"][0]["standing"];
    assert_eq!(standing["researchConsent"]["code"], "unknown");
    assert_eq!(standing["researchConsentContradicted"], true);
}

const SHOWN: &str = "query($on: NaiveDate) { cordBloodUnits { nodes {
    standing(on: $on) { custody { code } transplant { code } delistReason { code }
        researchConsent { code } researchConsentContradicted }
    steps { year step { code label(lang: JA) } releasedFor { code } researchConsent { code } }
    purposes { purpose { code } consent { code } }
} } }";

async fn the_public_sees_years_and_no_days(app: TestDb) {
    let steps = [step("2007-05-06", &consent()), step("2008-07-09", &release())];
    let mut facts = way("2006-03-04", &stored("listed"), &steps);
    facts["purposes"] = json!([{ "purpose": "research", "consent": "yes", "date": "2007-05-06" }]);
    take(&app, &entered('1', &facts)).await;
    let router = router(&app);
    let unit = |mut found: Value| found["cordBloodUnits"]["nodes"][0].take();
    let now = unit(data(&router, SHOWN, json!({})).await);
    assert_eq!(now["standing"]["delistReason"]["code"], "released_for_research", "{now}");
    assert_eq!(now["standing"]["custody"]["code"], "consumed");
    assert_eq!(now["steps"][1]["releasedFor"]["code"], "ips_derivation");
    assert_eq!(now["steps"][1]["step"], json!({ "code": "release", "label": "研究用に提供" }));
    assert_eq!(
        now["purposes"],
        json!([{ "purpose": { "code": "research" }, "consent": { "code": "yes" } }])
    );
    assert_eq!((&now["steps"][0]["year"], &now["steps"][1]["year"]), (&json!(2007), &json!(2008)));
    for sealed in ["-05-", "-07-", "-03-", "Mori"] {
        assert!(!now.to_string().contains(sealed), "{now}");
    }
    // Whatever the day, the answer is that of its year: otherwise the days could be asked one by one.
    for (on, state) in [
        ("2005-12-31", Value::Null),
        ("2006-01-01", json!("listed")),
        ("2008-01-01", json!("delisted")),
    ] {
        let then = unit(data(&router, SHOWN, json!({ "on": on })).await);
        let found = then["standing"]["transplant"]["code"].clone();
        assert_eq!(found, state, "{on}");
    }
}

async fn a_small_unit_is_taken_and_flagged(app: TestDb) {
    let small = unit("U1", "AV").replace("13.2e8", "13.2e7");
    let (done, said) = import(&app, "small.xml", &inventory("2006-04-01", &[small]));
    assert!(done && said.contains("taken 1") && said.contains("flagged row"), "{said}");
    assert!(said.contains("or did you mean `1.32E9`?"), "{said}");
    assert_eq!(units(&app).await[0].tnc(), Some(132_000_000));
}

async fn histories_are_exported_and_read_back_equal(app: TestDb) {
    import(&app, "first.xml", &inventory("2006-04-01", &[unit("U1", "AV"), unit("U2", "RS")]));
    import(&app, "next.xml", &inventory("2006-05-01", &[unit("U1", "RS")]));
    let steps = [step("2001-01-01", &consent()), step("2001-02-01", &release())];
    take(&app, &entered('1', &way("2000-01-01", &stored("listed"), &steps))).await;
    let export = app.export().await;
    assert!(export.contains("not_in_inventory") && export.contains("K. Mori"), "{export}");
    let empty = TestDb::start(app.backend()).await.unwrap();
    assert_eq!(take(&empty, &export).await, [3, 0, 0, 0]);
    assert_eq!(empty.export().await, export);
    empty.drop_database().await;
}

async fn a_unit_shows_its_tests_page_by_page(app: TestDb) {
    let result = json!({ "kind": "qc_result", "layers": [{ "source": "curator", "key": "r", "facts": {
        "external_ids": [{ "scheme": "qc_result", "value": "Kyoto/r" }],
        "subject": { "keys": [{ "scheme": "unit_digest", "value": key('1') }] },
        "result": { "key": "r", "test": "sterility", "material": { "subject": "1", "level": "cord_blood_unit" },
            "value": { "text": "negative" }, "sampling_date": "2008-05-01", "entry_date": "2008-06-01", "tester": "A. Sato" },
    } }] });
    take(&app, &(entered('1', &json!({})) + &result.to_string())).await;
    let asked = "{ cordBloodUnits { nodes { qcResults(first: 1) { totalCount nodes { test { code } samplingDate } } } } }";
    let mut found = data(&router(&app), asked, json!({})).await;
    let results = found["cordBloodUnits"]["nodes"][0]["qcResults"].take();
    let shown = json!({ "test": { "code": "sterility" }, "samplingDate": null });
    assert_eq!(results, json!({ "totalCount": 1, "nodes": [shown] }));
}

/// Units that differ in everything that can be asked.
async fn many(app: &TestDb) {
    let mut lines = String::new();
    for (digit, n) in ('0'..='9').chain('a'..='f').zip(0_u64..) {
        let abo = ["A", "B", "O", "AB"][(n % 4) as usize];
        let listing = ["listed", "pending_survey", "never_eligible"][(n % 3) as usize];
        let mut facts = way("2007-01-01", &stored(listing), &[]);
        facts["infant"] = json!({ "abo": abo, "rhd": if n % 5 == 0 { "N" } else { "P" } });
        if n % 2 == 0 {
            facts["history"]["steps"] = json!([step("2008-01-01", &consent())]);
            facts["purposes"] = json!([{ "purpose": "research", "consent": "yes" }]);
        }
        if n != 7 {
            facts["collected"] = json!({ "tnc": 1_000_000_000 + n / 2 * 100_000_000, "cd34": 9_000_000 - n * 100_000 });
        }
        if n == 3 {
            facts["frozen"] = json!({ "tnc": 400_000_000 });
        }
        lines.push_str(&entered(digit, &facts));
    }
    let line = json!({ "kind": "cell_line", "layers": [{ "source": "curator", "key": "L", "facts": {
        "external_ids": [{ "scheme": "cellosaurus", "value": "CVCL_0001" }],
        "source_unit": { "keys": [{ "scheme": "unit_digest", "value": key('2') }] },
    } }] });
    assert_eq!(take(app, &(lines + &line.to_string())).await, [17, 0, 0, 0]);
}

const SCREEN: &str = "query($filter: CordBloodUnitFilter, $order: CordBloodUnitOrder, $first: Int, $after: String,
    $last: Int, $before: String) {
    cordBloodUnits(filter: $filter, orderBy: $order, first: $first, after: $after, last: $last, before: $before) {
        totalCount edges { cursor node { accession } }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    } }";

fn accessions(page: &Value) -> Vec<String> {
    let edges = page["edges"].as_array().unwrap();
    edges.iter().map(|edge| edge["node"]["accession"].as_str().unwrap().to_owned()).collect()
}

async fn screens_find_what_they_ask_for(app: TestDb) {
    many(&app).await;
    let router = router(&app);
    for (filter, expected) in [
        (json!({}), 16),
        (json!({ "abo": { "eq": "O" } }), 4),
        (json!({ "abo": { "in": ["O", "AB"] }, "rhd": { "eq": "N" } }), 2),
        (json!({ "abo": { "isNull": true } }), 0),
        (json!({ "tnc": { "gte": 1.5e9 } }), 6),
        (json!({ "tnc": { "lt": 5e8 } }), 1),
        (json!({ "tnc": { "gt": 4e8, "lte": 1e9 } }), 2),
        (json!({ "cd34": { "gte": 8e6 } }), 10),
        (json!({ "transplant": { "eq": "listed" } }), 6),
        (json!({ "transplant": { "in": ["listed", "never_eligible"] } }), 11),
        (json!({ "custody": { "eq": "stored" } }), 16),
        (json!({ "custody": { "eq": "shipped" } }), 0),
        (json!({ "consent": { "purpose": "research", "is": "yes" } }), 8),
        (json!({ "consent": { "purpose": "transplant", "is": "yes" } }), 0),
        (json!({ "purpose": { "eq": "research" } }), 8),
        (json!({ "purpose": { "isNull": true } }), 8),
        (json!({ "sourceOfLine": true }), 1),
        (json!({ "sourceOfLine": false }), 15),
        (json!({ "updatedAt": { "gte": "2009-06-24T09:00:00Z" } }), 16),
        (json!({ "updatedAt": { "lt": "2009-06-24T09:00:00Z" } }), 0),
        (
            json!({ "abo": { "eq": "A" }, "transplant": { "eq": "listed" }, "tnc": { "gte": 1e9 }, "cd34": { "gte": 8e6 } }),
            1,
        ),
    ] {
        for order in ["TNC", "CD34", "UPDATED"] {
            let order = json!({ "field": order, "direction": "DESC" });
            let asked = json!({ "filter": filter, "order": order });
            let page = data(&router, SCREEN, asked).await["cordBloodUnits"].take();
            assert_eq!(page["totalCount"], expected, "{filter}");
            assert_eq!(accessions(&page).len(), expected, "{filter}");
        }
    }
    let (code, message) =
        error(&router, SCREEN, json!({ "filter": { "transplant": { "eq": "AV" } } })).await;
    assert_eq!(code, "BAD_USER_INPUT");
    assert!(message.contains("there are pending_survey, listed"), "{message}");
}

async fn screens_walk_the_same_way_from_both_ends(app: TestDb) {
    many(&app).await;
    let router = router(&app);
    for (field, direction) in [
        ("TNC", "ASC"),
        ("TNC", "DESC"),
        ("CD34", "ASC"),
        ("CD34", "DESC"),
        ("UPDATED", "ASC"),
        ("UPDATED", "DESC"),
    ] {
        let order = json!({ "field": field, "direction": direction });
        let (mut forward, mut backward) = (Vec::new(), Vec::new());
        let mut asked = json!({ "first": 3, "order": order });
        loop {
            let page = data(&router, SCREEN, asked.clone()).await["cordBloodUnits"].take();
            forward.extend(accessions(&page));
            if page["pageInfo"]["hasNextPage"] == false {
                break;
            }
            asked["after"] = page["pageInfo"]["endCursor"].clone();
        }
        let mut asked = json!({ "last": 5, "order": order });
        loop {
            let page = data(&router, SCREEN, asked.clone()).await["cordBloodUnits"].take();
            backward.splice(0..0, accessions(&page));
            if page["pageInfo"]["hasPreviousPage"] == false {
                break;
            }
            asked["before"] = page["pageInfo"]["startCursor"].clone();
        }
        assert_eq!(forward, backward, "{order}");
        assert_eq!(forward.iter().collect::<BTreeSet<_>>().len(), 16, "{order}");
    }
    let page = data(&router, SCREEN, json!({ "first": 1 })).await["cordBloodUnits"].take();
    let cursor = &page["pageInfo"]["endCursor"];
    let other = json!({ "after": cursor, "filter": { "abo": { "eq": "O" } } });
    assert_eq!(error(&router, SCREEN, other).await.0, "BAD_CURSOR");
}

async fn a_screen_needs_a_few_statements(app: TestDb) {
    many(&app).await;
    let router = router(&app);
    let asked =
        "{ cordBloodUnits(first: 16) { totalCount nodes { accession abo { code } frozen { tnc }
        standing { transplant { code } } steps { year } purposes { consent { code } } } } }";
    let before = app.catalogue.db().statements();
    let found = data(&router, asked, json!({})).await;
    assert_eq!(found["cordBloodUnits"]["nodes"].as_array().map(Vec::len), Some(16));
    // The ids of the page, their records, and the count.
    assert_eq!(app.catalogue.db().statements() - before, 3);
    // Sixty-four units of one chunk are written by as many statements as four.
    let mut sent = Vec::new();
    for (from, units) in [(100_u32, 4_u32), (200, 64)] {
        let line = |n: u32| entered('x', &json!({})).replace(&key('x'), &format!("{n:064x}"));
        let lines: String = (from..from + units).map(line).collect();
        let before = app.catalogue.db().statements();
        assert_eq!(take(&app, &lines).await, [u64::from(units), 0, 0, 0]);
        sent.push(app.catalogue.db().statements() - before);
    }
    assert_eq!(sent[0], sent[1], "statements for four and for sixty-four units");
}

/// A unit in the table of screens, without its id and time.
type Row = (String, String, i64, i64, String, String, i64, i64, String, String, i64);

async fn screens_are_made_again_from_the_records(app: TestDb) {
    many(&app).await;
    let screened = "SELECT abo, rhd, tnc, cd34, transplant, custody, for_transplant, for_research, transplant_consent, \
                    research_consent, is_present FROM units ORDER BY record_id";
    let before: Vec<Row> = app.query(screened).await;
    assert_eq!(before.len(), 16);
    app.meddle("DELETE FROM units", Vec::new()).await;
    app.catalogue.migrate().await.unwrap();
    assert_eq!(app.query::<Row>(screened).await, [], "what is as it should be is not made again");
    app.meddle("DELETE FROM settings WHERE name = 'units_derivation'", Vec::new()).await;
    app.catalogue.migrate().await.unwrap();
    assert_eq!(app.query::<Row>(screened).await, before);
    let times = "SELECT COUNT(*) FROM units u JOIN records r ON r.id = u.record_id WHERE r.updated_at <> u.updated_at";
    assert_eq!(app.number(times).await, 0);
}

async fn a_unit_leaves_the_screens_with_its_record(app: TestDb) {
    take(&app, &entered('1', &json!({}))).await;
    assert_eq!(app.number("SELECT COUNT(*) FROM units").await, 1);
    let mut hidden: Value = serde_json::from_str(&entered('1', &json!({}))).unwrap();
    hidden["state"] = json!("withdrawn");
    assert_eq!(take(&app, &(hidden.to_string() + "\n")).await, [0, 0, 1, 0]);
    assert_eq!(app.number("SELECT COUNT(*) FROM units").await, 0);
    let page = data(&router(&app), SCREEN, json!({})).await["cordBloodUnits"].take();
    assert_eq!((&page["totalCount"], accessions(&page).len()), (&json!(0), 0));
}

async fn a_delisted_unit_that_is_left_out_leaves_screens_and_search(app: TestDb) {
    let first = inventory("2006-04-01", &[expired("U1"), unit("U2", "AV")]);
    let taken = import(&app, "first.xml", &first);
    assert!(taken.0 && taken.1.contains("refused 0"), "{}", taken.1);
    let router = router(&app);
    let total = async |filter: Value| {
        let page = data(&router, SCREEN, json!({ "filter": filter })).await;
        page["cordBloodUnits"]["totalCount"].as_i64().unwrap()
    };
    let found = units(&app).await;
    let gone = found.iter().find(|u| u.layers[0].facts.identity.id.as_deref() == Some("U1"));
    let searched = crate::search::Searched::open(&app, "index");
    searched.follow().await;
    let asked = || crate::search::request(&gone.unwrap().accession);
    assert_eq!((total(json!({})).await, searched.ask(asked()).await.total), (2, 1));
    import(&app, "next.xml", &inventory("2006-05-01", &[unit("U2", "AV")]));
    searched.follow().await;
    assert_eq!((total(json!({})).await, searched.ask(asked()).await.total), (1, 0));
    assert_eq!(total(json!({ "transplant": { "eq": "delisted" } })).await, 0);
    let left = json!({ "transplant": { "in": ["delisted", "not_in_inventory"] } });
    assert_eq!(total(left).await, 1, "who asks for what was left out finds it");
}
