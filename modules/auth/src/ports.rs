//! What auth needs from others: the table of module accounts, and fees moved.

use whence_base::{Address, Coins, Ctx, ModuleAccounts, Result};

/// Everything that auth needs from others.
pub trait Ports: Sync {
    /// The application's module accounts.
    fn module_accounts(&self) -> &ModuleAccounts;

    /// Moves a user's coins into a module's account.
    fn send_to_module(
        &self,
        ctx: &mut Ctx<'_>,
        from: &Address,
        module: &'static str,
        coins: &Coins,
    ) -> Result<()>;

    /// Moves coins between the accounts of two modules.
    fn send_between_modules(
        &self,
        ctx: &mut Ctx<'_>,
        from: &'static str,
        to: &'static str,
        coins: &Coins,
    ) -> Result<()>;
}
