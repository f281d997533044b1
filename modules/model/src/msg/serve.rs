//! Adapters are measured and served; governance sets the tunables.

use whence_base::{Address, Ctx, Message, Result, authority, ensure};
use whence_proto::whence::model::v1 as pb;

use super::GAS_BASE;
use crate::error::Error;
use crate::ports::Ports;
use crate::{event, keeper, params, validate};

/// Records a measurement of an adapter.
pub struct RecordEvaluation {
    evaluator: Address,
    message: pb::MsgRecordEvaluation,
}

impl Message for RecordEvaluation {
    type Proto = pb::MsgRecordEvaluation;
    type Response = pb::MsgRecordEvaluationResponse;
    type Ports = dyn Ports;

    fn parse(m: Self::Proto) -> Result<Self> {
        Ok(Self { evaluator: Address::parse(&m.evaluator)?, message: m })
    }

    fn signers(&self) -> Vec<Address> {
        vec![self.evaluator.clone()]
    }

    fn validate(&self) -> Result<()> {
        let m = &self.message;
        validate::digest("evaluation_set_digest", &m.evaluation_set_digest)?;
        validate::digest("report_hash", &m.report_hash)?;
        validate::metrics("metrics", &m.metrics)
    }

    fn gas(&self) -> u64 {
        GAS_BASE
    }

    fn execute(&self, ctx: &mut Ctx<'_>, _: &Self::Ports) -> Result<Self::Response> {
        let made = keeper::evaluate(ctx, &self.evaluator, &self.message)?;
        ctx.emit_typed(&event::evaluation_recorded(&made))?;
        Ok(pb::MsgRecordEvaluationResponse { evaluation_id: made.id })
    }
}

/// A provider's operator says that it serves an adapter.
pub struct DeployAdapter {
    operator: Address,
    what: (u64, u64),
}

impl Message for DeployAdapter {
    type Proto = pb::MsgDeployAdapter;
    type Response = pb::MsgDeployAdapterResponse;
    type Ports = dyn Ports;

    fn parse(m: Self::Proto) -> Result<Self> {
        let what = (m.adapter_id, m.provider_id);
        Ok(Self { operator: Address::parse(&m.operator)?, what })
    }

    fn signers(&self) -> Vec<Address> {
        vec![self.operator.clone()]
    }

    fn gas(&self) -> u64 {
        GAS_BASE
    }

    fn execute(&self, ctx: &mut Ctx<'_>, ports: &Self::Ports) -> Result<Self::Response> {
        keeper::deploy(ctx, ports, &self.operator, self.what)?;
        ctx.emit_typed(&event::deployed(self.what.0, self.what.1))?;
        Ok(pb::MsgDeployAdapterResponse {})
    }
}

/// A provider's operator ends a deployment.
pub struct UndeployAdapter {
    operator: Address,
    what: (u64, u64),
}

impl Message for UndeployAdapter {
    type Proto = pb::MsgUndeployAdapter;
    type Response = pb::MsgUndeployAdapterResponse;
    type Ports = dyn Ports;

    fn parse(m: Self::Proto) -> Result<Self> {
        let what = (m.adapter_id, m.provider_id);
        Ok(Self { operator: Address::parse(&m.operator)?, what })
    }

    fn signers(&self) -> Vec<Address> {
        vec![self.operator.clone()]
    }

    fn gas(&self) -> u64 {
        GAS_BASE
    }

    fn execute(&self, ctx: &mut Ctx<'_>, ports: &Self::Ports) -> Result<Self::Response> {
        keeper::undeploy(ctx, ports, &self.operator, self.what)?;
        ctx.emit_typed(&event::undeployed(self.what.0, self.what.1))?;
        Ok(pb::MsgUndeployAdapterResponse {})
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
        let who = &self.authority;
        ensure(*who == authority(), Error::NotAuthority(who.to_string()))?;
        keeper::set_params(ctx, &self.params)?;
        ctx.emit_typed(&event::params_updated(who))?;
        Ok(pb::MsgUpdateParamsResponse {})
    }
}
