//! Who received what, when, and under which agreement. Restricted: the public sees how many there were.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    id::RecordKind,
    identifier::ExternalId,
    names::Name,
    record::{Asked, Facts, Flag, Relation, id_problems},
    term::Reference,
    usage::{UsePurpose, UserType},
};

/// How the shipment arrived.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Receipt {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub on: Option<NaiveDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remarks: Option<String>,
}

/// What one source row says of a distribution.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DistributionFacts {
    /// `distribution`: bank and number.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub external_ids: Vec<ExternalId>,
    /// The lot, line or unit that was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item: Option<Reference>,
    /// The bank that sent it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bank: Option<Reference>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recipient: Option<Reference>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_type: Option<UserType>,
    /// Of the recipient, ISO 3166-1 alpha-2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purpose: Option<UsePurpose>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agreement_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub sent_on: Option<NaiveDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vials: Option<u32>,
    /// The conditions that the recipient was told, as told.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub conditions_told: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt: Option<Receipt>,
    /// What became of it, in the recipient's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
}

impl Facts for DistributionFacts {
    const KIND: RecordKind = RecordKind::Distribution;

    fn names(&self) -> &[Name] {
        &[]
    }

    fn external_ids(&self) -> &[ExternalId] {
        &self.external_ids
    }

    fn links(&self) -> Vec<Asked<'_>> {
        let asked = |relation| move |reference| Asked { relation, reference };
        let item = self.item.iter().map(asked(Relation::Item));
        let recipient = self.recipient.iter().map(asked(Relation::Recipient));
        item.chain(recipient).chain(self.bank.iter().map(asked(Relation::Organization))).collect()
    }

    /// Whom to tell of a recall must never be lost for want of a field.
    fn problems(&self) -> Vec<Flag> {
        let missing = [
            ("item", self.item.is_none()),
            ("recipient", self.recipient.is_none()),
            ("sent_on", self.sent_on.is_none()),
        ];
        let missing = missing.into_iter().filter(|(_, missing)| *missing);
        let missing = missing.map(|(field, _)| {
            Flag::new(field, "", "is missing: without it nobody can be told of a recall")
        });
        let early = self.receipt.as_ref().and_then(|receipt| receipt.on).zip(self.sent_on);
        let early = early.filter(|(received, sent)| received < sent).map(|(received, sent)| {
            let problem = format!("it was sent on {sent} only; correct one of the days");
            Flag::new("receipt", &received.to_string(), problem)
        });
        let country = self.country.iter().filter(|country| {
            country.len() != 2 || !country.bytes().all(|byte| byte.is_ascii_uppercase())
        });
        let country =
            country.map(|country| Flag::new("country", country, "no ISO 3166-1 code like `JP`"));
        id_problems(&self.external_ids)
            .into_iter()
            .chain(missing)
            .chain(early)
            .chain(country)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shipment_to_nobody_is_flagged_field_by_field() {
        let fields: Vec<String> =
            DistributionFacts::default().problems().into_iter().map(|flag| flag.field).collect();
        assert_eq!(fields, ["item", "recipient", "sent_on"]);
    }

    #[test]
    fn nothing_arrives_before_it_is_sent() {
        let facts = DistributionFacts {
            item: Some(Reference::to("lot", "RIKEN BRC/HPS0063/0012")),
            recipient: Some(Reference::to("ror", "02kpeqv85")),
            sent_on: Some("2020-02-02".parse().unwrap()),
            receipt: Some(Receipt { on: Some("2020-02-01".parse().unwrap()), remarks: None }),
            country: Some("Japan".to_owned()),
            ..DistributionFacts::default()
        };
        let fields: Vec<String> = facts.problems().into_iter().map(|flag| flag.field).collect();
        assert_eq!(fields, ["receipt", "country"]);
    }
}
