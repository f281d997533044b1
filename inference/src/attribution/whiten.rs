//! Takes out of the rows' gradients what they all have in common, so that what is left tells
//! rows apart.
//!
//! For each matrix, with the rows' gradients `G` (one a row) and `K = G Gᵀ`, row `i` becomes
//! `(Gᵀ G + λ)⁻¹ gᵢ = Gᵀ (K + λ)⁻¹ eᵢ` with `λ = 3 tr(K) / n` fixed beforehand. Only rows are
//! whitened: a query stays a plain gradient, and a score stays one integer dot product.

use burn::tensor::{Device, Tensor, TensorData};

use crate::error::{Error, Result};
use crate::model::numbers;

/// Rows in one index; the work grows with their square and all of them are held at once.
pub(super) const ROWS_MAX: usize = 4096;
/// Damping, in units of the mean squared length of a row in a matrix.
const DAMPING: f64 = 3.0;

/// Whitens rows given as `rows[row][matrix]`; each comes out with the same self-score.
pub(super) fn whiten(rows: &mut [Vec<Vec<f32>>], device: &Device) -> Result<()> {
    let count = rows.len();
    let mut lengths = vec![0f64; count];
    for matrix in 0..rows.first().map_or(0, Vec::len) {
        let width = rows[0][matrix].len();
        let flat: Vec<f32> = rows.iter().flat_map(|row| row[matrix].iter().copied()).collect();
        let plain = Tensor::<2>::from_data(TensorData::new(flat, [count, width]), device);
        let gram: Vec<f64> = numbers(plain.clone().matmul(plain.clone().transpose()))?
            .into_iter()
            .map(f64::from)
            .collect();
        let trace: f64 = (0..count).map(|row| gram[row * count + row]).sum();
        if trace <= f64::MIN_POSITIVE {
            continue;
        }
        let inverse = damped_inverse(&gram, count, DAMPING * trace / count as f64)?;
        for (row, length) in lengths.iter_mut().enumerate() {
            let at = row * count;
            let products = gram[at..at + count].iter().zip(&inverse[at..at + count]);
            *length += products.map(|(x, y)| x * y).sum::<f64>();
        }
        let inverse = inverse.into_iter().map(|x| x as f32).collect::<Vec<_>>();
        let inverse = Tensor::<2>::from_data(TensorData::new(inverse, [count, count]), device);
        let white = numbers(inverse.matmul(plain))?;
        for (row, white) in rows.iter_mut().zip(white.chunks_exact(width)) {
            row[matrix].copy_from_slice(white);
        }
    }
    scale(rows, &lengths)
}

/// Divides each row by its own length, so that loud rows gain nothing, and all by the usual one.
fn scale(rows: &mut [Vec<Vec<f32>>], squares: &[f64]) -> Result<()> {
    let lengths: Vec<f64> = squares.iter().map(|square| square.sqrt()).collect();
    if lengths.iter().any(|length| !length.is_finite() || *length <= 0.0) {
        return Err(Error::Index("a row's gradient is zero or not a number".into()));
    }
    let mut sorted = lengths.clone();
    sorted.sort_by(f64::total_cmp);
    let usual = sorted[sorted.len() / 2];
    for (row, length) in rows.iter_mut().zip(&lengths) {
        let factor = (1.0 / (length * usual)) as f32;
        row.iter_mut().flatten().for_each(|number| *number *= factor);
    }
    Ok(())
}

/// `(K + damping)⁻¹` by Cholesky, `K` row by row.
fn damped_inverse(gram: &[f64], count: usize, damping: f64) -> Result<Vec<f64>> {
    let mut lower = vec![0f64; count * count];
    for row in 0..count {
        for column in 0..=row {
            let (x, y) = (&lower[row * count..], &lower[column * count..]);
            let known: f64 = x[..column].iter().zip(&y[..column]).map(|(x, y)| x * y).sum();
            let mut value = gram[row * count + column] - known;
            if row == column {
                value += damping;
                if value.is_nan() || value <= 0.0 {
                    return Err(Error::Index("the rows' gradients are not numbers".into()));
                }
                lower[row * count + row] = value.sqrt();
            } else {
                lower[row * count + column] = value / lower[column * count + column];
            }
        }
    }
    let mut inverse = vec![0f64; count * count];
    for unit in 0..count {
        let column = solve(&lower, count, unit);
        for (row, value) in column.into_iter().enumerate() {
            inverse[row * count + unit] = value;
        }
    }
    Ok(inverse)
}

/// Solves `L Lᵀ x = e` for one unit vector.
fn solve(lower: &[f64], count: usize, unit: usize) -> Vec<f64> {
    let mut x = vec![0f64; count];
    for row in unit..count {
        let known: f64 = (unit..row).map(|at| lower[row * count + at] * x[at]).sum();
        let want = if row == unit { 1.0 } else { 0.0 };
        x[row] = (want - known) / lower[row * count + row];
    }
    for row in (0..count).rev() {
        let value = x[row] / lower[row * count + row];
        x[row] = value;
        for at in 0..row {
            x[at] -= lower[row * count + at] * value;
        }
    }
    x
}
