//! Foreign clients send coins on a real chain and read them back: CosmJS (direct and amino-JSON),
//! cosmpy and cosmrs.
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

use std::path::{Path, PathBuf};
use std::process::Command;

use common::Home;
use common::load::{Wallet, balance, sink};
use serde_json::Value;
use whence_localnet::node::CHAIN_ID;
use whence_localnet::tools;

fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("clients")
}

/// The folder of installed clients; installed when a pin changed.
fn clients() -> PathBuf {
    let folder = tools::cache().join("clients");
    tools::run(&sources().join("install.sh"), &[&folder]).expect("the clients are installed");
    folder
}

/// Runs a client program that prints one JSON object.
fn run_client(mut command: Command) -> Value {
    command.env("PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION", "upb");
    let said = tools::finish(command).unwrap();
    let last = said.lines().last().unwrap_or_default();
    serde_json::from_str(last).unwrap_or_else(|_| panic!("no JSON: {said}"))
}

/// A module of Node.js finds its packages beside itself.
fn cosmjs(scratch: &Path, args: &[&str]) -> Value {
    let program = scratch.join("send.mjs");
    std::fs::copy(sources().join("send.mjs"), &program).unwrap();
    let packages = scratch.join("node_modules");
    if !packages.exists() {
        std::os::unix::fs::symlink(clients().join("node_modules"), packages).unwrap();
    }
    let mut command = Command::new("node");
    command.arg(program).args(args);
    run_client(command)
}

fn assert_landed(told: &Value, home: &Home, amount: u128, before: u128) {
    println!("{told}");
    assert_eq!(told["code"], 0, "{told}");
    assert_eq!(told["balance"], (before + amount).to_string(), "read back by the same client");
    assert_eq!(balance(&home.rpc(), &sink()), before + amount);
    let (height, code) = home.rpc().wait_tx(told["hash"].as_str().unwrap());
    assert_eq!((told["height"].as_u64(), code), (Some(height), 0));
}

#[test]
#[ignore = "starts a chain: `make test`"]
fn foreign_clients_send_coins_and_read_them_back() {
    let wallets = Wallet::several(3);
    let home = Home::validator(&wallets);
    let _node = home.start(&[]);
    let rpc_url = format!("http://127.0.0.1:{}", home.node.ports.rpc);
    let scratch = tempfile::tempdir().unwrap();

    let secret = wallets[0].secret_hex();
    for (mode, amount, before) in [("direct", 1_000, 0), ("amino", 200, 1_000)] {
        let amount_text = amount.to_string();
        let args = [mode, &rpc_url, CHAIN_ID, &secret, &sink(), &amount_text];
        let told = cosmjs(scratch.path(), &args);
        assert_landed(&told, &home, amount, before);
    }

    let mut command = Command::new(clients().join("venv/bin/python"));
    command.arg(sources().join("send.py")).arg(home.node.ports.grpc_address());
    command.args([CHAIN_ID, &wallets[1].secret_hex(), &sink(), "30"]);
    assert_landed(&run_client(command), &home, 30, 1_200);

    let rpc = home.rpc();
    let account = wallets[2].account(&rpc).unwrap();
    let (hash, code) = rpc.broadcast(&wallets[2].send(account, CHAIN_ID, 4)).unwrap();
    assert_eq!(code, 0);
    assert_eq!(rpc.wait_tx(&hash).1, 0);
    assert_eq!(balance(&rpc, &sink()), 1_234);
    assert_eq!(wallets[2].account(&rpc).unwrap().1, account.1 + 1);
}
