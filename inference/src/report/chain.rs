//! The node's gRPC, as far as a sidecar needs it: who we are, who pays, and whether a report is
//! committed.

use std::time::Duration;

use tonic::transport::{Channel, Endpoint};
use whence_proto::cosmos::auth::v1beta1::{BaseAccount, QueryAccountRequest, query_client as auth};
use whence_proto::cosmos::base::abci::v1beta1::TxResponse;
use whence_proto::cosmos::base::node::v1beta1::{ConfigRequest, service_client as node};
use whence_proto::cosmos::base::tendermint::v1beta1::{
    GetLatestBlockRequest, GetNodeInfoRequest, service_client as comet,
};
use whence_proto::cosmos::tx::v1beta1::{
    BroadcastMode, BroadcastTxRequest, GetTxRequest, SimulateRequest, service_client as txs,
};
use whence_proto::whence::attribution::v1::{
    Escrow, Provider, QueryEscrowRequest, QueryParamsRequest, QueryProviderRequest,
    QueryReportedRequest, QueryReportedResponse, query_client as attribution,
};

use super::error::ReportError;

/// How long one call may take.
const CALL_TIMEOUT: Duration = Duration::from_secs(10);

/// A node that this sidecar talks to; cheap to clone, connects when it is first called.
#[derive(Debug, Clone)]
pub struct Chain {
    channel: Channel,
}

impl Chain {
    /// A node at an address such as `http://127.0.0.1:9090`.
    pub fn at(address: &str) -> Result<Self, ReportError> {
        let endpoint = Endpoint::from_shared(address.to_owned())
            .map_err(|why| tonic::Status::invalid_argument(format!("{address:?}: {why}")))?;
        Ok(Self { channel: endpoint.timeout(CALL_TIMEOUT).connect_lazy() })
    }

    fn tx(&self) -> txs::ServiceClient<Channel> {
        txs::ServiceClient::new(self.channel.clone())
    }

    fn attribution(&self) -> attribution::QueryClient<Channel> {
        attribution::QueryClient::new(self.channel.clone())
    }

    /// The chain's id.
    pub async fn chain_id(&self) -> Result<String, ReportError> {
        let mut client = comet::ServiceClient::new(self.channel.clone());
        let info = client.get_node_info(GetNodeInfoRequest {}).await?.into_inner();
        let node = info.default_node_info;
        Ok(node.ok_or(ReportError::Incomplete("GetNodeInfo", "default_node_info"))?.network)
    }

    /// Height of the latest block.
    pub async fn height(&self) -> Result<u64, ReportError> {
        let mut client = comet::ServiceClient::new(self.channel.clone());
        let block = client.get_latest_block(GetLatestBlockRequest {}).await?.into_inner();
        let header = block.sdk_block.and_then(|block| block.header);
        let header = header.ok_or(ReportError::Incomplete("GetLatestBlock", "header"))?;
        Ok(u64::try_from(header.height).unwrap_or(0))
    }

    /// The node's least gas price, as `0.001uwhn`.
    pub async fn gas_price(&self) -> Result<String, ReportError> {
        let mut client = node::ServiceClient::new(self.channel.clone());
        Ok(client.config(ConfigRequest {}).await?.into_inner().minimum_gas_price)
    }

    /// Account number and sequence of an account.
    pub async fn account(&self, address: &str) -> Result<(u64, u64), ReportError> {
        let mut client = auth::QueryClient::new(self.channel.clone());
        let request = QueryAccountRequest { address: address.to_owned() };
        let account = client.account(request).await?.into_inner().account;
        let account = account.ok_or(ReportError::Incomplete("Account", "account"))?;
        let account = <BaseAccount as prost::Message>::decode(account.value.as_slice())
            .map_err(|_| ReportError::Incomplete("Account", "base account"))?;
        Ok((account.account_number, account.sequence))
    }

    /// A provider.
    pub async fn provider(&self, provider_id: u64) -> Result<Provider, ReportError> {
        let request = QueryProviderRequest { provider_id };
        let provider = self.attribution().provider(request).await?.into_inner().provider;
        provider.ok_or(ReportError::Incomplete("Provider", "provider"))
    }

    /// An escrow.
    pub async fn escrow(&self, escrow_id: u64) -> Result<Escrow, ReportError> {
        let request = QueryEscrowRequest { escrow_id };
        let escrow = self.attribution().escrow(request).await?.into_inner().escrow;
        escrow.ok_or(ReportError::Incomplete("Escrow", "escrow"))
    }

    /// How far below an escrow's highest sequence a query may still be reported.
    pub async fn sequence_window(&self) -> Result<u32, ReportError> {
        let params = self.attribution().params(QueryParamsRequest {}).await?.into_inner().params;
        Ok(params.ok_or(ReportError::Incomplete("Params", "params"))?.sequence_window)
    }

    /// Whether a query was reported.
    pub async fn reported(
        &self,
        escrow_id: u64,
        sequence: u64,
    ) -> Result<QueryReportedResponse, ReportError> {
        let request = QueryReportedRequest { escrow_id, sequence };
        Ok(self.attribution().reported(request).await?.into_inner())
    }

    /// What a transaction would use, in gas.
    pub async fn simulate(&self, tx_bytes: Vec<u8>) -> Result<u64, ReportError> {
        let request = SimulateRequest { tx_bytes, ..SimulateRequest::default() };
        let gas = self.tx().simulate(request).await?.into_inner().gas_info;
        Ok(gas.ok_or(ReportError::Incomplete("Simulate", "gas_info"))?.gas_used)
    }

    /// Puts a transaction into the mempool; gives its hash.
    pub async fn broadcast(&self, tx_bytes: Vec<u8>) -> Result<String, ReportError> {
        let request = BroadcastTxRequest { tx_bytes, mode: BroadcastMode::Sync.into() };
        let answer = self.tx().broadcast_tx(request).await?.into_inner().tx_response;
        let answer = answer.ok_or(ReportError::Incomplete("BroadcastTx", "tx_response"))?;
        accepted(answer).map(|answer| answer.txhash)
    }

    /// A committed transaction; none while it is in no block.
    pub async fn committed(&self, hash: &str) -> Result<Option<TxResponse>, ReportError> {
        match self.tx().get_tx(GetTxRequest { hash: hash.to_owned() }).await {
            Ok(answer) => Ok(answer.into_inner().tx_response),
            Err(status) if status.code() == tonic::Code::NotFound => Ok(None),
            Err(status) if status.message().contains("not found") => Ok(None),
            Err(status) => Err(status.into()),
        }
    }
}

/// The answer, unless its code says that the transaction failed.
pub(super) fn accepted(answer: TxResponse) -> Result<TxResponse, ReportError> {
    if answer.code == 0 {
        return Ok(answer);
    }
    let TxResponse { codespace, code, raw_log: log, .. } = answer;
    Err(ReportError::Refused { codespace, code, log })
}
