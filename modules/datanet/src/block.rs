//! End of a block: deadlines that have passed, at most [`DEADLINES_PER_BLOCK`] of each kind; the
//! rest wait their turn.
//!
//! A step that fails is undone and taken off its queue, so that one bad record never stops the
//! chain; what it held stays recorded.

use whence_base::state::{Index, StateRead};
use whence_base::{Ctx, Result};

use crate::keeper::{contribution, dispute, duplicate, params, review};
use crate::ports::Ports;
use crate::{event, state};

/// Most deadlines of each kind in one block.
pub(crate) const DEADLINES_PER_BLOCK: usize = 50;

type Step = fn(&mut Ctx<'_>, &dyn Ports, u64) -> Result<()>;

pub(crate) fn end_block(ctx: &mut Ctx<'_>, ports: &dyn Ports) {
    // A deadline is the last height at which something is taken: it passes when that block ends.
    let passed = ctx.height();
    drain(ctx, ports, (&state::COMMITS_DUE, passed), expire_commit);
    drain(ctx, ports, (&state::REVIEWS_DUE, passed), review::decide);
    drain(ctx, ports, (&state::DUPLICATES_DUE, passed), duplicate::expire);
    drain(ctx, ports, (&state::DISPUTES_DUE, passed), dispute::expire);
    let window = params(ctx).map_or(u64::MAX, |p| p.dispute_window_blocks);
    if let Some(decided) = ctx.height().checked_sub(window) {
        drain(ctx, ports, (&state::BONDS_DUE, decided), contribution::release_bond);
    }
}

fn expire_commit(ctx: &mut Ctx<'_>, ports: &dyn Ports, id: u64) -> Result<()> {
    let (commit, lost) = contribution::expire(ctx, ports, id)?;
    ctx.emit_typed(&event::commit_expired(commit.id, lost))
}

fn drain(
    ctx: &mut Ctx<'_>,
    ports: &dyn Ports,
    (queue, until): (&Index<(u64, u64)>, u64),
    step: Step,
) {
    for (height, id) in due(ctx, queue, until) {
        queue.remove(ctx, &(height, id));
        // Undone when it fails; the record still shows what is held.
        drop(ctx.atomically(|ctx| step(ctx, ports, id)));
    }
}

fn due(state: &impl StateRead, queue: &Index<(u64, u64)>, until: u64) -> Vec<(u64, u64)> {
    queue.first_while(state, DEADLINES_PER_BLOCK, |(h, _)| *h <= until).unwrap_or_default()
}
