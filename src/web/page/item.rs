//! A piece of text on a page, with a link, a remark and a tone.

use super::{batch, certificate, holding, notice};
use crate::{
    domain::{
        identifier::ExternalId,
        lang::Lang,
        record::AnyRecord,
        term::{Key, Reference, Term},
        wording::Wording,
    },
    each_kind,
    web::address::{external, localized, record_path},
};

/// How a word is to be taken. The word says it too; the colour only helps the eye.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Tone {
    #[default]
    Plain,
    Good,
    Open,
    Bad,
}

impl Tone {
    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Good => "good",
            Self::Open => "open",
            Self::Bad => "bad",
        }
    }
}

/// A piece of text, perhaps with a link and a remark.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Item {
    pub(super) text: String,
    pub(super) href: Option<String>,
    /// The link leaves the catalogue.
    pub(super) leaves: bool,
    pub(super) note: String,
    pub(super) tone: Tone,
    /// The language of the text, where it is not that of the page.
    pub(super) lang: Option<Lang>,
    /// By what an address leads to it.
    pub(super) anchor: String,
    /// What stands under it in the same cell of a table.
    pub(super) below: Vec<Item>,
}

impl Item {
    pub(super) fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    pub(super) fn note(self, note: impl Into<String>) -> Self {
        Self { note: note.into(), ..self }
    }

    pub(super) fn link(self, href: Option<String>) -> Self {
        Self { href, ..self }
    }

    pub(super) fn tone(self, tone: Tone) -> Self {
        Self { tone, ..self }
    }

    pub(super) fn anchor(self, anchor: impl Into<String>) -> Self {
        Self { anchor: anchor.into(), ..self }
    }

    /// One cell of several; the word for nothing where there is none.
    pub(super) fn stacked(items: impl IntoIterator<Item = Self>, nothing: &str) -> Self {
        let mut items = items.into_iter();
        let first = items.next().unwrap_or_else(|| Self::new(nothing));
        Self { below: items.collect(), ..first }
    }

    pub(super) fn outside(self, href: Option<String>) -> Self {
        Self { href, leaves: true, ..self }
    }

    /// A web address a source wrote.
    pub(super) fn web(url: &str) -> Self {
        Self::new(url).outside(external(url).map(ToOwned::to_owned))
    }

    /// A text in the reader's language, or in the other one and marked so.
    pub(super) fn wording(wording: &Wording, lang: Lang) -> Option<Self> {
        let (own, text) = wording.in_lang(lang)?;
        Some(Self { lang: (own != lang).then_some(own), ..Self::new(text) })
    }

    pub(super) fn term(term: &Term) -> Self {
        let id = term.id.clone().filter(|id| id != term.text());
        Self::new(term.text()).note(id.unwrap_or_default())
    }

    pub(super) fn record(record: &AnyRecord, lang: Lang) -> Self {
        let path = record_path(record.id().kind, record.accession());
        Self::new(name_in(record, lang)).link(path.map(|path| localized(lang, &path)))
    }

    /// The record that a reference reaches, or what the source wrote.
    pub(super) fn reference(reference: &Reference, record: Option<&AnyRecord>, lang: Lang) -> Self {
        match record {
            Some(record) => Self::record(record, lang),
            None => Self::new(reference.text()).outside(reference.keys.first().and_then(key_url)),
        }
    }
}

fn key_url(key: &Key) -> Option<String> {
    ExternalId::new(&key.scheme, key.value.as_str()).url()
}

pub(super) fn name_in(record: &AnyRecord, lang: Lang) -> &str {
    match record {
        AnyRecord::Batch(lot) => batch::name(lot, lang),
        AnyRecord::Holding(holding) => holding::name(holding),
        AnyRecord::Notice(notice) => notice::name(notice, lang),
        AnyRecord::Certificate(certificate) => certificate::name(certificate),
        other => each_kind!(other, record => record.name_in(lang.code())),
    }
}
