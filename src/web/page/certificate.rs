//! A certificate of analysis, made for print: as it was issued, without what was withdrawn since, and above it whatever
//! has happened since.

use std::cmp::Reverse;

use axum::{
    extract::{Path, State, rejection::PathRejection},
    response::Response,
};
use uuid::Uuid;

use super::{
    Around, Block, Item, LISTED, Notice, RecordPage, Row, Rows, Section, Table, Tone, asked_for,
    batch, bounded_table, by_accession, conformity, flags, is_published,
    notice::{self, Told},
    sources, standard,
    tested::laboratory_verdict,
    version,
};
use crate::{
    catalogue::{Error, Link, quality::Standing},
    domain::{
        certificate::{CertificateFacts, CertifiedTest, Content},
        id::RecordKind,
        lang::Lang,
        qc::{
            conformity::CriterionConformity,
            standard::{Criterion, QcStandard},
        },
        record::{AnyRecord, Record, Relation},
    },
    web::{
        Web,
        address::{localized, record_path},
        i18n::{self, bank_words, words},
        reply::{Failure, Head},
    },
};

type Certificate = Record<CertificateFacts>;

/// What a certificate is called: by its number, else by its accession.
pub(super) fn name(certificate: &Certificate) -> &str {
    certificate.content().map_or(&certificate.accession, |content| &content.number)
}

fn linked(certificate: &Certificate, lang: Lang) -> Item {
    let path = record_path(certificate.id.kind, &certificate.accession);
    let item = Item::new(name(certificate)).note(&*certificate.accession);
    item.link(path.map(|path| localized(lang, &path)))
}

pub(in crate::web) async fn show(
    State(web): State<Web>,
    path: Result<Path<String>, PathRejection>,
) -> Response {
    match page(&web, path).await {
        Ok(page) => page.response(),
        Err(failure) => failure.response(web.lang),
    }
}

async fn page(web: &Web, path: Result<Path<String>, PathRejection>) -> Result<RecordPage, Failure> {
    let stored = by_accession(&web.catalogue, &asked_for(path)?).await?;
    let AnyRecord::Certificate(certificate) = &stored.record else {
        return Err(Failure::elsewhere(&stored.record));
    };
    let (lang, t) = (web.lang, bank_words(web.lang));
    let view = View::load(web, certificate).await?;
    let mut sections = vec![Section::new("what", words(lang).what, view.what())];
    if let Some(content) = certificate.content() {
        sections.push(Section::new("criteria", words(lang).criteria, view.criteria(content)));
        sections.push(Section::new("tests", words(lang).tests, view.tests()));
    }
    sections.push(Section::new("seal", t.seal, view.seal()));
    sections.extend(flags(&certificate.flags(), lang));
    sections.push(sources(&certificate.layers, lang));
    let path = record_path(certificate.id.kind, &certificate.accession).unwrap_or_default();
    let name = name(certificate).to_owned();
    Ok(RecordPage {
        head: Head::new(lang, format!("{} {name}", t.certificate), path),
        kind: t.certificate,
        name,
        accession: certificate.accession.clone(),
        badges: Vec::new(),
        notices: view.since(),
        sections,
        version: version(stored.version, stored.updated_at, lang),
    })
}

/// The certificates of a lot or unit, the latest first; four statements, however many there are.
pub(super) async fn section(web: &Web, subject: Uuid) -> Result<Section, Error> {
    let (lang, t) = (web.lang, bank_words(web.lang));
    let mut ids = pointing_to(web, &[subject], Relation::Certified).await?;
    ids.reverse();
    let total = ids.len();
    ids.truncate(LISTED);
    let mut certificates = published(web, &ids).await?;
    let total = if total > LISTED { total } else { certificates.len() };
    certificates.sort_by_key(|one| Reverse(one.content().map(|content| content.issued_on)));
    let replaced = web.catalogue.links_to(&ids, Relation::Supersedes).await?;
    let newer: Vec<Uuid> = replaced.iter().map(|link| link.from).collect();
    let newer = published(web, &newer).await?;
    let is_superseded = |one: &Certificate| {
        let by = |link: &&Link| newer.iter().any(|n| n.id.uuid == link.from);
        replaced.iter().filter(by).any(|link| link.to == one.id.uuid)
    };
    let row = |one: &Certificate| {
        let not_stated = || Item::new(words(lang).not_stated);
        let content = one.content();
        let of = content.and_then(|content| standard_of(web, content));
        let verdict = content.map(|content| conformity::verdict(content.standard.overall, lang));
        let doubts = [(!one.is_sound(), t.unsound), (is_superseded(one), t.superseded)];
        let doubts = doubts.into_iter().filter(|(holds, _)| *holds);
        let doubts: Vec<Item> = doubts.map(|(_, text)| Item::new(text).tone(Tone::Bad)).collect();
        let number = linked(one, lang);
        vec![
            Item { below: doubts, ..number },
            of.map_or_else(not_stated, |of| standard::linked(of, lang).note(&*of.version)),
            verdict.unwrap_or_else(not_stated),
            content.map_or_else(not_stated, |content| Item::new(content.issued_on.to_string())),
        ]
    };
    let table = Table {
        caption: t.certificates.to_owned(),
        heads: vec![t.certificate_number, words(lang).standard, t.verdict_at_issue, t.issued_on],
        rows: certificates.iter().map(row).collect(),
    };
    let blocks = if certificates.is_empty() {
        vec![Block::Text(t.no_certificates.to_owned())]
    } else {
        bounded_table(table, total as u64, lang)
    };
    Ok(Section::new("certificates", t.certificates, blocks))
}

fn standard_of(web: &Web, content: &Content) -> Option<&'static QcStandard> {
    web.catalogue.standard(&content.standard.code, Some(&content.standard.version))
}

/// The records with a link of this relation, in the order of their making, each once.
async fn pointing_to(web: &Web, to: &[Uuid], relation: Relation) -> Result<Vec<Uuid>, Error> {
    let links = web.catalogue.links_to(to, relation).await?;
    let mut ids: Vec<Uuid> = links.into_iter().map(|link| link.from).collect();
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}

async fn published(web: &Web, ids: &[Uuid]) -> Result<Vec<Certificate>, Error> {
    let found = web.catalogue.get_many::<CertificateFacts>(ids).await?;
    let records = found.into_values().map(|one| one.record);
    Ok(records.filter(|one| is_published(one.state)).collect())
}

/// Whether the record with this accession is still public. What is no accession is that of none.
async fn is_shown(web: &Web, accession: &str) -> Result<bool, Error> {
    match web.catalogue.by_accession(accession).await {
        Ok(found) => Ok(found.is_some_and(|one| is_published(one.record.state()))),
        Err(Error::Id(_)) => Ok(false),
        Err(error) => Err(error),
    }
}

/// A certificate with what is known today of what stands on it.
struct View<'a> {
    web: &'a Web,
    certificate: &'a Certificate,
    around: Around,
    /// How its lot or unit stands today.
    standing: Option<Standing>,
    /// Those that take its place.
    newer: Vec<Certificate>,
    /// The line is still public.
    has_line: bool,
    /// The tests that are still public.
    shown: Vec<&'a CertifiedTest>,
}

impl<'a> View<'a> {
    async fn load(web: &'a Web, certificate: &'a Certificate) -> Result<Self, Error> {
        let own = certificate.id.uuid;
        let around = Around::load(&web.catalogue, &[own]).await?;
        let newer = pointing_to(web, &[own], Relation::Supersedes).await?;
        let newer = published(web, &newer).await?;
        let shown = match certificate.content() {
            Some(content) => web.catalogue.tests_on(content).await?,
            None => Vec::new(),
        };
        let line = certificate.content().and_then(|content| content.line.as_ref());
        let has_line = match line {
            Some(line) => is_shown(web, &line.accession).await?,
            None => false,
        };
        let mut view = Self { web, certificate, around, standing: None, newer, has_line, shown };
        if let Some(subject) = view.subject() {
            let (id, today) = (subject.id(), web.catalogue.today());
            view.standing = web.catalogue.standings(&[id], today).await?.pop();
        }
        Ok(view)
    }

    fn subject(&self) -> Option<&AnyRecord> {
        self.around.of(self.certificate, Relation::Certified).into_iter().find_map(|(_, one)| one)
    }

    /// Whatever speaks against it today, before anything else on the page.
    fn since(&self) -> Vec<Notice> {
        let (lang, t, today) = (self.web.lang, bank_words(self.web.lang), self.today());
        let mut since = Vec::new();
        if !self.certificate.is_sound() {
            since.push(Notice::new(t.unsound, t.unsound_note));
        }
        match self.subject() {
            None => since.push(Notice::new(t.subject_gone, t.subject_gone_note)),
            Some(AnyRecord::Batch(lot)) => since.extend(batch::stopped(lot, lang, today)),
            Some(_) => {}
        }
        since.extend(notice::at_top(&Told::all_of(self.standing.as_ref()), today, lang));
        since.extend(self.newer.iter().map(|newer| Notice {
            own: Some(linked(newer, lang)),
            ..Notice::new(t.superseded, "")
        }));
        since.extend(self.verdict_today());
        let all = self.certificate.content().map_or(0, |content| content.tests.len());
        let gone = all - self.shown.len();
        if gone > 0 {
            let text = i18n::tests_withdrawn(gone, all, lang);
            since.push(Notice::new(t.no_longer_public, text));
        }
        since
    }

    /// The verdict of today, where it is another.
    fn verdict_today(&self) -> Option<Notice> {
        let (lang, content) = (self.web.lang, self.certificate.content()?);
        let certified = &content.standard;
        let assessed = self.standing.as_ref()?.assessed.iter().find(|one| {
            let conformity = &one.conformity;
            conformity.standard == certified.code && conformity.version == certified.version
        })?;
        let now = assessed.conformity.overall;
        let subject = self.subject()?;
        let way = conformity::overall(self.web, subject.id().kind, subject.accession(), assessed);
        let text = i18n::judged_today(now.label(lang), &self.today().to_string(), lang);
        (now != certified.overall)
            .then(|| Notice { own: way, ..Notice::new(bank_words(lang).verdict_changed, text) })
    }

    fn today(&self) -> chrono::NaiveDate {
        self.web.catalogue.today()
    }

    fn what(&self) -> Vec<Block> {
        let (lang, t, rows) =
            (self.web.lang, bank_words(self.web.lang), Rows { lang: self.web.lang });
        let Some(content) = self.certificate.content() else {
            return vec![Block::Warning(t.no_content.to_owned())];
        };
        let older = self.certificate.first(|facts| facts.supersedes.as_ref());
        let older = older.map(|older| {
            let record = self.around.reached(self.certificate, Relation::Supersedes, older);
            match record {
                Some(AnyRecord::Certificate(older)) => linked(older, lang),
                _ => Item::new(t.not_public_here),
            }
        });
        let of = standard_of(self.web, content);
        let code = format!("{} {}", content.standard.code, content.standard.version);
        let of =
            of.map_or_else(|| Item::new(code), |of| standard::linked(of, lang).note(&*of.version));
        let mut list = vec![
            rows.row(t.certificate_number, [Item::new(&*content.number)]),
            rows.row(words(lang).issuer, [self.issuer(content)]),
            rows.row(t.issued_on, [Item::new(content.issued_on.to_string())]),
            rows.row(t.approver, [Item::new(&*content.approver).note(t.approver_note)]),
        ];
        list.extend(self.certified(content));
        list.extend([
            rows.row(words(lang).standard, [of]),
            rows.row(t.verdict_at_issue, [conformity::verdict(content.standard.overall, lang)]),
            Row { absent: t.nothing_superseded, ..rows.row(t.supersedes, older) },
        ]);
        vec![Block::Rows(list), Block::Text(t.frozen.to_owned())]
    }

    fn issuer(&self, content: &Content) -> Item {
        let issuers = self.around.of(self.certificate, Relation::Organization);
        let issuer = issuers.into_iter().find_map(|(_, one)| one);
        let href = issuer.and_then(|one| Item::record(one, self.web.lang).href);
        Item::new(&*content.issuer).link(href).note(bank_words(self.web.lang).at_issue)
    }

    /// The lot or unit, as it was on the day of issue. Of one that is not public the accession is left.
    fn certified(&self, content: &Content) -> Vec<Row> {
        let (lang, t, rows) = (self.web.lang, words(self.web.lang), Rows { lang: self.web.lang });
        let subject = self.subject();
        let href = subject.and_then(|one| Item::record(one, lang).href);
        let label = match subject {
            Some(AnyRecord::CordBloodUnit(_)) => t.unit,
            Some(_) => t.lot,
            None => t.subject,
        };
        let is_lot = matches!(subject, Some(AnyRecord::Batch(_)));
        let mut list = vec![rows.row(label, [Item::new(&*content.subject).link(href)])];
        if is_lot {
            let numbers = content.subject_numbers.iter().map(Item::new);
            let passage = content.passage.map(|passage| Item::new(passage.to_string()));
            let frozen = content.frozen_on.map(|day| Item::new(day.to_string()));
            list.push(rows.row(bank_words(lang).numbers_of_lot, numbers));
            list.push(rows.row(t.line, self.line(content)));
            list.push(rows.row(t.passage, passage));
            list.push(rows.row(t.frozen_on, frozen));
        }
        list
    }

    fn line(&self, content: &Content) -> Option<Item> {
        let line = content.line.as_ref()?;
        if !self.has_line {
            return Some(Item::new(bank_words(self.web.lang).not_public_here));
        }
        let path = record_path(RecordKind::CellLine, &line.accession);
        let item = Item::new(&*line.name).note(&*line.accession);
        Some(item.link(path.map(|path| localized(self.web.lang, &path))))
    }

    fn criteria(&self, content: &Content) -> Vec<Block> {
        let (lang, t) = (self.web.lang, words(self.web.lang));
        let of = standard_of(self.web, content);
        let row = |judged: &CriterionConformity| {
            let is_it = |one: &&Criterion| one.code == judged.criterion;
            let criterion = of.and_then(|of| of.criteria.iter().find(is_it));
            let name = criterion.map_or_else(
                || Item::new(judged.test.label(lang)).note(&*judged.criterion),
                |criterion| conformity::criterion(criterion, lang),
            );
            let results = judged.results.iter().map(|result| {
                let shown = self.shown.iter().any(|test| test.result == *result);
                let item = Item::new(if shown { result } else { bank_words(lang).result_gone });
                item.link(shown.then(|| format!("#{result}")))
            });
            vec![
                name,
                conformity::verdict(judged.verdict, lang),
                Item::new(judged.reason.text(lang)),
                Item::stacked(results, t.no_results),
            ]
        };
        vec![Block::Table(Table {
            caption: t.criteria.to_owned(),
            heads: vec![t.criterion, t.verdict, t.why, t.results_used],
            rows: content.standard.criteria.iter().map(row).collect(),
        })]
    }

    fn tests(&self) -> Vec<Block> {
        let (lang, t) = (self.web.lang, words(self.web.lang));
        if self.shown.is_empty() {
            return vec![Block::Text(bank_words(lang).no_tests_shown.to_owned())];
        }
        let not_stated = || Item::new(t.not_stated);
        let row = |test: &&CertifiedTest| {
            let passage = test.passage.map(|passage| i18n::at_passage(passage, lang));
            let sampled = test.sampled_on.map(|day| Item::new(day.to_string()));
            // The reading is kept in the words of the day of issue, which are English.
            let reading = test.reading.as_ref().map(|reading| Item {
                lang: (lang != Lang::En).then_some(Lang::En),
                ..Item::new(reading)
            });
            let verdict = test.laboratory_verdict.map(|one| laboratory_verdict(one, lang));
            vec![
                Item::new(test.test.label(lang)).note(test.qualifier.clone().unwrap_or_default()),
                reading.unwrap_or_else(not_stated),
                verdict.unwrap_or_else(not_stated),
                test.method.map_or_else(not_stated, |method| Item::new(method.label(lang))),
                sampled.unwrap_or_else(not_stated).note(passage.unwrap_or_default()),
                Item::new(&*test.result).anchor(&*test.result),
            ]
        };
        let (method, number) = (t.method_used, words(lang).accession);
        vec![Block::Table(Table {
            caption: t.tests.to_owned(),
            heads: vec![t.test, t.result, t.laboratory_verdict, method, t.sampled_on, number],
            rows: self.shown.iter().map(row).collect(),
        })]
    }

    fn seal(&self) -> Vec<Block> {
        let (lang, t, rows) =
            (self.web.lang, bank_words(self.web.lang), Rows { lang: self.web.lang });
        let content = self.certificate.content();
        let hash = self.certificate.first(|facts| facts.sha256.as_ref());
        let sound = if self.certificate.is_sound() {
            Item::new(t.sound).tone(Tone::Good)
        } else {
            Item::new(t.unsound).tone(Tone::Bad)
        };
        let list = vec![
            rows.row(t.sha256, hash.map(|hash| Item::new(hash.to_string()))),
            rows.row(t.revision, content.map(|content| Item::new(content.seq.to_string()))),
            rows.row(t.is_sound, [sound]),
        ];
        let mut blocks = vec![Block::Rows(list)];
        if self.since().is_empty() {
            let text = i18n::nothing_since(&self.today().to_string(), lang);
            blocks.push(Block::Text(text));
        }
        blocks
    }
}
