//! Questions about parameters, pools and validators.

use whence_base::query::{Answer, PAGE_MAX_COSMOS, paginate, paginate_where};
use whence_base::{Address, QueryCtx, Status};
use whence_proto::cosmos::staking::v1beta1 as pb;

use super::{delegator, operator};
use crate::keeper::pool as pools;
use crate::params::Params;
use crate::state;

pub(super) fn params(
    ctx: &QueryCtx<'_>,
    _: pb::QueryParamsRequest,
) -> Answer<pb::QueryParamsResponse> {
    Ok(pb::QueryParamsResponse { params: Some(Params::load(ctx)?.to_proto()) })
}

pub(super) fn pool(ctx: &QueryCtx<'_>, _: pb::QueryPoolRequest) -> Answer<pb::QueryPoolResponse> {
    let held = pools::load(ctx)?;
    let pool = pb::Pool {
        not_bonded_tokens: held.not_bonded.to_string(),
        bonded_tokens: held.bonded.to_string(),
    };
    Ok(pb::QueryPoolResponse { pool: Some(pool) })
}

pub(super) fn validators(
    ctx: &QueryCtx<'_>,
    request: pb::QueryValidatorsRequest,
) -> Answer<pb::QueryValidatorsResponse> {
    let wanted = match request.status.as_str() {
        "" => None,
        text => match pb::BondStatus::from_str_name(text) {
            Some(status) if status != pb::BondStatus::Unspecified => Some(status),
            _ => return Err(Status::invalid(format!("invalid validator status {text}"))),
        },
    };
    let keep = |_: &Address, v: &pb::Validator| wanted.is_none_or(|status| v.status() == status);
    let page = (request.pagination, PAGE_MAX_COSMOS);
    let (found, pagination) = paginate_where(ctx, &state::VALIDATORS, &(), page, keep)?;
    let validators = found.into_iter().map(|(_, v)| v).collect();
    Ok(pb::QueryValidatorsResponse { validators, pagination: Some(pagination) })
}

pub(super) fn validator(
    ctx: &QueryCtx<'_>,
    request: pb::QueryValidatorRequest,
) -> Answer<pb::QueryValidatorResponse> {
    let at = operator(&request.validator_addr)?;
    Ok(pb::QueryValidatorResponse { validator: Some(find(ctx, &at)?) })
}

pub(super) fn of_delegator(
    ctx: &QueryCtx<'_>,
    request: pb::QueryDelegatorValidatorsRequest,
) -> Answer<pb::QueryDelegatorValidatorsResponse> {
    let who = delegator(&request.delegator_addr)?;
    let page = (request.pagination, PAGE_MAX_COSMOS);
    let (found, pagination) = paginate(ctx, &state::DELEGATIONS, &who, page)?;
    let validators = found.into_iter().map(|((_, at), _)| find(ctx, &at)).collect::<Answer<_>>()?;
    Ok(pb::QueryDelegatorValidatorsResponse { validators, pagination: Some(pagination) })
}

pub(super) fn of_delegator_one(
    ctx: &QueryCtx<'_>,
    request: pb::QueryDelegatorValidatorRequest,
) -> Answer<pb::QueryDelegatorValidatorResponse> {
    let pair = (delegator(&request.delegator_addr)?, operator(&request.validator_addr)?);
    if !state::DELEGATIONS.has(ctx, &pair) {
        let (who, at) = (&pair.0, pair.1.to_validator_string());
        return Err(Status::not_found(format!("delegation of {who} to {at}")));
    }
    Ok(pb::QueryDelegatorValidatorResponse { validator: Some(find(ctx, &pair.1)?) })
}

fn find(ctx: &QueryCtx<'_>, at: &Address) -> Answer<pb::Validator> {
    let found = state::VALIDATORS.get(ctx, at)?;
    found.ok_or_else(|| Status::not_found(format!("validator {}", at.to_validator_string())))
}
