//! What moved an adapter towards an answer: shares, and the part that no row explains.

use whence_canon::measure::BILLION;

/// One row's part in an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// The row; of rows that say the same, the first commit.
    pub row: u64,
    /// Its part, in billionths of the whole answer.
    pub ppb: u32,
}

/// What moved an adapter towards an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribution {
    /// Rows that earn, largest part first, ties by id; at most
    /// [`whence_canon::measure::SHARES_MAX`].
    pub shares: Vec<Share>,
    /// What no row explains, in billionths; with the shares it makes a billion.
    pub unattributed_ppb: u32,
    /// Every row's score in units of 2^-32, by rising id.
    pub scores: Vec<(u64, i64)>,
}

impl Attribution {
    /// That of an empty answer.
    pub fn none() -> Self {
        Self { shares: Vec::new(), unattributed_ppb: BILLION, scores: Vec::new() }
    }
}
