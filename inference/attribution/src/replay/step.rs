//! One step of a run: the gradient of a batch, clipping, and the optimiser.

use rayon::prelude::*;

use super::recipe::{Optimiser, Pace, Recipe};
use super::train::Checkpoint;
use crate::objective::Objective;

/// Rows whose gradients are held at once. It bounds memory, and being fixed it is no matter for
/// bits.
pub(crate) const ROWS_AT_ONCE: usize = 16;

/// What a run is over: an objective, its recipe and a weight per row.
#[derive(Clone, Copy)]
pub(crate) struct Problem<'a> {
    pub(crate) objective: &'a dyn Objective,
    pub(crate) recipe: &'a Recipe,
    pub(crate) weights: &'a [f32],
}

impl Problem<'_> {
    /// `(1/B) Σ w_i ∇ℓ_i(θ)` over a step's batch, rows of weight 0 skipped, before clipping.
    pub(crate) fn gradient(&self, theta: &[f32], step: usize) -> Vec<f32> {
        let batch = &self.recipe.batches[step];
        let count = batch.len() as f32;
        let rows: Vec<usize> = batch.iter().copied().filter(|r| self.weights[*r] != 0.0).collect();
        let mut sum = vec![0.0; theta.len()];
        for some in rows.chunks(ROWS_AT_ONCE) {
            let one = |row: &usize| {
                let mut gradient = vec![0.0; theta.len()];
                let weight = self.weights[*row] / count;
                self.objective.gradient(theta, *row, weight, &mut gradient);
                gradient
            };
            let gradients: Vec<Vec<f32>> = some.par_iter().map(one).collect();
            gradients.iter().for_each(|gradient| add(&mut sum, gradient));
        }
        sum
    }

    /// Moves a state over one step with the batch's gradient, before clipping.
    pub(crate) fn advance(&self, state: &mut Checkpoint, gradient: &[f32], pace: Pace) {
        let scale = self.recipe.clip.map_or(1.0, |norm| clip_scale(gradient, norm));
        let shrink = 1.0 - pace.rate * self.recipe.weight_decay;
        let (first, second) = (&mut state.first, &mut state.second);
        for (at, theta) in state.theta.iter_mut().enumerate() {
            let g = scale * gradient[at];
            let update = match self.recipe.optimiser {
                Optimiser::Sgd { momentum } => {
                    first[at] = momentum * first[at] + g;
                    first[at]
                }
                Optimiser::Adam { beta1, beta2, eps, eps_root } => {
                    first[at] = beta1 * first[at] + (1.0 - beta1) * g;
                    second[at] = beta2 * second[at] + (1.0 - beta2) * (g * g);
                    let mean = first[at] / pace.correction1;
                    let square = second[at] / pace.correction2;
                    mean / ((square + eps_root).sqrt() + eps)
                }
            };
            *theta = shrink * *theta - pace.rate * update;
        }
        state.step += 1;
    }
}

/// `1/√(1 + ‖g‖²/c²)`.
pub(crate) fn clip_scale(gradient: &[f32], norm: f32) -> f32 {
    let square = dot(gradient, gradient);
    (1.0 / (1.0 + square / (f64::from(norm) * f64::from(norm))).sqrt()) as f32
}

/// `⟨x, y⟩`, summed from the front in `f64`.
pub(crate) fn dot(x: &[f32], y: &[f32]) -> f64 {
    x.iter().zip(y).fold(0.0, |sum, (x, y)| sum + f64::from(*x) * f64::from(*y))
}

/// `sum += more`.
pub(crate) fn add(sum: &mut [f32], more: &[f32]) {
    sum.iter_mut().zip(more).for_each(|(sum, more)| *sum += more);
}
