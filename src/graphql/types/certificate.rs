//! The certificate of analysis as the public sees it: as it was issued, without what was withdrawn since.

use async_graphql::{Context, ID, Object, Result, SimpleObject};
use chrono::{DateTime, NaiveDate, Utc};

use super::{
    Certificate, Node, Organization,
    notice::Supply,
    parts::{Coded, Lang, RecordState, SourceRow, rows},
};
use crate::{
    catalogue::Catalogue,
    domain::{
        certificate::{CertificateFacts, CertifiedTest, Content},
        id::RecordId,
        qc::conformity::CriterionConformity,
        record::Relation,
    },
    graphql::{
        connection::{self, Connection, Paging},
        fault, loaders,
    },
};

impl Certificate {
    fn content(&self) -> Option<&Content> {
        self.record().content()
    }
}

/// A certificate of analysis of a lot or unit: numbered, approved by somebody who did none of the tests, and frozen.
#[Object(name = "Certificate")]
impl Certificate {
    /// Id for machines, never reused.
    pub(super) async fn id(&self) -> ID {
        self.record().id.to_string().into()
    }

    /// Accession for people: `STM-C0000042-Q`.
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

    /// Its number at the issuer.
    async fn number(&self) -> Option<&str> {
        Some(&self.content()?.number)
    }

    /// The day of issue.
    async fn issued_on(&self) -> Option<NaiveDate> {
        Some(self.content()?.issued_on)
    }

    /// Who approved it; this is nobody who did one of the tests.
    async fn approver(&self) -> Option<&str> {
        Some(&self.content()?.approver)
    }

    /// The name of the issuer on the day of issue.
    async fn issuer_name(&self) -> Option<&str> {
        Some(&self.content()?.issuer)
    }

    /// Who issued it, where it is a published record.
    async fn issuer(&self, ctx: &Context<'_>) -> Result<Option<Organization>> {
        match self.record().first(|facts| facts.issuer.as_ref()) {
            Some(issuer) => self.reached(ctx, Relation::Organization, issuer).await,
            None => Ok(None),
        }
    }

    /// The lot or unit, where it is a published record.
    async fn subject(&self, ctx: &Context<'_>) -> Result<Option<Node>> {
        let links = loaders::links_of(ctx, self.record().id.uuid).await?;
        match links.iter().find(|link| link.relation == Relation::Certified) {
            Some(link) => Node::published(ctx, Relation::Certified.targets(), link.to).await,
            None => Ok(None),
        }
    }

    /// The certificate that it takes the place of, where it is a published record.
    async fn supersedes(&self, ctx: &Context<'_>) -> Result<Option<Certificate>> {
        match self.record().first(|facts| facts.supersedes.as_ref()) {
            Some(older) => self.reached(ctx, Relation::Supersedes, older).await,
            None => Ok(None),
        }
    }

    /// The code of the standard.
    async fn standard_code(&self) -> Option<&str> {
        Some(&self.content()?.standard.code)
    }

    /// The version of the standard.
    async fn standard_version(&self) -> Option<&str> {
        Some(&self.content()?.standard.version)
    }

    /// The verdict over all on the day of issue.
    async fn overall(&self) -> Option<Coded> {
        let verdict = self.content()?.standard.overall;
        Some(Coded::new(verdict.code(), |lang| verdict.label(lang)))
    }

    /// The certificates that take its place, page by page.
    async fn superseded_by(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many records, 1 to 100; 25 when neither end is asked for.")]
        first: Option<i32>,
        #[graphql(desc = "Only records after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many records, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only records before this cursor.")] before: Option<String>,
    ) -> Result<Connection<CertificateFacts>> {
        let paging = Paging { first, after, last, before };
        connection::list(ctx, self.askers(Relation::Supersedes), None, paging).await
    }

    /// The verdict on each criterion on the day of issue; at most 100.
    async fn criteria(&self, ctx: &Context<'_>) -> Result<Vec<CertifiedCriterion<'_>>> {
        let Some(content) = self.content() else { return Ok(Vec::new()) };
        let standing = ctx.data::<Catalogue>()?.tests_on(content).await.map_err(fault)?;
        let standing: Vec<String> = standing.into_iter().map(|test| test.result.clone()).collect();
        let criteria = content.standard.criteria.iter();
        Ok(criteria.map(|of| CertifiedCriterion { of, standing: standing.clone() }).collect())
    }

    /// The tests on it, without those that were withdrawn since; at most 200.
    async fn tests(&self, ctx: &Context<'_>) -> Result<Vec<CertifiedTestOf>> {
        let Some(content) = self.content() else { return Ok(Vec::new()) };
        let shown = ctx.data::<Catalogue>()?.tests_on(content).await.map_err(fault)?;
        Ok(shown.into_iter().map(Into::into).collect())
    }

    /// The newest revision that it takes into account.
    async fn seq(&self) -> Option<i64> {
        Some(self.content()?.seq)
    }

    /// The SHA-256 of the canonical JSON of what it certifies, 64 hexadecimal digits.
    async fn sha256(&self) -> Option<String> {
        Some(self.record().first(|facts| facts.sha256.as_ref())?.to_string())
    }

    /// Whether what it certifies still is what was hashed.
    async fn is_sound(&self) -> bool {
        self.record().is_sound()
    }

    /// Where the record of the lot or unit stands now; null where it is hidden.
    async fn subject_state(&self, ctx: &Context<'_>) -> Result<Option<RecordState>> {
        let links = loaders::links_of(ctx, self.record().id.uuid).await?;
        let Some(link) = links.iter().find(|link| link.relation == Relation::Certified) else {
            return Ok(None);
        };
        for kind in Relation::Certified.targets() {
            if let Some(node) = Node::load(ctx, RecordId::new(*kind, link.to)).await? {
                return Ok(Some(node.state().into()));
            }
        }
        Ok(None)
    }

    /// What has happened since to the lot or unit: whether it can be ordered today, and the notices that hold; null where
    /// it is no longer published.
    async fn standing(&self, ctx: &Context<'_>) -> Result<Option<Supply>> {
        let links = loaders::links_of(ctx, self.record().id.uuid).await?;
        let Some(link) = links.iter().find(|link| link.relation == Relation::Certified) else {
            return Ok(None);
        };
        let node = Node::published(ctx, Relation::Certified.targets(), link.to).await?;
        match node {
            Some(node) => Ok(Some(Supply::load(ctx, node.record_id(), None, None).await?)),
            None => Ok(None),
        }
    }

    /// The rows of the sources that speak of the record.
    async fn sources(&self) -> Vec<SourceRow> {
        rows(self.record())
    }
}

/// The verdict on one criterion on the day of issue.
#[derive(Debug)]
pub struct CertifiedCriterion<'a> {
    of: &'a CriterionConformity,
    /// The accessions of the results on the certificate that were not withdrawn since.
    standing: Vec<String>,
}

/// The verdict on one criterion on the day of issue.
#[Object]
impl CertifiedCriterion<'_> {
    /// The code of the criterion within the standard.
    async fn code(&self) -> &str {
        &self.of.criterion
    }

    /// The test.
    async fn test(&self) -> Coded {
        let test = self.of.test;
        Coded::new(test.code(), |lang| test.label(lang))
    }

    /// Whether it must be met or is for information.
    async fn obligation(&self) -> Coded {
        let obligation = self.of.obligation;
        Coded::new(obligation.code(), |lang| obligation.label(lang))
    }

    /// The verdict.
    async fn verdict(&self) -> Coded {
        let verdict = self.of.verdict;
        Coded::new(verdict.code(), |lang| verdict.label(lang))
    }

    /// Why.
    async fn reason(
        &self,
        #[graphql(default, desc = "The language of the reader.")] lang: Lang,
    ) -> String {
        self.of.reason.text(lang.into())
    }

    /// The accessions of the results on the certificate that it rests on, without those withdrawn since.
    async fn results(&self) -> Vec<&String> {
        self.of.results.iter().filter(|result| self.standing.contains(result)).collect()
    }
}

/// One test on a certificate.
#[derive(Debug, SimpleObject)]
pub struct CertifiedTestOf {
    /// The accession of the result.
    result: String,
    /// The test.
    test: Coded,
    /// What of it: a marker, a virus, a germ layer.
    qualifier: Option<String>,
    /// The method.
    method: Option<Coded>,
    /// The passage of the cells that were tested.
    passage: Option<u32>,
    /// The value as it is read.
    reading: Option<String>,
    /// The laboratory's own verdict.
    laboratory_verdict: Option<Coded>,
    /// The day the sample was taken.
    sampled_on: Option<NaiveDate>,
}

impl From<&CertifiedTest> for CertifiedTestOf {
    fn from(test: &CertifiedTest) -> Self {
        let (code, method, verdict) = (test.test, test.method, test.laboratory_verdict);
        Self {
            result: test.result.clone(),
            test: Coded::new(code.code(), |lang| code.label(lang)),
            qualifier: test.qualifier.clone(),
            method: method.map(|one| Coded::new(one.code(), |lang| one.label(lang))),
            passage: test.passage,
            reading: test.reading.clone(),
            laboratory_verdict: verdict.map(|one| Coded::new(one.code(), |lang| one.label(lang))),
            sampled_on: test.sampled_on,
        }
    }
}
