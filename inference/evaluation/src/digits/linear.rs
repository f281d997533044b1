//! Logistic regression on digits, trained to its only optimum.

use anyhow::{Result, bail};
use whence_influence::gradients::dot_in_eights as dot;
use whence_influence::layout::{Block, Layout};
use whence_influence::objective::{Along, Objective};

use super::softmax::{Logits, add_outer, bend, logits, loss};
use super::{CLASSES, Digits, INPUTS};

/// Past steps that the optimiser's memory holds.
const MEMORY: usize = 20;
/// Iterations after which a fit that has not converged is an error.
const ITERATIONS_MAX: usize = 2_000;
/// Largest component of the gradient at what counts as the optimum: the rounding of `f32` sums.
const GRADIENT_MAX: f64 = 1e-6;

/// `z = W x` and the loss of its softmax; `θ` is `W`, 10 × 65.
#[derive(Debug, Clone)]
pub struct Linear {
    /// Rows and queries.
    pub digits: Digits,
    layout: Layout,
}

impl Linear {
    /// Over some digits.
    pub fn new(digits: Digits) -> Result<Self> {
        let block = Block { name: "linear".into(), outputs: CLASSES, inputs: INPUTS };
        Ok(Self { digits, layout: Layout::new(vec![block])? })
    }

    /// The penalty's weight `λ` in [`Self::fit`]: `1/N`, which is the default of scikit-learn's
    /// `LogisticRegression` (`C = 1`) in the unit of a mean over rows.
    pub fn penalty(&self) -> f64 {
        1.0 / self.digits.trained.max(1) as f64
    }

    /// The minimum of `(1/N) Σ_i w_i ℓ_i(θ) + (λ/2) ‖θ‖²` over all `N` trained rows, by L-BFGS
    /// (Nocedal
    /// 1980) with halved steps; weights 0 and 1 train on a subset. The penalty makes it strictly
    /// convex, so that the end depends neither on the start nor on the way.
    pub fn fit(&self, weights: &[f32]) -> Result<Vec<f32>> {
        let mut search = Search::default();
        let mut theta = vec![0.0f64; self.layout.width()];
        let (mut value, mut gradient) = self.total(&theta, weights);
        for _ in 0..ITERATIONS_MAX {
            if gradient.iter().all(|g| g.abs() < GRADIENT_MAX) {
                return Ok(theta.iter().map(|number| *number as f32).collect());
            }
            let direction = search.direction(&gradient);
            let slope = product(&direction, &gradient);
            let mut step = 1.0;
            let (next, found) = loop {
                let next: Vec<f64> =
                    theta.iter().zip(&direction).map(|(t, d)| t + step * d).collect();
                let found = self.total(&next, weights);
                // Near the optimum the value's own rounding is larger than what a step gains.
                if found.0 <= value + 1e-4 * step * slope + 1e-9 || step < 1e-6 {
                    break (next, found);
                }
                step /= 2.0;
            };
            search.learn(&theta, &next, &gradient, &found.1);
            (theta, value, gradient) = (next, found.0, found.1);
        }
        bail!("logistic regression did not converge in {ITERATIONS_MAX} iterations")
    }

    /// The value and gradient of what [`Self::fit`] minimises.
    fn total(&self, theta: &[f64], weights: &[f32]) -> (f64, Vec<f64>) {
        let count = self.digits.trained as f64;
        let single: Vec<f32> = theta.iter().map(|number| *number as f32).collect();
        let mut sum = vec![0.0; theta.len()];
        let mut value = self.penalty() / 2.0 * product(theta, theta);
        for (row, weight) in weights.iter().enumerate().filter(|(_, weight)| **weight != 0.0) {
            let loss = self.gradient(&single, row, *weight, &mut sum);
            value += f64::from(weight * loss) / count;
        }
        let gradient = sum.iter().zip(theta);
        (value, gradient.map(|(sum, t)| f64::from(*sum) / count + self.penalty() * t).collect())
    }
}

impl Objective for Linear {
    fn layout(&self) -> &Layout {
        &self.layout
    }

    fn rows(&self) -> usize {
        self.digits.rows()
    }

    fn loss(&self, theta: &[f32], row: usize) -> f32 {
        loss(&logits(theta, &self.digits.images[row]), self.digits.labels[row]).0
    }

    fn gradient(&self, theta: &[f32], row: usize, weight: f32, gradient: &mut [f32]) -> f32 {
        let image = &self.digits.images[row];
        let (loss, slope) = loss(&logits(theta, image), self.digits.labels[row]);
        add_outer(gradient, weight, &slope, image);
        loss
    }

    fn curvature(&self, theta: &[f32], row: usize, along: Along<'_>) -> f32 {
        let (image, label) = (&self.digits.images[row], self.digits.labels[row]);
        let (_, slope) = loss(&logits(theta, image), label);
        let moved: Logits = logits(along.direction, image);
        add_outer(along.gradient, along.weight, &slope, image);
        add_outer(along.product, along.weight, &bend(&slope, label, &moved), image);
        dot(&slope, &moved)
    }
}

/// What the last steps say of the curvature.
#[derive(Default)]
struct Search {
    /// Step, change of the gradient, and their product, oldest first.
    pairs: Vec<(Vec<f64>, Vec<f64>, f64)>,
}

impl Search {
    /// `−H g` with the inverse Hessian that the remembered steps imply (two-loop recursion).
    fn direction(&self, gradient: &[f64]) -> Vec<f64> {
        let mut q: Vec<f64> = gradient.iter().map(|g| -g).collect();
        let mut along = Vec::with_capacity(self.pairs.len());
        for (step, change, curve) in self.pairs.iter().rev() {
            let share = product(step, &q) / curve;
            q.iter_mut().zip(change).for_each(|(q, change)| *q -= share * change);
            along.push(share);
        }
        if let Some((_, change, curve)) = self.pairs.last() {
            let scale = curve / product(change, change);
            q.iter_mut().for_each(|q| *q *= scale);
        }
        for ((step, change, curve), share) in self.pairs.iter().zip(along.iter().rev()) {
            let back = share - product(change, &q) / curve;
            q.iter_mut().zip(step).for_each(|(q, step)| *q += back * step);
        }
        q
    }

    fn learn(&mut self, theta: &[f64], next: &[f64], gradient: &[f64], after: &[f64]) {
        let less = |x: &[f64], y: &[f64]| x.iter().zip(y).map(|(x, y)| x - y).collect::<Vec<_>>();
        let (step, change) = (less(next, theta), less(after, gradient));
        let curve = product(&step, &change);
        // Rounding can hide the curvature of a tiny step: it teaches nothing then.
        if curve > 1e-14 {
            self.pairs.push((step, change, curve));
        }
        if self.pairs.len() > MEMORY {
            self.pairs.remove(0);
        }
    }
}

fn product(x: &[f64], y: &[f64]) -> f64 {
    x.iter().zip(y).map(|(x, y)| x * y).sum()
}
