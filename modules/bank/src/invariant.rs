//! What must hold after every block: supply is the sum of balances, and what modules hold is owed.

use std::collections::BTreeMap;

use whence_base::module::Obligation;
use whence_base::{Coin, Coins, ModuleAccounts, Result, StateRead};

use crate::{keeper, state};

/// Bank's own broken rules, as sentences; none when all hold.
pub(crate) fn broken(state: &(impl StateRead + ?Sized)) -> Result<Vec<String>> {
    let mut found = Vec::new();
    let (mut sums, mut count) = (Coins::new(), 0_usize);
    for entry in state::BALANCES.iter(state) {
        let ((address, denom), amount) = entry?;
        let coin = Coin::new(&denom, amount.into());
        sums.add(&coin)?;
        count = count.saturating_add(1);
        if coin.amount == 0 {
            found.push(format!("{address} has a record of zero {denom}"));
        }
        if !state::OWNERS.has(state, &(denom, address.clone())) {
            found.push(format!("{address} is missing among the owners of {}", coin.denom));
        }
    }
    let mut supply = Coins::new();
    for entry in state::SUPPLY.iter(state) {
        let (denom, amount) = entry?;
        supply.add(&Coin::new(&denom, amount.into()))?;
    }
    if sums != supply {
        found.push(format!("supply is {supply}, but balances sum up to {sums}"));
    }
    let owners = state::OWNERS.map().iter(state).count();
    if owners != count {
        found.push(format!("{owners} owners are listed, but there are {count} balances"));
    }
    Ok(found)
}

/// Compares every module account with what is owed out of it, coin by coin: it holds exactly the
/// sum of its obligations, and nothing at all without one. Each sentence says what differs.
pub fn check_obligations(
    state: &(impl StateRead + ?Sized),
    accounts: &ModuleAccounts,
    obligations: &[Obligation],
) -> Result<Vec<String>> {
    let mut found = Vec::new();
    let mut owed: BTreeMap<&'static str, Coins> = BTreeMap::new();
    for obligation in obligations {
        owed.entry(obligation.account).or_default().add_all(&obligation.coins)?;
        if accounts.named(obligation.account).is_none() {
            found.push(format!("{} owes, but is no module account", obligation.account));
        }
    }
    for account in accounts.iter() {
        let owes = owed.remove(account.name).unwrap_or_default();
        let holds = keeper::balances(state, &account.address)?;
        if holds != owes {
            found.push(format!("account {} holds [{holds}] but owes [{owes}]", account.name));
        }
    }
    Ok(found)
}
