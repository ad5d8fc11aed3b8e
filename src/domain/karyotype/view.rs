//! A clone as a whole: with all that `idem`, `sl` and `sdl` stand for, and its sex chromosomes counted.

use std::fmt;

use super::{
    Abnormality, AbnormalityKind, Karyotype, KaryotypeClone, Normality, SexChromosomes, Sign,
};

/// The X and Y chromosomes of a cell, abnormal ones among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Complement {
    pub(super) x: u32,
    pub(super) y: u32,
}

impl Complement {
    pub(super) const FEMALE: Self = Self { x: 2, y: 0 };
    pub(super) const MALE: Self = Self { x: 1, y: 1 };

    pub(super) fn is_normal(self) -> bool {
        self == Self::FEMALE || self == Self::MALE
    }

    pub(super) fn total(self) -> u32 {
        self.x.saturating_add(self.y)
    }

    /// What one has gained and lost since another: `-Y`, `+X,-Y`.
    pub(super) fn change_since(self, other: Self) -> String {
        let change = |letter: &str, now: u32, then: u32| {
            let sign = if now < then { "-" } else { "+" };
            let text = match now.abs_diff(then) {
                1 => format!("{sign}{letter}"),
                many => format!("{sign}{letter}x{many}"),
            };
            (now != then).then_some(text)
        };
        let (x, y) = (change("X", self.x, other.x), change("Y", self.y, other.y));
        x.into_iter().chain(y).collect::<Vec<_>>().join(",")
    }

    /// Adds the X and Y of an abnormality, as often as it is there.
    fn add(&mut self, one: &Abnormality) {
        let (x, y) = one.of_x_and_y();
        self.x = self.x.saturating_add(x.saturating_mul(one.count()));
        self.y = self.y.saturating_add(y.saturating_mul(one.count()));
    }

    fn subtract(&mut self, one: &Abnormality) {
        let (x, y) = one.of_x_and_y();
        self.x = self.x.saturating_sub(x.saturating_mul(one.count()));
        self.y = self.y.saturating_sub(y.saturating_mul(one.count()));
    }
}

impl fmt::Display for Complement {
    /// As ISCN writes them; many are counted, `Xx12`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (letter, count) in [("X", self.x), ("Y", self.y)] {
            match count {
                0..=5 => f.write_str(&letter.repeat(count as usize))?,
                _ => write!(f, "{letter}x{count}")?,
            }
        }
        if self.total() == 0 { f.write_str("-") } else { Ok(()) }
    }
}

#[derive(Debug, Clone)]
pub(super) struct View<'a> {
    pub(super) clone: &'a KaryotypeClone,
    /// Those of the clones it stands on first.
    pub(super) items: Vec<&'a Abnormality>,
    /// `None` where the text does not say.
    pub(super) complement: Option<Complement>,
    /// What is marked `c`, as in `XXYc`, before anything was gained or lost.
    pub(super) constitution: Option<Complement>,
}

impl<'a> View<'a> {
    pub(super) fn all(karyotype: &'a Karyotype) -> Vec<Self> {
        let mut views: Vec<Self> = Vec::new();
        for clone in &karyotype.clones {
            // Only a clone before can be meant.
            let earlier = match clone.sex {
                SexChromosomes::SameAs { clone } => views.get(clone).cloned(),
                _ => None,
            };
            views.push(match earlier {
                Some(view) => view.descend(clone),
                None => Self::of_root(clone),
            });
        }
        views
    }

    fn of_root(clone: &'a KaryotypeClone) -> Self {
        let items: Vec<&Abnormality> = clone.abnormalities.iter().collect();
        let SexChromosomes::Stated { x, y, constitutional } = clone.sex else {
            return Self { clone, items, complement: None, constitution: None };
        };
        let stated = Complement { x, y };
        let mut complement = stated;
        for item in &items {
            if item.is_gain() || item.is_loss() {
                // What is not in every cell of a composite karyotype changes no complement. Without `c` the
                // letters are what is left after a loss: 45,X,-Y.
                match (clone.composite, item.is_gain()) {
                    (false, true) => complement.add(item),
                    (false, false) if constitutional => complement.subtract(item),
                    _ => {}
                }
            } else if complement.total() < sets(clone) {
                // An abnormal X or Y stands in the place of a normal one: 46,X,i(X)(q10).
                complement.add(item);
            }
        }
        let constitution = constitutional.then_some(stated);
        Self { clone, items, complement: Some(complement), constitution }
    }

    /// The view of a clone that has all this one has and more.
    fn descend(mut self, clone: &'a KaryotypeClone) -> Self {
        self.clone = clone;
        for item in &clone.abnormalities {
            if let Some(complement) = self.complement.as_mut().filter(|_| !clone.composite) {
                if item.is_loss() {
                    complement.subtract(item);
                } else if item.is_gain() {
                    complement.add(item);
                }
            }
            match self.items.iter().rposition(|inherited| item.undoes(inherited)) {
                Some(undone) => {
                    self.items.remove(undone);
                }
                None => self.items.push(item),
            }
        }
        self
    }

    /// Whether its text speaks of a Y that is lost or part of another chromosome.
    pub(super) fn has_trace_of_y(&self) -> bool {
        self.items.iter().any(|item| item.of_x_and_y().1 > 0 || item.detail.contains('Y'))
    }

    pub(super) fn sets(&self) -> u32 {
        sets(self.clone)
    }

    pub(super) fn normality(&self) -> Normality {
        let constitutional = self.items.iter().all(|item| item.constitutional);
        if !constitutional || !self.explains_its_count() {
            return Normality::Abnormal;
        }
        let alone = self.items.is_empty();
        match self.complement {
            None if !alone => Normality::Constitutional,
            None if (self.clone.fewest, self.clone.most) == (46, 46) => Normality::Unknown,
            Some(complement) if complement.is_normal() && alone => Normality::Normal,
            Some(complement) if complement.is_normal() || self.constitution.is_some() => {
                Normality::Constitutional
            }
            None | Some(_) => Normality::Abnormal,
        }
    }

    /// Whether the chromosome count is 46 with what the text adds and takes away. True as well where the text
    /// leaves that open: in composite karyotypes, ranges and where an abnormality cannot be read.
    pub(super) fn explains_its_count(&self) -> bool {
        let KaryotypeClone { fewest, most, composite, .. } = *self.clone;
        if self.sets() != 2 {
            return false;
        }
        if !self.items.is_empty() && (composite || fewest != most) {
            return true;
        }
        // Where they are not stated there should be two.
        let sex = self.complement.map_or(2, Complement::total);
        let mut count = 44 + i64::from(sex);
        for item in &self.items {
            let Some(change) = change_of_count(item) else {
                return true;
            };
            count = count.saturating_add(change);
        }
        count == i64::from(fewest) && fewest == most
    }
}

/// How many chromosomes an abnormality adds to the autosomes and the sex complement. `None` where its text
/// leaves that open.
fn change_of_count(item: &Abnormality) -> Option<i64> {
    use AbnormalityKind as Kind;

    let copies = item.copies.is_none_or(|copies| copies.fewest == copies.most);
    let number = i64::from(item.count());
    // An X or Y is in the complement already.
    let autosomal = item.of_x_and_y() == (0, 0);
    match (item.kind, item.sign) {
        (Kind::Other, _) => None,
        (Kind::DoubleMinute | Kind::HomogeneouslyStaining | Kind::FragileSite, _) => Some(0),
        (Kind::Gain, _) | (_, Some(Sign::Gain)) if copies => {
            Some(if autosomal { number } else { 0 })
        }
        (Kind::Loss, _) | (_, Some(Sign::Loss)) if copies => {
            Some(if autosomal { -number } else { 0 })
        }
        (Kind::Marker | Kind::Ring, None) if item.chromosomes.is_empty() => None,
        // One chromosome in the place of several.
        (Kind::Derivative | Kind::Dicentric | Kind::Robertsonian, None) => {
            let joined = i64::try_from(item.chromosomes.len()).ok()?;
            copies.then_some((1 - joined) * number)
        }
        (_, None) => Some(0),
        _ => None,
    }
}

/// The sets of chromosomes: as stated, or those of the nearest multiple of 23, where ISCN draws the lines.
fn sets(clone: &KaryotypeClone) -> u32 {
    let stated = clone.ploidy.as_deref().and_then(|ploidy| {
        ploidy.trim_end_matches(['+', '-', '±']).strip_suffix('n')?.parse::<u8>().ok()
    });
    let middle = u32::midpoint(clone.fewest.into(), clone.most.into());
    stated.map_or((middle + 11) / 23, u32::from)
}
