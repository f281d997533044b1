//! The node and its CometBFT live and die together; nobody else can drive the state machine.
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

use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;

use common::{Home, is_alive, wait_until};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use prost::Message;
use tendermint_proto::v0_38::abci::{Request, RequestCommit, RequestFinalizeBlock, request::Value};

#[test]
fn comet_dies_then_the_node_ends_and_goes_on_where_it_was() {
    let home = Home::new(&[]);
    let mut node = home.start(&[]);
    home.wait_height(2);
    let comet = node.comet_pid().expect("CometBFT is a child");
    kill(Pid::from_raw(comet), Signal::SIGKILL).unwrap();
    assert!(!node.wait().success(), "the node ends with an error");

    let before = home.committed();
    let _again = home.start(&[]);
    home.wait_height(before + 2);
}

#[test]
fn the_node_is_killed_then_comet_dies_too() {
    let home = Home::new(&[]);
    let mut node = home.start(&[]);
    home.wait_height(1);
    let comet = node.comet_pid().expect("CometBFT is a child");
    node.signal(Signal::SIGKILL);
    node.wait();
    assert!(wait_until(|| !is_alive(comet)), "CometBFT outlives the node");
}

#[test]
fn the_node_is_asked_to_end_then_both_end_cleanly() {
    let home = Home::new(&[]);
    let mut node = home.start(&[]);
    home.wait_height(1);
    let comet = node.comet_pid().expect("CometBFT is a child");
    node.signal(Signal::SIGTERM);
    assert!(node.wait().success(), "an asked end is no error");
    assert!(!is_alive(comet));
}

#[test]
fn the_halt_height_is_committed_and_nothing_after_it() {
    let home = Home::new(&[]);
    let mut node = home.start(&["--halt-height=3"]);
    assert!(node.wait().success());
    assert!(home.committed() >= 3);
}

#[test]
fn a_foreign_client_stops_the_node_before_it_writes() {
    let home = Home::new(&[]);
    let block = RequestFinalizeBlock { height: 3, ..RequestFinalizeBlock::default() };
    for call in [Value::Commit(RequestCommit {}), Value::FinalizeBlock(block)] {
        let before = home.committed();
        let mut node = home.start(&[]);
        home.wait_height(before + 2);
        let mode = std::fs::metadata(home.socket()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);

        let mut foreign = UnixStream::connect(home.socket()).unwrap();
        let request = Request { value: Some(call) };
        foreign.write_all(&request.encode_length_delimited_to_vec()).unwrap();
        let mut answer = Vec::new();
        let _broken = foreign.read_to_end(&mut answer);
        assert!(answer.is_empty(), "a foreign consensus call is not answered");
        assert!(!node.wait().success());
        assert!(home.log().contains("but connection"), "{}", common::tail(&home.log()));
    }
    // What was written is whole: the chain goes on.
    let before = home.committed();
    let _node = home.start(&[]);
    home.wait_height(before + 1);
}

#[test]
fn the_node_does_not_start_without_a_gas_price() {
    let home = Home::new(&[]);
    let app = home.path().join("config/app.toml");
    let text = std::fs::read_to_string(&app).unwrap();
    std::fs::write(&app, text.replace("0.001uwhn", "")).unwrap();
    let output = home.run(&["start"], "");
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("minimum-gas-prices"), "{said}");
}
