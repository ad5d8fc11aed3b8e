//! The search follows the log, and where it counts it counts as the database does.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use stemma::{
    catalogue::{
        Catalogue,
        search::{Found, SearchRequest, Sort},
    },
    domain::{facet::Facet, filter::Condition, id::RecordKind, lang::Lang},
    import::{DEMO, Format},
    search::embedded::EmbeddedIndex,
};

use crate::support::{TestDb, both_backends, hpscreg};

both_backends!(
    the_index_comes_up_to_the_head_of_the_log,
    an_exact_name_or_identifier_comes_first,
    a_name_in_japanese_is_found,
    facet_counts_are_those_of_the_database,
    a_filter_finds_what_the_database_lists,
    a_facet_is_counted_as_if_its_own_filter_were_off,
    a_change_reaches_the_index_and_the_old_name_leaves_it,
    a_disease_that_comes_after_its_lines_makes_them_found,
    a_line_whose_disease_gave_up_a_number_is_no_longer_found_by_it,
    a_withdrawn_disease_lends_its_name_to_no_line,
    a_number_of_the_notification_system_is_labelled_with_its_disease,
    a_hidden_donor_gives_no_line_to_a_filter,
    an_index_that_followed_step_by_step_answers_like_a_fresh_one,
    an_index_of_a_log_that_went_another_way_is_filled_anew,
    a_page_that_is_too_deep_is_refused,
);

/// A catalogue with an index of its own that follows on demand.
pub(crate) struct Searched {
    pub(crate) catalogue: Catalogue,
    index: EmbeddedIndex,
}

impl Searched {
    pub(crate) fn open(app: &TestDb, name: &str) -> Self {
        let index = EmbeddedIndex::open(&app.dir.path().join(name)).unwrap();
        let catalogue = app.catalogue.clone().with_index(Arc::new(index.clone()));
        Self { catalogue, index }
    }

    pub(crate) fn index(&self) -> Arc<EmbeddedIndex> {
        Arc::new(self.index.clone())
    }

    /// Brings the index up to date and answers the position reached.
    pub(crate) async fn follow(&self) -> i64 {
        let mut writer = self.index.writer(1).unwrap();
        let position = self.catalogue.follow(&self.index, &mut writer).await.unwrap();
        writer.finish().unwrap();
        position
    }

    pub(crate) async fn ask(&self, request: SearchRequest) -> Found {
        self.catalogue.search(request).await.unwrap()
    }

    pub(crate) async fn names(&self, text: &str) -> Vec<String> {
        let found = self.ask(request(text)).await;
        found.hits.iter().map(|hit| hit.stored.record.name().to_owned()).collect()
    }
}

pub(crate) fn request(text: &str) -> SearchRequest {
    SearchRequest {
        text: text.to_owned(),
        kinds: Vec::new(),
        filter: BTreeMap::new(),
        facets: Vec::new(),
        sort: Sort::Relevance,
        page: 1,
        per_page: 25,
        lang: Lang::En,
    }
}

fn lines(filter: &[(Facet, &str)], facets: &[Facet]) -> SearchRequest {
    let codes = |code: &str| BTreeSet::from([code.to_owned()]);
    SearchRequest {
        kinds: vec![RecordKind::CellLine],
        filter: filter.iter().map(|(facet, code)| (*facet, codes(code))).collect(),
        facets: facets.to_vec(),
        ..request("")
    }
}

async fn demo(app: &TestDb) -> Searched {
    app.import(Format::Jsonl, DEMO).await;
    let searched = Searched::open(app, "index");
    searched.follow().await;
    searched
}

async fn the_index_comes_up_to_the_head_of_the_log(app: TestDb) {
    let searched = demo(&app).await;
    let head = app.head().await.seq;
    assert_eq!(searched.index.position(), head);
    assert_eq!(searched.follow().await, head, "there is nothing more to follow");
    let found = searched.ask(request("")).await;
    assert_eq!(found.as_of, head);
    assert!(!found.degraded);
    let (counts, _) = app.catalogue.counts().await.unwrap();
    let searchable = |kind: &RecordKind| matches!(kind, RecordKind::CellLine | RecordKind::Disease);
    let records: i64 = counts.iter().filter(|(kind, _)| searchable(kind)).map(|(_, n)| n).sum();
    assert_eq!(i64::try_from(found.total).unwrap(), records);
}

async fn an_exact_name_or_identifier_comes_first(app: TestDb) {
    let searched = demo(&app).await;
    let accession = app.line("CVCL_A324").await.record.accession;
    for text in
        ["201B7", "201-b7", "２０１Ｂ７", "CVCL_A324", "rrid:cvcl_a324", "HPS0063", &accession]
    {
        assert_eq!(searched.names(text).await.first().map(String::as_str), Some("201B7"), "{text}");
    }
}

async fn a_name_in_japanese_is_found(app: TestDb) {
    let row = "cvcl\tname\nCVCL_0001\t京都大学の株\nCVCL_0002\t理化学研究所の株\n";
    app.import(Format::CellosaurusNames, row).await;
    let searched = Searched::open(&app, "index");
    searched.follow().await;
    assert_eq!(searched.names("京都大学").await, ["京都大学の株"]);
    assert_eq!(searched.names("研究所").await, ["理化学研究所の株"]);
    assert_eq!(searched.names("東京大学").await, [] as [&str; 0]);
}

async fn facet_counts_are_those_of_the_database(app: TestDb) {
    let searched = demo(&app).await;
    let borne = Facet::ALL.into_iter().filter(|facet| !facet.is_of_stock());
    let found = searched.ask(lines(&[], &borne.collect::<Vec<_>>())).await;
    assert!(!found.facets.is_empty());
    let mut differing = Vec::new();
    for (facet, value) in found.facets.iter().flat_map(|f| f.values.iter().map(|v| (f.facet, v))) {
        let condition = Condition::facet(facet, value.code.as_str());
        let listed = app.catalogue.count(RecordKind::CellLine, &condition).await.unwrap();
        if i64::try_from(value.count).unwrap() != listed {
            let (code, counted) = (&value.code, value.count);
            differing.push(format!("{facet:?} {code}: counted {counted}, listed {listed}"));
        }
    }
    assert!(differing.is_empty(), "{differing:#?}");
}

async fn a_filter_finds_what_the_database_lists(app: TestDb) {
    let searched = demo(&app).await;
    for filter in [
        vec![(Facet::Kind, "ipsc")],
        vec![(Facet::Kind, "ipsc"), (Facet::DonorSex, "female")],
        vec![(Facet::CatalogueClass, "disease_specific"), (Facet::Species, "NCBITaxon:9606")],
        vec![(Facet::Kind, "no such kind")],
    ] {
        let found = searched.ask(lines(&filter, &[])).await;
        let parts = filter.iter().map(|(facet, code)| Condition::facet(*facet, *code)).collect();
        let condition = Condition::All(parts);
        let count = app.catalogue.count(RecordKind::CellLine, &condition).await.unwrap();
        assert_eq!(i64::try_from(found.total).unwrap(), count, "{filter:?}");
    }
}

async fn a_facet_is_counted_as_if_its_own_filter_were_off(app: TestDb) {
    let searched = demo(&app).await;
    let all = searched.ask(lines(&[], &[Facet::Kind])).await;
    let narrowed = searched.ask(lines(&[(Facet::Kind, "ipsc")], &[Facet::Kind])).await;
    assert!(narrowed.total < all.total);
    let numbers = |found: &Found| -> Vec<(String, u64)> {
        found.facets[0].values.iter().map(|value| (value.code.clone(), value.count)).collect()
    };
    assert_eq!(numbers(&narrowed), numbers(&all));
    let selected = narrowed.facets[0].values.iter().filter(|value| value.selected);
    assert_eq!(selected.map(|value| value.code.as_str()).collect::<Vec<_>>(), ["ipsc"]);
}

async fn a_change_reaches_the_index_and_the_old_name_leaves_it(app: TestDb) {
    let searched = Searched::open(&app, "index");
    app.import(Format::CellosaurusNames, "cvcl\tname\nCVCL_0001\tMisprint\n").await;
    searched.follow().await;
    assert_eq!(searched.names("misprint").await, ["Misprint"]);
    app.import(Format::CellosaurusNames, "cvcl\tname\nCVCL_0001\tCorrected\n").await;
    assert_eq!(searched.names("misprint").await, ["Corrected"], "the index still has the old text");
    searched.follow().await;
    assert_eq!(searched.names("misprint").await, [] as [&str; 0]);
    assert_eq!(searched.names("corrected").await, ["Corrected"]);
}

async fn a_disease_that_comes_after_its_lines_makes_them_found(app: TestDb) {
    let searched = Searched::open(&app, "index");
    let row: &[_] = &[
        ("hpscreg_name", "UKBi008-A"),
        ("donor_disease_ids", "DOID_14330"),
        ("mondo_ids", "MONDO:0005180"),
    ];
    app.import(Format::HpscregClo, hpscreg(&[row])).await;
    searched.follow().await;
    assert_eq!(searched.names("parkinson").await, [] as [&str; 0]);
    let mondo =
        r#"{"MONDO:0005180": {"label": "Parkinson disease", "ancestors": {"MONDO:0000001": 4}}}"#;
    app.import(Format::Mondo, mondo).await;
    searched.follow().await;
    let found = searched.names("parkinson").await;
    assert_eq!(
        found.iter().map(String::as_str).collect::<BTreeSet<_>>(),
        BTreeSet::from(["Parkinson disease", "UKBi008-A"])
    );
    let above = searched.ask(lines(&[(Facet::Disease, "MONDO:0000001")], &[])).await;
    assert_eq!(above.total, 1, "a line bears what stands above its disease");
}

async fn a_line_whose_disease_gave_up_a_number_is_no_longer_found_by_it(app: TestDb) {
    let searched = Searched::open(&app, "index");
    let mapping = |object: &str| {
        format!(
            "subject_id\tpredicate_id\tobject_id\tmapping_justification\n\
             MONDO:0005180\tskos:exactMatch\t{object}\tsemapv:ManualMappingCuration\n"
        )
    };
    let row: &[_] = &[("hpscreg_name", "UKBi008-A"), ("donor_disease_ids", "Orphanet_2828")];
    app.import(Format::HpscregClo, hpscreg(&[row])).await;
    let mondo = r#"{"MONDO:0005180": {"label": "Parkinson disease"}}"#;
    app.import(Format::Mondo, mondo).await;
    app.import(Format::Sssom, mapping("Orphanet:2828")).await;
    searched.follow().await;
    assert!(searched.names("parkinson").await.contains(&"UKBi008-A".to_owned()));
    app.import(Format::Sssom, mapping("Orphanet:2829")).await;
    searched.follow().await;
    assert_eq!(searched.names("parkinson").await, ["Parkinson disease"]);
}

async fn a_withdrawn_disease_lends_its_name_to_no_line(app: TestDb) {
    let searched = Searched::open(&app, "index");
    let row: &[_] = &[("hpscreg_name", "UKBi008-A"), ("mondo_ids", "MONDO:0005180"), DOID];
    app.import(Format::HpscregClo, hpscreg(&[row])).await;
    let mondo = r#"{"MONDO:0000001": {"label": "quivering"},
        "MONDO:0005180": {"label": "Parkinson disease", "ancestors": {"MONDO:0000001": 1}}}"#;
    app.import(Format::Mondo, mondo).await;
    searched.follow().await;
    assert!(searched.names("quivering").await.contains(&"UKBi008-A".to_owned()));
    let withdrawn = r#"{"kind":"disease","accession":"MONDO:0000001","state":"withdrawn",
        "layers":[{"source":"curator","key":"x","facts":{}}]}"#;
    app.import(Format::Jsonl, withdrawn.replace('\n', "")).await;
    searched.follow().await;
    assert_eq!(searched.names("quivering").await, [] as [&str; 0]);
    let asked = lines(&[], &[Facet::Disease]);
    let found = searched.ask(asked).await;
    assert!(found.facets[0].values.iter().all(|value| value.label != "quivering"), "{found:?}");
}

const DOID: (&str, &str) = ("donor_disease_ids", "DOID_14330");

async fn a_number_of_the_notification_system_is_labelled_with_its_disease(app: TestDb) {
    let searched = demo(&app).await;
    let asked = lines(&[(Facet::Notification, "shitei:6")], &[Facet::Notification]);
    for (lang, label) in [
        (Lang::En, "Designated intractable disease (指定難病) 6 Parkinson disease"),
        (Lang::Ja, "指定難病 6 パーキンソン病"),
    ] {
        let found = searched.ask(SearchRequest { lang, ..asked.clone() }).await;
        let six = found.facets[0].values.iter().find(|value| value.code == "shitei:6").unwrap();
        assert_eq!(six.label, label);
    }
}

async fn a_hidden_donor_gives_no_line_to_a_filter(app: TestDb) {
    let row: &[_] =
        &[("hpscreg_name", "UKBi008-A"), ("donor_sex", "female"), ("donor_biosample", "SAMEA1")];
    app.import(Format::HpscregClo, hpscreg(&[row])).await;
    let female = Condition::facet(Facet::DonorSex, "female");
    let count = async || app.catalogue.count(RecordKind::CellLine, &female).await.unwrap();
    assert_eq!(count().await, 1);
    let hide = "UPDATE records SET state = 'withdrawn' WHERE kind = 'donor'";
    app.meddle(hide, Vec::new()).await;
    assert_eq!(count().await, 0);
}

async fn an_index_that_followed_step_by_step_answers_like_a_fresh_one(app: TestDb) {
    let followed = Searched::open(&app, "followed");
    let rows: Vec<&str> = DEMO.lines().collect();
    for part in rows.chunks(40) {
        app.import(Format::Jsonl, part.join("\n")).await;
        followed.follow().await;
    }
    let fresh = Searched::open(&app, "fresh");
    fresh.follow().await;
    for text in ["", "201B7", "iPS", "parkinson", "kyoto", "disease", "京都"] {
        let ask = async |searched: &Searched| {
            let found =
                searched.ask(SearchRequest { facets: Facet::ALL.to_vec(), ..request(text) }).await;
            let names: BTreeSet<String> =
                found.hits.iter().map(|hit| hit.stored.record.accession().to_owned()).collect();
            (found.total, found.facets, if found.total <= 25 { names } else { BTreeSet::new() })
        };
        assert_eq!(ask(&followed).await, ask(&fresh).await, "{text}");
    }
}

async fn an_index_of_a_log_that_went_another_way_is_filled_anew(app: TestDb) {
    let searched = Searched::open(&app, "index");
    app.import(Format::CellosaurusNames, "cvcl\tname\nCVCL_0001\tHeLa\n").await;
    for position in [1_000_000, app.head().await.seq] {
        let mut writer = searched.index.writer(1).unwrap();
        writer.clear().unwrap();
        writer.commit(position, b"another").unwrap();
        writer.finish().unwrap();
        assert_eq!(searched.follow().await, app.head().await.seq);
        assert_eq!(searched.names("hela").await, ["HeLa"]);
    }
}

async fn a_page_that_is_too_deep_is_refused(app: TestDb) {
    let searched = demo(&app).await;
    for (page, per_page) in [(0, 25), (1, 100_000), (u32::MAX, 100)] {
        let asked = SearchRequest { page, per_page, ..request("") };
        let error = searched.catalogue.search(asked).await.unwrap_err();
        assert!(matches!(error, stemma::catalogue::Error::Input(_)), "{error}");
    }
}
