//! Merkle trees as in RFC 6962, with a domain of our own: a root, a path to one leaf, its check.
//!
//! `leaf = H("whence/merkle/v1" ‖ 0 ‖ data)`, `node = H("whence/merkle/v1" ‖ 1 ‖ left ‖ right)`;
//! the last node of an odd level moves up unchanged. A path holds the siblings from the leaf
//! upwards.

use sha2::{Digest, Sha256};

/// A SHA-256 hash.
pub type Hash = [u8; 32];

/// Longest path: the depth of a tree of 2^64 leaves.
pub const DEPTH_MAX: usize = 64;

const DOMAIN: &[u8] = b"whence/merkle/v1";

/// Hash of a leaf.
pub fn leaf(data: &Hash) -> Hash {
    Sha256::new().chain_update(DOMAIN).chain_update([0]).chain_update(data).finalize().into()
}

/// Hash of what is above two hashes.
pub fn node(left: &Hash, right: &Hash) -> Hash {
    let hasher = Sha256::new().chain_update(DOMAIN).chain_update([1]);
    hasher.chain_update(left).chain_update(right).finalize().into()
}

fn next_level(level: &[Hash]) -> Vec<Hash> {
    let pair = |p: &[Hash]| match p {
        [left, right] => node(left, right),
        [last] => *last,
        _ => [0; 32],
    };
    level.chunks(2).map(pair).collect()
}

/// Root over data hashes in their order; the root of nothing is a constant of its own.
pub fn root(data: &[Hash]) -> Hash {
    let mut level: Vec<Hash> = data.iter().map(leaf).collect();
    while level.len() > 1 {
        level = next_level(&level);
    }
    let empty = || Sha256::new().chain_update(DOMAIN).chain_update([2]).finalize().into();
    level.first().copied().unwrap_or_else(empty)
}

/// Path to the leaf at `index`; `None` when there is no such leaf.
pub fn path(data: &[Hash], index: usize) -> Option<Vec<Hash>> {
    data.get(index)?;
    let mut level: Vec<Hash> = data.iter().map(leaf).collect();
    let (mut at, mut path) = (index, Vec::new());
    while level.len() > 1 {
        path.extend(level.get(at ^ 1).copied());
        level = next_level(&level);
        at /= 2;
    }
    Some(path)
}

/// Whether the path leads from the data at `index`, of `count` leaves, to the root.
pub fn verify(root: &Hash, place: (u64, u64), data: &Hash, path: &[Hash]) -> bool {
    let (mut index, mut count) = place;
    if index >= count || path.len() > DEPTH_MAX {
        return false;
    }
    let (mut hash, mut siblings) = (leaf(data), path.iter());
    while count > 1 {
        // The last node of an odd level has no sibling and moves up.
        if index ^ 1 < count {
            let Some(sibling) = siblings.next() else { return false };
            hash =
                if index.is_multiple_of(2) { node(&hash, sibling) } else { node(sibling, &hash) };
        }
        index /= 2;
        count = count.div_ceil(2);
    }
    siblings.next().is_none() && hash == *root
}
