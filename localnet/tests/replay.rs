//! A transaction that comes again is refused: at once, after a restart, on a chain that starts from
//! the exported state, and on another chain; the exported state holds the same balances.
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

use common::Home;
use common::load::{Wallet, balance, sink};
use serde_json::{Value, json};
use whence_localnet::node::CHAIN_ID;

/// The SDK's code for a sequence that is not the account's next.
const WRONG_SEQUENCE: u64 = 32;
/// The SDK's code for a signature that does not verify.
const UNAUTHORIZED: u64 = 4;
/// What is sent, in uwhn.
const PAID: u128 = 55;

/// A home whose chain starts from an exported state, under a chain id.
fn heir(of: &Home, chain_id: &str) -> Home {
    let exported = of.node.whenced(&["export"]).unwrap();
    let mut genesis: Value = serde_json::from_str(&exported).unwrap();
    genesis["chain_id"] = json!(chain_id);
    let heir = Home::follower(of);
    std::fs::write(heir.path().join("config/genesis.json"), genesis.to_string()).unwrap();
    let key = "config/priv_validator_key.json";
    std::fs::copy(of.path().join(key), heir.path().join(key)).unwrap();
    heir.node.whenced(&["genesis", "validate"]).unwrap();
    heir
}

#[test]
#[ignore = "starts a chain: `make test`"]
fn a_transaction_that_comes_again_is_refused_everywhere() {
    let wallets = Wallet::several(2);
    let home = Home::validator(&wallets);
    let mut process = home.start(&[]);
    let rpc = home.rpc();
    let tx = wallets[0].send(wallets[0].account(&rpc).unwrap(), CHAIN_ID, PAID);
    let (hash, code) = rpc.broadcast(&tx).unwrap();
    assert_eq!(code, 0);
    assert_eq!(rpc.wait_tx(&hash).1, 0);
    // CometBFT itself knows it still.
    assert!(rpc.broadcast(&tx).is_none_or(|(_, code)| code == WRONG_SEQUENCE));

    process.end();
    process = home.start(&[]);
    assert_eq!(rpc.broadcast(&tx).unwrap().1, WRONG_SEQUENCE, "after a restart");
    let people = [sink(), wallets[0].address(), wallets[1].address()];
    let before: Vec<u128> = people.iter().map(|person| balance(&rpc, person)).collect();
    assert_eq!(before[0], PAID);
    process.end();
    drop(process);

    for chain_id in [CHAIN_ID, "whence-other-1"] {
        let heir = heir(&home, chain_id);
        let _running = heir.start(&[]);
        let rpc = heir.rpc();
        let after: Vec<u128> = people.iter().map(|person| balance(&rpc, person)).collect();
        assert_eq!(after, before, "balances after export and import on {chain_id}");
        assert_eq!(rpc.broadcast(&tx).unwrap().1, WRONG_SEQUENCE, "replayed on {chain_id}");
        // One that was signed for another chain is refused though its sequence is right.
        let account = wallets[1].account(&rpc).unwrap();
        let foreign = wallets[1].send(account, "whence-third-1", 1);
        assert_eq!(rpc.broadcast(&foreign).unwrap().1, UNAUTHORIZED);
        let own = wallets[1].send(account, chain_id, 1);
        let (hash, code) = rpc.broadcast(&own).unwrap();
        assert_eq!((code, rpc.wait_tx(&hash).1), (0, 0), "the chain goes on");
    }
}
