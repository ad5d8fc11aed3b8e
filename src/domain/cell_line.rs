//! The established line: what a source can say of it, and what follows from what the sources say.

use std::{collections::BTreeSet, sync::LazyLock};

use regex::Regex;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    hgvs::HgvsReading,
    hla::{self, HlaTyping, Homozygosity},
    id::RecordKind,
    identifier::ExternalId,
    karyotype,
    lang::Lang,
    names::Name,
    record::{Asked, Facts, Flag, Layer, Record, Relation, id_problems},
    str_profile::StrProfile,
    term::{Reference, Term},
};

/// What sort of line it is: the categories of Cellosaurus, by stable code.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum LineKind {
    Ipsc,
    Esc,
    SomaticStemCell,
    Primary,
    Cancer,
    ConditionallyImmortalized,
    FactorDependent,
    Finite,
    Hybrid,
    Hybridoma,
    SpontaneouslyImmortalized,
    Stromal,
    TelomeraseImmortalized,
    Transformed,
    Undefined,
}

/// Gives an enum its stable codes and its labels in both languages.
macro_rules! coded {
    ($type:ident { $($variant:ident = $code:literal, $en:literal, $ja:literal;)* }) => {
        impl $type {
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The stable code, as in tables, files and facets.
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            pub fn label(self, lang: Lang) -> &'static str {
                match (self, lang) {
                    $((Self::$variant, Lang::En) => $en, (Self::$variant, Lang::Ja) => $ja,)*
                }
            }

            pub fn from_code(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.code() == code)
            }
        }
    };
}
pub(crate) use coded;

coded!(LineKind {
    Ipsc = "ipsc", "Induced pluripotent stem cell", "iPS細胞";
    Esc = "esc", "Embryonic stem cell", "ES細胞";
    SomaticStemCell = "somatic_stem_cell", "Somatic stem cell", "体性幹細胞";
    Primary = "primary", "Primary cell", "初代細胞";
    Cancer = "cancer", "Cancer cell line", "がん細胞株";
    ConditionallyImmortalized = "conditionally_immortalized", "Conditionally immortalized cell line", "条件付き不死化細胞株";
    FactorDependent = "factor_dependent", "Factor-dependent cell line", "因子依存性細胞株";
    Finite = "finite", "Finite cell line", "有限寿命細胞株";
    Hybrid = "hybrid", "Hybrid cell line", "融合細胞株";
    Hybridoma = "hybridoma", "Hybridoma", "ハイブリドーマ";
    SpontaneouslyImmortalized = "spontaneously_immortalized", "Spontaneously immortalized cell line", "自然不死化細胞株";
    Stromal = "stromal", "Stromal cell line", "間質細胞株";
    TelomeraseImmortalized = "telomerase_immortalized", "Telomerase immortalized cell line", "テロメラーゼ不死化細胞株";
    Transformed = "transformed", "Transformed cell line", "形質転換細胞株";
    Undefined = "undefined", "Undefined cell line type", "種別未定義";
});

/// The grouping of the catalogue; a line is in none, one or several.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum CatalogueClass {
    Established,
    DiseaseSpecific,
    HlaHomozygous,
    GeneticallyModified,
    CordBloodDerived,
}

coded!(CatalogueClass {
    Established = "established", "Established line", "樹立株";
    DiseaseSpecific = "disease_specific", "Disease-specific", "疾患特異的";
    HlaHomozygous = "hla_homozygous", "HLA-homozygous stock", "HLAホモ接合体";
    GeneticallyModified = "genetically_modified", "Genetically modified", "遺伝子改変";
    CordBloodDerived = "cord_blood_derived", "Cord blood derived", "臍帯血由来";
});

/// Why a disease stands on a line. Only the first two make the line disease-specific.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum DiseaseBasis {
    PatientDerived,
    EngineeredModel,
    Corrected,
    CauseKnockedOut,
    MutationNegativeClone,
    Carrier,
    UnaffectedRelative,
    /// The donor has it, and it is not the reason for the line.
    Incidental,
}

coded!(DiseaseBasis {
    PatientDerived = "patient_derived", "Derived from a patient", "患者由来";
    EngineeredModel = "engineered_model", "Engineered model", "改変による疾患モデル";
    Corrected = "corrected", "Corrected", "変異修復";
    CauseKnockedOut = "cause_knocked_out", "Cause knocked out", "原因遺伝子ノックアウト";
    MutationNegativeClone = "mutation_negative_clone", "Mutation-negative clone", "変異陰性クローン";
    Carrier = "carrier", "Donor is a carrier", "ドナーは保因者";
    UnaffectedRelative = "unaffected_relative", "Donor is an unaffected relative", "ドナーは非罹患血縁者";
    Incidental = "incidental", "Incidental in the donor", "ドナーの併存疾患";
});

impl DiseaseBasis {
    pub fn is_disease_specific(self) -> bool {
        matches!(self, Self::PatientDerived | Self::EngineeredModel)
    }

    /// The line is the same genome without the cause of the disease.
    pub fn is_isogenic_control(self) -> bool {
        matches!(self, Self::Corrected | Self::CauseKnockedOut | Self::MutationNegativeClone)
    }

    /// The line comes from a relative or carrier of the disease.
    pub fn is_family_control(self) -> bool {
        matches!(self, Self::Carrier | Self::UnaffectedRelative)
    }
}

/// How a line comes from its parent.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum ParentRelation {
    Subclone,
    GeneticallyModifiedFrom,
    ReprogrammedFrom,
    /// The source says only that it derives from the parent.
    DerivedFrom,
}

coded!(ParentRelation {
    Subclone = "subclone", "Subclone of", "サブクローン";
    GeneticallyModifiedFrom = "genetically_modified_from", "Genetically modified from", "遺伝子改変株";
    ReprogrammedFrom = "reprogrammed_from", "Reprogrammed from", "初期化による樹立";
    DerivedFrom = "derived_from", "Derived from", "由来";
});

/// What carried the reprogramming factors, by whether it enters the genome.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum VectorType {
    Integrating,
    NonIntegrating,
    VectorFree,
}

coded!(VectorType {
    Integrating = "integrating", "Integrating", "ゲノム挿入型";
    NonIntegrating = "non_integrating", "Non-integrating", "ゲノム非挿入型";
    VectorFree = "vector_free", "Vector-free", "ベクター不使用";
});

#[derive(
    Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(deny_unknown_fields)]
pub struct Parent {
    pub line: Reference,
    pub relation: ParentRelation,
}

#[derive(
    Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(deny_unknown_fields)]
pub struct LineDisease {
    pub disease: Reference,
    pub basis: DiseaseBasis,
}

/// How the line was made.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Derivation {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tissue: Option<Term>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cell_type: Option<Term>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vector_type: Option<VectorType>,
    /// `retrovirus`, `Sendai virus`, `episomal plasmid`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vector: Option<String>,
    /// Gene symbols of the reprogramming factors. None is *not stated*; an empty list cannot be said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub factors: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kit: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub year: Option<i64>,
}

/// What was done to a gene.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum ModificationKind {
    Variant,
    IsogenicModification,
    TransgeneExpression,
    KnockOut,
    KnockIn,
    /// The source names the gene and not what was done to it.
    Unspecified,
}

coded!(ModificationKind {
    Variant = "variant", "Variant introduced", "変異導入";
    IsogenicModification = "isogenic_modification", "Isogenic modification", "アイソジェニック改変";
    TransgeneExpression = "transgene_expression", "Transgene expression", "導入遺伝子発現";
    KnockOut = "knock_out", "Knock-out", "ノックアウト";
    KnockIn = "knock_in", "Knock-in", "ノックイン";
    Unspecified = "unspecified", "Unspecified", "記載なし";
});

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GeneticModification {
    pub kind: ModificationKind,
    /// Symbol as label; HGNC or another registry's number as id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gene: Option<Term>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// The change as the source describes it, HGVS where it does so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// A sequence variant the line carries, as written and as read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Variant {
    pub text: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hgvs: Option<HgvsReading>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zygosity: Option<String>,
}

/// What an organization is to a line.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum OrganizationRole {
    Generator,
    Depositor,
    Holder,
    Distributor,
    Owner,
}

coded!(OrganizationRole {
    Generator = "generator", "Established by", "樹立";
    Depositor = "depositor", "Deposited by", "寄託";
    Holder = "holder", "Held at", "保管";
    Distributor = "distributor", "Distributed by", "提供";
    Owner = "owner", "Owned by", "所有";
});

#[derive(
    Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(deny_unknown_fields)]
pub struct LineOrganization {
    pub organization: Reference,
    pub role: OrganizationRole,
    /// The country as the source names it, where the organization itself is no record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
}

/// A remark under a heading of the source (`Caution`, `Doubling time`).
#[derive(
    Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(deny_unknown_fields)]
pub struct Note {
    pub topic: String,
    pub text: String,
}

/// What one source row says of a line.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct LineFacts {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line_kind: Option<LineKind>,
    /// NCBI Taxon ids; more than one for a hybrid.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub species: Vec<Term>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<Name>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub external_ids: Vec<ExternalId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub donor: Option<Reference>,
    /// The cord-blood unit that the line was made of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_unit: Option<Reference>,
    /// The sample of the donor's that the line was made of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_sample: Option<Reference>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parents: Vec<Parent>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub derivation: Option<Derivation>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub diseases: Vec<LineDisease>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub modifications: Vec<GeneticModification>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub variants: Vec<Variant>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub str_profiles: Vec<StrProfile>,
    /// Karyotypes as written, ISCN where the source follows it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub karyotypes: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hla_typings: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub organizations: Vec<LineOrganization>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub publications: Vec<Reference>,
    /// Classes that a source states; *disease-specific* is computed and never stated.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub classes: Vec<CatalogueClass>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub web_pages: Vec<String>,
}

impl Facts for LineFacts {
    const KIND: RecordKind = RecordKind::CellLine;

    fn names(&self) -> &[Name] {
        &self.names
    }

    fn external_ids(&self) -> &[ExternalId] {
        &self.external_ids
    }

    fn links(&self) -> Vec<Asked<'_>> {
        let asked = |relation| move |reference| Asked { relation, reference };
        let donor = self.donor.iter().map(asked(Relation::Donor));
        let parents = self.parents.iter().map(|p| &p.line).map(asked(Relation::Parent));
        let diseases = self.diseases.iter().map(|d| &d.disease).map(asked(Relation::Disease));
        let organizations = self.organizations.iter().map(|o| &o.organization);
        let organizations = organizations.map(asked(Relation::Organization));
        let publications = self.publications.iter().map(asked(Relation::Publication));
        let unit = self.source_unit.iter().map(asked(Relation::SourceUnit));
        let sample = self.source_sample.iter().map(asked(Relation::SourceSample));
        let all = donor.chain(parents).chain(diseases).chain(organizations);
        all.chain(publications).chain(unit).chain(sample).collect()
    }

    fn problems(&self) -> Vec<Flag> {
        let ids = id_problems(&self.external_ids).into_iter();
        let variants = self.variants.iter().filter_map(|variant| {
            let problem = match &variant.hgvs {
                Some(reading) if reading.problems.is_empty() => return None,
                Some(reading) => reading.problems.join("; "),
                None => "no HGVS description can be read in it".to_owned(),
            };
            Some(Flag::new("variant", &variant.text, problem))
        });
        // A remark in words is no karyotype gone wrong; one that begins with a count means to be ISCN.
        let iscn =
            self.karyotypes.iter().filter(|text| text.starts_with(|c: char| c.is_ascii_digit()));
        let karyotypes = iscn.filter_map(|text| {
            let problem = karyotype::check(text).err()?;
            Some(Flag::new("karyotype", text, problem.to_string()))
        });
        ids.chain(variants).chain(karyotypes).collect()
    }

    fn terms(&self) -> Vec<&Term> {
        let derivation = self.derivation.iter().flat_map(|d| [&d.tissue, &d.cell_type]).flatten();
        self.species.iter().chain(derivation).collect()
    }
}

static AGE_IN_WORDS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\d+[ -]*(year|yr|month|week|day)s?[ -]*old")
        .expect("the pattern is well formed")
});

const CORD_BLOOD: &str = "UBERON:0012168";

impl Record<LineFacts> {
    pub fn line_kind(&self) -> Option<LineKind> {
        self.first(|facts| facts.line_kind)
    }

    pub fn species(&self) -> Vec<&Term> {
        self.all(|facts| &facts.species)
    }

    pub fn derivation<T>(&self, get: impl Fn(&Derivation) -> Option<&T>) -> Option<&T> {
        self.first(|facts| facts.derivation.as_ref().and_then(&get))
    }

    /// The tissue and the cell type that are shown and counted: of several sources' words, an ontology term goes
    /// before a text.
    pub fn origin(&self, get: impl Fn(&Derivation) -> Option<&Term>) -> Option<&Term> {
        let terms = self.all(|facts| facts.derivation.as_ref().and_then(&get));
        let known = terms.iter().find(|term| term.id.is_some());
        known.or(terms.first()).copied()
    }

    /// STR profiles that anyone may see.
    pub fn public_str_profiles(&self) -> Vec<&StrProfile> {
        self.typed_in_public(|facts| &facts.str_profiles)
    }

    /// HLA typings that anyone may see, as written.
    pub fn public_hla_typings(&self) -> Vec<&String> {
        self.typed_in_public(|facts| &facts.hla_typings)
    }

    /// HLA typings that anyone may see, as read.
    pub fn public_hla(&self) -> Vec<HlaTyping> {
        self.public_hla_typings().into_iter().flat_map(|text| hla::read(text).typings).collect()
    }

    /// Facts that tell a person from all others are sealed unless a source has published them: what a curator
    /// enters, or an unknown source, is not shown.
    fn typed_in_public<'a, T: PartialEq>(
        &'a self,
        get: impl Fn(&'a LineFacts) -> &'a [T],
    ) -> Vec<&'a T> {
        let published = |layer: &&Layer<LineFacts>| {
            layer.source.about().is_some_and(|about| about.code != "curator")
        };
        let facts = self.layers.iter().filter(published).flat_map(|layer| get(&layer.facts));
        let mut typed = Vec::new();
        for fact in facts {
            if !typed.contains(&fact) {
                typed.push(fact);
            }
        }
        typed
    }

    /// True exactly when a disease stands on the line because a patient gave the cells or the disease was
    /// engineered into them.
    pub fn is_disease_specific(&self) -> bool {
        self.all(|facts| &facts.diseases).iter().any(|d| d.basis.is_disease_specific())
    }

    /// The classes stated by a source and those that follow from the facts.
    pub fn classes(&self) -> BTreeSet<CatalogueClass> {
        let mut classes: BTreeSet<_> =
            self.all(|facts| facts.classes.iter().copied()).into_iter().collect();
        classes.remove(&CatalogueClass::DiseaseSpecific);
        if self.is_disease_specific() {
            classes.insert(CatalogueClass::DiseaseSpecific);
        }
        if hla::homozygosity(&self.public_hla()) == Homozygosity::Homozygous {
            classes.insert(CatalogueClass::HlaHomozygous);
        }
        if !self.all(|facts| &facts.modifications).is_empty() {
            classes.insert(CatalogueClass::GeneticallyModified);
        }
        let tissues = self.all(|facts| facts.derivation.as_ref().and_then(|d| d.tissue.as_ref()));
        if tissues.iter().any(|tissue| tissue.id.as_deref() == Some(CORD_BLOOD)) {
            classes.insert(CatalogueClass::CordBloodDerived);
        }
        classes
    }

    /// The notes that may be shown to anyone: not those that tell of the donor in free words, and none in which an
    /// exact age can be read.
    pub fn public_notes(&self) -> Vec<&Note> {
        const OF_THE_DONOR: [&str; 3] = ["Donor information", "Genome ancestry", "Population"];
        let mut notes = self.all(|facts| &facts.notes);
        notes.retain(|note| {
            !OF_THE_DONOR.contains(&note.topic.as_str()) && !AGE_IN_WORDS.is_match(&note.text)
        });
        notes
    }

    /// Symbols of the genes that were changed on purpose.
    pub fn edited_genes(&self) -> Vec<&Term> {
        self.all(|facts| facts.modifications.iter().filter_map(|m| m.gene.as_ref()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{id::RecordId, record::Layer, source::Source};

    fn line_with(bases: &[DiseaseBasis]) -> Record<LineFacts> {
        let id = RecordId::new(RecordKind::CellLine, uuid::Uuid::nil());
        let mut line = Record::new(id, "STM-L0000001-X".to_owned());
        let disease = |basis: &DiseaseBasis| LineDisease {
            disease: Reference::to("mondo", "MONDO:0005180"),
            basis: *basis,
        };
        let facts =
            LineFacts { diseases: bases.iter().map(disease).collect(), ..LineFacts::default() };
        line.put(Layer {
            source: Source::new("curator"),
            key: "1".to_owned(),
            facts,
            flags: Vec::new(),
        });
        line
    }

    #[test]
    fn only_a_patient_or_an_engineered_model_makes_a_line_disease_specific() {
        for basis in DiseaseBasis::ALL {
            let expected =
                matches!(basis, DiseaseBasis::PatientDerived | DiseaseBasis::EngineeredModel);
            assert_eq!(line_with(&[*basis]).is_disease_specific(), expected, "{basis:?}");
        }
        assert!(!line_with(&[]).is_disease_specific());
    }

    #[test]
    fn a_stated_class_disease_specific_is_not_believed() {
        let mut line = line_with(&[DiseaseBasis::Corrected]);
        line.layers[0].facts.classes = vec![CatalogueClass::DiseaseSpecific];
        assert!(line.classes().is_empty());
    }

    #[test]
    fn codes_read_back() {
        for kind in LineKind::ALL {
            assert_eq!(LineKind::from_code(kind.code()), Some(*kind));
            assert_eq!(serde_json::json!(kind), serde_json::json!(kind.code()));
        }
    }
}
