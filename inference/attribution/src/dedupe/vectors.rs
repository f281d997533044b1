//! Rows whose vectors point the same way: gradients in an index, or a model's representations.

use crate::error::{Error, Result, require_size};

/// Cosine of gradients from which rows are duplicates.
pub const GRADIENT_COSINE_MIN: f64 = 0.95;

/// Pairs of rows whose vectors have a cosine of at least `cosine_min`, rising; a vector of zeros is
/// like none. Every pair is compared, `O(n² · width)`: for thousands of rows, not millions.
pub fn pairs(vectors: &[Vec<f32>], cosine_min: f64) -> Result<Vec<(usize, usize)>> {
    let width = vectors.first().map_or(0, Vec::len);
    for vector in vectors {
        require_size("a row's vector", vector.len(), width)?;
        if vector.iter().any(|number| !number.is_finite()) {
            return Err(Error::Number("a row's vector is not finite".into()));
        }
    }
    let dot = |one: &[f32], other: &[f32]| -> f64 {
        one.iter().zip(other).map(|(x, y)| f64::from(*x) * f64::from(*y)).sum()
    };
    let lengths: Vec<f64> = vectors.iter().map(|vector| dot(vector, vector).sqrt()).collect();
    let mut found = Vec::new();
    for first in 0..vectors.len() {
        for second in first + 1..vectors.len() {
            let product = lengths[first] * lengths[second];
            let same = product > 0.0;
            if same && dot(&vectors[first], &vectors[second]) >= cosine_min * product {
                found.push((first, second));
            }
        }
    }
    Ok(found)
}
