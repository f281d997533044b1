//! Deletes what no readable height needs, inside the Commit batch and at most so much per block.

use rocksdb::WriteBatch;

use crate::error::Error;
use crate::flat;
use crate::keys;
use crate::meta::State;
use crate::options::Pruning;
use crate::rocks::{Cf, Rocks};
use crate::stale::{self, CHUNK, Stale};

/// Rows deleted per block besides twice what the block itself superseded: a backlog shrinks in
/// every block, and no block pays for all of it.
const ROWS_PER_BLOCK: usize = 8 * CHUNK;

/// The oldest height to keep after a commit. It only ever moves on.
pub(crate) fn earliest(pruning: Pruning, before: u64, height: u64) -> u64 {
    match pruning.window() {
        Some((keep, interval)) if height.is_multiple_of(interval.max(1)) => {
            height.saturating_sub(keep).max(before)
        }
        _ => before,
    }
}

/// Adds deletions to a commit's batch and moves `state.swept` on. Heights below `state.earliest`
/// go; `superseded` is how many rows this block made stale.
pub(crate) fn sweep(
    rocks: &Rocks,
    state: &mut State,
    superseded: usize,
    batch: &mut WriteBatch,
) -> Result<(), Error> {
    let mut budget = superseded.saturating_mul(2).saturating_add(ROWS_PER_BLOCK);
    let heights = rocks.family(Cf::Heights)?;
    // The record of a height is on disk only once that height is committed, so the newest one
    // waits.
    let end = state.earliest.min(state.committed.height.saturating_sub(1));
    while state.swept < end && budget > 0 {
        let next = state.swept.saturating_add(1);
        let key = keys::stale(next, state.swept_chunks);
        if let Some(record) = rocks.get(Cf::Stale, &key)? {
            let entries = stale::decode(&record)?;
            for entry in &entries {
                delete(rocks, next, entry, batch)?;
            }
            batch.delete_cf(rocks.family(Cf::Stale)?, &key);
            budget = budget.saturating_sub(entries.len().saturating_add(1));
            state.swept_chunks = state.swept_chunks.saturating_add(1);
        } else {
            batch.delete_cf(heights, state.swept.to_be_bytes());
            budget = budget.saturating_sub(1);
            state.swept = next;
            state.swept_chunks = 0;
        }
    }
    Ok(())
}

fn delete(rocks: &Rocks, version: u64, entry: &Stale, batch: &mut WriteBatch) -> Result<(), Error> {
    match entry {
        Stale::Node { store, version, at } => {
            batch.delete_cf(rocks.family(Cf::Nodes)?, keys::node(*store, *version, *at));
        }
        Stale::Value { store, key } => {
            batch.delete_cf(rocks.family(Cf::History)?, keys::history(*store, key, version));
        }
        Stale::Preimage { store, hash } => {
            // A key that came back later wrote its preimage anew, with its own height, and keeps
            // it; one that comes back in this very block writes it after these deletions.
            let key = keys::preimage(*store, hash);
            let since = match rocks.get(Cf::Preimages, &key)? {
                Some(bytes) => flat::decode(&bytes)?.0,
                None => return Ok(()),
            };
            if since < version {
                batch.delete_cf(rocks.family(Cf::Preimages)?, key);
            }
        }
    }
    Ok(())
}
