//! One index of the double: its documents, its settings, and which documents it takes.

use std::{collections::BTreeMap, sync::LazyLock};

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use super::call::{Document, Refusal};

/// The settings of an index that was told nothing.
static DEFAULTS: LazyLock<Document> = LazyLock::new(|| {
    let defaults = json!({
        "displayedAttributes": ["*"], "searchableAttributes": ["*"], "filterableAttributes": [],
        "sortableAttributes": [], "stopWords": [], "nonSeparatorTokens": [],
        "separatorTokens": [], "dictionary": [], "synonyms": {}, "distinctAttribute": null,
        "rankingRules": ["words", "typo", "proximity", "attributeRank", "sort", "wordPosition",
            "exactness"],
        "proximityPrecision": "byWord", "embedders": {}, "searchCutoffMs": null,
        "localizedAttributes": null, "facetSearch": true, "prefixSearch": "indexingTime",
        "typoTolerance": {"enabled": true, "minWordSizeForTypos": {"oneTypo": 5, "twoTypos": 9},
            "disableOnWords": [], "disableOnAttributes": [], "disableOnNumbers": false},
        "faceting": {"maxValuesPerFacet": 100, "sortFacetValuesBy": {"*": "alpha"}},
        "pagination": {"maxTotalHits": 1000},
    });
    defaults.as_object().unwrap().clone()
});

#[derive(Debug, Clone)]
pub(super) struct Index {
    pub(super) primary_key: Option<String>,
    pub(super) documents: BTreeMap<String, Document>,
    pub(super) created: DateTime<Utc>,
    pub(super) updated: DateTime<Utc>,
    settings: Document,
}

impl Index {
    pub(super) fn new(now: DateTime<Utc>) -> Self {
        let (documents, settings) = (BTreeMap::new(), DEFAULTS.clone());
        Self { primary_key: None, documents, created: now, updated: now, settings }
    }

    pub(super) fn setting(&self, name: &str) -> &Value {
        &self.settings[name]
    }

    /// The texts in a list of the settings; a name may lead into an object, as in `a/b`.
    pub(super) fn list(&self, name: &str) -> Vec<String> {
        let (outer, inner) = name.split_once('/').unwrap_or((name, ""));
        let setting = self.setting(outer);
        let list = if inner.is_empty() { setting } else { &setting[inner] };
        list.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
    }

    pub(super) fn settings(&self) -> Value {
        Value::Object(self.settings.clone())
    }

    pub(super) fn change_settings(&mut self, patch: &Document) {
        merge(&mut self.settings, Some(&DEFAULTS), patch);
    }

    /// Takes in all documents or none, and answers how many.
    pub(super) fn add(
        &mut self,
        uid: &str,
        primary_key: Option<&str>,
        documents: &[Document],
    ) -> Result<usize, Refusal> {
        let refuse =
            |code, message: String| Refusal::new(code, format!("Index `{uid}`: {message}"));
        let key = match (&self.primary_key, primary_key) {
            (Some(old), Some(new)) if old != new => {
                let message = format!("Index already has a primary key: `{old}`.");
                return Err(refuse("index_primary_key_already_exists", message));
            }
            (Some(key), _) => key.clone(),
            (None, Some(key)) => key.to_owned(),
            (None, None) => guess(documents).map_err(|(code, message)| refuse(code, message))?,
        };
        let named = documents.iter().map(|document| {
            let Some(id) = document.get(&key) else {
                let document = Value::Object(document.clone());
                let message = format!("Document doesn't have a `{key}` attribute: `{document}`.");
                return Err(refuse("missing_document_id", message));
            };
            match id_text(id) {
                Some(text) => Ok((text, document.clone())),
                None => Err(refuse("invalid_document_id", bad_id(id))),
            }
        });
        let named: Vec<_> = named.collect::<Result<_, _>>()?;
        self.primary_key = Some(key);
        self.documents.extend(named);
        Ok(documents.len())
    }
}

/// Whether a setting of this name exists.
pub(super) fn is_setting(name: &str) -> bool {
    DEFAULTS.contains_key(name)
}

/// `null` brings the default back, objects merge, all else is replaced. Synonyms and embedders are replaced as well.
fn merge(settings: &mut Document, defaults: Option<&Document>, patch: &Document) {
    for (name, new) in patch {
        let default = defaults.and_then(|defaults| defaults.get(name));
        let slot = settings.entry(name).or_insert(Value::Null);
        match (slot, new) {
            (slot, Value::Null) => *slot = default.cloned().unwrap_or(Value::Null),
            (Value::Object(old), Value::Object(new))
                if name != "synonyms" && name != "embedders" =>
            {
                merge(old, default.and_then(Value::as_object), new);
            }
            (slot, new) => *slot = new.clone(),
        }
    }
}

/// The one field of the first document whose name ends with `id`.
fn guess(documents: &[Document]) -> Result<String, (&'static str, String)> {
    let fields = documents.first().into_iter().flat_map(Map::keys);
    let named: Vec<_> = fields.filter(|name| name.to_lowercase().ends_with("id")).collect();
    match named[..] {
        [one] => Ok(one.clone()),
        [] => Err((
            "index_primary_key_no_candidate_found",
            "The primary key inference failed as the engine did not find any field ending with \
            `id` in its name. Please specify the primary key manually using the `primaryKey` query \
            parameter."
                .to_owned(),
        )),
        [first, second, ..] => Err((
            "index_primary_key_multiple_candidates_found",
            format!(
                "The primary key inference failed as the engine found {} fields ending with `id` in \
                their names: '{first}' and '{second}'. Please specify the primary key manually \
                using the `primaryKey` query parameter.",
                named.len()
            ),
        )),
    }
}

/// The text of an id that may be one.
pub(super) fn id_text(id: &Value) -> Option<String> {
    match id {
        Value::String(text) => {
            let text = text.trim();
            let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
            let fits = !text.is_empty() && text.len() <= 511 && text.chars().all(is_plain);
            fits.then(|| text.to_owned())
        }
        Value::Number(number) if number.is_i64() || number.is_u64() => Some(number.to_string()),
        _ => None,
    }
}

fn bad_id(id: &Value) -> String {
    format!(
        "Document identifier `{id}` is invalid. A document identifier can be of type integer or \
        string, only composed of alphanumeric characters (a-z A-Z 0-9), hyphens (-) and underscores \
        (_), and can not be more than 511 bytes."
    )
}
