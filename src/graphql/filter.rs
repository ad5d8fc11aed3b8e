//! Filters as clients write them, and the condition they stand for. A filter that cannot be meant (an empty
//! choice, a code that no record can bear, too deep a nesting) is refused with what would be right.

mod unit;

use std::collections::BTreeSet;

use async_graphql::{InputObject, Result};
use chrono::{DateTime, Utc};

pub use self::unit::{CordBloodUnitFilter, CountFilter, UnitConsentFilter};
use super::error::ErrorCode;
use crate::domain::{
    age::AgeBand,
    availability::Availability,
    cell_line::{CatalogueClass, LineKind, VectorType},
    donor::Sex,
    facet::Facet,
    filter::{Comparison, Condition, MAX_DEPTH, MAX_LEAVES},
    identifier,
    names::fold,
    notice::NoticeKind,
    qc::test_code::TestCode,
};

/// Items in one list of an input.
pub(super) const MAX_INPUT_LIST: usize = 100;

/// A condition on codes. Everything that is given must hold.
#[derive(Debug, Clone, Default, InputObject)]
pub struct CodeFilter {
    /// Bears this code.
    eq: Option<String>,
    /// Bears one of these codes, at most 100.
    #[graphql(name = "in")]
    among: Option<Vec<String>>,
    /// Bears no code at all (true), or some code (false).
    is_null: Option<bool>,
}

/// A condition on names. Case, width, spaces and punctuation make no difference.
#[derive(Debug, Clone, Default, InputObject)]
pub struct NameFilter {
    /// Bears this name.
    eq: Option<String>,
    /// Bears a name that begins so.
    starts_with: Option<String>,
}

/// A condition on a time. Everything that is given must hold.
#[derive(Debug, Clone, Copy, Default, InputObject)]
pub struct TimeFilter {
    /// At this time exactly.
    eq: Option<DateTime<Utc>>,
    /// After this time.
    gt: Option<DateTime<Utc>>,
    /// At this time or after it.
    gte: Option<DateTime<Utc>>,
    /// Before this time.
    lt: Option<DateTime<Utc>>,
    /// At this time or before it.
    lte: Option<DateTime<Utc>>,
}

/// What cell lines are narrowed by. Everything that is given must hold. At most 4 levels of `and`, `or` and `not`
/// and 64 conditions in all.
#[derive(Debug, Clone, Default, InputObject)]
pub struct CellLineFilter {
    /// All of these hold.
    and: Option<Vec<CellLineFilter>>,
    /// At least one of these holds.
    or: Option<Vec<CellLineFilter>>,
    /// This does not hold.
    not: Option<Box<CellLineFilter>>,
    /// Kind of line: `ipsc`, `esc`, `cancer` …
    kind: Option<CodeFilter>,
    /// Species: `NCBITaxon:9606`.
    species: Option<CodeFilter>,
    /// Class in the catalogue: `disease_specific`, `hla_homozygous` …
    class: Option<CodeFilter>,
    /// Disease on the line, by MONDO id; kinds of it count too.
    disease: Option<CodeFilter>,
    /// Number in a list of the Japanese state that the disease on the line corresponds to: `shitei:6`.
    notification: Option<CodeFilter>,
    /// Sex of the donor: `female`, `male`, `mixed`, `ambiguous`.
    donor_sex: Option<CodeFilter>,
    /// Age band of the donor at sampling: `newborn`, `35-39`, `90+`.
    age_band: Option<CodeFilter>,
    /// Tissue of origin: `UBERON:0002097`.
    source_tissue: Option<CodeFilter>,
    /// Cell type of origin: `CL:0000057`.
    source_cell_type: Option<CodeFilter>,
    /// Reprogramming vector: `integrating`, `non_integrating`, `vector_free`.
    vector_type: Option<CodeFilter>,
    /// Symbol of a gene that was changed on purpose.
    edited_gene: Option<CodeFilter>,
    /// Organization that made, deposited, holds, distributes or owns the line, by its code.
    organization: Option<CodeFilter>,
    /// Country as the source names it.
    country: Option<CodeFilter>,
    /// Registry or catalogue that speaks of the line: `cellosaurus`, `riken-brc`.
    source_registry: Option<CodeFilter>,
    /// Any name of the line.
    name: Option<NameFilter>,
    /// Has an identifier in this scheme: `hpscreg`.
    has_identifier_in: Option<String>,
    /// Time of the last change.
    updated_at: Option<TimeFilter>,
    /// Whether a patient gave the cells, or the disease was engineered into them.
    disease_specific: Option<bool>,
}

/// What diseases are narrowed by. Everything that is given must hold.
#[derive(Debug, Clone, Default, InputObject)]
pub struct DiseaseFilter {
    /// Any name of the disease, in any language.
    name: Option<NameFilter>,
    /// The disease with this MONDO id or a kind of it.
    mondo: Option<CodeFilter>,
    /// A disease with this number in a list of the Japanese state, or a kind of it: `shitei:6`.
    notification: Option<CodeFilter>,
    /// Has an identifier in this scheme: `omim`.
    has_identifier_in: Option<String>,
    /// Time of the last change.
    updated_at: Option<TimeFilter>,
}

/// What organizations are narrowed by. Everything that is given must hold.
#[derive(Debug, Clone, Default, InputObject)]
pub struct OrganizationFilter {
    /// Any name of the organization, in any language.
    name: Option<NameFilter>,
    /// Country, by its two letters in ISO 3166-1.
    country: Option<CodeFilter>,
    /// Has an identifier in this scheme: `ror`.
    has_identifier_in: Option<String>,
    /// Time of the last change.
    updated_at: Option<TimeFilter>,
}

/// What notices are narrowed by. Everything that is given must hold.
#[derive(Debug, Clone, Default, InputObject)]
pub struct NoticeFilter {
    /// What it does: `caution`, `suspension`, `recall`, `discontinuation`, `correction`.
    kind: Option<CodeFilter>,
    /// Time of the last change.
    updated_at: Option<TimeFilter>,
}

impl CellLineFilter {
    pub(super) fn condition(self) -> Result<Condition> {
        bounded(all(self.parts(0)?))
    }

    /// The conditions that must all hold.
    fn parts(self, depth: usize) -> Result<Vec<Condition>> {
        if depth > MAX_DEPTH {
            return Err(too_deep());
        }
        let mut parts = self.combined(depth)?;
        for (facet, filter) in self.codes() {
            filter.add(facet, &mut parts)?;
        }
        if let Some(wanted) = self.disease_specific {
            let specific = CatalogueClass::DiseaseSpecific.code();
            let specific = Condition::facet(Facet::CatalogueClass, specific);
            parts.push(if wanted { specific } else { Condition::Not(Box::new(specific)) });
        }
        common(self.name, self.has_identifier_in, self.updated_at, &mut parts)?;
        Ok(parts)
    }

    /// What `and`, `or` and `not` ask for. A level of `and` is no level of its own: it joins what is around it.
    fn combined(&self, depth: usize) -> Result<Vec<Condition>> {
        let mut parts = Vec::new();
        for one in bounded_list("and", self.and.as_deref())? {
            parts.extend(one.clone().parts(depth + 1)?);
        }
        if self.or.is_some() {
            let any = bounded_list("or", self.or.as_deref())?.iter();
            let any = any.map(|one| Ok(all(one.clone().parts(depth + 1)?)));
            parts.push(Condition::Any(any.collect::<Result<_>>()?));
        }
        if let Some(not) = &self.not {
            let not = all(not.as_ref().clone().parts(depth + 1)?);
            parts.push(Condition::Not(Box::new(not)));
        }
        Ok(parts)
    }

    fn codes(&self) -> impl Iterator<Item = (Facet, &CodeFilter)> {
        let by_facet = [
            (Facet::Kind, &self.kind),
            (Facet::Species, &self.species),
            (Facet::CatalogueClass, &self.class),
            (Facet::Disease, &self.disease),
            (Facet::Notification, &self.notification),
            (Facet::DonorSex, &self.donor_sex),
            (Facet::AgeBand, &self.age_band),
            (Facet::SourceTissue, &self.source_tissue),
            (Facet::SourceCellType, &self.source_cell_type),
            (Facet::VectorType, &self.vector_type),
            (Facet::EditedGene, &self.edited_gene),
            (Facet::Organization, &self.organization),
            (Facet::Country, &self.country),
            (Facet::SourceRegistry, &self.source_registry),
        ];
        by_facet.into_iter().filter_map(|(facet, filter)| Some((facet, filter.as_ref()?)))
    }
}

impl DiseaseFilter {
    pub(super) fn condition(self) -> Result<Condition> {
        let mut parts = Vec::new();
        self.mondo.unwrap_or_default().add(Facet::Disease, &mut parts)?;
        self.notification.unwrap_or_default().add(Facet::Notification, &mut parts)?;
        common(self.name, self.has_identifier_in, self.updated_at, &mut parts)?;
        bounded(all(parts))
    }
}

impl NoticeFilter {
    pub(super) fn condition(self) -> Result<Condition> {
        let mut parts = Vec::new();
        self.kind.unwrap_or_default().add(Facet::Notice, &mut parts)?;
        common(None, None, self.updated_at, &mut parts)?;
        bounded(all(parts))
    }
}

impl OrganizationFilter {
    pub(super) fn condition(self) -> Result<Condition> {
        let mut parts = Vec::new();
        self.country.unwrap_or_default().add(Facet::Country, &mut parts)?;
        common(self.name, self.has_identifier_in, self.updated_at, &mut parts)?;
        bounded(all(parts))
    }
}

impl CodeFilter {
    fn add(&self, facet: Facet, parts: &mut Vec<Condition>) -> Result<()> {
        if let Some(code) = &self.eq {
            parts.push(Condition::Facet(facet, BTreeSet::from([checked(facet, code)?])));
        }
        if self.among.is_some() {
            let codes = bounded_list("in", self.among.as_deref())?.iter();
            let codes = codes.map(|code| checked(facet, code)).collect::<Result<_>>()?;
            parts.push(Condition::Facet(facet, codes));
        }
        if let Some(is_null) = self.is_null {
            parts.push(Condition::HasFacet(facet, !is_null));
        }
        Ok(())
    }
}

fn common(
    name: Option<NameFilter>,
    scheme: Option<String>,
    updated: Option<TimeFilter>,
    parts: &mut Vec<Condition>,
) -> Result<()> {
    let NameFilter { eq, starts_with } = name.unwrap_or_default();
    for (text, prefix) in [(eq, false), (starts_with, true)] {
        let Some(text) = text else { continue };
        let folded = fold(&text);
        if folded.is_empty() {
            return Err(ErrorCode::BadUserInput.error("a name to look for must not be empty"));
        }
        parts.push(Condition::Name { folded, prefix });
    }
    parts.extend(scheme.map(Condition::HasScheme));
    let updated = comparisons(updated.unwrap_or_default());
    parts.extend(updated.map(|(how, at)| Condition::Updated(how, at)));
    Ok(())
}

fn comparisons(times: TimeFilter) -> impl Iterator<Item = (Comparison, DateTime<Utc>)> {
    let TimeFilter { eq, gt, gte, lt, lte } = times;
    let comparisons = [
        (Comparison::Equal, eq),
        (Comparison::Greater, gt),
        (Comparison::GreaterOrEqual, gte),
        (Comparison::Less, lt),
        (Comparison::LessOrEqual, lte),
    ];
    comparisons.into_iter().filter_map(|(how, at)| Some((how, at?)))
}

/// The code in the form in which records bear it. In a closed set a code that no record can bear is refused.
pub(super) fn checked(facet: Facet, code: &str) -> Result<String> {
    let known: Vec<&str> = match facet {
        Facet::Kind => LineKind::ALL.iter().map(|one| one.code()).collect(),
        Facet::CatalogueClass => CatalogueClass::ALL.iter().map(|one| one.code()).collect(),
        Facet::DonorSex => Sex::ALL.iter().map(|one| one.code()).collect(),
        Facet::AgeBand => AgeBand::ALL.iter().map(|one| one.code()).collect(),
        Facet::VectorType => VectorType::ALL.iter().map(|one| one.code()).collect(),
        Facet::Notice => NoticeKind::ALL.iter().map(|one| one.code()).collect(),
        Facet::Availability => Availability::ALL.iter().map(|one| one.code()).collect(),
        Facet::Tested => TestCode::ALL.iter().map(|one| one.code()).collect(),
        Facet::Disease => return Ok(identifier::normalise("mondo", code)),
        _ => return Ok(code.to_owned()),
    };
    if known.contains(&code) {
        return Ok(code.to_owned());
    }
    let (facet, known) = (facet.code(), known.join(", "));
    Err(ErrorCode::BadUserInput.error(format!("`{code}` is no code of {facet}; there are {known}")))
}

/// The items of a list in an input, where it is not too long.
pub(super) fn bounded_list<'a, T>(argument: &str, items: Option<&'a [T]>) -> Result<&'a [T]> {
    let items = items.unwrap_or_default();
    if items.len() > MAX_INPUT_LIST {
        let message =
            format!("`{argument}` holds {} items; give at most {MAX_INPUT_LIST}", items.len());
        return Err(ErrorCode::BadUserInput.error(message));
    }
    Ok(items)
}

fn all(mut parts: Vec<Condition>) -> Condition {
    if parts.len() == 1 { parts.remove(0) } else { Condition::All(parts) }
}

fn bounded(condition: Condition) -> Result<Condition> {
    let (depth, leaves) = condition.size();
    if depth > MAX_DEPTH {
        return Err(too_deep());
    }
    if leaves > MAX_LEAVES {
        let message = format!("the filter has {leaves} conditions; use at most {MAX_LEAVES}");
        return Err(ErrorCode::BadUserInput.error(message));
    }
    Ok(condition)
}

fn too_deep() -> async_graphql::Error {
    let message = format!("the filter nests too deeply; use at most {MAX_DEPTH} levels");
    ErrorCode::BadUserInput.error(message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(code: &str) -> CellLineFilter {
        let kind = CodeFilter { eq: Some(code.to_owned()), ..CodeFilter::default() };
        CellLineFilter { kind: Some(kind), ..CellLineFilter::default() }
    }

    #[test]
    fn an_empty_filter_keeps_everything_and_one_condition_stands_alone() {
        let empty = CellLineFilter::default().condition().unwrap();
        assert_eq!(empty, Condition::everything());
        assert_eq!(kind("ipsc").condition().unwrap(), Condition::facet(Facet::Kind, "ipsc"));
    }

    #[test]
    fn a_code_outside_a_closed_set_is_refused_with_the_codes_there_are() {
        let error = kind("ips").condition().unwrap_err();
        assert!(error.message.contains("`ips` is no code of kind; there are ipsc, esc"));
    }

    #[test]
    fn the_bounds_are_refused_by_name() {
        let mut deep = kind("ipsc");
        for _ in 0..=MAX_DEPTH {
            deep = CellLineFilter { not: Some(Box::new(deep)), ..CellLineFilter::default() };
        }
        assert!(deep.condition().unwrap_err().message.contains("at most 4 levels"));
        let wide = CellLineFilter { or: Some(vec![kind("ipsc"); 65]), ..CellLineFilter::default() };
        assert!(wide.condition().unwrap_err().message.contains("at most 64"));
        let long =
            CellLineFilter { or: Some(vec![kind("ipsc"); 101]), ..CellLineFilter::default() };
        assert!(long.condition().unwrap_err().message.contains("at most 100"));
    }

    #[test]
    fn a_disease_is_asked_by_its_normal_id() {
        assert_eq!(checked(Facet::Disease, "mondo_0005180").unwrap(), "MONDO:0005180");
    }
}
