//! A certificate of analysis: numbered, issued by a bank for a lot or a unit, approved by somebody who did none of the
//! tests, frozen as it was issued, and hashed together with the place in the log that it speaks of.
//!
//! Its content holds what anyone may see. What was withdrawn since is not shown from it either.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256 as Hasher};

use super::{
    id::RecordKind,
    identifier::ExternalId,
    names::Name,
    qc::{
        conformity::CriterionConformity,
        method::Method,
        result::{LaboratoryVerdict, Sha256},
        test_code::TestCode,
        verdict::Verdict,
    },
    record::{Asked, Facts, Flag, Record, Relation, id_problems},
    term::Reference,
};

/// The line that a lot is of, by its name on the day of issue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CertifiedLine {
    pub accession: String,
    pub name: String,
}

/// One test on a certificate, as anyone may see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CertifiedTest {
    /// The accession of the result.
    pub result: String,
    pub test: TestCode,
    /// A marker, a virus, a germ layer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub qualifier: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<Method>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passage: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reading: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub laboratory_verdict: Option<LaboratoryVerdict>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub sampled_on: Option<NaiveDate>,
}

/// How the subject stood to the standard on the day of issue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CertifiedStandard {
    pub code: String,
    pub version: String,
    pub overall: Verdict,
    /// Their results are accessions.
    pub criteria: Vec<CriterionConformity>,
}

/// What is certified. Its canonical JSON (RFC 8785) is what is hashed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Content {
    pub number: String,
    #[schemars(with = "String")]
    pub issued_on: NaiveDate,
    /// The name of the bank.
    pub issuer: String,
    pub approver: String,
    /// The accession of the lot or unit.
    pub subject: String,
    /// The numbers of the lot at its bank.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subject_numbers: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<CertifiedLine>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passage: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub frozen_on: Option<NaiveDate>,
    pub standard: CertifiedStandard,
    pub tests: Vec<CertifiedTest>,
    /// The accession of the certificate that this one supersedes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supersedes: Option<String>,
    /// The newest revision that it takes into account.
    pub seq: i64,
}

impl Content {
    pub fn hash(&self) -> Sha256 {
        let canonical = serde_json_canonicalizer::to_vec(self).expect("the content is JSON");
        let digest = hex::encode(Hasher::digest(canonical));
        digest.try_into().expect("a digest is 64 hexadecimal digits")
    }
}

/// What one source row says of a certificate.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CertificateFacts {
    /// `certificate`: issuer and number.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub external_ids: Vec<ExternalId>,
    /// The lot or unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<Reference>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issuer: Option<Reference>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub supersedes: Option<Reference>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<Content>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<Sha256>,
}

impl CertificateFacts {
    /// Whether the content is what was hashed when it was issued.
    pub fn is_sound(&self) -> bool {
        let hash = self.content.as_ref().map(Content::hash);
        hash.is_some() && hash == self.sha256
    }
}

impl Facts for CertificateFacts {
    const KIND: RecordKind = RecordKind::Certificate;

    fn names(&self) -> &[Name] {
        &[]
    }

    fn external_ids(&self) -> &[ExternalId] {
        &self.external_ids
    }

    fn links(&self) -> Vec<Asked<'_>> {
        let asked = |relation| move |reference| Asked { relation, reference };
        let subject = self.subject.iter().map(asked(Relation::Certified));
        let issuer = self.issuer.iter().map(asked(Relation::Organization));
        subject
            .chain(issuer)
            .chain(self.supersedes.iter().map(asked(Relation::Supersedes)))
            .collect()
    }

    fn problems(&self) -> Vec<Flag> {
        let number = self.content.as_ref().map_or("", |content| &content.number);
        let altered = (!self.is_sound()).then(|| {
            let problem = "its content is not what was hashed when it was issued; ask the issuer";
            Flag::new("sha256", number, problem)
        });
        id_problems(&self.external_ids).into_iter().chain(altered).collect()
    }

    fn keeps_against(&self, newer: &Self) -> Option<&'static str> {
        (self != newer).then_some(
            "a certificate is frozen: issue another under a number of its own that supersedes it",
        )
    }
}

impl Record<CertificateFacts> {
    pub fn content(&self) -> Option<&Content> {
        self.first(|facts| facts.content.as_ref())
    }

    pub fn is_sound(&self) -> bool {
        self.layers.iter().all(|layer| layer.facts.is_sound())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content() -> Content {
        Content {
            number: "C-2026-1".to_owned(),
            issued_on: "2026-01-05".parse().unwrap(),
            issuer: "RIKEN BRC".to_owned(),
            approver: "Suzuki".to_owned(),
            subject: "STM-B0000001-X".to_owned(),
            subject_numbers: Vec::new(),
            line: None,
            passage: Some(12),
            frozen_on: None,
            standard: CertifiedStandard {
                code: "ebisc".to_owned(),
                version: "2021".to_owned(),
                overall: Verdict::Pass,
                criteria: Vec::new(),
            },
            tests: Vec::new(),
            supersedes: None,
            seq: 42,
        }
    }

    #[test]
    fn a_changed_content_no_longer_matches_its_hash() {
        let sound = CertificateFacts {
            sha256: Some(content().hash()),
            content: Some(content()),
            ..CertificateFacts::default()
        };
        assert!(sound.is_sound());
        assert!(sound.problems().is_empty());
        let mut altered = sound.clone();
        altered.content.as_mut().unwrap().standard.overall = Verdict::Fail;
        assert!(!altered.is_sound());
        assert_eq!(altered.problems()[0].field, "sha256");
        assert!(sound.keeps_against(&altered).is_some(), "a certificate is frozen");
        assert!(sound.keeps_against(&sound.clone()).is_none());
    }

    #[test]
    fn a_certificate_without_content_is_none() {
        assert!(!CertificateFacts::default().is_sound());
    }
}
