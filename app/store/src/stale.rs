//! The stale index: for each height, what it superseded and no later height needs.

use crate::bytes::Reader;
use crate::error::Error;
use crate::keys::StoreId;
use crate::tree::{Hash, Path};

/// Entries in one record, so that pruning can stop between records.
pub(crate) const CHUNK: usize = 2048;

/// Something that the heights from some version on do not need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Stale {
    /// A tree node of an older version.
    Node { store: StoreId, version: u64, at: Path },
    /// The history entry that this version made for a key.
    Value { store: StoreId, key: Vec<u8> },
    /// The preimage of a key that this version deleted.
    Preimage { store: StoreId, hash: Hash },
}

impl Stale {
    fn encode(&self, out: &mut Vec<u8>) {
        match self {
            Self::Node { store, version, at } => {
                out.push(1);
                out.extend_from_slice(&store.to_be_bytes());
                out.extend_from_slice(&version.to_be_bytes());
                out.push(at.depth());
                out.extend_from_slice(at.packed());
            }
            Self::Value { store, key } => {
                out.push(2);
                out.extend_from_slice(&store.to_be_bytes());
                // Keys are at most KEY_BYTES_MAX long, so the length fits.
                out.extend_from_slice(&u16::try_from(key.len()).unwrap_or(u16::MAX).to_be_bytes());
                out.extend_from_slice(key);
            }
            Self::Preimage { store, hash } => {
                out.push(3);
                out.extend_from_slice(&store.to_be_bytes());
                out.extend_from_slice(hash);
            }
        }
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, Error> {
        let (tag, store) = (reader.u8()?, reader.u16()?);
        match tag {
            1 => {
                let (version, depth) = (reader.u64()?, reader.u8()?);
                let packed = reader.take(usize::from(depth.saturating_add(1) / 2))?;
                let at = Path::unpack(depth, packed);
                let at = at.ok_or_else(|| Error::corrupt("a stale record has a bad path"))?;
                Ok(Self::Node { store, version, at })
            }
            2 => {
                let length = reader.u16()?;
                Ok(Self::Value { store, key: reader.take(usize::from(length))?.to_vec() })
            }
            3 => Ok(Self::Preimage { store, hash: reader.array()? }),
            tag => Err(Error::corrupt(format!("a stale record has tag {tag}"))),
        }
    }
}

/// One record.
pub(crate) fn encode(entries: &[Stale]) -> Vec<u8> {
    let mut out = Vec::new();
    for entry in entries {
        entry.encode(&mut out);
    }
    out
}

/// The inverse of `encode`.
pub(crate) fn decode(bytes: &[u8]) -> Result<Vec<Stale>, Error> {
    let mut reader = Reader::new("a stale record", bytes);
    let mut out = Vec::new();
    while !reader.is_empty() {
        out.push(Stale::read(&mut reader)?);
    }
    Ok(out)
}
