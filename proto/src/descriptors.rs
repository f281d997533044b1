//! The descriptors of every type on the wire.

use std::sync::LazyLock;

use prost_reflect::DescriptorPool;

/// An encoded `FileDescriptorSet` of our protos and all vendored ones, without comments.
pub const DESCRIPTORS: &[u8] = include_bytes!("gen/descriptors.bin");

static POOL: LazyLock<DescriptorPool> =
    LazyLock::new(|| DescriptorPool::decode(DESCRIPTORS).unwrap_or_default());

/// All types on the wire, by name. Decoded once; a test checks that the committed set decodes.
pub fn pool() -> &'static DescriptorPool {
    &POOL
}
