//! An account takes what it earned, or says where that shall go.

use whence_base::{Address, Ctx, Message, Result};
use whence_proto::whence::reward::v1 as pb;

use super::{GAS_BASE, GAS_CLAIM};
use crate::ports::Ports;
use crate::{event, keeper};

/// Pays all that waits for the signer to its payout address.
pub struct Claim {
    claimer: Address,
}

impl Message for Claim {
    type Proto = pb::MsgClaim;
    type Response = pb::MsgClaimResponse;
    type Ports = dyn Ports;

    fn parse(m: Self::Proto) -> Result<Self> {
        Ok(Self { claimer: Address::parse(&m.claimer)? })
    }

    fn signers(&self) -> Vec<Address> {
        vec![self.claimer.clone()]
    }

    fn gas(&self) -> u64 {
        GAS_CLAIM
    }

    fn execute(&self, ctx: &mut Ctx<'_>, ports: &Self::Ports) -> Result<Self::Response> {
        let (to, paid) = keeper::claim(ctx, ports, &self.claimer)?;
        ctx.emit_typed(&event::claimed(&self.claimer, &to, &paid))?;
        Ok(pb::MsgClaimResponse { paid: paid.to_proto() })
    }
}

/// Moves where the signer's claims go.
pub struct RotatePayout {
    address: Address,
    to: Address,
}

impl Message for RotatePayout {
    type Proto = pb::MsgRotatePayout;
    type Response = pb::MsgRotatePayoutResponse;
    type Ports = dyn Ports;

    fn parse(m: Self::Proto) -> Result<Self> {
        let address = Address::parse(&m.address)?;
        let to = match m.payout_address.as_str() {
            "" => address.clone(),
            text => Address::parse(text)?,
        };
        Ok(Self { address, to })
    }

    fn signers(&self) -> Vec<Address> {
        vec![self.address.clone()]
    }

    fn gas(&self) -> u64 {
        GAS_BASE
    }

    fn execute(&self, ctx: &mut Ctx<'_>, _: &Self::Ports) -> Result<Self::Response> {
        keeper::rotate_payout(ctx, &self.address, &self.to);
        ctx.emit_typed(&event::payout_rotated(&self.address, &self.to))?;
        Ok(pb::MsgRotatePayoutResponse {})
    }
}
