//! A lot: where it stands, whether it can be ordered today, how it was grown, what was tested and what it conforms to.

use std::collections::BTreeSet;

use axum::{
    extract::{Path, State, rejection::PathRejection},
    response::Response,
};
use chrono::NaiveDate;
use uuid::Uuid;

use super::{
    Around, Block, Item, LISTED, Notice, RecordPage, Row, Rows, Section, Table, Tone, asked_for,
    bounded, by_accession, certificate, conformity, flags, is_published,
    notice::{self, Told},
    sources, tested,
    tested::Tested,
    version,
};
use crate::{
    catalogue::{Error, quality::Standing},
    domain::{
        availability::{Availability, AvailabilityState, Available},
        batch::{BatchFacts, Culture, HandlingSheet, Vials},
        lang::Lang,
        names::fold,
        record::{AnyRecord, Record, Relation},
        term::Reference,
        usage::UsePurpose,
    },
    web::{
        Web,
        address::{localized, record_path},
        i18n::{self, bank_words, words},
        reply::{Failure, Head},
    },
};

type Lot = Record<BatchFacts>;

pub(in crate::web) async fn show(
    State(web): State<Web>,
    path: Result<Path<String>, PathRejection>,
) -> Response {
    match batch(&web, path).await {
        Ok(page) => page.response(),
        Err(failure) => failure.response(web.lang),
    }
}

async fn batch(
    web: &Web,
    path: Result<Path<String>, PathRejection>,
) -> Result<RecordPage, Failure> {
    let stored = by_accession(&web.catalogue, &asked_for(path)?).await?;
    let AnyRecord::Batch(lot) = &stored.record else {
        return Err(Failure::elsewhere(&stored.record));
    };
    let (lang, t, today) = (web.lang, words(web.lang), web.catalogue.today());
    let own = lot.id.uuid;
    let around = Around::load(&web.catalogue, &[own]).await?;
    let standing = web.catalogue.standings(&[lot.id], today).await?.pop();
    let tests = Tested::load(web, own).await?;
    let grown = pointing_to(web, own, Relation::ParentBatch).await?;
    let view = View { lot, around: &around, lang, today };
    let mut sections = vec![
        Section::new("what", t.what, view.what()),
        Section::new("availability", t.availability, view.availability(standing.as_ref())),
        conformity::at_a_glance(web, &stored.record, standing.as_ref()),
        Section::new("tests", t.tests, tested::table(&tests, t.tests, lang)),
        certificate::section(web, own).await?,
        Section::new("culture", t.culture, view.culture()),
        Section::new("handling", t.handling, view.handling()),
        Section::new("grown", t.grown_lots, list(&grown, lang)),
    ];
    let told = Told::all_of(standing.as_ref());
    sections.extend(notice::past(&told, today, lang));
    sections.extend(flags(&lot.flags(), lang));
    sections.push(sources(&lot.layers, lang));
    let name = name(lot, lang).to_owned();
    let path = record_path(lot.id.kind, &lot.accession).unwrap_or_default();
    let mut notices = notice::at_top(&told, today, lang);
    notices.extend(stopped(lot, lang, today));
    Ok(RecordPage {
        head: Head::new(lang, &*name, path),
        kind: t.lot,
        name,
        accession: lot.accession.clone(),
        badges: lot.level().map(|level| level.label(lang)).into_iter().collect(),
        notices,
        sections,
        version: version(stored.version, stored.updated_at, lang),
    })
}

/// What a lot is called: by its name, else by its number at the bank, else by its accession.
pub(super) fn name(lot: &Lot, lang: Lang) -> &str {
    match (lot.names().is_empty(), lot.number()) {
        (true, Some(number)) => number,
        _ => lot.name_in(lang.code()),
    }
}

/// The published lots with a link of this relation to a record, by name; two statements.
pub(super) async fn pointing_to(
    web: &Web,
    to: Uuid,
    relation: Relation,
) -> Result<Vec<Lot>, Error> {
    let links = web.catalogue.links_to(&[to], relation).await?;
    let mut ids: Vec<Uuid> = links.into_iter().map(|link| link.from).collect();
    ids.sort();
    ids.dedup();
    let found = web.catalogue.get_many::<BatchFacts>(&ids).await?;
    let published = found.into_values().map(|one| one.record).filter(|lot| is_published(lot.state));
    let mut lots: Vec<Lot> = published.collect();
    lots.sort_by_cached_key(|lot| (fold(name(lot, web.lang)), lot.accession.clone()));
    Ok(lots)
}

pub(super) fn item(lot: &Lot, lang: Lang) -> Item {
    let path = record_path(lot.id.kind, &lot.accession);
    let item = Item::new(name(lot, lang)).note(&*lot.accession);
    item.link(path.map(|path| localized(lang, &path)))
}

fn list(lots: &[Lot], lang: Lang) -> Vec<Block> {
    let items = lots.iter().take(LISTED).map(|lot| item(lot, lang)).collect();
    bounded(items, lots.len() as u64, lang)
}

/// The state of availability; good only where the lot may be ordered.
pub(super) fn state(availability: Availability, can_be_ordered: bool, lang: Lang) -> Item {
    Item::new(availability.label(lang)).tone(match availability {
        Availability::Available if can_be_ordered => Tone::Good,
        Availability::Suspended | Availability::Recalled => Tone::Bad,
        Availability::Available
        | Availability::OnDepositorsConsent
        | Availability::InPreparation
        | Availability::Quarantined => Tone::Open,
        Availability::Discontinued | Availability::OutOfStock => Tone::Plain,
    })
}

/// Where a lot or holding stands today: what its bank states, unless something else stops every order.
pub(super) fn stands<F: Available>(
    record: &Record<F>,
    standing: Option<&Standing>,
    today: NaiveDate,
    lang: Lang,
) -> Option<Item> {
    let stated = record.availability(today)?;
    let now = standing.and_then(|standing| standing.availability).unwrap_or(stated.availability);
    let item = state(now, standing.is_some_and(|standing| standing.can_be_ordered), lang);
    Some(item.note(if now == stated.availability {
        i18n::since(&stated.from.to_string(), lang)
    } else {
        i18n::bank_states(stated.availability.label(lang), lang)
    }))
}

/// Whether a lot or holding can be ordered, and for what not; where its state alone does not say no, why not.
pub(super) fn order<F: Available>(
    record: &Record<F>,
    standing: Option<&Standing>,
    today: NaiveDate,
    lang: Lang,
) -> Item {
    let t = words(lang);
    let notices = standing.map(|standing| standing.notices.as_slice()).unwrap_or_default();
    if standing.is_some_and(|standing| standing.can_be_ordered) {
        let stopped = notices.iter().flat_map(|notice| notice.stopped_purposes(today));
        let stopped: BTreeSet<UsePurpose> = stopped.collect();
        let labels: Vec<&str> = stopped.into_iter().map(|one| one.label(lang)).collect();
        let yes = Item::new(t.yes);
        return if labels.is_empty() { yes } else { yes.note(i18n::but_not_for(&labels, lang)) };
    }
    Item::new(if notices.iter().any(|notice| notice.stops_orders(today, None)) {
        bank_words(lang).cannot_by_notice
    } else if record.is_held_back(today) {
        bank_words(lang).cannot_by_intake
    } else if record.can_be_ordered(today) {
        t.cannot_by_descent
    } else {
        t.cannot_by_state
    })
}

/// A lot that is stopped says so before anything else.
pub(super) fn stopped(lot: &Lot, lang: Lang, today: NaiveDate) -> Option<Notice> {
    let state = lot.availability(today).filter(|state| state.availability.needs_comment())?;
    let since = i18n::since(&state.from.to_string(), lang);
    let title = match lang {
        Lang::En => format!("{} {since}", state.availability.label(lang)),
        Lang::Ja => format!("{}（{since}）", state.availability.label(lang)),
    };
    Some(Notice::new(title, state.comment.as_deref().unwrap_or_default()))
}

/// A lot with what it is linked to, to be shown in one language.
struct View<'a> {
    lot: &'a Lot,
    around: &'a Around,
    lang: Lang,
    today: NaiveDate,
}

impl View<'_> {
    fn rows(&self) -> Rows {
        Rows { lang: self.lang }
    }

    fn reached(&self, relation: Relation, reference: Option<&Reference>) -> Option<Item> {
        let reference = reference?;
        let record = self.around.reached(self.lot, relation, reference);
        Some(Item::reference(reference, record, self.lang))
    }

    fn what(&self) -> Vec<Block> {
        let (t, rows, lot) = (words(self.lang), self.rows(), self.lot);
        let line = self.reached(Relation::Line, lot.first(|facts| facts.line.as_ref()));
        let bank = self.reached(Relation::Organization, lot.first(|facts| facts.bank.as_ref()));
        let parent = self.reached(Relation::ParentBatch, lot.first(|facts| facts.parent.as_ref()));
        let numbers = lot.external_ids().into_iter().map(|id| Item::new(&*id.value));
        let frozen = lot.first(|facts| facts.frozen_on);
        let mut list = vec![
            rows.row(t.line, line),
            rows.row(t.bank, bank),
            rows.row(t.lot_number, numbers),
            rows.row(t.level, lot.level().map(|level| Item::new(level.label(self.lang)))),
            rows.row(t.parent_lot, parent),
            rows.row(t.passage, lot.passage().map(|passage| Item::new(passage.to_string()))),
            rows.row(t.frozen_on, frozen.map(|day| Item::new(day.to_string()))),
        ];
        list.extend(self.vials());
        vec![Block::Rows(list)]
    }

    fn vials(&self) -> [Row; 4] {
        let (t, rows) = (words(self.lang), self.rows());
        let Vials { made, stored, shipped, cells_each } =
            self.lot.first(|facts| facts.vials.clone()).unwrap_or_default();
        let row = |label: &str, count: Option<u64>| {
            rows.row(label, count.map(|count| Item::new(i18n::grouped(count))))
        };
        [
            row(t.vials_made, made.map(u64::from)),
            row(t.vials_stored, stored.map(u64::from)),
            row(t.vials_shipped, shipped.map(u64::from)),
            row(t.cells_each, cells_each),
        ]
    }

    fn availability(&self, standing: Option<&Standing>) -> Vec<Block> {
        let (t, rows, lang) = (words(self.lang), self.rows(), self.lang);
        let now = self.lot.availability(self.today);
        let today = stands(self.lot, standing, self.today, lang);
        let mut blocks = vec![Block::Rows(vec![
            rows.row(t.availability_today, today),
            rows.row(t.can_be_ordered, [order(self.lot, standing, self.today, lang)]),
        ])];
        blocks.extend(self.history(now));
        blocks
    }

    /// Every state, the latest first; what is announced and not yet in force says so.
    fn history(&self, now: Option<&AvailabilityState>) -> Option<Block> {
        let (t, lang) = (words(self.lang), self.lang);
        let mut states = self.lot.availability_states();
        states.reverse();
        let row = |one: &&AvailabilityState| {
            let note = match (now == Some(*one), one.from > self.today) {
                (true, _) => t.present,
                (_, true) => t.future,
                _ => "",
            };
            let comment = one.comment.as_deref().filter(|comment| !comment.trim().is_empty());
            vec![
                Item::new(one.from.to_string()).note(note),
                Item::new(one.availability.label(lang)),
                Item::new(comment.unwrap_or(t.not_stated)),
            ]
        };
        let table = Table {
            caption: t.availability_history.to_owned(),
            heads: vec![t.from_day, t.availability, t.comment],
            rows: states.iter().map(row).collect(),
        };
        (!states.is_empty()).then_some(Block::Table(table))
    }

    fn culture(&self) -> Vec<Block> {
        let (t, rows) = (words(self.lang), self.rows());
        let Some(culture) = self.lot.first(|facts| facts.culture.as_ref()) else {
            return vec![rows.list(Vec::new())];
        };
        let Culture { medium, matrix, feeder, passage_method, .. } = culture;
        let row = |label, text: &Option<String>| rows.row(label, text.as_ref().map(Item::new));
        let amount = |label, amount: Option<u8>, unit: &str| {
            rows.row(label, amount.map(|amount| Item::new(format!("{amount} {unit}"))))
        };
        vec![Block::Rows(vec![
            row(t.medium, medium),
            row(t.matrix, matrix),
            row(t.feeder, feeder),
            row(t.passage_method, passage_method),
            amount(t.oxygen, culture.o2_percent, "%"),
            amount(t.carbon_dioxide, culture.co2_percent, "%"),
            amount(t.temperature, culture.temperature_cel, "°C"),
        ])]
    }

    fn handling(&self) -> Vec<Block> {
        let (t, rows) = (words(self.lang), self.rows());
        let Some(sheet) = self.lot.first(|facts| facts.handling.as_ref()) else {
            return vec![rows.list(Vec::new())];
        };
        let HandlingSheet { thaw, split_ratio, biosafety_level, remarks } = sheet;
        let row = |label, text: &Option<String>| rows.row(label, text.as_ref().map(Item::new));
        vec![Block::Rows(vec![
            row(t.thaw, thaw),
            row(t.split_ratio, split_ratio),
            rows.row(t.biosafety_level, biosafety_level.map(|level| Item::new(level.to_string()))),
            row(t.remarks, remarks),
        ])]
    }
}
