//! What a search of 167,186 records costs inside the process, and how long loading them takes. Names are those of
//! Cellosaurus where `../shared/data` has them, else made up alike; everything else is made up.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    hint::black_box,
    io::Read,
    path::Path,
    time::Duration,
};

use criterion::{Criterion, criterion_group, criterion_main};
use stemma::{
    domain::{
        facet::Facet,
        id::{RecordId, RecordKind},
    },
    search::{
        document::Document,
        embedded::EmbeddedIndex,
        query::{Direction, SearchQuery, Sort},
    },
};
use uuid::Uuid;

const RECORDS: usize = 167_186;

const DISEASES: [&[&str]; 8] = [
    &["Parkinson disease", "Paralysis agitans", "パーキンソン病", "ぱーきんそんびょう"],
    &["amyotrophic lateral sclerosis", "Lou Gehrig disease", "筋萎縮性側索硬化症"],
    &["Duchenne muscular dystrophy", "デュシェンヌ型筋ジストロフィー"],
    &["hepatocellular carcinoma", "liver cancer", "肝細胞癌"],
    &["lung adenocarcinoma", "adenocarcinoma of the lung", "肺腺癌"],
    &["Sjögren-Larsson syndrome", "シェーグレン・ラルソン症候群"],
    &["retinitis pigmentosa", "網膜色素変性症"],
    &["Friedreich ataxia", "脊髄小脳変性症"],
];
const ORGANIZATIONS: [&str; 6] = [
    "RIKEN BioResource Research Center",
    "Kyoto University",
    "京都大学iPS細胞研究所",
    "Coriell Institute for Medical Research",
    "Wellcome Sanger Institute",
    "European Bank for induced pluripotent Stem Cells",
];
const GENES: [&str; 6] = ["LRRK2", "SOD1", "DMD", "SNCA", "APOE", "FUS"];

/// Numbers without a pattern, the same in every run (xorshift).
struct Numbers(u64);

impl Numbers {
    /// Below `end`, small ones far more often.
    fn skewed(&mut self, end: usize) -> usize {
        let (a, b) = (self.below(end), self.below(end));
        a * b / end
    }

    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % end as u64).expect("below a usize")
    }
}

fn names(numbers: &mut Numbers) -> Vec<(String, String)> {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/cellosaurus-55-names.tsv.gz");
    let Ok(file) = File::open(&path) else {
        eprintln!("{} is absent: names are made up", path.display());
        return (0..RECORDS).map(|n| (format!("CVCL_{n:04X}"), made_up_name(numbers))).collect();
    };
    let mut text = String::new();
    flate2::read::GzDecoder::new(file).read_to_string(&mut text).expect("a gzip file of UTF-8");
    let rows = text.lines().skip(1).filter_map(|line| line.split_once('\t'));
    rows.map(|(id, name)| (id.to_owned(), name.to_owned())).collect()
}

fn made_up_name(numbers: &mut Numbers) -> String {
    const STEMS: [&str; 6] = ["HPSI", "WTSIi", "GM", "HAP1 ", "UKKi", "Abcam HeLa "];
    format!(
        "{}{:05}-{}",
        STEMS[numbers.skewed(STEMS.len())],
        numbers.below(99_999),
        numbers.below(9)
    )
}

fn document(n: usize, cvcl: String, name: String, numbers: &mut Numbers) -> Document {
    let disease = (numbers.below(10) < 6).then(|| numbers.skewed(900));
    let organization = numbers.skewed(300);
    let gene = (numbers.below(10) == 0).then(|| GENES[numbers.skewed(GENES.len())]);
    let mut facets: BTreeMap<Facet, BTreeSet<String>> = BTreeMap::new();
    let mut put = |facet: Facet, code: String| _ = facets.entry(facet).or_default().insert(code);
    put(Facet::Species, format!("NCBITaxon:{}", 9606 + numbers.skewed(40)));
    put(Facet::Kind, ["ipsc", "cancer", "transformed", "hybridoma"][numbers.skewed(4)].to_owned());
    put(Facet::DonorSex, ["female", "male", "unknown"][numbers.skewed(3)].to_owned());
    put(Facet::Organization, format!("STM-O{organization:07}"));
    put(Facet::Country, format!("C{}", organization % 40));
    put(Facet::SourceRegistry, "cellosaurus".to_owned());
    if let Some(disease) = disease {
        put(Facet::Disease, format!("MONDO:{disease:07}"));
        put(Facet::Disease, format!("MONDO:{:07}", disease / 10));
    }
    if let Some(gene) = gene {
        put(Facet::EditedGene, gene.to_owned());
    }
    let owned = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect::<Vec<_>>();
    Document {
        id: RecordId::new(RecordKind::CellLine, Uuid::from_u128(n as u128)),
        accession: format!("STM-L{n:07}"),
        names: vec![name.clone()],
        name,
        ids: vec![cvcl],
        diseases: disease.map_or_else(Vec::new, |d| owned(DISEASES[d % DISEASES.len()])),
        genes: gene.map(str::to_owned).into_iter().collect(),
        organizations: owned(&[ORGANIZATIONS[organization % ORGANIZATIONS.len()]]),
        exact: Vec::new(),
        facets,
        updated_at_us: i64::try_from(numbers.below(1 << 50)).expect("below 2^50"),
    }
}

fn documents() -> Vec<Document> {
    let mut numbers = Numbers(0x2545_F491_4F6C_DD1D);
    let names = names(&mut numbers).into_iter().enumerate();
    names.map(|(n, (cvcl, name))| document(n, cvcl, name, &mut numbers)).collect()
}

fn load(index: &EmbeddedIndex, documents: &[Document]) {
    let mut writer = index.writer(2).expect("the only writer");
    for document in documents {
        writer.put(document).expect("a document");
    }
    writer.commit(1, &[]).expect("a commit");
}

/// Three facets counted in each.
fn queries() -> Vec<(&'static str, SearchQuery)> {
    let query = |text: &str, filters: &[(Facet, &str)]| SearchQuery {
        text: text.to_owned(),
        facets: vec![Facet::Species, Facet::Disease, Facet::Organization],
        filter: filters
            .iter()
            .map(|(facet, code)| (*facet, BTreeSet::from([(*code).to_owned()])))
            .collect(),
        ..SearchQuery::default()
    };
    let human = (Facet::Species, "NCBITaxon:9606");
    let female = (Facet::DonorSex, "female");
    vec![
        ("empty", query("", &[])),
        ("empty, 1 filter", query("", &[human])),
        ("empty, 2 filters", query("", &[human, female])),
        (
            "empty, newest first",
            SearchQuery { sort: Sort::Updated(Direction::Descending), ..query("", &[]) },
        ),
        ("word", query("parkinson disease", &[])),
        ("word, 2 filters", query("parkinson disease", &[human, female])),
        ("common word", query("skin biopsy", &[human])),
        ("prefix of 1", query("h", &[])),
        ("prefix of 2", query("hp", &[])),
        ("prefix of 3", query("hps", &[])),
        ("prefix of 4", query("park", &[female])),
        ("1 typo", query("pakrinson", &[human])),
        ("2 typos", query("adenocracinomma lung", &[])),
        ("no match", query("zzzzqqqq", &[])),
        ("identifier", query("CVCL_0042", &[])),
        ("name", query("201B7", &[])),
        ("Japanese, 2", query("硬化", &[])),
        ("Japanese, 6", query("筋ジストロフィー", &[human])),
        ("page 100", SearchQuery { page: 100, ..query("", &[human]) }),
    ]
}

fn benches(criterion: &mut Criterion) {
    let documents = documents();
    let dir = tempfile::tempdir().expect("a temporary folder");
    let index = EmbeddedIndex::open(dir.path()).expect("a new index");
    load(&index, &documents);
    let mut group = criterion.benchmark_group("search");
    for (name, query) in queries() {
        let total = index.search(&query).expect("an answer").total;
        group.bench_function(format!("{name} ({total})"), |bench| {
            bench.iter(|| index.search(black_box(&query)));
        });
    }
    group.finish();

    let mut group = criterion.benchmark_group("write");
    group.sample_size(10).measurement_time(Duration::from_secs(20));
    group.bench_function("one change, seen", |bench| {
        let mut writer = index.writer(1).expect("the only writer");
        bench.iter(|| {
            writer.put(&documents[42]).expect("a document");
            writer.commit(2, &[]).expect("a commit");
            index.search(&SearchQuery::default()).expect("an answer").total
        });
    });
    group.bench_function("load everything", |bench| {
        bench.iter_with_large_drop(|| {
            let dir = tempfile::tempdir().expect("a temporary folder");
            load(&EmbeddedIndex::open(dir.path()).expect("a new index"), &documents);
            dir
        });
    });
    group.finish();
}

criterion_group!(search, benches);
criterion_main!(search);
