//! An index as bytes: a magic, a JSON header, then every row at its fixed size.

use super::index::{Header, Index, IndexRow, METHOD};
use super::vector::{IntVector, Part};
use crate::error::{Error, Result};

/// Says what the file is, and in which version.
const MAGIC: &[u8; 8] = b"WHINDEX\x01";
/// Longest header that is parsed.
const HEADER_BYTES_MAX: usize = 1 << 20;

/// A row as it is hashed and stored: id, hash, then each matrix as its scale and numbers.
pub(super) fn row_bytes(row: &IndexRow) -> Vec<u8> {
    let mut out = Vec::new();
    out.extend(row.id.to_le_bytes());
    out.extend(row.hash);
    for part in &row.vector.parts {
        out.extend(part.scale.to_le_bytes());
        out.extend(part.values.iter().map(|value| value.to_le_bytes()[0]));
    }
    out
}

/// The header as it is hashed and stored: JSON, fields in their order.
pub(super) fn header_bytes(header: &Header) -> Result<Vec<u8>> {
    serde_json::to_vec(header).map_err(|why| wrong(&why.to_string()))
}

impl Index {
    /// The file's bytes.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let header = header_bytes(&self.header)?;
        let mut out = MAGIC.to_vec();
        out.extend((header.len() as u32).to_le_bytes());
        out.extend(header);
        self.rows.iter().for_each(|row| out.extend(row_bytes(row)));
        out.extend(self.root);
        Ok(out)
    }

    /// Reads [`Self::to_bytes`]; sizes are checked before anything is copied, and the root last.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        let rest = bytes.strip_prefix(MAGIC).ok_or_else(|| wrong("not an index of version 1"))?;
        let (length, rest) = rest.split_first_chunk::<4>().ok_or_else(|| wrong("cut off"))?;
        let length = u32::from_le_bytes(*length) as usize;
        if length > HEADER_BYTES_MAX || length > rest.len() {
            return Err(wrong("the header is too long"));
        }
        let (header, rest) = rest.split_at(length);
        let header: Header =
            serde_json::from_slice(header).map_err(|why| wrong(&why.to_string()))?;
        if header.method != METHOD {
            return Err(wrong(&format!("method {:?} is not {METHOD:?}", header.method)));
        }
        let row_size = row_size(&header.sizes).ok_or_else(|| wrong("its sizes overflow"))?;
        let whole = header.rows.checked_mul(row_size).and_then(|size| size.checked_add(32));
        if whole != Some(rest.len()) {
            return Err(wrong(&format!("{} rows of {row_size} bytes do not fit", header.rows)));
        }
        let (rows, root) = rest.split_at(rest.len() - 32);
        let rows = rows.chunks_exact(row_size).map(|row| parse_row(row, &header.sizes)).collect();
        let index = Self::new(header, rows)?;
        match index.root == root {
            true => Ok(index),
            false => Err(wrong("its rows do not give its root")),
        }
    }
}

fn wrong(why: &str) -> Error {
    Error::Index(why.to_owned())
}

fn row_size(sizes: &[usize]) -> Option<usize> {
    sizes.iter().try_fold(40usize, |sum, size| sum.checked_add(*size)?.checked_add(4))
}

/// `bytes` has exactly [`row_size`].
fn parse_row(bytes: &[u8], sizes: &[usize]) -> IndexRow {
    let mut at = 40;
    let mut parts = Vec::with_capacity(sizes.len());
    for size in sizes {
        let mut scale = [0; 4];
        scale.copy_from_slice(&bytes[at..at + 4]);
        let values = &bytes[at + 4..at + 4 + size];
        let values = values.iter().map(|value| i8::from_le_bytes([*value])).collect();
        parts.push(Part { scale: u32::from_le_bytes(scale), values });
        at += 4 + size;
    }
    let mut id = [0; 8];
    id.copy_from_slice(&bytes[..8]);
    let mut hash = [0; 32];
    hash.copy_from_slice(&bytes[8..40]);
    IndexRow { id: u64::from_le_bytes(id), hash, vector: IntVector { parts } }
}
