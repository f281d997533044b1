//! The walk of a model: each stage, each deadline, each end.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs,
    reason = "tests"
)]

mod world;

use whence_proposal::block::EXPIRIES_PER_BLOCK;
use whence_proto::whence::proposal::v1 as pb;
use world::*;

#[test]
fn a_model_walks_from_voting_to_retired() {
    let mut world = World::rich();
    world.tx(propose(1)).unwrap();
    world.run_to(3);
    world.tx(approve(1)).unwrap();
    assert_eq!((world.balance(1), world.held()), (START, 0));
    let stages = [(pb::Stage::Tuning, 35), (pb::Stage::Feedback, 46), (pb::Stage::Deployed, 0)];
    for (n, (stage, deadline)) in (5..).zip(stages) {
        world.run_to(n);
        world.tx(advance(1)).unwrap();
        let model = world.model(1);
        assert_eq!((model.stage(), model.stage_height), (stage, n));
        assert_eq!(model.stage_deadline_height, deadline);
    }
    world.run_to(200);
    assert_eq!(world.stage(1), pb::Stage::Deployed, "a deployed model has no deadline");
    world.tx(retire(1)).unwrap();
    let model = world.model(1);
    assert_eq!((model.stage(), model.reason.as_str()), (pb::Stage::Retired, "old"));
    let story: Vec<_> = model.history.iter().map(|s| (s.height, s.evidence.as_str())).collect();
    let expected = [
        (1, "proposed"),
        (3, "approved by governance"),
        (5, "rows=100 contributors=3"),
        (6, "adapter=5"),
        (7, "feedback=1 adapter=5 provider=6"),
        (200, "old"),
    ];
    assert_eq!(story, expected);
    world.refuses("retired twice", &pack(&retire(1)), "proposal 7");
    world.refuses("nothing follows", &pack(&advance(1)), "proposal 7");
}

/// Brings model 1 into a stage, all at height 1.
fn in_stage(steps: usize) -> World {
    let mut world = World::rich();
    world.tx(propose(1)).unwrap();
    let walk = [pack(&approve(1)), pack(&advance(1)), pack(&advance(1))];
    walk.iter().take(steps).for_each(|message| drop(world.run(message).unwrap()));
    world
}

#[test]
fn each_stage_has_a_last_height_and_ends_after_it() {
    for (steps, deadline) in [(0, 11), (1, 21), (2, 31), (3, 41)] {
        let move_on = if steps == 0 { pack(&approve(1)) } else { pack(&advance(1)) };
        let mut world = in_stage(steps);
        world.run_to(deadline);
        let before = world.model(1);
        assert_eq!(before.stage_deadline_height, deadline);
        world.clone().run(&move_on).expect("the last height is good");
        world.run_to(deadline + 1);
        assert_eq!(world.model(1), before, "its own block does not end it");
        world.refuses("late", &move_on, "proposal 9");
        world.end_block();
        assert_eq!(world.stage(1), pb::Stage::Expired, "{steps}");
        assert!(world.model(1).reason.ends_with("was not left in time"));
        assert_eq!((world.balance(1), world.held()), (START, 0));
        world.refuses("expired", &move_on, "proposal 7");
    }
}

/// Found by these tests: after the deadline, but before the end of the block that expires it,
/// governance could still approve a proposal, or burn a stake that expiry gives back.
#[test]
fn after_its_deadline_a_proposal_can_only_expire() {
    let mut world = in_stage(0);
    world.run_to(12);
    let late = [pack(&approve(1)), pack(&reject(1, true)), pack(&withdraw(1, 1))];
    late.iter().for_each(|message| world.refuses("late", message, "proposal 9"));
    world.end_block();
    assert_eq!((world.stage(1), world.balance(1)), (pb::Stage::Expired, START));
}

#[test]
fn a_block_ends_at_most_its_share_of_models() {
    let mut world = World::new();
    for n in 0..=EXPIRIES_PER_BLOCK {
        world.tx(propose(u8::try_from(n % 9 + 1).unwrap())).unwrap();
    }
    let count = u64::try_from(EXPIRIES_PER_BLOCK).unwrap();
    world.run_to(12);
    world.end_block();
    assert_eq!(world.stage(count), pb::Stage::Expired);
    assert_eq!(world.stage(count + 1), pb::Stage::Voting);
    assert_eq!(world.held(), STAKE);
    world.refuses("late, though not yet ended", &pack(&approve(count + 1)), "proposal 9");
    world.end_block();
    assert_eq!((world.stage(count + 1), world.held()), (pb::Stage::Expired, 0));
}
