//! Applies a sorted batch in one descent: each node is loaded once and hashed once.

use std::sync::Arc;

use super::hash::Hash;
use super::node::{Node, Slot};
use super::path::{DEPTH_MAX, Path, nibble};
use crate::error::Error;
use crate::spread::{SPREAD_FROM, spread};

/// A change of one leaf: the key's hash, and the new value's hash or nothing to delete it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Op {
    pub(crate) key: Hash,
    pub(crate) value: Option<Hash>,
}

/// Where nodes come from.
pub(crate) trait Nodes: Sync {
    fn load(&self, version: u64, at: Path) -> Result<Arc<Node>, Error>;
}

/// What a batch does to the stored nodes.
#[derive(Debug, Default)]
pub(crate) struct Delta {
    /// Nodes of the new version.
    pub(crate) added: Vec<(Path, Node)>,
    /// Nodes (with their versions) that only older versions use.
    pub(crate) stale: Vec<(u64, Path)>,
}

impl Delta {
    fn absorb(&mut self, other: Self) {
        self.added.extend(other.added);
        self.stale.extend(other.stale);
    }
}

/// A tree about to get a new version.
pub(crate) struct Batch<'a, N> {
    pub(crate) nodes: &'a N,
    pub(crate) version: u64,
}

impl<N: Nodes> Batch<'_, N> {
    /// The new root. `ops` are sorted by key hash, and no key comes twice.
    pub(crate) fn apply(&self, root: Slot, ops: &[Op]) -> Result<(Slot, Delta), Error> {
        let mut delta = Delta::default();
        let root = if ops.len() < SPREAD_FROM {
            self.descend(Path::default(), root, ops, &mut delta)?
        } else {
            self.shared(root, ops, &mut delta)?
        };
        Ok((root, delta))
    }

    /// The same as `descend` at the root, with the 16 subtrees spread over the cores. The result
    /// does not depend on how many there are: subtrees share nothing and are joined in order.
    fn shared(&self, root: Slot, ops: &[Op], delta: &mut Delta) -> Result<Slot, Error> {
        let at = Path::default();
        let before = self.open(at, root)?;
        let parts = spread(groups(ops, 0).collect(), ops.len(), |(slot, part)| {
            let mut delta = Delta::default();
            let new = self.descend(at.child(slot), before.slot(slot), part, &mut delta)?;
            Ok((slot, new, delta))
        })?;
        let mut node = Node::clone(&before);
        for (slot, new, part) in parts {
            node.set(slot, new);
            delta.absorb(part);
        }
        Ok(self.close(at, root, &before, node, delta))
    }

    fn descend(&self, at: Path, old: Slot, ops: &[Op], delta: &mut Delta) -> Result<Slot, Error> {
        match (old, ops) {
            (_, []) => return Ok(old),
            (Slot::Empty, [only]) => return Ok(leaf(only)),
            (Slot::Leaf { key, .. }, [only]) if key == only.key => return Ok(leaf(only)),
            _ => {}
        }
        if at.depth() >= DEPTH_MAX {
            return Err(Error::Broken("two changes of one key in a batch"));
        }
        let before = self.open(at, old)?;
        let mut node = Node::clone(&before);
        for (slot, part) in groups(ops, at.depth()) {
            node.set(slot, self.descend(at.child(slot), node.slot(slot), part, delta)?);
        }
        Ok(self.close(at, old, &before, node, delta))
    }

    /// The node behind a slot; a leaf or nothing is spread out as a node that is not stored.
    fn open(&self, at: Path, slot: Slot) -> Result<Arc<Node>, Error> {
        let mut node = Node::default();
        match slot {
            Slot::Node { version, .. } => return self.nodes.load(version, at),
            Slot::Leaf { key, .. } => node.set(nibble(&key, at.depth()), slot),
            Slot::Empty => {}
        }
        Ok(Arc::new(node))
    }

    /// What the parent's slot holds after the changes.
    fn close(&self, at: Path, old: Slot, before: &Node, node: Node, delta: &mut Delta) -> Slot {
        if *before == node {
            return old;
        }
        if let Slot::Node { version, .. } = old {
            delta.stale.push((version, at));
        }
        if let Some(slot) = node.collapsed() {
            return slot;
        }
        let hash = node.hash();
        delta.added.push((at, node));
        Slot::Node { version: self.version, hash }
    }
}

fn leaf(op: &Op) -> Slot {
    op.value.map_or(Slot::Empty, |value| Slot::Leaf { key: op.key, value })
}

/// Runs of changes that go to the same slot at a depth.
fn groups(ops: &[Op], depth: u8) -> impl Iterator<Item = (u8, &[Op])> {
    ops.chunk_by(move |a, b| nibble(&a.key, depth) == nibble(&b.key, depth))
        .filter_map(move |part| part.first().map(|op| (nibble(&op.key, depth), part)))
}
