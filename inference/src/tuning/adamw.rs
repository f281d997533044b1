//! AdamW on the host, number by number in one order.

use std::collections::BTreeMap;

use crate::adapter::Adapter;
use crate::model::{Gradients, Target};

/// Decay of the mean of gradients.
pub const BETA_1: f64 = 0.9;
/// Decay of the mean of their squares.
pub const BETA_2: f64 = 0.999;
/// What keeps a division by their root from zero.
pub const EPSILON: f64 = 1e-8;

/// Adam's memory of some numbers: means of their gradients, and of the squares of these.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Moments {
    /// Means of the gradients.
    pub first: Vec<f32>,
    /// Means of their squares.
    pub second: Vec<f32>,
}

/// The optimiser with its memory of past gradients.
#[derive(Default)]
pub(super) struct AdamW {
    moments: BTreeMap<(usize, Target, bool), Moments>,
    steps: i32,
}

/// What one step uses.
pub(super) struct Step {
    pub(super) rate: f64,
    pub(super) weight_decay: f64,
    pub(super) norm_max: f64,
}

impl AdamW {
    /// Moves the adapter's numbers against their gradients.
    pub(super) fn step(&mut self, adapter: &mut Adapter, gradients: &Gradients, step: &Step) {
        self.steps += 1;
        let shorten = (step.norm_max / norm(gradients).max(1e-30)).min(1.0);
        for (at, pair) in adapter.matrices_mut() {
            let Some((a, b)) = gradients.get(at) else { continue };
            self.move_one((at.0, at.1, false), &mut pair.a, a, (step, shorten));
            self.move_one((at.0, at.1, true), &mut pair.b, b, (step, shorten));
        }
    }

    /// Means of gradients and of their squares, as steps have left them; zeros before the first.
    pub(super) fn moments(&self, adapter: &Adapter) -> Moments {
        let mut all = Moments::default();
        for (at, pair) in adapter.matrices() {
            for (side, numbers) in [(false, &pair.a), (true, &pair.b)] {
                let (first, second) = (&mut all.first, &mut all.second);
                let end = first.len() + numbers.len();
                if let Some(found) = self.moments.get(&(at.0, at.1, side)) {
                    first.extend(&found.first);
                    second.extend(&found.second);
                }
                first.resize(end, 0.0);
                second.resize(end, 0.0);
            }
        }
        all
    }

    fn move_one(
        &mut self,
        at: (usize, Target, bool),
        numbers: &mut [f32],
        gradient: &[f32],
        (step, shorten): (&Step, f64),
    ) {
        let moments = self.moments.entry(at).or_default();
        moments.first.resize(numbers.len(), 0.0);
        moments.second.resize(numbers.len(), 0.0);
        let bias_1 = 1.0 - BETA_1.powi(self.steps);
        let bias_2 = 1.0 - BETA_2.powi(self.steps);
        let state = moments.first.iter_mut().zip(&mut moments.second);
        for ((number, gradient), (first, second)) in numbers.iter_mut().zip(gradient).zip(state) {
            let gradient = f64::from(*gradient) * shorten;
            let mean = BETA_1 * f64::from(*first) + (1.0 - BETA_1) * gradient;
            let square = BETA_2 * f64::from(*second) + (1.0 - BETA_2) * gradient * gradient;
            let direction = (mean / bias_1) / ((square / bias_2).sqrt() + EPSILON);
            let decayed = f64::from(*number) * (1.0 - step.rate * step.weight_decay);
            *number = (decayed - step.rate * direction) as f32;
            (*first, *second) = (mean as f32, square as f32);
        }
    }
}

fn norm(gradients: &Gradients) -> f64 {
    let square = |numbers: &[f32]| numbers.iter().map(|n| f64::from(*n).powi(2)).sum::<f64>();
    gradients.values().map(|(a, b)| square(a) + square(b)).sum::<f64>().sqrt()
}
