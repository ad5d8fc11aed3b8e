//! What a row of a table leaves unsaid is taken from the record that it meets: a table of lots says nothing of vials, and
//! a row of a vial nothing of its lot.

use std::{borrow::Cow, collections::HashMap};

use super::{Candidate, Chunk, Met};
use crate::{
    domain::{
        batch::BatchFacts,
        identifier::ExternalId,
        qc::record::ResultFacts,
        record::{AnyDraft, AnyRecord, Facts, Flag, Layer},
        term::Key,
        vial::Vial,
    },
    each_draft,
};

/// How much of what a source says of a record a row speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Speaks {
    All,
    /// Of a lot; its vials stay as they are listed.
    AllButVials,
    /// Of one vial; the lot stays as it is, and is never made by it.
    OneVial,
}

/// How the key of a row's layer came about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowKey {
    /// It is the source's own, and two keys are two rows.
    OfSource,
    /// A source has one row of a number, or of an accession where it gives no number; its key is made of that unless the
    /// row names one.
    Number { by: Option<Key>, is_named: bool },
}

impl RowKey {
    pub(super) fn is_by(&self, key: &Key) -> bool {
        matches!(self, Self::Number { by: Some(by), .. } if by == key)
    }
}

/// Why a row is refused, and in which column.
pub(super) type Refusal = (&'static str, String);

impl Chunk {
    /// The candidate with its references filled in, and with what the record keeps.
    pub(super) fn complete<'c>(
        &self,
        candidate: &'c Candidate,
        met: &Met,
    ) -> Result<Cow<'c, Candidate>, Refusal> {
        let is_whole = candidate.asks.is_empty() && candidate.speaks == Speaks::All;
        if is_whole && candidate.row_key == RowKey::OfSource {
            return Ok(Cow::Borrowed(candidate));
        }
        let known = self.first_of(met);
        let mut candidate = candidate.clone();
        let implied = candidate.under_the_known_key(known)?;
        for ask in std::mem::take(&mut candidate.asks) {
            let reference = self.refer(&ask, &candidate.draft, known)?;
            ask.fill(&mut candidate.draft, &reference);
        }
        let is_lot = matches!(known, Some(AnyRecord::Batch(_)));
        if candidate.speaks == Speaks::OneVial && !is_lot {
            let message =
                "the lot is not known here: import it first (`lots-csv`), or correct its number";
            return Err(("lot", message.to_owned()));
        }
        candidate.keep_unsaid(known, implied.as_deref());
        Ok(Cow::Owned(candidate.examined()))
    }

    /// Which of the rows say what was not known before them.
    pub(super) fn news(&self, rows: &[Candidate], all: &Candidate, met: &Met) -> Vec<bool> {
        let AnyDraft::Batch(draft) = &all.draft else { return vec![true; rows.len()] };
        let known = match self.first_of(met) {
            Some(AnyRecord::Batch(lot)) if rows.len() > 1 => {
                draft.layers.first().and_then(|layer| lot.layer(&layer.source, &layer.key))
            }
            _ => None,
        };
        let Some(known) = known else { return vec![true; rows.len()] };
        let vials = known.facts.listed_vials.iter().rev();
        let mut known: HashMap<String, &Vial> = vials.map(|vial| (vial.folded(), vial)).collect();
        let mut news = Vec::with_capacity(rows.len());
        for row in rows {
            let mut is_news = false;
            for vial in vials_of(row) {
                is_news |= known.insert(vial.folded(), vial) != Some(vial);
            }
            news.push(is_news);
        }
        news
    }

    fn first_of(&self, met: &Met) -> Option<&AnyRecord> {
        met.records.first().and_then(|id| self.works.get(id)).map(|work| &work.after)
    }

    /// The row of which a flag is to be told: of the vial that it is about, else the last. What was said of the vials
    /// before is not said again at another.
    pub(super) fn row_of<'r>(
        &self,
        rows: &'r [Candidate],
        all: &Candidate,
        met: &Met,
        flag: &Flag,
    ) -> Option<&'r Candidate> {
        let (Speaks::OneVial, AnyDraft::Batch(draft)) = (all.speaks, &all.draft) else {
            return rows.last();
        };
        let about = format!(" {}", flag.text);
        if let Some(row) = rows.iter().rev().find(|row| row.label.ends_with(&about)) {
            return Some(row);
        }
        let lot = match self.first_of(met) {
            Some(AnyRecord::Batch(lot)) => Some(lot),
            _ => None,
        };
        let told = |layer: &Layer<BatchFacts>| {
            let stored = lot.and_then(|lot| lot.layer(&layer.source, &layer.key));
            stored.is_some_and(|stored| stored.flags.contains(flag))
        };
        rows.last().filter(|_| !draft.layers.iter().any(told))
    }
}

impl Candidate {
    /// Takes over from the record what the row does not speak of.
    fn keep_unsaid(&mut self, known: Option<&AnyRecord>, implied: Option<&str>) {
        let (row_key, speaks) = (&self.row_key, self.speaks);
        match (&mut self.draft, known) {
            (AnyDraft::Batch(draft), Some(AnyRecord::Batch(lot))) => {
                for layer in &mut draft.layers {
                    if let Some(stored) = lot.layer(&layer.source, &layer.key) {
                        keep_number(row_key, &mut layer.facts.external_ids, &stored.facts);
                        *layer = completed(layer, stored, speaks);
                    }
                }
            }
            (AnyDraft::QcResult(draft), Some(AnyRecord::QcResult(test))) => {
                for layer in &mut draft.layers {
                    if let Some(stored) = test.layer(&layer.source, &layer.key) {
                        keep_number(row_key, &mut layer.facts.external_ids, &stored.facts);
                        keep_key(&mut layer.facts, &stored.facts, implied);
                    }
                }
            }
            _ => {}
        }
    }

    /// Puts the row under the key by which its source has the record already. Answers the key that the row had instead,
    /// which it never named.
    fn under_the_known_key(
        &mut self,
        known: Option<&AnyRecord>,
    ) -> Result<Option<String>, Refusal> {
        let (RowKey::Number { is_named, .. }, Some(known)) = (&self.row_key, known) else {
            return Ok(None);
        };
        let mut implied = None;
        each_draft!(&mut self.draft, draft => for layer in &mut draft.layers {
            let had = known.keys_of(&layer.source);
            match had[..] {
                [] => {}
                _ if had.contains(&layer.key.as_str()) => {}
                [only] if !is_named => {
                    implied = Some(std::mem::replace(&mut layer.key, only.to_owned()));
                }
                _ => {
                    let (source, had) = (layer.source.as_str(), had.join("` and `"));
                    return Err(("key", format!(
                        "`{source}` has this record under the key `{had}` and the row is under `{}`: write that key, or none \
                         where there is one",
                        layer.key
                    )));
                }
            }
        });
        Ok(implied)
    }
}

/// Whether both rows are of vials of one lot, by one number of it.
pub(super) fn are_vials_of_one_lot(one: &Candidate, other: &Candidate) -> bool {
    let (AnyDraft::Batch(a), AnyDraft::Batch(b)) = (&one.draft, &other.draft) else { return false };
    let of_vials = one.speaks == Speaks::OneVial && other.speaks == Speaks::OneVial;
    let place = |layer: &Layer<BatchFacts>| {
        (layer.source.clone(), layer.key.clone(), layer.facts.external_ids.clone())
    };
    of_vials
        && one.row_key == other.row_key
        && (a.id, &a.accession, a.state) == (b.id, &b.accession, b.state)
        && a.layers.iter().map(place).eq(b.layers.iter().map(place))
}

/// Rows of vials of one lot as one, at the place of the last.
pub(super) fn together(rows: &[Candidate]) -> Option<Cow<'_, Candidate>> {
    let mut all = Cow::Borrowed(rows.last()?);
    if rows.len() > 1
        && let AnyDraft::Batch(draft) = &mut all.to_mut().draft
        && let Some(layer) = draft.layers.first_mut()
    {
        layer.facts.listed_vials.clear();
        layer.facts.put_vials(rows.iter().flat_map(vials_of));
        layer.flags.clear();
    }
    Some(all)
}

fn vials_of(row: &Candidate) -> impl Iterator<Item = &Vial> {
    let layers = match &row.draft {
        AnyDraft::Batch(draft) => &draft.layers[..],
        _ => &[],
    };
    layers.iter().flat_map(|layer| &layer.facts.listed_vials)
}

/// The result's own key, where it was made of the number as that of the row was.
fn keep_key(row: &mut ResultFacts, stored: &ResultFacts, implied: Option<&str>) {
    let Some(key) = stored.result.as_ref().map(|result| &result.key) else { return };
    let own = row.result.as_mut().map(|result| &mut result.key);
    let declared = row.out_of_specification.as_mut().map(|declared| &mut declared.result);
    for place in own.into_iter().chain(declared) {
        if implied == Some(place.as_str()) {
            place.clone_from(key);
        }
    }
}

/// A row that gives an accession and no number does not take the number away.
fn keep_number<F: Facts>(row_key: &RowKey, ids: &mut Vec<ExternalId>, stored: &F) {
    let number = stored
        .external_ids()
        .first()
        .filter(|id| matches!(id.scheme.as_str(), "lot" | "qc_result"));
    if let (RowKey::Number { by: None, .. }, Some(number)) = (row_key, number)
        && !ids.contains(number)
    {
        ids.insert(0, number.clone());
    }
}

/// The layer of a row, with what the row does not speak of as it is stored.
fn completed(
    row: &Layer<BatchFacts>,
    stored: &Layer<BatchFacts>,
    speaks: Speaks,
) -> Layer<BatchFacts> {
    let facts = match speaks {
        Speaks::All => return row.clone(),
        Speaks::AllButVials => {
            BatchFacts { listed_vials: stored.facts.listed_vials.clone(), ..row.facts.clone() }
        }
        Speaks::OneVial => {
            let mut facts = stored.facts.clone();
            facts.put_vials(&row.facts.listed_vials);
            facts
        }
    };
    if facts == stored.facts {
        return stored.clone();
    }
    // What somebody else flagged stays flagged.
    let worked_out = stored.facts.problems();
    let flags = stored.flags.iter().filter(|flag| !worked_out.contains(flag)).cloned().collect();
    Layer { facts, flags, ..row.clone() }
}
