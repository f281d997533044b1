//! The application: one store, one list of modules, and the state between FinalizeBlock and Commit.
//!
//! Consensus calls take `consensus`; the mempool takes `mempool`; queries take neither, they read a
//! snapshot of the store. Only Commit writes.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use whence_base::ctx::Block;
use whence_base::state::Changes;
use whence_store::{Options, Staged, Store};

use crate::ante::gas_price::GasPrices;
use crate::ante::signature::Remembered;
use crate::exec::block::Machine;
use crate::exec::header;
use crate::modules::Modules;
use crate::state::Committed;

/// Version of the state machine, told in Info and kept in block headers.
pub const APP_VERSION: u64 = 1;

/// How this node runs; no choice here changes what a block does.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// What a tx must offer to enter the mempool.
    pub minimum_gas_prices: GasPrices,
    /// How many blocks CometBFT must keep; 0 keeps all.
    pub min_retain_blocks: u64,
    /// Stop after committing this height; 0 never.
    pub halt_height: u64,
    /// Check all invariants after every block and stop when one is broken.
    pub verify_invariants: bool,
}

/// Why the node cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum Fatal {
    /// The store failed, or was asked for what cannot be.
    #[error("store: {0}")]
    Store(#[from] whence_store::Error),
    /// A call that ABCI's grammar does not allow now.
    #[error("ABCI grammar: {0}")]
    Grammar(String),
    /// Genesis cannot be used.
    #[error("genesis: {0}")]
    Genesis(String),
    /// The state machine met what cannot be.
    #[error("state machine: {0}")]
    Machine(#[from] whence_base::Error),
    /// A rule that must always hold is broken.
    #[error("invariant broken at height {height}: {sentences}")]
    Invariant {
        /// Height of the block.
        height: u64,
        /// What is broken.
        sentences: String,
    },
}

/// A block that was finalized and waits for its Commit.
pub(crate) struct Pending {
    pub(crate) staged: Staged,
    pub(crate) block: Block,
}

/// State that consensus calls share.
#[derive(Default)]
pub(crate) struct Consensus {
    /// Genesis, until the first block is committed with it.
    pub(crate) genesis: Option<Genesis>,
    /// The last block that FinalizeBlock computed.
    pub(crate) pending: Option<Pending>,
}

/// What InitChain computed.
#[derive(Clone)]
pub(crate) struct Genesis {
    pub(crate) chain_id: String,
    pub(crate) initial_height: u64,
    pub(crate) changes: Changes,
}

/// The mempool's view: the committed state and what the waiting txs change of accounts and fees.
pub(crate) struct Mempool {
    pub(crate) base: Committed,
    pub(crate) block: Block,
    pub(crate) changes: Changes,
}

type HaltHook = Box<dyn Fn(u64) + Send + Sync>;

pub(crate) struct Inner {
    pub(crate) store: Store,
    pub(crate) settings: Settings,
    pub(crate) modules: &'static Modules,
    pub(crate) remembered: Remembered,
    pub(crate) consensus: Mutex<Consensus>,
    pub(crate) mempool: Mutex<Option<Mempool>>,
    pub(crate) on_halt: Mutex<Option<HaltHook>>,
    pub(crate) services: std::sync::OnceLock<Arc<crate::serve::Table>>,
}

/// The application. Clones share everything.
#[derive(Clone)]
pub struct App {
    pub(crate) inner: Arc<Inner>,
}

impl App {
    /// Opens the state under a directory.
    pub fn open(path: &Path, options: Options, settings: Settings) -> Result<Self, Fatal> {
        let modules = Modules::get();
        let store = Store::open(path, modules.stores(), options)?;
        let inner = Inner {
            store,
            settings,
            modules,
            remembered: Remembered::default(),
            consensus: Mutex::default(),
            mempool: Mutex::default(),
            on_halt: Mutex::default(),
            services: std::sync::OnceLock::new(),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The store, for reading.
    pub fn store(&self) -> &Store {
        &self.inner.store
    }

    /// How this node runs.
    pub fn settings(&self) -> &Settings {
        &self.inner.settings
    }

    /// The list of modules.
    pub fn modules(&self) -> &'static Modules {
        self.inner.modules
    }

    /// The committed state, at a height or at the latest one, with the block it belongs to.
    pub fn committed(&self, height: Option<u64>) -> Result<(Committed, Block), Fatal> {
        let state = Committed(self.inner.store.view(height)?);
        let block = header::recall(&state)?;
        Ok((state, block))
    }

    /// Calls back once, after the halt height was committed and answered.
    pub fn on_halt(&self, hook: impl Fn(u64) + Send + Sync + 'static) {
        *lock(&self.inner.on_halt) = Some(Box::new(hook));
    }

    /// Gives `abci_query` the table of services that gRPC serves.
    pub fn set_services(&self, table: Arc<crate::serve::Table>) {
        if self.inner.services.set(table).is_err() {
            tracing::warn!("the table of services is set already");
        }
    }

    pub(crate) fn machine<'a>(&'a self, base: &'a Committed) -> Machine<'a> {
        Machine { modules: self.inner.modules, base, remembered: &self.inner.remembered }
    }

    pub(crate) fn consensus(&self) -> MutexGuard<'_, Consensus> {
        lock(&self.inner.consensus)
    }

    pub(crate) fn mempool(&self) -> MutexGuard<'_, Option<Mempool>> {
        lock(&self.inner.mempool)
    }
}

/// A poisoned lock cannot happen: a panic aborts the process.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
