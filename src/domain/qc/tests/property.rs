//! What must hold whatever comes in.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

fn dates() -> impl Strategy<Value = Option<NaiveDate>> {
    prop::option::weighted(
        0.9,
        (1_u32..29).prop_map(|march| NaiveDate::from_ymd_opt(2026, 3, march).unwrap()),
    )
}

/// Any result of endotoxin, mycoplasma, residual vector or karyotype, of the lot or a relative.
fn any_result() -> impl Strategy<Value = QcResult> {
    let tests = prop::sample::select(vec![
        (
            TestCode::Endotoxin,
            vec!["1 EU/mL", "6 EU/mL", "<10 EU/mL", "not detected", "1 IU/mL", "?"],
        ),
        (TestCode::Mycoplasma, vec!["positive", "negative", "not detected", "?"]),
        (
            TestCode::ResidualVector,
            vec![
                "5 copies/cell",
                "0.2 copies/cell",
                "0.01 copies/cell",
                "not detected",
                "detected",
            ],
        ),
        (TestCode::Karyotype, vec!["46,XX[20]", "47,XX,+8[1]/46,XX[19]", "46,XX", "abnormal", "?"]),
    ]);
    let value = tests.prop_flat_map(|(test, values)| (Just(test), prop::sample::select(values)));
    let laboratory = prop::option::weighted(0.3, prop::sample::select(LaboratoryVerdict::ALL));
    let material = prop::sample::select(vec![
        ("lot", Level::Master),
        ("lot", Level::Working),
        ("line", Level::Line),
        ("other", Level::Master),
    ]);
    let method =
        prop::option::of(prop::sample::select(vec!["qPCR", "culture", "G-banding", "unheard of"]));
    (value, laboratory, dates(), material, method, prop::option::of(0_u32..25), any::<u32>())
        .prop_map(|((test, value), laboratory, sampled, (subject, level), method, passage, key)| {
            let mut one = of(subject, level, result(&format!("k{key}"), test, value, 1));
            one.laboratory_verdict = laboratory;
            one.sampling_date = sampled;
            one.passage = passage;
            one.method = method.map(MethodUsed::read);
            one
        })
}

fn any_results() -> impl Strategy<Value = Vec<QcResult>> {
    prop::collection::vec(any_result(), 0..8).prop_map(|mut results| {
        let mut keys = BTreeSet::new();
        results.retain(|result| keys.insert(result.key.clone()));
        results
    })
}

/// One criterion each of endotoxin, mycoplasma, residual vector and karyotype.
fn mixed() -> QcStandard {
    let inherits = json!({ "inherited_from": ["line"], "validity": { "passages": 10 } });
    let share = json!({ "karyotype_share": { "metaphases": 20, "below_percent": "5" } });
    let mut falling = falling();
    falling.criteria[0].inherited_from = vec![Level::Line];
    let mut standard = endotoxin();
    standard.criteria.extend(mycoplasma().criteria);
    standard.criteria.extend(falling.criteria);
    standard.criteria.extend(standard_of("karyotype", &share, &inherits).criteria);
    standard
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn the_order_of_results_plays_no_part(results in any_results(), seed in any::<prop::sample::Index>()) {
        let conformity = assess(&mixed(), &lot(), &results, &[], day(TODAY));
        let mut turned = results.clone();
        turned.reverse();
        if !turned.is_empty() {
            let at = seed.index(turned.len());
            turned.rotate_left(at);
        }
        prop_assert_eq!(assess(&mixed(), &lot(), &turned, &[], day(TODAY)), conformity);
    }

    #[test]
    fn no_result_more_turns_a_fail_into_anything_else(results in any_results(), more in any_result()) {
        let before = assess(&mixed(), &lot(), &results, &[], day(TODAY));
        let mut grown = results;
        grown.push(more);
        let after = assess(&mixed(), &lot(), &grown, &[], day(TODAY));
        for (before, after) in before.criteria.iter().zip(&after.criteria) {
            if before.verdict == Verdict::Fail {
                prop_assert_eq!(after.verdict, Verdict::Fail);
            }
        }
        if before.overall == Verdict::Fail {
            prop_assert_eq!(after.overall, Verdict::Fail);
        }
    }

    #[test]
    fn a_laboratorys_fail_on_the_lot_never_passes(results in any_results(), failed in any_result()) {
        let failed = of("lot", Level::Master, found(LaboratoryVerdict::Fail, failed));
        let mut results = results;
        results.push(failed.clone());
        let conformity = assess(&mixed(), &lot(), &results, &[], day(TODAY));
        let verdict = conformity.criteria.iter().find(|one| one.test == failed.test).unwrap().verdict;
        prop_assert_eq!(verdict, Verdict::Fail);
    }

    #[test]
    fn a_pass_rests_on_dated_results_that_count(results in any_results()) {
        let conformity = assess(&mixed(), &lot(), &results, &[], day(TODAY));
        for one in conformity.criteria.iter().filter(|one| one.verdict == Verdict::Pass) {
            prop_assert!(!one.results.is_empty());
            for key in &one.results {
                let result = results.iter().find(|result| result.key == *key).unwrap();
                prop_assert!(result.sampling_date.is_some());
                prop_assert_ne!(result.laboratory_verdict, Some(LaboratoryVerdict::Fail));
                let inherits = matches!(one.test, TestCode::Karyotype | TestCode::ResidualVector);
                prop_assert!(result.material.level != Level::Line || inherits);
                prop_assert_ne!(result.material.subject.as_str(), "other");
            }
        }
    }

    #[test]
    fn results_of_strangers_change_nothing(results in any_results(), more in any_result()) {
        let before = assess(&mixed(), &lot(), &results, &[], day(TODAY));
        let mut grown = results;
        grown.push(of("other", Level::Master, more));
        let after = assess(&mixed(), &lot(), &grown, &[], day(TODAY));
        for (before, after) in before.criteria.iter().zip(&after.criteria) {
            prop_assert_eq!(before.verdict, after.verdict);
        }
    }
}
