//! The whole application in process: what a transaction must pass, what a block keeps, what a
//! restart finds.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic,
    missing_docs,
    reason = "tests"
)]

mod commit;
mod due;
mod events;
mod gas_price;
mod genesis;
mod governance;
mod mempool;
mod refusals;
mod txs;
mod world;
