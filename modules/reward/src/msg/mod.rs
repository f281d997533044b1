//! The messages. Gas is fixed.

mod claim;
mod govern;

pub use claim::{Claim, RotatePayout};
pub use govern::{CommunityPoolSpend, UpdateParams};

/// Reads at most eight accruals, writes them, moves coins once.
pub(crate) const GAS_CLAIM: u64 = 80_000;
/// Writes a record or two.
pub(crate) const GAS_BASE: u64 = 40_000;
