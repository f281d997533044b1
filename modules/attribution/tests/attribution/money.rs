//! Money: nothing is made or lost, whatever the order; a leak of one unit is seen.

use proptest::prelude::*;
use whence_base::{Module, StateWrite, module_address};
use whence_proto::whence::attribution::v1 as pb;

use crate::world::*;

#[test]
fn a_planted_leak_of_one_unit_is_caught() {
    let mut world = World::ready();
    world.tx(batch(&[1])).unwrap();
    for leak in [-1_i128, 1] {
        let mut leaky = world.clone();
        let account = module_address("attribution");
        let held = leaky.balance(&account);
        set_balance(&mut leaky.state, &account, held.checked_add_signed(leak).unwrap());
        assert_eq!(leaky.broken().len(), 1, "{:?}", leaky.broken());
        // Also when it is in the books: a fee forgotten by its provider.
        let mut forgetful = world.clone();
        let mut provider = forgetful.provider(1);
        provider.unsettled = coin(999);
        let key = [vec![4], 1_u64.to_be_bytes().to_vec()].concat();
        forgetful.state.set("attribution", key, prost::Message::encode_to_vec(&provider));
        assert_eq!(forgetful.broken().len(), 2, "{:?}", forgetful.broken());
    }
}

#[test]
fn fees_settle_when_their_window_has_passed() {
    let mut world = World::ready();
    world.tx(batch(&[1, 2])).unwrap();
    assert_eq!(world.provider(1).unsettled, coin(2_000));
    world.blocks(20);
    assert_eq!(world.held("reward"), 0);
    world.blocks(1);
    assert_eq!(world.held("reward"), 2_000);
    assert_eq!(world.provider(1).unsettled, coin(0));
}

#[test]
fn settling_is_bounded_and_the_rest_waits() {
    let mut world = World::ready();
    world.tx(fund(1_000_000)).unwrap();
    world.set_params(|p| p.max_queries_per_report = 256);
    let queries = (1..=300).map(|s| {
        let mut query = asked(s);
        query.voucher.escrow_id = 2;
        query.signed()
    });
    let queries: Vec<_> = queries.collect();
    world.tx(report(queries[..150].to_vec())).unwrap();
    world.tx(report(queries[150..].to_vec())).unwrap();
    world.blocks(20);
    for settled in [128_000, 256_000, 300_000, 300_000] {
        world.blocks(1);
        assert_eq!(world.held("reward"), settled);
    }
}

#[test]
fn pruning_is_bounded_and_the_rest_waits() {
    let mut world = World::ready();
    world.tx(fund(1_000_000)).unwrap();
    let keep = |world: &mut World, blocks| {
        world.set_params(|p| {
            p.max_queries_per_report = 256;
            p.detail_retention_blocks = blocks;
        });
    };
    keep(&mut world, 100);
    let queries = (1..=257).map(|s| {
        let mut query = asked(s);
        query.voucher.escrow_id = 2;
        query.signed()
    });
    let queries: Vec<_> = queries.collect();
    world.tx(report(queries[..128].to_vec())).unwrap();
    world.tx(report(queries[128..].to_vec())).unwrap();
    world.blocks(20);
    // Settled in blocks 21, 22 and 23, and kept so that all are due in block 121.
    for kept_blocks in [100, 99, 98] {
        keep(&mut world, kept_blocks);
        world.blocks(1);
    }
    assert_eq!(world.held("reward"), 257_000);
    world.blocks(97);
    // Queries and their places: prefixes 09 and 0a.
    let details = |world: &World| {
        let under = |prefix: u8| world.keys().iter().filter(|key| key[0] == prefix).count();
        [under(0x09), under(0x0a)]
    };
    for kept in [257, 1, 0] {
        assert_eq!(details(&world), [kept; 2]);
        world.blocks(1);
    }
}

#[test]
fn bonds_go_back_fifty_a_block_and_the_rest_waits() {
    let mut world = World::new();
    for provider_id in 1..=51 {
        world.tx(register()).unwrap();
        world.tx(pb::MsgUnbondProvider { provider_id, ..unbond(operator()) }).unwrap();
    }
    world.blocks(100);
    for bonds in [51, 1, 0] {
        assert_eq!(world.balance(&operator()), RICH - bonds * 1_000_000);
        world.blocks(1);
    }
}

#[test]
fn a_fee_that_cannot_be_settled_waits_and_loses_nothing() {
    let mut world = World::ready();
    let mut sick = asked(1);
    sick.voucher.adapter_id = 9;
    world.tx(report(vec![sick.signed(), asked(2).signed()])).unwrap();
    world.blocks(21);
    assert_eq!(world.held("reward"), 1_000);
    assert_eq!(world.provider(1).unsettled, coin(1_000));
    world.blocks(100);
    assert_eq!(world.held("reward"), 1_000);
    world.state.set(LEDGER, b"healed".to_vec(), vec![1]);
    // Tried in blocks 21, 41, … 121: once in a window.
    world.blocks(19);
    assert_eq!(world.held("reward"), 1_000);
    world.blocks(1);
    assert_eq!(world.held("reward"), 2_000);
    let answer: pb::QueryReportResponse =
        world.ask("Report", pb::QueryReportRequest { report_id: 1 }).unwrap();
    assert!(answer.report.unwrap().settled);
}

#[test]
fn a_bond_that_cannot_go_back_is_tried_a_window_later() {
    let mut world = World::ready();
    world.tx(pb::MsgUnbondProvider { operator: operator().to_string(), provider_id: 1 }).unwrap();
    let account = module_address("attribution");
    let held = world.balance(&account);
    set_balance(&mut world.state, &account, 0);
    for _ in 1..=101 {
        world.end_block_blindly();
    }
    assert_eq!(world.provider(1).status(), pb::ProviderStatus::Unbonding);
    assert_eq!(world.provider(1).unbonding_height, 121);
    set_balance(&mut world.state, &account, held);
    world.blocks(19);
    assert_eq!(world.balance(&operator()), RICH - 1_000_000);
    world.blocks(1);
    assert_eq!(world.balance(&operator()), RICH);
}

#[test]
fn a_withdrawal_pays_what_reports_left() {
    let mut world = World::ready();
    let caller = caller().to_string();
    let (amount, complete) =
        (coin(100_000), pb::MsgCompleteWithdrawal { caller: caller.clone(), escrow_id: 1 });
    world.tx(pb::MsgRequestWithdrawal { caller, escrow_id: 1, amount }).unwrap();
    let mut all = asked(1);
    all.voucher.cumulative = 100_000;
    all.voucher.max_fee = 100_000;
    all.report.fee = coin(100_000);
    world.tx(report(vec![all.signed()])).unwrap();
    world.blocks(50);
    world.tx(complete).unwrap();
    assert_eq!(world.balance(&self::caller()), RICH - 100_000);
    assert_eq!(world.escrow(1).withdrawing, coin(0));
}

/// What a fault of a genesis is called, and the fault.
type Fault = (&'static str, fn(&mut pb::GenesisState));

#[test]
fn genesis_is_checked() {
    let mut world = World::ready();
    world.tx(fund(1_000)).unwrap();
    world.tx(batch(&[1, 2])).unwrap();
    let good: pb::GenesisState = prost::Message::decode(world.export().as_slice()).unwrap();
    world.import(&good).unwrap();
    let rows: Vec<Fault> = vec![
        ("params are missing", |g| g.params = None),
        ("sequence_window is 0", |g| g.params.as_mut().unwrap().sequence_window = 0),
        ("provider 1 has 1 unsettled, its queries 2000", |g| g.providers[0].unsettled = coin(1)),
        ("provider 1 has 2000 unsettled, its queries 1000", |g| g.queries.truncate(1)),
        ("query 0 of 1: it is there twice", |g| g.queries[1] = g.queries[0].clone()),
        ("query 0 of 1: its digest differs", |g| g.queries[0].digest[0] ^= 1),
        ("query 0 of 1: no such report", |g| g.reports.clear()),
        ("query 0 of 1: its escrow is missing or pays", |g| drop(g.escrows.remove(0))),
        ("escrow 1: its provider is missing", |g| g.providers.clear()),
        ("provider id 1 is out of order or not below 1", |g| g.next_provider_id = 1),
        ("escrow id 2 is out of order or not below 2", |g| g.next_escrow_id = 2),
        ("report id 1 is out of order or not below 1", |g| g.next_report_id = 1),
        ("escrow id 0 is out of order", |g| {
            g.escrows.insert(0, pb::Escrow { id: 0, ..g.escrows[0].clone() });
        }),
        ("escrow id 2 is out of order", |g| g.escrows.push(g.escrows[1].clone())),
        ("escrow id 1 is out of order", |g| g.escrows.reverse()),
        ("got 3 bytes", |g| g.escrows[0].session_key.truncate(3)),
        ("got 1 bytes", |g| g.escrows[0].previous_session_key = vec![2]),
        ("escrow 1: its window is malformed", |g| g.escrows[0].window = vec![1; 129]),
        ("escrow 1: its window is malformed", |g| g.escrows[0].window = vec![1, 0]),
        ("escrow 1: reported exceeds authorised", |g| g.escrows[0].authorised = coin(1)),
        ("provider 1 has no status", |g| g.providers[0].status = 77),
        ("a provider's price is missing", |g| g.providers[0].price = None),
        ("invalid amount", |g| g.escrows[0].balance.as_mut().unwrap().amount = "9".repeat(40)),
        ("report 1: its root has not 32 bytes", |g| g.reports[0].root.truncate(31)),
        ("report 1: its provider is missing", |g| g.reports[0].provider_id = 2),
        ("report 1: its queries belong into", |g| {
            g.reports[0].queries.extend(g.queries[0].query.clone());
        }),
        ("report 1: settled_count exceeds query_count", |g| g.reports[0].settled_count = 3),
    ];
    for (what, change) in rows {
        let mut bad = good.clone();
        change(&mut bad);
        let error = world.import(&bad).expect_err(what).message;
        assert!(error.contains(what), "{error:?} lacks {what:?}");
    }
    assert_eq!(attribution().default_genesis(), World::new().export());
}

#[derive(Clone, Debug)]
enum Step {
    Report(Vec<u64>, u128),
    Fund(u128),
    Request(u128),
    Complete,
    Blocks(u64),
    AddBond(u128),
    Unbond,
    Reborn,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (prop::collection::vec(1_u64..60, 1..5), 900_u128..2_100)
            .prop_map(|(s, fee)| Step::Report(s, fee)),
        1 => (1_u128..50_000).prop_map(Step::Fund),
        1 => (1_u128..90_000).prop_map(Step::Request),
        1 => Just(Step::Complete),
        3 => (1_u64..30).prop_map(Step::Blocks),
        1 => (1_u128..1_000).prop_map(Step::AddBond),
        1 => prop::bool::weighted(0.1).prop_map(|u| if u { Step::Unbond } else { Step::Reborn }),
    ]
}

fn take(world: &mut World, step: Step) {
    let (caller, operator) = (caller().to_string(), operator().to_string());
    // Refusals are part of the walk: every step is checked by the world itself.
    let _result = match step {
        Step::Report(sequences, fee) => {
            let queries = sequences.iter().map(|s| {
                let mut query = asked(*s);
                query.report.fee = coin(fee);
                query.signed()
            });
            world.tx(report(queries.collect()))
        }
        Step::Fund(amount) => {
            world.tx(pb::MsgFundEscrow { escrow_id: 1, session_key: vec![], ..fund(amount) })
        }
        Step::Request(amount) => {
            world.tx(pb::MsgRequestWithdrawal { caller, escrow_id: 1, amount: coin(amount) })
        }
        Step::Complete => world.tx(pb::MsgCompleteWithdrawal { caller, escrow_id: 1 }),
        Step::AddBond(amount) => world.tx(pb::MsgUpdateProvider {
            operator,
            provider_id: 1,
            add_bond: coin(amount),
            ..Default::default()
        }),
        Step::Unbond => world.tx(pb::MsgUnbondProvider { operator, provider_id: 1 }),
        Step::Blocks(count) => {
            world.blocks(count);
            Ok(Default::default())
        }
        Step::Reborn => {
            *world = world.reborn();
            Ok(Default::default())
        }
    };
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    /// Every stored record turned to any bytes: blocks go on, and a sound query still settles.
    #[test]
    fn poisoned_records_never_stop_a_block(
        poison in prop::collection::vec((any::<prop::sample::Index>(), any::<Vec<u8>>()), 1..8),
    ) {
        let mut world = World::ready();
        world.tx(batch(&[1, 2])).unwrap();
        world.tx(pb::MsgUnbondProvider { operator: operator().to_string(), provider_id: 1 })
            .unwrap();
        let keys = world.keys();
        for (at, mut bytes) in poison {
            bytes.push(1);
            world.state.set("attribution", keys[at.index(keys.len())].clone(), bytes);
        }
        for _ in 0..150 {
            world.end_block_blindly();
        }
    }

    #[test]
    fn money_is_neither_made_nor_lost(steps in prop::collection::vec(step(), 1..40)) {
        let mut world = World::ready();
        for step in steps {
            take(&mut world, step);
            world.assert_sound();
            let all: u128 = (1..=4).map(|n| world.balance(&account(n))).sum::<u128>()
                + world.held("attribution")
                + world.held("reward");
            prop_assert_eq!(all, 4 * RICH);
            let escrow = world.escrow(1);
            let amount = |c: &Option<whence_proto::cosmos::base::v1beta1::Coin>| {
                c.as_ref().unwrap().amount.parse::<u128>().unwrap()
            };
            prop_assert!(amount(&escrow.reported) <= amount(&escrow.authorised));
        }
    }
}
