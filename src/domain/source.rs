//! Where facts come from: the sources, what they ask in return, and whose word is shown first.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A source of facts: the code of a registry, catalogue or person at work (`cellosaurus`, `curator`).
#[derive(
    Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(transparent)]
pub struct Source(String);

impl Source {
    pub fn new(code: &str) -> Self {
        Self(code.to_owned())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Lower is shown first. A source that is not in the table comes last.
    pub fn rank(&self) -> usize {
        SOURCES.iter().position(|s| s.code == self.0).unwrap_or(SOURCES.len())
    }

    pub fn about(&self) -> Option<&'static About> {
        SOURCES.iter().find(|s| s.code == self.0)
    }
}

/// What is known of a source.
#[derive(Debug)]
pub struct About {
    pub code: &'static str,
    pub title: &'static str,
    /// The licence its data came under, and whom to name.
    pub licence: &'static str,
    pub url: &'static str,
}

/// In the order of precedence: what a curator says stands above what any file says.
pub const SOURCES: &[About] = &[
    About { code: "curator", title: "Curator of this catalogue", licence: "", url: "" },
    About { code: "bank", title: "Tables of the bank itself", licence: "", url: "" },
    About {
        code: "literature",
        title: "Published facts, each with its reference",
        licence: "facts",
        url: "",
    },
    About {
        code: "cellosaurus",
        title: "Cellosaurus",
        licence: "CC BY 4.0 (releases before 30: CC BY-ND 3.0), SIB CALIPHO",
        url: "https://www.cellosaurus.org/",
    },
    About {
        code: "hpscreg-clo",
        title: "hPSCreg as modelled in the Cell Line Ontology",
        licence: "CC BY 4.0, Cell Line Ontology / hPSCreg",
        url: "https://hpscreg.eu/",
    },
    About {
        code: "riken-brc",
        title: "RIKEN BRC cell bank list",
        licence: "CC BY 4.0, Cell Line Ontology / RIKEN BRC",
        url: "https://cell.brc.riken.jp/",
    },
    About { code: "hipsci", title: "HipSci", licence: "facts", url: "https://www.hipsci.org/" },
    About { code: "ebisc", title: "EBiSC", licence: "facts", url: "https://ebisc.org/" },
    About {
        code: "allen",
        title: "Allen Cell Collection",
        licence: "facts",
        url: "https://www.allencell.org/",
    },
    About {
        code: "clo",
        title: "Cell Line Ontology",
        licence: "CC BY 4.0, Cell Line Ontology",
        url: "https://github.com/CLO-Ontology/CLO",
    },
    About { code: "lincs", title: "LINCS", licence: "facts", url: "https://lincsproject.org/" },
    About {
        code: "cellosaurus-names",
        title: "Cellosaurus, names and accessions",
        licence: "CC BY 4.0, SIB CALIPHO",
        url: "https://www.cellosaurus.org/",
    },
    About { code: "bmdw", title: "Inventory of a cord-blood bank", licence: "", url: "" },
    About {
        code: "mondo",
        title: "Mondo Disease Ontology",
        licence: "CC BY 4.0, Monarch Initiative",
        url: "https://mondo.monarchinitiative.org/",
    },
    About {
        code: "nando",
        title: "Nanbyo Disease Ontology",
        licence: "CC BY 4.0, DBCLS",
        url: "https://nanbyodata.jp/",
    },
    About {
        code: "sssom",
        title: "SSSOM mapping set",
        licence: "as the mapping set states",
        url: "https://mapping-commons.github.io/sssom/",
    },
];
