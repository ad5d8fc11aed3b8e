//! STR profiles beside those of the donor, the unit and the line that the cells come from.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::{Check, Known, Named, RuleCode, Said};
use crate::domain::{
    qc::test_code::TestCode,
    record::{AnyRecord, Relation},
    str_profile::{self, MarkerMode, Score, StrProfile},
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
        let tests = self.own_tests(id).map(|tested| &tested.result);
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
        let unread: BTreeSet<&str> = profiles.iter().flat_map(StrProfile::unread).collect();
        if !unread.is_empty() {
            self.find(RuleCode::StrUnread, None, &unread_markers(&unread));
        }
        let origins = self.known.origins(self.id);
        let several = self.known.several_origins(self.id);
        let (pooled, apart): (Vec<Uuid>, Vec<Uuid>) =
            origins.into_iter().partition(|origin| several.contains(origin));
        for (rule, score, other) in self.judged(&profiles, apart) {
            self.tell_score(rule, score, other);
        }
        let mut pooled = self.judged(&profiles, pooled);
        let any = !pooled.is_empty();
        pooled.retain(|(rule, ..)| *rule == RuleCode::StrAgrees);
        if any && pooled.is_empty() {
            self.find_several("STR", "STR");
        }
        for (rule, score, other) in pooled {
            self.tell_score(rule, score, other);
        }
    }

    fn judged(&self, ours: &[StrProfile], origins: Vec<Uuid>) -> Vec<(RuleCode, Score, Named)> {
        let judged = |origin| {
            let (rule, score) = judge(ours, &self.known.str_profiles(origin))?;
            Some((rule, score, self.named(origin)?))
        };
        origins.into_iter().filter_map(judged).collect()
    }

    fn tell_score(&mut self, rule: RuleCode, score: Score, other: Named) {
        if let Some(finding) = self.find(rule, Some(other), &Said::same("")) {
            finding.str_score = Some(score);
        }
    }
}

/// The markers by their names. What a text has in the place of a marker may be alleles, and is only counted.
fn unread_markers(unread: &BTreeSet<&str>) -> Said {
    let (named, other): (Vec<&str>, Vec<&str>) =
        unread.iter().copied().partition(|name| str_profile::is_known_marker(name));
    let count = other.len();
    let (en, ja) = (named.join(", "), named.join("、"));
    match (named.is_empty(), count) {
        (_, 0) => Said { en, ja },
        (true, _) => Said {
            en: format!("{count} of no marker known here"),
            ja: format!("登録のないマーカー{count}件"),
        },
        (false, _) => Said {
            en: format!("{en} and {count} of no marker known here"),
            ja: format!("{ja}、登録のないマーカー{count}件"),
        },
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
