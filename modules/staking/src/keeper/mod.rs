//! Rules of staking: what may change, and what other trades may ask.

pub(crate) mod delegation;
pub(crate) mod pool;
pub mod set;
pub mod snapshot;
pub(crate) mod unbonding;
pub(crate) mod validator;

use whence_base::{Address, Dec, Result, StateRead};

use crate::params::Params;
use crate::state;
use crate::types::{Status, Validator};

/// The parameters in force.
pub fn params(state: &(impl StateRead + ?Sized)) -> Result<Params> {
    Params::load(state)
}

/// Tokens bonded in all validators of the set (what a quorum is a part of).
pub fn bonded_total(state: &(impl StateRead + ?Sized)) -> Result<u128> {
    Ok(pool::load(state)?.bonded)
}

/// A validator by its operator's account address.
pub fn validator(
    state: &(impl StateRead + ?Sized),
    operator: &Address,
) -> Result<Option<Validator>> {
    state::VALIDATORS.get(state, operator)?.map(|pb| Validator::parse(&pb)).transpose()
}

/// A validator by its consensus address (as CometBFT names it in votes and misbehaviour).
pub fn validator_by_consensus(
    state: &(impl StateRead + ?Sized),
    consensus: &Address,
) -> Result<Option<Validator>> {
    match state::BY_CONSENSUS.get(state, consensus)? {
        Some(operator) => validator(state, &Address::new(operator)?),
        None => Ok(None),
    }
}

/// The validators of the set in order of their operators' addresses, at most `max_validators` of
/// them.
pub fn bonded_validators(state: &(impl StateRead + ?Sized)) -> Result<Vec<Validator>> {
    let mut bonded = Vec::new();
    for entry in state::LAST_POWERS.iter(state) {
        let found = validator(state, &entry?.0)?;
        bonded.extend(found.filter(|v| v.status == Status::Bonded));
    }
    Ok(bonded)
}

/// The validators of the set, the strongest first, with the power that CometBFT was told.
pub fn bonded_by_power(state: &(impl StateRead + ?Sized)) -> Result<Vec<(Validator, u64)>> {
    let mut bonded = Vec::new();
    for entry in state::LAST_POWERS.iter(state) {
        let (operator, power) = entry?;
        bonded.extend(validator(state, &operator)?.map(|v| (v, power)));
    }
    bonded.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.operator.cmp(&b.0.operator)));
    Ok(bonded)
}

/// Shares of a delegation, zero when there is none.
pub fn delegation_shares(
    state: &(impl StateRead + ?Sized),
    delegator: &Address,
    operator: &Address,
) -> Result<Dec> {
    match state::DELEGATIONS.get(state, &(delegator.clone(), operator.clone()))? {
        Some(pb) => Dec::parse_scaled(&pb.shares),
        None => Ok(Dec::zero()),
    }
}
