//! Reads one name: the locus it speaks of and the value it gives, in whichever form.

use std::sync::LazyLock;

use regex::Regex;

use super::{
    ExchangeWord, Expression, GroupKind, HlaLocus, HlaProblem, HlaValue, relation::broad_of,
};

/// The only antigens with more than two digits, by series (IPD-IMGT/HLA 3.58.0). `A2402` is none: it may be meant
/// for an allele.
const LONG_ANTIGENS: [(&str, &[&str]); 3] = [
    ("A", &["203", "210", "2403"]),
    ("B", &["703", "2708", "3901", "3902", "4005", "5102", "5103"]),
    ("DR", &["103", "1403", "1404"]),
];

/// The series of antigens that serology types.
const TYPED_SERIES: [&str; 5] = ["A", "B", "C", "DR", "DQ"];

static SERIES: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^(?<series>A|B|C|DR|DQ|DP|D)(?<w>[wW]?)(?<number>[0-9].*)$"));

static ANTIGEN: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^(?<number>[1-9][0-9]{0,3})(?:\(w?(?<broad>[1-9][0-9]?)\))?$"));

static ALLELE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^(?<fields>[0-9]+(?::[0-9]+)*)(?<letter>[A-Z])?$"));

/// Multiple allele codes of before 2010 have no colon.
static CODED: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^(?<first>[0-9]+):?(?<code>[A-Z]{2,})$"));

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the pattern is well formed")
}

/// Where a value without a locus of its own belongs.
#[derive(Clone)]
pub(super) struct Context {
    pub(super) locus: HlaLocus,
    /// The series of the antigen before.
    pub(super) series: Option<&'static str>,
}

/// A problem, and the loci of which a value may be lost by it.
pub(super) struct Failure {
    pub(super) problem: HlaProblem,
    pub(super) loci: Vec<HlaLocus>,
}

/// The locus and the value of one name or of a list of them; no value is a blank.
pub(super) fn named(
    part: &str,
    context: Option<&Context>,
) -> Result<(Context, Option<HlaValue>), Failure> {
    let Some((first, others)) = part.split_once('/') else {
        return single(part, context);
    };
    let (mut place, value) = single(first, context)?;
    let locus = place.locus.clone();
    let fail = |problem| Failure { problem, loci: vec![locus.clone()] };
    let unreadable = || fail(HlaProblem::Unreadable { part: part.to_owned() });
    let mut values = vec![value.ok_or_else(unreadable)?];
    for element in others.split('/') {
        let (found, value) = single(element, Some(&place))?;
        if found.locus != locus {
            return Err(fail(HlaProblem::SeveralLoci { part: part.to_owned() }));
        }
        // `02:01/02` may mean 02:02 or the whole family.
        let bare = element.len() < 4 && element.chars().all(|c| c.is_ascii_digit());
        if bare && fields_of(&values[0]) > 1 {
            return Err(fail(HlaProblem::Shortened { part: part.to_owned() }));
        }
        values.push(value.ok_or_else(unreadable)?);
        place = found;
    }
    Ok((place, Some(HlaValue::AnyOf { values })))
}

fn fields_of(value: &HlaValue) -> usize {
    match value {
        HlaValue::Allele { fields, .. } | HlaValue::Group { fields, .. } => fields.len(),
        HlaValue::Undelimited { digits, .. } => digits.len() / 2,
        _ => 1,
    }
}

fn single(part: &str, context: Option<&Context>) -> Result<(Context, Option<HlaValue>), Failure> {
    let (place, rest) = place(part, context)
        .map_err(|problem| Failure { loci: spoils(&problem, context), problem })?;
    let value = if is_blank(rest) {
        Ok(None)
    } else if let Some(word) = ExchangeWord::parse(rest) {
        Ok(Some(HlaValue::Word { word, first_field: None }))
    } else if let Some(series) = place.series {
        antigen(&place.locus, series, rest, part).map(Some)
    } else {
        allele(&place.locus, rest, part).map(Some)
    };
    match value {
        Ok(value) => Ok((place, value)),
        Err(problem) => Err(Failure { problem, loci: vec![place.locus] }),
    }
}

/// The loci that a part may have spoken of when it cannot be told: those that its gene resembles, or the one before.
fn spoils(problem: &HlaProblem, context: Option<&Context>) -> Vec<HlaLocus> {
    let before = context.map(|context| context.locus.clone());
    match problem {
        HlaProblem::PublicAntigen { .. } | HlaProblem::TypedWithCells { .. } => Vec::new(),
        HlaProblem::Locus { part } => {
            let gene = part.split('*').next().unwrap_or_default().to_uppercase();
            let alike = HlaLocus::starting_with(gene.trim_start_matches("HLA-"));
            if alike.is_empty() { before.into_iter().collect() } else { alike }
        }
        _ => before.into_iter().collect(),
    }
}

fn is_blank(text: &str) -> bool {
    text == "-" || text.eq_ignore_ascii_case("blank")
}

/// Where a value belongs, and what is left of it.
pub(super) fn place<'a>(
    part: &'a str,
    context: Option<&Context>,
) -> Result<(Context, &'a str), HlaProblem> {
    let owned = || part.to_owned();
    let prefixed = part.get(..4).is_some_and(|prefix| prefix.eq_ignore_ascii_case("HLA-"));
    let name = if prefixed { &part[4..] } else { part };
    if let Some((gene, rest)) = name.split_once('*') {
        let locus = HlaLocus::parse(gene).ok_or_else(|| HlaProblem::Locus { part: owned() })?;
        return Ok((Context { locus, series: None }, rest));
    }
    if let Some(found) = SERIES.captures(name) {
        let (series, number) = (&found["series"], found.name("number").map_or("", |n| n.as_str()));
        if series == "B" && !found["w"].is_empty() && matches!(number, "4" | "6") {
            return Err(HlaProblem::PublicAntigen { part: owned() });
        }
        let series = TYPED_SERIES.into_iter().find(|typed| *typed == series);
        let located = series.and_then(|series| Some((series, locus_of(series, number)?)));
        let (series, locus) =
            located.ok_or_else(|| HlaProblem::TypedWithCells { part: owned() })?;
        return Ok((Context { locus, series: Some(series) }, number));
    }
    match context {
        None => Err(HlaProblem::NoLocus { part: owned() }),
        Some(_) if prefixed => Err(HlaProblem::Unreadable { part: owned() }),
        Some(context) => {
            let of_series =
                context.series.filter(|_| name.starts_with(|c: char| c.is_ascii_digit()));
            let locus = of_series.and_then(|series| locus_of(series, name));
            let locus = locus.unwrap_or_else(|| context.locus.clone());
            Ok((Context { locus, series: context.series }, name))
        }
    }
}

/// The gene whose product bears an antigen.
fn locus_of(series: &str, number: &str) -> Option<HlaLocus> {
    match (series, number) {
        ("A", _) => Some(HlaLocus::A),
        ("B", _) => Some(HlaLocus::B),
        ("C", _) => Some(HlaLocus::C),
        ("DR", "51") => Some(HlaLocus::Drb5),
        ("DR", "52") => Some(HlaLocus::Drb3),
        ("DR", "53") => Some(HlaLocus::Drb4),
        ("DR", _) => Some(HlaLocus::Drb1),
        ("DQ", _) => Some(HlaLocus::Dqb1),
        _ => None,
    }
}

fn antigen(locus: &HlaLocus, series: &str, text: &str, part: &str) -> Result<HlaValue, HlaProblem> {
    let none = || HlaProblem::Antigen { part: part.to_owned() };
    let found = ANTIGEN.captures(text).ok_or_else(none)?;
    let number = found["number"].to_owned();
    let long =
        LONG_ANTIGENS.iter().any(|(of, numbers)| *of == series && numbers.contains(&&*number));
    if number.len() > 2 && !long {
        return Err(none());
    }
    let broad = found.name("broad").map(|broad| broad.as_str().to_owned());
    if let (Some(written), Some(known)) = (&broad, broad_of(locus, &number))
        && written != known
    {
        let (part, broad) = (part.to_owned(), known.to_owned());
        return Err(HlaProblem::Broad { part, number, broad });
    }
    Ok(HlaValue::Antigen { number, broad })
}

fn allele(locus: &HlaLocus, text: &str, part: &str) -> Result<HlaValue, HlaProblem> {
    if let Some(found) = CODED.captures(text) {
        let first_field = found["first"].to_owned();
        check_field(locus, &first_field, part)?;
        return Ok(match &found["code"] {
            "XX" => HlaValue::Xx { first_field },
            "NEW" => HlaValue::Word { word: ExchangeWord::New, first_field: Some(first_field) },
            code => HlaValue::Mac { first_field, code: code.to_owned() },
        });
    }
    let unreadable = || HlaProblem::Unreadable { part: part.to_owned() };
    let found = ALLELE.captures(text).ok_or_else(unreadable)?;
    let letter = found.name("letter").and_then(|letter| letter.as_str().chars().next());
    let group = letter.and_then(|letter| match letter {
        'G' => Some(GroupKind::G),
        'P' => Some(GroupKind::P),
        _ => None,
    });
    let expression = letter.and_then(Expression::of_letter);
    if letter.is_some() && group.is_none() && expression.is_none() {
        return Err(unreadable());
    }
    let fields: Vec<String> = found["fields"].split(':').map(ToOwned::to_owned).collect();
    match (group, fields.len()) {
        (Some(GroupKind::G), 3) | (Some(GroupKind::P), 2) | (None, 1..=4) => {}
        (Some(_), _) => return Err(HlaProblem::Group { part: part.to_owned() }),
        (None, _) => return Err(HlaProblem::TooManyFields { part: part.to_owned() }),
    }
    if let [digits] = fields.as_slice()
        && (4..=8).contains(&digits.len())
    {
        let (digits, fields) = (digits.clone(), undelimited_fields(locus, digits));
        return Ok(HlaValue::Undelimited { digits, expression, fields });
    }
    for field in &fields {
        check_field(locus, field, part)?;
    }
    Ok(match group {
        Some(group) => HlaValue::Group { fields, group },
        None => HlaValue::Allele { fields, expression },
    })
}

/// Fields have two or more digits, and longer ones no zero in front; those of MICA and its like have three.
fn check_field(locus: &HlaLocus, field: &str, part: &str) -> Result<(), HlaProblem> {
    let padded = field.len() > 2 && field.starts_with('0');
    if field.len() < 2 || (padded && !matches!(locus, HlaLocus::Other(_))) {
        return Err(HlaProblem::Field { part: part.to_owned(), field: field.to_owned() });
    }
    Ok(())
}

/// The leading fields of a name without colons that have one reading only. Two digits are a field where no more
/// follow, or where a zero follows that cannot begin a longer one; `02101` is 02 and then 101, or 10 and 1.
fn undelimited_fields(locus: &HlaLocus, digits: &str) -> Vec<String> {
    // Alleles past the 99th of their family went on as A*92 and B*95, and at DPB1 as a second allele of another
    // family; with the colons of 2010 they were given other numbers, and so were two single alleles.
    let renumbered = match locus {
        HlaLocus::A => digits.starts_with("92") || digits == "2644",
        HlaLocus::B => digits.starts_with("95") || digits == "0806",
        HlaLocus::Dpb1 => !digits.starts_with('0') || &digits[2..4] != "01",
        HlaLocus::Other(_) => true,
        _ => false,
    };
    if renumbered {
        return Vec::new();
    }
    let (mut fields, mut rest) = (vec![digits[..2].to_owned()], &digits[2..]);
    while rest.len() == 2 || (rest.len() > 2 && rest.starts_with('0')) {
        fields.push(rest[..2].to_owned());
        rest = &rest[2..];
    }
    fields
}
