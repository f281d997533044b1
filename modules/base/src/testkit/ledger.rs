//! Money of the native denomination in the trade's own state, so that a refused message moves none.

use std::ops::Bound;

use crate::{Address, Coins, Ctx, Error, NATIVE_DENOM, Result, StateRead, StateWrite, ensure};

/// The store that holds it.
pub const LEDGER: &str = "ledger";

/// What an account has, in base units.
pub fn balance(state: &dyn StateRead, who: &Address) -> u128 {
    let bytes = state.get(LEDGER, who.as_bytes()).and_then(|bytes| bytes.try_into().ok());
    bytes.map_or(0, u128::from_be_bytes)
}

/// Leaves an account with so much.
pub fn set_balance(state: &mut dyn StateWrite, who: &Address, amount: u128) {
    state.set(LEDGER, who.as_bytes().to_vec(), amount.to_be_bytes().to_vec());
}

/// Gives another state the same money.
pub fn copy(from: &dyn StateRead, to: &mut dyn StateWrite) {
    let all = (Bound::Unbounded, Bound::Unbounded);
    from.range(LEDGER, all, false).for_each(|(key, value)| to.set(LEDGER, key, value));
}

/// Takes coins from an account, for nobody; gives how much.
pub fn take(ctx: &mut Ctx<'_>, from: &Address, coins: &Coins) -> Result<u128> {
    ensure(!coins.is_empty(), Error::invalid_request("nothing is never sent"))?;
    let amount = coins.amount_of(NATIVE_DENOM);
    let have = balance(ctx, from);
    let rest = have.checked_sub(amount).ok_or_else(|| {
        let why = format!("{have} is smaller than {amount}");
        Error::insufficient_funds(why)
    })?;
    set_balance(ctx, from, rest);
    Ok(amount)
}

/// Moves coins from one account to another.
pub fn send(ctx: &mut Ctx<'_>, from: &Address, to: &Address, coins: &Coins) -> Result<()> {
    let amount = take(ctx, from, coins)?;
    let sum = balance(ctx, to).checked_add(amount).ok_or_else(|| Error::overflow("a balance"))?;
    set_balance(ctx, to, sum);
    Ok(())
}
