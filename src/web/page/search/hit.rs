//! What the search shows of a hit: a line with its donor, a lot with where it stands today, a unit with its public side.

use std::collections::BTreeSet;

use uuid::Uuid;

use crate::{
    catalogue::{
        Error,
        search::{Found, FoundRecord, Fragment},
    },
    domain::{
        availability::Availability,
        batch::BatchFacts,
        cell_line::LineFacts,
        cord_blood::{code::Answer, count, facts::UnitFacts},
        descent::Descent,
        lang::Lang,
        notice::NoticeFacts,
        record::{AnyRecord, Facts, Record, Relation},
    },
    web::{
        Web,
        address::{localized, record_path},
        i18n::{self, bank_words, words},
        page::{Around, Item, batch, donor, item::name_in, notice},
    },
};

#[derive(Debug)]
pub(super) struct HitView {
    pub(super) name: Vec<Fragment>,
    pub(super) href: String,
    /// Empty where it is the name.
    pub(super) accession: String,
    pub(super) facts: Vec<String>,
    pub(super) rows: Vec<(&'static str, Vec<Item>)>,
    /// Where the words were found, besides the name above.
    pub(super) found: Vec<(&'static str, Vec<Vec<Fragment>>)>,
}

/// A few statements, however many hits there are.
pub(super) async fn hits(web: &Web, found: &Found) -> Result<Vec<HitView>, Error> {
    let ids: Vec<Uuid> = found.hits.iter().map(|hit| hit.stored.record.id().uuid).collect();
    let around = Around::load(&web.catalogue, &ids).await?;
    let is_line = |hit: &FoundRecord| matches!(hit.stored.record, AnyRecord::CellLine(_));
    let kept: Vec<Uuid> = found
        .hits
        .iter()
        .filter(|hit| !is_line(hit))
        .map(|hit| hit.stored.record.id().uuid)
        .collect();
    let descent = web.catalogue.descent(&kept).await?;
    let (lang, today) = (web.lang, web.catalogue.today());
    let stand = Stand { descent: &descent, around: &around, lang, today };
    let view = |hit: &FoundRecord| match &hit.stored.record {
        AnyRecord::CellLine(one) => Some(view(hit, line_facts(one, &around, lang), lang)),
        AnyRecord::Batch(lot) => Some(view(hit, stand.lot(lot), lang)),
        // A unit bears sealed numbers: where the words stand in it is not told.
        AnyRecord::CordBloodUnit(unit) => {
            Some(HitView { found: Vec::new(), ..view(hit, stand.unit(unit), lang) })
        }
        _ => None,
    };
    Ok(found.hits.iter().filter_map(view).collect())
}

/// What is told of a hit in a line, and under it.
type Brief = (Vec<String>, Vec<(&'static str, Vec<Item>)>);

fn view(hit: &FoundRecord, (facts, rows): Brief, lang: Lang) -> HitView {
    let record = &hit.stored.record;
    let shown = name_in(record, lang);
    let joined =
        |fragments: &[Fragment]| fragments.iter().map(|f| f.text.as_str()).collect::<String>();
    let is_name = |fragments: &[Fragment]| joined(fragments) == shown;
    let marked = hit.highlights.iter().find(|h| h.field == "name" && is_name(&h.fragments));
    let plain = || vec![Fragment { text: shown.to_owned(), matched: false }];
    let others = hit.highlights.iter().filter(|h| h.field != "name" || !is_name(&h.fragments));
    let mut found: Vec<(&str, Vec<Vec<Fragment>>)> = Vec::new();
    for highlight in others {
        let field = i18n::highlight_field(highlight.field, lang);
        match found.last_mut().filter(|(last, _)| *last == field) {
            Some((_, texts)) => texts.push(highlight.fragments.clone()),
            None => found.push((field, vec![highlight.fragments.clone()])),
        }
    }
    let path = record_path(record.id().kind, record.accession()).unwrap_or_default();
    HitView {
        name: marked.map_or_else(plain, |highlight| highlight.fragments.clone()),
        href: localized(lang, &path),
        accession: Some(record.accession())
            .filter(|own| *own != shown)
            .unwrap_or_default()
            .to_owned(),
        facts,
        rows,
        found,
    }
}

fn line_facts(line: &Record<LineFacts>, around: &Around, lang: Lang) -> Brief {
    let t = words(lang);
    let donor = around.of(line, Relation::Donor).into_iter().find_map(|(_, record)| match record {
        Some(AnyRecord::Donor(donor)) => Some(donor::in_brief(donor, lang)),
        _ => None,
    });
    let donor = donor.filter(|donor| !donor.is_empty());
    let kind = line.line_kind().map_or(t.not_stated, |kind| kind.label(lang)).to_owned();
    let donor = donor.map(|donor| format!("{}: {donor}", t.donor_short));
    let rows = vec![
        (t.diseases, items(line, Relation::Disease, around, lang)),
        (t.organizations, items(line, Relation::Organization, around, lang)),
    ];
    (std::iter::once(kind).chain(donor).collect(), rows)
}

/// What a record is linked to, each once.
fn items<F: Facts>(
    record: &Record<F>,
    relation: Relation,
    around: &Around,
    lang: Lang,
) -> Vec<Item> {
    let mut seen = BTreeSet::new();
    let linked = around.of(record, relation).into_iter();
    let items = linked.map(|(reference, record)| Item::reference(reference, record, lang));
    items.filter(|item| seen.insert(item.text.clone())).collect()
}

/// How lots and units stand today.
struct Stand<'a> {
    descent: &'a Descent,
    around: &'a Around,
    lang: Lang,
    today: chrono::NaiveDate,
}

impl Stand<'_> {
    fn lot(&self, lot: &Record<BatchFacts>) -> Brief {
        let (lang, t) = (self.lang, words(self.lang));
        let level = lot.level().map(|level| level.label(lang).to_owned());
        let passage = lot.passage().map(|passage| i18n::at_passage(passage, lang));
        let id = lot.id.uuid;
        let can = self.descent.supply(id, self.today).can_be_ordered(None);
        let state = self.descent.availability(id, self.today);
        let state = state.map(|state: Availability| batch::state(state, can, lang));
        let mut rows = vec![
            (t.line, items(lot, Relation::Line, self.around, lang)),
            (t.bank, items(lot, Relation::Organization, self.around, lang)),
            (t.availability, state.into_iter().collect()),
        ];
        rows.push((t.notices, self.notices(id)));
        (level.into_iter().chain(passage).collect(), rows)
    }

    fn unit(&self, unit: &Record<UnitFacts>) -> Brief {
        let (lang, t) = (self.lang, bank_words(self.lang));
        let screened = unit.screened(self.today);
        let blood = screened.abo.map(|abo| abo.label(lang).to_owned());
        let blood = blood.into_iter().chain(screened.rhd.map(|rhd| rhd.label(lang).to_owned()));
        let cells = [(t.tnc, screened.tnc, 8), (t.cd34, screened.cd34, 6)];
        let cells = cells.into_iter().filter_map(|(label, count, power)| {
            Some(format!("{label} {}", count::shown(count?, power)))
        });
        let transplant = screened.transplant.map(|state| Item::new(state.label(lang)));
        let held =
            unit.public_purposes(self.today).into_iter().filter(|said| said.consent == Answer::Yes);
        let held = held.map(|said| Item::new(said.purpose.label(lang)));
        let rows = vec![
            (t.transplantation, transplant.into_iter().collect()),
            (t.held_for, held.collect()),
            (words(lang).notices, self.notices(unit.id.uuid)),
        ];
        (blood.chain(cells).collect(), rows)
    }

    fn notices(&self, id: Uuid) -> Vec<Item> {
        let open = self.descent.supply(id, self.today).notices.into_iter();
        open.map(|one: &Record<NoticeFacts>| notice::in_brief(one, self.lang)).collect()
    }
}
