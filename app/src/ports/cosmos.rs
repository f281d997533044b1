//! Ports of the inherited trades.

use whence_base::ctx::Time;
use whence_base::{Address, Coins, Ctx, ModuleAccounts, Result, StateRead};

use super::money::money;
use super::{Ports, module_accounts};

impl whence_auth::ports::Ports for Ports {
    fn module_accounts(&self) -> &ModuleAccounts {
        module_accounts()
    }

    money!(send_to_module, send_between_modules);
}

impl whence_bank::ports::Ports for Ports {
    fn module_accounts(&self) -> &ModuleAccounts {
        module_accounts()
    }

    fn ensure_account(&self, ctx: &mut Ctx<'_>, address: &Address) -> Result<()> {
        whence_auth::keeper::ensure_account(ctx, address)
    }

    fn locked(&self, state: &dyn StateRead, time: Time, address: &Address) -> Result<Coins> {
        whence_auth::keeper::locked(state, time, address)
    }

    fn genesis_balance(&self, ctx: &mut Ctx<'_>, address: &Address, coins: &Coins) -> Result<()> {
        whence_auth::keeper::genesis_balance(ctx, address, coins)
    }
}

impl whence_staking::ports::Ports for Ports {
    money!(send_to_module, send_from_module, send_between_modules);
}
