//! Signatures: pure functions of bytes, so they may run on any core and be remembered by tx hash.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use prost::{Message, Name};
use secp256k1::ecdsa::Signature;
use secp256k1::{PublicKey, Secp256k1, VerifyOnly};
use sha2::{Digest, Sha256};
use whence_base::{Address, Error, Result, ensure};
use whence_proto::Any;
use whence_proto::cosmos::crypto::secp256k1::PubKey;

use super::sign_doc::sign_bytes;
use super::tx::Tx;

/// Verified signatures that are remembered between CheckTx and FinalizeBlock.
const REMEMBERED_MAX: usize = 100_000;

/// What a signature was verified with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proven {
    /// Account number that was signed.
    pub account_number: u64,
    /// Compressed secp256k1 key.
    pub pubkey: Vec<u8>,
}

/// For each signer, what its signature was verified with; nothing when it was not (yet).
pub type Proofs = Vec<Option<Proven>>;

/// Signatures that were found good, by tx hash. The newest ones are kept.
#[derive(Default)]
pub struct Remembered(Mutex<Memory>);

#[derive(Default)]
struct Memory {
    known: BTreeMap<[u8; 32], Arc<Proofs>>,
    /// Oldest first.
    order: VecDeque<[u8; 32]>,
}

impl Remembered {
    /// What is known of a transaction.
    pub fn get(&self, hash: &[u8; 32]) -> Option<Arc<Proofs>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).known.get(hash).cloned()
    }

    /// Remembers a transaction whose signatures were all found good.
    pub fn put(&self, hash: [u8; 32], proofs: Arc<Proofs>) {
        let mut memory = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if memory.known.insert(hash, proofs).is_none() {
            memory.order.push_back(hash);
        }
        while memory.order.len() > REMEMBERED_MAX {
            let Some(oldest) = memory.order.pop_front() else { return };
            memory.known.remove(&oldest);
        }
    }
}

/// The compressed key in an `Any`; only secp256k1 signs transactions.
pub fn pubkey_of(any: &Any) -> Result<Vec<u8>> {
    if any.type_url != PubKey::type_url() {
        return Err(Error::invalid_pubkey(format!(
            "key type {:?}, expected {:?}",
            any.type_url,
            PubKey::type_url()
        )));
    }
    let pb = PubKey::decode(any.value.as_slice()).map_err(Error::invalid_pubkey)?;
    ensure(
        pb.key.len() == 33,
        Error::invalid_pubkey(format!("key has {} bytes, expected 33", pb.key.len())),
    )?;
    Ok(pb.key)
}

/// The key that a signer brings, checked to be its own.
pub fn brought_pubkey(tx: &Tx, signer: usize, address: &Address) -> Result<Option<Vec<u8>>> {
    let Some(any) = tx.signer_info(signer).and_then(|info| info.public_key.as_ref()) else {
        return Ok(None);
    };
    let pubkey = pubkey_of(any)?;
    ensure(
        Address::from_secp256k1(&pubkey) == *address,
        Error::invalid_pubkey(format!("the key does not belong to signer {address}")),
    )?;
    Ok(Some(pubkey))
}

/// Verifies one signature.
pub fn verify(tx: &Tx, signer: usize, chain_id: &str, with: &Proven) -> Result<()> {
    let sequence = tx.signer_info(signer).map(|info| info.sequence).unwrap_or_default();
    let document = sign_bytes(tx, signer, chain_id, with.account_number)?;
    let signature = tx.raw.signatures.get(signer).map(Vec::as_slice).unwrap_or_default();
    if is_good(&document, signature, &with.pubkey) {
        return Ok(());
    }
    Err(Error::unauthorized(format!(
        "signature verification failed; please verify account number ({}), sequence ({sequence}) \
         and chain-id ({chain_id})",
        with.account_number
    )))
}

/// ECDSA over SHA-256 of the document; a high S is refused, so that nobody can change a tx's hash.
fn is_good(document: &[u8], signature: &[u8], pubkey: &[u8]) -> bool {
    let Ok(signature) = Signature::from_compact(signature) else { return false };
    let Ok(pubkey) = PublicKey::from_slice(pubkey) else { return false };
    let mut low = signature;
    low.normalize_s();
    let digest: [u8; 32] = Sha256::digest(document).into();
    let message = secp256k1::Message::from_digest(digest);
    low == signature && context().verify_ecdsa(message, &signature, &pubkey).is_ok()
}

fn context() -> &'static Secp256k1<VerifyOnly> {
    static CONTEXT: std::sync::LazyLock<Secp256k1<VerifyOnly>> =
        std::sync::LazyLock::new(Secp256k1::verification_only);
    &CONTEXT
}
