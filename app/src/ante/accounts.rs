//! What the checks need of auth and bank: until both are here, no transaction passes.

use whence_base::{Address, Ctx, Error, Result, StateRead};

use super::tx::Tx;

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
pub fn params(_: &(impl StateRead + ?Sized)) -> Result<Params> {
    Err(Error::not_supported("accounts"))
}

/// The account at an address.
pub fn find(_: &(impl StateRead + ?Sized), _: &Address) -> Result<Option<Account>> {
    Ok(None)
}

/// Advances an account's sequence and keeps its key.
pub fn advance(_: &mut Ctx<'_>, _: &Address, _: Option<Vec<u8>>) -> Result<()> {
    Err(Error::not_supported("accounts"))
}

/// Moves the fee to the fee collector.
pub fn deduct_fee(_: &mut Ctx<'_>, _: &Tx) -> Result<()> {
    Err(Error::not_supported("accounts"))
}
