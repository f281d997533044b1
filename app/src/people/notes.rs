//! Notes of what was begun: salts and ids, kept so that a command which was cut off goes on where
//! it was.
//!
//! A salt that is lost is a deposit that is lost, so a note is on disk, synced, before what it is
//! about is sent. Notes are readable by their owner only.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::PathBuf;

use anyhow::Context;
use rand::RngCore;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Desk;

/// One note's place.
#[derive(Debug)]
pub struct Note(PathBuf);

impl Note {
    /// The note of a kind about something on a chain by an account.
    pub fn of(desk: &Desk, kind: &str, about: &str) -> Self {
        let plain = |c: char| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '_' };
        let name: String = format!("{}.{about}.json", desk.chain_id).chars().map(plain).collect();
        Self(desk.home.dir().join("notes").join(kind).join(name))
    }

    /// What it says; nothing when there is none.
    pub fn read<T: DeserializeOwned>(&self) -> anyhow::Result<Option<T>> {
        let place = || self.0.display().to_string();
        match std::fs::read(&self.0) {
            Ok(text) => serde_json::from_slice(&text).map(Some).with_context(place),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).with_context(place),
        }
    }

    /// Says something else from now on; it is on disk when this returns.
    pub fn write<T: Serialize>(&self, note: &T) -> anyhow::Result<()> {
        let place = || self.0.display().to_string();
        let dir = self.0.parent().context("a note has no directory")?;
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(dir).with_context(place)?;
        let fresh = self.0.with_extension("new");
        let mut file = OpenOptions::new()
            .create(true)
            .truncate(true)
            .write(true)
            .mode(0o600)
            .open(&fresh)
            .with_context(place)?;
        file.write_all(&serde_json::to_vec_pretty(note)?)?;
        file.sync_all()?;
        std::fs::rename(&fresh, &self.0).with_context(place)?;
        File::open(dir)?.sync_all().with_context(place)
    }
}

/// A fresh salt, in hexadecimal.
pub fn salt() -> String {
    let mut salt = [0u8; 32];
    rand::rngs::OsRng.fill_bytes(&mut salt);
    hex::encode(salt)
}
