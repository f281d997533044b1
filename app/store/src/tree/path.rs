//! Where a node sits: the first nibbles of the key hashes below it.

use super::hash::Hash;

/// Nibbles in a key hash, and so the depth that no node reaches.
pub(crate) const DEPTH_MAX: u8 = 64;

/// The nibble of a hash at a depth.
pub(crate) fn nibble(hash: &Hash, depth: u8) -> u8 {
    let byte = hash.get(usize::from(depth / 2)).copied().unwrap_or(0);
    if depth.is_multiple_of(2) { byte >> 4 } else { byte & 0x0f }
}

/// The place of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct Path {
    depth: u8,
    bits: Hash,
}

impl Path {
    pub(crate) fn depth(&self) -> u8 {
        self.depth
    }

    /// The place of the child in a slot.
    pub(crate) fn child(mut self, slot: u8) -> Self {
        if let Some(byte) = self.bits.get_mut(usize::from(self.depth / 2)) {
            *byte |= if self.depth.is_multiple_of(2) { slot << 4 } else { slot & 0x0f };
        }
        self.depth = self.depth.saturating_add(1);
        self
    }

    /// The bytes that hold the nibbles.
    pub(crate) fn packed(&self) -> &[u8] {
        let used = usize::from(self.depth.saturating_add(1) / 2);
        self.bits.get(..used).unwrap_or(&self.bits)
    }

    /// The inverse of `packed`.
    pub(crate) fn unpack(depth: u8, packed: &[u8]) -> Option<Self> {
        let mut bits = [0; 32];
        bits.get_mut(..packed.len())?.copy_from_slice(packed);
        let path = Self { depth, bits };
        (depth <= DEPTH_MAX && path.packed().len() == packed.len()).then_some(path)
    }
}
