//! What one block does at most of each of gov's queues; the next one does the rest.

use std::ops::Bound;

use crate::common::*;
use whence_base::{Address, StateRead};
use whence_gov::NAME;
use whence_proto::cosmos::gov::v1 as pb;
use whence_proto::cosmos::gov::v1::{ProposalStatus, VoteOption};

/// Validator 101 with all the stake.
fn chain() -> Chain {
    let mut chain = Chain::new(|_| {});
    stake(&mut chain.ctx(), 101, 101, 1_000);
    chain
}

/// One of any number of people.
fn person(n: u64) -> Address {
    Address::new([&[7; 12][..], &n.to_be_bytes()].concat()).unwrap()
}

/// Entries of the store under a prefix.
fn entries(chain: &Chain, prefix: u8) -> usize {
    let range = (Bound::Included(vec![prefix]), Bound::Excluded(vec![prefix + 1]));
    chain.state.range(NAME, range, false).count()
}

#[test]
fn a_block_ends_a_hundred_deposit_periods() {
    let mut chain = chain();
    for _ in 0..101 {
        chain.send(submit(1, 0, vec![])).unwrap();
    }
    chain.end_block(PERIOD_S);
    let there = |chain: &Chain| (1..=101).filter(|id| chain.proposal(*id).is_some()).count();
    assert_eq!(there(&chain), 101);
    for left in [1, 0] {
        chain.end_block(5);
        assert_eq!(there(&chain), left);
    }
}

#[test]
fn a_block_decides_ten_proposals() {
    let mut chain = chain();
    for _ in 0..11 {
        chain.send(submit(1, LEAST, vec![])).unwrap();
    }
    chain.end_block(PERIOD_S);
    let open = |chain: &Chain| {
        let all = (1..=11).map(|id| chain.proposal(id).unwrap());
        all.filter(|one| one.status() == ProposalStatus::VotingPeriod).count()
    };
    assert_eq!(open(&chain), 11);
    for left in [1, 0] {
        chain.end_block(5);
        assert_eq!(open(&chain), left);
    }
}

#[test]
fn a_block_settles_two_hundred_deposits() {
    let mut chain = chain();
    chain.send(submit(1, 0, vec![])).unwrap();
    for n in 0..201 {
        set_balance(&mut chain.ctx(), &person(n), 10);
        let depositor = person(n).to_string();
        chain.send(pb::MsgDeposit { depositor, ..deposit(1, 1, 10) }).unwrap();
    }
    chain.end_block(PERIOD_S);
    let held = |chain: &Chain| (0..201).filter(|n| balance(&chain.state, &person(*n)) == 0).count();
    assert_eq!(held(&chain), 201);
    for left in [1, 0] {
        chain.end_block(5);
        assert_eq!(held(&chain), left);
    }
}

#[test]
fn a_block_forgets_a_thousand_old_votes() {
    const VOTES: u8 = 0x04;
    let mut chain = chain();
    chain.send(submit(1, LEAST, vec![])).unwrap();
    for n in 0..1_001 {
        let voter = person(n).to_string();
        chain.send(pb::MsgVote { voter, ..vote(1, 1, VoteOption::Yes) }).unwrap();
    }
    chain.end_block(PERIOD_S);
    assert_eq!(entries(&chain, VOTES), 1_001);
    for left in [1, 0] {
        chain.end_block(5);
        assert_eq!(entries(&chain, VOTES), left);
        assert_eq!(chain.proposal(1).unwrap().status(), ProposalStatus::Rejected);
    }
}
