//! The settings of the index, as code. What they hash to is kept in the index, and an index of another hash is built
//! anew.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::row::{ROW_VERSION, attributes, facet_attribute};
use crate::{
    domain::facet::Facet,
    search::document::{DOCUMENT_VERSION, Part},
};

/// No facet has more values; Meilisearch leaves out what is beyond.
pub(super) const FACET_VALUES: u32 = 20_000;

pub fn settings() -> Value {
    let searchable: Vec<&str> =
        Part::ALL.into_iter().flat_map(|part| <[&str; 2]>::from(attributes(part))).collect();
    let without_typos: Vec<&str> = Part::ALL.map(|part| attributes(part).1).to_vec();
    let equality = |attribute: &str, facet_search: bool| {
        json!({
            "attributePatterns": [attribute],
            "features": {
                "facetSearch": facet_search,
                "filter": { "equality": true, "comparison": false },
            },
        })
    };
    let own = ["id", "kind", "whole"].map(|attribute| equality(attribute, false));
    let facets = Facet::ALL.map(|facet| equality(facet_attribute(facet), false));
    json!({
        "searchableAttributes": searchable,
        "displayedAttributes": ["id", "order", "updated", "v", "position", "hash", "stamp", "log"],
        "filterableAttributes": own.into_iter().chain(facets).collect::<Vec<_>>(),
        "sortableAttributes": ["order", "updated"],
        "rankingRules": ["sort", "words", "typo", "attribute", "proximity", "exactness", "order:asc"],
        "stopWords": [],
        "synonyms": {},
        "typoTolerance": {
            "enabled": true,
            "minWordSizeForTypos": { "oneTypo": 5, "twoTypos": 9 },
            "disableOnAttributes": without_typos,
            "disableOnNumbers": true,
        },
        "faceting": { "maxValuesPerFacet": FACET_VALUES, "sortFacetValuesBy": { "*": "count" } },
        // Totals end here too; pages end earlier, by our own rule.
        "pagination": { "maxTotalHits": 10_000_000 },
        "searchCutoffMs": 1500,
    })
}

/// What an index must have been made by.
pub fn stamp() -> String {
    let made_by =
        json!({ "settings": settings(), "row": ROW_VERSION, "document": DOCUMENT_VERSION });
    hex::encode(&Sha256::digest(made_by.to_string())[..16])
}
