//! A transaction that comes again is refused: at once, after a restart, after the state and the
//! block that took it are pruned, on a chain that starts from the exported state, and on another
//! chain; the exported state holds the same balances.
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

use common::load::{Wallet, balance, sink};
use common::rpc::Rpc;
use common::{Home, WAIT_MAX};
use serde_json::{Value, json};
use whence_localnet::node::CHAIN_ID;
use whence_localnet::process::until;

/// The SDK's code for a sequence that is not the account's next.
const WRONG_SEQUENCE: u64 = 32;
/// The SDK's code for a signature that does not verify.
const UNAUTHORIZED: u64 = 4;
/// What is sent, in uwhn.
const PAID: u128 = 55;
/// Where the transaction was never sent.
const OTHER_CHAIN: &str = "whence-other-1";

/// The state of a node that does not run, as a genesis.
fn exported(home: &Home) -> Value {
    serde_json::from_str(&home.node.whenced(&["export"]).unwrap()).unwrap()
}

/// A home whose chain starts from an exported state, under a chain id.
fn heir(of: &Home, state: &Value, chain_id: &str) -> Home {
    let mut genesis = state.clone();
    genesis["chain_id"] = json!(chain_id);
    let heir = Home::follower(of);
    std::fs::write(heir.path().join("config/genesis.json"), genesis.to_string()).unwrap();
    let key = "config/priv_validator_key.json";
    std::fs::copy(of.path().join(key), heir.path().join(key)).unwrap();
    heir.node.whenced(&["genesis", "validate"]).unwrap();
    heir
}

/// Waits until a node has neither a block nor the state after it.
fn pruned(rpc: &Rpc, height: u64) {
    let query = format!("abci_query?path=\"/store/bank/key\"&data=0x00&height={height}");
    until("pruning", WAIT_MAX, || {
        let response = rpc.try_get(&query)?["response"].clone();
        let state = response["log"].as_str().is_some_and(|log| log.contains("it is pruned"));
        let block = rpc.try_get("status").is_some() && rpc.txs(height).is_none();
        (state && block).then_some(())
    })
    .unwrap();
}

#[test]
#[ignore = "starts a chain: `make test`"]
fn a_transaction_that_comes_again_is_refused_everywhere() {
    let wallets = Wallet::several(2);
    let home = Home::validator(&wallets);
    home.start(&[]).end();
    let untouched = exported(&home);
    let mut process = home.start(&[]);
    let rpc = home.rpc();
    let account = wallets[0].account(&rpc).unwrap();
    let tx = wallets[0].send(account, CHAIN_ID, PAID);
    let (hash, code) = rpc.broadcast(&tx).unwrap();
    assert_eq!(code, 0);
    let (height, code) = rpc.wait_tx(&hash);
    assert_eq!(code, 0);
    // CometBFT itself knows it still.
    assert!(rpc.broadcast(&tx).is_none_or(|(_, code)| code == WRONG_SEQUENCE));

    process.end();
    process = home.start(&[]);
    assert_eq!(rpc.broadcast(&tx).unwrap().1, WRONG_SEQUENCE, "after a restart");
    process.end();
    process = home.start(&["--pruning=everything", "--min-retain-blocks=1"]);
    pruned(&rpc, height);
    assert_eq!(rpc.broadcast(&tx).unwrap().1, WRONG_SEQUENCE, "after pruning");

    let people = [sink(), wallets[0].address(), wallets[1].address()];
    let before: Vec<u128> = people.iter().map(|person| balance(&rpc, person)).collect();
    assert_eq!(before[0], PAID);
    process.end();
    let state = exported(&home);
    for chain_id in [CHAIN_ID, OTHER_CHAIN] {
        let heir = heir(&home, &state, chain_id);
        let _running = heir.start(&[]);
        let rpc = heir.rpc();
        let after: Vec<u128> = people.iter().map(|person| balance(&rpc, person)).collect();
        assert_eq!(after, before, "balances after export and import on {chain_id}");
        assert_eq!(rpc.broadcast(&tx).unwrap().1, WRONG_SEQUENCE, "replayed on {chain_id}");
        let own = wallets[1].send(wallets[1].account(&rpc).unwrap(), chain_id, 1);
        let (hash, code) = rpc.broadcast(&own).unwrap();
        assert_eq!((code, rpc.wait_tx(&hash).1), (0, 0), "the chain goes on");
    }

    // Where it was never sent, the account has the number and the sequence that it was signed with:
    // nothing but the chain id refuses it, and under its own chain id it is taken.
    for (chain_id, expected) in [(OTHER_CHAIN, UNAUTHORIZED), (CHAIN_ID, 0)] {
        let twin = heir(&home, &untouched, chain_id);
        let _running = twin.start(&[]);
        let rpc = twin.rpc();
        assert_eq!(wallets[0].account(&rpc), Some(account));
        let (hash, code) = rpc.broadcast(&tx).unwrap();
        assert_eq!(code, expected, "replayed on {chain_id}");
        assert!(code != 0 || rpc.wait_tx(&hash).1 == 0);
        assert_eq!(balance(&rpc, &sink()), if code == 0 { PAID } else { 0 });
    }
}
