//! Integer vectors of gradients and their scores: the same number on every machine.
//!
//! A vector is made of blocks, one for each matrix of an adapter and checkpoint. A block has a
//! scale `a` in units of 2^-32 (Q0.32, `u32`) and numbers `x` of 8 or 4 bits. Row `i` scores
//!
//! `sᵢ = Σ_l (Σ_j q_lj x_ilj) a_ql a_il`
//!
//! against a query `q`: inner sum in `i32`, total in `i128` in units of 2^-64, result an `i64` in
//! units of 2^-32, rounded towards zero and held at the ends of its range. A query always has 8
//! bits. No sum can overflow: a block has at most [`WIDTH_MAX`] numbers of at most 127, and a
//! vector at most [`BLOCKS_MAX`] blocks. What scores is inlined, so that a caller that found wider
//! registers at run time has its loops made for them.
//!
//! Bytes: all scales (big-endian), then the blocks' numbers one block after the other. Of 4-bit
//! numbers byte `j` of a block of width `w` has number `j` in its low half and number
//! `⌈w/2⌉ + j` in its high half, so that both halves are read in order.

use crate::index::IndexError;

/// Most blocks of one vector: four checkpoints of 128 layers with eight matrices.
pub const BLOCKS_MAX: usize = 4096;
/// Most numbers of one block: 2^16 · 127² is below 2^31.
pub const WIDTH_MAX: u32 = 1 << 16;
/// Most bytes of one vector, so that a leaf fits a transaction of a stated size.
pub const VECTOR_BYTES_MAX: usize = 1 << 22;

/// One, in units of 2^-32.
pub const UNIT: i64 = 1 << 32;

/// How many bits a number has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bits {
    /// -7 to 7.
    Four,
    /// -127 to 127.
    Eight,
}

impl Bits {
    /// 4 or 8.
    pub fn number(self) -> u8 {
        match self {
            Self::Four => 4,
            Self::Eight => 8,
        }
    }

    /// From 4 or 8.
    pub fn parse(number: u8) -> Result<Self, IndexError> {
        match number {
            4 => Ok(Self::Four),
            8 => Ok(Self::Eight),
            _ => Err(IndexError::Malformed("numbers have 4 or 8 bits")),
        }
    }

    /// The largest number.
    pub fn peak(self) -> i8 {
        match self {
            Self::Four => 7,
            Self::Eight => 127,
        }
    }

    #[inline(always)]
    fn bytes(self, width: u32) -> usize {
        let width = usize::try_from(width).unwrap_or(usize::MAX);
        match self {
            Self::Four => width.div_ceil(2),
            Self::Eight => width,
        }
    }
}

/// The blocks' widths and the numbers' bits: how a vector's bytes are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    widths: Vec<u32>,
    bits: Bits,
    bytes: usize,
}

impl Shape {
    /// A shape within the limits; there is a block, and none is empty.
    pub fn new(widths: Vec<u32>, bits: Bits) -> Result<Self, IndexError> {
        if widths.is_empty() || widths.len() > BLOCKS_MAX {
            return Err(IndexError::Malformed("a vector has 1 to 4096 blocks"));
        }
        if widths.iter().any(|width| *width == 0 || *width > WIDTH_MAX) {
            return Err(IndexError::Malformed("a block has 1 to 65536 numbers"));
        }
        let sizes = widths.iter().map(|width| bits.bytes(*width).saturating_add(4));
        let bytes = sizes.fold(0usize, usize::saturating_add);
        match bytes > VECTOR_BYTES_MAX {
            true => Err(IndexError::Malformed("a vector has at most 4 MiB")),
            false => Ok(Self { widths, bits, bytes }),
        }
    }

    /// Numbers in each block.
    pub fn widths(&self) -> &[u32] {
        &self.widths
    }

    /// Bits of a number.
    pub fn bits(&self) -> Bits {
        self.bits
    }

    /// Bytes of a vector: scales and numbers.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// The shape of a query that is scored against vectors of this shape: 8 bits.
    pub fn of_query(&self) -> Result<Self, IndexError> {
        Self::new(self.widths.clone(), Bits::Eight)
    }
}

/// A vector in its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Vector<'a> {
    shape: &'a Shape,
    scales: &'a [u8],
    numbers: &'a [u8],
}

impl<'a> Vector<'a> {
    /// Reads a vector; every number must be in range and every unused half byte zero, so that one
    /// vector has one form.
    pub fn parse(shape: &'a Shape, bytes: &'a [u8]) -> Result<Self, IndexError> {
        let vector = Self::trusted(shape, bytes)?;
        match vector.blocks().all(|(_, numbers, width)| canonical(shape.bits, numbers, width)) {
            true => Ok(vector),
            false => Err(IndexError::Malformed("a number is out of range")),
        }
    }

    /// Reads a vector that was parsed before: only its length is looked at.
    #[inline(always)]
    pub fn trusted(shape: &'a Shape, bytes: &'a [u8]) -> Result<Self, IndexError> {
        let scales = shape.widths.len().saturating_mul(4);
        let (scales, numbers) = bytes
            .split_at_checked(scales)
            .filter(|_| bytes.len() == shape.bytes)
            .ok_or(IndexError::Malformed("a vector has the bytes of its shape"))?;
        Ok(Self { shape, scales, numbers })
    }

    /// How it is read.
    pub fn shape(&self) -> &'a Shape {
        self.shape
    }

    /// Scale, bytes and width of each block.
    #[inline(always)]
    pub fn blocks(&self) -> impl Iterator<Item = (u32, &'a [u8], u32)> + use<'a> {
        let (scales, _) = self.scales.as_chunks::<4>();
        let (bits, mut rest) = (self.shape.bits, self.numbers);
        scales.iter().zip(&self.shape.widths).map_while(move |(scale, width)| {
            let (numbers, after) = rest.split_at_checked(bits.bytes(*width))?;
            rest = after;
            Some((u32::from_be_bytes(*scale), numbers, *width))
        })
    }

    /// `s` against a query of the same widths, in units of 2^-32.
    #[inline(always)]
    pub fn score(&self, query: &Self) -> Result<i64, IndexError> {
        if query.shape.bits != Bits::Eight || query.shape.widths != self.shape.widths {
            return Err(IndexError::Malformed("a query has the index's widths and 8 bits"));
        }
        let mut sum = 0i128;
        for ((row_scale, row, _), (query_scale, query, _)) in self.blocks().zip(query.blocks()) {
            // Below 2^64 · 2^31; 2^12 of them are below 2^127.
            let scale = u64::from(row_scale).wrapping_mul(u64::from(query_scale));
            let dot = match self.shape.bits {
                Bits::Four => dot_four(row, query),
                Bits::Eight => dot_eight(row, query),
            };
            let product = i128::from(scale).wrapping_mul(i128::from(dot));
            sum = sum.wrapping_add(product);
        }
        Ok(held(sum.checked_div(i128::from(UNIT)).unwrap_or(0)))
    }
}

impl Vector<'_> {
    /// The same vector with 8 bits, as bytes of [`Shape::of_query`]'s shape.
    pub fn widened(&self) -> Vec<u8> {
        let mut out = self.scales.to_vec();
        for (_, numbers, width) in self.blocks() {
            match self.shape.bits {
                Bits::Eight => out.extend(numbers),
                Bits::Four => {
                    let low = numbers.iter().map(|byte| low_half(*byte).cast_unsigned());
                    let high = numbers.iter().map(|byte| high_half(*byte).cast_unsigned());
                    let width = usize::try_from(width).unwrap_or(usize::MAX);
                    out.extend(low.chain(high).take(width));
                }
            }
        }
        out
    }

    /// `x · y` of two vectors of one index, in units of 2^-32.
    pub fn product(&self, other: &Self) -> Result<i64, IndexError> {
        match other.shape.bits {
            Bits::Eight => self.score(other),
            Bits::Four => {
                let (shape, bytes) = (other.shape.of_query()?, other.widened());
                self.score(&Vector::trusted(&shape, &bytes)?)
            }
        }
    }
}

/// The nearest `i64`.
#[inline(always)]
fn held(number: i128) -> i64 {
    i64::try_from(number).unwrap_or(if number > 0 { i64::MAX } else { i64::MIN })
}

/// `Σ x q` of 8-bit numbers. It cannot overflow; the wrapping says so to the compiler, which then
/// takes many numbers at a time.
#[inline(always)]
fn dot_eight(row: &[u8], query: &[u8]) -> i32 {
    let mut sum = 0i32;
    for (x, q) in row.iter().zip(query) {
        sum = sum.wrapping_add(i32::from(x.cast_signed()).wrapping_mul(i32::from(q.cast_signed())));
    }
    sum
}

/// `Σ x q` of 4-bit numbers with 8-bit ones.
#[inline(always)]
fn dot_four(row: &[u8], query: &[u8]) -> i32 {
    let (front, back) = query.split_at_checked(row.len()).unwrap_or((query, &[]));
    let mut sum = 0i32;
    for (x, q) in row.iter().zip(front) {
        sum = sum.wrapping_add(i32::from(low_half(*x)).wrapping_mul(i32::from(q.cast_signed())));
    }
    for (x, q) in row.iter().zip(back) {
        sum = sum.wrapping_add(i32::from(high_half(*x)).wrapping_mul(i32::from(q.cast_signed())));
    }
    sum
}

/// The number in a byte's low half.
#[inline(always)]
pub fn low_half(byte: u8) -> i8 {
    (byte << 4).cast_signed() >> 4
}

/// The number in a byte's high half.
#[inline(always)]
pub fn high_half(byte: u8) -> i8 {
    byte.cast_signed() >> 4
}

fn canonical(bits: Bits, numbers: &[u8], width: u32) -> bool {
    let least = bits.peak().saturating_neg();
    match bits {
        Bits::Eight => numbers.iter().all(|number| number.cast_signed() >= least),
        Bits::Four => {
            let unused = width % 2 == 1 && numbers.last().is_some_and(|byte| *byte >> 4 != 0);
            let halves = |byte: &u8| low_half(*byte) >= least && high_half(*byte) >= least;
            !unused && numbers.iter().all(halves)
        }
    }
}

/// `x · y` over `√(x·x · y·y)` in parts per billion, rounded down; each in units of 2^-32. None
/// where a length is so small that its last unit would matter (below 2^-12).
pub fn cosine_ppb(product: i64, lengths: (u64, u64)) -> Option<i64> {
    const LEAST: u64 = 1 << 20;
    if lengths.0 < LEAST || lengths.1 < LEAST {
        return None;
    }
    let square = u128::from(lengths.0).checked_mul(u128::from(lengths.1))?;
    // Rounded up, so that nobody's cosine is larger than it is.
    let length = i128::try_from(square.isqrt()).ok()?.checked_add(1)?;
    let cosine = i128::from(product).checked_mul(1_000_000_000)?.checked_div_euclid(length)?;
    i64::try_from(cosine).ok()
}
