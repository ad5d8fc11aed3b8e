//! How a line, lot or unit stands to the published standards: at a glance on its own page, and criterion by criterion on
//! a page for each standard.

use std::collections::{BTreeMap, BTreeSet};

use axum::{
    extract::{Path, State, rejection::PathRejection},
    http::Uri,
    response::Response,
};
use uuid::Uuid;

use super::{
    Around, Block, Item, RecordPage, Rows, Section, Table, Tone, by_accession, name_in, standard,
    tested::Tested, version,
};
use crate::{
    catalogue::{AnyStored, quality::Standing},
    domain::{
        descent::Assessed,
        id::{RecordId, RecordKind},
        lang::Lang,
        qc::{
            conformity::{Conformity, CriterionConformity},
            record::ResultFacts,
            standard::{Criterion, Obligation, QcStandard},
            test_code::Qualifier,
            verdict::Verdict,
        },
        record::{AnyRecord, Record, Relation},
    },
    web::{
        Web,
        address::{conformity_path, localized, record_path, standard_path},
        i18n::{self, words},
        reply::{Failure, Head, Problem},
    },
};

pub(super) fn verdict(verdict: Verdict, lang: Lang) -> Item {
    Item::new(verdict.label(lang)).tone(match verdict {
        Verdict::Pass => Tone::Good,
        Verdict::Fail => Tone::Bad,
        Verdict::HoldForReview | Verdict::Indeterminate | Verdict::Missing | Verdict::Expired => {
            Tone::Open
        }
        Verdict::Reported | Verdict::NotApplicable => Tone::Plain,
    })
}

/// The overall verdict, with a link to its criteria.
pub(super) fn overall(
    web: &Web,
    kind: RecordKind,
    accession: &str,
    assessed: &Assessed,
) -> Option<Item> {
    let standard = standard_of(web, assessed)?;
    let path = conformity_path(kind, accession, standard)?;
    Some(verdict(assessed.conformity.overall, web.lang).link(Some(localized(web.lang, &path))))
}

fn standard_of(web: &Web, assessed: &Assessed) -> Option<&'static QcStandard> {
    let conformity = &assessed.conformity;
    web.catalogue.standard(&conformity.standard, Some(&conformity.version))
}

/// Every standard that applies, with the overall verdict and how its mandatory criteria came out.
pub(super) fn at_a_glance(web: &Web, record: &AnyRecord, standing: Option<&Standing>) -> Section {
    let (lang, t) = (web.lang, words(web.lang));
    let assessed = standing.map(|standing| standing.assessed.as_slice()).unwrap_or_default();
    let has_level = !matches!(record, AnyRecord::Batch(lot) if lot.level().is_none());
    if assessed.is_empty() {
        let text = if has_level { t.no_standard } else { t.level_unknown };
        return Section::new("conformity", t.conformity, vec![Block::Text(text.to_owned())]);
    }
    let row = |one: &Assessed| {
        let standard = standard_of(web, one)?;
        let overall = overall(web, record.id().kind, record.accession(), one)?;
        let title = Item::new(standard.title.text(lang)).note(&*standard.version);
        Some(vec![title, overall, tally(&one.conformity.criteria, lang)])
    };
    let table = Table {
        caption: t.conformity.to_owned(),
        heads: vec![t.standard, t.overall, t.mandatory_criteria],
        rows: assessed.iter().filter_map(row).collect(),
    };
    let note = Block::Text(t.conformity_note.to_owned());
    Section::new("conformity", t.conformity, vec![Block::Table(table), note])
}

/// How many mandatory criteria have which verdict, the worst first.
fn tally(criteria: &[CriterionConformity], lang: Lang) -> Item {
    let mut counts: BTreeMap<Verdict, usize> = BTreeMap::new();
    for one in criteria.iter().filter(|one| one.obligation == Obligation::Mandatory) {
        *counts.entry(one.verdict).or_default() += 1;
    }
    let texts: Vec<String> = counts
        .into_iter()
        .rev()
        .map(|(verdict, count)| i18n::tally(verdict.label(lang), count, lang))
        .collect();
    let between = match lang {
        Lang::En => ", ",
        Lang::Ja => "・",
    };
    let nothing = words(lang).information_only.to_owned();
    Item::new(if texts.is_empty() { nothing } else { texts.join(between) })
}

type Asked = Path<(String, String, String)>;

pub(in crate::web) async fn show(
    State(web): State<Web>,
    uri: Uri,
    path: Result<Asked, PathRejection>,
) -> Response {
    match page(&web, &uri, path).await {
        Ok(page) => page.response(),
        Err(failure) => failure.response(web.lang),
    }
}

async fn page(
    web: &Web,
    uri: &Uri,
    path: Result<Asked, PathRejection>,
) -> Result<RecordPage, Failure> {
    let Path((accession, code, edition)) = path.map_err(|_| Problem::Encoding)?;
    let standard = web.catalogue.standard(&code, Some(&edition)).ok_or(Problem::NotFound)?;
    let stored = by_accession(&web.catalogue, &accession).await?;
    let record = &stored.record;
    let id = record.id();
    let assessed_kinds = [RecordKind::CellLine, RecordKind::Batch, RecordKind::CordBloodUnit];
    if !assessed_kinds.contains(&id.kind) {
        return Err(Failure::elsewhere(record));
    }
    let own = conformity_path(id.kind, record.accession(), standard).ok_or(Problem::NotFound)?;
    if localized(web.lang, &own) != uri.path() {
        return Err(Failure::Elsewhere(own));
    }
    let assessed = web.catalogue.assess(&[id], standard, web.catalogue.today()).await?.pop();
    let assessed = assessed.ok_or(Problem::NotFound)?;
    let used = Used::load(web, &assessed).await?;
    Ok(judged(web, &stored, standard, &assessed, &used, own))
}

fn judged(
    web: &Web,
    stored: &AnyStored,
    standard: &'static QcStandard,
    assessed: &Assessed,
    used: &Used,
    own: String,
) -> RecordPage {
    let (lang, t) = (web.lang, words(web.lang));
    let record = &stored.record;
    let about = localized(lang, &standard_path(standard));
    let about = Block::More(Item::new(t.this_standard).link(Some(about)));
    let table = Block::Table(criteria(standard, &assessed.conformity, used, lang));
    let sections = vec![
        Section::new("what", t.overall, what(record, standard, &assessed.conformity, lang)),
        Section::new("criteria", t.criteria, vec![table, about]),
    ];
    let title = i18n::conformity_to(name_in(record, lang), standard.title.text(lang), lang);
    RecordPage {
        head: Head::new(lang, &*title, own),
        kind: t.conformity,
        name: title,
        accession: record.accession().to_owned(),
        badges: Vec::new(),
        notices: Vec::new(),
        sections,
        version: version(stored.version, stored.updated_at, lang),
    }
}

fn what(
    record: &AnyRecord,
    standard: &QcStandard,
    conformity: &Conformity,
    lang: Lang,
) -> Vec<Block> {
    let (t, rows) = (words(lang), Rows { lang });
    let list = vec![
        rows.row(t.overall, [verdict(conformity.overall, lang)]),
        rows.row(t.subject, [Item::record(record, lang).note(record.accession())]),
        rows.row(t.standard, [standard::linked(standard, lang).note(&*standard.version)]),
        rows.row(t.judged_on, [Item::new(conformity.on.to_string())]),
    ];
    vec![Block::Rows(list), Block::Text(t.conformity_note.to_owned())]
}

fn criteria(standard: &QcStandard, conformity: &Conformity, used: &Used, lang: Lang) -> Table {
    let t = words(lang);
    let row = |(of, judged): (&Criterion, &CriterionConformity)| {
        let results = judged.results.iter().map(|key| used.item(key, lang));
        vec![
            criterion(of, lang),
            verdict(judged.verdict, lang),
            Item::new(judged.reason.text(lang)),
            Item::stacked(results, t.no_results),
            Item::new(of.requirement.text(lang)),
        ]
    };
    Table {
        caption: t.criteria.to_owned(),
        heads: vec![t.criterion, t.verdict, t.why, t.results_used, t.demanded],
        rows: standard.criteria.iter().zip(&conformity.criteria).map(row).collect(),
    }
}

/// The test of a criterion, and whether it is for information only.
pub(super) fn criterion(of: &Criterion, lang: Lang) -> Item {
    let qualifier = of.qualifier.as_ref().map(|qualifier| Qualifier::label(qualifier, lang));
    let item = Item::new(of.test.label(lang)).note(qualifier.unwrap_or_default());
    let informs = (of.obligation == Obligation::ForInformation)
        .then(|| Item::new(words(lang).information_only));
    Item { below: informs.into_iter().collect(), ..item }
}

/// The results that verdicts rest on, as far as they are public, and what each is a test of.
struct Used {
    results: BTreeMap<String, RecordId>,
    around: Around,
    records: BTreeMap<Uuid, Record<ResultFacts>>,
}

impl Used {
    /// Three statements, for however many criteria.
    async fn load(web: &Web, assessed: &Assessed) -> Result<Self, Failure> {
        let named = assessed.conformity.criteria.iter().flat_map(|judged| &judged.results);
        let ids: BTreeSet<Uuid> =
            named.filter_map(|key| assessed.results.get(key)).map(|id| id.uuid).collect();
        let ids: Vec<Uuid> = ids.into_iter().collect();
        let found = web.catalogue.get_many::<ResultFacts>(&ids).await?;
        let published = found.into_iter().filter(|(_, one)| super::is_published(one.record.state));
        Ok(Self {
            results: assessed.results.clone(),
            around: Around::load(&web.catalogue, &ids).await?,
            records: published.map(|(id, stored)| (id, stored.record)).collect(),
        })
    }

    /// The result with its method, day and level, and a link to where it stands.
    fn item(&self, key: &str, lang: Lang) -> Item {
        let hidden = || Item::new(words(lang).result_hidden);
        let record = self.results.get(key).and_then(|id| self.records.get(&id.uuid));
        let Some(record) = record else { return hidden() };
        let Some(tested) = Tested::by_key(record, key) else { return hidden() };
        let subject = self.around.of(record, Relation::Subject).into_iter();
        let page = subject.filter_map(|(_, subject)| subject).find_map(|subject| match subject {
            AnyRecord::Batch(_) | AnyRecord::CellLine(_) => {
                record_path(subject.id().kind, subject.accession())
            }
            _ => None,
        });
        let href = page.map(|page| format!("{}#{}", localized(lang, &page), tested.accession()));
        let day = tested.day(lang);
        let parts = tested.stated_method(lang).into_iter().chain([&*day, tested.level(lang)]);
        let parts: Vec<&str> = parts.collect();
        let between = match lang {
            Lang::En => ", ",
            Lang::Ja => "、",
        };
        tested.reading(lang).note(parts.join(between)).link(href)
    }
}
