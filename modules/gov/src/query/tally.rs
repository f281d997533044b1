//! The tally of a proposal: final, or as it would be if its voting ended now.

use whence_base::query::{Answer, Code};
use whence_base::state::Overlay;
use whence_base::{Ctx, QueryCtx, Status};
use whence_proto::cosmos::gov::v1 as pb;
use whence_proto::cosmos::gov::v1::ProposalStatus;

use super::proposals::find;
use crate::ports::Ports;
use crate::tally;

/// Most votes and delegations that a question may cost.
const UNITS_MAX: usize = 50_000;

pub(super) fn result(
    ctx: &QueryCtx<'_>,
    ports: &dyn Ports,
    request: pb::QueryTallyResultRequest,
) -> Answer<pb::QueryTallyResultResponse> {
    let one = find(ctx, request.proposal_id)?;
    let tally = match one.status() {
        ProposalStatus::VotingPeriod => now(ctx, ports, one.id)?,
        _ => one.final_tally_result.unwrap_or_else(crate::types::no_votes),
    };
    Ok(pb::QueryTallyResultResponse { tally: Some(tally) })
}

/// Counts on changes that are thrown away.
fn now(ctx: &QueryCtx<'_>, ports: &dyn Ports, id: u64) -> Answer<pb::TallyResult> {
    let mut scratch = Overlay::over(ctx);
    let mut ctx = Ctx::new(&mut scratch, ctx.block());
    let at_the_end = (u64::MAX, u32::MAX);
    tally::begin_anew(&mut ctx)?;
    tally::open(&mut ctx, ports, at_the_end)?;
    let (_, stake) = tally::of_voting(&ctx, at_the_end)?;
    let mut units = UNITS_MAX;
    let outcome = tally::slice(&mut ctx, ports, (id, &stake), &mut units)?;
    outcome.map(|outcome| outcome.tally).ok_or_else(|| Status {
        code: Code::FailedPrecondition,
        message: format!(
            "proposal {id} has more than {UNITS_MAX} votes, its tally comes at its end"
        ),
    })
}
