//! How rows meet records: by identifiers only, and whatever does not fit is refused or reported, never guessed.

use stemma::{
    catalogue::import::{Import, Outcome, Report},
    domain::{
        cell_line::{CatalogueClass, DiseaseBasis},
        disease::DiseaseFacts,
        donor::DonorFacts,
        id::{RecordId, RecordKind},
        identifier::ExternalId,
        names::NameKind,
        organization::OrganizationFacts,
        record::{AnyRecord, Relation, State},
    },
    import::Format,
};

use crate::support::{TestDb, both_backends, counts, hpscreg, rows};

both_backends!(
    two_sources_meet_by_the_cellosaurus_accession,
    the_order_of_two_sources_does_not_matter,
    a_row_under_a_new_accession_replaces_the_one_under_the_old,
    identifiers_that_disagree_are_refused_with_both_records_named,
    identifiers_that_disagree_within_one_chunk_are_refused,
    one_accession_claimed_by_two_hpscreg_names_gives_both_lines_and_a_conflict,
    a_shared_name_does_not_join_two_lines,
    a_second_run_writes_no_revision,
    a_corrected_row_makes_one_new_version,
    a_parent_after_its_daughter_is_linked,
    a_disease_after_its_line_is_linked,
    a_donor_shared_by_two_lines_is_one,
    a_row_that_names_two_donors_joins_neither,
    an_engineered_disease_never_touches_the_donor,
    a_disease_that_is_unknown_stays_as_the_source_wrote_it,
    a_term_without_a_crosswalk_meets_the_one_disease_of_its_own_name,
    damaged_spreadsheet_values_are_refused_with_a_suggestion,
    malformed_names_are_flagged_and_stored_as_written,
    rows_that_cannot_be_read_do_not_stop_the_others,
    columns_that_are_not_read_are_named,
    a_report_as_json_has_its_shape,
    an_accession_with_a_mistyped_digit_is_refused,
    accessions_are_counted_without_gaps,
    a_withdrawn_record_is_not_brought_back_by_a_file,
    an_excerpt_leaves_what_is_there,
    an_accession_of_another_kind_of_record_is_refused,
    an_accession_that_contradicts_the_id_is_refused,
    an_id_of_another_kind_of_record_is_refused,
    counting_goes_on_behind_accessions_that_came_from_outside,
);

const LINE_201B7: &str = "\
ID   201B7
AC   CVCL_A324
SY   HPS0063
DR   RCB; HPS0063
OX   NCBI_TaxID=9606; ! Homo sapiens (Human)
SX   Female
AG   36Y
CA   Induced pluripotent stem cell
//
";

/// An NCIt term has no cross-walk to Mondo here; its label is looked for among the names of diseases, and
/// where two bear it, or none, the term stays as it is.
async fn a_term_without_a_crosswalk_meets_the_one_disease_of_its_own_name(app: TestDb) {
    let entry = LINE_201B7.replace("OX ", "DI   NCIt; C26845; Parkinson's disease\nOX ");
    app.import(Format::Cellosaurus, entry).await;
    let line = app.line("CVCL_A324").await.record.id.uuid;
    assert!(app.linked(line, Relation::Disease).await.is_empty(), "Mondo is not there yet");
    let term = |id: &str, synonym: &str| {
        format!("\"{id}\": {{\"label\": \"disease {id}\", \"synonyms\": [\"{synonym}\"]}}")
    };
    let first = term("MONDO:0005180", "Parkinson's disease");
    app.import(Format::Mondo, format!("{{{first}}}")).await;
    assert_eq!(app.linked(line, Relation::Disease).await.len(), 1);
    let second = term("MONDO:0000099", "Parkinsons Disease");
    app.import(Format::Mondo, format!("{{{first}, {second}}}")).await;
    assert!(app.linked(line, Relation::Disease).await.is_empty(), "of two neither is chosen");
}

async fn a_row_that_names_two_donors_joins_neither(app: TestDb) {
    let row = |name: &'static str, sample: &'static str, donor: &'static str| {
        [
            ("hpscreg_name", name),
            ("line_type", "iPSC"),
            ("donor_biosample", sample),
            ("donor_clo_id", donor),
        ]
    };
    let rows = [
        row("ABCi001-A", "SAMEA1", "CLO_1100001"),
        row("ABCi002-A", "SAMEA2", "CLO_1100002"),
        row("ABCi003-A", "SAMEA1", "CLO_1100002"),
    ];
    let rows: Vec<&[(&str, &str)]> = rows.iter().map(|row| &row[..]).collect();
    let report = app.import(Format::HpscregClo, hpscreg(&rows)).await;
    assert!(report.rows.iter().any(|row| row.outcome == Outcome::Conflict));
    let donors = app.all::<DonorFacts>().await;
    assert_eq!(donors.len(), 2);
    for donor in donors {
        assert_eq!(donor.record.external_ids().len(), 2, "{:?}", donor.record.external_ids());
    }
}

fn kuifms() -> String {
    hpscreg(&[&[
        ("hpscreg_name", "KUIFMSi004-C"),
        ("line_type", "iPSC"),
        ("donor_biosample", "SAMEA4584351"),
        ("donor_sex", "female"),
        ("cvcl", "CVCL_A324"),
    ]])
}

fn remarks(report: &Report, outcome: Outcome) -> Vec<(u64, &str)> {
    let rows = report.rows.iter().filter(|row| row.outcome == outcome);
    rows.map(|row| (row.row, row.message.as_str())).collect()
}

async fn two_sources_meet_by_the_cellosaurus_accession(app: TestDb) {
    assert_eq!(counts(&app.import(Format::Cellosaurus, LINE_201B7).await), [1, 0, 0, 0]);
    assert_eq!(counts(&app.import(Format::HpscregClo, kuifms()).await), [0, 0, 1, 0]);
    let line = app.line("CVCL_A324").await;
    assert_eq!(line.version, 2);
    let sources: Vec<&str> = line.record.layers.iter().map(|layer| layer.source.as_str()).collect();
    assert_eq!(sources, ["cellosaurus", "hpscreg-clo"]);
    assert_eq!(line.record.name(), "201B7");
    assert_eq!(app.line("KUIFMSi004-C").await, line);
    assert_eq!(app.line("HPS0063").await, line);
    // Both sources speak of the donor of one line, so they speak of one donor.
    let donors = app.all::<DonorFacts>().await;
    assert_eq!(donors.len(), 1);
    assert_eq!(donors[0].record.layers.len(), 2);
    assert_eq!(app.linked(line.record.id.uuid, Relation::Donor).await, [donors[0].record.id.uuid]);
}

async fn a_row_under_a_new_accession_replaces_the_one_under_the_old(app: TestDb) {
    app.import(Format::Cellosaurus, LINE_201B7).await;
    let renamed = LINE_201B7.replace("AC   CVCL_A324", "AC   CVCL_ZZ99\nAS   CVCL_A324");
    assert_eq!(counts(&app.import(Format::Cellosaurus, renamed.clone()).await), [0, 0, 1, 0]);
    let line = app.line("CVCL_A324").await;
    assert_eq!(line, app.line("CVCL_ZZ99").await);
    let rows: Vec<&str> = line.record.layers.iter().map(|layer| layer.key.as_str()).collect();
    assert_eq!(rows, ["CVCL_ZZ99"]);
    assert_eq!(counts(&app.import(Format::Cellosaurus, renamed).await), [0, 1, 0, 0]);
}

async fn the_order_of_two_sources_does_not_matter(app: TestDb) {
    app.import(Format::HpscregClo, kuifms()).await;
    assert_eq!(counts(&app.import(Format::Cellosaurus, LINE_201B7).await), [0, 0, 1, 0]);
    let line = app.line("KUIFMSi004-C").await;
    let sources: Vec<&str> = line.record.layers.iter().map(|layer| layer.source.as_str()).collect();
    assert_eq!(sources, ["cellosaurus", "hpscreg-clo"], "by precedence, not by arrival");
    assert_eq!(line.record.name(), "201B7");
    assert_eq!(app.all::<DonorFacts>().await.len(), 1);
}

async fn identifiers_that_disagree_are_refused_with_both_records_named(app: TestDb) {
    app.import(Format::CellosaurusNames, "cvcl\tname\nCVCL_A324\t201B7\n").await;
    app.import(Format::HpscregClo, hpscreg(&[&[("hpscreg_name", "UKBi008-A")]])).await;
    let head = app.head().await;
    let row = hpscreg(&[&[("hpscreg_name", "UKBi008-A"), ("cvcl", "CVCL_A324")]]);
    let report = app.import(Format::HpscregClo, row).await;
    assert_eq!(counts(&report), [0, 0, 0, 1]);
    let (one, two) = (app.line("CVCL_A324").await.record, app.line("UKBi008-A").await.record);
    let expected = format!(
        "its identifiers lead to different records: cellosaurus CVCL_A324 belongs to 201B7 ({}); \
         hpscreg UKBi008-A belongs to UKBi008-A ({}); merge them or correct the row",
        one.accession, two.accession
    );
    assert_eq!(remarks(&report, Outcome::Refused), [(2, expected.as_str())]);
    assert_eq!(app.head().await, head, "a refused row writes nothing");
}

async fn identifiers_that_disagree_within_one_chunk_are_refused(app: TestDb) {
    let jsonl = concat!(
        r#"{"kind":"cell_line","layers":[{"source":"curator","key":"1","facts":{"external_ids":[{"scheme":"cellosaurus","value":"CVCL_0001"}]}}]}"#,
        "\n",
        r#"{"kind":"cell_line","layers":[{"source":"curator","key":"2","facts":{"external_ids":[{"scheme":"skip","value":"SKIP000001"}]}}]}"#,
        "\n",
        r#"{"kind":"cell_line","layers":[{"source":"curator","key":"3","facts":{"external_ids":[{"scheme":"cellosaurus","value":"CVCL_0001"},{"scheme":"skip","value":"SKIP000001"}]}}]}"#,
        "\n",
    );
    let report = app.import(Format::Jsonl, jsonl).await;
    assert_eq!(counts(&report), [2, 0, 0, 1]);
    let told = remarks(&report, Outcome::Refused);
    assert_eq!(told[0].0, 3);
    assert!(told[0].1.contains("(new in this file)"), "{}", told[0].1);
}

async fn one_accession_claimed_by_two_hpscreg_names_gives_both_lines_and_a_conflict(app: TestDb) {
    let rows = hpscreg(&[
        &[("hpscreg_name", "UKBi008-A"), ("cvcl", "CVCL_A324")],
        &[("hpscreg_name", "UKBi008-B"), ("cvcl", "CVCL_A324")],
    ]);
    let report = app.import(Format::HpscregClo, rows.clone()).await;
    assert_eq!(counts(&report), [2, 0, 0, 0]);
    let told = remarks(&report, Outcome::Conflict);
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].0, 3);
    assert!(
        told[0].1.starts_with("cellosaurus CVCL_A324 is also claimed by UKBi008-A"),
        "{}",
        told[0].1
    );
    let (one, two) = (app.line("UKBi008-A").await, app.line("UKBi008-B").await);
    assert_ne!(one.record.id, two.record.id);
    assert_eq!(counts(&app.import(Format::HpscregClo, rows).await), [0, 2, 0, 0]);
    // A third source cannot tell which of the two it means.
    let report = app.import(Format::CellosaurusNames, "cvcl\tname\nCVCL_A324\t201B7\n").await;
    assert_eq!(counts(&report), [0, 0, 0, 1]);
    let told = &report.rows[0].message;
    assert!(told.contains(&one.record.accession) && told.contains(&two.record.accession), "{told}");
}

async fn a_shared_name_does_not_join_two_lines(app: TestDb) {
    let rows = "cvcl\tname\nCVCL_0001\tHEL\nCVCL_0002\tHEL\n";
    assert_eq!(counts(&app.import(Format::CellosaurusNames, rows).await), [2, 0, 0, 0]);
    assert_eq!(app.catalogue.lines_by_name("hel").await.unwrap().len(), 2);
}

async fn a_second_run_writes_no_revision(app: TestDb) {
    app.import(Format::Cellosaurus, LINE_201B7).await;
    app.import(Format::HpscregClo, kuifms()).await;
    let (head, export) = (app.head().await, app.export().await);
    assert_eq!(counts(&app.import(Format::Cellosaurus, LINE_201B7).await), [0, 1, 0, 0]);
    assert_eq!(counts(&app.import(Format::HpscregClo, kuifms()).await), [0, 1, 0, 0]);
    assert_eq!(app.head().await, head);
    assert_eq!(app.export().await, export);
}

async fn a_corrected_row_makes_one_new_version(app: TestDb) {
    app.import(Format::CellosaurusNames, "cvcl\tname\nCVCL_0001\tHLE\nCVCL_0002\tHL-60\n").await;
    let report = app
        .import(Format::CellosaurusNames, "cvcl\tname\nCVCL_0001\tHEL\nCVCL_0002\tHL-60\n")
        .await;
    assert_eq!(counts(&report), [0, 1, 1, 0]);
    let line = app.line("CVCL_0001").await;
    assert_eq!((line.version, line.record.name()), (2, "HEL"));
    assert!(app.catalogue.lines_by_name("HLE").await.unwrap().is_empty());
    assert_eq!(app.line("CVCL_0002").await.version, 1);
    assert_eq!(app.head().await.seq, 3);
}

async fn a_parent_after_its_daughter_is_linked(app: TestDb) {
    let daughter: &[_] = &[("hpscreg_name", "UKBi008-A-1"), ("parent_line_name", "UKBi008-A")];
    app.import(Format::HpscregClo, hpscreg(&[daughter])).await;
    let id = app.line("UKBi008-A-1").await.record.id.uuid;
    assert!(app.linked(id, Relation::Parent).await.is_empty());
    let head = app.head().await;
    app.import(Format::HpscregClo, hpscreg(&[&[("hpscreg_name", "UKBi008-A")]])).await;
    let parent = app.line("UKBi008-A").await.record.id.uuid;
    assert_eq!(app.linked(id, Relation::Parent).await, [parent]);
    assert_eq!(app.head().await.seq, head.seq + 1, "the daughter's facts are as they were");
}

const MONDO: &str = r#"{
    "MONDO:0000001": {"label": "disease", "synonyms": [], "ancestors": {}, "deprecated": false},
    "MONDO:0005180": {"label": "Parkinson disease", "synonyms": ["PD"], "ancestors": {"MONDO:0000001": 1}},
    "MONDO:0004976": {"label": "amyotrophic lateral sclerosis", "synonyms": ["ALS"], "ancestors": {"MONDO:0000001": 1}}
}"#;

async fn a_disease_after_its_line_is_linked(app: TestDb) {
    let row: &[_] = &[
        ("hpscreg_name", "UKBi008-A"),
        ("donor_biosample", "SAMEA1"),
        ("donor_disease_ids", "DOID_14330"),
        ("donor_disease_labels", "Parkinson's disease"),
        ("mondo_ids", "MONDO:0005180"),
        ("mondo_labels", "Parkinson disease"),
    ];
    app.import(Format::HpscregClo, hpscreg(&[row])).await;
    let line = app.line("UKBi008-A").await.record;
    assert!(app.linked(line.id.uuid, Relation::Disease).await.is_empty());
    app.import(Format::Mondo, MONDO).await;
    let diseases = app.all::<DiseaseFacts>().await;
    let parkinson = diseases.iter().find(|d| d.record.accession == "MONDO:0005180").unwrap();
    assert_eq!(app.linked(line.id.uuid, Relation::Disease).await, [parkinson.record.id.uuid]);
    let donor = app.all::<DonorFacts>().await[0].record.id.uuid;
    assert_eq!(app.linked(donor, Relation::Disease).await, [parkinson.record.id.uuid]);
    assert!(line.is_disease_specific());
}

async fn a_donor_shared_by_two_lines_is_one(app: TestDb) {
    let of = |name| {
        [("hpscreg_name", name), ("donor_biosample", "SAMEA1"), ("donor_clo_id", "CLO_1100001")]
    };
    app.import(Format::HpscregClo, hpscreg(&[&of("UKBi008-A"), &of("UKBi008-B")])).await;
    let donors = app.all::<DonorFacts>().await;
    assert_eq!(donors.len(), 1);
    for name in ["UKBi008-A", "UKBi008-B"] {
        let line = app.line(name).await.record.id.uuid;
        assert_eq!(app.linked(line, Relation::Donor).await, [donors[0].record.id.uuid]);
    }
}

async fn an_engineered_disease_never_touches_the_donor(app: TestDb) {
    app.import(Format::Mondo, MONDO).await;
    let ids = |base: &str| base.replace(':', "_");
    let model = ids("MONDO:0004976");
    let row: &[_] = &[
        ("hpscreg_name", "UKBi008-A-1"),
        ("donor_biosample", "SAMEA1"),
        ("model_disease_ids", model.as_str()),
    ];
    app.import(Format::HpscregClo, hpscreg(&[row])).await;
    let line = app.line("UKBi008-A-1").await.record;
    let bases: Vec<DiseaseBasis> =
        line.all(|facts| &facts.diseases).into_iter().map(|disease| disease.basis).collect();
    assert_eq!(bases, [DiseaseBasis::EngineeredModel]);
    assert!(line.classes().contains(&CatalogueClass::DiseaseSpecific));
    assert_eq!(app.linked(line.id.uuid, Relation::Disease).await.len(), 1);
    let donor = &app.all::<DonorFacts>().await[0].record;
    assert_eq!(donor.links(), []);
    assert!(app.linked(donor.id.uuid, Relation::Disease).await.is_empty());
}

async fn a_disease_that_is_unknown_stays_as_the_source_wrote_it(app: TestDb) {
    app.import(Format::Mondo, MONDO).await;
    let row: &[_] = &[
        ("hpscreg_name", "UKBi008-A"),
        ("donor_disease_ids", "EFO_0000249"),
        ("donor_disease_labels", "a disease of another list"),
    ];
    app.import(Format::HpscregClo, hpscreg(&[row])).await;
    let line = app.line("UKBi008-A").await.record;
    let diseases = line.all(|facts| &facts.diseases);
    assert_eq!(diseases[0].disease.text(), "a disease of another list");
    assert_eq!(diseases[0].disease.code(), "EFO:0000249");
    assert!(app.linked(line.id.uuid, Relation::Disease).await.is_empty());
}

async fn damaged_spreadsheet_values_are_refused_with_a_suggestion(app: TestDb) {
    let rows = "細胞番号 cell_no\tcell_name:name2\nRCB0001\t45400\nRCB0002\t4.54E+04\nRCB0003\t2-Sep\nRCB0004\t5637\n";
    let report = app.import(Format::RikenBrc, rows).await;
    assert_eq!(counts(&report), [1, 0, 0, 3]);
    let told = remarks(&report, Outcome::Refused);
    for ((row, message), (expected, meant)) in
        told.iter().zip([(2, "454E2"), (3, "454E2"), (4, "SEP2")])
    {
        assert_eq!(*row, expected);
        assert!(message.contains(&format!("did you mean `{meant}`?")), "{message}");
    }
    assert_eq!(report.rows[0].label, "RCB0001");
    assert_eq!(report.rows[0].field.as_deref(), Some("cell_name"));
    assert_eq!(app.line("RCB0004").await.record.name(), "5637", "a number may be a name");
}

async fn malformed_names_are_flagged_and_stored_as_written(app: TestDb) {
    let names = ["SCHI001-A", "MLUi001-c", "CENSOi002-a"];
    let rows: Vec<[(&str, &str); 1]> = names.iter().map(|name| [("hpscreg_name", *name)]).collect();
    let rows: Vec<&[(&str, &str)]> = rows.iter().map(<[_; 1]>::as_slice).collect();
    let report = app.import(Format::HpscregClo, hpscreg(&rows)).await;
    assert_eq!(counts(&report), [3, 0, 0, 0]);
    assert_eq!(remarks(&report, Outcome::Flagged).len(), 3);
    for name in names {
        let line = app.line(name).await.record;
        assert_eq!(line.names()[0].text, name);
        assert_eq!(line.names()[0].kind, NameKind::Registry);
        assert_eq!(line.external_ids(), [&ExternalId::new("hpscreg", name)]);
        assert_eq!(line.flags()[0].text, name);
    }
}

async fn rows_that_cannot_be_read_do_not_stop_the_others(app: TestDb) {
    let rows =
        "cvcl\tname\nCVCL_0001\tHEL\nnonsense\tX\nCVCL_0003\nCVCL_0004\t\nCVCL_0005\tHepG2\n";
    let report = app.import(Format::CellosaurusNames, rows).await;
    assert_eq!(counts(&report), [2, 0, 0, 3]);
    let refused: Vec<u64> =
        remarks(&report, Outcome::Refused).into_iter().map(|(row, _)| row).collect();
    assert_eq!(refused, [3, 4, 5]);
    assert!(report.rows[0].message.contains("they look like `CVCL_A324`"), "{:?}", report.rows[0]);
}

async fn columns_that_are_not_read_are_named(app: TestDb) {
    let report =
        app.import(Format::CellosaurusNames, "cvcl\tname\tcolour\nCVCL_0001\tHEL\tred\n").await;
    assert_eq!(report.unknown_columns, ["colour"]);
    assert_eq!(counts(&report), [1, 0, 0, 0]);
}

async fn a_report_as_json_has_its_shape(app: TestDb) {
    let file = app.file("names.tsv", "cvcl\tname\nCVCL_0001\tHEL\nnonsense\tX\n");
    let report = app.dir.path().join("report.json");
    let (file, path) = (file.display().to_string(), report.display().to_string());
    let done = app.stemma(&["import", "cellosaurus-names", &file, "--report", &path]);
    assert!(done.status.success(), "{done:?}");
    let told: serde_json::Value = serde_json::from_slice(&std::fs::read(report).unwrap()).unwrap();
    let expected = serde_json::json!({
        "taken": 1,
        "unchanged": 0,
        "merged": 0,
        "refused": 1,
        "rows": [{
            "row": 3,
            "label": "X",
            "outcome": "refused",
            "field": "cvcl",
            "message": "`nonsense` is not a Cellosaurus identifier; they look like `CVCL_A324`",
        }],
    });
    assert_eq!(told, expected);
}

async fn an_accession_with_a_mistyped_digit_is_refused(app: TestDb) {
    app.import(Format::Cellosaurus, LINE_201B7).await;
    let line = app.line("CVCL_A324").await.record;
    let found = app.catalogue.by_accession(&line.accession).await.unwrap().unwrap();
    assert_eq!(found.record, AnyRecord::CellLine(line.clone()));
    let mistyped = line.accession.replacen("0001", "0002", 1);
    let error = app.catalogue.by_accession(&mistyped).await.unwrap_err().to_string();
    assert_eq!(
        error,
        format!("`{mistyped}` fails its check character; look for a mistyped letter or digit")
    );
    assert_eq!(app.catalogue.by_accession("CVCL_A324").await.unwrap(), None, "another registry's");
}

async fn accessions_are_counted_without_gaps(app: TestDb) {
    let rows = "cvcl\tname\nCVCL_0001\tHEL\nnonsense\tX\nCVCL_0002\tHL-60\n";
    app.import(Format::CellosaurusNames, rows).await;
    app.import(Format::CellosaurusNames, "cvcl\tname\nCVCL_0003\tHT-29\n").await;
    let numbers: Vec<(String,)> =
        app.query("SELECT accession FROM records ORDER BY accession").await;
    let numbers: Vec<&str> = numbers.iter().map(|(accession,)| &accession[..12]).collect();
    assert_eq!(numbers, ["STM-L0000001", "STM-L0000002", "STM-L0000003"]);
}

fn organization(extra: &str, key: &str) -> String {
    format!(
        r#"{{"kind":"organization",{extra}"layers":[{{"source":"curator","key":"{key}","facts":{{"external_ids":[{{"scheme":"organization","value":"{key}"}}]}}}}]}}"#
    ) + "\n"
}

async fn a_withdrawn_record_is_not_brought_back_by_a_file(app: TestDb) {
    app.import(Format::Jsonl, organization("", "a-bank")).await;
    for (state, expected) in [("withdrawn", [0, 0, 1, 0]), ("published", [0, 1, 0, 0])] {
        let report = app.import(Format::Jsonl, organization(&state_of(state), "a-bank")).await;
        assert_eq!(counts(&report), expected, "{state}");
        assert_eq!(app.all::<OrganizationFacts>().await[0].record.state, State::Withdrawn);
    }
}

fn state_of(state: &str) -> String {
    format!(r#""state":"{state}","#)
}

async fn an_excerpt_leaves_what_is_there(app: TestDb) {
    app.import(Format::Cellosaurus, LINE_201B7).await;
    let excerpt = LINE_201B7.replace("SY   HPS0063\n", "").replace("AG   36Y\n", "");
    let before = app.head().await;
    let rows: Vec<_> = rows(Format::Cellosaurus, excerpt).map(Result::unwrap).collect();
    let import = Import::begin(&app.catalogue, "cellosaurus", "excerpt", false).await.unwrap();
    let mut import = import.keeping_what_is_there();
    import.chunk(&rows).await.unwrap();
    assert_eq!(counts(&import.report), [0, 1, 0, 0]);
    assert_eq!(app.head().await, before);
}

async fn an_accession_of_another_kind_of_record_is_refused(app: TestDb) {
    app.import(Format::Cellosaurus, LINE_201B7).await;
    let line = app.line("CVCL_A324").await.record;
    let head = app.head().await;
    let claim = organization(&format!(r#""accession":"{}","#, line.accession), "a-bank");
    let report = app.import(Format::Jsonl, claim).await;
    assert_eq!(counts(&report), [0, 0, 0, 1], "{:?}", report.rows);
    assert_eq!(app.head().await, head);
}

async fn an_accession_that_contradicts_the_id_is_refused(app: TestDb) {
    app.import(Format::Jsonl, organization("", "a-bank")).await;
    let known: Vec<(String,)> = app.query("SELECT accession FROM records").await;
    let id = "org_01h455vb4pex5vsknk084sn02q";
    let claim = organization(&format!(r#""id":"{id}","accession":"{}","#, known[0].0), "b-bank");
    let report = app.import(Format::Jsonl, claim).await;
    assert_eq!(counts(&report), [0, 0, 0, 1], "{:?}", report.rows);
}

async fn an_id_of_another_kind_of_record_is_refused(app: TestDb) {
    app.import(Format::Jsonl, organization("", "a-bank")).await;
    let bank: Vec<(uuid::Uuid,)> = app.query("SELECT id FROM records").await;
    let donor = RecordId::new(RecordKind::Donor, bank[0].0);
    let layer = r#"{"source":"curator","key":"a","facts":{}}"#;
    let claim = format!(r#"{{"kind":"donor","id":"{donor}","layers":[{layer}]}}"#);
    let report = app.import(Format::Jsonl, claim).await;
    assert_eq!(counts(&report), [0, 0, 0, 1], "{:?}", report.rows);
    assert!(report.rows[0].message.contains("organization"), "{:?}", report.rows);
}

async fn counting_goes_on_behind_accessions_that_came_from_outside(app: TestDb) {
    let first = stemma::domain::id::accession("STM", 'O', 1);
    app.import(Format::Jsonl, organization(&format!(r#""accession":"{first}","#), "a-bank")).await;
    assert_eq!(counts(&app.import(Format::Jsonl, organization("", "b-bank")).await), [1, 0, 0, 0]);
    let numbers: Vec<(String,)> =
        app.query("SELECT accession FROM records ORDER BY accession").await;
    assert_eq!(numbers[1].0, stemma::domain::id::accession("STM", 'O', 2));
}
