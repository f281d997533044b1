//! What a training run does, step by step; with the rows and the start it fixes every bit.

use serde::{Deserialize, Serialize};

use super::train::Checkpoint;
use crate::error::{Error, Result};

/// A whole training run except its data: `T = batches.len()` steps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// How a gradient moves the parameters.
    pub optimiser: Optimiser,
    /// How far, step by step.
    pub schedule: Schedule,
    /// Decoupled weight decay `δ` (Loshchilov and Hutter, 1711.05101, §2): each step first
    /// multiplies `θ` with `1 − rate · δ`. 0 is none.
    pub weight_decay: f32,
    /// Smooth clipping at a norm `c`: the gradient is multiplied with `1/√(1 + ‖g‖²/c²)`, so that
    /// its norm stays below `c` and the run stays differentiable, which hard clipping is not.
    pub clip: Option<f32>,
    /// The rows of each step, in the order of the sums. A row may come up any number of times.
    pub batches: Vec<Vec<usize>>,
    /// Steps before which the state is kept, rising; 0 is the start and `T` the end.
    pub keep: Vec<usize>,
}

/// How a gradient `g` moves the parameters `θ`, at a learning rate `η`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Optimiser {
    /// `m ← μ m + g`, `θ ← θ − η m` (Polyak 1964, without dampening).
    Sgd {
        /// `μ`, below 1; 0 is plain gradient descent.
        momentum: f32,
    },
    /// Adam (Kingma and Ba, 1412.6980, algorithm 1) with `eps_root` inside the square root: `m ← β₁
    /// m + (1−β₁) g`, `v ← β₂ v + (1−β₂) g²`, `θ ← θ − η m̂ / (√(v̂ + eps_root) + eps)`, where `m̂
    /// = m/(1−β₁ᵗ)` and `v̂ = v/(1−β₂ᵗ)` with `t` from 1. Without `eps_root` the derivative of the
    /// root has no bound at `v̂ = 0`, and the run is not smooth in its weights (MAGIC, 2504.16430,
    /// §3).
    Adam {
        /// `β₁`, of the mean.
        beta1: f32,
        /// `β₂`, of the mean square.
        beta2: f32,
        /// Added to the root.
        eps: f32,
        /// Added under the root.
        eps_root: f32,
    },
}

/// Learning rates: a linear warm-up to the peak, then a decay to the last step.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    /// The largest rate.
    pub peak: f32,
    /// Steps of warm-up: step `t` (from 0) takes `peak · (t+1)/warmup`.
    pub warmup: usize,
    /// What comes after it.
    pub decay: Decay,
}

/// How the rate falls after the warm-up; `s` runs from 0 at its end towards 1 at the run's end.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decay {
    /// It does not: 1.
    Constant,
    /// `1 − s`.
    Linear,
    /// `1 − 3s² + 2s³`: flat at both ends as a cosine is, but from sums and products alone, which
    /// come out the same on every machine.
    Smooth,
}

/// The numbers of one step that depend on its place alone.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Pace {
    /// Learning rate.
    pub(crate) rate: f32,
    /// `1 − β₁ᵗ`, or 1 where there is no such mean.
    pub(crate) correction1: f32,
    /// `1 − β₂ᵗ`, or 1.
    pub(crate) correction2: f32,
}

impl Recipe {
    /// Number of steps.
    pub fn steps(&self) -> usize {
        self.batches.len()
    }

    /// Steps to keep so that a run can be replayed backwards with `O(√T)` states: every `⌈√T⌉`-th.
    pub fn square_root_steps(&self) -> Vec<usize> {
        let mut stride = 1;
        while stride * stride < self.steps() {
            stride += 1;
        }
        (0..=self.steps()).step_by(stride).collect()
    }

    /// The steps at which `count` equal parts of the run's cumulated learning rate are half over:
    /// a sum over them is the midpoint rule for an integral over all the way that was gone
    /// (TracIn's sum over all steps, 2002.08484, §3.1), none of them where the rate has come to
    /// nothing. Rising; of two that fall together one is left.
    pub fn midpoints(&self, count: usize) -> Vec<usize> {
        let rates = (0..self.steps()).map(|step| f64::from(self.schedule.rate(step, self.steps())));
        let gone: Vec<f64> = rates
            .scan(0.0, |sum, rate| {
                *sum += rate;
                Some(*sum)
            })
            .collect();
        let whole = gone.last().copied().unwrap_or(0.0);
        let target = |part: usize| whole * (part as f64 + 0.5) / count.max(1) as f64;
        let step = |part| gone.partition_point(|gone| *gone < target(part));
        let mut steps: Vec<usize> = (0..count).map(step).collect();
        steps.dedup();
        steps
    }

    /// What each number of a gradient is multiplied with so that a step of Adam from a state is a
    /// step of plain descent: `1/√(√(v̂ + eps_root) + eps)`, the root of Adam's own divisor.
    /// Nothing for other optimisers, and before the first step.
    pub fn metric(&self, state: &Checkpoint) -> Option<Vec<f32>> {
        let Optimiser::Adam { beta2, eps, eps_root, .. } = self.optimiser else { return None };
        let correction = 1.0 - beta2.powi(i32::try_from(state.step).unwrap_or(i32::MAX));
        let one = |v: &f32| 1.0 / ((v / correction + eps_root).sqrt() + eps).sqrt();
        (correction > 0.0).then(|| state.second.iter().map(one).collect())
    }

    /// Refuses settings outside their ranges, empty batches and rows that are not there.
    pub(crate) fn validate(&self, rows: usize) -> Result<()> {
        let refuse = |why: &str| Err(Error::Setting(why.into()));
        let share = |value: f32| (0.0..1.0).contains(&value);
        let positive = |value: f32| value.is_finite() && value > 0.0;
        let fits = match self.optimiser {
            Optimiser::Sgd { momentum } => share(momentum),
            Optimiser::Adam { beta1, beta2, eps, eps_root } => {
                let root = eps_root.is_finite() && eps_root >= 0.0;
                share(beta1) && share(beta2) && root && eps >= 0.0 && positive(eps + eps_root)
            }
        };
        if !fits {
            return refuse("momentum and betas lie in [0, 1), and eps or eps_root is positive");
        }
        if !positive(self.schedule.peak) || !self.clip.is_none_or(positive) {
            return refuse("the learning rate's peak and the clipping norm are positive");
        }
        if !(self.weight_decay.is_finite() && self.weight_decay >= 0.0) {
            return refuse("weight decay is not negative");
        }
        if self.batches.iter().any(|batch| batch.is_empty()) {
            return refuse("every batch has a row");
        }
        if self.batches.iter().flatten().any(|row| *row >= rows) {
            return refuse("every row of a batch has a weight and is known to the objective");
        }
        let rising = self.keep.windows(2).all(|pair| pair[0] < pair[1]);
        match rising && self.keep.last().is_none_or(|last| *last <= self.steps()) {
            true => Ok(()),
            false => refuse("the steps to keep rise, and none is after the end"),
        }
    }

    /// Every step's numbers. Powers are running products in `f64`, which come out the same
    /// everywhere.
    pub(crate) fn paces(&self) -> Vec<Pace> {
        let (beta1, beta2) = match self.optimiser {
            Optimiser::Sgd { .. } => (0.0, 0.0),
            Optimiser::Adam { beta1, beta2, .. } => (f64::from(beta1), f64::from(beta2)),
        };
        let mut powers = (1.0, 1.0);
        let pace = |step| {
            powers = (powers.0 * beta1, powers.1 * beta2);
            let (correction1, correction2) = ((1.0 - powers.0) as f32, (1.0 - powers.1) as f32);
            Pace { rate: self.schedule.rate(step, self.steps()), correction1, correction2 }
        };
        (0..self.steps()).map(pace).collect()
    }
}

impl Schedule {
    /// The rate of a step (from 0) of `steps`.
    pub fn rate(&self, step: usize, steps: usize) -> f32 {
        if step < self.warmup {
            return (f64::from(self.peak) * (step + 1) as f64 / self.warmup as f64) as f32;
        }
        let rest = steps.saturating_sub(self.warmup).max(1);
        let s = (step - self.warmup) as f64 / rest as f64;
        let share = match self.decay {
            Decay::Constant => 1.0,
            Decay::Linear => 1.0 - s,
            Decay::Smooth => 1.0 - 3.0 * s * s + 2.0 * s * s * s,
        };
        (f64::from(self.peak) * share) as f32
    }
}
