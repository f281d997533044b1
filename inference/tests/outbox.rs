//! The outbox: what is put survives any crash, what is half-written never was, and nothing is there
//! twice.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "tests")]

use std::fs;

use prost::Message;
use whence_inference::report::{Outbox, QueryId};
use whence_inference::serve::marks;
use whence_proto::cosmos::base::v1beta1::Coin;
use whence_proto::whence::attribution::v1::{Escrow, QueryReport, Voucher};

fn report(escrow_id: u64, sequence: u64, fee: &str) -> QueryReport {
    QueryReport {
        voucher: Some(Voucher { escrow_id, sequence, ..Voucher::default() }),
        fee: Some(Coin { denom: "uwhn".into(), amount: fee.into() }),
        ..QueryReport::default()
    }
}

fn id(escrow: u64, sequence: u64) -> QueryId {
    QueryId { escrow, sequence }
}

#[test]
fn what_was_put_is_there_after_reopening_in_order() {
    let home = tempfile::tempdir().unwrap();
    let outbox = Outbox::open(home.path()).unwrap();
    for (escrow, sequence) in [(2, 1), (1, 10), (1, 2)] {
        outbox.put(report(escrow, sequence, "7")).unwrap();
    }
    let reopened = Outbox::open(home.path()).unwrap();
    let ids: Vec<_> = reopened.first(10).iter().filter_map(QueryId::of).collect();
    assert_eq!(ids, [id(1, 2), id(1, 10), id(2, 1)]);
    assert_eq!(reopened.fees(1, |_| false), 14);
    assert!(reopened.has(id(2, 1)) && !reopened.has(id(2, 2)));
}

#[test]
fn a_report_that_was_removed_does_not_come_back() {
    let home = tempfile::tempdir().unwrap();
    let outbox = Outbox::open(home.path()).unwrap();
    outbox.put(report(1, 1, "7")).unwrap();
    outbox.put(report(1, 2, "9")).unwrap();
    outbox.remove(id(1, 1)).unwrap();
    assert_eq!(outbox.fees(1, |_| false), 9);
    let reopened = Outbox::open(home.path()).unwrap();
    assert_eq!(reopened.len(), 1);
    assert!(reopened.has(id(1, 2)));
}

#[test]
fn a_crash_while_writing_leaves_no_report() {
    let home = tempfile::tempdir().unwrap();
    let outbox = Outbox::open(home.path()).unwrap();
    outbox.put(report(1, 1, "7")).unwrap();
    let whole = report(1, 2, "9").encode_to_vec();
    let folder = home.path().join("outbox");
    for cut in 0..whole.len() {
        fs::write(folder.join("1-2.partial"), &whole[..cut]).unwrap();
        let reopened = Outbox::open(home.path()).unwrap();
        assert_eq!(reopened.len(), 1, "cut after {cut} bytes");
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "the half-written file is gone");
    }
}

#[test]
fn a_file_that_is_no_report_is_named_in_the_error() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("outbox");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("1-1.query"), [0xff, 0xff]).unwrap();
    let refused = Outbox::open(home.path()).err().expect("it is refused").to_string();
    assert!(refused.contains("1-1.query"), "{refused}");
}

#[test]
fn a_fee_that_the_escrow_has_counted_is_not_counted_again() {
    let home = tempfile::tempdir().unwrap();
    let outbox = Outbox::open(home.path()).unwrap();
    for (sequence, fee) in [(3, "1"), (4, "10"), (5, "100"), (6, "1000")] {
        outbox.put(report(1, sequence, fee)).unwrap();
    }
    let before = outbox.removals();
    // 5 is the highest, and below it 3 was reported, 4 was not.
    let escrow = Escrow { id: 1, high_sequence: 5, window: vec![0b10], ..Escrow::default() };
    assert_eq!(outbox.fees(1, |sequence| marks::reported(&escrow, sequence)), 1010);
    outbox.remove(id(1, 5)).unwrap();
    assert_eq!(outbox.removals(), before + 1, "who looked before sees that something moved");
}

#[test]
fn marks_are_read_as_the_chain_keeps_them() {
    let window = vec![0b101, 0, 1];
    let escrow = Escrow { high_sequence: 5_000, window, ..Escrow::default() };
    let table = [
        (5_001, false),
        (5_000, true),
        (4_999, true),
        (4_998, false),
        (4_997, true),
        (4_983, true),
        (4_982, false),
        (3_976, false),
        (3_975, true),
        (1, true),
    ];
    for (sequence, expected) in table {
        assert_eq!(marks::reported(&escrow, sequence), expected, "{sequence}");
    }
    assert!(!marks::reported(&Escrow::default(), 1), "a new escrow has none");
}
