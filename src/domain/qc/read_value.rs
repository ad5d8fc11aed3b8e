//! How a value is read from the text of a report.

use std::sync::LazyLock;

use regex::Regex;

use super::{
    coded_value::CodedValue,
    number::Number,
    test_code::{Notation, TestCode},
    unit::{Unit, fold},
    value::{Amount, Comparator, GenomicFinding, Measurement, Quantity, Value, ValueError},
};
use crate::domain::{hla, karyotype::Karyotype, str_profile::StrProfile};

/// Words that stand where a value should, folded.
const NO_VALUE: [&str; 15] = [
    "-",
    "n/a",
    "na",
    "nt",
    "not done",
    "not tested",
    "not_done",
    "pending",
    "unknown",
    "not known",
    "not stated",
    "不明",
    "記載なし",
    "未実施",
    "未検査",
];

/// Not detected to one laboratory and not done to another; a limit of detection beside it settles which.
const ABBREVIATED: [&str; 2] = ["nd", "n.d."];

/// Ways to say that nothing was detected, folded.
const NOT_DETECTED: [&str; 8] = [
    "not detected",
    "not_detected",
    "検出せず",
    "検出されず",
    "不検出",
    "検出限界以下",
    "検出限界未満",
    "<lod",
];

const NO_FINDINGS: [&str; 3] = ["none", "no findings", "なし"];

const NUMBER: &str = r"(?<number>[+-]?(?:[0-9][0-9,]*(?:\.[0-9]+)?|\.[0-9]+)(?:e[+-]?[0-9]{1,3})?)";

/// A number with what stands before and after it, of a folded text.
static MEASURED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"^(?<sign><=|=<|>=|=>|[<≤≦⩽=≥≧⩾>])?\s*{NUMBER}\s*(?<unit>.*?)\s*(?<word>以下|未満|以上|超)?$"
    ))
});

/// The limits of the method in brackets at the end.
static LIMITS: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^(?<head>.*?)\s*\((?<limits>lo[dq]\b[^()]*)\)$"));

static LIMIT: LazyLock<Regex> =
    LazyLock::new(|| pattern(&format!(r"^(?<kind>lo[dq])\s*[:=]?\s*{NUMBER}\s*(?<unit>.*)$")));

/// A gain or loss, perhaps with its size. Nothing else is one: `CNV larger than 5 Mb` is no finding of 5 Mb.
static FINDING: LazyLock<Regex> = LazyLock::new(|| {
    let kind = r"(?i:gain|loss|amplification|deletion|duplication|dup|del|amp)";
    let band = r"(?:chr)?(?:[0-9]{1,2}|[XY])(?:[pq][0-9pqter.]*(?:-?[pq][0-9pqter.]*)?)?";
    let iscn = r"[a-z]{1,5}\([^\s;<>≤≥]*\)";
    let array = r"(?:arr(?:\[[^\s;\]]*\])?\s*)(?:[0-9]{1,2}|[XY])[^\s;<>≤≥]*";
    pattern(&format!(
        r"^(?<text>(?:{kind}\s+)?(?:[+-]?{band}|{iscn}|{array}))(?:\s+\(?(?<number>[0-9]+(?:\.[0-9]+)?)\s*(?<unit>(?i:bp|[km]bp?))\)?)?$"
    ))
});

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the pattern is well formed")
}

pub(super) fn read(test: TestCode, written: &str) -> Result<Value, ValueError> {
    let folded = fold(written);
    if folded.is_empty() {
        return Err(ValueError::Empty);
    }
    if NO_VALUE.contains(&folded.as_str()) {
        return Err(ValueError::NoValue { text: written.to_owned() });
    }
    match test.notation() {
        Notation::Plain => plain(test, written, &folded),
        Notation::Karyotype => match Karyotype::parse(written) {
            Ok(karyotype) => Ok(Value::Karyotype(karyotype)),
            Err(problem) => plain(test, written, &folded).map_err(|_| problem.into()),
        },
        // `20q11.21` and `+21` begin like numbers and are findings.
        Notation::Findings => match plain(test, written, &folded) {
            Err(error @ ValueError::Number(_)) => Err(error),
            Err(error) => findings(test, written, &folded).map_err(|_| error),
            read => read,
        },
        Notation::Profile => plain(test, written, &folded).or_else(|error| {
            let profile = StrProfile::read(written);
            let is_read = profile.is_some_and(|profile| profile.unread().is_empty());
            is_read.then_some(Value::Alleles).ok_or(error)
        }),
        Notation::Typing => plain(test, written, &folded).or_else(|error| {
            let read = hla::read(written);
            let is_read = !read.typings.is_empty() && read.problems.is_empty();
            is_read.then_some(Value::Alleles).ok_or(error)
        }),
    }
}

fn plain(test: TestCode, written: &str, folded: &str) -> Result<Value, ValueError> {
    let (head, limits) = match LIMITS.captures(folded) {
        Some(found) => (found["head"].to_owned(), Some(found["limits"].to_owned())),
        None => (folded.to_owned(), None),
    };
    let is_abbreviated = ABBREVIATED.contains(&head.as_str());
    if is_abbreviated && limits.is_none() {
        return Err(ValueError::Abbreviated { text: written.to_owned() });
    }
    let amount = if is_abbreviated || NOT_DETECTED.contains(&head.as_str()) {
        Amount::NotDetected
    } else if let Some(found) = MEASURED.captures(&head) {
        let unreadable = || ValueError::Unreadable { text: written.to_owned(), test };
        let word = found.name("word").map(|word| word.as_str());
        let sign = found.name("sign").map(|sign| sign.as_str());
        let comparator = comparator(sign, word).ok_or_else(unreadable)?;
        let number = found["number"].parse()?;
        Amount::Stated { comparator, quantity: quantity(number, &found["unit"], None, test)? }
    } else {
        let coded = CodedValue::read(written).filter(|_| limits.is_none());
        let unreadable = || ValueError::Unreadable { text: written.to_owned(), test };
        return coded.map(Value::Coded).ok_or_else(unreadable);
    };
    let mut measured = Measurement { amount, lod: None, loq: None };
    if let Some(limits) = limits {
        read_limits(test, written, &limits, &mut measured)?;
    }
    Ok(Value::Measured(measured))
}

fn comparator(sign: Option<&str>, word: Option<&str>) -> Option<Comparator> {
    Some(match (sign, word) {
        (None | Some("="), None) => Comparator::Exactly,
        (Some("<"), None) | (None, Some("未満")) => Comparator::Below,
        (Some("<=" | "=<" | "≤" | "≦" | "⩽"), None) | (None, Some("以下")) => {
            Comparator::AtMost
        }
        (Some(">=" | "=>" | "≥" | "≧" | "⩾"), None) | (None, Some("以上")) => {
            Comparator::AtLeast
        }
        (Some(">"), None) | (None, Some("超")) => Comparator::Above,
        _ => return None,
    })
}

/// The number in the unit that is written, else in that of the amount, else in the only one the test has.
fn quantity(
    number: Number,
    unit: &str,
    of_amount: Option<Unit>,
    test: TestCode,
) -> Result<Quantity, ValueError> {
    if !unit.is_empty() {
        return Ok(Quantity { number, unit: unit.parse()? });
    }
    match (of_amount.or(test.bare_unit()), test.dimensions().first()) {
        (Some(unit), _) => Ok(Quantity { number, unit }),
        (None, Some(dimension)) => Err(ValueError::UnitNotStated {
            text: number.to_string(),
            expected: Unit::of(*dimension),
        }),
        (None, None) => Err(ValueError::NotOfTest { value: number.to_string(), test }),
    }
}

fn read_limits(
    test: TestCode,
    written: &str,
    limits: &str,
    measured: &mut Measurement,
) -> Result<(), ValueError> {
    let of_amount = match measured.amount {
        Amount::Stated { quantity, .. } => Some(quantity.unit),
        Amount::NotDetected => None,
    };
    let unreadable = || ValueError::Unreadable { text: written.to_owned(), test };
    for limit in limits.split(';') {
        let found = LIMIT.captures(limit.trim()).ok_or_else(unreadable)?;
        let limit = quantity(found["number"].parse()?, found["unit"].trim(), of_amount, test)?;
        let slot = if &found["kind"] == "lod" { &mut measured.lod } else { &mut measured.loq };
        if slot.replace(limit).is_some() {
            return Err(unreadable());
        }
    }
    Ok(())
}

fn findings(test: TestCode, written: &str, folded: &str) -> Result<Value, ValueError> {
    if NO_FINDINGS.contains(&folded) {
        return Ok(Value::Findings(Vec::new()));
    }
    let unreadable = || ValueError::Unreadable { text: written.to_owned(), test };
    let items = written.split(';').map(str::trim);
    let findings = items.map(|item| finding(item).ok_or_else(unreadable));
    Ok(Value::Findings(findings.collect::<Result<_, _>>()?))
}

fn finding(item: &str) -> Option<GenomicFinding> {
    let found = FINDING.captures(item)?;
    let size = match (found.name("number"), found.name("unit")) {
        (Some(number), Some(unit)) => {
            let (number, unit) = (number.as_str().parse().ok()?, unit.as_str().parse().ok()?);
            Some(Quantity { number, unit })
        }
        _ => None,
    };
    Some(GenomicFinding { text: found["text"].to_owned(), size })
}
