//! What of a result anyone may see. What was found in a donor or a cord-blood unit tells of a person, and so may a text
//! that cannot be read.

use chrono::NaiveDate;

use super::{material::Level, result::QcResult, value::Value};
use crate::domain::karyotype::{Abnormality, AbnormalityKind};

/// The value as it is read: `< 0.5 {EU}/mL`.
pub fn reading(result: &QcResult) -> Option<String> {
    let value = result.value.as_ref().filter(|_| is_of_cells(result))?;
    let read = Value::parse(result.test, &value.text).ok()?;
    let sound = value.problem(result.test).is_none() && !has_free_text(&read);
    sound.then(|| read.to_string())
}

/// The day the sample was taken.
pub fn sampling_date(result: &QcResult) -> Option<NaiveDate> {
    result.sampling_date.filter(|_| is_of_cells(result))
}

/// The day the result was entered.
pub fn entry_date(result: &QcResult) -> Option<NaiveDate> {
    is_of_cells(result).then_some(result.entry_date)
}

fn is_of_cells(result: &QcResult) -> bool {
    !matches!(result.material.level, Level::Donor | Level::CordBloodUnit)
}

/// Whether something in a value was taken as it stood.
fn has_free_text(value: &Value) -> bool {
    let other = |one: &Abnormality| one.kind == AbnormalityKind::Other;
    match value {
        Value::Karyotype(read) => {
            read.clones.iter().flat_map(|clone| &clone.abnormalities).any(other)
        }
        Value::Measured(_) | Value::Coded(_) | Value::Findings(_) => false,
    }
}
