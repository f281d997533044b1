//! What the trades lend each other: every trade's port trait, on one unit struct.
//!
//! A trade names what it needs in its `ports.rs` and never sees another trade; here each need is
//! met by the keeper of the trade that has it.

mod cosmos;
mod gov;
mod money;
mod pay;
mod record;

use std::sync::LazyLock;

use whence_bank::keeper::Bank;
use whence_base::accounts::{BURNER, MINTER, STAKING};
use whence_base::module::ValidatorUpdate;
use whence_base::{Address, Coins, Ctx, ModuleAccounts, Result, StateRead};

/// All ports.
pub struct Ports;

/// The one value of it.
pub static PORTS: Ports = Ports;

/// Bank, over what auth lends it.
pub(crate) const BANK: Bank<'static> = Bank(&PORTS);

/// The accounts that modules own and what each may do.
///
/// Nothing may mint but `reward` (emissions); what is burned are stakes, bonds and deposits.
const ACCOUNTS: &[(&str, &[&str])] = &[
    ("fee_collector", &[]),
    ("bonded_tokens_pool", &[BURNER, STAKING]),
    ("not_bonded_tokens_pool", &[BURNER, STAKING]),
    ("gov", &[BURNER]),
    ("datanet", &[BURNER]),
    ("proposal", &[BURNER]),
    ("model", &[BURNER]),
    ("attribution", &[BURNER]),
    ("reward", &[MINTER, BURNER]),
    ("community_pool", &[]),
    ("dust", &[]),
];

static MODULE_ACCOUNTS: LazyLock<ModuleAccounts> = LazyLock::new(|| ModuleAccounts::new(ACCOUNTS));

/// The table of module accounts.
pub fn module_accounts() -> &'static ModuleAccounts {
    &MODULE_ACCOUNTS
}

/// Balances of an address.
pub fn balances(state: &(impl StateRead + ?Sized), address: &Address) -> Result<Coins> {
    whence_bank::keeper::balances(state, address)
}

/// The first validator set, after the genesis transactions.
pub fn validator_updates(ctx: &mut Ctx<'_>) -> Result<Vec<ValidatorUpdate>> {
    whence_staking::keeper::set::update(ctx, &PORTS)
}
