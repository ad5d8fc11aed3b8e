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
            verdict::Verdict,
        },
        record::{AnyRecord, Layer, Record, Relation, State},
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
        let mut assessed = Vec::with_capacity(subjects.len());
        for id in subjects {
            let Some(subject) = descent.subject(id.uuid) else { continue };
            let known = descent.results(&subject);
            let results: Vec<QcResult> = known.iter().map(|known| known.result.clone()).collect();
            let declared: Vec<OutOfSpecification> =
                known.iter().filter_map(|known| known.declared.clone()).collect();
            let conformity = conformity::assess(standard, &subject, &results, &declared, on);
            let results = known.iter().map(|known| (known.result.key.clone(), known.record));
            assessed.push(Assessed { subject: *id, conformity, results: results.collect() });
        }
        Ok(assessed)
    }

    /// The published lots that may be ordered on a day and pass a standard, by their ids.
    pub async fn orderable_batches_meeting(
        &self,
        standard: &QcStandard,
        on: NaiveDate,
    ) -> Result<Vec<RecordId>, Error> {
        let mut orderable = Vec::new();
        let (size, direction) = (MAX_PAGE, Direction::Forward);
        let mut page = PageRequest { size, direction, after: None, before: None };
        loop {
            let listed = self
                .list::<BatchFacts>(&Condition::All(Vec::new()), Order::default(), &page)
                .await?;
            let can = listed.items.iter().filter(|lot| lot.stored.record.can_be_ordered(on));
            orderable.extend(can.map(|lot| lot.stored.record.id));
            page.after = listed.items.last().map(|lot| lot.place.clone());
            if !listed.has_next {
                break;
            }
        }
        let mut assessed = self.assess(&orderable, standard, on).await?;
        assessed.retain(|one| one.conformity.overall == Verdict::Pass);
        Ok(assessed.into_iter().map(|one| one.subject).collect())
    }
}

/// A result as it is judged, with the record that holds it.
struct Known {
    record: RecordId,
    result: QcResult,
    declared: Option<OutOfSpecification>,
}

/// Subjects with all that they come from, and every result of either.
struct Descent {
    records: HashMap<Uuid, AnyRecord>,
    up: HashMap<Uuid, Vec<Uuid>>,
    /// By what was tested.
    results: HashMap<Uuid, Vec<Record<ResultFacts>>>,
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
                if stored.record.state() == State::Published {
                    descent.records.insert(stored.record.id().uuid, stored.record);
                }
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
        let tested: Vec<Uuid> = descent.records.keys().copied().collect();
        let tests = link::to(conn, &tested, Relation::Subject).await?;
        let ids: Vec<Uuid> = tests.iter().map(|link| link.from).collect();
        let rows = record::get_many(conn, &ids).await?;
        // What was withdrawn certifies nothing, but a fail does not go away with it.
        let counts = [State::Published, State::Withdrawn].map(State::as_str);
        for row in rows.iter().filter(|row| counts.contains(&row.state.as_str())) {
            let subjects = tests.iter().filter(|link| link.from == row.id).map(|link| link.to);
            for subject in subjects.collect::<BTreeSet<_>>() {
                descent.results.entry(subject).or_default().push(row.read()?.record);
            }
        }
        Ok(descent)
    }

    fn subject(&self, id: Uuid) -> Option<Subject> {
        let record = self.records.get(&id)?;
        let ancestors = self.ancestors(id);
        let donors = ancestors.iter().filter_map(|id| match self.records.get(id) {
            Some(AnyRecord::Donor(donor)) => Some(donor),
            _ => None,
        });
        let donors: Vec<&Record<DonorFacts>> = donors.collect();
        let sex = donors.iter().find_map(|donor| donor.sex());
        let karyotype = donors.iter().find_map(|donor| Record::karyotype_text(donor));
        let ancestors = ancestors.into_iter().filter_map(|id| {
            let level = level(self.records.get(&id)?)?;
            Some(Ancestor { key: id.to_string(), level })
        });
        Some(Subject {
            key: id.to_string(),
            level: level(record)?,
            passage: match record {
                AnyRecord::Batch(batch) => batch.passage(),
                _ => None,
            },
            ancestors: ancestors.collect(),
            donor: DonorFindings {
                sex,
                karyotype: karyotype.map(ToOwned::to_owned),
                findings: Vec::new(),
            },
        })
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

    fn results(&self, subject: &Subject) -> Vec<Known> {
        let inherited = subject.ancestors.iter().map(|ancestor| &ancestor.key);
        let mut known = Vec::new();
        for key in std::iter::once(&subject.key).chain(inherited) {
            let Ok(id) = key.parse::<Uuid>() else { continue };
            let records = self.results.get(&id).into_iter().flatten();
            known.extend(records.flat_map(|record| judged(record, key)));
        }
        known
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

/// What each source says of a result, under keys that no other source's results share, of the subject that its link
/// reaches. The level stays the laboratory's word: where it is another than the subject's, no pass counts.
fn judged(record: &Record<ResultFacts>, subject: &str) -> Vec<Known> {
    let known = |layer: &Layer<ResultFacts>| {
        let own = |key: &str| format!("{} {key}", layer.source.as_str());
        let result = layer.facts.result.clone()?;
        let withdrawn = (record.state == State::Withdrawn).then_some("withdrawn");
        let result = QcResult {
            key: own(&result.key),
            superseded_by: withdrawn.or(result.superseded_by.as_deref()).map(own),
            material: Material { subject: subject.to_owned(), level: result.material.level },
            ..result
        };
        let declared = layer.facts.out_of_specification.clone();
        let declared = declared
            .map(|declared| OutOfSpecification { result: own(&declared.result), ..declared });
        Some(Known { record: record.id, result, declared })
    };
    record.layers.iter().filter_map(known).collect()
}
