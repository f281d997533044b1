//! The integer side of an index: vectors as integers, rows as leaves, one file, one root, one scan.
//!
//! Whitened gradients come in as `f32` blocks; from the first rounding on there are no floats, so
//! every machine gets the same scores. The forms and their arithmetic are
//! `whence_canon::{score, index, measure, claim, receipt}`, which the chain reads too.
//!
//! | room | what it is for |
//! |---|---|
//! | [`quantise`] | blocks of `f32` to integers with scales in units of 2^-32 |
//! | [`writer`] | a file row by row, in bounded memory; adding rows to one that is there |
//! | [`file`] | reading a file's bytes in place: rows, root, proofs |
//! | [`scan`] | all rows' scores, and the measure of an answer |
//! | [`calibrate`] | what the rows say about scores: where chance ends, what a whole answer is |
//! | [`tree`] | the Merkle tree's levels, and its right edge while it grows |
//! | [`preconditioner`] | the bases that gradients are rotated into, as bytes with a hash |
//!
//! **File**, numbers big-endian: the magic, the settings' length (u32) and bytes, every row's leaf
//! by rising row id, the header's tail (32 bytes), the root (32 bytes). All rows have one size, so
//! row `k` is found without reading the others, and a file can be mapped. Adding rows replaces the
//! last 64 bytes: the old leaves stay where and what they are, and what is hashed again is the
//! header's leaf and the nodes on the way from the first and the last leaf to the root.
//!
//! **Lengths.** A query comes over `√(g H⁻¹ g)`, what was cut off included, so that `score / norm`
//! is a cosine in the whole whitened space; rows come at the length that whitening gave them,
//! divided by one constant of the preconditioner so that the usual length is about one and scales
//! use their range.

pub mod calibrate;
pub mod file;
pub mod preconditioner;
pub mod quantise;
pub mod scan;
pub mod tree;
pub mod writer;

pub use calibrate::calibrate;
pub use file::Index;
pub use quantise::{Quantised, quantise, quantise_query, quantise_query_of};
pub use writer::{Row, Writer};

use whence_canon::index::IndexError;

use crate::error::Error;

/// Says what the file is, and in which version.
pub(crate) const MAGIC: &[u8; 8] = b"WHINDEX\x02";

/// What is wrong with canonical bytes, as an error of this crate.
pub(crate) fn refused(fault: IndexError) -> Error {
    Error::Format(fault.to_string())
}
