//! What the trade needs from others: money moved and burned.

use whence_base::{Address, Coins, Ctx, Result};

/// Everything the trade needs from others.
pub trait Ports: Sync {
    /// Moves a user's coins into a module's account.
    fn send_to_module(
        &self,
        ctx: &mut Ctx<'_>,
        from: &Address,
        module: &'static str,
        coins: &Coins,
    ) -> Result<()>;

    /// Moves coins from a module's account to a user.
    fn send_from_module(
        &self,
        ctx: &mut Ctx<'_>,
        module: &'static str,
        to: &Address,
        coins: &Coins,
    ) -> Result<()>;

    /// Burns coins of a module's account.
    fn burn(&self, ctx: &mut Ctx<'_>, module: &'static str, coins: &Coins) -> Result<()>;
}
