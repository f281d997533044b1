//! Blocks of `f32` to integers: one scale in units of 2^-32 and one number of 8 or 4 bits each.
//!
//! A block's scale is `⌈peak / P · 2^32⌉` with the largest number `P` (127 or 7), at most
//! `2^32 − 1`; its numbers are `x / scale`, rounded to the nearest, halves to even. What is larger
//! than `P` (about 127 or 7 in `f32`) is held at `P` and counted: outliers may be cut, usual rows
//! must not be. Divisions are in `f64`, so the result is the same on every machine.

use whence_canon::score::{Bits, Shape, UNIT};

use crate::error::{Error, Result, require_size};

/// A vector as integers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quantised {
    /// Its bytes in the form of [`whence_canon::score`].
    pub bytes: Vec<u8>,
    /// Numbers that did not fit and are held at the end of their range.
    pub clipped: usize,
}

/// A row's whitened gradient, block by block, as integers of the shape.
pub fn quantise(shape: &Shape, blocks: &[Vec<f32>]) -> Result<Quantised> {
    require_size("a vector's blocks", blocks.len(), shape.widths().len())?;
    let mut scales = Vec::with_capacity(shape.bytes());
    let mut numbers = Vec::with_capacity(shape.bytes());
    let mut clipped = 0;
    for (block, width) in blocks.iter().zip(shape.widths()) {
        require_size("a block", block.len(), *width as usize)?;
        let (scale, values) = quantise_block(block, shape.bits().peak(), &mut clipped)?;
        scales.extend(scale.to_be_bytes());
        pack(&values, shape.bits(), &mut numbers);
    }
    scales.extend(numbers);
    Ok(Quantised { bytes: scales, clipped })
}

/// A query's whitened gradient, block by block, at length one and in 8 bits: for bases that cut
/// nothing off.
pub fn quantise_query(rows: &Shape, blocks: &[Vec<f32>]) -> Result<Quantised> {
    quantise_query_of(rows, blocks, 0.0)
}

/// A query's whitened gradient over `√(g H⁻¹ g)`, its self-influence with what rotation left out,
/// in 8 bits; the vector's own length is taken where that is larger. So a query that the rows' own
/// directions hardly know stays short, and scores little, instead of being blown up.
pub fn quantise_query_of(
    rows: &Shape,
    blocks: &[Vec<f32>],
    self_influence: f32,
) -> Result<Quantised> {
    let square: f64 = blocks.iter().flatten().map(|x| f64::from(*x) * f64::from(*x)).sum();
    let length = square.max(f64::from(self_influence)).sqrt();
    if !length.is_finite() || length <= 0.0 {
        return Err(Error::Number(format!("a query's gradient has length {length}")));
    }
    let unit = |block: &Vec<f32>| block.iter().map(|x| (f64::from(*x) / length) as f32).collect();
    let blocks: Vec<Vec<f32>> = blocks.iter().map(unit).collect();
    quantise(&rows.of_query().map_err(super::refused)?, &blocks)
}

fn quantise_block(block: &[f32], peak: i8, clipped: &mut usize) -> Result<(u32, Vec<i8>)> {
    if !block.iter().all(|x| x.is_finite()) {
        return Err(Error::Number("a gradient has a number that is not finite".into()));
    }
    let largest = block.iter().fold(0f32, |largest, x| largest.max(x.abs()));
    let scale = (f64::from(largest) / f64::from(peak) * UNIT as f64).ceil();
    let scale = scale.min(f64::from(u32::MAX));
    if scale < 1.0 {
        return Ok((0, vec![0; block.len()]));
    }
    let unit = scale / UNIT as f64;
    let value = |x: &f32| {
        let value = (f64::from(*x) / unit).round_ties_even();
        *clipped += usize::from(value.abs() > f64::from(peak));
        value.clamp(-f64::from(peak), f64::from(peak)) as i8
    };
    Ok((scale as u32, block.iter().map(value).collect()))
}

/// Numbers as bytes: of 4-bit ones, number `j` and number `⌈w/2⌉ + j` share a byte.
fn pack(values: &[i8], bits: Bits, out: &mut Vec<u8>) {
    match bits {
        Bits::Eight => out.extend(values.iter().map(|value| value.cast_unsigned())),
        Bits::Four => {
            let (low, high) = values.split_at(values.len().div_ceil(2));
            let half = |value: i8| value.cast_unsigned() & 0x0f;
            let high = high.iter().copied().chain(std::iter::repeat(0));
            out.extend(low.iter().zip(high).map(|(low, high)| half(*low) | half(high) << 4));
        }
    }
}
