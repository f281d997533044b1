//! Import, export and check of auth's genesis.

use std::collections::{BTreeMap, BTreeSet};

use whence_base::{Ctx, Error, ModuleAccounts, QueryCtx, Result, StateRead};
use whence_proto::cosmos::auth::v1beta1::GenesisState;

use crate::types::Account;
use crate::{keeper, params, state, vesting};

/// Default parameters and no accounts: genesis makes those of the modules by itself.
pub(crate) fn default() -> GenesisState {
    GenesisState { params: Some(params::default()), accounts: Vec::new() }
}

pub(crate) fn validate(genesis: &GenesisState) -> Result<()> {
    params::validate(&genesis.params.clone().unwrap_or_else(params::default))?;
    let mut seen = BTreeSet::new();
    for account in accounts(genesis)? {
        let address = account.address()?;
        vesting::validate(&account)?;
        if !seen.insert(address.clone()) {
            return Err(Error::invalid_request(format!("accounts: {address} comes twice")));
        }
    }
    Ok(())
}

pub(crate) fn init(
    ctx: &mut Ctx<'_>,
    genesis: &GenesisState,
    modules: &ModuleAccounts,
) -> Result<()> {
    validate(genesis)?;
    keeper::set_params(ctx, &genesis.params.clone().unwrap_or_else(params::default))?;
    for (_, account) in numbered(accounts(genesis)?)? {
        keeper::put_new(ctx, &account.address()?, &account)?;
    }
    keeper::create_module_accounts(ctx, modules)
}

pub(crate) fn export(ctx: &QueryCtx<'_>) -> Result<GenesisState> {
    let mut accounts = Vec::new();
    for entry in state::BY_NUMBER.iter(ctx) {
        let address = whence_base::Address::new(entry?.1)?;
        accounts.push(keeper::require_account(ctx, &address)?.to_any());
    }
    Ok(GenesisState { params: Some(keeper::params(ctx)?), accounts })
}

/// Rules that must always hold: each account is under its own number and below the next one.
pub(crate) fn broken(state: &(impl StateRead + ?Sized)) -> Result<Vec<String>> {
    let mut found = Vec::new();
    let next = state::NEXT_NUMBER.get_or_default(state)?;
    let mut count = 0_u64;
    for entry in state::ACCOUNTS.iter(state) {
        let (address, any) = entry?;
        let number = Account::from_any(&any)?.number();
        count = count.saturating_add(1);
        if keeper::address_of_number(state, number)?.as_ref() != Some(&address) || number >= next {
            found.push(format!("account {address} is not the holder of its number {number}"));
        }
    }
    let numbers = state::BY_NUMBER.iter(state).count();
    if u64::try_from(numbers).ok() != Some(count) {
        found.push(format!("{count} accounts, but {numbers} account numbers"));
    }
    Ok(found)
}

fn accounts(genesis: &GenesisState) -> Result<Vec<Account>> {
    let parse = |(place, any)| {
        Account::from_any(any)
            .map_err(|e| Error { message: format!("accounts[{place}]: {e}"), ..e })
    };
    genesis.accounts.iter().enumerate().map(parse).collect()
}

/// Accounts by number: who comes first keeps a number, the others take the lowest free ones in the
/// order of the list. So a list that says zero everywhere is numbered from zero on.
fn numbered(list: Vec<Account>) -> Result<BTreeMap<u64, Account>> {
    let (mut by_number, mut repeated) = (BTreeMap::new(), Vec::new());
    for account in list {
        match by_number.entry(account.number()) {
            std::collections::btree_map::Entry::Vacant(free) => {
                free.insert(account);
            }
            std::collections::btree_map::Entry::Occupied(_) => repeated.push(account),
        }
    }
    let mut number = 0_u64;
    for mut account in repeated {
        while by_number.contains_key(&number) {
            number = number.checked_add(1).ok_or_else(|| Error::overflow("account number"))?;
        }
        account.set_number(number);
        by_number.insert(number, account);
    }
    Ok(by_number)
}
