//! Inventories of cord-blood banks through the program itself: taken in, followed by the next, and written again.

use serde_json::json;
use stemma::domain::cord_blood::{facts::UnitFacts, inventory::Presence};

use crate::{
    api::{data, router},
    support::{TestDb, both_backends},
};

both_backends!(
    an_inventory_is_taken_in_and_written_again_equal,
    a_unit_that_the_next_inventory_lacks_has_left_and_a_reserved_one_is_told_of,
    an_older_inventory_or_one_cut_off_changes_nothing,
    a_wrong_row_is_refused_with_its_reason_and_is_no_absence,
    a_public_unit_shows_no_number_no_day_and_nothing_of_the_mother,
    a_unit_that_became_a_line_is_named_by_it,
);

const SIZES: &str = "<VOL>90</VOL><TNC>13.2e8</TNC><CD34PC>4.1e6</CD34PC>";

pub(crate) fn unit(id: &str, status: &str) -> String {
    format!(
        "<CBU><ID>{id}</ID><BIRTH_DATE>2019-03-04</BIRTH_DATE><ABO>A</ABO><RHESUS>P</RHESUS>\
         <HLA><A><DNA><FIELD1>02:01</FIELD1></DNA></A><B><SER><FIELD1>52</FIELD1></SER></B>\
         <DRB1><DNA><FIELD1>15:02</FIELD1></DNA></DRB1></HLA><STATUS>{status}</STATUS>{SIZES}</CBU>"
    )
}

pub(crate) fn inventory(day: &str, units: &[String]) -> String {
    format!(
        "<INVENTORIES CREATION_TIME=\"{day}T06:00:00Z\"><INVENTORY LISTING_ORGANIZATION=\"6939\" POOL=\"3553\" \
         CONTENT_TYPE=\"C\" UPDATE_MODE=\"FULL\" SNAPSHOT_TIME=\"{day}T00:00:00Z\" SCHEMA_VERSION=\"2.0\">{}</INVENTORY></INVENTORIES>",
        units.concat()
    )
}

/// Whether the program took the file, and all that it said.
pub(crate) fn import(app: &TestDb, name: &str, text: &str) -> (bool, String) {
    let file = app.file(name, text).display().to_string();
    let done = app.stemma(&["import", "bmdw-xml", &file]);
    let said = [done.stdout, done.stderr].concat();
    (done.status.success(), String::from_utf8(said).unwrap())
}

async fn presences(app: &TestDb) -> Vec<(String, Presence)> {
    let units = app.all::<UnitFacts>().await;
    let facts = units.iter().map(|unit| &unit.record.layers[0].facts);
    let mut all: Vec<(String, Presence)> = facts
        .map(|f| (f.identity.id.clone().unwrap(), f.listing.as_ref().unwrap().presence))
        .collect();
    all.sort_by(|a, b| a.0.cmp(&b.0));
    all
}

fn has_left(presence: &Presence) -> bool {
    matches!(presence, Presence::NotInInventory { .. })
}

async fn an_inventory_is_taken_in_and_written_again_equal(app: TestDb) {
    let units = [unit("U1", "AV"), unit("U2", "RS")];
    let (done, said) = import(&app, "first.xml", &inventory("2026-04-01", &units));
    assert!(done && said.contains("taken 2"), "{said}");
    let head = app.head().await.seq;
    let (_, said) = import(&app, "again.xml", &inventory("2026-04-01", &units));
    assert!(said.contains("unchanged 2"), "{said}");
    assert_eq!(app.head().await.seq, head);
    for format in ["bmdw-xml", "bmdw-csv"] {
        let written = app.dir.path().join(format).display().to_string();
        let to = ["export", format, "--organization", "6939", "--pool", "3553", "-o", &written];
        let done = app.stemma(&to);
        assert!(done.status.success(), "{done:?}");
        let done = app.stemma(&["import", format, &written]);
        let said = String::from_utf8_lossy(&done.stdout).into_owned();
        // The file was made before the last snapshot, by the clock of a test; its rows are those of the store.
        assert!(done.status.success() && said.contains("unchanged 2"), "{done:?}");
    }
    assert_eq!(app.head().await.seq, head);
}

async fn a_unit_that_the_next_inventory_lacks_has_left_and_a_reserved_one_is_told_of(app: TestDb) {
    let all = [unit("U1", "AV"), unit("U2", "RS"), unit("U3", "AV")];
    import(&app, "first.xml", &inventory("2026-04-01", &all));
    let (done, said) = import(&app, "next.xml", &inventory("2026-05-01", &all[..1]));
    assert!(done, "{said}");
    assert!(said.contains("U2") && said.contains("reserved"), "{said}");
    let presences = presences(&app).await;
    let left: Vec<&str> =
        presences.iter().filter(|(_, p)| has_left(p)).map(|(id, _)| id.as_str()).collect();
    assert_eq!(left, ["U2", "U3"]);
    let versions =
        app.number("SELECT COUNT(*) FROM revisions WHERE kind = 'cord_blood_unit'").await;
    assert_eq!(versions, 5, "what left stays in the history");
    import(&app, "back.xml", &inventory("2026-06-01", &all));
    assert!(!self::presences(&app).await.iter().any(|(_, presence)| has_left(presence)));
}

async fn an_older_inventory_or_one_cut_off_changes_nothing(app: TestDb) {
    let all = [unit("U1", "AV"), unit("U2", "RS")];
    import(&app, "first.xml", &inventory("2026-04-01", &all));
    let head = app.head().await;
    let older = inventory("2026-03-01", &all[..1]);
    let newer = inventory("2026-05-01", &all[..1]);
    let cut = &newer[..newer.len() - 30];
    let differences = newer.replace("FULL", "DIFF");
    let nothing = "<INVENTORIES><X/></INVENTORIES>";
    let wrong =
        [(older.as_str(), "older"), (cut, ""), (&differences, "FULL"), (nothing, "no inventory")];
    for (text, word) in wrong {
        let (done, said) = import(&app, "wrong.xml", text);
        assert!(!done && said.contains(word), "{said}");
        assert_eq!(app.head().await, head);
    }
}

async fn a_wrong_row_is_refused_with_its_reason_and_is_no_absence(app: TestDb) {
    let all = [unit("U1", "AV"), unit("U2", "RS")];
    import(&app, "first.xml", &inventory("2026-04-01", &all));
    let wrong = unit("U2", "RS").replace("13.2e8", "13.2");
    let (done, said) =
        import(&app, "next.xml", &inventory("2026-05-01", &[unit("U1", "AV"), wrong]));
    assert!(done && said.contains("refused 1"), "{said}");
    assert!(said.contains("TNC") && said.contains("1.32E9"), "a remedy is named: {said}");
    assert!(!presences(&app).await.iter().any(|(_, presence)| has_left(presence)));
}

async fn a_public_unit_shows_no_number_no_day_and_nothing_of_the_mother(app: TestDb) {
    let mother = "<MAT><MAT_ID>MOTHER-7</MAT_ID></MAT>";
    let units = [unit("DONATION-9", "AV").replace("</CBU>", &format!("{mother}</CBU>"))];
    let (done, said) = import(&app, "first.xml", &inventory("2026-04-01", &units));
    assert!(done && said.contains("taken 1"), "{said}");
    let id = app.all::<UnitFacts>().await[0].record.id.to_string();
    let router = router(&app);
    let asked = "query($id: ID!) { node(id: $id) { ... on CordBloodUnit { accession abo { code } rhd { code }
        collectionYear volumeMl collected { tnc tncShown cd34Shown } purposes { consent { code } } } } }";
    let found = data(&router, asked, json!({ "id": id })).await["node"].take();
    assert_eq!(found["collected"]["tnc"], 1_320_000_000.0, "{found}");
    assert_eq!(found["collected"]["tncShown"], "13.2 ×10⁸");
    assert_eq!((&found["abo"]["code"], &found["collectionYear"]), (&json!("A"), &json!(2019)));
    let everything = r#"{ __type(name: "CordBloodUnit") { fields { name } } }"#;
    let fields = data(&router, everything, json!({})).await.to_string();
    for sealed in ["hla", "externalIds", "sources", "mother", "names", "identity", "birth"] {
        assert!(!fields.to_lowercase().contains(sealed), "{sealed}: {fields}");
    }
    let searched = crate::search::Searched::open(&app, "index");
    searched.follow().await;
    for text in ["DONATION-9", "MOTHER-7"] {
        let found = searched.ask(crate::search::request(text)).await;
        assert_eq!((found.total, found.hits.len()), (0, 0), "{text}");
        assert_eq!(app.catalogue.suggest(text, 10).await.unwrap(), []);
    }
}

async fn a_unit_that_became_a_line_is_named_by_it(app: TestDb) {
    import(&app, "first.xml", &inventory("2026-04-01", &[unit("U1", "AV")]));
    let unit = &app.all::<UnitFacts>().await[0].record;
    let ids = unit.external_ids();
    let digest = ids.iter().find(|id| id.scheme == "unit_digest").unwrap().value.clone();
    let line = json!({ "kind": "cell_line", "layers": [{ "source": "curator", "key": "L", "facts": {
        "external_ids": [{ "scheme": "cellosaurus", "value": "CVCL_0001" }],
        "source_unit": { "keys": [{ "scheme": "unit_digest", "value": digest }] },
    } }] });
    let report = app.import(stemma::import::Format::Jsonl, line.to_string()).await;
    assert_eq!(report.taken, 1, "{:?}", report.rows);
    let asked = r#"{ cellLine(by: {xref: "CVCL_0001"}) { sourceUnit { accession cellLines { totalCount } } } }"#;
    let found = data(&router(&app), asked, json!({})).await["cellLine"]["sourceUnit"].take();
    assert_eq!(found, json!({ "accession": unit.accession, "cellLines": { "totalCount": 1 } }));
}
