//! The inventories of cord-blood banks: each is the whole of what a bank holds, so a unit that the next one does not name
//! has left. It stays in the history.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{
    Catalogue, Error,
    import::{Candidate, Import},
};
use crate::{
    db::{Conn, external_id, record, setting},
    domain::{
        cord_blood::{
            axes::{Custody, Standing, Transplant},
            facts::UnitFacts,
            inventory::{self, Inventory, InventoryProblem, KnownUnit, Presence, Snapshot},
            standing::is_ahead,
            steps::{History, TransitionProblem},
        },
        record::{AnyDraft, AnyRecord, Draft, Layer, Record, State},
        term::Key,
    },
};

/// Records read at once.
const BATCH: usize = 500;

impl Catalogue {
    /// Refuses an inventory that is not a whole one, or older than the last of its bank: before anything of it is written.
    pub async fn may_follow(&self, next: &Inventory, snapshot: &Snapshot) -> Result<(), Error> {
        // It would be the newest for good.
        if is_ahead(snapshot.taken.date_naive(), self.today()) {
            let problem = InventoryProblem::Future { found: snapshot.taken };
            return Err(Error::Input(problem.to_string()));
        }
        let last = last(&mut self.db.read().await?.conn(), &next.key()).await?;
        match inventory::reconcile(&[], last, snapshot) {
            Err(problem @ (InventoryProblem::NotFull { .. } | InventoryProblem::Older { .. })) => {
                Err(Error::Input(problem.to_string()))
            }
            _ => Ok(()),
        }
    }

    /// Hands every unit that an inventory of this key names to `write`, as the bank stated it; answers how many.
    pub async fn units_in_inventory(
        &self,
        key: &str,
        mut write: impl FnMut(&UnitFacts) -> std::io::Result<()>,
    ) -> Result<u64, Error> {
        let mut lent = self.db.read().await?;
        let ids = unit_ids(&mut lent.conn(), key).await?;
        let mut written = 0;
        for batch in ids.chunks(BATCH) {
            for unit in units(&mut lent.conn(), batch, key).await? {
                if unit.listing().is_some_and(|presence| *presence == Presence::Named) {
                    write(&unit.layer.facts).map_err(|error| {
                        Error::Input(format!("the export cannot be written: {error}"))
                    })?;
                    written += 1;
                }
            }
        }
        Ok(written)
    }
}

impl Import<'_> {
    /// Concludes from an inventory whose rows were taken in which units have left. A reserved one is told of.
    pub async fn close_inventory(
        &mut self,
        next: &Inventory,
        snapshot: &Snapshot,
    ) -> Result<(), Error> {
        let key = next.key();
        let (mut known, mut records) = (Vec::new(), Vec::new());
        let ids = self.read(async |conn| unit_ids(conn, &key).await).await?;
        for batch in ids.chunks(BATCH) {
            for unit in self.read(async |conn| units(conn, batch, &key).await).await? {
                if let Some(problem) = unit.contradiction() {
                    self.report.conflict(0, &unit.label(), problem);
                }
                let Some(one) = unit.known() else { continue };
                known.push(one);
                records.push(unit.record.id.uuid);
            }
        }
        let before = self.read(async |conn| last(conn, &key).await).await?;
        let concluded = match inventory::reconcile(&known, before, snapshot) {
            Ok(concluded) => concluded,
            Err(problem) => {
                self.report.conflict(0, &key, problem.to_string());
                return Ok(());
            }
        };
        let known = known.iter().zip(records);
        let left = known.filter(|(unit, _)| concluded.absent.binary_search(&unit.id).is_ok());
        let left: Vec<Uuid> = left.map(|(_, record)| record).collect();
        self.leave(&left, &key, concluded.as_of).await?;
        for finding in concluded.findings {
            self.report.conflict(0, &finding.id, finding.message);
        }
        self.keep_setting(&setting_of(&key), &snapshot.taken.to_rfc3339()).await
    }
}

impl Import<'_> {
    /// What is known of the units that have left is read again batch by batch: a bank may clear all it has at once.
    async fn leave(&mut self, left: &[Uuid], key: &str, as_of: DateTime<Utc>) -> Result<(), Error> {
        for batch in left.chunks(BATCH) {
            let mut gone = Vec::with_capacity(batch.len());
            for unit in self.read(async |conn| units(conn, batch, key).await).await? {
                let label = unit.label();
                match absent(unit, as_of) {
                    Ok(candidate) => gone.push(candidate),
                    Err(problem) => self.report.conflict(0, &label, problem.to_string()),
                }
            }
            self.chunk(&gone).await?;
        }
        Ok(())
    }
}

/// A unit with what the inventories say of it.
struct Unit {
    record: Record<UnitFacts>,
    layer: Layer<UnitFacts>,
}

impl Unit {
    fn listing(&self) -> Option<&Presence> {
        self.layer.facts.listing.as_ref().map(|listing| &listing.presence)
    }

    fn known(&self) -> Option<KnownUnit> {
        let id = self.layer.facts.identity.id.clone()?;
        let presence = *self.listing()?;
        let transplant = self.by_inventory().transplant;
        Some(KnownUnit { id, presence, transplant })
    }

    fn by_inventory(&self) -> Standing {
        let history = self.layer.facts.history.as_ref().map(History::standing);
        history.or_else(|| self.layer.facts.status.standing()).unwrap_or(Standing::UNKNOWN)
    }

    /// That the bank offers what has left, or has been taken off the list for good, by another source.
    fn contradiction(&self) -> Option<String> {
        let offered = self.by_inventory().transplant.filter(|state| state.is_on_the_list())?;
        let all = self.record.standing(None);
        (!all.transplant.is_some_and(Transplant::is_on_the_list)).then(|| {
            let custody = all.custody.map_or("unknown", Custody::code);
            let listing = all.transplant.map_or("not to be offered", Transplant::code);
            format!(
                "its bank has it {offered}, and by all that is known here it is {listing}, custody {custody}: ask the \
                 bank where the unit is"
            )
        })
    }

    fn label(&self) -> String {
        self.layer.facts.identity.id.clone().unwrap_or_else(|| self.record.accession.clone())
    }
}

fn absent(unit: Unit, as_of: DateTime<Utc>) -> Result<Candidate, TransitionProblem> {
    let (label, Unit { record, mut layer }) = (unit.label(), unit);
    let facts = &mut layer.facts;
    let day = as_of.date_naive();
    let opening = || facts.status.standing().unwrap_or(Standing::UNKNOWN);
    let mut history = facts.history.clone().unwrap_or_else(|| History::from(day, opening()));
    let state = history.standing().transplant;
    if !state.is_some_and(|state| state == Transplant::ABSENT || state.is_final()) {
        let by = facts.listing.as_ref().map(|listing| listing.organization.to_string());
        let to = Standing { transplant: Some(Transplant::ABSENT), ..Standing::UNKNOWN };
        history.observe(day, to, by.as_deref())?;
    }
    facts.history = Some(history);
    if let Some(listing) = &mut layer.facts.listing {
        listing.presence = Presence::NotInInventory { as_of };
    }
    let draft = Draft { id: Some(record.id), accession: None, state: None, layers: vec![layer] };
    Ok(Candidate::new(0, label, AnyDraft::CordBloodUnit(draft)))
}

async fn unit_ids(conn: &mut Conn<'_>, key: &str) -> Result<Vec<Uuid>, Error> {
    let borne = external_id::find(conn, &[Key::new("bmdw_inventory", key)]).await?;
    Ok(borne.into_values().flatten().map(|id| id.uuid).collect())
}

/// The published units among these that an inventory of this key speaks of.
async fn units(conn: &mut Conn<'_>, ids: &[Uuid], key: &str) -> Result<Vec<Unit>, Error> {
    let listed = |layer: &Layer<UnitFacts>| {
        let listing = layer.facts.listing.as_ref();
        listing.is_some_and(|listing| inventory::key(listing.organization, listing.pool) == key)
    };
    let mut units = Vec::with_capacity(ids.len());
    for stored in record::any_many(conn, ids).await? {
        let AnyRecord::CordBloodUnit(record) = stored.record else { continue };
        if record.state != State::Published {
            continue;
        }
        let layer = record.layers.iter().find(|layer| listed(layer)).cloned();
        units.extend(layer.map(|layer| Unit { record, layer }));
    }
    Ok(units)
}

fn setting_of(key: &str) -> String {
    format!("bmdw_inventory {key}")
}

/// The last inventory of this key that was concluded from.
async fn last(conn: &mut Conn<'_>, key: &str) -> Result<Option<DateTime<Utc>>, Error> {
    let taken = setting::get(conn, &setting_of(key)).await?;
    Ok(taken.and_then(|taken| taken.parse().ok()))
}
