//! The published standards of quality control: all of them, and each with its criteria and where they are written.

use axum::{
    extract::{Path, State, rejection::PathRejection},
    response::Response,
};

use super::{Block, Item, RecordPage, Rows, Section, Table, Tone, asked_for};
use crate::{
    domain::{
        lang::Lang,
        qc::{
            material::Level,
            standard::{Criterion, Obligation, QcStandard, Validity},
            test_code::Qualifier,
        },
    },
    web::{
        Web,
        address::{localized, standard_path},
        i18n::{self, words},
        reply::{Failure, Head, Problem},
    },
};

const LIST: &str = "/standards";

pub(in crate::web) async fn list(State(web): State<Web>) -> Response {
    let (lang, t) = (web.lang, words(web.lang));
    let row = |standard: &QcStandard| {
        let mandatory = standard.criteria.iter().filter(|one| is_mandatory(one)).count();
        vec![
            linked(standard, lang),
            Item::new(&*standard.version),
            Item::new(&*standard.issuer),
            Item::new(labels(&standard.applies_to, lang)),
            Item::new(mandatory.to_string()),
            Item::new((standard.criteria.len() - mandatory).to_string()),
        ]
    };
    let table = Table {
        caption: t.standards.to_owned(),
        heads: vec![
            t.standard,
            t.version,
            t.issuer,
            t.applies_to,
            t.mandatory_criteria,
            t.information_only,
        ],
        rows: web.catalogue.standards().iter().map(row).collect(),
    };
    let blocks = vec![Block::Text(t.standards_note.to_owned()), Block::Table(table)];
    page(lang, t.standards, LIST, "", vec![Section::new("standards", t.standards, blocks)])
}

/// Without a version, the newest.
pub(in crate::web) async fn newest(
    State(web): State<Web>,
    path: Result<Path<String>, PathRejection>,
) -> Response {
    let found = asked_for(path).and_then(|code| {
        let standard = web.catalogue.standard(&code, None).ok_or(Problem::NotFound)?;
        Ok(standard_path(standard))
    });
    found.map_or_else(|failure| failure, Failure::Elsewhere).response(web.lang)
}

pub(in crate::web) async fn show(
    State(web): State<Web>,
    path: Result<Path<(String, String)>, PathRejection>,
) -> Response {
    let Ok(Path((code, version))) = path else {
        return Failure::from(Problem::Encoding).response(web.lang);
    };
    let Some(standard) = web.catalogue.standard(&code, Some(&version)) else {
        return Failure::from(Problem::NotFound).response(web.lang);
    };
    let (lang, t) = (web.lang, words(web.lang));
    let rows = Rows { lang };
    let what = vec![
        rows.row(t.version, [Item::new(&*standard.version)]),
        rows.row(t.issuer, [Item::new(&*standard.issuer)]),
        rows.row(t.published_at, standard.sources.iter().map(|source| Item::new(&**source))),
        rows.row(t.applies_to, [Item::new(labels(&standard.applies_to, lang))]),
    ];
    let all = Item::new(t.standards).link(Some(localized(lang, LIST)));
    let sections = vec![
        Section::new("what", t.what, vec![Block::Rows(what)]),
        Section::new(
            "criteria",
            t.criteria,
            vec![Block::Table(criteria(standard, lang)), Block::More(all)],
        ),
    ];
    let code = format!("{} {}", standard.code, standard.version);
    page(lang, standard.title.text(lang), &standard_path(standard), &code, sections)
}

fn page(lang: Lang, title: &str, path: &str, code: &str, sections: Vec<Section>) -> Response {
    let page = RecordPage {
        head: Head::new(lang, title, path),
        kind: words(lang).standard,
        name: title.to_owned(),
        accession: code.to_owned(),
        badges: Vec::new(),
        notices: Vec::new(),
        sections,
        version: String::new(),
    };
    page.response()
}

/// The title, with a link to the standard.
pub(super) fn linked(standard: &QcStandard, lang: Lang) -> Item {
    Item::new(standard.title.text(lang)).link(Some(localized(lang, &standard_path(standard))))
}

fn is_mandatory(criterion: &Criterion) -> bool {
    criterion.obligation == Obligation::Mandatory
}

fn labels(levels: &[Level], lang: Lang) -> String {
    let labels: Vec<&str> = levels.iter().map(|level| level.label(lang)).collect();
    labels.join(comma(lang))
}

fn comma(lang: Lang) -> &'static str {
    match lang {
        Lang::En => ", ",
        Lang::Ja => "、",
    }
}

fn criteria(standard: &QcStandard, lang: Lang) -> Table {
    let t = words(lang);
    Table {
        caption: t.criteria.to_owned(),
        heads: vec![
            t.criterion,
            t.obligation,
            t.demanded,
            t.methods_counted,
            t.levels,
            t.conditions,
            t.citation,
        ],
        rows: standard.criteria.iter().map(|criterion| row(criterion, lang)).collect(),
    }
}

fn row(of: &Criterion, lang: Lang) -> Vec<Item> {
    let t = words(lang);
    let qualifier = of.qualifier.as_ref().map(|qualifier| Qualifier::label(qualifier, lang));
    let obligation = match of.obligation {
        Obligation::Mandatory => Item::new(of.obligation.label(lang)),
        Obligation::ForInformation => Item::new(t.information_only).tone(Tone::Open),
    };
    let methods: Vec<&str> = of.methods.iter().map(|method| method.label(lang)).collect();
    let methods =
        if methods.is_empty() { t.any_method.to_owned() } else { methods.join(comma(lang)) };
    let further = |label: &str, levels: &[Level]| {
        (!levels.is_empty()).then(|| Item::new(label).note(labels(levels, lang)))
    };
    let own = (!of.levels.is_empty()).then(|| Item::new(labels(&of.levels, lang)));
    let inherited = further(t.inherited_from, &of.inherited_from);
    let asked = further(t.asked_of, &of.applies_to);
    let levels = Item::stacked(own.into_iter().chain(inherited).chain(asked), t.not_stated);
    let holds = of.validity.map(|validity| i18n::holds_for(&Validity::text(validity, lang), lang));
    let examined = of.examined_at_least.map(|examined| examined.at_least(lang));
    let conditions = holds.into_iter().chain(examined).map(Item::new);
    vec![
        Item::new(of.test.label(lang)).note(qualifier.unwrap_or_default()).anchor(&*of.code),
        obligation,
        Item::new(of.requirement.text(lang)),
        Item::new(methods),
        levels,
        Item::stacked(conditions, t.no_conditions),
        Item::new(&*of.citation),
    ]
}
