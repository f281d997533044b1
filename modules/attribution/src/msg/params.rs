//! Governance sets the tunables.

use whence_base::{Address, Ctx, Message, Result, authority, ensure};
use whence_proto::whence::attribution::v1 as pb;

use super::GAS_BASE;
use crate::error::Error;
use crate::ports::Ports;
use crate::{event, keeper, params};

/// Sets all parameters.
pub struct UpdateParams {
    authority: Address,
    params: pb::Params,
}

impl Message for UpdateParams {
    type Proto = pb::MsgUpdateParams;
    type Response = pb::MsgUpdateParamsResponse;
    type Ports = dyn Ports;

    fn parse(m: Self::Proto) -> Result<Self> {
        let params = m.params.ok_or_else(|| Error::BadParams("params are missing".into()))?;
        Ok(Self { authority: Address::parse(&m.authority)?, params })
    }

    fn signers(&self) -> Vec<Address> {
        vec![self.authority.clone()]
    }

    fn validate(&self) -> Result<()> {
        params::validate(&self.params)
    }

    fn gas(&self) -> u64 {
        GAS_BASE
    }

    fn execute(&self, ctx: &mut Ctx<'_>, _: &Self::Ports) -> Result<Self::Response> {
        let expected = authority();
        ensure(
            self.authority == expected,
            Error::NotAuthority(format!("expected {expected}, got {}", self.authority)),
        )?;
        keeper::set_params(ctx, &self.params)?;
        ctx.emit_typed(&event::params_updated(&self.authority))?;
        Ok(pb::MsgUpdateParamsResponse {})
    }
}
