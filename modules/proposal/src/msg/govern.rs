//! What governance decides: yes, no, the end of a model, the tunables.

use whence_base::{Address, Ctx, Message, Result, authority, ensure};
use whence_proto::whence::proposal::v1 as pb;

use super::GAS_BASE;
use crate::error::Error;
use crate::keeper::Refusal;
use crate::ports::Ports;
use crate::{event, keeper, params};

/// Longest reason, in bytes.
const REASON_MAX: usize = 512;

fn require_authority(got: &Address) -> Result<()> {
    ensure(*got == authority(), Error::NotAuthority(got.to_string()))
}

fn check_reason(reason: &str) -> Result<()> {
    let len = reason.len();
    let text = format!("reason has {len} bytes, expected at most {REASON_MAX}");
    ensure(len <= REASON_MAX, Error::BadSpec(text))
}

/// Governance says yes.
pub struct ApproveModel {
    authority: Address,
    id: u64,
}

impl Message for ApproveModel {
    type Proto = pb::MsgApproveModel;
    type Response = pb::MsgApproveModelResponse;
    type Ports = dyn Ports;

    fn parse(m: Self::Proto) -> Result<Self> {
        Ok(Self { authority: Address::parse(&m.authority)?, id: m.proposal_id })
    }

    fn signers(&self) -> Vec<Address> {
        vec![self.authority.clone()]
    }

    fn gas(&self) -> u64 {
        GAS_BASE
    }

    fn execute(&self, ctx: &mut Ctx<'_>, ports: &Self::Ports) -> Result<Self::Response> {
        require_authority(&self.authority)?;
        keeper::approve(ctx, ports, self.id)?;
        Ok(pb::MsgApproveModelResponse {})
    }
}

/// Governance says no.
pub struct RejectModel {
    authority: Address,
    id: u64,
    refusal: Refusal,
}

impl Message for RejectModel {
    type Proto = pb::MsgRejectModel;
    type Response = pb::MsgRejectModelResponse;
    type Ports = dyn Ports;

    fn parse(m: Self::Proto) -> Result<Self> {
        let refusal = if m.veto { Refusal::Veto(m.reason) } else { Refusal::Clean(m.reason) };
        Ok(Self { authority: Address::parse(&m.authority)?, id: m.proposal_id, refusal })
    }

    fn signers(&self) -> Vec<Address> {
        vec![self.authority.clone()]
    }

    fn validate(&self) -> Result<()> {
        let (Refusal::Clean(reason) | Refusal::Veto(reason)) = &self.refusal;
        check_reason(reason)
    }

    fn gas(&self) -> u64 {
        GAS_BASE
    }

    fn execute(&self, ctx: &mut Ctx<'_>, ports: &Self::Ports) -> Result<Self::Response> {
        require_authority(&self.authority)?;
        keeper::reject(ctx, ports, self.id, &self.refusal)?;
        Ok(pb::MsgRejectModelResponse {})
    }
}

/// Governance ends a deployed model.
pub struct RetireModel {
    authority: Address,
    id: u64,
    reason: String,
}

impl Message for RetireModel {
    type Proto = pb::MsgRetireModel;
    type Response = pb::MsgRetireModelResponse;
    type Ports = dyn Ports;

    fn parse(m: Self::Proto) -> Result<Self> {
        let authority = Address::parse(&m.authority)?;
        Ok(Self { authority, id: m.proposal_id, reason: m.reason })
    }

    fn signers(&self) -> Vec<Address> {
        vec![self.authority.clone()]
    }

    fn validate(&self) -> Result<()> {
        check_reason(&self.reason)
    }

    fn gas(&self) -> u64 {
        GAS_BASE
    }

    fn execute(&self, ctx: &mut Ctx<'_>, _: &Self::Ports) -> Result<Self::Response> {
        require_authority(&self.authority)?;
        keeper::retire(ctx, self.id, &self.reason)?;
        Ok(pb::MsgRetireModelResponse {})
    }
}

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
        require_authority(&self.authority)?;
        keeper::set_params(ctx, &self.params)?;
        ctx.emit_typed(&event::params_updated(&self.authority))?;
        Ok(pb::MsgUpdateParamsResponse {})
    }
}
