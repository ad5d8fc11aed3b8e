//! The one builder of documents: what a search finds of a record, gathered from the record and from what it is
//! linked to. Only published records become documents.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::DateTime;
use uuid::Uuid;

use super::{document::Document, stock::Stock};
use crate::{
    db::{
        Conn, DbError,
        link::{self, Link},
        record::{self, RecordRow},
    },
    domain::{
        cell_line::LineFacts,
        cord_blood::facts::UnitFacts,
        disease::DiseaseFacts,
        facet::{self, Facet},
        id::{RecordId, RecordKind},
        record::{AnyRecord, Facts, Record, Relation, State},
    },
};

/// The kinds of record that have documents.
pub const SHOWN: [RecordKind; 4] =
    [RecordKind::CellLine, RecordKind::Disease, RecordKind::Batch, RecordKind::CordBloodUnit];

/// The documents of these records. One that is not published, or obsolete, has none.
pub async fn documents(conn: &mut Conn<'_>, ids: &[RecordId]) -> Result<Vec<Document>, DbError> {
    let uuids: Vec<Uuid> = ids.iter().map(|id| id.uuid).collect();
    let rows = record::get_many(conn, &uuids).await?;
    let published = |row: &&RecordRow| row.state == State::Published.as_str();
    let rows: Vec<&RecordRow> = rows.iter().filter(published).collect();
    let of_kind = |kind: RecordKind| -> Vec<Uuid> {
        rows.iter().filter(|row| row.kind == kind.as_str()).map(|row| row.id).collect()
    };
    let lines = of_kind(RecordKind::CellLine);
    let others = [of_kind(RecordKind::Batch), of_kind(RecordKind::CordBloodUnit)].concat();
    let around = Around::load(conn, &lines).await?;
    let stock = Stock::load(conn, &lines, &others).await?;
    let mut documents = Vec::with_capacity(rows.len());
    for row in rows {
        let mut document = match row.record_id()?.kind {
            RecordKind::CellLine => around.line(row)?,
            RecordKind::Disease => {
                let Some(document) = disease(row)? else { continue };
                document
            }
            RecordKind::Batch => stock.lot(row)?,
            RecordKind::CordBloodUnit => {
                let Some(document) = unit(row)? else { continue };
                document
            }
            _ => continue,
        };
        stock.add_to(&mut document);
        tidy(&mut document);
        documents.push(document);
    }
    Ok(documents)
}

/// What stands around a batch of lines.
struct Around {
    links: HashMap<Uuid, Vec<Link>>,
    records: HashMap<Uuid, AnyRecord>,
    /// Diseases above those of the lines, by MONDO id.
    above: BTreeMap<String, Record<DiseaseFacts>>,
}

impl Around {
    async fn load(conn: &mut Conn<'_>, lines: &[Uuid]) -> Result<Self, DbError> {
        let mut links_of: HashMap<Uuid, Vec<Link>> = HashMap::new();
        for link in link::of(conn, lines).await? {
            links_of.entry(link.from).or_default().push(link);
        }
        let shown = [Relation::Donor, Relation::Disease, Relation::Organization];
        let targets: BTreeSet<Uuid> = links_of
            .values()
            .flatten()
            .filter(|link| shown.contains(&link.relation))
            .map(|link| link.to)
            .collect();
        let targets: Vec<Uuid> = targets.into_iter().collect();
        let mut records = HashMap::new();
        let targets = record::get_many(conn, &targets).await?;
        for row in targets.iter().filter(|row| row.state == State::Published.as_str()) {
            let record = match row.record_id()?.kind {
                RecordKind::Donor => AnyRecord::Donor(row.read()?.record),
                RecordKind::Disease => AnyRecord::Disease(row.read()?.record),
                RecordKind::Organization => AnyRecord::Organization(row.read()?.record),
                _ => continue,
            };
            records.insert(row.id, record);
        }
        let ids: BTreeSet<&str> = records
            .values()
            .filter_map(|record| match record {
                AnyRecord::Disease(disease) => Some(disease.ancestors()),
                _ => None,
            })
            .flatten()
            .map(|(id, _)| id)
            .collect();
        let mut above = BTreeMap::new();
        let found = record::find_by_accession(conn, ids).await?;
        for row in found.into_iter().filter(|row| row.state == State::Published.as_str()) {
            above.insert(row.accession.clone(), row.read()?.record);
        }
        Ok(Self { links: links_of, records, above })
    }

    fn line(&self, row: &RecordRow) -> Result<Document, DbError> {
        let line: Record<LineFacts> = row.read()?.record;
        let mut document = blank(row, &line);
        let organizations = line.all(|facts| &facts.organizations);
        document.organizations =
            organizations.iter().map(|o| o.organization.text().to_owned()).collect();
        for disease in line.all(|facts| &facts.diseases) {
            document.diseases.extend(disease.disease.label.clone());
            document.ids.extend(disease.disease.keys.iter().map(|key| key.value.clone()));
        }
        let variants = line.all(|facts| &facts.variants);
        let variant_genes =
            variants.iter().filter_map(|variant| variant.hgvs.as_ref()?.gene.clone());
        document.genes = line.edited_genes().iter().map(|gene| gene.text().to_owned()).collect();
        document.genes.extend(variant_genes);
        let any = AnyRecord::CellLine(line);
        add_codes(&mut document, &any);
        for link in self.links.get(&row.id).into_iter().flatten() {
            let Some(record) = self.records.get(&link.to) else { continue };
            add_codes(&mut document, record);
            match record {
                AnyRecord::Disease(disease) => self.add_disease(&mut document, disease),
                AnyRecord::Organization(organization) => {
                    let names = organization.names();
                    document.organizations.extend(names.iter().map(|name| name.text.clone()));
                }
                _ => {}
            }
        }
        Ok(document)
    }

    /// A line is found by every name and number of its disease, and by the chief names and the numbers of the
    /// diseases above it: a search for the disease finds the lines of its kinds.
    fn add_disease(&self, document: &mut Document, disease: &Record<DiseaseFacts>) {
        document.diseases.extend(disease.names().iter().map(|name| name.text.clone()));
        document.ids.extend(disease.external_ids().iter().map(|id| id.key().value));
        for (id, _) in disease.ancestors() {
            document.ids.push(id.to_owned());
            let Some(above) = self.above.get(id) else { continue };
            let chief = above.names().into_iter().filter(|name| name.is_chief());
            document.diseases.extend(chief.map(|name| name.text.clone()));
            add_numbers(document, above);
        }
        add_numbers(document, disease);
    }
}

fn add_numbers(document: &mut Document, disease: &Record<DiseaseFacts>) {
    for number in disease.notifications() {
        document.exact.push(number.label_ja());
        document.facets.entry(Facet::Notification).or_default().insert(number.code());
    }
}

fn disease(row: &RecordRow) -> Result<Option<Document>, DbError> {
    let disease: Record<DiseaseFacts> = row.read()?.record;
    if disease.is_deprecated() {
        return Ok(None);
    }
    let mut document = blank(row, &disease);
    document.diseases = document.names.clone();
    add_numbers(&mut document, &disease);
    add_codes(&mut document, &AnyRecord::Disease(disease));
    Ok(Some(document))
}

/// The number that a bank or registry knows a unit by is sealed, and so is what is made of it. A unit that its bank's
/// last inventory did not name has none.
fn unit(row: &RecordRow) -> Result<Option<Document>, DbError> {
    let unit: Record<UnitFacts> = row.read()?.record;
    if !unit.is_present() {
        return Ok(None);
    }
    let mut document = blank(row, &unit);
    document.ids.clear();
    let products = unit.all(|facts| &facts.products);
    document.ids.extend(products.into_iter().map(|product| product.number.clone()));
    add_codes(&mut document, &AnyRecord::CordBloodUnit(unit));
    Ok(Some(document))
}

pub(super) fn blank<F: Facts>(row: &RecordRow, record: &Record<F>) -> Document {
    Document {
        id: record.id,
        accession: record.accession.clone(),
        name: record.name().to_owned(),
        ids: record.external_ids().iter().map(|id| id.key().value).collect(),
        names: record.names().iter().map(|name| name.text.clone()).collect(),
        diseases: Vec::new(),
        genes: Vec::new(),
        organizations: Vec::new(),
        exact: Vec::new(),
        facets: BTreeMap::new(),
        updated_at_us: row.updated_at.timestamp_micros(),
    }
}

pub(super) fn add_codes(document: &mut Document, record: &AnyRecord) {
    let written = DateTime::from_timestamp_micros(document.updated_at_us).unwrap_or_default();
    for code in facet::codes(record, written.date_naive()) {
        document.facets.entry(code.facet).or_default().insert(code.code);
    }
}

fn tidy(document: &mut Document) {
    let texts = [
        &mut document.ids,
        &mut document.names,
        &mut document.diseases,
        &mut document.genes,
        &mut document.organizations,
        &mut document.exact,
    ];
    for list in texts {
        list.sort_unstable();
        list.dedup();
    }
}
