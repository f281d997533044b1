//! Validators: the record and the indices that follow it.

use whence_base::{Address, Ctx, Result};

use crate::error::StakingError;
use crate::keeper::validator as find;
use crate::state;
use crate::types::Validator;

/// The validator, or the SDK's refusal.
pub(crate) fn expect(ctx: &Ctx<'_>, operator: &Address) -> Result<Validator> {
    let found = find(ctx, operator)?;
    found.ok_or_else(|| StakingError::NoValidator(operator.to_validator_string()).into())
}

/// Writes a validator and moves it within the power index.
pub(crate) fn save(ctx: &mut Ctx<'_>, validator: &Validator) -> Result<()> {
    if let Some(before) = find(ctx, &validator.operator)? {
        state::BY_POWER.remove(ctx, &power_key(&before));
    }
    if validator.is_eligible() {
        state::BY_POWER.insert(ctx, &power_key(validator));
    }
    state::VALIDATORS.set(ctx, &validator.operator, &validator.to_proto());
    Ok(())
}

/// Adds a validator that was not there, with its key.
pub(crate) fn insert(ctx: &mut Ctx<'_>, validator: &Validator) -> Result<()> {
    if find(ctx, &validator.operator)?.is_some() {
        return Err(StakingError::OwnerExists.into());
    }
    let consensus = validator.consensus_address();
    if state::BY_CONSENSUS.has(ctx, &consensus) {
        return Err(StakingError::PubkeyExists.into());
    }
    let operator = validator.operator.as_bytes().to_vec();
    state::BY_CONSENSUS.set(ctx, &consensus, &operator);
    save(ctx, validator)
}

/// Forgets a validator that nobody holds shares of.
pub(crate) fn remove(ctx: &mut Ctx<'_>, validator: &Validator) {
    state::BY_POWER.remove(ctx, &power_key(validator));
    state::BY_CONSENSUS.remove(ctx, &validator.consensus_address());
    state::VALIDATORS.remove(ctx, &validator.operator);
}

/// Whether taking this validator out of the index would leave a chain without validators.
pub(crate) fn is_last_with_power(ctx: &Ctx<'_>, operator: &Address) -> Result<bool> {
    let strongest = state::BY_POWER.first_while(ctx, 2, |_| true)?;
    Ok(strongest.iter().all(|(_, other)| other == operator))
}

/// Key in the power index: the strongest first.
pub(crate) fn power_key(validator: &Validator) -> (u64, Address) {
    (u64::MAX.saturating_sub(validator.power()), validator.operator.clone())
}
