//! Governance sets the parameters.

use whence_base::{Address, Ctx, Error, Message, Result, authority, ensure};
use whence_proto::cosmos::auth::v1beta1 as pb;

use crate::ports::Ports;
use crate::{keeper, params};

/// One write of a small value.
const GAS: u64 = 40_000;

/// New parameters, all of them.
pub struct UpdateParams {
    authority: Address,
    params: pb::Params,
}

impl Message for UpdateParams {
    type Proto = pb::MsgUpdateParams;
    type Response = pb::MsgUpdateParamsResponse;
    type Ports = dyn Ports;

    fn parse(pb: Self::Proto) -> Result<Self> {
        let params = pb.params.ok_or_else(|| Error::invalid_request("params are missing"))?;
        Ok(Self { authority: Address::parse(&pb.authority)?, params })
    }

    fn signers(&self) -> Vec<Address> {
        vec![self.authority.clone()]
    }

    fn validate(&self) -> Result<()> {
        params::validate(&self.params)
    }

    fn gas(&self) -> u64 {
        GAS
    }

    fn execute(&self, ctx: &mut Ctx<'_>, _: &Self::Ports) -> Result<Self::Response> {
        let expected = authority();
        ensure(
            self.authority == expected,
            Error::unauthorized(format!(
                "invalid authority; expected {expected}, got {}",
                self.authority
            )),
        )?;
        keeper::set_params(ctx, &self.params)?;
        Ok(pb::MsgUpdateParamsResponse {})
    }
}
