//! Each matrix's whole damped second moments, solved through the rows: what the index approximates.

use rayon::prelude::*;

use super::{Method, Query};
use crate::algebra::{Matrix, Positive, matrix};
use crate::error::{Error, Result, require_size};
use crate::gradients::{Gradients, Held, dot};

/// `Σ_l g_l,qᵀ (F_l + λ_l)⁻¹ g_l,i` with `F_l = (1/N) Σ g gᵀ` and `λ_l = factor · tr F_l / d_l`,
/// exactly, as `N (K_l + N λ_l)⁻¹ K_l,q` with the rows' Gram matrix `K_l` (Woodbury's identity).
/// For up to about 5,000 rows: `N²` numbers a matrix.
#[derive(Debug)]
pub struct Dual<'a> {
    rows: &'a Held,
    /// `K_l + N λ_l` and `N λ_l`; none where a matrix has no gradients.
    blocks: Vec<Option<(Positive, f64)>>,
}

impl<'a> Dual<'a> {
    /// Over some rows.
    pub fn new(rows: &'a Held, factor: f64) -> Result<Self> {
        if !(factor.is_finite() && factor > 0.0) {
            return Err(Error::Setting("damping is positive".into()));
        }
        let block = |range: &std::ops::Range<usize>| {
            let gradients = matrix(rows.vectors(), range);
            let mut gram: Matrix = &gradients * gradients.transpose();
            let trace: f64 = (0..gram.nrows()).map(|at| gram[(at, at)]).sum();
            if trace <= 0.0 {
                return Ok(None);
            }
            let damping = factor * trace / range.len() as f64;
            (0..gram.nrows()).for_each(|at| gram[(at, at)] += damping);
            Ok(Some((Positive::new(&gram)?, damping)))
        };
        let blocks = rows.layout().ranges().par_iter().map(block).collect::<Result<_>>()?;
        Ok(Self { rows, blocks })
    }

    /// `Σ_l g_lᵀ (F_l + λ_l)⁻¹ g_l` of every row.
    pub fn self_influences(&self) -> Vec<f32> {
        let count = self.rows.rows();
        let mut sum = vec![0.0; count];
        for (block, damping) in self.blocks.iter().flatten() {
            // (K + Nλ)⁻¹ K = 1 − Nλ (K + Nλ)⁻¹.
            let inverse = block.solve_all(&Matrix::identity(count, count));
            let own = |at: usize| count as f64 * (1.0 - damping * inverse[(at, at)]);
            sum.iter_mut().enumerate().for_each(|(at, sum)| *sum += own(at) as f32);
        }
        sum
    }
}

impl Method for Dual<'_> {
    fn name(&self) -> &'static str {
        "whitened"
    }

    fn scores(&self, query: &Query<'_>) -> Result<Vec<f32>> {
        let gradient = query.gradient()?;
        require_size("the query's gradient", gradient.len(), self.rows.layout().width())?;
        let count = self.rows.rows();
        let mut sum = vec![0.0; count];
        for (range, block) in self.rows.layout().ranges().into_iter().zip(&self.blocks) {
            let Some((block, _)) = block else { continue };
            let along = |row: &Vec<f32>| dot(&row[range.clone()], &gradient[range.clone()]);
            let along: Vec<f64> = self.rows.vectors().iter().map(along).collect();
            let solved = block.solve(&along);
            sum.iter_mut().zip(solved).for_each(|(sum, x)| *sum += count as f64 * x);
        }
        Ok(sum.into_iter().map(|x| x as f32).collect())
    }
}
