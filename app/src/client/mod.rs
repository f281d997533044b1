//! A client of a Whence node: queries, and transactions that it signs, sends and waits for.
//!
//! It speaks gRPC, or `abci_query` over CometBFT's RPC where only that is known (`--node`): both
//! reach the same table of services.

pub mod keyring;
pub mod keys;
pub mod transport;
pub mod tx;

use std::time::Duration;

use prost::{Message, Name};
use whence_base::{Address, Coin};
use whence_proto::cosmos::auth::v1beta1::{BaseAccount, QueryAccountRequest, QueryAccountResponse};
use whence_proto::cosmos::bank::v1beta1::{QueryBalanceRequest, QueryBalanceResponse};
use whence_proto::cosmos::base::abci::v1beta1::TxResponse;
use whence_proto::cosmos::base::node::v1beta1::{ConfigRequest, ConfigResponse};
use whence_proto::cosmos::base::tendermint::v1beta1::{GetNodeInfoRequest, GetNodeInfoResponse};
use whence_proto::cosmos::tx::v1beta1::{
    BroadcastMode, BroadcastTxRequest, BroadcastTxResponse, GetTxRequest, GetTxResponse,
    SimulateRequest, SimulateResponse,
};

pub use self::keys::Key;
pub use self::transport::Transport;
pub use self::tx::{Fees, Gas, TxRequest};

/// Between two looks for a transaction.
const LOOK_INTERVAL: Duration = Duration::from_millis(200);

/// Why the node did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The node answered with an error.
    #[error("{}", .0.message())]
    Refused(Box<tonic::Status>),
    /// The node cannot be reached.
    #[error("cannot reach the node: {0}")]
    Unreachable(String),
    /// The answer is not what it must be.
    #[error("the node's answer: {0}")]
    Answer(String),
    /// What was asked for cannot be.
    #[error("{0}")]
    Asked(#[from] whence_base::Error),
    /// The transaction failed.
    #[error("tx {hash} failed with code {code} ({codespace}): {log}")]
    Failed {
        /// Its hash.
        hash: String,
        /// Code, never 0.
        code: u32,
        /// Who numbers the code.
        codespace: String,
        /// What went wrong.
        log: String,
    },
    /// The transaction was not seen in a block in time.
    #[error("tx {0} was not committed in time")]
    Late(String),
}

// Not as the error's source: it would be told twice, and with the headers of the answer.
impl From<Box<tonic::Status>> for ClientError {
    fn from(status: Box<tonic::Status>) -> Self {
        Self::Refused(status)
    }
}

/// Result of a call.
pub type Result<T> = std::result::Result<T, ClientError>;

/// A client of one node.
#[derive(Clone)]
pub struct Client {
    transport: Transport,
}

/// What signing needs to know of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccountNumbers {
    /// Account number.
    pub number: u64,
    /// Next sequence.
    pub sequence: u64,
}

impl Client {
    /// A client over a transport.
    pub fn new(transport: Transport) -> Self {
        Self { transport }
    }

    /// A client over gRPC, such as `http://127.0.0.1:9090`.
    pub fn grpc(address: &str) -> Result<Self> {
        Transport::grpc(address).map(Self::new)
    }

    /// A client over CometBFT's RPC, such as `tcp://127.0.0.1:26657`.
    pub fn rpc(address: &str) -> Result<Self> {
        Transport::rpc(address).map(Self::new)
    }

    /// Calls a method of a service by its path.
    pub async fn call<A: Message + Default>(
        &self,
        path: &str,
        request: &impl Message,
    ) -> Result<A> {
        let bytes = self.transport.call(path, request.encode_to_vec(), None).await?;
        A::decode(bytes).map_err(|e| ClientError::Answer(e.to_string()))
    }

    /// Calls a method with bytes, at a height or at the latest one.
    pub async fn call_raw(&self, path: &str, bytes: Vec<u8>, at: Option<u64>) -> Result<Vec<u8>> {
        Ok(self.transport.call(path, bytes, at).await?.to_vec())
    }

    /// Account number and next sequence.
    pub async fn account(&self, address: &Address) -> Result<AccountNumbers> {
        let request = QueryAccountRequest { address: address.to_string() };
        let path = "/cosmos.auth.v1beta1.Query/Account";
        let answer: QueryAccountResponse = self.call(path, &request).await?;
        let any = answer.account.unwrap_or_default();
        if any.type_url != BaseAccount::type_url() {
            let why = format!("{address} is a {}, expected a BaseAccount", any.type_url);
            return Err(ClientError::Answer(why));
        }
        let account = BaseAccount::decode(any.value.as_slice())
            .map_err(|e| ClientError::Answer(e.to_string()))?;
        Ok(AccountNumbers { number: account.account_number, sequence: account.sequence })
    }

    /// Balance of an account in one denomination.
    pub async fn balance(&self, address: &Address, denom: &str) -> Result<Coin> {
        let request = QueryBalanceRequest { address: address.to_string(), denom: denom.to_owned() };
        let path = "/cosmos.bank.v1beta1.Query/Balance";
        let answer: QueryBalanceResponse = self.call(path, &request).await?;
        match answer.balance {
            Some(coin) => Ok(Coin::parse(&coin)?),
            None => Ok(Coin::new(denom, 0)),
        }
    }

    /// Chain id of the node.
    pub async fn chain_id(&self) -> Result<String> {
        let path = "/cosmos.base.tendermint.v1beta1.Service/GetNodeInfo";
        let answer: GetNodeInfoResponse = self.call(path, &GetNodeInfoRequest {}).await?;
        Ok(answer.default_node_info.unwrap_or_default().network)
    }

    /// What the node asks for gas.
    pub async fn minimum_gas_price(&self) -> Result<String> {
        let path = "/cosmos.base.node.v1beta1.Service/Config";
        let answer: ConfigResponse = self.call(path, &ConfigRequest {}).await?;
        Ok(answer.minimum_gas_price)
    }

    /// Gas that a transaction would use.
    pub async fn simulate(&self, tx_bytes: Vec<u8>) -> Result<u64> {
        let path = "/cosmos.tx.v1beta1.Service/Simulate";
        let request = SimulateRequest { tx_bytes, ..SimulateRequest::default() };
        let answer: SimulateResponse = self.call(path, &request).await?;
        Ok(answer.gas_info.unwrap_or_default().gas_used)
    }

    /// Hands a transaction to the node's mempool; fails when CheckTx refuses it.
    pub async fn broadcast(&self, tx_bytes: Vec<u8>) -> Result<TxResponse> {
        let path = "/cosmos.tx.v1beta1.Service/BroadcastTx";
        let request = BroadcastTxRequest { tx_bytes, mode: BroadcastMode::Sync.into() };
        let answer: BroadcastTxResponse = self.call(path, &request).await?;
        passed(answer.tx_response.unwrap_or_default())
    }

    /// A committed transaction, whatever its code; nothing when it is not there (yet).
    pub async fn tx(&self, hash: &str) -> Result<Option<TxResponse>> {
        let path = "/cosmos.tx.v1beta1.Service/GetTx";
        let request = GetTxRequest { hash: hash.to_owned() };
        match self.call::<GetTxResponse>(path, &request).await {
            Ok(answer) => Ok(answer.tx_response),
            Err(ClientError::Refused(status)) if status.code() == tonic::Code::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Waits until a transaction is committed; fails when its code is not 0.
    pub async fn wait(&self, hash: &str, longest: Duration) -> Result<TxResponse> {
        let look = async {
            loop {
                if let Some(found) = self.tx(hash).await? {
                    return passed(found);
                }
                tokio::time::sleep(LOOK_INTERVAL).await;
            }
        };
        let late = |_| ClientError::Late(hash.to_owned());
        tokio::time::timeout(longest, look).await.map_err(late)?
    }
}

fn passed(response: TxResponse) -> Result<TxResponse> {
    if response.code == 0 {
        return Ok(response);
    }
    Err(ClientError::Failed {
        hash: response.txhash,
        code: response.code,
        codespace: response.codespace,
        log: response.raw_log,
    })
}
