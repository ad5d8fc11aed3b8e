//! One value of the exchange: read by the kind of its field, or refused with what was found and the remedy.
//!
//! A number that is off by a power of ten is refused with the one that was probably meant, if there is only one. It
//! is never put in its place.

use chrono::{DateTime, Datelike, NaiveDate, SecondsFormat, Utc};

use super::field::{Kind, Quantity};
use crate::domain::cord_blood::count::{self, Decimal};

/// Values are cut to so many characters where a problem shows them.
const SHOWN_CHARS: usize = 60;

/// A value by the kind of its field. Codes are those of the field's table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    Text(String),
    Code(&'static str),
    Integer(u32),
    Tenths(u32),
    Count(u64),
    Date(NaiveDate),
    Time(DateTime<Utc>),
    Boolean(bool),
}

impl Value {
    /// As the exchange writes it. Equal values give equal texts.
    pub fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Code(code) => (*code).to_owned(),
            Self::Integer(number) => number.to_string(),
            Self::Tenths(number) => count::tenths(*number),
            Self::Count(number) => count::scientific(*number),
            Self::Date(date) => date.to_string(),
            Self::Time(time) => time.to_rfc3339_opts(SecondsFormat::AutoSi, true),
            Self::Boolean(yes) => yes.to_string(),
        }
    }
}

/// A bound that counts are expected within, tighter than what the exchange can write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CountRange {
    pub least: u64,
    pub most: u64,
}

/// Which counts a bank's units usually have: the ground on which a count is held to be off by a power of ten. None
/// at all, 0, is always a count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsualCounts {
    pub tnc: CountRange,
    pub nrbc: CountRange,
    pub mnc: CountRange,
    pub cd34: CountRange,
    pub cfu: CountRange,
}

impl Default for UsualCounts {
    /// From 1000: below it a number can be read as one in the power its field is usually given in, as the exchange writes
    /// up to `999.9E6`. A unit with fewer cells than banks list is taken and flagged: it may be kept for research.
    fn default() -> Self {
        let all = |quantity: Quantity| CountRange { least: 1_000, most: quantity.most() };
        Self {
            tnc: all(Quantity::Tnc),
            nrbc: all(Quantity::Nrbc),
            mnc: all(Quantity::Mnc),
            cd34: all(Quantity::Cd34),
            cfu: all(Quantity::Cfu),
        }
    }
}

impl UsualCounts {
    /// What the exchange can write, and no more: for a bank whose small units are no mistakes.
    pub fn any() -> Self {
        let all = |quantity: Quantity| CountRange { least: 1, most: quantity.most() };
        Self {
            tnc: all(Quantity::Tnc),
            nrbc: all(Quantity::Nrbc),
            mnc: all(Quantity::Mnc),
            cd34: all(Quantity::Cd34),
            cfu: all(Quantity::Cfu),
        }
    }

    /// The range of a quantity, never wider than the exchange.
    fn of(&self, quantity: Quantity) -> CountRange {
        let range = match quantity {
            Quantity::Tnc => self.tnc,
            Quantity::Nrbc => self.nrbc,
            Quantity::Mnc => self.mnc,
            Quantity::Cd34 => self.cd34,
            Quantity::Cfu => self.cfu,
        };
        CountRange { least: range.least.max(1), most: range.most.min(quantity.most()) }
    }
}

/// A field whose value is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}{}: {problem}", value.as_ref().map(|value| format!(" `{value}`")).unwrap_or_default())]
pub struct FieldProblem {
    /// The path of the field: `MAT/HLA/A/DNA/FIELD1`.
    pub field: String,
    /// As written, cut where it is long; `None` where there is none.
    pub value: Option<String>,
    pub problem: ValueProblem,
}

impl FieldProblem {
    pub fn new(field: &str, value: Option<&str>, problem: ValueProblem) -> Self {
        Self { field: field.to_owned(), value: value.map(|text| shown(text, SHOWN_CHARS)), problem }
    }
}

/// A text of unknown origin as a message can show it: cut, and on one line.
pub fn shown(text: &str, most: usize) -> String {
    let visible = |c: char| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c };
    let mut shown: String = text.chars().take(most).map(visible).collect();
    if text.chars().nth(most).is_some() {
        shown.push('…');
    }
    shown
}

/// What is wrong with a value, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ValueProblem {
    #[error("is required and missing: give it")]
    Missing,
    #[error("is given twice: give it once")]
    Repeated,
    #[error("is a field of donors, not of cord-blood units: leave it out")]
    DonorsOnly,
    #[error("has {found} characters, at most {most} are allowed: shorten it")]
    TooLong { found: usize, most: usize },
    #[error("holds a control character: write it as plain text on one line")]
    ControlCharacter,
    #[error("is none of {}{}", listed(allowed), did_you_mean(suggestion.as_deref()))]
    UnknownCode { allowed: Vec<&'static str>, suggestion: Option<String> },
    #[error("is no number: write it as `{expected}`")]
    NotANumber { expected: &'static str },
    #[error("is no whole number{}", did_you_mean(suggestion.as_deref()))]
    NotWhole { suggestion: Option<String> },
    #[error("is no whole number, and counts are absolute{}", did_you_mean(suggestion.as_deref()))]
    NotAbsolute { suggestion: Option<String> },
    #[error("has more than one decimal: write one")]
    MoreDecimals,
    #[error("is not from {least} to {most}{}", did_you_mean(suggestion.as_deref()))]
    OutOfRange { least: String, most: String, suggestion: Option<String> },
    #[error("is no day: write it as `2016-08-23`{}", did_you_mean(suggestion.as_deref()))]
    NotADate { suggestion: Option<String> },
    #[error("is no time: write it as `2016-08-23T13:16:48Z`")]
    NotATime,
    #[error("is before {other}, {earlier}: correct one of them")]
    BeforeOther { other: &'static str, earlier: NaiveDate },
    #[error("goes only with {requires}: correct one of them")]
    Contradiction { requires: &'static str },
}

fn listed(codes: &[&str]) -> String {
    codes.iter().map(|code| format!("`{code}`")).collect::<Vec<_>>().join(", ")
}

fn did_you_mean(suggestion: Option<&str>) -> String {
    suggestion.map_or_else(
        || ": correct it".to_owned(),
        |suggestion| format!(": did you mean `{suggestion}`?"),
    )
}

/// Reads a value. The text is trimmed and not empty.
pub fn read(kind: Kind, text: &str, usual: &UsualCounts) -> Result<Value, ValueProblem> {
    match kind {
        Kind::Text(most) => read_text(text, Some(most)).map(Value::Text),
        Kind::Version | Kind::Group => read_text(text, None).map(Value::Text),
        Kind::Code(allowed) => read_code(allowed, text).map(Value::Code),
        Kind::Organization => read_organization(text).map(Value::Integer),
        Kind::Integer { least, most } => read_integer(text, least, most).map(Value::Integer),
        Kind::Tenths { most } => read_tenths(text, most).map(Value::Tenths),
        Kind::Count(quantity) => read_count(text, quantity, usual).map(Value::Count),
        Kind::Date => read_date(text).map(Value::Date),
        Kind::Time => read_time(text).map(Value::Time),
        Kind::Boolean => Ok(Value::Boolean(read_code(&["true", "false"], text)? == "true")),
    }
}

fn read_text(text: &str, most: Option<usize>) -> Result<String, ValueProblem> {
    // XML cannot carry the two non-characters either.
    if text.contains(|c: char| c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}')) {
        return Err(ValueProblem::ControlCharacter);
    }
    let found = text.chars().count();
    match most {
        Some(most) if found > most => Err(ValueProblem::TooLong { found, most }),
        _ => Ok(text.to_owned()),
    }
}

fn read_code(allowed: &'static [&'static str], text: &str) -> Result<&'static str, ValueProblem> {
    if let Some(code) = allowed.iter().find(|code| **code == text) {
        return Ok(code);
    }
    let meant = match text {
        "+" => "P",
        "-" => "N",
        other => other,
    };
    let suggestion = allowed.iter().find(|code| code.eq_ignore_ascii_case(meant));
    let suggestion = suggestion.map(|code| (*code).to_owned());
    Err(ValueProblem::UnknownCode { allowed: allowed.to_vec(), suggestion })
}

/// A number that names somebody is never off by a power of ten.
fn read_organization(text: &str) -> Result<u32, ValueProblem> {
    let (least, most) = ("1000".to_owned(), "9999".to_owned());
    let out_of_range = || ValueProblem::OutOfRange { least, most, suggestion: None };
    let number = text.parse::<u32>().ok().filter(|_| text.len() == 4);
    number.filter(|number| *number >= 1000).ok_or_else(out_of_range)
}

fn read_integer(text: &str, least: u32, most: u32) -> Result<u32, ValueProblem> {
    let number = Decimal::read(text).ok_or(ValueProblem::NotANumber { expected: "85" })?;
    let bounds = (u64::from(least), u64::from(most));
    let suggestion = || scaled(number, bounds).map(|number| number.to_string());
    match number.whole() {
        Some(whole) if (bounds.0..=bounds.1).contains(&whole) => {
            Ok(u32::try_from(whole).expect("it is within bounds that fit"))
        }
        None if number.has_fraction() => {
            // `0.93` is a share where a percentage is asked; `95.5` is no mistake of scale.
            let suggestion = if number.is_below(1) { suggestion() } else { None };
            Err(ValueProblem::NotWhole { suggestion })
        }
        _ => Err(ValueProblem::OutOfRange {
            least: least.to_string(),
            most: most.to_string(),
            suggestion: suggestion(),
        }),
    }
}

fn read_tenths(text: &str, most: u32) -> Result<u32, ValueProblem> {
    let number = Decimal::read(text).ok_or(ValueProblem::NotANumber { expected: "12.5" })?;
    let in_tenths = number.shifted(1);
    let suggestion = || {
        let number = scaled(in_tenths, (0, u64::from(most)))?;
        Some(count::tenths(u32::try_from(number).ok()?))
    };
    match in_tenths.whole() {
        Some(whole) if whole <= u64::from(most) => {
            Ok(u32::try_from(whole).expect("it is within a bound that fits"))
        }
        None if in_tenths.has_fraction() => Err(ValueProblem::MoreDecimals),
        _ => Err(ValueProblem::OutOfRange {
            least: count::tenths(0),
            most: count::tenths(most),
            suggestion: suggestion(),
        }),
    }
}

fn read_count(text: &str, quantity: Quantity, usual: &UsualCounts) -> Result<u64, ValueProblem> {
    let number = Decimal::read(text).ok_or(ValueProblem::NotANumber { expected: "1.32E9" })?;
    let range = usual.of(quantity);
    let bounds = (range.least, range.most);
    let suggestion = || {
        let usual = (quantity.least_usual().max(range.least), range.most);
        let meant = scaled(number, usual).or_else(|| in_usual_power(number, quantity, usual));
        meant.map(count::scientific)
    };
    match number.whole() {
        Some(0) => Ok(0),
        Some(whole) if (bounds.0..=bounds.1).contains(&whole) => Ok(whole),
        None if number.has_fraction() => {
            Err(ValueProblem::NotAbsolute { suggestion: suggestion() })
        }
        _ => Err(ValueProblem::OutOfRange {
            least: count::scientific(range.least),
            most: count::scientific(range.most),
            suggestion: suggestion(),
        }),
    }
}

/// The only whole number within bounds that differs by a power of ten.
fn scaled(number: Decimal, bounds: (u64, u64)) -> Option<u64> {
    const POWERS: i32 = 18;
    let within = |power| {
        let whole = number.shifted(power).whole()?;
        (whole > 0 && (bounds.0..=bounds.1).contains(&whole)).then_some(whole)
    };
    let mut found = (-POWERS..=POWERS).filter(|power| *power != 0).filter_map(within);
    match (found.next(), found.next()) {
        (Some(only), None) => Some(only),
        _ => None,
    }
}

/// A number that can stand before `E6` is probably in that power already.
fn in_usual_power(number: Decimal, quantity: Quantity, bounds: (u64, u64)) -> Option<u64> {
    let meant = number.shifted(quantity.power()).whole()?;
    (number.is_below(1_000) && (bounds.0..=bounds.1).contains(&meant)).then_some(meant)
}

fn read_date(text: &str) -> Result<NaiveDate, ValueProblem> {
    if let Some(date) = day(text) {
        return Ok(date);
    }
    // The form of other exchanges, `20160823`.
    let undivided = text.is_ascii() && text.len() == 8;
    let divided = undivided.then(|| format!("{}-{}-{}", &text[..4], &text[4..6], &text[6..]));
    let suggestion = divided.filter(|text| day(text).is_some());
    Err(ValueProblem::NotADate { suggestion })
}

fn day(text: &str) -> Option<NaiveDate> {
    let shape = |(at, byte): (usize, u8)| match at {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    };
    if text.len() != 10 || !text.bytes().enumerate().all(shape) {
        return None;
    }
    let (year, month, day) = (text[..4].parse(), text[5..7].parse(), text[8..].parse());
    NaiveDate::from_ymd_opt(year.ok()?, month.ok()?, day.ok()?)
}

fn read_time(text: &str) -> Result<DateTime<Utc>, ValueProblem> {
    let time = DateTime::parse_from_rfc3339(text).map_err(|_| ValueProblem::NotATime)?;
    let time = time.with_timezone(&Utc);
    // An offset can carry a time out of the years that can be written.
    if (0..=9999).contains(&time.year()) { Ok(time) } else { Err(ValueProblem::NotATime) }
}

#[cfg(test)]
mod tests;
