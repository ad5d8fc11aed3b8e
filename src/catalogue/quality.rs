//! Whether lots, units and lines conform to a standard: their results and those of what they come from are gathered in
//! a few statements, however many subjects there are, and judged by the rules of the domain.

use chrono::NaiveDate;
use uuid::Uuid;

use super::{Catalogue, Error};
use crate::{
    db,
    domain::{
        availability::Availability,
        batch::BatchFacts,
        descent::{self, Assessed, Descent},
        filter::Condition,
        id::RecordId,
        notice::NoticeFacts,
        page::{Direction, MAX_PAGE, Order, PageRequest},
        qc::{
            standard::{self, QcStandard},
            verdict::Verdict,
        },
        record::Record,
        usage::UsePurpose,
    },
};

/// How one subject stands on a day.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    pub subject: RecordId,
    /// Only a lot can be.
    pub can_be_ordered: bool,
    /// What its bank states, unless something stops every order; of a lot or holding.
    pub availability: Option<Availability>,
    /// The notices that hold on the day and reach it.
    pub notices: Vec<Record<NoticeFacts>>,
    /// The notices that reach it and do not hold on the day: closed before, or announced.
    pub other_notices: Vec<Record<NoticeFacts>>,
    /// To each standard that its level can meet, in the order of the standards.
    pub assessed: Vec<Assessed>,
}

/// Lots that may be ordered and meet a standard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Orderable {
    pub batches: Vec<RecordId>,
    /// Whether there are more than were asked for.
    pub has_more: bool,
}

impl Catalogue {
    /// The published standards, by code and then version.
    pub fn standards(&self) -> &'static [QcStandard] {
        standard::shipped()
    }

    /// The standard with this code and version; without a version the newest.
    pub fn standard(&self, code: &str, version: Option<&str>) -> Option<&'static QcStandard> {
        let named = self.standards().iter().filter(|standard| standard.code == code);
        named
            .filter(|standard| version.is_none_or(|version| standard.version == version))
            .max_by(|a, b| a.version.cmp(&b.version))
    }

    /// How published subjects stand to a standard on a day, in the order asked. One that is unknown, hidden, or of a
    /// level that nobody states is left out: what it is made for is not guessed.
    pub async fn assess(
        &self,
        subjects: &[RecordId],
        standard: &QcStandard,
        on: NaiveDate,
    ) -> Result<Vec<Assessed>, Error> {
        let ids: Vec<Uuid> = subjects.iter().map(|id| id.uuid).collect();
        let descent = self.descent(&ids).await?;
        Ok(subjects.iter().filter_map(|id| descent.assess(*id, standard, on)).collect())
    }

    /// These records with all that they come from, their tests and the notices that reach them.
    pub async fn descent(&self, ids: &[Uuid]) -> Result<Descent, Error> {
        Ok(db::descent::load(&mut self.db.read().await?.conn(), ids).await?)
    }

    /// How published subjects stand on a day to every standard that they can meet, in the order asked; of a level that
    /// nobody states, to none.
    pub async fn standings(
        &self,
        subjects: &[RecordId],
        on: NaiveDate,
    ) -> Result<Vec<Standing>, Error> {
        let ids: Vec<Uuid> = subjects.iter().map(|id| id.uuid).collect();
        let descent = self.descent(&ids).await?;
        let standing = |id: &RecordId| {
            let level = descent::level(descent.published(*id)?);
            let fits = |standard: &&QcStandard| {
                level.is_some_and(|level| standard.applies_to.contains(&level))
            };
            let standards = self.standards().iter().filter(fits);
            let assessed = standards.filter_map(|standard| descent.assess(*id, standard, on));
            let supply = descent.supply(id.uuid, on);
            let reaching = descent.notices(id.uuid).into_iter();
            Some(Standing {
                subject: *id,
                can_be_ordered: supply.can_be_ordered(None),
                availability: descent.availability(id.uuid, on),
                notices: supply.notices.into_iter().cloned().collect(),
                other_notices: reaching.filter(|notice| !notice.is_open(on)).cloned().collect(),
                assessed: assessed.collect(),
            })
        };
        Ok(subjects.iter().filter_map(standing).collect())
    }

    /// The published lots that may be ordered on a day for a purpose and pass a standard, by name, at most `limit`. A
    /// lot of which anything that it comes from is hidden or withdrawn may not be ordered.
    pub async fn orderable_batches_meeting(
        &self,
        standard: &QcStandard,
        on: NaiveDate,
        purpose: Option<UsePurpose>,
        limit: usize,
    ) -> Result<Orderable, Error> {
        let (size, direction) = (MAX_PAGE, Direction::Forward);
        let mut page = PageRequest { size, direction, after: None, before: None };
        let mut batches = Vec::new();
        loop {
            let every = Condition::All(Vec::new());
            let listed = self.list::<BatchFacts>(&every, Order::default(), &page).await?;
            let can = listed.items.iter().filter(|lot| lot.stored.record.can_be_ordered(on));
            let can: Vec<RecordId> = can.map(|lot| lot.stored.record.id).collect();
            let ids: Vec<Uuid> = can.iter().map(|id| id.uuid).collect();
            let descent = self.descent(&ids).await?;
            let meets = |id: &RecordId| {
                let assessed = descent.assess(*id, standard, on);
                assessed.is_some_and(|one| one.conformity.overall == Verdict::Pass)
            };
            let supplied = |id: &RecordId| descent.supply(id.uuid, on).can_be_ordered(purpose);
            batches.extend(can.into_iter().filter(|id| supplied(id) && meets(id)));
            page.after = listed.items.last().map(|lot| lot.place.clone());
            if !listed.has_next || batches.len() > limit {
                break;
            }
        }
        let has_more = batches.len() > limit;
        batches.truncate(limit);
        Ok(Orderable { batches, has_more })
    }
}
