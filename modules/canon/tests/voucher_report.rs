//! Vouchers and reports: every field counts, and the bytes never move.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use whence_canon::report::{self, Query, Share};
use whence_canon::voucher::{self, Price, VOUCHER_LEN, Voucher};

fn a_voucher() -> Voucher {
    Voucher {
        chain_id: "whence-local-1".into(),
        escrow_id: 1,
        sequence: 2,
        denom: "uwhn".into(),
        cumulative: 3000,
        max_fee: 1000,
        request_digest: [7; 32],
        adapter_id: 4,
    }
}

fn a_query() -> Query {
    Query {
        provider_id: 1,
        voucher_digest: a_voucher().digest(),
        prompt_digest: [1; 32],
        output_digest: [2; 32],
        prompt_tokens: 10,
        completion_tokens: 20,
        fee: 900,
        method: "grad-dot.v1".into(),
        index_root: [3; 32],
        shares: vec![Share { contribution_id: 1, row: 2, share_ppb: 400_000_000 }],
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

#[test]
fn the_bytes_of_a_voucher_never_move() {
    assert_eq!(a_voucher().bytes().len(), VOUCHER_LEN);
    assert!(a_voucher().bytes().starts_with(b"whence/voucher/v1"));
    assert_eq!(
        hex(&a_voucher().digest()),
        "9acbf80e16a40f1baa01a7c05206c7092b4ec7e61c6be7e13fc7d1b940bd34fc"
    );
    assert_eq!(
        hex(&a_query().digest()),
        "d17b9c7b7c92c663fe359473c2ec92c071e638654f0e525e012d939591b032bc"
    );
}

#[test]
fn every_field_of_a_voucher_counts() {
    let changes: [fn(&mut Voucher); 8] = [
        |v| v.chain_id.push('2'),
        |v| v.escrow_id = 2,
        |v| v.sequence = 3,
        |v| v.denom = "uatom".into(),
        |v| v.cumulative = 3001,
        |v| v.max_fee = 1001,
        |v| v.request_digest[31] = 8,
        |v| v.adapter_id = 5,
    ];
    for (i, change) in changes.iter().enumerate() {
        let mut other = a_voucher();
        change(&mut other);
        assert_ne!(other.digest(), a_voucher().digest(), "field {i}");
        assert_eq!(other.bytes().len(), VOUCHER_LEN, "field {i}");
    }
}

#[test]
fn every_field_of_a_query_counts() {
    let changes: [fn(&mut Query); 13] = [
        |q| q.provider_id = 2,
        |q| q.voucher_digest[0] ^= 1,
        |q| q.prompt_digest[0] ^= 1,
        |q| q.output_digest[0] ^= 1,
        |q| q.prompt_tokens = 11,
        |q| q.completion_tokens = 21,
        |q| q.fee = 901,
        |q| q.method.push('x'),
        |q| q.index_root[0] ^= 1,
        |q| q.shares[0].contribution_id = 2,
        |q| q.shares[0].row = 3,
        |q| q.shares[0].share_ppb = 1,
        |q| q.shares.clear(),
    ];
    for (i, change) in changes.iter().enumerate() {
        let mut other = a_query();
        change(&mut other);
        assert_ne!(other.digest(), a_query().digest(), "field {i}");
    }
}

#[test]
fn salted_digests_have_their_own_domains() {
    let (salt, other) = ([1; 32], [2; 32]);
    let of = |s| {
        [voucher::request_digest, voucher::prompt_digest, voucher::output_digest]
            .map(|f| f(s, b"text"))
    };
    let [a, b, c] = of(&salt);
    assert!(a != b && b != c && a != c);
    assert_ne!(of(&salt), of(&other));
}

#[test]
fn a_root_depends_on_every_query_and_their_order() {
    let digests: Vec<[u8; 32]> = (0u8..5).map(|i| [i; 32]).collect();
    let mut seen = vec![report::root(&[])];
    for len in 1..=5 {
        seen.push(report::root(&digests[..len]));
    }
    for i in 0..5 {
        let mut other = digests.clone();
        other[i] = [9; 32];
        seen.push(report::root(&other));
    }
    seen.push(report::root(&[digests[1], digests[0]]));
    let mut unique = seen.clone();
    unique.sort_unstable();
    unique.dedup();
    assert_eq!(unique.len(), seen.len());
}

#[test]
fn a_fee_is_rounded_up_and_has_a_floor() {
    let price = Price { per_1k_prompt_tokens: 10, per_1k_completion_tokens: 30, min_fee: 5 };
    for (prompt, completion, fee) in
        [(0, 0, 5), (1000, 0, 10), (1001, 0, 11), (100, 100, 5), (100, 201, 8), (1, 1000, 31)]
    {
        assert_eq!(price.fee(prompt, completion), Some(fee), "{prompt} {completion}");
    }
    let huge = Price { per_1k_prompt_tokens: u128::MAX, ..price };
    assert_eq!(huge.fee(2, 0), None);
}
