//! Addresses of the pages, and the search as its address writes it. An address that was once given out stays good.

use std::collections::{BTreeMap, BTreeSet};

use super::reply::Problem;
use crate::{
    catalogue::search::{Direction, Sort},
    domain::{facet::Facet, id::RecordKind, lang::Lang, qc::standard::QcStandard},
};

/// The deepest page the search answers, at [`PER_PAGE`] hits each.
pub(super) const LAST_PAGE: u32 = 400;
pub(super) const PER_PAGE: u32 = 25;

const LONGEST_TEXT: usize = 300;
const MOST_VALUES: usize = 60;

/// The path in a language: English has none before it.
pub(super) fn localized(lang: Lang, path: &str) -> String {
    match lang {
        Lang::En => path.to_owned(),
        Lang::Ja => format!("/ja{path}"),
    }
}

/// Everything but the unreserved characters as `%XX`; colons stay, for they are in every MONDO id.
pub(super) fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~:".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push_str(&hex::encode_upper([byte]));
        }
    }
    out
}

/// The path of a record's page without the language; publications and results of tests have none.
pub(super) fn record_path(kind: RecordKind, accession: &str) -> Option<String> {
    let folder = match kind {
        RecordKind::CellLine => "lines",
        RecordKind::Donor => "donors",
        RecordKind::Disease => "diseases",
        RecordKind::Organization => "organizations",
        RecordKind::Batch => "batches",
        RecordKind::CordBloodUnit => "units",
        RecordKind::Notice => "notices",
        RecordKind::Certificate => "certificates",
        RecordKind::Publication
        | RecordKind::QcResult
        | RecordKind::Sample
        | RecordKind::Holding
        | RecordKind::Distribution => return None,
    };
    Some(format!("/{folder}/{}", encode(accession)))
}

/// The path of a standard's page without the language.
pub(super) fn standard_path(standard: &QcStandard) -> String {
    format!("/standards/{}/{}", encode(&standard.code), encode(&standard.version))
}

/// The path of the page that tells how a record stands to a standard, criterion by criterion, without the language.
pub(super) fn conformity_path(
    kind: RecordKind,
    accession: &str,
    standard: &QcStandard,
) -> Option<String> {
    Some(record_path(kind, accession)? + &standard_path(standard))
}

/// A web address that a source wrote, if following it is harmless.
pub(super) fn external(url: &str) -> Option<&str> {
    let lower = url.trim_start().to_ascii_lowercase();
    (lower.starts_with("https://") || lower.starts_with("http://")).then(|| url.trim())
}

/// What is searched in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    Lines,
    Lots,
    Units,
}

impl Scope {
    pub(super) const ALL: [Self; 3] = [Self::Lines, Self::Lots, Self::Units];

    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Lines => "lines",
            Self::Lots => "lots",
            Self::Units => "units",
        }
    }

    fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.code() == code)
    }

    pub(super) fn kind(self) -> RecordKind {
        match self {
            Self::Lines => RecordKind::CellLine,
            Self::Lots => RecordKind::Batch,
            Self::Units => RecordKind::CordBloodUnit,
        }
    }

    /// The facets by which it can be narrowed, in the order in which they are shown.
    pub(super) fn facets(self) -> &'static [Facet] {
        match self {
            Self::Lines => &[
                Facet::Species,
                Facet::Kind,
                Facet::CatalogueClass,
                Facet::Disease,
                Facet::Notification,
                Facet::Availability,
                Facet::HoldingBank,
                Facet::MeetsStandard,
                Facet::Notice,
                Facet::Tested,
                Facet::DonorSex,
                Facet::AgeBand,
                Facet::SourceTissue,
                Facet::SourceCellType,
                Facet::VectorType,
                Facet::EditedGene,
                Facet::Organization,
                Facet::Country,
                Facet::SourceRegistry,
            ],
            Self::Lots => &[
                Facet::Availability,
                Facet::HoldingBank,
                Facet::MeetsStandard,
                Facet::Notice,
                Facet::Tested,
            ],
            Self::Units => &[
                Facet::Abo,
                Facet::RhD,
                Facet::Tnc,
                Facet::Cd34,
                Facet::Transplant,
                Facet::HeldFor,
                Facet::Notice,
                Facet::Tested,
            ],
        }
    }
}

/// A search as its address writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) scope: Scope,
    pub(super) text: String,
    pub(super) filter: BTreeMap<Facet, BTreeSet<String>>,
    pub(super) sort: Sort,
    /// From 1.
    pub(super) page: u32,
}

impl Default for Asked {
    fn default() -> Self {
        let (text, filter, sort) = (String::new(), BTreeMap::new(), Sort::Relevance);
        Self { scope: Scope::Lines, text, filter, sort, page: 1 }
    }
}

impl Asked {
    pub(super) fn filtered(facet: Facet, code: &str) -> Self {
        Self::default().toggled(facet, code)
    }

    /// Reads the parameters. Those that are not ours are let pass, because others add theirs to addresses.
    pub(super) fn parse(parameters: &[(String, String)]) -> Result<Self, Problem> {
        let mut asked = Self::default();
        for (key, value) in parameters {
            match key.as_str() {
                "q" => value.trim().clone_into(&mut asked.text),
                "in" => asked.scope = Scope::parse(value).ok_or(Problem::Scope)?,
                "page" => asked.page = value.parse().map_err(|_| Problem::Page)?,
                "sort" => asked.sort = sort_of(value).ok_or(Problem::Sort)?,
                _ => {
                    let Some(code) = key.strip_prefix("f.") else { continue };
                    let facet = Facet::parse(code).ok_or(Problem::Facet)?;
                    if !value.is_empty() {
                        asked.filter.entry(facet).or_default().insert(value.clone());
                    }
                }
            }
        }
        if asked.text.chars().count() > LONGEST_TEXT {
            return Err(Problem::TooLong);
        }
        if asked.filter.values().map(BTreeSet::len).sum::<usize>() > MOST_VALUES {
            return Err(Problem::TooMany);
        }
        if !(1..=LAST_PAGE).contains(&asked.page) {
            return Err(Problem::Page);
        }
        Ok(asked)
    }

    /// The same search from its first page, with this value on if it was off and off if it was on.
    pub(super) fn toggled(&self, facet: Facet, code: &str) -> Self {
        let mut toggled = Self { page: 1, ..self.clone() };
        let values = toggled.filter.entry(facet).or_default();
        if !values.remove(code) {
            values.insert(code.to_owned());
        }
        if values.is_empty() {
            toggled.filter.remove(&facet);
        }
        toggled
    }

    pub(super) fn at_page(&self, page: u32) -> Self {
        Self { page, ..self.clone() }
    }

    /// The same words searched for in something else, with those of the filters that it has.
    pub(super) fn within(&self, scope: Scope) -> Self {
        let mut within = Self { scope, page: 1, ..self.clone() };
        within.filter.retain(|facet, _| scope.facets().contains(facet));
        within
    }

    pub(super) fn unfiltered(&self) -> Self {
        Self { filter: BTreeMap::new(), page: 1, ..self.clone() }
    }

    /// The address without the language. The whole catalogue is the home page.
    pub(super) fn path(&self) -> String {
        let mut parts = Vec::new();
        if self.scope != Scope::Lines {
            parts.push(format!("in={}", self.scope.code()));
        }
        if !self.text.is_empty() {
            parts.push(format!("q={}", encode(&self.text)));
        }
        for (facet, code) in self.values() {
            parts.push(format!("f.{}={}", facet.code(), encode(code)));
        }
        if self.sort != Sort::Relevance {
            parts.push(format!("sort={}", sort_code(self.sort)));
        }
        if self.page != 1 {
            parts.push(format!("page={}", self.page));
        }
        if parts.is_empty() { "/".to_owned() } else { format!("/search?{}", parts.join("&")) }
    }

    pub(super) fn values(&self) -> impl Iterator<Item = (Facet, &str)> {
        let values = |(facet, codes): (&Facet, _)| (*facet, codes);
        self.filter.iter().map(values).flat_map(|(facet, codes): (Facet, &BTreeSet<String>)| {
            codes.iter().map(move |code| (facet, code.as_str()))
        })
    }
}

/// The orders a reader can choose, with their codes.
pub(super) const SORTS: [(Sort, &str); 3] = [
    (Sort::Relevance, "relevance"),
    (Sort::Name(Direction::Ascending), "name"),
    (Sort::Updated(Direction::Descending), "updated"),
];

fn sort_of(code: &str) -> Option<Sort> {
    SORTS.iter().find(|(_, other)| *other == code).map(|(sort, _)| *sort)
}

fn sort_code(sort: Sort) -> &'static str {
    SORTS.iter().find(|(other, _)| *other == sort).map_or("relevance", |(_, code)| code)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parse(query: &[(&str, &str)]) -> Result<Asked, Problem> {
        let pairs: Vec<_> = query.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        Asked::parse(&pairs)
    }

    #[test]
    fn toggling_a_value_turns_it_on_then_off_and_goes_to_the_first_page() {
        let asked = parse(&[("q", "201B7"), ("page", "3")]).expect("a sound search");
        let on = asked.toggled(Facet::Disease, "MONDO:0005180");
        assert_eq!(on.path(), "/search?q=201B7&f.disease=MONDO:0005180");
        assert_eq!(on.toggled(Facet::Disease, "MONDO:0005180").path(), "/search?q=201B7");
        let two = on.toggled(Facet::Disease, "MONDO:0004975");
        assert_eq!(two.path(), "/search?q=201B7&f.disease=MONDO:0004975&f.disease=MONDO:0005180");
        assert_eq!(two.unfiltered().path(), "/search?q=201B7");
    }

    #[test]
    fn another_scope_keeps_the_words_and_the_filters_that_it_has() {
        let lots = parse(&[("in", "lots"), ("q", "M1"), ("f.notice", "recall"), ("page", "2")]);
        let lots = lots.expect("a sound search").toggled(Facet::HoldingBank, "kyoto");
        let path = "/search?in=lots&q=M1&f.holding_bank=kyoto&f.notice=recall";
        assert_eq!(lots.path(), path);
        assert_eq!(lots.within(Scope::Units).path(), "/search?in=units&q=M1&f.notice=recall");
        assert_eq!(lots.within(Scope::Lots).path(), path);
        assert_eq!(parse(&[("in", "donors")]), Err(Problem::Scope));
    }

    #[test]
    fn an_empty_search_is_the_home_page() {
        assert_eq!(Asked::default().path(), "/");
        assert_eq!(localized(Lang::Ja, &Asked::default().path()), "/ja/");
    }

    #[test]
    fn values_cannot_break_out_of_an_address() {
        let asked = Asked::filtered(Facet::EditedGene, "a&b=c#\"<ä ");
        assert_eq!(asked.path(), "/search?f.edited_gene=a%26b%3Dc%23%22%3C%C3%A4%20");
    }

    #[test]
    fn garbage_is_refused_by_what_is_wrong_with_it() {
        assert_eq!(parse(&[("page", "0")]), Err(Problem::Page));
        assert_eq!(parse(&[("page", "401")]), Err(Problem::Page));
        assert_eq!(parse(&[("page", "two")]), Err(Problem::Page));
        assert_eq!(parse(&[("sort", "random")]), Err(Problem::Sort));
        assert_eq!(parse(&[("f.colour", "red")]), Err(Problem::Facet));
        assert_eq!(parse(&[("q", &"あ".repeat(301))]), Err(Problem::TooLong));
        assert!(parse(&[("utm_source", "x"), ("f.kind", "")]).is_ok());
    }

    #[test]
    fn only_web_addresses_are_followed() {
        assert_eq!(external(" https://example.org/ "), Some("https://example.org/"));
        assert_eq!(external("javascript:alert(1)"), None);
        assert_eq!(external("//example.org"), None);
        assert_eq!(external("data:text/html,x"), None);
    }

    proptest! {
        #[test]
        fn encoded_text_is_plain_ascii(text in ".{0,40}") {
            let encoded = encode(&text);
            prop_assert!(encoded.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~:%".contains(&b)));
        }

        #[test]
        fn any_parameters_are_read_or_refused(pairs in proptest::collection::vec((".{0,8}", ".{0,8}"), 0..6)) {
            if let Ok(asked) = Asked::parse(&pairs) {
                prop_assert!(asked.path().starts_with('/'));
            }
        }
    }
}
