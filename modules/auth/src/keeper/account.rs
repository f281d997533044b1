//! Accounts: found, made with the next number, advanced by each transaction.

use whence_base::ctx::Time;
use whence_base::{Address, Coins, Error, ModuleAccounts, Result, StateRead, StateWrite, ensure};
use whence_proto::Any;

use crate::state::{ACCOUNTS, BY_NUMBER, NEXT_NUMBER};
use crate::types::{Account, BASE_URL, Kind, MODULE_URL};
use crate::vesting;

/// The account at an address.
pub fn account(state: &(impl StateRead + ?Sized), address: &Address) -> Result<Option<Account>> {
    ACCOUNTS.get(state, address)?.map(|any| Account::from_any(&any)).transpose()
}

/// The account at an address that must have one.
pub fn require_account(state: &(impl StateRead + ?Sized), address: &Address) -> Result<Account> {
    account(state, address)?
        .ok_or_else(|| Error::unknown_address(format!("account {address} does not exist")))
}

/// The address that has an account number.
pub fn address_of_number(
    state: &(impl StateRead + ?Sized),
    number: u64,
) -> Result<Option<Address>> {
    BY_NUMBER.get(state, &number)?.map(Address::new).transpose()
}

/// Makes a plain account where there is none: whoever receives coins has one.
pub fn ensure_account(state: &mut (impl StateWrite + ?Sized), address: &Address) -> Result<()> {
    if ACCOUNTS.has(state, address) {
        return Ok(());
    }
    let number = NEXT_NUMBER.get_or_default(state)?;
    put_new(state, address, &Account::plain(address, number))
}

/// Refuses a transaction that was signed for another sequence.
pub fn check_sequence(account: &Account, got: u64) -> Result<()> {
    let expected = account.sequence();
    ensure(
        got == expected,
        Error::wrong_sequence(format!("account sequence mismatch, expected {expected}, got {got}")),
    )
}

/// Counts a transaction of the account; keeps the key that it signed with, if it has none yet.
pub fn advance(
    state: &mut (impl StateWrite + ?Sized),
    address: &Address,
    pubkey: Option<Any>,
) -> Result<()> {
    let mut account = require_account(state, address)?;
    let next = account.sequence().checked_add(1);
    account.set_sequence(next.ok_or_else(|| Error::overflow("account sequence"))?);
    if let (None, Some(pubkey)) = (account.pubkey(), pubkey) {
        account.set_pubkey(pubkey);
    }
    ACCOUNTS.set(state, address, &account.to_any());
    Ok(())
}

/// Coins at an address that are still vesting, so that they cannot be sent.
pub fn locked(state: &(impl StateRead + ?Sized), time: Time, address: &Address) -> Result<Coins> {
    let Some(any) = ACCOUNTS.get(state, address)? else { return Ok(Coins::new()) };
    if any.type_url == BASE_URL || any.type_url == MODULE_URL {
        return Ok(Coins::new());
    }
    vesting::locked(&Account::from_any(&any)?, time)
}

/// Stores a new account under its own number; numbers after it follow on.
pub(crate) fn put_new(
    state: &mut (impl StateWrite + ?Sized),
    address: &Address,
    account: &Account,
) -> Result<()> {
    let number = account.number();
    let next = number.checked_add(1).ok_or_else(|| Error::overflow("account number"))?;
    ACCOUNTS.set(state, address, &account.to_any());
    BY_NUMBER.set(state, &number, &address.as_bytes().to_vec());
    if next > NEXT_NUMBER.get_or_default(state)? {
        NEXT_NUMBER.set(state, &next);
    }
    Ok(())
}

/// Makes each module's account that genesis did not bring.
pub(crate) fn create_module_accounts(
    state: &mut (impl StateWrite + ?Sized),
    accounts: &ModuleAccounts,
) -> Result<()> {
    for module in accounts.iter() {
        match account(state, &module.address)? {
            Some(found) => ensure(
                matches!(found.kind(), Kind::Module(m) if m.name == module.name),
                Error::invalid_type(format!(
                    "account {} is not the module account {}",
                    module.address, module.name
                )),
            )?,
            None => {
                let number = NEXT_NUMBER.get_or_default(state)?;
                put_new(state, &module.address, &Account::of_module(module, number))?;
            }
        }
    }
    Ok(())
}
