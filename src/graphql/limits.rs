//! Prices a GraphQL document before anything runs.
//!
//! `scan` bounds the text before the recursive parser sees it; `check` walks the parsed document once, with a
//! memo per fragment, so that its own work grows with the text and never with what the text expands to. It
//! knows no schema and reads no data: what a field costs follows from its name and arguments alone.

use std::{collections::HashMap, convert::Infallible, time::Duration};

use async_graphql::{
    Name, Value, Variables,
    parser::types::{ExecutableDocument, Field, OperationDefinition, Selection, SelectionSet},
};

use crate::graphql::error::ErrorCode;

/// What one request may ask for. Counts are taken after fragments are expanded, unless said otherwise.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Length of the query text.
    pub query_bytes: u64,
    /// Lexical tokens of the query text.
    pub tokens: u64,
    /// Open brackets of any kind at one place of the text.
    pub nesting: u64,
    pub aliases: u64,
    /// Fields at the top level of one operation.
    pub root_fields: u64,
    pub directives: u64,
    /// Fragment definitions in the text.
    pub fragments: u64,
    /// Nested fields, outside introspection.
    pub depth: u64,
    /// Nested fields beneath and including `__schema` or `__type`.
    pub introspection_depth: u64,
    /// Nested list fields beneath `__schema` or `__type`.
    pub introspection_lists: u64,
    /// Cost beneath `__schema` and `__type`, in fields of a schema of middling size.
    pub introspection_cost: u64,
    /// Fields in all, lists not multiplied.
    pub nodes: u64,
    /// Price of the selected operation, lists multiplied.
    pub cost: u64,
    /// Page size of a list whose size the query does not say.
    pub page_default: u64,
    /// Larger pages are refused by the resolver, so they are not priced higher.
    pub page_max: u64,
    /// An operation that runs longer is cut; it is measured, not priced.
    pub run_time: Duration,
    /// Plain lists, by field name, with the length to expect.
    pub lists: &'static [(&'static str, u32)],
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            query_bytes: 32 * 1024,
            tokens: 2_000,
            nesting: 48,
            aliases: 64,
            root_fields: 50,
            directives: 20,
            fragments: 32,
            depth: 12,
            introspection_depth: 15,
            introspection_lists: 3,
            introspection_cost: 250_000,
            nodes: 10_000,
            cost: 5_000,
            page_default: 25,
            page_max: 100,
            run_time: Duration::from_secs(10),
            lists: LIST_FIELDS,
        }
    }
}

/// Arguments that say how many items a field answers with.
const PAGE_ARGUMENTS: [&str; 3] = ["first", "last", "perPage"];

/// The argument that asks for one item per id.
const IDS_ARGUMENT: &str = "ids";

/// A field that selects one of these is a connection, whatever its arguments.
const CONNECTION_FIELDS: [&str; 2] = ["edges", "nodes"];

/// Bounded plain lists that take no page argument, with the length to expect of each.
pub const LIST_FIELDS: &[(&str, u32)] = &[
    ("abnormalities", 2),
    ("alleles", 2),
    ("about", 5),
    ("ancestors", 20),
    ("ancestry", 2),
    ("appliesTo", 4),
    ("availabilityStates", 4),
    ("byCountry", 5),
    ("byUserType", 4),
    ("byYear", 5),
    ("cellLinesByName", 5),
    ("classes", 3),
    ("clones", 2),
    ("consider", 2),
    ("criteria", 12),
    ("depositorsConditions", 2),
    ("diseases", 3),
    ("distributions", 40),
    ("externalIds", 10),
    ("facetValues", 20),
    ("facets", 5),
    ("factors", 4),
    ("fees", 4),
    ("findings", 3),
    ("flags", 2),
    ("fragments", 3),
    ("highlights", 3),
    ("hlaTypings", 1),
    ("karyotypeFindings", 2),
    ("karyotypes", 1),
    ("keys", 2),
    ("markers", 16),
    ("modifications", 2),
    ("names", 10),
    ("notes", 5),
    ("notifications", 2),
    ("organizations", 2),
    ("parents", 2),
    ("publications", 5),
    ("purposes", 2),
    ("qcStandards", 10),
    ("results", 2),
    ("schemes", 30),
    ("search", 25),
    ("siblings", 10),
    ("sources", 5),
    ("species", 2),
    ("standing", 10),
    ("stoppedFor", 4),
    ("steps", 6),
    ("strProfiles", 2),
    ("suggest", 20),
    ("supply", 5),
    ("synonyms", 10),
    ("tests", 20),
    ("typings", 8),
    ("values", 10),
    ("variants", 2),
    ("webPages", 2),
];

/// The lists of the introspection schema, with lengths of a schema of middling size.
const INTROSPECTION_LISTS: [(&str, u64); 8] = [
    ("types", 100),
    ("directives", 10),
    ("fields", 10),
    ("args", 3),
    ("inputFields", 10),
    ("interfaces", 2),
    ("enumValues", 10),
    ("possibleTypes", 5),
];

/// Introspection reads memory only: so many of its fields cost as much as one of ours.
const INTROSPECTION_DISCOUNT: u64 = 1_000;

/// The price of the selected operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    pub requested: u64,
    pub limit: u64,
}

/// Why a document is not run. The message is meant for the caller.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    pub code: ErrorCode,
    pub message: String,
}

fn within(code: ErrorCode, what: &str, found: u64, limit: u64) -> Result<(), Refusal> {
    if found <= limit {
        return Ok(());
    }
    let message = format!("the query has {what} of {found}, and at most {limit} is allowed");
    Err(Refusal { code, message })
}

/// Judges the query text, in one pass over its bytes and without the parser.
///
/// Text that is no GraphQL at all may pass; the parser then says what is wrong with it.
pub fn scan(query: &str, limits: &Limits) -> Result<(), Refusal> {
    use ErrorCode::{QueryTooComplex, QueryTooDeep};
    let size = query.len() as u64;
    within(QueryTooComplex, "a length in bytes", size, limits.query_bytes)?;
    let (mut tokens, mut nesting) = (0_u64, 0_u64);
    let mut rest = query.as_bytes();
    while let Some(first) = rest.first() {
        let length = match first {
            b' ' | b'\t' | b'\r' | b'\n' | b',' => 1,
            b'#' => rest.iter().take_while(|byte| !matches!(byte, b'\r' | b'\n')).count(),
            _ => {
                tokens += 1;
                token_length(rest).ok_or_else(unclosed)?
            }
        };
        match first {
            b'{' | b'[' | b'(' => nesting += 1,
            b'}' | b']' | b')' => nesting = nesting.saturating_sub(1),
            _ => {}
        }
        within(QueryTooComplex, "a token count", tokens, limits.tokens)?;
        within(QueryTooDeep, "a bracket depth", nesting, limits.nesting)?;
        rest = &rest[length..];
    }
    Ok(())
}

/// The parser would read such a block as two plain strings, and so see brackets that this pass takes for text.
fn unclosed() -> Refusal {
    let message = "a block string is not closed".to_owned();
    Refusal { code: ErrorCode::GraphqlParseFailed, message }
}

/// Length in bytes of the token at the start of `rest`, which is not empty. Never zero; `None` for a block
/// string without an end.
fn token_length(rest: &[u8]) -> Option<usize> {
    const BLOCK: &[u8] = b"\"\"\"";
    match rest[0] {
        b'"' if rest.starts_with(BLOCK) => string_length(rest, BLOCK, b"\\\"\"\""),
        b'"' => string_length(rest, b"\"", b"\\"),
        b'.' if rest.starts_with(b"...") => Some(3),
        byte if is_word(byte) => Some(rest.iter().take_while(|byte| is_word(**byte)).count()),
        _ => Some(1),
    }
}

/// Letters, digits and `_`; bytes of other scripts are joined, so that one foreign word is one token.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii()
}

/// `escape` hides a delimiter: `\"""` as a whole in block strings, `\` and one byte more in the others. Those
/// end with their line: the parser refuses one that is not closed, for it has no other reading.
fn string_length(rest: &[u8], delimiter: &[u8], escape: &[u8]) -> Option<usize> {
    let mut at = delimiter.len();
    while at < rest.len() {
        let tail = &rest[at..];
        if tail.starts_with(escape) {
            at += escape.len().max(2);
        } else if tail.starts_with(delimiter) {
            return Some(at + delimiter.len());
        } else if delimiter.len() == 1 && matches!(tail[0], b'\r' | b'\n') {
            return Some(at);
        } else {
            at += 1;
        }
    }
    (delimiter.len() == 1).then_some(rest.len())
}

/// Judges every operation and fragment by size, and prices the one that `operation_name` selects.
///
/// A name that selects nothing prices as zero: the executor refuses the request with the proper message.
pub fn check(
    document: &ExecutableDocument,
    operation_name: Option<&str>,
    variables: &Variables,
    limits: &Limits,
) -> Result<Cost, Refusal> {
    use ErrorCode::QueryTooComplex;
    let fragments = document.fragments.len() as u64;
    within(QueryTooComplex, "a number of fragments", fragments, limits.fragments)?;
    let selected = selected_operation(document, operation_name);
    let mut walk = Walk { document, selected, variables, limits, memo: HashMap::new() };
    // Validation visits unused fragments too. Their depth is judged where they are spread.
    for name in document.fragments.keys() {
        let nodes = walk.fragment(name)?.nodes;
        judge(&Size { nodes, ..Size::default() }, limits)?;
    }
    let (mut whole, mut requested) = (Size::default(), 0);
    for (_, operation) in document.operations.iter() {
        let mut size = walk.selection(&operation.node.selection_set.node)?;
        size.directives = add(size.directives, operation.node.directives.len() as u64);
        within(QueryTooComplex, "a number of root fields", size.roots, limits.root_fields)?;
        if selected.is_some_and(|selected| std::ptr::eq(selected, &raw const operation.node)) {
            requested = size.cost;
        }
        whole = whole.plus(size);
    }
    judge(&whole, limits)?;
    within(QueryTooComplex, "a cost", requested, limits.cost)?;
    Ok(Cost { requested, limit: limits.cost })
}

/// The operation that a request runs: the named one, or the only one.
pub fn selected_operation<'a>(
    document: &'a ExecutableDocument,
    operation_name: Option<&str>,
) -> Option<&'a OperationDefinition> {
    let mut operations = document.operations.iter();
    match operation_name {
        None if operations.len() > 1 => None,
        None => operations.next(),
        Some(wanted) => operations.find(|(name, _)| name.is_some_and(|name| name == wanted)),
    }
    .map(|(_, operation)| &operation.node)
}

/// Everything but the cost and the root fields, which are judged per operation.
fn judge(size: &Size, limits: &Limits) -> Result<(), Refusal> {
    use ErrorCode::{QueryTooComplex, QueryTooDeep};
    let Introspection { cost, depth, lists } = size.introspected;
    within(QueryTooDeep, "a depth", size.depth, limits.depth)?;
    within(QueryTooDeep, "an introspection depth", depth, limits.introspection_depth)?;
    within(QueryTooDeep, "introspection lists to a depth", lists, limits.introspection_lists)?;
    within(QueryTooComplex, "a number of fields", size.nodes, limits.nodes)?;
    within(QueryTooComplex, "a number of aliases", size.aliases, limits.aliases)?;
    within(QueryTooComplex, "a number of directives", size.directives, limits.directives)?;
    within(QueryTooComplex, "an introspection cost", cost, limits.introspection_cost)
}

/// What a selection expands to. Sums saturate: a bomb overflows any integer.
#[derive(Clone, Copy, Debug, Default)]
struct Size {
    nodes: u64,
    cost: u64,
    aliases: u64,
    directives: u64,
    /// Fields of the selection itself, those beneath them left out.
    roots: u64,
    depth: u64,
    /// The selection holds `edges` or `nodes`.
    connection: bool,
    /// The selection priced as if it stood beneath `__schema`, where fragments on `__Type` are used.
    as_introspection: Introspection,
    /// What stands beneath `__schema` and `__type` in fact.
    introspected: Introspection,
}

#[derive(Clone, Copy, Debug, Default)]
struct Introspection {
    cost: u64,
    depth: u64,
    lists: u64,
}

impl Introspection {
    fn plus(self, other: Self) -> Self {
        Self {
            cost: add(self.cost, other.cost),
            depth: self.depth.max(other.depth),
            lists: self.lists.max(other.lists),
        }
    }
}

impl Size {
    fn plus(self, other: Self) -> Self {
        Self {
            nodes: add(self.nodes, other.nodes),
            cost: add(self.cost, other.cost),
            aliases: add(self.aliases, other.aliases),
            directives: add(self.directives, other.directives),
            roots: add(self.roots, other.roots),
            depth: self.depth.max(other.depth),
            connection: self.connection || other.connection,
            as_introspection: self.as_introspection.plus(other.as_introspection),
            introspected: self.introspected.plus(other.introspected),
        }
    }
}

fn add(left: u64, right: u64) -> u64 {
    left.saturating_add(right)
}

struct Walk<'a> {
    document: &'a ExecutableDocument,
    selected: Option<&'a OperationDefinition>,
    variables: &'a Variables,
    limits: &'a Limits,
    /// `None` while the fragment is being walked: meeting it again is a cycle.
    memo: HashMap<&'a str, Option<Size>>,
}

impl<'a> Walk<'a> {
    fn selection(&mut self, set: &'a SelectionSet) -> Result<Size, Refusal> {
        let mut total = Size::default();
        for item in &set.items {
            let mut size = match &item.node {
                Selection::Field(field) => self.field(&field.node)?,
                Selection::InlineFragment(inline) => {
                    self.selection(&inline.node.selection_set.node)?
                }
                Selection::FragmentSpread(spread) => {
                    self.fragment(&spread.node.fragment_name.node)?
                }
            };
            size.directives = add(size.directives, item.node.directives().len() as u64);
            total = total.plus(size);
        }
        Ok(total)
    }

    /// A spread of a fragment that is not defined counts nothing; validation refuses it.
    fn fragment(&mut self, name: &'a str) -> Result<Size, Refusal> {
        match self.memo.get(name) {
            Some(Some(size)) => return Ok(*size),
            Some(None) => {
                let message = format!("fragment {name:?} spreads itself");
                return Err(Refusal { code: ErrorCode::GraphqlValidationFailed, message });
            }
            None => {}
        }
        let Some(fragment) = self.document.fragments.get(name) else {
            return Ok(Size::default());
        };
        self.memo.insert(name, None);
        let mut size = self.selection(&fragment.node.selection_set.node)?;
        size.directives = add(size.directives, fragment.node.directives.len() as u64);
        self.memo.insert(name, Some(size));
        Ok(size)
    }

    fn field(&mut self, field: &'a Field) -> Result<Size, Refusal> {
        let children = self.selection(&field.selection_set.node)?;
        let name = field.name.node.as_str();
        let size = Size {
            nodes: add(children.nodes, 1),
            aliases: add(children.aliases, u64::from(field.alias.is_some())),
            roots: 1,
            connection: CONNECTION_FIELDS.contains(&name),
            as_introspection: introspection(name, children.as_introspection),
            ..children
        };
        if matches!(name, "__schema" | "__type") {
            let introspected = size.as_introspection;
            let cost = add(1, introspected.cost / INTROSPECTION_DISCOUNT);
            return Ok(Size { cost, depth: 1, introspected, ..size });
        }
        let times = self.items(field, children.connection);
        let cost = add(1, children.cost.saturating_mul(times));
        Ok(Size { cost, depth: add(children.depth, 1), ..size })
    }

    /// How many objects the children of a field are read for.
    fn items(&self, field: &Field, connection: bool) -> u64 {
        let default = self.limits.page_default;
        let pages = PAGE_ARGUMENTS.iter().filter_map(|name| self.argument(field, name));
        let pages = pages.map(|value| match value {
            Value::Number(number) => number.as_u64().unwrap_or(default),
            _ => default,
        });
        // GraphQL reads a single value as a list of one.
        let ids = self.argument(field, IDS_ARGUMENT).map(|value| match value {
            Value::List(list) => list.len() as u64,
            _ => 1,
        });
        match pages.chain(ids).max() {
            Some(items) => items.clamp(1, self.limits.page_max),
            None if connection => default,
            None => {
                let name = field.name.node.as_str();
                let known = self.limits.lists.iter().find(|(list, _)| *list == name);
                known.map_or(1, |(_, length)| u64::from(*length))
            }
        }
    }

    fn argument(&self, field: &Field, name: &str) -> Option<Value> {
        let value = field.get_argument(name)?.node.clone();
        value.into_const_with(|name| Ok::<_, Infallible>(self.variable(&name))).ok()
    }

    /// The value of a variable as far as its price goes. Copying a long list for each of its uses would be
    /// the very amplification that this module refuses.
    fn variable(&self, name: &Name) -> Value {
        let given = self.variables.get(name).or_else(|| {
            let definitions = &self.selected?.variable_definitions;
            let definition = definitions.iter().find(|item| item.node.name.node == *name)?;
            definition.node.default_value.as_ref().map(|value| &value.node)
        });
        match given {
            Some(Value::Number(number)) => Value::Number(number.clone()),
            Some(Value::List(list)) => {
                let length = u64::min(list.len() as u64, self.limits.page_max);
                Value::List((0..length).map(|_| Value::Null).collect())
            }
            _ => Value::Null,
        }
    }
}

/// The field `name` as part of the introspection schema.
fn introspection(name: &str, children: Introspection) -> Introspection {
    let list = INTROSPECTION_LISTS.iter().find(|(list, _)| *list == name);
    let times = list.map_or(1, |(_, length)| *length);
    Introspection {
        cost: add(1, children.cost.saturating_mul(times)),
        depth: add(children.depth, 1),
        lists: add(children.lists, u64::from(list.is_some())),
    }
}

#[cfg(test)]
mod tests;
