//! Where the story happens: homes, ports, and the processes that run.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;

use super::progress::Progress;
use crate::node::{CHAIN_ID, Node};
use crate::ports::Ports;
use crate::process::Process;
use crate::tools;

/// How much of the story is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scale {
    /// Rotation of the contributors' topics.
    pub rotation: usize,
    /// Rows of each contributor, from the start of their file.
    pub rows_per_topic: usize,
    /// Rows that the copier takes from the first contributor.
    pub copied_rows: usize,
    /// Epochs of the tuning.
    pub epochs: u32,
}

impl Scale {
    /// All of it: what `make run` tells.
    pub fn whole() -> Self {
        Self { rotation: 0, rows_per_topic: 66, copied_rows: 24, epochs: 2 }
    }
}

/// The scene of one demo.
pub struct Place {
    /// The node; its home also holds the people's keys.
    pub node: Node,
    /// Folder of the sidecar.
    pub sidecar_home: PathBuf,
    /// Folder of rows, adapter and progress.
    pub work: PathBuf,
    /// What was done already.
    pub progress: Progress,
    /// Processes that run, in the order they were started.
    pub running: Vec<Process>,
    /// How much of the story is told.
    pub scale: Scale,
    /// Flags that the node starts with besides its ports.
    pub node_flags: &'static [&'static str],
}

impl Place {
    /// A scene in two homes.
    pub fn open(home: &Path, sidecar_home: &Path, ports: Ports) -> Result<Self> {
        let work = home.join("demo");
        std::fs::create_dir_all(&work).context("cannot make the demo's folder")?;
        std::fs::create_dir_all(sidecar_home).context("cannot make the sidecar's folder")?;
        Ok(Self {
            node: Node::new(home, ports),
            sidecar_home: sidecar_home.to_owned(),
            progress: Progress::open(&work)?,
            work,
            running: Vec::new(),
            scale: Scale::whole(),
            node_flags: &[],
        })
    }

    /// Runs the people's CLI as somebody, to its end; gives the JSON that it printed.
    pub fn whence(&self, who: &str, args: &[&str]) -> Result<Value> {
        let mut command = self.whence_command(args);
        command.args(["--from", who, "--yes", "--gas", "auto", "--gas-prices", "0.001uwhn"]);
        command.args(["--chain-id", CHAIN_ID, "--keyring-backend", "test"]);
        parse(&tools::finish(command)?)
    }

    /// Asks with the people's CLI; gives the JSON that it printed.
    pub fn ask(&self, args: &[&str]) -> Result<Value> {
        parse(&tools::finish(self.whence_command(args))?)
    }

    fn whence_command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(tools::bin().join("whence"));
        command.arg("--home").arg(&self.node.home).args(args);
        command.args(["--grpc-addr", &self.node.ports.grpc_address()]);
        command.args(["--node", &self.node.ports.rpc_address(), "--output", "json"]);
        command
    }

    /// A command of the sidecar's binary.
    pub fn inference(&self, args: &[&str]) -> Command {
        let mut command = Command::new(tools::sidecar_bin().join("whence-inference"));
        command.args(args);
        command
    }

    /// Does a step unless it was done, notes its result, and prints one line either way.
    pub fn step(
        &mut self,
        name: &str,
        act: impl FnOnce(&mut Self) -> Result<(Value, String)>,
    ) -> Result<()> {
        if let Some(line) = self.progress.get(name).and_then(|done| done.get("line")) {
            println!("· {name}: {} (done before)", line.as_str().unwrap_or_default());
            return Ok(());
        }
        let (mut result, line) = act(self).with_context(|| format!("step `{name}`"))?;
        if let Some(fields) = result.as_object_mut() {
            fields.insert("line".to_owned(), Value::String(line.clone()));
        }
        self.progress.note(name, result)?;
        println!("✓ {name}: {line}");
        Ok(())
    }
}

fn parse(text: &str) -> Result<Value> {
    serde_json::from_str(text.trim()).with_context(|| format!("expected JSON, got {text:?}"))
}

/// Where a transaction is on the chain, for people.
pub fn at(result: &Value) -> String {
    let text = |field: &str| match result.get(field) {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => "?".to_owned(),
    };
    format!("height {}, tx {}", text("height"), text("txhash"))
}
