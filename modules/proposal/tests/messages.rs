//! Every message of the proposal trade: what it does, and every refusal with its code.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs,
    reason = "tests"
)]

mod world;

use whence_base::{Coin, authority};
use whence_proposal::params;
use whence_proto::whence::proposal::v1 as pb;
use whence_proto::whence::reward::v1::Split;
use world::*;

type Change<T> = fn(&mut T);

#[test]
fn proposing_takes_the_stake() {
    let mut world = World::new();
    let larger = pb::MsgProposeModel { stake: coin(STAKE + 1), ..propose(1) };
    world.tx(larger).unwrap();
    assert_eq!((world.balance(1), world.held()), (START - STAKE - 1, STAKE + 1));
    let model = world.model(1);
    assert_eq!(model.stage(), pb::Stage::Voting);
    assert_eq!((model.submitted_height, model.stage_height), (1, 1));
    assert_eq!(model.stage_deadline_height, 11);
    assert_eq!(model.history.len(), 1);
    world.tx(propose(2)).unwrap();
    assert_eq!(world.held(), 2 * STAKE + 1);
    assert_eq!(world.model(2).proposer, account(2).to_string());
}

#[test]
fn specs_up_to_their_bounds_are_taken() {
    let rows: [(&str, Change<pb::ModelSpec>); 6] = [
        ("longest texts", |s| {
            s.name = "n".repeat(64);
            s.purpose = "p".repeat(2048);
            s.use_case = "u".repeat(2048);
        }),
        ("most datanets", |s| s.datanet_ids = (1..=16).collect()),
        ("most milestones", |s| {
            let one = pb::Milestone { title: "t".repeat(64), due_blocks: 1 };
            s.milestones = vec![one; 16];
        }),
        ("no licence yet", |s| s.licence.clear()),
        ("a metric", |s| s.metric = metric(32)),
        ("a split", |s| s.split = Some(Split { provider_ppb: 1, ..Split::default() })),
    ];
    for (what, change) in rows {
        let mut message = propose(1);
        change(message.spec.as_mut().unwrap());
        World::new().tx(message).expect(what);
    }
}

fn metric(digest: usize) -> Option<pb::Metric> {
    let evaluation_set_digest = vec![1; digest];
    Some(pb::Metric { name: "loss".into(), evaluation_set_digest, ..pb::Metric::default() })
}

#[test]
fn proposals_that_are_refused() {
    let rows: [(&str, Change<pb::MsgProposeModel>, &str); 9] = [
        ("no proposer", |m| m.proposer.clear(), "sdk 7"),
        ("no spec", |m| m.spec = None, "proposal 3"),
        ("no stake", |m| m.stake = None, "sdk 10"),
        ("a stake of nothing", |m| m.stake = coin(0), "sdk 10"),
        ("a small stake", |m| m.stake = coin(STAKE - 1), "proposal 4"),
        (
            "a stake in another coin",
            |m| m.stake = Some(Coin::new("uatom", STAKE).to_proto()),
            "proposal 4",
        ),
        ("more than one has", |m| m.stake = coin(START + 1), "sdk 5"),
        (
            "a split out of bounds",
            |m| m.spec.as_mut().unwrap().split = Some(Split::default()),
            "reward 9",
        ),
        ("bad stake", |m| m.stake.as_mut().unwrap().amount = "-1".into(), "sdk 10"),
    ];
    for (what, change, expected) in rows {
        let mut message = propose(1);
        change(&mut message);
        World::new().refuses(what, &pack(&message), expected);
    }
}

#[test]
fn specs_that_are_refused() {
    let rows: [(&str, Change<pb::ModelSpec>); 20] = [
        ("no name", |s| s.name.clear()),
        ("long name", |s| s.name = "n".repeat(65)),
        ("no purpose", |s| s.purpose.clear()),
        ("long purpose", |s| s.purpose = "p".repeat(2049)),
        ("long use case", |s| s.use_case = "u".repeat(2049)),
        ("long licence", |s| s.licence = "l".repeat(65)),
        ("no base", |s| s.base_model = None),
        ("base without name", |s| s.base_model.as_mut().unwrap().name.clear()),
        ("base with a long licence", |s| s.base_model.as_mut().unwrap().licence = "l".repeat(65)),
        ("long architecture", |s| s.base_model.as_mut().unwrap().architecture = "a".repeat(65)),
        ("short digest", |s| s.base_model.as_mut().unwrap().digest.truncate(31)),
        ("metric without name", |s| s.metric = Some(pb::Metric::default())),
        ("metric with a short digest", |s| s.metric = metric(31)),
        ("no datanets", |s| s.datanet_ids.clear()),
        ("a datanet twice", |s| s.datanet_ids = vec![1, 1]),
        ("falling datanets", |s| s.datanet_ids = vec![2, 1]),
        ("unknown datanet", |s| s.datanet_ids = vec![1, 71]),
        ("one datanet too many", |s| s.datanet_ids = (1..=17).collect()),
        ("too many milestones", |s| {
            s.milestones = vec![pb::Milestone { title: "t".into(), due_blocks: 1 }; 17];
        }),
        ("milestone without title", |s| s.milestones = vec![pb::Milestone::default()]),
    ];
    for (what, change) in rows {
        let mut message = propose(1);
        change(message.spec.as_mut().unwrap());
        World::new().refuses(what, &pack(&message), "proposal 3");
    }
}

#[test]
fn withdrawing_gives_the_stake_back() {
    let mut world = World::new();
    world.tx(propose(1)).unwrap();
    world.refuses("another's", &pack(&withdraw(2, 1)), "proposal 5");
    world.refuses("unknown", &pack(&withdraw(1, 2)), "proposal 2");
    world.tx(withdraw(1, 1)).unwrap();
    assert_eq!(world.stage(1), pb::Stage::Withdrawn);
    assert_eq!((world.balance(1), world.held()), (START, 0));
    world.refuses("twice", &pack(&withdraw(1, 1)), "proposal 7");
}

#[test]
fn governance_alone_decides() {
    let mut world = World::rich();
    world.tx(propose(1)).unwrap();
    world.tx(propose(1)).unwrap();
    let who = account(1).to_string();
    let strange = [
        pack(&pb::MsgApproveModel { authority: who.clone(), ..approve(1) }),
        pack(&pb::MsgRejectModel { authority: who.clone(), ..reject(1, true) }),
        pack(&pb::MsgRetireModel { authority: who, ..retire(1) }),
    ];
    strange.iter().for_each(|message| world.refuses("stranger", message, "proposal 6"));
    let unknown = [pack(&approve(3)), pack(&reject(3, false)), pack(&retire(3))];
    unknown.iter().for_each(|message| world.refuses("unknown", message, "proposal 2"));
    let reason = "r".repeat(513);
    let long = [
        pack(&pb::MsgRejectModel { reason: reason.clone(), ..reject(1, false) }),
        pack(&pb::MsgRetireModel { reason, ..retire(1) }),
    ];
    long.iter().for_each(|message| world.refuses("long reason", message, "proposal 3"));
    world.refuses("retire before its time", &pack(&retire(1)), "proposal 7");
    world.know("gov proposal", 7);
    world.tx(approve(1)).unwrap();
    assert_eq!((world.balance(1), world.held()), (START - STAKE, STAKE));
    assert_eq!((world.stage(1), world.model(1).gov_proposal_id), (pb::Stage::DataGathering, 7));
    let again = [pack(&approve(1)), pack(&reject(1, true)), pack(&withdraw(1, 1))];
    again.iter().for_each(|message| world.refuses("after the vote", message, "proposal 7"));
    assert_eq!(world.model(2).gov_proposal_id, 0, "nobody decided on it");
    world.know("gov proposal", 8);
    world.tx(reject(2, false)).unwrap();
    assert_eq!((world.balance(1), world.held(), world.model(2).gov_proposal_id), (START, 0, 8));
    assert_eq!((world.stage(2), world.model(2).reason), (pb::Stage::Rejected, "no".to_owned()));
}

#[test]
fn a_veto_burns_the_stake() {
    let mut world = World::new();
    world.tx(propose(1)).unwrap();
    world.tx(reject(1, true)).unwrap();
    assert_eq!((world.balance(1), world.held()), (START - STAKE, 0));
    assert_eq!(world.stage(1), pb::Stage::Rejected);
}

/// Each step is refused without each part of its evidence.
#[test]
fn nothing_moves_on_without_evidence() {
    let mut world = World::new();
    world.refuses("unknown", &pack(&advance(1)), "proposal 2");
    world.tx(propose(1)).unwrap();
    world.refuses("before the vote", &pack(&advance(1)), "proposal 7");
    world.tx(approve(1)).unwrap();
    let facts = [
        ("rows", 99, 100, None),
        ("contributors", 2, 3, Some(pb::Stage::Tuning)),
        ("adapter", 0, 5, Some(pb::Stage::Feedback)),
        ("feedback", 0, 1, None),
        ("provider", 0, 6, Some(pb::Stage::Deployed)),
    ];
    for (name, little, enough, next) in facts {
        world.know(name, little);
        world.refuses(name, &pack(&advance(1)), "proposal 8");
        world.know(name, enough);
        if let Some(stage) = next {
            world.tx(advance(1)).expect(name);
            assert_eq!(world.stage(1), stage);
        }
    }
    world.refuses("deployed", &pack(&advance(1)), "proposal 7");
}

#[test]
fn params_have_bounds_and_one_authority() {
    let rows: [(&str, Change<pb::Params>, &str); 15] = [
        ("no stake", |p| p.proposal_stake = None, "sdk 10"),
        ("a stake of nothing", |p| p.proposal_stake = coin(0), "sdk 10"),
        (
            "a stake in another coin",
            |p| p.proposal_stake = Some(Coin::new("uatom", 1).to_proto()),
            "proposal 10",
        ),
        ("no time to vote", |p| p.voting_deadline_blocks = 0, "proposal 10"),
        ("more than a year", |p| p.voting_deadline_blocks = 31_536_001, "proposal 10"),
        ("no time for data", |p| p.data_gathering_deadline_blocks = 0, "proposal 10"),
        ("data", |p| p.data_gathering_deadline_blocks = 31_536_001, "proposal 10"),
        ("no time to tune", |p| p.tuning_deadline_blocks = 0, "proposal 10"),
        ("tune", |p| p.tuning_deadline_blocks = 31_536_001, "proposal 10"),
        ("no time for feedback", |p| p.feedback_deadline_blocks = 0, "proposal 10"),
        ("feedback", |p| p.feedback_deadline_blocks = 31_536_001, "proposal 10"),
        ("no datanets", |p| p.max_datanets = 0, "proposal 10"),
        ("too many datanets", |p| p.max_datanets = 65, "proposal 10"),
        ("no rows", |p| p.min_accepted_rows = 0, "proposal 10"),
        ("no contributors", |p| p.min_contributors = 0, "proposal 10"),
    ];
    let good =
        pb::MsgUpdateParams { authority: authority().to_string(), params: Some(params::default()) };
    for (what, change, expected) in rows {
        let mut message = good.clone();
        change(message.params.as_mut().unwrap());
        World::new().refuses(what, &pack(&message), expected);
    }
    let mut world = World::new();
    let none = pb::MsgUpdateParams { params: None, ..good.clone() };
    world.refuses("none", &pack(&none), "proposal 10");
    let stranger = pb::MsgUpdateParams { authority: account(1).to_string(), ..good.clone() };
    world.refuses("stranger", &pack(&stranger), "proposal 6");
    let widest = pb::Params {
        voting_deadline_blocks: 31_536_000,
        max_datanets: 64,
        min_accepted_feedback: 0,
        ..params::default()
    };
    world.tx(pb::MsgUpdateParams { params: Some(widest.clone()), ..good }).unwrap();
    let answer: pb::QueryParamsResponse = world.ask("Params", pb::QueryParamsRequest {}).unwrap();
    assert_eq!(answer.params, Some(widest));
}

#[test]
fn queries_find_proposals_by_id_and_stage() {
    let mut world = World::new();
    (1..=3).for_each(|n| drop(world.tx(propose(n)).unwrap()));
    world.tx(approve(2)).unwrap();
    let ids = |world: &World, stage: pb::Stage| {
        let question = pb::QueryModelProposalsRequest { stage: stage.into(), pagination: None };
        let answer: pb::QueryModelProposalsResponse =
            world.ask("ModelProposals", question).unwrap();
        answer.proposals.iter().map(|p| p.id).collect::<Vec<_>>()
    };
    assert_eq!(ids(&world, pb::Stage::Unspecified), vec![1, 2, 3]);
    assert_eq!(ids(&world, pb::Stage::Voting), vec![1, 3]);
    assert_eq!(ids(&world, pb::Stage::DataGathering), vec![2]);
    let one = |proposal_id| pb::QueryModelProposalRequest { proposal_id };
    let found: pb::QueryModelProposalResponse = world.ask("ModelProposal", one(2)).unwrap();
    assert_eq!(found.proposal, Some(world.model(2)));
    let none = world.ask::<_, pb::QueryModelProposalResponse>("ModelProposal", one(4));
    assert!(none.is_err());
}
