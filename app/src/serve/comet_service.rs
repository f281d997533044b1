//! `cosmos.base.tendermint.v1beta1.Service`: blocks, validator sets, node info, `ABCIQuery`.

use prost::{Message, Name};
use tendermint_proto::v0_38::abci::RequestQuery;
use tendermint_proto::v0_38::p2p::{DefaultNodeInfo, DefaultNodeInfoOther, ProtocolVersion};
use tendermint_proto::v0_38::types as pb;
use tendermint_rpc::endpoint::{status, validators};
use tonic::Status;
use whence_base::address::consensus_string;
use whence_proto::Any;
use whence_proto::cosmos::base::query::v1beta1::{PageRequest, PageResponse};
use whence_proto::cosmos::base::tendermint::v1beta1 as sdk;
use whence_proto::cosmos::crypto::ed25519::PubKey;

use super::comet::{BlockAndId, rpc_height};
use super::{Call, Node, Table, version};
use crate::abci;

/// Registers the service.
pub fn register(table: &mut Table) {
    table.add("/cosmos.base.tendermint.v1beta1.Service/GetNodeInfo", node_info);
    table.add("/cosmos.base.tendermint.v1beta1.Service/GetSyncing", syncing);
    table.add("/cosmos.base.tendermint.v1beta1.Service/GetLatestBlock", latest_block);
    table.add("/cosmos.base.tendermint.v1beta1.Service/GetBlockByHeight", block_by_height);
    table.add("/cosmos.base.tendermint.v1beta1.Service/GetLatestValidatorSet", latest_validators);
    table.add("/cosmos.base.tendermint.v1beta1.Service/GetValidatorSetByHeight", validators_at);
    table.add("/cosmos.base.tendermint.v1beta1.Service/ABCIQuery", abci_query);
}

async fn node_info(
    node: Node,
    _: Call<sdk::GetNodeInfoRequest>,
) -> Result<sdk::GetNodeInfoResponse, Status> {
    let status = node.comet.status().await?;
    Ok(sdk::GetNodeInfoResponse {
        default_node_info: Some(default_node_info(status)),
        application_version: Some(version::info()),
    })
}

fn default_node_info(status: status::Response) -> DefaultNodeInfo {
    let info = status.node_info;
    DefaultNodeInfo {
        protocol_version: Some(ProtocolVersion {
            p2p: info.protocol_version.p2p,
            block: info.protocol_version.block,
            app: info.protocol_version.app,
        }),
        default_node_id: info.id.to_string(),
        listen_addr: info.listen_addr.to_string(),
        network: info.network.to_string(),
        version: info.version.to_string(),
        channels: hex::decode(info.channels.to_string()).unwrap_or_default(),
        moniker: info.moniker.to_string(),
        other: Some(DefaultNodeInfoOther {
            tx_index: format!("{:?}", info.other.tx_index).to_lowercase(),
            rpc_address: info.other.rpc_address.to_string(),
        }),
    }
}

async fn syncing(
    node: Node,
    _: Call<sdk::GetSyncingRequest>,
) -> Result<sdk::GetSyncingResponse, Status> {
    let syncing = node.comet.status().await?.sync_info.catching_up;
    Ok(sdk::GetSyncingResponse { syncing })
}

async fn latest_block(
    node: Node,
    _: Call<sdk::GetLatestBlockRequest>,
) -> Result<sdk::GetLatestBlockResponse, Status> {
    let BlockAndId { id, block } = node.comet.block(None).await?;
    let sdk_block = Some(to_sdk(block.clone()));
    Ok(sdk::GetLatestBlockResponse { block_id: Some(id), block: Some(block), sdk_block })
}

async fn block_by_height(
    node: Node,
    call: Call<sdk::GetBlockByHeightRequest>,
) -> Result<sdk::GetBlockByHeightResponse, Status> {
    let height = rpc_height(call.message.height)?;
    let BlockAndId { id, block } = node.comet.block(Some(height)).await?;
    let sdk_block = Some(to_sdk(block.clone()));
    Ok(sdk::GetBlockByHeightResponse { block_id: Some(id), block: Some(block), sdk_block })
}

/// The SDK's block: the same, with the proposer in bech32.
fn to_sdk(block: pb::Block) -> sdk::Block {
    let header = block.header.map(|header| sdk::Header {
        version: header.version,
        chain_id: header.chain_id,
        height: header.height,
        time: header.time,
        last_block_id: header.last_block_id,
        last_commit_hash: header.last_commit_hash,
        data_hash: header.data_hash,
        validators_hash: header.validators_hash,
        next_validators_hash: header.next_validators_hash,
        consensus_hash: header.consensus_hash,
        app_hash: header.app_hash,
        last_results_hash: header.last_results_hash,
        evidence_hash: header.evidence_hash,
        proposer_address: consensus_string(&header.proposer_address),
    });
    sdk::Block {
        header,
        data: block.data,
        evidence: block.evidence,
        last_commit: block.last_commit,
    }
}

async fn latest_validators(
    node: Node,
    call: Call<sdk::GetLatestValidatorSetRequest>,
) -> Result<sdk::GetLatestValidatorSetResponse, Status> {
    let found = node.comet.validators(None).await?;
    let (block_height, validators, pagination) = page(found, call.message.pagination)?;
    let pagination = Some(pagination);
    Ok(sdk::GetLatestValidatorSetResponse { block_height, validators, pagination })
}

async fn validators_at(
    node: Node,
    call: Call<sdk::GetValidatorSetByHeightRequest>,
) -> Result<sdk::GetValidatorSetByHeightResponse, Status> {
    let found = node.comet.validators(Some(rpc_height(call.message.height)?)).await?;
    let (block_height, validators, pagination) = page(found, call.message.pagination)?;
    let pagination = Some(pagination);
    Ok(sdk::GetValidatorSetByHeightResponse { block_height, validators, pagination })
}

/// Validators a page when none is asked for, and at most.
const PAGE_MAX: u64 = 100;

fn page(
    found: validators::Response,
    page: Option<PageRequest>,
) -> Result<(i64, Vec<sdk::Validator>, PageResponse), Status> {
    let page = page.unwrap_or_default();
    if !page.key.is_empty() {
        return Err(Status::invalid_argument("pages of a validator set go by offset, not by key"));
    }
    let limit = if page.limit == 0 { PAGE_MAX } else { page.limit.min(PAGE_MAX) };
    let total = u64::try_from(found.validators.len()).unwrap_or(u64::MAX);
    let skip = usize::try_from(page.offset).unwrap_or(usize::MAX);
    let take = usize::try_from(limit).unwrap_or(usize::MAX);
    let height = i64::try_from(found.block_height.value()).unwrap_or(i64::MAX);
    let validators = found.validators.into_iter().skip(skip).take(take).map(to_validator).collect();
    Ok((height, validators, PageResponse { next_key: Vec::new(), total }))
}

fn to_validator(info: tendermint::validator::Info) -> sdk::Validator {
    let key = PubKey { key: info.pub_key.to_bytes() };
    sdk::Validator {
        address: consensus_string(info.address.as_bytes()),
        pub_key: Some(Any { type_url: PubKey::type_url(), value: key.encode_to_vec() }),
        voting_power: i64::try_from(info.power.value()).unwrap_or(i64::MAX),
        proposer_priority: info.proposer_priority.value(),
    }
}

async fn abci_query(
    node: Node,
    call: Call<sdk::AbciQueryRequest>,
) -> Result<sdk::AbciQueryResponse, Status> {
    let sdk::AbciQueryRequest { data, path, height, prove } = call.message;
    let request = RequestQuery { data: data.into(), path, height, prove };
    // The table must not call itself: only store paths are answered here, as in the SDK.
    let answer = tokio::task::spawn_blocking(move || abci::query::query_store(&node.app, &request))
        .await
        .map_err(|e| Status::internal(format!("the query's thread ended: {e}")))?;
    let op = |op: tendermint_proto::v0_38::crypto::ProofOp| sdk::ProofOp {
        r#type: op.r#type,
        key: op.key,
        data: op.data,
    };
    let ops = |ops: tendermint_proto::v0_38::crypto::ProofOps| sdk::ProofOps {
        ops: ops.ops.into_iter().map(op).collect(),
    };
    Ok(sdk::AbciQueryResponse {
        code: answer.code,
        log: answer.log,
        info: answer.info,
        index: answer.index,
        key: answer.key.to_vec(),
        value: answer.value.to_vec(),
        proof_ops: answer.proof_ops.map(ops),
        height: answer.height,
        codespace: answer.codespace,
    })
}
