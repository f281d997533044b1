//! Accounts: numbered one after another, advanced once for each transaction.

use proptest::prelude::*;
use whence_auth::keeper;
use whence_base::StateWrite;
use whence_proto::Any;

use crate::support::{broken, chain, step, user};

#[test]
fn numbers_follow_on_from_genesis() {
    let mut state = chain(&["ann", "bob"]);
    let number = |state: &_, name: &str| {
        keeper::account(state, &user(name)).unwrap().map(|account| account.number())
    };
    assert_eq!((number(&state, "ann"), number(&state, "bob")), (Some(0), Some(1)));
    // Numbers 2, 3 and 4 are the modules'.
    for (name, expected) in [("eve", 5), ("dan", 6), ("ann", 0), ("eve", 5)] {
        step(&mut state, |ctx| keeper::ensure_account(ctx, &user(name))).unwrap();
        assert_eq!(number(&state, name), Some(expected));
    }
    assert_eq!(keeper::address_of_number(&state, 6).unwrap(), Some(user("dan")));
    assert_eq!(keeper::address_of_number(&state, 7).unwrap(), None);
    assert_eq!(number(&state, "nobody"), None);
    assert_eq!(broken(&state), Vec::<String>::new());
}

#[test]
fn a_sequence_must_be_the_expected_one() {
    let mut state = chain(&["ann"]);
    let ann = user("ann");
    let key = |byte| Any { type_url: "/cosmos.crypto.secp256k1.PubKey".into(), value: vec![byte] };
    for pubkey in [None, Some(key(1)), Some(key(2))] {
        step(&mut state, |ctx| keeper::advance(ctx, &ann, pubkey)).unwrap();
    }
    let account = keeper::require_account(&state, &ann).unwrap();
    assert_eq!((account.sequence(), account.pubkey()), (3, Some(&key(1))), "a key stays");
    keeper::check_sequence(&account, 3).unwrap();
    for got in [0, 2, 4, u64::MAX] {
        let error = keeper::check_sequence(&account, got).unwrap_err();
        assert_eq!((error.codespace, error.code), ("sdk", 32));
        let text =
            format!("account sequence mismatch, expected 3, got {got}: incorrect account sequence");
        assert_eq!(error.message, text);
    }
    let error = step(&mut state, |ctx| keeper::advance(ctx, &user("eve"), None)).unwrap_err();
    assert_eq!((error.codespace, error.code), ("sdk", 9));
    let text = format!("account {} does not exist: unknown address", user("eve"));
    assert_eq!(error.message, text);
}

#[test]
fn a_planted_fault_is_reported() {
    let mut state = chain(&["ann", "bob"]);
    state.delete("auth", vec![2, 0, 0, 0, 0, 0, 0, 0, 0]);
    let found = broken(&state);
    let text = format!("account {} is not the holder of its number 0", user("ann"));
    assert_eq!(found, [text, "5 accounts, but 4 account numbers".to_owned()]);
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 100,
        failure_persistence: None,
        ..Default::default()
    })]

    /// However accounts come and sign, numbers follow on, and each sequence counts its signatures.
    #[test]
    fn accounts_are_counted(acts in proptest::collection::vec((0_usize..6, any::<bool>()), 0..60)) {
        let mut state = chain(&[]);
        let mut signed = std::collections::BTreeMap::new();
        let mut order = Vec::new();
        for (who, signs) in acts {
            let address = user(&format!("user{who}"));
            if !order.contains(&address) && !signs {
                order.push(address.clone());
            }
            let known = order.contains(&address);
            let done = step(&mut state, |ctx| {
                if signs {
                    keeper::advance(ctx, &address, None)
                } else {
                    keeper::ensure_account(ctx, &address)
                }
            });
            prop_assert_eq!(done.is_ok(), known || !signs);
            if signs && known {
                *signed.entry(address).or_insert(0_u64) += 1;
            }
        }
        for (place, address) in order.iter().enumerate() {
            let account = keeper::require_account(&state, address).unwrap();
            prop_assert_eq!(account.number(), 3 + place as u64);
            prop_assert_eq!(account.sequence(), signed.get(address).copied().unwrap_or(0));
        }
        prop_assert_eq!(broken(&state), Vec::<String>::new());
    }
}
