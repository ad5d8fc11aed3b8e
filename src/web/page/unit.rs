//! A cord-blood unit as the public may see one: through [`UnitFacts::public`] and nothing beside it. Sex and ethnicity are
//! those of one child and not shown, nor are the keys of the sources, which are numbers of donations.

use axum::{
    extract::{Path, State, rejection::PathRejection},
    response::Response,
};
use chrono::NaiveDate;

use super::{
    Block, Item, Notice, RecordPage, Row, Rows, Section, Table, Tone, asked_for, bounded,
    by_accession, certificate, conformity, lines_pointing_to,
    notice::{self, Told},
    sources, version, without_keys,
};
use crate::{
    domain::{
        cord_blood::{
            axes::Transplant,
            code::{Answer, Culture, Purpose},
            count,
            facts::{CellCounts, Product, RetainedSample, UnitFacts},
            public::{PublicPurpose, PublicUnit},
            standing::UnitStanding,
        },
        lang::Lang,
        qc::test_code::TestCode,
        record::{AnyRecord, Record, Relation},
    },
    web::{
        Web,
        address::record_path,
        i18n::{self, words},
        reply::{Failure, Head},
    },
};

pub(in crate::web) async fn show(
    State(web): State<Web>,
    path: Result<Path<String>, PathRejection>,
) -> Response {
    match unit(&web, path).await {
        Ok(page) => page.response(),
        Err(failure) => failure.response(web.lang),
    }
}

async fn unit(web: &Web, path: Result<Path<String>, PathRejection>) -> Result<RecordPage, Failure> {
    let stored = by_accession(&web.catalogue, &asked_for(path)?).await?;
    let AnyRecord::CordBloodUnit(unit) = &stored.record else {
        return Err(Failure::elsewhere(&stored.record));
    };
    let (lang, t) = (web.lang, words(web.lang));
    let own = unit.id.uuid;
    let today = web.catalogue.today();
    let standing = web.catalogue.standings(&[unit.id], today).await?.pop();
    let (lines, total) = lines_pointing_to(web, own, Relation::SourceUnit, own).await?;
    let view = View::of(unit, today, lang);
    let mut sections = vec![
        Section::new("what", t.what, view.what()),
        Section::new("purposes", t.purposes, view.purposes(&unit.public_purposes(today))),
        Section::new("cells", t.cells, view.cells()),
        Section::new("processing", t.processing, view.processing()),
        Section::new("cultures", t.cultures, view.cultures()),
    ];
    sections.extend(view.samples());
    sections.extend(view.products());
    sections.push(conformity::at_a_glance(web, &stored.record, standing.as_ref()));
    sections.push(certificate::section(web, own).await?);
    let title = i18n::inverse(Relation::SourceUnit, lang);
    sections.push(Section::new("lines", title, bounded(lines, total, lang)));
    let told = Told::all_of(standing.as_ref());
    sections.extend(notice::past(&told, today, lang));
    let mut notices = notice::at_top(&told, today, lang);
    notices.extend(view.notice());
    sections.push(sources(&without_keys(&unit.layers), lang));
    let path = record_path(unit.id.kind, &unit.accession).unwrap_or_default();
    Ok(RecordPage {
        head: Head::new(lang, &*unit.accession, path),
        kind: t.unit,
        name: unit.accession.clone(),
        accession: unit.accession.clone(),
        badges: Vec::new(),
        notices,
        sections,
        version: version(stored.version, stored.updated_at, lang),
    })
}

/// What each source says in public, in the order in which their word is shown.
struct View {
    said: Vec<PublicUnit>,
    /// By all of them together.
    standing: UnitStanding,
    lang: Lang,
}

impl View {
    fn of(unit: &Record<UnitFacts>, today: NaiveDate, lang: Lang) -> Self {
        let said = unit.layers.iter().map(|layer| layer.facts.public()).collect();
        Self { said, standing: unit.public_standing(None, today), lang }
    }

    fn stated<T>(&self, get: impl Fn(&PublicUnit) -> Option<T>) -> Option<T> {
        self.said.iter().find_map(get)
    }

    fn row<T>(
        &self,
        label: &str,
        get: impl Fn(&PublicUnit) -> Option<T>,
        text: impl Fn(T) -> String,
    ) -> Row {
        let item = self.stated(get).map(|stated| Item::new(text(stated)));
        Rows { lang: self.lang }.row(label, item)
    }

    /// The source whose status is shown.
    fn speaker(&self) -> Option<&PublicUnit> {
        self.said.iter().find(|said| said.status.is_some())
    }

    fn notice(&self) -> Option<Notice> {
        let t = words(self.lang);
        let speaker = self.speaker().or(self.said.first())?;
        speaker.left_inventory.then(|| Notice::new(t.left_inventory, t.left_inventory_note))
    }

    /// Where the unit stands, and below it what the bank sent last: that may be behind.
    fn status(&self) -> Row {
        let (t, lang) = (words(self.lang), self.lang);
        let custody = self.standing.custody.map(|custody| Item::new(custody.label(lang)));
        let listing = self.standing.transplant.map(|state| {
            let reason = match state {
                Transplant::Delisted { reason } if state != Transplant::ABSENT => {
                    reason.label(lang)
                }
                _ => "",
            };
            Item::new(state.label(lang)).note(reason)
        });
        let sent = self.speaker().map(|said| {
            let item = said.status.map(|sent| Item::new(sent.label(lang)).note(t.status_as_sent));
            let left = said.left_inventory.then(|| Item::new(t.left_inventory).tone(Tone::Bad));
            left.into_iter().chain(item)
        });
        let items = listing.into_iter().chain(custody).chain(sent.into_iter().flatten());
        Rows { lang }.row(t.status, items)
    }

    fn what(&self) -> Vec<Block> {
        let (t, lang) = (words(self.lang), self.lang);
        let number = |number: u32| number.to_string();
        let year = |year: i32| year.to_string();
        let rows = vec![
            self.status(),
            self.row(t.blood_group, |unit| unit.abo, |abo| abo.label(lang).to_owned()),
            self.row("RhD", |unit| unit.rhd, |rhd| rhd.label(lang).to_owned()),
            self.row(t.collected_in, |unit| unit.collection_year, year),
            self.row(t.frozen_in, |unit| unit.freezing_year, year),
            self.row(t.attached_segments, |unit| unit.attached_segments, number),
        ];
        let notes = [t.unit_note, t.three_terms].map(|text| Block::Text(text.to_owned()));
        std::iter::once(Block::Rows(rows)).chain(notes).collect()
    }

    /// Each purpose with what is said of its consent; where two sources differ it is unknown.
    fn purposes(&self, said: &[PublicPurpose]) -> Vec<Block> {
        let (t, lang) = (words(self.lang), self.lang);
        let row = |purpose: &Purpose| {
            let said = said.iter().find(|said| said.purpose == *purpose);
            let consent = said.map(|said| {
                Item::new(said.consent.label(lang)).tone(match said.consent {
                    Answer::Yes => Tone::Good,
                    Answer::No => Tone::Bad,
                    Answer::Unknown => Tone::Open,
                })
            });
            vec![Item::new(purpose.label(lang)), consent.unwrap_or_else(|| Item::new(t.not_stated))]
        };
        vec![Block::Table(Table {
            caption: t.purposes.to_owned(),
            heads: vec![t.purpose, t.consent],
            rows: Purpose::ALL.iter().map(row).collect(),
        })]
    }

    fn cells(&self) -> Vec<Block> {
        let (t, lang) = (words(self.lang), self.lang);
        let stated =
            |text: Option<String>| Item::new(text.unwrap_or_else(|| t.not_stated.to_owned()));
        let millilitres = |volume: Option<u32>| stated(volume.map(|volume| format!("{volume} mL")));
        let row = |label: &str, power: u32, get: fn(&CellCounts) -> Option<u64>| {
            let shown = |count: Option<u64>| stated(count.map(|count| count::shown(count, power)));
            let collected = self.stated(|unit| get(&unit.collected));
            let frozen = self.stated(|unit| get(&unit.frozen));
            vec![Item::new(label), shown(collected), shown(frozen)]
        };
        let volume = vec![
            Item::new(t.volume),
            millilitres(self.stated(|unit| unit.volumes.collected_ml)),
            millilitres(self.stated(|unit| unit.volumes.frozen_ml)),
        ];
        let rows = vec![
            volume,
            row(TestCode::Tnc.label(lang), 8, |cells| cells.tnc),
            row(t.mnc, 8, |cells| cells.mnc),
            row(TestCode::Cd34.label(lang), 6, |cells| cells.cd34),
            row(t.nrbc, 6, |cells| cells.nrbc),
            row(TestCode::Cfu.label(lang), 6, |cells| cells.cfu),
        ];
        let table = Table {
            caption: t.cells.to_owned(),
            heads: vec![t.cells, t.before_processing, t.as_frozen],
            rows,
        };
        vec![
            Block::Table(table),
            Block::Text(t.cells_note.to_owned()),
            Block::Rows(vec![self.viability()]),
        ]
    }

    /// The share with the cells and the method it was measured by, all of one source.
    fn viability(&self) -> Row {
        let t = words(self.lang);
        let said = self.said.iter().find(|said| said.viability_percent.is_some());
        let item = said.and_then(|said| {
            let cells = said.viability_cells.map(|cells| cells.label(self.lang));
            let method = said.viability_method.map(|method| method.label(self.lang));
            let how: Vec<&str> = cells.into_iter().chain(method).collect();
            Some(Item::new(format!("{} %", said.viability_percent?)).note(how.join(", ")))
        });
        Rows { lang: self.lang }.row(t.viability_percent, item)
    }

    fn processing(&self) -> Vec<Block> {
        let (t, lang) = (words(self.lang), self.lang);
        let method = |unit: &PublicUnit| unit.processing_method;
        vec![Block::Rows(vec![
            self.row(t.processing_method, method, |one| one.label(lang).to_owned()),
            self.row(
                t.processing_system,
                |unit| unit.processing_system,
                |one| one.label(lang).to_owned(),
            ),
            self.row(
                t.product_modification,
                |unit| unit.modification,
                |one| one.label(lang).to_owned(),
            ),
            self.row(
                t.freezing_method,
                |unit| unit.freezing_method,
                |one| one.label(lang).to_owned(),
            ),
            self.row(t.bag_kind, |unit| unit.bag_kind, |one| one.label(lang).to_owned()),
            self.row(t.bags, |unit| unit.bags, |bags| bags.to_string()),
        ])]
    }

    fn cultures(&self) -> Vec<Block> {
        let (t, lang) = (words(self.lang), self.lang);
        let label = |culture: Culture| culture.label(lang).to_owned();
        vec![Block::Rows(vec![
            self.row(t.bacterial_culture, |unit| unit.bacterial_culture, label),
            self.row(t.fungal_culture, |unit| unit.fungal_culture, label),
        ])]
    }

    fn samples(&self) -> Option<Section> {
        let (t, lang) = (words(self.lang), self.lang);
        let samples = each_once(self.said.iter().flat_map(|said| &said.samples));
        let stated =
            |text: Option<String>| Item::new(text.unwrap_or_else(|| t.not_stated.to_owned()));
        let row = |sample: &&RetainedSample| {
            let stored = sample.available.map(|stored| if stored { t.there } else { t.not_there });
            vec![
                Item::new(sample.kind.label(lang)),
                stated(stored.map(ToOwned::to_owned)),
                stated(sample.aliquots.map(|aliquots| aliquots.to_string())),
                stated(sample.volume_ul.map(|volume| format!("{volume} µL"))),
            ]
        };
        let table = Table {
            caption: t.samples.to_owned(),
            heads: vec![t.sample, t.stored, t.aliquots, t.volume],
            rows: samples.iter().map(row).collect(),
        };
        (!samples.is_empty()).then(|| Section::new("samples", t.samples, vec![Block::Table(table)]))
    }

    fn products(&self) -> Option<Section> {
        let (t, lang) = (words(self.lang), self.lang);
        let products = each_once(self.said.iter().flat_map(|said| &said.products));
        let stated =
            |text: Option<String>| Item::new(text.unwrap_or_else(|| t.not_stated.to_owned()));
        let row = |product: &&Product| {
            vec![
                Item::new(&*product.number),
                stated(product.purpose.map(|purpose| purpose.label(lang).to_owned())),
                stated(product.aliquots.map(|aliquots| aliquots.to_string())),
            ]
        };
        let table = Table {
            caption: t.products.to_owned(),
            heads: vec![t.identifier, t.purpose, t.aliquots],
            rows: products.iter().map(row).collect(),
        };
        (!products.is_empty())
            .then(|| Section::new("products", t.products, vec![Block::Table(table)]))
    }
}

fn each_once<'a, T: PartialEq>(all: impl Iterator<Item = &'a T>) -> Vec<&'a T> {
    let mut once = Vec::new();
    for one in all {
        if !once.contains(&one) {
            once.push(one);
        }
    }
    once
}
