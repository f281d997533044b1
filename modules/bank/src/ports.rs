//! What bank needs from others: the table of module accounts, and auth's accounts.

use whence_base::ctx::Time;
use whence_base::{Address, Coins, Ctx, ModuleAccounts, Result, StateRead};

/// Everything that bank needs from others.
pub trait Ports: Sync {
    /// The application's module accounts; users cannot send to them.
    fn module_accounts(&self) -> &ModuleAccounts;

    /// Makes an account where there is none.
    fn ensure_account(&self, ctx: &mut Ctx<'_>, address: &Address) -> Result<()>;

    /// Coins at an address that are still vesting, so that they cannot be sent.
    fn locked(&self, state: &dyn StateRead, time: Time, address: &Address) -> Result<Coins>;

    /// Tells auth of a balance that genesis gives.
    fn genesis_balance(&self, ctx: &mut Ctx<'_>, address: &Address, coins: &Coins) -> Result<()>;
}
