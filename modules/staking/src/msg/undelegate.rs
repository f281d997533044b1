//! A delegator takes stake back; the coins come after the unbonding time.

use whence_base::{Address, Coin, Ctx, Message, Result};
use whence_proto::cosmos::staking::v1beta1 as pb;

use super::require_bond_denom;
use crate::event;
use crate::keeper::unbonding;
use crate::ports::Ports;
use crate::types::timestamp;

/// Eight keys and a transfer, now and when it matures.
const GAS: u64 = 120_000;

pub(crate) struct Undelegate {
    pair: (Address, Address),
    amount: Coin,
}

impl Message for Undelegate {
    type Proto = pb::MsgUndelegate;
    type Response = pb::MsgUndelegateResponse;
    type Ports = dyn Ports;

    fn parse(pb: Self::Proto) -> Result<Self> {
        let operator = Address::parse_validator(&pb.validator_address)?;
        Ok(Self {
            pair: (Address::parse(&pb.delegator_address)?, operator),
            amount: Coin::parse_positive(pb.amount.as_ref(), "invalid shares amount")?,
        })
    }

    fn signers(&self) -> Vec<Address> {
        vec![self.pair.0.clone()]
    }

    fn gas(&self) -> u64 {
        GAS
    }

    fn execute(&self, ctx: &mut Ctx<'_>, ports: &Self::Ports) -> Result<Self::Response> {
        require_bond_denom(ctx, &self.amount)?;
        let begun = unbonding::begin(ctx, ports, &self.pair, self.amount.amount)?;
        let coin = Coin::new(&self.amount.denom, begun.amount);
        ctx.emit(event::unbonding_begun((&self.pair.0, &self.pair.1), &coin, begun.until));
        Ok(pb::MsgUndelegateResponse {
            completion_time: Some(timestamp(begun.until)),
            amount: Some(coin.to_proto()),
        })
    }
}
