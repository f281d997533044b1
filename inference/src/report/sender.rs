//! The loop that empties the outbox into the chain.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use whence_proto::whence::attribution::v1::{MsgReportQueries, QueryReport};

use super::chain::{Chain, accepted};
use super::error::ReportError;
use super::key::ReportKey;
use super::outbox::{Outbox, QueryId};
use super::tx::{self, Signing};
use crate::serve::receipt;

/// Most queries of one transaction; the chain's own limit may be lower, then it is refused and
/// halved.
const BATCH_MAX: usize = 64;
/// How long reports may wait for others to share a transaction.
const BATCH_WAIT: Duration = Duration::from_secs(2);
/// How long to wait after the node was out of reach or refused.
const RETRY_WAIT: Duration = Duration::from_secs(5);
/// How long to wait before the loop starts again after a panic: one that comes each time must not
/// fill the log.
const RESTART_WAIT: Duration = Duration::from_secs(1);
/// Blocks after which a transaction that is in none of them cannot come any more.
const TIMEOUT_BLOCKS: u64 = 20;
/// How often we look whether a transaction is committed.
const POLL: Duration = Duration::from_millis(500);
/// Gas beyond what the simulation used, in percent: the signature's own bytes differ in length.
const GAS_MARGIN_PERCENT: u64 = 110;

/// Sends what the outbox holds, for one provider.
pub struct Sender {
    /// The node.
    pub chain: Chain,
    /// The key that signs.
    pub key: ReportKey,
    /// Whose reports these are.
    pub provider_id: u64,
    /// What waits.
    pub outbox: Arc<Outbox>,
    /// Rung when something was put into the outbox.
    pub bell: Arc<Notify>,
}

impl Sender {
    /// Runs until the process ends. After a panic the loop starts again: what it had not delivered
    /// is in the outbox still.
    pub async fn run(self) {
        let sender = Arc::new(self);
        while let Err(why) = tokio::spawn(Arc::clone(&sender).empty_outbox()).await {
            if why.is_cancelled() {
                return;
            }
            let waiting = sender.outbox.len();
            tracing::error!(error = %why, waiting, "reporting broke off and starts again");
            tokio::time::sleep(RESTART_WAIT).await;
        }
    }

    async fn empty_outbox(self: Arc<Self>) {
        loop {
            if self.outbox.is_empty() {
                self.bell.notified().await;
            }
            tokio::time::sleep(BATCH_WAIT).await;
            let batch = self.outbox.first(BATCH_MAX);
            if let Err(why) = self.deliver(batch).await {
                tracing::warn!(error = %why, waiting = self.outbox.len(), "reports wait");
                tokio::time::sleep(RETRY_WAIT).await;
            }
        }
    }

    /// Delivers a batch. What the chain has already leaves the outbox; a batch that is refused is
    /// cut in two, so that one bad report does not hold up the others.
    async fn deliver(&self, batch: Vec<QueryReport>) -> Result<(), ReportError> {
        let mut batches = vec![self.without_reported(batch).await?];
        let mut refused = Ok(());
        while let Some(batch) = batches.pop() {
            if batch.is_empty() {
                continue;
            }
            match self.send(&batch).await {
                Ok(()) => self.remove(&batch)?,
                Err(why @ ReportError::Refused { .. }) if batch.len() == 1 => {
                    // Another transaction of ours may have brought it meanwhile.
                    if !self.without_reported(batch).await?.is_empty() {
                        refused = Err(why);
                    }
                }
                Err(ReportError::Refused { .. }) => {
                    let (left, right) = batch.split_at(batch.len() / 2);
                    batches.extend([right.to_vec(), left.to_vec()]);
                }
                Err(why) => return Err(why),
            }
        }
        refused
    }

    /// Drops the queries that the chain has, with the same digest, from batch and outbox.
    async fn without_reported(
        &self,
        batch: Vec<QueryReport>,
    ) -> Result<Vec<QueryReport>, ReportError> {
        let mut left = Vec::new();
        for report in batch {
            let Some(id) = QueryId::of(&report) else { continue };
            let known = self.chain.reported(id.escrow, id.sequence).await?;
            let ours = receipt::digest(self.provider_id, &report);
            if known.reported && known.digest == ours {
                tracing::info!(query = %id, "was committed before");
                self.outbox.remove(id)?;
            } else {
                left.push(report);
            }
        }
        Ok(left)
    }

    async fn send(&self, batch: &[QueryReport]) -> Result<(), ReportError> {
        let message = MsgReportQueries {
            reporter: self.key.address(),
            provider_id: self.provider_id,
            queries: batch.to_vec(),
        };
        let (account_number, sequence) = self.chain.account(&message.reporter).await?;
        let timeout_height = self.chain.height().await?.saturating_add(TIMEOUT_BLOCKS);
        let chain_id = self.chain.chain_id().await?;
        let signing =
            Signing { chain_id, account_number, sequence, timeout_height, ..Signing::default() };
        let trial = tx::signed(&message, &signing, &self.key);
        let used = self.chain.simulate(trial).await.map_err(simulation)?;
        let gas_limit = used.saturating_mul(GAS_MARGIN_PERCENT).div_ceil(100);
        let fee = tx::fee(gas_limit, &self.chain.gas_price().await?);
        let signing = Signing { gas_limit, fee, ..signing };
        let hash = self.chain.broadcast(tx::signed(&message, &signing, &self.key)).await?;
        let height = self.wait(&hash, timeout_height).await?;
        tracing::info!(queries = batch.len(), tx = %hash, height, "reports are committed");
        Ok(())
    }

    /// Waits until a transaction is committed with code 0, or cannot be any more.
    async fn wait(&self, hash: &str, timeout_height: u64) -> Result<i64, ReportError> {
        loop {
            let height = self.chain.height().await?;
            if let Some(answer) = self.chain.committed(hash).await? {
                return accepted(answer).map(|answer| answer.height);
            }
            if height > timeout_height {
                return Err(ReportError::TimedOut(hash.to_owned()));
            }
            tokio::time::sleep(POLL).await;
        }
    }

    fn remove(&self, batch: &[QueryReport]) -> Result<(), ReportError> {
        batch.iter().filter_map(QueryId::of).try_for_each(|id| self.outbox.remove(id))
    }
}

/// A simulation that fails is the chain's refusal, unless the node is out of reach.
fn simulation(why: ReportError) -> ReportError {
    match why {
        ReportError::Node(status)
            if !matches!(
                status.code(),
                tonic::Code::Unavailable | tonic::Code::DeadlineExceeded | tonic::Code::Cancelled
            ) =>
        {
            let log = status.message().to_owned();
            ReportError::Refused { codespace: "simulate".into(), code: 1, log }
        }
        other => other,
    }
}
