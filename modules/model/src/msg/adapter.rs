//! An adapter is registered, flagged, retired.

use whence_base::{Address, Ctx, Message, Result, ensure};
use whence_proto::whence::model::v1 as pb;

use super::{GAS_BASE, GAS_REGISTER};
use crate::error::Error;
use crate::ports::Ports;
use crate::{event, keeper, validate};

/// Records an adapter with its receipts.
pub struct RegisterAdapter {
    developer: Address,
    message: pb::MsgRegisterAdapter,
}

impl Message for RegisterAdapter {
    type Proto = pb::MsgRegisterAdapter;
    type Response = pb::MsgRegisterAdapterResponse;
    type Ports = dyn Ports;

    fn parse(m: Self::Proto) -> Result<Self> {
        Ok(Self { developer: Address::parse(&m.developer)?, message: m })
    }

    fn signers(&self) -> Vec<Address> {
        vec![self.developer.clone()]
    }

    fn validate(&self) -> Result<()> {
        validate::adapter(&self.message)
    }

    fn gas(&self) -> u64 {
        GAS_REGISTER
    }

    fn execute(&self, ctx: &mut Ctx<'_>, ports: &Self::Ports) -> Result<Self::Response> {
        let made = keeper::register(ctx, ports, &self.developer, &self.message)?;
        ctx.emit_typed(&event::adapter_registered(&made))?;
        Ok(pb::MsgRegisterAdapterResponse { adapter_id: made.id })
    }
}

/// Ends an adapter's use.
pub struct RetireAdapter {
    sender: Address,
    id: u64,
    reason: String,
}

impl Message for RetireAdapter {
    type Proto = pb::MsgRetireAdapter;
    type Response = pb::MsgRetireAdapterResponse;
    type Ports = dyn Ports;

    fn parse(m: Self::Proto) -> Result<Self> {
        Ok(Self { sender: Address::parse(&m.sender)?, id: m.adapter_id, reason: m.reason })
    }

    fn signers(&self) -> Vec<Address> {
        vec![self.sender.clone()]
    }

    fn validate(&self) -> Result<()> {
        validate::text("reason", &self.reason, (0, validate::TEXT_MAX))
    }

    fn gas(&self) -> u64 {
        GAS_REGISTER
    }

    fn execute(&self, ctx: &mut Ctx<'_>, ports: &Self::Ports) -> Result<Self::Response> {
        keeper::retire(ctx, ports, (self.id, &self.sender))?;
        ctx.emit_typed(&event::adapter_retired(self.id, &self.reason))?;
        Ok(pb::MsgRetireAdapterResponse {})
    }
}

/// Puts a standing remark on an adapter.
pub struct FlagAdapter {
    flagger: Address,
    message: pb::MsgFlagAdapter,
}

impl Message for FlagAdapter {
    type Proto = pb::MsgFlagAdapter;
    type Response = pb::MsgFlagAdapterResponse;
    type Ports = dyn Ports;

    fn parse(m: Self::Proto) -> Result<Self> {
        Ok(Self { flagger: Address::parse(&m.flagger)?, message: m })
    }

    fn signers(&self) -> Vec<Address> {
        vec![self.flagger.clone()]
    }

    fn validate(&self) -> Result<()> {
        let m = &self.message;
        let known = m.kind() != pb::FlagKind::Unspecified;
        ensure(known, Error::BadField("kind is not given".into()))?;
        validate::text("note", &m.note, (0, validate::TEXT_MAX))?;
        validate::digest("evidence_hash", &m.evidence_hash)
    }

    fn gas(&self) -> u64 {
        GAS_BASE
    }

    fn execute(&self, ctx: &mut Ctx<'_>, ports: &Self::Ports) -> Result<Self::Response> {
        let made = keeper::flag(ctx, ports, &self.flagger, &self.message)?;
        ctx.emit_typed(&event::flagged(&made))?;
        Ok(pb::MsgFlagAdapterResponse { flag_id: made.id })
    }
}
