//! `app.toml`, `client.toml` and the few settings of CometBFT's `config.toml` that we write or
//! read.

use std::path::Path;

use anyhow::Context;
use toml_edit::{DocumentMut, Item, value};
use whence_store::Pruning;

use super::home::Home;

/// `app.toml` of a new node.
pub const APP_TOML: &str = r#"# How the node runs. Nothing here changes what a block does.

# What a transaction must offer for each unit of gas to enter this node's mempool.
# The node does not start without it; "0uwhn" takes transactions for free.
minimum-gas-prices = "0.001uwhn"

# default (the last 362880 heights) | nothing (keep all) | everything (keep 2) | custom
pruning = "default"
pruning-keep-recent = "0"
pruning-interval = "0"

# Stop after this height; 0 never.
halt-height = 0

# How many blocks CometBFT must keep; 0 keeps all.
min-retain-blocks = 0

[grpc]
enable = true
address = "localhost:9090"
"#;

/// `client.toml` of a new node.
pub const CLIENT_TOML: &str = r#"chain-id = ""
keyring-backend = "test"
output = "text"
node = "tcp://localhost:26657"
broadcast-mode = "sync"
"#;

/// A config file.
pub struct Config(DocumentMut);

impl Config {
    /// Reads a file of `config/`; an absent file is empty.
    pub fn read(home: &Home, file: &str) -> anyhow::Result<Self> {
        let path = home.config(file);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(error).with_context(|| path.display().to_string()),
        };
        Ok(Self(text.parse().with_context(|| path.display().to_string())?))
    }

    /// The text of a key such as `grpc.address`; numbers and booleans as text too.
    pub fn get(&self, key: &str) -> Option<String> {
        let mut item: &Item = self.0.as_item();
        for part in key.split('.') {
            item = item.get(part)?;
        }
        let value = item.as_value()?;
        Some(value.as_str().map_or_else(|| value.to_string().trim().to_owned(), str::to_owned))
    }

    /// Sets a key such as `consensus.timeout_commit`.
    pub fn set(&mut self, key: &str, to: &str) {
        match key.split_once('.') {
            Some((table, key)) => self.0[table][key] = value(to),
            None => self.0[key] = value(to),
        }
    }

    /// Writes the file.
    pub fn write(&self, path: &Path) -> anyhow::Result<()> {
        std::fs::write(path, self.0.to_string()).with_context(|| path.display().to_string())
    }
}

/// Pruning by its name in `app.toml`.
pub fn pruning(name: &str, keep_recent: u64, interval: u64) -> anyhow::Result<Pruning> {
    Ok(match name {
        "default" => Pruning::Default,
        "nothing" => Pruning::Nothing,
        "everything" => Pruning::Everything,
        "custom" => Pruning::Custom { keep_recent, interval },
        other => {
            anyhow::bail!("pruning {other:?}: expected default, nothing, everything or custom")
        }
    })
}
