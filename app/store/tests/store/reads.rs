//! Reads and ranges at every height beside plain maps.

use std::ops::Bound;

use tempfile::tempdir;
use whence_store::{Pruning, View};

use crate::common::{Model, Random, STORES, apply, commit, key_pool, open, random_changes};

fn bound<'a>(random: &mut Random, pool: &'a [Vec<u8>]) -> Bound<&'a [u8]> {
    let key = pool[random.below(pool.len())].as_slice();
    match random.below(3) {
        0 => Bound::Unbounded,
        1 => Bound::Included(key),
        _ => Bound::Excluded(key),
    }
}

fn inside(key: &[u8], start: Bound<&[u8]>, end: Bound<&[u8]>) -> bool {
    let after = match start {
        Bound::Unbounded => true,
        Bound::Included(start) => key >= start,
        Bound::Excluded(start) => key > start,
    };
    let before = match end {
        Bound::Unbounded => true,
        Bound::Included(end) => key <= end,
        Bound::Excluded(end) => key < end,
    };
    after && before
}

fn check(view: &View, model: &Model, random: &mut Random, pool: &[Vec<u8>]) {
    for name in STORES {
        let map = model.get(name).cloned().unwrap_or_default();
        for key in pool {
            assert_eq!(view.get(name, key).as_ref(), map.get(key), "{name}/{key:?}");
        }
        for _ in 0..6 {
            let (start, end) = (bound(random, pool), bound(random, pool));
            let reverse = random.below(2) == 1;
            let mut expected: Vec<_> = map
                .iter()
                .filter(|(key, _)| inside(key, start, end))
                .map(|(key, value)| (key.clone(), value.clone()))
                .collect();
            if reverse {
                expected.reverse();
            }
            let found: Vec<_> = view.range(name, start, end, reverse).collect();
            assert_eq!(found, expected, "{name} {start:?}..{end:?} reverse {reverse}");
        }
    }
}

#[test]
fn every_height_reads_as_it_was() {
    for seed in 0..6 {
        let (dir, pool, mut random) = (tempdir().unwrap(), key_pool(), Random(seed));
        let store = open(&dir, Pruning::Nothing);
        let mut models = vec![Model::new()];
        for height in 1..=12 {
            let changes = random_changes(&mut random, &pool, 50);
            let mut model = models.last().unwrap().clone();
            apply(&mut model, &changes);
            commit(&store, height, changes);
            models.push(model);
        }
        for height in 1..=12 {
            let view = store.view(Some(height)).unwrap();
            assert_eq!(view.height(), height);
            check(&view, &models[height as usize], &mut random, &pool);
        }
        check(&store.view(None).unwrap(), &models[12], &mut random, &pool);
    }
}

#[test]
fn a_view_stays_as_it_is_while_blocks_are_committed_and_pruned() {
    let (dir, pool, mut random) = (tempdir().unwrap(), key_pool(), Random(3));
    let store = open(&dir, Pruning::Custom { keep_recent: 1, interval: 1 });
    let mut model = Model::new();
    let first = random_changes(&mut random, &pool, 80);
    apply(&mut model, &first);
    commit(&store, 1, first);
    let view = store.view(None).unwrap();
    for height in 2..=30 {
        let changes = random_changes(&mut random, &pool, 80);
        commit(&store, height, changes);
    }
    store.compact().unwrap();
    check(&view, &model, &mut random, &pool);
    assert!(view.prove("bank", b"absent").unwrap().value.is_none());
    assert_eq!(store.view(Some(1)).err().unwrap().code(), 8, "the height itself is pruned");
}

#[test]
fn an_unborn_store_reads_empty() {
    let dir = tempdir().unwrap();
    let store = open(&dir, Pruning::Default);
    let view = store.view(None).unwrap();
    assert_eq!((store.latest(), store.earliest(), view.height()), (None, 0, 0));
    assert_eq!(view.get("bank", b"a"), None);
    assert_eq!(view.range("bank", Bound::Unbounded, Bound::Unbounded, false).count(), 0);
    assert_eq!(view.prove("bank", b"a").unwrap_err().code(), 10);
    assert_eq!(view.app_hash().unwrap(), None);
}

#[test]
fn staging_has_no_effect() {
    let (dir, pool, mut random) = (tempdir().unwrap(), key_pool(), Random(9));
    let store = open(&dir, Pruning::Default);
    let (a, b) = (random_changes(&mut random, &pool, 40), random_changes(&mut random, &pool, 40));
    let once = store.stage(5, a.clone()).unwrap().app_hash();
    let other = store.stage(5, b).unwrap().app_hash();
    let rows: u64 = store.row_counts().unwrap().iter().map(|(_, rows)| rows).sum();
    assert_eq!((store.latest(), rows), (None, 0));
    let staged = store.stage(5, a).unwrap();
    assert_eq!((staged.app_hash(), staged.height()), (once, 5));
    assert_ne!(once, other);
    let committed = store.commit(staged).unwrap();
    assert_eq!(store.latest(), Some(committed));
    assert_eq!((store.earliest(), committed.app_hash), (5, once));
}

#[test]
fn handles_may_be_shared_between_threads() {
    fn shared<T: Send + Sync + Clone>() {}
    fn sent<T: Send>() {}
    shared::<whence_store::Store>();
    shared::<View>();
    sent::<whence_store::Staged>();
}
