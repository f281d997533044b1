//! Events as the SDK's gov emits them.

use whence_base::{Address, Coins, Error, Event};
use whence_proto::Any;
use whence_proto::cosmos::gov::v1 as pb;

pub(crate) fn submitted(id: u64, proposer: &Address, messages: &[Any]) -> Event {
    let urls: String = messages.iter().map(|m| format!(",{}", m.type_url)).collect();
    Event::new("submit_proposal")
        .attr("proposal_id", id)
        .attr("proposal_proposer", proposer)
        .attr("proposal_messages", urls)
}

/// The deposit of a submission or of a `MsgDeposit` (`kind`) was enough.
pub(crate) fn voting_started(kind: &str, id: u64) -> Event {
    Event::new(kind).attr("voting_period_start", id)
}

pub(crate) fn deposited(id: u64, depositor: &Address, amount: &Coins) -> Event {
    Event::new("proposal_deposit")
        .attr("depositor", depositor)
        .attr("amount", amount)
        .attr("proposal_id", id)
}

pub(crate) fn voted(vote: &pb::Vote) -> Event {
    let one = |o: &pb::WeightedVoteOption| {
        format!(r#"{{"option":{},"weight":"{}"}}"#, o.option, o.weight)
    };
    let options: Vec<String> = vote.options.iter().map(one).collect();
    Event::new("proposal_vote")
        .attr("voter", &vote.voter)
        .attr("option", format!("[{}]", options.join(",")))
        .attr("proposal_id", vote.proposal_id)
}

pub(crate) fn cancelled(id: u64, proposer: &Address) -> Event {
    Event::new("cancel_proposal").attr("sender", proposer).attr("proposal_id", id)
}

pub(crate) fn dropped(id: u64) -> Event {
    Event::new("inactive_proposal")
        .attr("proposal_id", id)
        .attr("proposal_result", "proposal_dropped")
}

pub(crate) fn decided(id: u64, result: &str, log: &str) -> Event {
    Event::new("active_proposal")
        .attr("proposal_id", id)
        .attr("proposal_result", result)
        .attr("proposal_log", log)
}

/// A step of an end of block that could not be done; it changed nothing.
pub(crate) fn failure(step: &str, error: &Error) -> Event {
    Event::new("gov_failure").attr("step", step).attr("error", error)
}
