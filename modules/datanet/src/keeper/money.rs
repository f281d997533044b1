//! What the module account holds: taken with a record, given back or burned with the record set to
//! nothing.

use whence_base::{Address, Ctx, Result};
use whence_proto::cosmos::base::v1beta1::Coin as PbCoin;

use crate::error::NAME;
use crate::ports::Ports;
use crate::types::{amount_of, native, native_coins};

/// Takes coins from a user; the answer is the record of them.
pub(crate) fn take(
    ctx: &mut Ctx<'_>,
    ports: &dyn Ports,
    from: &Address,
    amount: u128,
) -> Result<Option<PbCoin>> {
    ports.send_to_module(ctx, from, NAME, &native_coins(amount))?;
    Ok(native(amount))
}

/// Gives back what is recorded; answers how much that was.
pub(crate) fn give(
    ctx: &mut Ctx<'_>,
    ports: &dyn Ports,
    to: &str,
    held: &mut Option<PbCoin>,
) -> Result<u128> {
    let amount = amount_of(held)?;
    if amount > 0 {
        let to = Address::parse(to)?;
        ports.send_from_module(ctx, NAME, &to, &native_coins(amount))?;
    }
    *held = native(0);
    Ok(amount)
}

/// Burns what is recorded; answers how much that was.
pub(crate) fn burn(
    ctx: &mut Ctx<'_>,
    ports: &dyn Ports,
    held: &mut Option<PbCoin>,
) -> Result<u128> {
    let amount = amount_of(held)?;
    if amount > 0 {
        ports.burn(ctx, NAME, &native_coins(amount))?;
    }
    *held = native(0);
    Ok(amount)
}
