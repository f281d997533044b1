//! Principal directions of rows' gradients: exact from rows in memory, or by a sketch from a
//! stream.

use std::ops::Range;

use faer::Mat;
use rayon::prelude::*;

use super::{Directions, EXACT_SIDE_MAX, stream};
use crate::algebra::{Matrix, eigen, matrix, orthonormal};
use crate::error::Result;
use crate::gradients::{Gradients, Held, Signs};

/// Directions of the sketch beyond those kept (Halko, Martinsson and Tropp 2011, §4.2: 5 to 10 do).
const SPARE: usize = 16;
/// The sketch's seed. Whoever builds the basis again gets the same.
const SEED: u64 = 0x5748_454e_4345;

/// From rows in memory: eigenvectors of `F`, or of the rows' Gram matrix where it is smaller, which
/// has the same eigenvalues (Turk and Pentland 1991). Matrices too large for either are sketched.
pub(super) fn directions(held: &Held, kept: usize) -> Result<Vec<Directions>> {
    let ranges = held.layout().ranges();
    let side = |range: &Range<usize>| range.len().min(held.rows());
    if ranges.iter().any(|range| side(range) > EXACT_SIDE_MAX) {
        return sketched(held, kept);
    }
    let one = |range: &Range<usize>| exact(&matrix(held.vectors(), range), kept);
    ranges.par_iter().map(one).collect()
}

/// `G` is rows × numbers.
fn exact(gradients: &Matrix, kept: usize) -> Result<Directions> {
    let (rows, width) = (gradients.nrows(), gradients.ncols());
    let transposed = gradients.transpose();
    let small = if rows < width { gradients * transposed } else { transposed * gradients };
    let (mut values, vectors) = eigen(&small)?;
    let trace = values.iter().sum::<f64>() / rows as f64;
    let kept = kept.min(values.len());
    values.truncate(kept);
    let first = vectors.subcols(0, kept);
    // v = Gᵀ u / ‖Gᵀ u‖, and ‖Gᵀ u‖² is the eigenvalue; a direction without any stays zero.
    let mut vectors = if rows < width { transposed * first } else { first.to_owned() };
    for (at, value) in values.iter_mut().enumerate() {
        let length = vectors.col(at).norm_l2();
        let scale = if *value > 1e-12 * trace * rows as f64 { 1.0 / length } else { 0.0 };
        (0..width).for_each(|row| vectors[(row, at)] *= scale);
        *value = value.max(0.0) / rows as f64;
    }
    Ok(Directions { vectors: by_rows(&vectors), values, trace })
}

/// In three passes over a stream: a random sketch of the range, one power iteration, and the second
/// moments within it (Halko, Martinsson and Tropp 2011, algorithms 4.3 and 5.3). Memory: `width ×
/// (kept + 16)` numbers of `f64`, whatever the number of rows.
pub(super) fn sketched(source: &dyn Gradients, kept: usize) -> Result<Vec<Directions>> {
    let ranges = source.layout().ranges();
    let wide = |range: &Range<usize>| (kept + SPARE).min(range.len());
    let most = ranges.iter().map(wide).max().unwrap_or(0);
    let zeros = |range: &Range<usize>| Mat::<f64>::zeros(range.len(), wide(range));
    let mut sums: Vec<Matrix> = ranges.iter().map(zeros).collect();
    stream(source, |row, gradient| {
        let mut signs = Signs::new(SEED, row);
        let signs: Vec<f64> = (0..most).map(|_| f64::from(signs.next())).collect();
        add_outer(&mut sums, &ranges, gradient, |_, _| signs.clone());
    });
    let mut spans: Vec<Matrix> = sums.iter().map(orthonormal).collect();
    let mut sums: Vec<Matrix> = ranges.iter().map(zeros).collect();
    stream(source, |_, gradient| {
        add_outer(&mut sums, &ranges, gradient, |block, part| within(&spans[block], part));
    });
    spans = sums.iter().map(orthonormal).collect();
    let zeros = |span: &Matrix| Mat::<f64>::zeros(span.ncols(), span.ncols());
    let mut moments: Vec<Matrix> = spans.iter().map(zeros).collect();
    let mut traces = vec![0.0; spans.len()];
    stream(source, |_, gradient| {
        for (block, range) in ranges.iter().enumerate() {
            let part = &gradient[range.clone()];
            traces[block] += part.iter().map(|x| f64::from(*x) * f64::from(*x)).sum::<f64>();
            let inside = within(&spans[block], part);
            outer(&mut moments[block], &inside, &inside);
        }
    });
    let rows = source.rows() as f64;
    let one = |((span, moments), trace): ((&Matrix, &Matrix), &f64)| {
        let (mut values, vectors) = eigen(moments)?;
        values.truncate(kept);
        values.iter_mut().for_each(|value| *value = value.max(0.0) / rows);
        let vectors = span * vectors.subcols(0, values.len());
        Ok(Directions { vectors: by_rows(&vectors), values, trace: trace / rows })
    };
    spans.par_iter().zip(&moments).zip(&traces).map(one).collect()
}

/// `sum_l += g_l uᵀ` with a `u` for each block.
fn add_outer(
    sums: &mut [Matrix],
    ranges: &[Range<usize>],
    gradient: &[f32],
    u: impl Fn(usize, &[f32]) -> Vec<f64> + Sync,
) {
    sums.par_iter_mut().zip(ranges).enumerate().for_each(|(block, (sum, range))| {
        let part = &gradient[range.clone()];
        let part64: Vec<f64> = part.iter().map(|x| f64::from(*x)).collect();
        outer(sum, &part64, &u(block, part));
    });
}

/// `sum += x uᵀ`, as far as it has columns.
fn outer(sum: &mut Matrix, x: &[f64], u: &[f64]) {
    for (at, u) in u.iter().enumerate().take(sum.ncols()) {
        let column = sum.col_mut(at).iter_mut();
        column.zip(x).for_each(|(sum, x)| *sum += x * u);
    }
}

/// `Qᵀ g`.
fn within(span: &Matrix, part: &[f32]) -> Vec<f64> {
    let along = |at| span.col(at).iter().zip(part).map(|(q, g)| q * f64::from(*g)).sum();
    (0..span.ncols()).map(along).collect()
}

/// A matrix's columns as rows of `f32`, one after the other.
pub(super) fn by_rows(columns: &Matrix) -> Vec<f32> {
    let column = |at| columns.col(at).iter().map(|x| *x as f32).collect::<Vec<f32>>();
    (0..columns.ncols()).flat_map(column).collect()
}
