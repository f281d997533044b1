//! Amino JSON: what wallets and hardware keys sign in SIGN_MODE_LEGACY_AMINO_JSON.
//!
//! Driven by the descriptors' amino options as the Cosmos SDK's encoder is: sorted keys, 64-bit
//! integers and decimals as strings, empty fields left out unless the option keeps them, `Any` as
//! `{"type":…,"value":…}` under the type's amino name, and Go's escapes in strings.

mod encode;
mod special;
mod text;

use prost_reflect::DynamicMessage;

use crate::cosmos::base::v1beta1::Coin;
use crate::cosmos::tx::v1beta1::{Fee, TxBody};
use crate::descriptors::pool;
use crate::{Any, json::DEPTH_MAX};
use text::{Object, quote};

/// Why a message has no amino JSON.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AminoError {
    /// The name is not among the descriptors.
    #[error("unknown type {0:?}")]
    UnknownType(String),
    /// The bytes are no message of that type.
    #[error("malformed {0}: {1}")]
    Malformed(String, String),
    /// The field cannot be written in amino JSON: a map, a float, or an option that is missing.
    #[error("amino JSON cannot hold {0}")]
    Unsupported(String),
    /// The field must be set to be signed.
    #[error("expected {0} to be set")]
    Absent(String),
    /// A number or a time is not one.
    #[error("{0} is out of range")]
    OutOfRange(String),
    /// Messages nest too deep.
    #[error("nests deeper than 64 messages")]
    TooDeep,
    /// The transaction has extension options, which this mode cannot sign.
    #[error("sign mode legacy amino JSON does not support extension options")]
    ExtensionOptions,
}

impl AminoError {
    /// A stable number of the kind of error.
    pub fn code(&self) -> u32 {
        match self {
            Self::UnknownType(_) => 1,
            Self::Malformed(..) => 2,
            Self::Unsupported(_) => 3,
            Self::Absent(_) => 4,
            Self::OutOfRange(_) => 5,
            Self::TooDeep => 6,
            Self::ExtensionOptions => 7,
        }
    }
}

type Result<T> = std::result::Result<T, AminoError>;

/// What one signer signs over.
#[derive(Clone, Copy, Debug)]
pub struct SignDoc<'a> {
    /// The chain that the transaction is for.
    pub chain_id: &'a str,
    /// The signer's account number.
    pub account_number: u64,
    /// The signer's sequence.
    pub sequence: u64,
    /// The body: messages, memo and timeout height.
    pub body: &'a TxBody,
    /// The fee, as the auth info has it.
    pub fee: &'a Fee,
}

/// The bytes that a signer signs. A body with unknown fields must be refused before
/// (`strict::check_tx` tells), as these bytes would not cover them.
pub fn sign_bytes(doc: &SignDoc<'_>) -> Result<Vec<u8>> {
    let body = doc.body;
    if !body.extension_options.is_empty() || !body.non_critical_extension_options.is_empty() {
        return Err(AminoError::ExtensionOptions);
    }
    let msgs = body.messages.iter().map(any_json).collect::<Result<Vec<_>>>()?;

    let mut out = Object::default();
    out.put("account_number", &number(doc.account_number));
    out.put("chain_id", &quote(doc.chain_id));
    out.put("fee", &fee_json(doc.fee));
    out.put("memo", &quote(&body.memo));
    out.put("msgs", &if msgs.is_empty() { "null".to_owned() } else { list(&msgs) });
    out.put("sequence", &number(doc.sequence));
    if body.timeout_height != 0 {
        out.put("timeout_height", &number(body.timeout_height));
    }
    Ok(out.close().into_bytes())
}

/// The amino JSON of a message in an `Any`: `{"type":…,"value":…}`.
pub fn any_json(any: &Any) -> Result<String> {
    encode::packed(&any.type_url, &any.value, DEPTH_MAX)
}

/// The amino JSON of an encoded message; with its name around it when it has one.
pub fn to_json(type_name: &str, bytes: &[u8]) -> Result<String> {
    let desc = pool()
        .get_message_by_name(type_name)
        .ok_or_else(|| AminoError::UnknownType(type_name.to_owned()))?;
    let message = DynamicMessage::decode(desc, bytes)
        .map_err(|e| AminoError::Malformed(type_name.to_owned(), e.to_string()))?;
    encode::top(&message, DEPTH_MAX)
}

fn fee_json(fee: &Fee) -> String {
    let coin = |coin: &Coin| {
        let mut out = Object::default();
        // An amount is kept though it is empty, a denom is not.
        out.put("amount", &quote(if coin.amount.is_empty() { "0" } else { &coin.amount }));
        if !coin.denom.is_empty() {
            out.put("denom", &quote(&coin.denom));
        }
        out.close()
    };
    let amount: Vec<_> = fee.amount.iter().map(coin).collect();

    let mut out = Object::default();
    out.put("amount", &list(&amount));
    out.put("gas", &number(fee.gas_limit));
    if !fee.granter.is_empty() {
        out.put("granter", &quote(&fee.granter));
    }
    if !fee.payer.is_empty() {
        out.put("payer", &quote(&fee.payer));
    }
    out.close()
}

fn number(n: u64) -> String {
    format!("\"{n}\"")
}

fn list(items: &[String]) -> String {
    format!("[{}]", items.join(","))
}
