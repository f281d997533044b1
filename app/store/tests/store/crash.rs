//! Power is cut at every point between FinalizeBlock and Commit's return, and what was not synced
//! is lost, whole or torn.
//!
//! The layer below copies the database's files and cuts the log where RocksDB last synced it: it
//! takes the lengths of the log files each time RocksDB's own counter of log syncs has grown. Table
//! and manifest files are synced by RocksDB before anything refers to them.

use std::collections::BTreeMap;
use std::path::Path;

use tempfile::{TempDir, tempdir};
use whence_store::{Changes, CommitPoint, Committed, Pruning, Store};

use crate::common::{Model, Random, STORES, apply, commit, key_pool, open, random_changes};

/// What a disk would hold after a power cut.
#[derive(Clone)]
struct Disk {
    durable: BTreeMap<String, u64>,
    syncs: u64,
}

fn logs(dir: &Path) -> BTreeMap<String, u64> {
    let files = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap());
    let logs = files.filter(|file| file.path().extension().is_some_and(|ext| ext == "log"));
    logs.map(|file| (file.file_name().into_string().unwrap(), file.metadata().unwrap().len()))
        .collect()
}

impl Disk {
    fn new() -> Self {
        Self { durable: BTreeMap::new(), syncs: 0 }
    }

    /// Takes in what was synced since.
    fn observe(&mut self, dir: &Path, syncs: u64) {
        if syncs > self.syncs {
            self.durable = logs(dir);
            self.syncs = syncs;
        }
    }

    /// Forgets logs that are gone: their contents were flushed to synced tables.
    fn flushed(&mut self, dir: &Path) {
        let left = logs(dir);
        self.durable.retain(|name, _| left.contains_key(name));
    }

    /// The files after the cut, with some of the bytes that were written and not synced.
    fn after_cut(&self, dir: &Path, tail: Tail) -> TempDir {
        let copy = tempdir().unwrap();
        for entry in std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap()) {
            let name = entry.file_name().into_string().unwrap();
            let Ok(mut bytes) = std::fs::read(entry.path()) else { continue };
            if name.ends_with(".log") {
                let kept = self.durable.get(&name).copied().unwrap_or(0) as usize;
                tail.cut(&mut bytes, kept);
            }
            std::fs::write(copy.path().join(name), bytes).unwrap();
        }
        copy
    }
}

/// What became of the bytes that were not synced.
#[derive(Debug, Clone, Copy)]
enum Tail {
    Lost,
    /// So many bytes reached the disk.
    Torn(usize),
    /// All reached it but one sector of 512 bytes, which is zero.
    Hole(usize),
}

impl Tail {
    fn cut(self, bytes: &mut Vec<u8>, kept: usize) {
        match self {
            Self::Lost => bytes.truncate(kept),
            Self::Torn(extra) => bytes.truncate(kept + extra),
            Self::Hole(at) => {
                let (from, to) = (kept + at, (kept + at + 512).min(bytes.len()));
                bytes[from..to].fill(0);
            }
        }
    }
}

/// A block that is being committed when the power is cut.
struct Scene {
    before: Option<Committed>,
    after: Committed,
    changes: Changes,
    models: [Model; 2],
}

impl Scene {
    /// Restarts on what is left: it must be one of the two blocks whole, and replay must lead to
    /// the same hash. Says whether the new block was there.
    fn restart(&self, image: &TempDir, what: &str) -> bool {
        let store = open(image, Pruning::Custom { keep_recent: 1, interval: 1 });
        let found = store.latest();
        let new = found == Some(self.after);
        assert!(new || found == self.before, "{what}: {found:?}");
        read(&store, &self.models[usize::from(new)], what);
        if !new {
            let replayed = commit(&store, self.after.height, self.changes.clone());
            assert_eq!(replayed, self.after, "{what}: the replayed block");
            read(&store, &self.models[1], what);
        }
        store.verify().unwrap();
        new
    }
}

fn read(store: &Store, model: &Model, what: &str) {
    let view = store.view(None).unwrap();
    for name in STORES {
        let (from, to) = (std::ops::Bound::Unbounded, std::ops::Bound::Unbounded);
        let found: BTreeMap<_, _> = view.range(name, from, to, false).collect();
        assert_eq!(found, model.get(name).cloned().unwrap_or_default(), "{what}: {name}");
    }
}

#[test]
fn a_cut_at_any_point_leaves_the_old_block_or_the_new_one() {
    let (dir, pool, mut random) = (tempdir().unwrap(), key_pool(), Random(21));
    let store = open(&dir, Pruning::Custom { keep_recent: 1, interval: 1 });
    let mut disk = Disk::new();
    let mut model = Model::new();
    for height in 1..=8 {
        let changes = random_changes(&mut random, &pool, 12);
        let mut next = model.clone();
        apply(&mut next, &changes);
        if height == 4 {
            // The blocks so far move into tables and the log starts anew.
            store.compact().unwrap();
            disk.flushed(dir.path());
        }
        let before = store.latest();
        let staged = store.stage(height, changes.clone()).unwrap();
        let after = Committed { height, app_hash: staged.app_hash() };
        let scene = Scene { before, after, changes, models: [model, next.clone()] };
        let earlier = disk.clone();
        let staged_image = disk.after_cut(dir.path(), Tail::Lost);
        assert!(!scene.restart(&staged_image, "after FinalizeBlock"));

        let mut images = Vec::new();
        store
            .commit_observed(staged, &mut |point| {
                disk.observe(dir.path(), store.log_syncs());
                images.push((point, disk.after_cut(dir.path(), Tail::Lost)));
            })
            .unwrap();
        disk.observe(dir.path(), store.log_syncs());
        for (point, image) in &images {
            let new = scene.restart(image, &format!("block {height} at {point:?}"));
            assert_eq!(new, *point == CommitPoint::Written, "block {height} at {point:?}");
        }
        let image = disk.after_cut(dir.path(), Tail::Lost);
        assert!(scene.restart(&image, "after Commit's return"), "Commit's word must hold");
        torn(&scene, &earlier, dir.path());
        model = next;
    }
}

/// Cuts in the middle of the write itself.
fn torn(scene: &Scene, earlier: &Disk, dir: &Path) {
    let kept: u64 = earlier.durable.values().sum();
    let written = (logs(dir).values().sum::<u64>() - kept) as usize;
    assert!(written > 0);
    let steps = (0..written).step_by(written.div_ceil(12)).chain((written - 3)..written);
    for extra in steps {
        let image = earlier.after_cut(dir, Tail::Torn(extra));
        let new = scene.restart(&image, &format!("{extra} of {written} bytes"));
        assert!(!new, "a part of a batch is no block: {extra} of {written} bytes");
    }
    let whole = earlier.after_cut(dir, Tail::Torn(written));
    assert!(scene.restart(&whole, "all bytes"), "a whole batch is the block");
    for at in (0..written).step_by(written.div_ceil(4).max(512)) {
        let image = earlier.after_cut(dir, Tail::Hole(at));
        assert!(!scene.restart(&image, &format!("a hole at {at} of {written}")));
    }
}

/// The layer can tell: without the sync, a write that was acknowledged is gone after the cut.
#[test]
fn an_unsynced_write_would_be_lost() {
    for synced in [false, true] {
        let dir = tempdir().unwrap();
        let mut options = rocksdb::Options::default();
        options.create_if_missing(true);
        options.enable_statistics();
        let ticker = rocksdb::statistics::Ticker::WalFileSynced;
        let db = rocksdb::DB::open(&options, dir.path()).unwrap();
        let mut how = rocksdb::WriteOptions::default();
        how.set_sync(synced);
        db.put_opt(b"key", b"value", &how).unwrap();
        let mut disk = Disk::new();
        disk.observe(dir.path(), options.get_ticker_count(ticker));
        let image = disk.after_cut(dir.path(), Tail::Lost);
        let left = rocksdb::DB::open(&options, image.path()).unwrap();
        assert_eq!(left.get(b"key").unwrap().is_some(), synced);
    }
}

/// Bits that rot are noticed: a clean error or the same answers, never other ones.
#[test]
fn rotten_bits_never_change_an_answer() {
    let (dir, pool, mut random) = (tempdir().unwrap(), key_pool(), Random(2));
    let store = open(&dir, Pruning::Nothing);
    for height in 1..=5 {
        commit(&store, height, random_changes(&mut random, &pool, 200));
    }
    store.compact().unwrap();
    let right = store.latest();
    drop(store);
    let tables: Vec<_> = std::fs::read_dir(dir.path())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ext| ext == "sst"))
        .collect();
    let (mut noticed, mut tried) = (0, 0);
    for table in &tables {
        for _ in 0..6 {
            let image = Disk::new().after_cut(dir.path(), Tail::Torn(usize::MAX / 2));
            let path = image.path().join(table.file_name().unwrap());
            let mut bytes = std::fs::read(&path).unwrap();
            let at = random.below(bytes.len());
            bytes[at] ^= 1 << random.below(8);
            std::fs::write(&path, bytes).unwrap();
            tried += 1;
            let options = crate::common::options(Pruning::Nothing);
            match Store::open(image.path(), &STORES, options) {
                Err(_) => noticed += 1,
                Ok(store) => match store.verify() {
                    Err(_) => noticed += 1,
                    Ok(found) => assert_eq!(Some(found.committed), right),
                },
            }
        }
    }
    assert!(noticed * 2 > tried, "{noticed} of {tried} were noticed");
}
