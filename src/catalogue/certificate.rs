//! Certificates of analysis: issued from what is known at one place in the log, and shown without what was withdrawn
//! since.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::{
    Catalogue, Error,
    import::{Candidate, Import, Outcome},
};
use crate::{
    db::{self, log, record},
    domain::{
        certificate::{CertificateFacts, CertifiedLine, CertifiedStandard, CertifiedTest, Content},
        descent::{Assessed, Descent, Known},
        id::{RecordId, RecordKind},
        identifier::ExternalId,
        qc::{result::is_same_person, standard::QcStandard, test_code::Qualifier},
        record::{ACCESSION, AnyDraft, AnyRecord, Draft, Layer, Relation, State},
        source::Source,
        term::{Key, Reference},
    },
};

/// What a certificate is asked for with.
#[derive(Debug, Clone)]
pub struct Order {
    /// The accession of the lot or unit.
    pub subject: String,
    pub number: String,
    /// The accession of the bank that issues it.
    pub issuer: String,
    pub approver: String,
    /// The accession of the certificate that it takes the place of.
    pub supersedes: Option<String>,
}

impl Catalogue {
    /// Issues a certificate of today, whatever the verdict: a certificate of a failed lot says that it failed. Answers
    /// its accession.
    ///
    /// # Errors
    /// [`Error::Input`] where the subject is no published lot or unit, the bank or the older certificate is not known,
    /// the number was given out before, or the approver did one of the tests or may have.
    pub async fn certify(&self, order: &Order, standard: &QcStandard) -> Result<String, Error> {
        const TRIES: usize = 5;
        let key = self.fresh_number(order).await?;
        for _ in 0..TRIES {
            let content = self.content(order, standard).await?;
            // What changed while it was gathered would be certified as of a moment that never was.
            if log::head(&mut self.db.read().await?.conn()).await?.seq == content.seq {
                return self.keep(content, order, &key).await;
            }
        }
        Err(Error::Input("the catalogue is changing all the time; try again".to_owned()))
    }

    /// The key of a certificate with this number, where none has it.
    async fn fresh_number(&self, order: &Order) -> Result<Key, Error> {
        let (issuer, number) = (order.issuer.trim(), order.number.trim());
        if number.is_empty() || number.contains('/') {
            return Err(Error::Input(format!(
                "`{number}` is no number of a certificate; give one without `/`"
            )));
        }
        let key = Key::new("certificate", &format!("{issuer}/{number}"));
        match self.by_key::<CertificateFacts>(&key).await? {
            None => Ok(key),
            Some(given) => Err(Error::Input(format!(
                "the number {number} was given to {}; a certificate is frozen: issue another that supersedes it",
                given.record.accession
            ))),
        }
    }

    async fn content(&self, order: &Order, standard: &QcStandard) -> Result<Content, Error> {
        let on = self.today();
        let seq = log::head(&mut self.db.read().await?.conn()).await?.seq;
        let subject = self.published(&order.subject, Relation::Certified.targets()).await?;
        let issuer = self.published(&order.issuer, Relation::Organization.targets()).await?;
        if let Some(accession) = &order.supersedes {
            let before = self.published(accession, Relation::Supersedes.targets()).await?;
            supersedable(&before, order)?;
        }
        let mut lent = self.db.read().await?;
        let descent = db::descent::load(&mut lent.conn(), &[subject.id().uuid]).await?;
        let assessed = descent.assess(subject.id(), standard, on).ok_or_else(|| {
            let subject = &order.subject;
            Error::Input(format!("nobody states the level of {subject}; enter it first"))
        })?;
        let known = rests_on(&descent, &assessed, on);
        approved(&known, &order.approver)?;
        let ids: Vec<_> = known.iter().map(|known| known.record.uuid).collect();
        let results = record::any_many(&mut lent.conn(), &ids).await?;
        drop(lent);
        let accession = |id: RecordId| {
            let found = results.iter().find(|stored| stored.record.id() == id);
            found.map(|stored| stored.record.accession().to_owned())
        };
        let about = about(&subject, &descent);
        // What was found in a person above the lot is part of the verdict, and not told.
        let own = subject.id().uuid.to_string();
        let told = known
            .iter()
            .filter(|known| known.result.is_of_cells() || known.result.material.subject == own);
        Ok(Content {
            number: order.number.trim().to_owned(),
            issued_on: on,
            issuer: issuer.name().to_owned(),
            approver: order.approver.trim().to_owned(),
            subject: order.subject.clone(),
            subject_numbers: about.numbers,
            line: about.line,
            passage: about.passage,
            frozen_on: about.frozen_on,
            supersedes: order.supersedes.clone(),
            standard: certified_standard(&assessed, standard, accession),
            tests: told.filter_map(|known| certified(known, accession)).collect(),
            seq,
        })
    }

    /// The tests on a certificate that still stand in public.
    pub async fn tests_on<'c>(
        &self,
        content: &'c Content,
    ) -> Result<Vec<&'c CertifiedTest>, Error> {
        let accessions: Vec<&str> = content.tests.iter().map(|test| test.result.as_str()).collect();
        let mut lent = self.db.read().await?;
        let found = record::find_by_accession(&mut lent.conn(), accessions).await?;
        let published = found.iter().filter(|row| row.state == State::Published.as_str());
        let published: BTreeSet<&str> = published.map(|row| row.accession.as_str()).collect();
        let stands = |test: &&CertifiedTest| published.contains(test.result.as_str());
        Ok(content.tests.iter().filter(stands).collect())
    }

    async fn published(&self, accession: &str, kinds: &[RecordKind]) -> Result<AnyRecord, Error> {
        let stored = self.by_accession(accession).await?;
        let stored = stored.filter(|stored| {
            stored.record.state() == State::Published && kinds.contains(&stored.record.id().kind)
        });
        stored.map(|stored| stored.record).ok_or_else(|| {
            let kinds: Vec<String> = kinds.iter().map(ToString::to_string).collect();
            Error::Input(format!("`{accession}` is no published {}", kinds.join(" or ")))
        })
    }

    async fn keep(&self, content: Content, order: &Order, key: &Key) -> Result<String, Error> {
        let by_accession = |accession: &str| Reference::to(ACCESSION, accession);
        let facts = CertificateFacts {
            external_ids: vec![ExternalId::new(&key.scheme, key.value.as_str())],
            subject: Some(by_accession(&order.subject)),
            issuer: Some(by_accession(&order.issuer)),
            supersedes: order.supersedes.as_deref().map(by_accession),
            sha256: Some(content.hash()),
            content: Some(content),
        };
        let (source, flags) = (Source::new("curator"), Vec::new());
        let layer = Layer { source, key: key.value.clone(), facts, flags };
        let draft = AnyDraft::Certificate(Draft::of(layer));
        let reason = format!("certificate {}", key.value);
        let mut import = Import::by(self, format!("approver:{}", order.approver.trim()), reason);
        import.chunk(&[Candidate::new(1, &key.value, draft)]).await?;
        if let Some(refused) = import.report.rows.iter().find(|row| row.outcome == Outcome::Refused)
        {
            return Err(Error::Input(format!("certificate {}: {}", key.value, refused.message)));
        }
        let kept = self.by_key::<CertificateFacts>(key).await?;
        kept.map(|stored| stored.record.accession)
            .ok_or_else(|| Error::Input(format!("certificate {} was not kept", key.value)))
    }
}

/// Only a certificate of the same bank on the same lot or unit is superseded.
fn supersedable(before: &AnyRecord, order: &Order) -> Result<(), Error> {
    let AnyRecord::Certificate(before) = before else { return Ok(()) };
    let of = before.content().map(|content| content.subject.as_str());
    let by = before.first(|facts| facts.issuer.as_ref()).map(Reference::code);
    if of == Some(order.subject.as_str()) && by == Some(order.issuer.as_str()) {
        return Ok(());
    }
    Err(Error::Input(format!(
        "{} is of another lot or by another bank; it cannot be superseded by this one",
        before.accession
    )))
}

/// What was found for the lot or unit itself, and what the verdicts rest on, by the day of sampling.
fn rests_on<'d>(descent: &'d Descent, assessed: &Assessed, on: NaiveDate) -> Vec<&'d Known> {
    let subject = assessed.subject.uuid;
    let criteria = assessed.conformity.criteria.iter();
    let cited: BTreeSet<&String> = criteria.flat_map(|criterion| &criterion.results).collect();
    let above = descent.ancestors(subject).into_iter().flat_map(|id| descent.results_of(id));
    let above = above.filter(|known| cited.contains(&known.result.key));
    let own = descent.results_of(subject).iter();
    let mut known: Vec<&Known> = own.chain(above).collect();
    known.retain(|known| known.result.sampling_date.is_none_or(|sampled| sampled <= on));
    let place = |known: &&Known| {
        let result = &known.result;
        (result.test, result.sampling_date, known.record, result.key.clone())
    };
    known.sort_by_key(place);
    known.dedup_by_key(|known| (known.record, known.result.key.clone()));
    known
}

fn approved(known: &[&Known], approver: &str) -> Result<(), Error> {
    if is_same_person(approver, "") {
        return Err(Error::Input("a certificate needs an approver".to_owned()));
    }
    for known in known {
        let key = &known.result.key;
        let Some(tester) = &known.result.tester else {
            return Err(Error::Input(format!(
                "{key} does not say who did the test, so that nobody else can be known to approve"
            )));
        };
        if is_same_person(tester, approver) {
            return Err(Error::Input(format!(
                "{approver} did the test {key}; somebody who did none of the tests must approve"
            )));
        }
    }
    Ok(())
}

fn certified_standard(
    assessed: &Assessed,
    standard: &QcStandard,
    accession: impl Fn(RecordId) -> Option<String>,
) -> CertifiedStandard {
    let known = &assessed.results;
    let criteria = assessed.conformity.criteria.iter().cloned().map(|mut criterion| {
        let results = criterion.results.iter().filter_map(|key| accession(*known.get(key)?));
        criterion.results = results.collect();
        criterion
    });
    CertifiedStandard {
        code: standard.code.clone(),
        version: standard.version.clone(),
        overall: assessed.conformity.overall,
        criteria: criteria.collect(),
    }
}

fn certified(
    known: &Known,
    accession: impl Fn(RecordId) -> Option<String>,
) -> Option<CertifiedTest> {
    let result = &known.result;
    Some(CertifiedTest {
        result: accession(known.record)?,
        test: result.test,
        qualifier: result.qualifier.as_ref().map(Qualifier::text),
        method: result.method_code(),
        passage: result.passage,
        reading: result.public_reading().map(|read| read.to_string()),
        laboratory_verdict: result.laboratory_verdict,
        sampled_on: result.public_sampling_date(),
    })
}

/// What a certificate tells of its lot or unit beside the tests.
struct About {
    numbers: Vec<String>,
    line: Option<CertifiedLine>,
    passage: Option<u32>,
    frozen_on: Option<NaiveDate>,
}

fn about(subject: &AnyRecord, descent: &Descent) -> About {
    let lines = descent.ancestors(subject.id().uuid).into_iter();
    let mut lines = lines.filter_map(|id| match descent.record(id) {
        Some(AnyRecord::CellLine(line)) if line.state == State::Published => Some(line),
        _ => None,
    });
    let line = lines.next().map(|line| CertifiedLine {
        accession: line.accession.clone(),
        name: line.name().to_owned(),
    });
    match subject {
        AnyRecord::Batch(lot) => About {
            numbers: lot.external_ids().iter().map(|id| id.value.clone()).collect(),
            line,
            passage: lot.passage(),
            frozen_on: lot.first(|facts| facts.frozen_on),
        },
        _ => About { numbers: Vec::new(), line, passage: None, frozen_on: None },
    }
}
