//! One file per noun; each message parses, checks and executes.

mod contribution;
mod datanet;
mod dispute;
mod duplicate;
mod params;
mod review;
mod version;

pub use contribution::{CommitContribution, RevealContribution, WithdrawRows};
pub use datanet::{AcceptOwnership, CreateDatanet, TransferOwnership, UpdateRoles};
pub use dispute::{OpenDispute, RuleDispute};
pub use duplicate::{CommitDuplicate, ProveDuplicate};
pub use params::UpdateParams;
pub use review::{CommitReview, RevealReview};
pub use version::PublishVersion;

/// Gas of a message: some reads, some writes, an event.
pub(crate) const GAS_BASE: u64 = 40_000;
/// Gas of each row that a message may let die: a read and two writes.
pub(crate) const GAS_ROW: u64 = 5_000;
/// Gas of each account, URI or path element in a message.
pub(crate) const GAS_ITEM: u64 = 1_000;
/// Gas of freezing a version: up to 2,000 contributions are read and hashed.
pub(crate) const GAS_VERSION: u64 = 500_000;
/// Gas of a vote that may take out as many rows as a dispute can name.
pub(crate) const GAS_RULING: u64 = 400_000;

/// `base` and so much for each of `count`.
pub(crate) fn gas(count: usize, each: u64) -> u64 {
    let count = u64::try_from(count).unwrap_or(u64::MAX);
    GAS_BASE.saturating_add(count.saturating_mul(each))
}
