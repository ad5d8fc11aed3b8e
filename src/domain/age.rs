//! The age of a donor at sampling: what the source wrote, what it means, and the band the public may see.
//!
//! An age that cannot be read has no reading; nothing is guessed from its surroundings. Exact ages are
//! restricted: only the [`AgeBand`] leaves for the public.

use std::sync::LazyLock;

use regex::{Captures, Regex};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

/// Ages above this are taken for something else, such as a year of birth, and are not read.
const OLDEST_YEARS: i64 = 150;

/// Words that say which of the embryos, larvae and nymphs is meant.
const QUALIFIERS: &str = "stage and early late high newly last first second third fourth fifth sixth instar \
    moulting planula premetamorphic dorsal extended germ diapause ii iii kupffer vesicle hamburger hamilton \
    shumway";

/// `>65y`, `8-10w`, `7m-11m`, `30y6m`, `1m2w`, `35-39`, `100-`, of a folded text.
static INTERVAL: LazyLock<Regex> = LazyLock::new(|| {
    let unit = r"fd|fw|fm|years?|yrs?|y|歳|months?|m|weeks?|w|days?|d";
    let amount = |name: &str| format!(r"(?<{name}>[0-9]{{1,4}})\s*(?<{name}_unit>{unit})?");
    let pattern = format!(
        r"^(?<sign>[<>])?\s*{}\s*(?<tail>-\s*{}|(?<open>-)|{})?$",
        amount("first"),
        amount("last"),
        amount("rest"),
    );
    Regex::new(&pattern).expect("the pattern is well formed")
});

/// An age as a source gives it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Age {
    /// As the source wrote it.
    pub text: String,
    /// What it means; `None` when nothing is stated or the text cannot be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reading: Option<AgeReading>,
}

/// What an age means.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum AgeReading {
    /// Days since birth, or days of development when `fetal`. A year is 365.25 days, a month a twelfth of it.
    Interval {
        from_days: i64,
        /// Exclusive; `None` is open.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to_days: Option<i64>,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        fetal: bool,
    },
    /// A stage of life named in words.
    Stage { stage: LifeStage },
}

/// A stage of life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LifeStage {
    Embryonic,
    Fetal,
    Newborn,
    /// Born and not adult, of any age.
    Juvenile,
    Adult,
    /// A stage people do not pass through (larva, pupa, tadpole, fry), or one of a staging table.
    OtherSpecies,
}

impl Age {
    /// Reads an age. Numbers without a unit are completed years, as in the five-year bins of European
    /// registries (`35-39`, `100-`). `22W` counts from birth; ages of a fetus say so (`22FW`).
    pub fn parse(text: &str) -> Self {
        let folded = fold(text);
        let reading =
            interval(&folded).or_else(|| Some(AgeReading::Stage { stage: stage(&folded)? }));
        Self { text: text.to_owned(), reading }
    }

    /// Whether the source says that it states no age. Such an age has no reading and is no mistake.
    pub fn is_unspecified(&self) -> bool {
        matches!(
            fold(&self.text).as_str(),
            "" | "-"
                | "age unspecified"
                | "unspecified"
                | "unknown"
                | "not known"
                | "not stated"
                | "n/a"
                | "不明"
        )
    }

    /// The public band, if the age lies within one: `30-39Y` and `Adult` span several and have none.
    pub fn band(&self) -> Option<AgeBand> {
        match *self.reading.as_ref()? {
            AgeReading::Interval { fetal: true, .. } => Some(AgeBand::Fetal),
            AgeReading::Interval { from_days, to_days, fetal: false } => {
                born_band(from_days, to_days)
            }
            AgeReading::Stage { stage } => match stage {
                LifeStage::Embryonic => Some(AgeBand::Embryonic),
                LifeStage::Fetal => Some(AgeBand::Fetal),
                LifeStage::Newborn => Some(AgeBand::Newborn),
                LifeStage::Juvenile | LifeStage::Adult | LifeStage::OtherSpecies => None,
            },
        }
    }
}

fn fold(text: &str) -> String {
    let folded: String = text.nfkc().flat_map(char::to_lowercase).collect();
    folded.replace(['–', '—', '~', '〜'], "-").trim().to_owned()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Day,
    Week,
    Month,
    Year,
}

impl Unit {
    /// The unit and whether it counts before birth.
    fn parse(text: &str) -> Option<(Self, bool)> {
        let (name, fetal) = match text.strip_prefix('f') {
            Some(name) => (name, true),
            None => (text, false),
        };
        let unit = match name.chars().next()? {
            'd' => Self::Day,
            'w' => Self::Week,
            'm' => Self::Month,
            'y' | '歳' => Self::Year,
            _ => return None,
        };
        Some((unit, fetal))
    }

    fn days(self, count: i64) -> i64 {
        match self {
            Self::Day => count,
            Self::Week => count * 7,
            Self::Month => month_start(count),
            Self::Year => month_start(count * 12),
        }
    }

    /// The bound a smaller unit after this one stays under: `1M30D` is read, `1M31D` is not.
    fn longest_days(self) -> i64 {
        if self == Self::Month { 31 } else { self.days(1) }
    }
}

/// The day a month of life starts on: exact in months and years, so that bands and ages share their bounds.
const fn month_start(months: i64) -> i64 {
    months * 1461 / 48
}

fn interval(folded: &str) -> Option<AgeReading> {
    let found = INTERVAL.captures(folded)?;
    let first = number(&found, "first")?;
    let first_unit = unit(&found, "first_unit");
    let (last_unit, fetal) =
        unit(&found, "last_unit").or(first_unit).unwrap_or((Unit::Year, false));
    let (unit_of_first, first_fetal) = first_unit.unwrap_or((last_unit, fetal));
    let (from, next) = (unit_of_first.days(first), unit_of_first.days(first + 1));
    let sign = found.name("sign").map(|sign| sign.as_str());
    let last = number(&found, "last");
    let rest = number(&found, "rest");
    let (from_days, to_days) = match (sign, last, rest) {
        (None, Some(last), _) => (from, Some(last_unit.days(last + 1))),
        (None, None, Some(rest)) => {
            let (from, to) = compound(first, first_unit?.0, rest, unit(&found, "rest_unit"))?;
            (from, Some(to))
        }
        (None, None, None) => (from, found.name("open").is_none().then_some(next)),
        (Some(_), ..) if found.name("tail").is_some() => return None,
        (Some("<"), ..) => (0, Some(from)),
        (Some(_), ..) => (from, None),
    };
    let sound = first_fetal == fetal
        && from_days <= Unit::Year.days(OLDEST_YEARS)
        && to_days.is_none_or(|to| from_days < to && to <= Unit::Year.days(OLDEST_YEARS + 1));
    sound.then_some(AgeReading::Interval { from_days, to_days, fetal })
}

/// The bounds of `30y6m`. A rest without a unit (`30y10`) does not narrow the first part.
fn compound(
    first: i64,
    first_unit: Unit,
    rest: i64,
    rest_unit: Option<(Unit, bool)>,
) -> Option<(i64, i64)> {
    let Some((rest_unit, rest_fetal)) = rest_unit else {
        return Some((first_unit.days(first), first_unit.days(first + 1)));
    };
    let from = first_unit.days(first);
    if rest_fetal || rest_unit.days(rest) >= first_unit.longest_days() {
        return None;
    }
    Some(match (first_unit, rest_unit) {
        (Unit::Year, Unit::Month) => {
            (month_start(first * 12 + rest), month_start(first * 12 + rest + 1))
        }
        _ => (from + rest_unit.days(rest), from + rest_unit.days(rest + 1)),
    })
}

fn number(found: &Captures<'_>, name: &str) -> Option<i64> {
    found.name(name)?.as_str().parse().ok()
}

fn unit(found: &Captures<'_>, name: &str) -> Option<(Unit, bool)> {
    Unit::parse(found.name(name)?.as_str())
}

/// The stage a text names. Every word must be known, so that a sentence which merely mentions a stage is not
/// read. A larva makes the neonate beside it a larva too.
fn stage(folded: &str) -> Option<LifeStage> {
    let mut named = Vec::new();
    let mut numbered = false;
    for word in folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        if word.strip_suffix('d').unwrap_or(word).bytes().all(|b| b.is_ascii_digit()) {
            numbered = true;
        } else if !QUALIFIERS.split_whitespace().any(|qualifier| qualifier == word) {
            named.push(word_stage(word)?);
        }
    }
    let first = *named.first()?;
    if named.contains(&LifeStage::OtherSpecies) {
        return Some(LifeStage::OtherSpecies);
    }
    // `Stage 20 embryo` is a stage, `Adult 45` may be an age without its unit.
    let readable = !numbered || first == LifeStage::Embryonic;
    (readable && named.iter().all(|stage| *stage == first)).then_some(first)
}

fn word_stage(word: &str) -> Option<LifeStage> {
    Some(match word {
        "embryo" | "embryonic" | "blastocyst" | "morula" | "blastula" | "gastrula" | "somite"
        | "tailbud" | "band" | "closure" | "blastokinesis" => LifeStage::Embryonic,
        "fetus" | "fetal" | "foetus" | "foetal" => LifeStage::Fetal,
        "newborn" | "neonate" | "neonatal" => LifeStage::Newborn,
        "child" | "children" | "juvenile" | "prepubertal" | "adolescent" | "immature"
        | "weaned" | "young" | "yearling" | "calf" | "lamb" | "fawn" | "pup" => LifeStage::Juvenile,
        "adult" | "mature" => LifeStage::Adult,
        "larva" | "larval" | "pupal" | "chrysalid" | "nymph" | "tadpole" | "froglet" | "fry"
        | "fingerling" | "parr" | "smolt" | "elver" | "protoscolex" | "hatched" | "pouched"
        | "nf" | "prim" => LifeStage::OtherSpecies,
        _ => return None,
    })
}

/// The band of an age that the public may see, in the order of life. The newborn are under one month old and
/// not, as elsewhere, under 28 days, so that a source's `<1M` has a band; [`AgeBand::Year0`] is the rest of
/// the first year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AgeBand {
    Embryonic,
    Fetal,
    Newborn,
    Year0,
    Years1To4,
    Years5To9,
    Years10To14,
    Years15To19,
    Years20To24,
    Years25To29,
    Years30To34,
    Years35To39,
    Years40To44,
    Years45To49,
    Years50To54,
    Years55To59,
    Years60To64,
    Years65To69,
    Years70To74,
    Years75To79,
    Years80To84,
    Years85To89,
    Years90Up,
}

/// Every band with its code and the month of life it starts with; the unborn have none.
const BANDS: [(AgeBand, &str, Option<i64>); 23] = [
    (AgeBand::Embryonic, "embryonic", None),
    (AgeBand::Fetal, "fetal", None),
    (AgeBand::Newborn, "newborn", Some(0)),
    (AgeBand::Year0, "0", Some(1)),
    (AgeBand::Years1To4, "1-4", Some(12)),
    (AgeBand::Years5To9, "5-9", Some(5 * 12)),
    (AgeBand::Years10To14, "10-14", Some(10 * 12)),
    (AgeBand::Years15To19, "15-19", Some(15 * 12)),
    (AgeBand::Years20To24, "20-24", Some(20 * 12)),
    (AgeBand::Years25To29, "25-29", Some(25 * 12)),
    (AgeBand::Years30To34, "30-34", Some(30 * 12)),
    (AgeBand::Years35To39, "35-39", Some(35 * 12)),
    (AgeBand::Years40To44, "40-44", Some(40 * 12)),
    (AgeBand::Years45To49, "45-49", Some(45 * 12)),
    (AgeBand::Years50To54, "50-54", Some(50 * 12)),
    (AgeBand::Years55To59, "55-59", Some(55 * 12)),
    (AgeBand::Years60To64, "60-64", Some(60 * 12)),
    (AgeBand::Years65To69, "65-69", Some(65 * 12)),
    (AgeBand::Years70To74, "70-74", Some(70 * 12)),
    (AgeBand::Years75To79, "75-79", Some(75 * 12)),
    (AgeBand::Years80To84, "80-84", Some(80 * 12)),
    (AgeBand::Years85To89, "85-89", Some(85 * 12)),
    (AgeBand::Years90Up, "90+", Some(90 * 12)),
];

impl AgeBand {
    /// In the order of life.
    pub const ALL: [Self; BANDS.len()] = {
        let mut all = [Self::Embryonic; BANDS.len()];
        let mut i = 0;
        while i < BANDS.len() {
            all[i] = BANDS[i].0;
            i += 1;
        }
        all
    };

    /// The stable name: `embryonic`, `fetal`, `newborn`, `0`, `1-4`, `5-9` … `85-89`, `90+`.
    pub fn code(self) -> &'static str {
        BANDS[self as usize].1
    }

    pub fn from_code(code: &str) -> Option<Self> {
        BANDS.iter().find(|(_, other, _)| *other == code).map(|(band, ..)| *band)
    }
}

/// The band a whole interval since birth lies in.
fn born_band(from: i64, to: Option<i64>) -> Option<AgeBand> {
    let start = |&(_, _, month): &(AgeBand, &str, Option<i64>)| month.map(month_start);
    let at = BANDS.iter().rposition(|band| start(band).is_some_and(|start| start <= from))?;
    let within = match (BANDS.get(at + 1).and_then(start), to) {
        (None, _) => true,
        (Some(end), Some(to)) => to <= end,
        (Some(_), None) => false,
    };
    within.then_some(BANDS[at].0)
}

impl Serialize for AgeBand {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for AgeBand {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = std::borrow::Cow::<str>::deserialize(deserializer)?;
        Self::from_code(&code).ok_or_else(|| {
            serde::de::Error::custom(format!("`{code}` is no age band; bands look like `35-39`"))
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn band(text: &str) -> Option<&'static str> {
        Age::parse(text).band().map(AgeBand::code)
    }

    fn days(text: &str) -> Option<(i64, Option<i64>, bool)> {
        match Age::parse(text).reading? {
            AgeReading::Interval { from_days, to_days, fetal } => Some((from_days, to_days, fetal)),
            AgeReading::Stage { .. } => None,
        }
    }

    #[test]
    fn an_age_within_one_band_has_that_band() {
        for (code, texts) in [
            ("35-39", &["36Y", "36Y11M", "35-39", "35 - 39 years", "36 Y", "３６Ｙ", "36歳"][..]),
            ("newborn", &["<1D", "<1M", "3W", "Newborn"]),
            ("0", &["1M", "7M-11M", "11M"]),
            ("1-4", &["1Y", "4Y11M"]),
            ("85-89", &["89Y11M"]),
            ("90+", &["90Y", ">100Y", "100-", "106Y"]),
            ("fetal", &["22FW", "FetuS", ">12FW", "13-14FD"]),
            ("embryonic", &["Blastocyst stage", "Embryo 5-7D"]),
        ] {
            for text in texts {
                assert_eq!(band(text), Some(code), "{text}");
            }
        }
    }

    #[test]
    fn an_age_over_several_bands_has_none() {
        for text in
            ["30-39Y", "Adult", "Children", "<1Y", "4W", ">65Y", ">89Y", "0-4Y", "Larval stage"]
        {
            let age = Age::parse(text);
            assert!(age.reading.is_some(), "{text} is read");
            assert_eq!(age.band(), None, "{text}");
        }
    }

    #[test]
    fn intervals_end_where_the_next_age_starts() {
        assert_eq!(days("1Y"), Some((365, Some(730), false)));
        assert_eq!(days("1Y0M"), Some((365, Some(395), false)));
        assert_eq!(days("1M2W"), Some((44, Some(51), false)));
        assert_eq!(days("13-14FD"), Some((13, Some(15), true)));
        assert_eq!(days(">40FD"), Some((40, None, true)));
        assert_eq!(days("30Y10"), days("30Y"), "a number without its unit narrows nothing");
    }

    #[test]
    fn what_cannot_be_read_has_no_reading_and_is_not_unspecified() {
        for text in [
            "30Y15M",
            "39-30Y",
            "1965",
            "Adult 45",
            "36Q",
            "Fetus of an adult",
            "<5-6Y",
            "5D-6FD",
            "1 2",
            "00012",
            "<30Y10",
        ] {
            let age = Age::parse(text);
            assert_eq!(age.reading, None, "{text}");
            assert!(!age.is_unspecified(), "{text}");
        }
    }

    #[test]
    fn no_stated_age_is_no_mistake() {
        let age = Age::parse("Age unspecified");
        assert_eq!(age.reading, None);
        assert!(age.is_unspecified());
    }

    #[test]
    fn codes_read_back_and_keep_the_order_of_life() {
        for (i, band) in AgeBand::ALL.into_iter().enumerate() {
            assert_eq!(band as usize, i, "the table follows the enum");
            assert_eq!(AgeBand::from_code(band.code()), Some(band));
            let json = serde_json::to_string(&band).unwrap();
            assert_eq!(serde_json::from_str::<AgeBand>(&json).unwrap(), band);
        }
    }

    #[test]
    fn every_age_found_in_public_catalogues_is_read_or_unspecified() {
        let path =
            std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/age-strings.tsv");
        let Ok(table) = std::fs::read_to_string(&path) else {
            eprintln!("skipped: {} is absent", path.display());
            return;
        };
        let unread: Vec<&str> = table
            .lines()
            .skip(1)
            .filter_map(|line| line.split('\t').next())
            .filter(|text| {
                let age = Age::parse(text);
                age.reading.is_none() && !age.is_unspecified()
            })
            .collect();
        assert!(unread.is_empty(), "unread: {unread:?}");
    }

    proptest! {
        #[test]
        fn any_text_is_kept(text in ".*") {
            prop_assert_eq!(Age::parse(&text).text, text);
        }

        #[test]
        fn any_shape_of_age_has_ordered_bounds(text in "[<>]?[0-9]{1,4}(Y|M|W|D|FD|FW)?(-[0-9]{0,4})?[0-9]{0,3}(Y|M|W|D|FD)?") {
            if let Some((from, Some(to), _)) = days(&text) {
                prop_assert!(0 <= from && from < to);
            }
        }

        #[test]
        fn every_completed_year_has_a_band(years in 0i64..150) {
            let age = Age::parse(&format!("{years}Y"));
            prop_assert_eq!(age.band().is_some(), years > 0, "year 0 holds the newborn and the rest");
        }
    }
}
