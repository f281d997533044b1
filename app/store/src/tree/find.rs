//! Looks for leaves: a key's own, and its neighbours in hash order, which prove its absence.

use super::batch::Nodes;
use super::hash::Hash;
use super::node::{Slot, Step};
use super::path::{Path, nibble};
use crate::error::Error;

/// A leaf of the tree with its way up, the topmost step last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) key: Hash,
    pub(crate) value: Hash,
    pub(crate) steps: Vec<Step>,
}

/// The leaf of a key hash.
pub(crate) fn leaf(nodes: &impl Nodes, root: Slot, key: &Hash) -> Result<Option<Found>, Error> {
    let mut steps = Vec::new();
    let (mut at, mut slot) = (Path::default(), root);
    while let Slot::Node { version, .. } = slot {
        let node = nodes.load(version, at)?;
        let place = nibble(key, at.depth());
        node.steps(place, &mut steps);
        at = at.child(place);
        slot = node.slot(place);
    }
    match slot {
        Slot::Leaf { key: found, value } if found == *key => {
            steps.reverse();
            Ok(Some(Found { key: found, value, steps }))
        }
        _ => Ok(None),
    }
}

/// Which neighbour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Left,
    Right,
}

/// The key hash of the nearest leaf on a side of a key hash that has no leaf.
pub(crate) fn neighbour(
    nodes: &impl Nodes,
    root: Slot,
    key: &Hash,
    side: Side,
) -> Result<Option<Hash>, Error> {
    near(nodes, (Path::default(), root), key, side)
}

fn near(
    nodes: &impl Nodes,
    (at, slot): (Path, Slot),
    key: &Hash,
    side: Side,
) -> Result<Option<Hash>, Error> {
    let version = match slot {
        Slot::Empty => return Ok(None),
        Slot::Leaf { key: found, .. } => {
            let fits = if side == Side::Left { found < *key } else { found > *key };
            return Ok(fits.then_some(found));
        }
        Slot::Node { version, .. } => version,
    };
    let node = nodes.load(version, at)?;
    let place = nibble(key, at.depth());
    if let Some(found) = near(nodes, (at.child(place), node.slot(place)), key, side)? {
        return Ok(Some(found));
    }
    let mut beside: Vec<_> = match side {
        Side::Left => node.slots().filter(|(slot, _)| *slot < place).rev().collect(),
        Side::Right => node.slots().filter(|(slot, _)| *slot > place).collect(),
    };
    beside.retain(|(_, slot)| !slot.is_empty());
    match beside.first() {
        Some((place, slot)) => edge(nodes, (at.child(*place), *slot), side).map(Some),
        None => Ok(None),
    }
}

/// The leaf nearest to us in a subtree that lies wholly on a side.
fn edge(nodes: &impl Nodes, (at, slot): (Path, Slot), side: Side) -> Result<Hash, Error> {
    let (mut at, mut slot) = (at, slot);
    loop {
        match slot {
            Slot::Empty => return Err(Error::corrupt("a tree node has no leaf below")),
            Slot::Leaf { key, .. } => return Ok(key),
            Slot::Node { version, .. } => {
                let node = nodes.load(version, at)?;
                let mut used = node.slots().filter(|(_, slot)| !slot.is_empty());
                let next = if side == Side::Left { used.next_back() } else { used.next() };
                let (place, below) = next.unwrap_or_default();
                at = at.child(place);
                slot = below;
            }
        }
    }
}
