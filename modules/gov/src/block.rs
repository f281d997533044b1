//! End of a block: periods that ended, votes counted, deposits settled; bounded, and no way to
//! fail.

use whence_base::{Ctx, Result};

use crate::event;
use crate::keeper::{finish, settle};
use crate::ports::Ports;
use crate::state;
use crate::tally;
use crate::types::{time_key, timestamp};

/// Most deposit periods ended in one block.
pub const DROPS_PER_BLOCK: usize = 100;
/// Most votes and delegations looked at in one block; some 10 µs each.
pub const UNITS_PER_BLOCK: usize = 2_000;
/// Most proposals decided (and their messages executed) in one block.
pub const DECISIONS_PER_BLOCK: usize = 10;
/// Most deposits paid back or burned in one block.
pub const DEPOSITS_PER_BLOCK: usize = 200;
/// Most old votes forgotten in one block.
pub const VOTES_CLEARED_PER_BLOCK: usize = 1_000;

/// Runs the end of a block.
pub(crate) fn end_block(ctx: &mut Ctx<'_>, ports: &dyn Ports) {
    step(ctx, "deposit_queue", drop_unfunded);
    step(ctx, "freeze", |ctx| tally::freeze_if_due(ctx, ports));
    let mut units = UNITS_PER_BLOCK;
    for _ in 0..DECISIONS_PER_BLOCK {
        if units == 0 || !step(ctx, "tally", |ctx| count(ctx, ports, &mut units)) {
            break;
        }
    }
    step(ctx, "settlements", |ctx| settle::run(ctx, ports, DEPOSITS_PER_BLOCK));
    step(ctx, "votes", clear_votes);
}

fn step<T: Default>(
    ctx: &mut Ctx<'_>,
    name: &str,
    work: impl FnOnce(&mut Ctx<'_>) -> Result<T>,
) -> T {
    ctx.atomically(work).unwrap_or_else(|error| {
        ctx.emit(event::failure(name, &error));
        T::default()
    })
}

fn drop_unfunded(ctx: &mut Ctx<'_>) -> Result<()> {
    let now = time_key(Some(&timestamp(ctx.time())));
    for (end, id) in state::DEPOSIT_QUEUE.first_while(ctx, DROPS_PER_BLOCK, |k| k.0 <= now)? {
        state::DEPOSIT_QUEUE.remove(ctx, &(end, id));
        step(ctx, "deposit_period", |ctx| finish::drop_unfunded(ctx, id));
    }
    Ok(())
}

/// Counts the oldest voting that ended, and decides it when all is counted; says whether another
/// may be waiting.
fn count(ctx: &mut Ctx<'_>, ports: &dyn Ports, units: &mut usize) -> Result<bool> {
    let now = time_key(Some(&timestamp(ctx.time())));
    let head = state::VOTING_QUEUE.first_while(ctx, 1, |(end, _)| *end <= now)?;
    let Some((end, id)) = head.first().copied() else { return Ok(false) };
    *units = units.saturating_sub(1);
    let (time, stake) = tally::of_voting(ctx, end)?;
    let counted = ctx.atomically(|ctx| {
        let Some(outcome) = tally::slice(ctx, ports, (id, &stake), units)? else {
            return Ok(false);
        };
        finish::decide(ctx, ports, id, outcome)?;
        Ok(true)
    });
    let ended = match counted {
        Ok(ended) => ended,
        Err(error) => {
            // A proposal that cannot be counted must not keep the others waiting.
            finish::abandon(ctx, (end, id), &error)?;
            tally::begin_anew(ctx)?;
            true
        }
    };
    if ended {
        tally::close_if_done(ctx, ports, (time, &stake))?;
    }
    Ok(ended)
}

fn clear_votes(ctx: &mut Ctx<'_>) -> Result<()> {
    let ended = state::VOTES_TO_CLEAR.first_while(ctx, 1, |_| true)?;
    let Some(id) = ended.first() else { return Ok(()) };
    let votes = state::VOTES.iter_prefix(ctx, id).take(VOTES_CLEARED_PER_BLOCK);
    let keys = votes.map(|entry| Ok(entry?.0)).collect::<Result<Vec<_>>>()?;
    for key in &keys {
        state::VOTES.remove(ctx, key);
    }
    if keys.len() < VOTES_CLEARED_PER_BLOCK {
        state::VOTES_TO_CLEAR.remove(ctx, id);
    }
    Ok(())
}
