//! Vocabulary of the modules: what every trade may say, and nothing of any one trade.
//!
//! | file | holds |
//! |---|---|
//! | [`accounts`] | the table of module accounts and what each may do |
//! | [`address`] | account, validator and consensus addresses, bech32 |
//! | [`coin`], [`dec`] | amounts (`u128`) and 18-digit decimals, checked arithmetic only |
//! | [`error`] | the one error type that leaves a module: codespace, stable code, sentence |
//! | [`state`] | `StateRead`/`StateWrite`, typed collections with prefix-free keys, overlays |
//! | [`ctx`] | what a message or a query sees: state, block, events |
//! | [`event`] | ABCI events |
//! | [`message`] | the `Message` trait and the table that dispatches by type URL |
//! | [`query`] | query statuses, the table of query handlers, pagination |
//! | [`module`] | the `Module` trait that `app` composes |
//! | [`testkit`] | an in-memory state and a check of events, for tests |

pub mod accounts;
pub mod address;
pub mod coin;
pub mod ctx;
pub mod dec;
pub mod error;
pub mod event;
pub mod message;
pub mod module;
pub mod query;
pub mod state;
pub mod testkit;

pub use accounts::{ModuleAccount, ModuleAccounts};
pub use address::{Address, module_address};
pub use coin::{Coin, Coins};
pub use ctx::{Block, Ctx, QueryCtx, Time};
pub use dec::Dec;
pub use error::{Error, Result, ensure};
pub use event::Event;
pub use message::{AnyMessage, Message, Router};
pub use module::Module;
pub use query::{QueryRouter, Status};
pub use state::{StateRead, StateWrite};

/// Address that gov executes messages as: every `MsgUpdateParams` names it as its authority.
pub fn authority() -> Address {
    module_address("gov")
}

/// The chain's native base denomination (display `whn`, exponent 6).
pub const NATIVE_DENOM: &str = "uwhn";
