//! HLA typings: what a source wrote of each locus, and what can be read of it.
//!
//! Every spelling has a form of its own, and nothing is turned into a finer one: a group, a code or an antigen is
//! never taken for an allele, and a blank second antigen never for a second copy. A locus of which a part cannot be
//! read is not read at all, for half of it would pass for a blank. Typings are restricted data, and no result of
//! this module is for clinical selection.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

mod compare;
mod name;
mod read;
mod relation;
#[cfg(test)]
mod tests;
mod zygosity;

pub use compare::{
    LocusComparison, LocusOutcome, NOT_FOR_CLINICAL_SELECTION_EN, NOT_FOR_CLINICAL_SELECTION_JA,
    compare, not_for_clinical_selection,
};
pub use read::read;
pub use relation::{Incomparable, Resolution};
pub use zygosity::{Homozygosity, homozygosity, locus_homozygosity};

/// A gene of the HLA region.
#[derive(
    Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(try_from = "String", into = "String")]
pub enum HlaLocus {
    A,
    B,
    C,
    Drb1,
    Drb3,
    Drb4,
    Drb5,
    Dqa1,
    Dqb1,
    Dpa1,
    Dpb1,
    /// Any other gene by its name: `E`, `MICA`, `DRA`.
    Other(String),
}

impl HlaLocus {
    const NAMED: [(Self, &'static str); 11] = [
        (Self::A, "A"),
        (Self::B, "B"),
        (Self::C, "C"),
        (Self::Drb1, "DRB1"),
        (Self::Drb3, "DRB3"),
        (Self::Drb4, "DRB4"),
        (Self::Drb5, "DRB5"),
        (Self::Dqa1, "DQA1"),
        (Self::Dqb1, "DQB1"),
        (Self::Dpa1, "DPA1"),
        (Self::Dpb1, "DPB1"),
    ];

    /// Names of antigen series and of gene families; none of them names one gene.
    const NO_GENES: [&'static str; 10] =
        ["D", "DR", "DQ", "DP", "DRB", "DQA", "DQB", "DPA", "DPB", "HLA"];

    /// The gene of that name. `Cw`, as HLA-C was called until 2010, is `C`.
    pub fn parse(name: &str) -> Option<Self> {
        let name = if matches!(name, "Cw" | "CW") { "C" } else { name };
        if let Some((locus, _)) = Self::NAMED.into_iter().find(|(_, named)| *named == name) {
            return Some(locus);
        }
        let shaped = name.starts_with(|c: char| c.is_ascii_uppercase())
            && name.len() <= 8
            && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit());
        (shaped && !Self::NO_GENES.contains(&name)).then(|| Self::Other(name.to_owned()))
    }

    /// The genes that an incomplete name may mean.
    fn starting_with(name: &str) -> Vec<Self> {
        let meant = |(_, named): &(Self, &str)| named.starts_with(name) && !name.is_empty();
        Self::NAMED.into_iter().filter(meant).map(|(locus, _)| locus).collect()
    }

    /// The name of the gene, without `HLA-`.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Other(name) => name,
            named => Self::NAMED.iter().find(|(locus, _)| locus == named).map_or("", |(_, n)| n),
        }
    }

    /// What stands before the number of an antigen of this locus.
    fn series(&self) -> &str {
        match self {
            Self::C => "Cw",
            Self::Drb1 | Self::Drb3 | Self::Drb4 | Self::Drb5 => "DR",
            Self::Dqb1 => "DQ",
            other => other.as_str(),
        }
    }
}

impl fmt::Display for HlaLocus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl TryFrom<String> for HlaLocus {
    type Error = HlaProblem;

    fn try_from(name: String) -> Result<Self, HlaProblem> {
        Self::parse(&name).ok_or(HlaProblem::Locus { part: name })
    }
}

impl From<HlaLocus> for String {
    fn from(locus: HlaLocus) -> Self {
        locus.as_str().to_owned()
    }
}

/// How an allele is expressed, where its name says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub enum Expression {
    /// Not expressed.
    #[serde(rename = "N")]
    Null,
    #[serde(rename = "L")]
    Low,
    #[serde(rename = "S")]
    Secreted,
    #[serde(rename = "C")]
    Cytoplasm,
    #[serde(rename = "A")]
    Aberrant,
    #[serde(rename = "Q")]
    Questionable,
}

impl Expression {
    const LETTERS: [(Self, char); 6] = [
        (Self::Null, 'N'),
        (Self::Low, 'L'),
        (Self::Secreted, 'S'),
        (Self::Cytoplasm, 'C'),
        (Self::Aberrant, 'A'),
        (Self::Questionable, 'Q'),
    ];

    fn of_letter(letter: char) -> Option<Self> {
        Self::LETTERS.into_iter().find(|(_, l)| *l == letter).map(|(expression, _)| expression)
    }

    fn letter(self) -> char {
        Self::LETTERS.into_iter().find(|(e, _)| *e == self).map_or('?', |(_, letter)| letter)
    }
}

/// What the alleles of a group have in common in their antigen recognition domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub enum GroupKind {
    /// The nucleotide sequence; named by three fields.
    G,
    /// The protein; named by two fields, and without null alleles.
    P,
}

/// The words of the WMDA exchange that stand in place of an allele. They are kept and not interpreted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum ExchangeWord {
    Nnnn,
    Xxxx,
    Uuuu,
    New,
}

impl ExchangeWord {
    const NAMED: [(Self, &'static str); 4] =
        [(Self::Nnnn, "NNNN"), (Self::Xxxx, "XXXX"), (Self::Uuuu, "UUUU"), (Self::New, "NEW")];

    fn parse(text: &str) -> Option<Self> {
        Self::NAMED.into_iter().find(|(_, name)| *name == text).map(|(word, _)| word)
    }

    fn as_str(self) -> &'static str {
        Self::NAMED.into_iter().find(|(word, _)| *word == self).map_or("", |(_, name)| name)
    }
}

/// One of the two values of a locus, in the form it was written. Fields are digits, two or more.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "form", rename_all = "snake_case", deny_unknown_fields)]
pub enum HlaValue {
    /// `A*24:02:01:02L`: one to four fields. A single field is a family of alleles.
    Allele {
        fields: Vec<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expression: Option<Expression>,
    },
    /// `A*02:01:01G`, `A*02:01P`.
    Group { fields: Vec<String>, group: GroupKind },
    /// A name of before 2010, without colons: `A*02011`.
    Undelimited {
        digits: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expression: Option<Expression>,
        /// The leading fields that can be read in one way only; none where the number was given anew in 2010.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        fields: Vec<String>,
    },
    /// `A*02:ABCD`: a list of alleles under a multiple allele code, which is not expanded here.
    Mac { first_field: String, code: String },
    /// `A*24:XX`: any allele of the family.
    Xx { first_field: String },
    /// `A24`, `B62(15)`: what serology saw.
    Antigen {
        number: String,
        /// The broad antigen that the source wrote beside its split.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        broad: Option<String>,
    },
    /// `DRB3*NNNN`, `A*02:NEW`.
    Word {
        word: ExchangeWord,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        first_field: Option<String>,
    },
    /// `A*02:01/02:02`: one of these, it is not known which. Two or more, and none of them a list.
    AnyOf { values: Vec<HlaValue> },
}

impl HlaValue {
    /// The canonical spelling at a locus.
    pub fn text(&self, locus: &HlaLocus) -> String {
        let letter = |expression: &Option<Expression>| {
            expression.map(Expression::letter).map(String::from).unwrap_or_default()
        };
        match self {
            Self::Allele { fields, expression } => {
                format!("{locus}*{}{}", fields.join(":"), letter(expression))
            }
            Self::Group { fields, group } => format!("{locus}*{}{group:?}", fields.join(":")),
            Self::Undelimited { digits, expression, .. } => {
                format!("{locus}*{digits}{}", letter(expression))
            }
            Self::Mac { first_field, code } => format!("{locus}*{first_field}:{code}"),
            Self::Xx { first_field } => format!("{locus}*{first_field}:XX"),
            Self::Antigen { number, broad: None } => format!("{}{number}", locus.series()),
            Self::Antigen { number, broad: Some(broad) } => {
                format!("{}{number}({broad})", locus.series())
            }
            Self::Word { word, first_field: None } => format!("{locus}*{}", word.as_str()),
            Self::Word { word, first_field: Some(first_field) } => {
                format!("{locus}*{first_field}:{}", word.as_str())
            }
            Self::AnyOf { values } => {
                values.iter().map(|value| value.text(locus)).collect::<Vec<_>>().join("/")
            }
        }
    }

    fn is_serological(&self) -> bool {
        match self {
            Self::Antigen { .. } => true,
            Self::AnyOf { values } => values.iter().all(Self::is_serological),
            _ => false,
        }
    }

    /// Whether the value is an allele that is not expressed.
    pub fn is_null(&self) -> bool {
        matches!(
            self,
            Self::Allele { expression: Some(Expression::Null), .. }
                | Self::Undelimited { expression: Some(Expression::Null), .. }
        )
    }
}

/// The two values of a locus, in the order of the source.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HlaGenotype {
    pub first: HlaValue,
    /// `None` is a blank second antigen (`A*24:02`, `A*24:02,-`): no other was seen, or none was looked for. A
    /// second copy of the same allele is written out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second: Option<HlaValue>,
}

impl HlaGenotype {
    fn values(&self) -> Vec<&HlaValue> {
        std::iter::once(&self.first).chain(&self.second).collect()
    }
}

/// What one report says of one locus.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HlaTyping {
    /// The part of the source that speaks of this locus, as written; with its neighbours where haplotypes were given.
    pub text: String,
    pub locus: HlaLocus,
    /// At least one; several are alternatives, of which one is true.
    pub genotypes: Vec<HlaGenotype>,
}

/// Writes a GL string: `A*24:02+A*01:01`. It reads back as the same locus and genotypes.
impl fmt::Display for HlaTyping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, genotype) in self.genotypes.iter().enumerate() {
            f.write_str(if at == 0 { "" } else { "|" })?;
            f.write_str(&genotype.first.text(&self.locus))?;
            if let Some(second) = &genotype.second {
                write!(f, "+{}", second.text(&self.locus))?;
            }
        }
        Ok(())
    }
}

/// Alleles of which it is not known to which gene they belong (`?` of GL strings 1.1). They stay one text, and no
/// locus counts as typed by them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UnplacedTyping {
    pub text: String,
    /// The genes in question.
    pub loci: Vec<HlaLocus>,
}

/// What is read of a whole typing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct HlaReading {
    /// As the source wrote it.
    pub text: String,
    /// The release of IPD-IMGT/HLA, or the date, that a GL string code names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The reference or remark in round brackets at the end of the text, not interpreted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// In the order of the source; a locus occurs twice where it was typed by DNA and by serology.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub typings: Vec<HlaTyping>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unplaced: Vec<UnplacedTyping>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<HlaProblem>,
}

/// Writes one GL string of all that was read.
impl fmt::Display for HlaReading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let typings = self.typings.iter().map(HlaTyping::to_string);
        let unplaced = self.unplaced.iter().map(|unplaced| unplaced.text.clone());
        f.write_str(&typings.chain(unplaced).collect::<Vec<_>>().join("^"))
    }
}

/// Why a part of a typing cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, thiserror::Error)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum HlaProblem {
    #[error("there is no typing: write it as `A*24:02,26:01; B*52:01,40:02`")]
    Empty,
    #[error(
        "`{part}` is no HLA type: expected a form like `A*24:02`, `A*24:XX`, `A*24:ABCD` or `A24`"
    )]
    Unreadable { part: String },
    #[error("`{part}` stands without a locus: write it as `A*24:02` or `A24`")]
    NoLocus { part: String },
    #[error("`{part}` names no HLA gene: write the gene in capitals, as in `DRB1*15:02`")]
    Locus { part: String },
    #[error(
        "field `{field}` in `{part}` has not two or more digits, or starts with a zero too many: write it as `A*01:01`"
    )]
    Field { part: String, field: String },
    #[error("`{part}` has more than four fields: check it at its source")]
    TooManyFields { part: String },
    #[error(
        "`{part}` is no group: G groups have three fields, as `A*02:01:01G`, and P groups two, as `A*02:01P`"
    )]
    Group { part: String },
    #[error(
        "`{part}` is no antigen: write an antigen as `A24`, or an allele with its asterisk as `A*24:02`"
    )]
    Antigen { part: String },
    #[error("`{part}` gives the wrong broad antigen: {number} is a split of {broad}")]
    Broad { part: String, number: String, broad: String },
    #[error("`{part}` is borne by products of several loci: leave it out of the typing")]
    PublicAntigen { part: String },
    #[error(
        "`{part}` was typed with cells and not with sera: leave it out, or write the allele, as `DPB1*04:01`"
    )]
    TypedWithCells { part: String },
    #[error("`{part}` shortens an allele of the list: write each in full, as `A*02:01/02:02`")]
    Shortened { part: String },
    #[error("`{part}` lists alleles of several loci: give each locus its own list")]
    SeveralLoci { part: String },
    #[error(
        "{locus} has {found} values where one report has two at most: look for mixed samples, or give each report as a typing of its own"
    )]
    TooManyValues { locus: HlaLocus, found: usize },
    #[error("{locus} is blank: leave out a locus that was not typed")]
    Blank { locus: HlaLocus },
    #[error(
        "{locus} is missing in one alternative of `{part}`: give every alternative the same loci"
    )]
    Alternatives { part: String, locus: HlaLocus },
    #[error(
        "{locus} is left out, for not all that is said of it can be read: correct the part that cannot"
    )]
    LeftOut { locus: HlaLocus },
    #[error("`{namespace}` is not the namespace of HLA: a GL string code starts with `hla#`")]
    Namespace { namespace: String },
}
