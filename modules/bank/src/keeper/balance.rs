//! Balances and supply: read by all, changed by [`super::Bank`] alone.

use whence_base::state::Amount;
use whence_base::{Address, Coin, Coins, Error, Result, StateRead, StateWrite};

use crate::state::{BALANCES, OWNERS, SUPPLY};

/// What an address has of a denomination.
pub fn balance(state: &(impl StateRead + ?Sized), address: &Address, denom: &str) -> Result<u128> {
    balance_at(state, &(address.clone(), denom.to_owned()))
}

/// All that an address has.
pub fn balances(state: &(impl StateRead + ?Sized), address: &Address) -> Result<Coins> {
    let mut coins = Coins::new();
    for entry in BALANCES.iter_prefix(state, address) {
        let ((_, denom), amount) = entry?;
        coins.add(&Coin::new(&denom, amount.into()))?;
    }
    Ok(coins)
}

/// What an address can send of a denomination, given what is locked.
pub fn spendable(
    state: &(impl StateRead + ?Sized),
    address: &Address,
    denom: &str,
    locked: &Coins,
) -> Result<u128> {
    Ok(balance(state, address, denom)?.saturating_sub(locked.amount_of(denom)))
}

/// How much there is of a denomination.
pub fn supply(state: &(impl StateRead + ?Sized), denom: &str) -> Result<u128> {
    Ok(SUPPLY.get(state, &denom.to_owned())?.unwrap_or_default().into())
}

/// Takes coins from an address: all of them or, when they are not there, none.
pub(crate) fn sub(
    state: &mut (impl StateWrite + ?Sized),
    address: &Address,
    coins: &Coins,
    locked: &Coins,
) -> Result<()> {
    let mut changes = Vec::new();
    for coin in coins.iter() {
        let key = (address.clone(), coin.denom.clone());
        let held = balance_at(state, &key)?;
        let rest = rest(held, &coin, locked.amount_of(&coin.denom))?;
        changes.push((key, held, rest));
    }
    for (key, held, rest) in changes {
        put(state, key, held, rest);
    }
    Ok(())
}

/// Gives coins to an address: all of them or, when they do not fit, none.
pub(crate) fn add(
    state: &mut (impl StateWrite + ?Sized),
    address: &Address,
    coins: &Coins,
) -> Result<()> {
    let mut changes = Vec::new();
    for coin in coins.iter() {
        let key = (address.clone(), coin.denom.clone());
        let held = balance_at(state, &key)?;
        let sum = held.checked_add(coin.amount).ok_or_else(|| Error::overflow("balance"))?;
        changes.push((key, held, sum));
    }
    for (key, held, sum) in changes {
        put(state, key, held, sum);
    }
    Ok(())
}

/// Sets a balance that was not there before (genesis).
pub(crate) fn set_balance(state: &mut (impl StateWrite + ?Sized), address: &Address, coin: &Coin) {
    put(state, (address.clone(), coin.denom.clone()), 0, coin.amount);
}

pub(crate) fn set_supply(state: &mut (impl StateWrite + ?Sized), denom: &str, amount: u128) {
    let denom = denom.to_owned();
    if amount == 0 {
        SUPPLY.remove(state, &denom);
    } else {
        SUPPLY.set(state, &denom, &Amount::from(amount));
    }
}

fn balance_at(state: &(impl StateRead + ?Sized), key: &(Address, String)) -> Result<u128> {
    Ok(BALANCES.get(state, key)?.unwrap_or_default().into())
}

/// What is left of a balance, in the SDK's words when it is too little.
fn rest(held: u128, coin: &Coin, locked: u128) -> Result<u128> {
    let denom = &coin.denom;
    let spendable = held.checked_sub(locked).ok_or_else(|| {
        Error::insufficient_funds(format!(
            "locked amount exceeds account balance funds: {locked}{denom} > {held}{denom}"
        ))
    })?;
    if spendable < coin.amount {
        return Err(Error::insufficient_funds(format!(
            "spendable balance {spendable}{denom} is smaller than {coin}"
        )));
    }
    held.checked_sub(coin.amount).ok_or_else(|| Error::broken("a spendable part exceeds its whole"))
}

fn put(state: &mut (impl StateWrite + ?Sized), key: (Address, String), before: u128, after: u128) {
    if after == 0 {
        BALANCES.remove(state, &key);
    } else {
        BALANCES.set(state, &key, &Amount::from(after));
    }
    if (before == 0) != (after == 0) {
        let (address, denom) = key;
        if after == 0 {
            OWNERS.remove(state, &(denom, address));
        } else {
            OWNERS.insert(state, &(denom, address));
        }
    }
}
