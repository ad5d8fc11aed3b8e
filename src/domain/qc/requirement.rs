//! What a criterion asks of results: the forms that published standards take.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    coded_value::CodedValue,
    limit::Limit,
    method::Method,
    number::Number,
    test_code::{Notation, TestCode},
    unit::{Dimension, Unit},
};
use crate::domain::lang::Lang;

/// Combinations may nest this deep; no published standard goes further.
const DEEPEST: usize = 3;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Requirement {
    /// The number keeps to a limit.
    Limit {
        limit: Limit,
        /// What fails the limit and meets this one is held for review.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        review: Option<Limit>,
    },
    /// The value is one of these words.
    Coded { accepted: Vec<CodedValue> },
    /// The material is the one it comes from.
    EqualsOrigin,
    /// Every part is met, each by results of its own methods.
    AllOf { parts: Vec<Part> },
    /// At least one part is met.
    AnyOf { parts: Vec<Part> },
    /// The numbers fall from passage to passage: shown by this passage, and never risen since.
    Falling { by_passage: u32 },
    /// Gains and losses that fail the limit are all in the donor.
    ExemptIfInDonor { limit: Limit },
    /// The number, relative to a reference line that was given the value 1, keeps to a limit.
    RelativeTo { reference: String, limit: Limit },
    /// No karyotype but that of the donor at or above a share of at least so many metaphases.
    KaryotypeShare { metaphases: u32, below_percent: Number },
    /// The result is reported, without a limit.
    Reported,
}

/// One of several requirements on the same test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// Those that count; empty for those of the criterion.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub methods: Vec<Method>,
    pub requirement: Requirement,
}

/// Why a requirement cannot be one of its test.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RequirementProblem {
    #[error("the limit `{limit}` is met by nothing: put the lower end first")]
    LimitEmpty { limit: String },
    #[error("the limit `{limit}` is in a unit that {} does not give", .test.label(Lang::En))]
    LimitUnit { limit: String, test: TestCode },
    #[error("no value is accepted: name at least one")]
    NothingAccepted,
    #[error("{} does not give `{}`: accept values that it gives", .test.label(Lang::En), .value.code())]
    CodeNotOfTest { value: CodedValue, test: TestCode },
    #[error(
        "`{}` contradicts every requirement of {}: accept sound values only",
        .value.code(),
        .test.label(Lang::En)
    )]
    FailingAccepted { value: CodedValue, test: TestCode },
    #[error("there are no parts: name at least one")]
    NoParts,
    #[error("combinations nest deeper than {DEEPEST}: make criteria of their own of them")]
    TooDeep,
    #[error("`{form}` does not fit {}", .test.label(Lang::En))]
    FormNotOfTest { form: &'static str, test: TestCode },
    #[error("the reference line has no name: name the line that was given the value 1")]
    NoReference,
    #[error(
        "a share below {below_percent} % of {metaphases} metaphases is no requirement: give both"
    )]
    NoShare { metaphases: u32, below_percent: Number },
}

impl Requirement {
    /// Why it can be none of the test: with such a requirement a standard is refused.
    pub fn problems(&self, test: TestCode) -> Vec<RequirementProblem> {
        self.problems_at(test, 0)
    }

    fn problems_at(&self, test: TestCode, depth: usize) -> Vec<RequirementProblem> {
        let wrong_form = |form| vec![RequirementProblem::FormNotOfTest { form, test }];
        match self {
            Self::Limit { limit, review } => {
                let limits = [Some(limit), review.as_ref()].into_iter().flatten();
                limits.filter_map(|limit| limit_problem(limit, test)).collect()
            }
            Self::Coded { accepted } => accepted_problems(accepted, test),
            Self::EqualsOrigin if !test.allows(CodedValue::MatchesOrigin) => {
                wrong_form("equals_origin")
            }
            Self::AllOf { .. } | Self::AnyOf { .. } if depth == DEEPEST => {
                vec![RequirementProblem::TooDeep]
            }
            Self::AllOf { parts } | Self::AnyOf { parts } if parts.is_empty() => {
                vec![RequirementProblem::NoParts]
            }
            Self::AllOf { parts } | Self::AnyOf { parts } => parts
                .iter()
                .flat_map(|part| part.requirement.problems_at(test, depth + 1))
                .collect(),
            Self::Falling { .. } if test.dimensions().is_empty() => wrong_form("falling"),
            Self::ExemptIfInDonor { .. } if test.notation() != Notation::Findings => {
                wrong_form("exempt_if_in_donor")
            }
            Self::RelativeTo { .. } if !test.dimensions().contains(&Dimension::Ratio) => {
                wrong_form("relative_to")
            }
            Self::RelativeTo { reference, .. } if reference.trim().is_empty() => {
                vec![RequirementProblem::NoReference]
            }
            Self::ExemptIfInDonor { limit } | Self::RelativeTo { limit, .. } => {
                limit_problem(limit, test).into_iter().collect()
            }
            Self::KaryotypeShare { .. } if test.notation() != Notation::Karyotype => {
                wrong_form("karyotype_share")
            }
            Self::KaryotypeShare { metaphases, below_percent }
                if *metaphases == 0
                    || *below_percent <= Number::from(0)
                    || *below_percent > Number::from(100) =>
            {
                let (metaphases, below_percent) = (*metaphases, *below_percent);
                vec![RequirementProblem::NoShare { metaphases, below_percent }]
            }
            Self::EqualsOrigin
            | Self::Falling { .. }
            | Self::KaryotypeShare { .. }
            | Self::Reported => Vec::new(),
        }
    }
}

fn limit_problem(limit: &Limit, test: TestCode) -> Option<RequirementProblem> {
    let fits = |unit: Unit| test.dimensions().contains(&unit.dimension());
    if !limit.is_sound() {
        return Some(RequirementProblem::LimitEmpty { limit: limit.to_string() });
    }
    (!fits(limit.unit())).then(|| RequirementProblem::LimitUnit { limit: limit.to_string(), test })
}

fn accepted_problems(accepted: &[CodedValue], test: TestCode) -> Vec<RequirementProblem> {
    if accepted.is_empty() {
        return vec![RequirementProblem::NothingAccepted];
    }
    let problem = |value: &CodedValue| {
        let value = *value;
        if !test.allows(value) {
            return Some(RequirementProblem::CodeNotOfTest { value, test });
        }
        let fails = test.codes().failing.contains(&value) || value == CodedValue::Abnormal;
        fails.then_some(RequirementProblem::FailingAccepted { value, test })
    };
    accepted.iter().filter_map(problem).collect()
}
