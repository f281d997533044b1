//! The one error that leaves a module: a codespace, a stable code and a sentence.
//!
//! Codespace `sdk` has the Cosmos SDK's codes (`types/errors`), because clients match on them; each
//! of our trades has its own codespace and numbers its errors itself.

/// Result of anything in a module.
pub type Result<T> = std::result::Result<T, Error>;

/// Codespace of the SDK's registered errors.
pub const SDK: &str = "sdk";

/// What a failed transaction answers: `codespace`, `code` (hashed into the results) and the log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    /// Who numbers the code.
    pub codespace: &'static str,
    /// Stable number, never zero.
    pub code: u32,
    /// Lower-case sentence: what was wrong and what was expected.
    pub message: String,
}

macro_rules! sdk_errors {
    ($($(#[$doc:meta])* $name:ident = $code:literal : $text:literal;)*) => {
        impl Error {
            $($(#[$doc])* pub fn $name(what: impl std::fmt::Display) -> Self {
                Self { codespace: SDK, code: $code, message: format!("{what}: {}", $text) }
            })*
        }
    };
}

sdk_errors! {
    /// The transaction cannot be decoded.
    tx_decode = 2: "tx parse error";
    /// The signer may not do this.
    unauthorized = 4: "unauthorized";
    /// Not enough coins.
    insufficient_funds = 5: "insufficient funds";
    /// No such route, path or request.
    unknown_request = 6: "unknown request";
    /// An address cannot be read.
    invalid_address = 7: "invalid address";
    /// A public key cannot be used.
    invalid_pubkey = 8: "invalid pubkey";
    /// No account at this address.
    unknown_address = 9: "unknown address";
    /// Coins are malformed.
    invalid_coins = 10: "invalid coins";
    /// The gas limit is spent.
    out_of_gas = 11: "out of gas";
    /// The memo is longer than allowed.
    memo_too_large = 12: "memo too large";
    /// The fee is lower than required.
    insufficient_fee = 13: "insufficient fee";
    /// More signatures than allowed.
    too_many_signatures = 14: "maximum number of signatures exceeded";
    /// No signature at all.
    no_signatures = 15: "no signatures supplied";
    /// The request is malformed.
    invalid_request = 18: "invalid request";
    /// The mempool is full.
    mempool_full = 20: "mempool is full";
    /// The transaction is larger than allowed.
    tx_too_large = 21: "tx too large";
    /// A key is absent.
    key_not_found = 22: "key not found";
    /// The height cannot be served.
    invalid_height = 26: "invalid height";
    /// The chain id is another one.
    invalid_chain_id = 28: "invalid chain-id";
    /// The type is not the expected one.
    invalid_type = 29: "invalid type";
    /// The timeout height has passed.
    tx_timeout_height = 30: "tx timeout height";
    /// The transaction has an option that nobody knows.
    unknown_extension_options = 31: "unknown extension options";
    /// The account's sequence is another one.
    wrong_sequence = 32: "incorrect account sequence";
    /// A rule of the state machine is broken.
    logic = 35: "internal logic error";
    /// The request conflicts with another.
    conflict = 36: "conflict";
    /// The feature is not supported.
    not_supported = 37: "feature not supported";
    /// The thing is not there.
    not_found = 38: "not found";
    /// The gas limit is malformed.
    invalid_gas_limit = 41: "invalid gas limit";
}

impl Error {
    /// An error of a module's own codespace.
    pub fn new(codespace: &'static str, code: u32, message: impl Into<String>) -> Self {
        Self { codespace, code, message: message.into() }
    }

    /// A true impossibility, with why it cannot happen (SDK `ErrLogic`).
    pub fn broken(why: &str) -> Self {
        Self::logic(format!("broken invariant: {why}"))
    }

    /// An arithmetic result that does not fit.
    pub fn overflow(what: &str) -> Self {
        Self::invalid_request(format!("{what} overflows"))
    }
}

/// `Err(error)` unless the condition holds.
pub fn ensure<E: Into<Error>>(holds: bool, error: E) -> Result<()> {
    if holds { Ok(()) } else { Err(error.into()) }
}
