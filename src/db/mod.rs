//! How records are kept. The only folder that knows SQL, and [`conn`] the only file that knows there are two
//! engines. Every function takes a [`Conn`], so one body serves a pooled connection and a
//! transaction.

pub mod conn;
pub mod descent;
pub mod due;
pub mod error;
pub mod external_id;
pub mod link;
pub mod log;
pub mod migrate;
pub mod mirror;
pub mod name;
pub mod record;
pub mod setting;
pub mod unit;

pub use conn::{Conn, Db};
pub use error::DbError;
