//! How the end of a run depends on the weight of each row: exact, by going back through the run.

use super::adjoint::{Adjoint, Taken};
use super::recipe::{Pace, Recipe};
use super::step::Problem;
use super::train::{Checkpoint, train};
use crate::error::{Error, Result, require_size};
use crate::objective::Objective;

/// A run that can be gone through again, forwards and backwards.
#[derive(Clone, Copy)]
pub struct Replay<'a> {
    /// The losses of the rows it is trained on.
    pub objective: &'a dyn Objective,
    /// Where it starts: as long as `θ`.
    pub start: &'a [f32],
    /// What it does.
    pub recipe: &'a Recipe,
    /// The rows' weights, from row 0: 1 each for the run as it was.
    pub weights: &'a [f32],
}

impl Replay<'_> {
    /// `∂ f_q(θ_T(w)) / ∂ w_i` for every query `q` and row `i`: one vector a query, as long as the
    /// weights, in the unit of `f_q` (nats for a loss) per unit of weight.
    ///
    /// `f_q` comes as a function of `θ_T` that gives every query's gradient `∇f_q(θ_T)`, as
    /// [`Queries::gradients`](super::Queries::gradients) does for losses. The derivative is that of
    /// the run itself (MAGIC, 2504.16430, §3, by Engstrom et al.'s 2503.13751 replay): nothing is
    /// linearised or damped, so it is exact up to the rounding of `f32`. A row of weight 0 gets the
    /// derivative of adding it.
    ///
    /// Time: two runs forward, shared by all queries, and for each query and step one
    /// [`Objective::curvature`] a row. Memory in numbers of `f32`, with `P` parameters, `T` steps
    /// and `Q` queries: `3P√T` of states kept, `4P√T` of the segment gone through again, `3P` for
    /// each of `Q`, and two vectors for each of the sixteen rows at work; SGD takes two thirds of
    /// it.
    pub fn metagradients(
        &self,
        queries: impl FnOnce(&[f32]) -> Vec<Vec<f32>>,
    ) -> Result<Vec<Vec<f32>>> {
        self.metagradients_from(&self.recipe.square_root_steps(), queries)
    }

    /// The same with states kept before the steps given (rising, from 0) instead of every
    /// `⌈√T⌉`-th: fewer take less memory for states and more for segments. The bits do not depend
    /// on them.
    pub fn metagradients_from(
        &self,
        keep: &[usize],
        queries: impl FnOnce(&[f32]) -> Vec<Vec<f32>>,
    ) -> Result<Vec<Vec<f32>>> {
        if keep.first() != Some(&0) {
            return Err(Error::Setting("the state before the first step is kept".into()));
        }
        let mut recipe = Recipe { keep: keep.to_vec(), ..self.recipe.clone() };
        if keep.last() != Some(&recipe.steps()) {
            recipe.keep.push(recipe.steps());
        }
        let run = train(self.objective, self.start, &recipe, self.weights)?;
        let queries = queries(&run.theta);
        let mut back = Backwards::new(self, &run.checkpoints, &queries)?;
        for pair in run.checkpoints.windows(2).rev() {
            back.segment(&pair[0], &pair[1])?;
        }
        Ok(back.by_weight)
    }
}

/// The way back: every query's derivatives by the state reached, and by the weights so far.
struct Backwards<'a> {
    problem: Problem<'a>,
    paces: Vec<Pace>,
    adjoints: Vec<Adjoint>,
    by_weight: Vec<Vec<f32>>,
}

impl<'a> Backwards<'a> {
    fn new(replay: &Replay<'a>, kept: &[Checkpoint], queries: &[Vec<f32>]) -> Result<Self> {
        let Replay { objective, start, recipe, weights } = *replay;
        let sizes = queries.iter().try_for_each(|gradient| {
            require_size("a query's gradient", gradient.len(), start.len())
        });
        sizes?;
        let at_end = |end: &Checkpoint| queries.iter().map(|g| Adjoint::at_end(g, end)).collect();
        Ok(Self {
            problem: Problem { objective, recipe, weights },
            paces: recipe.paces(),
            adjoints: kept.last().map(at_end).unwrap_or_default(),
            by_weight: vec![vec![0.0; weights.len()]; queries.len()],
        })
    }

    /// Takes a segment's steps again from the state kept before it, then goes back over them.
    fn segment(&mut self, from: &Checkpoint, to: &Checkpoint) -> Result<()> {
        let mut states = vec![from.clone()];
        let mut gradients = Vec::with_capacity(to.step - from.step);
        let mut state = from.clone();
        while state.step < to.step {
            let gradient = self.problem.gradient(&state.theta, state.step);
            let pace = self.paces[state.step];
            self.problem.advance(&mut state, &gradient, pace);
            gradients.push(gradient);
            states.push(state.clone());
        }
        if state != *to {
            let why = format!("the replay of step {} came out with other bits", to.step);
            return Err(Error::Number(why));
        }
        for (place, gradient) in gradients.iter().enumerate().rev() {
            let (before, after) = (&states[place], &states[place + 1]);
            let taken = Taken { before, after, gradient, pace: self.paces[before.step] };
            for (adjoint, by_weight) in self.adjoints.iter_mut().zip(&mut self.by_weight) {
                adjoint.back(&self.problem, &taken, by_weight);
            }
        }
        Ok(())
    }
}
