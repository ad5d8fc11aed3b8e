//! A result of a test as a record: what was tested, by reference, and the result itself.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::result::{OutOfSpecification, QcResult};
use crate::domain::{
    id::RecordKind,
    identifier::ExternalId,
    names::Name,
    record::{Asked, Facts, Flag, Record, Relation, id_problems},
    term::Reference,
};

/// What one source row says of a test.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ResultFacts {
    /// The number of the result at its bank: `qc_result`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub external_ids: Vec<ExternalId>,
    /// The donor, line, lot or unit that was tested.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<Reference>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<QcResult>,
    /// Why the result does not count. It must name somebody else than the tester.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub out_of_specification: Option<OutOfSpecification>,
}

impl Facts for ResultFacts {
    const KIND: RecordKind = RecordKind::QcResult;

    fn names(&self) -> &[Name] {
        &[]
    }

    fn external_ids(&self) -> &[ExternalId] {
        &self.external_ids
    }

    fn links(&self) -> Vec<Asked<'_>> {
        let asked = |reference| Asked { relation: Relation::Subject, reference };
        self.subject.iter().map(asked).collect()
    }

    /// A result is never changed or given to another subject: a wrong pass would be the price of a slip. What may be
    /// added is which result corrects it, and that it was out of specification.
    fn keeps_against(&self, newer: &Self) -> Option<&'static str> {
        let as_entered = |facts: &Self| {
            let result = facts.result.clone();
            let result = result.map(|result| QcResult { superseded_by: None, ..result });
            (facts.subject.clone(), result)
        };
        let changed = self.result.is_some() && as_entered(self) != as_entered(newer);
        changed.then_some(
            "a result is never changed: enter the right one under a number of its own and name it in `superseded_by`",
        )
    }

    fn problems(&self) -> Vec<Flag> {
        let flag = |problem: String| {
            let (field, problem) = problem.split_once(": ").unwrap_or(("result", &problem));
            Flag::new(field, self.key().unwrap_or_default(), problem)
        };
        let result = self.result.iter().flat_map(QcResult::problems).map(|p| flag(p.to_string()));
        let declared = self.out_of_specification.iter().filter_map(|declared| match &self.result {
            Some(result) => declared.problem_for(result),
            None => declared.problem(),
        });
        let declared = declared.map(|problem| flag(problem.to_string()));
        id_problems(&self.external_ids).into_iter().chain(result).chain(declared).collect()
    }
}

impl ResultFacts {
    fn key(&self) -> Option<&str> {
        self.result.as_ref().map(|result| result.key.as_str())
    }
}

impl Record<ResultFacts> {
    pub fn result(&self) -> Option<&QcResult> {
        self.first(|facts| facts.result.as_ref())
    }

    /// The declaration, by any source of the record, that this result of it was out of specification; only one that
    /// invalidates.
    pub fn declared_on(&self, result: &QcResult) -> Option<&OutOfSpecification> {
        let declared = self.layers.iter().filter_map(|l| l.facts.out_of_specification.as_ref());
        declared
            .filter(|declared| declared.result == result.key)
            .find(|declared| declared.problem_for(result).is_none())
    }
}
