//! Reads the whole state at one height, from one RocksDB snapshot.

use std::ops::Bound;
use std::sync::Arc;

use crate::cache::NodeCache;
use crate::error::{Error, or_abort};
use crate::flat;
use crate::keys::{self, ROOT, SEED_KEY, SEED_VALUE, StoreId};
use crate::meta::{Committed, Registry, State};
use crate::prove::{self, Proof};
use crate::range::{Range, Span};
use crate::rocks::{Cf, Rocks, Snapshot};
use crate::tree::{Node, Nodes, Path, Slot};

/// Entries in key order, or in reverse.
pub type Entries<'a> = Box<dyn Iterator<Item = (Vec<u8>, Vec<u8>)> + 'a>;

/// The state at one height. It holds a RocksDB snapshot: keep it for a block or a query, not for
/// ever.
#[derive(Clone)]
pub struct View {
    inner: Arc<Inner>,
}

struct Inner {
    snapshot: Snapshot,
    registry: Arc<Registry>,
    /// What the snapshot holds; nothing before the first commit.
    state: Option<State>,
    height: u64,
}

impl View {
    /// The latest height, or the given one.
    pub(crate) fn open(
        rocks: &Arc<Rocks>,
        registry: &Arc<Registry>,
        height: Option<u64>,
    ) -> Result<Self, Error> {
        let snapshot = Snapshot::new(Arc::clone(rocks));
        let state = State::read(&snapshot)?;
        let height = match (height, state) {
            (None, None) => 0,
            (None, Some(state)) => state.committed.height,
            (Some(_), None) => return Err(Error::Empty),
            (Some(asked), Some(state)) => within(asked, &state)?,
        };
        let registry = Arc::clone(registry);
        Ok(Self { inner: Arc::new(Inner { snapshot, registry, state, height }) })
    }

    /// The height that is read; 0 before the first commit.
    pub fn height(&self) -> u64 {
        self.inner.height
    }

    /// The app hash of this height; none before the first commit.
    pub fn app_hash(&self) -> Result<Option<[u8; 32]>, Error> {
        Ok(self.root()?.map(|root| root.hash()))
    }

    /// The value of a key. A read error of RocksDB is logged and ends the process; an unknown store
    /// has no keys.
    pub fn get(&self, store: &str, key: &[u8]) -> Option<Vec<u8>> {
        let Ok(id) = self.inner.registry.id(store) else {
            tracing::error!(store, "read from a store that was not opened");
            return None;
        };
        or_abort(self.value(id, key))
    }

    /// Entries between two keys in key order, or in reverse. The seed key is not among them.
    pub fn range(
        &self,
        store: &str,
        start: Bound<&[u8]>,
        end: Bound<&[u8]>,
        reverse: bool,
    ) -> Entries<'_> {
        let Ok(store) = self.inner.registry.id(store) else {
            tracing::error!(store, "range over a store that was not opened");
            return Box::new(std::iter::empty());
        };
        let span = Span { store, start, end, reverse };
        or_abort(Range::open(&self.inner.snapshot, &span, self.past()).map(Range::boxed))
    }

    /// The value of a key with its proof, or the proof that it is absent: two ICS-23 ops, the
    /// store's tree first.
    pub fn prove(&self, store: &str, key: &[u8]) -> Result<Proof, Error> {
        prove::prove(self, store, key)
    }

    /// What the snapshot was taken after.
    pub(crate) fn latest(&self) -> Option<Committed> {
        self.inner.state.map(|state| state.committed)
    }

    pub(crate) fn registry(&self) -> &Registry {
        &self.inner.registry
    }

    pub(crate) fn snapshot(&self) -> &Snapshot {
        &self.inner.snapshot
    }

    /// The height to read at when it is not the latest one.
    fn past(&self) -> Option<u64> {
        let latest = self.inner.state.map(|state| state.committed.height);
        (latest != Some(self.inner.height)).then_some(self.inner.height)
    }

    /// The value of a key of a store, the seed's included.
    pub(crate) fn value(&self, store: StoreId, key: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        if store != ROOT && key == SEED_KEY {
            let seeded = !self.store_root(store)?.is_empty();
            return Ok(seeded.then(|| SEED_VALUE.to_vec()));
        }
        flat::get(&self.inner.snapshot, store, key, self.past())
    }

    /// The root of the root tree.
    pub(crate) fn root(&self) -> Result<Option<Slot>, Error> {
        if self.inner.state.is_none() {
            return Ok(None);
        }
        let height = self.inner.height.to_be_bytes();
        let found = self.inner.snapshot.get(Cf::Heights, &height)?;
        let bytes = found.ok_or_else(|| Error::corrupt("a readable height has no root"))?;
        Slot::from_bytes(&bytes).map(Some)
    }

    /// The root of a store's tree; empty when the store is not there yet.
    pub(crate) fn store_root(&self, store: StoreId) -> Result<Slot, Error> {
        let name = self.inner.registry.iter().find(|(_, id)| *id == store);
        let (name, _) = name.ok_or(Error::Broken("a store without a name"))?;
        let slot = flat::get(&self.inner.snapshot, ROOT, name.as_bytes(), self.past())?;
        slot.map_or(Ok(Slot::Empty), |bytes| Slot::from_bytes(&bytes))
    }

    pub(crate) fn nodes(&self, store: StoreId) -> StoredNodes<'_> {
        StoredNodes { snapshot: &self.inner.snapshot, store, cache: None }
    }

    /// The nodes for staging, the upper ones from memory.
    pub(crate) fn cached_nodes<'a>(
        &'a self,
        store: StoreId,
        cache: &'a NodeCache,
    ) -> StoredNodes<'a> {
        StoredNodes { snapshot: &self.inner.snapshot, store, cache: Some(cache) }
    }
}

fn within(asked: u64, state: &State) -> Result<u64, Error> {
    let (earliest, latest) = (state.earliest, state.committed.height);
    if asked > latest {
        return Err(Error::Future { asked, latest });
    }
    if asked < earliest {
        return Err(Error::Pruned { asked, earliest });
    }
    Ok(asked)
}

/// The nodes of one store's tree.
pub(crate) struct StoredNodes<'a> {
    snapshot: &'a Snapshot,
    store: StoreId,
    cache: Option<&'a NodeCache>,
}

impl Nodes for StoredNodes<'_> {
    fn load(&self, version: u64, at: Path) -> Result<Arc<Node>, Error> {
        if let Some(node) = self.cache.and_then(|cache| cache.get(self.store, version, at)) {
            return Ok(node);
        }
        let key = keys::node(self.store, version, at);
        match self.snapshot.get(Cf::Nodes, &key)? {
            Some(bytes) => Node::from_bytes(&bytes).map(Arc::new),
            None => Err(Error::corrupt(format!("node {version}/{at:?} is missing"))),
        }
    }
}
