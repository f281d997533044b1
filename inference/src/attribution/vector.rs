//! A gradient as integers: one scale and one `i8` per number for each adapter matrix.
//!
//! Gradients come here at a length of about one, so that the scales' whole range is used. From
//! here on there are no floats.

use crate::error::{Error, Result};

/// Largest absolute value of a number.
const PEAK: f64 = 127.0;
/// Scales count units of 2^-32.
const SCALE_UNIT: f64 = 4_294_967_296.0;
/// Numbers in one matrix, so that a dot product of two fits an `i32`: 2^17 * 127^2 < 2^31.
const PART_NUMBERS_MAX: usize = 1 << 17;

/// One matrix of a gradient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// What one unit of `values` stands for, in units of 2^-32.
    pub scale: u32,
    /// The numbers, row by row.
    pub values: Vec<i8>,
}

/// A gradient of length about one, matrix by matrix in the order of layer and map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntVector {
    /// The matrices.
    pub parts: Vec<Part>,
}

impl IntVector {
    /// Rounds a gradient, matrix by matrix.
    pub fn quantise(parts: &[Vec<f32>]) -> Result<Self> {
        let parts = parts.iter().map(|part| quantise_part(part));
        Ok(Self { parts: parts.collect::<Result<_>>()? })
    }

    /// Numbers in each matrix.
    pub fn sizes(&self) -> Vec<usize> {
        self.parts.iter().map(|part| part.values.len()).collect()
    }

    /// Dot product in units of 2^-32, rounded towards zero; both must have the same sizes.
    pub fn dot(&self, other: &Self) -> i64 {
        let mut sum = 0i128;
        for (x, y) in self.parts.iter().zip(&other.parts) {
            let scale = i128::from(x.scale) * i128::from(y.scale);
            sum += scale * i128::from(dot(&x.values, &y.values));
        }
        let rounded = sum / (1i128 << 32);
        i64::try_from(rounded).unwrap_or(if rounded > 0 { i64::MAX } else { i64::MIN })
    }
}

/// Scales a gradient to length one, all matrices together.
pub(super) fn to_unit(parts: &mut [Vec<f32>]) -> Result<()> {
    let square = parts.iter().flatten().map(|x| f64::from(*x).powi(2)).sum::<f64>();
    let length = square.sqrt();
    if !length.is_finite() || length <= 0.0 {
        return Err(Error::Index(format!("a gradient has length {length}")));
    }
    parts.iter_mut().flatten().for_each(|x| *x = (f64::from(*x) / length) as f32);
    Ok(())
}

fn quantise_part(part: &[f32]) -> Result<Part> {
    if part.len() > PART_NUMBERS_MAX {
        let found = part.len();
        return Err(Error::Index(format!("a matrix of {found} numbers: {PART_NUMBERS_MAX} fit")));
    }
    let peak = part.iter().fold(0f64, |peak, x| peak.max(f64::from(x.abs())));
    let scale = (peak / PEAK * SCALE_UNIT).ceil();
    if !scale.is_finite() || scale >= SCALE_UNIT {
        return Err(Error::Index(format!("a gradient's largest number is {peak}: below 127")));
    }
    if scale < 1.0 {
        return Ok(Part { scale: 0, values: vec![0; part.len()] });
    }
    let unit = scale / SCALE_UNIT;
    let values = part.iter().map(|x| (f64::from(*x) / unit).round_ties_even() as i8).collect();
    Ok(Part { scale: scale as u32, values })
}

/// Cannot overflow (see [`PART_NUMBERS_MAX`]); said so that the loop is not checked at each step.
fn dot(x: &[i8], y: &[i8]) -> i32 {
    let products = x.iter().zip(y).map(|(x, y)| i32::from(*x).wrapping_mul(i32::from(*y)));
    products.fold(0, i32::wrapping_add)
}
