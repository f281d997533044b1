//! What no readable height needs is gone; what one needs is there; an idle chain's disk stays flat.

use tempfile::tempdir;
use whence_store::{Changes, Pruning, Store};

use crate::common::{
    Claim, Model, Random, STORES, apply, changes, commit, key_pool, open, random_changes,
};

fn rows(store: &Store) -> Vec<(&'static str, u64)> {
    store.row_counts().unwrap()
}

#[test]
fn an_idle_chain_stays_flat() {
    let dir = tempdir().unwrap();
    let store = open(&dir, Pruning::Everything);
    commit(&store, 1, changes(&[("bank", b"a", Some(b"1")), ("auth", b"b", Some(b"2"))]));
    let run = |from: u64, to: u64| {
        (from..=to).for_each(|height| {
            commit(&store, height, Changes::new());
        });
        store.compact().unwrap();
        (rows(&store), store.table_bytes().unwrap())
    };
    let (after_100, bytes_100) = run(2, 100);
    let (after_2000, bytes_2000) = run(101, 2_000);
    assert_eq!(after_100, after_2000);
    assert!(bytes_2000 <= bytes_100 + 512, "{bytes_100} bytes became {bytes_2000}");
    store.verify().unwrap();
}

#[test]
fn a_busy_chain_holds_no_more_than_its_window() {
    let (dir, pool, mut random) = (tempdir().unwrap(), key_pool(), Random(5));
    let store = open(&dir, Pruning::Custom { keep_recent: 3, interval: 1 });
    for height in 1..=200 {
        commit(&store, height, random_changes(&mut random, &pool, 60));
    }
    // With everything deleted and the window passed, only the seeds and the window are left.
    let mut all = Changes::new();
    for name in STORES {
        all.insert(name, pool.iter().map(|key| (key.clone(), None)).collect());
    }
    commit(&store, 201, all);
    for height in 202..=206 {
        commit(&store, height, Changes::new());
    }
    let empty = {
        let dir = tempdir().unwrap();
        let store = open(&dir, Pruning::Custom { keep_recent: 3, interval: 1 });
        for height in 1..=206 {
            commit(&store, height, Changes::new());
        }
        rows(&store)
    };
    assert_eq!(rows(&store), empty);
}

#[test]
fn what_is_kept_reads_and_proves_as_without_pruning() {
    for (keep_recent, interval) in [(1, 1), (4, 1), (3, 5), (10, 7)] {
        let (dir, pool, mut random) = (tempdir().unwrap(), key_pool(), Random(keep_recent));
        let store = open(&dir, Pruning::Custom { keep_recent, interval });
        let mut models = vec![Model::new()];
        for height in 1..=40u64 {
            let changes = random_changes(&mut random, &pool, 40);
            let mut model = models.last().unwrap().clone();
            apply(&mut model, &changes);
            commit(&store, height, changes);
            models.push(model);
            let due = (height / interval * interval).saturating_sub(keep_recent).max(1);
            assert_eq!(store.earliest(), due);
            check(&store, &models, &pool, &mut random);
        }
        store.verify().unwrap();
    }
}

fn check(store: &Store, models: &[Model], pool: &[Vec<u8>], random: &mut Random) {
    for height in store.earliest()..=store.latest().unwrap().height {
        let view = store.view(Some(height)).unwrap();
        let app_hash = view.app_hash().unwrap().unwrap();
        for _ in 0..4 {
            let (name, key) = (STORES[random.below(3)], &pool[random.below(pool.len())]);
            let proof = view.prove(name, key).unwrap();
            let value = models[height as usize].get(name).and_then(|map| map.get(key));
            assert_eq!(proof.value.as_ref(), value, "{height} {name}/{key:?}");
            let claim = Claim { app_hash, store: name, key, value: proof.value.as_deref() };
            assert!(claim.holds(&proof));
        }
    }
}

#[test]
fn a_key_that_comes_back_in_the_block_that_prunes_its_deletion_is_provable() {
    let dir = tempdir().unwrap();
    let store = open(&dir, Pruning::Custom { keep_recent: 1, interval: 1 });
    commit(&store, 1, changes(&[("bank", b"a", Some(b"1"))]));
    commit(&store, 2, changes(&[("bank", b"a", None)]));
    // Block 3 moves the earliest height to 2, so the sweep takes what block 2 superseded.
    commit(&store, 3, changes(&[("bank", b"a", Some(b"2"))]));
    commit(&store, 4, Changes::new());
    assert!(store.view(None).unwrap().prove("bank", b"a").unwrap().value.is_some());
    assert!(store.view(None).unwrap().prove("bank", b"b").unwrap().value.is_none());
    store.verify().unwrap();
}

#[test]
fn a_backlog_is_swept_over_many_blocks_and_survives_restarts() {
    let dir = tempdir().unwrap();
    let store = open(&dir, Pruning::Nothing);
    let block = |height: u64| {
        let rows =
            (0u32..9_000).map(|n| (n.to_be_bytes().to_vec(), Some(height.to_be_bytes().to_vec())));
        Changes::from([("bank", rows.collect())])
    };
    for height in 1..=8 {
        commit(&store, height, block(height));
    }
    let full = rows(&store);
    drop(store);
    let pruning = Pruning::Custom { keep_recent: 1, interval: 1 };
    let mut falls = 0;
    for height in 9..=40 {
        let store = open(&dir, pruning);
        let before: u64 = rows(&store).iter().map(|(_, rows)| rows).sum();
        commit(&store, height, Changes::new());
        let after: u64 = rows(&store).iter().map(|(_, rows)| rows).sum();
        falls += u32::from(after < before);
        assert!(before - after.min(before) < 30_000, "the work per block is bounded");
        assert_eq!(store.earliest(), height - 1);
    }
    assert!(falls > 3, "{falls} blocks swept a part");
    let store = open(&dir, pruning);
    let left: std::collections::BTreeMap<_, _> = rows(&store).into_iter().collect();
    let stale = ["history", "stale"].map(|name| left[name]);
    assert_eq!(stale, [0, 0], "from {full:?} to {left:?}");
    assert_eq!(left["heights"], 2);
    store.verify().unwrap();
}
