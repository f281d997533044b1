//! The flat values: the latest one of each key by a point get, older ones by one seek.

use crate::bytes::Reader;
use crate::error::Error;
use crate::keys::{self, StoreId};
use crate::rocks::{Cf, Snapshot};

/// A value and the height that wrote it, as both flat families hold it.
pub(crate) fn encode(since: u64, value: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(value.len().saturating_add(8));
    out.extend_from_slice(&since.to_be_bytes());
    out.extend_from_slice(value);
    out
}

/// The inverse of `encode`.
pub(crate) fn decode(bytes: &[u8]) -> Result<(u64, &[u8]), Error> {
    let mut reader = Reader::new("a flat value", bytes);
    Ok((reader.u64()?, reader.rest()))
}

/// The value of a key: the latest one, or the one at a past height.
pub(crate) fn get(
    snapshot: &Snapshot,
    store: StoreId,
    key: &[u8],
    past: Option<u64>,
) -> Result<Option<Vec<u8>>, Error> {
    if let Some(bytes) = snapshot.get(Cf::Latest, &keys::latest(store, key))? {
        let (since, value) = decode(&bytes)?;
        if past.is_none_or(|height| since <= height) {
            return Ok(Some(value.to_vec()));
        }
    }
    match past {
        None => Ok(None),
        Some(height) => superseded(snapshot, store, key, height),
    }
}

/// The value that a key had at a height and lost later: of the values that ended after the height,
/// the first one, if it was there by then.
fn superseded(
    snapshot: &Snapshot,
    store: StoreId,
    key: &[u8],
    height: u64,
) -> Result<Option<Vec<u8>>, Error> {
    let from = keys::history(store, key, height.saturating_add(1));
    let mut iterator =
        snapshot.iterate(Cf::History, from.clone(), keys::history_after(store, key))?;
    iterator.seek(&from);
    iterator.status()?;
    match iterator.value() {
        None => Ok(None),
        Some(bytes) => {
            let (since, value) = decode(bytes)?;
            Ok((since <= height).then(|| value.to_vec()))
        }
    }
}
