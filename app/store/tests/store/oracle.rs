//! The `jmt` crate as oracle: equal roots at every version, byte-equal proofs.

use std::collections::BTreeMap;

use jmt::mock::MockTreeStore;
use jmt::{KeyHash, Sha256Jmt};
use proptest::prelude::*;
use prost::Message;
use sha2::Sha256;
use tempfile::tempdir;
use whence_store::{Changes, Pruning, SEED_KEY, SEED_VALUE};

use crate::common::{Random, STORES, commit, key_pool, open, random_changes};

/// The same trees built by the crate.
#[derive(Default)]
struct Oracle {
    stores: BTreeMap<&'static str, MockTreeStore>,
    root: MockTreeStore,
}

fn put(tree: &MockTreeStore, version: u64, rows: Vec<(Vec<u8>, Option<Vec<u8>>)>) -> [u8; 32] {
    for (key, _) in &rows {
        tree.put_key_preimage(KeyHash::with::<Sha256>(key), key);
    }
    let rows = rows.into_iter().map(|(key, value)| (KeyHash::with::<Sha256>(&key), value));
    let (root, batch) = Sha256Jmt::new(tree).put_value_set(rows, version).unwrap();
    tree.write_tree_update_batch(batch).unwrap();
    root.0
}

impl Oracle {
    fn commit(&mut self, version: u64, changes: &Changes) -> [u8; 32] {
        let mut roots = Vec::new();
        for name in STORES {
            let fresh = !self.stores.contains_key(name);
            let tree = self.stores.entry(name).or_default();
            let mut rows: Vec<_> =
                changes.get(name).cloned().unwrap_or_default().into_iter().collect();
            if fresh {
                rows.push((SEED_KEY.to_vec(), Some(SEED_VALUE.to_vec())));
            }
            roots.push((name.as_bytes().to_vec(), Some(put(tree, version, rows).to_vec())));
        }
        put(&self.root, version, roots)
    }

    fn prove(&self, store: &str, key: &[u8], version: u64) -> (Option<Vec<u8>>, Vec<Vec<u8>>) {
        let tree = Sha256Jmt::new(&self.stores[store]);
        let (value, inner) = tree.get_with_ics23_proof(key.to_vec(), version).unwrap();
        let root = Sha256Jmt::new(&self.root);
        let (_, outer) = root.get_with_ics23_proof(store.as_bytes().to_vec(), version).unwrap();
        (value, vec![inner.encode_to_vec(), outer.encode_to_vec()])
    }
}

fn compare(pool: &[Vec<u8>], seed: u64, versions: u64, per_version: usize) {
    let (dir, mut oracle) = (tempdir().unwrap(), Oracle::default());
    let store = open(&dir, Pruning::Nothing);
    let mut random = Random(seed);
    for version in 1..=versions {
        let changes = random_changes(&mut random, pool, per_version);
        let expected = oracle.commit(version, &changes);
        assert_eq!(commit(&store, version, changes).app_hash, expected, "version {version}");
    }
    for version in 1..=versions {
        let view = store.view(Some(version)).unwrap();
        for _ in 0..12 {
            let name = STORES[random.below(STORES.len())];
            let mut key = pool[random.below(pool.len())].clone();
            if random.below(3) == 0 {
                key.push(7);
            }
            let ours = view.prove(name, &key).unwrap();
            let (value, ops) = oracle.prove(name, &key, version);
            assert_eq!(ours.value, value, "version {version}, {name}/{key:?}");
            assert_eq!(ours.value, view.get(name, &key));
            let ours: Vec<_> = ours.ops.into_iter().map(|op| op.data).collect();
            assert_eq!(ours, ops, "version {version}, {name}/{key:?}");
        }
    }
    store.verify().unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn roots_and_proofs_equal_the_crates(
        seed: u64,
        versions in 1u64..14,
        per_version in 0usize..60,
    ) {
        compare(&key_pool(), seed, versions, per_version);
    }
}

#[test]
fn large_batches_that_are_shared_over_the_cores_give_the_crates_roots() {
    let pool: Vec<_> = (0u32..6_000).map(|n| n.to_be_bytes().to_vec()).collect();
    compare(&pool, 7, 5, 20_000);
}

#[test]
fn the_proof_spec_is_the_crates() {
    assert_eq!(whence_store::proof_spec(), jmt::ics23_spec());
}
