//! What modules hold is owed, to the last coin.

use whence_bank::invariant::check_obligations;
use whence_bank::ports::Ports;
use whence_base::StateWrite;
use whence_base::module::Obligation;
use whence_base::state::Amount;
use whence_base::testkit::MemState;

use crate::support::{PORTS, bank, broken, chain, coins, step, user};

fn owes(account: &'static str, text: &str) -> Obligation {
    Obligation { account, coins: coins(text) }
}

fn check(state: &MemState, obligations: &[Obligation]) -> Vec<String> {
    check_obligations(state, PORTS.module_accounts(), obligations).unwrap()
}

#[test]
fn a_module_account_holds_exactly_what_it_owes() {
    let state = chain(&[("ann", "100uwhn"), ("gov", "9uwhn,1atom"), ("pool", "5uwhn")]);
    let none = Vec::<String>::new();
    let good = [owes("gov", "4uwhn"), owes("pool", "5uwhn"), owes("gov", "5uwhn,1atom")];
    assert_eq!(check(&state, &good), none);
    for (wrong, text) in [
        (owes("gov", "8uwhn,1atom"), "account gov holds [1atom,9uwhn] but owes [1atom,8uwhn]"),
        (owes("gov", "9uwhn"), "account gov holds [1atom,9uwhn] but owes [9uwhn]"),
        (
            owes("gov", "9uwhn,1atom,1else"),
            "account gov holds [1atom,9uwhn] but owes [1atom,1else,",
        ),
    ] {
        let found = check(&state, &[wrong, owes("pool", "5uwhn")]);
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with(text), "{found:?}");
    }
    let found = check(&state, &[owes("gov", "9uwhn,1atom")]);
    assert_eq!(found, ["account pool holds [5uwhn] but owes []"], "a coin without obligation");
    let found = check(&state, &[good[0].clone(), good[1].clone(), good[2].clone(), owes("x", "")]);
    assert_eq!(found, ["x owes, but is no module account"]);
}

#[test]
fn only_modules_that_may_mint_and_burn_do() {
    let mut state = chain(&[("gov", "9uwhn"), ("mint", "9uwhn"), ("ann", "9uwhn")]);
    let one = coins("1uwhn");
    let text = |result: whence_base::Result<_>| result.map(|((), _)| ()).unwrap_err().message;
    assert_eq!(
        text(step(&mut state, |ctx| bank().mint(ctx, "gov", &one))),
        "module account gov does not have permission minter: unauthorized"
    );
    assert_eq!(
        text(step(&mut state, |ctx| bank().burn(ctx, "mint", &one))),
        "module account mint does not have permission burner: unauthorized"
    );
    assert_eq!(
        text(step(&mut state, |ctx| bank().mint(ctx, "nobody", &one))),
        "module account nobody does not exist: unknown address"
    );
    assert_eq!(
        text(step(&mut state, |ctx| bank().burn(ctx, "gov", &coins("10uwhn")))),
        "spendable balance 9uwhn is smaller than 10uwhn: insufficient funds"
    );
    assert_eq!(
        text(step(&mut state, |ctx| bank().mint(
            ctx,
            "mint",
            &coins(&format!("{}uwhn", u128::MAX))
        ))),
        "supply overflows: invalid request"
    );
    let out = step(&mut state, |ctx| bank().send_from_module(ctx, "gov", &user("mint"), &one));
    assert!(text(out).contains("is not allowed to receive funds"));
}

/// Each fault is planted below bank, in its store.
#[test]
fn a_planted_fault_is_reported() {
    type Fault = fn(&mut MemState);
    let table: [(&str, Fault); 4] = [
        ("supply is 10uwhn, but balances sum up to 11uwhn", |s| {
            set(s, balance_key("ann"), &Amount::from(8_u128));
        }),
        ("has a record of zero uwhn", |s| set(s, balance_key("ann"), &Amount::from(0_u128))),
        ("is missing among the owners of uwhn", |s| s.delete("bank", owner_key("ann"))),
        ("3 owners are listed, but there are 2 balances", |s| {
            s.set("bank", owner_key("eve"), vec![0]);
        }),
    ];
    for (text, fault) in table {
        let mut state = chain(&[("ann", "7uwhn"), ("bob", "3uwhn")]);
        assert_eq!(broken(&state), Vec::<String>::new());
        fault(&mut state);
        let found = broken(&state);
        assert!(found.iter().any(|f| f.contains(text)), "{found:?} lacks {text:?}");
    }
}

fn set(state: &mut MemState, key: Vec<u8>, amount: &Amount) {
    let bytes = prost::Message::encode_to_vec(amount);
    state.set("bank", key, if bytes.is_empty() { vec![0] } else { bytes });
}

/// The documented key of a balance: 02, length and bytes of the address, denomination, zero.
fn balance_key(name: &str) -> Vec<u8> {
    [&[2, 20][..], user(name).as_bytes(), b"uwhn\0"].concat()
}

fn owner_key(name: &str) -> Vec<u8> {
    [&[3][..], b"uwhn\0", &[20], user(name).as_bytes()].concat()
}
