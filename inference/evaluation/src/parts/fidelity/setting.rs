//! What a model with its rows, its queries and its training offers to be measured on.

use anyhow::Result;
use whence_influence::objective::Objective;
use whence_influence::replay::{Recipe, Run};

use crate::export::Folder;

/// A model that can be trained again. Rows to train on come first, then the queries, then others.
pub trait Setting: Sync {
    /// Its name in figures.
    fn name(&self) -> &'static str;

    /// The losses.
    fn objective(&self) -> &dyn Objective;

    /// How many rows, from the first, are trained on.
    fn trained(&self) -> usize;

    /// The queries' numbers.
    fn queries(&self) -> Vec<usize>;

    /// Rows that nothing is scored or paid by: what usefulness is judged on.
    fn held_out(&self) -> Vec<usize>;

    /// Which class a row is of.
    fn class(&self, row: usize) -> usize;

    /// Trains with a weight for each row; checkpoints at all points that a measure looks at
    /// ([`super::points::all`]).
    fn train(&self, weights: &[f32]) -> Result<Run>;

    /// What it is trained by, where that goes step by step.
    fn recipe(&self) -> Option<&Recipe>;

    /// The damping of the whole Hessian, where there are few enough parameters for one: the penalty
    /// that the model is trained with.
    fn penalty(&self) -> Option<f64>;

    /// What the model makes of a row; empty where it has no inside.
    fn representation(&self, theta: &[f32], row: usize) -> Result<Vec<f32>>;

    /// A row's words as numbers; empty where it has none.
    fn terms(&self, row: usize) -> Vec<u32>;

    /// Writes what programs of others need besides gradients: inputs and labels, where they are
    /// small.
    fn export(&self, _: &Folder) -> Result<()> {
        Ok(())
    }

    /// The retrained models' losses of some rows when only some are trained on.
    fn losses_without(&self, weights: &[f32], rows: &[usize]) -> Result<Vec<f32>> {
        let theta = self.train(weights)?.theta;
        Ok(rows.iter().map(|row| self.objective().loss(&theta, *row)).collect())
    }
}
