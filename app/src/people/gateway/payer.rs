//! The payer: asks what a request may cost, promises that much in the ledger, and signs the
//! voucher.

use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use prost::Message as _;
use rand::RngCore;
use serde::Deserialize;
use whence_canon::voucher::{self, Price};
use whence_proto::cosmos::base::v1beta1::Coin as PbCoin;
use whence_proto::whence::attribution::v1 as pb;

use super::error::Refusal;
use super::ledger::{Floor, Ledger};
use crate::people::session::SessionKey;

/// The account that pays: one escrow, its key, its ledger and the caller's limit.
pub struct Payer {
    /// The chain's id.
    pub chain_id: String,
    /// The escrow.
    pub escrow_id: u64,
    /// Its provider.
    pub provider_id: u64,
    /// Its denomination.
    pub denom: String,
    /// The most that may ever be promised on it; none: all that is in it.
    pub limit: Option<u128>,
    /// Signs its vouchers.
    pub key: SessionKey,
    /// What was promised and spent.
    pub ledger: Mutex<Ledger>,
}

/// What the provider says a request may cost.
#[derive(Clone, Debug, Deserialize)]
pub struct Quote {
    chain_id: String,
    provider_id: u64,
    adapter_id: u64,
    prompt_tokens: u32,
    max_completion_tokens: u32,
    max_fee: Fee,
}

#[derive(Clone, Debug, Deserialize)]
struct Fee {
    denom: String,
    amount: String,
}

/// What the chain says when a request comes: what is in the escrow, and the provider's price.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The escrow.
    pub escrow: pb::Escrow,
    /// What its provider registered.
    pub price: Price,
}

/// A signed voucher, as headers carry it.
#[derive(Clone, Debug)]
pub struct Ticket {
    /// Its sequence.
    pub sequence: u64,
    /// The most that its request may cost.
    pub max_fee: u128,
    /// Base64 of the voucher's protobuf.
    pub voucher: String,
    /// The salt of the request's digest, in hexadecimal.
    pub salt: String,
}

impl Payer {
    /// The ledger.
    pub fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Checks a quote against what the provider registered: gives the most that the request may
    /// cost.
    pub fn check(&self, quote: &Quote, standing: &Standing) -> Result<u128, Refusal> {
        let wrong = |text: String| Err(Refusal::provider("quote_wrong", text));
        if quote.chain_id != self.chain_id {
            return wrong(format!(
                "the provider is on chain {:?}, expected {:?}",
                quote.chain_id, self.chain_id
            ));
        }
        if quote.provider_id != self.provider_id {
            return wrong(format!(
                "provider {} answers, escrow {} pays provider {}",
                quote.provider_id, self.escrow_id, self.provider_id
            ));
        }
        let amount = quote.max_fee.amount.parse::<u128>().ok();
        let amount = amount.filter(|_| quote.max_fee.denom == self.denom);
        let Some(amount) = amount else {
            return wrong(format!("the quote is no amount of {}: {:?}", self.denom, quote.max_fee));
        };
        let fair = standing.price.fee(quote.prompt_tokens, quote.max_completion_tokens);
        if fair.is_none_or(|fair| amount > fair) {
            let (denom, fair) = (&self.denom, fair.unwrap_or_default());
            return wrong(format!(
                "the quote of {amount}{denom} is above the registered price: {fair}{denom}"
            ));
        }
        Ok(amount)
    }

    /// Promises and signs; the promise is on disk when this returns.
    pub fn ticket(
        &self,
        quote: &Quote,
        standing: &Standing,
        body: &[u8],
    ) -> Result<Ticket, Refusal> {
        let max_fee = self.check(quote, standing)?;
        let escrow = &standing.escrow;
        let (balance, reported) = (self.amount(&escrow.balance), self.amount(&escrow.reported));
        let free = balance.saturating_sub(self.amount(&escrow.withdrawing));
        let funded = reported.saturating_add(free);
        let limit = self.limit.map_or(funded, |limit| limit.min(funded));
        let floor = Floor { sequence: escrow.high_sequence, reported };
        let promise = self.ledger().promise(max_fee, limit, floor)?;
        let mut salt = [0u8; 32];
        rand::rngs::OsRng.fill_bytes(&mut salt);
        let plain = voucher::Voucher {
            chain_id: self.chain_id.clone(),
            escrow_id: self.escrow_id,
            sequence: promise.sequence,
            denom: self.denom.clone(),
            cumulative: promise.cumulative,
            max_fee,
            request_digest: voucher::request_digest(&salt, body),
            adapter_id: quote.adapter_id,
        };
        let signed = wire(&plain, self.key.sign(&plain));
        Ok(Ticket {
            sequence: promise.sequence,
            max_fee,
            voucher: STANDARD.encode(signed.encode_to_vec()),
            salt: hex::encode(salt),
        })
    }

    /// Notes what a request cost; a fee above the voucher's cannot be reported, so it is not
    /// believed.
    pub fn settle(&self, ticket: &Ticket, fee: u128) -> Result<(), Refusal> {
        let fee = fee.min(ticket.max_fee);
        Ok(self.ledger().settle(ticket.sequence, fee)?)
    }

    fn amount(&self, coin: &Option<PbCoin>) -> u128 {
        let same = coin.as_ref().filter(|coin| coin.denom == self.denom);
        same.and_then(|coin| coin.amount.parse().ok()).unwrap_or(0)
    }
}

/// A voucher as the wire carries it.
fn wire(plain: &voucher::Voucher, signature: Vec<u8>) -> pb::Voucher {
    let coin = |amount: u128| PbCoin { denom: plain.denom.clone(), amount: amount.to_string() };
    pb::Voucher {
        chain_id: plain.chain_id.clone(),
        escrow_id: plain.escrow_id,
        sequence: plain.sequence,
        cumulative: Some(coin(plain.cumulative)),
        request_digest: plain.request_digest.to_vec(),
        adapter_id: plain.adapter_id,
        max_fee: Some(coin(plain.max_fee)),
        signature,
    }
}

/// A provider's registered price, as canon computes with it.
pub fn price(provider: &pb::Provider) -> Result<Price, Refusal> {
    let amount = |coin: &Option<PbCoin>| coin.as_ref().and_then(|coin| coin.amount.parse().ok());
    let read = |price: &pb::Price| {
        Some(Price {
            per_1k_prompt_tokens: amount(&price.per_1k_prompt_tokens)?,
            per_1k_completion_tokens: amount(&price.per_1k_completion_tokens)?,
            min_fee: amount(&price.min_fee)?,
        })
    };
    provider.price.as_ref().and_then(read).ok_or_else(|| {
        let text = format!("provider {} has no price on the chain", provider.id);
        Refusal::new(StatusCode::BAD_GATEWAY, "provider_without_price", text)
    })
}
