//! A decimal number as laboratories report it. No floats: `5` and `5.0` are one number, and 5 is not below 5.
//!
//! Numbers are short enough that the product with any factor of [`super::unit`] is exact.

use std::{fmt, str::FromStr};

use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The digits a number may have. No method of a bank measures finer.
const DIGITS: u32 = 15;

/// The digits after the point a number may have.
const PLACES: u32 = 12;

/// An exact decimal of at most 15 digits, 12 of them after the point; a string in JSON.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(try_from = "String", into = "String")]
pub struct Number(Decimal);

/// Why a text is no number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    #[error("`{text}` is no number: write it as `0.5`, `12` or `1.32E9`")]
    Malformed { text: String },
    #[error("`{text}` has a comma, which may part decimals or thousands: write `0.5` or `1000`")]
    Comma { text: String },
    #[error(
        "`{text}` is out of range: write at most {DIGITS} digits, {PLACES} of them after the point"
    )]
    OutOfRange { text: String },
}

impl Number {
    pub fn decimal(self) -> Decimal {
        self.0
    }
}

impl From<u32> for Number {
    fn from(number: u32) -> Self {
        Self(Decimal::from(number))
    }
}

impl FromStr for Number {
    type Err = NumberError;

    fn from_str(text: &str) -> Result<Self, NumberError> {
        let malformed = || NumberError::Malformed { text: text.to_owned() };
        if text.contains(',') {
            return Err(NumberError::Comma { text: text.to_owned() });
        }
        // `Decimal` also reads underscores, which no report holds.
        if !text.contains(|c: char| c.is_ascii_digit()) || text.contains('_') {
            return Err(malformed());
        }
        let out_of_range = || NumberError::OutOfRange { text: text.to_owned() };
        let read = match text.to_ascii_uppercase() {
            scientific if scientific.contains('E') => {
                Decimal::from_scientific(&scientific).map_err(|_| malformed())?
            }
            plain => Decimal::from_str_exact(&plain).map_err(|_| malformed())?,
        };
        let number = read.normalize();
        let sound = number.mantissa().unsigned_abs() < 10_u128.pow(DIGITS)
            && number.scale() <= PLACES
            && number.abs() < Decimal::from(10_u64.pow(DIGITS));
        if sound { Ok(Self(number)) } else { Err(out_of_range()) }
    }
}

impl TryFrom<String> for Number {
    type Error = NumberError;

    fn try_from(text: String) -> Result<Self, NumberError> {
        text.parse()
    }
}

impl From<Number> for String {
    fn from(number: Number) -> Self {
        number.to_string()
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn equal_numbers_are_one_number_however_written() {
        for (one, other) in [
            ("5", "5.0"),
            ("1.32E9", "1320000000"),
            (".5", "0.50"),
            ("-0", "0"),
            ("4.1e6", "4100000"),
        ] {
            assert_eq!(one.parse::<Number>(), other.parse::<Number>(), "{one} and {other}");
            assert_eq!(
                one.parse::<Number>().unwrap().to_string(),
                other.parse::<Number>().unwrap().to_string()
            );
        }
    }

    #[test]
    fn a_comma_is_never_guessed_at() {
        for text in ["0,5", "1,000"] {
            assert!(matches!(text.parse::<Number>(), Err(NumberError::Comma { .. })), "{text}");
        }
    }

    #[test]
    fn numbers_too_long_to_stay_exact_are_refused() {
        for text in ["1E15", "1E-13", "1234567890123456", "0.0000000000001", "1E99", "1E-99"] {
            assert!(text.parse::<Number>().is_err(), "{text}");
        }
        assert!("123456789012345".parse::<Number>().is_ok());
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in ".*") {
            let _ = text.parse::<Number>();
        }

        #[test]
        fn any_shape_of_number_is_read_or_refused(text in "[+-]?[0-9_]{0,20}\\.?[0-9]{0,20}([eE][+-]?[0-9]{0,4})?") {
            let _ = text.parse::<Number>();
        }

        #[test]
        fn a_number_reads_back(mantissa in -999_999_999_i64..999_999_999, places in 0_u32..12) {
            let number = Number(Decimal::new(mantissa, places).normalize());
            prop_assert_eq!(number.to_string().parse(), Ok(number));
        }
    }
}
