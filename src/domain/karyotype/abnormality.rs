//! One abnormality of a karyotype: its kind, chromosomes, breakpoints and marks.
//!
//! A text that cannot be read whole stays text of the kind `other`; nothing is read out of a part of it.

use std::sync::LazyLock;

use regex::{Captures, Regex};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::pattern;
use crate::domain::{cell_line::coded, lang::Lang};

/// What is wrong with the chromosomes, by the symbol of ISCN where it has one.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
pub enum AbnormalityKind {
    /// A whole chromosome more, `+8`.
    #[serde(rename = "gain")]
    Gain,
    /// A whole chromosome fewer, `-Y`.
    #[serde(rename = "loss")]
    Loss,
    #[serde(rename = "del")]
    Deletion,
    #[serde(rename = "dup")]
    Duplication,
    #[serde(rename = "inv")]
    Inversion,
    #[serde(rename = "t")]
    Translocation,
    #[serde(rename = "der")]
    Derivative,
    #[serde(rename = "i")]
    Isochromosome,
    #[serde(rename = "idic")]
    Isodicentric,
    #[serde(rename = "ins")]
    Insertion,
    #[serde(rename = "add")]
    Additional,
    #[serde(rename = "r")]
    Ring,
    #[serde(rename = "mar")]
    Marker,
    #[serde(rename = "dic")]
    Dicentric,
    #[serde(rename = "rob")]
    Robertsonian,
    #[serde(rename = "fra")]
    FragileSite,
    #[serde(rename = "hsr")]
    HomogeneouslyStaining,
    #[serde(rename = "dmin")]
    DoubleMinute,
    /// Anything else; its text says what.
    #[serde(rename = "other")]
    Other,
}

coded!(AbnormalityKind {
    Gain = "gain", "Gain of a chromosome", "染色体の増加";
    Loss = "loss", "Loss of a chromosome", "染色体の喪失";
    Deletion = "del", "Deletion", "欠失";
    Duplication = "dup", "Duplication", "重複";
    Inversion = "inv", "Inversion", "逆位";
    Translocation = "t", "Translocation", "転座";
    Derivative = "der", "Derivative chromosome", "派生染色体";
    Isochromosome = "i", "Isochromosome", "同腕染色体";
    Isodicentric = "idic", "Isodicentric chromosome", "同腕二動原体染色体";
    Insertion = "ins", "Insertion", "挿入";
    Additional = "add", "Additional material of unknown origin", "由来不明の付加";
    Ring = "r", "Ring chromosome", "環状染色体";
    Marker = "mar", "Marker chromosome", "マーカー染色体";
    Dicentric = "dic", "Dicentric chromosome", "二動原体染色体";
    Robertsonian = "rob", "Robertsonian translocation", "ロバートソン型転座";
    FragileSite = "fra", "Fragile site", "脆弱部位";
    HomogeneouslyStaining = "hsr", "Homogeneously staining region", "均一染色領域";
    DoubleMinute = "dmin", "Double minutes", "二重微小染色体";
    Other = "other", "Other abnormality", "その他の異常";
});

/// Whether an abnormal chromosome is there beside the normal ones, or is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sign {
    Gain,
    Loss,
}

/// How often an abnormality is in a cell; the ends of `1~3mar`, otherwise equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Copies {
    pub fewest: u32,
    pub most: u32,
}

/// One abnormality, such as `+21c` or `t(11;13)(p13;q32)`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Abnormality {
    /// As written, with all its marks.
    pub text: String,
    pub kind: AbnormalityKind,
    /// The sign before an abnormal chromosome, as in `+der(7)`. A whole chromosome has it in its kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sign: Option<Sign>,
    /// `1` to `22`, `X` and `Y`; a doubted one is `?5`, an unknown one `?`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub chromosomes: Vec<String>,
    /// The second brackets, parted at each semicolon: `p13` and `q32`, or `p12q13`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub breakpoints: Vec<String>,
    /// What follows the breakpoints, as the make-up of a derivative; the number of a marker; the whole of what
    /// is `other`, without its marks.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
    /// Stated by `x2`, or before a marker.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copies: Option<Copies>,
    /// The cells with this abnormality, as composite karyotypes give them: `+8[4]`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cells: Option<u32>,
    /// `mat`, `pat`, `dn` and the like: from which parent, or new in the donor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inheritance: Option<String>,
    /// Marked `c`: it was in the donor's body.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub constitutional: bool,
    /// There is a `?`, a `~` or an `or` in it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub uncertain: bool,
}

const CHROMOSOME: &str = r"(?:\??(?:[1-9]|1[0-9]|2[0-2]|X|Y)|\?)";

/// The abnormality, and the marks behind it in the order of ISCN.
static MARKED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?s)^(?<core>.+?)\s*(?<inheritance>dmat|dpat|dinh|mat|pat|dn|inh)?(?<constitutional>\??c)?\s*(?:x(?<fewest>[1-9][0-9]{0,2})(?:~(?<most>[1-9][0-9]{0,2}))?)?\s*(?:\[(?<cells>[0-9]{1,5})\])?$",
    )
});

static WHOLE: LazyLock<Regex> =
    LazyLock::new(|| pattern(&format!(r"^\??(?<sign>[+-])\s*(?<chromosomes>{CHROMOSOME})$")));

/// Chromosomes that nobody could name: `+mar1`, `5~20dmin`, `+r`.
static NAMELESS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^\??(?<sign>[+-])?\s*\??(?:(?<fewest>[0-9]{1,3})(?:~(?<most>[0-9]{1,3}))?)?(?<symbol>mar|dmin|hsr|r)(?<detail>[0-9]{0,2})$",
    )
});

/// `der(9)t(9;22)(q34;q11.2)`: the symbol, its chromosomes, breakpoints, and further symbols with brackets.
static STRUCTURAL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"^\??(?<sign>[+-])?\s*\??(?:(?<fewest>[0-9]{{1,3}})(?:~(?<most>[0-9]{{1,3}}))?)?(?<symbol>[a-z]+)\s*\((?<chromosomes>\s*{CHROMOSOME}(?:\s*;\s*{CHROMOSOME})*)\s*\)(?:\s*\??\((?<breakpoints>[^()]+)\))?(?<detail>(?:\s*(?:or\s+)?\??[a-z]+\s*\(.*)?)$",
    ))
});

impl Abnormality {
    /// Reads one abnormality; the commas around it are not part of it.
    pub fn parse(text: &str) -> Self {
        let text = text.trim();
        let folded = fold(text);
        let mut read = Self::unread(text, &folded);
        let Some(marked) = MARKED.captures(&folded) else {
            return read;
        };
        let core = &marked["core"];
        let known = read.read_whole(core) || read.read_nameless(core) || read.read_structural(core);
        // Behind a bracket the marks cannot be part of a word.
        if known || core.ends_with(')') {
            read.read_marks(&marked);
        }
        if !known && core.ends_with(')') {
            core.clone_into(&mut read.detail);
        }
        read
    }

    fn unread(text: &str, folded: &str) -> Self {
        Self {
            text: text.to_owned(),
            kind: AbnormalityKind::Other,
            sign: None,
            chromosomes: Vec::new(),
            breakpoints: Vec::new(),
            detail: folded.to_owned(),
            copies: None,
            cells: None,
            inheritance: None,
            constitutional: false,
            uncertain: folded.contains(['?', '~']) || folded.contains(" or "),
        }
    }

    fn read_whole(&mut self, core: &str) -> bool {
        let Some(found) = WHOLE.captures(core) else {
            return false;
        };
        let gain = &found["sign"] == "+";
        self.kind = if gain { AbnormalityKind::Gain } else { AbnormalityKind::Loss };
        self.chromosomes = parts(&found, "chromosomes");
        self.detail.clear();
        true
    }

    fn read_nameless(&mut self, core: &str) -> bool {
        NAMELESS.captures(core).is_some_and(|found| self.read_symbol(&found))
    }

    fn read_structural(&mut self, core: &str) -> bool {
        let Some(found) = STRUCTURAL.captures(core) else {
            return false;
        };
        let breakpoints = parts(&found, "breakpoints");
        if breakpoints.iter().any(String::is_empty) || !self.read_symbol(&found) {
            return false;
        }
        self.chromosomes = parts(&found, "chromosomes");
        self.breakpoints = breakpoints;
        true
    }

    /// Takes over kind, sign, copies and detail, if the symbol is one of ISCN's.
    fn read_symbol(&mut self, found: &Captures<'_>) -> bool {
        let kind = match AbnormalityKind::from_code(&found["symbol"]) {
            // These have names here and no symbols in ISCN.
            Some(AbnormalityKind::Gain | AbnormalityKind::Loss | AbnormalityKind::Other) | None => {
                return false;
            }
            Some(kind) => kind,
        };
        self.kind = kind;
        self.sign = found.name("sign").map(|sign| match sign.as_str() {
            "+" => Sign::Gain,
            _ => Sign::Loss,
        });
        self.copies = copies(found);
        found["detail"].trim().clone_into(&mut self.detail);
        true
    }

    fn read_marks(&mut self, marked: &Captures<'_>) {
        let text = |name| marked.name(name).map(|found| found.as_str());
        self.copies = copies(marked).or(self.copies);
        self.cells = text("cells").and_then(|cells| cells.parse().ok());
        self.inheritance = text("inheritance").map(ToOwned::to_owned);
        self.constitutional = text("constitutional").is_some();
    }

    /// How many chromosomes or changes of this sort a cell has at least.
    pub(super) fn count(&self) -> u32 {
        self.copies.map_or(1, |copies| copies.fewest.max(1))
    }

    /// Whether a chromosome is gone; one that is gone can be an accident of the slide more easily.
    pub(super) fn is_loss(&self) -> bool {
        self.kind == AbnormalityKind::Loss || self.sign == Some(Sign::Loss)
    }

    /// Whether a chromosome, normal or not, is there beside the others.
    pub(super) fn is_gain(&self) -> bool {
        self.kind == AbnormalityKind::Gain || self.sign == Some(Sign::Gain)
    }

    /// Whether it is a whole X or Y more or fewer.
    pub(super) fn is_sex_chromosome(&self) -> bool {
        let whole = matches!(self.kind, AbnormalityKind::Gain | AbnormalityKind::Loss);
        whole && self.of_x_and_y() != (0, 0)
    }

    /// How many X and how many Y are among its chromosomes.
    pub(super) fn of_x_and_y(&self) -> (u32, u32) {
        let count = |name: &str| self.chromosomes.iter().map(|one| u32::from(one == name)).sum();
        (count("X"), count("Y"))
    }

    /// What it is, without its marks: the same for `+21`, `+21c` and `+21[3]`.
    pub(super) fn identity(&self) -> String {
        let points = self.breakpoints.join(";");
        let identity = format!("{}({points}){}", self.place(), self.detail);
        identity.chars().filter(|c| !c.is_whitespace()).collect()
    }

    /// What it is, breakpoints and all marks left aside.
    pub(super) fn place(&self) -> String {
        let sign = match self.sign {
            Some(Sign::Gain) => "+",
            Some(Sign::Loss) => "-",
            None => "",
        };
        format!("{sign}{}({})", self.kind.code(), self.chromosomes.join(";"))
    }

    /// Whether it undoes what a clone before had more or fewer: `-21` after `+21`.
    pub(super) fn undoes(&self, inherited: &Self) -> bool {
        let whole = matches!(
            (self.kind, inherited.kind),
            (AbnormalityKind::Gain, AbnormalityKind::Loss)
                | (AbnormalityKind::Loss, AbnormalityKind::Gain)
        );
        let abnormal = self.kind == inherited.kind
            && (self.sign, inherited.sign) == (Some(Sign::Loss), Some(Sign::Gain));
        (whole || abnormal)
            && self.chromosomes == inherited.chromosomes
            && (self.breakpoints.is_empty() || self.breakpoints == inherited.breakpoints)
            && self.count() == inherited.count()
            && self.constitutional == inherited.constitutional
    }
}

/// Typesetters write dashes for the minus and a cross for the times sign.
fn fold(text: &str) -> String {
    text.replace(['−', '–', '‐'], "-").replace('×', "x").replace('→', "->")
}

fn parts(found: &Captures<'_>, name: &str) -> Vec<String> {
    let Some(text) = found.name(name) else {
        return Vec::new();
    };
    text.as_str().split(';').map(|part| part.trim().to_owned()).collect()
}

/// None where nothing is stated or the ends are the wrong way round.
fn copies(found: &Captures<'_>) -> Option<Copies> {
    let end = |name| found.name(name).and_then(|number| number.as_str().parse().ok());
    let fewest = end("fewest")?;
    let most = end("most").unwrap_or(fewest);
    (fewest <= most).then_some(Copies { fewest, most })
}
