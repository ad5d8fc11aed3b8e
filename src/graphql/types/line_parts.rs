//! What a cell line is made of: its derivation, changes, profiles, and what it refers to.

use async_graphql::{Context, Object, Result, SimpleObject};

use super::{
    CellLine, Disease, Organization, Publication,
    parts::{Coded, Reference, Term},
};
use crate::domain::{
    cell_line::{self as line, CatalogueClass, LineFacts, LineKind},
    hgvs,
    record::{Record, Relation},
    str_profile, term,
};

macro_rules! coded_from {
    ($($type:ty),*) => {
        $(impl From<$type> for Coded {
            fn from(one: $type) -> Self {
                Self::new(one.code(), |lang| one.label(lang))
            }
        })*
    };
}

coded_from!(
    LineKind,
    CatalogueClass,
    line::DiseaseBasis,
    line::ParentRelation,
    line::VectorType,
    line::ModificationKind,
    line::OrganizationRole
);

/// How the line was made. Where sources differ, each value is that of the first source that states it; of tissues
/// and cell types an ontology term goes before a text.
#[derive(Debug, SimpleObject)]
pub struct Derivation {
    /// Tissue of origin.
    tissue: Option<Term>,
    /// Cell type of origin.
    cell_type: Option<Term>,
    /// Whether the reprogramming vector enters the genome.
    vector_type: Option<Coded>,
    /// The vector: `Sendai virus`, `episomal plasmid`.
    vector: Option<String>,
    /// Gene symbols of the reprogramming factors; none is *not stated*.
    factors: Option<Vec<String>>,
    /// The kit, where one was used.
    kit: Option<String>,
    /// The year of the derivation.
    year: Option<i64>,
}

impl Derivation {
    pub(super) fn of(line: &Record<LineFacts>) -> Self {
        Self {
            tissue: line.origin(|d| d.tissue.as_ref()).map(Term::from),
            cell_type: line.origin(|d| d.cell_type.as_ref()).map(Term::from),
            vector_type: line.derivation(|d| d.vector_type.as_ref()).map(|v| Coded::from(*v)),
            vector: line.derivation(|d| d.vector.as_ref()).cloned(),
            factors: line.derivation(|d| d.factors.as_ref()).cloned(),
            kit: line.derivation(|d| d.kit.as_ref()).cloned(),
            year: line.derivation(|d| d.year.as_ref()).copied(),
        }
    }
}

/// What was done to a gene.
#[derive(Debug, SimpleObject)]
pub struct Modification {
    /// The sort of change.
    kind: Coded,
    /// The gene: its symbol as label, its number in a registry as id.
    gene: Option<Term>,
    /// How it was done: `CRISPR/Cas9`.
    method: Option<String>,
    /// The change as the source describes it.
    description: Option<String>,
}

impl From<&line::GeneticModification> for Modification {
    fn from(made: &line::GeneticModification) -> Self {
        Self {
            kind: made.kind.into(),
            gene: made.gene.as_ref().map(Term::from),
            method: made.method.clone(),
            description: made.description.clone(),
        }
    }
}

/// A sequence variant the line carries, as written and as read.
#[derive(Debug, SimpleObject)]
pub struct Variant {
    /// The variant as written.
    text: String,
    /// What the text names, where it can be read.
    hgvs: Option<Hgvs>,
    /// Zygosity as the source words it.
    zygosity: Option<String>,
}

/// The parts of a variant's description, as written.
#[derive(Debug, SimpleObject)]
pub struct Hgvs {
    /// Reference sequence: `NM_000257.4`.
    accession: Option<String>,
    /// Gene symbol.
    gene: Option<String>,
    /// Change of the transcript: `c.767G>A`.
    coding: Option<String>,
    /// Change of the protein: `p.Gly256Glu`.
    protein: Option<String>,
    /// Change of the chromosome or the mitochondrion.
    genomic: Option<String>,
    /// What is wrong with the description, each with its remedy.
    problems: Vec<String>,
}

impl From<&line::Variant> for Variant {
    fn from(variant: &line::Variant) -> Self {
        let hgvs::HgvsReading { accession, gene, coding, protein, genomic, problems } =
            variant.hgvs.clone().unwrap_or_default();
        let hgvs = Hgvs { accession, gene, coding, protein, genomic, problems };
        Self {
            text: variant.text.clone(),
            hgvs: variant.hgvs.is_some().then_some(hgvs),
            zygosity: variant.zygosity.clone(),
        }
    }
}

/// One report of an STR profile.
#[derive(Debug, SimpleObject)]
pub struct StrProfile {
    /// Where the report comes from, as the source cites it.
    sources: Vec<String>,
    /// The markers by name.
    markers: Vec<StrMarker>,
}

/// The alleles of one marker.
#[derive(Debug, SimpleObject)]
pub struct StrMarker {
    /// Canonical name of the marker.
    name: String,
    /// The alleles in the order of the source. What cannot be read is one text, as written.
    alleles: Vec<String>,
}

impl From<&str_profile::StrProfile> for StrProfile {
    fn from(profile: &str_profile::StrProfile) -> Self {
        let marker = |(name, alleles): (&String, &Vec<String>)| StrMarker {
            name: name.clone(),
            alleles: alleles.clone(),
        };
        let markers = profile.markers.iter().map(marker).collect();
        Self { sources: profile.sources.clone(), markers }
    }
}

/// A remark under a heading of the source.
#[derive(Debug, SimpleObject)]
pub struct Note {
    /// The heading: `Caution`, `Doubling time`.
    topic: String,
    /// The remark.
    text: String,
}

impl From<&line::Note> for Note {
    fn from(note: &line::Note) -> Self {
        Self { topic: note.topic.clone(), text: note.text.clone() }
    }
}

/// Where a line comes from.
#[derive(Debug)]
pub struct Parent {
    pub(super) of: CellLine,
    pub(super) parent: line::Parent,
}

/// A line from which this one comes.
#[Object]
impl Parent {
    /// How the line comes from it.
    async fn relation(&self) -> Coded {
        self.parent.relation.into()
    }

    /// The parent as the source refers to it.
    async fn reference(&self) -> Reference {
        (&self.parent.line).into()
    }

    /// The parent, where it is a published record.
    async fn line(&self, ctx: &Context<'_>) -> Result<Option<CellLine>> {
        self.of.reached(ctx, Relation::Parent, &self.parent.line).await
    }
}

/// A disease on a line.
#[derive(Debug)]
pub struct LineDisease {
    pub(super) of: CellLine,
    pub(super) stated: line::LineDisease,
}

/// A disease that stands on a line, and why.
#[Object]
impl LineDisease {
    /// Why it stands on the line.
    async fn basis(&self) -> Coded {
        self.stated.basis.into()
    }

    /// The disease as the source refers to it.
    async fn reference(&self) -> Reference {
        (&self.stated.disease).into()
    }

    /// The disease, where it is a published record.
    async fn disease(&self, ctx: &Context<'_>) -> Result<Option<Disease>> {
        self.of.reached(ctx, Relation::Disease, &self.stated.disease).await
    }
}

/// An organization of a line.
#[derive(Debug)]
pub struct LineOrganization {
    pub(super) of: CellLine,
    pub(super) stated: line::LineOrganization,
}

/// What an organization is to a line.
#[Object]
impl LineOrganization {
    /// What it is to the line.
    async fn role(&self) -> Coded {
        self.stated.role.into()
    }

    /// The country as the source names it.
    async fn country(&self) -> Option<&str> {
        self.stated.country.as_deref()
    }

    /// The organization as the source refers to it.
    async fn reference(&self) -> Reference {
        (&self.stated.organization).into()
    }

    /// The organization, where it is a published record.
    async fn organization(&self, ctx: &Context<'_>) -> Result<Option<Organization>> {
        self.of.reached(ctx, Relation::Organization, &self.stated.organization).await
    }
}

/// A publication of a line.
#[derive(Debug)]
pub struct LinePublication {
    pub(super) of: CellLine,
    pub(super) cited: term::Reference,
}

/// A publication that a line rests on.
#[Object]
impl LinePublication {
    /// The publication as the source refers to it.
    async fn reference(&self) -> Reference {
        (&self.cited).into()
    }

    /// The publication, where it is a published record.
    async fn publication(&self, ctx: &Context<'_>) -> Result<Option<Publication>> {
        self.of.reached(ctx, Relation::Publication, &self.cited).await
    }
}
