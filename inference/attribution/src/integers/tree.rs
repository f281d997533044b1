//! The Merkle tree of `whence_canon::merkle`: its levels for proofs, its edges while it grows.

use whence_canon::merkle::{Hash, leaf, node};

/// All levels of a tree, so that many paths cost one hashing.
#[derive(Debug, Clone)]
pub struct Tree {
    levels: Vec<Vec<Hash>>,
}

impl Tree {
    /// The tree over data hashes; there is at least one.
    pub fn new(data: &[Hash]) -> Self {
        let mut levels = vec![data.iter().map(leaf).collect::<Vec<_>>()];
        while let Some(level) = levels.last().filter(|level| level.len() > 1) {
            let pair = |pair: &[Hash]| match pair {
                [left, right] => node(left, right),
                _ => pair[0],
            };
            levels.push(level.chunks(2).map(pair).collect());
        }
        Self { levels }
    }

    /// Siblings from the leaf at `place` upwards; none when there is no such leaf.
    pub fn path(&self, place: usize) -> Option<Vec<Hash>> {
        self.levels.first()?.get(place)?;
        let levels = self.levels.iter().enumerate();
        Some(levels.filter_map(|(up, level)| level.get((place >> up) ^ 1).copied()).collect())
    }

    /// The root; none of no leaves.
    pub fn root(&self) -> Option<Hash> {
        self.levels.last()?.first().copied()
    }
}

/// A tree that grows at its right end and whose first leaf is only known at the last: what is kept
/// is one hash a level on either edge.
#[derive(Debug, Clone, Default)]
pub struct Edges {
    /// Siblings on the first leaf's way up, of the subtree that is whole.
    left: Vec<Hash>,
    /// Whole subtrees right of it, the tallest first, with their heights.
    right: Vec<(u32, Hash)>,
}

impl Edges {
    /// Adds the next leaf's data.
    pub fn push(&mut self, data: &Hash) {
        let mut new = (0, leaf(data));
        while self.right.last().is_some_and(|(height, _)| *height == new.0) {
            let Some((height, hash)) = self.right.pop() else { break };
            new = (height + 1, node(&hash, &new.1));
        }
        match new.0 as usize == self.left.len() && self.right.is_empty() {
            true => self.left.push(new.1),
            false => self.right.push(new),
        }
    }

    /// The root, with the first leaf's data.
    pub fn root(&self, first: &Hash) -> Hash {
        let left = self.left.iter().fold(leaf(first), |hash, sibling| node(&hash, sibling));
        let right = self.right.iter().rev().map(|(_, hash)| *hash);
        let right = right.reduce(|below, hash| node(&hash, &below));
        right.map_or(left, |right| node(&left, &right))
    }
}
