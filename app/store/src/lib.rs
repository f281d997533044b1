//! The Merkle store over RocksDB: every key of every module, provable against one app hash per
//! block.
//!
//! One tree per module store, and a root tree whose keys are the stores' names and whose values are
//! the stores' roots; the version of a tree is the block's height. The hashes and the proof spec
//! are those of the `jmt` crate 0.12 ([`proof_spec`]), the batch tree itself is ours (`tree`).
//!
//! ```text
//! FinalizeBlock  Store::stage(height, changes) -> Staged  computes the root; writes nothing
//! Commit         Store::commit(staged) -> Committed       ONE synced batch, pruning within it
//! reads          Store::view(height) -> View              one RocksDB snapshot, no locks
//!                View::{get, range, prove}
//! ```
//!
//! # Column families
//!
//! | family | key | value |
//! |---|---|---|
//! | `default` | `state` | layout, height, app hash, earliest height, how far pruning got |
//! | `default` | `stores` | number and name of each store |
//! | `latest` | store, key | height of the write, value |
//! | `history` | store, escaped key, height that superseded it | height of the write, value |
//! | `nodes` | version, store, depth, path | two bitmaps and up to 16 slots |
//! | `preimages` | store, key hash | height of the insertion, key |
//! | `heights` | height | root slot of the root tree |
//! | `stale` | height, chunk | what this height superseded |
//!
//! Numbers are big-endian; a store is a `u16` given once (0 is the root tree). In `history` a zero
//! byte of a key is written `00 ff` and its end `00 00`, so that rows sort as keys do.
//!
//! **Reads.** Consensus reads the latest state, so that is one point get or one plain iterator over
//! `latest`, without older versions or long-dead keys in between. At a past height a value that was
//! written by then still stands in `latest`; otherwise it is the first row of the key in `history`
//! that was superseded later, if it was written by then. The root tree's flat values hold each
//! store's root *slot* (version and hash), so a store that does not change costs a block nothing.
//!
//! **Tree.** A leaf has no node: its key hash and value hash sit in its parent's slot. A slot that
//! holds a node has its version, so every read is a point get. A batch is applied in one descent;
//! each node is loaded once and hashed once, and the root's 16 subtrees are spread over the cores.
//! The nodes of the upper four depths stay in memory for staging.
//!
//! **Seed.** ICS-23 cannot prove absence in an empty tree. Each store's tree holds [`SEED_KEY`]
//! from its first version on; the key cannot be written and no range shows it. For the same reason
//! of provability empty keys and empty values are refused.
//!
//! # What is pruned when
//!
//! Every commit writes, whatever the pruning mode, one stale record (in chunks) of what it
//! superseded: tree nodes, history rows, preimages of keys that it deleted. When `earliest` moves
//! past a height (at multiples of `interval`, to `height - keep_recent`), the height's root and the
//! stale records up to `earliest` are due. Each commit deletes what is due within its own batch,
//! about 16,384 rows and twice what the block itself superseded at most, so a backlog (after a
//! change of mode) shrinks in every block and no block pays for all of it. Nothing is left over:
//! after all keys are deleted and the window has passed, the database has as many rows as one that
//! never had keys (a test counts them). A [`View`] that is already open keeps reading its snapshot.
//!
//! # Crashes
//!
//! 1. `stage` and `open` write nothing of ours, so a crash before Commit leaves the last block.
//! 2. Commit writes one batch: nodes, flat values, stale records, pruning, height and app hash.
//!    RocksDB writes it as one record of its log with a checksum; a torn or lost record is dropped
//!    whole on reopening (point-in-time recovery), and CometBFT replays the block.
//! 3. The write is synced before `commit` returns, so what ABCI was told is on the disk, and
//!    CometBFT may prune blocks up to there.
//! 4. A write that fails closes the handle for good ([`Error::Closed`]): what is on disk is known
//!    only after a restart. A read that fails within a block logs and aborts the process.
//!
//! `tests/store/crash.rs` cuts the power at each step, tears the write at many places, and checks
//! that its own layer would notice a missing sync.

mod bytes;
mod cache;
mod error;
mod flat;
mod keys;
mod meta;
mod options;
mod prove;
mod prune;
mod range;
mod rocks;
mod spread;
mod stage;
mod stale;
mod store;
#[cfg(test)]
mod tests;
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
