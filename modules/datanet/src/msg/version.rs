//! The owner freezes what is accepted.

use whence_base::{Address, Ctx, Message, Result};
use whence_proto::whence::datanet::v1 as pb;

use super::GAS_VERSION;
use crate::ports::Ports;
use crate::{event, keeper};

/// Freezes what is accepted, so that training can name it.
pub struct PublishVersion {
    owner: Address,
    datanet_id: u64,
}

impl Message for PublishVersion {
    type Proto = pb::MsgPublishVersion;
    type Response = pb::MsgPublishVersionResponse;
    type Ports = dyn Ports;

    fn parse(m: Self::Proto) -> Result<Self> {
        Ok(Self { owner: Address::parse(&m.owner)?, datanet_id: m.datanet_id })
    }

    fn signers(&self) -> Vec<Address> {
        vec![self.owner.clone()]
    }

    fn gas(&self) -> u64 {
        GAS_VERSION
    }

    fn execute(&self, ctx: &mut Ctx<'_>, _: &Self::Ports) -> Result<Self::Response> {
        let v = keeper::version::publish(ctx, &self.owner, self.datanet_id)?;
        ctx.emit_typed(&event::published(&v))?;
        let manifest_root = v.manifest_root;
        Ok(pb::MsgPublishVersionResponse { version: v.number, manifest_root })
    }
}
