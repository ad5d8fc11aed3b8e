//! A published standard: which tests, with which requirement, on which material, and where that is written.
//!
//! A bank loads its own as JSON. One that would let a result certify what it cannot is refused as a whole.

use std::{collections::BTreeSet, sync::LazyLock};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    material::Level,
    method::Method,
    requirement::{Requirement, RequirementProblem},
    test_code::{Qualifier, TestCode},
    value::Examined,
};
use crate::domain::{cell_line::coded, lang::Lang};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct QcStandard {
    /// Stable, without the version.
    pub code: String,
    pub version: String,
    pub title: Title,
    pub issuer: String,
    /// Where the standard is published.
    pub sources: Vec<String>,
    /// The kinds of subject it can be met by.
    pub applies_to: Vec<Level>,
    pub criteria: Vec<Criterion>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Title {
    pub en: String,
    pub ja: String,
}

impl Title {
    pub fn text(&self, lang: Lang) -> &str {
        match lang {
            Lang::En => &self.en,
            Lang::Ja => &self.ja,
        }
    }
}

#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Obligation {
    Mandatory,
    /// Never yields pass.
    ForInformation,
}

coded!(Obligation {
    Mandatory = "mandatory", "Mandatory", "必須";
    ForInformation = "for_information", "For information", "参考";
});

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Criterion {
    /// Stable within the standard.
    pub code: String,
    pub test: TestCode,
    /// Without one, every qualifier that was tested is judged. Where the test needs one, the standard has not
    /// said which make the panel, and the criterion is reported at best.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub qualifier: Option<Qualifier>,
    /// The methods by which a result counts; empty for any. A fail stands by any method.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub methods: Vec<Method>,
    pub requirement: Requirement,
    pub obligation: Obligation,
    /// The levels at which a result of the subject itself counts.
    pub levels: Vec<Level>,
    /// The levels from which a result of an ancestor counts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inherited_from: Vec<Level>,
    /// The kinds of subject it is asked of; empty for all of the standard.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub applies_to: Vec<Level>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub examined_at_least: Option<Examined>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validity: Option<Validity>,
    /// The source and the place in it.
    pub citation: String,
}

/// How long a result holds. Of two bounds, the first that is passed ends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Validity {
    /// From the passage that was tested to the passage of the subject.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passages: Option<u32>,
    /// From the day of sampling.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<u32>,
}

/// Why a standard is refused.
#[derive(Debug, thiserror::Error)]
pub enum StandardError {
    #[error("the standard cannot be read: {0}")]
    Json(#[from] serde_json::Error),
    #[error("the standard is refused: {}", listed(.0))]
    Refused(Vec<StandardProblem>),
}

fn listed(problems: &[StandardProblem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

/// What is wrong with a standard.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StandardProblem {
    #[error("{field}: is empty; fill it in")]
    Blank { field: &'static str },
    #[error("{criterion}: `{field}` is empty; fill it in")]
    CriterionBlank { criterion: String, field: &'static str },
    #[error("{criterion}: the code occurs twice; give each criterion its own")]
    Repeated { criterion: String },
    #[error("{criterion}: {} of one lot never certifies another; remove `inherited_from`", .test.label(Lang::En))]
    Inherited { criterion: String, test: TestCode },
    #[error("{criterion}: {} takes no {found}; remove it or correct the test", .test.label(Lang::En))]
    QualifierWrong { criterion: String, test: TestCode, found: &'static str },
    #[error("{criterion}: `applies_to` names a level that the standard does not apply to")]
    AppliesElsewhere { criterion: String },
    #[error("{criterion}: no result can count for {}; add the level or narrow `applies_to`", .level.label(Lang::En))]
    NothingCounts { criterion: String, level: Level },
    #[error("{criterion}: {problem}")]
    Requirement { criterion: String, problem: RequirementProblem },
}

impl QcStandard {
    /// Reads a standard and refuses one with problems.
    /// Code and version in one: `iscbi:2009`.
    pub fn key(&self) -> String {
        format!("{}:{}", self.code, self.version)
    }

    pub fn read(json: &str) -> Result<Self, StandardError> {
        let standard: Self = serde_json::from_str(json)?;
        let problems = standard.problems();
        if problems.is_empty() { Ok(standard) } else { Err(StandardError::Refused(problems)) }
    }

    pub fn problems(&self) -> Vec<StandardProblem> {
        let blank = |text: &String| text.trim().is_empty();
        let fields = [
            ("code", blank(&self.code)),
            ("version", blank(&self.version)),
            ("title.en", blank(&self.title.en)),
            ("title.ja", blank(&self.title.ja)),
            ("issuer", blank(&self.issuer)),
            ("sources", self.sources.is_empty() || self.sources.iter().any(blank)),
            ("applies_to", self.applies_to.is_empty()),
            ("criteria", self.criteria.is_empty()),
        ];
        let blanks = fields.into_iter().filter(|(_, blank)| *blank);
        let mut problems: Vec<_> =
            blanks.map(|(field, _)| StandardProblem::Blank { field }).collect();
        let mut codes = BTreeSet::new();
        for criterion in &self.criteria {
            if !codes.insert(&criterion.code) {
                problems.push(StandardProblem::Repeated { criterion: criterion.code.clone() });
            }
            problems.extend(criterion.problems(&self.applies_to));
        }
        problems
    }
}

impl Criterion {
    /// The kinds of subject it is asked of.
    pub fn subjects<'a>(&'a self, of_standard: &'a [Level]) -> &'a [Level] {
        if self.applies_to.is_empty() { of_standard } else { &self.applies_to }
    }

    fn problems(&self, of_standard: &[Level]) -> Vec<StandardProblem> {
        let (criterion, test) = (self.code.clone(), self.test);
        let mut problems: Vec<_> = self
            .blank_fields()
            .into_iter()
            .map(|field| StandardProblem::CriterionBlank { criterion: criterion.clone(), field })
            .collect();
        if test.is_of_one_lot() && !self.inherited_from.is_empty() {
            problems.push(StandardProblem::Inherited { criterion: criterion.clone(), test });
        }
        let found = self.qualifier.as_ref().map(Qualifier::kind);
        let wrong = |kind| test.qualifier().is_none_or(|(takes, _)| takes != kind);
        if let Some(kind) = found.filter(|kind| wrong(*kind)) {
            let (criterion, found) = (criterion.clone(), kind.label(Lang::En));
            problems.push(StandardProblem::QualifierWrong { criterion, test, found });
        }
        if self.applies_to.iter().any(|level| !of_standard.contains(level)) {
            problems.push(StandardProblem::AppliesElsewhere { criterion: criterion.clone() });
        }
        let uncounted =
            self.subjects(of_standard).iter().filter(|level| !self.can_count_for(**level));
        problems.extend(uncounted.map(|level| {
            let (criterion, level) = (criterion.clone(), *level);
            StandardProblem::NothingCounts { criterion, level }
        }));
        let requirement = self.requirement.problems(test).into_iter();
        problems.extend(requirement.map(|problem| {
            let criterion = criterion.clone();
            StandardProblem::Requirement { criterion, problem }
        }));
        problems
    }

    fn can_count_for(&self, subject: Level) -> bool {
        self.levels.contains(&subject) || !self.inherited_from.is_empty()
    }

    fn blank_fields(&self) -> Vec<&'static str> {
        let validity = self.validity.is_some_and(|v| v.passages.is_none() && v.days.is_none());
        let fields = [
            ("code", self.code.trim().is_empty()),
            ("qualifier", self.qualifier.as_ref().is_some_and(|q| q.folded().is_empty())),
            ("levels", self.levels.is_empty() && self.inherited_from.is_empty()),
            ("examined_at_least", self.examined_at_least.is_some_and(|e| e.count == 0)),
            ("validity", validity),
            ("citation", self.citation.trim().is_empty()),
        ];
        fields.into_iter().filter(|(_, blank)| *blank).map(|(field, _)| field).collect()
    }
}

static SHIPPED: LazyLock<Vec<QcStandard>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("standards.json")).expect("the shipped standards are sound")
});

/// The published standards that come with the registry.
pub fn shipped() -> &'static [QcStandard] {
    &SHIPPED
}
