//! The cord-blood unit: what a bank states of it, where it stands, and what the public may see of it.
//!
//! A unit is a stored product with three axes of its own: custody, transplant and research consent. Counts of
//! cells are absolute and exact. The day of collection is a birth date, and the mother is never public.
//! Files and records are other rooms' business; everything here is a pure function of its arguments.

pub mod axes;
pub mod bmdw;
pub mod code;
pub mod count;
pub mod facts;
pub mod inventory;
mod problems;
pub mod public;
pub mod screen;
pub mod standing;
pub mod steps;
