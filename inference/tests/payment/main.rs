//! From a voucher to a report that the chain has, before a node that says what a test writes.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    reason = "tests"
)]

mod node;
mod sender;
mod till;
