//! hPSCreg's lines as the Cell Line Ontology models them. Columns that only repeat a cross-walk (OMIM, Orphanet,
//! NANDO, 指定難病 numbers) are not read: the cross-walks themselves are.

use super::{
    RowIter, flag, layer, owned, refused,
    source_file::{FileError, ReadError, SourceFile},
    tsv::{Column, TsvReader, TsvRow},
};
use crate::{
    catalogue::import::{Candidate, DonorDraft},
    domain::{
        cell_line::{
            Derivation, DiseaseBasis, GeneticModification, LineDisease, LineFacts, LineKind,
            ModificationKind, Parent, ParentRelation,
        },
        donor::{DonorFacts, Sex},
        identifier::{self, ExternalId},
        names::{Name, NameKind},
        record::{AnyDraft, Draft, Flag},
        term::{Key, Reference, Term},
    },
};

const SOURCE: &str = "hpscreg-clo";

const COLUMNS: &[Column] = &[
    Column::required("clo_id"),
    Column::required("hpscreg_name"),
    Column::required("line_type"),
    Column::optional("donor_clo_id"),
    Column::optional("donor_biosample"),
    Column::optional("donor_sex"),
    Column::optional("donor_disease_ids"),
    Column::optional("donor_disease_labels"),
    Column::optional("model_disease_ids"),
    Column::optional("tissue_ids"),
    Column::optional("tissue_labels"),
    Column::optional("cell_ids"),
    Column::optional("cell_labels"),
    Column::optional("parent_line_clo_id"),
    Column::optional("parent_line_name"),
    Column::optional("gene_rel"),
    Column::optional("cvcl"),
    Column::optional("mondo_ids"),
    Column::optional("mondo_labels"),
];

pub(super) fn rows(file: SourceFile) -> Result<(RowIter, Vec<String>), FileError> {
    let reader = TsvReader::new(file, COLUMNS)?;
    let unknown = owned(reader.unknown_columns());
    Ok((Box::new(reader.map(|row| row.and_then(|row| Row(row).candidate()))), unknown))
}

struct Row(TsvRow);

impl Row {
    fn cell(&self, name: &str) -> &str {
        self.0.get(name).unwrap_or_default().trim()
    }

    fn list(&self, name: &str) -> Vec<&str> {
        self.cell(name).split('|').map(str::trim).filter(|part| !part.is_empty()).collect()
    }

    fn candidate(&self) -> Result<Candidate, ReadError> {
        let (name, clo) = (self.cell("hpscreg_name"), self.cell("clo_id"));
        if name.is_empty() {
            let message = "the row has no hPSCreg name; give the line's name";
            return Err(refused(self.0.line, clo, "hpscreg_name", message));
        }
        let mut flags = Vec::new();
        let facts = self.line(&mut flags)?;
        let draft = AnyDraft::CellLine(Draft::of(layer(SOURCE, name, facts, flags)));
        Ok(Candidate::new(self.0.line, name, draft).with_donor(self.donor()?))
    }

    fn line(&self, flags: &mut Vec<Flag>) -> Result<LineFacts, ReadError> {
        let name = self.cell("hpscreg_name");
        let id = |scheme, column| {
            Some(self.cell(column)).filter(|v| !v.is_empty()).map(|v| ExternalId::new(scheme, v))
        };
        let line_kind = match self.cell("line_type") {
            "iPSC" => Some(LineKind::Ipsc),
            "ESC" => Some(LineKind::Esc),
            "" => None,
            other => {
                flags.push(flag("line_type", other, "neither iPSC nor ESC"));
                None
            }
        };
        Ok(LineFacts {
            line_kind,
            // hPSCreg registers human lines only.
            species: Term::new(Some("NCBITaxon:9606"), Some("Homo sapiens")).into_iter().collect(),
            names: vec![Name::new(NameKind::Registry, name)],
            external_ids: [("hpscreg", "hpscreg_name"), ("clo", "clo_id"), ("cellosaurus", "cvcl")]
                .into_iter()
                .filter_map(|(scheme, column)| id(scheme, column))
                .collect(),
            donor: self.donor_reference(),
            parents: self.parents(),
            derivation: self.derivation(),
            diseases: self.diseases()?,
            modifications: self.modifications(),
            ..LineFacts::default()
        })
    }

    fn parents(&self) -> Vec<Parent> {
        let (name, clo) = (self.cell("parent_line_name"), self.cell("parent_line_clo_id"));
        if name.is_empty() && clo.is_empty() {
            return Vec::new();
        }
        // Some parents are terms of the ontology outside hPSCreg, and their label is no hPSCreg name.
        let ids = [ExternalId::new("hpscreg", name), ExternalId::new("clo", clo)];
        let keys = ids.iter().filter(|id| id.problem().is_none()).map(ExternalId::key).collect();
        let line = Reference { keys, label: None }.labelled(name);
        vec![Parent { line, relation: ParentRelation::DerivedFrom }]
    }

    fn derivation(&self) -> Option<Derivation> {
        let term = |ids, labels| {
            let id = identifier::curie(self.cell(ids)).map(|key| key.value);
            let id = id.or_else(|| Some(self.cell(ids).replacen('_', ":", 1)));
            Term::new(id.as_deref(), Some(self.cell(labels)))
        };
        let (tissue, cell_type) =
            (term("tissue_ids", "tissue_labels"), term("cell_ids", "cell_labels"));
        let stated = tissue.is_some() || cell_type.is_some();
        stated.then(|| Derivation { tissue, cell_type, ..Derivation::default() })
    }

    /// The donor's diseases with their MONDO ids, which stand in the same order, and those the line models.
    fn diseases(&self) -> Result<Vec<LineDisease>, ReadError> {
        let of = |disease, basis| LineDisease { disease, basis };
        let patient = self.donor_diseases()?.into_iter();
        let patient = patient.map(|disease| of(disease, DiseaseBasis::PatientDerived));
        let model = self.list("model_disease_ids").into_iter().map(term_reference);
        let model = model.map(|disease| of(disease, DiseaseBasis::EngineeredModel));
        Ok(patient.chain(model).collect())
    }

    fn donor_diseases(&self) -> Result<Vec<Reference>, ReadError> {
        let (ids, labels) = (self.list("donor_disease_ids"), self.list("donor_disease_labels"));
        let mondo = self.list("mondo_ids");
        if !mondo.is_empty() && mondo.len() != ids.len() {
            let message = format!(
                "{} MONDO ids stand against {} diseases of the donor; give one for each, in the same order",
                mondo.len(),
                ids.len()
            );
            return Err(refused(self.0.line, self.cell("hpscreg_name"), "mondo_ids", message));
        }
        let disease = |(at, id): (usize, &str)| {
            let mut reference = term_reference(id);
            if let Some(mondo) = mondo.get(at) {
                reference.keys.insert(0, Key::new("mondo", mondo));
            }
            reference.labelled(labels.get(at).copied().unwrap_or_default())
        };
        Ok(ids.into_iter().enumerate().map(disease).collect())
    }

    /// The file names a gene and a relation of the ontology; what was done to the gene it does not say in words.
    fn modifications(&self) -> Vec<GeneticModification> {
        let modification = |text: &str| {
            let (relation, gene) = text.split_once(':').unwrap_or(("", text));
            GeneticModification {
                kind: ModificationKind::Unspecified,
                gene: Term::new(Some(&gene.replacen('_', ":", 1)), None),
                method: None,
                description: Some(relation.to_owned()).filter(|relation| !relation.is_empty()),
            }
        };
        self.list("gene_rel").into_iter().map(modification).collect()
    }

    fn donor_ids(&self) -> Vec<ExternalId> {
        let columns = [("biosamples", "donor_biosample"), ("clo_donor", "donor_clo_id")];
        let stated = columns.into_iter().filter(|(_, column)| !self.cell(column).is_empty());
        stated.map(|(scheme, column)| ExternalId::new(scheme, self.cell(column))).collect()
    }

    fn donor_reference(&self) -> Option<Reference> {
        let keys: Vec<Key> = self.donor_ids().iter().map(ExternalId::key).collect();
        (!keys.is_empty()).then_some(Reference { keys, label: None })
    }

    fn donor(&self) -> Result<Option<DonorDraft>, ReadError> {
        let external_ids = self.donor_ids();
        let Some(key) = external_ids.last().map(|id| id.value.clone()) else { return Ok(None) };
        let mut flags = Vec::new();
        let sex = match self.cell("donor_sex") {
            "female" => Some(Sex::Female),
            "male" => Some(Sex::Male),
            "" => None,
            other => {
                flags.push(flag("donor_sex", other, "neither female nor male; kept as unknown"));
                None
            }
        };
        let facts = DonorFacts {
            external_ids,
            species: Term::new(Some("NCBITaxon:9606"), Some("Homo sapiens")).into_iter().collect(),
            sex,
            diseases: self.donor_diseases()?,
            ..DonorFacts::default()
        };
        let draft = Draft::of(layer(SOURCE, &key, facts, flags));
        Ok(Some(DonorDraft { draft, same: Vec::new() }))
    }
}

/// A term of a terminology we know becomes its key; any other is kept by what the source calls it.
fn term_reference(id: &str) -> Reference {
    match identifier::curie(id) {
        Some(key) => Reference { keys: vec![key], label: None },
        None => Reference { keys: Vec::new(), label: Some(id.to_owned()) },
    }
}
