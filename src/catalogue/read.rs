//! Looking records up, one by one and in lists. Every question here is a bounded number of statements.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::{Catalogue, Error, error::Candidate};
use crate::{
    db::{
        self, Conn, external_id,
        link::{self, Link},
        name::{self, Suggestion},
        record::{self, AnyStored, RecordRow, Stored},
    },
    domain::{
        cell_line::LineFacts,
        disease::{DiseaseFacts, topmost},
        facet::Facet,
        filter::Condition,
        id::{RecordId, RecordKind, check_accession},
        identifier,
        names::fold,
        page::{Order, Page, PageRequest, Place},
        record::{AnyRecord, Facts, Record, Relation, State},
        term::Key,
    },
    each_kind,
};

/// Whether the public may see a record of this kind in this state: published ones, and tombstones by direct look-up.
fn is_public(kind: RecordKind, state: State) -> bool {
    !kind.is_restricted() && matches!(state, State::Published | State::Withdrawn | State::Merged)
}

fn is_shown(stored: &AnyStored) -> bool {
    is_public(stored.record.id().kind, stored.record.state())
}

/// A record in a list, with its place there.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed<F> {
    pub stored: Stored<F>,
    pub place: Place,
}

/// How a disease is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DiseaseKey {
    Id(RecordId),
    /// A MONDO id.
    Mondo(String),
    /// A NANDO id.
    Nando(String),
    /// The code of a notification number: `shitei:6`.
    Notification(String),
}

/// How a line is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LineKey {
    Id(RecordId),
    Accession(String),
    Name(String),
    /// An identifier of any scheme, with or without the scheme's code before a colon.
    Xref(String),
}

impl Catalogue {
    /// The public records among these ids. An id that is unknown or hidden is absent.
    pub async fn get_many<F: Facts>(
        &self,
        ids: &[Uuid],
    ) -> Result<BTreeMap<Uuid, Stored<F>>, Error> {
        let rows = record::get_many(&mut self.db.read().await?.conn(), ids).await?;
        let mut found = BTreeMap::new();
        for row in rows.iter().filter(|row| row.kind == F::KIND.as_str()) {
            let stored: Stored<F> = row.read()?;
            if is_public(F::KIND, stored.record.state) {
                found.insert(row.id, stored);
            }
        }
        Ok(found)
    }

    /// The public records of any kind among these ids.
    pub async fn nodes(&self, ids: &[Uuid]) -> Result<Vec<AnyStored>, Error> {
        let mut records = record::any_many(&mut self.db.read().await?.conn(), ids).await?;
        records.retain(is_shown);
        Ok(records)
    }

    pub async fn by_accession(&self, accession: &str) -> Result<Option<AnyStored>, Error> {
        check_accession(accession)?;
        let rows =
            record::find_by_accession(&mut self.db.read().await?.conn(), [accession]).await?;
        let stored = rows.first().map(RecordRow::read_any).transpose()?;
        Ok(stored.filter(is_shown))
    }

    /// The one line that is meant, or none.
    ///
    /// # Errors
    /// [`Error::Ambiguous`] when several lines bear the name or identifier.
    pub async fn line(&self, key: &LineKey) -> Result<Option<Stored<LineFacts>>, Error> {
        let (asked, ids) = match key {
            LineKey::Id(id) => (id.to_string(), vec![id.uuid]),
            LineKey::Accession(accession) => {
                let stored = self.by_accession(accession).await?;
                return Ok(stored.and_then(|stored| match stored.record {
                    AnyRecord::CellLine(record) => Some(Stored {
                        record,
                        version: stored.version,
                        created_at: stored.created_at,
                        updated_at: stored.updated_at,
                    }),
                    _ => None,
                }));
            }
            LineKey::Name(name) => (name.clone(), self.named(RecordKind::CellLine, name).await?),
            LineKey::Xref(xref) => (xref.clone(), self.referred(RecordKind::CellLine, xref).await?),
        };
        self.only(&asked, &ids).await
    }

    /// The one record that bears an identifier of some scheme, or none.
    ///
    /// # Errors
    /// [`Error::Ambiguous`] when several records claim it.
    pub async fn by_key<F: Facts>(&self, key: &Key) -> Result<Option<Stored<F>>, Error> {
        let ids = self.bearing(F::KIND, std::slice::from_ref(key)).await?;
        self.only(&key.value, &ids).await
    }

    pub async fn lines_by_name(&self, name: &str) -> Result<Vec<Stored<LineFacts>>, Error> {
        let ids = self.named(RecordKind::CellLine, name).await?;
        Ok(self.get_many(&ids).await?.into_values().collect())
    }

    /// The one disease that is meant, or none. A number that stands for a disease and for its kinds means the
    /// disease above them.
    pub async fn disease(&self, key: &DiseaseKey) -> Result<Option<Stored<DiseaseFacts>>, Error> {
        let (asked, ids) = match key {
            DiseaseKey::Id(id) => (id.to_string(), vec![id.uuid]),
            DiseaseKey::Mondo(id) => {
                let mut conn = self.db.read().await?;
                let id = identifier::normalise("mondo", id);
                let rows = record::find_by_accession(&mut conn.conn(), [id.as_str()]).await?;
                (id, rows.into_iter().map(|row| row.id).collect())
            }
            DiseaseKey::Nando(id) => {
                let keys = [Key::new("nando", id)];
                (keys[0].value.clone(), self.bearing(RecordKind::Disease, &keys).await?)
            }
            DiseaseKey::Notification(code) => {
                let mut conn = self.db.read().await?;
                let codes = BTreeSet::from([code.clone()]);
                let borne = link::bearing(&mut conn.conn(), Facet::Notification, &codes).await?;
                (code.clone(), borne.into_values().flatten().collect())
            }
        };
        let found: Vec<Stored<DiseaseFacts>> = self.get_many(&ids).await?.into_values().collect();
        let records: Vec<&Record<DiseaseFacts>> = found.iter().map(|one| &one.record).collect();
        let top = topmost(&records).map(|top| top.id);
        match found.iter().find(|one| Some(one.record.id) == top) {
            Some(top) => Ok(Some(top.clone())),
            None => one_of(&asked, found),
        }
    }

    async fn only<F: Facts>(&self, asked: &str, ids: &[Uuid]) -> Result<Option<Stored<F>>, Error> {
        one_of(asked, self.get_many(ids).await?.into_values().collect())
    }

    async fn named(&self, kind: RecordKind, name: &str) -> Result<Vec<Uuid>, Error> {
        Ok(name::find(&mut self.db.read().await?.conn(), kind, &fold(name)).await?)
    }

    /// The records that bear an identifier of some scheme that reads like this text, or are named so: an official
    /// name is both, and people write it without its dash.
    pub(super) async fn referred(&self, kind: RecordKind, text: &str) -> Result<Vec<Uuid>, Error> {
        let found = self.bearing(kind, &identifier::guesses(text)).await?;
        if !found.is_empty() {
            return Ok(found);
        }
        let value = text.split_once(':').map_or(text, |(_, value)| value);
        self.named(kind, value).await
    }

    async fn bearing(&self, kind: RecordKind, keys: &[Key]) -> Result<Vec<Uuid>, Error> {
        let borne = external_id::find(&mut self.db.read().await?.conn(), keys).await?;
        let ids: BTreeSet<RecordId> = borne.into_values().flatten().collect();
        Ok(ids.into_iter().filter(|id| id.kind == kind).map(|id| id.uuid).collect())
    }

    /// A page of published records of one kind.
    pub async fn list<F: Facts>(
        &self,
        condition: &Condition,
        order: Order,
        page: &PageRequest,
    ) -> Result<Page<Listed<F>>, Error> {
        let mut lent = self.db.read().await?;
        let condition = resolved(&mut lent.conn(), condition).await?;
        let rows = record::list(&mut lent.conn(), F::KIND, &condition, order, page).await?;
        let mut items = Vec::with_capacity(rows.len());
        for row in &rows {
            items.push(Listed { stored: row.read()?, place: row.place(order.key) });
        }
        Ok(Page::of_rows(items, page))
    }

    pub async fn count(&self, kind: RecordKind, condition: &Condition) -> Result<i64, Error> {
        let mut lent = self.db.read().await?;
        let condition = resolved(&mut lent.conn(), condition).await?;
        Ok(record::count(&mut lent.conn(), kind, &condition).await?)
    }

    /// How many published records there are of each kind, and the number of the newest revision.
    pub async fn counts(&self) -> Result<(Vec<(RecordKind, i64)>, db::log::Head), Error> {
        let mut lent = self.db.read().await?;
        let head = db::log::head(&mut lent.conn()).await?;
        Ok((record::counts(&mut lent.conn()).await?, head))
    }

    /// Links out of these records that reach another.
    pub async fn links(&self, from: &[Uuid]) -> Result<Vec<Link>, Error> {
        Ok(link::of(&mut self.db.read().await?.conn(), from).await?)
    }

    /// Links of one relation into these records.
    pub async fn links_to(&self, to: &[Uuid], relation: Relation) -> Result<Vec<Link>, Error> {
        Ok(link::to(&mut self.db.read().await?.conn(), to, relation).await?)
    }

    /// Names that begin with what the reader has typed so far, at most `limit`.
    pub async fn suggest(&self, typed: &str, limit: i64) -> Result<Vec<Suggestion>, Error> {
        let folded = fold(typed);
        if folded.is_empty() {
            return Ok(Vec::new());
        }
        Ok(name::suggest(&mut self.db.read().await?.conn(), &folded, limit).await?)
    }

    /// The labels of codes, where a source gave one.
    pub async fn labels(
        &self,
        codes: impl IntoIterator<Item = &str>,
    ) -> Result<BTreeMap<String, String>, Error> {
        Ok(link::labels(&mut self.db.read().await?.conn(), codes).await?)
    }

    /// What tells this log from every other: positions in one mean nothing in another.
    pub async fn log_id(&self) -> Result<String, Error> {
        let fresh: [u8; 8] = rand::random();
        self.shared_secret("log_id", &hex::encode(fresh)).await
    }

    /// A value shared by all processes on this database, made on first use.
    pub async fn shared_secret(&self, name: &str, fresh: &str) -> Result<String, Error> {
        let mut tx = self.db.begin().await?;
        let value = db::setting::get_or_insert(&mut tx.conn(), name, fresh).await?;
        tx.commit().await?;
        Ok(value)
    }
}

fn one_of<F: Facts>(asked: &str, mut found: Vec<Stored<F>>) -> Result<Option<Stored<F>>, Error> {
    if found.len() > 1 {
        // A tombstone that shares a name does not make it ambiguous.
        found.retain(|stored| stored.record.state == State::Published);
    }
    if found.len() <= 1 {
        return Ok(found.pop());
    }
    let candidate = |record: &Record<F>| Candidate {
        accession: record.accession.clone(),
        name: record.name().to_owned(),
    };
    let candidates = found.iter().map(|stored| candidate(&stored.record)).collect();
    Err(Error::Ambiguous { asked: asked.to_owned(), candidates })
}

/// A notification number holds for the kinds of its diseases too, so it is asked as *one of these diseases or
/// below*: a disease bears its ancestors' codes but not their numbers.
async fn resolved(conn: &mut Conn<'_>, condition: &Condition) -> Result<Condition, Error> {
    Ok(match condition {
        Condition::Facet(Facet::Notification, codes) => {
            let borne = link::bearing(conn, Facet::Notification, codes).await?;
            let ids: Vec<Uuid> = borne.into_values().flatten().collect();
            let rows = record::get_many(conn, &ids).await?;
            let diseases: BTreeSet<String> = rows.into_iter().map(|row| row.accession).collect();
            if diseases.is_empty() {
                return Ok(Condition::Any(Vec::new()));
            }
            Condition::Facet(Facet::Disease, diseases)
        }
        Condition::All(parts) => Condition::All(resolved_all(conn, parts).await?),
        Condition::Any(parts) => Condition::Any(resolved_all(conn, parts).await?),
        Condition::Not(part) => Condition::Not(Box::new(Box::pin(resolved(conn, part)).await?)),
        other => other.clone(),
    })
}

async fn resolved_all(conn: &mut Conn<'_>, parts: &[Condition]) -> Result<Vec<Condition>, Error> {
    let mut all = Vec::with_capacity(parts.len());
    for part in parts {
        all.push(Box::pin(resolved(conn, part)).await?);
    }
    Ok(all)
}

/// The record as one line of the interchange format.
pub fn interchange(record: &AnyRecord) -> Result<String, Error> {
    let body = super::write::snapshot(record)?;
    let kind = each_kind!(record, record => record.id.kind);
    let rest = body.strip_prefix('{').unwrap_or_default();
    Ok(format!("{{\"kind\":\"{kind}\",{rest}"))
}
