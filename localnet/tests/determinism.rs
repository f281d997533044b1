//! Nodes that differ in everything but the chain reach equal app hashes; one that is made to differ
//! in its state is found out.
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

use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use common::load::{Load, Wallet, balance, sink};
use common::rpc::Rpc;
use common::{Home, WAIT_MAX, variant};
use whence_localnet::node::CHAIN_ID;
use whence_localnet::process::{Process, until};

/// Blocks under load that are compared.
const BLOCKS: u64 = 50;
/// Between two looks at a hash that may differ.
const LOOK_INTERVAL: Duration = Duration::from_millis(50);

/// The first height whose app hash differs between nodes, from what each node's application said.
fn first_difference(nodes: &[Rpc], heights: std::ops::RangeInclusive<u64>) -> Option<u64> {
    heights.into_iter().find(|height| {
        let hashes: Vec<_> = nodes.iter().map(|node| node.app_hash_after(*height)).collect();
        assert!(hashes[0].is_some(), "the first node has block {height}");
        hashes.iter().any(|hash| *hash != hashes[0])
    })
}

fn launch(home: &Home, mut command: Command, folder: Option<&Path>, threads: u32) -> Process {
    if let Some(folder) = folder {
        let mut other = Command::new(folder.join("whenced"));
        other.args(command.get_args());
        command = other;
    }
    command.env("RAYON_NUM_THREADS", threads.to_string());
    Process::start(command, &home.path().join("node.log")).unwrap()
}

fn query_in_a_loop(rpc: &Rpc, stop: &AtomicBool) -> u64 {
    let mut answered = 0;
    while !stop.load(Ordering::Relaxed) {
        let key = "abci_query?path=\"/store/bank/key\"&data=0x00&prove=true";
        answered += u64::from(rpc.try_get(key).is_some());
        std::thread::sleep(Duration::from_millis(5));
    }
    answered
}

#[test]
#[ignore = "starts a chain: `make test`"]
fn nodes_that_differ_in_all_but_the_chain_agree() {
    let settings = [
        "--config=profile.release.package.whence-app.opt-level=0",
        "--config=profile.release.package.whence-store.opt-level=0",
        "--config=profile.release.package.whence-bank.opt-level=0",
        "--config=profile.release.package.whence-app.debug-assertions=true",
        "--config=profile.release.package.whence-store.debug-assertions=true",
        "--config=profile.release.package.whence-bank.debug-assertions=true",
    ];
    let unoptimised = variant::build("unoptimised", &settings);
    let first = Home::validator(&Wallet::several(4));
    let _running = first.start(&["--pruning=default"]);
    let peer = first.peer();
    let others: Vec<Home> = (0..3).map(|_| Home::follower(&first)).collect();
    let everything = others[0].following(&peer, &["--pruning=everything"]);
    let nothing = others[1].following(&peer, &["--pruning=nothing"]);
    let checked = others[2].following(
        &peer,
        &["--pruning=custom", "--pruning-keep-recent=5", "--pruning-interval=10"],
    );
    let _followers = [
        launch(&others[0], everything, None, 1),
        launch(&others[1], nothing, None, 4),
        launch(&others[2], checked, Some(&unoptimised), 2),
    ];

    let stop = AtomicBool::new(false);
    let (last, asked) = std::thread::scope(|scope| {
        let (queried, stop_asking) = (others[0].rpc(), &stop);
        let asking = scope.spawn(move || query_in_a_loop(&queried, stop_asking));
        let load = Load::start(&first.rpc(), CHAIN_ID, Wallet::several(4));
        let last = first.rpc().reach(BLOCKS + 10);
        assert!(load.accepted() > BLOCKS, "{} sends is no load", load.accepted());
        drop(load);
        stop.store(true, Ordering::Relaxed);
        (last, asking.join().unwrap())
    });
    assert!(asked > 100, "{asked} queries are no load");
    for home in &others {
        home.rpc().reach(last);
    }
    let nodes: Vec<Rpc> = std::iter::once(&first).chain(&others).map(Home::rpc).collect();
    assert_eq!(first_difference(&nodes, 1..=last), None);
    let paid = balance(&nodes[0], &sink());
    println!("{last} blocks, {paid} sends, {asked} queries: four nodes agree");
    assert!(paid > u128::from(BLOCKS));

    // One that comes later syncs from genesis.
    let late = Home::follower(&first);
    let _late = launch(&late, late.following(&peer, &[]), None, 2);
    late.rpc().reach(last);
    assert_eq!(first_difference(&[nodes[0].clone(), late.rpc()], 1..=last), None);
}

#[test]
#[ignore = "starts a chain: `make test`"]
fn a_node_made_nondeterministic_is_found_out() {
    let faulty =
        variant::build("nondeterministic", &["--features", "whence-app/fault-nondeterminism"]);
    let first = Home::validator(&Wallet::several(1));
    let _running = first.start(&[]);
    let other = Home::follower(&first);
    let command = other.following(&first.peer(), &[]);
    let mut process = launch(&other, command, Some(&faulty), 2);
    let nodes = [first.rpc(), other.rpc()];
    // Its own answer differs at the first block, and CometBFT stops at the second.
    until("the difference", WAIT_MAX, || {
        let said = nodes[1].app_hash_after(1);
        let seen = said.is_some() && said != nodes[0].app_hash_after(1);
        std::thread::sleep(LOOK_INTERVAL);
        (seen || other.log().contains("wrong Block.Header.AppHash") || !process.runs())
            .then_some(())
    })
    .unwrap();
    until("the faulty node's stop", WAIT_MAX, || {
        other.log().contains("wrong Block.Header.AppHash").then_some(())
    })
    .unwrap_or_else(|error| panic!("{error}\n{}", other.tail()));
    let reached = other.rpc().height().unwrap_or(0);
    assert!(reached <= 1, "the faulty node went on to height {reached}");
}
