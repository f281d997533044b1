//! The report of an answer: what the chain gets to know of it, which is digests, counts and shares.

use rand::RngCore;
use serde_json::{Value, json};
use whence_canon::report::{Query, Share};
use whence_canon::voucher;
use whence_proto::cosmos::base::v1beta1::Coin;
use whence_proto::whence::attribution::v1::{QueryReport, RowShare, Voucher};

use crate::attribution::Attribution;

/// Most rows of one report.
const SHARES_MAX: usize = 64;

/// Everything of one answer that is reported.
pub struct Answered<'a> {
    /// The voucher that pays.
    pub voucher: Voucher,
    /// The text that was fed to the model.
    pub prompt: &'a str,
    /// The answer.
    pub output: &'a str,
    /// Tokens of the prompt.
    pub prompt_tokens: u32,
    /// Tokens of the answer.
    pub completion_tokens: u32,
    /// What is charged.
    pub fee: Coin,
    /// How the shares were measured.
    pub method: &'a str,
    /// Root of the index.
    pub index_root: [u8; 32],
    /// Who moved the answer.
    pub attribution: &'a Attribution,
}

impl Answered<'_> {
    /// The report; the salt of its digests is drawn here and goes to the caller alone.
    pub fn report(&self) -> (QueryReport, [u8; 32]) {
        let mut salt = [0; 32];
        rand::rngs::OsRng.fill_bytes(&mut salt);
        let shares = self.attribution.shares.iter().filter(|share| share.ppb > 0);
        let shares = shares.take(SHARES_MAX).map(|share| RowShare {
            contribution_id: share.row >> 32,
            row: share.row & u64::from(u32::MAX),
            share_ppb: share.ppb,
        });
        let report = QueryReport {
            voucher: Some(self.voucher.clone()),
            prompt_digest: voucher::prompt_digest(&salt, self.prompt.as_bytes()).to_vec(),
            output_digest: voucher::output_digest(&salt, self.output.as_bytes()).to_vec(),
            prompt_tokens: self.prompt_tokens,
            completion_tokens: self.completion_tokens,
            fee: Some(self.fee.clone()),
            method: self.method.to_owned(),
            index_root: self.index_root.to_vec(),
            shares: shares.collect(),
        };
        (report, salt)
    }
}

/// The canonical voucher of a wire voucher; none when an amount or a digest is malformed.
pub fn canonical(voucher: &Voucher) -> Option<voucher::Voucher> {
    let cumulative = voucher.cumulative.as_ref()?;
    let max_fee = voucher.max_fee.as_ref().filter(|fee| fee.denom == cumulative.denom)?;
    Some(voucher::Voucher {
        chain_id: voucher.chain_id.clone(),
        escrow_id: voucher.escrow_id,
        sequence: voucher.sequence,
        denom: cumulative.denom.clone(),
        cumulative: cumulative.amount.parse().ok()?,
        max_fee: max_fee.amount.parse().ok()?,
        request_digest: voucher.request_digest.as_slice().try_into().ok()?,
        adapter_id: voucher.adapter_id,
    })
}

/// The digest that the chain records of a report; empty for one that could never be taken.
pub fn digest(provider_id: u64, report: &QueryReport) -> Vec<u8> {
    query(provider_id, report).map(|query| query.digest().to_vec()).unwrap_or_default()
}

fn query(provider_id: u64, report: &QueryReport) -> Option<Query> {
    let shares = report.shares.iter().map(|share| Share {
        contribution_id: share.contribution_id,
        row: share.row,
        share_ppb: share.share_ppb,
    });
    Some(Query {
        provider_id,
        voucher_digest: canonical(report.voucher.as_ref()?)?.digest(),
        prompt_digest: report.prompt_digest.as_slice().try_into().ok()?,
        output_digest: report.output_digest.as_slice().try_into().ok()?,
        prompt_tokens: report.prompt_tokens,
        completion_tokens: report.completion_tokens,
        fee: report.fee.as_ref()?.amount.parse().ok()?,
        method: report.method.clone(),
        index_root: report.index_root.as_slice().try_into().ok()?,
        shares: shares.collect(),
    })
}

/// What the caller gets to see beside the answer.
pub fn shown(provider_id: u64, report: &QueryReport, salt: &[u8; 32]) -> Value {
    let voucher = report.voucher.clone().unwrap_or_default();
    let fee = report.fee.clone().unwrap_or_default();
    let attributed: u64 = report.shares.iter().map(|share| u64::from(share.share_ppb)).sum();
    let shares = report.shares.iter().map(|share| {
        json!({
            "contribution_id": share.contribution_id,
            "row": share.row,
            "share_ppb": share.share_ppb,
        })
    });
    json!({
        "query_id": format!("{}/{}", voucher.escrow_id, voucher.sequence),
        "adapter_id": voucher.adapter_id,
        "method": report.method,
        "index_root": hex::encode(&report.index_root),
        "shares": shares.collect::<Vec<_>>(),
        "unattributed_ppb": 1_000_000_000u64.saturating_sub(attributed),
        "fee": { "denom": fee.denom, "amount": fee.amount },
        "receipt": hex::encode(digest(provider_id, report)),
        "salt": hex::encode(salt),
        "note": "the shares are the provider's word, backed by its bond",
    })
}
