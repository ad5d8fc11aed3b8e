//! A row of an inventory as facts, and facts as a row. The two mirror each other: what is read from a row is
//! written as an equal row.
//!
//! A row is refused whole, with everything that is wrong in it. What the exchange has no field for (consent,
//! products, statuses of registry and bank) is neither read nor written.

mod read;
mod write;

use std::collections::BTreeMap;

pub use self::{read::read, write::write};
use super::{
    field::{self, Element},
    value::{FieldProblem, ValueProblem},
};
use crate::domain::cord_blood::code::{Locus, TypingMethod};

/// UCUM `uL` in a tenth of a millilitre.
const UL_PER_TENTH: u32 = 100;

/// The values of one unit as written, each at its place in [`field::leaves`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Fields(BTreeMap<&'static str, String>);

impl Fields {
    /// Takes a value at a place of a unit. A value without text is no value; what is given twice, or belongs to
    /// donors, is refused. Answers false for a place that the field set does not have.
    pub fn put(&mut self, path: &str, text: &str) -> Result<bool, FieldProblem> {
        let text = text.trim();
        let Some(leaf) = field::leaf(path) else {
            return match field::find(Element::Donor, path) {
                Some(_) if !text.is_empty() => {
                    Err(FieldProblem::new(path, Some(text), ValueProblem::DonorsOnly))
                }
                known => Ok(known.is_some()),
            };
        };
        if !text.is_empty() && self.0.insert(&leaf.path, text.to_owned()).is_some() {
            return Err(FieldProblem::new(path, Some(text), ValueProblem::Repeated));
        }
        Ok(true)
    }

    pub fn get(&self, path: &str) -> Option<&str> {
        self.0.get(path).map(String::as_str)
    }

    /// The values in the order of the exchange.
    pub fn iter(&self) -> impl Iterator<Item = (&'static field::Leaf, &str)> {
        field::leaves().iter().filter_map(|leaf| Some((leaf, self.get(&leaf.path)?)))
    }

    fn any_under(&self, prefix: &str) -> bool {
        self.0.range(prefix..).next().is_some_and(|(path, _)| path.starts_with(prefix))
    }
}

fn hla_path(whose: &str, locus: Locus, method: TypingMethod, value: &str) -> String {
    format!("{whose}HLA/{}/{}/{value}", locus.code(), method.code())
}

fn idm_path(whose: &str, test: &str) -> String {
    format!("{whose}IDM/{test}")
}

#[cfg(test)]
pub(crate) mod tests;
