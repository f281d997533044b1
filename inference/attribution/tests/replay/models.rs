//! Models small enough for closed forms, and the recipes they are trained with.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use whence_influence::layout::{Block, Layout};
use whence_influence::objective::{Along, Objective};
use whence_influence::replay::{Decay, Optimiser, Recipe, Schedule};

/// `ℓ(θ) = f(⟨x, θ⟩, y)` with a scalar `f`.
pub(crate) struct Neuron {
    pub(crate) layout: Layout,
    pub(crate) inputs: Vec<Vec<f32>>,
    pub(crate) targets: Vec<f32>,
    pub(crate) bend: Bend,
}

#[derive(Clone, Copy)]
pub(crate) enum Bend {
    /// `½ (a − y)²`: least squares.
    Square,
    /// `½ (tanh a − y)²`: not convex.
    Tanh,
}

impl Neuron {
    pub(crate) fn new(bend: Bend, rows: usize, width: usize) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(7);
        let mut number = || random.next_u32() as f32 / u32::MAX as f32 * 2.0 - 1.0;
        let inputs = (0..rows).map(|_| (0..width).map(|_| number()).collect()).collect();
        let targets = (0..rows).map(|_| number()).collect();
        let block = Block { name: "theta".into(), outputs: 1, inputs: width };
        Self { layout: Layout::new(vec![block]).unwrap(), inputs, targets, bend }
    }

    /// `f`, `f′` and `f″` at a row.
    fn derivatives(&self, theta: &[f32], row: usize) -> [f32; 3] {
        let (a, y) = (dot(&self.inputs[row], theta), self.targets[row]);
        match self.bend {
            Bend::Square => [0.5 * (a - y) * (a - y), a - y, 1.0],
            Bend::Tanh => {
                let (h, slope) = (a.tanh(), 1.0 - a.tanh() * a.tanh());
                let second = slope * slope - 2.0 * h * slope * (h - y);
                [0.5 * (h - y) * (h - y), (h - y) * slope, second]
            }
        }
    }
}

impl Objective for Neuron {
    fn layout(&self) -> &Layout {
        &self.layout
    }

    fn rows(&self) -> usize {
        self.inputs.len()
    }

    fn loss(&self, theta: &[f32], row: usize) -> f32 {
        self.derivatives(theta, row)[0]
    }

    fn gradient(&self, theta: &[f32], row: usize, weight: f32, gradient: &mut [f32]) -> f32 {
        let [loss, first, _] = self.derivatives(theta, row);
        add_scaled(gradient, weight * first, &self.inputs[row]);
        loss
    }

    fn curvature(&self, theta: &[f32], row: usize, along: Along<'_>) -> f32 {
        let [_, first, second] = self.derivatives(theta, row);
        let x = &self.inputs[row];
        let slope = dot(x, along.direction);
        add_scaled(along.gradient, along.weight * first, x);
        add_scaled(along.product, along.weight * second * slope, x);
        first * slope
    }
}

pub(crate) fn dot(x: &[f32], y: &[f32]) -> f32 {
    x.iter().zip(y).map(|(x, y)| x * y).sum()
}

fn add_scaled(sum: &mut [f32], scale: f32, x: &[f32]) {
    sum.iter_mut().zip(x).for_each(|(sum, x)| *sum += scale * x);
}

pub(crate) const ADAM: Optimiser =
    Optimiser::Adam { beta1: 0.9, beta2: 0.95, eps: 1e-3, eps_root: 1e-2 };
pub(crate) const SGD: Optimiser = Optimiser::Sgd { momentum: 0.9 };

/// Rows 0, 1, 2 … in batches of seven, a quarter of the steps warm-up, then the smooth decay.
pub(crate) fn recipe(optimiser: Optimiser, rows: usize, steps: usize) -> Recipe {
    let batch = |step: usize| (0..7).map(|place| (step * 7 + place) % rows).collect();
    Recipe {
        optimiser,
        schedule: Schedule { peak: 0.1, warmup: steps / 4, decay: Decay::Smooth },
        weight_decay: 0.02,
        clip: Some(0.7),
        batches: (0..steps).map(batch).collect(),
        keep: Vec::new(),
    }
}
