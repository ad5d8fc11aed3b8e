//! What banks keep of a line: its lots, which of them can be ordered, and which standards they meet. The question is
//! never whether a line meets a standard, but whether a lot does that can be ordered.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use uuid::Uuid;

use super::Line;
use crate::{
    catalogue::{Error, quality::Standing},
    domain::{
        batch::BatchFacts,
        descent::Assessed,
        id::{RecordId, RecordKind},
        lang::Lang,
        qc::{material::Level, standard::QcStandard, verdict::Verdict},
        record::{Record, Relation},
    },
    web::{
        Web,
        i18n::{self, words},
        page::{
            Around, Block, Item, LISTED, Table, Tone, batch, bounded_table, conformity, standard,
            tested::{self, Tested},
        },
    },
};

/// Lots of a line that are judged for its page at most.
const JUDGED: usize = 100;

/// Lots that meet a standard and are named beside it.
const NAMED: usize = 3;

pub(super) struct Banked<'a> {
    web: &'a Web,
    line: &'a Line,
    today: NaiveDate,
    /// Those that can be ordered before others.
    lots: Vec<Record<BatchFacts>>,
    around: Around,
    /// Of the line and of the first [`JUDGED`] lots.
    standings: BTreeMap<Uuid, Standing>,
    tests: Vec<Tested>,
}

impl<'a> Banked<'a> {
    /// A few statements, however many lots there are.
    pub(super) async fn load(web: &'a Web, line: &'a Line) -> Result<Self, Error> {
        let today = web.catalogue.today();
        let mut lots = batch::pointing_to(web, line.id.uuid, Relation::Line).await?;
        lots.sort_by_key(|lot| !lot.can_be_ordered(today));
        let judged = lots.iter().take(JUDGED).map(|lot| lot.id);
        let subjects: Vec<RecordId> = judged.chain([line.id]).collect();
        let standings = web.catalogue.standings(&subjects, today).await?;
        let standings = standings.into_iter().map(|one| (one.subject.uuid, one)).collect();
        let shown: Vec<Uuid> = lots.iter().take(LISTED).map(|lot| lot.id.uuid).collect();
        let around = Around::load(&web.catalogue, &shown).await?;
        let tests = Tested::load(web, line.id.uuid).await?;
        Ok(Self { web, line, today, lots, around, standings, tests })
    }

    fn can_be_ordered(&self, lot: &Record<BatchFacts>) -> bool {
        self.standings.get(&lot.id.uuid).is_some_and(|standing| standing.can_be_ordered)
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
        let can = self.can_be_ordered(lot);
        let state = lot.availability(self.today).map(|now| {
            batch::state(now.availability, can, lang).note(i18n::since(&now.from.to_string(), lang))
        });
        vec![
            batch::item(lot, lang),
            bank.unwrap_or_else(not_stated),
            level.unwrap_or_else(not_stated),
            passage.unwrap_or_else(not_stated),
            state.unwrap_or_else(not_stated),
            batch::order(lot, can, self.today, lang),
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
            self.can_be_ordered(lot)
                && assessed.is_some_and(|one| one.conformity.overall == Verdict::Pass)
        };
        let meeting = self.lots.iter().filter(meets);
        let items = meeting.take(NAMED).map(|lot| batch::item(lot, lang).tone(Tone::Good));
        Item::stacked(items, words(lang).no_lot_meets)
    }
}
