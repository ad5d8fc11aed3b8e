//! The shape of a karyotype written in ISCN: clones, chromosome counts, sex chromosomes, metaphases.
//!
//! It checks the shape only; abnormalities stay text, and no clone is judged or compared with a donor here.

use std::sync::LazyLock;

use regex::Regex;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

/// The clones of a karyotype, in the order of the source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct KaryotypeSketch {
    /// At least one.
    pub clones: Vec<CloneSketch>,
}

/// One clone, such as `47,XX,+8[3]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CloneSketch {
    /// Chromosomes; the ends of `45~48`, otherwise equal.
    pub fewest: u16,
    pub most: u16,
    /// `XX`, `XYc`, `X`; `idem` and `sl` stand for those of a clone before.
    pub sex_chromosomes: String,
    /// Cells in which the clone was seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metaphases: Option<u32>,
    /// Whether the metaphases are those of a composite karyotype, `[cp10]`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub composite: bool,
    /// The abnormalities and all else after the sex chromosomes, as written; empty if there is nothing.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub rest: String,
}

/// Why a text has not the shape of a karyotype.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum KaryotypeProblem {
    #[error("a clone is empty: write clones as `47,XX,+8[3]/46,XX[17]`")]
    EmptyClone,
    #[error("the brackets of `{clone}` do not match: close each one that is opened")]
    Brackets { clone: String },
    #[error("`{clone}` does not start with a count of chromosomes: expected `46,XY` or `45~48,XX`")]
    Count { clone: String },
    #[error("the comma after the chromosome count is missing in `{clone}`: expected `{expected}`")]
    MissingComma { clone: String, expected: String },
    #[error("`{found}` in `{clone}` is no set of sex chromosomes: expected X and Y, as in `46,XY`")]
    SexChromosomes { clone: String, found: String },
    #[error("`{found}` in `{clone}` is no count of metaphases: expected `[20]` or `[cp20]`")]
    Metaphases { clone: String, found: String },
}

static CLONE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?s)^(?:(?:mos|chi)\s+)?(?<fewest>[0-9]{1,3})(?:[~-](?<most>[0-9]{1,3}))?(?<ploidy><[^>]*>)?(?<comma>\s*,)?\s*(?<after>.*)$",
    )
});

static SEX: LazyLock<Regex> = LazyLock::new(|| pattern(r"^(?:[XY?]+c?|U|idem|sl|sdl[0-9]*)$"));

static METAPHASES: LazyLock<Regex> = LazyLock::new(|| pattern(r"^(?<cp>cp)?(?<cells>[0-9]{1,5})$"));

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the pattern is well formed")
}

/// Checks the shape of a karyotype. A chimera's `//` parts clones as `/` does.
pub fn check(text: &str) -> Result<KaryotypeSketch, KaryotypeProblem> {
    let text: String = text.nfkc().collect();
    let clones = split_clones(text.trim())?;
    Ok(KaryotypeSketch { clones: clones.into_iter().map(sketch).collect::<Result<_, _>>()? })
}

/// Splits at each `/` outside brackets, because abnormalities may hold one.
fn split_clones(text: &str) -> Result<Vec<&str>, KaryotypeProblem> {
    let unmatched = || KaryotypeProblem::Brackets { clone: text.to_owned() };
    let (mut clones, mut open, mut start) = (Vec::new(), Vec::new(), 0);
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '(' => open.push(')'),
            '[' => open.push(']'),
            ')' | ']' if open.pop() != Some(c) => return Err(unmatched()),
            '/' if open.is_empty() => {
                clones.push(text[start..at].trim());
                let end = chars.next_if(|next| next.1 == '/').map_or(at, |(second, _)| second);
                start = end + 1;
            }
            _ => {}
        }
    }
    clones.push(text[start..].trim());
    if open.is_empty() { Ok(clones) } else { Err(unmatched()) }
}

fn sketch(clone: &str) -> Result<CloneSketch, KaryotypeProblem> {
    if clone.is_empty() {
        return Err(KaryotypeProblem::EmptyClone);
    }
    let no_count = || KaryotypeProblem::Count { clone: clone.to_owned() };
    let found = CLONE.captures(clone).ok_or_else(no_count)?;
    let (fewest, after) = (&found["fewest"], &found["after"]);
    let most = found.name("most").map_or(fewest, |most| most.as_str());
    let (Ok(fewest), Ok(most)) = (fewest.parse::<u16>(), most.parse::<u16>()) else {
        return Err(no_count());
    };
    if found.name("comma").is_none() && after.starts_with(['X', 'Y', 'U', '?']) {
        let (clone, counted) = (clone.to_owned(), clone.len() - after.len());
        let expected = format!("{},{after}", clone[..counted].trim_end());
        return Err(KaryotypeProblem::MissingComma { clone, expected });
    }
    if found.name("comma").is_none() || fewest > most {
        return Err(no_count());
    }
    let (described, cells) = split_metaphases(clone, after)?;
    let (sex, rest) = described.split_once(',').unwrap_or((described, ""));
    let sex = sex.trim();
    if !SEX.is_match(sex) {
        return Err(KaryotypeProblem::SexChromosomes {
            clone: clone.to_owned(),
            found: sex.to_owned(),
        });
    }
    Ok(CloneSketch {
        fewest,
        most,
        sex_chromosomes: sex.to_owned(),
        metaphases: cells.as_ref().map(|cells| cells.count),
        composite: cells.is_some_and(|cells| cells.composite),
        rest: rest.trim().to_owned(),
    })
}

struct Metaphases {
    count: u32,
    composite: bool,
}

/// The description, and the cells in the bracket at its end.
fn split_metaphases<'a>(
    clone: &str,
    text: &'a str,
) -> Result<(&'a str, Option<Metaphases>), KaryotypeProblem> {
    let text = text.trim_end();
    let Some((described, cells)) = text.strip_suffix(']').and_then(|text| text.rsplit_once('['))
    else {
        return Ok((text, None));
    };
    let wrong =
        || KaryotypeProblem::Metaphases { clone: clone.to_owned(), found: format!("[{cells}]") };
    let found = METAPHASES.captures(cells).ok_or_else(wrong)?;
    let count = found["cells"].parse().map_err(|_| wrong())?;
    let composite = found.name("cp").is_some();
    Ok((described.trim_end(), Some(Metaphases { count, composite })))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn clone(count: u16, sex: &str, metaphases: Option<u32>, rest: &str) -> CloneSketch {
        CloneSketch {
            fewest: count,
            most: count,
            sex_chromosomes: sex.to_owned(),
            metaphases,
            composite: false,
            rest: rest.to_owned(),
        }
    }

    #[test]
    fn sound_karyotypes_are_sketched() {
        for (text, clones) in [
            ("46,XY[20]", vec![clone(46, "XY", Some(20), "")]),
            ("46, XX", vec![clone(46, "XX", None, "")]),
            ("46,XY,t(11;13)(p13;q32)", vec![clone(46, "XY", None, "t(11;13)(p13;q32)")]),
            (
                "47,XX,+8[3]/46,XX[17]",
                vec![clone(47, "XX", Some(3), "+8"), clone(46, "XX", Some(17), "")],
            ),
            (
                "mos 45,X[3]/46,XX[17]",
                vec![clone(45, "X", Some(3), ""), clone(46, "XX", Some(17), "")],
            ),
            (
                "46,XX[3]//46,XY[17]",
                vec![clone(46, "XX", Some(3), ""), clone(46, "XY", Some(17), "")],
            ),
            ("47,XXYc,+21[2]", vec![clone(47, "XXYc", Some(2), "+21")]),
            ("46,XX/47,idem,+8", vec![clone(46, "XX", None, ""), clone(47, "idem", None, "+8")]),
            ("４６，ＸＹ", vec![clone(46, "XY", None, "")]),
            ("46,XX,t(2/q2/q)", vec![clone(46, "XX", None, "t(2/q2/q)")]),
        ] {
            assert_eq!(check(text), Ok(KaryotypeSketch { clones }), "{text}");
        }
        let composite = &check("45~48,XX,+8[cp10]").unwrap().clones[0];
        assert_eq!((composite.fewest, composite.most), (45, 48));
        assert_eq!((composite.metaphases, composite.composite), (Some(10), true));
    }

    #[test]
    fn a_missing_comma_is_told_with_what_is_expected() {
        assert_eq!(
            check("46XY").unwrap_err().to_string(),
            "the comma after the chromosome count is missing in `46XY`: expected `46,XY`"
        );
        assert_eq!(
            check("46,XX[3]/47 XX,+8[2]"),
            Err(KaryotypeProblem::MissingComma {
                clone: "47 XX,+8[2]".to_owned(),
                expected: "47,XX,+8[2]".to_owned()
            })
        );
    }

    #[test]
    fn other_shapes_are_refused_by_what_is_wrong() {
        for (text, word) in [
            ("", "empty"),
            ("46,XX/", "empty"),
            ("46,XX///46,XY", "empty"),
            ("/46,XX", "empty"),
            ("normal", "count"),
            ("46", "count"),
            ("48~45,XX", "count"),
            ("46,", "sex chromosomes"),
            ("45,XO", "`XO`"),
            ("46,XX[many]", "`[many]`"),
            ("46,XX,t(2;3", "brackets"),
            ("46,XX]20[", "brackets"),
        ] {
            let problem = check(text).unwrap_err().to_string();
            assert!(problem.contains(word), "{text}: {problem}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_sketched_or_refused(text in ".*") {
            let _ = check(&text);
        }

        #[test]
        fn any_string_of_parts_is_sketched_or_refused(parts in prop::collection::vec(
            prop::sample::select(vec!["46", ",", "XX", "[", "20", "]", "/", "(", ")", "~", "é", " ", "cp"]), 0..12)) {
            let _ = check(&parts.concat());
        }

        #[test]
        fn counts_and_metaphases_read_back(count in 1u16..999, cells in 0u32..99_999) {
            prop_assert_eq!(
                check(&format!("{count},XY,+8[{cells}]")),
                Ok(KaryotypeSketch { clones: vec![clone(count, "XY", Some(cells), "+8")] })
            );
        }
    }
}
