//! Stemma keeps established iPS lines, disease-specific lines and their donors, diseases and banks; serves them
//! over GraphQL; and lets the public search them in English and Japanese.
//!
//! One log, many readers: every change is one transaction that writes records and appends one revision for each
//! to a gapless, hash-chained log. The search index, the feed and the history read that log.
//!
//! ```text
//! main → cli → { http, catalogue, import, export }
//! http → { graphql, web, catalogue }      graphql, web → { catalogue, domain }
//! import, export → { catalogue, domain }  catalogue → { db, search, domain }
//! search → { db (reading), domain }       db → domain → nothing
//! ```

pub mod catalogue;
pub mod cli;
pub mod clock;
pub mod config;
pub mod db;
pub mod domain;
pub mod export;
pub mod graphql;
pub mod http;
pub mod import;
pub mod metrics;
pub mod search;
pub mod telemetry;
pub mod web;
