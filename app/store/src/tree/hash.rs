//! The hashes of the tree: those of the `jmt` crate, and its ICS-23 proof spec.

use sha2::{Digest, Sha256};

/// A SHA-256 digest.
pub type Hash = [u8; 32];

/// The hash of an empty subtree.
pub(crate) const PLACEHOLDER: Hash = *b"SPARSE_MERKLE_PLACEHOLDER_HASH__";

/// What is hashed before a leaf's key hash and value hash.
pub(crate) const LEAF_PREFIX: &[u8] = b"JMT::LeafNode";

/// What is hashed before two children (the missing letter is the `jmt` crate's).
pub(crate) const INNER_PREFIX: &[u8] = b"JMT::IntrnalNode";

pub(crate) fn digest(bytes: &[u8]) -> Hash {
    Sha256::digest(bytes).into()
}

pub(crate) fn leaf_hash(key: &Hash, value: &Hash) -> Hash {
    Sha256::new().chain_update(LEAF_PREFIX).chain_update(key).chain_update(value).finalize().into()
}

pub(crate) fn inner_hash(left: &Hash, right: &Hash) -> Hash {
    Sha256::new()
        .chain_update(INNER_PREFIX)
        .chain_update(left)
        .chain_update(right)
        .finalize()
        .into()
}

pub(crate) fn leaf_op() -> ics23::LeafOp {
    ics23::LeafOp {
        hash: ics23::HashOp::Sha256.into(),
        prehash_key: ics23::HashOp::Sha256.into(),
        prehash_value: ics23::HashOp::Sha256.into(),
        length: ics23::LengthOp::NoPrefix.into(),
        prefix: LEAF_PREFIX.to_vec(),
    }
}

/// The ICS-23 spec of every tree here, the stores' and the root tree alike (`jmt::ics23_spec()`).
pub fn proof_spec() -> ics23::ProofSpec {
    ics23::ProofSpec {
        leaf_spec: Some(leaf_op()),
        inner_spec: Some(ics23::InnerSpec {
            child_order: vec![0, 1],
            child_size: 32,
            min_prefix_length: 16,
            max_prefix_length: 16,
            empty_child: PLACEHOLDER.to_vec(),
            hash: ics23::HashOp::Sha256.into(),
        }),
        max_depth: 64,
        min_depth: 0,
        prehash_key_before_comparison: true,
    }
}
