//! A result: one row per test done, as the laboratory reported it; and the record that explains one away.
//!
//! A failed result is never removed. It is corrected by a row for the same sample, or declared out of
//! specification by somebody who did not do the test.

use std::fmt;

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use super::{
    material::Material,
    method::{Method, MethodUsed},
    test_code::{Qualifier, QualifierKind, TestCode},
    value::{Reported, ValueError},
};
use crate::domain::{cell_line::coded, lang::Lang};

/// The laboratory's own word on its result.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum LaboratoryVerdict {
    Pass,
    Fail,
    Inconclusive,
}

coded!(LaboratoryVerdict {
    Pass = "pass", "Pass", "適合";
    Fail = "fail", "Fail", "不適合";
    Inconclusive = "inconclusive", "Inconclusive", "判定不能";
});

/// A SHA-256 as 64 hexadecimal digits, in lower case.
#[derive(
    Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(try_from = "String", into = "String")]
pub struct Sha256(String);

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no SHA-256: give its 64 hexadecimal digits")]
pub struct Sha256Error {
    pub text: String,
}

impl TryFrom<String> for Sha256 {
    type Error = Sha256Error;

    fn try_from(text: String) -> Result<Self, Sha256Error> {
        if text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            Ok(Self(text.to_ascii_lowercase()))
        } else {
            Err(Sha256Error { text })
        }
    }
}

impl From<Sha256> for String {
    fn from(hash: Sha256) -> Self {
        hash.0
    }
}

impl fmt::Display for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The file that shows the result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    pub name: String,
    pub sha256: Sha256,
}

/// A repeat of the test at another passage, for trends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Replicate {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passage: Option<u32>,
    pub value: Reported,
}

/// One test, done once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct QcResult {
    /// No two results share one.
    pub key: String,
    pub test: TestCode,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub qualifier: Option<Qualifier>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<MethodUsed>,
    pub material: Material,
    /// The passage of the cells that were tested.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passage: Option<u32>,
    /// As the laboratory wrote it. It is shown and never judged by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub specification: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Reported>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub laboratory_verdict: Option<LaboratoryVerdict>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub sampling_date: Option<NaiveDate>,
    #[schemars(with = "String")]
    pub entry_date: NaiveDate,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub laboratory: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instrument: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Evidence>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tester: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reviewer: Option<String>,
    /// The result that corrects this one for the same sample. A test of a later sample corrects nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub superseded_by: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replicates: Vec<Replicate>,
}

/// What is wrong with a result.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ResultProblem {
    #[error("{field}: is empty; fill it in or leave it out")]
    Blank { field: &'static str },
    #[error("qualifier: {} needs its {}; name it", .test.label(Lang::En), .kind.label(Lang::En))]
    QualifierMissing { test: TestCode, kind: QualifierKind },
    #[error(
        "qualifier: {} takes no {}; remove it or correct the test",
        .test.label(Lang::En),
        .found.label(Lang::En)
    )]
    QualifierWrong { test: TestCode, found: QualifierKind },
    #[error(
        "method: `{text}` says `{reads}`, but `{code}` is given as its code; correct one of them"
    )]
    MethodDisagrees { text: String, reads: &'static str, code: &'static str },
    #[error("value: {0}")]
    Value(#[from] ValueError),
    #[error("replicates[{at}].value: {problem}")]
    Replicate { at: usize, problem: ValueError },
    #[error(
        "sampling_date: {sampling_date} is after the entry date {entry_date}; correct one of them"
    )]
    DatesSwapped { sampling_date: NaiveDate, entry_date: NaiveDate },
    #[error("superseded_by: `{key}` is this result itself; name the result that corrects it")]
    SupersedesItself { key: String },
}

impl QcResult {
    /// What is wrong with it, field by field.
    pub fn problems(&self) -> Vec<ResultProblem> {
        let mut problems: Vec<_> =
            self.blank_fields().into_iter().map(|field| ResultProblem::Blank { field }).collect();
        problems.extend(self.qualifier_problem());
        problems.extend(self.method_problem());
        let value = self.value.as_ref().and_then(|value| value.problem(self.test));
        problems.extend(value.map(ResultProblem::Value));
        problems.extend(self.replicates.iter().enumerate().filter_map(|(at, replicate)| {
            let problem = replicate.value.problem(self.test)?;
            Some(ResultProblem::Replicate { at, problem })
        }));
        let entry_date = self.entry_date;
        let swapped = self.sampling_date.filter(|sampling| *sampling > entry_date);
        problems.extend(
            swapped.map(|sampling_date| ResultProblem::DatesSwapped { sampling_date, entry_date }),
        );
        if self.superseded_by.as_ref() == Some(&self.key) {
            problems.push(ResultProblem::SupersedesItself { key: self.key.clone() });
        }
        problems
    }

    fn blank_fields(&self) -> Vec<&'static str> {
        let evidence = self.evidence.as_ref().map(|evidence| &evidence.name);
        let qualifier = self.qualifier.as_ref().map(Qualifier::folded);
        let fields = [
            ("key", Some(&self.key)),
            ("material.subject", Some(&self.material.subject)),
            ("qualifier", qualifier.as_ref()),
            ("method", self.method.as_ref().map(|method| &method.text)),
            ("specification", self.specification.as_ref()),
            ("laboratory", self.laboratory.as_ref()),
            ("instrument", self.instrument.as_ref()),
            ("evidence.name", evidence),
            ("tester", self.tester.as_ref()),
            ("reviewer", self.reviewer.as_ref()),
            ("superseded_by", self.superseded_by.as_ref()),
        ];
        let is_blank = |text: Option<&String>| text.is_some_and(|text| text.trim().is_empty());
        fields.into_iter().filter(|(_, text)| is_blank(*text)).map(|(field, _)| field).collect()
    }

    fn method_problem(&self) -> Option<ResultProblem> {
        let MethodUsed { text, code } = self.method.as_ref()?;
        let (reads, code) = (MethodUsed::read(text).code?.code(), (*code)?.code());
        let text = text.clone();
        (reads != code).then_some(ResultProblem::MethodDisagrees { text, reads, code })
    }

    fn qualifier_problem(&self) -> Option<ResultProblem> {
        let test = self.test;
        match (&self.qualifier, test.qualifier()) {
            (None, Some((kind, true))) => Some(ResultProblem::QualifierMissing { test, kind }),
            (Some(found), takes) if takes.is_none_or(|(kind, _)| kind != found.kind()) => {
                Some(ResultProblem::QualifierWrong { test, found: found.kind() })
            }
            _ => None,
        }
    }

    /// The method, where it is known here.
    pub fn method_code(&self) -> Option<Method> {
        self.method.as_ref().and_then(MethodUsed::known)
    }

    /// The day of sampling; one after the entry is a slip, and the day is not known.
    pub fn sampled(&self) -> Option<NaiveDate> {
        self.sampling_date.filter(|day| *day <= self.entry_date)
    }

    /// The value and its repeats, each with the passage it was measured at.
    pub fn points(&self) -> impl Iterator<Item = (Option<u32>, &Reported)> {
        let repeats = self.replicates.iter().map(|repeat| (repeat.passage, &repeat.value));
        self.value.iter().map(|value| (self.passage, value)).chain(repeats)
    }

    /// Whether the other result corrects this one: the same test of the same sample by the same method, reviewed
    /// by somebody who did neither. A positive PCR is not corrected by a negative culture, nor a fail by its own
    /// tester.
    pub fn is_corrected_by(&self, other: &Self) -> bool {
        let folded = |result: &Self| result.qualifier.as_ref().map(Qualifier::folded);
        let method = |result: &Self| result.method.as_ref().map(MethodUsed::folded);
        self.test == other.test
            && folded(self) == folded(other)
            && method(self) == method(other)
            && self.material == other.material
            && self.sampling_date.is_some()
            && self.sampling_date == other.sampling_date
            && other.is_reviewed_beside(self.tester.as_deref())
    }

    fn is_reviewed_beside(&self, first_tester: Option<&str>) -> bool {
        let (Some(reviewer), Some(tester)) = (&self.reviewer, &self.tester) else { return false };
        let reviewer = fold_person(reviewer);
        !reviewer.is_empty()
            && reviewer != fold_person(tester)
            && first_tester.is_none_or(|first| reviewer != fold_person(first))
    }
}

/// The record that a failed result came of the laboratory and not of the material.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OutOfSpecification {
    /// The key of the result it invalidates.
    pub result: String,
    pub cause: String,
    pub approver: String,
    /// Who did the test.
    pub tester: String,
    #[schemars(with = "String")]
    pub approved_on: NaiveDate,
}

/// Why an out-of-specification record invalidates nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OutOfSpecificationProblem {
    #[error("{field}: is empty; an out-of-specification record needs it")]
    Blank { field: &'static str },
    #[error(
        "tester: the result does not say who did the test, so that nobody else can be known to approve"
    )]
    TesterNotStated,
    #[error("approver: `{name}` is the tester; somebody else must approve")]
    ApprovedByTester { name: String },
    #[error("tester: `{found}` did not do the test, `{expected}` did; correct the name")]
    OtherTester { found: String, expected: String },
    #[error(
        "approved_on: {approved_on} is before the sample was taken on {sampling_date}; correct it"
    )]
    ApprovedBeforeSampling { approved_on: NaiveDate, sampling_date: NaiveDate },
}

impl OutOfSpecification {
    /// What is wrong with the record by itself.
    pub fn problem(&self) -> Option<OutOfSpecificationProblem> {
        let fields = [
            ("result", &self.result),
            ("cause", &self.cause),
            ("approver", &self.approver),
            ("tester", &self.tester),
        ];
        // A name of signs alone names nobody, and two of them would look alike.
        let is_blank = |text: &str| !text.chars().any(char::is_alphanumeric);
        if let Some((field, _)) = fields.into_iter().find(|(_, text)| is_blank(text)) {
            return Some(OutOfSpecificationProblem::Blank { field });
        }
        (fold_person(&self.approver) == fold_person(&self.tester))
            .then(|| OutOfSpecificationProblem::ApprovedByTester { name: self.approver.clone() })
    }

    /// What is wrong with the record as one on this result.
    pub fn problem_for(&self, result: &QcResult) -> Option<OutOfSpecificationProblem> {
        if let Some(problem) = self.problem() {
            return Some(problem);
        }
        let Some(tester) = &result.tester else {
            return Some(OutOfSpecificationProblem::TesterNotStated);
        };
        if fold_person(tester) == fold_person(&self.approver) {
            return Some(OutOfSpecificationProblem::ApprovedByTester { name: tester.clone() });
        }
        if fold_person(tester) != fold_person(&self.tester) {
            let (found, expected) = (self.tester.clone(), tester.clone());
            return Some(OutOfSpecificationProblem::OtherTester { found, expected });
        }
        let approved_on = self.approved_on;
        let sampling_date = result.sampling_date.filter(|sampling| approved_on < *sampling)?;
        Some(OutOfSpecificationProblem::ApprovedBeforeSampling { approved_on, sampling_date })
    }
}

/// Whether two names are those of one person, however they are written.
pub fn is_same_person(one: &str, other: &str) -> bool {
    fold_person(one) == fold_person(other)
}

/// A person's name as it is compared, so that `A. Sato` cannot approve for `a sato`.
fn fold_person(name: &str) -> String {
    name.nfkc().flat_map(char::to_lowercase).filter(|c| c.is_alphanumeric()).collect()
}
