//! What a transaction must pass before its messages run: form, gas, fee, signatures, sequence.
//!
//! | file | decides |
//! |---|---|
//! | [`tx`] | decoding, strictly and within limits |
//! | [`gas`], [`gas_price`] | the fixed table, and what this node's mempool asks for |
//! | [`sign_doc`] | the bytes that are signed |
//! | [`signature`] | verification, remembered by tx hash |
//! | [`accounts`] | what auth and bank know of the signers |
//!
//! Nothing is kept when any step fails: the fee and the sequence change together.

pub mod accounts;
pub mod gas;
pub mod gas_price;
pub mod sign_doc;
pub mod signature;
pub mod tx;

use base64::Engine;
use whence_base::{Ctx, Error, Event, Result, StateRead, ensure};

use self::accounts::{Account, Params};
use self::gas_price::GasPrices;
use self::signature::{Proofs, Proven, Remembered};
use self::tx::Tx;

/// Why the checks run.
#[derive(Clone, Copy)]
pub enum Mode<'a> {
    /// A new transaction for the mempool: everything, and this node's price.
    Check(&'a GasPrices),
    /// Again after a block: no signature work.
    Recheck(&'a GasPrices),
    /// In a block, or in a proposal.
    Deliver,
    /// A simulation: keys, signatures and fee may be missing.
    Simulate,
}

/// A transaction with what is known of its signatures.
pub struct Candidate {
    /// The transaction.
    pub tx: Tx,
    /// What each signature was verified with, before the state of its block was known.
    pub proofs: std::sync::Arc<Proofs>,
}

/// Runs all checks, takes the fee and advances the sequences. Returns the gas that the tx costs.
pub fn run(ctx: &mut Ctx<'_>, candidate: &Candidate, mode: Mode<'_>) -> Result<u64> {
    let tx = &candidate.tx;
    let params = accounts::params(ctx)?;
    check_limits(ctx, tx, &params)?;
    let cost = gas::cost(tx, &params);
    if !matches!(mode, Mode::Simulate) {
        gas::check_limit(tx, cost)?;
    }
    if let Mode::Check(prices) | Mode::Recheck(prices) = mode {
        prices.check(&tx.fee, tx.gas_limit)?;
    }
    accounts::deduct_fee(ctx, tx)?;
    let mut pubkeys = Vec::with_capacity(tx.signers.len());
    for signer in 0..tx.signers.len() {
        pubkeys.push(check_signer(ctx, candidate, signer, mode)?);
    }
    for (address, pubkey) in tx.signers.iter().zip(pubkeys) {
        accounts::advance(ctx, address, pubkey)?;
    }
    emit_signatures(ctx, tx);
    Ok(cost)
}

fn check_limits(ctx: &Ctx<'_>, tx: &Tx, params: &Params) -> Result<()> {
    let (height, timeout) = (ctx.height(), tx.body.timeout_height);
    ensure(
        timeout == 0 || height <= timeout,
        Error::tx_timeout_height(format!("block height: {height}, timeout height: {timeout}")),
    )?;
    let memo = tx.body.memo.len();
    ensure(
        u64::try_from(memo).is_ok_and(|memo| memo <= params.memo_max),
        Error::memo_too_large(format!(
            "maximum number of characters is {} but received {memo} characters",
            params.memo_max
        )),
    )?;
    let signers = tx.signers.len();
    ensure(
        u64::try_from(signers).is_ok_and(|signers| signers <= params.signatures_max),
        Error::too_many_signatures(format!(
            "signatures: {signers}, limit: {}",
            params.signatures_max
        )),
    )
}

/// Checks a signer's sequence and signature; the key to keep with its account, if it has none yet.
fn check_signer(
    ctx: &Ctx<'_>,
    candidate: &Candidate,
    signer: usize,
    mode: Mode<'_>,
) -> Result<Option<Vec<u8>>> {
    let tx = &candidate.tx;
    let address = tx.signers.get(signer).ok_or_else(|| Error::broken("signer out of range"))?;
    let account = accounts::find(ctx, address)?
        .ok_or_else(|| Error::unknown_address(format!("account {address} does not exist")))?;
    let brought = signature::brought_pubkey(tx, signer, address)?;
    if matches!(mode, Mode::Simulate) {
        return Ok(brought);
    }
    let got = tx.signer_info(signer).map(|info| info.sequence).unwrap_or_default();
    ensure(
        got == account.sequence,
        Error::wrong_sequence(format!(
            "account sequence mismatch, expected {}, got {got}",
            account.sequence
        )),
    )?;
    let with = signs_with(ctx.height(), &account, brought.as_ref(), address)?;
    let known = candidate.proofs.get(signer).and_then(Option::as_ref) == Some(&with);
    if !known && !matches!(mode, Mode::Recheck(_)) {
        signature::verify(tx, signer, ctx.chain_id(), &with)?;
    }
    Ok(Some(with.pubkey))
}

/// The number and key that a signer signs with; gentxs (height 0) sign with account number 0.
fn signs_with(
    height: u64,
    account: &Account,
    brought: Option<&Vec<u8>>,
    address: &whence_base::Address,
) -> Result<Proven> {
    let pubkey = account.pubkey.as_ref().or(brought).cloned().ok_or_else(|| {
        Error::invalid_pubkey(format!("{address} has no public key yet, and the tx brings none"))
    })?;
    let account_number = if height == 0 { 0 } else { account.number };
    Ok(Proven { account_number, pubkey })
}

/// Verifies the signatures against a committed state, ahead of execution and on any thread.
///
/// What cannot be verified there (an account that an earlier tx of the block makes) stays open, and
/// is verified when its turn comes; so this changes how long a block takes, and never what it does.
pub fn verify_ahead(
    tx: &Tx,
    state: &dyn StateRead,
    chain_id: &str,
    remembered: &Remembered,
) -> std::sync::Arc<Proofs> {
    if let Some(proofs) = remembered.get(&tx.hash) {
        return proofs;
    }
    let proofs: Proofs =
        (0..tx.signers.len()).map(|signer| verified(tx, signer, state, chain_id)).collect();
    let complete = proofs.iter().all(Option::is_some);
    let proofs = std::sync::Arc::new(proofs);
    if complete {
        remembered.put(tx.hash, std::sync::Arc::clone(&proofs));
    }
    proofs
}

fn verified(tx: &Tx, signer: usize, state: &dyn StateRead, chain_id: &str) -> Option<Proven> {
    let address = tx.signers.get(signer)?;
    let account = accounts::find(state, address).ok()??;
    let brought = signature::brought_pubkey(tx, signer, address).ok()?;
    let with = signs_with(1, &account, brought.as_ref(), address).ok()?;
    signature::verify(tx, signer, chain_id, &with).ok()?;
    Some(with)
}

/// `tx` events: fee, then each signer's sequence, then each signature.
fn emit_signatures(ctx: &mut Ctx<'_>, tx: &Tx) {
    for (signer, address) in tx.signers.iter().enumerate() {
        let sequence = tx.signer_info(signer).map(|info| info.sequence).unwrap_or_default();
        ctx.emit(Event::new("tx").attr("acc_seq", format!("{address}/{sequence}")));
    }
    for signature in &tx.raw.signatures {
        let text = base64::engine::general_purpose::STANDARD.encode(signature);
        ctx.emit(Event::new("tx").attr("signature", text));
    }
}
