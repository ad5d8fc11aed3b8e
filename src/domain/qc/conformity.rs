//! Whether a subject conforms to a standard, criterion by criterion, from all results that are known.
//!
//! A fail stands until it is corrected or declared out of specification; only then does the latest sample
//! speak. Whatever is unknown keeps from passing. Results are never dated by their entry.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    evaluation::Evaluation,
    judgement::Judge,
    reason::Reason,
    result::{OutOfSpecification, QcResult},
    standard::{Criterion, Obligation, QcStandard},
    subject::{Ancestor, Subject},
    test_code::{Match, Qualifier, TestCode},
    verdict::Verdict,
};

/// How a subject stands to a standard on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Conformity {
    pub standard: String,
    pub version: String,
    pub subject: String,
    #[schemars(with = "String")]
    pub on: NaiveDate,
    pub overall: Verdict,
    /// In the order of the standard.
    pub criteria: Vec<CriterionConformity>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CriterionConformity {
    pub criterion: String,
    pub test: TestCode,
    pub obligation: Obligation,
    pub verdict: Verdict,
    pub reason: Reason,
    /// The keys of the results that the verdict rests on.
    pub results: Vec<String>,
}

/// A verdict with the results it rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Outcome {
    pub(super) verdict: Verdict,
    pub(super) reason: Reason,
    pub(super) results: Vec<String>,
}

impl Outcome {
    pub(super) fn without_results(verdict: Verdict, reason: Reason) -> Self {
        Self { verdict, reason, results: Vec::new() }
    }
}

/// A result that has a say in a criterion.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate<'a> {
    pub(super) result: &'a QcResult,
    pub(super) say: Say,
}

/// What a result has to say in a criterion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Say {
    /// 0 for the subject's own, then its ancestors from the nearest.
    Counts { rank: usize },
    /// It does not count, but its fail stands: it is of the subject at another level,
    OtherLevel,
    /// names no qualifier where the criterion does,
    Unqualified,
    /// or is said to be superseded by what does not correct it.
    Superseded,
}

impl Candidate<'_> {
    /// `None` where only a fail counts.
    pub(super) fn rank(&self) -> Option<usize> {
        match self.say {
            Say::Counts { rank } => Some(rank),
            Say::OtherLevel | Say::Unqualified | Say::Superseded => None,
        }
    }

    /// Why it does not count.
    pub(super) fn reason(&self) -> Reason {
        match self.say {
            Say::Counts { .. } | Say::OtherLevel => Reason::OtherMaterial,
            Say::Unqualified => Reason::QualifierNotStated,
            Say::Superseded => Reason::SetAside,
        }
    }
}

struct Assessment<'a> {
    subject: &'a Subject,
    results: &'a [QcResult],
    records: &'a [OutOfSpecification],
    on: NaiveDate,
}

/// Assesses a subject on a day, from the results of the subject and of its ancestors; those of others are left
/// out of account. The order of results and records plays no part.
///
/// Overall is the worst verdict over the mandatory criteria, and over those for information that are held for
/// review; a standard without a mandatory criterion has the worst of all. It is pass only if every mandatory
/// criterion is pass or not applicable, and one at least is pass.
pub fn assess(
    standard: &QcStandard,
    subject: &Subject,
    results: &[QcResult],
    records: &[OutOfSpecification],
    on: NaiveDate,
) -> Conformity {
    let assessment = Assessment { subject, results, records, on };
    let criteria: Vec<_> = standard
        .criteria
        .iter()
        .map(|criterion| {
            let outcome = assessment.criterion(standard, criterion);
            CriterionConformity {
                criterion: criterion.code.clone(),
                test: criterion.test,
                obligation: criterion.obligation,
                verdict: outcome.verdict,
                reason: outcome.reason,
                results: outcome.results,
            }
        })
        .collect();
    Conformity {
        standard: standard.code.clone(),
        version: standard.version.clone(),
        subject: subject.key.clone(),
        on,
        overall: overall(&criteria),
        criteria,
    }
}

fn overall(criteria: &[CriterionConformity]) -> Verdict {
    let is_mandatory = |one: &&CriterionConformity| one.obligation == Obligation::Mandatory;
    let has_mandatory = criteria.iter().any(|one| is_mandatory(&one));
    let counts = |one: &&CriterionConformity| {
        !has_mandatory || is_mandatory(one) || one.verdict == Verdict::HoldForReview
    };
    let worst = criteria.iter().filter(counts).map(|one| one.verdict).max();
    worst.unwrap_or(Verdict::NotApplicable)
}

impl<'a> Assessment<'a> {
    fn criterion(&self, standard: &QcStandard, criterion: &'a Criterion) -> Outcome {
        let not_applicable = |reason| Outcome::without_results(Verdict::NotApplicable, reason);
        if !standard.applies_to.contains(&self.subject.level) {
            return not_applicable(Reason::StandardDoesNotApply);
        }
        if !criterion.subjects(&standard.applies_to).contains(&self.subject.level) {
            return not_applicable(Reason::CriterionDoesNotApply);
        }
        let mut groups: BTreeMap<Option<String>, Vec<Candidate<'a>>> = BTreeMap::new();
        for candidate in self.candidates(criterion) {
            let qualifier = candidate.result.qualifier.as_ref().map(Qualifier::folded);
            // A criterion that names its qualifier has one group; else each qualifier is judged by itself.
            let group = qualifier.filter(|_| criterion.qualifier.is_none());
            groups.entry(group).or_default().push(candidate);
        }
        let judge = Judge { criterion, donor: &self.subject.donor };
        let outcomes = groups.into_values().map(|pool| {
            let evaluation =
                Evaluation { judge, pool: &pool, passage: self.subject.passage, on: self.on };
            evaluation.evaluate(&criterion.requirement, &criterion.methods)
        });
        let is_missing = |outcome: &Outcome| outcome.verdict == Verdict::Missing;
        let (missing, found): (Vec<_>, Vec<_>) = outcomes.partition(is_missing);
        let worst = worst(found).or_else(|| worst(missing));
        let outcome = worst.unwrap_or_else(|| self.missing(criterion));
        as_obliged(criterion, outcome)
    }

    fn missing(&self, criterion: &Criterion) -> Outcome {
        let mut of_test = self.results.iter().filter(|result| {
            result.test == criterion.test && is_qualified(criterion, result) == Some(true)
        });
        let is_own = |result: &&QcResult| result.material.subject == self.subject.key;
        let reason = match (of_test.clone().find(is_own), of_test.next()) {
            (Some(_), _) => Reason::SetAside,
            (None, Some(_)) => Reason::OtherMaterial,
            (None, None) => Reason::NoResult,
        };
        Outcome::without_results(Verdict::Missing, reason)
    }

    /// The results with a say in the criterion, by day of sampling.
    fn candidates(&self, criterion: &Criterion) -> Vec<Candidate<'a>> {
        let of_test = self.results.iter().filter(|result| result.test == criterion.test);
        let mut candidates: Vec<_> =
            of_test.filter_map(|result| self.candidate(criterion, result)).collect();
        candidates.sort_by_key(|one| (one.result.sampling_date, &one.result.key));
        candidates
    }

    fn candidate(&self, criterion: &Criterion, result: &'a QcResult) -> Option<Candidate<'a>> {
        let is_qualified = is_qualified(criterion, result)?;
        let say = self.say(criterion, result)?;
        if self.is_invalidated(result) {
            return None;
        }
        let say = if is_qualified { say } else { Say::Unqualified };
        match &result.superseded_by {
            None => Some(Candidate { result, say }),
            Some(_) if self.is_corrected(result) => None,
            Some(_) => Some(Candidate { result, say: Say::Superseded }),
        }
    }

    /// `None` for results of other material.
    fn say(&self, criterion: &Criterion, result: &QcResult) -> Option<Say> {
        let level = result.material.level;
        if result.material.subject == self.subject.key {
            let counts = level == self.subject.level && criterion.levels.contains(&level);
            return Some(if counts { Say::Counts { rank: 0 } } else { Say::OtherLevel });
        }
        // Also where a standard says otherwise: what of one lot is sterile says nothing of the next.
        if criterion.test.is_of_one_lot() || !criterion.inherited_from.contains(&level) {
            return None;
        }
        let is_it = |one: &Ancestor| one.key == result.material.subject && one.level == level;
        let at = self.subject.ancestors.iter().position(is_it)?;
        Some(Say::Counts { rank: at + 1 })
    }

    /// The only result with this key: where two share one, no record can tell which it means.
    fn result(&self, key: &str) -> Option<&'a QcResult> {
        let mut found = self.results.iter().filter(|result| result.key == key);
        let first = found.next()?;
        found.all(|other| other == first).then_some(first)
    }

    fn is_invalidated(&self, result: &QcResult) -> bool {
        self.result(&result.key).is_some()
            && self.records.iter().any(|record| {
                record.result == result.key
                    && record.approved_on <= self.on
                    && record.problem_for(result).is_none()
            })
    }

    /// Whether the chain of corrections ends in a result that stands.
    fn is_corrected(&self, result: &QcResult) -> bool {
        let (mut at, mut steps) = (result, 0);
        while let Some(key) = &at.superseded_by {
            let Some(next) = self.result(key) else { return false };
            steps += 1;
            // A chain longer than there are results goes round.
            if !at.is_corrected_by(next) || steps > self.results.len() {
                return false;
            }
            at = next;
        }
        self.result(&result.key).is_some()
    }
}

/// Whether the result is of the criterion's qualifier: `None` if it is of another, `Some(false)` if that is not
/// clear, so that only a fail counts.
fn is_qualified(criterion: &Criterion, result: &QcResult) -> Option<bool> {
    let takes = criterion.test.qualifier().map(|(kind, _)| kind);
    let sound = |found: &&Qualifier| Some(found.kind()) == takes && !found.folded().is_empty();
    match (&criterion.qualifier, &result.qualifier) {
        (None, None) => Some(true),
        (None, Some(found)) => Some(sound(&found)),
        (Some(asked), found) => match found.as_ref().filter(sound).map(|one| one.matches(asked)) {
            Some(Match::Same) => Some(true),
            Some(Match::Unclear) | None => Some(false),
            Some(Match::Other) => None,
        },
    }
}

/// The worst of several; where all pass, with the results of all.
pub(super) fn worst(outcomes: Vec<Outcome>) -> Option<Outcome> {
    let results = outcomes.iter().flat_map(|outcome| outcome.results.clone()).collect::<Vec<_>>();
    let is_worse =
        |one: Outcome, next: Outcome| if next.verdict > one.verdict { next } else { one };
    let mut worst = outcomes.into_iter().reduce(is_worse)?;
    if worst.verdict <= Verdict::Pass {
        worst.results = results;
        worst.results.sort();
        worst.results.dedup();
    }
    Some(worst)
}

/// The outcome as the obligation of the criterion lets it stand.
fn as_obliged(criterion: &Criterion, outcome: Outcome) -> Outcome {
    let is_for_information = criterion.obligation == Obligation::ForInformation;
    let names_no_panel = criterion.qualifier.is_none() && criterion.test.needs_qualifier();
    let (verdict, reason) = match outcome.verdict {
        Verdict::Pass if is_for_information => (Verdict::Reported, Reason::ForInformation),
        Verdict::Pass if names_no_panel => (Verdict::Reported, Reason::PanelNotStated),
        Verdict::Fail if is_for_information => {
            let reason = match outcome.reason {
                Reason::FailsRequirement => Reason::FailsForInformation,
                reason => reason,
            };
            (Verdict::HoldForReview, reason)
        }
        verdict => (verdict, outcome.reason),
    };
    Outcome { verdict, reason, results: outcome.results }
}
