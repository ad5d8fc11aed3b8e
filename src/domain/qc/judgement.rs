//! One result against one requirement. No other result, date or passage plays a part here.

use super::{
    coded_value::CodedValue,
    karyotype_share,
    limit::{Comparison, Limit},
    number::Number,
    reason::Reason,
    requirement::Requirement,
    result::{LaboratoryVerdict, QcResult},
    standard::{Criterion, Obligation},
    subject::DonorFindings,
    test_code::fold_name,
    unit::{Unit, UnitError},
    value::{
        Amount, Counted, Examined, GenomicFinding, Measurement, Quantity, Reported, Value,
        ValueError,
    },
    verdict::{Judgement, Verdict},
};

/// What results of a criterion are judged by.
#[derive(Debug, Clone, Copy)]
pub(super) struct Judge<'a> {
    pub(super) criterion: &'a Criterion,
    pub(super) donor: &'a DonorFindings,
}

impl Judge<'_> {
    /// The worst of the laboratory's own verdict, the value and its repeats. A number that passes does not undo
    /// the laboratory's fail, and its pass does not undo a number that fails.
    pub(super) fn result(&self, requirement: &Requirement, result: &QcResult) -> Judgement {
        if result.laboratory_verdict == Some(LaboratoryVerdict::Fail) {
            return Judgement::fail(Reason::LaboratoryFailed);
        }
        let values = result.points().map(|(_, value)| self.value(requirement, value));
        let judged = values.reduce(Judgement::worse).unwrap_or_else(|| {
            // A report without a value of its own is its file.
            if *requirement == Requirement::Reported && result.evidence.is_some() {
                self.reported()
            } else {
                Judgement::indeterminate(Reason::ValueNotStated)
            }
        });
        match result.laboratory_verdict {
            Some(LaboratoryVerdict::Inconclusive) => {
                judged.worse(Judgement::indeterminate(Reason::LaboratoryInconclusive))
            }
            _ => judged,
        }
    }

    fn value(&self, requirement: &Requirement, reported: &Reported) -> Judgement {
        let test = self.criterion.test;
        let Some(value) = reported.reading(test) else {
            return Judgement::indeterminate(unread(reported.problem(test)));
        };
        let coded = value.coded();
        if coded.is_some_and(|coded| test.codes().failing.contains(&coded)) {
            return match (requirement, self.criterion.obligation) {
                (Requirement::Reported, Obligation::ForInformation) => {
                    Judgement::hold(Reason::Abnormal)
                }
                _ => Judgement::fail(Reason::FailsRequirement),
            };
        }
        if let Some(problem) = reported.problem(test) {
            return Judgement::indeterminate(unread(Some(problem)));
        }
        let judged = self.sound_value(requirement, reported, &value);
        match self.too_few(reported.examined) {
            Some(reason) => judged.worse(Judgement::indeterminate(reason)),
            None => judged,
        }
    }

    fn sound_value(
        &self,
        requirement: &Requirement,
        reported: &Reported,
        value: &Value,
    ) -> Judgement {
        match requirement {
            Requirement::Limit { limit, review } => self.limit(limit, review.as_ref(), value),
            Requirement::Coded { accepted } => self.coded(accepted, value),
            Requirement::EqualsOrigin => self.coded(&[CodedValue::MatchesOrigin], value),
            Requirement::ExemptIfInDonor { limit } => self.exempt_if_in_donor(limit, value),
            Requirement::RelativeTo { reference, limit } => {
                match other_reference(reported.relative_to.as_deref(), reference) {
                    Some(reason) => Judgement::indeterminate(reason),
                    None => self.limit(limit, None, value),
                }
            }
            Requirement::KaryotypeShare { metaphases, below_percent } => {
                self.karyotype_share(*metaphases, *below_percent, reported.examined, value)
            }
            Requirement::Reported => self.without_limit(value),
            // Judged over several results, part by part.
            Requirement::AllOf { .. } | Requirement::AnyOf { .. } | Requirement::Falling { .. } => {
                Judgement::indeterminate(Reason::OtherSort)
            }
        }
    }

    fn too_few(&self, examined: Option<Examined>) -> Option<Reason> {
        let Examined { count: needed, of } = self.criterion.examined_at_least?;
        match examined.filter(|examined| examined.of == of) {
            None => Some(Reason::ExaminedNotStated { needed, of }),
            Some(Examined { count: found, .. }) => {
                (found < needed).then_some(Reason::TooFewExamined { found, needed, of })
            }
        }
    }

    fn limit(&self, limit: &Limit, review: Option<&Limit>, value: &Value) -> Judgement {
        let Some(measured) = value.measured() else { return self.without_number(value) };
        let judged = against(limit, &measured);
        let in_review = |review: &Limit| against(review, &measured).verdict == Verdict::Pass;
        if judged.verdict == Verdict::Fail && review.is_some_and(in_review) {
            return Judgement::hold(Reason::BetweenLimits);
        }
        judged
    }

    fn coded(&self, accepted: &[CodedValue], value: &Value) -> Judgement {
        match value.coded() {
            Some(coded) if accepted.contains(&coded) => Judgement::pass(),
            Some(coded) if self.criterion.test.contradicts(coded) => {
                Judgement::fail(Reason::FailsRequirement)
            }
            None if accepted.contains(&CodedValue::NotDetected) => {
                match value.measured().map(|measured| measured.is_not_detected()) {
                    Some(Some(true)) => Judgement::pass(),
                    Some(Some(false)) => Judgement::fail(Reason::FailsRequirement),
                    Some(None) => Judgement::indeterminate(Reason::LeavesOpen),
                    None => Judgement::indeterminate(Reason::OtherSort),
                }
            }
            _ => Judgement::indeterminate(Reason::OtherSort),
        }
    }

    fn exempt_if_in_donor(&self, limit: &Limit, value: &Value) -> Judgement {
        let Value::Findings(findings) = value else { return self.limit(limit, None, value) };
        let judged = findings.iter().map(|finding| self.finding(limit, finding));
        // Of two that pass, the one that rests on the donor says more.
        let says_more = |one: Judgement, next: Judgement| {
            if one.reason == Reason::Meets { next.worse(one) } else { one.worse(next) }
        };
        judged.reduce(says_more).unwrap_or_else(Judgement::pass)
    }

    fn finding(&self, limit: &Limit, finding: &GenomicFinding) -> Judgement {
        let judged = match finding.size {
            Some(quantity) => against(limit, &exactly(quantity)),
            None => Judgement::indeterminate(Reason::FindingSizeNotStated),
        };
        if judged.verdict != Verdict::Pass && self.is_in_donor(finding) {
            return Judgement { verdict: Verdict::Pass, reason: Reason::InDonor };
        }
        judged
    }

    fn is_in_donor(&self, finding: &GenomicFinding) -> bool {
        let folded = fold_name(&finding.text);
        self.donor.findings.iter().any(|text| fold_name(text) == folded)
    }

    fn karyotype_share(
        &self,
        metaphases: u32,
        below_percent: Number,
        examined: Option<Examined>,
        value: &Value,
    ) -> Judgement {
        if let Value::Karyotype(karyotype) = value {
            return karyotype_share::judge(
                karyotype,
                examined,
                self.donor,
                metaphases,
                below_percent,
            );
        }
        let below = Limit::Below(Quantity { number: below_percent, unit: Unit::Percent });
        let judged = self.limit(&below, None, value);
        let of = Counted::Metaphases;
        let too_few = match examined.filter(|examined| examined.of == of) {
            None => Reason::ExaminedNotStated { needed: metaphases, of },
            Some(Examined { count: found, .. }) if found < metaphases => {
                Reason::TooFewExamined { found, needed: metaphases, of }
            }
            Some(_) => return judged,
        };
        judged.worse(Judgement::indeterminate(too_few))
    }

    /// A value where there is no limit to hold it against.
    fn without_limit(&self, value: &Value) -> Judgement {
        let codes = self.criterion.test.codes();
        let abnormal = match value {
            Value::Karyotype(karyotype) => {
                match karyotype_share::has_other(karyotype, self.donor) {
                    Ok(has_other) => has_other,
                    Err(reason) => return Judgement::indeterminate(reason),
                }
            }
            Value::Findings(findings) => findings.iter().any(|finding| !self.is_in_donor(finding)),
            Value::Coded(_) | Value::Measured(_) | Value::Alleles => {
                value.coded().is_some_and(|coded| codes.adverse.contains(&coded))
            }
        };
        if abnormal { Judgement::hold(Reason::Abnormal) } else { self.reported() }
    }

    fn reported(&self) -> Judgement {
        let reason = match self.criterion.obligation {
            Obligation::Mandatory => Reason::NoLimitStated,
            Obligation::ForInformation => Reason::ForInformation,
        };
        Judgement { verdict: Verdict::Reported, reason }
    }

    /// A word, or a sort of value that has no number, where a number is asked for.
    fn without_number(&self, value: &Value) -> Judgement {
        match value.coded() {
            Some(CodedValue::Abnormal) => Judgement::hold(Reason::Abnormal),
            Some(coded) if self.criterion.test.codes().adverse.contains(&coded) => {
                Judgement::hold(Reason::AdverseWithoutNumber)
            }
            _ => Judgement::indeterminate(Reason::OtherSort),
        }
    }
}

fn exactly(quantity: Quantity) -> Measurement {
    Measurement::stated(super::value::Comparator::Exactly, quantity)
}

fn against(limit: &Limit, measured: &Measurement) -> Judgement {
    match limit.compare(measured) {
        Ok(Comparison::Meets) => Judgement::pass(),
        Ok(Comparison::Fails) => Judgement::fail(Reason::FailsRequirement),
        Ok(Comparison::Indeterminate) => Judgement::indeterminate(match measured {
            Measurement { amount: Amount::NotDetected, lod: None, .. } => {
                Reason::DetectionLimitNotStated
            }
            _ => Reason::LeavesOpen,
        }),
        Err(error) => Judgement::indeterminate(not_comparable(&error)),
    }
}

pub(super) fn not_comparable(error: &UnitError) -> Reason {
    match error {
        UnitError::Incomparable { found, expected } => {
            Reason::UnitNotComparable { found: *found, expected: *expected }
        }
        UnitError::Unknown { .. } => Reason::ValueUnreadable,
    }
}

fn unread(problem: Option<ValueError>) -> Reason {
    match problem {
        Some(ValueError::Unit(error)) => not_comparable(&error),
        _ => Reason::ValueUnreadable,
    }
}

fn other_reference(found: Option<&str>, expected: &str) -> Option<Reason> {
    let Some(found) = found else {
        return Some(Reason::ReferenceNotStated { expected: expected.to_owned() });
    };
    (fold_name(found) != fold_name(expected))
        .then(|| Reason::OtherReference { found: found.to_owned(), expected: expected.to_owned() })
}
