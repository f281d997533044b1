//! The trade's messages, one group a file.

mod govern;
mod propose;

pub use govern::{ApproveModel, RejectModel, RetireModel, UpdateParams};
pub use propose::{AdvanceModel, ProposeModel, WithdrawModel};

/// A few reads and writes of one record.
const GAS_BASE: u64 = 40_000;
/// Each datanet that a proposal names is looked up, and counted when the model moves on.
const GAS_PER_DATANET: u64 = 5_000;
/// The most datanets there can be: what moving on may have to count.
const DATANETS_MAX: u64 = 64;
