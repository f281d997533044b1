//! Feedback, deployments and retirement from their first day to their last.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs,
    reason = "tests"
)]

mod world;

use whence_base::authority;
use whence_model::block::FEEDBACK_PER_BLOCK;
use whence_model::keeper;
use whence_proto::whence::model::v1 as pb;
use whence_proto::whence::model::v1::FeedbackStatus as Status;
use world::*;

/// Reviews as (reviewer, quality, spam, shown), the quorum, what comes of it.
type Row = (&'static str, &'static [(u8, u32, bool, bool)], u32, Status, u32);

#[test]
fn the_median_of_shown_reviews_decides() {
    let rows: [Row; 10] = [
        ("good", &[(4, 50, false, true)], 1, Status::Accepted, 50),
        ("poor", &[(4, 49, false, true)], 1, Status::Refused, 49),
        (
            "middle",
            &[(4, 0, false, true), (5, 60, false, true), (6, 90, false, true)],
            1,
            Status::Accepted,
            60,
        ),
        ("lower of two", &[(4, 40, false, true), (5, 90, false, true)], 1, Status::Refused, 40),
        ("spam", &[(4, 90, true, true)], 1, Status::Spam, 90),
        ("half say spam", &[(4, 90, true, true), (5, 90, false, true)], 1, Status::Accepted, 90),
        (
            "most say spam",
            &[(4, 9, true, true), (5, 9, true, true), (6, 9, false, true)],
            1,
            Status::Spam,
            9,
        ),
        ("nobody", &[], 1, Status::Unreviewed, 0),
        ("nobody shows", &[(4, 90, false, false)], 1, Status::Unreviewed, 0),
        ("too few", &[(4, 90, false, true), (5, 90, false, false)], 2, Status::Unreviewed, 0),
    ];
    for (what, reviews, quorum, status, quality) in rows {
        let mut world = World::reviewing();
        world.set(|p| p.review_quorum = quorum);
        for (who, quality, spam, _) in reviews {
            world.tx(review(*who, 1, (*quality, *spam))).expect(what);
        }
        world.run_to(12);
        for (who, quality, spam, _) in reviews.iter().filter(|r| r.3) {
            world.tx(show(*who, 1, (*quality, *spam))).expect(what);
        }
        world.run_to(22);
        world.end_block();
        let found = world.feedback(1);
        assert_eq!((found.status(), found.quality), (status, quality), "{what}");
        let back = if status == Status::Spam { START - BOND } else { START };
        assert_eq!(world.balance(2), back, "{what}");
        for (who, _, _, shown) in reviews {
            let back = if *shown { START } else { START - BOND };
            assert_eq!(world.balance(*who), back, "{what}: reviewer {who}");
        }
        assert_eq!(world.held(), ADAPTER, "{what}");
        let rows = if status == Status::Accepted { 10 } else { 0 };
        assert_eq!(keeper::accepted_feedback(&world.state, 1).unwrap(), rows, "{what}");
    }
}

#[test]
fn the_last_review_that_is_shown_decides_at_once() {
    let mut world = World::reviewing();
    world.tx(review(4, 1, (80, false))).unwrap();
    world.tx(review(5, 1, (70, false))).unwrap();
    world.run_to(12);
    world.tx(show(4, 1, (80, false))).unwrap();
    assert_eq!(world.feedback(1).status(), Status::UnderReview);
    world.tx(show(5, 1, (70, false))).unwrap();
    let found = world.feedback(1);
    assert_eq!(
        (found.status(), found.quality, found.reason.as_str()),
        (Status::Accepted, 70, "why")
    );
    let weights = keeper::feedback_weights(&world.state, 1).unwrap();
    assert_eq!(weights, vec![(account(2), 10)]);
    world.run_to(30);
    assert_eq!(world.feedback(1), found, "decided once");
}

#[test]
fn what_is_not_revealed_loses_its_deposit() {
    let mut world = World::ready();
    world.tx(commit(2, 1)).unwrap();
    world.run_to(11);
    world.clone().tx(reveal(2, 1)).expect("the last height is good");
    world.run_to(12);
    assert_eq!(world.feedback(1).status(), Status::Committed);
    world.refuses("late", &pack(&reveal(2, 1)), "model 13");
    world.end_block();
    assert_eq!(world.feedback(1).status(), Status::Unrevealed);
    assert_eq!((world.balance(2), world.held()), (START - BOND, ADAPTER));
    world.refuses("ended", &pack(&reveal(2, 1)), "model 12");
}

#[test]
fn windows_of_reviews_have_a_first_and_a_last_height() {
    let mut world = World::reviewing();
    world.tx(review(4, 1, (80, false))).unwrap();
    world.tx(review(6, 1, (80, false))).unwrap();
    world.run_to(11);
    world.refuses("early", &pack(&show(4, 1, (80, false))), "model 13");
    world.tx(review(5, 1, (80, false))).expect("the last height is good");
    world.run_to(12);
    world.refuses("late", &pack(&review(200, 1, (80, false))), "model 13");
    world.tx(show(4, 1, (80, false))).expect("the first height is good");
    world.run_to(21);
    world.tx(show(5, 1, (80, false))).expect("the last height is good");
    world.run_to(22);
    world.refuses("late", &pack(&show(6, 1, (80, false))), "model 13");
    assert_eq!(world.feedback(1).status(), Status::UnderReview);
    world.end_block();
    assert_eq!(world.feedback(1).status(), Status::Accepted);
    assert_eq!(world.balance(6), START - BOND);
}

#[test]
fn a_block_settles_at_most_its_share_of_feedback() {
    let mut world = World::ready();
    let count = u64::try_from(FEEDBACK_PER_BLOCK).unwrap();
    (0..=count).for_each(|_| drop(world.tx(commit(2, 1)).unwrap()));
    world.run_to(12);
    world.end_block();
    assert_eq!(world.feedback(count).status(), Status::Unrevealed);
    assert_eq!(world.feedback(count + 1).status(), Status::Committed);
    world.end_block();
    assert_eq!(world.feedback(count + 1).status(), Status::Unrevealed);
    assert_eq!(world.held(), ADAPTER);
}

/// Found by these tests: givers were counted at the commit alone, so that several who committed at
/// once were all accepted, and one of the 64 lost its pay to another with a lower address.
#[test]
fn several_new_givers_at_once_do_not_push_one_out() {
    let mut world = World::ready();
    let givers: Vec<u8> = (100..166).collect();
    for (id, who) in (1..).zip(&givers) {
        set_balance(&mut world.state, &account(*who), START);
        world.tx(commit(*who, 1)).unwrap();
        world.tx(reveal(*who, id)).unwrap();
        world.tx(review(4, id, (80, false))).unwrap();
    }
    world.run_to(12);
    // The lowest addresses come last.
    for id in (1..=66).rev() {
        world.tx(show(4, id, (80, false))).unwrap();
    }
    let statuses = [1, 2, 3].map(|id| world.feedback(id).status());
    assert_eq!(statuses, [Status::Refused, Status::Refused, Status::Accepted]);
    assert_eq!(world.feedback(1).reason, "too many givers");
    assert_eq!(world.balance(100), START);
    let weights = keeper::feedback_weights(&world.state, 1).unwrap();
    assert_eq!((weights.len(), &weights[0].0), (64, &account(102)));
    assert_eq!(keeper::accepted_feedback(&world.state, 1).unwrap(), 640);
    world.refuses("one more giver", &pack(&commit(2, 1)), "model 16");
    world.tx(commit(102, 1)).expect("a known giver may go on");
    assert!(world.reborn().state == world.state);
}

#[test]
fn deployments_end_and_start_again() {
    let mut world = World::ready();
    world.tx(deploy(8, 1, 8)).unwrap();
    assert_eq!(world.serving(1), Some((1, 8)));
    world.run_to(5);
    world.tx(undeploy(8, 1, 8)).unwrap();
    assert_eq!(world.serving(1), None);
    assert!(keeper::is_deployed(&world.state, 1, 8), "what was signed for stays payable");
    world.refuses("ended twice", &pack(&undeploy(8, 1, 8)), "model 6");
    world.run_to(7);
    world.tx(deploy(8, 1, 8)).unwrap();
    assert_eq!(world.serving(1), Some((1, 8)));
    let question = pb::QueryDeploymentsRequest { adapter_id: 1, pagination: None };
    let answer: pb::QueryDeploymentsResponse = world.ask("Deployments", question).unwrap();
    let heights: Vec<_> =
        answer.deployments.iter().map(|d| (d.since_height, d.until_height)).collect();
    assert_eq!(heights, vec![(7, 0)]);
}

/// Found by these tests: a retired adapter still counted as served, so that its model could move on
/// to Deployed.
#[test]
fn a_retired_adapter_is_not_served() {
    let mut world = World::ready();
    world.tx(deploy(8, 1, 8)).unwrap();
    world.tx(retire(&account(1), 1)).unwrap();
    assert_eq!(world.serving(1), None);
    assert_eq!(keeper::adapter_of(&world.state, 1).unwrap(), None);
    world.tx(undeploy(8, 1, 8)).expect("its provider may still end it");
}

/// Only a model's first 100 adapters were looked at, so that a hundred thrown away ones held it up.
#[test]
fn thrown_away_adapters_hide_nothing() {
    let mut world = World::ready();
    for id in 2..=130 {
        world.tx(register(1)).unwrap();
        world.tx(deploy(8, id, 8)).unwrap();
        world.tx(retire(&account(1), id)).unwrap();
    }
    world.tx(retire(&account(1), 1)).unwrap();
    assert_eq!(world.serving(1), None);
    world.tx(register(1)).unwrap();
    assert_eq!(keeper::adapter_of(&world.state, 1).unwrap(), Some(131));
    world.tx(deploy(9, 131, 9)).unwrap();
    assert_eq!(world.serving(1), Some((131, 9)));
    let again = world.reborn();
    assert_eq!((again.serving(1), again.state == world.state), (Some((131, 9)), true));
}

/// Deployments that serve nothing, at the front of the list, cannot hide the newest.
#[test]
fn the_newest_deployment_is_looked_at_first() {
    let mut world = World::ready();
    for provider in 1..=49 {
        world.tx(deploy(provider, 1, provider.into())).unwrap();
        world.tx(undeploy(provider, 1, provider.into())).unwrap();
    }
    for id in 2..=120 {
        world.tx(register(1)).unwrap();
        assert_eq!(world.serving(1), None, "before {id} is served");
    }
    world.tx(deploy(8, 120, 8)).unwrap();
    assert_eq!(world.serving(1), Some((120, 8)));
    world.tx(undeploy(8, 120, 8)).unwrap();
    assert_eq!(world.serving(1), None);
}

#[test]
fn retiring_settles_bond_and_flags() {
    let mut world = World::ready();
    world.tx(retire(&account(1), 1)).unwrap();
    assert_eq!((world.balance(1), world.held()), (START, 0));
    for (by, left) in [(account(1), START), (authority(), START - ADAPTER)] {
        let mut world = World::ready();
        world.tx(flag(2, 1)).unwrap();
        world.tx(flag(2, 1)).unwrap();
        world.tx(flag(3, 1)).unwrap();
        assert_eq!(world.held(), ADAPTER + 3 * BOND);
        world.tx(retire(&by, 1)).unwrap();
        assert_eq!(world.balance(1), left, "burned by governance alone");
        assert_eq!((world.balance(2), world.balance(3), world.held()), (START, START, 0));
        assert_eq!(keeper::require(&world.state, 1).unwrap().flags, 3, "flags stand");
        assert!(world.reborn().state == world.state);
    }
}

#[test]
fn feedback_under_way_outlives_its_adapter() {
    let mut world = World::reviewing();
    world.tx(retire(&account(1), 1)).unwrap();
    world.tx(review(4, 1, (80, false))).unwrap();
    world.run_to(12);
    world.tx(show(4, 1, (80, false))).unwrap();
    assert_eq!((world.feedback(1).status(), world.held()), (Status::Accepted, 0));
}
