//! Gas: a fixed table, charged before the work, equal in simulation and execution.
//!
//! A tx costs its body's bytes, a fixed amount for each signer and what its messages say. The
//! signer's amount covers its part of the auth info and its signature, so that a simulation, which
//! has neither the fee nor the signature yet, gives exactly the number that execution takes.

use whence_base::{Error, Result};

use super::accounts::Params;
use super::tx::Tx;

/// Bytes of auth info and signature that each signer pays for, whatever it really takes.
const SIGNER_BYTES: u64 = 250;

/// What a transaction costs.
pub fn cost(tx: &Tx, params: &Params) -> u64 {
    let body = u64::try_from(tx.raw.body_bytes.len()).unwrap_or(u64::MAX);
    let signers = u64::try_from(tx.signers.len()).unwrap_or(u64::MAX);
    let per_signer =
        SIGNER_BYTES.saturating_mul(params.byte_cost).saturating_add(params.signature_cost);
    body.saturating_mul(params.byte_cost)
        .saturating_add(signers.saturating_mul(per_signer))
        .saturating_add(tx.message_gas())
}

/// Refuses a transaction whose limit is below its cost, in the words that clients parse.
pub fn check_limit(tx: &Tx, cost: u64) -> Result<()> {
    if cost <= tx.gas_limit {
        return Ok(());
    }
    Err(Error::out_of_gas(format!(
        "out of gas in location: txGas; gasWanted: {}, gasUsed: {cost}",
        tx.gas_limit
    )))
}
