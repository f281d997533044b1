//! Every message of staking, accepted and refused, as one table; then its events, queries and
//! genesis.

use crate::common::*;
use prost::Message as _;
use whence_base::{Ctx, Error, QueryCtx};
use whence_proto::cosmos::staking::v1beta1 as pb;
use whence_staking::{NAME, POWER_REDUCTION, TOTAL_POWER_MAX};

type Refusal = (&'static str, u32);

/// How a test breaks a good genesis.
type Break = fn(&mut pb::GenesisState);

fn check(case: &str, got: Result<Vec<whence_base::Event>, Error>, expected: Option<Refusal>) {
    match (got, expected) {
        (Ok(_), None) => {}
        (Err(e), Some(code)) => assert_eq!((e.codespace, e.code), code, "{case}: {e}"),
        (got, expected) => panic!("{case}: {got:?}, expected {expected:?}"),
    }
}

/// A chain with validator 1 in the set, whose commission is the least one.
fn chain() -> Chain {
    let mut chain = Chain::new(|p| {
        p.max_entries = 2;
        p.min_commission_rate = percent(10);
    });
    chain.send(create(1, 5_000_000)).unwrap();
    chain.end_block(5);
    chain
}

#[test]
fn create_validator() {
    let with = |change: fn(&mut pb::MsgCreateValidator)| {
        let mut message = create(2, 5_000_000);
        change(&mut message);
        message
    };
    let rates = |m: &mut pb::MsgCreateValidator, rate, max, step| {
        m.commission = Some(pb::CommissionRates {
            rate: percent(rate),
            max_rate: percent(max),
            max_change_rate: percent(step),
        });
    };
    let cases = [
        ("ok", with(|_| {}), None),
        ("operator twice", create(1, 5_000_000), Some((NAME, 4))),
        ("key twice", with(|m| m.pubkey = Some(pubkey(1))), Some((NAME, 5))),
        ("no key", with(|m| m.pubkey = None), Some((NAME, 39))),
        ("other key", with(|m| m.pubkey.as_mut().unwrap().type_url = "/x".into()), Some((NAME, 6))),
        ("short key", with(|m| m.pubkey.as_mut().unwrap().value.truncate(9)), Some(("sdk", 8))),
        (
            "rate > max",
            {
                let mut m = create(2, 9);
                rates(&mut m, 21, 20, 1);
                m
            },
            Some((NAME, 11)),
        ),
        (
            "max > 100%",
            {
                let mut m = create(2, 9);
                rates(&mut m, 1, 101, 1);
                m
            },
            Some((NAME, 10)),
        ),
        (
            "step > max",
            {
                let mut m = create(2, 9);
                rates(&mut m, 1, 20, 21);
                m
            },
            Some((NAME, 14)),
        ),
        (
            "rate below the chain's least",
            {
                let mut m = create(2, 9);
                rates(&mut m, 9, 20, 1);
                m
            },
            Some((NAME, 40)),
        ),
        ("no commission", with(|m| m.commission = None), Some(("sdk", 18))),
        ("no description", with(|m| m.description = None), Some(("sdk", 18))),
        (
            "long moniker",
            with(|m| m.description.as_mut().unwrap().moniker = "x".repeat(71)),
            Some(("sdk", 18)),
        ),
        ("minimum zero", with(|m| m.min_self_delegation = "0".into()), Some(("sdk", 18))),
        ("minimum negative", with(|m| m.min_self_delegation = "-1".into()), Some(("sdk", 10))),
        ("below minimum", with(|m| m.min_self_delegation = "5000001".into()), Some((NAME, 16))),
        ("value zero", create(2, 0), Some(("sdk", 10))),
        (
            "other denom",
            with(|m| m.value.as_mut().unwrap().denom = "atom".into()),
            Some(("sdk", 18)),
        ),
        ("too poor", create(2, 1_000_000_001), Some(("sdk", 5))),
        ("bad address", with(|m| m.validator_address = "whence1x".into()), Some(("sdk", 7))),
    ];
    for (case, message, expected) in cases {
        let mut chain = chain();
        let before = chain.state.clone();
        check(case, chain.send(message), expected);
        if expected.is_some() {
            assert!(chain.state == before, "{case}: a refusal changes nothing");
        }
        chain.end_block(5);
    }
}

#[test]
fn delegate_and_undelegate() {
    let cases: [(&str, u8, u8, i128, Option<Refusal>); 9] = [
        ("delegate", 3, 1, 7, None),
        ("delegate to nobody", 3, 9, 7, Some((NAME, 3))),
        ("delegate nothing", 3, 1, 0, Some(("sdk", 10))),
        ("delegate what is not there", 3, 1, 1_000_000_001, Some(("sdk", 5))),
        ("undelegate", 4, 1, -7, None),
        ("undelegate all", 4, 1, -1_000, None),
        ("undelegate more", 4, 1, -1_001, Some((NAME, 24))),
        ("undelegate without a delegation", 5, 1, -1, Some((NAME, 19))),
        ("undelegate from nobody", 4, 9, -1, Some((NAME, 3))),
    ];
    for (case, from, to, amount, expected) in cases {
        let mut chain = chain();
        chain.send(delegate(4, 1, 1_000)).unwrap();
        let size = amount.unsigned_abs();
        let got = if amount < 0 {
            chain.send(undelegate(from, to, size))
        } else {
            chain.send(delegate(from, to, size))
        };
        check(case, got, expected);
        chain.end_block(5);
    }
    let mut chain = chain();
    let mut message = delegate(3, 1, 7);
    message.amount.as_mut().unwrap().denom = "atom".into();
    check("other denom", chain.send(message), Some(("sdk", 18)));
    let mut message = delegate(3, 1, 7);
    message.delegator_address = whence_base::authority().to_string();
    check("gov's deposits", chain.send(message), Some(("sdk", 4)));
}

#[test]
fn edit_validator() {
    let day = 86_400;
    let edit = |rate: &str, least: &str| pb::MsgEditValidator {
        description: Some(pb::Description {
            moniker: "new".into(),
            details: "[do-not-modify]".into(),
            ..Default::default()
        }),
        validator_address: user(1).to_validator_string(),
        commission_rate: rate.to_owned(),
        min_self_delegation: least.to_owned(),
    };
    let up = percent(11);
    let cases = [
        ("text", 5, edit("", ""), None),
        ("rate after a day", day, edit(&up, ""), None),
        ("rate too soon", day - 100, edit(&up, ""), Some((NAME, 12))),
        ("rate above its max", day, edit(&percent(21), ""), Some((NAME, 11))),
        ("rate too far", day, edit(&percent(12), ""), Some((NAME, 15))),
        ("rate above one", day, edit(&percent(101), ""), Some(("sdk", 18))),
        ("rate below the chain's least", day, edit(&percent(9), ""), Some((NAME, 40))),
        ("minimum up", 5, edit("", "2"), None),
        ("minimum same", 5, edit("", "1"), Some((NAME, 17))),
        ("minimum above stake", 5, edit("", "5000001"), Some((NAME, 16))),
    ];
    for (case, wait, message, expected) in cases {
        let mut chain = chain();
        chain.end_block(wait);
        check(case, chain.send(message), expected);
    }
    let mut nobody = edit("", "");
    nobody.validator_address = user(9).to_validator_string();
    check("nobody", chain().send(nobody), Some((NAME, 3)));
}

#[test]
fn update_params() {
    let good =
        Chain::new(|_| {}).ask::<_, pb::QueryParamsResponse>("Params", pb::QueryParamsRequest {});
    let good = good.unwrap().params.unwrap();
    let gov = whence_base::authority().to_string();
    let with = |change: fn(&mut pb::Params)| {
        let mut params = good.clone();
        change(&mut params);
        pb::MsgUpdateParams {
            authority: whence_base::authority().to_string(),
            params: Some(params),
        }
    };
    let foreign =
        pb::MsgUpdateParams { authority: user(1).to_string(), params: Some(good.clone()) };
    let cases = [
        ("ok", with(|p| p.max_validators = 3), None),
        ("not gov", foreign, Some(("sdk", 4))),
        ("none", pb::MsgUpdateParams { authority: gov, params: None }, Some(("sdk", 18))),
        ("no validators", with(|p| p.max_validators = 0), Some(("sdk", 18))),
        ("too many", with(|p| p.max_validators = 501), Some(("sdk", 18))),
        ("no entries", with(|p| p.max_entries = 0), Some(("sdk", 18))),
        ("no time", with(|p| p.unbonding_time = None), Some(("sdk", 18))),
        ("denom of stake", with(|p| p.bond_denom = "atom".into()), Some(("sdk", 18))),
        ("rate", with(|p| p.min_commission_rate = percent(101)), Some(("sdk", 18))),
    ];
    for (case, message, expected) in cases {
        check(case, chain().send(message), expected);
    }
}

#[test]
fn the_set_follows_the_stake() {
    let mut chain = Chain::new(|p| p.max_validators = 2);
    let powers = |updates: Vec<whence_base::module::ValidatorUpdate>| {
        updates.iter().map(|u| (u.pubkey[0], u.power)).collect::<Vec<_>>()
    };
    for (n, stake) in [(1, 5_000_000), (2, 3_000_000), (3, 2_000_000), (4, 999_999)] {
        chain.send(create(n, stake)).unwrap();
    }
    assert_eq!(powers(chain.end_block(5).0), [(1, 5), (2, 3)], "the two best");
    assert_eq!(powers(chain.end_block(5).0), [], "nothing changed");
    chain.send(delegate(9, 3, 2_000_000)).unwrap();
    assert_eq!(powers(chain.end_block(5).0), [(3, 4), (2, 0)], "3 passes 2");
    chain.send(delegate(9, 2, 999_999)).unwrap();
    assert_eq!(powers(chain.end_block(5).0), [], "less than a unit");
    chain.send(delegate(9, 2, 1_000_001)).unwrap();
    assert_eq!(powers(chain.end_block(5).0), [(2, 5), (3, 0)]);
    assert_eq!(powers(chain.end_block(22 * 86_400).0), []);
    chain.end_block(5);
    let all: pb::QueryValidatorsResponse =
        chain.ask("Validators", pb::QueryValidatorsRequest::default()).unwrap();
    let status: Vec<i32> = all.validators.iter().map(|v| v.status).collect();
    assert_eq!(status, [3, 3, 1, 1], "3's unbonding is over");
}

#[test]
fn the_last_validator_stays() {
    let mut chain = chain();
    check("all", chain.send(undelegate(1, 1, 5_000_000)), Some((NAME, 100)));
    check("below a unit", chain.send(undelegate(1, 1, 4_000_001)), Some((NAME, 100)));
    check("down to a unit", chain.send(undelegate(1, 1, 4_000_000)), None);
    chain.send(create(2, 1_000_000)).unwrap();
    check("with another", chain.send(undelegate(1, 1, 1_000_000)), None);
    let updates = chain.end_block(5).0;
    assert_eq!(updates.iter().map(|u| u.power).collect::<Vec<_>>(), [1, 0]);
}

#[test]
fn all_stake_together_fits_the_largest_total_power() {
    let mut chain = chain();
    let most = u128::from(TOTAL_POWER_MAX) * POWER_REDUCTION;
    set_balance(&mut Ctx::new(&mut chain.state, &chain.block), &user(3), "uwhn", most);
    let rest = most - 5_000_000;
    check("one unit too many", chain.send(delegate(3, 1, rest + 1)), Some((NAME, 101)));
    check("the most", chain.send(delegate(3, 1, rest)), None);
    check("one unit more", chain.send(delegate(4, 1, 1)), Some((NAME, 101)));
    check("in a new validator", chain.send(create(2, 1)), Some((NAME, 101)));
    let updates = chain.end_block(5).0;
    assert_eq!(updates.iter().map(|u| u.power).collect::<Vec<_>>(), [i64::MAX / 8]);
}

/// No message takes a validator's tokens and leaves its shares; a genesis may hold such a one.
#[test]
fn a_validator_without_tokens_neither_takes_nor_gives() {
    let mut before = Chain::new(|p| p.max_validators = 1);
    before.send(create(1, 5_000_000)).unwrap();
    before.send(create(2, 1_000_000)).unwrap();
    before.end_block(5);
    let bytes = before.module.export_genesis(&QueryCtx::new(&before.state, &before.block)).unwrap();
    let mut genesis = pb::GenesisState::decode(bytes.as_slice()).unwrap();
    let operator = user(2).to_validator_string();
    let lost = genesis.validators.iter_mut().find(|v| v.operator_address == operator).unwrap();
    lost.tokens = "0".to_owned();

    let mut chain = Chain::empty();
    let mut ctx = Ctx::new(&mut chain.state, &chain.block);
    chain.module.init_genesis(&mut ctx, &genesis.encode_to_vec()).unwrap();
    set_balance(&mut ctx, &whence_base::module_address("bonded_tokens_pool"), "uwhn", 5_000_000);
    set_balance(&mut ctx, &user(3), "uwhn", 7);
    check("takes nothing", chain.send(delegate(3, 2, 7)), Some((NAME, 34)));
    check("gives nothing", chain.send(undelegate(2, 2, 1)), Some((NAME, 34)));
    chain.end_block(5);
}

#[test]
fn own_stake_below_its_minimum_jails() {
    let mut chain = chain();
    chain.send(create(2, 3_000_000)).unwrap();
    let edit = pb::MsgEditValidator {
        description: Some(pb::Description { moniker: "x".into(), ..Default::default() }),
        validator_address: user(2).to_validator_string(),
        min_self_delegation: "2000000".into(),
        ..Default::default()
    };
    chain.send(edit).unwrap();
    chain.end_block(5);
    chain.send(undelegate(2, 2, 1_000_001)).unwrap();
    let updates = chain.end_block(5).0;
    assert_eq!(updates.iter().map(|u| (u.pubkey[0], u.power)).collect::<Vec<_>>(), [(2, 0)]);
    check("still takes stake", chain.send(delegate(9, 2, 5_000_000)), None);
    assert!(chain.end_block(5).0.is_empty(), "but stays out");
}

#[test]
fn unbonding_takes_its_time_and_its_entries() {
    let mut chain = chain();
    chain.send(delegate(4, 1, 1_000)).unwrap();
    let start = balance(&chain.state, &user(4), "uwhn");
    let events = chain.send(undelegate(4, 1, 10)).unwrap();
    let named = events.iter().find(|e| e.kind == "unbond").unwrap();
    let keys: Vec<_> = named.attributes.iter().map(|(k, _)| k.as_str()).collect();
    assert_eq!(keys, ["validator", "amount", "delegator", "completion_time"]);
    assert_eq!(named.attributes[1].1, "10uwhn");
    chain.send(undelegate(4, 1, 10)).unwrap();
    chain.end_block(5);
    chain.send(undelegate(4, 1, 5)).unwrap();
    chain.end_block(5);
    check("a third entry", chain.send(undelegate(4, 1, 1)), Some((NAME, 27)));
    chain.end_block(21 * 86_400 - 11);
    chain.end_block(1);
    assert_eq!(balance(&chain.state, &user(4), "uwhn"), start, "one second too early");
    let (_, events) = chain.end_block(5);
    assert_eq!(balance(&chain.state, &user(4), "uwhn"), start + 20, "two merged");
    assert!(events.iter().any(|e| e.kind == "complete_unbonding"));
    chain.end_block(5);
    assert_eq!(balance(&chain.state, &user(4), "uwhn"), start + 25);
}

#[test]
fn queries_answer_as_clients_expect() {
    let mut chain = chain();
    chain.send(delegate(4, 1, 1_000)).unwrap();
    let one = |who: u8| pb::QueryDelegationRequest {
        delegator_addr: user(who).to_string(),
        validator_addr: user(1).to_validator_string(),
    };
    let found: pb::QueryDelegationResponse = chain.ask("Delegation", one(4)).unwrap();
    let found = found.delegation_response.unwrap();
    assert_eq!(found.balance.unwrap().amount, "1000");
    assert_eq!(found.delegation.unwrap().shares, "1000000000000000000000");
    let missing = chain.ask::<_, pb::QueryDelegationResponse>("Delegation", one(5)).unwrap_err();
    assert!(missing.starts_with("rpc error: code = NotFound desc = "), "{missing}");
    assert!(missing.ends_with(": key not found"), "{missing}");
    let all: pb::QueryValidatorDelegationsResponse = chain
        .ask(
            "ValidatorDelegations",
            pb::QueryValidatorDelegationsRequest {
                validator_addr: user(1).to_validator_string(),
                pagination: None,
            },
        )
        .unwrap();
    assert_eq!(all.delegation_responses.len(), 2);
    let none: pb::QueryValidatorsResponse = chain
        .ask(
            "Validators",
            pb::QueryValidatorsRequest { status: "BOND_STATUS_UNBONDED".into(), pagination: None },
        )
        .unwrap();
    assert!(none.validators.is_empty());
    let pool: pb::QueryPoolResponse = chain.ask("Pool", pb::QueryPoolRequest {}).unwrap();
    assert_eq!(pool.pool.unwrap().bonded_tokens, "5001000");
}

#[test]
fn genesis_comes_back_as_it_went() {
    let mut chain = Chain::new(|p| p.max_validators = 2);
    for n in 1..=3 {
        chain.send(create(n, 1_000_000 * u128::from(n))).unwrap();
    }
    chain.end_block(5);
    chain.send(delegate(9, 1, 5_000_000)).unwrap();
    chain.end_block(5);
    chain.send(undelegate(9, 1, 77)).unwrap();
    let bytes = chain.module.export_genesis(&QueryCtx::new(&chain.state, &chain.block)).unwrap();
    let mut other = Chain::empty();
    other.module.validate_genesis(&bytes).unwrap();
    let mut ctx = Ctx::new(&mut other.state, &other.block);
    let updates = other.module.init_genesis(&mut ctx, &bytes).unwrap();
    assert_eq!(updates.len(), 2);
    let again = other.module.export_genesis(&QueryCtx::new(&other.state, &other.block)).unwrap();
    assert!(again == bytes, "export of the import is the export");

    let good = pb::GenesisState::decode(bytes.as_slice()).unwrap();
    let broken: [(&str, Break); 6] = [
        ("no params", |g| g.params = None),
        ("validator twice", |g| g.validators.push(g.validators[0].clone())),
        ("delegation lost", |g| drop(g.delegations.pop())),
        ("power lost", |g| drop(g.last_validator_powers.pop())),
        ("redelegation", |g| g.redelegations.push(pb::Redelegation::default())),
        ("not exported", |g| g.exported = false),
    ];
    for (case, change) in broken {
        let mut genesis = good.clone();
        change(&mut genesis);
        let refused = chain.module.validate_genesis(&genesis.encode_to_vec());
        assert!(refused.is_err(), "{case}");
    }
}

#[test]
fn a_leak_of_one_unit_is_seen() {
    let mut chain = chain();
    let pool = whence_base::module_address("bonded_tokens_pool");
    let has = balance(&chain.state, &pool, "uwhn");
    let mut ctx = Ctx::new(&mut chain.state, &chain.block);
    set_balance(&mut ctx, &pool, "uwhn", has - 1);
    assert_eq!(chain.broken(), ["bonded_tokens_pool has 4999999, owes 5000000uwhn"]);
}
