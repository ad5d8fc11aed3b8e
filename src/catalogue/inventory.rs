//! The inventories of cord-blood banks: each is the whole of what a bank holds, so a unit that the next one does not name
//! has left. It stays in the history.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{
    Catalogue, Error,
    import::{CHUNK, Candidate, Import},
};
use crate::{
    db::{Conn, external_id, record, setting},
    domain::{
        cord_blood::{
            axes::Transplant,
            code::InputStatus,
            facts::UnitFacts,
            inventory::{self, Inventory, InventoryProblem, KnownUnit, Presence, Snapshot},
        },
        id::{RecordId, RecordKind},
        record::{AnyDraft, AnyRecord, Draft, Layer, Record, State},
        term::Key,
    },
};

/// Records read at once.
const BATCH: usize = 500;

impl Catalogue {
    /// Refuses an inventory that is not a whole one, or older than the last of its bank: before anything of it is written.
    pub async fn may_follow(&self, next: &Inventory, snapshot: &Snapshot) -> Result<(), Error> {
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
        let (mut known, mut layers) = (Vec::new(), Vec::new());
        let ids = self.read(async |conn| unit_ids(conn, &key).await).await?;
        for batch in ids.chunks(BATCH) {
            for unit in self.read(async |conn| units(conn, batch, &key).await).await? {
                let Some(one) = unit.known() else { continue };
                known.push(one);
                layers.push((unit.record, unit.layer));
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
        let gone = known
            .iter()
            .zip(layers)
            .filter(|(unit, _)| concluded.absent.binary_search(&unit.id).is_ok());
        let gone: Vec<Candidate> =
            gone.map(|(unit, unit_layer)| absent(unit, unit_layer, concluded.as_of)).collect();
        for chunk in gone.chunks(CHUNK) {
            self.chunk(chunk).await?;
        }
        for finding in concluded.findings {
            self.report.conflict(0, &finding.id, finding.message);
        }
        self.keep_setting(&setting_of(&key), &snapshot.taken.to_rfc3339()).await
    }
}

/// A unit with what the inventories say of it.
struct Unit {
    record: Uuid,
    layer: Layer<UnitFacts>,
}

impl Unit {
    fn listing(&self) -> Option<&Presence> {
        self.layer.facts.listing.as_ref().map(|listing| &listing.presence)
    }

    fn known(&self) -> Option<KnownUnit> {
        let id = self.layer.facts.identity.id.clone()?;
        let presence = *self.listing()?;
        let status = self.layer.facts.status.input;
        let transplant = status.and_then(InputStatus::transplant);
        Some(KnownUnit {
            id,
            presence,
            transplant: transplant.unwrap_or(Transplant::PendingSurvey),
        })
    }
}

fn absent(
    unit: &KnownUnit,
    (record, mut layer): (Uuid, Layer<UnitFacts>),
    as_of: DateTime<Utc>,
) -> Candidate {
    if let Some(listing) = &mut layer.facts.listing {
        listing.presence = Presence::NotInInventory { as_of };
    }
    let id = RecordId::new(RecordKind::CordBloodUnit, record);
    let draft = Draft { id: Some(id), accession: None, state: None, layers: vec![layer] };
    Candidate::new(0, unit.id.as_str(), AnyDraft::CordBloodUnit(draft))
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
        let Record { id, state, layers, .. } = record;
        let layer = layers.into_iter().find(listed).filter(|_| state == State::Published);
        units.extend(layer.map(|layer| Unit { record: id.uuid, layer }));
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
