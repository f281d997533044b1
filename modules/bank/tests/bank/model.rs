//! Random sends, mints and burns do what a plain ledger does: same results, no coin lost.

use std::collections::BTreeMap;

use proptest::prelude::*;
use whence_bank::keeper::{Output, supply};
use whence_base::testkit::MemState;
use whence_base::{Coin, Coins};

use crate::support::{bank, broken, chain, holds, step, user};

const NAMES: [&str; 5] = ["ann", "bob", "vesting", "gov", "pool"];
const DENOMS: [&str; 3] = ["atom", "uwhn", "zeta"];

#[derive(Clone, Debug)]
enum Act {
    Send(usize, usize, Coins),
    Multi(usize, Vec<(usize, Coins)>),
    Mint(Coins),
    Burn(Coins),
}

fn some_coins() -> impl Strategy<Value = Coins> {
    proptest::collection::vec((0..DENOMS.len(), 0_u128..60), 0..3).prop_map(|list| {
        let mut coins = Coins::new();
        for (denom, amount) in list {
            coins.add(&Coin::new(DENOMS[denom], amount)).unwrap();
        }
        coins
    })
}

fn act() -> impl Strategy<Value = Act> {
    let who = || 0..NAMES.len();
    let outputs = proptest::collection::vec((who(), some_coins()), 1..4);
    prop_oneof![
        4 => (who(), who(), some_coins()).prop_map(|(a, b, c)| Act::Send(a, b, c)),
        2 => (who(), outputs).prop_map(|(a, list)| Act::Multi(a, list)),
        1 => some_coins().prop_map(Act::Mint),
        1 => some_coins().prop_map(Act::Burn),
    ]
}

/// The ledger: what each has, and what there is.
#[derive(Clone, Debug, Default, PartialEq)]
struct Ledger {
    held: BTreeMap<&'static str, Coins>,
    supply: Coins,
}

impl Ledger {
    fn take(&mut self, who: &'static str, coins: &Coins) -> Option<()> {
        let held = self.held.entry(who).or_default();
        held.sub_all(coins).ok()?;
        // 30uwhn of this account are locked; coins of other kinds can always move.
        let locked = who == "vesting" && coins.amount_of("uwhn") > 0;
        (!locked || held.amount_of("uwhn") >= 30).then_some(())
    }

    fn give(&mut self, who: &'static str, coins: &Coins) {
        self.held.entry(who).or_default().add_all(coins).unwrap();
    }

    fn apply(&mut self, act: &Act) -> Option<()> {
        match act {
            Act::Send(from, to, coins) => {
                self.take(NAMES[*from], coins)?;
                self.give(NAMES[*to], coins);
            }
            Act::Multi(from, outputs) => {
                let mut sum = Coins::new();
                outputs.iter().for_each(|(_, coins)| sum.add_all(coins).unwrap());
                self.take(NAMES[*from], &sum)?;
                outputs.iter().for_each(|(to, coins)| self.give(NAMES[*to], coins));
            }
            Act::Mint(coins) => {
                self.give("pool", coins);
                self.supply.add_all(coins).unwrap();
            }
            Act::Burn(coins) => {
                self.take("pool", coins)?;
                self.supply.sub_all(coins).unwrap();
            }
        }
        Some(())
    }
}

fn apply(state: &mut MemState, act: &Act) -> Option<()> {
    let done = step(state, |ctx| match act {
        Act::Send(from, to, coins) => {
            bank().send(ctx, &user(NAMES[*from]), &user(NAMES[*to]), coins)
        }
        Act::Multi(from, outputs) => {
            let output = |(to, coins): &(usize, Coins)| Output {
                to: user(NAMES[*to]),
                coins: coins.clone(),
            };
            let outputs: Vec<Output> = outputs.iter().map(output).collect();
            bank().multi_send(ctx, &user(NAMES[*from]), &outputs)
        }
        Act::Mint(coins) => bank().mint(ctx, "pool", coins),
        Act::Burn(coins) => bank().burn(ctx, "pool", coins),
    });
    done.ok().map(|_| ())
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 200,
        failure_persistence: None,
        ..Default::default()
    })]

    #[test]
    fn bank_does_what_a_ledger_does(acts in proptest::collection::vec(act(), 1..40)) {
        let start = [("ann", "100uwhn,100atom"), ("bob", "50zeta"), ("vesting", "60uwhn,9atom")];
        let mut state = chain(&start);
        let mut ledger = Ledger::default();
        for (name, text) in start {
            let coins = crate::support::coins(text);
            ledger.give(name, &coins);
            ledger.supply.add_all(&coins).unwrap();
        }
        for act in &acts {
            let mut next = ledger.clone();
            let expected = next.apply(act);
            prop_assert_eq!(apply(&mut state, act), expected, "{:?}", act);
            if expected.is_some() {
                ledger = next;
            }
            for name in NAMES {
                let held = ledger.held.get(name).cloned().unwrap_or_default();
                prop_assert_eq!(holds(&state, name), held.to_string());
            }
            for denom in DENOMS {
                prop_assert_eq!(supply(&state, denom).unwrap(), ledger.supply.amount_of(denom));
            }
            prop_assert_eq!(broken(&state), Vec::<String>::new());
        }
    }
}
