//! End of a block: feedback whose deadline has passed is decided or ends.

use whence_base::Ctx;

use crate::ports::Ports;
use crate::{keeper, state};

/// Most batches that are settled in one block; the rest are in the next ones.
pub const FEEDBACK_PER_BLOCK: usize = 20;

/// Settles at most [`FEEDBACK_PER_BLOCK`] batches that are due.
pub(crate) fn end(ctx: &mut Ctx<'_>, ports: &dyn Ports) {
    let height = ctx.height();
    let due = state::DUE.first_while(&*ctx, FEEDBACK_PER_BLOCK, |(last, _)| *last < height);
    for (last, id) in due.unwrap_or_default() {
        if ctx.atomically(|ctx| keeper::expire(ctx, ports, id)).is_err() {
            // It cannot be settled now; it is not looked at again, so that it holds up nobody.
            state::DUE.remove(ctx, &(last, id));
        }
    }
}
