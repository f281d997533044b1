//! A ledger that records every movement in the state, so that a failed step undoes it.

use whence_base::state::{Map, StateRead};
use whence_base::{Address, Coins, Ctx, Error, NATIVE_DENOM, Result, module_address};
use whence_datanet::ports::Ports;

pub(super) const LEDGER: Map<Address, u64> = Map::at("ledger", 0);
const BURNED: &str = "burned";

/// The ledger; what is burned goes to an account of its own.
pub struct Ledger;

pub(super) fn balance(state: &(impl StateRead + ?Sized), who: &Address) -> u128 {
    u128::from(LEDGER.get(state, who).unwrap().unwrap_or(0))
}

fn shift(ctx: &mut Ctx<'_>, from: &Address, to: &Address, coins: &Coins) -> Result<()> {
    let amount = coins.amount_of(NATIVE_DENOM);
    let have = balance(ctx, from);
    if have < amount {
        return Err(Error::insufficient_funds(format!("{have} is smaller than {amount}")));
    }
    LEDGER.set(ctx, from, &u64::try_from(have - amount).unwrap());
    let sum = balance(ctx, to) + amount;
    LEDGER.set(ctx, to, &u64::try_from(sum).unwrap());
    Ok(())
}

impl Ports for Ledger {
    fn send_to_module(
        &self,
        ctx: &mut Ctx<'_>,
        from: &Address,
        module: &'static str,
        coins: &Coins,
    ) -> Result<()> {
        shift(ctx, from, &module_address(module), coins)
    }
    fn send_from_module(
        &self,
        ctx: &mut Ctx<'_>,
        module: &'static str,
        to: &Address,
        coins: &Coins,
    ) -> Result<()> {
        shift(ctx, &module_address(module), to, coins)
    }
    fn burn(&self, ctx: &mut Ctx<'_>, module: &'static str, coins: &Coins) -> Result<()> {
        shift(ctx, &module_address(module), &module_address(BURNED), coins)
    }
}
