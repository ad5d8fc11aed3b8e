//! One STR profile under two donors. It takes a walk over all lines and donors, and is asked of no single record.

use std::collections::HashMap;

use uuid::Uuid;

use super::{Check, Finding, Known, Named, RuleCode, Said};
use crate::domain::{
    record::AnyRecord,
    str_profile::{MarkerMode, StrProfile},
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
}

impl Twins {
    /// Takes in a record and says which records of another donor met before have its profile. A line of no known donor
    /// is left out: whose cells it holds is not stated.
    pub fn meet(&mut self, known: &Known, id: Uuid) -> Vec<Finding> {
        let (Some(record), Some(donor)) = (known.records.get(&id), known.donor(id)) else {
            return Vec::new();
        };
        let subject = Named::of(record);
        let mut check = Check { known, id, subject: subject.clone(), found: Vec::new() };
        for profile in known.str_profiles(id) {
            let Some(core) = profile.core() else { continue };
            let met = self.met.entry(core).or_default();
            let alike =
                met.iter().filter(|one| one.donor != donor && is_same(&one.profile, &profile));
            for other in alike {
                let other = Some(other.record.clone());
                check.find(RuleCode::StrOfTwoDonors, other, &Said::same(""));
            }
            if met.iter().all(|one| one.donor != donor) {
                met.push(Met { donor, record: subject.clone(), profile });
            }
        }
        check.found
    }
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
