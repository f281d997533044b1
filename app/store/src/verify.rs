//! Recomputes the latest roots from the flat values and reads every node: what `verify-db` runs.

use std::sync::Arc;

use crate::error::Error;
use crate::flat;
use crate::keys::{self, ROOT, SEED_KEY, SEED_VALUE, StoreId};
use crate::meta::Committed;
use crate::rocks::Cf;
use crate::tree::{self, Batch, Hash, Node, Nodes, Op, Path, Slot};
use crate::view::View;

/// What was found right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verified {
    /// The height and app hash that the leaves give.
    pub committed: Committed,
    /// Keys of all stores, the seed keys included.
    pub keys: u64,
    /// Tree nodes of all stores, the root tree included.
    pub nodes: u64,
}

pub(crate) fn verify(view: &View) -> Result<Verified, Error> {
    let committed = view.latest().ok_or(Error::Empty)?;
    let mut found = Verified { committed, keys: 0, nodes: 0 };
    let mut roots = Vec::new();
    for (name, store) in view.registry().iter() {
        let root = view.store_root(store)?;
        if root.is_empty() {
            // A store that joins at the next commit.
            continue;
        }
        let ops = leaves(view, store)?;
        let computed = root_of(&ops)?;
        if computed != root.hash() {
            return Err(wrong(name, &computed, &root.hash()));
        }
        found.keys = found.keys.saturating_add(u64::try_from(ops.len()).unwrap_or(u64::MAX));
        found.nodes = found.nodes.saturating_add(walk(view, store, root)?);
        let value = Some(tree::digest(&computed));
        roots.push(Op { key: tree::digest(name.as_bytes()), value });
    }
    roots.sort_unstable_by_key(|op| op.key);
    let computed = root_of(&roots)?;
    if computed != committed.app_hash {
        return Err(wrong("all stores", &computed, &committed.app_hash));
    }
    let root = view.root()?.ok_or(Error::Empty)?;
    found.nodes = found.nodes.saturating_add(walk(view, ROOT, root)?);
    Ok(found)
}

fn wrong(what: &str, computed: &Hash, stored: &Hash) -> Error {
    let hex = |hash: &Hash| hash.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let (computed, stored) = (hex(computed), hex(stored));
    Error::corrupt(format!("the leaves of {what} give root {computed}, the database says {stored}"))
}

/// The leaves of a store, from its flat values; each must have its preimage.
fn leaves(view: &View, store: StoreId) -> Result<Vec<Op>, Error> {
    let (from, to) = (store.to_be_bytes(), store.saturating_add(1).to_be_bytes());
    let mut iterator = view.snapshot().iterate(Cf::Latest, from.to_vec(), to.to_vec())?;
    iterator.seek_to_first();
    let seed = Op { key: tree::digest(SEED_KEY), value: Some(tree::digest(SEED_VALUE)) };
    let mut ops = vec![seed];
    while let Some((key, value)) = iterator.item() {
        let key = key.get(2..).ok_or_else(|| Error::corrupt("a flat key is too short"))?;
        let (_, value) = flat::decode(value)?;
        let hash = tree::digest(key);
        let preimage = view.snapshot().get(Cf::Preimages, &keys::preimage(store, &hash))?;
        let preimage = preimage.ok_or_else(|| Error::corrupt("a key has no preimage"))?;
        if flat::decode(&preimage)?.1 != key {
            return Err(Error::corrupt("a preimage is not the key that it stands for"));
        }
        ops.push(Op { key: hash, value: Some(tree::digest(value)) });
        iterator.next();
    }
    iterator.status()?;
    ops.sort_unstable_by_key(|op| op.key);
    Ok(ops)
}

/// A tree without stored nodes.
struct NoNodes;

impl Nodes for NoNodes {
    fn load(&self, _version: u64, _at: Path) -> Result<Arc<Node>, Error> {
        Err(Error::Broken("a new tree has no stored nodes"))
    }
}

fn root_of(ops: &[Op]) -> Result<Hash, Error> {
    let batch = Batch { nodes: &NoNodes, version: 0 };
    Ok(batch.apply(Slot::Empty, ops)?.0.hash())
}

/// Reads every node below a root and checks its hash; says how many there are.
fn walk(view: &View, store: StoreId, root: Slot) -> Result<u64, Error> {
    let nodes = view.nodes(store);
    let mut todo = vec![(Path::default(), root)];
    let mut count = 0u64;
    while let Some((at, slot)) = todo.pop() {
        if let Slot::Node { version, hash } = slot {
            let node = nodes.load(version, at)?;
            if node.hash() != hash {
                return Err(wrong(&format!("node {version}/{at:?}"), &node.hash(), &hash));
            }
            count = count.saturating_add(1);
            todo.extend(node.slots().map(|(place, slot)| (at.child(place), slot)));
        }
    }
    Ok(count)
}
