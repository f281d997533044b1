//! What must always hold: planted faults are seen, and random walks plant none.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs,
    reason = "tests"
)]

mod world;

use proptest::prelude::*;
use whence_base::{StateWrite, authority, module_address};
use whence_model::keeper;
use whence_proto::whence::model::v1 as pb;
use whence_proto::whence::model::v1::FeedbackStatus as Status;
use world::*;

fn key(prefix: u8, parts: &[u64]) -> Vec<u8> {
    let bytes = parts.iter().flat_map(|part| part.to_be_bytes());
    std::iter::once(prefix).chain(bytes).collect()
}

#[test]
fn a_planted_leak_of_one_unit_is_caught() {
    let world = World::reviewing();
    for leak in [-1_i128, 1] {
        let mut leaky = world.clone();
        let held = leaky.held().checked_add_signed(leak).unwrap();
        set_balance(&mut leaky.state, &module_address("model"), held);
        assert_eq!(leaky.broken().len(), 1);
        // Also when it is in the books.
        let mut forgetful = world.clone();
        let mut adapter = keeper::require(&forgetful.state, 1).unwrap();
        adapter.bond = coin(ADAPTER.checked_add_signed(leak).unwrap());
        let bytes = prost::Message::encode_to_vec(&adapter);
        forgetful.state.set("model", key(5, &[1]), bytes);
        assert_eq!(forgetful.broken().len(), 1);
    }
}

/// What, how it is planted, how many sentences tell it.
type Fault = (&'static str, fn(&mut World), usize);

/// Found by these tests: the invariants looked at none of the indexes.
#[test]
fn index_faults_are_caught() {
    let mut world = World::reviewing();
    world.tx(flag(2, 1)).unwrap();
    world.tx(review(4, 1, (80, false))).unwrap();
    world.run_to(12);
    world.tx(show(4, 1, (80, false))).unwrap();
    world.tx(commit(2, 1)).unwrap();
    let faults: [Fault; 9] = [
        ("not of its model", |w| w.state.delete("model", key(6, &[1, 1])), 2),
        ("of another model too", |w| w.state.set("model", key(6, &[2, 1]), vec![]), 1),
        ("not of its adapter", |w| w.state.delete("model", key(8, &[1, 1])), 2),
        ("of another adapter too", |w| w.state.set("model", key(8, &[2, 1]), vec![]), 1),
        ("no deadline", |w| w.state.delete("model", key(13, &[22, 2])), 2),
        ("a deadline too many", |w| w.state.set("model", key(13, &[9, 1]), vec![]), 1),
        ("a flag is lost", |w| w.state.delete("model", key(12, &[1, 1])), 2),
        (
            "a giver is lost",
            |w| {
                let giver = account(2).as_bytes().to_vec();
                let sized = [key(14, &[1]), vec![20], giver].concat();
                w.state.delete("model", sized);
            },
            1,
        ),
        ("rows are not counted", |w| w.state.delete("model", key(15, &[1])), 1),
    ];
    for (what, plant, found) in faults {
        let mut broken = world.clone();
        plant(&mut broken);
        assert_eq!(broken.broken().len(), found, "{what}: {:?}", broken.broken());
    }
}

/// What of accounts' money was burned: unshown batches, spam, unshown reviews, and so many flagged
/// adapters that governance retired.
fn burned(genesis: &pb::GenesisState, adapters: u128) -> u128 {
    let spent = |f: &&pb::Feedback| matches!(f.status(), Status::Unrevealed | Status::Spam);
    let feedback = genesis.feedback.iter().filter(spent).count();
    let decided = |id: u64| {
        let batch = genesis.feedback.iter().find(|f| f.id == id).unwrap();
        batch.status() != Status::UnderReview
    };
    let hidden = |r: &&pb::FeedbackReview| !r.revealed && decided(r.feedback_id);
    let reviews = genesis.feedback_reviews.iter().filter(hidden).count();
    let bonds = u128::try_from(feedback + reviews).unwrap();
    bonds * BOND + adapters * ADAPTER
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// Any messages in any order: the account holds the bonds, and nothing else is gone but what
    /// was burned.
    #[test]
    fn bonds_are_exactly_what_is_held(
        steps in prop::collection::vec((0_u8..12, 4_u8..7, 1_u64..4), 1..60),
    ) {
        let mut world = World::ready();
        let mut adapters = 0;
        for (what, who, id) in steps {
            let score = (u32::from(who) * 15, who == 4 && id == 2);
            let message = match what {
                0 => pack(&register(who)),
                1 => {
                    let flagged = keeper::adapter(&world.state, id).unwrap();
                    let flagged = flagged.is_some_and(|adapter| adapter.flags > 0);
                    let by = if who == 6 { authority() } else { account(who) };
                    let done = world.run(&pack(&retire(&by, id))).is_ok();
                    adapters += u128::from(done && flagged && who == 6);
                    continue;
                }
                2 => pack(&flag(who, id)),
                3 | 4 => pack(&commit(who, 1)),
                5 | 6 => pack(&reveal(who, id)),
                7 | 8 => pack(&review(who, id, score)),
                9 | 10 => pack(&show(who, id, score)),
                _ => {
                    world.run_to(world.height + 3 * id);
                    continue;
                }
            };
            // `run` checks every invariant and obligation.
            drop(world.run(&message));
            let all: u128 = (1..=9).map(|n| world.balance(n)).sum();
            prop_assert_eq!(all + world.held() + burned(&world.export(), adapters), 9 * START);
        }
        prop_assert!(world.reborn().state == world.state);
    }
}
