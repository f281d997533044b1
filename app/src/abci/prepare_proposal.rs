//! PrepareProposal: the waiting txs that pass their checks in order, within the block's bytes and
//! gas.

use bytes::Bytes;
use tendermint_proto::v0_38::abci::{RequestPrepareProposal, ResponsePrepareProposal};
use whence_base::ctx::Block;
use whence_base::state::Overlay;

use super::block_height;
use super::finalize_block::base_of;
use crate::app::{App, Fatal};
use crate::exec::block::admit;
use crate::exec::header;

/// Drops what would fail or does not fit; keeps CometBFT's order.
pub fn prepare_proposal(
    app: &App,
    request: RequestPrepareProposal,
) -> Result<ResponsePrepareProposal, Fatal> {
    let height = block_height(request.height)?;
    let (base, chain_id, before) = base_of(app, &app.consensus(), height)?;
    let time = header::to_time(request.time.as_ref());
    let block = Block { chain_id, height, time, ..Block::default() };
    let candidates = app.machine(&base).prepare(&block.chain_id, &request.txs);
    let mut overlay = Overlay::resume(&base, before);
    let mut gas_left = header::block_gas_max(&overlay)?;
    let mut bytes_left = u64::try_from(request.max_tx_bytes).unwrap_or_default();

    let mut txs = Vec::new();
    for (bytes, candidate) in request.txs.into_iter().zip(candidates) {
        let Some(rest) = bytes_left.checked_sub(wire_size(&bytes)) else { continue };
        let Ok(candidate) = candidate else { continue };
        if admit(&mut overlay, &block, &candidate, &mut gas_left).is_ok() {
            bytes_left = rest;
            txs.push(bytes);
        }
    }
    Ok(ResponsePrepareProposal { txs })
}

/// Bytes that a tx takes in a block: its own, and the tag and length before them.
pub(crate) fn wire_size(tx: &Bytes) -> u64 {
    let length = prost::length_delimiter_len(tx.len()).saturating_add(1).saturating_add(tx.len());
    u64::try_from(length).unwrap_or(u64::MAX)
}
