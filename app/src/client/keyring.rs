//! The `test` key ring: one file a key, readable by its owner only, not encrypted.

use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use whence_base::Address;

use super::keys::{Key, KeyError};

/// Most keys that are listed.
const KEYS_MAX: usize = 10_000;

/// Why the key ring cannot do it.
#[derive(Debug, thiserror::Error)]
pub enum KeyringError {
    /// No key has this name or address.
    #[error("key not found: {0}")]
    NotFound(String),
    /// The name is taken.
    #[error("key {0} is there already; delete it first")]
    Exists(String),
    /// The name cannot be a file's.
    #[error("key name {0:?}: expected letters, digits, '-', '_' and '.'")]
    Name(String),
    /// The file cannot be read or written.
    #[error("{path}: {source}")]
    Io {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is not a key's.
    #[error("{path}: {why}")]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// The key itself.
    #[error(transparent)]
    Key(#[from] KeyError),
}

type Result<T> = std::result::Result<T, KeyringError>;

/// Keys under a directory.
pub struct Keyring {
    dir: PathBuf,
}

#[derive(Serialize, Deserialize)]
struct Record {
    name: String,
    address: String,
    secret: String,
}

impl Keyring {
    /// The key ring in a home, as the SDK places its `test` backend.
    pub fn at_home(home: &Path) -> Self {
        Self { dir: home.join("keyring-test") }
    }

    /// Keeps a key under a name.
    pub fn add(&self, name: &str, key: &Key) -> Result<()> {
        let path = self.path(name)?;
        let io = |source| KeyringError::Io { path: path.clone(), source };
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&self.dir).map_err(io)?;
        let record = Record {
            name: name.to_owned(),
            address: key.address().to_string(),
            secret: hex::encode(key.secret_bytes()),
        };
        let text = serde_json::to_string_pretty(&record)
            .map_err(|e| KeyringError::Damaged { path: path.clone(), why: e.to_string() })?;
        let file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
        match file {
            Ok(mut file) => file.write_all(text.as_bytes()).map_err(io),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                Err(KeyringError::Exists(name.to_owned()))
            }
            Err(error) => Err(io(error)),
        }
    }

    /// The key of a name or of an address.
    pub fn find(&self, name_or_address: &str) -> Result<(String, Key)> {
        if let Ok(address) = Address::parse(name_or_address) {
            let mut all = self.list()?.into_iter();
            let found = all.find(|(_, key)| key.address() == address);
            return found.ok_or_else(|| KeyringError::NotFound(name_or_address.to_owned()));
        }
        let path = self.path(name_or_address)?;
        if !path.exists() {
            return Err(KeyringError::NotFound(name_or_address.to_owned()));
        }
        read(&path)
    }

    /// All keys, by name.
    pub fn list(&self) -> Result<Vec<(String, Key)>> {
        let entries = match std::fs::read_dir(&self.dir) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(source) => return Err(KeyringError::Io { path: self.dir.clone(), source }),
        };
        let mut keys = Vec::new();
        for entry in entries.take(KEYS_MAX) {
            let entry =
                entry.map_err(|source| KeyringError::Io { path: self.dir.clone(), source })?;
            if entry.path().extension().is_some_and(|extension| extension == "json") {
                keys.push(read(&entry.path())?);
            }
        }
        keys.sort_by(|(a, _), (b, _)| a.cmp(b));
        Ok(keys)
    }

    /// Forgets a key.
    pub fn delete(&self, name: &str) -> Result<()> {
        let (name, _) = self.find(name)?;
        let path = self.path(&name)?;
        std::fs::remove_file(&path).map_err(|source| KeyringError::Io { path, source })
    }

    fn path(&self, name: &str) -> Result<PathBuf> {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        let fits = (1..=128).contains(&name.len()) && !name.starts_with('.');
        if !fits || !name.chars().all(plain) {
            return Err(KeyringError::Name(name.to_owned()));
        }
        Ok(self.dir.join(format!("{name}.json")))
    }
}

fn read(path: &Path) -> Result<(String, Key)> {
    let text = std::fs::read_to_string(path)
        .map_err(|source| KeyringError::Io { path: path.to_owned(), source })?;
    let damaged = |why: String| KeyringError::Damaged { path: path.to_owned(), why };
    let record: Record = serde_json::from_str(&text).map_err(|e| damaged(e.to_string()))?;
    let secret = hex::decode(&record.secret).map_err(|e| damaged(e.to_string()))?;
    Ok((record.name, Key::from_bytes(&secret)?))
}
