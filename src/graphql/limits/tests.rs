//! Every bomb is refused by size, before it could take time; every honest query passes.

use std::{
    fmt::Write as _,
    time::{Duration, Instant},
};

use async_graphql::{Variables, parser::parse_query};
use proptest::prelude::*;
use serde_json::json;

use super::{Cost, Limits, Refusal, check, scan};
use crate::graphql::error::ErrorCode;

/// The shape of what `GraphiQL` and the code generators send: every list, and types wrapped nine times.
const INTROSPECTION: &str = "
    query IntrospectionQuery {
      __schema {
        description
        queryType { name kind } mutationType { name kind } subscriptionType { name kind }
        types { ...Type }
        directives {
          name description isRepeatable locations
          args(includeDeprecated: true) { ...Input }
        }
      }
    }
    fragment Type on __Type {
      kind name description specifiedByURL isOneOf
      fields(includeDeprecated: true) {
        name description args(includeDeprecated: true) { ...Input }
        type { ...Ref } isDeprecated deprecationReason
      }
      inputFields(includeDeprecated: true) { ...Input }
      interfaces { ...Ref }
      enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason }
      possibleTypes { ...Ref }
    }
    fragment Input on __InputValue {
      name description type { ...Ref } defaultValue isDeprecated deprecationReason
    }
    fragment Ref on __Type {
      kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name
      ofType { kind name ofType { kind name ofType { kind name ofType { kind name
      ofType { kind name } } } } } } } } }
    }";

fn price(query: &str, variables: serde_json::Value) -> Result<Cost, Refusal> {
    let limits = Limits::default();
    scan(query, &limits)?;
    let document = parse_query(query).expect("the query parses");
    check(&document, None, &Variables::from_json(variables), &limits)
}

fn cost(query: &str) -> u64 {
    price(query, json!({})).expect("the query is allowed").requested
}

/// The code of the refusal, which must come quickly, the parser's time included.
fn refused(query: &str) -> ErrorCode {
    swift(|| price(query, json!({}))).expect_err("the query is refused").code
}

/// Runs three times, because the machine may be busy with other tests.
fn swift<T>(run: impl Fn() -> T) -> T {
    let timed = (0..3).map(|_| {
        let start = Instant::now();
        (run(), start.elapsed())
    });
    let (result, time) = timed.min_by_key(|(_, time)| *time).expect("three runs");
    assert!(time < Duration::from_millis(20), "took {time:?}");
    result
}

/// Each of `levels` fragments spreads the next one `times` times.
fn bomb(levels: usize, times: usize) -> String {
    let mut query = "{...a0}".to_owned();
    for level in 0..levels {
        let spread = format!("...a{} ", level + 1).repeat(times);
        write!(query, "fragment a{level} on Query{{{spread}}}").expect("strings take writes");
    }
    write!(query, "fragment a{levels} on Query{{__typename}}").expect("strings take writes");
    query
}

#[test]
fn fragment_bombs_are_refused_by_size() {
    assert_eq!(refused(&bomb(24, 2)), ErrorCode::QueryTooComplex);
    assert_eq!(refused(&bomb(31, 2)), ErrorCode::QueryTooComplex);
    assert_eq!(refused(&bomb(12, 10)), ErrorCode::QueryTooComplex);
    assert_eq!(refused(&bomb(31, 20)), ErrorCode::QueryTooComplex);
    assert_eq!(refused(&bomb(32, 1)), ErrorCode::QueryTooComplex, "33 fragments");
    assert_eq!(cost(&bomb(5, 2)), 32);
}

#[test]
fn unused_bombs_are_refused_as_well() {
    let unused = bomb(24, 2).replacen("{...a0}", "{__typename}", 1);
    assert_eq!(refused(&unused), ErrorCode::QueryTooComplex);
}

#[test]
fn cycles_are_refused() {
    for query in [
        "{...a}fragment a on Query{...a}",
        "{...a}fragment a on Query{b{...b}}fragment b on Query{...a}",
        "{x}fragment a on Query{...b}fragment b on Query{...a}",
    ] {
        assert_eq!(refused(query), ErrorCode::GraphqlValidationFailed, "{query}");
    }
}

#[test]
fn deep_text_is_refused_before_the_parser_sees_it() {
    assert_eq!(refused(&"{a".repeat(900)), ErrorCode::QueryTooDeep);
    assert_eq!(refused(&format!("{{a(b:{})}}", "[".repeat(900))), ErrorCode::QueryTooDeep);
    assert_eq!(refused(&format!("query($a:{}){{a}}", "[".repeat(900))), ErrorCode::QueryTooDeep);
    let nested = |depth: usize| format!("{}{}", "{a".repeat(depth), "}".repeat(depth));
    assert_eq!(cost(&nested(12)), 12);
    assert_eq!(refused(&nested(13)), ErrorCode::QueryTooDeep);
}

#[test]
fn depth_adds_up_through_fragments() {
    let query = "{a{a{a{a{a{a{...f}}}}}}}fragment f on T{b{b{b{b{b{b{b}}}}}}}";
    assert_eq!(refused(query), ErrorCode::QueryTooDeep);
}

#[test]
fn wide_queries_are_refused() {
    let aliased = |count: usize| {
        let fields = (0..count).fold(String::new(), |all, index| format!("{all} a{index}:id"));
        format!("{{a{{{fields}}}}}")
    };
    assert_eq!(cost(&aliased(64)), 65);
    assert_eq!(refused(&aliased(65)), ErrorCode::QueryTooComplex);
    assert_eq!(refused(&format!("{{{}}}", "id ".repeat(51))), ErrorCode::QueryTooComplex);
    assert_eq!(
        refused(&format!("{{a {}}}", "@skip(if:false)".repeat(21))),
        ErrorCode::QueryTooComplex
    );
    assert_eq!(refused(&format!("{{a {}}}", "x ".repeat(2_000))), ErrorCode::QueryTooComplex);
    assert_eq!(refused(&format!("{{a}}#{}", "x".repeat(32 * 1024))), ErrorCode::QueryTooComplex);
}

#[test]
fn every_operation_counts_for_size_and_only_the_selected_one_for_cost() {
    let query = "query A{a}query B{lines(first:100){nodes{x(first:100){nodes{id}}}}}";
    let document = parse_query(query).expect("the query parses");
    let price = |name| check(&document, Some(name), &Variables::default(), &Limits::default());
    assert_eq!(price("A").map(|cost| cost.requested), Ok(1));
    assert_eq!(price("B").map_err(|refusal| refusal.code), Err(ErrorCode::QueryTooComplex));
    assert_eq!(price("C").map(|cost| cost.requested), Ok(0));
    let aliases = |name: char| format!("query {name}{{a{{{}}}}}", "x:id ".repeat(40));
    assert_eq!(refused(&(aliases('A') + &aliases('B'))), ErrorCode::QueryTooComplex);
}

#[test]
fn lists_multiply_by_the_page_they_ask_for() {
    assert_eq!(cost("{lines(first:10){nodes{id}}}"), 1 + 10 * 2);
    assert_eq!(cost("{lines(last:3,first:10){nodes{id}}}"), 1 + 10 * 2);
    assert_eq!(cost("{lines{nodes{id}}}"), 1 + 25 * 2, "a connection without a page");
    assert_eq!(cost("{lines{...c}}fragment c on LineConnection{edges{cursor}}"), 1 + 25 * 2);
    assert_eq!(cost("{lines(first:1000000){nodes{id}}}"), 1 + 100 * 2);
    assert_eq!(cost("{lines(first:-1){nodes{id}}}"), 1 + 25 * 2);
    assert_eq!(cost("{nodes(ids:[\"a\",\"b\",\"c\"]){id}}"), 1 + 3);
    assert_eq!(cost("{line{synonyms{value}}}"), 1 + 1 + 10);
}

#[test]
fn page_sizes_are_read_from_variables_and_their_defaults() {
    let query = "query($n:Int=5,$ids:[ID!]){lines(first:$n){nodes{id}} nodes(ids:$ids){id}}";
    let requested = |variables| price(query, variables).map(|cost| cost.requested);
    assert_eq!(requested(json!({})), Ok(1 + 5 * 2 + 1 + 1));
    assert_eq!(requested(json!({"n": 7, "ids": ["a", "b"]})), Ok(1 + 7 * 2 + 1 + 2));
    assert_eq!(requested(json!({"n": "x", "ids": "a"})), Ok(1 + 25 * 2 + 1 + 1));
}

#[test]
fn long_id_lists_are_not_copied_for_each_use() {
    let uses = "nodes(ids:$ids){id}".repeat(49);
    let query = format!("query($ids:[ID!]!){{{uses}}}");
    let ids: Vec<_> = (0..40_000).collect();
    let document = parse_query(&query).expect("the query parses");
    let variables = Variables::from_json(json!({ "ids": ids }));
    let cost = swift(|| check(&document, None, &variables, &Limits::default()));
    assert_eq!(cost.map(|cost| cost.requested), Ok(49 * 101));
}

#[test]
fn introspection_of_the_usual_tools_is_allowed() {
    let cost = cost(INTROSPECTION);
    assert!((100..1_000).contains(&cost), "{cost}");
}

#[test]
fn introspection_has_rules_of_its_own() {
    let lists = "{__schema{types{fields{type{fields{type{fields{name}}}}}}}}";
    assert_eq!(refused(lists), ErrorCode::QueryTooDeep);
    let types = format!("{{__type(name:\"A\"){}{}}}", "{ofType".repeat(15), "}".repeat(15));
    assert_eq!(refused(&types.replace("ofType}", "ofType{name}}")), ErrorCode::QueryTooDeep);
    let repeated = format!("{{__schema{{types{{{}}}}}}}", "fields{name} ".repeat(400));
    assert_eq!(refused(&repeated), ErrorCode::QueryTooComplex);
}

#[test]
fn tokens_are_counted_as_the_grammar_reads_them() {
    let limits = |tokens| Limits { tokens, ..Limits::default() };
    for (query, tokens) in [
        ("{ a , b }", 4),
        ("{a(b:\"} # \\\" {\")}", 8),
        ("{a(b:\"\"\"x \\\"\"\" \" { \"\"\")}", 8),
        ("# { { {\n{...a}", 4),
        ("{a(b:-1.5e3)}", 11),
        ("{\u{1f3c3}x}", 3),
    ] {
        assert_eq!(scan(query, &limits(tokens)), Ok(()), "{query}");
        assert!(scan(query, &limits(tokens - 1)).is_err(), "{query}");
    }
}

#[test]
fn brackets_do_not_hide_in_a_block_string_that_never_ends() {
    let hidden = format!("{{a(b:[\"\"\" \" {})}}", "[".repeat(900));
    assert_eq!(refused(&hidden), ErrorCode::GraphqlParseFailed);
    let mut lines = "{a(b:\"".to_owned() + &"\\\"".repeat(900) + "\n";
    lines += &"\"\\".repeat(900);
    swift(|| scan(&lines, &Limits::default())).expect("text without depth");
}

proptest! {
    #[test]
    fn any_text_is_judged(text in any::<String>(), graphql in "[{}\\[(\"\\\\.#a \n]{0,200}") {
        for query in [text, graphql] {
            if scan(&query, &Limits::default()).is_ok()
                && let Ok(document) = parse_query(&query)
            {
                let _ = check(&document, None, &Variables::default(), &Limits::default());
            }
        }
    }
}
