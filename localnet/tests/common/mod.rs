//! Real nets for tests: one validator, foreign clients' keys with coins, and what its RPC says.
#![allow(dead_code, unreachable_pub, reason = "each test program uses a part")]

pub mod load;
pub mod rpc;
pub mod variant;

use std::path::Path;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;
use whence_localnet::node::Node;
use whence_localnet::ports::Ports;
use whence_localnet::process::Process;
use whence_localnet::tools;

use self::load::Wallet;
use self::rpc::Rpc;

/// Coins of each wallet at genesis.
pub const COINS: &str = "1000000000uwhn";
/// Longest wait for one thing.
pub const WAIT_MAX: Duration = Duration::from_secs(90);
/// Flags that make blocks often, check all invariants after each, and let several nodes of this
/// machine be peers.
pub const FAST: [&str; 10] = [
    "--comet.set",
    "consensus.timeout_commit=200ms",
    "--comet.set",
    "p2p.allow_duplicate_ip=true",
    "--comet.set",
    "p2p.addr_book_strict=false",
    "--p2p.pex=false",
    "--verify-invariants",
    "--log_level=info",
    "--log_no_color",
];

/// A node in a folder of its own; the folder goes with it.
pub struct Home {
    dir: TempDir,
    pub node: Node,
}

impl Home {
    /// A new validator's home, with wallets that have coins.
    pub fn validator(wallets: &[Wallet]) -> Self {
        let home = Self::empty();
        let addresses: Vec<String> = wallets.iter().map(Wallet::address).collect();
        let mut accounts = vec![("validator", "10000000000000uwhn")];
        accounts.extend(addresses.iter().map(|address| (address.as_str(), COINS)));
        home.node.make(&accounts, |_| Ok(())).unwrap();
        home
    }

    /// A home that follows another's chain.
    pub fn follower(of: &Self) -> Self {
        let home = Self::empty();
        home.node.whenced(&["init", "follower", "--chain-id", "whence-local-1"]).unwrap();
        let genesis = "config/genesis.json";
        std::fs::copy(of.path().join(genesis), home.path().join(genesis)).unwrap();
        home
    }

    fn empty() -> Self {
        let whenced = tools::bin().join("whenced");
        assert!(
            whenced.is_file(),
            "{} is not there: `cargo build --release -p whence-app --bins` makes it, \
             WHENCE_BIN names its folder",
            whenced.display()
        );
        let dir = TempDir::new().unwrap();
        let node = Node::new(dir.path(), Ports::free().unwrap());
        Self { dir, node }
    }

    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    pub fn rpc(&self) -> Rpc {
        Rpc::new(self.node.ports.rpc)
    }

    /// The node as a peer.
    pub fn peer(&self) -> String {
        let id = self.node.whenced(&["comet", "show-node-id"]).unwrap();
        format!("{}@127.0.0.1:{}", id.trim(), self.node.ports.p2p)
    }

    /// Starts the node with blocks that come often, and waits for one.
    pub fn start(&self, more: &[&str]) -> Process {
        self.node.start(&[&FAST[..], more].concat()).unwrap()
    }

    /// The command that starts it as a follower of a peer.
    pub fn following(&self, peer: &str, more: &[&str]) -> std::process::Command {
        let peers = format!("--p2p.persistent_peers={peer}");
        self.node.start_command(&[&FAST[..], &[peers.as_str()], more].concat())
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(self.path().join("node.log")).unwrap_or_default()
    }

    pub fn tail(&self) -> String {
        let log = self.log();
        let lines: Vec<&str> = log.lines().rev().take(25).collect();
        lines.into_iter().rev().collect::<Vec<_>>().join("\n")
    }
}

/// The process id of a node's CometBFT.
pub fn comet_pid(process: &Process) -> Option<i32> {
    let pid = process.id();
    let children = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).ok()?;
    children.split_whitespace().next()?.parse().ok()
}

/// A number that JSON keeps as text.
pub fn number(value: &Value) -> u64 {
    value.as_str().unwrap_or_default().parse().unwrap_or_else(|_| panic!("no number: {value}"))
}
