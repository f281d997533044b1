//! Rows, trees, commitments and licences: equal content is equal, every change is seen.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests"
)]

use proptest::prelude::*;
use whence_canon::commit::{Batch, Duplicate, Feedback, Opening, Review};
use whence_canon::licence::{allows, contradiction, terms};
use whence_canon::merkle::{self, Hash};
use whence_canon::row::{Row, RowError};

#[test]
fn equal_content_has_an_equal_hash() {
    let row = Row::chat("a\r\nb ", "c").unwrap();
    assert_eq!(row.hash(), Row::parse_json(r#"{"answer":" c","prompt":"a\nb"}"#).unwrap().hash());
    assert_ne!(Row::chat("ab", "c").unwrap().hash(), Row::chat("a", "bc").unwrap().hash());
    assert_ne!(Row::text("a").unwrap().hash(), Row::chat("a", "a").unwrap().hash());
}

#[test]
fn what_is_no_row_is_refused() {
    assert_eq!(Row::text(" \r\n"), Err(RowError::Empty("text")));
    assert!(matches!(Row::text(&"x".repeat((1 << 20) + 1)), Err(RowError::TooLong("text", _))));
    for line in [
        "",
        "[]",
        "{}",
        r#"{"prompt":"a"}"#,
        r#"{"text":"a","prompt":"b","answer":"c"}"#,
        r#"{"text":"a","x":1}"#,
        r#"{"text":"a","text":"b"}"#,
        r#"{"text":1}"#,
    ] {
        assert!(matches!(Row::parse_json(line), Err(RowError::Json(_))), "{line}");
    }
}

fn leaves(n: usize) -> Vec<Hash> {
    (0..n).map(|i| Row::text(&format!("row {i}")).unwrap().hash()).collect()
}

/// The tree as RFC 6962 defines it: split at the largest power of two below the count.
fn rfc6962(data: &[Hash]) -> Hash {
    if data.len() == 1 {
        return merkle::leaf(&data[0]);
    }
    let split = data.len().next_power_of_two() / 2;
    let (l, r) = (rfc6962(&data[..split]), rfc6962(&data[split..]));
    use sha2::Digest;
    let h = sha2::Sha256::new().chain_update(b"whence/merkle/v1").chain_update([1]);
    h.chain_update(l).chain_update(r).finalize().into()
}

#[test]
fn the_tree_is_rfc_6962s() {
    for n in 1..70 {
        assert_eq!(merkle::root(&leaves(n)), rfc6962(&leaves(n)), "{n} leaves");
    }
}

proptest! {
    #[test]
    fn paths_verify_and_changed_ones_do_not(
        n in 1_usize..80,
        at in 0_usize..80,
        bit in 0_usize..256,
    ) {
        let data = leaves(n);
        let index = at % n;
        let (root, path) = (merkle::root(&data), merkle::path(&data, index).unwrap());
        let (i, count) = (index as u64, n as u64);
        prop_assert!(merkle::verify(&root, (i, count), &data[index], &path));

        let flip = |h: &Hash| { let mut h = *h; h[bit / 8] ^= 1 << (bit % 8); h };
        prop_assert!(!merkle::verify(&flip(&root), (i, count), &data[index], &path));
        prop_assert!(!merkle::verify(&root, (i, count), &flip(&data[index]), &path));
        for k in 0..path.len() {
            let mut bad = path.clone();
            bad[k] = flip(&bad[k]);
            prop_assert!(!merkle::verify(&root, (i, count), &data[index], &bad));
        }
        let mut longer = path.clone();
        longer.push([0; 32]);
        prop_assert!(!merkle::verify(&root, (i, count), &data[index], &longer));
        if let Some((_, shorter)) = path.split_last() {
            prop_assert!(!merkle::verify(&root, (i, count), &data[index], shorter));
        }
        for other in (0..n as u64 + 2).filter(|o| *o != i) {
            prop_assert!(!merkle::verify(&root, (other, count), &data[index], &path));
        }
        prop_assert!(!merkle::verify(&root, (i, 0), &data[index], &path));
        prop_assert!(merkle::path(&data, n).is_none());
    }

    #[test]
    fn verify_never_panics(index: u64, count: u64, len in 0_usize..70) {
        merkle::verify(&[0; 32], (index, count), &[1; 32], &vec![[2; 32]; len]);
    }
}

#[test]
fn every_part_of_a_commitment_counts() {
    let uris = vec!["file:///a".to_owned()];
    let open = |chain_id, author, salt| Opening { chain_id, author, salt };
    let batch = |n| Batch { datanet_id: 1, row_count: n, uris: &uris, ..Batch::default() };
    let review = |feedback| Review { subject_id: 1, quality: 90, verdict: 1, feedback, reason: "" };
    let base = open("c", "a", &[1; 32]);
    let hashes = [
        base.commit(&batch(1)),
        base.commit(&batch(2)),
        base.commit(&Batch { licence: "MIT", ..batch(1) }),
        base.commit(&Batch { origin: "MIT", ..batch(1) }),
        base.commit(&Batch { consent: [true, false, false], ..batch(1) }),
        base.commit(&Batch { uris: &[], ..batch(1) }),
        open("d", "a", &[1; 32]).commit(&batch(1)),
        open("c", "b", &[1; 32]).commit(&batch(1)),
        open("c", "a", &[2; 32]).commit(&batch(1)),
        base.commit(&review(true)),
        base.commit(&review(false)),
        base.commit(&Duplicate { original: (1, 2), duplicate: (3, 4), row_hash: &[0; 32] }),
        base.commit(&Duplicate { original: (1, 3), duplicate: (2, 4), row_hash: &[0; 32] }),
        base.commit(&Feedback { adapter_id: 1, row_count: 1, uris: &uris, ..Feedback::default() }),
    ];
    let unique: std::collections::BTreeSet<_> = hashes.iter().collect();
    assert_eq!(unique.len(), hashes.len());
}

#[test]
fn licences() {
    for (data, given, ok) in [
        ("CC0-1.0", "MIT", true),
        ("MIT", "Apache-2.0", true),
        ("MIT", "CC0-1.0", false),
        ("CC-BY-SA-4.0", "CC-BY-SA-4.0", true),
        ("CC-BY-SA-4.0", "MIT", false),
        ("CC-BY-NC-4.0", "MIT", false),
        ("CC-BY-NC-4.0", "CC-BY-NC-SA-4.0", true),
        ("CC-BY-NC-SA-4.0", "CC-BY-NC-4.0", false),
        ("blessing", "Apache-2.0", true),
        ("CC-BY-ND-4.0", "MIT", false),
        ("MIT", "Proprietary", false),
    ] {
        assert_eq!(allows(data, given), ok, "{data} -> {given}");
    }
    let mixed = ["MIT".to_owned(), "CC-BY-SA-4.0".to_owned()];
    assert_eq!(contradiction(&mixed, "MIT"), Some("CC-BY-SA-4.0"));
    assert_eq!(terms("mit"), None);
}
