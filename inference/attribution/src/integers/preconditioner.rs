//! The bases that gradients are rotated into and what whitens them, as bytes with a hash.
//!
//! Bytes, numbers big-endian: the magic, the damping in ppb (u64), the number of blocks (u32);
//! for each block its numbers in (u32) and kept (u32), what whitens the directions that are not
//! kept (`f32`), then the matrix `kept × in` row by row as the bits of its `f32`s, whitening
//! included: a whitened block is that matrix times a gradient.
//! The hash is the SHA-256 of a domain and all of it. The bytes stream, so that a large
//! preconditioner is never there twice.

use std::io::Write;

use sha2::{Digest, Sha256};
use whence_canon::merkle::Hash;
use whence_canon::score::{BLOCKS_MAX, WIDTH_MAX};

use crate::error::{Error, Result, require_size};

const MAGIC: &[u8; 8] = b"WHPRECO\x02";
const DOMAIN: &[u8] = b"whence/preconditioner/v2";
/// Most numbers that a block takes in: a matrix of 32,768 rows at rank 256.
const INPUTS_MAX: u32 = 1 << 23;

/// The matrix that rotates and whitens one block of a gradient.
#[derive(Debug, Clone, PartialEq)]
pub struct Basis {
    /// Numbers of a gradient's block.
    pub inputs: usize,
    /// Numbers that are kept.
    pub kept: usize,
    /// `e + λ` of the mean direction that is not kept, in the unit of whitened square lengths:
    /// what is left of a gradient adds its square length over this to self-influence. Positive.
    pub rest: f32,
    /// `kept × inputs`, row by row.
    pub matrix: Vec<f32>,
}

/// Bases of all blocks.
#[derive(Debug, Clone, PartialEq)]
pub struct Preconditioner {
    /// Damping, as parts per billion of each block's mean eigenvalue.
    pub damping_ppb: u64,
    /// One basis a block, in the index's order.
    pub bases: Vec<Basis>,
}

impl Preconditioner {
    /// Writes the bytes.
    pub fn write(&self, sink: &mut impl Write) -> Result<()> {
        self.visit(|bytes| {
            let written = sink.write_all(bytes);
            written.map_err(|why| Error::Format(format!("writing a preconditioner: {why}")))
        })
    }

    /// The hash of the bytes, which an index's header holds.
    pub fn hash(&self) -> Result<Hash> {
        let mut hash = Sha256::new().chain_update(DOMAIN);
        self.visit(|bytes| {
            hash.update(bytes);
            Ok(())
        })?;
        Ok(hash.finalize().into())
    }

    /// Reads all of the bytes; sizes are checked before anything is taken.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        let mut rest = bytes.strip_prefix(MAGIC).ok_or_else(|| wrong("not of version 2"))?;
        let damping_ppb = u64::from_be_bytes(take(&mut rest)?);
        let blocks = u32::from_be_bytes(take(&mut rest)?) as usize;
        if blocks == 0 || blocks > BLOCKS_MAX {
            return Err(wrong("a preconditioner has 1 to 4096 blocks"));
        }
        let mut bases = Vec::new();
        for _ in 0..blocks {
            let inputs = u32::from_be_bytes(take(&mut rest)?);
            let kept = u32::from_be_bytes(take(&mut rest)?);
            let left = f32::from_be_bytes(take(&mut rest)?);
            require_sizes(inputs, kept)?;
            require_positive(left)?;
            let (inputs, kept) = (inputs as usize, kept as usize);
            let size = inputs.checked_mul(kept).and_then(|numbers| numbers.checked_mul(4));
            let parts = size.and_then(|size| rest.split_at_checked(size));
            let (matrix, after) = parts.ok_or_else(|| wrong("cut off"))?;
            let matrix = matrix.as_chunks::<4>().0.iter().map(|bits| f32::from_be_bytes(*bits));
            bases.push(Basis { inputs, kept, rest: left, matrix: finite(matrix.collect())? });
            rest = after;
        }
        match rest.is_empty() {
            true => Ok(Self { damping_ppb, bases }),
            false => Err(wrong("nothing follows the last block")),
        }
    }

    fn visit(&self, mut to: impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
        if self.bases.is_empty() || self.bases.len() > BLOCKS_MAX {
            return Err(wrong("a preconditioner has 1 to 4096 blocks"));
        }
        to(MAGIC)?;
        to(&self.damping_ppb.to_be_bytes())?;
        to(&(self.bases.len() as u32).to_be_bytes())?;
        for basis in &self.bases {
            let size = |size: usize| u32::try_from(size).unwrap_or(u32::MAX);
            let (inputs, kept) = (size(basis.inputs), size(basis.kept));
            require_sizes(inputs, kept)?;
            require_positive(basis.rest)?;
            require_size("a basis", basis.matrix.len(), basis.inputs * basis.kept)?;
            to(&inputs.to_be_bytes())?;
            to(&kept.to_be_bytes())?;
            to(&basis.rest.to_be_bytes())?;
            for row in basis.matrix.chunks(basis.inputs) {
                let row: Vec<[u8; 4]> = row.iter().map(|x| x.to_be_bytes()).collect();
                to(row.as_flattened())?;
            }
        }
        Ok(())
    }
}

fn require_sizes(inputs: u32, kept: u32) -> Result<()> {
    match (1..=INPUTS_MAX).contains(&inputs) && (1..=WIDTH_MAX).contains(&kept) {
        true => Ok(()),
        false => Err(wrong("a block has 1 to 2^23 numbers and keeps 1 to 2^16")),
    }
}

fn require_positive(rest: f32) -> Result<()> {
    match rest.is_finite() && rest > 0.0 {
        true => Ok(()),
        false => Err(wrong("what whitens the rest is a positive number")),
    }
}

fn finite(matrix: Vec<f32>) -> Result<Vec<f32>> {
    match matrix.iter().all(|x| x.is_finite()) {
        true => Ok(matrix),
        false => Err(wrong("every number is finite")),
    }
}

fn take<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N]> {
    let (front, after) = rest.split_first_chunk::<N>().ok_or_else(|| wrong("cut off"))?;
    *rest = after;
    Ok(*front)
}

fn wrong(why: &str) -> Error {
    Error::Format(format!("preconditioner: {why}"))
}
