//! One pass over the matching documents: filters them, counts the facets as if each facet's own filter were off, and
//! keeps the best. Numbers of a segment become texts at its end, because segments number them apart.

use std::collections::{BinaryHeap, HashMap};

use tantivy::{SegmentReader, fastfield::AliveBitSet};

use crate::domain::facet::Facet;

use crate::search::{
    embedded::{
        columns::{Columns, FacetColumn},
        matching::Scores,
    },
    query::{Direction, FacetCounts, SearchQuery, Sort},
};

/// What is gathered over all segments.
pub(super) struct Collector<'q> {
    query: &'q SearchQuery,
    /// How many of the best are needed.
    limit: usize,
    total: u64,
    best: Vec<Candidate>,
    counts: Vec<(Facet, HashMap<&'q str, u64>)>,
}

/// One of the best documents of its segment.
pub(super) struct Candidate {
    primary: i64,
    key: String,
    pub(super) score: u32,
    pub(super) segment: u32,
    pub(super) doc: u32,
}

/// The order within a segment: the least is the first.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    primary: i64,
    rank: u32,
    doc: u32,
}

impl<'q> Collector<'q> {
    pub(super) fn new(query: &'q SearchQuery, limit: usize) -> Self {
        let counts = query.facets.iter().map(|facet| (*facet, HashMap::new())).collect();
        Self { query, limit, total: 0, best: Vec::new(), counts }
    }

    pub(super) fn segment(
        &mut self,
        number: u32,
        segment: &SegmentReader,
        columns: &'q Columns,
        scores: &Scores,
    ) -> tantivy::Result<()> {
        let order = columns.order(segment)?;
        let sort = SegmentSort {
            sort: self.query.sort,
            ranks: &order.ranks,
            updated: match self.query.sort {
                Sort::Updated(_) => columns.updated(segment)?,
                Sort::Relevance | Sort::Name(_) => &[],
            },
        };
        let mut tally = Tally::new(self.query, segment, columns)?;
        let documents = Documents::new(self.query, segment, columns)?;
        let mut best = BinaryHeap::with_capacity(self.limit.min(1_024) + 1);
        for doc in 0..segment.max_doc() {
            let score = scores.of(doc);
            if score == 0 || !documents.has(doc) || !tally.count(doc) {
                continue;
            }
            self.total += 1;
            keep(&mut best, self.limit, sort.place(doc, score));
        }
        tally.add_to(&mut self.counts);
        let mut best = best.into_vec();
        best.sort_unstable_by_key(|place| sort.rank(place.rank));
        let keys = order.keys(best.iter().map(|place| sort.rank(place.rank)))?;
        for (Place { primary, doc, .. }, key) in best.into_iter().zip(keys) {
            let score = scores.of(doc);
            self.best.push(Candidate { primary, key, score, segment: number, doc });
        }
        Ok(())
    }

    /// The number of hits, the hits from `start` to the limit, and the counts.
    pub(super) fn finish(mut self, start: usize) -> (u64, Vec<Candidate>, Vec<FacetCounts>) {
        let backwards = matches!(self.query.sort, Sort::Name(Direction::Descending));
        self.best.sort_by(|a, b| {
            let keys = if backwards { b.key.cmp(&a.key) } else { a.key.cmp(&b.key) };
            a.primary.cmp(&b.primary).then(keys)
        });
        let hits = self.best.into_iter().take(self.limit).skip(start).collect();
        let facets = self.counts.into_iter().map(|(facet, counts)| {
            let mut values: Vec<_> = counts.into_iter().collect();
            values.sort_unstable_by(|(a, m), (b, n)| n.cmp(m).then_with(|| a.cmp(b)));
            let values = values.into_iter().map(|(code, count)| (code.to_owned(), count)).collect();
            FacetCounts { facet, values }
        });
        (self.total, hits, facets.collect())
    }
}

fn keep(best: &mut BinaryHeap<Place>, limit: usize, place: Place) {
    if best.len() < limit {
        best.push(place);
    } else if let Some(mut worst) = best.peek_mut().filter(|worst| place < **worst) {
        *worst = place;
    }
}

struct SegmentSort<'a> {
    sort: Sort,
    ranks: &'a [u32],
    updated: &'a [i64],
}

impl SegmentSort<'_> {
    fn place(&self, doc: u32, score: u32) -> Place {
        let primary = match self.sort {
            Sort::Relevance => -i64::from(score),
            Sort::Name(_) => 0,
            Sort::Updated(Direction::Ascending) => self.updated[doc as usize],
            // The complement turns the order around and, unlike the negative, exists for every number.
            Sort::Updated(Direction::Descending) => !self.updated[doc as usize],
        };
        Place { primary, rank: self.rank(self.ranks[doc as usize]), doc }
    }

    /// Its own inverse.
    fn rank(&self, rank: u32) -> u32 {
        if matches!(self.sort, Sort::Name(Direction::Descending)) { !rank } else { rank }
    }
}

/// The documents of a segment that are alive and of a kind that is asked for.
struct Documents<'a> {
    alive: Option<&'a AliveBitSet>,
    kinds: Option<(&'a [u8], u8)>,
}

impl<'a> Documents<'a> {
    fn new(
        query: &SearchQuery,
        segment: &'a SegmentReader,
        columns: &'a Columns,
    ) -> tantivy::Result<Self> {
        let wanted = query.kinds.iter().fold(0, |wanted, kind| wanted | 1u8 << *kind as u8);
        let kinds = (wanted != 0).then(|| columns.kinds(segment)).transpose()?;
        Ok(Self { alive: segment.alive_bitset(), kinds: kinds.map(|kinds| (kinds, wanted)) })
    }

    fn has(&self, doc: u32) -> bool {
        self.alive.is_none_or(|alive| alive.is_alive(doc))
            && self.kinds.is_none_or(|(kinds, wanted)| {
                1u8.checked_shl(u32::from(kinds[doc as usize]))
                    .is_some_and(|kind| kind & wanted != 0)
            })
    }
}

/// The filters and counts of one segment.
struct Tally<'a> {
    filters: Vec<Filter<'a>>,
    counters: Vec<Counter<'a>>,
}

struct Filter<'a> {
    facet: Facet,
    column: &'a FacetColumn,
    /// By value.
    accepted: Vec<bool>,
}

struct Counter<'a> {
    facet: Facet,
    column: &'a FacetColumn,
    /// By value.
    counts: Vec<u64>,
}

impl<'a> Tally<'a> {
    fn new(
        query: &SearchQuery,
        segment: &SegmentReader,
        columns: &'a Columns,
    ) -> tantivy::Result<Self> {
        let filters = query.active_filters().map(|(facet, codes)| {
            let column = columns.facet(segment, facet)?;
            let mut accepted = vec![false; column.codes().len()];
            for code in codes {
                if let Some(value) = column.value_of(code) {
                    accepted[value] = true;
                }
            }
            Ok(Filter { facet, column, accepted })
        });
        let counters = query.facets.iter().map(|facet| {
            let column = columns.facet(segment, *facet)?;
            Ok(Counter { facet: *facet, column, counts: vec![0; column.codes().len()] })
        });
        Ok(Self {
            filters: filters.collect::<tantivy::Result<_>>()?,
            counters: counters.collect::<tantivy::Result<_>>()?,
        })
    }

    /// Counts a document wherever it counts; whether it passes every filter.
    fn count(&mut self, doc: u32) -> bool {
        let mut failed = self.filters.iter().filter(|filter| !filter.passes(doc));
        match (failed.next().map(|filter| filter.facet), failed.next()) {
            (None, _) => {
                self.counters.iter_mut().for_each(|counter| counter.count(doc));
                true
            }
            (Some(facet), None) => {
                let own = self.counters.iter_mut().filter(|counter| counter.facet == facet);
                own.for_each(|counter| counter.count(doc));
                false
            }
            (Some(_), Some(_)) => false,
        }
    }

    /// The counters stand in the order of the counts.
    fn add_to(self, counts: &mut [(Facet, HashMap<&'a str, u64>)]) {
        for (counter, (_, counts)) in self.counters.into_iter().zip(counts) {
            let found = counter.column.codes().iter().zip(counter.counts);
            for (code, count) in found.filter(|(_, count)| *count > 0) {
                *counts.entry(code).or_default() += count;
            }
        }
    }
}

impl Filter<'_> {
    fn passes(&self, doc: u32) -> bool {
        self.column.values(doc).iter().any(|value| self.accepted[*value as usize])
    }
}

impl Counter<'_> {
    fn count(&mut self, doc: u32) {
        for value in self.column.values(doc) {
            self.counts[*value as usize] += 1;
        }
    }
}
