//! Rules of bank: balances, money moved, supply.

mod balance;
mod bank;
mod settings;

pub use balance::{balance, balances, spendable, supply};
pub(crate) use balance::{set_balance, set_supply};
pub use bank::{Bank, Output};
pub(crate) use settings::{clear_send_enabled, set_metadata, set_params, set_send_enabled};
pub use settings::{default_send_enabled, metadata, params, require_send_enabled};
