//! The store: open, read, stage, commit.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::cache::NodeCache;
use crate::error::{Error, or_abort};
use crate::meta::{Committed, Registry, STATE_KEY, STORES_KEY, State};
use crate::options::Options;
use crate::prune;
use crate::rocks::{Cf, Rocks, Snapshot};
use crate::stage::{self, Changes, Stage, Staged};
use crate::verify::{self, Verified};
use crate::view::View;

/// Where a commit is; the crash tests stop at each of these.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommitPoint {
    /// Nothing was done yet.
    Begun,
    /// The batch is complete and nothing is written.
    Built,
    /// The batch is on disk; nobody was told.
    Written,
}

/// The state of all modules on disk. Clones share one database.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    rocks: Arc<Rocks>,
    registry: Arc<Registry>,
    options: Options,
    cache: NodeCache,
    /// One commit at a time; readers never wait for it.
    committing: Mutex<()>,
    /// A write failed: what is on disk is known only after a restart.
    closed: AtomicBool,
}

impl Store {
    /// Opens or makes a database. `stores` are the names of all module stores; a store that is new
    /// to the database joins it, with its seed key, at the next commit; as that changes the app
    /// hash, all nodes must open with the new list at the same height. Writes nothing of ours.
    pub fn open(path: &Path, stores: &[&'static str], options: Options) -> Result<Self, Error> {
        options.pruning.check()?;
        let rocks = Arc::new(Rocks::open(path, &options)?);
        let snapshot = Snapshot::new(Arc::clone(&rocks));
        State::read(&snapshot)?;
        let on_disk = snapshot.get(Cf::Meta, STORES_KEY)?.map(|bytes| bytes.to_vec());
        drop(snapshot);
        let registry = Arc::new(Registry::new(stores, on_disk.as_deref())?);
        let inner = Inner {
            rocks,
            registry,
            options,
            cache: NodeCache::default(),
            committing: Mutex::new(()),
            closed: AtomicBool::new(false),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The latest committed height and its app hash; nothing before the first commit.
    pub fn latest(&self) -> Option<Committed> {
        or_abort(self.state()).map(|state| state.committed)
    }

    /// The oldest height that can be read; 0 before the first commit.
    pub fn earliest(&self) -> u64 {
        or_abort(self.state()).map_or(0, |state| state.earliest)
    }

    /// The names of the stores, sorted.
    pub fn stores(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.inner.registry.iter().map(|(name, _)| name)
    }

    /// The state at a height, or at the latest one. Before the first commit only `None` can be
    /// read, and it is empty.
    pub fn view(&self, height: Option<u64>) -> Result<View, Error> {
        self.usable()?;
        View::open(&self.inner.rocks, &self.inner.registry, height)
    }

    /// The root after a block's changes, and what Commit will write. Has no effect: it may be
    /// called many times for one height. The first height is free; then each follows the latest
    /// one.
    pub fn stage(&self, height: u64, changes: Changes) -> Result<Staged, Error> {
        let (rocks, cache, view) = (&*self.inner.rocks, &self.inner.cache, &self.view(None)?);
        stage::stage(&Stage { rocks, cache, view, height }, changes)
    }

    /// Writes a staged block in one synced batch, with the pruning that is due. When this fails in
    /// writing, the store is closed for good: restart the process.
    pub fn commit(&self, staged: Staged) -> Result<Committed, Error> {
        self.commit_observed(staged, &mut |_| ())
    }

    /// `commit`, telling where it is.
    #[doc(hidden)]
    pub fn commit_observed(
        &self,
        staged: Staged,
        at: &mut dyn FnMut(CommitPoint),
    ) -> Result<Committed, Error> {
        let alone = self.inner.committing.lock().unwrap_or_else(PoisonError::into_inner);
        self.usable()?;
        at(CommitPoint::Begun);
        let Staged { next, base, mut batch, preimages, superseded, upper } = staged;
        let before = self.state()?;
        if before.map(|state| state.committed) != base {
            return Err(Error::StaleStage);
        }
        let mut state = after(before, next, &self.inner.options);
        prune::sweep(&self.inner.rocks, &mut state, superseded, &mut batch)?;
        let family = self.inner.rocks.family(Cf::Preimages)?;
        preimages.into_iter().for_each(|(key, value)| batch.put_cf(family, key, value));
        batch.put_cf(self.inner.rocks.family(Cf::Meta)?, STATE_KEY, state.to_bytes());
        at(CommitPoint::Built);
        if let Err(error) = self.inner.rocks.write_synced(batch) {
            self.inner.closed.store(true, Ordering::SeqCst);
            tracing::error!(%error, height = next.height, "a commit could not be written");
            return Err(error);
        }
        self.inner.cache.absorb(next.height, upper);
        at(CommitPoint::Written);
        drop(alone);
        Ok(next)
    }

    /// Recomputes every root of the latest height from the flat values, and reads every node.
    pub fn verify(&self) -> Result<Verified, Error> {
        verify::verify(&self.view(None)?)
    }

    /// Compacts the database, so that its size on disk says what it holds.
    pub fn compact(&self) -> Result<(), Error> {
        self.usable()?;
        self.inner.rocks.compact()
    }

    /// The number of rows in each column family, counted by going over them.
    pub fn row_counts(&self) -> Result<Vec<(&'static str, u64)>, Error> {
        self.usable()?;
        Cf::ALL.iter().map(|cf| Ok((cf.name(), self.inner.rocks.count(*cf)?))).collect()
    }

    /// The bytes of all table files in use (RocksDB's log and manifest come on top).
    pub fn table_bytes(&self) -> Result<u64, Error> {
        self.usable()?;
        self.inner.rocks.table_bytes()
    }

    /// How often RocksDB synced its log; 0 unless opened with `statistics`.
    pub fn log_syncs(&self) -> u64 {
        self.inner.rocks.log_syncs()
    }

    fn state(&self) -> Result<Option<State>, Error> {
        let bytes = self.inner.rocks.get(Cf::Meta, STATE_KEY)?;
        bytes.map(|bytes| State::from_bytes(&bytes)).transpose()
    }

    fn usable(&self) -> Result<(), Error> {
        if self.inner.closed.load(Ordering::SeqCst) {
            return Err(Error::Closed);
        }
        Ok(())
    }
}

/// Where we will be after a commit, before anything is swept.
fn after(before: Option<State>, next: Committed, options: &Options) -> State {
    let height = next.height;
    let mut state = before.unwrap_or(State {
        committed: next,
        earliest: height,
        swept: height,
        swept_chunks: 0,
    });
    state.committed = next;
    state.earliest = prune::earliest(options.pruning, state.earliest, height);
    state
}
