//! Computes a block's root and everything that Commit will write, and writes nothing.

use std::collections::BTreeMap;

use rocksdb::WriteBatch;

use crate::cache::NodeCache;
use crate::error::Error;
use crate::flat;
use crate::keys::{self, KEY_BYTES_MAX, ROOT, SEED_KEY, SEED_VALUE, StoreId};
use crate::meta::{Committed, STORES_KEY};
use crate::rocks::{Cf, Rocks};
use crate::spread::spread;
use crate::stale::{self, CHUNK, Stale};
use crate::tree::{self, Batch, Delta, Hash, Node, Op, Path, Slot};
use crate::view::View;

/// New values by key; nothing deletes the key.
pub type StoreChanges = BTreeMap<Vec<u8>, Option<Vec<u8>>>;

/// A block's changes by store.
pub type Changes = BTreeMap<&'static str, StoreChanges>;

/// A block whose root is known, ready for Commit. Dropping it forgets it.
pub struct Staged {
    pub(crate) next: Committed,
    /// What was committed when this was staged.
    pub(crate) base: Option<Committed>,
    pub(crate) batch: WriteBatch,
    /// Rows of keys that are new. Commit writes them after the pruning: a key that comes back in
    /// the block that prunes its deletion keeps its preimage.
    pub(crate) preimages: Vec<(Vec<u8>, Vec<u8>)>,
    pub(crate) superseded: usize,
    /// Nodes for the cache.
    pub(crate) upper: Vec<(StoreId, Path, Node)>,
}

impl Staged {
    /// The app hash that Commit will make the latest one.
    pub fn app_hash(&self) -> [u8; 32] {
        self.next.app_hash
    }

    /// The height that Commit will make the latest one.
    pub fn height(&self) -> u64 {
        self.next.height
    }

    /// How many bytes Commit will write, pruning not counted.
    pub fn size_in_bytes(&self) -> usize {
        let sizes = self.preimages.iter().map(|(key, value)| key.len().saturating_add(value.len()));
        sizes.fold(self.batch.size_in_bytes(), usize::saturating_add)
    }
}

/// One store's part of a block.
struct Part {
    store: StoreId,
    root: Slot,
    delta: Delta,
    rows: Vec<Row>,
}

/// One key that really changes.
struct Row {
    key: Vec<u8>,
    hash: Hash,
    new: Option<Vec<u8>>,
    /// The value that it had, as `latest` holds it.
    old: Option<Vec<u8>>,
}

/// What staging works on.
pub(crate) struct Stage<'a> {
    pub(crate) rocks: &'a Rocks,
    pub(crate) cache: &'a NodeCache,
    pub(crate) view: &'a View,
    pub(crate) height: u64,
}

pub(crate) fn stage(stage: &Stage<'_>, changes: Changes) -> Result<Staged, Error> {
    let view = stage.view;
    check(view, stage.height, &changes)?;
    let mut changes = changes;
    let work: Vec<_> = view
        .registry()
        .iter()
        .map(|(name, store)| (name, store, changes.remove(name).unwrap_or_default()))
        .collect();
    let keys = work.iter().map(|(_, _, changes)| changes.len()).fold(0, usize::saturating_add);
    let parts =
        spread(work, keys, |(name, store, changes)| Ok((name, part(stage, store, changes)?)))?;
    let (top, parts) = top(stage, parts)?;

    let app_hash = top.root.hash();
    let mut writer = Writer::new(stage.rocks, stage.height);
    let heights = stage.rocks.family(Cf::Heights)?;
    writer.batch.put_cf(heights, stage.height.to_be_bytes(), top.root.to_bytes());
    for part in parts {
        writer.part(part)?;
    }
    writer.part(top)?;
    writer.stores(view)?;
    writer.finish(view.latest(), app_hash)
}

/// Refuses what could never be proven or read back.
fn check(view: &View, height: u64, changes: &Changes) -> Result<(), Error> {
    if let Some(latest) = view.latest() {
        let expected = latest.height.saturating_add(1);
        if height != expected {
            return Err(Error::WrongHeight { asked: height, expected });
        }
    }
    for (store, changes) in changes {
        view.registry().id(store)?;
        for (key, value) in changes {
            let why = match (key.as_slice(), value.as_deref()) {
                ([], _) => "the empty key cannot be proven",
                (SEED_KEY, _) => "the seed key cannot be written",
                (key, _) if key.len() > KEY_BYTES_MAX => "a key is longer than 4,096 bytes",
                (_, Some([])) => "an empty value cannot be proven",
                _ => continue,
            };
            return Err(Error::BadChange { store: (*store).to_owned(), why });
        }
    }
    Ok(())
}

/// Applies one store's changes to its tree.
fn part(stage: &Stage<'_>, store: StoreId, changes: StoreChanges) -> Result<Part, Error> {
    let root = stage.view.store_root(store)?;
    let seed = root
        .is_empty()
        .then(|| Op { key: tree::digest(SEED_KEY), value: Some(tree::digest(SEED_VALUE)) });
    tree_part(stage, (store, root), (changes, seed))
}

/// Applies the stores' new roots to the root tree.
fn top(stage: &Stage<'_>, parts: Vec<(&'static str, Part)>) -> Result<(Part, Vec<Part>), Error> {
    let mut changes = StoreChanges::new();
    for (name, part) in &parts {
        changes.insert(name.as_bytes().to_vec(), Some(part.root.to_bytes()));
    }
    let root = stage.view.root()?.unwrap_or_default();
    let part = tree_part(stage, (ROOT, root), (changes, None))?;
    Ok((part, parts.into_iter().map(|(_, part)| part).collect()))
}

fn tree_part(
    stage: &Stage<'_>,
    (store, root): (StoreId, Slot),
    (changes, seed): (StoreChanges, Option<Op>),
) -> Result<Part, Error> {
    let rows = changed(stage.view, store, changes)?;
    let mut ops = spread(rows.iter().collect(), rows.len(), |row: &Row| {
        Ok(Op { key: row.hash, value: leaf_value(store, row.new.as_deref())? })
    })?;
    ops.extend(seed);
    ops.sort_unstable_by_key(|op| op.key);
    let nodes = stage.view.cached_nodes(store, stage.cache);
    let batch = Batch { nodes: &nodes, version: stage.height };
    let (root, delta) = batch.apply(root, &ops)?;
    Ok(Part { store, root, delta, rows })
}

/// The keys whose values differ from the latest ones.
fn changed(view: &View, store: StoreId, changes: StoreChanges) -> Result<Vec<Row>, Error> {
    let row = |(key, new): (Vec<u8>, Option<Vec<u8>>)| {
        let old = view.snapshot().get(Cf::Latest, &keys::latest(store, &key))?;
        let same = match &old {
            Some(old) => new.as_deref() == Some(flat::decode(old)?.1),
            None => new.is_none(),
        };
        if same {
            return Ok(None);
        }
        let old = old.map(|old| old.to_vec());
        Ok(Some(Row { hash: tree::digest(&key), key, new, old }))
    };
    let count = changes.len();
    let rows = spread(changes.into_iter().collect(), count, row)?;
    Ok(rows.into_iter().flatten().collect())
}

/// What a leaf commits to. The root tree's flat values say where a store's root is; its leaves
/// commit to the root's hash.
fn leaf_value(store: StoreId, value: Option<&[u8]>) -> Result<Option<Hash>, Error> {
    match value {
        None => Ok(None),
        Some(slot) if store == ROOT => Ok(Some(tree::digest(&Slot::from_bytes(slot)?.hash()))),
        Some(value) => Ok(Some(tree::digest(value))),
    }
}

/// Collects a block's rows.
struct Writer<'a> {
    rocks: &'a Rocks,
    height: u64,
    batch: WriteBatch,
    preimages: Vec<(Vec<u8>, Vec<u8>)>,
    stale: Vec<Stale>,
    upper: Vec<(StoreId, Path, Node)>,
}

impl<'a> Writer<'a> {
    fn new(rocks: &'a Rocks, height: u64) -> Self {
        let (preimages, stale, upper) = (Vec::new(), Vec::new(), Vec::new());
        Self { rocks, height, batch: WriteBatch::default(), preimages, stale, upper }
    }

    fn part(&mut self, part: Part) -> Result<(), Error> {
        let store = part.store;
        let nodes = self.rocks.family(Cf::Nodes)?;
        for (at, node) in part.delta.added {
            self.batch.put_cf(nodes, keys::node(store, self.height, at), node.to_bytes());
            if NodeCache::keeps(at) {
                self.upper.push((store, at, node));
            }
        }
        let stale = part.delta.stale.into_iter();
        self.stale.extend(stale.map(|(version, at)| Stale::Node { store, version, at }));
        for row in part.rows {
            self.row(store, row)?;
        }
        Ok(())
    }

    fn row(&mut self, store: StoreId, row: Row) -> Result<(), Error> {
        let latest = self.rocks.family(Cf::Latest)?;
        let key = keys::latest(store, &row.key);
        match &row.new {
            Some(value) => self.batch.put_cf(latest, key, flat::encode(self.height, value)),
            None => self.batch.delete_cf(latest, key),
        }
        if row.old.is_none() {
            let preimage = keys::preimage(store, &row.hash);
            let value = flat::encode(self.height, &row.key);
            self.preimages.push((preimage, value));
        }
        if row.new.is_none() {
            self.stale.push(Stale::Preimage { store, hash: row.hash });
        }
        if let Some(old) = row.old {
            let until = keys::history(store, &row.key, self.height);
            self.batch.put_cf(self.rocks.family(Cf::History)?, until, old);
            self.stale.push(Stale::Value { store, key: row.key });
        }
        Ok(())
    }

    /// The numbers of the stores, when they are not on disk as they are here.
    fn stores(&mut self, view: &View) -> Result<(), Error> {
        let stores = view.registry().to_bytes();
        let on_disk = view.snapshot().get(Cf::Meta, STORES_KEY)?;
        if on_disk.as_deref() != Some(stores.as_slice()) {
            self.batch.put_cf(self.rocks.family(Cf::Meta)?, STORES_KEY, stores);
        }
        Ok(())
    }

    fn finish(mut self, base: Option<Committed>, app_hash: Hash) -> Result<Staged, Error> {
        let family = self.rocks.family(Cf::Stale)?;
        for (number, chunk) in (0u32..).zip(self.stale.chunks(CHUNK)) {
            self.batch.put_cf(family, keys::stale(self.height, number), stale::encode(chunk));
        }
        let next = Committed { height: self.height, app_hash };
        Ok(Staged {
            next,
            base,
            batch: self.batch,
            preimages: self.preimages,
            superseded: self.stale.len(),
            upper: self.upper,
        })
    }
}
