//! The gateway's ledger: what every crash leaves, and what is refused.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::panic,
    missing_docs,
    reason = "tests"
)]

use std::path::{Path, PathBuf};

use whence_app::people::gateway::ledger::{Floor, Ledger, LedgerError, State};

const NO_LIMIT: u128 = u128::MAX;

fn place(dir: &Path) -> PathBuf {
    Ledger::path(dir, "whence-test-1", 7)
}

/// What a test does with a ledger: promises (most) and settlements (sequence, fee).
#[derive(Clone, Copy)]
enum Act {
    Promise(u128),
    Settle(u64, u128),
}
use Act::{Promise, Settle};

const STORY: [Act; 8] = [
    Promise(100),
    Promise(50),
    Settle(1, 70),
    Promise(30),
    Settle(3, 0),
    Promise(u64::MAX as u128 + 5),
    Settle(2, 50),
    Promise(1),
];

/// What the first acts of the story add up to, worked out without the ledger.
fn after(acts: usize) -> (u64, u128) {
    let mut fees = Vec::new();
    for act in &STORY[..acts] {
        match act {
            Promise(most) => fees.push(*most),
            Settle(sequence, fee) => fees[usize::try_from(*sequence).unwrap() - 1] = *fee,
        }
    }
    (fees.len() as u64, fees.iter().sum())
}

fn tell(ledger: &mut Ledger) {
    for act in STORY {
        match act {
            Promise(most) => {
                ledger.promise(most, NO_LIMIT, Floor::default()).unwrap();
            }
            Settle(sequence, fee) => ledger.settle(sequence, fee).unwrap(),
        }
    }
}

#[test]
fn a_crash_at_any_byte_reuses_no_sequence_and_loses_no_count() {
    let dir = tempfile::tempdir().unwrap();
    let path = place(dir.path());
    let mut ledger = Ledger::open(&path).unwrap();
    let start = std::fs::metadata(&path).unwrap().len() as usize;
    tell(&mut ledger);
    drop(ledger);
    let whole = std::fs::read(&path).unwrap();
    for cut in start..=whole.len() {
        let left = &whole[..cut];
        // The first line is the sum that opening wrote; the others are one act each.
        let acts = left.iter().filter(|byte| **byte == b'\n').count() - 1;
        let (last, most) = after(acts);
        let other = tempfile::tempdir().unwrap();
        let path = place(other.path());
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, left).unwrap();
        let mut ledger = Ledger::open(&path).unwrap();
        assert_eq!((ledger.state().last, ledger.state().at_most()), (last, most), "cut at {cut}");
        let next = ledger.promise(9, NO_LIMIT, Floor::default()).unwrap();
        assert_eq!((next.sequence, next.cumulative), (last + 1, most + 9), "cut at {cut}");
    }
}

#[test]
fn opening_again_keeps_the_sum_in_one_line() {
    let dir = tempfile::tempdir().unwrap();
    let path = place(dir.path());
    let mut ledger = Ledger::open(&path).unwrap();
    tell(&mut ledger);
    let before = ledger.state().clone();
    drop(ledger);
    let ledger = Ledger::open(&path).unwrap();
    assert_eq!(ledger.state(), &before);
    assert_eq!(Ledger::read(&path).unwrap(), before);
    let text = std::fs::read_to_string(&path).unwrap();
    assert_eq!(text.lines().count(), 1);
}

#[test]
fn a_torn_last_line_is_dropped_and_a_torn_middle_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = place(dir.path());
    let mut ledger = Ledger::open(&path).unwrap();
    ledger.promise(100, NO_LIMIT, Floor::default()).unwrap();
    drop(ledger);
    let good = std::fs::read_to_string(&path).unwrap();
    // A block that reached the disk before the one in front of it.
    std::fs::write(&path, format!("{good}\0\0\0\0\n")).unwrap();
    assert_eq!(Ledger::read(&path).unwrap().last, 1);
    std::fs::write(&path, format!("\0\0\n{good}")).unwrap();
    let refused = Ledger::read(&path).unwrap_err();
    assert!(matches!(refused, LedgerError::Damaged { line: 1, .. }), "{refused}");
}

#[test]
fn two_gateways_do_not_share_an_escrow() {
    let dir = tempfile::tempdir().unwrap();
    let path = place(dir.path());
    let _first = Ledger::open(&path).unwrap();
    assert!(matches!(Ledger::open(&path).unwrap_err(), LedgerError::InUse(_)));
    assert_eq!(Ledger::read(&path).unwrap(), State::default());
}

#[test]
fn over_the_limit_nothing_is_promised() {
    let dir = tempfile::tempdir().unwrap();
    let mut ledger = Ledger::open(&place(dir.path())).unwrap();
    ledger.promise(60, 100, Floor::default()).unwrap();
    let refused = ledger.promise(41, 100, Floor::default()).unwrap_err();
    assert_eq!(refused.to_string(), "the request may cost 41, and 40 is left of the limit of 100");
    // What was not spent of a promise can be promised again.
    ledger.settle(1, 10).unwrap();
    let next = ledger.promise(90, 100, Floor::default()).unwrap();
    assert_eq!((next.sequence, next.cumulative), (2, 100));
}

#[test]
fn a_ledger_that_fell_behind_the_chain_starts_above_it() {
    let dir = tempfile::tempdir().unwrap();
    let mut ledger = Ledger::open(&place(dir.path())).unwrap();
    let floor = Floor { sequence: 40, reported: 900 };
    let next = ledger.promise(5, NO_LIMIT, floor).unwrap();
    assert_eq!((next.sequence, next.cumulative), (41, 905));
}
