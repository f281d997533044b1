//! A proposer withdraws a proposal and loses a part of its deposits.

use whence_base::{Address, Ctx, Message, Result, ensure};
use whence_proto::cosmos::gov::v1 as pb;
use whence_proto::cosmos::gov::v1::ProposalStatus;

use crate::error::GovError;
use crate::event;
use crate::keeper::proposal;
use crate::keeper::settle::{self, Fate};
use crate::params::Params;
use crate::ports::Ports;
use crate::state;
use crate::types::timestamp;

/// Five keys; deposits and votes go in later blocks.
const GAS: u64 = 80_000;

pub(crate) struct CancelProposal {
    id: u64,
    proposer: Address,
}

impl Message for CancelProposal {
    type Proto = pb::MsgCancelProposal;
    type Response = pb::MsgCancelProposalResponse;
    type Ports = dyn Ports;

    fn parse(pb: Self::Proto) -> Result<Self> {
        Ok(Self { id: pb.proposal_id, proposer: Address::parse(&pb.proposer)? })
    }

    fn signers(&self) -> Vec<Address> {
        vec![self.proposer.clone()]
    }

    fn gas(&self) -> u64 {
        GAS
    }

    fn execute(&self, ctx: &mut Ctx<'_>, _: &Self::Ports) -> Result<Self::Response> {
        let one = proposal::expect(ctx, self.id)?;
        let own = one.proposer == self.proposer.to_string();
        ensure(own, GovError::InvalidProposer(self.proposer.to_string()))?;
        match one.status() {
            ProposalStatus::DepositPeriod => {}
            ProposalStatus::VotingPeriod => {
                ensure(proposal::is_voting(ctx, &one)?, GovError::VotingEnded(self.id))?;
            }
            _ => return Err(GovError::NotOpen.into()),
        }
        let params = Params::load(ctx)?;
        proposal::dequeue(ctx, &one);
        state::PROPOSALS.remove(ctx, &self.id);
        state::VOTES_TO_CLEAR.insert(ctx, &self.id);
        let fate = Fate::Cancelled(params.proposal_cancel_ratio, params.proposal_cancel_dest);
        settle::begin(ctx, self.id, &fate);
        ctx.emit(event::cancelled(self.id, &self.proposer));
        Ok(pb::MsgCancelProposalResponse {
            proposal_id: self.id,
            canceled_time: Some(timestamp(ctx.time())),
            canceled_height: ctx.height(),
        })
    }
}
