//! A delegator puts coins behind a validator.

use whence_base::{Address, Coin, Ctx, Error, Message, Result, ensure};
use whence_proto::cosmos::staking::v1beta1 as pb;

use super::require_bond_denom;
use crate::event;
use crate::keeper::{delegation, validator};
use crate::ports::Ports;

/// Five keys and a transfer.
const GAS: u64 = 90_000;

pub(crate) struct Delegate {
    pair: (Address, Address),
    amount: Coin,
}

impl Message for Delegate {
    type Proto = pb::MsgDelegate;
    type Response = pb::MsgDelegateResponse;
    type Ports = dyn Ports;

    fn parse(pb: Self::Proto) -> Result<Self> {
        let operator = Address::parse_validator(&pb.validator_address)?;
        Ok(Self {
            pair: (Address::parse(&pb.delegator_address)?, operator),
            amount: Coin::parse_positive(pb.amount.as_ref(), "invalid delegation amount")?,
        })
    }

    fn signers(&self) -> Vec<Address> {
        vec![self.pair.0.clone()]
    }

    fn validate(&self) -> Result<()> {
        let person = self.pair.0 != whence_base::authority();
        ensure(person, Error::unauthorized("gov holds deposits and cannot delegate them"))
    }

    fn gas(&self) -> u64 {
        GAS
    }

    fn execute(&self, ctx: &mut Ctx<'_>, ports: &Self::Ports) -> Result<Self::Response> {
        validator::expect(ctx, &self.pair.1)?;
        require_bond_denom(ctx, &self.amount)?;
        let shares = delegation::delegate(ctx, ports, &self.pair, self.amount.amount)?;
        ctx.emit(event::delegated((&self.pair.0, &self.pair.1), &self.amount, shares));
        Ok(pb::MsgDelegateResponse {})
    }
}
