//! What is locked of a vesting account at a time.

use prost::{Message, Name};
use whence_auth::types::Account;
use whence_auth::vesting::locked;
use whence_base::ctx::Time;
use whence_proto::cosmos::vesting::v1beta1 as pb;

use crate::support::{any, base, uwhn};

fn check<M: Message + Name>(account: &M, table: &[(i64, u128)]) {
    let account = Account::from_any(&any(account)).unwrap();
    for (seconds, expected) in table {
        let got = locked(&account, Time { seconds: *seconds, nanos: 0 }).unwrap();
        assert_eq!(got, uwhn(*expected), "at {seconds}");
    }
}

/// 1,000 uwhn until the second 1,100, of which 50 were delegated.
fn schedule() -> Option<pb::BaseVestingAccount> {
    Some(pb::BaseVestingAccount {
        base_account: Some(base("ann", 0)),
        original_vesting: uwhn(1000).to_proto(),
        delegated_vesting: uwhn(50).to_proto(),
        end_time: 1100,
        ..Default::default()
    })
}

#[test]
fn coins_unlock_as_each_type_says() {
    check(&base("ann", 0), &[(0, 0)]);
    check(
        &pb::ContinuousVestingAccount { base_vesting_account: schedule(), start_time: 100 },
        &[(0, 950), (100, 950), (101, 949), (600, 450), (1050, 0), (1099, 0), (1100, 0)],
    );
    check(
        &pb::DelayedVestingAccount { base_vesting_account: schedule() },
        &[(0, 950), (1099, 950), (1100, 0)],
    );
    check(
        &pb::PermanentLockedAccount { base_vesting_account: schedule() },
        &[(0, 950), (i64::MAX, 950)],
    );
    let period = |length, amount| pb::Period { length, amount: uwhn(amount).to_proto() };
    check(
        &pb::PeriodicVestingAccount {
            base_vesting_account: schedule(),
            start_time: 100,
            vesting_periods: vec![period(400, 300), period(400, 300), period(200, 400)],
        },
        &[(0, 950), (499, 950), (500, 650), (900, 350), (1099, 350), (1100, 0), (9999, 0)],
    );
}

#[test]
fn an_account_comes_back_as_it_was() {
    let one = any(&pb::PeriodicVestingAccount {
        base_vesting_account: schedule(),
        start_time: 3,
        vesting_periods: vec![pb::Period { length: 4, amount: uwhn(5).to_proto() }],
    });
    assert_eq!(Account::from_any(&one).unwrap().to_any(), one);
}
