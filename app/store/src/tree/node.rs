//! A node of 16 slots; a leaf has no node of its own and sits in its parent's slot.

use super::hash::{Hash, PLACEHOLDER, inner_hash, leaf_hash};
use crate::bytes::Reader;
use crate::error::Error;

/// What hangs in one place of the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Slot {
    #[default]
    Empty,
    Leaf {
        key: Hash,
        value: Hash,
    },
    /// A node; with its version it is found by a point get.
    Node {
        version: u64,
        hash: Hash,
    },
}

impl Slot {
    pub(crate) fn hash(&self) -> Hash {
        match self {
            Self::Empty => PLACEHOLDER,
            Self::Leaf { key, value } => leaf_hash(key, value),
            Self::Node { hash, .. } => *hash,
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        matches!(self, Self::Empty)
    }

    pub(crate) fn encode(&self, out: &mut Vec<u8>) {
        match self {
            Self::Empty => out.push(0),
            Self::Leaf { key, value } => {
                out.push(1);
                out.extend_from_slice(key);
                out.extend_from_slice(value);
            }
            Self::Node { version, hash } => {
                out.push(2);
                out.extend_from_slice(&version.to_be_bytes());
                out.extend_from_slice(hash);
            }
        }
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, Error> {
        match reader.u8()? {
            0 => Ok(Self::Empty),
            1 => Ok(Self::Leaf { key: reader.array()?, value: reader.array()? }),
            2 => Ok(Self::Node { version: reader.u64()?, hash: reader.array()? }),
            tag => Err(Error::corrupt(format!("a slot has tag {tag}"))),
        }
    }

    pub(crate) fn to_bytes(self) -> Vec<u8> {
        let mut out = Vec::with_capacity(65);
        self.encode(&mut out);
        out
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        let mut reader = Reader::new("a slot", bytes);
        let slot = Self::read(&mut reader)?;
        reader.end()?;
        Ok(slot)
    }
}

/// One step from a leaf towards the root: the sibling, and on which side it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    SiblingLeft(Hash),
    SiblingRight(Hash),
}

/// Sixteen slots.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Node {
    slots: [Slot; 16],
}

impl Node {
    pub(crate) fn slot(&self, at: u8) -> Slot {
        self.slots.get(usize::from(at)).copied().unwrap_or_default()
    }

    pub(crate) fn set(&mut self, at: u8, slot: Slot) {
        if let Some(place) = self.slots.get_mut(usize::from(at)) {
            *place = slot;
        }
    }

    /// The slots with their numbers, in order.
    pub(crate) fn slots(&self) -> impl DoubleEndedIterator<Item = (u8, Slot)> + '_ {
        (0u8..16).zip(self.slots.iter().copied())
    }

    pub(crate) fn hash(&self) -> Hash {
        subtree(&self.slots)
    }

    /// What the parent should hold when the node has at most one leaf and nothing else: the
    /// canonical form keeps no node there.
    pub(crate) fn collapsed(&self) -> Option<Slot> {
        let mut used = self.slots.iter().filter(|slot| !slot.is_empty());
        match (used.next(), used.next()) {
            (None, _) => Some(Slot::Empty),
            (Some(leaf @ Slot::Leaf { .. }), None) => Some(*leaf),
            _ => None,
        }
    }

    /// The steps from a slot to this node's hash, the topmost first.
    pub(crate) fn steps(&self, at: u8, out: &mut Vec<Step>) {
        walk(&self.slots, usize::from(at), out);
    }

    /// Two bitmaps (used, leaf), then the used slots in order.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(4 + 16 * 64);
        let (mut used, mut leaf) = (0u16, 0u16);
        for (at, slot) in self.slots() {
            let bit = 1u16.checked_shl(u32::from(at)).unwrap_or(0);
            used |= if slot.is_empty() { 0 } else { bit };
            leaf |= if matches!(slot, Slot::Leaf { .. }) { bit } else { 0 };
        }
        out.extend_from_slice(&used.to_be_bytes());
        out.extend_from_slice(&leaf.to_be_bytes());
        for slot in &self.slots {
            match slot {
                Slot::Empty => {}
                Slot::Leaf { key, value } => {
                    out.extend_from_slice(key);
                    out.extend_from_slice(value);
                }
                Slot::Node { version, hash } => {
                    out.extend_from_slice(&version.to_be_bytes());
                    out.extend_from_slice(hash);
                }
            }
        }
        out
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        let mut reader = Reader::new("a tree node", bytes);
        let (used, leaf) = (reader.u16()?, reader.u16()?);
        if used == 0 || leaf & !used != 0 {
            return Err(Error::corrupt("a tree node has impossible bitmaps"));
        }
        let mut node = Self::default();
        for (at, place) in (0u32..16).zip(node.slots.iter_mut()) {
            let bit = 1u16.checked_shl(at).unwrap_or(0);
            if leaf & bit != 0 {
                *place = Slot::Leaf { key: reader.array()?, value: reader.array()? };
            } else if used & bit != 0 {
                *place = Slot::Node { version: reader.u64()?, hash: reader.array()? };
            }
        }
        reader.end()?;
        Ok(node)
    }
}

/// The hash over a power-of-two run of slots: a lone leaf stands for the whole run.
fn subtree(slots: &[Slot]) -> Hash {
    let mut used = slots.iter().filter(|slot| !slot.is_empty());
    match (used.next(), used.next()) {
        (None, _) => PLACEHOLDER,
        (Some(leaf @ Slot::Leaf { .. }), None) => leaf.hash(),
        (Some(node), None) if slots.len() == 1 => node.hash(),
        _ => {
            let (left, right) = slots.split_at(slots.len() / 2);
            inner_hash(&subtree(left), &subtree(right))
        }
    }
}

fn walk(slots: &[Slot], at: usize, out: &mut Vec<Step>) {
    let mut used = slots.iter().filter(|slot| !slot.is_empty());
    let lone_leaf = matches!((used.next(), used.next()), (Some(Slot::Leaf { .. }), None));
    if slots.len() <= 1 || lone_leaf {
        return;
    }
    let half = slots.len() / 2;
    let (left, right) = slots.split_at(half);
    match at.checked_sub(half) {
        None => {
            out.push(Step::SiblingRight(subtree(right)));
            walk(left, at, out);
        }
        Some(at) => {
            out.push(Step::SiblingLeft(subtree(left)));
            walk(right, at, out);
        }
    }
}
