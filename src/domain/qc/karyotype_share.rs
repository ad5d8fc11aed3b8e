//! Which karyotypes of a count are not the donor's, and whether one reaches a share.
//!
//! Without a known karyotype of the donor the expected one is 46,XX or 46,XY, by the donor's sex where that is
//! known and never both at once.

use rust_decimal::Decimal;

use super::{
    number::Number,
    reason::Reason,
    subject::DonorFindings,
    value::{Counted, Examined},
    verdict::Judgement,
};
use crate::domain::{
    donor::Sex,
    karyotype::{Abnormality, Karyotype, KaryotypeClone, SexChromosomes},
};

/// What a clone has, whatever it was counted in and whether or not it is marked as constitutional.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Complement {
    /// The X and Y; `None` where the laboratory does not state them.
    sex: Option<(u32, u32)>,
    chromosomes: u16,
    abnormalities: Vec<Abnormality>,
}

impl Complement {
    const FEMALE: Self = Self::normal(2, 0);
    const MALE: Self = Self::normal(1, 1);

    const fn normal(x: u32, y: u32) -> Self {
        Self { sex: Some((x, y)), chromosomes: 46, abnormalities: Vec::new() }
    }

    /// `None` for a clone that is none of one individual's sound cells, however it reads.
    fn of(clone: &KaryotypeClone) -> Option<Self> {
        let sex = match clone.sex {
            SexChromosomes::Stated { x, y, .. } => Some((x, y)),
            SexChromosomes::Uncertain { .. } | SexChromosomes::Undisclosed => None,
            // What an earlier clone has and more is no clone of the donor's.
            SexChromosomes::SameAs { .. } => return None,
        };
        let is_open = clone.composite
            || clone.other_individual
            || clone.fewest != clone.most
            || clone.ploidy.as_ref().is_some_and(|ploidy| ploidy != "2n")
            || clone.abnormalities.iter().any(|one| one.uncertain);
        // Laboratories write them in different orders.
        let mut abnormalities: Vec<&Abnormality> = clone.abnormalities.iter().collect();
        abnormalities.sort_by_key(|one| one.text.trim_end_matches('c'));
        let abnormalities = abnormalities.into_iter().map(|one| Abnormality {
            text: String::new(),
            inheritance: None,
            constitutional: false,
            ..one.clone()
        });
        let (chromosomes, abnormalities) = (clone.fewest, abnormalities.collect());
        (!is_open).then_some(Self { sex, chromosomes, abnormalities })
    }
}

/// The karyotypes that the donor's cells may have.
fn expected(karyotype: &Karyotype, donor: &DonorFindings) -> Result<Vec<Complement>, Reason> {
    if let Some(text) = &donor.karyotype {
        let clones = Karyotype::parse(text).map(|karyotype| karyotype.clones).unwrap_or_default();
        let expected: Vec<_> = clones.iter().filter_map(Complement::of).collect();
        let is_stated = !expected.is_empty() && expected.iter().all(|one| one.sex.is_some());
        return if is_stated { Ok(expected) } else { Err(Reason::DonorKaryotypeUnreadable) };
    }
    Ok(match donor.sex {
        Some(Sex::Female) => vec![Complement::FEMALE],
        Some(Sex::Male) => vec![Complement::MALE],
        Some(Sex::Mixed | Sex::Ambiguous) | None => {
            let seen = |normal: Complement| -> u64 {
                let clones = karyotype.clones.iter();
                let clones = clones.filter(|clone| Complement::of(clone).as_ref() == Some(&normal));
                clones.map(|clone| clone.metaphases.map_or(1, u64::from)).sum()
            };
            // Cells of both sexes are a mixture, and the fewer are the others.
            let is_female = seen(Complement::FEMALE) >= seen(Complement::MALE);
            vec![if is_female { Complement::FEMALE } else { Complement::MALE }]
        }
    })
}

/// Whose a clone is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Origin {
    Donor,
    /// It may be the donor's, if its sex chromosomes are.
    Unclear,
    Other,
}

/// Whose each clone is.
fn origins(karyotype: &Karyotype, donor: &DonorFindings) -> Result<Vec<Origin>, Reason> {
    let expected = expected(karyotype, donor)?;
    let origin = |clone: &KaryotypeClone| match Complement::of(clone) {
        Some(found) if expected.contains(&found) => Origin::Donor,
        Some(found) if found.sex.is_none() => {
            let is_alike = |one: &Complement| Complement { sex: None, ..one.clone() } == found;
            if expected.iter().any(is_alike) { Origin::Unclear } else { Origin::Other }
        }
        _ => Origin::Other,
    };
    Ok(karyotype.clones.iter().map(origin).collect())
}

/// Whether a karyotype other than the donor's was seen at all.
pub(super) fn has_other(karyotype: &Karyotype, donor: &DonorFindings) -> Result<bool, Reason> {
    let origins = origins(karyotype, donor)?;
    match origins.contains(&Origin::Other) {
        false if origins.contains(&Origin::Unclear) => Err(Reason::SexChromosomesNotStated),
        has_other => Ok(has_other),
    }
}

/// Whether every karyotype but the donor's is below a share of at least `needed` metaphases.
pub(super) fn judge(
    karyotype: &Karyotype,
    examined: Option<Examined>,
    donor: &DonorFindings,
    needed: u32,
    below_percent: Number,
) -> Judgement {
    let origins = match origins(karyotype, donor) {
        Ok(origins) => origins,
        Err(reason) => return Judgement::indeterminate(reason),
    };
    let examined = examined.filter(|examined| examined.of == Counted::Metaphases);
    let examined = examined.map(|examined| u64::from(examined.count));
    let Some(cells) = counts(karyotype, examined) else {
        return Judgement::indeterminate(Reason::MetaphasesNotStated);
    };
    let counted: u64 = cells.iter().sum();
    // Metaphases that no clone accounts for may be the donor's, which makes the shares smaller.
    let total = examined.map_or(counted, |examined| examined.max(counted));
    let of_others = cells.iter().zip(&origins).filter(|(_, origin)| **origin == Origin::Other);
    let of_others: Vec<u64> = of_others.map(|(cells, _)| *cells).collect();
    let reaches = |cells: u64| cells > 0 && share_reaches(cells, total, below_percent);
    if of_others.iter().any(|cells| reaches(*cells)) {
        return Judgement::fail(Reason::FailsRequirement);
    }
    if reaches(of_others.iter().sum()) {
        return Judgement::hold(Reason::OtherKaryotypesTogether);
    }
    if origins.contains(&Origin::Unclear) {
        return Judgement::indeterminate(Reason::SexChromosomesNotStated);
    }
    if counted == 0 || examined.is_some_and(|examined| examined != counted) {
        return Judgement::indeterminate(Reason::MetaphasesNotStated);
    }
    if total < u64::from(needed) {
        let found = u32::try_from(total).unwrap_or(u32::MAX);
        let reason = Reason::TooFewExamined { found, needed, of: Counted::Metaphases };
        return Judgement::indeterminate(reason);
    }
    Judgement::pass()
}

/// The metaphases of each clone. Where a single clone has none in brackets, all that were examined are its own.
fn counts(karyotype: &Karyotype, examined: Option<u64>) -> Option<Vec<u64>> {
    if let [KaryotypeClone { metaphases: None, .. }] = karyotype.clones.as_slice() {
        return Some(vec![examined?]);
    }
    karyotype.clones.iter().map(|clone| clone.metaphases.map(u64::from)).collect()
}

/// Whether 100 · cells / total ≥ percent, without dividing.
fn share_reaches(cells: u64, total: u64, percent: Number) -> bool {
    let (cells, total) = (Decimal::from(cells), Decimal::from(total));
    cells * Decimal::ONE_HUNDRED >= percent.decimal() * total
}
