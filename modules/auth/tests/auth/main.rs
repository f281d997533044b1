//! What auth promises.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic,
    missing_docs,
    unreachable_pub,
    dead_code,
    reason = "tests"
)]

mod accounts;
mod fees;
mod genesis;
mod messages;
mod queries;
mod support;
mod vesting;
