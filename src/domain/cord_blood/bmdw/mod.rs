//! The exchange of cord-blood inventories by the BMDW field set of 2017: its fields, what each may hold, and how a
//! row of them becomes facts and facts a row. The files around the rows are read and written elsewhere.

pub mod field;
pub mod header;
pub mod row;
pub mod value;
