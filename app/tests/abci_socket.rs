//! Our socket loop: framing, flushing, what it refuses and what it survives.
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

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use nix::unistd::{Pid, getpid, getppid};
use prost::Message;
use tempfile::TempDir;
use tendermint_abci::Application;
use tendermint_proto::v0_38::abci::{
    Request, RequestCommit, RequestEcho, RequestFlush, RequestInfo, Response, ResponseInfo,
    request, response,
};
use whence_app::abci::frame;
use whence_app::abci::guard::{ConnectionId, Guard, Peer};
use whence_app::abci::server::Server;

#[derive(Clone)]
struct Echo;

impl Application for Echo {
    fn info(&self, _: RequestInfo) -> ResponseInfo {
        ResponseInfo { data: "echo".to_owned(), ..ResponseInfo::default() }
    }
}

fn serve() -> (TempDir, UnixStream) {
    serve_guarded(Guard::default())
}

fn serve_guarded(guard: Guard) -> (TempDir, UnixStream) {
    let dir = TempDir::new().unwrap();
    let socket = dir.path().join("run").join("abci.sock");
    let server = Server::bind(&socket).unwrap();
    std::thread::spawn(move || server.serve(Echo, guard));
    let stream = UnixStream::connect(&socket).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    (dir, stream)
}

fn send(stream: &mut UnixStream, value: request::Value) {
    let request = Request { value: Some(value) };
    stream.write_all(&request.encode_length_delimited_to_vec()).unwrap();
}

fn receive(stream: &mut UnixStream) -> response::Value {
    let bytes = frame::read(stream).unwrap().expect("an answer");
    Response::decode(bytes.as_slice()).unwrap().value.unwrap()
}

fn echo(message: &str) -> request::Value {
    request::Value::Echo(RequestEcho { message: message.to_owned() })
}

#[test]
fn calls_are_answered_in_order_with_and_without_a_flush() {
    let (_dir, mut stream) = serve();
    send(&mut stream, echo("one"));
    assert!(matches!(receive(&mut stream), response::Value::Echo(e) if e.message == "one"));
    let mut batch = Vec::new();
    for value in [echo("two"), request::Value::Info(RequestInfo::default()), echo("three")] {
        batch.extend(Request { value: Some(value) }.encode_length_delimited_to_vec());
    }
    let flush = Request { value: Some(request::Value::Flush(RequestFlush {})) };
    batch.extend(flush.encode_length_delimited_to_vec());
    stream.write_all(&batch).unwrap();
    assert!(matches!(receive(&mut stream), response::Value::Echo(e) if e.message == "two"));
    assert!(matches!(receive(&mut stream), response::Value::Info(i) if i.data == "echo"));
    assert!(matches!(receive(&mut stream), response::Value::Echo(e) if e.message == "three"));
    assert!(matches!(receive(&mut stream), response::Value::Flush(_)));
}

#[test]
fn a_message_longer_than_the_buffer_comes_back_whole() {
    let (_dir, mut stream) = serve();
    let long = "x".repeat(3_000_000);
    let mut writing = stream.try_clone().unwrap();
    let sent = long.clone();
    let writer = std::thread::spawn(move || send(&mut writing, echo(&sent)));
    assert!(matches!(receive(&mut stream), response::Value::Echo(e) if e.message == long));
    writer.join().unwrap();
}

#[test]
fn an_unknown_call_gets_an_exception_and_the_connection_stays() {
    let (_dir, mut stream) = serve();
    // Field 21 is InsertTx of CometBFT 0.39; an empty message has no call at all; 0xff is no
    // protobuf.
    for bytes in [&[3u8, 0xaa, 0x01, 0x00][..], &[0u8][..], &[1u8, 0xff][..]] {
        stream.write_all(bytes).unwrap();
        assert!(matches!(receive(&mut stream), response::Value::Exception(_)), "{bytes:?}");
    }
    send(&mut stream, echo("still here"));
    assert!(matches!(receive(&mut stream), response::Value::Echo(_)));
}

#[test]
fn a_length_beyond_the_limit_closes_the_connection() {
    let (_dir, mut stream) = serve();
    stream.write_all(&[0xff, 0xff, 0xff, 0xff, 0x7f]).unwrap();
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).unwrap();
    assert!(rest.is_empty());
}

#[test]
fn frames_round_trip_and_bad_lengths_are_refused() {
    let request = Request { value: Some(echo("hello")) };
    let mut bytes = Vec::new();
    frame::write(&mut bytes, &request).unwrap();
    let mut from = bytes.as_slice();
    let message = frame::read(&mut from).unwrap().unwrap();
    assert_eq!(Request::decode(message.as_slice()).unwrap(), request);
    assert!(frame::read(&mut from).unwrap().is_none(), "the end between messages is no error");
    let bad: &[&[u8]] = &[
        &[0x80],                                                          // ends in its length
        &[0x02, 0x00],                                                    // ends in its message
        &[0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1], // eleven bytes
        &[0xff, 0xff, 0xff, 0xff, 0x0f],                                  // 4 GiB
    ];
    for bytes in bad {
        assert!(frame::read(&mut &bytes[..]).is_err(), "{bytes:?}");
    }
}

/// A guard whose CometBFT is a process that runs already.
fn supervised(comet: Pid) -> Guard {
    Guard::supervised(Arc::new(OnceLock::from(comet)))
}

#[test]
fn only_one_connection_drives_consensus() {
    let commit = request::Value::Commit(RequestCommit {});
    let query = request::Value::Query(Default::default());
    let check = request::Value::CheckTx(Default::default());
    for guard in [Guard::default(), supervised(getpid())] {
        let from = |connection: ConnectionId| Peer { connection, process: getpid() };
        assert!(guard.check(&from(1), &commit).is_ok());
        assert!(guard.check(&from(1), &commit).is_ok());
        assert!(guard.check(&from(2), &commit).is_err());
        assert!(guard.check(&from(2), &query).is_ok() && guard.check(&from(3), &check).is_ok());
        assert!(!guard.release(2));
        assert!(guard.check(&from(2), &commit).is_err());
        assert!(guard.release(1));
        assert!(guard.check(&from(2), &commit).is_ok(), "CometBFT may connect again");
    }
}

#[test]
fn only_our_comet_drives_consensus() {
    let ours = Peer { connection: 1, process: getpid() };
    let foreign = Peer { connection: 2, process: getppid() };
    let guard = supervised(getpid());
    let calls = [
        request::Value::InitChain(Default::default()),
        request::Value::PrepareProposal(Default::default()),
        request::Value::ProcessProposal(Default::default()),
        request::Value::ExtendVote(Default::default()),
        request::Value::VerifyVoteExtension(Default::default()),
        request::Value::FinalizeBlock(Default::default()),
        request::Value::Commit(RequestCommit {}),
    ];
    for call in &calls {
        let refused = guard.check(&foreign, call).unwrap_err().to_string();
        assert!(refused.contains(&format!("came from process {}", getppid())), "{refused}");
    }
    let anybody = [echo("hello"), request::Value::Query(Default::default())];
    assert!(anybody.iter().all(|call| guard.check(&foreign, call).is_ok()));
    assert!(calls.iter().all(|call| guard.check(&ours, call).is_ok()));
}

#[test]
fn a_call_that_comes_before_our_comet_is_started_waits_for_it() {
    let comet = Arc::new(OnceLock::new());
    let guard = Guard::supervised(Arc::clone(&comet));
    let commit = request::Value::Commit(RequestCommit {});
    let early = Peer { connection: 1, process: getppid() };
    std::thread::scope(|scope| {
        let call = scope.spawn(|| guard.check(&early, &commit));
        std::thread::sleep(Duration::from_millis(50));
        assert!(!call.is_finished());
        comet.set(getpid()).unwrap();
        assert!(call.join().unwrap().is_err());
    });
}

#[test]
fn the_process_at_the_other_end_is_told_by_the_kernel() {
    let (_dir, mut stream) = serve_guarded(supervised(getpid()));
    send(&mut stream, request::Value::Commit(RequestCommit {}));
    assert!(matches!(receive(&mut stream), response::Value::Commit(_)));
}
