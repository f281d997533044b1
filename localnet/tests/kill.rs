//! `kill -9` of `whenced` and of CometBFT at seeded times under load: nothing committed is lost,
//! and an undisturbed node that replays the chain gets the same app hash after each block.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::disallowed_methods,
    clippy::panic,
    missing_docs,
    reason = "tests"
)]

mod common;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use common::load::{Load, Wallet, balance, sink};
use common::rpc::Rpc;
use common::{Home, WAIT_MAX, comet_pid};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use rand::{Rng, SeedableRng};
use whence_localnet::node::CHAIN_ID;
use whence_localnet::process::{Process, until};

/// Kills in all; every other one is CometBFT's.
const KILLS: u32 = 14;
/// Longest time from a start to the kill after it.
const RUN_MS_MAX: u64 = 4_000;
/// The seed when `WHENCE_SEED` gives none.
const SEED: u64 = 20_251_121;

/// What was seen committed: each height's transactions with their codes.
type Seen = BTreeMap<u64, Vec<(String, u64)>>;

/// Looks at the blocks that came, until the time is over.
fn watch(rpc: &Rpc, seen: &mut Seen, span: Duration) {
    let start = Instant::now();
    while start.elapsed() < span {
        let next = seen.last_key_value().map_or(1, |(height, _)| height + 1);
        if rpc.height().is_some_and(|height| height >= next) {
            if let Some(txs) = rpc.txs(next) {
                seen.insert(next, txs);
            }
            continue;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn kill_one(process: &mut Process, comet: bool) {
    let pid = match comet {
        true => comet_pid(process).expect("CometBFT is a child"),
        false => i32::try_from(process.id()).unwrap(),
    };
    let child = comet_pid(process);
    kill(Pid::from_raw(pid), Signal::SIGKILL).unwrap();
    process.wait(WAIT_MAX).unwrap();
    until("the end of CometBFT", WAIT_MAX, || {
        let stat = child.map(|child| std::fs::read_to_string(format!("/proc/{child}/stat")));
        stat.is_none_or(|stat| stat.is_err() || stat.unwrap().contains(") Z ")).then_some(())
    })
    .unwrap();
}

fn assert_all_found(rpc: &Rpc, seen: &Seen) {
    for (height, txs) in seen {
        assert_eq!(rpc.txs(*height).as_ref(), Some(txs), "block {height} after a restart");
    }
}

#[test]
#[ignore = "starts a chain: `make test`"]
fn killed_at_any_time_nothing_committed_is_lost() {
    let seed = std::env::var("WHENCE_SEED").ok().and_then(|s| s.parse().ok()).unwrap_or(SEED);
    println!(
        "again: WHENCE_SEED={seed} cargo test --release -p whence-localnet --test kill -- --ignored"
    );
    let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(seed);
    let home = Home::validator(&Wallet::several(4));
    let (rpc, mut seen) = (home.rpc(), Seen::new());
    let load = Load::start(&rpc, CHAIN_ID, Wallet::several(4));
    let mut process = home.start(&[]);
    for number in 0..KILLS {
        let run = random.gen_range(0..RUN_MS_MAX);
        watch(&rpc, &mut seen, Duration::from_millis(run));
        kill_one(&mut process, number % 2 == 1);
        let which = if number % 2 == 1 { "CometBFT" } else { "whenced" };
        let height = seen.last_key_value().map_or(0, |(height, _)| *height);
        println!("{}: {which} killed {run} ms after its start, at height {height}", number + 1);
        process = home.start(&[]);
    }
    watch(&rpc, &mut seen, Duration::from_secs(3));
    drop(load);
    let last = rpc.height().unwrap();
    rpc.reach(last + 2);
    assert_all_found(&rpc, &seen);
    let last = last + 1;
    let paid: u64 = (1..=last)
        .map(|height| rpc.txs(height).unwrap().iter().filter(|(_, code)| *code == 0).count() as u64)
        .sum();
    assert_eq!(balance(&rpc, &sink()), u128::from(paid), "each committed send paid once");
    assert!(paid > 100, "{paid} sends are no load");

    let fresh = Home::follower(&home);
    let command = fresh.following(&home.peer(), &[]);
    let _fresh = Process::start(command, &fresh.path().join("node.log")).unwrap();
    fresh.rpc().reach(last);
    for height in 1..=last {
        let (ours, theirs) = (rpc.app_hash_after(height), fresh.rpc().app_hash_after(height));
        assert!(ours.is_some() && ours == theirs, "app hash after block {height}");
    }
    println!("{KILLS} kills, {last} blocks, {paid} sends: all found, and the replay agrees");
}
