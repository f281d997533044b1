//! A Merkle tree over leaves' hashes, as in RFC 6962: leaves and nodes hash with their own
//! first byte, and the left side is the largest full tree.

use sha2::{Digest, Sha256};

/// A SHA-256 digest.
pub type Hash = [u8; 32];

/// Hash of a leaf's bytes.
pub fn leaf(bytes: &[&[u8]]) -> Hash {
    let mut hasher = Sha256::new_with_prefix([0]);
    bytes.iter().for_each(|part| hasher.update(part));
    hasher.finalize().into()
}

/// Root over leaves' hashes; that of no leaves is the hash of nothing.
pub fn root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Sha256::digest([]).into(),
        [leaf] => *leaf,
        _ => {
            let split = leaves.len().next_power_of_two() / 2;
            let mut hasher = Sha256::new_with_prefix([1]);
            hasher.update(root(&leaves[..split]));
            hasher.update(root(&leaves[split..]));
            hasher.finalize().into()
        }
    }
}
