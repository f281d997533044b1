//! `cosmos.tx.v1beta1.Service`: simulate, broadcast, look up, search, encode and decode.

use tonic::Status;
use whence_proto::cosmos::base::abci::v1beta1::{GasInfo, Result as TxResult, TxResponse};
use whence_proto::cosmos::base::query::v1beta1::PageResponse;
use whence_proto::cosmos::tx::v1beta1::{
    BroadcastMode, BroadcastTxRequest, BroadcastTxResponse, GetBlockWithTxsRequest,
    GetBlockWithTxsResponse, GetTxRequest, GetTxResponse, GetTxsEventRequest, GetTxsEventResponse,
    OrderBy, SimulateRequest, SimulateResponse, Tx, TxDecodeRequest, TxDecodeResponse,
    TxEncodeRequest, TxEncodeResponse,
};

use super::comet::{TxSearch, rpc_height};
use super::tx_response::{broadcast, committed, decode_tx, encode_tx};
use super::{Call, Node, Table, at_height, of_error};
use crate::exec::block::simulate;
use crate::exec::events::to_abci;
use crate::exec::tx::encode_responses;

/// Transactions a page that CometBFT gives at most.
const PAGE_MAX: u64 = 100;
/// Transactions a page when none is asked for.
const PAGE_DEFAULT: u64 = 100;

/// Registers the service.
pub fn register(table: &mut Table) {
    table.add("/cosmos.tx.v1beta1.Service/Simulate", simulated);
    table.add("/cosmos.tx.v1beta1.Service/BroadcastTx", broadcast_tx);
    table.add("/cosmos.tx.v1beta1.Service/GetTx", get_tx);
    table.add("/cosmos.tx.v1beta1.Service/GetTxsEvent", get_txs_event);
    table.add("/cosmos.tx.v1beta1.Service/GetBlockWithTxs", get_block_with_txs);
    table.add("/cosmos.tx.v1beta1.Service/TxDecode", |_, call: Call<TxDecodeRequest>| async move {
        Ok(TxDecodeResponse { tx: Some(decode_tx(&call.message.tx_bytes)?) })
    });
    table.add("/cosmos.tx.v1beta1.Service/TxEncode", |_, call: Call<TxEncodeRequest>| async move {
        let tx = call.message.tx.ok_or_else(|| Status::invalid_argument("tx is missing"))?;
        Ok(TxEncodeResponse { tx_bytes: encode_tx(&tx) })
    });
}

async fn simulated(node: Node, call: Call<SimulateRequest>) -> Result<SimulateResponse, Status> {
    let bytes = request_bytes(call.message)?;
    let height = call.height;
    tokio::task::spawn_blocking(move || simulate_at(&node, &bytes, height))
        .await
        .map_err(|e| Status::internal(format!("the simulation's thread ended: {e}")))?
}

/// cosmpy still fills the deprecated `tx`.
#[allow(deprecated, reason = "clients use the deprecated field")]
fn request_bytes(request: SimulateRequest) -> Result<Vec<u8>, Status> {
    match request.tx {
        _ if !request.tx_bytes.is_empty() => Ok(request.tx_bytes),
        Some(tx) => Ok(encode_tx(&tx)),
        None => Err(Status::invalid_argument("empty txBytes is not allowed")),
    }
}

/// Simulates over the committed state, as in the next block.
pub fn simulate_at(
    node: &Node,
    bytes: &[u8],
    height: Option<u64>,
) -> Result<SimulateResponse, Status> {
    let (state, mut block) = node.app.committed(height).map_err(at_height)?;
    block.height = block.height.saturating_add(1);
    let outcome = simulate(node.app.modules(), &state, &block, bytes).map_err(of_error)?;
    if let Some(error) = outcome.error {
        let text = format!("{} With gas wanted: '0' and gas used: '{}' ", error, outcome.gas_used);
        return Err(Status::unknown(text));
    }
    let msg_responses = outcome.responses.clone();
    #[allow(deprecated, reason = "the field is part of the answer")]
    let result = TxResult {
        data: encode_responses(outcome.responses).to_vec(),
        log: String::new(),
        events: outcome.events.into_iter().map(to_abci).collect(),
        msg_responses,
    };
    Ok(SimulateResponse {
        gas_info: Some(GasInfo { gas_wanted: outcome.gas_wanted, gas_used: outcome.gas_used }),
        result: Some(result),
    })
}

async fn broadcast_tx(
    node: Node,
    call: Call<BroadcastTxRequest>,
) -> Result<BroadcastTxResponse, Status> {
    let BroadcastTxRequest { tx_bytes, mode } = call.message;
    let checked = match BroadcastMode::try_from(mode) {
        Ok(BroadcastMode::Sync) => {
            known_refusal(node.comet.broadcast_sync(tx_bytes.clone()).await)?
        }
        Ok(BroadcastMode::Async) => {
            node.comet.broadcast_async(tx_bytes.clone()).await?;
            (0, String::new(), String::new())
        }
        _ => {
            return Err(Status::invalid_argument(
                "unsupported broadcast mode, expected BROADCAST_MODE_SYNC or BROADCAST_MODE_ASYNC",
            ));
        }
    };
    Ok(BroadcastTxResponse { tx_response: Some(broadcast(&tx_bytes, checked)) })
}

/// What CometBFT's mempool itself refuses is an answer with a code of the SDK, not an error.
fn known_refusal(
    answer: Result<(u32, String, String), Status>,
) -> Result<(u32, String, String), Status> {
    let status = match answer {
        Ok(checked) => return Ok(checked),
        Err(status) => status,
    };
    let code = match status.message() {
        "tx already in mempool" => 19,
        "mempool is full" => 20,
        "tx too large" => 21,
        _ => return Err(status),
    };
    Ok((code, "sdk".to_owned(), status.message().to_owned()))
}

async fn get_tx(node: Node, call: Call<GetTxRequest>) -> Result<GetTxResponse, Status> {
    let text = &call.message.hash;
    let hash: [u8; 32] = hex::decode(text)
        .ok()
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or_else(|| Status::invalid_argument(format!("{text:?} is no tx hash of 32 bytes")))?;
    let found = node.comet.tx(hash).await?;
    let found = found.ok_or_else(|| Status::not_found(format!("tx not found: {text}")))?;
    let tx = decode_tx(&found.tx)?;
    let response = with_time(&node, found).await?;
    Ok(GetTxResponse { tx: Some(tx), tx_response: Some(response) })
}

/// A `TxResponse` with the time of its block.
async fn with_time(
    node: &Node,
    found: tendermint_rpc::endpoint::tx::Response,
) -> Result<TxResponse, Status> {
    let height = u32::try_from(found.height.value()).unwrap_or(u32::MAX);
    let block = node.comet.block(Some(height)).await?;
    let header = block.block.header.unwrap_or_default();
    committed(found, header.time.as_ref())
}

async fn get_txs_event(
    node: Node,
    call: Call<GetTxsEventRequest>,
) -> Result<GetTxsEventResponse, Status> {
    let search = to_search(&call.message)?;
    let answer = node.comet.tx_search(search).await?;
    let total = u64::from(answer.total_count);
    let (mut txs, mut responses): (Vec<Tx>, Vec<TxResponse>) = (Vec::new(), Vec::new());
    for found in answer.txs {
        txs.push(decode_tx(&found.tx)?);
        responses.push(with_time(&node, found).await?);
    }
    #[allow(deprecated, reason = "the field is part of the answer")]
    Ok(GetTxsEventResponse { txs, tx_responses: responses, pagination: None, total })
}

#[allow(deprecated, reason = "clients of 0.47 fill `events` instead of `query`")]
fn to_search(request: &GetTxsEventRequest) -> Result<TxSearch, Status> {
    let query =
        if request.query.is_empty() { request.events.join(" AND ") } else { request.query.clone() };
    if query.is_empty() {
        return Err(Status::invalid_argument("query cannot be empty"));
    }
    let limit = if request.limit == 0 { PAGE_DEFAULT } else { request.limit.min(PAGE_MAX) };
    Ok(TxSearch {
        query,
        page: u32::try_from(request.page.max(1)).unwrap_or(u32::MAX),
        limit: u8::try_from(limit).unwrap_or(u8::MAX),
        descending: request.order_by == OrderBy::Desc as i32,
    })
}

async fn get_block_with_txs(
    node: Node,
    call: Call<GetBlockWithTxsRequest>,
) -> Result<GetBlockWithTxsResponse, Status> {
    let found = node.comet.block(Some(rpc_height(call.message.height)?)).await?;
    let all = found.block.data.as_ref().map(|data| data.txs.as_slice()).unwrap_or_default();
    let page = call.message.pagination.unwrap_or_default();
    let skip = usize::try_from(page.offset).unwrap_or(usize::MAX);
    let limit = if page.limit == 0 { PAGE_DEFAULT } else { page.limit.min(PAGE_MAX) };
    let take = usize::try_from(limit).unwrap_or(usize::MAX);
    let txs = all.iter().skip(skip).take(take).map(|tx| decode_tx(tx));
    let pagination =
        PageResponse { next_key: Vec::new(), total: u64::try_from(all.len()).unwrap_or(u64::MAX) };
    Ok(GetBlockWithTxsResponse {
        txs: txs.collect::<Result<_, _>>()?,
        block_id: Some(found.id),
        block: Some(found.block),
        pagination: Some(pagination),
    })
}
