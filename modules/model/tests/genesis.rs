//! Genesis: what is exported is what was, at every height; what cannot be is refused.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs,
    reason = "tests"
)]

mod world;

use whence_proto::whence::model::v1 as pb;
use world::*;

/// Adapters, batches in every status to come, flags, deployments, evaluations.
fn busy() -> World {
    let mut world = World::reviewing();
    world.tx(register(3)).unwrap();
    world.tx(register(3)).unwrap();
    world.tx(flag(2, 2)).unwrap();
    world.tx(flag(2, 3)).unwrap();
    world.tx(retire(&account(3), 3)).unwrap();
    world.tx(deploy(8, 1, 8)).unwrap();
    world.tx(evaluation(2)).unwrap();
    world.tx(review(4, 1, (80, false))).unwrap();
    world.tx(review(5, 1, (90, false))).unwrap();
    world.tx(commit(2, 2)).unwrap();
    world.tx(commit(7, 2)).unwrap();
    world.run_to(4);
    world.tx(reveal(7, 3)).unwrap();
    world.tx(undeploy(8, 1, 8)).unwrap();
    world
}

#[test]
fn export_and_init_give_the_same_state() {
    let fresh = World::new();
    assert!(fresh.reborn().state == fresh.state);
    let mut world = busy();
    for height in [4, 11, 12, 13, 16, 22, 30] {
        world.run_to(height);
        if height == 12 {
            world.tx(show(4, 1, (80, false))).unwrap();
        }
        let mut reborn = world.reborn();
        assert!(reborn.state == world.state, "at {height}");
        let mut other = world.clone();
        for chain in [&mut reborn, &mut other] {
            chain.run_to(40);
            chain.tx(register(1)).unwrap();
            chain.tx(commit(2, 1)).unwrap();
        }
        assert!(reborn.state == other.state, "from {height} on");
    }
}

type Fault = (&'static str, fn(&mut pb::GenesisState));

fn all_refused(rows: &[Fault]) {
    let good = busy().export();
    World::validate(&good).unwrap();
    for (what, change) in rows {
        let mut bad = good.clone();
        change(&mut bad);
        assert!(World::validate(&bad).is_err(), "{what}");
    }
}

#[test]
fn a_genesis_that_cannot_be_is_refused() {
    all_refused(&[
        ("no params", |g| g.params = None),
        ("bad params", |g| g.params.as_mut().unwrap().max_files = 0),
        ("adapters out of order", |g| g.adapters.swap(0, 1)),
        ("an adapter twice", |g| g.adapters.insert(0, g.adapters[0].clone())),
        ("next adapter was given", |g| g.next_adapter_id = 3),
        ("feedback out of order", |g| g.feedback.swap(0, 1)),
        ("next feedback was given", |g| g.next_feedback_id = 3),
        ("next evaluation was given", |g| g.next_evaluation_id = 1),
        ("next flag was given", |g| g.next_flag_id = 2),
        ("no developer", |g| g.adapters[0].developer.clear()),
        ("no giver", |g| g.feedback[0].giver.clear()),
        ("feedback on nothing", |g| g.feedback[0].adapter_id = 9),
        ("no reviewer", |g| g.feedback_reviews[0].reviewer.clear()),
        ("review of nothing", |g| g.feedback_reviews[0].feedback_id = 9),
        ("no flagger", |g| g.flags[0].flagger.clear()),
        ("flag on nothing", |g| g.flags[0].adapter_id = 9),
    ]);
}

/// Found by these tests: each of these was taken, though its money would have stayed with the
/// module for ever, or could not be given back.
#[test]
fn a_genesis_whose_bonds_do_not_fit_is_refused() {
    all_refused(&[
        ("a retired adapter's bond", |g| g.adapters[2].bond = coin(1)),
        ("an adapter without bond", |g| g.adapters[0].bond = coin(0)),
        ("an adapter without status", |g| g.adapters[0].status = 0),
        ("a deposit after the reveal", |g| g.feedback[0].deposit = coin(1)),
        ("a commit without deposit", |g| g.feedback[1].deposit = None),
        ("a bond before the reveal", |g| g.feedback[1].bond = coin(1)),
        ("a review without bond", |g| g.feedback_reviews[0].bond = coin(0)),
        ("a bond of a shown review", |g| g.feedback_reviews[0].revealed = true),
        ("feedback without status", |g| g.feedback[0].status = 0),
        ("a flag's bond after its adapter", |g| g.flags[1].bond = coin(1)),
        ("a flag that is not counted", |g| g.adapters[1].flags = 0),
        ("a deployment of nothing", |g| g.deployments[0].adapter_id = 9),
        ("an evaluation of nothing", |g| g.evaluations[0].adapter_id = 9),
    ]);
}
