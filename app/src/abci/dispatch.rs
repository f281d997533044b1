//! One request to one response, through `tendermint_abci::Application`.

use tendermint_abci::Application;
use tendermint_proto::v0_38::abci::request::Value;
use tendermint_proto::v0_38::abci::{Response, ResponseException, response};

/// Calls the application's method for a request.
pub fn dispatch(app: &impl Application, call: Value) -> Response {
    use response::Value as Answer;
    let answer = match call {
        Value::Echo(r) => Answer::Echo(app.echo(r)),
        Value::Flush(_) => Answer::Flush(app.flush()),
        Value::Info(r) => Answer::Info(app.info(r)),
        Value::InitChain(r) => Answer::InitChain(app.init_chain(r)),
        Value::Query(r) => Answer::Query(app.query(r)),
        Value::CheckTx(r) => Answer::CheckTx(app.check_tx(r)),
        Value::Commit(_) => Answer::Commit(app.commit()),
        Value::ListSnapshots(_) => Answer::ListSnapshots(app.list_snapshots()),
        Value::OfferSnapshot(r) => Answer::OfferSnapshot(app.offer_snapshot(r)),
        Value::LoadSnapshotChunk(r) => Answer::LoadSnapshotChunk(app.load_snapshot_chunk(r)),
        Value::ApplySnapshotChunk(r) => Answer::ApplySnapshotChunk(app.apply_snapshot_chunk(r)),
        Value::PrepareProposal(r) => Answer::PrepareProposal(app.prepare_proposal(r)),
        Value::ProcessProposal(r) => Answer::ProcessProposal(app.process_proposal(r)),
        Value::ExtendVote(r) => Answer::ExtendVote(app.extend_vote(r)),
        Value::VerifyVoteExtension(r) => Answer::VerifyVoteExtension(app.verify_vote_extension(r)),
        Value::FinalizeBlock(r) => Answer::FinalizeBlock(app.finalize_block(r)),
    };
    Response { value: Some(answer) }
}

/// The answer to what is no request we know.
pub fn exception(error: impl std::fmt::Display) -> Response {
    let error = error.to_string();
    Response { value: Some(response::Value::Exception(ResponseException { error })) }
}
