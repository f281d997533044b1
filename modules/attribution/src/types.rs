//! Values as the trade uses them: native amounts, digests, keys and a parsed query report.

use std::collections::BTreeSet;

use whence_base::{Coin, Coins, NATIVE_DENOM, Result, ensure};
use whence_canon::report::{self, Share};
use whence_canon::voucher;
use whence_proto::cosmos::base::v1beta1::Coin as PbCoin;
use whence_proto::whence::attribution::v1 as pb;

use crate::error::Error;
use crate::params::SHARES_MAX;

/// A whole answer, in parts per billion.
pub const WHOLE_PPB: u64 = 1_000_000_000;
/// Longest chain id (CometBFT's limit).
const CHAIN_ID_MAX: usize = 50;
/// Longest method name.
const METHOD_MAX: usize = 64;

/// An amount of the native coin, on the wire.
pub fn native(amount: u128) -> Option<PbCoin> {
    Some(Coin::new(NATIVE_DENOM, amount).to_proto())
}

/// An amount of the native coin as a set of coins.
pub fn native_coins(amount: u128) -> Coins {
    Coins::of(&Coin::new(NATIVE_DENOM, amount))
}

/// Reads an amount that must be in the native coin; zero is allowed.
pub fn amount_of(coin: &Option<PbCoin>) -> Result<u128> {
    let coin = coin.as_ref().ok_or_else(|| missing("amount"))?;
    let coin = Coin::parse(coin)?;
    ensure(
        coin.denom == NATIVE_DENOM,
        whence_base::Error::invalid_coins(format!(
            "expected denom {NATIVE_DENOM}, got {}",
            coin.denom
        )),
    )?;
    Ok(coin.amount)
}

/// Reads an amount that must be in the native coin and positive.
pub fn positive_amount_of(coin: &Option<PbCoin>, what: &str) -> Result<u128> {
    let amount = amount_of(coin)?;
    let error = || whence_base::Error::invalid_coins(format!("{what} must be positive"));
    ensure(amount > 0, error())?;
    Ok(amount)
}

/// Sum that must fit.
pub fn add(a: u128, b: u128) -> Result<u128> {
    a.checked_add(b).ok_or_else(|| whence_base::Error::overflow("amount"))
}

/// A height so many blocks later.
pub fn later(height: u64, blocks: u64) -> u64 {
    height.saturating_add(blocks)
}

/// Reads 32 bytes.
pub fn digest(bytes: &[u8], what: &str) -> Result<[u8; 32]> {
    bytes
        .try_into()
        .map_err(|_| Error::BadDigest(format!("{what} has {} bytes", bytes.len())).into())
}

/// Checks that bytes are a compressed secp256k1 public key.
pub fn check_session_key(bytes: &[u8]) -> Result<()> {
    let good = bytes.len() == 33 && secp256k1::PublicKey::from_slice(bytes).is_ok();
    ensure(good, Error::BadSessionKey(format!("got {} bytes", bytes.len())))
}

/// Checks an endpoint's form; nothing here ever calls it.
pub fn check_endpoint(text: &str) -> Result<()> {
    let rest = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://"));
    let good = rest.is_some_and(|r| !r.is_empty() && r.bytes().all(|b| b.is_ascii_graphic()));
    ensure(good && text.len() <= 256, Error::BadEndpoint(format!("got {text:?}")))
}

/// Reads a price.
pub fn price(pb: &pb::Price) -> Result<voucher::Price> {
    Ok(voucher::Price {
        per_1k_prompt_tokens: amount_of(&pb.per_1k_prompt_tokens)?,
        per_1k_completion_tokens: amount_of(&pb.per_1k_completion_tokens)?,
        min_fee: amount_of(&pb.min_fee)?,
    })
}

/// One reported query, parsed: all that can be checked without the state is.
#[derive(Clone, Debug, PartialEq)]
pub struct ReportedQuery {
    /// What the caller signed.
    pub voucher: voucher::Voucher,
    /// The session key's signature, 64 bytes.
    pub signature: Vec<u8>,
    /// The query in its canonical form.
    pub query: report::Query,
    /// As it came, for the record.
    pub raw: pb::QueryReport,
}

impl ReportedQuery {
    /// Reads one query of a provider's report.
    pub fn parse(provider_id: u64, raw: pb::QueryReport) -> Result<Self> {
        let v = raw.voucher.as_ref().ok_or_else(|| missing("voucher"))?;
        let voucher = parse_voucher(v)?;
        ensure(
            (1..=METHOD_MAX).contains(&raw.method.len()),
            Error::WrongMethod(format!("name has {} characters", raw.method.len())),
        )?;
        let query = report::Query {
            provider_id,
            voucher_digest: voucher.digest(),
            prompt_digest: digest(&raw.prompt_digest, "prompt_digest")?,
            output_digest: digest(&raw.output_digest, "output_digest")?,
            prompt_tokens: raw.prompt_tokens,
            completion_tokens: raw.completion_tokens,
            fee: positive_amount_of(&raw.fee, "fee")?,
            method: raw.method.clone(),
            index_root: digest(&raw.index_root, "index_root")?,
            shares: parse_shares(&raw.shares)?,
        };
        Ok(Self { signature: v.signature.clone(), voucher, query, raw })
    }
}

fn parse_voucher(v: &pb::Voucher) -> Result<voucher::Voucher> {
    let bad = |what: String| -> whence_base::Error { Error::BadVoucher(what).into() };
    ensure(v.chain_id.len() <= CHAIN_ID_MAX, bad("chain id is too long".into()))?;
    ensure(v.sequence > 0, bad("sequence must be at least 1".into()))?;
    let cumulative = positive_amount_of(&v.cumulative, "cumulative")?;
    let max_fee = positive_amount_of(&v.max_fee, "max_fee")?;
    ensure(
        cumulative >= max_fee,
        bad(format!("cumulative {cumulative} is below max_fee {max_fee}")),
    )?;
    Ok(voucher::Voucher {
        chain_id: v.chain_id.clone(),
        escrow_id: v.escrow_id,
        sequence: v.sequence,
        denom: NATIVE_DENOM.to_owned(),
        cumulative,
        max_fee,
        request_digest: digest(&v.request_digest, "request_digest")?,
        adapter_id: v.adapter_id,
    })
}

fn parse_shares(list: &[pb::RowShare]) -> Result<Vec<Share>> {
    let many = Error::TooManyShares(format!("{}, expected at most {SHARES_MAX}", list.len()));
    ensure(list.len() <= SHARES_MAX, many)?;
    let mut shares: Vec<Share> = Vec::with_capacity(list.len());
    let (mut rows, mut sum) = (BTreeSet::new(), 0_u64);
    for s in list {
        let share =
            Share { contribution_id: s.contribution_id, row: s.row, share_ppb: s.share_ppb };
        let place = format!("contribution {} row {}", s.contribution_id, s.row);
        ensure(rows.insert((s.contribution_id, s.row)), Error::ShareRepeated(place.clone()))?;
        let ordered = s.share_ppb > 0 && shares.last().is_none_or(|l| rank(l) < rank(&share));
        ensure(ordered, Error::SharesUnordered(place))?;
        sum = sum.saturating_add(u64::from(s.share_ppb));
        shares.push(share);
    }
    ensure(sum <= WHOLE_PPB, Error::SharesOverOne(format!("sum is {sum}")))?;
    Ok(shares)
}

/// Order of shares: the largest first, then by row.
fn rank(s: &Share) -> (std::cmp::Reverse<u32>, u64, u64) {
    (std::cmp::Reverse(s.share_ppb), s.contribution_id, s.row)
}

fn missing(what: &str) -> whence_base::Error {
    whence_base::Error::invalid_request(format!("{what} is missing"))
}
