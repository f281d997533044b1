//! Questions about delegations and unbonding delegations.

use whence_base::query::{Answer, PAGE_MAX_COSMOS, paginate};
use whence_base::{Address, Coin, Dec, QueryCtx, Status};
use whence_proto::cosmos::staking::v1beta1 as pb;

use super::{delegator, operator};
use crate::keeper;
use crate::keeper::delegation::Pair;
use crate::params::Params;
use crate::state;

pub(super) fn of_validator(
    ctx: &QueryCtx<'_>,
    request: pb::QueryValidatorDelegationsRequest,
) -> Answer<pb::QueryValidatorDelegationsResponse> {
    let at = existing(ctx, &request.validator_addr)?;
    let page = (request.pagination, PAGE_MAX_COSMOS);
    let (found, pagination) = paginate(ctx, state::BY_VALIDATOR.map(), &at, page)?;
    let delegation_responses =
        found.into_iter().map(|((at, who), ())| respond(ctx, &(who, at))).collect::<Answer<_>>()?;
    let pagination = Some(pagination);
    Ok(pb::QueryValidatorDelegationsResponse { delegation_responses, pagination })
}

pub(super) fn of_delegator(
    ctx: &QueryCtx<'_>,
    request: pb::QueryDelegatorDelegationsRequest,
) -> Answer<pb::QueryDelegatorDelegationsResponse> {
    let who = delegator(&request.delegator_addr)?;
    let page = (request.pagination, PAGE_MAX_COSMOS);
    let (found, pagination) = paginate(ctx, &state::DELEGATIONS, &who, page)?;
    let delegation_responses =
        found.into_iter().map(|(pair, _)| respond(ctx, &pair)).collect::<Answer<_>>()?;
    let pagination = Some(pagination);
    Ok(pb::QueryDelegatorDelegationsResponse { delegation_responses, pagination })
}

pub(super) fn delegation(
    ctx: &QueryCtx<'_>,
    request: pb::QueryDelegationRequest,
) -> Answer<pb::QueryDelegationResponse> {
    let pair = (delegator(&request.delegator_addr)?, operator(&request.validator_addr)?);
    Ok(pb::QueryDelegationResponse { delegation_response: Some(respond(ctx, &pair)?) })
}

pub(super) fn unbonding(
    ctx: &QueryCtx<'_>,
    request: pb::QueryUnbondingDelegationRequest,
) -> Answer<pb::QueryUnbondingDelegationResponse> {
    let pair = (delegator(&request.delegator_addr)?, operator(&request.validator_addr)?);
    Ok(pb::QueryUnbondingDelegationResponse { unbond: Some(find_unbonding(ctx, &pair)?) })
}

pub(super) fn unbondings_of_validator(
    ctx: &QueryCtx<'_>,
    request: pb::QueryValidatorUnbondingDelegationsRequest,
) -> Answer<pb::QueryValidatorUnbondingDelegationsResponse> {
    let at = existing(ctx, &request.validator_addr)?;
    let page = (request.pagination, PAGE_MAX_COSMOS);
    let (found, pagination) = paginate(ctx, state::UNBONDINGS_BY_VALIDATOR.map(), &at, page)?;
    let unbonding_responses = found
        .into_iter()
        .map(|((at, who), ())| find_unbonding(ctx, &(who, at)))
        .collect::<Answer<_>>()?;
    let pagination = Some(pagination);
    Ok(pb::QueryValidatorUnbondingDelegationsResponse { unbonding_responses, pagination })
}

pub(super) fn unbondings_of_delegator(
    ctx: &QueryCtx<'_>,
    request: pb::QueryDelegatorUnbondingDelegationsRequest,
) -> Answer<pb::QueryDelegatorUnbondingDelegationsResponse> {
    let who = delegator(&request.delegator_addr)?;
    let page = (request.pagination, PAGE_MAX_COSMOS);
    let (found, pagination) = paginate(ctx, &state::UNBONDINGS, &who, page)?;
    let unbonding_responses = found.into_iter().map(|(_, record)| record).collect();
    let pagination = Some(pagination);
    Ok(pb::QueryDelegatorUnbondingDelegationsResponse { unbonding_responses, pagination })
}

fn existing(ctx: &QueryCtx<'_>, text: &str) -> Answer<Address> {
    let at = operator(text)?;
    if state::VALIDATORS.has(ctx, &at) {
        return Ok(at);
    }
    Err(Status::not_found(format!("validator {text}")))
}

/// A delegation with what it is worth now.
fn respond(ctx: &QueryCtx<'_>, pair: &Pair) -> Answer<pb::DelegationResponse> {
    let missing = || {
        let (who, at) = (&pair.0, pair.1.to_validator_string());
        Status::not_found(format!("delegation with delegator {who} not found for validator {at}"))
    };
    let delegation = state::DELEGATIONS.get(ctx, pair)?.ok_or_else(missing)?;
    let validator = keeper::validator(ctx, &pair.1)?.ok_or_else(missing)?;
    let worth = validator.tokens_of(Dec::parse_scaled(&delegation.shares)?)?;
    let balance = Coin::new(&Params::load(ctx)?.bond_denom, worth).to_proto();
    Ok(pb::DelegationResponse { delegation: Some(delegation), balance: Some(balance) })
}

fn find_unbonding(ctx: &QueryCtx<'_>, pair: &Pair) -> Answer<pb::UnbondingDelegation> {
    let (who, at) = (&pair.0, pair.1.to_validator_string());
    state::UNBONDINGS.get(ctx, pair)?.ok_or_else(|| {
        Status::not_found(format!("unbonding delegation with delegator {who} for validator {at}"))
    })
}
