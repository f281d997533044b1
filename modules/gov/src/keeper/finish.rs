//! How a proposal ends: dropped, or decided by its tally and executed.

use whence_base::{Ctx, Error, Result, StateRead, ensure};
use whence_proto::cosmos::gov::v1 as pb;
use whence_proto::cosmos::gov::v1::ProposalStatus;

use crate::error::GovError;
use crate::event;
use crate::keeper::settle::{self, Fate};
use crate::keeper::{deposit, proposal};
use crate::params::Params;
use crate::ports::Ports;
use crate::state::{self, TimeKey};
use crate::tally::Outcome;

/// Longest reason of a failure that is kept, in bytes.
const REASON_MAX: usize = 512;

/// Ends a deposit period that never got its deposit.
pub(crate) fn drop_unfunded(ctx: &mut Ctx<'_>, id: u64) -> Result<()> {
    let one = proposal::expect(ctx, id)?;
    proposal::dequeue(ctx, &one);
    state::PROPOSALS.remove(ctx, &id);
    let burns = Params::load(ctx)?.burn_proposal_deposit_prevote;
    settle::begin(ctx, id, if burns { &Fate::Burned } else { &Fate::Refunded });
    ctx.emit(event::dropped(id));
    Ok(())
}

/// Writes the result of a tally, and executes the messages of a proposal that passed.
pub(crate) fn decide(
    ctx: &mut Ctx<'_>,
    ports: &dyn Ports,
    id: u64,
    outcome: Outcome,
) -> Result<()> {
    let mut one = proposal::expect(ctx, id)?;
    proposal::dequeue(ctx, &one);
    settle::begin(ctx, id, if outcome.burns { &Fate::Burned } else { &Fate::Refunded });
    state::VOTES_TO_CLEAR.insert(ctx, &id);
    one.final_tally_result = Some(outcome.tally);
    // Written before the messages run, so that one of them that looks sees a proposal that ended.
    let ends = |ctx: &mut Ctx<'_>, one: &mut pb::Proposal, status: ProposalStatus| {
        one.status = status.into();
        state::PROPOSALS.set(ctx, &id, one);
    };
    if !outcome.passes {
        ends(ctx, &mut one, ProposalStatus::Rejected);
        ctx.emit(event::decided(id, "proposal_rejected", "rejected"));
        return Ok(());
    }
    ends(ctx, &mut one, ProposalStatus::Passed);
    match ctx.atomically(|ctx| execute(ctx, ports, &one)) {
        Ok(()) => ctx.emit(event::decided(id, "proposal_passed", "passed")),
        Err(error) => {
            one.failed_reason = error.message.chars().take(REASON_MAX).collect();
            ends(ctx, &mut one, ProposalStatus::Failed);
            let log = format!("passed, but failed on execution: {}", one.failed_reason);
            ctx.emit(event::decided(id, "proposal_failed", &log));
        }
    }
    Ok(())
}

/// Ends a voting that cannot be counted; the deposits go back.
pub(crate) fn abandon(ctx: &mut Ctx<'_>, (end, id): (TimeKey, u64), why: &Error) -> Result<()> {
    state::VOTING_QUEUE.remove(ctx, &(end, id));
    let mut one = proposal::expect(ctx, id)?;
    one.failed_reason = why.message.chars().take(REASON_MAX).collect();
    one.status = ProposalStatus::Failed.into();
    state::PROPOSALS.set(ctx, &id, &one);
    state::VOTES_TO_CLEAR.insert(ctx, &id);
    settle::begin(ctx, id, &Fate::Refunded);
    ctx.emit(event::decided(id, "proposal_failed", &one.failed_reason));
    Ok(())
}

/// All messages or none; they may spend what gov has, but never what it holds for depositors.
fn execute(ctx: &mut Ctx<'_>, ports: &dyn Ports, one: &pb::Proposal) -> Result<()> {
    state::EXECUTING.set(ctx, &one.id);
    for message in &one.messages {
        ports.dispatch(ctx, message)?;
    }
    state::EXECUTING.remove(ctx);
    let held = deposit::held(ctx)?;
    let short = missing(ctx, ports, &held)?;
    ensure(short.is_empty(), GovError::SpendsDeposits(short.join(",")))
}

/// Coins that are held for depositors but not there.
pub(crate) fn missing(
    state: &dyn StateRead,
    ports: &dyn Ports,
    held: &whence_base::Coins,
) -> Result<Vec<String>> {
    let gov = whence_base::authority();
    let mut short = Vec::new();
    for coin in held.iter() {
        if ports.balance(state, &gov, &coin.denom)? < coin.amount {
            short.push(coin.to_string());
        }
    }
    Ok(short)
}
