//! Money and genesis: nothing is created or lost, a leak of one unit is seen, bad genesis files are
//! refused.

use crate::world::{Ledger, START, World, who};
use proptest::prelude::*;
use prost::Message as _;
use whence_base::module_address;
use whence_base::{Coin, Coins, Ctx};
use whence_datanet::ports::Ports;
use whence_proto::whence::datanet::v1 as pb;

const STORY: &str = "
    alice create licences=CC0-1.0
    bob commit 1 b rows=a,b,c
    bob reveal b
    carol commit 1 c rows=x,b,y
    cara review 1 90 accept
    eve dispute 9 x -> unknown contribution
";

#[test]
fn a_leak_of_one_unit_is_seen() {
    let mut world = World::new();
    world.check(STORY);
    let mut ctx = Ctx::new(&mut world.state, &world.block);
    let one = Coins::of(&Coin::new("uwhn", 1));
    Ledger.send_from_module(&mut ctx, "datanet", &who("eve"), &one).unwrap();
    let broken = world.broken();
    assert_eq!(broken, ["datanet holds 6999, owes 7000"]);
}

/// What is wrong with a genesis.
type Fault = fn(&mut pb::GenesisState);
/// Codespace and code of a refusal.
type Code = (&'static str, u32);

#[test]
fn genesis_is_checked() {
    let mut world = World::new();
    world.check(STORY);
    let good = pb::GenesisState::decode(world.export().as_slice()).unwrap();
    world.validate_genesis(&good).unwrap();
    let (ours, address) = (("datanet", 36), ("sdk", 7));
    let faults: [(Fault, Code); 16] = [
        (|g| g.params = None, ours),
        (|g| g.next_datanet_id = 1, ours),
        (|g| g.next_commit_id = 2, ours),
        (|g| g.next_contribution_id = 0, ours),
        (|g| g.datanets[0].owner = "nobody".into(), address),
        (|g| g.datanets[0].latest_version = 1, ours),
        (|g| g.datanets.clear(), ours),
        (|g| g.commits[0].datanet_id = 2, ours),
        (|g| g.commits[0].status = 0, ours),
        (|g| g.commits.swap(0, 1), ours),
        (|g| g.commits.clear(), ours),
        (|g| g.contributions[0].status = 99, ours),
        (|g| g.contributions[0].manifest = None, ours),
        (|g| g.contributions[0].revoked_rows = 4, ours),
        (|g| g.reviews[0].contribution_id = 2, ours),
        (|g| g.versions.push(pb::Version { datanet_id: 1, number: 1, ..Default::default() }), ours),
    ];
    for (i, (fault, code)) in faults.iter().enumerate() {
        let mut bad = good.clone();
        fault(&mut bad);
        let error = world.validate_genesis(&bad).expect_err(&format!("fault {i}"));
        assert_eq!((error.codespace, error.code), *code, "fault {i}: {error}");
    }
}

/// Steps that may come in any order; most are refused most of the time.
const STEPS: [&str; 21] = [
    "bob commit 1 b rows=a,b,c",
    "carol commit 1 c rows=x,b,y",
    "bob reveal b",
    "carol reveal c",
    "cara review 1 90 accept",
    "dan review 1 20 refuse",
    "cara review 2 0 spam",
    "cara show 1",
    "dan show 1",
    "cara show 2",
    "eve find 1.1 2.1",
    "eve prove 1",
    "bob find 2.1 1.1",
    "bob prove 2",
    "bob withdraw 1 rows=0+1",
    "carol withdraw 2",
    "eve dispute 1 one rows=1+2",
    "eve dispute 2 two",
    "cara rule 1 upheld",
    "gov rule 2 upheld",
    "wait 60",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]
    #[test]
    fn nothing_is_created_or_lost(order in prop::collection::vec(0_usize..STEPS.len(), 10..60)) {
        let mut world = World::new();
        world.check("alice create licences=CC0-1.0");
        world.check("bob commit 1 b rows=a,b,c\n bob reveal b\n carol commit 1 c rows=x,b,y");
        world.check("carol reveal c\n eve find 1.1 2.1\n bob find 2.1 1.1");
        for i in order {
            world.check(&format!("{} -> any", STEPS[i]));
            let names = ["alice", "bob", "carol", "cara", "dan", "eve"];
            let users: u128 = names.iter().map(|n| world.balance(&who(n))).sum();
            let rest = ["datanet", "burned"].map(|m| world.balance(&module_address(m)));
            prop_assert_eq!(users + rest[0] + rest[1], 6 * START);
        }
        // In the end everything is settled.
        world.wait(600);
        prop_assert_eq!(world.balance(&module_address("datanet")), 0);
        prop_assert_eq!(world.broken(), Vec::<String>::new());
    }
}
