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
use whence_base::{StateWrite, module_address};
use whence_proto::whence::proposal::v1 as pb;
use world::*;

#[test]
fn a_planted_leak_of_one_unit_is_caught() {
    let mut world = World::new();
    world.tx(propose(1)).unwrap();
    for leak in [-1_i128, 1] {
        let mut leaky = world.clone();
        let held = leaky.held().checked_add_signed(leak).unwrap();
        set_balance(&mut leaky.state, &module_address("proposal"), held);
        assert_eq!(leaky.broken().len(), 1);
        // Also when it is in the books.
        let mut forgetful = world.clone();
        let mut model = forgetful.model(1);
        model.stake = coin(STAKE.checked_add_signed(leak).unwrap());
        write(&mut forgetful, &model);
        assert_eq!(forgetful.broken().len(), 1);
    }
}

fn write(world: &mut World, model: &pb::ModelProposal) {
    world.state.set("proposal", key(2, &[model.id]), prost::Message::encode_to_vec(model));
}

fn key(prefix: u8, parts: &[u64]) -> Vec<u8> {
    let bytes = parts.iter().flat_map(|part| part.to_be_bytes());
    std::iter::once(prefix).chain(bytes).collect()
}

fn stage_key(stage: u32, id: u64) -> Vec<u8> {
    [vec![4], stage.to_be_bytes().to_vec(), id.to_be_bytes().to_vec()].concat()
}

/// What, how it is planted, how many sentences tell it.
type Fault = (&'static str, fn(&mut World), usize);

#[test]
fn index_faults_are_caught() {
    let mut world = World::new();
    world.tx(propose(1)).unwrap();
    let faults: [Fault; 6] = [
        ("not in its stage", |w| w.state.delete("proposal", stage_key(1, 1)), 2),
        ("in another stage too", |w| w.state.set("proposal", stage_key(2, 1), vec![]), 1),
        ("no deadline", |w| w.state.delete("proposal", key(3, &[11, 1])), 2),
        ("two deadlines", |w| w.state.set("proposal", key(3, &[12, 1]), vec![]), 1),
        (
            "a stage without its index, and with a stake",
            |w| {
                let model = pb::ModelProposal { stage: 2, ..w.model(1) };
                write(w, &model);
            },
            2,
        ),
        ("an index of nothing", |w| w.state.set("proposal", stage_key(1, 9), vec![]), 1),
    ];
    for (what, plant, found) in faults {
        let mut broken = world.clone();
        plant(&mut broken);
        assert_eq!(broken.broken().len(), found, "{what}: {:?}", broken.broken());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// Any messages in any order: the account holds the stakes, and money is only burned by a veto.
    #[test]
    fn stakes_are_exactly_what_is_held(
        steps in prop::collection::vec((0_u8..9, 1_u8..4, 1_u64..8), 1..60),
    ) {
        let mut world = World::rich();
        let mut burned = 0;
        for (what, who, id) in steps {
            let message = match what {
                0..=2 => pack(&propose(who)),
                3 => pack(&withdraw(who, id)),
                4 => pack(&approve(id)),
                5 => pack(&advance(id)),
                6 => pack(&reject(id, who == 1)),
                7 => pack(&retire(id)),
                _ => {
                    world.run_to(world.height + id);
                    continue;
                }
            };
            // `run` checks every invariant and obligation.
            let done = world.run(&message).is_ok();
            burned += if done && what == 6 && who == 1 { STAKE } else { 0 };
            let all: u128 = (1..=9).map(|n| world.balance(n)).sum();
            prop_assert_eq!(all + world.held() + burned, 9 * START);
        }
        prop_assert!(world.reborn().state == world.state);
    }
}
