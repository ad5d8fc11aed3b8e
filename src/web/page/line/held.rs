//! Where a line can be had: each bank that holds it, with its number there, what it costs and what stands in the way.

use super::banked::Banked;
use crate::{
    domain::{
        holding::{Fee, HoldingFacts},
        lang::Lang,
        record::{AnyRecord, Record, Relation},
    },
    web::{
        address::external,
        i18n::{self, bank_words, words},
        page::{Block, Item, LISTED, Row, Rows, batch, holding, notice},
    },
};

type Holding = Record<HoldingFacts>;

impl Banked<'_> {
    pub(super) fn holdings(&self) -> Vec<Block> {
        let lang = self.web.lang;
        if self.holdings.is_empty() {
            return vec![Block::Text(bank_words(lang).no_holdings.to_owned())];
        }
        let shown = self.holdings.iter().take(LISTED);
        let mut blocks: Vec<Block> = shown.flat_map(|one| self.holding(one)).collect();
        if self.holdings.len() > LISTED {
            blocks.push(Block::Text(i18n::shown(LISTED, self.holdings.len() as u64, lang)));
        }
        blocks
    }

    fn holding(&self, one: &Holding) -> [Block; 2] {
        let (lang, t, rows) =
            (self.web.lang, bank_words(self.web.lang), Rows { lang: self.web.lang });
        let bank = self.bank(one);
        let heading = bank.as_ref().map_or_else(|| holding::name(one), |bank| &bank.text);
        let heading = Block::Heading(heading.to_owned());
        let number = one.catalogue_number().unwrap_or(words(lang).not_stated);
        let number = Item::new(number).outside(self.product_page(one));
        let standing = self.standings.get(&one.id.uuid);
        let open = standing.map(|standing| standing.notices.as_slice()).unwrap_or_default();
        let open = open.iter().map(|one| notice::in_brief(one, lang));
        let mut list = vec![
            rows.row(words(lang).bank, bank),
            rows.row(t.catalogue_number, [number]),
            rows.row(words(lang).availability_today, self.availability(one)),
            rows.row(words(lang).can_be_ordered, [batch::order(one, standing, self.today, lang)]),
            rows.row(t.fees, one.fees().iter().map(|one| fee(one, lang))),
        ];
        list.extend(deposit(one, lang));
        list.push(Row { absent: t.no_notices, ..rows.row(t.notices, open) });
        [heading, Block::Rows(list)]
    }

    fn bank(&self, one: &Holding) -> Option<Item> {
        let bank = one.first(|facts| facts.bank.as_ref())?;
        let record = self.around.reached(one, Relation::Organization, bank);
        Some(Item::reference(bank, record, self.web.lang))
    }

    /// Its page at the bank: as stated, or by the bank's link template.
    fn product_page(&self, one: &Holding) -> Option<String> {
        let stated = one.first(|facts| facts.url.as_deref()).and_then(external);
        if let Some(url) = stated {
            return Some(url.to_owned());
        }
        let mut banks = self.around.of(one, Relation::Organization).into_iter();
        let page = banks.find_map(|(_, bank)| match bank {
            Some(AnyRecord::Organization(bank)) => bank.product_page(one.catalogue_number()?),
            _ => None,
        })?;
        external(&page).map(ToOwned::to_owned)
    }

    fn availability(&self, one: &Holding) -> Vec<Item> {
        let lang = self.web.lang;
        let Some(now) = one.availability(self.today) else { return Vec::new() };
        let state = batch::stands(one, self.standings.get(&one.id.uuid), self.today, lang);
        state.into_iter().chain(now.comment.as_ref().map(Item::new)).collect()
    }
}

fn fee(fee: &Fee, lang: Lang) -> Item {
    let amount = format!("{} {}", fee.amount, fee.currency);
    let text = i18n::fee(fee.user_type.label(lang), &amount, fee.per.as_deref(), lang);
    let from = fee.from.map(|from| i18n::since(&from.to_string(), lang));
    let notes: Vec<String> = from.into_iter().chain(fee.remarks.clone()).collect();
    Item::new(text).note(notes.join(" · "))
}

/// Of its intake there is shown how it came and what its depositor asks.
fn deposit(one: &Holding, lang: Lang) -> Vec<Row> {
    let (t, rows) = (bank_words(lang), Rows { lang });
    let Some(deposit) = one.first(|facts| facts.deposit.as_ref()) else { return Vec::new() };
    let conditions = one.all(|facts| facts.deposit.iter().flat_map(|deposit| &deposit.conditions));
    vec![
        rows.row(t.came_as, [Item::new(deposit.kind.label(lang))]),
        rows.row(t.depositors_conditions, conditions.into_iter().map(Item::new)),
    ]
}
