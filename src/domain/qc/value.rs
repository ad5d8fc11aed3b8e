//! What a test gave: a number with its comparator and unit, a word, a karyotype, or a list of gains and losses.
//!
//! The text of the laboratory is kept beside its reading. What cannot be read has no reading, and a number
//! without a unit is read only where the test leaves no other.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    coded_value::CodedValue,
    number::{Number, NumberError},
    read_value,
    test_code::{Notation, TestCode},
    unit::{Dimension, Unit, UnitError},
};
use crate::domain::{
    cell_line::coded,
    karyotype::{Karyotype, KaryotypeProblem},
    lang::Lang,
};

/// A number in a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Quantity {
    pub number: Number,
    pub unit: Unit,
}

/// How the true value lies to the number that stands in the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Comparator {
    Below,
    AtMost,
    Exactly,
    AtLeast,
    Above,
}

impl Comparator {
    pub fn sign(self) -> &'static str {
        match self {
            Self::Below => "<",
            Self::AtMost => "≤",
            Self::Exactly => "",
            Self::AtLeast => "≥",
            Self::Above => ">",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Amount {
    NotDetected,
    Stated { comparator: Comparator, quantity: Quantity },
}

/// A measured amount with the limits of its method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Measurement {
    pub amount: Amount,
    /// The limit of detection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lod: Option<Quantity>,
    /// The limit of quantification; not below the limit of detection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loq: Option<Quantity>,
}

/// A gain or loss, as the source names it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GenomicFinding {
    /// `dup(20)(q11.21)`, `+21`.
    pub text: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<Quantity>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Value {
    Measured(Measurement),
    Coded(CodedValue),
    Karyotype(Karyotype),
    /// Empty when the laboratory says that it found none.
    Findings(Vec<GenomicFinding>),
    /// An STR profile or HLA alleles, to be found in the text alone. They say who somebody is, and nothing on a
    /// requirement before they are compared.
    Alleles,
}

/// What was counted to give a result.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Counted {
    Metaphases,
    Loci,
    Snps,
    Species,
}

coded!(Counted {
    Metaphases = "metaphases", "metaphases", "分裂中期細胞";
    Loci = "loci", "loci", "座位";
    Snps = "snps", "SNPs", "SNP";
    Species = "species", "species", "菌種";
});

/// How many were examined: 20 metaphases, 13 loci, 8 species of mycoplasma.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Examined {
    pub count: u32,
    pub of: Counted,
}

/// The value of a result, as the laboratory wrote it and as read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reported {
    pub text: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reading: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub examined: Option<Examined>,
    /// The line that was given the value 1, where the value is relative to one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relative_to: Option<String>,
}

/// Why a value cannot be read, or is none of its test.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ValueError {
    #[error("the value is empty: write what the laboratory reported")]
    Empty,
    #[error(
        "`{text}` may mean not detected or not done: write `not detected`, or leave the row out"
    )]
    Abbreviated { text: String },
    #[error("`{text}` is no value: a test without a result has no row of its own")]
    NoValue { text: String },
    #[error(
        "`{text}` cannot be read as a result of {}: write a number with its unit or a coded value",
        .test.label(Lang::En)
    )]
    Unreadable { text: String, test: TestCode },
    #[error(transparent)]
    Number(#[from] NumberError),
    #[error(transparent)]
    Unit(#[from] UnitError),
    #[error("`{text}` has no unit: write it as in `{text} {expected}`")]
    UnitNotStated { text: String, expected: Unit },
    #[error(transparent)]
    Karyotype(#[from] KaryotypeProblem),
    #[error("{} does not give `{value}`: check the test and the value", .test.label(Lang::En))]
    NotOfTest { value: String, test: TestCode },
    #[error("`{value}` is below zero: check the number")]
    Negative { value: String },
    #[error("`{value}` is more than 100 %: check the number and the unit")]
    OverHundred { value: String },
    #[error(
        "`{value}` has a limit of detection above its limit of quantification: check which is which"
    )]
    LimitsSwapped { value: String },
    #[error(
        "`{text}` says `{reads}`, but `{reading}` is given as its reading: correct one of them"
    )]
    Disagrees { text: String, reads: String, reading: String },
}

impl Measurement {
    pub fn stated(comparator: Comparator, quantity: Quantity) -> Self {
        Self { amount: Amount::Stated { comparator, quantity }, lod: None, loq: None }
    }

    pub fn not_detected(lod: Option<Quantity>) -> Self {
        Self { amount: Amount::NotDetected, lod, loq: None }
    }

    fn quantities(&self) -> Vec<Quantity> {
        let stated = match self.amount {
            Amount::Stated { quantity, .. } => Some(quantity),
            Amount::NotDetected => None,
        };
        [stated, self.lod, self.loq].into_iter().flatten().collect()
    }

    /// Why it can be no result of the test.
    fn problem(&self, test: TestCode) -> Option<ValueError> {
        let quantities = self.quantities();
        let value = || self.to_string();
        for found in quantities.iter().map(|quantity| quantity.unit) {
            let Some(expected) = test.dimensions().first() else {
                return Some(ValueError::NotOfTest { value: value(), test });
            };
            if !test.dimensions().contains(&found.dimension()) {
                let expected = Unit::of(*expected);
                return Some(UnitError::Incomparable { found, expected }.into());
            }
        }
        for pair in quantities.windows(2) {
            if let Err(error) = pair[0].unit.check_comparable(pair[1].unit) {
                return Some(error.into());
            }
        }
        let signed = |quantity: &&Quantity| {
            matches!(quantity.unit.dimension(), Dimension::Ratio | Dimension::Score)
        };
        if quantities.iter().any(|q| !signed(&q) && q.number < Number::from(0)) {
            return Some(ValueError::Negative { value: value() });
        }
        if quantities.iter().any(|q| q.unit == Unit::Percent && q.number > Number::from(100)) {
            return Some(ValueError::OverHundred { value: value() });
        }
        match (self.lod, self.loq) {
            (Some(lod), Some(loq)) if lod.in_smallest() > loq.in_smallest() => {
                Some(ValueError::LimitsSwapped { value: value() })
            }
            _ => None,
        }
    }

    fn without_limits(self) -> Self {
        Self { lod: None, loq: None, ..self }
    }
}

impl Value {
    /// Reads what a laboratory wrote: `<0.5 EU/mL`, `> 90%`, `ND (LOD 0.1 EU/mL)`, `陰性`, `46,XX[20]`.
    pub fn parse(test: TestCode, written: &str) -> Result<Self, ValueError> {
        let value = read_value::read(test, written)?;
        value.problem(test).map_or(Ok(value), Err)
    }

    /// Why it can be no result of the test.
    pub fn problem(&self, test: TestCode) -> Option<ValueError> {
        let not_of_test = || ValueError::NotOfTest { value: self.to_string(), test };
        match self {
            Self::Measured(measured) => {
                let takes = !test.dimensions().is_empty() || test.allows(CodedValue::NotDetected);
                measured.problem(test).or_else(|| (!takes).then(not_of_test))
            }
            Self::Coded(CodedValue::NotDetected) if !test.dimensions().is_empty() => None,
            Self::Coded(value) => (!test.allows(*value)).then(not_of_test),
            Self::Karyotype(_) => (test != TestCode::Karyotype).then(not_of_test),
            Self::Alleles => {
                let typed = matches!(test.notation(), Notation::Profile | Notation::Typing);
                (!typed).then(not_of_test)
            }
            Self::Findings(findings) => {
                if test != TestCode::CopyNumber {
                    return Some(not_of_test());
                }
                let sizes = findings.iter().filter_map(|finding| finding.size);
                sizes
                    .map(|size| Measurement::stated(Comparator::Exactly, size))
                    .find_map(|size| size.problem(test))
            }
        }
    }

    /// The word, where the value is one. *Not detected* with its limit of detection is one too.
    pub fn coded(&self) -> Option<CodedValue> {
        match self {
            Self::Coded(value) => Some(*value),
            Self::Measured(Measurement { amount: Amount::NotDetected, .. }) => {
                Some(CodedValue::NotDetected)
            }
            _ => None,
        }
    }

    /// The measured amount, where the value is one.
    pub fn measured(&self) -> Option<Measurement> {
        match self {
            Self::Measured(measured) => Some(*measured),
            Self::Coded(CodedValue::NotDetected) => Some(Measurement::not_detected(None)),
            _ => None,
        }
    }

    fn unit(&self) -> Option<Unit> {
        match self.measured()?.amount {
            Amount::Stated { quantity, .. } => Some(quantity.unit),
            Amount::NotDetected => None,
        }
    }

    /// Whether the text that reads as `self` may stand for `reading`, which may add limits of the method that
    /// are stated elsewhere in the report.
    fn agrees_with(&self, reading: &Self) -> bool {
        if let (Self::Karyotype(text), Self::Karyotype(given)) = (self, reading) {
            return text.clones == given.clones;
        }
        match (self.measured(), reading.measured()) {
            (Some(text), Some(given)) => {
                text.without_limits() == given.without_limits()
                    && text.lod.is_none_or(|lod| given.lod == Some(lod))
                    && text.loq.is_none_or(|loq| given.loq == Some(loq))
            }
            _ => self == reading,
        }
    }
}

impl Reported {
    /// Reads a text; one that cannot be read is kept without a reading.
    pub fn read(test: TestCode, written: &str) -> Self {
        let reading = Value::parse(test, written).ok();
        Self { text: written.to_owned(), reading, examined: None, relative_to: None }
    }

    pub fn of(mut self, count: u32, of: Counted) -> Self {
        self.examined = Some(Examined { count, of });
        self
    }

    /// What is read, by whoever entered it or from the text.
    pub fn reading(&self, test: TestCode) -> Option<Value> {
        self.reading.clone().or_else(|| Value::parse(test, &self.text).ok())
    }

    /// Why it can be no result of the test. Somebody may give a reading of a text that cannot be read, and the
    /// unit of a number that has none; a text that reads otherwise contradicts the reading.
    pub fn problem(&self, test: TestCode) -> Option<ValueError> {
        let parsed = Value::parse(test, &self.text);
        let Some(reading) = &self.reading else { return parsed.err() };
        let disagrees = |reads: &Value| ValueError::Disagrees {
            text: self.text.clone(),
            reads: reads.to_string(),
            reading: reading.to_string(),
        };
        match parsed {
            Ok(reads) if !reads.agrees_with(reading) => Some(disagrees(&reads)),
            Err(ValueError::UnitNotStated { .. }) => {
                let with_unit = reading.unit().map(|unit| format!("{} {unit}", self.text));
                let reads = with_unit.and_then(|text| Value::parse(test, &text).ok());
                match reads {
                    Some(reads) if reads.agrees_with(reading) => reading.problem(test),
                    Some(reads) => Some(disagrees(&reads)),
                    None => Value::parse(test, &self.text).err(),
                }
            }
            Err(
                ValueError::Unreadable { .. }
                | ValueError::Number(_)
                | ValueError::Unit(UnitError::Unknown { .. })
                | ValueError::Karyotype(_),
            )
            | Ok(_) => reading.problem(test),
            Err(error) => Some(error),
        }
    }
}

impl Quantity {
    /// The amount in the smallest unit of its dimension, exact.
    pub fn in_smallest(self) -> rust_decimal::Decimal {
        self.unit.in_smallest(self.number)
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.number, self.unit)
    }
}

impl fmt::Display for Measurement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.amount {
            Amount::NotDetected => f.write_str("not detected")?,
            Amount::Stated { comparator, quantity } => {
                write!(f, "{}{quantity}", comparator.sign())?;
            }
        }
        match (self.lod, self.loq) {
            (Some(lod), Some(loq)) => write!(f, " (LOD {lod}; LOQ {loq})"),
            (Some(lod), None) => write!(f, " (LOD {lod})"),
            (None, Some(loq)) => write!(f, " (LOQ {loq})"),
            (None, None) => Ok(()),
        }
    }
}

impl fmt::Display for GenomicFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.size {
            Some(size) => write!(f, "{} {size}", self.text),
            None => f.write_str(&self.text),
        }
    }
}

/// As it is shown, and as it reads back.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Measured(measured) => measured.fmt(f),
            Self::Coded(value) => f.write_str(value.label(Lang::En)),
            Self::Karyotype(karyotype) => f.write_str(&karyotype.text),
            Self::Alleles => f.write_str("alleles"),
            Self::Findings(findings) if findings.is_empty() => f.write_str("none"),
            Self::Findings(findings) => {
                let findings: Vec<String> = findings.iter().map(ToString::to_string).collect();
                f.write_str(&findings.join("; "))
            }
        }
    }
}
