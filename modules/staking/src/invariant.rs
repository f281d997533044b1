//! What must always hold of stake; each sentence says what is broken.

use std::collections::{BTreeMap, BTreeSet};

use whence_base::coin::parse_amount;
use whence_base::{Address, Dec, QueryCtx, Result};

use crate::keeper::pool::{self, Pools};
use crate::keeper::validator::power_key;
use crate::state;
use crate::types::{Status, Validator};

/// All that is broken.
pub(crate) fn broken(ctx: &QueryCtx<'_>) -> Result<Vec<String>> {
    let mut said = Vec::new();
    let validators: Vec<Validator> = state::VALIDATORS
        .iter(ctx)
        .map(|entry| Validator::parse(&entry?.1))
        .collect::<Result<_>>()?;
    pools(ctx, &validators, &mut said)?;
    shares(ctx, &validators, &mut said)?;
    indices(ctx, &validators, &mut said)?;
    Ok(said)
}

fn pools(ctx: &QueryCtx<'_>, validators: &[Validator], said: &mut Vec<String>) -> Result<()> {
    let mut sums = Pools::default();
    for one in validators {
        let slot =
            if one.status == Status::Bonded { &mut sums.bonded } else { &mut sums.not_bonded };
        *slot = slot.saturating_add(one.tokens);
    }
    for entry in state::UNBONDINGS.iter(ctx) {
        for entry in entry?.1.entries {
            sums.not_bonded = sums.not_bonded.saturating_add(parse_amount(&entry.balance)?);
        }
    }
    let recorded = pool::load(ctx)?;
    if recorded != sums {
        said.push(format!("staking: pools record {recorded:?}, the stake sums to {sums:?}"));
    }
    Ok(())
}

fn shares(ctx: &QueryCtx<'_>, validators: &[Validator], said: &mut Vec<String>) -> Result<()> {
    let mut sums: BTreeMap<Address, Dec> = BTreeMap::new();
    for entry in state::DELEGATIONS.iter(ctx) {
        let ((delegator, operator), pb) = entry?;
        if !state::BY_VALIDATOR.has(ctx, &(operator.clone(), delegator)) {
            said.push(format!("staking: a delegation to {operator} is not in its index"));
        }
        let sum = sums.entry(operator).or_default();
        *sum = sum.checked_add(Dec::parse_scaled(&pb.shares)?)?;
    }
    for one in validators {
        let sum = sums.remove(&one.operator).unwrap_or_default();
        if sum != one.shares {
            let (at, has) = (&one.operator, one.shares);
            said.push(format!("staking: {at} has {has} shares, its delegations {sum}"));
        }
    }
    said.extend(sums.keys().map(|at| format!("staking: delegations to {at}, which is not there")));
    Ok(())
}

fn indices(ctx: &QueryCtx<'_>, validators: &[Validator], said: &mut Vec<String>) -> Result<()> {
    let index = state::BY_POWER.iter_prefix(ctx, &()).collect::<Result<BTreeSet<_>>>()?;
    let expected: BTreeSet<_> =
        validators.iter().filter(|v| v.is_eligible()).map(power_key).collect();
    if index != expected {
        said.push(format!("staking: power index has {index:?}, expected {expected:?}"));
    }
    let last = state::LAST_POWERS.iter(ctx).map(|e| Ok(e?.0)).collect::<Result<BTreeSet<_>>>()?;
    let bonded = validators.iter().filter(|v| v.status == Status::Bonded);
    let bonded: BTreeSet<_> = bonded.map(|v| v.operator.clone()).collect();
    if last != bonded {
        said.push(format!("staking: the set is {last:?}, the bonded validators {bonded:?}"));
    }
    Ok(())
}
