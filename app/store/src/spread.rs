//! Spreads work over the cores when there is enough of it. Results keep the order of the items, so
//! they do not depend on how many cores there are.

use rayon::prelude::*;

use crate::error::Error;

/// Below this many keys a block is done on the caller's thread: handing work to others costs a wait
/// for them, and the whole of it takes a millisecond or two.
pub(crate) const SPREAD_FROM: usize = 512;

/// The fewest items that are worth a task of their own.
const TASK: usize = 64;

/// Does `work` for each item; `keys` is how many keys all items stand for.
pub(crate) fn spread<T: Send, R: Send>(
    items: Vec<T>,
    keys: usize,
    work: impl Fn(T) -> Result<R, Error> + Send + Sync,
) -> Result<Vec<R>, Error> {
    if keys < SPREAD_FROM {
        return items.into_iter().map(work).collect();
    }
    let least = if items.len() < SPREAD_FROM { 1 } else { TASK };
    items.into_par_iter().with_min_len(least).map(work).collect()
}
