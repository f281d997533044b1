//! A ledger that records every movement in the state, so that a failed step undoes it.

use whence_base::testkit::ledger::send;
use whence_base::{Address, Coins, Ctx, Result, module_address};
use whence_datanet::ports::Ports;

const BURNED: &str = "burned";

/// The ledger; what is burned goes to an account of its own.
pub struct Ledger;

impl Ports for Ledger {
    fn send_to_module(
        &self,
        ctx: &mut Ctx<'_>,
        from: &Address,
        module: &'static str,
        coins: &Coins,
    ) -> Result<()> {
        send(ctx, from, &module_address(module), coins)
    }
    fn send_from_module(
        &self,
        ctx: &mut Ctx<'_>,
        module: &'static str,
        to: &Address,
        coins: &Coins,
    ) -> Result<()> {
        send(ctx, &module_address(module), to, coins)
    }
    fn burn(&self, ctx: &mut Ctx<'_>, module: &'static str, coins: &Coins) -> Result<()> {
        send(ctx, &module_address(module), &module_address(BURNED), coins)
    }
}
