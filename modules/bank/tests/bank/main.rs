//! What bank promises, as tables, then against a model.
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

mod events;
mod genesis;
mod messages;
mod model;
mod obligations;
mod queries;
mod support;
