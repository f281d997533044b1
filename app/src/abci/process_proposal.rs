//! ProcessProposal: accepts exactly what PrepareProposal makes, by the same code in the same order.

use tendermint_proto::v0_38::abci::RequestProcessProposal;
use whence_base::ctx::Block;
use whence_base::state::Overlay;

use super::block_height;
use super::finalize_block::base_of;
use crate::app::{App, Fatal};
use crate::exec::block::admit;
use crate::exec::header;

/// Whether every transaction of a proposal passes its checks in order, within the block's gas.
pub fn process_proposal(app: &App, request: &RequestProcessProposal) -> Result<bool, Fatal> {
    let height = block_height(request.height)?;
    let (base, chain_id, before) = base_of(app, &app.consensus(), height)?;
    let time = header::to_time(request.time.as_ref());
    let block = Block { chain_id, height, time, ..Block::default() };
    let candidates = app.machine(&base).prepare(&block.chain_id, &request.txs);
    let mut overlay = Overlay::resume(&base, before);
    let mut gas_left = header::block_gas_max(&overlay)?;
    for (place, candidate) in candidates.into_iter().enumerate() {
        let admitted =
            candidate.and_then(|candidate| admit(&mut overlay, &block, &candidate, &mut gas_left));
        if let Err(error) = admitted {
            tracing::warn!(height, place, %error, "proposal rejected");
            return Ok(false);
        }
    }
    Ok(true)
}
