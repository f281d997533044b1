//! An attribution index in its canonical bytes: a header and one leaf a row, under a Merkle root.
//!
//! The tree (`merkle`) has the header's digest as leaf 0 and the digest of row `k` (from 0, by
//! rising row id) as leaf `k + 1`. A digest is the SHA-256 of a domain and the bytes. Numbers are
//! big-endian.
//!
//! | header | bytes | | leaf | bytes |
//! |---|---|---|---|---|
//! | method's length and name | 2 + n | | row id | 8 |
//! | base, adapter, preconditioner | 3 · 32 | | row hash | 32 |
//! | damping in ppb | 8 | | cluster: row id of its first commit | 8 |
//! | checkpoints | 2 | | self-influence, 2^-32 | 8 |
//! | bits | 1 | | norm, 2^-32 | 8 |
//! | number of blocks, their widths | 4 + 4 n | | the vector (`score`) | shape |
//! | rows | 8 | | | |
//! | threshold, whole, largest self-influence | 3 · 8 | | | |
//!
//! The part of the header before `rows` never changes: a version of a datanet that adds rows gets
//! a new header, a new root and new leaves at the end, and keeps the old leaves.

use sha2::{Digest, Sha256};

use crate::merkle::Hash;
use crate::score::{BLOCKS_MAX, Bits, Shape, UNIT, Vector};

/// Bytes of a leaf before its vector.
pub const LEAF_BYTES: usize = 64;
/// Bytes of a header after its settings.
pub const TAIL_BYTES: usize = 32;
/// Longest name of a method.
pub const METHOD_BYTES_MAX: usize = 64;
/// Most bytes of settings.
pub const SETTINGS_BYTES_MAX: usize = METHOD_BYTES_MAX + 113 + 4 * BLOCKS_MAX;
/// Most rows of one index, so that sums over rows fit their integers.
pub const ROWS_MAX: u64 = 1 << 32;

const HEADER_DOMAIN: &[u8] = b"whence/index/v2/header";
const LEAF_DOMAIN: &[u8] = b"whence/index/v2/leaf";
const QUERY_DOMAIN: &[u8] = b"whence/index/v2/query";

/// Why bytes are no index, no leaf, or no claim about one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IndexError {
    /// Bytes are not in their one form.
    #[error("malformed: expected that {0}")]
    Malformed(&'static str),
    /// What is shown is not what was committed to.
    #[error("not what was committed to: {0}")]
    Unbound(&'static str),
    /// The claim does not say what such a claim must say.
    #[error("no such claim: expected {0}")]
    Claim(&'static str),
}

impl IndexError {
    /// A stable number for people who match on it.
    pub fn code(&self) -> u32 {
        match self {
            Self::Malformed(_) => 1,
            Self::Unbound(_) => 2,
            Self::Claim(_) => 3,
        }
    }
}

/// What all rows of an index have in common; never changes while rows are added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// How vectors are made, with its version.
    pub method: String,
    /// SHA-256 of the base model's file.
    pub base: Hash,
    /// SHA-256 of the adapter's file.
    pub adapter: Hash,
    /// Hash of the bases that gradients are rotated into and of what whitens them.
    pub preconditioner: Hash,
    /// Damping `λ` as parts per billion of each block's mean eigenvalue.
    pub damping_ppb: u64,
    /// Checkpoints whose blocks follow each other in a vector; a score is their sum, so that a
    /// mean over `C` of them has `1/√C` in each vector.
    pub checkpoints: u16,
    /// Widths of all blocks and bits of a row's numbers.
    pub shape: Shape,
}

/// What an index's own rows say about scores, in units of 2^-32.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Calibration {
    /// Only what a row's pay score has above this counts; not negative.
    pub threshold: i64,
    /// The sum above the threshold that explains a whole answer; positive.
    pub whole: i64,
    /// Rows with more self-influence are outliers and earn nothing.
    pub self_influence_max: u64,
}

/// Leaf 0: what an index is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// What all rows have in common.
    pub settings: Settings,
    /// Rows.
    pub rows: u64,
    /// What the rows say about scores.
    pub calibration: Calibration,
}

impl Settings {
    /// The canonical bytes.
    pub fn bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        // `parse` takes no longer name, and more than 2^32 blocks are no shape.
        out.extend(u16::try_from(self.method.len()).unwrap_or(u16::MAX).to_be_bytes());
        out.extend(self.method.as_bytes());
        out.extend(self.base);
        out.extend(self.adapter);
        out.extend(self.preconditioner);
        out.extend(self.damping_ppb.to_be_bytes());
        out.extend(self.checkpoints.to_be_bytes());
        out.push(self.shape.bits().number());
        let blocks = self.shape.widths().len();
        out.extend(u32::try_from(blocks).unwrap_or(u32::MAX).to_be_bytes());
        out.extend(self.shape.widths().iter().flat_map(|width| width.to_be_bytes()));
        out
    }

    /// Reads [`Self::bytes`], all of them.
    pub fn parse(bytes: &[u8]) -> Result<Self, IndexError> {
        let mut reader = Reader(bytes);
        let length = usize::from(u16::from_be_bytes(reader.array()?));
        if length == 0 || length > METHOD_BYTES_MAX {
            return Err(IndexError::Malformed("a method's name has 1 to 64 bytes"));
        }
        let method = std::str::from_utf8(reader.take(length)?);
        let method = method.map_err(|_| IndexError::Malformed("a method's name is UTF-8"))?;
        let (base, adapter, preconditioner) = (reader.array()?, reader.array()?, reader.array()?);
        let damping_ppb = u64::from_be_bytes(reader.array()?);
        let checkpoints = u16::from_be_bytes(reader.array()?);
        let [bits] = reader.array()?;
        let blocks = usize::try_from(u32::from_be_bytes(reader.array()?)).unwrap_or(usize::MAX);
        let (widths, rest) = reader.0.as_chunks::<4>();
        if widths.len() != blocks || blocks > BLOCKS_MAX || !rest.is_empty() {
            return Err(IndexError::Malformed("settings end with the widths of their blocks"));
        }
        let widths = widths.iter().map(|width| u32::from_be_bytes(*width)).collect();
        let shape = Shape::new(widths, Bits::parse(bits)?)?;
        if checkpoints == 0 || !blocks.is_multiple_of(usize::from(checkpoints)) {
            return Err(IndexError::Malformed("each checkpoint has the same number of blocks"));
        }
        let method = method.to_owned();
        Ok(Self { method, base, adapter, preconditioner, damping_ppb, checkpoints, shape })
    }
}

impl Header {
    /// The canonical bytes.
    pub fn bytes(&self) -> Vec<u8> {
        let mut out = self.settings.bytes();
        out.extend(self.tail());
        out
    }

    /// What stands in it after its settings.
    pub fn tail(&self) -> [u8; TAIL_BYTES] {
        let Calibration { threshold, whole, self_influence_max } = self.calibration;
        let (threshold, whole) = (threshold.cast_unsigned(), whole.cast_unsigned());
        let numbers = [self.rows, threshold, whole, self_influence_max].map(u64::to_be_bytes);
        let mut out = [0; TAIL_BYTES];
        out.copy_from_slice(numbers.as_flattened());
        out
    }

    /// Reads [`Self::bytes`], all of them.
    pub fn parse(bytes: &[u8]) -> Result<Self, IndexError> {
        let cut = bytes.len().checked_sub(TAIL_BYTES);
        let parts = cut.and_then(|cut| bytes.split_at_checked(cut));
        let (settings, tail) = parts.ok_or(IndexError::Malformed("a header has a tail"))?;
        let mut tail = Reader(tail);
        let mut number = || tail.array().map(u64::from_be_bytes);
        let (rows, threshold, whole) = (number()?, number()?, number()?);
        let calibration = Calibration {
            threshold: threshold.cast_signed(),
            whole: whole.cast_signed(),
            self_influence_max: number()?,
        };
        if rows == 0 || rows > ROWS_MAX {
            return Err(IndexError::Malformed("an index has 1 to 2^32 rows"));
        }
        if calibration.threshold < 0 || calibration.whole < 1 {
            return Err(IndexError::Malformed(
                "the threshold is at least 0 and the whole at least 1",
            ));
        }
        Ok(Self { settings: Settings::parse(settings)?, rows, calibration })
    }

    /// The data of leaf 0.
    pub fn digest(&self) -> Hash {
        header_digest(&self.bytes())
    }

    /// Leaves of the tree.
    pub fn leaves(&self) -> u64 {
        self.rows.saturating_add(1)
    }

    /// Bytes of a leaf.
    pub fn leaf_bytes(&self) -> usize {
        self.settings.shape.bytes().saturating_add(LEAF_BYTES)
    }
}

/// Digest of a header's bytes.
pub fn header_digest(bytes: &[u8]) -> Hash {
    Sha256::new().chain_update(HEADER_DOMAIN).chain_update(bytes).finalize().into()
}

/// Digest of a leaf's bytes.
pub fn leaf_digest(bytes: &[u8]) -> Hash {
    Sha256::new().chain_update(LEAF_DOMAIN).chain_update(bytes).finalize().into()
}

/// Hash of a query's vector in its bytes.
pub fn query_hash(bytes: &[u8]) -> Hash {
    Sha256::new().chain_update(QUERY_DOMAIN).chain_update(bytes).finalize().into()
}

/// One row of an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leaf<'a> {
    /// The row.
    pub row: u64,
    /// Hash of its canonical content.
    pub row_hash: Hash,
    /// Row id of the first commit of its duplicates, who is paid; its own where it has none.
    pub cluster: u64,
    /// `g H⁻¹ g` in units of 2^-32, at least `x · x`: what rotation left out may be added.
    pub self_influence: u64,
    /// `√(self-influence)` in units of 2^-32, rounded down (RelatIF, Barshan et al. 2020).
    pub norm: u64,
    /// Its whitened gradient.
    pub vector: Vector<'a>,
}

impl<'a> Leaf<'a> {
    /// The bytes before the vector.
    pub fn fixed(&self) -> [u8; LEAF_BYTES] {
        let numbers = [self.cluster, self.self_influence, self.norm].map(u64::to_be_bytes);
        let mut out = [0; LEAF_BYTES];
        let (row, rest) = out.split_at_mut(8);
        let (hash, rest) = rest.split_at_mut(32);
        row.copy_from_slice(&self.row.to_be_bytes());
        hash.copy_from_slice(&self.row_hash);
        rest.copy_from_slice(numbers.as_flattened());
        out
    }

    /// Reads a leaf, all of it; its numbers are in range, its norm may still be wrong.
    pub fn parse(shape: &'a Shape, bytes: &'a [u8]) -> Result<Self, IndexError> {
        Vector::parse(shape, bytes.get(LEAF_BYTES..).unwrap_or_default())?;
        Self::trusted(shape, bytes)
    }

    /// Reads a leaf that was parsed before: only its length is looked at.
    #[inline(always)]
    pub fn trusted(shape: &'a Shape, bytes: &'a [u8]) -> Result<Self, IndexError> {
        let mut reader = Reader(bytes);
        let row = u64::from_be_bytes(reader.array()?);
        let row_hash = reader.array()?;
        let mut number = || reader.array().map(u64::from_be_bytes);
        let (cluster, self_influence, norm) = (number()?, number()?, number()?);
        let vector = Vector::trusted(shape, reader.0)?;
        Ok(Self { row, row_hash, cluster, self_influence, norm, vector })
    }

    /// Whether its norm is that of its self-influence, and that is not below its vector's.
    pub fn is_sound(&self) -> Result<bool, IndexError> {
        let least = self.vector.product(&self.vector)?.max(0).unsigned_abs();
        Ok(self.self_influence >= least && self.norm == norm(self.self_influence))
    }
}

/// `√x` of a number in units of 2^-32, rounded down.
pub fn norm(square: u64) -> u64 {
    let root = (u128::from(square) << 32).isqrt();
    // The root of a number below 2^96.
    u64::try_from(root).unwrap_or(u64::MAX)
}

/// What a row's score is worth to its payee: `s / norm`, rounded towards zero; none without length.
pub fn pay_score(score: i64, norm: u64) -> i64 {
    let scaled = i128::from(score).saturating_mul(i128::from(UNIT));
    let pay = scaled.checked_div(i128::from(norm)).unwrap_or(0);
    i64::try_from(pay).unwrap_or(if pay > 0 { i64::MAX } else { i64::MIN })
}

/// Reads from the front of bytes.
pub(crate) struct Reader<'a>(pub(crate) &'a [u8]);

impl<'a> Reader<'a> {
    pub(crate) fn take(&mut self, count: usize) -> Result<&'a [u8], IndexError> {
        let (front, rest) =
            self.0.split_at_checked(count).ok_or(IndexError::Malformed("bytes are not cut off"))?;
        self.0 = rest;
        Ok(front)
    }

    #[inline(always)]
    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], IndexError> {
        let (front, rest) = self
            .0
            .split_first_chunk::<N>()
            .ok_or(IndexError::Malformed("bytes are not cut off"))?;
        self.0 = rest;
        Ok(*front)
    }
}
