//! A training run with a weight per row, and the states kept on the way.

use super::recipe::{Optimiser, Recipe};
use super::step::Problem;
use crate::error::{Error, Result, require_size};
use crate::objective::Objective;

/// Everything that the next step depends on.
#[derive(Debug, Clone, PartialEq)]
pub struct Checkpoint {
    /// Steps taken.
    pub step: usize,
    /// Parameters `θ`.
    pub theta: Vec<f32>,
    /// `m`: momentum, or Adam's mean.
    pub first: Vec<f32>,
    /// `v`: Adam's mean square; empty where the optimiser has none.
    pub second: Vec<f32>,
}

/// A finished run.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// `θ_T`.
    pub theta: Vec<f32>,
    /// The states that the recipe says to keep, in their order.
    pub checkpoints: Vec<Checkpoint>,
}

/// Trains from `start` (as long as `θ`), with one weight for each of the rows from 0.
///
/// Minimises `(1/B_t) Σ_{i ∈ batch_t} w_i ℓ_i(θ)`, where `B_t` is the number of rows stated in the
/// batch: a weight of 0 leaves a row out and changes nothing for the others, so weights 0 and 1
/// train on a subset and lie on the same smooth function of `w` as the derivatives of the replay.
/// Rows of weight 0 cost nothing. Memory: a state and a few rows' gradients at a time, 4 bytes a
/// number, beside what is kept. The same bits for any number of threads.
pub fn train(
    objective: &dyn Objective,
    start: &[f32],
    recipe: &Recipe,
    weights: &[f32],
) -> Result<Run> {
    let problem = Problem { objective, recipe, weights };
    problem.validate()?;
    let mut state = problem.begin(start)?;
    let mut checkpoints = Vec::with_capacity(recipe.keep.len());
    let paces = recipe.paces();
    for pace in &paces {
        keep(recipe, &state, &mut checkpoints);
        let gradient = problem.gradient(&state.theta, state.step);
        problem.advance(&mut state, &gradient, *pace);
    }
    keep(recipe, &state, &mut checkpoints);
    match state.theta.iter().all(|value| value.is_finite()) {
        true => Ok(Run { theta: state.theta, checkpoints }),
        false => Err(Error::Number("training diverged: parameters are not finite".into())),
    }
}

/// Weights that train on some rows only: 1 for each of `kept`, 0 for the others of `rows`.
pub fn subset_weights(rows: usize, kept: &[usize]) -> Vec<f32> {
    let mut weights = vec![0.0; rows];
    kept.iter().filter(|row| **row < rows).for_each(|row| weights[*row] = 1.0);
    weights
}

fn keep(recipe: &Recipe, state: &Checkpoint, checkpoints: &mut Vec<Checkpoint>) {
    if recipe.keep.binary_search(&state.step).is_ok() {
        checkpoints.push(state.clone());
    }
}

impl Problem<'_> {
    /// Refuses a recipe or weights that do not fit.
    pub(crate) fn validate(&self) -> Result<()> {
        let rows = self.objective.rows().min(self.weights.len());
        self.recipe.validate(rows)?;
        match self.weights.iter().all(|weight| weight.is_finite()) {
            true => Ok(()),
            false => Err(Error::Number("a row's weight is not finite".into())),
        }
    }

    /// The state before the first step.
    pub(crate) fn begin(&self, start: &[f32]) -> Result<Checkpoint> {
        let width = self.objective.layout().width();
        require_size("the start", start.len(), width)?;
        let second = match self.recipe.optimiser {
            Optimiser::Sgd { .. } => Vec::new(),
            Optimiser::Adam { .. } => vec![0.0; width],
        };
        Ok(Checkpoint { step: 0, theta: start.to_vec(), first: vec![0.0; width], second })
    }
}
