//! Reads little-endian fields from bytes that nobody trusts.

use crate::error::{Error, Result};

/// Longest string a file may hold; chat templates and vocabulary entries are far below.
const STRING_BYTES_MAX: usize = 1 << 20;

/// A place in the file; each read moves it forward or is refused.
pub(super) struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    pub(super) fn position(&self) -> usize {
        self.at
    }

    pub(super) fn remaining(&self) -> usize {
        self.bytes.len().saturating_sub(self.at)
    }

    pub(super) fn take(&mut self, count: usize) -> Result<&'a [u8]> {
        let end = self.at.checked_add(count).filter(|end| *end <= self.bytes.len());
        let end = end.ok_or_else(|| {
            Error::Gguf(format!(
                "the file ends at byte {}: {count} more were expected at {}",
                self.bytes.len(),
                self.at
            ))
        })?;
        let taken = &self.bytes[self.at..end];
        self.at = end;
        Ok(taken)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let mut out = [0; N];
        out.copy_from_slice(self.take(N)?);
        Ok(out)
    }

    pub(super) fn u32(&mut self) -> Result<u32> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    pub(super) fn u64(&mut self) -> Result<u64> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    /// A count of things that take at least `bytes_each`, bounded by the bytes left.
    pub(super) fn count(&mut self, bytes_each: usize) -> Result<usize> {
        let count = self.u64()?;
        let most = (self.remaining() / bytes_each.max(1)) as u64;
        if count > most {
            return Err(Error::Gguf(format!("a count of {count} cannot fit: at most {most}")));
        }
        Ok(count as usize)
    }

    pub(super) fn string(&mut self) -> Result<String> {
        let length = self.count(1)?;
        if length > STRING_BYTES_MAX {
            return Err(Error::Gguf(format!(
                "a string of {length} bytes is too long: at most {STRING_BYTES_MAX}"
            )));
        }
        let bytes = self.take(length)?;
        String::from_utf8(bytes.to_vec())
            .map_err(|_| Error::Gguf(format!("the string before byte {} is not UTF-8", self.at)))
    }
}
