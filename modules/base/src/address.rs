//! Addresses: 20 or 32 bytes (at most 255), shown as bech32 (BIP-173) with the chain's prefixes.

use bech32::{Bech32, Hrp};
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};

/// Human-readable part of account addresses.
pub const ACCOUNT_PREFIX: &str = "whence";
/// Human-readable part of validator operators' addresses.
pub const VALIDATOR_PREFIX: &str = "whencevaloper";
/// Human-readable part of consensus addresses.
pub const CONSENSUS_PREFIX: &str = "whencevalcons";
/// Longest address in bytes (SDK `address.MaxAddrLen`).
pub const MAX_LEN: usize = 255;

/// The bytes of an account address.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address(Vec<u8>);

impl Address {
    /// Takes raw bytes, 1 to 255 of them.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Result<Self> {
        let bytes = bytes.into();
        if bytes.is_empty() || bytes.len() > MAX_LEN {
            return Err(Error::invalid_address(format!(
                "address has {} bytes, expected 1 to {MAX_LEN}",
                bytes.len()
            )));
        }
        Ok(Self(bytes))
    }

    /// Parses a bech32 account address (`whence1…`).
    pub fn parse(text: &str) -> Result<Self> {
        Self::parse_with(ACCOUNT_PREFIX, text)
    }

    /// Parses a bech32 validator operator's address (`whencevaloper1…`).
    pub fn parse_validator(text: &str) -> Result<Self> {
        Self::parse_with(VALIDATOR_PREFIX, text)
    }

    /// Parses a bech32 address with the given prefix.
    pub fn parse_with(prefix: &str, text: &str) -> Result<Self> {
        if text.trim().is_empty() {
            return Err(Error::invalid_address("empty address string is not allowed"));
        }
        let (hrp, bytes) = bech32::decode(text)
            .map_err(|e| Error::invalid_address(format!("decoding bech32 failed: {e}")))?;
        if hrp.to_lowercase() != prefix {
            return Err(Error::invalid_address(format!(
                "invalid Bech32 prefix; expected {prefix}, got {}",
                hrp.to_lowercase()
            )));
        }
        Self::new(bytes)
    }

    /// The account address of a compressed secp256k1 key: RIPEMD-160 of SHA-256 (ADR-028, legacy).
    pub fn from_secp256k1(compressed: &[u8]) -> Self {
        let hash = ripemd::Ripemd160::digest(Sha256::digest(compressed));
        Self(hash.to_vec())
    }

    /// Raw bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The same bytes as a validator operator's address.
    pub fn to_validator_string(&self) -> String {
        encode(VALIDATOR_PREFIX, &self.0)
    }
}

/// The account of a module: first 20 bytes of SHA-256 of its name (SDK `address.Module`).
pub fn module_address(name: &str) -> Address {
    let hash = Sha256::digest(name.as_bytes());
    Address(hash.iter().take(20).copied().collect())
}

/// Consensus address of an ed25519 key: first 20 bytes of its SHA-256 (CometBFT
/// `crypto.AddressHash`).
pub fn consensus_address(key: &[u8; 32]) -> Address {
    let hash = Sha256::digest(key);
    Address(hash.iter().take(20).copied().collect())
}

/// Bech32 of a consensus address (first 20 bytes of SHA-256 of the ed25519 key).
pub fn consensus_string(bytes: &[u8]) -> String {
    encode(CONSENSUS_PREFIX, bytes)
}

/// Bech32 of bytes under a prefix; an impossible prefix gives an empty string.
pub fn encode(prefix: &str, bytes: &[u8]) -> String {
    Hrp::parse(prefix)
        .ok()
        .and_then(|hrp| bech32::encode::<Bech32>(hrp, bytes).ok())
        .unwrap_or_default()
}

impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&encode(ACCOUNT_PREFIX, &self.0))
    }
}

impl std::fmt::Debug for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self}")
    }
}

impl std::str::FromStr for Address {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        Self::parse(text)
    }
}
