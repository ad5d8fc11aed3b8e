//! What a reader sees for the code of a facet, in his language.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use uuid::Uuid;

use super::{Catalogue, Error};
use crate::{
    db::{
        link,
        record::{self, RecordRow},
    },
    domain::{
        age::AgeBand,
        availability::Availability,
        cell_line::{CatalogueClass, LineKind, VectorType},
        cord_blood::{
            axes::Transplant,
            code::{Abo, Purpose, RhD},
            count,
        },
        disease::{DiseaseFacts, NotificationScheme, topmost},
        donor::Sex,
        facet::Facet,
        lang::Lang,
        notice::NoticeKind,
        qc::{standard, test_code::TestCode},
        record::{Record, State},
        source::Source,
    },
};

/// Labels for a set of codes, read in four statements.
#[derive(Debug)]
pub struct Labels {
    lang: Lang,
    terms: BTreeMap<String, String>,
    /// The names of diseases, by MONDO id and by the codes of their notification numbers.
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
        let is_number =
            |code: &&&str| NotificationScheme::ALL.iter().any(|s| code.starts_with(s.code()));
        let numbers: BTreeSet<String> =
            codes.iter().filter(is_number).map(|c| (*c).to_owned()).collect();
        codes.retain(|code| code.starts_with("MONDO:"));
        let mut lent = catalogue.db.read().await?;
        let mut diseases = BTreeMap::new();
        let shown = |row: &RecordRow| row.state == State::Published.as_str();
        let found = record::find_by_accession(&mut lent.conn(), codes).await?;
        for row in found.into_iter().filter(shown) {
            let stored = row.read::<DiseaseFacts>()?;
            diseases.insert(row.accession, stored.record.name_in(lang.code()).to_owned());
        }
        let numbered = link::bearing(&mut lent.conn(), Facet::Notification, &numbers).await?;
        let ids: Vec<Uuid> = numbered.values().flatten().copied().collect();
        let mut records = HashMap::new();
        let found = record::get_many(&mut lent.conn(), &ids).await?;
        for row in found.into_iter().filter(shown) {
            records.insert(row.id, row.read::<DiseaseFacts>()?.record);
        }
        for (code, ids) in numbered {
            let bearers: Vec<&Record<DiseaseFacts>> =
                ids.iter().filter_map(|id| records.get(id)).collect();
            if let Some(disease) = topmost(&bearers) {
                diseases.insert(code, disease.name_in(lang.code()).to_owned());
            }
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
            Facet::Notification => Some(self.notification(code)),
            Facet::Abo => Abo::from_code(code).map(|abo| abo.label(lang).to_owned()),
            Facet::RhD => RhD::from_code(code).map(|rhd| rhd.label(lang).to_owned()),
            Facet::Tnc => Some(count::TNC.label(code)),
            Facet::Cd34 => Some(count::CD34.label(code)),
            Facet::Transplant => {
                Transplant::from_code(code).map(|state| state.label(lang).to_owned())
            }
            Facet::HeldFor => Purpose::from_code(code).map(|p| p.label(lang).to_owned()),
            Facet::Availability => {
                Availability::from_code(code).map(|state| state.label(lang).to_owned())
            }
            Facet::Notice => NoticeKind::from_code(code).map(|kind| kind.label(lang).to_owned()),
            Facet::Tested => TestCode::from_code(code).map(|test| test.label(lang).to_owned()),
            Facet::MeetsStandard => {
                let known = standard::shipped().iter().find(|standard| standard.key() == code);
                known.map(|standard| standard.title.text(lang).to_owned())
            }
            Facet::Disease => self.diseases.get(code).cloned(),
            _ => None,
        };
        fixed.or_else(|| self.terms.get(code).cloned()).unwrap_or_else(|| code.to_owned())
    }

    /// `shitei:6` as `指定難病 6 パーキンソン病`, and in English with what it is.
    fn notification(&self, code: &str) -> String {
        let mut parts = code.split(':');
        let scheme = parts.next().unwrap_or_default();
        let number = parts.collect::<Vec<_>>().join(" ");
        let name = self.diseases.get(code).map_or_else(String::new, |name| format!(" {name}"));
        match (scheme, self.lang) {
            ("shitei", Lang::Ja) => format!("指定難病 {number}{name}"),
            ("shitei", Lang::En) => {
                format!("Designated intractable disease (指定難病) {number}{name}")
            }
            ("shoman", Lang::Ja) => format!("小児慢性特定疾病 {number}{name}"),
            _ => format!("Specific paediatric chronic disease (小児慢性特定疾病) {number}{name}"),
        }
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
