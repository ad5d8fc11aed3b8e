//! A donor as the public may see one: sex, age band and the lines. Nothing else of the record is read here.

use axum::{
    extract::{Path, State, rejection::PathRejection},
    response::Response,
};

use super::{
    Block, Item, RecordPage, Row, Rows, Section, asked_for, bounded, by_accession,
    lines_pointing_to, sources, version, without_keys,
};
use crate::{
    catalogue::label::age_band,
    domain::{
        donor::DonorFacts,
        lang::Lang,
        record::{AnyRecord, Record, Relation},
    },
    web::{
        Web,
        address::record_path,
        i18n::{self, words},
        reply::{Failure, Head},
    },
};

pub(in crate::web) async fn show(
    State(web): State<Web>,
    path: Result<Path<String>, PathRejection>,
) -> Response {
    match donor(&web, path).await {
        Ok(page) => page.response(),
        Err(failure) => failure.response(web.lang),
    }
}

async fn donor(
    web: &Web,
    path: Result<Path<String>, PathRejection>,
) -> Result<RecordPage, Failure> {
    let stored = by_accession(&web.catalogue, &asked_for(path)?).await?;
    let AnyRecord::Donor(donor) = &stored.record else {
        return Err(Failure::elsewhere(&stored.record));
    };
    let (lang, t) = (web.lang, words(web.lang));
    let (lines, total) =
        lines_pointing_to(web, donor.id.uuid, Relation::Donor, donor.id.uuid).await?;
    let lines_title = i18n::inverse(Relation::Donor, lang);
    let sections = vec![
        Section::new(
            "donor",
            t.what,
            vec![Block::Rows(public_rows(donor, lang)), Block::Text(t.donor_note.to_owned())],
        ),
        Section::new("lines", lines_title, bounded(lines, total, lang)),
        sources(&without_keys(&donor.layers), lang),
    ];
    Ok(RecordPage {
        head: Head::new(
            lang,
            &*donor.accession,
            record_path(donor.id.kind, &donor.accession).unwrap_or_default(),
        ),
        kind: t.donor,
        name: donor.accession.clone(),
        accession: donor.accession.clone(),
        badges: Vec::new(),
        notices: Vec::new(),
        sections,
        version: version(stored.version, stored.updated_at, lang),
    })
}

/// The donor's rows wherever they are shown.
pub(super) fn public_rows(donor: &Record<DonorFacts>, lang: Lang) -> Vec<Row> {
    let (t, rows) = (words(lang), Rows { lang });
    let sex = donor.sex().map(|sex| Item::new(sex.label(lang)));
    let stated =
        |facts: &DonorFacts| facts.age.as_ref().filter(|age| !age.is_unspecified()).map(|_| ());
    let band = donor.age_band().map(|band| age_band(band, lang));
    let band = band.or_else(|| donor.first(stated).map(|()| t.age_no_band.to_owned()));
    vec![rows.row(t.sex, sex), rows.row(t.age_band, band.map(Item::new))]
}

/// Sex and age band in one line, for lists.
pub(super) fn in_brief(donor: &Record<DonorFacts>, lang: Lang) -> String {
    let sex = donor.sex().map(|sex| sex.label(lang).to_owned());
    let band = donor.age_band().map(|band| age_band(band, lang));
    let between = match lang {
        Lang::En => ", ",
        Lang::Ja => "・",
    };
    sex.into_iter().chain(band).collect::<Vec<_>>().join(between)
}
