//! Reports of answered queries: what is taken, and each way in which one is refused.

use whence_attribution::error::Error;
use whence_base::Result;
use whence_proto::whence::attribution::v1 as pb;

use crate::world::*;

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
