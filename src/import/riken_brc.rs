//! The cell list of RIKEN BRC: a spreadsheet saved as text, with what spreadsheets do to names.

use super::{
    RowIter, layer, owned, refused,
    source_file::{FileError, ReadError, SourceFile},
    tsv::{Column, TsvReader, TsvRow},
};
use crate::{
    catalogue::import::Candidate,
    domain::{
        cell_line::{Derivation, LineFacts, LineKind, LineOrganization, Note, OrganizationRole},
        identifier::ExternalId,
        names::{Name, NameKind, spreadsheet_damage},
        record::{AnyDraft, Draft},
        term::{Reference, Term},
    },
};

const COLUMNS: &[Column] = &[
    Column::required("細胞番号 cell_no").or(&["cell_no"]),
    Column::required("cell_name:name2").or(&["cell_name", "name"]),
    Column::optional("特性_英 charact").or(&["charact"]),
    Column::optional("動物種 animal").or(&["animal"]),
    Column::optional("組織 tissue").or(&["tissue"]),
    Column::optional("樹立者 originat").or(&["originat"]),
    Column::optional("寄託者 registor").or(&["registor"]),
];

pub(super) fn rows(file: SourceFile) -> Result<(RowIter, Vec<String>), FileError> {
    let reader = TsvReader::new(file, COLUMNS)?;
    let unknown = owned(reader.unknown_columns());
    Ok((Box::new(reader.map(|row| row.and_then(|row| candidate(&row)))), unknown))
}

fn candidate(row: &TsvRow) -> Result<Candidate, ReadError> {
    let cell = |name| row.get(name).unwrap_or_default().trim();
    let (number, name) = (cell("細胞番号 cell_no"), cell("cell_name:name2"));
    if number.is_empty() {
        return Err(refused(row.line, name, "cell_no", "the row has no cell number; give it"));
    }
    if name.is_empty() {
        return Err(refused(
            row.line,
            number,
            "cell_name",
            "the row has no name; give the line's name",
        ));
    }
    if let Some(original) = spreadsheet_damage(name) {
        let message = format!(
            "`{name}` looks like a name that a spreadsheet took for a number or a date; did you mean `{original}`? \
             Format the column as text and write the name again"
        );
        return Err(refused(row.line, number, "cell_name", message));
    }
    let external_ids = vec![ExternalId::new("riken_brc", number)];
    let note = |topic: &str, column| {
        Some(cell(column))
            .filter(|t| !t.is_empty())
            .map(|text| Note { topic: topic.to_owned(), text: text.to_owned() })
    };
    let facts = LineFacts {
        line_kind: kind(number),
        species: species(cell("動物種 animal")).into_iter().collect(),
        names: vec![Name::new(NameKind::Primary, name)],
        external_ids,
        derivation: Term::new(None, Some(cell("組織 tissue")))
            .map(|tissue| Derivation { tissue: Some(tissue), ..Derivation::default() }),
        organizations: vec![LineOrganization {
            organization: Reference::to("organization", "riken-brc").labelled("RIKEN BRC"),
            role: OrganizationRole::Holder,
            country: Some("JP".to_owned()),
        }],
        notes: [
            note("Characteristics", "特性_英 charact"),
            note("Originator", "樹立者 originat"),
            note("Depositor", "寄託者 registor"),
        ]
        .into_iter()
        .flatten()
        .collect(),
        ..LineFacts::default()
    };
    let draft = Draft::of(layer("riken-brc", number, facts, Vec::new()));
    Ok(Candidate::new(row.line, name, AnyDraft::CellLine(draft)))
}

/// What the number itself says: HPS is human iPS, HES human ES, APS animal iPS.
fn kind(number: &str) -> Option<LineKind> {
    match number.get(..3)? {
        "HPS" | "APS" => Some(LineKind::Ipsc),
        "HES" => Some(LineKind::Esc),
        _ => None,
    }
}

/// Human and mouse have one taxon each; any other animal is kept as the bank names it.
fn species(animal: &str) -> Option<Term> {
    let id = match animal.split(',').next().unwrap_or_default().trim() {
        "human" => Some(("NCBITaxon:9606", "Homo sapiens")),
        "mouse" => Some(("NCBITaxon:10090", "Mus musculus")),
        _ => None,
    };
    match id {
        Some((id, label)) => Term::new(Some(id), Some(label)),
        None => Term::new(None, Some(animal)),
    }
}
