//! What the gateway asks the chain: the escrow as it stands, the provider's price, and what became
//! of requests whose answers were lost.

use std::future::Future;
use std::pin::Pin;

use axum::http::StatusCode;
use whence_proto::whence::attribution::v1::{
    QueryEscrowRequest, QueryEscrowResponse, QueryParamsRequest, QueryParamsResponse,
    QueryProviderRequest, QueryProviderResponse, QueryReportRequest, QueryReportResponse,
    QueryReportedRequest, QueryReportedResponse,
};

use super::error::Refusal;
use super::payer::{Payer, Standing, price};
use crate::client::{Client, ClientError};

/// An answer that comes later.
pub type Later<'a, T> = Pin<Box<dyn Future<Output = Result<T, Refusal>> + Send + 'a>>;

/// Who knows how the escrow stands.
pub trait Books: Send + Sync {
    /// The escrow and its provider's price, now.
    fn standing(&self) -> Later<'_, Standing>;
}

/// The chain, asked through a node.
pub struct Chain {
    /// The node.
    pub client: Client,
    /// The escrow.
    pub escrow_id: u64,
    /// Its provider.
    pub provider_id: u64,
}

impl Books for Chain {
    fn standing(&self) -> Later<'_, Standing> {
        Box::pin(async {
            let request = QueryEscrowRequest { escrow_id: self.escrow_id };
            let path = "/whence.attribution.v1.Query/Escrow";
            let answer: QueryEscrowResponse = self.client.call(path, &request).await?;
            let escrow = answer.escrow.unwrap_or_default();
            let request = QueryProviderRequest { provider_id: self.provider_id };
            let path = "/whence.attribution.v1.Query/Provider";
            let answer: QueryProviderResponse = self.client.call(path, &request).await?;
            let price = price(&answer.provider.unwrap_or_default())?;
            Ok(Standing { escrow, price })
        })
    }
}

impl Chain {
    /// Settles what earlier runs left open, as far as the chain knows: reported requests at their
    /// fee, and those that can no longer be reported at nothing.
    pub async fn reconcile(&self, payer: &Payer) -> Result<(), Refusal> {
        let open: Vec<u64> = payer.ledger().state().open.keys().copied().collect();
        if open.is_empty() {
            return Ok(());
        }
        let high = self.standing().await?.escrow.high_sequence;
        let path = "/whence.attribution.v1.Query/Params";
        let params: QueryParamsResponse = self.client.call(path, &QueryParamsRequest {}).await?;
        let window = params.params.map_or(u64::MAX, |params| u64::from(params.sequence_window));
        for sequence in open {
            if let Some(fee) = self.fee(sequence).await? {
                payer.ledger().settle(sequence, fee)?;
            } else if sequence.saturating_add(window) < high && !self.known(sequence).await? {
                payer.ledger().settle(sequence, 0)?;
            }
        }
        Ok(())
    }

    /// What was reported for a sequence, while the chain keeps its details.
    async fn fee(&self, sequence: u64) -> Result<Option<u128>, Refusal> {
        let reported = self.reported(sequence).await?;
        if !reported.reported || reported.report_id == 0 {
            return Ok(None);
        }
        let request = QueryReportRequest { report_id: reported.report_id };
        let path = "/whence.attribution.v1.Query/Report";
        let answer: QueryReportResponse = self.client.call(path, &request).await?;
        let queries = answer.report.unwrap_or_default().queries;
        let ours = queries.iter().find(|query| {
            let voucher = query.voucher.as_ref();
            voucher.is_some_and(|v| v.escrow_id == self.escrow_id && v.sequence == sequence)
        });
        let fee = ours.and_then(|query| query.fee.as_ref());
        Ok(fee.and_then(|fee| fee.amount.parse().ok()))
    }

    /// Whether the chain can tell that a sequence was reported.
    async fn known(&self, sequence: u64) -> Result<bool, Refusal> {
        Ok(self.reported(sequence).await?.report_id != 0)
    }

    async fn reported(&self, sequence: u64) -> Result<QueryReportedResponse, Refusal> {
        let request = QueryReportedRequest { escrow_id: self.escrow_id, sequence };
        let path = "/whence.attribution.v1.Query/Reported";
        Ok(self.client.call(path, &request).await?)
    }
}

impl From<ClientError> for Refusal {
    fn from(why: ClientError) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "node_unreachable", why)
    }
}
