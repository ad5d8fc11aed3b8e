//! What in the facts of a unit does not read as it should, or contradicts itself. It is kept as it stands.

use super::{bmdw::field::Quantity, code::Purpose, count, facts::UnitFacts};
use crate::domain::record::{Flag, id_problems};

pub(super) fn of(unit: &UnitFacts) -> Vec<Flag> {
    let contradicted = Purpose::ALL.iter().filter(|p| unit.consent(**p, None).contradicted);
    let contradicted = contradicted.map(|purpose| {
        let problem =
            "the answers contradict each other, so that there is none: correct one of them";
        Flag::new("purposes", purpose.code(), problem)
    });
    let counts = [("collected.tnc", &unit.collected), ("frozen.tnc", &unit.frozen)];
    let small = counts.into_iter().filter_map(|(field, counts)| small(field, counts.tnc?));
    id_problems(&unit.external_ids).into_iter().chain(contradicted).chain(small).collect()
}

/// Tells of a count below what banks list: of a small unit, as those for research may be, or one that was written in
/// another power of ten.
fn small(field: &str, tnc: u64) -> Option<Flag> {
    let listed = Quantity::Tnc.least_usual();
    let meant = (1..19).filter_map(|power| tnc.checked_mul(10_u64.pow(power)));
    let mut meant = meant.filter(|meant| (listed..=Quantity::Tnc.most()).contains(meant));
    let question = match (meant.next(), meant.next()) {
        (Some(only), None) => format!("; or did you mean `{}`?", count::scientific(only)),
        _ => String::new(),
    };
    let least = count::scientific(listed);
    let problem = format!("fewer cells than the {least} that banks list at least{question}");
    (1..listed).contains(&tnc).then(|| Flag::new(field, &count::scientific(tnc), problem))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{cord_blood::facts::CellCounts, record::Facts};

    #[test]
    fn a_small_count_is_kept_and_told_of() {
        let told = |tnc: u64| {
            let counts = CellCounts { tnc: Some(tnc), ..CellCounts::default() };
            let unit = UnitFacts { frozen: counts, ..UnitFacts::default() };
            unit.problems().into_iter().map(|flag| (flag.text, flag.problem)).next()
        };
        let problem =
            "fewer cells than the 3E8 that banks list at least; or did you mean `1.32E9`?";
        assert_eq!(told(132_000_000), Some(("1.32E8".to_owned(), problem.to_owned())));
        // 4.5E8 or 4.5E9 could be meant, and neither is told.
        let (_, problem) = told(45_000_000).unwrap();
        assert!(problem.ends_with("at least"), "{problem}");
        assert_eq!((told(300_000_000), told(0)), (None, None));
    }
}
