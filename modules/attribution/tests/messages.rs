//! Every message: what is taken, and each way in which it is refused.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs,
    reason = "tests"
)]

mod world;

use whence_attribution::error::Error;
use whence_attribution::keeper;
use whence_base::{Module, Result};
use whence_proto::whence::attribution::v1 as pb;
use world::*;

type Code = (&'static str, u32);
const OK: Code = ("", 0);

/// What, a change of the message, the code it is refused with.
type Row<M> = (&'static str, fn(&mut M), Code);

/// Runs changed messages each on a world of its own; a refusal leaves every byte as it was.
fn table<M: prost::Name + Clone>(start: &World, good: &M, rows: Vec<Row<M>>) {
    for (what, change, expected) in rows {
        let mut world = start.clone();
        let mut message = good.clone();
        change(&mut message);
        let result = world.tx(message);
        assert_eq!(code(result.clone()), expected, "{what}: {result:?}");
        if expected != OK {
            assert_eq!(world.state, start.state, "{what} changed something");
        }
    }
}

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

fn nothing_new() -> pb::MsgUpdateProvider {
    let operator = operator().to_string();
    pb::MsgUpdateProvider { operator, provider_id: 1, ..Default::default() }
}

fn only(change: impl FnOnce(&mut pb::MsgUpdateProvider)) -> pb::MsgUpdateProvider {
    let mut message = nothing_new();
    change(&mut message);
    message
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

fn unbond(who: whence_base::Address) -> pb::MsgUnbondProvider {
    pb::MsgUnbondProvider { operator: who.to_string(), provider_id: 1 }
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

fn request(amount: u128) -> pb::MsgRequestWithdrawal {
    let caller = caller().to_string();
    pb::MsgRequestWithdrawal { caller, escrow_id: 1, amount: coin(amount) }
}

fn complete() -> pb::MsgCompleteWithdrawal {
    pb::MsgCompleteWithdrawal { caller: caller().to_string(), escrow_id: 1 }
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

/// One change of a query, made before it is signed.
type Change = fn(&mut Asked);

#[test]
fn report_queries() {
    let rows: Vec<(&str, Change, Code)> = vec![
        ("good", |_| (), OK),
        ("without shares", |a| a.report.shares.clear(), OK),
        ("fee at max_fee", |a| a.report.fee = coin(2_000), OK),
        ("fee above max_fee", |a| a.report.fee = coin(2_001), ours(Error::FeeAboveVoucher)),
        ("fee too small", |a| a.report.fee = coin(999), ours(Error::FeeTooSmall)),
        ("fee zero", |a| a.report.fee = coin(0), sdk(10)),
        ("fee missing", |a| a.report.fee = None, sdk(18)),
        ("fee is 2^128-1", |a| a.report.fee = coin(u128::MAX), ours(Error::FeeAboveVoucher)),
        ("another chain", |a| a.voucher.chain_id = "other-1".into(), ours(Error::WrongChain)),
        ("long chain id", |a| a.voucher.chain_id = "a".repeat(51), ours(Error::BadVoucher)),
        ("unknown escrow", |a| a.voucher.escrow_id = 2, ours(Error::UnknownEscrow)),
        ("sequence zero", |a| a.voucher.sequence = 0, ours(Error::BadVoucher)),
        ("largest sequence", |a| a.voucher.sequence = u64::MAX, OK),
        ("another coin", |a| a.voucher.denom = "uatom".into(), sdk(10)),
        ("cumulative below max_fee", |a| a.voucher.cumulative = 1_999, ours(Error::BadVoucher)),
        (
            "more than the escrow",
            |a| {
                a.voucher.cumulative = 1_000_000;
                a.voucher.max_fee = 1_000_000;
                a.report.fee = coin(100_001);
            },
            ours(Error::EscrowTooSmall),
        ),
        ("signed by another key", |a| a.key = 8, ours(Error::BadSignature)),
        ("unknown adapter", |a| a.voucher.adapter_id = 3, ours(Error::UnknownAdapter)),
        ("adapter never deployed", |a| a.voucher.adapter_id = 2, ours(Error::NotDeployed)),
        ("another method", |a| a.report.method = "cosine".into(), ours(Error::WrongMethod)),
        ("no method", |a| a.report.method.clear(), ours(Error::WrongMethod)),
        ("another index", |a| a.report.index_root[0] ^= 1, ours(Error::WrongIndex)),
        ("short index root", |a| a.report.index_root.truncate(31), ours(Error::BadDigest)),
        ("no prompt digest", |a| a.report.prompt_digest.clear(), ours(Error::BadDigest)),
        ("long output digest", |a| a.report.output_digest.push(0), ours(Error::BadDigest)),
        (
            "64 shares",
            |a| a.report.shares = (0..64).map(|row| share(1, row, 15_625_000)).collect(),
            OK,
        ),
        (
            "65 shares",
            |a| a.report.shares = (0..65).map(|row| share(1, row, 1)).collect(),
            ours(Error::TooManyShares),
        ),
        (
            "a row twice",
            |a| a.report.shares = vec![share(1, 0, 2), share(1, 0, 1)],
            ours(Error::ShareRepeated),
        ),
        (
            "smallest first",
            |a| a.report.shares = vec![share(1, 0, 1), share(1, 1, 2)],
            ours(Error::SharesUnordered),
        ),
        ("a zero share", |a| a.report.shares[2].share_ppb = 0, ours(Error::SharesUnordered)),
        ("over one by one", |a| a.report.shares[0].share_ppb += 1, ours(Error::SharesOverOne)),
        (
            "64 times the largest",
            |a| a.report.shares = (0..64).map(|row| share(1, row, u32::MAX)).collect(),
            ours(Error::SharesOverOne),
        ),
    ];
    let start = World::ready();
    for (what, change, expected) in rows {
        let mut world = start.clone();
        let mut query = asked(1);
        change(&mut query);
        let result = world.tx(report(vec![query.signed()]));
        assert_eq!(code(result.clone()), expected, "{what}: {result:?}");
        if expected != OK {
            assert_eq!(world.state, start.state, "{what} changed something");
            // The same fault behind a good query takes the good one with it.
            let both = report(vec![asked(2).signed(), query.signed()]);
            assert_eq!(code(world.tx(both)), expected, "{what}, second");
            assert_eq!(world.state, start.state, "{what}, second, changed something");
        }
    }
}

#[test]
fn signatures_have_one_form() {
    let good = asked(1).signed().voucher.unwrap().signature;
    // The order of the curve's group, less s: the other signature of the same message.
    let mut high_s = secp256k1::ecdsa::Signature::from_compact(&good).unwrap();
    high_s = negate_s(&high_s);
    let rows: Vec<(&str, Vec<u8>)> = vec![
        ("empty", vec![]),
        ("short", good[..63].to_vec()),
        ("long", [good.clone(), vec![0]].concat()),
        ("zeroes", vec![0; 64]),
        ("ones", vec![255; 64]),
        ("high s", high_s.serialize_compact().to_vec()),
    ];
    for (what, signature) in rows {
        let mut world = World::ready();
        let result = world.tx(report(vec![asked(1).with_signature(signature)]));
        assert_eq!(code(result), ours(Error::BadSignature), "{what}");
    }
}

/// The signature with s replaced by n - s.
fn negate_s(signature: &secp256k1::ecdsa::Signature) -> secp256k1::ecdsa::Signature {
    let mut bytes = signature.serialize_compact();
    let s = secp256k1::SecretKey::from_byte_array(bytes[32..].try_into().unwrap()).unwrap();
    bytes[32..].copy_from_slice(&s.negate().secret_bytes());
    secp256k1::ecdsa::Signature::from_compact(&bytes).unwrap()
}

#[test]
fn a_report_is_signed_by_the_report_key_and_has_a_size() {
    table(
        &World::ready(),
        &batch(&[1, 2]),
        vec![
            ("good", |_| (), OK),
            ("empty", |m| m.queries.clear(), ours(Error::EmptyReport)),
            (
                "operator's key",
                |m| m.reporter = operator().to_string(),
                ours(Error::NotTheReporter),
            ),
            ("unknown provider", |m| m.provider_id = 2, ours(Error::UnknownProvider)),
            ("no voucher", |m| m.queries[0].voucher = None, sdk(18)),
            ("64", |m| *m = batch(&(1..=64).collect::<Vec<_>>()), OK),
            ("65", |m| *m = batch(&(1..=65).collect::<Vec<_>>()), ours(Error::TooManyQueries)),
            ("257", |m| m.queries = vec![m.queries[0].clone(); 257], ours(Error::TooManyQueries)),
        ],
    );
}

#[test]
fn governance_may_allow_fewer_shares() {
    let mut world = World::ready();
    world.set_params(|p| p.max_shares_per_query = 2);
    assert_eq!(code(world.tx(batch(&[1]))), ours(Error::TooManyShares));
    let mut two = asked(1);
    two.report.shares.truncate(2);
    world.tx(report(vec![two.signed()])).unwrap();
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

#[test]
fn another_providers_escrow_cannot_be_charged() {
    let mut world = World::ready();
    world.tx(register()).unwrap();
    let theft = pb::MsgReportQueries { provider_id: 2, ..batch(&[1]) };
    assert_eq!(code(world.tx(theft)), ours(Error::WrongProvider));
}

#[test]
fn fees_never_exceed_the_highest_cumulative_amount_signed() {
    let mut world = World::ready();
    let at = |sequence, cumulative, fee| {
        let mut query = asked(sequence);
        query.voucher.cumulative = cumulative;
        query.report.fee = coin(fee);
        report(vec![query.signed()])
    };
    world.tx(at(2, 2_500, 2_000)).unwrap();
    // A lower sum on an older voucher changes nothing: the higher one was signed too.
    assert_eq!(code(world.tx(at(1, 2_000, 1_000))), ours(Error::AboveCumulative));
    assert_eq!(code(world.tx(at(3, 2_999, 1_000))), ours(Error::AboveCumulative));
    world.tx(at(3, 3_000, 1_000)).unwrap();
    world.tx(at(4, 9_000, 1_000)).unwrap();
    world.tx(at(1, 2_000, 2_000)).unwrap();
    assert_eq!(world.escrow(1).reported, coin(6_000));
    assert_eq!(world.escrow(1).authorised, coin(9_000));
}

#[test]
fn unsettled_fees_never_exceed_what_the_bond_covers() {
    let mut world = World::ready();
    world.set_params(|p| p.exposure_multiple_millionths = 3_000);
    world.tx(batch(&[1, 2])).unwrap();
    assert_eq!(code(world.tx(batch(&[3, 4]))), ours(Error::ExposureExceeded));
    world.tx(batch(&[3])).unwrap();
    assert_eq!(code(world.tx(batch(&[4]))), ours(Error::ExposureExceeded));
    world.blocks(21);
    world.tx(batch(&[4])).unwrap();
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
fn queries_answer_and_pages_end() {
    let mut world = World::ready();
    for sequence in 1..=3 {
        world.tx(batch(&[sequence])).unwrap();
    }
    let page: pb::QueryReportsResponse =
        world.ask("Reports", pb::QueryReportsRequest { provider_id: 1, pagination: None }).unwrap();
    assert_eq!(page.reports.iter().map(|r| r.id).collect::<Vec<_>>(), vec![1, 2, 3]);
    let one: pb::QueryReportResponse =
        world.ask("Report", pb::QueryReportRequest { report_id: 2 }).unwrap();
    let digest = world.reported(2).digest.try_into().unwrap();
    let expected = pb::Report {
        id: 2,
        provider_id: 1,
        root: whence_canon::report::root(&[digest]).to_vec(),
        query_count: 1,
        fees: coin(1_000),
        height: 1,
        settlement_height: 21,
        queries: vec![asked(2).signed()],
        ..Default::default()
    };
    assert_eq!(one.report, Some(expected));
    let params: pb::QueryParamsResponse = world.ask("Params", pb::QueryParamsRequest {}).unwrap();
    assert_eq!(params.params, Some(whence_attribution::params::default()));
    let all: pb::QueryProvidersResponse =
        world.ask("Providers", pb::QueryProvidersRequest { pagination: None }).unwrap();
    assert_eq!(all.providers, vec![world.provider(1)]);
    let of_caller: pb::QueryEscrowsByCallerResponse = world
        .ask(
            "EscrowsByCaller",
            pb::QueryEscrowsByCallerRequest { caller: caller().to_string(), pagination: None },
        )
        .unwrap();
    assert_eq!(of_caller.escrows, vec![world.escrow(1)]);
    type Never = std::result::Result<pb::QueryReportResponse, whence_base::Status>;
    let absent: Never = world.ask("Report", pb::QueryReportRequest { report_id: 9 });
    assert!(absent.unwrap_err().message.ends_with("key not found"));
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Asserts the last step's events; `whence.attribution.v1.Event` is left out.
fn told(world: &World, expected: &[String]) {
    let short = |text: String| text.trim_start_matches("whence.attribution.v1.Event").to_owned();
    assert_eq!(world.told().into_iter().map(short).collect::<Vec<_>>(), expected);
}

#[test]
fn each_step_of_a_provider_tells_what_happened() {
    let mut world = World::new();
    let by = operator();
    world.tx(register()).unwrap();
    told(&world, &[format!("ProviderRegistered{{provider_id=1 operator={by} bond=1000000uwhn}}")]);
    world.tx(only(|m| m.add_bond = coin(5))).unwrap();
    told(&world, &["ProviderUpdated{provider_id=1}".into()]);
    world.tx(fund(100_000)).unwrap();
    world.tx(batch(&[1])).unwrap();
    let report: pb::QueryReportResponse =
        world.ask("Report", pb::QueryReportRequest { report_id: 1 }).unwrap();
    let (root, digest) = (hex(&report.report.unwrap().root), hex(&world.reported(1).digest));
    let query = "report_id=1 escrow_id=1 sequence=1 adapter_id=1 fee=1000uwhn";
    told(
        &world,
        &[
            format!(
                "QueriesReported{{report_id=1 provider_id=1 root={root} query_count=1 \
                 fees=1000uwhn}}"
            ),
            format!("QueryReported{{{query} digest={digest}}}"),
        ],
    );
    world.tx(unbond(operator())).unwrap();
    told(&world, &["ProviderUnbonding{provider_id=1 unbonding_height=101}".into()]);
    world.blocks(21);
    told(&world, &["ReportSettled{report_id=1 fees=1000uwhn}".into()]);
    world.blocks(80);
    told(&world, &["ProviderUnbonded{provider_id=1 bond=1000005uwhn}".into()]);
    world.set_params(|_| ());
    told(&world, &[format!("ParamsUpdated{{authority={}}}", whence_base::authority())]);
}

#[test]
fn each_step_of_an_escrow_tells_what_happened() {
    let mut world = World::ready();
    let by = caller();
    let funded = "provider_id=1 amount=100000uwhn";
    told(&world, &[format!("EscrowFunded{{escrow_id=1 caller={by} {funded}}}")]);
    let (caller, session_key) = (by.to_string(), public(8));
    world.tx(pb::MsgRotateSessionKey { caller, escrow_id: 1, session_key }).unwrap();
    told(&world, &["SessionKeyRotated{escrow_id=1}".into()]);
    world.tx(request(7)).unwrap();
    let asked = "escrow_id=1 amount=7uwhn withdrawal_height=51";
    told(&world, &[format!("WithdrawalRequested{{{asked}}}")]);
    world.blocks(50);
    world.tx(complete()).unwrap();
    told(&world, &["WithdrawalCompleted{escrow_id=1 amount=7uwhn}".into()]);
}

#[test]
fn the_module_is_known_by_its_name() {
    let module = attribution();
    let genesis = <pb::GenesisState as prost::Name>::full_name();
    assert_eq!((module.name(), module.genesis_type()), ("attribution", genesis.as_str()));
}

#[test]
fn any_bytes_are_parsed_or_refused() {
    let whole = prost::Message::encode_to_vec(&batch(&[1]));
    for cut in 0..whole.len() {
        let mut world = World::ready();
        let result: Result<_> = prost::Message::decode(&whole[..cut])
            .map_err(whence_base::Error::tx_decode)
            .and_then(|m: pb::MsgReportQueries| world.tx(m));
        assert!(result.is_err(), "cut at {cut}");
    }
}
