//! The tree alone beside the `jmt` crate, on key hashes that no search for keys would find: long
//! shared prefixes, so deep chains of nodes and their collapse.

use std::collections::BTreeMap;
use std::sync::Arc;

use jmt::mock::MockTreeStore;
use jmt::{KeyHash, Sha256Jmt};
use proptest::prelude::*;

use super::{Batch, Hash, Node, Nodes, Op, Path, Side, Slot, digest, leaf, neighbour};
use crate::error::Error;

/// Nodes in memory, as bytes.
#[derive(Default)]
struct Memory(BTreeMap<(u64, Path), Vec<u8>>);

impl Nodes for Memory {
    fn load(&self, version: u64, at: Path) -> Result<Arc<Node>, Error> {
        let bytes = self.0.get(&(version, at)).ok_or(Error::Broken("a node is missing"))?;
        Node::from_bytes(bytes).map(Arc::new)
    }
}

impl Memory {
    /// Applies a version and drops at once what it made stale.
    fn apply(&mut self, root: Slot, version: u64, block: &Block) -> Slot {
        let op = |(key, value): (&Hash, &Option<u8>)| Op {
            key: *key,
            value: value.map(|value| digest(&[value])),
        };
        let ops: Vec<Op> = block.iter().map(op).collect();
        let (root, delta) = Batch { nodes: &*self, version }.apply(root, &ops).unwrap();
        for (at, node) in delta.added {
            assert!(self.0.insert((version, at), node.to_bytes()).is_none(), "written twice");
        }
        for (version, at) in delta.stale {
            assert!(self.0.remove(&(version, at)).is_some(), "stale twice");
        }
        root
    }

    fn reachable(&self, root: Slot) -> usize {
        let (mut todo, mut count) = (vec![(Path::default(), root)], 0);
        while let Some((at, slot)) = todo.pop() {
            let Slot::Node { version, .. } = slot else { continue };
            count += 1;
            let node = self.load(version, at).unwrap();
            todo.extend(node.slots().map(|(place, slot)| (at.child(place), slot)));
        }
        count
    }
}

type Block = BTreeMap<Hash, Option<u8>>;

/// A key hash: a run of equal nibbles of any length, then one that differs, then an end.
fn key_hash() -> impl Strategy<Value = Hash> {
    (0usize..32, any::<u8>(), 0u8..3).prop_map(|(at, byte, end)| {
        let mut hash = [0x77; 32];
        hash[at] = byte;
        hash[31] = hash[31].wrapping_add(end);
        hash
    })
}

fn blocks() -> impl Strategy<Value = Vec<Block>> {
    let value = prop_oneof![Just(None), (1u8..4).prop_map(Some), (1u8..4).prop_map(Some)];
    let block = prop::collection::btree_map(key_hash(), value, 0..40);
    // After half of the blocks all that they wrote is deleted again, so that nodes collapse.
    prop::collection::vec((block, any::<bool>()), 1..10).prop_map(|blocks| {
        let mut out: Vec<Block> = Vec::new();
        for (block, undo) in blocks {
            let gone: Block = block.keys().map(|key| (*key, None)).collect();
            out.push(block);
            out.extend(undo.then_some(gone));
        }
        out
    })
}

fn check_leaves(memory: &Memory, root: Slot, live: &BTreeMap<Hash, u8>, absent: Hash) {
    for (key, value) in live {
        let found = leaf(memory, root, key).unwrap().unwrap();
        assert_eq!((found.key, found.value), (*key, digest(&[*value])));
    }
    if !live.contains_key(&absent) {
        assert_eq!(leaf(memory, root, &absent).unwrap(), None);
        let left = live.range(..absent).next_back().map(|(key, _)| *key);
        let right = live.range(absent..).next().map(|(key, _)| *key);
        assert_eq!(neighbour(memory, root, &absent, Side::Left).unwrap(), left);
        assert_eq!(neighbour(memory, root, &absent, Side::Right).unwrap(), right);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn deep_trees_have_the_crates_roots_and_leave_no_node_behind(
        blocks in blocks(),
        absent in key_hash(),
    ) {
        let (mut memory, oracle) = (Memory::default(), MockTreeStore::default());
        let (mut root, mut live) = (Slot::Empty, BTreeMap::new());
        for (version, block) in (1u64..).zip(&blocks) {
            root = memory.apply(root, version, block);
            for (key, value) in block {
                match value {
                    Some(value) => live.insert(*key, *value),
                    None => live.remove(key),
                };
            }
            let rows = block.iter().map(|(key, value)| (KeyHash(*key), value.map(|v| vec![v])));
            let (expected, batch) =
                Sha256Jmt::new(&oracle).put_value_set(rows, version).unwrap();
            oracle.write_tree_update_batch(batch).unwrap();
            assert_eq!(root.hash(), expected.0, "version {version}");
            // All stale nodes were named, and no other.
            assert_eq!(memory.reachable(root), memory.0.len());
            check_leaves(&memory, root, &live, absent);
        }
    }
}
