//! What replay says of every row, and the controls that must say less.

use anyhow::Result;
use whence_influence::replay::{Queries, Recipe, Replay, changes, train};

use crate::retraining::Scores;

/// A trained model and what is asked of it.
#[derive(Clone, Copy)]
#[allow(missing_debug_implementations, reason = "borrowed models")]
pub struct Case<'a> {
    /// The run, with all rows.
    pub replay: Replay<'a>,
    /// The queries.
    pub queries: Queries<'a>,
}

impl Case<'_> {
    /// What leaving each row out adds to each query's loss, in nats: to first order in its weight,
    /// and exactly so, by going back through the run.
    pub fn replayed(&self) -> Result<Scores> {
        let slopes = self.replay.metagradients(|theta| self.queries.gradients(theta))?;
        Ok(slopes.iter().map(|slopes| changes(slopes, self.replay.weights, 0.0)).collect())
    }

    /// A control: the way through the run without its adjoint, as if a row's gradient at a step
    /// moved the end by as much: `Σ_t (η_t/B_t) ⟨∇ℓ_i(θ_t), ∇ℓ_q(θ_T)⟩` over the steps that saw the
    /// row.
    pub fn without_adjoint(&self) -> Result<Scores> {
        let Replay { objective, start, recipe, weights } = self.replay;
        let keep = (0..=recipe.steps()).collect();
        let run = train(objective, start, &Recipe { keep, ..recipe.clone() }, weights)?;
        let queries = self.queries.gradients(&run.theta);
        let mut scores = vec![vec![0.0; weights.len()]; queries.len()];
        for (state, batch) in run.checkpoints.iter().zip(&recipe.batches) {
            let rate = recipe.schedule.rate(state.step, recipe.steps()) / batch.len() as f32;
            for row in batch {
                let mut gradient = vec![0.0; start.len()];
                objective.gradient(&state.theta, *row, rate * weights[*row], &mut gradient);
                for (scores, query) in scores.iter_mut().zip(&queries) {
                    scores[*row] += gradient.iter().zip(query).map(|(x, y)| x * y).sum::<f32>();
                }
            }
        }
        Ok(scores)
    }
}
