//! What an inventory says of itself: its attributes in a file become an [`Inventory`], or end the reading.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::{
    field::{self, Element},
    value::{self, FieldProblem, UsualCounts, Value, ValueProblem},
};
use crate::domain::cord_blood::inventory::{Inventory, InventoryProblem, UpdateMode};

/// The fields of an inventory by name, as a file gives them.
pub type Attributes = BTreeMap<&'static str, String>;

/// Why the units of an inventory are not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HeaderProblem {
    #[error("the inventory cannot be told: {0}")]
    Field(FieldProblem),
    #[error(transparent)]
    Inventory(#[from] InventoryProblem),
    #[error(
        "the inventory lists donors (CONTENT_TYPE `D` or DONOR elements): send one of cord-blood units, `C`"
    )]
    Donors,
    #[error(
        "the file has two inventories of organization {listing_organization} and pool {pool} that say different \
         things of themselves: put their units into one"
    )]
    Twice { listing_organization: u32, pool: u32 },
    #[error("the file has more than {most} inventories; this is another kind of file")]
    TooMany { most: usize },
}

/// The stable name of an inventory's field, if it is one.
pub fn name(text: &str) -> Option<&'static str> {
    field::find(Element::Inventory, text).map(|field| field.name)
}

/// Reads a full inventory of units; any other is refused.
pub fn read(attributes: &Attributes) -> Result<Inventory, HeaderProblem> {
    if value(attributes, "CONTENT_TYPE")? == Some(Value::Code("D")) {
        return Err(HeaderProblem::Donors);
    }
    if value(attributes, "UPDATE_MODE")? == Some(Value::Code("DIFF")) {
        return Err(InventoryProblem::NotFull { found: UpdateMode::Diff }.into());
    }
    let Some(Value::Text(schema_version)) = value(attributes, "SCHEMA_VERSION")? else {
        return Err(missing("SCHEMA_VERSION"));
    };
    Ok(Inventory {
        listing_organization: number(attributes, "LISTING_ORGANIZATION")?,
        pool: number(attributes, "POOL")?,
        update_mode: UpdateMode::Full,
        schema_version,
        created: time(attributes, "CREATION_TIME")?.ok_or_else(|| missing("CREATION_TIME"))?,
        snapshot: time(attributes, "SNAPSHOT_TIME")?,
    })
}

/// An inventory as a file gives it, in the order of the exchange: each field with its text.
pub fn write(inventory: &Inventory) -> Vec<(&'static str, String)> {
    let snapshot = inventory.snapshot.map(|time| ("SNAPSHOT_TIME", Value::Time(time).text()));
    let before = [
        ("CREATION_TIME", Value::Time(inventory.created).text()),
        ("LISTING_ORGANIZATION", inventory.listing_organization.to_string()),
        ("POOL", inventory.pool.to_string()),
    ];
    let after = [
        ("CONTENT_TYPE", "C".to_owned()),
        ("UPDATE_MODE", inventory.update_mode.code().to_owned()),
        ("SCHEMA_VERSION", inventory.schema_version.clone()),
    ];
    before.into_iter().chain(snapshot).chain(after).collect()
}

fn missing(name: &str) -> HeaderProblem {
    HeaderProblem::Field(FieldProblem::new(name, None, ValueProblem::Missing))
}

fn number(attributes: &Attributes, name: &str) -> Result<u32, HeaderProblem> {
    match value(attributes, name)? {
        Some(Value::Integer(number)) => Ok(number),
        _ => Err(missing(name)),
    }
}

fn time(attributes: &Attributes, name: &str) -> Result<Option<DateTime<Utc>>, HeaderProblem> {
    match value(attributes, name)? {
        Some(Value::Time(time)) => Ok(Some(time)),
        _ => Ok(None),
    }
}

/// The value of a field; `None` where an optional one is not given.
fn value(attributes: &Attributes, name: &str) -> Result<Option<Value>, HeaderProblem> {
    let field = field::find(Element::Inventory, name).expect("the name is in the table");
    let text = attributes.get(name).map_or("", |text| text.trim());
    if text.is_empty() {
        let required = field.need == field::Need::Required;
        return if required { Err(missing(name)) } else { Ok(None) };
    }
    let read = value::read(field.kind, text, &UsualCounts::any());
    read.map(Some)
        .map_err(|problem| HeaderProblem::Field(FieldProblem::new(name, Some(text), problem)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attributes() -> Attributes {
        Attributes::from([
            ("CREATION_TIME", "2016-08-23T13:16:48Z".to_owned()),
            ("LISTING_ORGANIZATION", "6939".to_owned()),
            ("POOL", "3553".to_owned()),
            ("CONTENT_TYPE", "C".to_owned()),
            ("UPDATE_MODE", "FULL".to_owned()),
            ("SCHEMA_VERSION", "2.0".to_owned()),
        ])
    }

    fn with(name: &'static str, text: &str) -> Result<Inventory, HeaderProblem> {
        let mut attributes = attributes();
        attributes.insert(name, text.to_owned());
        read(&attributes)
    }

    #[test]
    fn the_snapshot_is_the_time_of_the_file_where_none_is_stated() {
        let inventory = read(&attributes()).unwrap();
        assert_eq!(inventory.taken(), inventory.created);
        let inventory = with("SNAPSHOT_TIME", "2016-08-22T00:00:00.5Z").unwrap();
        assert_eq!(inventory.taken().to_rfc3339(), "2016-08-22T00:00:00.500+00:00");
    }

    #[test]
    fn other_inventories_are_refused_by_what_is_wrong() {
        let not_full = InventoryProblem::NotFull { found: UpdateMode::Diff };
        assert_eq!(with("UPDATE_MODE", "DIFF"), Err(HeaderProblem::Inventory(not_full)));
        assert_eq!(with("CONTENT_TYPE", "D"), Err(HeaderProblem::Donors));
        for (name, text, message) in [
            (
                "POOL",
                "999",
                "the inventory cannot be told: POOL `999`: is not from 1000 to 9999: correct it",
            ),
            ("POOL", " ", "the inventory cannot be told: POOL: is required and missing: give it"),
            (
                "UPDATE_MODE",
                "full",
                "the inventory cannot be told: UPDATE_MODE `full`: is none of `FULL`, `DIFF`: did you mean `FULL`?",
            ),
            (
                "CREATION_TIME",
                "2016-08-23",
                "the inventory cannot be told: CREATION_TIME `2016-08-23`: is no time: write it as `2016-08-23T13:16:48Z`",
            ),
        ] {
            assert_eq!(with(name, text).unwrap_err().to_string(), message);
        }
    }

    #[test]
    fn inventories_survive_their_attributes() {
        let inventory = with("SNAPSHOT_TIME", "2016-08-22T00:00:00.5Z").unwrap();
        let written: Attributes = write(&inventory).into_iter().collect();
        assert_eq!(read(&written), Ok(inventory));
    }
}
