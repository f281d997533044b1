//! The fee collector: every coin in its account is on record here.

use whence_base::state::Amount;
use whence_base::{Address, Coins, Ctx, Error, Result, StateRead, module_address};

use super::FEE_COLLECTOR;
use crate::ports::Ports;
use crate::state::COLLECTED;

/// Takes a transaction's fee from its payer.
pub fn collect_fee(
    ctx: &mut Ctx<'_>,
    ports: &dyn Ports,
    payer: &Address,
    fee: &Coins,
) -> Result<()> {
    if fee.is_empty() {
        return Ok(());
    }
    ports.send_to_module(ctx, payer, FEE_COLLECTOR, fee)?;
    record(ctx, fee)
}

/// Takes what a module gives to those who stake.
pub fn add_to_fee_collector(
    ctx: &mut Ctx<'_>,
    ports: &dyn Ports,
    from: &'static str,
    coins: &Coins,
) -> Result<()> {
    if coins.is_empty() {
        return Ok(());
    }
    ports.send_between_modules(ctx, from, FEE_COLLECTOR, coins)?;
    record(ctx, coins)
}

/// What was collected and not yet given on.
pub fn collected(state: &(impl StateRead + ?Sized)) -> Result<Coins> {
    let mut coins = Coins::new();
    for entry in COLLECTED.iter(state) {
        let (denom, amount) = entry?;
        coins.add(&whence_base::Coin::new(&denom, amount.into()))?;
    }
    Ok(coins)
}

/// Hears of a balance that genesis gives: its address gets an account, and what lies in the fee
/// collector counts as collected (auth's own genesis has no place for it).
pub fn genesis_balance(ctx: &mut Ctx<'_>, address: &Address, coins: &Coins) -> Result<()> {
    super::ensure_account(ctx, address)?;
    if *address == module_address(FEE_COLLECTOR) { record(ctx, coins) } else { Ok(()) }
}

fn record(ctx: &mut Ctx<'_>, coins: &Coins) -> Result<()> {
    for coin in coins.iter() {
        let before = u128::from(COLLECTED.get(ctx, &coin.denom)?.unwrap_or_default());
        let after = before.checked_add(coin.amount);
        let after = after.ok_or_else(|| Error::overflow("collected fees"))?;
        COLLECTED.set(ctx, &coin.denom, &Amount::from(after));
    }
    Ok(())
}
