use proptest::prelude::*;

use super::*;

fn day(count: i64) -> NaiveDate {
    NaiveDate::from_ymd_opt(2020, 1, 1).unwrap() + chrono::Duration::days(count)
}

/// A history after steps of which every one is accepted, a day apart.
fn after(steps: &[(Transition, Origin)]) -> History {
    let mut history = History::collected(day(0));
    for (at, (transition, origin)) in (1..).zip(steps) {
        history.apply(*transition, *origin, day(at)).unwrap();
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
    let problem = history.apply(transition, origin, day(99)).unwrap_err().to_string();
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
    let entry = reserved.apply(Transition::ShipForTransplant, Origin::Curator, day(9)).unwrap();
    let delisted = Transplant::Delisted { reason: DelistReason::Distributed };
    let effects = [Effect::Transplant { to: delisted }, Effect::Custody { to: Custody::Shipped }];
    assert_eq!(entry.effects, effects);
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
    let entry = listed.apply(RELEASE, Origin::Curator, day(9)).unwrap();
    let delisted = Transplant::Delisted { reason: DelistReason::ReleasedForResearch };
    let effects = [Effect::Transplant { to: delisted }, Effect::Custody { to: Custody::Consumed }];
    assert_eq!(entry.effects, effects);
    assert_eq!(listed.standing().transplant, delisted);
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
        let entry = released.apply(RELEASE, Origin::Curator, day(99)).unwrap();
        assert_eq!(entry.effects, [Effect::Custody { to: Custody::Consumed }]);
        assert_eq!(released.standing().transplant, before);
    }
}

#[test]
fn a_unit_that_a_file_left_out_is_listed_again_by_a_file() {
    let absent = (Transition::Delist { reason: DelistReason::NotInInventory }, Origin::Import);
    let gone = stored_and(&[LIST, absent]);
    refusal(gone.clone(), Transition::List, Origin::Curator);
    let mut back = gone;
    back.apply(Transition::List, Origin::Import, day(99)).unwrap();
    assert_eq!(back.standing().transplant, Transplant::Listed);
    let by_hand = Transition::Delist { reason: DelistReason::NotInInventory };
    refusal(stored_and(&[LIST]), by_hand, Origin::Curator);
}

#[test]
fn only_stored_units_are_listed() {
    let problem = refusal(after(&STORED[..2]), Transition::List, Origin::Curator);
    assert_eq!(
        problem,
        "custody is processed and a unit that is listed or reserved has to be stored"
    );
    let shipped = Standing {
        custody: Custody::Shipped,
        transplant: Transplant::Reserved,
        research_consent: Answer::Unknown,
    };
    assert!(History::imported(day(0), shipped).is_err());
    assert!(History::imported(day(0), Standing { custody: Custody::Stored, ..shipped }).is_ok());
}

#[test]
fn custody_and_dates_go_one_way_and_say_so() {
    assert_eq!(
        refusal(after(&STORED[..1]), Transition::Store, Origin::Curator),
        "custody is received, from where the unit cannot become stored: that requires processed"
    );
    let mut history = after(&STORED);
    let problem = history.apply(Transition::List, Origin::Curator, day(2)).unwrap_err();
    assert_eq!(problem, TransitionProblem::DateOrder { found: day(2), last: day(3) });
    assert!(history.apply(Transition::List, Origin::Curator, day(3)).is_ok(), "the same day");
}

#[test]
fn delisting_for_research_is_what_a_release_does() {
    let delist = Transition::Delist { reason: DelistReason::ReleasedForResearch };
    let problem = refusal(stored_and(&[LIST, CONSENT]), delist, Origin::Curator);
    assert!(problem.ends_with("released, which delists it"), "{problem}");
}

#[test]
fn an_import_finds_its_way_from_every_state_that_is_not_final() {
    let absent = (Transition::Delist { reason: DelistReason::NotInInventory }, Origin::Import);
    let starts = [&[][..], &[LIST], &[LIST, RESERVE], &[LIST, absent]].map(stored_and);
    for input in [InputStatus::Available, InputStatus::Unavailable, InputStatus::Reserved] {
        let to = input.transplant().unwrap();
        for start in &starts {
            let mut history = start.clone();
            for step in history.standing().transplant.steps_to(to) {
                history.apply(step, Origin::Import, day(50)).unwrap();
            }
            assert_eq!(history.standing().transplant, to);
        }
    }
    let never = stored_and(&[(Transition::DeclareNeverEligible, Origin::Curator)]);
    let steps = never.standing().transplant.steps_to(Transplant::Listed);
    assert!(refusal(never, steps[0], Origin::Import).contains("listing requires"));
}

#[test]
fn the_past_is_told_by_day() {
    let history = stored_and(&[LIST]);
    assert_eq!(history.standing_on(day(-1)), None);
    assert_eq!(history.standing_on(day(0)), Some(history.opening));
    assert_eq!(history.standing_on(day(2)).unwrap().custody, Custody::Processed);
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
        let (custody, transplant) = (Custody::Stored, Transplant::PendingSurvey);
        let opening = Standing { custody, transplant, research_consent };
        if fresh { History::collected(day(0)) } else { History::imported(day(0), opening).unwrap() }
    })
}

fn check_step(before: Standing, entry: &Entry, after: Standing) -> Result<(), TestCaseError> {
    let listed = |s: Standing| matches!(s.transplant, Transplant::Listed | Transplant::Reserved);
    prop_assert!(!listed(after) || after.custody == Custody::Stored);
    let moved = before.custody != after.custody;
    prop_assert!(!moved || before.custody.next().contains(&after.custody));
    prop_assert!(
        before.transplant != Transplant::NeverEligible || after.transplant == before.transplant
    );
    if let Transplant::Delisted { reason } = before.transplant
        && after.transplant != before.transplant
    {
        prop_assert_eq!(reason, DelistReason::NotInInventory);
        prop_assert_eq!(entry.origin, Origin::Import);
    }
    if after.transplant == Transplant::Reserved && before.transplant != Transplant::Reserved {
        prop_assert_eq!(entry.origin, Origin::Import);
        prop_assert_eq!(before.transplant, Transplant::Listed);
    }
    match entry.transition {
        Transition::ShipForTransplant => prop_assert_eq!(before.transplant, Transplant::Reserved),
        Transition::Release { .. } => {
            prop_assert_eq!(before.research_consent, Answer::Yes);
            prop_assert!(before.transplant != Transplant::Reserved && !listed(after));
            prop_assert_eq!(entry.effects.len(), if listed(before) { 2 } else { 1 });
        }
        _ => prop_assert!(after.custody != Custody::Shipped || !moved),
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
            if let Ok(entry) = history.apply(transition, origin, day(today + days)).cloned() {
                prop_assert!(days >= 0);
                today += days;
                check_step(before, &entry, history.standing())?;
                prop_assert_eq!(history.entries.len(), kept.entries.len() + 1);
            } else {
                prop_assert_eq!(&history, &kept);
            }
        }
        prop_assert!(history.entries.is_sorted_by_key(|entry| entry.date));
    }
}
