//! What staking needs from other trades: money in and out of its two pools.

use whence_base::{Address, Coins, Ctx, Result};

/// Bank, as staking sees it.
pub trait Ports: Sync {
    /// From an account into a module account.
    fn send_to_module(
        &self,
        ctx: &mut Ctx<'_>,
        from: &Address,
        module: &'static str,
        coins: &Coins,
    ) -> Result<()>;

    /// From a module account to an account.
    fn send_from_module(
        &self,
        ctx: &mut Ctx<'_>,
        module: &'static str,
        to: &Address,
        coins: &Coins,
    ) -> Result<()>;

    /// From one module account to another.
    fn send_between_modules(
        &self,
        ctx: &mut Ctx<'_>,
        from: &'static str,
        to: &'static str,
        coins: &Coins,
    ) -> Result<()>;
}
