use async_graphql::Request;
use serde_json::Value;

use super::{builder, fault, sdl};
use crate::catalogue::{Error, error::Candidate};

const INTROSPECTION: &str = "{ __schema { types {
    name description
    fields(includeDeprecated: true) { name description args { name description } }
    inputFields { name description }
    enumValues(includeDeprecated: true) { name description }
} } }";

fn items<'v>(of: &'v Value, field: &str) -> impl Iterator<Item = &'v Value> {
    of[field].as_array().into_iter().flatten()
}

fn undescribed(path: &str, one: &Value) -> Option<String> {
    let described = one["description"].as_str().is_some_and(|text| !text.trim().is_empty());
    (!described).then(|| format!("{path}{}", one["name"].as_str().unwrap_or_default()))
}

#[tokio::test]
async fn everything_in_the_schema_is_described() {
    let answer = builder().finish().execute(Request::new(INTROSPECTION)).await;
    let answer = answer.data.into_json().unwrap();
    let mut missing = Vec::new();
    // `ID` is a built-in of the language, which the library leaves without a text.
    let own = |one: &&Value| {
        !one["name"].as_str().is_some_and(|name| name.starts_with("__") || name == "ID")
    };
    for one in items(&answer["__schema"], "types").filter(own) {
        let name = one["name"].as_str().unwrap_or_default();
        missing.extend(undescribed("", one));
        for part in ["fields", "inputFields", "enumValues"] {
            for member in items(one, part) {
                missing.extend(undescribed(&format!("{name}."), member));
                let path = format!("{name}.{}.", member["name"].as_str().unwrap_or_default());
                missing.extend(items(member, "args").filter_map(|arg| undescribed(&path, arg)));
            }
        }
    }
    assert!(missing.is_empty(), "without description: {missing:#?}");
}

#[test]
fn the_schema_says_how_records_are_known_and_asked_for() {
    let sdl = sdl();
    for line in [
        "interface Node {",
        "type CellLine implements Node {",
        "type CellLineConnection {",
        "type CellLineEdge {",
        "input CellLineBy @oneOf {",
        "in: [String!]",
    ] {
        assert!(sdl.contains(line), "`{line}` is missing");
    }
}

#[test]
fn an_ambiguous_name_lists_its_candidates() {
    let candidate = Candidate { accession: "STM-L0000001-X".to_owned(), name: "KOLF2".to_owned() };
    let asked = "kolf2".to_owned();
    let error = fault(Error::Ambiguous { asked, candidates: vec![candidate] });
    let extensions = serde_json::to_value(error.extensions.unwrap()).unwrap();
    let expected = serde_json::json!({
        "code": "AMBIGUOUS_NAME",
        "candidates": [{ "accession": "STM-L0000001-X", "name": "KOLF2" }],
    });
    assert_eq!(extensions, expected);
}

#[test]
fn the_fault_of_an_engine_stays_inside() {
    let error = fault(Error::Search("connection to 10.0.0.1 refused".to_owned()));
    assert!(!error.message.contains("10.0.0.1"));
}
