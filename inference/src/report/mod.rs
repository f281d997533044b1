//! Reports: what was answered and is owed, kept on disk until the chain has it.
//!
//! | file | holds |
//! |---|---|
//! | [`key`] | the report key; it signs [`MsgReportQueries`] and nothing else |
//! | [`outbox`] | one synced file per query, from before its answer ends until it is committed |
//! | [`chain`] | the node's gRPC, as far as a sidecar needs it |
//! | [`tx`] | the transaction of a batch |
//! | [`sender`] | the loop that empties the outbox |
//!
//! **Exactly one payment.** A query's id is (escrow, sequence) of its voucher, and the chain
//! refuses an id that it has. A file leaves the outbox only when its transaction is committed with
//! code 0, or when the chain says that it has this very query (same digest) already. So whatever
//! dies at whatever moment, the query is sent again until the chain has it, and the chain takes it
//! once.
//!
//! [`MsgReportQueries`]: whence_proto::whence::attribution::v1::MsgReportQueries

pub mod chain;
pub mod error;
pub mod key;
pub mod outbox;
pub mod sender;
pub mod tx;

pub use chain::Chain;
pub use error::ReportError;
pub use key::ReportKey;
pub use outbox::{Outbox, QueryId};
