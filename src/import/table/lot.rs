//! The rows of `lots-csv` and `vials-csv`: a lot each, and a vial of a lot each. The two meet in the facts of the lot, and
//! neither undoes what the other says.

use chrono::NaiveDate;

use super::{
    column::{Column, Problem, Row, columns},
    refer::{self, Number, Own},
    value::{Gaps, List, LotNumber, Passage, Refers, Serial},
};
use crate::{
    catalogue::import::{Ask, Candidate, Speaks},
    domain::{
        availability::{Availability, AvailabilityState},
        batch::{BatchFacts, BatchLevel, Culture, HandlingSheet, Vials},
        identifier::ExternalId,
        names::Name,
        record::{AnyDraft, Layer, Record, Relation},
        vial::{Vial, VialState},
    },
};

/// A lot, as one source speaks of it.
#[derive(Debug, Default)]
pub(crate) struct LotRow {
    own: Own,
    lot: Option<LotNumber>,
    other_ids: Option<List<ExternalId>>,
    names: Option<List<Name>>,
    line: Option<List<Refers>>,
    line_name: Option<String>,
    bank: Option<List<Refers>>,
    bank_name: Option<String>,
    parent: Option<List<Refers>>,
    parent_name: Option<String>,
    level: Option<BatchLevel>,
    passage: Option<Passage>,
    frozen_on: Option<NaiveDate>,
    vials: Vials,
    culture: Culture,
    handling: HandlingSheet,
    availability: Option<Gaps<Availability>>,
    availability_from: Option<Gaps<NaiveDate>>,
    availability_comment: Option<Gaps<String>>,
}

impl Row for LotRow {
    const FORMAT: &'static str = "lots-csv";
    const COLUMNS: &'static [Column<Self>] = columns! {
        required "lot" => lot, "number of the lot: bank/number or bank/line/number; the row is known again by it";
        required "line" => line, "the line it is a lot of: an accession, an identifier of any registry, or a name that one line alone bears; `scheme:value|scheme:value` says which";
        optional "line_name" => line_name, "what the source calls the line; shown, never looked up";
        optional "bank" => bank, "the bank that keeps it, by identifier or name";
        optional "bank_name" => bank_name, "what the source calls the bank; shown, never looked up";
        optional "parent" => parent, "the lot it was grown from, by number or name";
        optional "parent_name" => parent_name, "what the source calls that lot; shown, never looked up";
        optional "names" => names, r"names, separated by `|`, which within one is written `\|`; `[synonym ja] text` gives kind and language";
        optional "other_ids" => other_ids, r"identifiers beside the number, as `biosamples:SAMEG1`, separated by `|`, which within one is written `\|`";
        optional "level" => level, "seed, master, working or distribution";
        optional "passage" => passage, "at freezing; `12` or `P12`";
        optional "frozen_on" => frozen_on, "the day of freezing, year first";
        optional "vials_made" => vials.made, "vials made";
        optional "vials_stored" => vials.stored, "vials still stored";
        optional "vials_shipped" => vials.shipped, "vials shipped";
        optional "cells_each" => vials.cells_each, "cells in one vial; `1000000` or `1E6`";
        optional "medium" => culture.medium, "medium";
        optional "matrix" => culture.matrix, "matrix";
        optional "feeder" => culture.feeder, "feeder cells";
        optional "passage_method" => culture.passage_method, "how the cells were passaged";
        optional "o2_percent" => culture.o2_percent in "%", "oxygen, in percent";
        optional "co2_percent" => culture.co2_percent in "%", "carbon dioxide, in percent";
        optional "temperature_cel" => culture.temperature_cel in "°C", "degrees Celsius";
        optional "thaw" => handling.thaw, "how to thaw";
        optional "split_ratio" => handling.split_ratio, "`1:4 to 1:8`";
        optional "biosafety_level" => handling.biosafety_level, "biosafety level";
        optional "handling_remarks" => handling.remarks, "what else the recipient must know";
        optional "availability" => availability, "states of availability, the first one first, separated by `|`";
        optional "availability_from" => availability_from, "the day from which each holds, separated by `|`";
        optional "availability_comment" => availability_comment, r"why, for each, separated by `|`, which within one is written `\|` and `\` before it `\\`; a suspension, recall or discontinuation needs it";
        optional "accession" => own.accession, "our accession of the lot, where it has one";
        optional "record_state" => own.record_state, "draft, in_review, withdrawn or merged; blank publishes a new lot and leaves a known one";
        optional "source" => own.source, "whose word it is; `bank` where blank";
        optional "key" => own.key, "the row's key in its source; the number where blank";
    };

    fn label(&self) -> String {
        number(self.lot.as_ref(), &self.own).text().to_owned()
    }

    fn identity(&self) -> String {
        self.own.identity(&number(self.lot.as_ref(), &self.own))
    }

    fn candidate(self, line: u64) -> Result<Candidate, Vec<Problem>> {
        let number = number(self.lot.as_ref(), &self.own);
        let mut problems = unnamed(self.lot.as_ref(), &self.own);
        if self.own.accession.is_none() && self.line.is_none() && self.line_name.is_none() {
            problems.push(Problem::blank("line"));
        }
        let mut asks: Vec<Ask> = Vec::new();
        let mut reference = |relation, column, items, name| {
            refer::reference(relation, column, items, name, &mut asks).unwrap_or_else(|problem| {
                problems.push(problem);
                None
            })
        };
        let line_reference = reference(Relation::Line, "line", self.line, self.line_name);
        let bank = reference(Relation::Organization, "bank", self.bank, self.bank_name);
        let parent = reference(Relation::ParentBatch, "parent", self.parent, self.parent_name);
        let states = states(self.availability, self.availability_from, self.availability_comment);
        let availability = states.unwrap_or_else(|problem| {
            problems.push(problem);
            Vec::new()
        });
        if !problems.is_empty() {
            return Err(problems);
        }
        let more = self.other_ids.map_or_else(Vec::new, |ids| ids.0);
        let facts = BatchFacts {
            names: self.names.map_or_else(Vec::new, |names| names.0),
            external_ids: external_id(self.lot).into_iter().chain(more).collect(),
            line: line_reference,
            bank,
            parent,
            level: self.level,
            passage: self.passage.map(|passage| passage.0),
            frozen_on: self.frozen_on,
            vials: stated(self.vials),
            listed_vials: Vec::new(),
            culture: stated(self.culture),
            handling: stated(self.handling),
            availability,
        };
        let row_key = self.own.row_key(&number);
        let draft = AnyDraft::Batch(self.own.draft(&number, facts));
        let candidate = Candidate::new(line, number.text(), draft);
        Ok(Candidate { asks, speaks: Speaks::AllButVials, row_key, ..candidate })
    }
}

impl LotRow {
    pub(crate) fn of(record: &Record<BatchFacts>, layer: &Layer<BatchFacts>) -> Self {
        let (lot, more) = split(&layer.facts.external_ids);
        let number = number_of(lot.as_ref(), &record.accession);
        let facts = layer.facts.clone();
        let (line, line_name) = refer::columns(facts.line);
        let (bank, bank_name) = refer::columns(facts.bank);
        let (parent, parent_name) = refer::columns(facts.parent);
        let states = || facts.availability.iter();
        Self {
            own: Own::of(record, layer, &number),
            lot,
            other_ids: list(more),
            names: list(facts.names),
            line,
            line_name,
            bank,
            bank_name,
            parent,
            parent_name,
            level: facts.level,
            passage: facts.passage.map(Passage),
            frozen_on: facts.frozen_on,
            vials: facts.vials.unwrap_or_default(),
            culture: facts.culture.unwrap_or_default(),
            handling: facts.handling.unwrap_or_default(),
            availability: Gaps::of(states().map(|state| Some(state.availability)).collect()),
            availability_from: Gaps::of(states().map(|state| Some(state.from)).collect()),
            availability_comment: Gaps::of(states().map(|state| state.comment.clone()).collect()),
        }
    }
}

/// A vial of a lot.
#[derive(Debug, Default)]
pub(crate) struct VialRow {
    own: Own,
    lot: Option<LotNumber>,
    number: Option<Serial>,
    biosamples: Option<String>,
    position: Option<String>,
    passage: Option<Passage>,
    cells: Option<u64>,
    frozen_on: Option<NaiveDate>,
    state: Option<VialState>,
}

impl Row for VialRow {
    const FORMAT: &'static str = "vials-csv";
    const COLUMNS: &'static [Column<Self>] = columns! {
        required "lot" => lot, "number of the lot it is of: bank/number or bank/line/number; a lot that is known";
        required "vial" => number, "number of the vial; no two of a lot share one";
        optional "biosamples" => biosamples, "its own id in BioSamples";
        optional "position" => position, "where it stands in storage; never public";
        optional "passage" => passage, "at freezing; `12` or `P12`";
        optional "cells" => cells, "cells in it; `1000000` or `1E6`";
        optional "frozen_on" => frozen_on, "the day of freezing, year first";
        optional "state" => state, "stored, shipped, used, discarded, lost or unknown; blank is not stated";
        optional "accession" => own.accession, "our accession of the lot";
        optional "source" => own.source, "whose word it is; `bank` where blank";
        optional "key" => own.key, "the key of the lot's row in its source; its number where blank";
    };

    fn label(&self) -> String {
        let lot = number(self.lot.as_ref(), &self.own);
        let number = self.number.as_ref().map_or("", |number| number.0.as_str());
        format!("{} {number}", lot.text())
    }

    fn identity(&self) -> String {
        let lot = number(self.lot.as_ref(), &self.own);
        let number = self.number.as_ref().map_or("", |number| number.0.as_str());
        let vial = Vial { number: number.to_owned(), ..Vial::default() };
        format!("{}\n{}", self.own.identity(&lot), vial.folded())
    }

    fn candidate(self, line: u64) -> Result<Candidate, Vec<Problem>> {
        let label = self.label();
        let mut problems = unnamed(self.lot.as_ref(), &self.own);
        let Some(serial) = self.number else {
            problems.push(Problem::blank("vial"));
            return Err(problems);
        };
        if !problems.is_empty() {
            return Err(problems);
        }
        let lot = number(self.lot.as_ref(), &self.own);
        let vial = Vial {
            number: serial.0,
            biosamples: self.biosamples,
            position: self.position,
            passage: self.passage.map(|passage| passage.0),
            cells: self.cells,
            frozen_on: self.frozen_on,
            state: self.state,
        };
        let external_ids = external_id(self.lot).into_iter().collect();
        let facts = BatchFacts { external_ids, listed_vials: vec![vial], ..BatchFacts::default() };
        let row_key = self.own.row_key(&lot);
        let draft = AnyDraft::Batch(self.own.draft(&lot, facts));
        Ok(Candidate { speaks: Speaks::OneVial, row_key, ..Candidate::new(line, label, draft) })
    }
}

impl VialRow {
    pub(crate) fn of(record: &Record<BatchFacts>, layer: &Layer<BatchFacts>) -> Vec<Self> {
        let row = |vial: &Vial| {
            let (lot, _) = split(&layer.facts.external_ids);
            let number = number_of(lot.as_ref(), &record.accession);
            let own = Own { record_state: None, ..Own::of(record, layer, &number) };
            let vial = vial.clone();
            Self {
                own,
                lot,
                number: Some(Serial(vial.number)),
                biosamples: vial.biosamples,
                position: vial.position,
                passage: vial.passage.map(Passage),
                cells: vial.cells,
                frozen_on: vial.frozen_on,
                state: vial.state,
            }
        };
        layer.facts.listed_vials.iter().map(row).collect()
    }
}

fn number(lot: Option<&LotNumber>, own: &Own) -> Number {
    own.number("lot", lot.map(|lot| lot.0.as_str()))
}

fn number_of(lot: Option<&LotNumber>, accession: &str) -> Number {
    match lot {
        Some(lot) => Number::Of("lot", lot.0.clone()),
        None => Number::Accession(accession.to_owned()),
    }
}

fn unnamed(lot: Option<&LotNumber>, own: &Own) -> Vec<Problem> {
    let unnamed = lot.is_none() && own.accession.is_none();
    unnamed.then(|| Problem::blank("lot")).into_iter().collect()
}

fn external_id(lot: Option<LotNumber>) -> Option<ExternalId> {
    lot.map(|lot| ExternalId::new("lot", lot.0))
}

/// The number that stands first among the identifiers, and the others.
fn split(ids: &[ExternalId]) -> (Option<LotNumber>, Vec<ExternalId>) {
    match ids {
        [first, more @ ..] if *first == ExternalId::new("lot", first.value.as_str()) => {
            (Some(LotNumber(first.value.clone())), more.to_vec())
        }
        _ => (None, ids.to_vec()),
    }
}

pub(super) fn list<T>(items: Vec<T>) -> Option<List<T>> {
    (!items.is_empty()).then_some(List(items))
}

fn stated<T: Default + PartialEq>(part: T) -> Option<T> {
    (part != T::default()).then_some(part)
}

/// The three columns of availability side by side.
fn states(
    states: Option<Gaps<Availability>>,
    from: Option<Gaps<NaiveDate>>,
    comments: Option<Gaps<String>>,
) -> Result<Vec<AvailabilityState>, Problem> {
    let states = states.map_or_else(Vec::new, |states| states.0);
    let from = from.map_or_else(Vec::new, |from| from.0);
    let mut comments = comments.map_or_else(Vec::new, |comments| comments.0);
    if from.len() != states.len() || (!comments.is_empty() && comments.len() != states.len()) {
        let message = format!(
            "{} states, {} days and {} comments: give each state its day, and each or none its comment, separated by `|`",
            states.len(),
            from.len(),
            comments.len()
        );
        return Err(Problem::new("availability", message));
    }
    comments.resize(states.len(), None);
    let state = |((state, from), comment)| match (state, from) {
        (Some(availability), Some(from)) => Ok(AvailabilityState { from, availability, comment }),
        _ => Err(Problem::new("availability", "a state or its day is blank; give both")),
    };
    states.into_iter().zip(from).zip(comments).map(state).collect()
}
