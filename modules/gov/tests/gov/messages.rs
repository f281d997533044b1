//! Every message of gov, accepted and refused, as tables; and what happens to the deposits.

use crate::common::*;
use prost::Message as _;
use whence_base::{Ctx, Error, Event, QueryCtx, authority};
use whence_gov::{GovError, NAME};
use whence_proto::Any;
use whence_proto::cosmos::gov::v1 as pb;
use whence_proto::cosmos::gov::v1::{ProposalStatus, VoteOption};

type Refusal = Option<(&'static str, u32)>;

/// How a test breaks a good genesis.
type Break = fn(&mut pb::GenesisState);

fn check(case: &str, got: Result<Vec<Event>, Error>, expected: Refusal) {
    match (got, expected) {
        (Ok(_), None) => {}
        (Err(e), Some(code)) => assert_eq!((e.codespace, e.code), code, "{case}: {e}"),
        (got, expected) => panic!("{case}: {got:?}, expected {expected:?}"),
    }
}

/// Validator 101 with all the stake.
fn chain() -> Chain {
    let mut chain = Chain::new(|p| p.min_initial_deposit_ratio = "0.1".to_owned());
    stake(&mut chain.ctx(), 101, 101, 1_000);
    chain
}

#[test]
fn submit_proposal() {
    let with = |change: fn(&mut pb::MsgSubmitProposal)| {
        let mut message = submit(1, LEAST, vec![send_from_gov(2, 1)]);
        change(&mut message);
        message
    };
    let stranger = Any { type_url: "/x.Msg".into(), value: Vec::new() };
    let foreign = |m: &mut pb::MsgSubmitProposal| {
        m.messages = vec![any(&vote(1, 5, VoteOption::Yes))];
    };
    let cases = [
        ("ok", with(|_| {}), None),
        ("only metadata", with(|m| m.messages.clear()), None),
        (
            "nothing",
            with(|m| {
                m.messages.clear();
                m.metadata.clear();
            }),
            Some((NAME, 11)),
        ),
        ("unroutable", submit(1, LEAST, vec![stranger]), Some((NAME, 10))),
        ("another's signature", with(foreign), Some((NAME, 13))),
        ("malformed", with(|m| m.messages[0].value = vec![255]), Some((NAME, 12))),
        ("expedited", with(|m| m.expedited = true), Some((NAME, 100))),
        ("no title", with(|m| m.title.clear()), Some(("sdk", 18))),
        ("no summary", with(|m| m.summary.clear()), Some(("sdk", 18))),
        ("long title", with(|m| m.title = "x".repeat(256)), Some((NAME, 24))),
        ("long summary", with(|m| m.summary = "x".repeat(10_201)), Some((NAME, 22))),
        ("long metadata", with(|m| m.metadata = "x".repeat(256)), Some((NAME, 15))),
        ("small deposit", with(|m| m.initial_deposit = uwhn(99)), Some((NAME, 16))),
        ("tenth of the deposit", with(|m| m.initial_deposit = uwhn(100)), None),
        ("other denom", with(|m| m.initial_deposit[0].denom = "atom".into()), Some((NAME, 23))),
        ("too poor", with(|m| m.initial_deposit = uwhn(1_000_001)), Some(("sdk", 5))),
        ("bad proposer", with(|m| m.proposer = "x".into()), Some(("sdk", 7))),
        ("gov itself", with(|m| m.proposer = authority().to_string()), Some((NAME, 101))),
        ("33 messages", with(|m| m.messages = vec![m.messages[0].clone(); 33]), Some((NAME, 102))),
    ];
    for (case, message, expected) in cases {
        let mut chain = chain();
        let before = chain.state.clone();
        check(case, chain.send(message), expected);
        if expected.is_some() {
            assert!(chain.state == before, "{case}: a refusal changes nothing");
        }
        chain.end_block(5);
    }
}

#[test]
fn deposits_start_the_voting() {
    let mut chain = chain();
    chain.send(submit(1, 400, vec![])).unwrap();
    assert_eq!(chain.proposal(1).unwrap().status(), ProposalStatus::DepositPeriod);
    check("not voting yet", chain.send(vote(1, 101, VoteOption::Yes)), Some((NAME, 3)));
    check("dust", chain.send(deposit(1, 2, 9)), Some((NAME, 16)));
    check("unknown", chain.send(deposit(2, 2, 10)), Some((NAME, 2)));
    check("short", chain.send(deposit(1, 2, 599)), None);
    let events = chain.send(deposit(1, 2, 10)).unwrap();
    assert!(events.iter().any(|e| e.attributes[0].0 == "voting_period_start"), "{events:?}");
    assert_eq!(chain.proposal(1).unwrap().status(), ProposalStatus::VotingPeriod);
    check("more while voting", chain.send(deposit(1, 3, 10)), None);
    chain.end_block(PERIOD_S);
    chain.end_block(5);
    check("after the end", chain.send(deposit(1, 3, 10)), Some((NAME, 3)));
    for who in 1..=3 {
        assert_eq!(balance(&chain.state, &user(who)), 1_000_000, "deposits went back");
    }
}

#[test]
fn without_its_deposit_a_proposal_goes() {
    for (burns, lost) in [(false, 0), (true, 400)] {
        let mut chain = Chain::new(|p| p.burn_proposal_deposit_prevote = burns);
        chain.send(submit(1, 400, vec![])).unwrap();
        chain.end_block(PERIOD_S - 1);
        chain.end_block(1);
        assert!(chain.proposal(1).is_some(), "one second left");
        let events = chain.end_block(5);
        assert!(events.iter().any(|e| e.kind == "inactive_proposal"));
        assert!(chain.proposal(1).is_none());
        assert_eq!(balance(&chain.state, &user(1)), 1_000_000 - lost);
        assert_eq!(burned(&chain.state), lost);
    }
}

#[test]
fn votes() {
    let mut chain = chain();
    chain.send(submit(1, LEAST, vec![])).unwrap();
    let weighted = |list: &[(i32, &str)]| pb::MsgVoteWeighted {
        proposal_id: 1,
        voter: user(101).to_string(),
        options: list
            .iter()
            .map(|(option, weight)| pb::WeightedVoteOption {
                option: *option,
                weight: (*weight).to_owned(),
            })
            .collect(),
        metadata: String::new(),
    };
    check("yes", chain.send(vote(1, 101, VoteOption::Yes)), None);
    check("again", chain.send(vote(1, 101, VoteOption::No)), None);
    check("no option", chain.send(vote(1, 101, VoteOption::Unspecified)), Some((NAME, 7)));
    check("unknown proposal", chain.send(vote(2, 101, VoteOption::Yes)), Some((NAME, 3)));
    check("split", chain.send(weighted(&[(1, "0.7"), (3, "0.300000000000000000")])), None);
    check("sum below one", chain.send(weighted(&[(1, "0.7"), (3, "0.2")])), Some((NAME, 7)));
    check("twice", chain.send(weighted(&[(1, "0.5"), (1, "0.5")])), Some((NAME, 7)));
    check("zero", chain.send(weighted(&[(1, "1"), (3, "0")])), Some((NAME, 7)));
    check("negative", chain.send(weighted(&[(1, "2"), (3, "-1")])), Some((NAME, 7)));
    check("none", chain.send(weighted(&[])), Some((NAME, 7)));
    check("unknown option", chain.send(weighted(&[(5, "1")])), Some((NAME, 7)));
    assert_eq!(chain.tally(1).yes_count, "700");
    chain.end_block(PERIOD_S);
    check("in the last block", chain.send(vote(1, 101, VoteOption::Yes)), None);
    chain.end_block(5);
    check("after the end", chain.send(vote(1, 101, VoteOption::No)), Some((NAME, 3)));
    assert_eq!(chain.proposal(1).unwrap().status(), ProposalStatus::Passed);
}

#[test]
fn cancel_proposal() {
    let cancel =
        |id, who: u8| pb::MsgCancelProposal { proposal_id: id, proposer: user(who).to_string() };
    for (dest, gain) in [("", 0), (user(9).to_string().as_str(), 501)] {
        let mut chain = Chain::new(|p| p.proposal_cancel_dest = dest.to_owned());
        chain.send(submit(1, 1_003, vec![])).unwrap();
        check("another's", chain.send(cancel(1, 2)), Some((NAME, 18)));
        check("unknown", chain.send(cancel(2, 1)), Some((NAME, 2)));
        check("own", chain.send(cancel(1, 1)), None);
        check("twice", chain.send(cancel(1, 1)), Some((NAME, 2)));
        chain.end_block(5);
        assert_eq!(balance(&chain.state, &user(1)), 1_000_000 - 501, "half, rounded for the payer");
        assert_eq!(balance(&chain.state, &user(9)), 1_000_000 + gain);
        assert_eq!(burned(&chain.state), 501 - gain);
        chain.end_block(PERIOD_S);
        chain.end_block(5);
    }
    let mut chain = chain();
    chain.send(submit(1, LEAST, vec![])).unwrap();
    chain.end_block(PERIOD_S);
    chain.end_block(5);
    check("ended", chain.send(cancel(1, 1)), Some((NAME, 21)));
}

#[test]
fn update_params() {
    let chain = chain();
    let mut foreign = chain.update_params(|_| {});
    foreign.authority = user(1).to_string();
    let none = pb::MsgUpdateParams { authority: authority().to_string(), params: None };
    let refused = Some(("sdk", 18));
    let cases = [
        ("ok", chain.update_params(|p| p.quorum = "0.2".into()), None),
        ("not gov", foreign, Some(("sdk", 4))),
        ("none", none, refused),
        ("quorum", chain.update_params(|p| p.quorum = "1.1".into()), refused),
        ("threshold", chain.update_params(|p| p.threshold = "0".into()), refused),
        ("veto", chain.update_params(|p| p.veto_threshold = "x".into()), refused),
        ("no voting", chain.update_params(|p| p.voting_period = None), refused),
        ("no deposit", chain.update_params(|p| p.min_deposit.clear()), refused),
        (
            "bad dest",
            chain.update_params(|p| p.proposal_cancel_dest = "x".into()),
            Some(("sdk", 7)),
        ),
    ];
    for (case, message, expected) in cases {
        check(case, self::chain().send(message), expected);
    }
}

#[test]
fn passed_messages_are_executed_all_or_none() {
    let short = Error::insufficient_funds("ledger");
    let spends = GovError::SpendsDeposits(format!("{}uwhn", 2 * LEAST)).into();
    let cases: [(&str, Vec<u128>, Option<(Error, u32)>, u128); 4] = [
        ("what gov has", vec![30, 20], None, 50),
        ("nothing to do", vec![], None, 0),
        ("second one fails", vec![30, 5_000], Some((short, 5)), 0),
        ("would spend deposits", vec![30, 71], Some((spends, 103)), 0),
    ];
    for (case, amounts, refusal, gained) in cases {
        let mut chain = chain();
        chain.give(100);
        chain.send(submit(1, LEAST, Vec::new())).unwrap();
        let messages = amounts.iter().map(|a| send_from_gov(9, *a)).collect();
        chain.send(submit(1, LEAST, messages)).unwrap();
        chain.send(vote(2, 101, VoteOption::Yes)).unwrap();
        chain.end_block(PERIOD_S);
        let mut ctx = Ctx::new(&mut chain.state, &chain.block);
        chain.module.end_block(&mut ctx);
        let events = ctx.take_events();
        assert!(events.iter().any(|e| e.kind == "active_proposal"), "{case}: {events:?}");
        let one = chain.proposal(2).unwrap();
        let executed = EXECUTED.get(&chain.state).unwrap();
        assert_eq!(executed, (gained > 0).then_some(2), "{case}");
        assert_eq!(whence_gov::keeper::executing(&chain.state).unwrap(), None, "{case}");
        let failed = refusal.is_some();
        let status = if failed { ProposalStatus::Failed } else { ProposalStatus::Passed };
        assert_eq!(one.status(), status, "{case}: {}", one.failed_reason);
        // The proposal keeps the sentence of the refusal, and nothing else of it.
        let reason = refusal.map_or_else(String::new, |(error, code)| {
            assert_eq!(error.code, code, "{case}");
            error.message
        });
        assert_eq!(one.failed_reason, reason, "{case}");
        assert_eq!(balance(&chain.state, &user(9)), 1_000_000 + gained, "{case}");
        assert_eq!(balance(&chain.state, &user(1)), 1_000_000, "{case}: the deposit goes back");
    }
}

#[test]
fn gov_can_change_its_own_parameters_and_not_deposit() {
    let mut chain = chain();
    let update = any(&chain.update_params(|p| p.quorum = "0.200000000000000000".into()));
    let own = any(&pb::MsgDeposit {
        proposal_id: 1,
        depositor: authority().to_string(),
        amount: uwhn(10),
    });
    chain.send(submit(1, LEAST, vec![update])).unwrap();
    chain.send(submit(1, LEAST, vec![own])).unwrap();
    for id in 1..=2 {
        chain.send(vote(id, 101, VoteOption::Yes)).unwrap();
    }
    chain.end_block(PERIOD_S);
    chain.end_block(5);
    assert_eq!(chain.params().quorum, "0.200000000000000000");
    assert_eq!(chain.proposal(2).unwrap().status(), ProposalStatus::Failed);
}

#[test]
fn genesis_comes_back_as_it_went() {
    let mut chain = chain();
    chain.send(submit(1, 400, vec![])).unwrap();
    chain.send(submit(2, LEAST, vec![send_from_gov(9, 1)])).unwrap();
    chain.send(submit(3, LEAST, vec![])).unwrap();
    chain.send(vote(2, 101, VoteOption::Yes)).unwrap();
    chain.send(vote(2, 5, VoteOption::Abstain)).unwrap();
    let bytes = chain.module.export_genesis(&QueryCtx::new(&chain.state, &chain.block)).unwrap();
    let mut other = Chain::empty();
    other.module.validate_genesis(&bytes).unwrap();
    let mut ctx = Ctx::new(&mut other.state, &other.block);
    other.module.init_genesis(&mut ctx, &bytes).unwrap();
    let again = other.module.export_genesis(&QueryCtx::new(&other.state, &other.block)).unwrap();
    assert!(again == bytes, "export of the import is the export");

    let good = pb::GenesisState::decode(bytes.as_slice()).unwrap();
    let broken: [(&str, Break); 6] = [
        ("no params", |g| g.params = None),
        ("no start", |g| g.starting_proposal_id = 0),
        ("id at the start", |g| g.starting_proposal_id = 3),
        ("deposit twice", |g| g.deposits.push(g.deposits[0].clone())),
        ("vote twice", |g| g.votes.push(g.votes[0].clone())),
        ("vote on a waiting one", |g| g.votes[0].proposal_id = 1),
    ];
    for (case, change) in broken {
        let mut genesis = good.clone();
        change(&mut genesis);
        assert!(chain.module.validate_genesis(&genesis.encode_to_vec()).is_err(), "{case}");
    }
}

#[test]
fn a_leak_of_one_unit_is_seen() {
    let mut chain = chain();
    chain.send(submit(1, LEAST, vec![])).unwrap();
    set_balance(&mut chain.ctx(), &authority(), LEAST - 1);
    assert_eq!(
        chain.broken(),
        ["gov: has less than the 1000uwhn that it holds for depositors", "gov has 999, owes 1000",]
    );
}
