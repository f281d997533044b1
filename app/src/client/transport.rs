//! How a call reaches the node: gRPC, or `abci_query` over CometBFT's RPC.

use bytes::Bytes;
use prost::Message;
use tendermint_rpc::client::CompatMode;
use tendermint_rpc::{Client as _, HttpClient, HttpClientUrl};
use tonic::Status;
use tonic::transport::{Channel, Endpoint};
use whence_proto::cosmos::base::abci::v1beta1::TxResponse;
use whence_proto::cosmos::tx::v1beta1::{BroadcastTxRequest, BroadcastTxResponse};

use super::{ClientError, Result};
use crate::serve::grpc::{HEIGHT_HEADER, Raw};

/// Longest answer that is read.
const ANSWER_BYTES_MAX: usize = 64 * 1024 * 1024;

/// A way to the node.
#[derive(Clone)]
pub enum Transport {
    /// gRPC.
    Grpc(Channel),
    /// CometBFT's RPC.
    Rpc(Box<HttpClient>),
}

impl Transport {
    /// gRPC, connected at the first call.
    pub fn grpc(address: &str) -> Result<Self> {
        let address =
            if address.contains("://") { address.to_owned() } else { format!("http://{address}") };
        let endpoint = Endpoint::from_shared(address).map_err(unreachable)?;
        Ok(Self::Grpc(endpoint.tcp_nodelay(true).connect_lazy()))
    }

    /// CometBFT's RPC.
    pub fn rpc(address: &str) -> Result<Self> {
        let address = address.replacen("tcp://", "http://", 1);
        let url: HttpClientUrl = address.parse().map_err(unreachable)?;
        let client = HttpClient::builder(url).compat_mode(CompatMode::V0_38).build();
        Ok(Self::Rpc(Box::new(client.map_err(unreachable)?)))
    }

    /// One call, bytes in and bytes out.
    pub async fn call(&self, path: &str, bytes: Vec<u8>, height: Option<u64>) -> Result<Bytes> {
        match self {
            Self::Grpc(channel) => grpc_call(channel.clone(), path, bytes, height).await,
            Self::Rpc(client) if path == "/cosmos.tx.v1beta1.Service/BroadcastTx" => {
                rpc_broadcast(client, &bytes).await
            }
            Self::Rpc(client) => rpc_call(client, path, bytes, height).await,
        }
    }
}

async fn grpc_call(
    channel: Channel,
    path: &str,
    bytes: Vec<u8>,
    height: Option<u64>,
) -> Result<Bytes> {
    let path = path
        .parse::<http::uri::PathAndQuery>()
        .map_err(|e| ClientError::Answer(format!("path {path:?}: {e}")))?;
    let mut client = tonic::client::Grpc::new(channel).max_decoding_message_size(ANSWER_BYTES_MAX);
    client.ready().await.map_err(unreachable)?;
    let mut request = tonic::Request::new(Bytes::from(bytes));
    if let Some(height) = height {
        request.metadata_mut().insert(HEIGHT_HEADER, height.into());
    }
    let answer = client.unary(request, path, Raw).await.map_err(Box::new)?;
    Ok(answer.into_inner())
}

async fn rpc_call(
    client: &HttpClient,
    path: &str,
    bytes: Vec<u8>,
    height: Option<u64>,
) -> Result<Bytes> {
    let height = height.map(|height| u32::try_from(height).unwrap_or(u32::MAX).into());
    let answer = client
        .abci_query(Some(path.to_owned()), bytes, height, false)
        .await
        .map_err(unreachable)?;
    if answer.code.is_ok() {
        return Ok(answer.value.into());
    }
    Err(Box::new(to_status(answer.code.value(), &answer.log)).into())
}

/// `abci_query` names the gRPC code in its text.
fn to_status(code: u32, log: &str) -> Status {
    match code {
        22 => Status::not_found(log),
        18 => Status::invalid_argument(log),
        4 => Status::unauthenticated(log),
        _ => Status::unknown(log),
    }
}

/// Over CometBFT's RPC a tx goes straight to its mempool.
async fn rpc_broadcast(client: &HttpClient, request: &[u8]) -> Result<Bytes> {
    let request = BroadcastTxRequest::decode(request)
        .map_err(|e| ClientError::Answer(format!("broadcast request: {e}")))?;
    let answer = client.broadcast_tx_sync(request.tx_bytes).await.map_err(unreachable)?;
    let response = TxResponse {
        txhash: answer.hash.to_string(),
        code: answer.code.value(),
        codespace: answer.codespace,
        raw_log: answer.log,
        ..TxResponse::default()
    };
    Ok(BroadcastTxResponse { tx_response: Some(response) }.encode_to_vec().into())
}

fn unreachable(error: impl std::fmt::Display) -> ClientError {
    ClientError::Unreachable(error.to_string())
}
