//! What the trades lend each other: every trade's port trait on one unit struct.

use whence_base::module::ValidatorUpdate;
use whence_base::{Address, Coins, Ctx, QueryCtx, Result};

/// All ports.
pub struct Ports;

/// The one value of it.
pub static PORTS: Ports = Ports;

/// Balances of an address.
pub fn balances(_: &QueryCtx<'_>, _: &Address) -> Result<Coins> {
    Ok(Coins::new())
}

/// The first validator set, after the genesis transactions.
pub fn validator_updates(_: &mut Ctx<'_>) -> Result<Vec<ValidatorUpdate>> {
    Ok(Vec::new())
}
