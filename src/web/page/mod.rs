//! The pages, and the parts all of them are made of: rows, lists and tables of items. What is absent is said with
//! the word that fits; nothing is left blank.

pub(super) mod batch;
pub(super) mod certificate;
pub(super) mod conformity;
pub(super) mod disease;
pub(super) mod donor;
mod holding;
mod item;
pub(super) mod line;
pub(super) mod notice;
pub(super) mod organization;
pub(super) mod search;
pub(super) mod standard;
mod tested;
pub(super) mod unit;
pub(super) mod xref;

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use axum::{
    extract::{Path, rejection::PathRejection},
    http::StatusCode,
    response::Response,
};
use uuid::Uuid;

use self::item::{Item, Tone, name_in};
use super::{
    Web,
    address::{external, localized, record_path},
    i18n::{self, words},
    reply::{self, Failure, Head, Problem},
};
use crate::{
    catalogue::{AnyStored, Catalogue, Error, label::Labels},
    domain::{
        cell_line::LineFacts,
        filter::Condition,
        identifier::{ExternalId, IdStatus, scheme},
        lang::Lang,
        names::{Name, fold},
        page::{Direction, MAX_PAGE, Order, PageRequest},
        record::{AnyRecord, Facts, Flag, Layer, Record, Relation, State},
        term::Reference,
    },
};

/// Records of a list that a page shows at most.
const LISTED: usize = 50;

/// A label with what there is of it.
#[derive(Debug)]
struct Row {
    label: String,
    items: Vec<Item>,
    /// The word for nothing.
    absent: &'static str,
}

/// The first cell of a row is its heading.
#[derive(Debug)]
struct Table {
    caption: String,
    heads: Vec<&'static str>,
    rows: Vec<Vec<Item>>,
}

impl Table {
    /// What stands over a column, repeated in the cell where the screen is too narrow for columns.
    fn head(&self, column: usize) -> &'static str {
        self.heads.get(column).copied().unwrap_or_default()
    }
}

#[derive(Debug)]
enum Block {
    Heading(String),
    Rows(Vec<Row>),
    Table(Table),
    List(Vec<Item>),
    Text(String),
    Warning(String),
    /// A way on, after a list.
    More(Item),
}

#[derive(Debug)]
struct Section {
    id: &'static str,
    title: &'static str,
    blocks: Vec<Block>,
}

impl Section {
    fn new(id: &'static str, title: &'static str, blocks: Vec<Block>) -> Self {
        Self { id, title, blocks }
    }
}

/// What a reader must know before anything else on a page: it stands at the top.
#[derive(Debug, Default)]
struct Notice {
    title: String,
    /// What it is called, with the way to its page.
    own: Option<Item>,
    text: Option<Item>,
    rows: Vec<Row>,
}

impl Notice {
    fn new(title: impl Into<String>, text: impl Into<String>) -> Self {
        let text = Some(Item::new(text)).filter(|item| !item.text.is_empty());
        Self { title: title.into(), text, ..Self::default() }
    }
}

/// The page of one record, or of something else that is told in sections.
#[derive(Debug, Template)]
#[template(path = "record.html")]
struct RecordPage {
    head: Head,
    kind: &'static str,
    name: String,
    accession: String,
    badges: Vec<&'static str>,
    notices: Vec<Notice>,
    sections: Vec<Section>,
    /// Empty for what is no record.
    version: String,
}

impl RecordPage {
    fn response(self) -> Response {
        reply::page(StatusCode::OK, &self)
    }
}

/// Makes rows in one language, with *none stated* for what is absent.
#[derive(Debug, Clone, Copy)]
struct Rows {
    lang: Lang,
}

impl Rows {
    fn row(self, label: impl Into<String>, items: impl IntoIterator<Item = Item>) -> Row {
        let items = items.into_iter().collect();
        Row { label: label.into(), items, absent: words(self.lang).not_stated }
    }

    /// A list, or the word for nothing.
    fn list(self, items: Vec<Item>) -> Block {
        if items.is_empty() {
            return Block::Text(words(self.lang).not_stated.to_owned());
        }
        Block::List(items)
    }
}

fn asked_for(path: Result<Path<String>, PathRejection>) -> Result<String, Failure> {
    path.map(|Path(text)| text).map_err(|_| Problem::Encoding.into())
}

/// The record with this accession; a tombstone is a failure that says so.
async fn by_accession(catalogue: &Catalogue, accession: &str) -> Result<AnyStored, Failure> {
    let stored = catalogue.by_accession(accession).await?.ok_or(Problem::NotFound)?;
    published(stored.record.state(), stored.record.accession())?;
    Ok(stored)
}

fn is_published(state: State) -> bool {
    state == State::Published
}

fn published(state: State, accession: &str) -> Result<(), Failure> {
    if is_published(state) {
        return Ok(());
    }
    Err(Failure::Gone { accession: accession.to_owned(), state })
}

/// The records that lines are linked to.
#[derive(Debug, Default)]
struct Around {
    to: BTreeMap<(Uuid, Relation, usize), Uuid>,
    records: BTreeMap<Uuid, AnyRecord>,
}

impl Around {
    /// Two statements, for however many lines.
    async fn load(catalogue: &Catalogue, from: &[Uuid]) -> Result<Self, Error> {
        let mut around = Self::default();
        for link in catalogue.links(from).await? {
            around.to.entry((link.from, link.relation, link.item)).or_insert(link.to);
        }
        let ids: BTreeSet<Uuid> = around.to.values().copied().collect();
        let ids: Vec<Uuid> = ids.into_iter().collect();
        let stored = catalogue.nodes(&ids).await?;
        let published = stored.into_iter().filter(|one| one.record.state() == State::Published);
        around.records = published.map(|one| (one.record.id().uuid, one.record)).collect();
        Ok(around)
    }

    /// The references of one relation, each with the record it reaches.
    fn of<'a, F: Facts>(
        &'a self,
        record: &'a Record<F>,
        relation: Relation,
    ) -> Vec<(&'a Reference, Option<&'a AnyRecord>)> {
        let asked = record.links().into_iter().filter(|asked| asked.relation == relation);
        let reached = |item| {
            let to = self.to.get(&(record.id.uuid, relation, item))?;
            self.records.get(to)
        };
        asked.enumerate().map(|(item, asked)| (asked.reference, reached(item))).collect()
    }

    fn reached<'a, F: Facts>(
        &'a self,
        record: &'a Record<F>,
        relation: Relation,
        reference: &Reference,
    ) -> Option<&'a AnyRecord> {
        self.of(record, relation).into_iter().find(|(one, _)| *one == reference)?.1
    }
}

/// The published lines that point to a record, by name; at most [`LISTED`], and how many there are.
async fn lines_pointing_to(
    web: &Web,
    to: Uuid,
    relation: Relation,
    but: Uuid,
) -> Result<(Vec<Item>, u64), Error> {
    let pointing = web.catalogue.links_to(&[to], relation).await?;
    let ids: BTreeSet<Uuid> =
        pointing.into_iter().map(|link| link.from).filter(|id| *id != but).collect();
    let first: Vec<Uuid> = ids.iter().copied().take(LISTED).collect();
    let found = web.catalogue.get_many::<LineFacts>(&first).await?;
    let published = found.into_values().filter(|one| one.record.state == State::Published);
    let mut lines: Vec<Record<LineFacts>> = published.map(|stored| stored.record).collect();
    lines.sort_by_cached_key(|line| (fold(line.name_in(web.lang.code())), line.accession.clone()));
    let items: Vec<Item> = lines.iter().map(|line| line_item(line, web.lang)).collect();
    // What is hidden is not counted where the whole list is shown.
    let total = if ids.len() > LISTED { ids.len() } else { items.len() };
    Ok((items, total as u64))
}

fn line_item(line: &Record<LineFacts>, lang: Lang) -> Item {
    let path = record_path(line.id.kind, &line.accession);
    let item = Item::new(line.name_in(lang.code())).note(line.accession.as_str());
    item.link(path.map(|path| localized(lang, &path)))
}

/// A list with the sentence that says how much of it is shown, if not all.
fn bounded(items: Vec<Item>, total: u64, lang: Lang) -> Vec<Block> {
    let shown = items.len();
    let mut blocks = vec![Rows { lang }.list(items)];
    if total > shown as u64 {
        blocks.push(Block::Text(i18n::shown(shown, total, lang)));
    }
    blocks
}

/// A table of the first records of a list, with the sentence that says so.
fn bounded_table(table: Table, total: u64, lang: Lang) -> Vec<Block> {
    let shown = table.rows.len();
    let cut = (total > shown as u64).then(|| Block::Text(i18n::shown(shown, total, lang)));
    std::iter::once(Block::Table(table)).chain(cut).collect()
}

fn names_table(names: &[&Name], lang: Lang) -> Table {
    let t = words(lang);
    let in_languages = names.iter().any(|name| name.lang.is_some());
    let row = |name: &&Name| {
        let kind = i18n::name_kind(name.kind, lang);
        let language = in_languages.then(|| name.lang.clone().unwrap_or_default());
        let cells = [Item::new(&*name.text), Item::new(kind)].into_iter();
        cells.chain(language.map(Item::new)).collect()
    };
    let heads = [t.name, t.name_kind].into_iter();
    Table {
        caption: t.names.to_owned(),
        heads: heads.chain(in_languages.then_some(t.language)).collect(),
        rows: names.iter().map(row).collect(),
    }
}

/// Identifiers of other registries, with links; empty where there are none.
fn ids_block(ids: &[&ExternalId], caption: &'static str, lang: Lang) -> Block {
    let t = words(lang);
    if ids.is_empty() {
        return Block::Text(t.not_stated.to_owned());
    }
    let row = |id: &&ExternalId| {
        let registry = scheme(&id.scheme).map_or(id.scheme.as_str(), |scheme| scheme.title);
        // A number that no longer leads anywhere is shown and not followed.
        let url = id.url().filter(|_| id.status == IdStatus::Current && id.problem().is_none());
        let status = i18n::id_status(id.status, lang);
        vec![Item::new(registry), Item::new(&*id.value).outside(url), Item::new(status)]
    };
    Block::Table(Table {
        caption: caption.to_owned(),
        heads: vec![t.registry, t.identifier, t.status],
        rows: ids.iter().map(row).collect(),
    })
}

/// Where the record comes from, under which licence.
fn sources<F>(layers: &[Layer<F>], lang: Lang) -> Section {
    let t = words(lang);
    let row = |layer: &Layer<F>| {
        let about = layer.source.about();
        let title = about.map_or(layer.source.as_str(), |about| about.title);
        let url = about.and_then(|about| external(about.url)).map(ToOwned::to_owned);
        let licence = about.map(|about| about.licence).filter(|licence| !licence.is_empty());
        let licence = licence.unwrap_or(t.not_stated);
        let key = if layer.key.is_empty() { t.not_public } else { &*layer.key };
        vec![Item::new(title).outside(url), Item::new(key), Item::new(licence)]
    };
    let table = Table {
        caption: t.sources.to_owned(),
        heads: vec![t.source, t.source_key, t.licence],
        rows: layers.iter().map(row).collect(),
    };
    Section::new("sources", t.sources, vec![Block::Table(table)])
}

/// What sources wrote that does not read as it should; none where all does.
fn flags(flags: &[&Flag], lang: Lang) -> Option<Section> {
    let t = words(lang);
    if flags.is_empty() {
        return None;
    }
    let row = |flag: &&Flag| {
        vec![Item::new(&*flag.field), Item::new(&*flag.text), Item::new(&*flag.problem)]
    };
    let table = Table {
        caption: t.flags.to_owned(),
        heads: vec![t.field, t.text, t.problem],
        rows: flags.iter().map(row).collect(),
    };
    let blocks = vec![Block::Text(t.flags_note.to_owned()), Block::Table(table)];
    Some(Section::new("flags", t.flags, blocks))
}

/// The layers without their keys, which may be numbers that are sealed: of a clinic, a donation, a bag.
fn without_keys<F: Facts + Default>(layers: &[Layer<F>]) -> Vec<Layer<F>> {
    let mut shown: Vec<Layer<F>> = Vec::new();
    for layer in layers {
        let (source, key) = (layer.source.clone(), String::new());
        let layer = Layer { source, key, facts: F::default(), flags: Vec::new() };
        if !shown.contains(&layer) {
            shown.push(layer);
        }
    }
    shown
}

fn version(version: i64, updated_at: chrono::DateTime<chrono::Utc>, lang: Lang) -> String {
    i18n::version(version, &updated_at.format("%Y-%m-%d").to_string(), lang)
}

/// The first published lines by name under a condition, and how many there are.
async fn listed(web: &Web, condition: &Condition) -> Result<(Vec<Item>, u64), Error> {
    let (lines, total) = first_of::<LineFacts>(web, condition).await?;
    Ok((lines.iter().map(|line| line_item(line, web.lang)).collect(), total))
}

/// The first published records of a kind by name under a condition, and how many there are.
async fn first_of<F: Facts>(
    web: &Web,
    condition: &Condition,
) -> Result<(Vec<Record<F>>, u64), Error> {
    let page = PageRequest {
        size: u32::try_from(LISTED).unwrap_or(MAX_PAGE),
        direction: Direction::Forward,
        after: None,
        before: None,
    };
    let found = web.catalogue.list::<F>(condition, Order::default(), &page).await?;
    let total = if found.has_next {
        web.catalogue.count(F::KIND, condition).await?
    } else {
        i64::try_from(found.items.len()).unwrap_or_default()
    };
    let records = found.items.into_iter().map(|one| one.stored.record).collect();
    Ok((records, u64::try_from(total).unwrap_or_default()))
}

/// What a reader sees for these codes of facets.
async fn labels(web: &Web, codes: Vec<String>) -> Result<Labels, Error> {
    let codes: Vec<&str> = codes.iter().map(String::as_str).collect();
    Labels::load(&web.catalogue, codes, web.lang).await
}

#[cfg(test)]
mod tests;
