//! Notices: each on a page of its own; at the top of the page of what it concerns while it holds, and in a list there
//! when it does not.

use std::cmp::Reverse;

use axum::{
    extract::{Path, State, rejection::PathRejection},
    response::Response,
};
use chrono::NaiveDate;
use uuid::Uuid;

use super::{
    Around, Block, Item, LISTED, Notice, RecordPage, Row, Rows, Section, Table, Tone, asked_for,
    bounded, bounded_table, by_accession, flags, holding, sources, version,
};
use crate::{
    catalogue::quality::Standing,
    domain::{
        id::RecordKind,
        lang::Lang,
        notice::{NoticeFacts, NoticeKind},
        record::{AnyRecord, Record, Relation},
        usage::UsePurpose,
    },
    web::{
        Web,
        address::{localized, record_path},
        i18n::{self, bank_words, words},
        reply::{Failure, Head},
    },
};

/// Records that a notice concerns and that are named beside it.
const NAMED: usize = 5;

/// A notice with what of a page it concerns; nothing where that is the record of the page.
#[derive(Debug, Clone)]
pub(super) struct Told {
    pub(super) notice: Record<NoticeFacts>,
    pub(super) concerns: Vec<Item>,
}

impl Told {
    /// All notices that reach a record, those that hold and those that do not.
    pub(super) fn all_of(standing: Option<&Standing>) -> Vec<Self> {
        let all = standing.map(|standing| standing.notices.iter().chain(&standing.other_notices));
        let told =
            |notice: &Record<NoticeFacts>| Self { notice: notice.clone(), concerns: Vec::new() };
        all.into_iter().flatten().map(told).collect()
    }

    fn concerned(&self, lang: Lang) -> Vec<Item> {
        let mut items: Vec<Item> = self.concerns.iter().take(NAMED).cloned().collect();
        let more = self.concerns.len().saturating_sub(NAMED);
        items.extend((more > 0).then(|| Item::new(i18n::and_more(more, lang))));
        items
    }

    fn at_top(&self, lang: Lang) -> Notice {
        let (t, rows, notice) = (bank_words(lang), Rows { lang }, &self.notice);
        let concerned = self.concerned(lang);
        let mut list: Vec<Row> = Vec::new();
        list.extend((!concerned.is_empty()).then(|| rows.row(t.concerns, concerned)));
        list.push(rows.row(t.uses, uses(notice, lang)));
        list.push(rows.row(t.holds_from, first_day(notice).map(day)));
        list.extend(class(notice).map(|class| rows.row(t.recall_class, [class])));
        Notice {
            title: kind(notice, lang).to_owned(),
            own: Some(linked(notice, lang)),
            text: notice.first(|facts| Item::wording(&facts.text, lang)),
            rows: list,
        }
    }

    fn past(&self, today: NaiveDate, lang: Lang) -> Vec<Item> {
        let (t, notice) = (bank_words(lang), &self.notice);
        let not_stated = || Item::new(words(lang).not_stated);
        let closed = notice.first(|facts| facts.closed_on).filter(|closed| *closed <= today);
        let closing = notice.first(|facts| Item::wording(&facts.closing, lang));
        let mut cells = vec![
            Item::new(kind(notice, lang)),
            linked(notice, lang),
            first_day(notice).map_or_else(not_stated, day),
            closed.map_or_else(|| Item::new(t.announced), day),
            closing.unwrap_or_else(not_stated),
        ];
        if !self.concerns.is_empty() {
            cells.insert(2, Item::stacked(self.concerned(lang), t.no_notices));
        }
        cells
    }
}

/// Those that hold today, the gravest first: no more than [`LISTED`], and then how many there are.
pub(super) fn at_top(told: &[Told], today: NaiveDate, lang: Lang) -> Vec<Notice> {
    let mut open: Vec<&Told> = told.iter().filter(|one| one.notice.is_open(today)).collect();
    open.sort_by_key(|one| (rank(one.notice.notice_kind()), Reverse(first_day(&one.notice))));
    let mut top: Vec<Notice> = open.iter().take(LISTED).map(|one| one.at_top(lang)).collect();
    if open.len() > LISTED {
        top.push(Notice::new(i18n::shown(LISTED, open.len() as u64, lang), ""));
    }
    top
}

/// Those that do not hold today, the latest first; none where there are none.
pub(super) fn past(told: &[Told], today: NaiveDate, lang: Lang) -> Option<Section> {
    let t = bank_words(lang);
    let mut past: Vec<&Told> = told.iter().filter(|one| !one.notice.is_open(today)).collect();
    past.sort_by_key(|one| (Reverse(first_day(&one.notice)), one.notice.accession.clone()));
    let mut heads = vec![t.notice, t.title, t.holds_from, t.closed_on, t.closing];
    if !past.first()?.concerns.is_empty() {
        heads.insert(2, t.concerns);
    }
    let table = Table {
        caption: t.past_notices.to_owned(),
        heads,
        rows: past.iter().take(LISTED).map(|one| one.past(today, lang)).collect(),
    };
    let blocks = bounded_table(table, past.len() as u64, lang);
    Some(Section::new("past-notices", t.past_notices, blocks))
}

/// The gravest first; one that does not say what it does stops everything.
fn rank(kind: Option<NoticeKind>) -> u8 {
    match kind {
        Some(NoticeKind::Recall) => 0,
        None | Some(NoticeKind::Suspension) => 1,
        Some(NoticeKind::Discontinuation) => 2,
        Some(NoticeKind::Caution) => 3,
        Some(NoticeKind::Correction) => 4,
    }
}

fn kind(notice: &Record<NoticeFacts>, lang: Lang) -> &'static str {
    notice.notice_kind().map_or(bank_words(lang).notice_of_no_kind, |kind| kind.label(lang))
}

/// What a notice is called: by its title, else by its accession.
pub(super) fn name(notice: &Record<NoticeFacts>, lang: Lang) -> &str {
    let title = notice.first(|facts| facts.title.in_lang(lang));
    title.map_or(&notice.accession, |(_, title)| title)
}

/// The notice with the way to its page.
fn linked(notice: &Record<NoticeFacts>, lang: Lang) -> Item {
    let title = notice.first(|facts| Item::wording(&facts.title, lang));
    let path = record_path(notice.id.kind, &notice.accession);
    let item = title.unwrap_or_else(|| Item::new(&*notice.accession));
    item.link(path.map(|path| localized(lang, &path)))
}

/// Its title with the way to its page, its kind, and the uses where it is not about every one.
pub(super) fn in_brief(notice: &Record<NoticeFacts>, lang: Lang) -> Item {
    let every_use = notice.layers.iter().any(|layer| layer.facts.purposes.is_empty());
    let stops = notice.notice_kind().is_none_or(NoticeKind::stops_orders);
    let uses = uses(notice, lang).into_iter().filter(|_| !every_use).map(|item| item.text);
    let uses: Vec<String> = uses.collect();
    let tone = if stops && every_use { Tone::Bad } else { Tone::Open };
    linked(notice, lang).note(i18n::kind_of_notice(kind(notice, lang), &uses, lang)).tone(tone)
}

fn first_day(notice: &Record<NoticeFacts>) -> Option<NaiveDate> {
    notice.first(|facts| facts.from.or(facts.issued_on))
}

fn day(day: NaiveDate) -> Item {
    Item::new(day.to_string())
}

fn class(notice: &Record<NoticeFacts>) -> Option<Item> {
    notice.first(|facts| facts.class.as_ref()).map(Item::new)
}

/// The uses it is about; where a source names none it is about every use.
fn uses(notice: &Record<NoticeFacts>, lang: Lang) -> Vec<Item> {
    if notice.layers.iter().any(|layer| layer.facts.purposes.is_empty()) {
        return vec![Item::new(bank_words(lang).every_use)];
    }
    let named = notice.all(|facts| facts.purposes.iter().copied());
    named.into_iter().map(|one: UsePurpose| Item::new(one.label(lang))).collect()
}

pub(in crate::web) async fn show(
    State(web): State<Web>,
    path: Result<Path<String>, PathRejection>,
) -> Response {
    match page(&web, path).await {
        Ok(page) => page.response(),
        Err(failure) => failure.response(web.lang),
    }
}

async fn page(web: &Web, path: Result<Path<String>, PathRejection>) -> Result<RecordPage, Failure> {
    let stored = by_accession(&web.catalogue, &asked_for(path)?).await?;
    let AnyRecord::Notice(notice) = &stored.record else {
        return Err(Failure::elsewhere(&stored.record));
    };
    let (lang, t) = (web.lang, bank_words(web.lang));
    let around = Around::load(&web.catalogue, &[notice.id.uuid]).await?;
    let about = about(web, notice, &around).await?;
    let total = about.len() as u64;
    let about = bounded(about.into_iter().take(LISTED).collect(), total, lang);
    let mut sections = vec![
        Section::new("what", words(lang).what, what(notice, &around, web.catalogue.today(), lang)),
        Section::new("about", t.about, about),
    ];
    sections.extend(flags(&notice.flags(), lang));
    sections.push(sources(&notice.layers, lang));
    let path = record_path(notice.id.kind, &notice.accession).unwrap_or_default();
    let title_lang = notice.first(|facts| Item::wording(&facts.title, lang)).and_then(|t| t.lang);
    let name = name(notice, lang).to_owned();
    Ok(RecordPage {
        head: Head { title_lang, ..Head::new(lang, &*name, path) },
        kind: t.notice,
        name,
        accession: notice.accession.clone(),
        badges: vec![kind(notice, lang)],
        notices: Vec::new(),
        sections,
        version: version(stored.version, stored.updated_at, lang),
    })
}

fn what(notice: &Record<NoticeFacts>, around: &Around, today: NaiveDate, lang: Lang) -> Vec<Block> {
    let (t, rows) = (bank_words(lang), Rows { lang });
    let issuer = notice.first(|facts| facts.issuer.as_ref()).map(|issuer| {
        Item::reference(issuer, around.reached(notice, Relation::Organization, issuer), lang)
    });
    let numbers = notice.external_ids().into_iter().map(|id| Item::new(&*id.value));
    let closed = notice.first(|facts| facts.closed_on).map(day);
    let closed = Row { absent: t.not_closed, ..rows.row(t.closed_on, closed) };
    let text = notice.first(|facts| Item::wording(&facts.text, lang));
    let mut list = vec![
        rows.row(words(lang).kind, [Item::new(kind(notice, lang))]),
        rows.row(words(lang).status, [status(notice, today, lang)]),
        rows.row(words(lang).text, text),
        rows.row(t.uses, uses(notice, lang)),
        rows.row(words(lang).issuer, issuer),
        rows.row(words(lang).number, numbers),
        rows.row(t.issued_on, notice.first(|facts| facts.issued_on).map(day)),
        rows.row(t.holds_from, first_day(notice).map(day)),
    ];
    if notice.notice_kind() == Some(NoticeKind::Recall) {
        list.push(rows.row(t.recall_class, class(notice)));
        list.push(rows.row(t.told_on, notice.first(|facts| facts.recipients_told_on).map(day)));
    }
    list.push(closed);
    let closing = notice.first(|facts| Item::wording(&facts.closing, lang));
    list.extend(closing.map(|closing| rows.row(t.closing, [closing])));
    vec![Block::Rows(list)]
}

fn status(notice: &Record<NoticeFacts>, today: NaiveDate, lang: Lang) -> Item {
    let t = bank_words(lang);
    if notice.is_open(today) {
        let stops = !notice.stopped_purposes(today).is_empty();
        return Item::new(t.holds_today).tone(if stops { Tone::Bad } else { Tone::Open });
    }
    let is_over = notice.first(|facts| facts.closed_on).is_some_and(|closed| closed <= today);
    Item::new(if is_over { t.closed } else { t.announced })
}

/// What a notice is about. What a source calls a record that is not public here may be a sealed number.
async fn about(
    web: &Web,
    notice: &Record<NoticeFacts>,
    around: &Around,
) -> Result<Vec<Item>, Failure> {
    let (lang, t) = (web.lang, bank_words(web.lang));
    let about = around.of(notice, Relation::About);
    let holdings = about.iter().filter_map(|(_, record)| match record {
        Some(AnyRecord::Holding(holding)) => Some(holding.id.uuid),
        _ => None,
    });
    let holdings: Vec<Uuid> = holdings.collect();
    let held = Around::load(&web.catalogue, &holdings).await?;
    let item = |record: Option<&AnyRecord>| match record {
        Some(AnyRecord::Holding(one)) => {
            holding::item(one, &held, lang).note(format!("{} {}", t.holding, holding::name(one)))
        }
        Some(record) => {
            let note = format!("{} {}", of_kind(record.id().kind, lang), record.accession());
            Item::record(record, lang).note(note)
        }
        None => Item::new(t.not_public_here),
    };
    Ok(about.into_iter().map(|(_, record)| item(record)).collect())
}

fn of_kind(kind: RecordKind, lang: Lang) -> &'static str {
    match kind {
        RecordKind::Batch => words(lang).lot,
        RecordKind::CordBloodUnit => words(lang).unit,
        _ => words(lang).line,
    }
}
