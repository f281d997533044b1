//! The batch tree: a sparse Merkle tree with the `jmt` crate's hashes, in nodes of 16 slots.

mod batch;
mod find;
mod hash;
mod node;
mod path;

pub(crate) use batch::{Batch, Delta, Nodes, Op};
pub(crate) use find::{Found, Side, leaf, neighbour};
pub use hash::{Hash, proof_spec};
pub(crate) use hash::{INNER_PREFIX, digest, leaf_op};
pub(crate) use node::{Node, Slot, Step};
pub(crate) use path::Path;

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, reason = "tests")]
mod tests;
