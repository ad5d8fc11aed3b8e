//! What a reader sees for the code of a facet, in his language.

use std::collections::BTreeMap;

use super::{Catalogue, Error};
use crate::{
    db::record,
    domain::{
        age::AgeBand,
        cell_line::{CatalogueClass, LineKind, VectorType},
        disease::DiseaseFacts,
        donor::Sex,
        facet::Facet,
        lang::Lang,
        source::Source,
    },
};

/// Labels for a set of codes, read in two statements.
#[derive(Debug)]
pub struct Labels {
    lang: Lang,
    terms: BTreeMap<String, String>,
    diseases: BTreeMap<String, String>,
}

impl Labels {
    pub async fn load(
        catalogue: &Catalogue,
        mut codes: Vec<&str>,
        lang: Lang,
    ) -> Result<Self, Error> {
        codes.retain(|code| !code.is_empty());
        let terms = catalogue.labels(codes.clone()).await?;
        let mut diseases = BTreeMap::new();
        codes.retain(|code| code.starts_with("MONDO:") || code.starts_with("NANDO:"));
        let mut lent = catalogue.db.read().await?;
        for row in record::find_by_accession(&mut lent.conn(), codes).await? {
            let stored = row.read::<DiseaseFacts>()?;
            diseases.insert(row.accession, stored.record.name_in(lang.code()).to_owned());
        }
        Ok(Self { lang, terms, diseases })
    }

    /// The label of a code; the code itself where nothing better is known.
    pub fn of(&self, facet: Facet, code: &str) -> String {
        let lang = self.lang;
        let fixed = match facet {
            Facet::Kind => LineKind::from_code(code).map(|kind| kind.label(lang).to_owned()),
            Facet::CatalogueClass => {
                CatalogueClass::from_code(code).map(|c| c.label(lang).to_owned())
            }
            Facet::VectorType => VectorType::from_code(code).map(|v| v.label(lang).to_owned()),
            Facet::DonorSex => Sex::from_code(code).map(|sex| sex.label(lang).to_owned()),
            Facet::AgeBand => AgeBand::from_code(code).map(|band| age_band(band, lang)),
            Facet::SourceRegistry => Source::new(code).about().map(|about| about.title.to_owned()),
            Facet::Notification => Some(notification(code, lang)),
            Facet::Disease => self.diseases.get(code).cloned(),
            _ => None,
        };
        fixed.or_else(|| self.terms.get(code).cloned()).unwrap_or_else(|| code.to_owned())
    }
}

/// An age band as a reader writes it.
pub fn age_band(band: AgeBand, lang: Lang) -> String {
    match (band.code(), lang) {
        ("embryonic", Lang::En) => "Embryonic".to_owned(),
        ("embryonic", Lang::Ja) => "胚".to_owned(),
        ("fetal", Lang::En) => "Fetal".to_owned(),
        ("fetal", Lang::Ja) => "胎児".to_owned(),
        ("newborn", Lang::En) => "Newborn".to_owned(),
        ("newborn", Lang::Ja) => "新生児".to_owned(),
        ("0", Lang::En) => "Under 1 year".to_owned(),
        ("0", Lang::Ja) => "1歳未満".to_owned(),
        ("90+", Lang::En) => "90 years and over".to_owned(),
        ("90+", Lang::Ja) => "90歳以上".to_owned(),
        (years, Lang::En) => format!("{} years", years.replace('-', "–")),
        (years, Lang::Ja) => format!("{}歳", years.replace('-', "–")),
    }
}

/// `shitei:6` as `指定難病 6`, and in English with what it is.
fn notification(code: &str, lang: Lang) -> String {
    let mut parts = code.split(':');
    let scheme = parts.next().unwrap_or_default();
    let number = parts.collect::<Vec<_>>().join(" ");
    match (scheme, lang) {
        ("shitei", Lang::Ja) => format!("指定難病 {number}"),
        ("shitei", Lang::En) => format!("Designated intractable disease (指定難病) {number}"),
        ("shoman", Lang::Ja) => format!("小児慢性特定疾病 {number}"),
        _ => format!("Specific paediatric chronic disease (小児慢性特定疾病) {number}"),
    }
}
