//! What the catalogue says of itself.

use async_graphql::{Context, Object, Result, SimpleObject};

use crate::{
    catalogue::Catalogue,
    domain::{facet::Facet, id::RecordKind, identifier, source},
    graphql::{fault, search::FacetName},
};

/// The catalogue as it stands at one moment.
#[derive(Debug)]
pub struct About {
    counts: Counts,
    seq: i64,
    hash: String,
}

/// How many published records there are.
#[derive(Debug, Clone, Copy, Default, SimpleObject)]
pub struct Counts {
    /// Cell lines.
    cell_lines: i64,
    /// Donors.
    donors: i64,
    /// Diseases.
    diseases: i64,
    /// Organizations.
    organizations: i64,
    /// Publications.
    publications: i64,
    /// Lots.
    batches: i64,
    /// Cord-blood units.
    cord_blood_units: i64,
    /// Results of tests.
    qc_results: i64,
    /// Samples of donors.
    samples: i64,
    /// Lines at banks.
    holdings: i64,
    /// Notices.
    notices: i64,
    /// Certificates of analysis.
    certificates: i64,
    /// Distributions; each of them is for the bank's own eyes.
    distributions: i64,
}

/// Where the log of changes stands.
#[derive(Debug, SimpleObject)]
pub struct Chain {
    /// The number of the newest revision.
    seq: i64,
    /// Its hash in hexadecimal, which rests on every revision before.
    hash: String,
}

/// A source of the catalogue.
#[derive(Debug, SimpleObject)]
pub struct SourceAbout {
    /// The code, as in filters and facets.
    code: &'static str,
    /// The title.
    title: &'static str,
    /// The licence its data came under, and whom to name.
    licence: Option<&'static str>,
    /// The address.
    url: Option<&'static str>,
}

/// A scheme of identifiers that the catalogue knows.
#[derive(Debug, SimpleObject)]
pub struct SchemeAbout {
    /// The code, as in `externalIds` and `hasIdentifierIn`.
    code: &'static str,
    /// The title.
    title: &'static str,
    /// What its identifiers look like.
    example: &'static str,
}

impl About {
    pub(in crate::graphql) async fn load(ctx: &Context<'_>) -> Result<Self> {
        let (by_kind, head) = ctx.data::<Catalogue>()?.counts().await.map_err(fault)?;
        let mut counts = Counts::default();
        for (kind, count) in by_kind {
            *match kind {
                RecordKind::CellLine => &mut counts.cell_lines,
                RecordKind::Donor => &mut counts.donors,
                RecordKind::Disease => &mut counts.diseases,
                RecordKind::Organization => &mut counts.organizations,
                RecordKind::Publication => &mut counts.publications,
                RecordKind::Batch => &mut counts.batches,
                RecordKind::CordBloodUnit => &mut counts.cord_blood_units,
                RecordKind::QcResult => &mut counts.qc_results,
                RecordKind::Sample => &mut counts.samples,
                RecordKind::Holding => &mut counts.holdings,
                RecordKind::Notice => &mut counts.notices,
                RecordKind::Certificate => &mut counts.certificates,
                RecordKind::Distribution => &mut counts.distributions,
            } = count;
        }
        Ok(Self { counts, seq: head.seq, hash: hex::encode(head.hash) })
    }
}

/// The catalogue itself.
#[Object(name = "Catalogue")]
impl About {
    /// How many published records there are.
    async fn counts(&self) -> Counts {
        self.counts
    }

    /// The number of the newest revision.
    async fn seq(&self) -> i64 {
        self.seq
    }

    /// Where the log of changes stands.
    async fn chain(&self) -> Chain {
        Chain { seq: self.seq, hash: self.hash.clone() }
    }

    /// The version of the software.
    async fn version(&self) -> &'static str {
        env!("CARGO_PKG_VERSION")
    }

    /// The facets that lists and searches are narrowed by.
    async fn facets(&self) -> Vec<FacetName> {
        Facet::ALL.map(FacetName::from).to_vec()
    }

    /// The known sources, in the order in which their word is shown.
    async fn sources(&self) -> Vec<SourceAbout> {
        let stated = |text: &&'static str| !text.is_empty();
        let about = |about: &'static source::About| SourceAbout {
            code: about.code,
            title: about.title,
            licence: Some(about.licence).filter(stated),
            url: Some(about.url).filter(stated),
        };
        source::SOURCES.iter().map(about).collect()
    }

    /// The known schemes of identifiers.
    async fn schemes(&self) -> Vec<SchemeAbout> {
        let about = |scheme: &'static identifier::Scheme| SchemeAbout {
            code: scheme.code,
            title: scheme.title,
            example: scheme.example,
        };
        identifier::SCHEMES.iter().map(about).collect()
    }
}
