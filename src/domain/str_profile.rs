//! STR profiles: marker names, alleles and how alike two profiles are.
//!
//! Alleles stay text in the order of the source. A cell that breaks the rules is kept as written and takes
//! no part in a comparison; nothing is dropped to make it fit. Profiles are restricted data.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use regex::Regex;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The sex marker; it is left out of a comparison unless asked for.
pub const AMELOGENIN: &str = "Amelogenin";

/// No source reports more alleles at one marker; more is a misread cell.
const MOST_ALLELES: usize = 5;

/// The human markers whose spelling varies between sources.
const MARKERS: [&str; 34] = [
    AMELOGENIN, "CSF1PO", "D2S1338", "D3S1358", "D5S818", "D7S820", "D8S1179", "D13S317",
    "D16S539", "D18S51", "D19S433", "D21S11", "FGA", "Penta D", "Penta E", "TH01", "TPOX", "vWA",
    "D10S1248", "D12S391", "D1S1656", "D22S1045", "D2S441", "D6S1043", "DXS101", "DYS391",
    "F13A01", "F13B", "FESFPS", "LPL", "Penta C", "SE33", "DYS570", "DYS576",
];

/// The core markers of ANSI/ATCC ASN-0002-2011, besides Amelogenin.
const CORE: [&str; 8] = ["CSF1PO", "D13S317", "D16S539", "D5S818", "D7S820", "TH01", "TPOX", "vWA"];

/// Markers at which one individual may show a third allele by an accident of its cells.
const MIXED_AT_MOST: usize = 3;

/// Other names of the markers, folded.
const ALIASES: [(&str, &str); 3] = [("AMEL", AMELOGENIN), ("THO1", "TH01"), ("F13A1", "F13A01")];

static REPEATS: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^[0-9]{1,3}(\.[0-9])?$").expect("the pattern is well formed"));

/// The comma of a list with the space around it.
static LIST_COMMA: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\s*,\s*").expect("the pattern is well formed"));

/// Why the alleles of a marker cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum StrError {
    #[error(
        "`{text}` lacks an allele: write the alleles as `9,11`, or `ND` where none was detected"
    )]
    Missing { text: String },
    #[error(
        "`{allele}` in `{text}` is no allele: alleles look like `9`, `9.3`, `X`, `Y` or `Not_detected`"
    )]
    Malformed { text: String, allele: String },
    #[error(
        "`{text}` mixes alleles of different sorts: give repeats, X and Y, or `Not_detected` alone"
    )]
    Mixed { text: String },
    #[error("`{text}` has more than {MOST_ALLELES} alleles: check the cell at its source")]
    TooMany { text: String },
    #[error("`{text}` does not fit {marker}: Amelogenin takes X and Y, every other marker repeats")]
    WrongMarker { text: String, marker: String },
    #[error(
        "{marker} occurs twice in one profile: give conflicting reports as profiles of their own"
    )]
    Repeated { marker: String },
}

/// One report of a profile.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StrProfile {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<String>,
    /// Alleles by canonical marker name. A cell that cannot be read is one text, as written.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub markers: BTreeMap<String, Vec<String>>,
}

/// Which markers are compared.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MarkerMode {
    /// Those present in both profiles.
    #[default]
    NonEmpty,
    /// Those of the query, present in the reference or not.
    Query,
    /// Those of the reference, present in the query or not.
    Reference,
}

/// The counts that say how alike two profiles are. A homozygous pair counts once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Score {
    /// Alleles found in both.
    pub shared: u32,
    /// Alleles of the query; at least one.
    pub query: u32,
    /// Alleles of the reference; at least one.
    pub reference: u32,
    /// Markers where both have an allele; at least one. Fewer than eight say little.
    pub markers: u32,
}

impl Score {
    /// Whether the share of [`Self::tanabe`] is so many percent or more, without rounding.
    pub fn at_or_above(&self, percent: u32) -> bool {
        let all = u64::from(self.query) + u64::from(self.reference);
        200 * u64::from(self.shared) >= u64::from(percent) * all
    }

    /// Whether it is so many percent or less, without rounding.
    pub fn at_or_below(&self, percent: u32) -> bool {
        let all = u64::from(self.query) + u64::from(self.reference);
        200 * u64::from(self.shared) <= u64::from(percent) * all
    }

    /// Percent of all alleles that are shared.
    pub fn tanabe(&self) -> f64 {
        percent(2 * self.shared, self.query + self.reference)
    }

    /// Percent of the alleles of the query that are shared.
    pub fn masters_query(&self) -> f64 {
        percent(self.shared, self.query)
    }

    /// Percent of the alleles of the reference that are shared.
    pub fn masters_reference(&self) -> f64 {
        percent(self.shared, self.reference)
    }
}

fn percent(part: u32, whole: u32) -> f64 {
    100.0 * f64::from(part) / f64::from(whole)
}

impl StrProfile {
    /// Adds the cell of a marker. Alleles that cannot be read are kept as written and told as the error.
    ///
    /// # Errors
    /// [`StrError::Repeated`] leaves the profile as it was; any other error has stored the text.
    pub fn insert(&mut self, marker: &str, text: &str) -> Result<(), StrError> {
        let marker = parse_marker(marker);
        if self.markers.contains_key(&marker) {
            return Err(StrError::Repeated { marker });
        }
        let read = parse_alleles(text).and_then(|alleles| {
            if fits(&marker, &alleles) {
                Ok(alleles)
            } else {
                Err(StrError::WrongMarker { text: text.to_owned(), marker: marker.clone() })
            }
        });
        let (alleles, outcome) = match read {
            Ok(alleles) => (alleles, Ok(())),
            Err(error) => (vec![text.to_owned()], Err(error)),
        };
        self.markers.insert(marker, alleles);
        outcome
    }

    /// Compares with a reference; `None` when no marker has alleles in both.
    pub fn score(
        &self,
        reference: &Self,
        mode: MarkerMode,
        with_amelogenin: bool,
    ) -> Option<Score> {
        let query = self.comparable(with_amelogenin);
        let reference = reference.comparable(with_amelogenin);
        let mut score = Score { shared: 0, query: 0, reference: 0, markers: 0 };
        let none = BTreeSet::new();
        let names: BTreeSet<&str> = query.keys().chain(reference.keys()).copied().collect();
        for name in names {
            let used = match mode {
                MarkerMode::NonEmpty => query.contains_key(name) && reference.contains_key(name),
                MarkerMode::Query => query.contains_key(name),
                MarkerMode::Reference => reference.contains_key(name),
            };
            if !used {
                continue;
            }
            let (q, r) = (query.get(name).unwrap_or(&none), reference.get(name).unwrap_or(&none));
            score.shared += count(q.intersection(r));
            score.query += count(q.iter());
            score.reference += count(r.iter());
            score.markers += u32::from(!q.is_empty() && !r.is_empty());
        }
        (score.markers > 0).then_some(score)
    }

    /// Reads a profile that stands in one text: `TH01 6,9.3; Penta D: 8,10; AMEL=X`. A cell that cannot be read is kept
    /// as written. `None` where no human marker has alleles that can be read: the text is no profile.
    pub fn read(text: &str) -> Option<Self> {
        let mut profile = Self::default();
        let mut is_profile = false;
        let parts = text.split([';', '\n']).map(str::trim).filter(|part| !part.is_empty());
        for part in parts {
            let part = LIST_COMMA.replace_all(part, ",");
            let (marker, alleles) = split_cell(&part);
            let read = profile.insert(marker, &listed(alleles));
            is_profile |= read.is_ok() && is_known_marker(marker);
        }
        is_profile.then_some(profile)
    }

    /// The markers whose cell cannot be read.
    pub fn unread(&self) -> Vec<&str> {
        let read = self.comparable(true);
        self.markers.keys().map(String::as_str).filter(|name| !read.contains_key(name)).collect()
    }

    /// Whether it looks like that of several individuals: three alleles or more at more than three markers.
    pub fn is_mixture(&self) -> bool {
        let many = self.comparable(false).into_values().filter(|alleles| alleles.len() > 2);
        many.count() > MIXED_AT_MOST
    }

    /// The alleles at the core markers as one text; `None` unless every one of them has alleles.
    pub fn core(&self) -> Option<String> {
        let read = self.comparable(false);
        let cell = |name: &&str| {
            let alleles = read.get(name).filter(|alleles| !alleles.is_empty())?;
            let alleles: Vec<&str> = alleles.iter().copied().collect();
            Some(format!("{name} {}", alleles.join(",")))
        };
        let cells: Option<Vec<String>> = CORE.iter().map(cell).collect();
        cells.map(|cells| cells.join(";"))
    }

    /// The distinct alleles of every marker that can be read; none where none was detected.
    fn comparable(&self, with_amelogenin: bool) -> BTreeMap<&str, BTreeSet<&str>> {
        self.markers
            .iter()
            .filter(|(marker, alleles)| {
                (with_amelogenin || *marker != AMELOGENIN)
                    && parse_alleles(&alleles.join(",")).is_ok_and(|read| fits(marker, &read))
            })
            .map(|(marker, alleles)| {
                let detected = alleles.iter().map(String::as_str).filter(|a| !is_not_detected(a));
                (marker.as_str(), detected.collect())
            })
            .collect()
    }
}

/// A marker has at most [`MOST_ALLELES`] alleles and there are few markers.
fn count(alleles: impl Iterator) -> u32 {
    u32::try_from(alleles.count()).unwrap_or(u32::MAX)
}

/// The canonical name of a marker: `AMEL` is Amelogenin, `PENTA_D` Penta D. An unknown name stays as written,
/// without the space around it.
pub fn parse_marker(name: &str) -> String {
    let key = marker_key(name);
    let canonical = MARKERS
        .into_iter()
        .find(|marker| marker_key(marker) == key)
        .or_else(|| ALIASES.into_iter().find(|(alias, _)| *alias == key).map(|(_, marker)| marker));
    canonical.unwrap_or(name.trim()).to_owned()
}

/// Whether a text is the name of a human marker, in any spelling.
pub fn is_known_marker(name: &str) -> bool {
    MARKERS.contains(&parse_marker(name).as_str())
}

/// A marker and its alleles. A known marker is told from the start, for its name may hold a space and its alleles may
/// stand apart, as in the columns of a table.
fn split_cell(part: &str) -> (&str, &str) {
    let is_between = |c: char| c.is_whitespace() || matches!(c, ':' | '=');
    let mut known = part.match_indices(is_between).filter(|(at, _)| is_known_marker(&part[..*at]));
    if let Some((at, _)) = known.next_back() {
        return (&part[..at], part[at..].trim_matches(is_between));
    }
    let pair = part.split_once([':', '=']);
    let pair = pair.or_else(|| part.rsplit_once(char::is_whitespace));
    pair.map_or((part, ""), |(marker, alleles)| (marker, alleles.trim()))
}

/// Alleles that stand apart by spaces alone as a list; anything else as it is written.
fn listed(alleles: &str) -> Cow<'_, str> {
    if !alleles.contains(',') && parse_alleles(alleles).is_err() {
        let list = alleles.split_whitespace().collect::<Vec<_>>().join(",");
        if parse_alleles(&list).is_ok() {
            return Cow::Owned(list);
        }
    }
    Cow::Borrowed(alleles)
}

fn marker_key(name: &str) -> String {
    name.chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '_' | '-' | '/'))
        .map(|c| c.to_ascii_uppercase())
        .collect()
}

/// The alleles of one cell, as `9,11`, in the order given. A repeated allele stays repeated.
pub fn parse_alleles(text: &str) -> Result<Vec<String>, StrError> {
    let alleles: Vec<String> = text.split(',').map(|allele| allele.trim().to_owned()).collect();
    if alleles.iter().any(String::is_empty) {
        return Err(StrError::Missing { text: text.to_owned() });
    }
    if let Some(allele) = alleles.iter().find(|allele| sort(allele).is_none()) {
        return Err(StrError::Malformed { text: text.to_owned(), allele: allele.clone() });
    }
    let first = sort(&alleles[0]);
    let alone = first != Some(Sort::NotDetected) || alleles.len() == 1;
    if !alone || alleles.iter().any(|allele| sort(allele) != first) {
        return Err(StrError::Mixed { text: text.to_owned() });
    }
    if alleles.len() > MOST_ALLELES {
        return Err(StrError::TooMany { text: text.to_owned() });
    }
    Ok(alleles)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    Repeats,
    Sex,
    NotDetected,
}

fn sort(allele: &str) -> Option<Sort> {
    if REPEATS.is_match(allele) {
        Some(Sort::Repeats)
    } else if matches!(allele, "X" | "Y") {
        Some(Sort::Sex)
    } else {
        is_not_detected(allele).then_some(Sort::NotDetected)
    }
}

fn is_not_detected(allele: &str) -> bool {
    ["not_detected", "not detected", "nd"].iter().any(|word| allele.eq_ignore_ascii_case(word))
}

/// Whether read alleles are of the sort their marker has.
fn fits(marker: &str, alleles: &[String]) -> bool {
    alleles.iter().all(|allele| match sort(allele) {
        // Repeats are counted in human panels; other species' markers are given by their length in bases.
        Some(Sort::Repeats) if MARKERS.contains(&marker) => {
            marker != AMELOGENIN && allele.split('.').next().is_some_and(|whole| whole.len() <= 2)
        }
        Some(Sort::Sex) => marker == AMELOGENIN,
        Some(Sort::Repeats | Sort::NotDetected) => true,
        None => false,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn profile(cells: &[(&str, &str)]) -> StrProfile {
        let mut profile = StrProfile::default();
        for (marker, text) in cells {
            profile.insert(marker, text).expect("a sound cell");
        }
        profile
    }

    /// The published profile of 201B7 (`PubMed` 18035408).
    fn line_201b7() -> StrProfile {
        profile(&[
            ("AMEL", "X"),
            ("CSF1PO", "10"),
            ("D13S317", "10,14"),
            ("D16S539", "11,13"),
            ("D18S51", "14"),
            ("D21S11", "28"),
            ("D3S1358", "15,17"),
            ("D5S818", "11"),
            ("D7S820", "9,10"),
            ("D8S1179", "8,10"),
            ("FGA", "20,22"),
            ("PENTA_D", "8,10"),
            ("Penta E", "7,19"),
            ("THO1", "5"),
            ("TPOX", "8,9"),
            ("VWA", "15,18"),
        ])
    }

    #[test]
    fn a_profile_is_wholly_like_itself() {
        let line = line_201b7();
        let score = line.score(&line, MarkerMode::NonEmpty, false).expect("comparable");
        assert_eq!(score, Score { shared: 25, query: 25, reference: 25, markers: 15 });
        assert!((score.tanabe() - 100.0).abs() < f64::EPSILON);
        let with_sex = line.score(&line, MarkerMode::NonEmpty, true).expect("comparable");
        assert_eq!((with_sex.shared, with_sex.markers), (26, 16));
    }

    /// (shared, query, reference) and Tanabe, Masters by query, Masters by reference, as published.
    #[test]
    fn percentages_agree_with_the_published_ones() {
        for (shared, query, reference, tanabe, by_query, by_reference) in [
            (14, 16, 16, 87.5, 87.5, 87.5),
            (12, 15, 18, 72.7, 80.0, 66.7),
            (10, 13, 12, 80.0, 76.9, 83.3),
            (11, 14, 12, 84.6, 78.6, 91.7),
            (17, 21, 18, 87.2, 81.0, 94.4),
            (10, 16, 16, 62.5, 62.5, 62.5),
            (14, 17, 21, 73.7, 82.4, 66.7),
            (13, 20, 16, 72.2, 65.0, 81.25),
            (11, 12, 14, 84.6, 91.7, 78.6),
        ] {
            let score = Score { shared, query, reference, markers: 9 };
            for (ours, published) in [
                (score.tanabe(), tanabe),
                (score.masters_query(), by_query),
                (score.masters_reference(), by_reference),
            ] {
                assert!((ours - published).abs() < 0.051, "{score:?}: {ours} is not {published}");
            }
        }
    }

    #[test]
    fn nothing_in_common_is_not_comparable() {
        let query = profile(&[("TH01", "5"), ("AMEL", "X"), ("TPOX", "ND")]);
        let reference = profile(&[("vWA", "15,18"), ("AMEL", "X"), ("TPOX", "8")]);
        for mode in [MarkerMode::NonEmpty, MarkerMode::Query, MarkerMode::Reference] {
            assert_eq!(query.score(&reference, mode, false), None);
        }
    }

    #[test]
    fn the_mode_chooses_whose_markers_count() {
        let query = profile(&[("TH01", "5,6"), ("TPOX", "8,8")]);
        let reference = profile(&[("TH01", "5,9.3"), ("vWA", "15,18")]);
        let score = |mode| {
            let score = query.score(&reference, mode, false).expect("comparable");
            (score.shared, score.query, score.reference, score.markers)
        };
        assert_eq!(score(MarkerMode::NonEmpty), (1, 2, 2, 1));
        assert_eq!(score(MarkerMode::Query), (1, 3, 2, 1), "a homozygous pair counts once");
        assert_eq!(score(MarkerMode::Reference), (1, 2, 4, 1));
    }

    #[test]
    fn a_malformed_cell_is_kept_as_written_and_never_compared() {
        for text in ["10,OL", "11,", ",", "", "`", "19,20 33.2", "8,9.10", "2122,,23", "X", "ND,9"]
        {
            let mut line = StrProfile::default();
            assert!(line.insert("FGA", text).is_err(), "{text}");
            assert_eq!(line.markers["FGA"], [text]);
            assert_eq!(line.score(&line, MarkerMode::NonEmpty, true), None);
        }
        assert_eq!(
            line_201b7().insert("th01", "6"),
            Err(StrError::Repeated { marker: "TH01".to_owned() })
        );
    }

    #[test]
    fn marker_names_fold_to_one_spelling() {
        for (written, canonical) in [
            ("amel", "Amelogenin"),
            ("THO1", "TH01"),
            ("VWA", "vWA"),
            ("PENTA_D", "Penta D"),
            ("PentaE", "Penta E"),
            ("FES/FPS", "FESFPS"),
            (" Dog FHC2010 ", "Dog FHC2010"),
        ] {
            assert_eq!(parse_marker(written), canonical);
        }
    }

    #[test]
    fn a_profile_in_one_text_is_read_cell_by_cell() {
        let read = StrProfile::read("AMEL=X; TH01 6, 9.3;Penta D: 8,10\nTPOX\t8 ;").unwrap();
        let line = profile(&[("AMEL", "X"), ("TH01", "6,9.3"), ("Penta D", "8,10"), ("TPOX", "8")]);
        assert_eq!(read, line);
        let read = StrProfile::read("X; CSF1PO 10; D5S818 11,OL").unwrap();
        assert_eq!(read.unread(), ["D5S818", "X"]);
        let line =
            profile(&[("AMEL", "X,Y"), ("TH01", "6,9.3"), ("Penta D", "8,10"), ("TPOX", "nd")]);
        let table = "AMEL\tX\tY\nTH01 6 9.3\nPenta D\t8\t10\nTPOX not detected";
        let mut read = StrProfile::read(table).unwrap();
        assert_eq!(read.markers["TPOX"], ["not detected"]);
        read.markers.insert("TPOX".to_owned(), vec!["nd".to_owned()]);
        assert_eq!(read, line);
        let read = StrProfile::read("TH01\t6\tOL\nFGA 19,20 33.2\nTPOX 8").unwrap();
        assert_eq!(read.unread(), ["FGA", "TH01"]);
        for text in ["", "matches origin", "identical to the parent, 15 loci", "TH01", "99 %"] {
            assert_eq!(StrProfile::read(text), None, "{text}");
        }
    }

    #[test]
    fn more_than_three_markers_with_a_third_allele_are_a_mixture() {
        let three =
            [("TH01", "5,6,7"), ("TPOX", "8,9,10"), ("vWA", "15,16,17"), ("FGA", "20,20,21")];
        assert!(!profile(&three).is_mixture());
        let mut four = profile(&three);
        four.insert("D5S818", "11,12,13").unwrap();
        assert!(four.is_mixture());
        assert!(!line_201b7().is_mixture());
    }

    #[test]
    fn the_core_is_told_only_where_it_is_whole() {
        let core = line_201b7().core().unwrap();
        assert!(core.starts_with("CSF1PO 10;D13S317 10,14;"), "{core}");
        let mut line = line_201b7();
        line.markers.insert("TPOX".to_owned(), vec!["ND".to_owned()]);
        assert_eq!(line.core(), None);
    }

    #[test]
    fn bands_are_told_without_rounding() {
        let score = |shared| Score { shared, query: 10, reference: 10, markers: 9 };
        assert!(score(8).at_or_above(80) && !score(7).at_or_above(80));
        assert!(score(5).at_or_below(55) && !score(6).at_or_below(55));
    }

    proptest! {
        #[test]
        fn no_text_upsets_the_reader(text in "(TH01|vWA|[;:=, 0-9.XY\n]|[a-z]{1,4}|.){0,40}") {
            let _ = StrProfile::read(&text);
        }

        #[test]
        fn any_cell_is_kept(marker in ".*", text in ".*") {
            let mut profile = StrProfile::default();
            let read = profile.insert(&marker, &text);
            let kept = &profile.markers[&parse_marker(&marker)];
            prop_assert!(read.is_ok() || *kept == [text]);
        }

        #[test]
        fn alleles_read_back_as_they_were_written(alleles in prop::collection::vec("[0-9]{1,2}(\\.[0-9])?", 1..6)) {
            prop_assert_eq!(parse_alleles(&alleles.join(",")), Ok(alleles));
        }

        #[test]
        fn a_comparison_turned_round_swaps_its_sides(
            a in prop::collection::vec(5u8..9, 1..5),
            b in prop::collection::vec(5u8..9, 1..5),
        ) {
            let cell = |of: &[u8]| of.iter().map(u8::to_string).collect::<Vec<_>>().join(",");
            let (a, b) = (profile(&[("TH01", &cell(&a))]), profile(&[("TH01", &cell(&b))]));
            let there = a.score(&b, MarkerMode::NonEmpty, false).expect("comparable");
            let back = b.score(&a, MarkerMode::NonEmpty, false).expect("comparable");
            prop_assert_eq!((there.shared, there.query), (back.shared, back.reference));
            prop_assert!(there.shared <= there.query.min(there.reference));
            prop_assert!(there.tanabe() <= 100.0);
        }
    }
}
