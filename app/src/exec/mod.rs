//! The state machine's work: transactions, blocks, genesis. No IO; the store is read through a
//! view.

pub mod block;
pub mod events;
pub mod genesis;
pub mod genesis_edit;
pub mod header;
pub mod invariants;
pub mod tx;
