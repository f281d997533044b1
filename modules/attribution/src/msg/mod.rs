//! The messages. Gas is fixed: a base for the state that every message touches, and a sum per item.

mod escrow;
mod params;
mod provider;
mod report;

pub use escrow::{CompleteWithdrawal, FundEscrow, RequestWithdrawal, RotateSessionKey};
pub use params::UpdateParams;
pub use provider::{RegisterProvider, UnbondProvider, UpdateProvider};
pub use report::ReportQueries;

/// What a message costs that reads and writes a handful of records.
pub(crate) const GAS_BASE: u64 = 40_000;
/// What a message costs that creates a record which stays.
pub(crate) const GAS_CREATE: u64 = 80_000;
/// One query: a signature, six records, and its settlement later.
pub(crate) const GAS_PER_QUERY: u64 = 60_000;
/// One share: its bytes, and what settling it reads and writes.
pub(crate) const GAS_PER_SHARE: u64 = 4_000;
