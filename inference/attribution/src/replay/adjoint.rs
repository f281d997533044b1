//! The adjoint of one step: how the end depends on the state before it, and on each row's weight.

use rayon::prelude::*;

use super::recipe::{Optimiser, Pace};
use super::step::{Problem, ROWS_AT_ONCE, add, clip_scale, dot};
use super::train::Checkpoint;
use crate::objective::Along;

/// One step as it went.
pub(crate) struct Taken<'a> {
    /// The state before it.
    pub(crate) before: &'a Checkpoint,
    /// The state after it.
    pub(crate) after: &'a Checkpoint,
    /// The batch's gradient before clipping.
    pub(crate) gradient: &'a [f32],
    /// Its learning rate and corrections.
    pub(crate) pace: Pace,
}

/// Derivatives of one number at the run's end (a query's loss) by the state at a step.
#[derive(Debug, Clone)]
pub(crate) struct Adjoint {
    /// By `θ`.
    pub(crate) theta: Vec<f32>,
    /// By `m`.
    first: Vec<f32>,
    /// By `v`; as long as `v`.
    second: Vec<f32>,
}

impl Adjoint {
    /// At the end, where only `θ` matters: `∇ loss(θ_T)`.
    pub(crate) fn at_end(gradient: &[f32], end: &Checkpoint) -> Self {
        let (first, second) = (vec![0.0; end.first.len()], vec![0.0; end.second.len()]);
        Self { theta: gradient.to_vec(), first, second }
    }

    /// Goes back over one step; adds the derivative by each row's weight to `by_weight`.
    ///
    /// With `ḡ` the derivative by the batch's gradient, which is `(1/B) Σ w_i ∇ℓ_i(θ)`:
    /// `∂/∂w_i += ⟨∇ℓ_i, ḡ⟩ / B` and `∂/∂θ += (1/B) Σ w_i ∇²ℓ_i ḡ`.
    pub(crate) fn back(&mut self, problem: &Problem<'_>, taken: &Taken<'_>, by_weight: &mut [f32]) {
        let mut direction = self.through_optimiser(problem, taken);
        if let Some(norm) = problem.recipe.clip {
            through_clip(&mut direction, taken.gradient, norm);
        }
        let batch = &problem.recipe.batches[taken.before.step];
        let count = batch.len() as f32;
        for rows in batch.chunks(ROWS_AT_ONCE) {
            let one = |row: &usize| problem.bend(taken.before, &direction, (*row, count));
            let found: Vec<(f32, Vec<f32>)> = rows.par_iter().map(one).collect();
            for (row, (slope, product)) in rows.iter().zip(&found) {
                by_weight[*row] += slope / count;
                add(&mut self.theta, product);
            }
        }
    }

    /// Takes the state's derivatives before the optimiser's update, and gives the one by its
    /// gradient (after clipping). All in the update's own numbers; see [`Optimiser`] for the
    /// formulas.
    fn through_optimiser(&mut self, problem: &Problem<'_>, taken: &Taken<'_>) -> Vec<f32> {
        let pace = taken.pace;
        let shrink = 1.0 - pace.rate * problem.recipe.weight_decay;
        let scale = problem.recipe.clip.map_or(1.0, |norm| clip_scale(taken.gradient, norm));
        let mut by_gradient = vec![0.0; taken.gradient.len()];
        for (at, by_gradient) in by_gradient.iter_mut().enumerate() {
            let by_update = -pace.rate * self.theta[at];
            self.theta[at] *= shrink;
            match problem.recipe.optimiser {
                Optimiser::Sgd { momentum } => {
                    let by_first = self.first[at] + by_update;
                    self.first[at] = momentum * by_first;
                    *by_gradient = by_first;
                }
                Optimiser::Adam { beta1, beta2, eps, eps_root } => {
                    let mean = taken.after.first[at] / pace.correction1;
                    let square = taken.after.second[at] / pace.correction2;
                    let root = (square + eps_root).sqrt();
                    let below = root + eps;
                    let by_first = self.first[at] + by_update / (below * pace.correction1);
                    // The root's derivative has no value at 0: with eps_root 0 and a parameter that
                    // never had a gradient the mean is 0 too, and so is the product.
                    let bend = if root > 0.0 { mean / (below * below * 2.0 * root) } else { 0.0 };
                    let by_second = self.second[at] - by_update * bend / pace.correction2;
                    let gradient = scale * taken.gradient[at];
                    self.first[at] = beta1 * by_first;
                    self.second[at] = beta2 * by_second;
                    *by_gradient =
                        (1.0 - beta1) * by_first + 2.0 * (1.0 - beta2) * gradient * by_second;
                }
            }
        }
        by_gradient
    }
}

impl Problem<'_> {
    /// `⟨∇ℓ_row, ḡ⟩` and `(w_row/B) ∇²ℓ_row ḡ`.
    fn bend(&self, at: &Checkpoint, direction: &[f32], row: (usize, f32)) -> (f32, Vec<f32>) {
        let (row, count) = row;
        let mut gradient = vec![0.0; direction.len()];
        let mut product = vec![0.0; direction.len()];
        let weight = self.weights[row] / count;
        if weight == 0.0 {
            // Left out of training, it has a slope and bends nothing.
            self.objective.gradient(&at.theta, row, 1.0, &mut gradient);
            return (dot(&gradient, direction) as f32, product);
        }
        let (gradient, product_of) = (&mut gradient, &mut product);
        let along = Along { direction, weight, gradient, product: product_of };
        (self.objective.curvature(&at.theta, row, along), product)
    }
}

/// Through `g ↦ s g` with `s = 1/√(1 + ‖g‖²/c²)`: `ḡ ← s ḡ − (s³/c²) ⟨g, ḡ⟩ g`.
fn through_clip(direction: &mut [f32], gradient: &[f32], norm: f32) {
    let scale = clip_scale(gradient, norm);
    let along = dot(gradient, direction);
    let (scale_wide, norm) = (f64::from(scale), f64::from(norm));
    let back = (scale_wide * scale_wide * scale_wide / (norm * norm) * along) as f32;
    for (direction, gradient) in direction.iter_mut().zip(gradient) {
        *direction = scale * *direction - back * gradient;
    }
}
