//! Mondo: diseases with their synonyms and their place among diseases.

use super::{
    RowIter, layer,
    ontology::{OntologyReader, OntologyTerm},
    refused,
    source_file::{ReadError, SourceFile},
};
use crate::{
    catalogue::import::Candidate,
    domain::{
        disease::DiseaseFacts,
        identifier::ExternalId,
        names::{Name, NameKind},
        record::{AnyDraft, Draft},
    },
};

pub(super) fn rows(file: SourceFile) -> RowIter {
    Box::new(OntologyReader::new(file).map(|term| term.and_then(candidate)))
}

fn candidate(term: OntologyTerm) -> Result<Candidate, ReadError> {
    let id = ExternalId::new("mondo", term.id.clone());
    let label = term.body.label.unwrap_or_default();
    if let Some(problem) = id.problem() {
        return Err(refused(term.row, &label, "id", format!("`{}` is {problem}", term.id)));
    }
    let name = |kind, text: String| Name::in_language(kind, text, "en");
    let synonyms = term.body.synonyms.into_iter().filter(|synonym| *synonym != label);
    let primary = Some(label.clone()).filter(|label| !label.is_empty());
    let facts = DiseaseFacts {
        names: primary
            .map(|label| name(NameKind::Primary, label))
            .into_iter()
            .chain(synonyms.map(|synonym| name(NameKind::Synonym, synonym)))
            .collect(),
        external_ids: vec![id],
        ancestors: term.body.ancestors,
        definition: term.body.description,
        deprecated: term.body.deprecated,
        replaced_by: term.body.replaced_by,
        consider: term.body.consider,
        ..DiseaseFacts::default()
    };
    let mut draft = Draft::of(layer("mondo", &term.id, facts, Vec::new()));
    draft.accession = Some(term.id);
    Ok(Candidate::new(term.row, label, AnyDraft::Disease(draft)))
}
