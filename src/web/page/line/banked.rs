//! What banks keep of a line: its holdings and lots, which of them can be ordered, and which standards they meet. The question is
//! never whether a line meets a standard, but whether a lot does that can be ordered.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use uuid::Uuid;

use super::Line;
use crate::{
    catalogue::{Error, quality::Standing},
    domain::{
        batch::BatchFacts,
        descent::Assessed,
        holding::HoldingFacts,
        id::{RecordId, RecordKind},
        lang::Lang,
        names::fold,
        notice::NoticeFacts,
        qc::{material::Level, standard::QcStandard, verdict::Verdict},
        record::{Record, Relation},
    },
    web::{
        Web,
        i18n::{self, bank_words, words},
        page::{
            Around, Block, Item, LISTED, Table, Tone, batch, bounded_table, conformity, holding,
            is_published,
            notice::Told,
            standard,
            tested::{self, Tested},
        },
    },
};

/// Lots of a line that are judged for its page at most.
const JUDGED: usize = 100;

/// Lots that meet a standard and are named beside it.
const NAMED: usize = 3;

pub(super) struct Banked<'a> {
    pub(super) web: &'a Web,
    line: &'a Line,
    pub(super) today: NaiveDate,
    pub(super) holdings: Vec<Record<HoldingFacts>>,
    /// Those that can be ordered before others.
    lots: Vec<Record<BatchFacts>>,
    pub(super) around: Around,
    /// Of the line, of its holdings and of the first [`JUDGED`] lots.
    pub(super) standings: BTreeMap<Uuid, Standing>,
    tests: Vec<Tested>,
    /// The notices about lots beyond the first [`JUDGED`], with what each is about.
    of_others: Vec<(Record<NoticeFacts>, Vec<Uuid>)>,
}

impl<'a> Banked<'a> {
    /// A few statements, however many lots there are.
    pub(super) async fn load(web: &'a Web, line: &'a Line) -> Result<Self, Error> {
        let today = web.catalogue.today();
        let mut lots = batch::pointing_to(web, line.id.uuid, Relation::Line).await?;
        lots.sort_by_key(|lot| !lot.can_be_ordered(today));
        let judged = lots.iter().take(JUDGED).map(|lot| lot.id);
        let holdings = holdings_of(web, line).await?;
        let held = holdings.iter().map(|holding| holding.id);
        let subjects: Vec<RecordId> = judged.chain(held).chain([line.id]).collect();
        let standings = web.catalogue.standings(&subjects, today).await?;
        let standings = standings.into_iter().map(|one| (one.subject.uuid, one)).collect();
        let shown = lots.iter().take(LISTED).map(|lot| lot.id.uuid);
        let shown: Vec<Uuid> = shown.chain(holdings.iter().map(|one| one.id.uuid)).collect();
        let around = Around::load(&web.catalogue, &shown).await?;
        let tests = Tested::load(web, line.id.uuid).await?;
        let others: Vec<Uuid> = lots.iter().skip(JUDGED).map(|lot| lot.id.uuid).collect();
        let of_others = notices_about(web, &others).await?;
        Ok(Self { web, line, today, holdings, lots, around, standings, tests, of_others })
    }

    fn can_be_ordered(&self, id: Uuid) -> bool {
        self.standings.get(&id).is_some_and(|standing| standing.can_be_ordered)
    }

    /// The notices about the line, and those about lots and holdings of it, each once.
    pub(super) fn told(&self) -> Vec<Told> {
        let (lang, own) = (self.web.lang, self.line.id.uuid);
        let mut of_line = Told::all_of(self.standings.get(&own));
        for told in &mut of_line {
            told.concerns = vec![Item::new(bank_words(lang).concerns_line)];
        }
        let is_of_line =
            |notice: &Record<NoticeFacts>| of_line.iter().any(|told| told.notice.id == notice.id);
        let mut others: BTreeMap<RecordId, Told> = BTreeMap::new();
        let mut tell = |notice: &Record<NoticeFacts>, subject: Uuid| {
            let Some(item) = self.stocked(subject).filter(|_| !is_of_line(notice)) else { return };
            let told = || Told { notice: notice.clone(), concerns: Vec::new() };
            others.entry(notice.id).or_insert_with(told).concerns.push(item);
        };
        let held = self.holdings.iter().map(|one| one.id.uuid);
        for id in held.chain(self.lots.iter().map(|lot| lot.id.uuid)) {
            let standing = self.standings.get(&id);
            let all = standing.map(|one| one.notices.iter().chain(&one.other_notices));
            for notice in all.into_iter().flatten() {
                tell(notice, id);
            }
        }
        for (notice, about) in &self.of_others {
            for id in about {
                tell(notice, *id);
            }
        }
        of_line.into_iter().chain(others.into_values()).collect()
    }

    /// A lot or holding of the line, as a notice names it.
    fn stocked(&self, id: Uuid) -> Option<Item> {
        let lang = self.web.lang;
        if let Some(lot) = self.lots.iter().find(|lot| lot.id.uuid == id) {
            let item = batch::item(lot, lang);
            return Some(item.note(words(lang).lot));
        }
        let holding = self.holdings.iter().find(|holding| holding.id.uuid == id)?;
        let item = Item::new(holding::name(holding)).note(bank_words(lang).holding);
        Some(item.link(Some(format!("#{}", holding::PLACE))))
    }

    pub(super) fn lots(&self) -> Vec<Block> {
        let t = words(self.web.lang);
        if self.lots.is_empty() {
            return vec![Block::Text(t.no_lots.to_owned())];
        }
        let table = Table {
            caption: t.lots.to_owned(),
            heads: vec![t.lot, t.bank, t.level, t.passage, t.availability, t.can_be_ordered],
            rows: self.lots.iter().take(LISTED).map(|lot| self.row(lot)).collect(),
        };
        bounded_table(table, self.lots.len() as u64, self.web.lang)
    }

    fn row(&self, lot: &Record<BatchFacts>) -> Vec<Item> {
        let (lang, t) = (self.web.lang, words(self.web.lang));
        let not_stated = || Item::new(t.not_stated);
        let bank = lot.first(|facts| facts.bank.as_ref()).map(|bank| {
            Item::reference(bank, self.around.reached(lot, Relation::Organization, bank), lang)
        });
        let level = lot.level().map(|level| Item::new(level.label(lang)));
        let passage = lot.passage().map(|passage| Item::new(passage.to_string()));
        let standing = self.standings.get(&lot.id.uuid);
        let state = batch::stands(lot, standing, self.today, lang);
        vec![
            batch::item(lot, lang),
            bank.unwrap_or_else(not_stated),
            level.unwrap_or_else(not_stated),
            passage.unwrap_or_else(not_stated),
            state.unwrap_or_else(not_stated),
            batch::order(lot, standing, self.today, lang),
        ]
    }

    pub(super) fn quality(&self) -> Vec<Block> {
        let (lang, t) = (self.web.lang, words(self.web.lang));
        let table = Table {
            caption: t.conformity.to_owned(),
            heads: vec![t.standard, t.meets_by_lot, t.line_itself],
            rows: self
                .web
                .catalogue
                .standards()
                .iter()
                .filter_map(|one| self.standing(one))
                .collect(),
        };
        let mut blocks = vec![Block::Table(table), Block::Text(t.conformity_note.to_owned())];
        if self.lots.len() > JUDGED {
            let text = i18n::judged_lots(JUDGED, self.lots.len(), lang);
            blocks.push(Block::Text(text));
        }
        if self.tests.is_empty() {
            blocks.push(Block::Heading(t.tests_of_line.to_owned()));
        }
        blocks.extend(tested::table(&self.tests, t.tests_of_line, lang));
        blocks
    }

    /// A standard beside the lots that meet it and can be ordered; none where it is asked neither of lots nor of lines.
    fn standing(&self, of: &QcStandard) -> Option<Vec<Item>> {
        let (lang, t) = (self.web.lang, words(self.web.lang));
        let of_line = of.applies_to.contains(&Level::Line);
        let lots = [Level::Seed, Level::Master, Level::Working, Level::Distribution];
        let of_lots = of.applies_to.iter().any(|level| lots.contains(level));
        if !of_line && !of_lots {
            return None;
        }
        let line = self.assessed(self.line.id.uuid, of).and_then(|assessed| {
            conformity::overall(self.web, RecordKind::CellLine, &self.line.accession, assessed)
        });
        Some(vec![
            standard::linked(of, lang).note(&*of.version),
            if of_lots { self.lots_meeting(of, lang) } else { Item::new(t.not_of_lots) },
            line.unwrap_or_else(|| Item::new(t.not_of_lines)),
        ])
    }

    fn assessed(&self, subject: Uuid, standard: &QcStandard) -> Option<&Assessed> {
        let is_of = |one: &&Assessed| {
            one.conformity.standard == standard.code && one.conformity.version == standard.version
        };
        self.standings.get(&subject)?.assessed.iter().find(is_of)
    }

    fn lots_meeting(&self, standard: &QcStandard, lang: Lang) -> Item {
        let meets = |lot: &&Record<BatchFacts>| {
            let assessed = self.assessed(lot.id.uuid, standard);
            self.can_be_ordered(lot.id.uuid)
                && assessed.is_some_and(|one| one.conformity.overall == Verdict::Pass)
        };
        let meeting = self.lots.iter().filter(meets);
        let items = meeting.take(NAMED).map(|lot| batch::item(lot, lang).tone(Tone::Good));
        Item::stacked(items, words(lang).no_lot_meets)
    }
}

/// The published holdings of a line, by number; two statements.
async fn holdings_of(web: &Web, line: &Line) -> Result<Vec<Record<HoldingFacts>>, Error> {
    let links = web.catalogue.links_to(&[line.id.uuid], Relation::HeldLine).await?;
    let ids: BTreeSet<Uuid> = links.into_iter().map(|link| link.from).collect();
    let ids: Vec<Uuid> = ids.into_iter().collect();
    let found = web.catalogue.get_many::<HoldingFacts>(&ids).await?;
    let published = found.into_values().map(|one| one.record).filter(|one| is_published(one.state));
    let mut holdings: Vec<Record<HoldingFacts>> = published.collect();
    holdings.sort_by_cached_key(|one| (fold(holding::name(one)), one.accession.clone()));
    Ok(holdings)
}

/// The published notices about records, with those that each is about.
async fn notices_about(
    web: &Web,
    about: &[Uuid],
) -> Result<Vec<(Record<NoticeFacts>, Vec<Uuid>)>, Error> {
    let mut by_notice: BTreeMap<Uuid, Vec<Uuid>> = BTreeMap::new();
    for link in web.catalogue.links_to(about, Relation::About).await? {
        by_notice.entry(link.from).or_default().push(link.to);
    }
    let ids: Vec<Uuid> = by_notice.keys().copied().collect();
    let found = web.catalogue.get_many::<NoticeFacts>(&ids).await?;
    let published = found.into_values().map(|one| one.record).filter(|one| is_published(one.state));
    let with = |one: Record<NoticeFacts>| {
        let about = by_notice.remove(&one.id.uuid).unwrap_or_default();
        (one, about)
    };
    Ok(published.map(with).collect())
}
