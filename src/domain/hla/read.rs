//! Reads typings as sources write them: lists of loci, lines of Cellosaurus, GL strings and their codes.
//!
//! Separators and operators are sought in the text itself, so that each part can be given back as written; only
//! then are full-width letters and the many dashes folded.

use std::{
    collections::{BTreeSet, HashSet},
    ops::Range,
    sync::LazyLock,
};

use regex::Regex;
use unicode_normalization::UnicodeNormalization;

use super::{
    HlaGenotype, HlaLocus, HlaProblem, HlaReading, HlaTyping, HlaValue, UnplacedTyping,
    name::{Context, Failure, named, place},
};

/// What binds the parts of one genotype; space around it parts nothing.
const BINDING: [char; 7] = ['+', '|', '~', '/', '?', '*', ':'];

const BLOCK_OPERATORS: [char; 4] = ['+', '|', '~', '?'];

static HEADING: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)^\s*(?:CC\s+)?HLA\s*(?:typing|型)?\s*[:：]"));

static CODE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^\s*(?<namespace>[A-Za-z]+)#(?<version>[^#]*)#"));

/// `(PubMed=15592718).`; three letters, for `B62 (15)` is an antigen.
static SOURCE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\s[(（](?<source>[^()（）]*\p{L}{3}[^()（）]*)[)）][\s.。]*$"));

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the pattern is well formed")
}

/// Reads a whole typing. Commas and spaces part values, semicolons, new lines and `^` loci; a value without a locus
/// belongs to the one before it. What cannot be read is named in the problems, and its locus left out.
pub fn read(text: &str) -> HlaReading {
    let mut reading = HlaReading { text: text.to_owned(), ..HlaReading::default() };
    let mut body = HEADING.find(text).map_or(text, |heading| &text[heading.end()..]);
    if let Some(found) = SOURCE.captures(body) {
        reading.source = Some(found["source"].trim().to_owned());
        body = &body[..found.get(0).map_or(0, |whole| whole.start())];
    }
    if let Some(found) = CODE.captures(body) {
        let namespace = &found["namespace"];
        if !namespace.eq_ignore_ascii_case("hla") {
            reading.problems = vec![HlaProblem::Namespace { namespace: namespace.to_owned() }];
            return reading;
        }
        reading.version = Some(found["version"].trim().to_owned()).filter(|v| !v.is_empty());
        body = &body[found.get(0).map_or(0, |whole| whole.end())..];
    }
    let body = body.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '.' | '。'));
    let mut reader = Reader::default();
    for token in tokens(body) {
        reader.token(&token);
    }
    if reader.is_empty() {
        reader.problems.push(HlaProblem::Empty);
    }
    reader.finish(body, reading)
}

/// A value or a block of a GL string.
struct Token {
    /// Where it stands in the text.
    at: Range<usize>,
    folded: String,
    /// Counts the semicolons, new lines and `^` before it.
    segment: usize,
}

fn tokens(text: &str) -> Vec<Token> {
    let (mut tokens, mut open): (Vec<Token>, Option<Token>) = (Vec::new(), None);
    let (mut segment, mut space) = (0, String::new());
    for (at, c) in text.char_indices() {
        let folded = fold(c);
        if c.is_whitespace() {
            space.push(c);
            continue;
        }
        let parting = matches!(folded.as_str(), "," | ";" | "^");
        if !space.is_empty() {
            let bound = |token: &Token| {
                token.folded.ends_with(BINDING) || folded.starts_with(BINDING) || folded == "("
            };
            if parting || !open.as_ref().is_some_and(bound) {
                tokens.extend(open.take());
                segment += usize::from(space.contains('\n'));
            }
            space.clear();
        }
        if parting {
            tokens.extend(open.take());
            segment += usize::from(folded != ",");
            continue;
        }
        let token =
            open.get_or_insert_with(|| Token { at: at..at, folded: String::new(), segment });
        token.folded.push_str(&folded);
        token.at.end = at + c.len_utf8();
    }
    tokens.extend(open);
    tokens
}

fn fold(c: char) -> String {
    match c {
        '、' | '､' => ",".to_owned(),
        '‐' | '‑' | '–' | '—' | '―' | '−' => "-".to_owned(),
        _ => c.nfkc().collect(),
    }
}

/// What a token says of one locus.
struct Entry {
    locus: HlaLocus,
    at: Range<usize>,
    token: usize,
    segment: usize,
    said: Said,
}

enum Said {
    /// `None` is a blank.
    Value(Option<HlaValue>),
    Genotypes(Vec<HlaGenotype>),
}

#[derive(Default)]
struct Reader {
    context: Option<Context>,
    entries: Vec<Entry>,
    unplaced: Vec<UnplacedTyping>,
    problems: Vec<HlaProblem>,
    /// Loci of which a part could not be read.
    spoiled: BTreeSet<HlaLocus>,
    count: usize,
}

impl Reader {
    fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.unplaced.is_empty() && self.problems.is_empty()
    }

    fn token(&mut self, token: &Token) {
        self.count += 1;
        let names = || token.folded.split(|c| c == '/' || BLOCK_OPERATORS.contains(&c));
        let outcome = if names().any(str::is_empty) {
            let problem = HlaProblem::Unreadable { part: token.folded.clone() };
            let before = self.context.iter().map(|context| context.locus.clone());
            Err(Failure { problem, loci: before.collect() })
        } else if token.folded.contains('?') {
            self.unplaced_block(&token.folded)
        } else if token.folded.contains(BLOCK_OPERATORS) {
            self.block(token)
        } else {
            named(&token.folded, self.context.as_ref()).map(|(context, value)| {
                let locus = context.locus.clone();
                self.context = Some(context);
                self.enter(token, locus, Said::Value(value));
            })
        };
        if let Err(failure) = outcome {
            self.fail(failure, names());
        }
    }

    /// Notes a problem. All loci of its token are spoiled: what the others say in it is lost as well.
    fn fail<'a>(&mut self, failure: Failure, names: impl Iterator<Item = &'a str>) {
        let mut loci: BTreeSet<HlaLocus> = failure.loci.into_iter().collect();
        for name in names {
            if let Ok((place, _)) = place(name, self.context.as_ref()) {
                loci.insert(place.locus);
            }
        }
        if !matches!(failure.problem, HlaProblem::PublicAntigen { .. }) {
            let mut one = loci.iter().cloned();
            let locus = one.next().filter(|_| one.next().is_none());
            self.context = locus.map(|locus| Context { locus, series: None });
        }
        self.spoiled.extend(loci);
        self.problems.push(failure.problem);
    }

    fn enter(&mut self, token: &Token, locus: HlaLocus, said: Said) {
        let (at, segment) = (token.at.clone(), token.segment);
        self.entries.push(Entry { locus, at, token: self.count, segment, said });
    }

    /// Genotypes with their alternatives and haplotypes. Phase is not kept but in the text.
    fn block(&mut self, token: &Token) -> Result<(), Failure> {
        let mut context = self.context.clone();
        for (locus, genotypes) in genotypes_of(&token.folded, &mut context)? {
            self.enter(token, locus, Said::Genotypes(genotypes));
        }
        self.context = context;
        Ok(())
    }

    /// Checks every name in a block with `?` and keeps the operators between them as they are.
    fn unplaced_block(&mut self, block: &str) -> Result<(), Failure> {
        let (mut text, mut loci) = (String::new(), BTreeSet::new());
        let mut context = self.context.clone();
        for piece in block.split_inclusive(BLOCK_OPERATORS) {
            let name = piece.trim_end_matches(BLOCK_OPERATORS);
            let (place, value) = named(name, context.as_ref())?;
            let Some(value) = value else {
                let problem = HlaProblem::Unreadable { part: block.to_owned() };
                return Err(Failure { problem, loci: vec![place.locus] });
            };
            text.push_str(&value.text(&place.locus));
            text.push_str(&piece[name.len()..]);
            loci.insert(place.locus.clone());
            context = Some(place);
        }
        self.context = context;
        self.unplaced.push(UnplacedTyping { text, loci: loci.into_iter().collect() });
        Ok(())
    }

    fn finish(mut self, body: &str, mut reading: HlaReading) -> HlaReading {
        let mut loci: Vec<HlaLocus> = Vec::new();
        for entry in &self.entries {
            if !loci.contains(&entry.locus) {
                loci.push(entry.locus.clone());
            }
        }
        for locus in loci {
            let (of_locus, others) =
                self.entries.into_iter().partition(|entry: &Entry| entry.locus == locus);
            self.entries = others;
            if self.spoiled.contains(&locus) {
                self.problems.push(HlaProblem::LeftOut { locus });
                continue;
            }
            match typings_of(&locus, of_locus, body) {
                Ok(typings) => reading.typings.extend(typings),
                Err(problem) => self.problems.push(problem),
            }
        }
        reading.unplaced = self.unplaced;
        reading.problems.extend(self.problems);
        reading
    }
}

/// The alternatives of each locus in a block, each once.
fn genotypes_of(
    block: &str,
    context: &mut Option<Context>,
) -> Result<Vec<(HlaLocus, Vec<HlaGenotype>)>, Failure> {
    let mut genotypes: Vec<(HlaLocus, Vec<HlaGenotype>)> = Vec::new();
    for alternative in block.split('|') {
        for (locus, copies) in alternative_of(alternative, context)? {
            let genotype = genotype_of(&locus, copies)
                .map_err(|problem| Failure { problem, loci: vec![locus.clone()] })?;
            match genotypes.iter_mut().find(|(known, _)| *known == locus) {
                Some((_, all)) => all.push(genotype),
                None => genotypes.push((locus, vec![genotype])),
            }
        }
    }
    let alternatives = block.split('|').count();
    if let Some((locus, _)) = genotypes.iter().find(|(_, all)| all.len() != alternatives) {
        let problem = HlaProblem::Alternatives { part: block.to_owned(), locus: locus.clone() };
        return Err(Failure { problem, loci: vec![locus.clone()] });
    }
    for (_, all) in &mut genotypes {
        let mut seen = HashSet::new();
        all.retain(|genotype| seen.insert(genotype.clone()));
    }
    Ok(genotypes)
}

fn genotype_of(locus: &HlaLocus, copies: Vec<Option<HlaValue>>) -> Result<HlaGenotype, HlaProblem> {
    let found = copies.len();
    if found > 2 {
        return Err(HlaProblem::TooManyValues { locus: locus.clone(), found });
    }
    let mut typed = copies.into_iter().flatten();
    let first = typed.next().ok_or_else(|| HlaProblem::Blank { locus: locus.clone() })?;
    Ok(HlaGenotype { first, second: typed.next() })
}

type Values = Vec<(HlaLocus, Vec<Option<HlaValue>>)>;

/// The values of each locus in one alternative, copy by copy.
fn alternative_of(text: &str, context: &mut Option<Context>) -> Result<Values, Failure> {
    let mut values: Values = Vec::new();
    for copy in text.split('+') {
        let mut of_copy = BTreeSet::new();
        for name in copy.split('~') {
            let (place, value) = named(name, context.as_ref())?;
            let locus = place.locus.clone();
            if !of_copy.insert(locus.clone()) {
                let problem = HlaProblem::Unreadable { part: copy.to_owned() };
                return Err(Failure { problem, loci: vec![locus] });
            }
            *context = Some(place);
            match values.iter_mut().find(|(known, _)| *known == locus) {
                Some((_, copies)) => copies.push(value),
                None => values.push((locus, vec![value])),
            }
        }
    }
    Ok(values)
}

/// A value that stands alone.
struct Typed {
    token: usize,
    at: Range<usize>,
    segment: usize,
    value: HlaValue,
}

/// The reports of one locus: one by DNA, one by serology, or one whose two values are of both sorts.
fn typings_of(
    locus: &HlaLocus,
    entries: Vec<Entry>,
    body: &str,
) -> Result<Vec<HlaTyping>, HlaProblem> {
    let (mut typings, mut typed, mut blanks) = (Vec::new(), Vec::new(), Vec::new());
    let mut found = 0;
    for Entry { at, token, segment, said, .. } in entries {
        found += 1;
        match said {
            Said::Genotypes(genotypes) => {
                found += 1;
                let text = body[at].to_owned();
                typings.push(HlaTyping { text, locus: locus.clone(), genotypes });
            }
            Said::Value(None) => blanks.push((token, at)),
            Said::Value(Some(value)) => typed.push(Typed { token, at, segment, value }),
        }
    }
    let too_many = HlaProblem::TooManyValues { locus: locus.clone(), found };
    let reports = reports_of(typed);
    if reports.is_empty() && typings.is_empty() {
        return Err(HlaProblem::Blank { locus: locus.clone() });
    }
    let values = reports.iter().map(Vec::len).sum::<usize>() + blanks.len();
    if reports.iter().any(|report| report.len() > 2) || values > 2 * reports.len() {
        return Err(too_many);
    }
    for report in reports {
        let places = report.iter().map(|typed| (typed.token, typed.at.clone()));
        let text = written(body, places.chain(blanks.iter().cloned()).collect());
        let copies = report.into_iter().map(|typed| Some(typed.value)).collect();
        let genotypes = vec![genotype_of(locus, copies)?];
        typings.push(HlaTyping { text, locus: locus.clone(), genotypes });
    }
    let serology = |typing: &HlaTyping| typing.genotypes[0].first.is_serological();
    match typings.as_slice() {
        [_] => Ok(typings),
        [one, other] if serology(one) != serology(other) => Ok(typings),
        _ => Err(too_many),
    }
}

/// Two values that stand together are one report, of whatever sort; otherwise DNA and serology are apart.
fn reports_of(typed: Vec<Typed>) -> Vec<Vec<Typed>> {
    let reports = if let [one, other] = typed.as_slice()
        && one.segment == other.segment
    {
        vec![typed]
    } else {
        let (serology, dna) = typed.into_iter().partition(|typed| typed.value.is_serological());
        vec![dna, serology]
    };
    reports.into_iter().filter(|report: &Vec<Typed>| !report.is_empty()).collect()
}

/// The text of some tokens: as one piece where they stand side by side.
fn written(body: &str, mut places: Vec<(usize, Range<usize>)>) -> String {
    places.sort_by_key(|(token, _)| *token);
    let mut pieces: Vec<(usize, Range<usize>)> = Vec::new();
    for (token, at) in places {
        match pieces.last_mut() {
            Some((last, piece)) if *last + 1 == token => {
                *last = token;
                piece.end = at.end;
            }
            _ => pieces.push((token, at)),
        }
    }
    pieces.into_iter().map(|(_, piece)| &body[piece]).collect::<Vec<_>>().join("; ")
}
