//! Accessions and names of a Cellosaurus release, two columns.

use super::{
    RowIter, flag, layer, owned, refused,
    source_file::{FileError, ReadError, SourceFile},
    tsv::{Column, TsvReader, TsvRow},
};
use crate::{
    catalogue::import::Candidate,
    domain::{
        cell_line::LineFacts,
        identifier::ExternalId,
        names::{Name, NameKind},
        record::{AnyDraft, Draft},
    },
};

const COLUMNS: &[Column] =
    &[Column::required("cvcl").or(&["accession", "ac"]), Column::required("name").or(&["id"])];

pub(super) fn rows(file: SourceFile) -> Result<(RowIter, Vec<String>), FileError> {
    let reader = TsvReader::new(file, COLUMNS)?;
    let unknown = owned(reader.unknown_columns());
    Ok((Box::new(reader.map(|row| row.and_then(|row| candidate(&row)))), unknown))
}

fn candidate(row: &TsvRow) -> Result<Candidate, ReadError> {
    let cell = |name| row.get(name).unwrap_or_default().trim();
    let (accession, name) = (cell("cvcl"), cell("name"));
    let id = ExternalId::new("cellosaurus", accession);
    if let Some(problem) = id.problem() {
        return Err(refused(row.line, name, "cvcl", format!("`{accession}` is {problem}")));
    }
    if name.is_empty() {
        return Err(refused(
            row.line,
            accession,
            "name",
            "the name is empty; give the line's name",
        ));
    }
    let lost = "holds a replacement character, so some letter was lost";
    let flags = name.contains('\u{fffd}').then(|| flag("name", name, lost));
    let facts = LineFacts {
        names: vec![Name::new(NameKind::Primary, name)],
        external_ids: vec![id],
        ..LineFacts::default()
    };
    let draft =
        Draft::of(layer("cellosaurus-names", accession, facts, flags.into_iter().collect()));
    Ok(Candidate::new(row.line, name, AnyDraft::CellLine(draft)))
}
