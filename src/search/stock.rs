//! What documents show of lots, holdings, tests and notices, as of the day that the catalogue has reached.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDate;
use uuid::Uuid;

use super::{
    build::{add_codes, blank},
    document::Document,
};
use crate::{
    db::{
        Conn, DbError, descent, due,
        link::{self, Link},
        record::RecordRow,
    },
    domain::{
        batch::BatchFacts,
        descent::Descent,
        facet::Facet,
        id::{RecordId, RecordKind},
        qc::{standard, verdict::Verdict},
        record::{AnyRecord, Record, Relation, State},
    },
};

/// The lots and holdings of a batch of lines, with all that bears on them.
pub(super) struct Stock {
    descent: Descent,
    /// By line.
    lots: HashMap<Uuid, Vec<Uuid>>,
    /// By line.
    holdings: HashMap<Uuid, Vec<Uuid>>,
    day: NaiveDate,
}

impl Stock {
    /// Most lines of a registry are at no bank that tells of them, so that their descent need not be read.
    pub(super) async fn load(
        conn: &mut Conn<'_>,
        lines: &[Uuid],
        others: &[Uuid],
    ) -> Result<Self, DbError> {
        let lots = by_target(link::to(conn, lines, Relation::Line).await?);
        let holdings = by_target(link::to(conn, lines, Relation::HeldLine).await?);
        let mut subjects: BTreeSet<Uuid> = others.iter().copied().collect();
        for relation in [Relation::Subject, Relation::About] {
            subjects.extend(link::to(conn, lines, relation).await?.iter().map(|link| link.to));
        }
        for (line, stocked) in lots.iter().chain(&holdings) {
            subjects.insert(*line);
            subjects.extend(stocked);
        }
        let subjects: Vec<Uuid> = subjects.into_iter().collect();
        let descent = descent::load(conn, &subjects).await?;
        let day = due::day(conn).await?;
        Ok(Self { descent, lots, holdings, day })
    }

    /// A lot is found by its numbers and by the names of its line.
    pub(super) fn lot(&self, row: &RecordRow) -> Result<Document, DbError> {
        let lot: Record<BatchFacts> = row.read()?.record;
        let mut document = blank(row, &lot);
        if let (true, Some(number)) = (document.name == lot.accession, document.ids.first()) {
            document.name.clone_from(number);
        }
        for id in self.descent.ancestors(row.id) {
            if let Some(AnyRecord::CellLine(line)) = self.descent.record(id)
                && line.state == State::Published
            {
                document.names.extend(line.names().iter().map(|name| name.text.clone()));
            }
        }
        let bank = lot.first(|facts| facts.bank.as_ref());
        document.organizations.extend(bank.map(|bank| bank.text().to_owned()));
        add_codes(&mut document, &AnyRecord::Batch(lot));
        Ok(document)
    }

    /// Adds what the lots and holdings of a line come to, or what a lot or unit comes to by itself.
    pub(super) fn add_to(&self, document: &mut Document) {
        let id = document.id.uuid;
        if !self.descent.has(id) {
            return;
        }
        let of_line =
            |stock: &HashMap<Uuid, Vec<Uuid>>| stock.get(&id).cloned().unwrap_or_default();
        let stocked = [vec![id], of_line(&self.lots), of_line(&self.holdings)].concat();
        for id in stocked.into_iter().filter(|id| self.descent.is_open(*id)) {
            self.add_one(document, id);
        }
    }

    fn add_one(&self, document: &mut Document, id: Uuid) {
        let facets = &mut document.facets;
        let availability = self.descent.availability(id, self.day);
        extend(facets, Facet::Availability, availability.map(|state| state.code().to_owned()));
        let notices = self.descent.supply(id, self.day).notices;
        let kinds = notices.iter().filter_map(|notice| notice.notice_kind());
        extend(facets, Facet::Notice, kinds.map(|kind| kind.code().to_owned()));
        let tested = self.descent.tested(id).into_iter();
        extend(facets, Facet::Tested, tested.map(|test| test.code().to_owned()));
        extend(facets, Facet::MeetsStandard, self.met(id));
        let Some(record) = self.descent.record(id) else { return };
        if let AnyRecord::Holding(holding) = record {
            document.ids.extend(holding.catalogue_number().map(ToOwned::to_owned));
        }
        if matches!(record, AnyRecord::Holding(_) | AnyRecord::Batch(_)) {
            add_codes(document, record);
        }
    }

    /// The standards that a lot meets, if it can be ordered.
    fn met(&self, lot: Uuid) -> BTreeSet<String> {
        if !self.descent.supply(lot, self.day).can_be_ordered(None) {
            return BTreeSet::new();
        }
        let id = RecordId::new(RecordKind::Batch, lot);
        let meets = |standard: &&standard::QcStandard| {
            let assessed = self.descent.assess(id, standard, self.day);
            assessed.is_some_and(|one| one.conformity.overall == Verdict::Pass)
        };
        standard::shipped().iter().filter(meets).map(standard::QcStandard::key).collect()
    }
}

fn by_target(links: Vec<Link>) -> HashMap<Uuid, Vec<Uuid>> {
    let mut by_target: HashMap<Uuid, Vec<Uuid>> = HashMap::new();
    for link in links {
        by_target.entry(link.to).or_default().push(link.from);
    }
    by_target
}

fn extend(
    facets: &mut BTreeMap<Facet, BTreeSet<String>>,
    facet: Facet,
    codes: impl IntoIterator<Item = String>,
) {
    for code in codes {
        facets.entry(facet).or_default().insert(code);
    }
}
