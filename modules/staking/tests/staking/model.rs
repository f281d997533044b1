//! Random stakes: pools, shares and the set stay right, CometBFT can apply every update, and
//! snapshots read what was.

use std::collections::BTreeMap;

use crate::common::*;
use proptest::prelude::*;
use whence_base::{Address, Ctx, Dec};
use whence_staking::keeper::{self, snapshot};

#[derive(Clone, Debug)]
enum Step {
    Create(u8, u128),
    Delegate(u8, u8, u128),
    Undelegate(u8, u8, u128),
    Block(u64),
    Snapshot,
    Close,
}

fn step() -> impl Strategy<Value = Step> {
    let amount = prop_oneof![1..20_u128, 500_000..4_000_000_u128];
    prop_oneof![
        1 => (1..6_u8, 1..5_000_000_u128).prop_map(|(n, a)| Step::Create(n, a)),
        4 => (1..9_u8, 1..6_u8, amount.clone()).prop_map(|(d, v, a)| Step::Delegate(d, v, a)),
        4 => (1..9_u8, 1..6_u8, amount).prop_map(|(d, v, a)| Step::Undelegate(d, v, a)),
        3 => (1..900_000_u64).prop_map(Step::Block),
        1 => Just(Step::Snapshot),
        1 => Just(Step::Close),
    ]
}

/// CometBFT's rules for updates (`types/validator_set.go`): no key twice, no removal of an unknown
/// one, never empty.
fn apply(set: &mut BTreeMap<Vec<u8>, i64>, chain: &mut Chain, wait: u64) {
    let updates = chain.end_block(wait).0;
    let mut keys: Vec<_> = updates.iter().map(|u| u.pubkey.clone()).collect();
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), updates.len(), "a key twice");
    for update in updates {
        assert!(update.power >= 0);
        if update.power == 0 {
            assert!(set.remove(&update.pubkey).is_some(), "removal of an unknown key");
        } else {
            set.insert(update.pubkey, update.power);
        }
    }
    let bonded = keeper::bonded_validators(&chain.state).unwrap();
    let told: BTreeMap<_, _> =
        bonded.iter().map(|v| (v.pubkey.to_vec(), i64::try_from(v.power()).unwrap())).collect();
    assert_eq!(*set, told, "what CometBFT was told is the bonded set");
    let sum: u128 = bonded.iter().map(|v| v.tokens).sum();
    assert_eq!(sum, keeper::bonded_total(&chain.state).unwrap());
}

fn money(chain: &Chain) -> u128 {
    let pools = ["bonded_tokens_pool", "not_bonded_tokens_pool"].map(whence_base::module_address);
    let users = (1..=40).map(user);
    users.chain(pools).map(|who| balance(&chain.state, &who, "uwhn")).sum()
}

type Stakes = BTreeMap<(Address, Address), Dec>;

fn stakes(chain: &Chain, at: Option<u64>) -> Stakes {
    let mut all = Stakes::new();
    for voter in (1..9).map(user) {
        let id = at.unwrap_or(u64::MAX);
        let mut after = None;
        // Pages of two, so that the way on from a cursor is walked too.
        loop {
            let page =
                snapshot::delegations(&chain.state, (id, &voter), after.as_ref(), 2).unwrap();
            let full = page.len() == 2;
            after = page.last().map(|(operator, _)| operator.clone());
            let real = page.into_iter().filter(|(_, shares)| *shares > Dec::zero());
            all.extend(real.map(|(operator, shares)| ((voter.clone(), operator), shares)));
            if !full {
                break;
            }
        }
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_lost(steps in prop::collection::vec(step(), 1..60)) {
        let mut chain = Chain::new(|p| p.max_validators = 3);
        let (mut set, start) = (BTreeMap::new(), money(&chain));
        let mut open: Vec<(u64, Stakes)> = Vec::new();
        for step in steps {
            // Refusals are part of the game: they change nothing, which the checks below see.
            match step {
                Step::Create(n, a) => drop(chain.send(create(n, a))),
                Step::Delegate(d, v, a) => drop(chain.send(delegate(d, v, a))),
                Step::Undelegate(d, v, a) => drop(chain.send(undelegate(d, v, a))),
                Step::Block(wait) => apply(&mut set, &mut chain, wait),
                Step::Snapshot => {
                    let now = stakes(&chain, None);
                    let mut ctx = Ctx::new(&mut chain.state, &chain.block);
                    open.push((snapshot::open(&mut ctx).unwrap(), now));
                }
                Step::Close if !open.is_empty() => {
                    let (id, _) = open.remove(0);
                    snapshot::close(&mut Ctx::new(&mut chain.state, &chain.block), id);
                }
                Step::Close => {}
            }
            prop_assert_eq!(money(&chain), start);
            for (id, then) in &open {
                prop_assert_eq!(&stakes(&chain, Some(*id)), then, "snapshot {}", id);
            }
        }
        apply(&mut set, &mut chain, 5);
    }
}
