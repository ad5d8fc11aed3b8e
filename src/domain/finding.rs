//! Cross-checks: what does not fit together among a record, what it comes from and the tests of both.
//!
//! A finding says what was found and in which records, and never a sealed value: no allele, no day, no karyotype of a
//! donor. Its sentence may therefore stand on a public page and in a file that is passed on. Nothing here is for
//! clinical selection.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

mod dates;
mod identity;
mod karyotypes;
mod rule;
#[cfg(test)]
mod tests;
mod twins;
mod typing;
mod unit;

pub use rule::{RULES, Rule, RuleCode, Severity};
pub use twins::Twins;

use super::{
    cell_line::{LineFacts, LineKind},
    id::{RecordId, RecordKind},
    karyotype::FindingKind,
    lang::Lang,
    qc::{record::ResultFacts, result::QcResult},
    record::{AnyRecord, Record, Relation, State},
    str_profile::Score,
};

/// A record that a finding speaks of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Named {
    pub id: RecordId,
    pub accession: String,
}

impl Named {
    pub fn of(record: &AnyRecord) -> Self {
        Self { id: record.id(), accession: record.accession().to_owned() }
    }
}

/// A sentence in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Said {
    pub en: String,
    pub ja: String,
}

impl Said {
    /// The same in both languages: a marker, a locus.
    fn same(text: impl Into<String>) -> Self {
        let en = text.into();
        Self { ja: en.clone(), en }
    }

    fn by(label: impl Fn(Lang) -> &'static str) -> Self {
        Self { en: label(Lang::En).to_owned(), ja: label(Lang::Ja).to_owned() }
    }

    pub fn text(&self, lang: Lang) -> &str {
        match lang {
            Lang::En => &self.en,
            Lang::Ja => &self.ja,
        }
    }
}

/// What a rule found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    pub rule: RuleCode,
    pub severity: Severity,
    /// The record whose finding it is.
    pub subject: Named,
    /// What it was compared with, or the result that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other: Option<Named>,
    pub text: Said,
    /// What was found in a karyotype.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub karyotype: Option<FindingKind>,
    /// How alike two STR profiles are: of several reports the pair that is most so. For curators.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub str_score: Option<Score>,
}

/// A test of a record that counts: neither corrected by another nor declared out of specification.
#[derive(Debug, Clone)]
struct Tested {
    record: Named,
    result: QcResult,
}

/// Records with what they come from and the tests of either, as far as somebody loaded them.
#[derive(Debug, Default)]
pub struct Known {
    records: HashMap<Uuid, AnyRecord>,
    up: HashMap<Uuid, Vec<(Relation, Uuid)>>,
    tests: HashMap<Uuid, Vec<Tested>>,
}

impl Known {
    /// The ways from a record to what it comes from.
    pub const UP: [Relation; 5] = [
        Relation::ParentBatch,
        Relation::Line,
        Relation::Parent,
        Relation::SourceUnit,
        Relation::Donor,
    ];

    pub fn has(&self, id: Uuid) -> bool {
        self.records.contains_key(&id)
    }

    /// Whether a record is there and neither withdrawn nor merged.
    pub fn is_live(&self, id: Uuid) -> bool {
        let state = self.records.get(&id).map(AnyRecord::state);
        state.is_some_and(|state| !matches!(state, State::Withdrawn | State::Merged))
    }

    pub fn ids(&self) -> Vec<Uuid> {
        self.records.keys().copied().collect()
    }

    pub fn put(&mut self, record: AnyRecord) {
        self.records.insert(record.id().uuid, record);
    }

    pub fn link(&mut self, from: Uuid, relation: Relation, to: Uuid) {
        let up = self.up.entry(from).or_default();
        if Self::UP.contains(&relation) && !up.contains(&(relation, to)) {
            up.push((relation, to));
        }
    }

    /// Adds a test to the records that its sources say were tested. `reached` answers what the reference at a place of
    /// the record's links leads to.
    pub fn put_test(
        &mut self,
        test: &Record<ResultFacts>,
        reached: impl Fn(usize) -> Option<Uuid>,
    ) {
        let asked = test.links();
        for layer in &test.layers {
            let subject = layer.facts.subject.as_ref();
            let item = subject
                .and_then(|subject| asked.iter().position(|asked| asked.reference == subject));
            let (Some(to), Some(result)) = (item.and_then(&reached), &layer.facts.result) else {
                continue;
            };
            if result.superseded_by.is_some() || test.declared_on(result).is_some() {
                continue;
            }
            let record = Named { id: test.id, accession: test.accession.clone() };
            self.tests.entry(to).or_default().push(Tested { record, result: result.clone() });
        }
    }

    /// Takes away all that is not published, so that nothing is concluded from it in public.
    pub fn keep_published(&mut self) {
        self.records.retain(|_, record| record.state() == State::Published);
    }

    /// What is found on a record, the gravest first. Nothing on one that is unknown.
    pub fn findings(&self, id: Uuid, today: NaiveDate) -> Vec<Finding> {
        let Some(record) = self.records.get(&id) else { return Vec::new() };
        let mut check = Check { known: self, id, subject: Named::of(record), found: Vec::new() };
        match record {
            AnyRecord::CellLine(line) => {
                check.karyotypes_of_line(line);
                check.identity();
                check.typing();
                check.homozygous_class(line);
                check.unit_of_line(line, today);
            }
            AnyRecord::Batch(lot) => {
                check.karyotypes_of_tests();
                check.identity();
                check.typing();
                check.dates_of_lot(lot, today);
            }
            AnyRecord::CordBloodUnit(unit) => {
                check.identity();
                check.typing();
                check.dates_of_unit(unit, today);
            }
            AnyRecord::Donor(donor) => {
                check.karyotype_of_donor(donor);
                check.identity();
                check.typing();
            }
            _ => {}
        }
        check.dates_of_tests(today);
        check.found.sort_by_key(|finding| finding.severity);
        check.found
    }

    /// What a record is linked to by a relation, as far as that is known.
    fn reached(&self, id: Uuid, relation: Relation) -> Vec<Uuid> {
        let up = self.up.get(&id).into_iter().flatten();
        let to = up.filter(|(by, to)| *by == relation && self.has(*to)).map(|(_, to)| *to);
        to.collect()
    }

    /// The tests of a record that are of what it is: those of a donor or unit that are filed under a line or a lot say
    /// nothing of its cells.
    fn own_tests(&self, id: Uuid) -> impl Iterator<Item = &Tested> {
        let is_cells =
            matches!(self.records.get(&id), Some(AnyRecord::CellLine(_) | AnyRecord::Batch(_)));
        let tests = self.tests.get(&id).into_iter().flatten();
        tests.filter(move |tested| !is_cells || tested.result.is_of_cells())
    }

    fn line(&self, id: Uuid) -> Option<&Record<LineFacts>> {
        match self.records.get(&id)? {
            AnyRecord::CellLine(line) => Some(line),
            _ => None,
        }
    }

    /// The donors whose cells a record is of: its own, those of the unit it was made of, else those of the nearest
    /// record that it was grown from. Of a fusion no one donor can be told, and a hidden one is no other.
    fn donors(&self, id: Uuid) -> Vec<Uuid> {
        let mut generation = vec![id];
        let mut seen: HashSet<Uuid> = HashSet::new();
        while !generation.is_empty() {
            generation.retain(|id| seen.insert(*id));
            if generation.iter().any(|id| self.line(*id).is_some_and(is_fusion)) {
                return Vec::new();
            }
            let mut donors = Vec::new();
            for id in &generation {
                let units = self.reached(*id, Relation::SourceUnit);
                let of = std::iter::once(*id).chain(units);
                donors.extend(of.flat_map(|id| self.reached(id, Relation::Donor)));
            }
            donors.sort_unstable();
            donors.dedup();
            if !donors.is_empty() || generation.iter().any(|id| self.hides_a_person(*id)) {
                return donors;
            }
            let grown = [Relation::ParentBatch, Relation::Line, Relation::Parent];
            let parents = |id: &Uuid| grown.map(|relation| self.reached(*id, relation));
            generation = generation.iter().flat_map(parents).flatten().collect();
        }
        Vec::new()
    }

    /// The donors, parents and units that a record is of, where they are several of a kind: its cells may be a pool, and
    /// need be alike to one of them only. Empty where each of them must fit.
    fn several_origins(&self, id: Uuid) -> Vec<Uuid> {
        let of = [vec![id], self.reached(id, Relation::Line)].concat();
        let all = |relation| {
            let mut reached: Vec<Uuid> =
                of.iter().flat_map(|id| self.reached(*id, relation)).collect();
            reached.sort_unstable();
            reached.dedup();
            reached
        };
        let kinds = [self.donors(id), all(Relation::Parent), all(Relation::SourceUnit)];
        let several = kinds.iter().any(|kind| kind.len() > 1);
        if several { kinds.concat() } else { Vec::new() }
    }

    /// Whether a record is of a donor or unit that is not known here, so that no other may be taken for it.
    fn hides_a_person(&self, id: Uuid) -> bool {
        let up = self.up.get(&id).into_iter().flatten();
        let mut persons = up.filter(|(by, _)| matches!(by, Relation::Donor | Relation::SourceUnit));
        persons.any(|(_, to)| !self.has(*to))
    }

    /// Whether the rules for human cells apply: nobody says that they are of another species.
    fn may_be_human(&self, id: Uuid) -> bool {
        let species = match self.records.get(&id) {
            Some(AnyRecord::CellLine(line)) => line.species(),
            Some(AnyRecord::Donor(donor)) => donor.all(|facts| &facts.species),
            Some(AnyRecord::Batch(_)) => {
                let lines = self.reached(id, Relation::Line);
                return lines.into_iter().all(|line| self.may_be_human(line));
            }
            _ => Vec::new(),
        };
        species.is_empty() || species.iter().any(|one| one.id.as_deref() == Some(HUMAN))
    }
}

const HUMAN: &str = "NCBITaxon:9606";

/// Whether a line holds the genomes of several individuals.
fn is_fusion(line: &Record<LineFacts>) -> bool {
    let species: HashSet<&str> =
        line.species().into_iter().filter_map(|one| one.id.as_deref()).collect();
    matches!(line.line_kind(), Some(LineKind::Hybrid | LineKind::Hybridoma)) || species.len() > 1
}

/// The findings on one record, as they come.
struct Check<'a> {
    known: &'a Known,
    id: Uuid,
    subject: Named,
    found: Vec<Finding>,
}

impl Check<'_> {
    /// Adds what a rule found, once.
    fn find(&mut self, rule: RuleCode, other: Option<Named>, about: &Said) -> Option<&mut Finding> {
        let Rule { severity, en, ja, .. } = *rule.rule();
        let label = |lang| other.as_ref().map_or("", |other| what(other.id.kind, lang));
        let fill = |text: &str, lang| {
            text.replace("{other}", label(lang)).replace("{about}", about.text(lang))
        };
        let text = Said { en: fill(en, Lang::En), ja: fill(ja, Lang::Ja) };
        let subject = self.subject.clone();
        let (karyotype, str_score) = (None, None);
        let finding = Finding { rule, severity, subject, other, text, karyotype, str_score };
        let same = |one: &Finding| {
            (one.rule, &one.other, &one.text) == (finding.rule, &finding.other, &finding.text)
        };
        if self.found.iter().any(same) {
            return None;
        }
        self.found.push(finding);
        self.found.last_mut()
    }

    /// Says that the cells are of several origins and fit none.
    fn find_several(&mut self, en: &str, ja: &str) {
        let about = Said { en: en.to_owned(), ja: ja.to_owned() };
        self.find(RuleCode::SeveralOrigins, None, &about);
    }

    fn named(&self, id: Uuid) -> Option<Named> {
        self.known.records.get(&id).map(Named::of)
    }

    fn tests(&self, id: Uuid) -> &[Tested] {
        self.known.tests.get(&id).map(Vec::as_slice).unwrap_or_default()
    }
}

/// What the other record is called in a sentence.
fn what(kind: RecordKind, lang: Lang) -> &'static str {
    match (kind, lang) {
        (RecordKind::Donor, Lang::En) => "donor",
        (RecordKind::Donor, Lang::Ja) => "ドナー",
        (RecordKind::CordBloodUnit, Lang::En) => "cord-blood unit",
        (RecordKind::CordBloodUnit, Lang::Ja) => "臍帯血ユニット",
        (RecordKind::CellLine, Lang::En) => "line that it comes from",
        (RecordKind::CellLine, Lang::Ja) => "由来する株",
        (RecordKind::Batch, Lang::En) => "lot that it was grown from",
        (RecordKind::Batch, Lang::Ja) => "親ロット",
        (_, Lang::En) => "other record",
        (_, Lang::Ja) => "他の記録",
    }
}
