//! The cell line as the public sees it.

use async_graphql::{Context, ID, Object, Result};
use chrono::{DateTime, Utc};

use super::{
    CellLine, CordBloodUnit, Donor, Sample,
    finding::Finding,
    line_parts::{
        Derivation, LineDisease, LineOrganization, LinePublication, Modification, Note, Parent,
        StrProfile, Variant,
    },
    notice::Distributions,
    parts::{Coded, Flag, Identifier, Lang, Name, RecordState, SourceRow, Term, rows, shown},
    typing::{Hla, Karyotype, KaryotypeFinding},
};
use crate::{
    domain::{
        batch::BatchFacts, cell_line::LineFacts, holding::HoldingFacts, lang, notice::NoticeFacts,
        page::MAX_PAGE, qc::record::ResultFacts, record::Relation,
    },
    graphql::{
        connection::{self, Connection, Paging},
        loaders,
    },
};

/// An established line. Where sources differ on a single value, that of the first by precedence is shown.
#[Object(name = "CellLine")]
impl CellLine {
    /// Id for machines, never reused.
    pub(super) async fn id(&self) -> ID {
        self.record().id.to_string().into()
    }

    /// Accession for people: `STM-L0000042-Q`.
    async fn accession(&self) -> &str {
        &self.record().accession
    }

    /// The name to show: by kind of name, then by precedence of source.
    async fn name(
        &self,
        #[graphql(default, desc = "The language of the reader.")] lang: Lang,
    ) -> &str {
        self.record().name_in(lang::Lang::from(lang).code())
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

    /// What sort of line it is.
    async fn kind(&self) -> Option<Coded> {
        self.record().line_kind().map(Coded::from)
    }

    /// The species, by NCBI Taxon id; more than one for a hybrid.
    async fn species(&self) -> Vec<Term> {
        shown(self.record().species())
    }

    /// Every name, as the sources wrote it.
    async fn names(&self) -> Vec<Name> {
        shown(self.record().names())
    }

    /// Identifiers in other registries.
    async fn external_ids(&self) -> Vec<Identifier> {
        shown(self.record().external_ids())
    }

    /// The donor, where it is a published record.
    async fn donor(&self, ctx: &Context<'_>) -> Result<Option<Donor>> {
        let Some(reference) = self.record().first(|facts| facts.donor.as_ref()) else {
            return Ok(None);
        };
        self.reached(ctx, Relation::Donor, reference).await
    }

    /// The cord-blood unit that it was made of, where that is a published record.
    async fn source_unit(&self, ctx: &Context<'_>) -> Result<Option<CordBloodUnit>> {
        let Some(reference) = self.record().first(|facts| facts.source_unit.as_ref()) else {
            return Ok(None);
        };
        self.reached(ctx, Relation::SourceUnit, reference).await
    }

    /// Where it is held, page by page.
    async fn holdings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many records, 1 to 100; 25 when neither end is asked for.")]
        first: Option<i32>,
        #[graphql(desc = "Only records after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many records, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only records before this cursor.")] before: Option<String>,
    ) -> Result<Connection<HoldingFacts>> {
        let paging = Paging { first, after, last, before };
        connection::list(ctx, self.askers(Relation::HeldLine), None, paging).await
    }

    /// The notices about it alone, old and new, page by page. Those about its lots and holdings stand there.
    async fn notices(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many records, 1 to 100; 25 when neither end is asked for.")]
        first: Option<i32>,
        #[graphql(desc = "Only records after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many records, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only records before this cursor.")] before: Option<String>,
    ) -> Result<Connection<NoticeFacts>> {
        let paging = Paging { first, after, last, before };
        connection::list(ctx, self.askers(Relation::About), None, paging).await
    }

    /// How often it, or something that came of it, was distributed.
    async fn distributions(&self, ctx: &Context<'_>) -> Result<Distributions> {
        Distributions::load(ctx, self.record().id).await
    }

    /// The sample that it was made of, where it is a published record.
    async fn source_sample(&self, ctx: &Context<'_>) -> Result<Option<Sample>> {
        match self.record().first(|facts| facts.source_sample.as_ref()) {
            Some(sample) => self.reached(ctx, Relation::SourceSample, sample).await,
            None => Ok(None),
        }
    }

    /// The lots of it at all banks, page by page.
    async fn batches(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many records, 1 to 100; 25 when neither end is asked for.")]
        first: Option<i32>,
        #[graphql(desc = "Only records after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many records, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only records before this cursor.")] before: Option<String>,
    ) -> Result<Connection<BatchFacts>> {
        let paging = Paging { first, after, last, before };
        connection::list(ctx, self.askers(Relation::Line), None, paging).await
    }

    /// The tests of the line itself, page by page. Those of a lot stand with the lot.
    async fn qc_results(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many records, 1 to 100; 25 when neither end is asked for.")]
        first: Option<i32>,
        #[graphql(desc = "Only records after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many records, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only records before this cursor.")] before: Option<String>,
    ) -> Result<Connection<ResultFacts>> {
        let paging = Paging { first, after, last, before };
        connection::list(ctx, self.askers(Relation::Subject), None, paging).await
    }

    /// The lines it comes from.
    async fn parents(&self) -> Vec<Parent> {
        let parents = self.record().all(|facts| &facts.parents).into_iter();
        parents.map(|parent| Parent { of: self.clone(), parent: parent.clone() }).collect()
    }

    /// The lines that come from it.
    async fn children(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many records, 1 to 100; 25 when neither end is asked for.")]
        first: Option<i32>,
        #[graphql(desc = "Only records after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many records, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only records before this cursor.")] before: Option<String>,
    ) -> Result<Connection<LineFacts>> {
        let paging = Paging { first, after, last, before };
        connection::list(ctx, self.askers(Relation::Parent), None, paging).await
    }

    /// Other lines of the same donor, at most 100; the donor has them all.
    async fn siblings(&self, ctx: &Context<'_>) -> Result<Vec<CellLine>> {
        let Some(donor) = self.donor(ctx).await? else { return Ok(Vec::new()) };
        let first = i32::try_from(MAX_PAGE).ok();
        let paging = Paging { first, ..Paging::default() };
        let lines = connection::list(ctx, donor.askers(Relation::Donor), None, paging).await?;
        let own = self.record().id;
        Ok(lines.into_records().filter(|line: &CellLine| line.record().id != own).collect())
    }

    /// How the line was made.
    async fn derivation(&self) -> Derivation {
        Derivation::of(self.record())
    }

    /// The diseases on the line. None is *none stated*, never *healthy*.
    async fn diseases(&self) -> Vec<LineDisease> {
        let diseases = self.record().all(|facts| &facts.diseases).into_iter();
        diseases.map(|stated| LineDisease { of: self.clone(), stated: stated.clone() }).collect()
    }

    /// Whether a patient of a disease gave the cells, or a disease was engineered into them.
    async fn disease_specific(&self) -> bool {
        self.record().is_disease_specific()
    }

    /// The classes of the catalogue that it belongs to.
    async fn classes(&self) -> Vec<Coded> {
        self.record().classes().into_iter().map(Coded::from).collect()
    }

    /// What was done to its genes.
    async fn modifications(&self) -> Vec<Modification> {
        shown(self.record().all(|facts| &facts.modifications))
    }

    /// The sequence variants it carries.
    async fn variants(&self) -> Vec<Variant> {
        shown(self.record().all(|facts| &facts.variants))
    }

    /// STR profiles that a source has published.
    async fn str_profiles(&self) -> Vec<StrProfile> {
        shown(self.record().public_str_profiles())
    }

    /// Karyotypes as written.
    async fn karyotypes(&self) -> Vec<Karyotype> {
        shown(self.record().all(|facts| &facts.karyotypes))
    }

    /// What its karyotypes show beside what is known of the donor: those of `findings` that speak of a karyotype.
    async fn karyotype_findings(&self, ctx: &Context<'_>) -> Result<Vec<KaryotypeFinding>> {
        let found = loaders::findings_of(ctx, self.record().id.uuid).await?;
        Ok(found.iter().filter_map(KaryotypeFinding::of).collect())
    }

    /// What does not fit together among the record, what it comes from and the tests of both, at most 100, the gravest
    /// first. No sealed value is told. Not for clinical selection.
    async fn findings(&self, ctx: &Context<'_>) -> Result<Vec<Finding>> {
        self.found(ctx).await
    }

    /// HLA typings that a source has published, as read; null where there are none.
    async fn hla(&self) -> Option<Hla> {
        let typings = self.record().public_hla();
        (!typings.is_empty()).then_some(Hla(typings))
    }

    /// HLA typings that a source has published, as written. Not for clinical selection.
    async fn hla_typings(&self) -> Vec<&String> {
        self.record().public_hla_typings()
    }

    /// Who made, deposited, holds, distributes and owns it.
    async fn organizations(&self) -> Vec<LineOrganization> {
        let all = self.record().all(|facts| &facts.organizations).into_iter();
        all.map(|stated| LineOrganization { of: self.clone(), stated: stated.clone() }).collect()
    }

    /// The publications it rests on.
    async fn publications(&self) -> Vec<LinePublication> {
        let all = self.record().all(|facts| &facts.publications).into_iter();
        all.map(|cited| LinePublication { of: self.clone(), cited: cited.clone() }).collect()
    }

    /// Remarks under headings of the sources.
    async fn notes(&self) -> Vec<Note> {
        shown(self.record().public_notes())
    }

    /// Pages on the web that the sources point to.
    async fn web_pages(&self) -> Vec<&String> {
        self.record().all(|facts| &facts.web_pages)
    }

    /// What sources wrote that does not read as it should.
    async fn flags(&self) -> Vec<Flag> {
        shown(self.record().flags())
    }

    /// The rows of sources that speak of the record, in the order in which their word is shown.
    async fn sources(&self) -> Vec<SourceRow> {
        rows(self.record())
    }
}
