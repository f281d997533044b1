//! Genesis: what is exported is what was, at every stage; what cannot be is refused.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs,
    reason = "tests"
)]

mod world;

use whence_proto::whence::proposal::v1 as pb;
use world::*;

/// Models in every stage, in the middle of their time.
fn busy() -> World {
    let mut world = World::rich();
    for n in 1..=9 {
        world.tx(propose(n)).unwrap();
        world.run_to(1 + u64::from(n) / 2);
    }
    let walks: [(u64, usize); 6] = [(1, 1), (2, 2), (3, 3), (4, 4), (5, 5), (6, 0)];
    for (id, steps) in walks {
        let walk = [approve(id)].iter().map(pack).collect::<Vec<_>>();
        let walk = [walk, vec![pack(&advance(id)); 3], vec![pack(&retire(id))]].concat();
        walk.iter().take(steps).for_each(|message| drop(world.run(message).unwrap()));
    }
    world.tx(reject(7, true)).unwrap();
    world.tx(withdraw(8, 8)).unwrap();
    world
}

#[test]
fn export_and_init_give_the_same_state() {
    let fresh = World::new();
    assert!(fresh.reborn().state == fresh.state);
    let mut world = busy();
    for height in [5, 12, 14, 16, 30, 50] {
        world.run_to(height);
        let mut reborn = world.reborn();
        assert!(reborn.state == world.state, "at {height}");
        assert_eq!(reborn.broken(), Vec::<String>::new());
        let mut other = world.clone();
        for chain in [&mut reborn, &mut other] {
            chain.run_to(60);
            chain.tx(propose(1)).unwrap();
        }
        assert!(reborn.state == other.state, "from {height} on");
    }
}

type Fault = (&'static str, fn(&mut pb::GenesisState));

#[test]
fn a_genesis_that_cannot_be_is_refused() {
    let good = busy().export();
    World::validate(&good).unwrap();
    let rows: [Fault; 13] = [
        ("no params", |g| g.params = None),
        ("bad params", |g| g.params.as_mut().unwrap().max_datanets = 0),
        ("out of order", |g| g.proposals.swap(0, 1)),
        ("twice", |g| g.proposals.insert(0, g.proposals[0].clone())),
        ("next id was given", |g| g.next_proposal_id = 9),
        ("no proposer", |g| g.proposals[0].proposer.clear()),
        ("no spec", |g| g.proposals[0].spec = None),
        ("bad spec", |g| g.proposals[0].spec.as_mut().unwrap().name.clear()),
        ("no stage", |g| g.proposals[0].stage = 0),
        ("unknown stage", |g| g.proposals[0].stage = 10),
        ("no stake", |g| g.proposals[5].stake = coin(0)),
        ("a stake after the vote", |g| g.proposals[0].stake = coin(1)),
        ("a stake is missing", |g| g.proposals[0].stake = None),
    ];
    for (what, change) in rows {
        let mut bad = good.clone();
        change(&mut bad);
        assert!(World::validate(&bad).is_err(), "{what}");
    }
}

/// Found by these tests: such a genesis was taken, and its model never expired.
#[test]
fn a_genesis_without_a_deadline_where_one_must_be_is_refused() {
    let good = busy().export();
    for (n, deadline) in [(0, 0), (5, 0), (3, 7), (6, 7)] {
        let mut bad = good.clone();
        bad.proposals[n].stage_deadline_height = deadline;
        assert_eq!(World::validate(&bad).unwrap_err().code, 11, "{n}");
    }
}

#[test]
fn a_genesis_from_json_whose_metric_is_empty_is_taken() {
    let mut genesis = busy().export();
    for spec in genesis.proposals.iter_mut().filter_map(|p| p.spec.as_mut()) {
        spec.metric = Some(pb::Metric::default());
    }
    World::validate(&genesis).unwrap();
}
