//! SSSOM mapping sets whose subjects are Mondo terms: the identifiers a disease has in other terminologies.

use std::{collections::BTreeMap, iter::Peekable};

use super::{
    RowIter, layer, owned, refused,
    source_file::{FileError, ReadError, SourceFile},
    sssom::{Mapping, SssomReader},
};
use crate::{
    catalogue::import::Candidate,
    domain::{
        disease::DiseaseFacts,
        identifier::{self, ExternalId, IdStatus},
        record::{AnyDraft, Draft},
        term::Key,
    },
};

/// Predicates that say the two terms mean the same disease, or that one curated list points at the other.
const EQUIVALENT: [&str; 2] = ["skos:exactMatch", "oboInOwl:hasDbXref"];

pub(super) fn rows(file: SourceFile) -> Result<(RowIter, Vec<String>), FileError> {
    let reader = SssomReader::new(file)?;
    let unknown = owned(reader.unknown_columns());
    Ok((Box::new(BySubject { mappings: reader.peekable(), last: String::new() }), unknown))
}

/// One candidate for each subject, whose mappings stand together because the sets are sorted by subject.
struct BySubject<I: Iterator> {
    mappings: Peekable<I>,
    last: String,
}

impl<I: Iterator<Item = Result<Mapping, ReadError>>> Iterator for BySubject<I> {
    type Item = Result<Candidate, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        let first = match self.mappings.next()? {
            Ok(mapping) => mapping,
            Err(error) => return Some(Err(error)),
        };
        if first.subject_id < self.last {
            let message = format!(
                "it comes after {}; sort the file by subject_id, so that all mappings of a term stand together",
                self.last
            );
            return Some(Err(refused(first.line, &first.subject_id, "subject_id", message)));
        }
        self.last.clone_from(&first.subject_id);
        let mut group = vec![first];
        let same = |next: &Result<Mapping, ReadError>| {
            next.as_ref().is_ok_and(|next| next.subject_id == group[0].subject_id)
        };
        let mut more = Vec::new();
        while let Some(Ok(mapping)) = self.mappings.next_if(same) {
            more.push(mapping);
        }
        group.extend(more);
        Some(candidate(&group))
    }
}

fn candidate(group: &[Mapping]) -> Result<Candidate, ReadError> {
    let first = &group[0];
    let subject = ExternalId::new("mondo", first.subject_id.clone());
    if let Some(problem) = subject.problem() {
        let message = format!("`{}` is {problem}", first.subject_id);
        return Err(refused(first.line, &first.subject_id, "subject_id", message));
    }
    let equivalent = |mapping: &&Mapping| {
        EQUIVALENT.contains(&mapping.predicate_id.as_str()) && mapping.predicate_modifier.is_none()
    };
    // One layer for each target terminology, so that one mapping set does not replace another's.
    let mut targets: BTreeMap<String, DiseaseFacts> = BTreeMap::new();
    for mapping in group.iter().filter(equivalent) {
        let Some(Key { scheme, value }) = identifier::curie(&mapping.object_id) else {
            let message = format!("`{}` is of no terminology known here", mapping.object_id);
            return Err(refused(mapping.line, &first.subject_id, "object_id", message));
        };
        let facts = targets.entry(scheme.clone()).or_default();
        facts.external_ids.push(ExternalId { scheme, value, status: IdStatus::default() });
    }
    if targets.is_empty() {
        let message =
            "no mapping of this term is an exact match; nothing is taken from near matches";
        return Err(refused(first.line, &first.subject_id, "predicate_id", message));
    }
    let layer = |(target, facts)| {
        layer("sssom", &format!("{}→{target}", first.subject_id), facts, Vec::new())
    };
    let layers = targets.into_iter().map(layer).collect();
    let mut draft = Draft { id: None, accession: None, state: None, layers };
    draft.accession = Some(first.subject_id.clone());
    let label = first.subject_label.clone().unwrap_or_default();
    Ok(Candidate::new(first.line, label, AnyDraft::Disease(draft)))
}
