//! What a row of a table leaves unsaid is taken from the record that it meets: a table of lots says nothing of vials, and
//! a row of a vial nothing of its lot.

use std::borrow::Cow;

use super::{Candidate, Chunk, Met};
use crate::domain::{
    batch::BatchFacts,
    record::{AnyDraft, AnyRecord, Facts, Flag, Layer},
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

/// Why a row is refused, and in which column.
pub(super) type Refusal = (&'static str, String);

impl Chunk {
    /// The candidate with its references filled in, and with what the record keeps.
    pub(super) fn complete<'c>(
        &self,
        candidate: &'c Candidate,
        met: &Met,
    ) -> Result<Cow<'c, Candidate>, Refusal> {
        if candidate.asks.is_empty() && candidate.speaks == Speaks::All {
            return Ok(Cow::Borrowed(candidate));
        }
        let known = self.first_of(met);
        let mut candidate = candidate.clone();
        for ask in std::mem::take(&mut candidate.asks) {
            let reference = self.refer(&ask, &candidate.draft, known)?;
            ask.fill(&mut candidate.draft, &reference);
        }
        if let AnyDraft::Batch(draft) = &mut candidate.draft {
            let lot = match known {
                Some(AnyRecord::Batch(lot)) => Some(lot),
                _ => None,
            };
            if candidate.speaks == Speaks::OneVial && lot.is_none() {
                let message = "the lot is not known here: import it first (`lots-csv`), or correct its number";
                return Err(("lot", message.to_owned()));
            }
            for layer in &mut draft.layers {
                let stored = lot.and_then(|lot| lot.layer(&layer.source, &layer.key));
                if let Some(stored) = stored {
                    *layer = completed(layer, stored, candidate.speaks);
                }
            }
        }
        Ok(Cow::Owned(candidate.examined()))
    }

    fn first_of(&self, met: &Met) -> Option<&AnyRecord> {
        met.records.first().and_then(|id| self.works.get(id)).map(|work| &work.after)
    }

    /// Whether a flag is to be told of this row. What was said of the vials before it is not said at each of them.
    pub(super) fn is_of_row(&self, candidate: &Candidate, met: &Met, flag: &Flag) -> bool {
        let (Speaks::OneVial, AnyDraft::Batch(draft)) = (candidate.speaks, &candidate.draft) else {
            return true;
        };
        let Some(AnyRecord::Batch(lot)) = self.first_of(met) else { return true };
        let told = |layer: &Layer<BatchFacts>| {
            let stored = lot.layer(&layer.source, &layer.key);
            stored.is_some_and(|stored| stored.flags.contains(flag))
        };
        candidate.label.ends_with(&format!(" {}", flag.text)) || !draft.layers.iter().any(told)
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
            row.facts.listed_vials.iter().for_each(|vial| facts.put_vial(vial));
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
