//! A bank, maker or distributor, and its lines.

use std::collections::BTreeSet;

use axum::{
    extract::{Path, State, rejection::PathRejection},
    response::Response,
};

use super::{
    Block, Item, RecordPage, Rows, Section, asked_for, bounded, by_accession, ids_block, listed,
    names_table, sources, version,
};
use crate::{
    domain::{
        facet::Facet,
        filter::Condition,
        identifier::ExternalId,
        organization::OrganizationFacts,
        record::{AnyRecord, Record, Relation},
    },
    web::{
        Web,
        address::{Asked, localized, record_path},
        i18n::{self, words},
        reply::{Failure, Head},
    },
};

pub(in crate::web) async fn show(
    State(web): State<Web>,
    path: Result<Path<String>, PathRejection>,
) -> Response {
    match organization(&web, path).await {
        Ok(page) => page.response(),
        Err(failure) => failure.response(web.lang),
    }
}

async fn organization(
    web: &Web,
    path: Result<Path<String>, PathRejection>,
) -> Result<RecordPage, Failure> {
    let stored = by_accession(&web.catalogue, &asked_for(path)?).await?;
    let AnyRecord::Organization(organization) = &stored.record else {
        return Err(Failure::elsewhere(&stored.record));
    };
    let lang = web.lang;
    let (t, rows) = (words(lang), Rows { lang });
    let urls = organization.all(|facts| facts.url.as_deref()).into_iter().map(Item::web);
    let what = vec![
        rows.row(t.country, organization.country().map(Item::new)),
        rows.row(t.web_page, urls),
        rows.row(t.notes, organization.all(|facts| &facts.remarks).into_iter().map(Item::new)),
    ];
    let names = names_table(&organization.names(), lang);
    let ids = organization.external_ids();
    let sections = vec![
        Section::new("what", t.what, vec![Block::Rows(what), Block::Table(names)]),
        lines(web, organization).await?,
        Section::new("elsewhere", t.elsewhere, vec![ids_block(&ids, t.elsewhere, lang)]),
        sources(&organization.layers, lang),
    ];
    let name = organization.name_in(lang.code()).to_owned();
    let path = record_path(organization.id.kind, &organization.accession).unwrap_or_default();
    Ok(RecordPage {
        head: Head::new(lang, &*name, path),
        kind: t.organization,
        name,
        accession: organization.accession.clone(),
        badges: Vec::new(),
        notices: Vec::new(),
        sections,
        version: version(stored.version, stored.updated_at, lang),
    })
}

async fn lines(web: &Web, organization: &Record<OrganizationFacts>) -> Result<Section, Failure> {
    let ids = organization.external_ids();
    let codes: BTreeSet<String> =
        ids.into_iter().map(ExternalId::key).map(|key| key.value).collect();
    let mut asked = Asked::default();
    asked.filter.insert(Facet::Organization, codes.clone());
    let (items, total) = listed(web, &Condition::Facet(Facet::Organization, codes)).await?;
    let mut blocks = bounded(items, total, web.lang);
    let all = Item::new(words(web.lang).all_in_search);
    blocks.push(Block::More(all.link(Some(localized(web.lang, &asked.path())))));
    Ok(Section::new("lines", i18n::inverse(Relation::Organization, web.lang), blocks))
}
