//! End of a block: models whose stage was not left in time end.

use whence_base::Ctx;

use crate::ports::Ports;
use crate::{keeper, state};

/// Most models that end in one block; the rest end in the next ones.
pub const EXPIRIES_PER_BLOCK: usize = 50;

/// Ends at most [`EXPIRIES_PER_BLOCK`] models whose deadline has passed.
pub(crate) fn end(ctx: &mut Ctx<'_>, ports: &dyn Ports) {
    let height = ctx.height();
    let due = state::DEADLINES.first_while(&*ctx, EXPIRIES_PER_BLOCK, |(last, _)| *last < height);
    for (last, id) in due.unwrap_or_default() {
        if ctx.atomically(|ctx| keeper::expire(ctx, ports, id)).is_err() {
            // It cannot be ended now; it is not looked at again, so that it holds up nobody.
            state::DEADLINES.remove(ctx, &(last, id));
        }
    }
}
