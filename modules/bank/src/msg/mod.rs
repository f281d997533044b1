//! Messages of bank.

mod governance;
mod multi_send;
mod send;

pub use governance::{SetSendEnabled, UpdateParams};
pub use multi_send::{MultiSend, OUTPUTS_MAX};
pub use send::Send;

/// Gas of one movement of one coin: two balances, perhaps a new account.
const MOVE_GAS: u64 = 40_000;
/// Gas of each further coin, and of each setting.
const ITEM_GAS: u64 = 10_000;

/// Gas of a number of movements of some coins each.
fn gas(moves: usize, coins: usize) -> u64 {
    let (moves, coins) = (wide(moves), wide(coins).saturating_sub(wide(moves)));
    moves.saturating_mul(MOVE_GAS).saturating_add(coins.saturating_mul(ITEM_GAS))
}

fn wide(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
