//! The rows of `results-csv`: a test each, as the laboratory reported it.
//!
//! What the domain takes is taken: a value that cannot be read is kept as it is written and flagged. A test, method code,
//! level or verdict that is not known is refused.

use chrono::NaiveDate;

use super::{
    column::{Column, Problem, Row, columns},
    lot::list,
    refer::{self, Number, Own},
    reported,
    value::{Gaps, List, Passage, Refers, ResultNumber},
};
use crate::{
    catalogue::import::{Ask, Candidate},
    domain::{
        identifier::ExternalId,
        lang::Lang,
        qc::{
            material::{Level, Material},
            method::{Method, MethodUsed},
            record::ResultFacts,
            result::{
                Evidence, LaboratoryVerdict, OutOfSpecification, QcResult, Replicate, Sha256,
            },
            test_code::{GermLayer, Qualifier, QualifierKind, Stage, TestCode},
        },
        record::{AnyDraft, Layer, Record, Relation},
        term::Reference,
    },
};

#[derive(Debug, Default)]
pub(crate) struct ResultRow {
    own: Own,
    number: Option<ResultNumber>,
    other_ids: Option<List<ExternalId>>,
    subject: Option<List<Refers>>,
    subject_name: Option<String>,
    test: Option<TestCode>,
    qualifier: Option<String>,
    method: Option<String>,
    method_code: Option<String>,
    material_level: Option<Level>,
    material_subject: Option<String>,
    passage: Option<Passage>,
    specification: Option<String>,
    value: reported::Cells,
    verdict: Option<LaboratoryVerdict>,
    sampling_date: Option<NaiveDate>,
    entry_date: Option<NaiveDate>,
    laboratory: Option<String>,
    instrument: Option<String>,
    evidence_file: Option<String>,
    evidence_sha256: Option<Sha256>,
    tester: Option<String>,
    reviewer: Option<String>,
    superseded_by: Option<String>,
    replicate_passage: Option<Gaps<Passage>>,
    replicate_value: Option<Gaps<String>>,
    replicate_reading: Option<Gaps<String>>,
    result_key: Option<String>,
    oos: DeclaredCells,
}

/// An out-of-specification record, cell by cell.
#[derive(Debug, Default)]
struct DeclaredCells {
    result: Option<String>,
    cause: Option<String>,
    approver: Option<String>,
    tester: Option<String>,
    approved_on: Option<NaiveDate>,
}

impl Row for ResultRow {
    const FORMAT: &'static str = "results-csv";
    const COLUMNS: &'static [Column<Self>] = columns! {
        required "number" => number, "number of the result: bank/number; the row is known again by it";
        required "subject" => subject, "the line, lot, cord-blood unit or donor that was tested: an accession, an identifier of any registry, or a name that one alone bears; `scheme:value|scheme:value` says which";
        optional "subject_name" => subject_name, "what the source calls it; shown, never looked up";
        required "test" => test, "code or label of the test: `sterility`, `marker`, `無菌試験(細菌・真菌)`";
        optional "qualifier" => qualifier, "of what, where the test asks: the marker, virus, locus, germ layer, target, stage or statement";
        optional "method" => method, "the method as the laboratory calls it";
        optional "method_code" => method_code, "its code, where the name alone does not say; `unread` for none";
        required "material_level" => material_level, "donor, line, seed, master, working, distribution or cord_blood_unit";
        optional "material_subject" => material_subject, "the laboratory's own word for what was tested; the identifier where blank";
        optional "passage" => passage, "of the cells that were tested; `12` or `P12`";
        optional "specification" => specification, "as the laboratory wrote it; shown, never judged by";
        optional "value" => value.text, "as the laboratory wrote it: `<0.5 EU/mL`, `98.5 %`, `陰性`, `46,XX[20]`";
        optional "unit" => value.unit, "the unit, where the value has none";
        optional "lod" => value.lod, "limit of detection; without a unit, in that of the value";
        optional "loq" => value.loq, "limit of quantification; without a unit, in that of the value";
        optional "reading" => value.reading, "the value as somebody reads a text that cannot be read by itself; `unread` for none";
        optional "examined" => value.examined, "how many were examined, of what: `20 metaphases`, `13 loci`";
        optional "relative_to" => value.relative_to, "the line that was given the value 1";
        optional "verdict" => verdict, "the laboratory's own: pass, fail or inconclusive";
        optional "sampling_date" => sampling_date, "the day of sampling, year first";
        required "entry_date" => entry_date, "the day of entry, year first";
        optional "laboratory" => laboratory, "laboratory";
        optional "instrument" => instrument, "instrument or kit";
        optional "evidence_file" => evidence_file, "name of the file that shows the result";
        optional "evidence_sha256" => evidence_sha256, "its SHA-256";
        optional "tester" => tester, "who did the test; never public";
        optional "reviewer" => reviewer, "who reviewed it; never public";
        optional "superseded_by" => superseded_by, "the number of the result that corrects this one";
        optional "replicate_passage" => replicate_passage, "passages of repeats of the test, separated by `|`";
        optional "replicate_value" => replicate_value, r"what each repeat gave, separated by `|`, which within one is written `\|`";
        optional "replicate_reading" => replicate_reading, "as `reading`, for each repeat";
        optional "oos_cause" => oos.cause, "why the result came of the laboratory and not of the material";
        optional "oos_approver" => oos.approver, "who approved that; not the tester";
        optional "oos_tester" => oos.tester, "who did the test";
        optional "oos_approved_on" => oos.approved_on, "the day of approval, year first";
        optional "oos_result" => oos.result, "the result that is declared so; this one where blank";
        optional "result_key" => result_key, "the result's own key; its number where blank";
        optional "other_ids" => other_ids, r"identifiers beside the number, separated by `|`, which within one is written `\|`";
        optional "accession" => own.accession, "our accession of the result, where it has one";
        optional "record_state" => own.record_state, "draft, in_review, withdrawn or merged; blank publishes a new result and leaves a known one";
        optional "source" => own.source, "whose word it is; `bank` where blank";
        optional "key" => own.key, "the row's key in its source; the number where blank";
    };

    fn label(&self) -> String {
        self.known_by().text().to_owned()
    }

    fn identity(&self) -> String {
        self.own.identity(&self.known_by())
    }

    fn candidate(mut self, line: u64) -> Result<Candidate, Vec<Problem>> {
        let known_by = self.known_by();
        let mut problems = self.blanks();
        let mut asks: Vec<Ask> = Vec::new();
        let by = subject_text(self.subject.as_ref());
        let (items, name) = (self.subject.take(), self.subject_name.take());
        let subject = refer::reference(Relation::Subject, "subject", items, name, &mut asks)
            .unwrap_or_else(|problem| {
                problems.push(problem);
                None
            });
        let (own, number) = (std::mem::take(&mut self.own), self.number.take());
        let ids = number.map(|number| ExternalId::new("qc_result", number.0));
        let more = self.other_ids.take().map_or_else(Vec::new, |ids| ids.0);
        match self.result(known_by.folded(), by) {
            Ok((result, out_of_specification)) if problems.is_empty() => {
                let facts = ResultFacts {
                    external_ids: ids.into_iter().chain(more).collect(),
                    subject,
                    result: Some(result),
                    out_of_specification,
                };
                let row_key = own.row_key(&known_by);
                let draft = AnyDraft::QcResult(own.draft(&known_by, facts));
                Ok(Candidate { row_key, asks, ..Candidate::new(line, known_by.text(), draft) })
            }
            Ok(_) => Err(problems),
            Err(more) => Err([problems, more].concat()),
        }
    }
}

/// The first identifier or the name that the cell gives: what the laboratory calls the subject, where it says nothing else.
fn subject_text(subject: Option<&List<Refers>>) -> String {
    match subject.and_then(|items| items.0.first()) {
        Some(Refers::To(key)) => key.value.clone(),
        Some(Refers::By(text)) => text.clone(),
        None => String::new(),
    }
}

impl ResultRow {
    fn known_by(&self) -> Number {
        self.own.number("qc_result", self.number.as_ref().map(|number| number.0.as_str()))
    }

    fn blanks(&self) -> Vec<Problem> {
        [
            ("number", self.number.is_none() && self.own.accession.is_none()),
            ("subject", self.subject.is_none() && self.subject_name.is_none()),
            ("test", self.test.is_none()),
            ("material_level", self.material_level.is_none()),
            ("entry_date", self.entry_date.is_none()),
        ]
        .into_iter()
        .filter(|(_, blank)| *blank)
        .map(|(column, _)| Problem::blank(column))
        .collect()
    }

    fn result(
        self,
        number: String,
        by: String,
    ) -> Result<(QcResult, Option<OutOfSpecification>), Vec<Problem>> {
        // What is missing among these has been told.
        let (Some(test), Some(level), Some(entry_date)) =
            (self.test, self.material_level, self.entry_date)
        else {
            return Err(Vec::new());
        };
        let mut problems = Vec::new();
        let qualifier = told(qualifier(test, self.qualifier), &mut problems);
        let method = told(method(self.method, self.method_code.as_deref()), &mut problems);
        let value = told(self.value.read(test), &mut problems);
        let evidence = told(evidence(self.evidence_file, self.evidence_sha256), &mut problems);
        let repeats =
            replicates(test, self.replicate_passage, self.replicate_value, self.replicate_reading);
        let repeats = told(repeats.map(Some), &mut problems);
        let key = self.result_key.unwrap_or(number);
        let declared = told(self.oos.read(&key), &mut problems);
        if !problems.is_empty() {
            return Err(problems);
        }
        let subject = self.material_subject.unwrap_or(by);
        let result = QcResult {
            key,
            test,
            qualifier,
            method,
            material: Material { subject, level },
            passage: self.passage.map(|passage| passage.0),
            specification: self.specification,
            value,
            laboratory_verdict: self.verdict,
            sampling_date: self.sampling_date,
            entry_date,
            laboratory: self.laboratory,
            instrument: self.instrument,
            evidence,
            tester: self.tester,
            reviewer: self.reviewer,
            superseded_by: self.superseded_by,
            replicates: repeats.unwrap_or_default(),
        };
        Ok((result, declared))
    }

    /// `None` where the layer holds no result.
    pub(crate) fn of(record: &Record<ResultFacts>, layer: &Layer<ResultFacts>) -> Option<Self> {
        let ResultFacts { external_ids, subject, result, out_of_specification } =
            layer.facts.clone();
        let result = result?;
        let (number, more) = split(external_ids);
        let known_by = match &number {
            Some(number) => Number::Of("qc_result", number.0.clone()),
            None => Number::Accession(record.accession.clone()),
        };
        let own = Own::of(record, layer, &known_by);
        let by = subject.as_ref().map(Reference::code).unwrap_or_default();
        let material_subject = Some(result.material.subject).filter(|subject| subject != by);
        let result_key = Some(&result.key).filter(|key| **key != known_by.folded()).cloned();
        let (passages, values, readings) = replicate_cells(result.test, &result.replicates);
        let method = result.method;
        let method_code = method.as_ref().and_then(method_code);
        let (subject, subject_name) = refer::columns(subject);
        Some(Self {
            own,
            oos: DeclaredCells::of(out_of_specification, &result.key),
            other_ids: list(more),
            subject,
            subject_name,
            test: Some(result.test),
            qualifier: result.qualifier.map(|qualifier| qualifier_cell(result.test, &qualifier)),
            method: method.map(|method| method.text),
            method_code,
            material_level: Some(result.material.level),
            material_subject,
            passage: result.passage.map(Passage),
            specification: result.specification,
            value: result
                .value
                .map(|value| reported::Cells::of(result.test, &value))
                .unwrap_or_default(),
            verdict: result.laboratory_verdict,
            sampling_date: result.sampling_date,
            entry_date: Some(result.entry_date),
            laboratory: result.laboratory,
            instrument: result.instrument,
            evidence_file: result.evidence.as_ref().map(|evidence| evidence.name.clone()),
            evidence_sha256: result.evidence.map(|evidence| evidence.sha256),
            tester: result.tester,
            reviewer: result.reviewer,
            superseded_by: result.superseded_by,
            replicate_passage: passages,
            replicate_value: values,
            replicate_reading: readings,
            result_key,
            number,
        })
    }
}

fn told<T>(read: Result<Option<T>, Problem>, problems: &mut Vec<Problem>) -> Option<T> {
    read.unwrap_or_else(|problem| {
        problems.push(problem);
        None
    })
}

fn split(ids: Vec<ExternalId>) -> (Option<ResultNumber>, Vec<ExternalId>) {
    match &ids[..] {
        [first, more @ ..] if *first == ExternalId::new("qc_result", first.value.as_str()) => {
            (Some(ResultNumber(first.value.clone())), more.to_vec())
        }
        _ => (None, ids),
    }
}

/// The text of a qualifier, of the kind that the test takes; of another with that kind before a colon.
fn qualifier(test: TestCode, name: Option<String>) -> Result<Option<Qualifier>, Problem> {
    let Some(name) = name else { return Ok(None) };
    let given =
        name.split_once(':').and_then(|(kind, rest)| Some((QualifierKind::from_code(kind)?, rest)));
    let (kind, name) = match (given, test.qualifier()) {
        (Some((kind, rest)), _) => (kind, rest.trim_start().to_owned()),
        (None, Some((kind, _))) => (kind, name),
        (None, None) => {
            let message =
                format!("`{name}` stands where {} takes nothing: leave it blank", test.code());
            return Err(Problem::new("qualifier", message));
        }
    };
    let qualifier = match kind {
        QualifierKind::Marker => Qualifier::Marker(name),
        QualifierKind::Virus => Qualifier::Virus(name),
        QualifierKind::Locus => Qualifier::Locus(name),
        QualifierKind::Target => Qualifier::Target(name),
        QualifierKind::Statement => Qualifier::Statement(name),
        QualifierKind::GermLayer => {
            Qualifier::GermLayer(code("qualifier", &name, GermLayer::ALL, |one| {
                [one.code(), one.label(Lang::En), one.label(Lang::Ja)]
            })?)
        }
        QualifierKind::Stage => Qualifier::Stage(code("qualifier", &name, Stage::ALL, |one| {
            [one.code(), one.label(Lang::En), one.label(Lang::Ja)]
        })?),
    };
    Ok(Some(qualifier))
}

fn qualifier_cell(test: TestCode, qualifier: &Qualifier) -> String {
    let (kind, name) = (qualifier.kind(), qualifier.text());
    let plain = test.qualifier().is_some_and(|(takes, _)| takes == kind)
        && name.split_once(':').is_none_or(|(kind, _)| QualifierKind::from_code(kind).is_none());
    if plain { name } else { format!("{}:{name}", kind.code()) }
}

fn method(text: Option<String>, given: Option<&str>) -> Result<Option<MethodUsed>, Problem> {
    let Some(text) = text else {
        let alone = given.map(|code| {
            Problem::new(
                "method_code",
                format!("`{code}` stands alone: give the method's name beside it"),
            )
        });
        return alone.map_or(Ok(None), Err);
    };
    let read = MethodUsed::read(&text);
    let code = match given {
        None => read.code,
        Some(reported::UNREAD) => None,
        Some(given) => Some(code("method_code", given, Method::ALL, |one| {
            [one.code(), one.label(Lang::En), one.label(Lang::Ja)]
        })?),
    };
    Ok(Some(MethodUsed { text, code }))
}

fn method_code(method: &MethodUsed) -> Option<String> {
    let said = || method.code.map_or(reported::UNREAD, Method::code).to_owned();
    (*method != MethodUsed::read(&method.text)).then(said)
}

fn evidence(name: Option<String>, hash: Option<Sha256>) -> Result<Option<Evidence>, Problem> {
    match (name, hash) {
        (None, None) => Ok(None),
        (Some(name), Some(sha256)) => Ok(Some(Evidence { name, sha256 })),
        (Some(_), None) => Err(Problem::new(
            "evidence_sha256",
            "is blank beside its file; give the file's SHA-256",
        )),
        (None, Some(_)) => {
            Err(Problem::new("evidence_file", "is blank beside its SHA-256; give the file's name"))
        }
    }
}

fn replicates(
    test: TestCode,
    passages: Option<Gaps<Passage>>,
    values: Option<Gaps<String>>,
    readings: Option<Gaps<String>>,
) -> Result<Vec<Replicate>, Problem> {
    let mut passages = passages.map_or_else(Vec::new, |passages| passages.0);
    let values = values.map_or_else(Vec::new, |values| values.0);
    let mut readings = readings.map_or_else(Vec::new, |readings| readings.0);
    let fits = |length: usize| length == 0 || length == values.len();
    if !fits(passages.len()) || !fits(readings.len()) {
        let message = format!(
            "{} values, {} passages and {} readings: give as many of each, separated by `|`",
            values.len(),
            passages.len(),
            readings.len()
        );
        return Err(Problem::new("replicate_value", message));
    }
    passages.resize_with(values.len(), || None);
    readings.resize(values.len(), None);
    let repeat =
        |((value, passage), reading): ((Option<String>, Option<Passage>), Option<String>)| {
            let cells = reported::Cells { text: value, reading, ..reported::Cells::default() };
            let read = cells
                .read(test)
                .map_err(|problem| Problem::new("replicate_value", problem.message))?;
            let value = read.ok_or_else(|| {
                Problem::new("replicate_value", "a repeat is blank; give its value")
            })?;
            Ok(Replicate { passage: passage.map(|passage| passage.0), value })
        };
    values.into_iter().zip(passages).zip(readings).map(repeat).collect()
}

type RepeatCells = (Option<Gaps<Passage>>, Option<Gaps<String>>, Option<Gaps<String>>);

fn replicate_cells(test: TestCode, repeats: &[Replicate]) -> RepeatCells {
    let passages = repeats.iter().map(|repeat| repeat.passage.map(Passage)).collect();
    let values = repeats.iter().map(|repeat| Some(repeat.value.text.clone())).collect();
    let readings =
        repeats.iter().map(|repeat| reported::reading_cell(test, &repeat.value)).collect();
    (Gaps::of(passages), Gaps::of(values), Gaps::of(readings))
}

impl DeclaredCells {
    fn read(self, key: &str) -> Result<Option<OutOfSpecification>, Problem> {
        let nothing = self.cause.is_none() && self.approver.is_none() && self.tester.is_none();
        if nothing && self.approved_on.is_none() && self.result.is_none() {
            return Ok(None);
        }
        let given = |column, cell: Option<String>| {
            cell.ok_or_else(|| {
                Problem::new(column, "is blank; an out-of-specification record needs it")
            })
        };
        let missing = "is blank; an out-of-specification record needs the day";
        Ok(Some(OutOfSpecification {
            result: self.result.unwrap_or_else(|| key.to_owned()),
            cause: given("oos_cause", self.cause)?,
            approver: given("oos_approver", self.approver)?,
            tester: given("oos_tester", self.tester)?,
            approved_on: self
                .approved_on
                .ok_or_else(|| Problem::new("oos_approved_on", missing))?,
        }))
    }

    fn of(declared: Option<OutOfSpecification>, key: &str) -> Self {
        let Some(declared) = declared else { return Self::default() };
        Self {
            result: Some(declared.result).filter(|result| result != key),
            cause: Some(declared.cause),
            approver: Some(declared.approver),
            tester: Some(declared.tester),
            approved_on: Some(declared.approved_on),
        }
    }
}

fn code<T: Copy>(
    column: &'static str,
    text: &str,
    all: &[T],
    names: impl Fn(T) -> [&'static str; 3],
) -> Result<T, Problem> {
    super::value::coded(text, all, names).map_err(|message| Problem::new(column, message))
}
