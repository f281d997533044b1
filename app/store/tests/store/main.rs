//! The store from outside: reads, roots and proofs beside the `jmt` crate, pruning, crashes,
//! refusals.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic,
    clippy::cast_possible_truncation,
    unreachable_pub,
    missing_docs,
    reason = "tests"
)]

mod common;
mod crash;
mod disk_full;
mod go;
mod oracle;
mod proofs;
mod pruning;
mod reads;
mod refusals;
mod threads;
