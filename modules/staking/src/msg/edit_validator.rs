//! An operator changes what its validator says of itself, its commission or its minimum own stake.

use whence_base::coin::parse_amount;
use whence_base::{Address, Ctx, Dec, Error, Message, Result, ensure};
use whence_proto::cosmos::staking::v1beta1 as pb;

use super::check_description;
use crate::error::StakingError;
use crate::event;
use crate::keeper::validator;
use crate::params::Params;
use crate::ports::Ports;
use crate::types::Validator;

/// Two keys.
const GAS: u64 = 60_000;
/// What the SDK's command line sends for a text that stays.
const KEEP: &str = "[do-not-modify]";
const DAY_S: u64 = 86_400;

pub(crate) struct EditValidator {
    operator: Address,
    description: pb::Description,
    commission_rate: Option<Dec>,
    min_self_delegation: Option<u128>,
}

impl Message for EditValidator {
    type Proto = pb::MsgEditValidator;
    type Response = pb::MsgEditValidatorResponse;
    type Ports = dyn Ports;

    fn parse(pb: Self::Proto) -> Result<Self> {
        let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Ok(Self {
            operator: Address::parse_validator(&pb.validator_address)?,
            description: pb.description.unwrap_or_default(),
            commission_rate: given(&pb.commission_rate)
                .map(|text| Dec::parse_scaled(&text))
                .transpose()?,
            min_self_delegation: given(&pb.min_self_delegation)
                .map(|text| parse_amount(&text))
                .transpose()?,
        })
    }

    fn signers(&self) -> Vec<Address> {
        vec![self.operator.clone()]
    }

    fn validate(&self) -> Result<()> {
        let said = self.description != pb::Description::default();
        ensure(said, Error::invalid_request("empty description"))?;
        check_description(&self.description)?;
        let positive = self.min_self_delegation.is_none_or(|least| least > 0);
        ensure(positive, Error::invalid_request("minimum self delegation must be positive"))?;
        let most = self.commission_rate.is_none_or(|rate| rate <= Dec::one());
        ensure(most, Error::invalid_request("commission rate must be between 0 and 1 (inclusive)"))
    }

    fn gas(&self) -> u64 {
        GAS
    }

    fn execute(&self, ctx: &mut Ctx<'_>, _: &Self::Ports) -> Result<Self::Response> {
        let mut one = validator::expect(ctx, &self.operator)?;
        one.description = self.described(&one.description);
        check_description(&one.description)?;
        if let Some(rate) = self.commission_rate {
            change_commission(ctx, &mut one, rate)?;
        }
        if let Some(least) = self.min_self_delegation {
            let grows = least > one.min_self_delegation;
            ensure(grows, StakingError::MinimumDecreased)?;
            ensure(least <= one.tokens, StakingError::SelfDelegationLow)?;
            one.min_self_delegation = least;
        }
        validator::save(ctx, &one)?;
        ctx.emit(event::validator_edited(&one));
        Ok(pb::MsgEditValidatorResponse {})
    }
}

impl EditValidator {
    fn described(&self, before: &pb::Description) -> pb::Description {
        let pick = |new: &String, old: &String| if new == KEEP { old.clone() } else { new.clone() };
        let new = &self.description;
        pb::Description {
            moniker: pick(&new.moniker, &before.moniker),
            identity: pick(&new.identity, &before.identity),
            website: pick(&new.website, &before.website),
            security_contact: pick(&new.security_contact, &before.security_contact),
            details: pick(&new.details, &before.details),
        }
    }
}

/// Once a day, by at most the largest change, between the chain's least and its own largest rate.
fn change_commission(ctx: &Ctx<'_>, one: &mut Validator, rate: Dec) -> Result<()> {
    let commission = &mut one.commission;
    let rested = commission.update_time.plus_seconds(DAY_S) <= ctx.time();
    ensure(rested, StakingError::CommissionTooSoon)?;
    ensure(rate <= commission.max_rate, StakingError::CommissionAboveMax)?;
    let (high, low) = (rate.max(commission.rate), rate.min(commission.rate));
    let small = high.checked_sub(low)? <= commission.max_change_rate;
    ensure(small, StakingError::CommissionStep)?;
    let min = Params::load(ctx)?.commission_rate_min;
    let (got, least) = (rate.to_string(), min.to_string());
    ensure(rate >= min, StakingError::CommissionBelowMin { got, min: least })?;
    commission.rate = rate;
    commission.update_time = ctx.time();
    Ok(())
}
