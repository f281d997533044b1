//! ABCI 2.0.0 over a Unix socket. One file per call; `server` is our own loop.

pub mod check_tx;
pub mod commit;
pub mod dispatch;
pub mod finalize_block;
pub mod frame;
pub mod guard;
pub mod info;
pub mod init_chain;
pub mod prepare_proposal;
pub mod process_proposal;
pub mod query;
pub mod server;

use tendermint_abci::Application;
use tendermint_proto::v0_38::abci::response_process_proposal::ProposalStatus;
use tendermint_proto::v0_38::abci::{
    RequestApplySnapshotChunk, RequestCheckTx, RequestFinalizeBlock, RequestInfo, RequestInitChain,
    RequestOfferSnapshot, RequestPrepareProposal, RequestProcessProposal, RequestQuery,
    ResponseApplySnapshotChunk, ResponseCheckTx, ResponseCommit, ResponseFinalizeBlock,
    ResponseInfo, ResponseInitChain, ResponseOfferSnapshot, ResponsePrepareProposal,
    ResponseProcessProposal, ResponseQuery, response_apply_snapshot_chunk, response_offer_snapshot,
};

use crate::app::{App, Fatal};
use crate::fatal;

/// The trait has no errors: what makes going on wrong stops the node before it writes.
fn or_stop<T>(result: Result<T, Fatal>) -> T {
    match result {
        Ok(answer) => answer,
        Err(why) => fatal::stop(&why),
    }
}

impl Application for App {
    fn info(&self, _: RequestInfo) -> ResponseInfo {
        info::info(self)
    }

    fn init_chain(&self, request: RequestInitChain) -> ResponseInitChain {
        or_stop(init_chain::init_chain(self, request))
    }

    fn check_tx(&self, request: RequestCheckTx) -> ResponseCheckTx {
        check_tx::check_tx(self, &request)
    }

    fn prepare_proposal(&self, request: RequestPrepareProposal) -> ResponsePrepareProposal {
        or_stop(prepare_proposal::prepare_proposal(self, request))
    }

    fn process_proposal(&self, request: RequestProcessProposal) -> ResponseProcessProposal {
        let accept = or_stop(process_proposal::process_proposal(self, &request));
        let status = if accept { ProposalStatus::Accept } else { ProposalStatus::Reject };
        ResponseProcessProposal { status: status.into() }
    }

    fn finalize_block(&self, request: RequestFinalizeBlock) -> ResponseFinalizeBlock {
        or_stop(finalize_block::finalize_block(self, request))
    }

    fn commit(&self) -> ResponseCommit {
        or_stop(commit::commit(self))
    }

    fn query(&self, request: RequestQuery) -> ResponseQuery {
        query::query(self, &request)
    }

    fn offer_snapshot(&self, _: RequestOfferSnapshot) -> ResponseOfferSnapshot {
        let result = response_offer_snapshot::Result::Reject.into();
        ResponseOfferSnapshot { result }
    }

    fn apply_snapshot_chunk(&self, _: RequestApplySnapshotChunk) -> ResponseApplySnapshotChunk {
        let result = response_apply_snapshot_chunk::Result::Abort.into();
        ResponseApplySnapshotChunk { result, ..ResponseApplySnapshotChunk::default() }
    }
}

/// Heights on the wire are signed; ours are not.
pub(crate) fn wire_height(height: u64) -> i64 {
    i64::try_from(height).unwrap_or(i64::MAX)
}

/// A height of a consensus call.
pub(crate) fn block_height(height: i64) -> Result<u64, Fatal> {
    u64::try_from(height)
        .ok()
        .filter(|height| *height > 0)
        .ok_or_else(|| Fatal::Grammar(format!("block height {height}, expected a positive one")))
}
