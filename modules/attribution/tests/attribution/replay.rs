//! A query is paid once, whatever happens in between.

use proptest::prelude::*;
use std::collections::BTreeSet;
use whence_attribution::error::Error;
use whence_attribution::keeper::window::Window;

use crate::world::*;

fn again() -> (&'static str, u32) {
    ours(Error::AlreadyReported)
}

#[test]
fn the_same_batch_and_another_batch() {
    let mut world = World::ready();
    world.tx(batch(&[1, 2])).unwrap();
    let before = world.state.clone();
    for sequences in [&[1, 2][..], &[1], &[2], &[3, 2], &[3, 3], &[2, 3]] {
        assert_eq!(code(world.tx(batch(sequences))), again(), "{sequences:?}");
        assert_eq!(world.state, before);
    }
    world.tx(batch(&[3])).unwrap();
    assert_eq!(world.escrow(1).reported, coin(3_000));
}

#[test]
fn another_voucher_for_the_same_sequence() {
    let mut world = World::ready();
    world.tx(batch(&[1])).unwrap();
    let mut other = asked(1);
    other.voucher.request_digest = [9; 32];
    other.voucher.cumulative = 50_000;
    assert_eq!(code(world.tx(report(vec![other.signed()]))), again());
}

#[test]
fn another_chain_id() {
    let mut world = World::ready();
    let mut fork = world.clone();
    world.tx(batch(&[1])).unwrap();
    fork.chain = "whence-test-2".into();
    assert_eq!(code(fork.tx(batch(&[1]))), ours(Error::WrongChain));
    // Naming the fork in the report does not help: the signature is over the name.
    let mut renamed = asked(1).signed();
    renamed.voucher.as_mut().unwrap().chain_id = fork.chain.clone();
    assert_eq!(code(fork.tx(report(vec![renamed]))), ours(Error::BadSignature));
}

#[test]
fn after_settlement_and_after_pruning() {
    let mut world = World::ready();
    world.set_params(|p| p.detail_retention_blocks = 5);
    world.tx(batch(&[1, 2])).unwrap();
    let known = world.reported(1);
    assert!(known.reported && !known.settled);
    assert_eq!((known.digest.len(), known.report_id), (32, 1));
    let other = world.reported(2);
    assert_eq!((other.digest.len(), other.report_id), (32, 1));
    assert_ne!(other.digest, known.digest);

    world.blocks(21);
    assert!(world.reported(1).settled);
    assert_eq!(code(world.tx(batch(&[1]))), again());

    world.blocks(5);
    let pruned = world.reported(1);
    assert!(pruned.reported && pruned.digest.is_empty());
    assert_eq!(code(world.tx(batch(&[1]))), again());
    assert_eq!(code(world.tx(batch(&[2]))), again());
    assert!(!world.reported(3).reported);
    assert_eq!(world.held("reward"), 2_000);
}

#[test]
fn after_export_and_import_in_the_middle_of_windows() {
    let mut world = World::ready();
    world.set_params(|p| p.detail_retention_blocks = 5);
    world.tx(batch(&[1, 4])).unwrap();
    world.blocks(10);
    world.tx(batch(&[2])).unwrap();
    world.blocks(12);
    for mut reborn in [world.reborn(), world.reborn().reborn()] {
        for sequence in [1, 2, 4] {
            assert_eq!(code(reborn.tx(batch(&[sequence]))), again(), "{sequence}");
        }
        // It goes on exactly as the chain would have that never stopped.
        let mut went_on = world.clone();
        for w in [&mut reborn, &mut went_on] {
            w.tx(batch(&[3])).unwrap();
            w.blocks(40);
            assert_eq!(code(w.tx(batch(&[1]))), again());
        }
        assert_eq!(reborn.state, went_on.state);
        assert_eq!(reborn.held("reward"), 4_000);
    }
}

#[test]
fn below_the_window() {
    let mut world = World::ready();
    world.set_params(|p| p.sequence_window = 8);
    world.tx(batch(&[20])).unwrap();
    world.tx(batch(&[12])).unwrap();
    assert_eq!(code(world.tx(batch(&[11]))), ours(Error::SequenceTooOld));
    assert_eq!(code(world.tx(batch(&[12]))), again());
}

#[test]
fn a_window_that_shrinks_and_grows_forgets_nothing() {
    let mut world = World::ready();
    world.tx(batch(&[1])).unwrap();
    world.set_params(|p| p.sequence_window = 8);
    world.tx(batch(&[30])).unwrap();
    world.set_params(|p| p.sequence_window = 1_024);
    assert_eq!(code(world.tx(batch(&[1]))), again());
    world.tx(batch(&[2])).unwrap();
}

#[test]
fn an_escrow_emptied_and_filled_again() {
    let mut world = World::ready();
    world.tx(batch(&[1])).unwrap();
    let caller = caller().to_string();
    let amount = coin(99_000);
    use whence_proto::whence::attribution::v1 as pb;
    world.tx(pb::MsgRequestWithdrawal { caller: caller.clone(), escrow_id: 1, amount }).unwrap();
    world.blocks(50);
    world.tx(pb::MsgCompleteWithdrawal { caller, escrow_id: 1 }).unwrap();
    world.tx(pb::MsgFundEscrow { escrow_id: 1, session_key: vec![], ..fund(10_000) }).unwrap();
    assert_eq!(code(world.tx(batch(&[1]))), again());
}

#[test]
fn a_window_tells_1024_sequences_apart() {
    let mut window = Window::default();
    window.mark(3, 8).unwrap();
    assert_eq!(window, Window { high: 3, bits: vec![] }, "nothing lies below the first");
    window.mark(3_000, 8).unwrap();
    let rows = [
        ("the highest", 3_000, true),
        ("above it", 3_001, false),
        ("below it", 2_999, false),
        ("the lowest that is kept", 3_000 - 1_024, false),
        ("too low to be told apart", 3_000 - 1_025, true),
        ("far too low", 1, true),
    ];
    for (what, sequence, reported) in rows {
        assert_eq!(window.is_reported(sequence), reported, "{what}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    /// Against a set that never forgets: what was marked is never marked again, and what is near
    /// enough and was not marked always can be.
    #[test]
    fn a_window_is_a_set_that_is_cut_off_below(
        steps in prop::collection::vec((0_u64..3_000, 8_u32..=1_024), 1..300),
        base in prop::sample::select(vec![1_u64, 5_000, u64::MAX - 4_000]),
    ) {
        let mut window = Window::default();
        let mut seen = BTreeSet::new();
        for (offset, reach) in steps {
            let sequence = base + offset;
            let high = seen.last().copied().unwrap_or(0);
            let near = sequence > high || high - sequence <= u64::from(reach);
            let fresh = !seen.contains(&sequence);
            let taken = window.mark(sequence, reach).is_ok();
            prop_assert_eq!(taken, near && fresh);
            if taken {
                seen.insert(sequence);
            }
            prop_assert!(window.is_reported(sequence) || !near);
            prop_assert!(window.bits.len() <= 128 && window.bits.last() != Some(&0));
        }
    }
}
