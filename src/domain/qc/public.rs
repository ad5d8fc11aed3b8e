//! What the public may see of a result. Not shown are who tested and who reviewed, a text that cannot be read, which may
//! tell of a person, and what was found in a donor or a cord-blood unit.

use chrono::NaiveDate;

use super::{material::Level, result::QcResult, value::Value};
use crate::domain::karyotype::{Abnormality, AbnormalityKind};

impl QcResult {
    /// Whether what was tested are cells of a line, and not a person.
    pub fn is_of_cells(&self) -> bool {
        !matches!(self.material.level, Level::Donor | Level::CordBloodUnit)
    }

    /// The value as it is read.
    pub fn public_reading(&self) -> Option<Value> {
        let value = self.value.as_ref().filter(|_| self.is_of_cells())?;
        let read = Value::parse(self.test, &value.text).ok()?;
        let sound = value.problem(self.test).is_none() && !tells_of_a_person(&read);
        sound.then_some(read)
    }

    /// The day the sample was taken.
    pub fn public_sampling_date(&self) -> Option<NaiveDate> {
        self.sampling_date.filter(|_| self.is_of_cells())
    }

    /// The day the result was entered.
    pub fn public_entry_date(&self) -> Option<NaiveDate> {
        self.is_of_cells().then_some(self.entry_date)
    }
}

/// Whether a value may tell of a person: alleles do, and so may what was taken as it stood.
fn tells_of_a_person(value: &Value) -> bool {
    let other = |one: &Abnormality| one.kind == AbnormalityKind::Other;
    match value {
        Value::Karyotype(read) => {
            read.clones.iter().flat_map(|clone| &clone.abnormalities).any(other)
        }
        Value::Alleles => true,
        Value::Measured(_) | Value::Coded(_) | Value::Findings(_) => false,
    }
}
