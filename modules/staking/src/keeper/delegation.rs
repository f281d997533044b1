//! Delegations: coins become shares, shares become coins that wait.

use whence_base::{Address, Ctx, Dec, Error, Result, ensure};
use whence_proto::cosmos::staking::v1beta1 as pb;

use crate::error::StakingError;
use crate::keeper::pool::{self, Pool};
use crate::keeper::{delegation_shares, snapshot, validator};
use crate::ports::Ports;
use crate::state;
use crate::types::{Status, Validator};

/// Delegator and operator.
pub(crate) type Pair = (Address, Address);

/// Moves coins of the delegator into the validator's pool and gives shares for them.
pub(crate) fn delegate(
    ctx: &mut Ctx<'_>,
    ports: &dyn Ports,
    pair: &Pair,
    amount: u128,
) -> Result<Dec> {
    let mut to = validator::expect(ctx, &pair.1)?;
    let shares = to.shares_of(amount)?;
    let nonzero = shares > Dec::zero();
    ensure(nonzero, Error::invalid_request(format!("{amount} is worth less than a share")))?;
    pool::deposit(ctx, ports, Pool::of(to.status), &pair.0, amount)?;

    to.tokens = to.tokens.checked_add(amount).ok_or_else(|| Error::overflow("tokens"))?;
    to.shares = to.shares.checked_add(shares)?;
    validator::save(ctx, &to)?;
    let held = delegation_shares(ctx, &pair.0, &pair.1)?.checked_add(shares)?;
    set_shares(ctx, pair, held)?;
    Ok(shares)
}

/// Shares of the delegation that an amount of coins is worth (SDK `ValidateUnbondAmount`).
pub(crate) fn shares_for(ctx: &Ctx<'_>, pair: &Pair, amount: u128) -> Result<Dec> {
    let from = validator::expect(ctx, &pair.1)?;
    let have = delegation_shares(ctx, &pair.0, &pair.1)?;
    ensure(have > Dec::zero(), StakingError::NoDelegation)?;
    let asked = from.shares_of(amount)?;
    ensure(
        asked <= have,
        StakingError::NotEnoughShares { asked: asked.to_string(), have: have.to_string() },
    )?;
    let nonzero = asked > Dec::zero();
    ensure(nonzero, Error::invalid_request(format!("{amount} is worth less than a share")))?;
    Ok(asked)
}

/// Takes shares back and gives the tokens that they were worth, and where those lie.
pub(crate) fn unbond(ctx: &mut Ctx<'_>, pair: &Pair, shares: Dec) -> Result<(u128, Pool)> {
    let mut from = validator::expect(ctx, &pair.1)?;
    let have = delegation_shares(ctx, &pair.0, &pair.1)?;
    let rest = have.checked_sub(shares).map_err(|_| StakingError::NotEnoughShares {
        asked: shares.to_string(),
        have: have.to_string(),
    })?;
    let is_own = pair.0 == pair.1;
    let below = is_own && from.tokens_of(rest)? < from.min_self_delegation;
    let tokens = take(&mut from, shares)?;
    from.jailed = from.jailed || below;
    if !from.is_eligible() && validator::is_last_with_power(ctx, &from.operator)? {
        return Err(StakingError::LastValidator.into());
    }

    set_shares(ctx, pair, rest)?;
    validator::save(ctx, &from)?;
    if from.shares == Dec::zero() && from.status == Status::Unbonded {
        validator::remove(ctx, &from);
    }
    Ok((tokens, Pool::of(from.status)))
}

/// Takes shares out of a validator: the last ones take all tokens, others their part rounded down.
fn take(from: &mut Validator, shares: Dec) -> Result<u128> {
    let rest = from.shares.checked_sub(shares)?;
    let tokens = if rest == Dec::zero() { from.tokens } else { from.tokens_of(shares)? };
    from.tokens = from
        .tokens
        .checked_sub(tokens)
        .ok_or_else(|| Error::broken("a part is no more than all"))?;
    from.shares = rest;
    Ok(tokens)
}

/// The one place where a delegation changes; open snapshots keep what it was.
pub(crate) fn set_shares(ctx: &mut Ctx<'_>, pair: &Pair, shares: Dec) -> Result<()> {
    snapshot::keep(ctx, pair)?;
    let by_validator = (pair.1.clone(), pair.0.clone());
    if shares == Dec::zero() {
        state::DELEGATIONS.remove(ctx, pair);
        state::BY_VALIDATOR.remove(ctx, &by_validator);
        return Ok(());
    }
    let pb = pb::Delegation {
        delegator_address: pair.0.to_string(),
        validator_address: pair.1.to_validator_string(),
        shares: shares.to_scaled(),
    };
    state::DELEGATIONS.set(ctx, pair, &pb);
    state::BY_VALIDATOR.insert(ctx, &by_validator);
    Ok(())
}
