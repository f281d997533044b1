//! Somebody votes, for one option or for several by weight; a later vote replaces an earlier one.

use whence_base::{Address, Ctx, Dec, Message, Result, ensure};
use whence_proto::cosmos::gov::v1 as pb;
use whence_proto::cosmos::gov::v1::VoteOption;

use super::check_metadata;
use crate::error::GovError;
use crate::event;
use crate::keeper::proposal;
use crate::ports::Ports;
use crate::state;
use crate::types::{options_to_proto, parse_options};

/// One key, and its count and removal in later blocks.
const GAS: u64 = 60_000;

struct Ballot {
    id: u64,
    voter: Address,
    options: Vec<(VoteOption, Dec)>,
    metadata: String,
}

pub(crate) struct Vote(Ballot);

pub(crate) struct VoteWeighted(Ballot);

impl Message for Vote {
    type Proto = pb::MsgVote;
    type Response = pb::MsgVoteResponse;
    type Ports = dyn Ports;

    fn parse(pb: Self::Proto) -> Result<Self> {
        let whole = pb::WeightedVoteOption { option: pb.option, weight: Dec::one().to_string() };
        let (id, options) = (pb.proposal_id, parse_options(&[whole])?);
        let voter = Address::parse(&pb.voter)?;
        Ok(Self(Ballot { id, voter, options, metadata: pb.metadata }))
    }

    fn signers(&self) -> Vec<Address> {
        vec![self.0.voter.clone()]
    }

    fn validate(&self) -> Result<()> {
        check_metadata(&self.0.metadata)
    }

    fn gas(&self) -> u64 {
        GAS
    }

    fn execute(&self, ctx: &mut Ctx<'_>, _: &Self::Ports) -> Result<Self::Response> {
        self.0.cast(ctx)?;
        Ok(pb::MsgVoteResponse {})
    }
}

impl Message for VoteWeighted {
    type Proto = pb::MsgVoteWeighted;
    type Response = pb::MsgVoteWeightedResponse;
    type Ports = dyn Ports;

    fn parse(pb: Self::Proto) -> Result<Self> {
        let (id, options) = (pb.proposal_id, parse_options(&pb.options)?);
        let voter = Address::parse(&pb.voter)?;
        Ok(Self(Ballot { id, voter, options, metadata: pb.metadata }))
    }

    fn signers(&self) -> Vec<Address> {
        vec![self.0.voter.clone()]
    }

    fn validate(&self) -> Result<()> {
        check_metadata(&self.0.metadata)
    }

    fn gas(&self) -> u64 {
        GAS
    }

    fn execute(&self, ctx: &mut Ctx<'_>, _: &Self::Ports) -> Result<Self::Response> {
        self.0.cast(ctx)?;
        Ok(pb::MsgVoteWeightedResponse {})
    }
}

impl Ballot {
    fn cast(&self, ctx: &mut Ctx<'_>) -> Result<()> {
        let open = match crate::keeper::proposal(ctx, self.id)? {
            Some(one) => proposal::is_voting(ctx, &one)?,
            None => false,
        };
        ensure(open, GovError::Inactive(self.id))?;
        let vote = pb::Vote {
            proposal_id: self.id,
            voter: self.voter.to_string(),
            options: options_to_proto(&self.options),
            metadata: self.metadata.clone(),
        };
        state::VOTES.set(ctx, &(self.id, self.voter.clone()), &vote);
        ctx.emit(event::voted(&vote));
        Ok(())
    }
}
