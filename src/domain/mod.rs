//! What things are: plain types, parsers and rules. No I/O, no SQL, no HTTP.
//!
//! A record is *what its sources say*: one layer of facts per source row, kept as that source wrote them.
//! What is shown is a view over the layers, derived by the precedence of the sources; nothing is overwritten.

pub mod age;
pub mod availability;
pub mod batch;
pub mod cell_line;
pub mod certificate;
pub mod cord_blood;
pub mod descent;
pub mod disease;
pub mod distribution;
pub mod donor;
pub mod due;
pub mod facet;
pub mod filter;
pub mod finding;
pub mod hgvs;
pub mod hla;
pub mod holding;
pub mod id;
pub mod identifier;
pub mod karyotype;
pub mod lang;
pub mod names;
pub mod notice;
pub mod organization;
pub mod page;
pub mod publication;
pub mod qc;
pub mod record;
pub mod sample;
pub mod source;
pub mod str_profile;
pub mod term;
pub mod usage;
pub mod vial;
pub mod wording;
