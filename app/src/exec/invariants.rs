//! What must hold after every block: each module's own rules, and money against what is owed.

use std::collections::BTreeMap;

use whence_base::{Coins, QueryCtx, Result, module_address};

use crate::modules::Modules;
use crate::ports;

/// Every broken rule, as sentences; none when all hold.
pub fn broken(modules: &Modules, ctx: &QueryCtx<'_>) -> Result<Vec<String>> {
    let mut found = Vec::new();
    let mut owed: BTreeMap<&'static str, Coins> = BTreeMap::new();
    for module in modules.iter() {
        let own = module.invariants(ctx)?;
        found.extend(own.into_iter().map(|text| format!("{}: {text}", module.name())));
        for obligation in module.obligations(ctx)? {
            owed.entry(obligation.account).or_default().add_all(&obligation.coins)?;
        }
    }
    for (account, coins) in owed {
        let held = ports::balances(ctx, &module_address(account))?;
        if held != coins {
            found.push(format!("account {account} holds {held} but owes {coins}"));
        }
    }
    Ok(found)
}
