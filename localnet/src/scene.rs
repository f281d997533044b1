//! A served model in a small net: node, sidecar and gateway, each killed and started alone, with a
//! relay between gateway and sidecar.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use nix::sys::signal::Signal;
use serde_json::{Value, json};

use crate::demo::cast::CAL;
use crate::demo::pay::earned;
use crate::demo::place::{Place, Scale};
use crate::demo::progress::number;
use crate::demo::story;
use crate::demo::tuning::{MODEL, serving};
use crate::ports::Ports;
use crate::process::{Process, until};
use crate::relay::Relay;
use crate::tools;

/// A second name for the same adapter's files, with an id that is not the first's.
pub const OTHER_MODEL: &str = "another";
/// What the caller sets aside.
const ESCROW: &str = "50000000uwhn";
/// Longest wait for a server.
const READY_WAIT: Duration = Duration::from_secs(120);
/// Longest wait for a report and its settlement.
const SETTLE_WAIT: Duration = Duration::from_secs(180);
const END_WAIT: Duration = Duration::from_secs(20);

/// The net and its processes.
pub struct Scene {
    /// Homes, people and what was done.
    pub place: Place,
    /// The node.
    pub node: Option<Process>,
    /// The sidecar.
    pub sidecar: Option<Process>,
    /// The gateway.
    pub gateway: Option<Process>,
    /// Between gateway and sidecar.
    pub relay: Relay,
    /// Where the sidecar itself listens: the provider's endpoint is the relay.
    pub sidecar_port: u16,
}

/// What the chain says of all money that answers move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Books {
    /// Fees reported on the escrow.
    pub reported: u64,
    /// Earned by each contributor.
    pub earned: BTreeMap<String, u128>,
}

/// An HTTP answer: status and body.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// HTTP status; 0 when the connection ended without one.
    pub status: u16,
    /// The body.
    pub body: Value,
}

impl Scene {
    /// Makes a net with a small tuned adapter, or goes on with the one in a folder.
    pub fn open(folder: &Path) -> Result<Self> {
        let (home, sidecar) = (folder.join("whence"), folder.join("inference"));
        let (ports, sidecar_port) = ports_of(folder)?;
        let mut place = Place::open(&home, &sidecar, ports)?;
        place.scale = Scale { rotation: 0, rows_per_topic: 16, copied_rows: 4, epochs: 1 };
        place.node_flags = &["--verify-invariants"];
        story::prepare(&mut place)?;
        let node = place.running.pop();
        place.step("escrow", |place| {
            let provider = place.progress.id("provider", "provider_id")?.to_string();
            let made = place.whence(CAL, &["escrow", "fund", &provider, ESCROW])?;
            Ok((made, format!("{CAL} set {ESCROW} aside")))
        })?;
        let relay = Relay::start(ports.sidecar, sidecar_port)?;
        let mut scene = Self { place, node, sidecar: None, gateway: None, relay, sidecar_port };
        scene.start_sidecar()?;
        scene.start_gateway()?;
        Ok(scene)
    }

    /// Starts the node again.
    pub fn start_node(&mut self) -> Result<()> {
        self.node = Some(self.place.node.start(self.place.node_flags)?);
        Ok(())
    }

    /// Starts the sidecar and waits until it serves.
    pub fn start_sidecar(&mut self) -> Result<()> {
        let place = &self.place;
        let id = place.progress.id("provider", "provider_id")?.to_string();
        let serving = serving(place).context("no adapter")?;
        let (_, folder) = serving.rsplit_once(':').context("no folder")?;
        let other = format!("{OTHER_MODEL}=999:{folder}");
        let listen = format!("127.0.0.1:{}", self.sidecar_port);
        let home = place.sidecar_home.display().to_string();
        let mut command = place.inference(&["serve", "--home", &home, "--provider-id", &id]);
        command.args(["--listen", &listen, "--node", &place.node.ports.grpc_address()]);
        command.args(["--adapter", &serving, "--adapter", &other]);
        command.env("RUST_LOG", "info");
        let process = Process::start(command, &place.sidecar_home.join("sidecar.log"))?;
        self.sidecar = Some(process);
        ready(&mut self.sidecar, self.sidecar_port, "/ready")
    }

    /// Starts the gateway and waits until it serves.
    pub fn start_gateway(&mut self) -> Result<()> {
        let ports = self.place.node.ports;
        let escrow = self.escrow()?.to_string();
        let mut command = Command::new(tools::bin().join("whence"));
        command.arg("--home").arg(&self.place.node.home).args(["gateway", "--escrow", &escrow]);
        command.args(["--listen", &format!("127.0.0.1:{}", ports.gateway)]);
        command.args(["--grpc-addr", &ports.grpc_address()]);
        self.gateway = Some(Process::start(command, &self.place.work.join("gateway.log"))?);
        ready(&mut self.gateway, ports.gateway, "/v1/models")
    }

    /// The escrow that pays.
    pub fn escrow(&self) -> Result<u64> {
        self.place.progress.id("escrow", "escrow_id")
    }

    /// Asks through the gateway.
    pub fn ask(&self, question: &str, max_tokens: u32) -> Result<Answer> {
        let url = format!("http://127.0.0.1:{}/v1/chat/completions", self.place.node.ports.gateway);
        post(&url, &[], &request(MODEL, question, max_tokens))
    }

    /// Asks the sidecar itself, with these headers.
    pub fn ask_sidecar(&self, headers: &[String], body: &str) -> Result<Answer> {
        let url = format!("http://127.0.0.1:{}/v1/chat/completions", self.sidecar_port);
        post(&url, headers, body)
    }

    /// Names of the reports that wait in the sidecar's outbox.
    pub fn outbox(&self) -> Vec<String> {
        let Ok(folder) = std::fs::read_dir(self.place.sidecar_home.join("outbox")) else {
            return Vec::new();
        };
        folder.flatten().map(|file| file.file_name().to_string_lossy().into_owned()).collect()
    }

    /// Waits until the outbox is empty and a query is settled.
    pub fn settled(&self, sequence: u64) -> Result<Value> {
        until("an empty outbox", SETTLE_WAIT, || self.outbox().is_empty().then_some(()))?;
        until(&format!("settlement of {sequence}"), SETTLE_WAIT, || {
            let known = self.reported(sequence).ok()?;
            (known.get("settled") == Some(&json!(true))).then_some(known)
        })
    }

    /// What the chain says of a query.
    pub fn reported(&self, sequence: u64) -> Result<Value> {
        let (escrow, sequence) = (self.escrow()?.to_string(), sequence.to_string());
        let asked = ["query", "attribution", "reported", "--escrow-id", &escrow];
        self.place.ask(&[&asked[..], &["--sequence", &sequence]].concat())
    }

    /// What the chain says of all money that answers move.
    pub fn books(&self) -> Result<Books> {
        let escrow = self.place.ask(&["escrow", "show", &self.escrow()?.to_string()])?;
        let reported = escrow.pointer("/reported/amount").and_then(number).unwrap_or(0);
        Ok(Books { reported, earned: earned(&self.place)? })
    }

    /// How many transactions wait in the node's mempool.
    pub fn mempool(&self) -> Option<u64> {
        let rpc = self.place.node.ports.rpc;
        let answer = get(&format!("http://127.0.0.1:{rpc}/num_unconfirmed_txs"))?;
        answer.pointer("/result/n_txs").and_then(number)
    }
}

/// Kills a process and waits until it is gone.
pub fn kill(process: &mut Option<Process>) -> Result<()> {
    let mut process = process.take().context("it does not run")?;
    process.signal(Signal::SIGKILL)?;
    process.wait(END_WAIT).map(drop)
}

/// A chat request.
pub fn request(model: &str, question: &str, max_tokens: u32) -> String {
    let messages = json!([{ "role": "user", "content": question }]);
    json!({ "model": model, "messages": messages, "max_tokens": max_tokens, "temperature": 0 })
        .to_string()
}

/// Posts a body with `curl`.
fn post(url: &str, headers: &[String], body: &str) -> Result<Answer> {
    let mut command = Command::new("curl");
    command.args(["--silent", "--max-time", "300", "--write-out", "\n%{http_code}"]);
    command.args(["--header", "content-type: application/json", "--data-binary", body]);
    headers.iter().for_each(|header| drop(command.args(["--header", header]).get_args()));
    let out = command.arg(url).output().context("cannot run curl")?;
    let text = String::from_utf8_lossy(&out.stdout).into_owned();
    let (body, status) = text.rsplit_once('\n').with_context(|| format!("{text:?}"))?;
    Ok(Answer { status: status.parse()?, body: serde_json::from_str(body).unwrap_or_default() })
}

fn get(url: &str) -> Option<Value> {
    let args = ["--silent", "--fail", "--max-time", "5", url];
    serde_json::from_str(&tools::run(Path::new("curl"), &args).ok()?).ok()
}

/// The ports of a folder's net and of its sidecar: the provider's endpoint is on the chain, so they
/// stay.
fn ports_of(folder: &Path) -> Result<(Ports, u16)> {
    let file: PathBuf = folder.join("ports");
    if let Ok(text) = std::fs::read_to_string(&file) {
        let ports: Vec<u16> = text.split_whitespace().flat_map(str::parse).collect();
        let [rpc, p2p, grpc, sidecar, gateway, own] = ports[..] else {
            bail!("{}: expected six ports", file.display());
        };
        return Ok((Ports { rpc, p2p, grpc, sidecar, gateway }, own));
    }
    let (Ports { rpc, p2p, grpc, sidecar, gateway }, own) = (Ports::free()?, Ports::free()?.rpc);
    std::fs::create_dir_all(folder)?;
    std::fs::write(&file, format!("{rpc} {p2p} {grpc} {sidecar} {gateway} {own}"))?;
    Ok((Ports { rpc, p2p, grpc, sidecar, gateway }, own))
}

fn ready(process: &mut Option<Process>, port: u16, path: &str) -> Result<()> {
    let process = process.as_mut().context("it does not run")?;
    let address = format!("http://127.0.0.1:{port}{path}");
    let args = ["--silent", "--fail", "--max-time", "5", "--output", "/dev/null", &address];
    let up = until(&address, READY_WAIT, || {
        let answers = tools::run(Path::new("curl"), &args).is_ok();
        (answers || !process.runs()).then_some(answers)
    })?;
    ensure!(up, "it ended: {}", process.log_tail());
    Ok(())
}
