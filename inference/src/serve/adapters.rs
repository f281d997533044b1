//! What is served: a name callers use as `model`, the chain's id of the adapter, and its folder.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::{PoisonError, RwLock};

use super::error::ApiError;
use axum::http::StatusCode;

/// Longest name of a served adapter, in bytes.
const NAME_MAX: usize = 64;

/// One adapter to serve, as `NAME=ID:FOLDER`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Serving {
    /// What callers ask for as `model`.
    pub name: String,
    /// The adapter's id on the chain.
    pub id: u64,
    /// Folder with PEFT's files and the attribution index.
    pub folder: PathBuf,
}

impl FromStr for Serving {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split_once('=').and_then(|(name, rest)| {
            let (id, folder) = rest.split_once(':')?;
            Some((name, id.parse::<u64>().ok()?, folder))
        });
        let (name, id, folder) =
            parts.ok_or_else(|| format!("{text:?}: expected NAME=ID:FOLDER"))?;
        check_name(name)?;
        Ok(Self { name: name.to_owned(), id, folder: folder.into() })
    }
}

/// Whether a text may name an adapter.
pub fn check_name(name: &str) -> Result<(), String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
    if name.is_empty() || name.len() > NAME_MAX || !name.chars().all(plain) {
        return Err(format!(
            "{name:?}: expected 1 to {NAME_MAX} letters, digits, '-', '_', '.' or '/'"
        ));
    }
    Ok(())
}

/// Chain ids by name.
#[derive(Debug, Default)]
pub struct Ids(RwLock<BTreeMap<String, u64>>);

impl Ids {
    /// Sets the id of a name.
    pub fn set(&self, name: &str, id: u64) {
        let mut ids = self.0.write().unwrap_or_else(PoisonError::into_inner);
        ids.insert(name.to_owned(), id);
    }

    /// The chain's id of a served adapter; a name that is not served is an error, never the bare
    /// base.
    pub fn get(&self, name: &str) -> Result<u64, ApiError> {
        let ids = self.0.read().unwrap_or_else(PoisonError::into_inner);
        ids.get(name).copied().ok_or_else(|| {
            let names: Vec<&str> = ids.keys().map(String::as_str).collect();
            let message = format!("model {name:?} is not served, expected one of {names:?}");
            ApiError::new(StatusCode::NOT_FOUND, "model_not_found", message)
        })
    }

    /// All names and ids, by name.
    pub fn all(&self) -> Vec<(String, u64)> {
        let ids = self.0.read().unwrap_or_else(PoisonError::into_inner);
        ids.iter().map(|(name, id)| (name.clone(), *id)).collect()
    }
}
