//! Proofs hold against the app hash, and nothing that was tampered with does.

use ics23::CommitmentProof;
use ics23::commitment_proof::Proof as Kind;
use prost::Message;
use tempfile::{TempDir, tempdir};
use whence_store::{Proof, Pruning, SEED_KEY, SEED_VALUE, Store};

use crate::common::{Claim, Random, STORES, changes, commit, key_pool, open, random_changes};

fn filled(blocks: u64) -> (TempDir, Store, Vec<Vec<u8>>) {
    let (dir, pool, mut random) = (tempdir().unwrap(), key_pool(), Random(blocks));
    let store = open(&dir, Pruning::Nothing);
    for height in 1..=blocks {
        commit(&store, height, random_changes(&mut random, &pool, 90));
    }
    (dir, store, pool)
}

#[test]
fn every_key_and_every_absence_is_provable_at_every_height() {
    let (_dir, store, pool) = filled(6);
    let (mut there, mut absent) = (0, 0);
    for height in 1..=6 {
        let view = store.view(Some(height)).unwrap();
        let app_hash = view.app_hash().unwrap().unwrap();
        for name in STORES {
            for key in &pool {
                let proof = view.prove(name, key).unwrap();
                let value = proof.value.clone();
                assert_eq!(value, view.get(name, key));
                let claim = Claim { app_hash, store: name, key, value: value.as_deref() };
                assert!(claim.holds(&proof), "{height} {name}/{key:?}");
                if value.is_some() { there += 1 } else { absent += 1 }
            }
        }
    }
    assert!(there > 100 && absent > 100, "both kinds are tried: {there} and {absent}");
}

#[test]
fn absence_is_provable_in_a_store_that_never_had_a_key_or_lost_them_all() {
    let dir = tempdir().unwrap();
    let store = open(&dir, Pruning::Nothing);
    commit(&store, 1, changes(&[("bank", b"a", Some(b"1")), ("bank", b"b", Some(b"2"))]));
    commit(&store, 2, changes(&[("bank", b"a", None), ("bank", b"b", None)]));
    let view = store.view(None).unwrap();
    let app_hash = view.app_hash().unwrap().unwrap();
    for name in ["bank", "datanet"] {
        for n in 0u8..40 {
            let (key, proof) = ([n], view.prove(name, &[n]).unwrap());
            let claim = Claim { app_hash, store: name, key: &key, value: None };
            assert!(claim.holds(&proof), "{name} {n}");
        }
        let proof = view.prove(name, SEED_KEY).unwrap();
        let claim = Claim { app_hash, store: name, key: SEED_KEY, value: Some(SEED_VALUE) };
        assert!(claim.holds(&proof));
        assert_eq!(view.range(name, unbounded(), unbounded(), false).count(), 0);
    }
    assert_eq!(view.prove("bank", b"").unwrap_err().code(), 13);
    assert_eq!(view.prove("mint", b"a").unwrap_err().code(), 4);
}

fn unbounded<'a>() -> std::ops::Bound<&'a [u8]> {
    std::ops::Bound::Unbounded
}

/// The parts of a proof that its root commits to: the key of an absence is not one of them, the
/// client brings its own.
fn meaning(proof: &Proof) -> Option<Vec<CommitmentProof>> {
    let decode = |data: &Vec<u8>| {
        let mut proof = CommitmentProof::decode(data.as_slice()).ok()?;
        if let Some(Kind::Nonexist(none)) = &mut proof.proof {
            none.key.clear();
        }
        Some(proof)
    };
    proof.ops.iter().map(|op| decode(&op.data)).collect()
}

/// One way of tampering with a proof.
fn mutate(random: &mut Random, proof: &Proof, other: &Proof) -> Proof {
    let mut out = proof.clone();
    let op = random.below(2);
    let data = &mut out.ops[op].data;
    let at = random.below(data.len());
    match random.below(8) {
        0..=2 => data[at] ^= 1 << random.below(8),
        3 => data[at] = data[at].wrapping_add(1 + random.below(255) as u8),
        4 => data.truncate(at),
        5 => {
            let byte = random.next() as u8;
            data.insert(at, byte);
        }
        6 => {
            data.remove(at);
        }
        _ => out.ops[op] = other.ops[op].clone(),
    }
    out
}

#[test]
fn mutated_proofs_are_refused() {
    let (_dir, store, pool) = filled(5);
    let (view, old) = (store.view(None).unwrap(), store.view(Some(4)).unwrap());
    let app_hash = view.app_hash().unwrap().unwrap();
    let mut random = Random(11);
    let mut refused = 0;
    while refused < 20_000 {
        let name = STORES[random.below(STORES.len())];
        let key = &pool[random.below(pool.len())];
        let proof = view.prove(name, key).unwrap();
        let other = old.prove(STORES[random.below(3)], &pool[random.below(pool.len())]).unwrap();
        let claim = Claim { app_hash, store: name, key, value: proof.value.as_deref() };
        assert!(claim.holds(&proof));
        for _ in 0..50 {
            let mutant = mutate(&mut random, &proof, &other);
            if meaning(&mutant) == meaning(&proof) {
                continue;
            }
            assert!(!claim.holds(&mutant), "{name}/{key:?}: {mutant:?}");
            refused += 1;
        }
    }
}

#[test]
fn a_true_proof_does_not_hold_for_another_claim() {
    let (_dir, store, pool) = filled(5);
    let view = store.view(None).unwrap();
    let app_hash = view.app_hash().unwrap().unwrap();
    for key in &pool {
        let proof = view.prove("bank", key).unwrap();
        let value = proof.value.as_deref();
        let claim = |app_hash, store, key, value| Claim { app_hash, store, key, value };
        assert!(claim(app_hash, "bank", key, value).holds(&proof));
        let mut wrong = app_hash;
        wrong[31] ^= 1;
        assert!(!claim(wrong, "bank", key, value).holds(&proof), "another app hash");
        assert!(!claim(app_hash, "auth", key, value).holds(&proof), "another store");
        let opposite = if value.is_some() { None } else { Some(b"1".as_slice()) };
        assert!(!claim(app_hash, "bank", key, opposite).holds(&proof), "the opposite");
        if value.is_some() {
            assert!(!claim(app_hash, "bank", key, Some(b"another")).holds(&proof));
            assert!(!claim(app_hash, "bank", b"another", value).holds(&proof), "another key");
        }
        let swapped = Proof { value: None, ops: proof.ops.iter().rev().cloned().collect() };
        assert!(!claim(app_hash, "bank", key, value).holds(&swapped), "ops in another order");
    }
}
