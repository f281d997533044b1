//! What one block does at most of each of staking's queues; the next one does the rest.

use std::ops::Bound;

use crate::common::*;
use whence_base::{Address, Ctx, StateRead};
use whence_proto::cosmos::staking::v1beta1 as pb;
use whence_staking::keeper::{self, snapshot};
use whence_staking::{NAME, Status};

const UNBONDING_S: u64 = 21 * 86_400;

/// How many of the validators 2 to 102 have a status.
fn with_status(chain: &Chain, status: Status) -> usize {
    let found = (2..=102).map(|n| keeper::validator(&chain.state, &user(n)).unwrap().unwrap());
    found.filter(|validator| validator.status == status).count()
}

#[test]
fn a_block_unbonds_a_hundred_validators() {
    let mut chain = Chain::new(|p| p.max_validators = 200);
    for n in 1..=102 {
        set_balance(&mut Ctx::new(&mut chain.state, &chain.block), &user(n), "uwhn", 2_000_000);
        chain.send(create(n, if n == 1 { 2_000_000 } else { 1_000_000 })).unwrap();
    }
    assert_eq!(chain.end_block(5).0.len(), 102);
    let params: pb::QueryParamsResponse = chain.ask("Params", pb::QueryParamsRequest {}).unwrap();
    let one_alone = pb::MsgUpdateParams {
        authority: whence_base::authority().to_string(),
        params: params.params.map(|params| pb::Params { max_validators: 1, ..params }),
    };
    chain.send(one_alone).unwrap();
    assert_eq!(chain.end_block(UNBONDING_S).0.len(), 101, "all but the strongest leave");
    assert_eq!(with_status(&chain, Status::Unbonding), 101);
    for left in [1, 0] {
        chain.end_block(5);
        assert_eq!(with_status(&chain, Status::Unbonding), left);
    }
    assert_eq!(with_status(&chain, Status::Unbonded), 101);
}

/// Kept values of snapshots, each of which is in its index.
fn kept(chain: &Chain) -> usize {
    let under = |prefix: u8| {
        let range = (Bound::Included(vec![prefix]), Bound::Excluded(vec![prefix + 1]));
        chain.state.range(NAME, range, false).count()
    };
    let (history, index) = (under(0x0f), under(0x10));
    assert_eq!(history, index);
    history
}

#[test]
fn a_block_forgets_a_thousand_kept_values() {
    let mut chain = Chain::new(|_| {});
    chain.send(create(1, 5_000_000)).unwrap();
    chain.end_block(5);
    let id = snapshot::open(&mut Ctx::new(&mut chain.state, &chain.block)).unwrap();
    for n in 0..1_001_u64 {
        let delegator = Address::new([&[7; 12][..], &n.to_be_bytes()].concat()).unwrap();
        set_balance(&mut Ctx::new(&mut chain.state, &chain.block), &delegator, "uwhn", 1);
        let delegator_address = delegator.to_string();
        chain.send(pb::MsgDelegate { delegator_address, ..delegate(1, 1, 1) }).unwrap();
    }
    chain.end_block(5);
    assert_eq!(kept(&chain), 1_001, "the snapshot is open");
    snapshot::close(&mut Ctx::new(&mut chain.state, &chain.block), id);
    for left in [1, 0] {
        chain.end_block(5);
        assert_eq!(kept(&chain), left);
    }
}
