//! Scenarios of a bank's day. Here is what they are made of: a lot of a line of a donor, and its results.

use chrono::NaiveDate;
use serde_json::json;

use super::{
    conformity::{Conformity, assess},
    material::{Level, Material},
    method::{Method, MethodUsed},
    reason::Reason,
    result::{Evidence, LaboratoryVerdict, OutOfSpecification, QcResult, Replicate, Sha256},
    standard::{QcStandard, StandardError, shipped},
    subject::{Ancestor, DonorFindings, Subject},
    test_code::{GermLayer, Qualifier, Stage, TestCode},
    unit::Unit,
    value::{Counted, Reported},
    verdict::Verdict,
};
use crate::domain::{donor::Sex, lang::Lang};

mod karyotype;
mod property;
mod requirement;
mod result;
mod standards;
mod standing;
mod value;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

const TODAY: &str = "2026-04-01";

/// A result of the lot `lot`, sampled on a day of March 2026.
fn result(key: &str, test: TestCode, value: &str, march: u32) -> QcResult {
    QcResult {
        key: key.to_owned(),
        test,
        qualifier: None,
        method: None,
        material: Material { subject: "lot".to_owned(), level: Level::Master },
        passage: None,
        specification: None,
        value: Some(Reported::read(test, value)),
        laboratory_verdict: None,
        sampling_date: NaiveDate::from_ymd_opt(2026, 3, march),
        entry_date: day("2026-03-31"),
        laboratory: None,
        instrument: None,
        evidence: None,
        tester: Some("Sato".to_owned()),
        reviewer: None,
        superseded_by: None,
        replicates: Vec::new(),
    }
}

fn by(method: &str, mut result: QcResult) -> QcResult {
    result.method = Some(MethodUsed::read(method));
    result
}

fn of(subject: &str, level: Level, mut result: QcResult) -> QcResult {
    result.material = Material { subject: subject.to_owned(), level };
    result
}

fn at(passage: u32, mut result: QcResult) -> QcResult {
    result.passage = Some(passage);
    result
}

fn qualified(qualifier: Qualifier, mut result: QcResult) -> QcResult {
    result.qualifier = Some(qualifier);
    result
}

fn found(verdict: LaboratoryVerdict, mut result: QcResult) -> QcResult {
    result.laboratory_verdict = Some(verdict);
    result
}

fn lot() -> Subject {
    Subject {
        key: "lot".to_owned(),
        level: Level::Master,
        passage: Some(20),
        ancestors: vec![
            Ancestor { key: "line".to_owned(), level: Level::Line },
            Ancestor { key: "donor".to_owned(), level: Level::Donor },
        ],
        donor: DonorFindings::default(),
    }
}

fn record(result: &str, approver: &str, tester: &str) -> OutOfSpecification {
    OutOfSpecification {
        result: result.to_owned(),
        cause: "contaminated reagent".to_owned(),
        approver: approver.to_owned(),
        tester: tester.to_owned(),
        approved_on: day("2026-03-31"),
    }
}

/// A standard of one criterion on master banks; `more` is merged into the criterion.
fn standard_of(
    test: &str,
    requirement: &serde_json::Value,
    more: &serde_json::Value,
) -> QcStandard {
    let mut criterion = json!({
        "code": "one", "test": test, "requirement": requirement, "obligation": "mandatory",
        "levels": ["master"], "citation": "house rule 1"
    });
    for (name, value) in more.as_object().unwrap() {
        criterion[name] = value.clone();
    }
    let standard = json!({
        "code": "house", "version": "1", "title": { "en": "House", "ja": "自家規格" },
        "issuer": "House", "sources": ["House rules"], "applies_to": ["master"],
        "criteria": [criterion]
    });
    QcStandard::read(&standard.to_string()).unwrap()
}

fn endotoxin_limit() -> serde_json::Value {
    json!({ "limit": { "limit": { "at_most": { "number": "5", "unit": "EU/mL" } } } })
}

fn endotoxin() -> QcStandard {
    standard_of("endotoxin", &endotoxin_limit(), &json!({}))
}

fn mycoplasma() -> QcStandard {
    standard_of(
        "mycoplasma",
        &json!({ "coded": { "accepted": ["negative", "not_detected"] } }),
        &json!({}),
    )
}

fn judge(standard: &QcStandard, results: &[QcResult]) -> (Verdict, Reason) {
    judge_with(standard, &lot(), results, &[])
}

fn judge_with(
    standard: &QcStandard,
    subject: &Subject,
    results: &[QcResult],
    records: &[OutOfSpecification],
) -> (Verdict, Reason) {
    let conformity = assess(standard, subject, results, records, day(TODAY));
    let first = &conformity.criteria[0];
    if standard.criteria.len() == 1 {
        assert_eq!(conformity.overall, first.verdict);
    }
    (first.verdict, first.reason.clone())
}

fn falling() -> QcStandard {
    let requirement = json!({ "any_of": { "parts": [
        { "requirement": { "limit": { "limit": { "at_most": { "number": "1", "unit": "copies/100 cells" } } } } },
        { "requirement": { "falling": { "by_passage": 5 } } }
    ] } });
    standard_of("residual_vector", &requirement, &json!({}))
}
