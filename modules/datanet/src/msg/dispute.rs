//! Disputes: opened by anyone with a bond, ruled by curators or governance.

use whence_base::{Address, Ctx, Message, Result, ensure};
use whence_proto::whence::datanet::v1 as pb;

use super::{GAS_BASE, GAS_ITEM, GAS_RULING, gas};
use crate::error::Error;
use crate::ports::Ports;
use crate::types::{check_ranges, check_text, hash};
use crate::{event, keeper};

/// Asks for rows to be taken out.
pub struct OpenDispute {
    opener: Address,
    dispute: pb::Dispute,
}

impl Message for OpenDispute {
    type Proto = pb::MsgOpenDispute;
    type Response = pb::MsgOpenDisputeResponse;
    type Ports = dyn Ports;

    fn parse(m: Self::Proto) -> Result<Self> {
        let opener = Address::parse(&m.opener)?;
        hash("evidence_hash", &m.evidence_hash)?;
        check_ranges(&m.rows)?;
        let dispute = pb::Dispute {
            contribution_id: m.contribution_id,
            opener: opener.to_string(),
            tag: m.tag,
            rows: m.rows,
            evidence_hash: m.evidence_hash,
            evidence_uri: m.evidence_uri,
            ..pb::Dispute::default()
        };
        Ok(Self { opener, dispute })
    }

    fn signers(&self) -> Vec<Address> {
        vec![self.opener.clone()]
    }

    fn validate(&self) -> Result<()> {
        let known = self.dispute.tag() != pb::DisputeTag::Unspecified;
        ensure(known, Error::BadField("tag is missing".into()))?;
        check_text("evidence_uri", &self.dispute.evidence_uri, 0, 256)
    }

    fn gas(&self) -> u64 {
        gas(self.dispute.rows.len(), GAS_ITEM).saturating_add(GAS_BASE)
    }

    fn execute(&self, ctx: &mut Ctx<'_>, ports: &Self::Ports) -> Result<Self::Response> {
        let dispute_id = keeper::dispute::open(ctx, ports, self.dispute.clone())?;
        ctx.emit_typed(&event::dispute_opened(dispute_id, &self.dispute))?;
        Ok(pb::MsgOpenDisputeResponse { dispute_id })
    }
}

/// A curator's vote on a dispute, or governance's ruling.
pub struct RuleDispute {
    ruler: Address,
    dispute_id: u64,
    ruling: pb::Ruling,
}

impl Message for RuleDispute {
    type Proto = pb::MsgRuleDispute;
    type Response = pb::MsgRuleDisputeResponse;
    type Ports = dyn Ports;

    fn parse(m: Self::Proto) -> Result<Self> {
        let ruler = Address::parse(&m.ruler)?;
        Ok(Self { ruler, dispute_id: m.dispute_id, ruling: m.ruling() })
    }

    fn signers(&self) -> Vec<Address> {
        vec![self.ruler.clone()]
    }

    fn validate(&self) -> Result<()> {
        let good = matches!(self.ruling, pb::Ruling::Upheld | pb::Ruling::Rejected);
        ensure(good, Error::BadField("ruling must be upheld or rejected".into()))
    }

    fn gas(&self) -> u64 {
        GAS_RULING
    }

    fn execute(&self, ctx: &mut Ctx<'_>, ports: &Self::Ports) -> Result<Self::Response> {
        ctx.emit_typed(&event::dispute_voted(self.dispute_id, &self.ruler, self.ruling))?;
        let what = (self.dispute_id, self.ruling);
        let ruling = keeper::dispute::rule(ctx, ports, &self.ruler, what)?.into();
        Ok(pb::MsgRuleDisputeResponse { ruling })
    }
}
