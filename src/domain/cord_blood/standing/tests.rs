use super::*;
use crate::domain::{
    cord_blood::{
        axes::{DelistReason, Departure},
        facts::PurposeConsent,
    },
    id::{RecordId, RecordKind},
};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn step(date: &str, transition: Transition) -> Step {
    let origin = Origin::Curator;
    Step { date: day(date), transition, origin, by: None, comment: None }
}

fn stood(date: &str, transplant: Transplant) -> History {
    let opening = Standing {
        custody: Some(Custody::Stored),
        transplant: Some(transplant),
        research_consent: Answer::Unknown,
    };
    History::from(day(date), opening)
}

const RELEASE: Transition =
    Transition::Release { purpose: ResearchUse::IpsDerivation, departure: Departure::Consumed };
const CONSENT: Transition = Transition::RecordResearchConsent { answer: Answer::Yes };

fn layer(source: &str, history: Option<History>) -> Layer<UnitFacts> {
    let facts = UnitFacts { history, ..UnitFacts::default() };
    Layer { source: Source::new(source), key: "1".to_owned(), facts, flags: Vec::new() }
}

fn says(consent: Answer, date: Option<&str>) -> PurposeConsent {
    PurposeConsent { purpose: Purpose::Research, consent, date: date.map(day) }
}

fn unit(layers: Vec<Layer<UnitFacts>>) -> Record<UnitFacts> {
    let id = RecordId::new(RecordKind::CordBloodUnit, uuid::Uuid::nil());
    let mut unit = Record::new(id, "STM-U0000001-X".to_owned());
    for layer in layers {
        unit.put(layer);
    }
    unit
}

fn by_curator(transplant: Transplant, steps: &[Step]) -> Layer<UnitFacts> {
    let history = History { steps: steps.to_vec(), ..stood("2020-01-01", transplant) };
    layer("curator", Some(history))
}

fn released(transplant: Transplant) -> Layer<UnitFacts> {
    by_curator(transplant, &[step("2021-01-01", CONSENT), step("2022-01-01", RELEASE)])
}

#[test]
fn what_left_for_research_is_not_offered_whatever_the_bank_says_later() {
    let bank = layer("bmdw", Some(stood("2023-01-01", Transplant::Listed)));
    let unit = unit(vec![released(Transplant::Listed), bank]);
    let before = unit.standing(Some(day("2021-06-01")));
    assert_eq!(before.transplant, Some(Transplant::Listed));
    assert_eq!(before.research_consent.answer, Answer::Yes);
    let now = unit.standing(None);
    assert_eq!(now.custody, Some(Custody::Consumed));
    let reason = DelistReason::ReleasedForResearch;
    assert_eq!(now.transplant, Some(Transplant::Delisted { reason }));
    for (on, was) in [("2021-12-31", false), ("2022-01-01", true)] {
        assert_eq!(unit.was_released_for(ResearchUse::IpsDerivation, day(on)), was, "{on}");
    }
    assert!(!unit.was_released_for(ResearchUse::Research, day("2030-01-01")));
}

#[test]
fn a_unit_that_was_never_listed_is_offered_by_nobody_once_it_is_gone() {
    let bank = layer("bmdw", Some(stood("2023-01-01", Transplant::Listed)));
    let now = unit(vec![released(Transplant::PendingSurvey), bank]).standing(None);
    assert_eq!((now.custody, now.transplant), (Some(Custody::Consumed), None));
}

#[test]
fn the_latest_word_stands_and_before_the_first_nothing_is_known() {
    let curator = layer("curator", Some(stood("2020-01-01", Transplant::PendingSurvey)));
    let bank = layer("bmdw", Some(stood("2021-01-01", Transplant::Listed)));
    let unit = unit(vec![curator, bank]);
    assert_eq!(unit.standing(None).transplant, Some(Transplant::Listed));
    let on = |text| unit.standing(Some(day(text))).transplant;
    assert_eq!(on("2020-06-01"), Some(Transplant::PendingSurvey));
    assert_eq!(on("2019-06-01"), None);
}

#[test]
fn a_reservation_is_hidden_by_no_later_word_of_another_source() {
    let bank = layer("bmdw", Some(stood("2020-01-01", Transplant::Reserved)));
    let curator = layer("curator", Some(stood("2021-01-01", Transplant::Listed)));
    let found = unit(vec![bank.clone(), curator]).standing(None).transplant;
    assert_eq!(found, Some(Transplant::Reserved));
    let ended = Transplant::Delisted { reason: DelistReason::Medical };
    let curator = layer("curator", Some(stood("2019-01-01", ended)));
    assert_eq!(unit(vec![bank, curator]).standing(None).transplant, Some(ended));
}

#[test]
fn what_has_left_waits_for_no_survey() {
    let now = unit(vec![released(Transplant::PendingSurvey)]).standing(None);
    assert_eq!((now.custody, now.transplant), (Some(Custody::Consumed), None));
}

#[test]
fn consents_that_contradict_each_other_are_none() {
    let mut unit =
        unit(vec![by_curator(Transplant::PendingSurvey, &[step("2021-01-01", CONSENT)])]);
    let on = |unit: &Record<UnitFacts>, text| unit.consent(Purpose::Research, Some(day(text)));
    let one = |answer| Consent { answer, contradicted: false };
    let none = Consent { answer: Answer::Unknown, contradicted: true };
    assert_eq!(on(&unit, "2020-12-31"), one(Answer::Unknown));
    assert_eq!(on(&unit, "2021-01-01"), one(Answer::Yes));
    assert_eq!(unit.consent(Purpose::Transplant, None), one(Answer::Unknown));
    let mut bank = layer("bmdw", None);
    bank.facts.purposes = vec![says(Answer::Unknown, None)];
    unit.put(bank.clone());
    assert_eq!(unit.consent(Purpose::Research, None), one(Answer::Yes), "not known is no answer");
    bank.facts.purposes = vec![says(Answer::No, Some("2023-01-01"))];
    unit.put(bank.clone());
    assert_eq!(on(&unit, "2022-12-31"), one(Answer::Yes));
    assert_eq!(on(&unit, "2023-01-01"), none);
    assert_eq!(unit.standing(None).research_consent, none);
    let withdrawn = Transition::RecordResearchConsent { answer: Answer::Unknown };
    let steps = [step("2021-01-01", CONSENT), step("2021-06-01", withdrawn)];
    bank.facts.purposes = vec![says(Answer::Yes, None)];
    let doubted = super::tests::unit(vec![by_curator(Transplant::PendingSurvey, &steps), bank]);
    assert_eq!(doubted.consent(Purpose::Research, None), none, "in doubt is no yes");
}

#[test]
fn of_dated_answers_the_newest_stands_and_of_one_row_a_contradiction_is_flagged() {
    use crate::domain::record::Facts;
    let answers = [says(Answer::Yes, Some("2015-01-01")), says(Answer::No, Some("2019-01-01"))];
    let mut facts = UnitFacts { purposes: answers.to_vec(), ..UnitFacts::default() };
    let on = |facts: &UnitFacts, text| facts.consent(Purpose::Research, Some(day(text))).answer;
    let found = ["2014-01-01", "2015-01-01", "2019-01-01"].map(|text| on(&facts, text));
    assert_eq!(found, [Answer::Unknown, Answer::Yes, Answer::No]);
    assert_eq!(facts.problems(), []);
    facts.purposes.push(says(Answer::Yes, Some("2019-01-01")));
    assert_eq!(on(&facts, "2020-01-01"), Answer::Unknown);
    assert_eq!((facts.problems()[0].field.as_str(), facts.problems().len()), ("purposes", 1));
}

fn refused(before: &[Layer<UnitFacts>], after: &[Layer<UnitFacts>]) -> String {
    refusal(before, after).expect("a refusal")
}

#[test]
fn a_history_grows_at_its_end_and_never_otherwise() {
    let whole = released(Transplant::PendingSurvey);
    let steps = &whole.facts.history.as_ref().unwrap().steps;
    let begun = by_curator(Transplant::PendingSurvey, &steps[..1]);
    assert_eq!(refusal(std::slice::from_ref(&begun), std::slice::from_ref(&whole)), None);
    let mut later = begun.clone();
    later.facts.history.as_mut().unwrap().steps[0].comment = Some("other".to_owned());
    for shorter in [&begun, &layer("curator", None), &later] {
        let problem = refused(std::slice::from_ref(&whole), std::slice::from_ref(shorter));
        assert!(problem.contains("has 2 steps here, which are never changed"), "{problem}");
    }
}

#[test]
fn a_release_against_what_another_source_says_is_refused_with_the_remedy() {
    let bank = |transplant| layer("bmdw", Some(stood("2019-01-01", transplant)));
    for (by_bank, by_curator, remedy) in [
        (Transplant::Reserved, Transplant::Listed, "reserved for a patient"),
        (Transplant::Listed, Transplant::PendingSurvey, "state in `opening` that it is listed"),
    ] {
        let problem = refused(&[], &[released(by_curator), bank(by_bank)]);
        assert!(
            problem.contains("step 2, `release` of 2022-01-01") && problem.contains(remedy),
            "{problem}"
        );
    }
    let agreed = [released(Transplant::Listed), bank(Transplant::Listed)];
    assert_eq!(refusal(&[], &agreed), None);
    let mut refusing = bank(Transplant::Listed);
    refusing.facts.purposes = vec![says(Answer::No, None)];
    let problem = refused(&[], &[agreed[0].clone(), refusing.clone()]);
    assert!(problem.contains("consent for research is unknown by all"), "{problem}");
    // The word of a withdrawal is taken, though the unit is gone.
    assert_eq!(refusal(&agreed, &[agreed[0].clone(), refusing]), None);
}

#[test]
fn a_curator_reserves_nothing_in_the_name_of_a_file() {
    let reserve = Step { origin: Origin::Import, ..step("2021-01-01", Transition::Reserve) };
    let problem = refused(&[], &[by_curator(Transplant::Listed, &[reserve])]);
    assert!(problem.contains("has the origin `import`, and a curator is no file"), "{problem}");
}

fn with_steps(source: &str, opening: Transplant, steps: &[Step]) -> Layer<UnitFacts> {
    let history = History { steps: steps.to_vec(), ..stood("2020-01-01", opening) };
    layer(source, Some(history))
}

fn told(date: &str, transition: Transition) -> Step {
    Step { origin: Origin::Import, ..step(date, transition) }
}

const SHIPPED: Transition = Transition::ShipForTransplant;

/// The answer to one more step of a source, which has the rest already, beside a word of the bank.
fn tried(layer: &Layer<UnitFacts>, beside: &Layer<UnitFacts>) -> Option<String> {
    let mut begun = layer.clone();
    begun.facts.history.as_mut().unwrap().steps.pop();
    refusal(&[begun, beside.clone()], &[layer.clone(), beside.clone()])
}

#[test]
fn what_has_left_by_one_source_leaves_by_no_other() {
    let bank = with_steps("bmdw", Transplant::Reserved, &[told("2023-01-01", SHIPPED)]);
    let consent = step("2021-01-01", CONSENT);
    for (source, opening, last) in [
        ("curator", Transplant::Listed, step("2024-01-01", RELEASE)),
        ("curator", Transplant::Listed, step("2024-01-01", Transition::Dispose)),
        ("jrc", Transplant::Reserved, step("2024-01-01", SHIPPED)),
    ] {
        let layer = with_steps(source, opening, &[consent.clone(), last]);
        let problem = tried(&layer, &bank).expect("a refusal");
        assert!(problem.contains("has it shipped, used up or discarded already"), "{problem}");
    }
    let unit = released(Transplant::Listed);
    let destroyed =
        with_steps("bmdw", Transplant::PendingSurvey, &[told("2024-01-01", Transition::Dispose)]);
    assert!(tried(&destroyed, &unit).expect("a refusal").contains("already"));
    // Of one departure a file may tell too.
    let again = with_steps("jrc", Transplant::Reserved, &[told("2023-02-01", SHIPPED)]);
    assert_eq!(tried(&again, &bank), None);
    assert_eq!(refusal(&[], &[again, bank]), None, "as an export brings it back");
}

#[test]
fn a_shipment_for_transplant_rests_on_a_reservation_that_nobody_speaks_against() {
    let opened = by_curator(Transplant::Reserved, &[]);
    let problem = refused(&[], std::slice::from_ref(&opened));
    assert!(problem.contains("`opening`: a reservation comes by import only"), "{problem}");
    let medical = Transplant::Delisted { reason: DelistReason::Medical };
    let ship = with_steps("jrc", Transplant::Reserved, &[step("2022-01-01", SHIPPED)]);
    for (transplant, allowed) in [
        (Transplant::Reserved, true),
        (Transplant::Listed, false),
        (Transplant::PendingSurvey, false),
        (medical, false),
        (Transplant::NeverEligible, false),
        (Transplant::ABSENT, false),
    ] {
        let bank = with_steps("bmdw", transplant, &[]);
        assert_eq!(tried(&ship, &bank).is_none(), allowed, "{transplant}");
    }
    // What a bank tells has happened, though a curator's word is behind; not against an end.
    let ship = with_steps("bmdw", Transplant::Reserved, &[told("2022-01-01", SHIPPED)]);
    assert_eq!(tried(&ship, &by_curator(Transplant::Listed, &[])), None);
    assert!(tried(&ship, &by_curator(medical, &[])).is_some());
}

#[test]
fn a_step_that_is_dated_back_passes_no_reservation() {
    let reserved =
        with_steps("bmdw", Transplant::Listed, &[told("2023-01-01", Transition::Reserve)]);
    let release = released(Transplant::Listed);
    let problem = tried(&release, &reserved).expect("a refusal");
    assert!(problem.contains("reserved for a patient"), "{problem}");
    assert_eq!(refusal(&[], &[release, reserved]), None, "as an export brings it back");
}

#[test]
fn a_reservation_outlasts_the_absence_from_an_inventory() {
    let absent = told("2021-06-01", Transition::Delist { reason: DelistReason::NotInInventory });
    let left_out = with_steps("bmdw", Transplant::Reserved, std::slice::from_ref(&absent));
    for last in [RELEASE, Transition::Dispose] {
        let steps = [step("2021-01-01", CONSENT), step("2022-01-01", last)];
        let problem = tried(&by_curator(Transplant::Listed, &steps), &left_out).expect("a refusal");
        assert!(problem.contains("when an inventory left it out"), "{problem}");
    }
    let release = released(Transplant::Listed);
    let medical = Transition::Delist { reason: DelistReason::Medical };
    for end in [step("2021-07-01", medical), told("2021-07-01", Transition::List)] {
        let ended = with_steps("bmdw", Transplant::Reserved, &[absent.clone(), end]);
        assert_eq!(tried(&release, &ended), None);
    }
    let listed = with_steps("bmdw", Transplant::Listed, &[absent]);
    assert_eq!(tried(&release, &listed), None, "nobody waited for it");
}

#[test]
fn a_closed_record_takes_a_consent_and_the_disposal_and_nothing_else() {
    let before = by_curator(Transplant::Listed, &[step("2021-01-01", CONSENT)]);
    for (transition, allowed) in [
        (RELEASE, false),
        (Transition::Suspend, false),
        (Transition::Dispose, true),
        (Transition::RecordResearchConsent { answer: Answer::No }, true),
    ] {
        let steps = [step("2021-01-01", CONSENT), step("2022-01-01", transition)];
        let after = by_curator(Transplant::Listed, &steps);
        let found = resumed(std::slice::from_ref(&before), std::slice::from_ref(&after));
        assert_eq!(found.is_none(), allowed, "{transition:?}: {found:?}");
    }
}

#[test]
fn what_has_not_come_is_refused() {
    let today = day("2022-01-01");
    let mut layers = [by_curator(Transplant::Listed, &[step("2022-01-02", CONSENT)])];
    layers[0].facts.purposes = vec![says(Answer::Yes, Some("2022-01-02"))];
    assert_eq!(untimely(&layers, today), None, "it is tomorrow in Japan");
    let yesterday = day("2021-12-31");
    let problem = untimely(&layers, yesterday).expect("a refusal");
    assert!(problem.contains("consent for research is dated 2022-01-02"), "{problem}");
    layers[0].facts.purposes.clear();
    let problem = untimely(&layers, yesterday).expect("a refusal");
    assert!(
        problem.contains("step 1, `record_research_consent`, is dated 2022-01-02"),
        "{problem}"
    );
    assert!(
        untimely(&layers, day("2019-12-30")).expect("a refusal").contains("opened on 2020-01-01")
    );
}

#[test]
fn of_what_has_not_come_only_a_no_counts() {
    let today = day("2022-01-01");
    let answer = |said: &[PurposeConsent], steps: &[Step]| {
        let mut layer = by_curator(Transplant::Listed, steps);
        layer.facts.purposes = said.to_vec();
        unit(vec![layer]).consent_today(Purpose::Research, today).answer
    };
    let (yes, no) = (|date| says(Answer::Yes, Some(date)), |date| says(Answer::No, Some(date)));
    assert_eq!(answer(&[yes("2062-01-01")], &[]), Answer::Unknown);
    assert_eq!(answer(&[yes("2062-01-01"), no("2021-01-01")], &[]), Answer::No);
    assert_eq!(answer(&[yes("2021-01-01"), no("2062-01-01")], &[]), Answer::No);
    assert_eq!(answer(&[yes("2022-01-02")], &[]), Answer::Yes, "it is tomorrow in Japan");
    let refused = Transition::RecordResearchConsent { answer: Answer::No };
    assert_eq!(answer(&[], &[step("2062-01-01", CONSENT)]), Answer::Unknown);
    assert_eq!(
        answer(&[], &[step("2021-01-01", CONSENT), step("2062-01-01", refused)]),
        Answer::No
    );
    assert_eq!(answer(&[], &[step("2021-01-01", CONSENT)]), Answer::Yes);
}
