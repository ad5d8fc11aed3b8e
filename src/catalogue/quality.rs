//! Whether lots, units and lines conform to a standard: their results and those of what they come from are gathered in
//! a few statements, however many subjects there are, and judged by the rules of the domain.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDate;
use uuid::Uuid;

use super::{Catalogue, Error, read};
use crate::{
    db::{
        Conn,
        link::{self, Link},
        record,
    },
    domain::{
        batch::{BatchFacts, BatchLevel},
        donor::DonorFacts,
        filter::Condition,
        id::RecordId,
        page::{Direction, MAX_PAGE, Order, PageRequest},
        qc::{
            conformity::{self, Conformity},
            material::{Level, Material},
            record::ResultFacts,
            result::{OutOfSpecification, QcResult},
            standard::{self, QcStandard},
            subject::{Ancestor, DonorFindings, Subject},
            value::Value,
            verdict::Verdict,
        },
        record::{AnyRecord, Layer, Record, Relation, State},
        term::Reference,
    },
};

/// Lots, their lots before them, line, donor: no descent is followed further.
const GENERATIONS: usize = 12;
/// The ways up from what is tested to what it comes from.
const UP: [Relation; 4] =
    [Relation::ParentBatch, Relation::Line, Relation::SourceUnit, Relation::Donor];

/// How one subject stands to a standard, and which records the verdicts rest on.
#[derive(Debug, Clone, PartialEq)]
pub struct Assessed {
    pub subject: RecordId,
    pub conformity: Conformity,
    /// The records behind the keys in `conformity`.
    pub results: BTreeMap<String, RecordId>,
}

/// How one subject stands on a day.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    pub subject: RecordId,
    /// Only a lot can be.
    pub can_be_ordered: bool,
    /// To each standard that its level can meet, in the order of the standards.
    pub assessed: Vec<Assessed>,
}

/// Lots that may be ordered and meet a standard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Orderable {
    pub batches: Vec<RecordId>,
    /// Whether there are more than were asked for.
    pub has_more: bool,
}

impl Catalogue {
    /// The published standards, by code and then version.
    pub fn standards(&self) -> &'static [QcStandard] {
        standard::shipped()
    }

    /// The standard with this code and version; without a version the newest.
    pub fn standard(&self, code: &str, version: Option<&str>) -> Option<&'static QcStandard> {
        let named = self.standards().iter().filter(|standard| standard.code == code);
        named
            .filter(|standard| version.is_none_or(|version| standard.version == version))
            .max_by(|a, b| a.version.cmp(&b.version))
    }

    /// How published subjects stand to a standard on a day, in the order asked. One that is unknown, hidden, or of a
    /// level that nobody states is left out: what it is made for is not guessed.
    pub async fn assess(
        &self,
        subjects: &[RecordId],
        standard: &QcStandard,
        on: NaiveDate,
    ) -> Result<Vec<Assessed>, Error> {
        let mut lent = self.db.read().await?;
        let descent = Descent::load(&mut lent.conn(), subjects).await?;
        Ok(subjects.iter().filter_map(|id| descent.assess(*id, standard, on)).collect())
    }

    /// How published subjects stand on a day to every standard that they can meet, in the order asked; of a level that
    /// nobody states, to none.
    pub async fn standings(
        &self,
        subjects: &[RecordId],
        on: NaiveDate,
    ) -> Result<Vec<Standing>, Error> {
        let mut lent = self.db.read().await?;
        let descent = Descent::load(&mut lent.conn(), subjects).await?;
        let standing = |id: &RecordId| {
            let level = level(descent.published(*id)?);
            let fits = |standard: &&QcStandard| {
                level.is_some_and(|level| standard.applies_to.contains(&level))
            };
            let standards = self.standards().iter().filter(fits);
            let assessed = standards.filter_map(|standard| descent.assess(*id, standard, on));
            let (subject, can_be_ordered) = (*id, descent.can_be_ordered(*id, on));
            Some(Standing { subject, can_be_ordered, assessed: assessed.collect() })
        };
        Ok(subjects.iter().filter_map(standing).collect())
    }

    /// The published lots that may be ordered on a day and pass a standard, by name, at most `limit`. A lot of which
    /// anything that it comes from is hidden or withdrawn may not be ordered.
    pub async fn orderable_batches_meeting(
        &self,
        standard: &QcStandard,
        on: NaiveDate,
        limit: usize,
    ) -> Result<Orderable, Error> {
        let (size, direction) = (MAX_PAGE, Direction::Forward);
        let mut page = PageRequest { size, direction, after: None, before: None };
        let mut batches = Vec::new();
        loop {
            let every = Condition::All(Vec::new());
            let listed = self.list::<BatchFacts>(&every, Order::default(), &page).await?;
            let can = listed.items.iter().filter(|lot| lot.stored.record.can_be_ordered(on));
            let can: Vec<RecordId> = can.map(|lot| lot.stored.record.id).collect();
            let descent = Descent::load(&mut self.db.read().await?.conn(), &can).await?;
            let meets = |id: &RecordId| {
                let assessed = descent.assess(*id, standard, on);
                assessed.is_some_and(|one| one.conformity.overall == Verdict::Pass)
            };
            let orderable = |id: &RecordId| descent.can_be_ordered(*id, on) && meets(id);
            batches.extend(can.into_iter().filter(orderable));
            page.after = listed.items.last().map(|lot| lot.place.clone());
            if !listed.has_next || batches.len() > limit {
                break;
            }
        }
        let has_more = batches.len() > limit;
        batches.truncate(limit);
        Ok(Orderable { batches, has_more })
    }
}

/// A result as it is judged, with the record that holds it.
struct Known {
    record: RecordId,
    result: QcResult,
    declared: Option<OutOfSpecification>,
}

/// Subjects with all that they come from, and every result of either. What is hidden or withdrawn above a subject is
/// judged by all the same: a fail of the donor does not go away with the donor's record.
struct Descent {
    records: HashMap<Uuid, AnyRecord>,
    up: HashMap<Uuid, Vec<Uuid>>,
    /// By what was tested.
    results: HashMap<Uuid, Vec<Known>>,
}

impl Descent {
    async fn load(conn: &mut Conn<'_>, subjects: &[RecordId]) -> Result<Self, Error> {
        let mut descent =
            Self { records: HashMap::new(), up: HashMap::new(), results: HashMap::new() };
        let mut next: BTreeSet<Uuid> = subjects.iter().map(|id| id.uuid).collect();
        for _ in 0..GENERATIONS {
            let ids: Vec<Uuid> = next.into_iter().collect();
            if ids.is_empty() {
                break;
            }
            for stored in read::any_records(conn, &ids).await? {
                descent.records.insert(stored.record.id().uuid, stored.record);
            }
            next = BTreeSet::new();
            for Link { from, relation, to, .. } in link::of(conn, &ids).await? {
                if UP.contains(&relation) {
                    descent.up.entry(from).or_default().push(to);
                    next.insert(to);
                }
            }
            next.retain(|id| !descent.records.contains_key(id));
        }
        descent.load_results(conn).await?;
        Ok(descent)
    }

    async fn load_results(&mut self, conn: &mut Conn<'_>) -> Result<(), Error> {
        let tested: Vec<Uuid> = self.records.keys().copied().collect();
        let mut tests: HashMap<Uuid, Vec<Link>> = HashMap::new();
        for link in link::to(conn, &tested, Relation::Subject).await? {
            tests.entry(link.from).or_default().push(link);
        }
        let ids: Vec<Uuid> = tests.keys().copied().collect();
        // Of what was withdrawn or merged no pass counts, but a fail does not go away with it.
        let counts = [State::Published, State::Withdrawn, State::Merged].map(State::as_str);
        let rows = record::get_many(conn, &ids).await?;
        for row in rows.iter().filter(|row| counts.contains(&row.state.as_str())) {
            let record: Record<ResultFacts> = row.read()?.record;
            for (subject, known) in judged(&record, &tests[&row.id]) {
                self.results.entry(subject).or_default().push(known);
            }
        }
        Ok(())
    }

    fn published(&self, id: RecordId) -> Option<&AnyRecord> {
        let record = self.records.get(&id.uuid)?;
        (record.id() == id && record.state() == State::Published).then_some(record)
    }

    fn assess(&self, id: RecordId, standard: &QcStandard, on: NaiveDate) -> Option<Assessed> {
        let subject = self.subject(self.published(id)?)?;
        let ancestors = self.ancestors(id.uuid);
        let tested = std::iter::once(id.uuid).chain(ancestors);
        let known: Vec<&Known> = tested.filter_map(|id| self.results.get(&id)).flatten().collect();
        let results: Vec<QcResult> = known.iter().map(|known| known.result.clone()).collect();
        let declared: Vec<OutOfSpecification> =
            known.iter().filter_map(|known| known.declared.clone()).collect();
        let conformity = conformity::assess(standard, &subject, &results, &declared, on);
        let results = known.iter().map(|known| (known.result.key.clone(), known.record));
        Some(Assessed { subject: id, conformity, results: results.collect() })
    }

    fn subject(&self, record: &AnyRecord) -> Option<Subject> {
        let id = record.id().uuid;
        let ancestors = self.ancestors(id);
        let donors = ancestors.iter().filter_map(|id| match self.records.get(id) {
            Some(AnyRecord::Donor(donor)) => Some(donor),
            _ => None,
        });
        let donors: Vec<&Record<DonorFacts>> = donors.collect();
        let donor = DonorFindings {
            sex: donors.iter().find_map(|donor| donor.sex()),
            karyotype: donors
                .iter()
                .find_map(|donor| Record::karyotype_text(donor))
                .map(ToOwned::to_owned),
            findings: donors.iter().flat_map(|donor| self.findings(donor.id.uuid)).collect(),
        };
        let ancestors = ancestors.into_iter().filter_map(|id| {
            let level = level(self.records.get(&id)?)?;
            Some(Ancestor { key: id.to_string(), level })
        });
        let passage = match record {
            AnyRecord::Batch(batch) => batch.passage(),
            _ => None,
        };
        let (key, level, ancestors) = (id.to_string(), level(record)?, ancestors.collect());
        Some(Subject { key, level, passage, ancestors, donor })
    }

    /// Gains and losses that tests of a donor found.
    fn findings(&self, donor: Uuid) -> Vec<String> {
        let known = self.results.get(&donor).into_iter().flatten();
        let read = known.filter_map(|known| {
            let (result, value) = (&known.result, known.result.value.as_ref()?);
            match value.reading(result.test)? {
                Value::Findings(found) if result.superseded_by.is_none() => Some(found),
                _ => None,
            }
        });
        read.flatten().map(|finding| finding.text).collect()
    }

    /// What a record comes from, the nearest first, each once.
    fn ancestors(&self, id: Uuid) -> Vec<Uuid> {
        let (mut ancestors, mut generation) = (Vec::new(), vec![id]);
        while !generation.is_empty() {
            let parents = generation.iter().filter_map(|id| self.up.get(id)).flatten();
            let mut next = Vec::new();
            for parent in parents {
                if *parent != id && !ancestors.contains(parent) && !next.contains(parent) {
                    next.push(*parent);
                }
            }
            ancestors.extend(&next);
            generation = next;
        }
        ancestors
    }

    /// Whether a lot may be ordered: it says so, and nothing that it comes from is hidden or withdrawn.
    fn can_be_ordered(&self, id: RecordId, on: NaiveDate) -> bool {
        let says_so = match self.records.get(&id.uuid) {
            Some(AnyRecord::Batch(lot)) => lot.can_be_ordered(on),
            _ => false,
        };
        says_so && self.is_open(id.uuid)
    }

    /// Whether a record and all that it comes from are published.
    fn is_open(&self, id: Uuid) -> bool {
        let published = |id: &Uuid| {
            self.records.get(id).is_some_and(|record| record.state() == State::Published)
        };
        published(&id) && self.ancestors(id).iter().all(published)
    }
}

/// The level at which tests of a record count.
fn level(record: &AnyRecord) -> Option<Level> {
    match record {
        AnyRecord::Batch(batch) => batch.level().map(BatchLevel::material),
        AnyRecord::CellLine(_) => Some(Level::Line),
        AnyRecord::Donor(_) => Some(Level::Donor),
        AnyRecord::CordBloodUnit(_) => Some(Level::CordBloodUnit),
        _ => None,
    }
}

/// What each source says of a result, under keys that no other source's results share, each of the subject that this
/// source's own reference reaches. The level stays the laboratory's word: where it is another than the subject's, no
/// pass counts.
fn judged(record: &Record<ResultFacts>, links: &[Link]) -> Vec<(Uuid, Known)> {
    let asked = record.links();
    let reached = |reference: &Reference| {
        let item = asked.iter().position(|asked| asked.reference == reference)?;
        links.iter().find(|link| link.item == item).map(|link| link.to)
    };
    let published = record.state == State::Published;
    let known = |layer: &Layer<ResultFacts>| {
        let subject = reached(layer.facts.subject.as_ref()?)?;
        let own = |key: &str| format!("{} {key}", layer.source.as_str());
        let result = layer.facts.result.clone()?;
        let declared = record.declared_on(&result).filter(|_| published).cloned();
        // No result bears the key of its own record's state, so that no pass of it counts.
        let gone = (!published).then(|| format!("{}:{}", record.state.as_str(), record.id));
        let superseded_by = gone.or(result.superseded_by.as_deref().map(own));
        let declared = declared
            .map(|declared| OutOfSpecification { result: own(&declared.result), ..declared });
        let result = QcResult {
            key: own(&result.key),
            superseded_by,
            material: Material { subject: subject.to_string(), level: result.material.level },
            ..result
        };
        Some((subject, Known { record: record.id, result, declared }))
    };
    record.layers.iter().filter_map(known).collect()
}
