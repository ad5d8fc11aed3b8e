//! Keys that may do no more than their work: made from the master key, once.

use meilisearch_sdk::key::{Action, KeyBuilder, KeysQuery};

use super::{Meilisearch, http::Fault};

/// What a key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyUse {
    /// The mirror's daily work. It cannot make an index, so a mistyped name makes none.
    Mirror,
    /// Building the index anew.
    Rebuild,
    /// Searching only.
    Search,
}

impl KeyUse {
    pub const ALL: [Self; 3] = [Self::Mirror, Self::Rebuild, Self::Search];

    /// The setting that takes it.
    pub fn setting(self) -> &'static str {
        match self {
            Self::Mirror => "key",
            Self::Rebuild => "rebuild_key",
            Self::Search => "search_key",
        }
    }

    fn actions(self) -> Vec<Action> {
        let daily = [
            Action::Search,
            Action::DocumentsAdd,
            Action::DocumentsGet,
            Action::DocumentsDelete,
            Action::IndexesGet,
            Action::TasksGet,
        ];
        let building = [
            Action::IndexesCreate,
            Action::IndexesDelete,
            Action::Unknown("indexes.swap".to_owned()),
            Action::SettingsGet,
            Action::SettingsUpdate,
        ];
        match self {
            Self::Search => vec![Action::Search],
            Self::Mirror => daily.to_vec(),
            Self::Rebuild => daily.into_iter().chain(building).collect(),
        }
    }
}

impl Meilisearch {
    /// The key for a purpose; the one there is, or a new one. The configured key must be the master key.
    pub async fn make_key(&self, purpose: KeyUse) -> Result<String, Fault> {
        let title = format!("Stemma {} of {}", purpose.setting(), self.live());
        let mut all = KeysQuery::new();
        let known = self.client.get_keys_with(all.with_limit(1000)).await.map_err(Fault::from)?;
        let named = |name: &Option<String>| name.as_ref() == Some(&title);
        if let Some(key) = known.results.into_iter().find(|key| named(&key.name)) {
            return Ok(key.key);
        }
        let mut key = KeyBuilder::new();
        let indexes = match purpose {
            KeyUse::Search => vec![self.live().to_owned()],
            _ => vec![self.live().to_owned(), self.next()],
        };
        key.with_name(&title).with_actions(purpose.actions()).with_indexes(indexes);
        Ok(self.client.create_key(key).await.map_err(Fault::from)?.key)
    }
}
