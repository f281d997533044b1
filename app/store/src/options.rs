//! How a store is opened: what is kept, and how much memory RocksDB may take.

use crate::error::Error;

/// Which heights stay readable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pruning {
    /// The last 362,880 heights (three weeks of five-second blocks), moved on every 10 blocks.
    #[default]
    Default,
    /// Every height, for ever.
    Nothing,
    /// The last 2 heights, moved on every 10 blocks.
    Everything,
    /// Heights of one's own choice.
    Custom {
        /// How many heights below the latest one stay readable; at least 1.
        keep_recent: u64,
        /// The earliest height moves on at multiples of this; at least 1.
        interval: u64,
    },
}

impl Pruning {
    /// (keep_recent, interval), or nothing when every height is kept.
    pub(crate) fn window(self) -> Option<(u64, u64)> {
        match self {
            Self::Default => Some((362_880, 10)),
            Self::Nothing => None,
            Self::Everything => Some((2, 10)),
            Self::Custom { keep_recent, interval } => Some((keep_recent, interval)),
        }
    }

    pub(crate) fn check(self) -> Result<(), Error> {
        match self.window() {
            Some((0, _)) => Err(Error::BadPruning("keep_recent must be at least 1".into())),
            Some((_, 0)) => Err(Error::BadPruning("interval must be at least 1".into())),
            _ => Ok(()),
        }
    }
}

/// How a store is opened.
#[derive(Debug, Clone)]
pub struct Options {
    /// Which heights stay readable.
    pub pruning: Pruning,
    /// Memory for RocksDB's blocks, filters and write buffers together, in bytes.
    pub cache_bytes: usize,
    /// How many table files RocksDB keeps open.
    pub open_files_max: i32,
    /// Whether RocksDB counts what it does (for metrics and for the crash tests); costs a few
    /// percent.
    pub statistics: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            pruning: Pruning::Default,
            cache_bytes: 256 << 20,
            open_files_max: 512,
            statistics: false,
        }
    }
}
