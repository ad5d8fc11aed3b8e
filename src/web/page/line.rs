//! A line: what the sources say of it, from what it is to where each word comes from.
//!
//! Exact ages, consent and terms do not pass through here: the first are not for the public, the others are not on
//! record, and what is not on record is not allowed.

mod banked;
mod found;
mod held;
mod typed;

use axum::{
    extract::{Path, State, rejection::PathRejection},
    response::Response,
};

use self::banked::Banked;
use super::{
    Around, Block, Item, RecordPage, Row, Rows, Section, Table, asked_for, bounded, by_accession,
    donor, flags, holding, ids_block, lines_pointing_to, names_table, notice, sources, version,
};
use crate::{
    domain::{
        cell_line::{
            Derivation, GeneticModification, LineDisease, LineFacts, LineOrganization, Note,
            OrganizationRole, Parent, Variant,
        },
        lang::Lang,
        record::{AnyRecord, Record, Relation},
        term::Reference,
    },
    each_kind,
    web::{
        Web,
        address::record_path,
        i18n::{bank_words, words},
        reply::{Failure, Head},
    },
};

type Line = Record<LineFacts>;

pub(in crate::web) async fn show(
    State(web): State<Web>,
    path: Result<Path<String>, PathRejection>,
) -> Response {
    match line(&web, path).await {
        Ok(page) => page.response(),
        Err(failure) => failure.response(web.lang),
    }
}

async fn line(web: &Web, path: Result<Path<String>, PathRejection>) -> Result<RecordPage, Failure> {
    let stored = by_accession(&web.catalogue, &asked_for(path)?).await?;
    let AnyRecord::CellLine(line) = &stored.record else {
        return Err(Failure::elsewhere(&stored.record));
    };
    let around = Around::load(&web.catalogue, &[line.id.uuid]).await?;
    let (lang, t) = (web.lang, words(web.lang));
    let view = View { line, around: &around, lang };
    let banked = Banked::load(web, line).await?;
    let findings = web.catalogue.findings(&[line.id.uuid]).await?.remove(&line.id.uuid);
    let (today, told) = (web.catalogue.today(), banked.told());
    let mut sections = vec![
        Section::new("what", t.what, view.what()),
        Section::new("diseases", t.diseases, view.diseases()),
        Section::new(holding::PLACE, bank_words(lang).where_to_get, banked.holdings()),
        terms(lang),
        Section::new("donor", t.donor, view.donor()),
        Section::new("derivation", t.derivation, view.derivation()),
        lineage(web, &view).await?,
        Section::new("modifications", t.modifications, view.modifications()),
        Section::new("variants", t.variants, view.variants()),
        Section::new("lots", t.lots, banked.lots()),
        Section::new("quality", t.quality_control, banked.quality()),
        Section::new("karyotypes", t.karyotypes, view.karyotypes()),
        Section::new("typings", t.typings, view.typings()),
        found::section(&findings.unwrap_or_default(), lang),
        Section::new("organizations", t.organizations, view.organizations()),
        Section::new("elsewhere", t.elsewhere, view.elsewhere()),
        Section::new("publications", t.publications, view.publications()),
    ];
    sections.extend(view.notes());
    sections.extend(notice::past(&told, today, lang));
    sections.extend(flags(&line.flags(), lang));
    sections.push(sources(&line.layers, lang));
    let name = line.name_in(lang.code()).to_owned();
    Ok(RecordPage {
        head: Head::new(
            lang,
            &*name,
            record_path(line.id.kind, &line.accession).unwrap_or_default(),
        ),
        kind: line.line_kind().map_or(t.kind, |kind| kind.label(lang)),
        name,
        accession: line.accession.clone(),
        badges: line.classes().into_iter().map(|class| class.label(lang)).collect(),
        notices: notice::at_top(&told, today, lang),
        sections,
        version: version(stored.version, stored.updated_at, lang),
    })
}

fn terms(lang: Lang) -> Section {
    let t = words(lang);
    let unknown = Block::Warning(t.terms_unknown.to_owned());
    Section::new("terms", t.terms, vec![unknown, Block::Text(t.terms_ask.to_owned())])
}

async fn lineage(web: &Web, view: &View<'_>) -> Result<Section, Failure> {
    let (lang, t) = (web.lang, words(web.lang));
    let own = view.line.id.uuid;
    let mut blocks = vec![Block::Rows(vec![view.parents()])];
    let (daughters, total) = lines_pointing_to(web, own, Relation::Parent, own).await?;
    blocks.extend(with_heading(t.daughters, bounded(daughters, total, lang)));
    let donors = view.around.of(view.line, Relation::Donor);
    for donor in donors.into_iter().filter_map(|(_, donor)| donor) {
        let (lines, total) = lines_pointing_to(web, donor.id().uuid, Relation::Donor, own).await?;
        blocks.extend(with_heading(t.siblings, bounded(lines, total, lang)));
    }
    Ok(Section::new("lineage", t.lineage, blocks))
}

fn with_heading(heading: &str, blocks: Vec<Block>) -> impl Iterator<Item = Block> {
    std::iter::once(Block::Heading(heading.to_owned())).chain(blocks)
}

/// A line with what it is linked to, to be shown in one language.
struct View<'a> {
    line: &'a Line,
    around: &'a Around,
    lang: Lang,
}

impl View<'_> {
    fn rows(&self) -> Rows {
        Rows { lang: self.lang }
    }

    fn reached(&self, relation: Relation, reference: &Reference) -> Item {
        let record = self.around.reached(self.line, relation, reference);
        Item::reference(reference, record, self.lang)
    }

    fn what(&self) -> Vec<Block> {
        let (t, rows) = (words(self.lang), self.rows());
        let kind = self.line.line_kind().map(|kind| Item::new(kind.label(self.lang)));
        let classes = self.line.classes();
        let list = vec![
            rows.row(t.kind, kind),
            rows.row(t.species, self.line.species().into_iter().map(Item::term)),
            rows.row(t.classes, classes.into_iter().map(|class| Item::new(class.label(self.lang)))),
            self.disease_specific(),
        ];
        vec![Block::Rows(list), Block::Table(names_table(&self.line.names(), self.lang))]
    }

    /// Yes with the reasons, no where diseases stand for other reasons, and neither where none is stated.
    fn disease_specific(&self) -> Row {
        let t = words(self.lang);
        let diseases = self.line.all(|facts| &facts.diseases);
        let reasons = diseases.iter().filter(|disease| disease.basis.is_disease_specific());
        let reason = |basis: &str, name: &str| format!("{}: {basis} — {name}", t.yes);
        let mut items: Vec<Item> = reasons
            .map(|disease| {
                let name = self.reached(Relation::Disease, &disease.disease).text;
                Item::new(reason(disease.basis.label(self.lang), &name))
            })
            .collect();
        if items.is_empty() && !diseases.is_empty() {
            items.push(Item::new(t.not_disease_specific));
        }
        Row { label: t.disease_specific.to_owned(), items, absent: t.not_healthy }
    }

    fn diseases(&self) -> Vec<Block> {
        let t = words(self.lang);
        let item = |disease: &LineDisease| {
            self.reached(Relation::Disease, &disease.disease).note(disease.basis.label(self.lang))
        };
        let items: Vec<Item> =
            self.line.all(|facts| &facts.diseases).into_iter().map(item).collect();
        if items.is_empty() {
            return vec![Block::Text(t.not_healthy.to_owned())];
        }
        vec![Block::List(items)]
    }

    fn donor(&self) -> Vec<Block> {
        let t = words(self.lang);
        let mut blocks = Vec::new();
        for (_, record) in self.around.of(self.line, Relation::Donor) {
            let Some(AnyRecord::Donor(donor)) = record else { continue };
            let item = record.map(|record| Item::record(record, self.lang));
            let mut list = vec![self.rows().row(t.accession, item)];
            list.extend(donor::public_rows(donor, self.lang));
            blocks.push(Block::Rows(list));
        }
        if blocks.is_empty() {
            blocks.push(Block::Text(t.not_stated.to_owned()));
        }
        blocks.push(Block::Text(t.donor_note.to_owned()));
        blocks
    }

    fn derivation(&self) -> Vec<Block> {
        let (t, rows, line) = (words(self.lang), self.rows(), self.line);
        let text = |get: fn(&Derivation) -> Option<&String>| line.derivation(get).map(Item::new);
        let vector_type = line.derivation(|d| d.vector_type.as_ref());
        let factors = line.derivation(|d| d.factors.as_ref()).into_iter().flatten();
        let year = line.derivation(|d| d.year.as_ref());
        vec![Block::Rows(vec![
            self.source_unit(),
            rows.row(t.tissue, line.origin(|d| d.tissue.as_ref()).map(Item::term)),
            rows.row(t.cell_type, line.origin(|d| d.cell_type.as_ref()).map(Item::term)),
            rows.row(t.vector_type, vector_type.map(|v| Item::new(v.label(self.lang)))),
            rows.row(t.vector, text(|d| d.vector.as_ref())),
            rows.row(t.factors, factors.map(Item::new)),
            rows.row(t.kit, text(|d| d.kit.as_ref())),
            rows.row(t.year, year.map(|year| Item::new(year.to_string()))),
        ])]
    }

    /// The unit, where it is a public record. What a source calls it may be a sealed number.
    fn source_unit(&self) -> Row {
        let t = words(self.lang);
        let unit = self.line.first(|facts| facts.source_unit.as_ref()).map(|reference| match self
            .around
            .reached(self.line, Relation::SourceUnit, reference)
        {
            Some(unit) => Item::record(unit, self.lang),
            None => Item::new(t.unit_not_public),
        });
        self.rows().row(t.source_unit, unit)
    }

    fn parents(&self) -> Row {
        let item = |parent: &Parent| {
            self.reached(Relation::Parent, &parent.line).note(parent.relation.label(self.lang))
        };
        let parents = self.line.all(|facts| &facts.parents);
        self.rows().row(words(self.lang).parents, parents.into_iter().map(item))
    }

    fn modifications(&self) -> Vec<Block> {
        let (t, lang) = (words(self.lang), self.lang);
        let modifications = self.line.all(|facts| &facts.modifications);
        if modifications.is_empty() {
            return vec![self.rows().list(Vec::new())];
        }
        let text = |text: &Option<String>| Item::new(text.as_deref().unwrap_or(t.not_stated));
        let row = |one: &&GeneticModification| {
            let gene = one.gene.as_ref().map_or_else(|| Item::new(t.not_stated), Item::term);
            let kind = Item::new(one.kind.label(lang));
            vec![gene, kind, text(&one.method), text(&one.description)]
        };
        vec![Block::Table(Table {
            caption: t.modifications.to_owned(),
            heads: vec![t.gene, t.modification, t.method_used, t.description],
            rows: modifications.iter().map(row).collect(),
        })]
    }

    fn variants(&self) -> Vec<Block> {
        let item = |variant: &Variant| {
            Item::new(&*variant.text).note(variant.zygosity.clone().unwrap_or_default())
        };
        let variants = self.line.all(|facts| &facts.variants);
        vec![self.rows().list(variants.into_iter().map(item).collect())]
    }

    fn organizations(&self) -> Vec<Block> {
        let organizations = self.line.all(|facts| &facts.organizations);
        let item = |one: &LineOrganization| {
            let item = self.reached(Relation::Organization, &one.organization);
            item.note(one.country.clone().unwrap_or_default())
        };
        let row = |role: &OrganizationRole| {
            let in_role = organizations.iter().filter(|one| one.role == *role);
            self.rows().row(role.label(self.lang), in_role.map(|one| item(one)))
        };
        let rows = OrganizationRole::ALL.iter().map(row);
        let rows: Vec<Row> = rows.filter(|row| !row.items.is_empty()).collect();
        vec![if rows.is_empty() { self.rows().list(Vec::new()) } else { Block::Rows(rows) }]
    }

    fn elsewhere(&self) -> Vec<Block> {
        let t = words(self.lang);
        let mut blocks = vec![ids_block(&self.line.external_ids(), t.elsewhere, self.lang)];
        let pages = self.line.all(|facts| &facts.web_pages);
        if !pages.is_empty() {
            let items = pages.into_iter().map(|url| Item::web(url));
            blocks.push(Block::Rows(vec![self.rows().row(t.web_pages, items)]));
        }
        blocks
    }

    fn publications(&self) -> Vec<Block> {
        let item = |(reference, record): (&Reference, Option<&AnyRecord>)| {
            let Some(record) = record else {
                return Item::reference(reference, None, self.lang);
            };
            let ids = each_kind!(record, record => record.external_ids());
            let url = ids.iter().find_map(|id| id.url());
            let name = super::name_in(record, self.lang);
            let note = if name == record.accession() { "" } else { record.accession() };
            Item::new(name).outside(url).note(note)
        };
        let publications = self.around.of(self.line, Relation::Publication);
        vec![self.rows().list(publications.into_iter().map(item).collect())]
    }

    fn notes(&self) -> Option<Section> {
        let t = words(self.lang);
        let public = self.line.public_notes().into_iter();
        let row = |note: &Note| self.rows().row(&*note.topic, [Item::new(&*note.text)]);
        let rows: Vec<Row> = public.map(row).collect();
        (!rows.is_empty()).then(|| Section::new("notes", t.notes, vec![Block::Rows(rows)]))
    }
}
