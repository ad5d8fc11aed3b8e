//! The units a bank reports in: a closed set, read from UCUM and from common spellings, each with the exact
//! factor to the others of its kind.
//!
//! Kinds are finer than physical dimensions. UCUM counts percent, scores, ratios and copies per cell all as 1,
//! yet 0.9 on one of these scales says nothing on another, so they are never compared.

use std::{fmt, str::FromStr};

use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use super::number::Number;

/// What is measured. Values of different dimensions cannot be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dimension {
    Percentage,
    /// Relative to something given the value 1.
    Ratio,
    Score,
    Mismatches,
    Endotoxin,
    /// International units of one substance are none of another; the test says which.
    InternationalUnits,
    VectorCopies,
    Cells,
    CellConcentration,
    Colonies,
    Time,
    GenomeLength,
}

/// A unit. In JSON its UCUM code; any spelling is read.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(try_from = "String", into = "String")]
pub enum Unit {
    Percent,
    Ratio,
    Score,
    Mismatches,
    EndotoxinUnitsPerMl,
    InternationalUnitsPerMl,
    CopiesPerCell,
    CopiesPer100Cells,
    Cells,
    MillionCells,
    HundredMillionCells,
    CellsPerMl,
    CellsPerMicrolitre,
    MillionCellsPerMl,
    Colonies,
    Hours,
    Days,
    Weeks,
    Bases,
    Kilobases,
    Megabases,
}

/// Why a unit cannot be read, or two cannot be compared.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnitError {
    #[error("`{text}` is no unit known here: write one of {}", known())]
    Unknown { text: String },
    #[error(
        "a result in `{found}` cannot be compared with `{expected}`: give it in {}",
        .expected.comparable()
    )]
    Incomparable { found: Unit, expected: Unit },
}

struct Spec {
    unit: Unit,
    dimension: Dimension,
    /// How many of the smallest unit of the dimension: whole, so that nothing is ever rounded.
    factor: u32,
    ucum: &'static str,
    symbol: &'static str,
    /// Other spellings, folded.
    spellings: &'static [&'static str],
}

const fn spec(
    unit: Unit,
    dimension: Dimension,
    factor: u32,
    (ucum, symbol): (&'static str, &'static str),
    spellings: &'static [&'static str],
) -> Spec {
    Spec { unit, dimension, factor, ucum, symbol, spellings }
}

/// UCUM gives `[EU]` to the Ehrlich unit and `Mb` to the megabarn, so endotoxin units and bases are written as
/// annotations. In the order of [`Unit`].
#[rustfmt::skip]
const UNITS: [Spec; 21] = [
    spec(Unit::Percent, Dimension::Percentage, 1, ("%", "%"), &["percent", "per cent", "パーセント"]),
    spec(Unit::Ratio, Dimension::Ratio, 1, ("1", "{ratio}"), &["ratio"]),
    spec(Unit::Score, Dimension::Score, 1, ("{score}", "{score}"), &["score"]),
    spec(Unit::Mismatches, Dimension::Mismatches, 1, ("{mismatches}", "mismatches"), &["mismatch", "{mismatch}"]),
    spec(Unit::EndotoxinUnitsPerMl, Dimension::Endotoxin, 1, ("{EU}/mL", "EU/mL"), &[]),
    spec(Unit::InternationalUnitsPerMl, Dimension::InternationalUnits, 1, ("[IU]/mL", "IU/mL"), &[]),
    spec(Unit::CopiesPerCell, Dimension::VectorCopies, 100, ("{copies}/{cell}", "copies/cell"),
        &["{copies}/{cells}", "copies per cell", "copy per cell", "copy/cell", "コピー/細胞"]),
    spec(Unit::CopiesPer100Cells, Dimension::VectorCopies, 1, ("{copies}/(100.{cells})", "copies/100 cells"),
        &["copies per 100 cells", "copy per 100 cells", "copy/100 cells"]),
    spec(Unit::Cells, Dimension::Cells, 1, ("{cells}", "cells"), &["細胞", "個"]),
    spec(Unit::MillionCells, Dimension::Cells, 1_000_000, ("10*6", "×10^6"), &["10^6", "10^6 cells", "×10^6 cells"]),
    spec(Unit::HundredMillionCells, Dimension::Cells, 100_000_000, ("10*8", "×10^8"),
        &["10^8", "10^8 cells", "×10^8 cells"]),
    spec(Unit::CellsPerMl, Dimension::CellConcentration, 1, ("{cells}/mL", "cells/mL"), &[]),
    spec(Unit::CellsPerMicrolitre, Dimension::CellConcentration, 1_000, ("{cells}/uL", "cells/µL"), &["cells/ul"]),
    spec(Unit::MillionCellsPerMl, Dimension::CellConcentration, 1_000_000, ("10*6/mL", "×10^6/mL"),
        &["10^6/ml", "10^6 cells/ml", "×10^6 cells/ml"]),
    spec(Unit::Colonies, Dimension::Colonies, 1, ("{CFU}", "CFU"), &["colonies", "{colonies}", "コロニー"]),
    spec(Unit::Hours, Dimension::Time, 1, ("h", "h"), &["hr", "hrs", "hour", "hours", "時間"]),
    spec(Unit::Days, Dimension::Time, 24, ("d", "d"), &["day", "days", "日"]),
    spec(Unit::Weeks, Dimension::Time, 168, ("wk", "wk"), &["week", "weeks", "週"]),
    spec(Unit::Bases, Dimension::GenomeLength, 1, ("{bp}", "bp"), &[]),
    spec(Unit::Kilobases, Dimension::GenomeLength, 1_000, ("10*3{bp}", "kb"), &["kbp"]),
    spec(Unit::Megabases, Dimension::GenomeLength, 1_000_000, ("10*6{bp}", "Mb"), &["mbp"]),
];

fn known() -> String {
    UNITS.map(|spec| format!("`{}`", spec.symbol)).join(", ")
}

/// One spelling of what may be written in several: width, case, the sign of multiplication, raised digits.
pub(super) fn fold(text: &str) -> String {
    let mut flat = String::with_capacity(text.len());
    let mut raised = false;
    for c in text.chars() {
        // Compatibility forms would turn `10⁶` into 106.
        let digit = "⁰¹²³⁴⁵⁶⁷⁸⁹".chars().position(|one| one == c);
        match digit.and_then(|digit| char::from_digit(u32::try_from(digit).ok()?, 10)) {
            Some(digit) => {
                if !raised {
                    flat.push('^');
                }
                flat.push(digit);
            }
            None => flat.push(c),
        }
        raised = digit.is_some();
    }
    let flat: String = flat.nfkc().flat_map(char::to_lowercase).collect();
    let flat = flat.replace("x10", "×10").replace("× 10", "×10");
    flat.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl Unit {
    pub const ALL: [Self; UNITS.len()] = {
        let mut all = [Self::Percent; UNITS.len()];
        let mut i = 0;
        while i < UNITS.len() {
            all[i] = UNITS[i].unit;
            i += 1;
        }
        all
    };

    fn spec(self) -> &'static Spec {
        &UNITS[self as usize]
    }

    /// The first unit of a dimension.
    pub fn of(dimension: Dimension) -> Self {
        let first = UNITS.iter().find(|spec| spec.dimension == dimension);
        first.expect("every dimension has a unit").unit
    }

    /// The code in UCUM.
    pub fn ucum(self) -> &'static str {
        self.spec().ucum
    }

    /// As it is printed beside a number.
    pub fn symbol(self) -> &'static str {
        self.spec().symbol
    }

    pub fn dimension(self) -> Dimension {
        self.spec().dimension
    }

    /// Whether numbers are commonly written without it. A number without a unit is read in no other unit.
    pub fn is_bare(self) -> bool {
        matches!(self, Self::Ratio | Self::Score | Self::Mismatches)
    }

    fn comparable(self) -> String {
        let same = UNITS.iter().filter(|spec| spec.dimension == self.dimension());
        same.map(|spec| format!("`{}`", spec.symbol)).collect::<Vec<_>>().join(" or ")
    }

    /// That values in the two units can be compared.
    pub fn check_comparable(self, expected: Self) -> Result<(), UnitError> {
        if self.dimension() == expected.dimension() {
            Ok(())
        } else {
            Err(UnitError::Incomparable { found: self, expected })
        }
    }

    /// The amount in the smallest unit of the dimension, exact.
    pub fn in_smallest(self, number: Number) -> Decimal {
        number.decimal() * Decimal::from(self.spec().factor)
    }
}

impl FromStr for Unit {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        let folded = fold(text);
        let is_named = |spec: &&Spec| {
            fold(spec.ucum) == folded
                || fold(spec.symbol) == folded
                || spec.spellings.contains(&folded.as_str())
        };
        let found = UNITS.iter().find(is_named);
        found.map(|spec| spec.unit).ok_or_else(|| UnitError::Unknown { text: text.to_owned() })
    }
}

impl TryFrom<String> for Unit {
    type Error = UnitError;

    fn try_from(text: String) -> Result<Self, UnitError> {
        text.parse()
    }
}

impl From<Unit> for String {
    fn from(unit: Unit) -> Self {
        unit.ucum().to_owned()
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.symbol())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_table_follows_the_enum_and_every_spelling_is_one_unit() {
        let mut spelt = BTreeMap::new();
        for (i, unit) in Unit::ALL.into_iter().enumerate() {
            assert_eq!(unit as usize, i, "{unit:?}");
            assert_eq!(unit.ucum().parse(), Ok(unit));
            assert_eq!(unit.symbol().parse(), Ok(unit));
            let spec = unit.spec();
            for spelling in spec.spellings {
                assert_eq!(fold(spelling), *spelling, "is folded");
            }
            let folded = [fold(spec.ucum), fold(spec.symbol)].into_iter();
            for spelling in folded.chain(spec.spellings.iter().map(|s| (*s).to_owned())) {
                let other = spelt.insert(spelling.clone(), unit);
                assert!(other.is_none_or(|other| other == unit), "{spelling} is two units");
            }
        }
    }

    #[test]
    fn common_spellings_are_read() {
        for (text, unit) in [
            ("EU/ml", Unit::EndotoxinUnitsPerMl),
            ("％", Unit::Percent),
            ("copies/cell", Unit::CopiesPerCell),
            ("×10⁸", Unit::HundredMillionCells),
            ("x10^6/mL", Unit::MillionCellsPerMl),
            ("cells/μL", Unit::CellsPerMicrolitre),
            (" Mb ", Unit::Megabases),
            ("ＩＵ／ｍＬ", Unit::InternationalUnitsPerMl),
        ] {
            assert_eq!(text.parse(), Ok(unit), "{text}");
        }
    }

    #[test]
    fn the_ehrlich_unit_is_no_endotoxin_unit() {
        assert!("[EU]/mL".parse::<Unit>().is_err());
    }

    #[test]
    fn one_copy_in_a_hundred_cells_is_a_hundredth_of_a_copy_per_cell() {
        let (one, hundredth) = (Number::from(1), "0.01".parse().unwrap());
        assert_eq!(
            Unit::CopiesPer100Cells.in_smallest(one),
            Unit::CopiesPerCell.in_smallest(hundredth)
        );
    }

    #[test]
    fn units_of_two_dimensions_are_refused_by_name() {
        let refused = Unit::InternationalUnitsPerMl.check_comparable(Unit::EndotoxinUnitsPerMl);
        assert_eq!(
            refused.unwrap_err().to_string(),
            "a result in `IU/mL` cannot be compared with `EU/mL`: give it in `EU/mL`"
        );
        assert!(Unit::Ratio.check_comparable(Unit::Percent).is_err());
    }

    proptest! {
        #[test]
        fn any_text_is_a_unit_or_refused(text in ".*") {
            let _ = text.parse::<Unit>();
        }

        #[test]
        fn amounts_keep_every_digit(mantissa in 1_u64..1_000_000_000_000_000, places in 0_u32..=12) {
            let number: Number = Decimal::new(i64::try_from(mantissa).unwrap(), places).to_string().parse().unwrap();
            for unit in Unit::ALL {
                let amount = unit.in_smallest(number);
                prop_assert_eq!(amount / Decimal::from(unit.spec().factor), number.decimal());
            }
        }
    }
}
