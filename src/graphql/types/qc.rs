//! Quality control as the public sees it: tests, published standards, and how a subject stands to one. Who tested and
//! who reviewed is not shown.

use std::collections::BTreeMap;

use async_graphql::{Context, ID, Object, Result, SimpleObject};
use chrono::{DateTime, NaiveDate, Utc};

use super::{
    Batch, Node, QcResult,
    parts::{Coded, Identifier, RecordState, SourceRow, rows, shown},
};
use crate::{
    domain::{
        descent::Assessed,
        id::RecordId,
        lang::Lang as Language,
        qc::{
            conformity::CriterionConformity as Judged,
            material::Level,
            standard::{Criterion, QcStandard},
            test_code::Qualifier,
            verdict::Verdict,
        },
        record::Relation,
    },
    graphql::{loaders, types::parts::Lang},
};

fn level(level: Level) -> Coded {
    Coded::new(level.code(), |lang| level.label(lang))
}

fn verdict(verdict: Verdict) -> Coded {
    Coded::new(verdict.code(), |lang| verdict.label(lang))
}

/// One test, done once. A failed one is never removed.
#[Object(name = "QcResult")]
impl QcResult {
    /// Id for machines, never reused.
    pub(super) async fn id(&self) -> ID {
        self.record().id.to_string().into()
    }

    /// Accession for people: `STM-Q0000042-Q`.
    async fn accession(&self) -> &str {
        &self.record().accession
    }

    /// Where the record stands in its life. Of a tombstone nothing else is told.
    async fn state(&self) -> RecordState {
        self.record().state.into()
    }

    /// The number of this version of the record, from 1.
    async fn version(&self) -> i64 {
        self.0.version
    }

    /// When the record was made.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// When it was last changed.
    async fn updated_at(&self) -> DateTime<Utc> {
        self.0.updated_at
    }

    /// The numbers of the result at its bank.
    async fn external_ids(&self) -> Vec<Identifier> {
        shown(self.record().external_ids())
    }

    /// What was tested for.
    async fn test(&self) -> Option<Coded> {
        let test = self.record().result()?.test;
        Some(Coded::new(test.code(), |lang| test.label(lang)))
    }

    /// What of it, where the test needs to say: a marker, a virus, a germ layer.
    async fn qualifier(&self) -> Option<String> {
        self.record().result()?.qualifier.as_ref().map(Qualifier::text)
    }

    /// The method, where it is one that is known here.
    async fn method(&self) -> Option<Coded> {
        let method = self.record().result()?.method_code()?;
        Some(Coded::new(method.code(), |lang| method.label(lang)))
    }

    /// The level of the material that was tested.
    async fn level(&self) -> Option<Coded> {
        self.record().result().map(|result| level(result.material.level))
    }

    /// The passage of the cells that were tested.
    async fn passage(&self) -> Option<u32> {
        self.record().result()?.passage
    }

    /// The value as it is read: `< 0.5 {EU}/mL`. Not shown are a text that cannot be read, which may tell of a person, and
    /// what was found in a donor or a cord-blood unit.
    async fn reading(&self) -> Option<String> {
        self.record().result()?.public_reading().map(|read| read.to_string())
    }

    /// The laboratory's own verdict.
    async fn laboratory_verdict(&self) -> Option<Coded> {
        let verdict = self.record().result()?.laboratory_verdict?;
        Some(Coded::new(verdict.code(), |lang| verdict.label(lang)))
    }

    /// The day the sample was taken; not shown of a donor or a cord-blood unit.
    async fn sampling_date(&self) -> Option<NaiveDate> {
        self.record().result()?.public_sampling_date()
    }

    /// The day the result was entered; not shown of a donor or a cord-blood unit. No result is newer for having been
    /// entered later.
    async fn entry_date(&self) -> Option<NaiveDate> {
        self.record().result()?.public_entry_date()
    }

    /// The laboratory.
    async fn laboratory(&self) -> Option<&str> {
        self.record().result()?.laboratory.as_deref()
    }

    /// The instrument.
    async fn instrument(&self) -> Option<&str> {
        self.record().result()?.instrument.as_deref()
    }

    /// The SHA-256 of the file that shows the result, 64 hexadecimal digits.
    async fn evidence_sha256(&self) -> Option<String> {
        Some(self.record().result()?.evidence.as_ref()?.sha256.to_string())
    }

    /// The number of the result that corrects this one for the same sample.
    async fn superseded_by(&self) -> Option<&str> {
        self.record().result()?.superseded_by.as_deref()
    }

    /// Whether somebody else than the tester has declared the result out of specification, so that it does not count.
    async fn out_of_specification(&self) -> bool {
        let result = self.record().result();
        result.is_some_and(|result| self.record().declared_on(result).is_some())
    }

    /// The donor, line, lot or unit that was tested, where it is a published record.
    async fn subject(&self, ctx: &Context<'_>) -> Result<Option<Node>> {
        let links = loaders::links_of(ctx, self.record().id.uuid).await?;
        match links.iter().find(|link| link.relation == Relation::Subject) {
            Some(link) => Node::published(ctx, Relation::Subject.targets(), link.to).await,
            None => Ok(None),
        }
    }

    /// The rows of the sources that speak of the record.
    async fn sources(&self) -> Vec<SourceRow> {
        rows(self.record())
    }
}

/// A published standard.
#[derive(Debug, Clone, Copy)]
pub struct Standard(pub(in crate::graphql) &'static QcStandard);

/// A published set of tests, with what each demands and where that is written.
#[Object(name = "QcStandard")]
impl Standard {
    /// The code, without the version.
    async fn code(&self) -> &str {
        &self.0.code
    }

    /// The version.
    async fn version(&self) -> &str {
        &self.0.version
    }

    /// The title.
    async fn title(&self, #[graphql(default, desc = "The language.")] lang: Lang) -> &str {
        self.0.title.text(Language::from(lang))
    }

    /// Who published it.
    async fn issuer(&self) -> &str {
        &self.0.issuer
    }

    /// Where it is published.
    async fn sources(&self) -> &[String] {
        &self.0.sources
    }

    /// The levels of material that it can be met by.
    async fn applies_to(&self) -> Vec<Coded> {
        self.0.applies_to.iter().copied().map(level).collect()
    }

    /// The criteria, in its order.
    async fn criteria(&self) -> Vec<StandardCriterion> {
        self.0.criteria.iter().map(StandardCriterion).collect()
    }
}

/// A criterion of a published standard.
#[derive(Debug)]
pub struct StandardCriterion(&'static Criterion);

/// What a standard demands of one test.
#[Object]
impl StandardCriterion {
    /// The code, stable within the standard.
    async fn code(&self) -> &str {
        &self.0.code
    }

    /// The test.
    async fn test(&self) -> Coded {
        let test = self.0.test;
        Coded::new(test.code(), |lang| test.label(lang))
    }

    /// Whether it must be met or is for information.
    async fn obligation(&self) -> Coded {
        let obligation = self.0.obligation;
        Coded::new(obligation.code(), |lang| obligation.label(lang))
    }

    /// What is demanded, as JSON.
    async fn requirement(&self) -> String {
        serde_json::to_string(&self.0.requirement).expect("a requirement is JSON")
    }

    /// The source and the place in it.
    async fn citation(&self) -> &str {
        &self.0.citation
    }
}

/// Lots that may be ordered and meet a standard.
#[derive(Debug, SimpleObject)]
pub struct OrderableBatches {
    /// The lots, at most as many as were asked for.
    pub(in crate::graphql) nodes: Vec<Batch>,
    /// Whether there are more.
    pub(in crate::graphql) has_more: bool,
}

/// How a subject stands to a standard on a day.
#[derive(Debug)]
pub struct Conformity {
    pub(in crate::graphql) standard: &'static QcStandard,
    pub(in crate::graphql) assessed: Assessed,
}

/// How a subject stands to a standard on a day, criterion by criterion.
#[Object]
impl Conformity {
    /// The standard.
    async fn standard(&self) -> Standard {
        Standard(self.standard)
    }

    /// The donor, line, lot or unit.
    async fn subject(&self, ctx: &Context<'_>) -> Result<Option<Node>> {
        Node::load(ctx, self.assessed.subject).await
    }

    /// The day.
    async fn on(&self) -> NaiveDate {
        self.assessed.conformity.on
    }

    /// The worst verdict over what must be met; pass only if every one of those is pass or not applicable.
    async fn overall(&self) -> Coded {
        verdict(self.assessed.conformity.overall)
    }

    /// The verdict on each criterion, in the order of the standard.
    async fn criteria(&self) -> Vec<CriterionConformity<'_>> {
        let judged = self.assessed.conformity.criteria.iter();
        let criterion = |judged: &Judged| {
            self.standard.criteria.iter().find(|criterion| criterion.code == judged.criterion)
        };
        let known = &self.assessed.results;
        judged
            .filter_map(|judged| {
                Some(CriterionConformity { of: criterion(judged)?, judged, known })
            })
            .collect()
    }
}

/// How a subject stands to one criterion.
#[derive(Debug)]
pub struct CriterionConformity<'a> {
    of: &'static Criterion,
    judged: &'a Judged,
    known: &'a BTreeMap<String, RecordId>,
}

/// How a subject stands to one criterion, and why.
#[Object]
impl CriterionConformity<'_> {
    /// The criterion.
    async fn criterion(&self) -> StandardCriterion {
        StandardCriterion(self.of)
    }

    /// The verdict.
    async fn verdict(&self) -> Coded {
        verdict(self.judged.verdict)
    }

    /// Why.
    async fn reason(&self, #[graphql(default, desc = "The language.")] lang: Lang) -> String {
        self.judged.reason.text(Language::from(lang))
    }

    /// The results that the verdict rests on.
    async fn results(&self, ctx: &Context<'_>) -> Result<Vec<QcResult>> {
        let ids = self.judged.results.iter().filter_map(|key| self.known.get(key));
        loaders::records_of(ctx, ids.map(|id| id.uuid).collect()).await
    }
}
