//! The accounts that modules own: one table, stated by the application, read by auth and bank.

use std::collections::BTreeMap;

use crate::address::{Address, module_address};
use crate::error::{Error, Result};

/// May create coins.
pub const MINTER: &str = "minter";
/// May destroy coins.
pub const BURNER: &str = "burner";
/// Holds delegated coins.
pub const STAKING: &str = "staking";

/// A module account: its name and what it may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModuleAccount {
    /// Name, such as `fee_collector`.
    pub name: &'static str,
    /// Address that follows from the name.
    pub address: Address,
    /// Permissions: [`MINTER`], [`BURNER`], [`STAKING`].
    pub permissions: &'static [&'static str],
}

/// All module accounts, in the order of their creation at genesis.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ModuleAccounts {
    list: Vec<ModuleAccount>,
    by_address: BTreeMap<Address, usize>,
    by_name: BTreeMap<&'static str, usize>,
}

impl ModuleAccounts {
    /// The table of names with permissions; a name that comes again is left out.
    pub fn new(table: &[(&'static str, &'static [&'static str])]) -> Self {
        let mut accounts = Self::default();
        for (name, permissions) in table {
            let place = accounts.list.len();
            if accounts.by_name.contains_key(name) {
                continue;
            }
            let address = module_address(name);
            accounts.by_name.insert(name, place);
            accounts.by_address.insert(address.clone(), place);
            accounts.list.push(ModuleAccount { name, address, permissions });
        }
        accounts
    }

    /// Each account, in order.
    pub fn iter(&self) -> impl Iterator<Item = &ModuleAccount> {
        self.list.iter()
    }

    /// The account of a name.
    pub fn named(&self, name: &str) -> Option<&ModuleAccount> {
        self.by_name.get(name).and_then(|place| self.list.get(*place))
    }

    /// The account at an address: users cannot send to it.
    pub fn at(&self, address: &Address) -> Option<&ModuleAccount> {
        self.by_address.get(address).and_then(|place| self.list.get(*place))
    }

    /// The address of a name that must be in the table.
    pub fn address(&self, name: &str) -> Result<&Address> {
        self.named(name)
            .map(|account| &account.address)
            .ok_or_else(|| Error::unknown_address(format!("module account {name} does not exist")))
    }

    /// The address of a name that must be in the table and have a permission.
    pub fn permitted(&self, name: &str, permission: &str) -> Result<&Address> {
        let address = self.address(name)?;
        if self.named(name).is_some_and(|account| account.permissions.contains(&permission)) {
            return Ok(address);
        }
        Err(Error::unauthorized(format!(
            "module account {name} does not have permission {permission}"
        )))
    }
}
