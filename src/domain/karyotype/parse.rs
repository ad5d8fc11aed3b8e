//! Reads a karyotype: parts it into clones, and each clone into count, sex chromosomes, abnormalities and cells.

use std::sync::LazyLock;

use regex::Regex;
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use super::{Abnormality, CloneOrigin, Karyotype, KaryotypeClone, SexChromosomes, pattern};

/// Why a text is no karyotype.
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
    #[error(
        "`{found}` in `{clone}` stands for no one clone before it: write the abnormalities out, or number the \
         sidelines as `sdl1`"
    )]
    Reference { clone: String, found: String },
    #[error("`{found}` in `{clone}` is no count of metaphases: expected `[20]` or `[cp20]`")]
    Metaphases { clone: String, found: String },
}

static CLONE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?s)^(?:(?<origin>mos|chi)\s+)?(?<fewest>[0-9]{1,3})(?:[~-](?<most>[0-9]{1,3}))?(?:<(?<ploidy>[^>]*)>)?(?<comma>\s*,)?\s*(?<after>.*)$",
    )
});

static SEX: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?:(?<stated>[XY?]+)(?<constitutional>c)?|U|(?<first>idem|sl)|sdl(?<sideline>[0-9]*))$",
    )
});

static METAPHASES: LazyLock<Regex> = LazyLock::new(|| pattern(r"^(?<cp>cp)?(?<cells>[0-9]{1,5})$"));

/// Says what is wrong with a karyotype, if anything is.
pub fn check(text: &str) -> Result<(), KaryotypeProblem> {
    Karyotype::parse(text).map(drop)
}

impl Karyotype {
    /// Reads a karyotype. Abnormalities are never refused: what cannot be read of them stays text.
    pub fn parse(text: &str) -> Result<Self, KaryotypeProblem> {
        let folded: String = text.nfkc().collect();
        let mut read = Self { text: text.to_owned(), origin: None, clones: Vec::new() };
        let mut first = 0;
        for (part, other_individual) in split_clones(folded.trim())? {
            if other_individual {
                first = read.clones.len();
            }
            let (clone, origin) = parse_clone(part, first, read.clones.len())?;
            read.clones.push(KaryotypeClone { other_individual, ..clone });
            read.origin = read.origin.or(origin);
        }
        Ok(read)
    }
}

/// Splits at each `/` outside brackets, because abnormalities may hold one. Says of each clone whether it comes
/// after `//`.
fn split_clones(text: &str) -> Result<Vec<(&str, bool)>, KaryotypeProblem> {
    let unmatched = || KaryotypeProblem::Brackets { clone: text.to_owned() };
    let (mut clones, mut open, mut start, mut doubled) = (Vec::new(), Vec::new(), 0, false);
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '(' => open.push(')'),
            '[' => open.push(']'),
            ')' | ']' if open.pop() != Some(c) => return Err(unmatched()),
            '/' if open.is_empty() => {
                clones.push((text[start..at].trim(), doubled));
                let second = chars.next_if(|next| next.1 == '/');
                doubled = second.is_some();
                start = second.map_or(at, |(second, _)| second) + 1;
            }
            _ => {}
        }
    }
    clones.push((text[start..].trim(), doubled));
    if open.is_empty() { Ok(clones) } else { Err(unmatched()) }
}

/// Reads the clone at a place of the karyotype, both it and the first clone of its individual counted from zero.
fn parse_clone(
    clone: &str,
    first: usize,
    place: usize,
) -> Result<(KaryotypeClone, Option<CloneOrigin>), KaryotypeProblem> {
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
    let abnormalities = split_items(rest).into_iter().map(Abnormality::parse).collect();
    let read = KaryotypeClone {
        text: clone.to_owned(),
        fewest,
        most,
        ploidy: found.name("ploidy").map(|ploidy| ploidy.as_str().to_owned()),
        sex: parse_sex(clone, sex.trim(), first, place)?,
        abnormalities,
        metaphases: cells.as_ref().map(|cells| cells.count),
        composite: cells.is_some_and(|cells| cells.composite),
        other_individual: false,
    };
    let origin = found.name("origin").map(|word| match word.as_str() {
        "chi" => CloneOrigin::Chimera,
        _ => CloneOrigin::Mosaic,
    });
    Ok((read, origin))
}

/// Sidelines are numbered from one, in the order of the clones after the stemline.
fn parse_sex(
    clone: &str,
    sex: &str,
    first: usize,
    place: usize,
) -> Result<SexChromosomes, KaryotypeProblem> {
    let (clone, text) = (clone.to_owned(), sex.to_owned());
    let Some(found) = SEX.captures(sex) else {
        return Err(KaryotypeProblem::SexChromosomes { clone, found: text });
    };
    if found.name("stated").is_some() {
        let count = |letter: char| u32::try_from(sex.matches(letter).count()).unwrap_or(u32::MAX);
        return Ok(if sex.contains('?') {
            SexChromosomes::Uncertain { text }
        } else {
            let constitutional = found.name("constitutional").is_some();
            SexChromosomes::Stated { x: count('X'), y: count('Y'), constitutional }
        });
    }
    let same_as = match found.name("sideline").map(|number| number.as_str()) {
        // Without a number there must be just one.
        Some("") => Some(first + 1).filter(|sideline| sideline + 1 == place),
        Some(number) => number.parse().ok().filter(|n| *n > 0).and_then(|n| first.checked_add(n)),
        None if found.name("first").is_some() => Some(first),
        None => return Ok(SexChromosomes::Undisclosed),
    };
    match same_as.filter(|earlier| *earlier < place) {
        Some(earlier) => Ok(SexChromosomes::SameAs { clone: earlier }),
        None => Err(KaryotypeProblem::Reference { clone, found: text }),
    }
}

/// Splits at each comma outside brackets; nothing between two commas is nothing.
fn split_items(text: &str) -> Vec<&str> {
    let (mut items, mut depth, mut start) = (Vec::new(), 0_usize, 0);
    for (at, c) in text.char_indices() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                items.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    items.push(&text[start..]);
    items.into_iter().map(str::trim).filter(|item| !item.is_empty()).collect()
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
