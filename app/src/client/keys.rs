//! Keys: secp256k1, from BIP-39 words along BIP-44 paths with coin type 118.

use bip32::{DerivationPath, Language, Mnemonic, XPrv};
use prost::{Message, Name};
use rand::RngCore;
use secp256k1::{PublicKey, Secp256k1, SecretKey, SignOnly};
use sha2::{Digest, Sha256};
use whence_base::Address;
use whence_proto::Any;
use whence_proto::cosmos::crypto::secp256k1::PubKey;

/// Where keys are derived: purpose 44, coin type 118, account 0, external, index 0.
pub const HD_PATH: &str = "m/44'/118'/0'/0/0";

/// Why a key cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The words are not 24 (or 12) of BIP-39's with a right checksum.
    #[error("invalid mnemonic: {0}")]
    Mnemonic(String),
    /// The path cannot be derived.
    #[error("invalid derivation path {path:?}: {why}")]
    Path {
        /// The path.
        path: String,
        /// What is wrong with it.
        why: String,
    },
    /// The bytes are no secret key.
    #[error("invalid secret key: {0}")]
    Secret(String),
}

/// A secret key. It is never printed.
#[derive(Clone)]
pub struct Key(SecretKey);

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Key({})", self.address())
    }
}

/// New words: 256 bits from the system's generator.
pub fn new_mnemonic() -> String {
    let mut entropy = [0u8; 32];
    rand::rngs::OsRng.fill_bytes(&mut entropy);
    Mnemonic::from_entropy(entropy, Language::English).phrase().to_owned()
}

impl Key {
    /// The key of words at a path.
    pub fn from_mnemonic(words: &str, path: &str) -> Result<Self, KeyError> {
        let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
        let mnemonic = Mnemonic::new(&words, Language::English)
            .map_err(|e| KeyError::Mnemonic(e.to_string()))?;
        let bad =
            |why: bip32::Error| KeyError::Path { path: path.to_owned(), why: why.to_string() };
        let derivation: DerivationPath = path.parse().map_err(bad)?;
        let derived =
            XPrv::derive_from_path(mnemonic.to_seed("").as_bytes(), &derivation).map_err(bad)?;
        Self::from_bytes(&derived.to_bytes())
    }

    /// The key with these 32 bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, KeyError> {
        let bytes: [u8; 32] = bytes
            .try_into()
            .map_err(|_| KeyError::Secret(format!("{} bytes, expected 32", bytes.len())))?;
        let key = SecretKey::from_byte_array(bytes).map_err(|e| KeyError::Secret(e.to_string()))?;
        Ok(Self(key))
    }

    /// The secret bytes, for the key ring.
    pub fn secret_bytes(&self) -> [u8; 32] {
        self.0.secret_bytes()
    }

    /// Compressed public key.
    pub fn pubkey(&self) -> Vec<u8> {
        PublicKey::from_secret_key(context(), &self.0).serialize().to_vec()
    }

    /// The public key as transactions carry it.
    pub fn pubkey_any(&self) -> Any {
        let value = PubKey { key: self.pubkey() }.encode_to_vec();
        Any { type_url: PubKey::type_url(), value }
    }

    /// The account's address.
    pub fn address(&self) -> Address {
        Address::from_secp256k1(&self.pubkey())
    }

    /// Signs the SHA-256 of a document: 64 bytes, low S.
    pub fn sign(&self, document: &[u8]) -> Vec<u8> {
        let digest: [u8; 32] = Sha256::digest(document).into();
        let message = secp256k1::Message::from_digest(digest);
        context().sign_ecdsa(message, &self.0).serialize_compact().to_vec()
    }
}

fn context() -> &'static Secp256k1<SignOnly> {
    static CONTEXT: std::sync::LazyLock<Secp256k1<SignOnly>> =
        std::sync::LazyLock::new(Secp256k1::signing_only);
    &CONTEXT
}
