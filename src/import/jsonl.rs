//! The interchange format: one record a line, as JSON. What an export wrote reads back as it was.

use super::{
    RowIter, refused,
    source_file::{Line, ReadError, SourceFile},
};
use crate::{catalogue::import::Candidate, domain::record::AnyDraft, each_draft};

pub(super) fn rows(file: SourceFile) -> RowIter {
    let filled =
        |line: &Result<Line, _>| !line.as_ref().is_ok_and(|line| line.text.trim().is_empty());
    Box::new(
        file.into_lines().filter(filled).map(|line| candidate(&line.map_err(ReadError::File)?)),
    )
}

fn candidate(line: &Line) -> Result<Candidate, ReadError> {
    let draft: AnyDraft = serde_json::from_str(&line.text).map_err(|error| {
        let place = format!("column {}", error.column());
        refused(line.number, "", &place, format!("not a record of the interchange format: {error}"))
    })?;
    let (empty, id) = each_draft!(&draft, draft => (draft.layers.is_empty(), draft.id));
    if empty {
        let message = "a record needs at least one layer of facts";
        return Err(refused(line.number, "", "layers", message));
    }
    if id.is_some_and(|id| id.kind != draft.kind()) {
        let message = format!("the id is not that of a {}", draft.kind());
        return Err(refused(line.number, "", "id", message));
    }
    let label = label_of(&draft);
    Ok(Candidate::new(line.number, label, draft))
}

fn label_of(draft: &AnyDraft) -> String {
    each_draft!(draft, draft => {
        let named = draft.layers.iter().find_map(|layer| {
            crate::domain::record::Facts::names(&layer.facts).first().map(|name| name.text.clone())
        });
        let key = draft.layers.first().map(|layer| layer.key.clone());
        named.or_else(|| draft.accession.clone()).or(key).unwrap_or_default()
    })
}
