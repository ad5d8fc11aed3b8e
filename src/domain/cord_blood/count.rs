//! Numbers as files write them, read exactly: `1.32E9`, `13.2e8` and `1320000000` are one count of cells.
//! No floating point: a count that went through it could come back as another.

/// Bands in which counts are told apart where lists are narrowed. They are steps of a scale and no limits: nothing is
/// judged by them.
#[derive(Debug)]
pub struct Bands {
    power: u32,
    /// In that power of ten, rising.
    steps: &'static [u64],
}

/// Total nucleated cells.
pub const TNC: Bands = Bands { power: 8, steps: &[5, 10, 15, 20] };
/// CD34+ cells.
pub const CD34: Bands = Bands { power: 6, steps: &[2, 4, 6, 8] };

impl Bands {
    /// The code of the band that a count lies in, its lower end included: `5-10`, `20+`.
    pub fn of(&self, count: u64) -> String {
        let below = |step: &&u64| count < **step * 10_u64.pow(self.power);
        let above = self.steps.iter().find(below);
        let from = self.steps.iter().rev().find(|step| !below(step)).unwrap_or(&0);
        above.map_or_else(|| format!("{from}+"), |above| format!("{from}-{above}"))
    }

    /// As a reader writes it: `5–10 ×10⁸`.
    pub fn label(&self, code: &str) -> String {
        format!("{} {}", code.replace('-', "–"), power_of_ten(self.power))
    }
}

/// Longer runs of digits are no measurement.
const MAX_DIGITS: usize = 30;

/// A decimal number without a sign: `digits × 10^exponent`, its digits not ending in zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decimal {
    digits: u128,
    exponent: i32,
}

impl Decimal {
    /// Reads digits with an optional point and an optional exponent. Signs, commas and spaces inside are not read.
    pub fn read(text: &str) -> Option<Self> {
        let (number, exponent) = match text.split_once(['e', 'E']) {
            Some((number, exponent)) => (number, read_exponent(exponent)?),
            None => (text, 0),
        };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let is_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || !is_digits(whole) || !is_digits(fraction) {
            return None;
        }
        let written = format!("{whole}{fraction}");
        let digits = written.trim_matches('0');
        if digits.len() > MAX_DIGITS {
            return None;
        }
        if digits.is_empty() {
            return Some(Self { digits: 0, exponent: 0 });
        }
        let zeros = written.len() - written.trim_end_matches('0').len();
        let places = i32::try_from(zeros).ok()? - i32::try_from(fraction.len()).ok()?;
        Some(Self { digits: digits.parse().ok()?, exponent: exponent.saturating_add(places) })
    }

    /// The number, if it is whole and fits.
    pub fn whole(self) -> Option<u64> {
        let power = 10_u128.checked_pow(u32::try_from(self.exponent).ok()?)?;
        u64::try_from(self.digits.checked_mul(power)?).ok()
    }

    /// Whether the number has digits after the point.
    pub fn has_fraction(self) -> bool {
        self.exponent < 0
    }

    pub fn is_below(self, bound: u32) -> bool {
        let power = 10_u128.checked_pow(self.exponent.unsigned_abs());
        let (digits, bound) = (self.digits, u128::from(bound));
        let (digits, bound) = match power {
            Some(power) if self.exponent < 0 => (Some(digits), bound.checked_mul(power)),
            Some(power) => (digits.checked_mul(power), Some(bound)),
            None if self.exponent < 0 => (Some(digits), None),
            None => (None, Some(bound)),
        };
        // What does not fit is greater than anything that does.
        digits.is_some_and(|digits| bound.is_none_or(|bound| digits < bound))
    }

    /// The number times a power of ten.
    pub fn shifted(self, power: i32) -> Self {
        let exponent = if self.digits == 0 { 0 } else { self.exponent.saturating_add(power) };
        Self { exponent, ..self }
    }
}

/// At most four digits: more would be no measurement, and sums of them stay far from overflow.
fn read_exponent(text: &str) -> Option<i32> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let sound = (1..=4).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    if sound { text.parse().ok() } else { None }
}

/// A count as the exchange writes it: `1.32E9`, and `0` for none. Equal counts give equal texts.
pub fn scientific(count: u64) -> String {
    if count == 0 {
        return "0".to_owned();
    }
    let digits = count.to_string();
    let exponent = digits.len() - 1;
    let (first, rest) = digits.split_at(1);
    match rest.trim_end_matches('0') {
        "" => format!("{first}E{exponent}"),
        rest => format!("{first}.{rest}E{exponent}"),
    }
}

/// A count in a power of ten, exactly: 1,320,000,000 in 10⁸ is `13.2`.
pub fn in_power(count: u64, power: u32) -> String {
    let power = power as usize;
    let digits = format!("{count:0>width$}", width = power + 1);
    let (whole, fraction) = digits.split_at(digits.len() - power);
    match fraction.trim_end_matches('0') {
        "" => whole.to_owned(),
        fraction => format!("{whole}.{fraction}"),
    }
}

/// A count as people read it: `13.2 ×10⁸`.
pub fn shown(count: u64, power: u32) -> String {
    format!("{} {}", in_power(count, power), power_of_ten(power))
}

fn power_of_ten(power: u32) -> String {
    const SUPERSCRIPTS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let digits = power.to_string();
    let digits = digits.bytes().map(|digit| SUPERSCRIPTS[usize::from(digit - b'0')]);
    ["×10".to_owned(), digits.collect()].concat()
}

/// Tenths as the exchange writes them: 123 is `12.3`.
pub fn tenths(count: u32) -> String {
    format!("{}.{}", count / 10, count % 10)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn whole(text: &str) -> Option<u64> {
        Decimal::read(text).and_then(Decimal::whole)
    }

    #[test]
    fn a_band_holds_its_lower_end() {
        for (tnc, band) in [
            (0, "0-5"),
            (499_999_999, "0-5"),
            (500_000_000, "5-10"),
            (1_999_999_999, "15-20"),
            (2_000_000_000, "20+"),
            (u64::MAX, "20+"),
        ] {
            assert_eq!(TNC.of(tnc), band);
        }
        assert_eq!(TNC.label("5-10"), "5–10 ×10⁸");
        assert_eq!(CD34.of(4_100_000), "4-6");
    }

    #[test]
    fn one_count_in_many_spellings_is_one_number() {
        for text in
            ["1.32E9", "13.2e8", "1320000000", "1.320E+9", "132.E7", "00.0132E11", "1320000000.0"]
        {
            assert_eq!(whole(text), Some(1_320_000_000), "{text}");
        }
        assert_eq!(whole("0.0E0"), Some(0));
        assert_eq!(whole("18446744073709551615"), Some(u64::MAX));
    }

    #[test]
    fn what_is_no_whole_number_is_read_and_not_rounded() {
        for text in ["13.2", "0.5", "1E-1", "18446744073709551616", "1E9999"] {
            assert!(Decimal::read(text).is_some(), "{text}");
            assert_eq!(whole(text), None, "{text}");
        }
    }

    #[test]
    fn numbers_are_compared_without_rounding() {
        let below = |text: &str, bound| Decimal::read(text).unwrap().is_below(bound);
        assert!(below("0.99", 1) && below("999.9", 1_000) && below("1E-9999", 1) && below("0", 1));
        assert!(!below("1", 1) && !below("1E3", 1_000) && !below("1E9999", 1_000));
    }

    #[test]
    fn other_texts_are_no_numbers() {
        for text in [
            "", ".", ".5", "1,320", "-1", "+1", "1 0", "E9", "1E", "1E+", "1E1.5", "１", "NaN",
            "1E12345",
        ] {
            assert_eq!(Decimal::read(text), None, "{text}");
        }
        assert_eq!(Decimal::read(&"7".repeat(31)), None);
    }

    #[test]
    fn counts_are_shown_in_the_power_of_their_field() {
        assert_eq!(shown(1_320_000_000, 8), "13.2 ×10⁸");
        assert_eq!(shown(4_100_000, 6), "4.1 ×10⁶");
        assert_eq!(shown(7, 8), "0.00000007 ×10⁸");
        assert_eq!(shown(0, 8), "0 ×10⁸");
        assert_eq!(scientific(9_990_000_000), "9.99E9");
        assert_eq!(scientific(3_000_000), "3E6");
        assert_eq!((tenths(123), tenths(7)), ("12.3".to_owned(), "0.7".to_owned()));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in ".*") {
            let _ = Decimal::read(&text).map(|number| number.shifted(i32::MAX).whole());
        }

        #[test]
        fn any_shape_of_number_is_read_or_refused(text in "[0-9]{0,40}\\.?[0-9]{0,40}([eE][+-]?[0-9]{0,6})?") {
            let _ = Decimal::read(&text).map(|number| number.shifted(-9999).shifted(9999).whole());
        }

        #[test]
        fn every_count_survives_its_spellings(count in any::<u64>(), power in 0_u32..12) {
            prop_assert_eq!(whole(&scientific(count)), Some(count));
            prop_assert_eq!(whole(&format!("{}E{power}", in_power(count, power))), Some(count));
        }
    }
}
