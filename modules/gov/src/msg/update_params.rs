//! Governance replaces its own parameters.

use whence_base::{Address, Ctx, Error, Message, Result, ensure};
use whence_proto::cosmos::gov::v1 as pb;

use crate::params::Params;
use crate::ports::Ports;
use crate::state;

/// One key.
const GAS: u64 = 50_000;

pub(crate) struct UpdateParams {
    authority: Address,
    params: Params,
}

impl Message for UpdateParams {
    type Proto = pb::MsgUpdateParams;
    type Response = pb::MsgUpdateParamsResponse;
    type Ports = dyn Ports;

    fn parse(pb: Self::Proto) -> Result<Self> {
        let params = pb.params.ok_or_else(|| Error::invalid_request("params are missing"))?;
        Ok(Self { authority: Address::parse(&pb.authority)?, params: Params::parse(&params)? })
    }

    fn signers(&self) -> Vec<Address> {
        vec![self.authority.clone()]
    }

    fn gas(&self) -> u64 {
        GAS
    }

    fn execute(&self, ctx: &mut Ctx<'_>, _: &Self::Ports) -> Result<Self::Response> {
        let (expected, got) = (whence_base::authority(), &self.authority);
        let why = format!("invalid authority; expected {expected}, got {got}");
        ensure(*got == expected, Error::unauthorized(why))?;
        state::PARAMS.set(ctx, &self.params.to_proto());
        Ok(pb::MsgUpdateParamsResponse {})
    }
}
