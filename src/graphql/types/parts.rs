//! The small types that records of several kinds share.

use async_graphql::{Enum, Object, SimpleObject};

use crate::domain::{
    disease::NotificationScheme,
    id::RecordKind as Kind,
    identifier::{self, ExternalId, IdStatus},
    lang,
    names::{self, NameKind},
    record::{self, Facts, Record, State},
    source::Source,
    term, wording,
};

/// A language that names and texts are shown in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Enum)]
#[graphql(remote = "lang::Lang")]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Japanese.
    Ja,
}

/// Where a record stands in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "State")]
pub enum RecordState {
    /// Being written; never shown to the public.
    Draft,
    /// Being reviewed; never shown to the public.
    InReview,
    /// Open to everyone.
    Published,
    /// Taken back; what is left is this tombstone.
    Withdrawn,
    /// Found to be another record, which stands for it now.
    Merged,
}

/// A kind of record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "Kind")]
pub enum RecordKind {
    /// An established line.
    CellLine,
    /// A person or animal whose cells a line comes from, pseudonymous.
    Donor,
    /// A disease, known by its MONDO id.
    Disease,
    /// A bank, maker, depositor or distributor.
    Organization,
    /// A paper or patent.
    Publication,
    /// A lot of a line at a bank.
    Batch,
    /// A stored unit of cord blood.
    CordBloodUnit,
    /// A test that was done.
    QcResult,
    /// Tissue taken from a donor.
    Sample,
    /// A line at a bank.
    Holding,
    /// A caution, suspension, recall, discontinuation or correction.
    Notice,
    /// A certificate of analysis.
    Certificate,
    /// Who received what; for the bank's own eyes.
    Distribution,
}

/// What a name is to its record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "NameKind")]
pub enum NameUse {
    /// The name under which the source lists the record.
    Primary,
    /// The official name in a naming registry.
    Registry,
    /// Another name in use.
    Synonym,
    /// A reading of the name in kana.
    Kana,
    /// A short form.
    Abbreviation,
    /// A name the record bore before.
    Former,
    /// A wrong spelling found in the literature.
    Misspelling,
}

/// Whether an identifier still leads somewhere in its registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "IdStatus")]
pub enum IdentifierStatus {
    /// In use.
    Current,
    /// The registry or bank no longer offers what it names.
    Discontinued,
    /// Taken back by its registry.
    Withdrawn,
    /// A former accession that its registry merged into another.
    Secondary,
}

/// A list of diseases kept by the Japanese state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "NotificationScheme")]
pub enum NotificationList {
    /// 指定難病, designated intractable diseases.
    DesignatedIntractable,
    /// 小児慢性特定疾病, specific chronic diseases of childhood.
    PaediatricChronic,
}

/// A count that may go beyond the 32 bits of an `Int`.
#[expect(clippy::cast_precision_loss, reason = "no count of cells comes near 2^53")]
pub(super) fn count(count: u64) -> f64 {
    count as f64
}

/// A stable code with what a person reads.
#[derive(Debug, Clone, Copy)]
pub struct Coded {
    code: &'static str,
    en: &'static str,
    ja: &'static str,
}

impl Coded {
    pub(super) fn new(code: &'static str, label: impl Fn(lang::Lang) -> &'static str) -> Self {
        Self { code, en: label(lang::Lang::En), ja: label(lang::Lang::Ja) }
    }
}

/// A stable code with what a person reads.
#[Object]
impl Coded {
    /// The code, as in filters and facets.
    async fn code(&self) -> &'static str {
        self.code
    }

    /// What a person reads.
    async fn label(
        &self,
        #[graphql(default, desc = "The language of the reader.")] lang: Lang,
    ) -> &'static str {
        match lang {
            Lang::En => self.en,
            Lang::Ja => self.ja,
        }
    }
}

/// A text in the language it was written in.
#[derive(Debug, Clone, SimpleObject)]
pub struct Wording {
    /// The text.
    text: String,
    /// The language of the text, which is another than the reader's where his is missing.
    lang: Lang,
}

impl Wording {
    pub(super) fn of(wording: &wording::Wording, lang: Lang) -> Option<Self> {
        let (lang, text) = wording.in_lang(lang.into())?;
        Some(Self { text: text.to_owned(), lang: lang.into() })
    }
}

/// A term of an ontology as the source gave it; at least one of id and label is there.
#[derive(Debug, Clone, SimpleObject)]
pub struct Term {
    /// `UBERON:0000178`, `NCBITaxon:9606`.
    id: Option<String>,
    /// The label its source gave.
    label: Option<String>,
}

impl From<&term::Term> for Term {
    fn from(term: &term::Term) -> Self {
        Self { id: term.id.clone(), label: term.label.clone() }
    }
}

/// A name as a source wrote it.
#[derive(Debug, Clone, SimpleObject)]
pub struct Name {
    /// The name.
    text: String,
    /// What it is to the record.
    kind: NameUse,
    /// BCP 47: `en`, `ja`, `ja-Hira`; none where the name belongs to no language.
    lang: Option<String>,
}

impl From<&names::Name> for Name {
    fn from(name: &names::Name) -> Self {
        let (text, lang) = (name.text.clone(), name.lang.clone());
        Self { text, kind: name.kind.into(), lang }
    }
}

/// The names of one or several kinds.
pub(super) fn names_of<F: Facts>(record: &Record<F>, wanted: &[NameKind]) -> Vec<Name> {
    let names = record.names().into_iter();
    names.filter(|name| wanted.contains(&name.kind)).map(Name::from).collect()
}

/// An identifier of a record in another registry, as the source wrote it.
#[derive(Debug, Clone, SimpleObject)]
pub struct Identifier {
    /// Code of the scheme: `hpscreg`, `cellosaurus`, `omim`.
    scheme: String,
    /// Title of the scheme, where it is one that this catalogue knows.
    scheme_title: Option<&'static str>,
    /// The identifier.
    value: String,
    /// Whether it still leads somewhere.
    status: IdentifierStatus,
    /// Its page in the registry, where the address is known.
    url: Option<String>,
    /// What is wrong with the value by the rule of its scheme.
    problem: Option<String>,
}

impl From<&ExternalId> for Identifier {
    fn from(id: &ExternalId) -> Self {
        Self {
            scheme: id.scheme.clone(),
            scheme_title: identifier::scheme(&id.scheme).map(|scheme| scheme.title),
            value: id.value.clone(),
            status: id.status.into(),
            url: id.url(),
            problem: id.problem(),
        }
    }
}

/// Another record as a source refers to it, whether or not this catalogue has it.
#[derive(Debug, Clone, SimpleObject)]
pub struct Reference {
    /// What the source calls it.
    label: Option<String>,
    /// Its identifiers as the source gave them, best first.
    keys: Vec<Identifier>,
}

impl From<&term::Reference> for Reference {
    fn from(reference: &term::Reference) -> Self {
        let id = |key: &term::Key| ExternalId::new(&key.scheme, key.value.as_str());
        let keys = reference.keys.iter().map(|key| Identifier::from(&id(key))).collect();
        Self { label: reference.label.clone(), keys }
    }
}

/// Something a source wrote that does not read as it should. The text is kept, never repaired.
#[derive(Debug, Clone, SimpleObject)]
pub struct Flag {
    /// The field it was written in.
    field: String,
    /// The text as written.
    text: String,
    /// What is wrong with it.
    problem: String,
}

impl From<&record::Flag> for Flag {
    fn from(flag: &record::Flag) -> Self {
        let record::Flag { field, text, problem } = flag.clone();
        Self { field, text, problem }
    }
}

/// A row of a source that speaks of the record. Sources stand in the order in which their word is shown.
#[derive(Debug, Clone, SimpleObject)]
pub struct SourceRow {
    /// Code of the source: `cellosaurus`, `riken-brc`.
    source: String,
    /// The row's own key in its source.
    key: String,
    /// Title of the source, where it is known.
    title: Option<&'static str>,
    /// The licence its data came under, and whom to name.
    licence: Option<&'static str>,
    /// Address of the source.
    url: Option<&'static str>,
}

/// The rows of sources that speak of a record.
pub(super) fn rows<F: Facts>(record: &Record<F>) -> Vec<SourceRow> {
    record.layers.iter().map(|layer| row(&layer.source, &layer.key)).collect()
}

fn row(source: &Source, key: &str) -> SourceRow {
    let about = source.about();
    let stated = |text: &&'static str| !text.is_empty();
    SourceRow {
        source: source.as_str().to_owned(),
        key: key.to_owned(),
        title: about.map(|about| about.title),
        licence: about.map(|about| about.licence).filter(stated),
        url: about.map(|about| about.url).filter(stated),
    }
}

/// What every source says, shown.
pub(super) fn shown<'a, T: 'a, S: From<&'a T>>(all: Vec<&'a T>) -> Vec<S> {
    all.into_iter().map(S::from).collect()
}
