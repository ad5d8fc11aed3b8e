//! A line at a bank. It has no page of its own: the page of the line tells of it.

use super::{Around, Item};
use crate::domain::{
    holding::HoldingFacts,
    lang::Lang,
    record::{Record, Relation},
};

/// Where the page of a line tells of its holdings.
pub(super) const PLACE: &str = "where";

/// What a holding is called: by its number in the bank's catalogue, else by its accession.
pub(super) fn name(holding: &Record<HoldingFacts>) -> &str {
    holding.catalogue_number().unwrap_or(&holding.accession)
}

/// A holding by its line and its number, with the way to where the line's page tells of it.
pub(super) fn item(holding: &Record<HoldingFacts>, around: &Around, lang: Lang) -> Item {
    let mut lines = around.of(holding, Relation::HeldLine).into_iter();
    let Some(line) = lines.find_map(|(_, line)| line) else { return Item::new(name(holding)) };
    let item = Item::record(line, lang).note(name(holding));
    let href = item.href.as_ref().map(|href| format!("{href}#{PLACE}"));
    item.link(href)
}
