//! The filter language: its grammar, what an index allows, and whether a document passes. A comparison with text
//! ignores case and outer white space and never spans a number and a text.

use serde_json::{Map, Value};
use unicode_normalization::UnicodeNormalization;

use super::{
    call::{Document, Refusal},
    index::Index,
};

/// Deeper nesting is refused, as by the real parser.
const DEPTH: usize = 150;
/// Longer texts, in bytes, are left out of filters and facets, and nothing says so.
const FACET_BYTES: usize = 468;
const KEYWORDS: [&str; 8] = ["AND", "OR", "NOT", "IN", "EXISTS", "IS", "NULL", "EMPTY"];
const EXPECTED: &str = "Was expecting an operation `=`, `!=`, `>=`, `>`, `<=`, `<`, `IN`, `NOT IN`, \
    `EXISTS`, `NOT EXISTS`, `IS NULL`, `IS NOT NULL`, `IS EMPTY` or `IS NOT EMPTY`";

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Filter {
    All(Vec<Self>),
    Any(Vec<Self>),
    Not(Box<Self>),
    Is(String, Test),
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Test {
    In(Vec<String>),
    Compare(&'static str, String),
    Exists,
    Null,
    Empty,
}

impl Filter {
    /// Reads the `filter` of a request. An empty one filters nothing.
    pub(super) fn read(value: Option<&Value>) -> Result<Option<Self>, String> {
        match value {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) if text.trim().is_empty() => Ok(None),
            Some(Value::String(text)) => parse(text).map(Some),
            Some(Value::Array(all)) => {
                let all = all.iter().map(|any| match any {
                    Value::Array(any) => {
                        any.iter().map(one).collect::<Result<_, _>>().map(Self::Any)
                    }
                    any => one(any),
                });
                all.collect::<Result<Vec<_>, _>>().map(|all| Some(Self::All(all)))
            }
            Some(other) => Err(format!(
                "Invalid syntax for the filter parameter: `expected String, Array, found: {other}`."
            )),
        }
    }

    /// Refuses attributes and operators that the settings do not allow.
    pub(super) fn check(&self, index: &Index) -> Result<(), String> {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().try_for_each(|p| p.check(index)),
            Self::Not(part) => part.check(index),
            Self::Is(attribute, test) => {
                let allowed = Features::of(index, attribute).is_some_and(|features| match test {
                    Test::Compare(..) => features.comparison,
                    Test::In(_) => features.equality,
                    _ => features.equality || features.comparison,
                });
                if allowed { Ok(()) } else { Err(not_filterable(index, attribute)) }
            }
        }
    }

    pub(super) fn passes(&self, document: &Document) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(|part| part.passes(document)),
            Self::Any(parts) => parts.iter().any(|part| part.passes(document)),
            Self::Not(part) => !part.passes(document),
            Self::Is(attribute, test) => {
                let raw = raw(document, attribute);
                match test {
                    Test::In(wanted) => {
                        let found = values(document, attribute);
                        found.iter().any(|value| wanted.iter().any(|wanted| equal(value, wanted)))
                    }
                    Test::Compare(operator, bound) => {
                        values(document, attribute).iter().any(|v| compares(v, operator, bound))
                    }
                    Test::Exists => raw.is_some(),
                    Test::Null => raw == Some(&Value::Null),
                    Test::Empty => raw.is_some_and(is_empty),
                }
            }
        }
    }
}

fn one(text: &Value) -> Result<Filter, String> {
    let text = text.as_str().ok_or_else(|| {
        format!("Invalid syntax for the filter parameter: `expected String, found: {text}`.")
    })?;
    parse(text)
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    }
}

fn equal(value: &Value, wanted: &str) -> bool {
    match (value.as_f64(), wanted.trim().parse::<f64>()) {
        (Some(value), Ok(wanted)) => value.total_cmp(&wanted).is_eq(),
        _ => text_of(value).is_some_and(|value| fold(&value) == fold(wanted)),
    }
}

fn compares(value: &Value, operator: &str, bound: &str) -> bool {
    let order = match value {
        Value::Number(number) => number
            .as_f64()
            .zip(bound.trim().parse::<f64>().ok())
            .and_then(|(number, bound)| number.partial_cmp(&bound)),
        value => text_of(value).map(|text| fold(&text).cmp(&fold(bound))),
    };
    order.is_some_and(|order| match operator {
        "<" => order.is_lt(),
        "<=" => order.is_le(),
        ">" => order.is_gt(),
        _ => order.is_ge(),
    })
}

/// How texts are compared in filters, facets and sorts.
pub(super) fn fold(text: &str) -> String {
    text.trim().nfkd().collect::<String>().to_lowercase()
}

/// A value as filters and facets see it.
pub(super) fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => (text.len() <= FACET_BYTES).then(|| text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

/// What stands at an attribute; a dot leads into objects.
fn raw<'d>(document: &'d Map<String, Value>, attribute: &str) -> Option<&'d Value> {
    document.get(attribute).or_else(|| {
        let (outer, inner) = attribute.split_once('.')?;
        raw(document.get(outer)?.as_object()?, inner)
    })
}

/// The values of an attribute: those of a list one by one, and no null.
pub(super) fn values<'d>(document: &'d Document, attribute: &str) -> Vec<&'d Value> {
    match raw(document, attribute) {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(list)) => list.iter().filter(|value| !value.is_null()).collect(),
        Some(value) => vec![value],
    }
}

/// What the settings allow for one attribute.
#[derive(Debug, Clone, Copy)]
pub(super) struct Features {
    pub(super) facet_search: bool,
    pub(super) equality: bool,
    pub(super) comparison: bool,
}

impl Features {
    /// The first entry of `filterableAttributes` that matches decides.
    pub(super) fn of(index: &Index, attribute: &str) -> Option<Self> {
        let entries = index.setting("filterableAttributes");
        entries.as_array()?.iter().find_map(|entry| match entry {
            Value::String(pattern) => matches(pattern, attribute).then_some(Self {
                facet_search: true,
                equality: true,
                comparison: true,
            }),
            entry => {
                let flag = |at: &str, default| {
                    entry.pointer(at).and_then(Value::as_bool).unwrap_or(default)
                };
                let patterns = entry["attributePatterns"].as_array()?;
                let mut patterns = patterns.iter().filter_map(Value::as_str);
                patterns.any(|pattern| matches(pattern, attribute)).then(|| Self {
                    facet_search: flag("/features/facetSearch", false),
                    equality: flag("/features/filter/equality", true),
                    comparison: flag("/features/filter/comparison", false),
                })
            }
        })
    }

    pub(super) fn is_facet(index: &Index, attribute: &str) -> bool {
        Self::of(index, attribute).is_some_and(|features| features.equality || features.comparison)
    }
}

/// Whether a pattern with a star at either end names an attribute.
pub(super) fn matches(pattern: &str, name: &str) -> bool {
    match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
        _ if pattern == "*" => true,
        (Some(rest), Some(_)) => name.contains(rest.trim_end_matches('*')),
        (Some(end), None) => name.ends_with(end),
        (None, Some(start)) => name.starts_with(start),
        (None, None) => {
            name == pattern || name.strip_prefix(pattern).is_some_and(|rest| rest.starts_with('.'))
        }
    }
}

/// The patterns that error texts of the real server give away.
pub(super) fn filterable_patterns(index: &Index) -> Vec<String> {
    let entries = index.setting("filterableAttributes");
    let entries = entries.as_array().into_iter().flatten();
    let patterns = entries.flat_map(|entry| match &entry["attributePatterns"] {
        Value::Array(patterns) => patterns.clone(),
        _ => vec![entry.clone()],
    });
    patterns.filter_map(|pattern| pattern.as_str().map(str::to_owned)).collect()
}

fn not_filterable(index: &Index, attribute: &str) -> String {
    let patterns = filterable_patterns(index);
    let hint = if patterns.is_empty() {
        "This index does not have configured filterable attributes.".to_owned()
    } else {
        format!("Available filterable attribute patterns are: `{}`.", patterns.join("`, `"))
    };
    format!("Attribute `{attribute}` is not filterable. {hint}")
}

/// Reads and checks the filter of a request to an index.
pub(super) fn checked(
    index: &Index,
    uid: &str,
    value: Option<&Value>,
    code: &'static str,
) -> Result<Option<Filter>, Refusal> {
    let refuse = |message: String| Refusal::new(code, format!("Index `{uid}`: {message}"));
    let filter = Filter::read(value).map_err(refuse)?;
    if let Some(filter) = &filter {
        filter.check(index).map_err(refuse)?;
    }
    Ok(filter)
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Word(String),
    Quoted(String),
    Sign(&'static str),
}

/// Longer signs stand before those that they begin with.
const SIGNS: [&str; 11] = ["<=", ">=", "!=", "<", ">", "=", "(", ")", "[", "]", ","];

fn tokens(mut text: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    loop {
        text = text.trim_start();
        let Some(first) = text.chars().next() else { return Ok(tokens) };
        if let Some(sign) = SIGNS.into_iter().find(|sign| text.starts_with(sign)) {
            tokens.push(Token::Sign(sign));
            text = &text[sign.len()..];
        } else if first == '"' || first == '\'' {
            let (quoted, rest) = quoted(&text[1..], first)?;
            tokens.push(Token::Quoted(quoted));
            text = rest;
        } else {
            let is_word = |c: char| c.is_alphanumeric() || "_-./".contains(c);
            let end = text.find(|c| !is_word(c)).unwrap_or(text.len());
            if end == 0 {
                return Err(format!("Was expecting a value but instead got `{text}`."));
            }
            tokens.push(Token::Word(text[..end].to_owned()));
            text = &text[end..];
        }
    }
}

/// The text up to the closing quote, and what follows it.
fn quoted(text: &str, quote: char) -> Result<(String, &str), String> {
    let mut value = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        if c == quote {
            return Ok((value, &text[at + 1..]));
        }
        let next = text[at + c.len_utf8()..].chars().next();
        match next {
            Some(next) if c == '\\' && (next == quote || next == '\\') => {
                value.push(next);
                chars.next();
            }
            _ => value.push(c),
        }
    }
    Err(format!(
        "Expression `{quote}{text}` is missing the following closing delimiter: `{quote}`."
    ))
}

pub(super) fn parse(text: &str) -> Result<Filter, String> {
    let mut parser = Parser { tokens: tokens(text)?, at: 0, depth: 0 };
    let filter = parser.any()?;
    match parser.peek() {
        None => Ok(filter),
        Some(_) => {
            Err("Found unexpected characters at the end of the filter. You probably forgot \
            an `OR` or an `AND` rule."
                .to_owned())
        }
    }
}

/// `NOT` binds closest, then `AND`, then `OR`.
struct Parser {
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
}

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn keyword(&mut self, word: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Word(found)) if found == word);
        self.at += usize::from(found);
        found
    }

    fn sign(&mut self, sign: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Sign(found)) if *found == sign);
        self.at += usize::from(found);
        found
    }

    fn any(&mut self) -> Result<Filter, String> {
        let mut parts = vec![self.all()?];
        while self.keyword("OR") {
            parts.push(self.all()?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Filter::Any(parts) })
    }

    fn all(&mut self) -> Result<Filter, String> {
        let mut parts = vec![self.not()?];
        while self.keyword("AND") {
            parts.push(self.not()?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Filter::All(parts) })
    }

    fn not(&mut self) -> Result<Filter, String> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(
                "The filter exceeded the maximum depth limit. Try rewriting the filter so \
                that it contains fewer nested conditions."
                    .to_owned(),
            );
        }
        let filter = if self.keyword("NOT") {
            Filter::Not(Box::new(self.not()?))
        } else if self.sign("(") {
            let inner = self.any()?;
            if !self.sign(")") {
                return Err(
                    "Expression is missing the following closing delimiter: `)`.".to_owned()
                );
            }
            inner
        } else {
            self.condition()?
        };
        self.depth -= 1;
        Ok(filter)
    }

    fn condition(&mut self) -> Result<Filter, String> {
        let attribute = self.value()?;
        let operator = SIGNS.into_iter().take(6).find(|sign| self.sign(sign));
        let (negated, test) = match operator {
            Some(sign @ ("=" | "!=")) => (sign == "!=", Test::In(vec![self.value()?])),
            Some(sign) => (false, Test::Compare(sign, self.value()?)),
            None if self.keyword("IS") => {
                let negated = self.keyword("NOT");
                match (self.keyword("NULL"), self.keyword("EMPTY")) {
                    (true, _) => (negated, Test::Null),
                    (_, true) => (negated, Test::Empty),
                    _ => return Err(EXPECTED.to_owned()),
                }
            }
            None => {
                let negated = self.keyword("NOT");
                if self.keyword("EXISTS") {
                    (negated, Test::Exists)
                } else if self.keyword("IN") {
                    (negated, Test::In(self.list()?))
                } else {
                    return Err(format!("{EXPECTED} at `{attribute}`."));
                }
            }
        };
        let test = Filter::Is(attribute, test);
        Ok(if negated { Filter::Not(Box::new(test)) } else { test })
    }

    fn list(&mut self) -> Result<Vec<String>, String> {
        if !self.sign("[") {
            return Err("Expected `[` after `IN` keyword.".to_owned());
        }
        let mut list = Vec::new();
        while !self.sign("]") {
            list.push(self.value()?);
            if !self.sign(",") && self.peek() != Some(&Token::Sign("]")) {
                return Err(
                    "Expected matching `]` after the list of field names given to `IN[`".to_owned()
                );
            }
        }
        Ok(list)
    }

    fn value(&mut self) -> Result<String, String> {
        let value = match self.peek() {
            Some(Token::Quoted(value)) => value.clone(),
            Some(Token::Word(word)) if !KEYWORDS.contains(&word.as_str()) => word.clone(),
            Some(found) => {
                return Err(format!("Was expecting a value but instead got `{found:?}`."));
            }
            None => return Err("Was expecting a value but instead got nothing.".to_owned()),
        };
        self.at += 1;
        Ok(value)
    }
}
