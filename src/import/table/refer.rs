//! What the rows of the bank's tables have in common: whose word a row is, and how it refers to other records.

use super::{
    column::Problem,
    value::{Accession, List, Refers},
};
use crate::{
    catalogue::import::{Ask, RowKey},
    domain::{
        identifier::normalise,
        record::{Draft, Facts, Layer, Record, Relation, State},
        source::Source,
        term::{Key, Reference},
    },
};

/// The source of a table that names none.
const BANK: &str = "bank";

/// Which record a row is of, and whose word.
#[derive(Debug, Default)]
pub(super) struct Own {
    pub(super) accession: Option<Accession>,
    pub(super) record_state: Option<State>,
    pub(super) source: Option<String>,
    pub(super) key: Option<String>,
}

/// By what a row is known again.
#[derive(Debug, Clone)]
pub(super) enum Number {
    /// With the scheme of the number.
    Of(&'static str, String),
    Accession(String),
}

impl Number {
    /// As it is written.
    pub(super) fn text(&self) -> &str {
        match self {
            Self::Of(_, text) | Self::Accession(text) => text,
        }
    }

    /// As a record is met by it.
    pub(super) fn folded(&self) -> String {
        match self {
            Self::Of(scheme, number) => normalise(scheme, number),
            Self::Accession(accession) => accession.clone(),
        }
    }
}

impl Own {
    /// The number, or without one the accession.
    pub(super) fn number(&self, scheme: &'static str, number: Option<&str>) -> Number {
        let accession = || self.accession.as_ref().map_or_else(String::new, |one| one.0.clone());
        number.map_or_else(
            || Number::Accession(accession()),
            |number| Number::Of(scheme, number.to_owned()),
        )
    }

    /// What is not as a table has it without saying.
    pub(super) fn of<F: Facts>(record: &Record<F>, layer: &Layer<F>, number: &Number) -> Self {
        let source = layer.source.as_str();
        Self {
            accession: Some(Accession(record.accession.clone())),
            record_state: Some(record.state).filter(|state| *state != State::Published),
            source: (source != BANK).then(|| source.to_owned()),
            key: (layer.key != number.folded()).then(|| layer.key.clone()),
        }
    }

    /// A source has one row of a number, whatever key it gives it.
    pub(super) fn identity(&self, number: &Number) -> String {
        let source = self.source.as_deref().unwrap_or(BANK);
        format!("{source}\n{}", number.folded())
    }

    pub(super) fn row_key(&self, number: &Number) -> RowKey {
        let by = match number {
            Number::Of(scheme, number) => Some(Key::new(scheme, number)),
            Number::Accession(_) => None,
        };
        RowKey::Number { by, is_named: self.key.is_some() }
    }

    /// A draft of one layer. Its flags are worked out by whoever completes it.
    pub(super) fn draft<F>(self, number: &Number, facts: F) -> Draft<F> {
        let source = Source::new(self.source.as_deref().unwrap_or(BANK));
        let key = self.key.unwrap_or_else(|| number.folded());
        let layer = Layer { source, key, facts, flags: Vec::new() };
        let accession = self.accession.map(|accession| accession.0);
        Draft { accession, state: self.record_state, ..Draft::of(layer) }
    }
}

/// The reference of a column and of the one beside it that holds its name. A text that does not say what it is becomes a
/// question to the catalogue.
pub(super) fn reference(
    relation: Relation,
    column: &'static str,
    items: Option<List<Refers>>,
    name: Option<String>,
    asks: &mut Vec<Ask>,
) -> Result<Option<Reference>, Problem> {
    let items = items.map_or_else(Vec::new, |items| items.0);
    if let [Refers::By(text)] = &items[..] {
        if text.is_empty() {
            return Err(Problem::blank(column));
        }
        asks.push(Ask { relation, column, text: text.clone(), name });
        return Ok(None);
    }
    let mut keys = Vec::with_capacity(items.len());
    for item in items {
        match item {
            Refers::To(key) => keys.push(key),
            Refers::By(text) => {
                let message = format!(
                    "`{text}` stands among several: write each as `scheme:value`, and a name in `{column}_name`"
                );
                return Err(Problem::new(column, message));
            }
        }
    }
    let nothing = keys.is_empty() && name.is_none();
    Ok((!nothing).then_some(Reference { keys, label: name }))
}

/// A reference as the two columns.
pub(super) fn columns(reference: Option<Reference>) -> (Option<List<Refers>>, Option<String>) {
    let Some(Reference { keys, label }) = reference else { return (None, None) };
    let items: Vec<Refers> = keys.into_iter().map(Refers::To).collect();
    (super::lot::list(items), label)
}
