//! Values as the trade uses them.

use primitive_types::U256;
use whence_base::{Address, Coin, Coins, NATIVE_DENOM, Result};
use whence_canon::report::Share;

/// A whole, in parts per billion.
pub const WHOLE_PPB: u32 = 1_000_000_000;

/// An answer's fee to share out; its coins lie in the module's account already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settlement {
    /// The escrow that paid.
    pub escrow_id: u64,
    /// The query's sequence in it.
    pub sequence: u64,
    /// The adapter that answered.
    pub adapter_id: u64,
    /// Who is paid for answering.
    pub operator: Address,
    /// The fee, in base units of the native coin.
    pub fee: u128,
    /// Which rows had a part in the answer; no row twice, at most one whole together.
    pub shares: Vec<Share>,
}

/// An amount of the native coin.
pub fn native(amount: u128) -> Coins {
    Coins::of(&Coin::new(NATIVE_DENOM, amount))
}

/// `amount × numerator ÷ denominator`, rounded down; nothing of nothing when the denominator is
/// zero.
pub fn part(amount: u128, numerator: u128, denominator: u128) -> Result<u128> {
    let product = U256::from(amount)
        .checked_mul(U256::from(numerator))
        .ok_or_else(|| whence_base::Error::overflow("part of a fee"))?;
    let quotient = product.checked_div(U256::from(denominator)).unwrap_or_default();
    u128::try_from(quotient).map_err(|_| whence_base::Error::overflow("part of a fee"))
}

/// So many parts per billion of an amount, rounded down.
pub fn part_ppb(amount: u128, ppb: u32) -> Result<u128> {
    part(amount, u128::from(ppb), u128::from(WHOLE_PPB))
}
