//! Commit: the only write, one synced batch.

use tendermint_proto::v0_38::abci::ResponseCommit;

use super::wire_height;
use crate::app::{App, Fatal, lock};

/// Writes the block that FinalizeBlock computed last.
pub fn commit(app: &App) -> Result<ResponseCommit, Fatal> {
    let mut consensus = app.consensus();
    let pending = consensus
        .pending
        .take()
        .ok_or_else(|| Fatal::Grammar("Commit without a FinalizeBlock".to_owned()))?;
    let block = pending.block;
    let committed = app.store().commit(pending.staged)?;
    consensus.genesis = None;
    // The mempool starts again from the new state; CometBFT now rechecks what still waits.
    *app.mempool() = None;
    tracing::info!(height = committed.height, hash = %hex::encode(committed.app_hash), "committed");
    halt_if_due(app, block.height);
    Ok(ResponseCommit { retain_height: retain_height(app, committed.height) })
}

/// The lowest block that CometBFT must keep; 0 keeps all. What is committed is synced already.
fn retain_height(app: &App, height: u64) -> i64 {
    match app.settings().min_retain_blocks {
        0 => 0,
        keep => wire_height(height.saturating_sub(keep)),
    }
}

fn halt_if_due(app: &App, height: u64) {
    let halt = app.settings().halt_height;
    if halt == 0 || height < halt {
        return;
    }
    tracing::info!(height, "halt height reached");
    if let Some(hook) = lock(&app.inner.on_halt).take() {
        hook(height);
    }
}
