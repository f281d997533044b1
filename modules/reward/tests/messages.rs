//! Every message and every part of the split: what is paid to whom, and what is refused.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs,
    reason = "tests"
)]

mod world;

use whence_base::{Module, NATIVE_DENOM, StateWrite, authority};
use whence_proto::whence::reward::v1 as pb;
use whence_reward::keeper::{self, share_out};
use whence_reward::params;
use world::*;

/// What, adapter, shares, who gets what, the community pool.
type Row<'a> = (&'a str, u64, &'a [(u64, u64, u32)], &'a [(u8, u128)], u128);

/// One fault of a genesis.
type Fault = (&'static str, fn(&mut pb::GenesisState));

/// Who is paid what of a fee of 1,000,000 for given shares.
#[test]
fn a_fee_is_shared_out_by_role_and_row() {
    let all = &[(1, 0, 600_000_000), (2, 0, 400_000_000)][..];
    let roles = [
        (100, 250_000),
        (101, 100_000),
        (102, 30_000),
        (103, 37_500),
        (104, 12_500),
        (105, 20_000),
    ];
    let with = |rows: &[(u8, u128)]| [&roles[..], rows].concat();
    let rows: Vec<Row> = vec![
        ("two rows", 1, all, &[(1, 300_000), (2, 200_000)], 10_000),
        ("no rows: all unattributed", 1, &[], &[], 510_000),
        ("half unattributed", 1, &[(1, 0, 500_000_000)], &[(1, 250_000)], 260_000),
        ("two rows of one", 1, &[(1, 1, 500_000_000), (1, 0, 2_000)], &[(1, 250_001)], 259_999),
        ("revoked row", 1, &[(1, 10, 500_000_000), (2, 0, 500_000_000)], &[(2, 250_000)], 260_000),
        ("withdrawn", 1, &[(99, 0, 1_000_000_000)], &[(99, 0)], 510_000),
        ("unknown row", 1, &[(1, 11, 1_000_000_000)], &[(1, 0)], 510_000),
        ("in no version", 1, &[(98, 0, 1_000_000_000)], &[(98, 0)], 510_000),
        ("of another datanet", 1, &[(97, 0, 1_000_000_000)], &[(97, 0)], 510_000),
        ("of a later version", 1, &[(96, 0, 1_000_000_000)], &[(96, 0)], 510_000),
    ];
    for (what, adapter, shares, expected, pool) in rows {
        let mut world = World::new();
        world.settle(adapter, 1_000_000, shares);
        for (who, amount) in with(expected) {
            assert_eq!(world.waits(&account(who)), amount, "{what}: account {who}");
        }
        assert_eq!(world.held("community_pool"), pool, "{what}");
        assert_eq!(world.held("fee_collector"), 40_000, "{what}");
        assert_eq!(world.held("dust"), 0, "{what}");
    }
}

#[test]
fn an_absent_role_pays_the_community_pool() {
    let mut world = World::new();
    world.settle(2, 1_000_000, &[(1, 0, 1_000_000_000)]);
    // No datanets were trained on: not even the row is paid, as it cannot have been in the adapter.
    assert_eq!(world.held("community_pool"), 500_000 + 50_000 + 20_000 + 10_000);
    let mut nobody = World::new();
    nobody.settle(7, 1_000_000, &[(1, 0, 1_000_000_000)]);
    assert_eq!(nobody.waits(&operator()), 250_000);
    assert_eq!(nobody.held("community_pool"), 710_000);
}

#[test]
fn a_models_own_split_holds() {
    let mut world = World::new();
    world.settle(3, 1_000_000, &[(1, 0, 1_000_000_000)]);
    assert_eq!(world.waits(&account(1)), 600_000);
    assert_eq!(world.waits(&operator()), 200_000);
}

#[test]
fn what_rounding_leaves_is_dust() {
    let mut world = World::new();
    let shared = world.settle(1, 999, &[(1, 0, 333_333_333), (2, 0, 333_333_333)]);
    // Parts of 999: 499 (rows 166 + 166, unattributed 166), 249, 99, 29, 49 (36 + 12), 19, 39, 9.
    assert_eq!(shared.to_contributors, 332);
    assert_eq!(shared.unattributed, 166);
    assert_eq!(shared.dust, 999 - 332 - 166 - 249 - 99 - 29 - 48 - 19 - 39 - 9);
    assert_eq!(world.held("dust"), shared.dust);
}

#[test]
fn claim_pays_once_and_to_the_payout_address() {
    let mut world = World::new();
    assert_eq!(world.claim(&account(1)).unwrap_err().code, 2);
    world.settle(1, 1_000_000, &[(1, 0, 1_000_000_000)]);
    assert_eq!(world.claim(&account(1)).unwrap(), 500_000);
    assert_eq!(world.balance(&account(1)), 500_000);
    assert_eq!(world.claim(&account(1)).unwrap_err().code, 2);

    let rotate =
        |to: String| pb::MsgRotatePayout { address: account(1).to_string(), payout_address: to };
    world.tx(rotate(account(50).to_string())).unwrap();
    world.settle(1, 1_000_000, &[(1, 0, 1_000_000_000)]);
    assert_eq!(world.claim(&account(50)).unwrap_err().code, 2, "only who earned may claim");
    assert_eq!(world.claim(&account(1)).unwrap(), 500_000);
    assert_eq!(world.balance(&account(50)), 500_000);

    world.tx(rotate(String::new())).unwrap();
    world.settle(1, 1_000_000, &[(1, 0, 1_000_000_000)]);
    world.claim(&account(1)).unwrap();
    assert_eq!(world.balance(&account(1)), 1_000_000);
    assert_eq!(world.tx(rotate("nonsense".into())).unwrap_err().code, 7);
    assert_eq!(world.tx(pb::MsgClaim { claimer: String::new() }).unwrap_err().code, 7);
}

#[test]
fn governance_spends_from_the_community_pool() {
    let mut world = World::new();
    world.settle(1, 1_000_000, &[]);
    let good = pb::MsgCommunityPoolSpend {
        authority: authority().to_string(),
        recipient: account(60).to_string(),
        amount: coins(500_000),
    };
    let stranger = account(9).to_string();
    let mut other = coins(1);
    other[0].denom = "uatom".into();
    let rows = [
        ("stranger", pb::MsgCommunityPoolSpend { authority: stranger, ..good.clone() }, 4),
        ("too much", pb::MsgCommunityPoolSpend { amount: coins(510_001), ..good.clone() }, 5),
        ("another coin", pb::MsgCommunityPoolSpend { amount: other, ..good.clone() }, 5),
        ("nothing", pb::MsgCommunityPoolSpend { amount: vec![], ..good.clone() }, 10),
    ];
    for (what, message, code) in rows {
        let before = world.state.clone();
        assert_eq!(world.tx(message).unwrap_err().code, code, "{what}");
        assert_eq!(world.state, before, "{what}");
    }
    world.tx(good).unwrap();
    assert_eq!(world.balance(&account(60)), 500_000);
    assert_eq!(world.held("community_pool"), 10_000);
}

#[test]
fn params_have_bounds_and_one_authority() {
    let with = |change: fn(&mut pb::Params)| {
        let mut params = params::default();
        change(&mut params);
        pb::MsgUpdateParams { authority: authority().to_string(), params: Some(params) }
    };
    let stranger = pb::MsgUpdateParams { authority: account(9).to_string(), ..with(|_| ()) };
    let missing = pb::MsgUpdateParams { params: None, ..with(|_| ()) };
    let rows = [
        ("good", with(|_| ()), 0),
        ("another whole", with(|p| p.split = Some(split([40, 35, 10, 3, 5, 2, 4, 1]))), 0),
        ("stranger", stranger, 4),
        ("missing", missing, 3),
        ("no split", with(|p| p.split = None), 3),
        ("no bounds", with(|p| p.split_max = None), 3),
        ("below a whole", with(|p| p.split.as_mut().unwrap().provider_ppb -= 1), 3),
        ("above a whole", with(|p| p.split.as_mut().unwrap().provider_ppb += 1), 3),
        (
            "sum wraps 32 bits",
            with(|p| p.split = Some(split([100, 100, 100, 100, 100, 100, 100, 100]))),
            3,
        ),
        ("outside its bounds", with(|p| p.split = Some(split([29, 46, 10, 3, 5, 2, 4, 1]))), 3),
        ("bounds crossed", with(|p| p.split_min.as_mut().unwrap().stakers_ppb = 900_000_000), 3),
        ("bound over a whole", with(|p| p.split_max.as_mut().unwrap().stakers_ppb = u32::MAX), 3),
    ];
    for (what, message, code) in rows {
        // All but the authority is refused before execution.
        let early = World::new().check(&message).err().map(|e| e.code);
        assert_eq!(early.unwrap_or(0), if code == 4 { 0 } else { code }, "{what}");
        let result = World::new().tx(message);
        assert_eq!(result.err().map(|e| e.code).unwrap_or(0), code, "{what}");
    }
}

#[test]
fn explain_tells_the_whole_story() {
    let mut world = World::new();
    world.height = 10;
    world.settle(1, 1_000_000, &[(1, 0, 100_000_000), (1, 1, 100_000_000), (2, 0, 1)]);
    world.height = 12;
    world.settle(1, 1_000_000, &[(1, 0, 100_000_000)]);
    world.settle(3, 1_000_000, &[(1, 0, 100_000_000)]);
    world.settle(3, 1_000_000, &[(1, 10, 100_000_000)]);
    world.claim(&account(1)).unwrap();
    world.settle(1, 1_000_000, &[(1, 0, 1_000)]);
    let question = pb::QueryExplainRequest { contribution_id: 1, pagination: None };
    let story: pb::QueryExplainResponse = world.ask("Explain", question).unwrap();
    assert_eq!(story.contribution.unwrap().quality, 88);
    assert_eq!(story.versions, vec![1, 2]);
    assert_eq!(story.adapters, vec![1, 3, 5]);
    let earning = |adapter_id, queries, earned, first_height| pb::ContributionEarning {
        contribution_id: 1,
        adapter_id,
        queries,
        earned: coins(earned),
        first_height,
        last_height: 12,
    };
    assert_eq!(story.earnings, vec![earning(1, 3, 150_000, 10), earning(3, 1, 60_000, 12)]);
    assert_eq!(story.earned, coins(210_000));
    assert_eq!(story.payee, account(1).to_string());
    assert_eq!((story.payee_unclaimed, story.payee_total), (coins(0), coins(210_000)));
    let question = pb::QueryExplainRequest { contribution_id: 95, pagination: None };
    let absent = world.ask::<_, pb::QueryExplainResponse>("Explain", question);
    assert!(absent.unwrap_err().message.ends_with("key not found"));
}

#[test]
fn genesis_is_the_state_and_is_checked() {
    let mut world = World::new();
    world.settle(1, 999_999, &[(1, 0, 333_333_333), (2, 3, 500_000_000)]);
    world.claim(&account(1)).unwrap();
    let to = account(50).to_string();
    world.tx(pb::MsgRotatePayout { address: account(2).to_string(), payout_address: to }).unwrap();
    let mut reborn = world.reborn();
    assert_eq!(reborn.state, world.state);
    assert_eq!(reborn.claim(&account(1)).unwrap_err().code, 2);
    reborn.claim(&account(2)).unwrap();

    let good: pb::GenesisState = prost::Message::decode(world.export().as_slice()).unwrap();
    world.import(&good).unwrap();
    let rows: Vec<Fault> = vec![
        ("no params", |g| g.params = None),
        ("an accrual lost", |g| drop(g.accruals.pop())),
        ("accruals out of order", |g| g.accruals.push(g.accruals[0].clone())),
        ("a claimed accrual twice", |g| g.accruals.insert(0, g.accruals[0].clone())),
        ("one unit more", |g| g.totals.as_mut().unwrap().claimed = coins(166_667)),
        ("more waits than was earned", |g| g.accruals.iter_mut().for_each(|a| a.total.clear())),
        ("no reason", |g| g.accruals[0].beneficiary = 0),
        ("bad address", |g| g.payouts[0].payout_address = "x".into()),
        ("an earning through nothing", |g| g.earnings[0].adapter_id = 0),
        ("an earning of nothing", |g| g.earnings[0].contribution_id = 0),
    ];
    for (what, change) in rows {
        let mut bad = good.clone();
        change(&mut bad);
        assert!(world.import(&bad).is_err(), "{what}");
    }
}

#[test]
fn a_planted_leak_of_one_unit_is_caught() {
    let mut world = World::new();
    world.settle(1, 999_999, &[(1, 0, 333_333_333)]);
    for account in ["reward", "community_pool", "dust"] {
        for leak in [-1_i128, 1] {
            let mut leaky = world.clone();
            let held = leaky.held(account).checked_add_signed(leak).unwrap();
            set_balance(&mut leaky.state, &whence_base::module_address(account), held);
            assert_eq!(leaky.broken().len(), 1, "{account} {leak}");
        }
    }
    // Also when it is in the books: dust forgotten.
    let mut forgetful = world.clone();
    let mut totals: pb::Totals = {
        let answer: pb::QueryTotalsResponse =
            forgetful.ask("Totals", pb::QueryTotalsRequest {}).unwrap();
        assert_eq!(answer.owed[0].denom, NATIVE_DENOM);
        answer.totals.unwrap()
    };
    totals.to_dust = coins(0);
    forgetful.state.set("reward", vec![1], prost::Message::encode_to_vec(&totals));
    assert_eq!(forgetful.broken().len(), 2);
}

#[test]
fn each_step_tells_what_happened() {
    let mut world = World::new();
    world.settle(3, 1_000_000, &[(1, 0, 500_000_000)]);
    let settled = "adapter_id=3 escrow_id=21 fee=1000000uwhn sequence=34 \
                   to_contributors=300000uwhn unattributed=300000uwhn";
    assert_eq!(world.told(), [format!("whence.reward.v1.EventSettled{{{settled}}}")]);

    let (one, other, governance) = (account(1), account(50), authority());
    let address = one.to_string();
    world.tx(pb::MsgRotatePayout { address, payout_address: other.to_string() }).unwrap();
    let expected =
        format!("whence.reward.v1.EventPayoutRotated{{address={one} payout_address={other}}}");
    assert_eq!(world.told(), [expected]);

    world.claim(&one).unwrap();
    let claimed = format!("address={one} amount=300000uwhn payout_address={other}");
    assert_eq!(world.told(), [format!("whence.reward.v1.EventClaimed{{{claimed}}}")]);

    let (authority, recipient) = (governance.to_string(), account(60).to_string());
    let spent = format!("amount=5uwhn recipient={recipient}");
    let spend =
        pb::MsgCommunityPoolSpend { authority: authority.clone(), recipient, amount: coins(5) };
    world.tx(spend).unwrap();
    assert_eq!(world.told(), [format!("whence.reward.v1.EventCommunityPoolSpent{{{spent}}}")]);

    world.tx(pb::MsgUpdateParams { authority, params: Some(params::default()) }).unwrap();
    let expected = format!("whence.reward.v1.EventParamsUpdated{{authority={governance}}}");
    assert_eq!(world.told(), [expected]);
}

#[test]
fn answers_tell_what_is_stored() {
    let mut world = World::new();
    let mut wanted = params::default();
    wanted.split = Some(split([40, 35, 10, 3, 5, 2, 4, 1]));
    let authority = authority().to_string();
    world.tx(pb::MsgUpdateParams { authority, params: Some(wanted) }).unwrap();
    let stored: pb::QueryParamsResponse = world.ask("Params", pb::QueryParamsRequest {}).unwrap();
    assert_eq!(stored.params, Some(wanted));

    let address = account(1).to_string();
    let payout = |world: &World| -> pb::QueryPayoutResponse {
        world.ask("Payout", pb::QueryPayoutRequest { address: address.clone() }).unwrap()
    };
    assert_eq!(payout(&world).payout_address, address);
    let (from, to) = (address.clone(), account(50).to_string());
    world.tx(pb::MsgRotatePayout { address: from, payout_address: to.clone() }).unwrap();
    assert_eq!(payout(&world).payout_address, to);

    world.settle(1, 1_000_000, &[(1, 0, 1_000_000_000)]);
    let question = pb::QueryAccruedRequest { address: address.clone() };
    let accrued: pb::QueryAccruedResponse = world.ask("Accrued", question).unwrap();
    let accrual = pb::Accrual {
        address: address.clone(),
        beneficiary: pb::Beneficiary::Contributor.into(),
        unclaimed: coins(400_000),
        total: coins(400_000),
    };
    assert_eq!(accrued.accruals, [accrual]);
    assert_eq!((accrued.unclaimed, accrued.payout_address), (coins(400_000), to));

    world.claim(&account(1)).unwrap();
    let totals: pb::QueryTotalsResponse = world.ask("Totals", pb::QueryTotalsRequest {}).unwrap();
    assert_eq!(totals.owed, coins(550_000));
    assert_eq!(totals.totals.unwrap().claimed, coins(400_000));
}

#[test]
fn who_earns_for_two_reasons_is_told_both() {
    let mut world = World::new();
    world.settle_for(account(1), (1, 1_000_000), &[(1, 0, 1_000_000_000)]);
    let question = pb::QueryAccruedRequest { address: account(1).to_string() };
    let accrued: pb::QueryAccruedResponse = world.ask("Accrued", question).unwrap();
    let told = accrued.accruals.iter().map(|a| (a.beneficiary(), a.total.clone()));
    let (rows, answering) = (coins(500_000), coins(250_000));
    let expected = [(pb::Beneficiary::Contributor, rows), (pb::Beneficiary::Provider, answering)];
    assert_eq!(told.collect::<Vec<_>>(), expected);
    assert_eq!(world.claim(&account(1)).unwrap(), 750_000);
}

#[test]
fn a_proposals_split_is_checked_against_the_bounds() {
    let rows = [
        ("the default", [50, 25, 10, 3, 5, 2, 4, 1], true),
        ("at its bounds", [30, 50, 10, 3, 3, 1, 2, 1], true),
        ("below a bound", [29, 50, 10, 3, 3, 2, 2, 1], false),
        ("above a bound", [30, 51, 10, 3, 3, 0, 2, 1], false),
        ("no whole", [50, 25, 10, 3, 5, 2, 4, 0], false),
    ];
    for (what, shares, good) in rows {
        let checked = World::new().with(|ctx| keeper::check_split(ctx, &split(shares)));
        assert_eq!(checked.err().map(|e| e.code), (!good).then_some(3), "{what}");
    }
}

#[test]
fn nothing_is_recorded_for_nothing() {
    // A giver without rows, a row without a share, and a fee of nothing.
    let mut adapter = adapter_of(1).unwrap();
    adapter.feedback = vec![(account(103), 0), (account(104), 1)];
    let whole = params::default().split.unwrap();
    let shared = share_out(1_000_000, &whole, &[], (&operator(), Some(&adapter))).unwrap();
    let feedback = shared.payments.iter().filter(|p| p.beneficiary == pb::Beneficiary::Feedback);
    assert_eq!(feedback.map(|p| p.payee.clone()).collect::<Vec<_>>(), [account(104)]);

    let mut world = World::new();
    world.settle(1, 1_000_000, &[(1, 0, 0)]);
    world.settle(1, 0, &[(2, 0, 1_000_000_000)]);
    let g: pb::GenesisState = prost::Message::decode(world.export().as_slice()).unwrap();
    let paid: Vec<_> = g.accruals.into_iter().map(|a| a.address).collect();
    assert!(!paid.is_empty());
    for nobody in [account(1), account(2)] {
        assert!(!paid.contains(&nobody.to_string()), "{nobody}");
    }
}

#[test]
fn a_new_chain_is_its_default_genesis() {
    let module = reward();
    assert_eq!(module.name(), "reward");
    assert_eq!(module.genesis_type(), <pb::GenesisState as prost::Name>::full_name());
    assert_eq!(module.default_genesis(), World::new().export());
}
