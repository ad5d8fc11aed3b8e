//! Limits, and whether a measured amount meets one. All arithmetic is exact.
//!
//! A reported value stands for every true value it leaves open: `<10` may be 1 or 9. It meets a limit when all
//! of them do, fails it when none does, and is otherwise indeterminate.

use std::fmt;

use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    number::Number,
    unit::{Unit, UnitError},
    value::{Amount, Comparator, Measurement, Quantity},
};

/// What a value must keep to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Limit {
    Below(Quantity),
    AtMost(Quantity),
    AtLeast(Quantity),
    Above(Quantity),
    /// Both ends are within.
    Between {
        from: Number,
        to: Number,
        unit: Unit,
    },
}

/// How a value stands to a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    Meets,
    Fails,
    /// The value leaves both open.
    Indeterminate,
}

/// One end of the true values, in the smallest unit of the dimension.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct End {
    at: Decimal,
    /// Whether the end itself is one of the values.
    closed: bool,
}

/// The true values that a report leaves open; an end that is `None` is unbounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Range {
    low: Option<End>,
    high: Option<End>,
}

fn open(at: Decimal) -> End {
    End { at, closed: false }
}

fn closed(at: Decimal) -> End {
    End { at, closed: true }
}

impl Range {
    fn of(comparator: Comparator, at: Decimal) -> Self {
        let (low, high) = match comparator {
            Comparator::Below => (None, Some(open(at))),
            Comparator::AtMost => (None, Some(closed(at))),
            Comparator::Exactly => (Some(closed(at)), Some(closed(at))),
            Comparator::AtLeast => (Some(closed(at)), None),
            Comparator::Above => (Some(open(at)), None),
        };
        Self { low, high }
    }

    fn lies_within(&self, outer: &Self) -> bool {
        let low = outer.low.is_none_or(|limit| {
            self.low.is_some_and(|end| {
                end.at > limit.at || end.at == limit.at && (limit.closed || !end.closed)
            })
        });
        let high = outer.high.is_none_or(|limit| {
            self.high.is_some_and(|end| {
                end.at < limit.at || end.at == limit.at && (limit.closed || !end.closed)
            })
        });
        low && high
    }

    /// Whether every value of `self` is below every value of `other`.
    fn lies_below(&self, other: &Self) -> bool {
        let (Some(high), Some(low)) = (self.high, other.low) else { return false };
        high.at < low.at || high.at == low.at && !(high.closed && low.closed)
    }

    fn compare(&self, limit: &Self) -> Comparison {
        if self.lies_within(limit) {
            Comparison::Meets
        } else if self.lies_below(limit) || limit.lies_below(self) {
            Comparison::Fails
        } else {
            Comparison::Indeterminate
        }
    }
}

impl Limit {
    pub fn unit(&self) -> Unit {
        match self {
            Self::Below(quantity)
            | Self::AtMost(quantity)
            | Self::AtLeast(quantity)
            | Self::Above(quantity) => quantity.unit,
            Self::Between { unit, .. } => *unit,
        }
    }

    /// Whether some value can meet it.
    pub fn is_sound(&self) -> bool {
        !matches!(self, Self::Between { from, to, .. } if from > to)
    }

    fn range(&self) -> Range {
        let of = |comparator, quantity: &Quantity| Range::of(comparator, quantity.in_smallest());
        match self {
            Self::Below(quantity) => of(Comparator::Below, quantity),
            Self::AtMost(quantity) => of(Comparator::AtMost, quantity),
            Self::AtLeast(quantity) => of(Comparator::AtLeast, quantity),
            Self::Above(quantity) => of(Comparator::Above, quantity),
            Self::Between { from, to, unit } => {
                let (from, to) = (unit.in_smallest(*from), unit.in_smallest(*to));
                Range { low: Some(closed(from)), high: Some(closed(to)) }
            }
        }
    }

    /// Whether a value meets the limit. A value in a unit of another dimension is refused.
    pub fn compare(&self, value: &Measurement) -> Result<Comparison, UnitError> {
        value.check_unit(self.unit())?;
        Ok(value.range().compare(&self.range()))
    }
}

impl Measurement {
    fn check_unit(&self, expected: Unit) -> Result<(), UnitError> {
        let stated = match self.amount {
            Amount::Stated { quantity, .. } => Some(quantity),
            Amount::NotDetected => None,
        };
        let mut quantities = [stated, self.lod, self.loq].into_iter().flatten();
        quantities.try_for_each(|quantity| quantity.unit.check_comparable(expected))
    }

    /// The true values it leaves open. A number under a limit of the method is known no closer than that limit.
    fn range(&self) -> Range {
        let (lod, loq) = (self.lod.map(Quantity::in_smallest), self.loq.map(Quantity::in_smallest));
        let Amount::Stated { comparator, quantity } = self.amount else {
            return Range { low: None, high: lod.map(closed) };
        };
        let at = quantity.in_smallest();
        let range = Range::of(comparator, at);
        // `<0.5` with a limit of detection of 0.5 says only that nothing was detected, which needs no quantity.
        let is_detection_limit = matches!(comparator, Comparator::Below | Comparator::AtMost)
            && lod.is_some_and(|lod| lod <= at);
        let floor = match (lod, loq) {
            (Some(lod), _) if at < lod => Some(lod),
            (_, Some(loq)) if at < loq && !is_detection_limit => Some(loq),
            _ => None,
        };
        match floor {
            None => range,
            Some(floor) => Range { low: None, high: range.high.map(|_| closed(floor)) },
        }
    }

    /// Whether nothing was detected; `None` where the value leaves it open.
    pub fn is_not_detected(&self) -> Option<bool> {
        let Amount::Stated { comparator, quantity } = self.amount else { return Some(true) };
        let (at, lod) = (quantity.in_smallest(), self.lod.map(Quantity::in_smallest));
        match comparator {
            Comparator::Below | Comparator::AtMost => {
                lod.is_some_and(|lod| at <= lod).then_some(true)
            }
            Comparator::Exactly | Comparator::AtLeast | Comparator::Above => {
                (at > Decimal::ZERO && lod.is_none_or(|lod| at >= lod)).then_some(false)
            }
        }
    }

    /// Whether the true value is surely below that of an earlier measurement: `Meets` if it is, `Fails` if it
    /// surely is not.
    pub fn compare_below(&self, earlier: &Self) -> Result<Comparison, UnitError> {
        self.compare_units(earlier)?;
        let (range, earlier) = (self.range(), earlier.range());
        Ok(if range.lies_below(&earlier) {
            Comparison::Meets
        } else if reaches(&range, &earlier) {
            Comparison::Fails
        } else {
            Comparison::Indeterminate
        })
    }

    /// Whether the true value is surely not above that of an earlier measurement: `Fails` if it surely is.
    pub fn compare_not_above(&self, earlier: &Self) -> Result<Comparison, UnitError> {
        self.compare_units(earlier)?;
        let (range, earlier) = (self.range(), earlier.range());
        Ok(if reaches(&earlier, &range) {
            Comparison::Meets
        } else if earlier.lies_below(&range) {
            Comparison::Fails
        } else {
            Comparison::Indeterminate
        })
    }

    fn compare_units(&self, other: &Self) -> Result<(), UnitError> {
        let unit = |one: &Self| match one.amount {
            Amount::Stated { quantity, .. } => Some(quantity.unit),
            Amount::NotDetected => one.lod.map(|lod| lod.unit),
        };
        match (unit(self), unit(other)) {
            (Some(_), Some(expected)) => self.check_unit(expected),
            _ => Ok(()),
        }
    }
}

/// Whether every value of `upper` is at or above every value of `lower`.
fn reaches(upper: &Range, lower: &Range) -> bool {
    let (Some(low), Some(high)) = (upper.low, lower.high) else { return false };
    low.at >= high.at
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Below(quantity) => write!(f, "<{quantity}"),
            Self::AtMost(quantity) => write!(f, "≤{quantity}"),
            Self::AtLeast(quantity) => write!(f, "≥{quantity}"),
            Self::Above(quantity) => write!(f, ">{quantity}"),
            Self::Between { from, to, unit } => write!(f, "{from}–{to} {unit}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{
        super::{test_code::TestCode, value::Value},
        *,
    };

    fn quantity(number: &str, unit: Unit) -> Quantity {
        Quantity { number: number.parse().unwrap(), unit }
    }

    fn endotoxin(text: &str) -> Measurement {
        Value::parse(TestCode::Endotoxin, text).unwrap().measured().unwrap()
    }

    fn compare(limit: Limit, text: &str) -> Comparison {
        limit.compare(&endotoxin(text)).unwrap()
    }

    #[test]
    fn a_value_meets_a_limit_only_if_every_value_it_leaves_open_does() {
        let limit = Limit::AtMost(quantity("5", Unit::EndotoxinUnitsPerMl));
        for (text, comparison) in [
            ("<0.5 EU/mL", Comparison::Meets),
            ("5 EU/mL", Comparison::Meets),
            ("5.000 EU/mL", Comparison::Meets),
            ("<5 EU/mL", Comparison::Meets),
            ("≤5 EU/mL", Comparison::Meets),
            ("<10 EU/mL", Comparison::Indeterminate),
            ("<5.0001 EU/mL", Comparison::Indeterminate),
            (">1 EU/mL", Comparison::Indeterminate),
            ("5.01 EU/mL", Comparison::Fails),
            (">5 EU/mL", Comparison::Fails),
            ("≥5 EU/mL", Comparison::Indeterminate),
            ("≥6 EU/mL", Comparison::Fails),
        ] {
            assert_eq!(compare(limit, text), comparison, "{text}");
        }
    }

    #[test]
    fn a_limit_that_excludes_its_end_is_not_met_at_it() {
        let below = Limit::Below(quantity("1", Unit::EndotoxinUnitsPerMl));
        assert_eq!(compare(below, "1 EU/mL"), Comparison::Fails);
        assert_eq!(compare(below, "<1 EU/mL"), Comparison::Meets);
        assert_eq!(compare(below, "≤1 EU/mL"), Comparison::Indeterminate);
        let above = Limit::Above(quantity("1", Unit::EndotoxinUnitsPerMl));
        assert_eq!(compare(above, "1 EU/mL"), Comparison::Fails);
        assert_eq!(compare(above, ">1 EU/mL"), Comparison::Meets);
    }

    #[test]
    fn not_detected_meets_a_limit_only_by_its_limit_of_detection() {
        let limit = Limit::AtMost(quantity("5", Unit::EndotoxinUnitsPerMl));
        assert_eq!(compare(limit, "not detected"), Comparison::Indeterminate);
        assert_eq!(compare(limit, "ND (LOD 5 EU/mL)"), Comparison::Meets);
        assert_eq!(compare(limit, "ND (LOD 6 EU/mL)"), Comparison::Indeterminate);
        let least = Limit::AtLeast(quantity("5", Unit::EndotoxinUnitsPerMl));
        assert_eq!(compare(least, "ND (LOD 1 EU/mL)"), Comparison::Fails);
        assert_eq!(compare(least, "not detected"), Comparison::Indeterminate);
    }

    #[test]
    fn a_number_under_a_limit_of_the_method_is_no_closer_than_it() {
        let limit = Limit::AtMost(quantity("5", Unit::EndotoxinUnitsPerMl));
        for (text, comparison) in [
            ("4 EU/mL (LOQ 6)", Comparison::Indeterminate),
            ("4 EU/mL (LOQ 5)", Comparison::Meets),
            ("<4 EU/mL (LOQ 6)", Comparison::Indeterminate),
            ("<4 EU/mL (LOD 4; LOQ 6)", Comparison::Meets),
            ("2 EU/mL (LOD 6)", Comparison::Indeterminate),
            (">4 EU/mL (LOQ 6)", Comparison::Indeterminate),
        ] {
            assert_eq!(compare(limit, text), comparison, "{text}");
        }
    }

    #[test]
    fn one_copy_in_a_hundred_cells_compares_with_copies_per_cell() {
        let limit = Limit::AtMost(quantity("1", Unit::CopiesPer100Cells));
        let value =
            |text| Value::parse(TestCode::ResidualVector, text).unwrap().measured().unwrap();
        assert_eq!(limit.compare(&value("0.01 copies/cell")), Ok(Comparison::Meets));
        assert_eq!(limit.compare(&value("0.010000000001 copies/cell")), Ok(Comparison::Fails));
    }

    #[test]
    fn a_unit_that_cannot_be_compared_is_refused() {
        let limit = Limit::AtMost(quantity("5", Unit::EndotoxinUnitsPerMl));
        let percent = Measurement::stated(Comparator::Exactly, quantity("1", Unit::Percent));
        assert_eq!(
            limit.compare(&percent),
            Err(UnitError::Incomparable {
                found: Unit::Percent,
                expected: Unit::EndotoxinUnitsPerMl
            })
        );
    }

    fn comparators() -> impl Strategy<Value = Comparator> {
        prop::sample::select(vec![
            Comparator::Below,
            Comparator::AtMost,
            Comparator::Exactly,
            Comparator::AtLeast,
            Comparator::Above,
        ])
    }

    fn holds(comparator: Comparator, true_value: u32, at: u32) -> bool {
        match comparator {
            Comparator::Below => true_value < at,
            Comparator::AtMost => true_value <= at,
            Comparator::Exactly => true_value == at,
            Comparator::AtLeast => true_value >= at,
            Comparator::Above => true_value > at,
        }
    }

    proptest! {
        /// Whatever the true value is that a report leaves open, the comparison never contradicts it.
        #[test]
        fn no_comparison_contradicts_a_true_value(
            (reported, required) in (comparators(), comparators()), at in 1_u32..30, limit in 1_u32..30, true_value in 0_u32..40,
        ) {
            prop_assume!(holds(reported, true_value, at));
            let quantity = |number: u32| Quantity { number: Number::from(number), unit: Unit::EndotoxinUnitsPerMl };
            let limit_of = match required {
                Comparator::Below => Limit::Below(quantity(limit)),
                Comparator::AtMost => Limit::AtMost(quantity(limit)),
                Comparator::Exactly => Limit::Between { from: Number::from(limit), to: Number::from(limit), unit: Unit::EndotoxinUnitsPerMl },
                Comparator::AtLeast => Limit::AtLeast(quantity(limit)),
                Comparator::Above => Limit::Above(quantity(limit)),
            };
            let met = holds(required, true_value, limit);
            match limit_of.compare(&Measurement::stated(reported, quantity(at))).unwrap() {
                Comparison::Meets => prop_assert!(met),
                Comparison::Fails => prop_assert!(!met),
                Comparison::Indeterminate => {}
            }
        }
    }
}
