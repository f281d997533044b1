//! A hundred thousand unbondings due in one block, as after a halt of days: no block pays more than
//! its share, nobody is forgotten or paid twice, and the order is that of the queue.

use std::path::Path;

use tempfile::TempDir;
use tendermint_proto::v0_38::abci;
use whence_app::app::Settings;
use whence_app::testkit::{Chain, Genesis};
use whence_base::{Address, QueryCtx, module_address};
use whence_proto::cosmos::staking::v1beta1::{UnbondingDelegation, UnbondingDelegationEntry};
use whence_proto::{Timestamp, json};
use whence_staking::block::UNBONDINGS_PER_BLOCK;

use crate::world::{START, genesis, key, send};

const PEOPLE: usize = 100_000;
/// So many that each of their blocks can be checked.
const FEW: usize = 5_000;
const POOL: &str = "not_bonded_tokens_pool";
/// What each is owed.
const AMOUNT: u128 = 1_000;
/// Header time of block 1, after which the first is due.
const FIRST_DUE: i64 = 1_767_225_600 + 1_000;
/// The last is due so much later.
const SPREAD: u64 = 3_600;
/// How long the chain stands still.
const HALT_SECONDS: i64 = 86_400;
/// With `PEOPLE`, invariants every so many blocks: they read the whole state, a third of a second
/// each time, which would be a minute and more for all blocks. What is broken stays broken.
const CHECK_EVERY: usize = 10;
/// A restart every so many blocks.
const RESTART_EVERY: usize = 50;

/// Somebody whose place in the queue has nothing to do with their place in genesis.
fn person(n: u64) -> (i64, Address) {
    let scrambled = n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut bytes = [0; 20];
    bytes[..8].copy_from_slice(&scrambled.to_be_bytes());
    bytes[12..].copy_from_slice(&n.to_be_bytes());
    let later = i64::try_from(scrambled.rotate_left(17) % SPREAD).unwrap();
    (FIRST_DUE + later, Address::new(bytes).unwrap())
}

fn unbonding(n: u64, operator: &Address) -> UnbondingDelegation {
    let (due, delegator) = person(n);
    let entry = UnbondingDelegationEntry {
        creation_height: 1,
        completion_time: Some(Timestamp { seconds: due, nanos: 0 }),
        initial_balance: AMOUNT.to_string(),
        balance: AMOUNT.to_string(),
        unbonding_id: n,
        unbonding_on_hold_ref_count: 0,
    };
    UnbondingDelegation {
        delegator_address: delegator.to_string(),
        validator_address: operator.to_validator_string(),
        entries: vec![entry],
    }
}

fn crowded(people: usize) -> Genesis {
    let mut crowded = genesis();
    let operator = key(3).address();
    let all = (1..=people as u64).map(|n| json::encode(&unbonding(n, &operator)).unwrap());
    let staking = crowded.state.get_mut("staking").unwrap();
    staking["unbonding_delegations"] = all.collect();
    let owed = AMOUNT * people as u128;
    let bank = crowded.state.get_mut("bank").unwrap();
    bank["balances"].as_array_mut().unwrap().push(serde_json::json!({
        "address": module_address(POOL).to_string(),
        "coins": [{ "denom": "uwhn", "amount": owed.to_string() }],
    }));
    bank["supply"][0]["amount"] = (3 * START + owed).to_string().into();
    crowded
}

/// Opens the chain; the invariants are checked now and then, not after each of its blocks.
fn open(dir: &Path) -> Chain {
    Chain::open_with(dir, Settings::default()).unwrap()
}

fn broken(chain: &Chain) -> Vec<String> {
    let (state, block) = chain.app.committed(None).unwrap();
    let ctx = QueryCtx::new(&state, &block);
    whence_app::exec::invariants::broken(chain.app.modules(), &ctx).unwrap()
}

/// Who is paid in a block, in order.
fn paid(events: &[abci::Event]) -> Vec<Address> {
    let ends = events.iter().filter(|event| event.r#type == "complete_unbonding");
    let delegator = |event: &abci::Event| {
        let found = event.attributes.iter().find(|a| a.key == "delegator").unwrap();
        Address::parse(&found.value).unwrap()
    };
    ends.map(delegator).collect()
}

#[test]
fn a_hundred_thousand_unbondings_due_in_one_block_are_paid_a_share_a_block() {
    pay_a_share_a_block(PEOPLE, CHECK_EVERY);
}

#[test]
fn every_invariant_holds_after_each_block_that_pays_its_share() {
    pay_a_share_a_block(FEW, 1);
}

fn pay_a_share_a_block(people: usize, check_every: usize) {
    let dir = TempDir::new().unwrap();
    let mut chain = open(dir.path());
    chain.init(&crowded(people)).unwrap();
    assert!(paid(&chain.block(Vec::new()).unwrap().events).is_empty(), "nobody is due yet");
    chain.pass_seconds(HALT_SECONDS);

    let mut all = Vec::with_capacity(people);
    let blocks = people.div_ceil(UNBONDINGS_PER_BLOCK);
    for block in 1..=blocks {
        // Whoever sends meanwhile is served.
        let tx = chain.sign(&key(1), vec![send(&key(1), &key(2).address(), 1)]).unwrap();
        let answer = chain.block(vec![tx]).unwrap();
        assert_eq!(answer.tx_results[0].code, 0, "{}", answer.tx_results[0].log);
        let now = paid(&answer.events);
        assert_eq!(now.len(), UNBONDINGS_PER_BLOCK.min(people - all.len()), "block {block}");
        all.extend(now);
        if block % check_every == 0 {
            assert_eq!(broken(&chain), Vec::<String>::new(), "block {block}");
        }
        if block % RESTART_EVERY == 0 {
            drop(chain);
            chain = open(dir.path());
            chain.pass_seconds(HALT_SECONDS);
        }
    }

    let mut expected: Vec<_> = (1..=people as u64).map(person).collect();
    expected.sort();
    let expected: Vec<Address> = expected.into_iter().map(|(_, who)| who).collect();
    assert!(all == expected, "each once, by time and then by address");
    assert!(paid(&chain.block(Vec::new()).unwrap().events).is_empty(), "nobody is paid again");
    assert_eq!(chain.balance(&module_address(POOL)).unwrap(), 0);
    let (state, block) = chain.app.committed(None).unwrap();
    let ctx = QueryCtx::new(&state, &block);
    for who in &all {
        let has = whence_app::ports::balances(&ctx, who).unwrap();
        assert_eq!(has.amount_of("uwhn"), AMOUNT, "{who}");
    }
    assert_eq!(broken(&chain), Vec::<String>::new());
}
