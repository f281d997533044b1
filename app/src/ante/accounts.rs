//! What the checks need of auth and bank.

use prost::{Message, Name};
use whence_auth::keeper;
use whence_base::{Address, Ctx, Error, Event, Result, StateRead};
use whence_proto::Any;
use whence_proto::cosmos::crypto::secp256k1::PubKey;

use super::signature::pubkey_of;
use super::tx::Tx;
use crate::ports::PORTS;

/// Auth's parameters, as the checks use them.
pub struct Params {
    /// Longest memo.
    pub memo_max: u64,
    /// Most signatures.
    pub signatures_max: u64,
    /// Gas a byte.
    pub byte_cost: u64,
    /// Gas a secp256k1 signature.
    pub signature_cost: u64,
}

/// A signer's account.
pub struct Account {
    /// Account number.
    pub number: u64,
    /// Next sequence.
    pub sequence: u64,
    /// Compressed key, once it has signed.
    pub pubkey: Option<Vec<u8>>,
}

/// Auth's parameters.
pub fn params(state: &(impl StateRead + ?Sized)) -> Result<Params> {
    let params = keeper::params(state)?;
    Ok(Params {
        memo_max: params.max_memo_characters,
        signatures_max: params.tx_sig_limit,
        byte_cost: params.tx_size_cost_per_byte,
        signature_cost: params.sig_verify_cost_secp256k1,
    })
}

/// The account at an address.
pub fn find(state: &(impl StateRead + ?Sized), address: &Address) -> Result<Option<Account>> {
    let Some(account) = keeper::account(state, address)? else { return Ok(None) };
    let pubkey = account.pubkey().map(pubkey_of).transpose()?;
    Ok(Some(Account { number: account.number(), sequence: account.sequence(), pubkey }))
}

/// Advances an account's sequence and keeps its key.
pub fn advance(ctx: &mut Ctx<'_>, address: &Address, pubkey: Option<Vec<u8>>) -> Result<()> {
    let to_any = |key| Any { type_url: PubKey::type_url(), value: PubKey { key }.encode_to_vec() };
    keeper::advance(ctx, address, pubkey.map(to_any))
}

/// Moves the fee to the fee collector. Who has no account is told that, not that coins are missing.
pub fn deduct_fee(ctx: &mut Ctx<'_>, tx: &Tx) -> Result<()> {
    let payer = &tx.fee_payer;
    if let Err(error) = keeper::collect_fee(ctx, &PORTS, payer, &tx.fee) {
        let known = keeper::account(ctx, payer)?.is_some();
        let why = format!("fee payer address: {payer} does not exist");
        return Err(if known { error } else { Error::unknown_address(why) });
    }
    ctx.emit(Event::new("tx").attr("fee", &tx.fee).attr("fee_payer", &tx.fee_payer));
    Ok(())
}
