//! A holding: one line at one bank, with its number in that bank's catalogue, how it came there, what it costs, and
//! whether it can be ordered. Banking a line again makes a holding, never a new line.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    availability::{self, AvailabilityState, Available},
    cell_line::coded,
    id::RecordKind,
    identifier::ExternalId,
    lang::Lang,
    names::Name,
    record::{Asked, Facts, Flag, Record, Relation, id_problems},
    term::Reference,
    usage::UserType,
};

/// How a line comes to a bank.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum DepositKind {
    /// The depositor stays the owner.
    Deposit,
    /// Ownership passes to the bank.
    Transfer,
}

coded!(DepositKind {
    Deposit = "deposit", "Deposit", "寄託";
    Transfer = "transfer", "Transfer of ownership", "譲渡";
});

/// Whether the bank takes what was offered.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Acceptance {
    Accepted,
    Refused,
}

coded!(Acceptance {
    Accepted = "accepted", "Accepted", "受入";
    Refused = "refused", "Refused", "受入不可";
});

/// What the bank decided on a deposit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    #[schemars(with = "String")]
    pub on: NaiveDate,
    pub acceptance: Acceptance,
    /// Why; a refusal must say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// The intake of a line: received, kept in quarantine, tested, then accepted or refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Deposit {
    pub kind: DepositKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub depositor: Option<Reference>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub received_on: Option<NaiveDate>,
    /// What the depositor asks of every user, in his words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub quarantined_until: Option<NaiveDate>,
    /// The results of the tests on receipt.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub receipt_tests: Vec<Reference>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<Decision>,
}

/// What one kind of user pays, as the bank prints it. Amounts are shown, never summed or converted.
#[derive(
    Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(deny_unknown_fields)]
pub struct Fee {
    pub user_type: UserType,
    /// `750`, `1,500`
    pub amount: String,
    /// ISO 4217: `USD`, `JPY`.
    pub currency: String,
    /// What is paid for: `vial`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub from: Option<NaiveDate>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remarks: Option<String>,
}

/// What one source row says of a holding.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct HoldingFacts {
    /// `holding`: bank and catalogue number.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub external_ids: Vec<ExternalId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<Reference>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bank: Option<Reference>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub catalogue_number: Option<String>,
    /// The page of this holding, where the bank's link template does not lead to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deposit: Option<Deposit>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fees: Vec<Fee>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub availability: Vec<AvailabilityState>,
}

impl Facts for HoldingFacts {
    const KIND: RecordKind = RecordKind::Holding;

    fn names(&self) -> &[Name] {
        &[]
    }

    fn external_ids(&self) -> &[ExternalId] {
        &self.external_ids
    }

    fn links(&self) -> Vec<Asked<'_>> {
        let asked = |relation| move |reference| Asked { relation, reference };
        let line = self.line.iter().map(asked(Relation::HeldLine));
        let bank = self.bank.iter().map(asked(Relation::Organization));
        let depositor = self.deposit.iter().filter_map(|deposit| deposit.depositor.as_ref());
        let tests = self.deposit.iter().flat_map(|deposit| &deposit.receipt_tests);
        line.chain(bank)
            .chain(depositor.map(asked(Relation::Depositor)))
            .chain(tests.map(asked(Relation::ReceiptTest)))
            .collect()
    }

    fn problems(&self) -> Vec<Flag> {
        let ids = id_problems(&self.external_ids).into_iter();
        let states = availability::problems(&self.availability);
        let deposit = self.deposit.iter().filter_map(deposit_problem);
        let fees = self.fees.iter().filter_map(fee_problem);
        ids.chain(states).chain(deposit).chain(fees).collect()
    }

    fn keeps_against(&self, newer: &Self) -> Option<&'static str> {
        availability::keeps_against(&self.availability, &newer.availability)
    }

    fn carry_on(&mut self, older: &Self) {
        availability::carry_on(&mut self.availability, &older.availability);
    }
}

impl Available for HoldingFacts {
    fn availability(&self) -> &[AvailabilityState] {
        &self.availability
    }

    /// What was refused, or is not decided or still in quarantine, can be ordered from nobody.
    fn is_held_back(&self, on: NaiveDate) -> bool {
        self.deposit.as_ref().is_some_and(|deposit| deposit.holds_back(on))
    }
}

impl Deposit {
    fn holds_back(&self, on: NaiveDate) -> bool {
        let in_quarantine = self.quarantined_until.is_some_and(|until| on < until);
        let decided = self.decision.as_ref().filter(|decision| decision.on <= on);
        in_quarantine || decided.is_none_or(|d| d.acceptance == Acceptance::Refused)
    }
}

fn deposit_problem(deposit: &Deposit) -> Option<Flag> {
    let decision = deposit.decision.as_ref()?;
    let reason = decision.reason.as_deref().unwrap_or_default();
    if decision.acceptance == Acceptance::Refused && reason.trim().is_empty() {
        let problem = "a refusal must say why; add a reason";
        return Some(Flag::new("deposit.decision", decision.acceptance.code(), problem));
    }
    let received = deposit.received_on.filter(|received| *received > decision.on)?;
    let problem = format!("it was received on {received} only; correct one of the days");
    Some(Flag::new("deposit.decision", &decision.on.to_string(), problem))
}

fn fee_problem(fee: &Fee) -> Option<Flag> {
    let amount = fee.amount.bytes().all(|byte| byte.is_ascii_digit() || b",.".contains(&byte))
        && fee.amount.starts_with(|c: char| c.is_ascii_digit());
    if !amount {
        let problem = "no amount; write it in digits and put words in `remarks`";
        return Some(Flag::new("fees", &fee.amount, problem));
    }
    let currency = fee.currency.len() == 3 && fee.currency.bytes().all(|b| b.is_ascii_uppercase());
    (!currency).then(|| Flag::new("fees", &fee.currency, "no ISO 4217 code like `JPY`"))
}

impl Record<HoldingFacts> {
    pub fn catalogue_number(&self) -> Option<&str> {
        self.first(|facts| facts.catalogue_number.as_deref())
    }

    /// Every fee of the first source that states any.
    pub fn fees(&self) -> &[Fee] {
        self.first(|facts| Some(facts.fees.as_slice()).filter(|fees| !fees.is_empty()))
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{availability::Availability, id::RecordId, record::Layer, source::Source};

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn holding(deposit: Option<Deposit>) -> Record<HoldingFacts> {
        let from = day("2020-01-01");
        let state =
            AvailabilityState { from, availability: Availability::Available, comment: None };
        let facts = HoldingFacts { availability: vec![state], deposit, ..HoldingFacts::default() };
        let id = RecordId::new(RecordKind::Holding, uuid::Uuid::nil());
        let mut record = Record::new(id, "STM-H0000001-X".to_owned());
        let (source, key) = (Source::new("curator"), "1".to_owned());
        record.put(Layer { source, key, facts, flags: Vec::new() });
        record
    }

    fn deposit(acceptance: Option<Acceptance>) -> Deposit {
        let decision = acceptance.map(|acceptance| Decision {
            on: day("2020-02-01"),
            acceptance,
            reason: Some("mycoplasma".to_owned()),
        });
        Deposit {
            kind: DepositKind::Deposit,
            depositor: None,
            received_on: None,
            conditions: Vec::new(),
            quarantined_until: Some(day("2020-03-01")),
            receipt_tests: Vec::new(),
            decision,
        }
    }

    #[test]
    fn what_was_deposited_can_be_ordered_once_it_is_accepted_and_out_of_quarantine() {
        let on = day("2020-03-01");
        assert!(holding(None).can_be_ordered(on), "nobody says that it was a deposit");
        assert!(!holding(Some(deposit(None))).can_be_ordered(on), "nothing was decided");
        assert!(!holding(Some(deposit(Some(Acceptance::Refused)))).can_be_ordered(on));
        let accepted = holding(Some(deposit(Some(Acceptance::Accepted))));
        assert!(!accepted.can_be_ordered(day("2020-02-29")), "in quarantine");
        assert!(accepted.can_be_ordered(on));
        assert!(!accepted.can_be_ordered(day("2020-01-31")), "not decided then");
    }

    #[test]
    fn a_refusal_without_a_reason_and_a_fee_in_words_are_flagged() {
        let mut refused = deposit(Some(Acceptance::Refused));
        refused.decision.as_mut().unwrap().reason = Some(" ".to_owned());
        let fee = Fee {
            user_type: UserType::Academic,
            amount: "on request".to_owned(),
            currency: "JPY".to_owned(),
            per: None,
            from: None,
            remarks: None,
        };
        let facts =
            HoldingFacts { deposit: Some(refused), fees: vec![fee], ..HoldingFacts::default() };
        let fields: Vec<String> = facts.problems().into_iter().map(|flag| flag.field).collect();
        assert_eq!(fields, ["deposit.decision", "fees"]);
    }
}
