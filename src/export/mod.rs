//! The file formats that are written beside the interchange format. What is written comes from the catalogue.

pub mod bmdw;
pub mod table;
