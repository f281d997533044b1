//! The order of the story, and what happens around it: start, stay, stop, forget.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::{Value, json};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag::register;

use super::cast::{PURSE, everybody};
use super::place::Place;
use super::{answers, data, pay, tuning};
use crate::ports::Ports;
use crate::process::until;
use crate::tools;

/// File with the process id of a demo that stays up.
const PID_FILE: &str = "demo.pid";

/// The homes that `make run` uses: the product's own.
pub fn usual_homes() -> (PathBuf, PathBuf) {
    (tools::home().join(".whence"), tools::home().join(".whence-inference"))
}

/// Tells the whole story in a scene.
pub fn tell(place: &mut Place) -> Result<()> {
    prepare(place)?;
    answers::start_sidecar(place)?;
    answers::tell(place)?;
    pay::tell(place)
}

/// The first half: up to an adapter that is deployed, with the node running.
pub fn prepare(place: &mut Place) -> Result<()> {
    if !place.node.is_made() {
        let purses: Vec<_> = everybody().into_iter().map(|name| (name, PURSE)).collect();
        place.node.make(&purses, quick_genesis)?;
    }
    let node = place.node.start(place.node_flags)?;
    place.running.push(node);
    println!("✓ chain: one validator makes blocks, at height {}", place.node.height().unwrap_or(0));
    answers::provider(place)?;
    data::tell(place)?;
    tuning::tell(place)
}

/// Deadlines that people wait days for, in seconds and a few blocks.
fn quick_genesis(genesis: &mut Value) -> Result<()> {
    let gov = genesis.pointer_mut("/app_state/gov/params").context("gov params")?;
    gov["voting_period"] = json!("12s");
    gov["expedited_voting_period"] = json!("6s");
    let attribution =
        genesis.pointer_mut("/app_state/attribution/params").context("attribution params")?;
    attribution["settlement_window_blocks"] = json!("3");
    // All four contributions are revealed within the time for the review's commits.
    let datanet = genesis.pointer_mut("/app_state/datanet/params").context("datanet params")?;
    datanet["review_commit_window_blocks"] = json!("30");
    datanet["review_reveal_window_blocks"] = json!("30");
    let model = genesis.pointer_mut("/app_state/model/params").context("model params")?;
    model["review_commit_window_blocks"] = json!("4");
    model["review_reveal_window_blocks"] = json!("20");
    let proposal = genesis.pointer_mut("/app_state/proposal/params").context("proposal params")?;
    proposal["min_accepted_rows"] = json!("30");
    Ok(())
}

/// `make demo`: a net of its own, to the end, then away with it.
pub fn once() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let (home, sidecar) = (folder.path().join("whence"), folder.path().join("inference"));
    let mut place = Place::open(&home, &sidecar, Ports::free()?)?;
    let told = tell(&mut place);
    while let Some(mut process) = place.running.pop() {
        process.end();
    }
    if told.is_err() {
        println!("the net is kept in {}", folder.keep().display());
    }
    told
}

/// `make run`: the usual homes and ports; stays up until it is stopped.
pub fn run() -> Result<()> {
    let (home, sidecar) = usual_homes();
    if running_pid(&home).is_some() {
        bail!("it runs already: `make stop` ends it");
    }
    let mut place = Place::open(&home, &sidecar, Ports::usual())?;
    let asked = stop_on_signals()?;
    let pid = home.join(PID_FILE);
    std::fs::write(&pid, std::process::id().to_string())?;
    let told = tell(&mut place).and_then(|()| stay(&mut place, &asked));
    while let Some(mut process) = place.running.pop() {
        process.end();
    }
    let _gone = std::fs::remove_file(&pid);
    told
}

fn stay(place: &mut Place, asked: &AtomicBool) -> Result<()> {
    let ports = place.node.ports;
    println!("\nIt stays up (`make stop` ends it):");
    println!(
        "  HTTP  http://127.0.0.1:{}/v1  any OpenAI client, paid by the gateway",
        ports.gateway
    );
    println!("  HTTP  http://127.0.0.1:{}/v1  the sidecar itself, for vouchers", ports.sidecar);
    println!("  gRPC  {}", ports.grpc_address());
    println!("  RPC   {}", ports.rpc_address());
    while !asked.load(Ordering::Relaxed) {
        if let Some(process) = place.running.iter_mut().find_map(|p| (!p.runs()).then_some(p)) {
            bail!("a process ended by itself:\n{}", process.log_tail());
        }
        std::thread::sleep(Duration::from_millis(200));
    }
    println!("stopped");
    Ok(())
}

/// Whether somebody asked this process to stop.
fn stop_on_signals() -> Result<Arc<AtomicBool>> {
    let asked = Arc::new(AtomicBool::new(false));
    for signal in [SIGTERM, SIGINT] {
        register(signal, Arc::clone(&asked)).context("cannot listen for signals")?;
    }
    Ok(asked)
}

/// The process of a demo that runs in a home.
fn running_pid(home: &Path) -> Option<Pid> {
    let text = std::fs::read_to_string(home.join(PID_FILE)).ok()?;
    let pid = Pid::from_raw(text.trim().parse().ok()?);
    kill(pid, None).ok().map(|()| pid)
}

/// `make stop`: ends what `make run` left running.
pub fn stop() -> Result<()> {
    let (home, _) = usual_homes();
    let Some(pid) = running_pid(&home) else {
        println!("nothing runs");
        return Ok(());
    };
    kill(pid, Signal::SIGTERM).context("cannot stop it")?;
    until("its end", Duration::from_secs(60), || kill(pid, None).is_err().then_some(()))?;
    println!("stopped");
    Ok(())
}

/// `make clean-net`: forgets chain, keys and the sidecar's data.
pub fn forget() -> Result<()> {
    let (home, sidecar) = usual_homes();
    if running_pid(&home).is_some() {
        bail!("it runs: stop it first");
    }
    for folder in [home, sidecar] {
        if folder.exists() {
            std::fs::remove_dir_all(&folder)?;
            println!("removed {}", folder.display());
        }
    }
    Ok(())
}
