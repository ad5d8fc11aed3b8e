//! References by a text that does not say what it is: an accession, an identifier of some registry, or a name. It means the
//! one record that answers to it; of two neither is chosen, and of none the row is refused.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use uuid::Uuid;

use super::{Candidate, Chunk, complete::Refusal};
use crate::{
    catalogue::Error,
    db::{Conn, external_id, link, name},
    domain::{
        id::{RecordId, RecordKind},
        identifier::{self, ExternalId, IdStatus, SCHEMES},
        names::fold,
        record::{ACCESSION, AnyDraft, AnyRecord, LABEL, Relation, State},
        term::{Key, Reference},
    },
    each_kind,
};

/// A reference as a row gives it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Ask {
    pub relation: Relation,
    /// The column, for the reader of a refusal.
    pub column: &'static str,
    pub text: String,
    /// What the source calls the record, where it says so beside the text.
    pub name: Option<String>,
}

impl Ask {
    /// Puts the reference in its place.
    pub(super) fn fill(&self, draft: &mut AnyDraft, reference: &Reference) {
        match draft {
            AnyDraft::Batch(draft) => {
                for layer in &mut draft.layers {
                    let place = match self.relation {
                        Relation::Line => &mut layer.facts.line,
                        Relation::Organization => &mut layer.facts.bank,
                        Relation::ParentBatch => &mut layer.facts.parent,
                        _ => continue,
                    };
                    *place = Some(reference.clone());
                }
            }
            AnyDraft::QcResult(draft) => {
                for layer in &mut draft.layers {
                    layer.facts.subject = Some(reference.clone());
                }
            }
            _ => {}
        }
    }

    /// The identifiers that the text may be.
    fn guesses(&self) -> Vec<Key> {
        let mut keys: Vec<Key> = Vec::new();
        for key in identifier::guesses(&self.text) {
            // Nobody writes down the accession of a line to mean its donor.
            if key.scheme != "donor_of" && !keys.contains(&key) {
                keys.push(key);
            }
        }
        keys
    }

    /// Those that name a record of the kinds asked for, whether or not it is known.
    fn own_guesses(&self) -> Vec<Key> {
        let mut keys = self.guesses();
        keys.retain(|key| {
            let id = ExternalId::new(&key.scheme, key.value.as_str());
            self.relation.targets().iter().any(|kind| id.identifies(*kind))
        });
        keys
    }
}

fn asks(candidates: &[Candidate]) -> impl Iterator<Item = &Ask> {
    candidates.iter().flat_map(|candidate| &candidate.asks)
}

/// The identifiers that the texts of the rows may be.
pub(super) fn keys(candidates: &[Candidate]) -> impl Iterator<Item = Key> {
    asks(candidates).flat_map(Ask::guesses)
}

pub(super) fn accessions(candidates: &[Candidate]) -> impl Iterator<Item = &str> {
    asks(candidates).map(|ask| ask.text.trim())
}

/// What the texts of a chunk may mean beside identifiers.
#[derive(Debug, Default)]
pub(super) struct Texts {
    /// By the folded text.
    names: BTreeMap<String, BTreeSet<RecordId>>,
    /// What the records that the chunk meets refer to now, by the place of the link among those of its relation.
    links: HashMap<(RecordId, Relation), BTreeMap<usize, Uuid>>,
    /// Whether there are any.
    asked: bool,
}

impl Texts {
    pub(super) async fn load(conn: &mut Conn<'_>, candidates: &[Candidate]) -> Result<Self, Error> {
        let mut wanted: BTreeMap<RecordKind, BTreeSet<Key>> = BTreeMap::new();
        for ask in asks(candidates) {
            let key = Key { scheme: LABEL.to_owned(), value: fold(&ask.text) };
            for kind in ask.relation.targets() {
                wanted.entry(*kind).or_default().insert(key.clone());
            }
        }
        let mut texts = Self { asked: !wanted.is_empty(), ..Self::default() };
        for (kind, keys) in wanted {
            let keys: Vec<Key> = keys.into_iter().collect();
            for (key, ids) in name::find_many(conn, kind, &keys).await? {
                texts.names.entry(key.value).or_default().extend(ids);
            }
        }
        Ok(texts)
    }

    pub(super) fn named(&self) -> impl Iterator<Item = RecordId> {
        self.names.values().flatten().copied()
    }
}

impl Chunk {
    /// Who bears the identifiers of what may be referred to, and what the met records refer to now.
    pub(super) async fn load_referred(&mut self, conn: &mut Conn<'_>) -> Result<(), Error> {
        if !self.texts.asked {
            return Ok(());
        }
        let keys = self.works.values().flat_map(|work| own_keys(&work.after));
        let keys: BTreeSet<Key> = keys.filter(|key| !self.borne.contains_key(key)).collect();
        self.borne.extend(external_id::find(conn, &keys).await?);
        let asking = |id: &&RecordId| matches!(id.kind, RecordKind::Batch | RecordKind::QcResult);
        let asking: HashMap<Uuid, RecordId> =
            self.works.keys().filter(asking).map(|id| (id.uuid, *id)).collect();
        let uuids: Vec<Uuid> = asking.keys().copied().collect();
        for link in link::of(conn, &uuids).await? {
            let items = self.texts.links.entry((asking[&link.from], link.relation)).or_default();
            items.insert(link.item, link.to);
        }
        Ok(())
    }

    /// The reference that a text stands for. One that the row has already and that leads to the same record stays as it
    /// is: identifiers that the record has got since then change nothing.
    pub(super) fn refer(
        &self,
        ask: &Ask,
        draft: &AnyDraft,
        known: Option<&AnyRecord>,
    ) -> Result<Reference, Refusal> {
        let label = |written: bool| {
            let name = ask.name.clone();
            name.or_else(|| written.then(|| ask.text.clone()))
        };
        let (reached, by) = self.reached(ask);
        let only = match &reached[..] {
            [] => {
                let keys = unreached(ask)?;
                let label = label(keys.is_empty());
                return Ok(Reference { keys, label });
            }
            [only] => *only,
            several => {
                let message = format!(
                    "`{}` may be any of {}: write which, as `scheme:value`",
                    ask.text,
                    self.named(several)
                );
                return Err((ask.column, message));
            }
        };
        let label = label(by == By::Name);
        let stored = known.and_then(|record| self.stored(ask, draft, record, only));
        if let Some(stored) = stored.filter(|stored| stored.label == label) {
            return Ok(stored.clone());
        }
        Ok(Reference { keys: vec![self.key_of(ask, only)], label })
    }

    /// The records that answer to a text: by accession, else by identifier, else by name.
    fn reached(&self, ask: &Ask) -> (Vec<RecordId>, By) {
        let kinds = ask.relation.targets();
        let fits = |id: &RecordId| kinds.contains(&id.kind);
        if let Some(id) = self.by_accession.get(ask.text.trim()).copied().filter(fits) {
            return (vec![id], By::Accession);
        }
        let guesses = ask.guesses();
        let borne = guesses.iter().filter_map(|key| self.borne.get(key)).flatten();
        let borne: BTreeSet<RecordId> = borne.copied().filter(fits).collect();
        if !borne.is_empty() {
            return (self.standing(borne), By::Identifier);
        }
        let named = self.texts.names.get(&fold(&ask.text)).into_iter().flatten();
        (self.standing(named.copied().filter(fits).collect()), By::Name)
    }

    /// A tombstone makes nothing ambiguous.
    fn standing(&self, ids: BTreeSet<RecordId>) -> Vec<RecordId> {
        let is_published = |id: &&RecordId| {
            self.works.get(id).is_none_or(|work| work.after.state() == State::Published)
        };
        let published: Vec<RecordId> = ids.iter().filter(is_published).copied().collect();
        if ids.len() > 1 && !published.is_empty() { published } else { ids.into_iter().collect() }
    }

    /// By what a record is referred to: the identifier that the text is, else one of its own that nobody shares, else
    /// its accession.
    fn key_of(&self, ask: &Ask, id: RecordId) -> Key {
        let alone = |key: &Key| {
            let bearers = self.borne.get(key).into_iter().flatten();
            let mut bearers =
                bearers.filter(|bearer| ask.relation.targets().contains(&bearer.kind));
            bearers.next() == Some(&id) && bearers.next().is_none()
        };
        let record = self.works.get(&id).map(|work| &work.after);
        let written = ask.guesses().into_iter().find(alone);
        let own = || record.and_then(|record| own_keys(record).into_iter().find(alone));
        let accession = || Key {
            scheme: ACCESSION.to_owned(),
            value: record.map_or_else(String::new, |record| record.accession().to_owned()),
        };
        written.or_else(own).unwrap_or_else(accession)
    }

    /// The reference of the same row as it is stored, where it leads to this record.
    fn stored<'r>(
        &self,
        ask: &Ask,
        draft: &AnyDraft,
        record: &'r AnyRecord,
        to: RecordId,
    ) -> Option<&'r Reference> {
        let stored = match (record, draft) {
            (AnyRecord::Batch(lot), AnyDraft::Batch(draft)) => {
                let row = draft.layers.first()?;
                let facts = &lot.layer(&row.source, &row.key)?.facts;
                match ask.relation {
                    Relation::Line => facts.line.as_ref(),
                    Relation::Organization => facts.bank.as_ref(),
                    _ => facts.parent.as_ref(),
                }
            }
            (AnyRecord::QcResult(test), AnyDraft::QcResult(draft)) => {
                let row = draft.layers.first()?;
                test.layer(&row.source, &row.key)?.facts.subject.as_ref()
            }
            _ => None,
        }?;
        let asked = each_kind!(record, record => record.links());
        let mut asked = asked.iter().filter(|asked| asked.relation == ask.relation);
        let item = asked.position(|asked| asked.reference == stored)?;
        let links = self.texts.links.get(&(record.id(), ask.relation))?;
        (links.get(&item) == Some(&to.uuid)).then_some(stored)
    }
}

/// An identifier is kept though nobody bears it yet, and so is what a bank is called; anything else is refused.
fn unreached(ask: &Ask) -> Result<Vec<Key>, Refusal> {
    let own = ask.own_guesses();
    let text = &ask.text;
    let message = match &own[..] {
        [only] => return Ok(vec![only.clone()]),
        [] if ask.relation == Relation::Organization => return Ok(Vec::new()),
        [] => format!(
            "`{text}` is not known here by any identifier or name: load it first, or write it as `scheme:value`"
        ),
        several => {
            let form = |key: &Key| format!("`{}:{}`", key.scheme, key.value);
            let forms: Vec<String> = several.iter().map(form).collect();
            format!("`{text}` may be {}: write which", forms.join(" or "))
        }
    };
    Err((ask.column, message))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    Accession,
    Identifier,
    Name,
}

/// The identifiers by which a record is known, in the order of the table of schemes.
fn own_keys(record: &AnyRecord) -> Vec<Key> {
    let ids = each_kind!(record, record => record.external_ids());
    let identifying =
        |id: &&ExternalId| id.status == IdStatus::Current && id.identifies(record.id().kind);
    let mut keys: Vec<Key> = ids.into_iter().filter(identifying).map(ExternalId::key).collect();
    keys.sort_by_key(|key| SCHEMES.iter().position(|known| known.code == key.scheme));
    keys
}
