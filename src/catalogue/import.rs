//! Taking in the rows of a file: each row meets the record it speaks of, by identifiers only, or makes a new one.
//! Chunks of rows are transactions; a file that is imported again changes nothing that is already so.

mod complete;
mod refer;

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, HashMap},
};

use chrono::NaiveDate;
use serde::Serialize;
use uuid::Uuid;

use self::refer::Texts;
pub use self::{
    complete::{RowKey, Speaks},
    refer::Ask,
};
use super::{
    Catalogue, Error,
    write::{self, Change, Signed},
};
use crate::{
    db::{
        Conn,
        conn::Tx,
        external_id, link,
        record::{self, AnyStored, RecordRow},
        setting,
    },
    domain::{
        donor::DonorFacts,
        id::{self, RecordId, RecordKind},
        identifier::{self, ExternalId},
        record::{AnyDraft, AnyRecord, Draft, Flag, Over, Relation},
        term::Key,
    },
    each_draft, each_kind,
};

/// Rows in one transaction: enough that a page of an index is written once for many rows.
pub const CHUNK: usize = 2000;

/// A row of a file, read into what it says.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// The row's place in the file: a line number.
    pub row: u64,
    /// What the row calls itself.
    pub label: String,
    pub draft: AnyDraft,
    pub donor: Option<DonorDraft>,
    pub meets: Meets,
    pub speaks: Speaks,
    pub row_key: RowKey,
    /// References that are filled in from what the catalogue knows.
    pub asks: Vec<Ask>,
    /// Whether the row tells how things stand on a day, as an inventory does, and the way there is to be worked out.
    pub is_observation: bool,
}

/// A donor that comes with a line.
#[derive(Debug, Clone, PartialEq)]
pub struct DonorDraft {
    pub draft: Draft<DonorFacts>,
    /// Keys of donors that the source says are the same person.
    pub same: Vec<Key>,
}

/// Which records a row speaks of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meets {
    /// The one record that bears its identifiers.
    One,
    /// Every record that bears one of its identifiers or of these: a class of one terminology may correspond to
    /// several diseases of another.
    Every(Vec<Key>),
}

impl Candidate {
    /// What does not read as it should is flagged here, whatever the format it came in.
    pub fn new(row: u64, label: impl Into<String>, mut draft: AnyDraft) -> Self {
        each_draft!(&mut draft, draft => draft.examine());
        let (label, meets, speaks) = (label.into(), Meets::One, Speaks::All);
        let (row_key, asks, is_observation) = (RowKey::OfSource, Vec::new(), false);
        Self { row, label, draft, donor: None, meets, speaks, row_key, asks, is_observation }
    }

    /// The same with the flags that its facts earn after something was put into them.
    fn examined(mut self) -> Self {
        each_draft!(&mut self.draft, draft => draft.examine());
        self
    }

    /// The same candidate, as a row that tells how things stand on a day.
    pub fn observed(self) -> Self {
        Self { is_observation: true, ..self }
    }

    pub fn with_donor(mut self, donor: Option<DonorDraft>) -> Self {
        self.donor = donor.map(|mut donor| {
            donor.draft.examine();
            donor
        });
        self
    }
}

/// A row that was not taken as it stands, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Remark {
    pub row: u64,
    pub label: String,
    pub outcome: Outcome,
    pub message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Nothing of the row was written.
    Refused,
    /// The row was written, and something it claims is claimed by another record too.
    Conflict,
    /// The row was written as it stands, and something in it does not read as it should.
    Flagged,
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Refused => "refused",
            Self::Conflict => "conflict",
            Self::Flagged => "flagged",
        })
    }
}

/// What became of the rows of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Rows that made a new record.
    pub taken: u64,
    /// Rows that said nothing new.
    pub unchanged: u64,
    /// Rows that added to or changed a record that was there.
    pub merged: u64,
    pub refused: u64,
    /// Columns of the file that were not read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unknown_columns: Vec<String>,
    /// Every row with something to say of, in the order of the file.
    pub rows: Vec<Remark>,
}

impl Report {
    pub fn refuse(&mut self, row: u64, label: &str, field: Option<&str>, message: String) {
        self.refused += 1;
        self.remark(row, label, Outcome::Refused, field, message);
    }

    pub(super) fn conflict(&mut self, row: u64, label: &str, message: String) {
        self.remark(row, label, Outcome::Conflict, None, message);
    }

    fn remark(
        &mut self,
        row: u64,
        label: &str,
        outcome: Outcome,
        field: Option<&str>,
        message: String,
    ) {
        let (label, field) = (label.to_owned(), field.map(ToOwned::to_owned));
        self.rows.push(Remark { row, label, outcome, message, field });
    }
}

/// An import under way.
#[derive(Debug)]
pub struct Import<'c> {
    catalogue: &'c Catalogue,
    actor: String,
    reason: String,
    /// A dry run writes everything into one transaction that is never committed.
    dry: Option<Tx>,
    over: Over,
    pub report: Report,
}

impl<'c> Import<'c> {
    /// `format` and `file` go into the log as the actor and the reason.
    pub async fn begin(
        catalogue: &'c Catalogue,
        format: &str,
        file: &str,
        dry_run: bool,
    ) -> Result<Self, Error> {
        let dry = if dry_run { Some(catalogue.db.begin().await?) } else { None };
        Ok(Self { dry, ..Self::by(catalogue, format!("import:{format}"), file.to_owned()) })
    }

    /// Records that come from no file, under the name of who made them.
    pub(super) fn by(catalogue: &'c Catalogue, actor: String, reason: String) -> Self {
        let (over, report) = (Over::Write, Report::default());
        Self { catalogue, actor, reason, dry: None, over, report }
    }

    /// The same import, leaving every layer that is there as it is.
    pub fn keeping_what_is_there(self) -> Self {
        Self { over: Over::Keep, ..self }
    }

    /// Takes in a chunk of rows: all of it or, when this fails, nothing.
    pub async fn chunk(&mut self, candidates: &[Candidate]) -> Result<(), Error> {
        let mut report = std::mem::take(&mut self.report);
        let done = match self.dry.take() {
            Some(mut tx) => {
                let done = self.run(&mut tx.conn(), candidates, &mut report).await;
                self.dry = Some(tx);
                done
            }
            None => self.commit(candidates, &mut report).await,
        };
        self.report = report;
        done
    }

    /// Reads as the import sees the catalogue: with what a dry run has written.
    pub(super) async fn read<T>(
        &mut self,
        read: impl AsyncFnOnce(&mut Conn<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        match &mut self.dry {
            Some(tx) => read(&mut tx.conn()).await,
            None => read(&mut self.catalogue.db.read().await?.conn()).await,
        }
    }

    /// Keeps a setting beside what was written; a dry run keeps none.
    pub(super) async fn keep_setting(&self, name: &str, value: &str) -> Result<(), Error> {
        if self.dry.is_some() {
            return Ok(());
        }
        let mut tx = self.catalogue.db.begin().await?;
        setting::put(&mut tx.conn(), name, value).await?;
        Ok(tx.commit().await?)
    }

    async fn commit(&self, candidates: &[Candidate], report: &mut Report) -> Result<(), Error> {
        let mut tx = self.catalogue.db.begin().await?;
        self.run(&mut tx.conn(), candidates, report).await?;
        tx.commit().await?;
        self.catalogue.changed.notify_waiters();
        Ok(())
    }

    async fn run(
        &self,
        conn: &mut Conn<'_>,
        candidates: &[Candidate],
        report: &mut Report,
    ) -> Result<(), Error> {
        // Imports follow one another on this row: two that bring the same line must not both make it.
        setting::take_numbers(conn, "import", 0).await?;
        let at = self.catalogue.clock.now();
        let mut chunk = Chunk::load(conn, candidates, self.over, at.date_naive()).await?;
        for rows in candidates.chunk_by(complete::are_vials_of_one_lot) {
            chunk.take(rows, report, self.catalogue);
        }
        let (actor, reason) = (self.actor.clone(), self.reason.clone());
        let signed = Signed { actor, reason, at, action: None };
        let rows = std::mem::take(&mut chunk.rows);
        let changes = chunk.into_changes(conn, &self.catalogue.prefix).await?;
        write::write(conn, &changes, &signed).await?;
        unreached(conn, &changes, &rows, report).await
    }
}

/// A record that the chunk has met or made.
#[derive(Debug)]
struct Work {
    before: Option<AnyRecord>,
    after: AnyRecord,
    version: i64,
    /// Its place among the records made, which is the order of the file.
    order: usize,
}

/// What a chunk of rows needs to know, read in a handful of statements.
#[derive(Debug)]
struct Chunk {
    borne: BTreeMap<Key, Vec<RecordId>>,
    by_accession: BTreeMap<String, RecordId>,
    works: HashMap<RecordId, Work>,
    donor_of: HashMap<Uuid, RecordId>,
    /// How many records the chunk has made.
    made: usize,
    over: Over,
    today: NaiveDate,
    /// What the references by text may mean.
    texts: Texts,
    /// Which row brought which record, the last one of each.
    rows: BTreeMap<RecordId, (u64, String)>,
}

impl Chunk {
    async fn load(
        conn: &mut Conn<'_>,
        candidates: &[Candidate],
        over: Over,
        today: NaiveDate,
    ) -> Result<Self, Error> {
        let mut keys: BTreeSet<Key> = candidates.iter().flat_map(keys_of).collect();
        keys.extend(refer::keys(candidates));
        let borne = external_id::find(conn, &keys).await?;
        let accessions = candidates.iter().filter_map(|c| accession_of(&c.draft));
        let accessions = accessions.chain(refer::accessions(candidates));
        let mut chunk = Self {
            borne,
            by_accession: BTreeMap::new(),
            works: HashMap::new(),
            donor_of: HashMap::new(),
            made: 0,
            over,
            today,
            texts: Texts::load(conn, candidates).await?,
            rows: BTreeMap::new(),
        };
        let rows = record::find_by_accession(conn, accessions).await?;
        for stored in rows.iter().map(RecordRow::read_any).collect::<Result<Vec<_>, _>>()? {
            chunk.met(stored);
        }
        let mut ids: BTreeSet<RecordId> = chunk.borne.values().flatten().copied().collect();
        ids.extend(chunk.texts.named());
        ids.extend(candidates.iter().filter_map(|c| each_draft!(&c.draft, draft => draft.id)));
        let lines: Vec<Uuid> = kind_only(&ids, RecordKind::CellLine);
        for link in link::of(conn, &lines).await? {
            if link.relation == Relation::Donor {
                let donor = RecordId::new(RecordKind::Donor, link.to);
                chunk.donor_of.entry(link.from).or_insert(donor);
                ids.insert(donor);
            }
        }
        let unread = ids.iter().filter(|id| !chunk.works.contains_key(id)).map(|id| id.uuid);
        let unread: Vec<Uuid> = unread.collect();
        for stored in record::any_many(conn, &unread).await? {
            chunk.met(stored);
        }
        chunk.load_referred(conn).await?;
        Ok(chunk)
    }

    fn met(&mut self, stored: AnyStored) {
        let id = stored.record.id();
        self.by_accession.insert(stored.record.accession().to_owned(), id);
        let (before, version) = (Some(stored.record.clone()), stored.version);
        let work = Work { before, after: stored.record, version, order: usize::MAX };
        self.works.insert(id, work);
    }

    /// Takes in a row, or all of the rows of vials of one lot, which are one word on the lot.
    fn take(&mut self, rows: &[Candidate], report: &mut Report, catalogue: &Catalogue) {
        let Some(candidate) = complete::together(rows) else { return };
        let (met, candidate) = match self.met_and_completed(&candidate) {
            Ok(taken) => taken,
            Err((field, refusal)) => {
                for one in rows {
                    report.refuse(one.row, &one.label, field, refusal.clone());
                }
                return;
            }
        };
        let Admitted { draft, conflict } = match self.admitted(&candidate, &met) {
            Ok(admitted) => admitted,
            Err(reason) => {
                for one in rows {
                    report.refuse(one.row, &one.label, None, reason.clone());
                }
                return;
            }
        };
        let messages: Vec<String> = met.conflicts.iter().cloned().chain(conflict).collect();
        for (one, message) in rows.iter().flat_map(|one| messages.iter().map(move |m| (one, m))) {
            report.conflict(one.row, &one.label, message.clone());
        }
        self.tell_flags(rows, &candidate, &met, report);
        let news = self.news(rows, &candidate, &met);
        let mut changed = false;
        let new = met.records.is_empty();
        for id in &met.records {
            changed |= self.absorb(*id, &draft);
        }
        let line = match met.records.first() {
            Some(id) => *id,
            None => self.make(&draft, catalogue),
        };
        let contradiction = self.works.get(&line).and_then(|work| work.after.contradiction());
        if let Some(message) = contradiction.filter(|_| new || changed) {
            report.conflict(candidate.row, &candidate.label, message);
        }
        self.rows.insert(line, (candidate.row, candidate.label.clone()));
        changed |= self.take_donor(&candidate, line, report, catalogue);
        for is_news in news {
            match (new, changed && is_news) {
                (true, _) => report.taken += 1,
                (false, true) => report.merged += 1,
                (false, false) => report.unchanged += 1,
            }
        }
    }

    /// The record that a row speaks of, and the row with what it leaves unsaid.
    fn met_and_completed<'c>(
        &self,
        candidate: &'c Candidate,
    ) -> Result<(Met, Cow<'c, Candidate>), Refused> {
        let met = self.meet(candidate).map_err(|refusal| (None, refusal))?;
        let completed = self.complete(candidate, &met);
        completed
            .map(|candidate| (met, candidate))
            .map_err(|(field, refusal)| (Some(field), refusal))
    }

    /// The draft as it may be taken in.
    ///
    /// # Errors
    /// Why it may not: it would undo what must stand, or breaks a rule.
    fn admitted<'d>(&self, candidate: &'d Candidate, met: &Met) -> Result<Admitted<'d>, String> {
        let (mut draft, mut conflict) = (Cow::Borrowed(&candidate.draft), None);
        if let Some(problem) = draft.untimely(self.today) {
            return Err(problem);
        }
        if met.records.is_empty() {
            return draft.problem().map_or(Ok(Admitted { draft, conflict }), Err);
        }
        if self.over == Over::Keep {
            return Ok(Admitted { draft, conflict });
        }
        for record in met.records.iter().filter_map(|id| self.works.get(id)) {
            let record = &record.after;
            if candidate.is_observation {
                let found = record
                    .observed(&draft)
                    .and_then(|found| record.keeps_against(&found).map_or(Ok(found), Err));
                draft = Cow::Owned(found.unwrap_or_else(|problem| {
                    conflict = Some(format!(
                        "{problem}; the history stays as it is, and the rest of the row is taken"
                    ));
                    record.without_observation(&draft)
                }));
            }
            if let Some(reason) = record.keeps_against(&draft) {
                return Err(reason);
            }
        }
        Ok(Admitted { draft, conflict })
    }

    fn tell_flags(&self, rows: &[Candidate], all: &Candidate, met: &Met, report: &mut Report) {
        let of_donor = all.donor.iter().flat_map(|donor| flags(&donor.draft));
        let own = each_draft!(&all.draft, draft => flags(draft)).into_iter();
        let own = own.filter_map(|flag| Some((self.row_of(rows, all, met, flag)?, flag)));
        for (one, flag) in own.chain(of_donor.map(|flag| (all, flag))) {
            let message = format!("`{}`: {}", flag.text, flag.problem);
            let field = Some(flag.field.as_str());
            report.remark(one.row, &one.label, Outcome::Flagged, field, message);
        }
    }

    /// Puts the draft's layers into a record; says whether that changed anything.
    fn absorb(&mut self, id: RecordId, draft: &AnyDraft) -> bool {
        let Some(work) = self.works.get_mut(&id) else { return false };
        let lost = keys_borne(&work.after);
        let changed = work.after.absorb(draft, self.over);
        let kept = keys_borne(&work.after);
        for key in lost.difference(&kept) {
            if let Some(bearers) = self.borne.get_mut(key) {
                bearers.retain(|bearer| *bearer != id);
            }
        }
        for key in kept.difference(&lost) {
            self.borne.entry(key.clone()).or_default().push(id);
        }
        changed
    }

    fn make(&mut self, draft: &AnyDraft, catalogue: &Catalogue) -> RecordId {
        let kind = draft.kind();
        let fresh = RecordId::new(kind, catalogue.ids.next());
        let id = each_draft!(draft, draft => draft.id).unwrap_or(fresh);
        let accession = accession_of(draft).unwrap_or_default().to_owned();
        let after = AnyRecord::empty(id, accession.clone());
        let order = self.made;
        self.made += 1;
        self.works.insert(id, Work { before: None, after, version: 0, order });
        if !accession.is_empty() {
            self.by_accession.insert(accession, id);
        }
        self.absorb(id, draft);
        id
    }

    /// The donor is the one who bears the draft's identifiers; else the one the line already has; else the one
    /// the source calls the same person; else a new one.
    fn take_donor(
        &mut self,
        candidate: &Candidate,
        line: RecordId,
        report: &mut Report,
        catalogue: &Catalogue,
    ) -> bool {
        let Some(donor) = &candidate.donor else { return false };
        let draft = AnyDraft::Donor(donor.draft.clone());
        let own = self.bearers(&draft.identity(), RecordKind::Donor);
        let kin = self.bearers(&donor.same, RecordKind::Donor);
        let had = self.donor_of.get(&line.uuid).copied();
        let said: BTreeSet<RecordId> = own.iter().copied().chain(had).collect();
        if said.len() > 1 || (said.is_empty() && kin.len() > 1) {
            let all: BTreeSet<RecordId> = said.union(&kin).copied().collect();
            let message = format!("its donor may be any of {}; kept apart", self.named(&all));
            report.remark(
                candidate.row,
                &candidate.label,
                Outcome::Conflict,
                Some("donor"),
                message,
            );
            if said.len() > 1 {
                return false;
            }
        }
        let one_kin = if kin.len() == 1 { kin.first().copied() } else { None };
        let Some(id) = own.first().copied().or(had).or(one_kin) else {
            let id = self.make(&draft, catalogue);
            self.donor_of.insert(line.uuid, id);
            return true;
        };
        self.donor_of.insert(line.uuid, id);
        self.absorb(id, &draft)
    }

    fn bearers(&self, keys: &[Key], kind: RecordKind) -> BTreeSet<RecordId> {
        let borne = keys.iter().filter_map(|key| self.borne.get(key)).flatten();
        borne.copied().filter(|id| id.kind == kind).collect()
    }

    fn named<'a>(&self, ids: impl IntoIterator<Item = &'a RecordId>) -> String {
        let name = |id: &RecordId| match self.works.get(id) {
            Some(work) if !work.after.accession().is_empty() => {
                format!("{} ({})", work.after.name(), work.after.accession())
            }
            Some(work) => format!("{} (new in this file)", work.after.name()),
            None => id.to_string(),
        };
        ids.into_iter().map(name).collect::<Vec<_>>().join(" and ")
    }

    async fn into_changes(self, conn: &mut Conn<'_>, prefix: &str) -> Result<Vec<Change>, Error> {
        let changed = |work: &Work| work.before.as_ref() != Some(&work.after);
        let mut works: Vec<Work> = self.works.into_values().filter(changed).collect();
        works.sort_by_key(|work| (work.order, work.after.id()));
        for work in works.iter().filter(|work| work.before.is_none()) {
            // An accession that came with the file must not be counted out again.
            let kind = work.after.id().kind;
            let number = kind
                .letter()
                .and_then(|letter| id::counted_number(prefix, letter, work.after.accession()));
            if let Some(number) = number {
                setting::pass_number(conn, kind.as_str(), number).await?;
            }
        }
        for kind in RecordKind::ALL {
            let unnumbered = |work: &&mut Work| {
                work.after.id().kind == kind && work.after.accession().is_empty()
            };
            let Some(letter) = kind.letter() else { continue };
            let count = works.iter_mut().filter(unnumbered).count();
            if count == 0 {
                continue;
            }
            let count = i64::try_from(count).expect("a chunk is small");
            let first = setting::take_numbers(conn, kind.as_str(), count).await?;
            for (number, work) in (first..).zip(works.iter_mut().filter(unnumbered)) {
                work.after.set_accession(id::accession(prefix, letter, number));
            }
        }
        let change = |work: Work| Change {
            before: work.before,
            after: work.after,
            version: work.version + 1,
        };
        Ok(works.into_iter().map(change).collect())
    }
}

/// Why rows are refused, and in which column where it is one.
type Refused = (Option<&'static str>, String);
/// A draft as it may be taken in, and what of its row was not.
struct Admitted<'d> {
    draft: Cow<'d, AnyDraft>,
    conflict: Option<String>,
}

/// The records a row speaks of; none when it brings a new one.
#[derive(Debug, Default)]
struct Met {
    records: Vec<RecordId>,
    conflicts: Vec<String>,
}

impl Chunk {
    fn meet(&self, candidate: &Candidate) -> Result<Met, String> {
        let kind = candidate.draft.kind();
        let keys = candidate.draft.identity();
        let known = self.known(candidate)?;
        if kind.letter().is_none() && accession_of(&candidate.draft).is_none_or(str::is_empty) {
            return Err(format!(
                "a {kind} is known by its accession; give it (`MONDO:0005180`, `PMID:18035408`)"
            ));
        }
        if let Meets::Every(more) = &candidate.meets {
            let mut records = self.bearers(&keys, kind);
            records.extend(self.bearers(more, kind));
            records.extend(known);
            return Ok(Met { records: records.into_iter().collect(), conflicts: Vec::new() });
        }
        let claims: Vec<(&Key, BTreeSet<RecordId>)> = keys
            .iter()
            .map(|key| (key, self.bearers(std::slice::from_ref(key), kind)))
            .filter(|(_, bearers)| !bearers.is_empty())
            .collect();
        let sets = claims.iter().map(|(_, bearers)| bearers.clone());
        let common = known.map(|id| BTreeSet::from([id])).into_iter().chain(sets);
        let common = common.reduce(|a, b| a.intersection(&b).copied().collect());
        let met = match common {
            None => return Ok(Met::default()),
            Some(common) if common.len() == 1 => common.first().copied(),
            Some(_) => return Err(self.disagreement(&claims, known)),
        };
        let met = met.filter(|id| known.is_some() || !self.is_another(*id, candidate, &claims));
        Ok(Met { records: met.into_iter().collect(), conflicts: self.conflicts(&claims, met) })
    }

    /// The record whose id or accession the row gives. The two must not contradict each other.
    fn known(&self, candidate: &Candidate) -> Result<Option<RecordId>, String> {
        let given = each_draft!(&candidate.draft, draft => draft.id);
        let elsewhere = given.and_then(|id| {
            let kinds = RecordKind::ALL.into_iter().filter(|kind| *kind != id.kind);
            kinds.map(|kind| RecordId::new(kind, id.uuid)).find(|id| self.works.contains_key(id))
        });
        if let Some(other) = elsewhere {
            let kind = other.kind;
            return Err(format!(
                "its id is that of the {kind} {}; leave it out, and the record gets one of its own",
                self.named([&other])
            ));
        }
        let by_id = given.filter(|id| self.works.contains_key(id));
        let accession = accession_of(&candidate.draft);
        let by_accession =
            accession.and_then(|accession| self.by_accession.get(accession)).copied();
        let accession = accession.unwrap_or_default();
        let (kind, other) = match (by_id, by_accession) {
            (_, Some(other)) if other.kind != candidate.draft.kind() => (other.kind, other),
            (_, Some(other)) if given.is_some_and(|id| id != other) => (other.kind, other),
            (Some(id), None) if !accession.is_empty() => (id.kind, id),
            _ => return Ok(by_id.or(by_accession)),
        };
        Err(format!(
            "its id and its accession {accession} contradict each other: the {kind} {} is already here; \
             leave out the one that is wrong",
            self.named([&other])
        ))
    }

    /// Whether the record met is another row of the same source: the source itself tells the two apart, whatever
    /// identifier of a third party they share. A row that names the other's key as its own is the same row renamed, and
    /// one that is known by the other's number is the same row whatever its key.
    fn is_another(
        &self,
        id: RecordId,
        candidate: &Candidate,
        claims: &[(&Key, BTreeSet<RecordId>)],
    ) -> bool {
        let Some(work) = self.works.get(&id) else { return false };
        each_draft!(&candidate.draft, draft => draft.layers.iter().any(|layer| {
            let own_key = claims.iter().any(|(key, _)| {
                candidate.row_key.is_by(key)
                    || key.value == identifier::normalise(&key.scheme, &layer.key)
                    || work.after.has_row(&layer.source, &key.value)
            });
            !own_key && work.after.has_other_row(&layer.source, &layer.key)
        }))
    }

    fn disagreement(
        &self,
        claims: &[(&Key, BTreeSet<RecordId>)],
        known: Option<RecordId>,
    ) -> String {
        let claim = |(key, bearers): &(&Key, BTreeSet<RecordId>)| {
            format!("{} {} belongs to {}", key.scheme, key.value, self.named(bearers))
        };
        let known = known.map(|id| format!("its id belongs to {}", self.named([&id])));
        let claims: Vec<String> = claims.iter().map(claim).chain(known).collect();
        format!(
            "its identifiers lead to different records: {}; merge them or correct the row",
            claims.join("; ")
        )
    }

    fn conflicts(
        &self,
        claims: &[(&Key, BTreeSet<RecordId>)],
        met: Option<RecordId>,
    ) -> Vec<String> {
        let mut conflicts = Vec::new();
        for (key, bearers) in claims {
            let others: BTreeSet<&RecordId> =
                bearers.iter().filter(|id| Some(**id) != met).collect();
            if !others.is_empty() {
                let others = self.named(others);
                conflicts.push(format!("{} {} is also claimed by {others}", key.scheme, key.value));
            }
        }
        conflicts
    }
}

/// Tells of records that mean nothing without another one that is not known, such as a lot of an unknown line: they
/// stay, and wait for it.
async fn unreached(
    conn: &mut Conn<'_>,
    changes: &[Change],
    rows: &BTreeMap<RecordId, (u64, String)>,
    report: &mut Report,
) -> Result<(), Error> {
    const NEEDED: [Relation; 8] = [
        Relation::Line,
        Relation::ParentBatch,
        Relation::Subject,
        Relation::HeldLine,
        Relation::About,
        Relation::Certified,
        Relation::Item,
        Relation::Recipient,
    ];
    let asking = |change: &&Change| {
        let links = each_kind!(&change.after, record => record.links());
        links.iter().any(|asked| NEEDED.contains(&asked.relation))
    };
    let ids: Vec<Uuid> = changes.iter().filter(asking).map(|c| c.after.id().uuid).collect();
    let reached: BTreeSet<(Uuid, Relation, usize)> =
        link::of(conn, &ids).await?.into_iter().map(|l| (l.from, l.relation, l.item)).collect();
    for change in changes.iter().filter(asking) {
        let id = change.after.id();
        let Some((row, label)) = rows.get(&id) else { continue };
        let mut items: BTreeMap<&str, usize> = BTreeMap::new();
        for asked in each_kind!(&change.after, record => record.links()) {
            let item = items.entry(asked.relation.as_str()).or_default();
            if NEEDED.contains(&asked.relation)
                && !reached.contains(&(id.uuid, asked.relation, *item))
            {
                let message = format!(
                    "`{}` is not known here: load it, or correct the number",
                    asked.reference.text()
                );
                report.remark(
                    *row,
                    label,
                    Outcome::Flagged,
                    Some(asked.relation.as_str()),
                    message,
                );
            }
            *item += 1;
        }
    }
    Ok(())
}

fn keys_of(candidate: &Candidate) -> Vec<Key> {
    let mut keys = candidate.draft.identity();
    if let Meets::Every(more) = &candidate.meets {
        keys.extend(more.iter().cloned());
    }
    if let Some(donor) = &candidate.donor {
        keys.extend(AnyDraft::Donor(donor.draft.clone()).identity());
        keys.extend(donor.same.iter().cloned());
    }
    keys
}

fn keys_borne(record: &AnyRecord) -> BTreeSet<Key> {
    let ids = each_kind!(record, record => record.external_ids());
    ids.into_iter().map(ExternalId::key).collect()
}

fn accession_of(draft: &AnyDraft) -> Option<&str> {
    each_draft!(draft, draft => draft.accession.as_deref())
}

fn flags<F>(draft: &Draft<F>) -> Vec<&Flag> {
    draft.layers.iter().flat_map(|layer| &layer.flags).collect()
}

fn kind_only(ids: &BTreeSet<RecordId>, kind: RecordKind) -> Vec<Uuid> {
    ids.iter().filter(|id| id.kind == kind).map(|id| id.uuid).collect()
}
