//! The tally: the SDK's rule as a table, and counts over many blocks while the stake moves.

use crate::common::*;
use whence_base::Address;
use whence_gov::block::UNITS_PER_BLOCK;
use whence_proto::cosmos::gov::v1 as pb;
use whence_proto::cosmos::gov::v1::ProposalStatus::{Passed, Rejected};
use whence_proto::cosmos::gov::v1::{ProposalStatus, VoteOption};

const YES: VoteOption = VoteOption::Yes;
const ABSTAIN: VoteOption = VoteOption::Abstain;
const NO: VoteOption = VoteOption::No;
const VETO: VoteOption = VoteOption::NoWithVeto;

type Stakes = &'static [(u8, u8, u64)];
type Votes = &'static [(u8, VoteOption)];

/// Delegator, validator, stake: 101 has 500 (200 of delegator 1), 102 has 300, 103 has 200 (all of
/// 2).
const STAKES: Stakes = &[(101, 101, 300), (1, 101, 200), (102, 102, 300), (2, 103, 200)];

#[test]
fn the_rule_is_the_sdks() {
    // Votes, result, [yes, abstain, no, veto], deposit burned.
    type Case = (&'static str, Votes, ProposalStatus, [u64; 4], bool);
    let cases: &[Case] = &[
        ("nobody", &[], Rejected, [0; 4], false),
        ("quorum missed", &[(102, YES)], Rejected, [300, 0, 0, 0], false),
        ("validator votes for its delegators", &[(101, YES)], Passed, [500, 0, 0, 0], false),
        ("delegator overrides", &[(101, YES), (1, NO)], Passed, [300, 0, 200, 0], false),
        (
            "half is not more than half",
            &[(101, YES), (102, NO), (2, NO)],
            Rejected,
            [500, 0, 500, 0],
            false,
        ),
        ("delegator alone", &[(1, YES), (2, YES)], Passed, [400, 0, 0, 0], false),
        ("abstain counts for quorum", &[(101, ABSTAIN), (2, YES)], Passed, [200, 500, 0, 0], false),
        ("abstain alone", &[(101, ABSTAIN)], Rejected, [0, 500, 0, 0], false),
        ("veto", &[(101, YES), (102, VETO)], Rejected, [500, 0, 0, 300], true),
        (
            "veto of a third is not enough",
            &[(101, YES), (102, YES), (1, VETO)],
            Passed,
            [600, 0, 0, 200],
            false,
        ),
        ("a stranger has no power", &[(101, YES), (9, NO)], Passed, [500, 0, 0, 0], false),
        ("validator without own stake", &[(103, NO), (101, YES)], Passed, [500, 0, 200, 0], false),
    ];
    for (case, votes, status, counts, burns) in cases {
        let mut chain = chain();
        chain.send(submit(1, LEAST, vec![])).unwrap();
        for (who, option) in *votes {
            chain.send(vote(1, *who, *option)).unwrap();
        }
        let live = chain.tally(1);
        chain.end_block(PERIOD_S);
        chain.end_block(5);
        let one = chain.proposal(1).unwrap();
        assert_eq!(one.status(), *status, "{case}");
        assert_eq!(one.final_tally_result.as_ref(), Some(&result(*counts)), "{case}");
        assert_eq!(live, result(*counts), "{case}: asked while voting");
        assert_eq!(burned(&chain.state), if *burns { LEAST } else { 0 }, "{case}");
    }
}

#[test]
fn weights_split_the_power() {
    let mut chain = chain();
    chain.send(submit(1, LEAST, vec![])).unwrap();
    let weight = |option: VoteOption, weight: &str| pb::WeightedVoteOption {
        option: option.into(),
        weight: weight.to_owned(),
    };
    let split = pb::MsgVoteWeighted {
        proposal_id: 1,
        voter: user(101).to_string(),
        options: vec![weight(YES, "0.5"), weight(NO, "0.3"), weight(ABSTAIN, "0.2")],
        metadata: String::new(),
    };
    chain.send(split).unwrap();
    chain.end_block(PERIOD_S);
    chain.end_block(5);
    let one = chain.proposal(1).unwrap();
    assert_eq!(one.final_tally_result, Some(result([250, 100, 150, 0])));
}

#[test]
fn quorum_missed_burns_when_params_say_so() {
    let mut chain = Chain::new(|p| p.burn_vote_quorum = true);
    stakes(&mut chain);
    chain.send(submit(1, LEAST, vec![])).unwrap();
    chain.end_block(PERIOD_S);
    chain.end_block(5);
    assert_eq!(burned(&chain.state), LEAST);
}

/// More voters than a block counts; meanwhile everybody takes the stake away.
#[test]
fn a_count_over_blocks_is_the_count_at_the_end_of_voting() {
    let voters = UNITS_PER_BLOCK as u64 * 2 + 17;
    let mut chain = Chain::new(|_| {});
    stakes(&mut chain);
    chain.send(submit(1, LEAST, vec![])).unwrap();
    let wide = |n: u64| Address::new([&[7; 12][..], &n.to_be_bytes()].concat()).unwrap();
    for n in 0..voters {
        let voter = wide(n).to_string();
        let option = if n % 3 == 0 { NO } else { YES }.into();
        chain.send(pb::MsgVote { proposal_id: 1, voter, option, metadata: String::new() }).unwrap();
    }
    chain.send(vote(1, 101, YES)).unwrap();
    chain.send(vote(1, 2, NO)).unwrap();
    chain.end_block(PERIOD_S);
    let mut blocks = 0;
    while chain.proposal(1).unwrap().status() == ProposalStatus::VotingPeriod {
        chain.end_block(5);
        stake(&mut chain.ctx(), 101, 101, 1);
        stake(&mut chain.ctx(), 2, 103, 1_000_000);
        stake(&mut chain.ctx(), 3, 102, 1_000_000);
        blocks += 1;
        if blocks < 3 {
            // The voting is over although its count is not.
            let cancel = pb::MsgCancelProposal { proposal_id: 1, proposer: user(1).to_string() };
            let codes = [
                chain.send(vote(1, 1, NO)).unwrap_err().code,
                chain.send(deposit(1, 1, 10)).unwrap_err().code,
                chain.send(cancel).unwrap_err().code,
            ];
            assert_eq!(codes, [3, 3, 20]);
        }
    }
    assert_eq!(blocks, 3, "bounded work a block");
    let one = chain.proposal(1).unwrap();
    assert_eq!(one.final_tally_result, Some(result([500, 0, 200, 0])));
    assert_eq!(one.status(), Passed);
    for _ in 0..6 {
        chain.end_block(5);
    }
    assert_eq!(chain.tally(1), result([500, 0, 200, 0]));
}

/// Votings that end in one block share a freeze; one that ends later has its own.
#[test]
fn each_voting_has_the_stake_of_its_end() {
    let mut chain = chain();
    for _ in 0..25 {
        chain.send(submit(1, LEAST, vec![])).unwrap();
    }
    chain.end_block(2);
    chain.send(submit(1, LEAST, vec![])).unwrap();
    for id in 1..=26 {
        chain.send(vote(id, 101, YES)).unwrap();
    }
    chain.end_block(PERIOD_S - 2);
    chain.end_block(2);
    stake(&mut chain.ctx(), 101, 101, 400);
    chain.end_block(2);
    stake(&mut chain.ctx(), 101, 101, 900);
    chain.end_block(2);
    chain.end_block(2);
    for id in 1..=25 {
        let tally = chain.proposal(id).unwrap().final_tally_result;
        assert_eq!(tally, Some(result([500, 0, 0, 0])), "proposal {id}");
    }
    let tally = chain.proposal(26).unwrap().final_tally_result;
    assert_eq!(tally, Some(result([600, 0, 0, 0])));
}

fn chain() -> Chain {
    let mut chain = Chain::new(|_| {});
    stakes(&mut chain);
    chain
}

fn stakes(chain: &mut Chain) {
    for (from, to, amount) in STAKES {
        stake(&mut chain.ctx(), *from, *to, *amount);
    }
}

fn result([yes, abstain, no, veto]: [u64; 4]) -> pb::TallyResult {
    pb::TallyResult {
        yes_count: yes.to_string(),
        abstain_count: abstain.to_string(),
        no_count: no.to_string(),
        no_with_veto_count: veto.to_string(),
    }
}
