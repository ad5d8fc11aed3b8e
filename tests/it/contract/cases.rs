//! The cases, as tables. Texts and names are those of real documents: records of the demo catalogue, and of the real
//! files where the demo has none. A case whose records are not at hand is left out by who runs it.

use stemma::{
    domain::{
        facet::Facet::{
            self, AgeBand, CatalogueClass, Country, Disease, DonorSex, EditedGene, Kind,
            Notification, Organization, SourceRegistry, SourceTissue, Species, VectorType,
        },
        id::RecordKind::{self, CellLine, Donor},
    },
    search::query::{
        Direction::{Ascending, Descending},
        Sort,
    },
};
use unicode_normalization::UnicodeNormalization;

use super::asked::Asked;

const BY_NAME: Sort = Sort::Name(Ascending);
const BY_NAME_BACK: Sort = Sort::Name(Descending);
const OLDEST: Sort = Sort::Updated(Ascending);
const NEWEST: Sort = Sort::Updated(Descending);

/// What every engine answers alike: totals, counts, pages, and every order but that of relevance.
pub(crate) fn equal() -> Vec<Asked> {
    [everything(), filtered(), whole_texts(), named_first()].concat()
}

fn all() -> Asked {
    Asked::of("")
}

/// In every order, and in pages of many lengths.
fn everything() -> Vec<Asked> {
    let lines = || all().kinds(&[CellLine]);
    vec![
        all(),
        all().per_page(33),
        all().per_page(0),
        all().sort(BY_NAME),
        all().sort(BY_NAME_BACK),
        all().sort(OLDEST).per_page(37),
        all().sort(NEWEST).per_page(41),
        Asked::of(" \u{3000} "),
        lines(),
        lines().sort(NEWEST),
        all().kinds(&[RecordKind::Disease]).sort(BY_NAME_BACK).per_page(7),
        all().kinds(&[RecordKind::Disease, CellLine]).sort(OLDEST),
        all().kinds(&[Donor]).nothing(),
        all().kinds(&[Donor, RecordKind::Disease]),
    ]
}

fn filtered() -> Vec<Asked> {
    let lines = || all().kinds(&[CellLine]);
    vec![
        all().with(Kind, &["ipsc"]),
        all().with(Kind, &["esc"]).sort(BY_NAME),
        all().with(Kind, &["ipsc", "esc"]).sort(NEWEST),
        all().with(Kind, &[]),
        all().with(Kind, &["IPSC"]).nothing(),
        all().with(Kind, &["no such kind"]).nothing(),
        all().with(Kind, &["no such kind", "ipsc"]).per_page(0),
        all().with(Country, &["JP"]).per_page(9).sort(BY_NAME_BACK),
        all().with(Country, &["JP", "GB"]).sort(OLDEST),
        all().with(Country, &["jp"]).nothing(),
        all().with(DonorSex, &["female"]).with(Kind, &["ipsc"]),
        all().with(DonorSex, &["male"]).with(Country, &["US"]).with(Kind, &["ipsc"]),
        all().with(DonorSex, &["male"]).with(Country, &["FR"]).nothing(),
        all().with(Disease, &["MONDO:0005180"]).sort(BY_NAME),
        all().with(Disease, &["MONDO:0005180", "MONDO:0004976"]).per_page(11),
        all().with(Disease, &["MONDO:0000001"]).kinds(&[RecordKind::Disease]),
        all().with(Notification, &["shitei:6"]).sort(NEWEST),
        all().with(Notification, &["shitei:6", "shitei:2"]).with(DonorSex, &["female"]),
        all().with(Notification, &["shoman:内分泌疾患:90"]),
        all().with(CatalogueClass, &["genetically_modified"]).with(Organization, &["coriell"]),
        all().with(CatalogueClass, &["disease_specific"]).with(Species, &["NCBITaxon:9606"]),
        all().with(Species, &["NCBITaxon:9541"]),
        all().with(AgeBand, &["35-39", "90+"]).sort(BY_NAME),
        all().with(SourceTissue, &["umbilical cord"]),
        all().with(EditedGene, &["ACTB", "MYH7"]),
        all().with(VectorType, &["non_integrating"]),
        all().with(SourceRegistry, &["cellosaurus"]).with(Organization, &["cira", "riken-brc"]),
        lines().with(SourceRegistry, &["riken-brc", "hipsci"]).sort(OLDEST).per_page(5),
    ]
}

/// Identifiers and names.
fn whole_texts() -> Vec<Asked> {
    vec![
        Asked::of("HPS0063"),
        Asked::of("hps0063").sort(BY_NAME),
        Asked::of("HPS0001").with(Country, &["JP"]),
        Asked::of("HPS0001").with(Country, &["US"]).nothing(),
        Asked::of("HPS9999").nothing(),
        Asked::of("CVCL_A324"),
        Asked::of("CVCL_A062").kinds(&[CellLine]),
        Asked::of("SKIP001160"),
        Asked::of("201B7"),
        Asked::of("201B8").nothing(),
        Asked::of("1383D2").sort(NEWEST),
        Asked::of("CLO_1000317"),
        Asked::of("指定難病6").sort(BY_NAME).per_page(10),
        Asked::of("指定難病６").kinds(&[RecordKind::Disease]),
        Asked::of("指定難病9999").nothing(),
        Asked::of("パーキンソン病").sort(OLDEST),
        Asked::of("筋萎縮性側索硬化症").with(Kind, &["ipsc"]),
        Asked::of("!?").nothing(),
    ]
}

/// Records that are named first, that pass and that do not.
fn named_first() -> Vec<Asked> {
    vec![
        all().first(&["253G1", "201B7"]),
        all().first(&["253G1", "201B7"]).sort(BY_NAME),
        all().first(&["201B7", "Parkinson disease"]).kinds(&[CellLine]).per_page(3),
        Asked::of("HPS0063").first(&["253G1"]),
        Asked::of("HPS0063").first(&["253G1", "201B7", "BJ"]).sort(BY_NAME_BACK),
        Asked::of("HPS9999").first(&["201B7", "409B2"]),
        Asked::of("HPS9999").first(&["201B7", "GM25256"]).with(Country, &["US"]),
        Asked::of("HPS9999").first(&["201B7"]).with(Country, &["US"]).nothing(),
        Asked::of("HPS9999").first(&["201B7"]).kinds(&[RecordKind::Disease]).nothing(),
        Asked::of("パーキンソン病").first(&["Wilson disease", "27b"]).per_page(10),
    ]
}

/// A text, the record that it finds, and among how many hits.
pub(crate) const IN_THE_TOP: &[(&str, &str, usize)] = &[
    // One typo.
    ("pakinson", "Parkinson disease", 10),
    ("parkinsno", "Parkinson disease", 10),
    ("alzhiemer", "Alzheimer disease", 10),
    ("alzheimr", "Alzheimer disease", 10),
    ("wilsn", "Wilson disease", 10),
    ("costelo", "Costello syndrome", 10),
    ("cockanye", "Cockayne syndrome", 10),
    ("laminopaty", "laminopathy", 10),
    ("myopthy", "myopathy", 10),
    ("miyosi", "Miyoshi myopathy", 10),
    ("retinitis pigmentsa", "retinitis pigmentosa", 10),
    ("prader-wlili syndrome", "Prader-Willi syndrome", 10),
    ("merzbacer", "Pelizaeus-Merzbacher spectrum disorder", 10),
    ("machado jospeh", "Machado-Joseph disease", 10),
    ("frontotemporal dementa", "frontotemporal dementia", 10),
    ("paralisis agitans", "Parkinson disease", 10),
    // Two typos, in one word or in two.
    ("parkimsan", "Parkinson disease", 10),
    ("amytrohpic", "amyotrophic lateral sclerosis", 10),
    ("amyotropic latral sclerosis", "amyotrophic lateral sclerosis", 10),
    ("cardiomiopaty", "cardiomyopathy", 10),
    ("frontotempral demntia", "frontotemporal dementia", 10),
    ("hexosamindase deficency", "Tay-Sachs disease", 10),
    ("glycogn storge disease", "glycogen storage disease II", 10),
    ("cryopirin-asociated", "cryopyrin-associated periodic syndrome", 10),
    ("spinocerebelar ataxai", "Machado-Joseph disease", 10),
    ("hepatolentcular degenration", "Wilson disease", 10),
    ("encephalopthy lactc acidosis", "MELAS syndrome", 10),
    // The start of a word.
    ("parkin", "Parkinson disease", 10),
    ("alzh", "Alzheimer disease", 10),
    ("amyotro", "amyotrophic lateral sclerosis", 10),
    ("retini", "retinitis pigmentosa", 10),
    ("cockay", "Cockayne syndrome", 10),
    ("miyo", "Miyoshi myopathy", 10),
    ("wils", "Wilson disease", 10),
    ("prader-w", "Prader-Willi syndrome", 10),
    ("bernard-sou", "Bernard-Soulier syndrome", 10),
    ("tay-s", "Tay-Sachs disease", 10),
    ("pomp", "glycogen storage disease II", 10),
    ("201B", "201B7", 10),
    ("KYOU", "201B7", 10),
    ("KOLF2.", "KOLF2.1J", 10),
    ("nips", "Nips-B2", 10),
    // Synonyms of diseases.
    ("Lou Gehrig disease", "amyotrophic lateral sclerosis", 10),
    ("Charcot disease", "amyotrophic lateral sclerosis", 10),
    ("paralysis agitans", "Parkinson disease", 10),
    ("Alzheimer dementia", "Alzheimer disease", 10),
    ("spinocerebellar ataxia 3", "Machado-Joseph disease", 10),
    ("Azorean disease", "Machado-Joseph disease", 10),
    ("Prader-Labhart-Willi", "Prader-Willi syndrome", 10),
    ("faciocutaneoskeletal", "Costello syndrome", 10),
    ("giant platelet", "Bernard-Soulier syndrome", 10),
    ("G6P translocase", "glycogen storage disease Ib", 10),
    ("acid maltase deficiency", "glycogen storage disease II", 10),
    ("Miyoshi distal myopathy", "Miyoshi myopathy", 10),
    ("hexosaminidase A deficiency", "Tay-Sachs disease", 10),
    ("hepatolenticular", "Wilson disease", 10),
    ("ornithine transcarbamylase", "ornithine carbamoyltransferase deficiency", 10),
    ("LRRK2 Parkinson disease", "autosomal dominant Parkinson disease 8", 10),
    ("Cryopyrinopathy", "cryopyrin-associated periodic syndrome", 10),
    ("NOMID", "CINCA syndrome", 10),
    // Japanese in kanji.
    ("筋萎", "amyotrophic lateral sclerosis", 10),
    ("側索", "amyotrophic lateral sclerosis", 10),
    ("側索硬化", "amyotrophic lateral sclerosis", 10),
    ("萎縮性側索", "amyotrophic lateral sclerosis", 10),
    ("網膜色素", "retinitis pigmentosa", 10),
    ("色素変性", "retinitis pigmentosa", 10),
    ("前頭側頭葉", "frontotemporal dementia", 10),
    ("脊髄小脳", "Machado-Joseph disease", 10),
    ("小脳失調", "Machado-Joseph disease", 10),
    ("肝型糖原病", "glycogen storage disease Ib", 10),
    ("三好型", "Miyoshi myopathy", 10),
    ("脳卒中", "MELAS syndrome", 10),
    ("乳酸", "MELAS syndrome", 10),
    ("周期熱", "cryopyrin-associated periodic syndrome", 10),
    ("皮膚関節", "CINCA syndrome", 10),
    ("線維不均等", "congenital fiber-type disproportion myopathy", 10),
    ("欠損症", "ornithine carbamoyltransferase deficiency", 10),
    // In katakana.
    ("パーキンソン", "Parkinson disease", 10),
    ("ウィルソン", "Wilson disease", 10),
    ("コケイン", "Cockayne syndrome", 10),
    ("コステロ", "Costello syndrome", 10),
    ("ポンペ病", "glycogen storage disease II", 10),
    ("プラダー", "Prader-Willi syndrome", 10),
    ("ベルナール", "Bernard-Soulier syndrome", 10),
    ("ペリツェウス", "Pelizaeus-Merzbacher spectrum disorder", 10),
    ("ミオパチー", "Miyoshi myopathy", 10),
    ("クリオピリン", "cryopyrin-associated periodic syndrome", 10),
    ("サックス", "Tay-Sachs disease", 10),
    // In hiragana.
    ("ぱーきんそん", "Parkinson disease", 10),
    ("うぃるそん", "Wilson disease", 10),
    ("こけいん", "Cockayne syndrome", 10),
    ("もうまく", "retinitis pigmentosa", 10),
    ("きんいしゅく", "amyotrophic lateral sclerosis", 10),
    ("せきずい", "Machado-Joseph disease", 10),
    ("ぽんぺ", "glycogen storage disease II", 10),
    ("みよしがた", "Miyoshi myopathy", 10),
    ("ていさっくす", "Tay-Sachs disease", 10),
    // In other widths.
    ("ﾊﾟｰｷﾝｿﾝ", "Parkinson disease", 10),
    ("ｳｨﾙｿﾝ病", "Wilson disease", 10),
    ("ｺｽﾃﾛ", "Costello syndrome", 10),
    ("ﾎﾟﾝﾍﾟ病", "glycogen storage disease II", 10),
    ("ﾐﾄｺﾝﾄﾞﾘｱ", "MELAS syndrome", 10),
    ("ＰＡＲＫＩＮＳＯＮ", "Parkinson disease", 10),
    ("Ｔａｙ－Ｓａｃｈｓ", "Tay-Sachs disease", 10),
    // Accents, dashes and Greek letters.
    ("Parkinsön", "Parkinson disease", 10),
    ("Alzheimér", "Alzheimer disease", 10),
    ("Tay–Sachs", "Tay-Sachs disease", 10),
    ("Prader‐Willi", "Prader-Willi syndrome", 10),
    ("Gélineau", "narcolepsy-cataplexy syndrome", 10),
    ("gelineau", "narcolepsy-cataplexy syndrome", 10),
    ("Schopf Schulz", "Schöpf-Schulz-Passarge syndrome", 10),
    ("debre", "Fanconi renotubular syndrome 1", 10),
    ("β-sarcoglycan", "MONDO:1012718", 10),
    ("Β-SARCOGLYCAN", "MONDO:1012718", 10),
    // Several words, in any order and from several parts of the record.
    ("kyoto 201B7", "201B7", 10),
    ("RIKEN HPS0063", "201B7", 10),
    ("parkinson juvenile 2", "autosomal recessive juvenile Parkinson disease 2", 10),
    ("storage disease II", "glycogen storage disease II", 10),
    ("disease machado", "Machado-Joseph disease", 10),
    ("acidosis lactic stroke", "MELAS syndrome", 10),
    ("syndrome chronic infantile", "CINCA syndrome", 10),
    ("京都大学 253G1", "253G1", 10),
    ("パーキンソン disease", "Parkinson disease", 10),
    // Identifiers and names, spelled in other ways.
    ("201-b7", "201B7", 1),
    ("201 B7", "201B7", 1),
    ("２０１Ｂ７", "201B7", 1),
    ("hps0063", "201B7", 1),
    ("HPS 0063", "201B7", 1),
    ("ＨＰＳ００６３", "201B7", 1),
    ("cvcl_a324", "201B7", 1),
    ("CVCL A324", "201B7", 1),
    ("CVCLA324", "201B7", 1),
    ("KUIFMSi004C", "201B7", 1),
    ("kuifmsi004 c", "201B7", 1),
    ("kyou dxr0109b", "201B7", 1),
    ("vwt201b7", "201B7", 1),
    ("HiPS-201B7", "201B7", 1),
    ("253-g1", "253G1", 1),
    ("409 B2", "409B2", 1),
    ("454-e2", "454E2", 1),
    ("kolf2-1j", "KOLF2.1J", 1),
    ("wtc 11", "GM25256", 1),
    ("HPSI0114i kolf 2", "HPSI0114i-kolf_2", 1),
    ("BIONi010C", "BIONi010-C", 1),
    ("wisci004b", "IPS(IMR90)-4", 1),
    ("UKBi 011-A", "UKBi011-A", 1),
    ("iPS IMR90 4", "IPS(IMR90)-4", 1),
    ("mondo_0005180", "Parkinson disease", 100),
    ("MONDO 0005180", "Parkinson disease", 100),
    // Lines, by what is said of their diseases and banks.
    ("Lou Gehrig", "27b", 20),
    ("筋萎縮性側索", "27e", 20),
    ("京都大学iPS", "201B7", 20),
    ("理化学研究所", "HiPS-RIKEN-1A", 40),
    ("coriell wtc", "GM25256", 20),
];

/// A text, the record that it finds, and neighbours that it must not find on any page.
pub(crate) const NEVER: &[(&str, &str, &[&str])] = &[
    ("HPS0063", "201B7", &["HPS0064", "HPS0070", "HPS0078", "P59M8", "K10M5"]),
    ("HPS0064", "HPS0064", &["201B7", "P59M8", "K10M5", "HPS0070"]),
    ("HPS0061", "P59M8", &["K10M5", "HPS0064", "201B7"]),
    ("HPS0062", "K10M5", &["P59M8", "HPS0064", "201B7"]),
    ("HPS0001", "201B7", &["253G1", "HiPS-RIKEN-1A"]),
    ("HPS0002", "253G1", &["201B7", "HiPS-RIKEN-1A"]),
    ("ＨＰＳ０００３", "HiPS-RIKEN-1A", &["HiPS-RIKEN-2A", "253G1"]),
    ("HPS0381", "1231A3", &["1201C1", "1383D2"]),
    ("CVCL_A062", "201B1", &["201B2", "201B3", "201B6", "201B7"]),
    ("cvcl_a065", "201B6", &["201B1", "201B2", "201B3", "201B7"]),
    ("CVCL_RX90", "19L3", &["19L4"]),
    ("CVCL_IJ15", "031M-CUMC/INSERM", &["066MD-CUMC/INSERM", "129-CUMC/UF"]),
    ("SKIP000001", "201B7", &["253G1"]),
    ("SKIP001160", "201B1", &["201B2", "201B3"]),
    ("KUIFMSi004-A", "201B1", &["201B2", "201B3", "201B6", "201B7"]),
    ("KUIFMSi004-C", "201B7", &["201B1", "201B2", "201B3", "201B6"]),
    ("KUIFMSi004C", "201B7", &["201B1", "201B2", "201B3", "201B6"]),
    ("KUIFMSi011-A", "246G1", &["201B1", "201B7"]),
    ("UKBi001-B", "MJD2-9", &["MJD4-1", "UKBi003-A"]),
    ("UKBi008-A", "MJD4-1", &["MJD2-9", "UKBi007-A"]),
    ("UKBi011-A-2", "UKBi011-A-2", &["UKBi011-A-3"]),
    ("EDi001-A-1", "EDi001-A-1", &["EDi001-A-2", "EDi001-A-3", "EDi001-A-4"]),
    ("EDi001-A-4", "EDi001-A-4", &["EDi001-A-1", "EDi001-A-2", "EDi001-A-3"]),
    ("TRNDi023-D", "TRNDi023-D", &["TRNDi021-C", "TRNDi024-D", "TRNDi025-A"]),
    ("WTSIi018-B", "HPSI0114i-kolf_2", &["HPSI0114i-kolf_3"]),
    ("WTSIi265-A", "WTSIi265-A", &["WTSIi269-B", "WTSIi285-B"]),
    ("HPSI0114i-kolf_3", "HPSI0114i-kolf_3", &["HPSI0114i-kolf_1", "HPSI0114i-kolf_2"]),
    ("BIONi010-C-9", "BIONi010-C-9", &["BIONi010-C-19"]),
    ("201B1", "201B1", &["201B2", "201B3", "201B6", "201B7"]),
    ("AICS-106", "AICS-106", &["AICS-104", "AICS-105", "AICS-107", "AICS-109"]),
    ("19L3", "19L3", &["19L4"]),
    ("1L12", "1L12", &["1L9", "1L23"]),
    ("1383D2", "1383D2", &["1383D6"]),
];

/// A record that is taken out and put back, and a text that finds it.
pub(crate) const TAKEN_OUT: &[(&str, &str)] = &[
    ("201B7", "201B7"),
    ("201B7", "KYOU-DXR0109B"),
    ("201B7", "CVCL_A324"),
    ("P59M8", "HPS0061"),
    ("GM25256", "WTC-11"),
    ("WTC-mEGFP-ACTB-cl184", "ACTB"),
    ("27b", "amyotrophic"),
    ("Parkinson disease", "parkinson"),
    ("Wilson disease", "ウィルソン病"),
    ("Parkinson disease", "指定難病6"),
    ("OTCD1TKB", ""),
];

/// A question, and one more filter on a facet that it does not filter yet.
pub(crate) fn narrowed() -> Vec<(Asked, Facet, &'static str)> {
    vec![
        (Asked::of(""), Kind, "ipsc"),
        (Asked::of(""), Disease, "MONDO:0005180"),
        (Asked::of("").kinds(&[CellLine]), Country, "JP"),
        (Asked::of("").with(Kind, &["ipsc"]), DonorSex, "female"),
        (Asked::of("").with(DonorSex, &["male", "female"]), SourceRegistry, "cellosaurus"),
        (Asked::of("pakinson"), DonorSex, "male"),
        (Asked::of("parkin").with(Kind, &["ipsc"]), CatalogueClass, "disease_specific"),
        (Asked::of("パーキンソン"), Notification, "shitei:6"),
        (Asked::of("HPS"), Organization, "riken-brc"),
        (Asked::of("HPS0063").first(&["253G1", "27b"]), Country, "JP"),
        (Asked::of("disease"), Kind, "no such kind"),
    ]
}

/// A question, and a facet of which a record bears one value: with all values chosen the total is their sum.
pub(crate) fn summed() -> Vec<(Asked, Facet)> {
    vec![
        (Asked::of(""), Kind),
        (Asked::of(""), DonorSex),
        (Asked::of("").with(DonorSex, &["female"]), Kind),
        (Asked::of("").with(Country, &["JP"]), AgeBand),
        (Asked::of("").kinds(&[CellLine]), VectorType),
        (Asked::of("parkin"), DonorSex),
        (Asked::of("amyotropic latral"), Kind),
        (Asked::of("糖尿病"), DonorSex),
    ]
}

/// Questions whose kinds and facets may be named in any order.
pub(crate) fn shuffled() -> Vec<Asked> {
    vec![
        Asked::of("").kinds(&[CellLine, RecordKind::Disease]).sort(BY_NAME),
        Asked::of("").kinds(&[CellLine, Donor]).with(Kind, &["ipsc", "esc"]).sort(OLDEST),
        Asked::of("parkinson").kinds(&[RecordKind::Disease, CellLine]),
        Asked::of("京都").kinds(&[CellLine]).with(Country, &["JP", "US"]),
    ]
}

const NOT_NORMAL: [&str; 12] = [
    "ＨＰＳ００６３",
    "ﾊﾟｰｷﾝｿﾝ",
    "ﾊﾟｰｷﾝｿﾝ病",
    "Parkinso\u{308}n",
    "Sch\u{f6}pf",
    "Ge\u{301}lineau",
    "２０１Ｂ－７",
    "脊髄小脳失調症３型",
    "ＣＶＣＬ＿Ａ３２４",
    "ﬁber-type",
    "㍿",
    "ｳｨﾙｿﾝ disease",
];
const CASED: [&str; 10] = [
    "Parkinson Disease",
    "hps0063",
    "Cvcl_a324",
    "KUIFMSi004",
    "pakinson",
    "Tay-Sachs",
    "Gélineau",
    "β-sarcoglycan",
    "iPS細胞",
    "wtc-11",
];
const SPACED: [(&str, &str); 6] = [
    ("parkinson disease", "  parkinson \t  disease  "),
    ("parkinson disease", "parkinson\u{3000}disease\u{3000}"),
    ("HPS0063", " HPS0063\n"),
    ("pakinson", "pakinson "),
    ("パーキンソン", "\u{3000}パーキンソン\u{a0}"),
    ("lactic acidosis stroke", "lactic  acidosis  stroke"),
];

/// Two ways of writing the same text.
pub(crate) fn said_otherwise() -> Vec<(&'static str, String)> {
    let normal = NOT_NORMAL.into_iter().map(|text| (text, text.nfkc().collect()));
    let upper = CASED.into_iter().map(|text| (text, text.to_uppercase()));
    let lower = CASED.into_iter().map(|text| (text, text.to_lowercase()));
    let spaced = SPACED.into_iter().map(|(text, other)| (text, other.to_owned()));
    normal.chain(upper).chain(lower).chain(spaced).filter(|(text, other)| text != other).collect()
}

/// A record that is put in once more, and a text of which the answer stays as it is.
pub(crate) const PUT_AGAIN: &[(&str, &str)] = &[
    ("201B7", "201B7"),
    ("201B7", ""),
    ("Parkinson disease", "parkinson"),
    ("P59M8", "HPS00"),
    ("27b", "筋萎縮性側索硬化症"),
];

/// Questions that are asked before and after a restart.
pub(crate) fn restarted() -> Vec<Asked> {
    vec![
        Asked::of(""),
        Asked::of("").sort(NEWEST).per_page(37),
        Asked::of("").with(Kind, &["ipsc"]).sort(BY_NAME_BACK),
        Asked::of("HPS0063"),
        Asked::of("pakinson"),
        Asked::of("パーキンソン"),
        Asked::of("parkin").with(DonorSex, &["female"]),
        Asked::of("HPS9999").first(&["201B7", "409B2"]),
    ]
}

/// Records that stay out, and that are themselves when put back, over a restart.
pub(crate) const GONE: &[&str] = &["201B7", "253G1", "Wilson disease", "HPS0064"];
