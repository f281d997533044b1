//! Where a node keeps its files.

use std::path::{Path, PathBuf};

use anyhow::Context;

/// The home directory of a node.
#[derive(Clone, Debug)]
pub struct Home(PathBuf);

impl Home {
    /// The given directory, or `~/.whence`.
    pub fn or_default(given: Option<PathBuf>) -> anyhow::Result<Self> {
        let dir = match given {
            Some(dir) => dir,
            None => {
                let home = std::env::var_os("HOME").context("neither --home nor HOME is set")?;
                PathBuf::from(home).join(".whence")
            }
        };
        Ok(Self(std::path::absolute(dir)?))
    }

    /// The directory itself.
    pub fn dir(&self) -> &Path {
        &self.0
    }

    /// A file of `config/`.
    pub fn config(&self, file: &str) -> PathBuf {
        self.0.join("config").join(file)
    }

    /// The genesis, in the SDK's layout.
    pub fn genesis(&self) -> PathBuf {
        self.config("genesis.json")
    }

    /// The state.
    pub fn database(&self) -> PathBuf {
        self.0.join("data").join("application.db")
    }

    /// What lives only while the node runs: the ABCI socket and CometBFT's copy of the genesis.
    pub fn run(&self, file: &str) -> PathBuf {
        self.0.join("run").join(file)
    }
}
