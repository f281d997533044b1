//! The validator set: the best by power, and what CometBFT is told of the changes.

use std::collections::BTreeMap;

use whence_base::module::ValidatorUpdate;
use whence_base::{Address, Ctx, Dec, Error, Result};

use crate::keeper::pool::{self, Pool};
use crate::keeper::validator;
use crate::params::Params;
use crate::ports::Ports;
use crate::state;
use crate::types::{Status, Validator, time_key};

/// Makes the best validators the set, moves their tokens between the pools, and answers the changes
/// since the last call: no validator twice, zero only for one that was in the set. A set without
/// any power keeps the old one. After the genesis transactions, InitChain calls this for the first
/// set.
pub fn update(ctx: &mut Ctx<'_>, ports: &dyn Ports) -> Result<Vec<ValidatorUpdate>> {
    let most = usize::try_from(Params::load(ctx)?.validators_max).unwrap_or(usize::MAX);
    let best = state::BY_POWER.first_while(ctx, most, |_| true)?;
    if best.is_empty() {
        return Ok(Vec::new());
    }
    let mut last: BTreeMap<Address, u64> = state::LAST_POWERS.iter(ctx).collect::<Result<_>>()?;
    let mut updates = Vec::new();
    for (_, operator) in best {
        let mut one = validator::expect(ctx, &operator)?;
        if one.status != Status::Bonded {
            bond(ctx, ports, &mut one)?;
        }
        let power = one.power();
        if last.remove(&operator) != Some(power) {
            state::LAST_POWERS.set(ctx, &operator, &power);
            updates.push(change(&one, power)?);
        }
    }
    for operator in last.keys() {
        let mut one = validator::expect(ctx, operator)?;
        begin_unbonding(ctx, ports, &mut one)?;
        state::LAST_POWERS.remove(ctx, operator);
        updates.push(change(&one, 0)?);
    }
    Ok(updates)
}

/// Ends the unbonding of a validator; one that nobody holds shares of is forgotten.
pub(crate) fn complete_unbonding(ctx: &mut Ctx<'_>, operator: &Address) -> Result<()> {
    let mut one = validator::expect(ctx, operator)?;
    if one.status != Status::Unbonding || one.unbonding_time > ctx.time() {
        return Ok(());
    }
    one.status = Status::Unbonded;
    if one.shares == Dec::zero() {
        validator::remove(ctx, &one);
        return Ok(());
    }
    validator::save(ctx, &one)
}

fn bond(ctx: &mut Ctx<'_>, ports: &dyn Ports, one: &mut Validator) -> Result<()> {
    if one.status == Status::Unbonding {
        let key = (time_key(one.unbonding_time), one.operator.clone());
        state::VALIDATOR_QUEUE.remove(ctx, &key);
    }
    pool::shift(ctx, ports, (Pool::NotBonded, Pool::Bonded), one.tokens)?;
    one.status = Status::Bonded;
    validator::save(ctx, one)
}

fn begin_unbonding(ctx: &mut Ctx<'_>, ports: &dyn Ports, one: &mut Validator) -> Result<()> {
    let wait = Params::load(ctx)?.unbonding_time_s;
    pool::shift(ctx, ports, (Pool::Bonded, Pool::NotBonded), one.tokens)?;
    one.status = Status::Unbonding;
    one.unbonding_time = ctx.time().plus_seconds(wait);
    one.unbonding_height = i64::try_from(ctx.height()).unwrap_or(i64::MAX);
    validator::save(ctx, one)?;
    let key = (time_key(one.unbonding_time), one.operator.clone());
    state::VALIDATOR_QUEUE.insert(ctx, &key);
    Ok(())
}

fn change(one: &Validator, power: u64) -> Result<ValidatorUpdate> {
    let power = i64::try_from(power).map_err(|_| Error::overflow("voting power"))?;
    Ok(ValidatorUpdate { pubkey: one.pubkey.to_vec(), power })
}
