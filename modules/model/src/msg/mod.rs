//! The trade's messages, one group a file.

mod adapter;
mod feedback;
mod serve;

pub use adapter::{FlagAdapter, RegisterAdapter, RetireAdapter};
pub use feedback::{CommitFeedback, CommitFeedbackReview, RevealFeedback, RevealFeedbackReview};
pub use serve::{DeployAdapter, RecordEvaluation, UndeployAdapter, UpdateParams};

/// A few reads and writes of one record.
const GAS_BASE: u64 = 50_000;
/// Up to 16 versions are looked up, or up to 64 flags settled.
const GAS_REGISTER: u64 = 200_000;
/// Up to 32 reviews are settled.
const GAS_DECIDE: u64 = 150_000;
