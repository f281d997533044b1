//! The upper nodes of the trees in memory: every block reads and rewrites them.
//!
//! Only staging reads here, and only Commit writes, so no query ever waits for this lock. An entry
//! counts only for the version that is asked for, so one left behind by an older version is never
//! used.

use std::sync::{Arc, PoisonError, RwLock};

use crate::keys::StoreId;
use crate::tree::{Node, Path};

/// The last depth that is kept: 1 + 16 + 256 + 4,096 nodes, at most 5 MB a store. A store of a
/// million keys has about one more level below.
const DEPTH_KEPT: u8 = 3;

type Kept = Option<(u64, Arc<Node>)>;

/// The upper nodes of all trees, by store number and place.
#[derive(Default)]
pub(crate) struct NodeCache {
    stores: RwLock<Vec<Vec<Kept>>>,
}

impl NodeCache {
    pub(crate) fn keeps(at: Path) -> bool {
        at.depth() <= DEPTH_KEPT
    }

    pub(crate) fn get(&self, store: StoreId, version: u64, at: Path) -> Option<Arc<Node>> {
        let stores = self.stores.read().unwrap_or_else(PoisonError::into_inner);
        let kept = stores.get(usize::from(store))?.get(index(at)?)?;
        kept.as_ref().filter(|(since, _)| *since == version).map(|(_, node)| Arc::clone(node))
    }

    /// Takes in the upper nodes of a committed block.
    pub(crate) fn absorb(&self, version: u64, nodes: Vec<(StoreId, Path, Node)>) {
        let mut stores = self.stores.write().unwrap_or_else(PoisonError::into_inner);
        for (store, at, node) in nodes {
            let store = usize::from(store);
            let Some(place) = index(at) else { continue };
            grow(&mut stores, store);
            let Some(kept) = stores.get_mut(store) else { continue };
            grow(kept, place);
            if let Some(kept) = kept.get_mut(place) {
                *kept = Some((version, Arc::new(node)));
            }
        }
    }
}

fn grow<T: Default>(list: &mut Vec<T>, to: usize) {
    if list.len() <= to {
        list.resize_with(to.saturating_add(1), T::default);
    }
}

/// The number of a place: all of a depth come after all of the depths above.
fn index(at: Path) -> Option<usize> {
    if !NodeCache::keeps(at) {
        return None;
    }
    let above = (0..at.depth()).try_fold(0usize, |sum, depth| sum.checked_add(width(depth)?))?;
    let nibbles = at.packed().iter().fold(0usize, |sum, byte| (sum << 8) | usize::from(*byte));
    let within = if at.depth().is_multiple_of(2) { nibbles } else { nibbles >> 4 };
    above.checked_add(within)
}

fn width(depth: u8) -> Option<usize> {
    16usize.checked_pow(u32::from(depth))
}
