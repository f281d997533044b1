//! `kill -9` of the sidecar at seeded times, under a load of questions and of sends.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rand::{Rng, SeedableRng};
use tempfile::TempDir;
use whence_localnet::demo::cast::CAL;
use whence_localnet::demo::tuning::MODEL;
use whence_localnet::node::{CHAIN_ID, Node};
use whence_localnet::ports::Ports;
use whence_localnet::process::Process;
use whence_localnet::scene::{Scene, kill, request};

use crate::common::load::{Load, Wallet};
use crate::common::rpc::Rpc;
use crate::{SHORT, grown};

/// With the fourteen of node and CometBFT in `kill.rs`, twenty in all.
const KILLS: u32 = 6;
/// Longest time from a start to the kill after it, in answers.
const RUN_ANSWERS_MAX: u32 = 4;
/// The seed when `WHENCE_SEED` gives none.
const SEED: u64 = 20_251_121;
const COINS: &str = "50000000uwhn";

/// Asks one question after another; gives the sequences that were answered.
struct Asking {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<Vec<u64>>,
}

impl Asking {
    fn start(port: u16) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = std::thread::spawn(move || {
            let http = reqwest::blocking::Client::builder().timeout(Duration::from_secs(60));
            let http = http.build().unwrap();
            let url = format!("http://127.0.0.1:{port}/v1/chat/completions");
            let mut answered = Vec::new();
            while !stopped.load(Ordering::Relaxed) {
                match ask(&http, &url) {
                    Some(sequence) => answered.push(sequence),
                    None => std::thread::sleep(Duration::from_millis(100)),
                }
            }
            answered
        });
        Self { stop, thread }
    }

    fn end(self) -> Vec<u64> {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().unwrap()
    }
}

/// The sequence of a whole answer; none when there was no answer.
fn ask(http: &reqwest::blocking::Client, url: &str) -> Option<u64> {
    let answer = http.post(url).body(request(MODEL, "What is FTS5?", SHORT)).send().ok()?;
    let body: serde_json::Value = answer.error_for_status().ok()?.json().ok()?;
    let (_, sequence) = body["attribution"]["query_id"].as_str()?.split_once('/')?;
    sequence.parse().ok()
}

fn fund(scene: &Scene, rpc: &Rpc, wallets: &[Wallet]) {
    for wallet in wallets {
        let send = ["tx", "bank", "send", CAL, &wallet.address(), COINS];
        let sent = scene.place.whence(CAL, &send).unwrap();
        rpc.wait_tx(sent["txhash"].as_str().unwrap());
    }
}

pub(crate) fn sidecar_dies_at_any_time(scene: &mut Scene) {
    let seed = std::env::var("WHENCE_SEED").ok().and_then(|s| s.parse().ok()).unwrap_or(SEED);
    let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(seed);
    let rpc = Rpc::new(scene.place.node.ports.rpc);
    let wallets = Wallet::several(2);
    fund(scene, &rpc, &wallets);
    let before = scene.books().unwrap();
    let start = Instant::now();
    let first = crate::ask(scene);
    // Kills fall into answers, between them and after several, however fast this machine is.
    let longest = start.elapsed() * RUN_ANSWERS_MAX;
    let load = Load::start(&rpc, CHAIN_ID, wallets);
    let asking = Asking::start(scene.place.node.ports.gateway);
    for number in 1..=KILLS {
        let run = longest.mul_f64(random.gen_range(0.0..1.0));
        std::thread::sleep(run);
        kill(&mut scene.sidecar).unwrap();
        println!("{number}: the sidecar killed {run:.1?} after it served (WHENCE_SEED={seed})");
        scene.start_sidecar().unwrap();
    }
    let answered = asking.end();
    assert!(load.accepted() > 50, "{} sends are no load", load.accepted());
    drop(load);
    let last = crate::ask(scene);
    let mut paid = 0;
    for sequence in first.sequence..=last.sequence {
        let reported = scene.reported(sequence).unwrap()["reported"] == true;
        let owed = answered.contains(&sequence) || sequence == first.sequence;
        if owed || sequence == last.sequence {
            scene.settled(sequence).unwrap();
        }
        paid += usize::from(owed || reported || sequence == last.sequence);
    }
    println!("{} answered, {paid} paid, of {}", answered.len(), last.sequence - first.sequence + 1);
    assert!(answered.len() >= 3, "too few answers to say anything");
    assert_eq!(scene.books().unwrap(), grown(&before, paid), "each exactly once");
}

/// A node that was never disturbed replays the chain and gets the same app hash after each block.
pub(crate) fn an_undisturbed_replay_agrees(scene: &Scene) {
    let folder = TempDir::new().unwrap();
    let fresh = Node::new(folder.path(), Ports::free().unwrap());
    fresh.whenced(&["init", "fresh", "--chain-id", CHAIN_ID]).unwrap();
    let genesis = "config/genesis.json";
    std::fs::copy(scene.place.node.home.join(genesis), fresh.home.join(genesis)).unwrap();
    let id = scene.place.node.whenced(&["comet", "show-node-id"]).unwrap();
    let peer = format!("{}@127.0.0.1:{}", id.trim(), scene.place.node.ports.p2p);
    let peers = format!("--p2p.persistent_peers={peer}");
    let mut flags = crate::common::FAST.to_vec();
    flags.push(&peers);
    let process = Process::start(fresh.start_command(&flags), &fresh.home.join("node.log"));
    let (ours, theirs) = (Rpc::new(scene.place.node.ports.rpc), Rpc::new(fresh.ports.rpc));
    let last = ours.height().unwrap() - 1;
    theirs.reach(last);
    for height in 1..=last {
        let (ours, theirs) = (ours.app_hash_after(height), theirs.app_hash_after(height));
        assert!(ours.is_some() && ours == theirs, "app hash after block {height}");
    }
    process.unwrap().end();
    println!("{last} blocks: an undisturbed replay agrees");
}
