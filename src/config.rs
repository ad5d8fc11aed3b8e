//! The configuration: a TOML file, the environment (`STEMMA_LISTEN`, `STEMMA_SEARCH__MEILISEARCH__URL`) and flags,
//! the later over the earlier, in one validated struct.

use std::{
    fmt,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use chrono::FixedOffset;
use serde::Deserialize;

/// Everything that can be set. A key that is not here is refused by name.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Where the server listens.
    pub listen: SocketAddr,
    /// Where the metrics are served, apart from the public; nowhere when absent.
    pub metrics: Option<SocketAddr>,
    /// The folder of the search index and, unless `database` says otherwise, of the database.
    pub data: PathBuf,
    /// `sqlite://FILE` or `postgres://…`; a SQLite file in the data folder when absent.
    pub database: Option<String>,
    /// The letters before the dash of accessions; upper-case letters and digits.
    pub accession_prefix: String,
    /// How far the bank's day is ahead of UTC: `+09:00` in Japan. A notice begins with the day of its bank.
    pub utc_offset: String,
    pub search: Search,
}

#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Search {
    pub meilisearch: Meilisearch,
}

/// Where the catalogue is mirrored to and searched. Without an address the embedded engine does all searching.
#[derive(Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Meilisearch {
    /// `http://HOST:7700`
    pub url: Option<String>,
    /// For the mirror's daily work; the master key will do.
    pub key: Option<String>,
    /// For building the index anew; `key` when absent.
    pub rebuild_key: Option<String>,
    /// For searching; `key` when absent.
    pub search_key: Option<String>,
    /// The name of the index; another beside it, whose name is made from this, is used for building.
    pub index: String,
}

impl Default for Meilisearch {
    fn default() -> Self {
        let index = "stemma".to_owned();
        Self { url: None, key: None, rebuild_key: None, search_key: None, index }
    }
}

impl fmt::Debug for Meilisearch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Meilisearch").field("index", &self.index).finish_non_exhaustive()
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            metrics: None,
            data: PathBuf::from("stemma-data"),
            database: None,
            accession_prefix: "STM".to_owned(),
            utc_offset: "+00:00".to_owned(),
            search: Search::default(),
        }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("the configuration cannot be read: {0}")]
    Read(#[from] config::ConfigError),
    #[error("`accession_prefix` is `{0}`; use one to eight upper-case letters or digits")]
    Prefix(String),
    #[error("`utc_offset` is `{0}`; write it like `+09:00`")]
    Offset(String),
    #[error(
        "`search.meilisearch.index` is `{0}`; use letters, digits, `-` and `_`, at most 100 of them"
    )]
    Index(String),
}

/// What the command line says over file and environment.
#[derive(Debug, Default, Clone)]
pub struct Overrides {
    pub listen: Option<SocketAddr>,
    pub data: Option<PathBuf>,
    pub database: Option<String>,
}

impl Config {
    pub fn load(file: Option<&Path>, overrides: Overrides) -> Result<Self, ConfigError> {
        let mut sources = config::Config::builder();
        if let Some(file) = file {
            sources = sources.add_source(config::File::from(file).format(config::FileFormat::Toml));
        }
        // What the test suite needs to know is no setting of the program.
        let settings = std::env::vars().filter(|(name, _)| !name.starts_with("STEMMA_TEST_"));
        let environment = config::Environment::with_prefix("STEMMA")
            .prefix_separator("_")
            .separator("__")
            .source(Some(settings.collect()));
        let read = sources.add_source(environment).build()?;
        read.try_deserialize::<Self>()?.with(overrides)
    }

    fn with(mut self, overrides: Overrides) -> Result<Self, ConfigError> {
        self.listen = overrides.listen.unwrap_or(self.listen);
        self.data = overrides.data.unwrap_or(self.data);
        self.database = overrides.database.or(self.database);
        let prefix = &self.accession_prefix;
        let allowed = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit();
        if prefix.is_empty() || prefix.len() > 8 || !prefix.chars().all(allowed) {
            return Err(ConfigError::Prefix(prefix.clone()));
        }
        if self.utc_offset.parse::<FixedOffset>().is_err() {
            return Err(ConfigError::Offset(self.utc_offset));
        }
        let index = &self.search.meilisearch.index;
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        if index.is_empty() || index.len() > 100 || !index.chars().all(allowed) {
            return Err(ConfigError::Index(index.clone()));
        }
        Ok(self)
    }

    /// How far the bank's day is ahead of UTC.
    pub fn utc_offset(&self) -> FixedOffset {
        self.utc_offset.parse().expect("it was checked when it was read")
    }

    /// The database's address.
    pub fn database(&self) -> String {
        let file = || format!("sqlite://{}", self.data.join("stemma.sqlite").display());
        self.database.clone().unwrap_or_else(file)
    }

    /// The folder of the embedded search index.
    pub fn index(&self) -> PathBuf {
        self.data.join("index")
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn flags_stand_over_the_file_and_unknown_keys_are_named() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        writeln!(file, "data = \"bank\"\nlisten = \"127.0.0.1:9000\"").unwrap();
        let flags =
            Overrides { listen: Some(([127, 0, 0, 1], 9001).into()), ..Overrides::default() };
        let config = Config::load(Some(file.path()), flags).unwrap();
        assert_eq!(config.data, PathBuf::from("bank"));
        assert_eq!(config.listen.port(), 9001);
        assert_eq!(config.database(), "sqlite://bank/stemma.sqlite");
        writeln!(file, "lisen = 1").unwrap();
        let error = Config::load(Some(file.path()), Overrides::default()).unwrap_err().to_string();
        assert!(error.contains("lisen"), "{error}");
    }
}
