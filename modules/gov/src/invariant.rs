//! What must always hold of proposals and deposits; each sentence says what is broken.

use whence_base::{Coins, QueryCtx, Result};
use whence_proto::cosmos::gov::v1::ProposalStatus;

use crate::keeper::{deposit, finish};
use crate::ports::Ports;
use crate::state;
use crate::types::time_key;

/// All that is broken.
pub(crate) fn broken(ctx: &QueryCtx<'_>, ports: &dyn Ports) -> Result<Vec<String>> {
    let mut said = Vec::new();
    let mut sum = Coins::new();
    for entry in state::DEPOSITS.iter(ctx) {
        sum.add_all(&Coins::parse(&entry?.1.amount)?)?;
    }
    let held = deposit::held(ctx)?;
    if sum != held {
        said.push(format!("gov: records {held} held, the deposits sum to {sum}"));
    }
    let short = finish::missing(ctx, ports, &held)?;
    if !short.is_empty() {
        said.push(format!("gov: has less than the {held} that it holds for depositors"));
    }
    for entry in state::PROPOSALS.iter(ctx) {
        let (id, one) = entry?;
        let deposit_end = (time_key(one.deposit_end_time.as_ref()), id);
        let voting_end = (time_key(one.voting_end_time.as_ref()), id);
        let waits = state::DEPOSIT_QUEUE.has(ctx, &deposit_end);
        let votes = state::VOTING_QUEUE.has(ctx, &voting_end);
        let is = |status| one.status() == status;
        let right =
            waits == is(ProposalStatus::DepositPeriod) && votes == is(ProposalStatus::VotingPeriod);
        if !right {
            said.push(format!("gov: proposal {id} is not in the queue of its status"));
        }
    }
    Ok(said)
}
