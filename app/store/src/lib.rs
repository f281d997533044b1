//! The Merkle store over RocksDB.

mod bytes;
mod error;
mod flat;
mod keys;
mod meta;
mod options;
mod prove;
mod prune;
mod range;
mod rocks;
mod stage;
mod stale;
mod store;
mod tree;
mod verify;
mod view;

pub use error::Error;
pub use keys::{KEY_BYTES_MAX, SEED_KEY, SEED_VALUE};
pub use meta::Committed;
pub use options::{Options, Pruning};
pub use prove::{PROOF_OP_TYPE, Proof, ProofOp};
pub use stage::{Changes, Staged, StoreChanges};
#[doc(hidden)]
pub use store::CommitPoint;
pub use store::Store;
pub use tree::{Hash, proof_spec};
pub use verify::Verified;
pub use view::{Entries, View};
