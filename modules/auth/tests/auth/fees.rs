//! The fee collector holds what is on record as collected.

use whence_auth::keeper::{self, FEE_COLLECTOR};
use whence_base::ctx::Block;
use whence_base::module::Obligation;
use whence_base::state::Amount;
use whence_base::testkit::MemState;
use whence_base::{Module, QueryCtx, module_address};

use crate::support::{MONEY, PORTS, chain, step, user, uwhn};

fn obligations(state: &MemState) -> Vec<Obligation> {
    let block = Block::default();
    whence_auth::module(&PORTS).obligations(&QueryCtx::new(state, &block)).unwrap()
}

fn owed(amount: u128) -> Vec<Obligation> {
    vec![Obligation { account: FEE_COLLECTOR, coins: uwhn(amount) }]
}

#[test]
fn fees_and_the_stakers_share_are_recorded() {
    let mut state = chain(&["ann"]);
    let ann = user("ann");
    MONEY.set(&mut state, &ann, &Amount::from(100_u128));
    MONEY.set(&mut state, &module_address("reward"), &Amount::from(50_u128));
    assert_eq!(obligations(&state), owed(0));

    step(&mut state, |ctx| keeper::collect_fee(ctx, &PORTS, &ann, &uwhn(30))).unwrap();
    step(&mut state, |ctx| keeper::collect_fee(ctx, &PORTS, &ann, &uwhn(0))).unwrap();
    assert_eq!(obligations(&state), owed(30));
    step(&mut state, |ctx| keeper::add_to_fee_collector(ctx, &PORTS, "reward", &uwhn(20))).unwrap();
    assert_eq!(obligations(&state), owed(50));

    let before = state.clone();
    let error = step(&mut state, |ctx| keeper::collect_fee(ctx, &PORTS, &ann, &uwhn(71)));
    assert_eq!(error.unwrap_err().code, 5);
    let error =
        step(&mut state, |ctx| keeper::add_to_fee_collector(ctx, &PORTS, "reward", &uwhn(31)));
    assert_eq!(error.unwrap_err().code, 5);
    assert!(state == before, "a refused fee changed the state");

    let held = MONEY.get(&state, &module_address(FEE_COLLECTOR)).unwrap().unwrap();
    assert_eq!(u128::from(held), 50);
    assert_eq!(keeper::collected(&state).unwrap(), uwhn(50));
}

#[test]
fn a_balance_of_genesis_counts_as_collected() {
    let mut state = chain(&[]);
    let collector = module_address(FEE_COLLECTOR);
    step(&mut state, |ctx| {
        keeper::genesis_balance(ctx, &collector, &uwhn(7))?;
        keeper::genesis_balance(ctx, &user("eve"), &uwhn(9))
    })
    .unwrap();
    assert_eq!(obligations(&state), owed(7));
    assert_eq!(keeper::require_account(&state, &user("eve")).unwrap().number(), 3);
}
