//! Session keys: each signs the vouchers of one escrow and nothing else.
//!
//! A key's file is named after its public key and is on disk before the escrow is, so that no crash
//! leaves money behind a key that nobody has.

use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use rand::RngCore;
use serde::{Deserialize, Serialize};
use whence_canon::voucher::Voucher;

use crate::client::Key;

/// A key that signs vouchers.
#[derive(Debug)]
pub struct SessionKey(Key);

#[derive(Serialize, Deserialize)]
struct Record {
    public_key: String,
    secret: String,
}

impl SessionKey {
    /// Draws a key and keeps it in a home, readable by its owner only.
    pub fn create(home: &Path) -> anyhow::Result<Self> {
        let key = draw()?;
        let public = hex::encode(key.pubkey());
        let path = file(home, &public);
        let dir = path.parent().context("no directory for session keys")?;
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(dir)
            .with_context(|| dir.display().to_string())?;
        let record = Record { public_key: public, secret: hex::encode(key.secret_bytes()) };
        let mut out = std::fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)
            .with_context(|| path.display().to_string())?;
        out.write_all(&serde_json::to_vec_pretty(&record)?)?;
        out.sync_all()?;
        std::fs::File::open(dir)?.sync_all()?;
        Ok(Self(key))
    }

    /// The key whose public key this is.
    pub fn find(home: &Path, public_key: &[u8]) -> anyhow::Result<Self> {
        let path = file(home, &hex::encode(public_key));
        let text = std::fs::read(&path).with_context(|| {
            format!("{}: the escrow's session key is not in this home", path.display())
        })?;
        let record: Record =
            serde_json::from_slice(&text).with_context(|| path.display().to_string())?;
        let key = Key::from_bytes(&hex::decode(&record.secret)?)?;
        ensure!(key.pubkey() == public_key, "{}: the key is another one's", path.display());
        Ok(Self(key))
    }

    /// Compressed public key, as the escrow names it.
    pub fn public(&self) -> Vec<u8> {
        self.0.pubkey()
    }

    /// Signs a voucher: r and s, 64 bytes, low s.
    pub fn sign(&self, voucher: &Voucher) -> Vec<u8> {
        // The key signs the SHA-256 of what it is given: exactly the voucher's digest.
        self.0.sign(&voucher.bytes())
    }
}

fn draw() -> anyhow::Result<Key> {
    // All but about one in 2^128 strings of 32 bytes are keys.
    let mut bytes = [0u8; 32];
    rand::rngs::OsRng.fill_bytes(&mut bytes);
    Ok(Key::from_bytes(&bytes)?)
}

fn file(home: &Path, public_key: &str) -> PathBuf {
    home.join("session-keys").join(format!("{public_key}.json"))
}
