//! Keys of the double: which exist, and what each allows. A key is derived from its uid and the master key, as the
//! real server does it, so a client may work it out.

use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use hmac::{Hmac, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use uuid::Uuid;

use super::{
    MASTER_KEY,
    call::{Answer, Call, Refusal, Reply, page},
    filter::matches,
    tasks::{State, time_text},
};

#[derive(Debug, Clone)]
pub(super) struct Key {
    uid: Uuid,
    secret: String,
    name: Value,
    description: Value,
    actions: Vec<String>,
    indexes: Vec<String>,
    expires: Option<DateTime<Utc>>,
    created: DateTime<Utc>,
}

impl Key {
    fn view(&self) -> Value {
        json!({
            "name": self.name, "description": self.description, "key": self.secret,
            "uid": self.uid.to_string(), "actions": self.actions, "indexes": self.indexes,
            "expiresAt": self.expires.map(time_text), "createdAt": time_text(self.created),
            "updatedAt": time_text(self.created),
        })
    }
}

pub(super) fn invalid() -> Refusal {
    Refusal::new("invalid_api_key", "The provided API key is invalid.")
}

/// What the key of a request allows; the master key allows everything.
#[derive(Debug)]
pub(super) struct Access(Option<Key>);

impl Access {
    pub(super) fn of(state: &State, call: &Call<'_>) -> Result<Self, Refusal> {
        let Some(bearer) = call.bearer() else {
            let message = "The Authorization header is missing. It must use the bearer \
                authorization method.";
            return Err(Refusal::new("missing_authorization_header", message));
        };
        if bearer == MASTER_KEY {
            return Ok(Self(None));
        }
        let lives = |key: &&Key| key.expires.is_none_or(|end| end > state.now());
        let key = state.keys.iter().find(|key| key.secret == bearer).filter(lives);
        key.cloned().map(|key| Self(Some(key))).ok_or_else(invalid)
    }

    /// Whether tasks and indexes of this name are shown. What belongs to no index only a key for all sees.
    pub(super) fn sees(&self, index: &str) -> bool {
        let Some(key) = &self.0 else { return true };
        key.indexes.iter().any(|allowed| {
            allowed == "*"
                || allowed == index
                || (allowed.ends_with('*') && matches(allowed, index))
        })
    }

    pub(super) fn may(&self, action: &str, index: Option<&str>) -> Result<(), Refusal> {
        let Some(key) = &self.0 else { return Ok(()) };
        let covers = |allowed: &String| match (allowed.strip_prefix('*'), allowed.strip_suffix('*'))
        {
            (Some(end), _) => action.ends_with(end),
            (None, Some(group)) => action.starts_with(group),
            (None, None) => allowed == action,
        };
        if !key.actions.iter().any(covers) {
            return Err(invalid());
        }
        match index {
            Some(index) if !self.sees(index) => {
                let message = format!(
                    "The API key cannot acces the index `{index}`, authorized indexes are {:?}.",
                    key.indexes
                );
                Err(Refusal::new("invalid_api_key", message))
            }
            _ => Ok(()),
        }
    }
}

/// Answers a request to `/keys` or to one of them, by its uid or by itself.
pub(super) fn answer(state: &mut State, access: &Access, call: &Call<'_>, rest: &[&str]) -> Reply {
    let find = |state: &State, name: &str| {
        let mut keys = state.keys.iter();
        let unknown = || Refusal::new("api_key_not_found", format!("API key `{name}` not found."));
        keys.position(|k| k.secret == name || k.uid.to_string() == name).ok_or_else(unknown)
    };
    match (call.method, rest) {
        ("GET", []) => {
            access.may("keys.get", None)?;
            let keys = state.keys.iter().map(Key::view).collect();
            let body = page(keys, call.parameter("offset"), call.parameter("limit"));
            Ok(Answer::with(StatusCode::OK, body))
        }
        ("POST", []) => {
            access.may("keys.create", None)?;
            create(state, call)
        }
        ("GET", [name]) => {
            access.may("keys.get", None)?;
            Ok(Answer::with(StatusCode::OK, state.keys[find(state, name)?].view()))
        }
        ("DELETE", [name]) => {
            access.may("keys.delete", None)?;
            let at = find(state, name)?;
            state.keys.remove(at);
            Ok(Answer::empty(StatusCode::NO_CONTENT))
        }
        _ => Ok(Answer::empty(StatusCode::METHOD_NOT_ALLOWED)),
    }
}

fn create(state: &mut State, call: &Call<'_>) -> Reply {
    let body = call.object()?;
    let list = |name: &str, code| match body.get(name).and_then(Value::as_array) {
        Some(list) => {
            Ok(list.iter().filter_map(Value::as_str).map(str::to_owned).collect::<Vec<_>>())
        }
        None => Err(Refusal::new(code, format!("Missing field `{name}`"))),
    };
    let actions = list("actions", "missing_api_key_actions")?;
    let indexes = list("indexes", "missing_api_key_indexes")?;
    let expires = match body.get("expiresAt") {
        None => {
            return Err(Refusal::new("missing_api_key_expires_at", "Missing field `expiresAt`"));
        }
        Some(Value::Null) => None,
        Some(time) => Some(time.as_str().and_then(|time| time.parse().ok()).ok_or_else(|| {
            let message = format!("`{time}` is not a valid date.");
            Refusal::new("invalid_api_key_expires_at", message)
        })?),
    };
    let uid = body.get("uid").and_then(Value::as_str).map(Uuid::parse_str).transpose();
    let uid = uid.map_err(|error| {
        Refusal::new("invalid_api_key_uid", format!("Invalid value at `.uid`: {error}"))
    })?;
    let uid = uid.unwrap_or_else(|| {
        let mut uids = (0x4000_8000_0000_0000_0000..).map(Uuid::from_u128);
        uids.find(|uid| state.keys.iter().all(|key| key.uid != *uid)).unwrap()
    });
    if state.keys.iter().any(|key| key.uid == uid) {
        let message = format!("`uid` field value `{uid}` is already an existing API key.");
        return Err(Refusal::new("api_key_already_exists", message));
    }
    let field = |name: &str| body.get(name).cloned().unwrap_or_default();
    let (name, description) = (field("name"), field("description"));
    let (secret, created) = (derived(uid), state.now());
    let key = Key { uid, secret, name, description, actions, indexes, expires, created };
    let view = key.view();
    state.keys.push(key);
    Ok(Answer::with(StatusCode::CREATED, view))
}

fn derived(uid: Uuid) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(MASTER_KEY.as_bytes()).unwrap();
    mac.update(uid.to_string().as_bytes());
    hex::encode(mac.finalize().into_bytes())
}
