//! Lots, lines and units with all that they come from, the tests of either, and the notices that reach them: what is
//! needed to judge conformity, and whether something can be ordered.
//!
//! What is hidden or withdrawn above a subject is judged by all the same: a fail of the donor does not go away with
//! the donor's record.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDate;
use uuid::Uuid;

use super::{
    availability::Availability,
    batch::BatchLevel,
    donor::DonorFacts,
    holding::HoldingFacts,
    id::{RecordId, RecordKind},
    notice::{NoticeFacts, NoticeKind},
    qc::{
        conformity::{self, Conformity},
        material::{Level, Material},
        record::ResultFacts,
        result::{OutOfSpecification, QcResult},
        standard::QcStandard,
        subject::{Ancestor, DonorFindings, Subject},
        test_code::TestCode,
        value::Value,
    },
    record::{AnyRecord, Layer, Record, Relation, State},
    term::Reference,
    usage::UsePurpose,
};

/// The ways up from what is tested or ordered to what it comes from.
pub const UP: [Relation; 6] = [
    Relation::ParentBatch,
    Relation::Line,
    Relation::HeldLine,
    Relation::SourceUnit,
    Relation::SourceSample,
    Relation::Donor,
];

/// How one subject stands to a standard, and which records the verdicts rest on.
#[derive(Debug, Clone, PartialEq)]
pub struct Assessed {
    pub subject: RecordId,
    pub conformity: Conformity,
    /// The records behind the keys in `conformity`.
    pub results: BTreeMap<String, RecordId>,
}

/// A result as it is judged, with the record that holds it.
#[derive(Debug)]
pub struct Known {
    pub record: RecordId,
    pub result: QcResult,
    pub declared: Option<OutOfSpecification>,
}

/// One line at one bank.
#[derive(Debug)]
struct Held {
    line: Uuid,
    banks: Vec<Uuid>,
    holding: Uuid,
}

#[derive(Debug, Default)]
pub struct Descent {
    records: HashMap<Uuid, AnyRecord>,
    up: HashMap<Uuid, Vec<Uuid>>,
    /// By lot, and by holding.
    banks: HashMap<Uuid, Vec<Uuid>>,
    /// By what was tested.
    results: HashMap<Uuid, Vec<Known>>,
    /// By what they are about.
    notices: HashMap<Uuid, Vec<Record<NoticeFacts>>>,
    held: Vec<Held>,
}

/// Whether a lot or holding can be ordered, and what stands in the way.
#[derive(Debug)]
pub struct Supply<'d> {
    /// Its bank offers it, and all that it comes from is public.
    offered: bool,
    /// Those that hold on the day.
    pub notices: Vec<&'d Record<NoticeFacts>>,
    on: NaiveDate,
}

impl Supply<'_> {
    /// For one purpose; where none is given, for any that no notice names.
    pub fn can_be_ordered(&self, purpose: Option<UsePurpose>) -> bool {
        let stopped = self.notices.iter().any(|notice| notice.stops_orders(self.on, purpose));
        let for_nothing = self.stopped_purposes().len() == UsePurpose::ALL.len();
        self.offered && !stopped && !for_nothing
    }

    /// The purposes for which notices stop orders.
    pub fn stopped_purposes(&self) -> BTreeSet<UsePurpose> {
        self.notices.iter().flat_map(|notice| notice.stopped_purposes(self.on)).collect()
    }
}

impl Descent {
    pub fn add(&mut self, record: AnyRecord) {
        self.records.insert(record.id().uuid, record);
    }

    pub fn has(&self, id: Uuid) -> bool {
        self.records.contains_key(&id)
    }

    pub fn ids(&self, kind: Option<RecordKind>) -> Vec<Uuid> {
        let ids = self.records.values().map(AnyRecord::id);
        ids.filter(|id| kind.is_none_or(|kind| id.kind == kind)).map(|id| id.uuid).collect()
    }

    pub fn record(&self, id: Uuid) -> Option<&AnyRecord> {
        self.records.get(&id)
    }

    /// A link out of a record that was added.
    pub fn add_link(&mut self, from: Uuid, relation: Relation, to: Uuid) {
        if UP.contains(&relation) {
            self.up.entry(from).or_default().push(to);
        }
        if relation == Relation::Organization {
            self.banks.entry(from).or_default().push(to);
        }
    }

    /// A holding of a line that was added, with the banks it names.
    pub fn add_holding(&mut self, line: Uuid, banks: Vec<Uuid>, holding: Record<HoldingFacts>) {
        let id = holding.id.uuid;
        self.held.push(Held { line, banks, holding: id });
        self.records.entry(id).or_insert(AnyRecord::Holding(holding));
    }

    /// A published notice about a record that was added.
    pub fn add_notice(&mut self, about: Uuid, notice: Record<NoticeFacts>) {
        self.notices.entry(about).or_default().push(notice);
    }

    /// A record of tests; `reached` gives the place of each reference among its own, and what it leads to. Of what was
    /// withdrawn or merged no pass counts, but a fail does not go away with it; drafts count for nothing.
    pub fn add_result(&mut self, record: &Record<ResultFacts>, reached: &[(usize, Uuid)]) {
        if matches!(record.state, State::Published | State::Withdrawn | State::Merged) {
            for (subject, known) in judged(record, reached) {
                self.results.entry(subject).or_default().push(known);
            }
        }
    }

    pub fn results_of(&self, id: Uuid) -> &[Known] {
        self.results.get(&id).map(Vec::as_slice).unwrap_or_default()
    }

    pub fn published(&self, id: RecordId) -> Option<&AnyRecord> {
        let record = self.records.get(&id.uuid)?;
        (record.id() == id && record.state() == State::Published).then_some(record)
    }

    /// How a published record stands to a standard on a day; none where it is unknown or hidden, or where nobody states
    /// the level of a lot: what it is made for is not guessed.
    pub fn assess(&self, id: RecordId, standard: &QcStandard, on: NaiveDate) -> Option<Assessed> {
        let subject = self.subject(self.published(id)?)?;
        let ancestors = self.ancestors(id.uuid);
        let tested = std::iter::once(id.uuid).chain(ancestors);
        let known: Vec<&Known> = tested.flat_map(|id| self.results_of(id)).collect();
        let results: Vec<QcResult> = known.iter().map(|known| known.result.clone()).collect();
        let declared: Vec<OutOfSpecification> =
            known.iter().filter_map(|known| known.declared.clone()).collect();
        let conformity = conformity::assess(standard, &subject, &results, &declared, on);
        let results = known.iter().map(|known| (known.result.key.clone(), known.record));
        Some(Assessed { subject: id, conformity, results: results.collect() })
    }

    /// Whether a lot or a holding can be ordered on a day. The notices of a unit or a line are there too; nothing else
    /// is ever on offer.
    pub fn supply(&self, id: Uuid, on: NaiveDate) -> Supply<'_> {
        let offered = match self.records.get(&id) {
            Some(AnyRecord::Batch(lot)) => {
                lot.can_be_ordered(on) && self.is_traced(id) && !self.is_held_back(id, on)
            }
            Some(AnyRecord::Holding(holding)) => holding.can_be_ordered(on),
            _ => false,
        };
        let mut notices = self.notices(id);
        notices.retain(|notice| notice.is_open(on));
        Supply { offered: offered && self.is_open(id), notices, on }
    }

    /// The notices that reach a record, those that hold and those that do not, by accession.
    pub fn notices(&self, id: Uuid) -> Vec<&Record<NoticeFacts>> {
        let reaching = self.reaching(id);
        let about = reaching.iter().filter_map(|id| self.notices.get(id)).flatten();
        let mut notices: Vec<&Record<NoticeFacts>> = about.collect();
        notices.sort_by(|a, b| a.accession.cmp(&b.accession));
        notices.dedup_by_key(|notice| notice.id);
        notices
    }

    /// The availability of a lot or a holding on a day: the gravest of what its bank states, what holds it back and the
    /// notices that stop every order.
    pub fn availability(&self, id: Uuid, on: NaiveDate) -> Option<Availability> {
        let (state, held_back) = match self.records.get(&id)? {
            AnyRecord::Batch(lot) => {
                let back = self.is_held_back(id, on).then_some(Availability::Suspended);
                (lot.availability(on), back)
            }
            AnyRecord::Holding(holding) => {
                let back = holding.is_held_back(on).then_some(Availability::Quarantined);
                (holding.availability(on), back)
            }
            _ => return None,
        };
        let state = state?.availability;
        let notices = self.supply(id, on).notices.into_iter();
        let stopped = notices.filter(|notice| notice.stops_orders(on, None));
        let stopped = stopped.map(|notice| match notice.notice_kind() {
            Some(NoticeKind::Recall) => Availability::Recalled,
            Some(NoticeKind::Discontinuation) => Availability::Discontinued,
            _ => Availability::Suspended,
        });
        stopped.chain(held_back).chain([state]).max_by_key(|state| state.gravity())
    }

    /// The tests of a record itself of which a published result stands.
    pub fn tested(&self, id: Uuid) -> BTreeSet<TestCode> {
        let stands = |known: &&Known| known.result.superseded_by.is_none();
        self.results_of(id).iter().filter(stands).map(|known| known.result.test).collect()
    }

    /// The records whose notices reach this one: a notice about a line reaches its lots and holdings, one about a lot
    /// those grown from it, and one about a holding the lots of that line at that bank.
    fn reaching(&self, id: Uuid) -> BTreeSet<Uuid> {
        let passes = |id: &Uuid| {
            let kind = self.records.get(id).map(|record| record.id().kind);
            matches!(kind, Some(RecordKind::Batch | RecordKind::CellLine))
        };
        let is_ordered = self
            .records
            .get(&id)
            .is_some_and(|record| matches!(record, AnyRecord::Batch(_) | AnyRecord::Holding(_)));
        let above = self.ancestors(id).into_iter().filter(|_| is_ordered).filter(passes);
        let holdings = self.holdings_of(id).map(|held| held.holding);
        std::iter::once(id).chain(above).chain(holdings).collect()
    }

    /// The holdings that a lot belongs to: those of its line at its bank, and all of its line where either bank is not
    /// known.
    fn holdings_of(&self, lot: Uuid) -> impl Iterator<Item = &Held> {
        let is_lot = matches!(self.records.get(&lot), Some(AnyRecord::Batch(_)));
        let (lines, banks) = (self.ancestors(lot), self.banks.get(&lot));
        self.held.iter().filter(move |held| {
            let here = held.banks.is_empty()
                || banks.is_none_or(|banks| banks.iter().any(|b| held.banks.contains(b)));
            is_lot && here && lines.contains(&held.line)
        })
    }

    /// Whether the line and the lot that a lot names as its origin are known, as are those of the lots before it.
    fn is_traced(&self, lot: Uuid) -> bool {
        let lots = std::iter::once(lot).chain(self.ancestors(lot));
        let lots = lots.filter_map(|id| match self.records.get(&id) {
            Some(AnyRecord::Batch(lot)) => Some(lot),
            _ => None,
        });
        lots.into_iter().all(|lot| {
            let up = self.up.get(&lot.id.uuid).into_iter().flatten();
            let kinds: Vec<RecordKind> =
                up.filter_map(|id| self.records.get(id)).map(|record| record.id().kind).collect();
            let links = lot.links();
            let names = |relation| links.iter().any(|asked| asked.relation == relation);
            (!names(Relation::Line) || kinds.contains(&RecordKind::CellLine))
                && (!names(Relation::ParentBatch) || kinds.contains(&RecordKind::Batch))
        })
    }

    /// Whether the holding of a lot says that the line cannot be ordered there.
    fn is_held_back(&self, lot: Uuid, on: NaiveDate) -> bool {
        self.holdings_of(lot).any(|held| match self.records.get(&held.holding) {
            Some(AnyRecord::Holding(holding)) if holding.state != State::Merged => {
                let stated = holding.availability(on).is_some() || holding.is_held_back(on);
                stated && !holding.can_be_ordered(on)
            }
            _ => false,
        })
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
        let read = self.results_of(donor).iter().filter_map(|known| {
            let (result, value) = (&known.result, known.result.value.as_ref()?);
            match value.reading(result.test)? {
                Value::Findings(found) if result.superseded_by.is_none() => Some(found),
                _ => None,
            }
        });
        read.flatten().map(|finding| finding.text).collect()
    }

    /// What a record comes from, the nearest first, each once.
    pub fn ancestors(&self, id: Uuid) -> Vec<Uuid> {
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

    /// Whether a record and all that it comes from are published.
    pub fn is_open(&self, id: Uuid) -> bool {
        let published = |id: &Uuid| {
            self.records.get(id).is_some_and(|record| record.state() == State::Published)
        };
        published(&id) && self.ancestors(id).iter().all(published)
    }
}

/// The level at which tests of a record count.
pub fn level(record: &AnyRecord) -> Option<Level> {
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
fn judged(record: &Record<ResultFacts>, reached: &[(usize, Uuid)]) -> Vec<(Uuid, Known)> {
    let asked = record.links();
    let reached = |reference: &Reference| {
        let item = asked.iter().position(|asked| asked.reference == reference)?;
        reached.iter().find(|(at, _)| *at == item).map(|(_, to)| *to)
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
