//! The facets: the questions by which lists and searches are narrowed, each with stable codes as answers.

use chrono::NaiveDate;

use super::{
    cell_line::LineFacts,
    cord_blood::{
        code::{Answer, Purpose},
        count,
        facts::UnitFacts,
    },
    disease::DiseaseFacts,
    donor::DonorFacts,
    record::{AnyRecord, Record},
    term::{Reference, Term},
};

/// A facet. Its values are codes (`ipsc`, `NCBITaxon:9606`, `MONDO:0005180`, `shitei:6`); labels are added for
/// the reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Facet {
    Species,
    Kind,
    CatalogueClass,
    /// The disease as the source names it and, where it is known here, with all its ancestors.
    Disease,
    /// 指定難病 and 小児慢性特定疾病 numbers of the disease and its ancestors.
    Notification,
    DonorSex,
    AgeBand,
    SourceTissue,
    SourceCellType,
    VectorType,
    EditedGene,
    Organization,
    Country,
    SourceRegistry,
    /// Of a cord-blood unit.
    Abo,
    /// Of a cord-blood unit.
    RhD,
    /// Total nucleated cells of a cord-blood unit, in bands.
    Tnc,
    /// CD34+ cells of a cord-blood unit, in bands.
    Cd34,
    /// Whether a cord-blood unit is offered for transplantation.
    Transplant,
    /// What a cord-blood unit is held for, with consent.
    HeldFor,
    /// What banks say of lots and holdings today.
    Availability,
    /// Who holds the line or keeps the lot.
    HoldingBank,
    /// Notices that hold today.
    Notice,
    /// Standards that a lot meets which can be ordered today.
    MeetsStandard,
    /// Tests on record.
    Tested,
}

impl Facet {
    pub const ALL: [Self; 25] = [
        Self::Species,
        Self::Kind,
        Self::CatalogueClass,
        Self::Disease,
        Self::Notification,
        Self::DonorSex,
        Self::AgeBand,
        Self::SourceTissue,
        Self::SourceCellType,
        Self::VectorType,
        Self::EditedGene,
        Self::Organization,
        Self::Country,
        Self::SourceRegistry,
        Self::Abo,
        Self::RhD,
        Self::Tnc,
        Self::Cd34,
        Self::Transplant,
        Self::HeldFor,
        Self::Availability,
        Self::HoldingBank,
        Self::Notice,
        Self::MeetsStandard,
        Self::Tested,
    ];

    /// The stable code, as in tables and addresses.
    pub fn code(self) -> &'static str {
        match self {
            Self::Species => "species",
            Self::Kind => "kind",
            Self::CatalogueClass => "catalogue_class",
            Self::Disease => "disease",
            Self::Notification => "notification",
            Self::DonorSex => "donor_sex",
            Self::AgeBand => "age_band",
            Self::SourceTissue => "source_tissue",
            Self::SourceCellType => "source_cell_type",
            Self::VectorType => "vector_type",
            Self::EditedGene => "edited_gene",
            Self::Organization => "organization",
            Self::Country => "country",
            Self::SourceRegistry => "source_registry",
            Self::Abo => "abo",
            Self::RhD => "rhd",
            Self::Tnc => "tnc",
            Self::Cd34 => "cd34",
            Self::Transplant => "transplant",
            Self::HeldFor => "held_for",
            Self::Availability => "availability",
            Self::HoldingBank => "holding_bank",
            Self::Notice => "notice",
            Self::MeetsStandard => "meets_standard",
            Self::Tested => "tested",
        }
    }

    /// Whether lines are found by what their lots, holdings, tests and notices come to. No record bears such a code for
    /// another; documents gather them.
    pub fn is_of_stock(self) -> bool {
        matches!(
            self,
            Self::Availability
                | Self::HoldingBank
                | Self::Notice
                | Self::MeetsStandard
                | Self::Tested
        )
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|facet| facet.code() == code)
    }
}

/// A code that a record bears by itself, with the label its source gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    pub facet: Facet,
    pub code: String,
    pub label: Option<String>,
}

impl Code {
    fn new(facet: Facet, code: impl Into<String>) -> Self {
        Self { facet, code: code.into(), label: None }
    }

    fn of_term(facet: Facet, term: &Term) -> Self {
        let label = term.label.clone().filter(|label| label != term.code());
        Self { facet, code: term.code().to_owned(), label }
    }
}

/// The codes a record bears by itself on a day. What it bears through its links is added where the links are known.
pub fn codes(record: &AnyRecord, today: NaiveDate) -> Vec<Code> {
    match record {
        AnyRecord::CellLine(line) => line_codes(line),
        AnyRecord::Donor(donor) => donor_codes(donor),
        AnyRecord::Disease(disease) => disease_codes(disease),
        AnyRecord::Organization(organization) => organization
            .country()
            .map(|country| Code::new(Facet::Country, country))
            .into_iter()
            .collect(),
        AnyRecord::CordBloodUnit(unit) => unit_codes(unit, today),
        AnyRecord::Notice(notice) => {
            let kind = notice.notice_kind().into_iter();
            kind.map(|kind| Code::new(Facet::Notice, kind.code())).collect()
        }
        AnyRecord::Batch(lot) => bank_codes(lot.first(|facts| facts.bank.as_ref())),
        AnyRecord::Holding(holding) => bank_codes(holding.first(|facts| facts.bank.as_ref())),
        AnyRecord::Publication(_)
        | AnyRecord::QcResult(_)
        | AnyRecord::Sample(_)
        | AnyRecord::Certificate(_)
        | AnyRecord::Distribution(_) => Vec::new(),
    }
}

fn line_codes(line: &Record<LineFacts>) -> Vec<Code> {
    let term = |facet| move |term: &Term| Code::of_term(facet, term);
    let species = line.species().into_iter().map(term(Facet::Species));
    let kind = line.line_kind().map(|kind| Code::new(Facet::Kind, kind.code()));
    let classes = line.classes().into_iter().map(|c| Code::new(Facet::CatalogueClass, c.code()));
    let tissue = line.origin(|d| d.tissue.as_ref()).map(term(Facet::SourceTissue));
    let cell_type = line.origin(|d| d.cell_type.as_ref()).map(term(Facet::SourceCellType));
    let vector = line.derivation(|d| d.vector_type.as_ref());
    let vector = vector.map(|vector| Code::new(Facet::VectorType, vector.code()));
    let genes =
        line.edited_genes().into_iter().map(|gene| Code::new(Facet::EditedGene, gene.text()));
    let organizations = line.all(|facts| &facts.organizations);
    let countries = organizations.iter().filter_map(|organization| organization.country.as_ref());
    let countries = countries.map(|country| Code::new(Facet::Country, country.as_str()));
    let organizations = organizations.iter().map(|organization| Code {
        facet: Facet::Organization,
        code: organization.organization.code().to_owned(),
        label: organization.organization.label.clone(),
    });
    let diseases = line.all(|facts| &facts.diseases).into_iter().map(|disease| Code {
        facet: Facet::Disease,
        code: disease.disease.code().to_owned(),
        label: disease.disease.label.clone(),
    });
    let sources = line.layers.iter().map(|layer| layer.source.as_str());
    let sources = sources.map(|source| Code::new(Facet::SourceRegistry, source));
    species
        .chain(kind)
        .chain(classes)
        .chain(tissue)
        .chain(cell_type)
        .chain(vector)
        .chain(genes)
        .chain(organizations)
        .chain(countries)
        .chain(diseases)
        .chain(sources)
        .collect()
}

fn donor_codes(donor: &Record<DonorFacts>) -> Vec<Code> {
    let sex = donor.sex().map(|sex| Code::new(Facet::DonorSex, sex.code()));
    let band = donor.age_band().map(|band| Code::new(Facet::AgeBand, band.code()));
    sex.into_iter().chain(band).collect()
}

fn bank_codes(bank: Option<&Reference>) -> Vec<Code> {
    let code = |bank: &Reference| Code {
        facet: Facet::HoldingBank,
        code: bank.code().to_owned(),
        label: bank.label.clone(),
    };
    bank.map(code).into_iter().collect()
}

fn unit_codes(unit: &Record<UnitFacts>, today: NaiveDate) -> Vec<Code> {
    let screened = unit.screened(today);
    let consented = |purpose: &&Purpose| unit.consent_today(**purpose, today).answer == Answer::Yes;
    let held = Purpose::ALL.iter().filter(consented);
    let held = held.map(|purpose| Code::new(Facet::HeldFor, purpose.code()));
    let state = screened.transplant.map(|state| Code::new(Facet::Transplant, state.code()));
    screened
        .abo
        .map(|abo| Code::new(Facet::Abo, abo.code()))
        .into_iter()
        .chain(screened.rhd.map(|rhd| Code::new(Facet::RhD, rhd.code())))
        .chain(screened.tnc.map(|tnc| Code::new(Facet::Tnc, count::TNC.of(tnc))))
        .chain(screened.cd34.map(|cd34| Code::new(Facet::Cd34, count::CD34.of(cd34))))
        .chain(state)
        .chain(held)
        .collect()
}

fn disease_codes(disease: &Record<DiseaseFacts>) -> Vec<Code> {
    let own = Code::new(Facet::Disease, disease.accession.as_str());
    let ancestors = disease.ancestors().into_iter().map(|(id, _)| Code::new(Facet::Disease, id));
    let numbers = disease.notifications().into_iter();
    let numbers = numbers.map(|number| Code::new(Facet::Notification, number.code()));
    std::iter::once(own).chain(ancestors).chain(numbers).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_facet_stands_at_its_place_and_reads_back() {
        for (place, facet) in Facet::ALL.into_iter().enumerate() {
            assert_eq!(facet as usize, place, "indexes count columns by place");
            assert_eq!(Facet::parse(facet.code()), Some(facet));
        }
    }
}
