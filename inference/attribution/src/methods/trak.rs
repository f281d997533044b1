//! TRAK: a kernel of gradients that are projected to a few random directions.

use faer::Mat;
use rayon::prelude::*;

use super::{Method, Query};
use crate::algebra::{Matrix, Positive, matrix};
use crate::error::{Error, Result, require_size};
use crate::gradients::{Gradients, Held, Signs, add_scaled};

/// `φ_qᵀ (ΦᵀΦ)⁻¹ φ_i (1 − p_i)` with `φ = P ∇f` for the margin `f = log(p / (1 − p))` and a random
/// `P` of signs over `√k` (2303.14186, §3, steps 1 to 4; one model). Gradients of the loss `−log p`
/// are `−(1 − p) ∇f`, so both come from losses and their gradients.
#[derive(Debug)]
pub struct Trak {
    seed: u64,
    width: usize,
    dimensions: usize,
    /// `(ΦᵀΦ)⁻¹ φ_i (1 − p_i)`, a column a row.
    solved: Matrix,
}

impl Trak {
    /// Over rows with their losses in nats, projected to `dimensions` numbers, fewer than rows.
    pub fn new(rows: &Held, losses: &[f32], dimensions: usize, seed: u64) -> Result<Self> {
        require_size("the rows' losses", losses.len(), rows.rows())?;
        if dimensions == 0 || dimensions > rows.rows() {
            return Err(Error::Setting("TRAK projects to at most as many numbers as rows".into()));
        }
        let width = rows.layout().width();
        // 1 − p, away from 0, where a row's margin has no gradient that could be told.
        let doubt: Vec<f32> = losses.iter().map(|loss| (-(-loss).exp_m1()).max(1e-6)).collect();
        let feature = |(row, doubt): (&Vec<f32>, &f32)| {
            let mut projected = project(row, (seed, dimensions));
            projected.iter_mut().for_each(|x| *x /= -doubt);
            projected
        };
        let features: Vec<Vec<f32>> = rows.vectors().par_iter().zip(&doubt).map(feature).collect();
        let features = matrix(&features, &(0..dimensions));
        let kernel = Positive::new(&(features.transpose() * &features))?;
        let right = Mat::from_fn(dimensions, doubt.len(), |at, row| {
            features[(row, at)] * f64::from(doubt[row])
        });
        Ok(Self { seed, width, dimensions, solved: kernel.solve_all(&right) })
    }
}

impl Method for Trak {
    fn name(&self) -> &'static str {
        "trak"
    }

    fn scores(&self, query: &Query<'_>) -> Result<Vec<f32>> {
        let gradient = query.gradient()?;
        require_size("the query's gradient", gradient.len(), self.width)?;
        // The query's own 1 − p only scales its scores, and is left out.
        let projected = project(gradient, (self.seed, self.dimensions));
        let score = |row: usize| {
            let solved = self.solved.col(row).iter();
            -solved.zip(&projected).map(|(x, y)| x * f64::from(*y)).sum::<f64>() as f32
        };
        Ok((0..self.solved.ncols()).map(score).collect())
    }
}

/// `P g`: number by number of the gradient, so that signs are made once.
fn project(gradient: &[f32], (seed, dimensions): (u64, usize)) -> Vec<f32> {
    let mut sum = vec![0.0; dimensions];
    let mut signs = vec![0.0; dimensions];
    let scale = 1.0 / (dimensions as f32).sqrt();
    for (place, number) in gradient.iter().enumerate().filter(|(_, number)| **number != 0.0) {
        let mut drawn = Signs::new(seed, place);
        signs.iter_mut().for_each(|sign| *sign = drawn.next());
        add_scaled(&mut sum, scale * number, &signs);
    }
    sum
}
