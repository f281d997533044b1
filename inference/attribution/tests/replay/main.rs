//! Training that repeats bit by bit, and derivatives through it.
#![allow(
    missing_docs,
    clippy::arithmetic_side_effects,
    clippy::float_arithmetic,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::unwrap_used,
    reason = "a test: numbers and indices"
)]

mod audits;
mod metagradients;
mod models;
mod training;
