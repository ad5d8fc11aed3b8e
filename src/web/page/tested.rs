//! The tests of a record as the public sees them: what was found, by whom it was judged, and what corrects it. Who
//! tested and who reviewed is not read here.

use std::{cmp::Reverse, collections::BTreeMap};

use chrono::NaiveDate;
use uuid::Uuid;

use super::{Block, Item, Table, Tone, bounded_table};
use crate::{
    catalogue::Error,
    domain::{
        lang::Lang,
        qc::{
            record::ResultFacts,
            result::{LaboratoryVerdict, QcResult},
            test_code::Qualifier,
        },
        record::{Layer, Record, Relation, State},
        source::Source,
    },
    web::{
        Web,
        i18n::{self, words},
    },
};

/// Tests that a page shows at most, the latest samples first.
const TESTS: usize = 200;

/// One test, as one source tells of it.
pub(super) struct Tested {
    accession: String,
    /// Its number at the bank.
    number: String,
    source: Source,
    result: QcResult,
    /// Somebody else than the tester has declared it out of specification.
    is_declared: bool,
}

impl Tested {
    fn of(record: &Record<ResultFacts>, layer: &Layer<ResultFacts>) -> Option<Self> {
        let result = layer.facts.result.clone()?;
        Some(Self {
            accession: record.accession.clone(),
            number: record.external_ids().first().map(|id| id.value.clone()).unwrap_or_default(),
            source: layer.source.clone(),
            is_declared: record.declared_on(&result).is_some(),
            result,
        })
    }

    /// The result that a verdict names by this key, which no other source's results share.
    pub(super) fn by_key(record: &Record<ResultFacts>, key: &str) -> Option<Self> {
        let is_it = |layer: &&Layer<ResultFacts>| {
            let result = layer.facts.result.as_ref();
            result.is_some_and(|result| {
                key.strip_prefix(layer.source.as_str()).and_then(|rest| rest.strip_prefix(' '))
                    == Some(&result.key)
            })
        };
        Self::of(record, record.layers.iter().find(is_it)?)
    }

    /// The published tests of a record, the latest sample first; two statements, however many there are. Of what two
    /// sources place differently each has its own.
    pub(super) async fn load(web: &Web, subject: Uuid) -> Result<Vec<Self>, Error> {
        let mut items: BTreeMap<Uuid, Vec<usize>> = BTreeMap::new();
        for link in web.catalogue.links_to(&[subject], Relation::Subject).await? {
            items.entry(link.from).or_default().push(link.item);
        }
        let ids: Vec<Uuid> = items.keys().copied().collect();
        let found = web.catalogue.get_many::<ResultFacts>(&ids).await?;
        let published = found.values().filter(|one| one.record.state == State::Published);
        let mut tests: Vec<Self> = published
            .filter_map(|one| {
                let record = &one.record;
                let asked = record.links();
                let here = &items[&record.id.uuid];
                let is_here = |layer: &&Layer<ResultFacts>| {
                    let subject = layer.facts.subject.as_ref();
                    here.iter().any(|item| {
                        asked.get(*item).map(|asked| asked.reference) == subject
                            && subject.is_some()
                    })
                };
                Self::of(record, record.layers.iter().find(is_here)?)
            })
            .collect();
        tests.sort_by_cached_key(|test| (Reverse(test.sampled()), test.accession.clone()));
        Ok(tests)
    }

    fn sampled(&self) -> Option<NaiveDate> {
        self.result.public_sampling_date()
    }

    pub(super) fn accession(&self) -> &str {
        &self.accession
    }

    /// The value as read, or the word for why it is not shown.
    pub(super) fn reading(&self, lang: Lang) -> Item {
        let t = words(lang);
        match (self.result.public_reading(), &self.result.value) {
            (Some(read), _) => Item::new(read.text(lang)),
            (None, None) => Item::new(t.not_stated),
            (None, Some(_)) if !self.result.is_of_cells() => Item::new(t.not_public),
            (None, Some(_)) => Item::new(t.unreadable),
        }
    }

    /// The method, or that it is none that is known here.
    pub(super) fn stated_method(&self, lang: Lang) -> Option<&'static str> {
        self.result.method.as_ref()?;
        let known = self.result.method_code().map(|method| method.label(lang));
        Some(known.unwrap_or(words(lang).method_unknown))
    }

    /// The day of the sample, or the word for why it is not shown.
    pub(super) fn day(&self, lang: Lang) -> String {
        let t = words(lang);
        let day = self.sampled().map(|day| day.to_string());
        let absent = if self.result.is_of_cells() { t.not_stated } else { t.not_public };
        day.unwrap_or_else(|| absent.to_owned())
    }

    pub(super) fn level(&self, lang: Lang) -> &'static str {
        self.result.material.level.label(lang)
    }

    fn correction(&self, all: &[Self], lang: Lang) -> Item {
        let t = words(lang);
        let by = self.result.superseded_by.as_ref().map(|key| {
            let is_it = |other: &&Self| other.source == self.source && other.result.key == *key;
            let other = all.iter().find(is_it);
            let item =
                Item::new(i18n::superseded_by(other.map_or(key, |other| &other.accession), lang));
            item.link(other.map(|other| format!("#{}", other.accession)))
        });
        let declared = self.is_declared.then(|| Item::new(t.out_of_specification).tone(Tone::Open));
        Item::stacked(by.into_iter().chain(declared), t.uncorrected)
    }

    fn row(&self, all: &[Self], lang: Lang) -> Vec<Item> {
        let t = words(lang);
        let result = &self.result;
        let qualifier =
            result.qualifier.as_ref().map(|qualifier| Qualifier::label(qualifier, lang));
        let verdict = result.laboratory_verdict.map(|verdict| laboratory_verdict(verdict, lang));
        let passage = result.passage.map(|passage| i18n::at_passage(passage, lang));
        let method = self.stated_method(lang);
        let laboratory = result.laboratory.as_ref().map(Item::new);
        vec![
            Item::new(result.test.label(lang)).note(qualifier.unwrap_or_default()),
            self.reading(lang),
            verdict.unwrap_or_else(|| Item::new(t.not_stated)),
            Item::stacked(method.map(Item::new).into_iter().chain(laboratory), t.not_stated),
            Item::new(self.day(lang)).note(passage.unwrap_or_default()),
            self.correction(all, lang),
            Item::new(&*self.accession).note(&*self.number).anchor(&*self.accession),
        ]
    }
}

pub(super) fn laboratory_verdict(verdict: LaboratoryVerdict, lang: Lang) -> Item {
    Item::new(verdict.label(lang)).tone(match verdict {
        LaboratoryVerdict::Pass => Tone::Good,
        LaboratoryVerdict::Fail => Tone::Bad,
        LaboratoryVerdict::Inconclusive => Tone::Open,
    })
}

/// A table of tests in the order of their kinds; none where there are none.
pub(super) fn table(tests: &[Tested], caption: &str, lang: Lang) -> Vec<Block> {
    let t = words(lang);
    if tests.is_empty() {
        return vec![Block::Text(t.not_tested.to_owned())];
    }
    let mut shown: Vec<&Tested> = tests.iter().take(TESTS).collect();
    shown.sort_by_key(|test| (test.result.test, test.result.qualifier.as_ref()));
    let rows = shown.iter().map(|test| test.row(tests, lang)).collect();
    let heads = vec![
        t.test,
        t.result,
        t.laboratory_verdict,
        t.method_and_laboratory,
        t.sampled_on,
        t.correction,
        t.number,
    ];
    let table = Table { caption: caption.to_owned(), heads, rows };
    bounded_table(table, tests.len() as u64, lang)
}
