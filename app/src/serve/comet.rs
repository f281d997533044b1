//! CometBFT's RPC of this node, in the wire's types.

use tendermint_proto::v0_38::types::{Block, BlockId};
use tendermint_rpc::client::CompatMode;
use tendermint_rpc::endpoint::{status, tx, tx_search, validators};
use tendermint_rpc::query::Query;
use tendermint_rpc::{Client, HttpClient, HttpClientUrl, Order, Paging};
use tonic::Status;

/// A client of CometBFT's RPC.
#[derive(Clone)]
pub struct Comet(HttpClient);

/// A block with its id.
pub struct BlockAndId {
    /// Its id.
    pub id: BlockId,
    /// The block.
    pub block: Block,
}

/// Which transactions to look for.
pub struct TxSearch {
    /// Conditions, such as `message.sender='whence1…' AND tx.height>5`.
    pub query: String,
    /// Page, from 1.
    pub page: u32,
    /// Transactions a page.
    pub limit: u8,
    /// Newest first.
    pub descending: bool,
}

impl Comet {
    /// A client for an address such as `tcp://127.0.0.1:26657`.
    pub fn new(address: &str) -> anyhow::Result<Self> {
        let address =
            address.replacen("tcp://", "http://", 1).replacen("//0.0.0.0", "//127.0.0.1", 1);
        let url: HttpClientUrl = address.parse()?;
        Ok(Self(HttpClient::builder(url).compat_mode(CompatMode::V0_38).build()?))
    }

    /// Hands a tx to the mempool and gives CheckTx's answer: code, codespace, log.
    pub async fn broadcast_sync(&self, tx: Vec<u8>) -> Result<(u32, String, String), Status> {
        let answer = self.0.broadcast_tx_sync(tx).await.map_err(broadcast_error)?;
        Ok((answer.code.value(), answer.codespace, answer.log))
    }

    /// Hands a tx to the mempool and does not wait for CheckTx.
    pub async fn broadcast_async(&self, tx: Vec<u8>) -> Result<(), Status> {
        self.0.broadcast_tx_async(tx).await.map(|_| ()).map_err(broadcast_error)
    }

    /// A committed transaction.
    pub async fn tx(&self, hash: [u8; 32]) -> Result<Option<tx::Response>, Status> {
        let hash = tendermint::Hash::Sha256(hash);
        match self.0.tx(hash, false).await {
            Ok(answer) => Ok(Some(answer)),
            Err(error) if error.to_string().contains("not found") => Ok(None),
            Err(error) => Err(rpc_error(error)),
        }
    }

    /// Committed transactions that match conditions.
    pub async fn tx_search(&self, search: TxSearch) -> Result<tx_search::Response, Status> {
        let query: Query = search
            .query
            .parse()
            .map_err(|e| Status::invalid_argument(format!("query {:?}: {e}", search.query)))?;
        let order = if search.descending { Order::Descending } else { Order::Ascending };
        self.0.tx_search(query, false, search.page, search.limit, order).await.map_err(rpc_error)
    }

    /// A block, or the latest one.
    pub async fn block(&self, height: Option<u32>) -> Result<BlockAndId, Status> {
        let answer = match height {
            Some(height) => self.0.block(height).await,
            None => self.0.latest_block().await,
        };
        let answer = answer.map_err(rpc_error)?;
        Ok(BlockAndId { id: answer.block_id.into(), block: answer.block.into() })
    }

    /// All validators at a height, or at the latest one.
    pub async fn validators(&self, height: Option<u32>) -> Result<validators::Response, Status> {
        let height = match height {
            Some(height) => height,
            None => {
                let latest = self.status().await?.sync_info.latest_block_height.value();
                u32::try_from(latest).unwrap_or(u32::MAX)
            }
        };
        self.0.validators(height, Paging::All).await.map_err(rpc_error)
    }

    /// CometBFT's own status.
    pub async fn status(&self) -> Result<status::Response, Status> {
        self.0.status().await.map_err(rpc_error)
    }
}

/// A height as CometBFT's RPC client takes it.
pub fn rpc_height(height: i64) -> Result<u32, Status> {
    u32::try_from(height)
        .ok()
        .filter(|height| *height > 0)
        .ok_or_else(|| Status::invalid_argument(format!("height {height} is out of range")))
}

fn rpc_error(error: tendermint_rpc::Error) -> Status {
    use tendermint_rpc::error::ErrorDetail;
    match error.detail() {
        ErrorDetail::Response(answer) => Status::invalid_argument(answer.source.to_string()),
        _ => Status::unavailable(format!("CometBFT's RPC: {error}")),
    }
}

/// The mempool's own refusals have codes of the SDK.
fn broadcast_error(error: tendermint_rpc::Error) -> Status {
    let text = error.to_string();
    if text.contains("tx already exists in cache") {
        return Status::already_exists("tx already in mempool");
    }
    if text.contains("mempool is full") {
        return Status::resource_exhausted("mempool is full");
    }
    if text.contains("Tx too large") {
        return Status::invalid_argument("tx too large");
    }
    rpc_error(error)
}
