//! A real node for tests: `whenced` and its CometBFT in a directory of their own, on free ports.
#![allow(dead_code, unreachable_pub, reason = "each test program uses a part")]

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

pub const CHAIN_ID: &str = "whence-test-1";
pub const VALIDATOR_WORDS: &str = "abandon abandon abandon abandon abandon abandon abandon abandon \
    abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon \
    abandon abandon abandon art";
/// Longest wait for anything.
pub const WAIT_MAX: Duration = Duration::from_secs(60);

/// A home with a genesis of one validator, and its addresses.
pub struct Home {
    dir: TempDir,
    pub rpc: u16,
    pub grpc: u16,
    pub p2p: u16,
}

/// A running node; it is killed when the test forgets it.
pub struct Node {
    pub child: Child,
}

impl Home {
    /// One validator with 10,000,000 WHN of which 1,000 are staked, and what the test adds.
    pub fn new(more: &[(&str, &str)]) -> Self {
        let dir = TempDir::new().unwrap();
        let [rpc, grpc, p2p] = free_ports();
        let home = Self { dir, rpc, grpc, p2p };
        home.ok(&["init", "test", "--chain-id", CHAIN_ID]);
        home.ok_with(&["keys", "add", "validator", "--recover"], VALIDATOR_WORDS);
        home.ok(&["genesis", "add-genesis-account", "validator", "10000000000000uwhn"]);
        for (address, coins) in more {
            home.ok(&["genesis", "add-genesis-account", address, coins]);
        }
        home.ok(&["genesis", "gentx", "validator", "1000000000uwhn", "--chain-id", CHAIN_ID]);
        home.ok(&["genesis", "collect-gentxs"]);
        home.ok(&["genesis", "validate"]);
        home
    }

    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    pub fn socket(&self) -> PathBuf {
        self.path().join("run").join("abci.sock")
    }

    pub fn grpc_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.grpc)
    }

    pub fn rpc_url(&self) -> String {
        format!("tcp://127.0.0.1:{}", self.rpc)
    }

    /// Runs a command of the node, which must succeed, and gives its standard output.
    pub fn ok(&self, args: &[&str]) -> String {
        self.ok_with(args, "")
    }

    pub fn ok_with(&self, args: &[&str], input: &str) -> String {
        let output = self.run(args, input);
        assert!(
            output.status.success(),
            "whenced {args:?} failed: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).unwrap()
    }

    pub fn run(&self, args: &[&str], input: &str) -> Output {
        use std::io::Write;
        let mut child = Command::new(env!("CARGO_BIN_EXE_whenced"))
            .args(args)
            .arg(format!("--home={}", self.path().display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        child.wait_with_output().unwrap()
    }

    /// Starts the node, with its log in a file.
    pub fn start(&self, more: &[&str]) -> Node {
        let log = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.path().join("node.log"))
            .unwrap();
        let mut command = self.start_command(more);
        let child = command.stdout(log.try_clone().unwrap()).stderr(log).spawn().unwrap();
        Node { child }
    }

    /// The command that starts the node, with all invariants checked after every block.
    pub fn start_command(&self, more: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_whenced"));
        command
            .args(["start", "--log_level=info", "--log_no_color", "--verify-invariants"])
            .args(["--comet.set", "consensus.timeout_commit=200ms"])
            .arg(format!("--home={}", self.path().display()))
            .arg(format!("--rpc.laddr=tcp://127.0.0.1:{}", self.rpc))
            .arg(format!("--p2p.laddr=tcp://127.0.0.1:{}", self.p2p))
            .arg(format!("--grpc.address=127.0.0.1:{}", self.grpc))
            .args(more)
            .stdin(Stdio::null());
        command
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(self.path().join("node.log")).unwrap_or_default()
    }

    /// Heights that the node said it committed.
    pub fn committed(&self) -> u64 {
        let log = self.log();
        let heights = log.lines().filter(|line| line.contains(" committed ")).filter_map(|line| {
            line.split_whitespace().find_map(|word| word.strip_prefix("height="))?.parse().ok()
        });
        heights.max().unwrap_or(0)
    }

    /// Waits until a height is committed.
    pub fn wait_height(&self, height: u64) {
        let reached = wait_until(|| self.committed() >= height);
        assert!(reached, "height {height} was not reached:\n{}", tail(&self.log()));
    }
}

impl Node {
    pub fn pid(&self) -> i32 {
        i32::try_from(self.child.id()).unwrap()
    }

    /// The process id of its CometBFT.
    pub fn comet_pid(&self) -> Option<i32> {
        let pid = self.pid();
        let children = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).ok()?;
        children.split_whitespace().next()?.parse().ok()
    }

    pub fn signal(&self, signal: nix::sys::signal::Signal) {
        nix::sys::signal::kill(nix::unistd::Pid::from_raw(self.pid()), signal).unwrap();
    }

    pub fn wait(&mut self) -> ExitStatus {
        let mut status = None;
        let ended = wait_until(|| {
            status = self.child.try_wait().unwrap();
            status.is_some()
        });
        assert!(ended, "the node did not end");
        status.unwrap()
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _status = self.child.wait();
    }
}

/// Whether a process runs (and is no zombie).
pub fn is_alive(pid: i32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    !stat.is_empty() && !stat.contains(") Z ")
}

/// Looks often until something holds; false when it took too long.
pub fn wait_until(mut holds: impl FnMut() -> bool) -> bool {
    let start = Instant::now();
    while start.elapsed() < WAIT_MAX {
        if holds() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    false
}

fn free_ports<const N: usize>() -> [u16; N] {
    let listeners: Vec<_> = (0..N).map(|_| TcpListener::bind("127.0.0.1:0").unwrap()).collect();
    let ports: Vec<u16> = listeners.iter().map(|l| l.local_addr().unwrap().port()).collect();
    ports.try_into().unwrap()
}

pub fn tail(text: &str) -> String {
    let lines: Vec<_> = text.lines().rev().take(30).collect();
    lines.into_iter().rev().collect::<Vec<_>>().join("\n")
}
