//! The inventories of a bank, each the whole of what it holds. What the next one does not name has left.
//!
//! Nothing is concluded from a file that was not read whole, is no full inventory, or is older than the last.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::axes::Transplant;

/// Whether a file holds everything, or what changed since the last.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
pub enum UpdateMode {
    #[serde(rename = "FULL")]
    Full,
    #[serde(rename = "DIFF")]
    Diff,
}

impl UpdateMode {
    pub fn code(self) -> &'static str {
        match self {
            Self::Full => "FULL",
            Self::Diff => "DIFF",
        }
    }
}

/// What an inventory says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Inventory {
    /// Issuing organization number of who lists the units, 1000–9999.
    pub listing_organization: u32,
    /// Issuing organization number of where the units are.
    pub pool: u32,
    pub update_mode: UpdateMode,
    /// The version of the schema the file follows, as written.
    pub schema_version: String,
    #[schemars(with = "String")]
    pub created: DateTime<Utc>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub snapshot: Option<DateTime<Utc>>,
}

impl Inventory {
    /// Whose inventory it is: later ones of the same key follow it.
    pub fn key(&self) -> String {
        key(self.listing_organization, self.pool)
    }

    /// When the bank stood so: the time of the snapshot, or of the file where it states none.
    pub fn taken(&self) -> DateTime<Utc> {
        self.snapshot.unwrap_or(self.created)
    }
}

/// The key of the inventories of a bank and pool.
pub fn key(listing_organization: u32, pool: u32) -> String {
    format!("{listing_organization}/{pool}")
}

/// Which units an inventory names, once all of it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    pub update_mode: UpdateMode,
    pub taken: DateTime<Utc>,
    /// The units of all rows, those that were refused included: a row that is wrong is not an absence.
    pub ids: BTreeSet<String>,
    /// Rows that do not say which unit they speak of.
    pub nameless_rows: u64,
}

impl Snapshot {
    pub fn of(inventory: &Inventory) -> Self {
        Self {
            update_mode: inventory.update_mode,
            taken: inventory.taken(),
            ids: BTreeSet::new(),
            nameless_rows: 0,
        }
    }

    /// Counts a row in, whether it was taken or refused. Answers whether its unit was not there before.
    pub fn name(&mut self, id: Option<&str>) -> bool {
        let Some(id) = id else {
            self.nameless_rows += 1;
            return true;
        };
        self.ids.insert(id.to_owned())
    }
}

/// Whether a unit was in the last inventory of its bank.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "presence", rename_all = "snake_case", deny_unknown_fields)]
pub enum Presence {
    /// Known otherwise: most units are received and never listed, and their absence says nothing.
    NeverNamed,
    Named,
    NotInInventory {
        #[schemars(with = "String")]
        as_of: DateTime<Utc>,
    },
}

/// A unit of the bank as it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownUnit {
    pub id: String,
    pub presence: Presence,
    pub transplant: Option<Transplant>,
}

/// What follows from an inventory. Ids are in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Reconciliation {
    #[schemars(with = "String")]
    pub as_of: DateTime<Utc>,
    /// Units that are [`Presence::NotInInventory`] from now on: out of search, in the history.
    pub absent: Vec<String>,
    /// Units that were absent and are named again.
    pub returned: Vec<String>,
    /// Units that no inventory named before.
    pub new: Vec<String>,
    pub findings: Vec<Finding>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Finding {
    pub severity: Severity,
    pub id: String,
    pub message: String,
}

#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    High,
}

/// Why nothing is concluded from an inventory.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InventoryProblem {
    #[error("UPDATE_MODE is `{}` and only FULL inventories are taken: send everything the bank holds", found.code())]
    NotFull { found: UpdateMode },
    #[error(
        "the snapshot of {found} is older than the last one, of {last}: send a newer inventory"
    )]
    Older { found: DateTime<Utc>, last: DateTime<Utc> },
    #[error("the snapshot of {found} has not come: correct its time")]
    Future { found: DateTime<Utc> },
    #[error(
        "{rows} rows do not say which unit they speak of, so that no unit can be told absent: correct their ID and \
         send the inventory again"
    )]
    NamelessRows { rows: u64 },
}

/// Compares the units known of a bank with its next inventory. `last` is the snapshot the bank was last known by;
/// the same snapshot again changes nothing.
pub fn reconcile(
    known: &[KnownUnit],
    last: Option<DateTime<Utc>>,
    next: &Snapshot,
) -> Result<Reconciliation, InventoryProblem> {
    if next.update_mode != UpdateMode::Full {
        return Err(InventoryProblem::NotFull { found: next.update_mode });
    }
    if let Some(last) = last
        && next.taken < last
    {
        return Err(InventoryProblem::Older { found: next.taken, last });
    }
    if next.nameless_rows > 0 {
        return Err(InventoryProblem::NamelessRows { rows: next.nameless_rows });
    }
    let (mut absent, mut returned, mut findings) = (Vec::new(), Vec::new(), Vec::new());
    let mut new = next.ids.clone();
    for unit in known {
        let named = next.ids.contains(&unit.id);
        if unit.presence != Presence::NeverNamed {
            new.remove(&unit.id);
        }
        match unit.presence {
            Presence::Named if !named => {
                absent.push(unit.id.clone());
                findings.extend(reserved_and_absent(unit));
            }
            Presence::NotInInventory { .. } if named => returned.push(unit.id.clone()),
            _ => {}
        }
    }
    absent.sort();
    returned.sort();
    findings.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(Reconciliation {
        as_of: next.taken,
        absent,
        returned,
        new: new.into_iter().collect(),
        findings,
    })
}

fn reserved_and_absent(unit: &KnownUnit) -> Option<Finding> {
    (unit.transplant == Some(Transplant::Reserved)).then(|| Finding {
        severity: Severity::High,
        id: unit.id.clone(),
        message: "reserved for a patient and no longer in the bank's inventory: ask the bank where the unit is"
            .to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;
    use proptest::prelude::*;

    use super::*;

    fn on(day: u32) -> DateTime<Utc> {
        Utc.with_ymd_and_hms(2026, 4, day, 0, 0, 0).unwrap()
    }

    fn full(day: u32, ids: &[&str]) -> Snapshot {
        Snapshot {
            update_mode: UpdateMode::Full,
            taken: on(day),
            ids: ids.iter().map(|id| (*id).to_owned()).collect(),
            nameless_rows: 0,
        }
    }

    fn unit(id: &str, presence: Presence, transplant: Transplant) -> KnownUnit {
        KnownUnit { id: id.to_owned(), presence, transplant: Some(transplant) }
    }

    fn bank() -> Vec<KnownUnit> {
        let gone = Presence::NotInInventory { as_of: on(1) };
        vec![
            unit("R2", Presence::Named, Transplant::Reserved),
            unit("L1", Presence::Named, Transplant::Listed),
            unit("L2", Presence::Named, Transplant::Listed),
            unit("G1", gone, Transplant::ABSENT),
            unit("G2", gone, Transplant::ABSENT),
            unit("N1", Presence::NeverNamed, Transplant::PendingSurvey),
            unit("N2", Presence::NeverNamed, Transplant::PendingSurvey),
        ]
    }

    #[test]
    fn what_the_next_inventory_does_not_name_has_left_as_of_its_snapshot() {
        let next = reconcile(&bank(), Some(on(1)), &full(2, &["L1", "G1", "N1", "X1"])).unwrap();
        assert_eq!(next.as_of, on(2));
        assert_eq!(next.absent, ["L2", "R2"]);
        assert_eq!(next.returned, ["G1"]);
        assert_eq!(next.new, ["N1", "X1"]);
    }

    #[test]
    fn a_reserved_unit_that_is_missing_is_a_high_finding() {
        let next = reconcile(&bank(), None, &full(2, &[])).unwrap();
        let found: Vec<_> = next.findings.iter().map(|f| (f.severity, f.id.as_str())).collect();
        assert_eq!(found, [(Severity::High, "R2")]);
    }

    #[test]
    fn nothing_follows_from_a_file_that_is_not_full_old_or_nameless() {
        let diff = Snapshot { update_mode: UpdateMode::Diff, ..full(2, &[]) };
        let problem = reconcile(&bank(), None, &diff).unwrap_err();
        assert_eq!(
            problem.to_string(),
            "UPDATE_MODE is `DIFF` and only FULL inventories are taken: send everything the bank holds"
        );
        let problem = reconcile(&bank(), Some(on(3)), &full(2, &[])).unwrap_err();
        assert_eq!(problem, InventoryProblem::Older { found: on(2), last: on(3) });
        assert!(reconcile(&bank(), Some(on(2)), &full(2, &[])).is_ok(), "the same one again");
        let mut nameless = full(2, &[]);
        nameless.name(Some("L1"));
        nameless.name(None);
        assert_eq!(nameless.ids.len(), 1);
        let problem = reconcile(&bank(), None, &nameless).unwrap_err();
        assert_eq!(problem, InventoryProblem::NamelessRows { rows: 1 });
    }

    proptest! {
        #[test]
        fn an_inventory_that_is_applied_again_changes_nothing(
            known in prop::collection::btree_set("[A-F]", 0..6),
            next in prop::collection::btree_set("[A-F]", 0..6),
        ) {
            let unit = |id: &String| unit(id, Presence::Named, Transplant::Listed);
            let mut bank: Vec<_> = known.iter().map(unit).collect();
            let file = Snapshot { ids: next.clone(), ..full(2, &[]) };
            let first = reconcile(&bank, None, &file).unwrap();
            prop_assert_eq!(&first.absent, &known.difference(&next).cloned().collect::<Vec<_>>());
            prop_assert_eq!(&first.new, &next.difference(&known).cloned().collect::<Vec<_>>());
            for unit in bank.iter_mut().filter(|unit| first.absent.contains(&unit.id)) {
                unit.presence = Presence::NotInInventory { as_of: first.as_of };
            }
            bank.extend(first.new.iter().map(unit));
            let again = reconcile(&bank, Some(first.as_of), &file).unwrap();
            prop_assert!(again.absent.is_empty() && again.new.is_empty() && again.returned.is_empty());
        }
    }
}
