use proptest::prelude::*;

use super::*;
use crate::domain::cord_blood::{
    code::{InputStatus, StatusReason},
    facts::Status,
};

fn day(count: i64) -> NaiveDate {
    NaiveDate::from_ymd_opt(2020, 1, 1).unwrap() + chrono::Duration::days(count)
}

fn step(transition: Transition, origin: Origin, date: NaiveDate) -> Step {
    Step { date, transition, origin, by: None, comment: None }
}

/// A history after steps of which every one is accepted, a day apart.
fn after(steps: &[(Transition, Origin)]) -> History {
    let mut history = History::collected(day(0));
    for (at, (transition, origin)) in (1..).zip(steps) {
        history.apply(step(*transition, *origin, day(at))).unwrap();
    }
    history
}

const STORED: [(Transition, Origin); 3] = [
    (Transition::Receive, Origin::Curator),
    (Transition::Process, Origin::Curator),
    (Transition::Store, Origin::Curator),
];

fn stored_and(steps: &[(Transition, Origin)]) -> History {
    after(&[&STORED, steps].concat())
}

const LIST: (Transition, Origin) = (Transition::List, Origin::Curator);
const RESERVE: (Transition, Origin) = (Transition::Reserve, Origin::Import);
const CONSENT: (Transition, Origin) =
    (Transition::RecordResearchConsent { answer: Answer::Yes }, Origin::Curator);
const RELEASE: Transition =
    Transition::Release { purpose: ResearchUse::IpsDerivation, departure: Departure::Consumed };

fn refusal(mut history: History, transition: Transition, origin: Origin) -> String {
    let before = history.clone();
    let problem = history.apply(step(transition, origin, day(99))).unwrap_err().to_string();
    assert_eq!(history, before, "a refused step changes nothing");
    problem
}

#[test]
fn shipment_for_transplant_requires_a_reservation() {
    assert_eq!(
        refusal(stored_and(&[LIST]), Transition::ShipForTransplant, Origin::Curator),
        "the unit is listed and shipment for transplantation requires that it is reserved"
    );
    let mut reserved = stored_and(&[LIST, RESERVE]);
    let effects =
        reserved.apply(step(Transition::ShipForTransplant, Origin::Curator, day(9))).unwrap();
    let delisted = Transplant::Delisted { reason: DelistReason::Distributed };
    let expected = [Effect::Transplant(delisted), Effect::Custody(Custody::Shipped)];
    assert_eq!(effects, expected);
}

#[test]
fn release_requires_consent_that_was_given() {
    for answer in [Answer::Unknown, Answer::No] {
        let record = (Transition::RecordResearchConsent { answer }, Origin::Curator);
        let problem = refusal(stored_and(&[CONSENT, record]), RELEASE, Origin::Curator);
        let found = format!("consent for research is {} and a release requires yes", answer.code());
        assert!(problem.starts_with(&found), "{problem}");
    }
}

#[test]
fn release_takes_a_listed_unit_off_the_list_in_the_same_step() {
    let mut listed = stored_and(&[LIST, CONSENT]);
    let effects = listed.apply(step(RELEASE, Origin::Curator, day(9))).unwrap();
    let delisted = Transplant::Delisted { reason: DelistReason::ReleasedForResearch };
    let expected = [Effect::Transplant(delisted), Effect::Custody(Custody::Consumed)];
    assert_eq!(effects, expected);
    assert_eq!(listed.standing().transplant, Some(delisted));
}

#[test]
fn a_reserved_unit_is_neither_released_nor_discarded() {
    for transition in [RELEASE, Transition::Dispose] {
        let problem = refusal(stored_and(&[LIST, CONSENT, RESERVE]), transition, Origin::Curator);
        assert!(problem.starts_with("the unit is reserved and"), "{problem}");
        assert!(problem.ends_with("end the reservation or delist it first"), "{problem}");
    }
}

#[test]
fn reservations_come_by_import_only() {
    let problem = refusal(stored_and(&[LIST]), Transition::Reserve, Origin::Curator);
    assert!(problem.starts_with("a reservation comes by import only"), "{problem}");
    let problem =
        refusal(stored_and(&[LIST, RESERVE]), Transition::EndReservation, Origin::Curator);
    assert!(problem.contains("by import only"), "{problem}");
}

#[test]
fn expired_for_transplant_and_never_eligible_are_no_end_for_research() {
    let expired = (Transition::Delist { reason: DelistReason::Expired }, Origin::Curator);
    let never = (Transition::DeclareNeverEligible, Origin::Curator);
    for steps in [&[LIST, expired, CONSENT][..], &[never, CONSENT]] {
        let history = stored_and(steps);
        for origin in [Origin::Curator, Origin::Import] {
            let problem = refusal(history.clone(), Transition::List, origin);
            assert!(problem.contains("listing requires"), "{problem}");
        }
        let before = history.standing().transplant;
        let mut released = history;
        let effects = released.apply(step(RELEASE, Origin::Curator, day(99))).unwrap();
        assert_eq!(effects, [Effect::Custody(Custody::Consumed)]);
        assert_eq!(released.standing().transplant, before);
    }
}

#[test]
fn a_unit_that_a_file_left_out_is_listed_again_by_a_file() {
    let absent = (Transition::Delist { reason: DelistReason::NotInInventory }, Origin::Import);
    let gone = stored_and(&[LIST, absent]);
    refusal(gone.clone(), Transition::List, Origin::Curator);
    let mut back = gone;
    back.apply(step(Transition::List, Origin::Import, day(99))).unwrap();
    assert_eq!(back.standing().transplant, Some(Transplant::Listed));
    let by_hand = Transition::Delist { reason: DelistReason::NotInInventory };
    refusal(stored_and(&[LIST]), by_hand, Origin::Curator);
}

#[test]
fn a_reserved_unit_that_a_file_left_out_waits_for_its_patient() {
    let absent = (Transition::Delist { reason: DelistReason::NotInInventory }, Origin::Import);
    let gone = stored_and(&[LIST, CONSENT, RESERVE, absent]);
    for transition in [RELEASE, Transition::Dispose] {
        let problem = refusal(gone.clone(), transition, Origin::Curator);
        assert!(problem.contains("not reserved, as it was when its bank left it out"), "{problem}");
    }
    for end in [
        (Transition::List, Origin::Import),
        (Transition::Delist { reason: DelistReason::Other }, Origin::Curator),
    ] {
        let mut free = gone.clone();
        free.apply(step(end.0, end.1, day(90))).unwrap();
        free.apply(step(RELEASE, Origin::Curator, day(99))).unwrap();
    }
    let mut listed = stored_and(&[LIST, CONSENT, absent]);
    listed.apply(step(RELEASE, Origin::Curator, day(99))).unwrap();
}

#[test]
fn only_stored_units_are_listed() {
    let problem = refusal(after(&STORED[..2]), Transition::List, Origin::Curator);
    assert_eq!(
        problem,
        "custody is processed and a unit that is listed or reserved has to be stored"
    );
    let reserved = |custody| Standing {
        custody: Some(custody),
        transplant: Some(Transplant::Reserved),
        research_consent: Answer::Unknown,
    };
    assert!(History::from(day(0), reserved(Custody::Shipped)).seen(None).is_err());
    assert!(History::from(day(0), reserved(Custody::Stored)).seen(None).is_ok());
}

#[test]
fn custody_and_dates_go_one_way_and_say_so() {
    assert_eq!(
        refusal(after(&STORED[..1]), Transition::Store, Origin::Curator),
        "custody is received, from where the unit cannot become stored: that requires processed"
    );
    let mut history = after(&STORED);
    let problem = history.apply(step(Transition::List, Origin::Curator, day(2))).unwrap_err();
    assert_eq!(problem, TransitionProblem::DateOrder { found: day(2), last: day(3) });
    assert!(history.apply(step(Transition::List, Origin::Curator, day(3))).is_ok(), "the same day");
}

#[test]
fn delisting_for_research_is_what_a_release_does() {
    let delist = Transition::Delist { reason: DelistReason::ReleasedForResearch };
    let problem = refusal(stored_and(&[LIST, CONSENT]), delist, Origin::Curator);
    assert!(problem.ends_with("released, which delists it"), "{problem}");
}

fn status(input: InputStatus, reason: Option<StatusReason>) -> Standing {
    Status { input: Some(input), reason, ..Status::default() }.standing().unwrap()
}

#[test]
fn an_inventory_finds_its_way_from_every_state_that_is_not_final() {
    let absent = (Transition::Delist { reason: DelistReason::NotInInventory }, Origin::Import);
    let starts = [&[][..], &[LIST], &[LIST, RESERVE], &[LIST, absent]].map(stored_and);
    let told = [
        (InputStatus::Available, None),
        (InputStatus::Unavailable, Some(StatusReason::Quarantined)),
        (InputStatus::Reserved, None),
        (InputStatus::Unavailable, Some(StatusReason::Expired)),
        (InputStatus::Unavailable, Some(StatusReason::Distributed)),
        (InputStatus::Unavailable, Some(StatusReason::Destroyed)),
        (InputStatus::Deleted, Some(StatusReason::Medical)),
    ];
    for (input, reason) in told {
        let to = status(input, reason);
        for start in &starts {
            let mut history = start.clone();
            history.observe(day(50), to, Some("6939")).unwrap();
            assert_eq!(history.standing().transplant, to.transplant, "{start:?} to {to}");
            assert!(to.custody.is_none() || history.standing().custody == to.custody, "{to}");
            let before = history.clone();
            history.observe(day(60), to, Some("6939")).unwrap();
            assert_eq!(history, before, "the same again is no step");
            assert!(start.is_extended_by(&history) && history.seen(None).is_ok());
        }
    }
}

#[test]
fn an_inventory_brings_back_nothing_that_has_ended() {
    let never = stored_and(&[(Transition::DeclareNeverEligible, Origin::Curator)]);
    let expired = (Transition::Delist { reason: DelistReason::Expired }, Origin::Curator);
    for start in [never, stored_and(&[LIST, expired])] {
        let mut history = start.clone();
        let listed = status(InputStatus::Available, None);
        let problem = history.observe(day(50), listed, None).unwrap_err().to_string();
        assert!(problem.contains("listing requires"), "{problem}");
        assert_eq!(history, start);
    }
}

#[test]
fn most_units_are_never_listed_and_may_still_become_a_line() {
    let reject = (Transition::Reject, Origin::Curator);
    let mut history = after(&[STORED[0], reject, CONSENT]);
    let effects = history.apply(step(RELEASE, Origin::Curator, day(9))).unwrap();
    assert_eq!(effects, [Effect::Custody(Custody::Consumed)]);
    assert!(!refusal(after(&[STORED[0], reject]), Transition::List, Origin::Curator).is_empty());
}

#[test]
fn what_is_unknown_lets_nothing_pass() {
    let yes = Standing { research_consent: Answer::Yes, ..Standing::UNKNOWN };
    let problem = refusal(History::from(day(0), yes), RELEASE, Origin::Curator);
    assert!(problem.starts_with("the unit is of unknown listing and a release"), "{problem}");
    let pending = Standing { transplant: Some(Transplant::PendingSurvey), ..yes };
    let problem = refusal(History::from(day(0), pending), RELEASE, Origin::Curator);
    assert!(problem.starts_with("custody is unknown, from where"), "{problem}");
    refusal(History::from(day(0), Standing::UNKNOWN), Transition::Receive, Origin::Curator);
}

#[test]
fn a_history_that_breaks_an_axis_names_the_step_and_the_state_it_met() {
    let mut history = stored_and(&[LIST, CONSENT]);
    history.steps.remove(3);
    history.steps.push(step(Transition::Suspend, Origin::Curator, day(9)));
    assert_eq!(
        history.seen(None).unwrap_err().to_string(),
        "step 5, `suspend` of 2020-01-10, meets custody stored, pending survey, consent for research yes: the unit is \
         pending survey and holding back requires that it is listed"
    );
    assert_eq!(history.standing(), Standing::UNKNOWN);
    assert_eq!(history.standing_on(day(8)).unwrap().custody, Some(Custody::Stored));
    let listed = Standing { transplant: Some(Transplant::Listed), ..Standing::UNKNOWN };
    assert!(History::from(day(0), listed).seen(None).is_err(), "custody has to be known");
}

#[test]
fn the_past_is_told_by_day() {
    let history = stored_and(&[LIST]);
    assert_eq!(history.standing_on(day(-1)), None);
    assert_eq!(history.standing_on(day(0)), Some(history.opening));
    assert_eq!(history.standing_on(day(2)).unwrap().custody, Some(Custody::Processed));
    assert_eq!(history.standing_on(day(99)), Some(history.standing()));
}

#[test]
fn histories_survive_json() {
    let history = stored_and(&[LIST, CONSENT, RESERVE]);
    let json = serde_json::to_string(&history).unwrap();
    assert_eq!(serde_json::from_str::<History>(&json).unwrap(), history);
}

fn any_transition() -> impl Strategy<Value = Transition> {
    let fixed = prop::sample::select(vec![
        Transition::Receive,
        Transition::Reject,
        Transition::Process,
        Transition::Store,
        Transition::List,
        Transition::Suspend,
        Transition::Reserve,
        Transition::EndReservation,
        Transition::DeclareNeverEligible,
        Transition::ShipForTransplant,
        Transition::Dispose,
    ]);
    let reason = prop::sample::select(DelistReason::ALL);
    let answer = prop::sample::select(Answer::ALL);
    let purpose = prop::sample::select(vec![ResearchUse::Research, ResearchUse::IpsDerivation]);
    let departure = prop::sample::select(vec![Departure::Shipped, Departure::Consumed]);
    prop_oneof![
        8 => fixed,
        1 => reason.prop_map(|reason| Transition::Delist { reason }),
        2 => answer.prop_map(|answer| Transition::RecordResearchConsent { answer }),
        2 => (purpose, departure)
            .prop_map(|(purpose, departure)| Transition::Release { purpose, departure }),
    ]
}

/// A start that lets short random walks reach every state.
fn any_start() -> impl Strategy<Value = History> {
    let answer = prop::sample::select(Answer::ALL);
    (any::<bool>(), answer).prop_map(|(fresh, research_consent)| {
        let (custody, transplant) = (Some(Custody::Stored), Some(Transplant::PendingSurvey));
        let opening = Standing { custody, transplant, research_consent };
        if fresh { History::collected(day(0)) } else { History::from(day(0), opening) }
    })
}

fn check_step(
    before: Standing,
    (step, effects): (&Step, &[Effect]),
    after: Standing,
) -> Result<(), TestCaseError> {
    let listed = |s: Standing| s.transplant.is_some_and(Transplant::is_on_the_list);
    let is = |s: Standing, state| s.transplant == Some(state);
    prop_assert!(!listed(after) || after.custody == Some(Custody::Stored));
    let moved = before.custody != after.custody;
    let (from, to) = (before.custody.unwrap(), after.custody.unwrap());
    prop_assert!(!moved || from.next().contains(&to));
    if before.transplant.is_some_and(Transplant::is_final) {
        prop_assert_eq!(before.transplant, after.transplant);
    }
    if is(before, Transplant::ABSENT) && listed(after) {
        prop_assert_eq!(step.origin, Origin::Import);
    }
    if is(after, Transplant::Reserved) && !is(before, Transplant::Reserved) {
        prop_assert_eq!(step.origin, Origin::Import);
        prop_assert!(is(before, Transplant::Listed));
    }
    match step.transition {
        Transition::ShipForTransplant => prop_assert!(is(before, Transplant::Reserved)),
        Transition::Release { .. } => {
            prop_assert_eq!(before.research_consent, Answer::Yes);
            prop_assert!(!is(before, Transplant::Reserved) && !listed(after));
            prop_assert_eq!(effects.len(), if listed(before) { 2 } else { 1 });
        }
        _ => prop_assert!(to != Custody::Shipped || !moved),
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_accepted_sequence_breaks_the_rules(
        start in any_start(),
        steps in prop::collection::vec((any_transition(), any::<bool>(), -1_i64..4), 0..40),
    ) {
        let (mut history, mut today) = (start, 0);
        for (transition, import, days) in steps {
            let origin = if import { Origin::Import } else { Origin::Curator };
            let (before, kept) = (history.standing(), history.clone());
            let step = step(transition, origin, day(today + days));
            if let Ok(effects) = history.apply(step.clone()) {
                prop_assert!(days >= 0);
                today += days;
                check_step(before, (&step, &effects), history.standing())?;
                prop_assert_eq!(history.steps.len(), kept.steps.len() + 1);
                prop_assert!(kept.is_extended_by(&history) && !history.is_extended_by(&kept));
            } else {
                prop_assert_eq!(&history, &kept);
            }
        }
        prop_assert!(history.steps.is_sorted_by_key(|step| step.date));
    }
}
