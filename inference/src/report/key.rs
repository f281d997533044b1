//! The report key: a secp256k1 key of its own, in a file that only its owner reads. The only thing
//! it signs is a transaction of one `MsgReportQueries` ([`super::tx`]), so a stolen process cannot
//! move coins.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use bech32::{Bech32, Hrp};
use rand::RngCore;
use ripemd::Ripemd160;
use secp256k1::{Message, PublicKey, Secp256k1, SecretKey, SignOnly};
use sha2::{Digest, Sha256};

use super::error::ReportError;

/// File of the key in the home folder: 64 hexadecimal digits.
pub const KEY_FILE: &str = "report.key";
/// Human-readable part of the chain's account addresses.
const ACCOUNT_PREFIX: &str = "whence";
/// Permissions of that file: only the owner reads it.
const KEY_MODE: u32 = 0o600;

/// The key that signs reports.
pub struct ReportKey {
    context: Secp256k1<SignOnly>,
    secret: SecretKey,
    public: PublicKey,
}

impl ReportKey {
    /// Reads the key of a home folder, or makes one.
    pub fn load_or_create(home: &Path) -> Result<Self, ReportError> {
        let path = home.join(KEY_FILE);
        if path.exists() { Self::load(&path) } else { Self::create(&path) }
    }

    fn load(path: &Path) -> Result<Self, ReportError> {
        let meta = std::fs::metadata(path).map_err(|why| ReportError::io(path, why))?;
        if meta.permissions().mode() & 0o077 != 0 {
            let what = "others can read this key: expected mode 0600";
            return Err(ReportError::malformed(path, what));
        }
        let text = std::fs::read_to_string(path).map_err(|why| ReportError::io(path, why))?;
        let bytes: Option<[u8; 32]> =
            hex::decode(text.trim()).ok().and_then(|bytes| bytes.try_into().ok());
        let secret = bytes.and_then(|bytes| SecretKey::from_byte_array(bytes).ok());
        let secret = secret
            .ok_or_else(|| ReportError::malformed(path, "expected a key of 64 hex digits"))?;
        Ok(Self::new(secret))
    }

    fn create(path: &Path) -> Result<Self, ReportError> {
        let io = |why| ReportError::io(path, why);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(io)?;
        }
        let secret = loop {
            let mut bytes = [0; 32];
            rand::rngs::OsRng.fill_bytes(&mut bytes);
            // All but 1 in 2^128 draws are keys.
            if let Ok(secret) = SecretKey::from_byte_array(bytes) {
                break secret;
            }
        };
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(KEY_MODE)
            .open(path)
            .map_err(io)?;
        file.write_all(hex::encode(secret.secret_bytes()).as_bytes()).map_err(io)?;
        file.sync_all().map_err(io)?;
        Ok(Self::new(secret))
    }

    fn new(secret: SecretKey) -> Self {
        let context = Secp256k1::signing_only();
        Self { public: PublicKey::from_secret_key(&context, &secret), secret, context }
    }

    /// The compressed public key.
    pub fn public(&self) -> [u8; 33] {
        self.public.serialize()
    }

    /// The account that reports come from, in bech32 (ADR-028: RIPEMD-160 of SHA-256 of the key).
    pub fn address(&self) -> String {
        let hash = Ripemd160::digest(Sha256::digest(self.public.serialize()));
        bech32::encode::<Bech32>(Hrp::parse_unchecked(ACCOUNT_PREFIX), &hash).unwrap_or_default()
    }

    /// Signs the bytes of a sign document (`SIGN_MODE_DIRECT`); only [`super::tx`] calls this.
    pub(super) fn sign(&self, document: &[u8]) -> [u8; 64] {
        let digest: [u8; 32] = Sha256::digest(document).into();
        self.context.sign_ecdsa(Message::from_digest(digest), &self.secret).serialize_compact()
    }
}
