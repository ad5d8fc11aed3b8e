//! Quality control: results of tests, published standards, and whether a subject conforms to one.
//!
//! The worst this can do is to let pass what should not. So a fail stands until it is corrected or declared out
//! of specification, whatever is unknown keeps from passing, values are compared exactly, and no standard can
//! let one lot certify the sterility of another.
//!
//! Everything here is pure: what is known comes in, and so does the day.

pub mod coded_value;
pub mod conformity;
mod evaluation;
mod judgement;
mod karyotype_share;
pub mod limit;
pub mod material;
pub mod method;
pub mod number;
mod public;
mod read_value;
pub mod reason;
pub mod record;
pub mod requirement;
pub mod result;
pub mod standard;
pub mod subject;
pub mod test_code;
pub mod unit;
pub mod value;
pub mod verdict;
mod words;

#[cfg(test)]
mod tests;
