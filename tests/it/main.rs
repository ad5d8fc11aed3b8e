//! The promises of the catalogue, kept on SQLite and on PostgreSQL by one body of tests. A test gets a fresh
//! database of its own, a clock that it knows and ids in a known order; nothing is mocked.

#![expect(clippy::unwrap_used, reason = "a test ends where an unwrap fails")]

mod api;
mod architecture;
mod bank;
mod bank_pages;
mod check;
mod contract;
mod crash;
mod damaged_files;
mod double;
mod import_rules;
mod interchange;
mod inventory;
mod log;
mod mirror;
mod pages;
mod quality;
mod real_data;
mod round_trip;
mod schema;
mod search;
mod storage;
mod support;
mod tables;
mod units;
