//! Cellosaurus entries: what each line of the native format says of a line and of its donor.

use super::{
    RowIter,
    cellosaurus_flat::{CellosaurusReader, Comment, Entry, StrBlock, StrReading},
    flag, layer, refused,
    source_file::{FileError, ReadError, SourceFile},
};
use crate::{
    catalogue::import::{Candidate, DonorDraft},
    domain::{
        age::Age,
        cell_line::{
            Derivation, DiseaseBasis, GeneticModification, LineDisease, LineFacts, LineKind,
            LineOrganization, ModificationKind, Note, OrganizationRole, Parent, ParentRelation,
            Variant,
        },
        donor::{DonorFacts, Sex},
        hgvs,
        identifier::{ExternalId, IdStatus},
        lang::Lang,
        names::{Name, NameKind, fold},
        record::{AnyDraft, Draft, Flag},
        str_profile::StrProfile,
        term::{Key, Reference, Term},
    },
};

const SOURCE: &str = "cellosaurus";

pub(super) fn rows(file: SourceFile) -> Result<RowIter, FileError> {
    let reader = CellosaurusReader::new(file)?;
    Ok(Box::new(reader.map(|entry| entry.and_then(|entry| candidate(&entry)))))
}

fn candidate(entry: &Entry) -> Result<Candidate, ReadError> {
    let accession = ExternalId::new(SOURCE, entry.accession.clone());
    if let Some(problem) = accession.problem() {
        let message = format!("`{}` is {problem}", entry.accession);
        return Err(refused(entry.line, &entry.id, "AC", message));
    }
    let mut flags = Vec::new();
    let facts = line(entry, &mut flags);
    let draft = AnyDraft::CellLine(Draft::of(layer(SOURCE, &entry.accession, facts, flags)));
    Ok(Candidate::new(entry.line, entry.id.clone(), draft).with_donor(donor(entry)))
}

fn line(entry: &Entry, flags: &mut Vec<Flag>) -> LineFacts {
    let mut facts = LineFacts {
        line_kind: entry.category.as_deref().and_then(|category| kind(category, flags)),
        species: species(entry),
        names: names(entry),
        external_ids: external_ids(entry),
        donor: has_donor(entry).then(|| donor_reference(&entry.accession)),
        parents: entry.parents.iter().map(parent).collect(),
        diseases: diseases(entry)
            .map(|disease| LineDisease { disease, basis: DiseaseBasis::PatientDerived })
            .collect(),
        str_profiles: entry
            .str_profiles
            .iter()
            .flat_map(|block| str_profiles(block, flags))
            .collect(),
        publications: entry.references.iter().map(publication).collect(),
        web_pages: entry.web_pages.clone(),
        ..LineFacts::default()
    };
    for comment in &entry.comments {
        add_comment(&mut facts, entry, comment);
    }
    facts
}

fn kind(category: &str, flags: &mut Vec<Flag>) -> Option<LineKind> {
    let named = |kind: &&LineKind| {
        let short = |text: &str| fold(text.trim_end_matches("cell line").trim());
        short(kind.label(Lang::En)) == short(category)
    };
    let found = LineKind::ALL.iter().find(named).copied();
    if found.is_none() {
        flags.push(flag("CA", category, "a category that is not known here; kept as unknown"));
    }
    found
}

fn species(entry: &Entry) -> Vec<Term> {
    let term = |(taxon, name): &(String, String)| {
        Term::new(Some(&format!("NCBITaxon:{taxon}")), Some(name.as_str()))
    };
    entry.species.iter().filter_map(term).collect()
}

fn names(entry: &Entry) -> Vec<Name> {
    let misspelled = entry.comments.iter().filter(|comment| comment.topic == "Misspelling");
    let misspelled = misspelled.map(|c| c.text.split(';').next().unwrap_or_default().trim());
    std::iter::once(Name::new(NameKind::Primary, entry.id.clone()))
        .chain(entry.synonyms.iter().map(|s| Name::new(NameKind::Synonym, s.clone())))
        .chain(misspelled.map(|text| Name::new(NameKind::Misspelling, text)))
        .collect()
}

/// Cellosaurus' names of databases where ours differ; any other is used in lower case, without punctuation.
fn scheme(database: &str) -> String {
    match database {
        "RCB" => "riken_brc".to_owned(),
        "BioSample" => "biosamples".to_owned(),
        "HipSci" | "HPSI" => "hipsci".to_owned(),
        other => other
            .to_lowercase()
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
            .collect(),
    }
}

fn external_ids(entry: &Entry) -> Vec<ExternalId> {
    let gone: Vec<(String, &str)> = entry
        .comments
        .iter()
        .filter(|c| c.topic == "Discontinued")
        .filter_map(discontinued)
        .collect();
    let reference = |(database, value): &(String, String)| {
        let scheme = scheme(database);
        let is_gone = gone.iter().any(|(s, v)| *s == scheme && v == value);
        let status = if is_gone { IdStatus::Discontinued } else { IdStatus::Current };
        ExternalId::new(&scheme, value.clone()).with_status(status)
    };
    let secondary = |accession: &String| {
        ExternalId::new(SOURCE, accession.clone()).with_status(IdStatus::Secondary)
    };
    std::iter::once(ExternalId::new(SOURCE, entry.accession.clone()))
        .chain(entry.secondary.iter().map(secondary))
        .chain(entry.xrefs.iter().map(reference))
        .collect()
}

/// `RCB; HPS0001; true.`: only what the entry says for certain changes the identifier's status.
fn discontinued(comment: &Comment) -> Option<(String, &str)> {
    let mut parts = comment.text.trim_end_matches('.').split(';').map(str::trim);
    let (database, value, certain) = (parts.next()?, parts.next()?, parts.next()?);
    (certain == "true").then(|| (scheme(database), value))
}

fn parent((accession, name): &(String, String)) -> Parent {
    let line = Reference::to(SOURCE, accession).labelled(name);
    Parent { line, relation: ParentRelation::DerivedFrom }
}

fn diseases(entry: &Entry) -> impl Iterator<Item = Reference> {
    entry.diseases.iter().map(|(database, id, label)| {
        let scheme = if database == "ORDO" { "orphanet".to_owned() } else { scheme(database) };
        Reference::to(&scheme, id).labelled(label)
    })
}

fn publication((kind, value): &(String, String)) -> Reference {
    let scheme = match kind.as_str() {
        "PubMed" => "pmid".to_owned(),
        other => scheme(other),
    };
    Reference::to(&scheme, value)
}

/// The block as one profile, and each source that reports a marker differently as a profile of its own.
fn str_profiles(block: &StrBlock, flags: &mut Vec<Flag>) -> Vec<StrProfile> {
    let main = StrProfile { sources: block.sources.clone(), ..StrProfile::default() };
    let mut profiles = vec![main];
    for (marker, value) in &block.markers {
        for reading in StrReading::parse_all(value) {
            let at = if reading.sources.is_empty() {
                0
            } else {
                profiles.iter().skip(1).position(|p| p.sources == reading.sources).map_or_else(
                    || {
                        let sources = reading.sources.clone();
                        profiles.push(StrProfile { sources, ..StrProfile::default() });
                        profiles.len() - 1
                    },
                    |at| at + 1,
                )
            };
            if let Err(error) = profiles[at].insert(marker, &reading.alleles) {
                flags.push(flag(&format!("ST {marker}"), value, error.to_string()));
            }
        }
    }
    profiles.retain(|profile| !profile.markers.is_empty());
    profiles
}

fn add_comment(facts: &mut LineFacts, entry: &Entry, comment: &Comment) {
    let text = comment.text.as_str();
    match comment.topic.as_str() {
        "Misspelling" | "Population" => {}
        "From" => facts.organizations.push(from(text)),
        "HLA typing" => facts.hla_typings.push(text.to_owned()),
        "Karyotypic information" => facts.karyotypes.push(text.to_owned()),
        "Sequence variation" => facts.variants.push(variant(text)),
        "Knockout cell" => facts.modifications.push(modification(ModificationKind::KnockOut, text)),
        "Transfected with" | "Genetic integration" => {
            facts.modifications.push(modification(ModificationKind::TransgeneExpression, text));
        }
        "Derived from sampling site" | "Derived from site" => {
            let tissue = Term::new(None, Some(text.trim_end_matches('.')));
            let derivation = facts.derivation.get_or_insert_with(Derivation::default);
            derivation.tissue = derivation.tissue.take().or(tissue);
        }
        "Discontinued"
            if discontinued(comment).is_some_and(|gone| names_a_reference(entry, &gone)) => {}
        topic => facts.notes.push(Note { topic: topic.to_owned(), text: text.to_owned() }),
    }
}

fn names_a_reference(entry: &Entry, (gone_scheme, gone): &(String, &str)) -> bool {
    entry.xrefs.iter().any(|(database, value)| scheme(database) == *gone_scheme && value == gone)
}

/// `Harvard University; Boston; USA.`
fn from(text: &str) -> LineOrganization {
    let parts: Vec<&str> = text.trim_end_matches('.').split(';').map(str::trim).collect();
    let country = parts.get(1..).and_then(<[&str]>::last).map(|country| country_code(country));
    LineOrganization {
        organization: Reference::default().labelled(parts[0]),
        role: OrganizationRole::Generator,
        country,
    }
}

/// ISO 3166-1 alpha-2 for the countries as Cellosaurus writes them; any other as written.
fn country_code(name: &str) -> String {
    const CODES: &[(&str, &str)] = &[
        ("Australia", "AU"),
        ("Austria", "AT"),
        ("Belgium", "BE"),
        ("Brazil", "BR"),
        ("Canada", "CA"),
        ("China", "CN"),
        ("Czech Republic", "CZ"),
        ("Denmark", "DK"),
        ("Finland", "FI"),
        ("France", "FR"),
        ("Germany", "DE"),
        ("Hungary", "HU"),
        ("India", "IN"),
        ("Iran", "IR"),
        ("Ireland", "IE"),
        ("Israel", "IL"),
        ("Italy", "IT"),
        ("Japan", "JP"),
        ("Korea", "KR"),
        ("South Korea", "KR"),
        ("Netherlands", "NL"),
        ("New Zealand", "NZ"),
        ("Norway", "NO"),
        ("Poland", "PL"),
        ("Portugal", "PT"),
        ("Russia", "RU"),
        ("Saudi Arabia", "SA"),
        ("Singapore", "SG"),
        ("Spain", "ES"),
        ("Sweden", "SE"),
        ("Switzerland", "CH"),
        ("Taiwan", "TW"),
        ("Thailand", "TH"),
        ("Turkey", "TR"),
        ("UK", "GB"),
        ("United Kingdom", "GB"),
        ("USA", "US"),
    ];
    let code = CODES.iter().find(|(country, _)| *country == name).map(|(_, code)| *code);
    code.unwrap_or(name).to_owned()
}

fn variant(text: &str) -> Variant {
    let zygosity = ["Homozygous", "Heterozygous", "Hemizygous", "Mosaic"];
    let zygosity = zygosity.into_iter().find(|zygosity| text.starts_with(zygosity));
    Variant {
        text: text.to_owned(),
        hgvs: hgvs::read(text),
        zygosity: zygosity.map(ToOwned::to_owned),
    }
}

/// `Method=CRISPR/Cas9; HGNC; 5173; HRAS (with p.Gly12Val).`: method, registry, number, symbol.
fn modification(kind: ModificationKind, text: &str) -> GeneticModification {
    let mut parts: Vec<&str> = text.trim_end_matches('.').split(';').map(str::trim).collect();
    let method =
        parts.first().and_then(|first| first.strip_prefix("Method=")).map(ToOwned::to_owned);
    if method.is_some() {
        parts.remove(0);
    }
    let gene = match parts.as_slice() {
        [registry, number, symbol, ..] => {
            let id = if number.contains(':') {
                (*number).to_owned()
            } else {
                format!("{registry}:{number}")
            };
            let symbol = symbol.split(" (").next().unwrap_or(symbol);
            Term::new(Some(&id), Some(symbol))
        }
        _ => None,
    };
    GeneticModification { kind, gene, method, description: Some(text.to_owned()) }
}

/// Only a line of one species comes from one individual, and only a stated sex or age tells anything of it. A
/// hybrid's entry speaks of neither parent.
fn has_donor(entry: &Entry) -> bool {
    let hybrid = entry.category.as_deref().is_some_and(|category| category.starts_with("Hybrid"));
    let told = sex(entry).is_some() || age(entry).is_some();
    !hybrid && entry.species.len() == 1 && told
}

fn donor_reference(accession: &str) -> Reference {
    Reference::to("donor_of", accession)
}

fn sex(entry: &Entry) -> Option<Sex> {
    match entry.sex.as_deref()? {
        "Female" => Some(Sex::Female),
        "Male" => Some(Sex::Male),
        "Mixed sex" => Some(Sex::Mixed),
        "Sex ambiguous" => Some(Sex::Ambiguous),
        _ => None,
    }
}

fn age(entry: &Entry) -> Option<Age> {
    entry.age.as_deref().map(Age::parse).filter(|age| !age.is_unspecified())
}

fn donor(entry: &Entry) -> Option<DonorDraft> {
    if !has_donor(entry) {
        return None;
    }
    let age = age(entry);
    let ancestry = entry.comments.iter().filter(|comment| comment.topic == "Population");
    let facts = DonorFacts {
        external_ids: vec![ExternalId::new("donor_of", entry.accession.clone())],
        species: species(entry),
        sex: sex(entry),
        age,
        ancestry: ancestry.map(|c| Term::labelled(c.text.trim_end_matches('.'))).collect(),
        diseases: diseases(entry).collect(),
        ..DonorFacts::default()
    };
    // A line grown from one other line has that line's donor; of a fusion this cannot be said.
    let parent = entry.parents.first().filter(|_| entry.parents.len() == 1);
    let same = entry.same_individual.iter().chain(parent);
    let same = same.map(|(accession, _)| Key::new("donor_of", accession)).collect();
    let draft = Draft::of(layer(SOURCE, &entry.accession, facts, Vec::new()));
    Some(DonorDraft { draft, same })
}
