//! Screens of cord-blood units: lists by what the public may see of them, over a table of their own that is written with
//! the records and made again where it was derived otherwise.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Catalogue, Error, Listed, write::Change};
use crate::{
    db::{
        Conn, DbError,
        record::{self, RecordRow, Stored},
        setting, unit,
    },
    domain::{
        cord_blood::{
            facts::UnitFacts,
            screen::{UnitFilter, UnitOrder},
        },
        id::RecordKind,
        page::{Page, PageRequest, Place},
        record::{AnyRecord, State},
    },
};

/// Rises when screens see another value of the same record, so that the table is made again.
const DERIVATION: &str = "2";
const DERIVED: &str = "units_derivation";
/// Records derived from at once.
const BATCH: i64 = 500;

impl Catalogue {
    /// A page of published units.
    pub async fn units(
        &self,
        filter: &UnitFilter,
        order: UnitOrder,
        page: &PageRequest,
    ) -> Result<Page<Listed<UnitFacts>>, Error> {
        let mut lent = self.db.read().await?;
        let places = unit::list(&mut lent.conn(), filter, order, page).await?;
        let page = Page::of_rows(places, page);
        let ids: Vec<Uuid> = page.items.iter().map(|place| place.id).collect();
        let rows = record::get_many(&mut lent.conn(), &ids).await?;
        let mut found: HashMap<Uuid, RecordRow> =
            rows.into_iter().map(|row| (row.id, row)).collect();
        let mut items = Vec::with_capacity(ids.len());
        for place in page.items {
            // A unit that was hidden since the page was found is left out.
            items.extend(
                found.remove(&place.id).map(|row| listed(&row, place)).transpose()?.flatten(),
            );
        }
        Ok(Page { items, has_next: page.has_next, has_previous: page.has_previous })
    }

    pub async fn count_units(&self, filter: &UnitFilter) -> Result<i64, Error> {
        Ok(unit::count(&mut self.db.read().await?.conn(), filter).await?)
    }

    /// Makes the table of screens from the records, where it was not made as this program makes it.
    pub(super) async fn derive_units(&self) -> Result<(), Error> {
        let mut lent = self.db.read().await?;
        if setting::get(&mut lent.conn(), DERIVED).await?.as_deref() == Some(DERIVATION) {
            return Ok(());
        }
        let (kind, mut last) = (RecordKind::CordBloodUnit, Uuid::nil());
        let is_empty = record::ids_after(&mut lent.conn(), last, kind, 1).await?.is_empty();
        drop(lent);
        if is_empty {
            let mut tx = self.db.begin().await?;
            setting::put(&mut tx.conn(), DERIVED, DERIVATION).await?;
            return Ok(tx.commit().await?);
        }
        loop {
            let mut tx = self.db.begin().await?;
            // Writers wait, so that none of them is overtaken by what was read before it.
            setting::take_numbers(&mut tx.conn(), "import", 0).await?;
            let rows = record::after(&mut tx.conn(), last, kind, BATCH).await?;
            let Some(end) = rows.last() else {
                setting::put(&mut tx.conn(), DERIVED, DERIVATION).await?;
                return Ok(tx.commit().await?);
            };
            last = end.id;
            derive(&mut tx.conn(), &rows).await?;
            tx.commit().await?;
        }
    }
}

fn listed(row: &RecordRow, place: Place) -> Result<Option<Listed<UnitFacts>>, DbError> {
    let stored: Stored<UnitFacts> = row.read()?;
    Ok((stored.record.state == State::Published).then_some(Listed { stored, place }))
}

async fn derive(conn: &mut Conn<'_>, rows: &[RecordRow]) -> Result<(), DbError> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let mut screened = Vec::with_capacity(rows.len());
    for row in rows {
        let record = row.read::<UnitFacts>()?.record;
        if record.state == State::Published {
            let seen = record.screened(row.updated_at.date_naive());
            screened.push((row.id, seen, row.updated_at));
        }
    }
    unit::replace(conn, &ids, screened).await
}

/// Writes what screens see of the units among these changes.
pub(super) async fn write(
    conn: &mut Conn<'_>,
    changes: &[Change],
    at: DateTime<Utc>,
) -> Result<(), DbError> {
    let units = || {
        changes.iter().filter_map(|change| match &change.after {
            AnyRecord::CordBloodUnit(unit) => Some((change, unit)),
            _ => None,
        })
    };
    let known: Vec<Uuid> =
        units().filter(|(c, _)| c.before.is_some()).map(|(_, unit)| unit.id.uuid).collect();
    let shown = units().filter(|(_, unit)| unit.state == State::Published);
    let rows = shown.map(|(_, unit)| (unit.id.uuid, unit.screened(at.date_naive()), at)).collect();
    unit::replace(conn, &known, rows).await
}
