//! Identifiers of other registries: one table of schemes with pattern, normaliser and address.

use std::sync::LazyLock;

use regex::Regex;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use super::{id::RecordKind, term::Key};

/// Whether an identifier still leads somewhere in its registry.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Default,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum IdStatus {
    #[default]
    Current,
    Discontinued,
    Withdrawn,
    /// A former accession that its registry merged into another.
    Secondary,
}

impl IdStatus {
    pub const ALL: [Self; 4] =
        [Self::Current, Self::Discontinued, Self::Withdrawn, Self::Secondary];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::Discontinued => "discontinued",
            Self::Withdrawn => "withdrawn",
            Self::Secondary => "secondary",
        }
    }
}

/// An identifier of a record in another registry, as the source wrote it.
#[derive(
    Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(deny_unknown_fields)]
pub struct ExternalId {
    /// A code of [`SCHEMES`], or the folded name of a registry that is not in the table.
    pub scheme: String,
    pub value: String,
    #[serde(default, skip_serializing_if = "is_current")]
    pub status: IdStatus,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_current(status: &IdStatus) -> bool {
    *status == IdStatus::Current
}

impl ExternalId {
    pub fn new(scheme: &str, value: impl Into<String>) -> Self {
        Self { scheme: scheme.to_owned(), value: value.into(), status: IdStatus::Current }
    }

    pub fn with_status(mut self, status: IdStatus) -> Self {
        self.status = status;
        self
    }

    pub fn key(&self) -> Key {
        Key::new(&self.scheme, &self.value)
    }

    /// Whether two records of this kind with this identifier are one record.
    pub fn identifies(&self, kind: RecordKind) -> bool {
        scheme(&self.scheme).is_some_and(|scheme| scheme.identifies.contains(&kind))
    }

    /// The page of the registry, where its address is known.
    pub fn url(&self) -> Option<String> {
        let template = scheme(&self.scheme)?.url?;
        let value = normalise(&self.scheme, &self.value);
        let local = value.rsplit_once(':').map_or(value.as_str(), |(_, local)| local);
        Some(template.replace("{value}", &value).replace("{local}", local))
    }

    /// What is wrong with the value by the rule of its scheme, in words that name the rule.
    pub fn problem(&self) -> Option<String> {
        let scheme = scheme(&self.scheme)?;
        let value = normalise(&self.scheme, &self.value);
        (!scheme.matches(&value)).then(|| {
            format!("not a {} identifier; they look like `{}`", scheme.title, scheme.example)
        })
    }
}

/// How an identifier is brought to the form in which it is compared.
#[derive(Debug, Clone, Copy)]
enum Normal {
    /// Case tells identifiers apart (`KUIFMSi004-C`).
    Exact,
    Upper,
    Lower,
    /// `EFO_0000249` and `efo:0000249` are `EFO:0000249`: this prefix, a colon, the rest.
    Curie(&'static str),
    /// As `Upper`, with a prefix that some people put before it taken away (`RRID:CVCL_A324`).
    Without(&'static str),
}

/// One scheme of identifiers.
#[derive(Debug)]
pub struct Scheme {
    pub code: &'static str,
    pub title: &'static str,
    pattern: &'static str,
    normal: Normal,
    pub example: &'static str,
    /// `{value}` stands for the whole identifier, `{local}` for what follows its colon.
    url: Option<&'static str>,
    identifies: &'static [RecordKind],
}

const LINE: &[RecordKind] = &[RecordKind::CellLine];
const DONOR: &[RecordKind] = &[RecordKind::Donor];
const DISEASE: &[RecordKind] = &[RecordKind::Disease];
const ORGANIZATION: &[RecordKind] = &[RecordKind::Organization];
const PUBLICATION: &[RecordKind] = &[RecordKind::Publication];
const BATCH: &[RecordKind] = &[RecordKind::Batch];
const RESULT: &[RecordKind] = &[RecordKind::QcResult];
const UNIT: &[RecordKind] = &[RecordKind::CordBloodUnit];
const SAMPLE: &[RecordKind] = &[RecordKind::Sample];
const HOLDING: &[RecordKind] = &[RecordKind::Holding];
const NOTICE: &[RecordKind] = &[RecordKind::Notice];
const CERTIFICATE: &[RecordKind] = &[RecordKind::Certificate];
const DISTRIBUTION: &[RecordKind] = &[RecordKind::Distribution];
const DONOR_OR_SAMPLE: &[RecordKind] = &[RecordKind::Donor, RecordKind::Sample];
const NOTHING: &[RecordKind] = &[];

macro_rules! schemes {
    ($($code:literal $title:literal $pattern:literal $normal:expr, $example:literal, $url:expr, $identifies:expr;)*) => {
        &[$(Scheme {
            code: $code, title: $title, pattern: $pattern, normal: $normal, example: $example,
            url: $url, identifies: $identifies,
        },)*]
    };
}

/// The table. A catalogue number of a shop identifies a product and not a line, so it never joins two records.
#[rustfmt::skip]
pub const SCHEMES: &[Scheme] = schemes! {
    "hpscreg" "hPSCreg" r"^[A-Za-z0-9]{2,6}(e|i)\d{3}-[A-Z]{1,2}(-\d+)?$" Normal::Exact, "UKBi008-A",
        Some("https://hpscreg.eu/cell-line/{value}"), LINE;
    "cellosaurus" "Cellosaurus" r"^CVCL_[A-Z0-9]{4}$" Normal::Without("RRID:"), "CVCL_A324",
        Some("https://www.cellosaurus.org/{value}"), LINE;
    "riken_brc" "RIKEN BRC" r"^(HPS|HES|HSC|HMS|HEV|AES|APS|GMC|RCB|HCB|CBF|CFD|C34)\w*$" Normal::Upper, "HPS0063",
        Some("https://cellbank.brc.riken.jp/cell_bank/CellInfo/?cellNo={value}&lang=En"), LINE;
    "skip" "SKIP" r"^SKIP\d{6}$" Normal::Upper, "SKIP000001",
        Some("https://skip.stemcellinformatics.org/SKIPSearch/cell_line_detail?accession={value}"), LINE;
    "hipsci" "HipSci" r"^HPSI\d{4}[a-z]{1,3}-[a-z]{4}_\d+(-C\d+)?$" Normal::Exact, "HPSI0114i-kolf_2",
        Some("https://www.hipsci.org/lines/#/lines/{value}"), LINE;
    "biosamples" "BioSamples" r"^SAM(D|N|E[AG]?)\d+$" Normal::Upper, "SAMEA2590882",
        Some("https://www.ebi.ac.uk/biosamples/samples/{value}"), DONOR_OR_SAMPLE;
    "clo_donor" "Cell Line Ontology, donor" r"^CLO_\d{7}$" Normal::Upper, "CLO_1100736", None, DONOR;
    "donor_of" "Donor of the line with this Cellosaurus accession" r"^CVCL_[A-Z0-9]{4}$" Normal::Upper, "CVCL_A324",
        None, DONOR;
    "lot" "Lot, by bank and number" r"^[^/]+/[^/]+(/[^/]+)?$" Normal::Exact, "RIKEN BRC/HPS0063/0012", None, BATCH;
    "qc_result" "Result, by bank and number" r"^[^/]+/[^/]+$" Normal::Exact, "RIKEN BRC/2020-0815", None, RESULT;
    "sample" "Sample, by organization and number" r"^[^/]+/[^/]+$" Normal::Exact, "Kyoto University/S-0012", None, SAMPLE;
    "holding" "Holding, by bank and catalogue number" r"^[^/]+/[^/]+$" Normal::Exact, "RIKEN BRC/HPS0063", None, HOLDING;
    "notice" "Notice, by issuer and number" r"^[^/]+/[^/]+$" Normal::Exact, "RIKEN BRC/N-2020-3", None, NOTICE;
    "certificate" "Certificate of analysis, by issuer and number" r"^[^/]+/[^/]+$" Normal::Exact, "RIKEN BRC/C-2020-3",
        None, CERTIFICATE;
    "distribution" "Distribution, by bank and number" r"^[^/]+/[^/]+$" Normal::Exact, "RIKEN BRC/D-2020-0815", None,
        DISTRIBUTION;
    "unit_digest" "Digest of a cord-blood unit's sealed number" r"^[0-9a-f]{64}$" Normal::Lower,
        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", None, UNIT;
    "bmdw_inventory" "Inventory of cord-blood units, by organization and pool" r"^\d{4}/\d{4}$" Normal::Exact,
        "1234/5678", None, NOTHING;
    "clo" "Cell Line Ontology" r"^CLO_\d{6,7}$" Normal::Upper, "CLO_0037413",
        Some("http://purl.obolibrary.org/obo/{value}"), NOTHING;
    "ecacc" "ECACC" r"^\d{8}$" Normal::Exact, "77650100", None, NOTHING;
    "coriell" "Coriell" r"^[A-Z]{2}\d{5}(\*[A-Z])?$" Normal::Upper, "GM25256",
        Some("https://catalog.coriell.org/0/Sections/Search/Sample_Detail.aspx?Ref={value}&Product=CC"), NOTHING;
    "allen" "Allen Cell Collection" r"^AICS-\d{1,4}(-\d{2,3})?$" Normal::Upper, "AICS-0036-006", None, LINE;
    "atcc" "ATCC" r"^[A-Z]{2,5}-\d+(\.\d+)?(-[A-Z0-9]+)?$" Normal::Upper, "ACS-1023",
        Some("https://www.atcc.org/products/{value}"), NOTHING;
    "wikidata" "Wikidata" r"^Q\d+$" Normal::Upper, "Q27554318", Some("https://www.wikidata.org/wiki/{value}"), NOTHING;
    "geo" "GEO" r"^GS[EM]\d+$" Normal::Upper, "GSM241846",
        Some("https://www.ncbi.nlm.nih.gov/geo/query/acc.cgi?acc={value}"), NOTHING;
    "mondo" "Mondo" r"^MONDO:\d{7}$" Normal::Curie("MONDO"), "MONDO:0005180",
        Some("http://purl.obolibrary.org/obo/MONDO_{local}"), DISEASE;
    "nando" "NANDO" r"^NANDO:\d{7}$" Normal::Curie("NANDO"), "NANDO:1200010",
        Some("https://nanbyodata.jp/disease/NANDO:{local}"), NOTHING;
    "doid" "Disease Ontology" r"^DOID:\d+$" Normal::Curie("DOID"), "DOID:14330",
        Some("https://disease-ontology.org/term/{value}"), NOTHING;
    "omim" "OMIM" r"^OMIM:\d{6}$" Normal::Curie("OMIM"), "OMIM:109150", Some("https://omim.org/entry/{local}"), NOTHING;
    "omimps" "OMIM phenotypic series" r"^OMIMPS:\d{6}$" Normal::Curie("OMIMPS"), "OMIMPS:168600",
        Some("https://omim.org/phenotypicSeries/PS{local}"), NOTHING;
    "orphanet" "Orphanet" r"^Orphanet:\d+$" Normal::Curie("Orphanet"), "Orphanet:98757",
        Some("https://www.orpha.net/en/disease/detail/{local}"), NOTHING;
    "ncit" "NCI Thesaurus" r"^NCIT:C\d+$" Normal::Curie("NCIT"), "NCIT:C34373",
        Some("http://purl.obolibrary.org/obo/NCIT_{local}"), NOTHING;
    "efo" "Experimental Factor Ontology" r"^EFO:\d{7}$" Normal::Curie("EFO"), "EFO:0002508",
        Some("http://www.ebi.ac.uk/efo/EFO_{local}"), NOTHING;
    "organization" "Organization of this catalogue" r"^[a-z0-9-]+$" Normal::Lower, "riken-brc", None, ORGANIZATION;
    "ror" "ROR" r"^0[a-z0-9]{8}$" Normal::Lower, "02kpeqv85", Some("https://ror.org/{value}"), ORGANIZATION;
    "pmid" "PubMed" r"^[1-9]\d*$" Normal::Exact, "18035408", Some("https://pubmed.ncbi.nlm.nih.gov/{value}/"), PUBLICATION;
    "doi" "DOI" r"^10\.\d{4,9}/\S+$" Normal::Lower, "10.1016/j.cell.2007.11.019", Some("https://doi.org/{value}"), PUBLICATION;
    "pmc" "PubMed Central" r"^PMC\d+$" Normal::Upper, "PMC10327134",
        Some("https://pmc.ncbi.nlm.nih.gov/articles/{value}/"), PUBLICATION;
    "patent" "Patent" r"^[A-Z]{2}(RE)?(H)?\d{5,11}[A-Z]?[1-9]?$" Normal::Upper, "US5616470", None, PUBLICATION;
    "cellopub" "CelloPub" r"^CLPUB\d{5}$" Normal::Upper, "CLPUB00001", None, PUBLICATION;
};

static PATTERNS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    let compile =
        |scheme: &Scheme| Regex::new(scheme.pattern).expect("the table's patterns compile");
    SCHEMES.iter().map(compile).collect()
});

impl Scheme {
    /// Whether a normalised value follows the scheme's pattern.
    pub fn matches(&self, value: &str) -> bool {
        let at = SCHEMES.iter().position(|scheme| scheme.code == self.code);
        at.is_some_and(|at| PATTERNS[at].is_match(value))
    }
}

pub fn scheme(code: &str) -> Option<&'static Scheme> {
    SCHEMES.iter().find(|scheme| scheme.code == code)
}

/// The form in which identifiers of a scheme are compared. A value that breaks the scheme's rule is only
/// trimmed and brought to the scheme's case: `SCHI001-A` stays apart from `SCHi001-A`.
pub fn normalise(code: &str, value: &str) -> String {
    // Trimmed after folding: a wide space or a lone accent folds to a text that begins with a space.
    let folded: String = value.nfkc().collect();
    let value = folded.trim();
    match scheme(code).map_or(Normal::Exact, |scheme| scheme.normal) {
        Normal::Exact => value.to_owned(),
        Normal::Upper => value.to_ascii_uppercase(),
        Normal::Lower => {
            let value = value.to_ascii_lowercase();
            let beyond = |address: &str| {
                let (_, local) = address.strip_prefix("https://")?.split_once('/')?;
                Some(local.trim_start().to_owned())
            };
            std::iter::successors(Some(value), |value| beyond(value)).last().unwrap_or_default()
        }
        Normal::Curie(prefix) => format!("{prefix}:{}", curie_local(value)),
        Normal::Without(prefix) => {
            let value = value.to_ascii_uppercase();
            let beyond = |text: &str| Some(text.strip_prefix(prefix)?.trim_start().to_owned());
            std::iter::successors(Some(value), |value| beyond(value)).last().unwrap_or_default()
        }
    }
}

fn curie_local(value: &str) -> &str {
    value.rsplit_once([':', '_']).map_or(value, |(_, local)| local)
}

/// Schemes whose identifiers nobody looks up: what is made of a sealed number is sealed.
const SEALED: [&str; 1] = ["unit_digest"];

/// The identifiers that a text typed by a person may be: one for each scheme whose pattern it follows.
pub fn guesses(text: &str) -> Vec<Key> {
    let prefixed = text.split_once(':').and_then(|(code, value)| {
        let scheme = scheme(&code.trim().to_lowercase())?;
        Some(Key::new(scheme.code, value))
    });
    let follows = |scheme: &&Scheme| {
        let curie = matches!(scheme.normal, Normal::Curie(_));
        let spelled = !curie || normalise(scheme.code, text).len() == text.trim().len();
        spelled && scheme.matches(&normalise(scheme.code, text))
    };
    let by_pattern = SCHEMES.iter().filter(follows).map(|scheme| Key::new(scheme.code, text));
    let open = |key: &Key| !SEALED.contains(&key.scheme.as_str());
    prefixed.into_iter().chain(by_pattern).filter(open).collect()
}

/// The key of an ontology term written as in an IRI or a CURIE (`DOID_14330`, `Orphanet:98757`), where the
/// prefix names a scheme of the table.
pub fn curie(text: &str) -> Option<Key> {
    let (prefix, _) = text.trim().rsplit_once([':', '_'])?;
    let scheme = scheme(&prefix.to_lowercase())?;
    matches!(scheme.normal, Normal::Curie(_)).then(|| Key::new(scheme.code, text))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_example_follows_its_own_pattern() {
        for scheme in SCHEMES {
            let value = normalise(scheme.code, scheme.example);
            assert!(scheme.matches(&value), "{} {}", scheme.code, scheme.example);
            assert_eq!(value, scheme.example, "{} shows the normal form", scheme.code);
        }
    }

    #[test]
    fn spellings_of_one_identifier_meet() {
        assert_eq!(normalise("cellosaurus", " rrid:cvcl_a324"), "CVCL_A324");
        assert_eq!(normalise("efo", "EFO_0000249"), "EFO:0000249");
        assert_eq!(normalise("ncit", "C34373"), "NCIT:C34373");
        assert_eq!(normalise("doi", "https://doi.org/10.1016/X"), "10.1016/x");
        assert_eq!(curie("Orphanet_552"), Some(Key::new("orphanet", "552")));
    }

    #[test]
    fn names_that_break_the_hpscreg_rule_are_flagged_and_kept_apart() {
        for wrong in ["SCHI001-A", "MLUi001-c", "CENSOi002-a", "STJUDEi005"] {
            assert!(ExternalId::new("hpscreg", wrong).problem().is_some(), "{wrong}");
        }
        assert_ne!(normalise("hpscreg", "SCHI001-A"), normalise("hpscreg", "SCHi001-A"));
        assert_eq!(ExternalId::new("hpscreg", "UCSFi001-A-66").problem(), None);
    }

    #[test]
    fn a_typed_text_is_read_under_every_scheme_it_follows() {
        assert_eq!(guesses("CVCL_A324")[0], Key::new("cellosaurus", "CVCL_A324"));
        assert!(guesses("hps0063").contains(&Key::new("riken_brc", "HPS0063")));
        assert_eq!(guesses("MONDO:0005180")[0], Key::new("mondo", "MONDO:0005180"));
        assert!(guesses("パーキンソン病").is_empty());
    }

    proptest! {
        #[test]
        fn normalising_twice_changes_nothing(
            text in "(RRID:|https://|doi[.]org/|MONDO|[:_ \u{a8}\u{3000}\u{3b0}\u{df}]|.){0,12}",
        ) {
            for scheme in SCHEMES {
                let once = normalise(scheme.code, &text);
                prop_assert_eq!(normalise(scheme.code, &once), once, "{}", scheme.code);
            }
        }

        #[test]
        fn any_text_can_be_guessed_at(text in ".*") {
            let _ = guesses(&text);
        }
    }
}
