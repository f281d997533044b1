//! FinalizeBlock: executes a block and computes its root. It writes nothing, may run several times
//! before a Commit, and relies on nothing that ProcessProposal did.

use tendermint_proto::v0_38::abci::{RequestFinalizeBlock, ResponseFinalizeBlock};
use whence_base::ctx::Block;
use whence_base::state::{Changes, Overlay};

use super::init_chain::to_wire;
use super::{block_height, wire_height};
use crate::app::{App, Consensus, Fatal, Pending};
use crate::exec::{header, invariants};
use crate::state::Committed;

/// Executes a block over the committed state.
pub fn finalize_block(
    app: &App,
    request: RequestFinalizeBlock,
) -> Result<ResponseFinalizeBlock, Fatal> {
    let mut consensus = app.consensus();
    consensus.pending = None;
    let height = block_height(request.height)?;
    let (base, chain_id, before) = base_of(app, &consensus, height)?;
    let block = Block {
        chain_id,
        height,
        time: header::to_time(request.time.as_ref()),
        proposer: request.proposer_address.to_vec(),
        last_votes: header::votes(request.decided_last_commit),
    };
    let executed = app.machine(&base).execute(&block, &request.txs, before)?;
    if app.settings().verify_invariants {
        check_invariants(app, &base, &block, &executed.changes)?;
    }
    let staged = app.store().stage(height, executed.changes.0)?;
    let answer = ResponseFinalizeBlock {
        events: executed.events,
        tx_results: executed.results,
        validator_updates: executed.validator_updates.iter().map(to_wire).collect(),
        consensus_param_updates: executed.params,
        app_hash: staged.app_hash().to_vec().into(),
    };
    consensus.pending = Some(Pending { staged, block });
    Ok(answer)
}

/// The committed state below a block, its chain id, and genesis when it is not committed yet.
pub(crate) fn base_of(
    app: &App,
    consensus: &Consensus,
    height: u64,
) -> Result<(Committed, String, Changes), Fatal> {
    let base = Committed(app.store().view(None)?);
    let (expected, chain_id, before) = match app.store().latest() {
        Some(latest) => {
            let chain_id = header::recall(&base)?.chain_id;
            (latest.height.saturating_add(1), chain_id, Changes::default())
        }
        None => {
            let genesis = consensus.genesis.as_ref();
            let genesis =
                genesis.ok_or_else(|| Fatal::Grammar("a block before InitChain".to_owned()))?;
            (genesis.initial_height, genesis.chain_id.clone(), genesis.changes.clone())
        }
    };
    if height != expected {
        let why = format!("block {} came, expected {expected}", wire_height(height));
        return Err(Fatal::Grammar(why));
    }
    Ok((base, chain_id, before))
}

fn check_invariants(
    app: &App,
    base: &Committed,
    block: &Block,
    changes: &Changes,
) -> Result<(), Fatal> {
    let state = Overlay::resume(base, changes.clone());
    let ctx = whence_base::QueryCtx::new(&state, block);
    let broken = invariants::broken(app.modules(), &ctx)?;
    if broken.is_empty() {
        return Ok(());
    }
    Err(Fatal::Invariant { height: block.height, sentences: broken.join("; ") })
}
