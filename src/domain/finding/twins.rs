//! One STR profile under two donors. It takes a walk over all lines and donors, and is asked of no single record.

use std::collections::{BTreeSet, HashMap};

use uuid::Uuid;

use super::{Check, Finding, Known, Named, RuleCode, Said};
use crate::domain::{
    identifier::ExternalId,
    record::AnyRecord,
    str_profile::{MarkerMode, StrProfile},
    term::Key,
};

/// The profiles that the walk has met, by their core markers. It grows with the profiles, not with the lines of a donor.
#[derive(Debug, Default)]
pub struct Twins {
    met: HashMap<String, Vec<Met>>,
}

#[derive(Debug)]
struct Met {
    donor: Uuid,
    record: Named,
    profile: StrProfile,
    kin: BTreeSet<Key>,
}

impl Twins {
    /// Takes in a record and says which record of another donor met before has its profile, the first of them. A line of
    /// no known donor is left out, for whose cells it holds is not stated; lines of one stated parent are alike as they
    /// should be, though a source may keep a donor for each.
    pub fn meet(&mut self, known: &Known, id: Uuid) -> Vec<Finding> {
        let (Some(record), Some(donor)) = (known.records.get(&id), known.donor(id)) else {
            return Vec::new();
        };
        let (subject, kin) = (Named::of(record), kin(record));
        let mut check = Check { known, id, subject: subject.clone(), found: Vec::new() };
        for profile in known.str_profiles(id) {
            let Some(core) = profile.core() else { continue };
            let met = self.met.entry(core).or_default();
            let stranger = |one: &&Met| one.donor != donor && one.kin.is_disjoint(&kin);
            let mut strangers = met.iter().filter(stranger);
            if let Some(other) = strangers.find(|one| is_same(&one.profile, &profile)) {
                let other = Some(other.record.clone());
                check.find(RuleCode::StrOfTwoDonors, other, &Said::same(""));
            }
            match met.iter_mut().find(|one| one.donor == donor) {
                Some(own) => own.kin.extend(kin.iter().cloned()),
                None => {
                    met.push(Met { donor, record: subject.clone(), profile, kin: kin.clone() });
                }
            }
        }
        check.found
    }
}

/// The identifiers of a line and of those that it is said to come from, whether or not they are on record.
fn kin(record: &AnyRecord) -> BTreeSet<Key> {
    let AnyRecord::CellLine(line) = record else { return BTreeSet::new() };
    let own = line.external_ids().into_iter().map(ExternalId::key);
    let parents = line.all(|facts| &facts.parents).into_iter();
    own.chain(parents.flat_map(|parent| parent.line.keys.clone())).collect()
}

impl Known {
    /// The one donor of a line, or the donor itself.
    fn donor(&self, id: Uuid) -> Option<Uuid> {
        match self.records.get(&id)? {
            AnyRecord::Donor(_) => Some(id),
            AnyRecord::CellLine(_) => match self.donors(id).as_slice() {
                [donor] => Some(*donor),
                _ => None,
            },
            _ => None,
        }
    }
}

/// Whether two profiles have every allele in common at the markers of both.
fn is_same(one: &StrProfile, other: &StrProfile) -> bool {
    one.score(other, MarkerMode::NonEmpty, false).is_some_and(|score| score.at_or_above(100))
}
