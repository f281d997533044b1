//! Building and signing transactions, SIGN_MODE_DIRECT.

use std::time::Duration;

use prost::Message;
use whence_base::Coins;
use whence_proto::Any;
use whence_proto::cosmos::base::abci::v1beta1::TxResponse;
use whence_proto::cosmos::tx::signing::v1beta1::SignMode;
use whence_proto::cosmos::tx::v1beta1::mode_info::{Single, Sum};
use whence_proto::cosmos::tx::v1beta1::{
    AuthInfo, Fee, ModeInfo, SignDoc, SignerInfo, TxBody, TxRaw,
};

use super::{AccountNumbers, Client, Key, Result};
use crate::ante::gas_price::GasPrices;

/// How much gas to ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gas {
    /// As much as a simulation says: it equals execution.
    Auto,
    /// This much.
    Limit(u64),
}

/// What to pay for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fees {
    /// The node's own price.
    NodePrice,
    /// A price for each unit of gas.
    Price(GasPrices),
    /// This amount.
    Amount(Coins),
}

/// A transaction to be signed by one key.
#[derive(Clone, Debug)]
pub struct TxRequest {
    /// Its messages.
    pub messages: Vec<Any>,
    /// Its memo.
    pub memo: String,
    /// Gas.
    pub gas: Gas,
    /// Fee.
    pub fees: Fees,
    /// Last height at which it may be included; 0 is none.
    pub timeout_height: u64,
}

impl TxRequest {
    /// Messages with simulated gas at the node's price.
    pub fn of(messages: Vec<Any>) -> Self {
        let (gas, fees) = (Gas::Auto, Fees::NodePrice);
        Self { messages, memo: String::new(), gas, fees, timeout_height: 0 }
    }
}

/// An `Any` of a message.
pub fn pack<M: Message + prost::Name>(message: &M) -> Any {
    Any { type_url: M::type_url(), value: message.encode_to_vec() }
}

/// What is signed with, besides the key.
#[derive(Clone, Debug)]
pub struct SignWith {
    /// Chain id.
    pub chain_id: String,
    /// The signer's account.
    pub account: AccountNumbers,
    /// The fee.
    pub fee: Fee,
}

/// A signed transaction.
pub fn sign(key: &Key, request: &TxRequest, with: SignWith) -> Vec<u8> {
    let body_bytes = body(request).encode_to_vec();
    let auth_info = AuthInfo {
        signer_infos: vec![signer_info(key, with.account.sequence, SignMode::Direct)],
        fee: Some(with.fee),
        ..AuthInfo::default()
    };
    let auth_info_bytes = auth_info.encode_to_vec();
    let document = SignDoc {
        body_bytes: body_bytes.clone(),
        auth_info_bytes: auth_info_bytes.clone(),
        chain_id: with.chain_id,
        account_number: with.account.number,
    };
    let signatures = vec![key.sign(&document.encode_to_vec())];
    TxRaw { body_bytes, auth_info_bytes, signatures }.encode_to_vec()
}

fn body(request: &TxRequest) -> TxBody {
    TxBody {
        messages: request.messages.clone(),
        memo: request.memo.clone(),
        timeout_height: request.timeout_height,
        ..TxBody::default()
    }
}

fn signer_info(key: &Key, sequence: u64, mode: SignMode) -> SignerInfo {
    let single = Single { mode: mode.into() };
    SignerInfo {
        public_key: Some(key.pubkey_any()),
        mode_info: Some(ModeInfo { sum: Some(Sum::Single(single)) }),
        sequence,
    }
}

/// A transaction as a simulation takes it: no fee, an empty signature.
fn unsigned(key: &Key, request: &TxRequest, sequence: u64) -> Vec<u8> {
    let auth_info = AuthInfo {
        signer_infos: vec![signer_info(key, sequence, SignMode::Unspecified)],
        fee: Some(Fee::default()),
        ..AuthInfo::default()
    };
    TxRaw {
        body_bytes: body(request).encode_to_vec(),
        auth_info_bytes: auth_info.encode_to_vec(),
        signatures: vec![Vec::new()],
    }
    .encode_to_vec()
}

impl Client {
    /// Completes and signs a transaction: account, gas and fee are asked from the node.
    pub async fn prepare(&self, key: &Key, request: &TxRequest) -> Result<Vec<u8>> {
        let account = self.account(&key.address()).await?;
        let gas_limit = match request.gas {
            Gas::Limit(gas) => gas,
            Gas::Auto => self.simulate(unsigned(key, request, account.sequence)).await?,
        };
        let amount = self.fee_amount(&request.fees, gas_limit).await?;
        let fee = Fee { amount: amount.to_proto(), gas_limit, ..Fee::default() };
        let chain_id = self.chain_id().await?;
        Ok(sign(key, request, SignWith { chain_id, account, fee }))
    }

    /// Gas that a transaction would use.
    pub async fn estimate(&self, key: &Key, request: &TxRequest) -> Result<u64> {
        let account = self.account(&key.address()).await?;
        self.simulate(unsigned(key, request, account.sequence)).await
    }

    async fn fee_amount(&self, fees: &Fees, gas: u64) -> Result<Coins> {
        let prices = match fees {
            Fees::Amount(coins) => return Ok(coins.clone()),
            Fees::Price(prices) => prices.clone(),
            Fees::NodePrice => self.minimum_gas_price().await?.parse()?,
        };
        Ok(prices.fee(gas).map(|coin| Coins::of(&coin)).unwrap_or_default())
    }

    /// Signs a transaction and hands it to the mempool.
    pub async fn send(&self, key: &Key, request: &TxRequest) -> Result<TxResponse> {
        let bytes = self.prepare(key, request).await?;
        self.broadcast(bytes).await
    }

    /// Signs a transaction, sends it and waits until it is committed with code 0.
    pub async fn send_and_wait(
        &self,
        key: &Key,
        request: &TxRequest,
        longest: Duration,
    ) -> Result<TxResponse> {
        let sent = self.send(key, request).await?;
        self.wait(&sent.txhash, longest).await
    }
}
