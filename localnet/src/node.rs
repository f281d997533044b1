//! One node: its home, its genesis and its process.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::ports::Ports;
use crate::process::{Process, until};
use crate::tools;

/// Chain id of local nets.
pub const CHAIN_ID: &str = "whence-local-1";
/// Stake of the first validator, in base units.
const STAKE: &str = "100000000uwhn";

/// A node that may or may not run.
pub struct Node {
    /// Folder of config, keys and data.
    pub home: PathBuf,
    /// Where it listens.
    pub ports: Ports,
}

impl Node {
    /// A node in a folder.
    pub fn new(home: &Path, ports: Ports) -> Self {
        Self { home: home.to_owned(), ports }
    }

    /// Whether the home was made before.
    pub fn is_made(&self) -> bool {
        self.home.join("config/genesis.json").exists()
    }

    /// Runs `whenced` on this home to its end.
    pub fn whenced(&self, args: &[&str]) -> Result<String> {
        let home = self.home.display().to_string();
        let mut all = vec!["--home", &home];
        all.extend(args);
        tools::run(&tools::bin().join("whenced"), &all)
    }

    /// Makes home, keys and a genesis of one validator; `accounts` (names of keys, or addresses)
    /// get coins, `edit` may change genesis.
    pub fn make(
        &self,
        accounts: &[(&str, &str)],
        edit: impl FnOnce(&mut Value) -> Result<()>,
    ) -> Result<()> {
        self.whenced(&["init", "validator", "--chain-id", CHAIN_ID])?;
        for (name, coins) in accounts {
            let address =
                if name.starts_with("whence1") { (*name).to_owned() } else { self.key(name)? };
            self.whenced(&["genesis", "add-genesis-account", &address, coins])?;
        }
        let path = self.home.join("config/genesis.json");
        let text = std::fs::read_to_string(&path)?;
        let mut genesis: Value = serde_json::from_str(&text).context("genesis.json")?;
        edit(&mut genesis)?;
        std::fs::write(&path, serde_json::to_string_pretty(&genesis)?)?;
        let validator = accounts.first().context("a net has a validator")?.0;
        let backend = ["--keyring-backend", "test", "--chain-id", CHAIN_ID];
        self.whenced(&[&["genesis", "gentx", validator, STAKE], &backend[..]].concat())?;
        self.whenced(&["genesis", "collect-gentxs"])?;
        self.whenced(&["genesis", "validate"]).map(drop)
    }

    /// The address of a key in the test keyring; makes the key when there is none.
    pub fn key(&self, name: &str) -> Result<String> {
        let shown = ["keys", "show", name, "--address", "--keyring-backend", "test"];
        if let Ok(address) = self.whenced(&shown) {
            return Ok(address.trim().to_owned());
        }
        self.whenced(&["keys", "add", name, "--keyring-backend", "test", "--output", "json"])?;
        Ok(self.whenced(&shown)?.trim().to_owned())
    }

    /// The command that starts the node with these flags besides its ports.
    pub fn start_command(&self, flags: &[&str]) -> Command {
        let mut command = Command::new(tools::bin().join("whenced"));
        command.arg("--home").arg(&self.home).arg("start");
        command.args(["--rpc.laddr", &self.ports.rpc_address()]);
        command.args(["--p2p.laddr", &format!("tcp://127.0.0.1:{}", self.ports.p2p)]);
        command.args(["--grpc.address", &format!("127.0.0.1:{}", self.ports.grpc)]);
        command.args(["--minimum-gas-prices", "0.001uwhn"]);
        command.args(flags);
        command
    }

    /// Starts the node and waits until it has made a block.
    pub fn start(&self, flags: &[&str]) -> Result<Process> {
        let log = self.home.join("node.log");
        let before = self.height().unwrap_or(0);
        let mut process = Process::start(self.start_command(flags), &log)?;
        let up = until("the first block", Duration::from_secs(60), || {
            self.height()
                .filter(|height| *height > before)
                .or_else(|| (!process.runs()).then_some(0))
        })?;
        if up == 0 {
            anyhow::bail!("the node ended at once:\n{}", process.log_tail());
        }
        Ok(process)
    }

    /// The latest height, when the node answers.
    pub fn height(&self) -> Option<u64> {
        let address = self.ports.rpc_address();
        let out = self.whenced(&["status", "--node", &address]).ok()?;
        let status: Value = serde_json::from_str(&out).ok()?;
        let sync = status.get("sync_info").or_else(|| status.get("SyncInfo"))?;
        sync.get("latest_block_height")?.as_str()?.parse().ok().filter(|height| *height > 0)
    }

    /// Waits for a height.
    pub fn reach(&self, height: u64, limit: Duration) -> Result<u64> {
        let what = format!("height {height}");
        until(&what, limit, || self.height().filter(|now| *now >= height))
    }
}
