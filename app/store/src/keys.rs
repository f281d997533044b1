//! How keys of the column families are laid out.

use crate::bytes::Reader;
use crate::error::Error;
use crate::tree::{Hash, Path};

/// The number of a store; it is given once and kept in the database. 0 is the root tree.
pub(crate) type StoreId = u16;

/// The root tree: its keys are the names of the stores.
pub(crate) const ROOT: StoreId = 0;

/// The longest key a module may use; a bound for everything that copies keys.
pub const KEY_BYTES_MAX: usize = 4096;

/// The key that every store holds from its first version on, so that absence can be proven in a
/// store that is otherwise empty (ICS-23 has no proof of absence in an empty tree). Nobody can
/// write it.
pub const SEED_KEY: &[u8] = b"\xffwhence.seed";

/// The value under `SEED_KEY`.
pub const SEED_VALUE: &[u8] = b"seed";

/// `latest`: store, key. Nothing follows the key, so keys sort as they are.
pub(crate) fn latest(store: StoreId, key: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(key.len().saturating_add(2));
    out.extend_from_slice(&store.to_be_bytes());
    out.extend_from_slice(key);
    out
}

/// `history`: store, escaped key, the height at which the value stopped being the latest one.
pub(crate) fn history(store: StoreId, key: &[u8], until: u64) -> Vec<u8> {
    let mut out = history_prefix(store, key);
    out.extend_from_slice(&until.to_be_bytes());
    out
}

/// What all `history` keys of a key start with. The end mark 00 00 sorts before every continuation
/// (a zero byte inside a key becomes 00 ff), so escaped keys sort as the keys do.
pub(crate) fn history_prefix(store: StoreId, key: &[u8]) -> Vec<u8> {
    let mut out = history_start(store, key);
    out.extend_from_slice(&[0, 0]);
    out
}

/// The first possible place of a key, or of one that it is a prefix of.
pub(crate) fn history_start(store: StoreId, key: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(key.len().saturating_add(16));
    out.extend_from_slice(&store.to_be_bytes());
    for byte in key {
        out.push(*byte);
        if *byte == 0 {
            out.push(0xff);
        }
    }
    out
}

/// Just after all `history` keys of a key.
pub(crate) fn history_after(store: StoreId, key: &[u8]) -> Vec<u8> {
    let mut out = history_start(store, key);
    out.extend_from_slice(&[0, 1]);
    out
}

/// The inverse of `history`, without the store.
pub(crate) fn history_parts(bytes: &[u8]) -> Result<(Vec<u8>, u64), Error> {
    let mut reader = Reader::new("a history key", bytes);
    reader.u16()?;
    let mut key = Vec::with_capacity(bytes.len());
    loop {
        match reader.u8()? {
            0 => match reader.u8()? {
                0xff => key.push(0),
                0 => break,
                mark => return Err(Error::corrupt(format!("a history key has mark {mark}"))),
            },
            byte => key.push(byte),
        }
    }
    let until = reader.u64()?;
    reader.end()?;
    Ok((key, until))
}

/// `nodes`: version, store, depth, path. The version leads, so that a block's nodes are written
/// side by side and never between older ones.
pub(crate) fn node(store: StoreId, version: u64, at: Path) -> Vec<u8> {
    let mut out = Vec::with_capacity(16);
    out.extend_from_slice(&version.to_be_bytes());
    out.extend_from_slice(&store.to_be_bytes());
    out.push(at.depth());
    out.extend_from_slice(at.packed());
    out
}

/// `preimages`: store, key hash.
pub(crate) fn preimage(store: StoreId, hash: &Hash) -> Vec<u8> {
    let mut out = Vec::with_capacity(34);
    out.extend_from_slice(&store.to_be_bytes());
    out.extend_from_slice(hash);
    out
}

/// `stale`: the height that superseded, the number of the chunk.
pub(crate) fn stale(version: u64, chunk: u32) -> Vec<u8> {
    let mut out = Vec::with_capacity(12);
    out.extend_from_slice(&version.to_be_bytes());
    out.extend_from_slice(&chunk.to_be_bytes());
    out
}
