//! A model is proposed, taken back, moved on.

use whence_base::{Address, Coin, Ctx, Message, Result};
use whence_proto::whence::proposal::v1 as pb;

use super::{DATANETS_MAX, GAS_BASE, GAS_PER_DATANET};
use crate::error::Error;
use crate::ports::Ports;
use crate::{event, keeper, spec};

/// Asks for a model, with a stake.
pub struct ProposeModel {
    proposer: Address,
    spec: pb::ModelSpec,
    stake: Coin,
}

impl Message for ProposeModel {
    type Proto = pb::MsgProposeModel;
    type Response = pb::MsgProposeModelResponse;
    type Ports = dyn Ports;

    fn parse(m: Self::Proto) -> Result<Self> {
        let spec = m.spec.ok_or_else(|| Error::BadSpec("spec is missing".into()))?;
        Ok(Self {
            proposer: Address::parse(&m.proposer)?,
            spec,
            stake: Coin::parse_positive(m.stake.as_ref(), "stake")?,
        })
    }

    fn signers(&self) -> Vec<Address> {
        vec![self.proposer.clone()]
    }

    fn validate(&self) -> Result<()> {
        spec::validate(&self.spec)
    }

    fn gas(&self) -> u64 {
        let datanets = u64::try_from(self.spec.datanet_ids.len()).unwrap_or(u64::MAX);
        GAS_BASE.saturating_add(datanets.saturating_mul(GAS_PER_DATANET))
    }

    fn execute(&self, ctx: &mut Ctx<'_>, ports: &Self::Ports) -> Result<Self::Response> {
        let made = keeper::propose(ctx, ports, &self.proposer, (&self.spec, &self.stake))?;
        ctx.emit_typed(&event::proposed(&made, &self.stake))?;
        Ok(pb::MsgProposeModelResponse { proposal_id: made.id })
    }
}

/// Takes a proposal back before its vote ends.
pub struct WithdrawModel {
    proposer: Address,
    id: u64,
}

impl Message for WithdrawModel {
    type Proto = pb::MsgWithdrawModel;
    type Response = pb::MsgWithdrawModelResponse;
    type Ports = dyn Ports;

    fn parse(m: Self::Proto) -> Result<Self> {
        Ok(Self { proposer: Address::parse(&m.proposer)?, id: m.proposal_id })
    }

    fn signers(&self) -> Vec<Address> {
        vec![self.proposer.clone()]
    }

    fn gas(&self) -> u64 {
        GAS_BASE
    }

    fn execute(&self, ctx: &mut Ctx<'_>, ports: &Self::Ports) -> Result<Self::Response> {
        keeper::withdraw(ctx, ports, (self.id, &self.proposer))?;
        Ok(pb::MsgWithdrawModelResponse {})
    }
}

/// Moves a model one stage on; anyone may, when the evidence is there.
pub struct AdvanceModel {
    sender: Address,
    id: u64,
}

impl Message for AdvanceModel {
    type Proto = pb::MsgAdvanceModel;
    type Response = pb::MsgAdvanceModelResponse;
    type Ports = dyn Ports;

    fn parse(m: Self::Proto) -> Result<Self> {
        Ok(Self { sender: Address::parse(&m.sender)?, id: m.proposal_id })
    }

    fn signers(&self) -> Vec<Address> {
        vec![self.sender.clone()]
    }

    fn gas(&self) -> u64 {
        GAS_BASE.saturating_add(DATANETS_MAX.saturating_mul(GAS_PER_DATANET))
    }

    fn execute(&self, ctx: &mut Ctx<'_>, ports: &Self::Ports) -> Result<Self::Response> {
        let stage = keeper::advance(ctx, ports, self.id)?;
        Ok(pb::MsgAdvanceModelResponse { stage: stage.into() })
    }
}
