//! Properties of the split: exact, never above the fee, and blind to who owns how many rows.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs,
    reason = "tests"
)]

mod world;

use proptest::prelude::*;
use whence_proto::whence::reward::v1 as pb;
use whence_reward::keeper::{LivingRow, Shared, share_out};
use world::*;

fn fees() -> impl Strategy<Value = u128> {
    prop_oneof![0_u128..2_000, 0_u128..10_000_000_000, Just(u128::MAX), any::<u128>()]
}

/// Eight shares that make a whole.
fn splits() -> impl Strategy<Value = pb::Split> {
    prop::collection::vec(0_u32..=1_000_000_000, 7).prop_map(|mut cuts| {
        cuts.sort_unstable();
        let mut shares = [0; 8];
        let mut last = 0;
        for (share, cut) in shares.iter_mut().zip(cuts.into_iter().chain([1_000_000_000])) {
            *share = cut - last;
            last = cut;
        }
        let [a, b, c, d, e, f, g, h] = shares;
        pb::Split {
            contributors_ppb: a,
            provider_ppb: b,
            developer_ppb: c,
            proposer_ppb: d,
            feedback_ppb: e,
            datanet_owners_ppb: f,
            stakers_ppb: g,
            community_pool_ppb: h,
        }
    })
}

/// Up to 64 rows with owners, together at most a whole.
fn rows() -> impl Strategy<Value = Vec<LivingRow>> {
    let row = (1_u8..6, 0_u32..=1_000_000_000);
    prop::collection::vec(row, 0..=64).prop_map(|list| {
        let mut left = 1_000_000_000;
        let rows = list.into_iter().map(|(owner, wish)| {
            let share_ppb = wish.min(left);
            left -= share_ppb;
            let contribution_id = u64::from(owner);
            LivingRow { payee: account(owner), contribution_id, share_ppb }
        });
        rows.collect()
    })
}

fn paid_to(shared: &Shared, who: impl Fn(u8) -> bool) -> u128 {
    let of = |p: &&whence_reward::keeper::Payment| who(p.payee.as_bytes()[0]);
    shared.payments.iter().filter(of).map(|p| p.amount).sum()
}

fn weights() -> impl Strategy<Value = Vec<(u8, u64)>> {
    prop::collection::vec((150_u8..160, any::<u64>()), 0..70)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn parts_and_dust_are_exactly_the_fee(
        fee in fees(), split in splits(), rows in rows(), weights in weights(),
        known in any::<bool>(),
    ) {
        let mut adapter = adapter_of(1).unwrap();
        adapter.feedback = weights.into_iter().map(|(n, w)| (account(n), w)).collect();
        let adapter = known.then_some(&adapter);
        let shared = share_out(fee, &split, &rows, (&operator(), adapter)).unwrap();
        let paid: u128 = shared.payments.iter().map(|p| p.amount).sum();
        prop_assert!(paid <= fee);
        prop_assert_eq!(paid + shared.stakers + shared.community_pool + shared.dust, fee);
        // Each rounding leaves less than one unit: rows, unattributed, eight parts, 64 weights.
        prop_assert!(shared.dust <= 64 + 1 + 8 + 64);
    }

    /// One identity's rows spread over other accounts, in any way: together they get the same.
    #[test]
    fn splitting_an_identity_gains_exactly_nothing(
        fee in fees(), rows in rows(), spread in prop::collection::vec(200_u8..250, 64),
    ) {
        let adapter = adapter_of(1).unwrap();
        let split = whence_reward::params::default().split.unwrap();
        let roles = (&operator(), Some(&adapter));
        let one = share_out(fee, &split, &rows, roles).unwrap();
        let mut sybil = rows.clone();
        for (row, to) in sybil.iter_mut().zip(&spread) {
            if row.payee == account(1) {
                row.payee = account(*to);
                row.contribution_id += 100;
            }
        }
        let many = share_out(fee, &split, &sybil, roles).unwrap();
        prop_assert_eq!(paid_to(&one, |n| n == 1), paid_to(&many, |n| n >= 200));
        prop_assert_eq!(paid_to(&one, |n| n != 1), paid_to(&many, |n| n < 200));
        prop_assert_eq!((one.dust, one.community_pool), (many.dust, many.community_pool));
    }

    /// Whoever is caller, provider, developer, proposer and every contributor at once gets less
    /// back.
    #[test]
    fn asking_yourself_never_pays(fee in 1_u128..1_000_000_000_000, rows in rows()) {
        let adapter = adapter_of(1).unwrap();
        let split = whence_reward::params::default().split.unwrap();
        let shared = share_out(fee, &split, &rows, (&operator(), Some(&adapter))).unwrap();
        let back: u128 = shared.payments.iter().map(|p| p.amount).sum();
        prop_assert!(back < fee);
    }

    /// The whole module: fees in, claims out, books and accounts equal at every step.
    #[test]
    fn fees_in_are_claims_accruals_and_pools(
        steps in prop::collection::vec(
            (0_u8..3, 1_u64..5, 0_u128..5_000, 1_u64..101, 0_u64..12), 1..40,
        ),
    ) {
        let mut world = World::new();
        let mut fees = 0;
        for (kind, adapter, fee, contribution, row) in steps {
            match kind {
                0 => {
                    let who = account(u8::try_from(contribution).unwrap());
                    let waits = world.waits(&who);
                    prop_assert_eq!(world.claim(&who).unwrap_or(0), waits);
                }
                1 if fee % 7 == 0 => world = world.reborn(),
                _ => {
                    world.settle(adapter, fee, &[(contribution, row, 700_000_001), (1, 0, 9)]);
                    fees += fee;
                }
            }
            let people: u128 = (0..=255).map(|n| world.balance(&account(n))).sum();
            let modules: u128 = ACCOUNTS.iter().map(|m| world.held(m)).sum();
            prop_assert_eq!(people + modules, fees);
        }
    }
}
