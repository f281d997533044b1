//! Events, one for each thing that happened; amounts are coin texts.

use whence_base::{Address, Coins};
use whence_proto::whence::proposal::v1::{
    EventModelProposed, EventParamsUpdated, EventStageEntered, EventStakeBurned,
    EventStakeReturned, ModelProposal, Stage,
};

pub(crate) fn proposed(p: &ModelProposal, stake: &impl ToString) -> EventModelProposed {
    EventModelProposed {
        proposal_id: p.id,
        proposer: p.proposer.clone(),
        name: p.spec.as_ref().map(|spec| spec.name.clone()).unwrap_or_default(),
        stake: stake.to_string(),
    }
}

/// A step of a model's life, with its evidence, or the reason of its end.
pub(crate) fn entered(
    proposal_id: u64,
    (from, to): (i32, Stage),
    evidence: &str,
) -> EventStageEntered {
    EventStageEntered { proposal_id, from, to: to.into(), evidence: evidence.to_owned() }
}

pub(crate) fn stake_returned(proposal_id: u64, stake: &Coins) -> EventStakeReturned {
    EventStakeReturned { proposal_id, stake: stake.to_string() }
}

pub(crate) fn stake_burned(proposal_id: u64, stake: &Coins) -> EventStakeBurned {
    EventStakeBurned { proposal_id, stake: stake.to_string() }
}

pub(crate) fn params_updated(authority: &Address) -> EventParamsUpdated {
    EventParamsUpdated { authority: authority.to_string() }
}
