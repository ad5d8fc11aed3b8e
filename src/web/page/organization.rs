//! A bank, maker or distributor, with its lines, the lines that it holds and the lots that it keeps.

use std::collections::BTreeSet;

use axum::{
    extract::{Path, State, rejection::PathRejection},
    response::Response,
};
use uuid::Uuid;

use super::{
    Around, Block, Item, RecordPage, Rows, Section, asked_for, batch, bounded, by_accession,
    first_of, holding, ids_block, listed, names_table, sources, version,
};
use crate::{
    catalogue::Error,
    domain::{
        batch::BatchFacts,
        facet::Facet,
        filter::Condition,
        holding::HoldingFacts,
        identifier::ExternalId,
        lang::Lang,
        organization::OrganizationFacts,
        record::{AnyRecord, Record, Relation},
    },
    web::{
        Web,
        address::{Asked, localized, record_path},
        i18n::{self, bank_words, words},
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
        holdings(web, organization.id.uuid).await?,
        lots(web, organization.id.uuid).await?,
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

async fn holdings(web: &Web, bank: Uuid) -> Result<Section, Error> {
    let condition = Condition::Linked(Relation::Organization, bank);
    let (held, total) = first_of::<HoldingFacts>(web, &condition).await?;
    let ids: Vec<Uuid> = held.iter().map(|holding| holding.id.uuid).collect();
    let around = Around::load(&web.catalogue, &ids).await?;
    let items = held.iter().map(|one| holding::item(one, &around, web.lang)).collect();
    let blocks = counted(items, total, web.lang);
    Ok(Section::new("holdings", bank_words(web.lang).holdings, blocks))
}

async fn lots(web: &Web, bank: Uuid) -> Result<Section, Error> {
    let condition = Condition::Linked(Relation::Organization, bank);
    let (lots, total) = first_of::<BatchFacts>(web, &condition).await?;
    let items = lots.iter().map(|lot| batch::item(lot, web.lang)).collect();
    Ok(Section::new("lots", bank_words(web.lang).lots_kept, counted(items, total, web.lang)))
}

/// A list with how many there are of it.
fn counted(items: Vec<Item>, total: u64, lang: Lang) -> Vec<Block> {
    let all = (total > 0).then(|| Block::Text(i18n::records(total, lang)));
    all.into_iter().chain(bounded(items, total, lang)).collect()
}
