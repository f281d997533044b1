//! What attribution promises: messages and reports as tables, money and replays against models.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs,
    unreachable_pub,
    dead_code,
    reason = "tests"
)]

mod messages;
mod money;
mod replay;
mod reports;
mod told;
mod world;
