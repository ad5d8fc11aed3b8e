//! A line's karyotype beside the constitutional karyotype and the sex of its donor.
//!
//! Chromosomes can be lost in culture, but a Y does not come from nowhere: only that, or the chromosomes of the
//! other sex, speaks of another person. Everything else that differs is a finding for a person to judge.

use std::collections::{HashMap, HashSet};

use super::{
    Abnormality, AbnormalityKind, CELLS_OF_A_CLONE, CELLS_OF_A_CLONE_BY_LOSS, Clonality, DonorSide,
    Finding, FindingKind, Karyotype,
    view::{Complement, View},
};
use crate::domain::donor::Sex;

/// Compares a line with the constitutional karyotype and the sex of its donor, as far as they are known. All in
/// the donor's karyotype counts as constitutional, marked `c` or not; it goes before the donor's sex, which may
/// differ from it. Nothing is found in a normal karyotype that fits.
pub fn compare(
    line: &Karyotype,
    donor: Option<&Karyotype>,
    donor_sex: Option<Sex>,
) -> Vec<Finding> {
    let (views, donor) = (View::all(line), donor.map(View::all));
    let covered = vec![false; views.len()];
    let mut comparison =
        Comparison { line, views, donor, donor_sex, covered, findings: Vec::new() };
    comparison.compare_sex();
    comparison.compare_abnormalities();
    comparison.count_chromosomes();
    comparison.findings
}

struct Comparison<'a> {
    line: &'a Karyotype,
    views: Vec<View<'a>>,
    donor: Option<Vec<View<'a>>>,
    donor_sex: Option<Sex>,
    /// The clones whose whole X and Y chromosomes a finding has told of.
    covered: Vec<bool>,
    findings: Vec<Finding>,
}

/// Whose sex chromosomes the line should have.
#[derive(Clone, Copy)]
enum Reference {
    WithY { most_x: u32 },
    WithoutY,
}

/// Where it is known from what sex chromosomes the line should have.
#[derive(Clone, Copy, PartialEq)]
enum Basis {
    Donor,
    /// The line's own text marks them `c`.
    Line,
    Sex,
    Nothing,
}

impl<'a> Comparison<'a> {
    fn compare_sex(&mut self) {
        let of_sex = self.donor_sex.and_then(Reference::of_sex);
        let of_donor = self.donor_complements().and_then(|found| Reference::of_donor(&found));
        if let (Some(reference), Some(_), Some(donor)) = (of_sex, of_donor, &self.donor)
            && !reference.contradicted_by(donor).is_empty()
        {
            let subject = written(self.donor_complements().unwrap_or_default());
            let sex = self.donor_sex.map(|sex| DonorSide::Sex { sex });
            self.find(FindingKind::DonorSexDiffers, subject, sex, &[]);
        }
        let Some(reference) = of_donor.or(of_sex) else {
            return self.compare_complements();
        };
        let wrong = reference.contradicted_by(&self.views);
        if wrong.is_empty() {
            return self.compare_complements();
        }
        let subject: Vec<Complement> =
            wrong.iter().filter_map(|place| self.views[*place].complement).collect();
        let (subject, side) = (written(subject), self.donor_side());
        let seen = wrong.into_iter().map(|clone| Seen { clone, item: None }).collect::<Vec<_>>();
        self.find(FindingKind::WrongSex, subject, side, &seen);
    }

    /// Those of the donor's karyotype, if they are stated for every clone.
    fn donor_complements(&self) -> Option<Vec<Complement>> {
        let all: Option<Vec<_>> = self.donor.as_ref()?.iter().map(|view| view.complement).collect();
        all.filter(|all| !all.is_empty())
    }

    fn donor_side(&self) -> Option<DonorSide> {
        let text = self.donor_complements().map(written);
        text.map(|text| DonorSide::Karyotype { text })
            .or_else(|| Some(DonorSide::Sex { sex: self.donor_sex? }))
    }

    /// Each once.
    fn expected_complements(&self) -> (Vec<Complement>, Basis) {
        if let Some(donor) = self.donor_complements() {
            return (distinct(donor), Basis::Donor);
        }
        let marked: Vec<_> = self.views.iter().filter_map(|view| view.constitution).collect();
        if !marked.is_empty() {
            return (distinct(marked), Basis::Line);
        }
        match self.donor_sex {
            Some(Sex::Female) => (vec![Complement::FEMALE], Basis::Sex),
            Some(Sex::Male) => (vec![Complement::MALE], Basis::Sex),
            Some(Sex::Mixed | Sex::Ambiguous) | None => {
                let mut stated = self.views.iter().filter_map(|view| view.complement);
                // Both sexes in one line are a finding, whichever is the donor's.
                let expected = match stated.find(|complement| complement.is_normal()) {
                    Some(normal) => vec![normal],
                    None => vec![Complement::FEMALE, Complement::MALE],
                };
                (expected, Basis::Nothing)
            }
        }
    }

    fn diploid_complements(&self) -> Vec<(Complement, Vec<Seen<'a>>)> {
        let mut groups: Vec<(Complement, Vec<Seen<'a>>)> = Vec::new();
        for (clone, view) in self.views.iter().enumerate().filter(|(_, view)| view.sets() == 2) {
            let Some(complement) = view.complement else { continue };
            let seen = Seen { clone, item: None };
            match groups.iter_mut().find(|(known, _)| *known == complement) {
                Some((_, clones)) => clones.push(seen),
                None => groups.push((complement, vec![seen])),
            }
        }
        groups
    }

    /// Tells of each sex complement other than the expected one. Polyploid clones are left to their count.
    fn compare_complements(&mut self) {
        let (expected, basis) = self.expected_complements();
        let side = match basis {
            Basis::Line => Some(DonorSide::Karyotype { text: written(expected.clone()) }),
            _ => self.donor_side(),
        };
        let abnormal_donor =
            basis == Basis::Donor && expected.iter().all(|complement| !complement.is_normal());
        for (complement, seen) in self.diploid_complements() {
            let kind = match (expected.contains(&complement), complement.is_normal(), basis) {
                (true, true, _) => continue,
                (true, false, Basis::Donor) => FindingKind::ConstitutionalAsExpected,
                (true, false, _) => FindingKind::ConstitutionalUnconfirmed,
                (false, true, _) if abnormal_donor => FindingKind::ConstitutionalMissing,
                (false, _, _) => FindingKind::SexChromosomeAbnormality,
            };
            for one in &seen {
                self.covered[one.clone] = true;
            }
            let missing = kind == FindingKind::ConstitutionalMissing;
            let subject = if missing { written(expected.clone()) } else { complement.to_string() };
            let side = side.clone().filter(|_| kind == FindingKind::SexChromosomeAbnormality);
            let fewest = expected.iter().map(|one| one.total()).min().unwrap_or(2);
            let lost = complement.total() < fewest;
            self.find_clonal(kind, subject, side, &seen, lost);
            if let (Some(finding), [one]) = (self.findings.last_mut(), expected.as_slice())
                && kind == FindingKind::SexChromosomeAbnormality
            {
                finding.change = Some(complement.change_since(*one));
            }
        }
    }

    fn compare_abnormalities(&mut self) {
        let covered = self.covered.clone();
        let line = tally(&self.views, |clone| covered[clone]);
        let Some(views) = &self.donor else {
            return self.tell_without_donor(&line);
        };
        let donor = tally(views, |_| false);
        let clones = views.len();
        let of_line: HashSet<&str> = line.iter().map(|one| one.identity.as_str()).collect();
        let mut of_donor: HashMap<&str, &Tally<'_>> =
            donor.iter().map(|one| (one.identity.as_str(), one)).collect();
        let mut otherwise: HashMap<String, &Tally<'_>> = HashMap::new();
        for one in donor.iter().filter(|one| !of_line.contains(one.identity.as_str())) {
            if one.item.kind != AbnormalityKind::Other {
                otherwise.insert(one.item.place(), one);
            }
        }
        for one in &line {
            if let Some(known) = of_donor.remove(one.identity.as_str()) {
                self.tell_known(one, known, clones);
            } else if let Some(like) = otherwise.remove(&one.item.place()) {
                of_donor.remove(like.identity.as_str());
                let text = like.item.text.clone();
                let side = Some(DonorSide::Karyotype { text });
                let (kind, subject) = (FindingKind::DescriptionDiffers, one.item.text.clone());
                self.find_clonal(kind, subject, side, &one.seen(|_| true), one.item.is_loss());
                self.tell_missing(&one.counts, like, clones);
            } else {
                let (marked, unmarked) = (one.seen(|c| c.marked > 0), one.seen(|c| c.unmarked > 0));
                self.tell(FindingKind::ConstitutionalNotInDonor, one, &marked);
                self.tell(FindingKind::Acquired, one, &unmarked);
            }
        }
        for one in donor.iter().filter(|one| of_donor.contains_key(one.identity.as_str())) {
            self.tell_missing(&[], one, clones);
        }
    }

    /// By the custom of ISCN, where anything is marked `c` what bears no mark is acquired.
    fn tell_without_donor(&mut self, line: &[Tally<'a>]) {
        let marks = line.iter().any(|one| one.counts.iter().any(|count| count.marked > 0))
            || self.views.iter().any(|view| view.constitution.is_some());
        let kind = if marks { FindingKind::Acquired } else { FindingKind::OriginUnknown };
        for one in line {
            self.tell(FindingKind::ConstitutionalUnconfirmed, one, &one.seen(|c| c.marked > 0));
            self.tell(kind, one, &one.seen(|c| c.unmarked > 0));
        }
    }

    /// What line and donor both have, and what the line has more often.
    fn tell_known(&mut self, line: &Tally<'a>, donor: &Tally<'a>, donor_clones: usize) {
        let most = donor.counts.iter().map(Count::all).max().unwrap_or(0);
        let expected = line.seen(|_| true);
        self.tell(FindingKind::ConstitutionalAsExpected, line, &expected);
        self.tell(FindingKind::Acquired, line, &line.seen(|count| count.all() > most));
        self.tell_missing(&line.counts, donor, donor_clones);
    }

    /// The clones of the line that have less of it than every clone of the donor.
    fn tell_missing(&mut self, line: &[Count<'a>], donor: &Tally<'a>, donor_clones: usize) {
        // A missing X or Y is told of by the complement.
        if donor.item.is_sex_chromosome() {
            return;
        }
        let everywhere = donor.counts.len() == donor_clones;
        let fewest = donor.counts.iter().map(Count::all).min().filter(|_| everywhere).unwrap_or(0);
        let has: HashMap<usize, u32> = line.iter().map(|one| (one.clone, one.all())).collect();
        let seen: Vec<Seen<'a>> = (0..self.views.len())
            .filter(|clone| has.get(clone).copied().unwrap_or(0) < fewest)
            .map(|clone| Seen { clone, item: None })
            .collect();
        if !seen.is_empty() {
            let (subject, lost) = (donor.item.text.clone(), donor.item.is_gain());
            self.find_clonal(FindingKind::ConstitutionalMissing, subject, None, &seen, lost);
        }
    }

    fn tell(&mut self, kind: FindingKind, one: &Tally<'a>, seen: &[Seen<'a>]) {
        if seen.is_empty() {
            return;
        }
        let item = match kind {
            FindingKind::Acquired => one.unmarked.unwrap_or(one.item),
            _ => one.item,
        };
        self.find_clonal(kind, item.text.clone(), None, seen, item.is_loss());
    }

    fn count_chromosomes(&mut self) {
        for place in 0..self.views.len() {
            let view = &self.views[place];
            if view.explains_its_count() {
                continue;
            }
            let (fewest, most) = (view.clone.fewest, view.clone.most);
            let subject =
                if fewest == most { fewest.to_string() } else { format!("{fewest}~{most}") };
            let seen = [Seen { clone: place, item: None }];
            self.find_clonal(FindingKind::ChromosomeCount, subject, None, &seen, most < 46);
        }
    }

    fn find(
        &mut self,
        kind: FindingKind,
        subject: String,
        donor: Option<DonorSide>,
        seen: &[Seen<'_>],
    ) {
        let cells = self.cells(seen);
        let share = cells.exact.then(|| self.line.share_of(cells.known)).flatten();
        let share = share.filter(|_| !seen.is_empty());
        let clones = seen.iter().map(|one| one.clone).collect();
        self.findings.push(Finding {
            kind,
            subject,
            change: None,
            donor,
            clones,
            clonality: None,
            share,
        });
    }

    fn find_clonal(
        &mut self,
        kind: FindingKind,
        subject: String,
        donor: Option<DonorSide>,
        seen: &[Seen<'_>],
        lost: bool,
    ) {
        self.find(kind, subject, donor, seen);
        let inborn = matches!(
            kind,
            FindingKind::ConstitutionalAsExpected
                | FindingKind::ConstitutionalUnconfirmed
                | FindingKind::ConstitutionalNotInDonor
        );
        let clonality = self.cells(seen).clonality(lost);
        if let Some(finding) = self.findings.last_mut() {
            finding.clonality = (!inborn).then_some(clonality);
        }
    }

    /// The cells that have it. How many of a composite karyotype do is known only where it says so.
    fn cells(&self, seen: &[Seen<'_>]) -> Cells {
        let mut cells = Cells { known: 0, exact: true };
        for one in seen {
            let clone = self.views[one.clone].clone;
            let of_item = one.item.and_then(|item| item.cells);
            let whole = clone.metaphases.filter(|_| one.item.is_none() || !clone.composite);
            match if clone.composite { of_item.or(whole) } else { whole.or(of_item) } {
                Some(known) => cells.known += u64::from(known),
                None => cells.exact = false,
            }
        }
        cells
    }
}

impl Reference {
    fn of_sex(sex: Sex) -> Option<Self> {
        match sex {
            Sex::Female => Some(Self::WithoutY),
            Sex::Male => Some(Self::WithY { most_x: 1 }),
            Sex::Mixed | Sex::Ambiguous => None,
        }
    }

    fn of_donor(complements: &[Complement]) -> Option<Self> {
        let most_x = complements.iter().map(|one| one.x).max()?;
        let with_y = complements.iter().any(|one| one.y > 0);
        Some(if with_y { Self::WithY { most_x } } else { Self::WithoutY })
    }

    /// The clones that cannot come from such a donor. XXY alone is never one: it is an abnormality of its own.
    /// Nor is a lone X, which is left where a Y is lost.
    fn contradicted_by(self, views: &[View<'_>]) -> Vec<usize> {
        let contradicts = |view: &View<'_>| {
            view.complement.is_some_and(|Complement { x, y }| match self {
                Self::WithoutY => y > 0 && y >= x,
                Self::WithY { most_x } => x > most_x.saturating_mul(view.sets().div_ceil(2).max(1)),
            })
        };
        let may_have_y = |view: &View<'_>| {
            view.complement.is_none_or(|complement| complement.y > 0) || view.has_trace_of_y()
        };
        if matches!(self, Self::WithY { .. }) && views.iter().any(may_have_y) {
            return Vec::new();
        }
        let places = views.iter().enumerate().filter(|(_, view)| contradicts(view));
        places.map(|(place, _)| place).collect()
    }
}

fn distinct(complements: Vec<Complement>) -> Vec<Complement> {
    let mut distinct = Vec::new();
    for complement in complements {
        if !distinct.contains(&complement) {
            distinct.push(complement);
        }
    }
    distinct
}

/// Each once, as `X/XY`.
fn written(complements: Vec<Complement>) -> String {
    let texts: Vec<String> = distinct(complements).iter().map(ToString::to_string).collect();
    texts.join("/")
}

/// A clone, and the abnormality in it that is meant, if one is.
struct Seen<'a> {
    clone: usize,
    item: Option<&'a Abnormality>,
}

struct Cells {
    known: u64,
    /// Whether the known ones are all.
    exact: bool,
}

impl Cells {
    fn clonality(&self, lost: bool) -> Clonality {
        let needed = if lost { CELLS_OF_A_CLONE_BY_LOSS } else { CELLS_OF_A_CLONE };
        if self.known >= u64::from(needed) {
            Clonality::Clonal
        } else if self.exact {
            Clonality::NonClonal
        } else {
            Clonality::Unknown
        }
    }
}

/// How often one abnormality is in one clone, with the mark `c` and without.
struct Count<'a> {
    clone: usize,
    item: &'a Abnormality,
    marked: u32,
    unmarked: u32,
}

impl Count<'_> {
    fn all(&self) -> u32 {
        self.marked.saturating_add(self.unmarked)
    }
}

/// One abnormality in all the clones that have it.
struct Tally<'a> {
    identity: String,
    /// The first of them, and the first without `c`.
    item: &'a Abnormality,
    unmarked: Option<&'a Abnormality>,
    counts: Vec<Count<'a>>,
}

impl<'a> Tally<'a> {
    fn seen(&self, wanted: impl Fn(&Count<'a>) -> bool) -> Vec<Seen<'a>> {
        let seen = |count: &Count<'a>| Seen { clone: count.clone, item: Some(count.item) };
        self.counts.iter().filter(|count| wanted(count)).map(seen).collect()
    }
}

/// Counts the abnormalities in the order of the text. Whole X and Y chromosomes are left out of the clones where
/// they are told of already.
fn tally<'a>(views: &[View<'a>], told: impl Fn(usize) -> bool) -> Vec<Tally<'a>> {
    let mut tallies: Vec<Tally<'a>> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for (clone, view) in views.iter().enumerate() {
        let told = told(clone);
        for item in view.items.iter().copied().filter(|item| !(told && item.is_sex_chromosome())) {
            let identity = item.identity();
            let place = *places.entry(identity.clone()).or_insert_with(|| {
                tallies.push(Tally { identity, item, unmarked: None, counts: Vec::new() });
                tallies.len() - 1
            });
            let tally = &mut tallies[place];
            tally.unmarked = tally.unmarked.or(Some(item).filter(|item| !item.constitutional));
            let counts = &mut tally.counts;
            if counts.last().is_none_or(|last| last.clone != clone) {
                counts.push(Count { clone, item, marked: 0, unmarked: 0 });
            }
            if let Some(last) = counts.last_mut() {
                let count = if item.constitutional { &mut last.marked } else { &mut last.unmarked };
                *count = count.saturating_add(item.count());
            }
        }
    }
    tallies
}
