//! Cross-checks over the catalogue: records with what they come from and the tests of both are gathered in a few
//! statements, however many are asked for, and judged by the rules of the domain.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::Serialize;
use uuid::Uuid;

use super::{Catalogue, Error};
use crate::{
    db::{
        Conn,
        link::{self, Link},
        record,
    },
    domain::{
        finding::{Finding, Known, Severity, Twins},
        id::RecordKind,
        qc::record::ResultFacts,
        record::{Record, Relation, State},
    },
};

/// No descent is followed further.
const GENERATIONS: usize = 12;
/// Findings on one record that are told in public, the gravest first.
pub const MOST: usize = 100;
/// Records that are checked together.
const STRETCH: i64 = 200;
/// What has findings.
const KINDS: [RecordKind; 4] =
    [RecordKind::Donor, RecordKind::CordBloodUnit, RecordKind::CellLine, RecordKind::Batch];

/// How many records were checked, and how many findings there are of each severity.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Checked {
    pub records: u64,
    pub errors: u64,
    pub findings: u64,
    pub as_expected: u64,
}

impl Checked {
    fn count(&mut self, severity: Severity) {
        match severity {
            Severity::Error => self.errors += 1,
            Severity::Finding => self.findings += 1,
            Severity::AsExpected => self.as_expected += 1,
        }
    }
}

impl Catalogue {
    /// The findings on published records, resting on published records alone; at most [`MOST`] on each, the gravest
    /// first.
    pub async fn findings(&self, ids: &[Uuid]) -> Result<BTreeMap<Uuid, Vec<Finding>>, Error> {
        let mut lent = self.db.read().await?;
        let mut known = load(&mut lent.conn(), ids).await?;
        known.keep_published();
        let today = self.today();
        let of = |id: &Uuid| {
            let mut found = known.findings(*id, today);
            found.truncate(MOST);
            (*id, found)
        };
        Ok(ids.iter().map(of).collect())
    }

    /// Checks every record that is not a tombstone and hands each finding over, record by record.
    pub async fn check(&self, mut found: impl FnMut(&Finding)) -> Result<Checked, Error> {
        let mut lent = self.db.read().await?;
        let (today, mut checked, mut twins) = (self.today(), Checked::default(), Twins::default());
        for kind in KINDS {
            let mut last = Uuid::nil();
            loop {
                let ids = record::ids_after(&mut lent.conn(), last, kind, STRETCH).await?;
                let Some(newest) = ids.last() else { break };
                last = *newest;
                let known = load(&mut lent.conn(), &ids).await?;
                for id in ids.into_iter().filter(|id| known.is_live(*id)) {
                    checked.records += 1;
                    let all = known.findings(id, today).into_iter().chain(twins.meet(&known, id));
                    for finding in all {
                        checked.count(finding.severity);
                        found(&finding);
                    }
                }
            }
        }
        Ok(checked)
    }
}

/// Records, all that they come from, and the tests of either.
async fn load(conn: &mut Conn<'_>, subjects: &[Uuid]) -> Result<Known, Error> {
    let mut known = Known::default();
    let mut next: BTreeSet<Uuid> = subjects.iter().copied().collect();
    for _ in 0..GENERATIONS {
        let ids: Vec<Uuid> = std::mem::take(&mut next).into_iter().collect();
        if ids.is_empty() {
            break;
        }
        for stored in record::any_many(conn, &ids).await? {
            known.put(stored.record);
        }
        for Link { from, relation, to, .. } in link::of(conn, &ids).await? {
            if Known::UP.contains(&relation) {
                known.link(from, relation, to);
                next.insert(to);
            }
        }
        next.retain(|id| !known.has(*id));
    }
    load_tests(conn, &mut known).await?;
    Ok(known)
}

/// Of what was withdrawn or merged nothing is concluded.
async fn load_tests(conn: &mut Conn<'_>, known: &mut Known) -> Result<(), Error> {
    let mut links: HashMap<Uuid, Vec<Link>> = HashMap::new();
    for link in link::to(conn, &known.ids(), Relation::Subject).await? {
        links.entry(link.from).or_default().push(link);
    }
    let ids: Vec<Uuid> = links.keys().copied().collect();
    let rows = record::get_many(conn, &ids).await?;
    for row in rows.iter().filter(|row| row.state == State::Published.as_str()) {
        let test: Record<ResultFacts> = row.read()?.record;
        let reached = |item| links[&row.id].iter().find(|link| link.item == item);
        known.put_test(&test, |item| reached(item).map(|link| link.to));
    }
    Ok(())
}
