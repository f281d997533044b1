//! An operator declares a validator and puts in its first own stake.

use whence_base::coin::parse_amount;
use whence_base::{Address, Coin, Ctx, Dec, Error, Message, Result, Time, ensure};
use whence_proto::cosmos::staking::v1beta1 as pb;

use super::{check_description, require_bond_denom};
use crate::error::StakingError;
use crate::event;
use crate::keeper::{delegation, validator};
use crate::params::Params;
use crate::ports::Ports;
use crate::types::{Commission, Status, Validator, parse_pubkey};

/// Seven keys and a key check.
const GAS: u64 = 150_000;

pub(crate) struct CreateValidator {
    operator: Address,
    pubkey: [u8; 32],
    description: pb::Description,
    commission: Commission,
    min_self_delegation: u128,
    value: Coin,
}

impl Message for CreateValidator {
    type Proto = pb::MsgCreateValidator;
    type Response = pb::MsgCreateValidatorResponse;
    type Ports = dyn Ports;

    fn parse(pb: Self::Proto) -> Result<Self> {
        let rates = pb.commission.ok_or_else(|| Error::invalid_request("empty commission"))?;
        Ok(Self {
            operator: Address::parse_validator(&pb.validator_address)?,
            pubkey: parse_pubkey(pb.pubkey.as_ref())?,
            description: pb.description.unwrap_or_default(),
            commission: Commission::parse(&rates, Time::default())?,
            min_self_delegation: parse_amount(&pb.min_self_delegation)?,
            value: Coin::parse_positive(pb.value.as_ref(), "invalid delegation amount")?,
        })
    }

    fn signers(&self) -> Vec<Address> {
        vec![self.operator.clone()]
    }

    fn validate(&self) -> Result<()> {
        let said = self.description != pb::Description::default();
        ensure(said, Error::invalid_request("empty description"))?;
        check_description(&self.description)?;
        let positive = self.min_self_delegation > 0;
        ensure(positive, Error::invalid_request("minimum self delegation must be positive"))?;
        let enough = self.value.amount >= self.min_self_delegation;
        ensure(enough, StakingError::SelfDelegationLow)
    }

    fn gas(&self) -> u64 {
        GAS
    }

    fn execute(&self, ctx: &mut Ctx<'_>, ports: &Self::Ports) -> Result<Self::Response> {
        let min = Params::load(ctx)?.commission_rate_min;
        let (got, least) = (self.commission.rate.to_string(), min.to_string());
        let paid = self.commission.rate >= min;
        ensure(paid, StakingError::CommissionBelowMin { got, min: least })?;
        require_bond_denom(ctx, &self.value)?;

        validator::insert(ctx, &self.declared(ctx.time()))?;
        let pair = (self.operator.clone(), self.operator.clone());
        let shares = delegation::delegate(ctx, ports, &pair, self.value.amount)?;
        ctx.emit(event::validator_created(&self.operator, &self.value));
        ctx.emit(event::delegated((&pair.0, &pair.1), &self.value, shares));
        Ok(pb::MsgCreateValidatorResponse {})
    }
}

impl CreateValidator {
    fn declared(&self, now: Time) -> Validator {
        Validator {
            operator: self.operator.clone(),
            pubkey: self.pubkey,
            jailed: false,
            status: Status::Unbonded,
            tokens: 0,
            shares: Dec::zero(),
            description: self.description.clone(),
            unbonding_height: 0,
            unbonding_time: Time::default(),
            commission: Commission { update_time: now, ..self.commission.clone() },
            min_self_delegation: self.min_self_delegation,
        }
    }
}
