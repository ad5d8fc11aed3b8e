//! A disease: its names in three scripts, its numbers in Japan, its place among diseases, and the lines that have
//! it or a disease below it.

use axum::{
    extract::{Path, State, rejection::PathRejection},
    response::Response,
};

use super::{
    Block, Item, RecordPage, Row, Rows, Section, asked_for, bounded, ids_block, listed,
    names_table, published, sources, version,
};
use crate::{
    catalogue::{Error, label::Labels, read::DiseaseKey},
    domain::{
        disease::DiseaseFacts,
        facet::Facet,
        filter::Condition,
        id::RecordKind,
        identifier::ExternalId,
        lang::Lang,
        names::{Name, NameKind},
        record::{Record, Relation},
    },
    web::{
        Web,
        address::{Asked, localized, record_path},
        i18n::{self, words},
        reply::{Failure, Head, Problem},
    },
};

pub(in crate::web) async fn show(
    State(web): State<Web>,
    path: Result<Path<String>, PathRejection>,
) -> Response {
    match disease(&web, path).await {
        Ok(page) => page.response(),
        Err(failure) => failure.response(web.lang),
    }
}

/// A MONDO or NANDO id, with a colon or an underscore.
fn key(text: &str) -> Option<DiseaseKey> {
    let (prefix, _) = text.split_once([':', '_'])?;
    match prefix.to_ascii_uppercase().as_str() {
        "MONDO" => Some(DiseaseKey::Mondo(text.to_owned())),
        "NANDO" => Some(DiseaseKey::Nando(text.to_owned())),
        _ => None,
    }
}

async fn disease(
    web: &Web,
    path: Result<Path<String>, PathRejection>,
) -> Result<RecordPage, Failure> {
    let key = key(&asked_for(path)?).ok_or(Problem::NotFound)?;
    let found = web.catalogue.disease(&key).await.map_err(|error| match error {
        Error::Ambiguous { candidates, .. } => Failure::Candidates(RecordKind::Disease, candidates),
        other => other.into(),
    })?;
    let stored = found.ok_or(Problem::NotFound)?;
    let disease = &stored.record;
    published(disease.state, &disease.accession)?;
    let (lang, t) = (web.lang, words(web.lang));
    let numbers: Vec<String> = disease.notifications().iter().map(|number| number.code()).collect();
    let ancestors = disease.ancestors();
    let codes = ancestors.iter().map(|(id, _)| (*id).to_owned()).chain(numbers.iter().cloned());
    let labels = super::labels(web, codes.collect()).await?;
    let ids = disease.external_ids();
    let synonyms: Vec<&Name> =
        disease.names().into_iter().filter(|name| !name.is_chief()).collect();
    let mut sections = vec![
        Section::new("what", t.what, what(disease, lang)),
        Section::new("numbers", t.notifications, notifications(&numbers, &labels, lang)),
        lines(web, &disease.accession).await?,
        Section::new("ancestors", t.ancestors, above(&ancestors, &labels, lang)),
        Section::new(
            "elsewhere",
            t.cross_references,
            vec![ids_block(&ids, t.cross_references, lang)],
        ),
        sources(&disease.layers, lang),
    ];
    if !synonyms.is_empty() {
        let table = super::Table { caption: t.synonyms.to_owned(), ..names_table(&synonyms, lang) };
        sections.insert(3, Section::new("names", t.synonyms, vec![Block::Table(table)]));
    }
    let name = disease.name_in(lang.code()).to_owned();
    let path = record_path(disease.id.kind, &disease.accession).unwrap_or_default();
    Ok(RecordPage {
        head: Head::new(lang, &*name, path),
        kind: t.disease,
        name,
        accession: disease.accession.clone(),
        badges: Vec::new(),
        notices: Vec::new(),
        sections,
        version: version(stored.version, stored.updated_at, lang),
    })
}

fn what(disease: &Record<DiseaseFacts>, lang: Lang) -> Vec<Block> {
    let (t, rows) = (words(lang), Rows { lang });
    let names = disease.names();
    let chief = |language: &str| {
        let chief = names.iter().filter(|n| n.kind == NameKind::Primary);
        let own: Vec<Item> = chief
            .filter(|name| name.lang.as_deref() == Some(language))
            .map(|name| Item::new(&*name.text))
            .collect();
        own
    };
    let kana = names.iter().filter(|name| name.kind == NameKind::Kana);
    let both = |facts: &DiseaseFacts| [facts.definition.clone(), facts.definition_ja.clone()];
    let definitions = disease.all(both).into_iter().flatten().map(Item::new);
    let mut list: Vec<Row> = vec![
        rows.row(t.name_en, chief("en")),
        rows.row(t.name_ja, chief("ja")),
        rows.row(t.kana, kana.map(|name| Item::new(&*name.text))),
        rows.row(t.definition, definitions),
    ];
    let replacement = disease.first(|facts| facts.replaced_by.as_deref());
    if let Some(replacement) = replacement {
        let path = record_path(RecordKind::Disease, replacement);
        let item = Item::new(replacement).link(path.map(|path| localized(lang, &path)));
        list.push(rows.row(t.replaced_by, [item]));
    }
    let mut blocks = vec![Block::Rows(list)];
    if disease.is_deprecated() {
        blocks.insert(0, Block::Warning(t.deprecated.to_owned()));
    }
    blocks
}

fn notifications(numbers: &[String], labels: &Labels, lang: Lang) -> Vec<Block> {
    let t = words(lang);
    let item = |code: &String| Item::new(labels.of(Facet::Notification, code));
    let items: Vec<Item> = numbers.iter().map(item).collect();
    let note = (!items.is_empty()).then(|| Block::Text(t.notifications_note.to_owned()));
    std::iter::once(Rows { lang }.list(items)).chain(note).collect()
}

/// The nearest first. One that is no record here is shown by its id and leads to its registry.
fn above(ancestors: &[(&str, u32)], labels: &Labels, lang: Lang) -> Vec<Block> {
    let item = |(id, _): &(&str, u32)| {
        let label = labels.of(Facet::Disease, id);
        if label == *id {
            return Item::new(label).outside(ExternalId::new("mondo", *id).url());
        }
        let path = record_path(RecordKind::Disease, id);
        Item::new(label).note(*id).link(path.map(|path| localized(lang, &path)))
    };
    vec![Rows { lang }.list(ancestors.iter().map(item).collect())]
}

async fn lines(web: &Web, accession: &str) -> Result<Section, Failure> {
    let (items, total) = listed(web, &Condition::facet(Facet::Disease, accession)).await?;
    let mut blocks = vec![Block::Text(i18n::lines(total, web.lang))];
    if total > 0 {
        blocks = bounded(items, total, web.lang);
        blocks.insert(0, Block::Text(i18n::lines(total, web.lang)));
        let path = localized(web.lang, &Asked::filtered(Facet::Disease, accession).path());
        let all = Item::new(words(web.lang).all_in_search).link(Some(path));
        blocks.push(Block::More(all));
    }
    Ok(Section::new("lines", i18n::inverse(Relation::Disease, web.lang), blocks))
}
