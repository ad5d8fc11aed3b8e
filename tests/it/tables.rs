//! A bank's own tables: what is taken exports again equal, and what is not taken is told with its reason.

use std::io::Cursor;

use serde_json::json;
use stemma::{
    catalogue::import::{Outcome, Report},
    domain::{batch::BatchFacts, donor::DonorFacts, qc::record::ResultFacts, record::Relation},
    export::table::{Table, TableWriter},
    import::{
        self, Format, Rows,
        source_file::{FileError, SourceFile},
        table::ColumnMap,
    },
};

use crate::{
    api::{data, router},
    support::{TestDb, both_backends, counts, take},
};

both_backends!(
    three_thousand_vials_of_three_hundred_lots_come_back_byte_by_byte,
    one_sheet_gives_lots_and_vials_and_neither_undoes_the_other,
    bad_rows_are_refused_each_with_its_reason_and_good_ones_taken,
    results_come_back_equal,
    a_lot_finds_its_line_by_accession_identifier_and_name_and_never_by_a_name_of_two,
    a_reference_by_name_stays_when_the_line_gets_another_identifier,
    a_vial_of_an_unknown_lot_is_refused,
    what_the_interchange_format_brought_goes_through_the_tables,
    what_a_table_cannot_hold_is_named_and_not_written,
    the_public_sees_vials_without_their_position,
    the_program_reads_a_sheet_by_its_map_and_writes_it_again,
    a_withdrawn_lot_stays_withdrawn_elsewhere,
    reading_a_table_of_many_rows_takes_few_statements,
    a_lot_has_one_layer_of_a_source_however_its_rows_name_it,
    a_result_has_one_layer_of_a_source_however_its_rows_name_it,
    ten_thousand_vials_of_one_lot_are_read_and_written_in_seconds,
);

const LINES: &str = "cvcl\tname\nCVCL_A324\t201B7\nCVCL_0002\tTwin\nCVCL_0003\tTwin\n";

fn mapped(format: Format, text: &str, map: &str) -> Result<Rows, FileError> {
    let file = |text: &str| {
        SourceFile::from_reader("test", Cursor::new(text.as_bytes().to_vec())).unwrap()
    };
    let map = if map.is_empty() { ColumnMap::default() } else { ColumnMap::read(file(map))? };
    import::mapped(format, file(text), &map)
}

async fn import_mapped(app: &TestDb, format: Format, text: &str, map: &str) -> Report {
    take(&app.catalogue, format, mapped(format, text, map).unwrap(), false).await.unwrap()
}

fn refusal(format: Format, text: &str, map: &str) -> String {
    mapped(format, text, map).unwrap_err().to_string()
}

/// The table, and what could not be written.
async fn table(app: &TestDb, table: Table) -> (String, Vec<String>) {
    let mut writer = TableWriter::new(Vec::new(), table).unwrap();
    let catalogue = &app.catalogue;
    match table {
        Table::Lots => catalogue.every(|record| writer.lot(record)).await,
        Table::Vials => catalogue.every(|record| writer.vials(record)).await,
        Table::Results => catalogue.every(|record| writer.result(record)).await,
    }
    .unwrap();
    let unsaid = writer.unsaid.iter().map(ToString::to_string).collect();
    (String::from_utf8(writer.finish().unwrap()).unwrap(), unsaid)
}

fn format_of(table: Table) -> Format {
    match table {
        Table::Lots => Format::LotsCsv,
        Table::Vials => Format::VialsCsv,
        Table::Results => Format::ResultsCsv,
    }
}

/// Writes the tables, reads them into the same catalogue and into an empty one, and writes them again.
async fn comes_back(app: &TestDb, tables: &[Table]) {
    let head = app.head().await;
    let empty = TestDb::start(app.backend()).await.unwrap();
    empty.import(Format::CellosaurusNames, LINES).await;
    let mut written = Vec::new();
    for one in tables {
        let (text, unsaid) = table(app, *one).await;
        assert_eq!(unsaid, [] as [&str; 0]);
        let rows = text.lines().count() as u64 - 1;
        assert_eq!(counts(&app.import(format_of(*one), text.clone()).await), [0, rows, 0, 0]);
        let report = empty.import(format_of(*one), text.clone()).await;
        assert_eq!(report.refused, 0, "{:?}", report.rows);
        written.push(text);
    }
    assert_eq!(app.head().await, head, "what was written says nothing new");
    for (one, text) in tables.iter().zip(&written) {
        assert_eq!(table(&empty, *one).await.0, *text);
    }
    assert_eq!(facts(app).await, facts(&empty).await);
    empty.drop_database().await;
}

async fn facts(app: &TestDb) -> (Vec<BatchFacts>, Vec<ResultFacts>) {
    let lots = app.all::<BatchFacts>().await.into_iter();
    let lots = lots.flat_map(|lot| lot.record.layers).map(|layer| layer.facts).collect();
    let results = app.all::<ResultFacts>().await.into_iter();
    (lots, results.flat_map(|one| one.record.layers).map(|layer| layer.facts).collect())
}

/// A sheet as banks have it: a row for each vial, with what is true of its lot in every one.
fn sheet() -> String {
    let row = |lot: usize, vial: usize| {
        let (passage, day) = (20 + lot % 7, 1 + lot % 28);
        let state = ["保管中", "Shipped", "使用済み"][vial % 3];
        format!(
            "201B7,M{lot:03},{vial:04},\"T1, R{lot}/{vial}\",P{passage},2008/5/{day},{state},none\r\n"
        )
    };
    let rows = (0..300).flat_map(|lot| (0..10).map(move |vial| row(lot, vial)));
    let head = "Cell,Lot,Vial,Tank,Passage,Frozen,Status,Remarks\r\n".to_owned();
    std::iter::once(head).chain(rows).collect()
}

const LOTS_MAP: &str = "theirs,ours\n=Kyoto/{Lot},lot\nCell,line\nPassage,passage\nFrozen,frozen_on\n\
    =master,level\n=10,vials_made\n=Kyoto bank,bank\nVial,-\nTank,-\nStatus,-\nRemarks,-\n";
const VIALS_MAP: &str = "=Kyoto/{Lot},lot\nVial,vial\nTank,position\nPassage,passage\n\
    Frozen,frozen_on\nStatus,state\nCell,-\nRemarks,-\n";

async fn three_thousand_vials_of_three_hundred_lots_come_back_byte_by_byte(app: TestDb) {
    app.import(Format::CellosaurusNames, LINES).await;
    let sheet = format!("\u{feff}{}", sheet());
    let lots = import_mapped(&app, Format::LotsCsv, &sheet, LOTS_MAP).await;
    assert_eq!(counts(&lots), [300, 2700, 0, 0], "{:?}", lots.rows.first());
    let vials = import_mapped(&app, Format::VialsCsv, &sheet, VIALS_MAP).await;
    assert_eq!(counts(&vials), [0, 0, 3000, 0], "{:?}", vials.rows.first());
    let again = import_mapped(&app, Format::VialsCsv, &sheet, VIALS_MAP).await;
    assert_eq!(counts(&again), [0, 3000, 0, 0]);
    let lots = app.all::<BatchFacts>().await;
    assert_eq!(lots.len(), 300);
    let line = app.line("CVCL_A324").await.record.id.uuid;
    for lot in &lots {
        assert_eq!(lot.record.listed_vials().len(), 10);
        assert_eq!(lot.record.flags(), [] as [&stemma::domain::record::Flag; 0]);
    }
    assert_eq!(app.linked(lots[7].record.id.uuid, Relation::Line).await, [line]);
    comes_back(&app, &[Table::Lots, Table::Vials]).await;
}

async fn one_sheet_gives_lots_and_vials_and_neither_undoes_the_other(app: TestDb) {
    app.import(Format::CellosaurusNames, LINES).await;
    let lot = "lot;line;passage\nKyoto/M1;CVCL_A324;20\n";
    app.import(Format::LotsCsv, lot).await;
    app.import(Format::VialsCsv, "lot\tvial\tposition\nKyoto/M1\t0001\tA1\nKyoto/M1\t0002\tA2\n")
        .await;
    assert_eq!(counts(&app.import(Format::LotsCsv, lot).await), [0, 1, 0, 0]);
    let changed = app.import(Format::LotsCsv, lot.replace(";20", ";21")).await;
    assert_eq!(counts(&changed), [0, 0, 1, 0]);
    // A later list of one vial leaves the other where it is.
    app.import(Format::VialsCsv, "lot,vial,state\nKyoto/M1,0002,lost\n").await;
    let facts = &app.all::<BatchFacts>().await[0].record.layers[0].facts;
    assert_eq!(facts.passage, Some(21));
    let vials: Vec<_> =
        facts.listed_vials.iter().map(|v| (v.number.as_str(), v.position.as_deref())).collect();
    assert_eq!(vials, [("0001", Some("A1")), ("0002", None)]);
    // More are listed than were made, and that is told once, at the last of the lot's rows.
    let made = "lot,line,vials_made\nKyoto/M2,CVCL_A324,1\n";
    app.import(Format::LotsCsv, made).await;
    let rows = "lot,vial\nKyoto/M2,001\nKyoto/M2,002\nKyoto/M2,003\n";
    let report = app.import(Format::VialsCsv, rows).await;
    let flagged: Vec<_> = report.rows.iter().map(|row| (row.row, row.outcome)).collect();
    assert_eq!(flagged, [(4, Outcome::Flagged)], "{:?}", report.rows);
    comes_back(&app, &[Table::Lots, Table::Vials]).await;
}

const RESULTS: &str = "\
number,subject,test,qualifier,value,unit,lod,material_level,entry_date,sampling_date,examined,method,tester,verdict
Kyoto/1,201B7,marker,NANOG,98.5,%,,line,2008-06-01,2008-05-01,,FACS,A. Sato,pass
Kyoto/2,CVCL_A324,マーカー発現,SSEA-4,９９．１％,,,line,2008/6/1,,,Flow cytometry,,
Kyoto/3,cellosaurus:CVCL_A324,karyotype,,\"46,XX[20]\",,,line,2008-06-01,,20 metaphases,G-band,,
Kyoto/4,Kyoto/M1,residual_vector,,ND,copies/cell,0.01,master,2008-06-01,,,ddPCR,,
Kyoto/5,Kyoto/M1,endotoxin,,<0.5,EU/mL,0.1,master,2008-06-01,,,,,
Kyoto/6,Kyoto/M1,sterility,,see the report,,,master,2008-06-01,,,,,
Kyoto/7,Kyoto/M1,mycoplasma,,陰性,,,master,2008-06-01,,,培養法,,
Kyoto/8,Kyoto/M1,identity_str,,matches origin,,,master,2008-06-01,,13 loci,,,
";

const BAD_RESULTS: &str = "\
Kyoto/20,201B7,mycoplazma,,negative,,,line,2008-06-01,,,,,
Kyoto/21,Twin,sterility,,negative,,,line,2008-06-01,,,,,
Kyoto/22,Nobody,sterility,,negative,,,line,2008-06-01,,,,,
Kyoto/23,45400,sterility,,negative,,,line,2008-06-01,,,,,
4.54E+04,201B7,sterility,,negative,,,line,2008-06-01,,,,,
25,201B7,sterility,,negative,,,line,2008-06-01,,,,,
Kyoto/26,201B7,sterility,,#REF!,,,line,########,,,,,
Kyoto/27,201B7,endotoxin,,0.5 %,EU/mL,,line,39600,,,,,
Kyoto/28,201B7,sterility,NANOG,negative,,,seeds,1/6/2008,,,,,good
Kyoto/29,,,,,,,,,,,,,
Kyoto/1,201B7,marker,NANOG,12,%,,line,2008-06-01,2008-05-01,,FACS,A. Sato,fail
Kyoto/30,celosaurus:CVCL_A324,sterility,,negative,,,line,2008-06-01,,,,,
Kyoto/31,201B7,sterility,,=A1&\"x\",,,line,2008-06-01,,,,,
Kyoto/32,201B7,sterility
";

const GOOD: &str = "Kyoto/40,201B7,sterility,,negative,,,line,2008-06-01,,,,,\n";

async fn with_lot(app: &TestDb) {
    app.import(Format::CellosaurusNames, LINES).await;
    app.import(Format::LotsCsv, "lot,line,level\nKyoto/M1,201B7,master\n").await;
}

async fn bad_rows_are_refused_each_with_its_reason_and_good_ones_taken(app: TestDb) {
    with_lot(&app).await;
    let text = format!("{RESULTS}{BAD_RESULTS}{GOOD}");
    let report = app.import(Format::ResultsCsv, text).await;
    assert_eq!(counts(&report), [9, 0, 0, 14], "{:#?}", report.rows);
    let mut rows = report.rows;
    rows.sort_by_key(|row| row.row);
    let told: Vec<String> = rows
        .iter()
        .map(|row| {
            let field = row.field.as_deref().unwrap_or("-");
            format!("{} {} {} {field}: {}", row.row, row.outcome, row.label, row.message)
        })
        .collect();
    let mut told = told.join("\n");
    for line in app.all::<stemma::domain::cell_line::LineFacts>().await {
        let number = line.record.external_ids()[0].value.clone();
        told = told.replace(&line.record.accession, &number);
    }
    insta::assert_snapshot!("refused_results", told);
}

async fn results_come_back_equal(app: TestDb) {
    with_lot(&app).await;
    let more = "number,subject,test,value,material_level,entry_date,tester,oos_cause,oos_approver,oos_tester,\
        oos_approved_on,superseded_by,replicate_passage,replicate_value,evidence_file,evidence_sha256,specification\n\
        Kyoto/50,201B7,sterility,positive,line,2008-06-01,A,dropped,B,A,2008-06-02,Kyoto/1,,,a.pdf,\
        9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08,\"'=no growth\"\n\
        Kyoto/51,201B7,doubling_time,20 h,line,2008-06-01,,,,,,,P5|P10,20 h|22 h,,,\n";
    app.import(Format::ResultsCsv, RESULTS).await;
    let report = app.import(Format::ResultsCsv, more).await;
    assert_eq!(counts(&report), [2, 0, 0, 0], "{:?}", report.rows);
    let results = app.all::<ResultFacts>().await;
    let text = |at: usize| results[at].record.result().unwrap().value.clone().unwrap();
    assert_eq!(text(0).text, "98.5");
    assert_eq!(text(1).text, "９９．１％", "what was written is kept");
    assert_eq!(text(4).reading.unwrap().to_string(), "<0.5 EU/mL (LOD 0.1 EU/mL)");
    assert_eq!(results[8].record.result().unwrap().specification.as_deref(), Some("=no growth"));
    assert_eq!(counts(&app.import(Format::ResultsCsv, RESULTS).await), [0, 8, 0, 0]);
    comes_back(&app, &[Table::Lots, Table::Results]).await;
}

async fn a_lot_finds_its_line_by_accession_identifier_and_name_and_never_by_a_name_of_two(
    app: TestDb,
) {
    app.import(Format::CellosaurusNames, LINES).await;
    let line = app.line("CVCL_A324").await.record;
    for (at, by) in [
        line.accession.as_str(),
        "CVCL_A324",
        "rrid:cvcl_a324",
        "201-b7",
        "２０１Ｂ７",
        "cellosaurus:CVCL_A324",
    ]
    .into_iter()
    .enumerate()
    {
        let report = app.import(Format::LotsCsv, format!("lot,line\nKyoto/{at},{by}\n")).await;
        assert_eq!(counts(&report), [1, 0, 0, 0], "{by}: {:?}", report.rows);
        let lot = app.all::<BatchFacts>().await.pop().unwrap();
        assert_eq!(app.linked(lot.record.id.uuid, Relation::Line).await, [line.id.uuid], "{by}");
    }
    let report = app.import(Format::LotsCsv, "lot,line\nKyoto/9,Twin\n").await;
    assert_eq!(report.refused, 1);
    assert!(report.rows[0].message.contains("may be any of"), "{:?}", report.rows);
    // A lot that comes later is referred to by its number all the same.
    let rows = "lot,line,parent\nKyoto/W1,201B7,Kyoto/S1\nKyoto/S1,201B7,\n";
    app.import(Format::LotsCsv, rows).await;
    let lots = app.all::<BatchFacts>().await;
    let (working, seed) = (&lots[lots.len() - 2].record, &lots[lots.len() - 1].record);
    assert_eq!(app.linked(working.id.uuid, Relation::ParentBatch).await, [seed.id.uuid]);
    comes_back(&app, &[Table::Lots]).await;
}

/// The name led to the line by one identifier, and would by another now; the row says what it said.
async fn a_reference_by_name_stays_when_the_line_gets_another_identifier(app: TestDb) {
    let line = r#"{"kind":"cell_line","layers":[{"source":"curator","key":"1","facts":{"names":[{"kind":"primary","text":"Alpha"}],"external_ids":IDS}}]}"#;
    let line = |ids: &str| line.replace("IDS", ids);
    let cvcl = r#"{"scheme":"cellosaurus","value":"CVCL_0001"}"#;
    app.import(Format::Jsonl, line(&format!("[{cvcl}]"))).await;
    let row = "number,subject,test,value,material_level,entry_date\nKyoto/1,Alpha,sterility,negative,line,2008-06-01\n";
    assert_eq!(counts(&app.import(Format::ResultsCsv, row).await), [1, 0, 0, 0]);
    let hpscreg = r#"{"scheme":"hpscreg","value":"ABCi001-A"}"#;
    app.import(Format::Jsonl, line(&format!("[{hpscreg},{cvcl}]"))).await;
    let report = app.import(Format::ResultsCsv, row).await;
    assert_eq!(counts(&report), [0, 1, 0, 0], "{:?}", report.rows);
}

async fn a_vial_of_an_unknown_lot_is_refused(app: TestDb) {
    let report = app.import(Format::VialsCsv, "lot,vial\nKyoto/M1,0001\n").await;
    assert_eq!(counts(&report), [0, 0, 0, 1]);
    assert_eq!(report.rows[0].field.as_deref(), Some("lot"));
    assert!(report.rows[0].message.contains("import it first"), "{:?}", report.rows);
    assert_eq!(app.number("SELECT COUNT(*) FROM records").await, 0);
}

async fn what_the_interchange_format_brought_goes_through_the_tables(app: TestDb) {
    app.import(Format::CellosaurusNames, LINES).await;
    let lot = json!({ "kind": "batch", "layers": [{ "source": "curator", "key": "M1", "facts": {
        "external_ids": [{ "scheme": "lot", "value": "Kyoto/M1" }, { "scheme": "biosamples", "value": "SAMEG1", "status": "withdrawn" }],
        "names": [{ "kind": "primary", "text": "=1|2", "lang": "en" }, { "kind": "synonym", "text": "45400" }],
        "line": { "keys": [{ "scheme": "cellosaurus", "value": "CVCL_A324" }], "label": " 201B7" },
        "culture": { "medium": "-mTeSR", "co2_percent": 5 },
        "availability": [
            { "from": "2008-01-01", "availability": "available" },
            { "from": "2009-01-01", "availability": "recalled", "comment": "a|b\\ 'c" }],
        "listed_vials": [{ "number": "1" }, { "number": "4.54E+04", "position": "+A1" }],
    } }] });
    let result = json!({ "kind": "qc_result", "layers": [{ "source": "curator", "key": "r", "facts": {
        "external_ids": [{ "scheme": "qc_result", "value": "Kyoto/1" }],
        "subject": { "keys": [{ "scheme": "lot", "value": "Kyoto/M1" }] },
        "result": { "key": "one", "test": "sterility", "material": { "subject": "M1", "level": "master" },
            "qualifier": { "marker": "X" }, "value": { "text": "negative" }, "entry_date": "2008-06-01",
            "method": { "text": "by hand", "code": "culture" },
            "replicates": [{ "passage": 3, "value": { "text": "negative" } }, { "value": { "text": "?" } }] },
    } }] });
    let report = app.import(Format::Jsonl, format!("{lot}\n{result}\n")).await;
    assert_eq!(counts(&report), [2, 0, 0, 0], "{:?}", report.rows);
    comes_back(&app, &[Table::Lots, Table::Vials, Table::Results]).await;
}

async fn what_a_table_cannot_hold_is_named_and_not_written(app: TestDb) {
    let lot = json!({ "kind": "batch", "layers": [{ "source": "curator", "key": "M1", "facts": {
        "external_ids": [{ "scheme": "lot", "value": "Kyoto/M1" }],
        "line": { "keys": [{ "scheme": "nowhere", "value": "1" }] },
    } }] });
    app.import(Format::Jsonl, lot.to_string()).await;
    let (text, unsaid) = table(&app, Table::Lots).await;
    assert_eq!(text.lines().count(), 1);
    assert_eq!(unsaid.len(), 1);
    assert!(unsaid[0].contains("M1") && unsaid[0].contains("`nowhere:1`"), "{unsaid:?}");
    let done = app.stemma(&["export", "lots-csv"]);
    assert!(!done.status.success());
    assert!(String::from_utf8(done.stderr).unwrap().contains("not written"));
}

async fn the_public_sees_vials_without_their_position(app: TestDb) {
    with_lot(&app).await;
    let rows = "lot,vial,position,passage,state\nKyoto/M1,1,TANK-7,20,stored\nKyoto/M1,2,TANK-7,21,stored\nKyoto/M1,3,,,\n";
    let report = app.import(Format::VialsCsv, rows).await;
    assert!(report.rows.iter().all(|row| !row.message.contains("TANK")), "{:?}", report.rows);
    let id = app.all::<BatchFacts>().await[0].record.id.to_string();
    let asked = "query($id: ID!, $after: String) { node(id: $id) { ... on Batch {
        listedVials(first: 2, after: $after) { total hasMore nodes { number passage state { code } } } } } }";
    let router = router(&app);
    let shown = data(&router, asked, json!({ "id": id })).await;
    let vials = &shown["node"]["listedVials"];
    assert_eq!(
        *vials,
        json!({ "total": 3, "hasMore": true, "nodes": [
            { "number": "1", "passage": 20, "state": { "code": "stored" } },
            { "number": "2", "passage": 21, "state": { "code": "stored" } },
        ] })
    );
    let rest = data(&router, asked, json!({ "id": id, "after": "2" })).await;
    let nodes = &rest["node"]["listedVials"]["nodes"];
    assert_eq!(*nodes, json!([{ "number": "3", "passage": null, "state": null }]));
    let schema = stemma::graphql::sdl();
    let lot = schema.split("type LotVial").nth(1).unwrap();
    assert!(!lot.split('}').next().unwrap().contains("position"));
}

async fn the_program_reads_a_sheet_by_its_map_and_writes_it_again(app: TestDb) {
    app.import(Format::CellosaurusNames, LINES).await;
    let sheet = app.file("sheet.csv", "Cell;Lot;Note\n201B7;M1;x\n").display().to_string();
    let map = app.file("map.csv", "theirs,ours\nCell,line\n=Kyoto/{Lot},lot\nNote,-\n");
    let map = map.display().to_string();
    let done = app.stemma(&["import", "lots-csv", &sheet]);
    assert!(!done.status.success());
    let told = String::from_utf8(done.stderr).unwrap();
    assert!(told.contains("the column “Cell” is not known; did you mean"), "{told}");
    let done = app.stemma(&["import", "lots-csv", &sheet, "--columns", &map]);
    assert!(done.status.success(), "{done:?}");
    assert!(String::from_utf8(done.stdout).unwrap().starts_with("taken 1, "));
    let done = app.stemma(&["export", "lots-csv"]);
    assert!(done.status.success(), "{done:?}");
    let written = String::from_utf8(done.stdout).unwrap();
    assert!(written.lines().nth(1).unwrap().starts_with("Kyoto/M1,cellosaurus:CVCL_A324,201B7,"));
    let done = app.stemma(&["import", "--columns-of", "vials-csv"]);
    let columns = String::from_utf8(done.stdout).unwrap();
    assert!(columns.starts_with("lot (required): "), "{columns}");
    assert_eq!(columns.lines().count(), Format::VialsCsv.columns().len());
    let done = app.stemma(&["import", "jsonl", &sheet, "--columns", &map]);
    assert!(!done.status.success());
}

async fn a_withdrawn_lot_stays_withdrawn_elsewhere(app: TestDb) {
    with_lot(&app).await;
    let export = app.export().await.replace(r#""state":"published""#, r#""state":"withdrawn""#);
    app.import(Format::Jsonl, export).await;
    let (text, _) = table(&app, Table::Lots).await;
    assert!(text.lines().nth(1).unwrap().contains("withdrawn"), "{text}");
    comes_back(&app, &[Table::Lots]).await;
    assert_eq!(app.all::<DonorFacts>().await.len(), 0);
}

/// However many rows refer by name, what they mean is looked up for all of them together.
async fn reading_a_table_of_many_rows_takes_few_statements(app: TestDb) {
    app.import(Format::CellosaurusNames, LINES).await;
    let rows = |count: usize| {
        let row = |at: usize| format!("Kyoto/{count}-{at},201B7\n");
        "lot,line\n".to_owned() + &(0..count).map(row).collect::<String>()
    };
    let mut taken = Vec::new();
    for count in [3, 300] {
        let before = app.catalogue.db().statements();
        let report = app.import(Format::LotsCsv, rows(count)).await;
        assert_eq!(counts(&report), [count as u64, 0, 0, 0], "{:?}", report.rows.first());
        taken.push(app.catalogue.db().statements() - before);
    }
    assert!(taken[1] < taken[0] + 60, "{taken:?}");
}

/// By a number of another width, with and without a key, and by the accession.
async fn a_lot_has_one_layer_of_a_source_however_its_rows_name_it(app: TestDb) {
    app.import(Format::CellosaurusNames, LINES).await;
    app.import(Format::LotsCsv, "lot,line,key\nKyoto/A1,201B7,K7\nKyoto/B1,201B7,\n").await;
    let vials = "lot,vial,state\nKyoto/A1,1,stored\nKyoto/B1,1,stored\n";
    assert_eq!(counts(&app.import(Format::VialsCsv, vials).await), [0, 0, 2, 0]);
    let accession = app.all::<BatchFacts>().await[0].record.accession.clone();
    let rows = format!("lot,vial,state,accession\n,1,shipped,{accession}\nKyoto/Ｂ１,1,shipped,\n");
    let report = app.import(Format::VialsCsv, rows).await;
    assert_eq!(counts(&report), [0, 0, 2, 0], "{:?}", report.rows);
    let rows = format!("lot,line,accession,passage\n,201B7,{accession},12\nKyoto/Ｂ１,201B7,,12\n");
    let report = app.import(Format::LotsCsv, rows).await;
    assert_eq!(counts(&report), [0, 0, 2, 0], "{:?}", report.rows);
    let lots = app.all::<BatchFacts>().await;
    assert_eq!(lots.len(), 2);
    for (lot, key) in lots.iter().zip(["K7", "Kyoto/B1"]) {
        let [layer] = &lot.record.layers[..] else { panic!("{:?}", lot.record.layers) };
        assert_eq!((layer.key.as_str(), layer.facts.passage), (key, Some(12)));
        assert_eq!(layer.facts.listed_vials[0].state.unwrap().code(), "shipped");
        assert!(lot.record.number().is_some(), "a row by accession takes no number away");
    }
    let report = app.import(Format::LotsCsv, "lot,line,key\nKyoto/A1,201B7,K8\n").await;
    assert_eq!(counts(&report), [0, 0, 0, 1]);
    let told = &report.rows[0].message;
    assert!(told.contains("`K7`") && told.contains("`K8`"), "{told}");
    let rows = "lot,line\nKyoto/C1,201B7\nKyoto/Ｃ１,Twin\n";
    assert_eq!(counts(&app.import(Format::LotsCsv, rows).await), [1, 0, 0, 1]);
}

async fn a_result_has_one_layer_of_a_source_however_its_rows_name_it(app: TestDb) {
    app.import(Format::CellosaurusNames, LINES).await;
    let row = |number: &str, accession: &str| {
        format!(
            "number,accession,subject,test,value,material_level,material_subject,entry_date\n\
             {number},{accession},201B7,sterility,negative,line,201B7,2008-06-01\n"
        )
    };
    assert_eq!(counts(&app.import(Format::ResultsCsv, row("Kyoto/1", "")).await), [1, 0, 0, 0]);
    let accession = app.all::<ResultFacts>().await[0].record.accession.clone();
    for (number, accession) in [("Kyoto/１", ""), ("", accession.as_str())] {
        let report = app.import(Format::ResultsCsv, row(number, accession)).await;
        let wide = u64::from(!number.is_empty());
        assert_eq!(counts(&report), [0, 1 - wide, wide, 0], "{:?}", report.rows);
    }
    let results = app.all::<ResultFacts>().await;
    assert_eq!(results.len(), 1);
    assert_eq!(results[0].record.layers.len(), 1);
}

async fn ten_thousand_vials_of_one_lot_are_read_and_written_in_seconds(app: TestDb) {
    const VIALS: u64 = 10_000;
    with_lot(&app).await;
    let row = |vial: u64| format!("Kyoto/M1,{vial:05},T{vial},stored\n");
    let rows = "lot,vial,position,state\n".to_owned() + &(0..VIALS).map(row).collect::<String>();
    let begun = std::time::Instant::now();
    assert_eq!(counts(&app.import(Format::VialsCsv, rows.clone()).await), [0, 0, VIALS, 0]);
    let changed = rows.replace("T77,stored", "T77,lost");
    assert_eq!(counts(&app.import(Format::VialsCsv, changed).await), [0, VIALS - 1, 1, 0]);
    let (written, unsaid) = table(&app, Table::Vials).await;
    assert_eq!((written.lines().count() as u64, unsaid.len()), (VIALS + 1, 0));
    assert!(begun.elapsed() < std::time::Duration::from_mins(1), "{:?}", begun.elapsed());
}

#[test]
fn a_quote_that_is_never_closed_cuts_the_file_off_where_it_opened() {
    let rows: Vec<_> =
        mapped(Format::LotsCsv, "lot,line\nK/1,a\nK/2,\"b\nK/3,c\nK/4,d\n", "").unwrap().collect();
    assert_eq!(rows.len(), 2, "{rows:?}");
    let told = rows[1].as_ref().unwrap_err().to_string();
    assert!(told.contains("cut off at line 3") && told.contains("quotes"), "{told}");
    for text in
        ["lot,line\nK/1,5\" tube\n", "lot,line\nK/1,\"a \"\"b\"\"\"\n", "lot,line\nK/1,\"a\nb\""]
    {
        let rows: Vec<_> = mapped(Format::LotsCsv, text, "").unwrap().collect();
        assert!(rows.len() == 1 && rows[0].is_ok(), "{rows:?}");
    }
}

#[test]
fn a_unit_of_measure_is_that_of_its_column() {
    let row = |column: &str, cell: &str| {
        let text = format!("lot,line,{column}\nK/1,201B7,{cell}\n");
        mapped(Format::LotsCsv, &text, "").unwrap().next().unwrap()
    };
    for (column, cell) in
        [("co2_percent", "5 %"), ("temperature_cel", "37℃"), ("biosafety_level", "2")]
    {
        assert!(row(column, cell).is_ok(), "{column} {cell}");
    }
    for (column, cell) in
        [("co2_percent", "37℃"), ("temperature_cel", "5 %"), ("biosafety_level", "2%")]
    {
        let told = row(column, cell).unwrap_err().to_string();
        assert!(told.contains(column) && told.contains("write it"), "{told}");
    }
}

#[test]
fn a_column_that_nobody_accounts_for_is_refused_with_the_nearest() {
    let told = refusal(Format::LotsCsv, "lot,line,Pasage,Foo\n", "");
    assert!(told.contains("the column “Pasage” is not known; did you mean “passage”?"), "{told}");
    assert!(
        told.contains("the column “Foo” is not known; `stemma import --columns-of lots-csv`"),
        "{told}"
    );
    assert!(told.contains("`Pasage,OURS` reads it, `Pasage,-` leaves it out"), "{told}");
    let told = refusal(Format::LotsCsv, "lot,passage\n", "");
    assert!(told.contains("the header lacks the column “line”"), "{told}");
    let told = refusal(Format::LotsCsv, "lot,line,Line\n", "");
    assert!(told.contains("mean the same"), "{told}");
    let told = refusal(Format::LotsCsv, "lot,line\n", "Lott,lot\n");
    assert!(told.contains("the file has no column “Lott”; it has `lot`"), "{told}");
    let told = refusal(Format::LotsCsv, "lot,line\n", "=1,pasage\n");
    assert!(told.contains("the column map, line 1: the column “pasage” is not known"), "{told}");
}

#[test]
fn the_separator_is_that_of_the_header() {
    for (text, cells) in [
        ("lot;line\nK/1;a,b\n", "a,b"),
        ("lot\tline\nK/1\ta;b,c\n", "a;b,c"),
        ("\"lot\",\"line\"\nK/1,\"a;b\"\n", "a;b"),
        ("LOT , Line \nK/1,x\n\n,\n", "x"),
    ] {
        let rows: Vec<_> = mapped(Format::LotsCsv, text, "").unwrap().collect();
        assert_eq!(rows.len(), 1, "{rows:?}");
        assert_eq!(rows[0].as_ref().unwrap().asks[0].text, cells);
    }
    let mut rows = mapped(Format::LotsCsv, "lot,line\nK/1,a\nK/2", "").unwrap();
    assert!(rows.next().unwrap().is_ok());
    assert!(rows.next().unwrap().unwrap_err().to_string().contains("cut off at line 3"));
    let rows: Vec<_> =
        mapped(Format::LotsCsv, "lot,line,\nK/1,a,x\nK/2,a,\n", "").unwrap().collect();
    assert!(rows[0].as_ref().unwrap_err().to_string().contains("has no heading"));
    assert!(rows[1].is_ok());
}
