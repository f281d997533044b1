//! Influence functions with the whole Hessian, for models of a few thousand parameters.

use faer::Mat;
use rayon::prelude::*;

use super::{Method, Query};
use crate::algebra::Square;
use crate::error::{Error, Result, require_size};
use crate::gradients::{Gradients, Held, dot};
use crate::objective::{Along, Objective};

/// `g_qᵀ (H + λ)⁻¹ g_i` with `H = (1/N) Σ_i ∇²ℓ_i(θ)` over the rows (Koh and Liang, 1703.04730, eq.
/// 2). `λ` is the penalty that the model was trained with, or damping.
#[derive(Debug)]
pub struct Exact<'a> {
    rows: &'a Held,
    inverse: Square,
}

impl<'a> Exact<'a> {
    /// At parameters `theta`; `rows` are the gradients there of the objective's rows from 0. Takes
    /// one [`Objective::curvature`] for each row and parameter, and `P²` numbers.
    pub fn new(
        objective: &dyn Objective,
        theta: &[f32],
        rows: &'a Held,
        damping: f64,
    ) -> Result<Self> {
        let width = rows.layout().width();
        require_size("the parameters", theta.len(), width)?;
        if rows.rows() > objective.rows() {
            return Err(Error::Setting("the objective knows all rows".into()));
        }
        let weight = 1.0 / rows.rows() as f32;
        let column = |at: usize| {
            let mut direction = vec![0.0; width];
            direction[at] = 1.0;
            let (mut ignored, mut product) = (vec![0.0; width], vec![0.0; width]);
            for row in 0..rows.rows() {
                let direction = &direction;
                let (gradient, product) = (&mut ignored[..], &mut product[..]);
                objective.curvature(theta, row, Along { direction, weight, gradient, product });
            }
            product
        };
        let columns: Vec<Vec<f32>> = (0..width).into_par_iter().map(column).collect();
        let hessian = Mat::from_fn(width, width, |row, at| {
            // The mean with the transpose: rounding must not make it asymmetric.
            let mean = f64::from(columns[at][row] + columns[row][at]) / 2.0;
            mean + if row == at { damping } else { 0.0 }
        });
        Ok(Self { rows, inverse: Square::new(&hessian) })
    }

    /// `gᵀ (H + λ)⁻¹ g` of every row.
    pub fn self_influences(&self) -> Vec<f32> {
        let one = |row: &Vec<f32>| dot(row, &self.solve(row)) as f32;
        self.rows.vectors().par_iter().map(one).collect()
    }

    fn solve(&self, gradient: &[f32]) -> Vec<f32> {
        let right: Vec<f64> = gradient.iter().map(|x| f64::from(*x)).collect();
        self.inverse.solve(&right).into_iter().map(|x| x as f32).collect()
    }
}

impl Method for Exact<'_> {
    fn name(&self) -> &'static str {
        "exact-if"
    }

    fn scores(&self, query: &Query<'_>) -> Result<Vec<f32>> {
        let gradient = query.gradient()?;
        require_size("the query's gradient", gradient.len(), self.rows.layout().width())?;
        let solved = self.solve(gradient);
        Ok(self.rows.vectors().iter().map(|row| dot(row, &solved) as f32).collect())
    }
}
