//! What can go wrong in the store, with stable codes.

use thiserror::Error;

/// An error of the store. Nothing was written when one is returned.
#[derive(Debug, Error)]
pub enum Error {
    /// RocksDB failed; after a failed write the handle is never used again.
    #[error("rocksdb failed: {0}")]
    Rocks(#[from] rocksdb::Error),
    /// A record does not read as what it must be.
    #[error("the database is damaged: {0}")]
    Corrupt(String),
    /// The database was written in a layout that this program does not read.
    #[error("the database has layout {found}; this program reads layout {expected}")]
    Layout {
        /// What the database says.
        found: u8,
        /// What we write.
        expected: u8,
    },
    /// A name that was not given to `Store::open`.
    #[error("unknown store `{0}`; it is not in the list that the store was opened with")]
    UnknownStore(String),
    /// The database holds a store that this program does not know.
    #[error("the database holds store `{0}`, which this program does not know")]
    ForgottenStore(String),
    /// The list of stores given to `Store::open` is wrong.
    #[error("bad list of stores: {0}")]
    BadStores(String),
    /// Pruning options that make no sense.
    #[error("bad pruning: {0}")]
    BadPruning(String),
    /// The height's state was pruned.
    #[error("height {asked} is pruned; the earliest height kept is {earliest}")]
    Pruned {
        /// What was asked for.
        asked: u64,
        /// The oldest height that can be read.
        earliest: u64,
    },
    /// The height is not committed yet.
    #[error("height {asked} is in the future; the latest height is {latest}")]
    Future {
        /// What was asked for.
        asked: u64,
        /// The newest height that can be read.
        latest: u64,
    },
    /// Nothing was committed yet, so there is nothing to read or prove at a height.
    #[error("nothing is committed yet")]
    Empty,
    /// A block was staged out of order.
    #[error("height {asked} cannot follow; the next height is {expected}")]
    WrongHeight {
        /// What was asked for.
        asked: u64,
        /// What must come next.
        expected: u64,
    },
    /// Something was committed after this block was staged.
    #[error("staged on another state than the latest one")]
    StaleStage,
    /// A change with a key or value that can never be proven.
    #[error("store `{store}`: {why}")]
    BadChange {
        /// The store of the change.
        store: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// An earlier write failed; the process must be restarted.
    #[error("an earlier write failed; the store is closed until the process is restarted")]
    Closed,
    /// Something that cannot happen.
    #[error("broken: {0}")]
    Broken(&'static str),
}

impl Error {
    /// The stable code of this error, for logs and answers.
    pub fn code(&self) -> u32 {
        match self {
            Self::Rocks(_) => 1,
            Self::Corrupt(_) => 2,
            Self::Layout { .. } => 3,
            Self::UnknownStore(_) => 4,
            Self::ForgottenStore(_) => 5,
            Self::BadStores(_) => 6,
            Self::BadPruning(_) => 7,
            Self::Pruned { .. } => 8,
            Self::Future { .. } => 9,
            Self::Empty => 10,
            Self::WrongHeight { .. } => 11,
            Self::StaleStage => 12,
            Self::BadChange { .. } => 13,
            Self::Closed => 14,
            Self::Broken(_) => 15,
        }
    }

    pub(crate) fn corrupt(what: impl Into<String>) -> Self {
        Self::Corrupt(what.into())
    }
}

/// Logs what failed and ends the process: a node that cannot read its state must not answer from
/// it.
pub(crate) fn or_abort<T>(result: Result<T, Error>) -> T {
    match result {
        Ok(value) => value,
        Err(error) => {
            tracing::error!(%error, code = error.code(), "the state cannot be read; aborting");
            std::process::abort()
        }
    }
}
