//! Answers of `cosmos.staking.v1beta1.Query`; pages of at most 1,000, as wallets ask.

mod delegations;
mod validators;

use whence_base::query::Answer;
use whence_base::{Address, QueryRouter, Status};

/// Registers every query that is answered.
pub(crate) fn register(router: &mut QueryRouter) {
    router
        .add(&path("Params"), validators::params)
        .add(&path("Pool"), validators::pool)
        .add(&path("Validators"), validators::validators)
        .add(&path("Validator"), validators::validator)
        .add(&path("ValidatorDelegations"), delegations::of_validator)
        .add(&path("ValidatorUnbondingDelegations"), delegations::unbondings_of_validator)
        .add(&path("Delegation"), delegations::delegation)
        .add(&path("UnbondingDelegation"), delegations::unbonding)
        .add(&path("DelegatorDelegations"), delegations::of_delegator)
        .add(&path("DelegatorUnbondingDelegations"), delegations::unbondings_of_delegator)
        .add(&path("DelegatorValidators"), validators::of_delegator)
        .add(&path("DelegatorValidator"), validators::of_delegator_one);
}

fn path(method: &str) -> String {
    format!("/cosmos.staking.v1beta1.Query/{method}")
}

fn operator(text: &str) -> Answer<Address> {
    if text.is_empty() {
        return Err(Status::invalid("validator address cannot be empty"));
    }
    Address::parse_validator(text).map_err(|e| Status::invalid(e.message))
}

fn delegator(text: &str) -> Answer<Address> {
    if text.is_empty() {
        return Err(Status::invalid("delegator address cannot be empty"));
    }
    Address::parse(text).map_err(|e| Status::invalid(e.message))
}
