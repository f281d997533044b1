//! Every message: what is taken, and each way in which it is refused.

use whence_attribution::error::Error;
use whence_attribution::keeper;
use whence_proto::whence::attribution::v1 as pb;

use crate::world::*;

#[test]
fn register_provider() {
    table(
        &World::new(),
        &register(),
        vec![
            ("good", |_| (), OK),
            ("least bond", |m| m.bond = coin(1_000_000), OK),
            ("bond too small", |m| m.bond = coin(999_999), ours(Error::BondTooSmall)),
            ("no bond", |m| m.bond = None, sdk(18)),
            ("zero bond", |m| m.bond = coin(0), sdk(10)),
            ("bond in another coin", |m| m.bond.as_mut().unwrap().denom = "uatom".into(), sdk(10)),
            ("more than there is", |m| m.bond = coin(RICH + 1), sdk(5)),
            ("endpoint is no URL", |m| m.endpoint = "ftp://x".into(), ours(Error::BadEndpoint)),
            ("endpoint is empty", |m| m.endpoint = "http://".into(), ours(Error::BadEndpoint)),
            (
                "endpoint has a space",
                |m| m.endpoint = "http://a b".into(),
                ours(Error::BadEndpoint),
            ),
            ("endpoint is 256", |m| m.endpoint = format!("http://{}", "a".repeat(249)), OK),
            (
                "endpoint is 257",
                |m| m.endpoint = format!("http://{}", "a".repeat(250)),
                ours(Error::BadEndpoint),
            ),
            ("price missing", |m| m.price = None, ours(Error::BadPrice)),
            ("price below the least fee", |m| m.price = Some(price(999)), ours(Error::BadPrice)),
            ("no reporter", |m| m.reporter.clear(), sdk(7)),
            ("operator is no address", |m| m.operator = "cosmos1x".into(), sdk(7)),
        ],
    );
}

#[test]
fn update_provider() {
    let good = pb::MsgUpdateProvider {
        operator: operator().to_string(),
        provider_id: 1,
        reporter: stranger().to_string(),
        endpoint: "https://new".into(),
        price: Some(price(2_000)),
        add_bond: coin(5),
    };
    let mut world = World::ready();
    table(
        &world,
        &good,
        vec![
            ("good", |_| (), OK),
            ("unknown provider", |m| m.provider_id = 2, ours(Error::UnknownProvider)),
            (
                "not the operator",
                |m| m.operator = stranger().to_string(),
                ours(Error::NotTheOperator),
            ),
            ("bad endpoint", |m| m.endpoint = "x".into(), ours(Error::BadEndpoint)),
            ("price too low", |m| m.price = Some(price(1)), ours(Error::BadPrice)),
            ("nothing", |m| *m = nothing_new(), sdk(18)),
            ("endpoint alone", |m| *m = only(|n| n.endpoint = "https://x".into()), OK),
            ("price alone", |m| *m = only(|n| n.price = Some(price(1_000))), OK),
            ("reporter alone", |m| *m = only(|n| n.reporter = stranger().to_string()), OK),
            ("bond alone", |m| *m = only(|n| n.add_bond = coin(1)), OK),
        ],
    );
    world.tx(good).unwrap();
    let provider = world.provider(1);
    assert_eq!(provider.bond, coin(1_000_005));
    assert_eq!(provider.endpoint, "https://new");
    assert_eq!(code(world.tx(batch(&[1]))), ours(Error::NotTheReporter));
    let by_the_new_key = pb::MsgReportQueries { reporter: stranger().to_string(), ..batch(&[1]) };
    world.tx(by_the_new_key).unwrap();
}

#[test]
fn unbond_provider_waits_for_the_last_window() {
    let mut world = World::ready();
    world.set_params(|p| {
        p.settlement_window_blocks = 20;
        p.unbonding_blocks = 30;
    });
    assert_eq!(code(world.tx(unbond(stranger()))), ours(Error::NotTheOperator));
    world.tx(unbond(operator())).unwrap();
    assert_eq!(code(world.tx(unbond(operator()))), ours(Error::ProviderNotBonded));
    assert_eq!(code(world.tx(fund(1_000))), ours(Error::ProviderNotBonded));

    // A stolen report key can still be replaced; the bond that is going back does not grow.
    let update = |reporter: String, add_bond| pb::MsgUpdateProvider {
        operator: operator().to_string(),
        provider_id: 1,
        reporter,
        add_bond: coin(add_bond),
        ..Default::default()
    };
    assert_eq!(code(world.tx(update(String::new(), 1))), ours(Error::ProviderNotBonded));
    world.tx(update(stranger().to_string(), 0)).unwrap();
    assert_eq!(code(world.tx(batch(&[1]))), ours(Error::NotTheReporter));
    world.tx(update(reporter().to_string(), 0)).unwrap();

    // What was served before the notice may be reported until the bond is due.
    world.blocks(25);
    world.tx(batch(&[1])).unwrap();
    world.blocks(5);
    assert_eq!(world.height, 31);
    assert_eq!(code(world.tx(batch(&[2]))), ours(Error::ProviderNotBonded));
    world.blocks(1);
    assert_eq!(world.provider(1).status(), pb::ProviderStatus::Unbonding, "a window is open");
    assert_eq!(world.provider(1).unbonding_height, 51);
    world.blocks(20);
    assert_eq!(world.provider(1).status(), pb::ProviderStatus::Unbonded);
    assert_eq!(world.balance(&operator()), RICH);
    assert_eq!(world.provider(1).bond, coin(0));
    assert_eq!(world.held("reward"), 1_000);
    let late = world.tx(update(stranger().to_string(), 0));
    assert_eq!(code(late), ours(Error::ProviderNotBonded));
}

#[test]
fn fund_escrow() {
    let mut world = World::ready();
    table(
        &world,
        &fund(5_000),
        vec![
            ("opens another", |_| (), OK),
            (
                "adds",
                |m| {
                    m.escrow_id = 1;
                    m.session_key.clear();
                },
                OK,
            ),
            ("adds with a key", |m| m.escrow_id = 1, ours(Error::BadSessionKey)),
            ("key too short", |m| m.session_key.truncate(32), ours(Error::BadSessionKey)),
            ("key is no point", |m| m.session_key = vec![2; 33], OK),
            ("key is no point", |m| m.session_key = vec![9; 33], ours(Error::BadSessionKey)),
            ("key not compressed", |m| m.session_key = uncompressed(7), ours(Error::BadSessionKey)),
            ("no money", |m| m.amount = coin(0), sdk(10)),
            ("too much money", |m| m.amount = coin(RICH), sdk(5)),
            ("unknown provider", |m| m.provider_id = 2, ours(Error::UnknownProvider)),
            (
                "unknown escrow",
                |m| {
                    m.escrow_id = 2;
                    m.session_key.clear();
                },
                ours(Error::UnknownEscrow),
            ),
            (
                "another's escrow",
                |m| {
                    m.escrow_id = 1;
                    m.session_key.clear();
                    m.caller = stranger().to_string();
                },
                ours(Error::NotTheCaller),
            ),
        ],
    );
    world.tx(register()).unwrap();
    let other = pb::MsgFundEscrow { provider_id: 2, escrow_id: 1, session_key: vec![], ..fund(1) };
    assert_eq!(code(world.tx(other)), ours(Error::WrongProvider));
}

#[test]
fn a_new_escrow_says_who_pays_whom() {
    let mut world = World::new();
    world.height = 5;
    world.tx(register()).unwrap();
    world.tx(fund(1_000)).unwrap();
    let new = pb::Escrow {
        id: 1,
        caller: caller().to_string(),
        provider_id: 1,
        session_key: public(7),
        balance: coin(1_000),
        reported: coin(0),
        authorised: coin(0),
        withdrawing: coin(0),
        opened_height: 5,
        ..Default::default()
    };
    assert_eq!(world.escrow(1), new);
}

#[test]
fn only_a_bonded_provider_has_an_operator_to_rely_on() {
    let mut world = World::ready();
    let known = |world: &mut World, id| world.with(|ctx| keeper::bonded_operator(ctx, id)).unwrap();
    assert_eq!(known(&mut world, 1), Some(operator()));
    assert_eq!(known(&mut world, 2), None);
    world.tx(unbond(operator())).unwrap();
    assert_eq!(known(&mut world, 1), None);
}

#[test]
fn withdrawal_waits_past_the_report_window() {
    let mut world = World::ready();
    table(
        &world,
        &request(100_000),
        vec![
            ("all", |_| (), OK),
            ("none", |m| m.amount = coin(0), sdk(10)),
            ("more", |m| m.amount = coin(100_001), ours(Error::WithdrawalTooLarge)),
            ("another's", |m| m.caller = stranger().to_string(), ours(Error::NotTheCaller)),
            ("unknown", |m| m.escrow_id = 9, ours(Error::UnknownEscrow)),
        ],
    );
    assert_eq!(code(world.tx(complete())), ours(Error::NoWithdrawal));
    world.tx(request(100_000)).unwrap();
    world.blocks(49);
    assert_eq!(code(world.tx(complete())), ours(Error::WithdrawalTooEarly));
    // What was signed is still payable while the withdrawal waits.
    world.tx(batch(&[1])).unwrap();
    world.blocks(1);
    world.tx(complete()).unwrap();
    assert_eq!(world.balance(&caller()), RICH - 1_000);
    assert_eq!(code(world.tx(complete())), ours(Error::NoWithdrawal));
    assert_eq!(code(world.tx(batch(&[2]))), ours(Error::EscrowTooSmall));
}

#[test]
fn rotating_the_key_takes_nothing_from_who_has_answered() {
    let rotate = |n: u8| pb::MsgRotateSessionKey {
        caller: caller().to_string(),
        escrow_id: 1,
        session_key: public(n),
    };
    let mut world = World::ready();
    table(
        &world,
        &rotate(8),
        vec![
            ("good", |_| (), OK),
            ("another's", |m| m.caller = stranger().to_string(), ours(Error::NotTheCaller)),
            ("no key", |m| m.session_key.clear(), ours(Error::BadSessionKey)),
        ],
    );
    world.tx(rotate(8)).unwrap();
    assert_eq!(code(world.tx(rotate(9))), ours(Error::RotationPending));
    world.tx(batch(&[1])).unwrap();
    let by_the_new_key = |s| report(vec![Asked { key: 8, ..asked(s) }.signed()]);
    world.tx(by_the_new_key(2)).unwrap();
    world.blocks(50);
    assert_eq!(code(world.tx(batch(&[3]))), ours(Error::BadSignature));
    world.tx(by_the_new_key(3)).unwrap();
    world.tx(rotate(9)).unwrap();
}

#[test]
fn params_have_bounds_and_one_authority() {
    let good = pb::MsgUpdateParams {
        authority: whence_base::authority().to_string(),
        params: Some(whence_attribution::params::default()),
    };
    fn p(m: &mut pb::MsgUpdateParams) -> &mut pb::Params {
        m.params.as_mut().unwrap()
    }
    let bad = ours(Error::BadParams);
    table(
        &World::new(),
        &good,
        vec![
            ("good", |_| (), OK),
            ("stranger", |m| m.authority = stranger().to_string(), ours(Error::NotAuthority)),
            ("missing", |m| m.params = None, bad),
            ("bond 0", |m| p(m).min_provider_bond = coin(0), bad),
            ("bond huge", |m| p(m).min_provider_bond = coin(u128::MAX), bad),
            ("exposure 0", |m| p(m).exposure_multiple_millionths = 0, bad),
            ("exposure huge", |m| p(m).exposure_multiple_millionths = u64::MAX, bad),
            ("fee 99", |m| p(m).min_query_fee = coin(99), bad),
            ("fee 100", |m| p(m).min_query_fee = coin(100), OK),
            ("window 0", |m| p(m).settlement_window_blocks = 0, bad),
            ("unbonding within the window", |m| p(m).unbonding_blocks = 20, bad),
            ("withdrawal 0", |m| p(m).withdrawal_delay_blocks = 0, bad),
            ("sequence window 7", |m| p(m).sequence_window = 7, bad),
            ("sequence window 1,025", |m| p(m).sequence_window = 1_025, bad),
            ("queries 257", |m| p(m).max_queries_per_report = 257, bad),
            ("shares 65", |m| p(m).max_shares_per_query = 65, bad),
            ("retention 0", |m| p(m).detail_retention_blocks = 0, bad),
        ],
    );
}

#[test]
fn what_no_state_can_mend_is_refused_before_it_is_executed() {
    let world = World::ready();
    let authority = whence_base::authority().to_string();
    let mut params = whence_attribution::params::default();
    params.sequence_window = 7;
    let bad = pb::MsgUpdateParams { authority, params: Some(params) };
    assert_eq!(code(world.check(&bad)), ours(Error::BadParams));
    assert_eq!(code(world.check(&report(vec![]))), ours(Error::EmptyReport));
    assert_eq!(code(world.check(&nothing_new())), sdk(18));
    assert_eq!(code(world.check(&batch(&[1]))), OK);
}
