//! Several results against one requirement: what stands, which is the latest, whether it still holds.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::{
    conformity::{Candidate, Outcome, worst},
    judgement::{Judge, not_comparable},
    limit::Comparison,
    method::Method,
    reason::Reason,
    requirement::{Part, Requirement},
    result::{LaboratoryVerdict, QcResult},
    standard::Validity,
    value::{Measurement, Reported},
    verdict::{Judgement, Verdict},
};

/// The results of one qualifier.
#[derive(Debug)]
pub(super) struct Evaluation<'a> {
    pub(super) judge: Judge<'a>,
    /// By day of sampling.
    pub(super) pool: &'a [Candidate<'a>],
    /// Of the subject.
    pub(super) passage: Option<u32>,
    pub(super) on: NaiveDate,
}

/// A value of a series.
struct Point {
    passage: u32,
    measured: Measurement,
}

fn keys<'a>(results: impl IntoIterator<Item = &'a QcResult>) -> Vec<String> {
    let mut keys: Vec<_> = results.into_iter().map(|result| result.key.clone()).collect();
    keys.sort();
    keys.dedup();
    keys
}

fn outcome<'a>(judged: Judgement, results: impl IntoIterator<Item = &'a QcResult>) -> Outcome {
    Outcome { verdict: judged.verdict, reason: judged.reason, results: keys(results) }
}

impl<'a> Evaluation<'a> {
    pub(super) fn evaluate(&self, requirement: &Requirement, methods: &[Method]) -> Outcome {
        let parts = |parts: &[Part]| -> Vec<Outcome> {
            let methods_of = |part: &Part| {
                if part.methods.is_empty() { methods.to_vec() } else { part.methods.clone() }
            };
            parts.iter().map(|part| self.evaluate(&part.requirement, &methods_of(part))).collect()
        };
        // A combination of nothing is met by nothing.
        let nothing = || Outcome::without_results(Verdict::Indeterminate, Reason::OtherSort);
        match requirement {
            Requirement::AllOf { parts: of } => worst(parts(of)).unwrap_or_else(nothing),
            Requirement::AnyOf { parts: of } => {
                parts(of).into_iter().min_by_key(|one| one.verdict).unwrap_or_else(nothing)
            }
            Requirement::Falling { by_passage } => self.falling(*by_passage, methods),
            single => self.single(single, methods),
        }
    }

    /// A requirement that each result is judged by alone.
    fn single(&self, requirement: &Requirement, methods: &[Method]) -> Outcome {
        let judged: Vec<(Candidate<'a>, Judgement)> = self
            .pool
            .iter()
            .map(|one| (*one, self.judge.result(requirement, one.result)))
            .collect();
        let standing = judged.iter().filter(|(_, judgement)| judgement.stands());
        if let Some(worst) = standing.clone().map(|(_, j)| j.clone()).reduce(Judgement::worse) {
            let of_worst = standing.filter(|(_, judgement)| judgement.verdict == worst.verdict);
            let of_worst: Vec<_> = of_worst.map(|(one, _)| one.result).collect();
            return outcome(worst, of_worst);
        }
        let counting = match self.counting(methods) {
            Ok(counting) => counting,
            Err(outcome) => return outcome,
        };
        let judgement_of = |one: &Candidate<'a>| self.judge.result(requirement, one.result);
        self.latest(&counting, judgement_of)
    }

    /// The results that count: the subject's own, else those of the nearest ancestor that has any.
    fn counting(&self, methods: &[Method]) -> Result<Vec<Candidate<'a>>, Outcome> {
        let missing = |reason| Outcome::without_results(Verdict::Missing, reason);
        let ranked: Vec<_> = self.pool.iter().filter(|one| one.rank().is_some()).collect();
        if ranked.is_empty() {
            let first = self.pool.first().map_or(Reason::NoResult, Candidate::reason);
            return Err(missing(first));
        }
        let by_method: Vec<_> = ranked.iter().filter(|one| is_by(methods, one)).collect();
        let Some(nearest) = by_method.iter().filter_map(|one| one.rank()).min() else {
            let unread =
                ranked.iter().map(|one| one.result).filter(|result| result.method_code().is_none());
            let unread: Vec<_> = unread.collect();
            return Err(if unread.is_empty() {
                missing(Reason::OtherMethod)
            } else {
                outcome(Judgement::indeterminate(Reason::MethodNotStated), unread)
            });
        };
        let counting = by_method.into_iter().filter(|one| one.rank() == Some(nearest));
        Ok(counting.map(|one| **one).collect())
    }

    /// The judgement of the latest sample, worst first where several were taken on one day.
    fn latest(
        &self,
        counting: &[Candidate<'a>],
        judgement_of: impl Fn(&Candidate<'a>) -> Judgement,
    ) -> Outcome {
        let undated: Vec<_> =
            counting.iter().filter(|one| one.result.sampled().is_none()).collect();
        let day = |one: &Candidate<'_>| one.result.sampled().filter(|day| *day <= self.on);
        let Some(last) = counting.iter().filter_map(day).max() else {
            return if undated.is_empty() {
                Outcome::without_results(Verdict::Missing, Reason::SampledLater)
            } else {
                let unknown = Judgement::indeterminate(Reason::SamplingDateUnknown);
                outcome(unknown, undated.iter().map(|one| one.result))
            };
        };
        let of_last = counting.iter().filter(|one| day(one) == Some(last));
        let judged = of_last.clone().map(|one| self.while_valid(judgement_of(one), one.result));
        let judged = judged.reduce(Judgement::worse);
        let judged = judged.unwrap_or_else(|| Judgement::indeterminate(Reason::ValueNotStated));
        // A result without a day may be the latest, and then its judgement holds.
        let open = undated.iter().filter(|one| judgement_of(one).verdict > judged.verdict);
        let open: Vec<_> = open.map(|one| one.result).collect();
        if open.is_empty() {
            outcome(judged, of_last.map(|one| one.result))
        } else {
            outcome(judged.worse(Judgement::indeterminate(Reason::SamplingDateUnknown)), open)
        }
    }

    /// What was good, for as long as it holds.
    fn while_valid(&self, judged: Judgement, result: &QcResult) -> Judgement {
        if judged.verdict > Verdict::Reported {
            return judged;
        }
        match self.judge.criterion.validity {
            Some(validity) => judged.worse(self.validity(validity, result)),
            None => judged,
        }
    }

    fn validity(&self, validity: Validity, result: &QcResult) -> Judgement {
        let expired = |reason| Judgement { verdict: Verdict::Expired, reason };
        let passages = match (validity.passages, result.passage, self.passage) {
            (None, ..) => Judgement::pass(),
            (Some(passages), Some(tested), Some(subject)) => {
                if subject.saturating_sub(tested) > passages {
                    expired(Reason::OlderThanPassages { passages, tested, subject })
                } else {
                    Judgement::pass()
                }
            }
            _ => Judgement::indeterminate(Reason::PassageUnknown),
        };
        let days = match (validity.days, result.sampled()) {
            (None, _) => Judgement::pass(),
            (Some(days), Some(sampled)) => {
                if (self.on - sampled).num_days() > i64::from(days) {
                    expired(Reason::OlderThanDays { days, sampled })
                } else {
                    Judgement::pass()
                }
            }
            _ => Judgement::indeterminate(Reason::SamplingDateUnknown),
        };
        // Too many days are certain whether or not the passages are known.
        if days.verdict == Verdict::Expired { days } else { passages.worse(days) }
    }

    /// A fall over passages: shown by two of them, and every later value keeps to it.
    fn falling(&self, by_passage: u32, methods: &[Method]) -> Outcome {
        let failed =
            |one: &&Candidate<'a>| one.result.laboratory_verdict == Some(LaboratoryVerdict::Fail);
        let failed: Vec<_> = self.pool.iter().filter(failed).map(|one| one.result).collect();
        if !failed.is_empty() {
            return outcome(Judgement::fail(Reason::LaboratoryFailed), failed);
        }
        let counting = match self.counting(methods) {
            Ok(counting) => counting,
            Err(outcome) => return outcome,
        };
        for series in self.series(methods) {
            let (points, _) = self.points(&series);
            let judged = fall(&points, by_passage);
            if judged.stands() {
                return outcome(judged, series);
            }
        }
        let results: Vec<_> = counting.iter().map(|one| one.result).collect();
        let (points, gap) = self.points(&results);
        let judged = match gap {
            Some(reason) => Judgement::indeterminate(reason),
            None => self.while_latest_valid(fall(&points, by_passage), &results),
        };
        outcome(judged, results)
    }

    /// The results that could count, of the subject and of each ancestor by itself.
    fn series(&self, methods: &[Method]) -> Vec<Vec<&'a QcResult>> {
        let mut series: BTreeMap<usize, Vec<&'a QcResult>> = BTreeMap::new();
        for one in self.pool.iter().filter(|one| is_by(methods, one)) {
            if let Some(rank) = one.rank() {
                series.entry(rank).or_default().push(one.result);
            }
        }
        series.into_values().collect()
    }

    /// The values of a series by passage, and the first reason why some are wanting.
    fn points(&self, results: &[&'a QcResult]) -> (Vec<Point>, Option<Reason>) {
        let (mut points, mut gap) = (Vec::new(), None);
        for result in results {
            gap = gap.or_else(|| self.series_gap(result));
            for (passage, value) in result.points() {
                match self.point(passage, value) {
                    Ok(point) => points.push(point),
                    Err(reason) => gap = gap.or(Some(reason)),
                }
            }
        }
        points.sort_by_key(|point| point.passage);
        (points, gap)
    }

    fn series_gap(&self, result: &QcResult) -> Option<Reason> {
        if result.laboratory_verdict == Some(LaboratoryVerdict::Inconclusive) {
            return Some(Reason::LaboratoryInconclusive);
        }
        match result.sampled() {
            None => Some(Reason::SamplingDateUnknown),
            Some(day) if day > self.on => Some(Reason::SampledLater),
            Some(_) => result.points().next().is_none().then_some(Reason::ValueNotStated),
        }
    }

    fn point(&self, passage: Option<u32>, value: &Reported) -> Result<Point, Reason> {
        let test = self.judge.criterion.test;
        let reading = value.reading(test).filter(|_| value.problem(test).is_none());
        let measured = reading.ok_or(Reason::ValueUnreadable)?.measured();
        let measured = measured.ok_or(Reason::OtherSort)?;
        Ok(Point { passage: passage.ok_or(Reason::PassageUnknown)?, measured })
    }

    fn while_latest_valid(&self, judged: Judgement, results: &[&'a QcResult]) -> Judgement {
        let last = results.iter().filter_map(|result| result.sampled()).max();
        let latest = results.iter().filter(|result| result.sampled() == last);
        let valid = latest.map(|result| self.while_valid(judged.clone(), result));
        valid.reduce(Judgement::worse).unwrap_or(judged)
    }
}

/// Whether a result counts by its method.
fn is_by(methods: &[Method], one: &Candidate<'_>) -> bool {
    methods.is_empty() || one.result.method_code().is_some_and(|code| methods.contains(&code))
}

/// Whether the values fall from passage to passage up to one, and never rise above those afterwards. Every pair
/// is compared, so that a value between two hides no rise.
fn fall(points: &[Point], by_passage: u32) -> Judgement {
    let mut judged = Judgement::pass();
    for (at, later) in points.iter().enumerate() {
        let before = points[..at].iter().filter(|earlier| earlier.passage < later.passage);
        for earlier in before.filter(|earlier| earlier.passage <= by_passage) {
            let compared = if later.passage <= by_passage {
                later.measured.compare_below(&earlier.measured)
            } else {
                later.measured.compare_not_above(&earlier.measured)
            };
            judged = judged.worse(match compared {
                Ok(Comparison::Meets) => Judgement::pass(),
                Ok(Comparison::Fails) => Judgement::fail(Reason::NotFalling),
                Ok(Comparison::Indeterminate) => Judgement::indeterminate(Reason::LeavesOpen),
                Err(error) => Judgement::indeterminate(not_comparable(&error)),
            });
        }
    }
    let mut shown: Vec<_> = points.iter().map(|point| point.passage).collect();
    shown.retain(|passage| *passage <= by_passage);
    shown.dedup();
    if shown.len() < 2 {
        return judged.worse(Judgement::indeterminate(Reason::TooFewPassages { by: by_passage }));
    }
    judged
}
