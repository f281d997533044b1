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

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::SystemTime;

use common::{Home, Node, is_alive, wait_until};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use prost::Message;
use tendermint_proto::google::protobuf::Timestamp;
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

/// Consensus calls of this process are not answered, and their connection ends.
fn assert_not_answered(mut foreign: &UnixStream, calls: Vec<Value>) {
    for call in calls {
        let request = Request { value: Some(call) };
        // The connection may have ended at the call before.
        let _broken = foreign.write_all(&request.encode_length_delimited_to_vec());
    }
    let _broken = foreign.shutdown(std::net::Shutdown::Write);
    let mut answer = Vec::new();
    let _broken = foreign.read_to_end(&mut answer);
    assert!(answer.is_empty(), "a foreign consensus call is not answered");
}

fn assert_foreign_is_named(home: &Home) {
    let said = format!("came from process {}, but our CometBFT", std::process::id());
    assert!(home.log().contains(&said), "{}", common::tail(&home.log()));
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

        let foreign = UnixStream::connect(home.socket()).unwrap();
        assert_not_answered(&foreign, vec![call]);
        assert!(!node.wait().success());
        assert_foreign_is_named(&home);
    }
    // What was written is whole: the chain goes on.
    let before = home.committed();
    let _node = home.start(&[]);
    home.wait_height(before + 1);
}

/// A program in CometBFT's place that makes no call.
fn silent_comet(home: &Home) -> PathBuf {
    let path = home.path().join("silent-comet");
    std::fs::write(&path, "#!/bin/sh\nexec sleep 600\n").unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).unwrap();
    path
}

/// The block after the last one, as CometBFT would have it executed.
fn next_block(height: u64) -> Value {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    let time = Timestamp { seconds: i64::try_from(now.as_secs()).unwrap(), nanos: 0 };
    Value::FinalizeBlock(RequestFinalizeBlock {
        height: i64::try_from(height).unwrap(),
        time: Some(time),
        ..RequestFinalizeBlock::default()
    })
}

#[test]
fn a_foreign_client_that_comes_before_cometbft_cannot_write() {
    let home = Home::new(&[]);
    assert!(home.start(&["--halt-height=2"]).wait().success());
    let before = home.committed();
    let comet = format!("--cometbft={}", silent_comet(&home).display());
    let mut node = home.start(&[&comet]);
    let mut foreign = None;
    let there = wait_until(|| {
        foreign = UnixStream::connect(home.socket()).ok();
        foreign.is_some()
    });
    assert!(there, "nobody listens: {}", common::tail(&home.log()));
    let block = vec![next_block(before + 1), Value::Commit(RequestCommit {})];
    assert_not_answered(&foreign.unwrap(), block);
    assert!(!node.wait().success());
    assert_foreign_is_named(&home);
    assert_eq!(home.committed(), before, "nothing was written");

    let _node = home.start(&[]);
    home.wait_height(before + 2);
}

#[test]
fn a_panic_on_another_thread_aborts_the_node() {
    let home = Home::new(&[]);
    let mut command = home.start_command(&[]);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let log = BufReader::new(child.stderr.take().unwrap());
    let mut node = Node { child };
    // The log panics where it cannot write. With its reader gone, the next line is that of the next
    // block, on the thread that serves CometBFT.
    assert!(log.lines().any(|line| line.unwrap().contains(" committed ")));
    assert_eq!(node.wait().signal(), Some(Signal::SIGABRT as i32));
}

#[test]
fn a_panic_in_any_command_aborts_it() {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = Command::new(env!("CARGO_BIN_EXE_whenced"));
    // Printing panics where nobody reads.
    let status = command.arg("version").stdout(writer).stderr(Stdio::null()).status().unwrap();
    assert_eq!(status.signal(), Some(Signal::SIGABRT as i32));
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
