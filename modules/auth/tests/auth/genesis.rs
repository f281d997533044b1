//! Genesis: numbers accounts in its order, makes the modules', and comes back as it went in.

use prost::Message;
use whence_base::{Module, module_address};
use whence_proto::Any;
use whence_proto::cosmos::auth::v1beta1::{BaseAccount, GenesisState, ModuleAccount};
use whence_proto::cosmos::vesting::v1beta1 as vesting;

use crate::support::{PORTS, any, base, broken, export, genesis, init, user};

fn vesting_base(name: &str, number: u64) -> Option<vesting::BaseVestingAccount> {
    Some(vesting::BaseVestingAccount {
        base_account: Some(base(name, number)),
        original_vesting: crate::support::uwhn(10).to_proto(),
        end_time: 100,
        ..Default::default()
    })
}

/// One account of every type that clients know.
fn every_type() -> Vec<Any> {
    let mut signed = base("ann", 0);
    signed.sequence = 7;
    signed.pub_key = Some(Any { type_url: "/a.Key".into(), value: vec![1, 2] });
    vec![
        any(&signed),
        any(&ModuleAccount {
            base_account: Some(BaseAccount {
                address: module_address("gov").to_string(),
                account_number: 1,
                ..Default::default()
            }),
            name: "gov".into(),
            permissions: vec!["burner".into()],
        }),
        any(&vesting_base("bob", 2).unwrap()),
        any(&vesting::ContinuousVestingAccount {
            base_vesting_account: vesting_base("cat", 3),
            start_time: 5,
        }),
        any(&vesting::DelayedVestingAccount { base_vesting_account: vesting_base("dan", 4) }),
        any(&vesting::PeriodicVestingAccount {
            base_vesting_account: vesting_base("eve", 5),
            start_time: 5,
            vesting_periods: vec![vesting::Period {
                length: 95,
                amount: crate::support::uwhn(10).to_proto(),
            }],
        }),
        any(&vesting::PermanentLockedAccount { base_vesting_account: vesting_base("fay", 6) }),
    ]
}

#[test]
fn what_is_exported_can_be_imported_again() {
    let state = init(&genesis(every_type())).unwrap();
    assert_eq!(broken(&state), Vec::<String>::new());
    let exported = export(&state);
    assert_eq!(exported.accounts[..7], every_type()[..], "every type is kept as it came");
    let again = init(&exported).unwrap();
    assert!(again == state, "the imported state differs");
    assert_eq!(export(&again), exported);
}

#[test]
fn accounts_are_numbered_in_the_order_of_genesis() {
    for (given, expected) in [
        (vec![0, 0, 0], vec![0, 1, 2]),
        (vec![5, 0, 5], vec![5, 0, 1]),
        (vec![2, 2, 0], vec![2, 1, 0]),
        (vec![9], vec![9]),
    ] {
        let names = ["ann", "bob", "cat"];
        let accounts = names.iter().zip(&given).map(|(name, number)| any(&base(name, *number)));
        let state = init(&genesis(accounts.collect())).unwrap();
        let number = |name: &&str| {
            whence_auth::keeper::require_account(&state, &user(name)).unwrap().number()
        };
        let got: Vec<u64> = names[..given.len()].iter().map(number).collect();
        assert_eq!(got, expected, "given {given:?}");
        let last = expected.iter().max().unwrap();
        let first_module =
            whence_auth::keeper::require_account(&state, &module_address("fee_collector"));
        assert_eq!(first_module.unwrap().number(), last + 1);
    }
}

#[test]
fn a_genesis_that_is_wrong_is_refused() {
    let plain_at_gov = BaseAccount { address: module_address("gov").to_string(), ..base("x", 0) };
    let late = vesting::ContinuousVestingAccount {
        base_vesting_account: vesting_base("cat", 3),
        start_time: 500,
    };
    let unsorted = vesting::BaseVestingAccount {
        original_vesting: vec![Default::default()],
        ..vesting_base("bob", 0).unwrap()
    };
    let periodic = |length, amount| vesting::PeriodicVestingAccount {
        base_vesting_account: vesting_base("eve", 5),
        start_time: 5,
        vesting_periods: vec![
            vesting::Period { length, amount: crate::support::uwhn(amount).to_proto() },
            vesting::Period { length: 5, amount: crate::support::uwhn(4).to_proto() },
        ],
    };
    let mut many = periodic(90, 6);
    many.vesting_periods.resize(1001, vesting::Period::default());
    init(&genesis(vec![any(&periodic(90, 6))])).unwrap();
    for (accounts, text) in [
        (vec![any(&periodic(89, 6))], "vesting periods end at 99, not 100"),
        (vec![any(&periodic(90, 7))], "vesting periods give 11uwhn, not 10uwhn"),
        (vec![any(&periodic(-1, 6))], "a vesting period lasts -1 seconds"),
        (vec![any(&many)], "1001 vesting periods, expected at most 1000"),
        (vec![any(&base("ann", 0)), any(&base("ann", 1))], "comes twice"),
        (vec![any(&BaseAccount::default())], "empty address"),
        (vec![any(&ModuleAccount::default())], "accounts[0]: account has no base account"),
        (vec![any(&GenesisState::default())], "accounts[0]: account type"),
        (vec![Any { value: vec![0xff], ..any(&base("x", 0)) }], "accounts[0]: cosmos.auth"),
        (vec![any(&base("ann", u64::MAX))], "account number overflows"),
        (vec![any(&plain_at_gov)], "is not the module account gov"),
        (vec![any(&late)], "vesting ends before it starts"),
        (vec![any(&unsorted)], "invalid denom"),
    ] {
        let error = init(&genesis(accounts)).expect_err(text);
        assert!(error.message.contains(text), "{:?} lacks {text:?}", error.message);
    }
    let mut bad = genesis(Vec::new());
    bad.params.as_mut().unwrap().tx_sig_limit = 0;
    let error = whence_auth::module(&PORTS).validate_genesis(&bad.encode_to_vec()).unwrap_err();
    assert_eq!(error.message, "tx_sig_limit is 0, expected 1 to 100: invalid request");
}
