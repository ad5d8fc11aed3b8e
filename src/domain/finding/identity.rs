//! STR profiles beside those of the donor, the unit and the line that the cells come from.

use uuid::Uuid;

use super::{Check, Known, Named, RuleCode, Said};
use crate::domain::{
    qc::test_code::TestCode,
    record::{AnyRecord, Relation},
    str_profile::{MarkerMode, Score, StrProfile},
};

/// Fewer markers say little.
const MARKERS: u32 = 8;
/// Percent of the Tanabe score from which two profiles are of one individual, and down to which they are not.
const RELATED: u32 = 80;
const UNRELATED: u32 = 55;
/// Pairs of reports that are compared: conflicting reports multiply.
const PAIRS: usize = 150;

impl Known {
    /// What the record itself and the tests of it say.
    pub(super) fn str_profiles(&self, id: Uuid) -> Vec<StrProfile> {
        let stated: Vec<&StrProfile> = match self.records.get(&id) {
            Some(AnyRecord::CellLine(line)) => line.all(|facts| &facts.str_profiles),
            Some(AnyRecord::Donor(donor)) => donor.all(|facts| &facts.str),
            _ => Vec::new(),
        };
        let tests = self.tests.get(&id).into_iter().flatten().map(|tested| &tested.result);
        let tests = tests.filter(|result| result.test == TestCode::IdentityStr);
        let typed = tests.filter_map(|result| StrProfile::read(&result.value.as_ref()?.text));
        let mut profiles: Vec<StrProfile> = Vec::new();
        for profile in stated.into_iter().cloned().chain(typed) {
            if profiles.iter().all(|known| known.markers != profile.markers) {
                profiles.push(profile);
            }
        }
        profiles
    }

    /// What the cells of a record must be alike to: its donors, its unit, and what it was grown from. What a fusion was
    /// grown from is only half of it.
    fn origins(&self, id: Uuid) -> Vec<Uuid> {
        if self.line(id).is_some_and(super::is_fusion) {
            return Vec::new();
        }
        let near = [Relation::ParentBatch, Relation::Line, Relation::Parent, Relation::SourceUnit];
        let near = near.into_iter().flat_map(|relation| self.reached(id, relation));
        self.donors(id).into_iter().chain(near).collect()
    }
}

impl Check<'_> {
    pub(super) fn identity(&mut self) {
        let profiles = self.known.str_profiles(self.id);
        if profiles.is_empty() {
            return;
        }
        if profiles.iter().any(StrProfile::is_mixture) {
            self.find(RuleCode::StrMixture, None, &Said::same(""));
        }
        let unread: Vec<&str> = profiles.iter().flat_map(StrProfile::unread).collect();
        if !unread.is_empty() {
            self.find(RuleCode::StrUnread, None, &Said::same(unread.join(", ")));
        }
        for origin in self.known.origins(self.id) {
            let theirs = self.known.str_profiles(origin);
            if let (Some((rule, score)), Some(other)) =
                (judge(&profiles, &theirs), self.named(origin))
            {
                self.tell_score(rule, score, other);
            }
        }
    }

    fn tell_score(&mut self, rule: RuleCode, score: Score, other: Named) {
        if let Some(finding) = self.find(rule, Some(other), &Said::same("")) {
            finding.str_score = Some(score);
        }
    }
}

/// What all pairs of reports come to, by the pair that is most alike. `None` where nothing can be compared, or where
/// few markers do not contradict each other.
pub(super) fn judge(ours: &[StrProfile], theirs: &[StrProfile]) -> Option<(RuleCode, Score)> {
    let pairs = ours.iter().flat_map(|one| theirs.iter().map(move |other| (one, other)));
    let scores = pairs.take(PAIRS);
    let scores = scores.filter_map(|(one, other)| one.score(other, MarkerMode::NonEmpty, false));
    let scores: Vec<Score> = scores.collect();
    let enough: Vec<Score> =
        scores.iter().copied().filter(|score| score.markers >= MARKERS).collect();
    let by_likeness = |one: &&Score, other: &&Score| one.tanabe().total_cmp(&other.tanabe());
    let Some(best) = enough.iter().max_by(by_likeness) else {
        let best = scores.iter().max_by(by_likeness)?;
        return (!best.at_or_above(RELATED)).then_some((RuleCode::StrFewMarkers, *best));
    };
    let rule = if best.at_or_above(RELATED) {
        let all = enough.iter().all(|score| score.at_or_above(RELATED));
        if all { RuleCode::StrAgrees } else { RuleCode::StrReportsDisagree }
    } else if best.at_or_below(UNRELATED) {
        RuleCode::StrUnrelated
    } else {
        RuleCode::StrNeedsWork
    };
    Some((rule, *best))
}
